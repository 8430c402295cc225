//! What an argmax finds, and the next statement of a nest reads where it was found, need not be read
//! again: a maximum, and the pooling of windows.

use crate::ir::{Atom, Graph, Int};

use super::form::{Item, Leaf, LeafKind, Plan, Step};

/// Marks every argmax whose element is read next.
pub(super) fn mark(plan: &mut Plan) {
    for stage in [&mut plan.forward, &mut plan.backward] {
        steps(&mut plan.graph, stage);
    }
}

fn steps(graph: &mut Graph, all: &mut [Step]) {
    for step in all {
        match step {
            Step::Nest(body) => items(graph, body, 0),
            Step::Loop(repeat) => steps(graph, &mut repeat.body),
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
}

fn items(graph: &mut Graph, body: &mut [Item], depth: usize) {
    for place in 0..body.len() {
        let (before, behind) = body.split_at_mut(place + 1);
        match &mut before[place] {
            Item::For(around) => items(graph, &mut around.body, depth + 1),
            Item::If(_, body) => items(graph, body, depth),
            Item::Leaf(leaf) => {
                if let Some(Item::Leaf(next)) = behind.first() {
                    find(graph, leaf, next, depth);
                }
            }
        }
    }
}

fn find(graph: &mut Graph, leaf: &mut Leaf, next: &Leaf, depth: usize) {
    let LeafKind::Argmax { found, .. } = &mut leaf.kind else { return };
    if !matches!(next.kind, LeafKind::Write) {
        return;
    }
    let position = Int::atom(Atom::Read(leaf.out, leaf.at.clone()));
    let at: Vec<Int> = (0..depth).map(Int::index).chain(Graph::unravel(&position, &leaf.inner)).collect();
    let element = graph.scalars.with_indices(leaf.value, &at);
    if graph.scalars.reachable(next.value).contains(&element) {
        *found = Some(element);
    }
}
