//! Which names of the surroundings a body assigns.

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::value::{Bound, Value};
use crate::syntax::ast::{Body, Expr, ExprKind as E, ForRange, Pattern, Statement, Subscript, Target};

impl Elaborator<'_> {
    /// What the bodies assign of the mutable values in scope: names and what they stand for, once each.
    pub fn assigned(&mut self, bodies: &[&Body]) -> Vec<(Ident, Value)> {
        let mut names = Names::default();
        bodies.iter().for_each(|body| names.body(body));
        let values = names.assigned.into_iter().filter_map(|name| {
            let binding = self.binding(&name.to_string())?;
            match &binding.value {
                Bound::Value(value) if binding.mutable.is_mutable() => Some((name, value.clone())),
                Bound::Value(_) | Bound::Integer(_) => None,
            }
        });
        values.collect()
    }
}

/// What a walk has met: names that are assigned, and those that are declared in the bodies around the place
/// at hand, which hide them.
#[derive(Default)]
struct Names {
    assigned: Vec<Ident>,
    declared: Vec<String>,
}

impl Names {
    fn body(&mut self, body: &Body) {
        let outside = self.declared.len();
        for statement in &body.statements {
            self.statement(statement);
        }
        body.result.iter().for_each(|result| self.expr(result));
        self.declared.truncate(outside);
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Let { pattern, value, .. } => {
                self.expr(value);
                self.pattern(pattern);
            }
            Statement::LetIndexed { name, value, .. } => {
                self.expr(value);
                self.declared.push(name.to_string());
            }
            Statement::Assign { target, value, .. } => {
                self.expr(value);
                self.target(target);
            }
            Statement::For(each) => {
                if let ForRange::Over(layers) = &each.range {
                    self.expr(layers);
                }
                self.declared.push(each.variable.to_string());
                each.condition.iter().for_each(|condition| self.expr(condition));
                self.body(&each.body);
                self.declared.pop();
            }
            Statement::Lost(lost) => self.declared.extend(lost.names.iter().map(Ident::to_string)),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Name(name) => self.declared.push(name.to_string()),
            Pattern::Ignored(_) => {}
            Pattern::Tuple(parts, _) => parts.iter().for_each(|part| self.pattern(part)),
        }
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Name(name) | Target::Indexed(name, ..) => {
                if let Target::Indexed(_, subscripts, _) = target {
                    self.subscripts(subscripts);
                }
                if !self.declared.contains(&name.to_string()) && !self.assigned.contains(name) {
                    self.assigned.push(name.clone());
                }
            }
            Target::Ignored(_) => {}
            Target::Tuple(parts, _) => parts.iter().for_each(|part| self.target(part)),
        }
    }

    /// The bodies in an expression.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            E::Block(body) => self.body(body),
            E::If { condition, then, otherwise } => {
                self.expr(condition);
                self.body(then);
                otherwise.iter().for_each(|body| self.body(body));
            }
            E::Array(parts) | E::Tuple(parts) => parts.iter().for_each(|part| self.expr(part)),
            E::Unary(_, inner) | E::Cast(inner, _) | E::Field(inner, _) | E::Reduce { body: inner, .. } => {
                self.expr(inner)
            }
            E::Binary(_, _, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            E::Call { function, arguments } => {
                self.expr(function);
                arguments.iter().for_each(|argument| self.expr(&argument.value));
            }
            E::Method { receiver, arguments, .. } => {
                self.expr(receiver);
                arguments.iter().for_each(|argument| self.expr(&argument.value));
            }
            E::Index(base, subscripts) => {
                self.expr(base);
                self.subscripts(subscripts);
            }
            E::Number(_) | E::Bool(_) | E::Name(_) | E::Error => {}
        }
    }

    fn subscripts(&mut self, subscripts: &[Subscript]) {
        for subscript in subscripts {
            if let Subscript::At(at) = subscript {
                self.expr(at);
            }
        }
    }
}
