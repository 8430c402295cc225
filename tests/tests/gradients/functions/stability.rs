//! Formulas as one writes them first, where floats lose their digits: value, first and second derivative against
//! mpmath, backward, forward and one over the other, in f64 to 1e-12 of the result and in f32 to 4 units in its last
//! place (second derivatives to 8); and formulas that are accurate as they stand, which no rewrite may spoil.

use crate::oracle::{list, numbers, read, text};
use chainrule::{Workspace, net};
use serde_json::Value;

/// The values of a formula, its slopes and its second derivatives, each computed in some ways.
type Found = [Vec<Vec<f64>>; 3];

/// Declares, in either float type, a function for each line and what gives the values and slopes of all of them.
/// `rows` is [x, 0.5] for each x.
macro_rules! formulas {
    ($($name:ident($x:ident, $rows:ident) = $value:tt;)*) => {
        formulas!(Double, DoubleSlopes, DoubleTangents, f64, in_f64; $($name($x, $rows) = $value;)*);
        formulas!(Single, SingleSlopes, SingleTangents, f32, in_f32; $($name($x, $rows) = $value;)*);
    };
    ($network:ident, $slopes:ident, $tangents:ident, $float:ident, $all:ident; $($name:ident($x:ident, $rows:ident) = $value:tt;)*) => {
        net! {
            /// Formulas of one float type.
            pub struct $network {}

            impl $network {
                $(
                    #[grad($x)]
                    pub fn $name($x: $float[10]) -> $float[10] {
                        let $rows = stack([$x, broadcast_to(0.5, [10])], axis = 1);
                        $value
                    }
                )*
            }

            /// Their derivatives.
            pub struct $slopes {}

            impl $slopes {
                $(
                    #[grad($x)]
                    pub fn $name($x: $float[10]) -> $float[10] {
                        let $rows = stack([$x, broadcast_to(0.5, [10])], axis = 1);
                        let formula = $value;
                        grad(formula, $x)
                    }
                )*
            }

            /// The same, forward.
            pub struct $tangents {}

            impl $tangents {
                $(
                    #[grad($x)]
                    pub fn $name($x: $float[10]) -> $float[10] {
                        let $rows = stack([$x, broadcast_to(0.5, [10])], axis = 1);
                        let formula = $value;
                        jvp(formula, $x, ones([10]))
                    }
                )*
            }
        }

        /// The name of each formula and what is found of it, at the points that its case says.
        fn $all(case: impl Fn(&str) -> Vec<f64>) -> Vec<(&'static str, Found)> {
            let (model, mut workspace) = ($network::zeros(), Workspace::new());
            let (slopes, tangents) = ($slopes::zeros(), $tangents::zeros());
            let wide = |numbers: &[$float; 10]| numbers.iter().map(|number| f64::from(*number)).collect();
            vec![$({
                let at: Vec<$float> = case(stringify!($name)).iter().map(|at| *at as $float).collect();
                let at: [$float; 10] = at.try_into().expect("ten points");
                let mut slope = [$float::NAN; 10];
                let mut second = slope;
                let pass = model.$name(&mut workspace, &at);
                let value = wide(pass.value());
                pass.backward(&[1.0; 10], &mut slope);
                let pass = slopes.$name(&mut workspace, &at);
                let again = wide(pass.value());
                pass.backward(&[1.0; 10], &mut second);
                let pass = tangents.$name(&mut workspace, &at);
                let tangent = wide(pass.value());
                let mut over_forward = second;
                pass.backward(&[1.0; 10], &mut over_forward);
                let slopes = vec![wide(&slope), again, tangent];
                let seconds = vec![wide(&second), wide(&over_forward)];
                (stringify!($name), [vec![value], slopes, seconds])
            }),*]
        }
    };
}

