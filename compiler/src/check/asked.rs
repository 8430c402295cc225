//! `#[grad(self, x)]`, `#[hessian(x)]`: which derivatives of a function are asked for, and whether it has them.

use super::elaborate::Elaborator;
use super::suggest::did_you_mean;
use crate::ir::Kind;
use crate::program::{Argument, ArgumentContent, Derivative};
use crate::syntax::ast::{self, DerivativeKind};

/// The derivatives asked for, understood.
pub fn derivatives(
    this: &mut Elaborator<'_>,
    function: &ast::Function,
    arguments: &[Argument],
) -> Option<Vec<Derivative>> {
    let mut found: Vec<Derivative> = Vec::new();
    let mut right = true;
    for request in &function.derivatives {
        right &= fits(this, request, function);
        let mut derivative = Derivative {
            kind: request.kind,
            model: request.with_respect_to.is_empty(),
            arguments: Vec::new(),
        };
        for name in &request.with_respect_to {
            if name == "self" {
                derivative.model = true;
                continue;
            }
            let Some(position) = arguments.iter().position(|argument| argument.name == *name) else {
                let names: Vec<String> = arguments.iter().map(|argument| argument.name.to_string()).collect();
                let near: Vec<&str> = names.iter().map(String::as_str).collect();
                let message = format!("`{}` has no argument `{name}`", function.name);
                match did_you_mean(&name.to_string(), &near) {
                    Some(near) => {
                        this.error_with_help(name.span(), message, format!("did you mean `{near}`?"))
                    }
                    None => this.error_with_help(
                        name.span(),
                        message,
                        "name arguments, or `self` for the parameters",
                    ),
                }
                right = false;
                continue;
            };
            match &arguments[position].content {
                ArgumentContent::Tensor(tensor) if this.graph.tensor(*tensor).kind == Kind::Float => {
                    derivative.arguments.push(position)
                }
                _ => {
                    this.error(
                        name.span(),
                        format!("`{name}` is not made of {}: it has no gradient", this.float_name()),
                    );
                    right = false;
                }
            }
        }
        if found.iter().any(|known| known.kind == derivative.kind) {
            let name = attribute(request.kind);
            this.error_with_help(
                request.span,
                format!("this function has two `#[{name}]`"),
                format!("list everything in one: `#[{name}(…)]`"),
            );
            right = false;
        }
        found.push(derivative);
    }
    right.then_some(found)
}

/// The name of a derivative's attribute.
fn attribute(kind: DerivativeKind) -> &'static str {
    match kind {
        DerivativeKind::Grad => "grad",
        DerivativeKind::Jvp => "jvp",
        DerivativeKind::Hvp => "hvp",
        DerivativeKind::Jacobian => "jacobian",
        DerivativeKind::Hessian => "hessian",
    }
}

/// Whether a function has such a derivative, by what it returns and what the attribute lists.
fn fits(this: &mut Elaborator<'_>, request: &ast::DerivativeRequest, function: &ast::Function) -> bool {
    let name = attribute(request.kind);
    let lists_self = request.with_respect_to.iter().any(|listed| listed == "self");
    let lists_argument = request.with_respect_to.iter().any(|listed| listed != "self");
    let float = this.float_name();
    let returns_float = function.result.as_ref().is_none_or(|result| has_float(result, float));
    if !returns_float {
        this.error(
            request.span,
            format!("`{}` returns nothing made of {float}: it has no derivative", function.name),
        );
        return false;
    }
    let returns_number = match &function.result {
        Some(ast::Type::Tensor(ty)) => ty.axes.is_empty(),
        Some(ast::Type::Tuple(..)) => false,
        Some(ast::Type::Dim(_) | ast::Type::Error(_)) | None => true,
    };
    match request.kind {
        DerivativeKind::Hvp | DerivativeKind::Hessian if !returns_number => {
            let help = if request.kind == DerivativeKind::Hessian {
                "take `#[jacobian(…)]`, or return a sum"
            } else {
                "return a sum, or take `#[jvp(…)]`"
            };
            this.error_with_help(
                request.span,
                format!("`#[{name}]` is of one number, and `{}` returns more", function.name),
                help,
            );
            false
        }
        DerivativeKind::Hvp if lists_argument => {
            this.error_with_help(
                request.span,
                "`#[hvp]` is with respect to `self`",
                "write `#[hvp]`, or `#[hessian(x)]` for the second derivatives by an argument",
            );
            false
        }
        DerivativeKind::Jacobian | DerivativeKind::Hessian if lists_self || !lists_argument => {
            let help = format!("list arguments: `#[{name}(x)]`");
            this.error_with_help(request.span, format!("`#[{name}]` is with respect to arguments"), help);
            false
        }
        _ => true,
    }
}

/// Whether a type has something in it that can be differentiated.
fn has_float(ty: &ast::Type, float: &str) -> bool {
    match ty {
        ast::Type::Tensor(ty) => ty.scalar == float,
        ast::Type::Tuple(parts, _) => parts.iter().any(|part| has_float(part, float)),
        ast::Type::Dim(_) | ast::Type::Error(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::checked;

    #[track_caller]
    fn refused(attribute: &str, signature: &str, expected: &str) {
        let text = format!(
            "dim N; pub struct Net {{ #[frozen] w: f32[3] }} impl Net {{ {attribute} pub fn f{signature} }}"
        );
        assert_eq!(checked(&text).expect_err("refused"), expected);
    }

    #[test]
    fn what_has_no_such_derivative() {
        let row = "(x: f32[3], i: u32) -> f32[3] { x * i }";
        refused(
            "#[hvp]",
            row,
            "`#[hvp]` is of one number, and `f` returns more\n\nhelp: return a sum, or take `#[jvp(…)]`",
        );
        refused(
            "#[hessian(x)]",
            row,
            "`#[hessian]` is of one number, and `f` returns more\n\nhelp: take `#[jacobian(…)]`, or return a sum",
        );
        refused(
            "#[jacobian]",
            row,
            "`#[jacobian]` is with respect to arguments\n\nhelp: list arguments: `#[jacobian(x)]`",
        );
        refused(
            "#[jacobian(self, x)]",
            row,
            "`#[jacobian]` is with respect to arguments\n\nhelp: list arguments: `#[jacobian(x)]`",
        );
        refused("#[jvp(i)]", row, "`i` is not made of f32: it has no gradient");
        refused(
            "#[jvp(x)] #[jvp(x)]",
            row,
            "this function has two `#[jvp]`\n\nhelp: list everything in one: `#[jvp(…)]`",
        );
        let number = "(x: f32[3]) -> f32 { sum(x * w) }";
        refused(
            "#[hvp(x)]",
            number,
            "`#[hvp]` is with respect to `self`\n\nhelp: write `#[hvp]`, or `#[hessian(x)]` for the second derivatives by an argument",
        );
        refused(
            "#[jvp(y)]",
            number,
            "`f` has no argument `y`\n\nhelp: name arguments, or `self` for the parameters",
        );
        refused(
            "#[jvp(x)]",
            "(x: f32[3]) -> u32 { argmax(x) }",
            "`f` returns nothing made of f32: it has no derivative",
        );
    }
}
