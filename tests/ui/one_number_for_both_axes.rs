use chainrule::net;

net! {
    dim N;

    pub struct Model {
        conv: Conv2d<3, 8, 3>,
    }

    impl Model {
        pub fn features(x: f32[N, 3, 8, 8]) -> f32[N, 8, 4, 4] {
            conv(x, stride = [2, 2], padding = 1)
        }

        pub fn uneven(x: f32[N, 3, 8, 8], w: f32[8, 3, 3, 3]) -> f32[N, 8, 4, 8] {
            conv2d(x, w, stride = [2, 1], padding = 1)
        }

        pub fn pooled(x: f32[N, 3, 8, 8]) -> f32[N, 3, 4, 4] {
            max_pool2d(x, [2, 2])
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
