//! Graphs that say the same with less: accurate where the formula as written is not, and cheap.
//!
//! Run before and after differentiation: what is simple when it is differentiated has simple derivatives.

mod conditions;
pub mod cost;
mod dead;
mod definitions;
mod duplicates;
mod empty;
mod factor;
mod formulas;
mod hoist;
mod names;
mod order;
mod ranges;
mod rewrites;
mod scatters;
mod sharpen;
#[cfg(test)]
mod tests;
mod uses;

pub use ranges::{Places, Ranges};
pub use sharpen::sharpened;

use crate::ir::{Graph, Node, ScalarId, TensorId};

/// How often the passes are repeated at most; what one pass does seldom helps another more than twice.
const ROUNDS: usize = 4;

/// What a simplified graph is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be computed, or to be differentiated once.
    Value,
    /// To be differentiated more than once, or nobody knows how often: its formulas have accurate derivatives of every
    /// order, which cost a little more.
    Derivatives,
}

/// Simplifies a graph; the roots stay, and stay what they are.
pub fn simplify(graph: &mut Graph, roots: &[TensorId], purpose: Purpose) {
    for _ in 0..ROUNDS {
        let before = fingerprint(graph);
        empty::clear(graph);
        dead::remove(graph, roots);
        names::resolve(graph, roots);
        dead::remove(graph, roots);
        conditions::decide(graph);
        rewrites::rewrite(graph, purpose);
        factor::factor(graph);
        scatters::guard(graph, roots);
        duplicates::merge(graph, roots);
        hoist::hoist(graph);
        order::maps_first(graph, roots);
        dead::remove(graph, roots);
        if fingerprint(graph) == before {
            break;
        }
    }
}

/// What tells a graph from what a pass makes of it: every pass that changes something changes this.
fn fingerprint(graph: &Graph) -> Vec<Print> {
    fn add(nodes: &[Node], prints: &mut Vec<Print>) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    prints.push(Print(node.out, Some(node.value), node.base, node.domain.len()));
                }
                Node::Apply(node) => prints.push(Print(node.out, Some(node.value), None, node.inner.len())),
                Node::Reshape { out, from } => prints.push(Print(*out, None, Some(*from), 0)),
                Node::Loop(node) => {
                    prints.extend(node.condition.map(|it| Print(TensorId(u32::MAX), Some(it), None, 0)));
                    prints.extend(node.carried.iter().map(|it| Print(it.next, None, Some(it.initial), 0)));
                    add(&node.body, prints);
                }
            }
        }
    }
    let mut prints = Vec::new();
    add(&graph.nodes, &mut prints);
    prints
}

/// What identifies a node: what it makes, its value, what it changes, how many indices it has.
#[derive(Debug, PartialEq, Eq)]
struct Print(TensorId, Option<ScalarId>, Option<TensorId>, usize);
