//! A graph with what it must deliver: what `differentiate` and `simplify` hand to `plan`.

use crate::ir::{Graph, TensorId};

/// One Rust function, or a pair of them (forward and backward), before it is planned.
#[derive(Clone, Debug)]
pub struct Routine {
    /// The nodes of both stages, each after what it reads.
    pub graph: Graph,
    /// What the forward stage delivers. A result may be an input.
    pub results: Vec<TensorId>,
    /// The inputs that only the backward stage has: the cotangent of each result. Empty where the one
    /// result is a float scalar (its cotangent is 1) and where there is no backward stage.
    pub cotangents: Vec<TensorId>,
    /// What the backward stage delivers. Empty where there is none.
    pub gradients: Vec<Gradient>,
}

/// A tensor that the backward stage delivers into memory of the caller's.
#[derive(Clone, Copy, Debug)]
pub struct Gradient {
    /// Its final value.
    pub tensor: TensorId,
    /// Whose gradient it is.
    pub target: Target,
}

/// What a gradient is taken with respect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// `Method::fields[·]`
    Field(usize),
    /// `Method::arguments[·]`
    Argument(usize),
}
