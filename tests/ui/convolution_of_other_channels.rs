use chainrule::net;

net! {
    dim N;

    pub struct LeNet {
        conv1: Conv2d<1, 6, 5>,
        conv2: Conv2d<6, 16, 5>,
        fc: Linear<256, 10>,
    }

    impl LeNet {
        pub fn logits(x: f32[N, 1, 28, 28]) -> f32[N, 10] {
            let y = max_pool2d(relu(conv1(x)), 2);
            let z = max_pool2d(relu(conv1(y)), 2);
            fc(flatten(z, from = 1))
        }
    }
}

fn main() {
    let _ = LeNet::init(1);
}
