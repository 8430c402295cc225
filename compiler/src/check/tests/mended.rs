//! What is said about one mistake, followed: exactly one error, and a program without any.
//!
//! Each case of `mended.txt` is three lines, a body with one mistake, what is said about it, and the body as
//! that says to write it. With `BLESS=1` in the environment the lines between are rewritten as they now are;
//! read the difference before it is kept.

use std::fmt::Write;
use std::path::Path;

use super::report;
use crate::report::Diagnostic;

/// What stands around each body.
fn program(body: &str) -> String {
    format!(
        "dim N, T;
struct Cell {{ w: f32[3, 3] }}
impl Cell {{ fn call(x: f32[.., 3]) -> f32[.., 3] {{ tanh(x @ w) }} fn reset(x: f32[3]) -> f32[3] {{ x * 0 }} }}
fn energy(x: f32[3]) -> f32 {{ sum(x * x) }}
pub struct Net {{ w: f32[3], m: f32[3, 4], b: f32[4], fc: Linear<3, 4>, cell: Cell, cells: [Cell; 2], lstm: Lstm<3, 4> }}
impl Net {{
    pub fn f(x: f32[N, 3], y: f32[3], xs: f32[T, N, 3], label: u32[N], mask: bool[N], key: u64, k: u32, on: bool) -> f32 {{
        {body}
    }}
}}"
    )
}

#[test]
fn what_is_said_makes_it_right() {
    let text = include_str!("mended.txt");
    let mut actual = String::new();
    let (mut cases, mut faults) = (0, String::new());
    for case in text.trim_end().split("\n\n") {
        let lines: Vec<&str> = case.lines().collect();
        let (wrong, right) = (lines[0], lines[lines.len() - 1]);
        let said = report(&program(wrong)).errors;
        let left = report(&program(right)).errors;
        let texts = |errors: &[Diagnostic]| errors.iter().map(Diagnostic::text).collect::<Vec<_>>();
        if said.len() != 1 || !left.is_empty() || said[0].help.is_none() {
            writeln!(faults, "{wrong}\n{:#?}\n{right}\n{:#?}", texts(&said), texts(&left))
                .expect("strings take all");
            continue;
        }
        let help = said[0].help.as_deref().unwrap_or_default();
        let gap = if actual.is_empty() { "" } else { "\n" };
        writeln!(actual, "{gap}{wrong}\n  {}; {help}\n{right}", said[0].message).expect("strings take all");
        cases += 1;
    }
    assert!(faults.is_empty(), "one mistake, one error, and a way out that leaves none:\n{faults}");
    if std::env::var_os("BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/tests/mended.txt");
        std::fs::write(path, &actual).expect("the file can be written");
    } else {
        assert_eq!(actual, text, "`BLESS=1` rewrites the file");
    }
    assert!(cases >= 40, "{cases}");
}
