//! Calls: which function a name means, and the callee lowered in place.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};

use super::arguments::{Parameter, Passed};
use super::elaborate::{Elaborator, Frame, LibraryCall};
use super::expression::Wanted;
use super::fit::Expected;
use super::items::Callable;
use super::unused::Allowed;
use super::value::{Bound, Layer, Mutability, Static, Value};
use super::words::{list, spelled};
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, CallArgument, ExprKind as E};

/// What is called, for people.
#[derive(Clone, Debug)]
pub struct Callee {
    /// As it was written: `relu`, `fc1`, `enc.hidden`.
    pub name: String,
    /// The layer's type: `Linear<784, 128>`.
    pub layer: Option<String>,
    /// Where it is called.
    pub span: Span,
    /// The names of the arguments that it needs.
    pub needs: Vec<String>,
}

impl Callee {
    /// `` `fc1` (Linear<784, 128>) ``
    pub fn shown(&self) -> String {
        match &self.layer {
            Some(layer) => format!("`{}` ({layer})", self.name),
            None => format!("`{}`", self.name),
        }
    }
}

impl<'a> Elaborator<'a> {
    /// `f(x, axis = 1)`, `blocks[2](x)`.
    pub fn call(&mut self, function: &ast::Expr, arguments: &[CallArgument]) -> Value {
        let written = spelled(function).unwrap_or_else(|| "call".to_string());
        if has_gap(arguments) {
            self.evaluate_all(arguments);
            return Value::Poison;
        }
        if self.is_no_reducer(function) {
            return Value::Poison;
        }
        let E::Name(name) = &function.kind else {
            return match self.expr(function) {
                Value::Layer(layer) => self.call_layer(&layer, None, written, arguments, function.span),
                Value::Poison => {
                    self.evaluate_all(arguments);
                    Value::Poison
                }
                other => {
                    let message = format!("a function or a layer is called, found {}", self.describe(&other));
                    self.error_with_help(
                        function.span,
                        message,
                        "index with brackets, `x[i]`; multiply with `*`",
                    );
                    self.evaluate_all(arguments);
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
                    return self.call_layer(&layer, None, written, arguments, name.span());
                }
                Some(Bound::Value(Value::Poison)) => {
                    self.evaluate_all(arguments);
                    return Value::Poison;
                }
                // A tensor called like a function: a function of that name is meant, if there is one.
                _ if self.named_function(&text).is_none() && !self.is_builtin(&text) => {
                    self.error_with_help(
                        name.span(),
                        format!("`{name}` is a tensor, not a function"),
                        format!("index with brackets, `{name}[i]`; multiply with `*`"),
                    );
                    self.evaluate_all(arguments);
                    return Value::Poison;
                }
                _ => {}
            }
        }
        self.call_named(name, None, arguments)
    }

    /// `x.sum(axis = 1)`, `enc.hidden(x)`.
    pub fn method(&mut self, receiver: &ast::Expr, name: &Ident, arguments: &[CallArgument]) -> Value {
        match self.expr(receiver) {
            _ if has_gap(arguments) => {
                self.evaluate_all(arguments);
                Value::Poison
            }
            Value::Layer(layer) => {
                let written = spelled(receiver)
                    .map_or_else(|| name.to_string(), |receiver| format!("{receiver}.{name}"));
                if layer.lengths.is_empty() {
                    let is_layer_field =
                        self.instances.list[layer.instance].fields.iter().any(|field| field.name == *name);
                    if is_layer_field {
                        match self.field(&layer, &name.to_string()) {
                            Some(Value::Layer(inner)) => {
                                return self.call_layer(&inner, None, written, arguments, name.span());
                            }
                            Some(Value::Poison) => {
                                self.evaluate_all(arguments);
                                return Value::Poison;
                            }
                            _ => {}
                        }
                    }
                }
                self.call_layer(&layer, Some(name), written, arguments, name.span())
            }
            Value::Poison => {
                self.evaluate_all(arguments);
                Value::Poison
            }
            value => self.call_named(name, Some(Passed::Value(value, self.place(receiver))), arguments),
        }
    }

