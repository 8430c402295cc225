//! Expansions are ordinary Rust: the six of `tests/expansions` as modules, seen by rustc and clippy as if they had
//! been written by hand. If they are old, `UPDATE_EXPECT=1 cargo test -p chainrule-tests-expansions` comes first.

#![deny(warnings, missing_docs, unsafe_code, clippy::all)]
// Subscripts as in the formulas, results under their names, one part carved as several are.
#![allow(
    clippy::needless_range_loop,
    clippy::manual_memcpy,
    clippy::let_and_return,
    clippy::single_range_in_vec_init
)]

/// Attention.
#[rustfmt::skip]
#[path = "../expansions/attention.rs"]
pub mod attention;
/// A physics-informed network.
#[rustfmt::skip]
#[path = "../expansions/burgers.rs"]
pub mod burgers;
/// A loop that computes again what it has not kept.
#[rustfmt::skip]
#[path = "../expansions/checkpoint.rs"]
pub mod checkpoint;
/// A classifier.
#[rustfmt::skip]
#[path = "../expansions/classifier.rs"]
pub mod classifier;
/// A regression.
#[rustfmt::skip]
#[path = "../expansions/linear_regression.rs"]
pub mod linear_regression;
/// Residual blocks.
#[rustfmt::skip]
#[path = "../expansions/residual_blocks.rs"]
pub mod residual_blocks;

use chainrule::{CheckOptions, Sgd, Tensor, TensorMut, Workspace, check_gradient};

#[test]
fn the_regression_knows_its_gradient() {
    let model = linear_regression::LinearRegression { w: [0.5, -1.0, 2.0], b: 0.25 };
    let (x, y) = ([[1.0, 2.0, 3.0], [-1.0, 0.5, 0.0]], [4.0, -2.0]);
    let mut gradient = *linear_regression::LinearRegression::zeros();
    let mut workspace = Workspace::new();
    // Errors 0.75 and 1.25 - 2 = 0.75 from it.
    let pass = model.loss(&mut workspace, &x, &y);
    assert!((pass.value() - (0.75 * 0.75 + 1.25 * 1.25) / 4.0).abs() < 1e-15);
    pass.backward(&mut gradient);
    assert_eq!((gradient.w, gradient.b), ([-0.25, 1.0625, 1.125], 1.0));
}

#[test]
fn the_walk_knows_its_gradient() {
    let model = checkpoint::Walk::init(1);
    // The last of three parts has one step of three.
    let x = [0.5, -0.25, 0.75, 1.0, -0.5, 0.125, 0.25].map(|x| [x, 0.5 * x, -x, 0.125]);
    let mut gradient = checkpoint::Walk::zeros();
    let mut workspace = Workspace::new();
    model.cost(&mut workspace, &x).backward(&mut gradient);
    let cost = |model: &checkpoint::Walk| model.cost_value(&mut workspace, &x);
    let report = check_gradient(&*model, &*gradient, cost, CheckOptions::default());
    assert!(report.is_ok(), "{}", report.unwrap_err());
}

#[test]
fn the_residual_knows_its_gradient() {
    let model = burgers::Burgers::init(1);
    let (t, x) = ([0.1, 0.5, 0.9], [-0.4, 0.2, 0.7]);
    let mut gradient = burgers::Burgers::zeros();
    let mut workspace = Workspace::new();
    model.residual(&mut workspace, &t, &x).backward(&mut gradient);
    let cost = |model: &burgers::Burgers| model.residual_value(&mut workspace, &t, &x);
    let report = check_gradient(&*model, &*gradient, cost, CheckOptions::default());
    assert!(report.is_ok(), "{}", report.unwrap_err());
}

#[test]
fn the_classifiers_learn() {
    let mut workspace = Workspace::new();
    let mut sgd = Sgd::new(1e-4);
    let label = [3, 1];

    let mut model = classifier::Mlp::init(1);
    let mut gradient = classifier::Mlp::zeros();
    let x: [[f32; 784]; 2] = std::array::from_fn(|n| std::array::from_fn(|i| ((n + 2 * i) as f32).sin()));
    let before = model.loss_value(&mut workspace, &x, &label);
    model.loss(&mut workspace, &x, &label).backward(&mut gradient);
    sgd.step(&mut model, &gradient);
    assert!(model.loss_value(&mut workspace, &x, &label) < before);

    let mut sgd = Sgd::new(1e-3);
    let mut model = residual_blocks::Residual::init(1);
    let mut gradient = residual_blocks::Residual::zeros();
    let x: [[f32; 8]; 2] = std::array::from_fn(|n| std::array::from_fn(|i| ((n + 2 * i) as f32).sin()));
    let before = model.loss_value(&mut workspace, &x, &label);
    model.loss(&mut workspace, &x, &label).backward(&mut gradient);
    sgd.step(&mut model, &gradient);
    assert!(model.loss_value(&mut workspace, &x, &label) < before);
}

/// The first place sees itself alone, so a cotangent there is that of `x @ wv`.
#[test]
fn attention_does_not_look_ahead() {
    let model = attention::Attention::init(1);
    let data: [f32; 3 * 16] = std::array::from_fn(|i| (i as f32).cos());
    let mut cotangent = [0.0; 3 * 16];
    cotangent[..16].fill(1.0);
    let mut d_data = [f32::NAN; 3 * 16];
    let mut gradient = attention::Attention::zeros();
    let mut workspace = Workspace::new();
    let pass = model.attend(&mut workspace, Tensor::new(&data, [1, 3, 16]));
    pass.backward(
        Tensor::new(&cotangent, [1, 3, 16]),
        &mut gradient,
        &mut TensorMut::new(&mut d_data, [1, 3, 16]),
    );
    for (found, weights) in d_data.iter().zip(&model.wv) {
        assert!((found - weights.iter().sum::<f32>()).abs() < 1e-5);
    }
    assert_eq!(d_data[16..], [0.0; 32]);
    assert_eq!(gradient.wq, [[0.0; 16]; 16]);
}
