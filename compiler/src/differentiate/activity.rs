//! Which tensors depend on the variables in a way that a derivative follows.

use std::collections::BTreeSet;

use super::table::differentiable_operands;
use crate::ir::{Graph, Kind, Node, Scalar, ScalarId, TensorId};

/// The parts of an expression that it passes a derivative to, itself among them.
pub fn differentiable_parts(graph: &Graph, value: ScalarId) -> BTreeSet<ScalarId> {
    let mut reached = BTreeSet::from([value]);
    let mut stack = vec![value];
    while let Some(id) = stack.pop() {
        for operand in differentiable_operands(&graph.scalars, id) {
            if reached.insert(operand) {
                stack.push(operand);
            }
        }
    }
    reached
}

/// The float tensors that an expression passes a derivative to.
pub fn differentiable_reads(graph: &Graph, value: ScalarId) -> BTreeSet<TensorId> {
    let parts = differentiable_parts(graph, value);
    let reads = parts.into_iter().filter_map(|id| match &graph.scalars[id] {
        Scalar::Read(tensor, _) if graph.tensor(*tensor).kind == Kind::Float => Some(*tensor),
        _ => None,
    });
    reads.collect()
}

/// Adds every output of the nodes that depends on an active tensor.
pub fn spread(graph: &Graph, nodes: &[Node], active: &mut BTreeSet<TensorId>) {
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                let is_float = graph.tensor(node.out).kind == Kind::Float;
                let from_base = node.base.is_some_and(|base| active.contains(&base));
                if is_float
                    && (from_base
                        || differentiable_reads(graph, node.value).iter().any(|read| active.contains(read)))
                {
                    active.insert(node.out);
                }
            }
            Node::Reshape { out, from } => {
                if active.contains(from) {
                    active.insert(*out);
                }
            }
            Node::Apply(node) => {
                let is_float = graph.tensor(node.out).kind == Kind::Float;
                if is_float
                    && differentiable_reads(graph, node.value).iter().any(|read| active.contains(read))
                {
                    active.insert(node.out);
                }
            }
            Node::Loop(node) => loop {
                let before = active.len();
                for carried in &node.carried {
                    if active.contains(&carried.initial) || active.contains(&carried.next) {
                        active.extend([carried.inside, carried.last]);
                    }
                }
                spread(graph, &node.body, active);
                if active.len() == before {
                    break;
                }
            },
        }
    }
}

/// Adds every tensor that a derivative reaches, walking back over the nodes from those in the set.
pub fn spread_back(graph: &Graph, nodes: &[Node], reached: &mut BTreeSet<TensorId>) {
    for node in nodes.iter().rev() {
        match node {
            Node::Comprehension(node) => {
                if reached.contains(&node.out) {
                    reached.extend(node.base);
                    reached.extend(differentiable_reads(graph, node.value));
                }
            }
            Node::Reshape { out, from } => {
                if reached.contains(out) {
                    reached.insert(*from);
                }
            }
            Node::Apply(node) => {
                if reached.contains(&node.out) && graph.tensor(node.out).kind == Kind::Float {
                    reached.extend(differentiable_reads(graph, node.value));
                }
            }
            Node::Loop(node) => loop {
                let before = reached.len();
                for carried in &node.carried {
                    if reached.contains(&carried.last) || reached.contains(&carried.inside) {
                        reached.extend([carried.initial, carried.next]);
                    }
                }
                spread_back(graph, &node.body, reached);
                if reached.len() == before {
                    break;
                }
            },
        }
    }
}
