//! `extern fn`: functions of Rust, with the derivatives that their declarations say.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use super::arguments::{Parameter, Passed};
use super::call::{Callee, pattern_name};
use super::elaborate::{Elaborator, Frame};
use super::value::{Array, Bound, Mutability, Value};
use super::words::{counted, list};
use crate::ir::{Binary, Extern, ExternId, Function, Kind, Scalar, ScalarId, Unary};
use crate::program::Float;
use crate::report::Report;
use crate::syntax::ast::{self, CallArgument};

/// What depends on the tangents, and how.
#[derive(Clone, Copy, PartialEq)]
enum Degree {
    Constant,
    Linear,
    Neither,
}

impl<'a> Elaborator<'a> {
    /// A call of a function of Rust.
    pub fn call_external(
        &mut self,
        function: &'a ast::Extern,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        let name = function.name.to_string();
        let callee = Callee { name: name.clone(), layer: None, span };
        let parameters: Vec<Parameter> = function.arguments.iter().map(Parameter::of).collect();
        let Some(passed) = self.match_arguments(&callee, &parameters, receiver, arguments) else {
            self.evaluate_all(arguments);
            return Value::Poison;
        };
        let mut elements = Vec::new();
        for each in passed.into_iter().flatten() {
            let place = each.place(self);
            let value = match each {
                Passed::Expr(expr) => self.expr(expr),
                Passed::Value(value, _) => value,
            };
            let array = self.to_array(value, &place).and_then(|array| self.to_float(array, &place));
            if let Some(array) = array.as_ref().filter(|array| !array.shape.is_empty()) {
                let message =
                    format!("`{name}` takes numbers, found {}", self.show(array.kind, &array.shape));
                self.say(&place, message, Some(format!("map it over indices: `let y[i] = {name}(x[i]);`")));
                elements.push(None);
                continue;
            }
            elements.push(array.map(|array| array.element));
        }
        let Some(elements) = elements.into_iter().collect::<Option<Vec<_>>>() else { return Value::Poison };
        let Some(id) = self.external(function, span) else { return Value::Poison };
        let element = self.graph.scalars.call(Function::Extern(id), elements);
        Value::Array(self.scalar(Kind::Float, element))
    }

    /// The function's place in the graph; its first call declares it there.
    fn external(&mut self, function: &'a ast::Extern, span: Span) -> Option<ExternId> {
        if let Some(known) = self.externs.iter().position(|(name, _)| *name == function.name) {
            return Some(ExternId(known as u32));
        }
        // What is wrong with it has been said where it is declared.
        self.quiet += 1;
        let id = self.declare_external(function, span);
        self.quiet -= 1;
        id.filter(|id| {
            function.derivative.is_none() || self.graph.scalars.externs[id.0 as usize].slopes.is_some()
        })
    }

    /// Declares a function of Rust in the graph.
    pub fn declare_external(&mut self, function: &'a ast::Extern, span: Span) -> Option<ExternId> {
        if !self.takes_numbers(function) {
            return None;
        }
        let id = ExternId(self.externs.len() as u32);
        self.externs.push((function.name.clone(), span));
        self.graph.scalars.externs.push(Extern { name: function.name.to_string(), slopes: None });
        // Declared before its derivative is read: that may call it again.
        let errors = self.report.errors.len();
        let slopes = self.slopes(function);
        self.graph.scalars.externs[id.0 as usize].slopes = slopes;
        (self.report.errors.len() == errors).then_some(id)
    }

    fn takes_numbers(&mut self, function: &ast::Extern) -> bool {
        let mut right = true;
        let types = function.arguments.iter().map(|argument| &argument.ty).chain(&function.result);
        for ty in types {
            match ty {
                ast::Type::Tensor(ty) => match self.kind_of(&ty.scalar) {
                    Some(Kind::Float) if ty.axes.is_empty() => {}
                    Some(_) => {
                        let help = format!(
                            "write `fn(x: {0}, …) -> {0}`, and map it over indices: `let y[i] = f(x[i]);`",
                            self.float_name()
                        );
                        self.error_with_help(ty.span, "an `extern fn` takes and returns numbers", help);
                        right = false;
                    }
                    None => right = false,
                },
                ast::Type::Error(_) => right = false,
                ast::Type::Tuple(..) | ast::Type::Dim(_) => {
                    let span = match ty {
                        ast::Type::Dim(name) => name.span(),
                        ast::Type::Tuple(_, span) | ast::Type::Error(span) => *span,
                        ast::Type::Tensor(ty) => ty.span,
                    };
                    let help = format!("write `fn(x: {0}, …) -> {0}`", self.float_name());
                    self.error_with_help(span, "an `extern fn` takes and returns numbers", help);
                    right = false;
                }
            }
        }
        if function.result.is_none() {
            let help = format!("write `-> {}`", self.float_name());
            self.error_with_help(function.name.span(), format!("`{}` has no result", function.name), help);
            right = false;
        }
        right
    }

