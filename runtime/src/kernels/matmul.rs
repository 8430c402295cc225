//! Products of matrices with any strides.
//!
//! A tile of C stays in registers while the inner dimension runs. Where B is deep or large, or its columns are not
//! contiguous, a panel of it as wide as a tile is copied to the stack, by the first tile if that can read it; A is read
//! in place.

use core::mem::MaybeUninit;
use core::ptr;

use super::threads;
use super::vector::Vector;
use crate::Float;

/// How much of the inner dimension one panel of B holds, at most.
pub(super) const DEPTH: usize = 256;
/// How many rows of A are used on one panel of B before the next; with `DEPTH`, a part of the
/// second-level cache.
const ROWS: usize = 120;
/// Up to how many rows more a block may have.
const LEFT_OVER: usize = 4;
/// With fewer rows than this, a panel of B is not used often enough to be worth copying.
const COPY_FROM: usize = 24;
/// With panels less deep, or fewer columns, a panel that is near is as good as its copy.
const DEEP: usize = 48;
const WIDE: usize = 32;
/// How many bytes are a page, and of how many pages the CPU knows the places at once.
const PAGE: usize = 1 << 12;
const PAGES: usize = 64;
/// How many bytes a line of the cache has: a vector that crosses into the next is two loads.
pub(crate) const LINE: usize = 64;
/// How many elements of A stay next to the CPU, in a part of a first-level cache.
const NEXT: usize = 1 << 12;
/// How many elements of B stay near, in a second-level cache, while rows of A pass.
pub(super) const NEAR: usize = 1 << 17;

/// C = A B, or C += A B: `m` × `n` from `m` × `k` and `k` × `n`.
///
/// Strides are (row, column), in elements: a transposed operand is one with its strides swapped,
/// and a stride of 0 repeats a row or column. The columns of C are contiguous. Sums are taken in
/// the order of the inner dimension, in the type of the elements. With k = 0 the product is 0.
///
/// # Panics
/// If a slice is too short for its sizes and strides, or the rows of C overlap.
// A program has one copy of the checks, not one for each call.
#[inline(never)]
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
    if let Some(product) = checked(m, n, k, a, a_strides, b, b_strides, c, c_row_stride, accumulate) {
        // SAFETY: each slice holds the last element that its sizes and strides reach, and `c`, being
        // mutably borrowed, shares nothing with the others.
        unsafe { threads::multiply(product) };
    }
}

/// The product, if there is anything left to compute after the checks that [`matmul`] documents.
#[inline(always)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
pub(super) fn checked<F: Float>(
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
) -> Option<Product<F>> {
    if m == 0 || n == 0 {
        return None;
    }
    let fits = inside(a.len(), (m, k), a_strides)
        & inside(b.len(), (k, n), b_strides)
        & inside(c.len(), (m, n), (c_row_stride, 1));
    if !fits {
        short(m, n, k, a.len(), a_strides, b.len(), b_strides, c.len(), c_row_stride);
    }
    assert!(m == 1 || c_row_stride >= n, "matmul: the rows of `c` overlap");
    if k == 0 {
        if !accumulate {
            c.chunks_mut(c_row_stride.max(1)).take(m).for_each(|row| row[..n].fill(F::ZERO));
        }
        return None;
    }
    let operands = Product::of((m, n, k), a, a_strides, b, b_strides);
    Some(Product { c: c.as_mut_ptr(), c_row_stride, accumulate, ..operands })
}

/// A product that has no place to go to yet.
#[inline(always)]
#[track_caller]
pub(super) fn checked_operands<F: Float>(
    m: usize,
    n: usize,
    k: usize,
    a: &[F],
    a_strides: (usize, usize),
    b: &[F],
    b_strides: (usize, usize),
) -> Product<F> {
    if !(inside(a.len(), (m, k), a_strides) & inside(b.len(), (k, n), b_strides)) {
        // The third is what it must be.
        short(m, n, k, a.len(), a_strides, b.len(), b_strides, usize::MAX, 0);
    }
    Product::of((m, n, k), a, a_strides, b, b_strides)
}

