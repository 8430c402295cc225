//! The optimisers against PyTorch's numbers, against each other, and their limits.

use super::*;
use crate::params::tests::{Net, Vector};

/// A quadratic's gradient, different in each element.
fn gradient(model: &Vector<f64, 3>) -> Vector<f64, 3> {
    Vector { x: [model.x[0] - 1.0, 10.0 * model.x[1] + 2.0, 0.1 * model.x[2]] }
}

fn run(mut optimiser: impl Optimiser<f64>) -> [f64; 3] {
    let mut model = Vector { x: [0.5, -0.25, 2.0] };
    for _ in 0..5 {
        let gradients = gradient(&model);
        optimiser.step(&mut model, &gradients);
    }
    model.x
}

/// Five steps of the textbook formula, with the state written out.
fn by_hand(rule: impl Fn(usize, f64, f64, &mut [f64; 2]) -> f64) -> [f64; 3] {
    let mut model = Vector { x: [0.5, -0.25, 2.0] };
    let mut state = [[0.0; 2]; 3];
    for t in 1..=5 {
        let gradients = gradient(&model);
        for ((w, g), state) in model.x.iter_mut().zip(gradients.x).zip(&mut state) {
            *w = rule(t, *w, g, state);
        }
    }
    model.x
}

fn close(found: [f64; 3], expected: [f64; 3]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-14, "{found} {expected}");
    }
}

#[test]
fn formulas() {
    close(run(Sgd::new(0.05)), by_hand(|_, w, g, _| w - 0.05 * g));
    let momentum = |_, w: f64, g: f64, s: &mut [f64; 2]| {
        s[0] = 0.9 * s[0] + g + 0.01 * w;
        w - 0.05 * s[0]
    };
    close(run(Sgd::new(0.05).momentum(0.9).weight_decay(0.01)), by_hand(momentum));
    let nesterov = |_, w: f64, g: f64, s: &mut [f64; 2]| {
        s[0] = 0.9 * s[0] + g;
        w - 0.05 * (g + 0.9 * s[0])
    };
    close(run(Sgd::new(0.05).momentum(0.9).nesterov()), by_hand(nesterov));
    let adam = |t: usize, w: f64, g: f64, s: &mut [f64; 2]| {
        s[0] = 0.8 * s[0] + 0.2 * g;
        s[1] = 0.9 * s[1] + 0.1 * g * g;
        let mean = s[0] / (1.0 - 0.8f64.powi(t as i32));
        let square = s[1] / (1.0 - 0.9f64.powi(t as i32));
        w - 0.05 * mean / (square.sqrt() + 1e-4)
    };
    close(run(Adam::new(0.05).betas(0.8, 0.9).eps(1e-4)), by_hand(adam));
    close(
        run(Adam::new(0.05).betas(0.8, 0.9).eps(1e-4).weight_decay(0.1)),
        by_hand(|t, w, g, s| adam(t, w, g + 0.1 * w, s)),
    );
    close(
        run(AdamW::new(0.05).betas(0.8, 0.9).eps(1e-4).weight_decay(0.1)),
        by_hand(|t, w, g, s| adam(t, w * (1.0 - 0.05 * 0.1), g, s)),
    );
}

#[test]
fn parts_give_the_same_bits_as_the_whole() {
    let whole = run(Adam::new(0.1));
    let mut optimiser = Adam::new(0.1);
    let mut model = Vector { x: [0.5, -0.25, 2.0] };
    for _ in 0..5 {
        let gradients = gradient(&model);
        optimiser.begin(3);
        optimiser.update(1, &mut model.x[1..], &gradients.x[1..]);
        optimiser.update(0, &mut model.x[..1], &gradients.x[..1]);
    }
    assert_eq!(model.x, whole);
}

/// Slices only: the default of `prepare`.
struct Plain;

impl Optimiser<f64> for Plain {
    fn begin(&mut self, _: usize) {}

    fn update(&mut self, offset: usize, parameters: &mut [f64], gradients: &[f64]) {
        for (i, (w, g)) in parameters.iter_mut().zip(gradients).enumerate() {
            *w -= (1 + (offset + i) % 3) as f64 * g;
        }
    }
}

/// Short rows and long ones, one term and several, all strides: as the product, then the update.
#[test]
fn products_update_as_their_elements() {
    fn compare(m: usize, n: usize, k: usize, turned: bool, mut make: [impl Optimiser<f64>; 2]) {
        let (a, b, mut found) = (numbers(2 * m * k), numbers(k * n), numbers(m * n));
        let mut expected = found.clone();
        let b_strides = if turned { (1, k) } else { (n, 1) };
        for _ in 0..2 {
            let product = |i: usize| {
                let terms = (0..k).map(|p| a[2 * (i / n + p * m)] * b[p * b_strides.0 + i % n * b_strides.1]);
                terms.sum::<f64>()
            };
            let gradients: Vec<f64> = (0..m * n).map(product).collect();
            let [one, other] = &mut make;
            one.begin(m * n + 5);
            other.begin(m * n + 5);
            update_by_product(one, 5, &mut found, m, n, k, &a, (2, 2 * m), &b, b_strides);
            other.update(5, &mut expected, &gradients);
        }
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-13, "{m}x{n}x{k}: {found} {expected}");
        }
    }
    for (m, n) in [(0, 64), (3, 0), (1, 64), (5, 67), (40, 130), (70, 63), (1, 1), (300, 17)] {
        for k in [0, 1, 2, 5] {
            for turned in [false, true] {
                compare(m, n, k, turned, [Sgd::new(0.1), Sgd::new(0.1)]);
                let nesterov = || Sgd::new(0.1).momentum(0.9).nesterov().weight_decay(0.1);
                compare(m, n, k, turned, [nesterov(), nesterov()]);
                compare(m, n, k, turned, [AdamW::new(0.1).eps(0.1), AdamW::new(0.1).eps(0.1)]);
                compare(m, n, k, turned, [Plain, Plain]);
            }
        }
    }
}

