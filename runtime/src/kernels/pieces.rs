//! Products whose elements are used as soon as they are complete, and never exist as a matrix.

use core::ops::Range;
use core::slice;

use super::cpu::vectorised;
use super::matmul::{Product, checked_operands, with_room};
#[cfg(feature = "rayon")]
use super::threads;
use super::tile::{TALL, WIDE};
use crate::Float;

/// How many elements of the product exist at a time, and how many columns, where panels of B are copied for each block:
/// many rows for each copy, and of most matrices whole rows, so that what they update is read as it stands in memory.
const ROOM: usize = 12288;
const COLUMNS: usize = 128;
/// How many where they are not: a part of it.
const FEW: usize = 4096;

/// The product A B, in runs of its elements, for what follows it without regard to rows and columns: the update of a
/// matrix of weights, whose gradient then never exists. A run may be many rows.
///
/// Every element is in one run; runs come in the same order on every call with the same sizes and strides, which are
/// as for [`matmul`](super::matmul()). `each` stands for two, of some rows and of those behind: threads then take one
/// each, where the product is worth it. It runs as in [`vectorised`]; its method should be marked `#[inline(always)]`.
///
/// # Panics
/// If a slice is too short for its sizes and strides.
#[inline]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub(crate) fn matmul_runs<F: Float>(
    m: usize,
    n: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    b_strides: (usize, usize),
    each: impl Runs<F>,
) {
    shared(checked_operands(m, n, k, a, a_strides, b, b_strides), each);
}

/// What is done with the elements of a product.
pub(crate) trait Runs<F>: Sized {
    /// Gets a run, and where it starts, i · n + j, counted from the first row that this is for.
    fn each(&mut self, start: usize, run: &mut [F]);

    /// The same for the elements before one, and for the others; itself where that cannot be.
    #[cfg_attr(not(feature = "rayon"), allow(dead_code))]
    fn split(self, at: usize) -> Result<(impl Runs<F> + Send, impl Runs<F> + Send), Self>;
}

fn shared<F: Float, R: Runs<F>>(product: Product<F>, mut each: R) {
    #[cfg(feature = "rayon")]
    {
        let Product { m, n, k, .. } = product;
        if threads::is_worth_two(m.saturating_mul(n).saturating_mul(k))
            && let Some(parts) = halves(&product)
        {
            match each.split(parts.0.m * n) {
                // SAFETY: rows of the product, and what stands for their elements.
                Ok((before, behind)) => unsafe {
                    return threads::apart(
                        parts,
                        move |part| shared(part, before),
                        move |part| shared(part, behind),
                    );
                },
                Err(whole) => each = whole,
            }
        }
    }
    runs(
        product,
        #[inline(always)]
        |start, run| each.each(start, run),
    );
}

/// The rows of a product in the parts that are two threads', if the sums are the same: those of blocks as deep,
/// none of them of one row or column, which is a product with a vector and has another order, or of two rows, which are
/// another tile than the last two of 14.
#[cfg(feature = "rayon")]
fn halves<F: Float>(product: &Product<F>) -> Option<(Product<F>, Product<F>)> {
    let upper = threads::first_half(product.m);
    if upper >= product.m || product.n == 0 {
        return None;
    }
    // SAFETY: there is such a row.
    let parts = unsafe { (Product { m: upper, ..*product }, product.from(upper, 0, 0)) };
    let Blocking { across, down } = Blocking::of(product);
    let depth = |m, n| Product { m, n, ..*product }.depth().min(product.k);
    let first = spread(product.m, TALL, down).next()?.len();
    let alike = [product, &parts.0, &parts.1].into_iter().all(|part| {
        spread(part.m, TALL, Blocking::of(part).down).map(|rows| rows.len()).all(|m| {
            let mut widths = spread(product.n, WIDE, across).map(|columns| columns.len());
            m > 2 && widths.all(|n| n > 1 && depth(m, n) == depth(first, n))
        })
    });
    alike.then_some(parts)
}

/// Calls `each` with runs of the product.
#[inline(always)]
fn runs<F: Float>(product: Product<F>, mut each: impl FnMut(usize, &mut [F])) {
    let n = product.n;
    blocks(
        product,
        #[inline(always)]
        |top, left, width, block| {
            // One loop for both, so that `each` is compiled once.
            let run = if width == n { block.len() } else { width };
            for (i, piece) in block.chunks_exact_mut(run).enumerate() {
                each((top + i) * n + left, piece);
            }
        },
    );
}

