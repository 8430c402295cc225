//! A position among token trees that looks through invisible groups.
//!
//! What a user's own `macro_rules!` substitutes arrives between delimiters nobody can see. Here every look
//! ahead and every step goes through them; only an expression asks for such a group as a whole, because
//! `$x * 2` with `a + b` for `$x` is a product.

use std::collections::VecDeque;

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};

/// Groups within groups beyond this many are an error: the passes walk the tree by recursion.
pub(super) const DEEPEST: usize = 64;

/// Operators of more than one character, those of other languages too, so that they are named whole.
const LONG_OPERATORS: [&str; 39] = [
    "..=", "...", "===", "!==", "**=", "<<=", ">>=", "&&=", "||=", "..", "&&", "||", "==", "!=", "<=", ">=",
    "+=", "-=", "*=", "/=", "%=", "@=", "^=", "&=", "|=", "->", "=>", "::", ":=", "**", "<<", ">>", "<>",
    "++", "=<", "~=", "|>", ".*", "?.",
];

/// Every character that is an operator by itself.
const SHORT_OPERATORS: [&str; 22] = [
    "+", "-", "*", "/", "%", "@", "=", "<", ">", "!", ".", ",", ";", ":", "&", "|", "^", "?", "#", "~", "$",
    "'",
];

/// A token tree, or what an invisible group holds.
pub(super) enum Node {
    /// A token or a visible group.
    Token(TokenTree),
    /// Two or more nodes that a macro substituted as one.
    Invisible(Vec<Node>, Span),
}

/// What is still to be read of a group or of the whole block.
pub(super) struct Cursor {
    nodes: VecDeque<Node>,
    /// How its end is called in messages, and where it is.
    end: (&'static str, Option<Span>),
    /// The last token read.
    previous: Span,
    /// Its character, if it is one.
    character: Option<char>,
    /// How many tokens have been read.
    read: usize,
    /// How many had been read when the next one was found wrong, the last time.
    blamed: Option<usize>,
}

/// How many tokens are looked through for the names of fields that a type may have swallowed.
const FIELDS_AHEAD: usize = 64;

impl Cursor {
    /// The whole block.
    pub(super) fn new(tokens: TokenStream) -> Self {
        Self::over(nodes(tokens, 0), "the end of the block", None, Span::call_site())
    }

    /// The inside of a visible group.
    pub(super) fn inside(group: &Group) -> Self {
        let end = match group.delimiter() {
            Delimiter::Parenthesis => "`)`",
            Delimiter::Bracket => "`]`",
            Delimiter::Brace => "`}`",
            Delimiter::None => "the end of the fragment",
        };
        Self::over(nodes(group.stream(), 0), end, Some(group.span_close()), group.span_open())
    }

    /// The inside of an invisible group.
    pub(super) fn fragment(nodes: Vec<Node>, span: Span) -> Self {
        Self::over(nodes, "the end of the fragment", Some(span), span)
    }

    fn over(nodes: Vec<Node>, end: &'static str, end_span: Option<Span>, previous: Span) -> Self {
        Self { nodes: nodes.into(), end: (end, end_span), previous, character: None, read: 0, blamed: None }
    }

    /// Whether everything is read.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How the end is called: "`)`", "the end of the block".
    pub(super) fn end(&self) -> &'static str {
        self.end.0
    }

    /// The last token read.
    pub(super) fn previous(&self) -> Span {
        self.previous
    }

    /// Whether the last token read is one of these characters.
    pub(super) fn behind(&self, characters: &[char]) -> bool {
        self.character.is_some_and(|character| characters.contains(&character))
    }

    /// How many tokens have been read: whether a rule that failed has made progress.
    pub(super) fn tokens_read(&self) -> usize {
        self.read
    }

    /// Notes that the next token is wrong. Whether that is new: two wrong ones in a row are one mistake.
    pub(super) fn blame(&mut self) -> bool {
        let new = !self.is_blamed();
        self.blamed = Some(self.read);
        new
    }

    /// Whether the next token is wrong, or the one before it.
    pub(super) fn is_blamed(&self) -> bool {
        self.blamed.is_some_and(|blamed| blamed + 1 >= self.read)
    }

    /// The next token, or the end.
    pub(super) fn span(&self) -> Span {
        match self.peek(0) {
            Some(TokenTree::Group(group)) => group.span_open(),
            Some(TokenTree::Punct(first)) => {
                let last = self.operator().map_or(0, |operator| operator.len() - 1);
                let last = self.peek(last).map_or(first.span(), TokenTree::span);
                first.span().join(last).unwrap_or(first.span())
            }
            Some(token) => token.span(),
            None => self.end.1.unwrap_or(self.previous),
        }
    }

    /// The token `ahead` of the next one.
    pub(super) fn peek(&self, mut ahead: usize) -> Option<&TokenTree> {
        self.nodes.iter().find_map(|node| node.token(&mut ahead))
    }

    /// The next token, read.
    pub(super) fn bump(&mut self) -> Option<TokenTree> {
        loop {
            match self.nodes.pop_front()? {
                Node::Token(token) => {
                    self.read += 1;
                    (self.previous, self.character) = match &token {
                        TokenTree::Group(group) => (group.span_close(), None),
                        TokenTree::Punct(punct) => (punct.span(), Some(punct.as_char())),
                        token => (token.span(), None),
                    };
                    return Some(token);
                }
                Node::Invisible(inner, _) => self.open(inner),
            }
        }
    }

