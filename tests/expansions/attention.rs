/// A size of the net.
#[allow(dead_code)]
const D: usize = 16;
/// One head of causal attention.
///
/// 768 parameters, 3,072 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C, align(64))]
pub struct Attention {
    /// `f32[16, 16]`, starts as `glorot_uniform`.
    pub wq: [[f32; 16]; 16],
    /// `f32[16, 16]`, starts as `glorot_uniform`.
    pub wk: [[f32; 16]; 16],
    /// `f32[16, 16]`, starts as `glorot_uniform`.
    pub wv: [[f32; 16]; 16],
}
::chainrule::__with_alloc! {
    #[allow(
        dead_code,
        deprecated,
        missing_debug_implementations,
        non_snake_case,
        unreachable_pub,
        clippy::approx_constant,
        clippy::assign_op_pattern,
        clippy::duplicate_underscore_argument,
        clippy::int_plus_one,
        clippy::manual_div_ceil,
        clippy::manual_range_contains,
        clippy::many_single_char_names,
        clippy::needless_borrow,
        clippy::similar_names,
        clippy::too_many_arguments,
        clippy::type_complexity,
        clippy::unnecessary_box_returns,
    )]
    impl Attention {
        /// Parameters as the net initialises them, boxed and never built on the stack; the same bits for the same `seed`.
        #[must_use]
        pub fn init(seed: u64) -> ::chainrule::__private::alloc::boxed::Box<Self> {
            <Self as ::chainrule::Params>::init(seed)
        }
        /// Zeros, boxed and never built on the stack: where gradients go.
        #[must_use]
        pub fn zeros() -> ::chainrule::__private::alloc::boxed::Box<Self> {
            <Self as ::chainrule::Params>::zeros()
        }
    }
}
#[automatically_derived]
impl ::chainrule::Params for Attention {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        768,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("wq"), &[16, 16], self.wq.as_flattened());
        visitor(path.field("wk"), &[16, 16], self.wk.as_flattened());
        visitor(path.field("wv"), &[16, 16], self.wv.as_flattened());
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.wq.as_flattened_mut(),
            rng,
            16,
            16,
        );
        ::chainrule::__private::init::glorot_uniform(
            self.wk.as_flattened_mut(),
            rng,
            16,
            16,
        );
        ::chainrule::__private::init::glorot_uniform(
            self.wv.as_flattened_mut(),
            rng,
            16,
            16,
        );
    }
}
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl Attention {
    /// What each place sees of the places up to it.
    ///
    /// Goes forward and returns a [`AttentionAttendPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters, `x`.
    ///
    /// * `x: f32[N, T, 16]`
    /// * returns `f32[N, T, 16]`
    ///
    /// Workspace: the largest of `276 * N * T + 4 * N * T * T + 4 * T + 8 * T * T`, `88 * N * T + 8 * N * T * T + 4 * T + 4 * T * T` bytes. Operations: `4623 * N * T + 207 * N * T * T`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if axis 2 of `x` has not size 16
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn attend<'w, S: ::chainrule::Storage<f32>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f32, S>,
        x: ::chainrule::Tensor<'w, f32, 3>,
    ) -> AttentionAttendPass<'w> {
        let given_x = x;
        let n = x.shape()[0];
        let t = x.shape()[1];
        if x.shape()[2] != 16 {
            ::chainrule::__private::panics::size(
                "Attention::attend",
                "x",
                2,
                x.shape()[2],
                16,
            );
        }
        let x = x.as_slice().as_chunks::<16>().0;
        let arena = ws
            .request(
                ::chainrule::__private::larger(
                    69 * n * t + n * t * t + t + 2 * t * t,
                    22 * n * t + 2 * n * t * t + t + t * t,
                ),
                "Attention::attend",
            );
        {
            use ::chainrule::__private::{carve, kernels, larger};
            let [k, v_2, y, s, s_sum_product, a, d_s_sum, q, a_sum_at, a_sum_rest_own,
            a_sum_rest_all, a_sum_rest_odds, a_sum_rest_share] = carve(
                arena,
                [
                    0..n * t * 16,
                    n * t * 16..n * t * 32,
                    n * t * 32..n * t * 48,
                    n * t * 48..n * t * 48 + t,
                    n * t * 48 + t..n * t * 48 + t + t * t,
                    n * t * 48 + t + t * t..n * t * 48 + t + t * t * 2,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 66 + n * t * t + t + t * t * 2,
                        n * t * 19 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 66 + n * t * t + t + t * t * 2,
                        n * t * 19 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 69 + n * t * t + t + t * t * 2,
                        n * t * 22 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let k = &mut k.as_chunks_mut::<16>().0[..n * t];
            let v_2 = &mut v_2.as_chunks_mut::<16>().0[..n * t];
            let y = &mut y.as_chunks_mut::<16>().0[..n * t];
            let s = &mut s[..t];
            let s_sum_product = &mut s_sum_product[..t * t];
            let a = &mut a[..t * t];
            let d_s_sum = &mut d_s_sum[..n * t * t];
            let q = &mut q.as_chunks_mut::<16>().0[..n * t];
            let a_sum_at = &mut ::chainrule::__private::as_u32_mut(a_sum_at)[..n * t];
            let a_sum_rest_own = &mut a_sum_rest_own[..n * t];
            let a_sum_rest_all = &mut a_sum_rest_all[..n * t];
            let a_sum_rest_odds = &mut a_sum_rest_odds[..n * t];
            let a_sum_rest_share = &mut a_sum_rest_share[..n * t];
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                self.wq.as_flattened(),
                false,
                q.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                self.wk.as_flattened(),
                false,
                k.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                self.wv.as_flattened(),
                false,
                v_2.as_flattened_mut(),
                false,
            );
            Self::__compute_s_sum_product(
                n,
                t,
                q,
                k,
                v_2,
                s_sum_product,
                s,
                a_sum_at,
                d_s_sum,
                a_sum_rest_own,
                a_sum_rest_all,
                a_sum_rest_odds,
                a_sum_rest_share,
                a,
                y,
            );
        };
        AttentionAttendPass {
            model: self,
            x: given_x,
            arena,
        }
    }
    /// The value of `attend` alone; nothing is stored for a backward pass.
    ///
    /// * `x: f32[N, T, 16]`
    /// * returns `f32[N, T, 16]`
    ///
    /// Workspace: `256 * N * T + 8 * T + 8 * T * T` bytes. Operations: `1541 * N * T + 70 * N * T * T`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if axis 2 of `x` has not size 16
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn attend_value<'w, S: ::chainrule::Storage<f32>>(
        &self,
        ws: &'w mut ::chainrule::Workspace<f32, S>,
        x: ::chainrule::Tensor<'_, f32, 3>,
    ) -> ::chainrule::Tensor<'w, f32, 3> {
        let n = x.shape()[0];
        let t = x.shape()[1];
        if x.shape()[2] != 16 {
            ::chainrule::__private::panics::size(
                "Attention::attend",
                "x",
                2,
                x.shape()[2],
                16,
            );
        }
        let x = x.as_slice().as_chunks::<16>().0;
        let arena = ws.request(64 * n * t + 2 * t + 2 * t * t, "Attention::attend");
        {
            use ::chainrule::__private::{carve, kernels};
            let [q, k, v_2, y, s_sum_product, a, s, a_sum_exp] = carve(
                arena,
                [
                    0..n * t * 16,
                    n * t * 16..n * t * 32,
                    n * t * 32..n * t * 48,
                    n * t * 48..n * t * 64,
                    n * t * 64..n * t * 64 + t * t,
                    n * t * 64 + t * t..n * t * 64 + t * t * 2,
                    n * t * 64 + t * t * 2..n * t * 64 + t + t * t * 2,
                    n * t * 64 + t + t * t * 2..n * t * 64 + t * 2 + t * t * 2,
                ],
            );
            let q = &mut q.as_chunks_mut::<16>().0[..n * t];
            let k = &mut k.as_chunks_mut::<16>().0[..n * t];
            let v_2 = &mut v_2.as_chunks_mut::<16>().0[..n * t];
            let y = &mut y.as_chunks_mut::<16>().0[..n * t];
            let s_sum_product = &mut s_sum_product[..t * t];
            let a = &mut a[..t * t];
            let s = &mut s[..t];
            let a_sum_exp = &mut a_sum_exp[..t];
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                self.wq.as_flattened(),
                false,
                q.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                self.wk.as_flattened(),
                false,
                k.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                self.wv.as_flattened(),
                false,
                v_2.as_flattened_mut(),
                false,
            );
            Self::__compute_s_sum_product_2(
                n,
                t,
                q,
                k,
                v_2,
                s_sum_product,
                s,
                a_sum_exp,
                a,
                y,
            );
        };
        ::chainrule::Tensor::new(
            (&arena[n * t * 48..n * t * 64]).as_chunks::<16>().0.as_flattened(),
            [n, t, 16],
        )
    }
    /// How many elements a workspace must have for every method of `Attention::attend`, at these sizes or smaller: the largest of `64 * N * T + 2 * T + 2 * T * T`, `69 * N * T + N * T * T + T + 2 * T * T`, `22 * N * T + 2 * N * T * T + T + T * T`.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn attend_workspace(n: usize, t: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "Attention::attend_workspace",
            &[("N", n), ("T", t)],
            &[
                &[(64, &[n, t]), (2, &[t]), (2, &[t, t])],
                &[(69, &[n, t]), (1, &[n, t, t]), (1, &[t]), (2, &[t, t])],
                &[(22, &[n, t]), (2, &[n, t, t]), (1, &[t]), (1, &[t, t])],
            ],
        );
        ::chainrule::__private::larger(
            ::chainrule::__private::larger(
                64 * n * t + 2 * t + 2 * t * t,
                69 * n * t + n * t * t + t + 2 * t * t,
            ),
            22 * n * t + 2 * n * t * t + t + t * t,
        )
    }
    /// How many scalar floating-point operations `Attention::attend` takes, and how many it takes together with each derivative, in the order of the attributes: `1541 * N * T + 70 * N * T * T`, `4623 * N * T + 207 * N * T * T`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn attend_operations(n: usize, t: usize) -> [u64; 2] {
        ::chainrule::__private::panics::check_operations(
            "Attention::attend_operations",
            &[("N", n), ("T", t)],
            &[
                &[(1541, &[n, t]), (70, &[n, t, t])],
                &[(4623, &[n, t]), (207, &[n, t, t])],
            ],
        );
        let n = n as u64;
        let t = t as u64;
        [1541 * n * t + 70 * n * t * t, 4623 * n * t + 207 * n * t * t]
    }
    /// How `Attention::attend` is computed, as text: its value, then its gradients.
    pub const ATTEND_DERIVATION: &'static str = "Given x[N, T, 16], wq[16, 16], wk[16, 16], wv[16, 16]\n\nValue\n    q[i, j, l] = Σ_m x[i, j, m] · wq[m, l]\n    k[i, j, l] = Σ_m x[i, j, m] · wk[m, l]\n    v[i, j, l] = Σ_m x[i, j, m] · wv[m, l]\n    s_sum[n, i, j] = Σ_{d : j ≤ i} q[n, i, d] · k[n, j, d]\n    s[i, j, l] = s_sum[i, j, l] / √16 if l ≤ j else −∞\n    a_sum_at[i, j] = argmax_l s[i, j, l]\n    a_sum_top[i, j] = constant(s[i, j, a_sum_at[i, j]])\n    a_sum_shift[i, j] = a_sum_top[i, j] if |a_sum_top[i, j]| < ∞ else 0\n    a_sum_exp[i, j, l] = exp(s[i, j, l] − a_sum_shift[i, j])\n    a_sum_rest_others[i, j] = Σ_{l : not (l = a_sum_at[i, j])} a_sum_exp[i, j, l]\n    a_sum_rest_own[i, j] = a_sum_exp[i, j, a_sum_at[i, j]]\n    a_sum_rest_all[i, j] = a_sum_rest_own[i, j] + a_sum_rest_others[i, j]\n    a_sum_rest_odds[i, j] = a_sum_rest_others[i, j] / a_sum_rest_own[i, j]\n    a_sum_rest_share[i, j] = 1 / (1 + a_sum_rest_odds[i, j])\n    a[i, j, l] = a_sum_rest_share[i, j] if l = a_sum_at[i, j] else a_sum_exp[i, j, l] / a_sum_rest_all[i, j]\n    y[n, i, d] = Σ_j a[n, i, j] · v[n, j, d]\n    → y\n\nGiven cotangent[N, T, 16]\n\nGradient\n    d_a[n, i, j] = Σ_d cotangent[n, i, d] · v[n, j, d]\n    d_v[n, j, d] = Σ_i cotangent[n, i, d] · a[n, i, j]\n    d_a_sum_rest_all[i, j] = −Σ_{l : not (l = a_sum_at[i, j])} d_a[i, j, l] · a[i, j, l] / a_sum_rest_all[i, j]\n    d_a_sum_rest_share[i, j] = d_a[i, j, a_sum_at[i, j]] if a_sum_at[i, j] < T else 0\n    d_a_sum_rest_odds[i, j] = −d_a_sum_rest_share[i, j] · a_sum_rest_share[i, j] / (1 + a_sum_rest_odds[i, j])\n    d_a_sum_rest_own₂[i, j] = d_a_sum_rest_all[i, j] − d_a_sum_rest_odds[i, j] · a_sum_rest_odds[i, j] / a_sum_rest_own[i, j]\n    d_a_sum_rest_others₂[i, j] = d_a_sum_rest_odds[i, j] / a_sum_rest_own[i, j] + d_a_sum_rest_all[i, j]\n    d_a_sum_exp₂[i, j, l] = 0 if l = a_sum_at[i, j] else d_a[i, j, l] / a_sum_rest_all[i, j] + d_a_sum_rest_others₂[i, j]\n    d_a_sum_exp₂[i, j, a_sum_at[i, j]] += d_a_sum_rest_own₂[i, j]   for i < N, j < T\n    d_s[i, j, l] = d_a_sum_exp₂[i, j, l] · a_sum_exp[i, j, l]\n    d_s_sum[i, j, l] = d_s[i, j, l] / √16 if l ≤ j else 0\n    d_q[n, i, d] = Σ_{j : j ≤ i} d_s_sum[n, i, j] · k[n, j, d]\n    d_k[n, j, d] = Σ_{i : j ≤ i} d_s_sum[n, i, j] · q[n, i, d]\n    d_x[i, j, m] = Σ_l d_v[i, j, l] · wv[m, l]\n    d_wv[m, l] = Σ_{i,j} d_v[i, j, l] · x[i, j, m]\n    d_x[i, j, m] += Σ_l d_k[i, j, l] · wk[m, l]\n    d_wk[m, l] = Σ_{i,j} d_k[i, j, l] · x[i, j, m]\n    d_x[i, j, m] += Σ_l d_q[i, j, l] · wq[m, l]\n    d_wq[m, l] = Σ_{i,j} d_q[i, j, l] · x[i, j, m]\n    → ∂y/∂wq = d_wq\n    → ∂y/∂wk = d_wk\n    → ∂y/∂wv = d_wv\n    → ∂y/∂x = d_x\n";
    /// How `Attention::attend` is computed, as LaTeX.
    pub const ATTEND_LATEX: &'static str = "\\begin{aligned}\nq_{i, j, l} &= \\sum_{m} x_{i, j, m} \\, \\mathit{wq}_{m, l} \\\\\nk_{i, j, l} &= \\sum_{m} x_{i, j, m} \\, \\mathit{wk}_{m, l} \\\\\nv_{i, j, l} &= \\sum_{m} x_{i, j, m} \\, \\mathit{wv}_{m, l} \\\\\n{\\mathit{s\\_sum}}_{n, i, j} &= \\sum_{d :\\ j \\le i} q_{n, i, d} \\, k_{n, j, d} \\\\\ns_{i, j, l} &= \\begin{cases} \\frac{{\\mathit{s\\_sum}}_{i, j, l}}{\\sqrt{16}} & \\text{if } l \\le j \\\\ -\\infty & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{a\\_sum\\_at}}_{i, j} &= \\operatorname*{arg\\,max}_{l} s_{i, j, l} \\\\\n{\\mathit{a\\_sum\\_top}}_{i, j} &= \\operatorname{constant}\\left(s_{i, j, {\\mathit{a\\_sum\\_at}}_{i, j}}\\right) \\\\\n{\\mathit{a\\_sum\\_shift}}_{i, j} &= \\begin{cases} {\\mathit{a\\_sum\\_top}}_{i, j} & \\text{if } \\left|{\\mathit{a\\_sum\\_top}}_{i, j}\\right| < \\infty \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{a\\_sum\\_exp}}_{i, j, l} &= e^{s_{i, j, l} - {\\mathit{a\\_sum\\_shift}}_{i, j}} \\\\\n{\\mathit{a\\_sum\\_rest\\_others}}_{i, j} &= \\sum_{l :\\ \\neg \\left(l = {\\mathit{a\\_sum\\_at}}_{i, j}\\right)} {\\mathit{a\\_sum\\_exp}}_{i, j, l} \\\\\n{\\mathit{a\\_sum\\_rest\\_own}}_{i, j} &= {\\mathit{a\\_sum\\_exp}}_{i, j, {\\mathit{a\\_sum\\_at}}_{i, j}} \\\\\n{\\mathit{a\\_sum\\_rest\\_all}}_{i, j} &= {\\mathit{a\\_sum\\_rest\\_own}}_{i, j} + {\\mathit{a\\_sum\\_rest\\_others}}_{i, j} \\\\\n{\\mathit{a\\_sum\\_rest\\_odds}}_{i, j} &= \\frac{{\\mathit{a\\_sum\\_rest\\_others}}_{i, j}}{{\\mathit{a\\_sum\\_rest\\_own}}_{i, j}} \\\\\n{\\mathit{a\\_sum\\_rest\\_share}}_{i, j} &= \\frac{1}{1 + {\\mathit{a\\_sum\\_rest\\_odds}}_{i, j}} \\\\\na_{i, j, l} &= \\begin{cases} {\\mathit{a\\_sum\\_rest\\_share}}_{i, j} & \\text{if } l = {\\mathit{a\\_sum\\_at}}_{i, j} \\\\ \\frac{{\\mathit{a\\_sum\\_exp}}_{i, j, l}}{{\\mathit{a\\_sum\\_rest\\_all}}_{i, j}} & \\text{otherwise} \\end{cases} \\\\\ny_{n, i, d} &= \\sum_{j} a_{n, i, j} \\, v_{n, j, d} \\\\\n\\partial a_{n, i, j} &= \\sum_{d} \\mathit{cotangent}_{n, i, d} \\, v_{n, j, d} \\\\\n\\partial v_{n, j, d} &= \\sum_{i} \\mathit{cotangent}_{n, i, d} \\, a_{n, i, j} \\\\\n{\\partial \\mathit{a\\_sum\\_rest\\_all}}_{i, j} &= -\\sum_{l :\\ \\neg \\left(l = {\\mathit{a\\_sum\\_at}}_{i, j}\\right)} \\frac{\\partial a_{i, j, l} \\, a_{i, j, l}}{{\\mathit{a\\_sum\\_rest\\_all}}_{i, j}} \\\\\n{\\partial \\mathit{a\\_sum\\_rest\\_share}}_{i, j} &= \\begin{cases} \\partial a_{i, j, {\\mathit{a\\_sum\\_at}}_{i, j}} & \\text{if } {\\mathit{a\\_sum\\_at}}_{i, j} < T \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\partial \\mathit{a\\_sum\\_rest\\_odds}}_{i, j} &= -\\frac{{\\partial \\mathit{a\\_sum\\_rest\\_share}}_{i, j} \\, {\\mathit{a\\_sum\\_rest\\_share}}_{i, j}}{1 + {\\mathit{a\\_sum\\_rest\\_odds}}_{i, j}} \\\\\n{\\partial \\mathit{a\\_sum\\_rest\\_own}^{(2)}}_{i, j} &= {\\partial \\mathit{a\\_sum\\_rest\\_all}}_{i, j} - \\frac{{\\partial \\mathit{a\\_sum\\_rest\\_odds}}_{i, j} \\, {\\mathit{a\\_sum\\_rest\\_odds}}_{i, j}}{{\\mathit{a\\_sum\\_rest\\_own}}_{i, j}} \\\\\n{\\partial \\mathit{a\\_sum\\_rest\\_others}^{(2)}}_{i, j} &= \\frac{{\\partial \\mathit{a\\_sum\\_rest\\_odds}}_{i, j}}{{\\mathit{a\\_sum\\_rest\\_own}}_{i, j}} + {\\partial \\mathit{a\\_sum\\_rest\\_all}}_{i, j} \\\\\n{\\partial \\mathit{a\\_sum\\_exp}^{(2)}}_{i, j, l} &= \\begin{cases} 0 & \\text{if } l = {\\mathit{a\\_sum\\_at}}_{i, j} \\\\ \\frac{\\partial a_{i, j, l}}{{\\mathit{a\\_sum\\_rest\\_all}}_{i, j}} + {\\partial \\mathit{a\\_sum\\_rest\\_others}^{(2)}}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n{\\partial \\mathit{a\\_sum\\_exp}^{(2)}}_{i, j, {\\mathit{a\\_sum\\_at}}_{i, j}} &\\mathrel{+}= {\\partial \\mathit{a\\_sum\\_rest\\_own}^{(2)}}_{i, j} \\quad \\text{for } i < N,\\ j < T \\\\\n\\partial s_{i, j, l} &= {\\partial \\mathit{a\\_sum\\_exp}^{(2)}}_{i, j, l} \\, {\\mathit{a\\_sum\\_exp}}_{i, j, l} \\\\\n{\\partial \\mathit{s\\_sum}}_{i, j, l} &= \\begin{cases} \\frac{\\partial s_{i, j, l}}{\\sqrt{16}} & \\text{if } l \\le j \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\partial q_{n, i, d} &= \\sum_{j :\\ j \\le i} {\\partial \\mathit{s\\_sum}}_{n, i, j} \\, k_{n, j, d} \\\\\n\\partial k_{n, j, d} &= \\sum_{i :\\ j \\le i} {\\partial \\mathit{s\\_sum}}_{n, i, j} \\, q_{n, i, d} \\\\\n\\partial x_{i, j, m} &= \\sum_{l} \\partial v_{i, j, l} \\, \\mathit{wv}_{m, l} \\\\\n\\partial \\mathit{wv}_{m, l} &= \\sum_{i, j} \\partial v_{i, j, l} \\, x_{i, j, m} \\\\\n\\partial x_{i, j, m} &\\mathrel{+}= \\sum_{l} \\partial k_{i, j, l} \\, \\mathit{wk}_{m, l} \\\\\n\\partial \\mathit{wk}_{m, l} &= \\sum_{i, j} \\partial k_{i, j, l} \\, x_{i, j, m} \\\\\n\\partial x_{i, j, m} &\\mathrel{+}= \\sum_{l} \\partial q_{i, j, l} \\, \\mathit{wq}_{m, l} \\\\\n\\partial \\mathit{wq}_{m, l} &= \\sum_{i, j} \\partial q_{i, j, l} \\, x_{i, j, m} \\\\\n\\frac{\\partial y}{\\partial \\mathit{wq}} &= \\partial \\mathit{wq} \\\\\n\\frac{\\partial y}{\\partial \\mathit{wk}} &= \\partial \\mathit{wk} \\\\\n\\frac{\\partial y}{\\partial \\mathit{wv}} &= \\partial \\mathit{wv} \\\\\n\\frac{\\partial y}{\\partial x} &= \\partial x\n\\end{aligned}\n";
    /// How `Attention::attend` is computed, as a graph in the DOT language, forward and backward.
    pub const ATTEND_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[N, T, 16]\"]\n    input1 [shape = ellipse, label = \"wq[16, 16]\"]\n    input3 [shape = ellipse, label = \"wk[16, 16]\"]\n    input5 [shape = ellipse, label = \"wv[16, 16]\"]\n    input24 [shape = ellipse, label = \"cotangent[N, T, 16]\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"q[i, j, l] = Σ_m x[i, j, m] · wq[m, l]\"]\n        node1 [label = \"k[i, j, l] = Σ_m x[i, j, m] · wk[m, l]\"]\n        node2 [label = \"v[i, j, l] = Σ_m x[i, j, m] · wv[m, l]\"]\n        node3 [label = \"s_sum[n, i, j] = Σ_{d : j ≤ i} q[n, i, d] · k[n, j, d]\"]\n        node4 [label = \"s[i, j, l] = s_sum[i, j, l] / √16 if l ≤ j else −∞\"]\n        node5 [label = \"a_sum_at[i, j] = argmax_l s[i, j, l]\"]\n        node6 [label = \"a_sum_top[i, j] = constant(s[i, j, a_sum_at[i, j]])\"]\n        node7 [label = \"a_sum_shift[i, j] = a_sum_top[i, j] if |a_sum_top[i, j]| < ∞ else 0\"]\n        node8 [label = \"a_sum_exp[i, j, l] = exp(s[i, j, l] − a_sum_shift[i, j])\"]\n        node9 [label = \"a_sum_rest_others[i, j] = Σ_{l : not (l = a_sum_at[i, j])} a_sum_exp[i, j, l]\"]\n        node10 [label = \"a_sum_rest_own[i, j] = a_sum_exp[i, j, a_sum_at[i, j]]\"]\n        node11 [label = \"a_sum_rest_all[i, j] = a_sum_rest_own[i, j] + a_sum_rest_others[i, j]\"]\n        node12 [label = \"a_sum_rest_odds[i, j] = a_sum_rest_others[i, j] / a_sum_rest_own[i, j]\"]\n        node13 [label = \"a_sum_rest_share[i, j] = 1 / (1 + a_sum_rest_odds[i, j])\"]\n        node14 [label = \"a[i, j, l] = a_sum_rest_share[i, j] if l = a_sum_at[i, j] else a_sum_exp[i, j, l] / a_sum_rest_all[i, j]\"]\n        node15 [label = \"y[n, i, d] = Σ_j a[n, i, j] · v[n, j, d]\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node16 [label = \"d_a[n, i, j] = Σ_d cotangent[n, i, d] · v[n, j, d]\"]\n        node17 [label = \"d_v[n, j, d] = Σ_i cotangent[n, i, d] · a[n, i, j]\"]\n        node18 [label = \"d_a_sum_rest_all[i, j] = −Σ_{l : not (l = a_sum_at[i, j])} d_a[i, j, l] · a[i, j, l] / a_sum_rest_all[i, j]\"]\n        node19 [label = \"d_a_sum_rest_share[i, j] = d_a[i, j, a_sum_at[i, j]] if a_sum_at[i, j] < T else 0\"]\n        node20 [label = \"d_a_sum_rest_odds[i, j] = −d_a_sum_rest_share[i, j] · a_sum_rest_share[i, j] / (1 + a_sum_rest_odds[i, j])\"]\n        node21 [label = \"d_a_sum_rest_own₂[i, j] = d_a_sum_rest_all[i, j] − d_a_sum_rest_odds[i, j] · a_sum_rest_odds[i, j] / a_sum_rest_own[i, j]\"]\n        node22 [label = \"d_a_sum_rest_others₂[i, j] = d_a_sum_rest_odds[i, j] / a_sum_rest_own[i, j] + d_a_sum_rest_all[i, j]\"]\n        node23 [label = \"d_a_sum_exp₂[i, j, l] = 0 if l = a_sum_at[i, j] else d_a[i, j, l] / a_sum_rest_all[i, j] + d_a_sum_rest_others₂[i, j]\"]\n        node24 [label = \"d_a_sum_exp₂[i, j, a_sum_at[i, j]] += d_a_sum_rest_own₂[i, j]   for i < N, j < T\"]\n        node25 [label = \"d_s[i, j, l] = d_a_sum_exp₂[i, j, l] · a_sum_exp[i, j, l]\"]\n        node26 [label = \"d_s_sum[i, j, l] = d_s[i, j, l] / √16 if l ≤ j else 0\"]\n        node27 [label = \"d_q[n, i, d] = Σ_{j : j ≤ i} d_s_sum[n, i, j] · k[n, j, d]\"]\n        node28 [label = \"d_k[n, j, d] = Σ_{i : j ≤ i} d_s_sum[n, i, j] · q[n, i, d]\"]\n        node29 [label = \"d_x[i, j, m] = Σ_l d_v[i, j, l] · wv[m, l]\"]\n        node30 [label = \"d_wv[m, l] = Σ_{i,j} d_v[i, j, l] · x[i, j, m]\"]\n        node31 [label = \"d_x[i, j, m] += Σ_l d_k[i, j, l] · wk[m, l]\"]\n        node32 [label = \"d_wk[m, l] = Σ_{i,j} d_k[i, j, l] · x[i, j, m]\"]\n        node33 [label = \"d_x[i, j, m] += Σ_l d_q[i, j, l] · wq[m, l]\"]\n        node34 [label = \"d_wq[m, l] = Σ_{i,j} d_q[i, j, l] · x[i, j, m]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂wq\"]\n    out2 [shape = ellipse, label = \"∂/∂wk\"]\n    out3 [shape = ellipse, label = \"∂/∂wv\"]\n    out4 [shape = ellipse, label = \"∂/∂x\"]\n    input0 -> node0\n    input1 -> node0\n    input0 -> node1\n    input3 -> node1\n    input0 -> node2\n    input5 -> node2\n    node0 -> node3\n    node1 -> node3\n    node3 -> node4\n    node4 -> node5\n    node4 -> node6\n    node5 -> node6\n    node6 -> node7\n    node4 -> node8\n    node7 -> node8\n    node8 -> node9\n    node5 -> node9\n    node8 -> node10\n    node5 -> node10\n    node10 -> node11\n    node9 -> node11\n    node10 -> node12\n    node9 -> node12\n    node12 -> node13\n    node8 -> node14\n    node5 -> node14\n    node11 -> node14\n    node13 -> node14\n    node14 -> node15\n    node2 -> node15\n    node2 -> node16\n    input24 -> node16\n    node14 -> node17\n    input24 -> node17\n    node14 -> node18\n    node5 -> node18\n    node11 -> node18\n    node16 -> node18\n    node5 -> node19\n    node16 -> node19\n    node12 -> node20\n    node13 -> node20\n    node19 -> node20\n    node10 -> node21\n    node12 -> node21\n    node20 -> node21\n    node18 -> node21\n    node10 -> node22\n    node20 -> node22\n    node18 -> node22\n    node5 -> node23\n    node11 -> node23\n    node16 -> node23\n    node22 -> node23\n    node21 -> node24\n    node5 -> node24\n    node23 -> node24\n    node8 -> node25\n    node24 -> node25\n    node25 -> node26\n    node1 -> node27\n    node26 -> node27\n    node0 -> node28\n    node26 -> node28\n    input5 -> node29\n    node17 -> node29\n    input0 -> node30\n    node17 -> node30\n    input3 -> node31\n    node28 -> node31\n    node29 -> node31\n    input0 -> node32\n    node28 -> node32\n    input1 -> node33\n    node27 -> node33\n    node31 -> node33\n    input0 -> node34\n    node27 -> node34\n    node15 -> out0\n    node34 -> out1\n    node32 -> out2\n    node30 -> out3\n    node33 -> out4\n}\n";
}
/// `Attention::attend` gone forward, from which its gradients are computed.
///
/// Borrows the model, the arguments and the workspace, so that they cannot change in between.
#[must_use]
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
pub struct AttentionAttendPass<'w> {
    model: &'w Attention,
    x: ::chainrule::Tensor<'w, f32, 3>,
    arena: &'w mut [f32],
}
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl AttentionAttendPass<'_> {
    /// The value of `Attention::attend`.
    #[must_use]
    pub fn value(&self) -> ::chainrule::Tensor<'_, f32, 3> {
        let x = self.x;
        let n = x.shape()[0];
        let t = x.shape()[1];
        let arena = &*self.arena;
        ::chainrule::Tensor::new(
            (&arena[n * t * 32..n * t * 48]).as_chunks::<16>().0.as_flattened(),
            [n, t, 16],
        )
    }
    /// Writes the gradient with respect to the parameters, `x`.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given x[N, T, 16], wq[16, 16], wk[16, 16], wv[16, 16]
    ///
    /// Value
    ///     q[i, j, l] = Σ_m x[i, j, m] · wq[m, l]
    ///     k[i, j, l] = Σ_m x[i, j, m] · wk[m, l]
    ///     v[i, j, l] = Σ_m x[i, j, m] · wv[m, l]
    ///     s_sum[n, i, j] = Σ_{d : j ≤ i} q[n, i, d] · k[n, j, d]
    ///     s[i, j, l] = s_sum[i, j, l] / √16 if l ≤ j else −∞
    ///     a_sum_at[i, j] = argmax_l s[i, j, l]
    ///     a_sum_top[i, j] = constant(s[i, j, a_sum_at[i, j]])
    ///     a_sum_shift[i, j] = a_sum_top[i, j] if |a_sum_top[i, j]| < ∞ else 0
    ///     a_sum_exp[i, j, l] = exp(s[i, j, l] − a_sum_shift[i, j])
    ///     a_sum_rest_others[i, j] = Σ_{l : not (l = a_sum_at[i, j])} a_sum_exp[i, j, l]
    ///     a_sum_rest_own[i, j] = a_sum_exp[i, j, a_sum_at[i, j]]
    ///     a_sum_rest_all[i, j] = a_sum_rest_own[i, j] + a_sum_rest_others[i, j]
    ///     a_sum_rest_odds[i, j] = a_sum_rest_others[i, j] / a_sum_rest_own[i, j]
    ///     a_sum_rest_share[i, j] = 1 / (1 + a_sum_rest_odds[i, j])
    ///     a[i, j, l] = a_sum_rest_share[i, j] if l = a_sum_at[i, j] else a_sum_exp[i, j, l] / a_sum_rest_all[i, j]
    ///     y[n, i, d] = Σ_j a[n, i, j] · v[n, j, d]
    ///     → y
    ///
    /// Given cotangent[N, T, 16]
    ///
    /// Gradient
    ///     d_a[n, i, j] = Σ_d cotangent[n, i, d] · v[n, j, d]
    ///     d_v[n, j, d] = Σ_i cotangent[n, i, d] · a[n, i, j]
    ///     d_a_sum_rest_all[i, j] = −Σ_{l : not (l = a_sum_at[i, j])} d_a[i, j, l] · a[i, j, l] / a_sum_rest_all[i, j]
    ///     d_a_sum_rest_share[i, j] = d_a[i, j, a_sum_at[i, j]] if a_sum_at[i, j] < T else 0
    ///     d_a_sum_rest_odds[i, j] = −d_a_sum_rest_share[i, j] · a_sum_rest_share[i, j] / (1 + a_sum_rest_odds[i, j])
    ///     d_a_sum_rest_own₂[i, j] = d_a_sum_rest_all[i, j] − d_a_sum_rest_odds[i, j] · a_sum_rest_odds[i, j] / a_sum_rest_own[i, j]
    ///     d_a_sum_rest_others₂[i, j] = d_a_sum_rest_odds[i, j] / a_sum_rest_own[i, j] + d_a_sum_rest_all[i, j]
    ///     d_a_sum_exp₂[i, j, l] = 0 if l = a_sum_at[i, j] else d_a[i, j, l] / a_sum_rest_all[i, j] + d_a_sum_rest_others₂[i, j]
    ///     d_a_sum_exp₂[i, j, a_sum_at[i, j]] += d_a_sum_rest_own₂[i, j]   for i < N, j < T
    ///     d_s[i, j, l] = d_a_sum_exp₂[i, j, l] · a_sum_exp[i, j, l]
    ///     d_s_sum[i, j, l] = d_s[i, j, l] / √16 if l ≤ j else 0
    ///     d_q[n, i, d] = Σ_{j : j ≤ i} d_s_sum[n, i, j] · k[n, j, d]
    ///     d_k[n, j, d] = Σ_{i : j ≤ i} d_s_sum[n, i, j] · q[n, i, d]
    ///     d_x[i, j, m] = Σ_l d_v[i, j, l] · wv[m, l]
    ///     d_wv[m, l] = Σ_{i,j} d_v[i, j, l] · x[i, j, m]
    ///     d_x[i, j, m] += Σ_l d_k[i, j, l] · wk[m, l]
    ///     d_wk[m, l] = Σ_{i,j} d_k[i, j, l] · x[i, j, m]
    ///     d_x[i, j, m] += Σ_l d_q[i, j, l] · wq[m, l]
    ///     d_wq[m, l] = Σ_{i,j} d_q[i, j, l] · x[i, j, m]
    ///     → ∂y/∂wq = d_wq
    ///     → ∂y/∂wk = d_wk
    ///     → ∂y/∂wv = d_wv
    ///     → ∂y/∂x = d_x
    /// ```
    ///
    /// # Panics
    /// Before anything is written:
    /// * if axis 0 of `cotangent` has not size `N`
    /// * if axis 1 of `cotangent` has not size `T`
    /// * if axis 2 of `cotangent` has not size 16
    /// * if axis 0 of `d_x` has not size `N`
    /// * if axis 1 of `d_x` has not size `T`
    /// * if axis 2 of `d_x` has not size 16
    #[track_caller]
    pub fn backward(
        self,
        cotangent: ::chainrule::Tensor<'_, f32, 3>,
        grads: &mut Attention,
        d_x: &mut ::chainrule::TensorMut<'_, f32, 3>,
    ) {
        let Self { model, arena, x, .. } = self;
        let n = x.shape()[0];
        let t = x.shape()[1];
        if cotangent.shape()[0] != n {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::backward",
                "cotangent",
                0,
                cotangent.shape()[0],
                "N",
                n,
                "x",
            );
        }
        if cotangent.shape()[1] != t {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::backward",
                "cotangent",
                1,
                cotangent.shape()[1],
                "T",
                t,
                "x",
            );
        }
        if cotangent.shape()[2] != 16 {
            ::chainrule::__private::panics::size(
                "AttentionAttendPass::backward",
                "cotangent",
                2,
                cotangent.shape()[2],
                16,
            );
        }
        if d_x.shape()[0] != n {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::backward",
                "d_x",
                0,
                d_x.shape()[0],
                "N",
                n,
                "x",
            );
        }
        if d_x.shape()[1] != t {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::backward",
                "d_x",
                1,
                d_x.shape()[1],
                "T",
                t,
                "x",
            );
        }
        if d_x.shape()[2] != 16 {
            ::chainrule::__private::panics::size(
                "AttentionAttendPass::backward",
                "d_x",
                2,
                d_x.shape()[2],
                16,
            );
        }
        let x = x.as_slice().as_chunks::<16>().0;
        let cotangent = cotangent.as_slice().as_chunks::<16>().0;
        let d_x = d_x.as_mut_slice().as_chunks_mut::<16>().0;
        {
            use ::chainrule::__private::{carve, kernels, larger};
            let [d_a, d_a_sum_rest_odds, v_3, a_sum_at, a_sum_rest_odds, a_sum_rest_share,
            ] = carve(
                arena,
                [
                    0..n * t * t,
                    n * t * t..n * t + n * t * t,
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 69 + n * t * t + t + t * t * 2,
                        n * t * 22 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_a = &mut d_a[..n * t * t];
            let d_a_sum_rest_odds = &mut d_a_sum_rest_odds[..n * t];
            let v_3 = &mut v_3.as_chunks_mut::<16>().0[..n * t];
            let a_sum_at = &::chainrule::__private::as_u32(a_sum_at)[..n * t];
            let a_sum_rest_odds = &a_sum_rest_odds[..n * t];
            let a_sum_rest_share = &a_sum_rest_share[..n * t];
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                model.wv.as_flattened(),
                false,
                v_3.as_flattened_mut(),
                false,
            );
            Attention::__compute_d_a(
                n,
                t,
                cotangent,
                v_3,
                a_sum_rest_odds,
                a_sum_rest_share,
                a_sum_at,
                d_a,
                d_a_sum_rest_odds,
            );
            let [d_a, d_a_sum_rest_odds, a_2, d_a_sum_exp, d_s_sum, d_v, a_sum_at,
            a_sum_rest_own, a_sum_rest_all, a_sum_rest_odds, a_sum_rest_share] = carve(
                arena,
                [
                    0..n * t * t,
                    n * t * t..n * t + n * t * t,
                    n * t + n * t * t..n * t + n * t * t + t * t,
                    n * t + n * t * t + t * t..n * t + n * t * t + t + t * t,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 66 + n * t * t + t + t * t * 2,
                        n * t * 19 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 66 + n * t * t + t + t * t * 2,
                        n * t * 19 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 69 + n * t * t + t + t * t * 2,
                        n * t * 22 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_a = &d_a[..n * t * t];
            let d_a_sum_rest_odds = &d_a_sum_rest_odds[..n * t];
            let a_2 = &mut a_2[..t * t];
            let d_a_sum_exp = &mut d_a_sum_exp[..t];
            let d_s_sum = &mut d_s_sum[..n * t * t];
            let d_v = &mut d_v.as_chunks_mut::<16>().0[..n * t];
            let a_sum_at = &::chainrule::__private::as_u32(a_sum_at)[..n * t];
            let a_sum_rest_own = &a_sum_rest_own[..n * t];
            let a_sum_rest_all = &a_sum_rest_all[..n * t];
            let a_sum_rest_odds = &a_sum_rest_odds[..n * t];
            let a_sum_rest_share = &a_sum_rest_share[..n * t];
            Attention::__compute_d_s_sum(
                n,
                t,
                a_sum_at,
                a_sum_rest_share,
                a_sum_rest_all,
                cotangent,
                d_a,
                d_a_sum_rest_odds,
                a_sum_rest_own,
                a_sum_rest_odds,
                d_s_sum,
                a_2,
                d_v,
                d_a_sum_exp,
            );
            let [d_q, k_2, q_2, d_s_sum] = carve(
                arena,
                [
                    0..n * t * 16,
                    n * t * 16..n * t * 32,
                    n * t * 32..n * t * 48,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_q = &mut d_q.as_chunks_mut::<16>().0[..n * t];
            let k_2 = &mut k_2.as_chunks_mut::<16>().0[..n * t];
            let q_2 = &mut q_2.as_chunks_mut::<16>().0[..n * t];
            let d_s_sum = &d_s_sum[..n * t * t];
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                model.wk.as_flattened(),
                false,
                k_2.as_flattened_mut(),
                false,
            );
            Attention::__compute_d_q(n, t, k_2, d_s_sum, d_q);
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                model.wq.as_flattened(),
                false,
                q_2.as_flattened_mut(),
                false,
            );
            let [d_q, d_k, q_2, d_s_sum, d_v] = carve(
                arena,
                [
                    0..n * t * 16,
                    n * t * 16..n * t * 32,
                    n * t * 32..n * t * 48,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_q = &d_q.as_chunks::<16>().0[..n * t];
            let d_k = &mut d_k.as_chunks_mut::<16>().0[..n * t];
            let q_2 = &q_2.as_chunks::<16>().0[..n * t];
            let d_s_sum = &d_s_sum[..n * t * t];
            let d_v = &d_v.as_chunks::<16>().0[..n * t];
            Attention::__compute_d_k(n, t, q_2, d_s_sum, d_k);
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                d_v.as_flattened(),
                (16, 1),
                model.wv.as_flattened(),
                true,
                d_x.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                16,
                n * t,
                x.as_flattened(),
                (1, 16),
                d_v.as_flattened(),
                false,
                grads.wv.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                d_k.as_flattened(),
                (16, 1),
                model.wk.as_flattened(),
                true,
                d_x.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                16,
                n * t,
                x.as_flattened(),
                (1, 16),
                d_k.as_flattened(),
                false,
                grads.wk.as_flattened_mut(),
                false,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                d_q.as_flattened(),
                (16, 1),
                model.wq.as_flattened(),
                true,
                d_x.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                16,
                n * t,
                x.as_flattened(),
                (1, 16),
                d_q.as_flattened(),
                false,
                grads.wq.as_flattened_mut(),
                false,
            );
        };
    }
    /// Adds the gradient with respect to the parameters, `x` to what is there.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if axis 0 of `cotangent` has not size `N`
    /// * if axis 1 of `cotangent` has not size `T`
    /// * if axis 2 of `cotangent` has not size 16
    /// * if axis 0 of `d_x` has not size `N`
    /// * if axis 1 of `d_x` has not size `T`
    /// * if axis 2 of `d_x` has not size 16
    #[track_caller]
    pub fn accumulate(
        self,
        cotangent: ::chainrule::Tensor<'_, f32, 3>,
        grads: &mut Attention,
        d_x: &mut ::chainrule::TensorMut<'_, f32, 3>,
    ) {
        let Self { model, arena, x, .. } = self;
        let n = x.shape()[0];
        let t = x.shape()[1];
        if cotangent.shape()[0] != n {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::accumulate",
                "cotangent",
                0,
                cotangent.shape()[0],
                "N",
                n,
                "x",
            );
        }
        if cotangent.shape()[1] != t {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::accumulate",
                "cotangent",
                1,
                cotangent.shape()[1],
                "T",
                t,
                "x",
            );
        }
        if cotangent.shape()[2] != 16 {
            ::chainrule::__private::panics::size(
                "AttentionAttendPass::accumulate",
                "cotangent",
                2,
                cotangent.shape()[2],
                16,
            );
        }
        if d_x.shape()[0] != n {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::accumulate",
                "d_x",
                0,
                d_x.shape()[0],
                "N",
                n,
                "x",
            );
        }
        if d_x.shape()[1] != t {
            ::chainrule::__private::panics::axis(
                "AttentionAttendPass::accumulate",
                "d_x",
                1,
                d_x.shape()[1],
                "T",
                t,
                "x",
            );
        }
        if d_x.shape()[2] != 16 {
            ::chainrule::__private::panics::size(
                "AttentionAttendPass::accumulate",
                "d_x",
                2,
                d_x.shape()[2],
                16,
            );
        }
        let x = x.as_slice().as_chunks::<16>().0;
        let cotangent = cotangent.as_slice().as_chunks::<16>().0;
        let d_x = d_x.as_mut_slice().as_chunks_mut::<16>().0;
        {
            use ::chainrule::__private::{carve, kernels, larger};
            let [d_a, d_a_sum_rest_odds, v_3, a_sum_at, a_sum_rest_odds, a_sum_rest_share,
            ] = carve(
                arena,
                [
                    0..n * t * t,
                    n * t * t..n * t + n * t * t,
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 69 + n * t * t + t + t * t * 2,
                        n * t * 22 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_a = &mut d_a[..n * t * t];
            let d_a_sum_rest_odds = &mut d_a_sum_rest_odds[..n * t];
            let v_3 = &mut v_3.as_chunks_mut::<16>().0[..n * t];
            let a_sum_at = &::chainrule::__private::as_u32(a_sum_at)[..n * t];
            let a_sum_rest_odds = &a_sum_rest_odds[..n * t];
            let a_sum_rest_share = &a_sum_rest_share[..n * t];
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                model.wv.as_flattened(),
                false,
                v_3.as_flattened_mut(),
                false,
            );
            Attention::__compute_d_a(
                n,
                t,
                cotangent,
                v_3,
                a_sum_rest_odds,
                a_sum_rest_share,
                a_sum_at,
                d_a,
                d_a_sum_rest_odds,
            );
            let [d_a, d_a_sum_rest_odds, a_2, d_a_sum_exp, d_s_sum, d_v, a_sum_at,
            a_sum_rest_own, a_sum_rest_all, a_sum_rest_odds, a_sum_rest_share] = carve(
                arena,
                [
                    0..n * t * t,
                    n * t * t..n * t + n * t * t,
                    n * t + n * t * t..n * t + n * t * t + t * t,
                    n * t + n * t * t + t * t..n * t + n * t * t + t + t * t,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 65 + n * t * t + t + t * t * 2,
                        n * t * 18 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 66 + n * t * t + t + t * t * 2,
                        n * t * 19 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 66 + n * t * t + t + t * t * 2,
                        n * t * 19 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 67 + n * t * t + t + t * t * 2,
                        n * t * 20 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 68 + n * t * t + t + t * t * 2,
                        n * t * 21 + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 69 + n * t * t + t + t * t * 2,
                        n * t * 22 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_a = &d_a[..n * t * t];
            let d_a_sum_rest_odds = &d_a_sum_rest_odds[..n * t];
            let a_2 = &mut a_2[..t * t];
            let d_a_sum_exp = &mut d_a_sum_exp[..t];
            let d_s_sum = &mut d_s_sum[..n * t * t];
            let d_v = &mut d_v.as_chunks_mut::<16>().0[..n * t];
            let a_sum_at = &::chainrule::__private::as_u32(a_sum_at)[..n * t];
            let a_sum_rest_own = &a_sum_rest_own[..n * t];
            let a_sum_rest_all = &a_sum_rest_all[..n * t];
            let a_sum_rest_odds = &a_sum_rest_odds[..n * t];
            let a_sum_rest_share = &a_sum_rest_share[..n * t];
            Attention::__compute_d_s_sum(
                n,
                t,
                a_sum_at,
                a_sum_rest_share,
                a_sum_rest_all,
                cotangent,
                d_a,
                d_a_sum_rest_odds,
                a_sum_rest_own,
                a_sum_rest_odds,
                d_s_sum,
                a_2,
                d_v,
                d_a_sum_exp,
            );
            let [d_q, k_2, q_2, d_s_sum] = carve(
                arena,
                [
                    0..n * t * 16,
                    n * t * 16..n * t * 32,
                    n * t * 32..n * t * 48,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_q = &mut d_q.as_chunks_mut::<16>().0[..n * t];
            let k_2 = &mut k_2.as_chunks_mut::<16>().0[..n * t];
            let q_2 = &mut q_2.as_chunks_mut::<16>().0[..n * t];
            let d_s_sum = &d_s_sum[..n * t * t];
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                model.wk.as_flattened(),
                false,
                k_2.as_flattened_mut(),
                false,
            );
            Attention::__compute_d_q(n, t, k_2, d_s_sum, d_q);
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                x.as_flattened(),
                (16, 1),
                model.wq.as_flattened(),
                false,
                q_2.as_flattened_mut(),
                false,
            );
            let [d_q, d_k, q_2, d_s_sum, d_v] = carve(
                arena,
                [
                    0..n * t * 16,
                    n * t * 16..n * t * 32,
                    n * t * 32..n * t * 48,
                    larger(
                        n * t * 48 + t + t * t * 2,
                        n * t + n * t * t + t + t * t,
                    )..larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    ),
                    larger(
                        n * t * 48 + n * t * t + t + t * t * 2,
                        n * t + n * t * t * 2 + t + t * t,
                    )..larger(
                        n * t * 64 + n * t * t + t + t * t * 2,
                        n * t * 17 + n * t * t * 2 + t + t * t,
                    ),
                ],
            );
            let d_q = &d_q.as_chunks::<16>().0[..n * t];
            let d_k = &mut d_k.as_chunks_mut::<16>().0[..n * t];
            let q_2 = &q_2.as_chunks::<16>().0[..n * t];
            let d_s_sum = &d_s_sum[..n * t * t];
            let d_v = &d_v.as_chunks::<16>().0[..n * t];
            Attention::__compute_d_k(n, t, q_2, d_s_sum, d_k);
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                d_v.as_flattened(),
                (16, 1),
                model.wv.as_flattened(),
                true,
                d_x.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                16,
                n * t,
                x.as_flattened(),
                (1, 16),
                d_v.as_flattened(),
                false,
                grads.wv.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                d_k.as_flattened(),
                (16, 1),
                model.wk.as_flattened(),
                true,
                d_x.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                16,
                n * t,
                x.as_flattened(),
                (1, 16),
                d_k.as_flattened(),
                false,
                grads.wk.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                n * t,
                16,
                d_q.as_flattened(),
                (16, 1),
                model.wq.as_flattened(),
                true,
                d_x.as_flattened_mut(),
                true,
            );
            kernels::matmul_narrow::<
                16,
                _,
            >(
                16,
                n * t,
                x.as_flattened(),
                (1, 16),
                d_q.as_flattened(),
                false,
                grads.wq.as_flattened_mut(),
                true,
            );
        };
    }
}
#[allow(
    dead_code,
    deprecated,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::approx_constant,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::int_plus_one,
    clippy::manual_div_ceil,
    clippy::manual_range_contains,
    clippy::many_single_char_names,
    clippy::needless_borrow,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl Attention {
    /// Computes `s_sum_product`, `s`, `a_sum_at`, `d_s_sum`, `a_sum_rest_own`, `a_sum_rest_all`, `a_sum_rest_odds`, `a_sum_rest_share`, `a` and `y` from `q`, `k` and `v_2`.
    fn __compute_s_sum_product(
        n: usize,
        t: usize,
        q: &[[f32; 16]],
        k: &[[f32; 16]],
        v_2: &[[f32; 16]],
        s_sum_product: &mut [f32],
        s: &mut [f32],
        a_sum_at: &mut [u32],
        d_s_sum: &mut [f32],
        a_sum_rest_own: &mut [f32],
        a_sum_rest_all: &mut [f32],
        a_sum_rest_odds: &mut [f32],
        a_sum_rest_share: &mut [f32],
        a: &mut [f32],
        y: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let q = &q[..n * t];
                let k = &k[..n * t];
                let v_2 = &v_2[..n * t];
                let s_sum_product = &mut s_sum_product[..t * t];
                let s = &mut s[..t];
                let a_sum_at = &mut a_sum_at[..n * t];
                let d_s_sum = &mut d_s_sum[..n * t * t];
                let a_sum_rest_own = &mut a_sum_rest_own[..n * t];
                let a_sum_rest_all = &mut a_sum_rest_all[..n * t];
                let a_sum_rest_odds = &mut a_sum_rest_odds[..n * t];
                let a_sum_rest_share = &mut a_sum_rest_share[..n * t];
                let a = &mut a[..t * t];
                let y = &mut y[..n * t];
                for n_2 in 0..n {
                    kernels::matmul(
                        t,
                        t,
                        16,
                        q[n_2 * t..][..t].as_flattened(),
                        (16, 1),
                        k[n_2 * t..][..t].as_flattened(),
                        (1, 16),
                        s_sum_product,
                        t,
                        false,
                    );
                    for j in 0..t {
                        let s_sum_product_row = &s_sum_product[j * t..][..t];
                        let s_row = &mut s[..t];
                        for k_3 in 0..t {
                            s_row[k_3] = if k_3 <= j {
                                s_sum_product_row[k_3] / math::sqrt(16.0)
                            } else {
                                -::chainrule::__private::core::primitive::f32::INFINITY
                            };
                        }
                        let mut best = 0;
                        let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
                        for k_3 in 0..t {
                            let candidate = s[k_3];
                            if candidate > largest
                                || (candidate.is_nan() && !largest.is_nan())
                            {
                                best = k_3;
                                largest = candidate;
                            }
                        }
                        a_sum_at[n_2 * t + j] = best as u32;
                        let a_sum_shift = if math::abs(largest)
                            < ::chainrule::__private::core::primitive::f32::INFINITY
                        {
                            largest
                        } else {
                            0.0
                        };
                        let s_row = &s[..t];
                        let d_s_sum_row = &mut d_s_sum[(n_2 * t + j) * t..][..t];
                        for k_3 in 0..t {
                            d_s_sum_row[k_3] = math::exp(cpu, s_row[k_3] - a_sum_shift);
                        }
                        let a_sum_rest_others = kernels::sum_of(
                            t,
                            #[inline(always)]
                            |k_3| {
                                if k_3 == (a_sum_at[n_2 * t + j] as usize) {
                                    0.0
                                } else {
                                    d_s_sum[(n_2 * t + j) * t + k_3]
                                }
                            },
                        );
                        a_sum_rest_own[n_2 * t + j] = d_s_sum[(n_2 * t + j) * t
                            + a_sum_at[n_2 * t + j] as usize];
                        a_sum_rest_all[n_2 * t + j] = a_sum_rest_own[n_2 * t + j]
                            + a_sum_rest_others;
                        a_sum_rest_odds[n_2 * t + j] = a_sum_rest_others
                            / a_sum_rest_own[n_2 * t + j];
                        a_sum_rest_share[n_2 * t + j] = 1.0
                            / (1.0 + a_sum_rest_odds[n_2 * t + j]);
                        let d_s_sum_row = &d_s_sum[(n_2 * t + j) * t..][..t];
                        let a_row = &mut a[j * t..][..t];
                        for k_3 in 0..t {
                            a_row[k_3] = if k_3 == (a_sum_at[n_2 * t + j] as usize) {
                                a_sum_rest_share[n_2 * t + j]
                            } else {
                                d_s_sum_row[k_3] / a_sum_rest_all[n_2 * t + j]
                            };
                        }
                    }
                    kernels::matmul_narrow::<
                        16,
                        _,
                    >(
                        t,
                        t,
                        a,
                        (t, 1),
                        v_2[n_2 * t..][..t].as_flattened(),
                        false,
                        y[n_2 * t..][..t].as_flattened_mut(),
                        false,
                    );
                }
            },
        )
    }
    /// Computes `s_sum_product`, `s`, `a_sum_exp`, `a` and `y` from `q`, `k` and `v_2`.
    fn __compute_s_sum_product_2(
        n: usize,
        t: usize,
        q: &[[f32; 16]],
        k: &[[f32; 16]],
        v_2: &[[f32; 16]],
        s_sum_product: &mut [f32],
        s: &mut [f32],
        a_sum_exp: &mut [f32],
        a: &mut [f32],
        y: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let q = &q[..n * t];
                let k = &k[..n * t];
                let v_2 = &v_2[..n * t];
                let s_sum_product = &mut s_sum_product[..t * t];
                let s = &mut s[..t];
                let a_sum_exp = &mut a_sum_exp[..t];
                let a = &mut a[..t * t];
                let y = &mut y[..n * t];
                for n_2 in 0..n {
                    kernels::matmul(
                        t,
                        t,
                        16,
                        q[n_2 * t..][..t].as_flattened(),
                        (16, 1),
                        k[n_2 * t..][..t].as_flattened(),
                        (1, 16),
                        s_sum_product,
                        t,
                        false,
                    );
                    for j in 0..t {
                        let s_sum_product_row = &s_sum_product[j * t..][..t];
                        let s_row = &mut s[..t];
                        for k_2 in 0..t {
                            s_row[k_2] = if k_2 <= j {
                                s_sum_product_row[k_2] / math::sqrt(16.0)
                            } else {
                                -::chainrule::__private::core::primitive::f32::INFINITY
                            };
                        }
                        let mut a_sum_at = 0;
                        let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
                        for k_2 in 0..t {
                            let candidate = s[k_2];
                            if candidate > largest
                                || (candidate.is_nan() && !largest.is_nan())
                            {
                                a_sum_at = k_2;
                                largest = candidate;
                            }
                        }
                        let a_sum_shift = if math::abs(largest)
                            < ::chainrule::__private::core::primitive::f32::INFINITY
                        {
                            largest
                        } else {
                            0.0
                        };
                        for k_2 in 0..t {
                            a_sum_exp[k_2] = math::exp(cpu, s[k_2] - a_sum_shift);
                        }
                        let a_sum_rest_others = kernels::sum_of(
                            t,
                            #[inline(always)]
                            |k_2| if k_2 == a_sum_at { 0.0 } else { a_sum_exp[k_2] },
                        );
                        let a_sum_rest_own = a_sum_exp[a_sum_at];
                        let a_sum_rest_share = 1.0
                            / (1.0 + a_sum_rest_others / a_sum_rest_own);
                        let a_sum_rest_all = a_sum_rest_own + a_sum_rest_others;
                        let a_sum_exp_row = &a_sum_exp[..t];
                        let a_row = &mut a[j * t..][..t];
                        for k_2 in 0..t {
                            a_row[k_2] = if k_2 == a_sum_at {
                                a_sum_rest_share
                            } else {
                                a_sum_exp_row[k_2] / a_sum_rest_all
                            };
                        }
                    }
                    kernels::matmul_narrow::<
                        16,
                        _,
                    >(
                        t,
                        t,
                        a,
                        (t, 1),
                        v_2[n_2 * t..][..t].as_flattened(),
                        false,
                        y[n_2 * t..][..t].as_flattened_mut(),
                        false,
                    );
                }
            },
        )
    }
    /// Computes `d_a` and `d_a_sum_rest_odds` from `cotangent`, `v_3`, `a_sum_rest_odds`, `a_sum_rest_share` and `a_sum_at`.
    fn __compute_d_a(
        n: usize,
        t: usize,
        cotangent: &[[f32; 16]],
        v_3: &[[f32; 16]],
        a_sum_rest_odds: &[f32],
        a_sum_rest_share: &[f32],
        a_sum_at: &[u32],
        d_a: &mut [f32],
        d_a_sum_rest_odds: &mut [f32],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            {
                let t = t as u64;
                96 * t + 16 * t * t
            },
            (
                &cotangent[..n * t],
                &v_3[..n * t],
                &a_sum_rest_odds[..n * t],
                &a_sum_rest_share[..n * t],
                &a_sum_at[..n * t],
                &mut d_a[..n * t * t],
                &mut d_a_sum_rest_odds[..n * t],
            ),
            (),
            (),
            #[inline(always)]
            move |
                _,
                rows,
                (
                    cotangent,
                    v_3,
                    a_sum_rest_odds,
                    a_sum_rest_share,
                    a_sum_at,
                    d_a,
                    d_a_sum_rest_odds,
                ),
                (),
                ()|
            {
                let cotangent = &cotangent[..rows * t];
                let v_3 = &v_3[..rows * t];
                let a_sum_rest_odds = &a_sum_rest_odds[..rows * t];
                let a_sum_rest_share = &a_sum_rest_share[..rows * t];
                let a_sum_at = &a_sum_at[..rows * t];
                let d_a = &mut d_a[..rows * (t * t)];
                let d_a_sum_rest_odds = &mut d_a_sum_rest_odds[..rows * t];
                for n_2 in 0..rows {
                    kernels::matmul(
                        t,
                        t,
                        16,
                        cotangent[n_2 * t..][..t].as_flattened(),
                        (16, 1),
                        v_3[n_2 * t..][..t].as_flattened(),
                        (1, 16),
                        &mut d_a[n_2 * t * t..][..t * t],
                        t,
                        false,
                    );
                    let a_sum_rest_odds_row = &a_sum_rest_odds[n_2 * t..][..t];
                    let a_sum_rest_share_row = &a_sum_rest_share[n_2 * t..][..t];
                    let d_a_sum_rest_odds_row = &mut d_a_sum_rest_odds[n_2 * t..][..t];
                    for j in 0..t {
                        d_a_sum_rest_odds_row[j] = if (a_sum_at[n_2 * t + j] as usize)
                            < t
                        {
                            -(d_a[(n_2 * t + j) * t + a_sum_at[n_2 * t + j] as usize]
                                / (1.0 + a_sum_rest_odds_row[j]) * a_sum_rest_share_row[j])
                        } else {
                            0.0
                        };
                    }
                }
            },
        )
    }
    /// Computes `d_s_sum`, `a_2`, `d_v` and `d_a_sum_exp` from `a_sum_at`, `a_sum_rest_share`, `a_sum_rest_all`, `cotangent`, `d_a`, `d_a_sum_rest_odds`, `a_sum_rest_own` and `a_sum_rest_odds`.
    fn __compute_d_s_sum(
        n: usize,
        t: usize,
        a_sum_at: &[u32],
        a_sum_rest_share: &[f32],
        a_sum_rest_all: &[f32],
        cotangent: &[[f32; 16]],
        d_a: &[f32],
        d_a_sum_rest_odds: &[f32],
        a_sum_rest_own: &[f32],
        a_sum_rest_odds: &[f32],
        d_s_sum: &mut [f32],
        a_2: &mut [f32],
        d_v: &mut [[f32; 16]],
        d_a_sum_exp: &mut [f32],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |_| {
                let a_sum_at = &a_sum_at[..n * t];
                let a_sum_rest_share = &a_sum_rest_share[..n * t];
                let a_sum_rest_all = &a_sum_rest_all[..n * t];
                let cotangent = &cotangent[..n * t];
                let d_a = &d_a[..n * t * t];
                let d_a_sum_rest_odds = &d_a_sum_rest_odds[..n * t];
                let a_sum_rest_own = &a_sum_rest_own[..n * t];
                let a_sum_rest_odds = &a_sum_rest_odds[..n * t];
                let d_s_sum = &mut d_s_sum[..n * t * t];
                let a_2 = &mut a_2[..t * t];
                let d_v = &mut d_v[..n * t];
                let d_a_sum_exp = &mut d_a_sum_exp[..t];
                for i in 0..n {
                    for j in 0..t {
                        let d_s_sum_row = &d_s_sum[(i * t + j) * t..][..t];
                        let a_2_row = &mut a_2[j * t..][..t];
                        for k_3 in 0..t {
                            a_2_row[k_3] = if k_3 == (a_sum_at[i * t + j] as usize) {
                                a_sum_rest_share[i * t + j]
                            } else {
                                d_s_sum_row[k_3] / a_sum_rest_all[i * t + j]
                            };
                        }
                    }
                    kernels::matmul_narrow::<
                        16,
                        _,
                    >(
                        t,
                        t,
                        a_2,
                        (1, t),
                        cotangent[i * t..][..t].as_flattened(),
                        false,
                        d_v[i * t..][..t].as_flattened_mut(),
                        false,
                    );
                    for j in 0..t {
                        let d_a_sum_rest_all = kernels::sum_of(
                            t,
                            #[inline(always)]
                            |k_3| {
                                if k_3 == (a_sum_at[i * t + j] as usize) {
                                    0.0
                                } else {
                                    -(d_a[(i * t + j) * t + k_3] / a_sum_rest_all[i * t + j]
                                        * a_2[j * t + k_3])
                                }
                            },
                        );
                        let d_a_sum_rest_others = d_a_sum_rest_odds[i * t + j]
                            / a_sum_rest_own[i * t + j] + d_a_sum_rest_all;
                        let d_a_row = &d_a[(i * t + j) * t..][..t];
                        let d_a_sum_exp_row = &mut d_a_sum_exp[..t];
                        for k_3 in 0..t {
                            d_a_sum_exp_row[k_3] = if k_3
                                == (a_sum_at[i * t + j] as usize)
                            {
                                0.0
                            } else {
                                d_a_row[k_3] / a_sum_rest_all[i * t + j]
                                    + d_a_sum_rest_others
                            };
                        }
                        d_a_sum_exp[a_sum_at[i * t + j] as usize]
                            += d_a_sum_rest_all
                                - d_a_sum_rest_odds[i * t + j] / a_sum_rest_own[i * t + j]
                                    * a_sum_rest_odds[i * t + j];
                        let d_s_sum_row = &mut d_s_sum[(i * t + j) * t..][..t];
                        let d_a_sum_exp_row = &d_a_sum_exp[..t];
                        for k_3 in 0..t {
                            d_s_sum_row[k_3] = if k_3 <= j {
                                d_a_sum_exp_row[k_3] * d_s_sum_row[k_3] / math::sqrt(16.0)
                            } else {
                                0.0
                            };
                        }
                    }
                }
            },
        )
    }
    /// Computes `d_q` from `k_2` and `d_s_sum`.
    fn __compute_d_q(
        n: usize,
        t: usize,
        k_2: &[[f32; 16]],
        d_s_sum: &[f32],
        d_q: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            {
                let t = t as u64;
                8 * t + 256 * t * t
            },
            (&k_2[..n * t], &d_s_sum[..n * t * t], &mut d_q[..n * t]),
            (),
            (),
            #[inline(always)]
            move |_, rows, (k_2, d_s_sum, d_q), (), ()| {
                let k_2 = &k_2[..rows * t];
                let d_s_sum = &d_s_sum[..rows * (t * t)];
                let d_q = &mut d_q[..rows * t];
                for n_2 in 0..rows {
                    for i in 0..t {
                        d_q[n_2 * t + i].fill(0.0);
                        let mut d_q_row = kernels::row::<16, _>(&d_q[n_2 * t + i]);
                        for j in kernels::rows(0..i + 1) {
                            let k_2_row = kernels::row::<16, _>(&k_2[n_2 * t + j]);
                            for d in 0..16 {
                                d_q_row[d] += d_s_sum[(n_2 * t + i) * t + j] * k_2_row[d];
                            }
                        }
                        d_q[n_2 * t + i].copy_from_slice(&d_q_row);
                    }
                }
            },
        )
    }
    /// Computes `d_k` from `q_2` and `d_s_sum`.
    fn __compute_d_k(
        n: usize,
        t: usize,
        q_2: &[[f32; 16]],
        d_s_sum: &[f32],
        d_k: &mut [[f32; 16]],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            {
                let t = t as u64;
                8 * t + 256 * t * t
            },
            (&q_2[..n * t], &d_s_sum[..n * t * t], &mut d_k[..n * t]),
            (),
            (),
            #[inline(always)]
            move |_, rows, (q_2, d_s_sum, d_k), (), ()| {
                let q_2 = &q_2[..rows * t];
                let d_s_sum = &d_s_sum[..rows * (t * t)];
                let d_k = &mut d_k[..rows * t];
                for n_2 in 0..rows {
                    for j in 0..t {
                        d_k[n_2 * t + j].fill(0.0);
                        let mut d_k_row = kernels::row::<16, _>(&d_k[n_2 * t + j]);
                        for i in kernels::rows(j..t) {
                            let q_2_row = kernels::row::<16, _>(&q_2[n_2 * t + i]);
                            for d in 0..16 {
                                d_k_row[d] += d_s_sum[(n_2 * t + i) * t + j] * q_2_row[d];
                            }
                        }
                        d_k[n_2 * t + j].copy_from_slice(&d_k_row);
                    }
                }
            },
        )
    }
}
