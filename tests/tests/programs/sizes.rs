//! No rows, one row, many, in any order, in one workspace.

use crate::networks::{Attention, Deep, Mlp, Recurrent, labels, numbers, rows};
use chainrule::{Adam, Params, Tensor, TensorMut, Workspace, net};

mod computed;

net! {
    dim M, N;

    /// Tensors without elements, by type.
    pub struct Empty {}

    impl Empty {
        #[grad(x)]
        pub fn squares(x: f64[0]) -> f64 { sum(x * x) }

        #[grad(x)]
        pub fn shares(x: f64[0]) -> f64[0] { softmax(x * x) }

        /// A product without an inner dimension.
        #[grad(x)]
        pub fn without_columns(x: f64[3, N]) -> f64 {
            let y = tanh(x @ t(x))[.., 1..1];
            sum(cumsum(y @ y.reshape([0, 3]))) + sum(y * y) + max(x)
        }

        #[grad(x)]
        pub fn lengths(x: f64[M, N]) -> f64[M] { norm(x, axis = 1) }

        #[grad(x)]
        pub fn logarithms(x: f64[M, N]) -> f64[M] { logsumexp(x, axis = 1) }

        #[grad(x, y)]
        pub fn likeness(x: f64[M, N], y: f64[M, N]) -> f64[M] { cosine_similarity(x, y) }

        /// Five for each element, at every third place.
        pub fn thirds(x: f64[N]) -> f64 {
            sum[i in 0..(N - 1) / 3](exp(x[3 * i] + 2) * x[3 * i + 1] / x[i])
        }

        /// Neighbours in rows: whole rows are slices, and rows without their first element are none.
        #[grad(x)]
        pub fn neighbours(x: f64[3, N]) -> f64 {
            let doubled = 2 * x;
            let product[b in 0..3, n in 0..N - 1] = doubled[b, n + 1] * doubled[b, n];
            sum(product * product) + sum(doubled)
        }

        /// What is said of the first row and of the last, which there may not be.
        #[grad(x, w)]
        pub fn at_the_ends(x: f64[N, 3], w: f64[3]) -> f64 {
            let first[n, d] = if n > 0 { x[n - 1, 2 - d] * w[d] } else { tanh(x[n, d] * w[2 - d]) };
            let last[n, d] = if n >= N - 1 { x[n, d] * w[d] } else { 0 };
            let one[n] = if n == 0 { exp(x[n, 1]) } else { 0 };
            let scaled[n] = x[n, 0] * exp(x[0, 1] * w[1]);
            sum(sin(first)) + sum(last) + sum(one) + sum(scaled) + sum[n in 0..N](exp(x[0, 2] + w[0]))
        }

        /// Derivatives by the first row, which there may not be, of what is said of it alone.
        #[grad(x, w)]
        pub fn bent(x: f64[N], w: f64) -> f64 {
            let d[n] = if n > 0 { x[n] - x[n - 1] } else { x[n] * w };
            let slope = grad(sum(d * d * d * d), x);
            let bend = grad(slope[N / 2..], x);
            sum(bend * x) + grad(sum(bend * bend), w)
        }

        /// The result lies behind two temporaries, of which either may be the larger.
        pub fn behind_the_larger(x: f64[N, 2], to: u32[M]) -> f64[N, 2] {
            let mut h = x;
            for _ in 0..2 {
                let sent = cumsum(h[to], axis = 0);
                let scale = sum(sent * cumsum(sent, axis = 0), axis = 0);
                h = cumsum(cumsum(h * scale, axis = 0), axis = 0) * cumsum(h, axis = 0);
            }
            h
        }
    }
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// A step of a classifier of so many rows: all that it computes.
fn classified(workspace: &mut Workspace<f32>, size: usize) -> Vec<u32> {
    let model = Mlp::init(2);
    let (x, label) = (rows::<6>(size, 0), labels(size, 3));
    let mut gradient = Mlp::zeros();
    gradient.as_mut_slice().fill(f32::NAN);
    let mut d_x = vec![[f32::NAN; 6]; size];
    let pass = model.loss(workspace, &x, &label);
    let mut found = vec![pass.value().to_bits()];
    pass.backward(&mut gradient, &mut d_x);
    found.extend(bits(gradient.as_slice()));
    found.extend(bits(d_x.as_flattened()));
    found.extend(model.predict(workspace, &x));
    found.extend(bits(model.logits(workspace, &x).value().as_flattened()));
    found
}

#[test]
fn one_workspace_for_all_sizes() {
    let mut workspace = Workspace::new();
    for size in [3, 1, 40, 0, 2, 7, 5, 33, 0, 64, 63] {
        assert_eq!(classified(&mut workspace, size), classified(&mut Workspace::new(), size), "{size} rows");
    }
}

#[test]
fn one_workspace_for_all_networks() {
    let mut workspace = Workspace::new();
    let (x, label) = (rows::<6>(9, 0), labels(9, 3));
    let data = numbers(9 * 2 * 4, 5);
    let deep = Deep::init(1);
    let attention = Attention::init(1);
    let alone = (
        deep.loss_value(&mut Workspace::new(), &x, &label),
        attention.loss_value(
            &mut Workspace::new(),
            Tensor::new(&data, [9, 2, 4]),
            Tensor::new(&data, [9, 2, 4]),
        ),
    );
    for _ in 0..3 {
        let first = deep.loss_value(&mut workspace, &x, &label);
        let _ = classified(&mut workspace, 9);
        let view = Tensor::new(&data, [9, 2, 4]);
        assert_eq!((first, attention.loss_value(&mut workspace, view, view)), alone);
    }
}

#[test]
fn no_rows() {
    let mut workspace = Workspace::new();
    let model = Mlp::init(0);
    let mut gradient = Mlp::zeros();
    gradient.as_mut_slice().fill(f32::NAN);
    let pass = model.loss(&mut workspace, &[], &[]);
    assert!(pass.value().is_nan(), "a mean of nothing");
    pass.backward(&mut gradient, &mut []);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.0), "{:?}", gradient.as_slice());
    assert!(model.loss_value(&mut workspace, &[], &[]).is_nan());

    gradient.as_mut_slice().fill(f32::NAN);
    let pass = model.total(&mut workspace, &[], &[]);
    assert_eq!(pass.value(), 0.0, "a sum of nothing");
    pass.backward(&mut gradient, &mut []);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.0), "{:?}", gradient.as_slice());

    gradient.as_mut_slice().fill(f32::NAN);
    let pass = model.logits(&mut workspace, &[]);
    assert!(pass.value().is_empty());
    pass.backward(&[], &mut gradient, &mut []);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.0));
    assert!(model.predict(&mut workspace, &[]).is_empty());
}

