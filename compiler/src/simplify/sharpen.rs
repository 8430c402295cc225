//! Accurate formulas for a derivative that is taken while a graph is still being written.

use std::collections::{BTreeMap, BTreeSet};

use super::{Purpose, names, rewrites};
use crate::differentiate::Open;
use crate::ir::{Graph, Node, TensorId};

/// Takes a derivative of the accurate forms of formulas: rewrites them, lets `take` append what it appends,
/// and puts them back as they were written. So every tensor stays, and stays what it is, and a later
/// derivative with respect to something that a rewrite has seen through is still found.
///
/// `open` are the loops around `graph.nodes`, outermost first. What is `opaque` is not seen through: the
/// variables of the derivative, and of others that may be taken of it.
pub fn sharpened<R>(
    graph: &mut Graph,
    open: &mut [Open],
    opaque: &BTreeSet<TensorId>,
    take: impl FnOnce(&mut Graph, &mut [Open]) -> R,
) -> R {
    let mut lists: Vec<Vec<Node>> = open.iter_mut().map(|level| std::mem::take(&mut level.nodes)).collect();
    lists.push(std::mem::take(&mut graph.nodes));
    let mut written = BTreeMap::new();
    lists.iter().for_each(|nodes| note(nodes, &mut written));
    names::resolve_lists(graph, &mut lists, &[], opaque);
    rewrites::rewrite_lists(graph, &mut lists, opaque, Purpose::Derivatives);
    graph.nodes = lists.pop().unwrap_or_default();
    for (level, nodes) in open.iter_mut().zip(lists) {
        level.nodes = nodes;
    }

    let taken = take(graph, open);
    open.iter_mut().for_each(|level| restore(&mut level.nodes, &written));
    restore(&mut graph.nodes, &written);
    taken
}

/// Takes note of nodes, by what they make.
fn note(nodes: &[Node], written: &mut BTreeMap<TensorId, Node>) {
    for node in nodes {
        match node {
            Node::Loop(node) => note(&node.body, written),
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {
                written.extend(node.outputs().into_iter().map(|output| (output, node.clone())));
            }
        }
    }
}

fn restore(nodes: &mut [Node], written: &BTreeMap<TensorId, Node>) {
    for node in nodes {
        if let Node::Loop(node) = node {
            restore(&mut node.body, written);
        } else if let Some(as_written) = node.outputs().first().and_then(|output| written.get(output)) {
            *node = as_written.clone();
        }
    }
}
