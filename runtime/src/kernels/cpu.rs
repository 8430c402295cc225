//! What the CPU has, and closures compiled for it. Nothing outside this file may ask for CPU features.

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

/// Evidence of what the CPU has, in the hands of what is compiled for it.
#[derive(Debug, Clone, Copy)]
pub struct Cpu {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    pub(super) level: Level,
    #[cfg(all(not(target_arch = "x86_64"), feature = "std"))]
    fuses: bool,
}

impl Cpu {
    /// Nothing but what every CPU has.
    pub const PLAIN: Self = Self {
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        level: Level::Baseline,
        #[cfg(all(not(target_arch = "x86_64"), feature = "std"))]
        fuses: false,
    };

    /// Whether it is known to multiply and add in one instruction.
    #[inline(always)]
    #[cfg(feature = "std")]
    pub(crate) fn fuses(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            self.level >= Level::Wide
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            self.fuses
        }
    }
}

/// Runs `work`, compiled for each level of CPU features, as this CPU has them.
///
/// For plain loops over slices, and for small products and functions of [`math`](crate::math) among them, which take
/// what `work` is given. Floating-point results of all else do not depend on the choice: the compiler contracts no
/// product and sum unless `mul_add` is written. Closures should be marked `#[inline(always)]`, or they may stay compiled
/// for the baseline. They are called once; but for `FnOnce` rustc would call most by way of a function of its own, which
/// is not always inlined.
#[inline]
pub fn vectorised<R>(mut work: impl FnMut(Cpu) -> R) -> R {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide<R>(mut work: impl FnMut(Cpu) -> R) -> R {
            work(Cpu { level: Level::Wide })
        }
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
        fn widest<R>(mut work: impl FnMut(Cpu) -> R) -> R {
            work(Cpu { level: Level::Widest })
        }
        match Level::get() {
            // SAFETY: the CPU has the features that `widest` is compiled for.
            Level::Widest => unsafe { widest(work) },
            // SAFETY: the CPU has the features that `wide` is compiled for.
            Level::Wide => unsafe { wide(work) },
            Level::Baseline => work(Cpu::PLAIN),
        }
    }
    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
    work(Cpu {
        // NEON has it.
        #[cfg(feature = "std")]
        fuses: cfg!(target_arch = "aarch64"),
    })
}

/// [`vectorised`], for work over rows of which there is often one alone, as where a controller acts: that is compiled
/// for itself, without a loop over rows.
#[inline]
pub fn vectorised_rows<R>(rows: usize, mut work: impl FnMut(Cpu, usize) -> R) -> R {
    match rows {
        1 => vectorised(
            #[inline(always)]
            |cpu| work(cpu, 1),
        ),
        _ => vectorised(
            #[inline(always)]
            |cpu| work(cpu, rows),
        ),
    }
}
