use chainrule::{net, Workspace};

net! {
    dim N;

    pub struct Autoencoder {
        encode: Linear<784, 32>,
        decode: Linear<784, 32>,
    }

    impl Autoencoder {
        #[grad]
        pub fn loss(x: f32[N, 784]) -> f32 {
            mse(decode(relu(encode(x))), x)
        }
    }
}

fn main() {
    let model = Autoencoder::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 784]]).value());
}
