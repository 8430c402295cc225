use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Classifier {
        w: f32[64, 10],
    }

    impl Classifier {
        pub fn predict(x: f32[N, 64]) -> f32[N] {
            argmax(x @ w, axis = 1)
        }

        pub fn probabilities(x: f32[N, 64]) -> f32[N] {
            softmax(x @ w)
        }
    }
}

fn main() {
    let model = Classifier::init(1);
    println!("{}", model.predict(&mut Workspace::new(), &[[0.1; 64]])[0]);
}
