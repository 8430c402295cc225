//! Calls of the kernels of products.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Axis, Int, TensorId};
use crate::plan::{Home, Leaf, Product, strides};

use super::view::Flat;
use super::{Body, Source};

// What is one of the small products is decided by the kernel, in `runtime/src/kernels/narrow.rs`, whose figures these
// are: what it would never take is not worth an instance of it.

/// How many columns a small product has at most.
const WIDEST: i64 = 64;
/// With so many rows, and as deep, a product is none of the small ones,
const FEW: i64 = 24;
/// unless it is of no more multiplications than these.
const LITTLE: i64 = 1 << 15;

impl Body<'_> {
    /// `kernels::matmul(m, n, k, a, …, b, …, c, …, accumulate);` or, of few columns,
    /// `kernels::matmul_narrow::<n, _>(m, k, a, …, b, turned, c, accumulate);`, or `matmul_small`, where the body is
    /// compiled for each processor as a whole; `kernels::contract(…)`, where the
    /// groups are no runs; or the update by it.
    pub(super) fn product(&mut self, leaf: &Leaf, product: &Product) -> TokenStream {
        let depth = self.indices.len();
        let (left, left_at) = &product.left;
        let (right, right_at) = &product.right;
        let a = self.operand(*left, left_at, &leaf.inner, depth, false);
        let b = self.operand(*right, right_at, &leaf.inner, depth, false);
        let (a_at, b_at, c_at) = ((*left, left_at), (*right, right_at), (leaf.out, &leaf.at));
        if !product.even {
            let c = self.operand(leaf.out, &leaf.at, &leaf.inner, depth, true);
            let (kernels, accumulate) = (self.import("kernels"), self.adds(leaf));
            let groups =
                [(&product.rows, a_at, c_at), (&product.columns, b_at, c_at), (&product.depth, a_at, b_at)];
            let [rows, columns, depth] = groups.map(|(group, first, second)| {
                let indices = group.iter().map(|&index| {
                    let extent = self.size(&leaf.inner[index - depth].extent);
                    let (first, second) =
                        (self.size(&self.stride(first, index)), self.size(&self.stride(second, index)));
                    quote!((#extent, #first, #second))
                });
                let indices: Vec<TokenStream> = indices.collect();
                quote!(&[#(#indices),*])
            });
            return quote!(#kernels::contract(#rows, #columns, #depth, #a, #b, #c, #accumulate););
        }
        let form = self.form(leaf, product, depth);
        let [m, n, k] = form.sizes.each_ref().map(|size| self.size(size));
        let [(a_rows, a_columns), (b_rows, b_columns)] =
            [&form.a_strides, &form.b_strides].map(|[rows, columns]| (self.size(rows), self.size(columns)));
        let operands = quote!(#m, #n, #k, #a, (#a_rows, #a_columns), #b, (#b_rows, #b_columns));
        if let Some((_, Home::Gradient(number))) = self.home(leaf.out)
            && let Some(update) = &mut self.update
        {
            let (function, operands) = match form.may_be_narrow_row() {
                true => (
                    quote!(update_by_narrow_product::<#n, _>),
                    quote!(#m, #k, #a, (#a_rows, #a_columns), #b, #b_rows),
                ),
                false => (quote!(update_by_product), operands),
            };
            return update(*number, Source::Product { function, operands });
        }
        let c = self.operand(leaf.out, &leaf.at, &leaf.inner, depth, true);
        let (kernels, accumulate) = (self.import("kernels"), self.adds(leaf));
        let cpu = self.local("cpu");
        if self.is_whole && form.is_dots() {
            return quote!(#kernels::dots_small(#cpu, #n, #k, #a, #b, #c, #accumulate););
        }
        if let Some(turned) = form.narrow() {
            let operands = quote!(#m, #k, #a, (#a_rows, #a_columns), #b, #turned, #c, #accumulate);
            return match self.is_whole {
                true => quote!(#kernels::matmul_small::<#n, _>(#cpu, #operands);),
                false => quote!(#kernels::matmul_narrow::<#n, _>(#operands);),
            };
        }
        let out_stride = self.size(&form.out_stride);
        quote!(#kernels::matmul(#operands, #c, #out_stride, #accumulate);)
    }

    /// The form of a product whose groups are runs, in a nest with so many loops around it.
    pub(super) fn form(&self, leaf: &Leaf, product: &Product, depth: usize) -> Form {
        let extent =
            |group: &[usize]| Int::product(group.iter().map(|&index| &leaf.inner[index - depth].extent));
        let sizes = [&product.rows, &product.columns, &product.depth].map(|group| extent(group));
        // A run steps like its last index.
        let stride = |operand: (TensorId, &Vec<Int>), group: &[usize]| {
            group.last().map_or_else(Int::zero, |&index| self.stride(operand, index))
        };
        let (a, b) = ((product.left.0, &product.left.1), (product.right.0, &product.right.1));
        let out_stride = match product.rows.is_empty() {
            true => sizes[1].clone(),
            false => stride((leaf.out, &leaf.at), &product.rows),
        };
        Form {
            a_strides: [stride(a, &product.rows), stride(a, &product.depth)],
            b_strides: [stride(b, &product.depth), stride(b, &product.columns)],
            out_stride,
            sizes,
        }
    }

    /// The distance between neighbours in an index.
    fn stride(&self, (tensor, at): (TensorId, &Vec<Int>), index: usize) -> Int {
        let strides = strides(self.plan.graph.shape(tensor));
        at.iter().zip(&strides).fold(Int::zero(), |sum, (at, stride)| {
            let zero = at.substitute(&mut |atom| (*atom == crate::ir::Atom::Index(index)).then(Int::zero));
            let one =
                at.substitute(&mut |atom| (*atom == crate::ir::Atom::Index(index)).then(|| Int::constant(1)));
            sum.add(&one.sub(&zero).mul(stride))
        })
    }

    /// A tensor from the element on at which all inner indices are zero.
    fn operand(
        &self,
        tensor: TensorId,
        at: &[Int],
        inner: &[Axis],
        depth: usize,
        mutable: bool,
    ) -> TokenStream {
        let own = depth..depth + inner.len();
        let fixed = at.iter().take_while(|at| own.clone().all(|index| !at.mentions_index(index))).count();
        // A scalar operand of a product has nothing left to be sliced.
        let fixed = fixed.min(at.len().saturating_sub(1));
        let shape = self.plan.graph.shape(tensor);
        let strides = strides(shape);
        let start = (fixed..at.len()).fold(Int::zero(), |start, axis| {
            let zeroed = at[axis].substitute(&mut |atom| match atom {
                crate::ir::Atom::Index(index) if own.contains(index) => Some(Int::zero()),
                _ => None,
            });
            start.add(&zeroed.mul(&strides[axis]))
        });
        let flat: Flat = self.flat(tensor, &at[..fixed], mutable);
        if start.is(0) {
            return flat.argument();
        }
        let start = self.subscript(&start);
        // Where a run-time size is 0, nothing is left to begin with.
        match shape[fixed..].iter().all(|extent| extent.as_constant().is_some()) {
            true => flat.from(&start, mutable),
            false => flat.rest_or_nothing(&start, mutable),
        }
        .argument()
    }
}

/// The sizes and the strides of a product.
pub(super) struct Form {
    /// Rows, columns and depth.
    pub sizes: [Int; 3],
    /// From row to row, and from column to column.
    a_strides: [Int; 2],
    b_strides: [Int; 2],
    out_stride: Int,
}

impl Form {
    /// Whether it may be, at run time, the product of a column and of a row of a known, small number of neighbours.
    fn may_be_narrow_row(&self) -> bool {
        let [_, n, k] = &self.sizes;
        few_columns(n).is_some() && self.b_strides[1].is(1) && k.as_constant().is_none_or(|k| k == 1)
    }

    /// Whether it is dot products of one row with rows that follow each other, of a known length.
    pub(super) fn is_dots(&self) -> bool {
        let [m, _, k] = &self.sizes;
        let is_along = self.a_strides[1].is(1) && self.b_strides[0].is(1) && self.b_strides[1] == *k;
        m.is(1) && k.as_constant().is_some() && is_along
    }

    /// Whether it is one of a known, small number of columns, B and C have no gaps, and it may be small: and whether B
    /// lies column by column.
    pub(super) fn narrow(&self) -> Option<bool> {
        let [m, n, k] = &self.sizes;
        let columns = few_columns(n)?;
        let is_large =
            |m: i64, k: i64| m.min(k) >= FEW && m.saturating_mul(k).saturating_mul(columns) > LITTLE;
        if m.as_constant().zip(k.as_constant()).is_some_and(|(m, k)| is_large(m, k)) {
            return None;
        }
        // The stride of what is one does not matter.
        let steps = |stride: &Int, size: &Int, step: &Int| size.is(1) || stride == step;
        let one = Int::constant(1);
        let [down, across] = &self.b_strides;
        let flat = *across == one && steps(down, k, n);
        let turned = steps(down, k, &one) && across == k;
        // A row by columns that are turned is dot products.
        (steps(&self.out_stride, m, n) && (flat || turned && !m.is(1))).then_some(!flat)
    }
}

/// A number of columns that is known, and not more than a small product has.
fn few_columns(n: &Int) -> Option<i64> {
    n.as_constant().filter(|n| (2..=WIDEST).contains(n))
}
