use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {}

    impl Model {
        pub fn positive(x: f32[N]) -> f32[N] {
            if x > 0 { x }
        }
    }
}

fn main() {
    println!("{:?}", Model::init(0).positive(&mut Workspace::new(), &[1.0]));
}
