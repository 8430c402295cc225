//! Names for the tensors of a graph, each its own.

use std::collections::{BTreeMap, BTreeSet};

use super::notation::Notation;
use crate::ir::{Graph, Name, Node, TensorId};

/// The written name of each tensor.
pub(super) struct Names {
    names: Vec<String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Inputs first, then in order of definition; the second of a name becomes its second. `same` tells
    /// for a tensor another, named before it, whose name it shares.
    pub(super) fn new(
        graph: &Graph,
        notation: &dyn Notation,
        same: &dyn Fn(TensorId) -> Option<TensorId>,
    ) -> Self {
        let mut made = Vec::new();
        visit_made(&graph.nodes, &mut |tensor| made.push(tensor));
        let is_made: BTreeSet<TensorId> = made.iter().copied().collect();
        let count = u32::try_from(graph.tensors.len()).unwrap_or(u32::MAX);
        let others: BTreeSet<&str> = graph
            .tensors
            .iter()
            .filter(|tensor| tensor.name.derivative_by().is_none())
            .map(|tensor| &*tensor.name)
            .collect();
        let mut next: BTreeMap<&Name, usize> = BTreeMap::new();
        let mut names = Self { names: vec![String::new(); graph.tensors.len()], taken: BTreeSet::new() };
        for tensor in (0..count).map(TensorId).filter(|tensor| !is_made.contains(tensor)).chain(made) {
            let name = match same(tensor) {
                Some(other) => names.of(other).to_string(),
                None => {
                    let name = &graph.tensor(tensor).name;
                    let number = next.entry(name).or_insert(0);
                    loop {
                        *number += 1;
                        let name = match name.derivative_by() {
                            Some(by) => notation.derivative(&meant(by), *number, others.contains(&**name)),
                            None => notation.tensor(&meant(name), *number),
                        };
                        if !names.taken.contains(&name) {
                            break name;
                        }
                    }
                }
            };
            names.taken.insert(name.clone());
            names.names[tensor.0 as usize] = name;
        }
        for word in graph.dims.iter().map(|dim| notation.word(dim)) {
            names.taken.insert(word);
        }
        names
    }

    /// The name of a tensor.
    pub(super) fn of(&self, tensor: TensorId) -> &str {
        &self.names[tensor.0 as usize]
    }

    /// Whether a tensor or run-time size has the name.
    pub(super) fn taken(&self, name: &str) -> bool {
        self.taken.contains(name)
    }
}

/// A name as it is meant, also where Rust reserves it: `r#in`.
fn meant(name: &str) -> String {
    match name.strip_prefix("r#").unwrap_or(name) {
        "" => "value".to_string(),
        name => name.to_string(),
    }
}

/// Every tensor that nodes make, in order; those within loops too.
pub(super) fn visit_made(nodes: &[Node], visit: &mut dyn FnMut(TensorId)) {
    for node in nodes {
        if let Node::Loop(node) = node {
            node.carried.iter().for_each(|carried| visit(carried.inside));
            visit_made(&node.body, visit);
        }
        node.outputs().into_iter().for_each(&mut *visit);
    }
}

/// Every tensor that nodes take, in order: what they read, what they start from and what loops carry.
pub(super) fn visit_taken(graph: &Graph, nodes: &[Node], visit: &mut dyn FnMut(TensorId)) {
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                graph.visit_reads(node.value, &mut |tensor, _| visit(tensor));
                for subscript in &node.at {
                    subscript.visit_reads(&mut |tensor, _| visit(tensor));
                }
                node.base.iter().for_each(|base| visit(*base));
            }
            Node::Apply(node) => graph.visit_reads(node.value, &mut |tensor, _| visit(tensor)),
            Node::Reshape { from, .. } => visit(*from),
            Node::Loop(node) => {
                node.condition
                    .iter()
                    .for_each(|&condition| graph.visit_reads(condition, &mut |tensor, _| visit(tensor)));
                node.carried.iter().for_each(|carried| visit(carried.initial));
                visit_taken(graph, &node.body, visit);
                node.carried.iter().for_each(|carried| visit(carried.next));
            }
        }
    }
}

/// A name for an index that none in scope has, nor any tensor or size: its own, else another letter, else with
/// primes.
pub(super) fn fresh_index(name: &str, position: usize, in_scope: &[String], names: &Names) -> String {
    const LETTERS: [&str; 6] = ["i", "j", "k", "l", "m", "n"];
    let fallback = LETTERS.get(position).copied().unwrap_or("i");
    let mut name = if matches!(name, "" | "_") { fallback.to_string() } else { name.to_string() };
    if names.taken(&name) {
        let free = |letter: &&str| !names.taken(letter) && !in_scope.iter().any(|known| known == letter);
        let own = LETTERS.iter().position(|letter| *letter == name).unwrap_or(position);
        if let Some(other) = LETTERS.into_iter().cycle().skip(own).take(LETTERS.len()).find(free) {
            name = other.to_string();
        }
    }
    while in_scope.contains(&name) || names.taken(&name) {
        name.push('\'');
    }
    name
}
