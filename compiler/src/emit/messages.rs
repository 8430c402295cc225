//! What the phases found wrong, as items that make rustc say it at the right place.

use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::paths::core_of;
use crate::report::{Diagnostic, Report};

/// One `compile_error!` for each error.
pub fn errors(krate: &TokenStream, report: &Report) -> TokenStream {
    let core = core_of(krate);
    let errors = report.errors.iter().map(|error| {
        let text = Literal::string(&error.text());
        at(quote!(#core::compile_error! { #text }), error.span)
    });
    quote!(#(#errors)*)
}

/// One use of a deprecated constant for each warning, which is how a macro warns on stable Rust; nothing
/// where there are none.
pub fn warnings(report: &Report) -> TokenStream {
    report.warnings.iter().map(warning).collect()
}

fn warning(warning: &Diagnostic) -> TokenStream {
    let note = Literal::string(&warning.text());
    let used = quote_spanned!(Span::call_site().located_at(warning.span)=> net);
    quote! {
        const _: () = {
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const net: () = ();
            #used
        };
    }
}

/// The same tokens at another place, each resolving as before.
fn at(tokens: TokenStream, place: Span) -> TokenStream {
    let moved = |token| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), at(group.stream(), place));
            moved.set_span(group.span().located_at(place));
            TokenTree::Group(moved)
        }
        mut token => {
            token.set_span(token.span().located_at(place));
            token
        }
    };
    tokens.into_iter().map(moved).collect()
}
