//! The registers of x86: SSE2, AVX2 with FMA, AVX-512.

#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "methods are nothing but intrinsics that the type's CPU allows, on floats that the caller allows"
)]

use core::arch::x86_64::*;

use super::vector::Vector;

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

impl Vector for __m128 {
    common!(f32, __m128, 4, _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps, _mm_max_ps);
    turned!(f32, |at| at(0), _mm_unpacklo_ps, _mm_unpackhi_ps, _mm_shuffle_ps);

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, sum: Self) -> Self {
        _mm_add_ps(sum, _mm_mul_ps(self, x))
    }

    #[inline(always)]
    unsafe fn largest(self) -> f32 {
        let pairs = _mm_max_ps(self, _mm_movehl_ps(self, self));
        _mm_cvtss_f32(_mm_max_ss(pairs, _mm_shuffle_ps::<1>(pairs, pairs)))
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        _mm_movemask_ps(_mm_cmpeq_ps(self, other)).cast_unsigned()
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        match count {
            0 => _mm_setzero_ps(),
            1 => _mm_load_ss(from),
            2 => _mm_castsi128_ps(_mm_loadl_epi64(from.cast())),
            3 => _mm_set_ps(0.0, *from.add(2), *from.add(1), *from),
            _ => _mm_loadu_ps(from),
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        if count & 2 != 0 {
            _mm_storel_epi64(to.cast(), _mm_castps_si128(self));
            if count & 1 != 0 {
                _mm_store_ss(to.add(2), _mm_movehl_ps(self, self));
            }
        } else if count & 1 != 0 {
            _mm_store_ss(to, self);
        }
    }

    #[inline(always)]
    unsafe fn folded(self) -> Self {
        self
    }

    #[inline(always)]
    unsafe fn total(self) -> f32 {
        let pairs = _mm_add_ps(self, _mm_movehl_ps(self, self));
        _mm_cvtss_f32(_mm_add_ss(pairs, _mm_shuffle_ps::<1>(pairs, pairs)))
    }

    // The same sums, of four vectors side by side.
    #[inline(always)]
    unsafe fn totals([a, b, c, d]: [Self; 4]) -> [f32; 4] {
        let first = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
        let second = _mm_add_ps(_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
        let mut totals = [0.0; 4];
        _mm_add_ps(_mm_movelh_ps(first, second), _mm_movehl_ps(second, first)).store(totals.as_mut_ptr());
        totals
    }

    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        Self::load(Self::totals([each(0), each(1), each(2), each(3)]).as_ptr())
    }
}

impl Vector for __m128d {
    common!(f64, __m128d, 2, _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd, _mm_max_pd);
    turned!(f64, |at| at(0), _mm_unpacklo_pd, _mm_unpackhi_pd);

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, sum: Self) -> Self {
        _mm_add_pd(sum, _mm_mul_pd(self, x))
    }

    #[inline(always)]
    unsafe fn largest(self) -> f64 {
        _mm_cvtsd_f64(_mm_max_sd(self, _mm_unpackhi_pd(self, self)))
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        _mm_movemask_pd(_mm_cmpeq_pd(self, other)).cast_unsigned()
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> Self {
        match count {
            0 => _mm_setzero_pd(),
            1 => _mm_load_sd(from),
            _ => _mm_loadu_pd(from),
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, count: usize) {
        if count != 0 {
            _mm_store_sd(to, self);
        }
    }

    #[inline(always)]
    unsafe fn folded(self) -> Self {
        self
    }

    #[inline(always)]
    unsafe fn total(self) -> f64 {
        _mm_cvtsd_f64(_mm_add_sd(self, _mm_unpackhi_pd(self, self)))
    }

    #[inline(always)]
    unsafe fn totals([a, b, c, d]: [Self; 4]) -> [f64; 4] {
        let mut totals = [0.0; 4];
        _mm_add_pd(_mm_unpacklo_pd(a, b), _mm_unpackhi_pd(a, b)).store(totals.as_mut_ptr());
        _mm_add_pd(_mm_unpacklo_pd(c, d), _mm_unpackhi_pd(c, d)).store(totals.as_mut_ptr().add(2));
        totals
    }

    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        let (a, b) = (each(0), each(1));
        _mm_add_pd(_mm_unpacklo_pd(a, b), _mm_unpackhi_pd(a, b))
    }
}

