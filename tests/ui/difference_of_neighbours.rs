use chainrule::net;

net! {
    dim N;

    pub struct Signal {}

    impl Signal {
        pub fn slope(x: f64[N]) -> f64[N - 1] {
            let d[i] = x[i + 1] - x[i];
            d
        }
    }
}

fn main() {
    let _ = Signal::init(1);
}
