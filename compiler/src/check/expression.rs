//! Expressions: elementwise arithmetic, products, choices, literals, subscripts.

use proc_macro2::{Ident, Span};

use super::elaborate::{Elaborator, Place};
use super::suggest::did_you_mean;
use super::value::{Array, Bound, Static, Value};
use super::words::list;
use crate::ir::{Binary, Comparison, Int, Kind, Scalar, ScalarId, Unary};
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E};

impl Elaborator<'_> {
    /// What an expression stands for.
    pub fn expr(&mut self, expr: &ast::Expr) -> Value {
        let value = self.deeper(expr.span, |this| this.any_expr(expr));
        self.affordable(value, expr.span)
    }

    fn any_expr(&mut self, expr: &ast::Expr) -> Value {
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
                    let Some(array) = self.mask(value, inner) else { return Value::Poison };
                    let element = self.graph.scalars.not(array.element);
                    Value::Array(Array { element, ..array })
                }
            },
            E::Binary(operator, span, left, right) if is_comparison(*operator) => {
                self.compare(*operator, *span, left, right).map_or(Value::Poison, Value::Array)
            }
            E::Binary(..) => self.row(expr),
            E::If { condition, then, otherwise } => {
                self.choice(condition, then, otherwise.as_ref(), expr.span)
            }
            E::Call { function, arguments } => self.call(function, arguments),
            E::Method { receiver, name, arguments } => self.method(receiver, name, arguments),
            E::Field(receiver, name) => {
                let value = self.expr(receiver);
                self.field_of(value, name)
            }
            E::Index(base, subscripts) => self.index(base, subscripts, expr.span),
            E::Reduce { reducer, indices, body } => self.reduce(reducer, indices, body),
            E::Cast(inner, ty) => self.cast(inner, ty),
            E::Block(body) => self.block(body),
            E::Error => Value::Poison,
        }
    }

    /// `enc.weight`
    fn field_of(&mut self, value: Value, name: &Ident) -> Value {
        let (message, help) = match &value {
            Value::Poison => return Value::Poison,
            Value::Layer(layer) if layer.lengths.is_empty() => {
                if let Some(value) = self.field(layer, &name.to_string()) {
                    return value;
                }
                let instance = &self.instances.list[layer.instance];
                let names: Vec<String> = instance.fields.iter().map(|field| field.name.to_string()).collect();
                let is_function =
                    self.items.methods[&instance.name].iter().any(|known| known.function.name == *name);
                let help = match did_you_mean(&name.to_string(), &names) {
                    _ if is_function => format!("`{name}` is a function: call it, `.{name}(x)`"),
                    Some(near) => format!("did you mean `{near}`?"),
                    None if names.is_empty() => "it has none".to_string(),
                    None => format!("it has {}", list(&names)),
                };
                (format!("`{}` has no field `{name}`", instance.name), help)
            }
            Value::Layer(_) => (
                format!("`.{name}` takes a field of a layer, found {}", self.describe(&value)),
                format!("take one of them first: `[0].{name}`"),
            ),
            Value::Array(_) if name == "T" => {
                ("a tensor has no field `T`".to_string(), "write `.t()`".to_string())
            }
            Value::Array(_) if name == "shape" => (
                "a tensor has no field `shape`".to_string(),
                "sizes are known by their names: `N`, `784`".to_string(),
            ),
            Value::Tuple(_) => (
                format!("`.{name}` takes a field of a layer, found {}", self.describe(&value)),
                "take it apart: `let (a, b) = …;`".to_string(),
            ),
            Value::Array(_) | Value::Static(_) => {
                let called = self.named_function(&name.to_string()).is_some()
                    || super::library::is_builtin(&name.to_string());
                let help = if called {
                    format!("call the function: `.{name}()`")
                } else {
                    "only layers have fields".to_string()
                };
                (format!("`.{name}` takes a field of a layer, found {}", self.describe(&value)), help)
            }
        };
        self.error_with_help(name.span(), message, help);
        Value::Poison
    }

    /// The expression as an array of any kind.
    pub fn array(&mut self, expr: &ast::Expr) -> Option<Array> {
        let value = self.expr(expr);
        let place = self.place(expr);
        self.to_array(value, &place)
    }

    /// The value as an array of any kind.
    pub fn to_array(&mut self, value: Value, place: &Place) -> Option<Array> {
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
                let help = match other {
                    Value::Tuple(_) => "take it apart first: `let (a, b) = …;`",
                    Value::Layer(layer) if !layer.lengths.is_empty() => {
                        "take one and call it, `layers[0](x)`, or loop over all: `for layer in layers { … }`"
                    }
                    Value::Layer(_) => "call it, `layer(x)`, or take a field of it: `layer.weight`",
                    _ => "write the list as a tensor of its own: `let y = [a, b];`",
                };
                self.say(place, message, Some(help.to_string()));
                None
            }
        }
    }

    /// The expression as an array of floats; a scalar index is a number where one is needed.
    pub fn float(&mut self, expr: &ast::Expr) -> Option<Array> {
        let array = self.array(expr)?;
        let place = self.place(expr);
        self.to_float(array, &place)
    }

    /// The array as one of floats.
    pub fn to_float(&mut self, array: Array, place: &Place) -> Option<Array> {
        match array.kind {
            Kind::Float => Some(array),
            Kind::Index if array.shape.is_empty() => Some(Array { kind: Kind::Float, ..array }),
            Kind::Index | Kind::Mask | Kind::Key => {
                let message =
                    format!("numbers are expected here, found {}", self.show(array.kind, &array.shape));
                let float = self.float_name();
                let help = match array.kind {
                    Kind::Key => "a key is for `dropout` and `fold` alone".to_string(),
                    _ => format!("make numbers of it: `… as {float}`"),
                };
                self.say(place, message, Some(help));
                None
            }
        }
    }

    /// The value as a condition.
    pub fn mask(&mut self, value: Value, expr: &ast::Expr) -> Option<Array> {
        let place = self.place(expr);
        let option = super::words::spelled(expr).filter(|_| self.frame().library.is_some());
        if let (Some(option), Value::Static(Static::Integer(_) | Static::Number(_) | Static::List(_))) =
            (option, &value)
        {
            let message = format!("`{option}` is `true` or `false`, found {}", self.describe(&value));
            self.say(&place, message, Some(format!("write `{option} = true`")));
            return None;
        }
        let array = self.to_array(value, &place)?;
        if array.kind == Kind::Mask {
            return Some(array);
        }
        let message = format!("a condition is expected here, found {}", self.show(array.kind, &array.shape));
        let name = super::words::spelled(expr).unwrap_or_else(|| "x".to_string());
        let help = if array.kind == Kind::Key {
            "a key is for `dropout` and `fold` alone".to_string()
        } else {
            format!("compare: `{name} > 0`")
        };
        self.say(&place, message, Some(help));
        None
    }

    /// Elementwise with broadcasting.
    pub fn elementwise(
        &mut self,
        left: &Array,
        right: &Array,
        place: &Place,
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
                let help = self.column(&left.shape, &right.shape).unwrap_or_else(|| {
                    let axis = if from_right == 0 {
                        "the last axis".to_string()
                    } else {
                        format!("axis -{}", from_right + 1)
                    };
                    format!(
                        "{axis} is {} on one side and {} on the other",
                        self.show_size(&a),
                        self.show_size(&b)
                    )
                });
                self.say(place, message, Some(help));
                return None;
            }
        };
        let (left, right) = (self.stretch(left, &shape), self.stretch(right, &shape));
        let element = make(self, left.element, right.element);
        Some(Array { shape, kind, depth: self.depth(), element })
    }

    /// The way out where one side's sizes are the other's leading ones: it is meant as a column.
    fn column(&self, left: &[Int], right: &[Int]) -> Option<String> {
        let (long, short) = if left.len() > right.len() { (left, right) } else { (right, left) };
        if short.is_empty() || short.len() == long.len() || !long.starts_with(short) {
            return None;
        }
        let ones = vec![", 1"; long.len() - short.len()].concat();
        Some(format!(
            "it is aligned right; along the leading axes instead: `reshape(…, [{}{ones}])`",
            self.show_sizes(short)
        ))
    }

    /// A row of operators, from its left end: recursion would be as deep as the row is long.
    fn row(&mut self, expr: &ast::Expr) -> Value {
        let mut row = Vec::new();
        let mut first = expr;
        while let E::Binary(operator, span, left, right) = &first.kind {
            if is_comparison(*operator) {
                break;
            }
            row.push((*operator, *span, &**left, &**right));
            first = left;
        }
        let mut value = self.expr(first);
        for (operator, span, left, right) in row.into_iter().rev() {
            value = self.operation(operator, span, value, left, right);
        }
        value
    }

    fn operation(
        &mut self,
        operator: Op,
        span: Span,
        value: Value,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Value {
        let (function, what) = match operator {
            Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::Equal | Op::NotEqual => {
                unreachable!("a comparison ends a row")
            }
            Op::And | Op::Or => return self.logic(operator, span, value, left, right),
            Op::Remainder => {
                self.expr(right);
                self.error_with_help(
                    span,
                    "`%` is for integers, in subscripts, sizes, ranges and guards on indices",
                    "for numbers: `x - floor(x / y) * y`",
                );
                return Value::Poison;
            }
            Op::MatMul => (Binary::Mul, "`@`"),
            Op::Add => (Binary::Add, "`+`"),
            Op::Subtract => (Binary::Sub, "`-`"),
            Op::Multiply => (Binary::Mul, "`*`"),
            Op::Divide => (Binary::Div, "`/`"),
        };
        let (left_place, right_value) = (self.place(left), self.expr(right));
        let right_place = self.place(right);
        let a = self.to_array(value, &left_place).and_then(|array| self.to_float(array, &left_place));
        let b = self.to_array(right_value, &right_place).and_then(|array| self.to_float(array, &right_place));
        let (Some(a), Some(b)) = (a, b) else { return Value::Poison };
        let result = match operator {
            Op::MatMul => self.matmul(&a, &b, span, left, right),
            _ => self.elementwise(&a, &b, &self.place_of(span), what, Kind::Float, |this, a, b| {
                this.graph.scalars.binary(function, a, b)
            }),
        };
        match result {
            None => Value::Poison,
            Some(array) => {
                let array = self.shallow(array);
                self.affordable(Value::Array(array), span)
            }
        }
    }

    fn logic(
        &mut self,
        operator: Op,
        span: Span,
        value: Value,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Value {
        let other = self.expr(right);
        let (a, b) = (self.mask(value, left), self.mask(other, right));
        let (Some(a), Some(b)) = (a, b) else { return Value::Poison };
        let what = if operator == Op::And { "`&&`" } else { "`||`" };
        let result =
            self.elementwise(&a, &b, &self.place_of(span), what, Kind::Mask, |this, a, b| match operator {
                Op::And => this.graph.scalars.and(a, b),
                _ => this.graph.scalars.or(a, b),
            });
        match result {
            None => Value::Poison,
            Some(array) => Value::Array(self.shallow(array)),
        }
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
            let help = match (a.kind, b.kind) {
                (Kind::Mask, Kind::Mask) => "masks combine with `&&`, `||` and `!`".to_string(),
                (Kind::Key, _) | (_, Kind::Key) => "a key is for `dropout` and `fold` alone".to_string(),
                (Kind::Mask, _) | (_, Kind::Mask) => "a mask is a condition by itself".to_string(),
                _ => format!("make numbers of the indices: `… as {}`", self.float_name()),
            };
            self.error_with_help(span, message, help);
            return None;
        }
        self.elementwise(&a, &b, &self.place_of(span), "a comparison", Kind::Mask, |this, a, b| {
            let (a, b) = if swapped { (b, a) } else { (a, b) };
            this.graph.scalars.compare(comparison, a, b)
        })
    }

    /// A whole number, or a choice between such, as an index; anything else stays.
    pub fn to_index(&mut self, array: Array) -> Array {
        let is_number = array.kind == Kind::Float;
        match self.whole_number(array.element).filter(|_| is_number) {
            Some(element) => Array { kind: Kind::Index, element, ..array },
            None => array,
        }
    }

    fn whole_number(&mut self, element: ScalarId) -> Option<ScalarId> {
        match self.graph.scalars[element].clone() {
            Scalar::Number(bits) if bits.value() == bits.value().trunc() && bits.value().abs() < 1e15 => {
                Some(self.graph.scalars.integer(Int::constant(bits.value() as i64)))
            }
            Scalar::Integer(_) => Some(element),
            Scalar::Select(c, a, b) => {
                let (a, b) = (self.whole_number(a)?, self.whole_number(b)?);
                Some(self.graph.scalars.select(c, a, b))
            }
            _ => None,
        }
    }

    fn cast(&mut self, inner: &ast::Expr, ty: &Ident) -> Value {
        let Some(array) = self.array(inner) else { return Value::Poison };
        let name = ty.to_string();
        if name != self.float_name() {
            let float = self.float_name();
            let found = self.show(array.kind, &array.shape);
            let (message, help) = match name.as_str() {
                "u32" => (
                    format!("{found} cannot become indices"),
                    "indices are `u32` arguments, or come from `argmax`".to_string(),
                ),
                "bool" => (format!("{found} cannot become a mask"), "compare: `x > 0`".to_string()),
                _ => (
                    format!("this block's numbers are {float}, found `as {name}`"),
                    format!("write `as {float}`"),
                ),
            };
            self.error_with_help(ty.span(), message, help);
            return Value::Poison;
        }
        let element = match array.kind {
            Kind::Float | Kind::Index => array.element,
            Kind::Mask => {
                let (one, zero) = (self.graph.scalars.number(1.0), self.graph.scalars.number(0.0));
                self.graph.scalars.select(array.element, one, zero)
            }
            Kind::Key => {
                self.error_with_help(
                    inner.span,
                    "a key is not a number",
                    "a key is for `dropout` and `fold` alone",
                );
                return Value::Poison;
            }
        };
        Value::Array(Array { kind: Kind::Float, element, ..array })
    }

    /// `[a, b]`: stacked on a new first axis.
    fn literal(&mut self, parts: &[ast::Expr], span: Span) -> Value {
        let arrays: Vec<Option<Array>> = parts.iter().map(|part| self.float(part)).collect();
        let Some(arrays) = arrays.into_iter().collect::<Option<Vec<Array>>>() else { return Value::Poison };
        if arrays.is_empty() {
            self.error_with_help(
                span,
                "an empty list has no shape",
                "zeros of any shape are `zeros([0, 3])`",
            );
            return Value::Poison;
        }
        let places: Vec<Place> = parts.iter().map(|part| self.place(part)).collect();
        self.stack(&arrays, &places).map_or(Value::Poison, Value::Array)
    }

    /// Arrays of one shape on a new first axis, each with its place.
    pub fn stack(&mut self, arrays: &[Array], places: &[Place]) -> Option<Array> {
        let first = arrays.first()?;
        if let Some(wrong) = arrays.iter().position(|array| !self.shapes_agree(&array.shape, &first.shape)) {
            let other = &arrays[wrong];
            let message = format!(
                "the parts of a list have one shape: {} is the first, {} this one",
                self.show(first.kind, &first.shape),
                self.show(other.kind, &other.shape)
            );
            self.say(
                &places[wrong],
                message,
                Some("tensors of different lengths are joined by `concat([a, b], axis = 0)`".to_string()),
            );
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

fn is_comparison(operator: Op) -> bool {
    matches!(operator, Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::Equal | Op::NotEqual)
}
