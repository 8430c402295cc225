//! The conditions that cotangents stand under. A branch that is not taken passes exactly nothing on; what has
//! a name of its own before the branch has a cotangent that is a tensor of zeros then, and a zero times an
//! infinite derivative would be NaN. So each cotangent's condition is kept beside it, and asked again where
//! what is made of the cotangent might not be finite.

use std::collections::BTreeMap;

use super::table::guard;
use crate::ir::{Atom, Binary, Graph, Int, Scalar, ScalarId, TensorId};

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

    /// Takes note of a share that is written to a cotangent at some subscripts, over what it was before.
    /// `around` is a condition of the share's own, as far as that is known from elsewhere.
    pub fn learn(
        &mut self,
        graph: &mut Graph,
        (cotangent, base): (TensorId, Option<TensorId>),
        at: &[Int],
        share: ScalarId,
        around: Option<ScalarId>,
    ) {
        let conditions = around.into_iter().chain(conditions(graph, share)).collect::<Vec<_>>();
        let own = conditions.into_iter().filter_map(|condition| over_axes(graph, at, condition));
        let own = own.collect::<Vec<_>>().into_iter().reduce(|all, next| graph.scalars.and(all, next));
        let condition = match base {
            None => own,
            Some(base) => own.zip(self.0.get(&base)).map(|(own, &before)| graph.scalars.or(before, own)),
        };
        if let Some(condition) = condition.filter(|&condition| graph.scalars[condition] != Scalar::Flag(true))
        {
            self.0.insert(cotangent, condition);
        }
    }

    /// A tensor of the same elements under another shape.
    pub fn reshape(&mut self, graph: &Graph, from: TensorId, to: TensorId) {
        if let Some(&condition) = self.0.get(&from)
            && !mentions_index(graph, condition)
        {
            self.0.insert(to, condition);
        }
    }
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

/// What of a condition over a domain is one over some axes, which are indices of the domain: it holds wherever the
/// condition does.
pub fn over_axes(graph: &mut Graph, at: &[Int], condition: ScalarId) -> Option<ScalarId> {
    match graph.scalars[condition] {
        Scalar::And(a, b) => {
            let [a, b] = [a, b].map(|part| over_axes(graph, at, part));
            match (a, b) {
                (Some(a), Some(b)) => Some(graph.scalars.and(a, b)),
                (a, b) => a.or(b),
            }
        }
        Scalar::Or(a, b) => {
            let [a, b] = [a, b].map(|part| over_axes(graph, at, part));
            a.zip(b).map(|(a, b)| graph.scalars.or(a, b))
        }
        _ => {
            let axis_of = |index: usize| at.iter().position(|subscript| subscript.as_index() == Some(index));
            let mut axes = Vec::new();
            let mut known = true;
            graph.scalars.visit_integers(condition, &mut |value| {
                value.visit_atoms(&mut |atom| {
                    if let Atom::Index(index) = *atom {
                        axes.resize_with(axes.len().max(index + 1), Int::zero);
                        match axis_of(index) {
                            Some(axis) => axes[index] = Int::index(axis),
                            None => known = false,
                        }
                    }
                });
            });
            known.then(|| graph.scalars.with_indices(condition, &axes))
        }
    }
}

/// Whether a condition is asked for each element.
fn mentions_index(graph: &Graph, condition: ScalarId) -> bool {
    let mut found = false;
    graph.scalars.visit_integers(condition, &mut |value| {
        value.visit_atoms(&mut |atom| found |= matches!(atom, Atom::Index(_)));
    });
    found
}
