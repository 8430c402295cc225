//! An interpreter of plans.

mod values;

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::function;
use crate::ir::{Atom, Axis, Called, Int, LoopId, TensorId};
use crate::plan::{
    Bound, BufferId, For, FrameId, Home, Item, Leaf, LeafKind, Maximum, Parts, Plan, Range, Root, Step,
    live::leaves, product::strides,
};

/// A plan being run.
pub(super) struct Machine<'a> {
    plan: &'a Plan,
    dims: &'a [usize],
    inputs: BTreeMap<TensorId, Vec<f64>>,
    arena: Vec<f64>,
    /// Locals and gradients.
    own: BTreeMap<BufferId, Vec<f64>>,
    /// What is carved, by frame.
    open: BTreeMap<FrameId, BTreeSet<BufferId>>,
    updated: BTreeMap<usize, Vec<f64>>,
    indices: Vec<i64>,
    counters: BTreeMap<LoopId, i64>,
    /// What the iteration in hand may touch, which it is, and of how many.
    part: Option<(&'a Parts, usize, usize)>,
    accumulate: bool,
    /// The inputs that updates change.
    pub targets: Vec<TensorId>,
}

impl<'a> Machine<'a> {
    pub fn new(plan: &'a Plan, dims: &'a [usize], inputs: &[(TensorId, Vec<f64>)], accumulate: bool) -> Self {
        let mut machine = Self {
            plan,
            dims,
            inputs: inputs.iter().cloned().collect(),
            arena: Vec::new(),
            own: BTreeMap::new(),
            open: BTreeMap::new(),
            updated: BTreeMap::new(),
            indices: Vec::new(),
            counters: BTreeMap::new(),
            part: None,
            accumulate,
            targets: Vec::new(),
        };
        machine.arena = vec![f64::NAN; machine.size_of(plan.workspace())];
        for (position, buffer) in plan.memory.buffers.iter().enumerate() {
            let start = if accumulate { 1.0 } else { f64::NAN };
            let size = machine.size_of(&buffer.size);
            match buffer.home {
                Home::Local => machine.own.insert(BufferId(position), vec![f64::NAN; size]),
                Home::Gradient(_) => machine.own.insert(BufferId(position), vec![start; size]),
                Home::Frame { .. } => None,
            };
        }
        machine
    }

    pub fn forward(&mut self) {
        self.steps(&self.plan.forward);
        self.open.clear();
    }

    pub fn backward(&mut self) {
        self.steps(&self.plan.backward);
    }

    pub fn results(&self) -> Vec<Vec<f64>> {
        self.plan.results.iter().map(|&result| self.whole(result)).collect()
    }

    pub fn gradients(&self) -> Vec<Vec<f64>> {
        let of = |number: usize| {
            if let Some(values) = self.updated.get(&number) {
                return values.clone();
            }
            let home = Home::Gradient(number);
            let place = self
                .plan
                .memory
                .buffers
                .iter()
                .position(|buffer| buffer.home == home)
                .expect("a gradient has a home");
            let buffer = &self.plan.memory.buffers[place];
            let size = self.size(&Int::product(self.plan.graph.shape(buffer.tensor)));
            self.own[&BufferId(place)][..size].to_vec()
        };
        (0..self.plan.gradients.len()).map(of).collect()
    }

    fn whole(&self, tensor: TensorId) -> Vec<f64> {
        let size = self.size(&Int::product(self.plan.graph.shape(tensor)));
        (0..size).map(|place| self.load(tensor, place, false)).collect()
    }

    fn size(&self, value: &Int) -> usize {
        usize::try_from(value.evaluate(&mut |atom| self.dim(atom)).max(0)).unwrap()
    }

    fn size_of(&self, length: &Maximum) -> usize {
        usize::try_from(length.evaluate(&mut |atom| self.dim(atom)).max(0)).unwrap()
    }

    fn dim(&self, atom: &Atom) -> i64 {
        let Atom::Dim(dim) = atom else { panic!("a size is made of dims") };
        self.dims[dim.0 as usize] as i64
    }

    fn range(&self, buffer: BufferId) -> std::ops::Range<usize> {
        let own = &self.plan.memory.buffers[buffer.0];
        let Home::Frame { frame, offset } = &own.home else { panic!("not in a frame") };
        let start = match self.plan.memory.frames[frame.0].within {
            Some(around) => self.range(around).start,
            None => 0,
        };
        let start = start + self.size_of(offset);
        start..start + self.size_of(&own.size)
    }

