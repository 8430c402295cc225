//! Sums and differences of exponentials, of one element.

use super::builder::{Formula, Value};
use super::elementwise::{bell, bell_slope, check, check_at, sigmoid, softplus};
use crate::ir::Unary;

#[test]
fn logarithms_of_differences() {
    // ln(e^(x + 3) − e^3) = 3 + ln(eˣ − 1), for x > 0
    let points = [1e-8, 1.0, 20.0, 100.0, 700.0, 1e-300];
    let log = |x: f64| if x < 0.5 { 3.0 + x.exp_m1().ln() } else { 3.0 + x + (-(-x).exp()).ln_1p() };
    check_at(
        "ln(exp(x + 3) - exp(3))",
        &[0.5, 1.0, 20.0, 100.0, 696.0],
        |f, x| {
            let three = f.number(3.0);
            let a = f.add(x, three);
            let (a, b) = (f.exp(a), f.exp(three));
            let difference = f.sub(a, b);
            f.ln(difference)
        },
        &[&log, &|x| 1.0 / -(-x).exp_m1()],
    );
    let log = |x: f64| if x < 0.5 { x.exp_m1().ln() } else { x + (-(-x).exp()).ln_1p() };
    check_at(
        "ln(exp(x) - 1)",
        &points,
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            let difference = f.sub(e, one);
            f.ln(difference)
        },
        &[&log, &|x| 1.0 / -(-x).exp_m1(), &|x| -(-x).exp() / (-x).exp_m1() / (-x).exp_m1()],
    );
    let log = |x: f64| if x > -0.5 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() };
    check_at(
        "ln(1 - exp(x))",
        &points.map(|x| -x),
        |f, x| {
            let (one, e) = (f.number(1.0), f.exp(x));
            let difference = f.sub(one, e);
            f.ln(difference)
        },
        &[&log, &|x| x.exp() / x.exp_m1()],
    );
    check_at(
        "ln(exp(x) - exp(-inf))",
        &[1.0, 800.0, -800.0],
        |f, x| {
            let nothing = f.number(f64::NEG_INFINITY);
            let (a, b) = (f.exp(x), f.exp(nothing));
            let difference = f.sub(a, b);
            f.ln(difference)
        },
        &[&|x| x, &|_| 1.0],
    );
}

#[test]
fn logarithms_of_sums() {
    check(
        "ln(exp(x) + exp(2 - x))",
        |f, x| {
            let two = f.number(2.0);
            let y = f.sub(two, x);
            let (a, b) = (f.exp(x), f.exp(y));
            let sum = f.add(b, a);
            f.ln(sum)
        },
        &[&|x| (2.0 - x) + softplus(2.0 * x - 2.0), &|x| (x - 1.0).tanh(), &|x| 4.0 * bell(2.0 * x - 2.0)],
    );
    check(
        "ln(3 + exp(x))",
        |f, x| {
            let (three, e) = (f.number(3.0), f.exp(x));
            let sum = f.add(three, e);
            f.ln(sum)
        },
        &[&|x| 3.0_f64.ln() + softplus(x - 3.0_f64.ln()), &|x| sigmoid(x - 3.0_f64.ln())],
    );
    check(
        "exp(x) / (exp(x) + exp(-x))",
        |f, x| {
            let y = f.neg(x);
            let (a, b) = (f.exp(x), f.exp(y));
            let sum = f.add(a, b);
            f.div(a, sum)
        },
        &[&|x| sigmoid(2.0 * x), &|x| 2.0 * bell(2.0 * x)],
    );
}

#[test]
fn several_exponentials() {
    // ln(e^(2x) + eˣ + 1) and its slope, from the largest of the three
    let log = |x: f64| {
        let top = (2.0 * x).max(0.0);
        if x > 0.0 {
            top + ((-x).exp() + (-2.0 * x).exp()).ln_1p()
        } else {
            (x.exp() + (2.0 * x).exp()).ln_1p()
        }
    };
    let slope = |x: f64| {
        let (a, b, c) =
            if x > 0.0 { (1.0, (-x).exp(), (-2.0 * x).exp()) } else { ((2.0 * x).exp(), x.exp(), 1.0) };
        (2.0 * a + b) / (a + b + c)
    };
    let write = |f: &mut Formula, x: Value| {
        let (one, two) = (f.number(1.0), f.number(2.0));
        let twice = f.mul(two, x);
        let (a, b) = (f.exp(twice), f.exp(x));
        let sum = f.add(a, b);
        (a, f.add(sum, one))
    };
    check(
        "ln(exp(2x) + exp(x) + 1)",
        |f, x| {
            let (_, sum) = write(f, x);
            f.ln(sum)
        },
        &[&log, &slope],
    );
    check(
        "exp(2x) / (exp(2x) + exp(x) + 1)",
        |f, x| {
            let (a, sum) = write(f, x);
            f.div(a, sum)
        },
        &[&|x| {
            if x > 0.0 {
                1.0 / (1.0 + (-x).exp() + (-2.0 * x).exp())
            } else {
                (2.0 * x).exp() / (1.0 + x.exp() + (2.0 * x).exp())
            }
        }],
    );
}

