use chainrule::net;

net! {
    dim N;

    pub struct Depthwise {
        conv: Conv2d<6, 8, 3, 4>,
    }

    impl Depthwise {
        pub fn call(x: f32[N, 6, 8, 8]) -> f32[N, 8, 6, 6] {
            conv(x)
        }
    }
}

fn main() {
    let _ = Depthwise::init(1);
}
