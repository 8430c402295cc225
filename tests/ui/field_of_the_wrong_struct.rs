use chainrule::net;

net! {
    dim N;

    struct Encoder {
        w: f32[8, 4],
        b: f32[4],
    }

    impl Encoder {
        fn call(x: f32[.., 8]) -> f32[.., 4] {
            tanh(x @ w + b)
        }
    }

    pub struct Model {
        encoder: Encoder,
    }

    impl Model {
        pub fn call(x: f32[N, 8]) -> f32[N, 4] {
            encoder.forward(x) + b
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
