//! Small products whose sizes are constants but for one: one instance for each shape, which knows its loops.
//!
//! For a batch of a few rows, where a call of [`matmul`] is a good part of the time of the product. Larger
//! batches are `matmul`'s.

use core::mem::MaybeUninit;

use super::dispatch::Cpu;
use super::matmul::{Product, copy_panel, matmul, outer};
use super::matvec::matvec;
use super::tile::{Even, panel};
use super::vector::Vector;
use crate::Float;

/// From so many on, it is a product for [`matmul`].
const FEW: usize = 24;
/// How many rows of C are computed at a time.
const HEIGHT: usize = 4;
/// No size that is a constant is larger, says the compiler.
const LARGEST: usize = 64;

/// What is known of a product: `M` × `N` from `M` × `K` and `K` × `N`, where the size that is not known is 0.
///
/// The matrices lie row by row without gaps, A and B column by column where they are `TURNED`. If `ADD`, the
/// product is added to C.
#[derive(Debug)]
pub struct Shape<
    const M: usize,
    const N: usize,
    const K: usize,
    const TURNED_A: bool,
    const TURNED_B: bool,
    const ADD: bool,
>;

/// A [`Shape`].
pub trait Fixed {
    /// Rows, columns, and the inner dimension; or 0.
    const SIZES: [usize; 3];
    /// Whether A lies column by column.
    const TURNED_A: bool;
    /// Whether B does.
    const TURNED_B: bool;
    /// Whether C keeps what it holds.
    const ADD: bool;

    /// The product, where `count` is what was not known.
    #[inline(always)]
    fn of<F>(count: usize, a: *const F, b: *const F, c: *mut F) -> Product<F> {
        let [m, n, k] = Self::SIZES.map(
            #[inline(always)]
            |size| if size == 0 { count } else { size },
        );
        let a_strides = if Self::TURNED_A { (1, m) } else { (k, 1) };
        let b_strides = if Self::TURNED_B { (1, k) } else { (n, 1) };
        Product { m, n, k, a, a_strides, b, b_strides, c, c_row_stride: n, accumulate: Self::ADD }
    }
}

impl<
    const M: usize,
    const N: usize,
    const K: usize,
    const TURNED_A: bool,
    const TURNED_B: bool,
    const ADD: bool,
> Fixed for Shape<M, N, K, TURNED_A, TURNED_B, ADD>
{
    const SIZES: [usize; 3] = [M, N, K];
    const TURNED_A: bool = TURNED_A;
    const TURNED_B: bool = TURNED_B;
    const ADD: bool = ADD;
}

/// C = A B, or C += A B, of a [`Shape`], where `count` is what is not known of it.
///
/// For use in [`vectorised_for`](super::vectorised_for).
///
/// # Panics
/// If a slice is too short for its sizes.
#[inline(always)]
#[track_caller]
pub fn matmul_fixed<S: Fixed, F: Float>(cpu: Cpu, count: usize, a: &[F], b: &[F], c: &mut [F]) {
    const { assert!(S::SIZES[0] <= LARGEST && S::SIZES[1] <= LARGEST && S::SIZES[2] <= LARGEST) };
    let product = S::of(count, a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    let Product { m, n, k, a_strides, b_strides, .. } = product;
    if count >= FEW || m == 0 || n == 0 || k == 0 {
        return matmul(m, n, k, a, a_strides, b, b_strides, c, n, S::ADD);
    }
    if a.len() < m * k || b.len() < k * n || c.len() < m * n {
        short([m, n, k], [a.len(), b.len(), c.len()]);
    }
    // SAFETY: each slice holds as many elements as its matrix, no size is 0, and `c`, being mutably borrowed,
    // shares nothing with the others.
    unsafe { F::multiply_fixed::<S>(cpu, count, product.a, product.b, product.c) }
}

#[cold]
#[track_caller]
fn short(sizes: [usize; 3], lengths: [usize; 3]) -> ! {
    panic!("matmul_fixed: slices of {lengths:?} elements are too short for a product of {sizes:?}");
}

/// The product by vectors of one type, `HEIGHT` rows of two vectors at a time.
///
/// # Safety
/// The CPU features of `V`; no size is 0; as many elements of `a`, `b` and `c` as the matrices have must be
/// readable, those of `c` also writable, and `c` must share none with the others.
#[inline(always)]
pub(super) unsafe fn multiply_fixed<V: Vector, S: Fixed>(
    count: usize,
    a: *const V::Float,
    b: *const V::Float,
    c: *mut V::Float,
) {
    let product = S::of(count, a, b, c);
    let Product { m, n, k, .. } = product;
    // SAFETY: the caller's; `left` < n, and the room holds two vectors for each of k rows.
    unsafe {
        if m == 1 || n == 1 {
            return matvec::<V>(product);
        }
        if k == 1 {
            return outer::<V>(product);
        }
        let mut left = 0;
        while left < n {
            let mut block = product.from(0, left, 0);
            if S::TURNED_B {
                let mut room = [const { MaybeUninit::<[V; 2]>::uninit() }; LARGEST];
                block.n = block.n.min(2 * V::LEN);
                copy_panel::<V>(&mut block, room.as_mut_ptr().cast());
                left += panel::<V, HEIGHT, _>(&block, Even(2 * V::LEN));
            } else {
                left += panel::<V, HEIGHT, _>(&block, Even(n));
            }
        }
    }
}
