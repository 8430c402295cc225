use chainrule::net;

// What is no item hides no mistake in the items, and what uses it is not blamed. The rest of the file is not either.
net! {
    use std::f32::consts::TAU;

    dim N;
    const WIDTH: f32 = 4;

    mod layers {
        struct Wave { w: f32[3] }
    }

    struct Dense<T> {
        w: f32[3, T],
    }

    pub struct Model {
        w: f32[3, 4],
        wide: f32[3, WIDTH],
        wave: Wave,
        dense: Dense<f32>,
    }

    impl Model {
        fn scaled<T>(x: f32[N, 3], by: T) -> f32[N, 3] {
            TAU * x * by
        }

        pub fn call(x: f32[N, 3]) -> f32[N, 4] {
            wave(scaled(x, 2)) @ w + dense(x) @ wide
        }

        #[grad]
        pub fn loss(x: f32[N, 3]) -> f32 {
            let f32[3] scale = [1, 2, 3];
            return mean(call(x * scale) @ w) + mean(x @ x);
        }
    }
}

fn main() {
    let model = Model::init(1);
    let mut workspace = chainrule::Workspace::new();
    let _ = model.loss_value(&mut workspace, &[[1.0; 3]]);
}
