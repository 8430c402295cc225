//! Which instantiation runs: chosen at run time from what the CPU has, by one load from memory.
//!
//! A user's default build targets the oldest CPU of its architecture; here the same text is
//! compiled again for newer ones. Nothing outside this file may ask for CPU features.

use super::contract::{Contraction, Planes, contraction, copy_planes};
use super::matmul::{Product, multiply, multiply_small, outer, panel_len, with_room};
use super::matvec::matvec;

#[cfg(all(target_arch = "x86_64", feature = "std"))]
use core::arch::x86_64::{__m256, __m256d, __m512, __m512d};

/// What the CPU has, as the kernels distinguish it.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Level {
    /// SSE2.
    Baseline = 1,
    /// AVX2 and FMA.
    Wide,
    /// AVX-512 (F, DQ, VL), too.
    Widest,
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
impl Level {
    /// What this CPU has, and the environment variable `CHAINRULE_CPU` (`baseline`, `avx2`) leaves of it:
    /// tests run everything at every level of one machine.
    #[inline(always)]
    pub(super) fn get() -> Self {
        use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

        /// 0 until it is known.
        static KNOWN: AtomicU8 = AtomicU8::new(0);

        #[cold]
        fn find() -> Level {
            let wide =
                std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
            let widest = std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512vl");
            let limit = std::env::var("CHAINRULE_CPU");
            let level = match (wide, limit.as_deref()) {
                (false, _) | (_, Ok("baseline")) => Level::Baseline,
                (true, Ok("avx2")) => Level::Wide,
                (true, _) if widest => Level::Widest,
                (true, _) => Level::Wide,
            };
            KNOWN.store(level as u8, Relaxed);
            level
        }

        match KNOWN.load(Relaxed) {
            3 => Self::Widest,
            2 => Self::Wide,
            1 => Self::Baseline,
            _ => find(),
        }
    }
}

/// What the code that [`vectorised_for`] runs is compiled for; a constant to the compiler, once inlined.
#[derive(Debug, Clone, Copy)]
pub struct Cpu {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    level: Level,
}

/// Runs `work`, compiled for each level of CPU features, as this CPU has them.
///
/// For plain loops over slices. Floating-point results do not depend on the choice: the compiler
/// contracts no product and sum unless `mul_add` is written. Closures should be marked
/// `#[inline(always)]`, or they may stay compiled for the baseline.
#[inline]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    vectorised_for(
        #[inline(always)]
        |_| work(),
    )
}

/// As [`vectorised`], for work that calls [`matmul_inline`](super::matmul_inline).
///
/// Its products are rounded as the CPU's fused ones where it has them.
#[inline]
pub fn vectorised_for<R>(work: impl FnOnce(Cpu) -> R) -> R {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide<R>(work: impl FnOnce(Cpu) -> R) -> R {
            work(Cpu { level: Level::Wide })
        }
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
        fn widest<R>(work: impl FnOnce(Cpu) -> R) -> R {
            work(Cpu { level: Level::Widest })
        }
        match Level::get() {
            // SAFETY: the CPU has the features that `widest` is compiled for.
            Level::Widest => unsafe { widest(work) },
            // SAFETY: the CPU has the features that `wide` is compiled for.
            Level::Wide => unsafe { wide(work) },
            Level::Baseline => work(Cpu { level: Level::Baseline }),
        }
    }
    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
    work(Cpu {})
}

/// What a float type needs for products: its non-generic entry points, compiled in this crate.
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

    /// The product in place of the call, of the CPU that the surrounding code is compiled for.
    ///
    /// # Safety
    /// As [`multiply_small`].
    unsafe fn multiply_inline(cpu: Cpu, product: Product<Self>);
}