#[test]
fn no_rows_through_layers_in_a_loop() {
    let mut workspace = Workspace::new();
    let model = Deep::init(0);
    let mut gradient = Deep::zeros();
    gradient.as_mut_slice().fill(f32::NAN);
    let pass = model.loss(&mut workspace, &[], &[]);
    assert!(pass.value().is_nan());
    pass.backward(&mut gradient);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.0), "{:?}", gradient.as_slice());
}

#[test]
fn no_sequences_and_sequences_of_nothing() {
    let mut workspace = Workspace::new();
    let model = Attention::init(0);
    for shape in [[0, 3, 4], [3, 0, 4], [0, 0, 4]] {
        let view = Tensor::new(&[], shape);
        let mut gradient = Attention::zeros();
        gradient.as_mut_slice().fill(f32::NAN);
        let pass = model.loss(&mut workspace, view, view);
        assert!(pass.value().is_nan());
        pass.backward(&mut gradient, &mut TensorMut::new(&mut [], shape));
        assert!(gradient.as_slice().iter().all(|number| *number == 0.0), "{:?}", gradient.as_slice());
        let pass = model.attend(&mut workspace, view);
        assert_eq!(pass.value().shape(), shape);
        pass.accumulate(view, &mut gradient, &mut TensorMut::new(&mut [], shape));
        assert!(gradient.as_slice().iter().all(|number| *number == 0.0));
    }
}

#[test]
fn no_steps() {
    let mut workspace = Workspace::new();
    let model = Recurrent::init(0);
    let mut gradient = Recurrent::zeros();
    gradient.as_mut_slice().fill(f32::NAN);
    let pass = model.loss(&mut workspace, Tensor::new(&[], [0, 2, 4]), &[0, 1]);
    assert_eq!(pass.value(), 3.0_f32.ln());
    pass.backward(&mut gradient);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.0), "{:?}", gradient.as_slice());
}