    /// The derivative by each argument, from the directional one.
    fn slopes(&mut self, function: &ast::Extern) -> Option<Vec<ScalarId>> {
        let (tangents, expr) = function.derivative.as_ref()?;
        let takes = function.arguments.len();
        if tangents.len() != takes {
            let message = format!(
                "`{}` takes {}, its derivative has {}",
                function.name,
                counted(takes, "argument"),
                counted(tangents.len(), "tangent")
            );
            let names: Vec<String> = function
                .arguments
                .iter()
                .map(|argument| format!("d{}", pattern_name(&argument.pattern)))
                .collect();
            self.error_with_help(
                tangents.last().map_or(function.name.span(), Ident::span),
                message,
                format!("write `derivative({}) = …`", names.join(", ")),
            );
            return None;
        }
        let ambient = std::mem::take(&mut self.ambient);
        let guards = std::mem::take(&mut self.guards);
        let delays = std::mem::replace(&mut self.delays, true);
        let nodes = self.graph.nodes.len();
        let frame =
            Frame { scopes: vec![Vec::new()], function: function.name.to_string(), ..Frame::default() };
        self.frames.push(frame);
        let parameter = |this: &mut Self, number: usize| {
            let element = this.graph.scalars.call(Function::Parameter(number as u32), Vec::new());
            Bound::Value(Value::Array(Array { shape: Vec::new(), kind: Kind::Float, depth: 0, element }))
        };
        // An argument named `y` hides the result.
        let result = parameter(self, takes);
        self.bind(&Ident::new("y", function.name.span()), result, Mutability::Argument);
        self.lookup("y");
        for (number, argument) in function.arguments.iter().enumerate() {
            if let ast::Pattern::Name(name) = &argument.pattern {
                let value = parameter(self, number);
                self.bind(name, value, Mutability::Argument);
                self.lookup(&name.to_string());
            }
        }
        for (number, tangent) in tangents.iter().enumerate() {
            let value = parameter(self, takes + 1 + number);
            self.bind(tangent, value, Mutability::Argument);
        }
        let value = self.expr(expr);
        let place = self.place(expr);
        let value = self.to_array(value, &place).and_then(|array| self.to_float(array, &place));
        self.leave();
        self.frames.pop();
        (self.ambient, self.guards, self.delays) = (ambient, guards, delays);
        let made_nodes = self.graph.nodes.len() > nodes;
        self.graph.nodes.truncate(nodes);
        let value = value?;
        if !value.shape.is_empty() || made_nodes {
            self.error_with_help(
                expr.span,
                "the derivative of a function of numbers is a number, made of numbers",
                "write a formula of the arguments, their tangents and the result `y`",
            );
            return None;
        }
        let first = takes as u32 + 1;
        let is_zero = self.graph.scalars.as_number(value.element) == Some(0.0);
        if self.degree(value.element, first, &mut BTreeMap::new()) != Degree::Linear && !is_zero {
            let names: Vec<String> = tangents.iter().map(ToString::to_string).collect();
            let example = function
                .arguments
                .first()
                .map_or_else(|| "x".to_string(), |argument| pattern_name(&argument.pattern));
            let message = format!("the derivative of `{}` must be linear in {}", function.name, list(&names));
            self.error_with_help(
                expr.span,
                message,
                format!("each term has one tangent as a factor: `cos({example}) * {}`", names[0]),
            );
            return None;
        }
        Some((0..takes).map(|number| self.coefficient(value.element, first, first + number as u32)).collect())
    }