/// Whether a matrix of this shape and these strides lies inside a slice of `len` elements.
///
/// Without a branch: it stands at every call of a program, and costs its build more than its run.
#[inline(always)]
fn inside(len: usize, (rows, columns): (usize, usize), (row, column): (usize, usize)) -> bool {
    let (down, too_far) = rows.wrapping_sub(1).overflowing_mul(row);
    let (across, too_wide) = columns.wrapping_sub(1).overflowing_mul(column);
    let (last, too_long) = down.overflowing_add(across);
    (rows == 0) | (columns == 0) | (!(too_far | too_wide | too_long) & (last < len))
}

/// Says which of the matrices leaves its slice. No arrays: every call would have to store them.
#[cold]
#[inline(never)]
#[track_caller]
#[allow(clippy::too_many_arguments)]
fn short(
    m: usize,
    n: usize,
    k: usize,
    a: usize,
    a_strides: (usize, usize),
    b: usize,
    b_strides: (usize, usize),
    c: usize,
    c_row_stride: usize,
) -> ! {
    let (lens, shapes) = ([a, b, c], [(m, k), (k, n), (m, n)]);
    let strides = [a_strides, b_strides, (c_row_stride, 1)];
    let wrong = (0..3).find(|&one| !inside(lens[one], shapes[one], strides[one])).unwrap_or(0);
    let (name, len, shape, strides) = (["a", "b", "c"][wrong], lens[wrong], shapes[wrong], strides[wrong]);
    panic!("matmul: `{name}` has {len} elements, too few for shape {shape:?} with strides {strides:?}");
}

/// The arguments of [`matmul`] after checking; no dimension is 0.
#[derive(Clone, Copy)]
pub struct Product<F> {
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) a: *const F,
    pub(super) a_strides: (usize, usize),
    pub(super) b: *const F,
    pub(super) b_strides: (usize, usize),
    pub(super) c: *mut F,
    pub(super) c_row_stride: usize,
    pub(super) accumulate: bool,
}

impl<F: Float> Product<F> {
    /// Of two matrices, to go nowhere yet.
    #[inline(always)]
    fn of(
        (m, n, k): (usize, usize, usize),
        a: &[F],
        a_strides: (usize, usize),
        b: &[F],
        b_strides: (usize, usize),
    ) -> Self {
        let (a, b) = (a.as_ptr(), b.as_ptr());
        Self { m, n, k, a, a_strides, b, b_strides, c: ptr::null_mut(), c_row_stride: n, accumulate: false }
    }

    /// What is left from a row and a column of C and a place in the inner dimension on.
    ///
    /// # Safety
    /// All three must be in the product.
    #[inline(always)]
    pub(super) unsafe fn from(&self, top: usize, left: usize, depth: usize) -> Self {
        // SAFETY: elements of the matrices, says the caller.
        unsafe {
            Self {
                m: self.m - top,
                n: self.n - left,
                k: self.k - depth,
                a: self.a.add(top * self.a_strides.0 + depth * self.a_strides.1),
                b: self.b.add(depth * self.b_strides.0 + left * self.b_strides.1),
                c: self.c.wrapping_add(top * self.c_row_stride + left),
                accumulate: self.accumulate || depth > 0,
                ..*self
            }
        }
    }

    /// Whether panels of B are worth a copy: its rows are neighbours and begin with lines of the cache, where those of
    /// B may share a small part of the cache. It decides what is summed at a time, which changes the bits, and so must
    /// not depend on addresses.
    #[inline(always)]
    pub(super) fn wants_copy(&self) -> bool {
        // A that is not near is best read row by row, not in parts of rows for each panel.
        let passes = self.k > DEPTH && self.m * self.k > 2 * NEAR && !self.leaps();
        self.b_strides.1 != 1 || self.m >= COPY_FROM && self.gains_by_copies() && !(passes && self.is_near())
    }

    /// Whether copies of panels of B are worth it if many rows use them, or have to be made.
    #[inline(always)]
    pub(super) fn gains_by_copies(&self) -> bool {
        self.b_strides.1 != 1 || self.k >= DEEP && self.n >= WIDE || !self.is_near()
    }

    /// Whether B stays near while rows pass.
    #[inline(always)]
    fn is_near(&self) -> bool {
        self.k.saturating_mul(self.n) <= NEAR
    }

