//! Statements in order, and what bindings bind.

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::expression::Wanted;
use super::fit::Expected;
use super::unused::Allowed;
use super::value::{Bound, Mutability, Value};
use super::words::counted;
use crate::syntax::ast::{self, Pattern, Statement, Target};

impl Elaborator<'_> {
    /// A body in a scope of its own.
    pub fn block(&mut self, body: &ast::Body) -> Value {
        self.block_of(body, &Wanted::Any)
    }

    /// A body in a scope of its own, of which something may be wanted.
    pub fn block_of(&mut self, body: &ast::Body, wanted: &Wanted) -> Value {
        self.enter();
        let value = self.body(body, wanted);
        self.leave();
        value
    }

    /// A body in the scope at hand, of which something may be wanted.
    pub fn body(&mut self, body: &ast::Body, wanted: &Wanted) -> Value {
        for statement in &body.statements {
            self.statement(statement, body);
        }
        match &body.result {
            Some(result) => self.expr_of(result, wanted),
            None => {
                let help = match body.statements.last() {
                    Some(
                        Statement::Let { pattern: Pattern::Name(name), .. }
                        | Statement::LetIndexed { name, .. },
                    ) => format!("end it in an expression without `;`: `{name}`"),
                    Some(Statement::Assign {
                        target: Target::Name(name) | Target::Indexed(name, ..),
                        ..
                    }) => format!("end it in an expression without `;`: `{name}`"),
                    _ => "end it in an expression without `;`".to_string(),
                };
                self.error_with_help(body.span, "this body has no value", help);
                Value::Poison
            }
        }
    }

    /// One statement; `around` is the body that it stands in.
    pub fn statement(&mut self, statement: &Statement, around: &ast::Body) {
        let allowed = self.frame().allowed;
        if let Statement::Let { attributes, .. }
        | Statement::LetIndexed { attributes, .. }
        | Statement::For(ast::For { attributes, .. }) = statement
        {
            self.frame_mut().allowed = allowed.or(Allowed::by(attributes));
        }
        self.unadorned(statement, around);
        self.frame_mut().allowed = allowed;
    }

    fn unadorned(&mut self, statement: &Statement, around: &ast::Body) {
        match statement {
            Statement::Let { mutable, pattern, ty, value, .. } => {
                let hint = std::mem::replace(&mut self.hint, super::call::pattern_name(pattern));
                let first_new = self.graph.tensors.len();
                let mut bound = self.expr_of(value, &Wanted::by(ty.as_ref()));
                if let (true, Value::Static(_)) = (*mutable, &bound) {
                    bound = self.to_array(bound, &self.place(value)).map_or(Value::Poison, Value::Array);
                }
                bound = self.store_all(bound);
                self.hint = hint;
                if let Some(ty) = ty {
                    self.refuse_other_float(ty);
                    let expected = Expected::Binding(format!("`{}`", super::call::pattern_name(pattern)));
                    bound = self.fit_expr(ty, bound, &expected, value).unwrap_or(Value::Poison);
                }
                self.take_name(&bound, pattern, first_new);
                let mutable = match (mutable, pattern) {
                    (false, _) => Mutability::No,
                    (true, Pattern::Name(_) | Pattern::Ignored(_)) => Mutability::Alone,
                    (true, Pattern::Tuple(..)) => Mutability::Together,
                };
                self.bind_pattern_in(pattern, bound, mutable, around);
            }
            Statement::LetIndexed { mutable, name, indices, value, .. } => {
                let hint = std::mem::replace(&mut self.hint, name.to_string());
                let result = self
                    .indexed(indices, value)
                    .map_or(Value::Poison, |result| self.affordable(result, name.span()));
                let value = self.store_all(result);
                self.hint = hint;
                self.take_name(&value, &Pattern::Name(name.clone()), 0);
                let mutable = if *mutable { Mutability::Alone } else { Mutability::No };
                self.bind_pattern_in(&Pattern::Name(name.clone()), value, mutable, around);
            }
            Statement::Assign { target, operator, operator_span, value } => {
                self.assign(target, *operator, *operator_span, value)
            }
            Statement::For(each) => self.repeat(each),
            Statement::Lost(lost) => {
                self.uses_wrong = true;
                self.frame_mut().lost |= lost.nameless;
                for name in &lost.names {
                    self.bind(name, Bound::Value(Value::Poison), Mutability::Alone);
                }
            }
        }
    }

    /// A block uses one float type, in its bodies too.
    fn refuse_other_float(&mut self, ty: &ast::Type) {
        match ty {
            ast::Type::Tensor(ty) => {
                let float = self.float_name();
                let other = ["f32", "f64"].into_iter().find(|known| ty.scalar == known && *known != float);
                if let Some(other) = other {
                    let message = format!("this block's numbers are {float}, found `{other}`");
                    self.error_with_help(ty.scalar.span(), message, format!("write `{float}`"));
                }
            }
            ast::Type::Tuple(parts, _) => parts.iter().for_each(|part| self.refuse_other_float(part)),
            ast::Type::Dim(_) | ast::Type::Error(_) => {}
        }
    }

    /// A tensor made for a binding bears its name.
    fn take_name(&mut self, value: &Value, pattern: &Pattern, first_new: usize) {
        if let (Value::Array(array), Pattern::Name(name)) = (value, pattern)
            && let crate::ir::Scalar::Read(tensor, at) = &self.graph.scalars[array.element]
        {
            let made_here = tensor.0 as usize >= first_new
                && self.graph.nodes.iter().rev().take(4).any(|node| node.outputs().contains(tensor));
            if made_here && at.len() == array.shape.len() {
                self.graph.tensors[tensor.0 as usize].name = name.to_string().into();
            }
        }
    }

    /// Binds a pattern; `around` is where what it binds is used.
    pub fn bind_pattern_in(
        &mut self,
        pattern: &Pattern,
        value: Value,
        mutable: Mutability,
        around: &ast::Body,
    ) {
        if let (Pattern::Tuple(..), Some(twice)) = (pattern, bound_twice(pattern)) {
            self.error_with_help(
                twice.span(),
                format!("`{twice}` is bound twice in this pattern"),
                "`_` ignores a value",
            );
        }
        match (pattern, value) {
            (Pattern::Ignored(_), _) => {}
            (Pattern::Name(name), Value::Array(array)) if super::variables::is_variable(around, name) => {
                let value = self.by_itself(&array, &name.to_string());
                self.bind(name, Bound::Value(value), mutable);
                if let Some(binding) = self.binding(&name.to_string()) {
                    binding.is_variable = true;
                }
            }
            (Pattern::Name(name), value) => self.bind(name, Bound::Value(value), mutable),
            (Pattern::Tuple(parts, _), Value::Tuple(values)) if parts.len() == values.len() => {
                for (part, value) in parts.iter().zip(values) {
                    self.bind_pattern_in(part, value, mutable, around);
                }
            }
            (Pattern::Tuple(parts, span), value) => {
                if !matches!(value, Value::Poison) {
                    let (message, help) = match &value {
                        Value::Tuple(values) => (
                            format!(
                                "{} for {}, {}",
                                counted(parts.len(), "name"),
                                counted(values.len(), "value"),
                                self.describe(&value)
                            ),
                            nested(&value, parts).unwrap_or("`_` ignores a value".to_string()),
                        ),
                        _ => (
                            format!(
                                "{} for one value, {}",
                                counted(parts.len(), "name"),
                                self.describe(&value)
                            ),
                            "the parts of a tensor are subscripts: `x[0]`, `x[1]`".to_string(),
                        ),
                    };
                    self.error_with_help(*span, message, help);
                }
                for part in parts {
                    self.bind_pattern_in(part, Value::Poison, mutable, around);
                }
            }
        }
    }
}

