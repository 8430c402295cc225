//! Why a graph could not be interpreted: a caller's mistake, or one of the pass that made the graph.

use std::fmt;

use crate::ir::Kind;

/// What went wrong. Tensors go by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalError {
    /// A subscript outside its axis, of a tensor that is read or written.
    Subscript {
        /// Whose subscript.
        tensor: String,
        /// Which.
        axis: usize,
        /// What it is.
        found: i64,
        /// What it should be less than.
        bound: usize,
        /// Whether it was to be written.
        writing: bool,
    },
    /// A `Set` that writes an element a second time.
    WrittenTwice {
        /// The tensor it makes.
        tensor: String,
        /// Which element, row by row.
        position: usize,
    },
    /// A tensor that nothing has made.
    Missing {
        /// Its name.
        tensor: String,
    },
    /// An input, a base or a carried value of the wrong number of elements.
    Length {
        /// Its name.
        tensor: String,
        /// How many there are.
        found: usize,
        /// How many its shape has.
        expected: usize,
    },
    /// An input of the wrong kind.
    Kind {
        /// Its name.
        tensor: String,
        /// What it holds.
        found: Kind,
        /// What it was declared to hold.
        expected: Kind,
    },
    /// A function of Rust, which nobody here can call.
    Function {
        /// Its name.
        name: String,
    },
    /// A value that the tensor it is written to cannot hold.
    Value {
        /// The tensor.
        tensor: String,
    },
    /// A size below zero.
    Size {
        /// The tensor.
        tensor: String,
    },
    /// What the function makes has a size below zero.
    Negative {
        /// The size.
        size: i64,
    },
    /// A floor division or remainder by zero.
    Division,
    /// An expression whose operands are of the wrong kind.
    Operand,
    /// The wrong number of run-time sizes.
    Dims {
        /// How many were given.
        found: usize,
        /// How many the graph has.
        expected: usize,
    },
}

impl fmt::Display for EvalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscript { tensor, axis, found, bound, writing } => {
                let verb = if *writing { "written" } else { "read" };
                write!(
                    formatter,
                    "`{tensor}` is {verb} at {found} of axis {axis}, which is outside 0..{bound}"
                )
            }
            Self::WrittenTwice { tensor, position } => {
                write!(formatter, "element {position} of `{tensor}` is set twice")
            }
            Self::Missing { tensor } => write!(formatter, "`{tensor}` has no value"),
            Self::Length { tensor, found, expected } => {
                write!(formatter, "`{tensor}` has {found} elements, expected {expected}")
            }
            Self::Kind { tensor, found, expected } => {
                write!(formatter, "`{tensor}` holds {found:?}, expected {expected:?}")
            }
            Self::Function { name } => write!(formatter, "`{name}` is a function of Rust"),
            Self::Value { tensor } => write!(formatter, "`{tensor}` cannot hold a value written to it"),
            Self::Size { tensor } => write!(formatter, "`{tensor}` has a size below zero"),
            Self::Negative { size } => write!(formatter, "what is made has the size {size}"),
            Self::Division => write!(formatter, "an integer is divided by zero"),
            Self::Operand => write!(formatter, "an expression has an operand of the wrong kind"),
            Self::Dims { found, expected } => {
                write!(formatter, "{found} run-time sizes given, expected {expected}")
            }
        }
    }
}

impl std::error::Error for EvalError {}
