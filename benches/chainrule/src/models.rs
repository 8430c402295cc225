//! The fixed models in plain `net!`, with no hint of their use here.

use chainrule::net;

net! {
    dim N;

    /// Two layers with sigmoids, the course's digit classifier.
    pub struct Ng {
        w1: f32[400, 25],
        b1: f32[25],
        w2: f32[25, 10],
        b2: f32[10],
    }

    impl Ng {
        fn logits(x: f32[N, 400]) -> f32[N, 10] { sigmoid(x @ w1 + b1) @ w2 + b2 }

        pub fn infer(x: f32[N, 400]) -> f32[N, 10] { sigmoid(logits(x)) }

        #[grad]
        pub fn loss(x: f32[N, 400], y: f32[N, 10]) -> f32 {
            let z = logits(x);
            sum(softplus(z) - y * z) / N
        }
    }

    /// Two layers with ReLU.
    pub struct MnistMlp {
        w1: f32[784, 128],
        b1: f32[128],
        w2: f32[128, 10],
        b2: f32[10],
    }

    impl MnistMlp {
        pub fn infer(x: f32[N, 784]) -> f32[N, 10] { relu(x @ w1 + b1) @ w2 + b2 }

        #[grad]
        pub fn loss(x: f32[N, 784], label: u32[N]) -> f32 { cross_entropy(infer(x), label) }
    }

    /// Five layers with tanh.
    pub struct DeepMlp {
        fc1: Linear<64, 256>,
        fc2: Linear<256, 256>,
        fc3: Linear<256, 256>,
        fc4: Linear<256, 256>,
        fc5: Linear<256, 1>,
    }

    impl DeepMlp {
        pub fn infer(x: f32[N, 64]) -> f32[N, 1] { fc5(tanh(fc4(tanh(fc3(tanh(fc2(tanh(fc1(x))))))))) }

        #[grad]
        pub fn loss(x: f32[N, 64], y: f32[N, 1]) -> f32 { mse(infer(x), y) }
    }

    /// A very small network.
    pub struct Tiny {
        fc1: Linear<2, 16>,
        fc2: Linear<16, 16>,
        fc3: Linear<16, 1>,
    }

    impl Tiny {
        pub fn infer(x: f32[N, 2]) -> f32[N, 1] { fc3(tanh(fc2(tanh(fc1(x))))) }

        #[grad]
        pub fn loss(x: f32[N, 2], y: f32[N, 1]) -> f32 { mse(infer(x), y) }
    }

    /// LeNet-5 on 28×28 images.
    pub struct Lenet5 {
        conv1: Conv2d<1, 6, 5>,
        conv2: Conv2d<6, 16, 5>,
        fc1: Linear<400, 120>,
        fc2: Linear<120, 84>,
        fc3: Linear<84, 10>,
    }

    impl Lenet5 {
        pub fn infer(x: f32[N, 1, 28, 28]) -> f32[N, 10] {
            let a = max_pool2d(relu(conv1(x, padding = 2)), 2);
            let b = max_pool2d(relu(conv2(a)), 2);
            fc3(relu(fc2(relu(fc1(flatten(b, from = 1))))))
        }

        #[grad]
        pub fn loss(x: f32[N, 1, 28, 28], label: u32[N]) -> f32 { cross_entropy(infer(x), label) }
    }

    /// The residual of Burgers' equation.
    pub struct Pinn {
        fc1: Linear<2, 20>,
        fc2: Linear<20, 20>,
        fc3: Linear<20, 20>,
        fc4: Linear<20, 20>,
        fc5: Linear<20, 1>,
    }

    impl Pinn {
        pub fn infer(x: f32[N, 2]) -> f32[N, 1] { fc5(tanh(fc4(tanh(fc3(tanh(fc2(tanh(fc1(x))))))))) }

        #[grad]
        pub fn loss(point: f32[N, 2]) -> f32 {
            let x = point[.., 0];
            let t = point[.., 1];
            let at = stack([x, t], axis = 1);
            let u = infer(at)[.., 0];
            let (u_x, u_t) = grad(u, (x, t));
            let u_xx = grad(u_x, x);
            let residual = u_t + u * u_x - 0.01 / pi * u_xx;
            mean(residual * residual)
        }
    }

    /// One block of a transformer: d = 64, T = 32, four heads.
    pub struct Attn {
        norm1: LayerNorm<64>,
        qkv: Linear<64, 192>,
        out: Linear<64, 64>,
        norm2: LayerNorm<64>,
        up: Linear<64, 256>,
        down: Linear<256, 64>,
    }

    impl Attn {
        pub fn infer(x: f32[N, 32, 64]) -> f32[N, 32, 64] {
            let qkv = qkv(norm1(x));
            let scores[b, h in 0..4, i, j in 0..32] = if j <= i {
                sum[d in 0..16](qkv[b, i, 16 * h + d] * qkv[b, j, 64 + 16 * h + d]) / 4
            } else { -inf };
            let weights = softmax(scores);
            let mixed[b, i, e in 0..64] = sum[j](weights[b, e / 16, i, j] * qkv[b, j, 128 + e]);
            let y = x + out(mixed);
            y + down(gelu_tanh(up(norm2(y))))
        }

        #[grad]
        pub fn loss(x: f32[N, 32, 64], y: f32[N, 32, 64]) -> f32 { mse(infer(x), y) }
    }
}
