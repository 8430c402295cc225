use chainrule::net;

net! {
    dim N;

    pub struct Signal {
        w: f32[3],
    }

    impl Signal {
        pub fn filtered(x: f32[N, 16]) -> f32[N, 16] {
            let y[n, i in 0..16] = sum[u](x[n, i + u - 1] * w[u]);
            y
        }
    }
}

fn main() {
    let _ = Signal::init(1);
}
