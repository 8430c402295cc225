//! The derivatives that a public function is asked for.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use super::elaborate::Elaborator;
use super::external;
use super::items::Items;
use super::method::leaves;
use super::value::Value;
use crate::compile;
use crate::ir::{ExternId, Kind};
use crate::program::{Argument, Derivative, Method};
use crate::report::Report;
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, DerivativeKind, DerivativeRequest};

/// How the attribute of a kind is written.
pub fn attribute(kind: DerivativeKind) -> &'static str {
    match kind {
        DerivativeKind::Grad => "#[grad]",
        DerivativeKind::Jvp => "#[jvp]",
        DerivativeKind::Hvp => "#[hvp]",
        DerivativeKind::Jacobian => "#[jacobian]",
        DerivativeKind::Hessian => "#[hessian]",
    }
}

/// The derivatives asked for, understood.
pub fn requests(
    this: &mut Elaborator<'_>,
    function: &ast::Function,
    arguments: &[Argument],
    value: &Value,
) -> Option<Vec<Derivative>> {
    let mut found: Vec<Derivative> = Vec::new();
    let mut right = true;
    for request in &function.derivatives {
        let name = attribute(request.kind);
        if found.iter().any(|known| known.kind == request.kind) {
            this.error_with_help(
                request.span,
                format!("`{}` has two `{name}`", function.name),
                format!("list everything in one: `{}(…)]`", name.trim_end_matches(']')),
            );
            right = false;
            continue;
        }
        if !is_differentiable(value) {
            let message = format!(
                "the result of `{}` is {}, which has no derivative",
                function.name,
                this.describe(value)
            );
            let help = format!(
                "only values of {} have: leave the attribute out, or return what this is computed from",
                this.float_name()
            );
            this.error_with_help(request.span, message, help);
            right = false;
            continue;
        }
        if !fits(this, request, function, value) {
            right = false;
            continue;
        }
        match request_of(this, function, request, arguments) {
            Some(derivative) => found.push(derivative),
            None => right = false,
        }
    }
    right.then_some(found)
}

fn is_differentiable(value: &Value) -> bool {
    match value {
        Value::Poison => true,
        Value::Array(array) => array.kind == Kind::Float,
        Value::Tuple(parts) => parts.iter().any(is_differentiable),
        Value::Static(_) | Value::Layer(_) => false,
    }
}

/// Whether a function has such a derivative, by what it returns and what the attribute lists.
fn fits(
    this: &mut Elaborator<'_>,
    request: &DerivativeRequest,
    function: &ast::Function,
    value: &Value,
) -> bool {
    let name = attribute(request.kind);
    let open = name.trim_end_matches(']');
    let lists_self = request.with_respect_to.iter().any(|listed| listed == "self");
    let lists_argument = request.with_respect_to.iter().any(|listed| listed != "self");
    let returns_number = match value {
        Value::Array(array) => array.shape.is_empty(),
        Value::Tuple(_) => false,
        Value::Static(_) | Value::Layer(_) | Value::Poison => true,
    };
    let wrong = match request.kind {
        DerivativeKind::Hvp | DerivativeKind::Hessian if !returns_number => {
            let help = if request.kind == DerivativeKind::Hessian {
                "take `#[jacobian(…)]`, or return a sum"
            } else {
                "return a sum, or take `#[jvp(…)]`"
            };
            Some((
                format!(
                    "`{name}` is of one number, and `{}` returns {}",
                    function.name,
                    this.describe(value)
                ),
                help.to_string(),
            ))
        }
        DerivativeKind::Hvp if lists_argument => Some((
            "`#[hvp]` is with respect to `self`".to_string(),
            "write `#[hvp]`, or `#[hessian(x)]` for the second derivatives by an argument".to_string(),
        )),
        DerivativeKind::Jacobian | DerivativeKind::Hessian if lists_self || !lists_argument => {
            Some((format!("`{name}` is with respect to arguments"), format!("list them: `{open}(x)]`")))
        }
        _ => None,
    };
    if let Some((message, help)) = &wrong {
        this.error_with_help(request.span, message, help);
    }
    wrong.is_none()
}