    /// After an error in what is called, the arguments may still have theirs.
    pub fn evaluate_all(&mut self, arguments: &[CallArgument]) {
        for argument in arguments {
            // A list may be an option's; a function, what other languages hand on to what is not known here.
            let is_handed_on = match &argument.value.kind {
                E::Array(_) => true,
                E::Name(name) => {
                    let text = name.to_string();
                    let known = self.named_function(&text).is_some() || self.is_builtin(&text);
                    known && self.resolve(name).is_none()
                }
                _ => false,
            };
            if argument.name.is_none() && !is_handed_on {
                self.expr(&argument.value);
            }
        }
    }

    /// The function of the `impl`, or free, that a name means. In the library's functions, the library's.
    pub fn named_function(&self, name: &str) -> Option<(Callable<'a>, Option<Layer>)> {
        let items = self.items;
        if let Some(layer) = &self.frame().layer {
            let structure = &self.instances.list[layer.instance].name;
            if let Some(sibling) = items.methods[structure].iter().find(|known| known.function.name == name) {
                return Some((*sibling, Some(layer.clone())));
            }
        }
        let known = if self.frame().library.is_some() { &items.library } else { &items.functions };
        known.get(name).map(|callable| (*callable, None))
    }

    fn call_named(
        &mut self,
        name: &Ident,
        receiver: Option<Passed<'_>>,
        arguments: &[CallArgument],
    ) -> Value {
        let text = name.to_string();
        let items = self.items;
        let found = self.named_function(&text);
        let external = items.externs.get(&text).copied().filter(|_| self.frame().library.is_none());
        if let Some(function) =
            external.filter(|_| found.as_ref().is_none_or(|(callable, _)| callable.library))
        {
            return self.call_external(function, receiver, arguments, name.span());
        }
        // A function of the library is spelled out in the language where it can be; the rest is built in.
        match found {
            Some((callable, layer)) => {
                let needs = super::arguments::needed(callable.function.arguments.iter());
                let callee = Callee { name: text, layer: None, span: name.span(), needs };
                self.inline(callable, layer, receiver, arguments, callee)
            }
            None if self.frame().library.is_none() && items.broken.contains(&text) => {
                self.evaluate_all(arguments);
                Value::Poison
            }
            None if self.is_builtin(&text) => self.builtin(name, receiver, arguments),
            None => {
                self.no_function(name);
                self.evaluate_all(arguments);
                Value::Poison
            }
        }
    }

