//! Contractions whose innermost index of depth runs through neighbours of both A and B, as dot products: the lanes of
//! a vector are terms of one sum. What the gradient of the weights of a convolution is where an image is wide, and a
//! kernel is not: no window is copied, and no lane is left over for a kernel that is less than a vector.

use core::mem::MaybeUninit;

use super::super::vector::Vector;
use super::indices::{Indices, Walk};
use super::{Contraction, Parts};
use crate::Float;

/// How many columns a tile has, at most.
pub(super) const WIDTH: usize = 4;
/// What the total of a vector takes, with a share of what a strip does besides, in products of vectors.
const TOTAL: usize = 13;
/// Up to how many vectors are copied at once: a part of a first-level cache.
const ROOM: usize = 384;
/// How many neighbours are a run, at most.
const LONGEST: usize = 256;

/// What dot products take, in products of vectors; none if there are none to take.
pub(super) fn cost(rows: &Indices, columns: &Indices, depth: &Indices, lanes: usize) -> Option<usize> {
    let (outer, (len, in_a, in_b)) = depth.split_last();
    if (in_a, in_b) != (1, 1) {
        return None;
    }
    let (m, n) = (rows.count(), columns.count());
    // A vector of A, and the one or two lines of the cache that one of B is in: two at a time, as products.
    let loads = m.saturating_mul(n.div_ceil(WIDTH)).saturating_add(m.div_ceil(6).saturating_mul(2 * n));
    let sums = m.saturating_mul(n);
    let steps = outer.count().saturating_mul(len.div_ceil(lanes));
    Some(steps.saturating_mul(sums.max(loads)).saturating_add(sums.saturating_mul(TOTAL)))
}

/// Some rows of a contraction, copied as vectors, and some columns.
pub(in super::super) struct Strip<'a, F> {
    /// How many rows there are, and how far apart they are in C.
    height: usize,
    c_row: usize,
    /// How many columns there are, and where each is in B and C.
    width: usize,
    columns: [(usize, usize); WIDTH],
    /// The terms: where runs of them begin in B, and how long each is.
    runs: &'a [usize],
    len: usize,
    /// For each vector of each run, that of every row.
    a: *const F,
    b: *const F,
    c: *mut F,
    accumulate: bool,
}

/// Computes a contraction in strips of up to `HEIGHT` rows, of which each is copied once for all columns.
///
/// # Safety
/// As [`contraction`](super::contraction); the innermost depth is neighbours in A and B.
#[inline(always)]
pub(super) unsafe fn dots<V: Vector, const HEIGHT: usize>(
    all: &Contraction<V::Float>,
    parts: &Parts<V::Float>,
) {
    let (outer, (len, ..)) = all.depth.split_last();
    let count = outer.count();
    let (outer_rows, (m, a_row, c_row)) = all.rows_of_tiles();
    let outer_row_count = outer_rows.count();
    let mut room = [const { MaybeUninit::<V>::uninit() }; ROOM];
    let copy: *mut V::Float = room.as_mut_ptr().cast();
    let mut runs = [0_usize; ROOM];
    let mut row = Walk::new(&outer_rows);
    for _ in 0..outer_row_count {
        let mut top = 0;
        while top < m {
            let height = height::<HEIGHT>(m - top);
            let mut accumulate = all.accumulate;
            for from in (0..len).step_by(LONGEST) {
                let len = LONGEST.min(len - from);
                let most = ROOM / (height * len.div_ceil(V::LEN));
                let mut run = Walk::new(&outer);
                let mut left = count;
                while left > 0 {
                    let runs = &mut runs[..most.min(left)];
                    let mut to = copy;
                    for place in &mut *runs {
                        *place = run.offsets.1 + from;
                        // SAFETY: rows of A, as far as the run goes; the copy has the room.
                        unsafe {
                            let a = all.a.add(row.offsets.0 + top * a_row + run.offsets.0 + from);
                            to = copy_run::<V>(a, a_row, height, len, to);
                        }
                        run.step();
                    }
                    left -= runs.len();
                    // SAFETY: elements of B and C, and the copy.
                    unsafe {
                        let c = all.c.add(row.offsets.1 + top * c_row);
                        let strip = Strip {
                            height,
                            c_row,
                            width: 0,
                            columns: [(0, 0); WIDTH],
                            runs,
                            len,
                            a: copy,
                            b: all.b,
                            c,
                            accumulate,
                        };
                        across(all, strip, parts);
                    }
                    accumulate = true;
                }
            }
            top += height;
        }
        row.step();
    }
}

/// How many rows are computed at a time, of some that are left.
fn height<const HEIGHT: usize>(left: usize) -> usize {
    match left {
        // Twice four rows are better than six and two.
        8 if HEIGHT == 6 => 4,
        left if left >= HEIGHT => HEIGHT,
        4.. if HEIGHT > 4 => 4,
        2.. if HEIGHT > 2 => 2,
        _ => 1,
    }
}

