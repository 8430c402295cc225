//! Contractions against plain loops.

use super::{Contraction, Index, arranged, contract};
use crate::kernels::threads;
use crate::{Float, Rng};

/// The offsets of all values of some indices, by the stride that is asked for.
fn offsets(indices: &[Index], stride: impl Fn(&Index) -> usize) -> Vec<usize> {
    indices.iter().fold(vec![0], |all, index| {
        all.iter()
            .flat_map(|&at| (0..index.0).map(move |x| (at, x)))
            .map(|(at, x)| at + x * stride(index))
            .collect()
    })
}

fn random<F: Float>(rng: &mut Rng, count: usize) -> Vec<F> {
    (0..count).map(|_| F::from_f64(rng.uniform() - 0.5)).collect()
}

/// One more than the last offset, or nothing.
fn length(rows: &[usize], columns: &[usize]) -> usize {
    let most = |offsets: &[usize]| offsets.iter().copied().max();
    most(rows).zip(most(columns)).map_or(0, |(row, column)| row + column + 1)
}

fn compare<F: Float>(rng: &mut Rng, lists: [&[Index]; 3], accumulate: bool) {
    let [rows, columns, depth] = lists;
    let (first, second) = (|index: &Index| index.1, |index: &Index| index.2);
    let (a_rows, c_rows) = (offsets(rows, first), offsets(rows, second));
    let (b_columns, c_columns) = (offsets(columns, first), offsets(columns, second));
    let (a_depth, b_depth) = (offsets(depth, first), offsets(depth, second));
    let a = random::<F>(rng, length(&a_rows, &a_depth));
    let b = random::<F>(rng, length(&b_columns, &b_depth));
    let before = random::<F>(rng, length(&c_rows, &c_columns));
    let mut exact: Vec<f64> = before.iter().map(|x| x.to_f64()).collect();
    let mut written = vec![false; before.len()];
    for (&a_row, &c_row) in a_rows.iter().zip(&c_rows) {
        for (&b_column, &c_column) in b_columns.iter().zip(&c_columns) {
            let at = c_row + c_column;
            let terms =
                a_depth.iter().zip(&b_depth).map(|(i, j)| a[a_row + i].to_f64() * b[b_column + j].to_f64());
            exact[at] = if accumulate { exact[at] } else { 0.0 } + terms.sum::<f64>();
            assert!(!written[at], "a test with different elements: {lists:?}");
            written[at] = true;
        }
    }
    let bound = F::EPSILON.to_f64() * (a_depth.len() as f64 + 2.0);
    let check = |way: &str, c: &[F]| {
        for (at, (found, exact)) in c.iter().zip(&exact).enumerate() {
            let (found, bound) = (found.to_f64(), if written[at] { bound } else { 0.0 });
            assert!((found - exact).abs() <= bound, "{way} {lists:?} at {at}: {found} {exact}");
        }
    };

    let mut c = before.clone();
    contract(rows, columns, depth, &a, &b, &mut c, accumulate);
    check("contract", &c);
    let mut again = before.clone();
    // The same elements, aligned otherwise.
    let moved: Vec<F> = core::iter::once(F::ZERO).chain(b.iter().copied()).collect();
    contract(rows, columns, depth, &a, &moved[1..], &mut again, accumulate);
    assert!(c.iter().zip(&again).all(|(x, y)| x.to_f64().to_bits() == y.to_f64().to_bits()), "other bits");
    // Alone, on one thread, at every level; what is a product of matrices as such.
    let [rows, columns, depth] = arranged(lists);
    let (a, b) = (a.as_ptr(), b.as_ptr());
    if [&rows, &columns, &depth].iter().any(|list| list.count() == 0) {
        return;
    }
    let mut alone = before.clone();
    let given = Contraction::new([rows, columns, depth], a, b, alone.as_mut_ptr(), accumulate);
    // SAFETY: the slices are as long as extents and strides say.
    unsafe {
        match given.as_product() {
            Some(product) => threads::alone(product),
            None => F::contract(given),
        }
    }
    let same = c.iter().zip(&alone).all(|(x, y)| x.to_f64().to_bits() == y.to_f64().to_bits());
    assert!(same, "{lists:?}: other bits by several threads");

    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    {
        use crate::kernels::cpu::Level;
        for level in [Level::Baseline, Level::Wide, Level::Widest] {
            if level > Level::get() {
                continue;
            }
            let mut c = before.clone();
            let given = Contraction { c: c.as_mut_ptr(), ..given };
            // SAFETY: as above; the CPU has the features.
            unsafe {
                match given.as_product() {
                    Some(product) => F::multiply_at(level, product),
                    None => F::contract_at(level, given),
                }
            }
            check(&format!("{level:?}"), &c);
        }
    }
}

