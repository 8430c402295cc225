use chainrule::net;

net! {
    dim N, struct T;

    struct Dense<const I: usize; const O: usize> {
        weight: f32[I, O],
    }

    impl Dense<I, O> {
        fn call(x: f32[N, I]; scale: f32) -> f32[N, O] {
            x @ weight * scale
        }
    }

    pub struct Model {
        w: f32[8, 4],
        dense: Dense<4, 2>,
    }

    impl Model {
        pub fn call(x: f32[N, 8]; y: f32[T, 4]) -> f32[N, 2] {
            dense(x @ w + mean(y, axis = 0), 2)
        }

        pub fn both { } (x: f32[N, 8], scale: f32) -> f32[N, 8] {
            let y = x; * scale;
            y
        }
    }
}

fn main() {
    let model = Model::init(1);
    let _ = model.w;
    // Its signature is known, so nothing is said here.
    let _ = model.call(&mut chainrule::Workspace::new(), &[[0.0; 8]; 2], &[[0.0; 4]; 3]);
}
