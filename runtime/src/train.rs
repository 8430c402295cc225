//! The training loop: forward, cost, backward, update, again, until there is a reason to stop.
//!
//! It owns no data and no model and knows nothing of batches: one epoch is one call of a closure.

use alloc::boxed::Box;
use core::fmt;

use crate::{Float, Optimiser, Params};

/// When to stop training; every limit is given, none is hidden.
///
/// [`run`](Train::run) repeats: evaluate the cost and its gradient at the parameters; look whether
/// to stop; if not, let the optimiser change the parameters. It stops, in this order, if
///
/// - the cost or an element of the gradient is not finite: [`Reason::NotFinite`]. The parameters
///   are set back to the last ones at which all was finite;
/// - in each of the last `patience` updates no parameter changed by more than `change`:
///   [`Reason::ParametersStill`];
/// - the cost has not fallen during the last `patience` updates: [`Reason::CostFlat`]. It has
///   fallen when it is below the lowest cost until then by more than `tolerance` of that cost's
///   size; small falls add up. A plateau shorter than `patience` is passed;
/// - there were `epochs` updates: [`Reason::EpochLimit`].
///
/// A `patience` of 0 counts as 1. A `tolerance` or `change` below 0 switches its test off.
///
/// ```
/// # use chainrule::{Train, Sgd, Reason, Params, Optimiser};
/// # fn fit<P: Params<Float = f64>>(model: &mut P, loss: impl Fn(&P, &mut P) -> f64) {
/// let train = Train { tolerance: 1e-9, change: 1e-12, patience: 50, epochs: 100_000 };
/// let stopped = train.run(
///     model,
///     |model, gradients| loss(model, gradients),   // let pass = model.loss(…); pass.backward(gradients); pass.value()
///     &mut Sgd::new(0.1),
/// );
/// println!("{stopped}");
/// if stopped.reason == Reason::NotFinite {
///     println!("try a smaller rate");
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Train {
    /// By which part of its size the cost must fall to count as falling.
    pub tolerance: f64,
    /// The largest change of any parameter in one update that counts as no change.
    pub change: f64,
    /// For how many updates in a row the parameters must be still, or the cost flat.
    pub patience: usize,
    /// The most updates to make.
    pub epochs: usize,
}

/// Why training stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The parameters essentially no longer change.
    ParametersStill,
    /// The cost no longer falls.
    CostFlat,
    /// All epochs are done.
    EpochLimit,
    /// The cost, a gradient or a parameter became infinite or NaN.
    NotFinite,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ParametersStill => "the parameters no longer change",
            Self::CostFlat => "the cost no longer falls",
            Self::EpochLimit => "all epochs are done",
            Self::NotFinite => "the cost, a gradient or a parameter is not finite",
        })
    }
}

/// How training ended. The model holds the parameters that this describes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopped<F> {
    /// Why.
    pub reason: Reason,
    /// How many updates the returned parameters have had.
    pub epochs: usize,
    /// The cost at the returned parameters; not finite only if it was so from the start.
    pub cost: F,
}

impl<F: Float> fmt::Display for Stopped<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} after {} updates, cost {:?}", self.reason, self.epochs, self.cost)
    }
}

impl Train {
    /// Trains `model`: `evaluate` returns the cost at the parameters and overwrites the gradient.
    ///
    /// Evaluates once more than it updates, so that the cost it returns is that of the parameters
    /// it leaves. Allocates two copies of the parameters at the start, and nothing afterwards.
    ///
    /// # Panics
    /// If `optimiser` has made steps over a network of another size.
    #[track_caller]
    pub fn run<P: Params>(
        &self,
        model: &mut P,
        evaluate: impl FnMut(&P, &mut P) -> P::Float,
        optimiser: &mut impl Optimiser<P::Float>,
    ) -> Stopped<P::Float> {
        self.run_observed(model, evaluate, optimiser, |_, _| {})
    }

