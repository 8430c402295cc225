//! Small products with a known number of columns: one instance for each number, which knows its vectors.
//!
//! For a batch of a few rows, where a call of [`matmul`] is a good part of the time of the product; larger ones
//! are `matmul`'s. What a number of columns does not need is not compiled: a network has some of them, and each
//! costs its user's build.

use core::mem::MaybeUninit;

use super::cpu::Cpu;
use super::flat::{self, is_flat};
use super::matmul::{Product, checked, matmul};
use super::matvec::{contiguous_dots, dots};
use super::tile::{Even, write_tile};
use super::vector::Vector;
use crate::Float;

/// With so many rows, and as deep, it is a product for [`matmul`],
pub(super) const FEW: usize = 24;
/// unless it is of no more multiplications than these.
const LITTLE: usize = 1 << 15;
/// With so many rows, and as deep, a product that is a part of its caller is a call there.
const CALLED: usize = 8;
/// How many rows of C are computed at a time; twice as many where there are registers for their sums.
pub(super) const HEIGHT: usize = 4;
/// No more columns than these, and no deeper where B has to be copied.
const LARGEST: usize = 64;

/// [`matmul`] of `N` columns: C without gaps, B row by row, or column by column where it is `turned`.
///
/// # Panics
/// As [`matmul`].
#[inline(always)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub fn matmul_narrow<const N: usize, F: Float>(
    m: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    turned: bool,
    c: &mut [F],
    accumulate: bool,
) {
    const { assert!(0 < N && N <= LARGEST) };
    #[cfg(feature = "rayon")]
    if !is_wide::<N>(m, k, turned)
        && let Some(divided) = super::threads::of_narrow(m, N, k, turned)
    {
        return in_two::<N, _>(divided, (m, k), (a, a_strides), (b, turned), (c, accumulate));
    }
    F::multiply_narrow::<N>(m, k, a, a_strides, b, turned, c, accumulate);
}

/// [`matmul_narrow`] by two threads.
#[cfg(feature = "rayon")]
#[track_caller]
fn in_two<const N: usize, F: Float>(
    divided: super::threads::Narrow,
    (m, k): (usize, usize),
    (a, a_strides): (&[F], (usize, usize)),
    (b, turned): (&[F], bool),
    (c, accumulate): (&mut [F], bool),
) {
    use super::team;
    use super::threads::Narrow;

    // Slices that are too short for all are too short for the second part, which says so.
    let from = |slice: &[F], at: usize| at.min(slice.len());
    match divided {
        Narrow::Rows(rows) => {
            let below = &a[from(a, rows * a_strides.0)..];
            let (upper, lower) = c.split_at_mut(from(c, rows * N));
            team::both(
                || matmul_narrow::<N, _>(rows, k, a, a_strides, b, turned, upper, accumulate),
                || matmul_narrow::<N, _>(m - rows, k, below, a_strides, b, turned, lower, accumulate),
            );
        }
        Narrow::Depth(depth) => {
            let mut others = [[F::ZERO; N]; FEW];
            let others = &mut others.as_flattened_mut()[..m * N];
            let (a_rest, b_rest) = (&a[from(a, depth * a_strides.1)..], &b[from(b, depth * N)..]);
            team::both(
                || matmul_narrow::<N, _>(m, depth, a, a_strides, b, false, c, accumulate),
                || matmul_narrow::<N, _>(m, k - depth, a_rest, a_strides, b_rest, false, others, false),
            );
            c.iter_mut().zip(others).for_each(|(sum, other)| *sum += *other);
        }
    }
}

/// Whether it is a product for [`matmul`].
#[inline(always)]
fn is_wide<const N: usize>(m: usize, k: usize, turned: bool) -> bool {
    let is_large = m.min(k) >= FEW && m.saturating_mul(k).saturating_mul(N) > LITTLE;
    is_large || turned && m > 1 && k > LARGEST
}

/// [`matmul_narrow`] as a part of its caller, which is compiled for the CPU: sizes that are constants there are
/// constants in the product, and it has no call of its own. Where builds are to be debugged it is a call: as long as
/// nothing is optimised, the parts of a product are many times as much to compile as the rest of a network.
///
/// # Panics
/// As [`matmul`].
#[inline(always)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub fn matmul_small<const N: usize, F: Float>(
    cpu: Cpu,
    m: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    turned: bool,
    c: &mut [F],
    accumulate: bool,
) {
    const { assert!(0 < N && N <= LARGEST) };
    #[cfg(not(debug_assertions))]
    F::multiply_small::<N>(cpu, m, k, a, a_strides, b, turned, c, accumulate);
    #[cfg(debug_assertions)]
    {
        let _ = cpu;
        matmul_narrow::<N, _>(m, k, a, a_strides, b, turned, c, accumulate);
    }
}

