//! The subscripts of a routine that are checked where they are evaluated: what they are made of is computed.

use std::collections::BTreeSet;

use crate::ir::{Atom, Graph, Int, Node};

/// Of which tensor, and of which axis.
pub fn computed(graph: &Graph) -> BTreeSet<(String, usize)> {
    let mut found = BTreeSet::new();
    walk(graph, &graph.nodes, &mut |value| {
        value.visit_atoms(&mut |atom| {
            if let Atom::Inside(inside) = atom {
                found.insert((inside.tensor.to_string(), inside.axis));
            }
        });
    });
    found
}

fn walk(graph: &Graph, nodes: &[Node], note: &mut dyn FnMut(&Int)) {
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                node.at.iter().for_each(&mut *note);
                graph.scalars.visit_integers(node.value, note);
            }
            Node::Apply(node) => graph.scalars.visit_integers(node.value, note),
            Node::Reshape { .. } => {}
            Node::Loop(node) => {
                node.condition.iter().for_each(|asked| graph.scalars.visit_integers(*asked, note));
                walk(graph, &node.body, note);
            }
        }
    }
}
