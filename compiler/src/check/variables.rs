//! Names that something is differentiated by: each is a tensor of its own.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::value::{Array, Bound, Value};
use crate::differentiate;
use crate::ir::{Scalar, TensorId};
use crate::syntax::ast::{self, CallArgument, ExprKind as E, Statement, Subscript, Target};

impl Elaborator<'_> {
    /// The value of a variable: neither a view of something else, nor what another name stands for.
    pub fn by_itself(&mut self, array: &Array, name: &str) -> Value {
        let tensor = self.whole_anew(array, name);
        Value::Array(self.of_whole(tensor))
    }

    /// What a derivative by these tensors does not see through: these, and the other variables in scope. A
    /// derivative may be taken of it by one of them, and would not find it in formulas that read what it was
    /// computed from. What depends on these tensors is not among them: there the derivative itself goes through.
    pub fn unseen(&self, by: &[TensorId]) -> BTreeSet<TensorId> {
        let bindings = self.frames.iter().flat_map(|frame| frame.scopes.iter().flatten());
        let variables = bindings.filter(|binding| binding.is_variable).filter_map(|binding| {
            let Bound::Value(Value::Array(array)) = &binding.value else { return None };
            match &self.graph.scalars[array.element] {
                Scalar::Read(tensor, _) => Some(*tensor),
                _ => None,
            }
        });
        let between = differentiate::dependents(&self.graph, &self.open, by);
        variables.filter(|variable| !between.contains(variable)).chain(by.iter().copied()).collect()
    }
}

/// Whether somewhere in a body a derivative is taken with respect to a name.
pub fn is_variable(body: &ast::Body, name: &Ident) -> bool {
    body.statements.iter().any(|statement| match statement {
        Statement::Let { value, .. } | Statement::LetIndexed { value, .. } => in_expr(value, name),
        Statement::Assign { target, value, .. } => in_expr(value, name) || in_target(target, name),
        Statement::For(each) => {
            is_variable(&each.body, name) || each.condition.as_ref().is_some_and(|of| in_expr(of, name))
        }
        Statement::Lost(_) => false,
    }) || body.result.as_ref().is_some_and(|result| in_expr(result, name))
}

fn in_expr(expr: &ast::Expr, name: &Ident) -> bool {
    let is_name = |expr: &ast::Expr| match &expr.kind {
        E::Name(other) => other == name,
        E::Tuple(parts) => parts.iter().any(|part| matches!(&part.kind, E::Name(other) if other == name)),
        _ => false,
    };
    let takes_derivative = |text: &Ident| text == "grad" || text == "jvp" || text == "jacobian";
    let any = |arguments: &[CallArgument]| arguments.iter().any(|argument| in_expr(&argument.value, name));
    match &expr.kind {
        E::Call { function, arguments } => {
            let direct = matches!(&function.kind, E::Name(text) if takes_derivative(text))
                && arguments.get(1).is_some_and(|second| is_name(&second.value));
            direct || in_expr(function, name) || any(arguments)
        }
        E::Method { receiver, name: method, arguments } => {
            let direct =
                takes_derivative(method) && arguments.first().is_some_and(|first| is_name(&first.value));
            direct || in_expr(receiver, name) || any(arguments)
        }
        E::Unary(_, inner) | E::Cast(inner, _) | E::Field(inner, _) | E::Reduce { body: inner, .. } => {
            in_expr(inner, name)
        }
        E::Binary(_, _, left, right) => in_expr(left, name) || in_expr(right, name),
        E::If { condition, then, otherwise } => {
            in_expr(condition, name)
                || is_variable(then, name)
                || otherwise.as_ref().is_some_and(|body| is_variable(body, name))
        }
        E::Index(base, subscripts) => in_expr(base, name) || in_subscripts(subscripts, name),
        E::Array(parts) | E::Tuple(parts) => parts.iter().any(|part| in_expr(part, name)),
        E::Block(body) => is_variable(body, name),
        E::Number(_) | E::Bool(_) | E::Name(_) | E::Error => false,
    }
}

fn in_target(target: &Target, name: &Ident) -> bool {
    match target {
        Target::Indexed(_, subscripts, _) => in_subscripts(subscripts, name),
        Target::Tuple(parts, _) => parts.iter().any(|part| in_target(part, name)),
        Target::Name(_) | Target::Ignored(_) => false,
    }
}

fn in_subscripts(subscripts: &[Subscript], name: &Ident) -> bool {
    subscripts.iter().any(|subscript| matches!(subscript, Subscript::At(at) if in_expr(at, name)))
}
