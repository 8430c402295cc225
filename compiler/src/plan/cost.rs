//! How many floating-point operations a plan takes, as a polynomial in the dims. Comparisons and moves of
//! data are free, a function of `math` counts as one operation.

use crate::ir::{Binary, Graph, Int, Scalar, ScalarId, Unary};

use super::form::{Item, Leaf, LeafKind, Plan, Step};

impl Plan {
    /// Of the forward function.
    pub fn forward_operations(&self) -> Int {
        steps(&self.graph, &self.forward)
    }

    /// Of the backward function.
    pub fn backward_operations(&self) -> Int {
        steps(&self.graph, &self.backward)
    }
}

fn steps(graph: &Graph, all: &[Step]) -> Int {
    let of = |step: &Step| match step {
        Step::Nest(items) => nest(graph, items),
        Step::Loop(repeat) => steps(graph, &repeat.body).mul(&repeat.extent),
        Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => Int::zero(),
    };
    all.iter().map(of).fold(Int::zero(), |sum, count| sum.add(&count))
}

fn nest(graph: &Graph, items: &[Item]) -> Int {
    let of = |item: &Item| match item {
        Item::Leaf(leaf) => statement(graph, leaf),
        Item::For(around) => nest(graph, &around.body).mul(&around.axis.extent),
    };
    items.iter().map(of).fold(Int::zero(), |sum, count| sum.add(&count))
}

fn statement(graph: &Graph, leaf: &Leaf) -> Int {
    let sums = leaf.add || matches!(leaf.kind, LeafKind::Reduce | LeafKind::Product(_));
    let once = operations(graph, leaf.value) + i64::from(sums);
    leaf.inner.iter().fold(Int::constant(once), |count, axis| count.mul(&axis.extent))
}

fn operations(graph: &Graph, value: ScalarId) -> i64 {
    let of = |id: ScalarId| match &graph.scalars[id] {
        Scalar::Unary(Unary::StopGradient, _) => 0,
        Scalar::Unary(..) => 1,
        Scalar::Binary(Binary::Min | Binary::Max, ..) => 0,
        Scalar::Binary(..) => 1,
        Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) | Scalar::Read(..) => 0,
        Scalar::Compare(..) | Scalar::CompareInt(..) | Scalar::Not(_) => 0,
        Scalar::And(..) | Scalar::Or(..) | Scalar::Select(..) => 0,
    };
    graph.scalars.reachable(value).into_iter().map(of).sum()
}
