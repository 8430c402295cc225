use chainrule::net;

net! {
    dim N;

    pub struct Model {
        w: [[f32; 4]; 8],
        b: Vec<f32>,
    }

    impl Model {
        pub fn call(&self, x: &[[f32; 8]]) -> f32[N, 4] {
            let h = self.w.iter().map(|row| row.len());
            return x @ w + b;
        }
    }
}

fn main() {
    let _ = Model::init(1);
}
