use chainrule::net;

net! {
    dim T, N;

    pub struct Recurrent {
        w: f32[8, 16],
        u: f32[16, 16] = orthogonal,
    }

    impl Recurrent {
        pub fn states(x: f32[T, N, 8]) -> f32[T, N, 16] {
            let mut h = zeros([N, 16]);
            let mut states = zeros([T, N, 16]);
            for t in 0..T {
                h = tanh(x[t] @ w + h @ u);
                states[t] = x[t];
            }
            states
        }
    }
}

fn main() {
    let _ = Recurrent::init(1);
}
