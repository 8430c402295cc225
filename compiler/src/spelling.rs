//! What was probably meant by a name that nothing bears: the nearest of those that are known.

/// The nearest name, if it is near enough that a slip of the keyboard explains the difference.
pub fn did_you_mean<'n, S: AsRef<str>>(name: &str, names: &'n [S]) -> Option<&'n str> {
    let length = name.chars().count();
    let limit = if length == 2 { 1 } else { length / 3 };
    names
        .iter()
        .map(|candidate| (distance(name, candidate.as_ref()), candidate.as_ref()))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != name)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap neighbours) between two words; upper and lower case count half.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        for (name, expected) in [
            ("rleu", Some("relu")),
            ("Softmax", Some("softmax")),
            ("bais", Some("bias")),
            ("hidden", None),
            ("x", None),
            ("H", Some("h")),
        ] {
            assert_eq!(did_you_mean(name, &["relu", "softmax", "bias", "h"]), expected, "{name}");
        }
    }
}
