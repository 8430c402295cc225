//! What names and expressions stand for while a function is being lowered.
//!
//! A tensor is a *delayed array*: a shape and the scalar expression of its element, over the indices of
//! the comprehensions around it (the ambient ones) followed by its own axes. Views, broadcasts and
//! elementwise arithmetic only rewrite that expression; nodes are made where sharing begins.

use proc_macro2::Span;

use super::unused::Allowed;
use crate::ir::{Int, Kind, ScalarId};

/// A delayed array.
#[derive(Clone, Debug)]
pub struct Array {
    /// Its own axes.
    pub shape: Vec<Int>,
    /// What its elements are.
    pub kind: Kind,
    /// How many ambient indices there were when it was made; its own axes are numbered from there.
    pub depth: usize,
    /// The element.
    pub element: ScalarId,
}

/// A struct in scope: the network itself, a layer, or one of an array of layers.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Which instance.
    pub instance: usize,
    /// How it is reached from the network.
    pub path: Vec<Step>,
    /// The indices into the arrays on the way, one for each array axis passed.
    pub indices: Vec<Int>,
    /// Lengths of the arrays still around it; none for a single layer.
    pub lengths: Vec<usize>,
}

/// One field on the way to a layer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The field's name.
    pub name: String,
    /// The lengths of the arrays that it is.
    pub lengths: Vec<usize>,
}

/// A value that is known at compile time: an option of a library function.
#[derive(Clone, Debug, PartialEq)]
pub enum Static {
    /// `axis = -1`
    Integer(i64),
    /// `eps = 1e-5`
    Number(f64),
    /// `keep = true`
    Flag(bool),
    /// `axis = [0, 2]`, `[T, 4]`
    List(Vec<Static>),
    /// A size.
    Size(Int),
}

/// What an expression stands for.
#[derive(Clone, Debug)]
pub enum Value {
    /// A tensor or scalar.
    Array(Array),
    /// Several values.
    Tuple(Vec<Value>),
    /// A layer, or an array of layers.
    Layer(Layer),
    /// An option.
    Static(Static),
    /// Something whose error has been reported.
    Poison,
}

impl Value {
    /// Whether something in it has been reported as wrong.
    pub fn is_poison(&self) -> bool {
        match self {
            Value::Poison => true,
            Value::Tuple(parts) => parts.iter().any(Value::is_poison),
            Value::Array(_) | Value::Layer(_) | Value::Static(_) => false,
        }
    }
}

/// A name in scope.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Where it was bound.
    pub span: Span,
    /// What it stands for.
    pub value: Bound,
    /// `let mut`
    pub mutable: Mutability,
    /// Whether anything has asked for it.
    pub used: bool,
    /// Whether it has been assigned anew.
    pub assigned: bool,
    /// What is not to be said of it.
    pub allowed: Allowed,
    /// Whether something is differentiated by it: then it is a tensor of its own, which no other name stands for.
    pub is_variable: bool,
    /// How many indices of the notation were in scope.
    pub depth: usize,
}

/// Whether and how a binding is mutable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// `let x`
    No,
    /// `let mut x`
    Alone,
    /// `let mut (a, b)`: perhaps for another's sake.
    Together,
    /// An argument, with how to make it mutable.
    Argument,
    /// A loop's counter, or an index of the notation.
    Counter,
}

impl Mutability {
    /// Whether it may be assigned.
    pub fn is_mutable(self) -> bool {
        matches!(self, Self::Alone | Self::Together)
    }
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Bound {
    /// A value.
    Value(Value),
    /// An index of the notation, or a loop's counter: an integer, with the range `0..extent` that its
    /// atom runs over known to the elaborator.
    Integer(Int),
}
