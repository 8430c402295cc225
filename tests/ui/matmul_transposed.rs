use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Tied {
        table: f32[1000, 64] = normal(0.02),
    }

    impl Tied {
        /// The scores of all words for each position.
        pub fn scores(h: f32[N, 64]) -> f32[N, 1000] {
            h @ table
        }
    }
}

fn main() {
    let model = Tied::init(1);
    println!("{}", model.scores(&mut Workspace::new(), &[[0.0; 64]; 3])[2][999]);
}
