use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        w: f32[8],
        #[frozen]
        offset: f32[8],
    }

    impl Model {
        #[grad(w)]
        pub fn loss(x: f32[N, 8]) -> f32 {
            sum((x - offset) * w)
        }

        #[grad(y)]
        pub fn other(x: f32[N, 8]) -> f32 {
            sum((x - offset) * w)
        }

        pub fn sensitivity(x: f32[N, 8]) -> f32[8] {
            let y = sum((x - offset) * w);
            grad(y, offset)
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 8]]).value());
}
