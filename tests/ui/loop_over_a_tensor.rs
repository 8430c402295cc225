use chainrule::net;

net! {
    dim T;

    pub struct Recurrent {
        w: f32[8, 8],
    }

    impl Recurrent {
        pub fn last(xs: f32[T, 8]) -> f32[8] {
            let mut h = zeros([8]);
            for x in xs {
                h = tanh(h @ w + x);
            }
            h
        }
    }
}

fn main() {
    let _ = Recurrent::init(1);
}
