//! Functions of angles and their inverses of `f32`, of any size, without a branch, a table or a call.
//!
//! Polynomials without another source are of least relative error, found by weighted least squares at Chebyshev points.

// Coefficients stand as they were found.
#![allow(clippy::excessive_precision)]

use core::f64::consts::{FRAC_PI_2, PI};

use super::f64::{ROUND, mul_add};
use super::{Cpu, polynomial};

/// 1/2π, 27 bits at a time: a float times one of these is exact in `f64`.
const TURNS: [f64; 5] = [
    0.15915494225919247,
    8.327028649945944e-10,
    4.038449399282663e-18,
    7.0940550210363e-26,
    2.3430015963521592e-34,
];
/// All of 1/2π from the third of these on, from the fourth on, and so forth, to 53 bits.
const REST: [f64; 4] =
    [4.038449470223214e-18, 7.094055044466316e-26, 2.3430016361024414e-34, 3.975028258922255e-42];
/// 2⁵²: floats from there on are multiples of 2²⁹.
const WHOLE: f32 = 4_503_599_627_370_496.0;
/// 2²⁷.
const PART: f32 = 134_217_728.0;

/// (n, y) with x = (n + 4m) π/2 + y, |y| ≤ π/4, for some whole m: n modulo 4.
///
/// The turns x/2π by long multiplication (Payne and Hanek, 1983), of which whole ones are left out as they come. From
/// 2⁵² on, a multiple of 2²⁹ times the first 29 bits of 1/2π is whole, and so on: three parts matter at any size.
/// Floats come no nearer to a multiple of π/2 than 2⁻³¹ turns; what is left out is less than 2⁻⁵⁷.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
fn quarters(x: f32) -> (u32, f64) {
    let size = x.abs();
    let (second, third, fourth) = (size >= WHOLE, size >= WHOLE * PART, size >= WHOLE * PART * PART);
    let choose = |parts: [f64; 4]| {
        let [a, b, c, d] = parts;
        let ab = if second { b } else { a };
        let abc = if third { c } else { ab };
        if fourth { d } else { abc }
    };
    let x = f64::from(x);
    let high = x * choose([TURNS[0], TURNS[1], TURNS[2], TURNS[3]]);
    let middle = x * choose([TURNS[1], TURNS[2], TURNS[3], TURNS[4]]);
    let low = x * choose(REST);
    // Each difference is exact, and so is their sum where it is small.
    let high = high - ((high + ROUND) - ROUND);
    let middle = middle - ((middle + ROUND) - ROUND);
    let quarters = 4.0 * ((high + middle) + low);
    let shifted = quarters + ROUND;
    let y = (quarters - (shifted - ROUND)) * FRAC_PI_2;
    (shifted.to_bits() as u32, y)
}

/// sin(n π/2 + y) for |y| ≤ π/4.
///
/// The polynomials are those of Cephes' `sinf.c` (Moshier, 1992).
#[inline(always)]
#[allow(clippy::cast_possible_truncation)]
fn sine(cpu: Cpu, (n, y): (u32, f64)) -> f32 {
    use super::f32::mul_add;
    let y = y as f32;
    let z = y * y;
    let p = polynomial!(cpu, z; -0.166_666_546_11, 8.332_160_873_6e-3, -1.951_529_589_1e-4);
    let q = polynomial!(cpu, z; 4.166_664_568_3e-2, -1.388_731_625_5e-3, 2.443_315_711_8e-5);
    let sine = mul_add(cpu, y * z, p, y);
    let cosine = mul_add(cpu, z * z, q, mul_add(cpu, -0.5, z, 1.0));
    let value = if n & 1 == 0 { sine.copysign(y) } else { cosine };
    f32::from_bits(value.to_bits() ^ ((n & 2) << 30))
}

/// sin x, in radians; NaN at ±∞.
#[inline(always)]
#[must_use]
pub fn sin(cpu: Cpu, x: f32) -> f32 {
    sine(cpu, quarters(x))
}

/// cos x, in radians; NaN at ±∞.
#[inline(always)]
#[must_use]
pub fn cos(cpu: Cpu, x: f32) -> f32 {
    let (n, y) = quarters(x);
    sine(cpu, (n.wrapping_add(1), y))
}

/// tan x, in radians; NaN at ±∞. In `f64`, since half a unit in the last place of y would be more of the tangent.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn tan(cpu: Cpu, x: f32) -> f32 {
    let (n, y) = quarters(x);
    let z = y * y;
    let p = polynomial!(cpu, z;
        0.333_333_340_946, 0.133_332_181_462, 0.053_996_875_035, 0.021_604_437_644, 0.010_014_445_843,
        0.001_109_769_318, 0.003_884_067_323
    );
    let tangent = mul_add(cpu, y * z, p, y).copysign(y);
    (if n & 1 == 0 { tangent } else { -1.0 / tangent }) as f32
}

/// The angle in −π/2..=π/2 whose tangent is x: π/2 less that of 1/x, where |x| > 1. In `f64`.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn atan(cpu: Cpu, x: f32) -> f32 {
    let size = f64::from(x).abs();
    let is_steep = size > 1.0;
    let r = if is_steep { 1.0 / size } else { size };
    let z = r * r;
    let p = polynomial!(cpu, z;
        -0.333_333_343, 0.199_999_586, -0.142_842_665, 0.110_909_417, -0.089_454_956_4, 0.070_711_210_4,
        -0.049_621_768_3, 0.026_955_530_0, -0.009_489_979_59, 0.001_565_125_77
    );
    let angle = mul_add(cpu, r * z, p, r);
    (if is_steep { FRAC_PI_2 - angle } else { angle } as f32).copysign(x)
}

/// The angle in −π/2..=π/2 whose sine is x; NaN outside −1..=1.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn asin(cpu: Cpu, x: f32) -> f32 {
    let (is_steep, angle) = arcsine(cpu, f64::from(x).abs());
    (if is_steep { FRAC_PI_2 - 2.0 * angle } else { angle } as f32).copysign(x)
}

/// The angle in 0..=π whose cosine is x; NaN outside −1..=1.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub fn acos(cpu: Cpu, x: f32) -> f32 {
    let x = f64::from(x);
    let (is_steep, angle) = arcsine(cpu, x.abs());
    let steep = if x < 0.0 { PI - 2.0 * angle } else { 2.0 * angle };
    (if is_steep { steep } else { FRAC_PI_2 - angle.copysign(x) }) as f32
}

/// The arcsine of x from 0 to ½; from there on (true) half of the angle that it lacks to π/2.
#[inline(always)]
fn arcsine(cpu: Cpu, x: f64) -> (bool, f64) {
    let is_steep = x > 0.5;
    let z = if is_steep { 0.5 - 0.5 * x } else { x * x };
    let r = if is_steep { super::f64::sqrt(z) } else { x };
    let p = polynomial!(cpu, z;
        0.166_666_657, 0.075_001_038_6, 0.044_596_459_7, 0.031_133_418_9, 0.016_999_835_1,
        0.033_929_683_3
    );
    (is_steep, mul_add(cpu, r * z, p, r))
}
