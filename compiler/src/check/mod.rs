//! From the syntax tree to a program: names resolved, shapes checked, functions lowered to graphs.
//!
//! The last pass that reports a user's errors. Names and shapes are checked while the nodes are built,
//! in one walk: what a construct means and when it is wrong stand in one place.

#![allow(clippy::wrong_self_convention, reason = "`self` is the elaborator, not what is converted")]

mod asked;
mod call;
mod derivative;
mod elaborate;
mod expression;
mod external;
mod index;
mod instances;
mod integer;
mod items;
mod library;
mod method;
mod notation;
mod reduce;
mod statement;
mod suggest;
mod value;

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};

use crate::program::{Constant, Content, FieldType, Method, Program, StructType};
use crate::report::Report;
use crate::syntax::ast;
use elaborate::Elaborator;
use instances::Instances;
use items::{InstanceContent, Items};

/// The library, in the language.
const PRELUDE: &str = include_str!("prelude.net");

/// The program that a block says; `None` if something is wrong with it, which has then been reported.
pub fn check(block: &ast::Block, library: &ast::Block, report: &mut Report) -> Option<Program> {
    let items = Items::collect(block, library, report);
    let mut instances = Instances::default();
    let mut networks = Vec::new();
    for item in &block.items {
        let ast::Item::Struct(definition) = item else { continue };
        if definition.visibility.is_empty() {
            continue;
        }
        // With generics it is a layer, whoever may see it: its sizes are known where it is used.
        if !definition.generics.is_empty() {
            continue;
        }
        if let Some(instance) = instances.instance(&items, definition, Vec::new(), &BTreeMap::new(), report) {
            networks.push((definition, instance));
        }
    }
    let instances = instances;
    for function in items.externs.values() {
        Elaborator::new(&items, &instances, report, None, &function.name.to_string())
            .declare_external(function, function.name.span());
    }
    let mut methods: BTreeMap<usize, Vec<Method>> = BTreeMap::new();
    for &(definition, instance) in &networks {
        let name = definition.name.to_string();
        let mut lowered = Vec::new();
        let mut complete = true;
        for callable in &items.methods[&name] {
            if callable.function.visibility.is_empty() {
                continue;
            }
            match method::lower(&items, &instances, instance, callable.function, report) {
                Some(method) => lowered.push(method),
                None => complete = false,
            }
        }
        if complete {
            unreached(definition, instance, &instances, &lowered, report);
        }
        methods.insert(instance, lowered);
    }
    if report.has_errors() {
        return None;
    }
    Some(program(block, &items, &instances, &networks, methods))
}

/// The library's tree.
pub fn library() -> ast::Block {
    let tokens: TokenStream = PRELUDE.parse().expect("the prelude is made of tokens");
    let mut report = Report::default();
    let block = crate::syntax::parse(tokens, &mut report);
    assert!(!report.has_errors(), "the prelude is well formed: {:?}", report.errors);
    block
}

/// A parameter that no `#[grad]` of `self` reaches would silently never be trained.
fn unreached(
    definition: &ast::Struct,
    instance: usize,
    instances: &Instances,
    methods: &[Method],
    report: &mut Report,
) {
    let training: Vec<&Method> = methods
        .iter()
        .filter(|method| {
            method
                .derivatives
                .iter()
                .any(|derivative| derivative.kind == ast::DerivativeKind::Grad && derivative.model)
        })
        .collect();
    if training.is_empty() {
        return;
    }
    for leaf in method::leaves(instances, instance) {
        let full: Vec<String> =
            leaf.path.iter().map(|step| step.name.to_string()).chain([leaf.name.to_string()]).collect();
        let is_reached = training.iter().any(|each| {
            let reached = method::reached(each);
            each.fields.iter().any(|field| {
                let path: Vec<String> = field.path.iter().map(|step| step.name.to_string()).collect();
                path == full && reached.contains(&field.tensor)
            })
        });
        if is_reached || leaf.frozen || leaf.shape.contains(&0) {
            continue;
        }
        let functions: Vec<String> = training.iter().map(|method| format!("`{}`", method.name)).collect();
        let message = format!(
            "the parameter `{}` has no gradient: {} does not depend on it",
            full.join("."),
            functions.join(", ")
        );
        let field = definition.fields.iter().find(|field| field.name == full[0]);
        let span = field.map_or(definition.name.span(), |field| field.name.span());
        report.error_with_help(span, message, "use it in a `#[grad]` function, or mark it `#[frozen]`");
    }
}

