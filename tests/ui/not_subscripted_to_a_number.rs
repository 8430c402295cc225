use chainrule::net;

net! {
    dim N;

    pub struct Model {}

    impl Model {
        pub fn distances(x: f32[N, 3]) -> f32[N, N] {
            let d[i, j] = sum[k]((x[i] - x[j, k]) * (x[i, k] - x[j, k]));
            d
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
