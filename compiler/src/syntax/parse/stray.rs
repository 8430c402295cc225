//! Behind a mistake: what begins nothing of its own is the rest of what is broken, and nothing is said of it.

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::super::ast::{ExprKind, ForRange, Function, Item, Statement, Type};
use super::cursor::Cursor;
use super::items::{FOREIGN, KEYWORDS, is_item_keyword};
use super::types::begins_scalar;
use super::{Parser, hints, lost_expression};
use crate::spelling::did_you_mean;

/// How far a `>` is looked for.
const LONGEST_GENERICS: usize = 64;
/// How far the brace behind a header is looked for.
const LONGEST_HEADER: usize = 16;

/// Operators that begin nothing.
const INSIDE: [&str; 24] = [
    ":", "=", ".", ",", ";", ">", "<", "*", "/", "%", "@", "?", "|", "^", "~", "$", "->", "=>", "==", "<=",
    ">=", "+", "&&", "||",
];

/// Whether what comes next begins no element of any list, and no expression.
pub(super) fn continues(cursor: &Cursor) -> bool {
    cursor.operator().is_some_and(|operator| INSIDE.contains(&operator))
}

/// Whether the next token is a sign, and nothing stands behind it in its element.
pub(super) fn is_alone(cursor: &Cursor) -> bool {
    let is_sign = matches!(cursor.peek(0), Some(TokenTree::Punct(_)));
    let ends = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
    is_sign && cursor.peek(1).is_none_or(ends)
}

/// Whether what stands behind the next token begins no element.
pub(super) fn continues_behind(cursor: &Cursor) -> bool {
    cursor.operator_at(1).is_some_and(|operator| INSIDE.contains(&operator))
        || cursor.at_group(1, Delimiter::Bracket)
}

/// Whether what comes next begins no statement.
pub(super) fn continues_statement(cursor: &Cursor) -> bool {
    let inside = ["in", "else", "as", "mut"].iter().any(|word| cursor.at_word(word));
    let range = matches!(cursor.operator(), Some(".." | "..="));
    continues(cursor) || inside || range || cursor.at_group(0, Delimiter::Brace)
}

/// Whether what comes next may be the rest of a statement that a stray token has ended: `let y = tanh; (x);`.
pub(super) fn may_continue_statement(cursor: &Cursor) -> bool {
    cursor.at_group(0, Delimiter::Parenthesis) || cursor.at_group(0, Delimiter::Bracket)
}

/// Of what stands behind an item, nobody knows which of its parts it is.
pub(super) fn spoil(item: &mut Item) {
    match item {
        Item::Struct(of) => (of.all_generics, of.all_fields) = (false, false),
        Item::Impl(of) => (of.all_generics, of.all_functions) = (false, false),
        Item::Function(of) => spoil_function(of),
        Item::Extern(of) => of.all_arguments = false,
        Item::Const(of) => of.value.kind = ExprKind::Error,
        Item::Dims(_) => {}
    }
}

/// Of a function behind which something stands, its arguments and its result are not known.
pub(super) fn spoil_function(of: &mut Function) {
    of.all_arguments = false;
    of.result = Some(Type::Error(of.arguments_span));
    if of.body.statements.is_empty() && of.body.result.is_none() {
        of.body.result = Some(Box::new(lost_expression(of.body.span)));
    }
}

/// Of what the last statement binds, nobody knows the value.
pub(super) fn spoil_statement(statements: &mut [Statement]) {
    match statements.last_mut() {
        Some(Statement::Let { value, .. } | Statement::LetIndexed { value, .. }) => {
            value.kind = ExprKind::Error;
        }
        // `for t in 0 { } ..T { … }`
        Some(Statement::For(of)) => of.range = ForRange::Over(lost_expression(of.span)),
        Some(Statement::Assign { .. } | Statement::Lost(_)) | None => {}
    }
}

/// Whether a `;` or an empty body comes next, which may stand in a header by mistake.
pub(super) fn is_stray_in_header(cursor: &Cursor) -> bool {
    let empty = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.stream().is_empty());
    cursor.at_character(';') || cursor.at_group(0, Delimiter::Brace) && cursor.peek(0).is_some_and(empty)
}

/// Whether the brace of a header follows behind what comes next.
pub(super) fn brace_follows(cursor: &Cursor) -> bool {
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';' || punct.as_char() == '=',
        TokenTree::Ident(word) => {
            is_item_keyword(word) || ["let", "for", "if"].iter().any(|known| word == known)
        }
        _ => false,
    };
    let tokens = (1..LONGEST_HEADER).map_while(|ahead| cursor.peek(ahead));
    tokens
        .take_while(|token| !ends(token))
        .any(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace))
}

/// Whether what comes next begins no argument in a signature.
pub(super) fn continues_argument(cursor: &Cursor) -> bool {
    let scalar = begins_scalar(cursor);
    let bracket = cursor.at_group(0, Delimiter::Bracket) || cursor.at_group(0, Delimiter::Brace);
    let unnamed = scalar && !matches!(cursor.peek(1), Some(TokenTree::Ident(_)));
    continues(cursor) || bracket || unnamed && cursor.operator_at(1) != Some(":")
}

/// Whether what comes next begins no field.
pub(super) fn continues_field(cursor: &Cursor) -> bool {
    let scalar = begins_scalar(cursor);
    // `b f32[3]` is something of its own, `Cell<4>` is not.
    let named = cursor.operator_at(1) == Some(":") || matches!(cursor.peek(1), Some(TokenTree::Ident(_)));
    let unnamed = cursor.word().is_some_and(|word| word != "pub") && !named;
    continues_argument(cursor) || cursor.at_group(0, Delimiter::Parenthesis) || unnamed && !scalar
}

/// Whether what comes next begins no item, nor one that is misspelt or of another language.
pub(super) fn continues_item(cursor: &Cursor, hints: hints::Table) -> bool {
    match cursor.word() {
        Some(word) => {
            let text = word.to_string();
            let known = KEYWORDS.iter().chain(&FOREIGN).any(|known| text == *known);
            let meant =
                hints::look_up(hints, &cursor.found()).is_some() || did_you_mean(&text, &KEYWORDS).is_some();
            // `module Layers { … }` is something of its own, `f64 { … }` is not.
            let named = matches!(cursor.peek(1), Some(TokenTree::Ident(_)));
            !known && !meant && !named
        }
        None => !cursor.at_character('#'),
    }
}

impl Parser<'_> {
    /// Whether a `>` follows that closes what a strange token has interrupted.
    pub(super) fn generics_go_on(&self) -> bool {
        let item = |word: &Ident| is_item_keyword(word) && word != "const";
        for ahead in 1..LONGEST_GENERICS {
            match self.cursor.peek(ahead) {
                None => return false,
                Some(TokenTree::Ident(word)) if item(word) => return false,
                Some(TokenTree::Punct(punct)) if punct.as_char() == '>' => {
                    return self.cursor.operator_at(ahead - 1) != Some("->");
                }
                Some(_) => {}
            }
        }
        false
    }

    /// Where the names of sizes are: reads over a word that begins an item, where a name follows as one of a
    /// list does. It may be the item all the same.
    pub(super) fn sizes_go_on(&mut self) -> bool {
        let keyword = self.cursor.word().is_some_and(is_item_keyword);
        let listed = matches!(self.cursor.operator_at(2), Some("," | ";"));
        match (keyword, self.cursor.peek(1).cloned()) {
            (true, Some(TokenTree::Ident(name))) if listed => {
                self.lost.names.push(name);
                self.cursor.bump();
                true
            }
            _ => false,
        }
    }
}
