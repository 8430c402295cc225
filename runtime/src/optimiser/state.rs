//! What an optimiser remembers between steps: a few runs of floats as long as the network.

use core::marker::PhantomData;

use crate::{Float, Storage};

/// `runs` floats for each parameter, in a vector or in the caller's memory.
#[derive(Debug, Clone)]
pub(super) struct State<F, S> {
    storage: S,
    /// The size of the network, from the first step on.
    count: Option<usize>,
    element: PhantomData<F>,
}

impl<F: Float, S> State<F, S> {
    pub(super) const fn new(storage: S) -> Self {
        Self { storage, count: None, element: PhantomData }
    }
}

impl<F: Float, S: Storage<F>> State<F, S> {
    /// Fixes the size of the network, and sets the state to 0 on the first step.
    #[track_caller]
    pub(super) fn begin(&mut self, name: &'static str, count: usize, runs: usize) {
        match self.count {
            None => {
                self.storage.request(count * runs, name).fill(F::ZERO);
                self.count = Some(count);
            }
            Some(expected) if expected != count => another_size(name, count, expected),
            Some(_) => {}
        }
    }

    /// The state of the parameters `offset..offset + len`, run by run.
    #[track_caller]
    pub(super) fn part<const RUNS: usize>(
        &mut self,
        name: &'static str,
        offset: usize,
        len: usize,
    ) -> [&mut [F]; RUNS] {
        let Some(count) = self.count else { not_begun(name) };
        if offset + len > count {
            beyond(name, offset + len, count);
        }
        let mut rest = self.storage.request(count * RUNS, name);
        core::array::from_fn(|_| {
            let (run, tail) = core::mem::take(&mut rest).split_at_mut(count);
            rest = tail;
            &mut run[offset..offset + len]
        })
    }
}

#[cold]
#[track_caller]
fn another_size(name: &str, found: usize, expected: usize) -> ! {
    panic!(
        "{name}: the network has {found} parameters, but the steps before had {expected}; \
         use one optimiser for each network"
    );
}

#[cold]
#[track_caller]
fn not_begun(name: &str) -> ! {
    panic!("{name}: `update` before `begin`");
}

#[cold]
#[track_caller]
fn beyond(name: &str, end: usize, count: usize) -> ! {
    panic!("{name}: parameter {end} of a network of {count}");
}
