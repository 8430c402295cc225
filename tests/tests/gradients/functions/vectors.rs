//! Functions of tensors, and the rewrites that the language promises, each in several words: value and gradient.

use super::Place;
use crate::oracle::{list, numbers, read, text};
use crate::support::Input;
use chainrule::{Workspace, net};
use chainrule_tests::Array as _;
use serde_json::Value;

/// Declares a function of a network without parameters for each line, `function: case(arguments) = value`, and what
/// holds it against that case of the table.
macro_rules! functions {
    (
        scalar { $($scalar:ident: $scalar_case:ident($($x:ident: [$($size:literal),*]),*) = $scalar_value:expr;)* }
        labelled { $($labelled:ident: $labelled_case:ident($($y:ident: [$($side:literal),*]),*; $label:ident: $count:literal) = $labelled_value:expr;)* }
        tensor { $($tensor:ident: $tensor_case:ident($($z:ident: [$($length:literal),*]),*) -> [$result:literal] = $tensor_value:expr;)* }
    ) => {
        net! {
            /// Functions of tensors.
            pub struct Tensors {}

            impl Tensors {
                $(
                    #[grad($($x),*)]
                    pub fn $scalar($($x: f64[$($size),*]),*) -> f64 { $scalar_value }
                )*
                $(
                    #[grad($($y),*)]
                    pub fn $labelled($($y: f64[$($side),*],)* $label: u32[$count]) -> f64 { $labelled_value }
                )*
                $(
                    #[grad($($z),*)]
                    pub fn $tensor($($z: f64[$($length),*]),*) -> f64[$result] { $tensor_value }
                )*
            }
        }

        /// The cases that are held against the table.
        const CASES: &[&str] = &[$(stringify!($scalar_case),)* $(stringify!($labelled_case),)* $(stringify!($tensor_case),)*];

        fn check_all(table: &Value, workspace: &mut Workspace<f64>, wrong: &mut Vec<String>) {
            let model = Tensors::zeros();
            $({
                let case = find(table, stringify!($scalar_case));
                let mut at = arguments(case);
                $(let mut $x = Input::of(&at.next().expect("an argument"));)*
                let pass = model.$scalar(workspace, $(&$x.at),*);
                let value = pass.value();
                pass.backward($(&mut $x.gradient),*);
                check(case, stringify!($scalar), &[value], &[$($x.gradient.flat()),*], wrong);
            })*
            $({
                let case = find(table, stringify!($labelled_case));
                let mut at = arguments(case);
                $(let mut $y = Input::of(&at.next().expect("an argument"));)*
                let label: [u32; $count] = labels(case).try_into().expect("as many labels");
                let pass = model.$labelled(workspace, $(&$y.at,)* &label);
                let value = pass.value();
                pass.backward($(&mut $y.gradient),*);
                check(case, stringify!($labelled), &[value], &[$($y.gradient.flat()),*], wrong);
            })*
            $({
                let case = find(table, stringify!($tensor_case));
                let mut at = arguments(case);
                $(let mut $z = Input::of(&at.next().expect("an argument"));)*
                let cotangent: [f64; $result] = numbers(&case["cotangent"]).try_into().expect("as many results");
                let pass = model.$tensor(workspace, $(&$z.at),*);
                let value = *pass.value();
                pass.backward(&cotangent, $(&mut $z.gradient),*);
                check(case, stringify!($tensor), &value, &[$($z.gradient.flat()),*], wrong);
            })*
        }
    };
}

