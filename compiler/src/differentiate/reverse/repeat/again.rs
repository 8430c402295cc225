//! Loops that compute again in the backward pass what they have not kept: memory for time.
//!
//! A loop over 0..T that keeps roots becomes one over ⌈√T⌉ parts, which keeps what each begins with, around
//! one over the iterations of a part, which keeps everything; but that is the one of the backward pass, for
//! one part at a time. Each iteration computes what it did, in the same order: the bits are the same.

use std::collections::BTreeMap;

use super::super::Reverse;
use crate::ir::rename;
use crate::ir::{Atom, Carried, Comparison, Comprehension, Graph, Int, Keep, Loop, Node, TensorId};

/// What the forward loop computes once, while its copy is reversed.
pub(super) struct Once {
    /// Its body.
    pub body: Vec<Node>,
    /// What that makes of each carried value.
    pub nexts: Vec<TensorId>,
}

impl Reverse<'_> {
    /// A loop over the parts of a loop, each a loop over its iterations.
    pub(super) fn in_parts(&mut self, mut node: Loop) -> Loop {
        let length = node.extent.root();
        // As many parts as are needed, where that is known; so many suffice in any case.
        let parts = match node.extent.as_constant().zip(length.as_constant()) {
            Some((extent, length)) => Int::constant((extent + length - 1) / length),
            None => length.clone(),
        };
        let (part, place) = (self.graph.add_loop(), self.graph.add_loop());
        let iteration = Int::atom(Atom::Loop(part)).mul(&length).add(&Int::atom(Atom::Loop(place)));
        // What is made in an iteration that is counted otherwise has names of its own.
        let mut copies = BTreeMap::new();
        let nexts = self.copied(&mut node, &mut copies);
        for (carried, next) in node.carried.iter_mut().zip(nexts) {
            carried.next = next;
        }
        // The counter becomes that of the parts and of the iterations of a part.
        let mut rename = rename::Counter { counter: node.counter, value: iteration.clone() };
        for inner in &mut node.body {
            rename::node(self.graph, inner, &mut rename);
        }
        let scalars = &mut self.graph.scalars;
        let mut condition = node.condition.map(|condition| rename::scalar(scalars, condition, &mut rename));
        if parts.mul(&length) != node.extent {
            // The last part may be shorter.
            let exists = scalars.compare_int(Comparison::Less, iteration, node.extent.clone());
            condition = Some(match condition {
                Some(condition) => scalars.and(exists, condition),
                None => exists,
            });
        }
        let (outer, inner) = node
            .carried
            .iter()
            .map(|each| {
                let (inside, next) = (self.like(each.inside), self.like(each.last));
                (Carried { inside, next, ..*each }, Carried { initial: inside, last: next, ..*each })
            })
            .unzip();
        let inner = Loop {
            counter: place,
            extent: length,
            condition,
            keep: Keep::Everything,
            carried: inner,
            name: node.name.clone(),
            ..node
        };
        Loop {
            counter: part,
            name: format!("{}_part", node.name),
            extent: parts,
            reversed: node.reversed,
            condition: None,
            keep: Keep::Beginnings,
            carried: outer,
            body: vec![Node::Loop(inner)],
        }
    }

    /// Makes a loop's body a copy of itself, to be reversed, that begins with a copy of what is carried: of
    /// the loop itself it reads nothing else. Returns what the body was.
    pub(super) fn again(&mut self, node: &mut Loop) -> Once {
        let mut copies = BTreeMap::new();
        let mut body = Vec::new();
        for carried in &node.carried {
            let copy = self.like(carried.inside);
            copies.insert(carried.inside, copy);
            let domain = Graph::axes(self.graph.shape(copy));
            let value = self.element(carried.inside, Graph::identity(domain.len()));
            body.push(Node::Comprehension(Comprehension::map(copy, domain, value)));
        }
        let once = node.body.clone();
        let nexts = self.copied(node, &mut copies);
        body.append(&mut node.body);
        node.body = body;
        let nexts =
            node.carried.iter_mut().zip(nexts).map(|(it, next)| std::mem::replace(&mut it.next, next));
        Once { nexts: nexts.collect(), body: once }
    }

    /// Makes a loop's body a copy of itself, of which as much is active. Returns what that makes of each
    /// carried value.
    fn copied(&mut self, node: &mut Loop, copies: &mut BTreeMap<TensorId, TensorId>) -> Vec<TensorId> {
        node.body = rename::copy(self.graph, &node.body, copies);
        let active = copies.iter().filter(|(of, _)| self.active.contains(of)).map(|(_, copy)| *copy);
        let active: Vec<TensorId> = active.collect();
        self.active.extend(active);
        let next = |carried: &Carried| copies.get(&carried.next).copied().unwrap_or(carried.next);
        node.carried.iter().map(next).collect()
    }

    /// A tensor like another one, as active.
    fn like(&mut self, tensor: TensorId) -> TensorId {
        let like = self.graph.add_like(tensor);
        if self.active.contains(&tensor) {
            self.active.insert(like);
        }
        like
    }
}
