//! A register's worth of floats: the operations that the kernels are written in.
//!
//! The kernels are generic over this, one text for every CPU. Registers of x86 are spelt out,
//! because arrays of a register's length do not reliably stay in registers; elsewhere arrays do.

use crate::Float;

/// Some floats that are computed with together.
///
/// # Safety
/// Every method needs the CPU features of its type. Pointers must be readable, or writable, for as
/// many floats as the method touches; they need no alignment beyond a float's.
pub trait Vector: Copy {
    type Float: Float;
    /// Half as many, if there is such a register.
    type Half: Vector<Float = Self::Float>;

    /// How many floats.
    const LEN: usize;
    /// How many there can be at once.
    const REGISTERS: usize = 16;
    /// Whether to load a part of a vector takes no longer than to load it whole.
    const MASKED: bool = false;
    /// Whether [`placed`](Vector::placed) is one instruction.
    const PLACED: bool = false;

    unsafe fn splat(x: Self::Float) -> Self;
    unsafe fn load(from: *const Self::Float) -> Self;
    unsafe fn store(self, to: *mut Self::Float);

    /// The first `count` ≤ `LEN` floats, and zeros; nothing else is read.
    unsafe fn load_first(from: *const Self::Float, count: usize) -> Self;

    /// Zeros, and behind them the first `count` ≤ `LEN` floats; nothing else is read.
    #[inline(always)]
    unsafe fn load_last(from: *const Self::Float, count: usize) -> Self {
        let mut floats = [Self::Float::ZERO; 16];
        // SAFETY: `count` ≤ `LEN` ≤ 16 floats, which the caller allows.
        unsafe {
            for i in 0..count {
                floats[Self::LEN - count + i] = *from.add(i);
            }
            Self::load(floats.as_ptr())
        }
    }

    /// Writes the first `count` < `LEN` floats and nothing else.
    unsafe fn store_first(self, to: *mut Self::Float, count: usize);

    /// In each place the float of the place that is named there.
    #[inline(always)]
    unsafe fn placed(self, places: &[u32; 16]) -> Self {
        let (mut floats, mut placed) = ([Self::Float::ZERO; 16], [Self::Float::ZERO; 16]);
        // SAFETY: `LEN` ≤ 16 floats.
        unsafe {
            self.store(floats.as_mut_ptr());
            for (placed, &place) in placed.iter_mut().zip(places) {
                *placed = floats[place as usize];
            }
            Self::load(placed.as_ptr())
        }
    }

    /// self · x + sum: rounded once where the CPU can, else twice.
    unsafe fn mul_add(self, x: Self, sum: Self) -> Self;

    unsafe fn add(self, other: Self) -> Self;

    /// The larger of each two; of a number and what is none, either.
    unsafe fn max(self, other: Self) -> Self;

    /// The largest of all, if all are numbers.
    unsafe fn largest(self) -> Self::Float;

    /// A bit for each lane in which two numbers are equal: no bit where there is no number.
    unsafe fn equal(self, other: Self) -> u32;

    /// The first half and the second, added.
    unsafe fn folded(self) -> Self::Half;

    /// The sum of all, pairwise.
    #[inline(always)]
    unsafe fn total(self) -> Self::Float {
        // SAFETY: the caller's.
        unsafe { self.folded().total() }
    }

    /// The [`total`](Vector::total) of each of four.
    #[inline(always)]
    unsafe fn totals(four: [Self; 4]) -> [Self::Float; 4] {
        let [a, b, c, d] = four;
        // SAFETY: the caller's.
        unsafe { Self::Half::totals([a.folded(), b.folded(), c.folded(), d.folded()]) }
    }

    /// The [`total`](Vector::total) of each of as many as it has floats, as one of them.
    unsafe fn all_totals(each: impl FnMut(usize) -> Self) -> Self;

    /// How many columns [`transpose`](Vector::transpose) turns; the same for a half.
    const BLOCK: usize = 4;

    /// Writes `LEN` rows of `BLOCK` floats as `BLOCK` rows of `LEN`; rows are contiguous.
    #[inline(always)]
    unsafe fn transpose(from: *const Self::Float, from_row: usize, to: *mut Self::Float, to_row: usize) {
        for i in 0..Self::LEN {
            for j in 0..Self::BLOCK {
                // SAFETY: inside the blocks, which the caller allows.
                unsafe { *to.add(j * to_row + i) = *from.add(i * from_row + j) };
            }
        }
    }
}

/// An array of floats, for CPUs whose registers are not spelt out.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "the lanes of targets without a vector type of their own")]
pub struct Lanes<F, const LEN: usize, const FUSED: bool>([F; LEN]);

#[cfg(any(test, not(target_arch = "x86_64")))]
impl<F: Float, const LEN: usize, const FUSED: bool> Vector for Lanes<F, LEN, FUSED> {
    type Float = F;
    type Half = Self;
    const LEN: usize = LEN;

    #[inline(always)]
    unsafe fn splat(x: F) -> Self {
        Self([x; LEN])
    }

