use chainrule::net;

net! {
    dim N, M;

    pub struct Points {}

    impl Points {
        pub fn difference(from: f64[N, 2], to: f64[M, 2]) -> f64[N, 2] {
            to - from
        }
    }
}

fn main() {
    let _ = Points::init(0);
}