/// How a tuple of tuples is taken apart into so many names.
fn nested(value: &Value, names: &[Pattern]) -> Option<String> {
    fn walk<'n>(value: &Value, names: &mut impl Iterator<Item = &'n Pattern>) -> Option<String> {
        match value {
            Value::Tuple(parts) => {
                let parts: Option<Vec<String>> = parts.iter().map(|part| walk(part, names)).collect();
                Some(format!("({})", parts?.join(", ")))
            }
            _ => names.next().map(super::call::pattern_name),
        }
    }
    let mut names = names.iter();
    let taken = walk(value, &mut names)?;
    names.next().is_none().then(|| format!("it is nested: `let {taken} = …;`"))
}

/// A name that a pattern binds twice.
fn bound_twice(pattern: &Pattern) -> Option<&Ident> {
    fn walk<'p>(pattern: &'p Pattern, names: &mut Vec<&'p Ident>) -> Option<&'p Ident> {
        match pattern {
            Pattern::Ignored(_) => None,
            Pattern::Tuple(parts, _) => parts.iter().find_map(|part| walk(part, names)),
            Pattern::Name(name) if names.contains(&name) => Some(name),
            Pattern::Name(name) => {
                names.push(name);
                None
            }
        }
    }
    walk(pattern, &mut Vec::new())
}