    /// Whether an expression is linear in the parameters from a number on.
    fn degree(&self, id: ScalarId, first: u32, known: &mut BTreeMap<ScalarId, Degree>) -> Degree {
        if let Some(&degree) = known.get(&id) {
            return degree;
        }
        let scalars = &self.graph.scalars;
        let mut of = |id: ScalarId| {
            if scalars.as_number(id) == Some(0.0) { None } else { Some(self.degree(id, first, known)) }
        };
        let alike = |a: Option<Degree>, b: Option<Degree>| match (a, b) {
            (Some(a), Some(b)) if a != b => Degree::Neither,
            (a, b) => a.or(b).unwrap_or(Degree::Constant),
        };
        let degree = match &scalars[id] {
            Scalar::Call(Function::Parameter(number), _) if *number >= first => Degree::Linear,
            Scalar::Unary(Unary::Neg, a) => of(*a).unwrap_or(Degree::Constant),
            Scalar::Binary(Binary::Add | Binary::Sub, a, b) => alike(of(*a), of(*b)),
            Scalar::Binary(Binary::Mul, a, b) => match (of(*a), of(*b)) {
                (Some(a), Some(Degree::Constant)) => a,
                (Some(Degree::Constant), Some(b)) => b,
                _ => Degree::Neither,
            },
            Scalar::Binary(Binary::Div, a, b) => match (of(*a), of(*b)) {
                (Some(a), Some(Degree::Constant)) => a,
                _ => Degree::Neither,
            },
            Scalar::Select(c, a, b) => match of(*c) {
                Some(Degree::Constant) => alike(of(*a), of(*b)),
                _ => Degree::Neither,
            },
            _ => {
                let operands = scalars.operands(id);
                let constant =
                    operands.into_iter().all(|operand| matches!(of(operand), None | Some(Degree::Constant)));
                if constant { Degree::Constant } else { Degree::Neither }
            }
        };
        known.insert(id, degree);
        degree
    }

    /// The factor of one parameter in an expression that is linear in those from `first` on.
    fn coefficient(&mut self, id: ScalarId, first: u32, wanted: u32) -> ScalarId {
        let zero = self.graph.scalars.number(0.0);
        let has = |this: &Self, id: ScalarId| {
            let reached: BTreeSet<ScalarId> = this.graph.scalars.reachable(id).into_iter().collect();
            reached.into_iter().any(|part| matches!(this.graph.scalars[part], Scalar::Call(Function::Parameter(number), _) if number >= first))
        };
        if !has(self, id) {
            return zero;
        }
        match self.graph.scalars[id].clone() {
            Scalar::Call(Function::Parameter(number), _) => {
                self.graph.scalars.number(if number == wanted { 1.0 } else { 0.0 })
            }
            Scalar::Unary(Unary::Neg, a) => {
                let a = self.coefficient(a, first, wanted);
                self.graph.scalars.neg(a)
            }
            Scalar::Binary(function @ (Binary::Add | Binary::Sub), a, b) => {
                let (a, b) = (self.coefficient(a, first, wanted), self.coefficient(b, first, wanted));
                self.graph.scalars.binary(function, a, b)
            }
            Scalar::Binary(Binary::Mul, a, b) => {
                let (a, b) = if has(self, a) {
                    (self.coefficient(a, first, wanted), b)
                } else {
                    (a, self.coefficient(b, first, wanted))
                };
                self.graph.scalars.mul(a, b)
            }
            Scalar::Binary(Binary::Div, a, b) => {
                let a = self.coefficient(a, first, wanted);
                self.graph.scalars.div(a, b)
            }
            Scalar::Select(c, a, b) => {
                let (a, b) = (self.coefficient(a, first, wanted), self.coefficient(b, first, wanted));
                self.graph.scalars.select(c, a, b)
            }
            _ => zero,
        }
    }

    /// Reports the functions of Rust that a derivative was needed of and that have none. Whether there are any.
    pub fn undifferentiated(&mut self, missing: &BTreeSet<ExternId>, what: &str) -> bool {
        for function in missing {
            let (name, span) = self.externs[function.0 as usize].clone();
            without_derivative(self.items.float, &name, span, what, self.report);
        }
        !missing.is_empty()
    }
}

/// Says that a function of Rust has no derivative where one is needed.
pub fn without_derivative(float: Float, name: &Ident, span: Span, what: &str, report: &mut Report) {
    let float = match float {
        Float::F32 => "f32",
        Float::F64 => "f64",
    };
    let message = format!("{what} goes through `{name}`, which has none");
    let help = format!(
        "declare it: `extern fn {name}(x: {float}) -> {float} {{ derivative(dx) = … * dx }}`, or cut it off: `stop_grad(…)`"
    );
    report.error_with_help(span, message, help);
}
