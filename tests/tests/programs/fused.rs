//! `…_step` on matrices whose gradients are applied as they are computed: a hundred steps are a hundred times
//! `backward` and the optimiser's `step`, at every size of batch and with every optimiser.

use crate::networks::labels;
use chainrule::{Adam, AdamW, Optimiser, Params, Sgd, Workspace, net};

net! {
    dim N;

    /// Long and short rows, both wide enough; one matrix is used twice, one stays as it is, one is read turned
    /// over, and all but the first are read after their gradient could be computed.
    pub struct Wide {
        long: f32[70, 67],
        bias: f32[67],
        twice: f32[67, 67],
        #[frozen]
        fixed: f32[67, 70],
        short: f32[70, 61],
        turned: f32[70, 61],
        last: f32[70, 3],
    }

    impl Wide {
        #[grad]
        pub fn loss(x: f32[N, 70], label: u32[N]) -> f32 {
            let h = tanh(tanh(tanh(x @ long + bias) @ twice) @ twice);
            let h = tanh(tanh(tanh(h @ fixed) @ short) @ turned.t());
            cross_entropy(h @ last, label)
        }
    }
}

net! {
    dim N;

    /// The same in other numbers.
    pub struct Double {
        long: f64[70, 67],
        short: f64[67, 63],
        last: f64[63, 3],
    }

    impl Double {
        #[grad]
        pub fn loss(x: f64[N, 70], label: u32[N]) -> f64 {
            cross_entropy(tanh(tanh(x @ long) @ short) @ last, label)
        }
    }
}

/// A user's own, which knows slices only: gradient descent that forgets.
struct Own {
    mean: Vec<f32>,
}

impl Optimiser<f32> for Own {
    fn begin(&mut self, count: usize) {
        self.mean.resize(count, 0.0);
    }

    fn update(&mut self, offset: usize, parameters: &mut [f32], gradients: &[f32]) {
        let mean = &mut self.mean[offset..offset + parameters.len()];
        assert_eq!(parameters.len(), gradients.len());
        for ((w, &g), m) in parameters.iter_mut().zip(gradients).zip(mean) {
            *m = 0.5 * *m + g;
            *w -= 0.01 * *m;
        }
    }
}

/// The largest distance of two networks' parameters, in units of the last place of the larger (of 1, where
/// both are smaller).
pub fn apart<P: Params>(found: &P, expected: &P, epsilon: f64) -> f64
where
    P::Float: Into<f64>,
{
    let pairs = found.as_slice().iter().zip(expected.as_slice());
    pairs.fold(0.0, |most: f64, (&x, &y)| {
        let (x, y): (f64, f64) = (x.into(), y.into());
        // A NaN must not be lost.
        let apart = (x - y).abs() / (epsilon * x.abs().max(y.abs()).max(1.0));
        if apart <= most { most } else { apart }
    })
}

/// Some numbers from -1 to 1.
pub fn numbers(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(|i| (1.7 * i as f64 + 0.1).sin())
}

/// A hundred steps of a network both ways, with batches of this many rows.
macro_rules! assert_alike {
    ($net:ident, $float:ident, $rows:expr, $optimiser:expr) => {{
        let (rows, text) = ($rows, stringify!($optimiser));
        let data: Vec<$float> = numbers(70 * rows).map(|x| x as $float).collect();
        let (x, label) = (data.as_chunks::<70>().0, labels(rows, 3));
        let (mut stepped, mut model, mut gradient) = ($net::init(1), $net::init(1), $net::zeros());
        let (mut one, mut other) = ($optimiser, $optimiser);
        let mut workspace = Workspace::new();
        for _ in 0..100 {
            let value = stepped.loss_step(&mut workspace, &mut one, x, &label);
            let pass = model.loss(&mut workspace, x, &label);
            assert!((pass.value() - value).abs() <= 1e-5, "{text}: the value before the step");
            pass.backward(&mut gradient);
            Optimiser::step(&mut other, &mut *model, &*gradient);
        }
        let found = apart(&*stepped, &*model, $float::EPSILON.into());
        assert!(found <= 4.0, "{text} with {rows} rows: {found} units of the last place");
        assert!(apart(&*stepped, &*$net::init(1), $float::EPSILON.into()) > 1e3, "{text} learns");
    }};
}

#[test]
fn every_optimiser_and_batch() {
    for rows in [1, 7] {
        assert_alike!(Wide, f32, rows, Sgd::new(0.01));
        assert_alike!(Wide, f32, rows, Sgd::new(0.01).weight_decay(0.01));
        assert_alike!(Wide, f32, rows, Sgd::new(0.01).momentum(0.9));
        assert_alike!(Wide, f32, rows, Sgd::new(0.01).momentum(0.9).nesterov().weight_decay(0.01));
        assert_alike!(Wide, f32, rows, Adam::new(1e-4));
        assert_alike!(Wide, f32, rows, AdamW::new(1e-4));
        assert_alike!(Wide, f32, rows, Own { mean: Vec::new() });
        assert_alike!(Double, f64, rows, Sgd::new(0.01).momentum(0.9));
        assert_alike!(Double, f64, rows, Adam::new(1e-4));
    }
    assert_alike!(Wide, f32, 2, Sgd::new(0.01));
    assert_alike!(Wide, f32, 32, Adam::new(1e-4));
    assert_alike!(Double, f64, 32, AdamW::new(1e-4));
}

/// The matrices whose gradients are one product take no room in the workspace; the one that is used twice does.
#[test]
fn their_gradients_take_no_memory() {
    assert!(Double::loss_workspace(1) < 67 * 63);
    assert!((67 * 67..2 * 67 * 67).contains(&Wide::loss_workspace(1)));
}

#[test]
fn what_is_frozen_stays() {
    let (mut model, start) = (Wide::init(1), Wide::init(1));
    let x = [[0.5; 70]; 3];
    model.loss_step(&mut Workspace::new(), &mut AdamW::new(0.1), &x, &labels(3, 3));
    assert_eq!(model.fixed, start.fixed);
    assert_ne!(model.short, start.short);
}
