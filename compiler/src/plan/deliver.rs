//! Gradients into the caller's memory: made there where every statement that makes one can also add to
//! what is there, else made in the arena and copied. And, for a step of training, updates as soon as a
//! gradient is complete, or while it is computed.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Int, TensorId};

use super::Inputs;
use super::form::{Buffer, BufferId, Home, Item, Leaf, LeafKind, Root, Step};
use super::live::{leaves, origin};
use super::maximum::{Maximum, upper_bound};
use super::schedule::Schedule;
use super::storage::Sharing;

/// A gradient of so many elements stays in a first-level cache until it is applied: as many as a product
/// that is applied as it is computed holds at a time.
const SMALL: i64 = 4096;

/// The set of units that a gradient is made in, if that can be the caller's memory.
pub(super) fn in_place(
    schedule: &Schedule,
    sharing: &mut Sharing,
    number: usize,
    stacked: usize,
) -> Option<TensorId> {
    let gradient = schedule.gradients[number].tensor;
    let set = sharing.set(gradient)?;
    let units: BTreeSet<TensorId> = sharing.members(set).iter().copied().collect();
    let delivered = |unit: &TensorId| {
        schedule.results.iter().any(|&result| origin(schedule, result) == *unit)
            || schedule
                .gradients
                .iter()
                .enumerate()
                .any(|(other, gradient)| other != number && gradient.tensor == *unit)
            || sharing.live.segments[unit].iter().any(|&(from, _)| from < sharing.live.backward)
            || schedule.graph.shape(*unit) != schedule.graph.shape(gradient)
    };
    let viewed = schedule.views.values().any(|&from| units.contains(&origin(schedule, from)));
    if units.iter().any(delivered) || viewed {
        return None;
    }
    let mut chain =
        Chain { schedule, sharing, units: &units, stacked, begun: BTreeSet::new(), adds_only: true };
    chain.follow(&schedule.backward, false);
    chain.adds_only.then_some(set)
}

/// Checks that what is written to a set are zeros, then sums.
struct Chain<'a> {
    schedule: &'a Schedule,
    sharing: &'a Sharing,
    units: &'a BTreeSet<TensorId>,
    stacked: usize,
    begun: BTreeSet<TensorId>,
    adds_only: bool,
}

impl Chain<'_> {
    fn follow(&mut self, steps: &[Step], repeated: bool) {
        for step in steps {
            match step {
                Step::Nest(items) => leaves(items).into_iter().for_each(|leaf| self.leaf(leaf, repeated)),
                Step::Loop(repeat) => {
                    for carried in &repeat.carried {
                        let inside = self.units.contains(&carried.inside);
                        // A copy would overwrite what is there.
                        let set = self.sharing.set(carried.inside);
                        self.adds_only &= !inside
                            || (self.sharing.set(carried.initial) == set
                                && self.sharing.set(carried.next) == set);
                        self.adds_only &= inside || !self.contains(carried.initial);
                        self.adds_only &= inside || !self.contains(carried.next);
                    }
                    self.follow(&repeat.body, true);
                }
                Step::Copy { to, from } => self.adds_only &= !self.contains(*to) && !self.contains(*from),
                Step::Update(_) | Step::Carve { .. } => {}
            }
        }
    }

    fn contains(&self, tensor: TensorId) -> bool {
        self.units.contains(&origin(self.schedule, tensor))
    }

    fn leaf(&mut self, leaf: &Leaf, repeated: bool) {
        let mut read = false;
        leaf.visit_reads(&self.schedule.graph, &mut |tensor, _| read |= self.contains(tensor));
        let base = leaf.base.is_some_and(|base| self.contains(base));
        if !self.units.contains(&leaf.out) {
            self.adds_only &= !read && !base;
            return;
        }
        let zero = self.schedule.graph.scalars.as_number(leaf.value) == Some(0.0);
        let begins = match leaf.kind {
            LeafKind::Fill => leaf.base.is_none() && zero && !repeated,
            _ if leaf.add => leaf.base.is_none() || base,
            _ => {
                // One statement may set every element once, which is adding to zero.
                let first = self.begun.is_empty() || self.begun.contains(&leaf.out);
                self.begun.insert(leaf.out);
                leaf.base.is_none() && first && !repeated
            }
        };
        if leaf.base.is_none() && repeated {
            self.adds_only = false;
        }
        let columns_inside = match &leaf.kind {
            LeafKind::Product(product) => leaf.at.iter().take(self.stacked).any(|at| {
                [&product.rows, &product.columns, &product.depth]
                    .into_iter()
                    .flatten()
                    .any(|&x| at.mentions_index(x))
            }),
            _ => false,
        };
        let filled_in_part =
            matches!(leaf.kind, LeafKind::Fill) && leaf.at.len() < self.stacked && !leaf.at.is_empty();
        self.adds_only &= begins && !read && !columns_inside && !filled_in_part;
    }
}

