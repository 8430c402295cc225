//! Lists of indices in the place of one: how many values they take, and where those are in memory.

/// How many indices may stand for one.
const MOST: usize = 8;
/// An index: its extent, and its strides in the two matrices that it runs through.
pub type Index = (usize, usize, usize);

/// Indices in the place of one, outermost first; what steps through both matrices like one is one.
#[derive(Clone, Copy)]
pub(in super::super) struct Indices {
    pub(super) indices: [Index; MOST],
    pub(super) len: usize,
}

impl Indices {
    /// One value, of nothing.
    pub(super) const NONE: Self = Self { indices: [(1, 0, 0); MOST], len: 0 };

    #[track_caller]
    pub(super) fn new(given: &[Index]) -> Self {
        assert!(given.len() <= MOST, "contract: more than {MOST} indices for one");
        let mut indices = [(1, 0, 0); MOST];
        indices[..given.len()].copy_from_slice(given);
        Self { indices, len: given.len() }
    }

    /// Adds an index inside the others.
    pub(super) fn push(&mut self, index: Index) {
        self.indices[self.len] = index;
        self.len += 1;
    }

    pub(super) fn as_slice(&self) -> &[Index] {
        &self.indices[..self.len]
    }

    /// How many values they take together.
    pub(super) fn count(&self) -> usize {
        self.as_slice().iter().map(|&(extent, ..)| extent).product()
    }

    /// Where all of their values are in the second matrix, in turn: as many as the list is long.
    ///
    /// Each index repeats what those inside it have listed: without a [`Walk`], which asks at each step which indices
    /// have come to their ends.
    pub(super) fn list(&self, offsets: &mut [usize]) {
        debug_assert_eq!(offsets.len(), self.count(), "as many offsets as values");
        let mut count = 1;
        offsets[0] = 0;
        for &(extent, _, stride) in self.as_slice().iter().rev() {
            let (inside, others) = offsets.split_at_mut(count);
            let mut start = 0;
            for others in others[..(extent - 1) * count].chunks_exact_mut(count) {
                start += stride;
                for (offset, &inside) in others.iter_mut().zip(&*inside) {
                    *offset = start + inside;
                }
            }
            count *= extent;
        }
    }

    /// In descending order of a stride, then joined where `join` allows it of an index and the one inside.
    pub(super) fn arranged(
        &self,
        by: impl Fn(&Index) -> usize,
        join: impl Fn(&Index, &Index) -> bool,
    ) -> Self {
        let mut sorted = *self;
        // Insertion: the lists are short, and mostly in order.
        for i in 1..sorted.len {
            let mut place = i;
            while place > 0 && by(&sorted.indices[place - 1]) < by(&sorted.indices[place]) {
                sorted.indices.swap(place - 1, place);
                place -= 1;
            }
        }
        let mut joined = Self { indices: [(1, 0, 0); MOST], len: 0 };
        for &index in sorted.as_slice().iter().filter(|&&(extent, ..)| extent != 1) {
            match joined.len.checked_sub(1).map(|last| &mut joined.indices[last]) {
                Some(outer) if join(outer, &index) => *outer = (outer.0 * index.0, index.1, index.2),
                _ => {
                    joined.indices[joined.len] = index;
                    joined.len += 1;
                }
            }
        }
        joined
    }

    /// All but some of the outermost.
    pub(super) fn inside(&self, outermost: usize) -> Self {
        let mut inside = Self { len: self.len - outermost, ..*self };
        inside.indices.copy_within(outermost..self.len, 0);
        inside
    }

    /// All but the last, and the last: one value of nothing if there is none.
    pub(super) fn split_last(&self) -> (Self, Index) {
        match self.len.checked_sub(1) {
            Some(last) => (Self { len: last, ..*self }, self.indices[last]),
            None => (*self, (1, 0, 0)),
        }
    }
}

/// Where the values of some indices are, in turn.
pub(super) struct Walk<'a> {
    indices: &'a [Index],
    pub(super) at: [usize; MOST],
    pub(super) offsets: (usize, usize),
}

impl<'a> Walk<'a> {
    pub(super) fn new(indices: &'a Indices) -> Self {
        Self { indices: indices.as_slice(), at: [0; MOST], offsets: (0, 0) }
    }

    /// Goes from the first value to another.
    pub(super) fn start(&mut self, mut value: usize) {
        for (&(extent, first, second), at) in self.indices.iter().zip(&mut self.at).rev() {
            *at = value % extent;
            self.offsets.0 += first * *at;
            self.offsets.1 += second * *at;
            value /= extent;
        }
    }

    /// Goes on to the next value.
    #[inline(always)]
    pub(super) fn step(&mut self) {
        self.advance(1);
    }

    /// Goes on by some values of the innermost index, not beyond its end.
    #[inline(always)]
    pub(super) fn advance(&mut self, mut by: usize) {
        for (&(extent, first, second), at) in self.indices.iter().zip(&mut self.at).rev() {
            *at += by;
            self.offsets.0 += first * by;
            self.offsets.1 += second * by;
            by = 1;
            if *at < extent {
                return;
            }
            self.offsets.0 -= first * extent;
            self.offsets.1 -= second * extent;
            *at = 0;
        }
    }
}
