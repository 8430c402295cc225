use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: f32[3],
    }

    impl Model {
        fn parts(x: f32[3]) -> (f32, f32) { (sum(x * w), sum(x)) }

        #[grad]
        pub fn loss(x: f32[N, 3]) -> f32 {
            let (a[n], b[n]) = parts(x[n]);
            mean(a * b)
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
