//! Whether there can be a workspace of such sizes: one that an array carries is at most as large as memory, one
//! that a `dim` argument fixes, or who asks for the length of a workspace or for a count, is any number.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::signature::Signature;
use super::{Compiled, size};
use crate::ir::{Atom, DimId, Int};
use crate::program::DimSource;

/// The sums of a workspace that a size is part of which a `dim` argument fixes.
pub fn free_sums(signature: &Signature<'_>, compiled: &Compiled) -> Vec<Int> {
    let is_free = |dim: &DimId| matches!(signature.method.dims[dim.0 as usize], DimSource::Argument(_));
    let sums = compiled.plan.workspace().sums().to_vec();
    sums.into_iter().filter(|sum| sum.dims().iter().any(is_free)).collect()
}

/// When that panics, as the end of a sentence.
pub fn panics(signature: &Signature<'_>, compiled: &Compiled) -> Option<String> {
    let is_asked = !free_sums(signature, compiled).is_empty();
    is_asked.then(|| "its sizes need more memory than there can be".to_string())
}

/// The dims that are asked of such sums.
pub fn dims(sums: &[Int]) -> BTreeSet<DimId> {
    sums.iter().flat_map(Int::dims).collect()
}

/// Those of some sums that run-time sizes are part of.
pub fn of_sizes(sums: &[Int]) -> Vec<Int> {
    sums.iter().filter(|sum| !sum.dims().is_empty()).cloned().collect()
}

/// Asks whether there can be as much memory as such sums, before anything is made of the sizes.
pub fn asked(signature: &Signature<'_>, sums: &[Int], function: &str) -> TokenStream {
    checked(signature, "check_memory", sums, function)
}

/// Asks whether as many operations as such sums can be counted.
pub fn counted(signature: &Signature<'_>, sums: &[Int], function: &str) -> TokenStream {
    checked(signature, "check_operations", sums, function)
}

fn checked(signature: &Signature<'_>, check: &str, sums: &[Int], function: &str) -> TokenStream {
    let dims = dims(sums);
    if dims.is_empty() {
        return TokenStream::new();
    }
    let private = &signature.paths.private;
    let local = |dim: &DimId| &signature.dims[dim.0 as usize];
    let sizes = dims.iter().map(|dim| {
        let (name, local) = (&signature.method.graph.dims[dim.0 as usize], local(dim));
        quote!((#name, #local))
    });
    // What quotients are made of is asked first: they are computed of it.
    let parts: Vec<Int> =
        sums.iter().flat_map(|sum| sum.terms().flat_map(|(atoms, _)| atoms)).flat_map(parts).collect();
    let inner = checked(signature, check, &of_sizes(&parts), function);
    let sums = sums.iter().map(|sum| {
        // What is subtracted only makes it less, unless it is negative.
        let terms = sum.terms().filter(|(atoms, coefficient)| {
            *coefficient > 0 || atoms.iter().any(|atom| Int::atom(atom.clone()).can_be_negative())
        });
        let products = terms.map(|(atoms, coefficient)| {
            let factors = atoms.iter().map(|atom| match atom {
                Atom::Dim(dim) => local(dim).to_token_stream(),
                quotient => magnitude(quotient, &signature.dims),
            });
            let coefficient = Literal::u64_unsuffixed(coefficient.unsigned_abs());
            quote!((#coefficient, &[#(#factors),*]))
        });
        let products: Vec<TokenStream> = products.collect();
        quote!(&[#(#products),*])
    });
    let check = format_ident!("{check}");
    quote!(#inner #private::panics::#check(#function, &[#(#sizes),*], &[#(#sums),*]);)
}

/// What a quotient, a remainder or a root is made of.
fn parts(atom: &Atom) -> Vec<Int> {
    match atom {
        Atom::Div(a, b) | Atom::Mod(a, b) => vec![(**a).clone(), (**b).clone()],
        Atom::Root(of) => vec![(**of).clone()],
        Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) | Atom::Inside(_) => Vec::new(),
    }
}

/// How large a quotient is, whatever its sign.
fn magnitude(quotient: &Atom, dims: &[Ident]) -> TokenStream {
    let quotient = Int::atom(quotient.clone());
    if quotient.can_be_negative() {
        let value = size::signed(&quotient, dims);
        quote!((#value).unsigned_abs())
    } else {
        size::expression(&quotient, dims)
    }
}