/// A product by vectors of one type: in a register of its own kind, compiled for these features.
macro_rules! product {
    ($product:expr, $float:ident, $vector:ty, $height:literal, $($features:literal)?) => {{
        $(#[target_feature(enable = $features)])?
        unsafe fn matrix(product: Product<$float>, copy: *mut $float) {
            // SAFETY: the caller's.
            unsafe { multiply::<$vector, $height>(product, copy) }
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
        let product = $product;
        // SAFETY: the CPU has the features; the copy has the room; the rest is the caller's.
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
    }};
}

/// A contraction by vectors of one type.
macro_rules! contract {
    ($contraction:expr, $float:ident, $vector:ty, $height:literal, $($features:literal)?) => {{
        // By itself, so that its loops have all registers.
        #[inline(never)]
        $(#[target_feature(enable = $features)])?
        unsafe fn copy(given: &Planes<$float>) {
            // SAFETY: the caller's.
            unsafe { copy_planes::<$vector>(given) }
        }
        $(#[target_feature(enable = $features)])?
        unsafe fn contract(given: &Contraction<$float>) {
            // SAFETY: the caller's.
            unsafe { contraction::<$vector, $height>(given, copy) }
        }
        // SAFETY: the CPU has the features; the rest is the caller's.
        unsafe { contract(&$contraction) }
    }};
}

macro_rules! entry {
    ($float:ident, $widest:ident, $wide:ident, $narrow:ident, lanes: $lanes:literal) => {
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

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn multiply(product: Product<Self>) {
                // SAFETY: the CPU has what it says; the rest is the caller's.
                unsafe { Self::multiply_at(Level::get(), product) }
            }

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn multiply_at(level: Level, product: Product<Self>) {
                match level {
                    Level::Widest => product!(product, $float, $widest, 12, "avx512f,avx512dq,avx512vl,avx2,fma"),
                    Level::Wide => product!(product, $float, $wide, 6, "avx2,fma"),
                    Level::Baseline => product!(product, $float, core::arch::x86_64::$narrow, 4,),
                }
            }

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn contract(contraction: Contraction<Self>) {
                // SAFETY: the CPU has what it says; the rest is the caller's.
                unsafe { Self::contract_at(Level::get(), contraction) }
            }

            #[cfg(all(target_arch = "x86_64", feature = "std"))]
            unsafe fn contract_at(level: Level, given: Contraction<Self>) {
                match level {
                    Level::Widest => contract!(given, $float, $widest, 12, "avx512f,avx512dq,avx512vl,avx2,fma"),
                    Level::Wide => contract!(given, $float, $wide, 6, "avx2,fma"),
                    Level::Baseline => contract!(given, $float, core::arch::x86_64::$narrow, 4,),
                }
            }

            #[cfg(target_arch = "x86_64")]
            #[inline(always)]
            unsafe fn multiply_inline(cpu: Cpu, product: Product<Self>) {
                // SAFETY: a `Cpu` is made only where the CPU has its features; the rest is the caller's.
                unsafe {
                    #[cfg(feature = "std")]
                    match cpu.level {
                        Level::Widest => return multiply_small::<$widest, 12>(product),
                        Level::Wide => return multiply_small::<$wide, 6>(product),
                        Level::Baseline => {}
                    }
                    let _ = cpu;
                    multiply_small::<core::arch::x86_64::$narrow, 4>(product);
                }
            }

            #[cfg(not(target_arch = "x86_64"))]
            #[inline(always)]
            unsafe fn multiply_inline(_: Cpu, product: Product<Self>) {
                const FUSED: bool = cfg!(all(target_arch = "aarch64", feature = "std"));
                // SAFETY: the caller's.
                unsafe { multiply_small::<super::vector::Lanes<$float, $lanes, FUSED>, 4>(product) };
            }

            #[cfg(all(target_arch = "x86_64", not(feature = "std")))]
            unsafe fn multiply(product: Product<Self>) {
                product!(product, $float, core::arch::x86_64::$narrow, 4,)
            }

            #[cfg(all(target_arch = "x86_64", not(feature = "std")))]
            unsafe fn contract(given: Contraction<Self>) {
                contract!(given, $float, core::arch::x86_64::$narrow, 4,)
            }

            // Every 64-bit Arm CPU has NEON with fused products, and 32 registers.
            #[cfg(all(target_arch = "aarch64", feature = "std"))]
            unsafe fn multiply(product: Product<Self>) {
                product!(product, $float, super::vector::Lanes<$float, { 2 * $lanes }, true>, 6,)
            }

            #[cfg(all(target_arch = "aarch64", feature = "std"))]
            unsafe fn contract(given: Contraction<Self>) {
                contract!(given, $float, super::vector::Lanes<$float, { 2 * $lanes }, true>, 6,)
            }

            #[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", feature = "std"))))]
            unsafe fn multiply(product: Product<Self>) {
                product!(product, $float, super::vector::Lanes<$float, $lanes, false>, 4,)
            }

            #[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", feature = "std"))))]
            unsafe fn contract(given: Contraction<Self>) {
                contract!(given, $float, super::vector::Lanes<$float, $lanes, false>, 4,)
            }
        }
    };
}

entry!(f32, __m512, __m256, __m128, lanes: 4);
entry!(f64, __m512d, __m256d, __m128d, lanes: 2);
