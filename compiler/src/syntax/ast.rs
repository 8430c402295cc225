//! The syntax tree of a `net!` block: what the user wrote, with spans, before any name means anything.
//!
//! Parsing is liberal and this tree is too; what is wrong beyond grammar is for `check` to say.

#![allow(dead_code, reason = "the tree keeps all that was written")]

mod expressions;
mod scalars;

use proc_macro2::{Ident, Span, TokenStream};

use crate::spelling::did_you_mean;

pub use expressions::*;

/// A whole `net!` block.
#[derive(Debug)]
pub struct Block {
    /// The items in the order they were written.
    pub items: Vec<Item>,
    /// `#![allow(…)]` at its head, in the attributes of all items that have any.
    pub allowed: Vec<TokenStream>,
    /// What could not be read, so that its names mean something that nobody knows.
    pub lost: Lost,
    /// `f32` and `f64` behind numbers, at these: `0.5f32`.
    pub suffixes: Vec<Ident>,
    /// How many of the errors are in bodies of functions, and hide nothing outside of them.
    pub errors_in_bodies: usize,
}

impl Block {
    /// The struct that an `impl` is of: that of its name, or else of the nearest.
    pub fn struct_of(&self, implementation: &Impl) -> Option<&Struct> {
        let structs: Vec<&Struct> = self
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Struct(of) => Some(of),
                _ => None,
            })
            .collect();
        let names: Vec<String> = structs.iter().map(|of| of.name.to_string()).collect();
        let name = implementation.name.to_string();
        let meant = match names.contains(&name) {
            true => Some(name.as_str()),
            false => did_you_mean(&name, &names),
        };
        meant.and_then(|meant| structs.into_iter().find(|of| of.name == meant))
    }
}

/// What a block declares, or a statement binds, in a way that could not be read.
#[derive(Debug, Default)]
pub struct Lost {
    /// The names that could be read.
    pub names: Vec<Ident>,
    /// Whether there may be one that could not: any that nothing bears may be it.
    pub nameless: bool,
}

/// One item of a block.
#[derive(Debug)]
pub enum Item {
    /// `dim N, T;`
    Dims(Vec<Ident>),
    /// `const H: usize = 128;`
    Const(Const),
    /// `struct Mlp { … }`
    Struct(Struct),
    /// `impl Mlp { … }`
    Impl(Impl),
    /// A free inner function.
    Function(Function),
    /// `extern fn j0(x: f64) -> f64 { derivative(dx) = …; }`
    Extern(Extern),
}

/// `const H: usize = 128;`
#[derive(Debug)]
pub struct Const {
    /// Passed-through attributes (docs, `#[cfg]`, `#[allow]`).
    pub attributes: Vec<TokenStream>,
    /// `pub`, `pub(crate)` or nothing.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// Integer arithmetic on literals and earlier constants.
    pub value: Expr,
}

/// `struct Dense<const I: usize, const O: usize = I> { … }`
#[derive(Debug)]
pub struct Struct {
    /// Passed-through attributes: docs, `#[cfg]`, `#[allow]`, `#[derive]`.
    pub attributes: Vec<TokenStream>,
    /// `#[budget(workspace = …, params = …)]`.
    pub budget: Option<Budget>,
    /// `pub`, `pub(crate)` or nothing; a struct with a visibility is a network.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// Const generics.
    pub generics: Vec<Generic>,
    /// Whether they are all: where not, nothing is known of what holds such a struct.
    pub all_generics: bool,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Whether they are all: where not, any name may be that of a field.
    pub all_fields: bool,
}

/// `const I: usize = 3` in a struct's generics.
#[derive(Debug)]
pub struct Generic {
    /// Its name.
    pub name: Ident,
    /// The default, arithmetic on earlier generics and constants.
    pub default: Option<Expr>,
}

/// One field of a struct.
#[derive(Debug)]
pub struct Field {
    /// Passed-through attributes (docs, `#[cfg]`, `#[allow]`).
    pub attributes: Vec<TokenStream>,
    /// The span of `#[frozen]`, if it is there.
    pub frozen: Option<Span>,
    /// `pub` or nothing (fields are always public in the Rust type).
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// Tensor, layer, or array of layers.
    pub ty: FieldType,
    /// `= he_normal`, `= constant(0.5)` or `= [[1.0, 2.0], …]`.
    pub initialiser: Option<Expr>,
}

