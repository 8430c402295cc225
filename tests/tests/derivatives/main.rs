//! `loss_step`, `#[jvp]`, `#[hvp]`, `#[jacobian]`, `#[hessian]`: against each other, against numbers that JAX
//! computed, and against central differences.

#![allow(
    clippy::needless_range_loop,
    clippy::type_complexity,
    reason = "matrices are indexed by row and column"
)]
#![deny(missing_docs)]

mod branches;
mod hessian_vector;
mod keys;
mod masks;
mod networks;
#[allow(dead_code, reason = "shared with the gradients, which use all of it")]
#[path = "../gradients/oracle.rs"]
mod oracle;
mod places;
mod rust_functions;
mod step;
mod tangent;
// The macro warns of the derivative that is zero, which is what `same` tests.
#[allow(deprecated)]
mod whole;
