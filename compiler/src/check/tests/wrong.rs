//! Wrong programs and what is said about them.
//!
//! Each file in `wrong/` holds programs: a line `==== title`, the program, a line `----`, and what is said
//! about it: where (line:column..column), the offending text, the message, the way out. With `BLESS=1` in the
//! environment the files are rewritten as they now are; read the difference before it is kept.

use std::fmt::Write;
use std::path::Path;

use super::report;
use crate::report::Diagnostic;

/// Checks one file.
fn check(name: &str, text: &str) {
    let mut actual = String::new();
    for case in text.split("==== ").skip(1) {
        let (title, rest) = case.split_once('\n').expect("a case has a title");
        let program = rest.split_once("----\n").map_or(rest, |(program, _)| program).trim_end();
        let said = said(program);
        let gap = if actual.is_empty() { "" } else { "\n" };
        write!(actual, "{gap}==== {title}\n{program}\n----\n{said}").expect("strings take all");
    }
    if std::env::var_os("BLESS").is_some() && actual != text {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/tests/wrong").join(name);
        std::fs::write(path, &actual).expect("the file can be written");
    }
    assert!(
        !actual.contains("----\n\n") && !actual.ends_with("----\n"),
        "{name}: nothing is said about one of these"
    );
    if std::env::var_os("BLESS").is_some() {
        return;
    }
    let lines = actual.lines().zip(text.lines()).enumerate();
    for (number, (actual, expected)) in lines {
        assert_eq!(actual, expected, "{name}:{}; `BLESS=1` rewrites the file", number + 1);
    }
    assert_eq!(actual.len(), text.len(), "{name}");
}

/// All that is said about a program: errors, then warnings.
fn said(program: &str) -> String {
    let report = report(program);
    let mut text = String::new();
    for (kind, all) in [("error", &report.errors), ("warning", &report.warnings)] {
        all.iter().for_each(|one| write_one(&mut text, kind, one, program));
    }
    text
}

fn write_one(text: &mut String, kind: &str, one: &Diagnostic, program: &str) {
    let (start, end) = (one.span.start(), one.span.end());
    let line = program.lines().nth(start.line - 1).unwrap_or_default();
    let end_column = if end.line == start.line { end.column } else { line.chars().count() };
    let offending: String = line.chars().skip(start.column).take(end_column - start.column).collect();
    let (end_line, more) =
        if end.line == start.line { (String::new(), "") } else { (format!("{}:", end.line), " …") };
    let place = format!("{}:{}..{end_line}{}", start.line, start.column + 1, end.column + 1);
    writeln!(text, "{kind} {place} `{offending}`{more}").expect("strings take all");
    let help = one.help.iter().map(|help| format!("help: {help}"));
    for line in one.message.lines().map(str::to_string).chain(help) {
        writeln!(text, "    {line}").expect("strings take all");
    }
}

macro_rules! files {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { check(concat!(stringify!($name), ".txt"), include_str!(concat!("wrong/", stringify!($name), ".txt"))); })*
    };
}

files!(
    bounds,
    calls,
    convolution,
    dims,
    domains,
    exchanged,
    exchanged_indices,
    externs,
    foreign,
    generics,
    gradients,
    items,
    keywords,
    kinds,
    literals,
    lost,
    mapped,
    names,
    notation,
    outside,
    poison,
    randomness,
    shapes,
    sizes,
    statements,
    tired,
    uncalled,
    warnings,
    weary,
);
