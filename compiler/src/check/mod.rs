//! From the syntax tree to a program: names resolved, shapes checked, functions lowered to graphs.
//!
//! The last pass that reports a user's errors. Names and shapes are checked while the nodes are built,
//! in one walk: what a construct means and when it is wrong stand in one place.

#![allow(clippy::wrong_self_convention, reason = "`self` is the elaborator, not what is converted")]

mod alone;
mod arguments;
mod asked;
mod assigned;
mod assignment;
mod budgets;
mod call;
mod choice;
mod declarations;
mod derivative;
mod directional;
mod earlier;
mod elaborate;
mod elsewhere;
mod endless;
mod exchanged;
mod expression;
mod external;
mod fit;
mod fixed;
mod float;
mod index;
mod indices;
mod infer;
mod initialiser;
mod inside;
mod instances;
mod integer;
mod items;
mod kept;
mod keys;
mod library;
mod limits;
mod linear;
mod mapped;
mod matmul;
mod method;
mod misfit;
mod names;
mod natural;
mod notation;
mod operator;
mod outside;
mod placed;
mod reduce;
mod repeat;
mod required;
mod seen;
mod statement;
#[cfg(test)]
mod tests;
mod trained;
mod unbound;
mod unknown;
mod unused;
mod value;
mod variables;
mod words;

pub use elsewhere::layer_elsewhere;
#[cfg(test)]
pub use library::builtins;

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};

use crate::program::{Constant, Content, FieldType, Method, Program, Sound, StructType, floats};
use crate::report::Report;
use crate::syntax::ast;
use elaborate::{Elaborator, Frame};
use instances::Instances;
use items::{InstanceContent, Items};
use seen::Seen;

/// The library, in the language.
const PRELUDE: &str = include_str!("prelude.net");

/// The program that a block says; if something is wrong with it, which has then been reported, the public
/// functions that are right all the same.
///
/// What could not be read poisons its uses and no more: an `Error` node (a function's body, the type of a field)
/// that it stands for, a lost name all that bears it.
pub fn check(block: &ast::Block, library: &ast::Block, report: &mut Report) -> Result<Program, Vec<Sound>> {
    let known = (report.errors.len(), report.warnings.len());
    let items = Items::collect(block, library, report);
    declarations::check(&items, report);
    let mut instances = Instances::default();
    let mut networks = Vec::new();
    for item in &block.items {
        let ast::Item::Struct(definition) = item else { continue };
        // With generics it is a layer, whoever may see it: its sizes are known where it is used.
        if definition.visibility.is_empty()
            || !definition.generics.is_empty()
            || !items.is_declared(definition)
        {
            continue;
        }
        if let Some(instance) = instances.network(&items, definition, report) {
            declarations::check_parameters(&items, definition, instance, &instances, report);
            networks.push((definition, instance));
        }
    }
    let mut seen = Seen { undeclared: instances::undeclared(block, &items), ..Seen::default() };
    for function in items.externs.values() {
        let frame =
            Frame { scopes: vec![Vec::new()], function: function.name.to_string(), ..Frame::default() };
        Elaborator::new(&items, &instances, report, &mut seen, frame)
            .declare_external(function, function.name.span());
    }
    let mut methods: BTreeMap<usize, Vec<Method>> = BTreeMap::new();
    for &(definition, instance) in &networks {
        let public: Vec<&ast::Function> = items.methods[&definition.name.to_string()]
            .iter()
            .map(|callable| callable.function)
            .filter(|function| !function.visibility.is_empty())
            .collect();
        let lowered: Vec<Option<Method>> = public
            .iter()
            .map(|function| method::lower(&items, &instances, instance, function, report, &mut seen))
            .collect();
        // What could not be read outside of bodies may have been what trains: a function, a `#[grad]`, a `#[frozen]`.
        let certain =
            known.0 == block.errors_in_bodies && trained::is_certain(&items, definition, &public, &lowered);
        let lowered: Vec<Method> = lowered.into_iter().flatten().collect();
        if certain {
            trained::check(definition, &public, instance, &instances, &lowered, report);
        }
        methods.insert(instance, lowered);
    }
    let called = seen.functions.clone();
    alone::check(&items, &mut instances, report, &mut seen);
    once(report, known.0);
    if report.has_errors() {
        // What is unused may be so because of what is wrong.
        report.warnings.truncate(known.1);
        return Err(sound(&items, &instances, &networks, methods));
    }
    unused::check(block, &items, &instances, &called, &seen, report);
    let complete = networks.iter().all(|(definition, instance)| {
        let public = items.methods[&definition.name.to_string()]
            .iter()
            .filter(|callable| !callable.function.visibility.is_empty())
            .count();
        methods[instance].len() == public
    });
    if !complete {
        // A pass that gives up says why; this one has not.
        report.error(
            networks[0].0.name.span(),
            "something in this block is not understood, and the compiler does not say what: please report it",
        );
        return Err(Vec::new());
    }
    Ok(program(block, &items, &instances, &networks, methods))
}

/// The functions that are right.
fn sound(
    items: &Items<'_>,
    instances: &Instances,
    networks: &[(&ast::Struct, usize)],
    mut methods: BTreeMap<usize, Vec<Method>>,
) -> Vec<Sound> {
    let mut sound = Vec::new();
    for (definition, instance) in networks {
        // Of a network that no memory holds, or whose fields are not known, there is no plan.
        let Some(parameters) = instances.parameters(*instance) else { continue };
        let outer = items.workspace_limit(definition.budget.as_ref());
        for method in methods.remove(instance).unwrap_or_default() {
            let (network, limit) = (definition.name.clone(), method.limit.or(outer));
            let parameters = parameters as u64;
            sound.push(Sound { network, method, limit, float: items.float, parameters });
        }
    }
    sound
}

/// One error at a token: what else is wrong with it may come of the first.
fn once(report: &mut Report, from: usize) {
    let mut places = std::collections::BTreeSet::new();
    let mut position = 0;
    report.errors.retain(|error| {
        position += 1;
        places.insert(format!("{:?}", error.span)) || position <= from
    });
}

/// The library's tree.
pub fn library() -> ast::Block {
    let tokens: TokenStream = PRELUDE.parse().expect("the prelude is made of tokens");
    let mut report = Report::default();
    let block = crate::syntax::parse(tokens, &mut report);
    assert!(!report.has_errors(), "the prelude is well formed: {:?}", report.errors);
    block
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
    for (field, written) in own.fields.iter().zip(&definition.fields) {
        let content = match &field.content {
            InstanceContent::Tensor { shape, initialiser } => {
                Content::Tensor { shape: shape.clone(), initialiser: initialiser.clone() }
            }
            InstanceContent::Layer { instance, lengths } => {
                add(items, instances, networks, holder, *instance, structs, place);
                Content::Struct { index: place[instance], lengths: lengths.clone() }
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
    let description = own.description();
    let name = match network {
        Some(network) => network.name.clone(),
        None => Ident::new(&format!("{}{}{}", holder.name, own.name, generics.join("x")), holder.name.span()),
    };
    place.insert(instance, structs.len());
    let parameters = floats(structs, &fields);
    structs.push(StructType {
        name,
        description,
        attributes: definition.attributes.clone(),
        visibility: holder.visibility.clone(),
        is_network: network.is_some(),
        fields,
        methods: Vec::new(),
        parameters,
        limit: network.and_then(|network| items.workspace_limit(network.budget.as_ref())),
    });
}
