use chainrule::net;

net! {
    dim N;
    const N: usize = 3;

    pub struct Model {
        w: f32[3],
        w: f32[3],
    }

    impl Model {
        pub fn call(x: f32[2, 3], x: f32[3]) -> f32[2, 3] {
            x * w
        }

        pub fn call(x: f32[3]) -> f32[3] {
            x + w
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
