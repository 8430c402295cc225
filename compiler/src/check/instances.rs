//! Structs with their generics filled in: every size a number, every initialiser understood.

use std::collections::BTreeMap;

use super::items::{Instance, InstanceContent, InstanceField, Items};
use super::suggest::did_you_mean;
use crate::program::Initialiser;
use crate::report::Report;
use crate::syntax::ast;

/// All instances made so far; equal ones are one.
#[derive(Debug, Default)]
pub struct Instances {
    /// In the order in which they were finished: what an instance holds comes before it.
    pub list: Vec<Instance>,
    under_way: Vec<String>,
}

impl Instances {
    /// The instance of a struct at some generics.
    pub fn get(
        &mut self,
        items: &Items<'_>,
        name: &proc_macro2::Ident,
        arguments: &[ast::Expr],
        around: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<usize> {
        let text = name.to_string();
        let Some(definition) = items.structs.get(&text).copied() else {
            let names: Vec<&str> = items.structs.keys().map(String::as_str).collect();
            let message = format!("there is no layer `{name}`");
            match did_you_mean(&text, &names) {
                Some(near) => report.error_with_help(name.span(), message, format!("did you mean `{near}`?")),
                None => report.error_with_help(
                    name.span(),
                    message,
                    "a field is a tensor (`f32[3, 4]`), a struct of this block, a layer of the library, or an array of them",
                ),
            }
            return None;
        };
        if arguments.len() > definition.generics.len() {
            let takes = definition.generics.len();
            report.error(
                arguments[takes].span,
                format!("`{name}` takes {takes} generics, found {}", arguments.len()),
            );
            return None;
        }
        let mut generics = BTreeMap::new();
        let mut values = Vec::new();
        for (position, generic) in definition.generics.iter().enumerate() {
            let value = match (arguments.get(position), &generic.default) {
                (Some(argument), _) => items.constant(argument, around, report),
                (None, Some(default)) => items.constant(default, &generics, report),
                (None, None) => {
                    let names: Vec<String> =
                        definition.generics.iter().map(|generic| generic.name.to_string()).collect();
                    let message = format!("`{name}` needs its generic `{}`", generic.name);
                    report.error_with_help(
                        name.span(),
                        message,
                        format!("write `{name}<{}>`", names.join(", ")),
                    );
                    None
                }
            }?;
            generics.insert(generic.name.to_string(), value);
            values.push(value);
        }
        self.instance(items, definition, values, &generics, report)
    }

    /// The instance of a struct at known generics.
    pub fn instance(
        &mut self,
        items: &Items<'_>,
        definition: &ast::Struct,
        values: Vec<i64>,
        generics: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<usize> {
        let name = definition.name.to_string();
        if let Some(known) =
            self.list.iter().position(|instance| instance.name == name && instance.generics == values)
        {
            return Some(known);
        }
        if self.under_way.contains(&name) && self.under_way.len() > 64
            || self.under_way.iter().filter(|known| **known == name).count() > 8
        {
            report.error(definition.name.span(), format!("`{name}` contains itself"));
            return None;
        }
        self.under_way.push(name.clone());
        let mut fields: Vec<InstanceField> = Vec::new();
        for field in &definition.fields {
            if fields.iter().any(|known| known.name == field.name) {
                report.error(field.name.span(), format!("`{name}` has two fields `{}`", field.name));
                continue;
            }
            let content =
                self.content(items, field, &field.ty, generics, report).unwrap_or(InstanceContent::Poison);
            fields.push(InstanceField { name: field.name.clone(), frozen: field.frozen.is_some(), content });
        }
        self.under_way.pop();
        self.list.push(Instance { name, generics: values, fields });
        Some(self.list.len() - 1)
    }

    fn content(
        &mut self,
        items: &Items<'_>,
        field: &ast::Field,
        ty: &ast::FieldType,
        generics: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<InstanceContent> {
        match ty {
            ast::FieldType::Tensor(ty) => {
                let scalar = ty.scalar.to_string();
                if scalar != "f32" && scalar != "f64" {
                    let message = format!("a field is a parameter, so it is f32 or f64, found {scalar}");
                    report.error_with_help(
                        ty.scalar.span(),
                        message,
                        "pass indices, keys and masks as arguments",
                    );
                    return None;
                }
                let mut shape = Vec::new();
                for axis in &ty.axes {
                    match axis {
                        ast::AxisType::Rest(span) => {
                            report.error(*span, "a field has a size for each axis; `..` is for arguments");
                            return None;
                        }
                        ast::AxisType::Size(size) => shape.push(self.size(items, size, generics, report)?),
                    }
                }
                let initialiser = match &field.initialiser {
                    None if shape.len() < 2 => Initialiser::Zeros,
                    None => Initialiser::GlorotUniform,
                    Some(expr) => initialiser(expr, &shape, report)?,
                };
                Some(InstanceContent::Tensor { shape, initialiser })
            }
            ast::FieldType::Layer(name, arguments) => {
                if let Some(initialiser) = &field.initialiser {
                    report.error(initialiser.span, format!("`{name}` initialises its own fields"));
                }
                let instance = self.get(items, name, arguments, generics, report)?;
                Some(InstanceContent::Layer { instance, lengths: Vec::new() })
            }
            ast::FieldType::Error(_) => None,
            ast::FieldType::Array(inner, length) => {
                let length_value = self.size(items, length, generics, report);
                if let ast::FieldType::Tensor(tensor) = &**inner {
                    let message = "an array here is an array of layers";
                    report.error_with_help(
                        tensor.span,
                        message,
                        "write the length as the first axis of the tensor: `f32[12, 64]`",
                    );
                    return None;
                }
                match self.content(items, field, inner, generics, report)? {
                    InstanceContent::Layer { instance, mut lengths } => {
                        lengths.insert(0, length_value?);
                        Some(InstanceContent::Layer { instance, lengths })
                    }
                    other => Some(other),
                }
            }
        }
    }

    fn size(
        &self,
        items: &Items<'_>,
        size: &ast::Expr,
        generics: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<usize> {
        let value = items.constant(size, generics, report)?;
        match usize::try_from(value) {
            Ok(value) if value <= 1 << 40 => Some(value),
            _ => {
                report.error(size.span, format!("a size cannot be {value}"));
                None
            }
        }
    }
}

/// An initialiser by its name, or a literal of the field's shape.
fn initialiser(expr: &ast::Expr, shape: &[usize], report: &mut Report) -> Option<Initialiser> {
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
    let (name, arguments): (&proc_macro2::Ident, Vec<&ast::Expr>) = match &expr.kind {
        ast::ExprKind::Name(name) => (name, Vec::new()),
        ast::ExprKind::Call { function, arguments } => match &function.kind {
            ast::ExprKind::Name(name) => (name, arguments.iter().map(|argument| &argument.value).collect()),
            _ => {
                report.error(expr.span, "an initialiser is a name, as `he_normal`, or a literal");
                return None;
            }
        },
        ast::ExprKind::Error => return None,
        _ => {
            let mut values = Vec::new();
            literal(expr, shape, &mut values, report)?;
            return Some(Initialiser::Literal(values));
        }
    };
    let text = name.to_string();
    let numbers: Vec<f64> =
        arguments.iter().map(|argument| number(argument, report)).collect::<Option<_>>()?;
    let takes = match text.as_str() {
        "constant" | "normal" => 1,
        "uniform" => 2,
        _ => 0,
    };
    if !NAMES.contains(&text.as_str()) {
        let message = format!("there is no initialiser `{name}`");
        let help = match did_you_mean(&text, &NAMES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}, or a literal", NAMES.join(", ")),
        };
        report.error_with_help(name.span(), message, help);
        return None;
    }
    if numbers.len() != takes {
        let usage = match takes {
            0 => text.clone(),
            1 => format!("{text}(0.1)"),
            _ => format!("{text}(-0.1, 0.1)"),
        };
        report.error_with_help(
            name.span(),
            format!("`{name}` takes {takes} numbers, found {}", numbers.len()),
            format!("write `{usage}`"),
        );
        return None;
    }
    let needs_matrix = !matches!(text.as_str(), "zeros" | "ones" | "constant" | "normal" | "uniform");
    let only_matrix = matches!(text.as_str(), "orthogonal" | "eye");
    if needs_matrix && shape.len() < 2 || only_matrix && shape.len() != 2 {
        let message = format!(
            "`{name}` is for {}, this field has {}",
            if only_matrix { "matrices" } else { "two axes or more" },
            axes(shape.len())
        );
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

fn axes(count: usize) -> String {
    match count {
        0 => "none".into(),
        1 => "one".into(),
        _ => count.to_string(),
    }
}

/// A literal of a shape, row by row.
fn literal(expr: &ast::Expr, shape: &[usize], values: &mut Vec<f64>, report: &mut Report) -> Option<()> {
    match (&expr.kind, shape.split_first()) {
        (ast::ExprKind::Array(parts), Some((&length, inner))) => {
            if parts.len() != length {
                report.error(
                    expr.span,
                    format!("{} elements here, the field's shape wants {length}", parts.len()),
                );
                return None;
            }
            parts.iter().try_for_each(|part| literal(part, inner, values, report))
        }
        (ast::ExprKind::Array(_), None) => {
            report.error(expr.span, "this literal has more axes than the field");
            None
        }
        (_, Some(_)) => {
            report.error(expr.span, format!("this literal has {} axes too few for the field", shape.len()));
            None
        }
        (_, None) => {
            values.push(number(expr, report)?);
            Some(())
        }
    }
}

/// A number, perhaps with a sign.
fn number(expr: &ast::Expr, report: &mut Report) -> Option<f64> {
    match &expr.kind {
        ast::ExprKind::Number(number) => Some(number.value),
        ast::ExprKind::Unary(ast::UnaryOperator::Negate, inner) => Some(-number(inner, report)?),
        ast::ExprKind::Error => None,
        _ => {
            report.error(expr.span, "an initialiser takes numbers");
            None
        }
    }
}
