//! Keywords as names: `let type = …;`, `fn match(…)`. Each is said where it is declared, and means what it names from
//! then on: its uses are no mistakes of their own.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::{Parsed, Parser};

/// Keywords that nothing in a body begins with, or goes on with.
const TAKEN: [&str; 36] = [
    "abstract", "as", "async", "await", "become", "box", "const", "do", "dyn", "enum", "extern", "final",
    "fn", "gen", "impl", "in", "loop", "macro", "match", "mod", "move", "override", "priv", "ref", "static",
    "struct", "trait", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "yield",
];

/// The keywords that a block declares as names, anywhere in it.
pub(super) fn keywords(tokens: &TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: &TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let word = |place: usize| match tokens.get(place) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    for (place, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => collect(&group.stream(), found),
            TokenTree::Ident(name) if TAKEN.iter().any(|taken| name == taken) => {
                let before = place.checked_sub(1).map(word).unwrap_or_default();
                let declares = match tokens.get(place + 1) {
                    Some(TokenTree::Punct(next)) => match next.as_char() {
                        '=' => before == "let" || before == "mut",
                        // Of `::` and of `a: b` the second character is no space.
                        ':' => next.spacing() == proc_macro2::Spacing::Alone,
                        _ => false,
                    },
                    Some(TokenTree::Group(next)) => match next.delimiter() {
                        Delimiter::Parenthesis => before == "fn",
                        Delimiter::Bracket => before == "let",
                        _ => false,
                    },
                    Some(TokenTree::Ident(next)) => before == "for" && next == "in",
                    _ => false,
                };
                if declares {
                    found.insert(name.to_string());
                }
            }
            _ => {}
        }
    }
}

impl Parser<'_> {
    /// Whether a keyword comes next that names something in this block.
    pub(super) fn at_misnamed(&self) -> bool {
        !self.misnamed.is_empty()
            && self.cursor.word().is_some_and(|word| self.misnamed.contains(&word.to_string()))
    }

    /// Such a keyword, read as a name that Rust would take.
    pub(super) fn misnamed_use(&mut self) -> Ident {
        let span = self.cursor.span();
        let word = self.cursor.word().map(Ident::to_string).unwrap_or_default();
        self.cursor.bump();
        Ident::new_raw(&word, span)
    }

    /// The name of what is declared: no keyword.
    pub(super) fn declared_name(&mut self, what: &str) -> Parsed<Ident> {
        if self.at_misnamed() {
            let found = self.cursor.found();
            let message = format!("expected {what}, found {found}");
            self.wrong(self.cursor.span(), message, format!("{found} is a keyword, not a name"));
        }
        self.name(what)
    }
}
