use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Joined {}

    impl Joined {
        pub fn call(x: f32[N, 3], y: f32[N, 4]) -> f32[N, 7] {
            concat([x, y], axis = 0)
        }
    }
}

fn main() {
    println!("{:?}", Joined::init(0).call(&mut Workspace::new(), &[[1.0; 3]], &[[1.0; 4]]));
}
