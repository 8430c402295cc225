use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: f32[8, 4],
    }

    impl Model {
        pub fn call(x: f32[N, 7]) -> f32[N, 4] {
            let y[n, o] = sum[i](x[n, i] * w[i, o]);
            y
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
