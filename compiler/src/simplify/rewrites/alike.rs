//! Sums of things that are alike: equal terms, common factors, choices by the same condition.

use super::Rewriter;
use super::products::Product;
use crate::ir::{Binary, Scalar, ScalarId, Unary};

/// Sums of more terms than this are left alone.
const MANY: usize = 12;

impl Rewriter<'_> {
    /// a + b or a − b, shorter.
    pub fn alike(&mut self, id: ScalarId) -> Option<ScalarId> {
        let Scalar::Binary(function, a, b) = self.graph.scalars[id] else { return None };
        self.same_choice(function, a, b).or_else(|| self.like_terms(id)).or_else(|| self.common_factors(id))
    }

    /// if c { a } else { b } ± if c { x } else { y } = if c { a ± x } else { b ± y }
    fn same_choice(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> Option<ScalarId> {
        let (Scalar::Select(c, a, b), Scalar::Select(d, x, y)) =
            (&self.graph.scalars[a], &self.graph.scalars[b])
        else {
            return None;
        };
        let (c, a, b, d, x, y) = (*c, *a, *b, *d, *x, *y);
        if c != d {
            return None;
        }
        let (first, second) = (self.binary(function, a, x), self.binary(function, b, y));
        Some(self.select(c, first, second))
    }

    /// x + x = 2x, (1 − x) − (1 + x) = −2x; but x − x stays, for it is not 0 where x is infinite
    fn like_terms(&mut self, id: ScalarId) -> Option<ScalarId> {
        let mut terms: Vec<(f64, ScalarId)> = Vec::new();
        let mut constant = 0.0;
        let mut stack = vec![(1.0, id)];
        let mut is_shorter = false;
        while let Some((sign, id)) = stack.pop() {
            if terms.len() + stack.len() > MANY {
                return None;
            }
            if let Some(value) = self.graph.scalars.as_number(id) {
                constant += sign * value;
                continue;
            }
            match self.graph.scalars[id] {
                Scalar::Binary(Binary::Add, a, b) => stack.extend([(sign, b), (sign, a)]),
                Scalar::Binary(Binary::Sub, a, b) => stack.extend([(-sign, b), (sign, a)]),
                _ => {
                    let (factor, id) = super::scaled(&self.graph.scalars, id);
                    let factor = sign * factor;
                    match terms.iter_mut().find(|(other, term)| *term == id && other + factor != 0.0) {
                        Some((other, _)) => {
                            *other += factor;
                            is_shorter = true;
                        }
                        None => terms.push((factor, id)),
                    }
                }
            }
        }
        if !is_shorter {
            return None;
        }
        let mut sum = self.number(constant);
        for (factor, term) in terms {
            // Subtracted rather than added with a negative factor.
            let size = if factor.abs() == 1.0 { term } else { self.times(factor.abs(), term) };
            sum = if factor < 0.0 { self.sub(sum, size) } else { self.add(sum, size) };
        }
        Some(sum)
    }

    /// a·b ± a·c = a·(b ± c), if that is shorter, for any two terms of a sum.
    fn common_factors(&mut self, id: ScalarId) -> Option<ScalarId> {
        let mut terms = Vec::new();
        let mut stack = vec![(true, id)];
        while let Some((is_added, id)) = stack.pop() {
            match self.graph.scalars[id] {
                Scalar::Binary(Binary::Add, a, b) => stack.extend([(is_added, b), (is_added, a)]),
                Scalar::Binary(Binary::Sub, a, b) => stack.extend([(!is_added, b), (is_added, a)]),
                _ => terms.push((is_added, id)),
            }
        }
        if terms.len() > MANY {
            return None;
        }
        for first in 0..terms.len() {
            for second in first + 1..terms.len() {
                let ((is_added, a), (is_added_too, b)) = (terms[first], terms[second]);
                let function = if is_added == is_added_too { Binary::Add } else { Binary::Sub };
                let Some(both) = self.common_factor(function, a, b) else { continue };
                terms[first] = (is_added, both);
                terms.remove(second);
                let zero = self.number(0.0);
                return Some(terms.into_iter().fold(zero, |sum, (is_added, term)| {
                    if is_added { self.add(sum, term) } else { self.sub(sum, term) }
                }));
            }
        }
        None
    }

    fn common_factor(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> Option<ScalarId> {
        let (mut first, mut second) = (self.written_product(a), self.written_product(b));
        let mut common = Product {
            over: take_common(&mut first.over, &mut second.over),
            under: take_common(&mut first.under, &mut second.under),
            ..Product::default()
        };
        if first.coefficient.abs() == second.coefficient.abs() {
            common.coefficient = std::mem::replace(&mut first.coefficient, 1.0);
            second.coefficient /= common.coefficient;
        }
        let count = |product: &Product| product.over.len() + product.under.len();
        let has_constant = common.coefficient.abs() != 1.0;
        if count(&first) == 0 || count(&second) == 0 || count(&common) == 0 && !has_constant {
            return None;
        }
        // With one factor in common and one left on each side, a·b + a·c takes no longer.
        let saved = common.over.len()
            + 2 * common.under.len()
            + usize::from(has_constant)
            + usize::from(count(&first) > 1 || count(&second) > 1);
        let (first, second) = (self.build(&first), self.build(&second));
        let sum = self.binary(function, first, second);
        let is_plain = match self.graph.scalars[sum] {
            Scalar::Binary(Binary::Add | Binary::Sub, x, y) => {
                [x, y] == [first, second] || [y, x] == [first, second] || self.is_negative_of(y, second)
            }
            _ => false,
        };
        if is_plain && saved < 2 {
            return None;
        }
        common.over.push(sum);
        Some(self.build(&common))
    }

    fn is_negative_of(&self, a: ScalarId, b: ScalarId) -> bool {
        matches!(self.graph.scalars[b], Scalar::Unary(Unary::Neg, inner) if inner == a)
    }
}

/// Takes out of two lists what is in both.
fn take_common(first: &mut Vec<ScalarId>, second: &mut Vec<ScalarId>) -> Vec<ScalarId> {
    let mut common = Vec::new();
    first.retain(|factor| match second.iter().position(|other| other == factor) {
        Some(position) => {
            common.push(second.remove(position));
            false
        }
        None => true,
    });
    common
}
