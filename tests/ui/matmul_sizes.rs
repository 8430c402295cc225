use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Mlp {
        w1: f32[784, 128] = he_normal,
        b1: f32[128],
        w2: f32[128, 10] = glorot_uniform,
        b2: f32[10],
    }

    impl Mlp {
        pub fn logits(x: f32[N, 784]) -> f32[N, 10] {
            let h = relu(x @ w2 + b1);
            h @ w2 + b2
        }

        #[grad]
        pub fn loss(x: f32[N, 784], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }
}

fn main() {
    let mut model = Mlp::init(42);
    let mut grads = Mlp::zeros();
    let mut ws = Workspace::new();
    let (x, label) = (vec![[0.5; 784]; 4], vec![7; 4]);
    let pass = model.loss(&mut ws, &x, &label);
    println!("{}", pass.value());
    pass.backward(&mut grads);
    model.b1[0] = grads.w1[3][4];
}
