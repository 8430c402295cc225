//! Graphs as people read them: an exact dump, formulas, LaTeX and Graphviz.
//!
//! One walk over the expressions serves all; a `Notation` says how each piece is written.
//! Nothing here changes a graph, and nothing reads these texts back.

mod dot;
mod expression;
mod formula;
mod latex;
mod names;
mod notation;
mod number;
mod statement;
#[cfg(test)]
mod tests;
#[cfg_attr(not(test), allow(dead_code, reason = "the exact dump is for tests"))]
mod text;

pub use dot::dot;
pub use formula::{derivation, derivative};
pub use latex::latex;
pub use number::grouped;
pub use text::integer;
#[cfg(test)]
pub use text::text;
