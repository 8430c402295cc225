//! `if … { … } else { … }`, elementwise where the condition is a mask.

use proc_macro2::Span;

use super::elaborate::{Elaborator, Guard, Place};
use super::value::{Array, Static, Value};
use crate::ir::{Kind, Scalar};
use crate::syntax::ast;

impl Elaborator<'_> {
    /// `if condition { then } else { otherwise }`
    pub fn choice(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Body,
        otherwise: Option<&ast::Body>,
        span: Span,
    ) -> Value {
        let value = self.expr(condition);
        let Some(otherwise) = otherwise else {
            self.error_with_help(
                span,
                "an `if` is a value, so it needs an `else`",
                "write `else { 0 }` if that is what you mean",
            );
            self.block(then);
            return Value::Poison;
        };
        if let Value::Static(Static::Flag(flag)) = value {
            return self.block(if flag { then } else { otherwise });
        }
        let Some(mask) = self.mask(value, condition) else {
            self.block(then);
            self.block(otherwise);
            return Value::Poison;
        };
        if let Scalar::Flag(flag) = self.graph.scalars[mask.element]
            && mask.shape.is_empty()
        {
            return self.block(if flag { then } else { otherwise });
        }
        let not = Array { element: self.graph.scalars.not(mask.element), ..mask.clone() };
        self.guards.push(Guard { condition: mask.clone(), needed: true });
        let a = self.block(then);
        self.guards.pop();
        self.guards.push(Guard { condition: not, needed: true });
        let b = self.block(otherwise);
        self.guards.pop();
        self.select(&mask, a, b, then, otherwise, span)
    }

    fn select(
        &mut self,
        mask: &Array,
        a: Value,
        b: Value,
        then: &ast::Body,
        otherwise: &ast::Body,
        span: Span,
    ) -> Value {
        if let (Value::Tuple(a), Value::Tuple(b)) = (&a, &b)
            && a.len() == b.len()
        {
            let parts = a
                .iter()
                .zip(b)
                .map(|(a, b)| self.select(mask, a.clone(), b.clone(), then, otherwise, span))
                .collect();
            return Value::Tuple(parts);
        }
        let (place_a, place_b) = (self.place_of_body(then, span), self.place_of_body(otherwise, span));
        let (a, b) = (self.to_array(a, &place_a), self.to_array(b, &place_b));
        let (Some(mut a), Some(mut b)) = (a, b) else { return Value::Poison };
        match (a.kind, b.kind) {
            (Kind::Index, Kind::Float) => b = self.to_index(b),
            (Kind::Float, Kind::Index) => a = self.to_index(a),
            _ => {}
        }
        if a.kind != b.kind {
            let message = format!(
                "both branches of an `if` are of one kind: {} is the first, {} this one",
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            let help = format!("`… as {}` makes numbers of masks and indices", self.float_name());
            self.say(&place_b, message, Some(help));
            return Value::Poison;
        }
        let Ok(shape) = self.broadcast(&[&mask.shape, &a.shape, &b.shape]) else {
            self.branches_differ(mask, &a, &b, (&place_a, &place_b));
            return Value::Poison;
        };
        let (mask, a, b) = (self.stretch(mask, &shape), self.stretch(&a, &shape), self.stretch(&b, &shape));
        let element = self.graph.scalars.select(mask.element, a.element, b.element);
        Value::Array(Array { shape, kind: a.kind, depth: self.depth(), element })
    }

    /// Says which of the three does not broadcast with the others.
    fn branches_differ(&mut self, mask: &Array, a: &Array, b: &Array, places: (&Place, &Place)) {
        let (place, message) = if self.broadcast(&[&mask.shape, &a.shape]).is_err() {
            (
                places.0,
                format!(
                    "the condition of this `if` is {}, this branch {}: the sizes do not agree",
                    self.show(mask.kind, &mask.shape),
                    self.show(a.kind, &a.shape)
                ),
            )
        } else if self.broadcast(&[&mask.shape, &b.shape]).is_err() {
            (
                places.1,
                format!(
                    "the condition of this `if` is {}, this branch {}: the sizes do not agree",
                    self.show(mask.kind, &mask.shape),
                    self.show(b.kind, &b.shape)
                ),
            )
        } else {
            (
                places.1,
                format!(
                    "the branches of an `if` have sizes that agree (or are 1): {} is the first, {} this one",
                    self.show(a.kind, &a.shape),
                    self.show(b.kind, &b.shape)
                ),
            )
        };
        self.say(
            place,
            message,
            Some("an `if` on a mask chooses element by element, aligned right".to_string()),
        );
    }

    fn place_of_body(&self, body: &ast::Body, span: Span) -> Place {
        body.result.as_ref().map_or_else(|| self.place_of(span), |result| self.place(result))
    }
}
