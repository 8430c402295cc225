//! Which instantiation runs: chosen at run time, once per call, from what the CPU has.
//!
//! A user's default build targets the oldest CPU of its architecture; here the same text is
//! compiled again for newer ones. Nothing outside this file may ask for CPU features.

use super::matmul::{Product, multiply};

/// Runs `work`, compiled for AVX2 and FMA where this CPU has them.
///
/// For plain loops over slices. Floating-point results do not depend on the choice: the compiler
/// contracts no product and sum unless `mul_add` is written. Closures should be marked
/// `#[inline(always)]`, or they may stay compiled for the baseline.
#[inline]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        if avx2_and_fma() {
            // SAFETY: the CPU has the features that `wide` is compiled for.
            return unsafe { wide(work) };
        }
    }
    work()
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[inline]
fn avx2_and_fma() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

/// What a float type needs for products: its non-generic entry points, compiled in this crate.
pub trait MatmulFloat: Copy {
    /// self · x + sum, rounded once.
    #[cfg(feature = "std")]
    fn fused(self, x: Self, sum: Self) -> Self;

    /// Computes the product with the best instantiation for this CPU.
    ///
    /// # Safety
    /// As [`multiply`].
    unsafe fn multiply(product: Product<Self>);
}

macro_rules! entry {
    ($float:ident, widest: $widest:literal, wide: $wide:literal, narrow: $narrow:literal, row: $row:literal) => {
        impl MatmulFloat for $float {
            #[cfg(feature = "std")]
            #[inline(always)]
            fn fused(self, x: Self, sum: Self) -> Self {
                self.mul_add(x, sum)
            }

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn multiply(product: Product<Self>) {
                #[target_feature(enable = "avx2,fma")]
                unsafe fn wide(product: Product<$float>) {
                    // SAFETY: the caller's.
                    unsafe { multiply::<$float, 6, $wide, $narrow, $row, true>(product) }
                }
                #[target_feature(enable = "avx512f,fma")]
                unsafe fn widest(product: Product<$float>) {
                    // SAFETY: the caller's.
                    unsafe { multiply::<$float, 12, $widest, $wide, $row, true>(product) }
                }
                if std::arch::is_x86_feature_detected!("avx512f") && avx2_and_fma() {
                    // SAFETY: the CPU has the features; the rest is the caller's.
                    unsafe { widest(product) }
                } else if avx2_and_fma() {
                    // SAFETY: the CPU has the features; the rest is the caller's.
                    unsafe { wide(product) }
                } else {
                    // SAFETY: the caller's.
                    unsafe { multiply::<$float, 4, $narrow, $narrow, $row, false>(product) }
                }
            }

            // Every 64-bit Arm CPU has NEON with fused products, and 32 registers.
            #[cfg(all(target_arch = "aarch64", feature = "std"))]
            unsafe fn multiply(product: Product<Self>) {
                // SAFETY: the caller's.
                unsafe { multiply::<$float, 6, $wide, $narrow, $row, true>(product) }
            }

            #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), feature = "std")))]
            unsafe fn multiply(product: Product<Self>) {
                // SAFETY: the caller's.
                unsafe { multiply::<$float, 4, $narrow, $narrow, $row, false>(product) }
            }
        }
    };
}

entry!(f32, widest: 32, wide: 16, narrow: 8, row: 64);
entry!(f64, widest: 16, wide: 8, narrow: 4, row: 32);
