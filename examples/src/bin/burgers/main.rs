//! Burgers' equation u_t + u u_x = (0.01/π) u_xx on −1 < x < 1, 0 < t < 1, u = −sin πx at first and 0 at the ends: a
//! shock grows at x = 0. A network learns u from the equation alone, whose derivatives stand in the network itself.
//!
//! Adam, then L-BFGS. The error is taken against the solution by Cole and Hopf's formula, which
//! `oracles/burgers_reference.py` computed; `--picture` draws both.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use chainrule::{Adam, Params, Workspace, net};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

mod lbfgs;
mod picture;

net! {
    dim N;

    /// u by time and place.
    pub struct Burgers {
        first: Linear<3, 24>,
        second: Linear<24, 24>,
        third: Linear<24, 24>,
        output: Linear<24, 1>,
    }

    impl Burgers {
        /// The network gives what is to be added to u at time 0, nothing at the ends: so u is right there. It also sees
        /// the place ten times as large, as the shock is narrow.
        pub fn u(t: f64[N], x: f64[N]) -> f64[N] {
            let h = tanh(first(stack([2 * t - 1, x, 10 * x], axis = 1)));
            let more = output(tanh(third(tanh(second(h)))))[.., 0];
            -sin(pi * x) + t * (1 - x * x) * more
        }

        /// By how much the equation is missed at each point; less is asked where u is steep, as terms that nearly cancel
        /// are large there.
        fn residual(t: f64[N], x: f64[N]) -> f64[N] {
            let one = ones([N]);
            let v = u(t, x);
            let v_t = jvp(v, t, one);
            let v_x = jvp(v, x, one);
            let v_xx = jvp(v_x, x, one);
            (v_t + v * v_x - 0.01 / pi * v_xx) / (1 + 0.1 * abs(v_x))
        }

        /// On average, squared.
        #[grad]
        pub fn cost(t: f64[N], x: f64[N]) -> f64 {
            let r = residual(t, x);
            mean(r * r)
        }
    }
}

const KNOWN: &str = include_str!("../../../../oracles/values/burgers_reference.json");
/// Where the equation is asked for.
const POINTS: usize = 2000;
/// The error that has to be reached.
const ENOUGH: f64 = 5e-3;

/// Learns the solution of Burgers' equation.
#[derive(Parser)]
struct Options {
    /// How many steps of L-BFGS at most, after half as many of Adam (1000 at most)
    #[arg(long, default_value_t = FULL)]
    steps: usize,
    /// Seed of the first weights and of the points
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Draws the solution (SVG)
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

const FULL: usize = 3000;

/// The solution on a grid.
pub struct Reference {
    /// The times and the places.
    pub t: Vec<f64>,
    /// The places.
    pub x: Vec<f64>,
    /// u at each place, time by time.
    pub u: Vec<f64>,
}

impl Reference {
    fn read() -> Self {
        let known = Known::new(KNOWN);
        Self { t: known.numbers("/t"), x: known.numbers("/x"), u: known.numbers("/u") }
    }

    /// What the network says on the grid.
    fn of(&self, model: &Burgers) -> Vec<f64> {
        let t: Vec<f64> = self.t.iter().flat_map(|&t| self.x.iter().map(move |_| t)).collect();
        let x: Vec<f64> = self.t.iter().flat_map(|_| self.x.iter().copied()).collect();
        model.u(&mut Workspace::new(), &t, &x).to_vec()
    }

    /// How far off it is, relative to the solution.
    fn error(&self, model: &Burgers) -> f64 {
        let square =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|number| number * number).sum::<f64>();
        let found = self.of(model);
        let apart = square(&mut found.iter().zip(&self.u).map(|(found, right)| found - right));
        (apart / square(&mut self.u.iter().copied())).sqrt()
    }
}

/// Points in time and place, half of them near the shock.
fn points(seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut random = SplitMix64::new(seed);
    let t = (0..POINTS).map(|_| random.uniform()).collect();
    let place = |point: usize| match point % 2 {
        0 => 2.0 * random.uniform() - 1.0,
        _ => (0.1 * random.normal()).clamp(-1.0, 1.0),
    };
    (t, (0..POINTS).map(place).collect())
}

fn main() -> ExitCode {
    run(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let reference = Reference::read();
    let (t, x) = points(options.seed);
    let (mut model, mut gradient) = (Burgers::init(options.seed), Burgers::zeros());
    let (mut workspace, mut other) = (Workspace::new(), Workspace::new());
    let times = Times::measure(
        || assert!(model.cost_value(&mut workspace, &t, &x).is_finite()),
        || model.cost(&mut other, &t, &x).backward(&mut gradient),
    );
    let operations = Operations(Burgers::cost_operations(POINTS));
    println!(
        "the equation at {POINTS} points, {} parameters\n    {operations}\n    {times}",
        Burgers::count()
    );

    let mut evaluate = |model: &Burgers, gradient: &mut Burgers| {
        let pass = model.cost(&mut workspace, &t, &x);
        let cost = pass.value();
        pass.backward(gradient);
        cost
    };
    let mut adam = Adam::new(3e-3);
    for step in 0..(options.steps / 2).min(1000) {
        let cost = evaluate(&model, &mut gradient);
        adam.step(&mut *model, &gradient);
        if step % 250 == 0 {
            println!("Adam   {step:5}: cost {cost:.3e}, error {:.3e}", reference.error(&model));
        }
    }
    lbfgs::minimise(&mut *model, options.steps, &mut evaluate, |step, cost, model| {
        if step % 250 == 0 {
            println!("L-BFGS {step:5}: cost {cost:.3e}, error {:.3e}", reference.error(model));
        }
    });

    let error = reference.error(&model);
    println!("relative error {error:.3e}");
    if let Some(file) = &options.picture {
        picture::draw(file, &reference, &reference.of(&model))?;
        println!("picture in {}", file.display());
    }
    let mut checks = Checks::default();
    checks.holds("the error is finite", error.is_finite());
    if options.steps >= FULL {
        checks.holds(format_args!("the relative error is below {ENOUGH}"), error < ENOUGH);
    }
    Ok(checks.finish())
}
