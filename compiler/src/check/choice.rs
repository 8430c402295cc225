//! `if … { … } else { … }`, elementwise where the condition is a mask.

use proc_macro2::{Ident, Span};

use super::elaborate::{Elaborator, Guard, Place};
use super::expression::Wanted;
use super::value::{Array, Bound, Static, Value};
use super::variables::is_variable;
use crate::ir::{Kind, Scalar};
use crate::syntax::ast;

impl Elaborator<'_> {
    /// `if condition { then } else { otherwise }`, of which something may be wanted.
    pub fn choice(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Body,
        otherwise: Option<&ast::Body>,
        wanted: &Wanted,
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
            return self.block_of(if flag { then } else { otherwise }, wanted);
        }
        let Some(mask) = self.mask(value, condition) else {
            let condition = self.unknown_condition();
            self.guards.push(Guard { condition, needed: false });
            self.block(then);
            self.block(otherwise);
            self.guards.pop();
            return Value::Poison;
        };
        if let Scalar::Flag(flag) = self.graph.scalars[mask.element]
            && mask.shape.is_empty()
        {
            return self.block_of(if flag { then } else { otherwise }, wanted);
        }
        // What a branch assigns, it assigns where it is taken: the other begins with what was there before.
        let before = self.assigned(&[then, otherwise]);
        let mask = self.decided(mask, &before);
        let not = Array { element: self.graph.scalars.not(mask.element), ..mask.clone() };
        let first = self.graph.next_tensor();
        self.guards.push(Guard { condition: mask.clone(), needed: true });
        let a = self.block_of(then, wanted);
        self.guards.pop();
        let assigned = self.replaced(&before);
        // What is as it was where the branch is not taken, the other may begin with, unless it differentiates by it.
        let is_one = mask.shape.is_empty();
        for ((name, value), now) in before.iter().zip(&assigned) {
            if is_one && self.is_kept(now, value, first) && !is_variable(otherwise, name) {
                self.rebind(name, now.clone());
            }
        }
        let second = self.graph.next_tensor();
        self.guards.push(Guard { condition: not, needed: true });
        let b = self.block_of(otherwise, wanted);
        self.guards.pop();
        let others = self.replaced(&before);
        for ((name, before), (a, b)) in before.iter().zip(assigned.into_iter().zip(others)) {
            let is_kept = is_one && self.is_kept(&a, before, first);
            if is_kept && self.is_kept(&b, &a, second) {
                self.rebind(name, b);
            } else if is_kept && self.is_kept(&b, before, self.graph.next_tensor()) {
                self.rebind(name, a);
            } else {
                self.merge(name, before, &mask, a, b, condition);
            }
        }
        self.select(&mask, a, b, (&self.place_of_body(then, span), &self.place_of_body(otherwise, span)))
    }

    /// What names stand for, which then stand again for what they did before.
    pub fn replaced(&mut self, before: &[(Ident, Value)]) -> Vec<Value> {
        let mut now = Vec::new();
        for (name, value) in before {
            let bound = self.binding(&name.to_string()).map(|binding| &mut binding.value);
            now.push(match bound.map(|bound| std::mem::replace(bound, Bound::Value(value.clone()))) {
                Some(Bound::Value(value)) => value,
                Some(Bound::Integer(_)) | None => Value::Poison,
            });
        }
        now
    }

    /// Binds what either of two branches has assigned.
    pub fn merge(
        &mut self,
        name: &Ident,
        before: &Value,
        mask: &Array,
        a: Value,
        b: Value,
        condition: &ast::Expr,
    ) {
        let place = self.place(condition);
        let value = if a.is_poison() || b.is_poison() {
            Value::Poison
        } else {
            self.select(mask, a, b, (&place, &place))
        };
        if !self.alike(before, &value) {
            let message = format!(
                "`{name}` is {}; chosen by this condition it would be {}",
                self.describe(before),
                self.describe(&value)
            );
            self.say(&place, message, Some("begin with a value of the shape that it is to have".to_string()));
            return self.rebind(name, Value::Poison);
        }
        let hint = std::mem::replace(&mut self.hint, name.to_string());
        let value = self.store_all(value);
        self.hint = hint;
        self.rebind(name, value);
    }

    fn select(&mut self, mask: &Array, a: Value, b: Value, places: (&Place, &Place)) -> Value {
        if let (Value::Tuple(a), Value::Tuple(b)) = (&a, &b)
            && a.len() == b.len()
        {
            let parts =
                a.iter().zip(b).map(|(a, b)| self.select(mask, a.clone(), b.clone(), places)).collect();
            return Value::Tuple(parts);
        }
        let (place_a, place_b) = places;
        if let (Value::Layer(_), Value::Layer(_)) = (&a, &b) {
            let message = "an `if` chooses values, and these are layers".to_string();
            let help = "choose what they compute: `if c { fc1(x) } else { fc2(x) }`";
            self.say(place_a, message, Some(help.to_string()));
            return Value::Poison;
        }
        let (a, b) = (self.to_array(a, place_a), self.to_array(b, place_b));
        let (Some(mut a), Some(mut b)) = (a, b) else { return Value::Poison };
        match (a.kind, b.kind) {
            (Kind::Index, Kind::Float) if !self.is_below_zero(b.element) => b = self.to_index(b),
            (Kind::Float, Kind::Index) if !self.is_below_zero(a.element) => a = self.to_index(a),
            _ => {}
        }
        // An index beside a number is one.
        match (a.kind, b.kind) {
            (Kind::Index, Kind::Float) if a.shape.is_empty() => a.kind = Kind::Float,
            (Kind::Float, Kind::Index) if b.shape.is_empty() => b.kind = Kind::Float,
            _ => {}
        }
        if a.kind != b.kind {
            let message = format!(
                "both branches of an `if` are of one kind: {} is the first, {} this one",
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            let help = format!("`… as {}` makes numbers of masks and indices", self.float_name());
            self.say(place_b, message, Some(help));
            return Value::Poison;
        }
        let Ok(shape) = self.broadcast(&[&mask.shape, &a.shape, &b.shape]) else {
            self.branches_differ(mask, &a, &b, places);
            return Value::Poison;
        };
        let (mask, a, b) = (self.stretch(mask, &shape), self.stretch(&a, &shape), self.stretch(&b, &shape));
        let element = self.graph.scalars.select(mask.element, a.element, b.element);
        Value::Array(Array { shape, kind: a.kind, depth: self.depth(), element })
    }

    /// Says which of the three does not broadcast with the others.
    fn branches_differ(&mut self, mask: &Array, a: &Array, b: &Array, places: (&Place, &Place)) {
        let (of_a, of_b) = (self.show(a.kind, &a.shape), self.show(b.kind, &b.shape));
        let with_condition = |this: &Self, branch: &str| {
            let condition = this.show(mask.kind, &mask.shape);
            format!("the condition of this `if` is {condition}, this branch {branch}: the sizes do not agree")
        };
        let (place, message, sides) = if self.broadcast(&[&mask.shape, &a.shape]).is_err() {
            (places.0, with_condition(self, &of_a), [&mask.shape, &a.shape])
        } else if self.broadcast(&[&mask.shape, &b.shape]).is_err() {
            (places.1, with_condition(self, &of_b), [&mask.shape, &b.shape])
        } else {
            let message = format!(
                "the branches of an `if` have sizes that agree (or are 1): {of_a} is the first, {of_b} this one"
            );
            (places.1, message, [&a.shape, &b.shape])
        };
        let help = self.column(sides[0], sides[1]);
        let aligned = || "an `if` on a mask chooses element by element, aligned right".to_string();
        self.say(place, message, Some(help.unwrap_or_else(aligned)));
    }

    fn place_of_body(&self, body: &ast::Body, span: Span) -> Place {
        body.result.as_ref().map_or_else(|| self.place_of(span), |result| self.place(result))
    }
}
