use chainrule::net;

net! {
    dim N;

    pub struct Flattened {
        fc: Linear<400, 10>,
    }

    impl Flattened {
        pub fn logits(x: f32[N, 16, 5, 4]) -> f32[N, 10] {
            fc(reshape(x, [N, 400]))
        }
    }
}

fn main() {
    let _ = Flattened::init(1);
}
