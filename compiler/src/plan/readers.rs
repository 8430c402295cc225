//! Who reads a tensor, before who overwrites a part of it: `ys[t] = 0` waits for the readers of `ys[t]`, which
//! else would need a copy of the whole of `ys`, in each iteration of a loop. Changes no value.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Graph, Int, LoopId, Node, TensorId};

use super::stages::{Draft, reads_of};
use super::{before, order};

/// How often all are looked at, at most.
const ROUNDS: usize = 4;

/// Moves what overwrites a part of a tensor behind the tensor's readers of the same block, where these do not
/// depend on it; those that do read what they need of it from a value that is taken before.
pub(super) fn first(draft: &mut Draft) {
    let Draft { graph, forward, backward, inputs, .. } = draft;
    let mut reader = Readers { graph, inputs, counters: BTreeMap::new() };
    for stage in [forward, backward] {
        reader.block(stage);
    }
}

struct Readers<'a> {
    graph: &'a mut Graph,
    /// What is not written over.
    inputs: &'a BTreeSet<TensorId>,
    /// How far the counters of loops run.
    counters: BTreeMap<LoopId, Int>,
}

impl Readers<'_> {
    fn block(&mut self, nodes: &mut Vec<Node>) {
        for node in nodes.iter_mut() {
            if let Node::Loop(node) = node {
                self.counters.insert(node.counter, node.extent.clone());
                self.block(&mut node.body);
            }
        }
        let mut place = 0;
        while place < nodes.len() {
            if let Some((_, base)) = overwriter(self.graph, &nodes[place])
                && !self.inputs.contains(&base)
            {
                place += before::take(self.graph, &self.counters, nodes, place, base);
            }
            place += 1;
        }
        // Who waits takes those that depend on it along, perhaps behind others that were moved for them.
        for _ in 0..ROUNDS {
            if !self.round(nodes) {
                break;
            }
        }
    }

    /// Moves each that has to wait; whether there was one.
    fn round(&self, nodes: &mut Vec<Node>) -> bool {
        // Each is moved once at most, so that two that wait for each other come to rest.
        let mut moved = BTreeSet::new();
        let mut place = 0;
        while place < nodes.len() {
            match overwriter(self.graph, &nodes[place]) {
                Some((out, base)) if !moved.contains(&out) && wait(self.graph, nodes, place, base) => {
                    moved.insert(out);
                }
                _ => place += 1,
            }
        }
        !moved.is_empty()
    }
}

/// What a node makes by overwriting a part of what.
fn overwriter(graph: &Graph, node: &Node) -> Option<(TensorId, TensorId)> {
    let Node::Comprehension(node) = node else { return None };
    let base = node.base.filter(|_| !order::covers(graph, node))?;
    Some((node.out, base))
}

/// Moves the node at a place, and those that depend on it, behind the last reader of `base`; not if that is among
/// them, or there is none.
fn wait(graph: &Graph, nodes: &mut Vec<Node>, place: usize, base: TensorId) -> bool {
    let (mut waiting, mut others) = (vec![place], Vec::new());
    let mut made: BTreeSet<TensorId> = nodes[place].outputs().into_iter().collect();
    let mut last = None;
    for (later, node) in nodes.iter().enumerate().skip(place + 1) {
        let mut reads = BTreeSet::new();
        reads_of(graph, node, &mut reads);
        if reads.contains(&base) {
            last = Some(later);
        }
        if reads.is_disjoint(&made) {
            others.push(later);
        } else {
            made.extend(node.outputs());
            waiting.push(later);
        }
    }
    let Some(last) = last.filter(|last| others.contains(last)) else { return false };
    // Each kind keeps its order.
    let order = others.iter().chain(&waiting).copied().filter(|&from| from <= last);
    let reordered: Vec<Node> = order.map(|from| nodes[from].clone()).collect();
    nodes.splice(place..=last, reordered);
    true
}
