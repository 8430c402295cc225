//! Attributes that pass through to the generated items, sorted by what generated siblings need of them.
//! What they mean is for rustc.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;

use super::paths::Paths;

/// The name of an attribute `#[name …]`, or of a path its last segment; empty for what is no attribute.
fn name(attribute: &TokenStream) -> String {
    let mut name = String::new();
    for token in content(attribute) {
        match token {
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    name
}

/// What stands between the brackets of an attribute.
fn content(attribute: &TokenStream) -> TokenStream {
    let group = attribute.clone().into_iter().find_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group.stream()),
        _ => None,
    });
    group.unwrap_or_default()
}

/// The `#[cfg…]` attributes, which every item must repeat that is made from the item that bears them.
pub fn conditions(attributes: &[TokenStream]) -> Vec<&TokenStream> {
    attributes.iter().filter(|attribute| name(attribute) == "cfg").collect()
}

/// The user's documentation.
pub fn docs(attributes: &[TokenStream]) -> Vec<&TokenStream> {
    attributes.iter().filter(|attribute| name(attribute) == "doc").collect()
}

/// All but the user's documentation, which siblings repeat too.
pub fn all_but_docs(attributes: &[TokenStream]) -> Vec<&TokenStream> {
    attributes.iter().filter(|attribute| name(attribute) != "doc").collect()
}

/// What a function's attributes mean for the constants beside it: `#[inline]` is for functions.
pub fn of_constants(attributes: &[TokenStream]) -> Vec<&TokenStream> {
    let both = ["cfg", "allow", "deprecated"];
    attributes.iter().filter(|attribute| both.contains(&name(attribute).as_str())).collect()
}

/// Whether they deprecate what they stand on.
pub fn are_deprecated(attributes: &[TokenStream]) -> bool {
    attributes.iter().any(|attribute| name(attribute) == "deprecated")
}

/// Whether there is a doc comment.
pub fn has_docs(attributes: &[TokenStream]) -> bool {
    attributes.iter().any(|attribute| name(attribute) == "doc")
}

/// The derives that are asked for: each name with its path.
fn asked(attributes: &[TokenStream]) -> Vec<(String, TokenStream)> {
    let lists = attributes.iter().filter(|attribute| name(attribute) == "derive").flat_map(content);
    let mut asked = Vec::new();
    for list in lists {
        let TokenTree::Group(list) = list else { continue };
        let (mut path, mut last) = (TokenStream::new(), String::new());
        for token in list.stream() {
            match &token {
                TokenTree::Punct(punct) if punct.as_char() == ',' => {
                    asked.push((std::mem::take(&mut last), std::mem::take(&mut path)));
                    continue;
                }
                TokenTree::Ident(ident) => last = ident.to_string(),
                TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Literal(_) => {}
            }
            path.extend([token]);
        }
        asked.push((last, path));
    }
    asked.retain(|(_, path)| !path.is_empty());
    asked
}

/// `#[derive(…)]` for what every generated struct has and what those that hold it ask for, without what its
/// own attributes ask for.
pub fn derives(attributes: &[TokenStream], holders: &[TokenStream], paths: &Paths) -> TokenStream {
    let core = &paths.core;
    let mut known: Vec<String> = asked(attributes).into_iter().map(|(name, _)| name).collect();
    let ours = [("Clone", quote!(#core::clone::Clone)), ("Copy", quote!(#core::marker::Copy))];
    let wanted = ours.into_iter().map(|(name, path)| (name.to_string(), path)).chain(asked(holders));
    let mut missing = Vec::new();
    for (name, path) in wanted {
        if !known.contains(&name) {
            known.push(name);
            missing.push(path);
        }
    }
    if missing.is_empty() { TokenStream::new() } else { quote!(#[derive(#(#missing),*)]) }
}
