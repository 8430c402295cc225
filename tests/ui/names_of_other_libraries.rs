use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Mlp {
        w1: f32[8, 16] = xavier_uniform,
        fc: Dense<16, 4>,
    }

    impl Mlp {
        #[grad]
        pub fn loss(x: f32[N, 8], target: f32[N, 4]) -> f32 {
            let h = matmul(x, w1).swish();
            mse_loss(fc(h), target) + 0.1 * log(sum(h.pow(2)))
        }
    }
}

fn main() {
    let model = Mlp::init(1);
    println!("{}", model.fc.weight[15][3] + model.fc.bias[3]);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 8]], &[[1.0; 4]]).value());
}
