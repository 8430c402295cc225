//! Gradients in `f32` are as good as those of plain loops over `f32`: vectors, tiles, shared sums and fast functions
//! cost no more than a factor of four.
//!
//! `accuracy.txt` has how far plain loops are from the truth: the interpreter, which rounds after each operation.
//! `BLESS=1 cargo test -p chainrule-compiler --lib accuracy` writes it, from the networks of this file and
//! the numbers of `numbers.rs`. The truth here is the same network in `f64`.

use std::collections::BTreeMap;

use chainrule::{Params, Workspace};

mod numbers;

use numbers::{ROUNDING, ROWS, distance, label, number, scale};

/// For each network and parameter its gradient.
type Gradients = BTreeMap<String, Vec<f64>>;

macro_rules! gradient {
    ($all:ident, $network:ident($($argument:expr),*)) => {
        let mut gradients = $network::zeros();
        filled::<$network>().loss(&mut Workspace::new(), $(&$argument),*).backward(&mut gradients);
        insert(&mut $all, stringify!($network), &*gradients);
    };
}

macro_rules! networks {
    ($module:ident, $float:ident) => {
        mod $module {
            use super::{Gradients, Params, ROWS, Workspace, label, number, scale};

            chainrule::net! {
                dim N;

                pub struct Perceptron { fc1: Linear<784, 128>, fc2: Linear<128, 10> }
                impl Perceptron {
                    #[grad]
                    pub fn loss(x: $float[N, 784], label: u32[N]) -> $float {
                        cross_entropy(fc2(relu(fc1(x))), label)
                    }
                }

                pub struct Deep { enter: Linear<64, 96>, middle: Linear<96, 96>, leave: Linear<96, 3> }
                impl Deep {
                    #[grad]
                    pub fn loss(x: $float[N, 64], y: $float[N, 3]) -> $float {
                        mse(leave(tanh(middle(sigmoid(enter(x))))), y)
                    }
                }

                pub struct Images { conv1: Conv2d<1, 4, 5>, conv2: Conv2d<4, 8, 5>, fc: Linear<32, 10> }
                impl Images {
                    #[grad]
                    pub fn loss(x: $float[N, 400], label: u32[N]) -> $float {
                        let a = max_pool2d(relu(conv1(reshape(x, [N, 1, 20, 20]))), 2);
                        let b = avg_pool2d(silu(conv2(a)), 2);
                        cross_entropy(fc(flatten(b, from = 1)), label)
                    }
                }

                pub struct Burgers { fc1: Linear<2, 20>, fc2: Linear<20, 20>, fc3: Linear<20, 1> }
                impl Burgers {
                    #[grad]
                    pub fn loss(point: $float[N, 2]) -> $float {
                        let (x, t) = (point[.., 0], point[.., 1]);
                        let u = fc3(tanh(fc2(tanh(fc1(stack([x, t], axis = 1))))))[.., 0];
                        let (u_x, u_t) = grad(u, (x, t));
                        let residual = u_t + u * u_x - 0.01 / pi * grad(u_x, x);
                        mean(residual * residual)
                    }
                }

                pub struct Transformer {
                    norm: LayerNorm<32>,
                    attention: MultiHeadAttention<32, 2>,
                    up: Linear<32, 64>,
                    down: Linear<64, 32>,
                }
                impl Transformer {
                    #[grad]
                    pub fn loss(x: $float[N, 512], y: $float[N, 512]) -> $float {
                        let x = reshape(x, [N, 16, 32]);
                        let mixed = x + attention(norm(x), causal = true);
                        mse(flatten(mixed + down(gelu(up(mixed))), from = 1), y)
                    }
                }

                pub struct Series { cell: Gru<12, 24>, leave: Linear<24, 2> }
                impl Series {
                    #[grad]
                    pub fn loss(x: $float[N, 12], y: $float[N, 2]) -> $float {
                        let (ys, _) = cell(reshape(x, [N, 1, 12]), zeros([1, 24]));
                        mse(leave(ys[.., 0]), y)
                    }
                }
            }

            fn filled<P: Params<Float = $float>>() -> Box<P> {
                let mut model = P::zeros();
                let counts: Vec<usize> = model.tensors().iter().map(|tensor| tensor.data.len()).collect();
                let mut numbers = model.as_mut_slice().iter_mut();
                for (tensor, &count) in counts.iter().enumerate() {
                    for element in 0..count {
                        *numbers.next().expect("a weight") =
                            (number(tensor, element) * scale(count)) as $float;
                    }
                }
                model
            }

            fn rows<const K: usize>(tensor: usize) -> Vec<[$float; K]> {
                (0..ROWS)
                    .map(|row| std::array::from_fn(|column| number(tensor, row * K + column) as $float))
                    .collect()
            }

            fn insert<P: Params<Float = $float>>(all: &mut Gradients, network: &str, gradients: &P) {
                for tensor in gradients.tensors() {
                    let numbers = tensor.data.iter().map(|&number| f64::from(number)).collect();
                    all.insert(format!("{network}.{}", tensor.name), numbers);
                }
            }

            pub fn gradients() -> Gradients {
                let label: Vec<u32> = (0..ROWS).map(label).collect();
                let mut all = Gradients::new();
                gradient!(all, Perceptron(rows::<784>(4), label));
                gradient!(all, Deep(rows::<64>(6), rows::<3>(7)));
                gradient!(all, Images(rows::<400>(6), label));
                gradient!(all, Burgers(rows::<2>(6)));
                gradient!(all, Transformer(rows::<512>(14), rows::<512>(15)));
                gradient!(all, Series(rows::<12>(6), rows::<2>(7)));
                all
            }
        }
    };
}

networks!(single, f32);
networks!(double, f64);

#[test]
fn as_good_as_plain_loops() {
    let (found, truth) = (single::gradients(), double::gradients());
    let plain: BTreeMap<&str, f64> = include_str!("accuracy.txt")
        .lines()
        .map(|line| line.split_once(' ').expect("a name and a number"))
        .map(|(name, distance)| (name, distance.parse().expect("a number")))
        .collect();
    for (name, truth) in &truth {
        let Some(plain) = plain.get(name.as_str()) else {
            let zero = truth.iter().all(|number| number.abs() < ROUNDING);
            assert!(zero, "{name} is not in accuracy.txt");
            continue;
        };
        let fast = distance(&found[name], truth);
        // Below half a unit of one is luck.
        let allowed = 4.0 * plain.max(f64::from(f32::EPSILON) / 2.0);
        assert!(fast <= allowed, "{name}: {fast:.2e} from the truth, plain loops {plain:.2e}");
    }
}