/// The structs to emit: what each network holds before the network itself.
fn program(
    block: &ast::Block,
    items: &Items<'_>,
    instances: &Instances,
    networks: &[(&ast::Struct, usize)],
    mut methods: BTreeMap<usize, Vec<Method>>,
) -> Program {
    let mut structs: Vec<StructType> = Vec::new();
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    for &(network, instance) in networks {
        add(items, instances, networks, network, instance, &mut structs, &mut place);
    }
    for (instance, methods) in std::mem::take(&mut methods) {
        structs[place[&instance]].methods = methods;
    }
    let constants = block.items.iter().filter_map(|item| match item {
        ast::Item::Const(constant) => Some(Constant {
            attributes: constant.attributes.clone(),
            visibility: constant.visibility.clone(),
            name: constant.name.clone(),
            value: items.constants[&constant.name.to_string()].unsigned_abs(),
        }),
        _ => None,
    });
    Program { float: items.float, constants: constants.collect(), structs }
}

fn add(
    items: &Items<'_>,
    instances: &Instances,
    networks: &[(&ast::Struct, usize)],
    holder: &ast::Struct,
    instance: usize,
    structs: &mut Vec<StructType>,
    place: &mut BTreeMap<usize, usize>,
) {
    if place.contains_key(&instance) {
        return;
    }
    let own = &instances.list[instance];
    let definition = items.structs[&own.name];
    let network = networks.iter().find(|(_, other)| *other == instance).map(|(network, _)| *network);
    let holder = network.unwrap_or(holder);
    let mut fields = Vec::new();
    let mut parameters = 0;
    for (field, written) in own.fields.iter().zip(&definition.fields) {
        let content = match &field.content {
            InstanceContent::Tensor { shape, initialiser } => {
                parameters += shape.iter().product::<usize>() as u64;
                Content::Tensor { shape: shape.clone(), initialiser: initialiser.clone() }
            }
            InstanceContent::Layer { instance, lengths } => {
                add(items, instances, networks, holder, *instance, structs, place);
                let index = place[instance];
                parameters += structs[index].parameters * lengths.iter().product::<usize>() as u64;
                Content::Struct { index, lengths: lengths.clone() }
            }
            InstanceContent::Poison => continue,
        };
        let name = match network {
            Some(_) => field.name.clone(),
            None => Ident::new(&field.name.to_string(), field.name.span()),
        };
        fields.push(FieldType {
            name,
            attributes: written.attributes.clone(),
            frozen: field.frozen,
            content,
        });
    }
    let generics: Vec<String> = own.generics.iter().map(i64::to_string).collect();
    let description =
        if generics.is_empty() { own.name.clone() } else { format!("{}<{}>", own.name, generics.join(", ")) };
    let name = match network {
        Some(network) => network.name.clone(),
        None => Ident::new(&format!("{}{}{}", holder.name, own.name, generics.join("x")), holder.name.span()),
    };
    place.insert(instance, structs.len());
    structs.push(StructType {
        name,
        description,
        attributes: definition.attributes.clone(),
        visibility: holder.visibility.clone(),
        is_network: network.is_some(),
        fields,
        methods: Vec::new(),
        parameters,
        budget: network.and_then(|network| network.budget).unwrap_or_default(),
    });
}
