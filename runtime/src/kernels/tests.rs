//! The products against three plain loops.

use super::{matmul, vectorised};
use crate::{Float, Rng};

const SIZES: [usize; 14] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 16, 17, 33, 67];

fn random<F: Float>(rng: &mut Rng, count: usize) -> Vec<F> {
    (0..count).map(|_| F::from_f64(rng.uniform() - 0.5)).collect()
}

/// Strides of a `rows` × `columns` matrix with its rows, its columns, or neither contiguous.
fn strides(layout: usize, rows: usize, columns: usize) -> (usize, usize) {
    match layout {
        0 => (columns, 1),
        1 => (1, rows),
        2 => (columns + 3, 1),
        _ => (2 * columns + 1, 2),
    }
}

fn extent(rows: usize, columns: usize, strides: (usize, usize)) -> usize {
    if rows == 0 || columns == 0 { 0 } else { (rows - 1) * strides.0 + (columns - 1) * strides.1 + 1 }
}

fn compare<F: Float>(rng: &mut Rng, [m, n, k]: [usize; 3], layouts: (usize, usize), accumulate: bool) {
    let (a_strides, b_strides) = (strides(layouts.0, m, k), strides(layouts.1, k, n));
    let a = random::<F>(rng, extent(m, k, a_strides));
    let b = random::<F>(rng, extent(k, n, b_strides));
    let c_row = n + layouts.0 % 2;
    let before = random::<F>(rng, m * c_row);
    let mut c = before.clone();
    matmul(m, n, k, &a, a_strides, &b, b_strides, &mut c, c_row, accumulate);
    for i in 0..m {
        for j in 0..c_row {
            let at = i * c_row + j;
            if j >= n {
                assert_eq!(c[at], before[at], "beyond the row");
                continue;
            }
            let mut exact = if accumulate { before[at].to_f64() } else { 0.0 };
            for p in 0..k {
                exact += a[i * a_strides.0 + p * a_strides.1].to_f64()
                    * b[p * b_strides.0 + j * b_strides.1].to_f64();
            }
            let bound = F::EPSILON.to_f64() * (k as f64 + 2.0);
            let found = c[at].to_f64();
            assert!((found - exact).abs() <= bound, "{m}x{n}x{k} {layouts:?} at {i}, {j}: {found} {exact}");
        }
    }
}

#[test]
fn every_shape_and_layout() {
    let mut rng = Rng::new(7);
    for m in SIZES {
        for n in SIZES {
            for k in SIZES {
                let layouts = (rng.below(4), rng.below(4));
                let accumulate = rng.below(2) == 0;
                compare::<f32>(&mut rng, [m, n, k], layouts, accumulate);
                compare::<f64>(&mut rng, [m, n, k], (layouts.1, layouts.0), !accumulate);
            }
        }
    }
}

#[test]
fn vectors_in_every_layout() {
    let mut rng = Rng::new(8);
    for size in [1, 3, 64, 131] {
        for k in [0, 1, 5, 40, 300, 600] {
            for layout in 0..16 {
                compare::<f32>(&mut rng, [size, 1, k], (layout / 4, layout % 4), layout % 3 == 0);
                compare::<f64>(&mut rng, [1, size, k], (layout / 4, layout % 4), layout % 3 == 0);
            }
        }
    }
}

#[test]
fn larger_than_every_block() {
    let mut rng = Rng::new(9);
    for layout in 0..16 {
        compare::<f32>(&mut rng, [131, 37, 519], (layout / 4, layout % 4), layout % 3 == 0);
        compare::<f64>(&mut rng, [131, 37, 519], (layout / 4, layout % 4), layout % 3 == 0);
    }
}

#[test]
fn a_stride_of_zero_repeats() {
    let mut c = [0.0f32; 6];
    matmul(2, 3, 2, &[1.0, 2.0], (0, 1), &[3.0, 4.0], (1, 0), &mut c, 3, false);
    assert_eq!(c, [11.0; 6]);
}

#[test]
fn an_empty_sum_is_zero() {
    let mut c = [7.0f32; 6];
    matmul(2, 3, 0, &[], (0, 1), &[], (3, 1), &mut c, 3, true);
    assert_eq!(c, [7.0; 6]);
    matmul(2, 3, 0, &[], (0, 1), &[], (3, 1), &mut c, 3, false);
    assert_eq!(c, [0.0; 6]);
    let mut row = [7.0f64; 3];
    matmul(1, 3, 0, &[], (0, 1), &[], (3, 1), &mut row, 3, false);
    assert_eq!(row, [0.0; 3]);
    matmul::<f64>(0, 3, 5, &[], (5, 1), &[], (3, 1), &mut [], 3, false);
}

#[test]
fn infinities_and_nan_spread_as_in_the_plain_loops() {
    // A padded column must not turn 0 · ∞ into a NaN elsewhere.
    let (a, b) = ([f32::INFINITY, 1.0, 2.0, 3.0], [1.0f32, 2.0, 0.0, 1.0, 1.0, 1.0]);
    let mut c = [0.0; 6];
    matmul(2, 3, 2, &a, (2, 1), &b, (3, 1), &mut c, 3, false);
    assert_eq!((c[0], c[1], c[3]), (f32::INFINITY, f32::INFINITY, 5.0));
    assert!(c[2].is_nan() && c[5] == 3.0);
}

#[test]
#[should_panic(expected = "matmul: `b` has 5 elements, too few for shape (2, 3) with strides (3, 1)")]
fn a_short_slice_panics() {
    matmul(2, 3, 2, &[0.0f32; 4], (2, 1), &[0.0; 5], (3, 1), &mut [0.0; 6], 3, false);
}

#[test]
#[should_panic(expected = "matmul: `a` has 4 elements")]
fn an_overflowing_stride_panics() {
    matmul(3, 3, 2, &[0.0f32; 4], (usize::MAX, 1), &[0.0; 6], (3, 1), &mut [0.0; 9], 3, false);
}

#[test]
#[should_panic(expected = "the rows of `c` overlap")]
fn overlapping_results_panic() {
    matmul(2, 3, 2, &[0.0f32; 4], (2, 1), &[0.0; 6], (3, 1), &mut [0.0; 6], 2, false);
}

#[test]
fn vectorised_returns_what_the_closure_returns() {
    let values = [1.0f32, 2.0, 3.0];
    let sum = vectorised(
        #[inline(always)]
        || values.iter().sum::<f32>(),
    );
    assert_eq!(sum, 6.0);
}

#[test]
fn vectorised_functions_give_the_same_bits() {
    use crate::math::f32::{erf, exp, ln, softplus, tanh};
    let x: Vec<f32> = (0..4_001).map(|i| (i as f32 - 2_000.0) * 0.01).collect();
    let function = |x: f32| [exp(x), tanh(x), ln(x), softplus(x), erf(x)].map(f32::to_bits);
    let plain: Vec<[u32; 5]> = x.iter().map(|&x| function(x)).collect();
    let mut wide = vec![[0; 5]; x.len()];
    vectorised(
        #[inline(always)]
        || wide.iter_mut().zip(&x).for_each(|(y, &x)| *y = function(x)),
    );
    assert_eq!(plain, wide);
}
