//! Vectors of 128 bits, which every x86-64 has. Nothing but intrinsics.

use core::arch::x86_64::*;

use super::super::vector::Vector;

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
