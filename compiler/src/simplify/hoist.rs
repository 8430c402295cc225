//! What every iteration of a loop would compute alike is computed before it.

use std::collections::{BTreeMap, BTreeSet};

use super::factor::is_safe;
use super::ranges::Ranges;
use super::{cost, dead};
use crate::ir::{Atom, Axis, Graph, Int, Loop, LoopId, Node, Reduction, ScalarId, TensorId};

/// A map that costs no more than this is rather computed again.
const CHEAP: f64 = 4.0;

/// Moves what does not vary out of loops.
pub fn hoist(graph: &mut Graph) {
    let nodes = std::mem::take(&mut graph.nodes);
    graph.nodes = list(graph, nodes, &mut BTreeMap::new());
}

fn list(graph: &Graph, nodes: Vec<Node>, loops: &mut BTreeMap<LoopId, Int>) -> Vec<Node> {
    let mut done = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Node::Loop(mut node) = node else {
            done.push(node);
            continue;
        };
        loops.insert(node.counter, node.extent.clone());
        node.body = list(graph, std::mem::take(&mut node.body), loops);
        loops.remove(&node.counter);
        done.extend(invariant(graph, &mut node, loops));
        done.push(Node::Loop(node));
    }
    done
}

/// Takes out of a loop's body what does not vary.
fn invariant(graph: &Graph, node: &mut Loop, loops: &BTreeMap<LoopId, Int>) -> Vec<Node> {
    let runs = node.condition.is_none() && node.extent.as_constant().is_some_and(|extent| extent > 0);
    let mut varies: BTreeSet<TensorId> = node.carried.iter().map(|carried| carried.inside).collect();
    let mut hoisted = Vec::new();
    for inner in std::mem::take(&mut node.body) {
        let mut read = BTreeSet::new();
        dead::require(graph, &inner, &mut read);
        let stays = !read.is_disjoint(&varies) || !is_worthwhile(graph, &inner, node.counter, runs, loops);
        if stays {
            varies.extend(inner.outputs());
            node.body.push(inner);
        } else {
            hoisted.push(inner);
        }
    }
    hoisted
}

/// Whether a node can be computed before a loop and costs something; also where the loop never runs.
fn is_worthwhile(
    graph: &Graph,
    node: &Node,
    counter: LoopId,
    runs: bool,
    loops: &BTreeMap<LoopId, Int>,
) -> bool {
    let can_move = |value: ScalarId, domain: &[Axis]| {
        let mut counts = false;
        graph.scalars.visit_integers(value, &mut |integer| counts |= mentions(integer, counter));
        !counts && (runs || is_safe(graph, &Ranges::new(domain, loops), value))
    };
    match node {
        Node::Comprehension(node) => {
            let costs =
                node.reduction == Reduction::Sum || cost::expression(&graph.scalars, node.value) > CHEAP;
            let is_fixed = node.at.iter().all(|subscript| !mentions(subscript, counter));
            costs && is_fixed && node.base.is_none() && can_move(node.value, &node.domain)
        }
        Node::Apply(node) => can_move(node.value, &node.domain()),
        Node::Reshape { .. } => true,
        Node::Loop(_) => false,
    }
}

fn mentions(value: &Int, counter: LoopId) -> bool {
    let mut found = false;
    value.visit_atoms(&mut |atom| found |= *atom == Atom::Loop(counter));
    found
}
