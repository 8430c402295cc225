//! What a tensor holds is read there, where computing it anew would only keep what it is computed from in memory
//! for longer. Changes no value.

use std::collections::BTreeSet;

use crate::ir::{Graph, Node, ScalarId, TensorId};

use super::stages::{Draft, reads_of};
use super::{inline, order};

/// Looks through the nodes of both stages, not into loops.
pub(super) fn read(draft: &mut Draft) {
    let delivered = draft.gradients.iter().map(|gradient| gradient.tensor);
    let fixed: BTreeSet<TensorId> = draft.inputs.iter().copied().chain(delivered).collect();
    let Draft { graph, forward, backward, .. } = draft;
    let mut needed = BTreeSet::new();
    backward.iter().for_each(|node| reads_of(graph, node, &mut needed));
    needed.extend(&fixed);
    needed.extend(&draft.results);
    stage(graph, forward, &needed);
    stage(graph, backward, &fixed);
}

/// `fixed` are needed after the stage.
fn stage(graph: &mut Graph, nodes: &mut [Node], fixed: &BTreeSet<TensorId>) {
    for place in 0..nodes.len() {
        let (before, after) = nodes.split_at_mut(place + 1);
        let Node::Comprehension(node) = &before[place] else { continue };
        let rank = node.domain.len();
        let is_map = node.base.is_none() && node.at == Graph::identity(rank) && order::sets_all(graph, node);
        if rank == 0 || !is_map || inline::weight(graph, node.value) == 0 {
            continue;
        }
        let large = |tensor: &TensorId| graph.shape(*tensor).len() >= rank && !fixed.contains(tensor);
        let operands: BTreeSet<TensorId> = graph.reads(node.value).into_iter().filter(large).collect();
        let held = Held { value: node.value, out: node.out };
        let changed: Vec<(usize, ScalarId)> =
            (0..after.len()).filter_map(|later| Some((later, held.within(graph, &after[later])?))).collect();
        let mut read = BTreeSet::new();
        for (later, node) in after.iter().enumerate() {
            match changed.iter().find(|(changed, _)| *changed == later) {
                Some(&(_, value)) => read.extend(graph.reads(value)),
                None => reads_of(graph, node, &mut read),
            }
        }
        if operands.is_empty() || !operands.is_disjoint(&read) {
            continue;
        }
        for (later, value) in changed {
            if let Node::Comprehension(node) = &mut after[later] {
                node.value = value;
            }
        }
    }
}

/// What a tensor holds, in terms of its own subscripts.
struct Held {
    value: ScalarId,
    out: TensorId,
}

impl Held {
    /// The value of an elementwise node over the same indices with the tensor read in it; none where it holds no
    /// part of that.
    fn within(&self, graph: &mut Graph, node: &Node) -> Option<ScalarId> {
        let Node::Comprehension(node) = node else { return None };
        let shape = graph.shape(self.out).to_vec();
        let same = node.domain.len() == shape.len()
            && node.domain.iter().zip(&shape).all(|(axis, extent)| axis.extent == *extent);
        if !same || !graph.scalars.reachable(node.value).contains(&self.value) {
            return None;
        }
        let replace = |scalars: &mut crate::ir::Scalars, id: ScalarId| {
            (id == self.value).then(|| scalars.read(self.out, Graph::identity(shape.len())))
        };
        let value = graph.scalars.rebuild(node.value, &mut { replace }, &mut Clone::clone);
        (value != node.value).then_some(value)
    }
}
