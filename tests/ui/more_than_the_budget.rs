use chainrule::{net, Workspace};

net! {
    #[budget(params = 1_000)]
    pub struct Model {
        w: f32[64, 64],
    }

    impl Model {
        #[budget(workspace = 1_024)]
        pub fn gram(x: f32[16, 64]) -> f32 {
            let y = tanh(x @ w);
            let z = y @ y.t();
            sum(z @ z)
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.gram(&mut Workspace::new(), &[[0.1; 64]; 16]));
}