/// How many blocks of a product there are beside and below each other.
struct Blocking {
    across: usize,
    down: usize,
}

impl Blocking {
    #[inline(always)]
    fn of<F: Float>(product: &Product<F>) -> Self {
        // Where B is copied, many rows for each copy; else whole rows, if possible.
        let (room, wide) =
            if product.gains_by_copies() { (ROOM, COLUMNS) } else { (FEW, FEW / TALL / WIDE * WIDE) };
        let across = product.n.div_ceil(wide).max(1);
        let columns = product.n.div_ceil(WIDE).div_ceil(across) * WIDE;
        let rows = room / columns.clamp(1, product.n.max(1));
        Self { across, down: product.m.div_ceil(rows / TALL * TALL) }
    }
}

/// `count` ranges, each of as many whole tiles, or one more, but for what is left of the last tile.
#[inline(always)]
fn spread(len: usize, tile: usize, count: usize) -> impl Iterator<Item = Range<usize>> {
    let start = move |place: usize| (len.div_ceil(tile) * place / count * tile).min(len);
    (0..count).map(move |place| start(place)..start(place + 1))
}

/// Calls `each` with blocks of the product: the first row and column, the width, the elements.
#[inline(always)]
fn blocks<F: Float>(product: Product<F>, mut each: impl FnMut(usize, usize, usize, &mut [F])) {
    let Product { m, n, k, .. } = product;
    if m == 0 || n == 0 {
        return;
    }
    let Blocking { across, down } = Blocking::of(&product);
    with_room::<F, ROOM>(|room| {
        for rows in spread(m, TALL, down) {
            for columns in spread(n, WIDE, across) {
                let (top, left, height, width) = (rows.start, columns.start, rows.len(), columns.len());
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
                    |_| each(top, left, width, block),
                );
            }
        }
    });
}

/// The indices of a loop whose iterations are rows, each of them vectors.
///
/// Where the compiler has unrolled a short row, it would make vectors again, of one element of many rows, and gather
/// and scatter them: a loop over rows of 32 took twenty times as long with AVX-512. With this the loop stays as it is
/// written; nothing else happens.
#[inline(always)]
pub fn rows(mut range: Range<usize>) -> impl Iterator<Item = usize> {
    // Before there is an index, or none: behind it, the loop would ask twice.
    core::iter::from_fn(
        #[inline(always)]
        move || {
            #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
            // SAFETY: no instruction.
            unsafe {
                core::arch::asm!("", options(nomem, nostack, preserves_flags));
            }
            range.next()
        },
    )
}

/// 0, 1, …, which the compiler does not know: where the lanes of a row are compared with a number, it would make a chain
/// of jumps of what is one comparison of vectors. As wide as most floats, so that what is compared and what is chosen by
/// it are vectors of as many lanes.
#[inline(always)]
#[must_use]
pub fn numbers<const N: usize>() -> &'static [u32; N] {
    const { assert!(N <= NUMBERS.len()) };
    let numbers = NUMBERS.first_chunk().expect("as many");
    #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
    {
        let mut place: *const [u32; N] = numbers;
        // SAFETY: no instruction: the pointer stays what it is.
        #[allow(clippy::pointers_in_nomem_asm_block, reason = "nothing is read through it there")]
        unsafe {
            core::arch::asm!("/* {0} */", inout(reg) place, options(pure, nomem, nostack, preserves_flags));
            &*place
        }
    }
    #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
    numbers
}

static NUMBERS: [u32; 256] = {
    let mut numbers = [0; 256];
    let mut i = 0;
    while i < 256 {
        numbers[i as usize] = i;
        i += 1;
    }
    numbers
};

/// What the [`numbers`] of lanes are compared with: the largest where it is larger.
#[inline(always)]
#[must_use]
pub fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A row as an array of whole vectors: its elements, then zeros.
///
/// # Panics
/// If the row is longer.
#[inline(always)]
#[must_use]
#[track_caller]
pub fn row<const LANES: usize, T: Copy + Default>(elements: &[T]) -> [T; LANES] {
    let mut row = [T::default(); LANES];
    row[..elements.len()].copy_from_slice(elements);
    row
}

