//! Values and derivatives against numbers that JAX and mpmath computed, and against central differences.

mod derivatives;
mod forward;
mod functions;
mod jacobians;
mod layers;
mod notation;
mod oracle;
mod reductions;
mod regressions;
mod support;
mod two_layers;
