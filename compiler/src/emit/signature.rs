//! What a method takes and returns in Rust, and the locals that its body finds.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::body::Loops;
use super::paths::Paths;
use super::size;
use super::types::{Boundary, Layout, rows_of_view};
use crate::ir::{DimId, TensorId};
use crate::program::{ArgumentContent, DimSource, Method, Returned, StructType};

/// A method at its boundary.
#[derive(Debug)]
pub struct Signature<'program> {
    /// The paths into the runtime.
    pub paths: &'program Paths,
    /// The network.
    pub owner: &'program StructType,
    /// The function.
    pub method: &'program Method,
    /// The functions of the network's loops.
    pub loops: &'program Loops,
    /// The locals of its run-time sizes, by [`DimId`].
    pub dims: Vec<Ident>,
    /// Its arguments.
    pub arguments: Vec<Parameter>,
    /// Its results.
    pub results: Results,
}

/// An argument.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, the user's.
    pub name: Ident,
    /// The input that it is and its type, or none for a `dim`, which is a `usize`.
    pub tensor: Option<(TensorId, Boundary)>,
}

/// A result, or a tuple of them.
#[derive(Clone, Debug)]
pub enum Results {
    /// One.
    One(Boundary),
    /// Several.
    Tuple(Vec<Results>),
}

impl<'program> Signature<'program> {
    /// The name of a type parameter of its methods, which hides types: not that of the network.
    pub fn type_parameter(&self, name: &str) -> Ident {
        local(&if self.owner.name == name { format!("{name}{name}") } else { name.to_string() })
    }

    /// That of a method of a network.
    pub fn new(
        paths: &'program Paths,
        owner: &'program StructType,
        method: &'program Method,
        loops: &'program Loops,
    ) -> Self {
        let arguments = method.arguments.iter().map(|argument| Parameter {
            name: argument.name.clone(),
            tensor: match argument.content {
                ArgumentContent::Tensor(tensor) => Some((tensor, Boundary::of(&method.graph, tensor, paths))),
                ArgumentContent::Dim(_) => None,
                ArgumentContent::Unknown(tensor) => {
                    Some((tensor, Boundary::unknown(&method.graph, tensor, paths)))
                }
            },
        });
        Self {
            paths,
            owner,
            method,
            loops,
            dims: size::locals(method),
            arguments: arguments.collect(),
            results: Results::of(&method.result, &mut |tensor| {
                Some(Boundary::of(&method.graph, tensor, paths))
            })
            .unwrap_or(Results::Tuple(Vec::new())),
        }
    }

    /// `Mlp::loss`, as messages name it, whichever of the methods that are made of it is called: their bodies
    /// share their loops.
    pub fn function(&self) -> String {
        format!("{}::{}", plain(&self.owner.name), plain(&self.method.name))
    }

