//! Two blocks in one module, with the same layers of the library, dims and inner functions; in different floats.

::nets::net! {
    dim N;

    fn squash(x: f64[N, 2]) -> f64[N, 2] { tanh(x) }

    struct Block {
        norm: LayerNorm<2>,
        fc: Linear<2, 2>,
    }
    impl Block {
        fn call(x: f64[.., 2]) -> f64[.., 2] { x + fc(norm(x)) }
    }

    /// Doubles.
    #[derive(Debug, PartialEq)]
    pub struct Double {
        enter: Linear<3, 2>,
        blocks: [Block; 2],
    }

    impl Double {
        /// The loss.
        #[grad]
        pub fn loss(x: f64[N, 3], y: f64[N, 2]) -> f64 {
            let mut h = squash(enter(x));
            for block in blocks {
                h = block(h);
            }
            mse(h, y)
        }
    }
}

::nets::net! {
    dim N;

    fn squash(x: f32[N, 2]) -> f32[N, 2] { sigmoid(x) }

    struct Block {
        norm: LayerNorm<2>,
        fc: Linear<2, 2>,
    }
    impl Block {
        fn call(x: f32[.., 2]) -> f32[.., 2] { x + fc(norm(x)) }
    }

    /// Floats.
    #[derive(Debug, PartialEq)]
    pub struct Single {
        enter: Linear<3, 2>,
        blocks: [Block; 2],
    }

    impl Single {
        /// The loss.
        #[grad]
        pub fn loss(x: f32[N, 3], y: f32[N, 2]) -> f32 {
            let mut h = squash(enter(x));
            for block in blocks {
                h = block(h);
            }
            mse(h, y)
        }
    }
}
