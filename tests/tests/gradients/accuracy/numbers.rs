//! What the networks are given, and how far gradients are apart: for the test here and for that of the compiler, which
//! computes the same in plain loops.

/// An element of a tensor, of the parameters and then the arguments, in order: in [−1, 1), a multiple of 2⁻²³,
/// which `f32` holds. Parameters are [`scale`] times that.
pub fn number(tensor: usize, element: usize) -> f64 {
    let mut bits =
        ((tensor as u64) << 32 | element as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 40) as f64 / f64::from(1 << 23) - 1.0
}

/// What keeps a layer's outputs near 1: a power of two near the fourth root of the number of weights.
pub fn scale(count: usize) -> f64 {
    0.5_f64.powi((count.next_power_of_two().trailing_zeros() / 4).cast_signed())
}

/// The class of a row.
pub fn label(row: usize) -> u32 {
    (7 * row as u32 + 3) % 10
}

/// The batch.
pub const ROWS: usize = 5;

/// What is this small everywhere is no gradient but rounding: that of the keys' bias, which softmax does not see.
pub const ROUNDING: f64 = 1e-12;

/// Σ (a − b)² over Σ b², rooted.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|number| number * number).sum::<f64>();
    (squares(&mut a.iter().zip(b).map(|(a, b)| a - b)) / squares(&mut b.iter().copied())).sqrt()
}
