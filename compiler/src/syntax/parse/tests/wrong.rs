//! Wrong programs and what is said about them.
//!
//! Each file in `wrong/` holds sources, one a line, and under each its errors: carets below the offending
//! token, the message, the way out. With `BLESS=1` in the environment the files are rewritten as they now
//! are.

use std::fmt::Write;
use std::path::Path;

use proc_macro2::TokenStream;

use super::super::super::parse;
use crate::report::{Diagnostic, Report};

/// Checks one file, whose sources stand between `before` and `after`.
fn check(name: &str, text: &str, before: &str, after: &str) {
    let mut actual = String::new();
    for case in text.split("\n\n") {
        let source = case.lines().next().expect("a case has a source");
        writeln!(actual, "{}{source}", if actual.is_empty() { "" } else { "\n" }).expect("strings take all");
        let errors = errors(&format!("{before}{source}{after}"));
        assert!(!errors.is_empty(), "{name}: nothing is wrong with {source}");
        errors.iter().for_each(|error| write_error(&mut actual, error, before.len()));
    }
    if std::env::var_os("BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax/parse/tests/wrong").join(name);
        std::fs::write(path, actual).expect("the file can be written");
    } else if let Some((line, (actual, expected))) =
        actual.lines().zip(text.lines()).enumerate().find(|(_, (actual, expected))| actual != expected)
    {
        panic!("{name}:{}\nexpected: {expected}\n  actual: {actual}", line + 1);
    } else {
        assert_eq!(actual, text, "{name}");
    }
}

fn errors(source: &str) -> Vec<Diagnostic> {
    let tokens: TokenStream =
        source.parse().unwrap_or_else(|_| panic!("these are not even tokens: {source}"));
    let mut report = Report::default();
    parse(tokens, &mut report);
    report.errors
}

fn write_error(text: &mut String, error: &Diagnostic, before: usize) {
    let (start, end) = (error.span.start(), error.span.end());
    let (from, width) = (start.column.saturating_sub(before), end.column - start.column);
    writeln!(text, "{}{}", " ".repeat(from), "^".repeat(width)).expect("strings take all");
    writeln!(text, "  {}", error.message).expect("strings take all");
    if let Some(help) = &error.help {
        writeln!(text, "  help: {help}").expect("strings take all");
    }
}

#[test]
fn expressions() {
    check("expressions.txt", include_str!("wrong/expressions.txt"), "fn f() -> f32 { ", " }");
}

#[test]
fn operands() {
    check("operands.txt", include_str!("wrong/operands.txt"), "fn f() -> f32 { ", " }");
}

#[test]
fn subscripts() {
    check("subscripts.txt", include_str!("wrong/subscripts.txt"), "fn f() -> f32 { ", " }");
}

#[test]
fn choices() {
    check("choices.txt", include_str!("wrong/choices.txt"), "fn f() -> f32 { ", " }");
}

#[test]
fn loops() {
    check("loops.txt", include_str!("wrong/loops.txt"), "fn f() -> f32 { ", " }");
}

#[test]
fn statements() {
    check("statements.txt", include_str!("wrong/statements.txt"), "fn f() -> f32 { ", " }");
}

#[test]
fn types() {
    check("types.txt", include_str!("wrong/types.txt"), "fn f(x: ", ") -> f32 { x }");
}

#[test]
fn fields() {
    check("fields.txt", include_str!("wrong/fields.txt"), "struct A { ", " }");
}

#[test]
fn functions() {
    check("functions.txt", include_str!("wrong/functions.txt"), "impl A { ", " }");
}

#[test]
fn items() {
    check("items.txt", include_str!("wrong/items.txt"), "", "");
}

#[test]
fn programs() {
    check("programs.txt", include_str!("wrong/programs.txt"), "", "");
}
