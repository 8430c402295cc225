//! The crate that makes everything as hard as it can, run.

use chainrule::{CheckOptions, Params, Tensor, Workspace, check_gradient};
use chainrule_tests_hygiene::{attributes, in_a_function, in_a_macro, shadowed, twice};

#[test]
fn in_the_body_of_a_function() {
    assert_eq!(in_a_function::product(), (6.0, 3.0));
}

#[test]
fn in_a_module_of_false_friends() {
    assert_eq!(shadowed::hidden(), 1.5 + 0.75);
    let mut workspace = Workspace::new();
    assert_eq!(shadowed::Nothing {}.twice(&mut workspace, 4.0).value(), 8.0);
    let model = shadowed::Awkward::init(3);
    assert_eq!(model.seed(&mut workspace, &[1.0, 2.0]), &[1.0, 2.0]);

    let ws = [[0.1, -0.7, 0.4], [0.9, 0.2, -0.3]];
    let other = [[0.5, -0.2], [0.8, 0.3]];
    let d_ws = [[-0.4, 0.6], [0.2, 0.7]];
    let arena = [0.9, -0.5, 0.4, 0.8, 1.1, -0.6, 0.7, 0.3];
    let arena = Tensor::new(&arena, [2, 2, 2]);
    let cotangent = [0.6, -0.8];
    let mut gradient = shadowed::Awkward::zeros();
    gradient.as_mut_slice().fill(f64::NAN);
    let (mut d_first, mut d_second) = ([[f64::NAN; 3]; 2], [[f64::NAN; 2]; 2]);
    let pass = model.loss(&mut workspace, &ws, &other, &[1, 0], arena, 0.7, &d_ws, &cotangent);
    let value = pass.value();
    pass.backward(&mut gradient, &mut d_first, &mut d_second);
    assert!(value.is_finite() && d_first[0][0] != 0.0 && d_second[1][1] != 0.0);
    assert_eq!(gradient.count, [0.0; 2], "frozen");
    let cost = |model: &shadowed::Awkward| {
        model.loss_value(&mut workspace, &ws, &other, &[1, 0], arena, 0.7, &d_ws, &cotangent)
    };
    let report = check_gradient(&*model, &*gradient, cost, CheckOptions::default());
    assert!(report.is_ok(), "{}", report.unwrap_err());

    let mut d_value = [[f64::NAN; 2]; 2];
    let pass = model.accumulate(&mut workspace, &other, 3.0);
    let (total, each, mean) = pass.value();
    assert!((total - (0.25 + 0.04 + 0.64 + 0.09)).abs() < 1e-15);
    assert!((each[0] - 3.0 * (0.25 + 0.04)).abs() < 1e-15);
    assert!((mean - 0.35).abs() < 1e-15);
    pass.backward((1.0, &[2.0, 0.0], 4.0), &mut d_value);
    assert!((d_value[0][0] - (2.0 * 0.5 + 2.0 * 3.0 * 2.0 * 0.5 + 1.0)).abs() < 1e-14);
    assert!((d_value[1][0] - (2.0 * 0.8 + 1.0)).abs() < 1e-14);
}

#[test]
fn with_attributes() {
    assert_eq!(attributes::inside(), (12.0, 2.0));
    let mut workspace = Workspace::new();
    let model = attributes::Present::init(1);
    assert_eq!(model, attributes::Present::init(1));
    let mut gradient = attributes::Present::zeros();
    let mut d_x = [[f64::NAN; 3]];
    model.loss(&mut workspace, &[[1.0, 2.0, 3.0]]).backward(&mut gradient, &mut d_x);
    assert_eq!(gradient.layer.bias, [1.0; 2]);

    let names = attributes::Names { as_slice: [1.0, 2.0, 3.0], W: [1.0, 1.0] };
    let x = [1.0; 3];
    assert_eq!(Params::as_slice(&names).len(), 5);
    assert_eq!(names.as_slice(&mut workspace, &x), 3.0);
    assert_eq!(names.clone(&mut workspace, &x), &[2.0; 3]);
    let mut gradient = names;
    let pass = names.value(&mut workspace, &x);
    assert_eq!(pass.value(), 8.0);
    pass.backward(&mut gradient);
    assert_eq!(gradient.W, [2.0, 2.0]);
}

#[test]
fn a_network_named_as_a_type_parameter() {
    let mut model = shadowed::S::zeros();
    model.w = [2.0, 3.0];
    let mut workspace = Workspace::new();
    let mut d_s = [0.0; 2];
    model.each(&mut workspace, &[1.0, 1.0]).backward(&[1.0, 10.0], &mut d_s);
    assert_eq!(d_s, [4.0, 90.0]);
}

#[test]
fn in_a_macro_of_the_users() {
    let mut workspace = Workspace::new();
    let model = in_a_macro::First::init(1);
    assert_eq!(model.shift, [1.0; 4]);
    let mut gradient = in_a_macro::First::zeros();
    let (x, label) = ([[0.3, 0.4, -0.2], [0.1, -0.6, 0.8]], [2, 1]);
    model.loss(&mut workspace, &x, &label).backward(&mut gradient);
    let cost = |model: &in_a_macro::First| model.loss_value(&mut workspace, &x, &label);
    assert!(check_gradient(&*model, &*gradient, cost, CheckOptions::default()).is_ok());

    let mut workspace = Workspace::new();
    let model = in_a_macro::second::Second::init(1);
    assert!(model.loss_value(&mut workspace, &[[0.5; 5]], &[2]).is_finite());

    let mut workspace = Workspace::new();
    let mut model = in_a_macro::Nested::zeros();
    model.w = [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 3.0];
    assert_eq!(model.loss_value(&mut workspace), 14.0);
}

#[test]
fn two_blocks_in_one_module() {
    let (x, y) = ([[0.5, -0.25, 1.0]], [[0.75, 0.5]]);
    let double = twice::Double::init(5).loss_value(&mut Workspace::new(), &x, &y);
    let (x, y) = ([[0.5, -0.25, 1.0]], [[0.75, 0.5]]);
    let single = twice::Single::init(5).loss_value(&mut Workspace::new(), &x, &y);
    assert!(double.is_finite() && single.is_finite());
}
