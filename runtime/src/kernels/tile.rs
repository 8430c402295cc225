//! Tiles of a product: sums that stay in registers while the inner dimension runs.

#![allow(clippy::needless_range_loop, reason = "a tile's rows and columns are indexed alike")]

use super::matmul::Product;
use super::vector::Vector;
use crate::Float;

/// Multiples of so many rows and columns are whole tiles on every CPU.
pub(super) const TALL: usize = 12;
pub(super) const WIDE: usize = 32;
/// Rows of B that are worth what it takes to read aligned ones.
const LEAST: usize = 32;

/// Where the rows of B are.
pub(super) trait Down: Copy {
    /// The offset of a row.
    ///
    /// # Safety
    /// There is such a row.
    unsafe fn at(self, row: usize) -> usize;
}

/// Rows that are so far apart.
#[derive(Clone, Copy)]
pub(super) struct Even(pub usize);

impl Down for Even {
    #[inline(always)]
    unsafe fn at(self, row: usize) -> usize {
        row * self.0
    }
}

/// Rows whose offsets are listed.
#[derive(Clone, Copy)]
pub(super) struct Listed(pub *const usize);

impl Down for Listed {
    #[inline(always)]
    unsafe fn at(self, row: usize) -> usize {
        // SAFETY: the caller's.
        unsafe { *self.0.add(row) }
    }
}

/// `HEIGHT` × `WIDTH` vectors of sums over the inner dimension, of which `CHAINS` are taken at a
/// time where there would be too few to keep the CPU busy. If `PART`, only the first `last` columns
/// of the last vector exist; if `LED`, none of the first `lead` of the first one, which `b` points to.
/// Unless `copy` is null, the columns are copied to it on the way, row by row.
///
/// # Safety
/// The CPU features of `V`; `HEIGHT` rows and k columns of `a`, and k rows of the contiguous
/// columns of `b` that exist must be readable; `copy` is null or writable for k rows of `WIDTH` vectors.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn tile<
    V: Vector,
    D: Down,
    const HEIGHT: usize,
    const WIDTH: usize,
    const CHAINS: usize,
    const PART: bool,
    const LED: bool,
>(
    k: usize,
    a: *const V::Float,
    a_strides: (usize, usize),
    b: *const V::Float,
    down: D,
    (lead, last): (usize, usize),
    copy: *mut V::Float,
) -> [[V; WIDTH]; HEIGHT] {
    // SAFETY: rows below `HEIGHT` and columns below k of `a`; rows below k of `b` and of the copy, in them
    // whole vectors but for the first and last of `b`, of which those floats are read that exist.
    unsafe {
        let mut sums = [[[V::splat(Float::ZERO); WIDTH]; HEIGHT]; CHAINS];
        macro_rules! step {
            ($p:expr, $chain:expr) => {
                let mut row = [V::splat(Float::ZERO); WIDTH];
                for (v, vector) in row.iter_mut().enumerate() {
                    *vector = if LED && v == 0 {
                        V::load_last(b.wrapping_add(down.at($p) + lead), V::LEN - lead)
                    } else {
                        // Only what is `LED` may begin before the matrix.
                        let at = down.at($p) + v * V::LEN;
                        let b = if LED { b.wrapping_add(at) } else { b.add(at) };
                        if PART && v == WIDTH - 1 { V::load_first(b, last) } else { V::load(b) }
                    };
                    if !copy.is_null() {
                        vector.store(copy.add(($p * WIDTH + v) * V::LEN));
                    }
                }
                for (i, sums) in sums[$chain].iter_mut().enumerate() {
                    let x = V::splat(*a.add(i * a_strides.0 + $p * a_strides.1));
                    for (sum, &y) in sums.iter_mut().zip(&row) {
                        *sum = x.mul_add(y, *sum);
                    }
                }
            };
        }
        let whole = k - k % CHAINS;
        let mut p = 0;
        while p < whole {
            for chain in 0..CHAINS {
                step!(p + chain, chain);
            }
            p += CHAINS;
        }
        if CHAINS > 1 {
            while p < k {
                step!(p, 0);
                p += 1;
            }
            let mut half = CHAINS / 2;
            while half > 0 {
                let (first, second) = sums.split_at_mut(half);
                for (sum, &other) in first.as_flattened_mut().iter_mut().zip(second.as_flattened()) {
                    for (sum, other) in sum.iter_mut().zip(other) {
                        *sum = sum.add(other);
                    }
                }
                half /= 2;
            }
        }
        sums[0]
    }
}

