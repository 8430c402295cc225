//! Functions of `f32`; see [`math`](super) for the rules they keep.
//!
//! Every result is within 2 units in the last place of the exact one (`normal_cdf`: 4; `digamma` and `ln_gamma` near
//! their zeros: absolutely), measured in `tests.rs`; `sqrt`, `floor` and the like are exact.

// Coefficients stand as their sources print them.
#![allow(clippy::excessive_precision)]

use super::{Cpu, polynomial};

super::common!(f32, libm: {
    /// log₂ x.
    log2 = log2f;
    /// log₁₀ x.
    log10 = log10f;
});
super::sums::sums!(f32);

pub use super::angles::{acos, asin, atan, cos, sin, tan};

/// 1.5 · 2²³: adding it rounds to a whole number, whose bits then stand at the low end.
const ROUND: f32 = 12_582_912.0;
/// ln 2 in two parts; the first has 9 zero bits at its end, so that whole multiples are exact.
const LN2_HIGH: f32 = 6.931_457_519_5e-1;
const LN2_LOW: f32 = 1.428_606_765_3e-6;

/// 2ⁿ for −126 ≤ n ≤ 127, where `shifted` = n + [`ROUND`].
#[inline(always)]
fn power_of_two(shifted: f32) -> f32 {
    f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

/// (n, high, low) with x = n ln 2 + (high − low), |high − low| ≤ ln(2)/2, n whole; high is exact.
#[inline(always)]
fn reduce(cpu: Cpu, x: f32) -> (f32, f32, f32) {
    let n = mul_add(cpu, x, core::f32::consts::LOG2_E, ROUND) - ROUND;
    (n, mul_add(cpu, n, -LN2_HIGH, x), n * LN2_LOW)
}

/// eʳ − 1 − r + more for |r| ≤ ln(2)/2: r² q(r) + more, q of least error against eʳ (2⁻²⁸).
#[inline(always)]
fn squared_series(cpu: Cpu, r: f32, more: f32) -> f32 {
    let r2 = r * r;
    let q01 = polynomial!(cpu, r; 0.499_999_940, 0.166_665_211);
    let q23 = polynomial!(cpu, r; 0.041_668_254_9, 0.008_368_673_73);
    mul_add(cpu, r2, polynomial!(cpu, r2; q01, q23, 0.001_382_172_69), more)
}

/// eˣ.
#[inline(always)]
#[must_use]
pub fn exp(cpu: Cpu, x: f32) -> f32 {
    // Beyond these the result is infinite or 0 either way; the tests are false for NaN. What underflows to 0
    // is not computed: that takes some CPUs a hundred cycles, and a masked softmax is full of it.
    let zero = x < -104.0;
    let x = if x > 89.0 { 89.0 } else { x };
    let (n, mantissa) = exp_reduced(cpu, if zero { 0.0 } else { x }, 0.0);
    // 2ⁿ in two factors: n reaches from −150 to 128, beyond one exponent.
    let half = mul_add(cpu, n, 0.5, ROUND);
    let rest = (n - (half - ROUND)) + ROUND;
    let y = mantissa * power_of_two(half) * power_of_two(rest);
    if zero { 0.0 } else { y }
}

/// e^(x + y) for x ≤ 0 and |y| ≤ 0.06, of which x + y need not hold the digits.
#[inline(always)]
fn exp_below(cpu: Cpu, x: f32, y: f32) -> f32 {
    // False if either is NaN.
    let zero = x - y < -104.0;
    let (n, mantissa) = exp_reduced(cpu, if zero { 0.0 } else { x }, y);
    // As in `exp`; of the two factors one is always the same, since n is at most 0.
    let y = mantissa * power_of_two(n + (ROUND + 24.0)) * LEAST;
    if zero { 0.0 } else { y }
}

/// 2⁻²⁴.
const LEAST: f32 = 1.0 / 16_777_216.0;

/// (n, m) with e^(x + y) = 2ⁿ m.
#[inline(always)]
fn exp_reduced(cpu: Cpu, x: f32, y: f32) -> (f32, f32) {
    let (n, high, low) = reduce(cpu, x);
    let low = low - y;
    (n, 1.0 + (high + squared_series(cpu, high - low, -low)))
}

/// eˣ − 1, accurate for small x.
#[inline(always)]
#[must_use]
pub fn exp_m1(cpu: Cpu, x: f32) -> f32 {
    let clamped = if x > 89.0 { 89.0 } else { x };
    let clamped = if clamped < -20.0 { -20.0 } else { clamped };
    let (n, high, low) = reduce(cpu, clamped);
    let r = high - low;
    let p = squared_series(cpu, r, r);
    // Half the result first: 2ⁿ itself overflows at n = 128.
    let scale = power_of_two((n - 1.0) + ROUND);
    let y = mul_add(cpu, scale, p, scale - 0.5) * 2.0;
    let y = if n == 0.0 { p } else { y };
    if x.abs() < 1e-9 { x } else { y }
}

/// (eˣ − e⁻ˣ) / 2, in `f64`.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn sinh(cpu: Cpu, x: f32) -> f32 {
    let x = f64::from(x);
    let e = super::f64::exp(cpu, x.abs());
    let large = (0.5 * (e - 1.0 / e)).copysign(x);
    // What the difference loses matters below.
    (if x.abs() < 1e-3 { x + x * x * x / 6.0 } else { large }) as f32
}

