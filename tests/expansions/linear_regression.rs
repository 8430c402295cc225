/// A plane through points.
///
/// 4 parameters, 32 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct LinearRegression {
    /// `f64[3]`, starts as `zeros`.
    pub w: [f64; 3],
    /// `f64`, starts as `zeros`.
    pub b: f64,
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
    impl LinearRegression {
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
impl ::chainrule::Params for LinearRegression {
    type Float = f64;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        4,
    );
    #[inline(always)]
    fn __visit<'a>(
        &'a self,
        path: ::chainrule::__private::Path<'_>,
        visitor: &mut dyn ::chainrule::__private::core::ops::FnMut(
            ::chainrule::__private::Path<'_>,
            &'static [usize],
            &'a [f64],
        ),
    ) {
        visitor(path.field("w"), &[3], &self.w);
        visitor(
            path.field("b"),
            &[],
            ::chainrule::__private::core::slice::from_ref(&self.b),
        );
    }
    fn __initialise(&mut self, _rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::zeros(&mut self.w);
        ::chainrule::__private::init::zeros(
            ::chainrule::__private::core::slice::from_mut(&mut self.b),
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
impl LinearRegression {
    /// Half the mean squared distance.
    ///
    /// Goes forward and returns a [`LinearRegressionLossPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters.
    ///
    /// * `x: f64[N, 3]`
    /// * `y: f64[N]`
    /// * returns `f64`
    ///
    /// Workspace: `8 * N` bytes. Operations: `19 * N + 3`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `y` has not `N` rows
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss<'w, S: ::chainrule::Storage<f64>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f64, S>,
        x: &'w [[f64; 3]],
        y: &'w [f64],
    ) -> LinearRegressionLossPass<'w> {
        let n = x.len();
        if y.len() != n {
            ::chainrule::__private::panics::rows(
                "LinearRegression::loss",
                "y",
                y.len(),
                "N",
                n,
                "x",
            );
        }
        let arena = ws.request(n, "LinearRegression::loss");
        let value = {
            use ::chainrule::__private::carve;
            let [error] = carve(arena, [0..n]);
            let error = &mut error[..n];
            let loss_mean = Self::__compute_loss_mean(n, x, &self.w, self.b, y, error);
            let loss = loss_mean / n as f64 / 2.0;
            loss
        };
        LinearRegressionLossPass {
            model: self,
            value,
            x,
            y,
            arena,
        }
    }
    /// One step of training by `loss`: forward, backward and update in one. Returns the value before it.
    ///
    /// That is `backward`, with the gradient on the stack, and the optimiser's `step`.
    ///
    /// * `optimiser`, used for this network alone
    /// * `x: f64[N, 3]`
    /// * `y: f64[N]`
    /// * returns `f64`
    ///
    /// Workspace: `8 * N` bytes. Operations: `19 * N + 3`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `y` has not `N` rows
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_step<S: ::chainrule::Storage<f64>, O: ::chainrule::Optimiser<f64>>(
        &mut self,
        ws: &mut ::chainrule::Workspace<f64, S>,
        optimiser: &mut O,
        x: &[[f64; 3]],
        y: &[f64],
    ) -> f64 {
        let pass = self.loss(ws, x, y);
        let value = pass.value();
        let mut gradient = *self;
        pass.backward(&mut gradient);
        ::chainrule::Optimiser::step(optimiser, self, &gradient);
        value
    }
    /// The value of `loss` alone; nothing is stored for a backward pass.
    ///
    /// * `x: f64[N, 3]`
    /// * `y: f64[N]`
    /// * returns `f64`
    ///
    /// Workspace: `0` bytes. Operations: `10 * N + 2`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if `y` has not `N` rows
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn loss_value<S: ::chainrule::Storage<f64>>(
        &self,
        ws: &mut ::chainrule::Workspace<f64, S>,
        x: &[[f64; 3]],
        y: &[f64],
    ) -> f64 {
        let n = x.len();
        if y.len() != n {
            ::chainrule::__private::panics::rows(
                "LinearRegression::loss",
                "y",
                y.len(),
                "N",
                n,
                "x",
            );
        }
        let _ = ws;
        let value = {
            let loss_mean = Self::__compute_loss_mean_2(n, x, &self.w, self.b, y);
            let loss = loss_mean / n as f64 / 2.0;
            loss
        };
        value
    }
    /// How many elements a workspace must have for every method of `LinearRegression::loss`, at these sizes or smaller: `N`.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn loss_workspace(n: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "LinearRegression::loss_workspace",
            &[("N", n)],
            &[&[(1, &[n])]],
        );
        n
    }
    /// How many scalar floating-point operations `LinearRegression::loss` takes, and how many it takes together with each derivative, in the order of the attributes: `10 * N + 2`, `19 * N + 3`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn loss_operations(n: usize) -> [u64; 2] {
        ::chainrule::__private::panics::check_operations(
            "LinearRegression::loss_operations",
            &[("N", n)],
            &[&[(2, &[]), (10, &[n])], &[(3, &[]), (19, &[n])]],
        );
        let n = n as u64;
        [10 * n + 2, 19 * n + 3]
    }
    /// How `LinearRegression::loss` is computed, as text: its value, then its gradients.
    pub const LOSS_DERIVATION: &'static str = "Given x[N, 3], y[N], w[3], b\n\nValue\n    error_product[i] = Σ_k x[i, k] · w[k]\n    error[i] = error_product[i] + b − y[i]\n    loss_mean = Σ_k error[k]²\n    loss = loss_mean / (2 · N)\n    → loss\n\nGradient\n    d_loss_mean = 0.5 / N if N > 0 else 0\n    d_error[k] = 2 · d_loss_mean · error[k]\n    d_b = Σ_i d_error[i]\n    d_w[k] = Σ_i d_error[i] · x[i, k]\n    → ∂loss/∂w = d_w\n    → ∂loss/∂b = d_b\n";
    /// How `LinearRegression::loss` is computed, as LaTeX.
    pub const LOSS_LATEX: &'static str = "\\begin{aligned}\n{\\mathit{error\\_product}}_{i} &= \\sum_{k} x_{i, k} \\, w_{k} \\\\\n\\mathit{error}_{i} &= {\\mathit{error\\_product}}_{i} + b - y_{i} \\\\\n\\mathit{loss\\_mean} &= \\sum_{k} \\mathit{error}_{k}^{2} \\\\\n\\mathit{loss} &= \\frac{\\mathit{loss\\_mean}}{2 \\, N} \\\\\n\\partial \\mathit{loss\\_mean} &= \\begin{cases} \\frac{0.5}{N} & \\text{if } N > 0 \\\\ 0 & \\text{otherwise} \\end{cases} \\\\\n\\partial \\mathit{error}_{k} &= 2 \\, \\partial \\mathit{loss\\_mean} \\, \\mathit{error}_{k} \\\\\n\\partial b &= \\sum_{i} \\partial \\mathit{error}_{i} \\\\\n\\partial w_{k} &= \\sum_{i} \\partial \\mathit{error}_{i} \\, x_{i, k} \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial w} &= \\partial w \\\\\n\\frac{\\partial \\mathit{loss}}{\\partial b} &= \\partial b\n\\end{aligned}\n";
    /// How `LinearRegression::loss` is computed, as a graph in the DOT language, forward and backward.
    pub const LOSS_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[N, 3]\"]\n    input1 [shape = ellipse, label = \"y[N]\"]\n    input2 [shape = ellipse, label = \"w[3]\"]\n    input4 [shape = ellipse, label = \"b\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"error_product[i] = Σ_k x[i, k] · w[k]\"]\n        node1 [label = \"error[i] = error_product[i] + b − y[i]\"]\n        node2 [label = \"loss_mean = Σ_k error[k]²\"]\n        node3 [label = \"loss = loss_mean / (2 · N)\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node4 [label = \"d_loss_mean = 0.5 / N if N > 0 else 0\"]\n        node5 [label = \"d_error[k] = 2 · d_loss_mean · error[k]\"]\n        node6 [label = \"d_b = Σ_i d_error[i]\"]\n        node7 [label = \"d_w[k] = Σ_i d_error[i] · x[i, k]\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂w\"]\n    out2 [shape = ellipse, label = \"∂/∂b\"]\n    input0 -> node0\n    input2 -> node0\n    input1 -> node1\n    node0 -> node1\n    input4 -> node1\n    node1 -> node2\n    node2 -> node3\n    node1 -> node5\n    node4 -> node5\n    node5 -> node6\n    input0 -> node7\n    node5 -> node7\n    node3 -> out0\n    node7 -> out1\n    node6 -> out2\n}\n";
}
/// `LinearRegression::loss` gone forward, from which its gradients are computed.
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
pub struct LinearRegressionLossPass<'w> {
    model: &'w LinearRegression,
    value: f64,
    x: &'w [[f64; 3]],
    y: &'w [f64],
    arena: &'w mut [f64],
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
impl LinearRegressionLossPass<'_> {
    /// The value of `LinearRegression::loss`.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
    /// Writes the gradient with respect to the parameters.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given x[N, 3], y[N], w[3], b
    ///
    /// Value
    ///     error_product[i] = Σ_k x[i, k] · w[k]
    ///     error[i] = error_product[i] + b − y[i]
    ///     loss_mean = Σ_k error[k]²
    ///     loss = loss_mean / (2 · N)
    ///     → loss
    ///
    /// Gradient
    ///     d_loss_mean = 0.5 / N if N > 0 else 0
    ///     d_error[k] = 2 · d_loss_mean · error[k]
    ///     d_b = Σ_i d_error[i]
    ///     d_w[k] = Σ_i d_error[i] · x[i, k]
    ///     → ∂loss/∂w = d_w
    ///     → ∂loss/∂b = d_b
    /// ```
    #[track_caller]
    pub fn backward(self, grads: &mut LinearRegression) {
        let Self { arena, x, .. } = self;
        let n = x.len();
        ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [error] = carve(arena, [0..n]);
                let error = &mut error[..n];
                let d_loss_mean = if 0 < n { 0.5 / n as f64 } else { 0.0 };
                LinearRegression::__compute_d_b_2(n, d_loss_mean, &mut grads.b, error);
                kernels::matmul_small::<
                    3,
                    _,
                >(
                    cpu,
                    1,
                    n,
                    error,
                    (0, 1),
                    x.as_flattened(),
                    false,
                    &mut grads.w,
                    false,
                );
            },
        );
    }
    /// Adds the gradient with respect to the parameters to what is there.
    #[track_caller]
    pub fn accumulate(self, grads: &mut LinearRegression) {
        let Self { arena, x, .. } = self;
        let n = x.len();
        ::chainrule::__private::vectorised_rows(
            n,
            #[inline(always)]
            |cpu, n| {
                use ::chainrule::__private::{carve, kernels};
                let [error] = carve(arena, [0..n]);
                let error = &mut error[..n];
                let d_loss_mean = if 0 < n { 0.5 / n as f64 } else { 0.0 };
                LinearRegression::__compute_error(n, d_loss_mean, error, &mut grads.b);
                kernels::matmul_small::<
                    3,
                    _,
                >(cpu, 1, n, error, (0, 1), x.as_flattened(), false, &mut grads.w, true);
            },
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
impl LinearRegression {
    /// Computes `loss_mean` and `error` from `x`, `w`, `b` and `y`.
    fn __compute_loss_mean(
        n: usize,
        x: &[[f64; 3]],
        w: &[f64; 3],
        b: f64,
        y: &[f64],
        error: &mut [f64],
    ) -> f64 {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            88,
            (&x[..n], &y[..n], &mut error[..n]),
            (),
            (),
            #[inline(always)]
            move |_, rows, (x, y, error), (), ()| {
                let x = &x[..rows];
                let y = &y[..rows];
                let error = &mut error[..rows];
                let mut loss_mean = 0.0;
                for i in 0..rows {
                    let mut error_product = 0.0_f64;
                    for k in 0..3 {
                        error_product += x[i][k] * w[k];
                    }
                    error[i] = error_product + b - y[i];
                    loss_mean += error[i] * error[i];
                }
                loss_mean
            },
        )
    }
    /// Computes `loss_mean` from `x`, `w`, `b` and `y`.
    fn __compute_loss_mean_2(
        n: usize,
        x: &[[f64; 3]],
        w: &[f64; 3],
        b: f64,
        y: &[f64],
    ) -> f64 {
        use ::chainrule::__private::kernels;
        kernels::in_parts(
            n,
            80,
            (&x[..n], &y[..n]),
            (),
            (),
            #[inline(always)]
            move |_, rows, (x, y), (), ()| {
                let x = &x[..rows];
                let y = &y[..rows];
                let mut loss_mean = 0.0;
                for i in 0..rows {
                    let mut error_product = 0.0_f64;
                    for k in 0..3 {
                        error_product += x[i][k] * w[k];
                    }
                    let difference = error_product + b - y[i];
                    loss_mean += difference * difference;
                }
                loss_mean
            },
        )
    }
    /// Computes `d_b_2` and `error` from `d_loss_mean`.
    #[inline(always)]
    fn __compute_d_b_2(n: usize, d_loss_mean: f64, d_b_2: &mut f64, error: &mut [f64]) {
        let error = &mut error[..n];
        *d_b_2 = 0.0;
        for k in 0..n {
            error[k] = 2.0 * (d_loss_mean * error[k]);
            *d_b_2 += error[k];
        }
    }
    /// Computes `error` and `d_b_2` from `d_loss_mean`.
    #[inline(always)]
    fn __compute_error(n: usize, d_loss_mean: f64, error: &mut [f64], d_b_2: &mut f64) {
        let error = &mut error[..n];
        for k in 0..n {
            error[k] = 2.0 * (d_loss_mean * error[k]);
            *d_b_2 += error[k];
        }
    }
}
