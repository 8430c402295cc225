use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: f32[3, 3],
    }

    impl Model {
        #[grad]
        pub fn steps(x: f32[N, 3]) -> f32 {
            let k = 3;
            let mut h = x;
            for _ in 0..k {
                h = tanh(h @ w);
            }
            sum(h)
        }

        #[grad]
        pub fn counted(x: f32[N, 3]) -> f32 {
            let k: u32 = 3;
            let mut h = x;
            for _ in 0..k {
                h = tanh(h @ w);
            }
            sum(h)
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