formulas! {
    softplus(x, _rows) = { ln(1 + exp(x)) };
    softplus_named(x, _rows) = { let a = exp(x); ln(a + 1) };
    ln_one_minus_sigmoid_turned(x, _rows) = { let p = sigmoid(x); ln(-p + 1) };
    one_minus_sigmoid_turned(x, _rows) = { -sigmoid(x) + 1 };
    tanh_powi_minus_one(x, _rows) = { powi(tanh(x), 2) - 1 };
    exp_minus_one_turned(x, _rows) = { -1 + exp(x) };
    ln_one_minus_turned(x, _rows) = { ln(-x + 1) };
    log_sum_exp_named(_x, rows) = { let e = exp(rows); let s = sum(e, axis = 1); ln(s) };
    other_share(_x, rows) = { softmax(rows)[.., 1] };
    squared_shares(_x, rows) = { let p = softmax(rows); sum(p * p, axis = 1) };
    ln_other_share(_x, rows) = { ln(softmax(rows)[.., 1]) };
    less_log_sum_exp(x, rows) = { x - ln(sum(exp(rows), axis = 1)) };
    less_log_of_two(x, _rows) = { x - ln(exp(x) + exp(0.5)) };
    softsign(x, _rows) = { x / (1 + abs(x)) };
    part_of_one_and_square(x, _rows) = { x * x / (1 + x * x) };
    ln_exp_plus_constant(x, _rows) = { ln(exp(x) + 3) };
    ln_weighted_terms(x, _rows) = { ln(2 * exp(x) + 3 * exp(-x)) };
    softplus_of_odds(x, _rows) = { ln(1 + 2 * exp(3 * x)) };
    softplus_of_quotient(x, _rows) = { let e = exp(x) / 3; ln(e + 1) };
    sigmoid_of_odds(x, _rows) = { 1 / (1 + 3 * exp(-x)) };
    share_of_constant_odds(x, _rows) = { 2 * exp(x) / (3 + 2 * exp(x)) };
    sigmoid_of_odds_less_its_square(x, _rows) = { let p = exp(x) / (exp(x) + 3); p - powi(p, 2) };
    ln_three_terms(x, _rows) = { ln(exp(x) + exp(2 * x) + exp(0.5)) };
    share_of_three(x, _rows) = { let a = exp(x); a / (exp(-x) + a + 5) };
    ln_sigmoid(x, _rows) = { ln(sigmoid(x)) };
    ln_sigmoid_written_out(x, _rows) = { ln(1 / (1 + exp(-x))) };
    ln_one_minus_sigmoid(x, _rows) = { ln(1 - sigmoid(x)) };
    one_minus_sigmoid(x, _rows) = { 1 - sigmoid(x) };
    one_minus_tanh_squared(x, _rows) = { 1 - tanh(x) * tanh(x) };
    one_minus_tanh_powi(x, _rows) = { 1 - powi(tanh(x), 2) };
    exp_minus_one(x, _rows) = { exp(x) - 1 };
    one_minus_exp(x, _rows) = { 1 - exp(x) };
    ln_one_plus(x, _rows) = { ln(1 + x) };
    ln_one_minus(x, _rows) = { ln(1 - x) };
    log_sum_exp(_x, rows) = { ln(sum(exp(rows), axis = 1)) };
    log_weighted_sum_exp(_x, rows) = { ln(sum([0.25, 2] * exp(rows), axis = 1)) };
    share(_x, rows) = { let e = exp(rows); (e / sum(e, axis = 1, keep = true))[.., 0] };
    ln_share(_x, rows) = { ln(softmax(rows))[.., 0] };
    ln_difference(x, _rows) = { ln(exp(x) - exp(x - 1)) };
    sigmoid_cross_entropy(x, _rows) = { -(0.125 * ln(sigmoid(x)) + 0.875 * ln(1 - sigmoid(x))) };
    softmax_cross_entropy(_x, rows) = { -ln(softmax(rows)[.., 0]) };
    length(x, _rows) = { sqrt(x * x + 9 * x * x) };
    log_of_opposites(x, _rows) = { ln(exp(x) + exp(-x)) };
    log_of_opposites_named(x, _rows) = { let a = exp(-x); let b = exp(x); let c = 3 * (a + b) / 2; ln(c) };
    ln_difference_of_opposites(x, _rows) = { ln(exp(x) - exp(-x)) };
    ln_multiple_of_difference(x, _rows) = { ln((2 * exp(x) - 2 * exp(x - 1)) / 3) };
    multiple_of_exp_minus_itself(x, _rows) = { 3 * exp(x) - 3 };
    exp_squared_minus_one(x, _rows) = { exp(x) * exp(x) - 1 };
    reciprocal_minus_one(x, _rows) = { 1 / exp(x) - 1 };
    sigmoid_less_its_square(x, _rows) = { let p = sigmoid(x); p - powi(p, 2) };
    two_sigmoids_minus_one(x, _rows) = { 2 / (1 + exp(-x)) - 1 };
    one_minus_tanh_of_half(x, _rows) = { 1 - powi(tanh(x / 2), 2) };
    exp_minus_two(x, _rows) = { exp(x) - 2 };
    ln_two_plus_square(x, _rows) = { ln(2 + x * x) };
    ln_one_plus_square(x, _rows) = { ln(1 + x * x) };
    two_minus_tanh(x, _rows) = { 2 - tanh(x) };
    sigmoid_itself(x, _rows) = { sigmoid(x) };
    sigmoid_written_out(x, _rows) = { 1 / (1 + exp(-x)) };
    exp_itself(x, _rows) = { exp(x) };
    gaussian(x, _rows) = { exp(-x * x / 2) };
    gelu_itself(x, _rows) = { gelu(x) };
    gelu_written_out(x, _rows) = { 0.5 * x * (1 + erf(x / sqrt(2))) };
    gelu_turned(x, _rows) = { let p = erf(-x * sqrt(0.5)); x * (1 - p) / 2 };
    silu_itself(x, _rows) = { silu(x) };
    mish_itself(x, _rows) = { mish(x) };
    elu_itself(x, _rows) = { elu(x) };
    celu_itself(x, _rows) = { celu(x, alpha = 2) };
    power(x, _rows) = { powf(x, 2.5) };
    power_by_exponent(x, _rows) = { powf(2.5, x) };
    asin_itself(x, _rows) = { asin(x) };
    acos_itself(x, _rows) = { acos(x) };
    angle(x, _rows) = { atan2(x, 1.5) };
}

