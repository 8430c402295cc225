//! Structs with their generics filled in: every size a number, every initialiser understood.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use super::elsewhere::known_elsewhere;
use super::initialiser::{Known, initialiser};
use super::items::{Instance, InstanceContent, InstanceField, Items};
use super::limits::MOST_ELEMENTS;
use super::words::counted;
use crate::program::Initialiser;
use crate::report::Report;
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, ExprKind as E};

/// All instances made so far; equal ones are one.
#[derive(Debug, Default)]
pub struct Instances {
    /// In the order in which they were finished: what an instance holds comes before it.
    pub list: Vec<Instance>,
    /// The structs around the one at hand.
    under_way: Vec<String>,
}

/// Which generics of the library's layers divide which.
const DIVIDES: [(&str, &str, &str); 8] = [
    ("Conv1d", "G", "I"),
    ("Conv1d", "G", "O"),
    ("Conv2d", "G", "I"),
    ("Conv2d", "G", "O"),
    ("ConvTranspose2d", "G", "I"),
    ("ConvTranspose2d", "G", "O"),
    ("GroupNorm", "G", "C"),
    ("MultiHeadAttention", "H", "E"),
];

/// How deep structs may hold each other.
const DEEPEST: usize = 32;

/// The generics of an instance under way: their values, and where the user gave them.
#[derive(Default)]
struct Generics {
    values: BTreeMap<String, i64>,
    places: BTreeMap<String, Span>,
    /// For a struct of the library: where the user names it.
    library: Option<Span>,
}

impl Instances {
    /// The instance of a struct at some generics, as a field has it.
    fn get(
        &mut self,
        items: &Items<'_>,
        name: &Ident,
        arguments: &[ast::Expr],
        around: &BTreeMap<String, i64>,
        report: &mut Report,
    ) -> Option<usize> {
        let text = name.to_string();
        let Some(definition) = items.structs.get(&text).copied() else {
            no_layer(items, name, report);
            return None;
        };
        if !definition.all_generics {
            return None;
        }
        let written = |this: &ast::Struct| {
            let names: Vec<String> = this.generics.iter().map(|generic| generic.name.to_string()).collect();
            if names.is_empty() { text.clone() } else { format!("{text}<{}>", names.join(", ")) }
        };
        if arguments.len() > definition.generics.len() {
            let takes = definition.generics.len();
            let message = format!("`{name}` takes {}, found {}", counted(takes, "generic"), arguments.len());
            report.error_with_help(
                arguments[takes].span,
                message,
                format!("write `{}`", written(definition)),
            );
            return None;
        }
        let mut generics =
            Generics { library: items.is_library(&text).then(|| name.span()), ..Generics::default() };
        let mut values = Vec::new();
        let mut complete = true;
        for (position, generic) in definition.generics.iter().enumerate() {
            let own = generic.name.to_string();
            let value = match (arguments.get(position), &generic.default) {
                (Some(argument), _) => {
                    generics.places.insert(own.clone(), argument.span);
                    items.constant(argument, around, report)
                }
                (None, Some(default)) if complete => items.constant(default, &generics.values, report),
                (None, Some(_)) => None,
                (None, None) => {
                    if complete {
                        let message = format!("`{name}` needs its generic `{own}`");
                        report.error_with_help(
                            name.span(),
                            message,
                            format!("write `{}`", written(definition)),
                        );
                    }
                    None
                }
            };
            complete &= value.is_some();
            generics.values.insert(own, value.unwrap_or(1));
            values.push(value.unwrap_or(1));
        }
        if !complete {
            return None;
        }
        if generics.library.is_some() && !self.divides(definition, &generics, name, report) {
            return None;
        }
        self.fill(items, definition, values, &generics, report)
    }

    fn divides(
        &self,
        definition: &ast::Struct,
        generics: &Generics,
        name: &Ident,
        report: &mut Report,
    ) -> bool {
        for (structure, divisor, whole) in DIVIDES {
            if definition.name != structure {
                continue;
            }
            let (a, b) = (generics.values[divisor], generics.values[whole]);
            if a < 1 || b % a != 0 {
                let span = generics
                    .places
                    .get(divisor)
                    .or_else(|| generics.places.get(whole))
                    .copied()
                    .unwrap_or_else(|| name.span());
                let message =
                    format!("`{divisor}` of `{structure}` divides its `{whole}`, found {a} and {b}");
                let help = if divisor == "H" {
                    "heads share the features evenly"
                } else {
                    "groups share the channels evenly"
                };
                report.error_with_help(span, message, help);
                return false;
            }
        }
        true
    }

    /// The instance of a network, which has no generics.
    pub fn network(
        &mut self,
        items: &Items<'_>,
        definition: &ast::Struct,
        report: &mut Report,
    ) -> Option<usize> {
        self.fill(items, definition, Vec::new(), &Generics::default(), report)
    }

