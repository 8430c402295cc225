//! The networks of `oracles/values`, each with its Hessian-vector product.

use chainrule::net;

net! {
    dim N;

    struct Block<const D: usize> {
        weight: f64[D, D],
        bias: f64[D],
    }

    /// 4-6-3, with any activation.
    pub struct TwoLayers {
        w1: f64[4, 6],
        b1: f64[6],
        w2: f64[6, 3],
        b2: f64[3],
    }

    impl TwoLayers {
        fn entry(x: f64[N, 4]) -> f64[N, 6] { x @ w1 + b1 }
        fn cost(h: f64[N, 6], label: u32[N]) -> f64 { cross_entropy(h @ w2 + b2, label) }

        #[hvp]
        pub fn with_elu(x: f64[N, 4], label: u32[N]) -> f64 { cost(elu(entry(x)), label) }
        #[hvp]
        pub fn with_gelu(x: f64[N, 4], label: u32[N]) -> f64 { cost(gelu(entry(x)), label) }
        #[hvp]
        pub fn with_gelu_tanh(x: f64[N, 4], label: u32[N]) -> f64 { cost(gelu_tanh(entry(x)), label) }
        #[hvp]
        pub fn with_hard_swish(x: f64[N, 4], label: u32[N]) -> f64 { cost(hard_swish(entry(x)), label) }
        #[hvp]
        pub fn with_leaky_relu(x: f64[N, 4], label: u32[N]) -> f64 { cost(leaky_relu(entry(x)), label) }
        #[hvp]
        pub fn with_log_sigmoid(x: f64[N, 4], label: u32[N]) -> f64 { cost(log_sigmoid(entry(x)), label) }
        #[hvp]
        pub fn with_mish(x: f64[N, 4], label: u32[N]) -> f64 { cost(mish(entry(x)), label) }
        #[hvp]
        pub fn with_relu(x: f64[N, 4], label: u32[N]) -> f64 { cost(relu(entry(x)), label) }
        #[hvp]
        pub fn with_selu(x: f64[N, 4], label: u32[N]) -> f64 { cost(selu(entry(x)), label) }
        #[hvp]
        pub fn with_sigmoid(x: f64[N, 4], label: u32[N]) -> f64 { cost(sigmoid(entry(x)), label) }
        #[hvp]
        pub fn with_silu(x: f64[N, 4], label: u32[N]) -> f64 { cost(silu(entry(x)), label) }
        #[hvp]
        pub fn with_softplus(x: f64[N, 4], label: u32[N]) -> f64 { cost(softplus(entry(x)), label) }
        #[hvp]
        pub fn with_softsign(x: f64[N, 4], label: u32[N]) -> f64 { cost(softsign(entry(x)), label) }
        #[hvp]
        pub fn with_tanh(x: f64[N, 4], label: u32[N]) -> f64 { cost(tanh(entry(x)), label) }
        #[hvp]
        pub fn with_nothing(x: f64[N, 4], label: u32[N]) -> f64 { cost(entry(x), label) }
    }

    /// The same with its first layer frozen.
    pub struct Frozen {
        #[frozen]
        w1: f64[4, 6],
        #[frozen]
        b1: f64[6],
        w2: f64[6, 3],
        b2: f64[3],
    }

    impl Frozen {
        #[hvp]
        pub fn loss(x: f64[5, 4], label: u32[5]) -> f64 {
            let h = tanh(x @ w1 + b1);
            cross_entropy(h @ w2 + b2, label)
        }
    }

    /// Residual blocks.
    pub struct ResidualLoop {
        inlet: f64[3, 4],
        blocks: [Block<4>; 3],
    }

    impl ResidualLoop {
        #[grad]
        #[hvp]
        pub fn loss(x: f64[N, 3], label: u32[N]) -> f64 {
            let mut h = x @ inlet;
            for block in blocks {
                h = h + tanh(h @ block.weight + block.bias);
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
        #[hvp]
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
        #[hvp]
        pub fn loss(x: f64[5, 2, 3], label: u32[2]) -> f64 {
            let mut h = zeros([2, 4]);
            for t in 0..5 {
                h = tanh(x[t] @ w_in + h @ w_hidden + bias);
            }
            cross_entropy(h @ w_out, label)
        }
    }

    /// One head of causal attention.
    pub struct CausalAttention {
        wq: f64[4, 3],
        wk: f64[4, 3],
        wv: f64[4, 3],
        wo: f64[3, 4],
    }

    impl CausalAttention {
        #[hvp]
        pub fn loss(x: f64[2, 5, 4], target: f64[2, 5, 4]) -> f64 {
            let q = x @ wq;
            let k = x @ wk;
            let v = x @ wv;
            let s[n, i, j] = if j <= i { sum[d](q[n, i, d] * k[n, j, d]) / sqrt(3) } else { -inf };
            let a = softmax(s, axis = -1);
            let y[n, i, d] = sum[j](a[n, i, j] * v[n, j, d]);
            mse(x + y @ wo, target)
        }
    }

    /// Distances of points, and of each the nearest.
    pub struct Distances {
        a: f64[4, 3],
        b: f64[5, 3],
    }

    impl Distances {
        #[hvp]
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
        #[hvp]
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
        #[hvp]
        pub fn loss(x: f64[N, 4], target: f64[N, 3]) -> f64 {
            let z = x @ w + b;
            let y = if z > 0 { sqrt(z) } else { z * z };
            mean(y * target)
        }
    }

    /// The largest and the smallest of each row.
    pub struct MaximumPool {
        w1: f64[4, 6],
        w2: f64[4, 5],
    }

    impl MaximumPool {
        #[hvp]
        pub fn loss(x: f64[N, 4]) -> f64 { mean(max(x @ w1, axis = 1) * min(x @ w2, axis = 1)) }
    }

    /// A column against a row.
    pub struct Broadcast {
        rows: f64[4, 1],
        columns: f64[1, 3],
        shift: f64[3],
    }

    impl Broadcast {
        #[hvp]
        pub fn loss() -> f64 {
            let a = rows * columns + rows / (2 + columns * columns);
            mean(exp(a) * (a - shift))
        }
    }

    /// Columns as they are after their mean is taken off and their deviation divided out.
    pub struct Standardised {
        w: f64[4, 3],
    }

    impl Standardised {
        #[hvp]
        pub fn loss(x: f64[N, 4]) -> f64 {
            let z = x @ w;
            let s = (z - mean(z, axis = 0)) / (std(z, axis = 0) + 0.1);
            mean(s * s * s) + sum(var(z, axis = 0, ddof = 1)) + logsumexp(z)
        }
    }

    /// A binary classifier.
    pub struct SigmoidBinary {
        w1: f64[3, 5],
        b1: f64[5],
        w2: f64[5],
        b2: f64,
    }

    impl SigmoidBinary {
        #[hvp]
        pub fn loss(x: f64[N, 3], target: u32[N]) -> f64 {
            bce_with_logits(sigmoid(x @ w1 + b1) @ w2 + b2, target as f64)
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
        #[hvp]
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
        #[hvp]
        pub fn loss(x: f64[N, 4], teacher: f64[N, 3]) -> f64 {
            let z = x @ w / exp(heat);
            kl_div(log_softmax(z, axis = -1), softmax(teacher / 2, axis = -1))
        }
    }

    /// The residual of Burgers' equation.
    pub struct Burgers {
        w1: f64[2, 8],
        b1: f64[8],
        w2: f64[8, 8],
        b2: f64[8],
        w3: f64[8],
        b3: f64,
    }

    impl Burgers {
        fn u(t: f64[N], x: f64[N]) -> f64[N] {
            let h[n, j] = tanh(t[n] * w1[0, j] + x[n] * w1[1, j] + b1[j]);
            tanh(h @ w2 + b2) @ w3 + b3
        }

        #[hvp]
        pub fn loss(t: f64[N], x: f64[N]) -> f64 {
            let v = u(t, x);
            let (v_t, v_x) = grad(v, (t, x));
            let v_xx = grad(v_x, x);
            let r = v_t + v * v_x - 0.1 * v_xx;
            mean(r * r)
        }
    }

    /// A critic whose slope should be 1.
    pub struct GradientPenalty {
        w1: f64[3, 6],
        b1: f64[6],
        w2: f64[6],
    }

    impl GradientPenalty {
        #[hvp]
        pub fn loss(x: f64[N, 3]) -> f64 {
            let u = tanh(x @ w1 + b1) @ w2;
            let g = grad(u, x);
            let excess = norm(g, axis = 1) - 1;
            mean(u) + 10 * mean(excess * excess)
        }
    }

    /// A cost that does not want to be steep in its weights.
    pub struct WeightGradient {
        w1: f64[4, 6],
        b1: f64[6],
        w2: f64[6, 3],
        b2: f64[3],
    }

    impl WeightGradient {
        #[hvp]
        pub fn loss(x: f64[N, 4], label: u32[N]) -> f64 {
            let cost = cross_entropy(tanh(x @ w1 + b1) @ w2 + b2, label);
            let (g1, g2) = grad(cost, (w1, w2));
            cost + 0.5 * (l2(g1) + l2(g2))
        }
    }

    /// A derivative along a direction.
    pub struct Directional {
        w1: f64[3, 5],
        w2: f64[5],
    }

    impl Directional {
        #[hvp]
        pub fn loss(x: f64[N, 3], v: f64[N, 3]) -> f64 {
            let u = sin(x @ w1) @ w2;
            let slope = jvp(u, x, v);
            mean(slope * slope)
        }
    }

    /// What comes next is a target, not a prediction.
    pub struct StopGradient {
        w1: f64[3, 5],
        w2: f64[5],
    }

    impl StopGradient {
        #[hvp]
        pub fn loss(x: f64[N, 3], y: f64[N, 3]) -> f64 {
            let next = tanh(y @ w1) @ w2;
            let now = tanh(x @ w1) @ w2;
            mse(now, 1 + 0.9 * stop_grad(next))
        }
    }
}
