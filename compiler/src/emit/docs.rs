//! The documentation of generated items: what they compute, of which sizes, at what cost, when they panic.
//! Names stand in backquotes and formulas in blocks, so that rustdoc looks for no links in them.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::checks::Checks;
use super::paths::Paths;
use super::signature::{Results, Signature, plain};
use super::types::Boundary;
use super::{Compiled, CompiledDerivative, attributes, initialise, memory, size};
use crate::ir::Int;
use crate::plan::Maximum;
use crate::print::grouped;
use crate::program::{ArgumentContent, Content, Derivative, FieldType, Program, StructType};

/// One `#[doc]` for each line, without empty ones twice or at the end.
pub fn lines(lines: &[String]) -> TokenStream {
    let doubled = |position: usize| {
        lines[position].is_empty() && (position + 1 == lines.len() || lines[position + 1].is_empty())
    };
    let lines = lines.iter().enumerate().filter(|(position, _)| !doubled(*position)).map(|(_, line)| {
        let line = if line.is_empty() { String::new() } else { format!(" {line}") };
        Literal::string(&line)
    });
    quote!(#(#[doc = #lines])*)
}

/// A struct: how many parameters, how many bytes.
pub fn of_struct(paths: &Paths, of: &StructType) -> TokenStream {
    let count = of.parameters;
    let size = format!(
        "{} parameters, {} bytes.",
        grouped(count),
        grouped(count.saturating_mul(paths.kind.bytes()))
    );
    let mut text = Vec::new();
    if attributes::has_docs(&of.attributes) {
        text.push(String::new());
    } else {
        text.extend([format!("`{}`", of.description), String::new()]);
    }
    text.push(size);
    if of.is_network {
        text.push("Values and gradients have this one type, a plain row of floats.".to_string());
    }
    lines(&text)
}

/// A field: its shape, how it starts.
pub fn of_field(paths: &Paths, program: &Program, field: &FieldType) -> TokenStream {
    let what = match &field.content {
        Content::Tensor { shape, initialiser } => {
            let shape: Vec<Int> = shape.iter().map(|size| Int::from(*size)).collect();
            let shape = shape_text(&paths.float.to_string(), &shape, &[]);
            format!("`{shape}`, starts as {}.", initialise::text(initialiser))
        }
        Content::Struct { index, lengths } => {
            let inner = program.structs[*index].description.clone();
            let nested = lengths.iter().rev().fold(inner, |inner, length| format!("[{inner}; {length}]"));
            format!("`{nested}`")
        }
    };
    let frozen = if field.frozen { " Frozen: never trained." } else { "" };
    let mut text = Vec::new();
    if attributes::has_docs(&field.attributes) {
        text.push(String::new());
    }
    text.push(format!("{what}{frozen}"));
    lines(&text)
}

/// The method that computes the value alone.
pub fn of_value(
    signature: &Signature<'_>,
    compiled: Option<&Compiled>,
    derivation: &str,
    checks: &Checks,
    suffix: &str,
) -> TokenStream {
    let name = plain(&signature.method.name);
    let mut text = Vec::new();
    if suffix.is_empty() {
        text.extend(opening(signature));
        text.extend(block(derivation.lines()));
    } else {
        text.push(format!("The value of `{name}` alone; nothing is stored for a backward pass."));
        text.push(String::new());
    }
    text.extend(boundary(signature, &signature.results));
    text.extend(cost(signature, compiled));
    text.extend(panics(signature, checks, compiled, true));
    lines(&text)
}

/// The method that returns a pass.
pub fn of_forward(
    signature: &Signature<'_>,
    derivative: &Derivative,
    compiled: Option<&Compiled>,
    checks: &Checks,
    pass: &str,
) -> TokenStream {
    let mut text = opening(signature);
    text.push(format!(
        "Goes forward and returns a [`{pass}`]: `value()` of it is the value, `backward(…)` the gradient with respect to {}.",
        targets(signature, derivative).join(", ")
    ));
    text.push(String::new());
    text.extend(boundary(signature, &signature.results));
    text.extend(cost(signature, compiled));
    text.extend(panics(signature, checks, compiled, true));
    lines(&text)
}

/// The pass.
pub fn of_pass(signature: &Signature<'_>) -> TokenStream {
    lines(&[
        format!("`{}` gone forward, from which its gradients are computed.", signature.function()),
        String::new(),
        "Borrows the model, the arguments and the workspace, so that they cannot change in between."
            .to_string(),
    ])
}

/// `backward` or `accumulate`.
pub fn of_backward(
    signature: &Signature<'_>,
    derivative: &Derivative,
    derivation: &str,
    checks: &Checks,
    accumulate: bool,
) -> TokenStream {
    let targets = targets(signature, derivative);
    let mut text = vec![match accumulate {
        false => format!("Writes the gradient with respect to {}.", targets.join(", ")),
        true => format!("Adds the gradient with respect to {} to what is there.", targets.join(", ")),
    }];
    if !accumulate {
        text.push(
            "Everything is overwritten, with zeros where nothing depends on it or it is frozen.".to_string(),
        );
        text.push(String::new());
        text.extend(block(derivation.lines()));
    }
    text.extend(panics(signature, checks, None, false));
    lines(&text)
}

/// `loss_step`, and how the gradient is applied.
pub fn of_step(
    signature: &Signature<'_>,
    compiled: Option<(&Compiled, &str)>,
    checks: &Checks,
) -> TokenStream {
    let name = plain(&signature.method.name);
    let mut text = vec![
        format!(
            "One step of training by `{name}`: forward, backward and update in one. Returns the value before it."
        ),
        String::new(),
    ];
    text.extend(compiled.iter().flat_map(|(_, applied)| [(*applied).to_string(), String::new()]));
    text.push("* `optimiser`, used for this network alone".to_string());
    text.extend(boundary(signature, &signature.results));
    let compiled = compiled.map(|(compiled, _)| compiled);
    text.extend(cost(signature, compiled));
    text.extend(panics(signature, checks, compiled, true));
    lines(&text)
}

/// A derivative that is a method of its own: what it is, how it comes about, its arguments, what it takes beside them.
pub fn of_direct(
    signature: &Signature<'_>,
    what: &str,
    beside: &[String],
    results: &Results,
    compiled: Option<&CompiledDerivative>,
    checks: &Checks,
) -> TokenStream {
    let mut text = vec![what.to_string(), String::new()];
    text.extend(block(compiled.iter().flat_map(|compiled| compiled.derivation.lines())));
    let compiled = compiled.map(|compiled| &compiled.of);
    let boundary = boundary(signature, results);
    let returned = boundary.len().saturating_sub(2);
    text.extend_from_slice(&boundary[..returned]);
    text.extend_from_slice(beside);
    text.extend_from_slice(&boundary[returned..]);
    text.extend(cost(signature, compiled));
    text.extend(panics(signature, checks, compiled, true));
    lines(&text)
}

/// `loss_workspace`
pub fn of_workspace(
    signature: &Signature<'_>,
    length: &Maximum,
    blocks: Option<i64>,
    is_asked: bool,
) -> TokenStream {
    let what = size::text_of_largest(length, &signature.method.graph.dims);
    let blocks = blocks.map(|most| format!(", or what blocks of {most} rows take, if that is more"));
    let blocks = blocks.unwrap_or_default();
    let mut text = vec![format!(
        "How many elements a workspace must have for every method of `{}`, at these sizes or smaller: \
         {what}{blocks}.",
        signature.function()
    )];
    if is_asked {
        text.extend(only_panic("If the sizes need more memory than there can be."));
    }
    lines(&text)
}

/// `loss_operations`
pub fn of_operations(signature: &Signature<'_>, counts: &[Int], is_counted: bool) -> TokenStream {
    let names = &signature.method.graph.dims;
    let texts: Vec<String> = counts.iter().map(|count| format!("`{}`", size::text(count, names))).collect();
    let beside = match counts {
        [_] => "",
        _ => ", and how many it takes together with each derivative, in the order of the attributes",
    };
    let mut text = vec![format!(
        "How many scalar floating-point operations `{}` takes{beside}: {}.",
        signature.function(),
        texts.join(", ")
    )];
    if is_counted {
        text.extend(only_panic("If they are more than can be counted."));
    }
    lines(&text)
}

/// When a function panics that does nothing but count.
fn only_panic(when: &str) -> [String; 3] {
    [String::new(), "# Panics".to_string(), when.to_string()]
}

/// The user's docs, or the name; then the formulas.
fn opening(signature: &Signature<'_>) -> Vec<String> {
    let mut text = Vec::new();
    if !attributes::has_docs(&signature.method.attributes) {
        text.push(format!("The function `{}`.", plain(&signature.method.name)));
    }
    text.push(String::new());
    text.extend(block(signature.method.text.iter().flat_map(|line| line.lines())));
    text
}

/// Arguments and results with their shapes.
fn boundary(signature: &Signature<'_>, results: &Results) -> Vec<String> {
    let names = &signature.method.graph.dims;
    let shape = |boundary: &Boundary| shape_text(&boundary.element.to_string(), &boundary.shape, names);
    let mut text = Vec::new();
    for (position, argument) in signature.arguments.iter().enumerate() {
        let name = plain(&argument.name);
        text.push(match &argument.tensor {
            Some((_, boundary)) => format!("* `{name}: {}`", shape(boundary)),
            None => {
                let dim = match signature.method.arguments[position].content {
                    ArgumentContent::Dim(dim) => names[dim.0 as usize].as_str(),
                    ArgumentContent::Tensor(_) | ArgumentContent::Unknown(_) => "",
                };
                format!("* `{name}: dim {dim}`")
            }
        });
    }
    fn returned(results: &Results, shape: &dyn Fn(&Boundary) -> String) -> String {
        match results {
            Results::One(boundary) => shape(boundary),
            Results::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| returned(part, shape)).collect();
                format!("({})", parts.join(", "))
            }
        }
    }
    text.push(format!("* returns `{}`", returned(results, &shape)));
    text.push(String::new());
    text
}

