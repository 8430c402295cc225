//! When each tensor's elements are needed: positions of the steps of both stages, and from where to where
//! each tensor lives.
//!
//! A loop takes a position before its body, one at the end of the body (where carried values move) and one
//! after it; the results are delivered at one between the stages. Tensors that are the same memory under several shapes are one unit, named by the first.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::TensorId;

use super::form::{Item, Leaf, Repeat, Step};
use super::schedule::Schedule;

/// Lifetimes of all units that are no inputs.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// By unit: first and last positions, in order.
    pub segments: BTreeMap<TensorId, Vec<(usize, usize)>>,
    /// By unit: the loops around all that touches it, outermost first, by their counter.
    pub blocks: BTreeMap<TensorId, Vec<Span>>,
    /// By tensor: its unit.
    pub units: BTreeMap<TensorId, TensorId>,
    /// The first position of the backward stage.
    pub backward: usize,
}

/// The positions of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub enter: usize,
    pub end: usize,
    pub exit: usize,
}

struct Walk<'a> {
    schedule: &'a Schedule,
    position: usize,
    made: BTreeMap<TensorId, (usize, Vec<Span>)>,
    used: Vec<(TensorId, usize, Vec<Span>)>,
}

/// Finds all lifetimes.
pub(super) fn lifetimes(schedule: &Schedule) -> Live {
    let mut walk = Walk { schedule, position: 0, made: BTreeMap::new(), used: Vec::new() };
    walk.block(&schedule.forward, &mut Vec::new());
    for &result in &schedule.results {
        walk.used.push((result, walk.position, Vec::new()));
    }
    walk.position += 1;
    let backward = walk.position;
    walk.block(&schedule.backward, &mut Vec::new());
    let end = walk.position;
    for gradient in &schedule.gradients {
        if !updates(&schedule.backward) {
            walk.used.push((gradient.tensor, end, Vec::new()));
        }
    }
    let mut live = Live { backward, ..Live::default() };
    for (&tensor, (position, stack)) in &walk.made {
        live.segments.insert(tensor, vec![(*position, *position)]);
        live.blocks.insert(tensor, stack.clone());
    }
    for (tensor, position, stack) in &walk.used {
        let unit = origin(schedule, *tensor);
        live.units.insert(*tensor, unit);
        let (Some((_, around)), Some(segments)) = (walk.made.get(&unit), live.segments.get_mut(&unit)) else {
            continue;
        };
        let shared = around.iter().zip(stack).take_while(|(a, b)| a == b).count();
        let last = stack.get(shared).map_or(*position, |inner| inner.exit);
        segments[0].1 = segments[0].1.max(last);
        if let Some(block) = live.blocks.get_mut(&unit) {
            let shared = block.iter().zip(stack).take_while(|(a, b)| a == b).count();
            block.truncate(shared);
        }
    }
    for &tensor in walk.made.keys() {
        live.units.insert(tensor, tensor);
    }
    for &tensor in schedule.views.keys() {
        live.units.insert(tensor, origin(schedule, tensor));
    }
    live
}

fn updates(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Update(_)))
}

/// The unit of a tensor.
pub(super) fn origin(schedule: &Schedule, tensor: TensorId) -> TensorId {
    schedule.views.get(&tensor).map_or(tensor, |&from| origin(schedule, from))
}

impl Walk<'_> {
    fn block(&mut self, steps: &[Step], stack: &mut Vec<Span>) {
        for step in steps {
            match step {
                Step::Nest(items) => {
                    for leaf in leaves(items) {
                        self.made.entry(leaf.out).or_insert_with(|| (self.position, stack.clone()));
                        let mut used: BTreeSet<TensorId> = leaf.base.into_iter().collect();
                        leaf.visit_reads(&self.schedule.graph, &mut |tensor, _| {
                            used.insert(tensor);
                        });
                        self.used
                            .extend(used.into_iter().map(|tensor| (tensor, self.position, stack.clone())));
                    }
                    self.position += 1;
                }
                Step::Loop(repeat) => self.repeat(repeat, stack),
                Step::Copy { to, from } => {
                    self.made.entry(*to).or_insert_with(|| (self.position, stack.clone()));
                    self.used.push((*from, self.position, stack.clone()));
                    self.position += 1;
                }
                Step::Update(gradient) => {
                    self.used.push((self.schedule.gradients[*gradient].tensor, self.position, stack.clone()));
                    self.position += 1;
                }
                Step::Carve { .. } => {}
            }
        }
    }

    fn repeat(&mut self, repeat: &Repeat, stack: &mut Vec<Span>) {
        let enter = self.position;
        let span = span(&repeat.body, enter);
        self.used.extend(repeat.carried.iter().map(|carried| (carried.initial, enter, stack.clone())));
        for carried in &repeat.carried {
            // Made here, but its memory is needed in the whole loop and after it.
            self.made.insert(carried.inside, (enter, [stack.as_slice(), &[span]].concat()));
            self.made.insert(carried.last, (span.exit, stack.clone()));
        }
        self.position += 1;
        stack.push(span);
        for tensor in repeat.condition.iter().flat_map(|&condition| self.schedule.graph.reads(condition)) {
            self.used.push((tensor, enter, stack.clone()));
        }
        self.block(&repeat.body, stack);
        for carried in &repeat.carried {
            self.used.push((carried.next, span.end, stack.clone()));
        }
        stack.pop();
        self.position = span.exit + 1;
    }
}

/// How many positions steps take.
fn count(steps: &[Step]) -> usize {
    let of = |step: &Step| match step {
        Step::Nest(_) | Step::Copy { .. } | Step::Update(_) => 1,
        Step::Loop(repeat) => count(&repeat.body) + 3,
        Step::Carve { .. } => 0,
    };
    steps.iter().map(of).sum()
}

/// The positions of a loop with this body that begins here.
pub(super) fn span(body: &[Step], enter: usize) -> Span {
    let end = enter + 1 + count(body);
    Span { enter, end, exit: end + 1 }
}

/// The statements of a nest, in order.
pub(super) fn leaves(items: &[Item]) -> Vec<&Leaf> {
    let mut leaves = Vec::new();
    items.iter().for_each(|item| item.visit(0, &mut |_, leaf| leaves.push(leaf)));
    leaves
}
