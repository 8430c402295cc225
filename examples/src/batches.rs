//! The order in which samples are met: reproducible anywhere, so that another program can follow it.
//!
//! SplitMix64 (G. Steele, D. Lea, C. Flood, 2014) drives a Fisher-Yates shuffle from the back: the partner of
//! place `i` is the upper half of the 128-bit product of the next number and `i + 1`. Each epoch shuffles
//! the order of the one before, the first one 0, 1, 2, …

use crate::data::Samples;

/// Steele, Lea and Flood's generator of 64-bit numbers.
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Puts `order` in a new order.
    pub fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            order.swap(last, self.below(last + 1));
        }
    }
}

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
    fn first_numbers_are_the_published_ones() {
        // The test vector of the generator's reference implementation, seed 1234567.
        let mut random = SplitMix64::new(1_234_567);
        let expected: [u64; 3] =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([random.next(), random.next(), random.next()], expected);
    }

    #[test]
    fn a_shuffle_keeps_every_sample_and_depends_on_the_seed() {
        let shuffled = |seed| {
            let mut order: Vec<usize> = (0..100).collect();
            SplitMix64::new(seed).shuffle(&mut order);
            order
        };
        let mut sorted = shuffled(1);
        assert_eq!(sorted, shuffled(1));
        assert_ne!(sorted, shuffled(2));
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..100));
    }

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
