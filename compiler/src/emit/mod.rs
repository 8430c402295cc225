//! From compiled functions to Rust. The only place that knows `quote`; reports nothing, decides nothing
//! about how values are computed.

mod attributes;
mod backward;
pub mod body;

mod checks;
mod derivatives;
mod direct;
mod docs;
mod initialise;
mod keywords;
mod leaves;
mod lints;
mod memory;
mod messages;
mod method;
mod pass;
mod paths;
mod required;
mod signature;
mod size;
mod skeleton;
mod step;
mod structs;
#[cfg(test)]
mod tests;
mod types;
mod zero;

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

pub use messages::{errors, warnings};
pub use skeleton::skeleton;

use crate::ir::{Int, TensorId};
use crate::plan::Plan;
use crate::program::Program;
use crate::routine::Target;
use paths::Paths;
use signature::Signature;

/// A function of a network, planned in all its variants.
#[derive(Debug)]
pub struct CompiledMethod {
    /// The value alone.
    pub value: Compiled,
    /// Each derivative that was asked for, one for one with [`crate::program::Method::derivatives`].
    pub derivatives: Vec<CompiledDerivative>,
    /// How value and gradients come about, as text.
    pub derivation: String,
    /// The same as LaTeX.
    pub latex: String,
    /// The graph, as DOT.
    pub dot: String,
}

/// A derivative as it was planned.
#[derive(Debug)]
pub struct CompiledDerivative {
    /// Value and derivative.
    pub of: Compiled,
    /// How it comes about, as text, if it is returned as a whole; empty otherwise.
    pub derivation: String,
    /// The inputs that are directions, and of what; in the order of the listed.
    pub directions: Vec<(Target, TensorId)>,
    /// Of `loss_step`, where there is one and it is more than the two after each other.
    pub step: Option<Compiled>,
}

/// A routine as it was planned.
#[derive(Debug)]
pub struct Compiled {
    /// How it is computed.
    pub plan: Plan,
    /// [`crate::routine::Routine::cotangents`]: one for each result, or for each float result.
    pub cotangents: Vec<TensorId>,
    /// How many operations both stages take together.
    pub operations: Int,
    /// Tensors and axes whose subscripts are checked where they are evaluated.
    pub subscripts: BTreeSet<(String, usize)>,
}

impl CompiledMethod {
    /// Every variant.
    pub fn all(&self) -> impl Iterator<Item = &Compiled> {
        let derived = self
            .derivatives
            .iter()
            .flat_map(|derivative| std::iter::once(&derivative.of).chain(&derivative.step));
        std::iter::once(&self.value).chain(derived)
    }
}

/// The expansion of a block: `methods[k]` are those of `program.structs[k]`, in their order.
pub fn emit(krate: &TokenStream, program: &Program, methods: &[Vec<CompiledMethod>]) -> TokenStream {
    items(krate, program, Some(methods))
}

/// The expansion, or where nothing is compiled its types and signatures.
fn items(krate: &TokenStream, program: &Program, methods: Option<&[Vec<CompiledMethod>]>) -> TokenStream {
    let paths = Paths::new(krate, program.float);
    let constants = program.constants.iter().map(structs::constant);
    let structs = program.structs.iter().enumerate().map(|(position, of)| {
        let parameters = structs::emit(&paths, program, of);
        let compiled = methods.map(|methods| &methods[position]);
        let loops = body::Loops::default();
        let (items, passes): (Vec<_>, Vec<_>) = of
            .methods
            .iter()
            .enumerate()
            .map(|(position, method)| {
                let signature = Signature::new(&paths, of, method, &loops);
                let compiled = compiled.map(|compiled| &compiled[position]);
                (
                    method::emit(program, &signature, compiled),
                    derivatives::items(program, &signature, compiled),
                )
            })
            .unzip();
        let methods = structs::implementation(of, &quote!(#(#items)*));
        let loops = structs::implementation(of, &loops.items());
        quote!(#parameters #methods #(#passes)* #loops)
    });
    quote!(#(#constants)* #(#structs)*)
}