/// (eˣ + e⁻ˣ) / 2, in `f64`.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn cosh(cpu: Cpu, x: f32) -> f32 {
    let e = super::f64::exp(cpu, f64::from(x).abs());
    (0.5 * (e + 1.0 / e)) as f32
}

/// xʸ, by way of `f64`; NaN for a negative base with a fractional exponent.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn powf(cpu: Cpu, x: f32, y: f32) -> f32 {
    let size = x.abs();
    let magnitude = super::f64::exp(cpu, f64::from(y) * super::f64::ln(cpu, f64::from(size))) as f32;
    // Where that would be 0 · ∞.
    let is_one = y == 0.0 || x == 1.0 || (size == 1.0 && y.abs() == f32::INFINITY);
    let magnitude = if is_one { 1.0 } else { magnitude };
    // From 2²³ on numbers are whole, from 2²⁴ on even.
    let (shifted, is_large) = (y.abs() + 8_388_608.0, y.abs() >= 8_388_608.0);
    let whole = if is_large { y.abs() } else { shifted - 8_388_608.0 };
    let bits = if is_large { y.abs().to_bits() } else { shifted.to_bits() };
    let is_odd = whole == y.abs() && bits & 1 == 1 && y.abs() < 16_777_216.0;
    let is_real = x >= 0.0 || whole == y.abs() || x == f32::NEG_INFINITY || y == 0.0 || x.is_nan();
    let signed = if is_odd { magnitude.copysign(x) } else { magnitude };
    let power = if is_real { signed } else { f32::NAN };
    // Of an exponent that is written, this is decided where it stands.
    if y == 0.5 { half_power(x) } else { power }
}

/// Splits a positive normal number into 2ᵏ·m with √½ ≤ m < √2; returns (k, m).
#[inline(always)]
fn split(x: f32) -> (f32, f32) {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    const ONE: u32 = 0x3f80_0000;
    let bits = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    // The exponent as a number, by way of the low bits of 2²³.
    let k = f32::from_bits((bits >> 23) | 0x4b00_0000) - (8_388_608.0 + 127.0);
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(SQRT_HALF));
    (k, m)
}

/// ln(1 + f) + k ln 2 + c for √½ ≤ 1 + f < √2.
///
/// The series in s = f/(2 + f) and its coefficients are those of `FreeBSD`'s `e_logf.c`
/// (Sun Microsystems, 1993; error below 2⁻³⁴·²⁴).
#[inline(always)]
fn ln_reduced(cpu: Cpu, f: f32, k: f32, c: f32) -> f32 {
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = polynomial!(cpu, w; 0.400_009_72, 0.242_790_79);
    let odd = polynomial!(cpu, w; 0.666_666_63, 0.284_987_87);
    let series = half_square + mul_add(cpu, w, even, z * odd);
    let y = mul_add(cpu, s, series, mul_add(cpu, k, LN2_LOW, c)) - half_square + f;
    mul_add(cpu, k, LN2_HIGH, y)
}

/// ln x; −∞ at 0, NaN below.
#[inline(always)]
#[must_use]
pub fn ln(cpu: Cpu, x: f32) -> f32 {
    let subnormal = x < f32::MIN_POSITIVE;
    let (k, m) = split(if subnormal { x * 33_554_432.0 } else { x });
    let k = if subnormal { k - 25.0 } else { k };
    let y = ln_reduced(cpu, m - 1.0, k, 0.0);
    let y = if x < f32::INFINITY { y } else { x };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x < 0.0 { f32::NAN } else { y }
}

