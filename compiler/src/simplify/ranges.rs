//! What is known of integers from the ranges of indices: the bounds of a subscript, the outcome of a
//! comparison, the value of a floor division.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Atom, Axis, Comparison, DimId, Int, LoopId, TensorId};

/// By tensor of indices: how many values its elements take at most, from 0; an argmax is a place on its axes.
pub type Places = BTreeMap<TensorId, Int>;

/// The ranges of indices and loop counters: each runs over `0..extent`, and there is a point to speak of.
#[derive(Clone, Debug)]
pub struct Ranges<'a> {
    domain: &'a [Axis],
    loops: &'a BTreeMap<LoopId, Int>,
    places: Option<&'a Places>,
    /// Run-time sizes that are at least 1.
    positive: BTreeSet<DimId>,
}

/// A comparison of integers that holds: this is at least 0.
pub type Fact = Int;

impl<'a> Ranges<'a> {
    /// The ranges at any point of a domain, in loops of given extents.
    pub fn new(domain: &'a [Axis], loops: &'a BTreeMap<LoopId, Int>) -> Self {
        let positive = positive(domain.iter().map(|axis| &axis.extent).chain(loops.values()));
        Self { domain, loops, places: None, positive }
    }

    /// The same, where other axes than these may have no point.
    pub fn among(&self, has_points: impl Fn(usize) -> bool) -> Self {
        let axes = self.domain.iter().enumerate().filter(|(index, _)| has_points(*index));
        let extents = axes.map(|(_, axis)| &axis.extent).chain(self.loops.values());
        Self { positive: positive(extents), ..self.clone() }
    }

    /// With what is known of the elements of some tensors.
    pub fn with_places(self, places: &'a Places) -> Self {
        Self { places: Some(places), ..self }
    }

    /// Whether a value lies in `0..size` at every point.
    pub fn is_within(&self, value: &Int, size: &Int) -> bool {
        self.is_natural(value, &[]) && self.is_natural(&size.sub(value).plus(-1), &[])
    }

    /// A number that a value, at least 0 at every point, is never above.
    pub fn largest(&self, value: &Int) -> Option<i64> {
        let largest = self.highest(value).and_then(|largest| largest.as_constant());
        largest.filter(|_| self.is_natural(value, &[]))
    }

    /// Whether a comparison comes out the same at every point where some facts hold.
    pub fn decide(&self, comparison: Comparison, a: &Int, b: &Int, facts: &[Fact]) -> Option<bool> {
        let (below, above) = (b.sub(a), a.sub(b));
        let is_natural = |value: &Int| self.is_natural(value, facts);
        match comparison {
            Comparison::Less if is_natural(&below.plus(-1)) => Some(true),
            Comparison::Less if is_natural(&above) => Some(false),
            Comparison::LessEqual if is_natural(&below) => Some(true),
            Comparison::LessEqual if is_natural(&above.plus(-1)) => Some(false),
            Comparison::Equal | Comparison::NotEqual => {
                let is_apart = is_natural(&below.plus(-1)) || is_natural(&above.plus(-1));
                is_apart.then_some(comparison == Comparison::NotEqual)
            }
            Comparison::Less | Comparison::LessEqual => None,
        }
    }

    /// What a comparison says if it holds (or does not).
    pub fn facts(comparison: Comparison, a: &Int, b: &Int, holds: bool) -> Vec<Fact> {
        match (comparison, holds) {
            (Comparison::Less, true) => vec![b.sub(a).plus(-1)],
            (Comparison::Less, false) => vec![a.sub(b)],
            (Comparison::LessEqual, true) => vec![b.sub(a)],
            (Comparison::LessEqual, false) => vec![a.sub(b).plus(-1)],
            (Comparison::Equal, true) | (Comparison::NotEqual, false) => vec![b.sub(a), a.sub(b)],
            // One of them is larger, and perhaps it is known which.
            (Comparison::Equal, false) | (Comparison::NotEqual, true) => {
                let differences = [b.sub(a), a.sub(b)].into_iter().filter(|value| !value.can_be_negative());
                differences.map(|value| value.plus(-1)).collect()
            }
        }
    }

    /// Whether a value is at least 0, by the ranges and at most one fact.
    pub fn is_natural(&self, value: &Int, facts: &[Fact]) -> bool {
        self.is_natural_by_range(value) || facts.iter().any(|fact| self.is_natural_by_range(&value.sub(fact)))
    }

    fn is_natural_by_range(&self, value: &Int) -> bool {
        self.lowest(value).is_some_and(|lowest| self.is_natural_size(&lowest))
    }

