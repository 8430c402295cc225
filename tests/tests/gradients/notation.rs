//! Index notation: contractions, triangles, windows, guards.

use super::support::network;
use chainrule::net;

net! {
    dim N, T;

    /// One head of causal attention.
    pub struct CausalAttention {
        wq: f64[4, 3],
        wk: f64[4, 3],
        wv: f64[4, 3],
        wo: f64[3, 4],
    }

    impl CausalAttention {
        fn attend(x: f64[N, T, 4]) -> f64[N, T, 4] {
            let q = x @ wq;
            let k = x @ wk;
            let v = x @ wv;
            let s[n, i, j] = if j <= i { sum[d](q[n, i, d] * k[n, j, d]) / sqrt(3) } else { -inf };
            let a = softmax(s, axis = -1);
            let y[n, i, d] = sum[j](a[n, i, j] * v[n, j, d]);
            x + y @ wo
        }

        #[grad(self, x, target)]
        #[hvp]
        #[jvp(self, x, target)]
        pub fn loss(x: f64[2, 5, 4], target: f64[2, 5, 4]) -> f64 { mse(attend(x), target) }

        /// For any number of sequences of any length.
        #[grad(self, x, target)]
        #[hvp]
        #[jvp(self, x, target)]
        pub fn of_any_length(x: f64[N, T, 4], target: f64[N, T, 4]) -> f64 { mse(attend(x), target) }
    }

    /// Distances of points, and of each the nearest.
    pub struct Distances {
        a: f64[4, 3],
        b: f64[5, 3],
    }

    impl Distances {
        #[grad]
        #[hvp]
        #[jvp(self)]
        pub fn loss() -> f64 {
            let d[i, j] = sum[k]((a[i, k] - b[j, k]) * (a[i, k] - b[j, k]));
            let near[i] = min[j](d[i, j]);
            let e[i, j] = if i < j { ln(1 + d[i, j]) } else { sqrt(d[i, j]) };
            sum(e) + mean(near)
        }
    }

    /// A window slides over a row: a convolution.
    pub struct WindowSum {
        w: f64[3, 2, 3],
        b: f64[3],
    }

    impl WindowSum {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[N, 2, 7]) -> f64 {
            let y[n, o, i] = sum[c, u](x[n, c, i + u] * w[o, c, u]) + b[o];
            mean(tanh(y) * tanh(y))
        }
    }

    /// A branch that is not taken has an infinite derivative.
    pub struct Guarded {
        w: f64[4, 3],
        b: f64[3],
    }

    impl Guarded {
        #[grad(self, x, target)]
        #[hvp]
        #[jvp(self, x, target)]
        pub fn loss(x: f64[N, 4], target: f64[N, 3]) -> f64 {
            let z = x @ w + b;
            let y = if z > 0 { sqrt(z) } else { z * z };
            mean(y * target)
        }
    }
}

network!(causal_attention: CausalAttention, loss loss_value loss_hvp loss_jvp(x: [[[f64; 4]; 5]; 2], target: [[[f64; 4]; 5]; 2]));
network!(distances: Distances, loss loss_value loss_hvp loss_jvp());
network!(window_sum: WindowSum, loss loss_value loss_hvp loss_jvp(x: [[[f64; 7]; 2]; 2]));
network!(guarded: Guarded, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 6], target: [[f64; 3]; 6]));

#[test]
fn causal_attention_of_any_length() {
    let oracle = super::oracle::Oracle::read("causal_attention");
    let model = oracle.parameters::<CausalAttention>();
    let inputs = oracle.inputs();
    let [x, target] = [&inputs[0], &inputs[1]].map(|data| chainrule::Tensor::new(data, [2, 5, 4]));
    let mut workspace = chainrule::Workspace::new();
    let mut gradients = CausalAttention::zeros();
    let (mut d_x, mut d_target) = (vec![f64::NAN; 40], vec![f64::NAN; 40]);
    let pass = model.of_any_length(&mut workspace, x, target);
    oracle.check_value(pass.value());
    pass.backward(
        &mut gradients,
        &mut chainrule::TensorMut::new(&mut d_x, [2, 5, 4]),
        &mut chainrule::TensorMut::new(&mut d_target, [2, 5, 4]),
    );
    oracle.check_parameters(&*gradients, 1.0);
    oracle.check_inputs(&[d_x, d_target], 1.0);
}