    /// As [`run`](Train::run), and calls `observe` with the number of updates so far and the cost,
    /// after every evaluation: for progress bars and plots.
    ///
    /// # Panics
    /// If `optimiser` has made steps over a network of another size.
    #[track_caller]
    pub fn run_observed<P: Params>(
        &self,
        model: &mut P,
        mut evaluate: impl FnMut(&P, &mut P) -> P::Float,
        optimiser: &mut impl Optimiser<P::Float>,
        mut observe: impl FnMut(usize, P::Float),
    ) -> Stopped<P::Float> {
        let mut gradients = P::zeros();
        let mut good: Box<P> = P::zeros();
        good.as_mut_slice().copy_from_slice(model.as_slice());
        let mut watch = Watch::new(*self);
        let mut good_cost = None;
        loop {
            let epochs = watch.epochs;
            let cost = evaluate(model, &mut *gradients);
            observe(epochs, cost);
            let finite = cost.is_finite() && all_finite(model.as_slice()) && all_finite(gradients.as_slice());
            if !finite {
                model.as_mut_slice().copy_from_slice(good.as_slice());
                let (epochs, cost) = good_cost.unwrap_or((epochs, cost));
                return Stopped { reason: Reason::NotFinite, epochs, cost };
            }
            good_cost = Some((epochs, cost));
            if let Some(reason) = watch.cost(cost.to_f64()) {
                return Stopped { reason, epochs, cost };
            }
            good.as_mut_slice().copy_from_slice(model.as_slice());
            optimiser.step(model, &*gradients);
            watch.moved(largest_change(good.as_slice(), model.as_slice()));
        }
    }
}

/// What the stopping rules remember.
struct Watch {
    limits: Train,
    /// Updates so far.
    epochs: usize,
    /// The cost that the next must be below by the tolerance, to count as falling.
    lowest: f64,
    /// Updates since the cost last fell.
    flat: usize,
    /// Updates in a row that changed nothing.
    still: usize,
}

impl Watch {
    const fn new(limits: Train) -> Self {
        Self { limits, epochs: 0, lowest: f64::INFINITY, flat: 0, still: 0 }
    }

    /// A reason to stop, now that the cost after the last update is known.
    fn cost(&mut self, cost: f64) -> Option<Reason> {
        let Train { tolerance, patience, epochs, .. } = self.limits;
        let patience = patience.max(1);
        // The first cost counts as a fall; the size of an infinite one must not enter.
        let fall = if self.lowest.is_finite() { tolerance * self.lowest.abs() } else { 0.0 };
        if cost < self.lowest - fall {
            self.lowest = cost;
            self.flat = 0;
        } else {
            self.flat += 1;
        }
        if self.still >= patience {
            Some(Reason::ParametersStill)
        } else if tolerance >= 0.0 && self.flat >= patience {
            Some(Reason::CostFlat)
        } else if self.epochs >= epochs {
            Some(Reason::EpochLimit)
        } else {
            None
        }
    }

    /// An update was made, with this largest change of a parameter.
    fn moved(&mut self, change: f64) {
        self.epochs += 1;
        self.still = if change <= self.limits.change { self.still + 1 } else { 0 };
    }
}

fn all_finite<F: Float>(values: &[F]) -> bool {
    // x · 0 is 0 or NaN: one sum without a branch.
    let sum = values.iter().fold(F::ZERO, |sum, &value| sum + value * F::ZERO);
    sum == F::ZERO
}

