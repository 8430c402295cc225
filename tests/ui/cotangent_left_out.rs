use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        w: f32[8, 4],
    }

    impl Model {
        #[grad]
        pub fn call(x: f32[N, 8]) -> f32[N, 4] {
            tanh(x @ w)
        }
    }
}

fn main() {
    let model = Model::init(1);
    let mut grads = Model::zeros();
    let mut ws = Workspace::new();
    let pass = model.call(&mut ws, &[[0.1; 8]]);
    pass.backward(&mut grads);
}
