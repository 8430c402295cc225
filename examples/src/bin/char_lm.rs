//! A language model of characters: a causal transformer of two blocks learns from some scenes of Shakespeare's what
//! follows, and then writes.
//!
//! The first steps are held against PyTorch, which took them from the same first parameters with the same batches; what is
//! learnt is judged by the last tenth of the text, which training does not see.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use chainrule::{Adam, Params, Tensor, Workspace, clip_global_norm, net, safetensors};
use chainrule_examples::checks::{Checks, Known};
use chainrule_examples::random::SplitMix64;
use chainrule_examples::timing::{Operations, Times};
use clap::Parser;

net! {
    dim N, T;
    const SYMBOLS: usize = 59;
    const WIDTH: usize = 64;
    const CONTEXT: usize = 64;

    /// Attention, then two layers for each place alone; each sees its input at one scale and adds to it.
    struct Block {
        before: LayerNorm<WIDTH>,
        attention: MultiHeadAttention<WIDTH, 4>,
        between: LayerNorm<WIDTH>,
        up: Linear<WIDTH, 256>,
        down: Linear<256, WIDTH>,
    }

    impl Block {
        fn call(x: f32[N, T, WIDTH]) -> f32[N, T, WIDTH] {
            let y = x + attention(before(x), causal = true);
            y + down(gelu_tanh(up(between(y))))
        }
    }

    /// Says of each character of a text how likely each symbol follows.
    pub struct Writer {
        symbol: Embedding<SYMBOLS, WIDTH>,
        place: f32[CONTEXT, WIDTH] = normal(0.02),
        blocks: [Block; 2],
        last: LayerNorm<WIDTH>,
        output: Linear<WIDTH, SYMBOLS>,
    }

    impl Writer {
        /// The symbols' scores.
        pub fn logits(text: u32[N, T]) -> f32[N, T, SYMBOLS] {
            let mut x = 0.1 * symbol(text) + place[..T];
            for block in blocks {
                x = block(x);
            }
            output(last(x))
        }

        /// How surprising what follows is, on average.
        #[grad]
        pub fn cost(text: u32[N, T], next: u32[N, T]) -> f32 {
            cross_entropy(logits(text), next)
        }
    }
}

const TEXT: &str = include_str!("../../data/coriolanus.txt");
const KNOWN: &str = include_str!("../../../oracles/values/char_lm.json");
const BATCH: usize = 16;
/// How many steps are taken until the model is to be judged, and the bits a character that it then needs at most.
const FULL: usize = 1000;
const ENOUGH: f64 = 2.75;

/// Learns to write, character by character.
#[derive(Parser)]
struct Options {
    /// How many steps of training
    #[arg(long, default_value_t = FULL)]
    steps: usize,
    /// How many characters to write then
    #[arg(long, default_value_t = 400)]
    write: usize,
    /// Writes the first parameters (safetensors), and ends
    #[arg(long, value_name = "FILE")]
    save_start: Option<PathBuf>,
}

/// The text as numbers of symbols, and the symbols.
struct Text {
    symbols: Vec<char>,
    train: Vec<u32>,
    test: Vec<u32>,
}

impl Text {
    fn read() -> Self {
        let mut symbols: Vec<char> = TEXT.chars().collect();
        symbols.sort_unstable();
        symbols.dedup();
        assert_eq!(symbols.len(), SYMBOLS, "the symbols of the text");
        let number = |symbol| symbols.iter().position(|other| *other == symbol).unwrap_or(0) as u32;
        let mut train: Vec<u32> = TEXT.chars().map(number).collect();
        let test = train.split_off(train.len() * 9 / 10);
        Self { symbols, train, test }
    }
}

/// Pieces of a text from these places on, and the same one character later.
fn pieces(text: &[u32], places: impl Iterator<Item = usize>) -> (Vec<u32>, Vec<u32>) {
    let (mut piece, mut next) = (Vec::new(), Vec::new());
    for place in places {
        piece.extend_from_slice(&text[place..place + CONTEXT]);
        next.extend_from_slice(&text[place + 1..=place + CONTEXT]);
    }
    (piece, next)
}

