use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Model {
        gate: Highway<4, 3>,
        norms: [Normaliser<4>; 2],
        fc: Linear<4, 3>,
    }

    impl Model {
        #[grad]
        pub fn loss(x: f32[N, 4]) -> f32 {
            let mut h = x;
            for norm in norms {
                h = norm(h);
            }
            sum(fc(h) * gate(h))
        }
    }
}

fn main() {
    let (model, mut gradient) = (Model::init(1), Model::zeros());
    model.loss(&mut Workspace::new(), &[[0.0; 4]; 2]).backward(&mut gradient);
    println!("{} {} {}", gradient.gate.weight[3][2], gradient.norms[1].bias[0], gradient.fc.bias[2]);
}