/// ln(1 + x), accurate for small x; −∞ at −1, NaN below.
#[inline(always)]
#[must_use]
pub fn ln_1p(cpu: Cpu, x: f32) -> f32 {
    let u = 1.0 + x;
    let (k, m) = split(u);
    // What rounding 1 + x lost, relative to it.
    let lost = (if k >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) }) / u;
    let near = k == 0.0;
    let f = if near { x } else { m - 1.0 };
    let y = ln_reduced(cpu, f, k, if near { 0.0 } else { lost });
    let y = if x < f32::INFINITY { y } else { x };
    let y = if x == -1.0 { f32::NEG_INFINITY } else { y };
    let y = if x < -1.0 { f32::NAN } else { y };
    if x.abs() < 1e-9 { x } else { y }
}

/// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), as h/(1 + h) with h = (e²ˣ − 1)/2.
#[inline(always)]
#[must_use]
pub fn tanh(cpu: Cpu, x: f32) -> f32 {
    let size = x.abs();
    // Beyond it the result is 1.
    let size = if size > 10.0 { 10.0 } else { size };
    // size = n ln(2)/2 + r, r = high − low; high is exact.
    let shifted = mul_add(cpu, size, 2.0 * core::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let (high, low) = (mul_add(cpu, n, -0.5 * LN2_HIGH, size), n * (0.5 * LN2_LOW));
    let r = mul_add(cpu, n, -0.5 * core::f32::consts::LN_2, size);
    // (e²ʳ − 1)/2 − r for |r| ≤ ln(2)/4: r² q(r), q of least error against (e²ʳ − 1)/2 (2⁻²⁷·⁵).
    let r2 = r * r;
    let q01 = polynomial!(cpu, r; 1.000_000_36, 0.666_661_145);
    let q23 = polynomial!(cpu, r; 0.333_293_766, 0.133_888_483);
    let q = polynomial!(cpu, r2; q01, q23, 0.045_480_992_6);
    // h = (2ⁿe²ʳ − 1)/2; without the series it is exact where it is small.
    let scale = power_of_two(shifted);
    let h = mul_add(cpu, scale, high, mul_add(cpu, scale, 0.5, -0.5));
    let h = mul_add(cpu, scale, mul_add(cpu, r2, q, -low), h);
    let y = h / (1.0 + h);
    // h/(1 + h) = h − h·h/(1 + h), which rounds less while h is less than 1.
    (if n <= 1.0 { mul_add(cpu, -h, y, h) } else { y }).copysign(x)
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
#[must_use]
pub fn sigmoid(cpu: Cpu, x: f32) -> f32 {
    sigmoid_of_exp(cpu, x, exp_below(cpu, -x.abs(), 0.0))
}

/// σ(x), where e = e^−|x|.
#[inline(always)]
fn sigmoid_of_exp(cpu: Cpu, x: f32, e: f32) -> f32 {
    // σ(−|x|) = e/(1 + e), and σ(x) = scale·(1 − e/(1 + e)): rounds less than 1/(1 + e) does.
    let scale = if x < 0.0 { e } else { 1.0 };
    mul_add(cpu, -scale, e / (1.0 + e), scale)
}

/// ln(1 + eˣ), as max(x, 0) + ln(1 + e^−|x|): no overflow, and accurate where eˣ is small.
#[inline(always)]
#[must_use]
pub fn softplus(cpu: Cpu, x: f32) -> f32 {
    softplus_of_exp(cpu, x, 0.0, exp_below(cpu, -x.abs(), 0.0))
}

/// ln(1 + e^(x − less)), where e = e^−|x − less| and `less` is an error of rounding. (Subtracted, nothing is no
/// instruction.)
#[inline(always)]
fn softplus_of_exp(cpu: Cpu, x: f32, less: f32, e: f32) -> f32 {
    // ln(1 + e) as in `ln_1p`, shorter because 0 ≤ e ≤ 1.
    let u = 1.0 + e;
    let large = u > core::f32::consts::SQRT_2;
    let k = if large { 1.0 } else { 0.0 };
    let f = if large { 0.5 * u - 1.0 } else { e };
    let lost = (if large { e - (u - 1.0) } else { 0.0 }) / u;
    let (positive, less) = if x > 0.0 { (x, less) } else { (0.0, 0.0) };
    positive + (ln_reduced(cpu, f, k, lost) - less)
}

/// 2/√π · ∫₀ˣ e^(−t²) dt.
///
/// x + x·p(x²) for small |x|, 1 − e^q(|x|) for large, p and q polynomials.
#[inline(always)]
#[must_use]
pub fn erf(cpu: Cpu, x: f32) -> f32 {
    let size = x.abs();
    let z = x * x;
    let p = polynomial!(cpu, z; 1.283_791_66e-1, -3.761_253_36e-1, 1.128_199_25e-1, -2.676_813_49e-2,
        4.991_194_23e-3, -5.967_617_03e-4);
    let t = if size > 4.0 { 4.0 } else { size };
    let q = polynomial!(cpu, t; 1.287_175_12e-1, 6.348_469_87e-1, 1.067_778_77e-1, -2.425_462_19e-2,
        3.883_963_38e-3, -3.831_971_26e-4, 1.728_534_7e-5);
    let far = 1.0 - exp(cpu, -mul_add(cpu, t, q, t));
    (if size < 0.927_734_375 { mul_add(cpu, size, p, size) } else { far }).copysign(x)
}

/// 1 − erf x, without cancellation for large x.
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn erfc(x: f32) -> f32 {
    // `erfcf` is up to 3 units off.
    libm::erfc(f64::from(x)) as f32
}

/// Φ(x) = (1 + erf(x/√2)) / 2, accurate where it is small.
///
/// ½ + x·q(x²) near 0, φ(x) / (|x| + t p(t)) for negative x, where t = 1/(1 + 0.4|x|): a short continued fraction, p
/// and q polynomials.
#[inline(always)]
#[must_use]
pub fn normal_cdf(cpu: Cpu, x: f32) -> f32 {
    let size = x.abs();
    let size = if size > 15.0 { 15.0 } else { size };
    let z = x * x;
    let q = polynomial!(cpu, z; 0.398_942_28, -0.066_490_331_2, 0.009_972_756_86, -0.001_182_718_83,
        0.000_104_488_896);
    let near = mul_add(cpu, x, q, 0.5);
    let t = 1.0 / mul_add(cpu, 0.4, size, 1.0);
    let t2 = t * t;
    let t4 = t2 * t2;
    let p01 = polynomial!(cpu, t; 0.400_255_432, 0.393_089_874);
    let p23 = polynomial!(cpu, t; 0.351_117_515, -0.486_200_074);
    let p45 = polynomial!(cpu, t; 1.667_980_02, -4.959_062_99);
    let p67 = polynomial!(cpu, t; 6.261_428_73, -3.679_163_03);
    let (low, high) = (polynomial!(cpu, t2; p01, p23), polynomial!(cpu, t2; p45, p67));
    let p = polynomial!(cpu, t4; low, high, 0.848_754_037);
    let tail = bell(cpu, size) * (0.398_942_28 / mul_add(cpu, t, p, size));
    let far = if x > 0.0 { 1.0 - tail } else { tail };
    if size < 0.7 { near } else { far }
}

/// φ(x) = e^(−x²/2) / √(2π).
#[inline(always)]
#[must_use]
pub fn normal_pdf(cpu: Cpu, x: f32) -> f32 {
    let size = x.abs();
    0.398_942_28 * bell(cpu, if size > 15.0 { 15.0 } else { size })
}

/// e^(−x²/2) for 0 ≤ x ≤ 15: x² in two parts, the first of which is exact.
#[inline(always)]
fn bell(cpu: Cpu, x: f32) -> f32 {
    let high = f32::from_bits((x.to_bits() + 0x800) & 0xffff_f000);
    exp_below(cpu, -0.5 * high * high, 0.5 * (high - x) * (high + x))
}

/// ln |Γ(x)|; infinite at 0 and the negative whole numbers.
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn ln_gamma(x: f32) -> f32 {
    // `lgammaf` loses its relative accuracy near the zeros 1 and 2 and below 0.
    libm::lgamma(f64::from(x)) as f32
}

/// (ln Γ)′(x) = Γ′(x)/Γ(x); NaN at the negative whole numbers, ∓∞ at ±0.
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn digamma(x: f32) -> f32 {
    super::gamma::digamma(f64::from(x)) as f32
}

/// ψ⁽ⁿ⁾(x), the derivative of order n of [`digamma`], for n ≤ 30; NaN beyond.
///
/// +∞ (odd n) or NaN (even n) at 0 and the negative whole numbers. Reflection, recurrence and the
/// asymptotic series (NIST DLMF 5.15.6, 5.15.5, 5.15.8).
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn polygamma(order: u32, x: f32) -> f32 {
    super::gamma::polygamma(order, f64::from(x)) as f32
}

/// [`powi`] for the exponents without a formula of their own: products in `f64`.
#[inline]
#[allow(clippy::cast_possible_truncation)]
fn powi_wide(x: f32, n: i32) -> f32 {
    let mut power = 1.0;
    let mut square = f64::from(x);
    let mut left = n.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            power *= square;
        }
        square *= square;
        left >>= 1;
    }
    if n < 0 { (1.0 / power) as f32 } else { power as f32 }
}
