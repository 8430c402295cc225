//! Nests of loops and the statements in them.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::ir::{Axis, Graph, Int, Kind, Scalar, ScalarId, TensorId, Unary};
use crate::plan::{Bound, BufferId, For, Home, Item, Leaf, LeafKind, Range, Root, Step};
use crate::simplify::Ranges;

use super::Body;

/// Loops of no more iterations may be unrolled.
pub(super) const UNROLLED: i64 = 8;

impl Body<'_> {
    /// A whole nest.
    pub(super) fn items(&mut self, items: &[Item]) -> TokenStream {
        let mut tokens = TokenStream::new();
        for item in items {
            let declarations = self.declarations(item);
            let item = match item {
                Item::For(around) => self.around(around),
                Item::If(condition, body) => {
                    let condition = self.condition(*condition);
                    let body = self.items(body);
                    quote!(if #condition { #body })
                }
                Item::Leaf(leaf) => self.leaf(leaf),
            };
            tokens.extend(declarations);
            tokens.extend(item);
            if let Some((_, name)) = self.known.take() {
                self.names.release(&name);
            }
            self.known = self.found.take();
        }
        tokens
    }

    fn around(&mut self, around: &For) -> TokenStream {
        if let Some(rows) =
            self.lone_sum(around).or_else(|| self.row_loop(around)).or_else(|| self.window_loop(around))
        {
            return rows;
        }
        let span = self.span(&around.axis, Some(&around.range));
        let (before, behind, count) = self.hoisted_rows(around);
        let (slices, sliced) = self.open_slices(around);
        self.enter_around(&around.body);
        let index = self.open(&around.axis);
        let holds_rows = std::mem::take(&mut self.holds_rows);
        let body = self.along_slices(sliced, &index, |emitter| emitter.items(&around.body));
        self.close(1);
        self.close_rows(sliced + count);
        let (terms, sums) = self.leave_around();
        // What the compiler unrolls is no loop.
        let is_unrolled = around.axis.extent.as_constant().is_some_and(|extent| extent <= UNROLLED);
        let is_over_rows = self.holds_rows && !is_unrolled;
        self.holds_rows = holds_rows || self.holds_rows && is_unrolled;
        if body.is_empty() {
            return body;
        }
        let span = if is_over_rows {
            let kernels = self.import("kernels");
            quote!(#kernels::rows(#span))
        } else {
            span
        };
        quote!(#before #slices #terms for #index in #span { #body } #behind #sums)
    }

    /// A condition on indices alone.
    pub(super) fn condition(&mut self, condition: ScalarId) -> TokenStream {
        let mut temporaries = Vec::new();
        let (lets, condition) = self.value(condition, &mut temporaries);
        temporaries.iter().for_each(|name| self.names.release(name));
        if lets.is_empty() { condition } else { quote!({ #lets #condition }) }
    }

    /// `0..extent`, or the part of it that a loop runs over.
    pub(super) fn span(&self, axis: &Axis, range: Option<&Range>) -> TokenStream {
        let extent = self.extent(axis);
        let Some(range) = range else { return quote!(0..#extent) };
        let bound = |bound: &Bound| {
            if bound.natural { self.subscript(&bound.value) } else { self.size(&bound.value) }
        };
        let join = |all: Vec<TokenStream>, function: &str| {
            let (cmp, function) = (self.import("cmp"), quote::format_ident!("{function}"));
            all.into_iter().reduce(|all, next| quote!(#cmp::#function(#all, #next)))
        };
        let from = match range.from.as_slice() {
            [] => quote!(0),
            [one] => bound(one),
            several => join(several.iter().map(bound).collect(), "max").unwrap_or_default(),
        };
        let to = match range.to.as_slice() {
            [] => extent,
            several => {
                let bounds = several.iter().map(bound).chain((!range.within).then_some(extent));
                let bounds: Vec<TokenStream> = bounds.collect();
                if let [one] = bounds.as_slice() {
                    one.clone()
                } else {
                    join(bounds, "min").unwrap_or_default()
                }
            }
        };
        quote!(#from..#to)
    }

    /// How far a loop runs that is not open yet.
    pub(super) fn extent(&self, axis: &Axis) -> TokenStream {
        match &self.part {
            Some((rows, all)) if self.indices.is_empty() && axis.extent == *all => quote!(#rows),
            _ => self.size(&axis.extent),
        }
    }

    /// A new index.
    pub(super) fn open(&mut self, axis: &Axis) -> Ident {
        let index = self.names.take(&axis.name);
        self.indices.push(index.clone());
        self.extents.push(axis.extent.clone());
        index
    }

    pub(super) fn close(&mut self, count: usize) {
        for _ in 0..count {
            self.extents.pop();
            if let Some(index) = self.indices.pop() {
                self.names.release(&index);
            }
        }
    }

    /// Variables that an item needs and that are seen outside it too.
    fn declarations(&mut self, item: &Item) -> TokenStream {
        let mut inside = BTreeMap::new();
        item.visit(0, &mut |_, leaf| self.count_leaf(leaf, &mut inside));
        let mut tokens = TokenStream::new();
        for (buffer, (touches, _)) in inside {
            if self.declared.contains(&buffer) || self.plan.memory.buffers[buffer.0].home != Home::Local {
                continue;
            }
            let scalar = self.is_scalar(self.plan.memory.buffers[buffer.0].tensor);
            let deferred = match item {
                Item::For(_) | Item::If(..) => touches == self.touches[&buffer].0,
                Item::Leaf(_) => scalar,
            };
            if !deferred {
                tokens.extend(self.declare(buffer));
            }
        }
        tokens
    }

    /// `let mut x = [0.0; 3];`
    pub(super) fn declare(&mut self, buffer: BufferId) -> TokenStream {
        self.declared.insert(buffer);
        let name = self.names.buffer(buffer);
        let plan = self.plan;
        let buffer = &plan.memory.buffers[buffer.0];
        let float = self.float();
        let zero = match buffer.kind {
            Kind::Float => {
                let zero: Literal = format!("0.0_{float}").parse().expect("a literal");
                quote!(#zero)
            }
            Kind::Index if plan.graph.shape(buffer.tensor).is_empty() => quote!(0_usize),
            Kind::Index | Kind::Key => quote!(0_u32),
            Kind::Mask => quote!(false),
        };
        let value = plan.graph.shape(buffer.tensor).iter().rev().fold(zero, |value, extent| {
            let extent = extent.as_constant().map(Literal::i64_unsuffixed);
            quote!([#value; #extent])
        });
        quote!(let mut #name = #value;)
    }

    /// How often a statement touches and writes each buffer.
    pub(super) fn count_leaf(&self, leaf: &Leaf, counts: &mut BTreeMap<BufferId, (usize, usize)>) {
        let mut tensors = vec![leaf.out];
        leaf.visit_reads(&self.plan.graph, &mut |tensor, _| tensors.push(tensor));
        let mut buffers: Vec<BufferId> =
            tensors.into_iter().filter_map(|tensor| self.buffer(tensor)).collect();
        buffers.sort_unstable();
        buffers.dedup();
        for buffer in buffers {
            let count = counts.entry(buffer).or_default();
            count.0 += 1;
            count.1 += usize::from(self.buffer(leaf.out) == Some(buffer) && !self.is_itself(leaf));
        }
    }

    pub(super) fn buffer(&self, tensor: TensorId) -> Option<BufferId> {
        match self.root(tensor) {
            Root::Buffer(buffer) => Some(buffer),
            Root::Input(_) => None,
        }
    }

    fn leaf(&mut self, leaf: &Leaf) -> TokenStream {
        match &leaf.kind {
            LeafKind::Fill => self.fill(leaf),
            LeafKind::Write => self.write(leaf),
            LeafKind::Reduce => self.reduce(leaf),
            LeafKind::Argmax { least, found } => self.argmax(leaf, *least, *found),
            LeafKind::Call => self.call_of_arrays(leaf),
            LeafKind::Product(product) => self.product(leaf, product),
        }
    }

    /// Whether a statement adds to what is there.
    pub(super) fn adds(&self, leaf: &Leaf) -> bool {
        leaf.add || (self.accumulate && matches!(self.home(leaf.out), Some((_, Home::Gradient(_)))))
    }

    fn fill(&mut self, leaf: &Leaf) -> TokenStream {
        if self.adds(leaf) {
            // Only zeros are written where gradients accumulate.
            return TokenStream::new();
        }
        let rank = self.plan.graph.shape(leaf.out).len();
        if rank == leaf.at.len() {
            return self.write(leaf);
        }
        let (_, value) = self.stored(leaf.out, leaf.value, &mut Vec::new());
        let stacked = self.stacked(leaf.out);
        if leaf.at.len() < stacked {
            let shape = self.plan.graph.shape(leaf.out)[leaf.at.len()..stacked].to_vec();
            let axes = Graph::axes(&shape);
            let (opened, spans) = self.open_all(&axes, &[]);
            let own = (self.indices.len() - axes.len()..self.indices.len()).map(Int::index);
            let at: Vec<Int> = leaf.at.iter().cloned().chain(own).collect();
            let inner = self.fill(&Leaf { at, ..leaf.clone() });
            self.close(axes.len());
            return self.loops(&opened, &spans, inner);
        }
        let flat = self.flat(leaf.out, &leaf.at, true).receiver();
        quote!(#flat.fill(#value);)
    }

    /// Loops around a body, each with its range.
    pub(super) fn loops(&self, indices: &[Ident], spans: &[TokenStream], body: TokenStream) -> TokenStream {
        indices
            .iter()
            .zip(spans)
            .rev()
            .fold(body, |body, (index, span)| quote!(for #index in #span { #body }))
    }

    /// Opens a statement's own loops.
    pub(super) fn open_all(&mut self, axes: &[Axis], ranges: &[Range]) -> (Vec<Ident>, Vec<TokenStream>) {
        let mut opened = (Vec::new(), Vec::new());
        for (place, axis) in axes.iter().enumerate() {
            opened.1.push(self.span(axis, ranges.get(place)));
            opened.0.push(self.open(axis));
        }
        opened
    }

    /// A value as it is stored in a tensor, after the variables that it needs.
    fn stored(
        &mut self,
        out: TensorId,
        value: ScalarId,
        temporaries: &mut Vec<Ident>,
    ) -> (TokenStream, TokenStream) {
        let kind = self.kind(out);
        let before = self.integers.replace(kind == Kind::Index);
        let (lets, value) = self.value(value, temporaries);
        self.integers.set(before);
        let value = match kind {
            Kind::Float | Kind::Key => value,
            Kind::Index if self.is_usize(out) => value,
            Kind::Index => quote!((#value) as u32),
            Kind::Mask if self.is_stored_flag(out) => quote!((#value) as u8),
            Kind::Mask => value,
        };
        (lets, value)
    }

    pub(super) fn write(&mut self, leaf: &Leaf) -> TokenStream {
        let mut temporaries = Vec::new();
        let tokens = if self.adds(leaf) {
            let place = self.place(leaf.out, &leaf.at);
            match self.is_added_unasked(leaf) {
                true => self.add_all(&place, leaf.value, &mut temporaries),
                false => self.add(&place, leaf.value, &mut temporaries),
            }
        } else {
            if self.is_itself(leaf) {
                return TokenStream::new();
            }
            let (lets, value) = self.stored(leaf.out, leaf.value, &mut temporaries);
            match self.fresh(leaf.out) {
                Some((name, mutable)) => quote!(#lets let #mutable #name = #value;),
                None => {
                    let place = self.place(leaf.out, &leaf.at);
                    quote!(#lets #place = #value;)
                }
            }
        };
        temporaries.iter().for_each(|name| self.names.release(name));
        tokens
    }

    /// Whether a statement writes what is there.
    fn is_itself(&self, leaf: &Leaf) -> bool {
        match &self.plan.graph.scalars[leaf.value] {
            Scalar::Read(tensor, at) => {
                !self.adds(leaf) && *at == leaf.at && self.root(*tensor) == self.root(leaf.out)
            }
            _ => false,
        }
    }

    /// The variable of a scalar that this is the first statement to write, and `mut` if others follow.
    pub(super) fn fresh(&mut self, out: TensorId) -> Option<(Ident, TokenStream)> {
        let (buffer, home) = self.home(out)?;
        if *home != Home::Local || !self.is_scalar(out) || !self.declared.insert(buffer) {
            return None;
        }
        let mutable = if self.touches[&buffer].1 > 1 { quote!(mut) } else { quote!() };
        Some((self.names.buffer(buffer).clone(), mutable))
    }

    /// The guard on top of a value that is added: where it does not hold, or does, nothing is done.
    fn guard(&self, value: ScalarId) -> Option<(ScalarId, bool, ScalarId)> {
        let scalars = &self.plan.graph.scalars;
        let is_zero = |id: ScalarId| scalars.as_number(id) == Some(0.0);
        match scalars[value] {
            Scalar::Select(condition, a, b) if is_zero(b) => Some((condition, true, a)),
            Scalar::Select(condition, a, b) if is_zero(a) => Some((condition, false, b)),
            _ => None,
        }
    }

    /// Whether a statement touches its place whatever conditions hold.
    pub(super) fn is_sure_to_write(&self, leaf: &Leaf) -> bool {
        !self.adds(leaf) || self.guard(leaf.value).is_none()
    }

    /// Whether a statement had better add zero than ask whether to add: what decides are numbers, which no CPU
    /// foresees, and what it would add, and where, is there whatever they say.
    fn is_added_unasked(&self, leaf: &Leaf) -> bool {
        let graph = &self.plan.graph;
        let Some((condition, _, value)) = self.guard(leaf.value) else { return false };
        let (axes, places) = (Graph::axes(&self.extents), self.places.get_or_init(|| self.plan.places()));
        let ranges = Ranges::new(&axes, &self.counted).with_places(places);
        // What is checked where it is evaluated may be evaluated nowhere else.
        let is_inside = |tensor: TensorId, at: &[Int]| {
            let mut subscripts = at.iter().zip(graph.shape(tensor));
            subscripts.all(|(at, size)| at.unchecked() == *at && ranges.is_within(at, size))
        };
        let decides = |id: ScalarId| match graph.scalars[id] {
            Scalar::Compare(..) => true,
            Scalar::Read(tensor, _) => self.kind(tensor) == Kind::Mask,
            _ => false,
        };
        graph.scalars.reachable(condition).into_iter().any(decides)
            && matches!(&graph.scalars[value], Scalar::Read(tensor, at) if is_inside(*tensor, at))
            && is_inside(leaf.out, &leaf.at)
    }

    /// `place += value;`, under an `if` where the value is a guarded one.
    pub(super) fn add(
        &mut self,
        place: &TokenStream,
        value: ScalarId,
        temporaries: &mut Vec<Ident>,
    ) -> TokenStream {
        if let Some((condition, holds, inner)) = self.guard(value) {
            let (lets, condition) = self.value(condition, temporaries);
            let condition = if holds { condition } else { quote!(!(#condition)) };
            let inner = self.add(place, inner, temporaries);
            return quote!(#lets if #condition { #inner });
        }
        self.add_all(place, value, temporaries)
    }

    /// `place += value;`
    fn add_all(&mut self, place: &TokenStream, value: ScalarId, temporaries: &mut Vec<Ident>) -> TokenStream {
        let scalars = &self.plan.graph.scalars;
        if let Scalar::Unary(Unary::Neg, inner) = scalars[value] {
            let (lets, value) = self.value(inner, temporaries);
            return quote!(#lets #place -= #value;);
        }
        let (lets, value) = self.value(value, temporaries);
        quote!(#lets #place += #value;)
    }

    /// How much elementwise work steps do: none if it depends on the dims.
    pub(super) fn work(steps: &[Step]) -> Option<i64> {
        fn items_work(items: &[Item]) -> Option<i64> {
            items.iter().try_fold(0_i64, |sum, item| {
                let work = match item {
                    Item::Leaf(leaf) => match leaf.kind {
                        LeafKind::Fill | LeafKind::Product(_) => 0,
                        LeafKind::Write | LeafKind::Reduce | LeafKind::Argmax { .. } | LeafKind::Call => {
                            extent(&leaf.inner)?
                        }
                    },
                    Item::If(_, body) => items_work(body)?,
                    Item::For(around) => {
                        let inner = items_work(&around.body)?;
                        if inner == 0 { 0 } else { inner.checked_mul(around.axis.extent.as_constant()?)? }
                    }
                };
                sum.checked_add(work)
            })
        }
        fn extent(axes: &[Axis]) -> Option<i64> {
            axes.iter().try_fold(1_i64, |product, axis| product.checked_mul(axis.extent.as_constant()?))
        }
        steps.iter().try_fold(0_i64, |sum, step| {
            let work = match step {
                Step::Nest(items) => items_work(items)?,
                Step::Loop(repeat) => {
                    let inner = Self::work(&repeat.body)?;
                    if inner == 0 { 0 } else { inner.checked_mul(repeat.extent.as_constant()?)? }
                }
                Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => 0,
            };
            sum.checked_add(work)
        })
    }
}
