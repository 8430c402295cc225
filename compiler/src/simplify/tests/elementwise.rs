//! Rewrites within one element.

use super::builder::{Formula, Style, Value, close, derivatives};
use crate::ir::{Binary, Unary};

const POINTS: [f64; 10] = [1e-8, -1e-8, 1.0, -1.0, 20.0, -20.0, 100.0, -100.0, 700.0, -700.0];

/// Checks a naive formula of x, and its derivatives, in every style.
pub fn check(what: &str, write: impl Fn(&mut Formula, Value) -> Value, expected: &[&dyn Fn(f64) -> f64]) {
    check_at(what, &POINTS, write, expected);
}

pub fn check_at(
    what: &str,
    points: &[f64],
    write: impl Fn(&mut Formula, Value) -> Value,
    expected: &[&dyn Fn(f64) -> f64],
) {
    for style in Style::ALL {
        let mut formula = Formula::new(&[points.len()], style);
        let (input, x) = formula.input("x", &[0]);
        let value = write(&mut formula, x);
        let (graph, result) = formula.finish(value);
        let found = derivatives(graph, result, &[(input, points.to_vec())], expected.len() - 1);
        for (order, expected) in expected.iter().enumerate() {
            for (position, &x) in points.iter().enumerate() {
                let found = found.get(order).map_or(0.0, |values| values[position]);
                // Through what a loop keeps, shares that cancel are not seen together.
                if style == Style::Looped && order > 0 && x.abs() < 1e-6 {
                    continue;
                }
                close(found, expected(x), 1e-12, &format!("{what}, derivative {order} at {x:e}, {style:?}"));
            }
        }
    }
}

pub fn sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// σ′
pub fn bell(x: f64) -> f64 {
    sigmoid(x) * sigmoid(-x)
}

/// σ″
pub fn bell_slope(x: f64) -> f64 {
    -bell(x) * (x / 2.0).tanh()
}

#[test]
fn softplus_in_any_order() {
    let expected: [&dyn Fn(f64) -> f64; 4] = [&softplus, &sigmoid, &bell, &bell_slope];
    check(
        "ln(1 + exp(x))",
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            let sum = f.add(one, e);
            f.ln(sum)
        },
        &expected,
    );
    check(
        "ln_1p(exp(x))",
        |f, x| {
            let e = f.exp(x);
            f.unary(Unary::Ln1p, e)
        },
        &expected,
    );
}

#[test]
fn logarithms_of_sigmoids() {
    check(
        "ln(sigmoid(x))",
        |f, x| {
            let y = f.sigmoid(x);
            f.ln(y)
        },
        &[&|x| -softplus(-x), &|x| sigmoid(-x), &|x| -bell(x)],
    );
    check(
        "ln(1 / (1 + exp(-x)))",
        |f, x| {
            let (one, x) = (f.number(1.0), f.neg(x));
            let e = f.exp(x);
            let sum = f.add(e, one);
            let y = f.div(one, sum);
            f.ln(y)
        },
        &[&|x| -softplus(-x), &|x| sigmoid(-x), &|x| -bell(x)],
    );
    check(
        "ln(1 - sigmoid(x))",
        |f, x| {
            let (one, y) = (f.number(1.0), f.sigmoid(x));
            let rest = f.sub(one, y);
            f.ln(rest)
        },
        &[&|x| -softplus(x), &|x| -sigmoid(x), &|x| -bell(x)],
    );
    check(
        "ln(exp(x) / (1 + exp(x)))",
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            let sum = f.add(one, e);
            let y = f.div(e, sum);
            f.ln(y)
        },
        &[&|x| -softplus(-x), &|x| sigmoid(-x), &|x| -bell(x)],
    );
}

#[test]
fn sigmoids() {
    let expected: [&dyn Fn(f64) -> f64; 3] = [&sigmoid, &bell, &bell_slope];
    check(
        "1 / (1 + exp(-x))",
        |f, x| {
            let (one, x) = (f.number(1.0), f.neg(x));
            let e = f.exp(x);
            let sum = f.add(one, e);
            f.div(one, sum)
        },
        &expected,
    );
    check(
        "exp(x) / (exp(x) + 1)",
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            let sum = f.add(e, one);
            f.div(e, sum)
        },
        &expected,
    );
    check(
        "1 - sigmoid(x)",
        |f, x| {
            let (one, y) = (f.number(1.0), f.sigmoid(x));
            f.sub(one, y)
        },
        &[&|x| sigmoid(-x), &|x| -bell(x), &|x| -bell_slope(x)],
    );
    check(
        "sigmoid(x) (1 - sigmoid(x))",
        |f, x| {
            let (one, y) = (f.number(1.0), f.sigmoid(x));
            let rest = f.sub(one, y);
            f.mul(rest, y)
        },
        &[&bell, &bell_slope],
    );
}

