//! Bounds of integers, given the extents of the indices and counters that they are made of.

use std::collections::BTreeMap;

use crate::ir::{Atom, Int, LoopId};

/// How far indices and counters run: each over `0..extent`.
pub struct Extents<'a> {
    /// By index.
    indices: &'a [Int],
    /// By loop.
    counters: &'a BTreeMap<LoopId, Int>,
}

impl<'a> Extents<'a> {
    /// Of indices and counters.
    pub fn new(indices: &'a [Int], counters: &'a BTreeMap<LoopId, Int>) -> Self {
        Self { indices, counters }
    }

    /// Something made of dims that the integer never falls below.
    pub fn least(&self, value: &Int) -> Option<Int> {
        self.bound(value, false)
    }

    /// Whether an integer is never negative.
    pub fn is_natural(&self, value: &Int) -> bool {
        self.least(value).is_some_and(|least| least.terms().all(|(_, coefficient)| coefficient >= 0))
    }

    /// Whether an integer is always a subscript of an axis.
    pub fn is_within(&self, value: &Int, extent: &Int) -> bool {
        self.is_natural(value) && self.is_natural(&extent.sub(value).plus(-1))
    }

    /// Whether subscripts always lie inside a shape, whatever conditions hold.
    pub fn are_within(&self, at: &[Int], shape: &[Int]) -> bool {
        at.iter().zip(shape).all(|(at, extent)| self.is_within(at, extent))
    }

    fn bound(&self, value: &Int, most: bool) -> Option<Int> {
        let mut bound = Int::zero();
        for (monomial, coefficient) in value.terms() {
            let mut product = Int::constant(coefficient);
            for atom in monomial {
                let factor = match self.extent(atom) {
                    Some(extent) if (coefficient > 0) == most => extent.plus(-1),
                    Some(_) => Int::zero(),
                    None if matches!(atom, Atom::Dim(_) | Atom::Root(_)) => Int::atom(atom.clone()),
                    None => return None,
                };
                product = product.mul(&factor);
            }
            bound = bound.add(&product);
        }
        Some(bound)
    }

    fn extent(&self, atom: &Atom) -> Option<Int> {
        match atom {
            Atom::Index(place) => self.indices.get(*place).cloned(),
            Atom::Loop(counter) => self.counters.get(counter).cloned(),
            // What is checked where it is evaluated may be evaluated nowhere else.
            Atom::Inside(_)
            | Atom::Dim(_)
            | Atom::Read(..)
            | Atom::Div(..)
            | Atom::Mod(..)
            | Atom::Root(_) => None,
        }
    }
}