/// Copies the gradients that could not be made where they belong.
pub(super) fn copy_the_others(schedule: &mut Schedule, homes: &BTreeMap<TensorId, usize>) {
    for number in 0..schedule.gradients.len() {
        if homes.values().any(|&home| home == number) {
            continue;
        }
        let gradient = schedule.gradients[number].tensor;
        let tensor = schedule.graph.tensor(gradient).clone();
        let size = upper_bound(&Int::product(&tensor.shape));
        let to = schedule.graph.add_tensor(tensor.name.clone(), tensor.shape, tensor.kind);
        let buffer = BufferId(schedule.memory.buffers.len());
        schedule.memory.buffers.push(Buffer {
            tensor: to,
            name: tensor.name.to_string(),
            kind: tensor.kind,
            size: Maximum::of(size),
            home: Home::Gradient(number),
        });
        schedule.memory.roots.insert(to, Root::Buffer(buffer));
        schedule.backward.push(Step::Copy { to, from: gradient });
    }
}

/// Adds the updates: each after the step that completes the gradient and the last one that reads what it
/// is the gradient of. Gives the gradients that are products of matrices, which are applied as they are
/// computed, with their numbers.
pub(super) fn insert_updates(schedule: &mut Schedule, inputs: &Inputs) -> BTreeMap<TensorId, usize> {
    let mut applied = BTreeMap::new();
    for number in 0..schedule.gradients.len() {
        if let Some(place) = product(schedule, inputs, number) {
            applied.insert(origin(schedule, schedule.gradients[number].tensor), number);
            let step = schedule.backward.remove(place);
            let readers = |step: &Step| touches(schedule, step, inputs.targets[number]);
            let last = schedule.backward.iter().rposition(readers);
            schedule.backward.insert(place.max(last.map_or(0, |last| last + 1)), step);
        }
    }
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (number, gradient) in schedule.gradients.iter().enumerate() {
        if applied.values().any(|&other| other == number) {
            continue;
        }
        let mut last = 0;
        for (position, step) in schedule.backward.iter().enumerate() {
            if touches(schedule, step, gradient.tensor) || touches(schedule, step, inputs.targets[number]) {
                last = position + 1;
            }
        }
        places.push((last, number));
    }
    places.sort_unstable();
    for (place, number) in places.into_iter().rev() {
        schedule.backward.insert(place, Step::Update(number));
    }
    applied
}

/// The place of the step that makes a gradient, if that is one product of matrices that can wait for the
/// readers of the parameter, and nothing else needs the gradient.
fn product(schedule: &Schedule, inputs: &Inputs, number: usize) -> Option<usize> {
    let gradient = origin(schedule, schedule.gradients[number].tensor);
    let is_gradient = |&tensor: &TensorId| origin(schedule, tensor) == gradient;
    let of_others =
        schedule.gradients.iter().map(|gradient| &gradient.tensor).filter(|tensor| is_gradient(tensor));
    if of_others.count() > 1
        || schedule.results.iter().any(is_gradient)
        || inputs.stacked(inputs.targets[number]) > 0
        || Int::product(schedule.graph.shape(gradient)).as_constant().is_some_and(|size| size <= SMALL)
    {
        return None;
    }
    let mut touching =
        (0..schedule.backward.len()).filter(|&place| touches(schedule, &schedule.backward[place], gradient));
    let (Some(place), None) = (touching.next(), touching.next()) else { return None };
    let Step::Nest(items) = &schedule.backward[place] else { return None };
    let [Item::Leaf(leaf)] = items.as_slice() else { return None };
    let LeafKind::Product(product) = &leaf.kind else { return None };
    let mut apart = true;
    leaf.visit_reads(&schedule.graph, &mut |tensor, _| {
        apart &= tensor != gradient && !inputs.targets.contains(&origin(schedule, tensor));
    });
    let whole =
        product.even && leaf.out == gradient && leaf.base.is_none() && leaf.when.is_none() && !leaf.add;
    (whole && apart).then_some(place)
}

fn touches(schedule: &Schedule, step: &Step, tensor: TensorId) -> bool {
    let unit = origin(schedule, tensor);
    match step {
        Step::Nest(items) => leaves(items).iter().any(|leaf| {
            let mut found = origin(schedule, leaf.out) == unit;
            found |= leaf.base.is_some_and(|base| origin(schedule, base) == unit);
            leaf.visit_reads(&schedule.graph, &mut |read, _| found |= origin(schedule, read) == unit);
            found
        }),
        Step::Loop(repeat) => {
            let asked = repeat.condition.iter().flat_map(|&condition| schedule.graph.reads(condition));
            asked.into_iter().any(|read| origin(schedule, read) == unit)
                || repeat.carried.iter().any(|carried| {
                    [carried.initial, carried.inside, carried.next, carried.last]
                        .iter()
                        .any(|&tensor| origin(schedule, tensor) == unit)
                })
                || repeat.body.iter().any(|step| touches(schedule, step, tensor))
        }
        Step::Copy { to, from } => origin(schedule, *to) == unit || origin(schedule, *from) == unit,
        Step::Update(_) | Step::Carve { .. } => false,
    }
}
