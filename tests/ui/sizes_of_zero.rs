use chainrule::net;

net! {
    dim N;
    const HEADS: usize = 12;

    pub struct Model {
        w: f32[8 / HEADS, 8],
    }

    impl Model {
        pub fn call(x: f32[N, 0]) -> f32[N, 8] {
            x @ w
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
