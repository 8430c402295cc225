//! Which Rust type a tensor has at the boundary of a generated method, and how one goes from that
//! type to what bodies see and back.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::paths::Paths;
use crate::ir::{Graph, Int, Kind, TensorId};

/// A tensor at the boundary of a method.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// How it is laid out.
    pub layout: Layout,
    /// The Rust type of its elements.
    pub element: Ident,
    /// Its sizes.
    pub shape: Vec<Int>,
    /// What it holds.
    pub kind: Kind,
}

/// The ways in which a tensor goes in and out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `f32`, by value.
    Scalar,
    /// `&[[f32; 3]; 2]`: every size is known.
    Array(Vec<usize>),
    /// `&[[f32; 3]]`: one run-time size, in front.
    Rows(Vec<usize>),
    /// `Tensor<'_, f32, 3>`: any other.
    View(usize),
    /// `impl Sized`: of an argument whose type could not be read, anything. No body is behind it.
    Unknown,
}

impl Boundary {
    /// What a tensor of a graph becomes.
    pub fn of(graph: &Graph, tensor: TensorId, paths: &Paths) -> Self {
        let tensor = graph.tensor(tensor);
        let element = paths.element(tensor.kind);
        Self { layout: Layout::of(&tensor.shape), element, shape: tensor.shape.clone(), kind: tensor.kind }
    }

    /// What nobody knows, with a tensor that stands in for it.
    pub fn unknown(graph: &Graph, tensor: TensorId, paths: &Paths) -> Self {
        Self { layout: Layout::Unknown, ..Self::of(graph, tensor, paths) }
    }

