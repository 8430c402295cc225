use chainrule::net;

// Of their types as much is known as is written.
net! {
    dim N;

    pub struct Model {
        w: f32[2, !],
        start: f32[3] = [1, ?],
        counts: i32[5],
        attention: Mystery<3>,
    }

    impl Model {
        #[grad]
        pub fn loss(x: f32[N, 2]) -> f32 {
            mean(attention(x @ w) * start)
        }
    }
}

fn main() {
    let model = Model::init(1);
    let _ = (model.w[1][2] + model.start[2], model.counts[4], &model.attention);
}
