//! What no rule could read, and the names that it takes along: nobody knows what they mean.

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::super::ast::Lost;
use super::cursor::Cursor;
use super::{Parsed, Parser, is_keyword};

/// Words behind which something is declared, in Rust or elsewhere.
const DECLARING: [&str; 17] = [
    "struct",
    "enum",
    "union",
    "trait",
    "type",
    "class",
    "fn",
    "def",
    "func",
    "function",
    "const",
    "static",
    "let",
    "var",
    "dim",
    "mod",
    "macro_rules",
];

/// How many tokens a pattern has at most, as far as anyone looks for its names.
const LONGEST_PATTERN: usize = 16;

impl Parser<'_> {
    /// The name of an item. Where it cannot be read, it may stand behind what is in its place, in front of what
    /// such an item goes on with; else any name that nothing bears may be it.
    pub(super) fn naming(&mut self, what: &str, goes_on: &[Delimiter]) -> Parsed<Ident> {
        let name = self.declared_name(what);
        let Err(failed) = name else { return name };
        let behind = goes_on.iter().any(|delimiter| self.cursor.at_group(2, *delimiter))
            || goes_on == [Delimiter::Brace] && self.cursor.operator_at(2) == Some("<");
        match self.cursor.peek(1).cloned() {
            Some(TokenTree::Ident(name)) if behind && !is_keyword(&name) => {
                self.lost.names.push(name.clone());
                self.cursor.bump();
                self.cursor.bump();
                Ok(name)
            }
            _ => {
                if let Some(TokenTree::Ident(name)) = self.cursor.peek(1).cloned() {
                    self.lost.names.push(name);
                }
                self.lost.nameless = true;
                Err(failed)
            }
        }
    }

    /// Goes over what is left of an item that could not be read, up to its `;` or to where `next` holds. Where the item has
    /// read nothing since `read`, its first token is part of it.
    pub(super) fn lose(&mut self, read: usize, next: impl Fn(&Cursor) -> bool) {
        let mut tokens = Vec::new();
        let begun = read < self.cursor.tokens_read();
        if !begun {
            tokens.extend(self.cursor.bump());
        }
        while !self.cursor.is_empty() && !self.cursor.at_character(';') && !next(&self.cursor) {
            tokens.extend(self.cursor.bump());
        }
        let known = |word: &Ident| is_keyword(word) || DECLARING.iter().any(|known| word == known);
        match tokens.first() {
            // `x = 3`, `dims N, T;`, `sturct A { … }`: whatever the word is, it declares what follows, as one does
            // that is read already.
            Some(TokenTree::Ident(word)) if known(word) && !begun => {}
            _ => self.lose_names(&tokens),
        }
        self.lose_declared(&tokens);
    }

    /// Goes over what is no item up to where `stop` holds; every name in it may be declared there. Whether there
    /// was anything.
    pub(super) fn lose_all(&mut self, mut stop: impl FnMut(&Cursor) -> bool) -> bool {
        let mut tokens = Vec::new();
        while !self.cursor.is_empty() && !stop(&self.cursor) {
            tokens.extend(self.cursor.bump());
        }
        self.lose_names(&tokens);
        !tokens.is_empty()
    }

    /// What the statement that begins here binds, should the rest of it not be readable: the names behind `let`,
    /// `for` or another such word, else those in front of `=`, `:=` or `:`.
    pub(super) fn to_bind(&self) -> Lost {
        let declares = self.cursor.at_word("for") || DECLARING.iter().any(|word| self.cursor.at_word(word));
        let mut names = Vec::new();
        for ahead in usize::from(declares)..LONGEST_PATTERN {
            match self.cursor.peek(ahead) {
                Some(TokenTree::Ident(word)) if word == "in" => break,
                Some(TokenTree::Ident(name)) if !is_keyword(name) => names.push(name.clone()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                    let words = group.stream().into_iter().filter_map(|token| match token {
                        TokenTree::Ident(name) if !is_keyword(&name) => Some(name),
                        _ => None,
                    });
                    names.extend(words);
                }
                Some(TokenTree::Punct(punct)) if "=:".contains(punct.as_char()) => {
                    return Lost { nameless: declares && names.is_empty(), names };
                }
                Some(TokenTree::Punct(punct)) if punct.as_char() == ';' => break,
                Some(TokenTree::Punct(punct)) if !declares && punct.as_char() != ',' => {
                    return Lost::default();
                }
                Some(_) => {}
                None => break,
            }
        }
        match declares {
            true => Lost { nameless: names.is_empty(), names },
            false => Lost::default(),
        }
    }

    fn lose_names(&mut self, tokens: &[TokenTree]) {
        for token in tokens {
            if let TokenTree::Ident(name) = token
                && !is_keyword(name)
            {
                self.lost.names.push(name.clone());
            }
        }
    }

    /// The names behind words that declare, at any depth: `mod layers { struct Block { … } }`.
    fn lose_declared(&mut self, tokens: &[TokenTree]) {
        let mut declares = false;
        let (mut uses, mut variants) = (false, false);
        for token in tokens {
            match token {
                TokenTree::Ident(word) if word == "use" => uses = true,
                TokenTree::Ident(word) if word == "mut" => {}
                TokenTree::Ident(word) if DECLARING.iter().any(|known| word == known) => {
                    declares = true;
                    variants |= word == "enum";
                }
                TokenTree::Ident(name) => {
                    if (uses || declares) && !is_keyword(name) {
                        self.lost.names.push(name.clone());
                    }
                    declares = false;
                }
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    // `use a::{b, c};`, `let (a, b) = …;`, `enum Mode { Train, Infer }`
                    if uses || declares || std::mem::take(&mut variants) {
                        self.lose_names(&inner);
                    }
                    self.lose_declared(&inner);
                    declares = false;
                }
                TokenTree::Punct(punct) => match punct.as_char() {
                    ';' => uses = false,
                    '*' if uses => self.lost.nameless = true,
                    _ => {}
                },
                TokenTree::Literal(_) => {}
            }
        }
    }
}
