//! What the derivatives of a network do not reach: a parameter that no `#[grad]` of `self` reaches would
//! silently never be trained; an argument whose gradient is always zero is worth a warning.

use std::collections::BTreeSet;

use super::instances::Instances;
use super::items::Items;
use super::method::{Leaf, leaves};
use super::words::{joined, list};
use crate::differentiate;
use crate::ir::{Graph, TensorId};
use crate::program::{ArgumentContent, FieldInput, Method};
use crate::report::Report;
use crate::syntax::ast::{self, DerivativeKind};

mod parts;

/// How many of an array's layers a message names.
const NAMED: usize = 3;

/// A function that trains, and the tensors that its result depends on in a way that a derivative follows.
struct Training<'a> {
    method: &'a Method,
    reached: &'a BTreeSet<TensorId>,
}

impl Training<'_> {
    /// Which parts of a parameter, one for each combination of the indices of the arrays that it stands in,
    /// its derivative reaches, or it reads at all.
    fn parts(&self, leaf: &Leaf, reached: bool) -> BTreeSet<usize> {
        let is_it =
            |field: &&FieldInput| field.path.iter().map(|step| step.name.to_string()).eq(full_name(leaf));
        let field = self.method.fields.iter().find(is_it);
        let reached = reached.then_some(self.reached);
        field.map_or_else(BTreeSet::new, |field| {
            if self.method.result.tensors().contains(&field.tensor) {
                // Nothing reads what is returned as it is.
                return (0..lengths(leaf).iter().product()).collect();
            }
            parts::read(&self.method.graph, field.tensor, &lengths(leaf), reached)
        })
    }
}

/// Whether all functions of a network that train are known, in a block that was read without errors but in bodies:
/// where something is wrong elsewhere, what is never trained may still be.
pub fn is_certain(
    items: &Items<'_>,
    definition: &ast::Struct,
    functions: &[&ast::Function],
    lowered: &[Option<Method>],
) -> bool {
    let name = definition.name.to_string();
    let trains = |function: &ast::Function| {
        function.derivatives.iter().any(|request| request.kind == DerivativeKind::Grad)
    };
    let inner = |function: &ast::Function| function.visibility.is_empty() && trains(function);
    // What is asked of an inner function by mistake may have been what trains.
    let misplaced = items.functions.values().chain(items.methods.values().flatten());
    items.stray.is_empty()
        && !items.incomplete.contains(&name)
        && !items.broken.contains(&name)
        && !misplaced.into_iter().any(|callable| inner(callable.function))
        && functions.iter().zip(lowered).all(|(function, lowered)| lowered.is_some() || !trains(function))
}

/// Checks one network, all of whose functions that train are known.
pub fn check(
    definition: &ast::Struct,
    functions: &[&ast::Function],
    instance: usize,
    instances: &Instances,
    methods: &[Method],
    report: &mut Report,
) {
    let reaches: Vec<BTreeSet<TensorId>> =
        methods.iter().map(|method| reached(&method.graph, &method.result.tensors())).collect();
    for (method, reached) in methods.iter().zip(&reaches) {
        let function = functions.iter().find(|function| function.name == method.name);
        for derivative in &method.derivatives {
            for &position in &derivative.arguments {
                let ArgumentContent::Tensor(tensor) = method.arguments[position].content else { continue };
                let name = &method.arguments[position].name;
                if !reached.contains(&tensor) {
                    let listed = function
                        .iter()
                        .flat_map(|function| &function.derivatives)
                        .flat_map(|request| &request.with_respect_to)
                        .find(|listed| *listed == name);
                    report.warn(
                        listed.unwrap_or(name).span(),
                        format!("this gradient is zero: `{}` does not depend on `{name}`", method.name),
                    );
                }
            }
        }
    }
    let trains = |method: &Method| {
        let mut derivatives = method.derivatives.iter();
        derivatives.any(|derivative| derivative.kind == DerivativeKind::Grad && derivative.model)
    };
    let pairs = methods.iter().zip(&reaches).filter(|(method, _)| trains(method));
    let training: Vec<Training<'_>> = pairs.map(|(method, reached)| Training { method, reached }).collect();
    if !training.is_empty() {
        parameters(definition, instance, instances, &training, report);
    }
}

