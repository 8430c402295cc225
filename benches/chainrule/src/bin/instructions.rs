//! Guards the training steps of all cases against regressions: counts the instructions of each under
//! callgrind, which a busy machine does not change, and compares them with `benches/instructions.txt`.
//!
//! With `BLESS=1` it writes that file. Another version of rustc makes other code, so the file says of which
//! it speaks, and another one is not judged. Nothing here measures a time.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use peer_common::{CASES, Peer};

/// How many more instructions than committed are too many, in parts of them.
const MARGIN: f64 = 0.05;

/// The same code as at a smaller batch, and as long under callgrind as all others together.
const LEFT_OUT: [&str; 2] = ["mnist_mlp/b512/sgd", "lenet5/b128/sgd"];

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../instructions.txt");

const COMMAND: &str = "cargo run --release --manifest-path benches/chainrule/Cargo.toml --bin instructions";

fn main() -> ExitCode {
    let outcome = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => compare(),
        [case, steps] => run(case, steps),
        _ => Err("no arguments are needed".to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// What callgrind watches: some training steps of a case, on numbers made up here.
fn run(case: &str, steps: &str) -> Result<(), String> {
    let steps: u64 = steps.parse().map_err(|_| format!("`{steps}` is no number of steps"))?;
    let mut peer = CASES
        .iter()
        .find(|each| name(each) == case)
        .and_then(|&(model, batch, optimiser)| peer_chainrule::build(&made_up, model, batch, optimiser))
        .ok_or_else(|| format!("there is no case `{case}`"))?;
    for _ in 0..steps {
        std::hint::black_box(Peer::train(peer.as_mut(), false));
    }
    Ok(())
}

fn name((model, batch, optimiser): &(&str, usize, &str)) -> String {
    format!("{model}/b{batch}/{optimiser}")
}

/// Numbers from -1/4 to 1/4; labels of ten classes.
fn made_up(model: &str, what: &str, count: usize) -> Vec<f32> {
    let labels = what == "y" && ["ng", "mnist_mlp", "lenet5"].contains(&model);
    let number = |k: usize| (k.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 131_072.0 - 0.25;
    (0..count).map(|k| if labels { (k % 10) as f32 } else { number(k) }).collect()
}

fn compare() -> Result<(), String> {
    if !cfg!(target_arch = "x86_64") || !has_avx2() {
        println!(
            "instructions are not counted: the committed figures are those of AVX2, which this CPU lacks"
        );
        return Ok(());
    }
    let rustc = rustc_version()?;
    let bless = std::env::var_os("BLESS").is_some();
    let committed =
        if bless { String::new() } else { std::fs::read_to_string(FILE).map_err(|e| e.to_string())? };
    let mut lines = committed.lines().filter(|line| !line.starts_with('#'));
    let of = lines.next().unwrap_or_default();
    if !bless && of != rustc {
        println!("instructions are not counted: the committed figures are of {of}, this is {rustc}");
        return Ok(());
    }
    let figures: Vec<(&str, u64)> = lines
        .filter_map(|line| line.split_once(char::is_whitespace))
        .filter_map(|(case, figure)| Some((case, figure.trim().parse().ok()?)))
        .collect();

    let program = Counted::make()?;
    let mut table = format!(
        "# Instructions of a training step, counted by callgrind, kernels for AVX2.\n\
         # Compared with:  {COMMAND}\n\
         # Written by it with BLESS=1.\n\
         {rustc}\n"
    );
    let mut failures = String::new();
    for case in CASES.iter().map(name).filter(|case| !LEFT_OUT.contains(&case.as_str())) {
        // The first step makes the workspace grow; the start and it are the same in both runs.
        let counted = program.count(&case, 2)? - program.count(&case, 1)?;
        _ = writeln!(table, "{case:<20}{counted:>12}");
        if bless {
            continue;
        }
        let Some(&(_, figure)) = figures.iter().find(|(each, _)| *each == case) else {
            _ = writeln!(failures, "{case}: {counted} instructions a step, none committed");
            continue;
        };
        let excess = counted as f64 / figure as f64 - 1.0;
        let line =
            format!("{case}: {counted} instructions a step, committed {figure}, {:+.1} %", 100.0 * excess);
        println!("{line}");
        if excess > MARGIN {
            _ = writeln!(failures, "{line}");
        } else if excess < -MARGIN {
            println!("    so many fewer are worth committing: BLESS=1 {COMMAND}");
        }
    }
    if bless {
        return std::fs::write(FILE, table).map_err(|e| e.to_string());
    }
    if failures.is_empty() {
        return Ok(());
    }
    Err(format!(
        "\nMore than {:.0} % above what is committed in benches/instructions.txt:\n{failures}\
         If that is the price of something better, commit the new figures: BLESS=1 {COMMAND}",
        100.0 * MARGIN
    ))
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}

fn rustc_version() -> Result<String, String> {
    let output = Command::new("rustc").arg("--version").output().map_err(|e| format!("rustc: {e}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// A copy of this program that callgrind can run.
///
/// Valgrind 3.19 stops at `vmovq xmm, xmm` where the compiler writes it as a store (C5 79 D6 or C5 F9 D6, both
/// operands registers). In the copy each is a `vmovaps` of the same length, which leaves the upper half of
/// the register as it is instead of zero. That may change a value, but not how many instructions run.
struct Counted(PathBuf);

impl Counted {
    fn make() -> Result<Self, String> {
        let from = std::env::current_exe().map_err(|e| e.to_string())?;
        let mut bytes = std::fs::read(&from).map_err(|e| e.to_string())?;
        for at in 0..bytes.len().saturating_sub(3) {
            if let [0xc5, second @ (0x79 | 0xf9), 0xd6, 0xc0..=0xff] = bytes[at..at + 4] {
                bytes[at + 1] = second - 1;
                bytes[at + 2] = 0x29;
            }
        }
        let to = from.with_extension("counted");
        // With the permissions of the original.
        std::fs::copy(&from, &to).map_err(|e| e.to_string())?;
        std::fs::write(&to, bytes).map_err(|e| e.to_string())?;
        Ok(Self(to))
    }

    /// The instructions of a run of some steps, its start included.
    fn count(&self, case: &str, steps: u64) -> Result<u64, String> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&self.0)
            .args([case, &steps.to_string()])
            // Callgrind knows no AVX-512.
            .env("CHAINRULE_CPU", "avx2")
            .output()
            .map_err(|e| format!("valgrind: {e} (apt-get install valgrind)"))?;
        let report = String::from_utf8_lossy(&output.stderr);
        let collected = report.lines().find_map(|line| line.split_once("Collected : "));
        match collected.and_then(|(_, figure)| figure.trim().parse().ok()) {
            Some(figure) if output.status.success() => Ok(figure),
            _ => Err(format!("valgrind {case}: {}\n{report}", output.status)),
        }
    }
}
