//! What was probably meant: the nearest of the names in scope, or what other libraries' names are called here.

/// The nearest name, if it is near enough that a slip of the keyboard explains the difference.
pub fn did_you_mean<'n, S: AsRef<str>>(name: &str, names: &'n [S]) -> Option<&'n str> {
    let limit = name.chars().count() / 3;
    names
        .iter()
        .map(|candidate| (distance(name, candidate.as_ref()), candidate.as_ref()))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != name)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Names that other libraries have, and what to write here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("T", "write `x.t()`"),
    ("adaptive_avg_pool2d", "write `global_avg_pool(x)`, or `avg_pool2d(x, size)`"),
    ("arccos", "write `acos(x)`"),
    ("arcsin", "write `asin(x)`"),
    ("arctan", "write `atan(x)`"),
    ("arctan2", "write `atan2(y, x)`"),
    ("bce", "write `binary_cross_entropy(probability, target)`"),
    ("bce_loss", "write `binary_cross_entropy(probability, target)`"),
    ("binary_cross_entropy_with_logits", "write `bce_with_logits(logit, target)`"),
    ("cat", "write `concat([a, b], axis = 0)`"),
    ("ceil", "write `-floor(-x)`"),
    ("clip", "write `clamp(x, lo, hi)`"),
    ("concatenate", "write `concat([a, b], axis = 0)`"),
    ("cos_sim", "write `cosine_similarity(a, b)`"),
    ("cross_entropy_loss", "write `cross_entropy(logits, label)`"),
    ("dense", "declare a field `fc: Linear<3, 4>` and call it: `fc(x)`"),
    ("detach", "write `stop_grad(x)`"),
    ("einsum", "write it with indices: `let y[i, j] = sum[k](a[i, k] * b[k, j]);`"),
    ("expand", "write `broadcast_to(x, [N, 3])`"),
    ("expand_dims", "write `reshape(x, [N, 1])`"),
    ("expm1", "write `exp_m1(x)`"),
    ("fmod", "write `x - floor(x / y) * y`"),
    ("full", "write `c * ones([N, 3])`"),
    ("gather", "write `x[index]`, or with indices: `let y[n] = x[n, index[n]];`"),
    ("gradient", "write `grad(u, x)`"),
    ("huber_loss", "write `huber(prediction, target)`"),
    ("l1_loss", "write `mae(prediction, target)`"),
    ("lgamma", "write `ln_gamma(x)`"),
    ("linear", "write `x @ w + b`, or declare a field `fc: Linear<3, 4>` and call it: `fc(x)`"),
    ("log", "the natural logarithm is `ln(x)`"),
    ("log1p", "write `ln_1p(x)`"),
    ("log_sum_exp", "write `logsumexp(x)`"),
    ("matmul", "write `a @ b`"),
    ("maximum", "write `max(a, b)`"),
    ("minimum", "write `min(a, b)`"),
    ("mm", "write `a @ b`"),
    ("bmm", "write `a @ b`"),
    ("mse_loss", "write `mse(prediction, target)`"),
    ("mul", "write `a * b`"),
    ("add", "write `a + b`"),
    ("sub", "write `a - b`"),
    ("div", "write `a / b`"),
    ("neg", "write `-x`"),
    ("multiply", "write `a * b`"),
    ("nll_loss", "write `nll(log_probability, label)`"),
    ("pow", "write `powi(x, 2)` or `powf(x, y)`"),
    ("product", "write `prod(x)`"),
    ("reduce_mean", "write `mean(x, axis = 1)`"),
    ("reduce_sum", "write `sum(x, axis = 1)`"),
    ("round", "write `floor(x + 0.5)`"),
    ("rsqrt", "write `1 / sqrt(x)`"),
    ("shape", "sizes are known by their names: `N`, `784`"),
    ("sign", "write `signum(x)`"),
    ("size", "sizes are known by their names: `N`, `784`"),
    ("len", "sizes are known by their names: `N`, `784`"),
    ("smooth_l1", "write `huber(prediction, target)`"),
    ("square", "write `x * x` or `powi(x, 2)`"),
    ("squeeze", "write `x[.., 0]`"),
    ("swish", "write `silu(x)`"),
    ("take", "write `x[index]`"),
    ("tanh_", "write `tanh(x)`"),
    ("transpose", "write `x.t()`, or `permute(x, [1, 0, 2])`"),
    ("unsqueeze", "write `reshape(x, [N, 1])`"),
    ("view", "write `reshape(x, [N, 3])`"),
    ("zeros_like", "write `zeros([N, 3])`"),
    ("ones_like", "write `ones([N, 3])`"),
    ("e", "write `exp(1)`"),
    ("infinity", "write `inf`"),
    ("INFINITY", "write `inf`"),
    ("PI", "write `pi`"),
    ("None", "there is no such value: leave the option out"),
    ("True", "write `true`"),
    ("False", "write `false`"),
    ("Dense", "write `Linear<3, 4>`"),
    ("BatchNorm1d", "write `BatchNorm<C>`"),
    ("BatchNorm2d", "write `BatchNorm<C>`"),
    ("LSTM", "write `Lstm<I, H>`"),
    ("GRU", "write `Gru<I, H>`"),
    ("Dropout", "call the function `dropout(x, p, key)`"),
    ("ReLU", "call the function `relu(x)`"),
    ("Relu", "call the function `relu(x)`"),
    ("Sigmoid", "call the function `sigmoid(x)`"),
    ("Tanh", "call the function `tanh(x)`"),
    ("Softmax", "call the function `softmax(x)`"),
    ("Flatten", "call the function `flatten(x, from = 1)`"),
    ("MaxPool2d", "call the function `max_pool2d(x, size)`"),
    ("AvgPool2d", "call the function `avg_pool2d(x, size)`"),
    ("Sequential", "call one layer after the other: `fc2(relu(fc1(x)))`"),
    ("ModuleList", "write an array: `blocks: [Block<64>; 12]`"),
    ("Vec", "write an array: `blocks: [Block<64>; 12]`"),
    ("Tensor", "write `f32[N, 3]`"),
    ("usize", "indices are `u32`; a size that no array carries is `s: dim S`"),
    ("identity", "write `eye`"),
    ("xavier_uniform", "write `glorot_uniform`"),
    ("xavier_normal", "write `glorot_normal`"),
    ("kaiming_uniform", "write `he_uniform`"),
    ("kaiming_normal", "write `he_normal`"),
    ("lecun_uniform", "write `lecun_normal`, or `uniform(lo, hi)`"),
    ("randn", "write `normal(1)`"),
    ("rand", "write `uniform(0, 1)`"),
    ("fill", "write `constant(c)`"),
    ("full_like", "write `constant(c)`"),
];

/// What to write for a name that other libraries have.
pub fn known_elsewhere(name: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(known, _)| *known == name).map(|(_, help)| *help)
}

/// Options under the names that other libraries give them.
pub fn option_elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "dim" | "dims" | "axes" => "axis",
        "keepdim" | "keepdims" | "keep_dims" => "keep",
        "correction" | "unbiased" => "ddof",
        "epsilon" => "eps",
        "kernel_size" => "size",
        "strides" => "stride",
        "negative_slope" | "alpha" => "slope",
        "is_causal" => "causal",
        _ => return None,
    })
}

/// Edits (insert, delete, replace, swap neighbours) between two words; upper and lower case count half.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        for (name, expected) in [
            ("rleu", Some("relu")),
            ("Softmax", Some("softmax")),
            ("bais", Some("bias")),
            ("hidden", None),
            ("x", None),
            ("H", Some("h")),
        ] {
            assert_eq!(did_you_mean(name, &["relu", "softmax", "bias", "h"]), expected, "{name}");
        }
    }
}
