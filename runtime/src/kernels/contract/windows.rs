//! Contractions in which one list of offsets says where the rows of B are, for all panels of columns: windows
//! of an image are the same rows, some elements on.

use core::mem::MaybeUninit;

use super::super::matmul::{DEPTH, Product};
use super::super::vector::Vector;
use super::indices::{Index, Indices, Walk};
use super::{Contraction, Parts, WIDEST, dots};

/// How many elements of B are copied at once: a part of a first-level cache.
const ROOM: usize = 8192;
/// What copying a vector costs, in products of vectors: unaligned stores take two cycles.
const COPY: usize = 4;

/// How B is read.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// Copied panel by panel.
    Panels,
    /// Where it is: the innermost columns are neighbours.
    InPlace,
    /// Copied once, with what windows have in common.
    Shared(Shared),
    /// Where it is, along depth: the innermost are neighbours, in A as well.
    Dots,
}

/// A copy of rows of B, as long as the innermost column index: for each value of the indices of depth that do
/// not slide, those that one of depth and one of columns run over together, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared {
    /// Which index of depth slides.
    slides: usize,
    /// How many values of the outermost index of depth there are copies for.
    chunk: usize,
    /// How far apart rows are in B.
    apart: usize,
    /// How many rows on the next value of the column index, and of the one of depth, is.
    steps: (usize, usize),
    /// How long a row is.
    len: usize,
    /// How many columns are neighbours in the copy: a row, or all rows.
    run: usize,
    /// Whether there is room for all values of the other column indices.
    together: bool,
}

impl Way {
    /// The cheapest way.
    pub(super) fn of<F>(rows: &Indices, columns: &Indices, depth: &Indices) -> Self {
        let (outer, (x, b_column, c_column)) = columns.split_last();
        let lanes = 64 / size_of::<F>();
        let (n, k) = (columns.count(), depth.count());
        if k == 0 {
            return Self::Panels;
        }
        let products = |vectors: usize| vectors.saturating_mul(rows.count()).saturating_mul(k);
        let copies = |vectors: usize| vectors.saturating_mul(COPY);
        let pieces = n / x * x.div_ceil(lanes) + n.div_ceil(WIDEST);
        let mut best = (Self::Panels, products(n.div_ceil(lanes)).saturating_add(copies(k * pieces)));
        let mut consider = |way: Self, cost: usize| {
            if cost < best.1 {
                best = (way, cost);
            }
        };
        if let Some(cost) = dots::cost(rows, columns, depth, lanes) {
            consider(Self::Dots, cost);
        }
        // The inner dimension must be even in A.
        let even = depth.as_slice().windows(2).all(|pair| pair[0].1 == pair[1].0 * pair[1].1);
        if c_column != 1 || !even || x == 1 {
            return best.0;
        }
        if b_column == 1 {
            consider(Self::InPlace, products(n / x * x.div_ceil(lanes)));
        }
        let (others, column) = outer.split_last();
        for slides in 0..depth.len {
            let Some((shared, height)) = Shared::of(depth, slides, column, x) else { continue };
            let planes = shared.planes(depth);
            let together = planes * height * x * others.count() <= ROOM - WIDEST;
            let shared = Shared { together, ..shared };
            let planes = planes * depth.indices[0].0.div_ceil(shared.chunk) * others.count();
            let cost = products(n / shared.run * shared.run.div_ceil(lanes))
                .saturating_add(copies(planes * height * x.div_ceil(lanes)));
            consider(Self::Shared(shared), cost);
        }
        best.0
    }

    /// How many columns must stay together.
    #[cfg(feature = "rayon")]
    pub(super) fn unit(&self, columns: &Indices) -> usize {
        let run = match self {
            Self::Panels => WIDEST,
            Self::InPlace => columns.split_last().1.0,
            Self::Shared(shared) => shared.run,
            Self::Dots => return dots::WIDTH,
        };
        // Whole panels of a single run.
        if run < columns.count() { run } else { WIDEST }
    }
}

