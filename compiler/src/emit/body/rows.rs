//! Innermost loops over neighbouring elements: the rows that they work on, or pieces of them where they are
//! long, become arrays of whole vectors, so that nothing overlaps, no bound is checked in the loop, and no
//! element is left over.
//!
//! Elements beyond a row's end are computed and dropped. Decides nothing about which values there are.

mod memory;
mod slices;
mod sums;
mod survey;
mod windows;

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::ir::{Axis, Int, Kind, Scalar, ScalarId, Scalars, TensorId};
use crate::plan::{Extents, For, Home, Item, Leaf, LeafKind, Range, Root, is_expensive};

use super::Body;
use super::nest::UNROLLED;
use super::step::mentions;
use memory::Along;
pub(super) use sums::Around;

/// Longer rows are not held whole.
pub(super) const LONGEST: i64 = 256;
/// Up to here a row of whole vectors is held whole.
const SHORT: i64 = 64;
/// The pieces of longer ones, best first: with a few rows at a time in registers.
const PIECES: [i64; 3] = [32, 48, 16];
/// From here on a row pays even if its values are cheap.
const CHEAP: i64 = 5;

/// Some neighbouring elements: what holds them, and the subscripts of the first.
type Key = (Root, Vec<Int>);

/// A row as a loop uses it.
#[derive(Clone)]
struct Use {
    key: Key,
    tensor: TensorId,
    /// Subscripts up to the axis that the loop runs along; of that one, where it begins.
    prefix: Vec<Int>,
    start: Int,
    /// How far neighbours are apart: 1 where it is stored.
    stride: i64,
    /// Whether it lies inside its tensor whatever conditions hold and however often loops run.
    inside: bool,
    /// Whether what was there before matters.
    loaded: bool,
    stored: bool,
}

/// What a loop becomes.
struct Plan {
    cut: Cut,
    lanes: i64,
    uses: Vec<Use>,
}

/// How a loop over elements is cut into rows.
#[derive(Clone, Copy)]
struct Cut {
    width: i64,
    pieces: i64,
}

impl Cut {
    fn of(extent: &Int) -> Option<Self> {
        let extent = extent.as_constant().filter(|extent| *extent >= 2)?;
        let whole = || (extent <= LONGEST).then_some(Self { width: extent, pieces: 1 });
        let piece = PIECES.into_iter().find(|width| extent > SHORT && extent % width == 0);
        piece.map(|width| Self { width, pieces: extent / width }).or_else(whole)
    }

    /// Where the row in hand begins in all of the elements, whose index then counts pieces.
    fn start(self, start: &Int, stride: i64, depth: usize) -> Int {
        match self.pieces {
            1 => start.clone(),
            _ => start.add(&Int::index(depth).scale(self.width * stride)),
        }
    }
}

/// A row that is an array now.
#[derive(Clone)]
pub(super) struct Row {
    key: Key,
    lanes: i64,
    name: Ident,
}

/// The loop over the elements of rows that statements are being made for.
#[derive(Clone)]
pub(super) struct Lane {
    depth: usize,
    cut: Cut,
    lanes: i64,
    /// Which element of its row.
    at: Ident,
}

