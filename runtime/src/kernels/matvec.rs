//! Products with a single row or column: memory is read once, in its own order.

use super::matmul::Product;
use super::tile::row;
use super::vector::Vector;

/// How many elements of a strided vector are copied at a time.
const CHUNK: usize = 256;
/// Dot products of so many vectors are short: what is added up at the end is a good part of them.
const SHORT: usize = 4;

/// A product with m = 1 or n = 1, as a matrix times a vector.
///
/// # Safety
/// As `multiply` in `matmul.rs`; m = 1 or n = 1.
#[inline(always)]
pub(super) unsafe fn matvec<V: Vector>(product: Product<V::Float>) {
    // The transposed product, if there is a single column. Its result may have a stride.
    let (out_stride, product) = if product.m == 1 {
        (1, product)
    } else {
        let Product { a, b, a_strides, b_strides, .. } = product;
        let turned = Product {
            m: 1,
            n: product.m,
            a: b,
            a_strides: (0, b_strides.0),
            b: a,
            b_strides: (a_strides.1, a_strides.0),
            ..product
        };
        (product.c_row_stride, turned)
    };
    // SAFETY: the caller's: the same elements under other names.
    unsafe {
        if product.b_strides.0 == 1 && (product.b_strides.1 != 1 || product.k >= V::LEN) {
            dots::<V>(product, out_stride);
        } else if product.b_strides.1 == 1 && out_stride == 1 {
            row::<V>(&product);
        } else {
            plain::<V>(product, out_stride);
        }
    }
}

/// The columns of B are contiguous: dot products with a vector, copied piece by piece where it is not.
///
/// # Safety
/// As [`matvec`]; m = 1 and the row stride of B is 1.
#[inline(always)]
pub(super) unsafe fn dots<V: Vector>(product: Product<V::Float>, out_stride: usize) {
    let stride = product.a_strides.1;
    if stride == 1 {
        // SAFETY: the caller's.
        return unsafe { contiguous_dots::<V>(&product, out_stride) };
    }
    let mut copy = [crate::Float::ZERO; CHUNK];
    let mut depth = 0;
    while depth < product.k {
        // SAFETY: `depth` < k.
        let mut rest = unsafe { product.from(0, 0, depth) };
        rest.k = rest.k.min(CHUNK);
        for (p, element) in copy.iter_mut().enumerate().take(rest.k) {
            // SAFETY: element `depth` + p < k of the vector.
            *element = unsafe { *rest.a.add(p * stride) };
        }
        rest.a = copy.as_ptr();
        depth += rest.k;
        // SAFETY: the copy is contiguous; the rest is the caller's.
        unsafe { contiguous_dots::<V>(&rest, out_stride) };
    }
}

/// As many dot products at a time as a vector has floats, if they are short; then four, then one.
///
/// # Safety
/// As [`dots`]; A is contiguous.
#[inline(always)]
pub(super) unsafe fn contiguous_dots<V: Vector>(product: &Product<V::Float>, out_stride: usize) {
    let mut top = 0;
    // SAFETY: columns of B and elements of the result below n.
    unsafe {
        if product.k <= SHORT * V::LEN && out_stride == 1 {
            while top + V::LEN <= product.n {
                short_rows::<V>(product, top);
                top += V::LEN;
            }
        }
        while top + 4 <= product.n {
            dot_rows::<V, 4, 2>(product, top, out_stride);
            top += 4;
        }
        while top < product.n {
            dot_rows::<V, 1, 4>(product, top, out_stride);
            top += 1;
        }
    }
}

/// A vector of dot products, which is written, and can be read again, as one: elements that are written one by one
/// are read as a vector only when all of them have left the store buffer.
///
/// # Safety
/// As [`contiguous_dots`]; as many columns of B from `top` on exist, and their results are neighbours.
#[inline(always)]
unsafe fn short_rows<V: Vector>(product: &Product<V::Float>, top: usize) {
    // SAFETY: columns of B that exist; as many elements of the result.
    unsafe {
        let totals = V::all_totals(
            #[inline(always)]
            |i| {
                let [[sum]] = dot_sums::<V, 1, 1>(product, top + i);
                sum
            },
        );
        let c = product.c.add(top);
        let totals = if product.accumulate { totals.add(V::load(c)) } else { totals };
        totals.store(c);
    }
}

