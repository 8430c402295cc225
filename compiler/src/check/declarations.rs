//! What is wrong with declarations before any body is looked at: attributes and visibility where they mean
//! nothing, names that the expansion needs for itself, networks that no memory holds.

use proc_macro2::Ident;

use super::asked::attribute;
use super::instances::Instances;
use super::items::{Callable, Items};
use crate::budget;
use crate::program::{CONSTRUCTORS, generated_methods, generated_pass};
use crate::report::Report;
use crate::syntax::ast;

/// Checks what items declare.
pub fn check(items: &Items<'_>, report: &mut Report) {
    for callable in items.functions.values().filter(|callable| !callable.library) {
        let function = callable.function;
        if !function.visibility.is_empty() {
            let message =
                format!("`{}` stands outside of any `impl`, so it is an inner function", function.name);
            report.error_with_help(
                function.name.span(),
                message,
                "drop `pub`, or move it into the `impl` of a network",
            );
        }
        inner(function, report);
        arguments_once(&function.name, &function.arguments, report);
    }
    for function in items.externs.values() {
        arguments_once(&function.name, &function.arguments, report);
    }
    for (name, methods) in &items.methods {
        let definition = items.structs[name];
        if items.is_library(name) {
            continue;
        }
        let is_network = !definition.visibility.is_empty() && definition.generics.is_empty();
        if let Some(budget) =
            definition.budget.as_ref().filter(|_| !is_network && !items.broken.contains(name))
        {
            let message = format!("a budget is for networks and their functions, and `{name}` is a layer");
            limits(budget, &message, "put it on the `pub struct` that holds this one", report);
        }
        let mut is_said = false;
        for Callable { function, .. } in methods {
            arguments_once(&function.name, &function.arguments, report);
            if function.visibility.is_empty() {
                inner(function, report);
            } else if !is_network && !items.broken.contains(name) && !std::mem::replace(&mut is_said, true) {
                let message = format!("`{name}` is a layer, so `{}` is an inner function", function.name);
                let help = match definition.generics.is_empty() {
                    true => {
                        format!("make it a network, `pub struct {name}`, or drop the `pub` of its functions")
                    }
                    false => {
                        "drop each `pub`; the public functions are those of a `pub struct` without generics"
                            .to_string()
                    }
                };
                report.error_with_help(function.name.span(), message, help);
            }
        }
        if is_network {
            let public = methods.iter().filter(|one| !one.function.visibility.is_empty());
            let budgets = definition.budget.iter().chain(public.flat_map(|one| &one.function.budget));
            for bytes in budgets.flat_map(|budget| budget.workspace.iter().chain(&budget.params)) {
                items.limit(bytes, report);
            }
            generated_names(items, definition, methods, report);
        }
    }
}

fn arguments_once(function: &Ident, arguments: &[ast::Argument], report: &mut Report) {
    fn walk<'p>(pattern: &'p ast::Pattern, names: &mut Vec<&'p Ident>) {
        match pattern {
            ast::Pattern::Name(name) => names.push(name),
            ast::Pattern::Ignored(_) => {}
            ast::Pattern::Tuple(parts, _) => parts.iter().for_each(|part| walk(part, names)),
        }
    }
    let mut names = Vec::new();
    arguments.iter().for_each(|argument| walk(&argument.pattern, &mut names));
    for (position, name) in names.iter().enumerate() {
        if names[..position].contains(name) {
            report.error_with_help(
                name.span(),
                format!("two arguments of `{function}` are named `{name}`"),
                "give one of them another name",
            );
        }
    }
}

fn inner(function: &ast::Function, report: &mut Report) {
    for request in &function.derivatives {
        let name = attribute(request.kind);
        let message = format!("`{name}` is for public functions, and `{}` is inner", function.name);
        report.error_with_help(
            request.span,
            message,
            "make it `pub fn` in the `impl` of a network; inside an expression it is `grad(u, x)`",
        );
    }
    if let Some(budget) = &function.budget {
        let message = format!("a budget is for public functions, and `{}` is inner", function.name);
        limits(budget, &message, "put it on the function that calls this one", report);
    }
}

/// Reports each limit of a budget that stands where it limits nothing.
fn limits(budget: &ast::Budget, message: &str, help: &str, report: &mut Report) {
    for bytes in budget.workspace.iter().chain(&budget.params) {
        report.error_with_help(bytes.span, message, help);
    }
}

/// Names that a network's other functions and structs must leave to what is generated for a function.
fn generated_names(
    items: &Items<'_>,
    definition: &ast::Struct,
    methods: &[Callable<'_>],
    report: &mut Report,
) {
    let public: Vec<&ast::Function> = methods
        .iter()
        .map(|callable| callable.function)
        .filter(|function| !function.visibility.is_empty())
        .collect();
    for function in public.iter().filter(|one| CONSTRUCTORS.iter().any(|taken| one.name == taken)) {
        let message = format!("`{}` is generated for every network", function.name);
        report.error_with_help(function.name.span(), message, "give this function another name");
    }
    for function in &public {
        for taken in generated_methods(function) {
            if let Some(other) = public.iter().find(|other| other.name == taken) {
                let message = format!("`{taken}` is generated for `{}`", function.name);
                report.error_with_help(other.name.span(), message, "give this function another name");
            }
        }
        if let Some(taken) = generated_pass(&definition.name, function)
            && let Some(other) = items.structs.get(&taken).filter(|other| !other.visibility.is_empty())
        {
            let message = format!("`{taken}` is generated for `{}` of `{}`", function.name, definition.name);
            report.error_with_help(other.name.span(), message, "give this struct another name");
        }
    }
}

/// Whether a network's parameters fit any memory, and the budget for them.
pub fn check_parameters(
    items: &Items<'_>,
    definition: &ast::Struct,
    instance: usize,
    instances: &Instances,
    report: &mut Report,
) {
    if instances.parameters(instance).is_none() {
        let name = &definition.name;
        report.error_with_help(
            name.span(),
            format!("`{name}` has too many parameters for any memory"),
            "a network has at most 2⁴⁰ parameters",
        );
        return;
    }
    let own = &instances.list[instance];
    if instances.is_broken(instance) || !definition.all_fields {
        return;
    }
    let count = |field| instances.field_parameters(field).unwrap_or(usize::MAX) as u64;
    let fields: Vec<(String, u64)> =
        own.fields.iter().map(|field| (field.name.to_string(), count(field))).collect();
    let functions = items.methods[&definition.name.to_string()].iter().map(|callable| callable.function);
    let public = functions.filter(|function| !function.visibility.is_empty());
    let budgets = definition.budget.iter().chain(public.flat_map(|function| &function.budget));
    for bytes in budgets.filter_map(|budget| budget.params.as_ref()) {
        let Some(limit) = items.limit(bytes, &mut Report::default()) else { continue };
        budget::parameters(&definition.name, &fields, items.float, limit, report);
    }
}