/// Memory and operations.
fn cost(signature: &Signature<'_>, compiled: Option<&Compiled>) -> Vec<String> {
    let Some(compiled) = compiled else { return Vec::new() };
    let names = &signature.method.graph.dims;
    let bytes = i64::try_from(signature.paths.kind.bytes()).unwrap_or(8);
    let workspace = size::text_of_largest(&compiled.plan.workspace().scale(bytes), names);
    let operations = size::text(&compiled.operations, names);
    let backward = if compiled.plan.gradients.is_empty() { "" } else { ", forward and backward together" };
    vec![format!("Workspace: {workspace} bytes. Operations: `{operations}`{backward}.")]
}

fn panics(
    signature: &Signature<'_>,
    checks: &Checks,
    compiled: Option<&Compiled>,
    workspace: bool,
) -> Vec<String> {
    let mut reasons = checks.panics.clone();
    reasons.extend(compiled.and_then(|compiled| memory::panics(signature, compiled)));
    if workspace {
        reasons.push("the workspace is a slice and too short".to_string());
    }
    let sentence =
        |(tensor, axis): &(String, usize)| format!("a subscript of `{tensor}` falls outside its axis {axis}");
    let computed = compiled.iter().flat_map(|compiled| &compiled.subscripts).map(sentence).collect();
    let mut text = Vec::new();
    for (when, reasons) in [
        ("Before anything is written:", reasons),
        ("While the value is computed, before any gradient or parameter is written:", computed),
    ] {
        if !reasons.is_empty() {
            let heading = if text.is_empty() { "# Panics" } else { "" };
            text.extend([String::new(), heading.to_string(), when.to_string()]);
            text.extend(reasons.iter().map(|reason| format!("* if {reason}")));
        }
    }
    text
}

/// What a derivative is with respect to, in words.
pub fn targets(signature: &Signature<'_>, derivative: &Derivative) -> Vec<String> {
    let model = derivative.model.then(|| "the parameters".to_string());
    let arguments = derivative
        .arguments
        .iter()
        .map(|position| format!("`{}`", plain(&signature.arguments[*position].name)));
    model.into_iter().chain(arguments).collect()
}

/// Lines that are shown as they are, and an empty one.
fn block<'a>(content: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut text = vec!["```text".to_string()];
    text.extend(content.map(|line| line.replace("```", "'''")));
    if text.len() == 1 {
        return Vec::new();
    }
    text.extend(["```".to_string(), String::new()]);
    text
}

fn shape_text(element: &str, shape: &[Int], names: &[String]) -> String {
    if shape.is_empty() {
        return element.to_string();
    }
    let sizes: Vec<String> = shape.iter().map(|size| size::text(size, names)).collect();
    format!("{element}[{}]", sizes.join(", "))
}
