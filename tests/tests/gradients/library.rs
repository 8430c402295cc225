//! The library's layers and functions over their options, against PyTorch in float64: value, and the gradient with
//! respect to every parameter and input.
//!
//! What is differentiated is Σ y · c, with `c` one more input: the gradient by `c` is y itself.

use super::oracle::Oracle;
use super::support::Input;
use chainrule::{Workspace, net};
use chainrule_tests::Array as _;

/// `array!(2, 3)` is `[[f64; 3]; 2]`.
macro_rules! array {
    () => { f64 };
    ($size:literal $(, $rest:literal)*) => { [array!($($rest),*); $size] };
}

/// Declares a network for each layer and a function for each line, and what holds it against the case of its name.
macro_rules! library {
    (
        layers { $($layer:ident: $ty:ident<$($generic:literal),*>($($x:ident: [$($size:literal),*]),* $(; $index:ident: $indices:literal)?) = $y:tt;)* }
        functions { $($function:ident($($z:ident: [$($side:literal),*]),* $(; $label:ident: $labels:literal)?) = $w:tt;)* }
    ) => {
        net! {
            $(
                /// One layer.
                pub struct $layer { layer: $ty<$($generic),*> }

                impl $layer {
                    #[grad(self, $($x),*)]
                    pub fn value($($x: f64[$($size),*],)* $($index: u32[$indices])?) -> f64 { let y = $y; sum(y * c) }
                }
            )*

            /// Functions of tensors.
            pub struct Functions {}

            impl Functions {
                $(
                    #[grad($($z),*)]
                    pub fn $function($($z: f64[$($side),*],)* $($label: u32[$labels])?) -> f64 { let y = $w; sum(y * c) }
                )*
            }
        }

        /// Every case that is tested, with what tests it.
        const CASES: &[(&str, fn(&Oracle))] = &[
            $((stringify!($layer), |oracle| {
                let model = oracle.parameters::<$layer>();
                let inputs = oracle.inputs();
                let mut numbers = inputs.iter();
                $(let mut $x = Input::<array!($($size),*)>::of(numbers.next().expect("an input"));)*
                $(let $index = oracle.labels::<$indices>(0);)?
                let (mut workspace, mut gradients) = (Workspace::new(), $layer::zeros());
                let pass = model.value(&mut workspace, $(&$x.at,)* $(&$index)?);
                oracle.check_value(pass.value());
                pass.backward(&mut gradients, $(&mut $x.gradient),*);
                oracle.check_parameters(&*gradients, 1.0);
                oracle.check_inputs(&[$($x.gradient.flat()),*], 1.0);
            }),)*
            $((stringify!($function), |oracle| {
                let inputs = oracle.inputs();
                let mut numbers = inputs.iter();
                $(let mut $z = Input::<array!($($side),*)>::of(numbers.next().expect("an input"));)*
                $(let $label = oracle.labels::<$labels>(0);)?
                let (model, mut workspace) = (Functions::zeros(), Workspace::new());
                let pass = model.$function(&mut workspace, $(&$z.at,)* $(&$label)?);
                oracle.check_value(pass.value());
                pass.backward($(&mut $z.gradient),*);
                oracle.check_inputs(&[$($z.gradient.flat()),*], 1.0);
            }),)*
        ];
    };
}