    /// The type, shared: `f32`, `&'w [[f32; 784]]`, `Tensor<'w, f32, 3>`.
    pub fn shared(&self, lifetime: &TokenStream, paths: &Paths) -> TokenStream {
        let Self { element, .. } = self;
        match &self.layout {
            Layout::Scalar => quote!(#element),
            Layout::Array(sizes) => {
                let array = nested(element, sizes);
                quote!(& #lifetime #array)
            }
            Layout::Rows(sizes) => {
                let row = nested(element, sizes);
                quote!(& #lifetime [#row])
            }
            Layout::View(rank) => {
                let krate = &paths.krate;
                let rank = Literal::usize_unsuffixed(*rank);
                let lifetime = if lifetime.is_empty() { quote!('_) } else { lifetime.clone() };
                quote!(#krate::Tensor<#lifetime, #element, #rank>)
            }
            Layout::Unknown => paths.anything(),
        }
    }

    /// The type, exclusive: `&mut f32`, `&mut [[f32; 784]]`, `&mut TensorMut<'_, f32, 3>`.
    pub fn exclusive(&self, paths: &Paths) -> TokenStream {
        let Self { element, .. } = self;
        match &self.layout {
            Layout::Scalar => quote!(&mut #element),
            Layout::Array(sizes) => {
                let array = nested(element, sizes);
                quote!(&mut #array)
            }
            Layout::Rows(sizes) => {
                let row = nested(element, sizes);
                quote!(&mut [#row])
            }
            Layout::View(rank) => {
                let krate = &paths.krate;
                let rank = Literal::usize_unsuffixed(*rank);
                quote!(&mut #krate::TensorMut<'_, #element, #rank>)
            }
            Layout::Unknown => paths.anything(),
        }
    }

    /// From a value of the shared type, no scalar, to a flat slice.
    pub fn flat(&self, value: &TokenStream) -> TokenStream {
        match &self.layout {
            Layout::Scalar | Layout::Unknown => value.clone(),
            Layout::Array(sizes) => {
                (1..sizes.len()).fold(value.clone(), |flat, _| quote!(#flat.as_flattened()))
            }
            Layout::Rows(sizes) => {
                (0..sizes.len()).fold(value.clone(), |flat, _| quote!(#flat.as_flattened()))
            }
            Layout::View(_) => quote!(#value.as_slice()),
        }
    }

    /// From a value of the exclusive type, no scalar, to something that can be filled.
    pub fn flat_mut(&self, value: &TokenStream) -> TokenStream {
        match &self.layout {
            Layout::Scalar | Layout::Unknown => value.clone(),
            Layout::Array(sizes) => {
                (1..sizes.len()).fold(value.clone(), |flat, _| quote!(#flat.as_flattened_mut()))
            }
            Layout::Rows(sizes) => {
                (0..sizes.len()).fold(value.clone(), |flat, _| quote!(#flat.as_flattened_mut()))
            }
            Layout::View(_) => quote!(#value.as_mut_slice()),
        }
    }

    /// From what a body makes of a result to a value of the shared type: only a view differs.
    pub fn returned(&self, value: &TokenStream, paths: &Paths, dims: &[Ident]) -> TokenStream {
        match &self.layout {
            // Bodies have what has no rows as a slice.
            Layout::Array(sizes) if sizes.first() == Some(&0) => quote!(&[]),
            Layout::Scalar | Layout::Array(_) | Layout::Rows(_) | Layout::Unknown => value.clone(),
            Layout::View(_) => {
                let krate = &paths.krate;
                let flat =
                    (0..row(&self.shape).len()).fold(value.clone(), |flat, _| quote!(#flat.as_flattened()));
                let sizes = self.shape.iter().map(|size| super::size::expression(size, dims));
                quote!(#krate::Tensor::new(#flat, [#(#sizes),*]))
            }
        }
    }

    /// The size of an axis of a value of the shared type: only where it is not known from the type.
    pub fn axis(&self, value: &TokenStream, axis: usize) -> Option<TokenStream> {
        let axis_number = Literal::usize_unsuffixed(axis);
        match &self.layout {
            Layout::Rows(_) if axis == 0 => Some(quote!(#value.len())),
            Layout::View(_) => Some(quote!(#value.shape()[#axis_number])),
            Layout::Scalar | Layout::Array(_) | Layout::Rows(_) | Layout::Unknown => None,
        }
    }
}

impl Layout {
    /// The layout of a shape.
    pub fn of(shape: &[Int]) -> Self {
        let sizes: Vec<Option<usize>> = shape.iter().map(constant).collect();
        match sizes.as_slice() {
            [] => Layout::Scalar,
            [None, rest @ ..] if rest.iter().all(Option::is_some) => {
                Layout::Rows(rest.iter().copied().flatten().collect())
            }
            sizes if sizes.iter().all(Option::is_some) => {
                Layout::Array(sizes.iter().copied().flatten().collect())
            }
            sizes => Layout::View(sizes.len()),
        }
    }
}

/// `[[f32; 128]; 784]` of `f32` and `[784, 128]`.
pub fn nested(element: &Ident, sizes: &[usize]) -> TokenStream {
    sizes.iter().rev().fold(quote!(#element), |row, size| {
        let size = Literal::usize_unsuffixed(*size);
        quote!([#row; #size])
    })
}

fn constant(size: &Int) -> Option<usize> {
    size.as_constant().and_then(|size| usize::try_from(size).ok())
}

/// The constant sizes after the last run-time one: those of the rows as which a body sees a view.
fn row(shape: &[Int]) -> Vec<usize> {
    let mut sizes: Vec<usize> = shape.iter().rev().map_while(constant).collect();
    sizes.reverse();
    sizes
}

/// The flat elements of a view as the rows that a body finds: `&[[f32; 3]]` of `f32[N, T, 3]`.
pub fn rows_of_view(flat: &TokenStream, shape: &[Int]) -> TokenStream {
    chunked(flat, "as_chunks", &row(shape))
}

/// The same, to be written.
pub fn rows_of_view_mut(flat: &TokenStream, shape: &[Int]) -> TokenStream {
    chunked(flat, "as_chunks_mut", &row(shape))
}

/// A slice as a slice of arrays.
fn chunked(flat: &TokenStream, method: &str, sizes: &[usize]) -> TokenStream {
    let method = Ident::new(method, Span::call_site());
    sizes.iter().rev().fold(flat.clone(), |chunks, size| {
        let size = Literal::usize_unsuffixed(*size);
        quote!(#chunks.#method::<#size>().0)
    })
}
