//! Forward mode: beside each node the one that makes its tangent, of the same domain and subscripts.

use std::collections::{BTreeMap, BTreeSet};

use super::activity::{differentiable_reads, spread};
use super::application::Application;
use super::reverse::covers;
use super::table::scalar_jvp;
use crate::ir::{Apply, Carried, Comprehension, Graph, Kind, Node, Reduction, Scalar, TensorId};

/// Puts beside the nodes of the graph what computes the tangents of some outputs, given the tangents of
/// some tensors. `None` stands for zeros: nothing depends on them.
pub fn forward(
    graph: &mut Graph,
    tangents: &[(TensorId, TensorId)],
    outputs: &[TensorId],
) -> Vec<Option<TensorId>> {
    let mut active: BTreeSet<TensorId> = tangents.iter().map(|(tensor, _)| *tensor).collect();
    let nodes = std::mem::take(&mut graph.nodes);
    spread(graph, &nodes, &mut active);
    let mut pass = Forward { graph, active, tangents: tangents.iter().copied().collect() };
    let nodes = pass.list(nodes);
    let found = outputs.iter().map(|output| pass.tangents.get(output).copied()).collect();
    graph.nodes = nodes;
    found
}

struct Forward<'g> {
    graph: &'g mut Graph,
    active: BTreeSet<TensorId>,
    tangents: BTreeMap<TensorId, TensorId>,
}

impl Forward<'_> {
    fn list(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        let mut both = Vec::with_capacity(2 * nodes.len());
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    let tangent = self.comprehension(&node);
                    both.push(Node::Comprehension(node));
                    both.extend(tangent.map(Node::Comprehension));
                }
                Node::Reshape { out, from } => {
                    both.push(Node::Reshape { out, from });
                    if let Some(&tangent) = self.tangents.get(&from) {
                        let reshaped = self.tangent_tensor(out);
                        both.push(Node::Reshape { out: reshaped, from: tangent });
                    }
                }
                Node::Apply(node) => {
                    let mut tangent = Vec::new();
                    if self.active.contains(&node.out) {
                        self.apply(&node, &mut tangent);
                    }
                    both.push(Node::Apply(node));
                    both.append(&mut tangent);
                }
                Node::Loop(mut node) => {
                    let carried: Vec<Carried> = node
                        .carried
                        .iter()
                        .copied()
                        .filter(|carried| self.active.contains(&carried.inside))
                        .collect();
                    let mut added = Vec::new();
                    for each in &carried {
                        let initial = self.tangent_or_zeros(each.initial, &mut both);
                        let inside = self.tangent_tensor(each.inside);
                        added.push(Carried { initial, inside, next: inside, last: inside });
                    }
                    node.body = self.list(node.body);
                    for (each, added) in carried.iter().zip(&mut added) {
                        added.next = self.tangent_or_zeros(each.next, &mut node.body);
                        added.last = self.tangent_tensor(each.last);
                    }
                    node.carried.extend(added);
                    both.push(Node::Loop(node));
                }
            }
        }
        both
    }

    fn comprehension(&mut self, node: &Comprehension) -> Option<Comprehension> {
        if !self.active.contains(&node.out) || self.tangents.contains_key(&node.out) {
            return None;
        }
        let is_map = node.reduction == Reduction::Set
            && node.base.is_none()
            && covers(&node.at, &node.domain, self.graph.shape(node.out));
        let known = is_map.then(|| self.graph.scalars.read(node.out, node.at.clone()));
        let tangents = &self.tangents;
        let value = scalar_jvp(&mut self.graph.scalars, node.value, known, &mut |scalars, read| {
            let Scalar::Read(tensor, at) = scalars[read].clone() else { unreachable!("asked only of reads") };
            tangents.get(&tensor).map(|&tangent| scalars.read(tangent, at))
        });
        let base = node.base.and_then(|base| self.tangents.get(&base).copied());
        if value.is_none() && base.is_none() {
            return None;
        }
        let value = value.unwrap_or_else(|| self.graph.scalars.number(0.0));
        let out = self.tangent_tensor(node.out);
        Some(Comprehension {
            out,
            base,
            domain: node.domain.clone(),
            at: node.at.clone(),
            reduction: node.reduction,
            value,
        })
    }

    /// The derivative that a function of Rust declares, along the tangents of its arguments.
    fn apply(&mut self, node: &Apply, nodes: &mut Vec<Node>) {
        let Some(application) = Application::of(self.graph, node) else { return };
        let mut tangents = Vec::new();
        for argument in application.arguments(self.graph) {
            if differentiable_reads(self.graph, argument.value).iter().any(|read| self.active.contains(read))
            {
                self.active.insert(argument.out);
            }
            nodes.extend(self.comprehension(&argument).map(Node::Comprehension));
            tangents.push(self.tangent_or_zeros(argument.out, nodes));
            nodes.push(Node::Comprehension(argument));
        }
        let derivative = application.derivative(self.graph, &tangents, nodes);
        self.tangents.insert(node.out, derivative);
    }

    fn tangent_or_zeros(&mut self, tensor: TensorId, nodes: &mut Vec<Node>) -> TensorId {
        if let Some(&tangent) = self.tangents.get(&tensor) {
            return tangent;
        }
        let shape = self.graph.shape(tensor).to_vec();
        let name = format!("t_{}", self.graph.tensor(tensor).name);
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        nodes.push(Node::Comprehension(self.graph.zeros(out)));
        out
    }

    fn tangent_tensor(&mut self, of: TensorId) -> TensorId {
        let shape = self.graph.shape(of).to_vec();
        let name = format!("t_{}", self.graph.tensor(of).name);
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        self.tangents.insert(of, out);
        out
    }
}
