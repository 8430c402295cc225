use chainrule::net;

net! {
    dim N

    pub struct Model {
        w: f32[8, 4];
        b: f32[4],
    }

    impl Model {
        pub fn call(x: f32[N; 8]) -> f32[N, 4] {
            let h = x @ w
            h + b
        }

        pub fn other(x: f32[N, 8]) {
            x
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
