use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        w: f32[3],
    }

    impl Model {
        #[grad]
        pub fn loss(x: f32[N, 3]) -> f32 {
            mean(loss_value(x))
        }

        pub fn loss_value(x: f32[N, 3]) -> f32[N] {
            x @ w
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 3]]).value());
}
