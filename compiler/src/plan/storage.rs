//! Which tensors share memory, and what must be copied because they cannot.
//!
//! Two tensors share memory only if one is last needed before the other is made, or in the very statement
//! that makes it and then each element is read before it is overwritten. A tensor with a base, and the
//! values that a loop carries, share where that holds and are copied where not.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Carried, Int, Kind, TensorId};

use super::form::{Buffer, BufferId, Home, Item, Leaf, LeafKind, Root, Step};
use super::live::{Live, leaves, lifetimes, origin};
use super::maximum::{Maximum, upper_bound};
use super::schedule::Schedule;
use super::{Delivery, Inputs, deliver};

/// Local arrays have at most this many elements.
const SMALL_ARRAY: i64 = 64;

/// Gives every tensor its memory, all but the offsets.
pub(super) fn assign(schedule: &mut Schedule, inputs: &Inputs, delivery: Delivery) {
    let applied = match delivery {
        Delivery::Caller => BTreeMap::new(),
        Delivery::Update => deliver::insert_updates(schedule, inputs),
    };
    let mut sharing = Sharing::new(schedule);
    let forward = std::mem::take(&mut schedule.forward);
    let backward = std::mem::take(&mut schedule.backward);
    for stage in [&forward, &backward] {
        sharing.kept(schedule, stage);
    }
    for stage in [&forward, &backward] {
        sharing.carried(schedule, stage);
    }
    for stage in [&forward, &backward] {
        sharing.bases(schedule, stage);
    }
    let mut homes = applied;
    schedule.forward = forward;
    schedule.backward = backward;
    if delivery == Delivery::Caller {
        for number in 0..schedule.gradients.len() {
            let axes = inputs.stacked(inputs.targets[number]);
            if let Some(unit) = deliver::in_place(schedule, &mut sharing, number, axes)
                && !homes.contains_key(&unit)
            {
                homes.insert(unit, number);
            }
        }
    }
    sharing.frozen = homes.keys().copied().collect();
    let forward = std::mem::take(&mut schedule.forward);
    let backward = std::mem::take(&mut schedule.backward);
    for stage in [&forward, &backward] {
        sharing.overwritten(schedule, stage);
    }
    schedule.forward = sharing.with_copies(schedule, forward);
    schedule.backward = sharing.with_copies(schedule, backward);
    sharing.buffers(schedule, &homes);
    if delivery == Delivery::Caller {
        deliver::copy_the_others(schedule, &homes);
    }
}

/// Sets of units that share memory.
pub(super) struct Sharing {
    pub live: Live,
    /// By unit: another of its set, up to the set's representative.
    parent: BTreeMap<TensorId, TensorId>,
    /// By representative: all units.
    members: BTreeMap<TensorId, Vec<TensorId>>,
    /// By position: the nest there.
    nests: BTreeMap<usize, Vec<Item>>,
    /// By position of a loop: what it carries.
    loops: BTreeMap<usize, Vec<Carried>>,
    /// Sets that take no more units.
    frozen: BTreeSet<TensorId>,
}

impl Sharing {
    fn new(schedule: &Schedule) -> Self {
        let live = lifetimes(schedule);
        let units: Vec<TensorId> = live.segments.keys().copied().collect();
        let mut sharing = Self {
            live,
            parent: units.iter().map(|&unit| (unit, unit)).collect(),
            members: units.iter().map(|&unit| (unit, vec![unit])).collect(),
            nests: BTreeMap::new(),
            loops: BTreeMap::new(),
            frozen: BTreeSet::new(),
        };
        let mut position = 0;
        sharing.index(&schedule.forward, &mut position);
        position += 1;
        sharing.index(&schedule.backward, &mut position);
        sharing
    }

    fn index(&mut self, steps: &[Step], position: &mut usize) {
        for step in steps {
            match step {
                Step::Nest(items) => {
                    self.nests.insert(*position, items.clone());
                    *position += 1;
                }
                Step::Loop(repeat) => {
                    self.loops.insert(*position, repeat.carried.clone());
                    *position += 1;
                    self.index(&repeat.body, position);
                    *position += 2;
                }
                Step::Copy { .. } | Step::Update(_) => *position += 1,
                Step::Carve { .. } => {}
            }
        }
    }

