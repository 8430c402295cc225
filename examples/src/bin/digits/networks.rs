//! The networks: one hidden layer or two, for images of 8 × 8 and of 28 × 28 pixels.

use chainrule::{Params, Workspace, net};

net! {
    dim N;

    /// 8 × 8 pixels, one hidden layer: 64-32-10.
    pub struct Small {
        w1: f32[64, 32] = he_normal,
        b1: f32[32],
        w2: f32[32, 10] = glorot_uniform,
        b2: f32[10],
    }

    impl Small {
        fn logits(x: f32[N, 64]) -> f32[N, 10] {
            let h = relu(x @ w1 + b1);
            h @ w2 + b2
        }

        /// The digit that each image most looks like.
        pub fn predict(x: f32[N, 64]) -> u32[N] {
            argmax(logits(x), axis = -1)
        }

        /// How surprising the true digits are, on average.
        #[grad]
        pub fn cost(x: f32[N, 64], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }

    /// 8 × 8 pixels, two hidden layers: 64-128-64-10.
    pub struct Large {
        first: Linear<64, 128>,
        second: Linear<128, 64>,
        output: Linear<64, 10>,
    }

    impl Large {
        fn logits(x: f32[N, 64]) -> f32[N, 10] {
            output(relu(second(relu(first(x)))))
        }

        /// The digit that each image most looks like.
        pub fn predict(x: f32[N, 64]) -> u32[N] {
            argmax(logits(x), axis = -1)
        }

        /// How surprising the true digits are, on average.
        #[grad]
        pub fn cost(x: f32[N, 64], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }

    /// 28 × 28 pixels, one hidden layer: 784-128-10.
    pub struct SmallMnist {
        w1: f32[784, 128] = he_normal,
        b1: f32[128],
        w2: f32[128, 10] = glorot_uniform,
        b2: f32[10],
    }

    impl SmallMnist {
        fn logits(x: f32[N, 784]) -> f32[N, 10] {
            let h = relu(x @ w1 + b1);
            h @ w2 + b2
        }

        /// The digit that each image most looks like.
        pub fn predict(x: f32[N, 784]) -> u32[N] {
            argmax(logits(x), axis = -1)
        }

        /// How surprising the true digits are, on average.
        #[grad]
        pub fn cost(x: f32[N, 784], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }

    /// 28 × 28 pixels, two hidden layers: 784-256-128-10.
    pub struct LargeMnist {
        first: Linear<784, 256>,
        second: Linear<256, 128>,
        output: Linear<128, 10>,
    }

    impl LargeMnist {
        fn logits(x: f32[N, 784]) -> f32[N, 10] {
            output(relu(second(relu(first(x)))))
        }

        /// The digit that each image most looks like.
        pub fn predict(x: f32[N, 784]) -> u32[N] {
            argmax(logits(x), axis = -1)
        }

        /// How surprising the true digits are, on average.
        #[grad]
        pub fn cost(x: f32[N, 784], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }
}

/// What training asks of a network that takes images of `F` pixels.
pub trait Network<const F: usize>: Params<Float = f32> {
    /// The operations of the cost of so many images, and those of the cost with its gradient.
    fn operations(images: usize) -> [u64; 2];

    /// The digit that each image most looks like.
    fn predict<'w>(&self, workspace: &'w mut Workspace<f32>, x: &[[f32; F]]) -> &'w [u32];

    /// The cost of some images.
    fn cost(&self, workspace: &mut Workspace<f32>, x: &[[f32; F]], label: &[u32]) -> f32;

    /// The cost, and its gradient.
    fn gradient(
        &self,
        workspace: &mut Workspace<f32>,
        x: &[[f32; F]],
        label: &[u32],
        gradient: &mut Self,
    ) -> f32;
}

macro_rules! network {
    ($network:ident, $pixels:literal) => {
        impl Network<$pixels> for $network {
            fn operations(images: usize) -> [u64; 2] {
                $network::cost_operations(images)
            }

            fn predict<'w>(&self, workspace: &'w mut Workspace<f32>, x: &[[f32; $pixels]]) -> &'w [u32] {
                $network::predict(self, workspace, x)
            }

            fn cost(&self, workspace: &mut Workspace<f32>, x: &[[f32; $pixels]], label: &[u32]) -> f32 {
                self.cost_value(workspace, x, label)
            }

            fn gradient(
                &self,
                workspace: &mut Workspace<f32>,
                x: &[[f32; $pixels]],
                label: &[u32],
                gradient: &mut Self,
            ) -> f32 {
                let pass = $network::cost(self, workspace, x, label);
                let cost = pass.value();
                pass.backward(gradient);
                cost
            }
        }
    };
}

network!(Small, 64);
network!(Large, 64);
network!(SmallMnist, 784);
network!(LargeMnist, 784);
