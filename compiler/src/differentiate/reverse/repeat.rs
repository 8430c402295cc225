//! The reverse of a loop: a loop in the other direction, over what the forward loop keeps of each iteration.

mod again;
mod guarded;
mod keep;

use std::collections::BTreeSet;

use super::{Cotangents, Reverse, outputs};
use crate::differentiate::activity::spread_back;
use crate::ir::{Carried, Graph, Int, Keep, Loop, Node, TensorId};

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
        self.carry_guards(&mut turned, &mut inner_backward, backward);

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
        self.guard_inside(inside);
        turned.push(Carried { initial, inside, next: inside, last });
        inside
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
        visit_uses(graph, inner, &mut |tensor, _| {
            read.insert(tensor);
        });
    }
    read.extend(node.carried.iter().map(|carried| carried.next));
    read.contains(&tensor)
}

/// Visits what a node uses, in nested loops too: elements that it reads, with their subscripts, and whole tensors.
fn visit_uses(graph: &Graph, node: &Node, visit: &mut dyn FnMut(TensorId, Option<&[Int]>)) {
    match node {
        Node::Comprehension(node) => {
            graph.visit_reads(node.value, &mut |tensor, at| visit(tensor, Some(at)));
            for subscript in &node.at {
                subscript.visit_reads(&mut |tensor, at| visit(tensor, Some(at)));
            }
            node.base.iter().for_each(|base| visit(*base, None));
        }
        Node::Apply(node) => graph.visit_reads(node.value, &mut |tensor, at| visit(tensor, Some(at))),
        Node::Reshape { from, .. } => visit(*from, None),
        Node::Loop(node) => {
            if let Some(condition) = node.condition {
                graph.visit_reads(condition, &mut |tensor, at| visit(tensor, Some(at)));
            }
            for carried in &node.carried {
                visit(carried.initial, None);
                visit(carried.next, None);
            }
            node.body.iter().for_each(|inner| visit_uses(graph, inner, visit));
        }
    }
}
