use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Rows {}

    impl Rows {
        /// Each row divided by its length.
        pub fn unit(x: f32[N, 3]) -> f32[N, 3] {
            let length = sqrt(sum(x * x, axis = 1));
            x / length
        }

        /// The rows that are kept.
        pub fn kept(x: f32[N, 3], keep: bool[N]) -> f32[N, 3] { if keep { x } else { 0 } }
    }
}

fn main() {
    println!("{:?}", Rows::init(0).unit(&mut Workspace::new(), &[[3.0, 4.0, 0.0]]));
}
