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
    future_incompatible,
    let_underscore,
    nonstandard_style,
    rust_2018_idioms,
    unused,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    clippy::all,
    clippy::pedantic
)]

pub mod attributes;
pub mod in_a_function;
pub mod in_a_macro;
pub mod shadowed;
pub mod twice;
