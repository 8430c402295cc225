//! A checked program: what `check` hands down. Types are concrete, names resolved, functions lowered.
//!
//! Passes below read this and report nothing: whatever is in a [`Program`] can be compiled. Identifiers
//! keep their spans for `emit` alone, limits theirs for `budget`.

use proc_macro2::{Ident, Span, TokenStream};

use crate::ir::{DimId, Graph, Int, Kind, LoopId, ScalarId, TensorId};
use crate::syntax::ast::{DerivativeKind, Function};

/// The block's float type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    /// `f32`
    F32,
    /// `f64`
    F64,
}

impl Float {
    /// How many bytes it takes.
    pub fn bytes(self) -> u64 {
        match self {
            Float::F32 => 4,
            Float::F64 => 8,
        }
    }
}

/// A whole block.
#[derive(Debug)]
pub struct Program {
    /// Its float type.
    pub float: Float,
    /// `const` items, to be emitted as they are.
    pub constants: Vec<Constant>,
    /// Networks and the layer instances that they hold, each after what it holds.
    pub structs: Vec<StructType>,
}

/// A `const` item.
#[derive(Debug)]
pub struct Constant {
    /// Docs, `#[cfg]`, `#[allow]`.
    pub attributes: Vec<TokenStream>,
    /// `pub` or nothing.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: u64,
}

/// A Rust struct to emit: a network, or one instance of a layer (`Linear<64, 32>` of `Mlp` becomes
/// `MlpLinear64x32`).
#[derive(Debug)]
pub struct StructType {
    /// The Rust type's name.
    pub name: Ident,
    /// As it was written: `Mlp`, `Linear<64, 32>`.
    pub description: String,
    /// Docs, `#[cfg]`, `#[allow]`, `#[derive]`.
    pub attributes: Vec<TokenStream>,
    /// Of a network as written; of a layer that of the network that holds it.
    pub visibility: TokenStream,
    /// Whether it is a network.
    pub is_network: bool,
    /// Its fields, in order.
    pub fields: Vec<FieldType>,
    /// Its public functions; none for a layer.
    pub methods: Vec<Method>,
    /// How many floats it is.
    pub parameters: u64,
    /// `#[budget(workspace = …)]`, of each of its functions.
    pub limit: Option<Limit>,
}

impl StructType {
    /// Whether it is so small that what looks at every tensor may be a part of its caller.
    pub fn is_small(&self) -> bool {
        self.parameters <= 1 << 10
    }

    /// Whether it has so many parameters that it is worth a line of the cache to begin with one.
    pub fn is_aligned(&self) -> bool {
        self.is_network && self.parameters >= 64
    }
}

/// A public function that is right, beside errors.
#[derive(Debug)]
pub struct Sound {
    /// Its network.
    pub network: Ident,
    /// The function.
    pub method: Method,
    /// Of its workspace.
    pub limit: Option<Limit>,
    /// What it computes with.
    pub float: Float,
    /// How many floats its network is.
    pub parameters: u64,
}

/// What something may take at most, in bytes, and where that is written.
pub type Limit = (u64, Span);

/// How many floats the fields of one of these structs are.
pub fn floats(structs: &[StructType], fields: &[FieldType]) -> u64 {
    let product =
        |sizes: &[usize]| sizes.iter().fold(1, |product: u64, size| product.saturating_mul(*size as u64));
    let counts = fields.iter().map(|field| match &field.content {
        Content::Tensor { shape, .. } => product(shape),
        Content::Struct { index, lengths } => product(lengths).saturating_mul(structs[*index].parameters),
    });
    counts.fold(0, u64::saturating_add)
}

/// A field.
#[derive(Debug)]
pub struct FieldType {
    /// Its name.
    pub name: Ident,
    /// Docs, `#[cfg]`, `#[allow]`.
    pub attributes: Vec<TokenStream>,
    /// `#[frozen]`: it, and all in it, is never differentiated.
    pub frozen: bool,
    /// What it is.
    pub content: Content,
}