/// The dot products of a row of `k` with `n` rows: a product with one row, as a part of its caller like [`matmul_small`].
///
/// # Panics
/// As [`matmul`].
#[inline(always)]
#[track_caller]
pub fn dots_small<F: Float>(cpu: Cpu, n: usize, k: usize, a: &[F], b: &[F], c: &mut [F], accumulate: bool) {
    #[cfg(not(debug_assertions))]
    F::multiply_row(cpu, n, k, a, b, c, accumulate);
    #[cfg(debug_assertions)]
    {
        let _ = cpu;
        matmul(1, n, k, a, (k, 1), b, (1, k), c, n, accumulate);
    }
}

/// The strides of B.
#[inline(always)]
fn strides<const N: usize>(k: usize, turned: bool) -> (usize, usize) {
    if turned { (1, k) } else { (N, 1) }
}

/// The same as a call of [`matmul`].
#[inline]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub(super) fn matmul_wide<const N: usize, F: Float>(
    m: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    turned: bool,
    c: &mut [F],
    accumulate: bool,
) {
    matmul(m, N, k, a, a_strides, b, strides::<N>(k, turned), c, N, accumulate);
}

/// The product by vectors of one type: some rows of up to two vectors at a time, then one. `pack` is the function
/// of that name in `matmul.rs`, `vector` is that of `matvec.rs`.
///
/// # Safety
/// The CPU features of `V`.
#[inline(always)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn multiply_narrow<V: Vector, const N: usize>(
    m: usize,
    k: usize,
    a: &[V::Float],
    a_strides: (usize, usize),
    b: &[V::Float],
    turned: bool,
    c: &mut [V::Float],
    accumulate: bool,
    pack: unsafe fn(&mut Product<V::Float>, *mut V::Float),
    vector: unsafe fn(Product<V::Float>),
) {
    if is_wide::<N>(m, k, turned) {
        return matmul_wide::<N, _>(m, k, a, a_strides, b, turned, c, accumulate);
    }
    let b_strides = strides::<N>(k, turned);
    let Some(product) = checked(m, N, k, a, a_strides, b, b_strides, c, N, accumulate) else { return };
    if turned && m == 1 {
        // SAFETY: as below; m = 1.
        return unsafe { vector(product) };
    }
    if is_flat::<V, N>(&product) {
        // SAFETY: as below.
        return unsafe { flat::row::<V, N>(&product) };
    }
    if const { N > 2 * V::LEN && N <= 4 * V::LEN } && m == 1 {
        // SAFETY: as below; a row of up to four vectors, of which the matrix is read once.
        return unsafe { wide_row::<V, N>(&product) };
    }
    let mut room = [const { MaybeUninit::<[V; 2]>::uninit() }; LARGEST];
    let room: *mut V::Float = room.as_mut_ptr().cast();
    // SAFETY: each slice holds the last element that its sizes and strides reach, and `c`, being mutably
    // borrowed, shares nothing with the others; the room holds two vectors for each of k rows where B is turned.
    unsafe {
        panels::<V, N, false>(
            #[inline(always)]
            |left| {
                let mut block = product.from(0, left, 0);
                if turned {
                    block.n = block.n.min(2 * V::LEN);
                    pack(&mut block, room);
                }
                block
            },
        );
    }
}

/// The product of a few rows, or of little depth, as a part of its caller: a row at a time. All others are `narrow`'s,
/// the function of this file compiled by itself.
///
/// # Safety
/// The CPU features of `V`.
#[inline(always)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn multiply_small<V: Vector, const N: usize>(
    m: usize,
    k: usize,
    a: &[V::Float],
    a_strides: (usize, usize),
    b: &[V::Float],
    turned: bool,
    c: &mut [V::Float],
    accumulate: bool,
    narrow: impl Fn(&mut [V::Float]),
) {
    if m.min(k) >= CALLED || turned && m > 1 {
        return narrow(c);
    }
    let b_strides = strides::<N>(k, turned);
    let Some(product) = checked(m, N, k, a, a_strides, b, b_strides, c, N, accumulate) else { return };
    // SAFETY: as in `multiply_narrow`; with one row the columns may lie one after the other.
    unsafe {
        if turned {
            return dots::<V>(product, 1);
        }
        panels::<V, N, true>(
            #[inline(always)]
            |left| product.from(0, left, 0),
        );
    }
}

/// The dot products by vectors of one type.
///
/// # Safety
/// The CPU features of `V`.
#[inline(always)]
#[track_caller]
pub(super) unsafe fn multiply_row<V: Vector>(
    n: usize,
    k: usize,
    a: &[V::Float],
    b: &[V::Float],
    c: &mut [V::Float],
    accumulate: bool,
) {
    if let Some(product) = checked(1, n, k, a, (k, 1), b, (1, k), c, n, accumulate) {
        // SAFETY: as above; A is contiguous, and so are the columns of B.
        unsafe { contiguous_dots::<V>(&product, 1) };
    }
}