    /// An instance of a struct that nothing holds: each of its generics has a size, but for their defaults.
    pub fn guess(
        &mut self,
        items: &Items<'_>,
        definition: &ast::Struct,
        size: impl Fn(usize) -> i64,
        report: &mut Report,
    ) -> Option<usize> {
        let mut generics = Generics::default();
        let mut values = Vec::new();
        for (position, generic) in definition.generics.iter().enumerate() {
            let value = match &generic.default {
                Some(default) => items.constant(default, &generics.values, report)?,
                None => size(position),
            };
            generics.values.insert(generic.name.to_string(), value);
            values.push(value);
        }
        self.fill(items, definition, values, &generics, report)
    }

    fn fill(
        &mut self,
        items: &Items<'_>,
        definition: &ast::Struct,
        values: Vec<i64>,
        generics: &Generics,
        report: &mut Report,
    ) -> Option<usize> {
        let name = definition.name.to_string();
        let known =
            self.list.iter().position(|instance| instance.name == name && instance.generics == values);
        if let Some(known) =
            known.filter(|&known| generics.library.is_none() || !self.list[known].is_broken())
        {
            return Some(known);
        }
        self.under_way.push(name.clone());
        let mut fields: Vec<InstanceField> = Vec::new();
        for field in &definition.fields {
            if fields.iter().any(|known| known.name == field.name) {
                report.error_with_help(
                    field.name.span(),
                    format!("`{name}` has two fields `{}`", field.name),
                    "give one of them another name",
                );
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
        generics: &Generics,
        report: &mut Report,
    ) -> Option<InstanceContent> {
        match ty {
            ast::FieldType::Tensor(ty) => {
                let shape = tensor(items, ty, generics, report);
                let initialiser = match (&field.initialiser, &shape) {
                    (None, Some(shape)) if shape.len() < 2 => Some(Initialiser::Zeros),
                    (None, _) => Some(Initialiser::GlorotUniform),
                    (Some(expr), shape) => {
                        let known = Known { items, generics: &generics.values };
                        initialiser(expr, shape.as_deref(), ty.axes.len(), &known, report)
                    }
                };
                Some(InstanceContent::Tensor { shape: shape?, initialiser: initialiser? })
            }
            ast::FieldType::Layer(name, arguments) => {
                if let Some(initialiser) =
                    field.initialiser.as_ref().filter(|one| !matches!(one.kind, E::Error))
                {
                    report.error_with_help(
                        initialiser.span,
                        format!("`{name}` initialises its own fields"),
                        "initialisers stand behind the tensors of a struct",
                    );
                }
                let text = name.to_string();
                if self.under_way.contains(&text) || self.under_way.len() > DEEPEST {
                    let through: Vec<String> = self
                        .under_way
                        .iter()
                        .skip_while(|known| **known != text)
                        .skip(1)
                        .map(|name| format!("`{name}`"))
                        .collect();
                    let through = if through.is_empty() {
                        String::new()
                    } else {
                        format!(", through {}", through.join(" and "))
                    };
                    report.error_with_help(
                        name.span(),
                        format!("`{name}` holds itself{through}: it would have no end"),
                        "repeat a layer by an array: `blocks: [Block; 12]`",
                    );
                    return None;
                }
                let instance = self.get(items, name, arguments, &generics.values, report)?;
                Some(InstanceContent::Layer { instance, lengths: Vec::new() })
            }
            ast::FieldType::Error(_) => None,
            ast::FieldType::Array(inner, length) => {
                let length_value = size(items, length, generics, 0, report);
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

    /// Whether something is wrong with a field, of its own or of a layer.
    pub fn is_broken(&self, instance: usize) -> bool {
        self.list[instance].fields.iter().any(|field| match &field.content {
            InstanceContent::Poison => true,
            InstanceContent::Layer { instance, .. } => self.is_broken(*instance),
            InstanceContent::Tensor { .. } => false,
        })
    }

    /// How many parameters an instance has; `None` where that does not fit.
    pub fn parameters(&self, instance: usize) -> Option<usize> {
        let mut fields = self.list[instance].fields.iter();
        fields.try_fold(0usize, |total, field| {
            total.checked_add(self.field_parameters(field)?).filter(|total| *total <= MOST_ELEMENTS)
        })
    }

    /// How many parameters a field has; `None` where that does not fit.
    pub fn field_parameters(&self, field: &InstanceField) -> Option<usize> {
        let (each, lengths) = match &field.content {
            InstanceContent::Tensor { shape, .. } => (1, shape),
            InstanceContent::Layer { instance, lengths } => (self.parameters(*instance)?, lengths),
            InstanceContent::Poison => return Some(0),
        };
        lengths.iter().try_fold(each, |product, length| product.checked_mul(*length))
    }
}

/// The sizes in fields that nothing declares, which is said there.
pub fn undeclared(block: &ast::Block, items: &Items<'_>) -> BTreeSet<String> {
    fn names(size: &ast::Expr, found: &mut BTreeSet<String>) {
        match &size.kind {
            E::Name(name) => drop(found.insert(name.to_string())),
            E::Unary(_, inner) => names(inner, found),
            E::Binary(_, _, left, right) => [left, right].into_iter().for_each(|side| names(side, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for item in &block.items {
        let ast::Item::Struct(definition) = item else { continue };
        let mut own = BTreeSet::new();
        for field in &definition.fields {
            if let ast::FieldType::Tensor(ty) = &field.ty {
                ty.axes.iter().for_each(|axis| match axis {
                    ast::AxisType::Size(size) => names(size, &mut own),
                    ast::AxisType::Rest(_) => {}
                });
            }
        }
        let generics: BTreeSet<String> =
            definition.generics.iter().map(|generic| generic.name.to_string()).collect();
        found.extend(own.into_iter().filter(|name| !generics.contains(name)));
    }
    found.retain(|name| !items.constants.contains_key(name) && !items.dims.contains_key(name));
    found
}

fn no_layer(items: &Items<'_>, name: &Ident, report: &mut Report) {
    let text = name.to_string();
    if items.may_be_lost(&text) {
        return;
    }
    let names: Vec<&String> = items.structs.keys().collect();
    let help = if let Some(help) = known_elsewhere(&text) {
        help.to_string()
    } else if let Some(near) = did_you_mean(&text, &names).or_else(|| did_you_mean(&text, &["f32", "f64"])) {
        format!("did you mean `{near}`?")
    } else {
        "a field is a tensor (`f32[3, 4]`), a struct of this block, a layer of the library, or an array of them".to_string()
    };
    report.error_with_help(name.span(), format!("there is no layer `{name}`"), help);
}

/// The sizes of a field.
fn tensor(
    items: &Items<'_>,
    ty: &ast::TensorType,
    generics: &Generics,
    report: &mut Report,
) -> Option<Vec<usize>> {
    let scalar = ty.scalar.to_string();
    let mut right = true;
    match scalar.as_str() {
        "f32" | "f64" => {}
        lost if items.broken.contains(lost) => right = false,
        "u32" | "u64" | "bool" => {
            let message = format!("a field is a parameter, so it is f32 or f64, found {scalar}");
            report.error_with_help(ty.scalar.span(), message, "pass indices, keys and masks as arguments");
            right = false;
        }
        _ => {
            let help = match (did_you_mean(&scalar, &["f32", "f64"]), known_elsewhere(&scalar)) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(help)) => help.to_string(),
                (None, None) => "a field is made of f32 or f64".to_string(),
            };
            report.error_with_help(ty.scalar.span(), format!("there is no type `{scalar}`"), help);
            right = false;
        }
    }
    let mut shape = Vec::new();
    for axis in &ty.axes {
        match axis {
            ast::AxisType::Rest(span) => {
                report.error_with_help(
                    *span,
                    "a field has a size for each axis; `..` is for arguments",
                    "write its sizes: `f32[784, 128]`",
                );
                right = false;
            }
            ast::AxisType::Size(each) => shape.push(size(items, each, generics, 1, report)),
        }
    }
    let shape = shape.into_iter().collect::<Option<Vec<usize>>>().filter(|_| right)?;
    let elements = shape
        .iter()
        .try_fold(1usize, |product, size| product.checked_mul(*size))
        .filter(|elements| *elements <= MOST_ELEMENTS);
    if elements.is_none() {
        let span = generics.library.unwrap_or(ty.span);
        report.error_with_help(
            span,
            "a tensor of this size is too large for any memory",
            "a tensor has at most 2⁴⁰ elements",
        );
    }
    elements.map(|_| shape)
}

/// A size of a field.
fn size(
    items: &Items<'_>,
    size: &ast::Expr,
    generics: &Generics,
    least: i64,
    report: &mut Report,
) -> Option<usize> {
    let value = items.constant(size, &generics.values, report)?;
    if value >= least && usize::try_from(value).is_ok_and(|value| value <= MOST_ELEMENTS) {
        return usize::try_from(value).ok();
    }
    let expected = if value < least {
        format!("a size is an integer from {least}")
    } else {
        "a size is at most 2⁴⁰".to_string()
    };
    let generic = named(size, &generics.values);
    let given = generic.as_ref().and_then(|generic| generics.places.get(generic));
    match (generics.library, generic) {
        (Some(layer), Some(generic)) => report.error_with_help(
            given.copied().unwrap_or(layer),
            format!("{expected}, found {value}"),
            format!("it is `{generic}` of the layer"),
        ),
        (Some(layer), None) => report.error(layer, format!("{expected}, found {value}")),
        (None, Some(generic)) => report.error_with_help(
            size.span,
            format!("{expected}, found {value}"),
            format!("`{generic}` is {} in one use of this struct", generics.values[&generic]),
        ),
        (None, None) => report.error_with_help(
            size.span,
            format!("{expected}, found {value}"),
            if least == 1 { "leave the field out, or the axis" } else { "leave the field out" },
        ),
    }
    None
}

/// The first generic that a size mentions.
fn named(size: &ast::Expr, generics: &BTreeMap<String, i64>) -> Option<String> {
    match &size.kind {
        E::Name(name) => Some(name.to_string()).filter(|name| generics.contains_key(name)),
        E::Unary(_, inner) => named(inner, generics),
        E::Binary(_, _, left, right) => named(left, generics).or_else(|| named(right, generics)),
        _ => None,
    }
}
