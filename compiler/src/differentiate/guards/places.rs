//! A condition over the domain of a share as one over the places that the share is written to.
//!
//! It holds at each place to which something is written where the condition holds; elsewhere it may. Where a place is
//! an index, or what the condition reads stands at that place, it is the same question. Of places that are computed,
//! `a[k[i]]`, it is counted how often something is written there.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    Axis, Comparison, Comprehension, Graph, Int, Kind, Node, Reduction, Scalar, ScalarId, TensorId,
};
use crate::simplify::Ranges;

/// The condition, if anything is known. `nodes` receives what counts.
pub fn at_places(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    tensor: TensorId,
    condition: ScalarId,
    nodes: &mut Vec<Node>,
) -> Option<ScalarId> {
    let (all, places, moved) = at_any_place(graph, (domain, at), tensor, condition);
    let found = match part_over_axes(graph, (&all, &places), moved) {
        (same, true) => same,
        (None, false) if has_part(graph, (domain, at), condition) => {
            let asked = graph.scalars.indices(condition);
            counted(graph, (domain, at), tensor, condition, &asked, nodes)
        }
        (part, false) => counted(graph, (domain, at), tensor, condition, &BTreeSet::new(), nodes).or(part),
    };
    found.map(|condition| inside(graph, (domain, at), tensor, condition))
}

/// Where something is written at a subscript that is computed, `a[k[i]]` or `a[i + 1]`, a condition on what is read at
/// the same is one on each place, whether it is written or not: the subscript is an index of its own.
fn at_any_place(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    tensor: TensorId,
    condition: ScalarId,
) -> (Vec<Axis>, Vec<Int>, ScalarId) {
    let (mut domain, mut places) = (domain.to_vec(), at.to_vec());
    let shape = graph.shape(tensor).to_vec();
    for (axis, subscript) in at.iter().enumerate() {
        if subscript.as_index().is_none() {
            places[axis] = Int::index(domain.len());
            domain.push(Axis { name: "place".to_string(), extent: shape[axis].clone() });
        }
    }
    let Graph { scalars, tensors, .. } = graph;
    let moved = scalars.rebuild(
        condition,
        &mut |scalars, id| {
            let Scalar::Read(read, subscripts) = scalars[id].clone() else { return None };
            let place = |(subscript, size): (&Int, &Int)| {
                let unchecked = subscript.unchecked();
                let is_it = |axis: &usize| at[*axis].unchecked() == unchecked && shape[*axis] == *size;
                (0..at.len()).find(is_it).map_or_else(|| subscript.clone(), |axis| places[axis].clone())
            };
            let sizes = &tensors[read.0 as usize].shape;
            let subscripts = subscripts.iter().zip(sizes).map(place).collect();
            Some(scalars.read(read, subscripts))
        },
        &mut Int::clone,
    );
    (domain, places, moved)
}

/// Whether something is written to a place where a condition holds, by how often it is, in all the domain that the place
/// and these `others` among its indices tell. `None`: the condition asks more than that.
fn counted(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    tensor: TensorId,
    condition: ScalarId,
    others: &BTreeSet<usize>,
    nodes: &mut Vec<Node>,
) -> Option<ScalarId> {
    let asked = graph.scalars.indices(condition);
    let axes: Vec<usize> =
        (0..at.len()).filter(|&axis| asked.iter().any(|index| at[axis].mentions_index(*index))).collect();
    let tells = |index: usize| axes.iter().any(|&axis| at[axis].mentions_index(index));
    let told: Vec<usize> =
        (0..domain.len()).filter(|index| tells(*index) || others.contains(index)).collect();
    if !asked.iter().all(|index| told.contains(index)) {
        return None;
    }
    let mut renumber = vec![Int::zero(); domain.len()];
    for (new, &old) in told.iter().enumerate() {
        renumber[old] = Int::index(new);
    }
    let own = |is_told: bool| -> Vec<Axis> {
        let own = domain.iter().enumerate().filter(|(index, _)| told.contains(index) == is_told);
        own.map(|(_, axis)| axis.clone()).collect()
    };
    let (kept, left) = (own(true), own(false));
    let name = graph.tensor(tensor).name.with("times");
    let shape = axes.iter().map(|&axis| graph.shape(tensor)[axis].clone()).collect();
    let out = graph.add_tensor(name, shape, Kind::Float);
    let (zero, one) = (graph.scalars.number(0.0), graph.scalars.number(1.0));
    let once = graph.scalars.select(condition, one, zero);
    let once = graph.scalars.with_indices(once, &renumber);
    let value = graph.without_axes(once, Some(out), &left, &kept);
    let at = axes.iter().map(|&axis| at[axis].with_indices(&renumber)).collect();
    let node = Comprehension { out, base: None, domain: kept, at, reduction: Reduction::Sum, value };
    nodes.push(Node::Comprehension(node));
    let times = graph.scalars.read(out, axes.into_iter().map(Int::index).collect());
    Some(graph.scalars.compare(Comparison::Less, zero, times))
}

