//! Store, or compute again: what the backward stage reads of the forward stage stays in memory until then, or is
//! computed a second time from what stays. What stays is the cheapest set from which all that is read can be
//! computed at a small price: a minimum cut between what must stay and what is read, in which a value weighs its
//! size times how long it would stay for this alone. (Chen et al., "Training deep nets with sublinear memory
//! cost", 2016, say what may be had; that it is a cut, "functorch: min-cut rematerialization", 2022.)
//!
//! A loop of the language is not looked into. Changes no value.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::rename::{self, Rename};
use crate::ir::{Comprehension, Graph, Int, Kind, Node, Reduction, Scalar, TensorId};

use super::cut::{Network, UNLIMITED};
use super::stages::{Draft, reads_of};
use super::{Inputs, inline, order, product};

/// What a value may cost to be computed again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Price {
    /// Values of fewer numbers stay, where sizes known at run time only count as typical.
    least: i64,
    /// In additions, for each number.
    most: i64,
    /// No more than this part of what everything costs.
    share: i64,
}

impl Price {
    /// What fits into a first-level cache costs less to keep than to compute. One transcendental function and the
    /// arithmetic around it are worth the memory, two are not.
    pub const USUAL: Self = Self { least: 8192, most: 36, share: 20 };
    /// Whatever can be computed again is.
    #[cfg(test)]
    pub const NONE: Self = Self { least: 1, most: i64::MAX / 1024, share: 1 };
}

/// Computes again in the backward stage what is not worth keeping for it.
pub(super) fn again(draft: &mut Draft, given: &Inputs, price: Price) {
    let chosen = Choice::new(draft, given, price).made_again();
    if chosen.is_empty() {
        return;
    }
    let is_chosen = |node: &&Node| node.outputs().iter().any(|output| chosen.contains(output));
    let nodes: Vec<Node> = draft.forward.iter().filter(is_chosen).cloned().collect();
    let mut copies = BTreeMap::new();
    let nodes = rename::copy(&mut draft.graph, &nodes, &mut copies);
    let mut copies = Copies(copies);
    for node in &mut draft.backward {
        rename::node(&mut draft.graph, node, &mut copies);
    }
    // Each as late as it can be.
    for node in nodes.into_iter().rev() {
        let reads = |other: &Node| {
            let mut reads = BTreeSet::new();
            reads_of(&draft.graph, other, &mut reads);
            node.outputs().iter().any(|output| reads.contains(output))
        };
        let place = draft.backward.iter().position(reads).unwrap_or(draft.backward.len());
        draft.backward.insert(place, node);
    }
}

/// Copies are read in the place of what they are copies of.
struct Copies(BTreeMap<TensorId, TensorId>);

impl Rename for Copies {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        Some((*self.0.get(&tensor)?, at.to_vec()))
    }
}

/// What the forward stage makes.
struct Value {
    tensor: TensorId,
    size: i64,
    /// What else of the forward stage it is made of.
    operands: Vec<usize>,
    /// Whether the backward stage reads it.
    is_read: bool,
    /// It stays if anything needs it.
    stays: bool,
    /// The last place of the forward stage that reads it.
    last: usize,
}

struct Choice {
    values: Vec<Value>,
    /// How many places the forward stage has.
    places: usize,
}

impl Choice {
    fn new(draft: &Draft, given: &Inputs, price: Price) -> Self {
        let graph = &draft.graph;
        let mut read = BTreeSet::new();
        draft.backward.iter().for_each(|node| reads_of(graph, node, &mut read));
        let all = draft.forward.iter().chain(&draft.backward);
        let everything: i64 = all.map(|node| cost(graph, node)).fold(0, i64::saturating_add);
        let mut values: Vec<Value> = Vec::new();
        let mut by_tensor: BTreeMap<TensorId, usize> = BTreeMap::new();
        // What it costs to compute each again from what stays and what is read in any case.
        let mut prices: Vec<i64> = Vec::new();
        for (place, node) in draft.forward.iter().enumerate() {
            let mut reads = BTreeSet::new();
            reads_of(graph, node, &mut reads);
            let operands: Vec<usize> = reads.iter().filter_map(|read| by_tensor.get(read).copied()).collect();
            operands.iter().for_each(|&operand| values[operand].last = place);
            let of_operands = |&operand: &usize| {
                let value: &Value = &values[operand];
                if value.stays || value.is_read { 0 } else { prices[operand] }
            };
            let cost = operands.iter().map(of_operands).fold(cost(graph, node), i64::saturating_add);
            for tensor in node.outputs() {
                let size = size(graph, tensor);
                let stays = size < price.least
                    || !is_plain(graph, node, given)
                    || cost > price.most.saturating_mul(size)
                    || cost.saturating_mul(price.share) > everything;
                by_tensor.insert(tensor, values.len());
                prices.push(if stays { 0 } else { cost });
                let (operands, is_read) = (operands.clone(), read.contains(&tensor));
                values.push(Value { tensor, size, operands, is_read, stays, last: place });
            }
        }
        Self { values, places: draft.forward.len() }
    }

