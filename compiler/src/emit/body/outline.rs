//! Loops as functions: each a private one of the network, the same loops once for all of its methods.
//!
//! These are compiled for more than one processor; what stands around them, which carves memory and calls
//! kernels, is compiled once. Decides nothing about what is computed.

mod parameters;
mod parts;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::emit::docs;
use crate::ir::TensorId;
use crate::plan::{BufferId, Home, Item, Leaf, LeafKind, Root, Step};

use super::Body;
use super::step::mentions;
use super::variables::renamed;
use parameters::{Field, Parameter, Role};
use parts::Divided;

/// Less elementwise work than this is not worth a choice between processors.
const WORTHWHILE: i64 = 64;

/// The functions that the loops of a network have become.
#[derive(Debug, Default)]
pub struct Loops {
    functions: RefCell<Vec<Function>>,
}

#[derive(Debug)]
struct Function {
    name: Ident,
    /// Its text, with numbers in place of names.
    form: String,
    item: TokenStream,
}

impl Loops {
    /// All of them.
    pub fn items(&self) -> TokenStream {
        self.functions.borrow().iter().map(|function| function.item.clone()).collect()
    }

    /// The name of the function of a form; where there is none yet, one is made, whose name begins as wished.
    fn named(&self, form: String, wish: &str, item: impl FnOnce(&Ident) -> TokenStream) -> Ident {
        let mut functions = self.functions.borrow_mut();
        if let Some(function) = functions.iter().find(|function| function.form == form) {
            return function.name.clone();
        }
        let mut name = format_ident!("{wish}");
        let mut count = 1;
        while functions.iter().any(|function| function.name == name) {
            count += 1;
            name = format_ident!("{wish}_{count}");
        }
        let item = item(&name);
        functions.push(Function { name: name.clone(), form, item });
        name
    }
}

/// A step that is becoming a function.
#[derive(Default)]
pub(super) struct Outline {
    /// The memory that it writes.
    written: BTreeSet<BufferId>,
    /// Variables that it does not declare.
    lent: BTreeSet<BufferId>,
    /// Fields that it is given.
    fields: RefCell<Vec<Field>>,
}

impl Outline {
    fn writes(&self, root: Root) -> bool {
        matches!(root, Root::Buffer(buffer) if self.written.contains(&buffer))
    }
}

/// A variable that a step declares and that is seen behind it.
struct Left {
    buffer: BufferId,
    /// Whether it is written there.
    changes: bool,
}