fn main() -> ExitCode {
    run(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let mut model = Writer::init(1);
    if let Some(file) = &options.save_start {
        safetensors::save(&*model, file).map_err(|error| format!("{}: {error}", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = Text::read();
    println!("{} characters to learn from, {} parameters", text.train.len(), Writer::count());
    let costs = train(&mut model, &text.train, options.steps);

    let mut checks = Checks::default();
    let known = Known::new(KNOWN).numbers("/costs");
    // What rounding sets apart grows with the steps.
    for (step, (cost, expected)) in costs.iter().zip(&known).enumerate() {
        checks.close(format_args!("the cost of step {step}"), *cost, *expected, 1e-4);
    }
    let bits = bits(&model, &text.test);
    println!("{bits:.3} bits a character of the text not seen");
    if options.steps >= FULL {
        checks.holds(format_args!("at most {ENOUGH} bits a character of the text not seen"), bits <= ENOUGH);
    }
    write(&model, &text, options.write)?;
    Ok(checks.finish())
}

/// The cost of each step.
fn train(model: &mut Writer, text: &[u32], steps: usize) -> Vec<f64> {
    let (mut random, mut adam) = (SplitMix64::new(1), Adam::new(2e-3));
    let (mut gradient, mut workspace) = (Writer::zeros(), Workspace::new());
    let mut costs = Vec::new();
    for step in 0..steps {
        let (piece, next) = pieces(text, (0..BATCH).map(|_| random.below(text.len() - CONTEXT)));
        let [piece, next] = [&piece, &next].map(|data| Tensor::new(data, [BATCH, CONTEXT]));
        if step == 0 {
            let mut other = Workspace::new();
            let times = Times::measure(
                || assert!(model.cost_value(&mut workspace, piece, next).is_finite()),
                || model.cost(&mut other, piece, next).backward(&mut gradient),
            );
            println!("{}\n{times}", Operations(Writer::cost_operations(BATCH, CONTEXT)));
        }
        let pass = model.cost(&mut workspace, piece, next);
        costs.push(f64::from(pass.value()));
        pass.backward(&mut gradient);
        clip_global_norm(&mut *gradient, 1.0);
        adam.step(model, &gradient);
        if step % 100 == 0 {
            println!("step {step:5}: cost {:.4}", costs[step]);
        }
    }
    costs
}

/// How many bits a character takes on average, given those before in pieces of the text.
fn bits(model: &Writer, text: &[u32]) -> f64 {
    let places: Vec<usize> = (0..text.len() - CONTEXT).step_by(CONTEXT).collect();
    let (piece, next) = pieces(text, places.iter().copied());
    let [piece, next] = [&piece, &next].map(|data| Tensor::new(data, [places.len(), CONTEXT]));
    f64::from(model.cost_value(&mut Workspace::new(), piece, next)) / std::f64::consts::LN_2
}

/// Writes on from the end of what was learnt, each character as likely as the model says.
fn write(model: &Writer, text: &Text, count: usize) -> io::Result<()> {
    let (mut random, mut workspace) = (SplitMix64::new(2), Workspace::new());
    let mut written = text.train[text.train.len() - CONTEXT..].to_vec();
    let mut out = io::stdout().lock();
    for _ in 0..count {
        let seen = &written[written.len() - CONTEXT..];
        let scores = model.logits(&mut workspace, Tensor::new(seen, [1, CONTEXT]));
        let scores = &scores.as_slice()[(CONTEXT - 1) * SYMBOLS..];
        let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // A little bolder than the model: what is unlikely is rarer still.
        let shares: Vec<f64> = scores.iter().map(|score| f64::from((score - largest) / 0.8).exp()).collect();
        let mut left = random.uniform() * shares.iter().sum::<f64>();
        let chosen = shares.iter().position(|share| {
            left -= share;
            left <= 0.0
        });
        let chosen = chosen.unwrap_or(SYMBOLS - 1);
        write!(out, "{}", text.symbols[chosen])?;
        written.push(chosen as u32);
    }
    writeln!(out, "\n")
}
