//! Tables of numbers, a sample a line, its class last.

use std::ops::RangeInclusive;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{DataError, FORMS, Place, Samples, load};

/// Digits: 64 or 784 whole grey values and the digit, as many on every line.
pub(super) fn parse_digits(file: &Path, bytes: &[u8]) -> Result<Samples, DataError> {
    let mut form = None;
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for line in lines(file, bytes) {
        let line = line?;
        let form = match form {
            Some(form) => form,
            None => *form.insert(FORMS.iter().find(|form| form.pixels + 1 == line.fields.len()).ok_or_else(
                || {
                    let [small, large] = FORMS.map(|form| form.pixels + 1);
                    line.error(format!(
                        "{} fields, expected {small} or {large}: the pixels and the digit",
                        line.fields.len()
                    ))
                },
            )?),
        };
        line.expect_fields(form.pixels + 1)?;
        for place in 0..form.pixels {
            let grey = line.whole(place, 0..=form.brightest)?;
            values.push(grey as f32 / form.brightest as f32);
        }
        labels.push(line.whole(form.pixels, 0..=9)?);
    }
    match form {
        Some(form) => Ok(Samples::new(form.pixels, values, labels)),
        None => Err(DataError::new(file, Place::Whole, "no lines, expected a sample on each")),
    }
}

/// Reads a table whose first line says how many samples there are, how many features each has, and what the
/// classes are called: `569,30,malignant,benign`. Every other line has its features and the class, from 0.
///
/// # Errors
/// A file that is missing, cut off, or not what it should be.
pub fn read_tumours(path: &Path) -> Result<Samples, DataError> {
    parse_tumours(path, &load(path)?)
}

fn parse_tumours(file: &Path, bytes: &[u8]) -> Result<Samples, DataError> {
    let mut lines = lines(file, bytes);
    let head = lines
        .next()
        .unwrap_or_else(|| Err(DataError::new(file, Place::Whole, "empty, expected a first line")))?;
    if head.fields.len() < 4 {
        let found = head.fields.len();
        return Err(
            head.error(format!("{found} fields, expected samples, features and at least two classes"))
        );
    }
    let (count, features) = (head.whole(0, 1..=u32::MAX)? as usize, head.whole(1, 1..=10_000)? as usize);
    let classes: Vec<String> = head.fields.iter().skip(2).map(str::to_owned).collect();
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for line in lines {
        let line = line?;
        line.expect_fields(features + 1)?;
        for place in 0..features {
            values.push(line.real(place)?);
        }
        labels.push(line.whole(features, 0..=classes.len() as u32 - 1)?);
    }
    if labels.len() != count {
        let problem = format!("{} samples, expected {count} as the first line says", labels.len());
        return Err(DataError::new(file, Place::Whole, problem));
    }
    Ok(Samples { features, values, labels, classes })
}

struct Line<'a> {
    file: &'a Path,
    number: u64,
    fields: StringRecord,
}

fn lines<'a>(file: &'a Path, bytes: &'a [u8]) -> impl Iterator<Item = Result<Line<'a>, DataError>> {
    // Lines of other lengths come through, to be told with what was expected; a stray quote is a character.
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .trim(Trim::All)
        .from_reader(bytes);
    reader.into_records().map(move |record| match record {
        Ok(fields) => Ok(Line { file, number: fields.position().map_or(0, csv::Position::line), fields }),
        Err(error) => {
            let place = error.position().map_or(Place::Whole, |position| Place::Line(position.line()));
            Err(DataError::new(file, place, "not text in UTF-8"))
        }
    })
}

