//! Of statements that read the same element, the one whose own place could be that element's comes last: then it
//! may be. Changes no value.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Graph, TensorId};

use super::form::{Item, Leaf, LeafKind, Step};
use super::live::leaves;
use super::schedule::Schedule;

/// Reorders the statements of loops, not those of loops of the language.
pub(super) fn sink(schedule: &mut Schedule) {
    let mut last = BTreeMap::new();
    let steps = schedule.forward.iter().chain(&schedule.backward);
    for (place, step) in steps.enumerate() {
        let mut touch = |tensor: TensorId| last.insert(tensor, place);
        match step {
            Step::Nest(items) => {
                for leaf in leaves(items) {
                    leaf.visit_reads(&schedule.graph, &mut |tensor, _| {
                        touch(tensor);
                    });
                }
            }
            Step::Loop(_) | Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
    let mut place = 0;
    for stage in [&mut schedule.forward, &mut schedule.backward] {
        for step in stage {
            if let Step::Nest(items) = step {
                let dying: BTreeSet<TensorId> =
                    last.iter().filter(|(_, last)| **last == place).map(|(tensor, _)| *tensor).collect();
                items.iter_mut().for_each(|item| inside(&schedule.graph, item, &dying));
            }
            place += 1;
        }
    }
}

fn inside(graph: &Graph, item: &mut Item, dying: &BTreeSet<TensorId>) {
    let body = match item {
        Item::For(around) => &mut around.body,
        Item::If(_, body) => body,
        Item::Leaf(_) => return,
    };
    body.iter_mut().for_each(|item| inside(graph, item, dying));
    for place in (0..body.len()).rev() {
        if let Some(to) = later(graph, body, place, dying) {
            body[place..=to].rotate_left(1);
        }
    }
}

/// Behind which statement one may go that could take the place of what it reads and that reads, too.
fn later(graph: &Graph, body: &[Item], place: usize, dying: &BTreeSet<TensorId>) -> Option<usize> {
    let Item::Leaf(leaf) = &body[place] else { return None };
    if !matches!(leaf.kind, LeafKind::Write) || leaf.add || leaf.base.is_some() {
        return None;
    }
    let mut reads = BTreeSet::new();
    let mut operands = BTreeSet::new();
    leaf.visit_reads(graph, &mut |tensor, at| {
        reads.insert(tensor);
        if at == leaf.at && dying.contains(&tensor) && graph.shape(tensor) == graph.shape(leaf.out) {
            operands.insert(tensor);
        }
    });
    let (mut to, mut limit) = (None, body.len());
    for (other, item) in body.iter().enumerate().skip(place + 1) {
        let mut bound = false;
        let mut read = false;
        item.visit(0, &mut |_, other: &Leaf| {
            bound |= other.out == leaf.out || reads.contains(&other.out);
            bound |= other.base.is_some_and(|base| base == leaf.out || reads.contains(&base));
            other.visit_reads(graph, &mut |tensor, _| {
                bound |= tensor == leaf.out;
                read |= operands.contains(&tensor);
            });
        });
        if bound {
            limit = limit.min(other);
        }
        if read {
            to = Some(other);
        }
    }
    to.filter(|&to| to < limit)
}
