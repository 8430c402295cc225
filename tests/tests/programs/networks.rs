//! The networks of these programs.

use chainrule::net;

net! {
    dim N, T;

    /// Two layers in single precision.
    pub struct Mlp {
        w1: f32[6, 8] = he_normal,
        b1: f32[8],
        w2: f32[8, 3] = glorot_uniform,
        b2: f32[3],
    }

    impl Mlp {
        /// Before the softmax.
        #[grad(self, x)]
        pub fn logits(x: f32[N, 6]) -> f32[N, 3] {
            let h = relu(x @ w1 + b1);
            h @ w2 + b2
        }

        /// The class of each row.
        pub fn predict(x: f32[N, 6]) -> u32[N] { argmax(logits(x), axis = -1) }

        #[grad(self, x)]
        pub fn loss(x: f32[N, 6], label: u32[N]) -> f32 { cross_entropy(logits(x), label) }

        /// The sum in place of the mean.
        #[grad(self, x)]
        pub fn total(x: f32[N, 6], y: f32[N, 3]) -> f32 {
            let error = logits(x) - y;
            sum(error * error)
        }
    }

    struct Block<const D: usize> {
        norm: LayerNorm<D>,
        fc: Linear<D, D>,
    }
    impl<const D: usize> Block<D> {
        fn call(x: f32[.., D]) -> f32[.., D] { x + gelu(fc(norm(x))) }
    }

    /// Layers in a loop.
    pub struct Deep {
        enter: Linear<6, 4>,
        blocks: [Block<4>; 5],
        leave: Linear<4, 3>,
    }

    impl Deep {
        #[grad]
        pub fn loss(x: f32[N, 6], label: u32[N]) -> f32 {
            let mut h = enter(x);
            for block in blocks {
                h = block(h);
            }
            cross_entropy(leave(h), label)
        }
    }

    /// Attention by index notation, of sequences of any length.
    pub struct Attention {
        wq: f32[4, 3],
        wk: f32[4, 3],
        wv: f32[4, 4],
    }

    impl Attention {
        #[grad(self, x)]
        pub fn attend(x: f32[N, T, 4]) -> f32[N, T, 4] {
            let q = x @ wq;
            let k = x @ wk;
            let v = x @ wv;
            let s[n, i, j] = if j <= i { sum[d](q[n, i, d] * k[n, j, d]) / sqrt(3) } else { -inf };
            let a = softmax(s, axis = -1);
            let y[n, i, d] = sum[j](a[n, i, j] * v[n, j, d]);
            x + y
        }

        #[grad(self, x)]
        pub fn loss(x: f32[N, T, 4], target: f32[N, T, 4]) -> f32 { mse(attend(x), target) }
    }

    /// A cell over time.
    pub struct Recurrent {
        w_in: f32[4, 3],
        w_hidden: f32[3, 3],
        bias: f32[3],
    }

    impl Recurrent {
        #[grad]
        pub fn loss(x: f32[T, N, 4], label: u32[N]) -> f32 {
            let mut h = zeros([N, 3]);
            for t in 0..T {
                h = tanh(x[t] @ w_in + h @ w_hidden + bias);
            }
            cross_entropy(h, label)
        }
    }
}

/// Numbers between −1 and 1 that are no pattern.
pub fn numbers(count: usize, salt: u32) -> Vec<f32> {
    (0..count).map(|i| (1.7 * i as f32 + 0.3 * salt as f32 + 0.1).sin()).collect()
}

/// Rows of such numbers.
pub fn rows<const K: usize>(count: usize, salt: u32) -> Vec<[f32; K]> {
    numbers(count * K, salt).as_chunks::<K>().0.to_vec()
}

/// Labels below `classes`.
pub fn labels(count: usize, classes: u32) -> Vec<u32> {
    (0..).take(count).map(|i: u32| (7 * i + 3) % classes).collect()
}
