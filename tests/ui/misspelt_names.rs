use chainrule::{net, Workspace};

net! {
    dim Batch;
    const HIDDEN: usize = 32;

    pub struct Mlp {
        hidden: Linear<8, HIDEN>,
        output: Linear<HIDDEN, 1>,
        scale: f32 = one,
    }

    impl Mlp {
        fn squash(x: f32[..]) -> f32[..] {
            x / (1 + abs(x))
        }

        #[grad]
        pub fn loss(x: f32[Batch, 8], target: f32[Bacth, 1]) -> f32 {
            let h = squahs(hiden(x));
            let y = softpuls(output(h)) * scael;
            mse(y, targte) + sum(output.wieght, axes = 0)
        }
    }
}

fn main() {
    let model = Mlp::init(1);
    println!("{}", model.loss(&mut Workspace::new(), &[[0.1; 8]], &[[1.0]]).value());
}
