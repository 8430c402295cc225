//! Products of matrices with any strides.
//!
//! A tile of C stays in registers while the inner dimension runs. A panel of B, as wide as a tile,
//! is copied to the stack (16 KiB) where it would otherwise be read in strides; A is read in place.

use core::mem::MaybeUninit;

use super::matvec::matvec;
use crate::Float;

/// How much of the inner dimension one panel of B holds.
const DEPTH: usize = 256;
/// How many rows of A are used on one panel of B before the next; with `DEPTH`, a part of the
/// second-level cache.
const ROWS: usize = 120;
/// With fewer rows than this, a panel of B is not used often enough to be worth copying.
const COPY_FROM: usize = 24;

/// C = A B, or C += A B: `m` × `n` from `m` × `k` and `k` × `n`.
///
/// Strides are (row, column), in elements: a transposed operand is one with its strides swapped,
/// and a stride of 0 repeats a row or column. The columns of C are contiguous. Sums are taken in
/// the order of the inner dimension, in the type of the elements. With k = 0 the product is 0.
///
/// # Panics
/// If a slice is too short for its sizes and strides, or the rows of C overlap.
#[inline]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub fn matmul<F: Float>(
    m: usize,
    n: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    b_strides: (usize, usize),
    c: &mut [F],
    c_row_stride: usize,
    accumulate: bool,
) {
    if m == 0 || n == 0 {
        return;
    }
    check("a", a.len(), (m, k), a_strides);
    check("b", b.len(), (k, n), b_strides);
    check("c", c.len(), (m, n), (c_row_stride, 1));
    assert!(m == 1 || c_row_stride >= n, "matmul: the rows of `c` overlap");
    let product = Product {
        m,
        n,
        k,
        a: a.as_ptr(),
        a_strides,
        b: b.as_ptr(),
        b_strides,
        b_len: b.len(),
        c: c.as_mut_ptr(),
        c_row_stride,
        accumulate,
    };
    // SAFETY: each slice holds the last element that its sizes and strides reach, and `c`, being
    // mutably borrowed, shares nothing with the others.
    unsafe { F::multiply(product) };
}

/// Panics unless a matrix of this shape and these strides lies inside a slice of `len` elements.
#[inline]
#[track_caller]
fn check(name: &str, len: usize, (rows, columns): (usize, usize), (row, column): (usize, usize)) {
    if rows == 0 || columns == 0 {
        return;
    }
    let down = (rows - 1).checked_mul(row);
    let across = (columns - 1).checked_mul(column);
    let last = down.zip(across).and_then(|(down, across)| down.checked_add(across));
    if last.is_none_or(|last| last >= len) {
        short(name, len, (rows, columns), (row, column));
    }
}

#[cold]
#[track_caller]
fn short(name: &str, len: usize, shape: (usize, usize), strides: (usize, usize)) -> ! {
    panic!("matmul: `{name}` has {len} elements, too few for shape {shape:?} with strides {strides:?}");
}

/// The arguments of [`matmul`] after checking.
#[derive(Clone, Copy)]
pub struct Product<F> {
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) a: *const F,
    pub(super) a_strides: (usize, usize),
    pub(super) b: *const F,
    pub(super) b_strides: (usize, usize),
    /// How many elements may be read from `b` on: the rest of the slice that it points into.
    pub(super) b_len: usize,
    pub(super) c: *mut F,
    pub(super) c_row_stride: usize,
    pub(super) accumulate: bool,
}

/// The product, with tiles of `HEIGHT` × `WIDTH` and, for what is left, `NARROW` columns or fewer
/// rows; single rows take `ROW` columns at a time.
///
/// # Safety
/// Every element that the sizes and strides of `product` reach must be readable, those of `c` also
/// writable, and `c` must share none with `a` and `b`.
#[inline(always)]
pub(super) unsafe fn multiply<
    F: Float,
    const HEIGHT: usize,
    const WIDTH: usize,
    const NARROW: usize,
    const ROW: usize,
    const FUSED: bool,
