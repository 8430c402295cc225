//! What nobody needs is not computed: nodes, and values that a loop carries.

use std::collections::BTreeSet;

use crate::ir::{Comprehension, Graph, Int, Loop, Node, TensorId};

/// Removes every node, and every value carried by a loop, that none of the roots needs.
pub fn remove(graph: &mut Graph, roots: &[TensorId]) {
    let mut needed = roots.iter().copied().collect();
    let mut nodes = std::mem::take(&mut graph.nodes);
    sweep(graph, &mut nodes, &mut needed);
    graph.nodes = nodes;
}

fn sweep(graph: &Graph, nodes: &mut Vec<Node>, needed: &mut BTreeSet<TensorId>) {
    let mut kept = Vec::with_capacity(nodes.len());
    for mut node in std::mem::take(nodes).into_iter().rev() {
        if !node.outputs().iter().any(|output| needed.contains(output)) {
            continue;
        }
        if let Node::Loop(node) = &mut node {
            shorten(graph, node, needed);
        }
        require(graph, &node, needed);
        kept.push(node);
    }
    kept.reverse();
    *nodes = kept;
}

/// Drops what a loop carries for nothing. What is carried is needed if it is needed after the loop, or if
/// the body needs it for something that is: found by trying, from what is needed after the loop upwards.
fn shorten(graph: &Graph, node: &mut Loop, needed: &BTreeSet<TensorId>) {
    let mut live: Vec<bool> = node.carried.iter().map(|carried| needed.contains(&carried.last)).collect();
    loop {
        let mut inside: BTreeSet<TensorId> = BTreeSet::new();
        inside.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
        inside.extend(
            node.carried.iter().zip(&live).filter(|(_, live)| **live).map(|(carried, _)| carried.next),
        );
        let mut body = node.body.clone();
        sweep(graph, &mut body, &mut inside);
        let still: Vec<bool> = node
            .carried
            .iter()
            .zip(&live)
            .map(|(carried, &live)| live || inside.contains(&carried.inside))
            .collect();
        if still == live {
            node.body = body;
            break;
        }
        live = still;
    }
    let mut live = live.into_iter();
    node.carried.retain(|_| live.next() == Some(true));
}

/// Notes what a node reads.
pub fn require(graph: &Graph, node: &Node, needed: &mut BTreeSet<TensorId>) {
    match node {
        Node::Comprehension(node) => require_comprehension(graph, node, needed),
        Node::Apply(node) => graph.visit_reads(node.value, &mut |tensor, _| {
            needed.insert(tensor);
        }),
        Node::Reshape { from, .. } => {
            needed.insert(*from);
        }
        Node::Loop(node) => {
            needed.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
            for carried in &node.carried {
                needed.extend([carried.initial, carried.next]);
            }
            for inner in &node.body {
                require(graph, inner, needed);
            }
        }
    }
}

fn require_comprehension(graph: &Graph, node: &Comprehension, needed: &mut BTreeSet<TensorId>) {
    graph.visit_reads(node.value, &mut |tensor, _| {
        needed.insert(tensor);
    });
    node.at.iter().for_each(|subscript| require_integer(subscript, needed));
    needed.extend(node.base);
}

fn require_integer(value: &Int, needed: &mut BTreeSet<TensorId>) {
    value.visit_reads(&mut |tensor, _| {
        needed.insert(tensor);
    });
}
