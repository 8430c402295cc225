//! Products of matrices whose rows, columns and inner dimension are several indices each: what a
//! convolution is, and what its gradients are.
//!
//! The windows of an image exist only on the stack, at most: B is read in place where its columns are long
//! rows, or where the inner dimension is in A too, copied with what windows have in common once where that is little, else panel by panel. A and C are
//! used in place.

use super::matmul::{DEPTH, Product};
use super::threads;
use super::vector::Vector;
use crate::Float;
pub(super) use dots::{Strip, strip};
pub use indices::Index;
use indices::{Indices, Walk};
use windows::Way;
pub(super) use windows::{Planes, copy_planes};

mod dots;
mod indices;
#[cfg(test)]
mod tests;
mod windows;

/// The columns of the widest panel.
const WIDEST: usize = 32;

/// C = A B, or C += A B, where `rows` run through A and C, `columns` through B and C, and `depth` through A
/// and B.
///
/// Each is a list of indices, outermost first: the extent, then both strides, in elements. The last
/// column steps through C one by one. Different rows and columns must be different elements of C.
/// Sums are taken in an order of `depth` that the strides decide.
///
/// # Panics
/// If a slice is too short for its extents and strides, or there are more than eight indices in a list.
#[inline]
#[track_caller]
pub fn contract<F: Float>(
    rows: &[Index],
    columns: &[Index],
    depth: &[Index],
    a: &[F],
    b: &[F],
    c: &mut [F],
    accumulate: bool,
) {
    if rows.iter().chain(columns).any(|&(extent, ..)| extent == 0) {
        return;
    }
    check("a", a.len(), rows.iter().map(first).chain(depth.iter().map(first)));
    check("b", b.len(), columns.iter().map(first).chain(depth.iter().map(second)));
    check("c", c.len(), rows.iter().map(second).chain(columns.iter().map(second)));
    let [rows, columns, depth] = arranged([rows, columns, depth]);
    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    let contraction = Contraction::new([rows, columns, depth], a, b, c, accumulate);
    // SAFETY: each slice holds the last element that extents and strides reach, and `c`, being mutably
    // borrowed, shares nothing with the others.
    unsafe {
        if depth.count() == 0 {
            if !accumulate {
                contraction.clear();
            }
        } else if let Some(product) = contraction.as_product() {
            threads::multiply(product);
        } else {
            threads::contract(contraction);
        }
    }
}

/// Rows, columns and depth, each in an order that depends on its strides alone, with what steps through both
/// matrices like one index as one.
#[track_caller]
fn arranged([rows, columns, depth]: [&[Index]; 3]) -> [Indices; 3] {
    let alike = |a: &Index, b: &Index| a.1 == b.0 * b.1 && a.2 == b.0 * b.2;
    let rows = Indices::new(rows).arranged(|row| row.2, alike);
    let columns = Indices::new(columns).arranged(|column| column.2, alike);
    let depth = Indices::new(depth).arranged(|depth| depth.1, alike);
    [rows, columns, depth]
}

fn first(&(extent, stride, _): &Index) -> (usize, usize) {
    (extent, stride)
}

fn second(&(extent, _, stride): &Index) -> (usize, usize) {
    (extent, stride)
}

/// Panics unless all elements that extents and strides reach are in a slice of `len` elements.
#[inline]
#[track_caller]
fn check(name: &str, len: usize, axes: impl Iterator<Item = (usize, usize)>) {
    let (mut last, mut empty) = (Some(0_usize), false);
    for (extent, stride) in axes {
        empty |= extent == 0;
        let most = extent.saturating_sub(1).checked_mul(stride);
        last = last.zip(most).and_then(|(last, most)| last.checked_add(most));
    }
    assert!(
        empty || last.is_some_and(|last| last < len),
        "contract: `{name}` has {len} elements, too few for its extents and strides"
    );
}