    #[inline(always)]
    unsafe fn load(from: *const F) -> Self {
        // SAFETY: the caller's; an array is aligned as its elements.
        Self(unsafe { *from.cast() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut F) {
        // SAFETY: the caller's; an array is aligned as its elements.
        unsafe { *to.cast() = self.0 };
    }

    #[inline(always)]
    unsafe fn load_first(from: *const F, count: usize) -> Self {
        let mut floats = [F::ZERO; LEN];
        for (i, float) in floats.iter_mut().enumerate().take(count) {
            // SAFETY: i < `count`.
            *float = unsafe { *from.add(i) };
        }
        Self(floats)
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut F, count: usize) {
        for (i, &float) in self.0.iter().enumerate().take(count) {
            // SAFETY: i < `count`.
            unsafe { *to.add(i) = float };
        }
    }

    #[inline(always)]
    unsafe fn mul_add(self, x: Self, sum: Self) -> Self {
        let mut result = sum;
        for ((sum, a), b) in result.0.iter_mut().zip(self.0).zip(x.0) {
            *sum = if FUSED { a.fused(b, *sum) } else { *sum + a * b };
        }
        result
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        let mut result = self;
        for (sum, x) in result.0.iter_mut().zip(other.0) {
            *sum += x;
        }
        result
    }

    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        let mut result = self;
        for (largest, x) in result.0.iter_mut().zip(other.0) {
            *largest = if x > *largest { x } else { *largest };
        }
        result
    }

    #[inline(always)]
    unsafe fn largest(self) -> F {
        self.0.into_iter().fold(self.0[0], |largest, x| if x > largest { x } else { largest })
    }

    #[inline(always)]
    unsafe fn equal(self, other: Self) -> u32 {
        let bits = self.0.iter().zip(&other.0).enumerate();
        bits.map(|(lane, (a, b))| u32::from(a == b) << lane).sum()
    }

    #[inline(always)]
    unsafe fn folded(self) -> Self {
        self
    }

    #[inline(always)]
    unsafe fn total(self) -> F {
        let mut sums = self.0;
        let mut half = LEN / 2;
        while half > 0 {
            for lane in 0..half {
                let other = sums[lane + half];
                sums[lane] += other;
            }
            half /= 2;
        }
        sums[0]
    }

    #[inline(always)]
    unsafe fn totals([a, b, c, d]: [Self; 4]) -> [F; 4] {
        // SAFETY: the caller's.
        unsafe { [a.total(), b.total(), c.total(), d.total()] }
    }

    #[inline(always)]
    unsafe fn all_totals(mut each: impl FnMut(usize) -> Self) -> Self {
        // SAFETY: the caller's.
        Self(core::array::from_fn(|i| unsafe { each(i).total() }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lanes, Vector};
    use crate::Float;

    /// The methods whose portable text is not what x86 runs, against plain loops.
    fn methods<V: Vector>() {
        let number = |x: usize| V::Float::from_f64(x as f64);
        let from: Vec<V::Float> = (1..=64).map(number).collect();
        for count in 0..=V::LEN {
            let mut to = [V::Float::ZERO; 17];
            // SAFETY: as many floats as a vector or a block has; the CPU has the features.
            unsafe {
                let first = V::load_first(from.as_ptr(), count);
                if count < V::LEN {
                    V::load(from.as_ptr()).store_first(to.as_mut_ptr(), count);
                } else {
                    first.store(to.as_mut_ptr());
                }
                assert_eq!(first.total(), number(count * (count + 1) / 2));
                let mut last = [V::Float::ZERO; 16];
                V::load_last(from.as_ptr(), count).store(last.as_mut_ptr());
                assert!(last[..V::LEN - count].iter().all(|&zero| zero == V::Float::ZERO));
                assert_eq!(last[V::LEN - count..V::LEN], from[..count]);
            }
            assert_eq!((&to[..count], to[count]), (&from[..count], number(0)));
        }
        let rows: [&[V::Float]; 4] = [&from[..16], &from[16..32], &from[32..48], &from[48..]];
        // SAFETY: no vector is longer than 16.
        unsafe {
            let totals = V::totals(rows.map(|row| V::load(row.as_ptr())));
            assert_eq!(totals, rows.map(|row| V::load(row.as_ptr()).total()));
            let (x, y) = (V::load(from[1..].as_ptr()), V::load(from[17..].as_ptr()));
            assert_eq!(x.largest(), from[V::LEN]);
            assert_eq!(x.max(y).equal(y), u32::MAX >> (32 - V::LEN));
            assert_eq!(V::load(from[1..].as_ptr()).equal(V::splat(from[2])), 2);
            let nan = V::splat(number(0) / number(0));
            assert_eq!(nan.equal(nan), 0);
            let mut totals = [V::Float::ZERO; 16];
            V::all_totals(|i| V::load(from[3 * i..].as_ptr())).store(totals.as_mut_ptr());
            for (i, &total) in totals.iter().enumerate().take(V::LEN) {
                assert_eq!(total, V::load(from[3 * i..].as_ptr()).total());
            }
        }
        let mut to = [V::Float::ZERO; 64];
        // SAFETY: a block of at most 16 × 4.
        unsafe { V::transpose(from.as_ptr(), V::BLOCK, to.as_mut_ptr(), V::LEN) };
        for i in 0..V::BLOCK * V::LEN {
            assert_eq!(to[i % V::BLOCK * V::LEN + i / V::BLOCK], from[i]);
        }
        assert_eq!(V::BLOCK, <V::Half as Vector>::BLOCK);
    }

    #[test]
    fn arrays_and_registers() {
        methods::<Lanes<f32, 4, false>>();
        methods::<Lanes<f64, 2, false>>();
        methods::<Lanes<f32, 8, true>>();
        #[cfg(target_arch = "x86_64")]
        {
            use core::arch::x86_64::{__m128, __m128d};
            methods::<__m128>();
            methods::<__m128d>();
        }
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        {
            use core::arch::x86_64::{__m256, __m256d, __m512, __m512d};
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                methods::<__m256>();
                methods::<__m256d>();
            }
            if std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512vl")
            {
                methods::<__m512>();
                methods::<__m512d>();
            }
        }
    }
}
