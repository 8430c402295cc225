//! Values and derivatives against numbers that JAX and mpmath computed, and against central differences.

#![allow(
    clippy::needless_range_loop,
    clippy::type_complexity,
    reason = "matrices are indexed by row and column"
)]

mod accuracy;
mod checkpoint;
mod columns;
// The macro warns of the gradient that is zero, which is what `StopGradient` tests.
#[allow(deprecated)]
mod derivatives;
mod forward;
mod functions;
mod jacobians;
mod kept;
mod layers;
mod library;
mod notation;
mod oracle;
mod reductions;
mod regressions;
mod support;
mod two_layers;
mod widths;
mod windows;
