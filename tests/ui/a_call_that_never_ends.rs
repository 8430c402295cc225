use chainrule::{net, Workspace};

net! {
    pub struct Model {}

    impl Model {
        /// n! by recursion.
        pub fn factorial(n: f64) -> f64 {
            if n < 1 { 1 } else { n * factorial(n - 1) }
        }
    }
}

fn main() {
    println!("{}", Model::init(0).factorial(&mut Workspace::new(), 3.0));
}
