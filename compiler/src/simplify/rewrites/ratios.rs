//! Quotients that a map holds: with pᵢⱼ = eᵢⱼ / sᵢ at hand, g·eᵢⱼ / sᵢ is g·pᵢⱼ. So the gradient of a softmax
//! needs its result alone.

use super::Rewriter;
use super::products::Product;
use crate::ir::{Binary, Comprehension, Int, Scalar, ScalarId, TensorId};
use crate::simplify::definitions::Definition;

impl Rewriter<'_> {
    /// Takes note of a map of the form e / s, for elements of a tensor that this very list of nodes makes.
    pub fn learn_ratio(&mut self, node: &Comprehension, made_here: &[TensorId]) {
        let Some((over, _)) = self.as_ratio(node.value) else { return };
        let Scalar::Read(tensor, _) = self.graph.scalars[over] else { return };
        let is_map = Definition::of(self.graph, node).is_some_and(|definition| definition.is_map());
        if is_map && made_here.contains(&tensor) {
            self.ratios.entry(tensor).or_default().push(node.out);
        }
    }

    /// The product with known quotients in place of what they are quotients of.
    pub fn known_ratio(&mut self, id: ScalarId) -> Option<ScalarId> {
        if self.ratios.is_empty() {
            return None;
        }
        let mut product = self.product_of_ratios(id);
        let mut changed = false;
        while self.use_ratio(&mut product) {
            changed = true;
        }
        changed.then(|| self.build(&product))
    }

    /// Whether a tensor is a known quotient.
    pub fn is_ratio(&self, id: ScalarId) -> bool {
        match self.graph.scalars[id] {
            Scalar::Read(tensor, _) => self.ratios.values().any(|ratios| ratios.contains(&tensor)),
            _ => false,
        }
    }

    /// e and s, if this is e / s, or such a share with the largest apart.
    fn as_ratio(&mut self, id: ScalarId) -> Option<(ScalarId, ScalarId)> {
        match self.graph.scalars[id] {
            Scalar::Binary(Binary::Div, over, under) => Some((over, under)),
            Scalar::Select(is_largest, share, other) => self.as_share(is_largest, share, other),
            _ => None,
        }
    }

    fn use_ratio(&mut self, product: &mut Product) -> bool {
        for over in 0..product.over.len() {
            let Scalar::Read(tensor, at) = self.graph.scalars[product.over[over]].clone() else { continue };
            for ratio in self.ratios.get(&tensor).cloned().unwrap_or_default() {
                let Some((divisor, read)) = self.ratio_at(ratio, &at) else { continue };
                let under = product.under.clone();
                let Some(under) = under.into_iter().position(|under| self.same(under, divisor)) else {
                    continue;
                };
                product.over[over] = read;
                product.under.remove(under);
                return true;
            }
        }
        false
    }

    /// The divisor of a quotient, and the quotient, where what is divided is read at some subscripts.
    fn ratio_at(&mut self, ratio: TensorId, at: &[Int]) -> Option<(ScalarId, ScalarId)> {
        let definition = self.definitions.get(ratio)?.clone();
        let (over, divisor) = self.as_ratio(definition.value)?;
        let Scalar::Read(_, own) = self.graph.scalars[over].clone() else { return None };
        let mut indices = vec![None; definition.domain.len()];
        for (subscript, value) in own.iter().zip(at) {
            indices[subscript.as_index()?] = Some(value.clone());
        }
        let indices: Vec<Int> = indices.into_iter().collect::<Option<_>>()?;
        let divisor = self.graph.scalars.with_indices(divisor, &indices);
        let at =
            definition.axes.iter().map(|axis| axis.map_or_else(Int::zero, |index| indices[index].clone()));
        let read = self.graph.scalars.read(ratio, at.collect());
        Some((divisor, read))
    }
}