    /// The representative of the set that a tensor's unit is in; none for inputs.
    pub fn set(&self, tensor: TensorId) -> Option<TensorId> {
        let mut unit = *self.live.units.get(&tensor)?;
        loop {
            let parent = *self.parent.get(&unit)?;
            if parent == unit {
                return Some(unit);
            }
            unit = parent;
        }
    }

    /// The units of a set.
    pub fn members(&self, set: TensorId) -> &[TensorId] {
        &self.members[&set]
    }

    fn unite(&mut self, schedule: &Schedule, a: TensorId, b: TensorId) -> bool {
        let (Some(a), Some(b)) = (self.set(a), self.set(b)) else { return false };
        if a == b {
            return true;
        }
        let size = |tensor: TensorId| Int::product(schedule.graph.shape(tensor));
        let alike = schedule.graph.tensor(a).kind == schedule.graph.tensor(b).kind && size(a) == size(b);
        let open = !self.frozen.contains(&a) && !self.frozen.contains(&b);
        let apart =
            |&left: &TensorId| self.members[&b].iter().all(|&right| self.compatible(schedule, left, right));
        if !alike || !open || !self.members[&a].iter().all(apart) {
            return false;
        }
        let more = self.members.remove(&b).unwrap_or_default();
        self.parent.insert(b, a);
        self.members.entry(a).or_default().extend(more);
        true
    }

    /// Whether two units can be in the same memory.
    fn compatible(&self, schedule: &Schedule, a: TensorId, b: TensorId) -> bool {
        let pairs =
            self.live.segments[&a].iter().flat_map(|x| self.live.segments[&b].iter().map(move |y| (*x, *y)));
        pairs.into_iter().all(|(x, y)| {
            x.1 < y.0
                || y.1 < x.0
                || (x.1 == y.0 && x.0 < y.0 && self.hands_over(schedule, a, b, y.0))
                || (y.1 == x.0 && y.0 < x.0 && self.hands_over(schedule, b, a, x.0))
        })
    }

    /// Whether what is made at a position can replace what is last needed there.
    fn hands_over(&self, schedule: &Schedule, old: TensorId, new: TensorId, position: usize) -> bool {
        if let Some(carried) = self.loops.get(&position) {
            let initial = |carried: &&Carried| origin(schedule, carried.initial) == old;
            return carried.iter().filter(initial).count() == 1
                && carried.iter().any(|each| origin(schedule, each.initial) == old && each.inside == new);
        }
        let Some(items) = self.nests.get(&position) else { return false };
        let old_tensors = |tensor: TensorId| self.live.units.get(&tensor) == Some(&old);
        let mut touches = Vec::new();
        collect(items, &mut Vec::new(), &mut touches);
        for (leaf, _) in &touches {
            let copied = leaf.out == new && leaf.base.is_some_and(|base| self.set(base) != self.set(old));
            if leaf.out == old || copied {
                return false;
            }
        }
        let mut safe = true;
        for (writer, (written, written_path)) in
            touches.iter().enumerate().filter(|(_, (leaf, _))| leaf.out == new)
        {
            for (reader, (read, read_path)) in touches.iter().enumerate() {
                let common = written_path.iter().zip(read_path).take_while(|(a, b)| a == b).count();
                read.visit_reads(&schedule.graph, &mut |tensor, at| {
                    if old_tensors(tensor) && !apart(at, &written.at) {
                        let shaped = schedule.graph.shape(tensor) == schedule.graph.shape(new);
                        // What is written over by the iteration that reads it, and by no other.
                        let own = reader == writer
                            && at == written.at
                            && !written.add
                            && (0..common).all(|depth| at.iter().any(|at| steps_with(at, depth, common)));
                        let in_step = (0..common).all(|depth| {
                            let index = Some(depth);
                            at.iter()
                                .zip(&written.at)
                                .any(|(a, b)| a.as_index() == index && b.as_index() == index)
                        });
                        let whole = matches!(written.kind, LeafKind::Product(_) | LeafKind::Fill);
                        safe &=
                            shaped && (own || in_step) && (reader < writer || (reader == writer && !whole));
                    }
                });
            }
        }
        safe
    }

