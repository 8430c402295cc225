//! Vectors of 256 bits, for CPUs with AVX2 and FMA. Nothing but intrinsics.

use core::arch::x86_64::*;

use super::super::vector::Vector;

/// Loaded from `16 − count` on, a mask of the first `count` lanes; from `count` on, of the last.
static MASKS: [i32; 24] = [0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

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