#[test]
fn binary_cross_entropy() {
    // −(t ln σ(x) + (1 − t) ln(1 − σ(x)))
    let t = 0.25;
    check(
        "binary cross-entropy",
        |f, x| {
            let (one, t) = (f.number(1.0), f.number(t));
            let y = f.sigmoid(x);
            let (rest, log) = (f.sub(one, y), f.ln(y));
            let log_rest = f.ln(rest);
            let (a, u) = (f.mul(t, log), f.sub(one, t));
            let b = f.mul(u, log_rest);
            let sum = f.add(a, b);
            f.neg(sum)
        },
        &[
            &|x| t * softplus(-x) + (1.0 - t) * softplus(x),
            &|x| (1.0 - t) * sigmoid(x) - t * sigmoid(-x),
            &bell,
        ],
    );
}

#[test]
fn one_minus_square_of_tanh() {
    // 4 σ(2x) σ(−2x) = 1 / cosh²x
    let sech2 = |x: f64| 4.0 * bell(2.0 * x);
    let slope = |x: f64| -2.0 * x.tanh() * sech2(x);
    let bend = |x: f64| 4.0 * sech2(x) * x.tanh().powi(2) - 2.0 * sech2(x) * sech2(x);
    let expected: [&dyn Fn(f64) -> f64; 3] = [&sech2, &slope, &bend];
    check(
        "1 - tanh(x)^2",
        |f, x| {
            let (one, y) = (f.number(1.0), f.unary(Unary::Tanh, x));
            let square = f.mul(y, y);
            f.sub(one, square)
        },
        &expected,
    );
    check(
        "1 - powi(tanh(x), 2)",
        |f, x| {
            let (one, y) = (f.number(1.0), f.unary(Unary::Tanh, x));
            let square = f.unary(Unary::Powi(2), y);
            let negative = f.neg(square);
            f.add(negative, one)
        },
        &expected,
    );
}

#[test]
fn exponentials_and_logarithms_near_their_zeros() {
    check(
        "exp(x) - 1",
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            f.sub(e, one)
        },
        &[&f64::exp_m1, &f64::exp, &f64::exp],
    );
    check(
        "1 - exp(x)",
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            f.sub(one, e)
        },
        &[&|x| -x.exp_m1(), &|x| -x.exp(), &|x| -x.exp()],
    );
    let points = [1e-8, -1e-8, 1e-300, 0.5, -0.5, 20.0, 1e300];
    check_at(
        "ln(x + 1)",
        &points,
        |f, x| {
            let one = f.number(1.0);
            let sum = f.add(x, one);
            f.ln(sum)
        },
        &[&f64::ln_1p, &|x| 1.0 / (1.0 + x), &|x| -1.0 / (1.0 + x) / (1.0 + x)],
    );
    let points = [1e-8, -1e-8, 1e-300, 0.5, -0.5, -20.0, -1e300];
    check_at(
        "ln(1 - x)",
        &points,
        |f, x| {
            let one = f.number(1.0);
            let rest = f.sub(one, x);
            f.ln(rest)
        },
        &[&|x| (-x).ln_1p(), &|x| -1.0 / (1.0 - x), &|x| -1.0 / (1.0 - x) / (1.0 - x)],
    );
}

#[test]
fn roots_of_squares() {
    let points = [1e-8, -1.0, 1e200, -1e200, 1e-200, 0.0];
    let root = |x: f64| x.abs().hypot(2.0 * x);
    let factor = 5.0_f64.sqrt();
    check_at(
        "sqrt(x x + (2 x)(2 x))",
        &points,
        |f, x| {
            let two = f.number(2.0);
            let y = f.mul(two, x);
            let (a, b) = (f.mul(x, x), f.unary(Unary::Powi(2), y));
            let sum = f.add(a, b);
            f.sqrt(sum)
        },
        &[&root, &|x| if x == 0.0 { 0.0 } else { factor * x.signum() }],
    );
    check_at(
        "sqrt(x x)",
        &points,
        |f, x| {
            let square = f.binary(Binary::Mul, x, x);
            f.sqrt(square)
        },
        &[&f64::abs, &|x| if x == 0.0 { 0.0 } else { x.signum() }],
    );
}

#[test]
fn root_of_two_squares() {
    // √(x² + y²) with y as another input: neither square overflows or vanishes.
    let xs = [3.0, 1e200, -1e-200, 1e200, 0.0, 1e-200];
    let ys = [4.0, 2e200, 1e-200, 1e-200, 0.0, 1e200];
    for style in Style::ALL {
        let mut f = Formula::new(&[xs.len()], style);
        let ((first, x), (second, y)) = (f.input("x", &[0]), f.input("y", &[0]));
        let (a, b) = (f.mul(x, x), f.mul(y, y));
        let sum = f.add(a, b);
        let root = f.sqrt(sum);
        let (graph, result) = f.finish(root);
        let found = derivatives(graph, result, &[(first, xs.to_vec()), (second, ys.to_vec())], 1);
        for (i, (x, y)) in xs.into_iter().zip(ys).enumerate() {
            let root = f64::hypot(x, y);
            close(found[0][i], root, 1e-12, &format!("√(x² + y²) at {x:e}, {y:e}, {style:?}"));
            let slope = if root == 0.0 { 0.0 } else { x / root };
            close(found[1][i], slope, 1e-12, &format!("d √(x² + y²) at {x:e}, {y:e}, {style:?}"));
        }
    }
}
