//! The ways out: what people bring along from Rust, Python and elsewhere, and how it is said here.
//!
//! Each table is for one place in the grammar and is looked up by what was found there.

mod bodies;
mod items;

pub(super) use self::bodies::*;
pub(super) use self::items::*;

/// What was found, and the way out.
pub(super) type Table = &'static [(&'static str, &'static str)];

const NO_CLOSURES: &str =
    "there are no closures: write a `fn` outside the `impl`, or `let y[i] = …;` over an index";
const NO_REFERENCES: &str = "there are no references: everything is a value, written by its name alone";
const RANGES: &str =
    "ranges stand in subscripts, in index bindings and after `for t in`; `arange(n)` is a tensor";
pub(super) const EXCLUSIVE: &str = "ranges leave out their end: write `a..b + 1`";
const STOP_EARLY: &str = "a loop that stops early is `for t in 0..S while c { … }`: S bounds what is stored";
const CHOOSE: &str = "choose with `if c { a } else { b }`, elementwise where `c` is a mask";
pub(super) const LAST: &str = "the value of a body is its last expression, without `return` and without `;`";
const NO_QUESTION: &str = "nothing can fail here: leave it out; a choice is `if c { a } else { b }`";
const A_TYPE: &str = "write `f32` for a number, `f32[N, 3]` for a tensor";
const ADD_TO: &str = "write `x += 1;`";
pub(super) const BRANCHES: &str = "both branches stand in braces: `if c { a } else { b }`";
pub(super) const BRACES: &str = "a body stands in braces";
const AXES: &str = "`..` is one whole axis; axes left out at the end are whole";
pub(super) const STATEMENT_END: &str = "a statement ends in `;`";
const BY_NAME: &str = "fields and functions of the `impl` are in scope by their names alone";

/// Types of the runtime.
pub(super) const TRAINING: [&str; 6] = ["Adam", "AdamW", "Sgd", "Workspace", "Tensor", "TensorMut"];
pub(super) const TRAINS_OUTSIDE: &str = "a `net!` says what is computed; training stands behind it: `model.loss_step(&mut ws, &mut adam, x, label)`";

/// The way out for what was found.
pub(super) fn look_up(hints: Table, found: &str) -> Option<&'static str> {
    hints.iter().find(|(known, _)| *known == found).map(|(_, help)| *help)
}
