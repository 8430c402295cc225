//! The paths that generated code uses, all through the runtime crate under whatever name it has, so that
//! neither a renamed crate nor a user's `mod core` nor a missing prelude matters.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ir::Kind;
use crate::program::Float;

/// Paths into the runtime crate.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The runtime crate.
    pub krate: TokenStream,
    /// What of it only generated code may use.
    pub private: TokenStream,
    /// `core`
    pub core: TokenStream,
    /// The block's float type, as Rust.
    pub float: Ident,
    /// The block's float type.
    pub kind: Float,
}

impl Paths {
    /// Paths from the runtime crate and the float type.
    pub fn new(krate: &TokenStream, float: Float) -> Self {
        let private = quote!(#krate::__private);
        let core = core_of(krate);
        Self { krate: krate.clone(), private, core, float: element(float, Kind::Float), kind: float }
    }

    /// The type of an argument that may be anything.
    pub fn anything(&self) -> TokenStream {
        let core = &self.core;
        quote!(impl #core::marker::Sized)
    }

    /// The Rust type of an element.
    pub fn element(&self, kind: Kind) -> Ident {
        element(self.kind, kind)
    }
}

/// The Rust type of an element, with the type of floats.
pub fn element(float: Float, kind: Kind) -> Ident {
    let name = match (kind, float) {
        (Kind::Float, Float::F32) => "f32",
        (Kind::Float, Float::F64) => "f64",
        (Kind::Index, _) => "u32",
        (Kind::Key, _) => "u64",
        (Kind::Mask, _) => "bool",
    };
    Ident::new(name, Span::call_site())
}

/// `core`, before it is known whether there is a float type.
pub fn core_of(krate: &TokenStream) -> TokenStream {
    quote!(#krate::__private::core)
}
