use chainrule::net;

net! {
    dim N;

    pub struct Model {
        b: f32[3],
    }

    impl Model {
        pub fn clipped(x: f32[N, 4]) -> f32[N, 4] {
            if x > 0 { x } else { b }
        }

        pub fn chosen(x: f32[N, 4]) -> f32[N, 4] {
            if x > 0 { x } else { x > -1 }
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
