use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Deep {
        enter: Linear<8, 32>,
        blocks: [Linear<32, 32>; 4],
    }

    impl Deep {
        pub fn call(x: f32[N, 8]) -> f32[N, 32] {
            let mut h = x;
            for block in blocks {
                h = relu(block(h));
            }
            enter(h)
        }
    }
}

fn main() {
    let model = Deep::init(1);
    println!("{}", model.call(&mut Workspace::new(), &[[0.1; 8]])[0][0]);
}
