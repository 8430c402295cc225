//! Functions of `f64`; see [`math`](super) for the rules they keep.
//!
//! Every result is within 1e-15 of the exact one, relatively (`digamma` and `ln_gamma` near their
//! zeros: absolutely), measured in `tests.rs`; `sqrt`, `floor` and the like are exact.

// Coefficients stand as their sources print them.
#![allow(clippy::excessive_precision)]

use super::{Cpu, polynomial};

super::common!(f64, libm: {
    /// log₂ x.
    log2 = log2;
    /// log₁₀ x.
    log10 = log10;
    /// 1 − erf x, without cancellation for large x.
    erfc = erfc;
    /// ln |Γ(x)|; infinite at 0 and the negative whole numbers.
    ln_gamma = lgamma;
}, with a CPU: {
    /// sin x, in radians.
    sin = sin;
    /// cos x, in radians.
    cos = cos;
    /// tan x, in radians.
    tan = tan;
    /// (eˣ − e⁻ˣ) / 2.
    sinh = sinh;
    /// (eˣ + e⁻ˣ) / 2.
    cosh = cosh;
    /// The angle in −π/2..=π/2 whose tangent is x.
    atan = atan;
    /// The angle in −π/2..=π/2 whose sine is x; NaN outside −1..=1.
    asin = asin;
    /// The angle in 0..=π whose cosine is x; NaN outside −1..=1.
    acos = acos;
    /// 2/√π · ∫₀ˣ e^(−t²) dt.
    erf = erf;
});
super::sums::sums!(f64);

/// 1.5 · 2⁵²: adding it rounds to a whole number, whose bits then stand at the low end.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has 21 zero bits at its end, so that whole multiples are exact.
const LN2_HIGH: f64 = 6.931_471_803_691_238_164_90e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_700_02e-10;