    /// What is cheaper to compute again.
    fn made_again(&self) -> BTreeSet<TensorId> {
        // A value is an edge from one place to the next.
        let (source, sink) = (2 * self.values.len(), 2 * self.values.len() + 1);
        let mut network = Network::new(sink + 1);
        for (number, value) in self.values.iter().enumerate() {
            let longer = self.places + (self.places - value.last);
            let weight = value.size.saturating_mul(i64::try_from(longer).unwrap_or(i64::MAX));
            network.connect(2 * number, 2 * number + 1, weight.clamp(1, UNLIMITED / (1 << 20)));
            if value.stays {
                network.connect(source, 2 * number, UNLIMITED);
            } else {
                for operand in &value.operands {
                    network.connect(2 * operand + 1, 2 * number, UNLIMITED);
                }
            }
            if value.is_read {
                network.connect(2 * number + 1, sink, UNLIMITED);
            }
        }
        let reaches = network.cut(source, sink);
        let mut again = BTreeSet::new();
        let mut open: Vec<usize> =
            (0..self.values.len()).filter(|&number| self.values[number].is_read).collect();
        while let Some(number) = open.pop() {
            if reaches[2 * number] && again.insert(self.values[number].tensor) {
                open.extend(&self.values[number].operands);
            }
        }
        again
    }
}

/// Whether a node can be computed again without more ado: it makes all of its tensor, element by element or as a
/// product of matrices, and no check of a subscript or function of Rust would run twice.
fn is_plain(graph: &Graph, node: &Node, given: &Inputs) -> bool {
    let Node::Comprehension(node) = node else { return false };
    // A subscript that is read is checked; an integer that is read and compared is not.
    let mut checked = node.at.iter().any(Int::reads);
    graph.visit_reads(node.value, &mut |_, at| checked |= at.iter().any(Int::reads));
    let calls = |id| matches!(graph.scalars[id], Scalar::Call(..));
    let calls = graph.scalars.reachable(node.value).into_iter().any(calls);
    let whole = match node.reduction {
        Reduction::Set => order::sets_all(graph, node),
        Reduction::Sum => {
            let even = product::recognise(graph, node, given).is_some_and(|product| product.even);
            even && order::is_direct(node) && order::covers(graph, node)
        }
    };
    let floats = matches!(graph.tensor(node.out).kind, Kind::Float | Kind::Mask);
    whole && floats && node.base.is_none() && !checked && !calls
}

/// What a node costs, in additions.
fn cost(graph: &Graph, node: &Node) -> i64 {
    let points = |node: &Comprehension| node.domain.iter().map(|axis| &axis.extent).fold(1, times);
    match node {
        Node::Comprehension(node) => {
            // In a product, a multiplication and an addition are one.
            points(node).saturating_mul(i64::from(inline::weight(graph, node.value).max(1)))
        }
        Node::Apply(node) => node.domain().iter().map(|axis| &axis.extent).fold(1, times),
        Node::Reshape { .. } => 0,
        Node::Loop(node) => {
            let body = node.body.iter().map(|node| cost(graph, node)).fold(0, i64::saturating_add);
            times(body, &node.extent)
        }
    }
}

fn times(count: i64, extent: &Int) -> i64 {
    count.saturating_mul(extent.typical().max(1))
}

fn size(graph: &Graph, tensor: TensorId) -> i64 {
    graph.shape(tensor).iter().fold(1, times)
}
