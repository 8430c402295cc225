//! The products against three plain loops.

use super::matmul::Product;
use super::{
    Runs, dots_small, largest, matmul, matmul_narrow, matmul_runs, row, rows, strided_row, sum, sum_of,
    sum_of_row, vectorised,
};
use crate::{Float, Rng};

/// One thread, without others to help it.
#[cfg(feature = "rayon")]
static ALONE: std::sync::LazyLock<rayon::ThreadPool> =
    std::sync::LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread"));

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
    let mut exact = vec![0.0; m * n];
    for i in 0..m {
        for j in 0..n {
            let exact = &mut exact[i * n + j];
            *exact = if accumulate { before[i * c_row + j].to_f64() } else { 0.0 };
            for p in 0..k {
                *exact += a[i * a_strides.0 + p * a_strides.1].to_f64()
                    * b[p * b_strides.0 + j * b_strides.1].to_f64();
            }
        }
    }
    let bound = F::EPSILON.to_f64() * (k as f64 + 2.0);
    let check = |way: &str, c: &[F]| {
        for i in 0..m {
            for j in 0..c_row {
                let (at, found) = (i * c_row + j, c[i * c_row + j].to_f64());
                let (exact, bound) =
                    if j < n { (exact[i * n + j], bound) } else { (before[at].to_f64(), 0.0) };
                assert!(
                    (found - exact).abs() <= bound,
                    "{way} {m}x{n}x{k} {layouts:?} at {i}, {j}: {found} {exact}"
                );
            }
        }
    };

    let mut c = before.clone();
    matmul(m, n, k, &a, a_strides, &b, b_strides, &mut c, c_row, accumulate);
    check("matmul", &c);
    let mut again = before.clone();
    // The same elements, aligned otherwise.
    let moved: Vec<F> = core::iter::once(F::ZERO).chain(a.iter().copied()).collect();
    matmul(m, n, k, &moved[1..], a_strides, &b, b_strides, &mut again, c_row, accumulate);
    assert!(c.iter().zip(&again).all(|(x, y)| x.to_f64().to_bits() == y.to_f64().to_bits()), "other bits");
    #[cfg(feature = "rayon")]
    {
        let mut alone = before.clone();
        ALONE.install(|| matmul(m, n, k, &a, a_strides, &b, b_strides, &mut alone, c_row, accumulate));
        let same = c.iter().zip(&alone).all(|(x, y)| x.to_f64().to_bits() == y.to_f64().to_bits());
        assert!(same, "{m} × {n} × {k}: other bits by several threads");
    }

    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if m * n * k > 0 {
        use super::cpu::Level;
        for level in [Level::Baseline, Level::Wide, Level::Widest] {
            if level > Level::get() {
                continue;
            }
            let mut c = before.clone();
            let (a, b) = (a.as_ptr(), b.as_ptr());
            let c_row_stride = c_row;
            let product =
                Product { m, n, k, a, a_strides, b, b_strides, c: c.as_mut_ptr(), c_row_stride, accumulate };
            // SAFETY: the slices are as long as sizes and strides say; the CPU has the features.
            unsafe { F::multiply_at(level, product) };
            check(&format!("{level:?}"), &c);
        }
    }

    let mut c = before.clone();
    let each = Written { c: &mut c, columns: n, row_stride: c_row, accumulate };
    matmul_runs(m, n, k, &a, a_strides, &b, b_strides, each);
    check("matmul_runs", &c);
}

/// Writes the runs of a product to where a matrix has them.
struct Written<'c, F> {
    c: &'c mut [F],
    columns: usize,
    row_stride: usize,
    accumulate: bool,
}

