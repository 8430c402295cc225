use chainrule::net;

net! {
    dim N, T;

    pub struct Model {
        conv: Conv2d<3, 8, 3>,
        attention: MultiHeadAttention<64, 8>,
    }

    impl Model {
        pub fn features(x: f32[N, 3, 8, 8]) -> f32[N, 8, 4, 4] {
            conv(x, strides = 2, padding = 1)
        }

        pub fn attend(x: f32[N, T, 64]) -> f32[N, T, 64] {
            attention(x, causal = 1)
        }

        pub fn dilated(x: f32[N, 3, 8, 8], d: f32) -> f32[N, 8, 4, 4] {
            conv(x, dilation = d)
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
