//! Subscripts: of layers in arrays, and of tensors by integers, ranges and index tensors.

use proc_macro2::Span;

use super::elaborate::Elaborator;
use super::expression::Wanted;
use super::inside::checked;
use super::value::{Array, Layer, Value};
use super::words::counted;
use crate::ir::{Int, Kind, Scalar};
use crate::syntax::ast::{self, ExprKind as E, Subscript};

/// The part of an array that its subscripts take, as far as they have been gone through.
#[derive(Default)]
struct Part {
    shape: Vec<Int>,
    /// Where each axis of the array is read.
    at: Vec<Int>,
    /// Whether one was a tensor of indices.
    gathered: bool,
}

impl Elaborator<'_> {
    /// `x[.., 0]`, `x[1..3]`, `table[idx]`, `blocks[2]`.
    pub fn index(&mut self, base: &ast::Expr, subscripts: &[Subscript], span: Span) -> Value {
        match self.expr(base) {
            Value::Layer(layer) => self.layer_of(layer, subscripts, span),
            Value::Poison => {
                self.evaluate_subscripts(subscripts);
                Value::Poison
            }
            value => {
                let place = self.place(base);
                let Some(array) = self.to_array(value, &place) else {
                    self.evaluate_subscripts(subscripts);
                    return Value::Poison;
                };
                self.subscript(&array, subscripts, &subject(base)).map_or(Value::Poison, Value::Array)
            }
        }
    }

    /// After an error in what is subscripted, the subscripts may still have theirs.
    fn evaluate_subscripts(&mut self, subscripts: &[Subscript]) {
        for subscript in subscripts {
            match subscript {
                Subscript::Whole(_) => {}
                Subscript::At(at) => {
                    self.say_unbound(at);
                    self.evaluate_subscript(at);
                }
                Subscript::Range { from, to, .. } => {
                    from.iter().chain(to).for_each(|end| drop(self.integer(end)))
                }
            }
        }
    }

    fn evaluate_subscript(&mut self, at: &ast::Expr) {
        if self.is_integer(at) {
            self.integer(at);
        } else {
            self.expr_of(at, &Wanted::Index);
        }
    }

    fn layer_of(&mut self, mut layer: Layer, subscripts: &[Subscript], span: Span) -> Value {
        for subscript in subscripts {
            let Subscript::At(at) = subscript else {
                self.error_with_help(
                    span,
                    "an array of layers is subscripted by an integer",
                    "take one, `blocks[0]`, some, `for i in 1..3 { x = blocks[i](x); }`, or all: `for block in blocks { … }`",
                );
                return Value::Poison;
            };
            if layer.lengths.is_empty() {
                let message =
                    format!("this is one {} already, not an array of them", self.show_layer(&layer));
                self.error_with_help(
                    at.span,
                    message,
                    "call it, `layer(x)`, or take a field of it: `layer.weight`",
                );
                return Value::Poison;
            }
            let length = layer.lengths.remove(0);
            let Some(position) = self.position(at, &Int::from(length)) else { return Value::Poison };
            let name = layer.path.last().map_or_else(String::new, |step| step.name.clone());
            let axis = layer.indices.len();
            layer.indices.push(self.inside(position, &Int::from(length), (&name, axis), at));
        }
        Value::Layer(layer)
    }

    /// The array at some subscripts; axes left out at the end are whole. `name` is how messages call it.
    pub fn subscript(&mut self, array: &Array, subscripts: &[Subscript], name: &str) -> Option<Array> {
        let array = self.here(array);
        if self.asks_for_new_axes(&array, subscripts, name) {
            return None;
        }
        if subscripts.len() > array.shape.len() {
            let rank = array.shape.len();
            let found = self.show(array.kind, &array.shape);
            let message = match rank {
                0 => format!("{found} is a scalar: it takes no subscripts"),
                _ => format!(
                    "{found} takes {} at most, found {}",
                    counted(rank, "subscript"),
                    subscripts.len()
                ),
            };
            let place = match &subscripts[rank] {
                Subscript::At(at) => self.place(at),
                Subscript::Whole(at) => self.place_of(*at),
                Subscript::Range { span, .. } => self.place_of(*span),
            };
            let help = if rank == 0 {
                "leave them out".to_string()
            } else {
                "there is one subscript for each axis; axes left out at the end are whole".to_string()
            };
            self.say(&place, message, Some(help));
            self.evaluate_subscripts(subscripts);
            return None;
        }
        let mut part = Part::default();
        let mut is_right = true;
        // What is wrong with one subscript hides nothing that is wrong with the next.
        for (axis, size) in array.shape.iter().enumerate() {
            is_right &= self.take(&mut part, subscripts.get(axis), size, (name, axis)).is_some();
        }
        is_right.then(|| self.view(&array, part.shape, part.at))
    }

    /// Goes on with the subscript of the next axis, which has this size, or none: the axis is whole.
    fn take(
        &mut self,
        part: &mut Part,
        subscript: Option<&Subscript>,
        size: &Int,
        axis: (&str, usize),
    ) -> Option<()> {
        let depth = self.depth();
        match subscript {
            None | Some(Subscript::Whole(_)) => {
                part.at.push(Int::index(depth + part.shape.len()));
                part.shape.push(size.clone());
            }
            Some(Subscript::Range { from, to, span }) => {
                let from = from.as_ref().map_or(Some(Int::zero()), |from| self.position(from, size));
                let to = to.as_ref().map_or(Some(size.clone()), |to| self.position(to, size));
                let (from, to) = (from?, to?);
                let length = to.sub(&from);
                let help = "of a changing part there is a sum, `sum[k in 0..t](x[k])`; else choose: `if k < t { x[k] } else { 0 }`";
                if !self.is_fixed(&length, "the length of a range", help, &self.place_of(*span)) {
                    return None;
                }
                let wrong = Self::is_at_least(&from, 0) == Some(false)
                    || Self::is_at_least(&length, 0) == Some(false)
                    || Self::is_at_least(&size.sub(&to), 0) == Some(false);
                if wrong {
                    let shown = format!("{}..{}", self.show_size(&from), self.show_size(&to));
                    let size = self.show_size(size);
                    let (message, help) = if Self::is_at_least(&length, 0) == Some(false) {
                        (
                            format!("this range is {shown}, which ends before it begins"),
                            format!("the axis is 0..{size}; a negative literal counts from its end"),
                        )
                    } else {
                        (
                            format!("this range is {shown}, not inside its axis, 0..{size}"),
                            "a negative literal counts from the end".to_string(),
                        )
                    };
                    self.error_with_help(*span, message, help);
                    return None;
                }
                let position = Int::index(depth + part.shape.len()).add(&from);
                let is_inside = Self::is_at_least(&from, 0) == Some(true)
                    && Self::is_at_least(&size.sub(&to), 0) == Some(true);
                part.at.push(if is_inside { position } else { checked(position, size, axis) });
                part.shape.push(length);
            }
            Some(Subscript::At(expr)) => {
                if self.say_unbound(expr) {
                    self.evaluate_subscript(expr);
                    return None;
                }
                if self.is_integer(expr) {
                    let position = self.position(expr, size)?;
                    part.at.push(self.inside(position, size, axis, expr));
                    return Some(());
                }
                let value = self.expr_of(expr, &Wanted::Index);
                let indices = self.to_array(value, &self.place(expr))?;
                if indices.kind != Kind::Index {
                    let message = format!(
                        "a subscript is an integer, a range or a u32 tensor, found {}",
                        self.show(indices.kind, &indices.shape)
                    );
                    let help = match indices.kind {
                        Kind::Mask => "choose elements with `if`: `if m { x } else { 0 }`",
                        Kind::Float if indices.shape.is_empty() && matches!(expr.kind, E::Name(_)) => {
                            "what is to be an index is declared so: `k: u32`, `let k: u32 = …;`"
                        }
                        _ if matches!(expr.kind, E::Name(_) | E::Number(_)) => {
                            "indices are `u32` arguments, come from `argmax`, or are made of indices and sizes"
                        }
                        _ if is_call_of(expr, &["min", "max", "clamp", "abs"]) => {
                            "choose: `x[if i < n { i } else { n - 1 }]`"
                        }
                        _ if is_call_of(expr, &["floor"]) => "in a subscript `/` floors: `x[i / 2]`",
                        _ => {
                            "what is computed in a subscript is of single indices: `let y[n] = x[2 * i[n] + n];`"
                        }
                    };
                    self.error_with_help(expr.span, message, help);
                    return None;
                }
                if part.gathered && !indices.shape.is_empty() {
                    self.error_with_help(
                        expr.span,
                        "only one subscript may be an index tensor here",
                        "use index notation: `let y[k] = x[a[k], b[k]];`",
                    );
                    return None;
                }
                part.gathered |= !indices.shape.is_empty();
                let indices = self.store_index(&indices);
                let own = (0..indices.shape.len())
                    .map(|axis| Int::index(depth + part.shape.len() + axis))
                    .collect();
                let picked = self.view(&indices, Vec::new(), own);
                let Scalar::Integer(position) = self.graph.scalars[picked.element].clone() else {
                    return None;
                };
                part.at.push(self.inside(position, size, axis, expr));
                part.shape.extend(indices.shape.iter().cloned());
            }
        }
        Some(())
    }

    /// Says of the names in a subscript that nothing binds, as indices would be called, how indices are bound.
    fn say_unbound(&mut self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            E::Name(name) => {
                let text = name.to_string();
                let is_like_an_index = text.len() == 1 && text.chars().all(char::is_lowercase);
                let is_unbound = is_like_an_index && self.resolve(name).is_none();
                if is_unbound {
                    self.unbound_index(name);
                }
                is_unbound
            }
            E::Unary(_, inner) => self.say_unbound(inner),
            E::Binary(_, _, left, right) => self.say_unbound(left) | self.say_unbound(right),
            _ => false,
        }
    }

    /// `x[.., None]`, as NumPy writes it: says how the axes of size 1 are made here.
    fn asks_for_new_axes(&mut self, array: &Array, subscripts: &[Subscript], name: &str) -> bool {
        let new_axis = |subscript: &Subscript| match subscript {
            Subscript::At(ast::Expr { kind: E::Name(name), .. }) => {
                (name == "None" || name == "newaxis").then(|| name.clone())
            }
            Subscript::At(_) | Subscript::Whole(_) | Subscript::Range { .. } => None,
        };
        let named = subscripts.iter().find_map(new_axis).filter(|name| self.resolve(name).is_none());
        let Some(named) = named else { return false };
        let mut sizes = array.shape.iter().map(|size| self.show_size(size));
        let mut shape: Vec<String> = Vec::new();
        for subscript in subscripts {
            shape.extend(if new_axis(subscript).is_some() { Some("1".to_string()) } else { sizes.next() });
        }
        shape.extend(sizes);
        let help = format!("a new axis is made by `reshape({name}, [{}])`", shape.join(", "));
        self.error_with_help(named.span(), format!("`{named}` is no subscript"), help);
        true
    }

    /// An index array whose element is an integer expression (not a choice between such).
    pub fn store_index(&mut self, array: &Array) -> Array {
        let array = self.here(array);
        if matches!(self.graph.scalars[array.element], Scalar::Integer(_)) {
            return array;
        }
        let name = self.name_for("index");
        self.make(&array, &name, crate::ir::Reduction::Set, &[])
    }

    /// The integer that an index array's element is.
    pub fn as_element_of(&self, array: &Array) -> Option<Int> {
        match &self.graph.scalars[array.element] {
            Scalar::Integer(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// An integer subscript; a negative literal counts from the end.
    fn position(&mut self, expr: &ast::Expr, size: &Int) -> Option<Int> {
        if let E::Unary(ast::UnaryOperator::Negate, inner) = &expr.kind
            && let E::Number(ast::Number { integer: Some(value), .. }) = &inner.kind
        {
            return Some(size.plus(-value));
        }
        self.integer(expr)
    }
}

/// What is subscripted, for people.
fn subject(base: &ast::Expr) -> String {
    match &base.kind {
        E::Name(name) | E::Field(_, name) => name.to_string(),
        E::Index(base, _) => subject(base),
        _ => "…".to_string(),
    }
}

/// Whether one of these functions is called.
fn is_call_of(expr: &ast::Expr, names: &[&str]) -> bool {
    let E::Call { function, .. } = &expr.kind else { return false };
    matches!(&function.kind, E::Name(name) if names.iter().any(|known| name == known))
}
