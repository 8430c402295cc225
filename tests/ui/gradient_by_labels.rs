use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Classifier {
        fc: Linear<8, 4>,
    }

    impl Classifier {
        #[grad(self, label)]
        pub fn loss(x: f32[N, 8], label: u32[N]) -> f32 {
            cross_entropy(fc(x), label)
        }
    }
}

fn main() {
    let model = Classifier::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 8]], &[2]).value());
}
