//! Layers in a loop, a recurrent cell, a normalisation: written out, and with the library's layers.

use super::support::network;
use chainrule::net;

net! {
    dim N, T;

    struct Block<const D: usize> {
        weight: f64[D, D],
        bias: f64[D],
    }

    impl<const D: usize> Block<D> {
        fn call(h: f64[.., D]) -> f64[.., D] { h + tanh(h @ weight + bias) }
    }

    /// Residual blocks.
    pub struct ResidualLoop {
        inlet: f64[3, 4],
        blocks: [Block<4>; 3],
    }

    impl ResidualLoop {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 3], label: u32[N]) -> f64 {
            let mut h = x @ inlet;
            for block in blocks {
                h = h + tanh(h @ block.weight + block.bias);
            }
            cross_entropy(h, label)
        }

        /// Each block called.
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn by_calls(x: f64[N, 3], label: u32[N]) -> f64 {
            let mut h = x @ inlet;
            for block in blocks {
                h = block(h);
            }
            cross_entropy(h, label)
        }

        /// Each block by its position.
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn one_by_one(x: f64[N, 3], label: u32[N]) -> f64 {
            let h = x @ inlet;
            let h = blocks[0](h);
            let h = blocks[1](h);
            cross_entropy(blocks[2](h), label)
        }
    }

    /// The blocks are the library's layers.
    pub struct LinearBlocks {
        inlet: f64[3, 4],
        blocks: [Linear<4, 4>; 3],
    }

    impl LinearBlocks {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 3], label: u32[N]) -> f64 {
            let mut h = x @ inlet;
            for block in blocks {
                h += tanh(block(h));
            }
            cross_entropy(h, label)
        }
    }

    /// A normalisation between two products.
    pub struct LayerNormNetwork {
        w1: f64[4, 6],
        scale: f64[6],
        shift: f64[6],
        w2: f64[6, 3],
    }

    impl LayerNormNetwork {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 4], label: u32[N]) -> f64 {
            let h = x @ w1;
            let d = h - mean(h, axis = -1, keep = true);
            let n = d / sqrt(mean(d * d, axis = -1, keep = true) + 1e-5) * scale + shift;
            cross_entropy(relu(n) @ w2, label)
        }
    }

    /// A recurrent cell.
    pub struct Recurrent {
        w_in: f64[3, 4],
        w_hidden: f64[4, 4],
        bias: f64[4],
        w_out: f64[4, 3],
    }

    impl Recurrent {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[5, 2, 3], label: u32[2]) -> f64 {
            let mut h = zeros([2, 4]);
            for t in 0..5 {
                h = tanh(x[t] @ w_in + h @ w_hidden + bias);
            }
            cross_entropy(h @ w_out, label)
        }

        /// For any number of steps and rows.
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn of_any_length(x: f64[T, N, 3], label: u32[N]) -> f64 {
            let mut h = zeros([N, 4]);
            for t in 0..T {
                h = tanh(x[t] @ w_in + h @ w_hidden + bias);
            }
            cross_entropy(h @ w_out, label)
        }
    }
}

network!(residual_loop: ResidualLoop, loss loss_value loss_hvp loss_jvp(x: [[f64; 3]; 5]; label: 5));
network!(layer_norm: LayerNormNetwork, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 5]; label: 5));
network!(recurrent: Recurrent, loss loss_value loss_hvp loss_jvp(x: [[[f64; 3]; 2]; 5]; label: 2));

mod other_words {
    //! `residual_loop` in other words, against the same file.

    use super::{LinearBlocks, ResidualLoop, network};

    mod by_calls {
        use super::{ResidualLoop, network};
        network!(residual_loop: ResidualLoop, by_calls by_calls_value by_calls_hvp by_calls_jvp(x: [[f64; 3]; 5]; label: 5));
    }

    mod one_by_one {
        use super::{ResidualLoop, network};
        network!(residual_loop: ResidualLoop, one_by_one one_by_one_value one_by_one_hvp one_by_one_jvp(x: [[f64; 3]; 5]; label: 5));
    }

    mod linear_blocks {
        use super::{LinearBlocks, network};
        network!(residual_loop: LinearBlocks, loss loss_value loss_hvp loss_jvp(x: [[f64; 3]; 5]; label: 5));
    }
}

#[test]
fn recurrent_of_any_length() {
    let oracle = super::oracle::Oracle::read("recurrent");
    let model = oracle.parameters::<Recurrent>();
    let inputs = oracle.inputs();
    let x = chainrule::Tensor::new(&inputs[0], [5, 2, 3]);
    let label = oracle.labels::<2>(0);
    let mut workspace = chainrule::Workspace::new();
    let mut gradients = Recurrent::zeros();
    let mut d_x = vec![f64::NAN; 30];
    let pass = model.of_any_length(&mut workspace, x, &label);
    oracle.check_value(pass.value());
    pass.backward(&mut gradients, &mut chainrule::TensorMut::new(&mut d_x, [5, 2, 3]));
    oracle.check_parameters(&*gradients, 1.0);
    oracle.check_inputs(&[d_x], 1.0);
}
