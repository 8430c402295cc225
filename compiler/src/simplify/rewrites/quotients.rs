//! Products and quotients of exponentials.

use super::Rewriter;
use super::products::Product;
use crate::ir::{Binary, Scalar, ScalarId};

impl Rewriter<'_> {
    /// A product or quotient, better.
    pub fn quotient(&mut self, id: ScalarId) -> Option<ScalarId> {
        let mut product = self.product(id);
        let mut changed = false;
        let mut position = 0;
        while position < product.under.len() {
            let divisor = product.under[position];
            if self.divide_by_one_plus_exp(&mut product, divisor)
                || self.divide_by_exps(&mut product, divisor)
                || self.divide_by_sum_of_exps(&mut product, divisor)
            {
                product.under.remove(position);
                changed = true;
            } else {
                position += 1;
            }
        }
        while self.join_exp_and_sigmoid(&mut product) {
            changed = true;
        }
        if changed { Some(self.build(&product)) } else { self.known_ratio(id) }
    }

    /// 1 / (1 + eᵃ) = σ(−a)
    fn divide_by_one_plus_exp(&mut self, product: &mut Product, divisor: ScalarId) -> bool {
        let seen = self.see(divisor);
        let Scalar::Binary(Binary::Add, x, y) = self.graph.scalars[seen] else { return false };
        let exp = match (self.is_number(x, 1.0), self.is_number(y, 1.0)) {
            (true, _) => y,
            (_, true) => x,
            _ => return false,
        };
        let Some(a) = self.as_exp(exp) else { return false };
        let opposite = self.neg(a);
        let sigmoid = self.sigmoid(opposite);
        product.over.push(sigmoid);
        true
    }

    /// eᵃ / (eᵃ + eᵇ) = σ(a − b), and with more terms σ(−ln Σ e^(x − a)) over the others
    fn divide_by_exps(&mut self, product: &mut Product, divisor: ScalarId) -> bool {
        let seen = self.see(divisor);
        let Scalar::Binary(Binary::Add, x, y) = self.graph.scalars[seen] else { return false };
        let (Some(x), Some(y)) = (self.known_logarithm(x), self.known_logarithm(y)) else { return false };
        for position in 0..product.over.len() {
            let Some(a) = self.as_exp(product.over[position]) else { continue };
            if self.same(a, x) || self.same(a, y) {
                let other = if self.same(a, x) { y } else { x };
                let distance = self.sub(a, other);
                product.over[position] = self.sigmoid(distance);
                return true;
            }
            if let Some(others) = self.logarithms_of_others(divisor, a) {
                let Some(odds) = self.logarithm_of_odds(others, a) else { return false };
                let opposite = self.neg(odds);
                product.over[position] = self.sigmoid(opposite);
                return true;
            }
        }
        false
    }

    /// ln Σ e^(x − a)
    pub fn logarithm_of_odds(&mut self, others: Vec<ScalarId>, a: ScalarId) -> Option<ScalarId> {
        others.into_iter().fold(None, |odds, other| {
            let distance = self.sub(other, a);
            Some(odds.map_or(distance, |odds| self.logarithm_of_both(odds, distance)))
        })
    }

    /// The logarithms of the terms of a sum but one, eᵃ, if it is one of them.
    fn logarithms_of_others(&mut self, sum: ScalarId, a: ScalarId) -> Option<Vec<ScalarId>> {
        let (mut logarithms, mut stack) = (Vec::new(), vec![sum]);
        while let Some(id) = stack.pop() {
            let seen = self.see(id);
            match self.graph.scalars[seen] {
                Scalar::Binary(Binary::Add, x, y) => stack.extend([y, x]),
                _ => logarithms.push(self.known_logarithm(id)?),
            }
        }
        let own = logarithms.iter().copied().position(|logarithm| self.same(logarithm, a))?;
        logarithms.remove(own);
        Some(logarithms)
    }

    /// eᵃ / Σeˣ = e^(a − m) / Σe^(x − m), where m is the largest x
    fn divide_by_sum_of_exps(&mut self, product: &mut Product, divisor: ScalarId) -> bool {
        for position in 0..product.over.len() {
            let Some(a) = self.as_exp(product.over[position]) else { continue };
            let Some(shifted) = self.shifted_sum(divisor) else { return false };
            product.push_all(&shifted.beside, false);
            if let Some(share) = shifted.beyond_one.and_then(|rest| self.share(a, rest)) {
                product.over[position] = share;
                return true;
            }
            let a = self.sub(a, shifted.shift);
            product.over[position] = self.exp(a);
            // At the end: the caller takes out the divisor.
            product.under.push(shifted.sum);
            return true;
        }
        false
    }

    /// eᵃ · σ(−a) = σ(a)
    fn join_exp_and_sigmoid(&mut self, product: &mut Product) -> bool {
        for first in 0..product.over.len() {
            let Some(a) = self.as_exp(product.over[first]) else { continue };
            for second in 0..product.over.len() {
                let Some(b) = self.as_sigmoid(product.over[second]) else { continue };
                if self.opposite(a, b) {
                    product.over[first] = self.sigmoid(a);
                    product.over.remove(second);
                    return true;
                }
            }
        }
        false
    }
}
