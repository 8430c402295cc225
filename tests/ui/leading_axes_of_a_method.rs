use chainrule::{net, Workspace};

net! {
    pub struct Model {
        w: f32[8, 4],
    }

    impl Model {
        pub fn call(x: f32[.., 8]) -> f32[.., 4] {
            x @ w
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{:?}", model.call(&mut Workspace::new(), &[[0.1; 8]]));
}
