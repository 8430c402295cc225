use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Scaled {
        w: f64[3],
        gain: f64 = ones,
    }

    impl Scaled {
        pub fn call(x: f64[N, 3]) -> f64[N] {
            x @ w @ gain
        }
    }
}

fn main() {
    let model = Scaled::init(1);
    println!("{:?}", model.call(&mut Workspace::new(), &[[1.0; 3]; 2]));
}