impl Shared {
    /// A copy in which an index of depth slides along a column index, if they have something in common and it
    /// has the room; and how many rows it has for each value of the others.
    fn of(depth: &Indices, slides: usize, column: Index, len: usize) -> Option<(Self, usize)> {
        let ((count, b_column, c_column), (extent, _, b_depth)) = (column, depth.indices[slides]);
        if c_column != len || count == 1 || extent == 1 || b_column == 0 || b_depth == 0 {
            return None;
        }
        let apart = common(b_column, b_depth);
        let steps = (b_column / apart, b_depth / apart);
        let run = if steps.0 == 1 { count * len } else { len };
        let outermost = depth.indices[0].0;
        let whole = Self { slides, chunk: outermost, apart, steps, len, run, together: false };
        if whole.height(depth, count) >= count * extent {
            return None;
        }
        // As much as there is room for, and a vector more.
        let room = (ROOM - WIDEST) / len;
        let chunk = if slides == 0 {
            let above = (room / whole.planes(depth)).checked_sub((count - 1) * steps.0 + 1)?;
            above / steps.1 + 1
        } else {
            room / (whole.planes(depth) / outermost * whole.height(depth, count))
        };
        let shared = Self { chunk: chunk.min(outermost), ..whole };
        (chunk > 0).then(|| (shared, shared.height(depth, count)))
    }

    /// The indices of depth that there are copies for at a time.
    fn part(&self, depth: &Indices, from: usize) -> Indices {
        let mut part = *depth;
        part.indices[0].0 = self.chunk.min(depth.indices[0].0 - from);
        part
    }

    /// How many rows there are for each value of the indices that do not slide.
    fn height(&self, depth: &Indices, columns: usize) -> usize {
        (columns - 1) * self.steps.0 + (self.part(depth, 0).indices[self.slides].0 - 1) * self.steps.1 + 1
    }

    /// How many values the indices of depth that do not slide take together.
    fn planes(&self, depth: &Indices) -> usize {
        let part = self.part(depth, 0);
        part.count() / part.indices[self.slides].0
    }
}

/// The greatest common divisor.
fn common(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common(b, a % b) }
}

/// A contraction that reads B where it is.
///
/// # Safety
/// As [`contraction`](super::contraction).
#[inline(always)]
pub(super) unsafe fn in_place<V: Vector>(all: &Contraction<V::Float>, parts: &Parts<V::Float>) {
    let (runs, (len, ..)) = all.columns.split_last();
    // SAFETY: the caller's.
    unsafe {
        let listing = Listing { all, depth: all.depth, a: all.a, b: all.b, c: all.c, runs, len };
        listed::<V>(&listing, all.part, all.accumulate, parts);
    }
}

