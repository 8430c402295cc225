//! Integers of the language: sizes and subscripts, as polynomials in normal form.
//!
//! Two sizes that are equal as polynomials are equal as values, so shapes compare structurally. What is
//! not polynomial (floor division, remainder, root, an element of an index tensor) is an atom. Nothing here
//! knows what the tensors hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{DimId, LoopId, TensorId};

/// An integer: a sum of products of atoms, with integer coefficients.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int {
    /// Monomials (their atoms, sorted, with repetition), ascending, with coefficients, never zero. They are few:
    /// a map would cost more.
    terms: Vec<(Vec<Atom>, i64)>,
}

/// What an integer is made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// A run-time size.
    Dim(DimId),
    /// The index at this position in the domain of the comprehension around it.
    Index(usize),
    /// The counter of a loop around it.
    Loop(LoopId),
    /// An element of a `u32` tensor.
    Read(TensorId, Vec<Int>),
    /// ⌊a / b⌋
    Div(Box<Int>, Box<Int>),
    /// a mod b, with the sign of b
    Mod(Box<Int>, Box<Int>),
    /// ⌈√a⌉, at least 1
    Root(Box<Int>),
    /// A subscript of which only a run tells whether it is inside its axis.
    Inside(Box<Inside>),
}

/// A subscript that is itself where it is inside its axis; elsewhere, evaluating it is an error.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inside {
    /// The subscript.
    pub position: Int,
    /// The size of the axis.
    pub size: Int,
    /// What is subscripted, for people.
    pub tensor: Arc<str>,
    /// Which of its axes.
    pub axis: usize,
}

impl Int {
    /// Zero.
    pub fn zero() -> Self {
        Self::default()
    }

    /// A constant.
    pub fn constant(value: i64) -> Self {
        if value == 0 {
            return Self::zero();
        }
        Self { terms: vec![(Vec::new(), value)] }
    }

    /// A single atom.
    pub fn atom(atom: Atom) -> Self {
        Self { terms: vec![(vec![atom], 1)] }
    }

    /// A run-time size.
    pub fn dim(dim: DimId) -> Self {
        Self::atom(Atom::Dim(dim))
    }

    /// The index at a position of the domain.
    pub fn index(position: usize) -> Self {
        Self::atom(Atom::Index(position))
    }

    /// The value, if it is a constant.
    pub fn as_constant(&self) -> Option<i64> {
        match self.terms.as_slice() {
            [] => Some(0),
            [(monomial, coefficient)] if monomial.is_empty() => Some(*coefficient),
            _ => None,
        }
    }

    /// Whether this is the constant.
    pub fn is(&self, value: i64) -> bool {
        self.as_constant() == Some(value)
    }

    /// The atom, if it is nothing else.
    pub fn as_atom(&self) -> Option<&Atom> {
        match self.terms.as_slice() {
            [(monomial, 1)] if monomial.len() == 1 => Some(&monomial[0]),
            _ => None,
        }
    }

    /// The position, if this is an index of the domain and nothing else.
    pub fn as_index(&self) -> Option<usize> {
        match self.as_atom() {
            Some(Atom::Index(position)) => Some(*position),
            _ => None,
        }
    }

    /// The run-time size, if this is one and nothing else.
    pub fn as_dim(&self) -> Option<DimId> {
        match self.as_atom() {
            Some(Atom::Dim(dim)) => Some(*dim),
            _ => None,
        }
    }

    /// Monomials and their coefficients.
    pub fn terms(&self) -> impl Iterator<Item = (&[Atom], i64)> {
        self.terms.iter().map(|(monomial, coefficient)| (monomial.as_slice(), *coefficient))
    }

    /// Whether no coefficient is larger: what is never negative is then never larger.
    pub fn is_covered_by(&self, other: &Self) -> bool {
        let of =
            |value: &Self, monomial: &[Atom]| value.place(monomial).map_or(0, |place| value.terms[place].1);
        self.terms().all(|(monomial, coefficient)| coefficient <= of(other, monomial))
            && other
                .terms()
                .all(|(monomial, coefficient)| coefficient >= 0 || of(self, monomial) <= coefficient)
    }

    /// a + b
    pub fn add(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (monomial, coefficient) in &other.terms {
            sum.add_term(monomial.clone(), *coefficient);
        }
        sum
    }

