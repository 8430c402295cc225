//! Calls of the kernels of products.

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
    /// `kernels::matmul_fixed::<…>(cpu, count, a, b, c);`; `kernels::contract(…)`, where the groups are no runs;
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
        let Some(Fixed { unknown, turned_a, turned_b }) = fixed else {
            let out_stride = self.size(&out_stride);
            return quote!(#kernels::matmul(#operands, #c, #out_stride, #accumulate););
        };
        let zero = quote!(0);
        let place =
            |place: usize, size: TokenStream| if unknown == Some(place) { zero.clone() } else { size };
        let count = match unknown {
            Some(place) => [&m, &n, &k][place].clone(),
            None => zero.clone(),
        };
        let [m, n, k] = [place(0, m), place(1, n), place(2, k)];
        let cpu = self.cpu();
        quote! {
            #kernels::matmul_fixed::<#kernels::Shape<#m, #n, #k, #turned_a, #turned_b, #accumulate>, _>(
                #cpu, #count, #a, #b, #c,
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
    /// Which size is not known.
    unknown: Option<usize>,
    /// Whether an operand lies column by column.
    turned_a: bool,
    turned_b: bool,
}

/// Whether all sizes, or all but one, are small constants, and the matrices have no gaps.
fn fixed(sizes: &[Int; 3], a: &[Int; 2], b: &[Int; 2], out_stride: &Int) -> Option<Fixed> {
    let known = sizes.each_ref().map(|size| size.as_constant());
    let mut unknown = (0..3).filter(|&place| known[place].is_none());
    let first = unknown.next();
    let small = known.iter().flatten().all(|size| (1..=SMALL).contains(size));
    if unknown.next().is_some() || !small || first.is_none() && known.iter().flatten().product::<i64>() > FEW
    {
        return None;
    }
    let [m, n, k] = sizes;
    // The stride of what is one does not matter.
    let steps = |stride: &Int, size: &Int, step: &Int| size.is(1) || stride == step;
    let is_turned = |[down, across]: &[Int; 2], rows: &Int, columns: &Int| {
        let one = Int::constant(1);
        if steps(across, columns, &one) && steps(down, rows, columns) {
            return Some(false);
        }
        (steps(down, rows, &one) && steps(across, columns, rows)).then_some(true)
    };
    let is_whole = steps(out_stride, m, n);
    let (turned_a, turned_b) = (is_turned(a, m, k)?, is_turned(b, k, n)?);
    is_whole.then_some(Fixed { unknown: first, turned_a, turned_b })
}