    /// The next token, read if that is wanted.
    pub(super) fn bump_if(&mut self, wanted: bool) -> Option<TokenTree> {
        if wanted { self.bump() } else { None }
    }

    /// Whether an invisible group comes next.
    pub(super) fn at_fragment(&self) -> bool {
        matches!(self.nodes.front(), Some(Node::Invisible(..)))
    }

    /// The invisible group that comes next, read.
    pub(super) fn bump_fragment(&mut self) -> Option<(Vec<Node>, Span)> {
        match self.nodes.pop_front()? {
            Node::Invisible(inner, span) => {
                self.read += 1;
                self.previous = span;
                Some((inner, span))
            }
            token => {
                self.nodes.push_front(token);
                None
            }
        }
    }

    /// Opens the invisible group that comes next if it fills the place up to one of these operators or the end.
    pub(super) fn open_if_alone(&mut self, before: &[&str]) {
        let alone = match self.nodes.get(1) {
            None => true,
            Some(node) => match node.token(&mut 0) {
                Some(TokenTree::Punct(punct)) => before.iter().any(|one| one.starts_with(punct.as_char())),
                Some(TokenTree::Group(group)) => {
                    group.delimiter() == Delimiter::Brace && before.contains(&"{")
                }
                Some(TokenTree::Ident(word)) => before.iter().any(|one| word == one),
                _ => false,
            },
        };
        if alone && let Some((inner, _)) = self.bump_fragment() {
            self.open(inner);
        }
    }

    fn open(&mut self, inner: Vec<Node>) {
        for node in inner.into_iter().rev() {
            self.nodes.push_front(node);
        }
    }

    /// The next identifier or keyword.
    pub(super) fn word(&self) -> Option<&Ident> {
        match self.peek(0) {
            Some(TokenTree::Ident(word)) => Some(word),
            _ => None,
        }
    }

    /// Whether the next token is this identifier or keyword.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.word().is_some_and(|found| found == word)
    }

    /// The character of the next token, if it is one.
    pub(super) fn at_character(&self, character: char) -> bool {
        matches!(self.peek(0), Some(TokenTree::Punct(punct)) if punct.as_char() == character)
    }

    /// Whether a group with this delimiter comes `ahead` of the next token.
    pub(super) fn at_group(&self, ahead: usize, delimiter: Delimiter) -> bool {
        matches!(self.peek(ahead), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
    }

    /// The names in front of a `:`, and how many tokens stand before each, among those that come next.
    pub(super) fn declared(&self) -> Vec<(usize, Ident)> {
        let places = (0..FIELDS_AHEAD).filter_map(|place| match self.peek(place)? {
            TokenTree::Ident(name) if self.operator_at(place + 1) == Some(":") => Some((place, name.clone())),
            _ => None,
        });
        places.collect()
    }

    /// The longest operator that comes next.
    pub(super) fn operator(&self) -> Option<&'static str> {
        self.operator_at(0)
    }

    /// The longest operator `ahead` of the next token.
    pub(super) fn operator_at(&self, ahead: usize) -> Option<&'static str> {
        let mut text = String::new();
        while let Some(TokenTree::Punct(punct)) = self.peek(ahead + text.len())
            && text.len() < 3
        {
            text.push(punct.as_char());
            if punct.spacing() == Spacing::Alone {
                break;
            }
        }
        while text.len() > 1 {
            if let Some(operator) = LONG_OPERATORS.iter().find(|operator| **operator == text) {
                return Some(operator);
            }
            text.pop();
        }
        SHORT_OPERATORS.iter().find(|operator| **operator == text).copied()
    }

    /// Reads an operator that [`Cursor::operator`] has named.
    pub(super) fn bump_operator(&mut self, operator: &str) -> Span {
        let first = self.span();
        for _ in operator.chars() {
            self.bump();
        }
        first.join(self.previous).unwrap_or(first)
    }

    /// What comes next, as a message names it.
    pub(super) fn found(&self) -> String {
        match self.peek(0) {
            None => self.end.0.to_owned(),
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Parenthesis => "`(`".to_owned(),
                Delimiter::Bracket => "`[`".to_owned(),
                Delimiter::Brace => "`{`".to_owned(),
                Delimiter::None => "a fragment nested too deeply".to_owned(),
            },
            Some(TokenTree::Punct(_)) => format!("`{}`", self.operator().unwrap_or("?")),
            Some(TokenTree::Ident(word)) => format!("`{word}`"),
            Some(TokenTree::Literal(literal)) => {
                let text = literal.to_string();
                match text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
                    true => format!("`{text}`"),
                    false => "a string".to_owned(),
                }
            }
        }
    }
}

impl Node {
    fn token(&self, ahead: &mut usize) -> Option<&TokenTree> {
        match self {
            Node::Token(token) if *ahead == 0 => Some(token),
            Node::Token(_) => {
                *ahead -= 1;
                None
            }
            Node::Invisible(inner, _) => inner.iter().find_map(|node| node.token(ahead)),
        }
    }
}

/// Invisible groups of nothing vanish, those of one token are that token.
fn nodes(tokens: TokenStream, depth: usize) -> Vec<Node> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None && depth < DEEPEST => {
                let mut inner = nodes(group.stream(), depth + 1);
                match inner.len() {
                    0 => {}
                    1 => all.append(&mut inner),
                    _ => all.push(Node::Invisible(inner, group.span())),
                }
            }
            token => all.push(Node::Token(token)),
        }
    }
    all
}