    /// What a loop carries is after it where it was inside.
    fn kept(&mut self, schedule: &Schedule, steps: &[Step]) {
        for step in steps {
            let Step::Loop(repeat) = step else { continue };
            for carried in &repeat.carried {
                let united = self.unite(schedule, carried.inside, carried.last);
                debug_assert!(united, "a carried value has one place");
            }
            self.kept(schedule, &repeat.body);
        }
    }

    /// Values that loops carry.
    fn carried(&mut self, schedule: &Schedule, steps: &[Step]) {
        for step in steps {
            let Step::Loop(repeat) = step else { continue };
            for carried in &repeat.carried {
                self.unite(schedule, carried.initial, carried.inside);
                if !self.unite(schedule, carried.inside, carried.next) {
                    // What the iteration makes is moved here at its end.
                    let span = self.live.blocks[&carried.inside].clone();
                    let span = span.last().copied().or_else(|| self.span_of(carried));
                    if let (Some(span), Some(segments)) = (span, self.live.segments.get_mut(&carried.inside))
                    {
                        segments.push((span.end, span.exit));
                    }
                }
            }
            self.carried(schedule, &repeat.body);
        }
    }

    fn span_of(&self, carried: &Carried) -> Option<super::live::Span> {
        let (&enter, _) =
            self.loops.iter().find(|(_, all)| all.iter().any(|each| each.inside == carried.inside))?;
        let exit = self.live.segments[&carried.last][0].0;
        Some(super::live::Span { enter, end: exit - 1, exit })
    }

