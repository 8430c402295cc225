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
