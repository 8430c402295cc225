//! Programs that run nets: what they allocate, what they refuse, which sizes they take, which bits they give.

mod allocation;
mod blocks;
mod classes;
mod determinism;
mod errors;
mod fused;
mod hygiene;
mod networks;
mod no_std;
mod ranges;
mod sizes;
mod steps;
mod subscripts;

use chainrule::{Params, Workspace};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of the panic of some work that must panic.
#[track_caller]
fn message_of<R>(work: impl FnOnce() -> R) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else { panic!("this should have panicked") };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().map(ToString::to_string).expect("a message"),
    }
}

/// The message of a panic; afterwards neither the gradient nor the workspace has changed.
#[track_caller]
fn refused<P: Params<Float = F>, F: chainrule::Float>(
    sentinel: F,
    work: impl FnOnce(&mut Workspace<F, &mut [F]>, &mut P),
) -> String {
    let mut gradient = P::zeros();
    gradient.as_mut_slice().fill(sentinel);
    let mut memory = vec![sentinel; 10_000];
    let message = message_of(|| work(&mut Workspace::from_slice(&mut memory), &mut gradient));
    assert!(
        gradient.as_slice().iter().all(|number| *number == sentinel),
        "the gradient was written: {message}"
    );
    assert!(memory.iter().all(|number| *number == sentinel), "the workspace was written: {message}");
    message
}
