use chainrule::net;

net! {
    dim N;

    pub struct Model {
        conv: Conv2d<3, 8>,
        fc: Linear<8, 4, 2>,
        norm: LayerNorm,
    }

    impl Model {
        pub fn call(x: f32[N, 3, 8, 8]) -> f32[N, 4] {
            norm(fc(global_avg_pool(relu(conv(x)))))
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
