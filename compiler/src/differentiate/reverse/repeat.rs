//! The reverse of a loop: a loop in the other direction, over what the forward loop keeps of each iteration.

mod again;

use std::collections::{BTreeMap, BTreeSet};

use super::{Cotangents, Reverse, outputs};
use crate::differentiate::activity::spread_back;
use crate::ir::rename::{self, Rename};
use crate::ir::{
    Atom, Carried, Comprehension, Graph, Int, Keep, Loop, LoopId, Node, Reduction, ScalarId, TensorId,
};

impl Reverse<'_> {
    /// A loop, with each thing it carries and each active thing it reads turned round.
    pub(super) fn repeat(
        &mut self,
        node: Loop,
        cotangents: &mut Cotangents,
        backward: &mut Vec<Node>,
        before: &mut Vec<Node>,
    ) -> Loop {
        let mut reached: BTreeSet<TensorId> = node
            .carried
            .iter()
            .map(|carried| carried.last)
            .filter(|last| cotangents.contains_key(last))
            .collect();
        if reached.is_empty() {
            return node;
        }
        let mut node = if node.keep == Keep::Roots { self.in_parts(node) } else { node };
        let once = (node.keep == Keep::Beginnings).then(|| self.again(&mut node));
        let as_list = [Node::Loop(node.clone())];
        spread_back(self.graph, &as_list, &mut reached);
        reached.retain(|tensor| self.active.contains(tensor));

        let counter = self.graph.add_loop();
        let mut inner = Cotangents::new();
        let mut inner_backward = Vec::new();
        let mut turned = Vec::new();

        // What the body reads from outside, and its gradient so far.
        let local = made_inside(&node);
        let outside: Vec<TensorId> = reached
            .iter()
            .copied()
            .filter(|tensor| !local.contains(tensor) && reads_from_outside(self.graph, &node, *tensor))
            .collect();
        for &tensor in &outside {
            let initial = cotangents.remove(&tensor);
            let inside = self.turn(tensor, initial, &mut turned, backward);
            inner.insert(tensor, inside);
        }
        let carried: Vec<Carried> = node
            .carried
            .iter()
            .copied()
            .filter(|carried| reached.contains(&carried.last) || reached.contains(&carried.inside))
            .collect();
        for each in &carried {
            let initial = cotangents.remove(&each.last);
            let inside = self.turn(each.inside, initial, &mut turned, backward);
            if self.active.contains(&each.next) {
                self.accumulate(each.next, inside, &mut inner, &mut inner_backward);
            }
        }

        node.body = self.list(std::mem::take(&mut node.body), &mut inner, &mut inner_backward);

        let carried_next: Vec<TensorId> = carried
            .iter()
            .map(|each| {
                inner.remove(&each.inside).unwrap_or_else(|| self.zeros(each.inside, &mut inner_backward))
            })
            .collect();
        let outside_next: Vec<TensorId> = outside.iter().map(|tensor| inner[tensor]).collect();
        for (turned, next) in turned.iter_mut().zip(outside_next.into_iter().chain(carried_next)) {
            turned.next = next;
        }

        if let Some(once) = once {
            // What is reversed was computed again; the forward loop has its own.
            inner_backward.splice(0..0, std::mem::replace(&mut node.body, once.body));
            for (carried, next) in node.carried.iter_mut().zip(once.nexts) {
                carried.next = next;
            }
        }
        let condition = self.keep(&mut node, counter, &mut inner_backward, before);
        for (tensor, turned) in outside.iter().zip(&turned) {
            cotangents.insert(*tensor, turned.last);
        }
        let lasts: Vec<TensorId> = turned[outside.len()..].iter().map(|turned| turned.last).collect();
        backward.push(Node::Loop(Loop {
            counter,
            name: node.name.clone(),
            extent: node.extent.clone(),
            reversed: !node.reversed,
            condition,
            keep: node.keep,
            carried: turned,
            body: inner_backward,
        }));
        for (each, last) in carried.iter().zip(lasts) {
            if self.active.contains(&each.initial) {
                self.accumulate(each.initial, last, cotangents, backward);
            }
        }
        node
    }

    /// A cotangent that a turned loop carries, `next` to be filled in. Returns it as it is inside.
    fn turn(
        &mut self,
        tensor: TensorId,
        initial: Option<TensorId>,
        turned: &mut Vec<Carried>,
        backward: &mut Vec<Node>,
    ) -> TensorId {
        let initial = initial.unwrap_or_else(|| self.zeros(tensor, backward));
        let shape = self.graph.shape(tensor).to_vec();
        let inside = self.cotangent_tensor(tensor, shape.clone());
        let last = self.cotangent_tensor(tensor, shape);
        turned.push(Carried { initial, inside, next: inside, last });
        inside
    }

    /// Makes the forward loop keep, for each iteration, what the backward body reads of it; and the
    /// backward body read it there. Returns the condition of the iterations that have run.
    fn keep(
        &mut self,
        node: &mut Loop,
        counter: LoopId,
        backward: &mut [Node],
        before: &mut Vec<Node>,
    ) -> Option<ScalarId> {
        let mut local = outputs(&node.body);
        local.extend(node.carried.iter().map(|carried| carried.inside));
        let mut read = BTreeSet::new();
        for inner in backward.iter() {
            all_reads(self.graph, inner, &mut read);
        }
        read.extend(node.condition.iter().flat_map(|&condition| self.graph.reads(condition)));
        let mut kept = BTreeMap::new();
        for tensor in read.intersection(&local).copied() {
            let (name, kind) = (self.graph.tensor(tensor).name.clone(), self.graph.tensor(tensor).kind);
            let inner_shape = self.graph.shape(tensor).to_vec();
            let shape: Vec<Int> =
                std::iter::once(node.extent.clone()).chain(inner_shape.iter().cloned()).collect();
            let name = format!("{name}_each");
            let initial = self.graph.add_tensor(&name, shape.clone(), kind);
            before.push(Node::Comprehension(self.graph.zeros(initial)));
            let inside = self.graph.add_tensor(&name, shape.clone(), kind);
            let next = self.graph.add_tensor(&name, shape.clone(), kind);
            let last = self.graph.add_tensor(&name, shape, kind);
            let identity = Graph::identity(inner_shape.len());
            let value = self.element(tensor, identity.clone());
            let at = std::iter::once(Int::atom(Atom::Loop(node.counter))).chain(identity).collect();
            let domain = Graph::axes(&inner_shape);
            let write =
                Comprehension { out: next, base: Some(inside), domain, at, reduction: Reduction::Set, value };
            node.body.push(Node::Comprehension(write));
            node.carried.push(Carried { initial, inside, next, last });
            if self.active.contains(&tensor) {
                self.active.extend([inside, next, last]);
            }
            kept.insert(tensor, last);
        }
        let mut rename = Kept { kept, from: node.counter, to: counter };
        for inner in backward {
            rename::node(self.graph, inner, &mut rename);
        }
        node.condition.map(|condition| rename::scalar(&mut self.graph.scalars, condition, &mut rename))
    }
}

