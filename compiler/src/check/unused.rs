//! What a block declares and never uses, with the warnings that Rust would give.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};

use super::instances::Instances;
use super::items::Items;
use super::seen::{FunctionName, Seen};
use crate::report::Report;
use crate::syntax::ast;

/// Warns of dims, functions and layers that nothing uses. `called` are the functions that public ones reach.
pub fn check(
    block: &ast::Block,
    items: &Items<'_>,
    instances: &Instances,
    called: &BTreeSet<FunctionName>,
    seen: &Seen,
    report: &mut Report,
) {
    let held: BTreeSet<&String> = instances
        .list
        .iter()
        .flat_map(|instance| &instance.fields)
        .filter_map(|field| field.layer())
        .map(|layer| &instances.list[layer].name)
        .collect();
    let is_called = |structure: &str, function: &ast::Function| {
        called.contains(&(structure.to_string(), function.name.to_string()))
    };
    for item in &block.items {
        match item {
            ast::Item::Dims(names) => {
                for name in names.iter().filter(|name| !seen.dims.contains(&name.to_string())) {
                    warn(name, &block.allowed, format!("dim `{name}` is never used"), report);
                }
            }
            ast::Item::Function(function) if !is_called("", function) => {
                warn(
                    &function.name,
                    &function.attributes,
                    format!("function `{}` is never used", function.name),
                    report,
                );
            }
            ast::Item::Struct(definition)
                if definition.visibility.is_empty() && !held.contains(&definition.name.to_string()) =>
            {
                warn(
                    &definition.name,
                    &definition.attributes,
                    format!("layer `{}` is never used", definition.name),
                    report,
                );
            }
            ast::Item::Impl(implementation) => {
                let name = implementation.name.to_string();
                let Some(definition) = items.structs.get(&name) else { continue };
                if definition.visibility.is_empty() && !held.contains(&name)
                    || !definition.visibility.is_empty() && !definition.generics.is_empty()
                {
                    continue;
                }
                for function in implementation.functions.iter().filter(|function| !is_called(&name, function))
                {
                    warn(
                        &function.name,
                        &function.attributes,
                        format!("function `{}` is never used", function.name),
                        report,
                    );
                }
            }
            ast::Item::Function(_) | ast::Item::Struct(_) | ast::Item::Const(_) | ast::Item::Extern(_) => {}
        }
    }
}

/// Which of Rust's lints about names are silenced.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// `unused_variables`
    pub variables: bool,
    /// `unused_mut`
    pub mutability: bool,
}

impl Allowed {
    /// By attributes.
    pub fn by(attributes: &[TokenStream]) -> Self {
        Self {
            variables: allows(attributes, "unused_variables"),
            mutability: allows(attributes, "unused_mut"),
        }
    }

    /// By these or by others.
    pub fn or(self, other: Self) -> Self {
        Self { variables: self.variables || other.variables, mutability: self.mutability || other.mutability }
    }
}

/// Whether attributes silence one of Rust's lints, all of which belong to `unused`.
fn allows(attributes: &[TokenStream], lint: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| mentions(attribute, &["allow", "expect"]) && mentions(attribute, &[lint, "unused"]))
}

fn warn(name: &Ident, attributes: &[TokenStream], message: String, report: &mut Report) {
    let allowed = allows(attributes, "dead_code");
    if !allowed && !name.to_string().starts_with('_') {
        report.warn(name.span(), message);
    }
}

/// Whether one of some words stands anywhere in tokens.
fn mentions(tokens: &TokenStream, words: &[&str]) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(name) => words.iter().any(|word| name == word),
        TokenTree::Group(group) => mentions(&group.stream(), words),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