    /// Whether a polynomial of sizes is at least 0: each coefficient is, counting sizes from their least.
    fn is_natural_size(&self, value: &Int) -> bool {
        let from_least = value.substitute(&mut |atom| match atom {
            Atom::Dim(dim) if self.positive.contains(dim) => Some(Int::dim(*dim).plus(1)),
            _ => None,
        });
        from_least.terms().all(|(monomial, coefficient)| {
            coefficient >= 0 && monomial.iter().all(|atom| matches!(atom, Atom::Dim(_)))
        })
    }

    /// A polynomial of sizes that the value is never below.
    fn lowest(&self, value: &Int) -> Option<Int> {
        self.bound(value, true)
    }

    /// A polynomial of sizes that the value is never above.
    fn highest(&self, value: &Int) -> Option<Int> {
        self.bound(value, false)
    }

    fn bound(&self, value: &Int, lowest: bool) -> Option<Int> {
        let mut bound = Int::zero();
        for (monomial, coefficient) in value.terms() {
            // Every atom is at least 0: so is a product, and it is largest where each of them is.
            let (mut low, mut high) = (Int::constant(1), Some(Int::constant(1)));
            for atom in monomial {
                let (atom_low, atom_high) = self.atom(atom)?;
                low = low.mul(&atom_low);
                high = high.zip(atom_high).map(|(high, atom)| high.mul(&atom));
            }
            let extreme = if (coefficient > 0) == lowest { low } else { high? };
            bound = bound.add(&extreme.scale(coefficient));
        }
        Some(bound)
    }

    /// The least and the largest value of an atom, both at least 0.
    fn atom(&self, atom: &Atom) -> Option<(Int, Option<Int>)> {
        let up_to = |extent: &Int| Some((Int::zero(), Some(extent.plus(-1))));
        match atom {
            Atom::Dim(dim) => Some((Int::dim(*dim), Some(Int::dim(*dim)))),
            Atom::Index(index) => up_to(&self.domain.get(*index)?.extent),
            Atom::Loop(counter) => up_to(self.loops.get(counter)?),
            Atom::Read(tensor, _) => match self.places.and_then(|places| places.get(tensor)) {
                Some(count) => up_to(count),
                None => Some((Int::zero(), None)),
            },
            Atom::Mod(_, b) => up_to(&Int::constant(b.as_constant().filter(|b| *b > 0)?)),
            Atom::Div(a, b) => {
                b.as_constant().filter(|b| *b > 0)?;
                if !self.is_natural_by_range(a) {
                    return None;
                }
                let high = self.highest(a).and_then(|high| high.as_constant()).map(Int::constant);
                Some((Int::zero(), high.map(|high| high.div(b))))
            }
            Atom::Root(_) => Some((Int::constant(1), None)),
            Atom::Inside(inside) => up_to(&inside.size),
        }
    }

    /// The same integer, with what the ranges tell of floor divisions and remainders, and of subscripts that are
    /// to be checked.
    pub fn simplify(&self, value: &Int) -> Int {
        let value = value.substitute(&mut |atom| match atom {
            Atom::Div(a, b) => Some(self.quotient_and_remainder(&self.simplify(a), &self.simplify(b)).0),
            Atom::Mod(a, b) => Some(self.quotient_and_remainder(&self.simplify(a), &self.simplify(b)).1),
            Atom::Inside(inside) => {
                let (position, size) = (self.simplify(&inside.position), self.simplify(&inside.size));
                self.is_within(&position, &size).then_some(position)
            }
            Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) | Atom::Root(_) => None,
        });
        rejoin(value)
    }

    fn quotient_and_remainder(&self, a: &Int, b: &Int) -> (Int, Int) {
        // a = q·b + r
        let (mut quotient, mut rest) = (Int::zero(), Int::zero());
        for (monomial, coefficient) in a.terms() {
            let term = monomial
                .iter()
                .fold(Int::constant(coefficient), |term, atom| term.mul(&Int::atom(atom.clone())));
            match divided(monomial, coefficient, b) {
                Some(share) => quotient = quotient.add(&share),
                None => rest = rest.add(&term),
            }
        }
        if self.is_within(&rest, b) {
            return (quotient, rest);
        }
        let constant = |value: &Int| value.as_constant().filter(|value| *value > 0);
        match rest.as_atom() {
            // ⌊⌊a / c⌋ / b⌋ = ⌊a / (c·b)⌋
            Some(Atom::Div(inner, c)) if constant(c).is_some() && constant(b).is_some() => {
                (quotient.add(&inner.div(&c.mul(b))), rest.modulo(b))
            }
            // (a mod c) mod b = a mod b, where b divides c
            Some(Atom::Mod(inner, c)) if constant(c).zip(constant(b)).is_some_and(|(c, b)| c % b == 0) => {
                (quotient.add(&rest.div(b)), inner.modulo(b))
            }
            _ => (quotient.add(&rest.div(b)), rest.modulo(b)),
        }
    }
}

/// Run-time sizes that are extents of what has a point.
fn positive<'e>(extents: impl Iterator<Item = &'e Int>) -> BTreeSet<DimId> {
    extents.filter_map(Int::as_dim).collect()
}

