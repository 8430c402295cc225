//! A crate that knows `chainrule` under another name, has no prelude, forbids `unsafe`, denies every warning, and
//! names its own things as the generated code might name its own.
//!
//! That it builds is most of the test; `tests/programs` runs what is public here.

#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unused,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]

pub mod in_a_function;
pub mod in_a_macro;
pub mod shadowed;
pub mod twice;
