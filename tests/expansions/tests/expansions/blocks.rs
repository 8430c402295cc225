//! Finds nets in source files, expands them, prints expansions.

use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The expansion of a net, with `::chainrule` as the runtime's path.
pub fn expansion(net: TokenStream) -> TokenStream {
    let path: TokenStream = "::chainrule".parse().expect("a path");
    let path = TokenTree::Group(Group::new(Delimiter::None, path));
    chainrule_compiler::expand(std::iter::once(path).chain(net).collect())
}

/// Tokens of items as Rust is usually formatted, those inside of `__with_alloc!` too.
pub fn pretty(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    let mut file: syn::File = syn::parse2(tokens).unwrap_or_else(|error| panic!("no Rust: {error}\n{text}"));
    let mut inner = Vec::new();
    for item in &mut file.items {
        let syn::Item::Macro(call) = item else { continue };
        if call.mac.path.segments.last().is_some_and(|name| name.ident == "__with_alloc") {
            let items = std::mem::take(&mut call.mac.tokens);
            inner.push(pretty(items).lines().map(|line| format!("    {line}\n")).collect::<String>());
        }
    }
    let mut inner = inner.into_iter();
    let mut text = String::new();
    for line in prettyplease::unparse(&file).lines() {
        match line.strip_suffix("::__with_alloc! {}") {
            Some(path) => {
                let items = inner.next().expect("as many macros as were emptied");
                text.push_str(&format!("{path}::__with_alloc! {{\n{items}}}\n"));
            }
            None => text.extend([line, "\n"]),
        }
    }
    text
}

/// The nets of all files under a path, in order, each with the file's name: whole files `*.net`, and in `*.rs` what
/// stands in `net! { … }`, unless it stands in a macro's definition.
pub fn nets_of(path: &Path, nets: &mut Vec<(String, TokenStream)>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().for_each(|path| nets_of(path, nets));
        return;
    }
    let kind = path.extension().and_then(|extension| extension.to_str());
    if !matches!(kind, Some("net" | "rs")) {
        return;
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
    match kind {
        Some("net") => nets.push((name, tokens)),
        _ => nets_in(&name, tokens, nets),
    }
}

fn nets_in(name: &str, tokens: TokenStream, nets: &mut Vec<(String, TokenStream)>) {
    let mut before: [String; 2] = Default::default();
    let mut defines_macro = false;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            if before == ["net", "!"] {
                nets.push((name.to_string(), group.stream()));
            } else if !defines_macro {
                nets_in(name, group.stream(), nets);
            }
            defines_macro = false;
        }
        let [_, last] = before;
        defines_macro |= last == "macro_rules";
        before = [last, token.to_string()];
    }
}
