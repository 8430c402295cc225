//! How fields start: an initialiser by its name, or a literal.

use std::collections::BTreeMap;

use super::elsewhere::known_elsewhere;
use super::items::Items;
use super::words::{counted, list};
use crate::program::Initialiser;
use crate::report::Report;
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E};

/// What the numbers of an initialiser may name.
pub struct Known<'a> {
    /// The constants of the block.
    pub items: &'a Items<'a>,
    /// The generics of the struct.
    pub generics: &'a BTreeMap<String, i64>,
}

/// An initialiser by its name, or a literal of the field's shape; the shape is none where it is wrong.
pub fn initialiser(
    expr: &ast::Expr,
    shape: Option<&[usize]>,
    rank: usize,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<Initialiser> {
    const NAMES: [&str; 12] = [
        "zeros",
        "ones",
        "constant",
        "normal",
        "uniform",
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_normal",
        "orthogonal",
        "eye",
    ];
    let (name, passed): (&proc_macro2::Ident, &[ast::CallArgument]) = match &expr.kind {
        E::Name(name) => (name, &[]),
        E::Call { function, arguments } => match &function.kind {
            E::Name(name) => (name, arguments),
            _ => {
                report.error_with_help(
                    expr.span,
                    "an initialiser is a name, as `he_normal`, or a literal",
                    format!("there are {}", list(&NAMES)),
                );
                return None;
            }
        },
        E::Error => return None,
        E::Array(_) | E::Number(_) | E::Unary(..) | E::Binary(..) => {
            let mut values = Vec::new();
            literal(expr, shape?, (rank, known), &mut values, report)?;
            return Some(Initialiser::Literal(values));
        }
        _ => {
            report.error_with_help(
                expr.span,
                "an initialiser is a name, as `he_normal`, or a literal",
                "compute elsewhere what is no literal, and set the field",
            );
            return None;
        }
    };
    let text = name.to_string();
    let parameters: &[&str] = match text.as_str() {
        "constant" => &["c"],
        "normal" => &["std"],
        "uniform" => &["lo", "hi"],
        _ => &[],
    };
    if !NAMES.contains(&text.as_str()) {
        let message = format!("there is no initialiser `{name}`");
        let help = match (known_elsewhere(&text), did_you_mean(&text, &NAMES)) {
            (Some(help), _) => help.to_string(),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!("there are {}, or a literal", list(&NAMES)),
        };
        report.error_with_help(name.span(), message, help);
        return None;
    }
    let arguments = matched(name, parameters, passed, report)?;
    let numbers: Vec<f64> =
        arguments.iter().map(|argument| number(argument, known, report)).collect::<Option<_>>()?;
    match (text.as_str(), numbers.as_slice()) {
        ("normal", [std]) if *std < 0.0 => {
            report.error_with_help(
                arguments[0].span,
                format!("a standard deviation is not negative, found {std:?}"),
                "write `normal(0.1)`",
            );
            return None;
        }
        ("uniform", [low, high]) if low > high => {
            report.error_with_help(
                arguments[1].span,
                format!("`uniform(lo, hi)` takes the smaller end first, found {low:?} and {high:?}"),
                format!("write `uniform({high:?}, {low:?})`"),
            );
            return None;
        }
        _ => {}
    }
    let needs_matrix = !matches!(text.as_str(), "zeros" | "ones" | "constant" | "normal" | "uniform");
    let only_matrix = text == "eye";
    if needs_matrix && rank < 2 || only_matrix && rank != 2 {
        let what = if only_matrix { "matrices" } else { "tensors of two axes or more" };
        let has = match rank {
            0 => "is a scalar".to_string(),
            _ => format!("has {}", counted(rank, "axis")),
        };
        let message = format!("`{name}` is for {what}; this field {has}");
        report.error_with_help(
            name.span(),
            message,
            "zeros, ones, constant(c), normal(std) and uniform(lo, hi) are for any shape",
        );
        return None;
    }
    Some(match text.as_str() {
        "zeros" => Initialiser::Zeros,
        "ones" => Initialiser::Ones,
        "constant" => Initialiser::Constant(numbers[0]),
        "normal" => Initialiser::Normal(numbers[0]),
        "uniform" => Initialiser::Uniform(numbers[0], numbers[1]),
        "glorot_uniform" => Initialiser::GlorotUniform,
        "glorot_normal" => Initialiser::GlorotNormal,
        "he_uniform" => Initialiser::HeUniform,
        "he_normal" => Initialiser::HeNormal,
        "lecun_normal" => Initialiser::LecunNormal,
        "orthogonal" => Initialiser::Orthogonal,
        _ => Initialiser::Eye,
    })
}

/// The numbers of an initialiser in the order of its parameters.
fn matched<'e>(
    name: &proc_macro2::Ident,
    parameters: &[&str],
    passed: &'e [ast::CallArgument],
    report: &mut Report,
) -> Option<Vec<&'e ast::Expr>> {
    let usage = match name.to_string().as_str() {
        "constant" => "write `constant(0.5)`".to_string(),
        "normal" => "write `normal(0.1)`".to_string(),
        "uniform" => "write `uniform(-0.1, 0.1)`".to_string(),
        plain => format!("write `{plain}`"),
    };
    let mut places: Vec<Option<&ast::Expr>> = vec![None; parameters.len()];
    let mut right = true;
    let unnamed = passed.iter().filter(|argument| argument.name.is_none());
    for (place, argument) in places.iter_mut().zip(unnamed) {
        *place = Some(&argument.value);
    }
    for argument in passed {
        let Some(option) = &argument.name else { continue };
        let known = parameters.iter().position(|parameter| option == parameter);
        let (message, help) = match known.map(|position| &mut places[position]) {
            Some(place @ None) => {
                *place = Some(&argument.value);
                continue;
            }
            Some(_) => (format!("`{option}` is given twice"), "leave one out".to_string()),
            None => {
                let near = did_you_mean(&option.to_string(), parameters);
                let help = near.map_or(usage.clone(), |near| format!("did you mean `{near}`?"));
                (format!("`{name}` has no argument `{option}`"), help)
            }
        };
        report.error_with_help(option.span(), message, help);
        right = false;
    }
    if right && (passed.len() != parameters.len() || places.iter().any(Option::is_none)) {
        let takes = counted(parameters.len(), "number");
        report.error_with_help(name.span(), format!("`{name}` takes {takes}, found {}", passed.len()), usage);
        right = false;
    }
    right.then(|| places.into_iter().flatten().collect())
}

