//! What a function requires of its arguments beyond their sizes: that subscripts made of them stay inside
//! their axes. Checked for every index, under the conditions under which they are read, before anything is
//! written. What is computed may not be required.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::body::operator;
use super::signature::Signature;
use super::size;
use super::types::Layout;
use crate::ir::{Atom, DimId, Int, LoopId, Scalar, ScalarId, TensorId};
use crate::program::Requirement;

/// The index argument all of whose elements a requirement compares with the size: then the argument is at
/// fault, not a subscript.
pub fn whole_argument(signature: &Signature<'_>, requirement: &Requirement) -> Option<TensorId> {
    let Some(Atom::Read(index, at)) = requirement.position.as_atom() else { return None };
    let shape = signature.method.graph.shape(*index);
    let mut distinct: Vec<&Int> = at.iter().collect();
    distinct.sort();
    distinct.dedup();
    let is_whole = at.iter().zip(shape).all(|(subscript, size)| match subscript.as_atom() {
        Some(Atom::Index(index)) => requirement.domain[*index] == *size,
        Some(Atom::Loop(counter)) => requirement.loops.iter().any(|it| it == &(*counter, size.clone())),
        _ => false,
    });
    (is_whole && distinct.len() == at.len() && requirement.guards.is_empty()).then_some(*index)
}

/// The check of a requirement.
pub fn check(signature: &Signature<'_>, function: &str, requirement: &Requirement) -> TokenStream {
    let variable = |letter: char, place: usize| Ident::new(&format!("{letter}{place}"), Span::mixed_site());
    let check = Check {
        signature,
        indices: (0..requirement.domain.len()).map(|place| variable('i', place)).collect(),
        counters: requirement
            .loops
            .iter()
            .enumerate()
            .map(|(place, (counter, _))| (*counter, variable('t', place)))
            .collect(),
    };
    let (private, core) = (&signature.paths.private, &signature.paths.core);
    let (tensor, axis) = (&requirement.tensor, Literal::usize_unsuffixed(requirement.axis));
    let position = check.integer(&requirement.position);
    let bound = size::expression(&requirement.size, &signature.dims);
    let mut tokens = quote!(#private::panics::inside(#function, #tensor, #axis, #position, #bound););
    if !requirement.guards.is_empty() {
        let guards = requirement.guards.iter().map(|guard| {
            let condition = check.condition(guard.condition);
            if guard.holds { condition } else { quote!(!#condition) }
        });
        tokens = quote!(if #(#guards)&&* { #tokens });
    }
    let extents = requirement.domain.iter().zip(&check.indices);
    let counted =
        requirement.loops.iter().zip(&check.counters).map(|((_, extent), (_, name))| (extent, name));
    for (extent, name) in extents.chain(counted).collect::<Vec<_>>().into_iter().rev() {
        let extent = size::count(extent, &signature.dims, core);
        tokens = quote!(for #name in 0_usize..#extent { #tokens });
    }
    if !requirement.occupied.is_empty() {
        let extents = requirement.occupied.iter().map(|extent| size::count(extent, &signature.dims, core));
        tokens = quote!(if #(#extents != 0)&&* { #tokens });
    }
    tokens
}

/// The dims that a check mentions.
pub fn dims(signature: &Signature<'_>, requirement: &Requirement) -> Vec<DimId> {
    let mut integers: Vec<Int> = [&requirement.position, &requirement.size]
        .into_iter()
        .chain(&requirement.domain)
        .chain(&requirement.occupied)
        .chain(requirement.loops.iter().map(|(_, extent)| extent))
        .cloned()
        .collect();
    let graph = &signature.method.graph;
    for guard in &requirement.guards {
        graph.scalars.visit_integers(guard.condition, &mut |integer| integers.push(integer.clone()));
    }
    let mut dims: Vec<DimId> = integers.iter().flat_map(Int::dims).collect();
    // A view is as long in its inner axes as their sizes say.
    let mut read = Vec::new();
    integers.iter().for_each(|integer| integer.visit_reads(&mut |tensor, _| read.push(tensor)));
    dims.extend(read.into_iter().flat_map(|tensor| graph.shape(tensor)).flat_map(Int::dims));
    dims
}

struct Check<'a> {
    signature: &'a Signature<'a>,
    indices: Vec<Ident>,
    counters: Vec<(LoopId, Ident)>,
}

impl Check<'_> {
    /// As an `isize`, an operand.
    fn integer(&self, value: &Int) -> TokenStream {
        let tokens = size::terms(value, Some(&quote!(isize)), &|atom| match atom {
            Atom::Dim(DimId(dim)) => {
                let dim = &self.signature.dims[*dim as usize];
                quote!(#dim.cast_signed())
            }
            Atom::Index(index) => {
                let index = &self.indices[*index];
                quote!(#index.cast_signed())
            }
            Atom::Loop(counter) => {
                let (_, name) = self.counters.iter().find(|(it, _)| it == counter).expect("a loop around");
                quote!(#name.cast_signed())
            }
            Atom::Read(tensor, at) => {
                let element = self.element(*tensor, at);
                quote!((#element as isize))
            }
            Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_) => {
                unreachable!("quotients and roots are no leaves, and nothing here is to be checked elsewhere")
            }
        });
        quote!((#tokens))
    }

    fn element(&self, tensor: TensorId, at: &[Int]) -> TokenStream {
        let argument =
            |it: &&super::signature::Parameter| it.tensor.as_ref().is_some_and(|it| it.0 == tensor);
        let parameter = self.signature.arguments.iter().find(argument).expect("arguments alone are required");
        let (name, (_, boundary)) = (&parameter.name, parameter.tensor.as_ref().expect("a tensor"));
        if boundary.layout == Layout::Scalar {
            return quote!(#name);
        }
        let flat = boundary.flat(&quote!(#name));
        if let [Some(Atom::Index(index))] = at.iter().map(Int::as_atom).collect::<Vec<_>>()[..] {
            let index = &self.indices[*index];
            return quote!(#flat[#index]);
        }
        let mut subscripts = at.iter().map(|subscript| self.integer(subscript)).zip(&boundary.shape);
        let (first, _) = subscripts.next().expect("it has axes");
        let place = subscripts.fold(first, |place, (subscript, size)| {
            let size = self.integer(size);
            quote!((#place * #size + #subscript))
        });
        quote!(#flat[#place as usize])
    }

    fn condition(&self, id: ScalarId) -> TokenStream {
        match &self.signature.method.graph.scalars[id] {
            Scalar::Flag(flag) => quote!(#flag),
            Scalar::CompareInt(comparison, a, b) => {
                let (a, b) = (self.integer(a), self.integer(b));
                let operator = operator(*comparison);
                quote!((#a #operator #b))
            }
            Scalar::Not(inner) => {
                let inner = self.condition(*inner);
                quote!(!#inner)
            }
            Scalar::And(a, b) => {
                let (a, b) = (self.condition(*a), self.condition(*b));
                quote!((#a && #b))
            }
            Scalar::Or(a, b) => {
                let (a, b) = (self.condition(*a), self.condition(*b));
                quote!((#a || #b))
            }
            Scalar::Read(tensor, at) => self.element(*tensor, at),
            _ => unreachable!("`check` requires nothing else"),
        }
    }
}