/// The type of a field.
#[derive(Debug)]
pub enum FieldType {
    /// `f32[784, 128]`
    Tensor(TensorType),
    /// `Linear<64, 32>`: the name, the generic arguments.
    Layer(Ident, Vec<Expr>),
    /// `[Block<64>; 12]`
    Array(Box<FieldType>, Expr),
    /// What stands where the parser has already reported an error, as far as it could be read.
    Error(Option<Box<FieldType>>),
}

impl FieldType {
    /// What is left of it where something of it, or behind it, could not be read.
    pub fn uncertain(self) -> Self {
        match self {
            FieldType::Error(read) => FieldType::Error(read),
            read => FieldType::Error(Some(Box::new(read))),
        }
    }
}

/// `f32[N, 784]`, `u32`, `f32[.., I]`.
#[derive(Debug)]
pub struct TensorType {
    /// `f32`, `f64`, `u32`, `u64` or `bool` (or a misspelling: `check` says so).
    pub scalar: Ident,
    /// The axes; empty for a scalar.
    pub axes: Vec<AxisType>,
    /// The whole type.
    pub span: Span,
}

/// One axis of a tensor type.
#[derive(Debug)]
pub enum AxisType {
    /// `..`: any number of leading axes.
    Rest(Span),
    /// A size.
    Size(Expr),
}

/// The type of an argument or result.
#[derive(Debug)]
pub enum Type {
    /// A tensor or scalar.
    Tensor(TensorType),
    /// `dim S`: a `usize` that fixes a size.
    Dim(Ident),
    /// `(A, (B, C))`
    Tuple(Vec<Type>, Span),
    /// What stands where the parser has already reported an error.
    Error(Span),
}

/// `impl Dense<I, O> { … }` or `impl<const I: usize> Dense<I> { … }`.
#[derive(Debug)]
pub struct Impl {
    /// The struct's name.
    pub name: Ident,
    /// The generics as repeated after `impl`, names only.
    pub generics: Vec<Ident>,
    /// Whether they are all.
    pub all_generics: bool,
    /// Its functions.
    pub functions: Vec<Function>,
    /// Whether they are all.
    pub all_functions: bool,
}

/// A function from tensors to tensors.
#[derive(Debug)]
pub struct Function {
    /// Passed-through attributes (docs, `#[cfg]`, `#[allow]`).
    pub attributes: Vec<TokenStream>,
    /// `#[grad]`, `#[jvp(x)]`, … in the order written.
    pub derivatives: Vec<DerivativeRequest>,
    /// `#[budget(workspace = …)]`.
    pub budget: Option<Budget>,
    /// `pub`, `pub(crate)` or nothing.
    pub visibility: TokenStream,
    /// Its name.
    pub name: Ident,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Whether they are all: where not, any name in the body may be one, and no call can be checked.
    pub all_arguments: bool,
    /// What follows `->`; none is an error that `check` reports.
    pub result: Option<Type>,
    /// Its body.
    pub body: Body,
    /// Whether all of that could be read.
    pub whole_body: bool,
    /// The span of the signature's parentheses, for errors about the whole list.
    pub arguments_span: Span,
}

/// One argument: `x: f32[N, 784]`, `(h, c): (f32[N, H], f32[N, H])`, `causal: bool = false`.
#[derive(Debug)]
pub struct Argument {
    /// A name, or a tuple of names.
    pub pattern: Pattern,
    /// Its type.
    pub ty: Type,
    /// A default (library functions' options).
    pub default: Option<Expr>,
}

/// `#[grad]`, `#[grad(self, x)]`, `#[jvp(x)]`, `#[hvp]`, `#[jacobian(x)]`, `#[hessian(x)]`.
#[derive(Debug)]
pub struct DerivativeRequest {
    /// Which.
    pub kind: DerivativeKind,
    /// What is listed; `self` is the identifier `self`. Empty where no parentheses were written.
    pub with_respect_to: Vec<Ident>,
    /// The attribute.
    pub span: Span,
}

/// The derivative attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DerivativeKind {
    /// Reverse mode: a pass with `backward`.
    Grad,
    /// Directional derivative.
    Jvp,
    /// Hessian-vector product.
    Hvp,
    /// The whole Jacobian.
    Jacobian,
    /// The whole Hessian.
    Hessian,
}