/// Whether every function of Rust that a derivative of the method needs the derivative of has one; says so if not.
pub fn all_differentiated(
    items: &Items<'_>,
    method: &Method,
    externs: &[(Ident, Span)],
    report: &mut Report,
) -> bool {
    if method.graph.scalars.externs.iter().all(|function| function.derivative.is_some()) {
        return true;
    }
    let missing: BTreeSet<ExternId> = method
        .derivatives
        .iter()
        .flat_map(|derivative| compile::undifferentiated(method, derivative))
        .collect();
    for function in &missing {
        let (name, span) = &externs[function.0 as usize];
        external::without_derivative(
            items,
            name,
            *span,
            &format!("a derivative of `{}`", method.name),
            report,
        );
    }
    missing.is_empty()
}

fn request_of(
    this: &mut Elaborator<'_>,
    function: &ast::Function,
    request: &DerivativeRequest,
    arguments: &[Argument],
) -> Option<Derivative> {
    let mut derivative =
        Derivative { kind: request.kind, model: request.with_respect_to.is_empty(), arguments: Vec::new() };
    let mut right = true;
    for (position, name) in request.with_respect_to.iter().enumerate() {
        if request.with_respect_to[..position].contains(name) {
            this.error_with_help(
                name.span(),
                format!("`{name}` is listed twice"),
                "one gradient with respect to it is enough",
            );
            right = false;
            continue;
        }
        if name == "self" {
            derivative.model = true;
            continue;
        }
        match arguments.iter().position(|argument| argument.name == *name) {
            None => {
                right = false;
                no_argument(this, function, name);
            }
            Some(position) => match arguments[position].tensor() {
                Some(tensor) if this.graph.tensor(tensor).kind == Kind::Float => {
                    derivative.arguments.push(position)
                }
                Some(tensor) => {
                    let tensor = this.graph.tensor(tensor);
                    let (kind, shape) = (tensor.kind, tensor.shape.clone());
                    let message = format!(
                        "`{name}` is {}: there is no derivative with respect to it",
                        this.show(kind, &shape)
                    );
                    let help = format!("list arguments of {}, or `self`", this.float_name());
                    this.error_with_help(name.span(), message, help);
                    right = false;
                }
                None => {
                    let message = format!("`{name}` is a size: there is no derivative with respect to it");
                    let help = format!("list arguments of {}, or `self`", this.float_name());
                    this.error_with_help(name.span(), message, help);
                    right = false;
                }
            },
        }
    }
    let layer = this.frame().layer.as_ref().map(|layer| layer.instance);
    if let Some(instance) = layer.filter(|_| derivative.model && right) {
        let all = leaves(this.instances, instance);
        let whole = !this.instances.is_broken(instance) && !this.has_lost_fields(instance);
        if whole && all.iter().all(|leaf| leaf.frozen) {
            let structure = &this.instances.list[instance].name;
            let has = if all.is_empty() { "has no parameters" } else { "has frozen parameters alone" };
            let message =
                format!("`{structure}` {has}: there is nothing to differentiate `{}` by", function.name);
            this.error_with_help(request.span, message, "list arguments: `#[grad(x)]`");
            right = false;
        }
    }
    right.then_some(derivative)
}

/// Whether a pattern binds a name.
fn binds(pattern: &ast::Pattern, name: &Ident) -> bool {
    match pattern {
        ast::Pattern::Name(own) => own == name,
        ast::Pattern::Ignored(_) => false,
        ast::Pattern::Tuple(parts, _) => parts.iter().any(|part| binds(part, name)),
    }
}

fn no_argument(this: &mut Elaborator<'_>, function: &ast::Function, name: &Ident) {
    let names: Vec<String> =
        function.arguments.iter().map(|argument| super::call::pattern_name(&argument.pattern)).collect();
    let binds = |argument: &ast::Argument| binds(&argument.pattern, name);
    if function.arguments.iter().any(binds) || !function.all_arguments {
        return; // Its own error has been reported.
    }
    let layer = this.frame().layer.clone();
    let is_field = layer.is_some_and(|layer| {
        this.instances.list[layer.instance].fields.iter().any(|field| field.name == *name)
    });
    let names: Vec<String> = names.into_iter().chain(["self".to_string()]).collect();
    let (message, help) = match did_you_mean(&name.to_string(), &names) {
        _ if is_field => (
            format!("`{name}` is a field, not an argument"),
            "`self` stands for all parameters; `#[frozen]` leaves a field out".to_string(),
        ),
        Some(near) => {
            (format!("`{}` has no argument `{name}`", function.name), format!("did you mean `{near}`?"))
        }
        None => (
            format!("`{}` has no argument `{name}`", function.name),
            "list arguments, or `self` for the parameters".to_string(),
        ),
    };
    this.error_with_help(name.span(), message, help);
}
