//! Some samples in a row, as a network takes them. Each epoch shuffles the order of the one before
//! ([`SplitMix64::shuffle`](crate::random::SplitMix64::shuffle)), the first one 0, 1, 2, …

use crate::data::Samples;

/// Some samples in a row, as a network takes them.
pub struct Batch<const F: usize> {
    /// One row of features each.
    pub x: Vec<[f32; F]>,
    /// Their classes.
    pub label: Vec<u32>,
}

impl<const F: usize> Batch<F> {
    /// A batch of nothing, with room for `capacity` samples.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { x: Vec::with_capacity(capacity), label: Vec::with_capacity(capacity) }
    }

    /// Takes the samples at these positions, in their order, instead of what it held.
    ///
    /// # Panics
    /// If the samples do not have `F` features each.
    pub fn fill(&mut self, samples: &Samples, positions: &[usize]) {
        let rows = samples.rows::<F>();
        self.x.clear();
        self.x.extend(positions.iter().map(|&position| rows[position]));
        self.label.clear();
        self.label.extend(positions.iter().map(|&position| samples.labels[position]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_the_samples_asked_for() {
        let samples = Samples::new(2, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], vec![7, 8, 9]);
        let mut batch = Batch::<2>::with_capacity(2);
        batch.fill(&samples, &[1]);
        batch.fill(&samples, &[2, 0]);
        assert_eq!(batch.x, [[4.0, 5.0], [0.0, 1.0]]);
        assert_eq!(batch.label, [9, 7]);
    }
}
