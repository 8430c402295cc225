//! Parts that are assigned in a branch, at places that are inside alone where it is taken.
//!
//! What a branch assigns it assigns where it is taken, and elsewhere a place is not even evaluated. Where `kept` finds
//! no place that is surely one, the write is a choice for each element of the whole: what is assigned, if the branch is
//! taken and this is its place, else what was there. Where an array of indices says the places, `h[index[t - 1]] = x`,
//! each element looks up which of the part was written there last: in a table with places beyond the end, to which
//! everything goes where the branch is not taken.

use super::elaborate::Elaborator;
use crate::ir::{
    Atom, Axis, Comparison, Comprehension, Graph, Int, Kind, Node, Reduction, ScalarId, TensorId,
};

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
        let conditions = self.conditions();
        let shape = self.graph.shape(base)[depth..].to_vec();
        let is_of_part = |value: &Int| (0..part.len()).any(|axis| value.mentions_index(depth + axis));
        let mut within: Vec<Option<Int>> = vec![None; part.len()];
        let (mut sure, mut here) = (true, Vec::new());
        let mut listed = Vec::new();
        for (axis, (place, size)) in at[depth..].iter().zip(&shape).enumerate() {
            let element = Int::index(depth + axis);
            if !is_of_part(place) {
                sure &= self.is_surely_inside(place, size);
                here.push((Comparison::Equal, element, place.clone()));
                continue;
            }
            let along = (0..part.len()).find(|along| !is_of_part(&place.sub(&Int::index(depth + along))));
            let Some(along) = along else {
                sure = false;
                listed.push((axis, place.clone()));
                continue;
            };
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
        if !listed.is_empty() {
            let last = self.last_written(&listed, &shape, part, &conditions, name);
            let axes = listed.iter().map(|(axis, _)| Int::index(depth + axis));
            let at = (0..depth).map(Int::index).chain(axes).collect();
            let number = Int::atom(Atom::Read(last.table, at));
            here.push((Comparison::Less, Int::zero(), number.clone()));
            let mut number = number.plus(-1);
            for along in last.along.iter().rev() {
                if within[*along].replace(number.modulo(&part[*along])).is_some() {
                    return None;
                }
                number = number.div(&part[*along]);
            }
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
        self.set(out, domain, whole, value);
        Some(out)
    }

    /// Which element of a part was the last that is written to each place of the axes of which arrays of indices say
    /// the places.
    fn last_written(
        &mut self,
        listed: &[(usize, Int)],
        shape: &[Int],
        part: &[Int],
        conditions: &[ScalarId],
        name: &str,
    ) -> LastWritten {
        let depth = self.depth();
        let along: Vec<usize> = (0..part.len())
            .filter(|along| listed.iter().any(|(_, place)| place.mentions_index(depth + along)))
            .collect();
        // These indices of the part alone, in order.
        let renumber: Vec<Int> = (0..depth)
            .map(Int::index)
            .chain((0..part.len()).map(|axis| {
                let position = along.iter().position(|known| *known == axis);
                position.map_or_else(Int::zero, |position| Int::index(depth + position))
            }))
            .collect();
        let extents: Vec<Int> = along.iter().map(|along| part[*along].clone()).collect();
        let ambient: Vec<Int> = self.ambient.iter().map(|axis| axis.extent.clone()).collect();
        let over: Vec<Int> = ambient.iter().chain(&extents).cloned().collect();
        let domain: Vec<Axis> = self.ambient.iter().cloned().chain(Graph::axes(&extents)).collect();
        let whole = Graph::identity(over.len());
        let (mut at, mut sizes) = (Graph::identity(depth), ambient);
        let number = extents.iter().enumerate().fold(Int::zero(), |number, (position, extent)| {
            number.mul(extent).add(&Int::index(depth + position))
        });
        // A place is written once, those beyond the end too.
        let (mut beyond, mut more) = (number.clone(), Int::product(&extents));
        for (axis, place) in listed {
            let (inside, beyond) = (
                place.with_indices(&renumber),
                shape[*axis].add(&std::mem::replace(&mut beyond, Int::zero())),
            );
            let scalars = &mut self.graph.scalars;
            let (mut value, beyond) = (scalars.integer(inside), scalars.integer(beyond));
            for condition in conditions.iter().rev() {
                value = scalars.select(*condition, value, beyond);
            }
            let out = self.graph.add_tensor(format!("{name}_at"), over.clone(), Kind::Index);
            self.set(out, domain.clone(), whole.clone(), value);
            at.push(Int::atom(Atom::Read(out, whole.clone())));
            sizes.push(shape[*axis].add(&std::mem::replace(&mut more, Int::constant(1))));
        }
        let value = self.graph.scalars.integer(number.plus(1));
        let table = self.graph.add_tensor(format!("{name}_last"), sizes, Kind::Index);
        self.set(table, domain, at, value);
        LastWritten { table, along }
    }

    fn set(&mut self, out: TensorId, domain: Vec<Axis>, at: Vec<Int>, value: ScalarId) {
        let reduction = Reduction::Set;
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain,
            at,
            reduction,
            value,
        }));
    }
}

/// Which element of a part was the last that is written to a place.
struct LastWritten {
    /// Its number among those along the axes of the part, from 1; 0 where there is none.
    table: TensorId,
    /// The axes of the part along which arrays of indices say the places.
    along: Vec<usize>,
}
