//! How a program holds its numbers against known ones, and tells.

use std::fmt::Display;
use std::process::ExitCode;

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

    /// The list of numbers at a path.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn numbers(&self, path: &str) -> Vec<f64> {
        let list = self.0.pointer(path).and_then(Value::as_array);
        let list = list.unwrap_or_else(|| panic!("no list at {path} of the known numbers"));
        (0..list.len()).map(|position| self.number(&format!("{path}/{position}"))).collect()
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
    fn reads_numbers_by_path() {
        let known = Known::new(r#"{"lambda": {"0": {"cost": 2.5, "gradient": [1, -0.5]}}}"#);
        assert_eq!(known.number("/lambda/0/cost"), 2.5);
        assert_eq!(known.numbers("/lambda/0/gradient"), [1.0, -0.5]);
    }
}
