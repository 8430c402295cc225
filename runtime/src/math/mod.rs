//! Scalar functions of `f32` and `f64`, the same in every build.
//!
//! [`f32`](mod@self::f32) and [`f64`](mod@self::f64) have the same names. No function here
//! depends on the platform's C library or on a CPU feature, so that the same inputs give the same
//! bits everywhere. `exp`, `ln`, `ln_1p`, `exp_m1`, `tanh`, `sigmoid`, `softplus`, `log_add_exp`, `normal_cdf` and
//! `normal_pdf` have no branch, table or call, so that a plain loop over them becomes SIMD code, nor have `powf` and the
//! functions of angles and of hyperbolas of `f32`; the rest come from `libm`. Those without a call are
//! `#[inline(always)]`: they take the CPU features of the loop that they stand in. All must stay total: every bit
//! pattern has a defined result, and none panics.
//!
//! Accuracy is measured in `tests.rs` beside this file.
//!
//! ```
//! use chainrule::math;
//!
//! assert_eq!(math::f64::softplus(-700.0), math::f64::exp(-700.0));
//! assert_eq!(math::f32::signum(0.0), 0.0);
//! ```

mod angles;
pub mod f32;
pub mod f64;
mod gamma;
#[cfg(test)]
mod tests;

/// The functions that are the same text for both types.
macro_rules! common {
    ($float:ident, $libm:ident: { $($(#[$doc:meta])* $name:ident = $function:ident;)* }) => {
        $(
            $(#[$doc])*
            #[inline]
            #[must_use]
            pub fn $name(x: $float) -> $float {
                $libm::$function(x)
            }
        )*

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
        pub fn log_add_exp(x: $float, y: $float) -> $float {
            let (top, other) = (max(x, y), min(x, y));
            let sum = top + softplus(other - top);
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
