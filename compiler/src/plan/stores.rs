//! What a loop keeps of each iteration is made where it is kept, instead of being copied there.

use std::collections::BTreeSet;

use crate::ir::{Atom, Graph, Int, LoopId, Scalar, TensorId};

use super::form::{Item, Leaf, LeafKind, Step};
use super::live::leaves;
use super::schedule::Schedule;
use super::shrink::Renaming;

/// Redirects in place.
pub(super) fn redirect(schedule: &mut Schedule) {
    let mut fixed: BTreeSet<TensorId> = schedule.results.iter().copied().collect();
    fixed.extend(schedule.gradients.iter().map(|gradient| gradient.tensor));
    for (&out, &from) in &schedule.views {
        fixed.extend([out, from]);
    }
    for stage in [&schedule.forward, &schedule.backward] {
        mark(stage, &mut fixed);
    }
    let Schedule { graph, forward, backward, .. } = schedule;
    for stage in [forward, backward] {
        block(graph, stage, &fixed);
    }
}

/// What loops carry and what has a base keeps its own memory.
fn mark(steps: &[Step], fixed: &mut BTreeSet<TensorId>) {
    for step in steps {
        match step {
            Step::Nest(items) => {
                for leaf in leaves(items) {
                    if let Some(base) = leaf.base {
                        fixed.extend([base, leaf.out]);
                    }
                }
            }
            Step::Loop(repeat) => {
                for carried in &repeat.carried {
                    fixed.extend([carried.initial, carried.inside, carried.next, carried.last]);
                }
                mark(&repeat.body, fixed);
            }
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
}

fn block(graph: &mut Graph, steps: &mut [Step], fixed: &BTreeSet<TensorId>) {
    for step in steps {
        let Step::Loop(repeat) = step else { continue };
        block(graph, &mut repeat.body, fixed);
        for carried in repeat.carried.clone() {
            let Some(part) = kept(graph, &repeat.body, repeat.counter, carried.inside, carried.next) else {
                continue;
            };
            if fixed.contains(&part.tensor) || !made_in(&repeat.body, part.tensor) {
                continue;
            }
            // Behind the first axis what is kept lies apart, where a product of matrices wants neighbours.
            if part.axis > 0 && is_of_product(&repeat.body, part.tensor) {
                continue;
            }
            let next = carried.next;
            for step in &mut repeat.body {
                rename(graph, step, &part, next, carried.inside);
            }
            repeat.body.retain(|step| !matches!(step, Step::Nest(items) if items.is_empty()));
        }
    }
}

/// A tensor that is one part of another, along one axis.
struct Part {
    tensor: TensorId,
    axis: usize,
    counter: LoopId,
}

/// What is copied into a carried value as the part of this iteration, if that is all that happens to it.
fn kept(graph: &Graph, steps: &[Step], counter: LoopId, inside: TensorId, next: TensorId) -> Option<Part> {
    let mut found = None;
    for step in steps {
        let Step::Nest(items) = step else { continue };
        for leaf in leaves(items).into_iter().filter(|leaf| leaf.out == next) {
            if found.is_some()
                || leaf.base != Some(inside)
                || leaf.add
                || !matches!(leaf.kind, LeafKind::Write)
            {
                return None;
            }
            let Scalar::Read(tensor, from) = &graph.scalars[leaf.value] else { return None };
            let axis = leaf.at.iter().position(|at| *at == Int::atom(Atom::Loop(counter)))?;
            let mut rest = leaf.at.clone();
            rest.remove(axis);
            let mut shape = graph.shape(next).to_vec();
            shape.remove(axis);
            let distinct: BTreeSet<&Int> = rest.iter().collect();
            let whole = rest.iter().all(|at| at.as_index().is_some()) && distinct.len() == rest.len();
            if rest != *from || shape != graph.shape(*tensor) || !whole {
                return None;
            }
            found = Some(Part { tensor: *tensor, axis, counter });
        }
    }
    found
}

fn made_in(steps: &[Step], tensor: TensorId) -> bool {
    steps
        .iter()
        .any(|step| matches!(step, Step::Nest(items) if leaves(items).iter().any(|leaf| leaf.out == tensor)))
}

/// Whether a product of matrices makes a tensor or reads it.
fn is_of_product(steps: &[Step], tensor: TensorId) -> bool {
    steps.iter().any(|step| match step {
        Step::Nest(items) => leaves(items).into_iter().any(|leaf| match &leaf.kind {
            LeafKind::Product(product) => [leaf.out, product.left.0, product.right.0].contains(&tensor),
            _ => false,
        }),
        Step::Loop(repeat) => is_of_product(&repeat.body, tensor),
        Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => false,
    })
}

fn rename(graph: &mut Graph, step: &mut Step, part: &Part, whole: TensorId, inside: TensorId) {
    match step {
        Step::Nest(items) => {
            remove(items, &mut |leaf| leaf.out == whole);
            let counter = Int::atom(Atom::Loop(part.counter));
            let extend = |at: &[Int]| {
                let mut at = at.to_vec();
                at.insert(part.axis.min(at.len()), counter.clone());
                at
            };
            let renaming = Renaming { from: part.tensor, to: whole, subscripts: &extend };
            for item in items {
                item.visit_mut(&mut |leaf| {
                    if leaf.out == part.tensor {
                        leaf.base = Some(inside);
                    }
                    renaming.leaf(graph, leaf);
                });
            }
        }
        Step::Loop(repeat) => {
            repeat.body.iter_mut().for_each(|step| rename(graph, step, part, whole, inside))
        }
        Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
    }
}

/// Removes statements and the loops that are then empty.
fn remove(items: &mut Vec<Item>, matches: &mut dyn FnMut(&Leaf) -> bool) {
    items.retain_mut(|item| match item {
        Item::Leaf(leaf) => !matches(leaf),
        Item::If(_, body) => {
            remove(body, matches);
            !body.is_empty()
        }
        Item::For(around) => {
            remove(&mut around.body, matches);
            !around.body.is_empty()
        }
    });
}