    /// How much of the inner dimension is summed at a time.
    #[inline(always)]
    pub(super) fn depth(&self) -> usize {
        match self.wants_copy() {
            true if self.leaps() => DEPTH / 2,
            true => DEPTH,
            false => self.k,
        }
    }

    /// Whether the columns of A are its rows in memory, and a tile would read them in more pages than the CPU knows the
    /// places of: fewer at a time, for all rows of a block, take an eighth less time.
    #[inline(always)]
    fn leaps(&self) -> bool {
        self.a_strides.0 == 1 && self.a_strides.1 > PAGES * PAGE / (DEPTH * size_of::<F>())
    }
}

/// A column times a row: the row stays in registers.
///
/// # Safety
/// As [`multiply`]; k = 1 and the columns of B are contiguous.
#[inline(always)]
pub(super) unsafe fn outer<V: Vector>(product: Product<V::Float>) {
    let mut left = 0;
    // SAFETY: `left` < n; no more columns than are left; the rest is the caller's.
    unsafe {
        while left < product.n {
            let rest = product.from(0, left, 0);
            left += if rest.n >= 4 * V::LEN {
                outer_panel::<V, 4, false>(&rest)
            } else if rest.n >= 2 * V::LEN {
                outer_panel::<V, 2, false>(&rest)
            } else if rest.n > V::LEN {
                outer_panel::<V, 2, true>(&rest)
            } else if rest.n == V::LEN {
                outer_panel::<V, 1, false>(&rest)
            } else {
                outer_panel::<V, 1, true>(&rest)
            };
        }
    }
}

/// Up to `WIDTH` vectors of columns, of which the last is not whole if `PART`; returns how many.
///
/// # Safety
/// As [`outer`]; there are as many columns.
#[inline(always)]
unsafe fn outer_panel<V: Vector, const WIDTH: usize, const PART: bool>(product: &Product<V::Float>) -> usize {
    let columns = if PART { product.n } else { WIDTH * V::LEN };
    let last = columns - (WIDTH - 1) * V::LEN;
    // SAFETY: all rows of A and C, `columns` columns of B and C.
    unsafe {
        let zero = V::splat(Float::ZERO);
        let mut row = [zero; WIDTH];
        for (v, vector) in row.iter_mut().enumerate() {
            let b = product.b.add(v * V::LEN);
            *vector = if PART && v == WIDTH - 1 { V::load_first(b, last) } else { V::load(b) };
        }
        let place = |i: usize, v: usize| product.c.add(i * product.c_row_stride + v * V::LEN);
        let read = |i: usize| {
            let mut before = [zero; WIDTH];
            if product.accumulate && i < product.m {
                for (v, vector) in before.iter_mut().enumerate() {
                    let c = place(i, v);
                    *vector = if PART && v == WIDTH - 1 { V::load_first(c, last) } else { V::load(c) };
                }
            }
            before
        };
        // A row is read before the one above it is written: behind a part of a vector it would wait for that to be in
        // the cache.
        let mut next = read(0);
        for i in 0..product.m {
            let before = next;
            next = read(i + 1);
            let x = V::splat(*product.a.add(i * product.a_strides.0));
            for (v, (&y, before)) in row.iter().zip(before).enumerate() {
                let sum = x.mul_add(y, before);
                if PART && v == WIDTH - 1 {
                    sum.store_first(place(i, v), last)
                } else {
                    sum.store(place(i, v))
                }
            }
        }
    }
    columns
}

/// What [`multiply`] is made of, each compiled once: functions of this module and `tile.rs` of the same name.
pub(super) struct Strips<F> {
    pub pack: unsafe fn(&mut Product<F>, *mut F),
    pub first_strip: unsafe fn(&mut Product<F>, *mut F),
    /// [`panel`](super::tile::panel), of rows of B that are even steps apart.
    pub even: unsafe fn(&Product<F>) -> usize,
}

