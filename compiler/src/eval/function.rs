//! The functions of scalar expressions, in `f64`. Where std's differ from the language's, ours stand here.

use super::special;
use crate::ir::{Binary, Comparison, Unary};

/// A function of the user's: only those that tests declare are known here.
pub fn external(name: &str, arguments: &[f64]) -> Option<f64> {
    match (cfg!(test), name, arguments) {
        (true, "cube", [x]) => Some(x * x * x),
        (true, "square_of", [x]) => Some(x * x),
        (true, "ratio", [a, b]) => Some(a / b),
        (true, "root", [x]) => Some(x.sqrt()),
        (true, "slope", [x]) => Some(0.3 * x.cos()),
        _ => None,
    }
}

/// A function of the user's, of arrays: only those that tests declare are known here.
pub fn external_of_arrays(name: &str, arguments: &[Vec<f64>]) -> Option<Vec<f64>> {
    match (cfg!(test), name, arguments) {
        (true, "inverse", [a]) => {
            let &[p, q, r, s] = a.as_slice() else { return None };
            let det = p * s - q * r;
            Some(vec![s / det, -q / det, -r / det, p / det])
        }
        (true, "determinant", [a]) => {
            let &[p, q, r, s] = a.as_slice() else { return None };
            Some(vec![p * s - q * r])
        }
        (true, "scaled", [x, s]) => Some(x.iter().map(|x| x * s[0]).collect()),
        (true, "powers", [x]) => Some(vec![x[0], x[0] * x[0], x[0] * x[0] * x[0]]),
        _ => None,
    }
}

/// A function of one number.
pub fn unary(function: Unary, x: f64) -> f64 {
    match function {
        Unary::Neg => -x,
        Unary::Recip => x.recip(),
        Unary::Exp => x.exp(),
        Unary::Ln => x.ln(),
        Unary::Ln1p => x.ln_1p(),
        Unary::ExpM1 => x.exp_m1(),
        Unary::Log2 => x.log2(),
        Unary::Log10 => x.log10(),
        Unary::Sqrt => x.sqrt(),
        Unary::Abs => x.abs(),
        Unary::Signum => {
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        }
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Tan => x.tan(),
        Unary::Sinh => x.sinh(),
        Unary::Cosh => x.cosh(),
        Unary::Tanh => x.tanh(),
        Unary::Asin => x.asin(),
        Unary::Acos => x.acos(),
        Unary::Atan => x.atan(),
        Unary::Floor => x.floor(),
        Unary::Erf => special::erf(x),
        Unary::NormalCdf => special::normal_cdf(x),
        Unary::NormalPdf => special::normal_pdf(x),
        Unary::LnGamma => special::ln_gamma(x),
        Unary::Polygamma(order) => special::polygamma(order, x),
        Unary::Sigmoid => sigmoid(x),
        Unary::Softplus => softplus(x),
        Unary::HalfTanh => (0.5 * x).tanh(),
        Unary::Powi(power) => x.powi(power),
        Unary::StopGradient => x,
    }
}

/// A function of two numbers; `min` and `max` of a NaN are NaN.
pub fn binary(function: Binary, a: f64, b: f64) -> f64 {
    match function {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => a.powf(b),
        Binary::Atan2 => a.atan2(b),
        Binary::Min | Binary::Max if a.is_nan() || b.is_nan() => f64::NAN,
        Binary::Min => a.min(b),
        Binary::Max => a.max(b),
        Binary::LogAddExp => log_add_exp(a, b),
    }
}

/// A comparison; with a NaN only `NotEqual` holds.
pub fn compare<T: PartialOrd>(comparison: Comparison, a: &T, b: &T) -> bool {
    match comparison {
        Comparison::Less => a < b,
        Comparison::LessEqual => a <= b,
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
    }
}

/// 1 / (1 + e⁻ˣ), with no exponential of a large number.
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let small = x.exp();
        small / (1.0 + small)
    }
}

/// ln(1 + eˣ), with no exponential of a large number.
fn log_add_exp(a: f64, b: f64) -> f64 {
    let (top, other) = (binary(Binary::Max, a, b), binary(Binary::Min, a, b));
    if top.is_finite() { top + softplus(other - top) } else { top }
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_extremes_are_ours() {
        assert_eq!(unary(Unary::Signum, 0.0), 0.0);
        assert_eq!(unary(Unary::Signum, -0.0), 0.0);
        assert_eq!(unary(Unary::Signum, -3.0), -1.0);
        assert!(unary(Unary::Signum, f64::NAN).is_nan());
        for function in [Binary::Min, Binary::Max] {
            assert!(binary(function, f64::NAN, 1.0).is_nan());
            assert!(binary(function, 1.0, f64::NAN).is_nan());
        }
        assert_eq!(binary(Binary::Pow, 0.0, 0.0), 1.0);
        assert!(compare(Comparison::NotEqual, &f64::NAN, &f64::NAN));
    }

    #[test]
    fn stable_forms_hold_at_both_ends() {
        assert_eq!(unary(Unary::Sigmoid, -800.0), 0.0);
        assert_eq!(unary(Unary::Sigmoid, 800.0), 1.0);
        assert_eq!(unary(Unary::Sigmoid, -700.0), (-700.0f64).exp());
        assert_eq!(unary(Unary::Sigmoid, 0.0), 0.5);
        assert_eq!(unary(Unary::Softplus, 800.0), 800.0);
        assert_eq!(unary(Unary::Softplus, -700.0), (-700.0f64).exp());
        assert_eq!(unary(Unary::Softplus, 0.0), std::f64::consts::LN_2);
        assert_eq!(unary(Unary::Softplus, f64::INFINITY), f64::INFINITY);
        assert!(unary(Unary::Softplus, f64::NAN).is_nan());
        assert!(unary(Unary::Sigmoid, f64::NAN).is_nan());
    }
}