/// Reads of an iteration become reads of what was kept of it.
struct Kept {
    kept: BTreeMap<TensorId, TensorId>,
    from: LoopId,
    to: LoopId,
}

impl Rename for Kept {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        let kept = *self.kept.get(&tensor)?;
        let iteration = Int::atom(Atom::Loop(self.to));
        Some((kept, std::iter::once(iteration).chain(at.iter().cloned()).collect()))
    }

    fn counter(&mut self, counter: LoopId) -> Int {
        Int::atom(Atom::Loop(if counter == self.from { self.to } else { counter }))
    }
}

/// What exists only inside a loop.
fn made_inside(node: &Loop) -> BTreeSet<TensorId> {
    let mut made = outputs(&node.body);
    made.extend(node.carried.iter().map(|carried| carried.inside));
    made
}

/// Whether a body uses a tensor from outside: reads it, or hands it on.
fn reads_from_outside(graph: &Graph, node: &Loop, tensor: TensorId) -> bool {
    let mut read = BTreeSet::new();
    for inner in &node.body {
        all_reads(graph, inner, &mut read);
    }
    read.extend(node.carried.iter().map(|carried| carried.next));
    read.contains(&tensor)
}

/// Everything that a node uses, in nested loops too.
fn all_reads(graph: &Graph, node: &Node, read: &mut BTreeSet<TensorId>) {
    match node {
        Node::Comprehension(node) => {
            read.extend(graph.reads(node.value));
            read.extend(node.base);
            for subscript in &node.at {
                subscript.visit_atoms(&mut |atom| {
                    if let Atom::Read(tensor, _) = atom {
                        read.insert(*tensor);
                    }
                });
            }
        }
        Node::Apply(node) => read.extend(graph.reads(node.value)),
        Node::Reshape { from, .. } => {
            read.insert(*from);
        }
        Node::Loop(node) => {
            read.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
            for carried in &node.carried {
                read.extend([carried.initial, carried.next]);
            }
            for inner in &node.body {
                all_reads(graph, inner, read);
            }
        }
    }
}
