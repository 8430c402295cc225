//! Innermost loops along rows of a run-time length: each row becomes a slice of as many elements as the loop
//! makes steps, so that no bound is checked in the loop.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Along, Key, Lane, Row, statements};
use crate::emit::body::Body;
use crate::ir::{Int, Kind, TensorId};
use crate::plan::{Extents, For, Home, Leaf, Root};

/// What a row is an array of, if it is none.
const SLICE: i64 = 0;

/// A row, and whether it is written.
struct Use {
    key: Key,
    tensor: TensorId,
    prefix: Vec<Int>,
    start: Int,
    stored: bool,
}

impl Body<'_> {
    /// Makes slices of the rows that a loop runs along, and says how many; in its body they are used. None if it
    /// runs along no row of several.
    pub(in super::super) fn open_slices(&mut self, around: &For) -> (TokenStream, usize) {
        let Some(leaves) = statements(around).filter(|_| around.axis.extent.as_constant().is_none()) else {
            return (TokenStream::new(), 0);
        };
        let uses = self.sliced(around, &leaves);
        if uses.iter().all(|each| each.prefix.is_empty()) {
            return (TokenStream::new(), 0);
        }
        let mut tokens = TokenStream::new();
        for each in &uses {
            let slice = self.slice(each, &around.axis.extent);
            let name: Ident = self.names.take(&format!("{}_row", self.name_of(each.tensor)));
            tokens.extend(quote!(let #name = #slice;));
            self.rows.push(Row { key: each.key.clone(), lanes: SLICE, name });
        }
        self.lane = Some(Lane { depth: self.indices.len(), lanes: SLICE });
        (tokens, uses.len())
    }

    /// Forgets the slices of a loop.
    pub(in super::super) fn close_slices(&mut self, count: usize) {
        if count > 0 {
            self.lane = None;
            self.close_rows(count);
        }
    }

    /// The rows: all that is touched of a memory that is written is one of them, and each lies inside its tensor
    /// whether the loop makes a step or not.
    fn sliced(&self, around: &For, leaves: &[&Leaf]) -> Vec<Use> {
        let graph = &self.plan.graph;
        let depth = self.indices.len();
        let extents = [self.extents.as_slice(), std::slice::from_ref(&around.axis.extent)].concat();
        let extents = Extents { indices: &extents, counters: &self.counted };
        let mut uses: Vec<Use> = Vec::new();
        let mut elsewhere: Vec<(Root, bool)> = Vec::new();
        for leaf in leaves {
            let mut note = |tensor: TensorId, at: &[Int], stored: bool| {
                let is_float = self.kind(tensor) == Kind::Float;
                let local = matches!(self.home(tensor), Some((_, Home::Local)));
                match self.along(tensor, at, depth) {
                    Along::Row { prefix, start }
                        if is_float && !local && extents.are_within(at, graph.shape(tensor)) =>
                    {
                        let key = self.row_key(tensor, &prefix, &start);
                        match uses.iter_mut().find(|known| known.key == key) {
                            Some(known) => known.stored |= stored,
                            None => uses.push(Use { key, tensor, prefix, start, stored }),
                        }
                    }
                    _ => elsewhere.push((self.root(tensor), stored)),
                }
            };
            leaf.visit_reads(graph, &mut |tensor, at| note(tensor, at, false));
            note(leaf.out, &leaf.at, true);
        }
        let is_free = |each: &Use| {
            let root = each.key.0;
            let others = uses.iter().filter(|other| other.key.0 == root && other.key != each.key);
            let others: Vec<bool> = others.map(|other| other.stored).collect();
            let besides = elsewhere.iter().filter(|(other, _)| *other == root).map(|(_, stored)| *stored);
            let mut others = others.into_iter().chain(besides).peekable();
            if each.stored { others.peek().is_none() } else { !others.any(|stored| stored) }
        };
        let free: Vec<bool> = uses.iter().map(is_free).collect();
        let mut free = free.into_iter();
        uses.retain(|_| free.next().unwrap_or(false));
        uses
    }

    /// `&mut x[i * n..][..n]`
    fn slice(&self, each: &Use, extent: &Int) -> TokenStream {
        let flat = self.flat(each.tensor, &each.prefix, each.stored);
        let shape = self.plan.graph.shape(each.tensor);
        let whole = each.start.is(0) && shape[each.prefix.len()] == *extent && !each.prefix.is_empty();
        if whole {
            return flat.argument();
        }
        let (start, end) = (self.subscript(&each.start), self.subscript(&each.start.add(extent)));
        flat.range(&start, &end, each.stored).argument()
    }
}