/// The arguments of [`contract`] after checking, [`arranged`]; no list is of nothing.
#[derive(Clone, Copy)]
pub struct Contraction<F> {
    rows: Indices,
    columns: Indices,
    depth: Indices,
    /// Which columns are computed, in the order of their places in C: from one to before another.
    part: (usize, usize),
    way: Way,
    a: *const F,
    b: *const F,
    c: *mut F,
    accumulate: bool,
}

impl<F: Float> Contraction<F> {
    fn new(
        [rows, columns, depth]: [Indices; 3],
        a: *const F,
        b: *const F,
        c: *mut F,
        accumulate: bool,
    ) -> Self {
        let way = Way::of::<F>(&rows, &columns, &depth);
        Self { rows, columns, depth, part: (0, columns.count()), way, a, b, c, accumulate }
    }

    /// How many columns are computed, and how many multiplications that takes.
    #[cfg(feature = "rayon")]
    pub(super) fn work(&self) -> (usize, usize) {
        let columns = self.part.1 - self.part.0;
        let counts = [self.rows.count(), columns, self.depth.count()];
        (columns, counts.into_iter().fold(1, usize::saturating_mul))
    }

    /// How many columns belong together: parts are of a multiple of them.
    #[cfg(feature = "rayon")]
    pub(super) fn step(&self) -> usize {
        self.way.unit(&self.columns)
    }

    /// The columns before one of those that are computed, and the others.
    #[cfg(feature = "rayon")]
    pub(super) fn split(&self, at: usize) -> (Self, Self) {
        let (from, to) = self.part;
        (Self { part: (from, from + at), ..*self }, Self { part: (from + at, to), ..*self })
    }

    /// The product of matrices that this is, if each list of indices is like one.
    fn as_product(&self) -> Option<Product<F>> {
        let (Self { a, b, c, accumulate, .. }, [rows, columns, depth]) =
            (*self, [self.rows, self.columns, self.depth]);
        if rows.len > 1 || columns.len > 1 || depth.len > 1 {
            return None;
        }
        let ((_, (m, a_row, c_row)), (_, (n, b_column, c_column)), (_, (k, a_column, b_row))) =
            (rows.split_last(), columns.split_last(), depth.split_last());
        let (a_strides, b_strides) = ((a_row, a_column), (b_row, b_column));
        let c_row_stride = c_row;
        (c_column == 1 || n == 1).then_some(Product {
            m,
            n,
            k,
            a,
            a_strides,
            b,
            b_strides,
            c,
            c_row_stride,
            accumulate,
        })
    }

    /// The rows of a tile, which are even steps apart, as many as possible, and the others.
    #[inline(always)]
    fn rows_of_tiles(&self) -> (Indices, Index) {
        let mut rows = self.rows;
        if let Some(most) = (0..rows.len).max_by_key(|&row| rows.indices[row].0) {
            rows.indices.swap(most, rows.len - 1);
        }
        rows.split_last()
    }

    /// Sets all of C to zero.
    unsafe fn clear(&self) {
        let mut rows = Walk::new(&self.rows);
        for _ in 0..self.rows.count() {
            let mut columns = Walk::new(&self.columns);
            for _ in 0..self.columns.count() {
                // SAFETY: an element of C.
                unsafe { *self.c.add(rows.offsets.1 + columns.offsets.1) = F::ZERO };
                columns.step();
            }
            rows.step();
        }
    }
}

/// Columns of a panel that are neighbours in B, or even steps apart, and neighbours in C.
#[derive(Clone, Copy)]
struct Piece {
    /// The first column.
    from: usize,
    len: usize,
    /// Where the first is in B and C.
    b: usize,
    c: usize,
}

/// What a contraction calls, compiled for its CPU: each by itself, once, so that its loops have all registers
/// and the crate is built in seconds.
pub(super) struct Parts<F> {
    /// [`copy_planes`].
    pub copy: unsafe fn(&Planes<F>),
    /// A panel of a product, as [`panel`](super::tile::panel), whose rows of B are even steps apart.
    pub even: unsafe fn(&Product<F>) -> usize,
    /// The same with a list of the offsets of rows of B.
    pub listed: unsafe fn(&Product<F>, *const usize),
    /// [`strip`] of dot products.
    pub strip: unsafe fn(&Strip<F>),
}

