//! Calls: which function a name means, how arguments meet parameters, and the callee lowered in place.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};

use super::elaborate::{Elaborator, Frame};
use super::items::Callable;
use super::library;
use super::suggest::did_you_mean;
use super::value::{Array, Bound, Layer, Static, Value};
use crate::ir::{Int, Kind};
use crate::syntax::ast::{self, CallArgument, ExprKind as E};

/// An argument as it is passed: evaluated, or an expression still.
#[derive(Clone)]
pub enum Passed<'e> {
    /// The receiver of a method call, evaluated already.
    Value(Value, Span),
    /// An expression.
    Expr(&'e ast::Expr),
}

impl Passed<'_> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Passed::Value(_, span) => *span,
            Passed::Expr(expr) => expr.span,
        }
    }
}

/// How deep calls may nest: a function that calls itself never ends.
const DEEPEST_CALL: usize = 64;

impl<'a> Elaborator<'a> {
    /// `f(x, axis = 1)`, `blocks[2](x)`.
    pub fn call(&mut self, function: &ast::Expr, arguments: &[CallArgument], span: Span) -> Value {
        let E::Name(name) = &function.kind else {
            return match self.expr(function) {
                Value::Layer(layer) => self.call_layer(&layer, "call", None, arguments, function.span),
                Value::Poison => {
                    self.evaluate_all(arguments);
                    Value::Poison
                }
                other => {
                    let message = format!("a function or a layer is called, found {}", self.describe(&other));
                    self.error(function.span, message);
                    Value::Poison
                }
            };
        };
        let text = name.to_string();
        let bound = self.frame().scopes.iter().flatten().any(|binding| binding.name == text);
        let is_field = self.frame().layer.as_ref().is_some_and(|layer| {
            self.instances.list[layer.instance].fields.iter().any(|field| field.name == text)
        });
        if bound || is_field {
            match self.resolve(name) {
                Some(Bound::Value(Value::Layer(layer))) => {
                    return self.call_layer(&layer, "call", None, arguments, name.span());
                }
                Some(Bound::Value(Value::Poison)) => {
                    self.evaluate_all(arguments);
                    return Value::Poison;
                }
                // A tensor called like a function: a function of that name is meant, if there is one.
                _ if self.named_function(&text).is_none() && !library::is_builtin(&text) => {
                    self.error_with_help(
                        name.span(),
                        format!("`{name}` is a tensor, not a function"),
                        "index with brackets: `x[i]`; multiply with `*`",
                    );
                    return Value::Poison;
                }
                _ => {}
            }
        }
        self.call_named(name, None, arguments, span)
    }

    /// `x.sum(axis = 1)`, `enc.hidden(x)`.
    pub fn method(&mut self, receiver: &ast::Expr, name: &Ident, arguments: &[CallArgument]) -> Value {
        match self.expr(receiver) {
            Value::Layer(layer) => {
                if layer.lengths.is_empty() {
                    let is_layer_field =
                        self.instances.list[layer.instance].fields.iter().any(|field| field.name == *name);
                    if is_layer_field && let Some(Value::Layer(inner)) = self.field(&layer, &name.to_string())
                    {
                        return self.call_layer(&inner, "call", None, arguments, name.span());
                    }
                }
                self.call_layer(&layer, &name.to_string(), Some(name), arguments, name.span())
            }
            Value::Poison => {
                self.evaluate_all(arguments);
                Value::Poison
            }
            value => self.call_named(name, Some(Passed::Value(value, receiver.span)), arguments, name.span()),
        }
    }

    /// After an error in what is called, the arguments may still have theirs.
    fn evaluate_all(&mut self, arguments: &[CallArgument]) {
        for argument in arguments {
            if argument.name.is_none() {
                self.expr(&argument.value);
            }
        }
    }

    /// The function of the `impl`, or free, that a name means.
    fn named_function(&self, name: &str) -> Option<(Callable<'a>, Option<Layer>)> {
        let items = self.items;
        if let Some(layer) = &self.frame().layer {
            let structure = &self.instances.list[layer.instance].name;
            if let Some(sibling) = items.methods[structure].iter().find(|known| known.function.name == name) {
                return Some((*sibling, Some(layer.clone())));
            }
        }
        items.functions.get(name).map(|callable| (*callable, None))
    }

