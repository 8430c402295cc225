use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        fc1: Linear<8, 16>,
        fc2: Linear<16, 16>,
        fc3: Linear<16, 4>,
        scale: f32 = ones,
    }

    impl Model {
        #[grad]
        pub fn loss(x: f32[N, 8], label: u32[N]) -> f32 {
            let h = relu(fc1(x));
            cross_entropy(fc3(h), label) * stop_grad(scale)
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 8]], &[2]).value());
}