/// Whether a part of a condition is one over some axes, if it can be asked there or only behind the rest.
fn has_part(graph: &mut Graph, (domain, at): (&[Axis], &[Int]), condition: ScalarId) -> bool {
    match graph.scalars[condition] {
        Scalar::And(a, b) => [a, b].into_iter().any(|part| has_part(graph, (domain, at), part)),
        _ => part_over_axes(graph, (domain, at), condition).1,
    }
}

/// What of a condition over a domain is one over some axes, which are indices of the domain: it holds wherever the
/// condition does.
pub fn over_axes(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    condition: ScalarId,
) -> Option<ScalarId> {
    part_over_axes(graph, (domain, at), condition).0
}

/// The same, and whether it is all of the condition.
fn part_over_axes(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    condition: ScalarId,
) -> (Option<ScalarId>, bool) {
    match graph.scalars[condition] {
        Scalar::And(a, b) => {
            let ((left, is_all), (right, is_all_right)) =
                (part_over_axes(graph, (domain, at), a), part_over_axes(graph, (domain, at), b));
            // The right side is asked where the left one holds, and perhaps can be asked nowhere else.
            let right = right.filter(|_| is_all || reads_inside(graph, domain, b));
            match (left, right) {
                (Some(a), Some(b)) => (Some(graph.scalars.and(a, b)), is_all && is_all_right),
                (a, b) => (a.or(b), false),
            }
        }
        Scalar::Or(a, b) => {
            let ((left, is_all), (right, is_all_right)) =
                (part_over_axes(graph, (domain, at), a), part_over_axes(graph, (domain, at), b));
            let either = left.zip(right).map(|(a, b)| graph.scalars.or(a, b));
            (either, either.is_some() && is_all && is_all_right)
        }
        _ => {
            let axis_of = |index: usize| at.iter().position(|subscript| subscript.as_index() == Some(index));
            let mut known = true;
            graph.scalars.visit_integers(condition, &mut |value| {
                known &=
                    (0..domain.len()).all(|index| !value.mentions_index(index) || axis_of(index).is_some());
            });
            let axes: Vec<Int> =
                (0..domain.len()).map(|index| axis_of(index).map_or_else(Int::zero, Int::index)).collect();
            (known.then(|| graph.scalars.with_indices(condition, &axes)), known)
        }
    }
}

/// Whether a condition can be asked everywhere in a domain: all that it reads is there, also where other axes of the
/// domain have no points.
fn reads_inside(graph: &Graph, domain: &[Axis], condition: ScalarId) -> bool {
    let no_loops = BTreeMap::new();
    let ranges = Ranges::new(domain, &no_loops).among(|_| false);
    let mut inside = true;
    graph.visit_reads(condition, &mut |tensor, at| {
        inside &=
            at.iter().zip(graph.shape(tensor)).all(|(at, size)| ranges.is_within(&at.unchecked(), size));
    });
    inside
}

/// A condition over the axes of a tensor that is asked only where something is written to it.
fn inside(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    tensor: TensorId,
    mut condition: ScalarId,
) -> ScalarId {
    for (axis, subscript) in at.iter().enumerate() {
        let place = Int::index(axis);
        let is_there = match subscript.as_index().map(|index| domain[index].extent.clone()) {
            Some(extent) if extent == graph.shape(tensor)[axis] => continue,
            Some(extent) if graph.scalars.indices(condition).contains(&axis) => {
                graph.scalars.compare_int(Comparison::Less, place, extent)
            }
            None if subscript.indices().is_empty() => {
                graph.scalars.compare_int(Comparison::Equal, place, subscript.unchecked())
            }
            _ => continue,
        };
        condition = graph.scalars.and(is_there, condition);
    }
    condition
}

/// A condition over the axes of a tensor after what is written at some subscripts was written over. As a mask alone it
/// stays what it is: a loop would carry it for nothing else.
pub fn elsewhere(
    graph: &mut Graph,
    (domain, at): (&[Axis], &[Int]),
    tensor: TensorId,
    condition: ScalarId,
) -> ScalarId {
    if let Scalar::Read(..) = graph.scalars[condition] {
        return condition;
    }
    let mut is_written = graph.scalars.flag(true);
    for (axis, subscript) in at.iter().enumerate() {
        let place = Int::index(axis);
        let is_there = match subscript.as_index() {
            Some(_) if at[..axis].contains(subscript) => return condition,
            Some(index) if domain[index].extent == graph.shape(tensor)[axis] => continue,
            Some(index) => graph.scalars.compare_int(Comparison::Less, place, domain[index].extent.clone()),
            None if subscript.indices().is_empty() => {
                graph.scalars.compare_int(Comparison::Equal, place, subscript.unchecked())
            }
            None => return condition,
        };
        is_written = graph.scalars.and(is_written, is_there);
    }
    let is_not = graph.scalars.not(is_written);
    graph.scalars.and(is_not, condition)
}
