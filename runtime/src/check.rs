//! Gradients against central differences: a test that users run on their own networks.
//!
//! It changes only a copy of the parameters, and knows nothing of how the gradient was made.

use alloc::{boxed::Box, string::String, string::ToString as _, vec::Vec};
use core::fmt;

use crate::{Float, Params};

/// How [`check_gradient`] measures; the default suits costs of a size around 1.
///
/// ```
/// use chainrule::CheckOptions;
///
/// let strict = CheckOptions::default().step(1e-5).tolerance(1e-8);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CheckOptions {
    step: Option<f64>,
    tolerance: Option<f64>,
    floor: Option<f64>,
}

impl CheckOptions {
    /// The step h at a parameter x, times max(1, |x|). Default: ∛ε, which balances the rounding of
    /// the cost (ε/h) against the curvature (h²): 6.1e-6 for `f64`, 4.9e-3 for `f32`.
    #[must_use]
    pub const fn step(mut self, step: f64) -> Self {
        self.step = Some(step);
        self
    }

    /// The largest relative difference that passes. Default: 1e-6 for `f64`, 1e-2 for `f32`.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Gradients smaller than this are compared as if they were as large, since a difference
    /// quotient has an absolute error. Default: 1e-2 for `f64`, 1e-1 for `f32`.
    #[must_use]
    pub const fn floor(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self
    }
}

/// What a check that passed has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckReport {
    /// How many elements were compared; `#[frozen]` ones are not.
    pub checked: usize,
    /// The element with the largest relative difference; none if there was nothing to compare.
    pub worst: Option<Disagreement>,
}

/// One element of the gradient, computed both ways.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The name of its tensor, as `blocks.0.weight`.
    pub tensor: String,
    /// Where it stands in the tensor; empty for a scalar.
    pub index: Vec<usize>,
    /// The gradient under test.
    pub analytic: f64,
    /// The central difference.
    pub numeric: f64,
    /// |analytic − numeric| / max(|analytic|, |numeric|, floor); NaN if either is NaN.
    pub relative: f64,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}", self.tensor)?;
        if !self.index.is_empty() {
            write!(formatter, "{:?}", self.index)?;
        }
        write!(
            formatter,
            "`: analytic {:e}, numeric {:e}, relative difference {:.1e}",
            self.analytic, self.numeric, self.relative
        )
    }
}

/// A gradient that differs from the central differences; displays the worst elements.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientMismatch {
    /// How many elements were compared.
    pub checked: usize,
    /// How many of them differ by more than the tolerance.
    pub count: usize,
    /// The tolerance.
    pub tolerance: f64,
    /// Those that differ most, at most five, the worst first.
    pub worst: Vec<Disagreement>,
}

impl fmt::Display for GradientMismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { checked, count, tolerance, worst } = self;
        write!(
            formatter,
            "the gradient differs from central differences at {count} of {checked} elements \
             (tolerance {tolerance:e})"
        )?;
        for element in worst {
            write!(formatter, "\n  {element}")?;
        }
        Ok(())
    }
}

impl core::error::Error for GradientMismatch {}

/// Compares `gradients`, the gradient of `cost` at `model`, with central differences
/// (cost(x + h) − cost(x − h)) / 2h in every parameter that is not `#[frozen]`.
///
/// Calls `cost` twice for each parameter, with a copy of `model`; it must be a function of the
/// parameters alone. At a kink (relu at 0) the two sides differ by right.
///
/// ```
/// use chainrule::{CheckOptions, Params, check_gradient};
///
/// fn check<P: Params>(model: &P, gradients: &P, loss: impl Fn(&P) -> P::Float) {
///     match check_gradient(model, gradients, |model| loss(model), CheckOptions::default()) {
///         Ok(report) => println!("{} elements agree", report.checked),
///         Err(mismatch) => panic!("{mismatch}"), // … `w1[3, 7]`: analytic 0.5, numeric 0.25, …
///     }
/// }
/// ```
///
/// # Errors
/// If an element's relative difference is above the tolerance or NaN.
#[allow(clippy::missing_panics_doc)]
pub fn check_gradient<P: Params>(
    model: &P,
    gradients: &P,
    mut cost: impl FnMut(&P) -> P::Float,
    options: CheckOptions,
) -> Result<CheckReport, GradientMismatch> {
    let single = P::Float::EPSILON.to_f64() > 1e-10;
    let usual = |single_precision, double_precision| if single { single_precision } else { double_precision };
    let step = options.step.unwrap_or_else(|| libm::cbrt(P::Float::EPSILON.to_f64()));
    let tolerance = options.tolerance.unwrap_or(usual(1e-2, 1e-6));
    let floor = options.floor.unwrap_or(usual(1e-1, 1e-2));

    let mut moved: Box<P> = P::zeros();
    moved.as_mut_slice().copy_from_slice(model.as_slice());
    let mut ranking = Ranking { tolerance, checked: 0, count: 0, worst: Vec::new() };
    let mut offset = 0;
    gradients.for_each_tensor(|path, shape, gradient| {
        let start = offset;
        offset += gradient.len();
        if path.is_frozen() {
            return;
        }
        for (position, analytic) in gradient.iter().enumerate() {
            let analytic = analytic.to_f64();
            let numeric = slope(&mut *moved, start + position, step, &mut cost);
            let relative = relative_difference(analytic, numeric, floor);
            ranking.add(relative, || Disagreement {
                tensor: path.to_string(),
                index: unravel(position, shape),
                analytic,
                numeric,
                relative,
            });
        }
    });
    ranking.verdict()
}

