//! `loss_step`: forward, backward and update in one.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::blocks::Blocks;
use super::body::{self, Source};
use super::checks::{self, Checks};
use super::leaves::{Leaf, leaves};
use super::method::{context, decorated, mentioned, start, unreachable};
use super::signature::{Signature, local, plain};
use super::structs::flat_mut;
use super::{Compiled, CompiledDerivative, CompiledStep, docs};
use crate::program::Program;
use crate::routine::Target;

/// The method that trains.
pub struct Step<'a> {
    signature: &'a Signature<'a>,
    /// None where there is a signature only.
    compiled: Option<&'a CompiledDerivative>,
    program: &'a Program,
}

impl<'a> Step<'a> {
    /// That of `#[grad]` on a method.
    pub fn new(
        program: &'a Program,
        signature: &'a Signature<'a>,
        compiled: Option<&'a CompiledDerivative>,
    ) -> Self {
        Self { signature, compiled, program }
    }

    /// `fn loss_step(&mut self, ws, optimiser, …) -> f32`, and the method of a block that it calls, if it does.
    pub fn method(&self) -> TokenStream {
        let Signature { paths, method, .. } = self.signature;
        let function = self.signature.function();
        let checks = self.compiled.map(|_| checks::of_arguments(self.signature, &function));
        let checks = checks.unwrap_or_default();
        let (ws, optimiser) = (local("ws"), local("optimiser"));
        let docs = |compiled: &Compiled, applied: &str| {
            docs::of_step(self.signature, Some((compiled, applied)), &checks)
        };
        let mut part = TokenStream::new();
        let (docs, body) = match self.compiled.map(|compiled| (&compiled.of, &compiled.step)) {
            None => {
                let names = self.signature.names().into_iter().chain([ws.clone(), optimiser.clone()]);
                let body = unreachable(self.signature, &names.collect::<Vec<_>>());
                (docs::of_step(self.signature, None, &checks), body)
            }
            Some((_, Some(CompiledStep::Fused(step)))) => {
                let applied = "Each parameter is updated as soon as its gradient is complete, so that a whole \
                               gradient is never held. The result is that of `backward` and the optimiser's `step`.";
                (docs(step, applied), self.fused(step, &function, &checks))
            }
            Some((of, Some(CompiledStep::Held) | None)) => {
                let applied =
                    "That is `backward`, with the gradient on the stack, and the optimiser's `step`.";
                (docs(of, applied), self.held())
            }
            Some((_, Some(CompiledStep::Blocks(of)))) => {
                let applied = format!(
                    "The rows of the batch are taken in blocks of about {} at most, whose memory stays in the cache: \
                     the workspace below is that of the rows of a block.",
                    of.most
                );
                let blocks = Blocks::new(self.signature, of);
                part = blocks.part(self.program);
                (docs(&of.compiled, &applied), blocks.step(&checks, &function))
            }
        };
        let attributes = decorated(self.signature, true, &docs);
        let name = format_ident!("{}_step", plain(&method.name), span = method.name.span());
        let (krate, float) = (&paths.krate, &paths.float);
        let [storage, rule] = ["S", "O"].map(|name| self.signature.type_parameter(name));
        let visibility = &method.visibility;
        let parameters = self.signature.parameters(&TokenStream::new());
        quote! {
            #part
            #attributes
            #[track_caller]
            #visibility fn #name<#storage: #krate::Storage<#float>, #rule: #krate::Optimiser<#float>>(
                &mut self,
                #ws: &mut #krate::Workspace<#float, #storage>,
                #optimiser: &mut #rule,
                #(#parameters),*
            ) -> #float {
                #body
            }
        }
    }

    /// One after the other.
    fn held(&self) -> TokenStream {
        let Signature { paths, method, .. } = self.signature;
        let krate = &paths.krate;
        let [ws, optimiser, pass, value, gradient] =
            ["ws", "optimiser", "pass", "value", "gradient"].map(local);
        let (name, names) = (&method.name, self.signature.names());
        quote! {
            let #pass = self.#name(#ws, #(#names),*);
            let #value = #pass.value();
            // Overwritten as a whole.
            let mut #gradient = *self;
            #pass.backward(&mut #gradient);
            #krate::Optimiser::step(#optimiser, self, &#gradient);
            #value
        }
    }

    fn fused(&self, compiled: &Compiled, function: &str, checks: &Checks) -> TokenStream {
        let signature = self.signature;
        let leaves = leaves(self.program, signature.owner);
        let krate = &signature.paths.krate;
        let context = context(signature, compiled, &quote!(self), &[]);
        let mut stage = body::forward(&compiled.plan, &context);
        let mut updated = Vec::new();
        let (backward, uses) = body::step(&compiled.plan, &context, &mut |number, gradient| {
            let Target::Field(field) = compiled.plan.gradients[number].target else {
                unreachable!("a step is by the parameters");
            };
            let path: Vec<String> =
                signature.method.fields[field].path.iter().map(|step| plain(&step.name)).collect();
            let Some(leaf) = leaves.iter().find(|leaf| leaf.names() == path) else {
                unreachable!("an input is a field");
            };
            updated.push(path);
            self.update(leaf, Some(gradient))
        });
        // What does not depend on the parameters has no gradient, but an optimiser may still change it.
        let others =
            leaves.iter().filter(|leaf| !leaf.frozen && leaf.count() > 0 && !updated.contains(&leaf.names()));
        let others: TokenStream = others.map(|leaf| self.update(leaf, None)).collect();
        stage.uses.dims.extend(uses.dims);
        stage.uses.inputs.extend(uses.inputs);
        stage.uses.arena |= uses.arena;
        let value = stage.results.first().cloned().unwrap_or_default();
        let start = start(signature, compiled, function, checks, &stage, &value);
        let optimiser = local("optimiser");
        let statements = &stage.statements;
        let body = quote! {
            #start
            #statements
            // What the forward pass finds wrong leaves the optimiser as it was.
            #krate::Optimiser::begin(#optimiser, <Self as #krate::Params>::count());
            #backward
            #others
            #value
        };
        let found = mentioned(&body);
        let unused = signature.names().into_iter().filter(|name| !found.contains(&name.to_string()));
        quote!(#(let _ = #unused;)* #body)
    }

    /// One parameter by its gradient, in memory that of all the arrays of structs in which it stands; or by zeros.
    fn update(&self, leaf: &Leaf, gradient: Option<Source>) -> TokenStream {
        let paths = self.signature.paths;
        let (krate, private) = (&paths.krate, &paths.private);
        let optimiser = local("optimiser");
        let size: usize = leaf.shape.iter().product();
        let mut place = quote!(self);
        let mut offset = number(leaf.offset);
        let mut row: Option<TokenStream> = None;
        let mut loops = Vec::new();
        let mut strides = leaf.strides.iter();
        for step in &leaf.path {
            let name = &step.name;
            place = quote!(#place.#name);
            for length in &step.lengths {
                let index = local(&format!("part_{}", loops.len()));
                let (extent, stride) = (number(*length), number(strides.next().copied().unwrap_or(0)));
                place = quote!(#place[#index]);
                offset = quote!(#offset + #index * #stride);
                row = Some(row.map_or(quote!(#index), |row| quote!((#row) * #extent + #index)));
                loops.push((index, extent));
            }
        }
        let parameters = flat_mut(&place, leaf.shape.len(), paths);
        let update = match (gradient, row) {
            (None, _) => quote!(#private::update_by_zeros(#optimiser, #offset, #parameters);),
            (Some(Source::Product { function, operands }), _) => {
                quote!(#private::#function(#optimiser, #offset, #parameters, #operands);)
            }
            (Some(Source::Memory(gradient)), None) => {
                quote!(#krate::Optimiser::update(#optimiser, #offset, #parameters, #gradient);)
            }
            (Some(Source::Memory(gradient)), Some(row)) => {
                let size = number(size);
                let gradient = quote!(&(#gradient)[(#row) * #size..][..#size]);
                quote!(#krate::Optimiser::update(#optimiser, #offset, #parameters, #gradient);)
            }
        };
        loops.iter().rev().fold(update, |body, (index, extent)| quote!(for #index in 0..#extent { #body }))
    }
}

fn number(value: usize) -> TokenStream {
    let value = Literal::usize_unsuffixed(value);
    quote!(#value)
}