/// A contraction with a copy of B that windows share: of all other columns at once, where that has the room.
///
/// # Safety
/// As [`contraction`](super::contraction).
#[inline(always)]
pub(super) unsafe fn shared<V: Vector>(
    all: &Contraction<V::Float>,
    shared: &Shared,
    parts: &Parts<V::Float>,
) {
    let Shared { slides, chunk, apart, steps, len, run, together } = *shared;
    let (outer, (_, b_column, _)) = all.columns.split_last();
    let (others, (count, _, c_column)) = outer.split_last();
    let (inside, outside) = if together { (others, Indices::NONE) } else { (Indices::NONE, others) };
    let mut room = [const { MaybeUninit::<V::Float>::uninit() }; ROOM];
    let room: *mut V::Float = room.as_mut_ptr().cast();
    let each = inside.count() * count * len;
    let (from, to) = all.part;
    let mut other = Walk::new(&outside);
    other.start(from / each);
    for number in from / each..to.div_ceil(each) {
        let part = (from.max(number * each) - number * each, to.min((number + 1) * each) - number * each);
        let (outermost, a_outermost, b_outermost) = all.depth.indices[0];
        for first in (0..outermost).step_by(chunk) {
            let mut depth = shared.part(&all.depth, first);
            let height = (count - 1) * steps.0 + (depth.indices[slides].0 - 1) * steps.1 + 1;
            let mut planes = depth;
            planes.indices[slides].0 = 1;
            // What is copied, innermost first.
            let mut size = height * len;
            for (place, (extent, _, stride)) in depth.indices[..depth.len].iter_mut().enumerate().rev() {
                *stride = if place == slides { steps.1 * len } else { size };
                size *= if place == slides { 1 } else { *extent };
            }
            let mut runs = inside;
            for (extent, stride, _) in runs.indices[..runs.len].iter_mut().rev() {
                *stride = size;
                size *= *extent;
            }
            if run == len {
                runs.push((count, steps.0 * len, c_column));
            }
            // SAFETY: elements of B, none beyond the last that is read; the copy has the room. Then rows of
            // the copy, and elements of A and C.
            unsafe {
                let b = all.b.add(other.offsets.0 + first * b_outermost);
                let rows = (height, apart, len);
                (parts.copy)(&Planes { b, b_column, outer: inside, inner: planes, rows, to: room });
                let (a, c) = (all.a.add(first * a_outermost), all.c.add(other.offsets.1));
                let listing = Listing { all, depth, a, b: room, c, runs, len: run };
                listed::<V>(&listing, part, all.accumulate || first > 0, parts);
            }
        }
        other.step();
    }
}

/// Rows of B to be copied: for each value of some indices, first the first strides of the outer and then the second
/// strides of the inner, so many rows.
pub(in super::super) struct Planes<F> {
    b: *const F,
    b_column: usize,
    outer: Indices,
    inner: Indices,
    /// How many rows, how far apart, how long.
    rows: (usize, usize, usize),
    to: *mut F,
}

/// Copies rows, one after the other.
///
/// # Safety
/// The CPU features of `V`. All of them must be readable, and so many elements and [`WIDEST`] more writable.
#[inline(always)]
pub(in super::super) unsafe fn copy_planes<V: Vector>(planes: &Planes<V::Float>) {
    let Planes { b, b_column, outer, inner, rows, to } = planes;
    let mut to = *to;
    let outer_count = outer.count();
    // The innermost are listed once; there may be more than there is room for.
    let mut list = [0_usize; DEPTH];
    let (mut among, mut listed) = (*inner, 1);
    while let (others, (extent, ..)) = among.split_last()
        && among.len > 0
        && listed * extent <= DEPTH
    {
        (among, listed) = (others, listed * extent);
    }
    let list = &mut list[..listed];
    inner.inside(among.len).list(list);
    let among_count = among.count();
    let mut place = Walk::new(outer);
    for _ in 0..outer_count {
        let mut plane = Walk::new(&among);
        for _ in 0..among_count {
            for &inside in &*list {
                // SAFETY: the caller's.
                unsafe {
                    let from = b.add(place.offsets.0 + plane.offsets.1 + inside);
                    if *b_column != 1 {
                        copy_strided(from, *b_column, *rows, to);
                    } else if 2 * rows.2 <= V::LEN {
                        copy_rows::<V::Half>(from, *rows, to);
                    } else {
                        copy_rows::<V>(from, *rows, to);
                    }
                    to = to.add(rows.0 * rows.2);
                }
            }
            plane.step();
        }
        place.step();
    }
}

