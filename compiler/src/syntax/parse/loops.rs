//! Loops: `for t in 0..T`, `for t in (0..T).rev()`, `for t in 0..S while c`, `for block in blocks`.

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::super::ast::{ExprKind, For, ForRange, Statement};
use super::attributes::Sorted;
use super::{Failed, Parsed, Parser, hints, lost_expression};

impl Parser<'_> {
    /// A loop, from `for` on. A broken header does not hide the errors in the body, nor unbind the variable.
    pub(super) fn for_loop(&mut self, attributes: Sorted) -> Parsed<For> {
        let lost = self.to_bind();
        let span = self.bump_span();
        let header = std::mem::replace(&mut self.header, true);
        let variable = self.loop_variable();
        let range = match variable {
            Ok(_) => self.loop_over(),
            Err(Failed) => Err(Failed),
        };
        let condition = match range.is_ok().then(|| self.eat_word("while")).flatten() {
            Some(_) => self.expression().map(Some),
            None => Ok(None),
        };
        self.header = header;
        let fine = range.as_ref().and(condition.as_ref());
        let whole = self.skip_to_brace(fine.is_ok(), "`{`, or `while` and a condition", hints::BRACES)?;
        let (range, condition) = if whole { (range, condition) } else { (Err(Failed), Ok(None)) };
        let mut body = self.loop_body()?;
        if range.is_err() {
            body.statements.insert(0, Statement::Lost(lost));
        }
        Ok(For {
            attributes: attributes.rust,
            checkpoint: attributes.checkpoint,
            variable: variable.unwrap_or(Ident::new("_", span)),
            range: range.unwrap_or(ForRange::Over(lost_expression(span))),
            condition: condition.unwrap_or(Some(lost_expression(span))),
            body,
            span,
        })
    }

    /// The name of an index or of a layer; `_` counts as one.
    fn loop_variable(&mut self) -> Parsed<Ident> {
        match self.cursor.peek(0) {
            Some(TokenTree::Ident(word)) if word == "_" => {
                let word = word.clone();
                self.cursor.bump();
                Ok(word)
            }
            Some(TokenTree::Group(group)) => {
                let help = "a loop runs over one name: `for t in 0..T { … xs[t] … }`";
                let span = group.span_open();
                Err(self.wrong(span, format!("expected a name, found {}", self.cursor.found()), help))
            }
            _ => self.declared_name("the name of an index or of a layer"),
        }
    }

    /// `in 0..T`
    fn loop_over(&mut self) -> Parsed<ForRange> {
        match self.eat_word("in") {
            Some(_) => self.loop_range(),
            None => Err(self.expected("`in`", hints::LOOP)),
        }
    }

    fn loop_range(&mut self) -> Parsed<ForRange> {
        self.cursor.open_if_alone(&["{", "while"]);
        if let Some(range) = self.parenthesised_range()? {
            return Ok(range);
        }
        if self.at_range() {
            return Err(self.wrong(self.cursor.span(), "the range has no start", "write `0..T`"));
        }
        let from = self.expression()?;
        if !self.at_range() {
            if let ExprKind::Call { function, .. } = &from.kind
                && let ExprKind::Name(name) = &function.kind
                && (name == "range" || name == "enumerate" || name == "reversed" || name == "zip")
            {
                let help = "write `for t in 0..T` or `for t in (0..T).rev()`, and `xs[t]` in the loop";
                return Err(self.wrong(name.span(), format!("expected a range, found `{name}`"), help));
            }
            return Ok(ForRange::Over(from));
        }
        self.dots();
        let end = self.cursor.at_group(0, Delimiter::Brace) || self.cursor.at_word("while");
        if end {
            let help = "a loop that stops early is `for t in 0..S while c { … }`: S bounds what is stored";
            return Err(self.wrong(self.cursor.previous(), "the range has no end", help));
        }
        Ok(ForRange::Range { from, to: self.expression()?, reversed: false })
    }

    /// `(0..T)` and `(0..T).rev()`; none if there is no range in parentheses.
    fn parenthesised_range(&mut self) -> Parsed<Option<ForRange>> {
        let Some(TokenTree::Group(group)) = self.cursor.peek(0) else { return Ok(None) };
        if group.delimiter() != Delimiter::Parenthesis || !holds_range(group.stream()) {
            return Ok(None);
        }
        let group = self.group(Delimiter::Parenthesis)?;
        let ends = self.within(&group, |inner| {
            inner.cursor.open_if_alone(&[]);
            let from = inner.expression()?;
            if !inner.at_range() {
                return Err(inner.expected("`..`", hints::OPERATOR));
            }
            inner.dots();
            Ok((from, inner.only_expression()))
        })?;
        let mut reversed = false;
        if self.eat(".") {
            let name = self.name("`rev`")?;
            if name != "rev" {
                let help =
                    "write `0..T` or `(0..T).rev()`; other steps are arithmetic on the index in the loop";
                return Err(self.wrong(name.span(), format!("expected `rev`, found `{name}`"), help));
            }
            let nothing = self.group(Delimiter::Parenthesis)?;
            self.within(&nothing, Self::finish)?;
            reversed = true;
        }
        let (from, to) = ends?;
        Ok(Some(ForRange::Range { from, to, reversed }))
    }
}

/// Whether `..` stands among these tokens, looked for through invisible groups.
fn holds_range(tokens: proc_macro2::TokenStream) -> bool {
    let mut points = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '.' => points += 1,
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::None && holds_range(group.stream()) =>
            {
                return true;
            }
            _ => points = 0,
        }
        if points == 2 {
            return true;
        }
    }
    false
}
