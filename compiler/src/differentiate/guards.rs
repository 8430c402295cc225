//! The conditions that cotangents stand under. A branch that is not taken passes exactly nothing on; what has
//! a name of its own before the branch has a cotangent that is a tensor of zeros then, and a zero times an
//! infinite derivative would be NaN. So each cotangent's condition is kept beside it, and asked again where
//! what is made of the cotangent might not be finite.

use std::collections::BTreeMap;

use super::table::guard;
use crate::ir::{Axis, Binary, Graph, Int, Scalar, ScalarId, TensorId};

/// By cotangent: the condition, over its own axes, without which it is zero.
#[derive(Default)]
pub struct Guards(BTreeMap<TensorId, ScalarId>);

impl Guards {
    /// The condition of a cotangent that is read at some subscripts.
    pub fn at(&self, graph: &mut Graph, cotangent: TensorId, at: &[Int]) -> Option<ScalarId> {
        let &condition = self.0.get(&cotangent)?;
        Some(graph.scalars.with_indices(condition, at))
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
        let conditions = around.into_iter().chain(conditions(graph, share)).collect::<Vec<_>>();
        let own = conditions.into_iter().filter_map(|condition| over_axes(graph, domain, at, condition));
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

/// A condition over a domain as one over the axes that are written, if it is one.
pub fn over_axes(graph: &mut Graph, domain: &[Axis], at: &[Int], condition: ScalarId) -> Option<ScalarId> {
    let axis_of = |index: usize| at.iter().position(|subscript| subscript.as_index() == Some(index));
    let mut known = true;
    graph.scalars.visit_integers(condition, &mut |value| {
        known &= (0..domain.len()).all(|index| !value.mentions_index(index) || axis_of(index).is_some());
    });
    let axes: Vec<Int> =
        (0..domain.len()).map(|index| axis_of(index).map_or_else(Int::zero, Int::index)).collect();
    known.then(|| graph.scalars.with_indices(condition, &axes))
}

/// Whether a condition is asked for each element.
fn mentions_index(graph: &Graph, condition: ScalarId) -> bool {
    let mut found = false;
    graph.scalars.visit_integers(condition, &mut |value| {
        value.visit_atoms(&mut |atom| found |= matches!(atom, crate::ir::Atom::Index(_)));
    });
    found
}
