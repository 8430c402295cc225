//! Random numbers as pure functions of a key and a position: what `dropout` and `fold` become.
//!
//! Threefry-2×32 with 20 rounds (Salmon, Moraes, Dror and Shaw, 2011; also JAX's default
//! generator): additions, rotations and exclusive ors of 32-bit words, so that a plain loop over
//! positions becomes SIMD code. No state: equal keys give equal numbers, in any order.

/// Rotations of the eight rounds that repeat.
const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];

/// Threefry-2×32-20 of a counter under a key, each of two words, low word first.
#[inline(always)]
fn threefry(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    let keys = [key[0], key[1], key[0] ^ key[1] ^ 0x1bd1_1bda];
    let (mut x, mut y) = (counter[0].wrapping_add(keys[0]), counter[1].wrapping_add(keys[1]));
    for group in 0..5u32 {
        for round in 0..4 {
            x = x.wrapping_add(y);
            y = y.rotate_left(ROTATIONS[4 * (group as usize % 2) + round]) ^ x;
        }
        x = x.wrapping_add(keys[(group as usize + 1) % 3]);
        y = y.wrapping_add(keys[(group as usize + 2) % 3]).wrapping_add(group + 1);
    }
    [x, y]
}

/// The two words of a key, low word first: arrays of indices hold them.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub const fn words(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// The key of two words.
#[inline(always)]
#[must_use]
pub const fn key(low: u32, high: u32) -> u64 {
    low as u64 | (high as u64) << 32
}

/// 64 random bits for a position under a key.
#[inline(always)]
#[must_use]
pub fn bits(seed: u64, position: u64) -> u64 {
    let [low, high] = threefry(words(seed), words(position));
    key(low, high)
}

/// A key of its own for each `number`, unrelated to `key` and to those of other numbers.
///
/// ```
/// use chainrule::fold;
///
/// let key = 42;
/// let of_epoch = |epoch| fold(key, epoch);
/// assert_ne!(of_epoch(0), of_epoch(1));
/// ```
#[inline]
#[must_use]
pub fn fold(key: u64, number: u64) -> u64 {
    // Another counter space than that of the elements, by the inverted key.
    bits(!key, number)
}

/// Evenly distributed over 0..1, a multiple of 2⁻²⁴; never 1.
#[inline(always)]
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn uniform_f32(key: u64, position: usize) -> f32 {
    let [_, high] = threefry(words(key), words(position as u64));
    // By way of i32: SIMD units convert signed words.
    (high >> 8).cast_signed() as f32 * (1.0 / 16_777_216.0)
}

/// Evenly distributed over 0..1, a multiple of 2⁻⁵²; never 1.
#[inline(always)]
#[must_use]
pub fn uniform_f64(key: u64, position: usize) -> f64 {
    // The bits as the fraction of a number in 1..2: SIMD units need not convert 64-bit words.
    f64::from_bits((bits(key, position as u64) >> 12) | 0x3ff0_0000_0000_0000) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // From the test vectors of Random123 (`kat_vectors`, threefry2x32 20).
        for (key, counter, answer) in [
            ([0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]),
            ([!0, !0], [!0, !0], [0x1cb9_96fc, 0xbb00_2be7]),
            ([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3], [0xc492_3a9c, 0x483d_f7a0]),
        ] {
            assert_eq!(threefry(key, counter), answer);
        }
        assert_eq!(bits(0, 0), 0x99ba_4efe_6b20_0159);
    }

    #[test]
    fn moments() {
        let count = 20_000u32;
        let mean = |value: &dyn Fn(usize) -> f64| -> f64 {
            (0..count).map(|i| value(i as usize)).sum::<f64>() / f64::from(count)
        };
        for key in [0, 1, fold(0, 1), fold(1, 0)] {
            assert!((mean(&|i| f64::from(uniform_f32(key, i))) - 0.5).abs() < 0.01);
            assert!((mean(&|i| uniform_f64(key, i).powi(2)) - 1.0 / 3.0).abs() < 0.01);
            // Neighbours in position and in key are unrelated.
            assert!((mean(&|i| uniform_f64(key, i) * uniform_f64(key, i + 1)) - 0.25).abs() < 0.01);
            assert!((mean(&|i| uniform_f64(key, i) * uniform_f64(key + 1, i)) - 0.25).abs() < 0.01);
        }
        assert!((0..1_000).all(|i| (0.0..1.0).contains(&uniform_f32(7, i))));
    }

    #[test]
    fn folded_keys_differ() {
        let mut keys: Vec<u64> = (0..10).flat_map(|key| (0..100).map(move |i| fold(key, i))).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 1_000);
    }
}
