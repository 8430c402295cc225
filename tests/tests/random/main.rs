//! Random programs through rustc: what their expansions compute is what the interpreter computes.

#![allow(deprecated, reason = "random programs have gradients that are zero, and sizes that nothing uses")]

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, unused_imports, unused_mut)]
mod batch;
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, unused_imports, unused_mut)]
mod once_wrong;

#[allow(dead_code, reason = "not every batch declares all of them")]
mod functions;

use chainrule_tests::Array;

/// As many numbers, equal to 1e-9 of the largest.
#[track_caller]
fn agree(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(1.0_f64, |largest, value| largest.max(value.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = (found - expected).abs() <= 1e-9 * largest;
        assert!(near, "{what}, element {place}: {found:e}, expected {expected:e}");
    }
}
