//! Is a tumour malignant or benign? Two classes, one output, the logistic cost.
//!
//! Thirty measurements of cell nuclei of 569 tumours, every fifth kept for the test. The training loop is the
//! library's: forward, cost, backward, update, until the cost no longer falls; it says why it stopped.

use std::path::Path;
use std::process::ExitCode;

use chainrule::{Sgd, Train, Workspace, net};
use chainrule_examples::checks::Checks;
use chainrule_examples::confusion::{Accuracy, Confusion};
use chainrule_examples::data::{Samples, read_tumours};
use chainrule_examples::timing::Operations;

net! {
    dim N;

    /// 30 measurements, one hidden layer, one score: 30-8-1.
    pub struct Tumours {
        w1: f64[30, 8] = glorot_uniform,
        b1: f64[8],
        w2: f64[8] = uniform(-0.3, 0.3),
        b2: f64,
    }

    impl Tumours {
        fn score(x: f64[N, 30]) -> f64[N] {
            tanh(x @ w1 + b1) @ w2 + b2
        }

        /// How likely each tumour is benign (class 1).
        pub fn benign(x: f64[N, 30]) -> f64[N] {
            sigmoid(score(x))
        }

        /// The logistic cost, and a little for large weights.
        #[grad]
        pub fn cost(x: f64[N, 30], label: u32[N]) -> f64 {
            bce_with_logits(score(x), label as f64) + 0.001 * (l2(w1) + l2(w2))
        }
    }
}

/// Each measurement less its mean, over its standard deviation, both of the tumours that are learnt from.
struct Scale {
    mean: [f64; 30],
    deviation: [f64; 30],
}

impl Scale {
    fn of(samples: &Samples) -> Self {
        let (rows, count) = (samples.rows::<30>(), samples.len() as f64);
        let average = |term: &dyn Fn(f64) -> f64, place: usize| {
            rows.iter().map(|row| term(f64::from(row[place]))).sum::<f64>() / count
        };
        let mean = std::array::from_fn(|place| average(&|value| value, place));
        let deviation =
            std::array::from_fn(|place| average(&|value| (value - mean[place]).powi(2), place).sqrt());
        Self { mean, deviation }
    }

    fn apply(&self, samples: &Samples) -> Vec<[f64; 30]> {
        let scaled = |row: &[f32; 30]| {
            std::array::from_fn(|place| (f64::from(row[place]) - self.mean[place]) / self.deviation[place])
        };
        samples.rows::<30>().iter().map(scaled).collect()
    }
}

fn main() -> ExitCode {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/breast_cancer.csv"));
    let tumours = match read_tumours(path) {
        Ok(tumours) => tumours,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let kept = |place: &usize| place % 5 == 4;
    let train = tumours.select((0..tumours.len()).filter(|place| !kept(place)));
    let test = tumours.select((0..tumours.len()).filter(kept));
    let scale = Scale::of(&train);
    let x = scale.apply(&train);

    println!("{}", Operations(Tumours::cost_operations(x.len())));
    let mut model = Tumours::init(1);
    let mut workspace = Workspace::new();
    let limits = Train { tolerance: 1e-3, change: 1e-9, patience: 20, epochs: 5000 };
    let stopped = limits.run_observed(
        &mut *model,
        |model, gradient| {
            let pass = model.cost(&mut workspace, &x, &train.labels);
            let cost = pass.value();
            pass.backward(gradient);
            cost
        },
        &mut Sgd::new(0.1).momentum(0.9),
        |epoch, cost| {
            if epoch % 100 == 0 {
                println!("epoch {epoch:4}: cost {cost:.6}");
            }
        },
    );
    println!("{stopped}\n");

    let mut judge = |samples: &Samples, x: &[[f64; 30]]| {
        let predictions: Vec<u32> =
            model.benign(&mut workspace, x).iter().map(|&benign| u32::from(benign > 0.5)).collect();
        Confusion::new(&samples.classes, &samples.labels, &predictions)
    };
    let (on_train, on_test) = (judge(&train, &x), judge(&test, &scale.apply(&test)));
    println!("train accuracy  {}", Accuracy(&on_train));
    println!("test accuracy   {}\n\n{on_test}", Accuracy(&on_test));

    let mut checks = Checks::default();
    checks.holds("at least 98 % of the tumours learnt from are recognised", on_train.accuracy() >= 0.98);
    checks.holds("at least 97 % of the others are", on_test.accuracy() >= 0.97);
    checks.finish()
}