    fn check_open(&self, buffer: BufferId) {
        let Home::Frame { frame, .. } = &self.plan.memory.buffers[buffer.0].home else { return };
        assert!(self.open.get(frame).is_some_and(|open| open.contains(&buffer)), "{buffer:?} is not carved");
        if let Some(around) = self.plan.memory.frames[frame.0].within {
            self.check_open(around);
        }
    }

    fn load(&self, tensor: TensorId, place: usize, checked: bool) -> f64 {
        self.check_row(tensor, place);
        match self.plan.memory.roots[&tensor] {
            Root::Input(input) => self.inputs[&input][place],
            Root::Buffer(buffer) => match self.own.get(&buffer) {
                Some(values) => values[place],
                None => {
                    if checked {
                        self.check_open(buffer);
                    }
                    let range = self.range(buffer);
                    assert!(place < range.len(), "outside of {buffer:?}");
                    self.arena[range.start + place]
                }
            },
        }
    }

    fn store(&mut self, tensor: TensorId, place: usize, value: f64) {
        let Root::Buffer(buffer) = self.plan.memory.roots[&tensor] else { panic!("an input is written") };
        self.check_row(tensor, place);
        if let Some((parts, ..)) = self.part {
            let is_shared = parts.own.contains(&buffer) || parts.sums.contains(&buffer);
            assert!(
                is_shared || parts.rows.contains(&Root::Buffer(buffer)),
                "{buffer:?} is written in parts"
            );
        }
        if let Some(values) = self.own.get_mut(&buffer) {
            values[place] = value;
            return;
        }
        self.check_open(buffer);
        let range = self.range(buffer);
        assert!(place < range.len(), "outside of {buffer:?}");
        self.arena[range.start + place] = value;
    }

    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            match step {
                Step::Nest(items) => {
                    self.items(items);
                    for leaf in leaves(items) {
                        self.applied(leaf.out);
                    }
                }
                Step::Loop(repeat) => {
                    let extent = self.size(&repeat.extent) as i64;
                    for count in 0..extent {
                        let counter = if repeat.reversed { extent - 1 - count } else { count };
                        self.counters.insert(repeat.counter, counter);
                        if repeat.condition.is_some_and(|condition| self.scalar(condition) == 0.0) {
                            continue;
                        }
                        self.steps(&repeat.body);
                    }
                }
                Step::Copy { to, from } => {
                    let adds = self.accumulate && self.is_gradient(*to);
                    for (place, value) in self.whole(*from).into_iter().enumerate() {
                        let before = if adds { self.load(*to, place, true) } else { 0.0 };
                        self.store(*to, place, before + value);
                    }
                }
                Step::Update(number) => {
                    let tensor = self.plan.gradients[*number].tensor;
                    self.updated.insert(*number, self.whole(tensor));
                    for place in 0..self.updated[number].len() {
                        self.store(tensor, place, f64::NAN);
                    }
                    if let Some(values) = self.inputs.get_mut(&self.targets[*number]) {
                        values.fill(f64::NAN);
                    }
                }
                Step::Carve { frame, buffers } => {
                    for (position, a) in buffers.iter().enumerate() {
                        for b in &buffers[..position] {
                            let (a, b) = (self.range(*a), self.range(*b));
                            assert!(
                                a.end <= b.start || b.end <= a.start || a.is_empty() || b.is_empty(),
                                "{a:?} meets {b:?}"
                            );
                        }
                    }
                    self.open.insert(*frame, buffers.iter().copied().collect());
                }
            }
        }
    }

    /// Where a gradient is applied as it is computed, what it is the gradient of is read no more.
    fn applied(&mut self, gradient: TensorId) {
        let Root::Buffer(buffer) = self.plan.memory.roots[&gradient] else { return };
        if let Home::Gradient(number) = self.plan.memory.buffers[buffer.0].home
            && let Some(target) = self.targets.get(number)
            && let Some(values) = self.inputs.get_mut(target)
        {
            values.fill(f64::NAN);
        }
    }

    fn is_gradient(&self, tensor: TensorId) -> bool {
        let Root::Buffer(buffer) = self.plan.memory.roots[&tensor] else { return false };
        matches!(self.plan.memory.buffers[buffer.0].home, Home::Gradient(_))
    }

    fn items(&mut self, items: &'a [Item]) {
        for item in items {
            match item {
                Item::Leaf(leaf) => self.leaf(leaf),
                Item::If(condition, body) => {
                    if self.scalar(*condition) != 0.0 {
                        self.items(body);
                    }
                }
                Item::For(around) if around.parts.is_some() => self.in_parts(around),
                Item::For(around) => {
                    for index in self.span(&around.axis, Some(&around.range)) {
                        self.indices.push(index);
                        self.items(&around.body);
                        self.indices.pop();
                    }
                }
            }
        }
    }

    /// Iterations that share nothing, the last first. What one has for itself, the next does not find.
    fn in_parts(&mut self, around: &'a For) {
        let Some(parts) = &around.parts else { return };
        let span = self.span(&around.axis, Some(&around.range));
        let count = span.end as usize;
        for index in span.rev() {
            self.part = Some((parts, index as usize, count));
            self.indices.push(index);
            self.items(&around.body);
            self.indices.pop();
            for buffer in &parts.own {
                match self.own.get_mut(buffer) {
                    Some(values) => values.fill(f64::NAN),
                    None => {
                        let range = self.range(*buffer);
                        self.arena[range].fill(f64::NAN);
                    }
                }
            }
        }
        self.part = None;
    }

    /// Of what has a row for each iteration, one touches its own.
    fn check_row(&self, tensor: TensorId, place: usize) {
        let Some((parts, index, count)) = self.part else { return };
        if parts.rows.contains(&self.plan.root(tensor)) {
            let row = self.size(&Int::product(self.plan.graph.shape(tensor))) / count;
            assert_eq!(place / row.max(1), index, "a row of {tensor:?}");
        }
    }

    /// The values of an index.
    fn span(&self, axis: &Axis, range: Option<&Range>) -> std::ops::Range<i64> {
        let bound = |bound: &Bound| {
            let value = self.integer(&bound.value);
            assert!(!bound.natural || value >= 0, "a bound is {value}");
            value
        };
        let from = range.into_iter().flat_map(|range| &range.from).map(bound).fold(0, i64::max);
        let to = range.into_iter().flat_map(|range| &range.to).map(bound).fold(i64::MAX, i64::min);
        let extent = self.size(&axis.extent) as i64;
        assert!(!range.is_some_and(|range| range.within) || to <= extent, "beyond the axis");
        from..to.min(extent)
    }

    /// Runs something for all values of axes.
    fn each(&mut self, axes: &[Axis], ranges: &[Range], run: &mut dyn FnMut(&mut Self)) {
        let Some((axis, rest)) = axes.split_first() else { return run(self) };
        for index in self.span(axis, ranges.first()) {
            self.indices.push(index);
            self.each(rest, ranges.get(1..).unwrap_or_default(), run);
            self.indices.pop();
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        let adds = leaf.add || (self.accumulate && self.is_gradient(leaf.out));
        match &leaf.kind {
            LeafKind::Fill => {
                let value = self.scalar(leaf.value);
                let shape = self.plan.graph.shape(leaf.out);
                let zeros: Vec<Int> = (leaf.at.len()..shape.len()).map(|_| Int::zero()).collect();
                let count = self.size(&Int::product(&shape[leaf.at.len()..]));
                let start =
                    if count == 0 { 0 } else { self.place(leaf.out, &[leaf.at.as_slice(), &zeros].concat()) };
                for place in start..start + count {
                    let before = if adds { self.load(leaf.out, place, true) } else { 0.0 };
                    self.store(leaf.out, place, before + value);
                }
            }
            LeafKind::Argmax { least, found } => {
                let (mut best, mut extreme, mut position) =
                    (0.0, if *least { f64::INFINITY } else { f64::NEG_INFINITY }, 0.0);
                self.each(&leaf.inner, &leaf.ranges, &mut |machine| {
                    let value = machine.scalar(leaf.value);
                    let beats = if *least { value < extreme } else { value > extreme };
                    if beats || (value.is_nan() && !extreme.is_nan()) {
                        (best, extreme) = (position, value);
                    }
                    position += 1.0;
                });
                let place = self.place(leaf.out, &leaf.at);
                self.store(leaf.out, place, best);
                if let &Some(found) = found
                    && position > 0.0
                {
                    assert_eq!(self.scalar(found).to_bits(), extreme.to_bits(), "what an argmax found");
                }
            }
            LeafKind::Call => self.call(leaf, adds),
            LeafKind::Reduce => {
                let mut sum = 0.0;
                if leaf.when.is_none_or(|condition| self.scalar(condition) != 0.0) {
                    self.each(&leaf.inner, &leaf.ranges, &mut |machine| sum += machine.scalar(leaf.value));
                }
                let place = self.place(leaf.out, &leaf.at);
                let before = if adds { self.load(leaf.out, place, true) } else { 0.0 };
                self.store(leaf.out, place, before + sum);
            }
            LeafKind::Write | LeafKind::Product(_) => {
                if let LeafKind::Product(product) = &leaf.kind {
                    self.check_runs(leaf, product);
                    if !adds {
                        // The sum may have no terms.
                        let (mut axes, mut ranges) = (leaf.inner.clone(), leaf.ranges.clone());
                        for &index in &product.depth {
                            axes[index - self.indices.len()].extent = Int::constant(1);
                            if let Some(range) = ranges.get_mut(index - self.indices.len()) {
                                *range = Range::default();
                            }
                        }
                        self.each(&axes, &ranges, &mut |machine| {
                            let place = machine.place(leaf.out, &leaf.at);
                            machine.store(leaf.out, place, 0.0);
                        });
                    }
                }
                let adds = adds || matches!(leaf.kind, LeafKind::Product(_));
                self.each(&leaf.inner, &leaf.ranges, &mut |machine| {
                    if adds && machine.is_guarded_zero(leaf.value) {
                        return;
                    }
                    let value = machine.scalar(leaf.value);
                    let place = machine.place(leaf.out, &leaf.at);
                    let before = if adds { machine.load(leaf.out, place, true) } else { 0.0 };
                    machine.store(leaf.out, place, before + value);
                });
            }
        }
    }

    /// A function of Rust: all that it takes is read before anything is written.
    fn call(&mut self, leaf: &Leaf, adds: bool) {
        let first = self.indices.len();
        let returned = self.plan.graph.shape(leaf.out).len().min(leaf.at.len());
        let returned = (0..leaf.inner.len())
            .take_while(|axis| leaf.at[..returned].iter().any(|at| at.mentions_index(first + axis)))
            .count();
        let scalars = &self.plan.graph.scalars;
        let called = Called::of(scalars, leaf.value, first + returned);
        let called = called.filter(|called| {
            called.guards.iter().all(|&(condition, holds)| (self.scalar(condition) != 0.0) == holds)
        });
        let values = called.map(|called| {
            let mut arguments = Vec::new();
            for (indices, element) in &called.arguments {
                let mut array = Vec::new();
                self.indices.resize(indices.start, 0);
                let axes = &leaf.inner[indices.start - first..indices.end - first];
                self.each(axes, &[], &mut |machine| array.push(machine.scalar(*element)));
                self.indices.truncate(first);
                arguments.push(array);
            }
            let name = &scalars.externs[called.function.0 as usize].name;
            function::external_of_arrays(name, &arguments).expect("a function that tests know")
        });
        let mut values = values.into_iter().flatten();
        self.each(&leaf.inner[..returned], &[], &mut |machine| {
            let place = machine.place(leaf.out, &leaf.at);
            let before = if adds { machine.load(leaf.out, place, true) } else { 0.0 };
            machine.store(leaf.out, place, before + values.next().unwrap_or(0.0));
        });
    }

    /// Checks that each group of indices steps evenly through each operand: if it should, as one run, and
    /// the result's columns as neighbours.
    fn check_runs(&self, leaf: &Leaf, product: &crate::plan::Product) {
        let depth = self.indices.len();
        let step = |tensor: TensorId, at: &[Int], index: usize| -> i64 {
            let shape = self.plan.graph.shape(tensor);
            at.iter()
                .zip(strides(shape))
                .map(|(at, stride)| {
                    crate::plan::order::slope(at, index).expect("linear") * self.size(&stride) as i64
                })
                .sum()
        };
        let operands =
            [(leaf.out, &leaf.at), (product.left.0, &product.left.1), (product.right.0, &product.right.1)];
        if !product.even {
            let groups = [&product.rows, &product.columns, &product.depth];
            for (tensor, at) in operands {
                groups.into_iter().flatten().for_each(|&index| assert!(step(tensor, at, index) >= 0));
            }
            return;
        }
        for group in [&product.rows, &product.columns, &product.depth] {
            for (tensor, at) in operands {
                for pair in group.windows(2) {
                    let inner = self.size(&leaf.inner[pair[1] - depth].extent) as i64;
                    assert_eq!(
                        step(tensor, at, pair[0]),
                        step(tensor, at, pair[1]) * inner,
                        "a run in {tensor:?}"
                    );
                }
            }
        }
        if let Some(&last) = product.columns.last() {
            assert_eq!(step(leaf.out, &leaf.at, last), 1, "columns are neighbours");
        }
    }
}
