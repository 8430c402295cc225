//! Subscripts: of layers in arrays, and of tensors by integers, ranges and index tensors.

use proc_macro2::Span;

use super::elaborate::Elaborator;
use super::value::{Array, Layer, Value};
use crate::ir::{Int, Kind, Scalar};
use crate::syntax::ast::{self, ExprKind as E, Subscript};

impl Elaborator<'_> {
    /// `x[.., 0]`, `x[1..3]`, `table[idx]`, `blocks[2]`.
    pub fn index(&mut self, base: &ast::Expr, subscripts: &[Subscript], span: Span) -> Value {
        match self.expr(base) {
            Value::Layer(layer) => self.layer_of(layer, subscripts, span),
            Value::Poison => Value::Poison,
            value => {
                let Some(array) = self.to_array(value, base.span) else { return Value::Poison };
                self.subscript(&array, subscripts, span).map_or(Value::Poison, Value::Array)
            }
        }
    }

    fn layer_of(&mut self, mut layer: Layer, subscripts: &[Subscript], span: Span) -> Value {
        for subscript in subscripts {
            let Subscript::At(at) = subscript else {
                self.error(span, "an array of layers is indexed by an integer");
                return Value::Poison;
            };
            if layer.lengths.is_empty() {
                self.error(at.span, "this is a layer, not an array of layers");
                return Value::Poison;
            }
            let length = layer.lengths.remove(0);
            let Some(position) = self.position(at, &Int::from(length)) else { return Value::Poison };
            self.inside(&position, &Int::from(length), at.span);
            layer.indices.push(position);
        }
        Value::Layer(layer)
    }

    /// The array at some subscripts; axes left out at the end are whole.
    pub fn subscript(&mut self, array: &Array, subscripts: &[Subscript], span: Span) -> Option<Array> {
        let array = self.here(array);
        if subscripts.len() > array.shape.len() {
            let message =
                format!("{} subscripts for {}", subscripts.len(), self.show(array.kind, &array.shape));
            self.error(span, message);
            return None;
        }
        let depth = self.depth();
        let (mut shape, mut at): (Vec<Int>, Vec<Int>) = (Vec::new(), Vec::new());
        let mut gathered = false;
        for (axis, size) in array.shape.iter().enumerate() {
            match subscripts.get(axis) {
                None | Some(Subscript::Whole(_)) => {
                    at.push(Int::index(depth + shape.len()));
                    shape.push(size.clone());
                }
                Some(Subscript::Range { from, to, span }) => {
                    let from = from.as_ref().map_or(Some(Int::zero()), |from| self.position(from, size));
                    let to = to.as_ref().map_or(Some(size.clone()), |to| self.position(to, size));
                    let (from, to) = (from?, to?);
                    let length = to.sub(&from);
                    let wrong = Self::is_at_least(&from, 0) == Some(false)
                        || Self::is_at_least(&length, 0) == Some(false)
                        || Self::is_at_least(&size.sub(&to), 0) == Some(false);
                    if wrong {
                        let message = format!(
                            "the range {}..{} is not inside an axis of size {}",
                            self.show_size(&from),
                            self.show_size(&to),
                            self.show_size(size)
                        );
                        self.error(*span, message);
                        return None;
                    }
                    at.push(Int::index(depth + shape.len()).add(&from));
                    shape.push(length);
                }
                Some(Subscript::At(expr)) => {
                    if self.is_integer(expr) {
                        let position = self.position(expr, size)?;
                        self.inside(&position, size, expr.span);
                        at.push(position);
                        continue;
                    }
                    let indices = self.array(expr)?;
                    if indices.kind != Kind::Index {
                        let message = format!(
                            "a subscript is an integer, a range or a u32 tensor, found {}",
                            self.show(indices.kind, &indices.shape)
                        );
                        self.error(expr.span, message);
                        return None;
                    }
                    if gathered && !indices.shape.is_empty() {
                        self.error_with_help(
                            expr.span,
                            "only one subscript may be an index tensor here",
                            "use index notation: `let y[k] = x[a[k], b[k]];`",
                        );
                        return None;
                    }
                    gathered |= !indices.shape.is_empty();
                    let indices = self.store_index(&indices);
                    let own =
                        (0..indices.shape.len()).map(|axis| Int::index(depth + shape.len() + axis)).collect();
                    let picked = self.view(&indices, Vec::new(), own);
                    let Scalar::Integer(position) = self.graph.scalars[picked.element].clone() else {
                        unreachable!("a stored index is read as an integer");
                    };
                    at.push(position);
                    shape.extend(indices.shape.iter().cloned());
                }
            }
        }
        Some(self.view(&array, shape, at))
    }

    /// An index array whose element is an integer expression (not a choice between such).
    pub fn store_index(&mut self, array: &Array) -> Array {
        let array = self.here(array);
        if matches!(self.graph.scalars[array.element], Scalar::Integer(_)) {
            return array;
        }
        let name = self.name_for("index");
        self.make(&array, &name, crate::ir::Reduction::Set, &[])
    }

    /// The integer that an index array's element is.
    pub fn as_element_of(&self, array: &Array) -> Option<Int> {
        match &self.graph.scalars[array.element] {
            Scalar::Integer(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// An integer subscript; a negative literal counts from the end.
    fn position(&mut self, expr: &ast::Expr, size: &Int) -> Option<Int> {
        if let E::Unary(ast::UnaryOperator::Negate, inner) = &expr.kind
            && let E::Number(ast::Number { integer: Some(value), .. }) = &inner.kind
        {
            return Some(size.plus(-value));
        }
        self.integer(expr)
    }

    /// Reports a subscript that falls outside its axis. Under a condition only what is run decides.
    fn inside(&mut self, position: &Int, size: &Int, span: Span) {
        if !self.guards.is_empty() || size.is(0) {
            return;
        }
        let Some((low, high)) = self.bounds(position) else { return };
        let too_low = Self::is_at_least(&low, 0) == Some(false);
        let too_high = Self::is_at_least(&size.plus(-1).sub(&high), 0) == Some(false);
        if too_low || too_high {
            let worst = if too_low { low } else { high };
            let message = format!(
                "this subscript reaches {}, outside an axis of size {}",
                self.show_size(&worst),
                self.show_size(size)
            );
            self.error_with_help(
                span,
                message,
                "give the index a smaller range (`i in 0..n`), or guard the read: `if … { … } else { 0 }`",
            );
        }
    }
}