    /// a − b
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.scale(-1))
    }

    /// a + constant
    pub fn plus(&self, value: i64) -> Self {
        self.add(&Self::constant(value))
    }

    /// a · constant
    pub fn scale(&self, factor: i64) -> Self {
        let mut product = Self::zero();
        for (monomial, coefficient) in &self.terms {
            product.add_term(monomial.clone(), coefficient.wrapping_mul(factor));
        }
        product
    }

    /// a · b
    pub fn mul(&self, other: &Self) -> Self {
        let mut product = Self::zero();
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                let mut monomial = [left.as_slice(), right.as_slice()].concat();
                monomial.sort();
                product.add_term(monomial, a.wrapping_mul(*b));
            }
        }
        product
    }

    /// ⌊a / b⌋; of a constant b, whole multiples stand before the floor: ⌊(2n − 1) / 2⌋ is n − 1, and
    /// ⌊(n − 1) / 2⌋ is ⌊(n + 1) / 2⌋ − 1. An atom is what is left.
    pub fn div(&self, other: &Self) -> Self {
        match (self.as_constant(), other.as_constant()) {
            (Some(a), Some(b)) if b != 0 => {
                Self::constant(a.div_euclid(b) - i64::from(b < 0 && a.rem_euclid(b) != 0))
            }
            (_, Some(1)) => self.clone(),
            (_, Some(b)) if b > 0 => {
                let (whole, rest) = self.parts(b);
                match rest.as_constant() {
                    Some(_) => whole,
                    None => whole.add(&Self::atom(Atom::Div(Box::new(rest), Box::new(other.clone())))),
                }
            }
            _ if self == other && !self.is(0) => Self::constant(1),
            _ => Self::atom(Atom::Div(Box::new(self.clone()), Box::new(other.clone()))),
        }
    }

    /// q and r of a = b·q + r, term by term: `(2·N + 3) / 2` is N + 1, and `(N − 2) / 2` one less than `N / 2`.
    /// The constant of r is from 0 to b; other coefficients are smaller than b, and keep their sign.
    fn parts(&self, divisor: i64) -> (Self, Self) {
        let (mut whole, mut rest) = (Self::zero(), Self::zero());
        for &(ref monomial, coefficient) in &self.terms {
            let quotient = match monomial.is_empty() {
                true => coefficient.div_euclid(divisor),
                false => coefficient / divisor,
            };
            let remainder = coefficient - quotient * divisor;
            for (part, coefficient) in [(&mut whole, quotient), (&mut rest, remainder)] {
                if coefficient != 0 {
                    part.terms.push((monomial.clone(), coefficient));
                }
            }
        }
        (whole, rest)
    }

    /// a mod b
    pub fn modulo(&self, other: &Self) -> Self {
        match (self.as_constant(), other.as_constant()) {
            (Some(a), Some(b)) if b > 0 => Self::constant(a.rem_euclid(b)),
            (_, Some(b)) if b > 0 => {
                let (_, rest) = self.parts(b);
                match rest.as_constant() {
                    Some(rest) => Self::constant(rest),
                    None => Self::atom(Atom::Mod(Box::new(rest), Box::new(other.clone()))),
                }
            }
            _ => Self::atom(Atom::Mod(Box::new(self.clone()), Box::new(other.clone()))),
        }
    }

    /// ⌈√a⌉, at least 1: so many parts of so many make at least a.
    pub fn root(&self) -> Self {
        match self.as_constant() {
            Some(a) => Self::constant(root(a)),
            None => Self::atom(Atom::Root(Box::new(self.clone()))),
        }
    }

    /// The product of several, 1 for none: the number of elements of a shape.
    pub fn product<'a>(factors: impl IntoIterator<Item = &'a Int>) -> Self {
        factors.into_iter().fold(Self::constant(1), |product, factor| product.mul(factor))
    }

    /// The same integer with every atom replaced (inside floor divisions and element reads too).
    pub fn substitute(&self, replace: &mut dyn FnMut(&Atom) -> Option<Int>) -> Self {
        let mut result = Self::zero();
        for (monomial, coefficient) in &self.terms {
            let product = monomial.iter().fold(Self::constant(*coefficient), |product, atom| {
                product.mul(&Self::substitute_atom(atom, replace))
            });
            result = result.add(&product);
        }
        result
    }

    fn substitute_atom(atom: &Atom, replace: &mut dyn FnMut(&Atom) -> Option<Int>) -> Self {
        if let Some(replacement) = replace(atom) {
            return replacement;
        }
        match atom {
            Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) => Self::atom(atom.clone()),
            Atom::Read(tensor, at) => {
                let at = at.iter().map(|subscript| subscript.substitute(replace)).collect();
                Self::atom(Atom::Read(*tensor, at))
            }
            Atom::Div(a, b) => a.substitute(replace).div(&b.substitute(replace)),
            Atom::Mod(a, b) => a.substitute(replace).modulo(&b.substitute(replace)),
            Atom::Root(a) => a.substitute(replace).root(),
            Atom::Inside(inside) => {
                let position = inside.position.substitute(replace);
                let size = inside.size.substitute(replace);
                let (tensor, axis) = (inside.tensor.clone(), inside.axis);
                Self::atom(Atom::Inside(Box::new(Inside { position, size, tensor, axis })))
            }
        }
    }

    /// The same integer without the checks that subscripts are inside their axes.
    #[must_use]
    pub fn unchecked(&self) -> Self {
        self.substitute(&mut |atom| match atom {
            Atom::Inside(inside) => Some(inside.position.unchecked()),
            _ => None,
        })
    }

    /// The same integer with the domain's indices replaced by position; those beyond stay.
    pub fn with_indices(&self, indices: &[Int]) -> Self {
        self.substitute(&mut |atom| match atom {
            Atom::Index(position) => indices.get(*position).cloned(),
            _ => None,
        })
    }

    /// Whether it is made of run-time sizes alone.
    pub fn is_of_dims(&self) -> bool {
        let mut alone = true;
        self.visit_atoms(&mut |atom| {
            alone &= matches!(atom, Atom::Dim(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Root(_));
        });
        alone
    }

    /// Every atom, those inside other atoms too.
    pub fn visit_atoms(&self, visit: &mut dyn FnMut(&Atom)) {
        for atom in self.terms.iter().flat_map(|(monomial, _)| monomial) {
            visit(atom);
            match atom {
                Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) => {}
                Atom::Read(_, at) => at.iter().for_each(|subscript| subscript.visit_atoms(visit)),
                Atom::Div(a, b) | Atom::Mod(a, b) => {
                    a.visit_atoms(visit);
                    b.visit_atoms(visit);
                }
                Atom::Root(a) => a.visit_atoms(visit),
                Atom::Inside(inside) => {
                    inside.position.visit_atoms(visit);
                    inside.size.visit_atoms(visit);
                }
            }
        }
    }

    /// Every element of a tensor that it is made of.
    pub fn visit_reads(&self, visit: &mut dyn FnMut(TensorId, &[Int])) {
        self.visit_atoms(&mut |atom| {
            if let Atom::Read(tensor, at) = atom {
                visit(*tensor, at);
            }
        });
    }

    /// Whether anything in it is subtracted, so that small dims may make it (or a part of it) negative.
    pub fn can_be_negative(&self) -> bool {
        let mut negative = self.terms.iter().any(|(_, coefficient)| *coefficient < 0);
        let mut note = |part: &Self| negative |= part.terms.iter().any(|(_, coefficient)| *coefficient < 0);
        self.visit_atoms(&mut |atom| match atom {
            Atom::Div(a, b) | Atom::Mod(a, b) => [a, b].into_iter().for_each(|part| note(part)),
            Atom::Root(a) => note(a),
            Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) | Atom::Inside(_) => {}
        });
        negative
    }

    /// The run-time sizes that occur.
    pub fn dims(&self) -> BTreeSet<DimId> {
        let mut found = BTreeSet::new();
        self.visit_atoms(&mut |atom| {
            if let Atom::Dim(dim) = atom {
                found.insert(*dim);
            }
        });
        found
    }

    /// The indices of the domain that occur.
    pub fn indices(&self) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        self.visit_atoms(&mut |atom| {
            if let Atom::Index(position) = atom {
                found.insert(*position);
            }
        });
        found
    }

    /// Whether an element of a tensor of indices occurs.
    pub fn reads(&self) -> bool {
        let mut found = false;
        self.visit_atoms(&mut |atom| found |= matches!(atom, Atom::Read(..)));
        found
    }

    /// Whether the index at this position of the domain occurs.
    pub fn mentions_index(&self, position: usize) -> bool {
        let mut found = false;
        self.visit_atoms(&mut |atom| found |= *atom == Atom::Index(position));
        found
    }

    /// The value, given those of the outermost atoms; floor division, remainder and root are computed here.
    #[cfg(test)]
    pub fn evaluate(&self, value: &mut dyn FnMut(&Atom) -> i64) -> i64 {
        self.terms
            .iter()
            .map(|(monomial, coefficient)| {
                monomial.iter().fold(*coefficient, |product, atom| {
                    product
                        * match atom {
                            Atom::Div(a, b) | Atom::Mod(a, b) => {
                                let (a, b) = (a.evaluate(value), b.evaluate(value));
                                // Where it is zero, nothing is evaluated.
                                let b = if b == 0 { 1 } else { b };
                                let rest = a.rem_euclid(b);
                                let rest = if b < 0 && rest != 0 { rest + b } else { rest };
                                if matches!(atom, Atom::Div(..)) { (a - rest) / b } else { rest }
                            }
                            Atom::Root(a) => root(a.evaluate(value)),
                            Atom::Inside(inside) => inside.position.evaluate(value),
                            Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) => value(atom),
                        }
                })
            })
            .sum()
    }

    /// Where a monomial stands, or would.
    fn place(&self, monomial: &[Atom]) -> Result<usize, usize> {
        self.terms.binary_search_by(|(other, _)| other.as_slice().cmp(monomial))
    }

    fn add_term(&mut self, monomial: Vec<Atom>, coefficient: i64) {
        if coefficient == 0 {
            return;
        }
        match self.place(&monomial) {
            Err(place) => self.terms.insert(place, (monomial, coefficient)),
            Ok(place) => {
                let sum = self.terms[place].1.wrapping_add(coefficient);
                if sum == 0 {
                    self.terms.remove(place);
                } else {
                    self.terms[place].1 = sum;
                }
            }
        }
    }
}

