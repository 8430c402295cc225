//! The caller's mistakes: each panics before anything is written, and says which function, which argument, what was
//! found and what was expected. Those in subscripts stand beside.

use crate::networks::{Attention, Mlp, labels, numbers, rows};
use crate::{message_of, refused};
use chainrule::{Params, Tensor, TensorMut, Workspace, net};

net! {
    dim N, M, S;

    /// Sizes that are asked for wrongly.
    pub struct Mistakes {}

    impl Mistakes {
        #[grad(x)]
        pub fn stretch(x: f64[N], s: dim S) -> f64[N, S] { broadcast_to(x.reshape([N, 1]), [N, S]) }

        pub fn halves(x: f64[N], s: dim S) -> f64[N, S / 2] { broadcast_to(x.reshape([N, 1]), [N, S / 2]) }

        #[grad(x)]
        pub fn sized(x: f64[N], n: dim N) -> f64 { sum(x) / n }

        #[grad(x)]
        pub fn differences(x: f64[N]) -> f64[N - 1] {
            let d[i in 0..N - 1] = x[i + 1] - x[i];
            d
        }

        /// Zeros before it, which are stored nowhere.
        #[grad(x)]
        pub fn behind_zeros(x: f64[N]) -> f64 { sum(concat([zeros([N - 2]), x * x])) }

        /// The first of so many parts.
        #[grad(x)]
        pub fn parts(x: f64[N], m: dim M) -> f64 { sum(x[..N / M]) }

        /// Twelve, divided among all but one.
        #[grad(x)]
        pub fn shares(x: f64[N]) -> f64 { sum(ones([12 / (N - 1)])) * sum(x) }

        /// The same where there are two.
        #[grad(x)]
        pub fn guarded_shares(x: f64[N]) -> f64 {
            if N > 1 { let y = exp(ones([12 / (N - 1)]) * x[0]); sum(y * y) } else { sum(x) }
        }

        /// Each by its neighbour, the last by the first.
        #[grad(x)]
        pub fn ring(x: f64[N]) -> f64 { let y[i in 0..N] = x[i] * x[(i + 1) % N]; sum(y) }

        /// What is behind the second, where there is a second.
        #[grad(x)]
        pub fn behind_two(x: f64[N]) -> f64 { if N > 1 { sum(x[2..]) } else { 0 } }

        /// The largest of each row.
        #[grad(x)]
        pub fn largest(x: f64[N, M]) -> f64[N] { max(x, axis = 1) }

        /// The least of what is computed, over both axes; only where a number that is computed says so.
        #[grad(x)]
        pub fn least(x: f64[N, M]) -> f64 {
            let y = x * x + 1;
            if sum(x) >= 0 { min(y) } else { 0 }
        }

        /// Only where there is any.
        #[grad(x)]
        pub fn largest_if_any(x: f64[N, M]) -> f64[N] {
            let y[n] = if M > 0 { max[m](x[n, m] * m) } else { -1 };
            y
        }

        /// Where it is.
        #[grad(x)]
        pub fn place(x: f64[M]) -> f64 { argmax(x) + sum(x) }

        /// What stands there.
        pub fn there(x: f64[N, M], y: f64[M]) -> f64[N] { let y[n] = y[argmin[m](x[n, m])]; y }

        #[grad(x, y)]
        pub fn scaled(x: f64[N, M], y: f64[M, N]) -> f64[N, N] { x @ y }

        #[grad(x, y)]
        pub fn both(x: f64[N], y: f64[M]) -> (f64[N], f64[M]) { (x * x, y * y) }
    }
}

