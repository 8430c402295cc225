//! A loop that keeps, of each iteration, a column or a slice in the middle of a tensor, made by a product of
//! matrices or read by one: values against plain loops, gradients against central differences.

use chainrule::{CheckOptions, Tensor, Workspace, check_gradient, net};
use chainrule_tests::assert_near;

net! {
    dim B, T;

    /// Two ways to mix six channels.
    pub struct Columns {
        mix: f64[6] = normal(1),
        turn: f64[6, 6] = normal(0.4),
    }

    impl Columns {
        /// A product makes a column.
        #[grad]
        pub fn made(x: f64[B, T]) -> f64 { sum(columns(x) * x) }

        pub fn columns(x: f64[B, T]) -> f64[B, T] {
            let mut y = zeros([B, T]);
            for t in 0..T { y[.., t] = (tanh(mix) * x[.., t].reshape([B, 1])) @ mix; }
            y
        }

        /// A product makes a slice in the middle, the next one reads it.
        #[grad]
        pub fn carried(x: f64[B, T]) -> f64 {
            let y = states(x);
            sum(y * y) + sum(y[.., 0, 1])
        }

        pub fn states(x: f64[B, T]) -> f64[B, T, 6] {
            let mut y = zeros([B, T, 6]);
            let mut h = zeros([B, 6]);
            for t in 0..T {
                h = tanh(h + x[.., t].reshape([B, 1]) * mix) @ turn;
                y[.., t] = h;
            }
            y
        }
    }
}

fn input(b: usize, t: usize) -> Vec<f64> {
    (0..b * t).map(|place| (place as f64 * 0.7).sin()).collect()
}

#[test]
fn values() {
    let (model, mut workspace) = (Columns::init(3), Workspace::new());
    for (b, t) in [(1, 1), (1, 5), (3, 8), (4, 4), (7, 2), (2, 17)] {
        let x = input(b, t);
        let view = Tensor::new(&x, [b, t]);
        let gain: f64 = model.mix.iter().map(|mix| mix.tanh() * mix).sum();
        let expected: Vec<f64> = x.iter().map(|x| x * gain).collect();
        assert_near("columns", model.columns(&mut workspace, view).as_slice(), &expected, 1e-12);
        let mut expected = vec![0.0; b * t * 6];
        for row in 0..b {
            let mut state = [0.0; 6];
            for time in 0..t {
                let before: [f64; 6] =
                    std::array::from_fn(|k| (state[k] + x[row * t + time] * model.mix[k]).tanh());
                state = std::array::from_fn(|j| (0..6).map(|k| before[k] * model.turn[k][j]).sum());
                expected[(row * t + time) * 6..][..6].copy_from_slice(&state);
            }
        }
        assert_near("states", model.states(&mut workspace, view).as_slice(), &expected, 1e-12);
    }
}

#[test]
fn gradients() {
    let (model, mut workspace) = (Columns::init(3), Workspace::new());
    for (b, t) in [(1, 1), (1, 5), (3, 8), (4, 4), (7, 2)] {
        let x = input(b, t);
        let view = || Tensor::new(&x, [b, t]);
        let mut gradient = Columns::zeros();
        let options = CheckOptions::default;
        model.made(&mut workspace, view()).backward(&mut gradient);
        let cost = |model: &Columns| model.made_value(&mut Workspace::new(), view());
        check_gradient(&*model, &*gradient, cost, options()).unwrap_or_else(|error| panic!("{error}"));
        model.carried(&mut workspace, view()).backward(&mut gradient);
        let cost = |model: &Columns| model.carried_value(&mut Workspace::new(), view());
        check_gradient(&*model, &*gradient, cost, options()).unwrap_or_else(|error| panic!("{error}"));
    }
}
