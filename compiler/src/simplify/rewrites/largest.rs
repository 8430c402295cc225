//! The largest term of a sum, by which its terms are shifted or scaled.

use super::Rewriter;
use crate::ir::{
    Apply, ArrayFunction, Atom, Axis, Comparison, Comprehension, Graph, Int, Kind, Node, Reduction, Scalar,
    ScalarId, Scalars, TensorId, Unary,
};
use crate::simplify::definitions::Definition;

/// A sum's domain with the indices that stay before those that are summed over.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The indices that stay.
    pub outer: Vec<Axis>,
    /// The indices that are summed over.
    pub inner: Vec<Axis>,
    /// Where each index of the sum's own domain is here.
    pub places: Vec<Int>,
}

impl Layout {
    /// The layout of a sum.
    pub fn of(definition: &Definition) -> Self {
        let (outer, inner) = (definition.outer(), definition.reduced());
        let mut places = vec![Int::zero(); definition.domain.len()];
        for (place, &index) in outer.iter().chain(&inner).enumerate() {
            places[index] = Int::index(place);
        }
        let axes =
            |indices: &[usize]| indices.iter().map(|&index| definition.domain[index].clone()).collect();
        Self { outer: axes(&outer), inner: axes(&inner), places }
    }

    /// All indices.
    pub fn domain(&self) -> Vec<Axis> {
        [self.outer.as_slice(), &self.inner].concat()
    }

    /// The subscripts of what has one element for each point of the outer indices.
    pub fn at(&self) -> Vec<Int> {
        Graph::identity(self.outer.len())
    }

    /// The place of a term among those summed, row by row.
    pub fn position(&self) -> Int {
        self.inner.iter().enumerate().fold(Int::zero(), |position, (axis, inner)| {
            position.mul(&inner.extent).add(&Int::index(self.outer.len() + axis))
        })
    }

    /// The indices, at the term in a given place.
    pub fn indices(&self, position: Int) -> Vec<Int> {
        let mut rest = position;
        let mut inner = Vec::new();
        for (axis, Axis { extent, .. }) in self.inner.iter().enumerate().rev() {
            inner.push(if axis == 0 { rest.clone() } else { rest.modulo(extent) });
            rest = rest.div(extent);
        }
        inner.reverse();
        [self.at(), inner].concat()
    }

    /// Whether there are any terms: over none there is no largest.
    pub fn is_any(&self, scalars: &mut Scalars) -> ScalarId {
        let count = Int::product(self.inner.iter().map(|axis| &axis.extent));
        scalars.compare_int(Comparison::Less, Int::zero(), count)
    }

    fn shape(&self, axes: &[Axis]) -> Vec<Int> {
        axes.iter().map(|axis| axis.extent.clone()).collect()
    }
}

impl Rewriter<'_> {
    /// Where a value over a sum's layout is largest: a new node after the sum's.
    pub fn push_largest(&mut self, sum: TensorId, layout: &Layout, value: ScalarId) -> TensorId {
        let name = self.graph.tensor(sum).name.with("at");
        let out = self.graph.add_tensor(name, layout.shape(&layout.outer), Kind::Index);
        let (outer, inner) = (layout.outer.clone(), layout.inner.clone());
        self.push_after(
            sum,
            Node::Apply(Apply { out, outer, inner, function: ArrayFunction::Argmax { least: false }, value }),
        );
        out
    }

    /// The value where it is largest, as a constant to differentiation: a new node after the sum's. Another
    /// number stands in where the largest is not fit for use, or where there is none.
    pub fn push_top(
        &mut self,
        sum: TensorId,
        layout: &Layout,
        (value, largest): (ScalarId, TensorId),
        is_fit: impl FnOnce(&mut Self, ScalarId) -> ScalarId,
        otherwise: f64,
    ) -> TensorId {
        let position = Int::atom(Atom::Read(largest, layout.at()));
        let top = self.graph.scalars.with_indices(value, &layout.indices(position));
        let is_fit = is_fit(self, top);
        let is_any = layout.is_any(&mut self.graph.scalars);
        let is_fit = self.graph.scalars.and(is_any, is_fit);
        let otherwise = self.number(otherwise);
        let top = self.graph.scalars.unary(Unary::StopGradient, top);
        let value = self.graph.scalars.select(is_fit, top, otherwise);
        self.push_map_after(sum, "top", &layout.outer, value)
    }

    /// `out[i] = value(i)`, a new node after a sum's, named after it.
    pub fn push_map_after(
        &mut self,
        sum: TensorId,
        what: &str,
        domain: &[Axis],
        value: ScalarId,
    ) -> TensorId {
        self.push_over(sum, what, domain, domain.len(), Reduction::Set, value)
    }

    /// `out[i] = Σ value(i, j)`, a new node after another sum's, named after it.
    pub fn push_sum_after(
        &mut self,
        sum: TensorId,
        what: &str,
        layout: &Layout,
        value: ScalarId,
    ) -> TensorId {
        self.push_over(sum, what, &layout.domain(), layout.outer.len(), Reduction::Sum, value)
    }

    fn push_over(
        &mut self,
        sum: TensorId,
        what: &str,
        domain: &[Axis],
        rank: usize,
        reduction: Reduction,
        value: ScalarId,
    ) -> TensorId {
        let name = self.graph.tensor(sum).name.with(what);
        let shape = domain[..rank].iter().map(|axis| axis.extent.clone()).collect();
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        let (domain, at) = (domain.to_vec(), Graph::identity(rank));
        let node = Comprehension { out, base: None, domain, at, reduction, value };
        self.push_comprehension_after(sum, node);
        out
    }

    /// Whether a value is a largest term that [`Rewriter::push_top`] or a root made, or stands in for one.
    pub fn is_top(&mut self, id: ScalarId) -> bool {
        let seen = self.see(id);
        match self.graph.scalars[seen] {
            Scalar::Unary(Unary::StopGradient, _) => true,
            Scalar::Select(_, top, _) => self.is_top(top),
            _ => false,
        }
    }

    /// Whether an expression mentions one of some indices of the domain.
    pub fn mentions(&self, id: ScalarId, indices: &[usize]) -> bool {
        self.graph.scalars.indices(id).iter().any(|index| indices.contains(index))
    }

    /// The condition and the value, if a value counts only under a condition.
    pub fn unguarded(&mut self, id: ScalarId) -> (Option<ScalarId>, ScalarId) {
        let seen = self.see(id);
        match self.graph.scalars[seen] {
            Scalar::Select(c, value, nothing) if self.is_number(nothing, 0.0) => (Some(c), value),
            Scalar::Select(c, nothing, value) if self.is_number(nothing, 0.0) => {
                (Some(self.graph.scalars.not(c)), value)
            }
            _ => (None, id),
        }
    }
}
