//! `if c { x = …; }` as a statement: a choice whose branches assign and have no value. It is read as the `let _` of
//! one whose branches end in 0, so that nothing behind the parser knows another form.

use proc_macro2::Span;

use super::super::ast::{Body, Expr, ExprKind, Number, Pattern, Statement};

/// Whether no branch of a choice has a value, and the first has statements.
pub(super) fn only_assigns(value: &Expr) -> bool {
    fn is_done(body: &Body) -> bool {
        match (&body.result, body.statements.as_slice()) {
            (None, _) => true,
            (Some(next), []) => only_assigns(next),
            (Some(_), _) => false,
        }
    }
    match &value.kind {
        ExprKind::If { then, otherwise, .. } => {
            let assigns = then.result.is_none() && !then.statements.is_empty();
            assigns && otherwise.as_ref().is_none_or(is_done)
        }
        _ => false,
    }
}

/// The statement that such a choice is.
pub(super) fn statement(value: Expr) -> Statement {
    let (pattern, value) = (Pattern::Ignored(value.span), with_values(value));
    Statement::Let { attributes: Vec::new(), mutable: false, pattern, ty: None, value }
}

fn with_values(value: Expr) -> Expr {
    let span = value.span;
    let kind = match value.kind {
        ExprKind::If { condition, then, otherwise } => {
            let otherwise = otherwise.unwrap_or_else(|| Body { statements: Vec::new(), result: None, span });
            ExprKind::If { condition, then: with_value(then), otherwise: Some(with_value(otherwise)) }
        }
        kind => kind,
    };
    Expr { kind, span }
}

fn with_value(body: Body) -> Body {
    let result = match body.result {
        Some(next) => with_values(*next),
        None => zero(body.span),
    };
    Body { result: Some(Box::new(result)), ..body }
}

fn zero(span: Span) -> Expr {
    Expr { kind: ExprKind::Number(Number { value: 0.0, integer: Some(0) }), span }
}