/// Loaded from `16 − count` on, a mask of the first `count` lanes; from `count` on, of the last.
#[cfg(feature = "std")]
static MASKS: [i32; 24] = [0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

#[cfg(feature = "std")]
impl Vector for __m256 {
    common!(f32, __m128, 8, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_max_ps);
    fused!(f32, _mm256_fmadd_ps, |x, places| _mm256_permutevar8x32_ps(x, _mm256_loadu_si256(places)));

    #[inline(always)]
    unsafe fn largest(self) -> f32 {
        _mm_max_ps(_mm256_castps256_ps128(self), _mm256_extractf128_ps::<1>(self)).largest()
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_EQ_OQ>(self, other)).cast_unsigned()
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        let mask = _mm256_loadu_si256(MASKS.as_ptr().add(16 - count).cast());
        _mm256_maskload_ps(from, mask)
    }

    #[inline(always)]
    unsafe fn load_last(from: *const f32, count: usize) -> Self {
        let mask = _mm256_loadu_si256(MASKS.as_ptr().add(count).cast());
        _mm256_maskload_ps(from.wrapping_sub(8 - count), mask)
    }

    // Not by a masked store, which is slow on many CPUs.
    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        let low = _mm256_castps256_ps128(self);
        if count & 4 != 0 {
            _mm_storeu_ps(to, low);
            _mm256_extractf128_ps::<1>(self).store_first(to.add(4), count & 3);
        } else {
            low.store_first(to, count);
        }
    }

    #[inline(always)]
    unsafe fn folded(self) -> __m128 {
        _mm_add_ps(_mm256_castps256_ps128(self), _mm256_extractf128_ps::<1>(self))
    }

    // The sums of `total`, four floats of two vectors side by side; then as `totals` of `__m128`.
    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        let mut quarters = [_mm256_setzero_ps(); 4];
        for (i, quarters) in quarters.iter_mut().enumerate() {
            let (a, b) = (each(i), each(i + 4));
            *quarters =
                _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b));
        }
        let [a, b, c, d] = quarters;
        let first = _mm256_castps_pd(_mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b)));
        let second = _mm256_castps_pd(_mm256_add_ps(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d)));
        let (low, high) = (_mm256_unpacklo_pd(first, second), _mm256_unpackhi_pd(first, second));
        _mm256_add_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high))
    }

    turned!(
        f32,
        |at| _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(at(0)), at(1)),
        _mm256_unpacklo_ps,
        _mm256_unpackhi_ps,
        _mm256_shuffle_ps
    );
}

#[cfg(feature = "std")]
impl Vector for __m256d {
    common!(f64, __m128d, 4, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_max_pd);
    fused!(f64, _mm256_fmadd_pd);

    #[inline(always)]
    unsafe fn largest(self) -> f64 {
        _mm_max_pd(_mm256_castpd256_pd128(self), _mm256_extractf128_pd::<1>(self)).largest()
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_EQ_OQ>(self, other)).cast_unsigned()
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> Self {
        let mask = _mm256_loadu_si256(MASKS.as_ptr().add(16 - 2 * count).cast());
        _mm256_maskload_pd(from, mask)
    }

    #[inline(always)]
    unsafe fn load_last(from: *const f64, count: usize) -> Self {
        let mask = _mm256_loadu_si256(MASKS.as_ptr().add(2 * count).cast());
        _mm256_maskload_pd(from.wrapping_sub(4 - count), mask)
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, count: usize) {
        let low = _mm256_castpd256_pd128(self);
        if count & 2 != 0 {
            _mm_storeu_pd(to, low);
            _mm256_extractf128_pd::<1>(self).store_first(to.add(2), count & 1);
        } else {
            low.store_first(to, count);
        }
    }

    #[inline(always)]
    unsafe fn folded(self) -> __m128d {
        _mm_add_pd(_mm256_castpd256_pd128(self), _mm256_extractf128_pd::<1>(self))
    }

    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        let mut halves = [_mm256_setzero_pd(); 2];
        for (i, halves) in halves.iter_mut().enumerate() {
            let (a, b) = (each(i), each(i + 2));
            *halves =
                _mm256_add_pd(_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b));
        }
        let [a, b] = halves;
        _mm256_add_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b))
    }

    turned!(
        f64,
        |at| _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(at(0)), at(1)),
        _mm256_unpacklo_pd,
        _mm256_unpackhi_pd
    );
}

#[cfg(feature = "std")]
impl Vector for __m512 {
    common!(f32, __m256, 16, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_max_ps);
    const REGISTERS: usize = 32;
    fused!(f32, _mm512_fmadd_ps, |x, places| _mm512_permutexvar_ps(_mm512_loadu_si512(places), x));

