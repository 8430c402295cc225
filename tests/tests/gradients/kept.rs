//! What a loop keeps of each iteration: what the backward pass reads of it, and no more.

use chainrule::{Tensor, TensorMut, Workspace, net};

use crate::support::differences;

net! {
    dim T, L, B;

    /// A stack of recurrent cells, each with a state.
    pub struct Stack {}

    impl Stack {
        /// In each step every layer sees its own state alone.
        #[grad(w)]
        pub fn cost(x: f64[T, B], w: f64[L, B]) -> f64 {
            let mut h = zeros([L, B]);
            let mut total = 0.0;
            for t in 0..T {
                let mut y = x[t];
                for l in 0..L {
                    y = tanh(h[l] * w[l] + y);
                    h[l] = y;
                }
                total += sum(y * y);
            }
            total
        }

        /// Layers in an order that is known only when it runs, one after the other's neighbour if that is there.
        #[grad(w)]
        pub fn ordered(x: f64[T, B], w: f64[L, B], order: u32[L]) -> f64 {
            let mut h = zeros([L, B]);
            let mut total = 0.0;
            for t in 0..T {
                let mut y = x[t];
                for l in 0..L {
                    let before = if order[l] > 0 { h[order[l] - 1] } else { zeros([B]) };
                    y = tanh(h[order[l]] * w[l] + 0.5 * before * y);
                    h[order[l]] = y;
                }
                total += sum(y * y);
            }
            total
        }
    }
}

/// Of T · L steps two rows each, where the whole state of each would be T · L²; of T steps one more row. Nothing that
/// the inner loop keeps is held twice.
#[test]
fn a_row_of_each_iteration() {
    let (t, b) = (100, 8);
    for l in [4, 16, 64] {
        let workspace = Stack::cost_workspace(t, b, l);
        let (kept, state) = ((2 * l + 1) * t * b, l * b);
        assert!(workspace >= kept && workspace <= kept + 2 * state + 4 * b, "{l} layers: {workspace}");
    }
}

/// Four rows of each step, whichever they are.
#[test]
fn a_row_that_an_argument_says() {
    let (t, b) = (100, 8);
    for l in [8, 16, 64] {
        let workspace = Stack::ordered_workspace(t, b, l);
        let (kept, state) = ((4 * l + 1) * t * b, l * b);
        assert!(workspace <= kept + 4 * state + 8 * b, "{l} layers: {workspace}, {kept}");
    }
}

#[test]
fn the_gradient_of_rows_that_an_argument_says() {
    let (t, l, b) = (5, 4, 2);
    let numbers = |count: usize| (0..count).map(|it| (it as f64 * 0.7).sin()).collect::<Vec<_>>();
    let (x, w, order) = (numbers(t * b), numbers(l * b), [2, 0, 3, 2]);
    let mut workspace = Workspace::new();
    let mut gradient = vec![0.0; w.len()];
    let (x, shape) = (Tensor::new(&x, [t, b]), [l, b]);
    Stack {}
        .ordered(&mut workspace, x, Tensor::new(&w, shape), &order)
        .backward(&mut TensorMut::new(&mut gradient, shape));
    let cost = |w: &[Vec<f64>]| Stack {}.ordered_value(&mut workspace, x, Tensor::new(&w[0], shape), &order);
    for (slope, gradient) in differences(&[w], cost)[0].iter().zip(gradient) {
        assert!((slope - gradient).abs() < 1e-8 * (1.0 + slope.abs()), "{slope} {gradient}");
    }
}

#[test]
fn its_gradient() {
    let (t, l, b) = (5, 3, 2);
    let numbers = |count: usize| (0..count).map(|it| (it as f64 * 0.7).sin()).collect::<Vec<_>>();
    let (x, w) = (numbers(t * b), numbers(l * b));
    let mut workspace = Workspace::new();
    let mut gradient = vec![0.0; w.len()];
    let (x, shape) = (Tensor::new(&x, [t, b]), [l, b]);
    Stack {}
        .cost(&mut workspace, x, Tensor::new(&w, shape))
        .backward(&mut TensorMut::new(&mut gradient, shape));
    let cost = |w: &[Vec<f64>]| Stack {}.cost_value(&mut workspace, x, Tensor::new(&w[0], shape));
    for (slope, gradient) in differences(&[w], cost)[0].iter().zip(gradient) {
        assert!((slope - gradient).abs() < 1e-8 * (1.0 + slope.abs()), "{slope} {gradient}");
    }
}
