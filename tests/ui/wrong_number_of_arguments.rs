use chainrule::net;

net! {
    dim N;

    fn affine(x: f32[.., 8], w: f32[8, 4], b: f32[4]) -> f32[.., 4] {
        x @ w + b
    }

    pub struct Model {
        w: f32[8, 4],
        b: f32[4],
        cell: Lstm<4, 4>,
    }

    impl Model {
        pub fn call(x: f32[N, 8]) -> f32[N, 4] {
            relu(affine(x, w), 0.1)
        }

        pub fn states(x: f32[N, 2, 4]) -> f32[N, 2, 4] {
            let (ys, _) = cell(x);
            ys
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
