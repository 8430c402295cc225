//! Products with a single row or column: memory is read once, in its own order.

use super::matmul::{Product, add_product, store, tile};
use crate::Float;

/// How many elements of a strided vector are copied at a time.
const CHUNK: usize = 256;

/// A product with m = 1 or n = 1, as a matrix times a vector.
///
/// # Safety
/// As `multiply` in `matmul.rs`; m = 1 or n = 1.
#[inline(always)]
pub(super) unsafe fn matvec<F: Float, const ROW: usize, const LANES: usize, const FUSED: bool>(
    product: Product<F>,
) {
    let Product { a, b, a_strides, b_strides, .. } = product;
    // A single row times B is Bᵀ times that row.
    let by_row = product.m == 1;
    let work = Work {
        rows: if by_row { product.n } else { product.m },
        k: product.k,
        matrix: if by_row { b } else { a },
        strides: if by_row { (b_strides.1, b_strides.0) } else { a_strides },
        vector: if by_row { a } else { b },
        vector_stride: if by_row { a_strides.1 } else { b_strides.0 },
        out: product.c,
        out_stride: if by_row { 1 } else { product.c_row_stride },
        accumulate: product.accumulate,
    };
    // SAFETY: the caller's: the same elements under other names.
    unsafe {
        if work.strides.1 == 1 {
            dots::<F, LANES, FUSED>(work);
        } else if work.strides.0 == 1 && work.out_stride == 1 {
            let done = columns::<F, ROW, FUSED>(work, 0);
            let done = columns::<F, LANES, FUSED>(work, done);
            columns::<F, 1, FUSED>(work, done);
        } else {
            plain::<F, FUSED>(work);
        }
    }
}

/// out[i] (+)= Σₚ matrix[i, p] · vector[p].
#[derive(Clone, Copy)]
struct Work<F> {
    rows: usize,
    k: usize,
    matrix: *const F,
    strides: (usize, usize),
    vector: *const F,
    vector_stride: usize,
    out: *mut F,
    out_stride: usize,
    accumulate: bool,
}

/// The matrix has contiguous rows: dot products, four rows at a time.
///
/// # Safety
/// As [`matvec`]; the column stride is 1.
#[inline(always)]
unsafe fn dots<F: Float, const LANES: usize, const FUSED: bool>(work: Work<F>) {
    let mut copy = [F::ZERO; CHUNK];
    let mut start = 0;
    while start == 0 || start < work.k {
        // A contiguous vector is used whole, another one is copied piece by piece.
        let contiguous = work.vector_stride == 1;
        let len = if contiguous { work.k } else { CHUNK.min(work.k - start) };
        let vector = if contiguous {
            work.vector
        } else {
            for (p, element) in copy.iter_mut().enumerate().take(len) {
                // SAFETY: element `start` + p < k of the vector.
                *element = unsafe { *work.vector.add((start + p) * work.vector_stride) };
            }
            copy.as_ptr()
        };
        let accumulate = work.accumulate || start > 0;
        let mut top = 0;
        // SAFETY: rows below `rows`, columns `start..start + len` ≤ k.
        unsafe {
            while top + 4 <= work.rows {
                dot_rows::<F, 4, LANES, FUSED>(work, top, start, vector, len, accumulate);
                top += 4;
            }
            while top < work.rows {
                dot_rows::<F, 1, LANES, FUSED>(work, top, start, vector, len, accumulate);
                top += 1;
            }
        }
        start += len.max(1);
    }
}

/// # Safety
/// `HEIGHT` rows from `top` on, and columns `start..start + len`, must be in the matrix; `len`
/// elements of `vector` must be readable.
#[inline(always)]
unsafe fn dot_rows<F: Float, const HEIGHT: usize, const LANES: usize, const FUSED: bool>(
    work: Work<F>,
    top: usize,
    start: usize,
    vector: *const F,
    len: usize,
    accumulate: bool,
) {
    let mut sums = [[F::ZERO; LANES]; HEIGHT];
    let mut results = [F::ZERO; HEIGHT];
    if len > 0 {
        // SAFETY: the caller's.
        let matrix = unsafe { work.matrix.add(top * work.strides.0 + start) };
        let whole = len - len % LANES;
        let mut p = 0;
        while p < whole {
            // SAFETY: p + `LANES` ≤ `len`.
            let x = unsafe { *vector.add(p).cast::<[F; LANES]>() };
            for (i, sums) in sums.iter_mut().enumerate() {
                // SAFETY: as above, in row `top` + i.
                let row = unsafe { *matrix.add(i * work.strides.0 + p).cast::<[F; LANES]>() };
                for (sum, (&x, &y)) in sums.iter_mut().zip(x.iter().zip(&row)) {
                    *sum = add_product::<F, FUSED>(*sum, x, y);
                }
            }
            p += LANES;
        }
        for (i, (sums, result)) in sums.iter().zip(&mut results).enumerate() {
            *result = total(sums);
            for p in whole..len {
                // SAFETY: p < `len`.
                let (x, y) = unsafe { (*vector.add(p), *matrix.add(i * work.strides.0 + p)) };
                *result = add_product::<F, FUSED>(*result, x, y);
            }
        }
    }
    for (i, &result) in results.iter().enumerate() {
        // SAFETY: row `top` + i of the result.
        unsafe { store(&[result], work.out.add((top + i) * work.out_stride), 1, accumulate) };
    }
}

/// The sum of the lanes, pairwise.
#[inline(always)]
fn total<F: Float, const LANES: usize>(sums: &[F; LANES]) -> F {
    let mut sums = *sums;
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            let other = sums[lane + half];
            sums[lane] += other;
        }
        half /= 2;
    }
    sums[0]
}

/// The matrix has contiguous columns: `WIDTH` results at a time, from row `top` on; returns the
/// next row.
///
/// # Safety
/// As [`matvec`]; the row stride and the stride of the result are 1.
#[inline(always)]
unsafe fn columns<F: Float, const WIDTH: usize, const FUSED: bool>(work: Work<F>, mut top: usize) -> usize {
    while top + WIDTH <= work.rows {
        // SAFETY: rows `top..top + WIDTH`, contiguous in the matrix and in the result. With k = 0
        // the matrix may be empty, and is not read.
        unsafe {
            let matrix = if work.k == 0 { work.matrix } else { work.matrix.add(top) };
            let strides = (0, work.vector_stride);
            let [sums] = tile::<F, 1, WIDTH, FUSED>(work.k, work.vector, strides, matrix, work.strides.1);
            store(&sums, work.out.add(top), WIDTH, work.accumulate);
        }
        top += WIDTH;
    }
    top
}

/// Any strides, element by element.
///
/// # Safety
/// As [`matvec`].
#[inline(always)]
unsafe fn plain<F: Float, const FUSED: bool>(work: Work<F>) {
    for i in 0..work.rows {
        let mut sum = F::ZERO;
        for p in 0..work.k {
            // SAFETY: row i < `rows` and column p < k of the matrix, element p of the vector.
            let (x, y) = unsafe {
                (
                    *work.vector.add(p * work.vector_stride),
                    *work.matrix.add(i * work.strides.0 + p * work.strides.1),
                )
            };
            sum = add_product::<F, FUSED>(sum, x, y);
        }
        // SAFETY: row i of the result.
        unsafe { store(&[sum], work.out.add(i * work.out_stride), 1, work.accumulate) };
    }
}
