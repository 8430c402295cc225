//! Zeros for the parameters that a backward pass does not reach.

use proc_macro2::TokenStream;
use quote::quote;

use super::paths::Paths;
use super::signature::{Signature, local, plain};
use super::structs::flat_mut;
use crate::plan::Plan;
use crate::program::{Content, Program, StructType};
use crate::routine::Target;

/// Statements that fill with zeros what of `receiver`, a `&mut` of the network, a plan does not deliver.
pub fn undelivered(
    signature: &Signature<'_>,
    program: &Program,
    plan: &Plan,
    receiver: &TokenStream,
) -> TokenStream {
    let delivered = plan.gradients.iter().filter_map(|gradient| match gradient.target {
        Target::Field(position) => Some(&signature.method.fields[position]),
        Target::Argument(_) => None,
    });
    let delivered: Vec<Vec<String>> =
        delivered.map(|field| field.path.iter().map(|step| plain(&step.name)).collect()).collect();
    let reached: Vec<&[String]> = delivered.iter().map(Vec::as_slice).collect();
    below(signature.paths, program, signature.owner, receiver, &quote!(#receiver), &reached)
}

/// `place` is the struct itself, `exclusive` a `&mut` of it.
fn below(
    paths: &Paths,
    program: &Program,
    of: &StructType,
    place: &TokenStream,
    exclusive: &TokenStream,
    reached: &[&[String]],
) -> TokenStream {
    let krate = &paths.krate;
    if of.fields.is_empty() {
        return TokenStream::new();
    }
    if reached.is_empty() {
        return quote!(#krate::Params::as_mut_slice(#exclusive).fill(0.0););
    }
    let mut statements = TokenStream::new();
    for field in &of.fields {
        let name = &field.name;
        let key = plain(name);
        let inside: Vec<&[String]> =
            reached.iter().filter(|path| path.first() == Some(&key)).map(|path| &path[1..]).collect();
        match &field.content {
            Content::Tensor { .. } if !inside.is_empty() => {}
            Content::Tensor { shape, .. } if shape.is_empty() => {
                statements.extend(quote!(#place.#name = 0.0;))
            }
            Content::Tensor { shape, .. } => {
                // `fill` borrows by itself.
                let flat = if shape.len() == 1 {
                    quote!(#place.#name)
                } else {
                    flat_mut(&quote!(#place.#name), shape.len(), paths)
                };
                statements.extend(quote!(#flat.fill(0.0);));
            }
            Content::Struct { index, lengths } => {
                let inner = &program.structs[*index];
                let field = quote!(#place.#name);
                if lengths.is_empty() {
                    statements.extend(below(paths, program, inner, &field, &quote!(&mut #field), &inside));
                    continue;
                }
                let part = local("part");
                let body = below(paths, program, inner, &quote!(#part), &quote!(#part), &inside);
                if body.is_empty() {
                    continue;
                }
                let loops = (0..lengths.len()).rev().fold(body, |body, depth| {
                    let array = if depth == 0 { quote!(&mut #field) } else { quote!(#part) };
                    quote!(for #part in #array { #body })
                });
                statements.extend(loops);
            }
        }
    }
    statements
}