    fn call_named(
        &mut self,
        name: &Ident,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        let text = name.to_string();
        let items = self.items;
        let found = self
            .named_function(&text)
            .filter(|(callable, _)| !callable.library || !items.externs.contains_key(&text));
        if let (None, Some(function)) = (&found, items.externs.get(&text)) {
            return self.call_external(function, receiver, arguments, name.span());
        }
        // A function of the library is spelled out in the language where it can be; the rest is built in.
        match found {
            Some((callable, layer)) => self.inline(callable, layer, receiver, arguments, name.span()),
            None if library::is_builtin(&text) => self.builtin(name, receiver, arguments, span),
            None => {
                let mut names: Vec<String> = items
                    .functions
                    .keys()
                    .chain(items.externs.keys())
                    .cloned()
                    .chain(library::builtins().map(str::to_string))
                    .collect();
                if let Some(layer) = &self.frame().layer {
                    let structure = &self.instances.list[layer.instance].name;
                    names.extend(
                        items.methods[structure].iter().map(|callable| callable.function.name.to_string()),
                    );
                }
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let message = format!("there is no function `{name}`");
                match did_you_mean(&text, &names).map(str::to_string) {
                    Some(near) => {
                        self.error_with_help(name.span(), message, format!("did you mean `{near}`?"))
                    }
                    None => self.error(name.span(), message),
                }
                self.evaluate_all(arguments);
                Value::Poison
            }
        }
    }

    fn call_layer(
        &mut self,
        layer: &Layer,
        function: &str,
        name: Option<&Ident>,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        let structure = self.instances.list[layer.instance].name.clone();
        if !layer.lengths.is_empty() {
            let message =
                format!("this is an array of {} layers `{structure}`, not a layer", layer.lengths[0]);
            self.error_with_help(
                span,
                message,
                "take one, `blocks[0](x)`, or all: `for block in blocks { x = block(x); }`",
            );
            return Value::Poison;
        }
        let items = self.items;
        match items.methods[&structure].iter().find(|known| known.function.name == function) {
            Some(callable) => self.inline(*callable, Some(layer.clone()), None, arguments, span),
            None => {
                let names: Vec<String> =
                    items.methods[&structure].iter().map(|known| known.function.name.to_string()).collect();
                let message = match name {
                    Some(_) => format!("`{structure}` has no function `{function}`"),
                    None => format!("`{structure}` cannot be called: it has no `fn call(x: …)`"),
                };
                let near: Vec<&str> = names.iter().map(String::as_str).collect();
                match did_you_mean(function, &near) {
                    Some(near) => self.error_with_help(span, message, format!("did you mean `{near}`?")),
                    None if names.is_empty() => self.error(span, message),
                    None => self.error_with_help(span, message, format!("it has {}", names.join(", "))),
                }
                self.evaluate_all(arguments);
                Value::Poison
            }
        }
    }

    /// Lowers a function's body where it is called.
    pub fn inline(
        &mut self,
        callable: Callable<'_>,
        layer: Option<Layer>,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        let function = callable.function;
        let name = function.name.to_string();
        if self.frames.len() > DEEPEST_CALL {
            self.error_with_help(
                span,
                format!("`{name}` calls itself, directly or through others"),
                "repeat with a loop: `for t in 0..T { … }`",
            );
            return Value::Poison;
        }
        let Some(passed) = self.match_arguments(&name, function, receiver, arguments, span) else {
            self.evaluate_all(arguments);
            return Value::Poison;
        };
        // What is passed means something where the call stands; the frame of the callee comes after.
        let hint = std::mem::take(&mut self.hint);
        let mut values = Vec::new();
        for (parameter, passed) in function.arguments.iter().zip(&passed) {
            let value = match passed {
                None => Value::Poison,
                Some(Passed::Value(value, _)) => value.clone(),
                Some(Passed::Expr(expr)) if is_option(&parameter.ty) => {
                    self.constant_value(expr).map_or(Value::Poison, Value::Static)
                }
                Some(Passed::Expr(expr)) => {
                    let parameter_name = pattern_name(&parameter.pattern);
                    self.hint = argument_name(expr, &hint, &parameter_name);
                    if let ast::Type::Dim(_) = parameter.ty {
                        self.integer(expr).map_or(Value::Poison, |size| Value::Static(Static::Size(size)))
                    } else {
                        let value = self.expr(expr);
                        self.store_all(value)
                    }
                }
            };
            values.push(value);
        }
        let generics = match &layer {
            Some(layer) => self.generics_of(layer),
            None => BTreeMap::new(),
        };
        let caller = self.frame().library.clone();
        let library = if callable.library { caller.or(Some((name.clone(), span))) } else { None };
        // Types are checked with the callee's dims and generics, its errors said at the call.
        self.frames.push(Frame {
            scopes: vec![Vec::new()],
            dims: BTreeMap::new(),
            rest: None,
            layer,
            generics,
            library: library.clone(),
            function: name.clone(),
        });
        for (parameter, value) in function.arguments.iter().zip(&values) {
            self.fix_sizes(&parameter.ty, value);
        }
        let mut fits = true;
        for ((parameter, value), passed) in function.arguments.iter().zip(values).zip(&passed) {
            let value = match (passed, &parameter.default) {
                (None, Some(default)) if is_option(&parameter.ty) => {
                    self.constant_value(default).map_or(Value::Poison, Value::Static)
                }
                (None, Some(default)) => self.expr(default),
                _ => value,
            };
            let at = passed.as_ref().map_or(span, Passed::span);
            let value = match self.fit(
                &parameter.ty,
                value,
                &|| format!("argument `{}` of `{name}`", pattern_name(&parameter.pattern)),
                at,
            ) {
                Some(value) => value,
                None => {
                    fits = false;
                    Value::Poison
                }
            };
            self.bind_pattern(&parameter.pattern, value, false, function);
            if let (ast::Type::Dim(_), ast::Pattern::Name(name)) = (&parameter.ty, &parameter.pattern) {
                // It fixes a size, which is a use.
                self.lookup(&name.to_string());
            }
        }
        self.hint = if hint.is_empty() { name.clone() } else { hint.clone() };
        let mut value = if fits { self.body(&function.body) } else { Value::Poison };
        if let (true, Some(result)) = (fits, &function.result) {
            let at = function.body.result.as_ref().map_or(function.name.span(), |result| result.span);
            value =
                self.fit(result, value, &|| format!("the result of `{name}`"), at).unwrap_or(Value::Poison);
        }
        self.leave();
        self.frames.pop();
        self.hint = hint;
        value
    }

