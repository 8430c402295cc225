//! From a checked function to plans: the value alone, and each derivative that was asked for.

mod blocks;
mod direction;
mod gradient;
mod subscripts;
#[cfg(test)]
#[allow(clippy::type_complexity)]
mod tests;
mod whole;

use std::collections::BTreeSet;

use proc_macro2::Ident;

use crate::emit::{Compiled, CompiledDerivative, CompiledMethod, CompiledStep};
use crate::ir::{ExternId, Graph, Int, Kind, Name, TensorId};
use crate::plan::{Inputs, Plan};
use crate::program::{Derivative, Method, Program, StructType};
use crate::routine::{Routine, Target};
use crate::simplify::{Purpose, simplify};
use crate::syntax::ast::DerivativeKind;
use crate::{count, plan, print};

#[cfg(test)]
pub use blocks::of_rows;
pub use gradient::gradient;
pub use whole::shared_axes;

/// A routine of a derivative that takes directions.
#[derive(Clone, Debug)]
pub struct Derived {
    /// What is computed.
    pub routine: Routine,
    /// The inputs that are directions, and of what.
    pub directions: Vec<(Target, TensorId)>,
}

/// The function alone: nothing is kept for a backward stage.
pub fn value(method: &Method) -> Routine {
    let mut graph = method.graph.clone();
    let results = method.result.tensors();
    simplify(&mut graph, &results, Purpose::Value);
    Routine { graph, results, cotangents: Vec::new(), gradients: Vec::new() }
}

/// A derivative as its attribute asks for it.
pub fn derived(method: &Method, derivative: &Derivative) -> Derived {
    let undirected = |routine| Derived { routine, directions: Vec::new() };
    match derivative.kind {
        DerivativeKind::Grad => undirected(gradient(method, derivative)),
        DerivativeKind::Jvp => direction::tangent(method, derivative),
        DerivativeKind::Hvp => direction::hessian_vector(method, derivative),
        DerivativeKind::Jacobian => undirected(whole::jacobian(method, derivative)),
        DerivativeKind::Hessian => undirected(whole::hessian(method, derivative)),
    }
}

/// The functions of Rust that a derivative goes through and that have none.
pub fn undifferentiated(method: &Method, derivative: &Derivative) -> BTreeSet<ExternId> {
    derived(method, derivative).routine.graph.scalars.undifferentiated
}

/// Every function of a program, planned in all its variants.
pub fn compile(program: &Program) -> Vec<Vec<CompiledMethod>> {
    let methods = |of: &StructType| of.methods.iter().map(|each| method(each, of.parameters)).collect();
    program.structs.iter().map(methods).collect()
}

/// One function of a network of so many floats, planned in all its variants.
pub fn method(method: &Method, parameters: u64) -> CompiledMethod {
    let value = value(method);
    let mut explained = None;
    let mut derivatives = Vec::new();
    for derivative in &method.derivatives {
        let Derived { routine, directions } = derived(method, derivative);
        let derivation = match derivative.kind {
            DerivativeKind::Jacobian | DerivativeKind::Hessian => {
                print::derivative(&routine.graph, &routine.results)
            }
            DerivativeKind::Grad | DerivativeKind::Jvp | DerivativeKind::Hvp => String::new(),
        };
        let planned_pass = planned(method, routine.clone(), &directions, plan::plan);
        let mut step = None;
        if derivative.kind == DerivativeKind::Grad {
            explained.get_or_insert_with(|| explain(method, &routine));
            step = method.has_step(derivative).then(|| self::step(method, &value, derivative, parameters));
        }
        derivatives.push(CompiledDerivative { of: planned_pass, derivation, directions, step });
    }
    let (derivation, latex, dot) = explained.unwrap_or_else(|| explain(method, &value));
    let value = planned(method, value, &[], plan::plan);
    CompiledMethod { value, derivatives, derivation, latex, dot }
}