// The first of each case in the words of the table.
functions! {
    scalar {
        sum_of: sum(x: [4]) = sum(x);
        mean_of: mean(x: [4]) = mean(x);
        prod_of: prod(x: [4]) = prod(x);
        prod_one_zero_of: prod_one_zero(x: [3]) = prod(x);
        prod_two_zeros_of: prod_two_zeros(x: [3]) = prod(x);
        max_of: max(x: [4]) = max(x);
        min_of: min(x: [4]) = min(x);
        var_of: var(x: [4]) = var(x);
        var_sample_of: var_sample(x: [4]) = var(x, ddof = 1);
        std_of: std(x: [4]) = std(x);
        norm_of: norm(x: [4]) = norm(x);
        norm_large_of: norm_large(x: [2]) = norm(x);
        norm_small_of: norm_small(x: [2]) = norm(x);
        norm_written_out_of: norm_written_out(x: [2]) = sqrt(sum(x * x));
        norm_written_out_again: norm_written_out(x: [2]) = sqrt(sum(powi(x, 2)));
        norm_written_out_once_more: norm_written_out(x: [2]) = { let squares = x * x; let total = sum(squares); sqrt(total) };
        logsumexp_of: logsumexp(x: [4]) = logsumexp(x);
        logsumexp_large_of: logsumexp_large(x: [3]) = logsumexp(x);
        logsumexp_written_out_of: logsumexp_written_out(x: [3]) = ln(sum(exp(x)));
        logsumexp_written_out_again: logsumexp_written_out(x: [3]) = { let e = exp(x); let total = sum(e); ln(total) };
        mse_of: mse(x: [4], y: [4]) = mse(x, y);
        mae_of: mae(x: [3], y: [3]) = mae(x, y);
        huber_of: huber(x: [4], y: [4]) = huber(x, y);
        huber_2_of: huber_2(x: [4], y: [4]) = huber(x, y, delta = 2);
        binary_cross_entropy_of: binary_cross_entropy(p: [4], t: [4]) = binary_cross_entropy(p, t);
        bce_with_logits_of: bce_with_logits(z: [6], t: [6]) = bce_with_logits(z, t);
        bce_with_logits_tail_of: bce_with_logits_tail(z: [2], t: [2]) = bce_with_logits(z, t);
        sigmoid_cross_entropy_written_out_of: sigmoid_cross_entropy_written_out(z: [6], t: [6]) = binary_cross_entropy(sigmoid(z), t);
        sigmoid_cross_entropy_written_out_again: sigmoid_cross_entropy_written_out(z: [6], t: [6]) = { let p = sigmoid(z); -mean(t * ln(p) + (1 - t) * ln(1 - p)) };
        sigmoid_cross_entropy_written_out_once_more: sigmoid_cross_entropy_written_out(z: [6], t: [6]) = mean(-ln(1 - sigmoid(z)) * (1 - t) - ln(sigmoid(z)) * t);
        cross_entropy_probabilities_of: cross_entropy_probabilities(x: [2, 3], p: [2, 3]) = cross_entropy(x, p);
        cross_entropy_probabilities_again: cross_entropy_probabilities(x: [2, 3], p: [2, 3]) = -mean(sum(p * ln(softmax(x)), axis = -1));
        kl_div_of: kl_div(log_q: [2, 3], p: [2, 3]) = kl_div(log_q, p);
        hinge_of: hinge(score: [4], sign: [4]) = hinge(score, sign);
        cosine_similarity_of: cosine_similarity(a: [4], b: [4]) = cosine_similarity(a, b);
        l1_of: l1(w: [2, 3]) = l1(w);
        l2_of: l2(w: [2, 3]) = l2(w);
        weighted_logsumexp_of: weighted_logsumexp(c: [3], x: [3]) = ln(sum(c * exp(x)));
        weighted_logsumexp_again: weighted_logsumexp(c: [3], x: [3]) = ln(sum(exp(x) * c));
        weighted_logsumexp_once_more: weighted_logsumexp(c: [3], x: [3]) = { let e = exp(x); ln(sum(c * e)) };
        max_tie_of: max_tie(x: [3]) = max(x);
        min_tie_of: min_tie(x: [3]) = min(x);
        norm_zero_of: norm_zero(x: [2]) = norm(x);
        sqrt_of_squares_zero_of: sqrt_of_squares_zero(x: [2]) = sqrt(sum(x * x));
        sqrt_of_squares_zero_again: sqrt_of_squares_zero(x: [2]) = sqrt(sum(powi(x, 2)));
        std_constant_of: std_constant(x: [3]) = std(x);
        l1_zero_of: l1_zero(w: [1, 2]) = l1(w);
        mae_tie_of: mae_tie(x: [2], y: [2]) = mae(x, y);
    }
    labelled {
        cross_entropy_of: cross_entropy(x: [2, 3]; label: 2) = cross_entropy(x, label);
        cross_entropy_again: cross_entropy(x: [2, 3]; label: 2) = nll(log_softmax(x), label);
        cross_entropy_once_more: cross_entropy(x: [2, 3]; label: 2) = nll(ln(softmax(x)), label);
        cross_entropy_confident_of: cross_entropy_confident(x: [2, 3]; label: 2) = cross_entropy(x, label);
        cross_entropy_confident_again: cross_entropy_confident(x: [2, 3]; label: 2) = nll(ln(softmax(x)), label);
        cross_entropy_confident_once_more: cross_entropy_confident(x: [2, 3]; label: 2) = { let p = softmax(x); nll(ln(p), label) };
        cross_entropy_wrong_of: cross_entropy_wrong(x: [2, 3]; label: 2) = cross_entropy(x, label);
        cross_entropy_wrong_again: cross_entropy_wrong(x: [2, 3]; label: 2) = nll(ln(softmax(x)), label);
        nll_of: nll(log_q: [2, 3]; label: 2) = nll(log_q, label);
    }
    tensor {
        cumsum_of: cumsum(x: [4]) -> [4] = cumsum(x);
        diag_of: diag(x: [3]) -> [9] = diag(x).flatten();
        diag_above_of: diag_above(x: [3]) -> [16] = diag(x, diagonal = 1).flatten();
        diag_below_of: diag_below(x: [2]) -> [16] = x.diag(diagonal = -2).flatten();
        diag_of_matrix_of: diag_of_matrix(x: [2, 3]) -> [2] = diag(x);
        diag_of_matrix_above_of: diag_of_matrix_above(x: [2, 3]) -> [2] = diag(x, diagonal = 1);
        diag_of_matrix_below_of: diag_of_matrix_below(x: [2, 3]) -> [1] = diag(x, diagonal = -1);
        softmax_of: softmax(x: [4]) -> [4] = softmax(x);
        softmax_far_of: softmax_far(x: [3]) -> [3] = softmax(x);
        softmax_written_out_of: softmax_written_out(x: [3]) -> [3] = exp(x) / sum(exp(x));
        softmax_written_out_again: softmax_written_out(x: [3]) -> [3] = { let e = exp(x); let total = sum(e); e / total };
        log_softmax_of: log_softmax(x: [4]) -> [4] = log_softmax(x);
        log_softmax_far_of: log_softmax_far(x: [3]) -> [3] = log_softmax(x);
        log_softmax_written_out_of: log_softmax_written_out(x: [3]) -> [3] = ln(softmax(x));
        log_softmax_written_out_again: log_softmax_written_out(x: [3]) -> [3] = { let p = exp(x) / sum(exp(x)); ln(p) };
        log_softmax_written_out_once_more: log_softmax_written_out(x: [3]) -> [3] = { let q = softmax(x); let l = ln(q); l };
        ln_one_minus_sigmoid_of: ln_one_minus_sigmoid(x: [6]) -> [6] = ln(1 - sigmoid(x));
        ln_one_minus_sigmoid_again: ln_one_minus_sigmoid(x: [6]) -> [6] = { let s = sigmoid(x); ln(-s + 1) };
        ln_one_minus_sigmoid_once_more: ln_one_minus_sigmoid(x: [6]) -> [6] = ln(sigmoid(-x));
        ln_one_minus_sigmoid_lastly: ln_one_minus_sigmoid(x: [6]) -> [6] = ln_1p(-sigmoid(x));
        ln_sigmoid_of: ln_sigmoid(x: [6]) -> [6] = ln(sigmoid(x));
        ln_sigmoid_again: ln_sigmoid(x: [6]) -> [6] = { let s = sigmoid(x); ln(s) };
        one_minus_sigmoid_of: one_minus_sigmoid(x: [5]) -> [5] = 1 - sigmoid(x);
        one_minus_sigmoid_again: one_minus_sigmoid(x: [5]) -> [5] = { let s = sigmoid(x); -s + 1 };
        one_minus_tanh_squared_of: one_minus_tanh_squared(x: [7]) -> [7] = 1 - tanh(x) * tanh(x);
        one_minus_tanh_squared_again: one_minus_tanh_squared(x: [7]) -> [7] = 1 - powi(tanh(x), 2);
        one_minus_tanh_squared_once_more: one_minus_tanh_squared(x: [7]) -> [7] = { let y = tanh(x); -(y * y) + 1 };
        ln_one_plus_exp_of: ln_one_plus_exp(x: [6]) -> [6] = ln(1 + exp(x));
        ln_one_plus_exp_again: ln_one_plus_exp(x: [6]) -> [6] = ln(exp(x) + 1);
        ln_one_plus_exp_once_more: ln_one_plus_exp(x: [6]) -> [6] = { let e = exp(x); ln(1 + e) };
        ln_one_plus_exp_lastly: ln_one_plus_exp(x: [6]) -> [6] = ln_1p(exp(x));
        exp_minus_one_of: exp_minus_one(x: [5]) -> [5] = exp(x) - 1;
        exp_minus_one_again: exp_minus_one(x: [5]) -> [5] = -1 + exp(x);
        exp_minus_one_once_more: exp_minus_one(x: [5]) -> [5] = { let e = exp(x); e - 1 };
        ln_one_plus_of: ln_one_plus(x: [5]) -> [5] = ln(1 + x);
        ln_one_plus_again: ln_one_plus(x: [5]) -> [5] = ln(x + 1);
        ln_one_plus_once_more: ln_one_plus(x: [5]) -> [5] = { let y = 1 + x; ln(y) };
        ln_one_minus_of: ln_one_minus(x: [5]) -> [5] = ln(1 - x);
        ln_one_minus_again: ln_one_minus(x: [5]) -> [5] = ln(-x + 1);
        ln_one_minus_once_more: ln_one_minus(x: [5]) -> [5] = { let y = 1 - x; ln(y) };
        ln_of_difference_of: ln_of_difference(a: [4], b: [4]) -> [4] = ln(exp(a) - exp(b));
        ln_of_difference_again: ln_of_difference(a: [4], b: [4]) -> [4] = { let (p, q) = (exp(a), exp(b)); ln(p - q) };
        ln_of_difference_once_more: ln_of_difference(a: [4], b: [4]) -> [4] = ln(-exp(b) + exp(a));
    }
}

