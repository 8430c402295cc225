//! Data sets from files. Whatever is wrong with a file is said with the file, the line or the byte, what was
//! found and what was expected; nothing is guessed, skipped or repaired.

use std::path::{Path, PathBuf};
use std::{error, fmt, fs};

mod idx;
mod table;

pub use table::read_tumours;

/// Samples of some features each, and their classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// How many features a sample has.
    pub features: usize,
    values: Vec<f32>,
    /// The class of each sample.
    pub labels: Vec<u32>,
    /// What the classes are called.
    pub classes: Vec<String>,
}

impl Samples {
    /// Samples with the digits 0 to 9 for classes.
    ///
    /// # Panics
    /// If there are not `features` values for each label.
    #[must_use]
    pub fn new(features: usize, values: Vec<f32>, labels: Vec<u32>) -> Self {
        assert_eq!(values.len(), features * labels.len(), "as many features for each label");
        let classes = (0..10).map(|digit| digit.to_string()).collect();
        Self { features, values, labels, classes }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// One row of features a sample.
    ///
    /// # Panics
    /// If they have not `F` features.
    #[must_use]
    pub fn rows<const F: usize>(&self) -> &[[f32; F]] {
        assert_eq!(self.features, F, "a sample has {} features", self.features);
        self.values.as_chunks().0
    }

    /// The first `count` samples, and the others.
    ///
    /// # Panics
    /// If there are fewer than `count`.
    #[must_use]
    pub fn split_at(mut self, count: usize) -> (Self, Self) {
        let values = self.values.split_off(count * self.features);
        let labels = self.labels.split_off(count);
        let rest = Self { features: self.features, values, labels, classes: self.classes.clone() };
        (self, rest)
    }

    /// The samples at these positions.
    #[must_use]
    pub fn select(&self, positions: impl Iterator<Item = usize>) -> Self {
        let (mut values, mut labels) = (Vec::new(), Vec::new());
        for position in positions {
            values.extend_from_slice(&self.values[position * self.features..][..self.features]);
            labels.push(self.labels[position]);
        }
        Self { features: self.features, values, labels, classes: self.classes.clone() }
    }
}

/// What is wrong with a file, and where.
#[derive(Debug)]
pub struct DataError {
    file: PathBuf,
    place: Place,
    problem: String,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Whole,
    Line(u64),
    Byte(usize),
}

impl DataError {
    fn new(file: &Path, place: Place, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place, problem: problem.into() }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, problem) = (self.file.display(), &self.problem);
        match self.place {
            Place::Whole => write!(formatter, "{file}: {problem}"),
            Place::Line(line) => write!(formatter, "{file}:{line}: {problem}"),
            Place::Byte(byte) => write!(formatter, "{file}: byte {byte}: {problem}"),
        }
    }
}

impl error::Error for DataError {}

/// A form in which handwritten digits come: so many grey values from 0 to `brightest`, and the digit.
struct Form {
    pixels: usize,
    brightest: u32,
}

/// The 8 × 8 digits of UCI, and the 28 × 28 ones of MNIST. All are read as numbers from 0 to 1.
const FORMS: [Form; 2] = [Form { pixels: 64, brightest: 16 }, Form { pixels: 784, brightest: 255 }];

/// Handwritten digits to learn from, and others to be tested on.
#[derive(Debug)]
pub struct Digits {
    /// To learn from.
    pub train: Samples,
    /// To be tested on.
    pub test: Samples,
}

impl Digits {
    /// Reads a table (64 or 784 grey values and the digit, a line each, no header) or a file of images in
    /// MNIST's IDX form, whose labels stand in a second file, `labels`, or the one of the usual name.
    ///
    /// MNIST's training images are tested on its test images where these lie in the same folder and no
    /// `labels` are given; anything else is split: the first four fifths train.
    ///
    /// # Errors
    /// A file that is missing, cut off, or not what it should be.
    pub fn read(path: &Path, labels: Option<&Path>) -> Result<Self, DataError> {
        let bytes = load(path)?;
        if !idx::is_idx(&bytes) {
            if let Some(labels) = labels {
                let problem = "not needed: only IDX files have their labels in a second file";
                return Err(DataError::new(labels, Place::Whole, problem));
            }
            return Ok(Self::split(table::parse_digits(path, &bytes)?));
        }
        let train = idx::read(path, &bytes, labels)?;
        match idx::test_images(path).filter(|test| labels.is_none() && test.exists()) {
            Some(test) => Ok(Self { train, test: idx::read(&test, &load(&test)?, None)? }),
            None => Ok(Self::split(train)),
        }
    }

    fn split(samples: Samples) -> Self {
        let count = samples.len() * 4 / 5;
        let (train, test) = samples.split_at(count);
        Self { train, test }
    }
}

/// The whole of a file.
fn load(path: &Path) -> Result<Vec<u8>, DataError> {
    fs::read(path).map_err(|error| DataError::new(path, Place::Whole, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the data sets lie that come with the examples.
    fn shipped(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
    }

    #[test]
    fn the_shipped_digits_have_the_usual_split() {
        let digits = Digits::read(&shipped("digits.csv"), None).unwrap();
        assert_eq!((digits.train.len(), digits.test.len()), (1437, 360));
        assert_eq!(digits.train.features, 64);
        assert_eq!(digits.train.labels[..12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
        assert_eq!(digits.train.rows::<64>()[0][2], 5.0 / 16.0);
        assert_eq!(digits.test.labels.last(), Some(&8));
    }

    #[test]
    fn the_shipped_tumours_are_whole() {
        let tumours = read_tumours(&shipped("breast_cancer.csv")).unwrap();
        assert_eq!((tumours.len(), tumours.features), (569, 30));
        assert_eq!(tumours.classes, ["malignant", "benign"]);
        assert_eq!(tumours.labels.iter().filter(|&&label| label == 0).count(), 212);
        assert_eq!(tumours.rows::<30>()[0][3], 1001.0);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Digits::read(Path::new("no/such/digits.csv"), None).unwrap_err();
        assert!(error.to_string().starts_with("no/such/digits.csv: "), "{error}");
    }

    #[test]
    fn a_table_has_no_second_file() {
        let error = Digits::read(&shipped("digits.csv"), Some(Path::new("labels"))).unwrap_err();
        let expected = "labels: not needed: only IDX files have their labels in a second file";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn parts_of_samples_keep_features_and_labels_together() {
        let samples = Samples::new(1, vec![1.0, 2.0, 3.0], vec![4, 5, 6]);
        assert_eq!(samples.select([2, 0].into_iter()), Samples::new(1, vec![3.0, 1.0], vec![6, 4]));
        let (first, rest) = samples.split_at(2);
        assert_eq!(first, Samples::new(1, vec![1.0, 2.0], vec![4, 5]));
        assert_eq!(rest, Samples::new(1, vec![3.0], vec![6]));
        assert!(!rest.is_empty());
    }
}
