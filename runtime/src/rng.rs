//! The random generator of the initialisers and of shuffling.
//!
//! A seed gives the same values on every platform and in every build: the generator is PCG64
//! (O'Neill, 2014; XSL-RR 128/64, crate `rand_pcg`), and what is made of its bits uses only this
//! crate's own functions. Not for secrets.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64;

use crate::math::{self, Cpu};

/// A seeded random generator, PCG64.
///
/// ```
/// use chainrule::Rng;
///
/// let mut rng = Rng::new(42);
/// let mut order: [usize; 10] = core::array::from_fn(|i| i);
/// rng.shuffle(&mut order);          // the rows of one epoch
/// assert!((0.0..1.0).contains(&rng.uniform()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    generator: Pcg64,
}

impl Rng {
    /// A generator of its own for each seed; nearby seeds give unrelated values.
    ///
    /// The seed is spread over PCG64's 256 bits of state by SplitMix64 (Steele, Lea and Flood,
    /// 2014).
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        Self { generator: Pcg64::from_seed(bytes) }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Evenly distributed over 0..1, a multiple of 2⁻⁵³; never 1.
    #[allow(clippy::cast_precision_loss)]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Normally distributed, mean 0 and standard deviation 1 (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * math::f64::sqrt(-2.0 * math::f64::ln(Cpu::PLAIN, square) / square);
            }
        }
    }

    /// A whole number in 0..`bound`, each equally likely.
    ///
    /// # Panics
    /// If `bound` is 0.
    #[allow(clippy::cast_possible_truncation)]
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "Rng::below: the bound is 0");
        let bound = bound as u64;
        // Lemire's method (2019): multiply, and reject the few products that would favour some.
        let reject = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            if product as u64 >= reject {
                return (product >> 64) as usize;
            }
        }
    }

    /// Puts `items` in a random order, each equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn the_same_seed_gives_the_same_bits_for_ever() {
        // Computed from the definitions of SplitMix64 and PCG64, apart from this crate.
        let mut rng = Rng::new(42);
        let first = [rng.bits(), rng.bits()];
        assert_eq!(first, [0xe1cf_b479_32bf_9142, 0x8a79_5460_2d7e_3dab]);
        assert_ne!(Rng::new(43).bits(), first[0]);
    }

    #[test]
    fn moments() {
        let mut rng = Rng::new(1);
        let count = 100_000;
        let (mut mean, mut square, mut fourth, mut even) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..count {
            let z = rng.normal();
            mean += z / f64::from(count);
            square += z * z / f64::from(count);
            fourth += z * z * z * z / f64::from(count);
            even += rng.uniform() / f64::from(count);
        }
        assert!(mean.abs() < 0.01 && (square - 1.0).abs() < 0.02 && (fourth - 3.0).abs() < 0.15);
        assert!((even - 0.5).abs() < 0.005);
    }

    #[test]
    fn a_shuffle_is_a_permutation_and_each_place_is_equally_likely() {
        let mut rng = Rng::new(3);
        let mut counts = [[0u32; 5]; 5];
        for _ in 0..10_000 {
            let mut items = [0, 1, 2, 3, 4];
            rng.shuffle(&mut items);
            for (place, &item) in items.iter().enumerate() {
                counts[place][item] += 1;
            }
        }
        for count in counts.as_flattened() {
            assert!((1_800..2_200).contains(count), "{counts:?}");
        }
        rng.shuffle::<u8>(&mut []);
    }
}
