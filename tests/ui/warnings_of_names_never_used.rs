#![deny(warnings)]

use chainrule::{net, Workspace};

net! {
    dim N, M;

    fn halved(x: f32[..]) -> f32[..] {
        x / 2
    }

    pub struct Model {
        w: f32[8, 4],
    }

    impl Model {
        pub fn call(x: f32[N, 8], mask: f32[N, 4]) -> f32[N, 4] {
            let h = relu(x);
            let mut y = x @ w;
            y
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{:?}", model.call(&mut Workspace::new(), &[[0.1; 8]], &[[0.0; 4]]));
}
