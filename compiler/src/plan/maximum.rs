//! The largest of several sums: where buffers of run-time sizes begin, and how long the arena is.
//!
//! 10,000 and 75 N that lie in the same place at different times end at 10,000 or at 75 N: neither is larger
//! for every N, and their sum is larger than both by far. Sums have no negative terms here, so one is never
//! larger than another if no coefficient is; that decides all comparisons.

use crate::ir::{Atom, Int};

/// A sum without negative terms.
pub trait Sum: Clone {
    /// Whether it is 0.
    fn is_zero(&self) -> bool;
    /// Both together.
    fn plus(&self, other: &Self) -> Self;
    /// Whether no coefficient is larger.
    fn at_most(&self, other: &Self) -> bool;
}

impl Sum for Int {
    fn is_zero(&self) -> bool {
        self.is(0)
    }

    fn plus(&self, other: &Self) -> Self {
        self.add(other)
    }

    fn at_most(&self, other: &Self) -> bool {
        self.is_covered_by(other)
    }
}

/// The largest of several sums without negative terms; 0 if there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maximum<S = Int>(Vec<S>);

impl<S> Default for Maximum<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Sum> Maximum<S> {
    /// Of one sum.
    pub fn of(sum: S) -> Self {
        Self(if sum.is_zero() { Vec::new() } else { vec![sum] })
    }

    /// The sums, none of which is at most another for all sizes.
    pub fn sums(&self) -> &[S] {
        &self.0
    }

    /// Each sum written in another way, in which they compare as before.
    pub fn map<T>(&self, each: impl FnMut(&S) -> T) -> Maximum<T> {
        Maximum(self.0.iter().map(each).collect())
    }

    /// The larger of both.
    pub fn or(self, other: &Self) -> Self {
        self.or_unless(other, S::at_most)
    }

    /// The larger of both, without those sums that are at most another.
    pub fn or_unless(mut self, other: &Self, at_most: impl Fn(&S, &S) -> bool) -> Self {
        for sum in &other.0 {
            if !self.0.iter().any(|known| at_most(sum, known)) {
                self.0.retain(|known| !at_most(known, sum));
                self.0.push(sum.clone());
            }
        }
        self
    }

    /// So much more.
    pub fn plus(&self, size: &Self) -> Self {
        if self.0.is_empty() {
            return size.clone();
        }
        let more = |more: &S| self.map(|sum| sum.plus(more));
        size.0.iter().map(more).reduce(|all, next| all.or(&next)).unwrap_or_else(|| self.clone())
    }

    /// Whether it is never larger.
    pub fn at_most(&self, other: &Self) -> bool {
        self.0.iter().all(|sum| other.0.iter().any(|known| sum.at_most(known)))
    }
}

impl Maximum {
    /// So many times as much; the factor is not negative.
    pub fn scale(&self, factor: i64) -> Self {
        self.map(|sum| sum.scale(factor))
    }

    /// If it is one for all sizes.
    pub fn as_constant(&self) -> Option<i64> {
        match self.0.as_slice() {
            [] => Some(0),
            [sum] => sum.as_constant(),
            _ => None,
        }
    }

    /// The value where the atoms have these.
    #[cfg(test)]
    pub fn evaluate(&self, value: &mut dyn FnMut(&Atom) -> i64) -> i64 {
        self.0.iter().map(|sum| sum.evaluate(value)).max().unwrap_or(0)
    }

    /// About how much it is.
    pub fn typical(&self) -> i64 {
        self.0.iter().map(Int::typical).max().unwrap_or(0)
    }

    /// A single sum that is never less.
    pub fn upper_bound(&self) -> Int {
        self.0.iter().fold(Int::zero(), |all, sum| all.add(&upper_bound(&sum.sub(&all))))
    }
}

/// A sum without negative terms that is never less than a size, nor than the size where dims are smaller: of N mod 4
/// and of 9 − N elements there may be more then.
pub(super) fn upper_bound(size: &Int) -> Int {
    size.terms().fold(Int::zero(), |sum, (monomial, coefficient)| {
        let unsure = monomial.iter().filter(|atom| may_be_negative(atom)).count();
        if coefficient < 0 && unsure == 0 {
            return sum;
        }
        // Of one factor that may be negative the side counts that makes the product positive, of several both.
        let product = monomial.iter().fold(Int::constant(coefficient.abs()), |product, atom| {
            let factor = match may_be_negative(atom) {
                true if unsure > 1 => most(atom).add(&most_below(atom)),
                true if coefficient < 0 => most_below(atom),
                _ => most(atom),
            };
            product.mul(&factor)
        });
        sum.add(&product)
    })
}