#[test]
fn rows_that_disagree() {
    let model = Mlp::init(0);
    let x = rows::<6>(2, 0);
    let message = refused(0.5, |ws, gradient: &mut Mlp| {
        model.loss(ws, &x, &labels(3, 3)).backward(gradient, &mut [[0.0; 6]; 2]);
    });
    assert_eq!(message, "Mlp::loss: `label` has 3 rows, but N = 2 (from `x`)");
    let message = refused(0.5, |ws, _: &mut Mlp| {
        model.loss_value(ws, &x, &labels(1, 3));
    });
    assert_eq!(message, "Mlp::loss: `label` has 1 row, but N = 2 (from `x`)");
}

#[test]
fn labels_out_of_range() {
    let model = Mlp::init(0);
    let message = refused(0.5, |ws, gradient: &mut Mlp| {
        model.loss(ws, &rows::<6>(3, 0), &[0, 2, 12]).backward(gradient, &mut [[0.0; 6]; 3]);
    });
    assert_eq!(message, "Mlp::loss: `label[2]` is 12, expected less than 3");
    let message = refused(0.5, |ws, _: &mut Mlp| {
        model.loss_value(ws, &rows::<6>(1, 0), &[u32::MAX]);
    });
    assert_eq!(message, "Mlp::loss: `label[0]` is 4294967295, expected less than 3");
}

#[test]
fn gradients_of_another_length() {
    let model = Mlp::init(0);
    let x = rows::<6>(2, 0);
    let mut d_x = [[0.5; 6]; 3];
    let mut gradient = Mlp::zeros();
    gradient.as_mut_slice().fill(0.5);
    let mut workspace = Workspace::new();
    let message = message_of(|| model.loss(&mut workspace, &x, &[0, 1]).backward(&mut gradient, &mut d_x));
    assert_eq!(message, "MlpLossPass::backward: `d_x` has 3 rows, but N = 2 (from `x`)");
    let message =
        message_of(|| model.loss(&mut workspace, &x, &[0, 1]).accumulate(&mut gradient, &mut d_x[..1]));
    assert_eq!(message, "MlpLossPass::accumulate: `d_x` has 1 row, but N = 2 (from `x`)");
    let cotangent = [[1.0; 3]; 3];
    let message =
        message_of(|| model.logits(&mut workspace, &x).backward(&cotangent, &mut gradient, &mut d_x[..2]));
    assert_eq!(message, "MlpLogitsPass::backward: `cotangent` has 3 rows, but N = 2 (from `x`)");
    assert_eq!(d_x, [[0.5; 6]; 3]);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.5));
}

#[test]
fn axes_that_disagree() {
    let model = Attention::init(0);
    let (data, other) = (numbers(24, 0), numbers(32, 1));
    let x = Tensor::new(&data, [2, 3, 4]);
    let message = refused(0.5, |ws, gradient: &mut Attention| {
        let pass = model.loss(ws, x, Tensor::new(&other, [2, 4, 4]));
        pass.backward(gradient, &mut TensorMut::new(&mut [0.0; 24], [2, 3, 4]));
    });
    assert_eq!(message, "Attention::loss: axis 1 of `target` has size 4, but T = 3 (from `x`)");
    let message = refused(0.5, |ws, _: &mut Attention| {
        model.loss_value(ws, Tensor::new(&other, [4, 4, 2]), x);
    });
    assert_eq!(message, "Attention::loss: axis 2 of `x` has size 2, expected 4");

    let mut d_data = [0.5; 24];
    let mut gradient = Attention::zeros();
    gradient.as_mut_slice().fill(0.5);
    let mut workspace = Workspace::new();
    let message = message_of(|| {
        let pass = model.loss(&mut workspace, x, x);
        pass.backward(&mut gradient, &mut TensorMut::new(&mut d_data, [3, 2, 4]));
    });
    assert_eq!(message, "AttentionLossPass::backward: axis 0 of `d_x` has size 3, but N = 2 (from `x`)");
    assert_eq!(d_data, [0.5; 24]);
    assert!(gradient.as_slice().iter().all(|number| *number == 0.5));
}

