use chainrule::net;

net! {
    dim N;

    pub struct Mlp {
        fc: Liner<8, 4>,
        norm: LayerNrom<4>,
        w: f23[4],
    }

    impl Mpl {
        pub fn call(x: f32[N, 8]) -> f32[N, 4] {
            norm(fc(x)) * w
        }
    }
}

fn main() {
    let _ = Mlp::init(1);
}