/// 2ⁿ for −1022 ≤ n ≤ 1023, where `shifted` = n + [`ROUND`].
#[inline(always)]
fn power_of_two(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// (n, high, low) with x = n ln 2 + (high − low), |high − low| ≤ ln(2)/2, n whole; high is exact.
#[inline(always)]
fn reduce(cpu: Cpu, x: f64) -> (f64, f64, f64) {
    let n = mul_add(cpu, x, core::f64::consts::LOG2_E, ROUND) - ROUND;
    (n, mul_add(cpu, n, -LN2_HIGH, x), n * LN2_LOW)
}

/// eʳ − 1 − r + more for |r| ≤ ln(2)/2: r² q(r) + more, q interpolated at Chebyshev points (error 2⁻⁶¹).
#[inline(always)]
fn squared_series(cpu: Cpu, r: f64, more: f64) -> f64 {
    let r2 = r * r;
    let r4 = r2 * r2;
    let q01 = polynomial!(cpu, r; 0.5, 0.166_666_666_666_666_7);
    let q23 = polynomial!(cpu, r; 0.041_666_666_666_666_67, 0.008_333_333_333_326_136);
    let q45 = polynomial!(cpu, r; 0.001_388_888_888_888_374_8, 0.000_198_412_698_748_206_27);
    let q67 = polynomial!(cpu, r; 2.480_158_732_554_774_3e-5, 2.755_725_540_020_642_2e-6);
    let q89 = polynomial!(cpu, r; 2.755_727_364_311_03e-7, 2.510_521_700_472_074_5e-8);
    let (q03, q47) = (polynomial!(cpu, r2; q01, q23), polynomial!(cpu, r2; q45, q67));
    let q8 = polynomial!(cpu, r2; q89, 2.091_468_696_808_687_6e-9);
    mul_add(cpu, r2, polynomial!(cpu, r4; q03, q47, q8), more)
}

/// eˣ.
#[inline(always)]
#[must_use]
pub fn exp(cpu: Cpu, x: f64) -> f64 {
    // Beyond these the result is infinite or 0 either way; the tests are false for NaN. What underflows to 0
    // is not computed: that takes some CPUs a hundred cycles, and a masked softmax is full of it.
    let zero = x < -746.0;
    let x = if x > 710.0 { 710.0 } else { x };
    let (n, mantissa) = exp_reduced(cpu, if zero { 0.0 } else { x }, 0.0);
    // 2ⁿ in two factors: n reaches from −1076 to 1024, beyond one exponent.
    let half = mul_add(cpu, n, 0.5, ROUND);
    let rest = (n - (half - ROUND)) + ROUND;
    let y = mantissa * power_of_two(half) * power_of_two(rest);
    if zero { 0.0 } else { y }
}

/// e^(x + y) for x ≤ 0 and |y| ≤ 1e-4, of which x + y need not hold the digits.
#[inline(always)]
fn exp_below(cpu: Cpu, x: f64, y: f64) -> f64 {
    // False if either is NaN.
    let zero = x - y < -746.0;
    let (n, mantissa) = exp_reduced(cpu, if zero { 0.0 } else { x }, y);
    // As in `exp`; of the two factors one is always the same, since n is at most 0.
    let y = mantissa * power_of_two(n + (ROUND + 60.0)) * LEAST;
    if zero { 0.0 } else { y }
}

/// 2⁻⁶⁰.
const LEAST: f64 = 1.0 / 1_152_921_504_606_846_976.0;

/// (n, m) with e^(x + y) = 2ⁿ m.
#[inline(always)]
fn exp_reduced(cpu: Cpu, x: f64, y: f64) -> (f64, f64) {
    let (n, high, low) = reduce(cpu, x);
    let low = low - y;
    // 1 + high, and what rounding it lost.
    let sum = 1.0 + high;
    let lost = high - (sum - 1.0);
    (n, sum + (lost + squared_series(cpu, high - low, -low)))
}

/// xʸ; NaN for a negative base with a fractional exponent.
#[inline]
#[must_use]
pub fn powf(_: Cpu, x: f64, y: f64) -> f64 {
    // Of an exponent that is written, this is decided where it stands.
    if y == 0.5 { half_power(x) } else { libm::pow(x, y) }
}

/// eˣ − 1, accurate for small x.
#[inline(always)]
#[must_use]
pub fn exp_m1(cpu: Cpu, x: f64) -> f64 {
    let clamped = if x > 710.0 { 710.0 } else { x };
    let clamped = if clamped < -40.0 { -40.0 } else { clamped };
    let (n, high, low) = reduce(cpu, clamped);
    let r = high - low;
    let p = squared_series(cpu, r, r);
    // Half the result first: 2ⁿ itself overflows at n = 1024.
    let scale = power_of_two((n - 1.0) + ROUND);
    let y = mul_add(cpu, scale, p, scale - 0.5) * 2.0;
    let y = if n == 0.0 { p } else { y };
    if x.abs() < 1e-18 { x } else { y }
}

/// Splits x·2^shift of a positive normal number into 2ᵏ·m with √½ ≤ m < √2; returns (k, m).
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const SQRT_HALF: u64 = 0x3fe6_a09e_0000_0000;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    let bits = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    // The exponent as a number, by way of the low bits of 2⁵².
    let k = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF));
    (k, m)
}

/// ln(1 + f) + k ln 2 + c for √½ ≤ 1 + f < √2.
///
/// The series in s = f/(2 + f) and its coefficients are those of `FreeBSD`'s `e_log.c`
/// (Sun Microsystems, 1993; error below 2⁻⁵⁸·⁴⁵).
#[inline(always)]
fn ln_reduced(cpu: Cpu, f: f64, k: f64, c: f64) -> f64 {
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = polynomial!(cpu, w; 3.999_999_999_940_941_908e-1, 2.222_219_843_214_978_396e-1,
        1.531_383_769_920_937_332e-1);
    let odd = polynomial!(cpu, w; 6.666_666_666_666_735_130e-1, 2.857_142_874_366_239_149e-1,
        1.818_357_216_161_805_012e-1, 1.479_819_860_511_658_591e-1);
    let series = half_square + mul_add(cpu, w, even, z * odd);
    let y = mul_add(cpu, s, series, mul_add(cpu, k, LN2_LOW, c)) - half_square + f;
    mul_add(cpu, k, LN2_HIGH, y)
}

