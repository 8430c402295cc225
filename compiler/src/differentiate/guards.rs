//! The conditions that cotangents stand under. A branch that is not taken passes exactly nothing on; what has
//! a name of its own before the branch has a cotangent that is a tensor of zeros then, and a zero times an
//! infinite derivative would be NaN. So each cotangent's condition is kept beside it, and asked again where
//! what is made of the cotangent might not be finite.

use std::collections::BTreeMap;

use super::table::guard;
use crate::ir::{Axis, Binary, Comparison, Graph, Int, Scalar, ScalarId, TensorId};

/// By cotangent: the condition, over its own axes, without which it is zero.
#[derive(Default)]
pub struct Guards(BTreeMap<TensorId, ScalarId>);

impl Guards {
    /// The condition of a cotangent, over its axes; `None`: nothing is known.
    pub fn of(&self, cotangent: TensorId) -> Option<ScalarId> {
        self.0.get(&cotangent).copied()
    }

    /// Takes note of the condition of a cotangent.
    pub fn insert(&mut self, cotangent: TensorId, condition: ScalarId) {
        self.0.insert(cotangent, condition);
    }

    /// The condition of a cotangent that is read at some subscripts.
    pub fn at(&self, graph: &mut Graph, cotangent: TensorId, at: &[Int]) -> Option<ScalarId> {
        let condition = self.of(cotangent)?;
        Some(graph.scalars.with_indices(condition, at))
    }

    /// A condition that is asked where the guards on top of a value hold alone.
    pub fn within(&self, graph: &mut Graph, value: ScalarId, condition: ScalarId) -> ScalarId {
        on_top(graph, value).into_iter().rev().fold(condition, |rest, own| graph.scalars.and(own, rest))
    }

    /// Takes note of a share that is written to a cotangent at some subscripts, over what it was before.
    /// `around` is a condition of the share's own, as far as that is known from elsewhere.
    pub fn learn(
        &mut self,
        graph: &mut Graph,
        (cotangent, base): (TensorId, Option<TensorId>),
        (domain, at): (&[Axis], &[Int]),
        share: ScalarId,
        around: Option<ScalarId>,
    ) {
        let own = around.into_iter().chain(conditions(graph, share)).collect::<Vec<_>>();
        let own = own.into_iter().reduce(|all, next| graph.scalars.and(all, next));
        let own = own.and_then(|condition| {
            let (domain, at, condition) = at_any_place(graph, (domain, at), cotangent, condition);
            over_axes(graph, (&domain, &at), condition)
        });
        let own = own.map(|condition| inside(graph, (domain, at), cotangent, condition));
        let condition = match base {
            None => own,
            Some(base) => own.zip(self.0.get(&base)).map(|(own, &before)| graph.scalars.or(before, own)),
        };
        if let Some(condition) = condition.filter(|&condition| graph.scalars[condition] != Scalar::Flag(true))
        {
            self.0.insert(cotangent, condition);
        }
    }
}

/// The guards on top of a value, from the outermost.
pub fn on_top(graph: &mut Graph, mut value: ScalarId) -> Vec<ScalarId> {
    let mut all = Vec::new();
    while let Some((condition, inner)) = guard(&mut graph.scalars, value) {
        all.push(condition);
        value = inner;
    }
    all
}

/// What must hold, or an expression is zero.
fn conditions(graph: &mut Graph, mut value: ScalarId) -> Vec<ScalarId> {
    let mut all = Vec::new();
    while let Some((condition, inner)) = guard(&mut graph.scalars, value) {
        all.push(condition);
        value = inner;
    }
    if let Scalar::Binary(Binary::Add | Binary::Sub, a, b) = graph.scalars[value] {
        let either = [a, b].map(|term| {
            let conditions = conditions(graph, term);
            conditions.into_iter().reduce(|all, next| graph.scalars.and(all, next))
        });
        if let [Some(a), Some(b)] = either {
            all.push(graph.scalars.or(a, b));
        }
    }
    all
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
                let is_it = |axis: &usize| at[*axis] == *subscript && shape[*axis] == *size;
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

/// Whether a condition can be asked everywhere in a domain: it reads whole tensors at its indices.
fn reads_inside(graph: &Graph, domain: &[Axis], condition: ScalarId) -> bool {
    let mut inside = true;
    graph.visit_reads(condition, &mut |tensor, at| {
        inside &= at.iter().zip(graph.shape(tensor)).all(|(at, size)| match at.as_index() {
            Some(index) => domain[index].extent == *size,
            None => at.as_constant().is_some() && size.as_constant().is_some(),
        });
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
        let Some(extent) = subscript.as_index().map(|index| domain[index].extent.clone()) else { continue };
        if graph.scalars.indices(condition).contains(&axis) && extent != graph.shape(tensor)[axis] {
            let is_inside = graph.scalars.compare_int(Comparison::Less, Int::index(axis), extent);
            condition = graph.scalars.and(is_inside, condition);
        }
    }
    condition
}
