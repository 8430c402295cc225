//! Which items a derivative attribute becomes: one line for each kind.

use proc_macro2::TokenStream;
use quote::quote;

use super::direct::Direct;
use super::pass::Pass;
use super::signature::Signature;
use super::step::Step;
use super::{CompiledDerivative, CompiledMethod};
use crate::program::{Derivative, Program};
use crate::syntax::ast::DerivativeKind;

/// The items that stand beside the network's `impl`.
pub fn items(program: &Program, signature: &Signature<'_>, compiled: Option<&CompiledMethod>) -> TokenStream {
    let items = all(signature, compiled).map(|(derivative, of)| match derivative.kind {
        DerivativeKind::Grad => {
            let derivation = compiled.map_or("", |compiled| compiled.derivation.as_str());
            Pass::new(signature, derivative, of.map(|of| &of.of)).items(program, derivation)
        }
        DerivativeKind::Jvp | DerivativeKind::Hvp | DerivativeKind::Jacobian | DerivativeKind::Hessian => {
            TokenStream::new()
        }
    });
    quote!(#(#items)*)
}

/// The methods of the network.
pub fn methods(
    program: &Program,
    signature: &Signature<'_>,
    compiled: Option<&CompiledMethod>,
) -> TokenStream {
    let methods = all(signature, compiled).map(|(derivative, of)| match derivative.kind {
        DerivativeKind::Grad => {
            let forward = Pass::new(signature, derivative, of.map(|of| &of.of)).method();
            let step = signature.method.has_step(derivative);
            let step = step.then(|| Step::new(program, signature, of).method());
            quote!(#forward #step)
        }
        DerivativeKind::Jvp => Direct::tangent(signature, derivative, of).method(program),
        DerivativeKind::Hvp => Direct::hessian_vector(signature, derivative, of).method(program),
        DerivativeKind::Jacobian => Direct::jacobian(signature, derivative, of).method(program),
        DerivativeKind::Hessian => Direct::hessian(signature, derivative, of).method(program),
    });
    quote!(#(#methods)*)
}

fn all<'a>(
    signature: &'a Signature<'_>,
    compiled: Option<&'a CompiledMethod>,
) -> impl Iterator<Item = (&'a Derivative, Option<&'a CompiledDerivative>)> {
    let derivatives = signature.method.derivatives.iter().enumerate();
    derivatives.map(move |(position, derivative)| {
        (derivative, compiled.and_then(|compiled| compiled.derivatives.get(position)))
    })
}
