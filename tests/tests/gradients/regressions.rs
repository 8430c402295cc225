//! Regressions, a binary classifier, a distillation.

use super::support::network;
use chainrule::net;

net! {
    dim N;

    /// A binary classifier.
    pub struct SigmoidBinary {
        w1: f64[3, 5],
        b1: f64[5],
        w2: f64[5],
        b2: f64,
    }

    impl SigmoidBinary {
        fn score(x: f64[N, 3]) -> f64[N] { sigmoid(x @ w1 + b1) @ w2 + b2 }

        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 3], target: u32[N]) -> f64 { bce_with_logits(score(x), target as f64) }

        /// The same number.
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn in_two_steps(x: f64[N, 3], target: u32[N]) -> f64 {
            let probability = sigmoid(score(x));
            binary_cross_entropy(probability, target as f64)
        }

        /// And again, written out.
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn written_out(x: f64[N, 3], target: u32[N]) -> f64 {
            let p = sigmoid(score(x));
            let y = target as f64;
            -mean(y * ln(p) + (1 - y) * ln(1 - p))
        }
    }

    /// A regression with weight decay.
    pub struct TanhRegression {
        w1: f64[3, 8],
        b1: f64[8],
        w2: f64[8, 2],
        b2: f64[2],
    }

    impl TanhRegression {
        #[grad(self, x, y)]
        #[hvp]
        #[jvp(self, x, y)]
        pub fn loss(x: f64[N, 3], y: f64[N, 2]) -> f64 {
            let h = tanh(x @ w1 + b1);
            mse(h @ w2 + b2, y) + 0.01 * (l2(w1) + l2(w2))
        }
    }

    /// What a teacher knows, at a temperature that is learnt.
    pub struct Temperature {
        w: f64[4, 3],
        heat: f64,
    }

    impl Temperature {
        #[grad(self, x, teacher)]
        #[hvp]
        #[jvp(self, x, teacher)]
        pub fn loss(x: f64[N, 4], teacher: f64[N, 3]) -> f64 {
            let z = x @ w / exp(heat);
            kl_div(log_softmax(z, axis = -1), softmax(teacher / 2, axis = -1))
        }
    }
}

network!(sigmoid_binary: SigmoidBinary, loss loss_value loss_hvp loss_jvp(x: [[f64; 3]; 7]; target: 7));
network!(tanh_regression: TanhRegression, loss loss_value loss_hvp loss_jvp(x: [[f64; 3]; 6], y: [[f64; 2]; 6]));
network!(temperature: Temperature, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 5], teacher: [[f64; 3]; 5]));

mod other_words {
    //! `sigmoid_binary` in other words, against the same file.

    use super::{SigmoidBinary, network};

    mod in_two_steps {
        use super::{SigmoidBinary, network};
        network!(sigmoid_binary: SigmoidBinary, in_two_steps in_two_steps_value in_two_steps_hvp in_two_steps_jvp(x: [[f64; 3]; 7]; target: 7));
    }

    mod written_out {
        use super::{SigmoidBinary, network};
        network!(sigmoid_binary: SigmoidBinary, written_out written_out_value written_out_hvp written_out_jvp(x: [[f64; 3]; 7]; target: 7));
    }
}
