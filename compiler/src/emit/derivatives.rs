//! Which items a derivative attribute becomes: one line for each kind.

use proc_macro2::TokenStream;
use quote::quote;

use super::pass::Pass;
use super::signature::Signature;
use super::{Compiled, CompiledMethod};
use crate::program::{Derivative, Program};
use crate::syntax::ast::DerivativeKind;

/// The items that stand beside the network's `impl`.
pub fn items(program: &Program, signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let items = all(signature, compiled).map(|(derivative, of)| match derivative.kind {
        DerivativeKind::Grad => {
            let derivation = compiled.map_or("", |compiled| compiled.derivation.as_str());
            Pass::new(signature, derivative, of).items(program, derivation)
        }
        // `check` has reported these.
        DerivativeKind::Jvp | DerivativeKind::Hvp | DerivativeKind::Jacobian | DerivativeKind::Hessian => {
            TokenStream::new()
        }
    });
    quote!(#(#items)*)
}

/// The methods of the network.
pub fn methods(signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let methods = all(signature, compiled).map(|(derivative, of)| match derivative.kind {
        DerivativeKind::Grad => Pass::new(signature, derivative, of).method(),
        DerivativeKind::Jvp | DerivativeKind::Hvp | DerivativeKind::Jacobian | DerivativeKind::Hessian => {
            TokenStream::new()
        }
    });
    quote!(#(#methods)*)
}

fn all<'a>(
    signature: &'a Signature<'_>,
    compiled: Option<&'a CompiledMethod>,
) -> impl Iterator<Item = (&'a Derivative, Option<&'a Compiled>)> {
    let derivatives = signature.method.derivatives.iter().enumerate();
    derivatives.map(move |(position, derivative)| {
        (derivative, compiled.and_then(|compiled| compiled.derivatives.get(position)))
    })
}
