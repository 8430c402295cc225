//! `#[grad]`: the method that goes forward, and the pass that it returns. How that goes backward is next door.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::attributes::conditions;
use super::body::{self, Context};
use super::checks::{self, Checks};
use super::method::{context, decorated, mentioned, start, unreachable};
use super::signature::{Results, Signature, local, plain};
use super::types::{Boundary, Layout};
use super::{Compiled, docs, lints};
use crate::ir::{DimId, Kind, TensorId};
use crate::program::{Derivative, Program, pass_name};

/// The pass of a method: its names, its cotangents.
pub struct Pass<'a> {
    pub(super) signature: &'a Signature<'a>,
    pub(super) derivative: &'a Derivative,
    /// None where there are signatures only.
    pub(super) compiled: Option<&'a Compiled>,
    pub(super) name: Ident,
    pub(super) fields: Fields,
    /// The cotangents in the tuples in which they are given, if any are.
    pub(super) cotangents: Option<Results>,
    /// The locals that hold them, from left to right.
    pub(super) seeds: Vec<Ident>,
}

/// The names of the fields that are not arguments.
pub struct Fields {
    /// The network.
    pub model: Ident,
    /// The memory.
    pub arena: Ident,
    /// The results that are scalars.
    pub values: Vec<Ident>,
}

impl<'a> Pass<'a> {
    /// That of `#[grad…]` on a method.
    pub fn new(
        signature: &'a Signature<'a>,
        derivative: &'a Derivative,
        compiled: Option<&'a Compiled>,
    ) -> Self {
        let Signature { owner, method, paths, results, .. } = signature;
        let cotangents = match results {
            Results::One(Boundary { layout: Layout::Scalar, kind: Kind::Float, .. }) => None,
            Results::One(_) | Results::Tuple(_) => Results::of(&method.result, &mut |tensor| {
                Some(Boundary::of(&method.graph, tensor, paths))
                    .filter(|boundary| boundary.kind == Kind::Float)
            }),
        };
        let count = cotangents.as_ref().map_or(0, |cotangents| cotangents.flat().len());
        let seeds = (0..count).map(|position| numbered("cotangent", position, count));
        let scalars = scalars(results).len();
        let field = |name: Ident| {
            let mut field = name;
            while signature.arguments.iter().any(|argument| argument.name == field) {
                field = format_ident!("{field}_");
            }
            field
        };
        Self {
            signature,
            derivative,
            compiled,
            name: format_ident!("{}", pass_name(&owner.name, &method.name)),
            fields: Fields {
                model: field(local("model")),
                arena: field(local("arena")),
                values: (0..scalars).map(|position| field(numbered("value", position, scalars))).collect(),
            },
            seeds: seeds.collect(),
            cotangents,
        }
    }

    /// `fn loss(&'w self, ws, …) -> MlpLossPass<'w>`
    pub fn method(&self) -> TokenStream {
        let Signature { paths, method, .. } = self.signature;
        let function = self.signature.function();
        let checks =
            self.compiled.map(|_| checks::of_arguments(self.signature, &function)).unwrap_or_default();
        let docs =
            docs::of_forward(self.signature, self.derivative, self.compiled, &checks, &self.name.to_string());
        let body = match self.compiled {
            Some(compiled) => self.forward(compiled, &function, &checks),
            None => unreachable(self.signature, &self.signature.names()),
        };
        let attributes = decorated(self.signature, false, &docs);
        let (krate, float) = (&paths.krate, &paths.float);
        let (ws, storage) = (local("ws"), self.signature.type_parameter("S"));
        let (visibility, name, pass) = (&method.visibility, &method.name, &self.name);
        let parameters = self.signature.parameters(&quote!('w));
        quote! {
            #attributes
            #[track_caller]
            #visibility fn #name<'w, #storage: #krate::Storage<#float>>(
                &'w self,
                #ws: &'w mut #krate::Workspace<#float, #storage>,
                #(#parameters),*
            ) -> #pass<'w> {
                #body
            }
        }
    }