/// What a field is.
#[derive(Debug)]
pub enum Content {
    /// A tensor.
    Tensor {
        /// Its sizes; none for a scalar.
        shape: Vec<usize>,
        /// How it starts.
        initialiser: Initialiser,
    },
    /// A struct of [`Program::structs`], or a (nested) array of them.
    Struct {
        /// Its place in [`Program::structs`].
        index: usize,
        /// The lengths of the arrays around it, outermost first; none for the struct itself.
        lengths: Vec<usize>,
    },
}

/// How a field starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Initialiser {
    Zeros,
    Ones,
    Constant(f64),
    Normal(f64),
    Uniform(f64, f64),
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunNormal,
    Orthogonal,
    Eye,
    /// Row by row.
    Literal(Vec<f64>),
}

/// A public function of a network.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: Ident,
    /// Docs, `#[cfg]`, `#[allow]`.
    pub attributes: Vec<TokenStream>,
    /// As written.
    pub visibility: TokenStream,
    /// The derivatives asked for.
    pub derivatives: Vec<Derivative>,
    /// `#[budget(workspace = …)]` of its own.
    pub limit: Option<Limit>,
    /// Its arguments in order.
    pub arguments: Vec<Argument>,
    /// What it returns.
    pub result: Returned,
    /// The fields that it may read, as inputs of its graph.
    pub fields: Vec<FieldInput>,
    /// For each dim of the graph, where its value comes from.
    pub dims: Vec<DimSource>,
    /// What a call must satisfy beyond what the dims' sources say.
    pub checks: Vec<ShapeCheck>,
    /// Which subscripts made of its arguments must be inside their axes.
    pub requirements: Vec<Requirement>,
    /// The functions of Rust that it may call, as in [`crate::ir::Scalars::externs`].
    pub externs: Vec<Ident>,
    /// The function.
    pub graph: Graph,
    /// What it computes, as the user wrote it, for the docs: one line a statement.
    pub text: Vec<String>,
}

/// A subscript made of arguments alone that must be inside its axis, whatever the indices and counters in it are.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// What is subscripted, for people.
    pub tensor: String,
    /// Which of its axes.
    pub axis: usize,
    /// The subscript, and below it the size of the axis.
    pub position: Int,
    /// See there.
    pub size: Int,
    /// The extents of the indices.
    pub domain: Vec<Int>,
    /// The counters and their extents.
    pub loops: Vec<(LoopId, Int)>,
    /// Extents around it without an index here: where one is 0, nothing is read.
    pub occupied: Vec<Int>,
    /// Under which conditions, on integers and mask arguments.
    pub guards: Vec<Guard>,
}

/// A condition that holds, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guard {
    /// The condition.
    pub condition: ScalarId,
    /// Whether it holds.
    pub holds: bool,
}

/// A derivative that was asked for, with what it is taken with respect to.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// Which.
    pub kind: DerivativeKind,
    /// Whether `self` is listed (or nothing is).
    pub model: bool,
    /// The arguments listed, by position.
    pub arguments: Vec<usize>,
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub content: ArgumentContent,
}

/// What an argument is.
#[derive(Clone, Debug)]
pub enum ArgumentContent {
    /// A tensor or scalar: an input of the graph, whose tensor knows shape and kind.
    Tensor(TensorId),
    /// `s: dim S`: a `usize`.
    Dim(DimId),
    /// Nobody knows: beside errors alone, where a caller is not to be blamed for what he passes. The tensor
    /// stands in for it where a derivative by it is asked for.
    Unknown(TensorId),
}

impl Argument {
    /// The input of the graph, if it is one.
    pub fn tensor(&self) -> Option<TensorId> {
        match self.content {
            ArgumentContent::Tensor(tensor) | ArgumentContent::Unknown(tensor) => Some(tensor),
            ArgumentContent::Dim(_) => None,
        }
    }
}

/// A result: one tensor or a tuple.
#[derive(Clone, Debug)]
pub enum Returned {
    /// A tensor or scalar.
    Tensor(TensorId),
    /// Several.
    Tuple(Vec<Returned>),
}