library! {
    layers {
        LinearOf: Linear<3, 2>(x: [4, 3], c: [4, 2]) = { layer(x) };
        LinearOfOne: Linear<1, 1>(x: [2, 3, 1], c: [2, 3, 1]) = { layer(x) };
        EmbeddingOf: Embedding<4, 3>(c: [6, 3]; label: 6) = { layer(label) };
        Conv1dPlain: Conv1d<2, 3, 3>(x: [2, 2, 7], c: [2, 3, 5]) = { layer(x) };
        Conv1dStrided: Conv1d<2, 3, 3>(x: [2, 2, 7], c: [2, 3, 4]) = { layer(x, stride = 2, padding = 1) };
        Conv1dDilated: Conv1d<2, 3, 3>(x: [2, 2, 7], c: [2, 3, 3]) = { layer(x, dilation = 2) };
        Conv1dGrouped: Conv1d<4, 6, 3, 2>(x: [2, 4, 5], c: [2, 6, 3]) = { layer(x) };
        Conv1dOfChannels: Conv1d<4, 4, 3, 4>(x: [2, 4, 5], c: [2, 4, 5]) = { layer(x, padding = 1) };
        Conv1dOfAll: Conv1d<2, 3, 7>(x: [2, 2, 7], c: [2, 3, 1]) = { layer(x) };
        Conv1dOfOne: Conv1d<3, 2, 1>(x: [1, 3, 1], c: [1, 2, 1]) = { layer(x) };
        Conv2dPlain: Conv2d<2, 3, 3>(x: [2, 2, 5, 4], c: [2, 3, 3, 2]) = { layer(x) };
        Conv2dStrided: Conv2d<2, 3, 3>(x: [2, 2, 5, 4], c: [2, 3, 3, 2]) = { layer(x, stride = 2, padding = 1) };
        Conv2dDilated: Conv2d<2, 3, 3>(x: [2, 2, 5, 4], c: [2, 3, 5, 4]) = { layer(x, padding = 2, dilation = 2) };
        Conv2dGrouped: Conv2d<4, 6, 3, 2>(x: [2, 4, 4, 3], c: [2, 6, 2, 1]) = { layer(x) };
        Conv2dOfChannels: Conv2d<3, 3, 3, 3>(x: [2, 3, 5, 4], c: [2, 3, 3, 2]) = { layer(x, stride = 2, padding = 1) };
        Conv2dOfAll: Conv2d<2, 3, 4>(x: [2, 2, 4, 4], c: [2, 3, 1, 1]) = { layer(x) };
        Conv2dOfOne: Conv2d<3, 2, 1>(x: [1, 3, 1, 2], c: [1, 2, 1, 2]) = { layer(x) };
        Conv2dWithAll: Conv2d<4, 4, 2, 2>(x: [2, 4, 5, 4], c: [2, 4, 3, 2]) = { layer(x, stride = 2, padding = 1, dilation = 2) };
        ConvTranspose2dPlain: ConvTranspose2d<2, 3, 3>(x: [2, 2, 3, 2], c: [2, 3, 5, 4]) = { layer(x) };
        ConvTranspose2dStrided: ConvTranspose2d<2, 3, 3>(x: [2, 2, 3, 2], c: [2, 3, 6, 4]) = { layer(x, stride = 2, padding = 1, output_padding = 1) };
        ConvTranspose2dDilated: ConvTranspose2d<2, 3, 3>(x: [2, 2, 3, 2], c: [2, 3, 7, 6]) = { layer(x, dilation = 2) };
        ConvTranspose2dGrouped: ConvTranspose2d<4, 6, 3, 2>(x: [2, 4, 3, 2], c: [2, 6, 5, 4]) = { layer(x) };
        ConvTranspose2dOfChannels: ConvTranspose2d<3, 3, 2, 3>(x: [2, 3, 3, 2], c: [2, 3, 6, 4]) = { layer(x, stride = 2) };
        ConvTranspose2dOfOne: ConvTranspose2d<2, 3, 1>(x: [1, 2, 1, 1], c: [1, 3, 1, 1]) = { layer(x) };
        LayerNormOf: LayerNorm<4>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        RmsNormOf: RmsNorm<4>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        LayerNormOfOne: LayerNorm<1>(x: [3, 1], c: [3, 1]) = { layer(x) };
        RmsNormOfOne: RmsNorm<1>(x: [3, 1], c: [3, 1]) = { layer(x) };
        LayerNormWide: LayerNorm<4>(x: [3, 4], c: [3, 4]) = { layer(x, eps = 0.1) };
        RmsNormWide: RmsNorm<4>(x: [3, 4], c: [3, 4]) = { layer(x, eps = 0.1) };
        GroupNormOf: GroupNorm<2, 4>(x: [2, 4, 3], c: [2, 4, 3]) = { layer(x) };
        GroupNormOfOne: GroupNorm<1, 4>(x: [2, 4, 3], c: [2, 4, 3]) = { layer(x) };
        GroupNormOfChannels: GroupNorm<4, 4>(x: [2, 4, 3, 2], c: [2, 4, 3, 2]) = { layer(x) };
        BatchNormOf: BatchNorm<2>(x: [3, 2, 4], c: [28]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormOfRows: BatchNorm<2>(x: [5, 2], c: [14]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormOfImages: BatchNorm<2>(x: [2, 2, 3, 2], c: [28]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormInferred: BatchNorm<2>(x: [3, 2, 4], m: [2], v: [2], c: [3, 2, 4]) = { layer.infer(x, m, 1 + v * v) };
        RnnOf: Rnn<2, 3>(x: [4, 2, 2], h: [2, 3], c: [30]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        RnnOfOneStep: Rnn<2, 3>(x: [1, 2, 2], h: [2, 3], c: [12]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        GruOf: Gru<2, 3>(x: [4, 2, 2], h: [2, 3], c: [30]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        GruOfOneStep: Gru<2, 3>(x: [1, 2, 2], h: [2, 3], c: [12]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        LstmOf: Lstm<2, 3>(x: [4, 2, 2], h: [2, 3], c0: [2, 3], c: [36]) = { let (ys, (last, cell)) = layer(x, (h, c0)); concat([flatten(ys), flatten(last), flatten(cell)], axis = 0) };
        LstmOfOneStep: Lstm<2, 3>(x: [1, 2, 2], h: [2, 3], c0: [2, 3], c: [18]) = { let (ys, (last, cell)) = layer(x, (h, c0)); concat([flatten(ys), flatten(last), flatten(cell)], axis = 0) };
        AttentionOf: MultiHeadAttention<4, 2>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        AttentionCausal: MultiHeadAttention<4, 2>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x, causal = true) };
        AttentionOfOneHead: MultiHeadAttention<4, 1>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        AttentionOfSingleChannels: MultiHeadAttention<4, 4>(x: [1, 3, 4], c: [1, 3, 4]) = { layer(x, causal = true) };
        AttentionOfOneStep: MultiHeadAttention<4, 2>(x: [2, 1, 4], c: [2, 1, 4]) = { layer(x, causal = true) };
    }
    functions {
        softmax_0(x: [2, 3, 2], c: [2, 3, 2]) = { softmax(x, axis = 0) };
        log_softmax_0(x: [2, 3, 2], c: [2, 3, 2]) = { log_softmax(x, axis = 0) };
        cumsum_0(x: [2, 3, 2], c: [2, 3, 2]) = { cumsum(x, axis = 0) };
        softmax_1(x: [2, 3, 2], c: [2, 3, 2]) = { softmax(x, axis = 1) };
        log_softmax_1(x: [2, 3, 2], c: [2, 3, 2]) = { log_softmax(x, axis = 1) };
        cumsum_1(x: [2, 3, 2], c: [2, 3, 2]) = { cumsum(x, axis = 1) };
        softmax_minus_1(x: [2, 3, 2], c: [2, 3, 2]) = { softmax(x, axis = -1) };
        log_softmax_minus_1(x: [2, 3, 2], c: [2, 3, 2]) = { log_softmax(x, axis = -1) };
        cumsum_minus_1(x: [2, 3, 2], c: [2, 3, 2]) = { cumsum(x, axis = -1) };
        logsumexp_0(x: [2, 3, 2], c: [3, 2]) = { logsumexp(x, axis = 0) };
        sum_0(x: [2, 3, 2], c: [3, 2]) = { sum(x, axis = 0) };
        mean_0(x: [2, 3, 2], c: [3, 2]) = { mean(x, axis = 0) };
        max_0(x: [2, 3, 2], c: [3, 2]) = { max(x, axis = 0) };
        min_0(x: [2, 3, 2], c: [3, 2]) = { min(x, axis = 0) };
        prod_0(x: [2, 3, 2], c: [3, 2]) = { prod(x, axis = 0) };
        norm_0(x: [2, 3, 2], c: [3, 2]) = { norm(x, axis = 0) };
        std_0(x: [2, 3, 2], c: [3, 2]) = { std(x, axis = 0) };
        var_0(x: [2, 3, 2], c: [1, 3, 2]) = { var(x, axis = 0, ddof = 1, keep = true) };
        cosine_similarity_0(a: [2, 3, 2], b: [2, 3, 2], c: [3, 2]) = { cosine_similarity(a, b, axis = 0) };
        logsumexp_1(x: [2, 3, 2], c: [2, 2]) = { logsumexp(x, axis = 1) };
        sum_1(x: [2, 3, 2], c: [2, 2]) = { sum(x, axis = 1) };
        mean_1(x: [2, 3, 2], c: [2, 2]) = { mean(x, axis = 1) };
        max_1(x: [2, 3, 2], c: [2, 2]) = { max(x, axis = 1) };
        min_1(x: [2, 3, 2], c: [2, 2]) = { min(x, axis = 1) };
        prod_1(x: [2, 3, 2], c: [2, 2]) = { prod(x, axis = 1) };
        norm_1(x: [2, 3, 2], c: [2, 2]) = { norm(x, axis = 1) };
        std_1(x: [2, 3, 2], c: [2, 2]) = { std(x, axis = 1) };
        var_1(x: [2, 3, 2], c: [2, 1, 2]) = { var(x, axis = 1, ddof = 1, keep = true) };
        cosine_similarity_1(a: [2, 3, 2], b: [2, 3, 2], c: [2, 2]) = { cosine_similarity(a, b, axis = 1) };
        softmax_of_one(x: [2, 1], c: [2, 1]) = { softmax(x, axis = 1) };
        mean_of_two(x: [2, 3, 2], c: [1, 3, 1]) = { mean(x, axis = [0, 2], keep = true) };
        max_pool2d_plain(x: [2, 2, 4, 4], c: [2, 2, 2, 2]) = { max_pool2d(x, 2) };
        avg_pool2d_plain(x: [2, 2, 4, 4], c: [2, 2, 2, 2]) = { avg_pool2d(x, 2) };
        max_pool2d_strided(x: [2, 2, 5, 4], c: [2, 2, 4, 3]) = { max_pool2d(x, 2, stride = 1) };
        avg_pool2d_strided(x: [2, 2, 5, 4], c: [2, 2, 4, 3]) = { avg_pool2d(x, 2, stride = 1) };
        max_pool2d_padded(x: [2, 2, 5, 4], c: [2, 2, 3, 3]) = { max_pool2d(x, 2, stride = 2, padding = 1) };
        avg_pool2d_padded(x: [2, 2, 5, 4], c: [2, 2, 3, 3]) = { avg_pool2d(x, 2, stride = 2, padding = 1) };
        max_pool2d_of_all(x: [2, 2, 2, 2], c: [2, 2, 1, 1]) = { max_pool2d(x, 2) };
        avg_pool2d_of_all(x: [2, 2, 2, 2], c: [2, 2, 1, 1]) = { avg_pool2d(x, 2) };
        global_avg_pool_of(x: [2, 3, 4, 3], c: [2, 3]) = { global_avg_pool(x) };
        conv1d_of(x: [2, 2, 7], w: [3, 2, 2], c: [2, 3, 3]) = { conv1d(x, w, stride = 2) };
        conv2d_of(x: [2, 2, 4, 5], w: [3, 2, 2, 3], c: [2, 3, 5, 5]) = { conv2d(x, w, padding = 1) };
        conv_transpose2d_of(x: [2, 2, 2, 3], w: [2, 3, 3, 2], c: [2, 3, 5, 6]) = { conv_transpose2d(x, w, stride = 2) };
        mse_of(x: [4, 3], y: [4, 3], c: [1]) = { mse(x, y) };
        mae_of(x: [4, 3], y: [4, 3], c: [1]) = { mae(x, y) };
        huber_of(x: [4, 3], y: [4, 3], c: [1]) = { huber(x, y, delta = 0.5) };
        binary_cross_entropy_of(x: [4, 3], y: [4, 3], c: [1]) = { binary_cross_entropy(sigmoid(x), sigmoid(y)) };
        bce_with_logits_of(x: [4, 3], y: [4, 3], c: [1]) = { bce_with_logits(x, sigmoid(y)) };
        kl_div_of(x: [4, 3], y: [4, 3], c: [1]) = { kl_div(log_softmax(x), softmax(y)) };
        hinge_of(x: [4, 3], y: [4, 3], c: [1]) = { hinge(x, y) };
        cross_entropy_of(x: [4, 3], c: [1]; label: 4) = { cross_entropy(x, label) };
        cross_entropy_probabilities_of(x: [4, 3], y: [4, 3], c: [1]) = { cross_entropy(x, softmax(y)) };
        nll_of(x: [4, 3], c: [1]; label: 4) = { nll(log_softmax(x), label) };
        gather_of(x: [4, 3], c: [6, 3]; label: 6) = { x[label] };
        slice_of(x: [3, 4], c: [2, 3]) = { x[1.., ..-1] };
        one_hot_of(x: [4, 3], c: [5, 3]; label: 5) = { one_hot(label, 4) @ x };
        matmul_of(x: [2, 3, 4], y: [4, 2], c: [2, 3, 2]) = { x @ y };
        matmul_of_batches(x: [2, 1, 3, 4], y: [5, 4, 2], c: [2, 5, 3, 2]) = { x @ y };
        matmul_of_vectors(x: [3], y: [3], c: [1]) = { x @ y };
        permute_of(x: [2, 3, 4], c: [4, 2, 3]) = { permute(x, [2, 0, 1]) };
        transpose_of(x: [2, 3], c: [3, 2]) = { x.t() };
        reshape_of(x: [2, 3, 2], c: [3, 4]) = { reshape(x, [3, 4]) };
        flatten_of(x: [2, 3, 2], c: [2, 6]) = { flatten(x, from = 1) };
        concat_of(x: [2, 3], y: [2, 1], c: [2, 4]) = { concat([x, y], axis = 1) };
        stack_of(x: [2, 3], y: [2, 3], c: [2, 2, 3]) = { stack([x, y], axis = 1) };
        pad_of(x: [2, 3], c: [5, 6]) = { pad(x, [[1, 2], [0, 3]]) };
        broadcast_to_of(x: [2, 1], c: [4, 2, 3]) = { broadcast_to(x, [4, 2, 3]) };
        tril_of(x: [2, 3, 4], c: [2, 3, 4]) = { tril(x, diagonal = 1) };
        triu_of(x: [4, 3], c: [4, 3]) = { triu(x, diagonal = -1) };
        diag_of(x: [3], c: [3, 3]) = { diag(x) };
        zeros_of(x: [1, 3], c: [3, 3]) = { concat([x, zeros([2, 3])], axis = 0) };
        ones_of(x: [3], c: [2, 3]) = { x * ones([2, 3]) };
        eye_of(x: [2, 3], c: [2, 3]) = { x @ eye(3) };
        arange_of(x: [2, 3], c: [2, 3]) = { x * arange(3) };
        argmax_of(x: [4], c: [1]) = { x[argmax(x)] };
        argmin_of(x: [4], c: [1]) = { x[argmin(x)] };
        dot_of(x: [3], y: [3], c: [1]) = { dot(x, y) };
        outer_of(x: [3], y: [2], c: [3, 2]) = { outer(x, y) };
        trace_of(x: [4, 4], c: [1]) = { trace(x) };
        det_of(x: [4, 4], c: [1]) = { det(x) };
        inv_of(x: [4, 4], c: [4, 4]) = { inv(x + 3 * eye(4)) };
        solve_of(x: [4, 4], y: [4, 2], c: [4, 2]) = { solve(x + 3 * eye(4), y) };
        cholesky_of(x: [4, 4], c: [4, 4]) = { cholesky(x @ x.t() + eye(4)) };
    }
}

#[test]
fn layers_and_functions() {
    let file = super::oracle::read("layers");
    let cases: Vec<Oracle> = super::oracle::list(&file).iter().map(Oracle::of).collect();
    for case in &cases {
        assert!(CASES.iter().any(|(name, _)| *name == case.name()), "`{}` is not tested", case.name());
    }
    for (name, test) in CASES {
        test(cases.iter().find(|case| case.name() == *name).expect("a case of that name"));
    }
}
