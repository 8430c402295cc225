//! erf, Φ, ln Γ and the polygamma functions in `f64`, by series whose terms do not cancel.
//!
//! Chosen to be obvious rather than quick: no fitted coefficients.

use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

/// Euler's constant γ.
const EULER: f64 = 0.577_215_664_901_532_9;

/// B₂, B₄, … of the asymptotic series.
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
];

/// From here upwards an asymptotic series in 1/x² is exact to the last bit or so.
const FAR: f64 = 12.0;

/// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
pub fn erf(x: f64) -> f64 {
    let size = x.abs();
    if size < 2.5 {
        // 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 ⋯ (2n + 1))
        let (mut term, mut sum, mut odd) = (x, x, 1.0);
        while term.abs() > sum.abs() * 1e-18 {
            odd += 2.0;
            term *= 2.0 * x * x / odd;
            sum += term;
        }
        2.0 / PI.sqrt() * (-x * x).exp() * sum
    } else {
        // 1 − e^(−x²) / √π · 1 / (x + ½ / (x + 1 / (x + 3/2 / (x + …))))
        let tail = (1..=60).rev().fold(size, |tail, n| size + f64::from(n) / 2.0 / tail);
        (1.0 - (-size * size).exp() / (PI.sqrt() * tail)).copysign(x)
    }
}

/// The share of a normal distribution below x, (1 + erf(x/√2)) / 2.
pub fn normal_cdf(x: f64) -> f64 {
    let size = x.abs();
    if size < 1.0 {
        return 0.5 + 0.5 * erf(x * FRAC_1_SQRT_2);
    }
    // φ(x) · 1 / (x + 1 / (x + 2 / (x + 3 / (x + …))))
    let tail = (1..=800).rev().fold(size, |tail, n| size + f64::from(n) / tail);
    let beyond = normal_pdf(size) / tail;
    if x > 0.0 { 1.0 - beyond } else { beyond }
}

/// The density of a normal distribution, e^(−x²/2) / √(2π).
pub fn normal_pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / TAU.sqrt()
}

/// ln |Γ(x)|
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x.is_infinite() || is_pole(x) {
        f64::INFINITY
    } else if x < 0.0 {
        // Γ(x) Γ(1 − x) = π / sin πx
        (PI / sin_pi(x).abs()).ln() - ln_gamma(1.0 - x)
    } else if x < 1.5 {
        // ln Γ(1 + z) = ln Γ(2 + z) − ln(1 + z)
        if x < 0.5 { ln_gamma(x + 1.0) - x.ln() } else { ln_gamma_near_two(x - 1.0) - (x - 1.0).ln_1p() }
    } else if x < FAR {
        let (mut rest, mut product) = (x, 1.0);
        while rest > 2.5 {
            rest -= 1.0;
            product *= rest;
        }
        product.ln() + ln_gamma_near_two(rest - 2.0)
    } else {
        // (x − ½) ln x − x + ½ ln 2π + Σ B₂ₖ / (2k (2k − 1) x²ᵏ⁻¹)
        let series: f64 = (1..)
            .zip(BERNOULLI)
            .map(|(k, bernoulli)| {
                let even = 2.0 * f64::from(k);
                bernoulli / (even * (even - 1.0) * x.powi(2 * k - 1))
            })
            .sum();
        x * (x.ln() - 1.0) - 0.5 * x.ln() + 0.5 * TAU.ln() + series
    }
}

/// ln Γ(2 + z) = (1 − γ) z + Σ (−1)ᵏ (ζ(k) − 1) zᵏ / k, for |z| ≤ ½.
fn ln_gamma_near_two(z: f64) -> f64 {
    (1.0 - EULER) * z + (2..50).rev().map(|k| zeta(k, 2.0) * (-z).powi(k) / f64::from(k)).sum::<f64>()
}

