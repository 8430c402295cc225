//! What a loop keeps of each iteration: of each tensor what the backward pass reads.
//!
//! A tensor that is read at subscripts which an iteration fixes, `h[l]`, `h[order[l]]` in a loop over l, or `h[0]`, is
//! kept at these, where that is less: of a carried array the row of the iteration, not all rows for each.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Reverse, outputs};
use super::visit_uses;
use crate::ir::rename::{self, Rename};
use crate::ir::{
    Atom, Carried, Comparison, Comprehension, Graph, Int, Kind, Loop, LoopId, Node, Reduction, ScalarId,
    TensorId,
};

/// A part of a tensor: for each axis the subscript that an iteration fixes; none for all of the axis.
type Part = Vec<Option<Int>>;

impl Reverse<'_> {
    /// Makes the forward loop keep, for each iteration, what the backward body reads of it; and the
    /// backward body read it there. Returns the condition of the iterations that have run.
    pub(super) fn keep(
        &mut self,
        node: &mut Loop,
        counter: LoopId,
        backward: &mut [Node],
        before: &mut Vec<Node>,
    ) -> Option<ScalarId> {
        let mut kept = BTreeMap::new();
        for (tensor, parts) in self.parts_read(node, backward) {
            let tensors = parts.into_iter().map(|part| {
                let last = self.keep_part(node, tensor, &part, before);
                (part, last)
            });
            kept.insert(tensor, tensors.collect::<Vec<_>>());
        }
        // Indices first: subscripts of the others may be made of them.
        let is_index = |tensor: &TensorId| self.graph.tensor(*tensor).kind != Kind::Float;
        let indices = kept.iter().filter(|(tensor, _)| is_index(tensor));
        let indices = indices.map(|(tensor, parts)| (*tensor, parts.clone())).collect();
        let mut rename = Kept { kept: indices, from: node.counter, to: counter };
        for part in kept.values_mut().flatten().flat_map(|(part, _)| part).flatten() {
            *part = rename::integer(part, &mut rename);
        }
        rename.kept = kept;
        for inner in backward {
            rename::node(self.graph, inner, &mut rename);
        }
        node.condition.map(|condition| rename::scalar(&mut self.graph.scalars, condition, &mut rename))
    }

    /// What the backward body, and the condition, read of what an iteration has made or found.
    fn parts_read(&self, node: &Loop, backward: &[Node]) -> BTreeMap<TensorId, BTreeSet<Part>> {
        let mut local = outputs(&node.body);
        local.extend(node.carried.iter().map(|carried| carried.inside));
        let mut nested = BTreeSet::new();
        counters(backward, &mut nested);
        let mut read: BTreeMap<TensorId, BTreeSet<Part>> = BTreeMap::new();
        let mut note = |tensor, at: Option<&[Int]>| {
            if !local.contains(&tensor) {
                return;
            }
            let is_float = self.graph.tensor(tensor).kind == Kind::Float;
            let part = match at.filter(|_| is_float) {
                Some(at) => at.iter().map(|at| is_fixed(at, &nested, &local).then(|| at.clone())).collect(),
                None => vec![None; self.graph.shape(tensor).len()],
            };
            read.entry(tensor).or_default().insert(part);
        };
        for inner in backward {
            visit_uses(self.graph, inner, &mut note);
        }
        if let Some(condition) = node.condition {
            self.graph.visit_reads(condition, &mut |tensor, at| note(tensor, Some(at)));
        }
        for (tensor, parts) in &mut read {
            let shape = self.graph.shape(*tensor);
            let whole = vec![None; shape.len()];
            if parts.iter().map(|part| elements(shape, part)).sum::<f64>() >= elements(shape, &whole) {
                *parts = BTreeSet::from([whole]);
            }
        }
        read
    }

    /// Makes the forward loop keep a part of a tensor. Returns what it has kept in the end.
    fn keep_part(
        &mut self,
        node: &mut Loop,
        tensor: TensorId,
        part: &Part,
        before: &mut Vec<Node>,
    ) -> TensorId {
        let of = self.graph.tensor(tensor).clone();
        let free = of.shape.iter().zip(part).filter(|(_, fixed)| fixed.is_none());
        let inner_shape: Vec<Int> = free.map(|(extent, _)| extent.clone()).collect();
        let identity = Graph::identity(inner_shape.len());
        let mut rest = identity.iter().cloned();
        // It may be read under a condition, and be outside where that does not hold: it is asked, not checked.
        let part: Vec<Option<Int>> = part.iter().map(|fixed| fixed.as_ref().map(Int::unchecked)).collect();
        let at = part.iter().map(|fixed| fixed.clone().or_else(|| rest.next()).unwrap_or_else(Int::zero));
        let mut value = self.element(tensor, at.collect());
        for (fixed, extent) in part.iter().zip(&of.shape) {
            let Some(fixed) = fixed else { continue };
            let scalars = &mut self.graph.scalars;
            let zero = scalars.zero(of.kind);
            let from = scalars.compare_int(Comparison::LessEqual, Int::zero(), fixed.clone());
            let to = scalars.compare_int(Comparison::Less, fixed.clone(), extent.clone());
            let inside = scalars.and(from, to);
            value = scalars.select(inside, value, zero);
        }
        let shape: Vec<Int> =
            std::iter::once(node.extent.clone()).chain(inner_shape.iter().cloned()).collect();
        let name = of.name.with("each");
        let initial = self.graph.add_tensor(name, shape, of.kind);
        before.push(Node::Comprehension(self.graph.zeros(initial)));
        let [inside, next, last] = [(); 3].map(|()| self.graph.add_like(initial));
        let at = std::iter::once(Int::atom(Atom::Loop(node.counter))).chain(identity).collect();
        let domain = Graph::axes(&inner_shape);
        let write =
            Comprehension { out: next, base: Some(inside), domain, at, reduction: Reduction::Set, value };
        node.body.push(Node::Comprehension(write));
        node.carried.push(Carried { initial, inside, next, last });
        if self.active.contains(&tensor) {
            self.active.extend([inside, next, last]);
        }
        last
    }
}