/// ⌈√a⌉, at least 1.
pub fn root(a: i64) -> i64 {
    (a - 1).max(0).isqrt() + 1
}

impl From<usize> for Int {
    fn from(value: usize) -> Self {
        Self::constant(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_have_one_form() {
        let (n, m) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
        assert_eq!(n.add(&m).mul(&n), n.mul(&n).add(&m.mul(&n)));
        assert_eq!(n.sub(&n), Int::zero());
        assert_eq!(n.scale(6).div(&Int::constant(3)), n.scale(2));
        assert!(n.mul(&n.plus(1)).div(&Int::constant(2)).as_atom().is_some());
    }

    #[test]
    fn whole_multiples_stand_before_the_floor() {
        let (n, m) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
        let (two, three) = (Int::constant(2), Int::constant(3));
        assert_eq!(n.scale(2).plus(-1).div(&two).plus(1), n);
        assert_eq!(n.plus(-1).div(&two).plus(1), n.plus(1).div(&two));
        assert_eq!(n.scale(6).plus(-4).modulo(&three), Int::constant(2));
        assert_eq!(n.scale(3).add(&m).plus(7).modulo(&three), m.plus(1).modulo(&three));
        for (a, b) in (-9..9).flat_map(|a| (-9..9).map(move |b| (a, b))) {
            let mut value = |atom: &Atom| if *atom == Atom::Dim(DimId(0)) { a } else { b };
            for constant in -7..7 {
                let whole = n.scale(6).add(&m.scale(-2)).add(&n.mul(&m)).plus(constant);
                let expected = 6 * a - 2 * b + a * b + constant;
                assert_eq!(whole.div(&three).evaluate(&mut value), expected.div_euclid(3));
                assert_eq!(whole.modulo(&three).evaluate(&mut value), expected.rem_euclid(3));
            }
        }
    }

    #[test]
    fn roots_are_the_least_whose_squares_suffice() {
        for a in 0..200 {
            let found = root(a);
            assert!(found >= 1 && found * found >= a && (found == 1 || (found - 1) * (found - 1) < a), "{a}");
        }
    }

    #[test]
    fn division_floors() {
        for (a, b, quotient, remainder) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -2, -3, 0)]
        {
            let (left, right) = (Int::dim(DimId(0)), Int::dim(DimId(1)));
            let mut value = |atom: &Atom| if *atom == Atom::Dim(DimId(0)) { a } else { b };
            assert_eq!(left.div(&right).evaluate(&mut value), quotient, "{a} / {b}");
            assert_eq!(left.modulo(&right).evaluate(&mut value), remainder, "{a} % {b}");
            assert_eq!(
                Int::constant(a).div(&Int::constant(b)),
                Int::constant(quotient),
                "constant {a} / {b}"
            );
        }
    }
}
