//! The networks in a file of Rust.

use proc_macro2::{TokenStream, TokenTree};

/// The contents of every `net! { … }` of a file.
pub fn nets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    search(text.parse().unwrap(), &mut found);
    found
}

fn search(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (place, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = [2, 1].map(|back| place.checked_sub(back).map(|at| tokens[at].to_string()));
        match before.each_ref().map(Option::as_deref) {
            [Some("net"), Some("!")] => found.push(group.stream().to_string()),
            _ => search(group.stream(), found),
        }
    }
}