/// Copies rows of neighbours.
///
/// # Safety
/// As [`copy_planes`].
#[inline(always)]
unsafe fn copy_rows<V: Vector>(
    from: *const V::Float,
    (height, apart, len): (usize, usize, usize),
    to: *mut V::Float,
) {
    if len <= V::LEN {
        for row in 0..height {
            // SAFETY: a row; what is written beyond is written again by the next row.
            unsafe { V::load_first(from.add(row * apart), len).store(to.add(row * len)) };
        }
        return;
    }
    let whole = len - len % V::LEN;
    for row in 0..height {
        // SAFETY: inside the row; what is written beyond is written again by the next row.
        unsafe {
            let (from, to) = (from.add(row * apart), to.add(row * len));
            for at in (0..whole).step_by(V::LEN) {
                V::load(from.add(at)).store(to.add(at));
            }
            if whole < len {
                V::load_first(from.add(whole), len - whole).store(to.add(whole));
            }
        }
    }
}

/// Copies rows of elements that are even steps apart.
///
/// # Safety
/// As [`copy_planes`].
#[inline(always)]
unsafe fn copy_strided<F: Copy>(
    b: *const F,
    b_column: usize,
    (height, apart, len): (usize, usize, usize),
    to: *mut F,
) {
    for row in 0..height {
        for at in 0..len {
            // SAFETY: an element of a row.
            unsafe { *to.add(row * len + at) = *b.add(row * apart + at * b_column) };
        }
    }
}

/// A product over some indices of depth, the second strides of which say where rows of B are: of runs of
/// columns that are neighbours.
struct Listing<'a, F> {
    all: &'a Contraction<F>,
    depth: Indices,
    a: *const F,
    b: *const F,
    c: *mut F,
    runs: Indices,
    len: usize,
}

/// Computes the columns of a part, in the order of runs.
///
/// # Safety
/// As [`contraction`](super::contraction).
#[inline(always)]
unsafe fn listed<V: Vector>(
    listing: &Listing<V::Float>,
    (from, to): (usize, usize),
    accumulate: bool,
    parts: &Parts<V::Float>,
) {
    let Listing { depth, len, .. } = listing;
    let (outer_rows, (m, a_row, c_row)) = listing.all.rows_of_tiles();
    let outer_row_count = outer_rows.count();
    let (_, (_, a_column, _)) = depth.split_last();
    let mut offsets = [0_usize; DEPTH];
    let count = depth.count();
    for deep in (0..count).step_by(DEPTH) {
        let k = DEPTH.min(count - deep);
        fill(depth, deep, &mut offsets[..k]);
        let mut run = Walk::new(&listing.runs);
        run.start(from / len);
        let mut start = from / len * len;
        while start < to {
            let mut left = from.max(start) - start;
            let end = to.min(start + len) - start;
            while left < end {
                let mut rows = Walk::new(&outer_rows);
                for _ in 0..outer_row_count {
                    // SAFETY: elements of A, of rows of B, and of C; offsets are those of k rows.
                    unsafe {
                        let product = Product {
                            m,
                            n: end - left,
                            k,
                            a: listing.a.add(rows.offsets.0 + deep * a_column),
                            a_strides: (a_row, a_column),
                            b: listing.b.add(run.offsets.0 + left),
                            b_strides: (0, 1),
                            c: listing.c.add(rows.offsets.1 + run.offsets.1 + left),
                            c_row_stride: c_row,
                            accumulate: accumulate || deep > 0,
                        };
                        (parts.listed)(&product, offsets.as_ptr());
                    }
                    rows.step();
                }
                left += 2 * V::LEN;
            }
            run.step();
            start += len;
        }
    }
}

/// Lists the second offsets of values from one on.
#[inline(always)]
pub(super) fn fill(indices: &Indices, from: usize, offsets: &mut [usize]) {
    if offsets.len() == indices.count() {
        return indices.list(offsets);
    }
    let (_, (extent, _, stride)) = indices.split_last();
    let mut walk = Walk::new(indices);
    walk.start(from);
    let mut done = 0;
    while done < offsets.len() {
        let place = walk.at[indices.len.saturating_sub(1)];
        let some = (extent - place).min(offsets.len() - done);
        for (i, offset) in offsets[done..done + some].iter_mut().enumerate() {
            *offset = walk.offsets.1 + i * stride;
        }
        walk.advance(some);
        done += some;
    }
}
