//! Arguments in another order than the parameters: each is what another parameter takes, of kind and of shape.
//!
//! It is asked after errors alone, and says one instead of them.

use super::arguments::{Parameter, Passed};
use super::call::{Callee, is_option, pattern_name};
use super::elaborate::{Elaborator, Frame};
use super::expression::Wanted;
use super::fit::Expected;
use super::value::{Static, Value};
use super::words::spelled;
use crate::ir::{Kind, Scalar};
use crate::syntax::ast::{self, ExprKind as E};

/// Arguments by parameter.
type Arguments<'p, 'e> = &'p [Option<Passed<'e>>];

/// With more parameters than this nobody looks at all orders.
const MOST: usize = 5;

impl<'a> Elaborator<'a> {
    /// Whether the arguments of a function fit in another order, in the frame of its body; says so instead of
    /// what has been said since there were so many `errors`.
    pub fn are_exchanged(
        &mut self,
        function: &ast::Function,
        passed: Arguments<'_, '_>,
        callee: &Callee,
        frame: &dyn Fn() -> Frame,
        errors: usize,
    ) -> bool {
        let parameters: Vec<Parameter> = function.arguments.iter().map(Parameter::of).collect();
        let fits = |this: &mut Self, order: &[usize]| {
            let mut values = Vec::new();
            for (parameter, position) in function.arguments.iter().zip(order) {
                values.push(match &passed[*position] {
                    Some(passed) => match this.taken(&parameter.ty, passed) {
                        None => return false,
                        value => value,
                    },
                    None => None,
                });
            }
            this.do_fit(&function.arguments, values, callee, frame)
        };
        self.fit_otherwise(&parameters, passed, callee, errors, fits)
    }

    /// Whether values, by parameter, fit in the frame of a function's body.
    pub fn do_fit(
        &mut self,
        parameters: &[ast::Argument],
        values: Vec<Option<Value>>,
        callee: &Callee,
        frame: &dyn Fn() -> Frame,
    ) -> bool {
        self.frames.push(frame());
        let given = parameters.iter().zip(values).filter_map(|(argument, value)| Some((argument, value?)));
        let given: Vec<_> = given.collect();
        for (parameter, value) in &given {
            self.fix_dims(&parameter.ty, value, &pattern_name(&parameter.pattern));
        }
        let place = self.place_of(callee.span);
        let fit = given.into_iter().all(|(parameter, value)| {
            let expected = Expected::argument(callee, parameter, None);
            self.fit(&parameter.ty, value, &expected, &place).is_some()
        });
        self.frames.pop();
        fit
    }

    /// Whether something else may be said than what has been said of a call since there were so many `errors`.
    pub fn may_say_otherwise(&self, errors: usize) -> bool {
        self.report.errors.len() > errors && self.quiet == 0 && self.frame().library.is_none()
    }