/// `#[budget(workspace = 16_384, params = 4 * COUNT)]`, in bytes.
#[derive(Debug, Default)]
pub struct Budget {
    /// The limit on the workspace.
    pub workspace: Option<Expr>,
    /// The limit on the parameters.
    pub params: Option<Expr>,
}

/// `extern fn inv(a: f64[K, K]) -> f64[K, K] { derivative(da) = -(y @ da @ y) }`
#[derive(Debug)]
pub struct Extern {
    /// Its name, that of a Rust function in scope.
    pub name: Ident,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Whether they are all.
    pub all_arguments: bool,
    /// Its result.
    pub result: Option<Type>,
    /// The tangents' names and the directional derivative.
    pub derivative: Option<(Vec<Ident>, Expr)>,
}

/// Statements and the value they end in.
#[derive(Debug)]
pub struct Body {
    /// The statements in order.
    pub statements: Vec<Statement>,
    /// The last expression, without `;`.
    pub result: Option<Box<Expr>>,
    /// From brace to brace.
    pub span: Span,
}

/// One statement.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "statements are few and live in one list")]
pub enum Statement {
    /// `let mut (a, b): T = value;`
    Let {
        /// Rust's attributes: `#[allow(unused_variables)]`.
        attributes: Vec<TokenStream>,
        /// `let mut`.
        mutable: bool,
        /// What is bound.
        pattern: Pattern,
        /// The checked type.
        ty: Option<Type>,
        /// The value.
        value: Expr,
    },
    /// `let mut y[n, i in 0..24] = value;`
    LetIndexed {
        /// Rust's attributes.
        attributes: Vec<TokenStream>,
        /// `let mut`.
        mutable: bool,
        /// What is bound.
        name: Ident,
        /// The indices on the left.
        indices: Vec<IndexBinding>,
        /// The scalar value.
        value: Expr,
    },
    /// `(h, c) = …;`, `ys[t] = h;`, `x += 1;`
    Assign {
        /// What is assigned.
        target: Target,
        /// `=`, or the operator of `+= -= *= /=`.
        operator: Option<BinaryOperator>,
        /// The operator's span.
        operator_span: Span,
        /// The value.
        value: Expr,
    },
    /// `for … in … { … }`
    For(For),
    /// What stands where the parser has already reported an error.
    Lost(Lost),
}

/// What `let` or an argument binds.
#[derive(Debug)]
pub enum Pattern {
    /// A name.
    Name(Ident),
    /// `_`
    Ignored(Span),
    /// `(a, (b, _))`
    Tuple(Vec<Pattern>, Span),
}

/// What an assignment writes.
#[derive(Debug)]
pub enum Target {
    /// A whole value.
    Name(Ident),
    /// `ys[t]`, `a[i, perm[j]]`
    Indexed(Ident, Vec<Subscript>, Span),
    /// `_` in a tuple
    Ignored(Span),
    /// `(h, c)`
    Tuple(Vec<Target>, Span),
}

/// A loop.
#[derive(Debug)]
pub struct For {
    /// Rust's attributes.
    pub attributes: Vec<TokenStream>,
    /// `#[checkpoint]`
    pub checkpoint: Option<Span>,
    /// The loop variable: an index, or a layer.
    pub variable: Ident,
    /// What it runs over.
    pub range: ForRange,
    /// `while c`
    pub condition: Option<Expr>,
    /// What is done; its result is not used.
    pub body: Body,
    /// The `for` keyword.
    pub span: Span,
}

/// What a loop runs over.
#[derive(Debug)]
pub enum ForRange {
    /// `0..T`, `(0..T).rev()`
    Range {
        /// Inclusive start.
        from: Expr,
        /// Exclusive end.
        to: Expr,
        /// `.rev()`
        reversed: bool,
    },
    /// `blocks`: an array of layers (or `blocks.rev()` is not supported: an expression like any other).
    Over(Expr),
}

/// An index bound on the left of a `let` or in a reducer: `j`, `j in i + 1..D`.
#[derive(Debug)]
pub struct IndexBinding {
    /// Its name.
    pub name: Ident,
    /// The range, if it is written.
    pub range: Option<(Expr, Expr)>,
}
