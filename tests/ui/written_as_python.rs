use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: f32[8, 4],
    }

    impl Model {
        pub fn call(x: f32[N, 8]) -> f32[N, 4] {
            let h = x[:, 0] ** 2;
            let y = x @ w.T if True else 0;
            y
        }

        pub fn mask(x: f32[N, 8]) -> f32[N, 8] {
            relu(x, axis: 1) and not x
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
