//! How a program holds its numbers against known ones, and tells.

use std::fmt::Display;
use std::process::ExitCode;

use chainrule::Params;
use serde_json::Value;

/// Counts what was compared and prints each disagreement.
#[derive(Default)]
pub struct Checks {
    compared: usize,
    failed: usize,
}

impl Checks {
    /// The same bits.
    pub fn same_bits(&mut self, what: impl Display, found: f32, expected: f32) {
        let same = found.to_bits() == expected.to_bits();
        self.record(same, || format!("{what} is {found:?}, expected {expected:?} bit for bit"));
    }

    /// Within `tolerance` of `expected`, relative to it where it is larger than 1.
    pub fn close(&mut self, what: impl Display, found: f64, expected: f64, tolerance: f64) {
        let apart = (found - expected).abs();
        // A NaN is close to nothing.
        let close = apart <= tolerance * expected.abs().max(1.0);
        self.record(close, || format!("{what} is {found:?}, expected {expected:?} within {tolerance:e}"));
    }

    /// As [`close`](Self::close), element by element.
    pub fn all_close(&mut self, what: impl Display, found: &[f64], expected: &[f64], tolerance: f64) {
        let (count, wanted) = (found.len(), expected.len());
        self.record(count == wanted, || format!("{what} has {count} elements, expected {wanted}"));
        for (position, (found, expected)) in found.iter().zip(expected).enumerate() {
            self.close(format_args!("{what}[{position}]"), *found, *expected, tolerance);
        }
    }

    /// A gradient too large to be written down: its length, and its part along sin(0.9 i + 0.3 `place`), which
    /// stand at `path` of the known numbers.
    pub fn fingerprint(&mut self, known: &Known, path: &str, found: &[f64], place: usize, tolerance: f64) {
        let norm = found.iter().map(|part| part * part).sum::<f64>().sqrt();
        let direction = |position: usize| (0.9 * position as f64 + 0.3 * place as f64).sin();
        let along = found.iter().enumerate().map(|(position, part)| direction(position) * part).sum::<f64>();
        let expected = known.number(&format!("{path}/norm"));
        self.close(format_args!("the length of {path}"), norm, expected, tolerance);
        // The part may be small where the gradient is not.
        let tolerance = tolerance * expected.max(1.0);
        let part = known.number(&format!("{path}/along"));
        self.record((along - part).abs() <= tolerance, || {
            format!("the part of {path} is {along:?}, expected {part:?} within {tolerance:e}")
        });
    }

    /// Something that must be true.
    pub fn holds(&mut self, what: impl Display, condition: bool) {
        self.record(condition, || format!("not so: {what}"));
    }

    fn record(&mut self, holds: bool, message: impl FnOnce() -> String) {
        self.compared += 1;
        if !holds {
            self.failed += 1;
            eprintln!("DISAGREES: {}", message());
        }
    }

    /// The last line of a program, and its exit code.
    #[must_use]
    pub fn finish(self) -> ExitCode {
        if self.failed == 0 {
            println!("all {} comparisons agree", self.compared);
            return ExitCode::SUCCESS;
        }
        eprintln!("{} of {} comparisons disagree", self.failed, self.compared);
        ExitCode::FAILURE
    }
}

/// A file of known numbers that is compiled into the program.
pub struct Known(Value);

impl Known {
    /// # Panics
    /// If the text is not JSON.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("the known numbers are JSON"))
    }

    /// The number at a path such as `/lambda/0/cost`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn number(&self, path: &str) -> f64 {
        let value = self.0.pointer(path).and_then(Value::as_f64);
        value.unwrap_or_else(|| panic!("no number at {path} of the known numbers"))
    }

    /// How many elements the list at a path has.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        let list = self.0.pointer(path).and_then(Value::as_array);
        list.unwrap_or_else(|| panic!("no list at {path} of the known numbers")).len()
    }

    /// The list of numbers at a path.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn numbers(&self, path: &str) -> Vec<f64> {
        (0..self.count(path)).map(|position| self.number(&format!("{path}/{position}"))).collect()
    }
}

/// Fills the parameters as both sides of a comparison do: 0.3 sin(1.7 i + 0.5 k), `i` the place of an element in its
/// tensor, `k` that of the tensor in the network.
pub fn fill<P: Params<Float = f64>>(model: &mut P) {
    let lengths: Vec<usize> = model.tensors().iter().map(|tensor| tensor.data.len()).collect();
    let mut rest = model.as_mut_slice();
    for (number, length) in lengths.into_iter().enumerate() {
        let (tensor, others) = rest.split_at_mut(length);
        for (position, weight) in tensor.iter_mut().enumerate() {
            *weight = 0.3 * (1.7 * position as f64 + 0.5 * number as f64).sin();
        }
        rest = others;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_disagrees() {
        let mut checks = Checks::default();
        checks.same_bits("zero", 0.0, 0.0);
        checks.close("large", 1e6, 1e6 + 1e-4, 1e-9);
        checks.all_close("list", &[1.0, 2.0], &[1.0, 2.0], 0.0);
        checks.holds("truth", true);
        assert_eq!((checks.compared, checks.failed), (6, 0));
        checks.same_bits("signed zero", 0.0, -0.0);
        checks.close("not a number", f64::NAN, 1.0, 1.0);
        checks.close("off", 1.0, 1.1, 1e-9);
        checks.all_close("short list", &[1.0], &[1.0, 2.0], 0.0);
        checks.holds("falsehood", false);
        assert_eq!(checks.failed, 5);
    }

    #[test]
    fn a_gradient_is_known_by_its_length_and_a_part() {
        let known = Known::new(r#"{"w": {"norm": 5.0, "along": 4.614716963852924}}"#);
        let mut checks = Checks::default();
        checks.fingerprint(&known, "/w", &[3.0, 4.0], 1, 1e-12);
        assert_eq!((checks.compared, checks.failed), (2, 0));
        checks.fingerprint(&known, "/w", &[4.0, 3.0], 1, 1e-12);
        checks.fingerprint(&known, "/w", &[f64::NAN, 3.0], 1, 1e-12);
        assert_eq!(checks.failed, 3);
    }

    #[test]
    fn reads_numbers_by_path() {
        let known = Known::new(r#"{"lambda": {"0": {"cost": 2.5, "gradient": [1, -0.5]}}}"#);
        assert_eq!(known.number("/lambda/0/cost"), 2.5);
        assert_eq!(known.numbers("/lambda/0/gradient"), [1.0, -0.5]);
    }
}
