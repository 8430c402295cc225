//! What a branch writes to a part leaves the whole as it was where the branch is not taken.
//!
//! `if c { h[t] = x; }` writes one element, whatever the size of h: x where c holds, else what the element was before.
//! Since a write has a place for every index, one that may be outside where c does not hold is another there: that of
//! an element that is surely one, and stays as it is. So after the branch the name stands for what the branch has made,
//! and the other branch begins with it: there is nothing to choose between.

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Guard};
use super::value::{Array, Value};
use crate::ir::{Atom, Carried, Graph, Int, Kind, Reduction, Scalar, ScalarId, TensorId};

impl Elaborator<'_> {
    /// The conditions around that are one for all elements, outermost first.
    pub fn conditions(&mut self) -> Vec<ScalarId> {
        let around: Vec<Array> = self
            .guards
            .iter()
            .filter(|guard| guard.needed && guard.condition.shape.is_empty())
            .map(|guard| guard.condition.clone())
            .collect();
        around.iter().map(|condition| self.here(condition).element).collect()
    }

    /// The places of a part of `base`, where the conditions around hold; where they do not, places that are inside all
    /// the same. None where it is not certain that there are any, or where arrays of indices say the places.
    pub fn places_anywhere(
        &mut self,
        base: TensorId,
        part: &[Int],
        at: &[Int],
        name: &str,
    ) -> Option<Vec<Int>> {
        let depth = self.depth();
        let shape = self.graph.shape(base)[depth..].to_vec();
        let is_of_part = |value: &Int, axis: usize| value.mentions_index(depth + axis);
        let mut moved = Vec::new();
        for (axis, (place, size)) in at[depth..].iter().zip(&shape).enumerate() {
            let along = (0..part.len()).find(|&along| is_of_part(place, along));
            let own = along.map_or_else(Int::zero, |along| Int::index(depth + along));
            let first = place.sub(&own);
            if (0..part.len()).any(|along| is_of_part(&first, along)) {
                return None;
            }
            let length = along.map_or_else(|| Int::constant(1), |along| part[along].clone());
            if !self.surely_holds(size, &first, &length) {
                if !self.surely_has_room(size, &length) {
                    return None;
                }
                moved.push((depth + axis, first, own));
            }
        }
        let mut at = at.to_vec();
        for (axis, first, own) in moved {
            let element = self.graph.scalars.integer(first);
            let first = self.scalar(Kind::Index, element);
            let first = self.make(&first, &format!("{name}_at"), Reduction::Set, &[]);
            at[axis] = self.as_integer(&first)?.add(&own);
        }
        Some(at)
    }

    /// What is written to a place: the element where the conditions around hold, else what is there.
    pub fn or_what_is_there(
        &mut self,
        base: TensorId,
        at: &[Int],
        element: ScalarId,
        conditions: &[ScalarId],
    ) -> ScalarId {
        let old = self.element(base, at.to_vec(), self.graph.tensor(base).kind);
        let scalars = &mut self.graph.scalars;
        conditions.iter().rev().fold(element, |value, &condition| scalars.select(condition, value, old))
    }

    /// Whether an axis holds so many places from the first one on, whatever conditions are around it.
    fn surely_holds(&self, size: &Int, first: &Int, length: &Int) -> bool {
        if length.is(1) {
            return self.is_surely_inside(first, size);
        }
        let fits = || {
            let mut is_known = true;
            first.visit_atoms(&mut |atom| is_known &= !matches!(atom, Atom::Inside(_) | Atom::Read(..)));
            if !is_known {
                return None;
            }
            let (low, _) = self.bounds(first)?;
            let (_, high) = self.bounds(&first.add(length))?;
            Some(Self::is_at_least(&low, 0)? && Self::is_at_least(&size.sub(&high), 0)?)
        };
        fits() == Some(true)
    }

    /// Whether an axis has so many places. What stands in a loop, or has an index, is computed where that runs over
    /// something.
    fn surely_has_room(&self, size: &Int, length: &Int) -> bool {
        let is_enough = |least: &Int| Self::is_at_least(&size.sub(least), 0) == Some(true);
        let mut running = self.counters.values().chain(self.ambient.iter().map(|axis| &axis.extent));
        is_enough(length) || length.is(1) && running.any(is_enough)
    }

    /// The condition of a branch that assigns some names: what it asks of their values is asked once, before they are
    /// written over.
    pub fn decided(&mut self, mask: Array, assigned: &[(Ident, Value)]) -> Array {
        let tensors: Vec<TensorId> = assigned.iter().filter_map(|(_, value)| self.whole_of(value)).collect();
        if tensors.is_empty() || !mask.shape.is_empty() {
            return mask;
        }
        Array { element: self.decided_part(mask.element, &tensors), ..mask }
    }

    fn decided_part(&mut self, condition: ScalarId, tensors: &[TensorId]) -> ScalarId {
        let reads = self.graph.reads(condition);
        if !reads.iter().any(|read| tensors.contains(read)) {
            return condition;
        }
        match self.graph.scalars[condition] {
            // The right side is asked where the left one leaves it open.
            Scalar::And(a, b) => {
                let a = self.decided_part(a, tensors);
                let b = self.decided_under(a, b, tensors);
                self.graph.scalars.and(a, b)
            }
            Scalar::Or(a, b) => {
                let a = self.decided_part(a, tensors);
                let not = self.graph.scalars.not(a);
                let b = self.decided_under(not, b, tensors);
                self.graph.scalars.or(a, b)
            }
            _ => {
                let mask = self.scalar(Kind::Mask, condition);
                self.make(&mask, "condition", Reduction::Set, &[]).element
            }
        }
    }

    fn decided_under(&mut self, holds: ScalarId, condition: ScalarId, tensors: &[TensorId]) -> ScalarId {
        let holds = self.scalar(Kind::Mask, holds);
        self.guards.push(Guard { condition: holds, needed: true });
        let condition = self.decided_part(condition, tensors);
        self.guards.pop();
        condition
    }

    /// Takes note that a tensor is another one where one of the conditions around does not hold.
    pub fn keeps(&mut self, tensor: TensorId, before: TensorId) {
        self.kept.insert(tensor, before);
    }

    /// Takes note of what a loop leaves as it was where one of the conditions around it does not hold.
    pub fn keep_carried<'c>(&mut self, carried: impl Iterator<Item = &'c Carried>) {
        if self.conditions().is_empty() {
            return;
        }
        for each in carried {
            if self.is_kept_tensor(each.next, each.inside, each.inside) {
                self.keeps(each.last, each.initial);
            }
        }
    }

    /// Whether a value is what it was before a branch, or is so where the branch is not taken; the branch has made the
    /// tensors from `first` on.
    pub fn is_kept(&self, after: &Value, before: &Value, first: TensorId) -> bool {
        match (self.whole_of(after), self.whole_of(before)) {
            (Some(after), Some(before)) => self.is_kept_tensor(after, before, first),
            _ => false,
        }
    }

    /// The same of tensors.
    fn is_kept_tensor(&self, after: TensorId, before: TensorId, first: TensorId) -> bool {
        let links = std::iter::successors(Some(after), |tensor| {
            self.kept.get(tensor).copied().filter(|_| *tensor >= first)
        });
        links.into_iter().any(|tensor| tensor == before)
    }

    /// The tensor that a value is, as [`Self::whole`] makes it.
    fn whole_of(&self, value: &Value) -> Option<TensorId> {
        let Value::Array(array) = value else { return None };
        let (tensor, at) = self.read_by(array.element)?;
        let is_whole = array.depth == self.depth()
            && at == Graph::identity(array.depth + array.shape.len())
            && self.graph.shape(tensor)[array.depth..] == array.shape;
        is_whole.then_some(tensor)
    }
}