impl<F: Float> Runs<F> for Written<'_, F> {
    fn each(&mut self, start: usize, run: &mut [F]) {
        for (at, &sum) in (start..).zip(&*run) {
            let c = &mut self.c[at / self.columns * self.row_stride + at % self.columns];
            *c = if self.accumulate { *c + sum } else { sum };
        }
    }

    fn split(self, at: usize) -> Result<(impl Runs<F> + Send, impl Runs<F> + Send), Self> {
        let Self { c, columns, row_stride, accumulate } = self;
        let (first, second) = c.split_at_mut(at / columns * row_stride);
        let of = |c| Written { c, columns, row_stride, accumulate };
        Ok((of(first), of(second)))
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

/// Products of `N` columns against plain loops, for every number of rows around what tiles hold.
fn compare_narrow<const N: usize, F: Float>(rng: &mut Rng) {
    for m in (0..=9).chain([23, 24, 70]) {
        for k in [0, 1, 2, 7, 16, 33, 65, 131] {
            let (turned_a, turned, add) = (rng.below(2) == 0, rng.below(2) == 0, rng.below(2) == 0);
            let a_strides = if turned_a { (1, m) } else { (k, 1) };
            let b_strides = if turned { (1, k) } else { (N, 1) };
            let (a, b) = (random::<F>(rng, m * k), random::<F>(rng, k * N));
            // One element more, which stays.
            let before = random::<F>(rng, m * N + 1);
            let mut c = before.clone();
            matmul_narrow::<N, F>(m, k, &a, a_strides, &b, turned, &mut c, add);
            let mut part = before.clone();
            vectorised(
                #[inline(always)]
                |cpu| F::multiply_small::<N>(cpu, m, k, &a, a_strides, &b, turned, &mut part, add),
            );
            let bound = F::EPSILON.to_f64() * (k as f64 + 2.0);
            for (at, ((&found, &part), &before)) in c.iter().zip(&part).zip(&before).enumerate() {
                let (i, j) = (at / N, at % N);
                let inside = at < m * N;
                let mut exact = if add || !inside { before.to_f64() } else { 0.0 };
                for p in (0..k).filter(|_| inside) {
                    exact += a[i * a_strides.0 + p * a_strides.1].to_f64()
                        * b[p * b_strides.0 + j * b_strides.1].to_f64();
                }
                for found in [found, part].map(F::to_f64) {
                    assert!((found - exact).abs() <= bound, "{m}x{N}x{k} at {i}, {j}: {found} {exact}");
                }
            }
        }
    }
}

#[test]
fn few_columns() {
    let mut rng = Rng::new(11);
    macro_rules! columns {
        ($($n:literal)*) => { $(
            compare_narrow::<$n, f32>(&mut rng);
            compare_narrow::<$n, f64>(&mut rng);
        )* };
    }
    columns! { 1 2 3 4 5 8 10 13 16 20 25 30 32 37 41 48 64 }
}

/// Dot products as a part of their caller have the bits of those by a call.
fn compare_dots<F: Float>(rng: &mut Rng) {
    for n in 0..=9 {
        for k in [0, 1, 3, 8, 16, 17, 40, 64] {
            let (a, b, add) = (random::<F>(rng, k), random::<F>(rng, k * n), rng.below(2) == 0);
            let mut expected = random::<F>(rng, n);
            let mut found = expected.clone();
            matmul(1, n, k, &a, (k, 1), &b, (1, k), &mut expected, n, add);
            vectorised(
                #[inline(always)]
                |cpu| F::multiply_row(cpu, n, k, &a, &b, &mut found, add),
            );
            let bits = |x: &[F]| x.iter().map(|x| x.to_f64().to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&expected), "{n}x{k}");
        }
    }
}

#[test]
fn dots() {
    let mut rng = Rng::new(13);
    compare_dots::<f32>(&mut rng);
    compare_dots::<f64>(&mut rng);
}

#[test]
#[should_panic(expected = "`b` has 7 elements")]
fn dots_with_a_short_slice_panic() {
    vectorised(
        #[inline(always)]
        |cpu| dots_small(cpu, 2, 4, &[0.0f32; 4], &[0.0; 7], &mut [0.0; 2], false),
    );
}

