use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {}

    impl Model {
        pub fn masked(x: f32[N], keep: f32[N]) -> f32[N] {
            if keep { x } else { 0 }
        }

        pub fn counted(x: f32[N]) -> f32 {
            sum(x > 0) + x * (x > 1)
        }
    }
}

fn main() {
    println!("{:?}", Model::init(0).masked(&mut Workspace::new(), &[1.0], &[0.0]));
}
