//! A slow, obvious interpreter of graphs in `f64`: the oracle that every later pass is held against.
//!
//! It does each node as its definition says, in order, and optimises nothing. It may not share a rule
//! with the passes that it judges. Three things it defines for all of them:
//!
//! - Of a `Select` only the branch taken is evaluated; of `And` and `Or` the right side only where the
//!   left does not decide.
//! - A `Sum` whose value is a guarded zero (the branch taken is the literal 0) writes nothing, and its
//!   subscripts are not evaluated: the gradient of a guarded read is in range wherever the read was.
//! - A `Set` that writes an element twice, and a subscript outside its axis, are errors.

mod data;
mod error;
mod expression;
pub mod function;
mod integer;
mod machine;
pub mod random;
pub mod special;
#[cfg(test)]
mod tests;

pub use data::Data;
pub use error::EvalError;

use crate::ir::{Graph, TensorId};
use machine::Machine;

/// What every operation's result is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// `f64`: the oracle.
    Double,
    /// `f32`: what plain loops over `f32` make, one operation after the other.
    Single,
}

impl Precision {
    fn round(self, number: f64) -> f64 {
        match self {
            Self::Double => number,
            Self::Single => f64::from(number as f32),
        }
    }
}

/// Runs a graph and returns the tensors wanted. `dims` are the run-time sizes, one for each dim.
pub fn evaluate(
    graph: &Graph,
    dims: &[usize],
    inputs: &[(TensorId, Data)],
    wanted: &[TensorId],
) -> Result<Vec<Data>, EvalError> {
    evaluate_in(Precision::Double, graph, dims, inputs, wanted)
}

/// The same, in numbers of that precision.
pub fn evaluate_in(
    precision: Precision,
    graph: &Graph,
    dims: &[usize],
    inputs: &[(TensorId, Data)],
    wanted: &[TensorId],
) -> Result<Vec<Data>, EvalError> {
    let mut machine = Machine::new(graph, dims, precision)?;
    for (tensor, data) in inputs {
        machine.give(*tensor, data.clone())?;
    }
    machine.run()?;
    wanted.iter().map(|&tensor| machine.get(tensor).cloned()).collect()
}

/// The sizes of a tensor, given the run-time sizes.
pub fn shape(graph: &Graph, dims: &[usize], tensor: TensorId) -> Result<Vec<usize>, EvalError> {
    machine::shape(graph, dims, tensor)
}