    /// Tensors with a base.
    fn bases(&mut self, schedule: &Schedule, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Nest(items) => {
                    for leaf in leaves(items) {
                        if let Some(base) = leaf.base {
                            self.unite(schedule, base, leaf.out);
                        }
                    }
                }
                Step::Loop(repeat) => self.bases(schedule, &repeat.body),
                Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
            }
        }
    }

    /// Elementwise results take the memory of an operand that is needed no more.
    fn overwritten(&mut self, schedule: &Schedule, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Nest(items) => {
                    for leaf in leaves(items) {
                        self.overwrite(schedule, leaf);
                    }
                }
                Step::Loop(repeat) => self.overwritten(schedule, &repeat.body),
                Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
            }
        }
    }

    fn overwrite(&mut self, schedule: &Schedule, leaf: &Leaf) {
        let shape = schedule.graph.shape(leaf.out);
        if leaf.base.is_some() || shape.is_empty() || !matches!(leaf.kind, LeafKind::Write | LeafKind::Reduce)
        {
            return;
        }
        let mut operands = Vec::new();
        leaf.visit_reads(&schedule.graph, &mut |tensor, at| {
            if at == leaf.at && schedule.graph.shape(tensor) == shape {
                operands.push(tensor);
            }
        });
        // The latest first: `d_h` rather than `h` becomes what is made of both.
        operands.sort_by_key(|operand| {
            self.live
                .units
                .get(operand)
                .map(|unit| std::cmp::Reverse(self.live.segments.get(unit).map(|all| all[0].0)))
        });
        for operand in operands {
            if self.set(operand) != self.set(leaf.out) && self.unite(schedule, operand, leaf.out) {
                return;
            }
        }
    }

    /// The steps with the copies that they need.
    fn with_copies(&self, schedule: &Schedule, steps: Vec<Step>) -> Vec<Step> {
        let mut all = Vec::new();
        let copy = |all: &mut Vec<Step>, to: TensorId, from: TensorId| {
            let done = all.iter().any(|step| matches!(step, Step::Copy { to: other, .. } if *other == to));
            if done {
                return;
            }
            if self.set(to) != self.set(from) || origin(schedule, from) == from && self.set(from).is_none() {
                all.push(Step::Copy { to, from });
            }
        };
        for step in steps {
            match step {
                Step::Nest(items) => {
                    for leaf in leaves(&items) {
                        if let Some(base) = leaf.base {
                            copy(&mut all, leaf.out, base);
                        }
                    }
                    all.push(Step::Nest(items));
                }
                Step::Loop(mut repeat) => {
                    for carried in &repeat.carried {
                        copy(&mut all, carried.inside, carried.initial);
                    }
                    repeat.body = self.with_copies(schedule, std::mem::take(&mut repeat.body));
                    for carried in &repeat.carried {
                        copy(&mut repeat.body, carried.inside, carried.next);
                    }
                    all.push(Step::Loop(repeat));
                }
                step => all.push(step),
            }
        }
        all
    }

    /// One buffer for each set, and the root of every tensor.
    fn buffers(&self, schedule: &mut Schedule, homes: &BTreeMap<TensorId, usize>) {
        let mut buffers = BTreeMap::new();
        for (&set, units) in &self.members {
            let name = self.name(schedule, units);
            let graph = &schedule.graph;
            let tensor = *units.last().expect("a set has a unit");
            let kind = graph.tensor(tensor).kind;
            let size = Maximum::of(upper_bound(&Int::product(graph.shape(tensor))));
            let home = match homes.get(&set) {
                Some(&number) => Home::Gradient(number),
                None if self.is_local(schedule, units) => Home::Local,
                None => Home::Frame { frame: super::FrameId(0), offset: Maximum::default() },
            };
            buffers.insert(set, BufferId(schedule.memory.buffers.len()));
            schedule.memory.buffers.push(Buffer { tensor, name, kind, size, home });
        }
        for (&tensor, &unit) in &self.live.units {
            let root = match self.set(tensor) {
                Some(set) => Root::Buffer(buffers[&set]),
                None => Root::Input(unit),
            };
            schedule.memory.roots.insert(tensor, root);
        }
        for &input in &schedule.inputs {
            schedule.memory.roots.insert(input, Root::Input(input));
        }
    }

    /// The name of the value that stays longest.
    fn name(&self, schedule: &Schedule, units: &[TensorId]) -> String {
        let named = units.iter().filter(|&&unit| !schedule.graph.tensor(unit).name.is_empty());
        let best = named.max_by_key(|&&unit| {
            let (from, to) = self.live.segments[&unit][0];
            (to - from, unit)
        });
        best.map_or_else(|| "part".to_string(), |&unit| schedule.graph.tensor(unit).name.to_string())
    }

    /// Whether a set can be a variable on the stack: a scalar or a small array within one stage.
    fn is_local(&self, schedule: &Schedule, units: &[TensorId]) -> bool {
        let graph = &schedule.graph;
        let crosses = |unit: &TensorId| {
            let backward = self.live.backward;
            self.live.segments[unit].iter().any(|&(from, to)| from < backward && to >= backward)
        };
        let delivered = |unit: &TensorId| {
            schedule.results.iter().any(|&result| origin(schedule, result) == *unit)
                || schedule.gradients.iter().any(|gradient| origin(schedule, gradient.tensor) == *unit)
        };
        if units.iter().any(crosses)
            || schedule.views.values().any(|&from| units.contains(&origin(schedule, from)))
        {
            return false;
        }
        let size = Int::product(graph.shape(units[0])).as_constant();
        units.iter().all(|&unit| graph.shape(unit).is_empty())
            || (!units.iter().any(delivered)
                && graph.tensor(units[0]).kind != Kind::Mask
                && size.is_some_and(|size| size <= SMALL_ARRAY))
    }
}

/// Whether a subscript is another one for each index of a loop, whatever the indices of the others are.
fn steps_with(at: &Int, depth: usize, loops: usize) -> bool {
    let start = at.sub(&Int::index(depth));
    !(0..loops).any(|index| start.mentions_index(index))
}

/// Whether two subscripts never meet: some axis has a fixed distance.
pub(super) fn apart(a: &[Int], b: &[Int]) -> bool {
    let still = |at: &Int| {
        let mut still = true;
        at.visit_atoms(&mut |atom| {
            still &= matches!(atom, crate::ir::Atom::Dim(_) | crate::ir::Atom::Loop(_))
        });
        still
    };
    a.iter()
        .zip(b)
        .any(|(a, b)| still(a) && still(b) && a.sub(b).as_constant().is_some_and(|distance| distance != 0))
}

/// Every statement with the loops around it, by their places.
fn collect<'a>(items: &'a [Item], path: &mut Vec<usize>, leaves: &mut Vec<(&'a Leaf, Vec<usize>)>) {
    for (place, item) in items.iter().enumerate() {
        match item {
            Item::Leaf(leaf) => leaves.push((leaf, path.clone())),
            Item::If(_, body) => collect(body, path, leaves),
            Item::For(around) => {
                path.push(place);
                collect(&around.body, path, leaves);
                path.pop();
            }
        }
    }
}
