use chainrule::{net, Workspace};

net! {
    pub struct Model {
        w: f32[8, D],
    }

    impl Model {
        pub fn call(x: f32[N, 8]) -> f32[N, D] {
            x @ w
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{:?}", model.call(&mut Workspace::new(), &[[0.1; 8]]));
}