/// ψ⁽ⁿ⁾, the (n + 1)-th derivative of ln Γ.
pub fn polygamma(order: u32, x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if is_pole(x) {
        return if order % 2 == 1 { f64::INFINITY } else { f64::NAN };
    }
    let sign = if order % 2 == 1 { 1.0 } else { -1.0 };
    if x < 0.0 {
        // The n-th derivative of ψ(1 − x) − ψ(x) = π cot πx.
        return -sign * polygamma(order, 1.0 - x) - cotangent_derivative(order, x);
    }
    if order == 0 {
        return digamma(x);
    }
    let factorial: f64 = (1..=order).map(f64::from).product();
    sign * factorial * zeta(i32::try_from(order + 1).unwrap_or(i32::MAX), x)
}

/// ψ(x) for x > 0: ψ(x) = ψ(x + 1) − 1/x, then ln x − 1/2x − Σ B₂ₖ / (2k x²ᵏ).
fn digamma(x: f64) -> f64 {
    let (mut far, mut steps) = (x, 0.0);
    while far < FAR {
        steps += 1.0 / far;
        far += 1.0;
    }
    let series: f64 =
        (1..).zip(BERNOULLI).map(|(k, bernoulli)| bernoulli / (f64::from(2 * k) * far.powi(2 * k))).sum();
    far.ln() - 0.5 / far - series - steps
}

/// Hurwitz' ζ(s, a) = Σₙ (a + n)⁻ˢ for a > 0, s ≥ 2: some terms, then Euler and Maclaurin's formula.
fn zeta(s: i32, a: f64) -> f64 {
    let (mut far, mut terms) = (a, 0.0);
    while far < FAR {
        terms += far.powi(-s);
        far += 1.0;
    }
    if far.is_infinite() {
        return 0.0;
    }
    let s_float = f64::from(s);
    // a¹⁻ˢ/(s − 1) + a⁻ˢ/2 + Σ B₂ₖ/(2k)! · s(s + 1)⋯(s + 2k − 2) a⁻ˢ⁻²ᵏ⁺¹
    let mut rest = far.powi(1 - s) / (s_float - 1.0) + far.powi(-s) / 2.0;
    let mut factor = s_float * far.powi(-s - 1) / 2.0;
    for (k, bernoulli) in (1..).zip(BERNOULLI) {
        rest += bernoulli * factor;
        let even = 2.0 * f64::from(k);
        factor *= (s_float + even - 1.0) * (s_float + even) / ((even + 1.0) * (even + 2.0) * far * far);
    }
    terms + rest
}

/// dⁿ/dxⁿ π cot πx, from d/dx P(c) = −π (1 + c²) P′(c) with c = cot πx.
fn cotangent_derivative(order: u32, x: f64) -> f64 {
    let mut coefficients = vec![0.0, PI];
    for _ in 0..order {
        let mut next = vec![0.0; coefficients.len() + 1];
        for (power, coefficient) in coefficients.iter().enumerate().skip(1) {
            let slope = -PI * coefficient * power as f64;
            next[power - 1] += slope;
            next[power + 1] += slope;
        }
        coefficients = next;
    }
    let cotangent = 1.0 / (PI * (x - x.round())).tan();
    coefficients.iter().rev().fold(0.0, |value, coefficient| value * cotangent + coefficient)
}

fn sin_pi(x: f64) -> f64 {
    (PI * (x - 2.0 * (x / 2.0).round())).sin()
}

