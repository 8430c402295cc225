//! Sums of run-time sizes as rows of coefficients: `pack` adds and compares so many that names of sizes, which are
//! compared one by one in an [`Int`], would take most of the compile time. Says nothing of what the sums are for.

use std::collections::BTreeMap;

use crate::ir::{Atom, Int};

use super::maximum::{Maximum, Sum};

/// All products of sizes that some sums are made of, in one order.
pub(super) struct Basis {
    /// Each product, and its value at typical sizes.
    products: Vec<(Int, i64)>,
    places: BTreeMap<Vec<Atom>, usize>,
}

/// The value of a sum at typical sizes, which decides most comparisons, then how often each product of a [`Basis`]
/// occurs in it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Coefficients(Vec<i64>);

impl Basis {
    /// Of these sums; of each product, its value at typical sizes.
    pub fn of<'a>(sums: impl IntoIterator<Item = &'a Int>, typical: impl Fn(&Int) -> i64) -> Self {
        let mut basis = Self { products: Vec::new(), places: BTreeMap::new() };
        for (product, _) in sums.into_iter().flat_map(Int::terms) {
            if !basis.places.contains_key(product) {
                basis.places.insert(product.to_vec(), basis.products.len());
                let product =
                    product.iter().fold(Int::constant(1), |all, atom| all.mul(&Int::atom(atom.clone())));
                let typical = typical(&product);
                basis.products.push((product, typical));
            }
        }
        basis
    }

    /// A sum as coefficients.
    pub fn coefficients(&self, sum: &Int) -> Coefficients {
        let mut coefficients = vec![0; 1 + self.products.len()];
        for (product, coefficient) in sum.terms() {
            coefficients[1 + self.places[product]] = coefficient;
        }
        self.weighed(coefficients)
    }

    /// Coefficients as a sum.
    pub fn sum(&self, coefficients: &Coefficients) -> Int {
        let terms = self.products.iter().zip(&coefficients.0[1..]);
        terms.fold(Int::zero(), |sum, ((product, _), coefficient)| sum.add(&product.scale(*coefficient)))
    }

    /// For each product the larger coefficient: a sum that is never less than either.
    pub fn union(&self, a: &Coefficients, b: &Coefficients) -> Coefficients {
        self.weighed(a.0.iter().zip(&b.0).map(|(a, b)| *a.max(b)).collect())
    }

    /// With the value in its place.
    fn weighed(&self, mut coefficients: Vec<i64>) -> Coefficients {
        let terms = self.products.iter().zip(&coefficients[1..]);
        coefficients[0] = terms.fold(0, |value: i64, ((_, typical), coefficient)| {
            value.wrapping_add(typical.wrapping_mul(*coefficient))
        });
        Coefficients(coefficients)
    }
}

/// The value of the largest at typical sizes.
pub(super) fn typical(largest: &Maximum<Coefficients>) -> i64 {
    largest.sums().iter().map(|sum| sum.0[0]).max().unwrap_or(0)
}

impl Sum for Coefficients {
    fn is_zero(&self) -> bool {
        self.0.iter().all(|coefficient| *coefficient == 0)
    }

    fn plus(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a.wrapping_add(*b)).collect())
    }

    fn at_most(&self, other: &Self) -> bool {
        // A loop, not a closure: in debug builds, as a user's macro is one, this is what packing takes.
        for (a, b) in self.0.iter().zip(&other.0) {
            if a > b {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::DimId;

    #[test]
    fn coefficients_compare_and_add_as_sums_do() {
        let (n, t) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
        let sums = [
            Int::zero(),
            Int::constant(7),
            n.scale(3),
            n.scale(2).plus(7),
            n.mul(&t).scale(5),
            n.mul(&t).add(&n.scale(3)).plus(1),
        ];
        let value = |sum: &Int| sum.evaluate(&mut |_| 64);
        let basis = Basis::of(&sums, value);
        for a in &sums {
            let of_a = basis.coefficients(a);
            assert_eq!(&basis.sum(&of_a), a);
            assert_eq!(typical(&Maximum::of(of_a.clone())), value(a));
            assert_eq!(of_a.is_zero(), a.is(0));
            for b in &sums {
                let of_b = basis.coefficients(b);
                assert_eq!(of_a.at_most(&of_b), a.is_covered_by(b), "{a:?} {b:?}");
                assert_eq!(basis.sum(&of_a.plus(&of_b)), a.add(b));
                let both = basis.union(&of_a, &of_b);
                assert!(of_a.at_most(&both) && of_b.at_most(&both));
            }
        }
    }
}
