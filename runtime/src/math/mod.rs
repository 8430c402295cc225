//! Scalar functions of `f32` and `f64`, as a CPU computes them.
//!
//! [`f32`](mod@self::f32) and [`f64`](mod@self::f64) have the same names. No function here
//! depends on the platform's C library. Those with polynomials in them are given the CPU: where it has an instruction
//! for it, a product and a sum are rounded once. With [`Cpu::PLAIN`] the same inputs give the same bits everywhere; the
//! bounds on errors hold with any. `exp`, `ln`, `ln_1p`, `exp_m1`, `tanh`, `sigmoid`, `softplus`, `log_add_exp`,
//! `normal_cdf` and `normal_pdf` have no branch, table or call, so that a plain loop over them becomes SIMD code, nor
//! have `powf` and the functions of angles and of hyperbolas of `f32`; the rest come from `libm`. Those without a call
//! are `#[inline(always)]`: they take the CPU features of the loop that they stand in. All must stay total: every bit
//! pattern has a defined result, and none panics.
//!
//! Accuracy is measured in `tests.rs` beside this file.
//!
//! ```
//! use chainrule::math::{self, Cpu};
//!
//! assert_eq!(math::f64::softplus(Cpu::PLAIN, -700.0), math::f64::exp(Cpu::PLAIN, -700.0));
//! assert_eq!(math::f32::signum(0.0), 0.0);
//! ```

mod angles;
pub mod f32;
pub mod f64;
mod gamma;
mod sums;
#[cfg(test)]
mod tests;

pub use crate::kernels::Cpu;

/// The functions that are the same text for both types.
macro_rules! common {
    (
        $float:ident, $libm:ident: { $($(#[$doc:meta])* $name:ident = $function:ident;)* }
        $(, with a CPU: { $($(#[$doc_of_cpu:meta])* $of_cpu:ident = $function_of_cpu:ident;)* })?
    ) => {
        /// x·y + z: rounded once where the CPU is known to do so in one instruction, else twice.
        #[inline(always)]
        #[must_use]
        pub fn mul_add(cpu: Cpu, x: $float, y: $float, z: $float) -> $float {
            #[cfg(feature = "std")]
            if cpu.fuses() {
                return x.mul_add(y, z);
            }
            let _ = cpu;
            x * y + z
        }

        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            pub fn $name(x: $float) -> $float {
                $libm::$function(x)
            }
        )*

        $($(
            $(#[$doc_of_cpu])*
            #[inline]
            #[must_use]
            pub fn $of_cpu(_: Cpu, x: $float) -> $float {
                $libm::$function_of_cpu(x)
            }
        )*)?

        /// √x, correctly rounded; NaN below 0.
        #[inline(always)]
        #[must_use]
        pub fn sqrt(x: $float) -> $float {
            #[cfg(feature = "std")]
            {
                x.sqrt()
            }
            #[cfg(not(feature = "std"))]
            {
                libm::Libm::<$float>::sqrt(x)
            }
        }

        /// The largest whole number that is not above `x`.
        #[inline(always)]
        #[must_use]
        pub fn floor(x: $float) -> $float {
            #[cfg(feature = "std")]
            {
                x.floor()
            }
            #[cfg(not(feature = "std"))]
            {
                libm::Libm::<$float>::floor(x)
            }
        }

        /// |x|.
        #[inline(always)]
        #[must_use]
        pub fn abs(x: $float) -> $float {
            x.abs()
        }

        /// −1, 0 or 1; unlike `core`'s `signum`, 0 at ±0. NaN at NaN.
        #[inline(always)]
        #[must_use]
        pub fn signum(x: $float) -> $float {
            let sign = (if x > 0.0 { 1.0 } else { 0.0 }) - (if x < 0.0 { 1.0 } else { 0.0 });
            if x.is_nan() { x } else { sign }
        }

        /// 1/x.
        #[inline(always)]
        #[must_use]
        pub fn recip(x: $float) -> $float {
            1.0 / x
        }

        /// The smaller; NaN if either is NaN, as PyTorch's `minimum`.
        #[inline(always)]
        #[must_use]
        pub fn min(x: $float, y: $float) -> $float {
            if x < y || x.is_nan() { x } else { y }
        }

        /// The larger; NaN if either is NaN, as PyTorch's `maximum`.
        #[inline(always)]
        #[must_use]
        pub fn max(x: $float, y: $float) -> $float {
            if x > y || x.is_nan() { x } else { y }
        }

        /// x^½, which is √x but at −0, where it is +0, and at −∞, where it is +∞.
        #[inline(always)]
        fn half_power(x: $float) -> $float {
            let root = sqrt(x + 0.0);
            if x == $float::NEG_INFINITY { $float::INFINITY } else { root }
        }

        /// xⁿ for a whole n; 1 at n = 0 for every x, as `powf`.
        #[inline(always)]
        #[must_use]
        pub fn powi(x: $float, n: i32) -> $float {
            match n {
                0 => 1.0,
                1 => x,
                2 => x * x,
                3 => x * x * x,
                -1 => 1.0 / x,
                _ => powi_wide(x, n),
            }
        }

        /// ln(eˣ + eʸ), as the larger and ln(1 + e^−|x − y|): no overflow, and the larger where that is infinite.
        #[inline(always)]
        #[must_use]
        pub fn log_add_exp(cpu: Cpu, x: $float, y: $float) -> $float {
            let (top, other) = (max(x, y), min(x, y));
            let sum = top + softplus(cpu, other - top);
            if top.abs() < $float::INFINITY { sum } else { top }
        }

        /// The angle of the point (x, y), called as `atan2(y, x)`, in −π..=π.
        #[inline]
        #[must_use]
        pub fn atan2(y: $float, x: $float) -> $float {
            libm::Libm::<$float>::atan2(y, x)
        }

        /// An index as a number; exact up to 2²⁴ (`f32`).
        #[inline(always)]
        #[must_use]
        #[allow(clippy::cast_precision_loss, clippy::cast_lossless)]
        pub fn from_u32(x: u32) -> $float {
            x as $float
        }

        /// A size as a number; exact up to 2²⁴ (`f32`), 2⁵³ (`f64`).
        #[inline(always)]
        #[must_use]
        #[allow(clippy::cast_precision_loss)]
        pub fn from_usize(x: usize) -> $float {
            x as $float
        }
    };
}
pub(crate) use common;

/// c₀ + c₁x + c₂x² + …, by Horner's rule.
macro_rules! polynomial {
    ($cpu:expr, $x:expr; $first:expr $(,)?) => { $first };
    ($cpu:expr, $x:expr; $first:expr, $($more:expr),+ $(,)?) => {
        mul_add($cpu, $x, polynomial!($cpu, $x; $($more),+), $first)
    };
}
pub(crate) use polynomial;