fn is_pole(x: f64) -> bool {
    x <= 0.0 && x == x.floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64) {
        let error = (found - expected).abs() / expected.abs();
        assert!(error < 2e-15, "found {found:e}, expected {expected:e}, off by {error:e}");
    }

    /// Abramowitz and Stegun, table 7.1, and OEIS A099286.
    #[test]
    fn error_function() {
        close(erf(0.5), 0.520_499_877_813_046_5);
        close(erf(1.0), 0.842_700_792_949_714_9);
        close(erf(2.0), 0.995_322_265_018_952_7);
        close(erf(3.0), 0.999_977_909_503_001_4);
        close(erf(-1.0), -0.842_700_792_949_714_9);
        close(erf(1e-300), 2.0 / PI.sqrt() * 1e-300);
        close(erf(2.499_999_999_999_999), erf(2.500_000_000_000_001));
        assert_eq!(erf(0.0), 0.0);
        assert_eq!(erf(7.0), 1.0);
        assert_eq!(erf(f64::NEG_INFINITY), -1.0);
        assert!(erf(f64::NAN).is_nan());
        close(normal_cdf(-10.0) * 1e24, 7.619_853_024_160_527);
        close(normal_cdf(-0.999_999_999_999_999_9), normal_cdf(-1.0));
        close(normal_cdf(3.0), 0.998_650_101_968_369_9);
        close(normal_pdf(1.0), 0.241_970_724_519_143_37);
    }

    #[test]
    fn logarithm_of_gamma() {
        assert_eq!(ln_gamma(1.0), 0.0);
        assert_eq!(ln_gamma(2.0), 0.0);
        close(ln_gamma(0.5), 0.5 * PI.ln());
        close(ln_gamma(1.5), (PI.sqrt() / 2.0).ln());
        close(ln_gamma(6.0), 120.0f64.ln());
        close(ln_gamma(15.0), 87_178_291_200.0f64.ln());
        close(ln_gamma(-0.5), (2.0 * PI.sqrt()).ln());
        close(ln_gamma(-1.5), (4.0 * PI.sqrt() / 3.0).ln());
        close(ln_gamma(1e-9), 20.723_265_836_369_195);
        let small = f64::powi(2.0, -30);
        close(ln_gamma(1.0 + small), (PI * PI / 12.0 * small - EULER) * small);
        close(ln_gamma(11.999_999_999_999_998), ln_gamma(12.0));
        assert_eq!(ln_gamma(0.0), f64::INFINITY);
        assert_eq!(ln_gamma(-3.0), f64::INFINITY);
        assert_eq!(ln_gamma(f64::INFINITY), f64::INFINITY);
    }

    /// ζ(3) and ζ(5) are Apéry's constant and OEIS A013663.
    #[test]
    fn polygamma_at_special_points() {
        const ZETA_3: f64 = 1.202_056_903_159_594_3;
        const ZETA_5: f64 = 1.036_927_755_143_37;
        let square = PI * PI;
        close(polygamma(0, 1.0), -EULER);
        close(polygamma(0, 0.5), -EULER - 2.0 * 2.0f64.ln());
        close(polygamma(0, 2.0), 1.0 - EULER);
        close(polygamma(0, -0.5) - 2.0, -EULER - 2.0 * 2.0f64.ln());
        close(polygamma(1, 1.0), square / 6.0);
        close(polygamma(1, 0.5), square / 2.0);
        close(polygamma(1, -0.5), square / 2.0 + 4.0);
        close(polygamma(2, 1.0), -2.0 * ZETA_3);
        close(polygamma(2, 0.5), -14.0 * ZETA_3);
        close(polygamma(2, -0.5) - 16.0, -14.0 * ZETA_3);
        close(polygamma(3, 1.0), square * square / 15.0);
        close(polygamma(3, 0.5), square * square);
        close(polygamma(4, 1.0), -24.0 * ZETA_5);
        close(polygamma(4, 0.5), -24.0 * 31.0 * ZETA_5);
        assert_eq!(polygamma(1, f64::INFINITY), 0.0);
        assert!(polygamma(0, -2.0).is_nan());
    }

    /// ψ⁽ⁿ⁾(x + 1) − ψ⁽ⁿ⁾(x) = (−1)ⁿ n! / xⁿ⁺¹, across every seam.
    #[test]
    fn polygamma_recurs() {
        for order in 0..5u32 {
            for x in [-7.3, -0.999, -0.25, 0.01, 0.7, 3.3, 11.5, 40.25] {
                let factorial: f64 = (1..=order).map(f64::from).product();
                let step = factorial * (-1.0f64).powi(order as i32) / f64::powi(x, order as i32 + 1);
                let (low, high) = (polygamma(order, x), polygamma(order, x + 1.0));
                let scale = low.abs().max(high.abs());
                assert!(
                    (high - low - step).abs() < 1e-12 * scale,
                    "order {order} at {x}: {low} {high} {step}"
                );
            }
        }
    }
}
