//! What `#[checkpoint]` costs in time, and saves in memory: a recurrent network over many steps, with and without.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chainrule::{Params, Workspace};

/// How often each is run; the shortest time counts.
const RUNS: usize = 9;

macro_rules! recurrent {
    ($module:ident: $($checkpoint:tt)*) => {
        mod $module {
            chainrule::net! {
                dim T;

                /// 64 numbers that change with time, for 16 series at once.
                pub struct Recurrent {
                    w: f32[64, 64] = normal(0.1),
                    v: f32[16, 64] = normal(0.1),
                    b: f32[64],
                }

                impl Recurrent {
                    /// How large they are in the end.
                    #[grad]
                    pub fn cost(x: f32[T, 16, 16]) -> f32 {
                        let mut h = zeros([16, 64]);
                        $($checkpoint)* for t in 0..T { h = tanh(h @ w + x[t] @ v + b); }
                        mean(h * h)
                    }
                }
            }
        }
    };
}

recurrent!(all:);
recurrent!(few: #[checkpoint]);

fn shortest(mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..RUNS).map(time).min().unwrap_or_default()
}

macro_rules! measure {
    ($name:literal, $module:ident, $steps:expr) => {{
        use $module::Recurrent;
        let number = |place: usize| (place as f32 * 0.7).sin();
        let numbers: Vec<f32> = (0..$steps * 256).map(number).collect();
        let x = numbers.as_chunks::<16>().0.as_chunks::<16>().0;
        let (model, mut gradient) = (Recurrent::init(1), Recurrent::zeros());
        let (mut workspace, mut other) = (Workspace::new(), Workspace::new());
        let value = shortest(|| {
            black_box(model.cost_value(&mut workspace, x));
        });
        let both = shortest(|| model.cost(&mut other, x).backward(&mut gradient));
        black_box(gradient.as_slice());
        let bytes = Recurrent::cost_workspace($steps) * size_of::<f32>();
        let [value, both] = [value, both].map(|time| time.as_secs_f64() * 1e3);
        println!(
            "T = {}, {}: value {value:.2} ms, with its gradient {both:.2} ms, {bytes} bytes",
            $steps, $name
        );
    }};
}

fn main() {
    for steps in [1_000_usize, 10_000] {
        measure!("all kept", all, steps);
        measure!("#[checkpoint]", few, steps);
    }
}