/// Copies a run of some rows as vectors, of which the last have zeros at their ends; returns where the next goes.
///
/// # Safety
/// The CPU features of `V`; all of it must be readable, and as many vectors writable.
#[inline(always)]
unsafe fn copy_run<V: Vector>(
    a: *const V::Float,
    a_row: usize,
    height: usize,
    len: usize,
    mut to: *mut V::Float,
) -> *mut V::Float {
    for at in (0..len).step_by(V::LEN) {
        for i in 0..height {
            // SAFETY: inside the run; the caller's.
            unsafe {
                V::load_first(a.add(i * a_row + at), V::LEN.min(len - at)).store(to);
                to = to.add(V::LEN);
            }
        }
    }
    to
}

/// Computes the columns of a part, a strip at a time.
///
/// # Safety
/// As [`strip`], for all of these columns.
#[inline(always)]
unsafe fn across<F: Float>(all: &Contraction<F>, given: Strip<F>, parts: &Parts<F>) {
    let (mut left, to) = all.part;
    let mut column = Walk::new(&all.columns);
    column.start(left);
    let mut strip = given;
    while left < to {
        // As even as can be, so that few strips are narrow.
        let width = (to - left).div_ceil((to - left).div_ceil(WIDTH));
        for place in &mut strip.columns[..width] {
            *place = column.offsets;
            column.step();
        }
        // What is not there is what is.
        let first = strip.columns[0];
        strip.columns[width..].fill(first);
        strip.width = width;
        // SAFETY: the caller's.
        unsafe { (parts.strip)(&strip) };
        left += width;
    }
}

/// Computes a strip, of up to `HEIGHT` rows.
///
/// # Safety
/// The CPU features of `V`. Every element of A and B that the strip speaks of must be readable, those of C also
/// writable, and C must share none with A and B.
#[inline(always)]
pub(in super::super) unsafe fn strip<V: Vector, const HEIGHT: usize>(strip: &Strip<V::Float>) {
    // SAFETY: the caller's.
    unsafe {
        match (strip.height, strip.width) {
            (4, 4) if HEIGHT > 4 => tile::<V, 4, 4>(strip),
            (4, _) if HEIGHT > 4 => tile::<V, 4, 3>(strip),
            (2, 4) if HEIGHT > 2 => tile::<V, 2, 4>(strip),
            (2, _) if HEIGHT > 2 => tile::<V, 2, 3>(strip),
            (1, 4) => tile::<V, 1, 4>(strip),
            (1, _) => tile::<V, 1, 3>(strip),
            (_, 4) => tile::<V, HEIGHT, 4>(strip),
            _ => tile::<V, HEIGHT, 3>(strip),
        }
    }
}

/// `HEIGHT` × `WIDTH` sums.
///
/// # Safety
/// As [`strip`]; there are as many rows.
#[inline(always)]
unsafe fn tile<V: Vector, const HEIGHT: usize, const WIDTH: usize>(strip: &Strip<V::Float>) {
    let last = strip.len % V::LEN;
    let whole = strip.len - last;
    // SAFETY: elements of runs, in columns that there are, and their vectors of A; of the last vector, those of the run.
    unsafe {
        let mut sums = [[V::splat(Float::ZERO); WIDTH]; HEIGHT];
        let mut a = strip.a;
        let columns: [*const V::Float; WIDTH] = core::array::from_fn(
            #[inline(always)]
            |column| strip.b.add(strip.columns[column].0),
        );
        macro_rules! step {
            (|$from:ident| $load:expr) => {
                let mut rows = [V::splat(Float::ZERO); HEIGHT];
                for (i, row) in rows.iter_mut().enumerate() {
                    *row = V::load(a.add(i * V::LEN));
                }
                // One column at a time: with three rows, no register is left for another.
                for (column, &$from) in columns.iter().enumerate() {
                    let vector = $load;
                    for (sums, row) in sums.iter_mut().zip(&rows) {
                        sums[column] = row.mul_add(vector, sums[column]);
                    }
                }
                a = a.add(HEIGHT * V::LEN);
            };
        }
        for &run in strip.runs {
            for at in (0..whole).step_by(V::LEN) {
                step!(|column| V::load(column.add(run + at)));
            }
            if last > 0 {
                step!(|column| V::load_first(column.add(run + whole), last));
            }
        }
        let mut totals = [[Float::ZERO; 4]; HEIGHT];
        for (totals, sums) in totals.iter_mut().zip(&sums) {
            let last = sums[WIDTH - 1];
            *totals = V::totals([sums[0], sums[1], sums[2], last]);
        }
        // Apart from the sums, so that these stay in registers.
        for (i, totals) in totals.iter().enumerate() {
            let c = strip.c.add(i * strip.c_row);
            for (&total, &(_, column)) in totals.iter().zip(&strip.columns).take(strip.width) {
                let to = c.add(column);
                *to = if strip.accumulate { *to + total } else { total };
            }
        }
    }
}
