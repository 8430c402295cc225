//! Expressions: elementwise arithmetic, products, choices, literals, subscripts.

use proc_macro2::Span;

use super::elaborate::Elaborator;
use super::value::{Array, Bound, Static, Value};
use crate::ir::{Axis, Binary, Comparison, Int, Kind, Reduction, Scalar, ScalarId, Unary};
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E};

impl Elaborator<'_> {
    /// What an expression stands for.
    pub fn expr(&mut self, expr: &ast::Expr) -> Value {
        match &expr.kind {
            E::Number(number) => self.number(number.value),
            E::Bool(flag) => Value::Static(Static::Flag(*flag)),
            E::Name(name) => match self.resolve(name) {
                Some(Bound::Value(Value::Array(array))) => Value::Array(self.here(&array)),
                Some(Bound::Value(value)) => value,
                Some(Bound::Integer(value)) => {
                    let element = self.graph.scalars.integer(value);
                    Value::Array(self.scalar(Kind::Float, element))
                }
                None => {
                    self.unknown(name);
                    Value::Poison
                }
            },
            E::Array(parts) => self.literal(parts, expr.span),
            E::Tuple(parts) => Value::Tuple(parts.iter().map(|part| self.expr(part)).collect()),
            E::Unary(ast::UnaryOperator::Negate, inner) => {
                let Some(array) = self.float(inner) else { return Value::Poison };
                let element = self.graph.scalars.neg(array.element);
                Value::Array(Array { element, ..array })
            }
            E::Unary(ast::UnaryOperator::Not, inner) => match self.expr(inner) {
                Value::Static(Static::Flag(flag)) => Value::Static(Static::Flag(!flag)),
                value => {
                    let Some(array) = self.mask(value, inner.span) else { return Value::Poison };
                    let element = self.graph.scalars.not(array.element);
                    Value::Array(Array { element, ..array })
                }
            },
            E::Binary(operator, span, left, right) => self.binary(*operator, *span, left, right),
            E::If { condition, then, otherwise } => {
                self.choice(condition, then, otherwise.as_ref(), expr.span)
            }
            E::Call { function, arguments } => self.call(function, arguments, expr.span),
            E::Method { receiver, name, arguments } => self.method(receiver, name, arguments),
            E::Field(receiver, name) => match self.expr(receiver) {
                Value::Layer(layer) if layer.lengths.is_empty() => {
                    match self.field(&layer, &name.to_string()) {
                        Some(value) => value,
                        None => {
                            let instance = &self.instances.list[layer.instance];
                            let names: Vec<String> =
                                instance.fields.iter().map(|field| field.name.to_string()).collect();
                            let message = format!("`{}` has no field `{name}`", instance.name);
                            self.error_with_help(
                                name.span(),
                                message,
                                format!("it has {}", names.join(", ")),
                            );
                            Value::Poison
                        }
                    }
                }
                Value::Poison => Value::Poison,
                other => {
                    let message =
                        format!("`.{name}` takes a field of a layer, found {}", self.describe(&other));
                    self.error(name.span(), message);
                    Value::Poison
                }
            },
            E::Index(base, subscripts) => self.index(base, subscripts, expr.span),
            E::Reduce { reducer, indices, body } => self.reduce(reducer, indices, body),
            E::Cast(inner, ty) => self.cast(inner, ty),
            E::Block(body) => self.block(body),
            E::Error => Value::Poison,
        }
    }

    /// The expression as an array of any kind.
    pub fn array(&mut self, expr: &ast::Expr) -> Option<Array> {
        let value = self.expr(expr);
        self.to_array(value, expr.span)
    }

    /// The value as an array of any kind.
    pub fn to_array(&mut self, value: Value, span: Span) -> Option<Array> {
        match value {
            Value::Array(array) => Some(self.here(&array)),
            Value::Static(Static::Flag(flag)) => {
                let element = self.graph.scalars.flag(flag);
                Some(self.scalar(Kind::Mask, element))
            }
            Value::Static(Static::Number(number)) => {
                let element = self.graph.scalars.number(number);
                Some(self.scalar(Kind::Float, element))
            }
            Value::Static(Static::Integer(number)) => {
                let element = self.graph.scalars.integer(Int::constant(number));
                Some(self.scalar(Kind::Float, element))
            }
            Value::Static(Static::Size(size)) => {
                let element = self.graph.scalars.integer(size);
                Some(self.scalar(Kind::Float, element))
            }
            Value::Poison => None,
            other @ (Value::Tuple(_) | Value::Layer(_) | Value::Static(Static::List(_))) => {
                let message = format!("a tensor is expected here, found {}", self.describe(&other));
                match other {
                    Value::Tuple(_) => {
                        self.error_with_help(span, message, "take it apart: `let (a, b) = …;`")
                    }
                    Value::Layer(_) => self.error_with_help(span, message, "call it: `layer(x)`"),
                    _ => self.error(span, message),
                }
                None
            }
        }
    }

    /// The expression as an array of floats; a scalar index is a number where one is needed.
    pub fn float(&mut self, expr: &ast::Expr) -> Option<Array> {
        let array = self.array(expr)?;
        self.to_float(array, expr.span)
    }

    /// The array as one of floats.
    pub fn to_float(&mut self, array: Array, span: Span) -> Option<Array> {
        match array.kind {
            Kind::Float => Some(array),
            Kind::Index if array.shape.is_empty() => Some(Array { kind: Kind::Float, ..array }),
            Kind::Index | Kind::Mask | Kind::Key => {
                let message =
                    format!("numbers are expected here, found {}", self.show(array.kind, &array.shape));
                let float = self.float_name();
                if array.kind == Kind::Key {
                    self.error(span, message);
                } else {
                    self.error_with_help(span, message, format!("make numbers of it: `… as {float}`"));
                }
                None
            }
        }
    }

    /// The value as conditions.
    pub fn mask(&mut self, value: Value, span: Span) -> Option<Array> {
        let array = self.to_array(value, span)?;
        if array.kind == Kind::Mask {
            return Some(array);
        }
        let message = format!("a condition is expected here, found {}", self.show(array.kind, &array.shape));
        self.error_with_help(span, message, "compare: `x > 0`");
        None
    }

    /// Elementwise with broadcasting.
    pub fn elementwise(
        &mut self,
        left: &Array,
        right: &Array,
        span: Span,
        what: &str,
        kind: Kind,
        make: impl FnOnce(&mut Self, ScalarId, ScalarId) -> ScalarId,
    ) -> Option<Array> {
        let shape = match self.broadcast(&[&left.shape, &right.shape]) {
            Ok(shape) => shape,
            Err((a, b, from_right)) => {
                let message = format!(
                    "{what} needs sizes that agree (or are 1), aligned right: {} and {}",
                    self.show(left.kind, &left.shape),
                    self.show(right.kind, &right.shape)
                );
                let place = if from_right == 0 {
                    "the last axis".to_string()
                } else {
                    format!("axis -{}", from_right + 1)
                };
                let help = format!(
                    "{place} is {} on one side and {} on the other",
                    self.show_size(&a),
                    self.show_size(&b)
                );
                self.error_with_help(span, message, help);
                return None;
            }
        };
        let (left, right) = (self.stretch(left, &shape), self.stretch(right, &shape));
        let element = make(self, left.element, right.element);
        Some(Array { shape, kind, depth: self.depth(), element })
    }

    fn binary(&mut self, operator: Op, span: Span, left: &ast::Expr, right: &ast::Expr) -> Value {
        let arithmetic = match operator {
            Op::MatMul => {
                let (a, b) = (self.float(left), self.float(right));
                return match (a, b) {
                    (Some(a), Some(b)) => {
                        self.matmul(&a, &b, span, Some(right)).map_or(Value::Poison, Value::Array)
                    }
                    _ => Value::Poison,
                };
            }
            Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::Equal | Op::NotEqual => {
                return self.compare(operator, span, left, right).map_or(Value::Poison, Value::Array);
            }
            Op::And | Op::Or => {
                let (a, b) = (self.expr(left), self.expr(right));
                let (a, b) = (self.mask(a, left.span), self.mask(b, right.span));
                let (Some(a), Some(b)) = (a, b) else { return Value::Poison };
                let what = if operator == Op::And { "`&&`" } else { "`||`" };
                let result = self.elementwise(&a, &b, span, what, Kind::Mask, |this, a, b| match operator {
                    Op::And => this.graph.scalars.and(a, b),
                    _ => this.graph.scalars.or(a, b),
                });
                return result.map_or(Value::Poison, Value::Array);
            }
            Op::Remainder => {
                self.error_with_help(
                    span,
                    "`%` is for integers, in subscripts, sizes, ranges and guards on indices",
                    "for numbers: `x - floor(x / y) * y`",
                );
                return Value::Poison;
            }
            Op::Add => (Binary::Add, "`+`"),
            Op::Subtract => (Binary::Sub, "`-`"),
            Op::Multiply => (Binary::Mul, "`*`"),
            Op::Divide => (Binary::Div, "`/`"),
        };
        let (a, b) = (self.float(left), self.float(right));
        let (Some(a), Some(b)) = (a, b) else { return Value::Poison };
        let (function, what) = arithmetic;
        let result = self.elementwise(&a, &b, span, what, Kind::Float, |this, a, b| {
            this.graph.scalars.binary(function, a, b)
        });
        result.map_or(Value::Poison, Value::Array)
    }

    fn compare(&mut self, operator: Op, span: Span, left: &ast::Expr, right: &ast::Expr) -> Option<Array> {
        let (comparison, swapped) = match operator {
            Op::Less => (Comparison::Less, false),
            Op::LessEqual => (Comparison::LessEqual, false),
            Op::Greater => (Comparison::Less, true),
            Op::GreaterEqual => (Comparison::LessEqual, true),
            Op::Equal => (Comparison::Equal, false),
            _ => (Comparison::NotEqual, false),
        };
        if self.is_integer(left) && self.is_integer(right) {
            let (a, b) = (self.integer(left)?, self.integer(right)?);
            let (a, b) = if swapped { (b, a) } else { (a, b) };
            let element = self.graph.scalars.compare_int(comparison, a, b);
            return Some(self.scalar(Kind::Mask, element));
        }
        let (a, b) = (self.array(left), self.array(right));
        let (mut a, mut b) = (a?, b?);
        if a.kind == Kind::Index && b.kind != Kind::Index {
            b = self.to_index(b);
        } else if b.kind == Kind::Index && a.kind != Kind::Index {
            a = self.to_index(a);
        }
        if a.kind != b.kind || a.kind == Kind::Mask || a.kind == Kind::Key {
            let message = format!(
                "cannot compare {} with {}",
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            self.error(span, message);
            return None;
        }
        self.elementwise(&a, &b, span, "a comparison", Kind::Mask, |this, a, b| {
            let (a, b) = if swapped { (b, a) } else { (a, b) };
            this.graph.scalars.compare(comparison, a, b)
        })
    }

    /// A whole number as an index; anything else stays.
    pub fn to_index(&mut self, array: Array) -> Array {
        match self.graph.scalars[array.element].clone() {
            Scalar::Number(bits) if bits.value() == bits.value().trunc() && bits.value().abs() < 1e15 => {
                let element = self.graph.scalars.integer(Int::constant(bits.value() as i64));
                Array { kind: Kind::Index, element, ..array }
            }
            Scalar::Integer(_) if array.shape.is_empty() => Array { kind: Kind::Index, ..array },
            _ => array,
        }
    }

    /// NumPy's matmul.
    pub fn matmul(&mut self, a: &Array, b: &Array, span: Span, right: Option<&ast::Expr>) -> Option<Array> {
        let (rank_a, rank_b) = (a.shape.len(), b.shape.len());
        if rank_a == 0 || rank_b == 0 {
            let message = format!(
                "`@` needs vectors or matrices, found {} @ {}",
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            self.error_with_help(span, message, "multiply by a scalar with `*`");
            return None;
        }
        let inner_b = if rank_b == 1 { 0 } else { rank_b - 2 };
        if a.shape[rank_a - 1] != b.shape[inner_b] {
            let message = format!(
                "`@` needs the last axis of its left side and the {} of its right side to agree: {} @ {}",
                if rank_b == 1 { "only axis" } else { "second-last" },
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            match self.who_would_fit(&a.shape[rank_a - 1], b, right) {
                Some(help) => self.error_with_help(span, message, help),
                None => self.error(span, message),
            }
            return None;
        }
        let (batch_a, batch_b) = (&a.shape[..rank_a.saturating_sub(2)], &b.shape[..rank_b.saturating_sub(2)]);
        let batch = match self.broadcast(&[batch_a, batch_b]) {
            Ok(batch) => batch,
            Err(_) => {
                let message = format!(
                    "the leading axes of `@` do not agree: {} @ {}",
                    self.show(a.kind, &a.shape),
                    self.show(b.kind, &b.shape)
                );
                self.error(span, message);
                return None;
            }
        };
        let (name_a, name_b) = (self.name_for("left"), self.name_for("right"));
        let (a, b) = (self.store(a, &name_a), self.store(b, &name_b));
        let rows = (rank_a > 1).then(|| a.shape[rank_a - 2].clone());
        let columns = (rank_b > 1).then(|| b.shape[rank_b - 1].clone());
        let inner = a.shape[rank_a - 1].clone();
        let mut shape = batch.clone();
        shape.extend(rows.clone());
        shape.extend(columns.clone());

        let depth = self.depth();
        let reduced = Int::index(depth + shape.len());
        let batch_at = |own: &[Int]| -> Vec<Int> {
            let missing = batch.len() - own.len();
            own.iter()
                .enumerate()
                .map(|(axis, size)| {
                    if size.is(1) && !batch[missing + axis].is(1) {
                        Int::zero()
                    } else {
                        Int::index(depth + missing + axis)
                    }
                })
                .collect()
        };
        let mut at_a = batch_at(&a.shape[..rank_a.saturating_sub(2)]);
        if rows.is_some() {
            at_a.push(Int::index(depth + batch.len()));
        }
        at_a.push(reduced.clone());
        let mut at_b = batch_at(&b.shape[..rank_b.saturating_sub(2)]);
        at_b.push(reduced);
        if columns.is_some() {
            at_b.push(Int::index(depth + shape.len() - 1));
        }
        let (a, b) = (self.view(&a, Vec::new(), at_a), self.view(&b, Vec::new(), at_b));
        let element = self.graph.scalars.mul(a.element, b.element);
        let product = Array { shape, kind: Kind::Float, depth, element };
        let name = self.name_for("product");
        Some(self.make(&product, &name, Reduction::Sum, &[Axis { name: "k".into(), extent: inner }]))
    }

    /// Which field would fit on the right of `@`.
    fn who_would_fit(&mut self, wanted: &Int, b: &Array, right: Option<&ast::Expr>) -> Option<String> {
        let mut help = Vec::new();
        if let Some(E::Name(name)) = right.map(|expr| &expr.kind) {
            help.push(format!("`{name}` is declared {}", self.show(b.kind, &b.shape)));
        }
        let layer = self.frame().layer.clone()?;
        let instances = self.instances;
        let fits = instances.list[layer.instance].fields.iter().find_map(|field| match &field.content {
            super::items::InstanceContent::Tensor { shape, .. }
                if shape.len() == 2 && wanted.is(shape[0] as i64) =>
            {
                Some((&field.name, shape))
            }
            _ => None,
        });
        if let Some((name, shape)) = fits {
            let shape: Vec<Int> = shape.iter().map(|&size| Int::from(size)).collect();
            help.push(format!("`{name}` ({}) would fit here", self.show(Kind::Float, &shape)));
        } else if b.shape.len() == 2 && b.shape[1] == *wanted {
            help.push("its transpose would fit: `.t()`".to_string());
        }
        (!help.is_empty()).then(|| help.join("; "))
    }

    fn choice(
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
                "an `if` here needs an `else`: it is a value",
                "write `else { 0 }` if that is what you mean",
            );
            return Value::Poison;
        };
        if let Value::Static(Static::Flag(flag)) = value {
            return self.block(if flag { then } else { otherwise });
        }
        let Some(mask) = self.mask(value, condition.span) else {
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
        self.guards.push(mask.clone());
        let a = self.block(then);
        self.guards.pop();
        self.guards.push(not);
        let b = self.block(otherwise);
        self.guards.pop();
        self.select(&mask, a, b, span)
    }

    fn select(&mut self, mask: &Array, a: Value, b: Value, span: Span) -> Value {
        if let (Value::Tuple(a), Value::Tuple(b)) = (&a, &b)
            && a.len() == b.len()
        {
            let parts = a.iter().zip(b).map(|(a, b)| self.select(mask, a.clone(), b.clone(), span)).collect();
            return Value::Tuple(parts);
        }
        let (a, b) = (self.to_array(a, span), self.to_array(b, span));
        let (Some(mut a), Some(mut b)) = (a, b) else { return Value::Poison };
        if a.kind != b.kind {
            (a, b) = match (a.kind, b.kind) {
                (Kind::Index, Kind::Float) => {
                    let b = self.to_index(b);
                    (a, b)
                }
                (Kind::Float, Kind::Index) => {
                    let a = self.to_index(a);
                    (a, b)
                }
                _ => (a, b),
            };
        }
        if a.kind != b.kind {
            let message = format!(
                "the branches of this `if` differ: {} and {}",
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            self.error(span, message);
            return Value::Poison;
        }
        let Ok(shape) = self.broadcast(&[&mask.shape, &a.shape, &b.shape]) else {
            let message = format!(
                "condition and branches of this `if` do not broadcast: {}, {} and {}",
                self.show(mask.kind, &mask.shape),
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            self.error(span, message);
            return Value::Poison;
        };
        let (mask, a, b) = (self.stretch(mask, &shape), self.stretch(&a, &shape), self.stretch(&b, &shape));
        let element = self.graph.scalars.select(mask.element, a.element, b.element);
        Value::Array(Array { shape, kind: a.kind, depth: self.depth(), element })
    }

    fn cast(&mut self, inner: &ast::Expr, ty: &proc_macro2::Ident) -> Value {
        let Some(array) = self.array(inner) else { return Value::Poison };
        let name = ty.to_string();
        if name != self.float_name() {
            let float = self.float_name();
            let message =
                format!("`as` makes numbers of this block's type here: `as {float}`, found `as {name}`");
            self.error(ty.span(), message);
            return Value::Poison;
        }
        let element = match array.kind {
            Kind::Float | Kind::Index => array.element,
            Kind::Mask => {
                let (one, zero) = (self.graph.scalars.number(1.0), self.graph.scalars.number(0.0));
                self.graph.scalars.select(array.element, one, zero)
            }
            Kind::Key => {
                self.error(inner.span, "a key is not a number; it is for `dropout` and `fold`");
                return Value::Poison;
            }
        };
        Value::Array(Array { kind: Kind::Float, element, ..array })
    }

    /// `[a, b]`: stacked on a new first axis.
    fn literal(&mut self, parts: &[ast::Expr], span: Span) -> Value {
        let mut arrays = Vec::new();
        for part in parts {
            let Some(array) = self.float(part) else { return Value::Poison };
            arrays.push(array);
        }
        self.stack(&arrays, span).map_or(Value::Poison, Value::Array)
    }

    /// Arrays of one shape on a new first axis.
    pub fn stack(&mut self, arrays: &[Array], span: Span) -> Option<Array> {
        let Some(first) = arrays.first() else {
            self.error(span, "an empty list has no shape");
            return None;
        };
        if let Some(other) = arrays.iter().find(|array| array.shape != first.shape) {
            let message = format!(
                "the parts of this list differ in shape: {} and {}",
                self.show(first.kind, &first.shape),
                self.show(other.kind, &other.shape)
            );
            self.error(span, message);
            return None;
        }
        let depth = self.depth();
        let shape: Vec<Int> =
            std::iter::once(Int::from(arrays.len())).chain(first.shape.iter().cloned()).collect();
        let inner: Vec<Int> = (0..first.shape.len()).map(|axis| Int::index(depth + 1 + axis)).collect();
        let mut element = None;
        for (position, array) in arrays.iter().enumerate().rev() {
            let part = self.view(array, shape.clone(), inner.clone()).element;
            element = Some(match element {
                None => part,
                Some(rest) => {
                    let here = self.graph.scalars.compare_int(
                        Comparison::Equal,
                        Int::index(depth),
                        Int::from(position),
                    );
                    self.graph.scalars.select(here, part, rest)
                }
            });
        }
        Some(Array { shape, kind: first.kind, depth, element: element? })
    }

    /// A function of one number, elementwise.
    pub fn unary(&mut self, function: Unary, array: &Array) -> Array {
        let element = self.graph.scalars.unary(function, array.element);
        Array { element, ..array.clone() }
    }

    /// A name for a value that the user has not named.
    pub fn name_for(&self, what: &str) -> String {
        if self.hint.is_empty() { what.to_string() } else { format!("{}_{what}", self.hint) }
    }
}