/// A batch is its rows: the gradient of a sum is the sum of the gradients.
#[test]
fn one_row_at_a_time() {
    let mut workspace = Workspace::new();
    let model = Mlp::init(4);
    let (x, y) = (rows::<6>(11, 0), rows::<3>(11, 1));
    let (mut together, mut one_by_one) = (Mlp::zeros(), Mlp::zeros());
    let (mut d_x, mut d_each) = (vec![[f32::NAN; 6]; 11], vec![[f32::NAN; 6]; 11]);
    let pass = model.total(&mut workspace, &x, &y);
    let total = pass.value();
    pass.backward(&mut together, &mut d_x);
    let mut sum = 0.0;
    for row in 0..11 {
        let part = row..=row;
        d_each[row] = [0.0; 6];
        let pass = model.total(&mut workspace, &x[part.clone()], &y[part.clone()]);
        sum += pass.value();
        pass.accumulate(&mut one_by_one, &mut d_each[part]);
    }
    let near = |a: f32, b: f32| (a - b).abs() <= 2e-5 * b.abs().max(1.0);
    assert!(near(total, sum), "{total} {sum}");
    let pairs = together.as_slice().iter().zip(one_by_one.as_slice());
    let inputs = d_x.as_flattened().iter().zip(d_each.as_flattened());
    for (a, b) in pairs.chain(inputs) {
        assert!(near(*a, *b), "{a} {b}");
    }
}

#[test]
fn smaller_sizes_need_no_more() {
    let lengths: Vec<usize> = (0..40).map(Mlp::loss_workspace).collect();
    assert!(lengths.is_sorted(), "{lengths:?}");
    for n in 0..6 {
        for t in 0..6 {
            let length = Attention::loss_workspace(n, t);
            assert!(
                length <= Attention::loss_workspace(n + 1, t)
                    && length <= Attention::loss_workspace(n, t + 1)
            );
        }
    }
}

#[test]
fn operations_are_counted_of_each_derivative() {
    let [[value, both], [twice, twice_both]] = [1, 2].map(Mlp::loss_operations);
    // Layers of 6 to 8 and of 8 to 3, as much again by the inputs and by the weights; little beside it.
    let products = 2 * (6 * 8 + 8 * 3);
    assert!(products < value && value < products + 50, "{value}");
    assert!(3 * products < both && both < 3 * products + 100, "{both}");
    let more = Mlp::loss_operations(1001);
    assert_eq!(more, [value + 1000 * (twice - value), both + 1000 * (twice_both - both)]);
    assert_eq!([1, 4, 3001].map(Empty::thirds_operations), [[0], [5], [5000]]);
}

