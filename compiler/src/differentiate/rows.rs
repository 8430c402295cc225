//! Whether rows mix: whether an element of one tensor depends on other rows of another one than its own.

use std::collections::BTreeMap;

use super::table::differentiable_operands;
use crate::ir::{Atom, Graph, Int, Kind, Node, Scalar, ScalarId, TensorId};

/// How a tensor depends on the rows of another.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rows {
    /// Its own along this axis, one for one.
    Along(usize),
    /// As a whole on this row, in the iteration of the loop around it.
    Only(Int),
    /// Others too, or it is not known.
    Mixed,
}

/// Whether row i of `to` depends on no row of `from` but row i, in a way that a derivative follows.
pub fn keeps_rows(graph: &Graph, from: TensorId, to: TensorId) -> bool {
    let mut rows = BTreeMap::from([(from, Rows::Along(0))]);
    let Some(size) = graph.shape(from).first() else { return false };
    follow(graph, &graph.nodes, size, &mut rows);
    matches!(rows.get(&to), None | Some(Rows::Along(0)))
}

fn follow(graph: &Graph, nodes: &[Node], size: &Int, rows: &mut BTreeMap<TensorId, Rows>) {
    for node in nodes {
        match node {
            Node::Comprehension(node) if graph.tensor(node.out).kind == Kind::Float => {
                let base = node.base.and_then(|base| rows.get(&base).cloned());
                if let Some(found) = of_value(graph, (node.value, &node.at, node.out), base, size, rows) {
                    join(rows, node.out, found);
                }
            }
            Node::Apply(node) if graph.tensor(node.out).kind == Kind::Float => {
                let at = node.at(graph, node.outer.len() + node.inner.len());
                if let Some(found) = of_value(graph, (node.value, &at, node.out), None, size, rows) {
                    join(rows, node.out, found);
                }
            }
            Node::Comprehension(_) | Node::Apply(_) => {}
            Node::Reshape { out, from } => {
                let stay = [out, from].iter().all(|tensor| graph.shape(**tensor).first() == Some(size));
                match rows.get(from) {
                    Some(Rows::Along(0)) if stay => join(rows, *out, Rows::Along(0)),
                    Some(_) => join(rows, *out, Rows::Mixed),
                    None => {}
                }
            }
            Node::Loop(node) => loop {
                let before = rows.clone();
                for carried in &node.carried {
                    for from in [carried.initial, carried.next] {
                        let Some(found) = rows.get(&from) else { continue };
                        // What was one row in an iteration is another one in the next.
                        let found = if let Rows::Only(_) = found { Rows::Mixed } else { found.clone() };
                        join(rows, carried.inside, found.clone());
                        join(rows, carried.last, found);
                    }
                }
                follow(graph, &node.body, size, rows);
                if *rows == before {
                    break;
                }
            },
        }
    }
}

fn join(rows: &mut BTreeMap<TensorId, Rows>, tensor: TensorId, found: Rows) {
    match rows.get(&tensor) {
        Some(known) if *known != found => rows.insert(tensor, Rows::Mixed),
        Some(_) => None,
        None => rows.insert(tensor, found),
    };
}

/// Where the rows are in what a node makes: on the axis that it writes where it reads them.
fn of_value(
    graph: &Graph,
    (value, at, out): (ScalarId, &[Int], TensorId),
    base: Option<Rows>,
    size: &Int,
    rows: &BTreeMap<TensorId, Rows>,
) -> Option<Rows> {
    let mut sources: Vec<Option<Int>> = Vec::new();
    let mut reached = std::collections::BTreeSet::from([value]);
    let mut stack = vec![value];
    while let Some(id) = stack.pop() {
        if let Scalar::Read(tensor, at) = &graph.scalars[id] {
            match rows.get(tensor) {
                Some(Rows::Along(axis)) => sources.push(Some(at[*axis].clone())),
                Some(Rows::Only(row)) => sources.push(Some(row.clone())),
                Some(Rows::Mixed) => sources.push(None),
                None => {}
            }
        }
        stack.extend(
            differentiable_operands(&graph.scalars, id)
                .into_iter()
                .filter(|operand| reached.insert(*operand)),
        );
    }
    if sources.is_empty() {
        return base;
    }
    let stays = |axis: &usize| {
        graph.shape(out)[*axis] == *size && sources.iter().all(|source| source.as_ref() == Some(&at[*axis]))
    };
    let has_base = base.is_some();
    let axis = match base {
        Some(Rows::Along(axis)) => Some(axis).filter(stays),
        Some(Rows::Only(_) | Rows::Mixed) => None,
        None => (0..at.len()).find(stays),
    };
    let row = sources[0].clone().filter(|row| {
        !has_base && is_of_iteration(row) && sources.iter().all(|source| source.as_ref() == Some(row))
    });
    Some(axis.map(Rows::Along).or(row.map(Rows::Only)).unwrap_or(Rows::Mixed))
}

/// Whether an integer is one throughout an iteration: made of counters and sizes.
fn is_of_iteration(row: &Int) -> bool {
    let mut fixed = true;
    row.visit_atoms(&mut |atom| {
        fixed &= matches!(
            atom,
            Atom::Loop(_) | Atom::Dim(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_)
        )
    });
    fixed
}
