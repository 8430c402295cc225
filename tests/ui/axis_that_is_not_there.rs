use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Table {}

    impl Table {
        pub fn centred(x: f32[N, 5]) -> f32[N, 5] {
            x - mean(x, axis = 2, keep = true)
        }
    }
}

fn main() {
    println!("{:?}", Table::init(0).centred(&mut Workspace::new(), &[[1.0; 5]]));
}
