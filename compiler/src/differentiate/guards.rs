//! The conditions that cotangents stand under. A branch that is not taken passes exactly nothing on; what has
//! a name of its own before the branch has a cotangent that is a tensor of zeros then, and a zero times an
//! infinite derivative would be NaN. So each cotangent's condition is kept beside it, and asked again where
//! what is made of the cotangent might not be finite.

mod places;

use std::collections::BTreeMap;

use super::table::guard;
use crate::ir::{Axis, Binary, Graph, Int, Node, Scalar, ScalarId, TensorId};

pub use places::over_axes;

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

    /// Takes note of a cotangent that was another one, and is zero where something is written at some subscripts.
    pub fn clear(
        &mut self,
        graph: &mut Graph,
        (cotangent, before): (TensorId, TensorId),
        (domain, at): (&[Axis], &[Int]),
    ) {
        if let Some(condition) = self.of(before) {
            let condition = places::elsewhere(graph, (domain, at), cotangent, condition);
            self.insert(cotangent, condition);
        }
    }

    /// A condition that is asked where the guards on top of a value hold alone.
    pub fn within(&self, graph: &mut Graph, value: ScalarId, condition: ScalarId) -> ScalarId {
        on_top(graph, value).into_iter().rev().fold(condition, |rest, own| graph.scalars.and(own, rest))
    }

    /// Takes note of a share that is written to a cotangent at some subscripts, over what it was before.
    /// `around` is a condition of the share's own, as far as that is known from elsewhere. `nodes` receives what the
    /// condition is asked of.
    pub fn learn(
        &mut self,
        graph: &mut Graph,
        (cotangent, base): (TensorId, Option<TensorId>),
        (domain, at): (&[Axis], &[Int]),
        (share, around): (ScalarId, Option<ScalarId>),
        nodes: &mut Vec<Node>,
    ) {
        let own = around.into_iter().chain(conditions(graph, share)).collect::<Vec<_>>();
        let own = own.into_iter().reduce(|all, next| graph.scalars.and(all, next));
        let own =
            own.and_then(|condition| places::at_places(graph, (domain, at), cotangent, condition, nodes));
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