/// About how many elements a part has.
fn elements(shape: &[Int], part: &Part) -> f64 {
    let free = shape.iter().zip(part).filter(|(_, fixed)| fixed.is_none());
    free.map(|(extent, _)| extent.typical() as f64).product()
}

/// Whether a subscript is one throughout an iteration: made of sizes, of the counters of the loop and of those around
/// it, of what arrays from outside hold there, and of single indices that the iteration makes.
fn is_fixed(subscript: &Int, nested: &BTreeSet<LoopId>, local: &BTreeSet<TensorId>) -> bool {
    let mut is_fixed = true;
    subscript.visit_atoms(&mut |atom| match atom {
        Atom::Loop(counter) => is_fixed &= !nested.contains(counter),
        Atom::Read(tensor, at) if local.contains(tensor) => is_fixed &= at.is_empty(),
        Atom::Read(..) => {}
        Atom::Dim(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_) => {}
        Atom::Index(_) => is_fixed = false,
    });
    is_fixed
}

/// The counters of all loops among some nodes.
fn counters(nodes: &[Node], found: &mut BTreeSet<LoopId>) {
    for node in nodes {
        if let Node::Loop(node) = node {
            found.insert(node.counter);
            counters(&node.body, found);
        }
    }
}

/// Reads of an iteration become reads of what was kept of it.
struct Kept {
    /// By tensor: the parts of it that were kept, in terms of the new counter, and where.
    kept: BTreeMap<TensorId, Vec<(Part, TensorId)>>,
    from: LoopId,
    to: LoopId,
}

impl Rename for Kept {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        let holds =
            |part: &Part| part.iter().zip(at).all(|(fixed, at)| fixed.as_ref().is_none_or(|it| it == at));
        let (part, kept) = self.kept.get(&tensor)?.iter().find(|(part, _)| holds(part))?;
        let free = at.iter().zip(part).filter(|(_, fixed)| fixed.is_none()).map(|(at, _)| at.clone());
        Some((*kept, std::iter::once(Int::atom(Atom::Loop(self.to))).chain(free).collect()))
    }

    fn counter(&mut self, counter: LoopId) -> Int {
        Int::atom(Atom::Loop(if counter == self.from { self.to } else { counter }))
    }
}
