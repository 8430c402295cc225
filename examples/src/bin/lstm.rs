//! The recurrent network of ADBench and GradBench, called an LSTM there: it reads a text, a character's bits a step,
//! and says the bits of the next one. Every weight matrix is diagonal. Every size is known only at run time.
//!
//! Layers and time are loops in the language, one in the other, and stay loops. Held against JAX in float64.

use std::process::ExitCode;

use chainrule::{Tensor, TensorMut, Workspace, net};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

net! {
    dim L, T, B;

    /// A stack of cells: all that it knows is in the arguments.
    pub struct Reader {}

    impl Reader {
        /// What is lost on average over the bits of T − 1 predictions. In `main`, for each layer, stand weights and
        /// biases of four gates: forget, in, out, change; in `extra` the weight of the input, weight and bias of the
        /// output; in `state`, for each layer, what is shown and what is remembered at first.
        #[grad(main, extra)]
        pub fn objective(
            main: f64[L, 2, 4, B],
            extra: f64[3, B],
            state: f64[L, 2, B],
            sequence: f64[T, B],
        ) -> f64 {
            let mut x = sequence[..T - 1] * extra[0];
            for l in 0..L {
                let (weight, bias) = (main[l, 0], main[l, 1]);
                let forget = sigmoid(x * weight[0] + bias[0]);
                let show = sigmoid(x * weight[2] + bias[2]);
                let mut hidden = state[l, 0];
                let mut cell = state[l, 1];
                let mut shown = zeros([T - 1, B]);
                for t in 0..T - 1 {
                    let take = sigmoid(hidden * weight[1] + bias[1]);
                    let change = tanh(hidden * weight[3] + bias[3]);
                    cell = cell * forget[t] + take * change;
                    hidden = show[t] * tanh(cell);
                    shown[t] = hidden;
                }
                x = shown;
            }
            let prediction = x * extra[1] + extra[2];
            // ADBench adds 2 to the sum.
            let normal = prediction - ln(2 + sum(exp(prediction), axis = 1, keep = true));
            -mean(sequence[1..] * normal)
        }
    }
}

const KNOWN: &str = include_str!("../../../oracles/values/lstm.json");

/// The recurrent network of ADBench: values and gradients against JAX, and their times.
#[derive(Parser)]
struct Options {
    /// How many of the sizes, from the smallest
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    sizes: usize,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let (known, mut checks) = (Known::new(KNOWN), Checks::default());
    let (mut workspace, mut other) = (Workspace::new(), Workspace::new());
    for number in 0..known.count("/sizes").min(options.sizes) {
        let size = format!("/sizes/{number}");
        let [layers, steps, bits] =
            ["l", "t", "b"].map(|name| known.number(&format!("{size}/{name}")) as usize);
        let main = SplitMix64::uniforms(1, layers * 8 * bits);
        let extra = SplitMix64::uniforms(2, 3 * bits);
        let state = SplitMix64::uniforms(3, layers * 2 * bits);
        let text = SplitMix64::uniforms(4, steps * bits);
        let text: Vec<f64> = text.into_iter().map(|number| if number < 0.5 { 1.0 } else { 0.0 }).collect();
        let main = Tensor::new(&main, [layers, 2, 4, bits]);
        let extra = Tensor::new(&extra, [3, bits]);
        let state = Tensor::new(&state, [layers, 2, bits]);
        let text = Tensor::new(&text, [steps, bits]);
        let (mut by_main, mut by_extra) = (vec![0.0; layers * 8 * bits], vec![0.0; 3 * bits]);
        let mut gradient = |workspace: &mut Workspace<f64>| {
            let pass = Reader {}.objective(workspace, main, extra, state, text);
            let value = pass.value();
            let mut by_main = TensorMut::new(&mut by_main, main.shape());
            pass.backward(&mut by_main, &mut TensorMut::new(&mut by_extra, extra.shape()));
            value
        };

        let value = Reader {}.objective_value(&mut workspace, main, extra, state, text);
        let with_gradient = gradient(&mut other);
        let times = Times::measure(
            || assert!(Reader {}.objective_value(&mut workspace, main, extra, state, text).is_finite()),
            || assert!(gradient(&mut other).is_finite()),
        );
        let operations = Operations(Reader::objective_operations(layers, bits, steps));
        println!(
            "{layers} layers, {steps} characters of {bits} bits: {value:.12}\n    {operations}\n    {times}"
        );
        let expected = known.number(&format!("{size}/value"));
        let which = format!("the value of {layers} layers and {steps} characters");
        checks.close(&which, value, expected, 1e-9);
        checks.close(format_args!("{which}, with its gradient,"), with_gradient, expected, 1e-9);
        checks.fingerprint(&known, &format!("{size}/gradient/main"), &by_main, 0, 1e-9);
        checks.fingerprint(&known, &format!("{size}/gradient/extra"), &by_extra, 1, 1e-9);
        if number == 0 {
            checks.all_close(
                "the gradient by main",
                &by_main,
                &known.numbers("/sizes/0/elements/main"),
                1e-9,
            );
            checks.all_close(
                "the gradient by extra",
                &by_extra,
                &known.numbers("/sizes/0/elements/extra"),
                1e-9,
            );
        }
    }
    checks.finish()
}
