//! The derivatives of ln Γ, which `libm` does not have. Rare in nets, so they may branch.

use super::Cpu;

/// ψ(x); see [`digamma`](super::f64::digamma).
pub(super) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return -f64::INFINITY.copysign(x);
    }
    if x < 0.0 {
        // The distance to the nearest whole number is exact, and cot(πx) has period 1.
        let distance = x - libm::rint(x);
        if distance == 0.0 || x.is_infinite() {
            return f64::NAN;
        }
        return positive(1.0 - x) - core::f64::consts::PI * cotangent_of_half_turns(distance);
    }
    positive(x)
}

/// cot(πt) for 0 < |t| ≤ ½, accurate relatively at both ends.
fn cotangent_of_half_turns(t: f64) -> f64 {
    use core::f64::consts::PI;
    let size = t.abs();
    let cotangent = if size < 0.25 { 1.0 / libm::tan(PI * size) } else { libm::tan(PI * (0.5 - size)) };
    cotangent.copysign(t)
}

/// ψ(x) for x > 0.
fn positive(x: f64) -> f64 {
    let mut shifted = x;
    let mut below = 0.0;
    while shifted < 10.0 {
        below += 1.0 / shifted;
        shifted += 1.0;
    }
    let z = 1.0 / (shifted * shifted);
    let series = z
        * (1.0 / 12.0
            - z * (1.0 / 120.0
                - z * (1.0 / 252.0
                    - z * (1.0 / 240.0 - z * (1.0 / 132.0 - z * (691.0 / 32_760.0 - z * (1.0 / 12.0)))))));
    super::f64::ln(Cpu::PLAIN, shifted) - 0.5 / shifted - series - below
}

/// The highest order of [`polygamma`].
const HIGHEST: usize = 30;

/// ψ⁽ⁿ⁾(x); see [`polygamma`](super::f64::polygamma).
pub(super) fn polygamma(order: u32, x: f64) -> f64 {
    let n = order as usize;
    if n == 0 {
        return digamma(x);
    }
    if n > HIGHEST {
        return f64::NAN;
    }
    if x > 0.0 {
        return polygamma_positive(n, x);
    }
    let distance = x - libm::rint(x);
    if distance == 0.0 {
        // Poles; of one sign on both sides if the order is odd.
        return if n % 2 == 1 { f64::INFINITY } else { f64::NAN };
    }
    if !x.is_finite() {
        return f64::NAN;
    }
    let reflected = polygamma_positive(n, 1.0 - x);
    let sign = if n.is_multiple_of(2) { 1.0 } else { -1.0 };
    sign * reflected - core::f64::consts::PI * cotangent_derivative(n, distance)
}

/// dⁿ/dtⁿ cot(πt) = πⁿ Pₙ(cot πt) with P₀(c) = c, Pₙ₊₁(c) = −(1 + c²) Pₙ′(c).
fn cotangent_derivative(n: usize, t: f64) -> f64 {
    let mut coefficients = [0.0; HIGHEST + 2];
    coefficients[1] = 1.0;
    for _ in 0..n {
        let mut next = [0.0; HIGHEST + 2];
        for power in 1..HIGHEST + 2 {
            let slope = -core::f64::consts::PI * coefficients[power] * super::f64::from_usize(power);
            next[power - 1] += slope;
            if power + 1 < HIGHEST + 2 {
                next[power + 1] += slope;
            }
        }
        coefficients = next;
    }
    let cotangent = cotangent_of_half_turns(t);
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * cotangent + coefficient)
}

/// ψ⁽ⁿ⁾(x) for x > 0 and 1 ≤ n ≤ `HIGHEST`: recurrence upwards, then the asymptotic series.
fn polygamma_positive(n: usize, x: f64) -> f64 {
    const BERNOULLI: [f64; 8] = [
        1.0 / 6.0,
        -1.0 / 30.0,
        1.0 / 42.0,
        -1.0 / 30.0,
        5.0 / 66.0,
        -691.0 / 2_730.0,
        7.0 / 6.0,
        -3_617.0 / 510.0,
    ];
    let order = super::f64::from_usize(n);
    let factorial = (2..=n).fold(1.0, |product, factor| product * super::f64::from_usize(factor));
    let mut shifted = x;
    let mut below = 0.0;
    while shifted < 15.0 + order {
        below += libm::pow(shifted, -order - 1.0);
        shifted += 1.0;
    }
    let power = libm::pow(shifted, -order);
    let mut series = factorial * (below + power / order + 0.5 * power / shifted);
    let mut term = factorial * (order + 1.0) * 0.5 * power / shifted / shifted;
    let mut k = 2.0;
    for bernoulli in BERNOULLI {
        series += bernoulli * term;
        term *= (k + order) * (k + order + 1.0) / ((k + 1.0) * (k + 2.0)) / shifted / shifted;
        k += 2.0;
    }
    if n % 2 == 1 { series } else { -series }
}
