use chainrule::net;

net! {
    dim N;

    pub struct Model {
        state: f32[N, 8],
        blocks: [Linear<8, 8>; N],
    }

    impl Model {
        pub fn call(x: f32[N, 8]) -> f32[N, 8] {
            x + state
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
