//! Calls of the matrix kernel.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Axis, Int, TensorId};
use crate::plan::{Leaf, Product, strides};

use super::Body;
use super::view::Flat;

impl Body<'_> {
    /// `kernels::matmul(m, n, k, a, …, b, …, c, …, accumulate);`
    pub(super) fn product(&mut self, leaf: &Leaf, product: &Product) -> TokenStream {
        let depth = self.indices.len();
        let extent =
            |group: &[usize]| Int::product(group.iter().map(|&index| &leaf.inner[index - depth].extent));
        let [m, n, k] =
            [&product.rows, &product.columns, &product.depth].map(|group| self.size(&extent(group)));
        let (left, left_at) = &product.left;
        let (right, right_at) = &product.right;
        let stride =
            |tensor: TensorId, at: &[Int], group: &[usize]| self.size(&self.stride(tensor, at, group));
        let left_strides = (stride(*left, left_at, &product.rows), stride(*left, left_at, &product.depth));
        let right_strides =
            (stride(*right, right_at, &product.depth), stride(*right, right_at, &product.columns));
        let out_stride = match product.rows.is_empty() {
            true => n.clone(),
            false => stride(leaf.out, &leaf.at, &product.rows),
        };
        let a = self.operand(*left, left_at, &leaf.inner, depth, false);
        let b = self.operand(*right, right_at, &leaf.inner, depth, false);
        let c = self.operand(leaf.out, &leaf.at, &leaf.inner, depth, true);
        let accumulate = self.adds(leaf);
        let kernels = self.import("kernels");
        let (a_rows, a_columns) = left_strides;
        let (b_rows, b_columns) = right_strides;
        quote! {
            #kernels::matmul(
                #m, #n, #k, #a, (#a_rows, #a_columns), #b, (#b_rows, #b_columns), #c, #out_stride, #accumulate
            );
        }
    }

    /// The distance between neighbours in the last index of a group.
    fn stride(&self, tensor: TensorId, at: &[Int], group: &[usize]) -> Int {
        let Some(&index) = group.last() else { return Int::zero() };
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
        flat.from(&start, mutable).argument()
    }
}
