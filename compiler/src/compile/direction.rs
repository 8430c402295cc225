//! Derivatives along directions that the caller gives: `#[jvp]`, `#[hvp]`.

use super::gradient::ones_like;
use super::{Derived, float_results, variables, zeros};
use crate::differentiate;
use crate::ir::{Graph, Kind, TensorId};
use crate::program::{Derivative, Method};
use crate::routine::{Gradient, Routine, Target};
use crate::simplify::{Purpose, simplify};

/// The function and its derivative along a direction: its results are the function's, then their tangents.
pub fn tangent(method: &Method, derivative: &Derivative) -> Derived {
    let mut graph = method.graph.clone();
    let mut results = method.result.tensors();
    simplify(&mut graph, &results, Purpose::Value);
    let variables = variables(method, derivative);
    let directions = directions(&mut graph, &variables);
    let floats = float_results(method);
    let found = along(&mut graph, &variables, &directions, &floats);
    results.extend(found);
    simplify(&mut graph, &results, Purpose::Value);
    let routine = Routine { graph, results, cotangents: Vec::new(), gradients: Vec::new() };
    Derived { routine, directions }
}

/// The function and the derivative of its gradient along a direction: forward over reverse.
pub fn hessian_vector(method: &Method, derivative: &Derivative) -> Derived {
    let mut graph = method.graph.clone();
    let results = method.result.tensors();
    simplify(&mut graph, &results, Purpose::Derivatives);
    let variables = variables(method, derivative);
    let tensors: Vec<TensorId> = variables.iter().map(|(_, tensor)| *tensor).collect();
    let seed = ones_like(&mut graph, results[0]);
    let gradients = differentiate::reverse(&mut graph, &mut [], &[(results[0], seed)], &tensors);
    // What is simple when it is differentiated has simple derivatives.
    let roots: Vec<TensorId> = results.iter().chain(gradients.iter().flatten()).copied().collect();
    simplify(&mut graph, &roots, Purpose::Value);

    let reached: Vec<(Target, TensorId)> = variables
        .iter()
        .zip(&gradients)
        .filter_map(|((target, _), gradient)| Some((*target, (*gradient)?)))
        .collect();
    let directions = directions(&mut graph, &variables);
    let outputs: Vec<TensorId> = reached.iter().map(|(_, gradient)| *gradient).collect();
    let found = along(&mut graph, &variables, &directions, &outputs);
    let gradients: Vec<Gradient> =
        reached.iter().zip(found).map(|((target, _), tensor)| Gradient { tensor, target: *target }).collect();
    let roots: Vec<TensorId> =
        results.iter().copied().chain(gradients.iter().map(|gradient| gradient.tensor)).collect();
    simplify(&mut graph, &roots, Purpose::Value);
    Derived { routine: Routine { graph, results, cotangents: Vec::new(), gradients }, directions }
}

/// An input for the direction of each variable.
fn directions(graph: &mut Graph, variables: &[(Target, TensorId)]) -> Vec<(Target, TensorId)> {
    let direction = |(target, variable): &(Target, TensorId)| {
        let name = format!("t_{}", graph.tensor(*variable).name);
        let shape = graph.shape(*variable).to_vec();
        (*target, graph.add_tensor(name, shape, Kind::Float))
    };
    variables.iter().map(direction).collect()
}

/// The tangents of some outputs; zeros where one depends on no variable.
fn along(
    graph: &mut Graph,
    variables: &[(Target, TensorId)],
    directions: &[(Target, TensorId)],
    outputs: &[TensorId],
) -> Vec<TensorId> {
    let tangents: Vec<(TensorId, TensorId)> = variables
        .iter()
        .zip(directions)
        .map(|((_, variable), (_, direction))| (*variable, *direction))
        .collect();
    let found = differentiate::forward(graph, &tangents, outputs);
    let found = found.into_iter().zip(outputs).map(|(tangent, output)| {
        tangent.unwrap_or_else(|| {
            let name = format!("t_{}", graph.tensor(*output).name);
            let shape = graph.shape(*output).to_vec();
            zeros(graph, name, shape)
        })
    });
    found.collect()
}
