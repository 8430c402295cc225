//! The parser: a cursor, a report, and rooms for what is read with them.
//!
//! An error is reported where it is found and leaves as [`Failed`], up to the nearest place that can go on:
//! the next element of a list, the next statement, the next item. What is inside a group never disturbs what
//! is outside it.

mod attributes;
mod branches;
mod cursor;
mod expressions;
mod functions;
mod hints;
mod items;
mod loops;
mod lost;
mod misnamed;
mod numbers;
mod operands;
mod statements;
mod stray;
mod subscripts;
mod targets;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use self::cursor::{Cursor, DEEPEST};
use self::hints::Table;
use super::ast::{Block, Expr, ExprKind, Lost};
use crate::report::Report;

/// Reads a whole block.
pub(super) fn block(tokens: TokenStream, report: &mut Report) -> Block {
    let mut parser = Parser {
        misnamed: misnamed::keywords(&tokens),
        cursor: Cursor::new(tokens),
        report,
        failures: 0,
        unused: 0,
        depth: 0,
        header: false,
        lost: Lost::default(),
        suffixes: Vec::new(),
        errors_in_bodies: 0,
    };
    let allowed = parser.allowed_everywhere();
    let items = parser.items(&allowed);
    let Parser { lost, suffixes, errors_in_bodies, .. } = parser;
    Block { items, allowed, lost, suffixes, errors_in_bodies }
}

/// An error that is in the report already.
#[derive(Debug)]
struct Failed;

/// What was read, or an error that is in the report already.
type Parsed<T> = Result<T, Failed>;

struct Parser<'report> {
    cursor: Cursor,
    report: &'report mut Report,
    /// How many errors were found, those too that are not said.
    failures: usize,
    /// How many statements had a value that nothing is done with.
    unused: usize,
    /// Groups, prefix operators and `else if`s around the cursor.
    depth: usize,
    /// Between `for` or `if` and its brace, where a brace is not an operand.
    header: bool,
    /// What no node of the tree stands for.
    lost: Lost,
    /// Types of floats behind numbers.
    suffixes: Vec<Ident>,
    /// How many of the errors are in bodies of functions.
    errors_in_bodies: usize,
    /// Keywords that something is named by, which is said where it is declared.
    misnamed: BTreeSet<String>,
}

