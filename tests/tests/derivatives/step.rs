//! `loss_step` against `backward` and the optimiser's `step`: the same bits, step after step.

use chainrule::{Adam, AdamW, Optimiser, Params, Sgd, Workspace, net};

net! {
    dim N, T;

    struct Block<const D: usize> {
        norm: LayerNorm<D>,
        fc: Linear<D, D>,
        gains: [Gain; 2],
        #[frozen]
        shift: f32[D],
    }

    impl<const D: usize> Block<D> {
        fn call(x: f32[.., D]) -> f32[.., D] {
            let mut h = x;
            for gain in gains { h = h * gain.of; }
            h + tanh(fc(norm(x))) + shift
        }
    }

    struct Gain {
        of: f32 = constant(0.7),
    }

    /// Arrays of layers in arrays of layers, frozen fields, fields that one cost does not reach. Too many parameters for
    /// a gradient that is held as a whole, as that of the others is.
    pub struct Deep {
        enter: Linear<2, 4>,
        blocks: [Block<4>; 3],
        #[frozen]
        mask: f32[4] = ones,
        heads: [[Linear<4, 1>; 2]; 2],
        scale: f32 = constant(1.0),
        other: f32[1100] = normal(1),
        others: [Linear<3, 3>; 2],
    }

    impl Deep {
        /// Reaches all but `other`, `others`.
        #[grad]
        pub fn loss(x: f32[N, 2], y: f32[N, 1]) -> f32 {
            let mut h = sin(enter(x)) * mask;
            for block in blocks { h = block(h); }
            let mut sum = zeros([N, 1]);
            for pair in heads { for head in pair { sum = sum + head(h); } }
            mse(sum * scale, y)
        }

        /// Reaches the rest.
        #[grad(self, x)]
        pub fn rest(x: f32[3]) -> f32 {
            let mut h = x;
            for each in others { h = tanh(each(h)); }
            sum(h) + l2(other)
        }
    }

    /// A recurrent network of any length, and a table.
    pub struct Language {
        table: Embedding<7, 4>,
        cell: Gru<4, 5>,
        leave: Linear<5, 7>,
    }

    impl Language {
        #[grad]
        pub fn loss(words: u32[T, N], next: u32[T, N]) -> f32 {
            let (ys, _) = cell(table(words), zeros([N, 5]));
            cross_entropy(leave(ys), next)
        }
    }

    /// One number.
    pub struct Line {
        slope: f32 = constant(2.0),
    }

    impl Line {
        #[grad]
        pub fn loss(x: f32[N], y: f32[N]) -> f32 { mse(x * slope, y) }
    }
}

/// Something deterministic that looks like data.
fn data<const N: usize>(seed: usize) -> [f32; N] {
    std::array::from_fn(|i| (0.7 * i as f32 + 1.3 * seed as f32).sin())
}

fn deep<O: Optimiser<f32>>(mut one: O, mut two: O) {
    let mut apart = Deep::init(7);
    let mut model = Deep::init(7);
    let mut gradient = Deep::zeros();
    let (mut first, mut second) = (Workspace::new(), Workspace::new());
    for step in 0..100 {
        let x: [[f32; 2]; 5] = std::array::from_fn(|row| data(row + step));
        let y: [[f32; 1]; 5] = std::array::from_fn(|row| data(3 * row + step));
        let pass = apart.loss(&mut first, &x, &y);
        let value = pass.value();
        pass.backward(&mut gradient);
        one.step(&mut *apart, &gradient);
        let stepped = model.loss_step(&mut second, &mut two, &x, &y);
        assert_eq!(stepped.to_bits(), value.to_bits(), "the value of step {step}");
        same(&*model, &*apart, step);
    }
    assert_ne!(model.scale, 1.0, "it learns");
    assert_eq!(model.mask, [1.0; 4], "frozen");
    assert_eq!(model.blocks[1].shift, Deep::init(7).blocks[1].shift, "frozen");
}

#[track_caller]
fn same<P: Params<Float = f32>>(found: &P, expected: &P, step: usize) {
    for (found, expected) in found.tensors().iter().zip(expected.tensors()) {
        let apart = found
            .data
            .iter()
            .zip(expected.data)
            .position(|(found, expected)| found.to_bits() != expected.to_bits());
        if let Some(i) = apart {
            panic!(
                "`{}`[{i}] after step {step}: {} instead of {}",
                found.name, found.data[i], expected.data[i]
            );
        }
    }
}

#[test]
fn sgd() {
    let rule = || Sgd::new(0.05);
    deep(rule(), rule());
}

