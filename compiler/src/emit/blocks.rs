//! `loss_step` of a loss that is a sum over the rows of a batch: a method of its own makes value and gradient of a
//! block of them, and the step adds up those of all blocks. How many rows a block has, `compile` has decided.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::attributes::conditions;
use super::body::{self, Context};
use super::checks::Checks;
use super::method::{arena_length, context, mentioned};
use super::signature::{Signature, local};
use super::types::Layout;
use super::{CompiledBlocks, memory, zero};
use crate::ir::DimId;
use crate::program::Program;

/// The blocks of a method.
pub struct Blocks<'a> {
    /// Of the whole batch.
    signature: &'a Signature<'a>,
    of: &'a CompiledBlocks,
}

impl<'a> Blocks<'a> {
    /// Those of `signature`'s method.
    pub fn new(signature: &'a Signature<'a>, of: &'a CompiledBlocks) -> Self {
        Self { signature, of }
    }

    /// The body of `loss_step`.
    pub fn step(&self, checks: &Checks, function: &str) -> TokenStream {
        let signature = self.signature;
        let Signature { paths, dims, .. } = signature;
        let (krate, private) = (&paths.krate, &paths.private);
        let [ws, optimiser, model, gradient, grads, value, arena, block, blocks] =
            ["ws", "optimiser", "model", "gradient", "grads", "value", "arena", "block", "blocks"].map(local);
        let free = memory::free_sums(signature, &self.of.compiled);
        let asked = memory::asked(signature, &free, function);
        let verified = &checks.statements;
        let (count, length) = (self.count(), self.length_of(&blocks));
        let slices = signature.arguments.iter().filter_map(|argument| {
            let (name, (_, boundary)) = (&argument.name, argument.tensor.as_ref()?);
            let size = boundary.shape.first()?.as_dim().filter(|size| self.of.sizes.contains(size))?;
            let size = &dims[size.0 as usize];
            let range = quote!(#private::kernels::block(#block, #size, #blocks));
            Some(match boundary.layout {
                Layout::View(_) => quote!(let #name = #name.rows(#range);),
                Layout::Rows(_) | Layout::Array(_) | Layout::Scalar | Layout::Unknown => {
                    quote!(let #name = &#name[#range];)
                }
            })
        });
        let slices: Vec<TokenStream> = slices.collect();
        let names = signature.names();
        let whole = self.of.sizes.iter().map(|size| &dims[size.0 as usize]);
        let part = &self.of.method.name;
        let work = Literal::i64_unsuffixed(self.of.work);
        let body = quote! {
            #asked
            #verified
            let #blocks = #count;
            let #arena = #ws.request(#length, #function);
            let #model = &*self;
            let (#value, #gradient) = #private::kernels::in_blocks::<Self>(
                #blocks,
                #work,
                #arena,
                |#block, #arena, #grads| {
                    #(#slices)*
                    #model.#part(#arena, #grads, #(#names,)* #(#whole,)* #blocks)
                },
            );
            #krate::Optimiser::step(#optimiser, self, #gradient);
            #value
        };
        let found = mentioned(&body);
        let sizes = signature.bind_dims(|dim: DimId| found.contains(&dims[dim.0 as usize].to_string()));
        quote!(#sizes #body)
    }

    /// How many blocks there are.
    fn count(&self) -> TokenStream {
        let Signature { paths, dims, .. } = self.signature;
        let private = &paths.private;
        let sizes = self.of.sizes.iter().map(|size| {
            let size = &dims[size.0 as usize];
            quote!(#size)
        });
        let rows = super::size::largest(sizes, || quote!(#private::larger));
        let most = Literal::i64_unsuffixed(self.of.most);
        quote!(#private::kernels::blocks(#rows, #most))
    }

    /// How many floats all blocks that are in hand at the same time take, of the sizes of the whole batch.
    pub fn length(&self) -> TokenStream {
        let blocks = local("blocks");
        let (count, length) = (self.count(), self.length_of(&blocks));
        quote!({ let #blocks = #count; #length })
    }

    /// The same where there are so many blocks.
    fn length_of(&self, blocks: &Ident) -> TokenStream {
        let Signature { paths, dims, .. } = self.signature;
        let private = &paths.private;
        let length = arena_length(self.signature, self.of.compiled.plan.workspace());
        let found = mentioned(&length);
        let sizes = self.of.sizes.iter().map(|size| &dims[size.0 as usize]);
        let rows = sizes
            .filter(|size| found.contains(&size.to_string()))
            .map(|size| quote!(let #size = #private::kernels::rows_of_block(#size, #blocks);));
        quote!(#private::kernels::memory_of_blocks::<Self>(#blocks, { #(#rows)* #length }))
    }

    /// `fn __loss_of_rows(&self, arena, grads, …) -> f32`
    pub fn part(&self, program: &Program) -> TokenStream {
        let Signature { paths, owner, loops, method, .. } = self.signature;
        let CompiledBlocks { method: of_rows, compiled, .. } = self.of;
        let signature = Signature::new(paths, owner, of_rows, loops);
        let cx = Context {
            function: self.signature.function(),
            place: method.name.span(),
            ..context(&signature, compiled, &quote!(self), &[])
        };
        let stage = body::forward(&compiled.plan, &cx);
        let (backward, uses) = body::backward(&compiled.plan, &cx, false);
        let used = |dim: &DimId| stage.uses.dims.contains(dim) || uses.dims.contains(dim);
        let sizes = signature.bind_dims(|dim| used(&dim));
        let views = signature
            .bind_views(|tensor| stage.uses.inputs.contains(&tensor) || uses.inputs.contains(&tensor));
        let grads = local("grads");
        let zeros = zero::undelivered(&signature, program, &compiled.plan, &quote!(#grads));
        let forward = &stage.statements;
        let value = stage.results.first().cloned().unwrap_or_default();
        let body = quote!(#sizes #views #forward #zeros #backward #value);
        let arena = local("arena");
        let found = mentioned(&body);
        let parameters = signature.names();
        let parameters = parameters.iter().chain([&arena, &grads]);
        let unused: Vec<_> = parameters.filter(|name| !found.contains(&name.to_string())).collect();
        let (name, float) = (&of_rows.name, &paths.float);
        let network = &owner.name;
        let types = signature.parameters(&TokenStream::new());
        let conditions = conditions(&method.attributes);
        quote! {
            #(#conditions)*
            fn #name(&self, #arena: &mut [#float], #grads: &mut #network, #(#types),*) -> #float {
                #(let _ = #unused;)*
                #body
            }
        }
    }
}
