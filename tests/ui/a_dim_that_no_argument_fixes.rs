use chainrule::net;

net! {
    dim N, T;

    pub struct Model {
        w: f32[8],
    }

    impl Model {
        pub fn repeated(x: f32[N, 8]) -> f32[T, N] {
            let y = x @ w;
            broadcast_to(y, [T, N])
        }

        pub fn steps(x: f32[8]) -> f32[8] {
            let mut y = x;
            for t in 0..T {
                y = y * w + t;
            }
            y
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
