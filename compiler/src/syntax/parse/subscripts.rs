//! What stands in brackets behind a value: subscripts, and the indices that reducers and `let` bind.

use proc_macro2::Group;

use super::super::ast::{Expr, IndexBinding, Subscript};
use super::{Failed, Parsed, Parser, hints, join, lost_expression};

impl Parser<'_> {
    /// `[.., 0]`, `[2.., ..-1]`, `[i + 1, perm[j]]`
    pub(super) fn subscripts(&mut self, group: &Group) -> Parsed<Vec<Subscript>> {
        self.within(group, |inner| {
            if inner.cursor.is_empty() {
                inner.expected_or("a subscript", hints::OPERAND, hints::SUBSCRIPTS);
            }
            inner.list(hints::OPERATOR, Self::subscript, |span| Some(Subscript::At(lost_expression(span))))
        })
    }

    fn subscript(&mut self) -> Parsed<Subscript> {
        self.cursor.open_if_alone(&[","]);
        let start = self.cursor.span();
        let from = match self.at_range() {
            true => None,
            false => Some(self.expression()?),
        };
        if !self.at_range() {
            return match from {
                Some(at) => Ok(Subscript::At(at)),
                None => Err(self.expected_or("a subscript", hints::OPERAND, hints::SUBSCRIPTS)),
            };
        }
        let dots = self.dots();
        let open = self.cursor.is_empty() || self.at(",");
        let to = match open {
            true => None,
            false => Some(self.expression()?),
        };
        match (from, to) {
            (None, None) => Ok(Subscript::Whole(dots)),
            (from, to) => Ok(Subscript::Range { from, to, span: join(start, self.cursor.previous(), dots) }),
        }
    }

    /// Whether `..` comes next, or `..=`, which [`Parser::dots`] reports.
    pub(super) fn at_range(&self) -> bool {
        self.at("..") || self.at("..=")
    }

    /// Reads `..`.
    pub(super) fn dots(&mut self) -> proc_macro2::Span {
        if self.at("..=") {
            let span = self.cursor.bump_operator("..=");
            self.cursor.blame();
            self.wrong(span, "expected `..`, found `..=`", hints::EXCLUSIVE);
            return span;
        }
        self.cursor.bump_operator("..")
    }

    /// `[j, i in 0..n]`
    pub(super) fn index_bindings(&mut self, group: &Group) -> Parsed<Vec<IndexBinding>> {
        self.within(group, |inner| {
            if inner.cursor.is_empty() {
                return Err(inner.expected("the name of an index", hints::NAME));
            }
            let read = |inner: &mut Self| inner.index_binding().map(Ok);
            inner.list(hints::LIST, read, |_| Some(Err(Failed))).into_iter().collect()
        })?
    }

    fn index_binding(&mut self) -> Parsed<IndexBinding> {
        let name = self.declared_name("the name of an index")?;
        if self.eat_word("in").is_none() {
            return Ok(IndexBinding { name, range: None });
        }
        let start = self.cursor.span();
        let range = self.index_range();
        if range.is_err() {
            // The index is bound all the same, so that its uses are not errors.
            self.skip_until(|cursor| cursor.at_character(','));
        }
        let range = range.unwrap_or((lost_expression(start), lost_expression(start)));
        Ok(IndexBinding { name, range: Some(range) })
    }

    fn index_range(&mut self) -> Parsed<(Expr, Expr)> {
        self.cursor.open_if_alone(&[","]);
        let from = self.expression()?;
        if !self.at_range() {
            return Err(self.expected("`..` and the end of the range", hints::BINDING));
        }
        self.dots();
        Ok((from, self.expression()?))
    }
}
