use chainrule::net;

net! {
    dim N;

    pub struct Model {
        type: f32[3],
        w: f32[3],
    }

    impl Model {
        pub fn match(x: f32[N, 3]) -> f32[N, 3] {
            let fn = x * w;
            fn
        }
    }
}

fn main() {}