    fn call_layer(
        &mut self,
        layer: &Layer,
        function: Option<&Ident>,
        written: String,
        arguments: &[CallArgument],
        span: Span,
    ) -> Value {
        let structure = self.instances.list[layer.instance].name.clone();
        let applied = function.map_or(String::new(), |function| format!(".{function}"));
        let field = written.strip_suffix(&applied).unwrap_or(&written);
        if let Some(length) = layer.lengths.first() {
            let help = match applied.as_str() {
                ".rev" => format!("backwards it is `for i in (0..{length}).rev() {{ x = {field}[i](x); }}`"),
                _ => format!(
                    "take one, `{field}[0]{applied}(x)`, or all: `for layer in {field} {{ x = layer{applied}(x); }}`"
                ),
            };
            let message = format!("`{field}` is an array of {length} layers, not a layer");
            self.error_with_help(span, message, help);
            self.evaluate_all(arguments);
            return Value::Poison;
        }
        let items = self.items;
        let wanted = function.map_or_else(|| "call".to_string(), Ident::to_string);
        match items.methods[&structure].iter().find(|known| known.function.name == wanted) {
            Some(callable) => {
                let needs = super::arguments::needed(callable.function.arguments.iter());
                let callee = Callee { name: written, layer: Some(self.show_layer(layer)), span, needs };
                self.inline(*callable, Some(layer.clone()), None, arguments, callee)
            }
            None if items.may_have(&structure, &wanted)
                || function.is_some() && self.has_lost_fields(layer.instance) =>
            {
                self.evaluate_all(arguments);
                Value::Poison
            }
            None => {
                let mut names: Vec<String> =
                    items.methods[&structure].iter().map(|known| known.function.name.to_string()).collect();
                let message = match function {
                    Some(_) => format!("`{structure}` has no function `{wanted}`"),
                    None => format!("`{written}` cannot be called: `{structure}` has no `fn call(x: …)`"),
                };
                let help = match did_you_mean(&wanted, &names) {
                    Some(near) if function.is_some() => format!("did you mean `{near}`?"),
                    _ if names.is_empty() => format!(
                        "it has no functions: write `impl {structure} {{ fn {wanted}(x: …) -> … {{ … }} }}`"
                    ),
                    _ if function.is_none() => {
                        format!("it has {}: `{written}.{}(…)`", list(&names), names[0])
                    }
                    _ if names == ["call"] => format!("a layer is called by its name: `{field}(x)`"),
                    _ if names.iter().any(|name| name == "call") => {
                        names.retain(|name| name != "call");
                        format!("a layer is called by its name, `{field}(x)`; it has {}, too", list(&names))
                    }
                    _ => format!("it has {}", list(&names)),
                };
                self.error_with_help(span, message, help);
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
        callee: Callee,
    ) -> Value {
        let function = callable.function;
        if !function.all_arguments || self.is_endless(function, layer.as_ref(), callee.span) {
            self.evaluate_all(arguments);
            return Value::Poison;
        }
        let parameters: Vec<Parameter> = function.arguments.iter().map(Parameter::of).collect();
        let Some(passed) = self.match_arguments(&callee, &parameters, receiver, arguments) else {
            self.evaluate_all(arguments);
            return Value::Poison;
        };
        // What is passed means something where the call stands; the frame of the callee comes after.
        let hint = std::mem::take(&mut self.hint);
        let (mut values, errors) = (Vec::new(), self.report.errors.len());
        for (parameter, passed) in function.arguments.iter().zip(&passed) {
            values.push(match passed {
                None => Value::Poison,
                Some(Passed::Value(value, _)) => value.clone(),
                Some(Passed::Expr(expr)) if is_option(&parameter.ty) => {
                    self.constant_value(expr).map_or(Value::Poison, Value::Static)
                }
                Some(Passed::Expr(expr)) if matches!(parameter.ty, ast::Type::Dim(_)) => {
                    let help = "pass a size, and what changes as an index: `k: u32`";
                    let size = self.integer(expr);
                    let place = self.place(expr);
                    size.filter(|size| self.is_fixed(size, "a size", help, &place))
                        .map_or(Value::Poison, |size| Value::Static(Static::Size(size)))
                }
                Some(Passed::Expr(expr)) => {
                    self.hint = argument_name(expr, &hint, &pattern_name(&parameter.pattern));
                    let value = self.expr_of(expr, &Wanted::by(Some(&parameter.ty)));
                    self.store_all(value)
                }
            });
        }
        let places: Vec<_> = passed
            .iter()
            .map(|passed| {
                passed.as_ref().map_or_else(|| self.place_of(callee.span), |passed| passed.place(self))
            })
            .collect();
        let library = callable.library.then(|| {
            let own = parameters
                .iter()
                .zip(&passed)
                .zip(&places)
                .filter(|((_, passed), place)| passed.is_some() && place.inside.is_none());
            let own = own.map(|((parameter, _), place)| (parameter.name.clone(), place.span)).collect();
            match &self.frame().library {
                Some(outer) => LibraryCall { places: own, ..outer.clone() },
                None => LibraryCall {
                    function: callee.name.clone(),
                    call: callee.span,
                    places: own,
                    errors: usize::MAX,
                },
            }
        });
        // Types are checked with the callee's dims and generics, its errors said at the call.
        let generics = layer.as_ref().map_or_else(BTreeMap::new, |layer| self.generics_of(layer));
        let frame = || Frame {
            scopes: vec![Vec::new()],
            layer: layer.clone(),
            generics: generics.clone(),
            library: library.clone(),
            function: function.name.to_string(),
            ..Frame::default()
        };
        self.frames.push(frame());
        for (parameter, value) in function.arguments.iter().zip(&values) {
            self.fix_dims(&parameter.ty, value, &pattern_name(&parameter.pattern));
        }
        let (mut fits, mut misfits) = (true, false);
        let mut given = Vec::new();
        for (((parameter, value), passed), place) in
            function.arguments.iter().zip(values).zip(&passed).zip(&places)
        {
            let value = match (passed, &parameter.default) {
                (None, Some(default)) if is_option(&parameter.ty) => {
                    self.constant_value(default).map_or(Value::Poison, Value::Static)
                }
                (None, Some(default)) => self.expr(default),
                _ => value,
            };
            let expected = Expected::argument(&callee, parameter, passed.as_ref());
            let was_poison = value.is_poison();
            if callable.library {
                given.push(value.clone());
            }
            let value = self.fit(&parameter.ty, value, &expected, place).unwrap_or_else(|| {
                fits = false;
                misfits |= !was_poison;
                Value::Poison
            });
            // A dim that a wrong argument no longer fixes, the next one does.
            self.fix_dims(&parameter.ty, &value, &pattern_name(&parameter.pattern));
            self.bind_pattern_in(&parameter.pattern, value, Mutability::Argument, &function.body);
            if let (ast::Type::Dim(_), ast::Pattern::Name(name)) = (&parameter.ty, &parameter.pattern) {
                // It fixes a size, which is a use.
                self.lookup(&name.to_string());
            }
        }
        if self.report.errors.len() > errors {
            let own = self.frames.pop().expect("it was pushed");
            if self.are_exchanged(function, &passed, &callee, &frame, errors)
                || self.are_to_be_mapped(&function.arguments, &passed, &callee, &frame, errors)
            {
                self.hint = hint;
                return Value::Poison;
            }
            self.frames.push(own);
        }
        let errors = self.report.errors.len();
        if let Some(library) = &mut self.frame_mut().library {
            library.errors = library.errors.min(errors);
        }
        self.hint = if hint.is_empty() { callee.name.clone() } else { hint.clone() };
        // Whether the call or the declaration is wrong nobody knows: what depends on such an argument is not
        // blamed, and the rest of the body is as right or wrong as ever.
        self.frame_mut().unfixed |= misfits;
        let argument = |name: &str| {
            let at = parameters.iter().position(|parameter| parameter.name == name)?;
            Some((given.get(at)?, &places[at]))
        };
        fits &= !callable.library || !fits || self.in_domain(&function.name.to_string(), &callee, argument);
        let value = if fits || misfits && !callable.library {
            let value = self.lowered(function, callable.library);
            self.leave();
            value
        } else {
            Value::Poison
        };
        self.frames.pop();
        self.hint = hint;
        value
    }

    /// The value of a function, its arguments bound: that of its body, if it is what the function says.
    pub fn lowered(&mut self, function: &ast::Function, library: bool) -> Value {
        let value = self.evaluated(function, library);
        self.fitted(function, value)
    }

    /// The value of a function's body.
    pub fn evaluated(&mut self, function: &ast::Function, library: bool) -> Value {
        if !library {
            let structure =
                self.frame().layer.as_ref().map(|layer| self.instances.list[layer.instance].name.clone());
            self.seen.functions.insert((structure.unwrap_or_default(), function.name.to_string()));
        }
        self.uses_wrong |= !function.whole_body;
        self.frame_mut().allowed = Allowed::by(&function.attributes);
        self.body(&function.body, &Wanted::by(function.result.as_ref()))
    }

    /// The value of a body, if it is what its function says.
    pub fn fitted(&mut self, function: &ast::Function, value: Value) -> Value {
        let (Some(result), Some(body)) = (&function.result, &function.body.result) else {
            return Value::Poison;
        };
        self.fit_expr(result, value, &Expected::Result(function), body).unwrap_or(Value::Poison)
    }

    /// The generics of a layer by name.
    pub fn generics_of(&self, layer: &Layer) -> BTreeMap<String, i64> {
        let instance = &self.instances.list[layer.instance];
        let names =
            self.items.structs[&instance.name].generics.iter().map(|generic| generic.name.to_string());
        names.zip(instance.generics.iter().copied()).collect()
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
}

/// Whether one of the arguments could not be read: how many there are is not known then.
fn has_gap(arguments: &[CallArgument]) -> bool {
    arguments.iter().any(|argument| matches!(argument.value.kind, E::Error))
}

/// Whether a parameter is an option of the library, known at compile time.
pub fn is_option(ty: &ast::Type) -> bool {
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
