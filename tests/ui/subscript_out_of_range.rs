use chainrule::net;

net! {
    dim N;

    pub struct Pixels {}

    impl Pixels {
        pub fn grey(x: f32[N, 3]) -> f32[N] {
            0.3 * x[.., 1] + 0.6 * x[.., 2] + 0.1 * x[.., 3]
        }

        pub fn tail(x: f32[N, 3]) -> f32[N, 2] {
            x[.., 2..4]
        }
    }
}

fn main() {
    let _ = Pixels::init(1);
}
