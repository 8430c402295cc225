//! Why networks have activation functions: without them any depth is one linear map.
//!
//! One network of two layers, the same parameters, is used straight and with tanh between its layers. Straight
//! it is the product of its two matrices, before and after training, and so are twenty layers; and no line
//! separates the two diagonals of a chessboard of four fields. With tanh it learns them.

use std::process::ExitCode;

use chainrule::{Adam, Workspace, net};
use chainrule_examples::checks::Checks;
use chainrule_examples::timing::Operations;

net! {
    dim N;

    /// Two layers, from a point of the plane to a score.
    pub struct TwoLayers {
        first: Linear<2, 8>,
        second: Linear<8, 1>,
    }

    impl TwoLayers {
        /// Without an activation function.
        pub fn straight(x: f64[N, 2]) -> f64[N, 1] {
            second(first(x))
        }

        /// With one.
        pub fn bent(x: f64[N, 2]) -> f64[N, 1] {
            second(tanh(first(x)))
        }

        /// The cost of the straight one: how surprising the colours are.
        #[grad]
        pub fn straight_cost(x: f64[N, 2], colour: f64[N, 1]) -> f64 {
            bce_with_logits(straight(x), colour)
        }

        /// The cost of the bent one.
        #[grad]
        pub fn bent_cost(x: f64[N, 2], colour: f64[N, 1]) -> f64 {
            bce_with_logits(bent(x), colour)
        }
    }

    /// As deep as one likes.
    pub struct TwentyLayers {
        layers: [Linear<2, 2>; 20],
    }

    impl TwentyLayers {
        /// Layer after layer, with nothing between them.
        pub fn straight(x: f64[N, 2]) -> f64[N, 2] {
            let mut y = x;
            for layer in layers {
                y = layer(y);
            }
            y
        }
    }
}

/// An affine map of the plane, y = x · matrix + shift.
struct Affine<const O: usize> {
    matrix: [[f64; O]; 2],
    shift: [f64; O],
}

impl<const O: usize> Affine<O> {
    fn apply(&self, x: [f64; 2]) -> [f64; O] {
        std::array::from_fn(|o| x[0] * self.matrix[0][o] + x[1] * self.matrix[1][o] + self.shift[o])
    }
}

/// The one map that a layer of `H` outputs and then one of `O` are.
fn compose<const H: usize, const O: usize>(
    first: &Affine<H>,
    weight: &[[f64; O]; H],
    bias: &[f64; O],
) -> Affine<O> {
    let product = |row: &[f64; H], o: usize| (0..H).map(|h| row[h] * weight[h][o]).sum::<f64>();
    Affine {
        matrix: std::array::from_fn(|i| std::array::from_fn(|o| product(&first.matrix[i], o))),
        shift: std::array::from_fn(|o| product(&first.shift, o) + bias[o]),
    }
}

/// The map that the straight network is.
fn composed(model: &TwoLayers) -> Affine<1> {
    let first = Affine { matrix: model.first.weight, shift: model.first.bias };
    compose(&first, &model.second.weight, &model.second.bias)
}

/// Points of a grid on [-1, 1]², none on the border between two fields.
fn grid() -> Vec<[f64; 2]> {
    let place = |k: usize| (k as f64 - 9.5) / 9.5;
    (0..400).map(|k| [place(k % 20), -place(k / 20)]).collect()
}

/// The chessboard: 1 where the coordinates have one sign.
fn colours(points: &[[f64; 2]]) -> Vec<[f64; 1]> {
    points.iter().map(|[x, y]| [f64::from(u8::from(x * y > 0.0))]).collect()
}

const STEPS: usize = 400;

fn main() -> ExitCode {
    let mut checks = Checks::default();
    let mut workspace = Workspace::new();
    let points = grid();
    let colours = colours(&points);
    let start = TwoLayers::init(7);
    println!("{}", Operations(TwoLayers::bent_cost_operations(points.len())));

    let mut straight = start.clone();
    compare_with_one_map(&mut checks, "before training", &straight, &points);
    let mut gradient = TwoLayers::zeros();
    let mut adam = Adam::new(0.02);
    for _ in 0..STEPS {
        straight.straight_cost(&mut workspace, &points, &colours).backward(&mut gradient);
        adam.step(&mut straight, &gradient);
    }
    compare_with_one_map(&mut checks, "after training", &straight, &points);

    let mut bent = start.clone();
    let mut adam = Adam::new(0.02);
    for _ in 0..STEPS {
        bent.bent_cost(&mut workspace, &points, &colours).backward(&mut gradient);
        adam.step(&mut bent, &gradient);
    }

    let straight_cost = straight.straight_cost_value(&mut workspace, &points, &colours);
    let bent_cost = bent.bent_cost_value(&mut workspace, &points, &colours);
    let (straight_right, picture) = judge(straight.straight(&mut workspace, &points), &colours);
    println!(
        "\nwithout activation: cost {straight_cost:.6} (ln 2 is 0.693147), {straight_right} of 400 right\n{picture}"
    );
    let (bent_right, picture) = judge(bent.bent(&mut workspace, &points), &colours);
    println!("with tanh: cost {bent_cost:.6}, {bent_right} of 400 right\n{picture}");
    checks.close("the cost of the straight network after training", straight_cost, f64::ln(2.0), 1e-3);
    checks.holds("the straight network gets no more than three fields of four right", straight_right <= 300);
    checks.holds("the bent network gets at least 390 of 400 right", bent_right >= 390);

    let deep = TwentyLayers::init(7);
    let mut map = Affine { matrix: [[1.0, 0.0], [0.0, 1.0]], shift: [0.0; 2] };
    for layer in &deep.layers {
        map = compose(&map, &layer.weight, &layer.bias);
    }
    let outputs = deep.straight(&mut workspace, &points);
    for (output, &point) in outputs.iter().zip(&points) {
        checks.all_close("twenty layers", output, &map.apply(point), 1e-12);
    }
    println!("twenty straight layers are the one matrix {:.6?}", map.matrix);
    checks.finish()
}

/// Holds the straight network against the one map that it should be.
fn compare_with_one_map(checks: &mut Checks, when: &str, model: &TwoLayers, points: &[[f64; 2]]) {
    let map = composed(model);
    let outputs = model.straight(&mut Workspace::new(), points).to_vec();
    let mut apart = 0.0_f64;
    for (output, &point) in outputs.iter().zip(points) {
        let expected = map.apply(point);
        checks.all_close(format_args!("the straight network {when}"), output, &expected, 1e-12);
        apart = apart.max((output[0] - expected[0]).abs());
    }
    println!(
        "{when}, the two layers are y = {:+.6} x₀ {:+.6} x₁ {:+.6}; the network differs from it by at most {apart:.1e}",
        map.matrix[0][0], map.matrix[1][0], map.shift[0]
    );
}

/// How many scores have the sign that they should have, and a picture of the signs.
fn judge(scores: &[[f64; 1]], colours: &[[f64; 1]]) -> (usize, String) {
    let right =
        scores.iter().zip(colours).filter(|([score], [colour])| (*score > 0.0) == (*colour > 0.5)).count();
    let line = |row: &[[f64; 1]]| {
        row.iter().map(|[score]| if *score > 0.0 { "██" } else { "··" }).collect::<String>()
    };
    let picture = scores.chunks(20).map(|row| format!("  {}\n", line(row))).collect();
    (right, picture)
}
