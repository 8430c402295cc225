//! Random programs, held against what they mean.
//!
//! `PROPERTY_PROGRAMS` says how many (500 if not set), `PROPERTY_SEED` from which seed on. A program that
//! fails is printed with its seed as small as it could be made.

mod batch;
mod external;
mod generate;
mod judge;
mod library;
mod meaning;
mod number;
mod parameters;
mod source;
mod tensor;
mod text;
mod tree;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use judge::{Failure, Seen};
use source::Source;

/// Makes the program of some choices and examines it; a panic is a failure like another.
fn outcome(source: &mut Source) -> Result<Seen, (Failure, String)> {
    let mut text = String::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let program = generate::program(source);
        text = text::program(&program);
        judge::examine(&program)
    }));
    match result {
        Ok(Ok(seen)) => Ok(seen),
        Ok(Err(failure)) => Err((failure, text)),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().cloned();
            let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_string()));
            let property = if text.is_empty() { "a program can be made" } else { "nothing panics" };
            Err((Failure { property, details: message.unwrap_or_default() }, text))
        }
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// All that was seen of some programs.
#[derive(Default)]
struct Summary {
    seen: Vec<(u64, Seen)>,
    /// The first seeds of each property that fails.
    failures: BTreeMap<String, Vec<u64>>,
}

fn run(seeds: impl Iterator<Item = u64>) -> Summary {
    let mut summary = Summary::default();
    for seed in seeds {
        match outcome(&mut Source::seeded(seed)) {
            Ok(seen) => summary.seen.push((seed, seen)),
            Err((failure, _)) => summary.failures.entry(failure.property.to_string()).or_default().push(seed),
        }
    }
    summary
}

/// The smallest program that fails as the seed's does.
fn smallest(seed: u64) -> String {
    let mut source = Source::seeded(seed);
    let Err((first, _)) = outcome(&mut source) else { return String::new() };
    let time = Duration::from_secs(setting("PROPERTY_SHRINK").unwrap_or(20));
    let small = source::shrink(source.choices(), time, &mut |choices| {
        outcome(&mut Source::replay(choices)).is_err_and(|(failure, _)| failure.property == first.property)
    });
    match outcome(&mut Source::replay(&small)) {
        Err((failure, text)) => {
            format!("seed {seed}: not so: {}\n{}\n{text}", failure.property, failure.details)
        }
        Ok(_) => format!("seed {seed}: not so: {}\n{}", first.property, first.details),
    }
}

#[test]
fn random_programs() {
    let count = setting("PROPERTY_PROGRAMS").unwrap_or(500);
    let first = setting("PROPERTY_SEED").unwrap_or(1);
    let half = |odd: u64| move || run((first..first + count).filter(move |seed| seed % 2 == odd));
    let other = std::thread::Builder::new().stack_size(16 << 20).spawn(half(1)).expect("a thread");
    let one = std::thread::Builder::new().stack_size(16 << 20).spawn(half(0)).expect("a thread");
    let summaries = [one, other].map(|thread| thread.join().expect("panics are caught"));
    let mut seen: Vec<(u64, Seen)> = summaries.iter().flat_map(|summary| summary.seen.clone()).collect();
    let mut failures: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (property, seeds) in summaries.into_iter().flat_map(|summary| summary.failures) {
        failures.entry(property).or_default().extend(seeds);
    }
    let ratio = |seen: &Seen| seen.operations.1 as f64 / seen.operations.0.max(1) as f64;
    seen.sort_by(|(_, a), (_, b)| ratio(b).total_cmp(&ratio(a)));
    let compared = seen.iter().filter(|(_, seen)| seen.compared).count();
    let differenced = seen.iter().filter(|(_, seen)| seen.differenced).count();
    let summed = seen.iter().filter(|(_, seen)| seen.summed).count();
    println!(
        "{} right, {compared} compared, {differenced} by differences, {summed} sums of rows",
        seen.len()
    );
    for (seed, seen) in seen.iter().filter(|(_, seen)| !seen.nested && seen.operations.0 >= 50).take(12) {
        println!("seed {seed}: {:?}, {:.2} times", seen.operations, ratio(seen));
    }
    let mut report = String::new();
    for (property, seeds) in &mut failures {
        seeds.sort_unstable();
        report += &format!(
            "\n==== {property}: {} of {count}, seeds {:?}\n{}\n",
            seeds.len(),
            &seeds[..seeds.len().min(8)],
            smallest(seeds[0])
        );
    }
    assert!(failures.is_empty(), "{report}");
    assert!(compared * 10 >= seen.len() * 8, "most programs can be compared");
}
