//! `…_step`: forward, backward and update in one, the same as one after another.

use crate::networks::{Attention, Deep, Mlp, Recurrent, labels, numbers, rows};
use chainrule::{Adam, AdamW, Params, Sgd, Tensor, TensorMut, Workspace, net};

net! {
    dim N;

    /// Part of it stays as it is, and part is out of reach of one of its functions.
    pub struct Partly {
        #[frozen]
        fixed: f32[3, 4] = he_normal,
        w: f32[4, 2],
        b: f32[2] = constant(0.5),
    }

    impl Partly {
        #[grad]
        pub fn loss(x: f32[N, 3], label: u32[N]) -> f32 { cross_entropy(tanh(x @ fixed) @ w + b, label) }

        /// Without `b`.
        #[grad]
        pub fn without(x: f32[N, 3], label: u32[N]) -> f32 { cross_entropy(tanh(x @ fixed) @ w, label) }
    }

    /// Where it reads is known in the forward pass alone.
    #[derive(PartialEq)]
    pub struct Picking {
        w: f32[3] = ones,
    }

    impl Picking {
        #[grad(self, x)]
        pub fn loss(x: f32[3], y: f32[2]) -> f32 {
            let z = y * w[0];
            tanh(z[argmax(x * x)] * sum(w * x))
        }
    }
}

#[test]
fn a_step_that_panics_leaves_the_optimiser_as_it_was() {
    let (mut disturbed, mut model) = (Picking::init(1), Picking::init(1));
    let (mut one, mut other) = (Adam::new(0.1), Adam::new(0.1));
    let mut workspace = Workspace::new();
    let (good, bad, y) = ([3.0, 0.2, 0.1], [0.1, 0.2, 3.0], [0.1, 0.2]);
    for _ in 0..2 {
        disturbed.loss_step(&mut workspace, &mut one, &good, &y);
        model.loss_step(&mut workspace, &mut other, &good, &y);
        let message = crate::message_of(|| {
            disturbed.loss_step(&mut workspace, &mut one, &bad, &y);
        });
        assert_eq!(message, "Picking::loss: subscript 2 of axis 0 of `z` is outside 0..2");
    }
    assert!(disturbed == model, "{:?}, expected {:?}", disturbed.w, model.w);
}

#[track_caller]
fn assert_alike<P: Params<Float = f32>>(found: &P, expected: &P) {
    let mut tensors = expected.tensors().into_iter();
    for found in found.tensors() {
        let expected = tensors.next().expect("the same network");
        for (place, (found, expected)) in found.data.iter().zip(expected.data).enumerate() {
            let apart = (found - expected).abs();
            assert!(apart <= 1e-6, "{}[{place}]: {found}, expected {expected}", tensors.len());
        }
    }
}

#[test]
fn of_a_classifier() {
    let (x, label) = (rows::<6>(9, 0), labels(9, 3));
    let (mut stepped, mut model) = (Mlp::init(1), Mlp::init(1));
    let (mut gradient, mut d_x) = (Mlp::zeros(), vec![[0.0; 6]; 9]);
    let mut workspace = Workspace::new();
    let (mut one, mut other) = (Adam::new(1e-2), Adam::new(1e-2));
    for _ in 0..5 {
        let value = stepped.loss_step(&mut workspace, &mut one, &x, &label);
        let pass = model.loss(&mut workspace, &x, &label);
        assert!((pass.value() - value).abs() < 1e-6, "the value before the step");
        pass.backward(&mut gradient, &mut d_x);
        other.step(&mut model, &gradient);
    }
    assert_alike(&*stepped, &*model);
}

#[test]
fn of_layers_in_a_loop() {
    let (x, label) = (rows::<6>(7, 0), labels(7, 3));
    let (mut stepped, mut model) = (Deep::init(1), Deep::init(1));
    let mut gradient = Deep::zeros();
    let mut workspace = Workspace::new();
    let sgd = || Sgd::new(0.05).momentum(0.9).nesterov().weight_decay(0.01);
    let (mut one, mut other) = (sgd(), sgd());
    for _ in 0..5 {
        let value = stepped.loss_step(&mut workspace, &mut one, &x, &label);
        let pass = model.loss(&mut workspace, &x, &label);
        assert!((pass.value() - value).abs() < 1e-6);
        pass.backward(&mut gradient);
        other.step(&mut model, &gradient);
    }
    assert_alike(&*stepped, &*model);
}

