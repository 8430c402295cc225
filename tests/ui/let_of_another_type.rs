use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Classifier {
        fc1: Linear<64, 32>,
        fc2: Linear<32, 10>,
    }

    impl Classifier {
        #[grad]
        pub fn loss(x: f32[N, 64], label: u32[N]) -> f32 {
            let h: f32[N, 64] = relu(fc1(x));
            cross_entropy(fc2(h), label)
        }
    }
}

fn main() {
    let model = Classifier::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 64]], &[3]).value());
}
