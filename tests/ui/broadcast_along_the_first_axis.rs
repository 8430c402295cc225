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
    }
}

fn main() {
    println!("{:?}", Rows::init(0).unit(&mut Workspace::new(), &[[3.0, 4.0, 0.0]]));
}