#[test]
fn of_attention_and_of_time() {
    let (data, targets) = (numbers(3 * 5 * 4, 0), numbers(3 * 5 * 4, 1));
    let (x, target) = (Tensor::new(&data, [3, 5, 4]), Tensor::new(&targets, [3, 5, 4]));
    let (mut stepped, mut model) = (Attention::init(1), Attention::init(1));
    let (mut gradient, mut d_data) = (Attention::zeros(), vec![0.0; 60]);
    let mut workspace = Workspace::new();
    let (mut one, mut other) = (AdamW::new(1e-2), AdamW::new(1e-2));
    for _ in 0..5 {
        let value = stepped.loss_step(&mut workspace, &mut one, x, target);
        let pass = model.loss(&mut workspace, x, target);
        assert!((pass.value() - value).abs() < 1e-6);
        pass.backward(&mut gradient, &mut TensorMut::new(&mut d_data, [3, 5, 4]));
        other.step(&mut model, &gradient);
    }
    assert_alike(&*stepped, &*model);

    let label = labels(5, 3);
    let (mut stepped, mut model) = (Recurrent::init(1), Recurrent::init(1));
    let mut gradient = Recurrent::zeros();
    let (mut one, mut other) = (Sgd::new(0.1), Sgd::new(0.1));
    for _ in 0..5 {
        let value = stepped.loss_step(&mut workspace, &mut one, x, &label);
        let pass = model.loss(&mut workspace, x, &label);
        assert!((pass.value() - value).abs() < 1e-6);
        pass.backward(&mut gradient);
        other.step(&mut model, &gradient);
    }
    assert_alike(&*stepped, &*model);
}

/// A step changes what has a gradient and nothing that is frozen; what this function does not reach has the
/// gradient 0, as in `backward`, which a decay of weights still changes.
#[test]
fn of_a_network_that_is_partly_frozen() {
    let (x, label) = (rows::<3>(4, 0), labels(4, 2));
    let (mut stepped, mut model) = (Partly::init(1), Partly::init(1));
    let start = *Partly::init(1);
    let mut gradient = Partly::zeros();
    let mut workspace = Workspace::new();
    let (mut one, mut other) = (AdamW::new(0.1), AdamW::new(0.1));
    for _ in 0..3 {
        stepped.without_step(&mut workspace, &mut one, &x, &label);
        model.without(&mut workspace, &x, &label).backward(&mut gradient);
        other.step(&mut model, &gradient);
        stepped.loss_step(&mut workspace, &mut one, &x, &label);
        model.loss(&mut workspace, &x, &label).backward(&mut gradient);
        other.step(&mut model, &gradient);
    }
    assert_eq!(stepped.fixed, start.fixed);
    assert_ne!(stepped.w, start.w);
    assert_alike(&*stepped, &*model);
}

#[test]
fn of_no_rows() {
    let mut model = Mlp::init(1);
    let mut workspace = Workspace::new();
    assert!(model.loss_step(&mut workspace, &mut Sgd::new(0.1), &[], &[]).is_nan());
    assert_eq!(model.as_slice(), Mlp::init(1).as_slice());
}

#[test]
fn a_refused_step_changes_nothing() {
    let mut model = Mlp::init(1);
    let mut workspace = Workspace::new();
    let message =
        crate::message_of(|| model.loss_step(&mut workspace, &mut Sgd::new(0.1), &rows::<6>(2, 0), &[0, 9]));
    assert_eq!(message, "Mlp::loss: `label[1]` is 9, expected less than 3");
    assert_eq!(model.as_slice(), Mlp::init(1).as_slice());

    let mut adam = Adam::new(0.1);
    adam.step(&mut Attention::init(1), &Attention::zeros());
    let message = crate::message_of(|| model.loss_step(&mut workspace, &mut adam, &rows::<6>(1, 0), &[0]));
    assert!(message.starts_with("Adam"), "{message}");
    assert_eq!(model.as_slice(), Mlp::init(1).as_slice());
}
