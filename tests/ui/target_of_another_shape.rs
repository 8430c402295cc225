use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Regression {
        w: f64[4, 1],
    }

    impl Regression {
        #[grad]
        pub fn loss(x: f64[N, 4], y: f64[N]) -> f64 {
            mse(x @ w, y)
        }
    }
}

fn main() {
    let model = Regression::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 4]], &[3.0]).value());
}
