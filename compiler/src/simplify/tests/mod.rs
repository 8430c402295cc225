//! The promised rewrites and what keeps graphs small, held against the interpreter and closed formulas.

mod builder;
mod choices;
mod elementwise;
mod exponentials;
mod nested;
mod random;
mod reductions;
mod structure;
