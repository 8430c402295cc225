//! What planning produces: steps made of loop nests over leaves, and the memory that they work in.
//!
//! In a nest, `Atom::Index(d)` is the index of the loop at depth `d`; the inner axes of a leaf continue
//! that count. Nothing here decides anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Axis, Carried, Graph, Int, Kind, LoopId, ScalarId, TensorId};
use crate::routine::Gradient;
use crate::simplify::Places;

use super::maximum::Maximum;

/// A routine with every decision made.
#[derive(Debug)]
pub struct Plan {
    /// Tensors and scalars that the steps refer to; it has no nodes.
    pub graph: Graph,
    /// What the forward function does.
    pub forward: Vec<Step>,
    /// What the backward function does.
    pub backward: Vec<Step>,
    /// Where each tensor lives.
    pub memory: Memory,
    /// What the forward function delivers.
    pub results: Vec<TensorId>,
    /// What the backward function delivers.
    pub gradients: Vec<Gradient>,
}

/// A statement, or a nest of loops.
#[derive(Clone, Debug)]
pub enum Step {
    /// Loops over elements.
    Nest(Vec<Item>),
    /// A loop of the language.
    Loop(Repeat),
    /// All elements of one tensor to another of the same shape.
    Copy {
        /// What is written.
        to: TensorId,
        /// What is read.
        from: TensorId,
    },
    /// The gradient of this number, which is in memory, is complete, and what it is the gradient of is read no more.
    Update(usize),
    /// From here on these buffers of a frame are in use, and no others of it.
    Carve {
        /// Which frame.
        frame: FrameId,
        /// In ascending order of their offsets.
        buffers: Vec<BufferId>,
    },
}

/// A loop of the language.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its counter.
    pub counter: LoopId,
    /// The user's name of the counter.
    pub name: String,
    /// How often.
    pub extent: Int,
    /// Downwards.
    pub reversed: bool,
    /// Asked before each iteration, which is left out where it does not hold.
    pub condition: Option<ScalarId>,
    /// What it carries.
    pub carried: Vec<Carried>,
    /// What it does.
    pub body: Vec<Step>,
}

/// A part of a nest.
#[derive(Clone, Debug)]
pub enum Item {
    /// A loop.
    For(For),
    /// A statement.
    Leaf(Leaf),
    /// What is done where a condition holds.
    If(ScalarId, Vec<Item>),
}

/// A loop of a nest.
#[derive(Clone, Debug)]
pub struct For {
    /// Its index.
    pub axis: Axis,
    /// Less than the axis, perhaps.
    pub range: Range,
    /// What it does.
    pub body: Vec<Item>,
    /// How it may be done in parts, each of some iterations.
    pub parts: Option<Parts>,
}

/// What iterations of a loop share: nothing that one writes and another reads or writes, but sums.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What an iteration costs, in multiplications of a product of matrices: of dims alone.
    pub work: Int,
    /// How many elements a part needs for itself.
    pub elements: i64,
    /// Arrays with a row for each iteration, which is all that it touches of them.
    pub rows: BTreeSet<Root>,
    /// Memory that each iteration writes before it reads it, and nobody reads behind the loop.
    pub own: BTreeSet<BufferId>,
    /// Memory that iterations add to, and do not read.
    pub sums: BTreeSet<BufferId>,
}

/// The part of `0..extent` that a loop runs over: from the largest of some bounds to the smallest.
#[derive(Clone, Debug, Default)]
pub struct Range {
    /// Lower bounds.
    pub from: Vec<Bound>,
    /// Upper bounds, exclusive.
    pub to: Vec<Bound>,
    /// Whether one of them is never beyond the extent.
    pub within: bool,
}

/// A bound.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Its value; 0 stands for anything negative.
    pub value: Int,
    /// Never negative.
    pub natural: bool,
}

/// A statement of a nest: for every value of the inner axes, `out[at]` is set to or increased by `value`.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// What it writes.
    pub out: TensorId,
    /// What `out` holds before, if that matters.
    pub base: Option<TensorId>,
    /// Where; a [`LeafKind::Fill`] may leave axes out at the end and means all their elements.
    pub at: Vec<Int>,
    /// Loops of its own.
    pub inner: Vec<Axis>,
    /// What they run over; all of each axis where there is none.
    pub ranges: Vec<Range>,
    /// Where this does not hold, the loops of its own do not run.
    pub when: Option<ScalarId>,
    /// Adds to what is there.
    pub add: bool,
    /// What it writes.
    pub value: ScalarId,
    /// How.
    pub kind: LeafKind,
}

