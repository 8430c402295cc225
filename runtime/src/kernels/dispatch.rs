//! Which instantiation of a product runs: chosen at run time from what the CPU has, by one load from memory.
//!
//! A user's default build targets the oldest CPU of its architecture; here the same text is compiled again for newer
//! ones, which `cpu.rs` tells apart.

use super::contract::{self, Contraction, Parts, Planes, Strip, contraction, copy_planes};
use super::cpu::Cpu;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
use super::cpu::Level;
use super::flat;
use super::matmul::{self, Product, Strips, multiply, outer, panel_len, with_room};
use super::matvec::matvec;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
use super::narrow::matmul_wide;
use super::narrow::{multiply_narrow, multiply_row, multiply_small};
use super::search::by_vectors;
use super::tile::{self, Even, Listed, panel};

#[cfg(all(target_arch = "x86_64", feature = "std"))]
use core::arch::x86_64::{__m256, __m256d, __m512, __m512d};

/// What a float type needs for products, and to look for the largest of a row: its entry points, compiled in this crate,
/// and the parts of callers that are compiled for a CPU.
pub trait MatmulFloat: Copy {
    /// self · x + sum, rounded once.
    #[cfg(any(test, not(target_arch = "x86_64")))]
    fn fused(self, x: Self, sum: Self) -> Self;

    /// Computes the product with the best instantiation for this CPU.
    ///
    /// # Safety
    /// As [`multiply`].
    unsafe fn multiply(product: Product<Self>);

    /// The same with the instantiation for a level.
    ///
    /// # Safety
    /// As [`multiply`], and the CPU has the features of the level.
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    unsafe fn multiply_at(level: Level, product: Product<Self>);

    /// Computes the contraction with the best instantiation for this CPU.
    ///
    /// # Safety
    /// As [`contraction`].
    unsafe fn contract(contraction: Contraction<Self>);

    /// The same with the instantiation for a level.
    ///
    /// # Safety
    /// As [`contraction`], and the CPU has the features of the level.
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    unsafe fn contract_at(level: Level, contraction: Contraction<Self>);

    /// Computes a product of `N` columns with the best instantiation for this CPU.
    #[track_caller]
    #[allow(clippy::too_many_arguments)]
    fn multiply_narrow<const N: usize>(
        m: usize,
        k: usize,
        a: &[Self],
        a_strides: (usize, usize),
        b: &[Self],
        turned: bool,
        c: &mut [Self],
        accumulate: bool,
    );

    /// The same as a part of its caller, which is compiled for the CPU.
    #[track_caller]
    #[allow(clippy::too_many_arguments)]
    fn multiply_small<const N: usize>(
        cpu: Cpu,
        m: usize,
        k: usize,
        a: &[Self],
        a_strides: (usize, usize),
        b: &[Self],
        turned: bool,
        c: &mut [Self],
        accumulate: bool,
    );

    /// Dot products of a row with rows of the same length, as a part of the caller, which is compiled for the CPU.
    #[track_caller]
    fn multiply_row(cpu: Cpu, n: usize, k: usize, a: &[Self], b: &[Self], c: &mut [Self], accumulate: bool);

    /// A column times a row: `each` with some rows of the product, without gaps, and where they begin. Returns how many
    /// rows those were: none where rows are whole vectors, or the CPU has no such instruction. As a part of the caller,
    /// which is compiled for the CPU.
    fn outer_flat<const N: usize>(
        cpu: Cpu,
        column: &[Self],
        row: &[Self; N],
        each: impl FnMut(usize, &[Self]),
    ) -> usize;

    /// [`largest`](super::largest()).
    fn largest(cpu: Cpu, row: &[Self]) -> (usize, Self);
}

