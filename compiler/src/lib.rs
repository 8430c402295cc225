//! The compiler behind `net!`: an ordinary library over `proc_macro2`, so that tests reach every pass.
//!
//! Users depend on the `chainrule` crate; nothing here is a stable interface. The house and its laws are
//! described in ARCHITECTURE.md.

mod budget;
mod check;
mod compile;
mod count;
mod differentiate;
mod emit;
#[cfg(test)]
mod eval;
mod ir;
mod plan;
mod print;
mod program;
mod report;
mod routine;
mod simplify;
mod spelling;
mod syntax;
#[cfg(test)]
mod verify;

#[cfg(test)]
#[allow(clippy::cloned_ref_to_slice_refs, clippy::type_complexity, dead_code)]
mod tests;

use proc_macro2::{TokenStream, TokenTree};

use report::Report;

/// The expansion of a block. The input is the path of the runtime crate, one token (`$crate`), and then
/// what the user wrote.
pub fn expand(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let krate: TokenStream = tokens.next().map(unwrapped).unwrap_or_default();
    let mut report = Report::default();
    let block = syntax::parse(tokens.collect(), &mut report);
    let library = check::library();
    let program = check::check(&block, &library, &mut report);
    report.sort();
    let mut expansion = match program {
        Ok(program) => {
            let methods = compile::compile(&program);
            budget::check(&program, &methods, &mut report);
            let mut items = emit::emit(&krate, &program, &methods);
            items.extend(emit::errors(&krate, &report));
            items
        }
        Err(sound) => {
            budget::check_sound(&sound, &mut report);
            report.sort();
            emit::skeleton(&krate, &block, Some(&library), sound, &report)
        }
    };
    expansion.extend(emit::warnings(&report));
    expansion
}

/// A macro's fragment arrives in an invisible group.
fn unwrapped(token: TokenTree) -> TokenStream {
    match token {
        TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::None => group.stream(),
        other => other.into(),
    }
}
