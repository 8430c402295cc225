//! Stochastic gradient descent.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::state::State;
use super::{Optimiser, Rule, inherent_step, lengths_differ};
use crate::{Float, Storage};

macro_rules! sgd {
    ($(#[$attribute:meta])* $($default:tt)*) => {
        /// Gradient descent with momentum, Nesterov's variant and weight decay.
        ///
        /// For each parameter w with gradient g:
        ///
        /// ```text
        /// d = g + decay · w
        /// v = momentum · v + d              (v starts at 0)
        /// w = w − rate · v                  (Nesterov: rate · (d + momentum · v))
        /// ```
        ///
        /// as `torch.optim.SGD` with dampening 0
        /// (<https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html>). Without
        /// momentum there is no state.
        ///
        /// ```
        /// use chainrule::Sgd;
        ///
        /// let mut sgd = Sgd::<f32>::new(0.1).momentum(0.9).nesterov();
        /// sgd.set_rate(0.01);
        /// assert_eq!(sgd.rate(), 0.01);
        /// ```
        #[derive(Debug, Clone)]
        pub struct Sgd<F, S $($default)*> {
            rate: f64,
            momentum: f64,
            nesterov: bool,
            decay: f64,
            state: State<F, S>,
        }
    };
}

#[cfg(feature = "alloc")]
sgd!(= Vec<F>);
#[cfg(not(feature = "alloc"))]
sgd!();

#[cfg(feature = "alloc")]
impl<F: Float> Sgd<F> {
    /// Plain gradient descent with the given learning rate.
    #[must_use]
    pub const fn new(rate: f64) -> Self {
        Self::with(rate, Vec::new())
    }
}

impl<'a, F: Float> Sgd<F, &'a mut [F]> {
    /// As `new`, with its state in `memory`: one float a parameter with momentum, none without.
    #[must_use]
    pub const fn from_slice(rate: f64, memory: &'a mut [F]) -> Self {
        Self::with(rate, memory)
    }
}

impl<F: Float, S> Sgd<F, S> {
    const fn with(rate: f64, storage: S) -> Self {
        Self { rate, momentum: 0.0, nesterov: false, decay: 0.0, state: State::new(storage) }
    }

    /// How much of the last step's direction is kept; 0.9 is usual.
    #[must_use]
    pub const fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Looks ahead along the momentum (Nesterov's accelerated gradient).
    #[must_use]
    pub const fn nesterov(mut self) -> Self {
        self.nesterov = true;
        self
    }

    /// Adds `decay` times the parameter to its gradient (an L2 penalty of `decay`/2).
    #[must_use]
    pub const fn weight_decay(mut self, decay: f64) -> Self {
        self.decay = decay;
        self
    }
}

impl<F: Float, S: Storage<F>> Sgd<F, S> {
    inherent_step!();
}

impl<F: Float, S: Storage<F>> Optimiser<F> for Sgd<F, S> {
    fn begin(&mut self, count: usize) {
        self.state.begin("Sgd", count, usize::from(self.momentum != 0.0));
    }

    fn update(&mut self, offset: usize, parameters: &mut [F], gradients: &[F]) {
        if parameters.len() != gradients.len() {
            lengths_differ("Sgd", parameters.len(), gradients.len());
        }
        let mut rule = self.prepare(offset, parameters.len());
        crate::kernels::vectorised(
            #[inline(always)]
            |_| rule.apply(0, parameters, gradients.iter().copied()),
        );
    }

    #[inline]
    fn prepare(&mut self, offset: usize, len: usize) -> impl Rule<F> {
        let velocity = (self.momentum != 0.0).then(|| {
            let [part] = self.state.part("Sgd", offset, len);
            part
        });
        SgdRule {
            rate: F::from_f64(self.rate),
            decay: F::from_f64(self.decay),
            momentum: F::from_f64(self.momentum),
            nesterov: self.nesterov,
            velocity,
        }
    }
}

/// One step's constants, in the type of the parameters, and the velocity of some of them.
struct SgdRule<'a, F> {
    rate: F,
    decay: F,
    momentum: F,
    nesterov: bool,
    velocity: Option<&'a mut [F]>,
}

impl<F: Float> Rule<F> for SgdRule<'_, F> {
    #[inline(always)]
    fn apply(&mut self, start: usize, parameters: &mut [F], gradients: impl Iterator<Item = F>) {
        let Self { rate, decay, momentum, nesterov, ref mut velocity } = *self;
        match velocity {
            // The usual case by itself: a multiplication and an addition less for each parameter.
            None if decay == F::ZERO => {
                for (w, g) in parameters.iter_mut().zip(gradients) {
                    *w -= rate * g;
                }
            }
            None => {
                for (w, g) in parameters.iter_mut().zip(gradients) {
                    *w -= rate * (g + decay * *w);
                }
            }
            Some(velocity) => {
                let velocity = &mut velocity[start..start + parameters.len()];
                for ((w, v), g) in parameters.iter_mut().zip(velocity).zip(gradients) {
                    let d = g + decay * *w;
                    *v = momentum * *v + d;
                    *w -= rate * if nesterov { d + momentum * *v } else { *v };
                }
            }
        }
    }

    fn split(self, at: usize) -> Result<(impl Rule<F> + Send, impl Rule<F> + Send), Self> {
        let Self { rate, decay, momentum, nesterov, velocity } = self;
        let rule = |velocity| SgdRule { rate, decay, momentum, nesterov, velocity };
        let (before, behind) = velocity.map(|velocity| velocity.split_at_mut(at)).unzip();
        Ok((rule(before), rule(behind)))
    }
}
