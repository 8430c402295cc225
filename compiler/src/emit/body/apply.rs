//! Functions of Rust that take and return arrays.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::ir::{Called, Int};
use crate::plan::Leaf;

use super::Body;

impl Body<'_> {
    /// Fills an array for each argument, calls, and writes what is returned.
    pub(super) fn call_of_arrays(&mut self, leaf: &Leaf) -> TokenStream {
        let first = self.indices.len();
        let (opened, spans) = self.open_all(&leaf.inner, &leaf.ranges);
        let returned = (0..leaf.inner.len())
            .take_while(|axis| leaf.at.iter().any(|at| at.mentions_index(first + axis)))
            .count();
        let sizes: Vec<Int> = leaf.inner[..returned].iter().map(|axis| axis.extent.clone()).collect();
        let zeros = self.zeros(&sizes);
        let value = match Called::of(&self.plan.graph.scalars, leaf.value, first + returned) {
            None => zeros,
            Some(called) => {
                let (mut filled, mut passed, mut arrays) = (TokenStream::new(), Vec::new(), Vec::new());
                for (indices, element) in &called.arguments {
                    let mut temporaries = Vec::new();
                    let (lets, element) = self.value(*element, &mut temporaries);
                    let own = indices.start - first..indices.end - first;
                    if own.is_empty() {
                        passed.push(if lets.is_empty() { element } else { quote!({ #lets #element }) });
                    } else {
                        let sizes: Vec<Int> =
                            leaf.inner[own.clone()].iter().map(|axis| axis.extent.clone()).collect();
                        let (array, zeros) = (self.names.take("argument"), self.zeros(&sizes));
                        let at = &opened[own.clone()];
                        let loops = self.loops(at, &spans[own], quote!(#lets #array #([#at])* = #element;));
                        filled.extend(quote!(let mut #array = #zeros; #loops));
                        passed.push(quote!(&#array));
                        arrays.push(array);
                    }
                    temporaries.iter().for_each(|name| self.names.release(name));
                }
                let function = &self.cx.externs[called.function.0 as usize];
                let call = quote!(#function(#(#passed),*));
                let call = if filled.is_empty() { call } else { quote!({ #filled #call }) };
                arrays.iter().for_each(|name| self.names.release(name));
                called.guards.iter().rev().fold(call, |value, &(condition, holds)| {
                    let condition = self.condition(condition);
                    match holds {
                        true => quote!(if #condition { #value } else { #zeros }),
                        false => quote!(if #condition { #zeros } else { #value }),
                    }
                })
            }
        };
        let tokens = self.returned(leaf, value, &opened[..returned], &spans[..returned]);
        self.close(leaf.inner.len());
        tokens
    }

    /// Writes what was returned.
    fn returned(
        &mut self,
        leaf: &Leaf,
        value: TokenStream,
        opened: &[Ident],
        spans: &[TokenStream],
    ) -> TokenStream {
        let adds = self.adds(leaf);
        if !adds && let Some((name, mutable)) = self.fresh(leaf.out) {
            return quote!(let #mutable #name = #value;);
        }
        let place = self.place(leaf.out, &leaf.at);
        let sign = if adds { quote!(+=) } else { quote!(=) };
        if opened.is_empty() {
            return quote!(#place #sign #value;);
        }
        let array = self.names.take("returned");
        let loops = self.loops(opened, spans, quote!(#place #sign #array #([#opened])*;));
        self.names.release(&array);
        quote!(let #array = #value; #loops)
    }

    /// An array of zeros; a number if there are no sizes.
    fn zeros(&self, sizes: &[Int]) -> TokenStream {
        let zero: Literal = format!("0.0_{}", self.float()).parse().expect("a literal");
        sizes.iter().rev().fold(quote!(#zero), |value, size| {
            let size = size.as_constant().map(Literal::i64_unsuffixed);
            quote!([#value; #size])
        })
    }
}
