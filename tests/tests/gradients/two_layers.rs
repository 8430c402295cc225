//! A classifier of two layers with every activation, without one, and with its first layer frozen.

use super::support::network;
use chainrule::net;

net! {
    dim N;

    /// 4-6-3.
    pub struct TwoLayers {
        w1: f64[4, 6],
        b1: f64[6],
        w2: f64[6, 3],
        b2: f64[3],
    }

    impl TwoLayers {
        fn entry(x: f64[N, 4]) -> f64[N, 6] { x @ w1 + b1 }
        fn cost(h: f64[N, 6], label: u32[N]) -> f64 { cross_entropy(h @ w2 + b2, label) }

        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_elu(x: f64[N, 4], label: u32[N]) -> f64 { cost(elu(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_gelu(x: f64[N, 4], label: u32[N]) -> f64 { cost(gelu(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_gelu_tanh(x: f64[N, 4], label: u32[N]) -> f64 { cost(gelu_tanh(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_hard_swish(x: f64[N, 4], label: u32[N]) -> f64 { cost(hard_swish(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_leaky_relu(x: f64[N, 4], label: u32[N]) -> f64 { cost(leaky_relu(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_log_sigmoid(x: f64[N, 4], label: u32[N]) -> f64 { cost(log_sigmoid(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_mish(x: f64[N, 4], label: u32[N]) -> f64 { cost(mish(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_relu(x: f64[N, 4], label: u32[N]) -> f64 { cost(relu(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_selu(x: f64[N, 4], label: u32[N]) -> f64 { cost(selu(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_sigmoid(x: f64[N, 4], label: u32[N]) -> f64 { cost(sigmoid(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_silu(x: f64[N, 4], label: u32[N]) -> f64 { cost(silu(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_softplus(x: f64[N, 4], label: u32[N]) -> f64 { cost(softplus(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_softsign(x: f64[N, 4], label: u32[N]) -> f64 { cost(softsign(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_tanh(x: f64[N, 4], label: u32[N]) -> f64 { cost(tanh(entry(x)), label) }
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn with_nothing(x: f64[N, 4], label: u32[N]) -> f64 { cost(entry(x), label) }
    }

    /// The same with its first layer frozen, and all of known size.
    pub struct Frozen {
        #[frozen]
        w1: f64[4, 6],
        #[frozen]
        b1: f64[6],
        w2: f64[6, 3],
        b2: f64[3],
    }

    impl Frozen {
        #[grad(self, x)]
        #[hvp]
        #[jvp(self, x)]
        pub fn loss(x: f64[5, 4], label: u32[5]) -> f64 {
            let h = tanh(x @ w1 + b1);
            cross_entropy(h @ w2 + b2, label)
        }
    }
}

network!(mlp_elu: TwoLayers, with_elu with_elu_value with_elu_hvp with_elu_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_gelu: TwoLayers, with_gelu with_gelu_value with_gelu_hvp with_gelu_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_gelu_tanh: TwoLayers, with_gelu_tanh with_gelu_tanh_value with_gelu_tanh_hvp with_gelu_tanh_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_hard_swish: TwoLayers, with_hard_swish with_hard_swish_value with_hard_swish_hvp with_hard_swish_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_leaky_relu: TwoLayers, with_leaky_relu with_leaky_relu_value with_leaky_relu_hvp with_leaky_relu_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_log_sigmoid: TwoLayers, with_log_sigmoid with_log_sigmoid_value with_log_sigmoid_hvp with_log_sigmoid_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_mish: TwoLayers, with_mish with_mish_value with_mish_hvp with_mish_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_relu: TwoLayers, with_relu with_relu_value with_relu_hvp with_relu_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_selu: TwoLayers, with_selu with_selu_value with_selu_hvp with_selu_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_sigmoid: TwoLayers, with_sigmoid with_sigmoid_value with_sigmoid_hvp with_sigmoid_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_silu: TwoLayers, with_silu with_silu_value with_silu_hvp with_silu_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_softplus: TwoLayers, with_softplus with_softplus_value with_softplus_hvp with_softplus_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_softsign: TwoLayers, with_softsign with_softsign_value with_softsign_hvp with_softsign_jvp(x: [[f64; 4]; 5]; label: 5));
network!(mlp_tanh: TwoLayers, with_tanh with_tanh_value with_tanh_hvp with_tanh_jvp(x: [[f64; 4]; 5]; label: 5));
network!(linear_chain: TwoLayers, with_nothing with_nothing_value with_nothing_hvp with_nothing_jvp(x: [[f64; 4]; 5]; label: 5));
network!(frozen: Frozen, loss loss_value loss_hvp loss_jvp(x: [[f64; 4]; 5]; label: 5));