/// Computes a contraction in panels of two vectors, with tiles of up to `HEIGHT` rows; as dot products, of up to `DOTS`.
///
/// # Safety
/// The CPU features of `V`. Every element that extents and strides reach must be readable, those of C
/// also writable, and C must share none with A and B.
#[inline(always)]
pub(super) unsafe fn contraction<V: Vector, const HEIGHT: usize, const DOTS: usize>(
    all: &Contraction<V::Float>,
    parts: &Parts<V::Float>,
) {
    const { assert!(2 * V::LEN <= WIDEST) };
    // SAFETY: the caller's.
    unsafe {
        match &all.way {
            Way::Panels => panels::<V, HEIGHT>(all, parts),
            Way::InPlace => windows::in_place::<V>(all, parts),
            Way::Shared(shared) => windows::shared::<V>(all, shared, parts),
            Way::Dots => dots::dots::<V, DOTS>(all, parts),
        }
    }
}

/// The same, B copied panel by panel.
///
/// # Safety
/// As [`contraction`].
#[inline(always)]
unsafe fn panels<V: Vector, const HEIGHT: usize>(all: &Contraction<V::Float>, parts: &Parts<V::Float>) {
    let (outer_rows, (m, a_row, c_row)) = all.rows_of_tiles();
    let outer_row_count = outer_rows.count();
    // The inner dimension of a tile, too, in A; in B it is anywhere.
    let mut shallow = 0;
    let mut a_column = 0;
    let mut run = 1;
    for (place, &(extent, stride, _)) in all.depth.as_slice().iter().enumerate().rev() {
        if place + 1 == all.depth.len {
            (shallow, a_column, run) = (place, stride, extent);
        } else if stride == a_column * run {
            (shallow, run) = (place, run * extent);
        } else {
            break;
        }
    }
    let outer_depth = Indices { len: shallow, ..all.depth };
    let inner_depth = all.depth.inside(shallow);

    let row = 2 * V::LEN;
    let (mut left, n) = all.part;
    let (_, (run_of_columns, b_column, c_column)) = all.columns.split_last();
    let mut copy = [const { core::mem::MaybeUninit::<V>::uninit() }; 2 * DEPTH];
    let copy: *mut V::Float = copy.as_mut_ptr().cast();
    let mut offsets = [0_usize; DEPTH];
    let mut pieces = [Piece { from: 0, len: 0, b: 0, c: 0 }; WIDEST];
    let mut column = Walk::new(&all.columns);
    column.start(left);
    let single = outer_depth.count() == 1 && run <= DEPTH;
    while left < n {
        let width = row.min(n - left);
        // The pieces of this panel.
        let mut count = 0;
        let mut from = 0;
        while from < width {
            let place = column.at[all.columns.len.saturating_sub(1)];
            let len = (run_of_columns - place).min(width - from);
            let (b, c) = column.offsets;
            pieces[count] = Piece { from, len, b, c };
            count += 1;
            from += len;
            column.advance(len);
        }
        let pieces = &pieces[..count];
        let together = c_column == 1 && pieces.windows(2).all(|pair| pair[0].c + pair[0].len == pair[1].c);
        let mut accumulate = all.accumulate;
        let mut outer = Walk::new(&outer_depth);
        for _ in 0..outer_depth.count() {
            let mut deep = 0;
            while deep < run {
                let k = DEPTH.min(run - deep);
                // The same for every panel, if all of them are there.
                if left == all.part.0 || !single {
                    windows::fill(&inner_depth, deep, &mut offsets[..k]);
                }
                // SAFETY: pieces and offsets are those of elements of B; the copy has `DEPTH` rows.
                unsafe {
                    copy_windows::<V>(all.b.add(outer.offsets.1), b_column, pieces, &offsets[..k], copy);
                }
                let mut row_at = Walk::new(&outer_rows);
                for _ in 0..outer_row_count {
                    // SAFETY: rows of A and C, and columns of the copy and C.
                    unsafe {
                        let product = Product {
                            m,
                            n: width,
                            k,
                            a: all.a.add(row_at.offsets.0 + outer.offsets.0 + deep * a_column),
                            a_strides: (a_row, a_column),
                            b: copy,
                            b_strides: (row, 1),
                            c: all.c.add(row_at.offsets.1),
                            c_row_stride: c_row,
                            accumulate,
                        };
                        if together {
                            let c = product.c.add(pieces[0].c);
                            (parts.even)(&Product { c, ..product });
                        } else {
                            scattered::<V::Float, HEIGHT>(&product, c_column, pieces, parts);
                        }
                    }
                    row_at.step();
                }
                accumulate = true;
                deep += k;
            }
            outer.step();
        }
        left += width;
    }
}

