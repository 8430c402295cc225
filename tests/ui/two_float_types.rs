use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: f32[8],
    }

    impl Model {
        pub fn call(x: f64[N, 8]) -> f64[N] {
            x @ w
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
