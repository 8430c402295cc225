//! Derivatives as whole arrays: `#[jacobian]`, `#[hessian]`. One direction for each coordinate, all at once.

use super::gradient::ones_like;
use super::{float_results, variables, zeros};
use crate::differentiate;
use crate::ir::{Graph, Int, Kind, Name, TensorId};
use crate::program::{Derivative, Method};
use crate::routine::Routine;
use crate::simplify::{Purpose, simplify};

/// The derivative of each float result by each variable, in that order.
pub fn jacobian(method: &Method, derivative: &Derivative) -> Routine {
    let mut graph = method.graph.clone();
    let outputs = float_results(method);
    simplify(&mut graph, &outputs, Purpose::Value);
    let variables: Vec<TensorId> =
        variables(method, derivative).into_iter().map(|(_, tensor)| tensor).collect();
    let ways: Vec<Vec<Way>> = outputs
        .iter()
        .map(|output| variables.iter().map(|variable| Way::of(&graph, *output, *variable)).collect())
        .collect();
    let mut results = Vec::new();
    for (&output, ways) in outputs.iter().zip(&ways) {
        let mut found: Vec<Option<TensorId>> = vec![None; variables.len()];
        for shared in [0, 1] {
            let chosen = |forward: bool| {
                let is_chosen = move |way: &Way| way.shared == shared && way.forward == forward;
                (0..variables.len()).filter(move |position| is_chosen(&ways[*position]))
            };
            let backward: Vec<usize> = chosen(false).collect();
            if !backward.is_empty() {
                let by: Vec<TensorId> = backward.iter().map(|position| variables[*position]).collect();
                for (position, block) in backward.iter().zip(by_rows(&mut graph, output, &by, shared)) {
                    found[*position] = block;
                }
            }
            for position in chosen(true) {
                found[position] = by_columns(&mut graph, output, variables[position], shared);
            }
        }
        for ((block, way), variable) in found.into_iter().zip(ways).zip(&variables) {
            let shape = [graph.shape(output), &graph.shape(*variable)[way.shared..]].concat();
            let name = graph.tensor(output).name.with(&format!("by_{}", graph.tensor(*variable).name));
            results.push(block.unwrap_or_else(|| zeros(&mut graph, name, shape)));
        }
    }
    finished(graph, results)
}

/// The second derivatives of the one number that the function returns, by each pair of variables.
pub fn hessian(method: &Method, derivative: &Derivative) -> Routine {
    let mut graph = method.graph.clone();
    let outputs = float_results(method);
    simplify(&mut graph, &outputs, Purpose::Derivatives);
    let variables: Vec<TensorId> =
        variables(method, derivative).into_iter().map(|(_, tensor)| tensor).collect();
    let seed = ones_like(&mut graph, outputs[0]);
    let gradients = differentiate::reverse(&mut graph, &mut [], &[(outputs[0], seed)], &variables);
    let reached: Vec<TensorId> = gradients.iter().flatten().copied().collect();
    simplify(&mut graph, &reached, Purpose::Value);
    let mut results = Vec::new();
    for &row in &variables {
        let direction = direction_like(&mut graph, row);
        let found = differentiate::forward(&mut graph, &[(row, direction)], &reached);
        differentiate::over_units(&mut graph, direction, 0);
        let mut found = found.into_iter();
        for (gradient, &column) in gradients.iter().zip(&variables) {
            let block = gradient.and_then(|_| found.next().flatten());
            let shape = [graph.shape(row), graph.shape(column)].concat();
            let name = format!("by_{}_{}", graph.tensor(row).name, graph.tensor(column).name);
            results.push(block.unwrap_or_else(|| zeros(&mut graph, name, shape)));
        }
    }
    finished(graph, results)
}

fn finished(mut graph: Graph, results: Vec<TensorId>) -> Routine {
    simplify(&mut graph, &results, Purpose::Value);
    Routine { graph, results, cotangents: Vec::new(), gradients: Vec::new() }
}

/// How the derivative of one tensor by another is computed.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// How many leading axes they share: 1 for rows that do not mix.
    shared: usize,
    /// A direction for each element of the variable; else a cotangent for each element of the output.
    forward: bool,
}

/// How many axes a float result and a variable share in front, each row of the one being made of that of the other.
pub fn shared_axes(method: &Method, output: TensorId, variable: TensorId) -> usize {
    let mut graph = method.graph.clone();
    simplify(&mut graph, &float_results(method), Purpose::Value);
    shared_in(&graph, output, variable)
}

fn shared_in(graph: &Graph, output: TensorId, variable: TensorId) -> usize {
    let (above, below) = (graph.shape(output), graph.shape(variable));
    let has_rows =
        above.first().is_some_and(|size| size.as_constant().is_none() && below.first() == Some(size));
    usize::from(has_rows && differentiate::keeps_rows(graph, variable, output))
}

impl Way {
    /// Per row where rows do not mix, and with as few directions as possible.
    fn of(graph: &Graph, output: TensorId, variable: TensorId) -> Self {
        let (above, below) = (graph.shape(output), graph.shape(variable));
        let shared = shared_in(graph, output, variable);
        let count = |shape: &[Int]| Int::product(&shape[shared..]).as_constant();
        let forward = count(below).zip(count(above)).is_some_and(|(columns, rows)| columns < rows);
        Self { shared, forward }
    }
}

/// Backward: one cotangent for each element of the output (in each row).
fn by_rows(
    graph: &mut Graph,
    output: TensorId,
    variables: &[TensorId],
    shared: usize,
) -> Vec<Option<TensorId>> {
    let name = Name::derivative(&graph.tensor(output).name);
    let cotangent = graph.add_tensor(name, graph.shape(output).to_vec(), Kind::Float);
    let found = differentiate::reverse(graph, &mut [], &[(output, cotangent)], variables);
    let order = differentiate::over_units(graph, cotangent, shared).behind(shared);
    found
        .into_iter()
        .map(|block| block.map(|block| differentiate::front_axes(graph, block, &order)))
        .collect()
}

/// Forward: one tangent for each element of the variable (in each row).
fn by_columns(graph: &mut Graph, output: TensorId, variable: TensorId, shared: usize) -> Option<TensorId> {
    let direction = direction_like(graph, variable);
    let found = differentiate::forward(graph, &[(variable, direction)], &[output]);
    let rank = graph.shape(output).len();
    let order = differentiate::over_units(graph, direction, shared).behind(rank);
    found[0].map(|block| differentiate::front_axes(graph, block, &order))
}

fn direction_like(graph: &mut Graph, variable: TensorId) -> TensorId {
    let name = format!("t_{}", graph.tensor(variable).name);
    let shape = graph.shape(variable).to_vec();
    graph.add_tensor(name, shape, Kind::Float)
}
