//! What a method verifies before it writes anything: the caller's mistakes. Each panics and names the
//! function, the argument, what was found and what was expected.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::required;
use super::signature::{Signature, plain};
use super::size;
use super::types::{Boundary, Layout};
use crate::ir::{DimId, Int, Natural};
use crate::program::{ArgumentContent, DimSource, Requirement};

/// The checks of a method, and what its docs say about them.
#[derive(Debug, Default)]
pub struct Checks {
    /// The statements.
    pub statements: TokenStream,
    /// The dims that they mention.
    pub dims: BTreeSet<DimId>,
    /// Under which circumstances they panic, each a sentence's end: "`label` has not N rows".
    pub panics: Vec<String>,
}

/// The checks of the arguments, in their order: sizes, then indices. `function` is how messages name it.
pub fn of_arguments(signature: &Signature<'_>, function: &str) -> Checks {
    let mut checks = Checks::default();
    checks.no_negative_size(signature, function);
    let requirements = &signature.method.requirements;
    for (position, argument) in signature.arguments.iter().enumerate() {
        let Some((tensor, boundary)) = &argument.tensor else {
            checks.dim(signature, function, position);
            continue;
        };
        for axis in 0..boundary.shape.len() {
            if !signature.method.dims.contains(&DimSource::Axis { argument: position, axis }) {
                checks.axis(signature, function, &argument.name, boundary, axis);
            }
        }
        for check in signature.method.checks.iter().filter(|check| check.argument == position) {
            if check.expected != boundary.shape[check.axis] {
                checks.expected(signature, function, &argument.name, boundary, check.axis, &check.expected);
            }
        }
        let mut bounds = BTreeSet::new();
        for requirement in requirements {
            if required::whole_argument(signature, requirement) == Some(*tensor)
                && bounds.insert(&requirement.size)
            {
                checks.indices(signature, function, &argument.name, boundary, &requirement.size);
            }
        }
    }
    for requirement in requirements {
        if required::whole_argument(signature, requirement).is_none() {
            checks.required(signature, function, requirement);
        }
    }
    checks
}

