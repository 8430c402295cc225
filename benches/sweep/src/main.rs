//! Is there a size at which training falls off a cliff? Every width with every batch size, as GFLOP/s.
//!
//!     cargo run --release --manifest-path benches/sweep/Cargo.toml -- TABLE.tsv PICTURE.svg
//!
//! A step of a network of two layers of one width: forward, backward and update in one. The picture shows
//! GFLOP/s against width and batch; a point under half of the mean of its neighbours on either side is
//! printed, and the program fails.

mod picture;
mod widths;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

const BATCHES: [usize; 27] = [
    1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 23, 31, 32, 33, 47, 63, 64, 65, 97, 127, 128, 129, 193, 256, 257,
];
/// How often all points are measured; what counts is the median.
const ROUNDS: usize = 15;
/// How long steps are repeated for one measurement, at the least.
const TIME: Duration = Duration::from_micros(500);

/// A network that can take a step with a batch.
trait Case {
    fn width(&self) -> usize;
    fn step(&mut self, batch: usize) -> f32;
}

/// Seconds a step.
fn time(case: &mut dyn Case, batch: usize) -> f64 {
    black_box(case.step(batch));
    let mut steps = 1_u32;
    loop {
        let start = Instant::now();
        for _ in 0..steps {
            black_box(case.step(batch));
        }
        let elapsed = start.elapsed();
        if elapsed >= TIME {
            return elapsed.as_secs_f64() / f64::from(steps);
        }
        steps *= 2;
    }
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Multiplications and additions of the products of a step: two forward, two for the weights' gradients, one for
/// the hidden layer's cotangent.
fn operations(width: usize, batch: usize) -> f64 {
    10.0 * batch as f64 * (width * width) as f64
}

/// The points under half of the mean of both neighbours along an axis.
fn cliffs(rates: &[Vec<f64>]) -> Vec<(usize, usize, f64)> {
    let mut found = Vec::new();
    for (w, row) in rates.iter().enumerate() {
        for (b, &rate) in row.iter().enumerate() {
            let along_batch = (b > 0 && b + 1 < row.len()).then(|| (row[b - 1] + row[b + 1]) / 2.0);
            let along_width =
                (w > 0 && w + 1 < rates.len()).then(|| (rates[w - 1][b] + rates[w + 1][b]) / 2.0);
            let mean = along_batch.into_iter().chain(along_width).fold(0.0, f64::max);
            if rate < mean / 2.0 {
                found.push((w, b, rate / mean));
            }
        }
    }
    found
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(table), Some(svg), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: sweep TABLE.tsv PICTURE.svg".into());
    };
    let mut cases = widths::all();
    let widths: Vec<usize> = cases.iter().map(|case| case.width()).collect();
    let mut seconds = vec![vec![Vec::with_capacity(ROUNDS); BATCHES.len()]; cases.len()];
    for round in 0..ROUNDS {
        eprint!("\rround {} of {ROUNDS}", round + 1);
        for (case, seconds) in cases.iter_mut().zip(&mut seconds) {
            for (&batch, seconds) in BATCHES.iter().zip(seconds) {
                seconds.push(time(&mut **case, batch));
            }
        }
    }
    eprintln!();
    let rate = |width, batch, seconds: &mut Vec<f64>| operations(width, batch) / median(seconds) / 1e9;
    let rates: Vec<Vec<f64>> = widths
        .iter()
        .zip(&mut seconds)
        .map(|(&width, of)| {
            BATCHES.iter().zip(of).map(|(&batch, seconds)| rate(width, batch, seconds)).collect()
        })
        .collect();

    let mut text = String::from("width\tbatch\tGFLOP/s\n");
    for (width, rates) in widths.iter().zip(&rates) {
        for (batch, rate) in BATCHES.iter().zip(rates) {
            writeln!(text, "{width}\t{batch}\t{rate:.3}")?;
        }
    }
    fs::write(table, text)?;
    picture::draw(&svg, &widths, &BATCHES, &rates)?;

    let best = rates.iter().flatten().copied().fold(0.0, f64::max);
    println!("{} widths, {} batch sizes, best {best:.0} GFLOP/s", widths.len(), BATCHES.len());
    let cliffs = cliffs(&rates);
    for &(w, b, share) in &cliffs {
        println!("width {}, batch {}: {share:.2} of its neighbours' mean", widths[w], BATCHES[b]);
    }
    if !cliffs.is_empty() {
        return Err(format!("{} points are under half of their neighbours' mean", cliffs.len()).into());
    }
    println!("no point is under half of its neighbours' mean");
    Ok(())
}