/// A term divided by an integer, where that leaves nothing over.
fn divided(monomial: &[Atom], coefficient: i64, by: &Int) -> Option<Int> {
    let mut terms = by.terms();
    let (divisor, by) = terms.next()?;
    if terms.next().is_some() || coefficient % by != 0 {
        return None;
    }
    let mut left = monomial.to_vec();
    for atom in divisor {
        left.remove(left.iter().position(|other| other == atom)?);
    }
    Some(left.into_iter().fold(Int::constant(coefficient / by), |term, atom| term.mul(&Int::atom(atom))))
}

/// b·⌊a / b⌋ + a mod b = a
fn rejoin(value: Int) -> Int {
    for (monomial, coefficient) in value.terms() {
        for (place, atom) in monomial.iter().enumerate() {
            let Atom::Mod(a, b) = atom else { continue };
            let mut others = monomial.to_vec();
            others.remove(place);
            let beside = others
                .iter()
                .fold(Int::constant(coefficient), |product, atom| product.mul(&Int::atom(atom.clone())));
            let quotient = Int::atom(Atom::Div(a.clone(), b.clone())).mul(b).mul(&beside);
            let has_all = quotient.terms().all(|(wanted, size)| {
                value.terms().any(|(monomial, coefficient)| monomial == wanted && coefficient == size)
            });
            if has_all {
                let remainder = Int::atom(atom.clone()).mul(&beside);
                return rejoin(value.sub(&quotient).sub(&remainder).add(&a.mul(&beside)));
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(extent: Int) -> Axis {
        Axis { name: "i".into(), extent }
    }

    #[test]
    fn ranges_decide() {
        let (n, loops) = (Int::dim(DimId(0)), BTreeMap::from([(LoopId(0), Int::constant(5))]));
        let domain = [axis(n.clone()), axis(Int::constant(4)), axis(n.mul(&Int::constant(4)))];
        let ranges = Ranges::new(&domain, &loops);
        let (i, j, k) = (Int::index(0), Int::index(1), Int::index(2));
        let less = |a: &Int, b: &Int| ranges.decide(Comparison::Less, a, b, &[]);
        assert_eq!(less(&i, &n), Some(true));
        assert_eq!(less(&i, &n.plus(-1)), None);
        assert_eq!(less(&i.scale(4).add(&j), &n.scale(4)), Some(true));
        assert_eq!(less(&k, &n.scale(4)), Some(true));
        assert_eq!(less(&j, &Int::atom(Atom::Loop(LoopId(0)))), None);
        assert_eq!(less(&n, &i), Some(false));
        assert_eq!(ranges.decide(Comparison::Equal, &i, &n, &[]), Some(false));
        assert_eq!(
            ranges.decide(Comparison::LessEqual, &Int::zero(), &i.sub(&j), &[i.sub(&j).plus(-1)]),
            Some(true)
        );
    }

    #[test]
    fn what_is_found_is_a_place() {
        let loops = BTreeMap::new();
        let domain = [axis(Int::constant(4))];
        let (found, other) = (TensorId(0), TensorId(1));
        let places = Places::from([(found, Int::constant(4))]);
        let ranges = Ranges::new(&domain, &loops).with_places(&places);
        let row = |tensor| {
            let place = Int::atom(Atom::Read(tensor, vec![Int::index(0)]));
            Int::index(0).scale(2).add(&place.div(&Int::constant(2)))
        };
        let less = |a: &Int, b| ranges.decide(Comparison::Less, a, &Int::constant(b), &[]);
        assert_eq!(less(&row(found), 8), Some(true));
        assert_eq!(less(&row(found), 7), None);
        assert_eq!(less(&row(other), 8), None);
    }

    #[test]
    fn reshaped_subscripts_are_found_again() {
        let (n, loops) = (Int::dim(DimId(0)), BTreeMap::new());
        let domain = [axis(n.clone()), axis(Int::constant(4)), axis(Int::constant(24)), axis(n.clone())];
        let ranges = Ranges::new(&domain, &loops);
        let (i, j, k, l) = (Int::index(0), Int::index(1), Int::index(2), Int::index(3));
        let four = Int::constant(4);
        let flat = i.scale(4).add(&j);
        assert_eq!(ranges.simplify(&flat.div(&four)), i);
        assert_eq!(ranges.simplify(&flat.modulo(&four)), j);
        let flat = i.mul(&n).add(&l);
        assert_eq!(ranges.simplify(&flat.div(&n)), i);
        assert_eq!(ranges.simplify(&flat.modulo(&n)), l);
        assert_eq!(ranges.simplify(&k.div(&four).mul(&four).add(&k.modulo(&four))), k);
        assert_eq!(ranges.simplify(&k.div(&four).div(&Int::constant(6))), Int::zero());
    }
}
