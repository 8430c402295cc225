use chainrule::{net, Workspace};

net! {
    dim N;
    const width: usize = 3;

    pub struct Model {
        W: f32[width, 2],
    }

    impl Model {
        pub fn call(x: f32[N, width]) -> f32[N, 2] {
            x @ W
        }
    }
}

fn main() {
    println!("{:?}", Model::init(1).call(&mut Workspace::new(), &[[0.1; 3]]));
}
