//! Loops as functions: each a private one of the network, the same loops once for all of its methods.
//!
//! These are compiled for more than one processor; what stands around them, which carves memory and calls
//! kernels, is compiled once. Decides nothing about what is computed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::emit::docs;
use crate::ir::{Int, Kind, TensorId};
use crate::plan::{BufferId, Home, Item, Leaf, LeafKind, Root, Step};
use crate::program::FieldInput;

use super::variables::{mentioned, renamed};
use super::{Access, Body};

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
    written: BTreeSet<Root>,
    /// Variables that it does not declare.
    lent: BTreeSet<BufferId>,
    /// Fields that it is given.
    fields: RefCell<Vec<Field>>,
}

/// A field as the parameter of a function.
struct Field {
    root: Root,
    place: TokenStream,
    name: Ident,
    shape: Vec<Int>,
}

/// What a function is given.
struct Parameter {
    name: Ident,
    ty: TokenStream,
    argument: TokenStream,
    role: Role,
    /// The shape of a view.
    shape: Vec<Int>,
    /// What cuts it to its length: rustc then knows that loops along it stay inside.
    cut: Option<TokenStream>,
}

/// The order of parameters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Size,
    Read,
    Written,
}

impl Parameter {
    fn new(name: Ident, ty: TokenStream, argument: TokenStream, role: Role) -> Self {
        Self { name, ty, argument, role, shape: Vec::new(), cut: None }
    }
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
        let is_glue = matches!(step, Step::Loop(_)) && calls_kernels(step);
        let is_little = Self::work(std::slice::from_ref(step)).is_some_and(|work| work < WORTHWHILE);
        if self.is_compiled_for_each || is_glue || is_little {
            return self.step(step);
        }
        self.is_compiled_for_each = true;
        let tokens = self.outlined(step).unwrap_or_else(|| self.in_place(step));
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
        let (bind, value) = self.left(&left, step);
        quote!(#bind #krate::__private::vectorised(#[inline(always)] || { #body #value });)
    }

