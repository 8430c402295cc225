//! Small products whose sizes are constants but for one: one instance for each shape, which knows its loops.
//!
//! For a batch of a few rows, where a call of [`matmul`] is a good part of the time of the product. Larger
//! batches are `matmul`'s. What a shape does not need is not compiled: a network has dozens of shapes, and
//! each of them costs its user's build.

use core::mem::MaybeUninit;

use super::matmul::{Product, matmul};
use super::matvec::contiguous_dots;
use super::tile::{Even, write_tile};
use super::vector::Vector;
use crate::Float;

/// From so many on, it is a product for [`matmul`],
const FEW: usize = 24;
/// unless it is of no more multiplications than these.
const LITTLE: usize = 1 << 15;
/// How many rows of C are computed at a time.
const HEIGHT: usize = 4;
/// No size that is a constant is larger, says the compiler.
const LARGEST: usize = 64;

/// What is known of a product: `M` × `N` from `M` × `K` and `K` × `N`, where the size that is not known is 0.
///
/// The matrices lie row by row without gaps, A and B column by column where they are `TURNED`. If `ADD`, the
/// product is added to C. `N` is known unless a single row meets columns that are `TURNED`, and `K` where they are.
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
/// # Panics
/// If a slice is too short for its sizes.
#[inline(always)]
#[track_caller]
pub fn matmul_fixed<S: Fixed, F: Float>(count: usize, a: &[F], b: &[F], c: &mut [F]) {
    const {
        let [m, n, k] = S::SIZES;
        assert!(m <= LARGEST && n <= LARGEST && k <= LARGEST);
        // Columns in panels; or rows that are turned first, so that there must be room for them.
        assert!(if S::TURNED_B { k > 0 && (n > 0 || m == 1) } else { n > 0 });
    }
    F::multiply_fixed::<S>(count, a, b, c);
}

/// The same as a call of [`matmul`].
#[inline]
#[track_caller]
pub(super) fn matmul_of<S: Fixed, F: Float>(count: usize, a: &[F], b: &[F], c: &mut [F]) {
    let product = S::of(count, a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    let Product { m, n, k, a_strides, b_strides, .. } = product;
    matmul(m, n, k, a, a_strides, b, b_strides, c, n, S::ADD);
}

#[cold]
#[track_caller]
fn short(sizes: [usize; 3], lengths: [usize; 3]) -> ! {
    panic!("matmul_fixed: slices of {lengths:?} elements are too short for a product of {sizes:?}");
}

/// The product by vectors of one type: `HEIGHT` rows of up to two vectors at a time, then one; or dot products
/// where a row meets columns that are contiguous. `turn` is [`copy_panel`](super::matmul::copy_panel).
///
/// # Safety
/// The CPU features of `V`.
#[inline(always)]
#[track_caller]
pub(super) unsafe fn multiply_fixed<V: Vector, S: Fixed>(
    count: usize,
    a: &[V::Float],
    b: &[V::Float],
    c: &mut [V::Float],
    turn: unsafe fn(&mut Product<V::Float>, *mut V::Float),
) {
    let product = S::of(count, a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    let Product { m, n, k, .. } = product;
    if count > LITTLE || count >= FEW && m * n * k > LITTLE || m == 0 || n == 0 || k == 0 {
        return matmul_of::<S, _>(count, a, b, c);
    }
    if a.len() < m * k || b.len() < k * n || c.len() < m * n {
        short([m, n, k], [a.len(), b.len(), c.len()]);
    }
    // From here on, each slice holds as many elements as its matrix, no size is 0, and `c`, being mutably borrowed,
    // shares nothing with the others.
    if const { S::TURNED_B && S::SIZES[0] <= 1 } && m == 1 {
        // SAFETY: as above; a row of A is contiguous.
        return unsafe { contiguous_dots::<V>(&product, 1) };
    }
    if const { S::TURNED_B && S::SIZES[0] == 1 } {
        return;
    }
    let mut room = [const { MaybeUninit::<[V; 2]>::uninit() }; LARGEST];
    let room: *mut V::Float = room.as_mut_ptr().cast();
    let panel = 2 * V::LEN;
    let last = S::SIZES[1] % panel;
    // SAFETY: as above; as many columns as there are; the room holds two vectors for each of k rows.
    unsafe {
        if const { S::SIZES[1] >= 2 * V::LEN } {
            for left in (0..S::SIZES[1] - last).step_by(panel) {
                rows::<V, S, 2, false>(&columns::<V, S>(&product, left, turn, room), V::LEN);
            }
        }
        let left = S::SIZES[1] - last;
        if const { S::SIZES[1] % (2 * V::LEN) > V::LEN } {
            rows::<V, S, 2, true>(&columns::<V, S>(&product, left, turn, room), last - V::LEN);
        } else if const { S::SIZES[1] % (2 * V::LEN) == V::LEN } {
            rows::<V, S, 1, false>(&columns::<V, S>(&product, left, turn, room), last);
        } else if const { S::SIZES[1] % (2 * V::LEN) > 0 } {
            rows::<V, S, 1, true>(&columns::<V, S>(&product, left, turn, room), last);
        }
    }
}

/// The product from a column on, of two vectors of columns where B has to be copied.
///
/// # Safety
/// The CPU features of `V`; there is such a column, and `room` holds two vectors for each of k rows.
#[inline(always)]
unsafe fn columns<V: Vector, S: Fixed>(
    product: &Product<V::Float>,
    left: usize,
    turn: unsafe fn(&mut Product<V::Float>, *mut V::Float),
    room: *mut V::Float,
) -> Product<V::Float> {
    // SAFETY: the caller's.
    unsafe {
        let mut block = product.from(0, left, 0);
        if S::TURNED_B {
            block.n = block.n.min(2 * V::LEN);
            turn(&mut block, room);
        }
        block
    }
}

/// All rows of `WIDTH` vectors of columns, the last of them with `last` columns if `PART`.
///
/// # Safety
/// The CPU features of `V`; all elements that the block reaches must be readable, those of C also writable, and
/// C must share none with the others.
#[inline(always)]
unsafe fn rows<V: Vector, S: Fixed, const WIDTH: usize, const PART: bool>(
    block: &Product<V::Float>,
    last: usize,
) {
    let down = Even(if S::TURNED_B { 2 * V::LEN } else { S::SIZES[1] });
    let m = block.m;
    let mut top = 0;
    // SAFETY: every tile starts where the one before ended and ends at m or before.
    unsafe {
        if const { S::SIZES[0] == 0 || S::SIZES[0] >= HEIGHT } {
            while top + HEIGHT <= m {
                write_tile::<V, _, HEIGHT, WIDTH, 1, PART>(block, down, top, last);
                top += HEIGHT;
            }
        }
        if const { S::SIZES[0] % HEIGHT != 0 || S::SIZES[0] == 0 } {
            while top < m {
                // Some sums at a time, where there are enough.
                if const { S::SIZES[2] == 0 || S::SIZES[2] >= 8 } {
                    write_tile::<V, _, 1, WIDTH, 4, PART>(block, down, top, last);
                } else {
                    write_tile::<V, _, 1, WIDTH, 1, PART>(block, down, top, last);
                }
                top += 1;
            }
        }
    }
}