/// How a step of training of a network of so many floats is done; `value` is the function alone.
fn step(method: &Method, value: &Routine, derivative: &Derivative, parameters: u64) -> CompiledStep {
    if let Some(blocks) = blocks::planned(method, value, derivative, parameters) {
        return CompiledStep::Blocks(Box::new(blocks));
    }
    // To apply a small gradient at once takes less time than to apply each part as soon as it is complete, and is less
    // to build.
    if parameters <= 1 << 10 && derivative.arguments.is_empty() {
        return CompiledStep::Held;
    }
    let fused = planned(method, gradient::step(method, derivative), &[], plan::plan_step);
    CompiledStep::Fused(Box::new(fused))
}

fn planned(
    method: &Method,
    routine: Routine,
    directions: &[(Target, TensorId)],
    plan: fn(Routine, &Inputs) -> Plan,
) -> Compiled {
    let cotangents = routine.cotangents.clone();
    let operations = count::operations(&routine.graph);
    let inputs = inputs(method, &routine, directions);
    let subscripts = subscripts::computed(&routine.graph);
    Compiled { plan: plan(routine, &inputs), cotangents, operations, subscripts }
}

/// What a plan must know of what a routine is given: directions are as what they are directions of.
pub fn inputs(method: &Method, routine: &Routine, directions: &[(Target, TensorId)]) -> Inputs {
    let mut inputs = Inputs::of_method(method, routine);
    for (target, direction) in directions {
        if let Some(&stacked) = inputs.stacked.get(&variable(method, *target)) {
            inputs.stacked.insert(*direction, stacked);
        }
    }
    inputs
}

/// What a derivative is with respect to, as inputs of the function's graph.
fn variables(method: &Method, derivative: &Derivative) -> Vec<(Target, TensorId)> {
    let fields = (0..method.fields.len())
        .filter(|field| derivative.model && !method.fields[*field].frozen)
        .map(Target::Field);
    let arguments = derivative.arguments.iter().copied().map(Target::Argument);
    fields.chain(arguments).map(|target| (target, variable(method, target))).collect()
}

pub fn variable(method: &Method, target: Target) -> TensorId {
    match target {
        Target::Field(field) => method.fields[field].tensor,
        Target::Argument(argument) => {
            method.arguments[argument].tensor().expect("`check` lists what is made of floats")
        }
    }
}

/// The results that are made of floats.
fn float_results(method: &Method) -> Vec<TensorId> {
    method
        .result
        .tensors()
        .into_iter()
        .filter(|result| method.graph.tensor(*result).kind == Kind::Float)
        .collect()
}

/// Zeros.
fn zeros(graph: &mut Graph, name: impl Into<Name>, shape: Vec<Int>) -> TensorId {
    let zero = graph.scalars.number(0.0);
    graph.push_map(name, shape, Kind::Float, zero)
}

/// How value and gradients come about: as text, as LaTeX, as DOT.
fn explain(method: &Method, routine: &Routine) -> (String, String, String) {
    let graph = &routine.graph;
    let gradients: Vec<(TensorId, String)> = routine
        .gradients
        .iter()
        .map(|gradient| {
            let of = match gradient.target {
                Target::Field(position) => method.fields[position]
                    .path
                    .iter()
                    .map(|step| plain(&step.name))
                    .collect::<Vec<_>>()
                    .join("."),
                Target::Argument(position) => plain(&method.arguments[position].name),
            };
            (gradient.tensor, of)
        })
        .collect();
    let from = backward_from(routine);
    (
        print::derivation(graph, &routine.results, &gradients, from),
        print::latex(graph, &routine.results, &gradients, from),
        print::dot(graph, &routine.results, &gradients, from),
    )
}

/// A name as it is meant, also where Rust reserves it.
fn plain(name: &Ident) -> String {
    name.to_string().trim_start_matches("r#").to_string()
}

/// The first node that no result needs.
fn backward_from(routine: &Routine) -> usize {
    let last = routine
        .graph
        .nodes
        .iter()
        .rposition(|node| node.outputs().iter().any(|output| routine.results.contains(output)));
    last.map_or(0, |last| last + 1)
}
