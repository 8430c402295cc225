//! What is read, what is refused and how, and that nothing at all makes the parser fail.

mod expressions;
mod fragments;
mod printer;
mod programs;
mod robust;
mod wrong;

use proc_macro2::TokenStream;

use super::super::{ast, parse};
use crate::report::Report;

/// The tree of a program without errors.
fn read(source: &str) -> ast::Block {
    let tokens: TokenStream = source.parse().expect("the test is not even tokens");
    read_tokens(tokens)
}

fn read_tokens(tokens: TokenStream) -> ast::Block {
    let mut report = Report::default();
    let source = tokens.to_string();
    let block = parse(tokens, &mut report);
    let errors: Vec<String> = report.errors.iter().map(|error| error.text()).collect();
    assert!(errors.is_empty(), "{source}\n{errors:#?}");
    block
}