>(
    product: Product<F>,
) {
    let Product { m, n, k, .. } = product;
    if m == 1 || n == 1 {
        // SAFETY: the caller's.
        return unsafe { matvec::<F, ROW, WIDTH, FUSED>(product) };
    }
    let mut depth = 0;
    // Once for k = 0, too: it writes the zeros.
    while depth == 0 || depth < k {
        let inner = DEPTH.min(k - depth);
        let accumulate = product.accumulate || depth > 0;
        let mut top = 0;
        while top < m {
            let rows = ROWS.min(m - top);
            let mut left = 0;
            while left < n {
                // With an empty inner dimension A and B may be empty, too, and are not read.
                let (a_start, b_start) = if inner == 0 {
                    (0, 0)
                } else {
                    (
                        top * product.a_strides.0 + depth * product.a_strides.1,
                        depth * product.b_strides.0 + left * product.b_strides.1,
                    )
                };
                // SAFETY: the block stays inside the matrices: `top` + `rows` ≤ m,
                // `depth` + `inner` ≤ k, and `left` < n.
                let block = unsafe {
                    Product {
                        m: rows,
                        n: n - left,
                        k: inner,
                        a: product.a.add(a_start),
                        b: product.b.add(b_start),
                        b_len: product.b_len - b_start,
                        c: product.c.add(top * product.c_row_stride + left),
                        accumulate,
                        ..product
                    }
                };
                // SAFETY: a block of the caller's product.
                unsafe {
                    if n - left > NARROW {
                        panel::<F, HEIGHT, WIDTH, FUSED>(block);
                        left += WIDTH;
                    } else {
                        panel::<F, HEIGHT, NARROW, FUSED>(block);
                        left += NARROW;
                    }
                }
            }
            top += rows;
        }
        depth += DEPTH;
    }
}

/// The first `WIDTH` columns of a block, or all if there are fewer; k ≤ `DEPTH`.
///
/// # Safety
/// As [`multiply`].
#[inline(always)]
unsafe fn panel<F: Float, const HEIGHT: usize, const WIDTH: usize, const FUSED: bool>(block: Product<F>) {
    let columns = block.n.min(WIDTH);
    let block = Product { n: columns, ..block };
    let in_place = block.b_strides.1 == 1 && columns == WIDTH && block.m < COPY_FROM;
    if in_place {
        // SAFETY: a row of B holds `WIDTH` contiguous elements; the rest is the caller's.
        return unsafe { strips::<F, HEIGHT, WIDTH, FUSED>(block, block.b, block.b_strides.0) };
    }
    let mut copy = [const { MaybeUninit::<[F; WIDTH]>::uninit() }; DEPTH];
    // Rows of which `WIDTH` elements may be read at once. Those beyond the columns belong to
    // something else; sums of them are not stored.
    let whole = if block.b_strides.1 == 1 && block.b_len >= WIDTH {
        (block.b_len - WIDTH) / block.b_strides.0.max(1) + 1
    } else {
        0
    };
    for (p, row) in copy.iter_mut().enumerate().take(block.k) {
        // SAFETY: reads B at row p < k, at columns below n, which the caller allows, or at `WIDTH`
        // elements that end inside the slice.
        unsafe {
            let b = block.b.add(p * block.b_strides.0);
            row.write(if p < whole {
                *b.cast::<[F; WIDTH]>()
            } else {
                let mut row = [F::ZERO; WIDTH];
                for (j, element) in row.iter_mut().enumerate().take(columns) {
                    *element = *b.add(j * block.b_strides.1);
                }
                row
            });
        }
    }
    // SAFETY: the first k rows of the copy are written, `WIDTH` contiguous elements each; the rest
    // is the caller's.
    unsafe { strips::<F, HEIGHT, WIDTH, FUSED>(block, copy.as_ptr().cast(), WIDTH) }
}

/// All rows of a panel, as many at a time as a tile is high, then fewer.
///
/// # Safety
/// As [`multiply`]; and B is read from `b` instead, as k rows of `WIDTH` contiguous elements,
/// `b_row` apart.
#[inline(always)]
unsafe fn strips<F: Float, const HEIGHT: usize, const WIDTH: usize, const FUSED: bool>(
    block: Product<F>,
    b: *const F,
    b_row: usize,
) {
    let mut top = 0;
    // SAFETY: each strip starts where the one before it ended and stays below m.
    unsafe {
        top = strip::<F, HEIGHT, WIDTH, FUSED>(block, b, b_row, top);
        if HEIGHT > 4 {
            top = strip::<F, 4, WIDTH, FUSED>(block, b, b_row, top);
        }
        top = strip::<F, 2, WIDTH, FUSED>(block, b, b_row, top);
        strip::<F, 1, WIDTH, FUSED>(block, b, b_row, top);
    }
}

