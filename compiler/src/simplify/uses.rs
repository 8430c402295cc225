//! Who reads what.

use std::collections::{BTreeMap, BTreeSet};

use super::dead::require;
use crate::ir::{Graph, Node, TensorId};

/// How many nodes read each tensor, those in loops too; a loop counts for what it carries.
pub fn count(graph: &Graph, nodes: &[Node]) -> BTreeMap<TensorId, usize> {
    let mut counts = BTreeMap::new();
    add(graph, nodes, &mut counts);
    counts
}

fn add(graph: &Graph, nodes: &[Node], counts: &mut BTreeMap<TensorId, usize>) {
    for node in nodes {
        let mut read = BTreeSet::new();
        match node {
            Node::Loop(node) => {
                read.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
                read.extend(node.carried.iter().flat_map(|carried| [carried.initial, carried.next]));
                add(graph, &node.body, counts);
            }
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => require(graph, node, &mut read),
        }
        for tensor in read {
            *counts.entry(tensor).or_default() += 1;
        }
    }
}
