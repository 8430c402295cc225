//! The conditions of what a turned loop carries, and of what takes another shape, as masks. A cotangent's condition
//! is another one in each iteration, so it is carried beside it: a mask, true where the cotangent may be other than
//! zero.
//!
//! While the body is reversed, each of them is taken for known. Of one that is not known at the body's end nothing
//! was known at its beginning: it holds always. Masks that nobody asks are dead, as anything is.

use std::collections::BTreeSet;

use super::super::Reverse;
use crate::ir::{Carried, Comprehension, Graph, Kind, Node, Scalar, ScalarId, Scalars, TensorId};

impl Reverse<'_> {
    /// Puts a cotangent, as it is inside of a turned loop, under a mask that [`Self::carry_guards`] makes.
    pub(super) fn guard_inside(&mut self, inside: TensorId) {
        let mask = self.mask_like(inside);
        self.guard_by(inside, mask);
    }

    /// Makes a turned loop carry the masks of what it carries. `body` is its own, `before` comes before it.
    pub(super) fn carry_guards(
        &mut self,
        turned: &mut Vec<Carried>,
        body: &mut Vec<Node>,
        before: &mut Vec<Node>,
    ) {
        let masks: Vec<(TensorId, Carried)> = turned
            .iter()
            .map(|carried| {
                match self.guards.of(carried.inside).map(|condition| &self.graph.scalars[condition]) {
                    Some(&Scalar::Read(mask, _)) => (mask, *carried),
                    _ => unreachable!("what is turned is under a mask"),
                }
            })
            .collect();
        let is_unknown = |carried: &Carried| self.guards.of(carried.next).is_none();
        let always = masks.iter().filter(|(_, carried)| is_unknown(carried)).map(|(mask, _)| *mask).collect();
        for node in body.iter_mut() {
            known_to_hold(self.graph, node, &always);
        }
        for (inside, carried) in masks.into_iter().filter(|(mask, _)| !always.contains(mask)) {
            let initial = self.guards.of(carried.initial).unwrap_or_else(|| self.graph.scalars.flag(true));
            let next = self.guards.of(carried.next).expect("it is known at the end");
            let next = where_they_hold(self.graph, next, &always);
            let last = self.mask_like(carried.last);
            self.guard_by(carried.last, last);
            let initial = self.mask(carried.initial, initial, before);
            let next = self.mask(carried.next, next, body);
            turned.push(Carried { initial, inside, next, last });
        }
    }

    /// Takes note of the condition of a cotangent that has another one's elements under another shape: where it is
    /// asked for each element, its mask takes that shape, too.
    pub(in crate::differentiate::reverse) fn reshape_guard(
        &mut self,
        from: TensorId,
        to: TensorId,
        nodes: &mut Vec<Node>,
    ) {
        let Some(condition) = self.guards.of(from) else { return };
        if self.graph.scalars.indices(condition).is_empty() {
            self.guards.insert(to, condition);
            return;
        }
        let mask = self.mask(from, condition, nodes);
        let reshaped = self.mask_like(to);
        nodes.push(Node::Reshape { out: reshaped, from: mask });
        self.guard_by(to, reshaped);
    }

    /// The condition of a cotangent as a mask.
    fn mask(&mut self, cotangent: TensorId, condition: ScalarId, nodes: &mut Vec<Node>) -> TensorId {
        let mask = self.mask_like(cotangent);
        let domain = Graph::axes(self.graph.shape(mask));
        nodes.push(Node::Comprehension(Comprehension::map(mask, domain, condition)));
        mask
    }

    fn guard_by(&mut self, cotangent: TensorId, mask: TensorId) {
        let rank = self.graph.shape(mask).len();
        let condition = self.graph.scalars.read(mask, Graph::identity(rank));
        self.guards.insert(cotangent, condition);
    }

    fn mask_like(&mut self, cotangent: TensorId) -> TensorId {
        let of = self.graph.tensor(cotangent).clone();
        self.graph.add_tensor(of.name.with("taken"), of.shape, Kind::Mask)
    }
}

/// An expression without questions for masks that are true.
fn where_they_hold(graph: &mut Graph, value: ScalarId, masks: &BTreeSet<TensorId>) -> ScalarId {
    if !graph.reads(value).iter().any(|tensor| masks.contains(tensor)) {
        return value;
    }
    let answer = |scalars: &mut Scalars, id: ScalarId| match &scalars[id] {
        Scalar::Read(tensor, _) if masks.contains(tensor) => Some(scalars.flag(true)),
        _ => None,
    };
    graph.scalars.rebuild(value, &mut { answer }, &mut Clone::clone)
}

/// A node without questions for masks that are true.
fn known_to_hold(graph: &mut Graph, node: &mut Node, masks: &BTreeSet<TensorId>) {
    match node {
        Node::Comprehension(node) => node.value = where_they_hold(graph, node.value, masks),
        Node::Apply(node) => node.value = where_they_hold(graph, node.value, masks),
        Node::Reshape { .. } => {}
        Node::Loop(node) => node.body.iter_mut().for_each(|inner| known_to_hold(graph, inner, masks)),
    }
}
