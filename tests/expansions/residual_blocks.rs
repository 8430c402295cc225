/// `Linear<8, 16>`
///
/// 144 parameters, 576 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLinear8x16 {
    /// `f32[8, 16]`, starts as `glorot_uniform`.
    pub weight: [[f32; 16]; 8],
    /// `f32[16]`, starts as `zeros`.
    pub bias: [f32; 16],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLinear8x16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new();
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[8, 16], self.weight.as_flattened());
        visitor(path.field("bias"), &[16], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.weight.as_flattened_mut(),
            rng,
            8,
            16,
        );
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// `LayerNorm<16>`
///
/// 32 parameters, 128 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLayerNorm16 {
    /// `f32[16]`, starts as `ones`.
    pub weight: [f32; 16],
    /// `f32[16]`, starts as `zeros`.
    pub bias: [f32; 16],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLayerNorm16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new();
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[16], &self.weight);
        visitor(path.field("bias"), &[16], &self.bias);
    }
    fn __initialise(&mut self, _rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::ones(&mut self.weight);
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// `Linear<16, 16>`
///
/// 272 parameters, 1,088 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLinear16x16 {
    /// `f32[16, 16]`, starts as `glorot_uniform`.
    pub weight: [[f32; 16]; 16],
    /// `f32[16]`, starts as `zeros`.
    pub bias: [f32; 16],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLinear16x16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new();
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[16, 16], self.weight.as_flattened());
        visitor(path.field("bias"), &[16], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.weight.as_flattened_mut(),
            rng,
            16,
            16,
        );
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// `Block<16>`
///
/// 304 parameters, 1,216 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualBlock16 {
    /// `LayerNorm<16>`
    pub norm: ResidualLayerNorm16,
    /// `Linear<16, 16>`
    pub fc: ResidualLinear16x16,
}
#[automatically_derived]
impl ::chainrule::Params for ResidualBlock16 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new();
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        ::chainrule::Params::__visit(&self.norm, path.field("norm"), visitor);
        ::chainrule::Params::__visit(&self.fc, path.field("fc"), visitor);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::Params::__initialise(&mut self.norm, rng);
        ::chainrule::Params::__initialise(&mut self.fc, rng);
    }
}
/// `Linear<16, 4>`
///
/// 68 parameters, 272 bytes.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct ResidualLinear16x4 {
    /// `f32[16, 4]`, starts as `glorot_uniform`.
    pub weight: [[f32; 4]; 16],
    /// `f32[4]`, starts as `zeros`.
    pub bias: [f32; 4],
}
#[automatically_derived]
impl ::chainrule::Params for ResidualLinear16x4 {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new();
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("weight"), &[16, 4], self.weight.as_flattened());
        visitor(path.field("bias"), &[4], &self.bias);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.weight.as_flattened_mut(),
            rng,
            16,
            4,
        );
        ::chainrule::__private::init::zeros(&mut self.bias);
    }
}
/// Residual blocks between two linear layers.
///
/// 3,860 parameters, 15,440 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct Residual {
    /// `Linear<8, 16>`
    pub enter: ResidualLinear8x16,
    /// `[Block<16>; 12]`
    pub blocks: [ResidualBlock16; 12],
    /// `Linear<16, 4>`
    pub leave: ResidualLinear16x4,
}
::chainrule::__with_alloc! {
    #[automatically_derived]
    #[allow(
        dead_code,
        missing_debug_implementations,
        non_snake_case,
        unreachable_pub,
        clippy::assign_op_pattern,
        clippy::duplicate_underscore_argument,
        clippy::many_single_char_names,
        clippy::similar_names,
        clippy::too_many_arguments,
        clippy::type_complexity,
        clippy::unnecessary_box_returns,
    )]
    impl Residual {
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
impl ::chainrule::Params for Residual {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new();
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        ::chainrule::Params::__visit(&self.enter, path.field("enter"), visitor);
        for (i, part) in ::chainrule::__private::core::iter::Iterator::enumerate(
            self.blocks.iter(),
        ) {
            ::chainrule::Params::__visit(part, path.field("blocks").index(i), visitor);
        }
        ::chainrule::Params::__visit(&self.leave, path.field("leave"), visitor);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::Params::__initialise(&mut self.enter, rng);
        for part in &mut self.blocks {
            ::chainrule::Params::__initialise(part, rng);
        }
        ::chainrule::Params::__initialise(&mut self.leave, rng);
    }
}
#[automatically_derived]
#[allow(
    dead_code,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::many_single_char_names,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl Residual {
    /// How surprising the labels are.
    ///
    /// Goes forward and returns a [`ResidualLossPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters.
    ///
    /// * `x: f32[N, 8]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `3312 * N + 3072` bytes. Operations: `29145 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `4`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss<'w, S: ::chainrule::Storage<f32>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f32, S>,
        x: &'w [[f32; 8]],
        label: &'w [u32],
    ) -> ResidualLossPass<'w> {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Residual::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices(
            "Residual::loss",
            "label",
            label,
            4,
        );
        let arena = ws.request(828 * n + 768, "Residual::loss");
        let value = ::chainrule::__private::vectorised(
            #[inline(always)]
            || {
                use ::chainrule::__private::{carve, kernels, math::f32 as math};
                let [centred_each, centred_each_2, norm_each, fc_each, scratch, h,
                variance_each] = carve(
                    arena,
                    [
                        0..n * 192,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 768..n * 800,
                        n * 800..n * 816,
                        n * 816..n * 828,
                    ],
                );
                let centred_each = centred_each.as_chunks_mut::<16>().0;
                let centred_each_2 = centred_each_2.as_chunks_mut::<16>().0;
                let norm_each = norm_each.as_chunks_mut::<16>().0;
                let fc_each = fc_each.as_chunks_mut::<16>().0;
                let h = h.as_chunks_mut::<16>().0;
                let variance_each = variance_each.as_chunks_mut::<1>().0;
                kernels::matmul(
                    n,
                    16,
                    8,
                    x.as_flattened(),
                    (8, 1),
                    self.enter.weight.as_flattened(),
                    (16, 1),
                    h.as_flattened_mut(),
                    16,
                    false,
                );
                for i in 0..n {
                    for j in 0..16 {
                        h[i][j] = h[i][j] + self.enter.bias[j];
                    }
                }
                centred_each.as_flattened_mut().fill(0.0);
                variance_each.as_flattened_mut().fill(0.0);
                centred_each_2
                    .as_flattened_mut()
                    .copy_from_slice(centred_each.as_flattened());
                norm_each
                    .as_flattened_mut()
                    .copy_from_slice(centred_each.as_flattened());
                fc_each.as_flattened_mut().copy_from_slice(centred_each.as_flattened());
                for block in 0..12 {
                    let [norm, fc_product] = carve(scratch, [0..n * 16, n * 16..n * 32]);
                    let norm = norm.as_chunks_mut::<16>().0;
                    let fc_product = fc_product.as_chunks_mut::<16>().0;
                    for i in 0..n {
                        let mut centred_mean = 0.0_f32;
                        for k in 0..16 {
                            centred_mean += h[i][k];
                        }
                        let mut centred = [0.0_f32; 16];
                        for j in 0..16 {
                            centred[j] = h[i][j] - centred_mean / 16.0;
                        }
                        let mut variance_mean = 0.0_f32;
                        for k in 0..16 {
                            variance_mean += centred[k] * centred[k];
                        }
                        let mut variance = [0.0_f32; 1];
                        variance[0] = variance_mean / 16.0;
                        for j in 0..16 {
                            norm[i][j] = centred[j] / math::sqrt(variance[0] + 1e-5)
                                * self.blocks[block].norm.weight[j]
                                + self.blocks[block].norm.bias[j];
                            centred_each_2[n * block + i][j] = centred[j];
                        }
                        variance_each[n * block + i][0] = variance[0];
                        for j in 0..16 {
                            norm_each[n * block + i][j] = norm[i][j];
                        }
                    }
                    kernels::matmul(
                        n,
                        16,
                        16,
                        norm.as_flattened(),
                        (16, 1),
                        self.blocks[block].fc.weight.as_flattened(),
                        (16, 1),
                        fc_product.as_flattened_mut(),
                        16,
                        false,
                    );
                    for i in 0..n {
                        for j in 0..16 {
                            let fc = fc_product[i][j] + self.blocks[block].fc.bias[j];
                            h[i][j] = h[i][j]
                                + 0.5 * (fc * (1.0 + math::erf(fc / math::sqrt(2.0))));
                            fc_each[n * block + i][j] = fc;
                        }
                    }
                }
                let [leave_product, each_sum_exp, each_sum_rest, h] = carve(
                    arena,
                    [0..n * 4, n * 4..n * 8, n * 8..n * 9, n * 800..n * 816],
                );
                let leave_product = leave_product.as_chunks_mut::<4>().0;
                let each_sum_exp = each_sum_exp.as_chunks_mut::<4>().0;
                let h = h.as_chunks::<16>().0;
                kernels::matmul(
                    n,
                    4,
                    16,
                    h.as_flattened(),
                    (16, 1),
                    self.leave.weight.as_flattened(),
                    (4, 1),
                    leave_product.as_flattened_mut(),
                    4,
                    false,
                );
                let mut loss_mean = 0.0;
                for i in 0..n {
                    let mut leave = [0.0_f32; 4];
                    for j in 0..4 {
                        leave[j] = leave_product[i][j] + self.leave.bias[j];
                    }
                    let mut each_sum_at = 0;
                    let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
                    for k in 0..4 {
                        let candidate = leave[k];
                        if candidate > largest
                            || (candidate.is_nan() && !largest.is_nan())
                        {
                            each_sum_at = k;
                            largest = candidate;
                        }
                    }
                    let element = leave[each_sum_at];
                    let each_sum_top = if math::abs(element)
                        < ::chainrule::__private::core::primitive::f32::INFINITY
                    {
                        element
                    } else {
                        0.0
                    };
                    for k in 0..4 {
                        each_sum_exp[i][k] = math::exp(leave[k] - each_sum_top);
                    }
                    each_sum_rest[i] = 0.0;
                    for k in 0..4 {
                        each_sum_rest[i]
                            += each_sum_exp[i][k]
                                - (if k == each_sum_at { 1.0 } else { 0.0 });
                    }
                    loss_mean
                        += each_sum_top - leave[label[i] as usize]
                            + math::ln_1p(each_sum_rest[i]);
                }
                let loss = loss_mean / n as f32;
                loss
            },
        );
        ResidualLossPass {
            model: self,
            value,
            x,
            label,
            arena,
        }
    }
    /// The value of `loss` alone; nothing is stored for a backward pass.
    ///
    /// * `x: f32[N, 8]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `192 * N` bytes. Operations: `10037 * N + 1`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `4`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_value<S: ::chainrule::Storage<f32>>(
        &self,
        ws: &mut ::chainrule::Workspace<f32, S>,
        x: &[[f32; 8]],
        label: &[u32],
    ) -> f32 {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Residual::loss_value",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices(
            "Residual::loss_value",
            "label",
            label,
            4,
        );
        let arena = ws.request(48 * n, "Residual::loss_value");
        let value = ::chainrule::__private::vectorised(
            #[inline(always)]
            || {
                use ::chainrule::__private::{carve, kernels, math::f32 as math};
                let [scratch, h] = carve(arena, [0..n * 32, n * 32..n * 48]);
                let h = h.as_chunks_mut::<16>().0;
                kernels::matmul(
                    n,
                    16,
                    8,
                    x.as_flattened(),
                    (8, 1),
                    self.enter.weight.as_flattened(),
                    (16, 1),
                    h.as_flattened_mut(),
                    16,
                    false,
                );
                for i in 0..n {
                    for j in 0..16 {
                        h[i][j] = h[i][j] + self.enter.bias[j];
                    }
                }
                for block in 0..12 {
                    let [norm, fc_product] = carve(scratch, [0..n * 16, n * 16..n * 32]);
                    let norm = norm.as_chunks_mut::<16>().0;
                    let fc_product = fc_product.as_chunks_mut::<16>().0;
                    for i in 0..n {
                        let mut centred_mean = 0.0_f32;
                        for k in 0..16 {
                            centred_mean += h[i][k];
                        }
                        let mut centred = [0.0_f32; 16];
                        for j in 0..16 {
                            centred[j] = h[i][j] - centred_mean / 16.0;
                        }
                        let mut variance_mean = 0.0_f32;
                        for k in 0..16 {
                            variance_mean += centred[k] * centred[k];
                        }
                        let mut variance = [0.0_f32; 1];
                        variance[0] = variance_mean / 16.0;
                        for j in 0..16 {
                            norm[i][j] = centred[j] / math::sqrt(variance[0] + 1e-5)
                                * self.blocks[block].norm.weight[j]
                                + self.blocks[block].norm.bias[j];
                        }
                    }
                    kernels::matmul(
                        n,
                        16,
                        16,
                        norm.as_flattened(),
                        (16, 1),
                        self.blocks[block].fc.weight.as_flattened(),
                        (16, 1),
                        fc_product.as_flattened_mut(),
                        16,
                        false,
                    );
                    for i in 0..n {
                        for j in 0..16 {
                            let total = fc_product[i][j] + self.blocks[block].fc.bias[j];
                            h[i][j] = h[i][j]
                                + 0.5
                                    * (total * (1.0 + math::erf(total / math::sqrt(2.0))));
                        }
                    }
                }
                let [leave_product, h] = carve(arena, [0..n * 4, n * 32..n * 48]);
                let leave_product = leave_product.as_chunks_mut::<4>().0;
                let h = h.as_chunks::<16>().0;
                kernels::matmul(
                    n,
                    4,
                    16,
                    h.as_flattened(),
                    (16, 1),
                    self.leave.weight.as_flattened(),
                    (4, 1),
                    leave_product.as_flattened_mut(),
                    4,
                    false,
                );
                let mut loss_mean = 0.0;
                for i in 0..n {
                    let mut leave = [0.0_f32; 4];
                    for j in 0..4 {
                        leave[j] = leave_product[i][j] + self.leave.bias[j];
                    }
                    let mut each_sum_at = 0;
                    let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
                    for k in 0..4 {
                        let candidate = leave[k];
                        if candidate > largest
                            || (candidate.is_nan() && !largest.is_nan())
                        {
                            each_sum_at = k;
                            largest = candidate;
                        }
                    }
                    let element = leave[each_sum_at];
                    let each_sum_top = if math::abs(element)
                        < ::chainrule::__private::core::primitive::f32::INFINITY
                    {
                        element
                    } else {
                        0.0
                    };
                    let mut each_sum_rest = 0.0;
                    for k in 0..4 {
                        each_sum_rest
                            += math::exp(leave[k] - each_sum_top)
                                - (if k == each_sum_at { 1.0 } else { 0.0 });
                    }
                    loss_mean
                        += each_sum_top - leave[label[i] as usize]
                            + math::ln_1p(each_sum_rest);
                }
                let loss = loss_mean / n as f32;
                loss
            },
        );
        value
    }
    /// How many elements a workspace must have for every method of `Residual::loss`, at these sizes or smaller: `828 * N + 768`.
    #[must_use]
    pub const fn loss_workspace(n: usize) -> usize {
        828 * n + 768
    }
    /// How `Residual::loss` is computed, as text: its value, then its gradients.
    pub const LOSS_DERIVATION: &'static str = "Given x[N, 8], label[N], weight[8, 16], bias[16], weight₂[12, 16], bias₂[12, 16], weight₃[12, 16, 16], bias₃[12, 16], weight₄[16, 4], bias₄[4]\n\nValue\n    h_product[i, j] = Σ_k x[i, k] · weight[k, j]\n    h[i, j] = h_product[i, j] + bias[j]\n    centred_each[i, j, k] = 0\n    variance_each[i, j, k] = 0\n    centred_each₂ ← centred_each\n    norm_each₂ ← centred_each\n    fc_each₂ ← centred_each\n    for block = 0, …, 11:\n        centred_mean[i] = Σ_k h[i, k]\n        centred[i, j] = h[i, j] − centred_mean[i] / 16\n        variance_mean[i] = Σ_k centred[i, k]²\n        variance[i, j] = variance_mean[i] / 16\n        norm[i, j] = centred[i, j] · weight₂[block, j] / √(variance[i, 0] + 1e-5) + bias₂[block, j]\n        fc_product[i, j] = Σ_k norm[i, k] · weight₃[block, k, j]\n        fc[i, j] = fc_product[i, j] + bias₃[block, j]\n        h₂[i, j] = h[i, j] + 0.5 · fc[i, j] · (1 + erf(fc[i, j] / √2))\n        centred_each₂[block, i, j] ← centred[i, j]\n        variance_each[block, i, j] ← variance[i, j]\n        norm_each₂[block, i, j] ← norm[i, j]\n        fc_each₂[block, i, j] ← fc[i, j]\n        h ← h₂\n    leave_product[i, j] = Σ_k h[i, k] · weight₄[k, j]\n    leave[i, j] = leave_product[i, j] + bias₄[j]\n    each_sum_at[i] = argmax_k leave[i, k]\n    each_sum_top[i] = constant(leave[i, each_sum_at[i]]) if |leave[i, each_sum_at[i]]| < ∞ else 0\n    each_sum_exp[i, k] = exp(leave[i, k] − each_sum_top[i])\n    each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (1 if k = each_sum_at[i] else 0))\n    each[i] = each_sum_top[i] − leave[i, label[i]] + ln(1 + each_sum_rest[i])\n    loss_mean = Σ_k each[k]\n    loss = loss_mean / N\n    → loss\n\nGradient\n    d_loss_mean = 1 / N\n    d_leave[i, label[i]] += −d_loss_mean   for i < N\n    d_each_sum_rest[i] = d_loss_mean / (1 + each_sum_rest[i])\n    d_leave[i, k] += d_each_sum_rest[i] · each_sum_exp[i, k]\n    d_bias₃[j] = Σ_i d_leave[i, j]\n    d_h₃[i, k] = Σ_j d_leave[i, j] · weight₄[k, j]\n    d_weight[k, j] = Σ_i d_leave[i, j] · h[i, k]\n    d_weight₂[i, j] = 0\n    d_weight₃[i, j, k] = 0\n    d_weight₄ ← d_weight₂\n    d_bias₄ ← d_weight₂\n    d_bias₅ ← d_weight₂\n    for block = 11, …, 0:\n        d_fc[i, j] = 0.5 · d_h₃[i, j] · (1 + erf(a)) + 0.5641895835477563 · d_h₃[i, j] · fc_each₂[block, i, j] · exp(−a²) / √2\n            where a = fc_each₂[block, i, j] / √2\n        d_bias₅[block, j] += Σ_i d_fc[i, j]\n        d_norm[i, k] = Σ_j d_fc[i, j] · weight₃[block, k, j]\n        d_weight₃[block, k, j] += Σ_i d_fc[i, j] · norm_each₂[block, i, k]\n        d_variance_part₂[i] = Σ_j d_norm[i, j] · weight₂[block, j] · centred_each₂[block, i, j]\n        d_variance[i, 0] = −0.5 · d_variance_part₂[i] / a³\n            where a = √(variance_each[block, i, 0] + 1e-5)\n        d_weight_part[i] = 1 / √(variance_each[block, i, 0] + 1e-5)\n        d_weight₄[block, j] += Σ_i d_norm[i, j] · centred_each₂[block, i, j] · d_weight_part[i]\n        d_bias₄[block, j] += Σ_i d_norm[i, j]\n        d_variance_mean[i] = d_variance[i, j] / 16\n        d_centred₂[i, k] = d_norm[i, k] · weight₂[block, k] / √(variance_each[block, i, 0] + 1e-5) + d_variance_mean[i] · centred_each₂[block, i, k] + d_variance_mean[i] · centred_each₂[block, i, k]\n        d_centred_mean_part₂[i] = Σ_j d_centred₂[i, j]\n        d_centred_mean[i] = −0.0625 · d_centred_mean_part₂[i]\n        d_h₄[i, k] = d_h₃[i, k] + (d_centred₂[i, k] + d_centred_mean[i])\n        d_h₃ ← d_h₄\n    d_bias₆[j] = Σ_i d_h₃[i, j]\n    d_weight₅[k, j] = Σ_i d_h₃[i, j] · x[i, k]\n    → ∂loss/∂enter.weight = d_weight₅\n    → ∂loss/∂enter.bias = d_bias₆\n    → ∂loss/∂blocks.norm.weight = d_weight₄\n    → ∂loss/∂blocks.norm.bias = d_bias₄\n    → ∂loss/∂blocks.fc.weight = d_weight₃\n    → ∂loss/∂blocks.fc.bias = d_bias₅\n    → ∂loss/∂leave.weight = d_weight\n    → ∂loss/∂leave.bias = d_bias₃\n";
    /// How `Residual::loss` is computed, as LaTeX.
    pub const LOSS_LATEX: &'static str = "\\begin{aligned}\n{\\mathit{h\\_product}}_{i, j} &= \\sum_{k} x_{i, k} \\, \\mathit{weight}_{k, j} \\\\\nh_{i, j} &= {\\mathit{h\\_product}}_{i, j} + \\mathit{bias}_{j} \\\\\n{\\mathit{centred\\_each}}_{i, j, k} &= 0 \\\\\n{\\mathit{variance\\_each}}_{i, j, k} &= 0 \\\\\n\\mathit{centred\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n\\mathit{norm\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n\\mathit{fc\\_each}^{(2)} &\\leftarrow \\mathit{centred\\_each} \\\\\n&\\text{for } \\mathit{block} = 0, \\dots, 11: \\\\\n&\\quad {\\mathit{centred\\_mean}}_{i} = \\sum_{k} h_{i, k} \\\\\n&\\quad \\mathit{centred}_{i, j} = h_{i, j} - \\frac{{\\mathit{centred\\_mean}}_{i}}{16} \\\\\n&\\quad {\\mathit{variance\\_mean}}_{i} = \\sum_{k} \\mathit{centred}_{i, k}^{2} \\\\\n&\\quad \\mathit{variance}_{i, j} = \\frac{{\\mathit{variance\\_mean}}_{i}}{16} \\\\\n&\\quad \\mathit{norm}_{i, j} = \\frac{\\mathit{centred}_{i, j} \\, {\\mathit{weight}^{(2)}}_{\\mathit{block}, j}}{\\sqrt{\\mathit{variance}_{i, 0} + 10^{-5}}} + {\\mathit{bias}^{(2)}}_{\\mathit{block}, j} \\\\\n&\\quad {\\mathit{fc\\_product}}_{i, j} = \\sum_{k} \\mathit{norm}_{i, k} \\, {\\mathit{weight}^{(3)}}_{\\mathit{block}, k, j} \\\\\n&\\quad \\mathit{fc}_{i, j} = {\\mathit{fc\\_product}}_{i, j} + {\\mathit{bias}^{(3)}}_{\\mathit{block}, j} \\\\\n&\\quad {h^{(2)}}_{i, j} = h_{i, j} + 0.5 \\, \\mathit{fc}_{i, j} \\, \\left(1 + \\operatorname{erf}\\left(\\frac{\\mathit{fc}_{i, j}}{\\sqrt{2}}\\right)\\right) \\\\\n&\\quad {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{centred}_{i, j} \\\\\n&\\quad {\\mathit{variance\\_each}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{variance}_{i, j} \\\\\n&\\quad {\\mathit{norm\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{norm}_{i, j} \\\\\n&\\quad {\\mathit{fc\\_each}^{(2)}}_{\\mathit{block}, i, j} \\leftarrow \\mathit{fc}_{i, j} \\\\\n&\\quad h \\leftarrow h^{(2)} \\\\\n{\\mathit{leave\\_product}}_{i, j} &= \\sum_{k} h_{i, k} \\, {\\mathit{weight}^{(4)}}_{k, j} \\\\\n\\mathit{leave}_{i, j} &= {\\mathit{leave\\_product}}_{i, j} + {\\mathit{bias}^{(4)}}_{j} \\\\\n{\\mathit{each\\_sum\\_at}}_{i} &= \\operatorname*{arg\\,max}_{k} \\mathit{leave}_{i, k} \\\\\n{\\mathit{each\\_sum\\_top}}_{i} &= \\begin{cases} \\operatorname{constant}\\left(\\mathit{leave}_{i, {\\mathit{each\\_sum\\_at}}_{i}}\\right) & \\text{if } \\left|\\mathit{leave}_{i, {\\mathit{each\\_sum\\_at}}_{i}}\\right| < \\infty \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_exp}}_{i, k} &= e^{\\mathit{leave}_{i, k} - {\\mathit{each\\_sum\\_top}}_{i}} \\\\\n{\\mathit{each\\_sum\\_rest}}_{i} &= \\sum_{k} \\left({\\mathit{each\\_sum\\_exp}}_{i, k} - \\begin{cases} 1 & \\text{if } k = {\\mathit{each\\_sum\\_at}}_{i} \\\\ 0 & \\text{otherwise} \\end{cases}\\right) \\\\\n\\mathit{each}_{i} &= {\\mathit{each\\_sum\\_top}}_{i} - \\mathit{leave}_{i, \\mathit{label}_{i}} + \\ln\\left(1 + {\\mathit{each\\_sum\\_rest}}_{i}\\right) \\\\\n\\mathit{loss\\_mean} &= \\sum_{k} \\mathit{each}_{k} \\\\\n\\mathit{loss} &= \\frac{\\mathit{loss\\_mean}}{N} \\\\\n\\partial \\mathit{loss\\_mean} &= \\frac{1}{N} \\\\\n\\partial \\mathit{leave}_{i, \\mathit{label}_{i}} &\\mathrel{+}= -\\partial \\mathit{loss\\_mean} \\quad \\text{for } i < N \\\\\n{\\partial \\mathit{each\\_sum\\_rest}}_{i} &= \\frac{\\partial \\mathit{loss\\_mean}}{1 + {\\mathit{each\\_sum\\_rest}}_{i}} \\\\\n\\partial \\mathit{leave}_{i, k} &\\mathrel{+}= {\\partial \\mathit{each\\_sum\\_rest}}_{i} \\, {\\mathit{each\\_sum\\_exp}}_{i, k} \\\\\n{\\partial \\mathit{bias}^{(3)}}_{j} &= \\sum_{i} \\partial \\mathit{leave}_{i, j} \\\\\n{\\partial h^{(3)}}_{i, k} &= \\sum_{j} \\partial \\mathit{leave}_{i, j} \\, {\\mathit{weight}^{(4)}}_{k, j} \\\\\n\\partial \\mathit{weight}_{k, j} &= \\sum_{i} \\partial \\mathit{leave}_{i, j} \\, h_{i, k} \\\\\n{\\partial \\mathit{weight}^{(2)}}_{i, j} &= 0 \\\\\n{\\partial \\mathit{weight}^{(3)}}_{i, j, k} &= 0 \\\\\n\\partial \\mathit{weight}^{(4)} &\\leftarrow \\partial \\mathit{weight}^{(2)} \\\\\n\\partial \\mathit{bias}^{(4)} &\\leftarrow \\partial \\mathit{weight}^{(2)} \\\\\n\\partial \\mathit{bias}^{(5)} &\\leftarrow \\partial \\mathit{weight}^{(2)} \\\\\n&\\text{for } \\mathit{block} = 11, \\dots, 0: \\\\\n&\\quad \\partial \\mathit{fc}_{i, j} = 0.5 \\, {\\partial h^{(3)}}_{i, j} \\, \\left(1 + \\operatorname{erf}\\left(a\\right)\\right) + \\frac{0.5641895835477563 \\, {\\partial h^{(3)}}_{i, j} \\, {\\mathit{fc\\_each}^{(2)}}_{\\mathit{block}, i, j} \\, e^{-a^{2}}}{\\sqrt{2}} \\\\\n&\\quad \\quad \\text{where } a = \\frac{{\\mathit{fc\\_each}^{(2)}}_{\\mathit{block}, i, j}}{\\sqrt{2}} \\\\\n&\\quad {\\partial \\mathit{bias}^{(5)}}_{\\mathit{block}, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{fc}_{i, j} \\\\\n&\\quad \\partial \\mathit{norm}_{i, k} = \\sum_{j} \\partial \\mathit{fc}_{i, j} \\, {\\mathit{weight}^{(3)}}_{\\mathit{block}, k, j} \\\\\n&\\quad {\\partial \\mathit{weight}^{(3)}}_{\\mathit{block}, k, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{fc}_{i, j} \\, {\\mathit{norm\\_each}^{(2)}}_{\\mathit{block}, i, k} \\\\\n&\\quad {\\partial \\mathit{variance\\_part}^{(2)}}_{i} = \\sum_{j} \\partial \\mathit{norm}_{i, j} \\, {\\mathit{weight}^{(2)}}_{\\mathit{block}, j} \\, {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, j} \\\\\n&\\quad \\partial \\mathit{variance}_{i, 0} = -\\frac{0.5 \\, {\\partial \\mathit{variance\\_part}^{(2)}}_{i}}{a^{3}} \\\\\n&\\quad \\quad \\text{where } a = \\sqrt{{\\mathit{variance\\_each}}_{\\mathit{block}, i, 0} + 10^{-5}} \\\\\n&\\quad {\\partial \\mathit{weight\\_part}}_{i} = \\frac{1}{\\sqrt{{\\mathit{variance\\_each}}_{\\mathit{block}, i, 0} + 10^{-5}}} \\\\\n&\\quad {\\partial \\mathit{weight}^{(4)}}_{\\mathit{block}, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{norm}_{i, j} \\, {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, j} \\, {\\partial \\mathit{weight\\_part}}_{i} \\\\\n&\\quad {\\partial \\mathit{bias}^{(4)}}_{\\mathit{block}, j} \\mathrel{+}= \\sum_{i} \\partial \\mathit{norm}_{i, j} \\\\\n&\\quad {\\partial \\mathit{variance\\_mean}}_{i} = \\frac{\\partial \\mathit{variance}_{i, j}}{16} \\\\\n&\\quad {\\partial \\mathit{centred}^{(2)}}_{i, k} = \\frac{\\partial \\mathit{norm}_{i, k} \\, {\\mathit{weight}^{(2)}}_{\\mathit{block}, k}}{\\sqrt{{\\mathit{variance\\_each}}_{\\mathit{block}, i, 0} + 10^{-5}}} + {\\partial \\mathit{variance\\_mean}}_{i} \\, {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, k} + {\\partial \\mathit{variance\\_mean}}_{i} \\, {\\mathit{centred\\_each}^{(2)}}_{\\mathit{block}, i, k} \\\\\n&\\quad {\\partial \\mathit{centred\\_mean\\_part}^{(2)}}_{i} = \\sum_{j} {\\partial \\mathit{centred}^{(2)}}_{i, j} \\\\\n&\\quad {\\partial \\mathit{centred\\_mean}}_{i} = -0.0625 \\, {\\partial \\mathit{centred\\_mean\\_part}^{(2)}}_{i} \\\\\n&\\quad {\\partial h^{(4)}}_{i, k} = {\\partial h^{(3)}}_{i, k} + \\left({\\partial \\mathit{centred}^{(2)}}_{i, k} + {\\partial \\mathit{centred\\_mean}}_{i}\\right) \\\\\n&\\quad \\partial h^{(3)} \\leftarrow \\partial h^{(4)} \\\\\n{\\partial \\mathit{bias}^{(6)}}_{j} &= \\sum_{i} {\\partial h^{(3)}}_{i, j} \\\\\n{\\partial \\mathit{weight}^{(5)}}_{k, j} &= \\sum_{i} {\\partial h^{(3)}}_{i, j} \\, x_{i, k} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{enter.weight}} &= \\partial \\mathit{weight}^{(5)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{enter.bias}} &= \\partial \\mathit{bias}^{(6)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.norm.weight}} &= \\partial \\mathit{weight}^{(4)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.norm.bias}} &= \\partial \\mathit{bias}^{(4)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.fc.weight}} &= \\partial \\mathit{weight}^{(3)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{blocks.fc.bias}} &= \\partial \\mathit{bias}^{(5)} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{leave.weight}} &= \\partial \\mathit{weight} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial \\mathit{leave.bias}} &= \\partial \\mathit{bias}^{(3)}\n\\end{aligned}\n";
    /// How `Residual::loss` is computed, as a graph in the DOT language, forward and backward.
    pub const LOSS_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[N, 8]\"]\n    input1 [shape = ellipse, label = \"label[N]\"]\n    input2 [shape = ellipse, label = \"weight[8, 16]\"]\n    input4 [shape = ellipse, label = \"bias[16]\"]\n    input11 [shape = ellipse, label = \"weight₂[12, 16]\"]\n    input12 [shape = ellipse, label = \"bias₂[12, 16]\"]\n    input14 [shape = ellipse, label = \"weight₃[12, 16, 16]\"]\n    input16 [shape = ellipse, label = \"bias₃[12, 16]\"]\n    input20 [shape = ellipse, label = \"weight₄[16, 4]\"]\n    input22 [shape = ellipse, label = \"bias₄[4]\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"h_product[i, j] = Σ_k x[i, k] · weight[k, j]\"]\n        node1 [label = \"h[i, j] = h_product[i, j] + bias[j]\"]\n        node2 [label = \"centred_each[i, j, k] = 0\"]\n        node3 [label = \"variance_each[i, j, k] = 0\"]\n        node4 [label = \"centred_each₂ ← centred_each\\lnorm_each₂ ← centred_each\\lfc_each₂ ← centred_each\\lfor block = 0, …, 11:\\l  centred_mean[i] = Σ_k h[i, k]\\l  centred[i, j] = h[i, j] − centred_mean[i] / 16\\l  variance_mean[i] = Σ_k centred[i, k]²\\l  variance[i, j] = variance_mean[i] / 16\\l  norm[i, j] = centred[i, j] · weight₂[block, j] / √(variance[i, 0] + 1e-5) + bias₂[block, j]\\l  fc_product[i, j] = Σ_k norm[i, k] · weight₃[block, k, j]\\l  fc[i, j] = fc_product[i, j] + bias₃[block, j]\\l  h₂[i, j] = h[i, j] + 0.5 · fc[i, j] · (1 + erf(fc[i, j] / √2))\\l  centred_each₂[block, i, j] ← centred[i, j]\\l  variance_each[block, i, j] ← variance[i, j]\\l  norm_each₂[block, i, j] ← norm[i, j]\\l  fc_each₂[block, i, j] ← fc[i, j]\\l  h ← h₂\\l\"]\n        node5 [label = \"leave_product[i, j] = Σ_k h[i, k] · weight₄[k, j]\"]\n        node6 [label = \"leave[i, j] = leave_product[i, j] + bias₄[j]\"]\n        node7 [label = \"each_sum_at[i] = argmax_k leave[i, k]\"]\n        node8 [label = \"each_sum_top[i] = constant(leave[i, each_sum_at[i]]) if |leave[i, each_sum_at[i]]| < ∞ else 0\"]\n        node9 [label = \"each_sum_exp[i, k] = exp(leave[i, k] − each_sum_top[i])\"]\n        node10 [label = \"each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (1 if k = each_sum_at[i] else 0))\"]\n        node11 [label = \"each[i] = each_sum_top[i] − leave[i, label[i]] + ln(1 + each_sum_rest[i])\"]\n        node12 [label = \"loss_mean = Σ_k each[k]\"]\n        node13 [label = \"loss = loss_mean / N\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node14 [label = \"d_loss_mean = 1 / N\"]\n        node15 [label = \"d_leave[i, label[i]] += −d_loss_mean   for i < N\"]\n        node16 [label = \"d_each_sum_rest[i] = d_loss_mean / (1 + each_sum_rest[i])\"]\n        node17 [label = \"d_leave[i, k] += d_each_sum_rest[i] · each_sum_exp[i, k]\"]\n        node18 [label = \"d_bias₃[j] = Σ_i d_leave[i, j]\"]\n        node19 [label = \"d_h₃[i, k] = Σ_j d_leave[i, j] · weight₄[k, j]\"]\n        node20 [label = \"d_weight[k, j] = Σ_i d_leave[i, j] · h[i, k]\"]\n        node21 [label = \"d_weight₂[i, j] = 0\"]\n        node22 [label = \"d_weight₃[i, j, k] = 0\"]\n        node23 [label = \"d_weight₄ ← d_weight₂\\ld_bias₄ ← d_weight₂\\ld_bias₅ ← d_weight₂\\lfor block = 11, …, 0:\\l  d_fc[i, j] = 0.5 · d_h₃[i, j] · (1 + erf(a)) + 0.5641895835477563 · d_h₃[i, j] · fc_each₂[block, i, j] · exp(−a²) / √2\\l    where a = fc_each₂[block, i, j] / √2\\l  d_bias₅[block, j] += Σ_i d_fc[i, j]\\l  d_norm[i, k] = Σ_j d_fc[i, j] · weight₃[block, k, j]\\l  d_weight₃[block, k, j] += Σ_i d_fc[i, j] · norm_each₂[block, i, k]\\l  d_variance_part₂[i] = Σ_j d_norm[i, j] · weight₂[block, j] · centred_each₂[block, i, j]\\l  d_variance[i, 0] = −0.5 · d_variance_part₂[i] / a³\\l    where a = √(variance_each[block, i, 0] + 1e-5)\\l  d_weight_part[i] = 1 / √(variance_each[block, i, 0] + 1e-5)\\l  d_weight₄[block, j] += Σ_i d_norm[i, j] · centred_each₂[block, i, j] · d_weight_part[i]\\l  d_bias₄[block, j] += Σ_i d_norm[i, j]\\l  d_variance_mean[i] = d_variance[i, j] / 16\\l  d_centred₂[i, k] = d_norm[i, k] · weight₂[block, k] / √(variance_each[block, i, 0] + 1e-5) + d_variance_mean[i] · centred_each₂[block, i, k] + d_variance_mean[i] · centred_each₂[block, i, k]\\l  d_centred_mean_part₂[i] = Σ_j d_centred₂[i, j]\\l  d_centred_mean[i] = −0.0625 · d_centred_mean_part₂[i]\\l  d_h₄[i, k] = d_h₃[i, k] + (d_centred₂[i, k] + d_centred_mean[i])\\l  d_h₃ ← d_h₄\\l\"]\n        node24 [label = \"d_bias₆[j] = Σ_i d_h₃[i, j]\"]\n        node25 [label = \"d_weight₅[k, j] = Σ_i d_h₃[i, j] · x[i, k]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂enter.weight\"]\n    out2 [shape = ellipse, label = \"∂/∂enter.bias\"]\n    out3 [shape = ellipse, label = \"∂/∂blocks.norm.weight\"]\n    out4 [shape = ellipse, label = \"∂/∂blocks.norm.bias\"]\n    out5 [shape = ellipse, label = \"∂/∂blocks.fc.weight\"]\n    out6 [shape = ellipse, label = \"∂/∂blocks.fc.bias\"]\n    out7 [shape = ellipse, label = \"∂/∂leave.weight\"]\n    out8 [shape = ellipse, label = \"∂/∂leave.bias\"]\n    input0 -> node0\n    input2 -> node0\n    node0 -> node1\n    input4 -> node1\n    node1 -> node4\n    node2 -> node4\n    node3 -> node4\n    input11 -> node4\n    input12 -> node4\n    input14 -> node4\n    input16 -> node4\n    node4 -> node5\n    input20 -> node5\n    node5 -> node6\n    input22 -> node6\n    node6 -> node7\n    node6 -> node8\n    node7 -> node8\n    node6 -> node9\n    node8 -> node9\n    node9 -> node10\n    node7 -> node10\n    node6 -> node11\n    input1 -> node11\n    node8 -> node11\n    node10 -> node11\n    node11 -> node12\n    node12 -> node13\n    node14 -> node15\n    input1 -> node15\n    node10 -> node16\n    node14 -> node16\n    node9 -> node17\n    node16 -> node17\n    node15 -> node17\n    node17 -> node18\n    input20 -> node19\n    node17 -> node19\n    node4 -> node20\n    node17 -> node20\n    node21 -> node23\n    node22 -> node23\n    node19 -> node23\n    node4 -> node23\n    input14 -> node23\n    input11 -> node23\n    node23 -> node24\n    input0 -> node25\n    node23 -> node25\n    node13 -> out0\n    node25 -> out1\n    node24 -> out2\n    node23 -> out3\n    node23 -> out4\n    node23 -> out5\n    node23 -> out6\n    node20 -> out7\n    node18 -> out8\n}\n";
}
/// `Residual::loss` gone forward, from which its gradients are computed.
///
/// Borrows the model, the arguments and the workspace, so that they cannot change in between.
#[must_use]
#[allow(
    dead_code,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::many_single_char_names,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
