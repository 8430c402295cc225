use chainrule::{net, Workspace};

net! {
    const KIB: usize = 1_024;

    #[budget(params = 1_000)]
    pub struct Model {
        w: f32[64, 64],
    }

    impl Model {
        #[budget(workspace = KIB)]
        pub fn gram(x: f32[16, 64]) -> f32 {
            let y = tanh(x @ w);
            let z = y @ y.t();
            sum(z @ z)
        }

        #[budget(workspace = 64 * KIB, params = 8 * 64 * 64)]
        pub fn of_one(x: f32[64]) -> f32 {
            sum(tanh(x @ w))
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.gram(&mut Workspace::new(), &[[0.1; 64]; 16]));
    println!("{}", model.of_one(&mut Workspace::new(), &[0.1; 64]));
}