impl Checks {
    /// A `dim` that an earlier argument has fixed already.
    fn dim(&mut self, signature: &Signature<'_>, function: &str, position: usize) {
        let ArgumentContent::Dim(dim) = signature.method.arguments[position].content else { return };
        let source = signature.source_argument(dim);
        if source == position {
            return;
        }
        let core = &signature.paths.core;
        let name = &signature.arguments[position].name;
        let argument = plain(name);
        let text = &signature.method.graph.dims[dim.0 as usize];
        let source = plain(&signature.arguments[source].name);
        let local = &signature.dims[dim.0 as usize];
        let message = format!("{function}: `{argument}` is {{}}, but {text} = {{}} (from `{source}`)");
        self.panics.push(format!("`{argument}` is not `{text}`"));
        self.dims.insert(dim);
        self.statements.extend(quote!(#core::assert!(#name == #local, #message, #name, #local);));
    }

    /// One axis of a value of the shared or exclusive type, against its declared size.
    pub fn axis(
        &mut self,
        signature: &Signature<'_>,
        function: &str,
        name: &Ident,
        boundary: &Boundary,
        axis: usize,
    ) {
        self.expected(signature, function, name, boundary, axis, &boundary.shape[axis]);
    }

    fn expected(
        &mut self,
        signature: &Signature<'_>,
        function: &str,
        name: &Ident,
        boundary: &Boundary,
        axis: usize,
        expected: &Int,
    ) {
        let Some(found) = boundary.axis(&quote!(#name), axis) else { return };
        let private = &signature.paths.private;
        let argument = plain(name);
        let value = self.size(signature, expected);
        let dims = expected.dims();
        let text = size::text(expected, &signature.method.graph.dims);
        let axis_number = proc_macro2::Literal::usize_unsuffixed(axis);
        let panic = if dims.is_empty() {
            self.panics.push(format!("axis {axis} of `{argument}` has not size {text}"));
            quote!(size(#function, #argument, #axis_number, #found, #value))
        } else {
            let mut sources: Vec<usize> = dims.iter().map(|dim| signature.source_argument(*dim)).collect();
            sources.dedup();
            let sources: Vec<String> =
                sources.iter().map(|source| plain(&signature.arguments[*source].name)).collect();
            let source = sources.join("`, `");
            if let Layout::Rows(_) = boundary.layout {
                self.panics.push(format!("`{argument}` has not `{text}` rows"));
                quote!(rows(#function, #argument, #found, #text, #value, #source))
            } else {
                self.panics.push(format!("axis {axis} of `{argument}` has not size `{text}`"));
                quote!(axis(#function, #argument, #axis_number, #found, #text, #value, #source))
            }
        };
        self.statements.extend(quote! {
            if #found != #value {
                #private::panics::#panic;
            }
        });
    }

    /// Every element of an index argument, against the size of an axis that it indexes.
    fn indices(
        &mut self,
        signature: &Signature<'_>,
        function: &str,
        name: &Ident,
        boundary: &Boundary,
        bound: &Int,
    ) {
        let private = &signature.paths.private;
        let argument = plain(name);
        let value = self.size(signature, bound);
        let text = size::text(bound, &signature.method.graph.dims);
        if boundary.layout == Layout::Scalar {
            self.panics.push(format!("`{argument}` is not less than `{text}`"));
            self.statements.extend(quote! {
                if #name as usize >= #value {
                    #private::panics::scalar_index(#function, #argument, #name, #value);
                }
            });
        } else {
            self.panics.push(format!("an element of `{argument}` is not less than `{text}`"));
            let flat = boundary.flat(&quote!(#name));
            let check = match &boundary.shape[1..] {
                [] => quote!(check_indices(#function, #argument, #flat, #value)),
                row => {
                    let row: Vec<TokenStream> = row.iter().map(|size| self.size(signature, size)).collect();
                    quote!(check_rows_of_indices(#function, #argument, #flat, &[#(#row),*], #value))
                }
            };
            self.statements.extend(quote!(#private::panics::#check;));
        }
    }

    /// A subscript that is made of arguments.
    fn required(&mut self, signature: &Signature<'_>, function: &str, requirement: &Requirement) {
        let panic =
            format!("a subscript of `{}` falls outside its axis {}", requirement.tensor, requirement.axis);
        if !self.panics.contains(&panic) {
            self.panics.push(panic);
        }
        self.dims.extend(required::dims(signature, requirement));
        self.statements.extend(required::check(signature, function, requirement));
    }

    /// Nothing that the function evaluates has a negative size, whether it is stored or not: `N - 1` where `N = 0`;
    /// and no divisor is 0.
    fn no_negative_size(&mut self, signature: &Signature<'_>, function: &str) {
        let core = &signature.paths.core;
        let graph = &signature.method.graph;
        for Natural { size: expected, divides, where_natural } in &graph.natural {
            let dims = expected.dims();
            let (what, of, problem) = match (divides, expected.plus(1)) {
                (false, _) => ("size", expected.clone(), "is negative"),
                (true, divisor) if divisor.can_be_negative() => ("divisor", divisor, "is less than 1"),
                (true, divisor) => ("divisor", divisor, "is 0"),
            };
            let text = size::text(&of, &graph.dims);
            let names: Vec<String> =
                dims.iter().map(|dim| format!("{} = {{}}", graph.dims[dim.0 as usize])).collect();
            let message = format!("{function}: the {what} {text} {problem} where {}", names.join(", "));
            let locals = dims.iter().map(|dim| &signature.dims[dim.0 as usize]);
            let elsewhere = where_natural.iter().map(|size| {
                let value = size::signed(size, &signature.dims);
                quote!(isize::is_negative(#value) ||)
            });
            let value = size::signed(expected, &signature.dims);
            self.statements.extend(
                quote!(#core::assert!(#(#elsewhere)* !isize::is_negative(#value), #message, #(#locals),*);),
            );
            self.panics.push(format!("the {what} `{text}` {problem}"));
            self.dims.extend(where_natural.iter().chain([expected]).flat_map(Int::dims));
        }
    }

    /// The value of a size, whose dims are thereby mentioned.
    fn size(&mut self, signature: &Signature<'_>, value: &Int) -> TokenStream {
        self.dims.extend(value.dims());
        size::expression(value, &signature.dims)
    }
}