fn set_and_added<F: Float>(rng: &mut Rng, lists: [&[Index]; 3]) {
    compare::<F>(rng, lists, false);
    compare::<F>(rng, lists, true);
}

fn both(rng: &mut Rng, lists: [&[Index]; 3]) {
    set_and_added::<f32>(rng, lists);
    set_and_added::<f64>(rng, lists);
}

/// The three products of a convolution of a batch: forward, of the gradient of the weights, and of the
/// gradient of the image, before its shares are added up.
fn convolution<F: Float>(
    rng: &mut Rng,
    [n, o, c, h, w]: [usize; 5],
    [u, v]: [usize; 2],
    stride: usize,
    dilation: usize,
) {
    let (i, j) = ((h - dilation * (u - 1) - 1) / stride + 1, (w - dilation * (v - 1) - 1) / stride + 1);
    let (image, out, weights) = (c * h * w, o * i * j, c * u * v);
    let windows = [(c, h * w, u * v), (u, dilation * w, v), (v, dilation, 1)];
    let places = [(n, image, out), (i, stride * w, j), (j, stride, 1)];
    let swapped = |list: [Index; 3]| list.map(|(extent, a, b)| (extent, b, a));
    set_and_added::<F>(rng, [&[(o, weights, i * j)], &places, &swapped(windows)]);
    set_and_added::<F>(rng, [&[(o, i * j, weights)], &windows, &swapped(places)]);
    let rows = windows.map(|(extent, _, weight)| (extent, weight, i * j * (weight)));
    let shares = weights * i * j;
    set_and_added::<F>(rng, [&rows, &[(n, out, shares), (i, j, j), (j, 1, 1)], &[(o, weights, i * j)]]);
}

fn convolutions<F: Float>() {
    let mut rng = Rng::new(11);
    for (sizes, kernel) in [
        ([2, 6, 1, 12, 14], [5, 5]),
        ([3, 16, 6, 7, 9], [3, 3]),
        ([1, 13, 3, 20, 20], [2, 4]),
        ([4, 1, 2, 9, 6], [1, 3]),
        ([2, 2, 11, 5, 40], [5, 1]),
        ([5, 3, 2, 1, 9], [1, 4]),
        // Wide images: dot products, in runs of more than a few vectors, and in more than there is room for.
        ([1, 8, 3, 30, 30], [3, 3]),
        ([2, 15, 1, 9, 300], [2, 5]),
        ([1, 3, 2, 120, 47], [3, 2]),
        // Worth several threads.
        ([33, 7, 4, 16, 18], [5, 5]),
        ([1, 48, 32, 34, 35], [3, 3]),
    ] {
        for stride in 1..=3 {
            let dilation = 1 + (stride % 2) * usize::from(kernel[1] < 4 && kernel[0] < 4);
            convolution::<F>(&mut rng, sizes, kernel, stride, dilation);
        }
    }
}

// Each a test of its own, which a core takes: together they would be the last to run.
#[test]
fn convolutions_of_single_precision() {
    convolutions::<f32>();
}

#[test]
fn convolutions_of_double_precision() {
    convolutions::<f64>();
}

