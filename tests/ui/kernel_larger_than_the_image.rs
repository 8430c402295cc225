use chainrule::net;

net! {
    dim N;

    pub struct Small {
        conv1: Conv2d<1, 4, 3>,
        conv2: Conv2d<4, 8, 5>,
    }

    impl Small {
        pub fn features(x: f32[N, 1, 8, 8]) -> f32[N, 8] {
            let y = max_pool2d(relu(conv1(x)), 2);
            global_avg_pool(conv2(y))
        }
    }
}

fn main() {
    let _ = Small::init(1);
}
