//! Exercise 4 of the machine-learning course: a 3-5-3 network of sigmoids, its cost, its gradient, its descent.
//!
//! Cost and all 38 gradients are held against the course's numbers for λ = 0, 1 and 3, those of a second test
//! likewise. Gradient descent then goes to where all weights are 0 (λ = 1), and for λ = 0 across a plateau on
//! which a stopping rule without patience stays.

use std::process::ExitCode;

use chainrule::{Reason, Sgd, Train, Workspace, net};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::timing::Operations;

net! {
    dim N, K;

    /// A layer as the course writes it: a unit a row, its bias in column 0.
    pub struct Theta<const UNITS: usize, const COLUMNS: usize> {
        theta: f64[UNITS, COLUMNS],
    }

    impl<const UNITS: usize, const COLUMNS: usize> Theta<UNITS, COLUMNS> {
        fn call(a: f64[N, COLUMNS - 1]) -> f64[N, UNITS] {
            let z[n, u] = theta[u, 0] + sum[i](theta[u, i + 1] * a[n, i]);
            sigmoid(z)
        }

        /// Of the weights, without the biases.
        fn squares() -> f64 {
            sum[u, i](theta[u, i + 1] * theta[u, i + 1])
        }
    }

    /// The logistic cost of every unit, summed over the classes; the mean over the samples.
    fn logistic_cost(h: f64[N, K], label: u32[N]) -> f64 {
        let t = one_hot(label, K);
        sum(-t * ln(h) - (1 - t) * ln(1 - h)) / N
    }

    /// The network of the exercise.
    pub struct Exercise {
        layer1: Theta<5, 4>,
        layer2: Theta<3, 6>,
    }

    impl Exercise {
        /// The regularised cost J.
        #[grad]
        pub fn cost(x: f64[N, 3], label: u32[N], lambda: f64) -> f64 {
            let h = layer2(layer1(x));
            logistic_cost(h, label) + lambda / (2 * N) * (layer1.squares() + layer2.squares())
        }

        /// The derivative of the sigmoid is also asked for.
        #[grad(z)]
        pub fn logistic(z: f64[5]) -> f64[5] {
            sigmoid(z)
        }
    }

    /// The network of the second test.
    pub struct Second {
        layer1: Theta<2, 3>,
        layer2: Theta<4, 3>,
    }

    impl Second {
        /// The regularised cost J.
        #[grad]
        pub fn cost(x: f64[N, 2], label: u32[N], lambda: f64) -> f64 {
            let h = layer2(layer1(x));
            logistic_cost(h, label) + lambda / (2 * N) * (layer1.squares() + layer2.squares())
        }
    }
}

const EXERCISE: &str = include_str!("../../data/ex4_debug_network.json");
const SECOND: &str = include_str!("../../data/ex4_forum.json");
/// Where all weights are 0 and only the biases say how frequent each class is: H(0.2) + 2 H(0.4).
const REST: f64 = 1.846_425_757_556_7;

/// The course's numbers in place of random ones: sin(1), sin(2), … / 10, down the columns.
fn debug_init<const ROWS: usize, const COLUMNS: usize>() -> [[f64; COLUMNS]; ROWS] {
    down_the_columns(|place| ((place + 1) as f64).sin() / 10.0)
}

/// A matrix from its elements, numbered from 0 down the first column, then the second, ….
fn down_the_columns<const ROWS: usize, const COLUMNS: usize>(
    element: impl Fn(usize) -> f64,
) -> [[f64; COLUMNS]; ROWS] {
    std::array::from_fn(|row| std::array::from_fn(|column| element(column * ROWS + row)))
}

/// The elements of two matrices, each down its columns, as the course unrolls them.
fn unrolled<const R: usize, const C: usize, const S: usize, const D: usize>(
    first: &[[f64; C]; R],
    second: &[[f64; D]; S],
) -> Vec<f64> {
    let first = (0..C).flat_map(|column| first.iter().map(move |row| row[column]));
    let second = (0..D).flat_map(|column| second.iter().map(move |row| row[column]));
    first.chain(second).collect()
}

/// Classes as the course counts them, from 1, to those that start at 0.
fn from_zero<const N: usize>(label: [u32; N]) -> [u32; N] {
    label.map(|class| class - 1)
}

fn start() -> Box<Exercise> {
    let mut model = Exercise::zeros();
    model.layer1.theta = debug_init();
    model.layer2.theta = debug_init();
    model
}

/// The five samples of the exercise and their classes.
fn samples() -> ([[f64; 3]; 5], [u32; 5]) {
    (debug_init(), from_zero([2, 3, 1, 2, 3]))
}

fn main() -> ExitCode {
    let mut checks = Checks::default();
    check_exercise(&mut checks);
    check_second(&mut checks);
    descend_to_rest(&mut checks);
    pass_the_plateau(&mut checks);
    checks.finish()
}

