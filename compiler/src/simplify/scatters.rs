//! A condition on what a scatter has gathered stands before it: what is not to count is not scattered.
//!
//! With the sum over all i that go to p,
//!
//! ```text
//! y[p] = Σ v(i) where f(i) = p,   z[p] = if c(p) { 0 } else { y[p] }
//! z[p] = Σ (if c(f(i)) { 0 } else { v(i) }) where f(i) = p
//! ```
//!
//! if nothing else reads y and there are no more i than p: the cotangent of a ReLU before a pooling asks of the
//! elements that the pooling took, which it holds, and not of all.

use std::collections::{BTreeMap, BTreeSet};

use super::{cost, definitions::Definition, uses};
use crate::ir::{Comprehension, Graph, Node, Reduction, Scalar, ScalarId, TensorId};

/// Moves conditions before scatters.
pub fn guard(graph: &mut Graph, roots: &[TensorId]) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    let uses = uses::count(graph, &nodes);
    let roots = roots.iter().copied().collect();
    list(graph, &mut nodes, &uses, &roots);
    graph.nodes = nodes;
}

fn list(graph: &mut Graph, nodes: &mut [Node], uses: &BTreeMap<TensorId, usize>, roots: &BTreeSet<TensorId>) {
    let mut scatters: BTreeMap<TensorId, Comprehension> = BTreeMap::new();
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                if let Some(new) = guarded(graph, node, &scatters) {
                    *node = new;
                } else if uses.get(&node.out) == Some(&1)
                    && !roots.contains(&node.out)
                    && is_scatter(graph, node)
                {
                    scatters.insert(node.out, node.clone());
                }
            }
            Node::Loop(node) => list(graph, &mut node.body, uses, roots),
            Node::Apply(_) | Node::Reshape { .. } => {}
        }
    }
}

/// A sum in which each term goes to a place of its own kind, and not many to each.
fn is_scatter(graph: &Graph, node: &Comprehension) -> bool {
    let places = Graph::axes(graph.shape(node.out));
    node.base.is_none()
        && node.reduction == Reduction::Sum
        && Definition::of(graph, node).is_none()
        && cost::points(&node.domain, 0..node.domain.len()) <= cost::points(&places, 0..places.len())
}

/// What a node makes, straight from a scatter.
fn guarded(
    graph: &mut Graph,
    node: &Comprehension,
    scatters: &BTreeMap<TensorId, Comprehension>,
) -> Option<Comprehension> {
    let is_zero = |graph: &Graph, id: ScalarId| graph.scalars.as_number(id) == Some(0.0);
    let Scalar::Select(condition, a, b) = graph.scalars[node.value] else { return None };
    let (zero_first, kept) = match (is_zero(graph, a), is_zero(graph, b)) {
        (true, false) => (true, b),
        (false, true) => (false, a),
        _ => return None,
    };
    let Scalar::Read(from, at) = &graph.scalars[kept] else { return None };
    let scatter = scatters.get(from)?;
    let identity = Graph::identity(node.domain.len());
    let map = Definition::of(graph, node).filter(Definition::is_map)?;
    if map.value != node.value
        || node.at != identity
        || *at != identity
        || graph.reads(condition).contains(from)
    {
        return None;
    }
    let scalars = &mut graph.scalars;
    let condition = scalars.with_indices(condition, &scatter.at);
    let zero = scalars.number(0.0);
    let value = match zero_first {
        true => scalars.select(condition, zero, scatter.value),
        false => scalars.select(condition, scatter.value, zero),
    };
    Some(Comprehension { out: node.out, value, ..scatter.clone() })
}
