//! Disjoint parts of an arena, and storage for indices and flags inside one.
//!
//! Generated code plans where each buffer lies and asks for those that live at the same time. What
//! overlaps panics.

use core::ops::Range;

use crate::Float;

/// The larger of two offsets or lengths, as [`Ord::max`], which no `const fn` can call.
#[inline]
#[must_use]
pub const fn larger(left: usize, right: usize) -> usize {
    if left > right { left } else { right }
}

/// The given parts of `arena`, all at once, in the order of `ranges`.
///
/// Ascending ranges cost one comparison each; any order is allowed. An empty range may lie
/// anywhere, inside another too, and gives an empty slice.
///
/// # Panics
/// If two ranges overlap, or one ends before it starts or beyond the arena.
#[inline(always)]
#[track_caller]
pub fn carve<const K: usize, T>(arena: &mut [T], ranges: [Range<usize>; K]) -> [&mut [T]; K] {
    let mut end = 0;
    let mut ascending = true;
    for range in &ranges {
        ascending &= range.start >= end && range.end >= range.start;
        end = range.end;
    }
    if !ascending || end > arena.len() {
        // Of copies: what another function is given the address of is in memory, and not in registers.
        let mut parts = [const { nothing() }; K];
        cut_in_any_order(arena, &ranges.clone(), &mut [0; K], &mut parts);
        return parts;
    }
    let mut parts = [const { nothing() }; K];
    let start = arena.as_mut_ptr();
    for (part, range) in parts.iter_mut().zip(&ranges) {
        // SAFETY: every range starts where the one before ends or later, and the last ends in the arena.
        *part = unsafe { core::slice::from_raw_parts_mut(start.add(range.start), range.end - range.start) };
    }
    parts
}

const fn nothing<'a, T>() -> &'a mut [T] {
    &mut []
}

/// [`carve`] of ranges that are not ascending, overlap, or lead beyond the arena: a program has one copy of this, not
/// one for each number of parts. `order` has room for a position for each range.
#[cold]
#[inline(never)]
#[track_caller]
fn cut_in_any_order<'a, T>(
    arena: &'a mut [T],
    ranges: &[Range<usize>],
    order: &mut [usize],
    parts: &mut [&'a mut [T]],
) {
    // Insertion sort: linear for the ascending ranges that the planner mostly gives.
    for end in 0..ranges.len() {
        order[end] = end;
        let mut place = end;
        while place > 0 && ranges[order[place - 1]].start > ranges[order[place]].start {
            order.swap(place - 1, place);
            place -= 1;
        }
    }
    let mut rest = arena;
    let mut cut = 0;
    for &position in &*order {
        let range = &ranges[position];
        if range.is_empty() && range.start <= range.end {
            continue;
        }
        if range.start < cut || range.end < range.start || range.end - cut > rest.len() {
            refuse(range, cut, cut + rest.len());
        }
        let (_, tail) = rest.split_at_mut(range.start - cut);
        let (part, tail) = tail.split_at_mut(range.end - range.start);
        parts[position] = part;
        rest = tail;
        cut = range.end;
    }
}

#[cold]
#[track_caller]
fn refuse(range: &Range<usize>, cut: usize, len: usize) -> ! {
    panic!("carve: {range:?} overlaps what ends at {cut}, or leaves the arena of {len} elements");
}

/// Floats as the `u32` that were stored in their place: one for each `f32`, two for each `f64`.
#[inline]
#[must_use]
pub fn as_u32<F: Float>(floats: &[F]) -> &[u32] {
    bytemuck::cast_slice(floats)
}

/// Room for `u32` in the place of floats: one for each `f32`, two for each `f64`.
///
/// What the floats held is lost; reading them as floats afterwards gives numbers without meaning.
#[inline]
#[must_use]
pub fn as_u32_mut<F: Float>(floats: &mut [F]) -> &mut [u32] {
    bytemuck::cast_slice_mut(floats)
}

