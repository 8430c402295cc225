use chainrule::{net, Workspace};

fn bessel(x: f64) -> f64 {
    x.sin() / x
}

net! {
    extern fn bessel(x: f64) -> f64;

    pub struct Model {
        rate: f64 = ones,
    }

    impl Model {
        #[grad]
        pub fn at(x: f64) -> f64 {
            bessel(rate * x)
        }
    }
}

fn main() {
    let model = Model::init(1);
    println!("{}", model.at(&mut Workspace::new(), 0.5).value());
}
