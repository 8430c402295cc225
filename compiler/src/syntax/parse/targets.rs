//! What an assignment writes.

use proc_macro2::{Delimiter, Group, Span, TokenTree};

use super::super::ast::{Expr, ExprKind, Subscript, Target};
use super::{Failed, Parsed, Parser, ends_in_comma, hints};

impl Parser<'_> {
    /// Whether a tuple in which a value is ignored is assigned: `(h, _) = …;`.
    pub(super) fn is_taken_apart(&self) -> bool {
        let Some(TokenTree::Group(group)) = self.cursor.peek(0) else { return false };
        let is_assigned = self.cursor.operator_at(1) == Some("=");
        is_assigned && group.delimiter() == Delimiter::Parenthesis && has_ignored(group)
    }

    /// `_`, a tuple of such, or what an expression assigns.
    pub(super) fn targets(&mut self) -> Parsed<Target> {
        if self.cursor.at_word("_") {
            return Ok(Target::Ignored(self.bump_span()));
        }
        let is_tuple = self.cursor.at_group(0, Delimiter::Parenthesis);
        let Some(group) = is_tuple.then(|| self.eat_group(Delimiter::Parenthesis)).flatten() else {
            let value = self.expression()?;
            return self.target(value);
        };
        let failures = self.failures;
        let mut parts = self.within(&group, |inner| inner.list(hints::LIST, Self::targets, |_| None))?;
        if failures < self.failures {
            return Err(Failed);
        }
        Ok(match parts.pop() {
            Some(single) if parts.is_empty() && !ends_in_comma(&group) => single,
            last => {
                parts.extend(last);
                Target::Tuple(parts, group.span())
            }
        })
    }

    /// What an expression on the left of `=` assigns.
    pub(super) fn target(&mut self, value: Expr) -> Parsed<Target> {
        let span = value.span;
        match value.kind {
            ExprKind::Name(name) => Ok(Target::Name(name)),
            ExprKind::Tuple(parts) => {
                let parts: Vec<_> = parts.into_iter().map(|part| self.target(part)).collect();
                Ok(Target::Tuple(parts.into_iter().collect::<Parsed<_>>()?, span))
            }
            ExprKind::Index(base, subscripts) => self.indexed_target(*base, subscripts, span),
            ExprKind::Field(..) => {
                let help = "parameters do not change within a function; assign to what `let mut` has bound";
                Err(self.wrong(span, "a field cannot be assigned", help))
            }
            ExprKind::Error => Err(Failed),
            _ => {
                let help = "assign to what `let mut` has bound: `x = …;`, `x[t] = …;`, `(x, y) = …;`";
                Err(self.wrong(span, "this cannot be assigned", help))
            }
        }
    }

    fn indexed_target(&mut self, base: Expr, subscripts: Vec<Subscript>, span: Span) -> Parsed<Target> {
        match base.kind {
            ExprKind::Name(name) => Ok(Target::Indexed(name, subscripts, span)),
            ExprKind::Index(..) => {
                let help = "all subscripts stand in one pair of brackets: `x[t, i] = …;`";
                Err(self.wrong(span, "this cannot be assigned", help))
            }
            ExprKind::Error => Err(Failed),
            _ => {
                let help = "give the tensor a name with `let mut` and assign to that";
                Err(self.wrong(base.span, "this cannot be assigned", help))
            }
        }
    }
}

/// Whether a `_` stands in a tuple, or in one inside of it.
fn has_ignored(tuple: &Group) -> bool {
    tuple.stream().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "_",
        TokenTree::Group(inner) => inner.delimiter() == Delimiter::Parenthesis && has_ignored(&inner),
        _ => false,
    })
}