fn parameters(
    definition: &ast::Struct,
    instance: usize,
    instances: &Instances,
    training: &[Training<'_>],
    report: &mut Report,
) {
    let functions: Vec<String> = training.iter().map(|each| each.method.name.to_string()).collect();
    let parts = |leaf: &Leaf, reached: bool| -> BTreeSet<usize> {
        training.iter().flat_map(|each| each.parts(leaf, reached)).collect()
    };
    for leaf in leaves(instances, instance) {
        if leaf.frozen || leaf.shape.contains(&0) {
            continue;
        }
        let (lengths, trained) = (lengths(&leaf), parts(&leaf, true));
        let missing: Vec<usize> =
            (0..lengths.iter().product()).filter(|part| !trained.contains(part)).collect();
        if missing.is_empty() {
            continue;
        }
        let full = full_name(&leaf);
        let read = parts(&leaf, false);
        let is_read = missing.iter().all(|part| read.contains(part));
        // Where no layer of an array is trained the array is meant.
        let names: Vec<String> = match trained.is_empty() {
            true => vec![full.join(".")],
            false => missing.iter().map(|&part| numbered(&leaf, part)).collect(),
        };
        let (noun, are, them) = match names.len() {
            1 => ("parameter", "is", "it"),
            _ => ("parameters", "are", "them"),
        };
        let (name, what) = (some_of(&names), list(&functions));
        let message = if is_read {
            let compute = if functions.len() == 1 { "computes" } else { "compute" };
            format!(
                "the {noun} {name} {are} never trained: what {what} {compute} of {them} has no derivative"
            )
        } else if functions.len() == 1 {
            format!("the {noun} {name} {are} never trained: {what} does not depend on {them}")
        } else {
            format!("the {noun} {name} {are} never trained: none of {what} depends on {them}")
        };
        let field = definition.fields.iter().find(|field| field.name == full[0]);
        let span = field.map_or(definition.name.span(), |field| field.name.span());
        if !report.errors.iter().any(|known| format!("{:?}", known.span) == format!("{span:?}")) {
            let (_, layer) = full.split_last().expect("it has a name");
            let mut beside =
                leaves(instances, instance).into_iter().filter(|other| full_name(other).starts_with(layer));
            let help = if !trained.is_empty() {
                let arrays = leaf.path.iter().rposition(|step| !step.lengths.is_empty());
                let array = full[..=arrays.unwrap_or(0)].join(".");
                format!(
                    "use all of `{array}` in functions with `#[grad]`, or make the array as long as what is used; what stays as it is can be a field with `#[frozen]`"
                )
            } else if layer.is_empty() || beside.all(|other| parts(&other, true).is_empty()) {
                "use it in a function with `#[grad]`, or mark the field `#[frozen]`".to_string()
            } else {
                // That would freeze what is trained, too.
                format!(
                    "use it in a function with `#[grad]`, or declare the rest of `{}` without it, in a layer of your own or as fields",
                    layer.join(".")
                )
            };
            report.error_with_help(span, message, help);
        }
    }
}

/// `` `a`, `b` and 7 others ``
fn some_of(names: &[String]) -> String {
    let others = names.len().saturating_sub(NAMED);
    if others < 2 {
        return list(names);
    }
    let mut named: Vec<String> = names[..NAMED].iter().map(|name| format!("`{name}`")).collect();
    named.push(format!("{others} others"));
    joined(&named)
}

fn full_name(leaf: &Leaf) -> Vec<String> {
    leaf.path.iter().map(|step| step.name.to_string()).chain([leaf.name.to_string()]).collect()
}

/// The lengths of the arrays that a parameter stands in.
fn lengths(leaf: &Leaf) -> Vec<usize> {
    leaf.path.iter().flat_map(|step| step.lengths.iter().copied()).collect()
}

/// `blocks.2.w`
fn numbered(leaf: &Leaf, part: usize) -> String {
    let mut words = vec![leaf.name.to_string()];
    let mut rest = part;
    for step in leaf.path.iter().rev() {
        for length in step.lengths.iter().rev() {
            words.push((rest % length).to_string());
            rest /= length;
        }
        words.push(step.name.to_string());
    }
    words.reverse();
    words.join(".")
}

/// The tensors that results depend on in a way that a derivative follows.
fn reached(graph: &Graph, results: &[TensorId]) -> BTreeSet<TensorId> {
    let mut reached: BTreeSet<TensorId> = results.iter().copied().collect();
    differentiate::spread_back(graph, &graph.nodes, &mut reached);
    reached
}
