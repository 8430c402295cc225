use chainrule::net;

net! {
    dim N, T;

    pub struct Heads {}

    impl Heads {
        pub fn split(x: f32[N, T, 64]) -> f32[N, 4, T, 16] {
            permute(reshape(x, [N, T, 4, 16]), [0, 2, 1])
        }
    }
}

fn main() {
    let _ = Heads::init(1);
}
