//! Steps: loops of the language, copies, updates, and the carving of the arena.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use crate::ir::{Comparison, Graph, Int, Kind, Scalar, ScalarId, TensorId};
use crate::plan::{BufferId, FrameId, Home, Item, Leaf, Repeat, Step};

use super::{Body, Source};

impl Body<'_> {
    /// Steps in order.
    pub(super) fn steps(&mut self, steps: &[Step]) -> TokenStream {
        let mut tokens = TokenStream::new();
        for (position, step) in steps.iter().enumerate() {
            tokens.extend(match step {
                Step::Nest(_) | Step::Loop(_) => self.compiled_for_each(step),
                Step::Copy { .. } | Step::Update(_) => self.step(step),
                Step::Carve { frame, buffers } => self.carve(*frame, buffers, &steps[position + 1..]),
            });
        }
        tokens
    }

    /// The statements of a step.
    pub(super) fn step(&mut self, step: &Step) -> TokenStream {
        if let Step::Loop(repeat) = step {
            let declarations = self.declarations_of(step);
            let repeat = self.repeat(repeat);
            return quote!(#declarations #repeat);
        }
        let views = self.bind_views(step);
        let statements = match step {
            Step::Nest(items) => self.items(items),
            Step::Copy { to, from } => self.copy(*to, *from),
            Step::Update(number) => {
                let flat = self.flat(self.plan.gradients[*number].tensor, &[], false).argument();
                self.update.as_mut().map(|update| update(*number, Source::Memory(flat))).unwrap_or_default()
            }
            Step::Loop(_) | Step::Carve { .. } => TokenStream::new(),
        };
        self.drop_views();
        quote!(#views #statements)
    }

    fn repeat(&mut self, repeat: &Repeat) -> TokenStream {
        let counter = self.names.take(&repeat.name);
        self.counters.insert(repeat.counter, counter.clone());
        self.counted.insert(repeat.counter, repeat.extent.clone());
        let extent = self.size(&repeat.extent);
        let left_out = repeat.condition.map(|condition| self.left_out(condition));
        let body = self.steps(&repeat.body);
        self.names.release(&counter);
        self.counters.remove(&repeat.counter);
        if body.is_empty() {
            return body;
        }
        let body = quote!(#left_out #body);
        let krate = self.cx.krate;
        let range = match repeat.reversed {
            false => quote!(0..#extent),
            true => quote!(#krate::__private::core::iter::Iterator::rev(0..#extent)),
        };
        let counter = if mentions(&body, &counter) { quote!(#counter) } else { quote!(_) };
        quote!(for #counter in #range { #body })
    }

    /// Leaves an iteration out where the condition does not hold: and all that follow, if they would be
    /// asked the same again.
    fn left_out(&mut self, condition: ScalarId) -> TokenStream {
        let graph = &self.plan.graph;
        let mut changes = !matches!(graph.scalars[condition], Scalar::Read(..));
        graph.visit_reads(condition, &mut |_, at| changes |= !at.is_empty());
        let jump = if changes { quote!(continue) } else { quote!(break) };
        // Where a part of a loop ends, which is asked as one writes it.
        if let Scalar::CompareInt(Comparison::Less, a, b) = &graph.scalars[condition] {
            let beyond = self.compare_integers(Comparison::LessEqual, b, a);
            return quote!(if #beyond { #jump; });
        }
        let mut temporaries = Vec::new();
        let (lets, holds) = self.value(condition, &mut temporaries);
        temporaries.iter().for_each(|name| self.names.release(name));
        let holds =
            if lets.is_empty() && holds.clone().into_iter().count() == 1 { holds } else { quote!((#holds)) };
        quote!(#lets if !#holds { #jump; })
    }

    /// Variables that a loop needs and that are seen outside it too.
    fn declarations_of(&mut self, step: &Step) -> TokenStream {
        let mut inside = BTreeMap::new();
        self.count_touches(std::slice::from_ref(step), &mut inside);
        let mut tokens = TokenStream::new();
        for (buffer, (touches, _)) in inside {
            let local = self.plan.memory.buffers[buffer.0].home == Home::Local;
            if local && !self.declared.contains(&buffer) && touches != self.touches[&buffer].0 {
                tokens.extend(self.declare(buffer));
            }
        }
        tokens
    }

    /// How often steps touch and write each buffer.
    pub(super) fn count_touches(&self, steps: &[Step], counts: &mut BTreeMap<BufferId, (usize, usize)>) {
        for step in steps {
            match step {
                Step::Nest(items) => {
                    items.iter().for_each(|item| item.visit(0, &mut |_, leaf| self.count_leaf(leaf, counts)));
                }
                Step::Loop(repeat) => {
                    let asked = repeat
                        .condition
                        .map(|condition| self.plan.graph.reads(condition))
                        .unwrap_or_default();
                    for buffer in asked.into_iter().filter_map(|tensor| self.buffer(tensor)) {
                        counts.entry(buffer).or_default().0 += 1;
                    }
                    for carried in &repeat.carried {
                        for tensor in [carried.initial, carried.inside, carried.last] {
                            if let Some(buffer) = self.buffer(tensor) {
                                counts.entry(buffer).or_default().0 += 1;
                            }
                        }
                    }
                    self.count_touches(&repeat.body, counts);
                }
                Step::Copy { to, from } => {
                    for (tensor, writes) in [(to, 1), (from, 0)] {
                        if let Some(buffer) = self.buffer(*tensor) {
                            let count = counts.entry(buffer).or_default();
                            count.0 += 1;
                            count.1 += writes;
                        }
                    }
                }
                Step::Update(number) => {
                    if let Some(buffer) = self.buffer(self.plan.gradients[*number].tensor) {
                        counts.entry(buffer).or_default().0 += 1;
                    }
                }
                Step::Carve { .. } => {}
            }
        }
    }

    /// The tensors of a step, not of a loop's body, and whether each is written.
    fn tensors(&self, step: &Step) -> BTreeMap<TensorId, bool> {
        let mut tensors: BTreeMap<TensorId, bool> = BTreeMap::new();
        match step {
            Step::Nest(items) => {
                let mut add = |leaf: &Leaf| {
                    leaf.visit_reads(&self.plan.graph, &mut |tensor, _| {
                        tensors.entry(tensor).or_default();
                    });
                    tensors.insert(leaf.out, true);
                };
                items.iter().for_each(|item: &Item| item.visit(0, &mut |_, leaf| add(leaf)));
            }
            Step::Copy { to, from } => {
                tensors.insert(*from, false);
                tensors.insert(*to, true);
            }
            Step::Update(number) => {
                tensors.insert(self.plan.gradients[*number].tensor, false);
            }
            Step::Loop(_) | Step::Carve { .. } => {}
        }
        tensors
    }

    /// Variables for the reshaped tensors of a step. Those of one memory in one form have one variable, named after
    /// the one that is written: what a step writes where it reads would be borrowed twice.
    fn bind_views(&mut self, step: &Step) -> TokenStream {
        let mut alike: Vec<(TensorId, bool, Vec<TensorId>)> = Vec::new();
        for (tensor, written) in self.tensors(step) {
            if !self.is_reshaped(tensor) {
                continue;
            }
            match alike.iter_mut().find(|(named, ..)| self.are_seen_alike(*named, tensor)) {
                Some((named, mutable, all)) => {
                    all.push(tensor);
                    if written {
                        (*named, *mutable) = (tensor, true);
                    }
                }
                None => alike.push((tensor, written, vec![tensor])),
            }
        }
        let mut tokens = TokenStream::new();
        for (named, mutable, all) in alike {
            tokens.extend(self.bind_view(named, mutable));
            let name = self.views[&named].clone();
            self.views.extend(all.into_iter().map(|tensor| (tensor, name.clone())));
        }
        tokens
    }

    fn drop_views(&mut self) {
        let names: BTreeSet<Ident> = std::mem::take(&mut self.views).into_values().collect();
        names.iter().for_each(|name| self.names.release(name));
    }

    /// All elements of a tensor to another; added where gradients accumulate.
    fn copy(&mut self, to: TensorId, from: TensorId) -> TokenStream {
        let adds = self.accumulate && matches!(self.home(to), Some((_, Home::Gradient(_))));
        let shape = self.plan.graph.shape(to).to_vec();
        let stacked = self.stacked(to).max(self.stacked(from));
        let flags = self.is_stored_flag(from) != self.is_stored_flag(to);
        let elementwise = adds || flags || shape.is_empty();
        if let Some((buffer, Home::Local)) = self.home(to)
            && self.declared.insert(buffer)
        {
            if shape.is_empty() {
                let mutable = if self.touches[&buffer].1 > 1 { quote!(mut) } else { quote!() };
                let (name, value) = (self.names.buffer(buffer).clone(), self.copied(to, from, &[]));
                return quote!(let #mutable #name = #value;);
            }
            let declaration = self.declare(buffer);
            let copy = self.copy(to, from);
            return quote!(#declaration #copy);
        }
        let depth = if elementwise { shape.len() } else { stacked };
        let axes = Graph::axes(&shape[..depth]);
        let first = self.indices.len();
        let mut opened: Vec<Ident> = Vec::new();
        for axis in &axes {
            let index = self.names.take(&axis.name);
            self.indices.push(index.clone());
            self.extents.push(axis.extent.clone());
            opened.push(index);
        }
        let at: Vec<Int> = (first..first + depth).map(Int::index).collect();
        let body = if elementwise {
            let (place, value) = (self.place(to, &at), self.copied(to, from, &at));
            if adds { quote!(#place += #value;) } else { quote!(#place = #value;) }
        } else {
            let (to, from) = (self.flat(to, &at, true).receiver(), self.flat(from, &at, false).argument());
            quote!(#to.copy_from_slice(#from);)
        };
        for index in &opened {
            self.indices.pop();
            self.extents.pop();
            self.names.release(index);
        }
        opened.iter().zip(&axes).rev().fold(body, |body, (index, axis)| {
            let extent = self.size(&axis.extent);
            quote!(for #index in 0..#extent { #body })
        })
    }

    /// An element as it is stored in another tensor.
    fn copied(&self, to: TensorId, from: TensorId, at: &[Int]) -> TokenStream {
        let element = self.element(from, at);
        match self.kind(to) {
            Kind::Mask if self.is_stored_flag(to) => quote!((#element) as u8),
            Kind::Index if self.is_usize(to) && !self.is_usize(from) => quote!(#element as usize),
            Kind::Index if self.is_usize(from) && !self.is_usize(to) => quote!(#element as u32),
            Kind::Float | Kind::Index | Kind::Key | Kind::Mask => element,
        }
    }

    fn carve(&mut self, frame: FrameId, buffers: &[BufferId], rest: &[Step]) -> TokenStream {
        let mut written = BTreeSet::new();
        for step in rest {
            if matches!(step, Step::Carve { frame: other, .. } if *other == frame) {
                break;
            }
            self.written(step, &mut written);
        }
        let region = match self.plan.memory.frames[frame.0].within {
            Some(buffer) => self.names.buffer(buffer).clone(),
            None => {
                self.uses.borrow_mut().arena = true;
                self.local("arena")
            }
        };
        let range = |buffer: &BufferId| {
            let buffer = &self.plan.memory.buffers[buffer.0];
            let Home::Frame { offset, .. } = &buffer.home else { return quote!(0..0) };
            let (start, end) = (self.largest(offset), self.largest(&offset.plus(&buffer.size)));
            quote!(#start..#end)
        };
        let names: Vec<Ident> = buffers.iter().map(|buffer| self.names.buffer(*buffer).clone()).collect();
        let ranges: Vec<TokenStream> = buffers.iter().map(range).collect();
        let views: Vec<TokenStream> = buffers
            .iter()
            .zip(&names)
            .filter_map(|(buffer, name)| self.carved(name, *buffer, written.contains(buffer)))
            .collect();
        let carve = self.import("carve");
        quote!(let [#(#names),*] = #carve(#region, [#(#ranges),*]); #(#views)*)
    }

    /// The buffers that a step writes.
    pub(super) fn written(&self, step: &Step, written: &mut BTreeSet<BufferId>) {
        match step {
            Step::Nest(_) | Step::Copy { .. } => {
                let tensors = self.tensors(step).into_iter().filter(|(_, written)| *written);
                written.extend(tensors.filter_map(|(tensor, _)| self.buffer(tensor)));
            }
            Step::Loop(repeat) => repeat.body.iter().for_each(|step| self.written(step, written)),
            Step::Carve { frame, .. } => written.extend(self.plan.memory.frames[frame.0].within),
            Step::Update(_) => {}
        }
    }
}

/// Whether an identifier occurs.
pub(super) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