/// How a formula of x is written.
type Write = dyn Fn(&mut Formula, Value) -> Value;

/// c eˣ
fn multiple_of_exp(f: &mut Formula, factor: f64, x: Value) -> Value {
    let (factor, e) = (f.number(factor), f.exp(x));
    f.mul(factor, e)
}

#[test]
fn opposite_exponents() {
    let log = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p();
    let slope = |x: f64| 8.0 * bell_slope(2.0 * x);
    let bend = |x: f64| 4.0 * bell(2.0 * x);
    check(
        "ln(exp(x) + exp(-x))",
        |f, x| {
            let y = f.neg(x);
            let (a, b) = (f.exp(x), f.exp(y));
            let sum = f.add(a, b);
            f.ln(sum)
        },
        &[&log, &f64::tanh, &bend, &slope],
    );
    check(
        "ln((3 exp(-x) + 3 exp(x)) / 2)",
        |f, x| {
            let (y, two) = (f.neg(x), f.number(2.0));
            let (a, b) = (multiple_of_exp(f, 3.0, y), multiple_of_exp(f, 3.0, x));
            let sum = f.add(a, b);
            let half = f.div(sum, two);
            f.ln(half)
        },
        &[&|x| log(x) + 1.5_f64.ln(), &f64::tanh, &bend],
    );
    check(
        "ln(2 exp(x) + 3 exp(-x))",
        |f, x| {
            let y = f.neg(x);
            let (a, b) = (multiple_of_exp(f, 2.0, x), multiple_of_exp(f, 3.0, y));
            let sum = f.add(a, b);
            f.ln(sum)
        },
        &[
            &|x| 3.0_f64.ln() - x + softplus(2.0 * x - 1.5_f64.ln()),
            &|x| (x - 0.5 * 1.5_f64.ln()).tanh(),
            &|x| 4.0 * bell(2.0 * x - 1.5_f64.ln()),
        ],
    );
    check(
        "x - ln(exp(-x) + exp(x))",
        |f, x| {
            let y = f.neg(x);
            let (a, b) = (f.exp(x), f.exp(y));
            let sum = f.add(b, a);
            let log = f.ln(sum);
            f.sub(x, log)
        },
        &[&|x| -softplus(-2.0 * x), &|x| 2.0 * sigmoid(-2.0 * x), &|x| -4.0 * bell(2.0 * x)],
    );
    check(
        "ln(exp(x) + exp(0.5) + exp(2 x)) - 2 x",
        |f, x| {
            let (half, twice) = (f.number(0.5), f.number(2.0));
            let twice = f.mul(twice, x);
            let (a, b, c) = (f.exp(x), f.exp(half), f.exp(twice));
            let sum = f.add(a, b);
            let sum = f.add(sum, c);
            let log = f.ln(sum);
            f.sub(log, twice)
        },
        &[&|x| {
            if x < -0.5 {
                0.5 - 2.0 * x + ((x - 0.5).exp() + (2.0 * x - 0.5).exp()).ln_1p()
            } else {
                ((-x).exp() + (0.5 - 2.0 * x).exp()).ln_1p()
            }
        }],
    );
    let points = [1e-8, 0.5, 1.0, 20.0, 100.0, 700.0];
    let log = |x: f64| x + (-(-2.0 * x).exp_m1()).ln();
    let slope = |x: f64| 1.0 / x.tanh();
    let bend = |x: f64| -4.0 * (-2.0 * x).exp() / (-2.0 * x).exp_m1().powi(2);
    for (factor, divisor) in [(1.0, 1.0), (2.0, 1.0), (3.0, 2.0), (-1.0, -2.0)] {
        check_at(
            "ln((c exp(x) - c exp(-x)) / d)",
            &points,
            |f, x| {
                let (y, d) = (f.neg(x), f.number(divisor));
                let (a, b) = (multiple_of_exp(f, factor, x), multiple_of_exp(f, factor, y));
                let difference = f.sub(a, b);
                let quotient = f.div(difference, d);
                f.ln(quotient)
            },
            &[&|x| log(x) + f64::ln(factor / divisor), &slope, &bend],
        );
    }
}