/// The kernels by vectors of one type, compiled for these features: each once and by itself, so that its loops
/// have all registers and the crate is built in seconds.
macro_rules! kernels {
    ($name:ident, $float:ident, $vector:ty, $height:tt, $($features:literal)?) => {
        mod $name {
            use super::*;

            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            unsafe fn even(block: &Product<$float>) -> usize {
                // SAFETY: the caller's.
                unsafe { panel::<$vector, $height, _>(block, Even(block.b_strides.0)) }
            }

            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            unsafe fn listed(block: &Product<$float>, offsets: *const usize) {
                // SAFETY: the caller's.
                unsafe { panel::<$vector, $height, _>(block, Listed(offsets)) };
            }

            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            unsafe fn copy(given: &Planes<$float>) {
                // SAFETY: the caller's.
                unsafe { copy_planes::<$vector>(given) }
            }

            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            unsafe fn strip(given: &Strip<$float>) {
                // SAFETY: the caller's.
                unsafe { contract::strip::<$vector, { ($height) / 2 }>(given) }
            }

            $(#[target_feature(enable = $features)])?
            pub unsafe fn contract(given: &Contraction<$float>) {
                // SAFETY: the caller's.
                unsafe { contraction::<$vector, $height, { ($height) / 2 }>(given, &Parts { copy, even, listed, strip }) }
            }

            /// # Safety
            /// The CPU has the features.
            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            #[allow(dead_code, reason = "every number is compiled for what is worth it")]
            #[allow(clippy::too_many_arguments)]
            #[track_caller]
            pub unsafe fn narrow<const N: usize>(
                m: usize,
                k: usize,
                a: &[$float],
                a_strides: (usize, usize),
                b: &[$float],
                turned: bool,
                c: &mut [$float],
                accumulate: bool,
            ) {
                // SAFETY: the caller's.
                unsafe { multiply_narrow::<$vector, N>(m, k, a, a_strides, b, turned, c, accumulate, pack, vector) }
            }

            /// # Safety
            /// The CPU has the features, which the caller is compiled for.
            #[inline(always)]
            #[allow(dead_code, reason = "every number is compiled for what is worth it")]
            #[allow(clippy::too_many_arguments)]
            #[track_caller]
            pub unsafe fn small<const N: usize>(
                m: usize,
                k: usize,
                a: &[$float],
                a_strides: (usize, usize),
                b: &[$float],
                turned: bool,
                c: &mut [$float],
                accumulate: bool,
            ) {
                // SAFETY: the caller's.
                unsafe {
                    multiply_small::<$vector, N>(
                        m,
                        k,
                        a,
                        a_strides,
                        b,
                        turned,
                        c,
                        accumulate,
                        #[inline(always)]
                        |c| narrow::<N>(m, k, a, a_strides, b, turned, c, accumulate),
                    )
                }
            }

            /// # Safety
            /// The CPU has the features, which the caller is compiled for.
            #[inline(always)]
            #[allow(dead_code, reason = "as above")]
            #[track_caller]
            pub unsafe fn row(n: usize, k: usize, a: &[$float], b: &[$float], c: &mut [$float], accumulate: bool) {
                // SAFETY: the caller's.
                unsafe { multiply_row::<$vector>(n, k, a, b, c, accumulate) }
            }

            /// # Safety
            /// The CPU has the features, which the caller is compiled for.
            #[inline(always)]
            pub unsafe fn outer_flat<const N: usize>(
                column: &[$float],
                row: &[$float; N],
                each: impl FnMut(usize, &[$float]),
            ) -> usize {
                // SAFETY: the caller's.
                unsafe { flat::outer::<$vector, N>(column, row, each) }
            }

            /// # Safety
            /// The CPU has the features, which the caller is compiled for.
            #[inline(always)]
            pub unsafe fn largest(row: &[$float]) -> (usize, $float) {
                // SAFETY: the caller's.
                unsafe { by_vectors::<$vector>(row) }
            }

            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            unsafe fn pack(block: &mut Product<$float>, copy: *mut $float) {
                // SAFETY: the caller's.
                unsafe { matmul::pack::<$vector>(block, copy) }
            }

            #[inline(never)]
            $(#[target_feature(enable = $features)])?
            unsafe fn first_strip(block: &mut Product<$float>, copy: *mut $float) {
                // SAFETY: the caller's.
                unsafe { tile::first_strip::<$vector, $height>(block, copy) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn matrix(product: Product<$float>, copy: *mut $float) {
                // SAFETY: the caller's.
                unsafe { multiply::<$vector, $height>(product, copy, &Strips { pack, first_strip, even }) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn vector(product: Product<$float>) {
                // SAFETY: the caller's.
                unsafe { matvec::<$vector>(product) }
            }

            $(#[target_feature(enable = $features)])?
            unsafe fn rank_one(product: Product<$float>) {
                // SAFETY: the caller's.
                unsafe { outer::<$vector>(product) }
            }

            /// # Safety
            /// As [`multiply`], and the CPU has the features.
            #[inline]
            pub unsafe fn product(product: Product<$float>) {
                // SAFETY: the copy has the room; the rest is the caller's.
                unsafe {
                    if product.m == 1 || product.n == 1 {
                        vector(product)
                    } else if product.k == 1 && product.b_strides.1 == 1 {
                        rank_one(product)
                    } else if product.wants_copy() {
                        with_room::<$float, { panel_len::<$vector>() }>(|copy| matrix(product, copy));
                    } else {
                        matrix(product, core::ptr::null_mut())
                    }
                }
            }
        }
    };
}

/// The vectors of the CPU that the crate is compiled for, and how many rows of them a tile has.
#[cfg(target_arch = "x86_64")]
mod own {
    pub const HEIGHT: usize = 4;
    pub type F32 = core::arch::x86_64::__m128;
    pub type F64 = core::arch::x86_64::__m128d;
}

// Every 64-bit Arm CPU has NEON with fused products, and 32 registers.
#[cfg(not(target_arch = "x86_64"))]
mod own {
    use crate::kernels::vector::Lanes;

    const ARM: bool = cfg!(all(target_arch = "aarch64", feature = "std"));
    const REGISTERS: usize = if ARM { 2 } else { 1 };
    pub const HEIGHT: usize = if ARM { 6 } else { 4 };
    pub type F32 = Lanes<f32, { 4 * REGISTERS }, ARM>;
    pub type F64 = Lanes<f64, { 2 * REGISTERS }, ARM>;
}

kernels!(own_f32, f32, own::F32, { own::HEIGHT },);
kernels!(own_f64, f64, own::F64, { own::HEIGHT },);
#[cfg(all(target_arch = "x86_64", feature = "std"))]
kernels!(wide_f32, f32, __m256, 6, "avx2,fma");
#[cfg(all(target_arch = "x86_64", feature = "std"))]
kernels!(wide_f64, f64, __m256d, 6, "avx2,fma");
#[cfg(all(target_arch = "x86_64", feature = "std"))]
kernels!(widest_f32, f32, __m512, 12, "avx512f,avx512dq,avx512vl,avx2,fma");
#[cfg(all(target_arch = "x86_64", feature = "std"))]
kernels!(widest_f64, f64, __m512d, 12, "avx512f,avx512dq,avx512vl,avx2,fma");

macro_rules! entry {
    ($float:ident, $own:ident, $wide:ident, $widest:ident) => {
        impl MatmulFloat for $float {
            #[cfg(any(test, not(target_arch = "x86_64")))]
            #[inline(always)]
            fn fused(self, x: Self, sum: Self) -> Self {
                #[cfg(feature = "std")]
                {
                    self.mul_add(x, sum)
                }
                #[cfg(not(feature = "std"))]
                {
                    self * x + sum
                }
            }

            unsafe fn multiply(product: Product<Self>) {
                // SAFETY: the CPU has what it says; the rest is the caller's.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    return Self::multiply_at(Level::get(), product);
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::product(product)
                }
            }

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn multiply_at(level: Level, product: Product<Self>) {
                // SAFETY: the caller's.
                unsafe {
                    match level {
                        Level::Widest => $widest::product(product),
                        Level::Wide => $wide::product(product),
                        Level::Baseline => $own::product(product),
                    }
                }
            }

            unsafe fn contract(given: Contraction<Self>) {
                // SAFETY: the CPU has what it says; the rest is the caller's.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    return Self::contract_at(Level::get(), given);
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::contract(&given)
                }
            }

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn contract_at(level: Level, given: Contraction<Self>) {
                // SAFETY: the caller's.
                unsafe {
                    match level {
                        Level::Widest => $widest::contract(&given),
                        Level::Wide => $wide::contract(&given),
                        Level::Baseline => $own::contract(&given),
                    }
                }
            }

            #[inline(always)]
            #[track_caller]
            fn multiply_narrow<const N: usize>(
                m: usize,
                k: usize,
                a: &[Self],
                a_strides: (usize, usize),
                b: &[Self],
                turned: bool,
                c: &mut [Self],
                accumulate: bool,
            ) {
                // SAFETY: the CPU has what it says.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    match Level::get() {
                        Level::Widest => $widest::narrow::<N>(m, k, a, a_strides, b, turned, c, accumulate),
                        Level::Wide => $wide::narrow::<N>(m, k, a, a_strides, b, turned, c, accumulate),
                        // What has only SSE2 is not worth compiling every number for.
                        Level::Baseline => matmul_wide::<N, _>(m, k, a, a_strides, b, turned, c, accumulate),
                    }
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::narrow::<N>(m, k, a, a_strides, b, turned, c, accumulate);
                }
            }

            #[inline(always)]
            #[track_caller]
            #[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(unused_variables))]
            fn multiply_small<const N: usize>(
                cpu: Cpu,
                m: usize,
                k: usize,
                a: &[Self],
                a_strides: (usize, usize),
                b: &[Self],
                turned: bool,
                c: &mut [Self],
                accumulate: bool,
            ) {
                // SAFETY: `cpu` is evidence of it.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    match cpu.level {
                        Level::Widest => $widest::small::<N>(m, k, a, a_strides, b, turned, c, accumulate),
                        Level::Wide => $wide::small::<N>(m, k, a, a_strides, b, turned, c, accumulate),
                        Level::Baseline => matmul_wide::<N, _>(m, k, a, a_strides, b, turned, c, accumulate),
                    }
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::small::<N>(m, k, a, a_strides, b, turned, c, accumulate);
                }
            }

            #[inline(always)]
            #[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(unused_variables))]
            fn outer_flat<const N: usize>(
                cpu: Cpu,
                column: &[Self],
                row: &[Self; N],
                each: impl FnMut(usize, &[Self]),
            ) -> usize {
                // SAFETY: `cpu` is evidence of it.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    return match cpu.level {
                        Level::Widest => $widest::outer_flat(column, row, each),
                        Level::Wide => $wide::outer_flat(column, row, each),
                        Level::Baseline => $own::outer_flat(column, row, each),
                    };
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::outer_flat(column, row, each)
                }
            }

            #[inline(always)]
            #[track_caller]
            #[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(unused_variables))]
            fn multiply_row(
                cpu: Cpu,
                n: usize,
                k: usize,
                a: &[Self],
                b: &[Self],
                c: &mut [Self],
                accumulate: bool,
            ) {
                // SAFETY: `cpu` is evidence of it.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    match cpu.level {
                        Level::Widest => $widest::row(n, k, a, b, c, accumulate),
                        Level::Wide => $wide::row(n, k, a, b, c, accumulate),
                        Level::Baseline => matmul::matmul(1, n, k, a, (k, 1), b, (1, k), c, n, accumulate),
                    }
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::row(n, k, a, b, c, accumulate);
                }
            }

            #[inline(always)]
            #[cfg_attr(not(all(target_arch = "x86_64", feature = "std")), allow(unused_variables))]
            fn largest(cpu: Cpu, row: &[Self]) -> (usize, Self) {
                // SAFETY: `cpu` is evidence of it.
                unsafe {
                    #[cfg(all(target_arch = "x86_64", feature = "std"))]
                    return match cpu.level {
                        Level::Widest => $widest::largest(row),
                        Level::Wide => $wide::largest(row),
                        Level::Baseline => $own::largest(row),
                    };
                    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
                    $own::largest(row)
                }
            }
        }
    };
}

entry!(f32, own_f32, wide_f32, widest_f32);
entry!(f64, own_f64, wide_f64, widest_f64);
