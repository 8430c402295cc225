//! From a checked function to routines: the value alone, and each derivative that was asked for.

use crate::emit::{Compiled, CompiledMethod};
use crate::ir::{Kind, TensorId};
use crate::program::{ArgumentContent, Derivative, Method, Program};
use crate::routine::{Gradient, Routine, Target};
use crate::simplify::simplify;
use crate::{count, differentiate, plan, print};

/// The function alone: nothing is kept for a backward stage.
pub fn value(method: &Method) -> Routine {
    let mut graph = method.graph.clone();
    let results = method.result.tensors();
    simplify(&mut graph, &results);
    Routine { graph, results, cotangents: Vec::new(), gradients: Vec::new() }
}

/// The function and its gradient.
pub fn gradient(method: &Method, derivative: &Derivative) -> Routine {
    let mut graph = method.graph.clone();
    let results = method.result.tensors();
    simplify(&mut graph, &results);

    let mut seeds = Vec::new();
    let mut cotangents = Vec::new();
    let floats: Vec<TensorId> = results.iter().copied().filter(|result| graph.tensor(*result).kind == Kind::Float).collect();
    match results.as_slice() {
        [result] if floats.len() == 1 && graph.shape(*result).is_empty() => {
            let one = graph.scalars.number(1.0);
            let name = format!("d_{}", graph.tensor(*result).name);
            let seed = graph.push_map(name, Vec::new(), Kind::Float, one);
            seeds.push((*result, seed));
        }
        _ => {
            for (position, &result) in floats.iter().enumerate() {
                let name = if floats.len() == 1 { "cotangent".to_string() } else { format!("cotangent_{position}") };
                let cotangent = graph.add_tensor(name, graph.shape(result).to_vec(), Kind::Float);
                cotangents.push(cotangent);
                seeds.push((result, cotangent));
            }
        }
    }

    let mut targets = Vec::new();
    if derivative.model {
        for (position, field) in method.fields.iter().enumerate() {
            if !field.frozen {
                targets.push((Target::Field(position), field.tensor));
            }
        }
    }
    for &position in &derivative.arguments {
        if let ArgumentContent::Tensor(tensor) = method.arguments[position].content {
            targets.push((Target::Argument(position), tensor));
        }
    }
    let variables: Vec<TensorId> = targets.iter().map(|(_, tensor)| *tensor).collect();
    let found = differentiate::reverse(&mut graph, &mut [], &seeds, &variables).expect("no loop is open around a function");
    let mut gradients = Vec::new();
    for ((target, variable), gradient) in targets.into_iter().zip(found) {
        let tensor = match gradient {
            Some(tensor) => tensor,
            None => {
                let zero = graph.scalars.number(0.0);
                let name = format!("d_{}", graph.tensor(variable).name);
                let shape = graph.shape(variable).to_vec();
                graph.push_map(name, shape, Kind::Float, zero)
            }
        };
        gradients.push(Gradient { tensor, target });
    }
    let roots: Vec<TensorId> = results.iter().copied().chain(gradients.iter().map(|gradient| gradient.tensor)).collect();
    simplify(&mut graph, &roots);
    Routine { graph, results, cotangents, gradients }
}

/// Every function of a program, planned in all its variants.
pub fn compile(program: &Program) -> Vec<Vec<CompiledMethod>> {
    program.structs.iter().map(|each| each.methods.iter().map(method).collect()).collect()
}

fn method(method: &Method) -> CompiledMethod {
    let value = planned(method, value(method));
    let mut explained = None;
    let mut derivatives = Vec::new();
    for derivative in &method.derivatives {
        let routine = gradient(method, derivative);
        explained.get_or_insert_with(|| explain(method, &routine));
        derivatives.push(planned(method, routine));
    }
    let (derivation, latex, dot) = explained.unwrap_or_else(|| explain(method, &self::value(method)));
    CompiledMethod { value, derivatives, derivation, latex, dot }
}

fn planned(method: &Method, routine: Routine) -> Compiled {
    let cotangents = routine.cotangents.clone();
    let operations = count::operations(&routine.graph);
    let inputs = plan::Inputs::of_method(method, &routine);
    Compiled { plan: plan::plan(routine, &inputs), cotangents, operations }
}

/// How value and gradients come about: as text, as LaTeX, as DOT.
fn explain(method: &Method, routine: &Routine) -> (String, String, String) {
    let graph = &routine.graph;
    let gradients: Vec<(TensorId, String)> = routine
        .gradients
        .iter()
        .map(|gradient| {
            let of = match gradient.target {
                Target::Field(position) => method.fields[position].path.iter().map(|step| step.name.to_string()).collect::<Vec<_>>().join("."),
                Target::Argument(position) => method.arguments[position].name.to_string(),
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

/// The first node that no result needs.
fn backward_from(routine: &Routine) -> usize {
    let last = routine.graph.nodes.iter().rposition(|node| node.outputs().iter().any(|output| routine.results.contains(output)));
    last.map_or(0, |last| last + 1)
}
