//! Integer positions: subscripts, sizes, ranges, guards on indices. There `/` floors and `%` exists.

use std::collections::BTreeMap;

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Place};
use super::expression::{Wanted, is_index};
use super::notation::is_size;
use super::value::{Bound, Static, Value};
use crate::ir::{Atom, Int, Kind, Scalar};
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E};

const OPTIONS: &str =
    "options are numbers, `true`, `false`, sizes made of dims and constants, and lists of these";
const SIZE_OF_A_CALL: &str = "options are numbers and sizes; a size that the caller says is an argument `s: dim S`, with `dim S;` outside";
const NAMED: &str = "a number under a name is a float; declare it as an integer: `let k: u32 = 3;`, or outside `const K: usize = 3;`";
const INTEGERS: &str =
    "integers are made of indices, sizes, constants and elements of u32 tensors with `+ - * / %`";

impl Elaborator<'_> {
    /// The integer that an expression is.
    pub fn integer(&mut self, expr: &ast::Expr) -> Option<Int> {
        match &expr.kind {
            E::Number(ast::Number { integer: Some(value), .. }) => Some(Int::constant(*value)),
            E::Number(number) => {
                self.error_with_help(
                    expr.span,
                    format!("an integer is expected here, found {:?}", number.value),
                    "leave out the fraction",
                );
                None
            }
            E::Unary(ast::UnaryOperator::Negate, inner) => Some(self.integer(inner)?.scale(-1)),
            E::Binary(
                operator @ (Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder),
                span,
                left,
                right,
            ) => {
                let (a, b) = (self.integer(left), self.integer(right));
                let (place, divisor) = (self.place_of(*span), self.place(right));
                self.calculate(*operator, &a?, &b?, &place, &divisor)
            }
            E::Name(name) => match self.resolve(name) {
                Some(Bound::Integer(value)) => Some(value),
                Some(Bound::Value(value)) => self.value_as_integer(value, expr),
                None => {
                    self.unknown(name);
                    None
                }
            },
            E::Index(..) | E::Method { .. } | E::Reduce { .. } => {
                let value = self.expr(expr);
                self.value_as_integer(value, expr)
            }
            E::If { .. } if self.is_whole(expr, true) => {
                let value = self.expr_of(expr, &Wanted::Index);
                self.value_as_integer(value, expr)
            }
            E::Call { function, arguments } if self.frame().library.is_some() => {
                self.measure(function, arguments)
            }
            E::Call { .. } => {
                let value = self.expr(expr);
                self.value_as_integer(value, expr)
            }
            E::Error => None,
            _ => {
                let found = match self.expr(expr) {
                    Value::Poison => return None,
                    value => self.describe(&value),
                };
                self.error_with_help(
                    expr.span,
                    format!("an integer is expected here, found {found}"),
                    INTEGERS,
                );
                None
            }
        }
    }

    /// The result of integer arithmetic: the one way, for single integers and for elements of tensors of them.
    pub fn calculate(
        &mut self,
        operator: Op,
        a: &Int,
        b: &Int,
        place: &Place,
        divisor: &Place,
    ) -> Option<Int> {
        // What stands under an index that runs over nothing is evaluated nowhere: any integer that is made of the same
        // indices will do.
        let is_nowhere = |this: &Self| {
            let mut running = this.ambient.iter().map(|axis| &axis.extent).chain(this.counters.values());
            running.any(|extent| extent.is(0))
        };
        if b.is(0) && matches!(operator, Op::Divide | Op::Remainder) && is_nowhere(self) {
            return Some(a.clone());
        }
        let divides = |this: &mut Self, what: &str| {
            let is_zero = b.is(0);
            if is_zero {
                let help = "a divisor is an integer from 1".to_string();
                this.say(divisor, format!("{what} by zero"), Some(help));
            }
            this.note_divisor(b);
            (!is_zero).then_some(())
        };
        match operator {
            Op::Add => self.fitting(a, b, place, false, Int::add),
            Op::Subtract => self.fitting(a, b, place, false, Int::sub),
            Op::Multiply => self.fitting(a, b, place, true, Int::mul),
            Op::Divide => divides(self, "division").map(|()| a.div(b)),
            Op::Remainder => divides(self, "remainder of a division").map(|()| a.modulo(b)),
            _ => unreachable!("arithmetic of integers"),
        }
    }

    /// What the library's text asks of a shape: `rows_of(x)`, its first size, and `rest_of(x)`, how many
    /// elements lie behind the first two axes.
    fn measure(&mut self, function: &ast::Expr, arguments: &[ast::CallArgument]) -> Option<Int> {
        let (E::Name(name), [argument]) = (&function.kind, arguments) else { return None };
        let array = self.array(&argument.value)?;
        match name.to_string().as_str() {
            "rows_of" => array.shape.first().cloned(),
            "rest_of" => array.shape.get(2..).map(Int::product),
            _ => None,
        }
    }

    fn value_as_integer(&mut self, value: Value, expr: &ast::Expr) -> Option<Int> {
        match value {
            Value::Static(Static::Integer(value)) => Some(Int::constant(value)),
            Value::Static(Static::Size(size)) => Some(size),
            Value::Array(array) => {
                let array = self.here(&array);
                if array.kind == Kind::Key {
                    self.error_with_help(
                        expr.span,
                        "a key is not a number",
                        "a key is for `dropout` and `fold` alone",
                    );
                    return None;
                }
                if array.shape.is_empty() && array.kind == Kind::Index && self.as_integer(&array).is_none() {
                    let stored = self.make(&array, "index", crate::ir::Reduction::Set, &[]);
                    return self.as_integer(&stored);
                }
                match self.as_integer(&array) {
                    Some(value) => Some(value),
                    None => {
                        let place = self.place(expr);
                        let message = format!(
                            "an integer is expected here, found {}",
                            self.show(array.kind, &array.shape)
                        );
                        let is_named = array.shape.is_empty() && matches!(expr.kind, E::Name(_));
                        let help = match &self.graph.scalars[array.element] {
                            Scalar::Number(number) if is_named && number.value().fract() == 0.0 => NAMED,
                            _ => INTEGERS,
                        };
                        self.say(&place, message, Some(help.to_string()));
                        None
                    }
                }
            }
            Value::Poison => None,
            other => {
                let place = self.place(expr);
                let message = format!("an integer is expected here, found {}", self.describe(&other));
                self.say(&place, message, Some(INTEGERS.to_string()));
                None
            }
        }
    }

    /// Whether an expression is integer arithmetic on indices, sizes, constants and elements of index
    /// tensors, so that a comparison of such is exact.
    pub fn is_integer(&mut self, expr: &ast::Expr) -> bool {
        self.is_whole(expr, false)
    }

    /// The same where `choices` between integers are such, too: where an index is wanted.
    pub fn is_whole(&mut self, expr: &ast::Expr, choices: bool) -> bool {
        match &expr.kind {
            E::Number(number) => number.integer.is_some(),
            E::Unary(ast::UnaryOperator::Negate, inner) => self.is_whole(inner, choices),
            E::Binary(Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder, _, left, right) => {
                self.is_whole(left, choices) && self.is_whole(right, choices)
            }
            E::Name(name) => match self.resolve(name) {
                Some(Bound::Integer(_))
                | Some(Bound::Value(Value::Static(Static::Integer(_) | Static::Size(_)))) => true,
                Some(Bound::Value(Value::Array(array))) => {
                    let is_whole = matches!(self.graph.scalars[array.element], Scalar::Integer(_));
                    array.shape.is_empty()
                        && (array.kind == Kind::Index || array.kind == Kind::Float && is_whole)
                }
                _ => false,
            },
            E::Index(base, subscripts) => match &base.kind {
                E::Name(name) => match self.resolve(name) {
                    Some(Bound::Value(Value::Array(array))) => {
                        array.kind == Kind::Index
                            && subscripts.len() == array.shape.len()
                            && subscripts.iter().all(|subscript| match subscript {
                                ast::Subscript::At(at) => self.is_integer(at),
                                _ => false,
                            })
                    }
                    _ => false,
                },
                _ => false,
            },
            E::Call { function, arguments } => match &function.kind {
                E::Name(name) => self.returns_index(name) || self.is_extreme_place(name, arguments, 1),
                _ => false,
            },
            E::Method { name, arguments, .. } => {
                self.returns_index(name) || self.is_extreme_place(name, arguments, 0)
            }
            E::Reduce { reducer, .. } => reducer == "argmax" || reducer == "argmin",
            E::If { then, otherwise: Some(otherwise), .. } if choices => {
                [then, otherwise].into_iter().all(|branch| {
                    let result = branch.result.as_ref().filter(|_| branch.statements.is_empty());
                    result.is_some_and(|result| self.is_whole(result, choices))
                })
            }
            _ => false,
        }
    }

    /// Whether a name is that of a function of the block that returns one index.
    fn returns_index(&self, name: &Ident) -> bool {
        let found = self.named_function(&name.to_string());
        found.and_then(|(callable, _)| callable.function.result.as_ref()).is_some_and(is_index)
    }

    /// Whether a call is `argmax(x)` or `argmin(x)` of all elements, with so many arguments and no options.
    fn is_extreme_place(&mut self, name: &Ident, arguments: &[ast::CallArgument], count: usize) -> bool {
        (name == "argmax" || name == "argmin")
            && arguments.len() == count
            && arguments.iter().all(|argument| argument.name.is_none())
            && self.resolve(name).is_none()
            && self.named_function(&name.to_string()).is_none_or(|(callable, _)| callable.library)
    }

    /// The least and the greatest value of an integer, as its indices run over their ranges: of what is
    /// affine in them with coefficients that are constants. `None` where that is not known.
    pub fn bounds(&self, value: &Int) -> Option<(Int, Int)> {
        let (mut low, mut high) = (Int::zero(), Int::zero());
        for (monomial, coefficient) in value.terms() {
            let moving: Vec<&Atom> = monomial.iter().filter(|atom| !matches!(atom, Atom::Dim(_))).collect();
            let fixed = monomial
                .iter()
                .filter(|atom| matches!(atom, Atom::Dim(_)))
                .fold(Int::constant(coefficient), |product, atom| product.mul(&Int::atom((*atom).clone())));
            match moving.as_slice() {
                [] => {
                    low = low.add(&fixed);
                    high = high.add(&fixed);
                }
                [atom] => {
                    let (least, greatest) = self.atom_bounds(atom)?;
                    let (a, b) = (least.mul(&fixed), greatest.mul(&fixed));
                    let (a, b) = if coefficient > 0 { (a, b) } else { (b, a) };
                    low = low.add(&a);
                    high = high.add(&b);
                }
                _ => return None,
            }
        }
        Some((low, high))
    }

    fn atom_bounds(&self, atom: &Atom) -> Option<(Int, Int)> {
        match atom {
            Atom::Index(position) => Some((Int::zero(), self.ambient.get(*position)?.extent.plus(-1))),
            Atom::Loop(counter) => {
                let extent = self.loop_extents().get(counter)?.clone();
                Some((Int::zero(), extent.plus(-1)))
            }
            Atom::Mod(_, b) if b.as_constant().is_some_and(|b| b > 0) => Some((Int::zero(), b.plus(-1))),
            Atom::Div(a, b) => {
                let divisor = b.as_constant().filter(|b| *b > 0)?;
                let (low, high) = self.bounds(a)?;
                let divisor = Int::constant(divisor);
                Some((low.div(&divisor), high.div(&divisor)))
            }
            Atom::Inside(inside) => Some((Int::zero(), inside.size.plus(-1))),
            Atom::Dim(_) | Atom::Read(..) | Atom::Mod(..) | Atom::Root(_) => None,
        }
    }

    fn loop_extents(&self) -> &BTreeMap<crate::ir::LoopId, Int> {
        &self.counters
    }

    /// Whether an integer is certainly not negative, dims being at least 0 (or 1 where `positive`).
    pub fn is_at_least(value: &Int, least: i64) -> Option<bool> {
        if let Some(value) = value.as_constant() {
            return Some(value >= least);
        }
        let mut constant = 0;
        let mut only_up = true;
        let mut only_down = true;
        for (monomial, coefficient) in value.terms() {
            if monomial.is_empty() {
                constant = coefficient;
            } else if !monomial.iter().all(|atom| matches!(atom, Atom::Dim(_))) {
                return None;
            } else {
                only_up &= coefficient > 0;
                only_down &= coefficient < 0;
            }
        }
        if only_up && constant >= least {
            return Some(true);
        }
        if only_down && constant < least {
            return Some(false);
        }
        None
    }

    /// The value known at compile time that an option's expression is.
    pub fn constant_value(&mut self, expr: &ast::Expr) -> Option<Static> {
        match &expr.kind {
            E::Bool(flag) => Some(Static::Flag(*flag)),
            E::Number(ast::Number { integer: Some(value), .. }) => Some(Static::Integer(*value)),
            E::Number(number) => Some(Static::Number(number.value)),
            E::Unary(ast::UnaryOperator::Negate, inner) => match self.constant_value(inner)? {
                Static::Integer(value) => Some(Static::Integer(value.wrapping_neg())),
                Static::Number(value) => Some(Static::Number(-value)),
                Static::Size(size) => Some(Static::Size(size.scale(-1))),
                other => {
                    let message =
                        format!("`-` is for numbers, found {}", self.describe(&Value::Static(other)));
                    self.error_with_help(expr.span, message, OPTIONS);
                    None
                }
            },
            E::Unary(ast::UnaryOperator::Not, inner) => match self.constant_value(inner)? {
                Static::Flag(flag) => Some(Static::Flag(!flag)),
                other => {
                    let message = format!(
                        "`!` is for `true` and `false`, found {}",
                        self.describe(&Value::Static(other))
                    );
                    self.error_with_help(expr.span, message, OPTIONS);
                    None
                }
            },
            E::Array(parts) => {
                let parts: Vec<Option<Static>> = parts.iter().map(|part| self.constant_value(part)).collect();
                Some(Static::List(parts.into_iter().collect::<Option<_>>()?))
            }
            E::Name(name) => match self.resolve(name) {
                Some(Bound::Value(Value::Static(value))) => Some(value),
                Some(Bound::Integer(value)) => {
                    Some(value.as_constant().map_or(Static::Size(value), Static::Integer))
                }
                Some(Bound::Value(Value::Array(array))) => match self.graph.scalars[array.element].clone() {
                    Scalar::Number(bits) if array.shape.is_empty() => Some(Static::Number(bits.value())),
                    Scalar::Integer(value) if array.shape.is_empty() && is_size(&value) => {
                        Some(value.as_constant().map_or(Static::Size(value), Static::Integer))
                    }
                    _ => {
                        self.not_static(expr, &Value::Array(array));
                        None
                    }
                },
                Some(Bound::Value(Value::Poison)) => None,
                Some(Bound::Value(value)) => {
                    self.not_static(expr, &value);
                    None
                }
                None => {
                    self.unknown(name);
                    None
                }
            },
            E::Binary(..) | E::Call { .. } => {
                let value = self.integer(expr)?;
                Some(value.as_constant().map_or(Static::Size(value), Static::Integer))
            }
            E::Error => None,
            _ => {
                match self.expr(expr) {
                    Value::Poison => {}
                    value => self.not_static(expr, &value),
                }
                None
            }
        }
    }

    fn not_static(&mut self, expr: &ast::Expr, found: &Value) {
        let place = self.place(expr);
        if matches!(expr.kind, E::Tuple(_)) {
            let message = format!("this has to be known at compile time, found {}", self.describe(found));
            return self.say(&place, message, Some("a list stands in brackets: `[3, 4]`".to_string()));
        }
        self.say_not_static(found, &place);
    }

    /// Says that an option is not known at compile time.
    pub fn say_not_static(&mut self, found: &Value, place: &Place) {
        let message = format!("this has to be known at compile time, found {}", self.describe(found));
        let is_index =
            matches!(found, Value::Array(array) if array.kind == Kind::Index && array.shape.is_empty());
        let help = if is_index { SIZE_OF_A_CALL } else { OPTIONS };
        self.say(place, message, Some(help.to_string()));
    }
}