/// A literal of a shape, row by row, in a field of a rank.
fn literal(
    expr: &ast::Expr,
    shape: &[usize],
    (rank, known): (usize, &Known<'_>),
    values: &mut Vec<f64>,
    report: &mut Report,
) -> Option<()> {
    match (&expr.kind, shape.split_first()) {
        (E::Array(parts), Some((&length, inner))) => {
            if parts.len() != length {
                let message = format!(
                    "{} here, the field has {length} along this axis",
                    counted(parts.len(), "element")
                );
                report.error_with_help(
                    expr.span,
                    message,
                    "a literal has the shape of its field, row by row",
                );
                return None;
            }
            let parts: Vec<Option<()>> =
                parts.iter().map(|part| literal(part, inner, (rank, known), values, report)).collect();
            parts.into_iter().collect()
        }
        (E::Array(_), None) => {
            let has = if rank == 0 {
                "the field is a scalar".to_string()
            } else {
                format!("the field has {}", counted(rank, "axis"))
            };
            report.error_with_help(
                expr.span,
                format!("this literal has more axes: {has}"),
                "a literal has the shape of its field, row by row",
            );
            None
        }
        (_, Some((length, _))) => {
            let message =
                format!("a list of {} is expected here, found one number", counted(*length, "element"));
            let help = if shape.len() == rank {
                "the same number everywhere is `constant(c)`"
            } else {
                "a literal has the shape of its field, row by row"
            };
            report.error_with_help(expr.span, message, help);
            None
        }
        (_, None) => {
            values.push(number(expr, known, report)?);
            Some(())
        }
    }
}

/// A number of an initialiser, which has to be one.
fn number(expr: &ast::Expr, known: &Known<'_>, report: &mut Report) -> Option<f64> {
    let value = arithmetic(expr, known, report)?;
    if !value.is_finite() {
        report.error_with_help(
            expr.span,
            format!("a parameter starts as a finite number, found {value}"),
            "what is infinite stands in the functions: `inf`",
        );
        return None;
    }
    Some(value)
}

/// Arithmetic on what is known at compile time.
fn arithmetic(expr: &ast::Expr, known: &Known<'_>, report: &mut Report) -> Option<f64> {
    const HELP: &str = "it is made of numbers, constants, generics and `pi`, with `+ - * /` and `sqrt`";
    match &expr.kind {
        E::Number(number) => Some(number.value),
        E::Unary(ast::UnaryOperator::Negate, inner) => Some(-arithmetic(inner, known, report)?),
        E::Binary(operator @ (Op::Add | Op::Subtract | Op::Multiply | Op::Divide), _, left, right) => {
            let (a, b) = (arithmetic(left, known, report), arithmetic(right, known, report));
            let (a, b) = (a?, b?);
            Some(match operator {
                Op::Add => a + b,
                Op::Subtract => a - b,
                Op::Multiply => a * b,
                _ => a / b,
            })
        }
        E::Call { function, arguments } if matches!(&function.kind, E::Name(name) if name == "sqrt") => {
            match arguments.as_slice() {
                [ast::CallArgument { name: None, value }] => Some(arithmetic(value, known, report)?.sqrt()),
                _ => {
                    report.error_with_help(function.span, "`sqrt` takes one number here", "write `sqrt(2)`");
                    None
                }
            }
        }
        E::Name(name) if name == "pi" => Some(std::f64::consts::PI),
        E::Name(name) => {
            let text = name.to_string();
            let Known { items, generics } = known;
            let value = generics.get(&text).or_else(|| items.constants.get(&text));
            if value.is_none() && !items.broken.contains(&text) {
                let names: Vec<&String> = generics.keys().chain(items.constants.keys()).collect();
                let help = match did_you_mean(&text, &names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => HELP.to_string(),
                };
                report.error_with_help(
                    name.span(),
                    format!("`{name}` is not known where parameters start"),
                    help,
                );
            }
            value.map(|&value| value as f64)
        }
        E::Error => None,
        _ => {
            let message = "what a parameter starts with is not known here";
            report.error_with_help(expr.span, message, HELP);
            None
        }
    }
}
