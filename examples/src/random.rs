//! Random numbers that are the same anywhere, so that another program can follow them.
//!
//! SplitMix64 (G. Steele, D. Lea, C. Flood, 2014) drives a Fisher-Yates shuffle from the back: the partner of
//! place `i` is the upper half of the 128-bit product of the next number and `i + 1`.

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

    /// A whole number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number from 0 to 1.
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A nearly normal number, the same bits on any machine: the sum of twelve uniform ones, less 6.
    pub fn normal(&mut self) -> f64 {
        (0..12).fold(0.0, |sum, _| sum + self.uniform()) - 6.0
    }

    /// So many uniform numbers, of the generator with this seed.
    #[must_use]
    pub fn uniforms(seed: u64, count: usize) -> Vec<f64> {
        let mut random = Self::new(seed);
        (0..count).map(|_| random.uniform()).collect()
    }

    /// So many nearly normal numbers, of the generator with this seed.
    #[must_use]
    pub fn normals(seed: u64, count: usize) -> Vec<f64> {
        let mut random = Self::new(seed);
        (0..count).map(|_| random.normal()).collect()
    }

    /// Puts `order` in a new order.
    pub fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            order.swap(last, self.below(last + 1));
        }
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
    fn uniform_and_normal_numbers_have_their_mean_and_variance() {
        let moments = |numbers: Vec<f64>| {
            let count = numbers.len() as f64;
            let mean = numbers.iter().sum::<f64>() / count;
            (mean, numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / count)
        };
        let (mean, variance) = moments(SplitMix64::uniforms(7, 10_000));
        assert!((mean - 0.5).abs() < 0.01 && (variance - 1.0 / 12.0).abs() < 0.003, "{mean} {variance}");
        let (mean, variance) = moments(SplitMix64::normals(7, 10_000));
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
}
