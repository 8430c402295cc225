//! Sums along rows: their terms are taken in lanes, which are added to one another at the end. Where loops around the
//! row add to the same element, that is the end of all of these loops.
//!
//! Decides nothing about which values there are, but in which order the terms of a sum are added.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::{Cut, Plan, SHORT};
use crate::emit::body::Body;
use crate::ir::{Axis, ScalarId};
use crate::plan::{Extents, Item, Leaf, Root};

/// A loop that statements are being made in.
pub(in super::super) struct Around {
    /// The depth of its first index.
    depth: usize,
    /// How many statements of the loop touch each memory.
    touches: BTreeMap<Root, usize>,
    /// What stands before it and behind it.
    before: TokenStream,
    behind: TokenStream,
    /// The names of lanes that are added up throughout it, and throughout the loops in it.
    taken: Vec<Ident>,
}

/// The terms of a sum along a row.
struct Terms {
    /// What they need.
    before: TokenStream,
    /// Which of them, and what it is.
    index: Ident,
    lets: TokenStream,
    value: TokenStream,
}

impl Body<'_> {
    /// Begins a loop, whose first index is about to be opened.
    pub(in super::super) fn enter_around(&mut self, items: &[Item]) {
        let mut touches = BTreeMap::new();
        for item in items {
            item.visit(0, &mut |_, leaf| {
                let mut roots = vec![self.root(leaf.out)];
                leaf.visit_reads(&self.plan.graph, &mut |tensor, _| roots.push(self.root(tensor)));
                roots.sort_unstable();
                roots.dedup();
                roots.into_iter().for_each(|root| *touches.entry(root).or_default() += 1);
            });
        }
        let depth = self.indices.len();
        let (before, behind) = Default::default();
        self.around.push(Around { depth, touches, before, behind, taken: Vec::new() });
    }

    /// Ends it: what stands before it and behind it.
    pub(in super::super) fn leave_around(&mut self) -> (TokenStream, TokenStream) {
        let Some(Around { before, behind, taken, .. }) = self.around.pop() else { return Default::default() };
        // Declared in the loop around: an array that is held throughout that must have another name.
        match self.around.last_mut() {
            Some(around) => around.taken.extend(taken),
            None => taken.iter().for_each(|name| self.names.release(name)),
        }
        (before, behind)
    }

    /// The outermost loop around throughout which a statement alone adds to one element.
    fn adds_throughout(&self, leaf: &Leaf) -> Option<usize> {
        let extents = Extents::new(&self.extents, &self.counted);
        // Where a loop has no iteration, or not under its conditions, zero is added.
        if self.reads_itself(leaf) || !extents.are_within(&leaf.at, self.plan.graph.shape(leaf.out)) {
            return None;
        }
        let root = self.root(leaf.out);
        self.around.iter().position(|around| {
            let is_fixed = leaf
                .at
                .iter()
                .all(|at| (around.depth..self.indices.len()).all(|index| !at.mentions_index(index)));
            is_fixed && around.touches.get(&root) == Some(&1)
        })
    }

    /// An array for the terms of a statement that adds to one element, of which each lane is added up throughout a
    /// loop around, or none if that is only the loop in hand.
    pub(super) fn lanes_throughout(&mut self, leaf: &Leaf, width: i64, lanes: i64) -> Option<Ident> {
        let around = self.adds_throughout(leaf).filter(|_| lanes <= SHORT)?;
        let place = self.place(leaf.out, &leaf.at);
        Some(self.lanes_of(around, &place, width, lanes))
    }

    /// The same throughout a given loop, added to a place behind it.
    fn lanes_of(&mut self, around: usize, place: &TokenStream, width: i64, lanes: i64) -> Ident {
        let (declaration, name, total) = self.lanes_for("held", width, lanes);
        let around = &mut self.around[around];
        around.before.extend(declaration);
        around.behind.extend(quote!(#place += #total;));
        around.taken.push(name.clone());
        name
    }

    /// An array for the terms of a sum: its declaration, its name, and the sum.
    pub(super) fn lanes_for(
        &mut self,
        wish: &str,
        width: i64,
        lanes: i64,
    ) -> (TokenStream, Ident, TokenStream) {
        let (kernels, name) = (self.import("kernels"), self.names.take(wish));
        let zero: Literal = format!("0.0_{}", self.float()).parse().expect("a literal");
        let (length, count) = (Literal::i64_unsuffixed(lanes), Literal::i64_unsuffixed(width));
        let part = if width == lanes { quote!(&#name) } else { quote!(&#name[..#count]) };
        (quote!(let mut #name = [#zero; #length];), name, quote!(#kernels::sum(#part)))
    }

    /// The sum of a value over an axis, after the rows that it needs; none if it is better left as it is.
    pub(in super::super) fn row_sum(
        &mut self,
        leaf: &Leaf,
        axis: &Axis,
    ) -> Option<(TokenStream, TokenStream)> {
        let plan = self.row_plan(axis, &self.extents, &[leaf]).filter(|plan| plan.cut.pieces == 1)?;
        let (width, lanes) = (Literal::i64_unsuffixed(plan.cut.width), Literal::i64_unsuffixed(plan.lanes));
        let Terms { before, index, lets, value } = self.terms(leaf.value, axis, plan);
        let kernels = self.import("kernels");
        let term = if lets.is_empty() { value } else { quote!({ #lets #value }) };
        Some((before, quote!(#kernels::sum_of_row::<#lanes, _>(#width, #[inline(always)] |#index| #term))))
    }

    /// The sum of a statement's value over all of its own axes, after what adds up its lanes; none if there are no
    /// lanes, or no axis but that of a row.
    pub(in super::super) fn row_sums(&mut self, leaf: &Leaf) -> Option<(TokenStream, TokenStream)> {
        let (axis, outer) = leaf.inner.split_last().filter(|(_, outer)| !outer.is_empty())?;
        let (opened, mut spans) = self.open_all(outer, &leaf.ranges);
        let sum = self.short_plan(leaf, axis).map(|plan| {
            let (declaration, array, total) = self.lanes_for("terms", plan.cut.width, plan.lanes);
            let terms = self.add_terms(leaf, axis, plan, &array);
            self.names.release(&array);
            (declaration, terms, total)
        });
        self.close(outer.len());
        let (declaration, terms, total) = sum?;
        if let Some(span) = spans.last_mut() {
            let kernels = self.import("kernels");
            *span = quote!(#kernels::rows(#span));
        }
        let loops = self.loops(&opened, &spans, terms);
        Some((quote!(#declaration #loops), total))
    }

    /// Adds a value to one element, over an axis, in lanes that are added up throughout loops around; none if there
    /// are no such loops or lanes.
    pub(in super::super) fn row_sum_throughout(&mut self, leaf: &Leaf, axis: &Axis) -> Option<TokenStream> {
        let around = self.adds_throughout(leaf)?;
        let plan = self.short_plan(leaf, axis)?;
        let place = self.place(leaf.out, &leaf.at);
        let array = self.lanes_of(around, &place, plan.cut.width, plan.lanes);
        Some(self.add_terms(leaf, axis, plan, &array))
    }

    /// How the sum of a statement along an axis works on a row that is short enough for its lanes to stay in registers.
    fn short_plan(&self, leaf: &Leaf, axis: &Axis) -> Option<Plan> {
        let is_short = |plan: &Plan| plan.cut.pieces == 1 && plan.lanes <= SHORT;
        self.row_plan(axis, &self.extents, &[leaf]).filter(is_short)
    }

    /// Adds a statement's terms along a row to an array.
    fn add_terms(&mut self, leaf: &Leaf, axis: &Axis, plan: Plan, array: &Ident) -> TokenStream {
        let lanes = Literal::i64_unsuffixed(plan.lanes);
        let Terms { before, index, lets, value } = self.terms(leaf.value, axis, plan);
        quote!(#before for #index in 0..#lanes { #lets #array[#index] += #value; })
    }

    /// The terms of a sum along a row.
    fn terms(&mut self, value: ScalarId, axis: &Axis, plan: Plan) -> Terms {
        let Plan { cut, lanes, uses } = plan;
        let Cut { width, .. } = cut;
        self.holds_rows = true;
        let declarations = self.declare_rows(&uses);
        let (rows, count) = self.open_rows(&uses, width, lanes);
        let (outer, index, _) = self.enter(axis, cut, lanes);
        let mut temporaries = Vec::new();
        let around = self.name_number(axis);
        let (lets, value) = self.value(value, &mut temporaries);
        temporaries.iter().for_each(|name| self.names.release(name));
        let (numbers, number) = self.numbered(around, &quote!(#lets #value), lanes, (&index, quote!()));
        self.leave(outer);
        self.close_rows(count);
        let (before, lets) = (quote!(#declarations #rows #numbers), quote!(#number #lets));
        Terms { before, index, lets, value }
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::expanded;

    #[test]
    fn lanes_are_added_to_one_another_once() {
        // Behind all loops that add to the element.
        let code = expanded("pub fn f(x: f32[N, 8, 28]) -> f32[8] { sum(x, axis = [0, 2]) }");
        let end = "forlin0..32{terms[l]+=x_row[l];}}f_sum[i]=kernels::sum(&terms[..28]);";
        assert!(code.contains(end), "{code}");
        // Behind those of them that do, with other statements in the row's.
        let code = expanded(
            "pub fn f(x: f32[N, 8, 28]) -> (f32[N, 8, 28], f32) { let y = x * x; (y, sum(y * tanh(y))) }",
        );
        assert_eq!(code.matches("kernels::sum(&held[..28])").count(), 1, "{code}");
        assert!(code.contains("}}f_sum+=kernels::sum(&held[..28]);f_sum"), "{code}");
        // Where each row has its own sum there is nothing to hold.
        let code = expanded("pub fn f(x: f32[N, 28]) -> f32[N] { sum(x, axis = 1) }");
        assert!(!code.contains("terms"), "{code}");
    }

    #[test]
    fn what_numbers_decide_is_added_unasked() {
        let pooled = |places: &str| {
            expanded(&format!(
                "#[grad(x)] pub fn f(x: f32[N, 28], k: u32[N, 14], w: f32[14]) -> f32 {{
                    let y[n, i] = {places}; sum[n, i](relu(y[n, i]) * w[i])
                }}"
            ))
        };
        // A place in a window is in it whether the ReLU is 0 or not.
        let code = pooled("max[u in 0..2](x[n, 2 * i + u])");
        assert!(code.contains("asusize]+=if"), "{code}");
        // One that is given is not asked for where it does not count.
        let code = pooled("x[n, k[n, i]]");
        assert!(!code.contains("asusize]+=if"), "{code}");
    }
}