net! {
    /// An angle of numbers whose squares overflow, or vanish.
    pub struct Angle {}

    impl Angle {
        #[grad(y, x)]
        #[hessian(y, x)]
        pub fn angle(y: f64, x: f64) -> f64 { atan2(y, x) }
    }
}

#[test]
fn an_angle_of_large_and_of_small_numbers() {
    let (model, mut workspace) = (Angle::zeros(), Workspace::new());
    for size in [1e-300, 1e-160, 1.0, 1e153, 1e200, 1e306] {
        let (mut d_y, mut d_x) = (f64::NAN, f64::NAN);
        let pass = model.angle(&mut workspace, 3.0 * size, -4.0 * size);
        assert!((pass.value() - 3.0_f64.atan2(-4.0)).abs() < 1e-15);
        pass.backward(&mut d_y, &mut d_x);
        let near = |found: f64, expected: f64| (found - expected).abs() <= 1e-12 * expected.abs();
        assert!(near(d_y * size, -0.16) && near(d_x * size, -0.12), "{d_y:e} {d_x:e}");
    }
    let ((yy, yx), (xy, xx)) = model.angle_hessian(&mut workspace, 3e100, 4e100);
    for (found, expected) in [(yy, -0.0384), (yx, -0.0112), (xy, -0.0112), (xx, 0.0384)] {
        assert!((found * 1e200 - expected).abs() < 1e-15, "{found:e}");
    }
}

net! {
    /// Sums of exponentials that are written term by term.
    pub struct Terms {}

    impl Terms {
        #[grad(a, b)]
        pub fn weighted(a: f32, b: f32) -> f32 { ln(2 * exp(a) + 3 * exp(b)) }

        #[grad(a, b, c)]
        pub fn three(a: f32, b: f32, c: f32) -> f32 { ln(exp(a) + exp(b) + exp(c)) }
    }
}

net! {
    /// The same of doubles, to the second derivative.
    pub struct Shares {}

    impl Shares {
        #[hessian(x)]
        pub fn three(x: f64[3]) -> f64 { ln(exp(x[0]) + exp(x[1]) + exp(x[2])) }
    }
}

