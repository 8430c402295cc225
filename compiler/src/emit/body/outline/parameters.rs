//! What the functions of loops are given: sizes, fields, and variables around them.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::emit::paths::element;
use crate::ir::{Int, Kind, TensorId};
use crate::plan::{BufferId, Home, Root};
use crate::program::FieldInput;

use super::super::variables::mentioned;
use super::super::{Access, Body};
use super::Outline;

/// A field as the parameter of a function.
pub(super) struct Field {
    root: Root,
    place: TokenStream,
    pub name: Ident,
    shape: Vec<Int>,
}

/// What a function is given.
pub(super) struct Parameter {
    pub name: Ident,
    pub ty: TokenStream,
    pub argument: TokenStream,
    pub role: Role,
    /// The shape of a view.
    pub shape: Vec<Int>,
    /// The memory that it is.
    pub root: Option<Root>,
    /// What cuts it to its length: rustc then knows that loops along it stay inside.
    pub cut: Option<TokenStream>,
}

/// The order of parameters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Size,
    Read,
    Written,
}

impl Parameter {
    fn new(name: Ident, ty: TokenStream, argument: TokenStream, role: Role) -> Self {
        Self { name, ty, argument, role, shape: Vec::new(), root: None, cut: None }
    }

    /// A slice up to a length.
    pub fn start(&self, length: &TokenStream) -> TokenStream {
        let name = &self.name;
        match self.role {
            Role::Written => quote!(&mut #name[..#length]),
            Role::Read | Role::Size => quote!(&#name[..#length]),
        }
    }
}

impl Body<'_> {
    /// What the function of some statements, and of sizes beside them, is given, and the names of all of its variables;
    /// none if it cannot be one.
    pub(super) fn parameters(
        &self,
        (statements, sizes): (&TokenStream, &TokenStream),
        outline: &Outline,
        own: BTreeSet<String>,
    ) -> Option<(Vec<Parameter>, BTreeSet<String>)> {
        let mut parameters = self.fields_as_parameters(outline, &own)?;
        let cpu = self.is_whole.then(|| self.local("cpu"));
        let named = parameters.iter().map(|parameter| &parameter.name).chain(self.names_around()).chain(&cpu);
        let mut variables: BTreeSet<String> = named.map(ToString::to_string).collect();
        variables.extend(own.iter().cloned());
        let mut order = mentioned(&quote!(#sizes #statements), &variables);
        parameters.retain(|parameter| order.contains(&parameter.name));
        let used: BTreeSet<String> = order.iter().map(ToString::to_string).collect();
        parameters.extend(self.variables_as_parameters(outline, |name| {
            let name = name.to_string();
            used.contains(&name) && !own.contains(&name)
        }));
        let sizes = self.sizes_as_parameters().filter(|parameter| !own.contains(&parameter.name.to_string()));
        parameters.extend(sizes);
        if let Some(cpu) = cpu {
            let krate = self.cx.krate;
            let ty = quote!(#krate::__private::kernels::Cpu);
            parameters.push(Parameter::new(cpu.clone(), ty, quote!(#cpu), Role::Size));
        }
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
    fn cut(&self, parameter: &Parameter) -> Option<TokenStream> {
        let (name, start) = (&parameter.name, parameter.start(&self.length(&parameter.shape)?));
        Some(quote!(let #name = #start;))
    }

    /// A field inside of a function that is being made: a parameter of it.
    pub(in super::super) fn given(
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
        let by_reference = shape.is_empty() && outline.writes(root);
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

    /// The fields that a function is given; none if it cannot be, as which depends on what is its own, or
    /// one is written that it is given twice.
    fn fields_as_parameters(&self, outline: &Outline, own: &BTreeSet<String>) -> Option<Vec<Parameter>> {
        let fields = outline.fields.borrow();
        let names: BTreeSet<String> = fields.iter().map(|field| field.name.to_string()).collect();
        let own: BTreeSet<String> = own.difference(&names).cloned().collect();
        let mut parameters = Vec::new();
        for Field { root, place, name, shape } in fields.iter() {
            let mentions_own = !mentioned(place, &own).is_empty();
            let is_written = outline.writes(*root);
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
            parameters
                .push(Parameter { root: Some(*root), ..Parameter::new(name.clone(), ty, argument, role) });
        }
        Some(parameters)
    }

    /// The names of all variables around a step that could be given to a function.
    fn names_around(&self) -> impl Iterator<Item = &Ident> {
        let buffers = (0..self.plan.memory.buffers.len()).map(|buffer| self.names.buffer(BufferId(buffer)));
        let elsewhere = self.cx.inputs.values().chain(&self.cx.targets).filter_map(|access| match access {
            Access::Variable(name) => Some(name),
            Access::Field { .. } => None,
        });
        self.size_names().chain(buffers).chain(elsewhere)
    }

    fn size_names(&self) -> impl Iterator<Item = &Ident> {
        self.cx.dims.iter().chain(self.counters.values()).chain(self.root_names())
    }

    fn sizes_as_parameters(&self) -> impl Iterator<Item = Parameter> {
        self.size_names().map(|name| Parameter::new(name.clone(), quote!(usize), quote!(#name), Role::Size))
    }

    /// The variables around a step, but for sizes, that are used in it: types of all that there are would take more
    /// time than the step itself.
    fn variables_as_parameters(&self, outline: &Outline, is_used: impl Fn(&Ident) -> bool) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for (position, buffer) in self.plan.memory.buffers.iter().enumerate() {
            let id = BufferId(position);
            let name = match &buffer.home {
                Home::Gradient(number) => match self.cx.targets.get(*number) {
                    Some(Access::Variable(name)) => name.clone(),
                    Some(Access::Field { .. }) | None => continue,
                },
                Home::Local | Home::Frame { .. } => self.names.buffer(id).clone(),
            };
            if !is_used(&name) {
                continue;
            }
            let role = if outline.written.contains(&id) { Role::Written } else { Role::Read };
            match &buffer.home {
                Home::Local if !outline.lent.contains(&id) => {}
                Home::Local => {
                    let ty = self.type_of_local(id);
                    let (ty, argument) = match (self.is_scalar(buffer.tensor), role) {
                        (true, _) => (ty, quote!(#name)),
                        (false, Role::Written) => (quote!(&mut #ty), quote!(&mut #name)),
                        (false, _) => (quote!(& #ty), quote!(& #name)),
                    };
                    let root = Some(Root::Buffer(id));
                    parameters.push(Parameter { root, ..Parameter::new(name, ty, argument, role) });
                }
                Home::Frame { .. } => {
                    let element = match buffer.kind {
                        Kind::Float => self.float(),
                        Kind::Mask => Ident::new("u8", Span::call_site()),
                        Kind::Index | Kind::Key => Ident::new("u32", Span::call_site()),
                    };
                    parameters.push(self.view_as_parameter(name, buffer.tensor, &element, role, true));
                }
                Home::Gradient(_) => {
                    let float = self.float();
                    parameters.push(self.view_as_parameter(name, buffer.tensor, &float, role, false));
                }
            }
        }
        for (&tensor, access) in &self.cx.inputs {
            let Access::Variable(name) = access else { continue };
            if !is_used(name) {
                continue;
            }
            let element = element(self.cx.float, self.kind(tensor));
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
        let root = Some(self.root(tensor));
        Parameter { shape: shape.to_vec(), root, ..Parameter::new(name, ty, argument, role) }
    }

    /// The type of a variable that a body declares.
    pub(super) fn type_of_local(&self, buffer: BufferId) -> TokenStream {
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