#[test]
fn momentum() {
    let rule = || Sgd::new(0.02).momentum(0.9).nesterov().weight_decay(0.01);
    deep(rule(), rule());
}

#[test]
fn adam() {
    let rule = || Adam::new(1e-2);
    deep(rule(), rule());
}

#[test]
fn adam_w() {
    let rule = || AdamW::new(1e-2).weight_decay(0.1);
    deep(rule(), rule());
}

#[test]
fn what_is_out_of_reach_decays_all_the_same() {
    let mut model = Deep::init(3);
    let before = model.clone();
    let mut rule = AdamW::new(1e-2).weight_decay(0.1);
    model.loss_step(&mut Workspace::new(), &mut rule, &[[0.5, 0.25]], &[[1.0]]);
    let expected = before.other.map(|weight| (1.0 - 1e-2 * 0.1) as f32 * weight);
    assert_eq!(model.other, expected);
}

#[test]
fn several_costs_with_one_optimiser() {
    let (mut one, mut two) = (Adam::new(1e-2), Adam::new(1e-2));
    let (mut apart, mut model) = (Deep::init(1), Deep::init(1));
    let mut gradient = Deep::zeros();
    let mut ws = Workspace::new();
    for step in 0..100 {
        let x: [f32; 3] = data(step);
        let pass = apart.rest(&mut ws, &x);
        let value = pass.value();
        pass.backward(&mut gradient, &mut [0.0; 3]);
        one.step(&mut *apart, &*gradient);
        assert_eq!(model.rest_step(&mut ws, &mut two, &x).to_bits(), value.to_bits());
        same(&*model, &*apart, step);
        let (x, y) = ([data(step)], [data(step + 1)]);
        apart.loss(&mut ws, &x, &y).backward(&mut gradient);
        one.step(&mut *apart, &*gradient);
        model.loss_step(&mut ws, &mut two, &x, &y);
        same(&*model, &*apart, step);
    }
}

#[test]
fn recurrent() {
    let (mut one, mut two) = (Adam::new(1e-2), Adam::new(1e-2));
    let (mut apart, mut model) = (Language::init(1), Language::init(1));
    let mut gradient = Language::zeros();
    let (mut first, mut second) = (Workspace::new(), Workspace::new());
    for step in 0..100 {
        let words: [u32; 12] = std::array::from_fn(|i| ((5 * i + step) % 7) as u32);
        let next: [u32; 12] = std::array::from_fn(|i| ((5 * i + step + 1) % 7) as u32);
        let (words, next) = (chainrule::Tensor::new(&words, [6, 2]), chainrule::Tensor::new(&next, [6, 2]));
        let pass = apart.loss(&mut first, words, next);
        let value = pass.value();
        pass.backward(&mut gradient);
        one.step(&mut *apart, &*gradient);
        assert_eq!(model.loss_step(&mut second, &mut two, words, next).to_bits(), value.to_bits());
        same(&*model, &*apart, step);
    }
}

#[test]
fn one_number() {
    let mut model = Line::zeros();
    model.slope = 2.0;
    let mut ws = Workspace::new();
    let mut sgd = Sgd::new(0.1);
    for _ in 0..100 {
        model.loss_step(&mut ws, &mut sgd, &[1.0, 2.0], &[-1.0, -2.0]);
    }
    assert!((model.slope + 1.0).abs() < 1e-6);
}

#[test]
fn memory_of_the_callers() {
    let mut memory = vec![f32::NAN; Deep::loss_workspace(5)];
    let mut ws = Workspace::from_slice(&mut memory);
    let mut model = Deep::init(7);
    let x: [[f32; 2]; 5] = std::array::from_fn(data);
    let y: [[f32; 1]; 5] = std::array::from_fn(data);
    let value = model.loss_step(&mut ws, &mut Adam::new(1e-3), &x, &y);
    assert!(value.is_finite());
    assert!(model.as_slice().iter().all(|parameter| parameter.is_finite()));
}

#[test]
fn nothing_is_written_before_a_panic() {
    let mut model = Language::init(1);
    let before = model.clone();
    let mut adam = Adam::new(1e-2);
    let words = [9; 2];
    let step = std::panic::AssertUnwindSafe(|| {
        let words = chainrule::Tensor::new(&words, [1, 2]);
        model.loss_step(&mut Workspace::new(), &mut adam, words, words);
    });
    let message = std::panic::catch_unwind(step).expect_err("an index is out of range");
    let message = message.downcast_ref::<String>().expect("a message");
    assert!(message.starts_with("Language::loss: `words[0, 0]` is 9"), "{message}");
    assert_eq!(model.as_slice(), before.as_slice());
}