/// The product in tiles of `HEIGHT` rows and two vectors. If `copy` is not null, panels of B are
/// copied to it.
///
/// # Safety
/// The CPU features of `V`. Every element that the sizes and strides of `product` reach must be
/// readable, those of `c` also writable, and `c` must share none with `a` and `b`. `copy` must be
/// writable for [`panel_len`] floats, or null and the columns of B contiguous.
#[inline(always)]
pub(super) unsafe fn multiply<V: Vector, const HEIGHT: usize>(
    product: Product<V::Float>,
    copy: *mut V::Float,
    strips: &Strips<V::Float>,
) {
    let Product { m, n, k, .. } = product;
    let (copies, turned) = (!copy.is_null(), product.b_strides.1 != 1);
    let deep = product.depth();
    // Without copies, either A and a panel of B stay next to the CPU, or B stays near while rows pass, or few rows pass.
    let tall = match copies {
        true => ROWS,
        false if m * k > NEXT && k * n <= NEAR => HEIGHT,
        false => m,
    };
    let mut depth = 0;
    while depth < k {
        let mut top = 0;
        while top < m {
            // Rows that are left over are of the block before: tiles are those of all rows, wherever blocks begin.
            let rows = if m - top <= tall + LEFT_OVER { m - top } else { tall };
            let mut left = 0;
            while left < n {
                // SAFETY: `top` < m, `left` < n and `depth` < k; the rest is the caller's.
                unsafe {
                    let mut block = product.from(top, left, depth);
                    block.m = rows;
                    block.k = block.k.min(deep);
                    if copies {
                        block.n = block.n.min(2 * V::LEN);
                        if turned {
                            (strips.pack)(&mut block, copy);
                        } else if block.n == 2 * V::LEN && block.m > HEIGHT {
                            (strips.first_strip)(&mut block, copy);
                        }
                    }
                    left += (strips.even)(&block);
                }
            }
            top += rows;
        }
        depth += deep;
    }
}

/// How many floats a copy of a panel holds.
pub(super) const fn panel_len<V: Vector>() -> usize {
    DEPTH * 2 * V::LEN
}

/// What begins with a line of the cache.
#[repr(align(64))]
pub(super) struct Lines<T>(pub T);

const _: () = assert!(align_of::<Lines<u8>>() == LINE);

/// Runs `work` with room for the copy of a panel of `LEN` floats.
// Apart from the rest, so that only what copies has so large a stack.
#[inline(never)]
pub(super) fn with_room<F, const LEN: usize>(work: impl FnOnce(*mut F)) {
    let mut room = Lines([const { MaybeUninit::<F>::uninit() }; LEN]);
    work(room.0.as_mut_ptr().cast());
}

/// Copies B, whose columns are not contiguous, of two vectors of columns or fewer, to rows of two vectors, and
/// reads it there.
///
/// # Safety
/// As [`multiply`]; k ≤ `DEPTH`.
#[inline(always)]
pub(super) unsafe fn pack<V: Vector>(block: &mut Product<V::Float>, copy: *mut V::Float) {
    let (n, k, b, row) = (block.n, block.k, block.b, 2 * V::LEN);
    let (down, across) = block.b_strides;
    let deep = if down == 1 { k - k % V::BLOCK } else { 0 };
    // SAFETY: reads B at rows below k and columns below n, and writes the copy at the same.
    unsafe {
        let mut left = 0;
        if deep > 0 {
            left = turn::<V>(b, across, copy, row, (left, n), deep);
            left = turn::<V::Half>(b, across, copy, row, (left, n), deep);
            left = turn::<<V::Half as Vector>::Half>(b, across, copy, row, (left, n), deep);
        }
        for j in 0..n {
            let start = if j < left { deep } else { 0 };
            for p in start..k {
                *copy.add(p * row + j) = *b.add(p * down + j * across);
            }
        }
    }
    block.b = copy;
    block.b_strides = (row, 1);
}

/// Copies as many of the columns from `left` to n as are whole vectors, `deep` rows of them; returns the first that is
/// left.
///
/// # Safety
/// As [`pack`], where each column is contiguous; `deep` is a multiple of `BLOCK`.
#[inline(always)]
unsafe fn turn<V: Vector>(
    b: *const V::Float,
    across: usize,
    copy: *mut V::Float,
    row: usize,
    (mut left, n): (usize, usize),
    deep: usize,
) -> usize {
    while left + V::LEN <= n {
        for p in (0..deep).step_by(V::BLOCK) {
            // SAFETY: `LEN` columns from `left` on and `BLOCK` rows from p on, which there are.
            unsafe { V::transpose(b.add(left * across + p), across, copy.add(p * row + left), row) };
        }
        left += V::LEN;
    }
    left
}
