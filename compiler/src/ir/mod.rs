//! The one form that the whole language lowers to: tensor comprehensions, and beside them a reshape, a
//! loop and the application of a function of whole arrays.
//!
//! A graph is in single-assignment form: a tensor is made by one node, and a node that changes part of a
//! tensor makes a new one from its `base`. Whether that is done in place is for `plan`. Nothing here
//! knows spans, Rust or the runtime.

mod function;
mod integer;
mod name;
mod points;
pub mod rename;
mod scalar;
mod sum;
mod typical;
mod walk;

pub use function::{Called, Directional, Extern, ExternId, Function, Half, Rule};
pub use integer::{Atom, Inside, Int, root};
pub use name::Name;
pub use scalar::{Binary, Comparison, Scalar, ScalarId, Scalars, Unary};
pub use sum::Sum;

/// A tensor of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TensorId(pub u32);

/// A run-time size of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DimId(pub u32);

/// The counter of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoopId(pub u32);

/// What a tensor holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The block's float type.
    Float,
    /// `u32`
    Index,
    /// `u64`
    Key,
    /// `bool`
    Mask,
}

/// A tensor: a name for people, a shape, and what it holds.
#[derive(Clone, Debug)]
pub struct Tensor {
    /// The user's name where there is one (`h`, `d_h`); not unique.
    pub name: Name,
    /// Sizes made of constants and dims.
    pub shape: Vec<Int>,
    /// What it holds.
    pub kind: Kind,
}

/// One index of a domain.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The user's name where there is one.
    pub name: String,
    /// It runs over `0..extent`; made of constants and dims.
    pub extent: Int,
}

/// How the values that fall on one element combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reduction {
    /// Each element is written at most once.
    Set,
    /// Values add up.
    Sum,
}

/// `out[at(i)] ⟵⊕ value(i)` for i in the domain, over what `base` holds.
#[derive(Clone, Debug)]
pub struct Comprehension {
    /// The tensor it makes.
    pub out: TensorId,
    /// What `out` is before the writes; zeros where there is none.
    pub base: Option<TensorId>,
    /// The indices; `Atom::Index(k)` is the k-th of these.
    pub domain: Vec<Axis>,
    /// Where each value goes: one subscript for each axis of `out`.
    pub at: Vec<Int>,
    /// ⊕
    pub reduction: Reduction,
    /// The value: a float for a float tensor, an integer for an index tensor, a flag for a mask.
    pub value: ScalarId,
}

impl Comprehension {
    /// `out[i] = value(i)`: each element once, in the order of the domain.
    pub fn map(out: TensorId, domain: Vec<Axis>, value: ScalarId) -> Self {
        let at = Graph::identity(domain.len());
        Self { out, base: None, domain, at, reduction: Reduction::Set, value }
    }
}

/// A function of whole arrays that is no formula of their elements, applied once for each of the outer
/// indices. The indices are the outer ones, then the inner ones.
#[derive(Clone, Debug)]
pub struct Apply {
    /// The tensor it makes: the outer axes, then those of what the function returns.
    pub out: TensorId,
    /// The indices that stay.
    pub outer: Vec<Axis>,
    /// The indices of what the function is applied to.
    pub inner: Vec<Axis>,
    /// Which function.
    pub function: ArrayFunction,
    /// What it is applied to.
    pub value: ScalarId,
}

/// A function of whole arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ArrayFunction {
    /// Where, counting row by row over the inner axes, the value is largest (the first such; a NaN counts
    /// as largest). It makes an index tensor of the outer axes' shape.
    Argmax {
        /// The smallest instead.
        least: bool,
    },
    /// A function of Rust. The value is its call, perhaps under guards of the outer indices, with zeros
    /// where they do not hold; the inner axes are those of its first argument, then of its second, and
    /// each argument is the expression of its element.
    Extern,
}

