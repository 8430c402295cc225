//! Every function of the library against `oracles/values/functions.json`: value, first and second derivative of the
//! scalar ones, value and gradient of those of tensors, in the tails and where the language promises a convention.

mod scalars;
// The macro warns of second derivatives that are zero, as that of |x| is.
#[allow(deprecated)]
mod stability;
mod vectors;

use serde_json::Value;

/// Where a number of the table stands, and how near it a result must be.
struct Place<'t> {
    function: &'t str,
    relative: bool,
}

impl<'t> Place<'t> {
    fn of(case: &'t Value) -> Self {
        Self {
            function: super::oracle::text(case, "name"),
            relative: case["relative"].as_bool().expect("a flag"),
        }
    }

    /// Holds a result against the table: NaN there is no promise; what is relative is so however small it is.
    fn check(&self, what: &str, found: f64, expected: f64, tolerance: f64, wrong: &mut Vec<String>) {
        let scale =
            if self.relative { expected.abs().max(f64::MIN_POSITIVE) } else { expected.abs().max(1.0) };
        let right = expected.is_nan() || found == expected || (found - expected).abs() <= tolerance * scale;
        if !right {
            let apart = (found - expected).abs() / scale;
            wrong
                .push(format!("{}: {what} is {found:e}, expected {expected:e} ({apart:.1e})", self.function));
        }
    }
}
