//! Sums of which nothing is rounded away, as arguments of what depends on their last digits: σ(x + ln 3) is nearly
//! 3eˣ where x is far below 0, so that half a unit in the last place of the sum at x = −20 is 16 of them in the result.
//!
//! A sum is held in two parts, the second what rounding the first has lost (Dekker, "A floating-point technique for
//! extending the available precision", 1971); two numbers are added by Knuth's TwoSum ("The Art of Computer
//! Programming", volume 2, 4.2.2), which has no branch. As `plus` adds the second parts with a rounding, a result is
//! right to a few 2⁻⁴⁶ of the larger operand for `f32`, 2⁻¹⁰⁴ for `f64`.

/// `Sum` and what is computed of it, for a float type whose `exp_below`, `sigmoid_of_exp` and `softplus_of_exp` are in
/// scope.
macro_rules! sums {
    ($float:ident) => {
        /// An unevaluated sum of two numbers, the second at most an error of rounding beside the first.
        #[derive(Clone, Copy, Debug)]
        pub struct Sum {
            high: $float,
            low: $float,
        }

        impl Sum {
            /// A number by itself.
            #[inline(always)]
            #[must_use]
            pub fn of(x: $float) -> Self {
                Self { high: x, low: 0.0 }
            }

            /// A constant in two parts.
            #[inline(always)]
            #[must_use]
            pub fn of_parts(high: $float, low: $float) -> Self {
                Self { high, low }
            }

            /// x + y as it is.
            #[inline(always)]
            fn exact(x: $float, y: $float) -> Self {
                let high = x + y;
                let of_y = high - x;
                let low = (x - (high - of_y)) + (y - of_y);
                // Of what is infinite nothing is lost.
                Self { high, low: if high.abs() < $float::INFINITY { low } else { 0.0 } }
            }

            /// The sum of two.
            #[inline(always)]
            #[must_use]
            pub fn plus(self, other: Self) -> Self {
                let sum = Self::exact(self.high, other.high);
                Self { high: sum.high, low: sum.low + (self.low + other.low) }
            }

            /// The difference of two.
            #[inline(always)]
            #[must_use]
            pub fn minus(self, other: Self) -> Self {
                self.plus(other.negative())
            }

            /// The sum with the opposite sign.
            #[inline(always)]
            #[must_use]
            pub fn negative(self) -> Self {
                Self { high: -self.high, low: -self.low }
            }

            /// ln(eˣ + eʸ) of two sums: the larger, and ln(1 + e^−|x − y|) beside it, as accurate as [`softplus`].
            #[inline(always)]
            #[must_use]
            pub fn log_add_exp(self, cpu: Cpu, other: Self) -> Self {
                let is_top = self.high > other.high || self.high.is_nan();
                let (high, low) = if is_top { (self.high, self.low) } else { (other.high, other.low) };
                let distance = (self.high - other.high) + (self.low - other.low);
                let sum = Self::exact(high, low + softplus(cpu, -distance.abs()));
                let is_finite = high.abs() < $float::INFINITY;
                Self {
                    high: if is_finite { sum.high } else { high },
                    low: if is_finite { sum.low } else { 0.0 },
                }
            }

            /// The sum as one number.
            #[inline(always)]
            #[must_use]
            pub fn value(self) -> $float {
                self.high + self.low
            }

            /// σ of the sum, as accurate as that of a number.
            #[inline(always)]
            #[must_use]
            pub fn sigmoid(self, cpu: Cpu) -> $float {
                sigmoid_of_exp(cpu, self.high, self.exp_below(cpu))
            }

            /// ln(1 + eˣ) of the sum, as accurate as that of a number.
            #[inline(always)]
            #[must_use]
            pub fn softplus(self, cpu: Cpu) -> $float {
                softplus_of_exp(cpu, self.high, -self.low, self.exp_below(cpu))
            }

            /// e^−|x|
            #[inline(always)]
            fn exp_below(self, cpu: Cpu) -> $float {
                exp_below(cpu, -self.high.abs(), if self.high < 0.0 { self.low } else { -self.low })
            }
        }
    };
}
pub(super) use sums;
