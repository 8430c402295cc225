use chainrule::net;

net! {
    dim N, M, T;

    pub struct Attention {}

    impl Attention {
        pub fn attend(q: f32[N, T, 16], k: f32[M, T, 16], v: f32[N, T, 16]) -> f32[N, T, 16] {
            softmax(q @ permute(k, [0, 2, 1])) @ v
        }
    }
}

fn main() {
    let _ = Attention::init(0);
}
