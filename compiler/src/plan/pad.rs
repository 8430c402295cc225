//! Windows that reach over the edge of a tensor, and are zero there by a guard, become windows of a copy
//! with zeros around it: the sum over them then needs no guard, and can be a product of matrices or go along whole
//! rows. What is added to such windows is added to a larger tensor, of which the middle counts.
//!
//! A zero of the copy is multiplied by what it meets. Where that is infinite or NaN, so is the sum, as it
//! is for every window that lies inside.

use std::collections::BTreeMap;

use crate::ir::{
    Axis, Comparison, Comprehension, Graph, Int, Kind, LoopId, Reduction, Scalar, ScalarId, TensorId,
};

use super::range::Extents;

/// The copies, and the sum that reads them; none if its guard says anything else.
pub(super) fn pad(
    graph: &mut Graph,
    counters: &BTreeMap<LoopId, Int>,
    node: &Comprehension,
) -> Option<(Vec<Comprehension>, Comprehension)> {
    let (value, Window { tensor, at, axes }) = window(graph, counters, node, false)?;
    let (copy, subscripts) = copy(graph, tensor, &at, &axes);
    let read = graph.scalars.read(copy.out, subscripts);
    let value = graph.scalars.rebuild(
        value,
        &mut |scalars, id| (scalars[id] == Scalar::Read(tensor, at.clone())).then_some(read),
        &mut |integer| integer.clone(),
    );
    Some((vec![copy], Comprehension { value, ..node.clone() }))
}

/// The sum in a larger tensor, and what takes its middle; none if the guard says anything else.
pub(super) fn pad_written(
    graph: &mut Graph,
    counters: &BTreeMap<LoopId, Int>,
    node: &Comprehension,
) -> Option<[Comprehension; 2]> {
    if node.reduction != Reduction::Sum {
        return None;
    }
    let (value, Window { tensor, at, axes }) = window(graph, counters, node, true)?;
    let (out, to, at) = larger(graph, tensor, &at, &axes);
    let sum = Comprehension { out, base: None, at, value, ..node.clone() };
    let domain = Graph::axes(graph.shape(tensor));
    let reduction = if node.base.is_some() { Reduction::Sum } else { Reduction::Set };
    let value = graph.scalars.read(out, to);
    let middle = Comprehension {
        out: node.out,
        base: node.base,
        at: Graph::identity(domain.len()),
        domain,
        reduction,
        value,
    };
    Some([sum, middle])
}

/// What a node computes without its guard, and the one window, among its reads or of what it writes to, of which that
/// says that it is inside, and nothing else.
fn window(
    graph: &Graph,
    counters: &BTreeMap<LoopId, Int>,
    node: &Comprehension,
    written: bool,
) -> Option<(ScalarId, Window)> {
    let Scalar::Select(condition, value, zero) = graph.scalars[node.value] else { return None };
    if graph.scalars.as_number(zero) != Some(0.0) {
        return None;
    }
    let mut facts = Vec::new();
    if !naturals(graph, condition, &mut facts) {
        return None;
    }
    let indices: Vec<Int> = node.domain.iter().map(|axis| axis.extent.clone()).collect();
    let extents = Extents { indices: &indices, counters };
    let mut windows: Vec<Window> = Vec::new();
    let mut known = true;
    let mut note = |tensor: TensorId, at: &[Int], is_write: bool| {
        let axes: Option<Vec<Margin>> = at
            .iter()
            .zip(graph.shape(tensor))
            .map(|(at, extent)| margin(&extents, &facts, at, extent))
            .collect();
        match axes {
            Some(axes) if axes.iter().any(|axis| *axis != Margin::default()) => {
                known &= is_write == written;
                windows.push(Window { tensor, at: at.to_vec(), axes });
            }
            Some(_) => {}
            None => known = false,
        }
    };
    graph.visit_reads(value, &mut |tensor, at| note(tensor, at, false));
    note(node.out, &node.at, true);
    let mut inside: Vec<Int> = Vec::new();
    for window in &windows {
        for ((at, extent), axis) in window.at.iter().zip(graph.shape(window.tensor)).zip(&window.axes) {
            inside.extend(axis.before.is_some().then(|| at.clone()));
            inside.extend(axis.after.is_some().then(|| extent.sub(at).plus(-1)));
        }
    }
    let said = facts.iter().all(|fact| inside.contains(fact) || extents.is_natural(fact));
    // One tensor under one window alone: the copy of each is another.
    let single = windows.len() == 1;
    if !known || !said || !single || graph.tensor(windows[0].tensor).kind != Kind::Float {
        return None;
    }
    Some((value, windows.remove(0)))
}

