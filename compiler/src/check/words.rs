//! Words for people: sizes, types and values as a user would write them.

use super::elaborate::Elaborator;
use super::value::{Layer, Static, Value};
use crate::ir::{Int, Kind};
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E, Subscript};

/// `a`, `b` and `c` — in backquotes.
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    joined(&quoted)
}

/// a, b and c — as they are.
pub fn joined(parts: &[String]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// `a`, `b`, `c` — in backquotes, where more follow.
pub fn list_open<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// `1 argument`, `2 arguments`.
pub fn counted(count: usize, what: &str) -> String {
    match (count, what) {
        (0, what) => format!("no {}", plural(what)),
        (1, what) => format!("1 {what}"),
        (_, what) => format!("{count} {}", plural(what)),
    }
}

fn plural(what: &str) -> String {
    match what.strip_suffix("is") {
        Some(stem) => format!("{stem}es"),
        None => format!("{what}s"),
    }
}

/// What is called, as it was written: `fc1`, `enc.hidden`, `blocks[2]`.
pub fn spelled(expr: &ast::Expr) -> Option<String> {
    Some(match &expr.kind {
        E::Name(name) => name.to_string(),
        E::Field(receiver, name) => format!("{}.{name}", spelled(receiver)?),
        E::Number(ast::Number { integer: Some(value), .. }) => value.to_string(),
        E::Unary(ast::UnaryOperator::Negate, inner) => format!("-{}", spelled(inner)?),
        E::Binary(operator, _, left, right) => {
            let operator = match operator {
                Op::Add => "+",
                Op::Subtract => "-",
                Op::Multiply => "*",
                _ => return None,
            };
            format!("{} {operator} {}", spelled(left)?, spelled(right)?)
        }
        E::Index(base, subscripts) => {
            let inside = subscripts.iter().map(|subscript| match subscript {
                Subscript::At(at) => spelled(at),
                Subscript::Whole(_) => Some("..".to_string()),
                Subscript::Range { from, to, .. } => {
                    let end = |end: &Option<ast::Expr>| end.as_ref().map_or(Some(String::new()), spelled);
                    Some(format!("{}..{}", end(from)?, end(to)?))
                }
            });
            format!("{}[{}]", spelled(base)?, inside.collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => return None,
    })
}

impl Elaborator<'_> {
    /// A size as the user would write it.
    pub fn show_size(&self, size: &Int) -> String {
        crate::print::integer(&self.graph, size)
    }

    /// `N, 784`
    pub fn show_sizes(&self, sizes: &[Int]) -> String {
        sizes.iter().map(|size| self.show_size(size)).collect::<Vec<_>>().join(", ")
    }

    /// `f32[N, 784]`
    pub fn show(&self, kind: Kind, shape: &[Int]) -> String {
        let name = match kind {
            Kind::Float => self.float_name(),
            Kind::Index => "u32",
            Kind::Key => "u64",
            Kind::Mask => "bool",
        };
        if shape.is_empty() {
            return name.to_string();
        }
        format!("{name}[{}]", self.show_sizes(shape))
    }

    /// `Linear<784, 128>`
    pub fn show_layer(&self, layer: &Layer) -> String {
        self.instances.list[layer.instance].description()
    }

    /// What a value is, in words.
    pub fn describe(&self, value: &Value) -> String {
        match value {
            Value::Array(array) => self.show(array.kind, &array.shape),
            Value::Tuple(parts) => {
                format!("({})", parts.iter().map(|part| self.describe(part)).collect::<Vec<_>>().join(", "))
            }
            Value::Layer(layer) if layer.lengths.is_empty() => format!("a layer {}", self.show_layer(layer)),
            Value::Layer(layer) => {
                let lengths = layer
                    .lengths
                    .iter()
                    .rev()
                    .fold(self.show_layer(layer), |inner, length| format!("[{inner}; {length}]"));
                format!("layers {lengths}")
            }
            Value::Static(Static::Integer(value)) => value.to_string(),
            Value::Static(Static::Number(value)) => format!("{value:?}"),
            Value::Static(Static::Flag(value)) => format!("`{value}`"),
            Value::Static(Static::Size(size)) => format!("the size {}", self.show_size(size)),
            Value::Static(Static::List(_)) => "a list".to_string(),
            Value::Poison => "something wrong".to_string(),
        }
    }

    /// `f32[N, 3] has 2 axes: 0 and 1, or -2 and -1 from the end`
    pub fn describe_axes(&self, kind: Kind, shape: &[Int]) -> String {
        let shown = self.show(kind, shape);
        match shape.len() {
            0 => format!("{shown} is a scalar"),
            1 => format!("{shown} has one axis: 0, or -1"),
            rank => format!("{shown} has {rank} axes: 0 to {}, or -{rank} to -1", rank - 1),
        }
    }
}