/// Computes a tile from row `top` on and writes it to C.
///
/// # Safety
/// As [`strips`]; rows `top..top + HEIGHT` exist.
#[inline(always)]
pub(super) unsafe fn write_tile<
    V: Vector,
    D: Down,
    const HEIGHT: usize,
    const WIDTH: usize,
    const CHAINS: usize,
    const PART: bool,
>(
    block: &Product<V::Float>,
    down: D,
    top: usize,
    last: usize,
) {
    let nowhere = core::ptr::null_mut();
    // SAFETY: rows `top..top + HEIGHT` of A and C, and the columns that the caller allows.
    unsafe {
        let a = block.a.add(top * block.a_strides.0);
        let sums = tile::<V, D, HEIGHT, WIDTH, CHAINS, PART, false>(
            block.k,
            a,
            block.a_strides,
            block.b,
            down,
            (0, last),
            nowhere,
        );
        write::<V, HEIGHT, WIDTH, PART>(&sums, block, top, last);
    }
}

/// Writes the sums of a tile to C, or adds them to what is there.
///
/// # Safety
/// As [`write_tile`].
#[inline(always)]
unsafe fn write<V: Vector, const HEIGHT: usize, const WIDTH: usize, const PART: bool>(
    sums: &[[V; WIDTH]; HEIGHT],
    block: &Product<V::Float>,
    top: usize,
    last: usize,
) {
    let mut sums = *sums;
    // SAFETY: rows `top..top + HEIGHT` of C, and the columns that the caller allows.
    unsafe {
        let place = |i: usize, v: usize| block.c.add((top + i) * block.c_row_stride + v * V::LEN);
        // All are read before any is written: what is behind a part of a vector waits for that to be in the cache.
        if block.accumulate {
            for (i, row) in sums.iter_mut().enumerate() {
                for (v, sum) in row.iter_mut().enumerate() {
                    let is_part = PART && v == WIDTH - 1;
                    let c = place(i, v);
                    *sum = sum.add(if is_part { V::load_first(c, last) } else { V::load(c) });
                }
            }
        }
        for (i, row) in sums.iter().enumerate() {
            for (v, &sum) in row.iter().enumerate() {
                let is_part = PART && v == WIDTH - 1;
                if is_part { sum.store_first(place(i, v), last) } else { sum.store(place(i, v)) }
            }
        }
    }
}

/// The first `HEIGHT` rows of two vectors of columns, which are copied on the way; the block becomes the rows that are
/// left, and reads the copy. Its rows are neighbours and lines of the cache, where B has neither for certain.
///
/// # Safety
/// The CPU features of `V`; there are as many rows and columns, and the columns of B are contiguous; `copy` is
/// writable for k rows of two vectors; as `multiply` in `matmul.rs`.
#[inline(always)]
pub(super) unsafe fn first_strip<V: Vector, const HEIGHT: usize>(
    block: &mut Product<V::Float>,
    copy: *mut V::Float,
) {
    let Product { k, a, a_strides, b, b_strides, .. } = *block;
    // SAFETY: the caller's; rows from `HEIGHT` on, of which there may be none, are where the pointers then point.
    unsafe {
        let sums = tile::<V, _, HEIGHT, 2, 1, false, false>(
            k,
            a,
            a_strides,
            b,
            Even(b_strides.0),
            (0, V::LEN),
            copy,
        );
        write::<V, HEIGHT, 2, false>(&sums, block, 0, V::LEN);
        *block = block.from(HEIGHT, 0, 0);
    }
    (block.b, block.b_strides) = (copy, (2 * V::LEN, 1));
}

