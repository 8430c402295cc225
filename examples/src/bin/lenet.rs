//! A convolutional network in the manner of LeNet reads handwritten digits of 8 × 8 pixels: two convolutions, each
//! with a pool behind it, and two layers on top.
//!
//! Trains as `digits` does and is held against PyTorch, which ran the same network from the same first parameters with
//! the same batches (docs/lenet.md).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chainrule::{Adam, Workspace, net, safetensors};
use chainrule_examples::batches::Batch;
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::confusion::{Accuracy, Confusion};
use chainrule_examples::data::{Digits, Samples};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

net! {
    dim N;

    /// Pixels, 6 maps of 4 × 4, 16 of 2 × 2, 48 numbers, 10 digits.
    pub struct LeNet {
        first: Conv2d<1, 6, 3>,
        second: Conv2d<6, 16, 3>,
        hidden: Linear<64, 48>,
        output: Linear<48, 10>,
    }

    impl LeNet {
        fn logits(x: f32[N, 64]) -> f32[N, 10] {
            let image = reshape(x, [N, 1, 8, 8]);
            let maps = max_pool2d(relu(first(image, padding = 1)), 2);
            let maps = max_pool2d(relu(second(maps, padding = 1)), 2);
            output(relu(hidden(flatten(maps, from = 1))))
        }

        /// The digit that each image most looks like.
        pub fn predict(x: f32[N, 64]) -> u32[N] {
            argmax(logits(x), axis = -1)
        }

        /// How surprising the true digits are, on average.
        #[grad]
        pub fn cost(x: f32[N, 64], label: u32[N]) -> f32 {
            cross_entropy(logits(x), label)
        }
    }
}

const KNOWN: &str = include_str!("../../../oracles/values/lenet.json");
const BATCH: usize = 32;

/// Reads handwritten digits with convolutions.
#[derive(Parser)]
struct Options {
    /// How often every image is met
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// Seed of the first parameters and of the order of the images
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes the parameters (safetensors)
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

fn main() -> ExitCode {
    run(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv"));
    let digits = Digits::read(data, None)?;
    let mut model = LeNet::init(options.seed);
    let costs = train(&mut model, &digits.train, options);
    let (train, test) = (judge(&model, &digits.train), judge(&model, &digits.test));
    println!("train accuracy  {}", Accuracy(&train));
    println!("test accuracy   {}\n\n{test}", Accuracy(&test));
    println!("{}", Operations(LeNet::cost_operations(BATCH)));
    println!("{}", times(&model, &digits.train));
    if let Some(file) = &options.save {
        safetensors::save(&*model, file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(compare(options, &costs, &test))
}

/// The mean cost of the batches of each epoch.
fn train(model: &mut LeNet, samples: &Samples, options: &Options) -> Vec<f64> {
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let (mut random, mut adam) = (SplitMix64::new(options.seed), Adam::new(1e-3));
    let (mut gradient, mut workspace) = (LeNet::zeros(), Workspace::new());
    let mut batch = Batch::<64>::with_capacity(BATCH);
    let mut costs = Vec::new();
    for epoch in 1..=options.epochs {
        random.shuffle(&mut order);
        let mut total = 0.0;
        for positions in order.chunks(BATCH) {
            batch.fill(samples, positions);
            let pass = model.cost(&mut workspace, &batch.x, &batch.label);
            total += f64::from(pass.value()) * positions.len() as f64;
            pass.backward(&mut gradient);
            adam.step(model, &gradient);
        }
        costs.push(total / samples.len() as f64);
        println!("epoch {epoch:3}: cost {:.6}", total / samples.len() as f64);
    }
    costs
}

fn judge(model: &LeNet, samples: &Samples) -> Confusion {
    let mut workspace = Workspace::new();
    Confusion::new(&samples.classes, &samples.labels, model.predict(&mut workspace, samples.rows::<64>()))
}

fn times(model: &LeNet, samples: &Samples) -> Times {
    let (x, label) = (&samples.rows::<64>()[..BATCH], &samples.labels[..BATCH]);
    let (mut workspace, mut other, mut gradient) = (Workspace::new(), Workspace::new(), LeNet::zeros());
    Times::measure(
        || assert!(model.cost_value(&mut workspace, x, label).is_finite()),
        || model.cost(&mut other, x, label).backward(&mut gradient),
    )
}

/// Holds a run with one of PyTorch's seeds against PyTorch.
fn compare(options: &Options, costs: &[f64], test: &Confusion) -> ExitCode {
    let (known, mut checks) = (Known::new(KNOWN), Checks::default());
    let run = (0..known.count("/runs"))
        .map(|run| format!("/runs/{run}"))
        .find(|run| known.number(&format!("{run}/seed")) == options.seed as f64);
    let Some(run) = run else {
        println!("PyTorch did not run seed {}: nothing to compare with", options.seed);
        return ExitCode::SUCCESS;
    };
    let expected = known.numbers(&format!("{run}/costs"));
    // What rounding sets apart grows with the steps.
    for (epoch, (cost, expected)) in costs.iter().zip(&expected).take(3).enumerate() {
        checks.close(format_args!("the cost of epoch {}", epoch + 1), *cost, *expected, 1e-4);
    }
    if costs.len() == expected.len() {
        let right = known.number(&format!("{run}/test_accuracy"));
        println!("PyTorch's test accuracy: {:.2} %", right * 100.0);
        checks.holds(
            "no more than 1 % of the test images fewer right than PyTorch",
            test.accuracy() >= right - 0.01,
        );
    }
    checks.finish()
}
