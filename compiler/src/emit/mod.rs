//! From compiled functions to Rust. The only place that knows `quote`; reports nothing, decides nothing
//! about how values are computed.

mod attributes;
mod backward;
mod blocks;
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

use crate::ir::{DimId, Int, TensorId};
use crate::plan::Plan;
use crate::program::{Method, Program};
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
    /// Of `loss_step`, where there is one.
    pub step: Option<CompiledStep>,
}

/// How a step of training is done.
#[derive(Debug)]
pub enum CompiledStep {
    /// Each gradient is applied as soon as it is complete.
    Fused(Box<Compiled>),
    /// The pass, and then the whole gradient.
    Held,
    /// A pass for each block of rows, and then the whole gradient.
    Blocks(Box<CompiledBlocks>),
}

/// A function that is a sum over the rows of a batch, as that of a block of them was planned.
#[derive(Debug)]
pub struct CompiledBlocks {
    /// The function of a block. After the arguments of the whole come the sizes of the whole batch, then how many
    /// blocks there are.
    pub method: Method,
    /// Value and gradient of a block.
    pub compiled: Compiled,
    /// The sizes of which a block has a part.
    pub sizes: Vec<DimId>,
    /// How many rows of each a block has at most.
    pub most: i64,
    /// How many multiplications so many are.
    pub work: i64,
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
    /// Every variant that takes all rows at once.
    pub fn all(&self) -> impl Iterator<Item = &Compiled> {
        let derived = self
            .derivatives
            .iter()
            .flat_map(|derivative| std::iter::once(&derivative.of).chain(derivative.fused()));
        std::iter::once(&self.value).chain(derived)
    }

    /// What is done block by block.
    pub fn blocks(&self) -> impl Iterator<Item = &CompiledBlocks> {
        self.derivatives.iter().filter_map(|derivative| match &derivative.step {
            Some(CompiledStep::Blocks(blocks)) => Some(&**blocks),
            Some(CompiledStep::Fused(_) | CompiledStep::Held) | None => None,
        })
    }
}

impl CompiledDerivative {
    /// The step that applies each gradient as soon as it is complete.
    pub fn fused(&self) -> Option<&Compiled> {
        match &self.step {
            Some(CompiledStep::Fused(step)) => Some(step),
            Some(CompiledStep::Blocks(_) | CompiledStep::Held) | None => None,
        }
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
