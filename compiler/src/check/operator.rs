//! Operators: elementwise arithmetic, comparisons, logic, casts.

use proc_macro2::{Ident, Span};

use super::elaborate::{Elaborator, Guard, Place};
use super::value::{Array, Value};
use crate::ir::{Binary, Comparison, Int, Kind, Scalar, ScalarId};
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E};

impl Elaborator<'_> {
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
    pub(super) fn column(&self, left: &[Int], right: &[Int]) -> Option<String> {
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
    pub fn row(&mut self, expr: &ast::Expr) -> Value {
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

    pub fn operation(
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
                if [value, self.expr(right)].iter().any(Value::is_poison) {
                    return Value::Poison;
                }
                let help = match self.is_integer(left) && self.is_integer(right) {
                    true => {
                        "for an index, declare it: `let k: u32 = n % 2;`; for numbers: `x - floor(x / y) * y`"
                    }
                    false => "for numbers: `x - floor(x / y) * y`",
                };
                let message = "`%` is for integers, in subscripts, sizes, ranges and guards on indices";
                self.error_with_help(span, message, help);
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
        let a = self.to_array(value, &left_place).and_then(|array| self.operand(array, &left_place));
        let b = self.to_array(right_value, &right_place).and_then(|array| self.operand(array, &right_place));
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

    /// An operand of arithmetic.
    fn operand(&mut self, array: Array, place: &Place) -> Option<Array> {
        if array.kind != Kind::Index || array.shape.is_empty() {
            return self.to_float(array, place);
        }
        let message = format!("numbers are expected here, found {}", self.show(array.kind, &array.shape));
        let help = format!(
            "make numbers of it: `… as {}`; what is to be indices is declared so: `let j: u32[N] = 2 * i + 1;`",
            self.float_name()
        );
        self.say(place, message, Some(help));
        None
    }

    pub fn logic(
        &mut self,
        operator: Op,
        span: Span,
        value: Value,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Value {
        let a = self.mask(value, left);
        // As in Rust, the right side is evaluated where the left one leaves it open: its reads count on that. What
        // is stored for it need not be zero elsewhere, unless one of them does.
        let condition = match (&a, operator) {
            (None, _) => self.unknown_condition(),
            (Some(mask), Op::And) => mask.clone(),
            (Some(mask), _) => Array { element: self.graph.scalars.not(mask.element), ..mask.clone() },
        };
        self.guards.push(Guard { condition, needed: false });
        let other = self.expr(right);
        self.guards.pop();
        let b = self.mask(other, right);
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

    pub fn compare(
        &mut self,
        operator: Op,
        span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<Array> {
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
        if let (Kind::Mask, Kind::Mask, Op::Equal | Op::NotEqual) = (a.kind, b.kind, operator) {
            return self.elementwise(
                &a,
                &b,
                &self.place_of(span),
                "a comparison",
                Kind::Mask,
                |this, a, b| {
                    let s = &mut this.graph.scalars;
                    let b = if operator == Op::Equal { b } else { s.not(b) };
                    let (not_a, not_b) = (s.not(a), s.not(b));
                    let (both, neither) = (s.and(a, b), s.and(not_a, not_b));
                    s.or(both, neither)
                },
            );
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

    pub fn cast(&mut self, inner: &ast::Expr, ty: &Ident) -> Value {
        let Some(array) = self.array(inner) else { return Value::Poison };
        let name = ty.to_string();
        if name != self.float_name() {
            let float = self.float_name();
            let found = self.show(array.kind, &array.shape);
            let (message, help) = match name.as_str() {
                "u32" => (
                    format!("{found} cannot become indices"),
                    match array.kind {
                        Kind::Index => "these are indices: leave the cast out",
                        Kind::Mask => "choose one by one: `let i[n]: u32 = if m[n] { 1 } else { 0 };`",
                        Kind::Float | Kind::Key => super::elsewhere::INDICES,
                    }
                    .to_string(),
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
}

/// Whether it compares.
pub fn is_comparison(operator: Op) -> bool {
    matches!(operator, Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual | Op::Equal | Op::NotEqual)
}
