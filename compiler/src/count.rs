//! How many scalar floating-point operations a graph performs, as a formula in its run-time sizes.
//!
//! Arithmetic and functions count 1 each, comparisons, selects, reads and integers nothing, each value
//! that a `Sum` adds 1. Both branches of a select count. It counts what the graph says, before any plan.

use crate::ir::{Atom, Axis, Comparison, Graph, Int, Loop, Node, Reduction, Scalar, ScalarId, Unary};

/// The operations of a whole graph.
pub fn operations(graph: &Graph) -> Int {
    operations_of(graph, &graph.nodes)
}

/// The operations of some of its nodes.
pub fn operations_of(graph: &Graph, nodes: &[Node]) -> Int {
    nodes.iter().fold(Int::zero(), |sum, node| sum.add(&operations_of_node(graph, node)))
}

/// The operations of some of its nodes at given run-time sizes.
#[cfg(test)]
pub fn operations_at(graph: &Graph, nodes: &[Node], dims: &[usize]) -> u64 {
    let count = operations_of(graph, nodes).evaluate(&mut |atom| match atom {
        Atom::Dim(dim) => dims[dim.0 as usize] as i64,
        atom => panic!("an extent is made of constants and dims, not of {atom:?}"),
    });
    u64::try_from(count).unwrap_or(0)
}

fn operations_of_node(graph: &Graph, node: &Node) -> Int {
    match node {
        Node::Comprehension(node) => {
            let accumulation = i64::from(node.reduction == Reduction::Sum);
            elements(&node.domain).scale(operations_of_scalar(graph, node.value) + accumulation)
        }
        Node::Apply(node) => {
            let each = match node.called(&graph.scalars) {
                Some(called) => called.arguments.iter().fold(Int::constant(1), |sum, (indices, element)| {
                    let axes = indices.start - node.outer.len()..indices.end - node.outer.len();
                    sum.add(&elements(&node.inner[axes]).scale(operations_of_scalar(graph, *element)))
                }),
                None => elements(&node.inner).scale(operations_of_scalar(graph, node.value)),
            };
            elements(&node.outer).mul(&each)
        }
        Node::Reshape { .. } => Int::zero(),
        Node::Loop(node) => node.body.iter().fold(Int::zero(), |sum, inner| {
            sum.add(&match iterations_of_parts(graph, node, inner) {
                Some((body, iterations)) => operations_of(graph, body).mul(&iterations),
                None => operations_of_node(graph, inner).mul(&node.extent),
            })
        }),
    }
}

/// What a loop over the iterations of a part does, inside one over the parts, and how often in all: the last part
/// may be shorter.
fn iterations_of_parts<'n>(graph: &Graph, parts: &Loop, inner: &'n Node) -> Option<(&'n [Node], Int)> {
    let Node::Loop(part) = inner else { return None };
    let place = Int::atom(Atom::Loop(part.counter));
    let iteration = Int::atom(Atom::Loop(parts.counter)).mul(&part.extent).add(&place);
    let mut conditions: Vec<ScalarId> = part.condition.into_iter().collect();
    while let Some(condition) = conditions.pop() {
        match &graph.scalars[condition] {
            Scalar::And(a, b) => conditions.extend([*a, *b]),
            Scalar::CompareInt(Comparison::Less, a, b) if *a == iteration => {
                return Some((&part.body, b.clone()));
            }
            _ => {}
        }
    }
    None
}

fn operations_of_scalar(graph: &Graph, value: ScalarId) -> i64 {
    let operation = |id: &ScalarId| match graph.scalars[*id] {
        Scalar::Unary(Unary::StopGradient, _) => false,
        Scalar::Unary(..) if graph.scalars.as_ln_of_constant(*id).is_some() => false,
        Scalar::Unary(..) | Scalar::Binary(..) | Scalar::Call(..) => true,
        Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) | Scalar::Read(..) => false,
        Scalar::Compare(..) | Scalar::CompareInt(..) | Scalar::Select(..) => false,
        Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => false,
    };
    graph.scalars.reachable(value).iter().filter(|id| operation(id)).count() as i64
}

fn elements(axes: &[Axis]) -> Int {
    Int::product(axes.iter().map(|axis| &axis.extent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Comprehension, DimId, Kind};

    #[test]
    fn a_product_in_a_loop() {
        let mut graph = Graph { dims: vec!["N".into()], ..Graph::default() };
        let rows = Int::dim(DimId(0));
        let x = graph.add_tensor("x", vec![rows.clone(), 3usize.into()], Kind::Float);
        let y = graph.add_tensor("y", vec![rows.clone()], Kind::Float);
        let read = graph.scalars.read(x, Graph::identity(2));
        let value = graph.scalars.mul(read, read);
        let square = Node::Comprehension(Comprehension {
            out: y,
            base: None,
            domain: Graph::axes(&[rows, 3usize.into()]),
            at: Graph::identity(1),
            reduction: Reduction::Sum,
            value,
        });
        let exp = graph.scalars.unary(Unary::Exp, read);
        let sum = graph.scalars.add(exp, value);
        let value = graph.scalars.div(sum, exp);
        graph.nodes.push(square.clone());
        graph.push_map("z", vec![4usize.into()], Kind::Float, value);
        let counter = graph.add_loop();
        let (name, extent) = ("t".to_string(), 10usize.into());
        let body = vec![square];
        graph.nodes.push(Node::Loop(Loop {
            counter,
            name,
            extent,
            reversed: false,
            condition: None,
            keep: crate::ir::Keep::Everything,
            carried: vec![],
            body,
        }));
        let rows = Int::dim(DimId(0));
        assert_eq!(operations(&graph), rows.scale(6 + 60).plus(4 * 4));
        assert_eq!(operations_of(&graph, &graph.nodes[..1]), rows.scale(6));
        assert_eq!(operations_at(&graph, &graph.nodes, &[2]), 148);
    }
}