/// Numbers without a pattern.
fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|i| (1.7 * i as f64 + 0.1).sin()).collect()
}

/// Rows whose length is known are updated as others are.
#[test]
fn narrow_products_give_the_same_bits() {
    fn compare<const N: usize>(m: usize, k: usize, mut make: [impl Optimiser<f64>; 2]) {
        let (a, b, mut found) = (numbers(2 * m * k), numbers(k * (N + 1)), numbers(m * N));
        let mut expected = found.clone();
        for _ in 0..2 {
            let [one, other] = &mut make;
            one.begin(m * N + 5);
            other.begin(m * N + 5);
            update_by_narrow_product::<N, _>(one, 5, &mut found, m, k, &a, (2, 2 * m), &b, N + 1);
            update_by_product(other, 5, &mut expected, m, N, k, &a, (2, 2 * m), &b, (N + 1, 1));
        }
        assert_eq!(found, expected, "{m}x{N}x{k}");
    }
    for m in [0, 1, 7, 30] {
        for k in [1, 2, 5] {
            compare::<2>(m, k, [Sgd::new(0.1), Sgd::new(0.1)]);
            compare::<25>(m, k, [Sgd::new(0.1), Sgd::new(0.1)]);
            compare::<25>(m, k, [AdamW::new(0.1), AdamW::new(0.1)]);
            compare::<64>(m, k, [Plain, Plain]);
        }
    }
}

#[test]
fn many_rows_of_few_columns_give_the_same_bits() {
    fn compare<const N: usize>(m: usize, [mut one, mut other]: [impl Optimiser<f32>; 2]) {
        let floats = |count| numbers(count).into_iter().map(|x| x as f32).collect::<Vec<f32>>();
        let (a, b, mut found) = (floats(m), floats(N), floats(m * N));
        let mut expected = found.clone();
        for _ in 0..2 {
            one.begin(m * N + 5);
            other.begin(m * N + 5);
            update_by_narrow_product::<N, _>(&mut one, 5, &mut found, m, 1, &a, (1, m), &b, N);
            update_by_product(&mut other, 5, &mut expected, m, N, 1, &a, (1, m), &b, (N, 1));
        }
        assert_eq!(found, expected, "{m}x{N}");
    }
    for m in [31, 32, 65, 133] {
        let sgd = || Sgd::new(0.1).momentum(0.9);
        compare::<1>(m, [sgd(), sgd()]);
        compare::<10>(m, [sgd(), sgd()]);
        compare::<25>(m, [sgd(), sgd()]);
        compare::<25>(m, [AdamW::new(0.1), AdamW::new(0.1)]);
        compare::<32>(m, [sgd(), sgd()]);
        compare::<50>(m, [sgd(), sgd()]);
    }
}

#[test]
#[should_panic(expected = "update_by_narrow_product: 5 parameters, not 2 x 3")]
fn narrow_products_of_another_size_panic() {
    update_by_narrow_product::<3, _>(&mut Plain, 0, &mut [0.0; 5], 2, 1, &[0.0; 2], (1, 2), &[0.0; 3], 3);
}

#[test]
#[should_panic(expected = "update_by_product: 5 parameters, not 2 x 3")]
fn products_of_another_size_panic() {
    update_by_product(&mut Plain, 0, &mut [0.0; 5], 2, 3, 1, &[0.0; 2], (1, 2), &[0.0; 3], (3, 1));
}

#[test]
fn memory_of_the_callers_gives_the_same_bits() {
    let mut memory = [f64::NAN; 6];
    assert_eq!(run(Adam::from_slice(0.1, &mut memory)), run(Adam::new(0.1)));
    assert_eq!(run(Sgd::from_slice(0.1, &mut [])), run(Sgd::new(0.1)));
}

#[test]
fn frozen_parameters_stay() {
    let mut model = Net::init(1);
    let before = *model;
    let mut gradients = Net::zeros();
    gradients.as_mut_slice().fill(1.0);
    let mut optimiser = AdamW::new(0.1);
    optimiser.step(&mut model, &gradients);
    assert_eq!(model.fixed, before.fixed);
    assert!(model.scale < before.scale && model.first.weight[0][0] < before.first.weight[0][0]);
    Optimiser::step(&mut optimiser, &mut *model, &*gradients);
}

#[test]
fn types_are_inferred_from_the_step() {
    let (mut model, gradients) = (Vector { x: [1.0f32; 2] }, Vector { x: [0.5f32; 2] });
    let mut sgd = Sgd::new(1.0);
    sgd.step(&mut model, &gradients);
    sgd.set_rate(0.5);
    sgd.step(&mut model, &gradients);
    assert_eq!(model.x, [0.25; 2]);
}

#[test]
#[should_panic(expected = "Adam: the network has 2 parameters, but the steps before had 3")]
fn another_network_panics() {
    let mut adam = Adam::new(0.1);
    adam.step(&mut Vector { x: [0.0; 3] }, &Vector { x: [0.0; 3] });
    adam.step(&mut Vector { x: [0.0; 2] }, &Vector { x: [0.0; 2] });
}

#[test]
#[should_panic(expected = "AdamW: the workspace has 3 elements, expected at least 6")]
fn short_memory_panics() {
    let mut memory = [0.0; 3];
    AdamW::from_slice(0.1, &mut memory).step(&mut Vector { x: [0.0; 3] }, &Vector { x: [0.0; 3] });
}