#[test]
fn views_of_another_length() {
    let message = message_of(|| Tensor::new(&[0.0_f32; 5], [2, 3]));
    assert_eq!(message, "Tensor::new: 5 elements do not make an array of shape [2, 3]");
    let message = message_of(|| TensorMut::new(&mut [0.0_f64; 7], [2, 3]).shape());
    assert_eq!(message, "TensorMut::new: 7 elements do not make an array of shape [2, 3]");
}

#[test]
fn sizes_that_arguments_give() {
    let model = Mistakes::init(0);
    let mut d_x = [0.5; 3];
    let message = refused(0.5, |ws, _: &mut Mistakes| model.sized(ws, &[1.0; 3], 4).backward(&mut d_x));
    assert_eq!(message, "Mistakes::sized: `n` is 4, but N = 3 (from `x`)");
    let message = refused(0.5, |ws, _: &mut Mistakes| {
        model.differences(ws, &[]).backward(&[], &mut d_x);
    });
    assert_eq!(message, "Mistakes::differences: the size N - 1 is negative where N = 0");
    let message = refused(0.5, |ws, _: &mut Mistakes| {
        let x = Tensor::new(&[1.0; 6], [2, 3]);
        let y = Tensor::new(&[1.0; 6], [2, 3]);
        let _ = model.scaled(ws, x, y).value();
    });
    assert_eq!(message, "Mistakes::scaled: axis 0 of `y` has size 2, but M = 3 (from `x`)");
    assert_eq!(d_x, [0.5; 3]);
}

/// A size that nothing is stored with is negative as any other is.
#[test]
fn sizes_of_what_is_not_stored() {
    let model = Mistakes::init(0);
    let x = [1.0, 2.0, 3.0];
    for size in 0..=3 {
        let (mut d_x, mut ws) = ([0.5; 3], Workspace::new());
        let pass = model.behind_two(&mut ws, &x[..size]);
        let value = pass.value();
        pass.backward(&mut d_x[..size]);
        assert_eq!((value, d_x[2]), ([0.0, 0.0, 0.0, 3.0][size], [0.5, 0.5, 0.5, 1.0][size]));
        if size >= 2 {
            let pass = model.behind_zeros(&mut ws, &x[..size]);
            let value = pass.value();
            pass.backward(&mut d_x[..size]);
            assert_eq!((value, d_x[1]), ([5.0, 14.0][size - 2], 4.0));
            continue;
        }
        let mut d_x = [0.5; 1];
        let message = refused(0.5, |ws, _: &mut Mistakes| {
            model.behind_zeros(ws, &x[..size]).backward(&mut d_x[..size]);
        });
        let expected = format!("Mistakes::behind_zeros: the size N - 2 is negative where N = {size}");
        assert_eq!(message, expected);
        assert_eq!(d_x, [0.5]);
    }
}

/// A divisor that a run makes zero is a mistake where something is divided by it, and nowhere else.
#[test]
fn divisors_that_are_zero() {
    let model = Mistakes::init(0);
    let x = [1.0, 2.0, 3.0];
    let mut d_x = [0.5; 3];
    let message = refused(0.5, |ws, _: &mut Mistakes| model.parts(ws, &x, 0).backward(&mut d_x));
    assert_eq!(message, "Mistakes::parts: the divisor M is 0 where M = 0");
    for size in 0..2 {
        let message = refused(0.5, |ws, _: &mut Mistakes| {
            model.shares(ws, &x[..size]).backward(&mut d_x[..size]);
        });
        assert_eq!(message, format!("Mistakes::shares: the divisor N - 1 is less than 1 where N = {size}"));
    }
    assert_eq!(d_x, [0.5; 3]);
    let mut ws = Workspace::new();
    let ring = [(0.0, [0.5; 3]), (1.0, [2.0, 0.5, 0.5]), (4.0, [4.0, 2.0, 0.5]), (11.0, [5.0, 4.0, 3.0])];
    for (size, expected) in ring.into_iter().enumerate() {
        let mut d_x = [0.5; 3];
        let pass = model.ring(&mut ws, &x[..size]);
        let value = pass.value();
        pass.backward(&mut d_x[..size]);
        assert_eq!((value, d_x), expected);
    }
    let square = 2.0_f64.exp();
    for (size, expected) in [(0, (0.0, 0.5)), (1, (1.0, 1.0)), (3, (6.0 * square, 12.0 * square))] {
        let mut d_x = [0.5; 3];
        let pass = model.guarded_shares(&mut ws, &x[..size]);
        let value = pass.value();
        pass.backward(&mut d_x[..size]);
        assert!((value - expected.0).abs() < 1e-9 && (d_x[0] - expected.1).abs() < 1e-9, "{value}, {d_x:?}");
    }
}

