//! What is wrong with wrong programs, and that nothing is with right ones.

mod right;
mod robust;
mod wrong;

use proc_macro2::TokenStream;

use crate::report::Report;

/// What is said about a program that the parser takes.
fn report(source: &str) -> Report {
    let tokens: TokenStream =
        source.parse().unwrap_or_else(|_| panic!("these are not even tokens: {source}"));
    let mut report = Report::default();
    let block = crate::syntax::parse(tokens, &mut report);
    if !block.is_whole {
        report
            .errors
            .iter_mut()
            .for_each(|error| error.message = format!("THE PARSER REFUSES THIS: {}", error.message));
    } else {
        super::check(&block, &super::library(), &mut report);
        report.sort();
    }
    report
}