/// What a read reaches beyond its tensor.
struct Window {
    tensor: TensorId,
    at: Vec<Int>,
    axes: Vec<Margin>,
}

/// How far before the first element of an axis, and how far behind the last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Margin {
    before: Option<Int>,
    after: Option<Int>,
}

/// The margin that a subscript needs; none if it is unknown, or not guarded.
fn margin(extents: &Extents, facts: &[Int], at: &Int, extent: &Int) -> Option<Margin> {
    let mut margin = Margin::default();
    if !extents.is_natural(at) {
        let before = extents.least(at)?.scale(-1);
        if !facts.contains(at) || !extents.is_natural(&before) {
            return None;
        }
        margin.before = Some(before);
    }
    let rest = extent.sub(at).plus(-1);
    if !extents.is_natural(&rest) {
        let after = extents.least(&rest)?.scale(-1);
        if !facts.contains(&rest) || !extents.is_natural(&after) {
            return None;
        }
        margin.after = Some(after);
    }
    Some(margin)
}

/// What a condition says, as integers that are not negative; false if it says anything else.
fn naturals(graph: &Graph, condition: ScalarId, facts: &mut Vec<Int>) -> bool {
    match &graph.scalars[condition] {
        Scalar::And(a, b) => naturals(graph, *a, facts) && naturals(graph, *b, facts),
        Scalar::CompareInt(Comparison::Less, a, b) => {
            facts.push(b.sub(a).plus(-1));
            true
        }
        Scalar::CompareInt(Comparison::LessEqual, a, b) => {
            facts.push(b.sub(a));
            true
        }
        _ => false,
    }
}

/// A copy of a tensor with margins of zeros, and where in it a window is.
fn copy(graph: &mut Graph, tensor: TensorId, at: &[Int], margins: &[Margin]) -> (Comprehension, Vec<Int>) {
    let (out, to, subscripts) = larger(graph, tensor, at, margins);
    let domain: Vec<Axis> = Graph::axes(graph.shape(tensor));
    let value = graph.scalars.read(tensor, Graph::identity(domain.len()));
    (Comprehension { out, base: None, domain, at: to, reduction: Reduction::Set, value }, subscripts)
}

/// A tensor larger than another by margins, where that lies in it, and where in it a window is.
fn larger(
    graph: &mut Graph,
    tensor: TensorId,
    at: &[Int],
    margins: &[Margin],
) -> (TensorId, Vec<Int>, Vec<Int>) {
    let name = format!("{}_padded", graph.tensor(tensor).name);
    let axes = graph.shape(tensor).to_vec();
    let moved =
        |value: &Int, margin: &Margin| margin.before.iter().fold(value.clone(), |sum, more| sum.add(more));
    let longer = |(extent, margin): (&Int, &Margin)| {
        margin.after.iter().fold(moved(extent, margin), |sum, more| sum.add(more))
    };
    let shape = axes.iter().zip(margins).map(longer).collect();
    let out = graph.add_tensor(name, shape, Kind::Float);
    let all_moved = |at: &[Int]| at.iter().zip(margins).map(|(at, margin)| moved(at, margin)).collect();
    (out, all_moved(&Graph::identity(axes.len())), all_moved(at))
}
