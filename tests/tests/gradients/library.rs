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
        LinearOfVector: Linear<3, 2>(x: [3], c: [2]) = { layer(x) };
        EmbeddingOf: Embedding<4, 3>(c: [6, 3]; label: 6) = { layer(label) };
        EmbeddingOfTable: Embedding<2, 3>(c: [2, 3, 3]; label: 6) = { layer(reshape(label, [2, 3])) };
        EmbeddingOfOne: Embedding<1, 1>(c: [3, 1]; label: 3) = { layer(label) };
        Conv1dPlain: Conv1d<2, 3, 3>(x: [2, 2, 7], c: [2, 3, 5]) = { layer(x) };
        Conv1dStrided: Conv1d<2, 3, 3>(x: [2, 2, 7], c: [2, 3, 4]) = { layer(x, stride = 2, padding = 1) };
        Conv1dDilated: Conv1d<2, 3, 3>(x: [2, 2, 7], c: [2, 3, 3]) = { layer(x, dilation = 2) };
        Conv1dGrouped: Conv1d<4, 6, 3, 2>(x: [2, 4, 5], c: [2, 6, 3]) = { layer(x) };
        Conv1dOfChannels: Conv1d<4, 4, 3, 4>(x: [2, 4, 5], c: [2, 4, 5]) = { layer(x, padding = 1) };
        Conv1dOfAll: Conv1d<2, 3, 7>(x: [2, 2, 7], c: [2, 3, 1]) = { layer(x) };
        Conv1dOfOne: Conv1d<3, 2, 1>(x: [1, 3, 1], c: [1, 2, 1]) = { layer(x) };
        Conv1dWithAll: Conv1d<4, 6, 2, 2>(x: [2, 4, 7], c: [2, 6, 3]) = { layer(x, stride = 2, padding = 1, dilation = 3) };
        Conv1dSparse: Conv1d<2, 2, 1>(x: [2, 2, 7], c: [2, 2, 3]) = { layer(x, stride = 3) };
        Conv1dWidelyPadded: Conv1d<2, 3, 2>(x: [1, 2, 3], c: [1, 3, 4]) = { layer(x, padding = 3, stride = 2) };
        Conv1dOfOneOutput: Conv1d<3, 1, 3>(x: [2, 3, 4], c: [2, 1, 4]) = { layer(x, padding = 1) };
        Conv2dPlain: Conv2d<2, 3, 3>(x: [2, 2, 5, 4], c: [2, 3, 3, 2]) = { layer(x) };
        Conv2dStrided: Conv2d<2, 3, 3>(x: [2, 2, 5, 4], c: [2, 3, 3, 2]) = { layer(x, stride = 2, padding = 1) };
        Conv2dDilated: Conv2d<2, 3, 3>(x: [2, 2, 5, 4], c: [2, 3, 5, 4]) = { layer(x, padding = 2, dilation = 2) };
        Conv2dGrouped: Conv2d<4, 6, 3, 2>(x: [2, 4, 4, 3], c: [2, 6, 2, 1]) = { layer(x) };
        Conv2dOfChannels: Conv2d<3, 3, 3, 3>(x: [2, 3, 5, 4], c: [2, 3, 3, 2]) = { layer(x, stride = 2, padding = 1) };
        Conv2dOfAll: Conv2d<2, 3, 4>(x: [2, 2, 4, 4], c: [2, 3, 1, 1]) = { layer(x) };
        Conv2dOfOne: Conv2d<3, 2, 1>(x: [1, 3, 1, 2], c: [1, 2, 1, 2]) = { layer(x) };
        Conv2dWithAll: Conv2d<4, 4, 2, 2>(x: [2, 4, 5, 4], c: [2, 4, 3, 2]) = { layer(x, stride = 2, padding = 1, dilation = 2) };
        Conv2dSparse: Conv2d<2, 2, 2>(x: [2, 2, 7, 6], c: [2, 2, 2, 2]) = { layer(x, stride = 3) };
        Conv2dWidelyPadded: Conv2d<2, 3, 2>(x: [1, 2, 3, 2], c: [1, 3, 4, 4]) = { layer(x, padding = 3, stride = 2) };
        Conv2dOfAllPadded: Conv2d<1, 2, 5>(x: [2, 1, 3, 4], c: [2, 2, 1, 2]) = { layer(x, padding = 1) };
        Conv2dOfOneRow: Conv2d<2, 3, 1>(x: [2, 2, 1, 6], c: [2, 3, 1, 3]) = { layer(x, stride = 2) };
        Conv2dOfChannelsWithAll: Conv2d<2, 6, 3, 2>(x: [2, 2, 7, 6], c: [2, 6, 4, 3]) = { layer(x, stride = 2, padding = 2, dilation = 2) };
        ConvTranspose2dPlain: ConvTranspose2d<2, 3, 3>(x: [2, 2, 3, 2], c: [2, 3, 5, 4]) = { layer(x) };
        ConvTranspose2dStrided: ConvTranspose2d<2, 3, 3>(x: [2, 2, 3, 2], c: [2, 3, 6, 4]) = { layer(x, stride = 2, padding = 1, output_padding = 1) };
        ConvTranspose2dDilated: ConvTranspose2d<2, 3, 3>(x: [2, 2, 3, 2], c: [2, 3, 7, 6]) = { layer(x, dilation = 2) };
        ConvTranspose2dGrouped: ConvTranspose2d<4, 6, 3, 2>(x: [2, 4, 3, 2], c: [2, 6, 5, 4]) = { layer(x) };
        ConvTranspose2dOfChannels: ConvTranspose2d<3, 3, 2, 3>(x: [2, 3, 3, 2], c: [2, 3, 6, 4]) = { layer(x, stride = 2) };
        ConvTranspose2dOfOne: ConvTranspose2d<2, 3, 1>(x: [1, 2, 1, 1], c: [1, 3, 1, 1]) = { layer(x) };
        ConvTranspose2dWithAll: ConvTranspose2d<4, 6, 3, 2>(x: [2, 4, 3, 2], c: [2, 6, 9, 6]) = { layer(x, stride = 3, padding = 2, output_padding = 2, dilation = 2) };
        ConvTranspose2dSparse: ConvTranspose2d<2, 3, 2>(x: [2, 2, 2, 3], c: [2, 3, 6, 9]) = { layer(x, stride = 3, output_padding = 1) };
        ConvTranspose2dCropped: ConvTranspose2d<2, 1, 3>(x: [2, 2, 3, 4], c: [2, 1, 1, 2]) = { layer(x, padding = 2) };
        ConvTranspose2dOutOfOne: ConvTranspose2d<2, 3, 3>(x: [2, 2, 1, 1], c: [2, 3, 4, 4]) = { layer(x, stride = 2, output_padding = 1) };
        LayerNormOf: LayerNorm<4>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        RmsNormOf: RmsNorm<4>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        LayerNormOfOne: LayerNorm<1>(x: [3, 1], c: [3, 1]) = { layer(x) };
        RmsNormOfOne: RmsNorm<1>(x: [3, 1], c: [3, 1]) = { layer(x) };
        LayerNormWide: LayerNorm<4>(x: [3, 4], c: [3, 4]) = { layer(x, eps = 0.1) };
        RmsNormWide: RmsNorm<4>(x: [3, 4], c: [3, 4]) = { layer(x, eps = 0.1) };
        LayerNormOfVector: LayerNorm<5>(x: [5], c: [5]) = { layer(x) };
        RmsNormOfVector: RmsNorm<5>(x: [5], c: [5]) = { layer(x) };
        GroupNormOf: GroupNorm<2, 4>(x: [2, 4, 3], c: [2, 4, 3]) = { layer(x) };
        GroupNormOfOne: GroupNorm<1, 4>(x: [2, 4, 3], c: [2, 4, 3]) = { layer(x) };
        GroupNormOfChannels: GroupNorm<4, 4>(x: [2, 4, 3, 2], c: [2, 4, 3, 2]) = { layer(x) };
        GroupNormOfImages: GroupNorm<2, 4>(x: [1, 4, 3, 2], c: [1, 4, 3, 2]) = { layer(x) };
        GroupNormOfRows: GroupNorm<2, 4>(x: [3, 4], c: [3, 4]) = { layer(x) };
        GroupNormWide: GroupNorm<2, 4>(x: [2, 4, 2], c: [2, 4, 2]) = { layer(x, eps = 0.1) };
        BatchNormOf: BatchNorm<2>(x: [3, 2, 4], c: [28]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormOfRows: BatchNorm<2>(x: [5, 2], c: [14]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormOfImages: BatchNorm<2>(x: [2, 2, 3, 2], c: [28]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormOfOneImage: BatchNorm<2>(x: [1, 2, 1, 3], c: [10]) = { let (y, mean, var) = layer(x); concat([flatten(y), mean, var], axis = 0) };
        BatchNormWide: BatchNorm<2>(x: [3, 2, 2], c: [16]) = { let (y, mean, var) = layer(x, eps = 0.1); concat([flatten(y), mean, var], axis = 0) };
        BatchNormInferred: BatchNorm<2>(x: [3, 2, 4], m: [2], v: [2], c: [3, 2, 4]) = { layer.infer(x, m, 1 + v * v) };
        BatchNormInferredOfRows: BatchNorm<2>(x: [3, 2], m: [2], v: [2], c: [3, 2]) = { layer.infer(x, m, v * v, eps = 0.1) };
        RnnOf: Rnn<2, 3>(x: [4, 2, 2], h: [2, 3], c: [30]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        RnnOfOneStep: Rnn<2, 3>(x: [1, 2, 2], h: [2, 3], c: [12]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        RnnOfOne: Rnn<1, 1>(x: [3, 1, 1], h: [1, 1], c: [4]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        GruOf: Gru<2, 3>(x: [4, 2, 2], h: [2, 3], c: [30]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        GruOfOneStep: Gru<2, 3>(x: [1, 2, 2], h: [2, 3], c: [12]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        GruOfOne: Gru<1, 1>(x: [3, 1, 1], h: [1, 1], c: [4]) = { let (ys, last) = layer(x, h); concat([flatten(ys), flatten(last)], axis = 0) };
        LstmOf: Lstm<2, 3>(x: [4, 2, 2], h: [2, 3], c0: [2, 3], c: [36]) = { let (ys, (last, cell)) = layer(x, (h, c0)); concat([flatten(ys), flatten(last), flatten(cell)], axis = 0) };
        LstmOfOneStep: Lstm<2, 3>(x: [1, 2, 2], h: [2, 3], c0: [2, 3], c: [18]) = { let (ys, (last, cell)) = layer(x, (h, c0)); concat([flatten(ys), flatten(last), flatten(cell)], axis = 0) };
        LstmOfOne: Lstm<1, 1>(x: [3, 1, 1], h: [1, 1], c0: [1, 1], c: [5]) = { let (ys, (last, cell)) = layer(x, (h, c0)); concat([flatten(ys), flatten(last), flatten(cell)], axis = 0) };
        AttentionOf: MultiHeadAttention<4, 2>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        AttentionCausal: MultiHeadAttention<4, 2>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x, causal = true) };
        AttentionOfOneHead: MultiHeadAttention<4, 1>(x: [2, 3, 4], c: [2, 3, 4]) = { layer(x) };
        AttentionOfSingleChannels: MultiHeadAttention<4, 4>(x: [1, 3, 4], c: [1, 3, 4]) = { layer(x, causal = true) };
        AttentionOfOneStep: MultiHeadAttention<4, 2>(x: [2, 1, 4], c: [2, 1, 4]) = { layer(x, causal = true) };
        AttentionOfOneHeadCausal: MultiHeadAttention<4, 1>(x: [2, 4, 4], c: [2, 4, 4]) = { layer(x, causal = true) };
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
        logsumexp_over_two(x: [2, 3, 2], c: [3]) = { x.logsumexp(axis = [-1, 0]) };
        logsumexp_kept(x: [2, 3], c: [2, 1]) = { logsumexp(x, axis = -1, keep = true) };
        logsumexp_of_all(x: [2, 3], c: [1, 1]) = { logsumexp(x, keep = true) };
        logsumexp_along_one(x: [2, 1, 3], c: [2, 3]) = { logsumexp(x, axis = 1) };
        sum_over_two(x: [2, 3, 2], c: [3]) = { x.sum(axis = [-1, 0]) };
        sum_kept(x: [2, 3], c: [2, 1]) = { sum(x, axis = -1, keep = true) };
        sum_of_all(x: [2, 3], c: [1, 1]) = { sum(x, keep = true) };
        sum_along_one(x: [2, 1, 3], c: [2, 3]) = { sum(x, axis = 1) };
        mean_over_two(x: [2, 3, 2], c: [3]) = { x.mean(axis = [-1, 0]) };
        mean_kept(x: [2, 3], c: [2, 1]) = { mean(x, axis = -1, keep = true) };
        mean_of_all(x: [2, 3], c: [1, 1]) = { mean(x, keep = true) };
        mean_along_one(x: [2, 1, 3], c: [2, 3]) = { mean(x, axis = 1) };
        max_over_two(x: [2, 3, 2], c: [3]) = { x.max(axis = [-1, 0]) };
        max_kept(x: [2, 3], c: [2, 1]) = { max(x, axis = -1, keep = true) };
        max_of_all(x: [2, 3], c: [1, 1]) = { max(x, keep = true) };
        max_along_one(x: [2, 1, 3], c: [2, 3]) = { max(x, axis = 1) };
        min_over_two(x: [2, 3, 2], c: [3]) = { x.min(axis = [-1, 0]) };
        min_kept(x: [2, 3], c: [2, 1]) = { min(x, axis = -1, keep = true) };
        min_of_all(x: [2, 3], c: [1, 1]) = { min(x, keep = true) };
        min_along_one(x: [2, 1, 3], c: [2, 3]) = { min(x, axis = 1) };
        norm_over_two(x: [2, 3, 2], c: [3]) = { x.norm(axis = [-1, 0]) };
        norm_kept(x: [2, 3], c: [2, 1]) = { norm(x, axis = -1, keep = true) };
        norm_of_all(x: [2, 3], c: [1, 1]) = { norm(x, keep = true) };
        norm_along_one(x: [2, 1, 3], c: [2, 3]) = { norm(x, axis = 1) };
        std_over_two(x: [2, 3, 2], c: [3]) = { x.std(axis = [-1, 0]) };
        std_kept(x: [2, 3], c: [2, 1]) = { std(x, axis = -1, keep = true) };
        std_of_all(x: [2, 3], c: [1, 1]) = { std(x, keep = true) };
        var_over_two(x: [2, 3, 2], c: [3]) = { x.var(axis = [-1, 0]) };
        var_kept(x: [2, 3], c: [2, 1]) = { var(x, axis = -1, keep = true) };
        var_of_all(x: [2, 3], c: [1, 1]) = { var(x, keep = true) };
        var_along_one(x: [2, 1, 3], c: [2, 3]) = { var(x, axis = 1) };
        prod_over_two(x: [2, 3, 2], c: [3]) = { x.prod(axis = [-1, 0]) };
        prod_kept(x: [2, 3], c: [2, 1]) = { prod(x, axis = -1, keep = true) };
        prod_along_one(x: [2, 1, 3], c: [2, 3]) = { prod(x, axis = 1) };
        std_sample(x: [2, 3, 2], c: [3]) = { std(x, axis = [0, 2], ddof = 1) };
        std_two(x: [2, 3], c: [1, 1]) = { std(x, ddof = 2, keep = true) };
        var_two(x: [5], c: [1]) = { var(x, ddof = 2) };
        cumsum_of_one(x: [2, 1, 3], c: [2, 1, 3]) = { cumsum(x, axis = 1) };
        log_softmax_of_one(x: [2, 1], c: [2, 1]) = { log_softmax(x, axis = 1) };
        argmax_along(x: [3, 2], c: [2]) = { let best = argmax(x, axis = 0); let y[j] = x[best[j], j]; y };
        argmin_kept(x: [3, 2], c: [3, 1]) = { let best = argmin(x, axis = -1, keep = true); let y[i, k in 0..1] = x[i, best[i, 0]]; y };
        cosine_similarity_last(a: [2, 3], b: [2, 3], c: [2]) = { a.cosine_similarity(b) };
        leaky_relu_of(x: [7], c: [7]) = { leaky_relu(x, slope = 0.2) };
        elu_of(x: [7], c: [7]) = { x.elu(alpha = 0.5) };
        celu_of(x: [7], c: [7]) = { celu(x, alpha = 0.5) };
        hard_tanh_of(x: [7], c: [7]) = { hard_tanh(x, lo = -0.75, hi = 0.25) };
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
        max_pool2d_of_one(x: [2, 2, 3, 2], c: [2, 2, 3, 2]) = { max_pool2d(x, 1) };
        avg_pool2d_of_one(x: [2, 2, 3, 2], c: [2, 2, 3, 2]) = { avg_pool2d(x, 1) };
        max_pool2d_sparse(x: [1, 2, 7, 6], c: [1, 2, 2, 2]) = { max_pool2d(x, 2, stride = 3) };
        avg_pool2d_sparse(x: [1, 2, 7, 6], c: [1, 2, 2, 2]) = { avg_pool2d(x, 2, stride = 3) };
        max_pool2d_odd(x: [1, 2, 8, 7], c: [1, 2, 2, 2]) = { max_pool2d(x, 3) };
        avg_pool2d_odd(x: [1, 2, 8, 7], c: [1, 2, 2, 2]) = { avg_pool2d(x, 3) };
        max_pool2d_with_all(x: [2, 1, 7, 5], c: [2, 1, 4, 3]) = { max_pool2d(x, 3, stride = 2, padding = 1) };
        avg_pool2d_with_all(x: [2, 1, 7, 5], c: [2, 1, 4, 3]) = { avg_pool2d(x, 3, stride = 2, padding = 1) };
        max_pool2d_padded_alone(x: [2, 1, 4, 5], c: [2, 1, 2, 2]) = { max_pool2d(x, 3, padding = 1) };
        avg_pool2d_padded_alone(x: [2, 1, 4, 5], c: [2, 1, 2, 2]) = { avg_pool2d(x, 3, padding = 1) };
        global_avg_pool_of(x: [2, 3, 4, 3], c: [2, 3]) = { global_avg_pool(x) };
        conv1d_of(x: [2, 2, 7], w: [3, 2, 2], c: [2, 3, 3]) = { conv1d(x, w, stride = 2) };
        conv2d_of(x: [2, 2, 4, 5], w: [3, 2, 2, 3], c: [2, 3, 5, 5]) = { conv2d(x, w, padding = 1) };
        conv_transpose2d_of(x: [2, 2, 2, 3], w: [2, 3, 3, 2], c: [2, 3, 5, 6]) = { conv_transpose2d(x, w, stride = 2) };
        conv1d_with_all(x: [2, 4, 9], w: [6, 2, 3], c: [2, 6, 5]) = { conv1d(x, w, stride = 2, padding = 2, dilation = 2, groups = 2) };
        conv1d_of_channels(x: [2, 3, 5], w: [3, 1, 5], c: [2, 3, 1]) = { conv1d(x, w, groups = 3) };
        conv2d_with_all(x: [2, 4, 7, 6], w: [6, 2, 3, 2], c: [2, 6, 3, 3]) = { x.conv2d(w, stride = 2, padding = 1, dilation = 2, groups = 2) };
        conv2d_of_channels(x: [2, 3, 4, 3], w: [6, 1, 4, 3], c: [2, 6, 1, 1]) = { x.conv2d(w, groups = 3) };
        conv2d_of_rows(x: [2, 2, 1, 7], w: [3, 2, 1, 3], c: [2, 3, 1, 3]) = { x.conv2d(w, stride = 2) };
        conv2d_of_columns(x: [2, 2, 7, 1], w: [3, 2, 3, 1], c: [2, 3, 1, 1]) = { x.conv2d(w, dilation = 3) };
        conv_transpose2d_with_all(x: [2, 4, 3, 2], w: [4, 3, 2, 3], c: [2, 6, 9, 8]) = { conv_transpose2d(x, w, stride = 3, padding = 1, dilation = 2, groups = 2, output_padding = 2) };
        conv_transpose2d_of_channels(x: [2, 3, 2, 2], w: [3, 2, 2, 1], c: [2, 6, 3, 2]) = { conv_transpose2d(x, w, groups = 3) };
        conv_transpose2d_padded(x: [1, 2, 4, 3], w: [2, 3, 3, 3], c: [1, 3, 2, 1]) = { conv_transpose2d(x, w, padding = 2) };
        conv_transpose2d_into_gaps(x: [1, 2, 3, 2], w: [2, 3, 2, 3], c: [1, 3, 6, 7]) = { conv_transpose2d(x, w, dilation = 2, output_padding = 1) };
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
        huber_of_one(x: [4, 3], y: [4, 3], c: [1]) = { x.huber(y) };
        huber_of_two(x: [4, 3], y: [4, 3], c: [1]) = { huber(2 * x, y, delta = 2) };
        l1_of(x: [2, 3], c: [1]) = { l1(x) };
        l2_of(x: [2, 3], c: [1]) = { x.l2() };
        cross_entropy_of_one(x: [3, 1], c: [1]; label: 3) = { cross_entropy(x, label) };
        cross_entropy_of_row(x: [3], c: [1]; label: 1) = { cross_entropy(x, label[0]) };
        cross_entropy_of_steps(x: [2, 3, 4], c: [1]; label: 6) = { cross_entropy(x, label.reshape([2, 3])) };
        nll_of_steps(x: [2, 3, 4], c: [1]; label: 6) = { nll(log_softmax(x), label.reshape([2, 3])) };
        cross_entropy_probabilities_of_steps(x: [2, 3, 4], y: [2, 3, 4], c: [1]) = { cross_entropy(x, softmax(y)) };
        cross_entropy_probabilities_of_row(x: [3], y: [3], c: [1]) = { cross_entropy(x, softmax(y)) };
        kl_div_of_row(x: [3], y: [3], c: [1]) = { kl_div(log_softmax(x), softmax(y)) };
        gather_of(x: [4, 3], c: [6, 3]; label: 6) = { x[label] };
        slice_of(x: [3, 4], c: [2, 3]) = { x[1.., ..-1] };
        one_hot_of(x: [4, 3], c: [5, 3]; label: 5) = { one_hot(label, 4) @ x };
        matmul_of(x: [2, 3, 4], y: [4, 2], c: [2, 3, 2]) = { x @ y };
        matmul_of_batches(x: [2, 1, 3, 4], y: [5, 4, 2], c: [2, 5, 3, 2]) = { x @ y };
        matmul_of_vectors(x: [3], y: [3], c: [1]) = { x @ y };
        permute_of(x: [2, 3, 4], c: [4, 2, 3]) = { permute(x, [2, 0, 1]) };
        transpose_of(x: [2, 3], c: [3, 2]) = { x.t() };
        reshape_of(x: [2, 3, 2], c: [3, 4]) = { reshape(x, [3, 4]) };
        reshape_to_number(x: [1, 1], c: [1]) = { reshape(x, []) };
        reshape_of_number(x: [3], c: [1, 1]) = { reshape(sum(x), [1, 1]) };
        flatten_of_all(x: [2, 1, 3], c: [6]) = { x.flatten() };
        flatten_last(x: [2, 3, 2], c: [2, 3, 2]) = { flatten(x, from = 2) };
        flatten_from_behind(x: [2, 3, 2], c: [2, 6]) = { flatten(x, from = -2) };
        transpose_of_batches(x: [2, 3, 1], c: [2, 1, 3]) = { t(x) };
        permute_from_behind(x: [2, 1, 3], c: [3, 2, 1]) = { x.permute([-1, 0, -2]) };
        flatten_of(x: [2, 3, 2], c: [2, 6]) = { flatten(x, from = 1) };
        concat_of(x: [2, 3], y: [2, 1], c: [2, 4]) = { concat([x, y], axis = 1) };
        stack_of(x: [2, 3], y: [2, 3], c: [2, 2, 3]) = { stack([x, y], axis = 1) };
        concat_of_three(x: [2, 3], y: [2, 1], c: [2, 7]) = { concat([x, y, x], axis = -1) };
        concat_of_one(x: [2, 3], c: [2, 3]) = { concat([x], axis = 0) };
        stack_behind(x: [2, 3], y: [2, 3], c: [2, 3, 3]) = { stack([x, y, x], axis = -1) };
        stack_of_numbers(x: [3], c: [2]) = { stack([sum(x), prod(x)], axis = 0) };
        pad_of_nothing(x: [2, 1, 3], c: [2, 2, 5]) = { x.pad([[0, 0], [1, 0], [0, 2]]) };
        pad_of(x: [2, 3], c: [5, 6]) = { pad(x, [[1, 2], [0, 3]]) };
        broadcast_to_of(x: [2, 1], c: [4, 2, 3]) = { broadcast_to(x, [4, 2, 3]) };
        broadcast_to_itself(x: [2, 1, 3], c: [2, 1, 3]) = { x.broadcast_to([2, 1, 3]) };
        tril_far(x: [3, 4], c: [3, 4]) = { tril(x, diagonal = -2) };
        triu_far(x: [2, 3, 4], c: [2, 3, 4]) = { x.triu(diagonal = 2) };
        tril_plain(x: [3, 3], c: [3, 3]) = { x.tril() };
        triu_plain(x: [4, 2], c: [4, 2]) = { triu(x) };
        tril_of_one(x: [1, 1], c: [1, 1]) = { tril(x) + triu(x, diagonal = 5) };
        tril_of(x: [2, 3, 4], c: [2, 3, 4]) = { tril(x, diagonal = 1) };
        triu_of(x: [4, 3], c: [4, 3]) = { triu(x, diagonal = -1) };
        diag_of(x: [3], c: [3, 3]) = { diag(x) };
        diag_of_one(x: [1], c: [1, 1]) = { x.diag() };
        zeros_of(x: [1, 3], c: [3, 3]) = { concat([x, zeros([2, 3])], axis = 0) };
        ones_of(x: [3], c: [2, 3]) = { x * ones([2, 3]) };
        eye_of(x: [2, 3], c: [2, 3]) = { x @ eye(3) };
        arange_of(x: [2, 3], c: [2, 3]) = { x * arange(3) };
        one_hot_of_table(x: [4, 2], c: [2, 3, 2]; label: 6) = { one_hot(label.reshape([2, 3]), 4) @ x };
        one_hot_of_number(x: [4], c: [4]; label: 1) = { one_hot(label[0], 4) * x };
        argmax_of(x: [4], c: [1]) = { x[argmax(x)] };
        argmin_of(x: [4], c: [1]) = { x[argmin(x)] };
        dot_of(x: [3], y: [3], c: [1]) = { dot(x, y) };
        outer_of(x: [3], y: [2], c: [3, 2]) = { outer(x, y) };
        trace_of(x: [4, 4], c: [1]) = { trace(x) };
        det_of(x: [4, 4], c: [1]) = { det(x) };
        inv_of(x: [4, 4], c: [4, 4]) = { inv(x + 3 * eye(4)) };
        solve_of(x: [4, 4], y: [4, 2], c: [4, 2]) = { solve(x + 3 * eye(4), y) };
        cholesky_of(x: [4, 4], c: [4, 4]) = { cholesky(x @ x.t() + eye(4)) };
        det_1(x: [1, 1], c: [1]) = { det(x) };
        inv_1(x: [1, 1], c: [1, 1]) = { inv(x + 2 * eye(1)) };
        solve_1(x: [1, 1], y: [1], c: [1]) = { solve(x + 2 * eye(1), y) };
        cholesky_1(x: [1, 1], c: [1, 1]) = { cholesky(tril(x) + 4 * eye(1)) };
        det_2(x: [2, 2], c: [1]) = { det(x) };
        inv_2(x: [2, 2], c: [2, 2]) = { inv(x + 2 * eye(2)) };
        solve_2(x: [2, 2], y: [2], c: [2]) = { solve(x + 2 * eye(2), y) };
        cholesky_2(x: [2, 2], c: [2, 2]) = { cholesky(tril(x) + 4 * eye(2)) };
        det_3(x: [3, 3], c: [1]) = { det(x) };
        inv_3(x: [3, 3], c: [3, 3]) = { inv(x + 2 * eye(3)) };
        solve_3(x: [3, 3], y: [3], c: [3]) = { solve(x + 2 * eye(3), y) };
        cholesky_3(x: [3, 3], c: [3, 3]) = { cholesky(tril(x) + 4 * eye(3)) };
        det_5(x: [5, 5], c: [1]) = { det(x) };
        inv_5(x: [5, 5], c: [5, 5]) = { inv(x + 2 * eye(5)) };
        solve_5(x: [5, 5], y: [5], c: [5]) = { solve(x + 2 * eye(5), y) };
        cholesky_5(x: [5, 5], c: [5, 5]) = { cholesky(tril(x) + 4 * eye(5)) };
        det_of_singular(x: [4], y: [4], c: [1]) = { det(outer(x, y)) };
        trace_of_one(x: [1, 1], c: [1]) = { x.trace() };
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
