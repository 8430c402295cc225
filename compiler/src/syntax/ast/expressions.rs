//! The expressions of the syntax tree.

use proc_macro2::{Ident, Span};

use super::{Body, IndexBinding};

/// What runs over indices, `sum[j](…)`.
pub const REDUCERS: [&str; 9] = ["sum", "prod", "mean", "max", "min", "argmax", "argmin", "any", "all"];

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// All its tokens (joined where the compiler can join, else the narrowest telling token).
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug)]
pub enum ExprKind {
    /// A number.
    Number(Number),
    /// `true`, `false`
    Bool(bool),
    /// A name: binding, argument, field, index, dim, constant, `pi`, `inf`.
    Name(Ident),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `(a, b)`; a parenthesised single expression is that expression.
    Tuple(Vec<Expr>),
    /// `-x`, `!m`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`; the span is the operator's own.
    Binary(BinaryOperator, Span, Box<Expr>, Box<Expr>),
    /// `if c { a } else { b }`; `else if` is a body with one expression.
    If {
        /// The condition.
        condition: Box<Expr>,
        /// Where it holds.
        then: Body,
        /// Where it does not; none is an error that `check` reports.
        otherwise: Option<Body>,
    },
    /// `f(x, axis = 1)`, `blocks[2](x)`, `(enc.hidden)(x)`.
    Call {
        /// What is called: a name, or an indexed layer.
        function: Box<Expr>,
        /// Its arguments.
        arguments: Vec<CallArgument>,
    },
    /// `x.sum(axis = 1)`, `enc.hidden(x)`.
    Method {
        /// Before the dot.
        receiver: Box<Expr>,
        /// The function.
        name: Ident,
        /// Its other arguments.
        arguments: Vec<CallArgument>,
    },
    /// `enc.weight` without a call.
    Field(Box<Expr>, Ident),
    /// `x[.., 0]`, `table[idx]`, `blocks[2]`.
    Index(Box<Expr>, Vec<Subscript>),
    /// `sum[j in 0..i](…)`.
    Reduce {
        /// One of [`REDUCERS`].
        reducer: Ident,
        /// The indices it runs over.
        indices: Vec<IndexBinding>,
        /// The scalar it reduces.
        body: Box<Expr>,
    },
    /// `mask as f32`
    Cast(Box<Expr>, Ident),
    /// `{ let a = …; a }`
    Block(Body),
    /// What stands where the parser has already reported an error.
    Error,
}

/// A number as written.
#[derive(Debug, Clone)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// Its exact value where it was written as an integer.
    pub integer: Option<i64>,
}

/// One argument of a call.
#[derive(Debug)]
pub struct CallArgument {
    /// `axis` in `axis = 1`.
    pub name: Option<Ident>,
    /// Its value.
    pub value: Expr,
}

/// One subscript.
#[derive(Debug)]
pub enum Subscript {
    /// `..`: a whole axis.
    Whole(Span),
    /// `1..3`, `2..`, `..-1`
    Range {
        /// Inclusive start.
        from: Option<Expr>,
        /// Exclusive end.
        to: Option<Expr>,
        /// All of it.
        span: Span,
    },
    /// An index, a number, or an index tensor.
    At(Expr),
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-x`
    Negate,
    /// `!m`
    Not,
}

/// Infix operators, tightest first in groups: `* / @ %`, `+ -`, comparisons, `&&`, `||` (as in Rust; `@` with `*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`, in integer positions only
    Remainder,
    /// `@`
    MatMul,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `&&`
    And,
    /// `||`
    Or,
}