fn check_exercise(checks: &mut Checks) {
    let known = Known::new(EXERCISE);
    let (x, label) = samples();
    let (model, mut gradient) = (start(), Exercise::zeros());
    let mut workspace = Workspace::new();
    println!("{}", Operations(Exercise::cost_operations(x.len())));
    for lambda in [0, 1, 3] {
        let pass = model.cost(&mut workspace, &x, &label, f64::from(lambda));
        let cost = pass.value();
        pass.backward(&mut gradient);
        let unrolled = unrolled(&gradient.layer1.theta, &gradient.layer2.theta);
        println!("λ = {lambda}: J = {cost:.15}, gradient {:.9?} …", &unrolled[..3]);
        checks.close(
            format_args!("J for λ = {lambda}"),
            cost,
            known.number(&format!("/lambda/{lambda}/cost")),
            1e-9,
        );
        let expected = known.numbers(&format!("/lambda/{lambda}/gradient"));
        checks.all_close(format_args!("the gradient for λ = {lambda}"), &unrolled, &expected, 1e-9);
    }
}

/// The second test is published with six decimals or fewer, so it cannot be told apart further.
fn check_second(checks: &mut Checks) {
    let known = Known::new(SECOND);
    let (mut model, mut gradient) = (Second::zeros(), Second::zeros());
    model.layer1.theta = down_the_columns(|place| (place + 1) as f64 / 10.0);
    model.layer2.theta = down_the_columns(|place| (place + 7) as f64 / 10.0);
    let x = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]].map(|row: [f64; 2]| row.map(f64::cos));
    let label = from_zero([4, 2, 3]);
    let mut workspace = Workspace::new();
    for (lambda, digits) in [(0, 1e-9), (4, 5e-5)] {
        let pass = model.cost(&mut workspace, &x, &label, f64::from(lambda));
        let cost = pass.value();
        pass.backward(&mut gradient);
        println!("second test, λ = {lambda}: J = {cost:.10}");
        checks.close(
            format_args!("J of the second test, λ = {lambda}"),
            cost,
            known.number(&format!("/lambda/{lambda}/cost")),
            digits,
        );
        let unrolled = unrolled(&gradient.layer1.theta, &gradient.layer2.theta);
        let expected = known.numbers(&format!("/lambda/{lambda}/gradient"));
        checks.all_close(
            format_args!("the gradient of the second test, λ = {lambda}"),
            &unrolled,
            &expected,
            6e-7,
        );
    }

    let z: [f64; 5] = known.numbers("/sigmoid_gradient/x").try_into().expect("five places");
    let mut slope = [0.0; 5];
    slopes(&z, &mut slope);
    println!("σ' at {z:?}: {slope:.6?}");
    checks.all_close("σ'", &slope, &known.numbers("/sigmoid_gradient/value"), 6e-7);
}

/// σ' at five places: the gradient of the sum of five sigmoids.
fn slopes(z: &[f64; 5], slope: &mut [f64; 5]) {
    let mut workspace = Workspace::new();
    Exercise::zeros().logistic(&mut workspace, z).backward(&[1.0; 5], slope);
}

/// Gradient descent at rate 1 from the exercise's start.
fn descend(lambda: f64, limits: Train) -> (Box<Exercise>, chainrule::Stopped<f64>) {
    let (x, label) = samples();
    let mut workspace = Workspace::new();
    let mut model = start();
    let stopped = limits.run(
        &mut *model,
        |model, gradient| {
            let pass = model.cost(&mut workspace, &x, &label, lambda);
            let cost = pass.value();
            pass.backward(gradient);
            cost
        },
        &mut Sgd::new(1.0),
    );
    (model, stopped)
}

fn descend_to_rest(checks: &mut Checks) {
    for lambda in [1.0, 3.0] {
        let limits = Train { tolerance: -1.0, change: 1e-9, patience: 3, epochs: 5000 };
        let (model, stopped) = descend(lambda, limits);
        println!("λ = {lambda}: {stopped}");
        let weights = model
            .layer1
            .theta
            .iter()
            .flat_map(|row| &row[1..])
            .chain(model.layer2.theta.iter().flat_map(|row| &row[1..]));
        let largest = weights.fold(0.0_f64, |largest, weight| largest.max(weight.abs()));
        checks.holds("the parameters came to rest", stopped.reason == Reason::ParametersStill);
        checks.close(format_args!("J at the end, λ = {lambda}"), stopped.cost, REST, 1e-13);
        checks.holds(format_args!("all weights went to 0, the largest is {largest:e}"), largest < 1e-6);
    }
}

fn pass_the_plateau(checks: &mut Checks) {
    let eager = Train { tolerance: 1e-5, change: 0.0, patience: 1, epochs: 2000 };
    let (_, stopped) = descend(0.0, eager);
    println!("λ = 0, without patience: {stopped}");
    checks.holds(
        "the eager rule stops on the plateau",
        stopped.reason == Reason::CostFlat && stopped.cost > 1.84,
    );

    // The cost by step, from the file that tells where gradient descent goes.
    for (epochs, cost) in [(100, 1.8459), (1000, 1.5670), (2000, 1.3187)] {
        let (_, stopped) = descend(0.0, Train { patience: 50, epochs, ..eager });
        println!("λ = 0, with patience: {stopped}");
        checks.holds("patience passes the plateau", stopped.reason == Reason::EpochLimit);
        checks.close(format_args!("J after {epochs} steps"), stopped.cost, cost, 5e-5);
    }
}
