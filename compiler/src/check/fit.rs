//! Whether a value is of a type: what arguments, results and `let`s declare.

use proc_macro2::Ident;

use super::arguments::Passed;
use super::call::{Callee, pattern_name};
use super::elaborate::{Elaborator, Fixed, Place};
use super::elsewhere::known_elsewhere;
use super::mapped;
use super::value::{Array, Static, Value};
use super::words::spelled;
use crate::ir::{Int, Kind};
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, ExprKind as E};

/// What a type is asked of, for people.
pub enum Expected<'c> {
    /// An argument.
    Argument {
        /// Of what.
        callee: &'c Callee,
        /// Which.
        parameter: String,
        /// What is passed for it: its name, or else the parameter's.
        passed: String,
        /// What is passed, where a subscript has taken an axis, with a range that keeps it; and which axis.
        kept: Option<(String, usize)>,
    },
    /// A function's result.
    Result(&'c ast::Function),
    /// A `let` with a type.
    Binding(String),
}

impl<'c> Expected<'c> {
    /// Of an argument.
    pub fn argument(callee: &'c Callee, parameter: &ast::Argument, passed: Option<&Passed<'_>>) -> Self {
        let parameter = pattern_name(&parameter.pattern);
        let kept = passed.and_then(|passed| match passed {
            Passed::Expr(expr) => kept(expr),
            Passed::Value(..) => None,
        });
        let passed = passed.and_then(mapped::named).unwrap_or_else(|| parameter.clone());
        Self::Argument { callee, parameter, passed, kept }
    }

    /// The parameter, of an argument.
    fn parameter(&self) -> &str {
        match self {
            Expected::Argument { parameter, .. } => parameter,
            Expected::Result(_) | Expected::Binding(_) => "",
        }
    }
}

/// `x[.., 0..1]` for `x[.., 0]`, and which axis that is.
fn kept(expr: &ast::Expr) -> Option<(String, usize)> {
    let E::Index(base, subscripts) = &expr.kind else { return None };
    let mut taken = (0..subscripts.len()).filter(|axis| matches!(subscripts[*axis], ast::Subscript::At(_)));
    let (Some(axis), None) = (taken.next(), taken.next()) else { return None };
    let (base, whole) = (spelled(base)?, spelled(expr)?);
    let inside = whole.strip_prefix(&base)?.strip_prefix('[')?.strip_suffix(']')?;
    let mut parts: Vec<String> = inside.split(", ").map(str::to_string).collect();
    let place: u64 = parts.get(axis)?.parse().ok().filter(|_| parts.len() == subscripts.len())?;
    parts[axis] = format!("{place}..{}", place.checked_add(1)?);
    Some((format!("{base}[{}]", parts.join(", ")), axis))
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
            (ty, Value::Poison, kind) => {
                // The type is right or wrong whatever the value would have been; what stands between `:` and a value
                // that could not be read may be no type.
                let misread = matches!((kind, expected), (E::Error, Expected::Binding(_)));
                if self.frame().library.is_none() && !misread {
                    self.declared(ty);
                }
                None
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
                    (Value::Layer(_), _) => {
                        "call it, `layer(x)`, or take a field of it: `layer.weight`".to_string()
                    }
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

    /// Some value of a type, whose elements are nobody's business; it reports what is wrong with the type.
    pub fn declared(&mut self, ty: &ast::Type) -> Value {
        match ty {
            ast::Type::Tuple(parts, _) => {
                Value::Tuple(parts.iter().map(|part| self.declared(part)).collect())
            }
            ast::Type::Error(_) | ast::Type::Dim(_) => Value::Poison,
            ast::Type::Tensor(ty) => {
                let kind = self.kind_of(&ty.scalar);
                let sizes: Vec<Option<Int>> = ty
                    .axes
                    .iter()
                    .map(|axis| match axis {
                        ast::AxisType::Rest(_) => None,
                        ast::AxisType::Size(size) => self.size(size),
                    })
                    .collect();
                let shape = sizes.into_iter().collect::<Option<Vec<Int>>>();
                let (Some(kind), Some(shape)) = (kind, shape) else { return Value::Poison };
                let element = self.graph.scalars.number(0.0);
                Value::Array(Array { shape, kind, depth: self.depth(), element })
            }
        }
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

    /// What a scalar type's name means.
    pub fn kind_of(&mut self, name: &Ident) -> Option<Kind> {
        match name.to_string().as_str() {
            "f32" | "f64" => Some(Kind::Float),
            "u32" => Some(Kind::Index),
            "u64" => Some(Kind::Key),
            "bool" => Some(Kind::Mask),
            lost if self.items.broken.contains(lost) => None,
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
}