    /// The call of the function that a step becomes; none if it cannot be one.
    fn outlined(&mut self, step: &Step) -> Option<TokenStream> {
        if self.updates(step) {
            return None;
        }
        let mut written = BTreeSet::new();
        self.written_roots(step, &mut written);
        let scalar_outside = written.iter().any(|root| match root {
            Root::Buffer(buffer) => self.declared.contains(buffer) && self.is_local_scalar(*buffer),
            Root::Input(_) => false,
        });
        if scalar_outside {
            return None;
        }
        let state = (self.names.clone(), self.declared.clone(), self.imports.take());
        self.outline = Some(Outline { written, lent: self.declared.clone(), fields: RefCell::default() });
        let (statements, left) = self.with_own_variables(step);
        let imports = self.imports.replace(state.2);
        let outline = self.outline.take()?;
        let own = self.names.since(&state.0);
        let Some((parameters, variables)) = self.parameters(&statements, &outline, own) else {
            (self.names, self.declared) = (state.0, state.1);
            return None;
        };
        outline.fields.borrow().iter().for_each(|field| self.names.release(&field.name));
        let (bind, _) = self.left(&left, step);
        let function = self.function(&statements, &parameters, &left, &variables, &imports);
        let owner = &self.cx.owner;
        let arguments = parameters.iter().map(|parameter| &parameter.argument);
        Some(quote!(#bind #owner::#function(#(#arguments),*);))
    }

    /// What the function of some statements is given, and the names of all of its variables; none if it cannot be one.
    fn parameters(
        &self,
        statements: &TokenStream,
        outline: &Outline,
        own: BTreeSet<String>,
    ) -> Option<(Vec<Parameter>, BTreeSet<String>)> {
        let mut parameters = self.fields_as_parameters(outline, &own)?;
        let around = self.variables_as_parameters(outline).into_iter();
        parameters.extend(around.filter(|parameter| !own.contains(&parameter.name.to_string())));
        let buffers = (0..self.plan.memory.buffers.len()).map(|buffer| self.names.buffer(BufferId(buffer)));
        let named = parameters.iter().map(|parameter| &parameter.name).chain(buffers);
        let variables: BTreeSet<String> = named.map(ToString::to_string).chain(own).collect();
        let mut order = mentioned(statements, &variables);
        parameters.retain(|parameter| parameter.role == Role::Size || order.contains(&parameter.name));
        for parameter in &mut parameters {
            parameter.cut = self.cut(parameter);
            order.extend(parameter.cut.iter().flat_map(|cut| mentioned(cut, &variables)));
        }
        let place = |parameter: &Parameter| order.iter().position(|ident| *ident == parameter.name);
        parameters.retain(|parameter| place(parameter).is_some());
        parameters.sort_by_key(|parameter| (parameter.role, place(parameter)));
        // The user's `d_x` and the gradient of `x` are two variables for rustc alone.
        let is_known = |at: usize| parameters[..at].iter().any(|known| known.name == parameters[at].name);
        let is_ambiguous = (0..parameters.len()).any(is_known);
        (!is_ambiguous).then_some((parameters, variables))
    }

    /// Cuts a slice to the length that loops along it run to.
    fn cut(&self, Parameter { name, role, shape, .. }: &Parameter) -> Option<TokenStream> {
        let length = self.length(shape)?;
        Some(match role {
            Role::Written => quote!(let #name = &mut #name[..#length];),
            Role::Read | Role::Size => quote!(let #name = &#name[..#length];),
        })
    }

    /// The name of the function of some statements.
    fn function(
        &self,
        statements: &TokenStream,
        parameters: &[Parameter],
        left: &[BufferId],
        variables: &BTreeSet<String>,
        imports: &BTreeSet<&'static str>,
    ) -> Ident {
        let krate = self.cx.krate;
        let names: Vec<&Ident> = left.iter().map(|buffer| self.names.buffer(*buffer)).collect();
        let types: Vec<TokenStream> = left.iter().map(|buffer| self.type_of_local(*buffer)).collect();
        let (value, returned) = match (names.as_slice(), types.as_slice()) {
            ([], _) => (quote!(), quote!()),
            ([name], [ty]) => (quote!(#name), quote!(-> #ty)),
            (names, types) => (quote!((#(#names),*)), quote!(-> (#(#types),*))),
        };
        let signature = parameters.iter().map(|Parameter { name, ty, .. }| quote!(#name: #ty));
        let signature = quote!((#(#signature),*) #returned);
        let cuts = parameters.iter().filter_map(|parameter| parameter.cut.as_ref());
        let imports = self.imported(imports);
        let body = quote! {{
            #imports
            #krate::__private::vectorised(#[inline(always)] move || { #(#cuts)* #statements #value })
        }};
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let form = renamed(quote!(#signature #body), variables, &mut |ident| {
            let next = numbers.len();
            let number = *numbers.entry(ident.to_string()).or_insert(next);
            format_ident!("_{number}")
        });
        let of = |role: Role| {
            let of_role = parameters.iter().filter(move |parameter| parameter.role == role);
            of_role.map(|parameter| &parameter.name)
        };
        let made: Vec<&Ident> = names.into_iter().chain(of(Role::Written)).collect();
        let wish = format!("__compute_{}", made.first().map(ToString::to_string).unwrap_or_default());
        self.cx.loops.named(form.to_string(), &wish, |name| {
            let read: Vec<&Ident> = of(Role::Read).collect();
            let from = if read.is_empty() { String::new() } else { format!(" from {}", listed(&read)) };
            let docs = docs::lines(&[format!("Computes {}{from}.", listed(&made))]);
            quote!(#docs fn #name #signature #body)
        })
    }

    /// The statements of a step, and which variables they declare that are seen behind it.
    fn with_own_variables(&mut self, step: &Step) -> (TokenStream, Vec<BufferId>) {
        let (mut inside, before, all) = (BTreeMap::new(), self.declared.clone(), self.touches.clone());
        self.count_touches(std::slice::from_ref(step), &mut inside);
        // Whether a variable is mutable in here depends on what is in here.
        for (buffer, (_, writes)) in &inside {
            if let Some(touches) = self.touches.get_mut(buffer) {
                touches.1 = *writes;
            }
        }
        let tokens = self.step(step);
        self.touches = all;
        let touched = |buffer: &BufferId| inside.get(buffer).map_or(0, |(touches, _)| *touches);
        let left =
            self.declared.difference(&before).filter(|buffer| self.touches[buffer].0 > touched(buffer));
        (tokens, left.copied().collect())
    }

    /// Binds variables that a step leaves, and their values as an expression.
    fn left(&self, left: &[BufferId], step: &Step) -> (TokenStream, TokenStream) {
        let mut inside = BTreeMap::new();
        self.count_touches(std::slice::from_ref(step), &mut inside);
        let names: Vec<&Ident> = left.iter().map(|buffer| self.names.buffer(*buffer)).collect();
        let patterns = left.iter().zip(&names).map(|(buffer, name)| {
            let writes = inside.get(buffer).map_or(0, |(_, writes)| *writes);
            if self.touches[buffer].1 > writes { quote!(mut #name) } else { quote!(#name) }
        });
        let patterns: Vec<TokenStream> = patterns.collect();
        match (patterns.as_slice(), names.as_slice()) {
            ([], _) => (quote!(), quote!()),
            ([pattern], [name]) => (quote!(let #pattern =), quote!(#name)),
            (patterns, names) => (quote!(let (#(#patterns),*) =), quote!((#(#names),*))),
        }
    }

    /// The memory that a step writes.
    fn written_roots(&self, step: &Step, roots: &mut BTreeSet<Root>) {
        if let Step::Loop(repeat) = step {
            repeat.body.iter().for_each(|step| self.written_roots(step, roots));
        }
        let tensors = self.tensors(step).into_iter();
        roots.extend(tensors.filter(|(_, written)| *written).map(|(tensor, _)| self.root(tensor)));
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

    /// A field inside of a function that is being made: a parameter of it.
    pub(super) fn given(
        &self,
        outline: &Outline,
        tensor: TensorId,
        field: &FieldInput,
        place: TokenStream,
    ) -> TokenStream {
        let mut fields = outline.fields.borrow_mut();
        let text = place.to_string();
        let known = fields.iter().find(|known| known.place.to_string() == text);
        let root = self.root(tensor);
        let stacked: usize = field.path.iter().map(|step| step.lengths.len()).sum();
        let shape = self.plan.graph.shape(self.shaped(tensor))[stacked..].to_vec();
        let by_reference = shape.is_empty() && outline.written.contains(&root);
        let name = known.map(|known| known.name.clone()).unwrap_or_else(|| {
            let wish = field.path.last().map(|step| step.name.to_string()).unwrap_or_default();
            let is_gradient = matches!(self.home(tensor), Some((_, Home::Gradient(_))));
            let wish = if is_gradient { format!("d_{wish}") } else { wish };
            let name = self.names.take(&wish);
            fields.push(Field { root, place, name: name.clone(), shape });
            name
        });
        if by_reference { quote!(*#name) } else { quote!(#name) }
    }

    /// Whether a tensor is a variable outside of the function that is being made.
    pub(super) fn is_lent(&self, tensor: TensorId) -> bool {
        let lent = self.outline.as_ref().map(|outline| &outline.lent);
        self.buffer(tensor).zip(lent).is_some_and(|(buffer, lent)| lent.contains(&buffer))
    }

    /// The fields that a function is given; none if it cannot be, as which depends on what is its own, or
    /// one is written that it is given twice.
    fn fields_as_parameters(&self, outline: &Outline, own: &BTreeSet<String>) -> Option<Vec<Parameter>> {
        let fields = outline.fields.borrow();
        let names: BTreeSet<String> = fields.iter().map(|field| field.name.to_string()).collect();
        let own: BTreeSet<String> = own.difference(&names).cloned().collect();
        let mut parameters = Vec::new();
        for Field { root, place, name, shape } in fields.iter() {
            let mentions_own = !mentioned(place, &own).is_empty();
            let is_written = outline.written.contains(root);
            if mentions_own || (is_written && fields.iter().filter(|field| field.root == *root).count() > 1) {
                return None;
            }
            let element = self.float();
            let (ty, argument) = match (shape.is_empty(), is_written) {
                (true, false) => (quote!(#element), place.clone()),
                (_, true) => {
                    let ty = self.view_type(shape, &quote!(#element));
                    (quote!(&mut #ty), quote!(&mut #place))
                }
                (false, false) => {
                    let ty = self.view_type(shape, &quote!(#element));
                    (quote!(& #ty), quote!(& #place))
                }
            };
            let role = if is_written { Role::Written } else { Role::Read };
            parameters.push(Parameter::new(name.clone(), ty, argument, role));
        }
        Some(parameters)
    }

    /// All variables around a step that could be given to a function.
    fn variables_as_parameters(&self, outline: &Outline) -> Vec<Parameter> {
        let counters = self.counters.values().chain(self.root_names());
        let sizes = self.cx.dims.iter().chain(counters);
        let sizes = sizes.map(|name| Parameter::new(name.clone(), quote!(usize), quote!(#name), Role::Size));
        let mut parameters: Vec<Parameter> = sizes.collect();
        let role = |root: Root| if outline.written.contains(&root) { Role::Written } else { Role::Read };
        for (position, buffer) in self.plan.memory.buffers.iter().enumerate() {
            let id = BufferId(position);
            let (name, role) = (self.names.buffer(id).clone(), role(Root::Buffer(id)));
            match &buffer.home {
                Home::Local if !outline.lent.contains(&id) => {}
                Home::Local => {
                    let ty = self.type_of_local(id);
                    let (ty, argument) = match (self.is_scalar(buffer.tensor), role) {
                        (true, _) => (ty, quote!(#name)),
                        (false, Role::Written) => (quote!(&mut #ty), quote!(&mut #name)),
                        (false, _) => (quote!(& #ty), quote!(& #name)),
                    };
                    parameters.push(Parameter::new(name, ty, argument, role));
                }
                Home::Frame { .. } => {
                    let element = match buffer.kind {
                        Kind::Float => self.float(),
                        Kind::Mask => Ident::new("u8", Span::call_site()),
                        Kind::Index | Kind::Key => Ident::new("u32", Span::call_site()),
                    };
                    parameters.push(self.view_as_parameter(name, buffer.tensor, &element, role, true));
                }
                Home::Gradient(number) => {
                    if let Some(Access::Variable(name)) = self.cx.targets.get(*number) {
                        let float = self.float();
                        parameters.push(self.view_as_parameter(
                            name.clone(),
                            buffer.tensor,
                            &float,
                            role,
                            false,
                        ));
                    }
                }
            }
        }
        for (&tensor, access) in &self.cx.inputs {
            let Access::Variable(name) = access else { continue };
            let element = match self.kind(tensor) {
                Kind::Float => self.float(),
                Kind::Index => Ident::new("u32", Span::call_site()),
                Kind::Key => Ident::new("u64", Span::call_site()),
                Kind::Mask => Ident::new("bool", Span::call_site()),
            };
            parameters.push(match self.is_scalar(tensor) {
                true => Parameter::new(name.clone(), quote!(#element), quote!(#name), Role::Read),
                false => self.view_as_parameter(name.clone(), tensor, &element, Role::Read, false),
            });
        }
        parameters
    }

    fn view_as_parameter(
        &self,
        name: Ident,
        tensor: TensorId,
        element: &Ident,
        role: Role,
        is_carved: bool,
    ) -> Parameter {
        let shape = self.plan.graph.shape(tensor);
        // A number in the arena is a slice of one.
        let ty = match is_carved {
            true => self.carved_type(shape, &quote!(#element)),
            false => self.view_type(shape, &quote!(#element)),
        };
        let ty = if role == Role::Written { quote!(&mut #ty) } else { quote!(& #ty) };
        let argument = quote!(#name);
        Parameter { shape: shape.to_vec(), ..Parameter::new(name, ty, argument, role) }
    }

    /// The type of a variable that a body declares.
    fn type_of_local(&self, buffer: BufferId) -> TokenStream {
        let buffer = &self.plan.memory.buffers[buffer.0];
        let element = match buffer.kind {
            Kind::Float => self.float(),
            Kind::Index if self.is_scalar(buffer.tensor) => Ident::new("usize", Span::call_site()),
            Kind::Index | Kind::Key => Ident::new("u32", Span::call_site()),
            Kind::Mask => Ident::new("bool", Span::call_site()),
        };
        self.view_type(self.plan.graph.shape(buffer.tensor), &quote!(#element))
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
