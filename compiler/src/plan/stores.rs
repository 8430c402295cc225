//! What a loop keeps of each iteration is made where it is kept, instead of being copied there; so is what a loop
//! in it keeps, which then carries the whole.

use std::collections::BTreeSet;

use crate::ir::{Atom, Carried, Graph, Int, LoopId, Scalar, TensorId};

use super::form::{Item, Leaf, LeafKind, Repeat, Step};
use super::live::leaves;
use super::schedule::Schedule;
use super::shrink::Renaming;

/// Redirects in place.
pub(super) fn redirect(schedule: &mut Schedule) {
    let mut delivered: BTreeSet<TensorId> = schedule.results.iter().copied().collect();
    delivered.extend(schedule.gradients.iter().map(|gradient| gradient.tensor));
    for (&out, &from) in &schedule.views {
        delivered.extend([out, from]);
    }
    let mut fixed = delivered.clone();
    for stage in [&schedule.forward, &schedule.backward] {
        mark(stage, &mut fixed);
    }
    let Schedule { graph, forward, backward, .. } = schedule;
    for stage in [forward, backward] {
        block(graph, stage, &fixed, &delivered);
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

fn block(graph: &mut Graph, steps: &mut [Step], fixed: &BTreeSet<TensorId>, delivered: &BTreeSet<TensorId>) {
    for step in steps {
        let Step::Loop(repeat) = step else { continue };
        block(graph, &mut repeat.body, fixed, delivered);
        for carried in repeat.carried.clone() {
            let Some(part) = kept(graph, &repeat.body, repeat.counter, carried.inside, carried.next) else {
                continue;
            };
            // Behind the first axis what is kept lies apart, where a product of matrices wants neighbours.
            if part.axis > 0 && is_of_product(&repeat.body, part.tensor) {
                continue;
            }
            // Zeros in all of it would be zeros in more than its part of the whole.
            if is_filled_at_once(&repeat.body, &part) {
                continue;
            }
            if delivered.contains(&part.tensor) {
                continue;
            }
            let Carried { inside, next, .. } = carried;
            let filled = filled_by(graph, repeat, &part, inside, delivered);
            if filled.is_none() && (fixed.contains(&part.tensor) || !made_in(&repeat.body, part.tensor)) {
                continue;
            }
            // The copy goes, and what was copied is made in its place.
            visit_nests(&mut repeat.body, &mut |items| remove(items, &mut |leaf| leaf.out == next));
            match filled.map(|(position, place)| (&mut repeat.body[position], place)) {
                Some((Step::Loop(inner), place)) => lift(graph, inner, place, &part, (inside, next)),
                _ => visit_leaves(&mut repeat.body, &mut |leaf| {
                    if leaf.out == part.tensor {
                        leaf.base = Some(inside);
                    }
                }),
            }
            move_into(graph, &mut repeat.body, &part, part.tensor, next);
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

impl Part {
    /// The subscripts in the whole of an element of the part.
    fn extend(&self, at: &[Int]) -> Vec<Int> {
        let mut at = at.to_vec();
        at.insert(self.axis, Int::atom(Atom::Loop(self.counter)));
        at
    }
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

/// The loop among the steps of another one that fills what that keeps, and the place among what it carries; if both
/// are read and written in no way but element by element, and what is kept is not seen before.
fn filled_by(
    graph: &Graph,
    repeat: &Repeat,
    part: &Part,
    inside: TensorId,
    delivered: &BTreeSet<TensorId>,
) -> Option<(usize, usize)> {
    let (position, place, inner) = repeat.body.iter().enumerate().find_map(|(position, step)| {
        let Step::Loop(inner) = step else { return None };
        let fills = |it: &Carried| it.last == part.tensor && it.initial == it.inside;
        Some((position, inner.carried.iter().position(fills)?, inner))
    })?;
    let is_moved = |steps: &[Step], tensor| moves(graph, steps, tensor) > 0;
    let elsewhere = repeat.carried.iter().any(|it| [it.initial, it.next].contains(&part.tensor));
    let seen = reads(graph, &repeat.body, inside) || is_moved(&repeat.body, inside);
    let is_free = !elsewhere && !seen && !is_moved(&repeat.body, part.tensor);
    (is_free && can_lift(graph, inner, place, delivered)).then_some((position, place))
}

/// Whether what a loop carries may become a part of something else.
fn can_lift(graph: &Graph, repeat: &Repeat, place: usize, delivered: &BTreeSet<TensorId>) -> bool {
    let Carried { inside, next, .. } = repeat.carried[place];
    // Nested loops may fill it in turn.
    let nested = repeat.body.iter().filter_map(|step| {
        let Step::Loop(inner) = step else { return None };
        Some((inner, fills(inner, inside, next)?))
    });
    let nested: Vec<(&Repeat, usize)> = nested.collect();
    let others = repeat.carried.iter().enumerate().filter(|(other, _)| *other != place);
    let mut moved = others.map(|(_, it)| it).any(|it| [inside, next].contains(&it.next));
    moved |= repeat.condition.is_some_and(|condition| graph.reads(condition).contains(&inside));
    moved |= [inside, next].iter().any(|it| delivered.contains(it));
    moved |= moves(graph, &repeat.body, inside) > nested.len() || moves(graph, &repeat.body, next) > 0;
    !moved && nested.into_iter().all(|(inner, place)| can_lift(graph, inner, place, delivered))
}

/// The place among what a loop carries of that which it finds as one tensor and leaves as another.
fn fills(repeat: &Repeat, found: TensorId, left: TensorId) -> Option<usize> {
    repeat.carried.iter().position(|it| it.initial == found && it.last == left)
}

/// In how many places a tensor is handed on whole, or asked for whether a loop goes on.
fn moves(graph: &Graph, steps: &[Step], tensor: TensorId) -> usize {
    let of = |step: &Step| match step {
        Step::Loop(repeat) => {
            let carried = repeat.carried.iter().map(|it| [it.initial, it.next]);
            let carried = carried.flatten().filter(|it| *it == tensor).count();
            let asked = repeat.condition.is_some_and(|condition| graph.reads(condition).contains(&tensor));
            carried + usize::from(asked) + moves(graph, &repeat.body, tensor)
        }
        Step::Nest(_) | Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => 0,
    };
    steps.iter().map(of).sum()
}

/// Whether an element of a tensor is read.
fn reads(graph: &Graph, steps: &[Step], tensor: TensorId) -> bool {
    let mut found = false;
    for step in steps {
        match step {
            Step::Nest(items) => leaves(items)
                .into_iter()
                .for_each(|leaf| leaf.visit_reads(graph, &mut |read, _| found |= read == tensor)),
            Step::Loop(repeat) => found |= reads(graph, &repeat.body, tensor),
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
    found
}

/// What a loop carries becomes a part of something larger, which it carries then: from what to what.
fn lift(graph: &mut Graph, repeat: &mut Repeat, place: usize, part: &Part, (from, to): (TensorId, TensorId)) {
    let Carried { inside, next, .. } = repeat.carried[place];
    let [all_inside, all_next] = [(); 2].map(|()| graph.add_like(to));
    for step in &mut repeat.body {
        let Step::Loop(inner) = step else { continue };
        if let Some(place) = fills(inner, inside, next) {
            lift(graph, inner, place, part, (all_inside, all_next));
        }
    }
    move_into(graph, &mut repeat.body, part, inside, all_inside);
    move_into(graph, &mut repeat.body, part, next, all_next);
    repeat.carried[place] = Carried { initial: from, inside: all_inside, next: all_next, last: to };
}

/// Every statement that reads, writes or changes a tensor does so to a part of another one.
fn move_into(graph: &mut Graph, steps: &mut [Step], part: &Part, from: TensorId, to: TensorId) {
    let extend = |at: &[Int]| part.extend(at);
    let renaming = Renaming { from, to, subscripts: &extend };
    visit_leaves(steps, &mut |leaf| {
        if leaf.base == Some(from) {
            leaf.base = Some(to);
        }
        renaming.leaf(graph, leaf);
    });
}

/// Visits all nests, those in loops too.
fn visit_nests(steps: &mut [Step], visit: &mut dyn FnMut(&mut Vec<Item>)) {
    for step in steps {
        match step {
            Step::Nest(items) => visit(items),
            Step::Loop(repeat) => visit_nests(&mut repeat.body, visit),
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
}

/// Visits all statements, those in loops too.
fn visit_leaves(steps: &mut [Step], visit: &mut dyn FnMut(&mut Leaf)) {
    visit_nests(steps, &mut |items| items.iter_mut().for_each(|item| item.visit_mut(visit)));
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

/// Whether a fill leaves out an axis of what is kept that stands before that of the iterations.
fn is_filled_at_once(steps: &[Step], part: &Part) -> bool {
    steps.iter().any(|step| match step {
        Step::Nest(items) => leaves(items).into_iter().any(|leaf| {
            leaf.out == part.tensor && matches!(leaf.kind, LeafKind::Fill) && leaf.at.len() < part.axis
        }),
        Step::Loop(repeat) => is_filled_at_once(&repeat.body, part),
        Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => false,
    })
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