/// ln x; −∞ at 0, NaN below.
#[inline(always)]
#[must_use]
pub fn ln(cpu: Cpu, x: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let (k, m) = split(if subnormal { x * 18_014_398_509_481_984.0 } else { x });
    let k = if subnormal { k - 54.0 } else { k };
    let y = ln_reduced(cpu, m - 1.0, k, 0.0);
    let y = if x < f64::INFINITY { y } else { x };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x < 0.0 { f64::NAN } else { y }
}

/// ln(1 + x), accurate for small x; −∞ at −1, NaN below.
#[inline(always)]
#[must_use]
pub fn ln_1p(cpu: Cpu, x: f64) -> f64 {
    let u = 1.0 + x;
    let (k, m) = split(u);
    // What rounding 1 + x lost, relative to it.
    let lost = (if k >= 2.0 { 1.0 - (u - x) } else { x - (u - 1.0) }) / u;
    let near = k == 0.0;
    let f = if near { x } else { m - 1.0 };
    let y = ln_reduced(cpu, f, k, if near { 0.0 } else { lost });
    let y = if x < f64::INFINITY { y } else { x };
    let y = if x == -1.0 { f64::NEG_INFINITY } else { y };
    let y = if x < -1.0 { f64::NAN } else { y };
    if x.abs() < 1e-18 { x } else { y }
}

/// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
///
/// 1 − 2/(e²ˣ + 1) for large |x|, an odd rational function (Cephes' `tanh`, Moshier 1989) for
/// small; both are one sum and one quotient, so that only one division is made.
#[inline(always)]
#[must_use]
pub fn tanh(cpu: Cpu, x: f64) -> f64 {
    let size = x.abs();
    let z = x * x;
    let above = z
        * polynomial!(cpu, z; -1.614_687_684_417_084_5e3, -9.928_772_310_019_185e1, -9.643_991_794_250_523e-1);
    let below = polynomial!(cpu, z;
        4.844_063_053_251_255e3, 2.235_488_390_601_004_6e3, 1.128_116_784_916_329_3e2, 1.0
    );
    let small = size < 0.625;
    let first = if small { size } else { 1.0 };
    let numerator = if small { size * above } else { -2.0 };
    let denominator = if small { below } else { exp(cpu, 2.0 * size) + 1.0 };
    (first + numerator / denominator).copysign(x)
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
#[must_use]
pub fn sigmoid(cpu: Cpu, x: f64) -> f64 {
    sigmoid_of_exp(cpu, x, exp_below(cpu, -x.abs(), 0.0))
}

/// σ(x), where e = e^−|x|.
#[inline(always)]
fn sigmoid_of_exp(cpu: Cpu, x: f64, e: f64) -> f64 {
    // σ(−|x|) = e/(1 + e), and σ(x) = scale·(1 − e/(1 + e)): rounds less than 1/(1 + e) does.
    let scale = if x < 0.0 { e } else { 1.0 };
    mul_add(cpu, -scale, e / (1.0 + e), scale)
}

/// ln(1 + eˣ), as max(x, 0) + ln(1 + e^−|x|): no overflow, and accurate where eˣ is small.
#[inline(always)]
#[must_use]
pub fn softplus(cpu: Cpu, x: f64) -> f64 {
    softplus_of_exp(cpu, x, 0.0, exp_below(cpu, -x.abs(), 0.0))
}

/// ln(1 + e^(x − less)), where e = e^−|x − less| and `less` is an error of rounding. (Subtracted, nothing is no
/// instruction.)
#[inline(always)]
fn softplus_of_exp(cpu: Cpu, x: f64, less: f64, e: f64) -> f64 {
    // ln(1 + e) as in `ln_1p`, shorter because 0 ≤ e ≤ 1.
    let u = 1.0 + e;
    let large = u > core::f64::consts::SQRT_2;
    let k = if large { 1.0 } else { 0.0 };
    let f = if large { 0.5 * u - 1.0 } else { e };
    let lost = (if large { e - (u - 1.0) } else { 0.0 }) / u;
    let (positive, less) = if x > 0.0 { (x, less) } else { (0.0, 0.0) };
    positive + (ln_reduced(cpu, f, k, lost) - less)
}

/// Φ(x) = (1 + erf(x/√2)) / 2, accurate where it is small.
///
/// e^(−x²/2) t p(t) for negative x, where t = 1/(1 + |x|/4), p interpolated at Chebyshev points (error 2⁻⁵⁴).
#[inline(always)]
#[must_use]
pub fn normal_cdf(cpu: Cpu, x: f64) -> f64 {
    const P: [f64; 23] = [
        0.099_735_570_103_398_5,
        0.099_735_569_872_430_46,
        0.093_502_104_812_696_86,
        0.081_034_985_936_700_64,
        0.063_505_877_929_866_73,
        0.043_219_886_663_348_94,
        0.023_596_512_541_780_63,
        0.005_977_896_079_182_964,
        0.002_749_974_910_268_651_8,
        -0.028_796_923_204_017_093,
        0.062_216_605_942_373_25,
        -0.161_698_147_023_209_37,
        0.303_162_841_519_695_8,
        -0.419_901_942_342_636_1,
        0.414_533_319_956_848_56,
        -0.206_400_579_136_263_7,
        -0.109_726_823_416_695_2,
        0.308_925_310_737_246_55,
        -0.292_319_813_535_219_4,
        0.163_357_037_488_882_45,
        -0.056_890_517_629_512_784,
        0.011_528_844_664_754_774,
        -0.001_047_592_871_922_056_7,
    ];
    let size = x.abs();
    let size = if size > 39.0 { 39.0 } else { size };
    let t = 1.0 / mul_add(cpu, 0.25, size, 1.0);
    let p = P.iter().rev().fold(0.0, |sum, &coefficient| mul_add(cpu, t, sum, coefficient));
    let tail = bell(cpu, size) * (t * p);
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// φ(x) = e^(−x²/2) / √(2π).
#[inline(always)]
#[must_use]
pub fn normal_pdf(cpu: Cpu, x: f64) -> f64 {
    let size = x.abs();
    0.398_942_280_401_432_7 * bell(cpu, if size > 39.0 { 39.0 } else { size })
}

/// e^(−x²/2) for 0 ≤ x ≤ 39: x² in two parts, the first of which is exact.
#[inline(always)]
fn bell(cpu: Cpu, x: f64) -> f64 {
    let high = f64::from_bits((x.to_bits() + 0x400_0000) & 0xffff_ffff_f800_0000);
    exp_below(cpu, -0.5 * high * high, 0.5 * (high - x) * (high + x))
}

/// (ln Γ)′(x) = Γ′(x)/Γ(x); NaN at the negative whole numbers, ∓∞ at ±0.
///
/// Reflection ψ(1 − x) − π/tan(πx), recurrence ψ(x + 1) = ψ(x) + 1/x and the asymptotic series
/// (NIST DLMF 5.5.4, 5.5.2, 5.11.2).
#[inline]
#[must_use]
pub fn digamma(x: f64) -> f64 {
    super::gamma::digamma(x)
}

/// ψ⁽ⁿ⁾(x), the derivative of order n of [`digamma`], for n ≤ 30; NaN beyond.
///
/// +∞ (odd n) or NaN (even n) at 0 and the negative whole numbers. Reflection, recurrence and the
/// asymptotic series (NIST DLMF 5.15.6, 5.15.5, 5.15.8).
#[inline]
#[must_use]
pub fn polygamma(order: u32, x: f64) -> f64 {
    super::gamma::polygamma(order, x)
}

/// [`powi`] for the exponents without a formula of their own.
///
/// A short chain of products up to 8, `pow` beyond: each product adds half a last place.
#[inline]
fn powi_wide(x: f64, n: i32) -> f64 {
    if n.unsigned_abs() > 8 {
        return libm::pow(x, f64::from(n));
    }
    let size = n.unsigned_abs();
    let x2 = x * x;
    let x4 = x2 * x2;
    let power = (if size & 1 == 0 { 1.0 } else { x })
        * (if size & 2 == 0 { 1.0 } else { x2 })
        * (if size & 4 == 0 { 1.0 } else { x4 })
        * (if size & 8 == 0 { 1.0 } else { x4 * x4 });
    if n < 0 { 1.0 / power } else { power }
}
