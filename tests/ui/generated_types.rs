use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        w: f32[3],
    }

    impl Model {
        #[grad]
        pub fn loss(x: f32[N, 3]) -> f32 {
            mean(x @ w)
        }
    }

    pub struct ModelLossPass {
        w: f32[3],
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 3]]).value());
}