#[test]
fn differences_with_constants() {
    check_at(
        "ln(exp(x) - 2)",
        &[1.0, 20.0, 100.0, 700.0, 800.0],
        |f, x| {
            let (e, two) = (f.exp(x), f.number(2.0));
            let difference = f.sub(e, two);
            f.ln(difference)
        },
        &[&|x| x + (-2.0 * (-x).exp()).ln_1p(), &|x| 1.0 / (1.0 - 2.0 * (-x).exp()), &|x| {
            -2.0 * (-x).exp() / (1.0 - 2.0 * (-x).exp()).powi(2)
        }],
    );
    check_at(
        "ln(3 exp(x) - exp(x - 1))",
        &[-800.0, -1.0, 0.5, 20.0, 800.0],
        |f, x| {
            let one = f.number(1.0);
            let y = f.sub(x, one);
            let (a, b) = (multiple_of_exp(f, 3.0, x), f.exp(y));
            let difference = f.sub(a, b);
            f.ln(difference)
        },
        &[&|x| x + (3.0 - f64::exp(-1.0)).ln(), &|_| 1.0],
    );
    let same: [(&str, &Write); 4] = [
        ("exp(x) exp(x) - 1", &|f, x| {
            let (e, one) = (f.exp(x), f.number(1.0));
            let square = f.mul(e, e);
            f.sub(square, one)
        }),
        ("exp(x) / exp(-x) - 1", &|f, x| {
            let (y, one) = (f.neg(x), f.number(1.0));
            let (a, b) = (f.exp(x), f.exp(y));
            let quotient = f.div(a, b);
            f.sub(quotient, one)
        }),
        ("1 / exp(-2 x) - 1", &|f, x| {
            let (y, one) = (f.number(-2.0), f.number(1.0));
            let y = f.mul(y, x);
            let e = f.exp(y);
            let quotient = f.div(one, e);
            f.sub(quotient, one)
        }),
        ("(3 exp(2 x) - 3) / 3", &|f, x| {
            let (two, three) = (f.number(2.0), f.number(3.0));
            let y = f.mul(two, x);
            let e = multiple_of_exp(f, 3.0, y);
            let difference = f.sub(e, three);
            f.div(difference, three)
        }),
    ];
    for (what, write) in same {
        let points = [1e-8, -1e-8, 1.0, -1.0, 20.0, -20.0, 100.0, -100.0, 350.0, -350.0];
        let expected: [&dyn Fn(f64) -> f64; 2] = [&|x| (2.0 * x).exp_m1(), &|x| 2.0 * (2.0 * x).exp()];
        check_at(what, &points, write, &expected);
    }
}

#[test]
fn sigmoids_apart() {
    check(
        "sigmoid(x) - sigmoid(x)^2",
        |f, x| {
            let y = f.sigmoid(x);
            let square = f.mul(y, y);
            f.sub(y, square)
        },
        &[&bell, &bell_slope],
    );
    check(
        "2 sigmoid(x) - 1",
        |f, x| {
            let (two, one, y) = (f.number(2.0), f.number(1.0), f.sigmoid(x));
            let twice = f.mul(y, two);
            f.sub(twice, one)
        },
        &[&|x| (x / 2.0).tanh(), &|x| 2.0 * bell(x), &|x| 2.0 * bell_slope(x)],
    );
    check(
        "3 - 3 sigmoid(x)",
        |f, x| {
            let (three, y) = (f.number(3.0), f.sigmoid(x));
            let part = f.mul(three, y);
            f.sub(three, part)
        },
        &[&|x| 3.0 * sigmoid(-x), &|x| -3.0 * bell(x)],
    );
    check(
        "1 - tanh(x / 2)^2",
        |f, x| {
            let (one, two) = (f.number(1.0), f.number(2.0));
            let half = f.div(x, two);
            let y = f.unary(Unary::Tanh, half);
            let square = f.unary(Unary::Powi(2), y);
            f.sub(one, square)
        },
        &[&|x| 4.0 * bell(x), &|x| 4.0 * bell_slope(x)],
    );
}

#[test]
fn a_share_of_three() {
    // With e^(2x) above and below, or without where that is the largest.
    let parts = |x: f64| {
        if x < 0.0 { ((2.0 * x).exp(), x.exp(), 1.0) } else { (1.0, (-x).exp(), (-2.0 * x).exp()) }
    };
    check(
        "exp(x) / (1 + exp(x) + exp(-x))",
        |f, x| {
            let (one, y) = (f.number(1.0), f.neg(x));
            let (a, b) = (f.exp(x), f.exp(y));
            let sum = f.add(one, a);
            let sum = f.add(sum, b);
            f.div(a, sum)
        },
        &[
            &|x| {
                let (a, b, c) = parts(x);
                a / (a + b + c)
            },
            &|x| {
                let (a, b, c) = parts(x);
                a * (b + 2.0 * c) / (a + b + c).powi(2)
            },
        ],
    );
}