    /// The generics of a layer by name.
    pub fn generics_of(&self, layer: &Layer) -> BTreeMap<String, i64> {
        let instance = &self.instances.list[layer.instance];
        let names =
            self.items.structs[&instance.name].generics.iter().map(|generic| generic.name.to_string());
        names.zip(instance.generics.iter().copied()).collect()
    }

    /// Which argument is for which parameter; `None` for those left to their defaults.
    fn match_arguments<'e>(
        &mut self,
        name: &str,
        function: &ast::Function,
        receiver: Option<Passed<'e>>,
        arguments: &'e [CallArgument],
        span: Span,
    ) -> Option<Vec<Option<Passed<'e>>>> {
        let parameters = &function.arguments;
        let mut passed: Vec<Option<Passed<'e>>> = vec![None; parameters.len()];
        let mut next = 0;
        let mut too_many = None;
        if let Some(receiver) = receiver {
            if parameters.is_empty() {
                too_many = Some(receiver.span());
            } else {
                passed[0] = Some(receiver);
                next = 1;
            }
        }
        let mut right = true;
        for argument in arguments {
            match &argument.name {
                None => {
                    if next >= parameters.len() {
                        too_many.get_or_insert(argument.value.span);
                        continue;
                    }
                    passed[next] = Some(Passed::Expr(&argument.value));
                    next += 1;
                }
                Some(option) => {
                    let text = option.to_string();
                    match parameters.iter().position(|parameter| pattern_name(&parameter.pattern) == text) {
                        Some(position) if passed[position].is_none() => {
                            passed[position] = Some(Passed::Expr(&argument.value))
                        }
                        Some(_) => {
                            self.error(option.span(), format!("`{option}` is given twice"));
                            right = false;
                        }
                        None => {
                            let names: Vec<String> =
                                parameters.iter().map(|parameter| pattern_name(&parameter.pattern)).collect();
                            let message = format!("`{name}` has no option `{option}`");
                            let help = format!("it takes {}", names.join(", "));
                            self.error_with_help(option.span(), message, help);
                            right = false;
                        }
                    }
                }
            }
        }
        if let Some(at) = too_many {
            let takes = parameters.len();
            self.error(
                at,
                format!("`{name}` takes {takes} argument{}, found more", if takes == 1 { "" } else { "s" }),
            );
            right = false;
        }
        for (parameter, passed) in parameters.iter().zip(&passed) {
            if passed.is_none() && parameter.default.is_none() {
                let wanted = pattern_name(&parameter.pattern);
                let signature: Vec<String> =
                    parameters.iter().map(|parameter| pattern_name(&parameter.pattern)).collect();
                self.error_with_help(
                    span,
                    format!("`{name}` needs its argument `{wanted}`"),
                    format!("call it as `{name}({})`", signature.join(", ")),
                );
                return None;
            }
        }
        right.then_some(passed)
    }

    /// Arrays become tensors where sharing begins: behind a name. Not in a branch that is taken element by
    /// element, where they stay part of the branch: an element that is not taken is not evaluated.
    pub fn store_all(&mut self, value: Value) -> Value {
        match value {
            Value::Array(array) if self.in_elementwise_branch() => Value::Array(self.here(&array)),
            Value::Array(array) => {
                let name = if self.hint.is_empty() { "value".to_string() } else { self.hint.clone() };
                Value::Array(self.store(&array, &name))
            }
            Value::Tuple(parts) => Value::Tuple(parts.into_iter().map(|part| self.store_all(part)).collect()),
            other @ (Value::Layer(_) | Value::Static(_) | Value::Poison) => other,
        }
    }

    /// Fixes the dims that stand alone on an axis, so that `x: f32[N + 1]` may come before `y: f32[N]`.
    fn fix_sizes(&mut self, ty: &ast::Type, value: &Value) {
        match (ty, value) {
            (ast::Type::Tensor(ty), Value::Array(array)) if ty.axes.len() == array.shape.len() => {
                for (axis, size) in ty.axes.iter().zip(&array.shape) {
                    let ast::AxisType::Size(ast::Expr { kind: E::Name(name), .. }) = axis else { continue };
                    let name = name.to_string();
                    if self.items.dims.contains_key(&name) && !self.frame().generics.contains_key(&name) {
                        self.frame_mut().dims.entry(name).or_insert_with(|| size.clone());
                    }
                }
            }
            (ast::Type::Dim(_), Value::Static(_)) => {
                self.fit(ty, value.clone(), &String::new, Span::call_site());
            }
            (ast::Type::Tuple(types, _), Value::Tuple(parts)) if types.len() == parts.len() => {
                types.iter().zip(parts).for_each(|(ty, part)| self.fix_sizes(ty, part));
            }
            _ => {}
        }
    }

    /// Checks a value against a type, fixing the dims and `..` that it meets for the first time.
    pub fn fit(
        &mut self,
        ty: &ast::Type,
        value: Value,
        what: &dyn Fn() -> String,
        at: Span,
    ) -> Option<Value> {
        match (ty, value) {
            (_, Value::Poison) | (ast::Type::Error(_), _) => None,
            (ast::Type::Tensor(ty), value) if ty.scalar == "any" => Some(value),
            (ast::Type::Dim(name), Value::Static(Static::Size(size))) => {
                self.frame_mut().dims.insert(name.to_string(), size.clone());
                Some(Value::Static(Static::Size(size)))
            }
            (ast::Type::Dim(_), Value::Static(Static::Integer(size))) => {
                self.fit(ty, Value::Static(Static::Size(Int::constant(size))), what, at)
            }
            (ast::Type::Tuple(types, _), Value::Tuple(parts)) if types.len() == parts.len() => {
                let mut fitted = Vec::new();
                for (ty, part) in types.iter().zip(parts) {
                    fitted.push(self.fit(ty, part, what, at)?);
                }
                Some(Value::Tuple(fitted))
            }
            (ast::Type::Tensor(ty), Value::Static(value)) if ty.scalar == "option" => {
                Some(Value::Static(value))
            }
            (ast::Type::Tensor(_), value @ (Value::Array(_) | Value::Static(_))) => {
                let ast::Type::Tensor(ty) = ty else { return None };
                let array = self.to_array(value, at)?;
                self.fit_tensor(ty, array, what, at).map(Value::Array)
            }
            (_, value) => {
                let message =
                    format!("{} is {}, found {}", what(), self.show_type(ty), self.describe(&value));
                self.complain(at, message);
                None
            }
        }
    }

    fn fit_tensor(
        &mut self,
        ty: &ast::TensorType,
        array: Array,
        what: &dyn Fn() -> String,
        at: Span,
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
        if fits {
            let rest = array.shape.len() - fixed;
            let mut position = 0;
            for axis in &ty.axes {
                match axis {
                    ast::AxisType::Rest(_) => {
                        let axes = array.shape[position..position + rest].to_vec();
                        position += rest;
                        match self.frame().rest.clone() {
                            None => self.frame_mut().rest = Some(axes),
                            Some(known) => fits &= known == axes,
                        }
                    }
                    ast::AxisType::Size(size) => {
                        let found = array.shape[position].clone();
                        position += 1;
                        fits &= self.fit_size(size, found)?;
                    }
                }
            }
        }
        if fits {
            return Some(array);
        }
        let wanted = self.show_tensor_type(ty);
        let found = self.show(array.kind, &array.shape);
        self.complain(at, format!("{} is {wanted}, found {found}", what()));
        None
    }

    /// Whether a size is what its type says; a dim that is met for the first time is fixed by it.
    fn fit_size(&mut self, size: &ast::Expr, found: Int) -> Option<bool> {
        if let E::Name(name) = &size.kind {
            let text = name.to_string();
            let is_dim = self.items.dims.contains_key(&text)
                || self.frame().library.is_some() && !self.frame().generics.contains_key(&text);
            if is_dim && !self.frame().generics.contains_key(&text) {
                return Some(match self.frame().dims.get(&text) {
                    Some(known) => *known == found,
                    None => {
                        self.frame_mut().dims.insert(text, found);
                        true
                    }
                });
            }
        }
        let wanted = self.integer(size)?;
        Some(wanted == found)
    }

    /// An error about what a call passes: at the argument, also where the callee is the library's.
    fn complain(&mut self, at: Span, message: String) {
        let outer = self.frames.len().checked_sub(2).and_then(|caller| self.frames[caller].library.clone());
        match (&self.frame().library, outer) {
            // Called from inside the library: the user's call is the place.
            (_, Some(_)) => self.error(at, message),
            (Some(_), None) => self.report.error(at, message),
            (None, None) => self.report.error(at, message),
        }
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
                let near = did_you_mean(other, &["f32", "f64", "u32", "u64", "bool"]);
                let help = near.map_or_else(
                    || "tensors are of f32, f64, u32 (indices), u64 (random keys) or bool".to_string(),
                    |near| format!("did you mean `{near}`?"),
                );
                self.error_with_help(name.span(), message, help);
                None
            }
        }
    }

    fn show_type(&mut self, ty: &ast::Type) -> String {
        match ty {
            ast::Type::Tensor(ty) => self.show_tensor_type(ty),
            ast::Type::Dim(name) => format!("the size `{name}`"),
            ast::Type::Error(_) => "…".to_string(),
            ast::Type::Tuple(parts, _) => {
                format!("({})", parts.iter().map(|part| self.show_type(part)).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// A type as written, with what is known of its sizes.
    fn show_tensor_type(&mut self, ty: &ast::TensorType) -> String {
        let mut axes = Vec::new();
        for axis in &ty.axes {
            axes.push(match axis {
                ast::AxisType::Rest(_) => match self.frame().rest.clone() {
                    Some(known) if known.is_empty() => continue,
                    Some(known) => {
                        known.iter().map(|size| self.show_size(size)).collect::<Vec<_>>().join(", ")
                    }
                    None => "..".to_string(),
                },
                ast::AxisType::Size(size) => match &size.kind {
                    E::Name(name) if self.frame().dims.contains_key(&name.to_string()) => {
                        self.show_size(&self.frame().dims[&name.to_string()])
                    }
                    E::Name(name) if self.items.dims.contains_key(&name.to_string()) => name.to_string(),
                    _ => {
                        let errors = self.report.errors.len();
                        let shown = self.integer(size).map(|size| self.show_size(&size));
                        self.report.errors.truncate(errors);
                        shown.unwrap_or_else(|| "…".to_string())
                    }
                },
            });
        }
        let scalar = match ty.scalar.to_string().as_str() {
            "f32" | "f64" => self.float_name().to_string(),
            other => other.to_string(),
        };
        if axes.is_empty() { scalar } else { format!("{scalar}[{}]", axes.join(", ")) }
    }
}

/// Whether a parameter is an option of the library, known at compile time.
fn is_option(ty: &ast::Type) -> bool {
    matches!(ty, ast::Type::Tensor(ty) if ty.scalar == "option")
}

/// The name of a parameter; of a tuple its names.
pub fn pattern_name(pattern: &ast::Pattern) -> String {
    match pattern {
        ast::Pattern::Name(name) => name.to_string(),
        ast::Pattern::Ignored(_) => "_".to_string(),
        ast::Pattern::Tuple(parts, _) => {
            format!("({})", parts.iter().map(pattern_name).collect::<Vec<_>>().join(", "))
        }
    }
}

/// What to call the tensor that an argument's expression makes.
fn argument_name(expr: &ast::Expr, hint: &str, parameter: &str) -> String {
    match &expr.kind {
        E::Call { function, .. } => match &function.kind {
            E::Name(name) => name.to_string(),
            _ => parameter.to_string(),
        },
        E::Method { name, .. } => name.to_string(),
        _ if hint.is_empty() => parameter.to_string(),
        _ => format!("{hint}_{parameter}"),
    }
}
