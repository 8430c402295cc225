//! The digamma function, which `libm` does not have. Rare in nets, so it may branch.

/// ψ(x); see [`digamma`](super::f64::digamma).
pub(super) fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return -f64::INFINITY.copysign(x);
    }
    if x < 0.0 {
        let fraction = x - libm::floor(x);
        if fraction == 0.0 {
            return f64::NAN;
        }
        // tan(πx) has period 1: the fraction is exact, so nothing is lost for large |x|.
        return positive(1.0 - x) - core::f64::consts::PI * cotangent_of_half_turns(fraction);
    }
    positive(x)
}

/// cot(πt) for 0 < t < 1, from the nearer end, so that it keeps its relative accuracy.
fn cotangent_of_half_turns(t: f64) -> f64 {
    use core::f64::consts::PI;
    if t < 0.25 {
        1.0 / libm::tan(PI * t)
    } else if t < 0.75 {
        libm::tan(PI * (0.5 - t))
    } else {
        -1.0 / libm::tan(PI * (1.0 - t))
    }
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
    super::f64::ln(shifted) - 0.5 / shifted - series - below
}