    /// `x: &'w [[f32; 784]], label: &'w [u32]`
    pub fn parameters(&self, lifetime: &TokenStream) -> Vec<TokenStream> {
        let types = self.argument_types(lifetime);
        self.arguments.iter().zip(types).map(|(Parameter { name, .. }, ty)| quote!(#name: #ty)).collect()
    }

    /// The same as the fields of a struct, which hold no argument whose type is not known.
    pub fn known_parameters(&self, lifetime: &TokenStream) -> Vec<TokenStream> {
        let is_known = |argument: &Parameter| {
            !matches!(&argument.tensor, Some((_, Boundary { layout: Layout::Unknown, .. })))
        };
        let parameters = self.parameters(lifetime).into_iter().zip(&self.arguments);
        parameters.filter(|(_, argument)| is_known(argument)).map(|(parameter, _)| parameter).collect()
    }

    /// The names of the arguments.
    pub fn names(&self) -> Vec<Ident> {
        self.arguments.iter().map(|argument| argument.name.clone()).collect()
    }

    /// The types of the arguments.
    pub fn argument_types(&self, lifetime: &TokenStream) -> Vec<TokenStream> {
        self.arguments
            .iter()
            .map(|argument| match &argument.tensor {
                Some((_, boundary)) => boundary.shared(lifetime, self.paths),
                None => quote!(usize),
            })
            .collect()
    }

    /// An expression for a dim, from the arguments under their names.
    pub fn source(&self, dim: DimId) -> TokenStream {
        match self.method.dims[dim.0 as usize] {
            DimSource::Argument(argument) => {
                let name = &self.arguments[argument].name;
                quote!(#name)
            }
            DimSource::Axis { argument, axis } => {
                let Parameter { name, tensor } = &self.arguments[argument];
                let found = tensor.as_ref().and_then(|(_, boundary)| boundary.axis(&quote!(#name), axis));
                found.unwrap_or_else(|| unreachable!("a dim comes from an axis that is not known"))
            }
        }
    }

    /// The argument that a dim comes from.
    pub fn source_argument(&self, dim: DimId) -> usize {
        match self.method.dims[dim.0 as usize] {
            DimSource::Argument(argument) | DimSource::Axis { argument, .. } => argument,
        }
    }

    /// `let n = x.len();` for some dims; a `dim` argument is its own.
    pub fn bind_dims(&self, wanted: impl Fn(DimId) -> bool) -> TokenStream {
        let ids = (0..self.dims.len()).map(|dim| DimId(u32::try_from(dim).unwrap_or(u32::MAX)));
        let is_bound = |id: DimId| matches!(self.method.dims[id.0 as usize], DimSource::Argument(_));
        let bindings =
            ids.zip(&self.dims).filter(|(id, _)| wanted(*id) && !is_bound(*id)).map(|(id, local)| {
                let source = self.source(id);
                quote!(let #local = #source;)
            });
        quote!(#(#bindings)*)
    }

    /// The arguments as bodies find them: a view of several run-time sizes as rows.
    pub fn bind_views(&self, wanted: impl Fn(TensorId) -> bool) -> TokenStream {
        let bindings = self.arguments.iter().filter_map(|Parameter { name, tensor }| match tensor {
            Some((tensor, boundary)) if wanted(*tensor) && matches!(boundary.layout, Layout::View(_)) => {
                let rows = rows_of_view(&quote!(#name.as_slice()), &boundary.shape);
                Some(quote!(let #name = #rows;))
            }
            _ => None,
        });
        quote!(#(#bindings)*)
    }
}

impl Results {
    /// The results of which a boundary is made, in the tuples in which they stand.
    pub fn of(returned: &Returned, boundary: &mut dyn FnMut(TensorId) -> Option<Boundary>) -> Option<Self> {
        match returned {
            Returned::Tensor(tensor) => boundary(*tensor).map(Results::One),
            Returned::Tuple(parts) => {
                let mut kept: Vec<Results> =
                    parts.iter().filter_map(|part| Self::of(part, boundary)).collect();
                match kept.len() {
                    0 => None,
                    1 if parts.len() > 1 => kept.pop(),
                    _ => Some(Results::Tuple(kept)),
                }
            }
        }
    }

    /// From left to right.
    pub fn flat(&self) -> Vec<&Boundary> {
        match self {
            Results::One(boundary) => vec![boundary],
            Results::Tuple(parts) => parts.iter().flat_map(Results::flat).collect(),
        }
    }

    /// The type: `&'w [[f32; 10]]`, `(f32, (f32, f32))`.
    pub fn ty(&self, lifetime: &TokenStream, paths: &Paths) -> TokenStream {
        self.rebuild(&mut |boundary| boundary.shared(lifetime, paths))
    }

    /// Values in the same tuples.
    pub fn tuple(&self, values: &[TokenStream]) -> TokenStream {
        let mut values = values.iter();
        self.rebuild(&mut |_| values.next().cloned().unwrap_or_default())
    }

    /// Whether everything is a scalar, so that nothing is borrowed.
    pub fn all_scalar(&self) -> bool {
        self.flat().iter().all(|boundary| boundary.layout == Layout::Scalar)
    }

    fn rebuild(&self, each: &mut dyn FnMut(&Boundary) -> TokenStream) -> TokenStream {
        match self {
            Results::One(boundary) => each(boundary),
            Results::Tuple(parts) => {
                let parts = parts.iter().map(|part| part.rebuild(each));
                quote!((#(#parts,)*))
            }
        }
    }
}

/// A name without `r#`.
pub fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_string()
}

/// A local that no name of the user's can meet.
pub fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
