//! Nodes over no points at all, by sizes that are constants: they write nothing, and read nothing.

use crate::ir::{Graph, Node};

/// Makes of every node without points what it leaves: its base, or zeros.
pub fn clear(graph: &mut Graph) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    list(graph, &mut nodes);
    graph.nodes = nodes;
}

fn list(graph: &mut Graph, nodes: &mut [Node]) {
    for node in nodes {
        match node {
            Node::Comprehension(inner) if inner.domain.iter().any(|axis| axis.extent.is(0)) => {
                *node = match inner.base {
                    Some(from) => Node::Reshape { out: inner.out, from },
                    None => Node::Comprehension(graph.zeros(inner.out)),
                };
            }
            Node::Loop(inner) => list(graph, &mut inner.body),
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
        }
    }
}