/// `WIDTH` vectors of columns, the last of them with `last` columns if `PART`: all rows, `HEIGHT`
/// at a time, then fewer.
///
/// # Safety
/// The CPU features of `V`; the columns of B are contiguous; as `multiply` in `matmul.rs`.
#[inline(always)]
unsafe fn strips<V: Vector, D: Down, const HEIGHT: usize, const WIDTH: usize, const PART: bool>(
    block: &Product<V::Float>,
    down: D,
    last: usize,
) {
    let m = block.m;
    let mut top = 0;
    // SAFETY: every tile starts where the one before ended and ends at m or before.
    unsafe {
        macro_rules! tiles {
            ($height:tt) => {
                if WIDTH == 1 {
                    write_tile::<V, D, $height, WIDTH, 2, PART>(block, down, top, last);
                } else {
                    write_tile::<V, D, $height, WIDTH, 1, PART>(block, down, top, last);
                }
                top += $height;
            };
        }
        // A tile of four rows or two waits for what it reads: of 16 rows, twice eight take less time than 12 and four.
        while top + HEIGHT <= m && !(HEIGHT == 12 && matches!(m - top, 14 | 16)) {
            tiles!(HEIGHT);
        }
        while HEIGHT > 8 && top + 8 <= m {
            tiles!(8);
        }
        if HEIGHT > 6 && top + 6 <= m {
            tiles!(6);
        }
        while HEIGHT > 4 && top + 4 <= m {
            tiles!(4);
        }
        match (m - top, WIDTH) {
            (3, 1) => write_tile::<V, D, 3, WIDTH, 2, PART>(block, down, top, last),
            (3, _) => write_tile::<V, D, 3, WIDTH, 1, PART>(block, down, top, last),
            (2, 1) => write_tile::<V, D, 2, WIDTH, 4, PART>(block, down, top, last),
            (2, _) => write_tile::<V, D, 2, WIDTH, 2, PART>(block, down, top, last),
            (1, 1) => write_tile::<V, D, 1, WIDTH, 8, PART>(block, down, top, last),
            (1, 2) => write_tile::<V, D, 1, WIDTH, 4, PART>(block, down, top, last),
            (1, 3 | 4) => write_tile::<V, D, 1, WIDTH, 2, PART>(block, down, top, last),
            (1, _) => write_tile::<V, D, 1, WIDTH, 1, PART>(block, down, top, last),
            _ => {}
        }
    }
}

/// Two vectors of columns, or all if there are fewer; returns how many.
///
/// # Safety
/// As [`strips`].
#[inline(always)]
pub(super) unsafe fn panel<V: Vector, const HEIGHT: usize, D: Down>(
    block: &Product<V::Float>,
    down: D,
) -> usize {
    let n = block.n;
    // SAFETY: as many columns as there are; the rest is the caller's.
    unsafe {
        if n >= 2 * V::LEN {
            strips::<V, D, HEIGHT, 2, false>(block, down, V::LEN);
            return 2 * V::LEN;
        }
        if n > V::LEN {
            strips::<V, D, HEIGHT, 2, true>(block, down, n - V::LEN);
        } else if n == V::LEN {
            strips::<V, D, HEIGHT, 1, false>(block, down, n);
        } else {
            strips::<V, D, HEIGHT, 1, true>(block, down, n);
        }
    }
    n
}

