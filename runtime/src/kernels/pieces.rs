//! Products whose elements are used as soon as they are complete, and never exist as a matrix.

use core::slice;

use super::dispatch::vectorised;
use super::matmul::{checked_operands, with_room};
use crate::Float;

/// How many elements of the product exist at a time: a part of a first-level cache.
const ROOM: usize = 4096;
/// A divisor of it is how many rows of a tile there are, on every CPU.
const STEP: usize = 12;

/// The product A B, piece by piece: `each` gets a row, a column, and the elements from there on.
///
/// Every element is in one piece, a row or a part of one; pieces come in the same order on every
/// call with the same sizes and strides. Sizes and strides are as for [`matmul`](super::matmul()). For
/// what follows a product element by element: a bias and a function, a function's derivative, the
/// update of a weight. `each` runs as in [`vectorised`]; it should be marked `#[inline(always)]`.
///
/// # Panics
/// If a slice is too short for its sizes and strides.
#[inline]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub fn matmul_pieces<F: Float>(
    m: usize,
    n: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    b_strides: (usize, usize),
    mut each: impl FnMut(usize, usize, &mut [F]),
) {
    if m == 0 || n == 0 {
        return;
    }
    let product = checked_operands(m, n, k, a, a_strides, b, b_strides);
    // Wide pieces, but where B is copied many rows for each copy.
    let (wide, tall) = if b_strides.1 == 1 { (256, usize::MAX) } else { (32, 120) };
    let columns = n.min(wide);
    let rows = (ROOM / columns).min(tall);
    let rows = rows - rows % STEP;
    with_room::<F, ROOM>(|room| {
        for top in (0..m).step_by(rows) {
            for left in (0..n).step_by(columns) {
                let (height, width) = (rows.min(m - top), columns.min(n - left));
                // SAFETY: a part of the product, written to the room, whose rows then are `width`
                // apart; height · width ≤ `ROOM` elements, all of them written.
                let block = unsafe {
                    if k == 0 {
                        for i in 0..height * width {
                            room.add(i).write(F::ZERO);
                        }
                    } else {
                        let mut part = product.from(top, left, 0);
                        (part.m, part.n, part.c, part.c_row_stride) = (height, width, room, width);
                        F::multiply(part);
                    }
                    slice::from_raw_parts_mut(room, height * width)
                };
                vectorised(
                    #[inline(always)]
                    || {
                        for (i, piece) in block.chunks_exact_mut(width).enumerate() {
                            each(top + i, left, piece);
                        }
                    },
                );
            }
        }
    });
}

/// The sum of `term(0)`, `term(1)`, …, taken sixteen at a time so that the terms can be computed in
/// vectors.
///
/// The same bits on every CPU. For use in [`vectorised`].
#[inline(always)]
pub fn sum_of<F: Float>(count: usize, mut term: impl FnMut(usize) -> F) -> F {
    const LANES: usize = 16;
    let mut sums = [F::ZERO; LANES];
    let whole = count - count % LANES;
    for start in (0..whole).step_by(LANES) {
        let terms: [F; LANES] = core::array::from_fn(
            #[inline(always)]
            |lane| term(start + lane),
        );
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term;
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            let other = sums[lane + half];
            sums[lane] += other;
        }
        half /= 2;
    }
    for i in whole..count {
        sums[0] += term(i);
    }
    sums[0]
}