/// As [`row`], of every `STRIDE`-th element from the first to the last.
///
/// # Panics
/// If there are more than `LANES` of them.
#[inline(always)]
#[must_use]
#[track_caller]
pub fn strided_row<const LANES: usize, const STRIDE: usize, T: Copy + Default>(elements: &[T]) -> [T; LANES] {
    let mut row = [T::default(); LANES];
    let count = elements.len().div_ceil(STRIDE);
    for (i, place) in row[..count].iter_mut().enumerate() {
        *place = elements[i * STRIDE];
    }
    row
}

/// The sum of `term(0)`, …, `term(count - 1)`, where more terms, up to whole vectors, may be computed and
/// dropped.
///
/// As [`sum_of`]. For terms that are elements of a [`row`].
#[inline(always)]
#[must_use]
#[track_caller]
pub fn sum_of_row<const LANES: usize, F: Float>(count: usize, mut term: impl FnMut(usize) -> F) -> F {
    if count == LANES {
        return sum_of(count, term);
    }
    let mut terms = [F::ZERO; LANES];
    for (i, place) in terms.iter_mut().enumerate() {
        *place = term(i);
    }
    sum(&terms[..count])
}

/// The sum of some elements, as [`sum_of`].
#[inline(always)]
#[must_use]
pub fn sum<F: Float>(elements: &[F]) -> F {
    sum_of(
        elements.len(),
        #[inline(always)]
        |i| elements[i],
    )
}

/// The sum of `term(0)`, `term(1)`, …, for terms that are worth computing in vectors.
///
/// In an order that depends on `count` only, and so with the same bits on every CPU. For use in
/// [`vectorised`].
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "compiled for every sum of a program: iterators take several times as long"
)]
pub fn sum_of<F: Float>(count: usize, mut term: impl FnMut(usize) -> F) -> F {
    // As many as do not wait for each other; what is left in whole vectors, too.
    const LANES: usize = 64;
    const VECTOR: usize = 16;
    let mut sums = [F::ZERO; LANES];
    for turn in rows(0..count / LANES) {
        for lane in 0..LANES {
            sums[lane] += term(turn * LANES + lane);
        }
    }
    let whole = count - count % LANES;
    let vectors = count % LANES / VECTOR;
    // Of a constant count, no loop: its sums stay in registers.
    for vector in 0..vectors {
        for lane in vector * VECTOR..vector * VECTOR + VECTOR {
            sums[lane] += term(whole + lane);
        }
    }
    for lane in vectors * VECTOR..count % LANES {
        sums[lane] += term(whole + lane);
    }
    let mut half = count.min(LANES).next_power_of_two() / 2;
    while half > 0 {
        for lane in 0..half {
            let other = sums[lane + half];
            sums[lane] += other;
        }
        half /= 2;
    }
    sums[0]
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::{Product, checked_operands, halves, runs};
    use crate::Rng;

    /// The elements of a product.
    fn elements(product: Product<f32>) -> Vec<f32> {
        let mut all = vec![f32::NAN; product.m * product.n];
        runs(product, |start, run| all[start..start + run.len()].copy_from_slice(run));
        all
    }

    #[test]
    fn halves_have_the_bits_of_the_whole() {
        let mut rng = Rng::new(3);
        let mut random = |count: usize| (0..count).map(|_| rng.uniform() as f32).collect::<Vec<_>>();
        let mut divided = 0;
        for m in [2, 12, 13, 24, 25, 97, 121, 256, 400, 784] {
            for (n, k) in [(1, 40), (10, 128), (25, 1000), (130, 60), (128, 256), (256, 520), (385, 40)] {
                let (a, b) = (random(m * k), random(k * n));
                for a_strides in [(k, 1), (1, m)] {
                    let product = checked_operands(m, n, k, &a, a_strides, &b, (n, 1));
                    let Some((first, second)) = halves(&product) else { continue };
                    let parts = [elements(first), elements(second)].concat();
                    assert!(elements(product) == parts, "{m} × {n} × {k}, {a_strides:?}");
                    divided += 1;
                }
            }
        }
        assert!(divided > 60, "{divided}");
    }
}