/// The central difference of `cost` in one parameter, which is as before afterwards.
fn slope<P: Params>(model: &mut P, at: usize, step: f64, cost: &mut impl FnMut(&P) -> P::Float) -> f64 {
    let value = model.as_slice()[at];
    let h = step * value.to_f64().abs().max(1.0);
    // The points as they are after rounding, so that their distance is exact.
    let (above, below) = (P::Float::from_f64(value.to_f64() + h), P::Float::from_f64(value.to_f64() - h));
    model.as_mut_slice()[at] = above;
    let cost_above = cost(model).to_f64();
    model.as_mut_slice()[at] = below;
    let cost_below = cost(model).to_f64();
    model.as_mut_slice()[at] = value;
    (cost_above - cost_below) / (above.to_f64() - below.to_f64())
}

fn relative_difference(analytic: f64, numeric: f64, floor: f64) -> f64 {
    if analytic == numeric {
        // Also equal infinities.
        return 0.0;
    }
    (analytic - numeric).abs() / analytic.abs().max(numeric.abs()).max(floor)
}

/// The subscripts of a position in a row-major array.
fn unravel(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = Vec::from(shape);
    for subscript in index.iter_mut().rev() {
        (position, *subscript) = (position / *subscript, position % *subscript);
    }
    index
}

/// The worst elements so far; NaN is worse than any number.
struct Ranking {
    tolerance: f64,
    checked: usize,
    count: usize,
    worst: Vec<Disagreement>,
}

impl Ranking {
    const KEPT: usize = 5;

    fn add(&mut self, relative: f64, element: impl FnOnce() -> Disagreement) {
        self.checked += 1;
        self.count += usize::from(relative.is_nan() || relative > self.tolerance);
        let rank = |relative: f64| if relative.is_nan() { f64::INFINITY } else { relative };
        let place = self.worst.partition_point(|other| rank(other.relative) >= rank(relative));
        if place < Self::KEPT {
            self.worst.insert(place, element());
            self.worst.truncate(Self::KEPT);
        }
    }

    fn verdict(mut self) -> Result<CheckReport, GradientMismatch> {
        let Self { tolerance, checked, count, .. } = self;
        if count == 0 {
            return Ok(CheckReport { checked, worst: self.worst.into_iter().next() });
        }
        self.worst.truncate(count);
        Err(GradientMismatch { checked, count, tolerance, worst: self.worst })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::tests::{Net, Vector};

    /// Σ wᵢ sin(i + wᵢ), which reads every element.
    fn cost(net: &Net) -> f64 {
        net.as_slice().iter().enumerate().map(|(i, w)| w * (i as f64 + w).sin()).sum()
    }

    fn gradient(net: &Net) -> Box<Net> {
        let mut gradients = Net::zeros();
        for (i, (g, w)) in gradients.as_mut_slice().iter_mut().zip(net.as_slice()).enumerate() {
            *g = (i as f64 + w).sin() + w * (i as f64 + w).cos();
        }
        gradients
    }

    #[test]
    fn a_right_gradient_passes() {
        let net = Net::init(3);
        let mut gradients = gradient(&net);
        gradients.fixed = [0.0; 2];
        let report = check_gradient(&*net, &*gradients, cost, CheckOptions::default()).unwrap();
        assert_eq!(report.checked, Net::count() - 2);
        assert!(report.worst.unwrap().relative < 1e-8);
        check_gradient(&net, &gradients, |net| cost(net), CheckOptions::default()).unwrap();
    }

    #[test]
    fn wrong_elements_are_named() {
        let net = Net::init(3);
        let mut gradients = gradient(&net);
        gradients.blocks[1].weight[1][0] *= 1.5;
        gradients.first.bias[1] += 1e-3;
        gradients.scale = f64::NAN;
        let error = check_gradient(&net, &gradients, |net| cost(net), CheckOptions::default()).unwrap_err();
        assert_eq!((error.count, error.checked), (3, Net::count() - 2));
        let text = error.to_string();
        assert!(text.starts_with("the gradient differs from central differences at 3 of 21 elements (tolerance 1e-6)\n  `scale`: analytic NaN"), "{text}");
        assert!(text.contains("\n  `blocks.1.weight[1, 0]`: analytic"), "{text}");
        assert!(text.contains("\n  `first.bias[1]`: analytic"), "{text}");
    }

    #[test]
    fn single_precision_has_its_own_defaults() {
        let model = Vector { x: [0.3f32, -1.0, 2.0] };
        let cost = |model: &Vector<f32, 3>| model.x.iter().map(|x| x * x * x / 3.0).sum::<f32>();
        let mut gradients = Vector { x: model.x.map(|x| x * x) };
        check_gradient(&model, &gradients, cost, CheckOptions::default()).unwrap();
        gradients.x[2] *= 1.05;
        assert_eq!(check_gradient(&model, &gradients, cost, CheckOptions::default()).unwrap_err().count, 1);
        let loose = CheckOptions::default().tolerance(0.1).floor(1.0).step(0.01);
        check_gradient(&model, &gradients, cost, loose).unwrap();
    }

    #[test]
    fn the_difference_of_the_course() {
        assert_eq!(relative_difference(1.0, 2.0, 0.0), 0.5);
        assert_eq!(relative_difference(0.0, 1e-3, 0.1), 0.01);
        assert_eq!(relative_difference(0.0, 0.0, 0.0), 0.0);
        assert!(relative_difference(1.0, f64::NAN, 0.1).is_nan());
    }
}
