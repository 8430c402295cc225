use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Classifier {
        fc: Linear<64, 10>,
    }

    impl Classifier {
        #[grad]
        pub fn loss(x: f32[N, 64], label: f32[N]) -> f32 {
            cross_entropy(fc(x), label)
        }
    }
}

fn main() {
    let model = Classifier::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 64]], &[3.0]).value());
}
