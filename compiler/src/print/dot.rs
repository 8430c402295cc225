//! A graph in Graphviz' language: nodes as boxes, the forward and the backward stage as clusters.

use std::collections::BTreeMap;

use super::formula::Formula;
use super::names::visit_taken;
use super::statement::{Statements, inputs};
use crate::ir::{Graph, TensorId};

/// The graph of a value and its gradient: `backward_from` is the place of the first node of the backward
/// stage. `gradients` are tensors and what they are gradients of.
pub fn dot(
    graph: &Graph,
    results: &[TensorId],
    gradients: &[(TensorId, String)],
    backward_from: usize,
) -> String {
    let kept: Vec<TensorId> =
        results.iter().copied().chain(gradients.iter().map(|(tensor, _)| *tensor)).collect();
    let statements = Statements::new(graph, &Formula, &kept);
    let mut text = "digraph {\n    node [shape = box, fontname = \"monospace\"]\n".to_string();
    let mut makers: BTreeMap<TensorId, String> = BTreeMap::new();
    for tensor in inputs(graph, &graph.nodes, &kept) {
        let name = format!("input{}", tensor.0);
        let label = quoted(&[statements.declaration(tensor)]);
        text += &format!("    {name} [shape = ellipse, label = {label}]\n");
        makers.insert(tensor, name);
    }
    let backward_from = backward_from.min(graph.nodes.len());
    let mut edges = String::new();
    for (stage, range) in [("forward", 0..backward_from), ("backward", backward_from..graph.nodes.len())] {
        if range.is_empty() {
            continue;
        }
        text += &format!("    subgraph cluster_{stage} {{\n        label = \"{stage}\"\n");
        for place in range {
            let node = &graph.nodes[place..=place];
            let lines = statements.lines(node);
            let lines: Vec<String> =
                lines.iter().map(|(depth, line)| format!("{}{line}", "  ".repeat(*depth))).collect();
            text += &format!("        node{place} [label = {}]\n", quoted(&lines));
            let mut from: Vec<&str> = Vec::new();
            visit_taken(graph, node, &mut |tensor| {
                if let Some(maker) = makers.get(&tensor).filter(|maker| !from.contains(&maker.as_str())) {
                    from.push(maker);
                }
            });
            from.iter().for_each(|from| edges += &format!("    {from} -> node{place}\n"));
            makers.extend(graph.nodes[place].outputs().into_iter().map(|out| (out, format!("node{place}"))));
        }
        text += "    }\n";
    }
    let name = |place: usize| match results.len() {
        1 => "result".to_string(),
        // As in the tuple that is returned.
        _ => format!("result.{place}"),
    };
    let deliveries = results.iter().enumerate().map(|(place, tensor)| (*tensor, name(place)));
    let deliveries =
        deliveries.chain(gradients.iter().map(|(tensor, target)| (*tensor, format!("∂/∂{target}"))));
    for (place, (tensor, label)) in deliveries.enumerate() {
        text += &format!("    out{place} [shape = ellipse, label = {}]\n", quoted(&[label]));
        if let Some(maker) = makers.get(&tensor) {
            edges += &format!("    {maker} -> out{place}\n");
        }
    }
    text + &edges + "}\n"
}

/// Lines, each flushed left.
fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"")).collect();
    match lines.as_slice() {
        [one] => format!("\"{one}\""),
        several => format!("\"{}\\l\"", several.join("\\l")),
    }
}
