//! Parts that are assigned in a branch, at places that are inside alone where it is taken.
//!
//! What a branch assigns it assigns where it is taken, and elsewhere a place is not even evaluated: `if t > 0 {
//! h[t - 1] = x; … }`. A write has a place for every index, so this one is a choice for each element of the whole: what
//! is assigned, if the branch is taken and this is its place, else what was there.

use super::elaborate::Elaborator;
use crate::ir::{Comparison, Comprehension, Graph, Int, Node, Reduction, ScalarId, TensorId};

impl Elaborator<'_> {
    /// `base` with an element over what is in scope and a part at its places, if conditions stand around it and it is
    /// not certain without them that all places are inside; none where it is, or where no element can tell whether it
    /// is in the part.
    pub fn placed(
        &mut self,
        base: TensorId,
        part: &[Int],
        at: &[Int],
        element: ScalarId,
        name: &str,
    ) -> Option<TensorId> {
        let depth = self.depth();
        let conditions: Vec<ScalarId> = {
            let around: Vec<_> = self.guards.iter().filter(|guard| guard.needed).cloned().collect();
            let around = around.into_iter().filter(|guard| guard.condition.shape.is_empty());
            around.map(|guard| self.here(&guard.condition).element).collect()
        };
        let shape = self.graph.shape(base)[depth..].to_vec();
        let is_of_part = |value: &Int| (0..part.len()).any(|axis| value.mentions_index(depth + axis));
        let mut within: Vec<Option<Int>> = vec![None; part.len()];
        let (mut sure, mut here) = (true, Vec::new());
        for (axis, (place, size)) in at[depth..].iter().zip(&shape).enumerate() {
            let element = Int::index(depth + axis);
            if !is_of_part(place) {
                sure &= self.is_surely_inside(place, size);
                here.push((Comparison::Equal, element, place.clone()));
                continue;
            }
            let along = (0..part.len()).find(|along| !is_of_part(&place.sub(&Int::index(depth + along))))?;
            let first = place.sub(&Int::index(depth + along));
            let after = first.add(&part[along]);
            let fits = |this: &Self| {
                let (low, _) = this.bounds(&first)?;
                let (_, high) = this.bounds(&after)?;
                Some(Self::is_at_least(&low, 0)? && Self::is_at_least(&size.sub(&high), 0)?)
            };
            sure &= fits(self) == Some(true);
            if within[along].replace(element.sub(&first)).is_some() {
                return None;
            }
            here.push((Comparison::LessEqual, first, element.clone()));
            here.push((Comparison::Less, element, after));
        }
        if conditions.is_empty() || sure {
            return None;
        }
        let renumber: Option<Vec<Int>> =
            (0..depth).map(|index| Some(Int::index(index))).chain(within).collect();
        let new = self.graph.scalars.with_indices(element, &renumber?);
        let whole = Graph::identity(depth + shape.len());
        let old = self.element(base, whole.clone(), self.graph.tensor(base).kind);
        let scalars = &mut self.graph.scalars;
        let places = here.into_iter().map(|(comparison, a, b)| scalars.compare_int(comparison, a, b));
        let chosen: Vec<ScalarId> = conditions.into_iter().chain(places.collect::<Vec<_>>()).collect();
        let value =
            chosen.into_iter().rev().fold(new, |value, condition| scalars.select(condition, value, old));
        let domain = self.ambient.iter().cloned().chain(Graph::axes(&shape)).collect();
        let out = self.graph.add_tensor(name, self.graph.shape(base).to_vec(), self.graph.tensor(base).kind);
        let reduction = Reduction::Set;
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain,
            at: whole,
            reduction,
            value,
        }));
        Some(out)
    }
}