/// Tiles of `HEIGHT` rows from row `top` on, while there are as many; returns the next row.
///
/// # Safety
/// As [`strips`].
#[inline(always)]
unsafe fn strip<F: Float, const HEIGHT: usize, const WIDTH: usize, const FUSED: bool>(
    block: Product<F>,
    b: *const F,
    b_row: usize,
    mut top: usize,
) -> usize {
    while top + HEIGHT <= block.m {
        // SAFETY: rows `top..top + HEIGHT` are rows of A and C; with k = 0, A is not read.
        unsafe {
            let a = if block.k == 0 { block.a } else { block.a.add(top * block.a_strides.0) };
            let sums = tile::<F, HEIGHT, WIDTH, FUSED>(block.k, a, block.a_strides, b, b_row);
            for (i, row) in sums.iter().enumerate() {
                let c = block.c.add((top + i) * block.c_row_stride);
                store(row, c, block.n, block.accumulate);
            }
        }
        top += HEIGHT;
    }
    top
}

/// `HEIGHT` × `WIDTH` sums over the inner dimension, in registers.
///
/// # Safety
/// `HEIGHT` rows and k columns of `a`, and k rows of `WIDTH` contiguous elements of `b`, must be
/// readable.
#[inline(always)]
pub(super) unsafe fn tile<F: Float, const HEIGHT: usize, const WIDTH: usize, const FUSED: bool>(
    k: usize,
    a: *const F,
    a_strides: (usize, usize),
    b: *const F,
    b_row: usize,
) -> [[F; WIDTH]; HEIGHT] {
    let mut sums = [[F::ZERO; WIDTH]; HEIGHT];
    for p in 0..k {
        // SAFETY: row p < k of `b`, of `WIDTH` elements, is readable.
        let row = unsafe { *b.add(p * b_row).cast::<[F; WIDTH]>() };
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: row i < `HEIGHT` and column p < k of `a` is readable.
            let x = unsafe { *a.add(i * a_strides.0 + p * a_strides.1) };
            for (sum, &y) in sums.iter_mut().zip(&row) {
                *sum = add_product::<F, FUSED>(*sum, x, y);
            }
        }
    }
    sums
}

/// Writes the first `columns` of a row of sums to C, or adds them; `WIDTH` is a power of two up to 64.
///
/// # Safety
/// `columns` ≤ `WIDTH` elements from `c` on must be readable and writable.
#[inline(always)]
pub(super) unsafe fn store<F: Float, const WIDTH: usize>(
    sums: &[F; WIDTH],
    c: *mut F,
    columns: usize,
    accumulate: bool,
) {
    let sums = sums.as_ptr();
    let mut done = 0;
    // In pieces of constant length, by the binary digits of the number of columns.
    macro_rules! pieces {
        ($($len:literal)*) => { $(
            if WIDTH == $len && columns == $len || WIDTH > $len && columns & $len != 0 {
                // SAFETY: `done` + the length ≤ `columns`; the rest is the caller's.
                unsafe { store_piece::<F, $len>(sums.add(done), c.add(done), accumulate) };
                done += $len;
            }
        )* };
    }
    pieces!(64 32 16 8 4 2 1);
    debug_assert_eq!(done, columns);
}

/// # Safety
/// `LEN` elements must be readable from `sums` on, and also writable from `c` on.
#[inline(always)]
unsafe fn store_piece<F: Float, const LEN: usize>(sums: *const F, c: *mut F, accumulate: bool) {
    // SAFETY: the caller's; an array is aligned as its elements.
    let (sums, c) = unsafe { (&*sums.cast::<[F; LEN]>(), &mut *c.cast::<[F; LEN]>()) };
    for (c, &sum) in c.iter_mut().zip(sums) {
        *c = if accumulate { *c + sum } else { sum };
    }
}

/// sum + x · y, rounded once or twice.
#[inline(always)]
pub(super) fn add_product<F: Float, const FUSED: bool>(sum: F, x: F, y: F) -> F {
    #[cfg(feature = "std")]
    if FUSED {
        return x.fused(y, sum);
    }
    sum + x * y
}
