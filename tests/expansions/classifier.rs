/// Two-layer digit classifier.
///
/// 101,770 parameters, 407,080 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C, align(64))]
pub struct Mlp {
    /// `f32[784, 128]`, starts as `he_normal`.
    pub w1: [[f32; 128]; 784],
    /// `f32[128]`, starts as `zeros`.
    pub b1: [f32; 128],
    /// `f32[128, 10]`, starts as `glorot_uniform`.
    pub w2: [[f32; 10]; 128],
    /// `f32[10]`, starts as `zeros`.
    pub b2: [f32; 10],
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
    impl Mlp {
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
impl ::chainrule::Params for Mlp {
    type Float = f32;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        101770,
    );
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f32],
        ),
    ) {
        visitor(path.field("w1"), &[784, 128], self.w1.as_flattened());
        visitor(path.field("b1"), &[128], &self.b1);
        visitor(path.field("w2"), &[128, 10], self.w2.as_flattened());
        visitor(path.field("b2"), &[10], &self.b2);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::he_normal(self.w1.as_flattened_mut(), rng, 784);
        ::chainrule::__private::init::zeros(&mut self.b1);
        ::chainrule::__private::init::glorot_uniform(
            self.w2.as_flattened_mut(),
            rng,
            128,
            10,
        );
        ::chainrule::__private::init::zeros(&mut self.b2);
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
impl Mlp {
    /// How much each image looks like each digit.
    ///
    /// ```text
    /// Given x[N, 784], w1[784, 128], b1[128], w2[128, 10], b2[10]
    ///
    /// Value
    ///     h_x_product[i, j] = Σ_k x[i, k] · w1[k, j]
    ///     h_x[i, j] = h_x_product[i, j] + b1[j]
    ///     h[i, j] = 0 if h_x[i, j] ≤ 0 else h_x[i, j]
    ///     logits_product[i, j] = Σ_k h[i, k] · w2[k, j]
    ///     logits[i, j] = logits_product[i, j] + b2[j]
    ///     → logits
    /// ```
    ///
    /// * `x: f32[N, 784]`
    /// * returns `f32[N, 10]`
    ///
    /// Workspace: `552 * N` bytes. Operations: `203402 * N`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn logits<'w, S: ::chainrule::Storage<f32>>(
        &self,
        ws: &'w mut ::chainrule::Workspace<f32, S>,
        x: &[[f32; 784]],
    ) -> &'w [[f32; 10]] {
        let n = x.len();
        let arena = ws.request(138 * n, "Mlp::logits");
        {
            use ::chainrule::__private::{carve, kernels};
            let [h, logits] = carve(arena, [0..n * 128, n * 128..n * 138]);
            let h = &mut h.as_chunks_mut::<128>().0[..n];
            let logits = &mut logits.as_chunks_mut::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                784,
                x.as_flattened(),
                (784, 1),
                self.w1.as_flattened(),
                (128, 1),
                h.as_flattened_mut(),
                128,
                false,
            );
            Self::__compute_h(n, &self.b1, h);
            kernels::matmul_narrow::<
                10,
                _,
            >(
                n,
                128,
                h.as_flattened(),
                (128, 1),
                self.w2.as_flattened(),
                false,
                logits.as_flattened_mut(),
                false,
            );
            Self::__compute_logits(n, &self.b2, logits);
        };
        (&arena[n * 128..n * 138]).as_chunks::<10>().0
    }
    /// How many elements a workspace must have for every method of `Mlp::logits`, at these sizes or smaller: `138 * N`.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn logits_workspace(n: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "Mlp::logits_workspace",
            &[("N", n)],
            &[&[(138, &[n])]],
        );
        138 * n
    }
    /// How many scalar floating-point operations `Mlp::logits` takes: `203402 * N`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn logits_operations(n: usize) -> [u64; 1] {
        ::chainrule::__private::panics::check_operations(
            "Mlp::logits_operations",
            &[("N", n)],
            &[&[(203402, &[n])]],
        );
        let n = n as u64;
        [203402 * n]
    }
    /// How `Mlp::logits` is computed, as text: its value, then its gradients.
    pub const LOGITS_DERIVATION: &'static str = "Given x[N, 784], w1[784, 128], b1[128], w2[128, 10], b2[10]\n\nValue\n    h_x_product[i, j] = Σ_k x[i, k] · w1[k, j]\n    h_x[i, j] = h_x_product[i, j] + b1[j]\n    h[i, j] = 0 if h_x[i, j] ≤ 0 else h_x[i, j]\n    logits_product[i, j] = Σ_k h[i, k] · w2[k, j]\n    logits[i, j] = logits_product[i, j] + b2[j]\n    → logits\n";
    /// How `Mlp::logits` is computed, as LaTeX.
    pub const LOGITS_LATEX: &'static str = "\\begin{aligned}\n{\\mathit{h\\_x\\_product}}_{i, j} &= \\sum_{k} x_{i, k} \\, {w_{1}}_{k, j} \\\\\n{\\mathit{h\\_x}}_{i, j} &= {\\mathit{h\\_x\\_product}}_{i, j} + {b_{1}}_{j} \\\\\nh_{i, j} &= \\begin{cases} 0 & \\text{if } {\\mathit{h\\_x}}_{i, j} \\le 0 \\\\ {\\mathit{h\\_x}}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{logits\\_product}}_{i, j} &= \\sum_{k} h_{i, k} \\, {w_{2}}_{k, j} \\\\\n\\mathit{logits}_{i, j} &= {\\mathit{logits\\_product}}_{i, j} + {b_{2}}_{j}\n\\end{aligned}\n";
    /// How `Mlp::logits` is computed, as a graph in the DOT language, forward and backward.
    pub const LOGITS_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[N, 784]\"]\n    input1 [shape = ellipse, label = \"w1[784, 128]\"]\n    input3 [shape = ellipse, label = \"b1[128]\"]\n    input6 [shape = ellipse, label = \"w2[128, 10]\"]\n    input8 [shape = ellipse, label = \"b2[10]\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"h_x_product[i, j] = Σ_k x[i, k] · w1[k, j]\"]\n        node1 [label = \"h_x[i, j] = h_x_product[i, j] + b1[j]\"]\n        node2 [label = \"h[i, j] = 0 if h_x[i, j] ≤ 0 else h_x[i, j]\"]\n        node3 [label = \"logits_product[i, j] = Σ_k h[i, k] · w2[k, j]\"]\n        node4 [label = \"logits[i, j] = logits_product[i, j] + b2[j]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    input0 -> node0\n    input1 -> node0\n    node0 -> node1\n    input3 -> node1\n    node1 -> node2\n    node2 -> node3\n    input6 -> node3\n    node3 -> node4\n    input8 -> node4\n    node4 -> out0\n}\n";
    /// How surprising the labels are.
    ///
    /// Goes forward and returns a [`MlpLossPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters.
    ///
    /// * `x: f32[N, 784]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `1064 * N` bytes. Operations: `409427 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `10`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss<'w, S: ::chainrule::Storage<f32>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f32, S>,
        x: &'w [[f32; 784]],
        label: &'w [u32],
    ) -> MlpLossPass<'w> {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Mlp::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices("Mlp::loss", "label", label, 10);
        let arena = ws.request(266 * n, "Mlp::loss");
        let value = {
            use ::chainrule::__private::{carve, kernels};
            let [h, logits, each_part, each_sum_rest, each_sum_exp] = carve(
                arena,
                [
                    0..n * 128,
                    n * 128..n * 138,
                    n * 138..n * 139,
                    n * 139..n * 140,
                    n * 256..n * 266,
                ],
            );
            let h = &mut h.as_chunks_mut::<128>().0[..n];
            let logits = &mut logits.as_chunks_mut::<10>().0[..n];
            let each_part = &mut each_part[..n];
            let each_sum_rest = &mut each_sum_rest[..n];
            let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                784,
                x.as_flattened(),
                (784, 1),
                self.w1.as_flattened(),
                (128, 1),
                h.as_flattened_mut(),
                128,
                false,
            );
            Self::__compute_h(n, &self.b1, h);
            kernels::matmul_narrow::<
                10,
                _,
            >(
                n,
                128,
                h.as_flattened(),
                (128, 1),
                self.w2.as_flattened(),
                false,
                logits.as_flattened_mut(),
                false,
            );
            Self::__compute_logits_2(
                n,
                &self.b2,
                label,
                logits,
                each_part,
                each_sum_exp,
                each_sum_rest,
            );
            Self::__compute_each_part(n, logits, label, each_sum_rest, each_part);
            let loss_mean = Self::__compute_loss_mean(n, each_part);
            let loss = loss_mean / n as f32;
            loss
        };
        MlpLossPass {
            model: self,
            value,
            x,
            label,
            arena,
        }
    }
    /// One step of training by `loss`: forward, backward and update in one. Returns the value before it.
    ///
    /// Each parameter is updated as soon as its gradient is complete, so that a whole gradient is never held. The result is that of `backward` and the optimiser's `step`.
    ///
    /// * `optimiser`, used for this network alone
    /// * `x: f32[N, 784]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `1064 * N + 5120` bytes. Operations: `409427 * N + 2`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `10`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_step<S: ::chainrule::Storage<f32>, O: ::chainrule::Optimiser<f32>>(
        &mut self,
        ws: &mut ::chainrule::Workspace<f32, S>,
        optimiser: &mut O,
        x: &[[f32; 784]],
        label: &[u32],
    ) -> f32 {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Mlp::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices("Mlp::loss", "label", label, 10);
        let arena = ws.request(266 * n + 1280, "Mlp::loss");
        let value = {
            use ::chainrule::__private::{carve, kernels};
            let [h, logits, each_part, each_sum_rest, each_sum_exp] = carve(
                arena,
                [
                    0..n * 128,
                    n * 128..n * 138,
                    n * 138..n * 139,
                    n * 139..n * 140,
                    n * 256 + 1280..n * 266 + 1280,
                ],
            );
            let h = &mut h.as_chunks_mut::<128>().0[..n];
            let logits = &mut logits.as_chunks_mut::<10>().0[..n];
            let each_part = &mut each_part[..n];
            let each_sum_rest = &mut each_sum_rest[..n];
            let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                784,
                x.as_flattened(),
                (784, 1),
                self.w1.as_flattened(),
                (128, 1),
                h.as_flattened_mut(),
                128,
                false,
            );
            Self::__compute_h(n, &self.b1, h);
            kernels::matmul_narrow::<
                10,
                _,
            >(
                n,
                128,
                h.as_flattened(),
                (128, 1),
                self.w2.as_flattened(),
                false,
                logits.as_flattened_mut(),
                false,
            );
            Self::__compute_logits_2(
                n,
                &self.b2,
                label,
                logits,
                each_part,
                each_sum_exp,
                each_sum_rest,
            );
            Self::__compute_each_part(n, logits, label, each_sum_rest, each_part);
            let loss_mean = Self::__compute_loss_mean(n, each_part);
            let loss = loss_mean / n as f32;
            loss
        };
        ::chainrule::Optimiser::begin(optimiser, <Self as ::chainrule::Params>::count());
        {
            use ::chainrule::__private::{carve, kernels};
            let [each_part, each_sum_rest, d_b2, each_sum_exp] = carve(
                arena,
                [
                    n * 138..n * 139,
                    n * 139..n * 140,
                    n * 140..n * 140 + 10,
                    n * 256 + 1280..n * 266 + 1280,
                ],
            );
            let each_part = &each_part[..n];
            let each_sum_rest = &each_sum_rest[..n];
            let d_b2 = &mut d_b2.as_chunks_mut::<10>().0[0];
            let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<10>().0[..n];
            let d_loss_mean = if 0 < n { 1.0 / n as f32 } else { 0.0 };
            d_b2.fill(0.0);
            Self::__compute_d_b2(
                n,
                d_loss_mean,
                each_part,
                each_sum_rest,
                label,
                d_b2,
                each_sum_exp,
            );
            ::chainrule::Optimiser::update(optimiser, 101760, &mut self.b2, d_b2);
            let [h, d_h, d_w2, each_sum_exp] = carve(
                arena,
                [
                    0..n * 128,
                    n * 128..n * 256,
                    n * 256..n * 256 + 1280,
                    n * 256 + 1280..n * 266 + 1280,
                ],
            );
            let h = &h.as_chunks::<128>().0[..n];
            let d_h = &mut d_h.as_chunks_mut::<128>().0[..n];
            let d_w2 = &mut d_w2.as_chunks_mut::<10>().0.as_chunks_mut::<128>().0[0];
            let each_sum_exp = &each_sum_exp.as_chunks::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                10,
                each_sum_exp.as_flattened(),
                (10, 1),
                self.w2.as_flattened(),
                (1, 10),
                d_h.as_flattened_mut(),
                128,
                false,
            );
            kernels::matmul_narrow::<
                10,
                _,
            >(
                128,
                n,
                h.as_flattened(),
                (1, 128),
                each_sum_exp.as_flattened(),
                false,
                d_w2.as_flattened_mut(),
                false,
            );
            ::chainrule::Optimiser::update(
                optimiser,
                100480,
                self.w2.as_flattened_mut(),
                d_w2.as_flattened(),
            );
            let [h, d_h, d_b1] = carve(
                arena,
                [0..n * 128, n * 128..n * 256, n * 256..n * 256 + 128],
            );
            let h = &h.as_chunks::<128>().0[..n];
            let d_h = &mut d_h.as_chunks_mut::<128>().0[..n];
            let d_b1 = &mut d_b1.as_chunks_mut::<128>().0[0];
            d_b1.fill(0.0);
            Self::__compute_d_h(n, h, d_h, d_b1);
            ::chainrule::Optimiser::update(optimiser, 100352, &mut self.b1, d_b1);
            ::chainrule::__private::update_by_product(
                optimiser,
                0,
                self.w1.as_flattened_mut(),
                784,
                128,
                n,
                x.as_flattened(),
                (1, 784),
                d_h.as_flattened(),
                (128, 1),
            );
        };
        value
    }
    /// The value of `loss` alone; nothing is stored for a backward pass.
    ///
    /// * `x: f32[N, 784]`
    /// * `label: u32[N]`
    /// * returns `f32`
    ///
    /// Workspace: `552 * N` bytes. Operations: `203449 * N + 1`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `label` has not `N` rows
    /// * if an element of `label` is not less than `10`
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_value<S: ::chainrule::Storage<f32>>(
        &self,
        ws: &mut ::chainrule::Workspace<f32, S>,
        x: &[[f32; 784]],
        label: &[u32],
    ) -> f32 {
        let n = x.len();
        if label.len() != n {
            ::chainrule::__private::panics::rows(
                "Mlp::loss",
                "label",
                label.len(),
                "N",
                n,
                "x",
            );
        }
        ::chainrule::__private::panics::check_indices("Mlp::loss", "label", label, 10);
        let arena = ws.request(138 * n, "Mlp::loss");
        let value = {
            use ::chainrule::__private::{carve, kernels};
            let [h, logits] = carve(arena, [0..n * 128, n * 128..n * 138]);
            let h = &mut h.as_chunks_mut::<128>().0[..n];
            let logits = &mut logits.as_chunks_mut::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                784,
                x.as_flattened(),
                (784, 1),
                self.w1.as_flattened(),
                (128, 1),
                h.as_flattened_mut(),
                128,
                false,
            );
            Self::__compute_h(n, &self.b1, h);
            kernels::matmul_narrow::<
                10,
                _,
            >(
                n,
                128,
                h.as_flattened(),
                (128, 1),
                self.w2.as_flattened(),
                false,
                logits.as_flattened_mut(),
                false,
            );
            let [each_sum_top, each_sum_rest, logits] = carve(
                arena,
                [0..n, n..n * 2, n * 128..n * 138],
            );
            let each_sum_top = &mut each_sum_top[..n];
            let each_sum_rest = &mut each_sum_rest[..n];
            let logits = &mut logits.as_chunks_mut::<10>().0[..n];
            Self::__compute_logits_3(
                n,
                &self.b2,
                label,
                logits,
                each_sum_top,
                each_sum_rest,
            );
            let loss_mean = Self::__compute_loss_mean_2(
                n,
                each_sum_top,
                logits,
                label,
                each_sum_rest,
            );
            let loss = loss_mean / n as f32;
            loss
        };
        value
    }
    /// How many elements a workspace must have for every method of `Mlp::loss`, at these sizes or smaller: `266 * N + 1280`.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn loss_workspace(n: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "Mlp::loss_workspace",
            &[("N", n)],
            &[&[(1280, &[]), (266, &[n])]],
        );
        266 * n + 1280
    }
    /// How many scalar floating-point operations `Mlp::loss` takes, and how many it takes together with each derivative, in the order of the attributes: `203449 * N + 1`, `409427 * N + 2`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn loss_operations(n: usize) -> [u64; 2] {
        ::chainrule::__private::panics::check_operations(
            "Mlp::loss_operations",
            &[("N", n)],
            &[&[(1, &[]), (203449, &[n])], &[(2, &[]), (409427, &[n])]],
        );
        let n = n as u64;
        [203449 * n + 1, 409427 * n + 2]
    }
    /// How `Mlp::loss` is computed, as text: its value, then its gradients.
    pub const LOSS_DERIVATION: &'static str = "Given x[N, 784], label[N], w1[784, 128], b1[128], w2[128, 10], b2[10]\n\nValue\n    h_x_product[i, j] = Σ_k x[i, k] · w1[k, j]\n    h_x[i, j] = h_x_product[i, j] + b1[j]\n    h[i, j] = 0 if h_x[i, j] ≤ 0 else h_x[i, j]\n    logits_product[i, j] = Σ_k h[i, k] · w2[k, j]\n    logits[i, j] = logits_product[i, j] + b2[j]\n    others[i, j] = −∞ if j = label[i] else logits[i, j]\n    each_sum_at[i] = argmax_k others[i, k]\n    each_sum_top[i] = constant(others[i, each_sum_at[i]])\n    each_sum_shift[i] = each_sum_top[i] if |each_sum_top[i]| < ∞ else 0\n    each_sum_exp[i, k] = exp(others[i, k] − each_sum_shift[i])\n    each_sum_one[i] = 1 if |each_sum_top[i]| < ∞ else 0\n    each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (each_sum_one[i] if k = each_sum_at[i] else 0))\n    each_part[i] = each_sum_top[i] − logits[i, label[i]] + ln(1 + each_sum_rest[i])\n    each[i] = softplus(each_part[i])\n    loss_mean = Σ_k each[k]\n    loss = loss_mean / N\n    → loss\n\nGradient\n    d_loss_mean = 1 / N if N > 0 else 0\n    each_part₂[i] = d_loss_mean · σ(each_part[i])\n    d_each_sum_rest[i] = each_part₂[i] / (1 + each_sum_rest[i])\n    d_others[i, k] = d_each_sum_rest[i] · each_sum_exp[i, k]\n    d_logits[i, j] = 0 if j = label[i] else d_others[i, j]\n    d_logits[i, label[i]] += −each_part₂[i]   for i < N\n    d_b2[j] = Σ_i d_logits[i, j]\n    d_h[i, k] = Σ_j d_logits[i, j] · w2[k, j]\n    d_w2[k, j] = Σ_i d_logits[i, j] · h[i, k]\n    d_h_x[i, j] = 0 if h[i, j] ≤ 0 else d_h[i, j]\n    d_b1[j] = Σ_i d_h_x[i, j]\n    d_w1[k, j] = Σ_i d_h_x[i, j] · x[i, k]\n    → ∂loss/∂w1 = d_w1\n    → ∂loss/∂b1 = d_b1\n    → ∂loss/∂w2 = d_w2\n    → ∂loss/∂b2 = d_b2\n";
    /// How `Mlp::loss` is computed, as LaTeX.
    pub const LOSS_LATEX: &'static str = "\\begin{aligned}\n{\\mathit{h\\_x\\_product}}_{i, j} &= \\sum_{k} x_{i, k} \\, {w_{1}}_{k, j} \\\\\n{\\mathit{h\\_x}}_{i, j} &= {\\mathit{h\\_x\\_product}}_{i, j} + {b_{1}}_{j} \\\\\nh_{i, j} &= \\begin{cases} 0 & \\text{if } {\\mathit{h\\_x}}_{i, j} \\le 0 \\\\ {\\mathit{h\\_x}}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{logits\\_product}}_{i, j} &= \\sum_{k} h_{i, k} \\, {w_{2}}_{k, j} \\\\\n\\mathit{logits}_{i, j} &= {\\mathit{logits\\_product}}_{i, j} + {b_{2}}_{j} \\\\\n\\mathit{others}_{i, j} &= \\begin{cases} -\\infty & \\text{if } j = \\mathit{label}_{i} \\\\ \\mathit{logits}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_at}}_{i} &= \\operatorname*{arg\\,max}_{k} \\mathit{others}_{i, k} \\\\\n{\\mathit{each\\_sum\\_top}}_{i} &= \\operatorname{constant}\\left(\\mathit{others}_{i, {\\mathit{each\\_sum\\_at}}_{i}}\\right) \\\\\n{\\mathit{each\\_sum\\_shift}}_{i} &= \\begin{cases} {\\mathit{each\\_sum\\_top}}_{i} & \\text{if } \\left|{\\mathit{each\\_sum\\_top}}_{i}\\right| < \\infty \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_exp}}_{i, k} &= e^{\\mathit{others}_{i, k} - {\\mathit{each\\_sum\\_shift}}_{i}} \\\\\n{\\mathit{each\\_sum\\_one}}_{i} &= \\begin{cases} 1 & \\text{if } \\left|{\\mathit{each\\_sum\\_top}}_{i}\\right| < \\infty \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_sum\\_rest}}_{i} &= \\sum_{k} \\left({\\mathit{each\\_sum\\_exp}}_{i, k} - \\begin{cases} {\\mathit{each\\_sum\\_one}}_{i} & \\text{if } k = {\\mathit{each\\_sum\\_at}}_{i} \\\\ 0 & \\text{otherwise} \\end{cases}\\right) \\\\\n{\\mathit{each\\_part}}_{i} &= {\\mathit{each\\_sum\\_top}}_{i} - \\mathit{logits}_{i, \\mathit{label}_{i}} + \\ln\\left(1 + {\\mathit{each\\_sum\\_rest}}_{i}\\right) \\\\\n\\mathit{each}_{i} &= \\operatorname{softplus}\\left({\\mathit{each\\_part}}_{i}\\right) \\\\\n\\mathit{loss\\_mean} &= \\sum_{k} \\mathit{each}_{k} \\\\\n\\mathit{loss} &= \\frac{\\mathit{loss\\_mean}}{N} \\\\\n\\partial \\mathit{loss\\_mean} &= \\begin{cases} \\frac{1}{N} & \\text{if } N > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n{\\mathit{each\\_part}^{(2)}}_{i} &= \\partial \\mathit{loss\\_mean} \\, \\sigma\\left({\\mathit{each\\_part}}_{i}\\right) \\\\\n{\\partial \\mathit{each\\_sum\\_rest}}_{i} &= \\frac{{\\mathit{each\\_part}^{(2)}}_{i}}{1 + {\\mathit{each\\_sum\\_rest}}_{i}} \\\\\n\\partial \\mathit{others}_{i, k} &= {\\partial \\mathit{each\\_sum\\_rest}}_{i} \\, {\\mathit{each\\_sum\\_exp}}_{i, k} \\\\\n\\partial \\mathit{logits}_{i, j} &= \\begin{cases} 0 & \\text{if } j = \\mathit{label}_{i} \\\\ \\partial \\mathit{others}_{i, j} & \\text{otherwise} \\end{cases} \\\\\n\\partial \\mathit{logits}_{i, \\mathit{label}_{i}} &\\mathrel{+}= -{\\mathit{each\\_part}^{(2)}}_{i} \\quad \\text{for } i < N \\\\\n{\\partial b_{2}}_{j} &= \\sum_{i} \\partial \\mathit{logits}_{i, j} \\\\\n\\partial h_{i, k} &= \\sum_{j} \\partial \\mathit{logits}_{i, j} \\, {w_{2}}_{k, j} \\\\\n{\\partial w_{2}}_{k, j} &= \\sum_{i} \\partial \\mathit{logits}_{i, j} \\, h_{i, k} \\\\\n{\\partial \\mathit{h\\_x}}_{i, j} &= \\begin{cases} 0 & \\text{if } h_{i, j} \\le 0 \\\\ \\partial h_{i, j} & \\text{otherwise} \\end{cases} \\\\\n{\\partial b_{1}}_{j} &= \\sum_{i} {\\partial \\mathit{h\\_x}}_{i, j} \\\\\n{\\partial w_{1}}_{k, j} &= \\sum_{i} {\\partial \\mathit{h\\_x}}_{i, j} \\, x_{i, k} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial w_{1}} &= \\partial w_{1} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial b_{1}} &= \\partial b_{1} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial w_{2}} &= \\partial w_{2} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial b_{2}} &= \\partial b_{2}\n\\end{aligned}\n";
    /// How `Mlp::loss` is computed, as a graph in the DOT language, forward and backward.
    pub const LOSS_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[N, 784]\"]\n    input1 [shape = ellipse, label = \"label[N]\"]\n    input2 [shape = ellipse, label = \"w1[784, 128]\"]\n    input4 [shape = ellipse, label = \"b1[128]\"]\n    input7 [shape = ellipse, label = \"w2[128, 10]\"]\n    input9 [shape = ellipse, label = \"b2[10]\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"h_x_product[i, j] = Σ_k x[i, k] · w1[k, j]\"]\n        node1 [label = \"h_x[i, j] = h_x_product[i, j] + b1[j]\"]\n        node2 [label = \"h[i, j] = 0 if h_x[i, j] ≤ 0 else h_x[i, j]\"]\n        node3 [label = \"logits_product[i, j] = Σ_k h[i, k] · w2[k, j]\"]\n        node4 [label = \"logits[i, j] = logits_product[i, j] + b2[j]\"]\n        node5 [label = \"others[i, j] = −∞ if j = label[i] else logits[i, j]\"]\n        node6 [label = \"each_sum_at[i] = argmax_k others[i, k]\"]\n        node7 [label = \"each_sum_top[i] = constant(others[i, each_sum_at[i]])\"]\n        node8 [label = \"each_sum_shift[i] = each_sum_top[i] if |each_sum_top[i]| < ∞ else 0\"]\n        node9 [label = \"each_sum_exp[i, k] = exp(others[i, k] − each_sum_shift[i])\"]\n        node10 [label = \"each_sum_one[i] = 1 if |each_sum_top[i]| < ∞ else 0\"]\n        node11 [label = \"each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (each_sum_one[i] if k = each_sum_at[i] else 0))\"]\n        node12 [label = \"each_part[i] = each_sum_top[i] − logits[i, label[i]] + ln(1 + each_sum_rest[i])\"]\n        node13 [label = \"each[i] = softplus(each_part[i])\"]\n        node14 [label = \"loss_mean = Σ_k each[k]\"]\n        node15 [label = \"loss = loss_mean / N\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node16 [label = \"d_loss_mean = 1 / N if N > 0 else 0\"]\n        node17 [label = \"each_part₂[i] = d_loss_mean · σ(each_part[i])\"]\n        node18 [label = \"d_each_sum_rest[i] = each_part₂[i] / (1 + each_sum_rest[i])\"]\n        node19 [label = \"d_others[i, k] = d_each_sum_rest[i] · each_sum_exp[i, k]\"]\n        node20 [label = \"d_logits[i, j] = 0 if j = label[i] else d_others[i, j]\"]\n        node21 [label = \"d_logits[i, label[i]] += −each_part₂[i]   for i < N\"]\n        node22 [label = \"d_b2[j] = Σ_i d_logits[i, j]\"]\n        node23 [label = \"d_h[i, k] = Σ_j d_logits[i, j] · w2[k, j]\"]\n        node24 [label = \"d_w2[k, j] = Σ_i d_logits[i, j] · h[i, k]\"]\n        node25 [label = \"d_h_x[i, j] = 0 if h[i, j] ≤ 0 else d_h[i, j]\"]\n        node26 [label = \"d_b1[j] = Σ_i d_h_x[i, j]\"]\n        node27 [label = \"d_w1[k, j] = Σ_i d_h_x[i, j] · x[i, k]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂w1\"]\n    out2 [shape = ellipse, label = \"∂/∂b1\"]\n    out3 [shape = ellipse, label = \"∂/∂w2\"]\n    out4 [shape = ellipse, label = \"∂/∂b2\"]\n    input0 -> node0\n    input2 -> node0\n    node0 -> node1\n    input4 -> node1\n    node1 -> node2\n    node2 -> node3\n    input7 -> node3\n    node3 -> node4\n    input9 -> node4\n    node4 -> node5\n    input1 -> node5\n    node5 -> node6\n    node5 -> node7\n    node6 -> node7\n    node7 -> node8\n    node5 -> node9\n    node8 -> node9\n    node7 -> node10\n    node9 -> node11\n    node6 -> node11\n    node10 -> node11\n    node4 -> node12\n    input1 -> node12\n    node7 -> node12\n    node11 -> node12\n    node12 -> node13\n    node13 -> node14\n    node14 -> node15\n    node16 -> node17\n    node12 -> node17\n    node11 -> node18\n    node17 -> node18\n    node9 -> node19\n    node18 -> node19\n    input1 -> node20\n    node19 -> node20\n    node17 -> node21\n    input1 -> node21\n    node20 -> node21\n    node21 -> node22\n    input7 -> node23\n    node21 -> node23\n    node2 -> node24\n    node21 -> node24\n    node2 -> node25\n    node23 -> node25\n    node25 -> node26\n    input0 -> node27\n    node25 -> node27\n    node15 -> out0\n    node27 -> out1\n    node26 -> out2\n    node24 -> out3\n    node22 -> out4\n}\n";
}
/// `Mlp::loss` gone forward, from which its gradients are computed.
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
pub struct MlpLossPass<'w> {
    model: &'w Mlp,
    value: f32,
    x: &'w [[f32; 784]],
    label: &'w [u32],
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
impl MlpLossPass<'_> {
    /// The value of `Mlp::loss`.
    #[must_use]
    pub fn value(&self) -> f32 {
        self.value
    }
    /// Writes the gradient with respect to the parameters.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given x[N, 784], label[N], w1[784, 128], b1[128], w2[128, 10], b2[10]
    ///
    /// Value
    ///     h_x_product[i, j] = Σ_k x[i, k] · w1[k, j]
    ///     h_x[i, j] = h_x_product[i, j] + b1[j]
    ///     h[i, j] = 0 if h_x[i, j] ≤ 0 else h_x[i, j]
    ///     logits_product[i, j] = Σ_k h[i, k] · w2[k, j]
    ///     logits[i, j] = logits_product[i, j] + b2[j]
    ///     others[i, j] = −∞ if j = label[i] else logits[i, j]
    ///     each_sum_at[i] = argmax_k others[i, k]
    ///     each_sum_top[i] = constant(others[i, each_sum_at[i]])
    ///     each_sum_shift[i] = each_sum_top[i] if |each_sum_top[i]| < ∞ else 0
    ///     each_sum_exp[i, k] = exp(others[i, k] − each_sum_shift[i])
    ///     each_sum_one[i] = 1 if |each_sum_top[i]| < ∞ else 0
    ///     each_sum_rest[i] = Σ_k (each_sum_exp[i, k] − (each_sum_one[i] if k = each_sum_at[i] else 0))
    ///     each_part[i] = each_sum_top[i] − logits[i, label[i]] + ln(1 + each_sum_rest[i])
    ///     each[i] = softplus(each_part[i])
    ///     loss_mean = Σ_k each[k]
    ///     loss = loss_mean / N
    ///     → loss
    ///
    /// Gradient
    ///     d_loss_mean = 1 / N if N > 0 else 0
    ///     each_part₂[i] = d_loss_mean · σ(each_part[i])
    ///     d_each_sum_rest[i] = each_part₂[i] / (1 + each_sum_rest[i])
    ///     d_others[i, k] = d_each_sum_rest[i] · each_sum_exp[i, k]
    ///     d_logits[i, j] = 0 if j = label[i] else d_others[i, j]
    ///     d_logits[i, label[i]] += −each_part₂[i]   for i < N
    ///     d_b2[j] = Σ_i d_logits[i, j]
    ///     d_h[i, k] = Σ_j d_logits[i, j] · w2[k, j]
    ///     d_w2[k, j] = Σ_i d_logits[i, j] · h[i, k]
    ///     d_h_x[i, j] = 0 if h[i, j] ≤ 0 else d_h[i, j]
    ///     d_b1[j] = Σ_i d_h_x[i, j]
    ///     d_w1[k, j] = Σ_i d_h_x[i, j] · x[i, k]
    ///     → ∂loss/∂w1 = d_w1
    ///     → ∂loss/∂b1 = d_b1
    ///     → ∂loss/∂w2 = d_w2
    ///     → ∂loss/∂b2 = d_b2
    /// ```
    #[track_caller]
    pub fn backward(self, grads: &mut Mlp) {
        let Self { model, arena, x, label, .. } = self;
        let n = x.len();
        {
            use ::chainrule::__private::{carve, kernels};
            let [each_part, each_sum_rest, each_sum_exp] = carve(
                arena,
                [n * 138..n * 139, n * 139..n * 140, n * 256..n * 266],
            );
            let each_part = &each_part[..n];
            let each_sum_rest = &each_sum_rest[..n];
            let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<10>().0[..n];
            let d_loss_mean = if 0 < n { 1.0 / n as f32 } else { 0.0 };
            grads.b2.fill(0.0);
            Mlp::__compute_d_b2(
                n,
                d_loss_mean,
                each_part,
                each_sum_rest,
                label,
                &mut grads.b2,
                each_sum_exp,
            );
            let [h, d_h, each_sum_exp] = carve(
                arena,
                [0..n * 128, n * 128..n * 256, n * 256..n * 266],
            );
            let h = &h.as_chunks::<128>().0[..n];
            let d_h = &mut d_h.as_chunks_mut::<128>().0[..n];
            let each_sum_exp = &each_sum_exp.as_chunks::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                10,
                each_sum_exp.as_flattened(),
                (10, 1),
                model.w2.as_flattened(),
                (1, 10),
                d_h.as_flattened_mut(),
                128,
                false,
            );
            kernels::matmul_narrow::<
                10,
                _,
            >(
                128,
                n,
                h.as_flattened(),
                (1, 128),
                each_sum_exp.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                false,
            );
            grads.b1.fill(0.0);
            Mlp::__compute_d_h(n, h, d_h, &mut grads.b1);
            kernels::matmul(
                784,
                128,
                n,
                x.as_flattened(),
                (1, 784),
                d_h.as_flattened(),
                (128, 1),
                grads.w1.as_flattened_mut(),
                128,
                false,
            );
        };
    }
    /// Adds the gradient with respect to the parameters to what is there.
    #[track_caller]
    pub fn accumulate(self, grads: &mut Mlp) {
        let Self { model, arena, x, label, .. } = self;
        let n = x.len();
        {
            use ::chainrule::__private::{carve, kernels};
            let [each_part, each_sum_rest, each_sum_exp] = carve(
                arena,
                [n * 138..n * 139, n * 139..n * 140, n * 256..n * 266],
            );
            let each_part = &each_part[..n];
            let each_sum_rest = &each_sum_rest[..n];
            let each_sum_exp = &mut each_sum_exp.as_chunks_mut::<10>().0[..n];
            let d_loss_mean = if 0 < n { 1.0 / n as f32 } else { 0.0 };
            Mlp::__compute_d_b2(
                n,
                d_loss_mean,
                each_part,
                each_sum_rest,
                label,
                &mut grads.b2,
                each_sum_exp,
            );
            let [h, d_h, each_sum_exp] = carve(
                arena,
                [0..n * 128, n * 128..n * 256, n * 256..n * 266],
            );
            let h = &h.as_chunks::<128>().0[..n];
            let d_h = &mut d_h.as_chunks_mut::<128>().0[..n];
            let each_sum_exp = &each_sum_exp.as_chunks::<10>().0[..n];
            kernels::matmul(
                n,
                128,
                10,
                each_sum_exp.as_flattened(),
                (10, 1),
                model.w2.as_flattened(),
                (1, 10),
                d_h.as_flattened_mut(),
                128,
                false,
            );
            kernels::matmul_narrow::<
                10,
                _,
            >(
                128,
                n,
                h.as_flattened(),
                (1, 128),
                each_sum_exp.as_flattened(),
                false,
                grads.w2.as_flattened_mut(),
                true,
            );
            Mlp::__compute_d_h(n, h, d_h, &mut grads.b1);
            kernels::matmul(
                784,
                128,
                n,
                x.as_flattened(),
                (1, 784),
                d_h.as_flattened(),
                (128, 1),
                grads.w1.as_flattened_mut(),
                128,
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
impl Mlp {
    /// Computes `h` from `b1`.
    fn __compute_h(n: usize, b1: &[f32; 128], h: &mut [[f32; 128]]) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            4096,
            (&mut h[..n],),
            (),
            (),
            #[inline(always)]
            move |_, rows, (h,), (), ()| {
                let h = &mut h[..rows];
                for i in kernels::rows(0..rows) {
                    for part in 0..4 {
                        let mut h_row = kernels::row::<
                            32,
                            _,
                        >(&h[i][part * 32..part * 32 + 32]);
                        let b1_row = kernels::row::<
                            32,
                            _,
                        >(&b1[part * 32..part * 32 + 32]);
                        for lane in 0..32 {
                            let total = h_row[lane] + b1_row[lane];
                            h_row[lane] = if total <= 0.0 { 0.0 } else { total };
                        }
                        h[i][part * 32..part * 32 + 32].copy_from_slice(&h_row);
                    }
                }
            },
        )
    }
    /// Computes `logits` from `b2`.
    fn __compute_logits(n: usize, b2: &[f32; 10], logits: &mut [[f32; 10]]) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            160,
            (&mut logits[..n],),
            (),
            (),
            #[inline(always)]
            move |_, rows, (logits,), (), ()| {
                let logits = &mut logits[..rows];
                let b2_row = kernels::row::<16, _>(b2);
                for i in kernels::rows(0..rows) {
                    let mut logits_row = kernels::row::<16, _>(&logits[i]);
                    for j in 0..16 {
                        logits_row[j] = logits_row[j] + b2_row[j];
                    }
                    logits[i].copy_from_slice(&logits_row[..10]);
                }
            },
        )
    }
    /// Computes `logits`, `each_part`, `each_sum_exp` and `each_sum_rest` from `b2` and `label`.
    fn __compute_logits_2(
        n: usize,
        b2: &[f32; 10],
        label: &[u32],
        logits: &mut [[f32; 10]],
        each_part: &mut [f32],
        each_sum_exp: &mut [[f32; 10]],
        each_sum_rest: &mut [f32],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        kernels::in_parts(
            n,
            2648,
            (
                &label[..n],
                &mut logits[..n],
                &mut each_part[..n],
                &mut each_sum_exp[..n],
                &mut each_sum_rest[..n],
            ),
            (),
            (),
            #[inline(always)]
            move |
                cpu,
                rows,
                (label, logits, each_part, each_sum_exp, each_sum_rest),
                (),
                ()|
            {
                let label = &label[..rows];
                let logits = &mut logits[..rows];
                let each_part = &mut each_part[..rows];
                let each_sum_exp = &mut each_sum_exp[..rows];
                let each_sum_rest = &mut each_sum_rest[..rows];
                let b2_row = kernels::row::<16, _>(b2);
                for i in kernels::rows(0..rows) {
                    let mut others = [0.0_f32; 10];
                    let mut logits_row = kernels::row::<16, _>(&logits[i]);
                    let mut others_row = [0.0_f32; 16];
                    let numbers = kernels::numbers::<16>();
                    for j in 0..16 {
                        let j_number = numbers[j];
                        logits_row[j] = logits_row[j] + b2_row[j];
                        others_row[j] = if j_number == kernels::number(label[i] as usize)
                        {
                            -::chainrule::__private::core::primitive::f32::INFINITY
                        } else {
                            logits_row[j]
                        };
                    }
                    logits[i].copy_from_slice(&logits_row[..10]);
                    others.copy_from_slice(&others_row[..10]);
                    let mut each_sum_at = 0;
                    let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
                    for k in 0..10 {
                        let candidate = others[k];
                        let better = (candidate > largest)
                            | (candidate.is_nan() & !largest.is_nan());
                        each_sum_at = if better { k } else { each_sum_at };
                        largest = if better { candidate } else { largest };
                    }
                    each_part[i] = largest;
                    let element = each_part[i];
                    let each_sum_shift = if math::abs(element)
                        < ::chainrule::__private::core::primitive::f32::INFINITY
                    {
                        element
                    } else {
                        0.0
                    };
                    let others_row = kernels::row::<16, _>(&others);
                    let mut each_sum_exp_row = [0.0_f32; 16];
                    for k in 0..16 {
                        each_sum_exp_row[k] = math::exp(
                            cpu,
                            others_row[k] - each_sum_shift,
                        );
                    }
                    each_sum_exp[i].copy_from_slice(&each_sum_exp_row[..10]);
                    let each_sum_one = if math::abs(each_part[i])
                        < ::chainrule::__private::core::primitive::f32::INFINITY
                    {
                        1.0
                    } else {
                        0.0
                    };
                    let each_sum_exp_row = kernels::row::<16, _>(&each_sum_exp[i]);
                    let numbers = kernels::numbers::<16>();
                    each_sum_rest[i] = kernels::sum_of_row::<
                        16,
                        _,
                    >(
                        10,
                        #[inline(always)]
                        |k| {
                            let k_number = numbers[k];
                            each_sum_exp_row[k]
                                - (if k_number == kernels::number(each_sum_at) {
                                    each_sum_one
                                } else {
                                    0.0
                                })
                        },
                    );
                }
            },
        )
    }
    /// Computes `each_part` from `logits`, `label` and `each_sum_rest`.
    fn __compute_each_part(
        n: usize,
        logits: &[[f32; 10]],
        label: &[u32],
        each_sum_rest: &[f32],
        each_part: &mut [f32],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        kernels::in_parts(
            n,
            200,
            (&logits[..n], &label[..n], &each_sum_rest[..n], &mut each_part[..n]),
            (),
            (),
            #[inline(always)]
            move |cpu, rows, (logits, label, each_sum_rest, each_part), (), ()| {
                let logits = &logits[..rows];
                let label = &label[..rows];
                let each_sum_rest = &each_sum_rest[..rows];
                let each_part = &mut each_part[..rows];
                for i in 0..rows {
                    each_part[i] = each_part[i] - logits[i][label[i] as usize]
                        + math::ln_1p(cpu, each_sum_rest[i]);
                }
            },
        )
    }
    /// Computes `loss_mean` from `each_part`.
    fn __compute_loss_mean(n: usize, each_part: &[f32]) -> f32 {
        use ::chainrule::__private::{kernels, math::f32 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let each_part = &each_part[..n];
                let loss_mean = kernels::sum_of(
                    n,
                    #[inline(always)]
                    |k| math::softplus(cpu, each_part[k]),
                );
                loss_mean
            },
        )
    }
    /// Computes `d_b2` and `each_sum_exp` from `d_loss_mean`, `each_part`, `each_sum_rest` and `label`.
    fn __compute_d_b2(
        n: usize,
        d_loss_mean: f32,
        each_part: &[f32],
        each_sum_rest: &[f32],
        label: &[u32],
        d_b2: &mut [f32; 10],
        each_sum_exp: &mut [[f32; 10]],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        kernels::in_parts(
            n,
            640,
            (&each_part[..n], &each_sum_rest[..n], &label[..n], &mut each_sum_exp[..n]),
            (),
            (d_b2,),
            #[inline(always)]
            move |
                cpu,
                rows,
                (each_part, each_sum_rest, label, each_sum_exp),
                (),
                (d_b2,)|
            {
                let each_part = &each_part[..rows];
                let each_sum_rest = &each_sum_rest[..rows];
                let label = &label[..rows];
                let each_sum_exp = &mut each_sum_exp[..rows];
                let mut d_b2_row = kernels::row::<16, _>(d_b2);
                for i in kernels::rows(0..rows) {
                    let each_part_2 = d_loss_mean * math::sigmoid(cpu, each_part[i]);
                    let d_each_sum_rest = each_part_2 / (1.0 + each_sum_rest[i]);
                    let mut each_sum_exp_row = kernels::row::<16, _>(&each_sum_exp[i]);
                    let numbers = kernels::numbers::<16>();
                    for j in 0..16 {
                        let j_number = numbers[j];
                        each_sum_exp_row[j] = if j_number
                            == kernels::number(label[i] as usize)
                        {
                            0.0
                        } else {
                            d_each_sum_rest * each_sum_exp_row[j]
                        };
                    }
                    each_sum_exp[i].copy_from_slice(&each_sum_exp_row[..10]);
                    each_sum_exp[i][label[i] as usize] -= each_part_2;
                    let each_sum_exp_row = kernels::row::<16, _>(&each_sum_exp[i]);
                    for j in 0..16 {
                        d_b2_row[j] += each_sum_exp_row[j];
                    }
                }
                d_b2.copy_from_slice(&d_b2_row[..10]);
            },
        )
    }
    /// Computes `d_h` and `d_b1` from `h`.
    fn __compute_d_h(
        n: usize,
        h: &[[f32; 128]],
        d_h: &mut [[f32; 128]],
        d_b1: &mut [f32; 128],
    ) {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            4096,
            (&h[..n], &mut d_h[..n]),
            (),
            (d_b1,),
            #[inline(always)]
            move |_, rows, (h, d_h), (), (d_b1,)| {
                let h = &h[..rows];
                let d_h = &mut d_h[..rows];
                for i in kernels::rows(0..rows) {
                    for part in 0..4 {
                        let h_row = kernels::row::<
                            32,
                            _,
                        >(&h[i][part * 32..part * 32 + 32]);
                        let mut d_h_row = kernels::row::<
                            32,
                            _,
                        >(&d_h[i][part * 32..part * 32 + 32]);
                        let mut d_b1_row = kernels::row::<
                            32,
                            _,
                        >(&d_b1[part * 32..part * 32 + 32]);
                        for lane in 0..32 {
                            let element = d_h_row[lane];
                            d_h_row[lane] = if h_row[lane] <= 0.0 {
                                0.0
                            } else {
                                element
                            };
                            d_b1_row[lane] += d_h_row[lane];
                        }
                        d_h[i][part * 32..part * 32 + 32].copy_from_slice(&d_h_row);
                        d_b1[part * 32..part * 32 + 32].copy_from_slice(&d_b1_row);
                    }
                }
            },
        )
    }
    /// Computes `logits`, `each_sum_top` and `each_sum_rest` from `b2` and `label`.
    fn __compute_logits_3(
        n: usize,
        b2: &[f32; 10],
        label: &[u32],
        logits: &mut [[f32; 10]],
        each_sum_top: &mut [f32],
        each_sum_rest: &mut [f32],
    ) {
        use ::chainrule::__private::{kernels, math::f32 as math};
        kernels::in_parts(
            n,
            2576,
            (
                &label[..n],
                &mut logits[..n],
                &mut each_sum_top[..n],
                &mut each_sum_rest[..n],
            ),
            (),
            (),
            #[inline(always)]
            move |cpu, rows, (label, logits, each_sum_top, each_sum_rest), (), ()| {
                let label = &label[..rows];
                let logits = &mut logits[..rows];
                let each_sum_top = &mut each_sum_top[..rows];
                let each_sum_rest = &mut each_sum_rest[..rows];
                let b2_row = kernels::row::<16, _>(b2);
                for i in kernels::rows(0..rows) {
                    let mut others = [0.0_f32; 10];
                    let mut logits_row = kernels::row::<16, _>(&logits[i]);
                    let mut others_row = [0.0_f32; 16];
                    let numbers = kernels::numbers::<16>();
                    for j in 0..16 {
                        let j_number = numbers[j];
                        logits_row[j] = logits_row[j] + b2_row[j];
                        others_row[j] = if j_number == kernels::number(label[i] as usize)
                        {
                            -::chainrule::__private::core::primitive::f32::INFINITY
                        } else {
                            logits_row[j]
                        };
                    }
                    logits[i].copy_from_slice(&logits_row[..10]);
                    others.copy_from_slice(&others_row[..10]);
                    let mut each_sum_at = 0;
                    let mut largest = ::chainrule::__private::core::primitive::f32::NEG_INFINITY;
                    for k in 0..10 {
                        let candidate = others[k];
                        let better = (candidate > largest)
                            | (candidate.is_nan() & !largest.is_nan());
                        each_sum_at = if better { k } else { each_sum_at };
                        largest = if better { candidate } else { largest };
                    }
                    each_sum_top[i] = largest;
                    let element = each_sum_top[i];
                    let each_sum_shift = if math::abs(element)
                        < ::chainrule::__private::core::primitive::f32::INFINITY
                    {
                        element
                    } else {
                        0.0
                    };
                    let each_sum_one = if math::abs(each_sum_top[i])
                        < ::chainrule::__private::core::primitive::f32::INFINITY
                    {
                        1.0
                    } else {
                        0.0
                    };
                    each_sum_rest[i] = 0.0;
                    let others_row = kernels::row::<16, _>(&others);
                    let numbers = kernels::numbers::<16>();
                    each_sum_rest[i]
                        += kernels::sum_of_row::<
                            16,
                            _,
                        >(
                            10,
                            #[inline(always)]
                            |k| {
                                let k_number = numbers[k];
                                math::exp(cpu, others_row[k] - each_sum_shift)
                                    - (if k_number == kernels::number(each_sum_at) {
                                        each_sum_one
                                    } else {
                                        0.0
                                    })
                            },
                        );
                }
            },
        )
    }
    /// Computes `loss_mean` from `each_sum_top`, `logits`, `label` and `each_sum_rest`.
    fn __compute_loss_mean_2(
        n: usize,
        each_sum_top: &[f32],
        logits: &[[f32; 10]],
        label: &[u32],
        each_sum_rest: &[f32],
    ) -> f32 {
        use ::chainrule::__private::{kernels, math::f32 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let each_sum_top = &each_sum_top[..n];
                let logits = &logits[..n];
                let label = &label[..n];
                let each_sum_rest = &each_sum_rest[..n];
                let loss_mean = kernels::sum_of(
                    n,
                    #[inline(always)]
                    |k| math::softplus(
                        cpu,
                        each_sum_top[k] - logits[k][label[k] as usize]
                            + math::ln_1p(cpu, each_sum_rest[k]),
                    ),
                );
                loss_mean
            },
        )
    }
}
