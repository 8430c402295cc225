//! Adam and AdamW.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use super::state::State;
use super::{Optimiser, Rule, inherent_step, lengths_differ};
use crate::{Float, Storage};

macro_rules! adam {
    ($name:ident, $text:literal, $decay:literal, $shrink:literal, $page:literal, $usual:literal, { $($default:tt)* }) => {
        #[doc = $text]
        ///
        /// For each parameter w with gradient g, in step t = 1, 2, …:
        ///
        /// ```text
        #[doc = $shrink]
        /// m = β₁ m + (1 − β₁) g             (m, v start at 0)
        /// v = β₂ v + (1 − β₂) g²
        /// w = w − rate/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps)
        /// ```
        ///
        #[doc = $page]
        /// β₁ = 0.9, β₂ = 0.999 and eps = 1e-8 unless set. The state is two floats a parameter.
        ///
        /// ```
        #[doc = concat!("use chainrule::", stringify!($name), ";")]
        ///
        #[doc = concat!("let mut optimiser = ", stringify!($name), "::<f32>::new(1e-3).betas(0.9, 0.99);")]
        /// optimiser.set_rate(1e-4);
        /// assert_eq!(optimiser.rate(), 1e-4);
        /// ```
        #[derive(Debug, Clone)]
        pub struct $name<F, S $($default)*> {
            rate: f64,
            beta1: f64,
            beta2: f64,
            eps: f64,
            decay: f64,
            /// β₁ᵗ and β₂ᵗ, by multiplication from step to step.
            powers: (f64, f64),
            state: State<F, S>,
        }

        #[cfg(feature = "alloc")]
        impl<F: Float> $name<F> {
            /// With the given learning rate; 1e-3 is usual.
            #[must_use]
            pub const fn new(rate: f64) -> Self {
                Self::with(rate, Vec::new())
            }
        }

        impl<'a, F: Float> $name<F, &'a mut [F]> {
            /// As `new`, with its state in `memory`: two floats a parameter.
            #[must_use]
            pub const fn from_slice(rate: f64, memory: &'a mut [F]) -> Self {
                Self::with(rate, memory)
            }
        }

        impl<F: Float, S> $name<F, S> {
            const fn with(rate: f64, storage: S) -> Self {
                Self {
                    rate,
                    beta1: 0.9,
                    beta2: 0.999,
                    eps: 1e-8,
                    decay: $usual,
                    powers: (1.0, 1.0),
                    state: State::new(storage),
                }
            }

            /// How slowly the means of the gradient and of its square forget.
            #[must_use]
            pub const fn betas(mut self, beta1: f64, beta2: f64) -> Self {
                self.beta1 = beta1;
                self.beta2 = beta2;
                self
            }

            /// What is added to the root of the mean square, against division by 0.
            #[must_use]
            pub const fn eps(mut self, eps: f64) -> Self {
                self.eps = eps;
                self
            }

            #[doc = $decay]
            #[must_use]
            pub const fn weight_decay(mut self, decay: f64) -> Self {
                self.decay = decay;
                self
            }
        }

        impl<F: Float, S: Storage<F>> $name<F, S> {
            inherent_step!();
        }
    };
}

macro_rules! both {
    ($($default:tt)*) => {
        adam!(
            Adam,
            "Adam (Kingma and Ba, 2015).",
            "Adds `decay` times the parameter to its gradient (an L2 penalty of `decay`/2).",
            "g = g + decay · w",
            "as `torch.optim.Adam` (<https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html>).",
            0.0,
            { $($default)* }
        );
        adam!(
            AdamW,
            "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).",
            "Shrinks each parameter by `rate` · `decay` of itself in each step; 0.01 unless set.",
            "w = w − rate · decay · w",
            "as `torch.optim.AdamW` (<https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html>).",
            0.01,
            { $($default)* }
        );
    };
}

#[cfg(feature = "alloc")]
both!(= Vec<F>);
#[cfg(not(feature = "alloc"))]
both!();

