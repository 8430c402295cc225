//! Expressions: what each stands for, and as what it is taken.

use proc_macro2::{Ident, Span};

use super::elaborate::{Elaborator, Place};
use super::elsewhere::known_elsewhere;
use super::operator::is_comparison;
use super::value::{Array, Bound, Static, Value};
use super::words::list;
use crate::ir::{Comparison, Int, Kind, Unary};
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, ExprKind as E};

impl Elaborator<'_> {
    /// What an expression stands for.
    pub fn expr(&mut self, expr: &ast::Expr) -> Value {
        let value = self.deeper(expr.span, |this| this.any_expr(expr));
        self.note_sizes(&value);
        self.affordable(value, expr.span)
    }

    /// What an expression stands for where something is wanted of it.
    pub fn expr_of(&mut self, expr: &ast::Expr, wanted: &Wanted) -> Value {
        match (&expr.kind, wanted) {
            (E::Tuple(parts), Wanted::Several(each)) if parts.len() == each.len() => Value::Tuple(
                parts.iter().zip(each).map(|(part, wanted)| self.expr_of(part, wanted)).collect(),
            ),
            (_, Wanted::Any) => self.expr(expr),
            (E::If { condition, then, otherwise }, _) => self.deeper(expr.span, |this| {
                let chosen = this.choice(condition, then, otherwise.as_ref(), wanted, expr.span);
                this.indices_of(chosen, wanted)
            }),
            (E::Block(body), _) => self.deeper(expr.span, |this| this.block_of(body, wanted)),
            (_, Wanted::Index) => self.index_expr(expr),
            (_, Wanted::Several(_)) => self.expr(expr),
        }
    }

    /// A value that was chosen, where choices between whole numbers are indices if indices are wanted.
    fn indices_of(&mut self, value: Value, wanted: &Wanted) -> Value {
        match (value, wanted) {
            (Value::Array(array), Wanted::Index) if !self.is_below_zero(array.element) => {
                Value::Array(self.to_index(array))
            }
            (Value::Tuple(parts), Wanted::Several(each)) => Value::Tuple(
                parts.into_iter().zip(each).map(|(part, wanted)| self.indices_of(part, wanted)).collect(),
            ),
            (value, _) => value,
        }
    }

    fn index_expr(&mut self, expr: &ast::Expr) -> Value {
        match &expr.kind {
            E::Unary(..) | E::Binary(..) if self.is_whole(expr, true) => self.integer_value(expr),
            E::Binary(..) | E::Array(..) if self.is_of_indices(expr) => {
                self.arithmetic_on_indices(expr).map_or(Value::Poison, Value::Array)
            }
            _ => self.expr(expr),
        }
    }

    /// Integer arithmetic as an index.
    fn integer_value(&mut self, expr: &ast::Expr) -> Value {
        let Some(value) = self.integer(expr).filter(|value| self.is_no_less_than_zero(value, expr)) else {
            return Value::Poison;
        };
        let element = self.graph.scalars.integer(value);
        Value::Array(self.scalar(Kind::Index, element))
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
                self.choice(condition, then, otherwise.as_ref(), &Wanted::Any, expr.span)
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
            E::Error => {
                self.uses_wrong = true;
                Value::Poison
            }
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
                if self.has_lost_fields(layer.instance) {
                    return Value::Poison;
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
            Value::Layer(layer) => (
                format!("`.{name}` takes a field of a layer, found {}", self.describe(&value)),
                format!(
                    "take one of them first: `{}[0].{name}`",
                    layer.path.last().map_or("", |step| step.name.as_str())
                ),
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
                let called =
                    self.named_function(&name.to_string()).is_some() || self.is_builtin(&name.to_string());
                let help = match known_elsewhere(&name.to_string()) {
                    _ if called => format!("call the function: `.{name}()`"),
                    Some(help) => help.to_string(),
                    None => "only layers have fields".to_string(),
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

    /// `[a, b]`: stacked on a new first axis.
    fn literal(&mut self, parts: &[ast::Expr], span: Span) -> Value {
        let arrays: Vec<Option<Array>> = parts.iter().map(|part| self.array(part)).collect();
        let Some(arrays) = arrays.into_iter().collect::<Option<Vec<Array>>>() else { return Value::Poison };
        let places: Vec<Place> = parts.iter().map(|part| self.place(part)).collect();
        let masks = arrays.iter().all(|array| array.kind == Kind::Mask);
        let arrays: Vec<Option<Array>> = arrays
            .into_iter()
            .zip(&places)
            .map(|(array, place)| if masks { Some(array) } else { self.to_float(array, place) })
            .collect();
        let Some(arrays) = arrays.into_iter().collect::<Option<Vec<Array>>>() else { return Value::Poison };
        if arrays.is_empty() {
            self.error_with_help(
                span,
                "an empty list has no shape",
                "zeros of any shape are `zeros([0, 3])`",
            );
            return Value::Poison;
        }
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

/// What is wanted of an expression, by the type that is declared or by what it is assigned to.
#[derive(Debug)]
pub enum Wanted {
    /// An index: arithmetic on integers is exact, as in a subscript.
    Index,
    /// A tuple.
    Several(Vec<Wanted>),
    /// Nothing that changes what an expression means.
    Any,
}

impl Wanted {
    /// By a type, if one is declared.
    pub fn by(ty: Option<&ast::Type>) -> Self {
        match ty {
            Some(ast::Type::Tuple(types, _)) => {
                Self::Several(types.iter().map(|ty| Self::by(Some(ty))).collect())
            }
            Some(ast::Type::Tensor(ty)) if ty.scalar == "u32" => Self::Index,
            _ => Self::Any,
        }
    }
}

/// Whether a type is that of one index.
pub fn is_index(ty: &ast::Type) -> bool {
    matches!(ty, ast::Type::Tensor(ty) if ty.scalar == "u32" && ty.axes.is_empty())
}
