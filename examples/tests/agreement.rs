//! The programs that hold themselves against known numbers, each in its shortest form.

use std::process::Command;

fn agrees(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let (text, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.trim_end().ends_with("comparisons agree"), "{text}");
    text
}

#[test]
fn gmm() {
    let text = agrees(env!("CARGO_BIN_EXE_gmm"), &["--sizes", "1"]);
    assert!(text.contains("operations, value and gradient"), "{text}");
}

#[test]
fn pendulum() {
    agrees(env!("CARGO_BIN_EXE_pendulum"), &["--steps", "3"]);
}

#[test]
fn bundle() {
    agrees(env!("CARGO_BIN_EXE_bundle"), &["--sizes", "1"]);
}

#[test]
fn lstm() {
    agrees(env!("CARGO_BIN_EXE_lstm"), &["--sizes", "1"]);
}

#[test]
fn lenet() {
    agrees(env!("CARGO_BIN_EXE_lenet"), &["--epochs", "1"]);
}

#[test]
fn burgers() {
    agrees(env!("CARGO_BIN_EXE_burgers"), &["--steps", "4"]);
}

#[test]
fn char_lm() {
    agrees(env!("CARGO_BIN_EXE_char_lm"), &["--steps", "2", "--write", "8"]);
}
