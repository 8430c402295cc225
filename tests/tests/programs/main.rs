//! Programs that run nets: what they allocate, what they refuse, which sizes they take, which bits they give.

mod allocation;
mod determinism;
mod errors;
mod fused;
mod hygiene;
mod networks;
mod no_std;
mod sizes;
mod steps;

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
