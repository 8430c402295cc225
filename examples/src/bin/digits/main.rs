//! Learns to read handwritten digits: the whole way, from a file to saved parameters.
//!
//! Shows a progress bar with the cost, what is got right on the images it learnt from and on those of other
//! writers, which digits are taken for which, and the learning curve. `--help` lists what can be varied.

use std::error::Error;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chainrule::Params;
use chainrule::safetensors::{self, LoadError};
use chainrule_examples::confusion::Accuracy;
use chainrule_examples::curve::{self, Curve};
use chainrule_examples::data::Digits;
use chainrule_examples::timing::Operations;
use clap::{Parser, ValueEnum};

mod networks;
mod training;

use networks::{Large, LargeMnist, Network, Small, SmallMnist};
use training::{Chosen, Kind, Plan};

/// Learns to read handwritten digits.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How often every image is met
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// Images between two steps
    #[arg(long, default_value = "32")]
    batch: NonZeroUsize,
    /// Length of a step [default: 0.1 for sgd, 0.05 for momentum, 0.001 for adam and adamw]
    #[arg(long, value_parser = positive)]
    rate: Option<f64>,
    /// Seed of the first parameters and of the order of the images
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How the gradient becomes a step
    #[arg(long, value_enum, default_value_t = Kind::Adam)]
    optimiser: Kind,
    /// One hidden layer or two
    #[arg(long, value_enum, default_value_t = Size::Large)]
    network: Size,
    /// A table of images (64 or 784 grey values and the digit on each line) or MNIST's images (IDX)
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv"))]
    data: PathBuf,
    /// The labels of IDX images, if they have another name than the usual one
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Writes the parameters (safetensors)
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Starts from saved parameters
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// Draws the learning curve (SVG)
    #[arg(long, value_name = "FILE")]
    curve: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Size {
    /// 64-32-10, of MNIST 784-128-10
    Small,
    /// 64-128-64-10, of MNIST 784-256-128-10
    Large,
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "not a number".to_owned())?;
    if f64::is_finite(number) && number > 0.0 { Ok(number) } else { Err("not a positive number".to_owned()) }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    // Before anything is learnt that could then not be kept.
    for file in [&options.save, &options.curve].into_iter().flatten() {
        require_folder(file)?;
    }
    let digits = Digits::read(&options.data, options.labels.as_deref())?;
    match (options.network, digits.train.features) {
        (Size::Small, 64) => teach::<64, Small>(options, &digits),
        (Size::Large, 64) => teach::<64, Large>(options, &digits),
        (Size::Small, _) => teach::<784, SmallMnist>(options, &digits),
        (Size::Large, _) => teach::<784, LargeMnist>(options, &digits),
    }
}

fn require_folder(file: &Path) -> Result<(), String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(()) } else { Err(format!("{}: the folder is not there", file.display())) }
}

fn teach<const F: usize, P: Network<F>>(options: &Options, digits: &Digits) -> Result<(), Box<dyn Error>> {
    let mut model = match &options.load {
        Some(file) => load::<P>(file)?,
        None => P::init(options.seed),
    };
    println!(
        "{} images to learn from, {} to be tested on; {} parameters",
        digits.train.len(),
        digits.test.len(),
        P::count()
    );
    println!("a batch: {}", Operations(P::operations(options.batch.get())));
    let rate = options.rate.unwrap_or_else(|| options.optimiser.usual_rate());
    let mut optimiser = Chosen::new(options.optimiser, rate);
    let plan = Plan { epochs: options.epochs, batch: options.batch.get(), seed: options.seed };
    let history = training::train(&mut *model, &mut optimiser, digits, &plan)?;

    let (train, test) = (training::judge(&*model, &digits.train), training::judge(&*model, &digits.test));
    println!("\ntrain accuracy  {}", Accuracy(&train));
    println!("test accuracy   {}\n\n{test}", Accuracy(&test));
    if let Some(file) = &options.curve {
        let curves = [
            Curve { name: "training", values: &history.train },
            Curve { name: "test", values: &history.test },
        ];
        curve::draw(file, "Learning to read digits", "cost", &curves)?;
        println!("learning curve in {}", file.display());
    }
    if let Some(file) = &options.save {
        safetensors::save(&*model, file).map_err(|error| format!("{}: {error}", file.display()))?;
        let read_back = load::<P>(file)?;
        let same = model.as_slice().iter().zip(read_back.as_slice()).all(|(a, b)| a.to_bits() == b.to_bits());
        if !same {
            return Err(
                format!("{}: read back, the parameters are others than those saved", file.display()).into()
            );
        }
        println!("parameters in {}, read back bit for bit", file.display());
    }
    Ok(())
}

/// The parameters of a file, which must be those of this network.
fn load<P: Params<Float = f32>>(file: &Path) -> Result<Box<P>, String> {
    let mut model = P::zeros();
    safetensors::load(&mut *model, file).map_err(|error| match error {
        LoadError::Io(_, error) => format!("{}: {error}", file.display()),
        other => format!("{}: {other}", file.display()),
    })?;
    Ok(model)
}