impl Line<'_> {
    fn error(&self, problem: String) -> DataError {
        DataError::new(self.file, Place::Line(self.number), problem)
    }

    fn expect_fields(&self, expected: usize) -> Result<(), DataError> {
        let found = self.fields.len();
        if found == expected {
            Ok(())
        } else {
            Err(self.error(format!("{found} fields, expected {expected}")))
        }
    }

    /// The whole number at a place, within `bounds`.
    fn whole(&self, place: usize, bounds: RangeInclusive<u32>) -> Result<u32, DataError> {
        let found = self.fields[place].parse().ok().filter(|number| bounds.contains(number));
        found.ok_or_else(|| {
            let (field, text, low, high) = (place + 1, &self.fields[place], bounds.start(), bounds.end());
            self.error(format!("field {field} is `{text}`, expected a whole number from {low} to {high}"))
        })
    }

    /// The number at a place.
    fn real(&self, place: usize) -> Result<f32, DataError> {
        let found = self.fields[place].parse().ok().filter(|number: &f32| number.is_finite());
        let (field, text) = (place + 1, &self.fields[place]);
        found.ok_or_else(|| self.error(format!("field {field} is `{text}`, expected a number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of 64 grey values and a digit.
    fn digit(grey: &str, label: &str) -> String {
        format!("{}{label}\n", format!("{grey},").repeat(64))
    }

    fn error_of_digits(text: &[u8]) -> String {
        parse_digits(Path::new("digits.csv"), text).unwrap_err().to_string()
    }

    fn error_of_tumours(text: &str) -> String {
        parse_tumours(Path::new("tumours.csv"), text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn digits_of_both_sizes() {
        let small = parse_digits(Path::new("digits.csv"), (digit("4", "7") + &digit(" 16 ", "0")).as_bytes())
            .unwrap();
        assert_eq!(small.labels, [7, 0]);
        assert_eq!(small.rows::<64>(), [[0.25; 64], [1.0; 64]]);
        let large = format!("{}3", "51,".repeat(784));
        let large = parse_digits(Path::new("digits.csv"), large.as_bytes()).unwrap();
        assert_eq!(large.rows::<784>(), [[0.2; 784]]);
    }

    #[test]
    fn wrong_digits() {
        let good = digit("0", "1");
        let after_good = |line: &str| error_of_digits((good.clone() + line).as_bytes());
        assert_eq!(error_of_digits(b""), "digits.csv: no lines, expected a sample on each");
        assert_eq!(
            error_of_digits(b"1,2,3\n"),
            "digits.csv:1: 3 fields, expected 65 or 785: the pixels and the digit"
        );
        assert_eq!(after_good("1,2,3\n"), "digits.csv:2: 3 fields, expected 65");
        assert_eq!(after_good(&good[2..]), "digits.csv:2: 64 fields, expected 65");
        assert_eq!(
            after_good(&digit("17", "1")),
            "digits.csv:2: field 1 is `17`, expected a whole number from 0 to 16"
        );
        assert_eq!(
            after_good(&digit("x", "1")),
            "digits.csv:2: field 1 is `x`, expected a whole number from 0 to 16"
        );
        assert_eq!(
            after_good(&digit("\"", "1")),
            "digits.csv:2: field 1 is `\"`, expected a whole number from 0 to 16"
        );
        assert_eq!(
            after_good(&digit("0.5", "1")),
            "digits.csv:2: field 1 is `0.5`, expected a whole number from 0 to 16"
        );
        assert_eq!(
            after_good(&digit("0", "10")),
            "digits.csv:2: field 65 is `10`, expected a whole number from 0 to 9"
        );
        assert_eq!(
            after_good(&digit("0", "")),
            "digits.csv:2: field 65 is ``, expected a whole number from 0 to 9"
        );
        assert_eq!(
            error_of_digits(&[good.as_bytes(), b"\xff,1\n"].concat()),
            "digits.csv:2: not text in UTF-8"
        );
    }

    #[test]
    fn tumours() {
        let text = "2,3,bad,good\n1.5,2,3e2,0\n4,5,6,1\n";
        let samples = parse_tumours(Path::new("tumours.csv"), text.as_bytes()).unwrap();
        assert_eq!(samples.rows::<3>(), [[1.5, 2.0, 300.0], [4.0, 5.0, 6.0]]);
        assert_eq!(samples.labels, [0, 1]);
        assert_eq!(samples.classes, ["bad", "good"]);
    }

    #[test]
    fn wrong_tumours() {
        assert_eq!(error_of_tumours(""), "tumours.csv: empty, expected a first line");
        assert_eq!(
            error_of_tumours("2,3\n"),
            "tumours.csv:1: 2 fields, expected samples, features and at least two classes"
        );
        assert_eq!(
            error_of_tumours("many,3,bad,good\n"),
            "tumours.csv:1: field 1 is `many`, expected a whole number from 1 to 4294967295"
        );
        assert_eq!(error_of_tumours("1,2,bad,good\n1,2\n"), "tumours.csv:2: 2 fields, expected 3");
        assert_eq!(
            error_of_tumours("1,2,bad,good\n1,?,0\n"),
            "tumours.csv:2: field 2 is `?`, expected a number"
        );
        assert_eq!(
            error_of_tumours("1,2,bad,good\n1,NaN,0\n"),
            "tumours.csv:2: field 2 is `NaN`, expected a number"
        );
        assert_eq!(
            error_of_tumours("1,2,bad,good\n1,2,2\n"),
            "tumours.csv:2: field 3 is `2`, expected a whole number from 0 to 1"
        );
        assert_eq!(
            error_of_tumours("3,2,bad,good\n1,2,0\n3,4,1\n"),
            "tumours.csv: 2 samples, expected 3 as the first line says"
        );
    }
}
