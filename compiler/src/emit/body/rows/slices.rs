//! Innermost loops along rows of a run-time length: each row becomes a slice of as many elements as the loop
//! makes steps, so that no bound is checked in the loop.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Along, Cut, Key, Lane, Row, statements};
use crate::emit::body::Body;
use crate::ir::{Int, Kind, TensorId};
use crate::plan::{Extents, For, Home, Leaf, Root};

/// The lanes of a row that is a slice: no array has none.
const LANES: i64 = 0;

/// A row, and whether it is written.
struct Slice {
    key: Key,
    tensor: TensorId,
    prefix: Vec<Int>,
    start: Int,
    stored: bool,
}

impl Body<'_> {
    /// Makes slices of the rows that a loop runs along, and says how many. None if it runs along no row of
    /// several: then there is nothing that a check could be spared of more than once.
    pub(in super::super) fn open_slices(&mut self, around: &For) -> (TokenStream, usize) {
        let Some(leaves) = statements(around).filter(|_| around.axis.extent.as_constant().is_none()) else {
            return (TokenStream::new(), 0);
        };
        let slices = self.sliced(around, &leaves);
        if slices.iter().all(|each| each.prefix.is_empty()) {
            return (TokenStream::new(), 0);
        }
        let mut tokens = TokenStream::new();
        for each in &slices {
            let slice = self.slice(each, &around.axis.extent);
            let name: Ident = self.names.take(&format!("{}_row", self.name_of(each.tensor)));
            tokens.extend(quote!(let #name = #slice;));
            self.rows.push(Row { key: each.key.clone(), lanes: LANES, name });
        }
        (tokens, slices.len())
    }

    /// Does what stands in a loop along slices, whose index was opened last.
    pub(in super::super) fn along_slices<R>(
        &mut self,
        count: usize,
        at: &Ident,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        if count == 0 {
            return work(self);
        }
        let cut = Cut { width: LANES, pieces: 1 };
        let depth = self.indices.len() - 1;
        let outer = self.lane.replace(Lane { depth, cut, lanes: LANES, at: at.clone() });
        let result = work(self);
        self.lane = outer;
        result
    }

    /// The rows: all that is touched of a memory that is written is one of them, and each lies inside its tensor
    /// whatever conditions hold, and where the loop makes no step too.
    fn sliced(&self, around: &For, leaves: &[&Leaf]) -> Vec<Slice> {
        let graph = &self.plan.graph;
        let depth = self.indices.len();
        let extent = &around.axis.extent;
        let extents = Extents::new(&self.extents, &self.counted);
        // An extent like `N - 1` is below zero for an N of 0, where no slice could be of that length.
        let is_inside = |tensor: TensorId, prefix: &[Int], start: &Int| {
            let shape = graph.shape(tensor);
            extents.are_within(prefix, shape)
                && [extent, start, &shape[prefix.len()].sub(start).sub(extent)]
                    .into_iter()
                    .all(|size| extents.is_natural(size))
        };
        let mut uses: Vec<Slice> = Vec::new();
        let mut elsewhere: Vec<(Root, bool)> = Vec::new();
        for leaf in leaves {
            let mut note = |tensor: TensorId, at: &[Int], stored: bool| {
                let is_float = self.kind(tensor) == Kind::Float;
                let local = matches!(self.home(tensor), Some((_, Home::Local)));
                match self.along(tensor, at, depth) {
                    Along::Row { prefix, start, stride: 1 }
                        if is_float && !local && is_inside(tensor, &prefix, &start) =>
                    {
                        let key = self.row_key(tensor, &prefix, &start, 1);
                        match uses.iter_mut().find(|known| known.key == key) {
                            Some(known) => known.stored |= stored,
                            None => uses.push(Slice { key, tensor, prefix, start, stored }),
                        }
                    }
                    _ => elsewhere.push((self.root(tensor), stored)),
                }
            };
            leaf.visit_reads(graph, &mut |tensor, at| note(tensor, at, false));
            note(leaf.out, &leaf.at, true);
        }
        let is_free = |each: &Slice| {
            let root = each.key.0;
            let others = uses.iter().filter(|other| other.key != each.key);
            let others = others.map(|other| (other.key.0, other.stored)).chain(elsewhere.iter().copied());
            !others.into_iter().any(|(other, stored)| other == root && (stored || each.stored))
        };
        let free: Vec<bool> = uses.iter().map(is_free).collect();
        uses.into_iter().zip(free).filter_map(|(each, free)| free.then_some(each)).collect()
    }

    /// `&mut x[i * n..][..n]`
    fn slice(&self, each: &Slice, extent: &Int) -> TokenStream {
        let flat = self.flat(each.tensor, &each.prefix, each.stored);
        let shape = self.plan.graph.shape(each.tensor);
        let whole = each.start.is(0) && shape[each.prefix.len()] == *extent && !each.prefix.is_empty();
        if whole {
            return flat.argument();
        }
        let (start, end) = (self.subscript(&each.start), self.subscript(&each.start.add(extent)));
        let start = if each.start.is(0) { TokenStream::new() } else { start };
        flat.range(&start, &end, each.stored).argument()
    }
}