impl Body<'_> {
    /// A step of loops: the call of a function, or where it stands a closure; as it is, if it is hardly any work,
    /// or if what is to be compiled for each processor are the steps in it.
    pub(super) fn compiled_for_each(&mut self, step: &Step) -> TokenStream {
        if let Some((fills, rest)) = self.fills_before(step) {
            let fills = self.step(&fills);
            let rest = self.compiled_for_each(&rest);
            return quote!(#fills #rest);
        }
        let is_glue = (matches!(step, Step::Loop(_)) || self.is_whole) && calls_kernels(step);
        let is_little = Self::work(std::slice::from_ref(step)).is_some_and(|work| work < WORTHWHILE);
        if self.is_compiled_for_each || is_glue || is_little {
            return self.step(step);
        }
        self.is_compiled_for_each = true;
        let tokens = self.outlined(step).unwrap_or_else(|| match self.is_whole {
            true => self.step(step),
            false => self.in_place(step),
        });
        self.is_compiled_for_each = false;
        tokens
    }

    /// What a nest fills before it does anything else, and the rest of it; none if there is nothing. Gradients are
    /// filled by `backward` and not by `accumulate`, which otherwise run the same loops.
    fn fills_before(&self, step: &Step) -> Option<(Step, Step)> {
        let Step::Nest(items) = step else { return None };
        let is_fill = |item: &&Item| matches!(item, Item::Leaf(Leaf { kind: LeafKind::Fill, .. }));
        let count = items.iter().take_while(is_fill).count();
        let is_array_elsewhere = |item: &Item| {
            let Item::Leaf(leaf) = item else { return false };
            let is_elsewhere = !matches!(self.home(leaf.out), Some((_, Home::Local)) | None);
            is_elsewhere && !self.is_scalar(leaf.out)
        };
        let (before, rest) = items[..count].iter().cloned().partition::<Vec<Item>, _>(is_array_elsewhere);
        let rest: Vec<Item> = rest.into_iter().chain(items[count..].iter().cloned()).collect();
        let is_split = !self.is_compiled_for_each && !before.is_empty() && !rest.is_empty();
        is_split.then_some((Step::Nest(before), Step::Nest(rest)))
    }

    /// A step in a closure where it stands.
    fn in_place(&mut self, step: &Step) -> TokenStream {
        let krate = self.cx.krate;
        let (body, left) = self.with_own_variables(step);
        let (bind, value) = self.left(&left);
        let cpu = self.cpu_where_used(&body);
        quote!(#bind #krate::__private::vectorised(#[inline(always)] |#cpu| { #body #value });)
    }

    /// What a closure calls what it is compiled for.
    fn cpu_where_used(&self, statements: &TokenStream) -> TokenStream {
        let cpu = self.local("cpu");
        if mentions(statements, &cpu) { quote!(#cpu) } else { quote!(_) }
    }

    /// The call of the function that a step becomes; none if it cannot be one.
    fn outlined(&mut self, step: &Step) -> Option<TokenStream> {
        if self.updates(step) {
            return None;
        }
        let mut written = BTreeSet::new();
        self.written(step, &mut written);
        if written.iter().any(|buffer| self.declared.contains(buffer) && self.is_local_scalar(*buffer)) {
            return None;
        }
        let state = (self.names.mark(), self.declared.clone(), self.imports.take());
        let parts = parts::of(step).filter(|_| !self.is_whole);
        self.part = parts.map(|(around, _)| (self.names.take("rows"), around.axis.extent.clone()));
        self.outline = Some(Outline { written, lent: self.declared.clone(), fields: RefCell::default() });
        let (statements, left) = self.with_own_variables(step);
        let imports = self.imports.replace(state.2);
        let outline = self.outline.take()?;
        let own = self.names.since(state.0);
        let parts = self.part.take().zip(parts).map(|((rows, _), parts)| self.divided(rows, parts));
        let sizes = parts.as_ref().map(Divided::sizes).unwrap_or_default();
        let Some((parameters, variables)) = self.parameters((&statements, &sizes), &outline, own) else {
            self.names.forget(state.0);
            self.declared = state.1;
            return None;
        };
        outline.fields.borrow().iter().for_each(|field| self.names.release(&field.name));
        let (bind, value) = self.left(&left);
        let function =
            self.function((&statements, parts.as_ref()), &parameters, (&left, &value), &variables, &imports);
        parts.iter().for_each(|parts| self.names.release(&parts.rows));
        let owner = &self.cx.owner;
        let arguments = parameters.iter().map(|parameter| &parameter.argument);
        Some(quote!(#bind #owner::#function(#(#arguments),*);))
    }

    /// The name of the function of some statements, which may be done in parts.
    fn function(
        &self,
        (statements, parts): (&TokenStream, Option<&Divided>),
        parameters: &[Parameter],
        (left, value): (&[Left], &TokenStream),
        variables: &BTreeSet<String>,
        imports: &BTreeSet<&'static str>,
    ) -> Ident {
        let krate = self.cx.krate;
        let types: Vec<TokenStream> = left.iter().map(|left| self.type_of_local(left.buffer)).collect();
        let returned = match types.as_slice() {
            [] => quote!(),
            [ty] => quote!(-> #ty),
            types => quote!(-> (#(#types),*)),
        };
        let signature = parameters.iter().map(|Parameter { name, ty, .. }| quote!(#name: #ty));
        let signature = quote!((#(#signature),*) #returned);
        let cuts: Vec<&TokenStream> =
            parameters.iter().filter_map(|parameter| parameter.cut.as_ref()).collect();
        let statements = quote!(#statements #value);
        let divided = parts.and_then(|parts| self.in_parts(parts, parameters, left.len(), &statements));
        let kernels = divided.as_ref().map(|_| "kernels");
        let imports = self.imported(&imports.iter().copied().chain(kernels).collect());
        let (attribute, body) = match self.is_whole {
            // A part of its caller, which is compiled for each processor.
            true => (quote!(#[inline(always)]), quote!({ #imports #(#cuts)* #statements })),
            false => {
                let body = divided.unwrap_or_else(|| {
                    let cpu = self.cpu_where_used(&statements);
                    let rows = parts.map(Divided::all);
                    let closure = quote!(#[inline(always)] move |#cpu| { #(#cuts)* #rows #statements });
                    quote!(#krate::__private::vectorised(#closure))
                });
                (quote!(), quote!({ #imports #body }))
            }
        };
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let form = renamed(quote!(#attribute #signature #body), variables, &mut |ident| {
            let next = numbers.len();
            let number = *numbers.entry(ident.to_string()).or_insert(next);
            format_ident!("_{number}")
        });
        let of = |role: Role| {
            let of_role = parameters.iter().filter(move |parameter| parameter.role == role);
            of_role.map(|parameter| &parameter.name)
        };
        let left = left.iter().map(|left| self.names.buffer(left.buffer));
        let made: Vec<&Ident> = left.chain(of(Role::Written)).collect();
        let wish = format!("__compute_{}", made.first().map(ToString::to_string).unwrap_or_default());
        self.cx.loops.named(form.to_string(), &wish, |name| {
            let read: Vec<&Ident> = of(Role::Read).collect();
            let from = if read.is_empty() { String::new() } else { format!(" from {}", listed(&read)) };
            let docs = docs::lines(&[format!("Computes {}{from}.", listed(&made))]);
            quote!(#docs #attribute fn #name #signature #body)
        })
    }

    /// The statements of a step, and the variables that they leave.
    fn with_own_variables(&mut self, step: &Step) -> (TokenStream, Vec<Left>) {
        let (mut inside, before) = (BTreeMap::new(), self.declared.clone());
        self.count_touches(std::slice::from_ref(step), &mut inside);
        // Whether a variable is mutable in here depends on what is in here.
        let mut outside = Vec::new();
        for (buffer, (_, writes)) in &inside {
            if let Some(touches) = self.touches.get_mut(buffer) {
                outside.push((*buffer, std::mem::replace(&mut touches.1, *writes)));
            }
        }
        let tokens = self.step(step);
        for (buffer, writes) in outside {
            if let Some(touches) = self.touches.get_mut(&buffer) {
                touches.1 = writes;
            }
        }
        let left = self.declared.difference(&before).filter_map(|buffer| {
            let (touches, writes) = inside.get(buffer).copied().unwrap_or_default();
            let (all_touches, all_writes) = self.touches[buffer];
            (all_touches > touches).then_some(Left { buffer: *buffer, changes: all_writes > writes })
        });
        (tokens, left.collect())
    }

    /// Binds variables that a step leaves, and their values as an expression.
    fn left(&self, left: &[Left]) -> (TokenStream, TokenStream) {
        let names: Vec<&Ident> = left.iter().map(|left| self.names.buffer(left.buffer)).collect();
        let patterns = left.iter().zip(&names);
        let patterns =
            patterns.map(|(left, name)| if left.changes { quote!(mut #name) } else { quote!(#name) });
        let patterns: Vec<TokenStream> = patterns.collect();
        match (patterns.as_slice(), names.as_slice()) {
            ([], _) => (quote!(), quote!()),
            ([pattern], [name]) => (quote!(let #pattern =), quote!(#name)),
            (patterns, names) => (quote!(let (#(#patterns),*) =), quote!((#(#names),*))),
        }
    }

    /// Whether a step applies a product of matrices to parameters.
    fn updates(&self, step: &Step) -> bool {
        let Step::Nest(items) = step else { return false };
        let mut found = false;
        let mut visit = |_: usize, leaf: &Leaf| {
            let is_product = matches!(leaf.kind, LeafKind::Product(_));
            found |= is_product && matches!(self.home(leaf.out), Some((_, Home::Gradient(_))));
        };
        items.iter().for_each(|item| item.visit(0, &mut visit));
        self.update.is_some() && found
    }

    fn is_local_scalar(&self, buffer: BufferId) -> bool {
        let buffer = &self.plan.memory.buffers[buffer.0];
        buffer.home == Home::Local && self.is_scalar(buffer.tensor)
    }

    /// Whether a tensor is a variable outside of the function that is being made.
    pub(super) fn is_lent(&self, tensor: TensorId) -> bool {
        let lent = self.outline.as_ref().map(|outline| &outline.lent);
        self.buffer(tensor).zip(lent).is_some_and(|(buffer, lent)| lent.contains(&buffer))
    }
}

/// Whether kernels are called in a step, or memory is carved.
fn calls_kernels(step: &Step) -> bool {
    match step {
        Step::Nest(items) => {
            let mut found = false;
            let mut visit = |_: usize, leaf: &Leaf| found |= matches!(leaf.kind, LeafKind::Product(_));
            items.iter().for_each(|item| item.visit(0, &mut visit));
            found
        }
        Step::Loop(repeat) => repeat.body.iter().any(calls_kernels),
        Step::Carve { .. } | Step::Update(_) => true,
        Step::Copy { .. } => false,
    }
}

/// `` `a`, `b` and `c` ``
fn listed(names: &[&Ident]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
