//! What loops keep for later: constants that several loops begin with become one for each, and where a
//! loop writes all of a value, nothing need be there before. Then what only stood for them goes.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Carried, Comprehension, Graph, Int, Loop, Node, Reduction, Scalar, ScalarId, TensorId};

use super::order;
use super::stages::{Draft, reads_of, sweep};

/// Prepares the loops of both stages.
pub(super) fn prepare(draft: &mut Draft) {
    let mut constants = BTreeMap::new();
    for stage in [&mut draft.forward, &mut draft.backward] {
        let nodes = std::mem::take(stage);
        *stage = block(&mut draft.graph, nodes, &mut constants);
    }
    let gradients = draft.gradients.iter().map(|gradient| gradient.tensor);
    let mut needed: BTreeSet<TensorId> = draft.results.iter().copied().chain(gradients).collect();
    draft.backward = sweep(&draft.graph, std::mem::take(&mut draft.backward), &mut needed);
    draft.forward = sweep(&draft.graph, std::mem::take(&mut draft.forward), &mut needed);
}

fn block(graph: &mut Graph, nodes: Vec<Node>, constants: &mut BTreeMap<TensorId, ScalarId>) -> Vec<Node> {
    let mut all = Vec::new();
    for node in nodes {
        match node {
            Node::Comprehension(mut node) => {
                if let Some(value) = constant(graph, &node) {
                    constants.insert(node.out, value);
                }
                // Zeros need no memory to be added to.
                let base = node.base.and_then(|base| constants.get(&base));
                if base.is_some_and(|&value| graph.scalars.as_number(value) == Some(0.0)) {
                    node.base = None;
                }
                all.push(Node::Comprehension(node));
            }
            Node::Loop(mut node) => {
                for place in 0..node.carried.len() {
                    let Carried { initial, inside, .. } = node.carried[place];
                    let Some(&value) = constants.get(&initial) else { continue };
                    node.carried[place].initial = if writes_all(graph, &node, place) {
                        inside
                    } else {
                        let out = graph.add_like(initial);
                        let domain = Graph::axes(graph.shape(out));
                        all.push(Node::Comprehension(Comprehension::map(out, domain, value)));
                        out
                    };
                }
                node.body = block(graph, std::mem::take(&mut node.body), constants);
                all.push(Node::Loop(node));
            }
            Node::Apply(_) | Node::Reshape { .. } => all.push(node),
        }
    }
    all
}

/// The value of a node that sets everything to one number.
fn constant(graph: &Graph, node: &Comprehension) -> Option<ScalarId> {
    let number = matches!(graph.scalars[node.value], Scalar::Number(_));
    (number && node.base.is_none() && order::sets_all(graph, node)).then_some(node.value)
}

/// Whether every iteration sets its own part of a carried value, all of it, and reads nothing of it.
fn writes_all(graph: &Graph, node: &Loop, place: usize) -> bool {
    let carried = node.carried[place];
    let mut maker = None;
    for inner in &node.body {
        if inner.outputs().contains(&carried.next) {
            maker = Some(inner);
        } else {
            let mut reads = BTreeSet::new();
            reads_of(graph, inner, &mut reads);
            if reads.contains(&carried.inside) {
                return false;
            }
        }
    }
    let others =
        node.carried.iter().enumerate().any(|(other, each)| other != place && each.next == carried.inside);
    let Some(Node::Comprehension(write)) = maker else { return false };
    if others
        || node.condition.is_some()
        || write.base != Some(carried.inside)
        || write.reduction != Reduction::Set
        || graph.reads(write.value).contains(&carried.inside)
    {
        return false;
    }
    let counter = Int::atom(crate::ir::Atom::Loop(node.counter));
    let Some(axis) = write.at.iter().position(|at| *at == counter) else { return false };
    if graph.shape(write.out)[axis] != node.extent {
        return false;
    }
    // Within its part it must set everything.
    let mut seen = BTreeSet::new();
    graph.shape(write.out).iter().zip(&write.at).enumerate().all(|(place, (extent, at))| {
        match at.as_index() {
            Some(index) => seen.insert(index) && write.domain[index].extent == *extent,
            None => place == axis || (extent.is(1) && at.is(0)),
        }
    })
}
