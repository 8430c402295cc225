//! Index notation: indices bound on the left of a `let` and in reducers, and the ranges that they run
//! over where none is written.

use std::collections::BTreeMap;

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Guard, Place};
use super::infer::{Exchange, Range, Use};
use super::reduce::Reducer;
use super::value::{Array, Bound, Mutability, Value};
use crate::ir::{Axis, Comparison, Int, Kind, ScalarId};
use crate::syntax::ast::{self, IndexBinding};

impl Elaborator<'_> {
    /// `let y[n, o] = …;`: the array over the indices on the left, or a tuple of such.
    pub fn indexed(&mut self, indices: &[IndexBinding], value: &ast::Expr) -> Option<Value> {
        let depth = self.depth();
        let errors = self.report.errors.len();
        self.enter();
        let mut unknown = Vec::new();
        let within = self.bind_indices(indices, value, true, &mut unknown);
        let bound = self.report.errors.len();
        let result = self.expr(value);
        let result = self.slices(result, &self.place(value));
        self.say_unknown(&unknown, bound);
        self.leave();
        let axes: Vec<Axis> = self.ambient.drain(depth..).collect();
        // A range that was inferred from reads is as wrong as they are.
        let inferred = indices.iter().any(|index| index.range.is_none());
        if inferred && self.report.errors.len() > errors {
            return None;
        }
        let (result, _) = (result?, within?);
        Some(stacked(result, &axes))
    }

    /// The arrays of a value, as seen from the indices in scope.
    fn slices(&mut self, value: Value, place: &Place) -> Option<Value> {
        match value {
            Value::Tuple(parts) => Some(Value::Tuple(
                parts.into_iter().map(|part| self.slices(part, place)).collect::<Option<_>>()?,
            )),
            value => self.to_array(value, place).map(Value::Array),
        }
    }

    /// `sum[j in 0..i](…)`.
    pub fn reduce(&mut self, reducer: &Ident, indices: &[IndexBinding], body: &ast::Expr) -> Value {
        let Some(kind) = Reducer::named(&reducer.to_string()) else {
            self.error_with_help(
                reducer.span(),
                format!("there is no reducer `{reducer}`"),
                "there are sum, prod, mean, max, min, argmax, argmin, any and all",
            );
            return Value::Poison;
        };
        let depth = self.depth();
        self.enter();
        let mut unknown = Vec::new();
        let within = self.bind_indices(indices, body, false, &mut unknown);
        let errors = self.report.errors.len();
        let condition = within
            .flatten()
            .map(|element| Guard { condition: self.scalar(Kind::Mask, element), needed: false });
        let guards = self.guards.len();
        self.guards.extend(condition);
        let array = self.array(body);
        self.say_unknown(&unknown, errors);
        self.guards.truncate(guards);
        self.leave();
        let axes: Vec<Axis> = self.ambient.drain(depth..).collect();
        let (Some(array), Some(within)) = (array, within) else { return Value::Poison };
        let place = self.place(body);
        if !array.shape.is_empty() {
            let message =
                format!("`{reducer}[…]` reduces a scalar, found {}", self.show(array.kind, &array.shape));
            self.say(
                &place,
                message,
                Some(
                    "subscript every tensor down to a scalar, or reduce over axes: `sum(x, axis = 1)`"
                        .to_string(),
                ),
            );
            return Value::Poison;
        }
        let array = Array { depth, ..array };
        self.fold(kind, &array, &axes, within, &place).map_or(Value::Poison, Value::Array)
    }

    /// Puts indices in scope. Returns the condition under which a range holds that is not rectangular;
    /// `None` after an error (the names are bound all the same), or if the range of some is `unknown`.
    fn bind_indices(
        &mut self,
        indices: &[IndexBinding],
        body: &ast::Expr,
        left: bool,
        unknown: &mut Vec<Ident>,
    ) -> Option<Option<ScalarId>> {
        let depth = self.depth();
        let mut within = None;
        let mut failed = false;
        // Written ranges first: what they say, the others may depend on. Each sees the indices before it.
        let mut ranges = Vec::new();
        self.enter();
        for (position, index) in indices.iter().enumerate() {
            let twice = indices[..position].iter().any(|other| other.name == index.name);
            if twice {
                self.error_with_help(
                    index.name.span(),
                    format!("two indices are named `{}`", index.name),
                    "a diagonal is written on the right: `x[i, i]`",
                );
                failed = true;
            }
            let range = index.range.as_ref().map(|(from, to)| {
                let (from, to) = (self.integer(from), self.integer(to));
                failed |= from.is_none() || to.is_none();
                (from.unwrap_or_default(), to.unwrap_or_else(|| Int::constant(1)))
            });
            let from =
                range.as_ref().filter(|(from, to)| is_size(&to.sub(from))).map(|(from, _)| from.clone());
            self.bind(
                &index.name,
                Bound::Integer(Int::index(depth + position).add(&from.unwrap_or_default())),
                Mutability::Counter,
            );
            ranges.push(range);
        }
        self.frame_mut().scopes.pop();
        // Of two indices of one name nobody knows which is meant.
        let (inferred, poisoned) = match failed {
            true => (BTreeMap::new(), true),
            false => self.infer(indices, &ranges, body),
        };
        for (position, (index, range)) in indices.iter().zip(ranges).enumerate() {
            let at = Int::index(depth + position);
            let bound = match range {
                Some((from, to)) => self.written_range(index, &at, from, to, left, &mut within),
                None => self
                    .inferred_range(index, inferred.get(&(depth + position)), poisoned, unknown)
                    .map(|extent| (extent, at.clone())),
            };
            failed |= bound.is_none();
            let (extent, value) = bound.unwrap_or((Int::constant(1), at));
            self.ambient.push(Axis { name: index.name.to_string(), extent });
            self.bind(&index.name, Bound::Integer(value), Mutability::Counter);
            // An index need not be asked for: `let y[n, o] = b[o]` repeats.
            self.lookup(&index.name.to_string());
        }
        (!failed).then_some(within)
    }

    /// The extent of a range that is written, and what its index stands for.
    fn written_range(
        &mut self,
        index: &IndexBinding,
        at: &Int,
        from: Int,
        to: Int,
        left: bool,
        within: &mut Option<ScalarId>,
    ) -> Option<(Int, Int)> {
        let (name, place) = (&index.name, self.place_of(index.name.span()));
        let shown = |this: &Self| format!("{}..{}", this.show_size(&from), this.show_size(&to));
        let extent = to.sub(&from);
        if is_size(&extent) {
            // What the library computes is to how many places something slides, of which there has to be one.
            let computed = |to: &ast::Expr| !matches!(to.kind, ast::ExprKind::Name(_));
            let slides = left
                && self.frame().library.is_some()
                && index.range.as_ref().is_some_and(|(_, to)| computed(to));
            if Self::is_at_least(&extent, i64::from(slides)) == Some(false) {
                let (message, help) = if slides {
                    (
                        format!("an axis of the result would have size {}", self.show_size(&extent)),
                        "what slides is larger than what it slides over: add `padding`",
                    )
                } else {
                    (
                        format!("`{name}` runs over {}, which ends before it begins", shown(self)),
                        "a range is `from..to`, without its end",
                    )
                };
                self.say(&place, message, Some(help.to_string()));
                return None;
            }
            if left && !from.is(0) {
                let message = format!("an index on the left runs from 0, found {}", shown(self));
                self.say(
                    &place,
                    message,
                    Some(format!("read further on instead: `x[{name} + {}]`", self.show_size(&from))),
                );
                return None;
            }
            return Some((extent, at.add(&from)));
        }
        if left {
            let message = format!(
                "an index on the left runs from 0 to a size; the range of `{name}` depends on another index"
            );
            self.say(
                &place,
                message,
                Some("guard the value instead: `if j < i { … } else { 0 }`".to_string()),
            );
            return None;
        }
        let Some((_, most)) = self.bounds(&to) else {
            let message =
                format!("how far `{name}` runs is not known: the end of its range is not linear in indices");
            self.say(
                &place,
                message,
                Some(format!("run over more, and guard the value: `if {name} < … {{ … }} else {{ 0 }}`")),
            );
            return None;
        };
        let s = &mut self.graph.scalars;
        let (low, high) = (
            s.compare_int(Comparison::LessEqual, from, at.clone()),
            s.compare_int(Comparison::Less, at.clone(), to),
        );
        let both = s.and(low, high);
        *within = Some(match *within {
            Some(condition) => s.and(condition, both),
            None => both,
        });
        Some((most, at.clone()))
    }

    /// The extent of a range that is not written.
    fn inferred_range(
        &mut self,
        index: &IndexBinding,
        range: Option<&Range>,
        poisoned: bool,
        unknown: &mut Vec<Ident>,
    ) -> Option<Int> {
        let (name, help) = (&index.name, format!("write its range: `{} in 0..N`", index.name));
        match range {
            Some(Range::Found(extent)) => return Some(extent.clone()),
            Some(Range::Conflict(uses)) => {
                let (first, second) = &**uses;
                let message = |this: &Self, size: &Int, number: usize| {
                    format!("`{name}` runs over an axis of size {} here ({number}/2)", this.show_size(size))
                };
                self.say(
                    &first.place,
                    message(self, &first.size, 1),
                    Some(format!(
                        "if one is meant to be read in part, write the range: `{name} in 0..{}`",
                        self.show_size(&first.size)
                    )),
                );
                self.say(
                    &second.place,
                    message(self, &second.size, 2),
                    Some("an index subscripts axes of one size; the other is (1/2)".to_string()),
                );
            }
            Some(Range::Exchanged(exchange)) => self.say_exchanged(exchange),
            Some(Range::Undecided(uses)) => {
                let (first, second) = &**uses;
                let message = |this: &Self, each: &Use, number: usize| {
                    format!(
                        "whether this or another read with `{name}` ends first depends on run-time sizes: it reads an axis of size {} ({number}/2)",
                        this.show_size(&each.size)
                    )
                };
                self.say(&first.place, message(self, first, 1), Some(help));
                self.say(&second.place, message(self, second, 2), Some("this is the other".to_string()));
            }
            Some(Range::Nowhere(each, begin)) => self.say_nowhere(name, each, begin),
            None if poisoned => {}
            None => unknown.push(index.name.clone()),
        }
        None
    }

    /// Says once that two indices stand in each other's place.
    fn say_exchanged(&mut self, exchange: &Exchange) {
        let Some((of, first, second)) = exchange.names() else { return };
        let (own, other) = (self.show_size(&exchange.first.size), self.show_size(&exchange.second.size));
        let message = format!(
            "`{first}` and `{second}` are exchanged: `{first}` subscripts an axis of size {own} of `{of}`, `{second}` one of size {other}; elsewhere it is the other way round"
        );
        let help = format!("exchange the two: first `{second}`, then `{first}`");
        self.say(&exchange.first.place, message, Some(help));
    }

    /// Says of which indices nothing tells how far they run; not where an error in what they stand in, said since
    /// there were so many `errors`, is the reason.
    fn say_unknown(&mut self, unknown: &[Ident], errors: usize) {
        if self.report.errors.len() > errors {
            return;
        }
        for name in unknown {
            let message =
                format!("how far `{name}` runs is not known: it subscripts no axis alone, or linearly");
            let help = format!("write its range, `{name} in 0..N`, or subscript with it, `x[{name}]`");
            self.error_with_help(name.span(), message, help);
        }
    }
}

/// Whether an integer is made of constants and dims.
pub fn is_size(value: &Int) -> bool {
    let mut is_size = true;
    value.visit_atoms(&mut |atom| {
        is_size &=
            !matches!(atom, crate::ir::Atom::Index(_) | crate::ir::Atom::Loop(_) | crate::ir::Atom::Read(..))
    });
    is_size
}

/// The arrays of a value with the innermost indices in scope as their first axes.
fn stacked(value: Value, axes: &[Axis]) -> Value {
    match value {
        Value::Array(array) => {
            let shape =
                axes.iter().map(|axis| axis.extent.clone()).chain(array.shape.iter().cloned()).collect();
            Value::Array(Array { shape, depth: array.depth - axes.len(), ..array })
        }
        Value::Tuple(parts) => Value::Tuple(parts.into_iter().map(|part| stacked(part, axes)).collect()),
        other @ (Value::Layer(_) | Value::Static(_) | Value::Poison) => other,
    }
}