fn find<'t>(table: &'t Value, name: &str) -> &'t Value {
    list(&table["vectors"])
        .iter()
        .find(|case| text(case, "name") == name)
        .unwrap_or_else(|| panic!("no case `{name}`"))
}

fn arguments(case: &Value) -> impl Iterator<Item = Vec<f64>> {
    list(&case["arguments"]).iter().map(|argument| numbers(&argument["at"]))
}

fn labels(case: &Value) -> Vec<u32> {
    let label = |value: &Value| u32::try_from(value.as_u64().expect("a label")).expect("a label");
    list(&case["options"]["label"]).iter().map(label).collect()
}

/// Where a share is nearly 1, its gradient p − 1 cancels in these: right to 1e-12 of the whole, not of
/// itself. (`cross_entropy` of logits does not cancel.)
const CANCELS: [&str; 3] =
    ["cross_entropy_confident_again", "cross_entropy_confident_once_more", "softmax_far"];

fn check(case: &Value, function: &str, value: &[f64], gradients: &[Vec<f64>], wrong: &mut Vec<String>) {
    let mut place = Place { function, ..Place::of(case) };
    place.relative &= !CANCELS.contains(&text(case, "name")) && !CANCELS.contains(&function);
    for (k, (found, expected)) in value.iter().zip(numbers(&case["value"])).enumerate() {
        place.check(&format!("value[{k}]"), *found, expected, 1e-13, wrong);
    }
    for (argument, gradient) in list(&case["arguments"]).iter().zip(gradients) {
        for (k, (found, expected)) in gradient.iter().zip(numbers(&argument["gradient"])).enumerate() {
            let what = format!("the gradient by {}[{k}]", text(argument, "name"));
            place.check(&what, *found, expected, 1e-12, wrong);
        }
    }
}

#[test]
fn functions_of_tensors() {
    let table = read("functions");
    let mut wrong = Vec::new();
    for case in list(&table["vectors"]) {
        let name = text(case, "name");
        if !CASES.contains(&name) {
            wrong.push(format!("`{name}` is not tested"));
        }
    }
    check_all(&table, &mut Workspace::new(), &mut wrong);
    assert!(wrong.is_empty(), "{} of the table differ:\n{}", wrong.len(), wrong.join("\n"));
}
