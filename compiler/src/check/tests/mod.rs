//! What is wrong with wrong programs, and that nothing is with right ones.

mod mended;
mod right;
mod robust;
mod wrong;

use proc_macro2::TokenStream;

use crate::report::Report;

/// What is said about a program.
fn report(source: &str) -> Report {
    let tokens: TokenStream =
        source.parse().unwrap_or_else(|_| panic!("these are not even tokens: {source}"));
    let mut report = Report::default();
    let block = crate::syntax::parse(tokens, &mut report);
    let _ = crate::tests::with_library(|library| super::check(&block, library, &mut report));
    report.sort();
    report
}
