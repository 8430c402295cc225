//! Differentiation inside expressions: `grad(u, x)`, `jvp(u, x, v)`.

use super::elaborate::{Elaborator, Place};
use super::value::{Array, Value};
use super::words::spelled;
use crate::differentiate;
use crate::ir::{Comprehension, Graph, Int, Kind, Name, Node, Reduction, Scalar, TensorId};
use crate::simplify::sharpened;
use crate::syntax::ast::{self, ExprKind as E};

/// What a derivative is taken by.
struct Variable {
    tensor: TensorId,
    /// Its own sizes.
    shape: Vec<Int>,
    /// Where it lies in the tensor, if it is one layer's field of an array of layers.
    at: Option<Vec<Int>>,
    /// Whether all of the indices around share it; else it is of each of them its own.
    is_shared: bool,
}

impl Elaborator<'_> {
    /// `grad(u, x)`, `grad(u, (x, t))`: the gradient of Σu.
    pub fn grad(&mut self, arguments: &[(Value, Option<&ast::Expr>)], place: &Place) -> Value {
        let Some((value, variables)) = self.value_and_variables("grad", arguments, place) else {
            return Value::Poison;
        };
        let names: Vec<&ast::Expr> = match &variables.kind {
            E::Tuple(parts) => parts.iter().collect(),
            _ => vec![variables],
        };
        let mut by = Vec::new();
        for name in &names {
            let Some(variable) = self.variable(name, "grad") else { return Value::Poison };
            by.push(variable);
        }
        let output = self.whole(&value, "u");
        let shape = self.graph.shape(output).to_vec();
        let found = self.by_kinds(&by, |this, tensors, is_shared| {
            // By what is shared, each of the indices has a gradient: that of its own part of u.
            let around = &shape[..this.depth()];
            let units =
                is_shared.then(|| this.graph.add_tensor(Name::derivative("u"), around.to_vec(), Kind::Float));
            let scalars = &mut this.graph.scalars;
            let seed = match units {
                Some(units) => scalars.read(units, Graph::identity(around.len())),
                None => scalars.number(1.0),
            };
            let seed = this.graph.push_map(Name::derivative("u"), shape.clone(), Kind::Float, seed);
            // Of the accurate forms of what is written naively.
            let opaque = this.unseen(tensors);
            let found = sharpened(&mut this.graph, &mut this.open, &opaque, |graph, open| {
                differentiate::reverse(graph, open, &[(output, seed)], tensors)
            });
            if let Some(units) = units {
                differentiate::over_units(&mut this.graph, units, 0);
            }
            found
        });
        self.note_reached("gradient", place);
        let missing = std::mem::take(&mut self.graph.scalars.undifferentiated);
        if self.undifferentiated(&missing, "this gradient") {
            return Value::Poison;
        }
        let mut gradients = Vec::new();
        for ((gradient, variable), name) in found.into_iter().zip(&by).zip(&names) {
            gradients.push(match gradient {
                Some(gradient) => {
                    let whole = self.of_whole(gradient);
                    Value::Array(self.part_of(&whole, 0, variable))
                }
                None => {
                    let zero =
                        format!("this gradient is zero: {} does not depend on it", shown(arguments[0].1));
                    self.warn_of_zero(name.span, place, zero);
                    let zero = self.graph.scalars.number(0.0);
                    let shape = variable.shape.clone();
                    Value::Array(Array { shape, kind: Kind::Float, depth: self.depth(), element: zero })
                }
            });
        }
        match variables.kind {
            E::Tuple(_) => Value::Tuple(gradients),
            _ => gradients.pop().unwrap_or(Value::Poison),
        }
    }

    /// `jacobian(u, x)`, `jacobian(u, (x, t))`: each element of u by each of x.
    pub fn jacobian(&mut self, arguments: &[(Value, Option<&ast::Expr>)], place: &Place) -> Value {
        let Some((value, variables)) = self.value_and_variables("jacobian", arguments, place) else {
            return Value::Poison;
        };
        let names: Vec<&ast::Expr> = match &variables.kind {
            E::Tuple(parts) => parts.iter().collect(),
            _ => vec![variables],
        };
        let mut by = Vec::new();
        for name in &names {
            let Some(variable) = self.variable(name, "jacobian") else { return Value::Poison };
            by.push(variable);
        }
        let output = self.whole(&value, "u");
        let shape = self.graph.shape(output).to_vec();
        let depth = self.depth();
        let found = self.by_kinds(&by, |this, tensors, is_shared| {
            let seed = this.graph.add_tensor(Name::derivative("u"), shape.clone(), Kind::Float);
            let opaque = this.unseen(tensors);
            let found = sharpened(&mut this.graph, &mut this.open, &opaque, |graph, open| {
                differentiate::reverse(graph, open, &[(output, seed)], tensors)
            });
            // Along the indices around it everything is its own, but for what they share.
            let around = if is_shared { 0 } else { depth };
            let order = differentiate::over_units(&mut this.graph, seed, around).behind(around);
            let mut in_front = |block| differentiate::front_axes(&mut this.graph, block, &order);
            found.into_iter().map(|block| block.map(&mut in_front)).collect()
        });
        self.note_reached("derivative", place);
        let missing = std::mem::take(&mut self.graph.scalars.undifferentiated);
        if self.undifferentiated(&missing, "this Jacobian") {
            return Value::Poison;
        }
        let mut blocks = Vec::new();
        for ((block, variable), name) in found.into_iter().zip(&by).zip(&names) {
            blocks.push(match block {
                Some(block) => {
                    let whole = self.of_whole(block);
                    Value::Array(self.part_of(&whole, shape.len() - depth, variable))
                }
                None => {
                    let zero =
                        format!("this derivative is zero: {} does not depend on it", shown(arguments[0].1));
                    self.warn_of_zero(name.span, place, zero);
                    let zero = self.graph.scalars.number(0.0);
                    let shape = [&shape[depth..], &variable.shape].concat();
                    Value::Array(Array { shape, kind: Kind::Float, depth, element: zero })
                }
            });
        }
        match variables.kind {
            E::Tuple(_) => Value::Tuple(blocks),
            _ => blocks.pop().unwrap_or(Value::Poison),
        }
    }

    /// The derivatives by the variables that each of the indices around has of its own, and by those that all
    /// share, in the order of the variables.
    fn by_kinds(
        &mut self,
        by: &[Variable],
        mut take: impl FnMut(&mut Self, &[TensorId], bool) -> Vec<Option<TensorId>>,
    ) -> Vec<Option<TensorId>> {
        let mut found = vec![None; by.len()];
        for is_shared in [false, true] {
            let places: Vec<usize> =
                (0..by.len()).filter(|place| by[*place].is_shared == is_shared).collect();
            let tensors: Vec<TensorId> = places.iter().map(|place| by[*place].tensor).collect();
            if tensors.is_empty() {
                continue;
            }
            for (place, derivative) in places.into_iter().zip(take(self, &tensors, is_shared)) {
                found[place] = derivative;
            }
        }
        found
    }

    /// The operands of `grad` and `jacobian`.
    fn value_and_variables<'e>(
        &mut self,
        what: &str,
        arguments: &[(Value, Option<&'e ast::Expr>)],
        place: &Place,
    ) -> Option<(Array, &'e ast::Expr)> {
        let [(value, at), (_, Some(variables))] = arguments else {
            let help = format!("write `{what}(u, x)` or `{what}(u, (x, t))`");
            self.say(
                place,
                format!("`{what}` takes a value and what to differentiate with respect to"),
                Some(help),
            );
            return None;
        };
        let at = at.map_or_else(|| place.clone(), |expr| self.place(expr));
        Some((self.differentiable(value, &at)?, variables))
    }

    /// `jvp(u, x, v)`: the derivative of u along v.
    pub fn jvp(&mut self, arguments: &[(Value, Option<&ast::Expr>)], place: &Place) -> Value {
        let [(value, at), (moved, Some(variable)), (direction, direction_at)] = arguments else {
            self.say(
                place,
                "`jvp` takes a value, a variable and a direction".into(),
                Some("write `jvp(u, x, v)`".into()),
            );
            return Value::Poison;
        };
        if let Value::Tuple(_) = moved {
            let help = "along several it is a sum: `jvp(u, x, v) + jvp(u, y, w)`";
            self.error_with_help(variable.span, "`jvp` takes one variable, found a tuple of them", help);
            return Value::Poison;
        }
        let at = at.map_or_else(|| place.clone(), |expr| self.place(expr));
        let direction_at = direction_at.map_or_else(|| place.clone(), |expr| self.place(expr));
        let Some(value) = self.differentiable(value, &at) else { return Value::Poison };
        let Some(direction) = self
            .to_array(direction.clone(), &direction_at)
            .and_then(|array| self.to_float(array, &direction_at))
        else {
            return Value::Poison;
        };
        let Some(by) = self.variable(variable, "jvp") else { return Value::Poison };
        let shape = by.shape.clone();
        let fits = self.broadcast(&[&shape, &direction.shape]).is_ok_and(|both| both == shape);
        if !fits {
            let message = format!(
                "a direction has the shape of its variable, {}; found {}",
                self.show(Kind::Float, &shape),
                self.show(direction.kind, &direction.shape)
            );
            self.say(&direction_at, message, Some("it says how far each element moves".into()));
            return Value::Poison;
        }
        let direction = self.stretch(&direction, &shape);
        let tangent = self.direction_of(&direction, &by);
        let output = self.whole(&value, "u");
        // J·v is the gradient of ⟨Jᵀw, v⟩ with respect to w, whatever w is: Jᵀw is linear in it.
        let zero = self.graph.scalars.number(0.0);
        let output_shape = self.graph.shape(output).to_vec();
        let w = self.graph.push_map("w", output_shape.clone(), Kind::Float, zero);
        let around = output_shape[..self.depth()].to_vec();
        let mut opaque = self.unseen(&[by.tensor]);
        opaque.insert(w);
        let found = sharpened(&mut self.graph, &mut self.open, &opaque, |graph, open| {
            // By what is shared, Jᵀ is of each index's own part of u.
            let units =
                by.is_shared.then(|| graph.add_tensor(Name::derivative("u"), around.clone(), Kind::Float));
            let seed = units.map_or(w, |units| {
                let unit = graph.scalars.read(units, Graph::identity(around.len()));
                let each = graph.scalars.read(w, Graph::identity(output_shape.len()));
                let each = graph.scalars.mul(unit, each);
                graph.push_map(Name::derivative("u"), output_shape.clone(), Kind::Float, each)
            });
            let found = differentiate::reverse(graph, open, &[(output, seed)], &[by.tensor]);
            if let Some(units) = units {
                differentiate::over_units(graph, units, 0);
            }
            found[0]
                .and_then(|transposed| differentiate::reverse(graph, open, &[(transposed, tangent)], &[w])[0])
        });
        self.note_reached("derivative", place);
        let missing = std::mem::take(&mut self.graph.scalars.undifferentiated);
        if self.undifferentiated(&missing, "this derivative") {
            return Value::Poison;
        }
        match found {
            Some(tangent) => Value::Array(self.of_whole(tangent)),
            None => {
                let zero =
                    format!("this derivative is zero: {} does not depend on it", shown(arguments[0].1));
                self.warn_of_zero(variable.span, place, zero);
                let zero = self.graph.scalars.number(0.0);
                Value::Array(Array {
                    shape: value.shape,
                    kind: Kind::Float,
                    depth: self.depth(),
                    element: zero,
                })
            }
        }
    }

    /// The value to be differentiated.
    fn differentiable(&mut self, value: &Value, place: &Place) -> Option<Array> {
        let array = self.to_array(value.clone(), place)?;
        if array.kind == Kind::Index || array.kind == Kind::Mask || array.kind == Kind::Key {
            let message = format!("{} has no derivative", self.show(array.kind, &array.shape));
            let help = format!(
                "only values of {} have: take the derivative of what this was computed from",
                self.float_name()
            );
            self.say(place, message, Some(help));
            return None;
        }
        Some(array)
    }

    /// A derivative by the whole tensor, its axes behind `leading` ones, as that by the variable.
    fn part_of(&mut self, whole: &Array, leading: usize, variable: &Variable) -> Array {
        let Some(at) = &variable.at else { return whole.clone() };
        let depth = self.depth();
        let own: Vec<Int> =
            (0..variable.shape.len()).map(|axis| Int::index(depth + leading + axis)).collect();
        let shape = whole.shape[..leading].iter().chain(&variable.shape).cloned().collect();
        let at = (0..leading).map(|axis| Int::index(depth + axis)).chain(at.iter().cloned()).chain(own);
        self.view(whole, shape, at.collect())
    }

    /// A direction of the variable as one of the whole tensor: zero beside it.
    fn direction_of(&mut self, direction: &Array, variable: &Variable) -> TensorId {
        let Some(at) = &variable.at else { return self.whole(direction, "v") };
        let depth = self.depth();
        let own = (0..variable.shape.len()).map(|axis| Int::index(depth + axis));
        let whole = self.graph.shape(variable.tensor).to_vec();
        let shape = self.ambient.iter().map(|axis| axis.extent.clone()).chain(whole).collect();
        let out = self.graph.add_tensor("v", shape, Kind::Float);
        let value = self.here(direction).element;
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain: self.ambient.iter().cloned().chain(Graph::axes(&variable.shape)).collect(),
            at: Graph::identity(depth).into_iter().chain(at.iter().cloned()).chain(own).collect(),
            reduction: Reduction::Set,
            value,
        }));
        out
    }

    /// The tensor that a variable of differentiation is, or the field of an array of layers that it is part of.
    fn variable(&mut self, expr: &ast::Expr, what: &str) -> Option<Variable> {
        let value = self.expr(expr);
        let array = match value {
            Value::Poison => return None,
            value => self.to_array(value, &self.place(expr))?,
        };
        if array.kind != Kind::Float {
            let message =
                format!("there is no derivative with respect to {}", self.show(array.kind, &array.shape));
            let help = format!("differentiate with respect to a tensor of {}", self.float_name());
            self.error_with_help(expr.span, message, help);
            return None;
        }
        let full = Graph::identity(self.depth() + array.shape.len());
        let own = &full[self.depth()..];
        let is_named = matches!(expr.kind, E::Name(_) | E::Field(..));
        match &self.graph.scalars[array.element] {
            Scalar::Read(tensor, _) if self.is_frozen(*tensor) => {
                let shown = spelled(expr).map_or("this".to_string(), |name| format!("`{name}`"));
                self.error_with_help(
                    expr.span,
                    format!("{shown} is `#[frozen]`: nothing is differentiated by it"),
                    "leave `#[frozen]` out if its derivative is wanted",
                );
                None
            }
            Scalar::Read(tensor, at)
                if is_named && *at == full && self.graph.shape(*tensor).len() == full.len() =>
            {
                Some(Variable { tensor: *tensor, shape: array.shape, at: None, is_shared: false })
            }
            // What has no index of those around is shared by them; `blocks[2].weight` is a part of a field.
            Scalar::Read(tensor, at)
                if is_named
                    && at.ends_with(own)
                    && at[..at.len() - own.len()].iter().all(|place| !mentions_any(place, self.depth()))
                    && (at.len() == own.len() || self.fields.values().any(|field| field == tensor)) =>
            {
                let (is_shared, at) = (self.depth() > 0, &at[..at.len() - own.len()]);
                let at = Some(at.to_vec()).filter(|at| !at.is_empty());
                Some(Variable { tensor: *tensor, shape: array.shape, at, is_shared })
            }
            _ => {
                let message = format!("`{what}` is with respect to an argument, a field, or a `let`");
                let help = match &expr.kind {
                    E::Array(_) => "several stand in parentheses: `grad(u, (x, t))`",
                    _ => "bind the value first, and compute from the binding: `let x = …; let u = f(x);`",
                };
                self.error_with_help(expr.span, message, help);
                None
            }
        }
    }
}

impl Elaborator<'_> {
    /// Whether a tensor is a field that is frozen, by itself or with a struct around it.
    fn is_frozen(&self, tensor: TensorId) -> bool {
        let network = self.frames.first().and_then(|frame| frame.layer.as_ref());
        let place = self.fields.iter().find(|(_, input)| **input == tensor).map(|(place, _)| place);
        let (Some(network), Some((path, name))) = (network, place) else { return false };
        let mut instance = network.instance;
        path.iter().map(|step| &step.name).chain([name]).any(|name| {
            let fields = &self.instances.list[instance].fields;
            let Some(field) = fields.iter().find(|field| field.name == name) else { return false };
            instance = field.layer().unwrap_or(instance);
            field.frozen
        })
    }
}

/// Whether a subscript mentions one of the first indices.
fn mentions_any(place: &Int, count: usize) -> bool {
    (0..count).any(|index| place.mentions_index(index))
}

fn shown(expr: Option<&ast::Expr>) -> String {
    match expr.map(|expr| &expr.kind) {
        Some(E::Name(name)) => format!("`{name}`"),
        _ => "the value".to_string(),
    }
}