#[test]
fn any_indices_in_any_order() {
    let mut rng = Rng::new(12);
    for round in 0..200 {
        // Few long ones, or more that are short.
        let (most, long) = if round % 4 == 0 { (2, 14) } else { (4, 4) };
        let mut list = || -> Vec<Index> {
            (0..rng.below(most)).map(|_| (1 + rng.below(long), rng.below(9), rng.below(9))).collect()
        };
        let (mut rows, mut columns, depth) = (list(), list(), list());
        // Different elements of C: strides like those of a dense tensor, or one with gaps, in any order.
        let mut places: Vec<(bool, usize)> = (0..rows.len()).map(|x| (true, x)).collect();
        places.extend((0..columns.len()).map(|x| (false, x)));
        rng.shuffle(&mut places);
        let mut stride = 1 + rng.below(5) / 4;
        for (row, place) in places {
            let index = if row { &mut rows[place] } else { &mut columns[place] };
            index.2 = stride;
            stride = stride * index.0 + rng.below(4) / 3;
        }
        let accumulate = rng.below(2) == 0;
        compare::<f32>(&mut rng, [&rows, &columns, &depth], accumulate);
        compare::<f64>(&mut rng, [&rows, &columns, &depth], !accumulate);
    }
}

/// Sums whose terms are neighbours in both matrices, of any numbers of rows, columns and terms.
#[test]
fn dot_products() {
    let mut rng = Rng::new(14);
    for round in 0..60 {
        let (m, n, len, runs) = (1 + rng.below(17), 1 + rng.below(9), 20 + rng.below(300), 1 + rng.below(9));
        let rows = [(m, runs * len, n * 3)];
        let columns = [(n, 1 + rng.below(5), 1 + rng.below(3))];
        both(&mut rng, [&rows, &columns, &[(runs, len, len + round % 3), (len, 1, 1)]]);
    }
}

#[test]
fn deeper_than_a_panel() {
    let mut rng = Rng::new(13);
    both(&mut rng, [&[(17, 600, 7), (2, 3, 200)], &[(7, 5, 1)], &[(300, 1, 2), (2, 301, 1)]]);
    both(&mut rng, [&[(5, 1, 40)], &[(8, 50, 5), (5, 1, 1)], &[(20, 5, 3), (30, 100, 70)]]);
}

#[test]
fn nothing_to_add_and_nothing_to_write() {
    let mut c = [7.0f32; 6];
    contract(&[(2, 0, 3)], &[(3, 1, 1)], &[(0, 1, 1), (4, 1, 1)], &[], &[], &mut c, true);
    assert_eq!(c, [7.0; 6]);
    contract(&[(2, 0, 3)], &[(2, 1, 1)], &[(0, 1, 1), (4, 1, 1)], &[], &[], &mut c, false);
    assert_eq!(c, [0.0, 0.0, 7.0, 0.0, 0.0, 7.0]);
    contract::<f64>(&[(0, 1, 1)], &[(2, 1, 1)], &[(4, 1, 1)], &[], &[], &mut [], false);
    // Windows of an image without rows.
    let mut c = [7.0f64; 24];
    for none in [(0, 6, 4), (0, 0, 0)] {
        let depth = [none, (3, 2, 4), (2, 1, 1)];
        contract(&[(2, 0, 12)], &[(3, 4, 4), (4, 1, 1)], &depth, &[], &[], &mut c, false);
        assert_eq!(c, [0.0; 24]);
    }
    contract(&[(2, 0, 12)], &[(3, 4, 4), (4, 1, 1)], &[(0, 2, 4), (2, 1, 1)], &[], &[], &mut c, false);
}

#[test]
#[should_panic(expected = "contract: `b` has 11 elements, too few")]
fn a_short_slice_panics() {
    contract(
        &[(2, 2, 6)],
        &[(2, 5, 3), (3, 2, 1)],
        &[(2, 1, 2)],
        &[0.0f32; 4],
        &[0.0; 11],
        &mut [0.0; 12],
        false,
    );
}

#[test]
#[should_panic(expected = "contract: `a` has 4 elements, too few")]
fn an_overflowing_stride_panics() {
    contract(&[(3, usize::MAX, 1)], &[], &[(2, 1, 1)], &[0.0f32; 4], &[0.0; 2], &mut [0.0; 3], false);
}

#[test]
#[should_panic(expected = "more than 8 indices")]
fn too_many_indices_panic() {
    contract(&[(1, 1, 1); 9], &[], &[], &[0.0f32; 1], &[0.0; 1], &mut [0.0; 1], false);
}
