//! Turns the nodes of both stages into steps, in order. Which loops a node gets is for `order`, which of
//! them it shares with what came before for `fuse`.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Carried, Graph, Int, Node, TensorId};
use crate::routine::Gradient;

use super::form::{Memory, Repeat, Step};
use super::stages::Draft;
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
    let mut maker = Maker { graph: &mut graph, inputs: given, views: &mut views };
    let forward = maker.block(forward, &[]);
    let backward = maker.block(backward, &[]);
    Schedule { graph, forward, backward, results, gradients, inputs, views, memory: Memory::default() }
}

struct Maker<'a> {
    graph: &'a mut Graph,
    inputs: &'a Inputs,
    views: &'a mut BTreeMap<TensorId, TensorId>,
}

impl Maker<'_> {
    fn block(&mut self, nodes: Vec<Node>, carried: &[Carried]) -> Vec<Step> {
        let mut steps = Vec::new();
        for node in nodes {
            let candidates = match node {
                Node::Comprehension(node) => order::of_comprehension(self.graph, &node, self.inputs),
                Node::Apply(node) => order::of_apply(self.graph, &node),
                Node::Reshape { out, from } => {
                    self.views.insert(out, from);
                    continue;
                }
                Node::Loop(node) => {
                    let body = self.block(node.body, &node.carried);
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
            fuse::place(self.graph, &mut steps, &candidates, carried, self.views);
        }
        steps
    }
}

/// The subscripts with the indices of a node's domain replaced.
pub(super) fn renumbered(at: &[Int], to: &[Int]) -> Vec<Int> {
    at.iter().map(|subscript| subscript.with_indices(to)).collect()
}
