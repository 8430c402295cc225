//! Vectors of 512 bits, for CPUs with AVX-512. Nothing but intrinsics.

use core::arch::x86_64::*;

use super::super::vector::Vector;

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
