//! Trees as S-expressions, for expectations that stand next to their input.

use proc_macro2::{Ident, TokenStream};

use super::super::super::ast::*;

pub(super) fn block(block: &Block) -> String {
    block.items.iter().map(item).collect::<Vec<_>>().join("\n")
}

fn item(item: &Item) -> String {
    match item {
        Item::Dims(names) => list("dim", names.iter().map(Ident::to_string)),
        Item::Const(one) => {
            list("const", [head(&one.attributes, &one.visibility, &one.name), expression(&one.value)])
        }
        Item::Struct(one) => {
            let generics = one.generics.iter().map(|generic| match &generic.default {
                Some(default) => format!("<{} {}>", generic.name, expression(default)),
                None => format!("<{}>", generic.name),
            });
            let budget = one.budget.iter().map(budget);
            let fields = one.fields.iter().map(field);
            let name = head(&one.attributes, &one.visibility, &one.name);
            list("struct", [name].into_iter().chain(generics).chain(budget).chain(fields))
        }
        Item::Impl(one) => {
            let generics = one.generics.iter().map(|name| format!("<{name}>"));
            let functions = one.functions.iter().map(function);
            list("impl", [one.name.to_string()].into_iter().chain(generics).chain(functions))
        }
        Item::Function(one) => function(one),
        Item::Extern(one) => {
            let derivative = one.derivative.iter().map(|(tangents, value)| {
                list("derivative", tangents.iter().map(Ident::to_string).chain([expression(value)]))
            });
            let signature = signature(&one.arguments, &one.result);
            list("extern", [one.name.to_string(), signature].into_iter().chain(derivative))
        }
    }
}

fn field(field: &Field) -> String {
    let frozen = field.frozen.iter().map(|_| "frozen".to_owned());
    let initialiser = field.initialiser.iter().map(|value| format!("= {}", expression(value)));
    let name = head(&field.attributes, &field.visibility, &field.name);
    list(&name, frozen.chain([field_type(&field.ty)]).chain(initialiser))
}

fn field_type(ty: &FieldType) -> String {
    match ty {
        FieldType::Tensor(tensor) => self::tensor(tensor),
        FieldType::Layer(name, arguments) if arguments.is_empty() => name.to_string(),
        FieldType::Layer(name, arguments) => format!("{name}<{}>", commas(arguments.iter().map(expression))),
        FieldType::Array(element, length) => format!("[{}; {}]", field_type(element), expression(length)),
        FieldType::Error(_) => "ERROR".to_owned(),
    }
}

fn tensor(tensor: &TensorType) -> String {
    let axes = tensor.axes.iter().map(|axis| match axis {
        AxisType::Rest(_) => "..".to_owned(),
        AxisType::Size(size) => expression(size),
    });
    match tensor.axes.is_empty() {
        true => tensor.scalar.to_string(),
        false => format!("{}[{}]", tensor.scalar, commas(axes)),
    }
}

fn ty(one: &Type) -> String {
    match one {
        Type::Tensor(tensor) => self::tensor(tensor),
        Type::Dim(name) => format!("dim {name}"),
        Type::Tuple(parts, _) => format!("({})", commas(parts.iter().map(ty))),
        Type::Error(_) => "ERROR".to_owned(),
    }
}

fn function(one: &Function) -> String {
    let derivatives = one.derivatives.iter().map(|request| {
        let name = format!("{:?}", request.kind).to_lowercase();
        list(&format!("#{name}"), request.with_respect_to.iter().map(Ident::to_string))
    });
    let budget = one.budget.iter().map(budget);
    let name = head(&one.attributes, &one.visibility, &one.name);
    let signature = signature(&one.arguments, &one.result);
    let parts = derivatives.chain(budget).chain([name, signature]);
    list("fn", parts.chain(body_parts(&one.body)))
}

fn signature(arguments: &[Argument], result: &Option<Type>) -> String {
    let arguments = arguments.iter().map(|one| {
        let default = one.default.iter().map(|value| format!(" = {}", expression(value))).collect::<String>();
        format!("{}: {}{default}", pattern(&one.pattern), ty(&one.ty))
    });
    let result = result.iter().map(|result| format!(" -> {}", ty(result))).collect::<String>();
    format!("({}){result}", commas(arguments))
}

fn budget(budget: &Budget) -> String {
    let workspace = budget.workspace.iter().map(|bytes| format!("workspace {}", expression(bytes)));
    let params = budget.params.iter().map(|bytes| format!("params {}", expression(bytes)));
    list("#budget", workspace.chain(params))
}

fn body(body: &Body) -> String {
    list("do", body_parts(body))
}

fn body_parts(body: &Body) -> impl Iterator<Item = String> + '_ {
    body.statements.iter().map(statement).chain(body.result.iter().map(|value| expression(value)))
}

fn keyword(mutable: bool) -> &'static str {
    if mutable { "let-mut" } else { "let" }
}