/// What a loop keeps of its iterations for the backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// What the backward pass reads of each.
    Everything,
    /// What each begins with: the backward pass computes the rest again.
    Beginnings,
    /// What every √extent-th begins with: the backward pass computes the others of them again, and keeps
    /// what it reads of these.
    Roots,
}

/// A loop over `0..extent` that carries values.
#[derive(Clone, Debug)]
pub struct Loop {
    /// `Atom::Loop` of the body.
    pub counter: LoopId,
    /// The user's name of the counter.
    pub name: String,
    /// How often; made of constants and dims.
    pub extent: Int,
    /// From `extent − 1` down to 0.
    pub reversed: bool,
    /// Asked before each iteration: where it does not hold, the iteration is left out and changes nothing.
    /// It sees what the body sees at its start.
    pub condition: Option<ScalarId>,
    /// What it keeps for the backward pass; whatever computes no gradient takes no notice.
    pub keep: Keep,
    /// What goes from one iteration to the next.
    pub carried: Vec<Carried>,
    /// What is done in each; it reads tensors from outside, the carried `inside`s and its own.
    pub body: Vec<Node>,
}

/// A value that a loop carries; four tensors of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// Before the loop.
    pub initial: TensorId,
    /// At the start of an iteration.
    pub inside: TensorId,
    /// At its end: made by the body, or `inside` itself, or a tensor from outside.
    pub next: TensorId,
    /// After the loop.
    pub last: TensorId,
}

/// One step of a graph.
#[derive(Clone, Debug)]
pub enum Node {
    /// A tensor comprehension.
    Comprehension(Comprehension),
    /// A function of whole arrays.
    Apply(Apply),
    /// The same elements under another shape.
    Reshape {
        /// The tensor it makes.
        out: TensorId,
        /// The elements, row by row.
        from: TensorId,
    },
    /// A loop.
    Loop(Loop),
}

/// A size that must not be negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Natural {
    /// The size; of a divisor, one less than it.
    pub size: Int,
    /// Whether it is asked of a divisor.
    pub divides: bool,
    /// It is asked where none of these is negative; elsewhere nothing of this size is evaluated.
    pub where_natural: Vec<Int>,
}

/// A function as nodes in order of execution.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// All tensors; inputs are those that no node makes.
    pub tensors: Vec<Tensor>,
    /// All scalar expressions.
    pub scalars: Scalars,
    /// The names of the run-time sizes.
    pub dims: Vec<String>,
    /// Sizes that must not be negative, asked before anything is done: what has one need not be stored.
    pub natural: Vec<Natural>,
    /// How many loops were made.
    pub loops: u32,
    /// The nodes, each after what it reads.
    pub nodes: Vec<Node>,
}

impl Node {
    /// The tensors that it makes and that are visible after it.
    pub fn outputs(&self) -> Vec<TensorId> {
        match self {
            Node::Comprehension(node) => vec![node.out],
            Node::Apply(node) => vec![node.out],
            Node::Reshape { out, .. } => vec![*out],
            Node::Loop(node) => node.carried.iter().map(|carried| carried.last).collect(),
        }
    }
}

