//! Training: batches, steps, and what is measured after each epoch.

use std::io::{self, Write as _};

use chainrule::{Adam, AdamW, Optimiser, Sgd, Workspace};
use chainrule_examples::batches::Batch;
use chainrule_examples::confusion::Confusion;
use chainrule_examples::data::{Digits, Samples};
use chainrule_examples::random::SplitMix64;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use crate::networks::Network;

/// The optimisers to choose from.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// Plain gradient descent
    Sgd,
    /// Gradient descent with momentum 0.9
    Momentum,
    /// Adam
    Adam,
    /// Adam with a weight decay of 0.01
    Adamw,
}

impl Kind {
    /// The rate that suits it, where none is given.
    pub fn usual_rate(self) -> f64 {
        match self {
            Self::Sgd => 0.1,
            Self::Momentum => 0.05,
            Self::Adam | Self::Adamw => 1e-3,
        }
    }
}

/// The optimiser that was chosen.
pub enum Chosen {
    Sgd(Sgd<f32>),
    Adam(Adam<f32>),
    AdamW(AdamW<f32>),
}

impl Chosen {
    pub fn new(kind: Kind, rate: f64) -> Self {
        match kind {
            Kind::Sgd => Self::Sgd(Sgd::new(rate)),
            Kind::Momentum => Self::Sgd(Sgd::new(rate).momentum(0.9)),
            Kind::Adam => Self::Adam(Adam::new(rate)),
            Kind::Adamw => Self::AdamW(AdamW::new(rate).weight_decay(0.01)),
        }
    }
}

impl Optimiser<f32> for Chosen {
    fn begin(&mut self, count: usize) {
        match self {
            Self::Sgd(optimiser) => optimiser.begin(count),
            Self::Adam(optimiser) => optimiser.begin(count),
            Self::AdamW(optimiser) => optimiser.begin(count),
        }
    }

    fn update(&mut self, offset: usize, parameters: &mut [f32], gradients: &[f32]) {
        match self {
            Self::Sgd(optimiser) => optimiser.update(offset, parameters, gradients),
            Self::Adam(optimiser) => optimiser.update(offset, parameters, gradients),
            Self::AdamW(optimiser) => optimiser.update(offset, parameters, gradients),
        }
    }
}

/// How much at a time.
pub struct Plan {
    pub epochs: usize,
    pub batch: usize,
    /// Of the order in which images are met.
    pub seed: u64,
}

/// The costs, epoch by epoch.
#[derive(Default)]
pub struct History {
    /// Of the batches, each before its step.
    pub train: Vec<f64>,
    pub test: Vec<f64>,
}

/// Images that are looked at together when nothing is learnt.
const LOOK: usize = 1000;

/// Trains, and says after each epoch how far it is.
pub fn train<const F: usize, P: Network<F>>(
    model: &mut P,
    optimiser: &mut Chosen,
    digits: &Digits,
    plan: &Plan,
) -> Result<History, String> {
    let samples = &digits.train;
    let mut order: Vec<usize> = (0..samples.len()).collect();
    let mut random = SplitMix64::new(plan.seed);
    let mut batch = Batch::<F>::with_capacity(plan.batch);
    let mut gradient = P::zeros();
    let mut workspace = Workspace::new();
    let mut history = History::default();

    let steps = plan.epochs * samples.len().div_ceil(plan.batch);
    let bar = ProgressBar::new(steps as u64).with_style(style());
    if plan.epochs > 0 {
        say(&bar, " epoch      cost  test cost     train      test");
    }
    for epoch in 1..=plan.epochs {
        random.shuffle(&mut order);
        let (mut total, mut met) = (0.0, 0);
        for places in order.chunks(plan.batch) {
            batch.fill(samples, places);
            let cost = model.gradient(&mut workspace, &batch.x, &batch.label, &mut gradient);
            optimiser.step(model, &gradient);
            total += f64::from(cost) * places.len() as f64;
            met += places.len();
            bar.set_message(format!("epoch {epoch}, cost {:.4}", total / met as f64));
            bar.inc(1);
        }
        let cost = total / met as f64;
        if !cost.is_finite() {
            return Err(format!("the cost of epoch {epoch} is {cost}: a smaller --rate may help"));
        }
        let test_cost = mean_cost(model, &digits.test);
        let (train, test) = (judge(model, samples).accuracy(), judge(model, &digits.test).accuracy());
        let (train, test) = (100.0 * train, 100.0 * test);
        say(&bar, &format!("{epoch:6}  {cost:8.6}   {test_cost:8.6}  {train:6.2} %  {test:6.2} %"));
        history.train.push(cost);
        history.test.push(test_cost);
    }
    bar.finish_and_clear();
    Ok(history)
}

/// What the network takes for what.
pub fn judge<const F: usize, P: Network<F>>(model: &P, samples: &Samples) -> Confusion {
    let mut workspace = Workspace::new();
    let mut predictions = Vec::with_capacity(samples.len());
    for x in samples.rows::<F>().chunks(LOOK) {
        predictions.extend_from_slice(model.predict(&mut workspace, x));
    }
    Confusion::new(&samples.classes, &samples.labels, &predictions)
}

fn mean_cost<const F: usize, P: Network<F>>(model: &P, samples: &Samples) -> f64 {
    let mut workspace = Workspace::new();
    let parts = samples.rows::<F>().chunks(LOOK).zip(samples.labels.chunks(LOOK));
    let total: f64 =
        parts.map(|(x, label)| f64::from(model.cost(&mut workspace, x, label)) * x.len() as f64).sum();
    total / samples.len() as f64
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}").expect("the template is well formed")
}

/// Prints a line above the bar.
fn say(bar: &ProgressBar, line: &str) {
    // A reader that has gone away, as after `| head`, is no reason to stop learning.
    bar.suspend(|| drop(writeln!(io::stdout(), "{line}")));
}
