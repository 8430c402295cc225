//! From a checked function to routines: the value alone, and each derivative that was asked for.

use crate::differentiate;
use crate::ir::{Kind, TensorId};
use crate::program::{ArgumentContent, Derivative, Method};
use crate::routine::{Gradient, Routine, Target};
use crate::simplify::simplify;

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