#[test]
fn terms_have_the_shares_that_their_distances_say() {
    let (model, mut workspace) = (Terms::zeros(), Workspace::new());
    let near = |found: f32, expected: f64| {
        let unit = f64::from((expected as f32).next_up()) - f64::from(expected as f32);
        assert!((f64::from(found) - expected).abs() <= 4.0 * unit, "{found:e}, not {expected:e}");
    };
    let [mut a, mut b, mut c] = [f32::NAN; 3];
    model.weighted(&mut workspace, -20.0, 20.0).backward(&mut a, &mut b);
    near(a, 2.0 / 3.0 * (-40.0_f64).exp());
    model.weighted(&mut workspace, 20.0, -20.0).backward(&mut a, &mut b);
    near(b, 1.5 * (-40.0_f64).exp());
    // Each of the same size, where one exponent's last place is more than all of them differ by.
    for size in [-700.0, -100.0, 20.0, 700.0] {
        model.three(&mut workspace, size, size, size).backward(&mut a, &mut b, &mut c);
        near(a, 1.0 / 3.0);
        near(b, 1.0 / 3.0);
        near(c, 1.0 / 3.0);
    }
    model.three(&mut workspace, 20.0, 20.0, -20.0).backward(&mut a, &mut b, &mut c);
    near(c, 0.5 * (-40.0_f64).exp());
}

#[test]
fn second_derivatives_by_two_terms_are_products_of_shares() {
    let (model, mut workspace) = (Shares::zeros(), Workspace::new());
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found:e}, not {expected:e}");
    };
    let x = [20.0, -20.0, 1.0];
    let all: f64 = x.iter().map(|x: &f64| x.exp()).sum();
    let [p, q, r] = x.map(|x| x.exp() / all);
    let second = *model.three_hessian(&mut workspace, &x);
    near(second[1][2], -q * r);
    near(second[0][1], -p * q);
    near(second[0][2], -p * r);
}

/// tanh' in its far tails is below what 1 − y can hold (docs/language.md): right to rounding of 1.
const TO_ROUNDING_OF_ONE: &str = "two_minus_tanh";

/// Not promised beyond the first derivative: that of mish where its tanh is nearly 1.
const ONCE: &str = "mish_itself";

/// Not among the formulas that the language promises: backward its tails keep their digits, forward they do not.
const BACKWARD: &str = "softsign";

/// Holds all formulas of one float type against the file; `near` is given how many derivatives were taken.
fn check(kind: &str, all: &[(&str, Found)], near: impl Fn(usize, f64, f64) -> bool) {
    let file = read("stability");
    let mut wrong = Vec::new();
    assert_eq!(list(&file).len(), all.len(), "formulas of the file that are not tested");
    for (name, found) in all {
        let case = &case(&file, name)[kind];
        for (order, (what, ways)) in ["value", "gradient", "second"].iter().zip(found).enumerate() {
            for (way, found) in ways.iter().enumerate() {
                for ((at, found), expected) in
                    numbers(&case["at"]).iter().zip(found).zip(numbers(&case[*what]))
                {
                    let spared = order > 0 && *name == TO_ROUNDING_OF_ONE
                        || order > 1 && *name == ONCE
                        || order > 0 && way > 0 && *name == BACKWARD;
                    let is_near =
                        near(order, *found, expected) || spared && near(0, 1.0 + (found - expected), 1.0);
                    // What is not a number of the type is not promised.
                    if !expected.is_nan() && !is_near {
                        wrong.push(format!(
                            "{name}: {what} ({way}) at {at:e} is {found:e}, expected {expected:e}"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} numbers of {kind} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn case<'f>(file: &'f Value, name: &str) -> &'f Value {
    list(file).iter().find(|case| text(case, "name") == name).unwrap_or_else(|| panic!("no case `{name}`"))
}

#[test]
fn doubles_to_twelve_digits() {
    let file = read("stability");
    let all = in_f64(|name| numbers(&case(&file, name)["f64"]["at"]));
    check("f64", &all, |_, found, expected| (found - expected).abs() <= 1e-12 * expected.abs());
}

#[test]
fn singles_to_four_units_in_the_last_place() {
    let file = read("stability");
    let all = in_f32(|name| numbers(&case(&file, name)["f32"]["at"]));
    check("f32", &all, |order, found, expected| {
        let unit = f64::from((expected as f32).abs().next_up()) - f64::from((expected as f32).abs());
        (found - expected).abs() <= if order > 1 { 8.0 } else { 4.0 } * unit
    });
}
