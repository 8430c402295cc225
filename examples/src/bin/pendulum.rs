//! A cart learns to swing up the pole that hangs from it, and to balance it: a small network sees where both are and
//! how fast they move, and pushes the cart to the left or to the right.
//!
//! It is trained through the simulation itself: the cost of 200 steps, a loop in the language, is differentiated by
//! the weights. Value and gradient of a whole simulation are held against JAX; at the end, other starts are tried.

use std::f64::consts::PI;
use std::process::ExitCode;

use chainrule::{Adam, Params, Workspace, clip_global_norm, net};
use chainrule_examples::checks::{Checks, Known, fill};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

net! {
    dim N, S;

    /// Sees place and speed of the cart, angle and turning of the pole; pushes.
    pub struct Controller {
        first: Linear<5, 32>,
        second: Linear<32, 32>,
        output: Linear<32, 1>,
    }

    impl Controller {
        /// A force of at most 15 N.
        fn force(state: f64[N, 4]) -> f64[N] {
            let (place, speed, angle, turning) = (state[.., 0], state[.., 1], state[.., 2], state[.., 3]);
            let seen = stack([place / 2, speed / 3, cos(angle), sin(angle), turning / 5], axis = 1);
            15 * tanh(output(tanh(second(tanh(first(seen)))))[.., 0])
        }

        /// A fiftieth of a second later: a cart of 1 kg, a pole of 0.1 kg and 1 m, upright at angle 0.
        fn next(state: f64[N, 4], force: f64[N]) -> f64[N, 4] {
            let (place, speed, angle, turning) = (state[.., 0], state[.., 1], state[.., 2], state[.., 3]);
            let (s, c) = (sin(angle), cos(angle));
            let push = (force + 0.05 * turning * turning * s) / 1.1;
            let turned = turning + 0.02 * (9.8 * s - c * push) / (0.5 * (4 / 3 - 0.1 * c * c / 1.1));
            let moved = speed + 0.02 * push - 0.05 / 1.1 * c * (turned - turning);
            stack([place + 0.02 * moved, moved, angle + 0.02 * turned, turned], axis = 1)
        }

        /// How far from upright the pole is, and the cart from the middle, on average over so many steps.
        #[grad]
        pub fn cost(start: f64[N, 4], steps: dim S) -> f64 {
            let mut state = start;
            let mut total = 0;
            for _ in 0..S {
                state = next(state, force(state));
                total += mean(1 - cos(state[.., 2]) + 0.05 * powi(state[.., 0], 2));
            }
            total / S
        }

        /// Where everything is after each step.
        pub fn path(start: f64[N, 4], steps: dim S) -> f64[S, N, 4] {
            let mut state = start;
            let mut path = zeros([S, N, 4]);
            for t in 0..S {
                state = next(state, force(state));
                path[t] = state;
            }
            path
        }
    }
}

const KNOWN: &str = include_str!("../../../oracles/values/pendulum.json");
/// How many steps, of 1/50 s each, the training looks through, and how many the test.
const STEPS: usize = 200;
const TEST_STEPS: usize = 300;
/// How often the weights are changed until all is learnt.
const FULL: usize = 2500;
/// How many swings one step of the training looks at, and how many test it at the end.
const BATCH: usize = 64;
const TESTS: usize = 256;
/// How many steps of the simulation the training begins with: a swing is easier to learn than the whole.
const FIRST_STEPS: usize = 60;

/// A cart learns to swing up a pole and to balance it.
#[derive(Parser)]
struct Options {
    /// How often the weights are changed
    #[arg(long, default_value_t = FULL)]
    steps: usize,
    /// Seed of the first weights and of the starts
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Anywhere near the middle, the pole at any angle, all moving a little.
fn starts(random: &mut SplitMix64, count: usize) -> Vec<[f64; 4]> {
    let mut around = |width: f64| width * (2.0 * random.uniform() - 1.0);
    (0..count).map(|_| [around(1.0), around(1.0), around(PI), around(1.0)]).collect()
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut checks = Checks::default();
    check_gradient(&mut checks);
    let model = train(&options);
    let (standing, far) = attempt(&model, &starts(&mut SplitMix64::new(!options.seed), TESTS));
    println!("{standing} of {TESTS} poles stand upright for the last second, all carts within {far:.2} m");
    if options.steps >= FULL {
        checks.holds("at least 95 % of the poles stand", standing as f64 >= 0.95 * TESTS as f64);
    }
    checks.finish()
}

/// A whole simulation and its gradient, at weights that a formula gives, against JAX.
fn check_gradient(checks: &mut Checks) {
    let known = Known::new(KNOWN);
    let mut model = Controller::zeros();
    fill(&mut *model);
    let start = starts(&mut SplitMix64::new(5), 16);
    let (mut gradient, mut workspace) = (Controller::zeros(), Workspace::new());
    let pass = model.cost(&mut workspace, &start, STEPS);
    let cost = pass.value();
    pass.backward(&mut gradient);
    checks.close("the cost of 200 steps", cost, known.number("/value"), 1e-9);
    for (place, tensor) in gradient.tensors().into_iter().enumerate() {
        checks.fingerprint(&known, &format!("/gradient/{}", tensor.name), tensor.data, place, 1e-9);
    }

    let mut other = Workspace::new();
    let times = Times::measure(
        || assert!(model.cost_value(&mut workspace, &start, STEPS).is_finite()),
        || model.cost(&mut other, &start, STEPS).backward(&mut gradient),
    );
    let operations = Operations(Controller::cost_operations(start.len(), STEPS));
    println!("a simulation of {STEPS} steps from 16 starts: cost {cost:.9}\n    {operations}\n    {times}");
}

/// Adam, its rate falling to nothing, over simulations that grow to their whole length.
fn train(options: &Options) -> Box<Controller> {
    let mut random = SplitMix64::new(options.seed);
    let mut model = Controller::init(options.seed);
    let (mut gradient, mut workspace) = (Controller::zeros(), Workspace::new());
    let mut adam = Adam::new(3e-3);
    for step in 0..options.steps {
        let done = step as f64 / options.steps as f64;
        adam.set_rate(3e-3 * (2.0 - 2.0 * done).min(1.0));
        let steps = STEPS.min(FIRST_STEPS + (190.0 * done) as usize);
        let start = starts(&mut random, BATCH);
        let pass = model.cost(&mut workspace, &start, steps);
        let cost = pass.value();
        pass.backward(&mut gradient);
        clip_global_norm(&mut *gradient, 1.0);
        adam.step(&mut *model, &gradient);
        if step % 250 == 0 || step + 1 == options.steps {
            println!("step {step:5}: cost of {steps:3} steps {cost:.4}");
        }
    }
    model
}

/// From how many of these starts the pole stands within 10° of upright for the whole last second, and how far from
/// the middle the farthest cart ends.
fn attempt(model: &Controller, starts: &[[f64; 4]]) -> (usize, f64) {
    let mut workspace = Workspace::new();
    let path = model.path(&mut workspace, starts, TEST_STEPS);
    let at =
        |step: usize, swing: usize, which: usize| path.as_slice()[(step * starts.len() + swing) * 4 + which];
    let stands = |swing: &usize| {
        (TEST_STEPS - 50..TEST_STEPS).all(|step| at(step, *swing, 2).cos() > (PI / 18.0).cos())
    };
    let far = (0..starts.len()).map(|swing| at(TEST_STEPS - 1, swing, 0).abs()).fold(0.0, f64::max);
    ((0..starts.len()).filter(stands).count(), far)
}
