use chainrule::{net, Workspace};

net! {
    pub struct Wave {
        fc1: Linear<2, 16>,
        fc2: Linear<16, 1>,
    }

    impl Wave {
        fn u(t: f64, x: f64) -> f64 {
            fc2(tanh(fc1([t, x])))[0]
        }

        #[grad]
        pub fn residual(t: f64, x: f64) -> f64 {
            grad(u(t, x), t) + grad(u(2 * t, x), 2 * t)
        }
    }
}

fn main() {
    let model = Wave::init(1);
    println!("{}", model.residual(&mut Workspace::new(), 0.1, 0.2).value());
}
