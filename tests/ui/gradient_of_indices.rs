use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Classifier {
        w: f32[8, 4],
    }

    impl Classifier {
        #[grad]
        pub fn predict(x: f32[N, 8]) -> u32[N] {
            argmax(x @ w, axis = 1)
        }
    }
}

fn main() {
    let model = Classifier::init(1);
    let mut ws = Workspace::new();
    println!("{:?}", model.predict(&mut ws, &[[0.1; 8]]).value());
}
