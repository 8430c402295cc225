//! Optimisers: what turns a gradient into a change of the parameters.
//!
//! Each is an element-wise rule on slices, so that it can be applied to a whole network or to one
//! tensor as soon as its gradient is complete, with the same bits. Formulas are PyTorch's. A step
//! allocates nothing but, the first time, the state.

mod adam;
mod clip;
mod product;
mod sgd;
mod state;

pub use adam::{Adam, AdamW};
pub use clip::clip_global_norm;
pub use product::{update_by_narrow_product, update_by_product};
pub use sgd::Sgd;

use crate::{Float, Params};

/// A rule that changes parameters by their gradients, element by element.
///
/// A step is [`begin`](Optimiser::begin), then [`update`](Optimiser::update) on parts of the flat
/// parameter slice that together hold each element at most once, in any order.
/// [`step`](Optimiser::step) does it for all of a network but its `#[frozen]` fields.
pub trait Optimiser<F: Float> {
    /// Starts a step over a network of `count` floats.
    ///
    /// # Panics
    /// If an earlier step was over another number of floats.
    #[track_caller]
    fn begin(&mut self, count: usize);

    /// Changes the parameters that stand from `offset` on in the network's flat slice.
    ///
    /// # Panics
    /// If the slices differ in length or reach beyond what [`begin`](Optimiser::begin) announced.
    #[track_caller]
    fn update(&mut self, offset: usize, parameters: &mut [F], gradients: &[F]);

    /// The rule of this step for the `len` parameters from `offset` on.
    ///
    /// For code that has gradients a piece at a time; what is the same for all elements is computed
    /// here, once. The default calls [`update`](Optimiser::update).
    ///
    /// # Panics
    /// If the parameters reach beyond what [`begin`](Optimiser::begin) announced.
    #[track_caller]
    fn prepare(&mut self, offset: usize, len: usize) -> impl Rule<F>
    where
        Self: Sized,
    {
        let _ = len;
        Updates { optimiser: self, offset }
    }

    /// One step: changes every parameter of `model` that is not `#[frozen]` by its gradient.
    ///
    /// # Panics
    /// If an earlier step was over a network of another size.
    #[track_caller]
    fn step<P: Params<Float = F>>(&mut self, model: &mut P, gradients: &P) {
        self.begin(P::count());
        let parameters = model.as_mut_slice();
        let all = gradients.as_slice();
        // Neighbours are updated together, up to the next frozen one.
        let (mut start, mut end) = (0, 0);
        gradients.for_each_tensor(|path, _, gradient| {
            let next = end + gradient.len();
            if path.is_frozen() {
                if start < end {
                    self.update(start, &mut parameters[start..end], &all[start..end]);
                }
                start = next;
            }
            end = next;
        });
        if start < end {
            self.update(start, &mut parameters[start..end], &all[start..end]);
        }
    }
}

/// One step of an [`Optimiser`] on some of the parameters, element by element.
pub trait Rule<F: Float> {
    /// Changes the parameters from `start` on, counted from the first that the rule is for. There are
    /// as many `gradients`: elements of memory, or what is computed only here.
    fn apply(&mut self, start: usize, parameters: &mut [F], gradients: impl Iterator<Item = F>);

    /// The same rule for the parameters before the `at`-th, and for the others, counted from that: so that
    /// threads share them, under the feature `rayon`. The default cannot be split, and comes back.
    ///
    /// # Errors
    /// The rule itself, if it cannot be split.
    fn split(self, at: usize) -> Result<(impl Rule<F> + Send, impl Rule<F> + Send), Self>
    where
        Self: Sized,
    {
        let _ = at;
        Err::<(Never, Never), Self>(self)
    }
}

/// The halves of a rule that has none.
enum Never {}

impl<F: Float> Rule<F> for Never {
    fn apply(&mut self, _: usize, _: &mut [F], _: impl Iterator<Item = F>) {
        match *self {}
    }
}

/// The rule of an optimiser that has none of its own.
struct Updates<'a, O> {
    optimiser: &'a mut O,
    offset: usize,
}

impl<F: Float, O: Optimiser<F>> Rule<F> for Updates<'_, O> {
    fn apply(&mut self, start: usize, parameters: &mut [F], mut gradients: impl Iterator<Item = F>) {
        const LEN: usize = 1024;
        let mut room = [F::ZERO; LEN];
        for (position, part) in parameters.chunks_mut(LEN).enumerate() {
            let room = &mut room[..part.len()];
            room.iter_mut().zip(&mut gradients).for_each(|(place, gradient)| *place = gradient);
            self.optimiser.update(self.offset + start + position * LEN, part, room);
        }
    }
}

/// `step` as a method of the type, so that users need not import the trait.
macro_rules! inherent_step {
    () => {
        /// One step: changes every parameter of `model` that is not `#[frozen]` by its gradient.
        ///
        /// # Panics
        /// If an earlier step was over a network of another size.
        #[track_caller]
        pub fn step<P: crate::Params<Float = F>>(&mut self, model: &mut P, gradients: &P) {
            crate::Optimiser::step(self, model, gradients);
        }

        /// The learning rate.
        #[must_use]
        pub const fn rate(&self) -> f64 {
            self.rate
        }

        /// Changes the learning rate from the next step on, keeping the state: for schedules.
        pub const fn set_rate(&mut self, rate: f64) {
            self.rate = rate;
        }
    };
}
use inherent_step;

/// [`Optimiser::update`] of parameters that nothing depends on: their gradient is zero, which decay and
/// momentum do not wait for.
#[track_caller]
pub fn update_by_zeros<F: Float>(optimiser: &mut impl Optimiser<F>, offset: usize, parameters: &mut [F]) {
    const LEN: usize = 64;
    let zeros = [F::ZERO; LEN];
    for (position, part) in parameters.chunks_mut(LEN).enumerate() {
        let gradients = &zeros[..part.len()];
        optimiser.update(offset + position * LEN, part, gradients);
    }
}

#[cold]
#[track_caller]
fn lengths_differ(name: &str, parameters: usize, gradients: usize) -> ! {
    panic!("{name}: {parameters} parameters, but {gradients} gradients");
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
