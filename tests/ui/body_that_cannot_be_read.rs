use chainrule::net;

// What cannot be read of one function hides no mistake in the others, and its callers are not blamed.
net! {
    dim N;

    pub struct Mlp {
        w1: f32[784, 128],
        w2: f32[128, 10],
    }

    impl Mlp {
        fn hidden(x: f32[N, 784]) -> f32[N, 128] {
            #[checkpoint]
            let h = x @ w1;
            relu(h)
        }

        pub fn logits(x: f32[N, 784]) -> f32[N, 10] {
            hidden(x) @ w2
        }

        #[grad]
        pub fn loss(x: f32[N, 784], label: u32[N]) -> f32 {
            cross_entropy(logit(x), label)
        }

        pub fn first(x: f32[N, 128]) -> f32[N, 10] {
            x @ w1
        }
    }
}

fn main() {
    let _ = Mlp::init(1);
}