impl Parser<'_> {
    /// Reads all or fails: what could be read around an error is not kept.
    fn wholly<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let failures = self.failures;
        let value = read(self)?;
        if failures == self.failures { Ok(value) } else { Err(Failed) }
    }

    /// Reads the inside of a group; `read` goes on to its end.
    fn within<T>(&mut self, group: &Group, read: impl FnOnce(&mut Self) -> T) -> Parsed<T> {
        self.inside(Cursor::inside(group), group.span_open(), read)
    }

    /// Reads another cursor to its end, one level deeper.
    fn inside<T>(&mut self, inner: Cursor, span: Span, read: impl FnOnce(&mut Self) -> T) -> Parsed<T> {
        let outer = std::mem::replace(&mut self.cursor, inner);
        let header = std::mem::replace(&mut self.header, false);
        let value = self.deeper(span, read);
        self.header = header;
        self.cursor = outer;
        value
    }

    /// Reads one level deeper, unless that is too deep.
    fn deeper<T>(&mut self, span: Span, read: impl FnOnce(&mut Self) -> T) -> Parsed<T> {
        if self.depth == DEEPEST {
            let message = format!("this is nested more than {DEEPEST} deep");
            return Err(self.wrong(span, message, "give the inner parts names with `let`"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        Ok(value)
    }

    /// Reads elements separated by commas up to the end. Where one fails, or something follows it, `lost` may
    /// stand for what could not be read, and reading goes on after the next comma. A `;` is reported and read
    /// as one.
    fn list<T>(
        &mut self,
        hints: Table,
        mut element: impl FnMut(&mut Self) -> Parsed<T>,
        lost: fn(Span) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        let mut known = self.failures;
        while !self.cursor.is_empty() {
            let start = self.cursor.span();
            let broken = std::mem::replace(&mut known, self.failures) < self.failures;
            if broken && stray::continues(&self.cursor) {
                self.silently();
                all.extend(lost(start));
                self.skip_until(|cursor| cursor.at_character(','));
                self.eat(",");
                continue;
            }
            let fine = match element(self) {
                Ok(one) => {
                    all.push(one);
                    self.cursor.is_empty() || self.eat(",") || {
                        let wanted = format!("`,` or {}", self.cursor.end());
                        self.expected_or(&wanted, hints, "what stands in a list is separated by `,`");
                        // Behind `;` the next may begin; in an array it may say how often, as in Rust.
                        let separated = self.at(";") && !stray::continues_behind(&self.cursor);
                        // Of `x!` the element is read, and is all that there is.
                        let is_more = match separated {
                            true => hints::look_up(hints, "`;`") != Some(hints::COMMA),
                            false => !stray::is_alone(&self.cursor),
                        };
                        if is_more {
                            all.extend(lost(start));
                        }
                        separated && self.eat(";")
                    }
                }
                Err(Failed) => {
                    all.extend(lost(start));
                    false
                }
            };
            if !fine {
                self.skip_until(|cursor| cursor.at_character(','));
                self.eat(",");
            }
        }
        all
    }

    /// Skips what no rule could read, up to where `stop` holds or the end.
    fn skip_until(&mut self, stop: impl Fn(&Cursor) -> bool) {
        while !self.cursor.is_empty() && !stop(&self.cursor) {
            self.cursor.bump();
        }
    }

    /// Reports what is left over, if anything is.
    fn finish(&mut self) {
        if !self.cursor.is_empty() {
            self.expected(self.cursor.end(), hints::OPERATOR);
        }
    }

    /// Reports that something else was expected here than what comes next. A token is wrong once.
    fn expected(&mut self, expected: &str, hints: Table) -> Failed {
        self.failures += 1;
        if !self.cursor.blame() {
            return Failed;
        }
        let found = self.cursor.found();
        let message = format!("expected {expected}, found {found}");
        match hints::look_up(hints, &found) {
            Some(help) => self.report.error_with_help(self.cursor.span(), message, help),
            None => self.report.error(self.cursor.span(), message),
        }
        Failed
    }

    /// Reports that something else was expected here; the way out is this one where none is known for what comes.
    fn expected_or(&mut self, expected: &str, hints: Table, otherwise: &str) -> Failed {
        let found = self.cursor.found();
        let help = hints::look_up(hints, &found).unwrap_or(otherwise);
        match self.cursor.blame() {
            true => self.wrong(self.cursor.span(), format!("expected {expected}, found {found}"), help),
            false => self.silently(),
        }
    }

    /// Fails for what is said already.
    fn silently(&mut self) -> Failed {
        self.failures += 1;
        Failed
    }

    /// Reports with a way out.
    fn wrong(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Failed {
        self.failures += 1;
        self.report.error_with_help(span, message, help);
        Failed
    }

    /// Whether this operator, whole, comes next.
    fn at(&self, operator: &str) -> bool {
        self.cursor.operator() == Some(operator)
    }

    /// Reads an operator if it comes next.
    fn eat(&mut self, operator: &str) -> bool {
        let here = self.at(operator);
        if here {
            self.cursor.bump_operator(operator);
        }
        here
    }

    /// Reads a keyword if it comes next.
    fn eat_word(&mut self, word: &str) -> Option<Span> {
        let here = self.cursor.at_word(word);
        here.then(|| self.bump_span())
    }

    /// Reads one character if it comes next, also where it begins a longer operator (`>` of `>=`).
    fn eat_character(&mut self, character: char) -> bool {
        let here = self.cursor.at_character(character);
        if here {
            self.cursor.bump();
        }
        here
    }

    /// Reads a token for its span.
    fn bump_span(&mut self) -> Span {
        let span = self.cursor.span();
        self.cursor.bump();
        span
    }

    /// Reads a group if it comes next.
    fn eat_group(&mut self, delimiter: Delimiter) -> Option<Group> {
        if !self.cursor.at_group(0, delimiter) {
            return None;
        }
        match self.cursor.bump() {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        }
    }

    /// Reads a group that has to come next.
    fn group(&mut self, delimiter: Delimiter) -> Parsed<Group> {
        match self.eat_group(delimiter) {
            Some(group) => Ok(group),
            None => {
                let expected = match delimiter {
                    Delimiter::Parenthesis => "`(`",
                    Delimiter::Bracket => "`[`",
                    Delimiter::Brace | Delimiter::None => "`{`",
                };
                Err(self.expected(expected, hints::BODY))
            }
        }
    }

    /// Reads a name, which no keyword is.
    fn name(&mut self, what: &str) -> Parsed<Ident> {
        if self.at_misnamed() {
            return Ok(self.misnamed_use());
        }
        let fine = self.cursor.word().is_some_and(|word| word != "_" && !is_keyword(word));
        match self.cursor.bump_if(fine) {
            Some(TokenTree::Ident(name)) => Ok(name),
            _ => {
                let found = self.cursor.found();
                let keyword = self.cursor.word().is_some_and(is_keyword);
                match hints::look_up(hints::NAME, &found) {
                    None if keyword && !self.cursor.blame() => Err(self.silently()),
                    None if keyword => {
                        let message = format!("expected {what}, found {found}");
                        Err(self.wrong(
                            self.cursor.span(),
                            message,
                            format!("{found} is a keyword, not a name"),
                        ))
                    }
                    _ => Err(self.expected(what, hints::NAME)),
                }
            }
        }
    }
}

/// Rust's keywords, reserved ones too: none is a name here.
fn is_keyword(word: &Ident) -> bool {
    const KEYWORDS: [&str; 52] = [
        "abstract", "become", "box", "do", "final", "gen", "macro", "override", "priv", "try", "typeof",
        "unsized", "virtual", "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else",
        "enum", "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move",
        "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type",
        "unsafe", "use", "where", "while", "yield",
    ];
    KEYWORDS.contains(&word.to_string().as_str())
}

/// Whether the last token in a group is a comma.
fn ends_in_comma(group: &Group) -> bool {
    matches!(group.stream().into_iter().last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ',')
}

/// The span from one token to another where the compiler can join them, else that of the telling token.
fn join(from: Span, to: Span, telling: Span) -> Span {
    from.join(to).unwrap_or(telling)
}

/// An expression that stands for what could not be read.
fn lost_expression(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, span }
}