impl Body<'_> {
    /// An innermost loop over elements of rows; none if it is better left as it is.
    pub(super) fn row_loop(&mut self, around: &For) -> Option<TokenStream> {
        let leaves = statements(around)?;
        let plan = self.row_plan(&around.axis, &self.extents, &leaves)?;
        Some(self.lanes(&around.axis, plan, &leaves, None))
    }

    /// The array of an element's row, if there is one, subscripted.
    pub(super) fn in_row(&self, tensor: TensorId, at: &[Int]) -> Option<TokenStream> {
        let lane = self.lane.as_ref()?;
        if at.is_empty() {
            return None;
        }
        let Along::Row { prefix, start, stride } = self.along(tensor, at, lane.depth) else { return None };
        let key = self.row_key(tensor, &prefix, &lane.cut.start(&start, stride, lane.depth), stride);
        let (name, index) = (&self.bound_row(&key, lane.lanes)?.name, &lane.at);
        Some(quote!(#name[#index]))
    }

    /// Forgets the rows that were made last.
    pub(super) fn close_rows(&mut self, count: usize) {
        for _ in 0..count {
            if let Some(row) = self.rows.pop() {
                self.names.release(&row.name);
            }
        }
    }

    /// The buffers of rows that are variables without a declaration yet.
    fn declare_rows(&mut self, uses: &[Use]) -> TokenStream {
        let mut tokens = TokenStream::new();
        for each in uses {
            if let Root::Buffer(buffer) = each.key.0
                && self.is_undeclared(each.key.0)
            {
                tokens.extend(self.declare(buffer));
            }
        }
        tokens
    }

    /// Arrays for the rows that have none yet, and how many there are.
    fn open_rows(&mut self, uses: &[Use], width: i64, lanes: i64) -> (TokenStream, usize) {
        let (mut tokens, count) = (TokenStream::new(), self.rows.len());
        for each in uses {
            if self.bound_row(&each.key, lanes).is_none() {
                tokens.extend(self.open_row(each, width, lanes));
            }
        }
        (tokens, self.rows.len() - count)
    }

    /// Opens the loop over lanes: the one that stood around, the index of elements, and that of lanes.
    fn enter(&mut self, axis: &Axis, cut: Cut, lanes: i64) -> (Option<Lane>, Ident, Ident) {
        let index = self.names.take(&axis.name);
        let at = if cut.pieces == 1 { index.clone() } else { self.names.take("lane") };
        let outer = self.lane.replace(Lane { depth: self.indices.len(), cut, lanes, at: at.clone() });
        self.indices.push(index.clone());
        self.extents.push(axis.extent.clone());
        (outer, index, at)
    }

    fn leave(&mut self, outer: Option<Lane>) {
        if let Some(Lane { at, .. }) = std::mem::replace(&mut self.lane, outer) {
            self.names.release(&at);
        }
        self.close(1);
    }

    /// Gives the index of the loop in hand another name, for where it is compared; returns the one of the loop around.
    pub(super) fn name_number(&mut self, axis: &Axis) -> Option<(usize, Ident)> {
        let number = self.names.take(&format!("{}_number", axis.name));
        self.number.replace((self.indices.len() - 1, number))
    }

    /// Where statements compare it, what stands before a loop over so many lanes, and at its beginning.
    pub(super) fn numbered(
        &mut self,
        around: Option<(usize, Ident)>,
        statements: &TokenStream,
        lanes: i64,
        (at, first): (&Ident, TokenStream),
    ) -> (TokenStream, TokenStream) {
        let Some((_, number)) = std::mem::replace(&mut self.number, around) else {
            return Default::default();
        };
        self.names.release(&number);
        if !mentions(statements, &number) {
            return Default::default();
        }
        let (kernels, numbers) = (self.import("kernels"), self.names.take("numbers"));
        self.names.release(&numbers);
        let lanes = Literal::i64_unsuffixed(lanes);
        let before = quote!(let #numbers = #kernels::numbers::<#lanes>(););
        (before, quote!(let #number = #first #numbers[#at];))
    }

    /// Does what stands beside the loop over lanes, where the index of elements is that of pieces.
    fn beside<R>(&mut self, cut: Cut, part: &Ident, work: impl FnOnce(&mut Self) -> R) -> R {
        self.indices.push(part.clone());
        self.extents.push(Int::constant(cut.pieces));
        let result = work(self);
        self.indices.pop();
        self.extents.pop();
        result
    }

    /// The loop over lanes with its rows around it, and the loop over pieces around that. The terms of a sum
    /// get an array of their own. What is known is an element of the given array.
    fn lanes(&mut self, axis: &Axis, plan: Plan, leaves: &[&Leaf], known: Option<&Ident>) -> TokenStream {
        let Plan { cut, lanes, uses } = plan;
        self.holds_rows = true;
        let mut declarations = self.declare_rows(&uses);
        let first = self.rows.len();
        let part = self.names.take("part");
        let (before, count) = self.beside(cut, &part, |body| body.open_rows(&uses, cut.width, lanes));
        let own: Vec<Key> = self.rows[first..].iter().map(|row| row.key.clone()).collect();
        let depth = self.indices.len();
        let (outer, index, at) = self.enter(axis, cut, lanes);
        let (length, width) = (Literal::i64_unsuffixed(lanes), Literal::i64_unsuffixed(cut.width));
        let around = self.name_number(axis);
        let (mut body, mut behind, mut sums) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        let mut taken = Vec::new();
        if let (Some(row), Some((_, known))) = (known, &self.known) {
            body.extend(quote!(let #known = #row[#at];));
        }
        for leaf in leaves {
            if !self.is_added_up(leaf, depth) {
                body.extend(self.write(leaf));
                continue;
            }
            let held = self.lanes_throughout(leaf, cut.width, lanes);
            let adds = held.is_some() || cut.pieces > 1;
            let array = held.unwrap_or_else(|| {
                let place = self.place(leaf.out, &leaf.at);
                let (declaration, array, total) = self.lanes_for("terms", cut.width, lanes);
                declarations.extend(declaration);
                sums.extend(quote!(#place += #total;));
                taken.push(array.clone());
                array
            });
            let mut temporaries = Vec::new();
            let (lets, value) = self.value(leaf.value, &mut temporaries);
            temporaries.iter().for_each(|name| self.names.release(name));
            let add = if adds { quote!(+=) } else { quote!(=) };
            body.extend(quote!(#lets #array[#at] #add #value;));
        }
        let first = if cut.pieces == 1 { quote!() } else { quote!((#part * #width) as u32 +) };
        let (numbers, number) = self.numbered(around, &body, lanes, (&at, first));
        self.leave(outer);
        for each in uses.iter().filter(|each| own.contains(&each.key)) {
            behind.extend(self.beside(cut, &part, |body| body.store_row(each, cut.width, lanes)));
        }
        self.close_rows(count);
        [&part].into_iter().chain(&taken).for_each(|name| self.names.release(name));
        if cut.pieces == 1 {
            return quote!(#declarations #before #numbers for #at in 0..#length { #number #body } #behind #sums);
        }
        let index = mentions(&body, &index).then(|| quote!(let #index = #part * #width + #at;));
        let parts = Literal::i64_unsuffixed(cut.pieces);
        let span = if cut.pieces <= UNROLLED {
            quote!(0..#parts)
        } else {
            let kernels = self.import("kernels");
            quote!(#kernels::rows(0..#parts))
        };
        quote! {
            #declarations
            #numbers
            for #part in #span {
                #before
                for #at in 0..#length { #index #number #body }
                #behind
            }
            #sums
        }
    }

    /// Whether a statement adds to one element throughout a loop.
    fn is_added_up(&self, leaf: &Leaf, depth: usize) -> bool {
        let fixed = !leaf.at.iter().any(|at| at.mentions_index(depth));
        fixed && (self.adds(leaf) || matches!(leaf.kind, LeafKind::Reduce))
    }

    /// How a loop over an axis works on rows; none if it does not, or gains nothing. What is read or added to under
    /// a condition is in a row only where all of the row can be read without it.
    fn row_plan(&self, axis: &Axis, extents: &[Int], leaves: &[&Leaf]) -> Option<Plan> {
        self.row_plan_of(Cut::of(&axis.extent)?, axis, extents, leaves)
    }

    /// The same, cut in a given way.
    fn row_plan_of(&self, cut: Cut, axis: &Axis, extents: &[Int], leaves: &[&Leaf]) -> Option<Plan> {
        let graph = &self.plan.graph;
        let depth = extents.len();
        let extents = [extents, std::slice::from_ref(&axis.extent)].concat();
        let extents = Extents::new(&extents, &self.counted);
        let Cut { width, pieces } = cut;
        let expensive = leaves.iter().any(|leaf| is_expensive(graph, leaf.value));
        let sums = leaves.iter().all(|leaf| self.is_added_up(leaf, depth));
        let pays = expensive || width >= CHEAP;
        if !pays {
            return None;
        }
        let mut uses: Vec<Use> = Vec::new();
        let mut whole = true;
        let mut elsewhere: Vec<Root> = Vec::new();
        for leaf in leaves {
            whole &= graph
                .scalars
                .reachable(leaf.value)
                .into_iter()
                .all(|id| !matches!(graph.scalars[id], Scalar::Call(..)));
            let certain = certain_reads(&graph.scalars, leaf.value);
            let mut note = |tensor: TensorId, at: &[Int], loaded: bool, stored: bool| {
                let is_certain = match stored {
                    true => self.is_sure_to_write(leaf),
                    false => certain.contains(&(tensor, at.to_vec())),
                };
                match self.row_use(tensor, at, depth, cut, &extents, is_certain) {
                    Ok(found) if found.stride == 1 || !stored => {
                        match uses.iter_mut().find(|known| known.key == found.key) {
                            Some(known) => known.stored |= stored,
                            None => uses.push(Use { loaded, stored, ..found }),
                        }
                        true
                    }
                    other => {
                        elsewhere.push(self.root(tensor));
                        whole &= matches!(other, Err(Along::Nothing));
                        false
                    }
                }
            };
            self.visit_unknown_reads(leaf, &mut |tensor, at| {
                note(tensor, at, true, false);
            });
            if !self.is_added_up(leaf, depth) {
                let is_row = note(leaf.out, &leaf.at, self.adds(leaf), true);
                let local = matches!(self.home(leaf.out), Some((_, Home::Local)));
                if !(is_row || (local && self.is_scalar(leaf.out))) {
                    return None;
                }
            } else if matches!(leaf.kind, LeafKind::Write) {
                elsewhere.push(self.root(leaf.out));
            }
        }
        let conflicts = uses.iter().filter(|each| each.stored).any(|each| {
            let other = |other: &&Use| other.key.0 == each.key.0 && other.key != each.key;
            elsewhere.contains(&each.key.0) || uses.iter().find(other).is_some()
        });
        if uses.is_empty() || conflicts || (!whole && (sums || pieces > 1 || width > SHORT)) {
            return None;
        }
        let lanes = match width {
            _ if !whole => width,
            0..=8 => 8,
            _ => (width + 15) / 16 * 16,
        };
        Some(Plan { cut, lanes, uses })
    }

    /// The row that a loop at a depth reads or writes an element of; what it is otherwise.
    fn row_use(
        &self,
        tensor: TensorId,
        at: &[Int],
        depth: usize,
        cut: Cut,
        extents: &Extents,
        is_certain: bool,
    ) -> Result<Use, Along> {
        let along = match self.kind(tensor) {
            Kind::Float | Kind::Mask => self.along(tensor, at, depth),
            Kind::Index | Kind::Key if at.iter().any(|at| at.mentions_index(depth)) => Along::Otherwise,
            Kind::Index | Kind::Key => Along::Nothing,
        };
        let inside = extents.are_within(at, self.plan.graph.shape(tensor));
        match along {
            Along::Row { prefix, start, stride } if is_certain || inside => {
                let start = cut.start(&start, stride, depth);
                let key = self.row_key(tensor, &prefix, &start, stride);
                Ok(Use { key, tensor, prefix, start, stride, inside, loaded: true, stored: false })
            }
            along => Err(along),
        }
    }

    /// Every element that a statement reads, but for what the statement before has left in a variable.
    fn visit_unknown_reads(&self, leaf: &Leaf, visit: &mut dyn FnMut(TensorId, &[Int])) {
        match &self.known {
            Some((known, _)) => self.plan.graph.visit_reads_besides(leaf.value, *known, visit),
            None => leaf.visit_reads(&self.plan.graph, visit),
        }
    }
}

/// What an expression reads whatever conditions hold.
fn certain_reads(scalars: &Scalars, root: ScalarId) -> BTreeSet<(TensorId, Vec<Int>)> {
    let mut certain = BTreeSet::from([root]);
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        let operands = match &scalars[id] {
            Scalar::Select(condition, ..) => vec![*condition],
            Scalar::And(left, _) | Scalar::Or(left, _) => vec![*left],
            _ => scalars.operands(id),
        };
        stack.extend(operands.into_iter().filter(|operand| certain.insert(*operand)));
    }
    let reads = certain.into_iter().filter_map(|id| match &scalars[id] {
        Scalar::Read(tensor, at) => Some((*tensor, at.clone())),
        _ => None,
    });
    reads.collect()
}

/// Whether a statement's last own loop runs over all of its axis.
pub(super) fn whole_range(leaf: &Leaf) -> bool {
    leaf.ranges.get(leaf.inner.len().saturating_sub(1)).is_none_or(is_whole)
}

/// Whether a loop runs over all of its axis.
pub(super) fn is_whole(range: &Range) -> bool {
    range.from.is_empty() && range.to.is_empty()
}

/// The statements of a loop over all of an axis that does nothing but write elements.
fn statements<'a>(around: &'a For) -> Option<Vec<&'a Leaf>> {
    if !is_whole(&around.range) {
        return None;
    }
    let leaf = |item: &'a Item| match item {
        Item::Leaf(leaf) if matches!(leaf.kind, LeafKind::Write) => Some(leaf),
        _ => None,
    };
    around.body.iter().map(leaf).collect()
}
