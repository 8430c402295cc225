//! Random numbers as pure functions of a key and a position: Threefry-2×32 with 20 rounds.

use crate::ir::Half;

/// Rotations of the eight rounds that repeat.
const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];

/// Evenly distributed over 0..1.
pub fn uniform(key: u64, position: u64) -> f64 {
    (bits(key, position) >> 12) as f64 / (1_u64 << 52) as f64
}

/// A key of its own for each number.
pub fn fold(key: u64, number: u64) -> u64 {
    bits(!key, number)
}

/// One of the two words of a key.
pub fn word(key: u64, half: Half) -> u32 {
    match half {
        Half::Low => key as u32,
        Half::High => (key >> 32) as u32,
    }
}

/// The key of two words.
pub fn key(low: u64, high: u64) -> u64 {
    low | high << 32
}

fn bits(key: u64, position: u64) -> u64 {
    let words = |value: u64| (value as u32, (value >> 32) as u32);
    let ((k0, k1), (mut x, mut y)) = (words(key), words(position));
    let keys = [k0, k1, k0 ^ k1 ^ 0x1bd1_1bda];
    x = x.wrapping_add(keys[0]);
    y = y.wrapping_add(keys[1]);
    for round in 0..20 {
        x = x.wrapping_add(y);
        y = y.rotate_left(ROTATIONS[round % 8]) ^ x;
        if round % 4 == 3 {
            let group = round / 4 + 1;
            x = x.wrapping_add(keys[group % 3]);
            y = y.wrapping_add(keys[(group + 1) % 3]).wrapping_add(group as u32);
        }
    }
    u64::from(x) | u64::from(y) << 32
}

#[cfg(test)]
mod tests {
    #[test]
    fn known_answers() {
        // From the test vectors of Random123 (`kat_vectors`, threefry2x32 20).
        assert_eq!(super::bits(0, 0), 0x99ba_4efe_6b20_0159);
        assert_eq!(super::bits(u64::MAX, u64::MAX), 0xbb00_2be7_1cb9_96fc);
        assert_eq!(super::bits(0x0370_7344_1319_8a2e, 0x85a3_08d3_243f_6a88), 0x483d_f7a0_c492_3a9c);
    }
}