/// Whether a part of a size may be less than 0, as in −(−N / 2), which rounds up.
fn may_be_negative(atom: &Atom) -> bool {
    matches!(atom, Atom::Div(of, by) if of.can_be_negative() || by.can_be_negative())
}

/// What a part of a size is at most.
fn most(atom: &Atom) -> Int {
    match atom {
        Atom::Div(of, by) if is_positive_constant(by) => upper_bound(of).div(by),
        Atom::Div(of, by) if by.can_be_negative() => furthest(of),
        Atom::Div(of, _) => upper_bound(of),
        Atom::Mod(_, by) => upper_bound(&by.plus(-1)),
        Atom::Root(of) => upper_bound(of).root(),
        Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) | Atom::Inside(_) => {
            Int::atom(atom.clone())
        }
    }
}

/// How far a quotient is at most below 0: −⌊a / b⌋ is ⌊(b − 1 − a) / b⌋.
fn most_below(atom: &Atom) -> Int {
    match atom {
        Atom::Div(of, by) if is_positive_constant(by) => upper_bound(&by.plus(-1).sub(of)).div(by),
        Atom::Div(of, _) => furthest(of),
        _ => Int::zero(),
    }
}

/// How far a size is at most from 0: so far is a quotient by what is not 0.
fn furthest(size: &Int) -> Int {
    upper_bound(size).add(&upper_bound(&Int::zero().sub(size)))
}

fn is_positive_constant(size: &Int) -> bool {
    size.as_constant().is_some_and(|constant| constant > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::DimId;

    #[test]
    fn neither_of_two_is_larger() {
        let n = Int::dim(DimId(0));
        let (rows, weights) = (Maximum::of(n.scale(75)), Maximum::of(Int::constant(10_000)));
        assert!(!rows.at_most(&weights) && !weights.at_most(&rows));
        let both = rows.clone().or(&weights);
        assert!(rows.at_most(&both) && weights.at_most(&both) && !both.at_most(&weights));
        for (size, largest) in [(0, 10_000), (133, 10_000), (134, 10_050)] {
            assert_eq!(both.evaluate(&mut |_| size), largest);
            assert_eq!(both.plus(&Maximum::of(n.clone())).evaluate(&mut |_| size), largest + size);
            assert!(both.upper_bound().evaluate(&mut |_| size) >= largest);
        }
        assert_eq!(both.as_constant(), None);
    }

    #[test]
    fn bounds_hold_at_smaller_sizes() {
        let (n, m) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
        let (two, three) = (Int::constant(2), Int::constant(3));
        let up = Int::zero().sub(&Int::zero().sub(&n).div(&two));
        let sizes = [
            up.clone(),
            up.mul(&m),
            up.mul(&Int::zero().sub(&m).div(&three)).scale(-1),
            n.modulo(&three),
            n.modulo(&m),
            n.sub(&m),
            n.sub(&m).div(&two),
            n.sub(&n.sub(&m).div(&three)),
            n.div(&m),
            n.div(&m.plus(1)).mul(&m),
            n.sub(&m).div(&Int::constant(-2)),
            n.div(&m.scale(2).plus(-3)),
            n.mul(&m).root().mul(&n.modulo(&m)),
            n.sub(&m).mul(&n.sub(&m)),
            Int::constant(5).sub(&two.sub(&n).div(&three)),
        ];
        let at = |size: &Int, (n, m): (i64, i64)| {
            size.evaluate(&mut |atom| if *atom == Atom::Dim(DimId(0)) { n } else { m })
        };
        let all = || (0..9).flat_map(|n| (1..9).map(move |m| (n, m)));
        for size in &sizes {
            let bound = upper_bound(size);
            assert!(!bound.can_be_negative());
            for large in all() {
                for small in all().filter(|small| small.0 <= large.0 && small.1 <= large.1) {
                    assert!(
                        at(&bound, large) >= at(size, small),
                        "{size:?} at {small:?}, {bound:?} at {large:?}"
                    );
                }
            }
        }
        // What has one sign is as it was.
        assert_eq!(upper_bound(&n.plus(1).div(&two)), n.plus(1).div(&two));
    }

    #[test]
    fn what_is_never_larger_is_dropped() {
        let n = Int::dim(DimId(0));
        let both = Maximum::of(n.scale(2)).or(&Maximum::of(n.scale(3).plus(1)));
        assert_eq!(both.sums(), [n.scale(3).plus(1)]);
        assert_eq!(Maximum::default().or(&both), both);
        assert_eq!(Maximum::default().plus(&both), both);
        assert_eq!(both.plus(&Maximum::default()), both);
        assert_eq!(Maximum::of(Int::constant(7)).as_constant(), Some(7));
    }
}