    /// The same of something built in, of which `takes` says whether a parameter takes an argument.
    pub fn are_exchanged_of(
        &mut self,
        parameters: &[Parameter],
        passed: Arguments<'_, '_>,
        callee: &Callee,
        errors: usize,
        takes: impl Fn(&mut Self, usize, &Passed<'_>) -> bool,
    ) -> bool {
        let fits = |this: &mut Self, order: &[usize]| {
            let mut pairs = order.iter().enumerate();
            pairs.all(|(parameter, position)| {
                passed[*position].as_ref().is_none_or(|passed| takes(this, parameter, passed))
            })
        };
        self.fit_otherwise(parameters, passed, callee, errors, fits)
    }

    fn fit_otherwise(
        &mut self,
        parameters: &[Parameter],
        passed: Arguments<'_, '_>,
        callee: &Callee,
        errors: usize,
        fits: impl Fn(&mut Self, &[usize]) -> bool,
    ) -> bool {
        let given: Vec<usize> = (0..passed.len()).filter(|position| passed[*position].is_some()).collect();
        if !self.may_say_otherwise(errors) || !(2..=MOST).contains(&given.len()) {
            return false;
        }
        let own: Vec<usize> = (0..passed.len()).collect();
        self.quiet += 1;
        let found = match fits(self, &own) {
            true => None,
            false => orders(&own, &given).into_iter().find(|order| fits(self, order)),
        };
        self.quiet -= 1;
        let Some(order) = found else { return false };
        let moved: Vec<usize> = own.into_iter().filter(|position| order[*position] != *position).collect();
        let written = |position: usize| match &passed[position] {
            Some(Passed::Expr(expr)) => spelled(expr),
            _ => None,
        };
        let names: Vec<String> =
            moved.iter().map(|position| format!("`{}`", parameters[*position].name)).collect();
        let message = match names.as_slice() {
            [first, second] => format!("{} takes {first} first, then {second}", callee.shown()),
            names => format!("{} takes its arguments in another order: {}", callee.shown(), names.join(", ")),
        };
        let all: Option<Vec<String>> = order
            .iter()
            .filter(|position| passed[**position].is_some())
            .map(|position| written(*position))
            .collect();
        let named =
            given.iter().map(|position| parameters[*position].name.clone()).collect::<Vec<_>>().join(", ");
        let help = match (moved.as_slice(), all) {
            (&[first, second], _) if let (Some(a), Some(b)) = (written(first), written(second)) => {
                format!("exchange `{a}` and `{b}`")
            }
            (&[_, _], _) => format!("exchange the two: `{}({named})`", callee.name),
            (_, Some(all)) => format!("write `{}({})`", callee.name, all.join(", ")),
            (_, None) => format!("call it as `{}({named})`", callee.name),
        };
        let place =
            passed[moved[0]].as_ref().map_or_else(|| self.place_of(callee.span), |passed| passed.place(self));
        self.report.errors.truncate(errors);
        self.say(&place, message, Some(help));
        true
    }

    /// An argument as a parameter of this type takes it.
    pub fn taken(&mut self, ty: &ast::Type, passed: &Passed<'_>) -> Option<Value> {
        match passed {
            _ if is_option(ty) => self.constant_of(passed).map(Value::Static),
            Passed::Value(value, _) => Some(value.clone()),
            Passed::Expr(expr) if matches!(ty, ast::Type::Dim(_)) => {
                self.integer(expr).map(|size| Value::Static(Static::Size(size)))
            }
            Passed::Expr(expr) => Some(self.expr_of(expr, &Wanted::by(Some(ty)))),
        }
        .filter(|value| !value.is_poison())
    }

    /// An argument that is known at compile time.
    pub fn constant_of(&mut self, passed: &Passed<'_>) -> Option<Static> {
        match passed {
            Passed::Expr(expr) => self.constant_value(expr),
            Passed::Value(Value::Static(value), _) => Some(value.clone()),
            Passed::Value(value, _) => self.constant_number(value).map(|number| match number.fract() {
                0.0 => Static::Integer(number as i64),
                _ => Static::Number(number),
            }),
        }
    }

    /// Whether an argument is a tensor: of this kind, or of any but keys.
    pub fn is_tensor(&mut self, passed: &Passed<'_>, kind: Option<Kind>) -> bool {
        let value = match passed {
            Passed::Value(value, _) => value.clone(),
            Passed::Expr(ast::Expr { kind: E::Array(parts), .. }) if parts.is_empty() => return false,
            Passed::Expr(expr) if kind == Some(Kind::Index) => self.expr_of(expr, &Wanted::Index),
            Passed::Expr(expr) => self.expr(expr),
        };
        let place = passed.place(self);
        let array = match value {
            Value::Poison | Value::Tuple(_) | Value::Layer(_) => None,
            value => self.to_array(value, &place),
        };
        array.is_some_and(|array| {
            let integer = matches!(self.graph.scalars[array.element], Scalar::Integer(_));
            match kind {
                Some(Kind::Index) if integer && array.shape.is_empty() => true,
                Some(kind) => array.kind == kind,
                None => array.kind != Kind::Key,
            }
        })
    }
}

/// The orders of arguments in which two are exchanged, or three go round.
fn orders(own: &[usize], given: &[usize]) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    for (at, &first) in given.iter().enumerate() {
        for &second in &given[at + 1..] {
            let mut order = own.to_vec();
            order.swap(first, second);
            all.push(order);
        }
    }
    for (at, &first) in given.iter().enumerate() {
        for (behind, &second) in given.iter().enumerate().skip(at + 1) {
            for &third in &given[behind + 1..] {
                for round in [[second, third, first], [third, first, second]] {
                    let mut order = own.to_vec();
                    (order[first], order[second], order[third]) = (round[0], round[1], round[2]);
                    all.push(order);
                }
            }
        }
    }
    all
}