/// How many floats before B the aligned vector begins that B begins in, if that is the same for all of its rows and
/// they are worth being read so.
#[inline(always)]
fn lead<V: Vector>(product: &Product<V::Float>) -> usize {
    let (float, vector) = (size_of::<V::Float>(), size_of::<V>());
    let alike = (product.b_strides.0 * float).is_multiple_of(vector) && product.b.is_aligned();
    if V::MASKED && alike && product.k >= LEAST { product.b.addr() % vector / float } else { 0 }
}

/// `WIDTH` vectors of columns of a single row, of which B is read as the `WIDE` = `WIDTH` + 1 aligned ones that have
/// a part in them: a vector that crosses into the next line of the cache is two loads. The sums are those of
/// [`write_tile`].
///
/// # Safety
/// As [`write_tile`]; m = 1; `lead` as of the function.
#[inline(always)]
unsafe fn aligned_row<V: Vector, const WIDE: usize, const WIDTH: usize, const CHAINS: usize>(
    block: &Product<V::Float>,
    lead: usize,
) {
    const { assert!(WIDE == WIDTH + 1) };
    let (b, down, nowhere) = (block.b.wrapping_sub(lead), Even(block.b_strides.0), core::ptr::null_mut());
    // SAFETY: the columns of B are those behind the first `lead` ones and before all but `lead` of the last vector.
    unsafe {
        let sums = tile::<V, _, 1, WIDE, CHAINS, true, true>(
            block.k,
            block.a,
            block.a_strides,
            b,
            down,
            (lead, lead),
            nowhere,
        );
        let sums = sums.as_ptr().cast::<V::Float>().add(lead);
        let sums = core::array::from_fn(
            #[inline(always)]
            |v| V::load(sums.add(v * V::LEN)),
        );
        write::<V, 1, WIDTH, false>(&[sums], block, 0, V::LEN);
    }
}

/// A single row: its columns from the left, eight vectors at a time, then fewer.
///
/// # Safety
/// As [`strips`]; m = 1.
#[inline(always)]
pub(super) unsafe fn row<V: Vector>(product: &Product<V::Float>) {
    let (n, down) = (product.n, Even(product.b_strides.0));
    let lead = lead::<V>(product);
    let mut left = 0;
    // SAFETY: every panel starts where the one before ended and ends at n or before; the rest is
    // the caller's.
    unsafe {
        if lead > 0 {
            while n - left >= 8 * V::LEN {
                aligned_row::<V, 9, 8, 1>(&product.from(0, left, 0), lead);
                left += 8 * V::LEN;
            }
            while n - left >= 4 * V::LEN {
                aligned_row::<V, 5, 4, 2>(&product.from(0, left, 0), lead);
                left += 4 * V::LEN;
            }
        }
        while n - left >= 8 * V::LEN {
            write_tile::<V, _, 1, 8, 1, false>(&product.from(0, left, 0), down, 0, V::LEN);
            left += 8 * V::LEN;
        }
        while n - left >= 4 * V::LEN {
            write_tile::<V, _, 1, 4, 2, false>(&product.from(0, left, 0), down, 0, V::LEN);
            left += 4 * V::LEN;
        }
        if left == n {
            return;
        }
        let rest = product.from(0, left, 0);
        let (whole, last) = ((n - left) / V::LEN, (n - left) % V::LEN);
        match (whole, last) {
            (1, 0) => write_tile::<V, _, 1, 1, 8, false>(&rest, down, 0, V::LEN),
            (2, 0) => write_tile::<V, _, 1, 2, 4, false>(&rest, down, 0, V::LEN),
            (3, 0) => write_tile::<V, _, 1, 3, 2, false>(&rest, down, 0, V::LEN),
            (0, _) => write_tile::<V, _, 1, 1, 8, true>(&rest, down, 0, last),
            (1, _) => write_tile::<V, _, 1, 2, 4, true>(&rest, down, 0, last),
            (2, _) => write_tile::<V, _, 1, 3, 2, true>(&rest, down, 0, last),
            _ => write_tile::<V, _, 1, 4, 2, true>(&rest, down, 0, last),
        }
    }
}
