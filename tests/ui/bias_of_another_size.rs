use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Mlp {
        w: f32[64, 128],
        b: f32[64],
    }

    impl Mlp {
        pub fn hidden(x: f32[N, 64]) -> f32[N, 128] {
            tanh(x @ w + b)
        }
    }
}

fn main() {
    let model = Mlp::init(1);
    println!("{}", model.hidden(&mut Workspace::new(), &[[0.1; 64]])[0][127]);
}