/// What `HEIGHT` dot products add up, in vectors, each in as many `CHAINS`.
///
/// # Safety
/// As [`contiguous_dots`]; `HEIGHT` columns of B from `top` on exist.
#[inline(always)]
unsafe fn dot_sums<V: Vector, const HEIGHT: usize, const CHAINS: usize>(
    product: &Product<V::Float>,
    top: usize,
) -> [[V; CHAINS]; HEIGHT] {
    let Product { a, k, .. } = *product;
    let across = product.b_strides.1;
    // SAFETY: elements below k of A and of `HEIGHT` columns of B.
    unsafe {
        let b = product.b.add(top * across);
        let mut sums = [[V::splat(crate::Float::ZERO); CHAINS]; HEIGHT];
        let mut p = 0;
        while p + CHAINS * V::LEN <= k {
            for chain in 0..CHAINS {
                let at = p + chain * V::LEN;
                let x = V::load(a.add(at));
                for (i, sums) in sums.iter_mut().enumerate() {
                    sums[chain] = x.mul_add(V::load(b.add(i * across + at)), sums[chain]);
                }
            }
            p += CHAINS * V::LEN;
        }
        while p + V::LEN <= k {
            let x = V::load(a.add(p));
            for (i, sums) in sums.iter_mut().enumerate() {
                sums[0] = x.mul_add(V::load(b.add(i * across + p)), sums[0]);
            }
            p += V::LEN;
        }
        if p < k {
            let x = V::load_first(a.add(p), k - p);
            for (i, sums) in sums.iter_mut().enumerate() {
                let last = CHAINS - 1;
                sums[last] = x.mul_add(V::load_first(b.add(i * across + p), k - p), sums[last]);
            }
        }
        sums
    }
}

/// # Safety
/// As [`contiguous_dots`]; `HEIGHT` columns of B from `top` on exist.
#[inline(always)]
unsafe fn dot_rows<V: Vector, const HEIGHT: usize, const CHAINS: usize>(
    product: &Product<V::Float>,
    top: usize,
    out_stride: usize,
) {
    const { assert!(HEIGHT == 1 || HEIGHT == 4) };
    // SAFETY: `HEIGHT` columns of B; as many elements of the result.
    unsafe {
        let sums = dot_sums::<V, HEIGHT, CHAINS>(product, top);
        let mut joined = [V::splat(crate::Float::ZERO); HEIGHT];
        for (joined, sums) in joined.iter_mut().zip(&sums) {
            *joined = sums[0];
            for &other in &sums[1..] {
                *joined = joined.add(other);
            }
        }
        let put = |i: usize, total| write(product.c.add((top + i) * out_stride), total, product.accumulate);
        match joined.first_chunk() {
            Some(&four) => (0..HEIGHT).zip(V::totals(four)).for_each(|(i, total)| put(i, total)),
            None => put(0, joined[0].total()),
        }
    }
}

/// Any strides, element by element.
///
/// # Safety
/// As [`matvec`]; m = 1.
#[inline(always)]
unsafe fn plain<V: Vector>(product: Product<V::Float>, out_stride: usize) {
    let Product { a, b, a_strides, b_strides, .. } = product;
    for i in 0..product.n {
        let mut sum: V::Float = crate::Float::ZERO;
        for p in 0..product.k {
            // SAFETY: element p < k of A, row p and column i < n of B.
            let (x, y) = unsafe { (*a.add(p * a_strides.1), *b.add(p * b_strides.0 + i * b_strides.1)) };
            sum += x * y;
        }
        // SAFETY: element i of the result.
        unsafe { write(product.c.add(i * out_stride), sum, product.accumulate) };
    }
}

/// # Safety
/// `to` must be readable and writable.
#[inline(always)]
unsafe fn write<F: crate::Float>(to: *mut F, sum: F, accumulate: bool) {
    // SAFETY: the caller's.
    unsafe { *to = if accumulate { *to + sum } else { sum } };
}
