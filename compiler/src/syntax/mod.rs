//! From tokens to the syntax tree.

pub mod ast;
mod parse;

use proc_macro2::TokenStream;

use crate::report::Report;

/// Reads a whole `net!` block. Every syntax error in it goes into the report, and what could be read around
/// the errors into the tree, which holds `Error` nodes only where the report holds an error.
pub fn parse(tokens: TokenStream, report: &mut Report) -> ast::Block {
    parse::block(tokens, report)
}
