//! Whether a value is of a type: what arguments, results and `let`s declare.

use proc_macro2::Ident;

use super::call::Callee;
use super::elaborate::{Elaborator, Fixed, Place};
use super::items::InstanceContent;
use super::suggest::{did_you_mean, known_elsewhere};
use super::value::{Array, Static, Value};
use super::words::counted;
use crate::ir::{Int, Kind};
use crate::syntax::ast::{self, ExprKind as E};

/// What a type is asked of, for people.
pub enum Expected<'c> {
    /// An argument.
    Argument {
        /// Of what.
        callee: &'c Callee,
        /// Which.
        parameter: String,
    },
    /// A function's result.
    Result(String),
    /// A `let` with a type.
    Binding(String),
}

impl Expected<'_> {
    /// The parameter, of an argument.
    fn parameter(&self) -> &str {
        match self {
            Expected::Argument { parameter, .. } => parameter,
            Expected::Result(_) | Expected::Binding(_) => "",
        }
    }
}

impl Elaborator<'_> {
    /// Fixes the dims that the sizes of an argument bear alone, before any size is checked.
    pub fn fix_dims(&mut self, ty: &ast::Type, value: &Value, by: &str) {
        match (ty, value) {
            (ast::Type::Tuple(types, _), Value::Tuple(parts)) => {
                types.iter().zip(parts).for_each(|(ty, part)| self.fix_dims(ty, part, by))
            }
            (ast::Type::Dim(name), Value::Static(Static::Size(size))) => {
                self.fix_dim(&name.to_string(), size.clone(), by)
            }
            (ast::Type::Dim(name), Value::Static(Static::Integer(size))) => {
                self.fix_dim(&name.to_string(), Int::constant(*size), by)
            }
            (ast::Type::Tensor(ty), Value::Array(array)) => {
                let rest_at = ty.axes.iter().position(|axis| matches!(axis, ast::AxisType::Rest(_)));
                let named = ty.axes.len() - usize::from(rest_at.is_some());
                if array.shape.len() < named || rest_at.is_none() && array.shape.len() > named {
                    return;
                }
                for (position, axis) in ty.axes.iter().enumerate() {
                    let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = axis else { continue };
                    let behind = rest_at.is_some_and(|rest| position > rest);
                    let found = &array.shape
                        [if behind { array.shape.len() + position - ty.axes.len() } else { position }];
                    if self.is_dim(&name.to_string()) {
                        self.fix_dim(&name.to_string(), found.clone(), by);
                    }
                }
            }
            _ => {}
        }
    }

    /// Fixes a dim, unless it is fixed.
    pub fn fix_dim(&mut self, name: &str, size: Int, by: &str) {
        if self.frame().library.is_none() {
            self.seen.dims.insert(name.to_string());
        }
        self.frame_mut().dims.entry(name.to_string()).or_insert_with(|| Fixed { size, by: by.to_string() });
    }

    /// Whether a name is a dim: in the library every size is that is no generic.
    fn is_dim(&self, name: &str) -> bool {
        let frame = self.frame();
        !frame.generics.contains_key(name) && (frame.library.is_some() || self.items.dims.contains_key(name))
    }

    /// Checks the value of an expression against a type: of a tuple part by part, each at its own place.
    pub fn fit_expr(
        &mut self,
        ty: &ast::Type,
        value: Value,
        expected: &Expected<'_>,
        expr: &ast::Expr,
    ) -> Option<Value> {
        match (ty, value, &expr.kind) {
            (ast::Type::Tuple(types, _), Value::Tuple(values), E::Tuple(exprs))
                if types.len() == values.len() && values.len() == exprs.len() =>
            {
                let parts = types.iter().zip(values).zip(exprs);
                let parts: Vec<Option<Value>> =
                    parts.map(|((ty, value), expr)| self.fit_expr(ty, value, expected, expr)).collect();
                Some(Value::Tuple(parts.into_iter().collect::<Option<_>>()?))
            }
            (ty, value, _) => self.fit(ty, value, expected, &self.place(expr)),
        }
    }

    /// Checks a value against a type, fixing the `..` that it meets for the first time.
    pub fn fit(
        &mut self,
        ty: &ast::Type,
        value: Value,
        expected: &Expected<'_>,
        place: &Place,
    ) -> Option<Value> {
        match (ty, value) {
            (_, Value::Poison) | (ast::Type::Error(_), _) => None,
            (ast::Type::Tensor(ty), value) if ty.scalar == "any" && self.frame().library.is_some() => {
                Some(value)
            }
            (ast::Type::Dim(name), Value::Static(Static::Size(size))) => {
                if self.frame().library.is_none() && !self.items.dims.contains_key(&name.to_string()) {
                    self.unknown_size(name);
                    return None;
                }
                Some(Value::Static(Static::Size(size)))
            }
            (ast::Type::Dim(_), Value::Static(Static::Integer(size))) => {
                self.fit(ty, Value::Static(Static::Size(Int::constant(size))), expected, place)
            }
            (ast::Type::Tuple(types, _), Value::Tuple(parts)) if types.len() == parts.len() => {
                let mut fitted = Vec::new();
                for (ty, part) in types.iter().zip(parts) {
                    fitted.push(self.fit(ty, part, expected, place)?);
                }
                Some(Value::Tuple(fitted))
            }
            (ast::Type::Tensor(ty), Value::Static(value)) if ty.scalar == "option" => {
                Some(Value::Static(value))
            }
            (ast::Type::Tensor(tensor), value @ (Value::Array(_) | Value::Static(_)))
                if !matches!(value, Value::Static(Static::List(_))) =>
            {
                let array = self.to_array(value, place)?;
                self.fit_tensor(tensor, array, expected, place).map(Value::Array)
            }
            (_, value) => {
                let wanted = self.show_type(ty, expected.parameter());
                let found = self.describe(&value);
                let help = match (&value, ty) {
                    (Value::Tuple(_), ast::Type::Tensor(_)) => {
                        "take the tuple apart first: `let (a, b) = …;`".to_string()
                    }
                    (Value::Layer(_), _) => "call the layer: `layer(x)`".to_string(),
                    (_, ast::Type::Tuple(parts, _)) => {
                        format!("{} values in parentheses are expected", parts.len())
                    }
                    (_, ast::Type::Dim(_)) => "a size is made of dims and constants".to_string(),
                    _ => "a tensor is expected".to_string(),
                };
                self.misfit(expected, &wanted, &found, Some(help), place);
                None
            }
        }
    }

    /// Says that something else was expected: at the user's token, in the user's terms.
    fn misfit(
        &mut self,
        expected: &Expected<'_>,
        wanted: &str,
        found: &str,
        help: Option<String>,
        place: &Place,
    ) {
        let message = match expected {
            Expected::Argument { callee, parameter } => {
                format!("{} takes {wanted} for `{parameter}`, found {found}", callee.shown())
            }
            Expected::Result(function) => format!("`{function}` returns {wanted}, but its body is {found}"),
            Expected::Binding(name) => format!("{name} is declared {wanted}, but its value is {found}"),
        };
        self.say(place, message, help);
    }

    fn fit_tensor(
        &mut self,
        ty: &ast::TensorType,
        array: Array,
        expected: &Expected<'_>,
        place: &Place,
    ) -> Option<Array> {
        let kind = self.kind_of(&ty.scalar)?;
        let array = match (kind, array.kind) {
            (wanted, found) if wanted == found => array,
            (Kind::Index, Kind::Float) => self.to_index(array),
            (Kind::Float, Kind::Index) if array.shape.is_empty() => Array { kind, ..array },
            _ => array,
        };
        let mut fits = array.kind == kind;
        let rest_at = ty.axes.iter().position(|axis| matches!(axis, ast::AxisType::Rest(_)));
        let fixed = ty.axes.len() - usize::from(rest_at.is_some());
        fits &= match rest_at {
            Some(_) => array.shape.len() >= fixed,
            None => array.shape.len() == fixed,
        };
        let (mut wrong_axis, mut other_rest) = (None, None);
        let rest = array.shape.len().saturating_sub(fixed);
        let mut position = 0;
        for axis in &ty.axes {
            match axis {
                ast::AxisType::Rest(_) if fits => {
                    let axes = array.shape[position..position + rest].to_vec();
                    position += rest;
                    match self.frame().rest.clone() {
                        None => self.frame_mut().rest = Some((axes, expected.parameter().to_string())),
                        Some((known, by)) if !self.shapes_agree(&known, &axes) => {
                            fits = false;
                            other_rest = Some(by);
                        }
                        Some(_) => {}
                    }
                }
                ast::AxisType::Rest(_) => position += rest,
                ast::AxisType::Size(size) => {
                    let found = array.shape.get(position).cloned();
                    let agrees = self.fit_size(size, found.as_ref(), expected)?;
                    if !agrees && wrong_axis.is_none() {
                        wrong_axis = Some((position, size));
                    }
                    position += 1;
                }
            }
        }
        if fits && wrong_axis.is_none() {
            return Some(array);
        }
        let wanted = self.show_tensor_type(ty, expected.parameter());
        let found = self.show(array.kind, &array.shape);
        let help = match other_rest {
            Some(by) if !by.is_empty() && array.kind == kind => self
                .known_shape(ty)
                .and_then(|wanted| self.reshaping(&wanted, &array))
                .or(Some(format!("it goes by the shape of `{by}`"))),
            _ => self.way_out(ty, kind, &array, wrong_axis.filter(|_| fits), expected),
        };
        self.misfit(expected, &wanted, &found, help, place);
        if let Expected::Argument { parameter, .. } = expected {
            // What it says of dims is as wrong as it is.
            let frame = self.frame_mut();
            frame.dims.retain(|_, fixed| fixed.by != *parameter);
            frame.rest.take_if(|(_, by)| by == parameter);
        }
        None
    }

    /// Whether a size is what its type says; `None` if the type is wrong.
    fn fit_size(&mut self, size: &ast::Expr, found: Option<&Int>, expected: &Expected<'_>) -> Option<bool> {
        if let E::Name(name) = &size.kind {
            let text = name.to_string();
            if self.is_dim(&text) {
                if self.frame().library.is_none() {
                    self.seen.dims.insert(text.clone());
                }
                match (self.frame().dims.get(&text).map(|fixed| fixed.size.clone()), expected) {
                    (Some(known), _) => return Some(found.is_some_and(|found| self.agree(&known, found))),
                    (None, Expected::Argument { .. }) => return Some(true),
                    (None, _) if self.frame().library.is_some() => return Some(true),
                    (None, _) => {}
                }
            }
        }
        let wanted = self.size(size)?;
        Some(found.is_some_and(|found| self.agree(&wanted, found)))
    }

    /// A size in a type.
    pub fn size(&mut self, size: &ast::Expr) -> Option<Int> {
        match self.undeclared(size) {
            Some(name) => {
                self.unknown_size(&name);
                None
            }
            None => self.integer(size),
        }
    }

    /// The first name in a size that nothing declares.
    fn undeclared(&self, size: &ast::Expr) -> Option<Ident> {
        match &size.kind {
            E::Name(name) => {
                let text = name.to_string();
                let frame = self.frame();
                let known = self.is_dim(&text)
                    || frame.generics.contains_key(&text)
                    || frame.dims.contains_key(&text)
                    || self.items.constants.contains_key(&text);
                (!known).then(|| name.clone())
            }
            E::Unary(_, inner) => self.undeclared(inner),
            E::Binary(_, _, left, right) => self.undeclared(left).or_else(|| self.undeclared(right)),
            _ => None,
        }
    }

    /// What to do about a value that does not fit.
    fn way_out(
        &mut self,
        ty: &ast::TensorType,
        kind: Kind,
        array: &Array,
        wrong: Option<(usize, &ast::Expr)>,
        expected: &Expected<'_>,
    ) -> Option<String> {
        let float = self.float_name();
        match (kind, array.kind) {
            (Kind::Float, Kind::Index | Kind::Mask) => {
                return Some(format!("`… as {float}` makes numbers of it"));
            }
            (Kind::Float, Kind::Key) => return Some("a key is for `dropout` and `fold` alone".to_string()),
            (Kind::Index, Kind::Float) => {
                return Some("indices are `u32` arguments, or come from `argmax`".to_string());
            }
            (Kind::Index | Kind::Float, _) if kind != array.kind => {
                return Some("another kind of value is expected here".to_string());
            }
            (Kind::Mask, found) if found != Kind::Mask => return Some("compare: `x > 0`".to_string()),
            (Kind::Key, found) if found != Kind::Key => {
                return Some("a random key is a `u64` argument".to_string());
            }
            _ => {}
        }
        if let Some(wanted) = self.known_shape(ty)
            && let Some(help) = self.reshaping(&wanted, array)
        {
            return Some(help);
        }
        match expected {
            Expected::Argument { callee, parameter } => {
                let dim = wrong.and_then(|(_, size)| match &size.kind {
                    E::Name(name) => {
                        self.frame().dims.get(&name.to_string()).cloned().map(|fixed| (name, fixed))
                    }
                    _ => None,
                });
                if let Some((name, fixed)) = dim.filter(|(_, fixed)| fixed.by != *parameter) {
                    let size = self.show_size(&fixed.size);
                    let so = if *name == size.as_str() {
                        String::new()
                    } else {
                        format!(": it is {size} in this call")
                    };
                    return Some(format!("`{}` fixes its `{name}`{so}", fixed.by));
                }
                if let Some(other) = wrong.and_then(|_| self.layer_that_fits(callee, array)) {
                    return Some(format!("{other} would fit here"));
                }
                let (wanted, found) = (
                    ty.axes.len()
                        - usize::from(ty.axes.iter().any(|axis| matches!(axis, ast::AxisType::Rest(_)))),
                    array.shape.len(),
                );
                Some(match wrong {
                    Some((axis, size)) => {
                        let which = if axis + 1 == found {
                            "the last axis".to_string()
                        } else {
                            format!("axis {axis}")
                        };
                        let size = self
                            .known_size(size)
                            .map_or_else(|| "another size".to_string(), |size| self.show_size(&size));
                        format!("{which} is {}, and has to be {size}", self.show_size(&array.shape[axis]))
                    }
                    None if wanted < ty.axes.len() => format!(
                        "it takes {} or more, found {}",
                        counted(wanted, "axis"),
                        counted(found, "axis")
                    ),
                    None => format!("it takes {}, found {}", counted(wanted, "axis"), counted(found, "axis")),
                })
            }
            Expected::Result(_) => {
                Some(format!("if the body is right, write `-> {}`", self.show(array.kind, &array.shape)))
            }
            Expected::Binding(_) => Some(format!(
                "if the value is right, write `: {}`, or leave the type out",
                self.show(array.kind, &array.shape)
            )),
        }
    }

    /// The sizes of a type, if all are known.
    fn known_shape(&mut self, ty: &ast::TensorType) -> Option<Vec<Int>> {
        let mut shape = Vec::new();
        for axis in &ty.axes {
            match axis {
                ast::AxisType::Rest(_) => shape.extend(self.frame().rest.clone()?.0),
                ast::AxisType::Size(size) => shape.push(self.known_size(size)?),
            }
        }
        Some(shape)
    }

    /// A size of a type, if it is known.
    fn known_size(&mut self, size: &ast::Expr) -> Option<Int> {
        self.quiet += 1;
        let size = self.integer(size);
        self.quiet -= 1;
        size
    }

    /// How a shape becomes another, where that is simple.
    fn reshaping(&self, wanted: &[Int], array: &Array) -> Option<String> {
        let found = array.shape.as_slice();
        if wanted.is_empty() {
            let help = match array.kind {
                Kind::Float => "reduce it: `sum(…)`, `mean(…)`",
                Kind::Mask => "reduce it: `any(…)`, `all(…)`",
                Kind::Index | Kind::Key => "take one, `x[0]`, or map over indices: `let y[n] = f(x[n]);`",
            };
            return Some(help.to_string());
        }
        if let ([a, b], [c, d]) = (wanted, found)
            && a == d
            && b == c
        {
            return Some("its transpose would fit: `.t()`".to_string());
        }
        let shown = self.show_sizes(wanted);
        let long = |shape: &[Int]| shape.iter().filter(|size| !size.is(1)).cloned().collect::<Vec<_>>();
        if long(wanted) == long(found) && wanted.len() != found.len() {
            return Some(format!(
                "with its axes of size 1 added or dropped it would fit: `reshape(…, [{shown}])`"
            ));
        }
        None
    }

    /// A layer of the caller's that takes such a value.
    fn layer_that_fits(&self, callee: &Callee, array: &Array) -> Option<String> {
        let caller = self.frames.len().checked_sub(2).map(|caller| &self.frames[caller])?;
        let layer = caller.layer.as_ref().filter(|_| caller.library.is_none() && callee.layer.is_some())?;
        let own = self.frame().layer.as_ref()?;
        let structure = &self.instances.list[own.instance].name;
        let last = array.shape.last()?.as_constant()?;
        self.instances.list[layer.instance].fields.iter().find_map(|field| {
            let InstanceContent::Layer { instance, lengths } = &field.content else { return None };
            let other = &self.instances.list[*instance];
            if !lengths.is_empty() || other.name != *structure {
                return None;
            }
            let definition = self.items.structs[&other.name];
            let call = self.items.methods[&other.name]
                .iter()
                .find(|callable| callable.function.name == *self.frame().function)?;
            let ast::Type::Tensor(ty) = &call.function.arguments.first()?.ty else { return None };
            let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = ty.axes.last()? else {
                return None;
            };
            let generic = definition.generics.iter().position(|generic| generic.name == *name)?;
            (other.generics[generic] == last).then(|| format!("`{}` ({})", field.name, other.description()))
        })
    }

    /// What a scalar type's name means.
    pub fn kind_of(&mut self, name: &Ident) -> Option<Kind> {
        match name.to_string().as_str() {
            "f32" | "f64" => Some(Kind::Float),
            "u32" => Some(Kind::Index),
            "u64" => Some(Kind::Key),
            "bool" => Some(Kind::Mask),
            other => {
                let message = format!("there is no type `{other}`");
                let help = match (
                    did_you_mean(other, &["f32", "f64", "u32", "u64", "bool"]),
                    known_elsewhere(other),
                ) {
                    (_, Some(help)) => help.to_string(),
                    (Some(near), None) => format!("did you mean `{near}`?"),
                    (None, None) => {
                        "tensors are of f32, f64, u32 (indices), u64 (random keys) or bool".to_string()
                    }
                };
                self.error_with_help(name.span(), message, help);
                None
            }
        }
    }

    fn show_type(&mut self, ty: &ast::Type, by: &str) -> String {
        match ty {
            ast::Type::Tensor(ty) => self.show_tensor_type(ty, by),
            ast::Type::Dim(name) => format!("a size (`{name}`)"),
            ast::Type::Error(_) => "…".to_string(),
            ast::Type::Tuple(parts, _) => format!(
                "({})",
                parts.iter().map(|part| self.show_type(part, by)).collect::<Vec<_>>().join(", ")
            ),
        }
    }

    /// A type as written, with what is known of its sizes but through the argument itself.
    fn show_tensor_type(&mut self, ty: &ast::TensorType, by: &str) -> String {
        let mut axes = Vec::new();
        for axis in &ty.axes {
            axes.push(match axis {
                ast::AxisType::Rest(_) => match self.frame().rest.clone() {
                    Some((known, _)) if known.is_empty() => continue,
                    Some((known, from)) if from != by || by.is_empty() => self.show_sizes(&known),
                    Some(_) | None => "..".to_string(),
                },
                ast::AxisType::Size(size) => {
                    let own = matches!(&size.kind, E::Name(name) if self.frame().dims.get(&name.to_string()).is_some_and(|fixed| fixed.by == by));
                    let known = if own { None } else { self.known_size(size) };
                    let written = || super::words::spelled(size).unwrap_or_else(|| "…".to_string());
                    known.map_or_else(written, |size| self.show_size(&size))
                }
            });
        }
        let scalar = match ty.scalar.to_string().as_str() {
            "f32" | "f64" => self.float_name().to_string(),
            other => other.to_string(),
        };
        if axes.is_empty() { scalar } else { format!("{scalar}[{}]", axes.join(", ")) }
    }
}
