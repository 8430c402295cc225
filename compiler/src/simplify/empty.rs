//! Nodes over no points at all, by sizes that are constants: they write nothing, and read nothing.

use crate::ir::{Comprehension, Graph, Kind, Node, Reduction, Scalars, TensorId};

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
                    None => Node::Comprehension(zeros(graph, inner.out)),
                };
            }
            Node::Loop(inner) => list(graph, &mut inner.body),
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
        }
    }
}

fn zeros(graph: &mut Graph, out: TensorId) -> Comprehension {
    let (shape, kind) = (graph.shape(out).to_vec(), graph.tensor(out).kind);
    let zero = |scalars: &mut Scalars| match kind {
        Kind::Float => scalars.number(0.0),
        Kind::Mask => scalars.flag(false),
        Kind::Index | Kind::Key => scalars.integer(crate::ir::Int::zero()),
    };
    Comprehension {
        out,
        base: None,
        domain: Graph::axes(&shape),
        at: Graph::identity(shape.len()),
        reduction: Reduction::Set,
        value: zero(&mut graph.scalars),
    }
}