impl Graph {
    /// The tensor of an id.
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        &self.tensors[id.0 as usize]
    }

    /// The shape of a tensor.
    pub fn shape(&self, id: TensorId) -> &[Int] {
        &self.tensor(id).shape
    }

    /// A new tensor that nothing makes yet: an input, or the output of a node about to be pushed.
    pub fn add_tensor(&mut self, name: impl Into<Name>, shape: Vec<Int>, kind: Kind) -> TensorId {
        let id = self.next_tensor();
        self.tensors.push(Tensor { name: name.into(), shape, kind });
        id
    }

    /// What the next new tensor is called.
    pub fn next_tensor(&self) -> TensorId {
        TensorId(u32::try_from(self.tensors.len()).expect("fewer than 2^32 tensors"))
    }

    /// A new tensor like another one.
    pub fn add_like(&mut self, tensor: TensorId) -> TensorId {
        let Tensor { name, shape, kind } = self.tensor(tensor).clone();
        self.add_tensor(name, shape, kind)
    }

    /// A new loop counter.
    pub fn add_loop(&mut self) -> LoopId {
        self.loops += 1;
        LoopId(self.loops - 1)
    }

    /// A domain that runs over a whole shape.
    pub fn axes(shape: &[Int]) -> Vec<Axis> {
        const NAMES: [&str; 6] = ["i", "j", "k", "l", "m", "n"];
        let name = |position: usize| {
            NAMES.get(position).map_or_else(|| format!("i{position}"), |name| (*name).to_string())
        };
        shape
            .iter()
            .enumerate()
            .map(|(position, extent)| Axis { name: name(position), extent: extent.clone() })
            .collect()
    }

    /// The indices of each axis, given the count row by row.
    pub fn unravel(position: &Int, axes: &[Axis]) -> Vec<Int> {
        let mut indices = Vec::new();
        let mut rest = position.clone();
        for (place, axis) in axes.iter().enumerate().rev() {
            if place == 0 {
                indices.push(rest.clone());
            } else {
                indices.push(rest.modulo(&axis.extent));
                rest = rest.div(&axis.extent);
            }
        }
        indices.reverse();
        indices
    }

    /// The subscripts `i, j, …` of a tensor read at the indices of a domain.
    pub fn identity(rank: usize) -> Vec<Int> {
        (0..rank).map(Int::index).collect()
    }

    /// Appends `out[i] = value(i)` over a shape.
    pub fn push_map(
        &mut self,
        name: impl Into<Name>,
        shape: Vec<Int>,
        kind: Kind,
        value: ScalarId,
    ) -> TensorId {
        let domain = Self::axes(&shape);
        let out = self.add_tensor(name, shape, kind);
        self.nodes.push(Node::Comprehension(Comprehension::map(out, domain, value)));
        out
    }

    /// What fills a whole tensor with zeros.
    pub fn zeros(&mut self, out: TensorId) -> Comprehension {
        let domain = Self::axes(self.shape(out));
        let value = self.scalars.zero(self.tensor(out).kind);
        Comprehension::map(out, domain, value)
    }

    /// Every tensor that an expression reads, index tensors too, in order of first occurrence.
    pub fn reads(&self, value: ScalarId) -> Vec<TensorId> {
        let mut reads = Vec::new();
        self.visit_reads(value, &mut |tensor, _| {
            if !reads.contains(&tensor) {
                reads.push(tensor);
            }
        });
        reads
    }

    /// Every read under an expression: of floats and masks, and of indices inside subscripts.
    pub fn visit_reads(&self, value: ScalarId, visit: &mut dyn FnMut(TensorId, &[Int])) {
        self.visit_reads_of(&self.scalars.reachable(value), visit);
    }

    /// The same without those of an expression in it.
    pub fn visit_reads_besides(
        &self,
        value: ScalarId,
        without: ScalarId,
        visit: &mut dyn FnMut(TensorId, &[Int]),
    ) {
        self.visit_reads_of(&self.scalars.reachable_besides(value, Some(without)), visit);
    }

    fn visit_reads_of(&self, scalars: &[ScalarId], visit: &mut dyn FnMut(TensorId, &[Int])) {
        for &id in scalars {
            match &self.scalars[id] {
                Scalar::Read(tensor, at) => {
                    visit(*tensor, at);
                    at.iter().for_each(|subscript| subscript.visit_reads(visit));
                }
                Scalar::Integer(value) => value.visit_reads(visit),
                Scalar::CompareInt(_, a, b) => {
                    a.visit_reads(visit);
                    b.visit_reads(visit);
                }
                Scalar::Number(_) | Scalar::Flag(_) | Scalar::Unary(..) | Scalar::Binary(..) => {}
                Scalar::Call(..)
                | Scalar::Compare(..)
                | Scalar::Not(_)
                | Scalar::And(..)
                | Scalar::Or(..)
                | Scalar::Select(..) => {}
            }
        }
    }
}
