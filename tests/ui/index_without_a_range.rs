use chainrule::net;

net! {
    dim N;

    pub struct Model {}

    impl Model {
        pub fn grid(x: f32[N]) -> f32[N, 8] {
            let y[n, k] = x[n] * (k + 1);
            y
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