#[test]
fn nothing_by_type() {
    let (model, mut workspace) = (Empty::zeros(), Workspace::new());
    let mut d_x = [0.0; 0];
    let pass = model.squares(&mut workspace, &[]);
    assert_eq!(pass.value(), 0.0);
    pass.backward(&mut d_x);
    let pass = model.shares(&mut workspace, &[]);
    assert_eq!(pass.value(), &[0.0; 0]);
    pass.backward(&[], &mut d_x);
    let mut d_x = [0.5; 6];
    let x = [1.0, -2.0, 3.0, 4.0, 0.0, 1.0];
    let pass = model.without_columns(&mut workspace, Tensor::new(&x, [3, 2]));
    assert_eq!(pass.value(), 4.0);
    pass.backward(&mut TensorMut::new(&mut d_x, [3, 2]));
    assert_eq!(d_x, [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn rows_shorter_than_their_axis() {
    let (model, mut workspace) = (Empty::zeros(), Workspace::new());
    for size in [1, 2, 3, 9, 1] {
        let x: Vec<f64> = numbers(3 * size, 7).into_iter().map(f64::from).collect();
        let mut d_x = vec![f64::NAN; x.len()];
        let pass = model.neighbours(&mut workspace, Tensor::new(&x, [3, size]));
        let products = x.chunks(size).flat_map(|row| row.windows(2).map(|pair| 4.0 * pair[0] * pair[1]));
        let value: f64 = products.map(|product| product * product).sum::<f64>() + 2.0 * x.iter().sum::<f64>();
        assert!((pass.value() - value).abs() < 1e-12 * (1.0 + value.abs()), "{} for {value}", pass.value());
        pass.backward(&mut TensorMut::new(&mut d_x, [3, size]));
        for (at, found) in d_x.iter().enumerate() {
            let before = if at % size > 0 { x[at - 1].powi(2) } else { 0.0 };
            let behind = if at % size + 1 < size { x[at + 1].powi(2) } else { 0.0 };
            let expected = 32.0 * x[at] * (before + behind) + 2.0;
            assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{found} for {expected}");
        }
    }
}

#[test]
fn a_result_behind_the_larger_of_two() {
    let cumulated = |mut rows: Vec<[f64; 2]>| {
        (1..rows.len()).for_each(|at| rows[at] = std::array::from_fn(|k| rows[at - 1][k] + rows[at][k]));
        rows
    };
    let times = |a: &[[f64; 2]], b: &[[f64; 2]]| {
        let rows = a.iter().zip(b).map(|(a, b)| [a[0] * b[0], a[1] * b[1]]);
        rows.collect::<Vec<_>>()
    };
    for (n, m) in [(1, 5), (4, 1), (3, 3), (2, 0)] {
        let x: Vec<[f64; 2]> = (0..n).map(|row| [1.0 + f64::from(row), 0.5]).collect();
        let to: Vec<u32> = (0..m).map(|edge| (edge * 7) % n).collect();
        let mut expected = x.clone();
        for _ in 0..2 {
            let sent = cumulated(to.iter().map(|&to| expected[to as usize]).collect());
            let sent = cumulated(times(&sent, &cumulated(sent.clone())));
            let scale = sent.last().copied().unwrap_or_default();
            let scaled = times(&expected, &vec![scale; n as usize]);
            expected = times(&cumulated(cumulated(scaled)), &cumulated(expected));
        }
        assert_eq!(Empty::zeros().behind_the_larger(&mut Workspace::new(), &x, &to), expected, "{n}, {m}");
    }
}

#[test]
fn ends_that_are_not_there() {
    let (model, mut workspace) = (Empty::zeros(), Workspace::new());
    let w = [0.3, -0.7, 1.1];
    for size in [0, 1, 2, 5] {
        let x: Vec<[f64; 3]> = (0..size).map(|row| [0.1 * f64::from(row), 0.4, -0.3]).collect();
        let n = x.len();
        let mut value = 0.0;
        for row in 0..n {
            for d in 0..3 {
                let first = if row > 0 { x[row - 1][2 - d] * w[d] } else { (x[0][d] * w[2 - d]).tanh() };
                value += first.sin() + if row + 1 == n { x[row][d] * w[d] } else { 0.0 };
            }
            value += if row == 0 { x[0][1].exp() } else { 0.0 };
            value += x[row][0] * (x[0][1] * w[1]).exp() + (x[0][2] + w[0]).exp();
        }
        let (mut d_x, mut d_w) = (vec![[f64::NAN; 3]; n], [f64::NAN; 3]);
        let pass = model.at_the_ends(&mut workspace, &x, &w);
        assert!((pass.value() - value).abs() < 1e-12, "{size}: {} for {value}", pass.value());
        pass.backward(&mut d_x, &mut d_w);
        let mut slope = |x: [&[[f64; 3]]; 2], w: [[f64; 3]; 2]| {
            let [above, below] = [0, 1].map(|k| model.at_the_ends_value(&mut workspace, x[k], &w[k]));
            (above - below) / 2e-6
        };
        let moved = |mut row: [f64; 3], d: usize, by: f64| {
            row[d] += by;
            row
        };
        for d in 0..3 {
            let expected = slope([&x, &x], [moved(w, d, 1e-6), moved(w, d, -1e-6)]);
            assert!((d_w[d] - expected).abs() < 1e-8, "{size}: {} for {expected}", d_w[d]);
            for row in 0..n {
                let [above, below] = [1e-6, -1e-6].map(|by| {
                    let mut x = x.clone();
                    x[row] = moved(x[row], d, by);
                    x
                });
                let expected = slope([&above, &below], [w, w]);
                assert!((d_x[row][d] - expected).abs() < 1e-8, "{size}: {} for {expected}", d_x[row][d]);
            }
        }
    }
}

#[test]
fn derivatives_by_a_row_that_is_not_there() {
    let (model, mut workspace) = (Empty::zeros(), Workspace::new());
    let (mut none, mut d_w) = ([], f64::NAN);
    let pass = model.bent(&mut workspace, &[], 0.7);
    assert_eq!(pass.value(), 0.0);
    pass.backward(&mut none, &mut d_w);
    assert_eq!(d_w, 0.0);
    // Of one row d⁴ with d = w x: 12 w⁴ x³, and 144 w⁸ x⁴ by w.
    let (x, w) = (1.5_f64, 0.7_f64);
    let (one, mut d_x) = ([x], [f64::NAN]);
    let pass = model.bent(&mut workspace, &one, w);
    assert!((pass.value() - 12.0 * w.powi(4) * x.powi(3) - 1152.0 * w.powi(7) * x.powi(4)).abs() < 1e-9);
    pass.backward(&mut d_x, &mut d_w);
    assert!((d_x[0] - 36.0 * w.powi(4) * x.powi(2) - 4608.0 * w.powi(7) * x.powi(3)).abs() < 1e-9);
    assert!((d_w - 48.0 * w.powi(3) * x.powi(3) - 8064.0 * w.powi(6) * x.powi(4)).abs() < 1e-9);
}

#[test]
fn reductions_of_nothing() {
    let (model, mut workspace) = (Empty::init(0), Workspace::new());
    let nothing = Tensor::new(&[], [2, 0]);
    let mut gradient = TensorMut::new(&mut [], [2, 0]);
    let pass = model.lengths(&mut workspace, nothing);
    assert_eq!(pass.value(), [0.0; 2]);
    pass.backward(&[1.0; 2], &mut gradient);
    let pass = model.logarithms(&mut workspace, nothing);
    assert_eq!(pass.value(), [f64::NEG_INFINITY; 2]);
    pass.backward(&[1.0; 2], &mut gradient);
    assert_eq!(model.likeness_value(&mut workspace, nothing, nothing), [0.0; 2]);
}

net! {
    dim N;

    /// Means of what has parameters.
    pub struct Means {
        w: f64[3] = ones,
        k: f64 = ones,
        fc1: Linear<3, 4>,
        fc2: Linear<4, 2>,
        bn: BatchNorm<3>,
    }

    impl Means {
        #[grad]
        pub fn all(x: f64[N, 3], y: f64[N]) -> f64 {
            mean(x + k) + mean(x * k) + sum(x + k) / N + mean(powi(x @ w + k - y, 2)) + var(x * k)
                + mse(x @ w, k * y) + sum(mean(x * w + k, axis = 0)) + mean(fc2(relu(fc1(x)))) + normal(x * k)
        }

        fn normal(x: f64[N, 3]) -> f64 {
            let (y, average, variance) = bn(x);
            mean(y * y) + sum(y) + sum(average * variance) + by_hand(x)
        }

        fn by_hand(x: f64[N, 3]) -> f64 {
            let middle = mean(x, axis = 0);
            sum((x - middle) / sqrt(mean(powi(x - middle, 2), axis = 0) + 1e-5) * w)
        }
    }
}

#[test]
fn means_of_nothing() {
    let (mut model, mut workspace) = (Means::init(0), Workspace::new());
    let mut gradient = Means::zeros();
    gradient.as_mut_slice().fill(f64::NAN);
    let pass = model.all(&mut workspace, &[], &[]);
    assert!(pass.value().is_nan());
    pass.backward(&mut gradient);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.0), "{:?}", gradient.as_slice());
    let before = model.as_slice().to_vec();
    let value = model.all_step(&mut workspace, &mut Adam::new(0.1), &[], &[]);
    assert!(value.is_nan() && model.as_slice() == before, "{:?}", model.as_slice());
}

/// As in PyTorch 2: a length counts as 1e-8 at least, and the derivative takes it as it is.
#[test]
fn likeness_of_zeros() {
    let (model, mut workspace) = (Empty::init(0), Workspace::new());
    let (x, y) = ([0.0, 0.0, 3e-9, 0.0, 0.0, 0.0, 3.0, 0.0], [3.0, 4.0, 3.0, 4.0, 0.0, 0.0, 3.0, 4.0]);
    let (mut d_x, mut d_y) = ([f64::NAN; 8], [f64::NAN; 8]);
    let pass = model.likeness(&mut workspace, Tensor::new(&x, [4, 2]), Tensor::new(&y, [4, 2]));
    chainrule_tests::assert_near("value", pass.value(), &[0.0, 0.18, 0.0, 0.6], 1e-14);
    let (mut by_x, mut by_y) = (TensorMut::new(&mut d_x, [4, 2]), TensorMut::new(&mut d_y, [4, 2]));
    pass.backward(&[1.0; 4], &mut by_x, &mut by_y);
    let expected = [6e7, 8e7, 4.2e7, 8e7, 0.0, 0.0, 0.0, 0.8 / 3.0];
    chainrule_tests::assert_near("by x", &d_x, &expected, 1e-14);
    let expected = [0.0, 0.0, 0.0384, -0.0288, 0.0, 0.0, 0.128, -0.096];
    chainrule_tests::assert_near("by y", &d_y, &expected, 1e-14);
}