/// Floats as the bytes that were stored in their place, 0 and 1: four for each `f32`, eight for each `f64`.
#[inline]
#[must_use]
pub fn as_flags<F: Float>(floats: &[F]) -> &[u8] {
    bytemuck::cast_slice(floats)
}

/// Room for bytes in the place of floats: four for each `f32`, eight for each `f64`.
///
/// What the floats held is lost; reading them as floats afterwards gives numbers without meaning.
#[inline]
#[must_use]
pub fn as_flags_mut<F: Float>(floats: &mut [F]) -> &mut [u8] {
    bytemuck::cast_slice_mut(floats)
}

/// The first `len` of the bytes that were stored in the place of floats, as what they mean.
///
/// # Panics
/// If there are fewer, or one of them is neither 0 nor 1.
#[inline]
#[must_use]
#[track_caller]
pub fn as_bools<F: Float>(floats: &[F], len: usize) -> &[bool] {
    bytemuck::checked::cast_slice(&as_flags(floats)[..len])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_the_order_asked_for() {
        let mut arena: [u8; 10] = core::array::from_fn(|i| i as u8);
        let [b, a, c] = carve(&mut arena, [4..6, 0..3, 9..10]);
        assert_eq!((&*a, &*b, &*c), (&[0, 1, 2][..], &[4, 5][..], &[9][..]));
        a[0] = 7;
        c[0] = 8;
        assert_eq!((arena[0], arena[9]), (7, 8));
    }

    #[test]
    fn neighbours_touch_and_empty_ranges_lie_anywhere() {
        let mut arena = [0u8; 4];
        let [a, empty, b, end] = carve(&mut arena, [0..2, 1..1, 2..4, 4..4]);
        assert_eq!((a.len(), empty.len(), b.len(), end.len()), (2, 0, 2, 0));
        let [none, all] = carve(&mut arena, [0..0, 0..4]);
        assert_eq!((none.len(), all.len()), (0, 4));
        let [] = carve(&mut arena, []);
        let [a, b] = carve::<2, u8>(&mut [], [0..0, 0..0]);
        assert!(a.is_empty() && b.is_empty());
    }

    #[test]
    #[should_panic(expected = "carve: 1..3 overlaps what ends at 2")]
    fn overlap_panics() {
        let _ = carve(&mut [0u8; 4], [0..2, 1..3]);
    }

    #[test]
    #[should_panic(expected = "leaves the arena of 4 elements")]
    fn overrun_panics() {
        let _ = carve(&mut [0u8; 4], [0..2, 3..5]);
    }

    #[test]
    #[should_panic(expected = "carve: 3..2")]
    #[allow(clippy::reversed_empty_ranges, clippy::single_range_in_vec_init)]
    fn backwards_panics() {
        let _ = carve(&mut [0u8; 4], [3..2]);
    }

    #[test]
    fn indices_fit_into_floats() {
        let mut floats = [0.0f32; 3];
        as_u32_mut(&mut floats).copy_from_slice(&[1, u32::MAX, 0x7fc0_0001]);
        assert_eq!(as_u32(&floats), [1, u32::MAX, 0x7fc0_0001]);
        assert_eq!(as_u32_mut(&mut [0.0f64; 3]).len(), 6);
    }

    #[test]
    fn flags_fit_into_floats() {
        let mut floats = [f32::NAN; 2];
        as_flags_mut(&mut floats)[..5].copy_from_slice(&[0, 1, 1, 0, 1]);
        assert_eq!(as_bools(&floats, 5), [false, true, true, false, true]);
        assert_eq!(as_flags(&[0.0f64; 3]).len(), 24);
        assert!(as_bools::<f64>(&[], 0).is_empty());
    }

    #[test]
    #[should_panic(expected = "InvalidBitPattern")]
    fn what_is_no_flag_is_refused() {
        let _ = as_bools(&[f32::NAN], 4);
    }
}