pub struct ResidualLossPass<'w> {
    model: &'w Residual,
    value: f32,
    x: &'w [[f32; 8]],
    label: &'w [u32],
    arena: &'w mut [f32],
}
#[automatically_derived]
#[allow(
    dead_code,
    missing_debug_implementations,
    non_snake_case,
    unreachable_pub,
    clippy::assign_op_pattern,
    clippy::duplicate_underscore_argument,
    clippy::many_single_char_names,
    clippy::similar_names,
    clippy::too_many_arguments,
    clippy::type_complexity,
    clippy::unnecessary_box_returns,
)]
impl ResidualLossPass<'_> {
    /// The value of `Residual::loss`.
    #[must_use]
    pub fn value(&self) -> f32 {
        self.value
    }
    /// Writes the gradient with respect to the parameters.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given x[N, 8], label[N], weight[8, 16], bias[16], weight₂[12, 16], bias₂[12, 16], weight₃[12, 16, 16], bias₃[12, 16], weight₄[16, 4], bias₄[4]
    ///
    /// Value
    ///     h_product[i, j] = Σ_k x[i, k] · weight[k, j]
    ///     h[i, j] = h_product[i, j] + bias[j]
    ///     centred_each[i, j, k] = 0
    ///     variance_each[i, j, k] = 0
    ///     centred_each₂ ← centred_each
    ///     norm_each₂ ← centred_each
    ///     fc_each₂ ← centred_each
    ///     for block = 0, …, 11:
    ///         centred_mean[i] = Σ_k h[i, k]
    ///         centred[i, j] = h[i, j] − centred_mean[i] / 16
    ///         variance_mean[i] = Σ_k centred[i, k]²
    ///         variance[i, j] = variance_mean[i] / 16
    ///         norm[i, j] = centred[i, j] · weight₂[block, j] / √(variance[i, 0] + 1e-5) + bias₂[block, j]
    ///         fc_product[i, j] = Σ_k norm[i, k] · weight₃[block, k, j]
    ///         fc[i, j] = fc_product[i, j] + bias₃[block, j]
    ///         h₂[i, j] = h[i, j] + 0.5 · fc[i, j] · (1 + erf(fc[i, j] / √2))
    ///         centred_each₂[block, i, j] ← centred[i, j]
    ///         variance_each[block, i, j] ← variance[i, j]
    ///         norm_each₂[block, i, j] ← norm[i, j]
    ///         fc_each₂[block, i, j] ← fc[i, j]
    ///         h ← h₂
    ///     leave_product[i, j] = Σ_k h[i, k] · weight₄[k, j]
    ///     leave[i, j] = leave_product[i, j] + bias₄[j]
    ///     each_sum_at[i] = argmax_k leave[i, k]
    ///     each_sum_top[i] = constant(leave[i, each_sum_at[i]]) if |leave[i, each_sum_at[i]]| < ∞ else 0
    ///     each_sum_exp[i, k] = exp(leave[i, k] − each_sum_top[i])
    ///     each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (1 if k = each_sum_at[i] else 0))
    ///     each[i] = each_sum_top[i] − leave[i, label[i]] + ln(1 + each_sum_rest[i])
    ///     loss_mean = Σ_k each[k]
    ///     loss = loss_mean / N
    ///     → loss
    ///
    /// Gradient
    ///     d_loss_mean = 1 / N
    ///     d_leave[i, label[i]] += −d_loss_mean   for i < N
    ///     d_each_sum_rest[i] = d_loss_mean / (1 + each_sum_rest[i])
    ///     d_leave[i, k] += d_each_sum_rest[i] · each_sum_exp[i, k]
    ///     d_bias₃[j] = Σ_i d_leave[i, j]
    ///     d_h₃[i, k] = Σ_j d_leave[i, j] · weight₄[k, j]
    ///     d_weight[k, j] = Σ_i d_leave[i, j] · h[i, k]
    ///     d_weight₂[i, j] = 0
    ///     d_weight₃[i, j, k] = 0
    ///     d_weight₄ ← d_weight₂
    ///     d_bias₄ ← d_weight₂
    ///     d_bias₅ ← d_weight₂
    ///     for block = 11, …, 0:
    ///         d_fc[i, j] = 0.5 · d_h₃[i, j] · (1 + erf(a)) + 0.5641895835477563 · d_h₃[i, j] · fc_each₂[block, i, j] · exp(−a²) / √2
    ///             where a = fc_each₂[block, i, j] / √2
    ///         d_bias₅[block, j] += Σ_i d_fc[i, j]
    ///         d_norm[i, k] = Σ_j d_fc[i, j] · weight₃[block, k, j]
    ///         d_weight₃[block, k, j] += Σ_i d_fc[i, j] · norm_each₂[block, i, k]
    ///         d_variance_part₂[i] = Σ_j d_norm[i, j] · weight₂[block, j] · centred_each₂[block, i, j]
    ///         d_variance[i, 0] = −0.5 · d_variance_part₂[i] / a³
    ///             where a = √(variance_each[block, i, 0] + 1e-5)
    ///         d_weight_part[i] = 1 / √(variance_each[block, i, 0] + 1e-5)
    ///         d_weight₄[block, j] += Σ_i d_norm[i, j] · centred_each₂[block, i, j] · d_weight_part[i]
    ///         d_bias₄[block, j] += Σ_i d_norm[i, j]
    ///         d_variance_mean[i] = d_variance[i, j] / 16
    ///         d_centred₂[i, k] = d_norm[i, k] · weight₂[block, k] / √(variance_each[block, i, 0] + 1e-5) + d_variance_mean[i] · centred_each₂[block, i, k] + d_variance_mean[i] · centred_each₂[block, i, k]
    ///         d_centred_mean_part₂[i] = Σ_j d_centred₂[i, j]
    ///         d_centred_mean[i] = −0.0625 · d_centred_mean_part₂[i]
    ///         d_h₄[i, k] = d_h₃[i, k] + (d_centred₂[i, k] + d_centred_mean[i])
    ///         d_h₃ ← d_h₄
    ///     d_bias₆[j] = Σ_i d_h₃[i, j]
    ///     d_weight₅[k, j] = Σ_i d_h₃[i, j] · x[i, k]
    ///     → ∂loss/∂enter.weight = d_weight₅
    ///     → ∂loss/∂enter.bias = d_bias₆
    ///     → ∂loss/∂blocks.norm.weight = d_weight₄
    ///     → ∂loss/∂blocks.norm.bias = d_bias₄
    ///     → ∂loss/∂blocks.fc.weight = d_weight₃
    ///     → ∂loss/∂blocks.fc.bias = d_bias₅
    ///     → ∂loss/∂leave.weight = d_weight
    ///     → ∂loss/∂leave.bias = d_bias₃
    /// ```
    #[track_caller]
    pub fn backward(self, grads: &mut Residual) {
        let Self { model, arena, x, label, .. } = self;
        let n = x.len();
        ::chainrule::__private::vectorised(
            #[inline(always)]
            || {
                use ::chainrule::__private::{carve, kernels, math::f32 as math};
                let [d_leave, each_sum_exp, each_sum_rest, d_h, h, d_weight_2,
                d_weight_3, d_bias_2, d_bias_3] = carve(
                    arena,
                    [
                        0..n * 4,
                        n * 4..n * 8,
                        n * 8..n * 9,
                        n * 32..n * 48,
                        n * 800..n * 816,
                        n * 828..n * 828 + 192,
                        n * 828 + 192..n * 828 + 384,
                        n * 828 + 384..n * 828 + 576,
                        n * 828 + 576..n * 828 + 768,
                    ],
                );
                let d_leave = d_leave.as_chunks_mut::<4>().0;
                let each_sum_exp = each_sum_exp.as_chunks::<4>().0;
                let d_h = d_h.as_chunks_mut::<16>().0;
                let h = h.as_chunks::<16>().0;
                let d_weight_2 = &mut d_weight_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_weight_3 = &mut d_weight_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_2 = &mut d_bias_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_3 = &mut d_bias_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_loss_mean = 1.0 / n as f32;
                for i in 0..n {
                    d_leave[i].fill(0.0);
                    d_leave[i][label[i] as usize] -= d_loss_mean;
                }
                grads.leave.bias.fill(0.0);
                for i in 0..n {
                    let d_each_sum_rest = d_loss_mean / (1.0 + each_sum_rest[i]);
                    for k in 0..4 {
                        d_leave[i][k] += d_each_sum_rest * each_sum_exp[i][k];
                        grads.leave.bias[k] += d_leave[i][k];
                    }
                }
                kernels::matmul(
                    n,
                    16,
                    4,
                    d_leave.as_flattened(),
                    (4, 1),
                    model.leave.weight.as_flattened(),
                    (1, 4),
                    d_h.as_flattened_mut(),
                    16,
                    false,
                );
                kernels::matmul(
                    16,
                    4,
                    n,
                    h.as_flattened(),
                    (1, 16),
                    d_leave.as_flattened(),
                    (4, 1),
                    grads.leave.weight.as_flattened_mut(),
                    4,
                    false,
                );
                d_weight_2.as_flattened_mut().fill(0.0);
                for i in 0..12 {
                    grads.blocks[i].fc.weight.as_flattened_mut().fill(0.0);
                }
                d_weight_3.as_flattened_mut().copy_from_slice(d_weight_2.as_flattened());
                d_bias_2.as_flattened_mut().copy_from_slice(d_weight_2.as_flattened());
                d_bias_3.as_flattened_mut().copy_from_slice(d_weight_2.as_flattened());
                let [scratch_2, d_h, centred_each_2, norm_each, fc_each, variance_each,
                d_weight_2, d_weight_3, d_bias_2, d_bias_3] = carve(
                    arena,
                    [
                        0..n * 32,
                        n * 32..n * 48,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 816..n * 828,
                        n * 828..n * 828 + 192,
                        n * 828 + 192..n * 828 + 384,
                        n * 828 + 384..n * 828 + 576,
                        n * 828 + 576..n * 828 + 768,
                    ],
                );
                let d_h = d_h.as_chunks_mut::<16>().0;
                let centred_each_2 = centred_each_2.as_chunks::<16>().0;
                let norm_each = norm_each.as_chunks::<16>().0;
                let fc_each = fc_each.as_chunks::<16>().0;
                let variance_each = variance_each.as_chunks::<1>().0;
                let d_weight_2 = &d_weight_2.as_chunks::<16>().0.as_chunks::<12>().0[0];
                let d_weight_3 = &mut d_weight_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_2 = &mut d_bias_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_3 = &mut d_bias_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                for block in ::chainrule::__private::core::iter::Iterator::rev(0..12) {
                    let [d_fc, d_norm] = carve(scratch_2, [0..n * 16, n * 16..n * 32]);
                    let d_fc = d_fc.as_chunks_mut::<16>().0;
                    let d_norm = d_norm.as_chunks_mut::<16>().0;
                    for i in 0..n {
                        for j in 0..16 {
                            let root = math::sqrt(2.0);
                            let ratio = fc_each[n * block + i][j] / root;
                            d_fc[i][j] = 0.5 * (d_h[i][j] * (1.0 + math::erf(ratio)))
                                + 0.5641896
                                    * (d_h[i][j] * fc_each[n * block + i][j]
                                        * math::exp(-(ratio * ratio))) / root;
                            d_bias_3[block][j] += d_fc[i][j];
                        }
                    }
                    kernels::matmul(
                        n,
                        16,
                        16,
                        d_fc.as_flattened(),
                        (16, 1),
                        model.blocks[block].fc.weight.as_flattened(),
                        (1, 16),
                        d_norm.as_flattened_mut(),
                        16,
                        false,
                    );
                    kernels::matmul(
                        16,
                        16,
                        n,
                        norm_each[n * block..][..n].as_flattened(),
                        (1, 16),
                        d_fc.as_flattened(),
                        (16, 1),
                        grads.blocks[block].fc.weight.as_flattened_mut(),
                        16,
                        true,
                    );
                    for i in 0..n {
                        let mut d_variance_part = 0.0_f32;
                        for j in 0..16 {
                            d_variance_part
                                += d_norm[i][j] * model.blocks[block].norm.weight[j]
                                    * centred_each_2[n * block + i][j];
                        }
                        let mut d_variance = [0.0_f32; 1];
                        let root = math::sqrt(variance_each[n * block + i][0] + 1e-5);
                        d_variance[0] = d_variance_part * -0.5 / (root * root * root);
                        let d_variance_mean = d_variance[0] / 16.0;
                        let mut d_centred = [0.0_f32; 16];
                        for k in 0..16 {
                            let product = d_variance_mean
                                * centred_each_2[n * block + i][k];
                            d_centred[k] = d_norm[i][k]
                                * model.blocks[block].norm.weight[k]
                                / math::sqrt(variance_each[n * block + i][0] + 1e-5)
                                + (product + product);
                        }
                        let mut d_centred_mean_part = 0.0_f32;
                        for j in 0..16 {
                            d_centred_mean_part += d_centred[j];
                        }
                        let d_centred_mean = d_centred_mean_part * -0.0625;
                        for k in 0..16 {
                            d_h[i][k] += d_centred[k] + d_centred_mean;
                        }
                    }
                    for i in 0..n {
                        let d_weight_part = 1.0
                            / math::sqrt(variance_each[n * block + i][0] + 1e-5);
                        for j in 0..16 {
                            d_weight_3[block][j]
                                += d_norm[i][j] * centred_each_2[n * block + i][j]
                                    * d_weight_part;
                        }
                    }
                    for i in 0..n {
                        for j in 0..16 {
                            d_bias_2[block][j] += d_norm[i][j];
                        }
                    }
                }
                grads.enter.bias.fill(0.0);
                for i in 0..n {
                    for j in 0..16 {
                        grads.enter.bias[j] += d_h[i][j];
                    }
                }
                kernels::matmul(
                    8,
                    16,
                    n,
                    x.as_flattened(),
                    (1, 8),
                    d_h.as_flattened(),
                    (16, 1),
                    grads.enter.weight.as_flattened_mut(),
                    16,
                    false,
                );
                for i in 0..12 {
                    grads.blocks[i].norm.weight.copy_from_slice(&d_weight_3[i]);
                }
                for i in 0..12 {
                    grads.blocks[i].norm.bias.copy_from_slice(&d_bias_2[i]);
                }
                for i in 0..12 {
                    grads.blocks[i].fc.bias.copy_from_slice(&d_bias_3[i]);
                }
            },
        )
    }
    /// Adds the gradient with respect to the parameters to what is there.
    #[track_caller]
    pub fn accumulate(self, grads: &mut Residual) {
        let Self { model, arena, x, label, .. } = self;
        let n = x.len();
        ::chainrule::__private::vectorised(
            #[inline(always)]
            || {
                use ::chainrule::__private::{carve, kernels, math::f32 as math};
                let [d_leave, each_sum_exp, each_sum_rest, d_h, h, d_weight_2,
                d_weight_3, d_bias_2, d_bias_3] = carve(
                    arena,
                    [
                        0..n * 4,
                        n * 4..n * 8,
                        n * 8..n * 9,
                        n * 32..n * 48,
                        n * 800..n * 816,
                        n * 828..n * 828 + 192,
                        n * 828 + 192..n * 828 + 384,
                        n * 828 + 384..n * 828 + 576,
                        n * 828 + 576..n * 828 + 768,
                    ],
                );
                let d_leave = d_leave.as_chunks_mut::<4>().0;
                let each_sum_exp = each_sum_exp.as_chunks::<4>().0;
                let d_h = d_h.as_chunks_mut::<16>().0;
                let h = h.as_chunks::<16>().0;
                let d_weight_2 = &mut d_weight_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_weight_3 = &mut d_weight_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_2 = &mut d_bias_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_3 = &mut d_bias_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_loss_mean = 1.0 / n as f32;
                for i in 0..n {
                    d_leave[i].fill(0.0);
                    d_leave[i][label[i] as usize] -= d_loss_mean;
                }
                for i in 0..n {
                    let d_each_sum_rest = d_loss_mean / (1.0 + each_sum_rest[i]);
                    for k in 0..4 {
                        d_leave[i][k] += d_each_sum_rest * each_sum_exp[i][k];
                        grads.leave.bias[k] += d_leave[i][k];
                    }
                }
                kernels::matmul(
                    n,
                    16,
                    4,
                    d_leave.as_flattened(),
                    (4, 1),
                    model.leave.weight.as_flattened(),
                    (1, 4),
                    d_h.as_flattened_mut(),
                    16,
                    false,
                );
                kernels::matmul(
                    16,
                    4,
                    n,
                    h.as_flattened(),
                    (1, 16),
                    d_leave.as_flattened(),
                    (4, 1),
                    grads.leave.weight.as_flattened_mut(),
                    4,
                    true,
                );
                d_weight_2.as_flattened_mut().fill(0.0);
                d_weight_3.as_flattened_mut().copy_from_slice(d_weight_2.as_flattened());
                d_bias_2.as_flattened_mut().copy_from_slice(d_weight_2.as_flattened());
                d_bias_3.as_flattened_mut().copy_from_slice(d_weight_2.as_flattened());
                let [scratch_2, d_h, centred_each_2, norm_each, fc_each, variance_each,
                d_weight_2, d_weight_3, d_bias_2, d_bias_3] = carve(
                    arena,
                    [
                        0..n * 32,
                        n * 32..n * 48,
                        n * 192..n * 384,
                        n * 384..n * 576,
                        n * 576..n * 768,
                        n * 816..n * 828,
                        n * 828..n * 828 + 192,
                        n * 828 + 192..n * 828 + 384,
                        n * 828 + 384..n * 828 + 576,
                        n * 828 + 576..n * 828 + 768,
                    ],
                );
                let d_h = d_h.as_chunks_mut::<16>().0;
                let centred_each_2 = centred_each_2.as_chunks::<16>().0;
                let norm_each = norm_each.as_chunks::<16>().0;
                let fc_each = fc_each.as_chunks::<16>().0;
                let variance_each = variance_each.as_chunks::<1>().0;
                let d_weight_2 = &d_weight_2.as_chunks::<16>().0.as_chunks::<12>().0[0];
                let d_weight_3 = &mut d_weight_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_2 = &mut d_bias_2
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                let d_bias_3 = &mut d_bias_3
                    .as_chunks_mut::<16>()
                    .0
                    .as_chunks_mut::<12>()
                    .0[0];
                for block in ::chainrule::__private::core::iter::Iterator::rev(0..12) {
                    let [d_fc, d_norm] = carve(scratch_2, [0..n * 16, n * 16..n * 32]);
                    let d_fc = d_fc.as_chunks_mut::<16>().0;
                    let d_norm = d_norm.as_chunks_mut::<16>().0;
                    for i in 0..n {
                        for j in 0..16 {
                            let root = math::sqrt(2.0);
                            let ratio = fc_each[n * block + i][j] / root;
                            d_fc[i][j] = 0.5 * (d_h[i][j] * (1.0 + math::erf(ratio)))
                                + 0.5641896
                                    * (d_h[i][j] * fc_each[n * block + i][j]
                                        * math::exp(-(ratio * ratio))) / root;
                            d_bias_3[block][j] += d_fc[i][j];
                        }
                    }
                    kernels::matmul(
                        n,
                        16,
                        16,
                        d_fc.as_flattened(),
                        (16, 1),
                        model.blocks[block].fc.weight.as_flattened(),
                        (1, 16),
                        d_norm.as_flattened_mut(),
                        16,
                        false,
                    );
                    kernels::matmul(
                        16,
                        16,
                        n,
                        norm_each[n * block..][..n].as_flattened(),
                        (1, 16),
                        d_fc.as_flattened(),
                        (16, 1),
                        grads.blocks[block].fc.weight.as_flattened_mut(),
                        16,
                        true,
                    );
                    for i in 0..n {
                        let mut d_variance_part = 0.0_f32;
                        for j in 0..16 {
                            d_variance_part
                                += d_norm[i][j] * model.blocks[block].norm.weight[j]
                                    * centred_each_2[n * block + i][j];
                        }
                        let mut d_variance = [0.0_f32; 1];
                        let root = math::sqrt(variance_each[n * block + i][0] + 1e-5);
                        d_variance[0] = d_variance_part * -0.5 / (root * root * root);
                        let d_variance_mean = d_variance[0] / 16.0;
                        let mut d_centred = [0.0_f32; 16];
                        for k in 0..16 {
                            let product = d_variance_mean
                                * centred_each_2[n * block + i][k];
                            d_centred[k] = d_norm[i][k]
                                * model.blocks[block].norm.weight[k]
                                / math::sqrt(variance_each[n * block + i][0] + 1e-5)
                                + (product + product);
                        }
                        let mut d_centred_mean_part = 0.0_f32;
                        for j in 0..16 {
                            d_centred_mean_part += d_centred[j];
                        }
                        let d_centred_mean = d_centred_mean_part * -0.0625;
                        for k in 0..16 {
                            d_h[i][k] += d_centred[k] + d_centred_mean;
                        }
                    }
                    for i in 0..n {
                        let d_weight_part = 1.0
                            / math::sqrt(variance_each[n * block + i][0] + 1e-5);
                        for j in 0..16 {
                            d_weight_3[block][j]
                                += d_norm[i][j] * centred_each_2[n * block + i][j]
                                    * d_weight_part;
                        }
                    }
                    for i in 0..n {
                        for j in 0..16 {
                            d_bias_2[block][j] += d_norm[i][j];
                        }
                    }
                }
                for i in 0..n {
                    for j in 0..16 {
                        grads.enter.bias[j] += d_h[i][j];
                    }
                }
                kernels::matmul(
                    8,
                    16,
                    n,
                    x.as_flattened(),
                    (1, 8),
                    d_h.as_flattened(),
                    (16, 1),
                    grads.enter.weight.as_flattened_mut(),
                    16,
                    true,
                );
                for i in 0..12 {
                    for j in 0..16 {
                        grads.blocks[i].norm.weight[j] += d_weight_3[i][j];
                    }
                }
                for i in 0..12 {
                    for j in 0..16 {
                        grads.blocks[i].norm.bias[j] += d_bias_2[i][j];
                    }
                }
                for i in 0..12 {
                    for j in 0..16 {
                        grads.blocks[i].fc.bias[j] += d_bias_3[i][j];
                    }
                }
            },
        )
    }
}
