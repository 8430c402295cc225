//! The procedural macro behind `chainrule::net!`; use it through that crate.
//!
//! Hands the tokens to the compiler, which is an ordinary library. Nothing is decided here.

use proc_macro::TokenStream;

/// Expands the block of a `net!`.
///
/// The input begins with the path of the runtime crate, `$crate` as `net!` resolves it, so that generated code
/// finds it under any name. Not public API: `net!` is.
#[doc(hidden)]
#[proc_macro]
pub fn __expand(input: TokenStream) -> TokenStream {
    chainrule_compiler::expand(input.into()).into()
}
