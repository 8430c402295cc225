use chainrule::net;

net! {
    dim N;

    pub struct Model {
        fc: Linear<8, 8>,
        blocks: [Linear<8, 8>; 3],
    }

    impl Model {
        pub fn call(x: f32[N, 8]) -> f32[N, 8] {
            let h = x @ fc;
            blocks(h) + relu
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