/// One row of three or four vectors of columns.
///
/// # Safety
/// As [`rows`].
#[inline(always)]
unsafe fn wide_row<V: Vector, const N: usize>(product: &Product<V::Float>) {
    let (down, last) = (Even(N), const { (N - 1) % V::LEN + 1 });
    // SAFETY: the columns are those that there are; the rest is the caller's.
    unsafe {
        if const { N < 3 * V::LEN } {
            write_tile::<V, _, 1, 3, 2, true>(product, down, 0, last);
        } else if const { N == 3 * V::LEN } {
            write_tile::<V, _, 1, 3, 2, false>(product, down, 0, last);
        } else if const { N < 4 * V::LEN } {
            write_tile::<V, _, 1, 4, 2, true>(product, down, 0, last);
        } else {
            write_tile::<V, _, 1, 4, 2, false>(product, down, 0, last);
        }
    }
}

/// All rows of all columns, up to two vectors at a time, of the blocks that begin there; `ALONE` as in [`rows`].
///
/// # Safety
/// As [`rows`].
#[inline(always)]
unsafe fn panels<V: Vector, const N: usize, const ALONE: bool>(block: impl Fn(usize) -> Product<V::Float>) {
    let panel = 2 * V::LEN;
    let (last, start) = (N % panel, N - N % panel);
    // SAFETY: the columns are those that there are; the rest is the caller's.
    unsafe {
        if const { N >= 2 * V::LEN } {
            for left in (0..start).step_by(panel) {
                rows::<V, 2, false, ALONE>(&block(left), V::LEN);
            }
        }
        if const { N % (2 * V::LEN) > V::LEN } {
            rows::<V, 2, true, ALONE>(&block(start), last - V::LEN);
        } else if const { N % (2 * V::LEN) == V::LEN } {
            rows::<V, 1, false, ALONE>(&block(start), last);
        } else if const { !N.is_multiple_of(2 * V::LEN) } {
            rows::<V, 1, true, ALONE>(&block(start), last);
        }
    }
}

/// All rows of `WIDTH` vectors of columns, the last of them with `last` columns if `PART`: some at a time, or each
/// `ALONE`.
///
/// # Safety
/// The CPU features of `V`; all elements that the block reaches must be readable, those of C also writable, and
/// C must share none with the others; the columns of B are contiguous.
#[inline(always)]
unsafe fn rows<V: Vector, const WIDTH: usize, const PART: bool, const ALONE: bool>(
    block: &Product<V::Float>,
    last: usize,
) {
    let (m, down) = (block.m, Even(block.b_strides.0));
    let mut top = 0;
    // SAFETY: every tile starts where the one before ended and ends at m or before.
    unsafe {
        // Two vectors of sums for each row, in half of the registers.
        if const { !ALONE && V::REGISTERS >= 2 * (2 * (2 * HEIGHT)) } {
            while top + 2 * HEIGHT <= m {
                write_tile::<V, _, { 2 * HEIGHT }, WIDTH, 1, PART>(block, down, top, last);
                top += 2 * HEIGHT;
            }
        }
        while !ALONE && top + HEIGHT <= m {
            if const { WIDTH == 1 } {
                write_tile::<V, _, HEIGHT, WIDTH, 2, PART>(block, down, top, last);
            } else {
                write_tile::<V, _, HEIGHT, WIDTH, 1, PART>(block, down, top, last);
            }
            top += HEIGHT;
        }
        if ALONE && block.k < CALLED {
            // So little depth is no chain to wait for: rows overlap.
            while top < m {
                write_tile::<V, _, 1, WIDTH, 1, PART>(block, down, top, last);
                top += 1;
            }
        }
        while top < m {
            write_tile::<V, _, 1, WIDTH, 4, PART>(block, down, top, last);
            top += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matmul_narrow;

    /// As many rows, and as deep, as are divided among threads. Small integers: their sums are exact.
    #[test]
    fn narrow_products_of_many_rows() {
        let numbers = |count: usize| (0..count).map(|i| (i * 7 % 11) as f32 - 5.0).collect::<Vec<f32>>();
        for (m, k, turned) in [(4099, 20, false), (4099, 20, true), (20, 4099, false), (3, 9000, false)] {
            let (a, b, before) = (numbers(m * k), numbers(k * 20), numbers(m * 20));
            for (a_strides, add) in [((k, 1), false), ((1, m), true)] {
                let mut c = before.clone();
                matmul_narrow::<20, _>(m, k, &a, a_strides, &b, turned, &mut c, add);
                let b_strides = if turned { (1, k) } else { (20, 1) };
                let product = |row: usize, column: usize| {
                    let term = |i: usize| {
                        a[row * a_strides.0 + i * a_strides.1] * b[i * b_strides.0 + column * b_strides.1]
                    };
                    (0..k).map(term).sum::<f32>() + if add { before[row * 20 + column] } else { 0.0 }
                };
                let is_right = |at: usize| c[at] == product(at / 20, at % 20);
                assert!((0..m * 20).all(is_right), "{m} x {k}, turned {turned}, added {add}");
            }
        }
    }
}
