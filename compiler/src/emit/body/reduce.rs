//! Sums that are held in a variable, and the place of the largest.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::ir::{Axis, Int, ScalarId};
use crate::plan::{For, Home, Item, Leaf, LeafKind};

use super::Body;
use super::rows::{LONGEST, is_whole, whole_range};

/// Fewer terms than this are added up one after the other.
const FEW: i64 = 8;

/// Among so many the best is found without branches.
const UNFORESEEABLE: i64 = 16;

impl Body<'_> {
    /// A loop that does nothing but add to one element.
    pub(super) fn lone_sum(&mut self, around: &For) -> Option<TokenStream> {
        let [Item::Leaf(leaf)] = around.body.as_slice() else { return None };
        let fixed = !leaf.at.iter().any(|at| at.mentions_index(self.indices.len()));
        if !fixed || !leaf.add || !matches!(leaf.kind, LeafKind::Write) || !is_whole(&around.range) {
            return None;
        }
        if self.reads_itself(leaf) {
            return None;
        }
        if let Some(sum) = self.row_sum_throughout(leaf, &around.axis) {
            return Some(sum);
        }
        let (rows, total) = self.sum_over(leaf, &around.axis)?;
        let place = self.place(leaf.out, &leaf.at);
        Some(quote!(#rows #place += #total;))
    }

    /// Whether what a statement reads is in the memory that it writes.
    pub(super) fn reads_itself(&self, leaf: &Leaf) -> bool {
        let mut reads_itself = false;
        leaf.visit_reads(&self.plan.graph, &mut |tensor, _| {
            reads_itself |= self.root(tensor) == self.root(leaf.out)
        });
        reads_itself
    }

    pub(super) fn reduce(&mut self, leaf: &Leaf) -> TokenStream {
        let adds = self.adds(leaf);
        let fresh = if adds { None } else { self.fresh(leaf.out) };
        let reads_itself = self.reads_itself(leaf);
        let is_local = matches!(self.home(leaf.out), Some((_, Home::Local)));
        let own_variable = fresh.is_some() || (adds && is_local && !reads_itself);
        let sum = match &fresh {
            Some((name, _)) => name.clone(),
            None => self.names.take("sum"),
        };
        let place =
            if own_variable && fresh.is_none() { self.place(leaf.out, &leaf.at) } else { quote!(#sum) };
        // A sum that is made as one begins with itself instead of zero.
        let as_one = leaf.when.is_none() && !(own_variable && fresh.is_none());
        if let Some((before, total)) = as_one.then(|| self.total(leaf)).flatten() {
            let value = match &fresh {
                Some((name, mutable)) => quote!(let #mutable #name = #total;),
                None => {
                    self.names.release(&sum);
                    let place = self.place(leaf.out, &leaf.at);
                    if adds { quote!(#place += #total;) } else { quote!(#place = #total;) }
                }
            };
            return quote!(#before #value);
        }
        let (last, outer) =
            leaf.inner.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
        let (opened, spans) = self.open_all(outer, &leaf.ranges);
        let inner = match last.and_then(|axis| self.sum_over(leaf, axis)) {
            Some((rows, total)) => quote!(#rows #place += #total;),
            None => self.plain_sum(leaf, last, &place),
        };
        let mut loops = self.loops(&opened, &spans, inner);
        self.close(outer.len());
        // Where nothing is added nothing is touched: the place may not even be there.
        let condition = leaf.when.map(|condition| self.condition(condition));
        if let Some(condition) = condition.as_ref().filter(|_| !adds) {
            loops = quote!(if #condition { #loops });
        }
        let zero: Literal = format!("0.0_{}", self.float()).parse().expect("a literal");
        let begin = if own_variable && fresh.is_none() { quote!() } else { quote!(let mut #sum = #zero;) };
        let end = if own_variable {
            quote!()
        } else {
            let place = self.place(leaf.out, &leaf.at);
            if adds { quote!(#place += #sum;) } else { quote!(#place = #sum;) }
        };
        if fresh.is_none() {
            self.names.release(&sum);
        }
        match condition.filter(|_| adds) {
            Some(condition) => quote!(if #condition { #begin #loops #end }),
            None => quote!(#begin #loops #end),
        }
    }

    /// The sum of a statement's value over its own axes, after what it needs; none if it is not made as one.
    fn total(&mut self, leaf: &Leaf) -> Option<(TokenStream, TokenStream)> {
        match leaf.inner.as_slice() {
            [axis] => self.sum_over(leaf, axis),
            _ if whole_range(leaf) => self.row_sums(leaf),
            _ => None,
        }
    }

    /// The sum of a statement's value over an axis, the terms taken in vectors, after what it needs; none if
    /// there are few of them.
    fn sum_over(&mut self, leaf: &Leaf, axis: &Axis) -> Option<(TokenStream, TokenStream)> {
        if !whole_range(leaf) {
            return None;
        }
        if let Some(sum) = self.row_sum(leaf, axis) {
            return Some(sum);
        }
        if axis.extent.as_constant().is_some_and(|extent| extent < FEW) {
            return None;
        }
        let mut temporaries = Vec::new();
        let count = self.extent(axis);
        let index = self.open(axis);
        let few = axis.extent.as_constant().filter(|extent| *extent <= LONGEST);
        let around = few.is_some().then(|| self.name_number(axis));
        let (kernels, (lets, value)) = (self.import("kernels"), self.value(leaf.value, &mut temporaries));
        temporaries.iter().for_each(|name| self.names.release(name));
        let (numbers, number) = match around.zip(few) {
            Some((around, few)) => self.numbered(around, &quote!(#lets #value), few, (&index, quote!())),
            None => Default::default(),
        };
        self.close(1);
        let lets = quote!(#number #lets);
        let term = if lets.is_empty() { value } else { quote!({ #lets #value }) };
        Some((numbers, quote!(#kernels::sum_of(#count, #[inline(always)] |#index| #term))))
    }

    /// Adds a statement's value to a place, for all of its last own axis, one after the other.
    fn plain_sum(&mut self, leaf: &Leaf, axis: Option<&Axis>, place: &TokenStream) -> TokenStream {
        let mut temporaries = Vec::new();
        let span = axis.map(|axis| self.span(axis, leaf.ranges.get(leaf.inner.len() - 1)));
        let index = axis.map(|axis| self.open(axis));
        let inner = self.add(place, leaf.value, &mut temporaries);
        self.close(index.iter().len());
        temporaries.iter().for_each(|name| self.names.release(name));
        match index {
            Some(index) => quote!(for #index in #span { #inner }),
            None => inner,
        }
    }

    /// The place of the largest or least, and its value where that was `found` for.
    pub(super) fn argmax(&mut self, leaf: &Leaf, least: bool, found: Option<ScalarId>) -> TokenStream {
        let fresh = self.fresh(leaf.out);
        let (best, mutable) = match &fresh {
            Some((name, mutable)) => (name.clone(), mutable.clone()),
            None => (self.names.take("best"), quote!()),
        };
        let extreme = self.names.take(if least { "least" } else { "largest" });
        let row = if least { None } else { self.searched_row(leaf) };
        let search = match row {
            Some(row) => {
                let (kernels, cpu) = (self.import("kernels"), self.local("cpu"));
                let extreme = if found.is_some() { quote!(#extreme) } else { quote!(_) };
                quote!(let (#mutable #best, #extreme) = #kernels::largest(#cpu, #row);)
            }
            None => self.plain_search(leaf, least, &best, &extreme),
        };
        match found {
            Some(found) => self.found = Some((found, extreme)),
            None => self.names.release(&extreme),
        }
        if fresh.is_some() {
            return search;
        }
        self.names.release(&best);
        let place = self.place(leaf.out, &leaf.at);
        let best = if self.is_usize(leaf.out) { quote!(#best) } else { quote!(#best as u32) };
        quote!(#search #place = #best;)
    }

    /// The neighbours among which the largest is looked for, if they are worth vectors and nothing is done to them.
    fn searched_row(&self, leaf: &Leaf) -> Option<TokenStream> {
        let [axis] = leaf.inner.as_slice() else { return None };
        let is_long = axis.extent.as_constant().is_some_and(|extent| extent >= UNFORESEEABLE);
        let is_all = self.is_compiled_for_each && is_long && leaf.when.is_none() && whole_range(leaf);
        if is_all { self.read_row(leaf.value, axis) } else { None }
    }

    /// The search for the best, one value after the other.
    fn plain_search(&mut self, leaf: &Leaf, least: bool, best: &Ident, extreme: &Ident) -> TokenStream {
        let krate = self.cx.krate;
        let float = self.float();
        let candidate = self.names.take("candidate");
        let better = self.names.take("better");
        let mut temporaries = Vec::new();
        let (opened, spans) = self.open_all(&leaf.inner, &leaf.ranges);
        let (lets, value) = self.value(leaf.value, &mut temporaries);
        let depth = self.indices.len() - leaf.inner.len();
        let position = leaf.inner.iter().enumerate().fold(Int::zero(), |position, (place, axis)| {
            position.mul(&axis.extent).add(&Int::index(depth + place))
        });
        let position = self.subscript(&position);
        let (start, beats) = match least {
            false => (quote!(NEG_INFINITY), quote!(>)),
            true => (quote!(INFINITY), quote!(<)),
        };
        // Of few, which is the best is not foreseeable; of many, most are not better.
        let few = leaf.inner.iter().try_fold(1_i64, |all, axis| all.checked_mul(axis.extent.as_constant()?));
        let body = if few.is_some_and(|few| few <= UNFORESEEABLE) {
            quote! {
                #lets
                let #candidate = #value;
                let #better = (#candidate #beats #extreme) | (#candidate.is_nan() & !#extreme.is_nan());
                #best = if #better { #position } else { #best };
                #extreme = if #better { #candidate } else { #extreme };
            }
        } else {
            quote! {
                #lets
                let #candidate = #value;
                if #candidate #beats #extreme || (#candidate.is_nan() && !#extreme.is_nan()) {
                    #best = #position;
                    #extreme = #candidate;
                }
            }
        };
        let loops = self.loops(&opened, &spans, body);
        self.close(leaf.inner.len());
        for name in temporaries.iter().chain([&better, &candidate]) {
            self.names.release(name);
        }
        quote! {
            let mut #best = 0;
            let mut #extreme = #krate::__private::core::primitive::#float::#start;
            #loops
        }
    }
}
