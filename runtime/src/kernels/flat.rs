//! A row times a matrix of few columns that are no whole vectors: the matrix is read as if it had no rows.
//!
//! Where columns lie without gaps, some rows together are whole vectors: 16 rows of 25 are 25 vectors of 16. Each of
//! those has a sum of its own, and its factors are elements of the row, put into their places; what belongs to one
//! column is added up at the end. Row by row, 25 columns are two vectors of which most cross a line of the cache.
//! A column times a row is computed likewise, for those who update by it.

use core::mem::MaybeUninit;

use super::matmul::{Lines, Product};
use super::vector::Vector;
use crate::Float;

/// Sums that are kept at a time leave so many registers to others.
const OTHERS: usize = 6;
/// So many times the rows that are whole vectors together are worth what adding up their sums takes.
const WORTH: usize = 4;

const fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Rows of `n` floats that are whole vectors together.
const fn rows(n: usize, len: usize) -> usize {
    len / greatest_common_divisor(n, len)
}

/// Those vectors.
const fn vectors(n: usize, len: usize) -> usize {
    n / greatest_common_divisor(n, len)
}

/// Which row each float is of in as many rows as a vector has floats: they are N vectors.
const fn places<const N: usize>(len: usize) -> Lines<[[u32; 16]; N]> {
    let mut places = [[0; 16]; N];
    let mut at = 0;
    while at < len * N {
        places[at / len][at % len] = (at / N) as u32;
        at += 1;
    }
    Lines(places)
}

/// Whether rows are no whole vectors, and some of them are, which are not too many.
const fn is_placed<V: Vector, const N: usize>() -> bool {
    V::PLACED && !N.is_multiple_of(V::LEN) && vectors(N, V::LEN) + OTHERS <= V::REGISTERS
}

/// Whether the product of one row is taken so.
#[inline(always)]
pub(super) fn is_flat<V: Vector, const N: usize>(product: &Product<V::Float>) -> bool {
    let Product { m, k, a_strides, b_strides, .. } = *product;
    let is_deep = k >= const { WORTH * rows(N, V::LEN) };
    m == 1 && a_strides.1 == 1 && b_strides == (N, 1) && is_deep && const { is_placed::<V, N>() }
}

/// The product of one row.
///
/// # Safety
/// The CPU features of `V`; [`is_flat`]; as [`multiply`](super::matmul::multiply).
#[inline(always)]
pub(super) unsafe fn row<V: Vector, const N: usize>(product: &Product<V::Float>) {
    let (rows, count) = const { (rows(N, V::LEN), vectors(N, V::LEN)) };
    let Lines(places) = const { &places::<N>(V::LEN) };
    let Product { k, a, b, c, accumulate, .. } = *product;
    let whole = k - k % rows;
    // SAFETY: rows below k of `a` and `b`, and N floats of C. A row of sums ends at the last of them, or, where it is no
    // whole vectors, less than a vector behind: there is room for one more.
    unsafe {
        let zero = V::splat(Float::ZERO);
        let mut sums = [zero; N];
        let mut p = 0;
        while p < whole {
            let factors = V::load_first(a.add(p), rows);
            for (v, sum) in sums[..count].iter_mut().enumerate() {
                let vector = V::load(b.add(p * N + v * V::LEN));
                *sum = factors.placed(&places[v]).mul_add(vector, *sum);
            }
            p += rows;
        }
        let mut room = [const { MaybeUninit::<[V; 2]>::uninit() }; N];
        let room: *mut V::Float = room.as_mut_ptr().cast();
        for (v, sum) in sums[..count].iter().enumerate() {
            sum.store(room.add(v * V::LEN));
        }
        zero.store(room.add(count * V::LEN));
        let mut left = 0;
        while left < N {
            let last = V::LEN.min(N - left);
            let mut total = V::load(room.add(left));
            for row in 1..rows {
                total = total.add(V::load(room.add(row * N + left)));
            }
            for p in whole..k {
                total = V::splat(*a.add(p)).mul_add(V::load_first(b.add(p * N + left), last), total);
            }
            if accumulate {
                total = total.add(V::load_first(c.add(left), last));
            }
            if last < V::LEN {
                total.store_first(c.add(left), last)
            } else {
                total.store(c.add(left))
            }
            left += last;
        }
    }
}

/// [`MatmulFloat::outer_flat`](super::MatmulFloat::outer_flat) by vectors of one type; from the last block on, as all
/// updates by one row are.
///
/// # Safety
/// The CPU features of `V`.
#[inline(always)]
pub(super) unsafe fn outer<V: Vector, const N: usize>(
    column: &[V::Float],
    row: &[V::Float; N],
    mut each: impl FnMut(usize, &[V::Float]),
) -> usize {
    if const { !V::PLACED || N.is_multiple_of(V::LEN) } {
        return 0;
    }
    const ROWS: usize = 16;
    let Lines(places) = const { &places::<N>(V::LEN) };
    // One row after the other, as many as a vector has floats: `ROWS` at most.
    let mut pattern = Lines([[V::Float::ZERO; ROWS]; N]);
    let pattern = pattern.0.as_flattened_mut();
    pattern.chunks_exact_mut(N).for_each(|pattern| pattern.copy_from_slice(row));
    let mut products = Lines([[V::Float::ZERO; ROWS]; N]);
    let products = products.0.as_flattened_mut();
    for (block, factors) in column.as_chunks::<ROWS>().0.iter().enumerate().rev() {
        for part in (0..ROWS).step_by(V::LEN) {
            // SAFETY: a vector of the factors, and N of the pattern and of the products.
            unsafe {
                let (zero, factors) = (V::splat(Float::ZERO), V::load(factors.as_ptr().add(part)));
                for (v, places) in places.iter().enumerate() {
                    let pattern = V::load(pattern.as_ptr().add(v * V::LEN));
                    let product = factors.placed(places).mul_add(pattern, zero);
                    product.store(products.as_mut_ptr().add(part * N + v * V::LEN));
                }
            }
        }
        each(block * ROWS * N, products);
    }
    column.len() - column.len() % ROWS
}