/// A field as an input of a graph.
#[derive(Clone, Debug)]
pub struct FieldInput {
    /// The input. Its shape is that of the arrays around it, outermost first, then its own.
    pub tensor: TensorId,
    /// How it is reached: `self.blocks[·].fc.weight`.
    pub path: Vec<PathStep>,
    /// Whether it (or a struct around it) is frozen.
    pub frozen: bool,
}

/// A step of a path: a field and the lengths of the arrays that it is (indexed in turn by the next
/// leading axes of the input).
#[derive(Clone, Debug)]
pub struct PathStep {
    /// The field.
    pub name: Ident,
    /// The lengths of the arrays, none if the field is no array of structs.
    pub lengths: Vec<usize>,
}

/// Where the value of a dim comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DimSource {
    /// `arguments[argument]` is a tensor, and this axis has that size.
    Axis {
        /// Which argument.
        argument: usize,
        /// Which axis.
        axis: usize,
    },
    /// `arguments[argument]` is a `dim`.
    Argument(usize),
}

/// An axis of an argument that must have a given size.
#[derive(Clone, Debug)]
pub struct ShapeCheck {
    /// Which argument.
    pub argument: usize,
    /// Which axis.
    pub axis: usize,
    /// What its size must be, made of constants and dims.
    pub expected: Int,
}

impl Returned {
    /// The tensors, from left to right.
    pub fn tensors(&self) -> Vec<TensorId> {
        match self {
            Returned::Tensor(tensor) => vec![*tensor],
            Returned::Tuple(parts) => parts.iter().flat_map(Returned::tensors).collect(),
        }
    }
}

impl Method {
    /// Whether a derivative comes with a `loss_step`: by the parameters, of one number.
    pub fn has_step(&self, derivative: &Derivative) -> bool {
        let is_number = |tensor: &TensorId| {
            self.graph.tensor(*tensor).kind == Kind::Float && self.graph.shape(*tensor).is_empty()
        };
        let by_parameters = derivative.kind == DerivativeKind::Grad && derivative.model;
        by_parameters && matches!(self.result.tensors().as_slice(), [result] if is_number(result))
    }

    /// The kind of an argument, if it is a tensor.
    #[cfg(test)]
    pub fn argument_kind(&self, position: usize) -> Option<Kind> {
        self.arguments[position].tensor().map(|tensor| self.graph.tensor(tensor).kind)
    }
}

/// The names of the methods that are generated beside a public function.
pub fn generated_methods(function: &Function) -> Vec<String> {
    let mut endings = vec!["_workspace", "_operations"];
    for request in &function.derivatives {
        endings.extend(match request.kind {
            DerivativeKind::Grad => &["_value", "_step"][..],
            DerivativeKind::Jvp => &["_jvp"],
            DerivativeKind::Hvp => &["_hvp"],
            DerivativeKind::Jacobian => &["_jacobian"],
            DerivativeKind::Hessian => &["_hessian"],
        });
    }
    endings.into_iter().map(|ending| format!("{}{ending}", function.name)).collect()
}

/// Functions that every network has.
pub const CONSTRUCTORS: [&str; 2] = ["init", "zeros"];

/// The name of the pass that is generated for a public function, if one is.
pub fn generated_pass(network: &Ident, function: &Function) -> Option<String> {
    let has_pass = function.derivatives.iter().any(|request| request.kind == DerivativeKind::Grad);
    has_pass.then(|| pass_name(network, &function.name))
}

/// The name of the pass of a method: `MlpLossPass`.
pub fn pass_name(network: &Ident, method: &Ident) -> String {
    let plain = |name: &Ident| name.to_string().trim_start_matches("r#").to_string();
    let mut name = plain(network);
    for word in plain(method).split('_') {
        let mut characters = word.chars();
        name.extend(characters.next().into_iter().flat_map(char::to_uppercase).chain(characters));
    }
    name + "Pass"
}