    /// The body of the method: the forward stage, then the pass.
    fn forward(&self, compiled: &Compiled, function: &str, checks: &Checks) -> TokenStream {
        let signature = self.signature;
        let stage = body::forward(&compiled.plan, &self.context(compiled, &quote!(self)));
        let values: Vec<&TokenStream> =
            scalars(&signature.results).iter().map(|(position, _)| &stage.results[*position]).collect();
        // The pass holds its memory also where the forward stage has nothing to write there.
        let arena = local("arena");
        let start = start(signature, compiled, function, checks, &stage, &quote!(#arena #(#values)*));
        let statements = &stage.statements;
        let Fields { model, arena: arena_field, values: value_fields } = &self.fields;
        let mut keep = TokenStream::new();
        let arguments: Vec<TokenStream> = signature
            .arguments
            .iter()
            .map(|argument| {
                let name = &argument.name;
                match &argument.tensor {
                    // The body finds rows under this name; the pass keeps what the caller gave.
                    Some((tensor, Boundary { layout: Layout::View(_), .. }))
                        if stage.uses.inputs.contains(tensor) =>
                    {
                        let given = local(&format!("given_{}", plain(name)));
                        keep.extend(quote!(let #given = #name;));
                        quote!(#name: #given)
                    }
                    _ => quote!(#name),
                }
            })
            .collect();
        let memory = named(arena_field, &quote!(#arena));
        let kept = value_fields.iter().zip(values).map(|(field, value)| named(field, value));
        let pass = &self.name;
        quote! {
            #keep
            #start
            #statements
            #pass { #model: self, #(#kept,)* #(#arguments,)* #memory }
        }
    }

    /// The pass and its methods.
    pub fn items(&self, program: &Program, derivation: &str) -> TokenStream {
        let Signature { paths, owner, method, .. } = self.signature;
        let (float, network, name) = (&paths.float, &owner.name, &self.name);
        let Fields { model, arena, values } = &self.fields;
        let value_types =
            scalars(&self.signature.results).into_iter().map(|(_, boundary)| boundary.element.clone());
        let parameters = self.signature.known_parameters(&quote!('w));
        let conditions: Vec<_> = [&owner.attributes, &method.attributes]
            .into_iter()
            .flat_map(|attributes| conditions(attributes))
            .collect();
        let lints = lints::allowed();
        let visibility = self.visibility();
        let docs = docs::of_pass(self.signature);
        let value = self.value();
        let backward = self.backward(program, derivation, false);
        let accumulate = self.backward(program, derivation, true);
        quote! {
            #(#conditions)*
            #docs
            #[must_use]
            #lints
            #visibility struct #name<'w> {
                #model: &'w #network,
                #(#values: #value_types,)*
                #(#parameters,)*
                #arena: &'w mut [#float],
            }

            #(#conditions)*
            #lints
            impl #name<'_> {
                #value
                #backward
                #accumulate
            }
        }
    }

    /// What the bodies find.
    pub(super) fn context<'b>(&'b self, compiled: &'b Compiled, receiver: &TokenStream) -> Context<'b> {
        let results = self.signature.method.result.tensors();
        let is_float = |tensor: TensorId| self.signature.method.graph.tensor(tensor).kind == Kind::Float;
        // One for each result, or for each float result.
        let tensors: Vec<TensorId> = if compiled.cotangents.len() == results.len() {
            compiled
                .cotangents
                .iter()
                .zip(results)
                .filter(|(_, result)| is_float(*result))
                .map(|(tensor, _)| *tensor)
                .collect()
        } else {
            compiled.cotangents.clone()
        };
        let seeds: Vec<(TensorId, Ident)> = tensors.into_iter().zip(self.seeds.iter().cloned()).collect();
        context(self.signature, compiled, receiver, &seeds)
    }

    /// No wider than what it borrows.
    fn visibility(&self) -> &TokenStream {
        let method = &self.signature.method.visibility;
        if method.to_string() == "pub" { &self.signature.owner.visibility } else { method }
    }

    /// `value()`
    fn value(&self) -> TokenStream {
        let Signature { paths, results, .. } = self.signature;
        let body = match self.compiled {
            Some(compiled) => self.value_body(compiled),
            None => unreachable(self.signature, &[]),
        };
        let ty = results.ty(&TokenStream::new(), paths);
        let docs = docs::lines(&[format!("The value of `{}`.", self.signature.function())]);
        quote! {
            #docs
            #[must_use]
            pub fn value(&self) -> #ty {
                #body
            }
        }
    }

    fn value_body(&self, compiled: &Compiled) -> TokenStream {
        let Signature { paths, results, dims, .. } = self.signature;
        let context = self.context(compiled, &quote!(self));
        let mut values = self.fields.values.iter();
        let returned =
            results.flat().into_iter().enumerate().map(|(position, boundary)| match boundary.layout {
                Layout::Scalar => {
                    let value = values.next();
                    quote!(self.#value)
                }
                Layout::Array(_) | Layout::Rows(_) | Layout::View(_) | Layout::Unknown => {
                    let view = body::result_view(&compiled.plan, &context, position);
                    boundary.returned(&view, paths, dims)
                }
            });
        let returned = results.tuple(&returned.collect::<Vec<_>>());
        let found = mentioned(&returned);
        let sizes = self.bind_own_dims(|dim| found.contains(&dims[dim.0 as usize].to_string()));
        let memory = found.contains("arena").then(|| {
            let (arena, field) = (local("arena"), &self.fields.arena);
            quote!(let #arena = &*self.#field;)
        });
        quote!(#sizes #memory #returned)
    }

    /// `let n = self.x.len();`, with the arguments bound under their names where that is needed.
    fn bind_own_dims(&self, wanted: impl Fn(DimId) -> bool) -> TokenStream {
        let signature = self.signature;
        let mut needed: Vec<usize> = Vec::new();
        for dim in (0..signature.dims.len()).map(|dim| DimId(u32::try_from(dim).unwrap_or(u32::MAX))) {
            if wanted(dim) && !needed.contains(&signature.source_argument(dim)) {
                needed.push(signature.source_argument(dim));
            }
        }
        let arguments = needed.iter().map(|argument| {
            let name = &signature.arguments[*argument].name;
            quote!(let #name = self.#name;)
        });
        let dims = signature.bind_dims(wanted);
        quote!(#(#arguments)* #dims)
    }
}

/// The results that a pass keeps by value, with their positions.
fn scalars(results: &Results) -> Vec<(usize, &Boundary)> {
    results.flat().into_iter().enumerate().filter(|(_, boundary)| boundary.layout == Layout::Scalar).collect()
}

/// `field: value`, or `value` where it is the variable of that name.
pub fn named(field: &Ident, value: &TokenStream) -> TokenStream {
    if *field == value.to_string() { quote!(#value) } else { quote!(#field: #value) }
}

/// `value`, or `value_0`, `value_1`, … where there are several.
fn numbered(name: &str, position: usize, count: usize) -> Ident {
    if count == 1 { local(name) } else { local(&format!("{name}_{position}")) }
}
