//! Functions of numbers: the value, and the derivatives as `grad` nested in the language makes them.

use super::Place;
use crate::oracle::{list, number, numbers, read, text};
use chainrule::{Workspace, net};

/// Value, gradient, second derivative by each argument.
type Found = (f64, Vec<f64>, Vec<f64>);

/// Declares a function of a network without parameters for each line, and a table of them by name. The language
/// warns of a gradient that is zero everywhere, as that of `floor` is, so each has a term with the factor `none`,
/// which is 0.
macro_rules! functions {
    (
        one { $($one:ident($x:ident) = $value:expr;)* }
        two { $($two:ident($a:ident, $b:ident) = $both:expr;)* }
    ) => {
        net! {
            /// Functions of numbers.
            pub struct Scalars {}

            impl Scalars {
                $(
                    pub fn $one($x: f64, none: f64) -> (f64, f64, f64) {
                        let value = $value;
                        let touched = value + none * $x * $x * $x;
                        let first = grad(touched, $x);
                        let second = grad(first, $x);
                        (value, first, second)
                    }
                )*
                $(
                    pub fn $two($a: f64, $b: f64, none: f64) -> (f64, (f64, f64), (f64, f64)) {
                        let value = $both;
                        let touched = value + none * ($a * $a * $a + $b * $b * $b);
                        let (by_a, by_b) = grad(touched, ($a, $b));
                        let twice_by_a = grad(by_a, $a);
                        let twice_by_b = grad(by_b, $b);
                        (value, (by_a, by_b), (twice_by_a, twice_by_b))
                    }
                )*
            }
        }

        /// The function of a name at a point.
        fn found(name: &str, at: &[f64], workspace: &mut Workspace<f64>) -> Option<Found> {
            let model = Scalars::zeros();
            $(
                if name == stringify!($one) {
                    let (value, first, second) = model.$one(workspace, at[0], 0.0);
                    return Some((value, vec![first], vec![second]));
                }
            )*
            $(
                if name == stringify!($two) {
                    let (value, first, second) = model.$two(workspace, at[0], at[1], 0.0);
                    return Some((value, vec![first.0, first.1], vec![second.0, second.1]));
                }
            )*
            None
        }
    };
}

// In the words of the table.
functions! {
    one {
        exp_of(x) = exp(x);
        ln_of(x) = ln(x);
        ln_1p_of(x) = ln_1p(x);
        exp_m1_of(x) = exp_m1(x);
        log2_of(x) = log2(x);
        log10_of(x) = log10(x);
        sqrt_of(x) = sqrt(x);
        powi_0_of(x) = powi(x, 0);
        powi_1_of(x) = powi(x, 1);
        powi_2_of(x) = powi(x, 2);
        powi_3_of(x) = powi(x, 3);
        powi_minus_1_of(x) = powi(x, -1);
        powi_minus_3_of(x) = powi(x, -3);
        abs_of(x) = abs(x);
        signum_of(x) = signum(x);
        sin_of(x) = sin(x);
        cos_of(x) = cos(x);
        tan_of(x) = tan(x);
        tanh_of(x) = tanh(x);
        sinh_of(x) = sinh(x);
        cosh_of(x) = cosh(x);
        atan_of(x) = atan(x);
        asin_of(x) = asin(x);
        acos_of(x) = acos(x);
        clamp_of(x) = clamp(x, -1, 2);
        floor_of(x) = floor(x);
        recip_of(x) = recip(x);
        erf_of(x) = erf(x);
        ln_gamma_of(x) = ln_gamma(x);
        digamma_of(x) = digamma(x);
        sigmoid_of(x) = sigmoid(x);
        log_sigmoid_of(x) = log_sigmoid(x);
        softplus_of(x) = softplus(x);
        relu_of(x) = relu(x);
        relu6_of(x) = relu6(x);
        leaky_relu_of(x) = leaky_relu(x);
        elu_of(x) = elu(x);
        celu_of(x) = celu(x);
        selu_of(x) = selu(x);
        gelu_of(x) = gelu(x);
        gelu_tanh_of(x) = gelu_tanh(x);
        silu_of(x) = silu(x);
        mish_of(x) = mish(x);
        softsign_of(x) = softsign(x);
        hard_sigmoid_of(x) = hard_sigmoid(x);
        hard_swish_of(x) = hard_swish(x);
        hard_tanh_of(x) = hard_tanh(x);
    }
    two {
        powf_of(x, y) = powf(x, y);
        atan2_of(y, x) = atan2(y, x);
        min_of(x, y) = min(x, y);
        max_of(x, y) = max(x, y);
    }
}

/// tanh' is (1 − y)(1 + y) of the value y, which costs no exponential and is 0 far out; `1 - tanh(x) * tanh(x)`
/// written out is promised to be accurate there (see the functions of tensors).
const ABSOLUTE_SLOPES: [&str; 1] = ["tanh"];

#[test]
fn scalar_functions() {
    let table = read("functions");
    let mut workspace = Workspace::new();
    let mut wrong = Vec::new();
    for case in list(&table["scalars"]) {
        let place = Place::of(case);
        let slopes =
            Place { relative: place.relative && !ABSOLUTE_SLOPES.contains(&place.function), ..place };
        let name = format!("{}_of", text(case, "name").replace('-', "minus_"));
        for point in list(&case["points"]) {
            let at = numbers(&point["at"]);
            let (value, gradient, second) =
                found(&name, &at, &mut workspace).unwrap_or_else(|| panic!("no `{name}`"));
            place.check(&format!("the value at {at:?}"), value, number(&point["value"]), 1e-13, &mut wrong);
            let firsts = gradient.iter().zip(numbers(&point["gradient"]));
            for (k, (found, expected)) in firsts.enumerate() {
                let what = format!("the derivative by argument {k} at {at:?}");
                slopes.check(&what, *found, expected, 1e-12, &mut wrong);
            }
            for (k, (found, expected)) in second.iter().zip(numbers(&point["second"])).enumerate() {
                let what = format!("the second derivative by argument {k} at {at:?}");
                slopes.check(&what, *found, expected, 1e-11, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the table differ:\n{}", wrong.len(), wrong.join("\n"));
}