macro_rules! rule {
    ($name:ident, $penalty:expr, $shrink:expr) => {
        impl<F: Float, S: Storage<F>> Optimiser<F> for $name<F, S> {
            fn begin(&mut self, count: usize) {
                self.state.begin(stringify!($name), count, 2);
                self.powers.0 *= self.beta1;
                self.powers.1 *= self.beta2;
            }

            fn update(&mut self, offset: usize, parameters: &mut [F], gradients: &[F]) {
                if parameters.len() != gradients.len() {
                    lengths_differ(stringify!($name), parameters.len(), gradients.len());
                }
                let mut rule = self.prepare(offset, parameters.len());
                crate::kernels::vectorised(
                    #[inline(always)]
                    |_| rule.apply(0, parameters, gradients.iter().copied()),
                );
            }

            #[inline]
            fn prepare(&mut self, offset: usize, len: usize) -> impl Rule<F> {
                let root = crate::math::f64::sqrt(1.0 - self.powers.1);
                let constants = Constants {
                    penalty: F::from_f64($penalty(self.rate, self.decay)),
                    keep: F::from_f64($shrink(self.rate, self.decay)),
                    beta1: F::from_f64(self.beta1),
                    beta2: F::from_f64(self.beta2),
                    rest1: F::from_f64(1.0 - self.beta1),
                    rest2: F::from_f64(1.0 - self.beta2),
                    rate: F::from_f64(self.rate / (1.0 - self.powers.0) * root),
                    eps: F::from_f64(self.eps * root),
                };
                let [mean, square] = self.state.part(stringify!($name), offset, len);
                AdamRule { constants, mean, square }
            }
        }
    };
}

rule!(Adam, |_, decay| decay, |_, _| 1.0);
rule!(AdamW, |_, _| 0.0, |rate: f64, decay: f64| 1.0 - rate * decay);

/// One step's constants, in the type of the parameters.
#[derive(Clone, Copy)]
struct Constants<F> {
    penalty: F,
    keep: F,
    beta1: F,
    beta2: F,
    rest1: F,
    rest2: F,
    /// rate/(1 − β₁ᵗ) and eps, both times √(1 − β₂ᵗ): the quotient of the two is the documented one
    /// with one division fewer.
    rate: F,
    eps: F,
}

/// One step on some of the parameters, with their state.
struct AdamRule<'a, F> {
    constants: Constants<F>,
    mean: &'a mut [F],
    square: &'a mut [F],
}

impl<F: Float> Rule<F> for AdamRule<'_, F> {
    #[inline(always)]
    fn apply(&mut self, start: usize, parameters: &mut [F], gradients: impl Iterator<Item = F>) {
        let end = start + parameters.len();
        self.constants.apply(parameters, gradients, &mut self.mean[start..end], &mut self.square[start..end]);
    }

    fn split(self, at: usize) -> Result<(impl Rule<F> + Send, impl Rule<F> + Send), Self> {
        let Self { constants, mean, square } = self;
        let ((mean, last_mean), (square, last_square)) = (mean.split_at_mut(at), square.split_at_mut(at));
        let behind = AdamRule { constants, mean: last_mean, square: last_square };
        Ok((AdamRule { constants, mean, square }, behind))
    }
}

impl<F: Float> Constants<F> {
    // Slices as arguments, which the compiler knows to be apart.
    #[inline(always)]
    fn apply(
        self,
        parameters: &mut [F],
        gradients: impl Iterator<Item = F>,
        mean: &mut [F],
        square: &mut [F],
    ) {
        let state = mean.iter_mut().zip(square);
        for ((w, (m, v)), g) in parameters.iter_mut().zip(state).zip(gradients) {
            let g = g + self.penalty * *w;
            *m = self.beta1 * *m + self.rest1 * g;
            *v = self.beta2 * *v + self.rest2 * g * g;
            *w = self.keep * *w - self.rate * *m / (v.sqrt() + self.eps);
        }
    }
}
