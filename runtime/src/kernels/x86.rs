//! The registers of x86: SSE2, AVX2 with FMA, AVX-512.

#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "methods are nothing but intrinsics that the type's CPU allows, on floats that the caller allows"
)]

/// The methods that are one intrinsic each.
macro_rules! common {
    ($float:ident, $half:ty, $len:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $max:ident) => {
        type Float = $float;
        type Half = $half;
        const LEN: usize = $len;

        #[inline(always)]
        unsafe fn splat(x: $float) -> Self {
            $splat(x)
        }

        #[inline(always)]
        unsafe fn load(from: *const $float) -> Self {
            $load(from)
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut $float) {
            $store(to, self);
        }

        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            $add(self, other)
        }

        #[inline(always)]
        unsafe fn max(self, other: Self) -> Self {
            $max(self, other)
        }
    };
}

/// What AVX2 and AVX-512 have in common.
#[cfg(feature = "std")]
macro_rules! fused {
    ($float:ident, $mul_add:ident $(, |$floats:ident, $places:ident| $placed:expr)?) => {
        const MASKED: bool = true;

        #[inline(always)]
        unsafe fn mul_add(self, x: Self, sum: Self) -> Self {
            $mul_add(self, x, sum)
        }

        $(
            const PLACED: bool = true;

            #[inline(always)]
            unsafe fn placed(self, places: &[u32; 16]) -> Self {
                let ($floats, $places) = (self, places.as_ptr().cast());
                $placed
            }
        )?
    };
}

/// The transposition of a block: quarters of vectors are put together as they are loaded, which costs no shuffle; then
/// each quarter is turned.
macro_rules! turned {
    (f32, |$at:ident| $gather:expr, $low:ident, $high:ident, $shuffle:ident) => {
        #[inline(always)]
        unsafe fn transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
            let gather = |i: usize| {
                let $at = |quarter: usize| _mm_loadu_ps(from.add((i + 4 * quarter) * from_row));
                $gather
            };
            let (a, b, c, d) = (gather(0), gather(1), gather(2), gather(3));
            let (first, last) = ([$low(a, b), $low(c, d)], [$high(a, b), $high(c, d)]);
            $shuffle::<0x44>(first[0], first[1]).store(to);
            $shuffle::<0xee>(first[0], first[1]).store(to.add(to_row));
            $shuffle::<0x44>(last[0], last[1]).store(to.add(2 * to_row));
            $shuffle::<0xee>(last[0], last[1]).store(to.add(3 * to_row));
        }
    };
    (f64, |$at:ident| $gather:expr, $low:ident, $high:ident) => {
        const BLOCK: usize = 2;

        #[inline(always)]
        unsafe fn transpose(from: *const f64, from_row: usize, to: *mut f64, to_row: usize) {
            let gather = |i: usize| {
                let $at = |quarter: usize| _mm_loadu_pd(from.add((i + 2 * quarter) * from_row));
                $gather
            };
            let (a, b) = (gather(0), gather(1));
            $low(a, b).store(to);
            $high(a, b).store(to.add(to_row));
        }
    };
}

#[cfg(feature = "std")]
mod avx2;
#[cfg(feature = "std")]
mod avx512;
mod sse2;
