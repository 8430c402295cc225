//! The smallest model that learns: y = w x, one number, by plain gradient descent, sample by sample.
//!
//! Shows what `#[grad]` gives: a forward pass with its value, a backward pass with its gradient. Every
//! gradient, loss and prediction is held against what PyTorch computes, bit for bit.

use std::process::ExitCode;

use chainrule::{Sgd, Workspace, net};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::timing::Operations;

net! {
    /// A line through the origin.
    pub struct Line {
        w: f32 = constant(1),
    }

    impl Line {
        /// What the line says at `x`.
        pub fn predict(x: f32) -> f32 {
            x * w
        }

        /// The square of how far that is from `y`.
        #[grad]
        pub fn loss(x: f32, y: f32) -> f32 {
            powi(predict(x) - y, 2)
        }
    }
}

/// What PyTorch computes with the same numbers.
const KNOWN: &str = include_str!("../../data/linear_model.json");
const SAMPLES: [(f32, f32); 3] = [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)];
const EPOCHS: usize = 100;

fn main() -> ExitCode {
    let (known, mut checks) = (Known::new(KNOWN), Checks::default());
    let mut same =
        |what: &str, found: f32, path: &str| checks.same_bits(what, found, known.number(path) as f32);

    let mut model = Line::init(0);
    let mut gradient = Line::zeros();
    let mut workspace = Workspace::new();
    let mut descent = Sgd::new(0.01);

    println!("{}", Operations(Line::loss_operations()));
    let before = model.predict(&mut workspace, 4.0);
    println!("before training, y(4) = {before}");
    same("the prediction before training", before, "/prediction_at_4/before");

    let mut met = 0;
    for epoch in 0..EPOCHS {
        let mut loss = 0.0;
        for (x, y) in SAMPLES {
            let pass = model.loss(&mut workspace, x, y);
            loss = pass.value();
            pass.backward(&mut gradient);
            if met < 6 {
                println!("  w = {:<10} x = {x}: loss {loss:<10}, gradient {}", model.w, gradient.w);
                same(&format!("gradient {met}"), gradient.w, &format!("/first_gradients/{met}"));
            }
            met += 1;
            descent.step(&mut model, &gradient);
        }
        if epoch < 3 || epoch + 1 == EPOCHS {
            println!("after epoch {epoch}: w = {}, loss of the last sample {loss:e}", model.w);
        }
        if [0, 1, EPOCHS - 1].contains(&epoch) {
            same("the loss of the last sample", loss, &format!("/loss_of_the_last_sample/epoch {epoch}"));
        }
        if [0, EPOCHS - 1].contains(&epoch) {
            same("w", model.w, &format!("/w_after/epoch {epoch}"));
        }
    }

    let after = model.predict(&mut workspace, 4.0);
    println!("after training, y(4) = {after}");
    same("the prediction after training", after, "/prediction_at_4/after");
    checks.finish()
}
