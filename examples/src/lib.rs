//! What the example programs share: data files, batches, known numbers, times, the confusion matrix, the learning curve.

pub mod batches;
pub mod checks;
pub mod confusion;
pub mod curve;
pub mod data;
pub mod output;
pub mod random;
pub mod timing;
