use chainrule::{net, Workspace};

net! {
    pub struct Root {}

    impl Root {
        pub fn sqrt(a: f64) -> f64 {
            let mut x = a;
            while abs(x * x - a) > 1e-12 {
                x = (x + a / x) / 2;
            }
            x
        }
    }
}

fn main() {
    println!("{}", Root::init(0).sqrt(&mut Workspace::new(), 2.0));
}
