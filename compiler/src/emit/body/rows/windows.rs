//! Loops over neighbours each of which looks for the largest of a window: of all windows of a row, one place
//! after the other is compared in vectors. Decides nothing about how a loop works on rows.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Along, Cut, LONGEST, Plan, Use, certain_reads, is_whole};
use crate::emit::body::Body;
use crate::ir::{Axis, Int, TensorId};
use crate::plan::{Extents, For, Home, Item, Leaf, LeafKind, Root};

/// What such a loop does.
struct Windows<'a> {
    axis: &'a Axis,
    search: &'a Leaf,
    least: bool,
    cut: Cut,
    lanes: i64,
    /// The rows of the windows' elements.
    uses: Vec<Use>,
    /// Where the place of the largest is stored, if that is needed.
    place: Option<Use>,
}

impl Body<'_> {
    /// A loop over windows, and what is done with what is found; none if it is better left as it is.
    pub(in super::super) fn window_loop(&mut self, around: &For) -> Option<TokenStream> {
        let (Item::Leaf(search), rest) = around.body.split_first()? else { return None };
        let LeafKind::Argmax { least, found } = search.kind else { return None };
        let leaves: Option<Vec<&Leaf>> = rest.iter().map(write).collect();
        let leaves = leaves.filter(|_| is_whole(&around.range))?;
        let windows = self.windows(&around.axis, search, least)?;
        let extreme = self.names.take(if least { "least" } else { "largest" });
        let before = self.known.take();
        self.known = found.map(|found| (found, extreme.clone()));
        let behind = match leaves.is_empty() {
            true => Some(None),
            false => self.behind_windows(&windows, &leaves).map(Some),
        };
        let tokens = behind.map(|plan| {
            let row = self.names.take(&format!("{extreme}_row"));
            let search = self.search(&windows, &extreme, &row);
            let rest = plan.map(|plan| self.lanes(&around.axis, plan, &leaves, Some(&row)));
            self.names.release(&row);
            quote!(#search #rest)
        });
        self.known = before;
        self.names.release(&extreme);
        tokens
    }

    /// How the statements behind a search work on rows of what it finds; none if they need more than that, or
    /// write to what it looks through.
    fn behind_windows(&self, windows: &Windows, leaves: &[&Leaf]) -> Option<Plan> {
        let Windows { axis, search, cut, .. } = *windows;
        let mut free = true;
        for leaf in leaves {
            self.visit_unknown_reads(leaf, &mut |tensor, _| {
                free &= windows.place.is_some() || self.root(tensor) != self.root(search.out);
            });
            let out = self.root(leaf.out);
            free &= out != self.root(search.out) && windows.uses.iter().all(|each| each.key.0 != out);
        }
        if !free {
            return None;
        }
        self.row_plan_of(cut, axis, &self.extents, leaves).filter(|plan| plan.lanes == windows.lanes)
    }

    /// How a search along a loop works on rows; none if it does not.
    fn windows<'a>(&self, axis: &'a Axis, search: &'a Leaf, least: bool) -> Option<Windows<'a>> {
        let graph = &self.plan.graph;
        let depth = self.indices.len();
        let width = axis.extent.as_constant().filter(|width| (2..=LONGEST).contains(width))?;
        let cut = Cut { width, pieces: 1 };
        if search.when.is_some() || !search.ranges.iter().all(is_whole) {
            return None;
        }
        let inner = search.inner.iter().map(|axis| axis.extent.clone());
        let indices: Vec<Int> =
            self.extents.iter().cloned().chain([axis.extent.clone()]).chain(inner).collect();
        let extents = Extents::new(&indices, &self.counted);
        let certain = certain_reads(&graph.scalars, search.value);
        let (mut uses, mut even): (Vec<Use>, bool) = (Vec::new(), true);
        search.visit_reads(graph, &mut |tensor, at| {
            let is_certain = certain.contains(&(tensor, at.to_vec()));
            match self.row_use(tensor, at, depth, cut, &extents, is_certain) {
                Ok(found) if uses.iter().any(|known| known.key == found.key) => {}
                Ok(found) => uses.push(found),
                Err(along) => even &= matches!(along, Along::Nothing),
            }
        });
        even &= uses.iter().all(|each| each.key.0 != self.root(search.out));
        if uses.is_empty() || !even {
            return None;
        }
        let place = match self.home(search.out) {
            Some((_, Home::Local)) if self.is_scalar(search.out) => None,
            _ => Some(self.stored_place(search.out, &search.at, depth)?),
        };
        let lanes = if width <= 8 { 8 } else { (width + 15) / 16 * 16 };
        Some(Windows { axis, search, least, cut, lanes, uses, place })
    }

    /// The row that the places are stored in.
    fn stored_place(&self, tensor: TensorId, at: &[Int], depth: usize) -> Option<Use> {
        match self.along(tensor, at, depth) {
            Along::Row { prefix, start, stride: 1 } if matches!(self.root(tensor), Root::Buffer(_)) => {
                let key = self.row_key(tensor, &prefix, &start, 1);
                Some(Use { key, tensor, prefix, start, stride: 1, inside: true, loaded: false, stored: true })
            }
            _ => None,
        }
    }

    /// The search: afterwards the row holds the largest of each window.
    fn search(&mut self, windows: &Windows, extreme: &Ident, row: &Ident) -> TokenStream {
        let Windows { axis, search, least, cut, lanes, uses, place } = windows;
        let krate = self.cx.krate;
        let float = self.float();
        let length = Literal::i64_unsuffixed(*lanes);
        let candidate = self.names.take("candidate");
        let better = self.names.take("better");
        let best = self.names.take("best_row");
        let declarations = self.declare_rows(uses);
        let (outer, _, at) = self.enter(axis, *cut, *lanes);
        let (opened, spans) = self.open_all(&search.inner, &search.ranges);
        let (rows, count) = self.open_rows(uses, cut.width, *lanes);
        let mut temporaries = Vec::new();
        let (lets, value) = self.value(search.value, &mut temporaries);
        let depth = self.indices.len() - search.inner.len();
        let position = search.inner.iter().enumerate().fold(Int::zero(), |position, (place, axis)| {
            position.mul(&axis.extent).add(&Int::index(depth + place))
        });
        let position = self.subscript(&position);
        let (start, beats) = match least {
            false => (quote!(NEG_INFINITY), quote!(>)),
            true => (quote!(INFINITY), quote!(<)),
        };
        let keep = place
            .as_ref()
            .map(|_| quote!(#best[#at] = if #better { (#position) as u32 } else { #best[#at] };));
        let body = quote! {
            #rows
            for #at in 0..#length {
                #lets
                let #candidate = #value;
                let #extreme = #row[#at];
                let #better = (#candidate #beats #extreme) | (#candidate.is_nan() & !#extreme.is_nan());
                #keep
                #row[#at] = if #better { #candidate } else { #extreme };
            }
        };
        let loops = self.loops(&opened, &spans, body);
        self.close_rows(count);
        self.close(search.inner.len());
        self.leave(outer);
        for name in temporaries.iter().chain([&candidate, &better, &best]) {
            self.names.release(name);
        }
        let (mut begin, mut end) = (TokenStream::new(), TokenStream::new());
        if let Some(place) = place {
            let width = Literal::i64_unsuffixed(cut.width);
            let slice = self.row_slice(place, cut.width, true);
            begin = quote!(let mut #best = [0_u32; #length];);
            end = quote!(#slice.copy_from_slice(&#best[..#width]););
        }
        quote! {
            #declarations
            #begin
            let mut #row = [#krate::__private::core::primitive::#float::#start; #length];
            #loops
            #end
        }
    }
}

/// A statement that writes one element.
fn write(item: &Item) -> Option<&Leaf> {
    match item {
        Item::Leaf(leaf) if matches!(leaf.kind, LeafKind::Write) => Some(leaf),
        _ => None,
    }
}
