//! A map before what is added to single elements: `d = zeros; d[k[i]] += a; d += map` becomes
//! `d = map; d[k[i]] += a`, which writes every element once less.

use std::collections::BTreeMap;

use super::definitions::covered;
use super::uses;
use crate::ir::{Comprehension, Graph, Node, Reduction, TensorId};

/// Moves maps before scattered sums. The roots stay.
pub fn maps_first(graph: &mut Graph, roots: &[TensorId]) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    let uses = uses::count(graph, &nodes);
    let is_between = |tensor: TensorId| !roots.contains(&tensor) && uses.get(&tensor) == Some(&1);
    list(graph, &mut nodes, &is_between);
    graph.nodes = nodes;
}

fn list(graph: &Graph, nodes: &mut Vec<Node>, is_between: &dyn Fn(TensorId) -> bool) {
    // Where the scattered sums are that a map may come before.
    let mut scattered: BTreeMap<TensorId, usize> = BTreeMap::new();
    let mut place = 0;
    while place < nodes.len() {
        match &mut nodes[place] {
            Node::Loop(inner) => list(graph, &mut inner.body, is_between),
            Node::Comprehension(node) if node.reduction == Reduction::Sum => {
                let is_apart =
                    |base: &TensorId| is_map(graph, node) && !graph.reads(node.value).contains(base);
                let earlier = node.base.filter(is_apart).and_then(|base| scattered.get(&base).copied());
                if let Some(earlier) = earlier {
                    exchange(nodes, earlier, place);
                    // All places may have moved: begin again.
                    scattered.clear();
                    place = 0;
                    continue;
                }
                if is_between(node.out) && covered(&node.at, &node.domain, graph.shape(node.out)).is_none() {
                    scattered.insert(node.out, place);
                }
            }
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
        }
        place += 1;
    }
}

/// Whether a node writes each element of a tensor once.
fn is_map(graph: &Graph, node: &Comprehension) -> bool {
    covered(&node.at, &node.domain, graph.shape(node.out))
        .is_some_and(|axes| (0..node.domain.len()).all(|index| axes.contains(&Some(index))))
}

/// Makes the later of two additions the first, and the other one follow it.
fn exchange(nodes: &mut Vec<Node>, earlier: usize, later: usize) {
    let Node::Comprehension(mut scatter) = nodes.remove(earlier) else { unreachable!("a scattered sum") };
    let Node::Comprehension(map) = &mut nodes[later - 1] else { unreachable!("a map") };
    let (between, last) = (scatter.out, map.out);
    (map.out, map.base) = (between, scatter.base);
    if map.base.is_none() {
        map.reduction = Reduction::Set;
    }
    (scatter.out, scatter.base) = (last, Some(between));
    nodes.insert(later, Node::Comprehension(scatter));
}
