//! Which bodies are compiled for each level of CPU features as a whole, and not loop by loop: those of small products,
//! of which calls and choices between processors would take a good part of the time. Decides nothing about what is
//! computed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::emit::paths::element;
use crate::ir::DimId;
use crate::plan::{Item, Leaf, LeafKind, Product, Step};

use super::{Access, Body};

/// Of a small product, the sizes that are known have this product at most.
const SMALL: i64 = 1 << 10;
/// How many products a body has at most: each is compiled into it for every level.
const MOST: usize = 8;

impl Body<'_> {
    /// Whether steps have small products, and no others.
    pub(super) fn is_worth_whole(&self, steps: &[Step]) -> bool {
        let mut small = Vec::new();
        steps.iter().for_each(|step| self.visit_products(step, &mut |is_small| small.push(is_small)));
        (1..=MOST).contains(&small.len()) && small.into_iter().all(|is_small| is_small)
    }

    fn visit_products(&self, step: &Step, visit: &mut dyn FnMut(bool)) {
        match step {
            Step::Nest(items) => {
                let mut leaf = |depth: usize, leaf: &Leaf| {
                    if let LeafKind::Product(product) = &leaf.kind {
                        visit(self.is_small(leaf, product, depth));
                    }
                };
                items.iter().for_each(|item: &Item| item.visit(0, &mut leaf));
            }
            Step::Loop(repeat) => repeat.body.iter().for_each(|step| self.visit_products(step, visit)),
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }

    fn is_small(&self, leaf: &Leaf, product: &Product, depth: usize) -> bool {
        if !product.even {
            return false;
        }
        let form = self.form(leaf, product, depth);
        let known = form.sizes.iter().filter_map(|size| size.as_constant()).fold(1, i64::saturating_mul);
        known <= SMALL && (form.narrow().is_some() || form.is_dots())
    }

    /// Statements and their value, compiled for each level. What is copied is bound again: captured by reference, it
    /// might change with whatever is written.
    pub(super) fn compiled_as_a_whole(
        &self,
        imports: &TokenStream,
        statements: &TokenStream,
        value: &TokenStream,
    ) -> TokenStream {
        let krate = self.cx.krate;
        let (cpu, uses) = (self.local("cpu"), self.uses.borrow());
        let size = Ident::new("usize", Span::call_site());
        let (extents, numbers): (Vec<DimId>, Vec<DimId>) =
            uses.dims.iter().partition(|dim| self.is_extent(**dim));
        let scalars = uses.inputs.iter().filter_map(|input| match self.cx.inputs.get(input) {
            Some(Access::Variable(name)) if self.is_scalar(*input) => {
                Some((name, element(self.cx.float, self.kind(*input))))
            }
            Some(Access::Variable(_) | Access::Field { .. }) | None => None,
        });
        // The only extent is most often that of a batch.
        let local = |dim: &DimId| &self.cx.dims[dim.0 as usize];
        let (rows, extents) = match extents.as_slice() {
            [rows] => (Some(local(rows)), &[][..]),
            extents => (None, extents),
        };
        let sizes = extents.iter().chain(&numbers).map(|dim| (local(dim), size.clone()));
        let copied = sizes.chain(scalars);
        let copied = copied.map(|(name, ty)| quote!(let #name: #ty = #name;));
        let statements = quote!(#imports #(#copied)* #statements #value);
        match rows {
            Some(rows) => quote! {
                #krate::__private::vectorised_rows(#rows, #[inline(always)] |#cpu, #rows| { #statements })
            },
            None => quote!(#krate::__private::vectorised(#[inline(always)] |#cpu| { #statements })),
        }
    }

    /// Whether an array has an axis that is made of a size.
    fn is_extent(&self, dim: DimId) -> bool {
        let shapes = self.plan.graph.tensors.iter().flat_map(|tensor| &tensor.shape);
        shapes.into_iter().any(|extent| extent.dims().contains(&dim))
    }
}
