use chainrule::{net, Workspace};

net! {
    pub struct Model {
        w: f32[3],
    }

    impl Model {
        pub fn init(x: f32[3]) -> f32 {
            sum(x * w)
        }

        pub fn zeros(x: f32[3]) -> f32[3] {
            0 * x
        }

        pub fn value(x: f32[3]) -> f32 {
            sum(x * w)
        }
    }
}

fn main() {
    let model = Model::init(1);
    let gradient = Model::zeros();
    println!("{}", model.value(&mut Workspace::new(), &gradient.w));
}
