//! Turns the nodes of both stages into steps, in order. Which loops a node gets is for `order`, which of
//! them it shares with what came before for `fuse`.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Carried, Graph, Int, LoopId, Node, TensorId};
use crate::routine::Gradient;

use super::form::{Memory, Repeat, Step};
use super::fuse::Context;
use super::stages::{Draft, reads_of};
use super::{Inputs, fuse, order};

/// A routine whose steps are known.
pub(super) struct Schedule {
    pub graph: Graph,
    pub forward: Vec<Step>,
    pub backward: Vec<Step>,
    pub results: Vec<TensorId>,
    pub gradients: Vec<Gradient>,
    /// What no node makes.
    pub inputs: BTreeSet<TensorId>,
    /// By what a reshape makes: what it views.
    pub views: BTreeMap<TensorId, TensorId>,
    pub memory: Memory,
}

/// Makes the steps.
pub(super) fn schedule(draft: Draft, given: &Inputs) -> Schedule {
    let Draft { mut graph, forward, backward, results, gradients, inputs } = draft;
    let mut views = BTreeMap::new();
    let mut waiting = BTreeMap::new();
    let gradients_made = gradients.iter().map(|gradient| gradient.tensor);
    for delivered in results.iter().copied().chain(gradients_made) {
        *waiting.entry(delivered).or_default() += 1;
    }
    for stage in [&forward, &backward] {
        count(&graph, stage, &mut waiting);
    }
    let counters = BTreeMap::new();
    let mut maker = Maker { graph: &mut graph, inputs: given, views: &mut views, waiting, counters };
    let forward = maker.block(forward, &[]);
    let backward = maker.block(backward, &[]);
    Schedule { graph, forward, backward, results, gradients, inputs, views, memory: Memory::default() }
}

struct Maker<'a> {
    graph: &'a mut Graph,
    inputs: &'a Inputs,
    views: &'a mut BTreeMap<TensorId, TensorId>,
    /// By tensor: how many nodes that have no place yet read it.
    waiting: BTreeMap<TensorId, usize>,
    /// How far the counters of loops run.
    counters: BTreeMap<LoopId, Int>,
}

impl Maker<'_> {
    fn block(&mut self, nodes: Vec<Node>, carried: &[Carried]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut nodes = nodes.into_iter().peekable();
        while let Some(node) = nodes.next() {
            let reads = own_reads(self.graph, &node);
            if !matches!(node, Node::Loop(_)) {
                self.placed(&reads);
            }
            let candidates = match node {
                Node::Comprehension(node) => {
                    order::of_comprehension(self.graph, &node, self.inputs, &self.counters)
                }
                Node::Apply(node) => order::of_apply(self.graph, &node),
                Node::Reshape { out, from } => {
                    self.views.insert(out, from);
                    continue;
                }
                Node::Loop(node) => {
                    self.counters.insert(node.counter, node.extent.clone());
                    let body = self.block(node.body, &node.carried);
                    self.placed(&reads);
                    let (counter, name, extent, reversed) =
                        (node.counter, node.name, node.extent, node.reversed);
                    let (condition, carried) = (node.condition, node.carried);
                    steps.push(Step::Loop(Repeat {
                        counter,
                        name,
                        extent,
                        reversed,
                        condition,
                        carried,
                        body,
                    }));
                    continue;
                }
            };
            let context = Context { carried, views: self.views, waiting: &self.waiting };
            let (next, given, counters) = (nodes.peek(), self.inputs, &self.counters);
            let out = candidates[0].out;
            let mut follower = |graph: &mut Graph| match next {
                Some(Node::Comprehension(next))
                    if context.waiting.get(&out) == Some(&1) && graph.reads(next.value).contains(&out) =>
                {
                    order::of_comprehension(graph, next, given, counters)
                }
                _ => Vec::new(),
            };
            fuse::place(self.graph, &mut steps, &candidates, &mut follower, &context);
        }
        steps
    }

    /// A node that reads these waits no more.
    fn placed(&mut self, reads: &BTreeSet<TensorId>) {
        for read in reads {
            if let Some(readers) = self.waiting.get_mut(read) {
                *readers -= 1;
            }
        }
    }
}

/// Counts the nodes that read each tensor.
fn count(graph: &Graph, nodes: &[Node], readers: &mut BTreeMap<TensorId, usize>) {
    for node in nodes {
        for read in own_reads(graph, node) {
            *readers.entry(read).or_default() += 1;
        }
        if let Node::Loop(node) = node {
            count(graph, &node.body, readers);
        }
    }
}

/// What a node reads, a loop without its body.
fn own_reads(graph: &Graph, node: &Node) -> BTreeSet<TensorId> {
    let mut reads = BTreeSet::new();
    match node {
        Node::Loop(node) => {
            reads.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
            reads.extend(node.carried.iter().flat_map(|carried| [carried.initial, carried.next]));
        }
        node => reads_of(graph, node, &mut reads),
    }
    reads
}

/// The subscripts with the indices of a node's domain replaced.
pub(super) fn renumbered(at: &[Int], to: &[Int]) -> Vec<Int> {
    at.iter().map(|subscript| subscript.with_indices(to)).collect()
}