    #[inline(always)]
    unsafe fn largest(self) -> f32 {
        let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(self)));
        _mm256_max_ps(_mm512_castps512_ps256(self), high).largest()
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        u32::from(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(self, other))
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, count: usize) -> Self {
        _mm512_maskz_loadu_ps(((1u32 << count) - 1) as u16, from)
    }

    #[inline(always)]
    unsafe fn load_last(from: *const f32, count: usize) -> Self {
        let mask = !(((1u32 << (16 - count)) - 1) as u16);
        _mm512_maskz_loadu_ps(mask, from.wrapping_sub(16 - count))
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, count: usize) {
        _mm512_mask_storeu_ps(to, ((1u32 << count) - 1) as u16, self);
    }

    #[inline(always)]
    unsafe fn folded(self) -> __m256 {
        let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(self)));
        _mm256_add_ps(_mm512_castps512_ps256(self), high)
    }

    // The sums of `total`, eight floats of two vectors side by side, then four of four; then as for `__m256`.
    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        let mut quarters = [_mm512_setzero_ps(); 4];
        for (i, quarters) in quarters.iter_mut().enumerate() {
            let mut halves = [_mm512_setzero_ps(); 2];
            for (j, halves) in halves.iter_mut().enumerate() {
                let (a, b) = (each(i + 8 * j), each(i + 8 * j + 4));
                *halves =
                    _mm512_add_ps(_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xee>(a, b));
            }
            let [a, b] = halves;
            *quarters = _mm512_add_ps(_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b));
        }
        let [a, b, c, d] = quarters;
        let first = _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)));
        let second = _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d)));
        let (low, high) = (_mm512_unpacklo_pd(first, second), _mm512_unpackhi_pd(first, second));
        _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high))
    }

    turned!(
        f32,
        |at| {
            let low = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(at(0)), at(1));
            _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(low, at(2)), at(3))
        },
        _mm512_unpacklo_ps,
        _mm512_unpackhi_ps,
        _mm512_shuffle_ps
    );
}

#[cfg(feature = "std")]
impl Vector for __m512d {
    common!(f64, __m256d, 8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_max_pd);
    const REGISTERS: usize = 32;
    fused!(f64, _mm512_fmadd_pd);

    #[inline(always)]
    unsafe fn largest(self) -> f64 {
        _mm256_max_pd(_mm512_castpd512_pd256(self), _mm512_extractf64x4_pd::<1>(self)).largest()
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        u32::from(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(self, other))
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f64, count: usize) -> Self {
        _mm512_maskz_loadu_pd(((1u32 << count) - 1) as u8, from)
    }

    #[inline(always)]
    unsafe fn load_last(from: *const f64, count: usize) -> Self {
        let mask = !(((1u32 << (8 - count)) - 1) as u8);
        _mm512_maskz_loadu_pd(mask, from.wrapping_sub(8 - count))
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f64, count: usize) {
        _mm512_mask_storeu_pd(to, ((1u32 << count) - 1) as u8, self);
    }

    #[inline(always)]
    unsafe fn folded(self) -> __m256d {
        _mm256_add_pd(_mm512_castpd512_pd256(self), _mm512_extractf64x4_pd::<1>(self))
    }

    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        let mut quarters = [_mm512_setzero_pd(); 2];
        for (i, quarters) in quarters.iter_mut().enumerate() {
            let mut halves = [_mm512_setzero_pd(); 2];
            for (j, halves) in halves.iter_mut().enumerate() {
                let (a, b) = (each(i + 4 * j), each(i + 4 * j + 2));
                *halves =
                    _mm512_add_pd(_mm512_shuffle_f64x2::<0x44>(a, b), _mm512_shuffle_f64x2::<0xee>(a, b));
            }
            let [a, b] = halves;
            *quarters = _mm512_add_pd(_mm512_shuffle_f64x2::<0x88>(a, b), _mm512_shuffle_f64x2::<0xdd>(a, b));
        }
        let [a, b] = quarters;
        _mm512_add_pd(_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b))
    }

    turned!(
        f64,
        |at| {
            let low = _mm512_insertf64x2::<1>(_mm512_castpd128_pd512(at(0)), at(1));
            _mm512_insertf64x2::<3>(_mm512_insertf64x2::<2>(low, at(2)), at(3))
        },
        _mm512_unpacklo_pd,
        _mm512_unpackhi_pd
    );
}
