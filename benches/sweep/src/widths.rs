//! One network for each width: sizes are constants, so each is compiled on its own.

use chainrule::{Sgd, Workspace, net};

use crate::{BATCHES, Case};

/// A network of this width with its data.
macro_rules! widths {
    ($($name:ident: $width:literal),* $(,)?) => {
        net! {
            dim N;

            $(
                pub struct $name { first: Linear<$width, $width>, second: Linear<$width, $width> }

                impl $name {
                    #[grad]
                    pub fn loss(x: f32[N, $width], y: f32[N, $width]) -> f32 {
                        mse(second(relu(first(x))), y)
                    }
                }
            )*
        }

        pub fn all() -> Vec<Box<dyn Case>> {
            let mut all = Vec::<Box<dyn Case>>::new();
            $({
                struct Steps {
                    model: Box<$name>,
                    workspace: Workspace<f32>,
                    x: Vec<[f32; $width]>,
                }

                impl Case for Steps {
                    fn width(&self) -> usize { $width }

                    fn step(&mut self, batch: usize) -> f32 {
                        let x = &self.x[..batch];
                        self.model.loss_step(&mut self.workspace, &mut Sgd::new(1e-6), x, x)
                    }
                }

                let rows = BATCHES[BATCHES.len() - 1];
                all.push(Box::new(Steps {
                    model: $name::init(1),
                    workspace: Workspace::new(),
                    x: (0..rows).map(|row| [row as f32 / rows as f32; $width]).collect(),
                }));
            })*
            all
        }
    };
}

widths! {
    Width1: 1, Width2: 2, Width3: 3, Width4: 4, Width5: 5, Width7: 7, Width8: 8, Width9: 9, Width11: 11,
    Width13: 13, Width15: 15, Width16: 16, Width17: 17, Width19: 19, Width23: 23, Width29: 29, Width31: 31,
    Width32: 32, Width33: 33, Width41: 41, Width47: 47, Width48: 48, Width53: 53, Width63: 63, Width64: 64,
    Width65: 65, Width79: 79, Width96: 96, Width97: 97, Width127: 127, Width128: 128, Width129: 129,
    Width191: 191, Width255: 255, Width256: 256, Width257: 257, Width383: 383, Width511: 511, Width512: 512,
}
