use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Lookup {
        table: f32[100, 8] = normal(1),
    }

    impl Lookup {
        pub fn call(word: f32[N]) -> f32[N, 8] {
            table[word]
        }
    }
}

fn main() {
    let model = Lookup::init(1);
    println!("{:?}", model.call(&mut Workspace::new(), &[3.0]));
}