/// A panel of the product whose columns are not neighbours in C: first beside it.
///
/// # Safety
/// As `panel` in `tile.rs`, with the columns of C where the pieces say.
#[inline(always)]
unsafe fn scattered<F: Float, const HEIGHT: usize>(
    product: &Product<F>,
    c_column: usize,
    pieces: &[Piece],
    parts: &Parts<F>,
) {
    let mut beside = [[F::ZERO; WIDEST]; HEIGHT];
    let mut top = 0;
    while top < product.m {
        let height = HEIGHT.min(product.m - top);
        // SAFETY: rows from `top` on of A and C; as many rows beside it.
        unsafe {
            let a = product.a.add(top * product.a_strides.0);
            let c = beside.as_mut_ptr().cast();
            let block = Product { m: height, a, c, c_row_stride: WIDEST, accumulate: false, ..*product };
            (parts.even)(&block);
            for (i, sums) in beside.iter().enumerate().take(height) {
                let c = product.c.add((top + i) * product.c_row_stride);
                for piece in pieces {
                    for (j, &sum) in sums[piece.from..piece.from + piece.len].iter().enumerate() {
                        let to = c.add(piece.c + j * c_column);
                        *to = if product.accumulate { *to + sum } else { sum };
                    }
                }
            }
        }
        top += height;
    }
}

/// Copies columns of B to rows of two vectors: row p from the p-th offset on.
///
/// # Safety
/// Every piece from every offset on must be readable, and as many rows of `copy` writable.
#[inline(always)]
unsafe fn copy_windows<V: Vector>(
    b: *const V::Float,
    b_column: usize,
    pieces: &[Piece],
    offsets: &[usize],
    copy: *mut V::Float,
) {
    let row = 2 * V::LEN;
    for piece in pieces {
        // SAFETY: inside the piece; a whole vector is written where the row has the room, over what
        // later pieces write.
        unsafe {
            let (from, to) = (b.add(piece.b), copy.add(piece.from));
            if b_column != 1 {
                for (p, &offset) in offsets.iter().enumerate() {
                    for j in 0..piece.len {
                        *to.add(p * row + j) = *from.add(offset + j * b_column);
                    }
                }
                continue;
            }
            let mut at = 0;
            while at < piece.len {
                let some = V::LEN.min(piece.len - at);
                let (from, to) = (from.add(at), to.add(at));
                if some == V::LEN {
                    for (p, &offset) in offsets.iter().enumerate() {
                        V::load(from.add(offset)).store(to.add(p * row));
                    }
                } else if piece.from + at + V::LEN <= row {
                    for (p, &offset) in offsets.iter().enumerate() {
                        V::load_first(from.add(offset), some).store(to.add(p * row));
                    }
                } else {
                    for (p, &offset) in offsets.iter().enumerate() {
                        V::load_first(from.add(offset), some).store_first(to.add(p * row), some);
                    }
                }
                at += some;
            }
        }
    }
}