#[test]
fn one_of_several_cotangents() {
    let model = Mistakes::init(0);
    let (mut d_x, mut d_y) = ([0.5; 2], [0.5; 3]);
    let message = message_of(|| {
        let mut workspace = Workspace::new();
        model.both(&mut workspace, &[1.0; 2], &[1.0; 3]).backward((&[1.0; 2], &[1.0; 2]), &mut d_x, &mut d_y);
    });
    assert_eq!(message, "MistakesBothPass::backward: `cotangent_1` has 2 rows, but M = 3 (from `y`)");
    assert_eq!((d_x, d_y), ([0.5; 2], [0.5; 3]));
}

#[test]
fn workspaces_that_are_too_short() {
    let (x, label) = (rows::<6>(4, 0), labels(4, 3));
    let (mut model, mut gradient, mut d_x) = (Mlp::init(0), Mlp::zeros(), [[0.0; 6]; 4]);
    // What is promised is enough for each method, and what one of them takes is needed.
    let promised = Mlp::loss_workspace(4);
    let mut memory = vec![f32::NAN; promised];
    let mut growing = Workspace::new();
    let value = model.loss(&mut Workspace::from_slice(&mut memory), &x, &label).value();
    assert_eq!(value.to_bits(), model.loss(&mut growing, &x, &label).value().to_bits());
    let needed = growing.len();
    let mut exact = Workspace::from_slice(&mut memory[..needed]);
    model.loss(&mut exact, &x, &label).backward(&mut gradient, &mut d_x);
    assert!(gradient.as_slice().iter().all(|number| number.is_finite()));

    let found = needed - 1;
    let message = message_of(|| {
        let mut short = Workspace::from_slice(&mut memory[..found]);
        let _ = model.loss(&mut short, &x, &label).value();
    });
    assert_eq!(message, format!("Mlp::loss: the workspace has {found} elements, expected at least {needed}"));

    let before = model.as_slice().to_vec();
    let step = model.loss_step(&mut growing, &mut chainrule::Sgd::new(0.1), &x, &label);
    assert!(step.is_finite() && growing.len() <= promised);
    model.as_mut_slice().copy_from_slice(&before);
    let found = promised - 1;
    if growing.len() == promised {
        let mut short = Workspace::from_slice(&mut memory[..found]);
        let message = message_of(|| model.loss_step(&mut short, &mut chainrule::Sgd::new(0.1), &x, &label));
        let expected = format!("Mlp::loss: the workspace has {found} elements, expected at least {promised}");
        assert_eq!(message, expected);
        assert_eq!(model.as_slice(), before);
    }
}

#[test]
fn optimisers_of_another_network() {
    let mut adam = chainrule::Adam::new(1e-3);
    let (mut model, gradient) = (Mlp::init(0), Mlp::zeros());
    adam.step(&mut model, &gradient);
    let (mut other, gradient) = (Attention::init(0), Attention::zeros());
    let before = other.as_slice().to_vec();
    let message = message_of(|| adam.step(&mut other, &gradient));
    assert!(message.starts_with("Adam"), "{message}");
    assert_eq!(other.as_slice(), before);
}

