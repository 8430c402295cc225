//! Calls of the kernels of products.

use std::mem::replace;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Axis, Int, TensorId};
use crate::plan::{Home, Leaf, Product, strides};

use super::view::Flat;
use super::{Body, Source};

/// Up to here a size of a small product is a constant of its kernel,
const SMALL: i64 = 64;
/// and up to so many multiplications all of them are.
const FEW: i64 = 1 << 12;

impl Body<'_> {
    /// `kernels::matmul(m, n, k, a, …, b, …, c, …, accumulate);` or the same with constant sizes,
    /// `kernels::matmul_fixed::<…>(count, a, b, c);`; `kernels::contract(…)`, where the groups are no runs;
    /// or the update by it.
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
        let extent =
            |group: &[usize]| Int::product(group.iter().map(|&index| &leaf.inner[index - depth].extent));
        let sizes = [&product.rows, &product.columns, &product.depth].map(|group| extent(group));
        let [m, n, k] = sizes.each_ref().map(|size| self.size(size));
        // A run steps like its last index.
        let stride = |operand: (TensorId, &Vec<Int>), group: &[usize]| {
            group.last().map_or_else(Int::zero, |&index| self.stride(operand, index))
        };
        let a_strides = [stride(a_at, &product.rows), stride(a_at, &product.depth)];
        let b_strides = [stride(b_at, &product.depth), stride(b_at, &product.columns)];
        let out_stride = match product.rows.is_empty() {
            true => sizes[1].clone(),
            false => stride(c_at, &product.rows),
        };
        let fixed = fixed(&sizes, &a_strides, &b_strides, &out_stride);
        let [(a_rows, a_columns), (b_rows, b_columns)] =
            [a_strides, b_strides].map(|[rows, columns]| (self.size(&rows), self.size(&columns)));
        let operands = quote!(#m, #n, #k, #a, (#a_rows, #a_columns), #b, (#b_rows, #b_columns));
        if let Some((_, Home::Gradient(number))) = self.home(leaf.out)
            && let Some(update) = &mut self.update
        {
            return update(*number, Source::Product(operands));
        }
        let c = self.operand(leaf.out, &leaf.at, &leaf.inner, depth, true);
        let (kernels, accumulate) = (self.import("kernels"), self.adds(leaf));
        let Some(Fixed { swapped, unknown, turned_a, turned_b }) = fixed else {
            let out_stride = self.size(&out_stride);
            return quote!(#kernels::matmul(#operands, #c, #out_stride, #accumulate););
        };
        let (a, b, mut sizes) = if swapped { (b, a, [n, m, k]) } else { (a, b, [m, n, k]) };
        let count = unknown.map_or_else(|| quote!(0), |place| replace(&mut sizes[place], quote!(0)));
        let [m, n, k] = sizes;
        quote! {
            #kernels::matmul_fixed::<#kernels::Shape<#m, #n, #k, #turned_a, #turned_b, #accumulate>, _>(
                #count, #a, #b, #c,
            );
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

/// A product that the kernel of constant sizes takes.
struct Fixed {
    /// Whether it is that of the operands transposed, the second first.
    swapped: bool,
    /// Which size is not known.
    unknown: Option<usize>,
    /// Whether an operand lies column by column.
    turned_a: bool,
    turned_b: bool,
}

/// Whether all sizes, or all but one, are small constants, and the matrices have no gaps. A single column is
/// computed as a row.
fn fixed(sizes: &[Int; 3], a: &[Int; 2], b: &[Int; 2], out_stride: &Int) -> Option<Fixed> {
    let [m, n, k] = sizes;
    if n.is(1) && !m.is(1) {
        let ([a_rows, a_columns], [b_rows, b_columns]) = (a.clone(), b.clone());
        let sizes = [n.clone(), m.clone(), k.clone()];
        let fixed = fixed(&sizes, &[b_columns, b_rows], &[a_columns, a_rows], m);
        return fixed.filter(|_| out_stride.is(1)).map(|fixed| Fixed { swapped: true, ..fixed });
    }
    let known = sizes.each_ref().map(|size| size.as_constant());
    let mut unknown = (0..3).filter(|&place| known[place].is_none());
    let first = unknown.next();
    let small = known.iter().flatten().all(|size| (1..=SMALL).contains(size));
    if unknown.next().is_some() || !small || first.is_none() && known.iter().flatten().product::<i64>() > FEW
    {
        return None;
    }
    // The stride of what is one does not matter.
    let steps = |stride: &Int, size: &Int, step: &Int| size.is(1) || stride == step;
    let is_flat = |[down, across]: &[Int; 2], rows: &Int, columns: &Int| {
        steps(across, columns, &Int::constant(1)) && steps(down, rows, columns)
    };
    let is_turned = |[down, across]: &[Int; 2], rows: &Int, columns: &Int| {
        steps(down, rows, &Int::constant(1)) && steps(across, columns, rows)
    };
    // A row by columns that are turned is dot products of any number; other columns are taken in panels, and
    // copied for that if they are turned.
    let dots = m.is(1) && known[2].is_some() && is_turned(b, k, n);
    let turned_a = !is_flat(a, m, k);
    let turned_b = dots || !is_flat(b, k, n);
    let exists = !turned_a || is_turned(a, m, k);
    let panels = known[1].is_some_and(|n| n > 1) && (!turned_b || known[2].is_some() && is_turned(b, k, n));
    let whole = steps(out_stride, m, n);
    (exists && whole && (dots || panels)).then_some(Fixed {
        swapped: false,
        unknown: first,
        turned_a,
        turned_b,
    })
}
