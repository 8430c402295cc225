use chainrule::net;

net! {
    pub struct Model {
        w: f64[3],
    }

    impl Model {
        #[hessian(x)]
        pub fn call(x: f64[3]) -> f64[3] {
            tanh(x * w)
        }

        #[hvp]
        pub fn other(x: f64[3]) -> f64[3] {
            tanh(x * w)
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
