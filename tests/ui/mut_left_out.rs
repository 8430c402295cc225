use chainrule::{net, Workspace};

net! {
    dim T;

    pub struct Decay {
        rate: f64 = constant(0.9),
    }

    impl Decay {
        #[grad]
        pub fn energy(x: f64[T], rest: f64) -> f64 {
            let level = rest;
            for t in 0..T {
                level = rate * level + x[t];
                rest += level;
                rate = 2 * rate;
            }
            level * level
        }
    }
}

fn main() {
    let model = Decay::init(1);
    println!("{}", model.energy(&mut Workspace::new(), &[1.0, 2.0], 0.5).value());
}
