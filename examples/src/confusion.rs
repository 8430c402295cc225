//! How often each class was taken for which.

use std::fmt;

/// A confusion matrix: rows are the true classes, columns what was said.
pub struct Confusion {
    classes: Vec<String>,
    counts: Vec<usize>,
}

impl Confusion {
    /// Of the true labels against the predicted ones.
    ///
    /// # Panics
    /// If the two are not of one length, or name a class that is not there.
    #[must_use]
    pub fn new(classes: &[String], labels: &[u32], predictions: &[u32]) -> Self {
        assert_eq!(labels.len(), predictions.len(), "each label has its prediction");
        let mut counts = vec![0; classes.len() * classes.len()];
        for (&label, &prediction) in labels.iter().zip(predictions) {
            counts[label as usize * classes.len() + prediction as usize] += 1;
        }
        Self { classes: classes.to_vec(), counts }
    }

    /// How many were recognised.
    #[must_use]
    pub fn right(&self) -> usize {
        self.counts.iter().step_by(self.classes.len() + 1).sum()
    }

    /// How many there were.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The share that was recognised; of nothing, NaN.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        self.right() as f64 / self.total() as f64
    }
}

/// The accuracy as people say it: `96.94 % (349 of 360)`.
pub struct Accuracy<'a>(pub &'a Confusion);

impl fmt::Display for Accuracy<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let confusion = self.0;
        let percent = 100.0 * confusion.accuracy();
        write!(formatter, "{percent:.2} % ({} of {})", confusion.right(), confusion.total())
    }
}

impl fmt::Display for Confusion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.classes.iter().map(|name| name.chars().count());
        let counts = self.counts.iter().map(|count| count.to_string().len());
        let width = names.chain(counts).max().unwrap_or(0);
        let side = width.max("true \\ said".len());
        write!(formatter, "{:side$}", "true \\ said")?;
        for class in &self.classes {
            write!(formatter, "  {class:>width$}")?;
        }
        writeln!(formatter, "  recognised")?;
        let size = self.classes.len();
        for (class, (name, row)) in self.classes.iter().zip(self.counts.chunks(size)).enumerate() {
            write!(formatter, "{name:>side$}")?;
            for &count in row {
                // Zeros would hide what there is to see.
                let text = if count == 0 { "·".to_owned() } else { count.to_string() };
                write!(formatter, "  {text:>width$}")?;
            }
            let total: usize = row.iter().sum();
            if total == 0 {
                writeln!(formatter, "  {:>10}", "-")?;
            } else {
                writeln!(formatter, "  {:>8.1} %", 100.0 * row[class] as f64 / total as f64)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn counts_and_aligns() {
        let confusion =
            Confusion::new(&classes(&["malignant", "benign"]), &[0, 0, 1, 1, 1], &[0, 1, 1, 1, 1]);
        assert_eq!(Accuracy(&confusion).to_string(), "80.00 % (4 of 5)");
        let expected = "\
true \\ said  malignant     benign  recognised
  malignant          1          1      50.0 %
     benign          ·          3     100.0 %
";
        assert_eq!(confusion.to_string(), expected);
    }

    #[test]
    fn a_class_without_samples_has_no_share() {
        let confusion = Confusion::new(&classes(&["0", "1"]), &[0], &[0]);
        assert!(confusion.to_string().ends_with("1  ·  ·           -\n"), "{confusion}");
        assert!(Confusion::new(&classes(&["0"]), &[], &[]).accuracy().is_nan());
    }
}
