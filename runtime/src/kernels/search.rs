//! The place of the largest of some neighbours. Decides nothing about where it is asked for.

use super::cpu::Cpu;
use super::dispatch::MatmulFloat;
use super::vector::Vector;
use crate::Float;

/// The first place of the largest of a row, and its value: of what is no number, if there is such a one; 0 and −∞ of
/// nothing. A part of its caller, which is compiled for the CPU.
#[inline(always)]
#[must_use]
pub fn largest<F: Float>(cpu: Cpu, row: &[F]) -> (usize, F) {
    <F as MatmulFloat>::largest(cpu, row)
}

/// One after the other.
#[inline(always)]
pub(super) fn plain<F: Float>(row: &[F]) -> (usize, F) {
    let (mut place, mut largest) = (0, -F::INFINITY);
    for (i, &x) in row.iter().enumerate() {
        // The first that is no number is the last that counts.
        if x > largest || is_nan(x) && !is_nan(largest) {
            (place, largest) = (i, x);
        }
    }
    (place, largest)
}

#[inline(always)]
fn is_nan<F: Float>(x: F) -> bool {
    x.partial_cmp(&x).is_none()
}

/// By vectors of one type, the last of which may have elements in common with the one before: what the largest is,
/// then where, two vectors at a time, as many as a short row has.
///
/// # Safety
/// The CPU features of `V`.
#[inline(always)]
pub(super) unsafe fn by_vectors<V: Vector>(row: &[V::Float]) -> (usize, V::Float) {
    let Some(last) = row.len().checked_sub(V::LEN) else { return plain(row) };
    // SAFETY: each vector begins at `last` or before.
    unsafe {
        let vector = |start: usize| V::load(row.as_ptr().add(start.min(last)));
        let mut largest = vector(0);
        let mut numbers = largest.equal(largest);
        let mut start = V::LEN;
        while start < row.len() {
            let x = vector(start);
            largest = largest.max(x);
            numbers &= x.equal(x);
            start += V::LEN;
        }
        if numbers.count_ones() as usize != V::LEN {
            return plain(row);
        }
        let largest = V::splat(largest.largest());
        let mut start = 0;
        while start < row.len() {
            let second = (start + V::LEN).min(last);
            let first = start.min(last);
            let found = u64::from(vector(first).equal(largest))
                | u64::from(vector(second).equal(largest)) << (second - first);
            if found != 0 {
                let place = first + found.trailing_zeros() as usize;
                return (place, row[place]);
            }
            start += 2 * V::LEN;
        }
    }
    plain(row)
}