#[test]
#[should_panic(expected = "`a` has 7 elements")]
fn few_columns_of_a_short_slice_panic() {
    matmul_narrow::<3, _>(2, 4, &[0.0f32; 7], (4, 1), &[0.0; 12], false, &mut [0.0; 6], false);
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

/// A row by a matrix that begins anywhere in a line of the cache.
fn compare_places<F: Float>(rng: &mut Rng) {
    for (n, k) in [(64, 33), (128, 32), (160, 100), (208, 47)] {
        let (a, b, before) = (random::<F>(rng, k), random::<F>(rng, k * n), random::<F>(rng, n));
        for accumulate in [false, true] {
            let mut first = None;
            for lead in 0..16 {
                let mut placed = vec![F::from_f64(f64::NAN); lead];
                placed.extend_from_slice(&b);
                let mut c = before.clone();
                matmul(1, n, k, &a, (k, 1), &placed[lead..], (n, 1), &mut c, n, accumulate);
                let bits: Vec<u64> = c.iter().map(|x| x.to_f64().to_bits()).collect();
                assert_eq!(*first.get_or_insert(bits.clone()), bits, "{n} x {k} at {lead}");
            }
        }
        compare::<F>(rng, [1, n, k], (0, 0), true);
    }
}

/// The same of few columns.
fn compare_narrow_places<const N: usize>(rng: &mut Rng) {
    let k = 133;
    let (a, b) = (random::<f32>(rng, k), random::<f32>(rng, k * N));
    let at = |lead: usize| {
        let mut placed = vec![f32::NAN; lead];
        placed.extend_from_slice(&b);
        let mut c = [0.0; N];
        matmul_narrow::<N, _>(1, k, &a, (k, 1), &placed[lead..], false, &mut c, false);
        c.map(f32::to_bits)
    };
    (0..16).for_each(|lead| assert_eq!(at(lead), at(0), "{N} columns at {lead}"));
}

#[test]
fn where_a_matrix_lies_does_not_change_bits() {
    let mut rng = Rng::new(8);
    compare_narrow_places::<10>(&mut rng);
    compare_narrow_places::<25>(&mut rng);
    compare_narrow_places::<41>(&mut rng);
    compare_places::<f32>(&mut rng);
    compare_places::<f64>(&mut rng);
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
fn what_does_not_stay_near() {
    // B has more than 2¹⁷ elements, and blocks of pieces more than one column.
    let mut rng = Rng::new(10);
    for layout in 0..4 {
        compare::<f32>(&mut rng, [29, 401, 330], (layout, 3 - layout), layout % 2 == 0);
        compare::<f64>(&mut rng, [3, 401, 330], (3 - layout, layout), layout % 2 == 0);
    }
}

#[test]
fn sums_of_terms() {
    for count in [0, 1, 15, 16, 17, 63, 64, 65, 200] {
        let sum = vectorised(
            #[inline(always)]
            |_| sum_of(count, |i| i as f64 * 0.5),
        );
        assert_eq!(sum, (0..count).sum::<usize>() as f64 * 0.5);
    }
}

#[test]
fn rows_are_those_of_the_range() {
    assert_eq!(rows(2..5).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(rows(3..3).count(), 0);
}

#[test]
fn rows_are_filled_up_with_zeros() {
    let elements = [1.0f64, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
    for count in 0..=10 {
        let whole = row::<16, _>(&elements[..count]);
        assert_eq!((&whole[..count], &whole[count..]), (&elements[..count], &[0.0; 16][count..]));
        let expected = f64::from((1 << count) - 1);
        assert_eq!(sum(&elements[..count]), expected);
        // What is beyond the row is not added, whatever it is.
        let total = sum_of_row::<16, f64>(count, |i| if i < count { whole[i] } else { f64::NAN });
        assert_eq!(total, expected);
    }
}

#[test]
fn rows_of_elements_apart() {
    let elements: [f32; 31] = core::array::from_fn(|i| i as f32 + 1.0);
    for count in 0..=31 {
        let (twos, threes) = vectorised(
            #[inline(always)]
            |_| (strided_row::<16, 2, _>(&elements[..count]), strided_row::<16, 3, _>(&elements[..count])),
        );
        for (row, stride) in [(twos, 2), (threes, 3)] {
            for (i, found) in row.into_iter().enumerate() {
                assert_eq!(found, elements[..count].get(i * stride).copied().unwrap_or(0.0));
            }
        }
    }
}

#[test]
#[should_panic(expected = "out of range")]
fn rows_of_elements_apart_hold_no_more() {
    let _ = strided_row::<8, 2, _>(&[0.0f32; 17]);
}

#[test]
#[should_panic(expected = "out of range")]
fn rows_hold_no_more_than_they_can() {
    let _ = row::<8, _>(&[0.0f32; 9]);
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
        |_| values.iter().sum::<f32>(),
    );
    assert_eq!(sum, 6.0);
}

#[test]
fn vectorised_functions_give_the_bits_of_one_at_a_time() {
    use crate::math::{
        Cpu,
        f32::{erf, exp, ln, softplus, tanh},
    };
    let x: Vec<f32> = (0..4_001).map(|i| (i as f32 - 2_000.0) * 0.01).collect();
    let function = |cpu, x: f32| {
        [exp(cpu, x), tanh(cpu, x), ln(cpu, x), softplus(cpu, x), erf(cpu, x)].map(f32::to_bits)
    };
    for plain in [true, false] {
        let one = |cpu| if plain { Cpu::PLAIN } else { cpu };
        let cpu = one(vectorised(|cpu| cpu));
        let single: Vec<[u32; 5]> = x.iter().map(|&x| function(cpu, x)).collect();
        let mut wide = vec![[0; 5]; x.len()];
        vectorised(
            #[inline(always)]
            |cpu| wide.iter_mut().zip(&x).for_each(|(y, &x)| *y = function(one(cpu), x)),
        );
        assert_eq!(single, wide);
    }
}

/// The first place of the largest, or of the first that is no number.
fn search<F: Float>() {
    let mut rng = Rng::new(3);
    let infinity = F::INFINITY;
    for len in (0..70).chain([100, 255, 256]) {
        for round in 0..8 {
            // Few values, so that the largest is there more than once; rows of infinities; some that are no numbers.
            let mut row: Vec<F> = (0..len).map(|_| F::from_f64((rng.uniform() * 5.0).floor())).collect();
            match round {
                0 => row.fill(-infinity),
                1 if len > 0 => row[len / 2] = infinity,
                2 => row.iter_mut().skip(len / 3).step_by(7).for_each(|x| *x = F::NAN),
                3 => row = random(&mut rng, len),
                _ => {}
            }
            let mut expected = (0, -infinity);
            for (i, &x) in row.iter().enumerate() {
                let (found, nan) = (expected.1, |x: F| x.to_f64().is_nan());
                if x > found || nan(x) && !nan(found) {
                    expected = (i, x);
                }
            }
            let (place, value) = vectorised(
                #[inline(always)]
                |cpu| largest(cpu, &row),
            );
            assert_eq!(place, expected.0, "{row:?}");
            assert_eq!(value.to_f64().to_bits(), expected.1.to_f64().to_bits(), "{row:?}");
        }
    }
}

#[test]
fn the_largest_of_a_row() {
    search::<f32>();
    search::<f64>();
}
