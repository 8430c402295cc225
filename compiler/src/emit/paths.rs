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
        let name = match float {
            Float::F32 => "f32",
            Float::F64 => "f64",
        };
        Self { krate: krate.clone(), private, core, float: Ident::new(name, Span::call_site()), kind: float }
    }

    /// The Rust type of an element.
    pub fn element(&self, kind: Kind) -> Ident {
        match kind {
            Kind::Float => self.float.clone(),
            Kind::Index => Ident::new("u32", Span::call_site()),
            Kind::Key => Ident::new("u64", Span::call_site()),
            Kind::Mask => Ident::new("bool", Span::call_site()),
        }
    }

    /// How many bytes a float takes.
    pub fn float_bytes(&self) -> u64 {
        match self.kind {
            Float::F32 => 4,
            Float::F64 => 8,
        }
    }
}

/// `core`, before it is known whether there is a float type.
pub fn core_of(krate: &TokenStream) -> TokenStream {
    quote!(#krate::__private::core)
}
