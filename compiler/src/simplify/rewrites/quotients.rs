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

    /// 1 / (1 + eᵃ) = σ(−a), 1 / (q + p eᵃ) = σ(−a − ln(p/q)) / q
    fn divide_by_one_plus_exp(&mut self, product: &mut Product, divisor: ScalarId) -> bool {
        let seen = self.see(divisor);
        let Scalar::Binary(Binary::Add, x, y) = self.graph.scalars[seen] else { return false };
        let scalars = &self.graph.scalars;
        let (constant, exp) = match (scalars.as_number(x), scalars.as_number(y)) {
            (Some(constant), None) => (constant, y),
            (None, Some(constant)) => (constant, x),
            _ => return false,
        };
        let Some((factor, a)) = self.as_multiple_of_exp(exp) else { return false };
        let odds = factor / constant;
        if constant <= 0.0 || !odds.is_normal() || odds < 0.0 {
            return false;
        }
        let a = self.with_constant(a, odds);
        let opposite = self.neg(a);
        product.coefficient /= constant;
        let sigmoid = self.sigmoid(opposite);
        product.over.push(sigmoid);
        true
    }

    /// eᵃ / (p eᵃ + q eᵇ) = σ(a − b + ln(p/q)) / p, and with more terms σ(a − ln Σ eˣ + ln p) / p over the others
    fn divide_by_exps(&mut self, product: &mut Product, divisor: ScalarId) -> bool {
        let seen = self.see(divisor);
        if !matches!(self.graph.scalars[seen], Scalar::Binary(Binary::Add, ..)) {
            return false;
        }
        for position in 0..product.over.len() {
            let Some(a) = self.as_exp(product.over[position]) else { continue };
            let Some((own, factor, others)) = self.logarithms_of_others(seen, a) else { continue };
            let Some(others) = self.logarithm_of_all(others) else { return false };
            let distance = self.distance(own, others);
            product.over[position] = self.sigmoid(distance);
            product.coefficient /= factor;
            return true;
        }
        false
    }

    /// p, if a logarithm is that of p eᵃ
    pub fn multiple_of(&mut self, logarithm: ScalarId, a: ScalarId) -> Option<f64> {
        if self.same(logarithm, a) {
            return Some(1.0);
        }
        let (exponent, factor) = self.graph.scalars.without_constant(logarithm);
        let (a, own) = self.graph.scalars.without_constant(a);
        self.same(exponent, a).then_some(factor / own)
    }

    /// ln Σ eˣ
    pub fn logarithm_of_all(&mut self, exponents: Vec<ScalarId>) -> Option<ScalarId> {
        exponents.into_iter().reduce(|sum, exponent| self.logarithm_of_both(sum, exponent))
    }

    /// The logarithms of the terms of a sum: of the one that is p eᵃ, if there is one, p, and those of the others.
    fn logarithms_of_others(&mut self, sum: ScalarId, a: ScalarId) -> Option<(ScalarId, f64, Vec<ScalarId>)> {
        let (mut logarithms, mut stack) = (Vec::new(), vec![sum]);
        while let Some(id) = stack.pop() {
            let seen = self.see(id);
            match self.graph.scalars[seen] {
                Scalar::Binary(Binary::Add, x, y) => stack.extend([y, x]),
                _ => logarithms.push(self.known_logarithm(id)?),
            }
        }
        self.take_multiple(&mut logarithms, a).map(|(own, factor)| (own, factor, logarithms))
    }

    /// Takes out of some logarithms that of p eᵃ; it, and p.
    pub fn take_multiple(&mut self, logarithms: &mut Vec<ScalarId>, a: ScalarId) -> Option<(ScalarId, f64)> {
        let found = (0..logarithms.len())
            .find_map(|place| self.multiple_of(logarithms[place], a).map(|factor| (place, factor)));
        found.map(|(place, factor)| (logarithms.remove(place), factor))
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

    /// eᵃ · σ(−a) = σ(a), eᵃ · σ(−a − ln c) = σ(a + ln c) / c
    fn join_exp_and_sigmoid(&mut self, product: &mut Product) -> bool {
        for first in 0..product.over.len() {
            let Some(a) = self.as_exp(product.over[first]) else { continue };
            for second in 0..product.over.len() {
                let Some(b) = self.as_sigmoid(product.over[second]) else { continue };
                let (x, factor) = self.graph.scalars.without_constant(b);
                if self.opposite(a, x) {
                    let up = self.with_constant(a, factor.recip());
                    product.over[first] = self.sigmoid(up);
                    product.coefficient *= factor;
                    product.over.remove(second);
                    return true;
                }
            }
        }
        false
    }
}
