//! Square roots of squares and of sums of squares, without overflow, and with derivative 0 at 0.
//!
//! With s = max |x| (1 where that is 0 or infinite), √Σx² = s · √Σ(x/s)². s is a constant to
//! differentiation: the value does not depend on it, and x/s / √Σ(x/s)² is the derivative.

use super::Rewriter;
use super::largest::Layout;
use super::products::Product;
use crate::ir::{Binary, Comparison, Int, Scalar, ScalarId, TensorId, Unary};

/// scale² · sum · beside
#[derive(Clone, Debug)]
pub struct Scaled {
    scale: ScalarId,
    sum: ScalarId,
    beside: Product,
}

impl Rewriter<'_> {
    /// √x, better.
    pub fn root(&mut self, x: ScalarId) -> Option<ScalarId> {
        // √0 = 0 with derivative 0, as that of a square is: what counts under a condition has its root there.
        if let (Some(guard), x) = self.unguarded(x) {
            let (root, zero) = (self.root(x)?, self.number(0.0));
            return Some(self.select(guard, root, zero));
        }
        let product = self.product(x);
        let (mut side, mut rest) = self.square_and_rest(&product, &|_, _| true);
        take_constant(&mut side, &mut rest);
        // √x² = |x|
        if rest.is_one() && !side.is_one() {
            let side = self.build(&side);
            return Some(self.unary(Unary::Abs, side));
        }
        for position in 0..product.over.len() {
            let factor = product.over[position];
            let Some(scaled) = self.scaled_sum(factor).or_else(|| self.scaled_terms(factor)) else {
                continue;
            };
            let mut rest = product.clone();
            rest.over[position] = scaled.sum;
            rest.push_all(&scaled.beside, true);
            let square = self.build(&rest);
            let zero = self.number(0.0);
            let is_zero = self.compare(Comparison::Equal, square, zero);
            let root = self.graph.scalars.unary(Unary::Sqrt, square);
            self.done.insert(root, root);
            let root = self.select(is_zero, zero, root);
            return Some(self.mul(scaled.scale, root));
        }
        None
    }

    /// x^½, better: where x is a square or a sum of squares it is √x. It is not at −0 and −∞, where √x is −0 and NaN.
    pub fn half_power(&mut self, x: ScalarId) -> Option<ScalarId> {
        let product = self.product(x);
        let is_natural = product.under.is_empty()
            && product.coefficient >= 0.0
            && match product.over[..] {
                [_] => true,
                [a, b] => self.same(a, b),
                _ => false,
            };
        if is_natural { self.root(x) } else { None }
    }

    /// √(x² + y² + …)
    fn scaled_terms(&mut self, id: ScalarId) -> Option<Scaled> {
        let mut terms = Vec::new();
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let seen = self.see(id);
            if let Scalar::Binary(Binary::Add, a, b) = self.graph.scalars[seen] {
                stack.extend([b, a]);
                continue;
            }
            let product = self.product(seen);
            if self.is_scaled(&product) {
                return None;
            }
            let (mut side, mut rest) = self.square_and_rest(&product, &|_, _| true);
            take_constant(&mut side, &mut rest);
            if side.is_one() || !rest.is_one() {
                return None;
            }
            terms.push(self.build(&side));
        }
        let (&first, others) = terms.split_first().filter(|(_, others)| !others.is_empty())?;
        let mut top = self.unary(Unary::Abs, first);
        for &term in others {
            let size = self.unary(Unary::Abs, term);
            top = self.binary(Binary::Max, top, size);
        }
        let is_fit = self.is_fit_to_scale(top);
        let (one, top) = (self.number(1.0), self.unary(Unary::StopGradient, top));
        let scale = self.select(is_fit, top, one);
        let mut sum = self.number(0.0);
        for &term in &terms {
            let ratio = self.div(term, scale);
            let square = self.mul(ratio, ratio);
            sum = self.add(sum, square);
        }
        Some(Scaled { scale, sum, beside: Product::default() })
    }

    /// A value that is an element of a sum of squares.
    fn scaled_sum(&mut self, id: ScalarId) -> Option<Scaled> {
        let seen = self.see(id);
        let Scalar::Read(tensor, at) = self.graph.scalars[seen].clone() else { return None };
        if !self.scaled.contains_key(&tensor) {
            let scaled = self.scale(tensor);
            self.scaled.insert(tensor, scaled);
        }
        let scaled = self.scaled[&tensor].clone()?;
        let definition = self.definitions.get(tensor)?;
        let outer: Vec<Int> =
            definition.outer().iter().map(|&index| definition.subscript(index, &at)).collect();
        let own: Vec<Int> =
            (0..definition.domain.len()).map(|index| definition.subscript(index, &at)).collect();
        let mut here = |id: ScalarId, indices: &[Int]| {
            let id = self.graph.scalars.with_indices(id, indices);
            self.rewrite(id)
        };
        Some(Scaled {
            scale: here(scaled.scale, &outer),
            sum: here(scaled.sum, &outer),
            beside: Product {
                coefficient: scaled.beside.coefficient,
                over: scaled.beside.over.iter().map(|&id| here(id, &own)).collect(),
                under: scaled.beside.under.iter().map(|&id| here(id, &own)).collect(),
            },
        })
    }

    /// Adds the scaled form of a sum after it.
    fn scale(&mut self, tensor: TensorId) -> Option<Scaled> {
        let definition = self.definitions.get(tensor).filter(|definition| !definition.is_map())?.clone();
        let (reduced, layout) = (definition.reduced(), Layout::of(&definition));
        let (guard, value) = self.unguarded(definition.value);
        let product = self.product(value);
        if self.is_scaled(&product) {
            return None;
        }
        let (side, beside) = self.square_and_rest(&product, &|rewriter, id| rewriter.mentions(id, &reduced));
        let varies = |rewriter: &Self, id: &ScalarId| rewriter.mentions(*id, &reduced);
        if side.is_one() || beside.over.iter().chain(&beside.under).any(|id| varies(self, id)) {
            return None;
        }
        let side = self.build(&side);
        let side = self.graph.scalars.with_indices(side, &layout.places);
        let guard = guard.map(|guard| self.graph.scalars.with_indices(guard, &layout.places));
        let zero = self.number(0.0);
        let size = self.unary(Unary::Abs, side);
        let compared = guard.map_or(size, |guard| self.select(guard, size, zero));
        let largest = self.push_largest(tensor, &layout, compared);
        let top = self.push_top(tensor, &layout, (compared, largest), Self::is_fit_to_scale, 1.0);

        let scale = self.graph.scalars.read(top, layout.at());
        let ratio = self.div(side, scale);
        let square = self.mul(ratio, ratio);
        let term = guard.map_or(square, |guard| self.select(guard, square, zero));
        let sum = self.push_sum_after(tensor, "scaled", &layout, term);
        let sum = self.graph.scalars.read(sum, layout.at());
        Some(Scaled { scale, sum, beside })
    }

    /// Whether a number is finite and not 0.
    fn is_fit_to_scale(&mut self, top: ScalarId) -> ScalarId {
        let (zero, infinity) = (self.number(0.0), self.number(f64::INFINITY));
        let is_some = self.compare(Comparison::Less, zero, top);
        let is_finite = self.compare(Comparison::Less, top, infinity);
        self.graph.scalars.and(is_some, is_finite)
    }

    /// Whether a product is scaled by its largest term already.
    fn is_scaled(&mut self, product: &Product) -> bool {
        product.under.iter().any(|&divisor| self.is_top(divisor))
    }

    /// x and r such that a product is x² · r, x made of factors that are wanted in it.
    fn square_and_rest(
        &mut self,
        product: &Product,
        is_wanted: &dyn Fn(&Self, ScalarId) -> bool,
    ) -> (Product, Product) {
        let mut side = Product::default();
        let mut rest = Product { coefficient: product.coefficient, ..Product::default() };
        for (factors, is_over) in [(&product.over, true), (&product.under, false)] {
            let mut left = factors.clone();
            while !left.is_empty() {
                let factor = left.remove(0);
                let twin = left.iter().copied().position(|other| self.same(factor, other));
                match twin {
                    Some(twin) if is_wanted(self, factor) => {
                        left.remove(twin);
                        side.push(factor, is_over);
                    }
                    _ => rest.push(factor, is_over),
                }
            }
        }
        (side, rest)
    }
}

/// Moves a positive constant under the square, if there is anything else in it.
fn take_constant(side: &mut Product, rest: &mut Product) {
    if !side.is_one() && rest.coefficient > 0.0 {
        side.coefficient = rest.coefficient.sqrt();
        rest.coefficient = 1.0;
    }
}