/// Nothing has no largest.
#[test]
fn largest_of_nothing() {
    let model = Mistakes::init(0);
    let nothing = Tensor::new(&[], [2, 0]);
    let message = refused(0.5, |ws, _: &mut Mistakes| {
        model.largest(ws, nothing).backward(&[1.0; 2], &mut TensorMut::new(&mut [], [2, 0]));
    });
    assert_eq!(message, "Mistakes::largest: axis 1 of `x` has size 0, expected at least 1");
    let mut ws = Workspace::new();
    let message = message_of(|| model.least_value(&mut ws, Tensor::new(&[], [0, 3])));
    assert_eq!(message, "Mistakes::least: axis 0 of `y` has size 0, expected at least 1");
    // Of no rows there are no largest.
    assert!(model.largest_value(&mut ws, Tensor::new(&[], [0, 0])).is_empty());
    let some = [3.0, 1.0, 2.0, 4.0, 6.0, 5.0];
    assert_eq!(model.largest_value(&mut ws, Tensor::new(&some, [2, 3])), [3.0, 6.0]);
    assert_eq!(model.largest_if_any_value(&mut ws, nothing), [-1.0; 2]);
    let mut d_x = [0.5; 6];
    let pass = model.largest_if_any(&mut ws, Tensor::new(&some, [2, 3]));
    assert_eq!(pass.value(), [4.0, 10.0]);
    pass.backward(&[1.0, 10.0], &mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 0.0, 2.0, 0.0, 0.0, 20.0]);
    let pass = model.least(&mut ws, Tensor::new(&some, [2, 3]));
    assert_eq!(pass.value(), 2.0);
    pass.backward(&mut TensorMut::new(&mut d_x, [2, 3]));
    assert_eq!(d_x, [0.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
    let message = message_of(|| model.place_value(&mut ws, &[]));
    assert_eq!(message, "Mistakes::place: axis 0 of `x` has size 0, expected at least 1");
    assert_eq!(model.place_value(&mut ws, &[1.0, 3.0]), 5.0);
    let message = message_of(|| model.there(&mut ws, nothing, &[]).to_vec());
    assert_eq!(message, "Mistakes::there: axis 1 of `x` has size 0, expected at least 1");
    assert_eq!(model.there(&mut ws, Tensor::new(&some, [2, 3]), &[7.0, 8.0, 9.0]), [8.0, 7.0]);
}

#[test]
fn sizes_that_no_memory_holds() {
    let (model, mut workspace) = (Mistakes {}, Workspace::new());
    let message = message_of(|| {
        model.stretch_value(&mut workspace, &[1.0, 2.0], 1 << 62);
    });
    assert_eq!(
        message,
        "Mistakes::stretch: the sizes N = 2, S = 4611686018427387904 need more memory than there can be"
    );
    let message = message_of(|| {
        let _ = Mistakes::stretch_workspace(2, 1 << 62);
    });
    assert_eq!(
        message,
        "Mistakes::stretch_workspace: the sizes N = 2, S = 4611686018427387904 need more memory than there can be"
    );
    let message = message_of(|| {
        let _ = Mistakes::halves_workspace(1 << 33, 1 << 33);
    });
    assert_eq!(
        message,
        "Mistakes::halves_workspace: the sizes N = 8589934592, S = 8589934592 need more memory than there can be"
    );
    let message = message_of(|| {
        let _ = Mistakes::stretch_operations(1 << 32, 1 << 32);
    });
    assert_eq!(
        message,
        "Mistakes::stretch_operations: the sizes N = 4294967296, S = 4294967296 take more operations than can be counted"
    );
    const LENGTH: usize = Mistakes::stretch_workspace(2, 3);
    let mut memory = [0.0; LENGTH];
    model.stretch_value(&mut Workspace::from_slice(&mut memory), &[1.0, 2.0], 3);
}
