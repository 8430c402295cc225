//! The backward half of a pass: what the caller gives to `backward` and `accumulate`, its checks, the zeros
//! where nothing is delivered. What is computed in between is the body's.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::checks::Checks;
use super::method::{gradient_name, mentioned, unreachable};
use super::pass::{Pass, named};
use super::signature::{Results, Signature, local};
use super::types::{Boundary, Layout, rows_of_view, rows_of_view_mut};
use super::{Compiled, body, docs, zero};
use crate::program::Program;
use crate::routine::Target;

impl Pass<'_> {
    /// `backward(self, …)` and `accumulate(self, …)`.
    pub(super) fn backward(&self, program: &Program, derivation: &str, accumulate: bool) -> TokenStream {
        let name = local(if accumulate { "accumulate" } else { "backward" });
        let checks =
            self.compiled.map(|_| self.checks(&format!("{}::{name}", self.name))).unwrap_or_default();
        let body = match self.compiled {
            Some(compiled) => self.backward_body(program, compiled, &checks, accumulate),
            None => unreachable(self.signature, &[]),
        };
        let parameters = self.parameters();
        let parameters = parameters.iter().map(|(name, ty)| quote!(#name: #ty));
        let docs = docs::of_backward(self.signature, self.derivative, derivation, &checks, accumulate);
        quote! {
            #docs
            #[track_caller]
            pub fn #name(self, #(#parameters),*) {
                #body
            }
        }
    }

    fn backward_body(
        &self,
        program: &Program,
        compiled: &Compiled,
        checks: &Checks,
        accumulate: bool,
    ) -> TokenStream {
        let signature = self.signature;
        let model = local("model");
        let (statements, uses) =
            body::backward(&compiled.plan, &self.context(compiled, &quote!(#model)), accumulate);
        let own = self.destructured(&uses, checks);
        let dims = signature.bind_dims(|dim| checks.dims.contains(&dim) || uses.dims.contains(&dim));
        let cotangents = self.bind_cotangents();
        let verified = &checks.statements;
        let views = signature.bind_views(|tensor| uses.inputs.contains(&tensor));
        let zeros = if accumulate { TokenStream::new() } else { self.zeros(program, compiled) };
        let gradients = self.bind_gradient_views(compiled);
        let rest = quote!(#cotangents #verified #zeros #gradients #statements);
        let found = mentioned(&rest);
        let parameters = self.parameters();
        let unused =
            parameters.iter().map(|(name, _)| name).filter(|name| !found.contains(&name.to_string()));
        quote! {
            #own
            #dims
            #cotangents
            #verified
            #views
            #(let _ = #unused;)*
            #zeros
            #gradients
            #statements
        }
    }

    /// `let Self { model, arena, x, .. } = self;`
    fn destructured(&self, uses: &body::Uses, checks: &Checks) -> TokenStream {
        let signature = self.signature;
        let mut fields = Vec::new();
        if signature.method.fields.iter().any(|field| uses.inputs.contains(&field.tensor)) {
            let model = local("model");
            fields.push(named(&self.fields.model, &quote!(#model)));
        }
        if uses.arena {
            let arena = local("arena");
            fields.push(named(&self.fields.arena, &quote!(#arena)));
        }
        let dims: Vec<usize> =
            uses.dims.union(&checks.dims).map(|dim| signature.source_argument(*dim)).collect();
        for (position, argument) in signature.arguments.iter().enumerate() {
            let read = argument.tensor.as_ref().is_some_and(|(tensor, _)| uses.inputs.contains(tensor));
            if read || dims.contains(&position) {
                let name = &argument.name;
                fields.push(quote!(#name));
            }
        }
        if fields.is_empty() { TokenStream::new() } else { quote!(let Self { #(#fields,)* .. } = self;) }
    }

    /// The cotangent, the gradient of the model, those of arguments.
    fn parameters(&self) -> Vec<(Ident, TokenStream)> {
        let Signature { paths, owner, arguments, .. } = self.signature;
        let mut parameters = Vec::new();
        if let Some(cotangents) = &self.cotangents {
            parameters.push((local("cotangent"), cotangents.ty(&TokenStream::new(), paths)));
        }
        if self.derivative.model {
            let network = &owner.name;
            parameters.push((local("grads"), quote!(&mut #network)));
        }
        for &position in &self.derivative.arguments {
            if let Some((_, boundary)) = &arguments[position].tensor {
                parameters.push((gradient_name(self.signature, position), boundary.exclusive(paths)));
            }
        }
        parameters
    }

    /// The sizes of what the caller gives to `backward`.
    fn checks(&self, function: &str) -> Checks {
        let mut checks = Checks::default();
        let cotangents = self.cotangents.iter().flat_map(Results::flat);
        for (name, boundary) in self.seeds.iter().zip(cotangents) {
            for axis in 0..boundary.shape.len() {
                checks.axis(self.signature, function, name, boundary, axis);
            }
        }
        for &position in &self.derivative.arguments {
            let name = gradient_name(self.signature, position);
            if let Some((_, boundary)) = &self.signature.arguments[position].tensor {
                for axis in 0..boundary.shape.len() {
                    checks.axis(self.signature, function, &name, boundary, axis);
                }
            }
        }
        checks
    }

    /// `let (cotangent_0, cotangent_1) = cotangent;`, then views as rows.
    fn bind_cotangents(&self) -> TokenStream {
        let Some(cotangents) = &self.cotangents else { return TokenStream::new() };
        let Results::Tuple(_) = cotangents else { return TokenStream::new() };
        let names: Vec<TokenStream> = self.seeds.iter().map(|name| quote!(#name)).collect();
        let pattern = cotangents.tuple(&names);
        let cotangent = local("cotangent");
        quote!(let #pattern = #cotangent;)
    }

    /// Cotangents and gradients of several run-time sizes as the rows that a body finds.
    fn bind_gradient_views(&self, compiled: &Compiled) -> TokenStream {
        let mut bindings = TokenStream::new();
        let cotangents = self.cotangents.iter().flat_map(Results::flat);
        for (name, boundary) in self.seeds.iter().zip(cotangents) {
            if let Layout::View(_) = boundary.layout {
                let rows = rows_of_view(&quote!(#name.as_slice()), &boundary.shape);
                bindings.extend(quote!(let #name = #rows;));
            }
        }
        for gradient in &compiled.plan.gradients {
            let Target::Argument(position) = gradient.target else { continue };
            let name = gradient_name(self.signature, position);
            if let Some((_, boundary @ Boundary { layout: Layout::View(_), .. })) =
                &self.signature.arguments[position].tensor
            {
                let rows = rows_of_view_mut(&quote!(#name.as_mut_slice()), &boundary.shape);
                bindings.extend(quote!(let #name = #rows;));
            }
        }
        bindings
    }

    /// Zeros wherever `backward` delivers nothing.
    fn zeros(&self, program: &Program, compiled: &Compiled) -> TokenStream {
        let signature = self.signature;
        let mut statements = TokenStream::new();
        if self.derivative.model {
            let grads = local("grads");
            statements.extend(zero::undelivered(signature, program, &compiled.plan, &quote!(#grads)));
        }
        for &position in &self.derivative.arguments {
            let delivered =
                compiled.plan.gradients.iter().any(|gradient| gradient.target == Target::Argument(position));
            if let (false, Some((_, boundary))) = (delivered, &signature.arguments[position].tensor) {
                let name = gradient_name(signature, position);
                statements.extend(match boundary.layout {
                    Layout::Scalar => quote!(*#name = 0.0;),
                    Layout::Array(_) | Layout::Rows(_) | Layout::View(_) | Layout::Unknown => {
                        let flat = boundary.flat_mut(&quote!(#name));
                        quote!(#flat.fill(0.0);)
                    }
                });
            }
        }
        statements
    }
}
