/// A state that goes through time.
///
/// 20 parameters, 160 bytes.
/// Values and gradients have this one type, a plain row of floats.
#[derive(
    ::chainrule::__private::core::clone::Clone,
    ::chainrule::__private::core::marker::Copy
)]
#[repr(C)]
pub struct Walk {
    /// `f64[4, 4]`, starts as `glorot_uniform`.
    pub w: [[f64; 4]; 4],
    /// `f64[4]`, starts as `zeros`.
    pub b: [f64; 4],
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
    impl Walk {
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
impl ::chainrule::Params for Walk {
    type Float = f64;
    const __WITNESS: ::chainrule::__private::Witness<Self> = ::chainrule::__private::Witness::new(
        20,
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
        visitor(path.field("w"), &[4, 4], self.w.as_flattened());
        visitor(path.field("b"), &[4], &self.b);
    }
    fn __initialise(&mut self, rng: &mut ::chainrule::__private::Rng) {
        ::chainrule::__private::init::glorot_uniform(
            self.w.as_flattened_mut(),
            rng,
            4,
            4,
        );
        ::chainrule::__private::init::zeros(&mut self.b);
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
impl Walk {
    /// How far it gets. The steps between ⌈√T⌉ of them are computed again for the gradient.
    ///
    /// Goes forward and returns a [`WalkCostPass`]: `value()` of it is the value, `backward(…)` the gradient with respect to the parameters.
    ///
    /// * `x: f64[T, 4]`
    /// * returns `f64`
    ///
    /// Workspace: `96 * ceil(sqrt(T)) + 32` bytes. Operations: `172 * T + 12`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn cost<'w, S: ::chainrule::Storage<f64>>(
        &'w self,
        ws: &'w mut ::chainrule::Workspace<f64, S>,
        x: &'w [[f64; 4]],
    ) -> WalkCostPass<'w> {
        let t = x.len();
        let arena = ws.request(12 * (t.saturating_sub(1).isqrt() + 1) + 4, "Walk::cost");
        let value = {
            use ::chainrule::__private::carve;
            let t_root = t.saturating_sub(1).isqrt() + 1;
            let [h_each, d_h] = carve(
                arena,
                [t_root * 8..t_root * 12, t_root * 12..t_root * 12 + 4],
            );
            let h_each = &mut h_each.as_chunks_mut::<4>().0[..t_root];
            let d_h = &mut d_h.as_chunks_mut::<4>().0[0];
            d_h.fill(0.0);
            Self::__compute_d_h(t_root, t, &self.w, &self.b, x, d_h, h_each);
            let mut cost_sum = 0.0_f64;
            for k in 0..4 {
                cost_sum += d_h[k] * d_h[k];
            }
            cost_sum
        };
        WalkCostPass {
            model: self,
            value,
            x,
            arena,
        }
    }
    /// One step of training by `cost`: forward, backward and update in one. Returns the value before it.
    ///
    /// That is `backward`, with the gradient on the stack, and the optimiser's `step`.
    ///
    /// * `optimiser`, used for this network alone
    /// * `x: f64[T, 4]`
    /// * returns `f64`
    ///
    /// Workspace: `96 * ceil(sqrt(T)) + 32` bytes. Operations: `172 * T + 12`, forward and backward together.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn cost_step<S: ::chainrule::Storage<f64>, O: ::chainrule::Optimiser<f64>>(
        &mut self,
        ws: &mut ::chainrule::Workspace<f64, S>,
        optimiser: &mut O,
        x: &[[f64; 4]],
    ) -> f64 {
        let pass = self.cost(ws, x);
        let value = pass.value();
        let mut gradient = *self;
        pass.backward(&mut gradient);
        ::chainrule::Optimiser::step(optimiser, self, &gradient);
        value
    }
    /// The value of `cost` alone; nothing is stored for a backward pass.
    ///
    /// * `x: f64[T, 4]`
    /// * returns `f64`
    ///
    /// Workspace: `0` bytes. Operations: `44 * T + 8`.
    ///
    /// # Panics
    /// Before anything is written:
    /// * if the workspace is a slice and too short
    #[track_caller]
    pub fn cost_value<S: ::chainrule::Storage<f64>>(
        &self,
        ws: &mut ::chainrule::Workspace<f64, S>,
        x: &[[f64; 4]],
    ) -> f64 {
        let t = x.len();
        let _ = ws;
        let value = {
            let mut h = [0.0_f64; 4];
            h.fill(0.0);
            Self::__compute_h(t, &self.w, x, &self.b, &mut h);
            let mut cost_sum = 0.0_f64;
            for k in 0..4 {
                cost_sum += h[k] * h[k];
            }
            cost_sum
        };
        value
    }
    /// How many elements a workspace must have for every method of `Walk::cost`, at these sizes or smaller: `12 * ceil(sqrt(T)) + 4`.
    ///
    /// # Panics
    /// If the sizes need more memory than there can be.
    #[must_use]
    #[track_caller]
    pub const fn cost_workspace(t: usize) -> usize {
        ::chainrule::__private::panics::check_memory(
            "Walk::cost_workspace",
            &[("T", t)],
            &[&[(1, &[t])]],
        );
        ::chainrule::__private::panics::check_memory(
            "Walk::cost_workspace",
            &[("T", t)],
            &[&[(4, &[]), (12, &[(t.saturating_sub(1).isqrt() + 1)])]],
        );
        12 * (t.saturating_sub(1).isqrt() + 1) + 4
    }
    /// How many scalar floating-point operations `Walk::cost` takes, and how many it takes together with each derivative, in the order of the attributes: `44 * T + 8`, `172 * T + 12`.
    ///
    /// # Panics
    /// If they are more than can be counted.
    #[must_use]
    #[track_caller]
    pub const fn cost_operations(t: usize) -> [u64; 2] {
        ::chainrule::__private::panics::check_operations(
            "Walk::cost_operations",
            &[("T", t)],
            &[&[(8, &[]), (44, &[t])], &[(12, &[]), (172, &[t])]],
        );
        let t = t as u64;
        [44 * t + 8, 172 * t + 12]
    }
    /// How `Walk::cost` is computed, as text: its value, then its gradients.
    pub const COST_DERIVATION: &'static str = "Given x[T, 4], w[4, 4], b[4]\n\nValue\n    h₂[i] = 0\n    h_each₃[i, j] = 0\n    h₃ ← h₂\n    h_each₄ ← h_each₃\n    for t_part = 0, …, ⌈√T⌉ − 1:\n        h₄ ← h₃\n        for t = 0, …, ⌈√T⌉ − 1 where t_part·⌈√T⌉ + t < T:\n            h_product₂[i] = Σ_k h₄[k] · w[k, i]\n            h₅[i] = tanh(h_product₂[i] + x[t_part·⌈√T⌉ + t, i] + b[i])\n            h₄ ← h₅\n        h_each₄[t_part, i] ← h₃[i]\n        h₃ ← h₄\n    cost_sum = Σ_k h₃[k]²\n    → cost_sum\n\nGradient\n    d_h₈[k] = 2 · h₃[k]\n    d_w[i, j] = 0\n    d_b₂ ← h₂\n    for t_part = ⌈√T⌉ − 1, …, 0:\n        h₆[i] = h_each₄[t_part, i]\n        h_each₅ ← h_each₃\n        h_each₆ ← h_each₃\n        for t = 0, …, ⌈√T⌉ − 1 where t + t_part·⌈√T⌉ < T:\n            h_product₃[i] = Σ_k h₆[k] · w[k, i]\n            h₇[i] = tanh(h_product₃[i] + x[t + t_part·⌈√T⌉, i] + b[i])\n            h_each₅[t, i] ← h₆[i]\n            h_each₆[t, i] ← h₇[i]\n            h₆ ← h₇\n        d_w₂ ← d_w\n        d_b₃ ← d_b₂\n        d_h₉ ← d_h₈\n        for t = ⌈√T⌉ − 1, …, 0 where t_part·⌈√T⌉ + t < T:\n            h_part[i] = d_h₉[i] · (1 − h_each₆[t, i]) · (1 + h_each₆[t, i])\n            d_b₃[i] += h_part[i]\n            d_w₂[k, i] += h_part[i] · h_each₅[t, k]\n            d_h₁₀[k] = Σ_i h_part[i] · w[k, i]\n            d_h₉ ← d_h₁₀\n        d_w ← d_w₂\n        d_b₂ ← d_b₃\n        d_h₈ ← d_h₉\n    → ∂cost_sum/∂w = d_w\n    → ∂cost_sum/∂b = d_b₂\n";
    /// How `Walk::cost` is computed, as LaTeX.
    pub const COST_LATEX: &'static str = "\\begin{aligned}\n{h^{(2)}}_{i} &= 0 \\\\\n{\\mathit{h\\_each}^{(3)}}_{i, j} &= 0 \\\\\nh^{(3)} &\\leftarrow h^{(2)} \\\\\n\\mathit{h\\_each}^{(4)} &\\leftarrow \\mathit{h\\_each}^{(3)} \\\\\n&\\text{for } \\mathit{t\\_part} = 0, \\dots, \\lceil \\sqrt{T} \\rceil - 1: \\\\\n&\\quad h^{(4)} \\leftarrow h^{(3)} \\\\\n&\\quad \\text{for } t = 0, \\dots, \\lceil \\sqrt{T} \\rceil - 1 \\text{ where } \\mathit{t\\_part} \\lceil \\sqrt{T} \\rceil + t < T: \\\\\n&\\quad \\quad {\\mathit{h\\_product}^{(2)}}_{i} = \\sum_{k} {h^{(4)}}_{k} \\, w_{k, i} \\\\\n&\\quad \\quad {h^{(5)}}_{i} = \\tanh\\left({\\mathit{h\\_product}^{(2)}}_{i} + x_{\\mathit{t\\_part} \\lceil \\sqrt{T} \\rceil + t, i} + b_{i}\\right) \\\\\n&\\quad \\quad h^{(4)} \\leftarrow h^{(5)} \\\\\n&\\quad {\\mathit{h\\_each}^{(4)}}_{\\mathit{t\\_part}, i} \\leftarrow {h^{(3)}}_{i} \\\\\n&\\quad h^{(3)} \\leftarrow h^{(4)} \\\\\n\\mathit{cost\\_sum} &= \\sum_{k} {{h^{(3)}}_{k}}^{2} \\\\\n{\\partial h^{(8)}}_{k} &= 2 \\, {h^{(3)}}_{k} \\\\\n\\partial w_{i, j} &= 0 \\\\\n\\partial b^{(2)} &\\leftarrow h^{(2)} \\\\\n&\\text{for } \\mathit{t\\_part} = \\lceil \\sqrt{T} \\rceil - 1, \\dots, 0: \\\\\n&\\quad {h^{(6)}}_{i} = {\\mathit{h\\_each}^{(4)}}_{\\mathit{t\\_part}, i} \\\\\n&\\quad \\mathit{h\\_each}^{(5)} \\leftarrow \\mathit{h\\_each}^{(3)} \\\\\n&\\quad \\mathit{h\\_each}^{(6)} \\leftarrow \\mathit{h\\_each}^{(3)} \\\\\n&\\quad \\text{for } t = 0, \\dots, \\lceil \\sqrt{T} \\rceil - 1 \\text{ where } t + \\mathit{t\\_part} \\lceil \\sqrt{T} \\rceil < T: \\\\\n&\\quad \\quad {\\mathit{h\\_product}^{(3)}}_{i} = \\sum_{k} {h^{(6)}}_{k} \\, w_{k, i} \\\\\n&\\quad \\quad {h^{(7)}}_{i} = \\tanh\\left({\\mathit{h\\_product}^{(3)}}_{i} + x_{t + \\mathit{t\\_part} \\lceil \\sqrt{T} \\rceil, i} + b_{i}\\right) \\\\\n&\\quad \\quad {\\mathit{h\\_each}^{(5)}}_{t, i} \\leftarrow {h^{(6)}}_{i} \\\\\n&\\quad \\quad {\\mathit{h\\_each}^{(6)}}_{t, i} \\leftarrow {h^{(7)}}_{i} \\\\\n&\\quad \\quad h^{(6)} \\leftarrow h^{(7)} \\\\\n&\\quad \\partial w^{(2)} \\leftarrow \\partial w \\\\\n&\\quad \\partial b^{(3)} \\leftarrow \\partial b^{(2)} \\\\\n&\\quad \\partial h^{(9)} \\leftarrow \\partial h^{(8)} \\\\\n&\\quad \\text{for } t = \\lceil \\sqrt{T} \\rceil - 1, \\dots, 0 \\text{ where } \\mathit{t\\_part} \\lceil \\sqrt{T} \\rceil + t < T: \\\\\n&\\quad \\quad {\\mathit{h\\_part}}_{i} = {\\partial h^{(9)}}_{i} \\, \\left(1 - {\\mathit{h\\_each}^{(6)}}_{t, i}\\right) \\, \\left(1 + {\\mathit{h\\_each}^{(6)}}_{t, i}\\right) \\\\\n&\\quad \\quad {\\partial b^{(3)}}_{i} \\mathrel{+}= {\\mathit{h\\_part}}_{i} \\\\\n&\\quad \\quad {\\partial w^{(2)}}_{k, i} \\mathrel{+}= {\\mathit{h\\_part}}_{i} \\, {\\mathit{h\\_each}^{(5)}}_{t, k} \\\\\n&\\quad \\quad {\\partial h^{(10)}}_{k} = \\sum_{i} {\\mathit{h\\_part}}_{i} \\, w_{k, i} \\\\\n&\\quad \\quad \\partial h^{(9)} \\leftarrow \\partial h^{(10)} \\\\\n&\\quad \\partial w \\leftarrow \\partial w^{(2)} \\\\\n&\\quad \\partial b^{(2)} \\leftarrow \\partial b^{(3)} \\\\\n&\\quad \\partial h^{(8)} \\leftarrow \\partial h^{(9)} \\\\\n\\frac{\\partial \\mathit{cost\\_sum}}{\\partial w} &= \\partial w \\\\\n\\frac{\\partial \\mathit{cost\\_sum}}{\\partial b} &= \\partial b^{(2)}\n\\end{aligned}\n";
    /// How `Walk::cost` is computed, as a graph in the DOT language, forward and backward.
    pub const COST_DOT: &'static str = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n    input0 [shape = ellipse, label = \"x[T, 4]\"]\n    input4 [shape = ellipse, label = \"w[4, 4]\"]\n    input6 [shape = ellipse, label = \"b[4]\"]\n    subgraph cluster_forward {\n        label = \"forward\"\n        node0 [label = \"h₂[i] = 0\"]\n        node1 [label = \"h_each₃[i, j] = 0\"]\n        node2 [label = \"h₃ ← h₂\\lh_each₄ ← h_each₃\\lfor t_part = 0, …, ⌈√T⌉ − 1:\\l  h₄ ← h₃\\l  for t = 0, …, ⌈√T⌉ − 1 where t_part·⌈√T⌉ + t < T:\\l    h_product₂[i] = Σ_k h₄[k] · w[k, i]\\l    h₅[i] = tanh(h_product₂[i] + x[t_part·⌈√T⌉ + t, i] + b[i])\\l    h₄ ← h₅\\l  h_each₄[t_part, i] ← h₃[i]\\l  h₃ ← h₄\\l\"]\n        node3 [label = \"cost_sum = Σ_k h₃[k]²\"]\n    }\n    subgraph cluster_backward {\n        label = \"backward\"\n        node4 [label = \"d_h₈[k] = 2 · h₃[k]\"]\n        node5 [label = \"d_w[i, j] = 0\"]\n        node6 [label = \"d_b₂ ← h₂\\lfor t_part = ⌈√T⌉ − 1, …, 0:\\l  h₆[i] = h_each₄[t_part, i]\\l  h_each₅ ← h_each₃\\l  h_each₆ ← h_each₃\\l  for t = 0, …, ⌈√T⌉ − 1 where t + t_part·⌈√T⌉ < T:\\l    h_product₃[i] = Σ_k h₆[k] · w[k, i]\\l    h₇[i] = tanh(h_product₃[i] + x[t + t_part·⌈√T⌉, i] + b[i])\\l    h_each₅[t, i] ← h₆[i]\\l    h_each₆[t, i] ← h₇[i]\\l    h₆ ← h₇\\l  d_w₂ ← d_w\\l  d_b₃ ← d_b₂\\l  d_h₉ ← d_h₈\\l  for t = ⌈√T⌉ − 1, …, 0 where t_part·⌈√T⌉ + t < T:\\l    h_part[i] = d_h₉[i] · (1 − h_each₆[t, i]) · (1 + h_each₆[t, i])\\l    d_b₃[i] += h_part[i]\\l    d_w₂[k, i] += h_part[i] · h_each₅[t, k]\\l    d_h₁₀[k] = Σ_i h_part[i] · w[k, i]\\l    d_h₉ ← d_h₁₀\\l  d_w ← d_w₂\\l  d_b₂ ← d_b₃\\l  d_h₈ ← d_h₉\\l\"]\n    }\n    out0 [shape = ellipse, label = \"result\"]\n    out1 [shape = ellipse, label = \"∂/∂w\"]\n    out2 [shape = ellipse, label = \"∂/∂b\"]\n    node0 -> node2\n    node1 -> node2\n    input4 -> node2\n    input6 -> node2\n    input0 -> node2\n    node2 -> node3\n    node2 -> node4\n    node5 -> node6\n    node0 -> node6\n    node4 -> node6\n    node2 -> node6\n    node1 -> node6\n    input4 -> node6\n    input6 -> node6\n    input0 -> node6\n    node3 -> out0\n    node6 -> out1\n    node6 -> out2\n}\n";
}
/// `Walk::cost` gone forward, from which its gradients are computed.
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
pub struct WalkCostPass<'w> {
    model: &'w Walk,
    value: f64,
    x: &'w [[f64; 4]],
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
impl WalkCostPass<'_> {
    /// The value of `Walk::cost`.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
    /// Writes the gradient with respect to the parameters.
    /// Everything is overwritten, with zeros where nothing depends on it or it is frozen.
    ///
    /// ```text
    /// Given x[T, 4], w[4, 4], b[4]
    ///
    /// Value
    ///     h₂[i] = 0
    ///     h_each₃[i, j] = 0
    ///     h₃ ← h₂
    ///     h_each₄ ← h_each₃
    ///     for t_part = 0, …, ⌈√T⌉ − 1:
    ///         h₄ ← h₃
    ///         for t = 0, …, ⌈√T⌉ − 1 where t_part·⌈√T⌉ + t < T:
    ///             h_product₂[i] = Σ_k h₄[k] · w[k, i]
    ///             h₅[i] = tanh(h_product₂[i] + x[t_part·⌈√T⌉ + t, i] + b[i])
    ///             h₄ ← h₅
    ///         h_each₄[t_part, i] ← h₃[i]
    ///         h₃ ← h₄
    ///     cost_sum = Σ_k h₃[k]²
    ///     → cost_sum
    ///
    /// Gradient
    ///     d_h₈[k] = 2 · h₃[k]
    ///     d_w[i, j] = 0
    ///     d_b₂ ← h₂
    ///     for t_part = ⌈√T⌉ − 1, …, 0:
    ///         h₆[i] = h_each₄[t_part, i]
    ///         h_each₅ ← h_each₃
    ///         h_each₆ ← h_each₃
    ///         for t = 0, …, ⌈√T⌉ − 1 where t + t_part·⌈√T⌉ < T:
    ///             h_product₃[i] = Σ_k h₆[k] · w[k, i]
    ///             h₇[i] = tanh(h_product₃[i] + x[t + t_part·⌈√T⌉, i] + b[i])
    ///             h_each₅[t, i] ← h₆[i]
    ///             h_each₆[t, i] ← h₇[i]
    ///             h₆ ← h₇
    ///         d_w₂ ← d_w
    ///         d_b₃ ← d_b₂
    ///         d_h₉ ← d_h₈
    ///         for t = ⌈√T⌉ − 1, …, 0 where t_part·⌈√T⌉ + t < T:
    ///             h_part[i] = d_h₉[i] · (1 − h_each₆[t, i]) · (1 + h_each₆[t, i])
    ///             d_b₃[i] += h_part[i]
    ///             d_w₂[k, i] += h_part[i] · h_each₅[t, k]
    ///             d_h₁₀[k] = Σ_i h_part[i] · w[k, i]
    ///             d_h₉ ← d_h₁₀
    ///         d_w ← d_w₂
    ///         d_b₂ ← d_b₃
    ///         d_h₈ ← d_h₉
    ///     → ∂cost_sum/∂w = d_w
    ///     → ∂cost_sum/∂b = d_b₂
    /// ```
    #[track_caller]
    pub fn backward(self, grads: &mut Walk) {
        let Self { model, arena, x, .. } = self;
        let t = x.len();
        {
            use ::chainrule::__private::carve;
            let t_root = t.saturating_sub(1).isqrt() + 1;
            let [scratch, h_each, d_h] = carve(
                arena,
                [0..t_root * 8, t_root * 8..t_root * 12, t_root * 12..t_root * 12 + 4],
            );
            let h_each = &h_each.as_chunks::<4>().0[..t_root];
            let d_h = &mut d_h.as_chunks_mut::<4>().0[0];
            for k in 0..4 {
                d_h[k] = 2.0 * d_h[k];
            }
            grads.w.as_flattened_mut().fill(0.0);
            grads.b.fill(0.0);
            for t_part in ::chainrule::__private::core::iter::Iterator::rev(0..t_root) {
                let [h_each_2, h_each_3] = carve(
                    scratch,
                    [0..t_root * 4, t_root * 4..t_root * 8],
                );
                let h_each_2 = &mut h_each_2.as_chunks_mut::<4>().0[..t_root];
                let h_each_3 = &mut h_each_3.as_chunks_mut::<4>().0[..t_root];
                let mut h_2 = [0.0_f64; 4];
                for i in 0..4 {
                    h_2[i] = h_each[t_part][i];
                }
                h_each_2.as_flattened_mut().fill(0.0);
                h_each_3.as_flattened_mut().fill(0.0);
                Walk::__compute_h_2(
                    t_root,
                    t,
                    t_part,
                    &model.w,
                    &model.b,
                    x,
                    &mut h_2,
                    h_each_3,
                    h_each_2,
                );
                Walk::__compute_d_h_2(
                    t_root,
                    t,
                    t_part,
                    h_each_3,
                    h_each_2,
                    &model.w,
                    d_h,
                    &mut grads.b,
                    &mut grads.w,
                );
            }
        };
    }
    /// Adds the gradient with respect to the parameters to what is there.
    #[track_caller]
    pub fn accumulate(self, grads: &mut Walk) {
        let Self { model, arena, x, .. } = self;
        let t = x.len();
        {
            use ::chainrule::__private::carve;
            let t_root = t.saturating_sub(1).isqrt() + 1;
            let [scratch, h_each, d_h] = carve(
                arena,
                [0..t_root * 8, t_root * 8..t_root * 12, t_root * 12..t_root * 12 + 4],
            );
            let h_each = &h_each.as_chunks::<4>().0[..t_root];
            let d_h = &mut d_h.as_chunks_mut::<4>().0[0];
            for k in 0..4 {
                d_h[k] = 2.0 * d_h[k];
            }
            for t_part in ::chainrule::__private::core::iter::Iterator::rev(0..t_root) {
                let [h_each_2, h_each_3] = carve(
                    scratch,
                    [0..t_root * 4, t_root * 4..t_root * 8],
                );
                let h_each_2 = &mut h_each_2.as_chunks_mut::<4>().0[..t_root];
                let h_each_3 = &mut h_each_3.as_chunks_mut::<4>().0[..t_root];
                let mut h_2 = [0.0_f64; 4];
                for i in 0..4 {
                    h_2[i] = h_each[t_part][i];
                }
                h_each_2.as_flattened_mut().fill(0.0);
                h_each_3.as_flattened_mut().fill(0.0);
                Walk::__compute_h_2(
                    t_root,
                    t,
                    t_part,
                    &model.w,
                    &model.b,
                    x,
                    &mut h_2,
                    h_each_3,
                    h_each_2,
                );
                Walk::__compute_d_h_2(
                    t_root,
                    t,
                    t_part,
                    h_each_3,
                    h_each_2,
                    &model.w,
                    d_h,
                    &mut grads.b,
                    &mut grads.w,
                );
            }
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
impl Walk {
    /// Computes `d_h` and `h_each` from `w`, `b` and `x`.
    fn __compute_d_h(
        t_root: usize,
        t: usize,
        w: &[[f64; 4]; 4],
        b: &[f64; 4],
        x: &[[f64; 4]],
        d_h: &mut [f64; 4],
        h_each: &mut [[f64; 4]],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let x = &x[..t];
                let h_each = &mut h_each[..t_root];
                for t_part in 0..t_root {
                    let mut h = [0.0_f64; 4];
                    h.copy_from_slice(d_h);
                    for t_2 in 0..t_root {
                        if t <= t_part * t_root + t_2 {
                            continue;
                        }
                        let mut h_product = [0.0_f64; 4];
                        h_product.fill(0.0);
                        for k in 0..4 {
                            for i in 0..4 {
                                h_product[i] += h[k] * w[k][i];
                            }
                        }
                        let b_row = kernels::row::<8, _>(b);
                        let h_product_row = kernels::row::<8, _>(&h_product);
                        let x_row = kernels::row::<8, _>(&x[t_part * t_root + t_2]);
                        let mut h_row = [0.0_f64; 8];
                        for i in 0..8 {
                            h_row[i] = math::tanh(
                                cpu,
                                h_product_row[i] + x_row[i] + b_row[i],
                            );
                        }
                        h.copy_from_slice(&h_row[..4]);
                    }
                    for i in 0..4 {
                        h_each[t_part][i] = d_h[i];
                    }
                    d_h.copy_from_slice(&h);
                }
            },
        )
    }
    /// Computes `h` from `w`, `x` and `b`.
    fn __compute_h(
        t: usize,
        w: &[[f64; 4]; 4],
        x: &[[f64; 4]],
        b: &[f64; 4],
        h: &mut [f64; 4],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let x = &x[..t];
                for t_2 in 0..t {
                    let mut h_product = [0.0_f64; 4];
                    h_product.fill(0.0);
                    for k in 0..4 {
                        for i in 0..4 {
                            h_product[i] += h[k] * w[k][i];
                        }
                    }
                    let h_product_row = kernels::row::<8, _>(&h_product);
                    let x_row = kernels::row::<8, _>(&x[t_2]);
                    let b_row = kernels::row::<8, _>(b);
                    let mut h_row = [0.0_f64; 8];
                    for i in 0..8 {
                        h_row[i] = math::tanh(
                            cpu,
                            h_product_row[i] + x_row[i] + b_row[i],
                        );
                    }
                    h.copy_from_slice(&h_row[..4]);
                }
            },
        )
    }
    /// Computes `h_2`, `h_each_3` and `h_each_2` from `w`, `b` and `x`.
    fn __compute_h_2(
        t_root: usize,
        t: usize,
        t_part: usize,
        w: &[[f64; 4]; 4],
        b: &[f64; 4],
        x: &[[f64; 4]],
        h_2: &mut [f64; 4],
        h_each_3: &mut [[f64; 4]],
        h_each_2: &mut [[f64; 4]],
    ) {
        use ::chainrule::__private::{kernels, math::f64 as math};
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |cpu| {
                let x = &x[..t];
                let h_each_3 = &mut h_each_3[..t_root];
                let h_each_2 = &mut h_each_2[..t_root];
                for t_2 in 0..t_root {
                    if t <= t_2 + t_part * t_root {
                        continue;
                    }
                    let mut h_3 = [0.0_f64; 4];
                    h_3.fill(0.0);
                    for k in 0..4 {
                        for i in 0..4 {
                            h_3[i] += h_2[k] * w[k][i];
                        }
                    }
                    let b_row = kernels::row::<8, _>(b);
                    let mut h_3_row = kernels::row::<8, _>(&h_3);
                    let x_row = kernels::row::<8, _>(&x[t_2 + t_part * t_root]);
                    let mut h_each_3_row = [0.0_f64; 8];
                    for i in 0..8 {
                        h_3_row[i] = math::tanh(cpu, h_3_row[i] + x_row[i] + b_row[i]);
                        h_each_3_row[i] = h_3_row[i];
                    }
                    h_3.copy_from_slice(&h_3_row[..4]);
                    h_each_3[t_2].copy_from_slice(&h_each_3_row[..4]);
                    for i in 0..4 {
                        h_each_2[t_2][i] = h_2[i];
                    }
                    h_2.copy_from_slice(&h_3);
                }
            },
        )
    }
    /// Computes `d_h`, `d_b_2` and `d_w_2` from `h_each_3`, `h_each_2` and `w`.
    fn __compute_d_h_2(
        t_root: usize,
        t: usize,
        t_part: usize,
        h_each_3: &[[f64; 4]],
        h_each_2: &[[f64; 4]],
        w: &[[f64; 4]; 4],
        d_h: &mut [f64; 4],
        d_b_2: &mut [f64; 4],
        d_w_2: &mut [[f64; 4]; 4],
    ) {
        ::chainrule::__private::vectorised(
            #[inline(always)]
            move |_| {
                let h_each_3 = &h_each_3[..t_root];
                let h_each_2 = &h_each_2[..t_root];
                for t_2 in ::chainrule::__private::core::iter::Iterator::rev(0..t_root) {
                    if t <= t_part * t_root + t_2 {
                        continue;
                    }
                    let mut h_part = [0.0_f64; 4];
                    for i in 0..4 {
                        h_part[i] = d_h[i]
                            * ((1.0 - h_each_3[t_2][i]) * (1.0 + h_each_3[t_2][i]));
                        d_b_2[i] += h_part[i];
                        for k in 0..4 {
                            d_w_2[k][i] += h_part[i] * h_each_2[t_2][k];
                        }
                    }
                    for k in 0..4 {
                        let mut sum = 0.0_f64;
                        for i in 0..4 {
                            sum += h_part[i] * w[k][i];
                        }
                        d_h[k] = sum;
                    }
                }
            },
        )
    }
}