fn statement(statement: &Statement) -> String {
    match statement {
        Statement::Let { mutable, pattern, ty, value, .. } => {
            let keyword = keyword(*mutable);
            let ty = ty.iter().map(|ty| format!(": {}", self::ty(ty))).collect::<String>();
            list(keyword, [self::pattern(pattern) + &ty, expression(value)])
        }
        Statement::LetIndexed { mutable, name, indices, value, .. } => {
            let left = format!("{name}[{}]", commas(indices.iter().map(binding)));
            list(keyword(*mutable), [left, expression(value)])
        }
        Statement::Assign { target, operator, value, .. } => {
            let sign = operator.iter().map(|operator| infix(*operator)).collect::<String>() + "=";
            list(&sign, [self::target(target), expression(value)])
        }
        Statement::For(one) => {
            let range = match &one.range {
                ForRange::Range { from, to, reversed } => {
                    let reversed = if *reversed { ".rev" } else { "" };
                    format!("{}..{}{reversed}", expression(from), expression(to))
                }
                ForRange::Over(value) => expression(value),
            };
            let checkpoint = one.checkpoint.iter().map(|_| "checkpoint".to_owned());
            let condition = one.condition.iter().map(|value| list("while", [expression(value)]));
            let head = [one.variable.to_string(), range].into_iter();
            list("for", checkpoint.chain(head).chain(condition).chain(body_parts(&one.body)))
        }
        Statement::Lost(_) => "ERROR".to_owned(),
    }
}

fn pattern(one: &Pattern) -> String {
    match one {
        Pattern::Name(name) => name.to_string(),
        Pattern::Ignored(_) => "_".to_owned(),
        Pattern::Tuple(parts, _) => format!("({})", commas(parts.iter().map(pattern))),
    }
}

fn target(one: &Target) -> String {
    match one {
        Target::Name(name) => name.to_string(),
        Target::Indexed(name, subscripts, _) => {
            format!("{name}[{}]", commas(subscripts.iter().map(subscript)))
        }
        Target::Ignored(_) => "_".to_owned(),
        Target::Tuple(parts, _) => format!("({})", commas(parts.iter().map(target))),
    }
}

fn binding(binding: &IndexBinding) -> String {
    match &binding.range {
        Some((from, to)) => format!("{} in {}..{}", binding.name, expression(from), expression(to)),
        None => binding.name.to_string(),
    }
}

fn subscript(subscript: &Subscript) -> String {
    match subscript {
        Subscript::Whole(_) => "..".to_owned(),
        Subscript::Range { from, to, .. } => {
            let end = |end: &Option<Expr>| end.iter().map(expression).collect::<String>();
            format!("{}..{}", end(from), end(to))
        }
        Subscript::At(value) => expression(value),
    }
}

pub(super) fn expression(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Number(Number { integer: Some(integer), .. }) => integer.to_string(),
        ExprKind::Number(Number { value, integer: None }) => format!("{value:?}"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Array(parts) => format!("[{}]", commas(parts.iter().map(expression))),
        ExprKind::Tuple(parts) => list("tuple", parts.iter().map(expression)),
        ExprKind::Unary(UnaryOperator::Negate, value) => list("-", [expression(value)]),
        ExprKind::Unary(UnaryOperator::Not, value) => list("!", [expression(value)]),
        ExprKind::Binary(operator, _, left, right) => {
            list(infix(*operator), [expression(left), expression(right)])
        }
        ExprKind::If { condition, then, otherwise } => {
            let parts = [expression(condition), body(then)].into_iter();
            list("if", parts.chain(otherwise.iter().map(body)))
        }
        ExprKind::Call { function, arguments } => {
            list("call", [expression(function)].into_iter().chain(arguments.iter().map(argument)))
        }
        ExprKind::Method { receiver, name, arguments } => list(
            &format!(".{name}"),
            [expression(receiver)].into_iter().chain(arguments.iter().map(argument)),
        ),
        ExprKind::Field(receiver, name) => list("field", [expression(receiver), name.to_string()]),
        ExprKind::Index(base, subscripts) => {
            format!("{}[{}]", expression(base), commas(subscripts.iter().map(subscript)))
        }
        ExprKind::Reduce { reducer, indices, body } => {
            format!("({reducer}[{}] {})", commas(indices.iter().map(binding)), expression(body))
        }
        ExprKind::Cast(value, scalar) => list("as", [expression(value), scalar.to_string()]),
        ExprKind::Block(one) => body(one),
        ExprKind::Error => "ERROR".to_owned(),
    }
}

fn argument(argument: &CallArgument) -> String {
    match &argument.name {
        Some(name) => format!("{name}={}", expression(&argument.value)),
        None => expression(&argument.value),
    }
}

fn infix(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%",
        BinaryOperator::MatMul => "@",
        BinaryOperator::Less => "<",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
    }
}

/// Attributes, visibility and name, as one word each, without spaces.
fn head(attributes: &[TokenStream], visibility: &TokenStream, name: &Ident) -> String {
    let words = attributes.iter().chain([visibility]).map(|tokens| tokens.to_string().replace(' ', ""));
    words.filter(|word| !word.is_empty()).chain([name.to_string()]).collect::<Vec<_>>().join(" ")
}

fn list(head: &str, parts: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = [head.to_owned()].into_iter().chain(parts).collect();
    format!("({})", all.join(" "))
}

fn commas(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
