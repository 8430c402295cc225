use chainrule::net;

net! {
    dim N;

    pub struct Model {
        #[forzen]
        w: f32[8, 4],
    }

    impl Model {
        #[gard]
        pub fn call(x: f32[N, 8]) -> f32[N, 4] {
            x @ w
        }

        pub fn loss(input: f32[N, 8]) -> f32 {
            sum(call(input))
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
