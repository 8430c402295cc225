#![deny(warnings)]

use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        w: f32[8],
    }

    impl Model {
        #[grad(self, x)]
        pub fn penalty(x: f32[N, 8]) -> f32 {
            mean(floor(x)) + sum(w * w)
        }

        pub fn slope(x: f32[N, 8], t: f32) -> f32 {
            let y = sum(x * w);
            grad(y, t)
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.penalty(&mut Workspace::new(), &[[0.1; 8]]).value());
    println!("{}", model.slope(&mut Workspace::new(), &[[0.1; 8]], 1.0));
}
