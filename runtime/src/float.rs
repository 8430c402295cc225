//! The two float types a network may use, and what generic code in this crate needs of them.
//!
//! Nothing outside this crate may implement [`Float`]: the kernels and the flat parameter views
//! rely on there being exactly two, both without padding and valid for every bit pattern.

use core::fmt::{Debug, Display, LowerExp};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// `f32` or `f64`: the element of every tensor that is differentiated.
///
/// Sealed; use it as a bound for code that works with both.
///
/// ```
/// use chainrule::Float;
///
/// fn mean<F: Float>(values: &[F]) -> F {
///     let sum = values.iter().fold(F::ZERO, |sum, &value| sum + value);
///     sum / F::from_f64(values.len() as f64)
/// }
/// assert_eq!(mean(&[1.0f32, 2.0, 6.0]), 3.0);
/// ```
pub trait Float:
    Copy
    + Default
    + PartialEq
    + PartialOrd
    + Debug
    + Display
    + LowerExp
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + bytemuck::Pod
    + crate::kernels::MatmulFloat
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The distance from 1 to the next larger value (2⁻²³, 2⁻⁵²).
    const EPSILON: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// The name of the type as a net writes it: `"f32"`, `"f64"`.
    const NAME: &'static str;

    /// The nearest value to `value` (infinite where it is out of range).
    #[must_use]
    fn from_f64(value: f64) -> Self;
    /// The same value as `f64`; exact.
    #[must_use]
    fn to_f64(self) -> f64;
    /// √self, correctly rounded; NaN below 0.
    #[must_use]
    fn sqrt(self) -> Self;
    /// |self|.
    #[must_use]
    fn abs(self) -> Self;
    /// Neither infinite nor NaN.
    #[must_use]
    fn is_finite(self) -> bool;
}

macro_rules! float {
    ($float:ident) => {
        impl Float for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = <$float>::EPSILON;
            const INFINITY: Self = <$float>::INFINITY;
            const NAN: Self = <$float>::NAN;
            const NAME: &'static str = stringify!($float);

            #[inline]
            #[allow(clippy::cast_possible_truncation)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }
            #[inline]
            #[allow(clippy::cast_lossless, clippy::unnecessary_cast)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            fn sqrt(self) -> Self {
                crate::math::$float::sqrt(self)
            }
            #[inline]
            fn abs(self) -> Self {
                crate::math::$float::abs(self)
            }
            #[inline]
            fn is_finite(self) -> bool {
                <$float>::is_finite(self)
            }
        }
    };
}

float!(f32);
float!(f64);

#[cfg(test)]
mod tests {
    use super::Float;

    #[test]
    fn conversions_are_exact_where_they_can_be() {
        assert_eq!(f32::from_f64(0.1), 0.1f32);
        assert_eq!(Float::to_f64(0.5f32), 0.5);
        assert_eq!(f32::from_f64(1e300), f32::INFINITY);
        assert_eq!(<f32 as Float>::NAME, "f32");
        assert_eq!(<f64 as Float>::NAME, "f64");
    }
}