fn largest_change<F: Float>(before: &[F], after: &[F]) -> f64 {
    let mut largest = F::ZERO;
    for (&before, &after) in before.iter().zip(after) {
        let change = (after - before).abs();
        largest = if change > largest { change } else { largest };
    }
    largest.to_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::tests::Vector;
    use crate::{Adam, Sgd};

    type Point = Vector<f64, 2>;

    const LIMITS: Train = Train { tolerance: 1e-9, change: 1e-12, patience: 5, epochs: 10_000 };

    /// (x − 1)² + 2 (y + 2)² + 3.
    fn bowl(at: &Point, gradients: &mut Point) -> f64 {
        let (x, y) = (at.x[0] - 1.0, at.x[1] + 2.0);
        gradients.x = [2.0 * x, 4.0 * y];
        x * x + 2.0 * y * y + 3.0
    }

    #[test]
    fn a_bowl_flattens() {
        let mut model = Point { x: [0.0; 2] };
        let stopped = LIMITS.run(&mut model, bowl, &mut Sgd::new(0.1));
        assert_eq!(stopped.reason, Reason::CostFlat);
        assert!((stopped.cost - 3.0).abs() < 1e-8 && (model.x[0] - 1.0).abs() < 1e-3);
        assert_eq!(stopped.cost, bowl(&model, &mut Point { x: [0.0; 2] }));
        assert!(stopped.to_string().starts_with("the cost no longer falls after "));
        let small = Stopped { cost: 2.5e-27, ..stopped };
        assert!(small.to_string().ends_with(", cost 2.5e-27"), "{small}");
    }

    #[test]
    fn still_parameters_are_seen_first() {
        let mut model = Box::new(Point { x: [0.0; 2] });
        let limits = Train { tolerance: -1.0, ..LIMITS };
        let stopped = limits.run(&mut model, |m, g| bowl(m, g), &mut Sgd::new(0.1));
        assert_eq!(stopped.reason, Reason::ParametersStill);
        assert!((model.x[0] - 1.0).abs() < 1e-10);
    }

    #[test]
    fn the_limit_counts_updates() {
        let mut model = Point { x: [0.0; 2] };
        let mut seen = Vec::new();
        let limits = Train { epochs: 3, ..LIMITS };
        let stopped = limits.run_observed(&mut model, bowl, &mut Adam::new(0.1), |epoch, cost| {
            seen.push((epoch, cost));
        });
        assert_eq!((stopped.reason, stopped.epochs), (Reason::EpochLimit, 3));
        assert_eq!(seen.len(), 4);
        assert_eq!(seen[3], (3, stopped.cost));
        let none = Train { epochs: 0, ..LIMITS };
        let before = model;
        assert_eq!(none.run(&mut model, bowl, &mut Sgd::new(0.1)).epochs, 0);
        assert_eq!(model, before);
    }

    /// Costs by position in time, whatever the parameters.
    fn script(costs: &[f64], limits: Train) -> (Stopped<f64>, Point) {
        let mut time = 0;
        let mut model = Point { x: [0.0; 2] };
        let evaluate = |_: &Point, gradients: &mut Point| {
            gradients.x = [-1.0, 0.0];
            let cost = costs[time.min(costs.len() - 1)];
            time += 1;
            cost
        };
        let stopped = limits.run(&mut model, evaluate, &mut Sgd::new(1.0));
        (stopped, model)
    }

    #[test]
    fn a_plateau_shorter_than_patience_is_passed() {
        // Flat for four updates, with a rise among them, then down again.
        let costs = [5.0, 5.0, 6.0, 5.0, 5.0, 4.0, 4.0];
        let (stopped, model) = script(&costs, LIMITS);
        assert_eq!((stopped.reason, stopped.epochs, stopped.cost), (Reason::CostFlat, 10, 4.0));
        assert_eq!(model.x[0], 10.0);
        let (impatient, _) = script(&costs, Train { patience: 4, ..LIMITS });
        assert_eq!((impatient.epochs, impatient.cost), (4, 5.0));
        assert_eq!(script(&[1.0], Train { patience: 0, ..LIMITS }).0.epochs, 1);
    }

    #[test]
    fn small_falls_add_up() {
        let costs: Vec<f64> = (0..100).map(|i| 1.0 - 0.004 * f64::from(i)).collect();
        let limits = Train { tolerance: 0.01, patience: 5, epochs: 90, ..LIMITS };
        assert_eq!(script(&costs, limits).0.reason, Reason::EpochLimit);
        let limits = Train { tolerance: 0.03, ..limits };
        assert_eq!(script(&costs, limits).0.reason, Reason::CostFlat);
        // Also through 0 and below.
        assert_eq!(script(&[1.0, 0.0, -1.0, -2.0, -3.0, -4.0, -5.0], LIMITS).0.cost, -5.0);
    }

    #[test]
    fn nothing_is_lost_when_the_cost_is_not_finite() {
        let (stopped, model) = script(&[3.0, 2.0, f64::NAN], LIMITS);
        assert_eq!((stopped.reason, stopped.epochs, stopped.cost), (Reason::NotFinite, 1, 2.0));
        assert_eq!(model.x[0], 1.0);
        let (at_once, model) = script(&[f64::INFINITY], LIMITS);
        assert_eq!((at_once.reason, at_once.epochs, model.x[0]), (Reason::NotFinite, 0, 0.0));
        // A step into infinity, by a rate that is far too large.
        let mut model = Point { x: [0.0; 2] };
        let stopped = LIMITS.run(&mut model, bowl, &mut Sgd::new(1e300));
        assert_eq!(stopped.reason, Reason::NotFinite);
        assert!(stopped.cost.is_finite() && all_finite(&model.x));
    }

    #[test]
    fn finite_or_not() {
        assert!(all_finite::<f32>(&[]) && all_finite(&[f32::MAX, -0.0, f32::MIN_POSITIVE]));
        assert!(!all_finite(&[1.0, f64::INFINITY]) && !all_finite(&[f32::NAN]));
        assert_eq!(largest_change(&[1.0, 2.0], &[1.5, 1.0]), 1.0);
    }
}