/// How a leaf does its work.
#[derive(Clone, Debug)]
pub enum LeafKind {
    /// A constant into many elements.
    Fill,
    /// One value into one element; no inner axes.
    Write,
    /// A sum over the inner axes, held in a variable and written once.
    Reduce,
    /// Where the value is largest over the inner axes (or smallest).
    Argmax {
        /// The smallest.
        least: bool,
        /// The element there, if the next statement of the nest reads it.
        found: Option<ScalarId>,
    },
    /// What a function of Rust returns; the inner axes are those of that, then those of its arguments, which
    /// are all read before anything is written.
    Call,
    /// A product of matrices.
    Product(Product),
}

/// `out[at] ⟵⊕ Σ left · right` as a product of matrices, in which groups of inner indices (by their number
/// in the nest) stand for the rows, the columns and the inner dimension.
#[derive(Clone, Debug)]
pub struct Product {
    /// The left operand and its subscripts.
    pub left: (TensorId, Vec<Int>),
    /// The right operand and its subscripts.
    pub right: (TensorId, Vec<Int>),
    /// The indices of the rows of the result.
    pub rows: Vec<usize>,
    /// The indices of its columns.
    pub columns: Vec<usize>,
    /// The indices that are summed over.
    pub depth: Vec<usize>,
    /// Whether each group is a run of one stride in every tensor that it occurs in.
    pub even: bool,
}

/// A buffer, by its place in [`Memory::buffers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BufferId(pub usize);

/// A region that is carved into buffers, by its place in [`Memory::frames`]; 0 is the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameId(pub usize);

/// Where every tensor lives.
#[derive(Debug, Default)]
pub struct Memory {
    /// By tensor.
    pub roots: BTreeMap<TensorId, Root>,
    /// All buffers.
    pub buffers: Vec<Buffer>,
    /// The arena, then the scratch regions of loops.
    pub frames: Vec<Frame>,
}

/// What holds a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// An input: the tensor itself or, after reshapes, another.
    Input(TensorId),
    /// A buffer.
    Buffer(BufferId),
}

/// Memory for one tensor at a time.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// A tensor that it holds, for the name and the shape of the variable.
    pub tensor: TensorId,
    /// Its name, not unique.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// How many elements, at most (a sum without negative terms).
    pub size: Maximum,
    /// Where it is.
    pub home: Home,
}

/// Where a buffer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// A variable on the stack: a scalar or a small array.
    Local,
    /// Where the gradient of this number goes: the caller's memory or, in a step of training, the update.
    /// There it is one product of matrices, which is applied as it is computed, and nothing else.
    Gradient(usize),
    /// A range of a frame.
    Frame {
        /// Which.
        frame: FrameId,
        /// From where.
        offset: Maximum,
    },
}

/// A region that is carved into buffers.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Its length, an upper bound in floats.
    pub length: Maximum,
    /// The buffer of another frame that it is; none for the arena.
    pub within: Option<BufferId>,
}

impl Plan {
    /// How many values the elements of each argmax take, where that is a number.
    pub fn places(&self) -> Places {
        fn note(steps: &[Step], places: &mut Places) {
            for step in steps {
                match step {
                    Step::Nest(items) => items.iter().for_each(|item| {
                        item.visit(0, &mut |_, leaf| {
                            places.extend(leaf.found_among().map(|count| (leaf.out, Int::constant(count))));
                        });
                    }),
                    Step::Loop(repeat) => note(&repeat.body, places),
                    Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
                }
            }
        }
        let mut places = Places::new();
        note(&self.forward, &mut places);
        note(&self.backward, &mut places);
        places
    }
}

impl Item {
    /// Visits every leaf with the number of loops around it, in order.
    pub fn visit<'a>(&'a self, depth: usize, visit: &mut dyn FnMut(usize, &'a Leaf)) {
        match self {
            Item::Leaf(leaf) => visit(depth, leaf),
            Item::For(around) => around.body.iter().for_each(|item| item.visit(depth + 1, visit)),
            Item::If(_, body) => body.iter().for_each(|item| item.visit(depth, visit)),
        }
    }

    /// The same, to change them.
    pub fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut Leaf)) {
        match self {
            Item::Leaf(leaf) => visit(leaf),
            Item::For(around) => around.body.iter_mut().for_each(|item| item.visit_mut(visit)),
            Item::If(_, body) => body.iter_mut().for_each(|item| item.visit_mut(visit)),
        }
    }
}

impl Leaf {
    /// Of how many elements an argmax finds one.
    fn found_among(&self) -> Option<i64> {
        let LeafKind::Argmax { .. } = self.kind else { return None };
        let counts = self.inner.iter().map(|axis| axis.extent.as_constant().filter(|count| *count > 0));
        counts.product()
    }

    /// Every element that it reads (not what it adds to).
    pub fn visit_reads(&self, graph: &Graph, visit: &mut dyn FnMut(TensorId, &[Int])) {
        graph.visit_reads(self.value, visit);
        self.at.iter().for_each(|subscript| subscript.visit_reads(visit));
    }
}
