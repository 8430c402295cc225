//! `#[grad]`: value and gradients, backward from the results.

use super::{float_results, variables, zeros};
use crate::differentiate;
use crate::ir::{Graph, Kind, Name, TensorId};
use crate::program::{Derivative, Method};
use crate::routine::{Gradient, Routine, Target};
use crate::simplify::{Purpose, simplify};

/// The function and its gradient.
pub fn gradient(method: &Method, derivative: &Derivative) -> Routine {
    let (mut graph, cotangents, found) = reversed(method, &variables(method, derivative));
    let mut gradients = Vec::new();
    for (target, variable, gradient) in found {
        let tensor = gradient.unwrap_or_else(|| {
            let name = Name::derivative(&graph.tensor(variable).name);
            let shape = graph.shape(variable).to_vec();
            zeros(&mut graph, name, shape)
        });
        gradients.push(Gradient { tensor, target });
    }
    finished(method, graph, cotangents, gradients)
}

/// The function and its gradient with respect to those parameters that it depends on.
pub fn step(method: &Method, derivative: &Derivative) -> Routine {
    let only_parameters = Derivative { arguments: Vec::new(), ..derivative.clone() };
    let (graph, cotangents, found) = reversed(method, &variables(method, &only_parameters));
    let reached =
        found.into_iter().filter_map(|(target, _, gradient)| Some(Gradient { tensor: gradient?, target }));
    finished(method, graph, cotangents, reached.collect())
}

fn finished(
    method: &Method,
    mut graph: Graph,
    cotangents: Vec<TensorId>,
    gradients: Vec<Gradient>,
) -> Routine {
    let results = method.result.tensors();
    let roots: Vec<TensorId> =
        results.iter().copied().chain(gradients.iter().map(|gradient| gradient.tensor)).collect();
    simplify(&mut graph, &roots, Purpose::Value);
    Routine { graph, results, cotangents, gradients }
}

/// The graph with what computes the gradients, its cotangents, and the gradient of each variable if the
/// results depend on it.
#[expect(clippy::type_complexity, reason = "three things for two callers next to it")]
fn reversed(
    method: &Method,
    variables: &[(Target, TensorId)],
) -> (Graph, Vec<TensorId>, Vec<(Target, TensorId, Option<TensorId>)>) {
    let mut graph = method.graph.clone();
    let results = method.result.tensors();
    simplify(&mut graph, &results, Purpose::Value);
    let mut seeds = Vec::new();
    let mut cotangents = Vec::new();
    let floats = float_results(method);
    match results.as_slice() {
        [result] if floats.len() == 1 && graph.shape(*result).is_empty() => {
            seeds.push((*result, ones_like(&mut graph, *result)));
        }
        _ => {
            for (position, &result) in floats.iter().enumerate() {
                let name =
                    if floats.len() == 1 { "cotangent".to_string() } else { format!("cotangent_{position}") };
                let cotangent = graph.add_tensor(name, graph.shape(result).to_vec(), Kind::Float);
                cotangents.push(cotangent);
                seeds.push((result, cotangent));
            }
        }
    }
    let tensors: Vec<TensorId> = variables.iter().map(|(_, tensor)| *tensor).collect();
    let found = differentiate::reverse(&mut graph, &mut [], &seeds, &tensors);
    let found = variables
        .iter()
        .zip(found)
        .map(|((target, variable), gradient)| (*target, *variable, gradient))
        .collect();
    (graph, cotangents, found)
}

/// The cotangent of a sum of all elements.
pub fn ones_like(graph: &mut Graph, result: TensorId) -> TensorId {
    let one = graph.scalars.number(1.0);
    let name = Name::derivative(&graph.tensor(result).name);
    let shape = graph.shape(result).to_vec();
    graph.push_map(name, shape, Kind::Float, one)
}
