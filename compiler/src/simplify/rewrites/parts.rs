//! What is left of a whole beside a part of it: w − w·A / (A + r) = w·r / (A + r), and w ± w·y = w·(1 ± y) where 1 ± y
//! is better otherwise. So cancel the derivatives of x / (1 + |x|), x² / (1 + x²), x / √(1 + x²) where the quotient is
//! nearly 1; and x − softplus(x) = −softplus(−x).

use super::Rewriter;
use super::products::Product;
use crate::ir::{Binary, Scalar, ScalarId, Unary};

/// Sums of more terms than this are left alone.
const MANY: usize = 12;

impl Rewriter<'_> {
    /// a ± b, where one is a part of the other and is taken away from it.
    pub fn less_a_part(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> Option<ScalarId> {
        let sign = if function == Binary::Sub { 1.0 } else { -1.0 };
        if let Some(left) = self.left_beside(a, b, sign) {
            return Some(left);
        }
        let left = self.left_beside(b, a, sign)?;
        Some(if function == Binary::Sub { self.neg(left) } else { left })
    }

    /// whole · r / (A + r), if a part is sign · whole · A / (A + r); whole · (1 ± y), if it is ∓sign · whole · y.
    fn left_beside(&mut self, all: ScalarId, part: ScalarId, sign: f64) -> Option<ScalarId> {
        let (whole, mut part) = (self.product(all), self.product(part));
        if part.coefficient.abs() != whole.coefficient.abs() {
            return None;
        }
        let is_less = part.coefficient == sign * whole.coefficient;
        // Before factors are compared one by one, which takes long.
        let is_quotient = is_less && part.under.len() > whole.under.len();
        let is_product = part.under.len() == whole.under.len() && part.over.len() > whole.over.len();
        let is_known = is_product && part.over.iter().any(|&factor| self.is_one_far_away(factor));
        if !is_quotient && !is_known {
            return None;
        }
        for (factors, others) in [(&whole.over, &mut part.over), (&whole.under, &mut part.under)] {
            for &factor in factors {
                let twin = others.iter().copied().position(|other| self.same(other, factor))?;
                others.remove(twin);
            }
        }
        if part.under.is_empty() {
            let taken = Product { over: part.over, ..Product::default() };
            let taken = self.build(&taken);
            let rest = self.constant_and(if is_less { -1.0 } else { 1.0 }, taken)?;
            let left = self.mul(all, rest);
            return Some(if is_less { self.neg(left) } else { left });
        }
        let sum = match part.under.as_slice() {
            [sum] => *sum,
            // √s · √s = s
            [root, again] if self.same(*root, *again) => match self.see_unary(*root)? {
                (Unary::Sqrt, sum) => sum,
                _ => return None,
            },
            _ => return None,
        };
        let taken = Product { over: self.with_sizes(part.over), ..Product::default() };
        let taken = self.build(&taken);
        let mut terms = Vec::new();
        let mut stack = vec![sum];
        while let Some(id) = stack.pop() {
            let seen = self.see(id);
            match self.graph.scalars[seen] {
                Scalar::Binary(Binary::Add, a, b) if terms.len() + stack.len() < MANY => stack.extend([b, a]),
                _ => terms.push(id),
            }
        }
        let position = terms.iter().copied().position(|term| self.same(term, taken))?;
        terms.remove(position);
        let nothing = self.number(0.0);
        let rest = terms.into_iter().fold(nothing, |rest, term| self.add(rest, term));
        let left = self.mul(all, rest);
        Some(self.div(left, sum))
    }

    /// Whether a value is 1, or −1, at 0 or far away: 1 ± it, or 1 ± its square, may be better otherwise.
    fn is_one_far_away(&mut self, id: ScalarId) -> bool {
        let function = self.see_unary(id).map(|(function, _)| function);
        function.is_some_and(|function| {
            matches!(
                function,
                Unary::Exp | Unary::ExpM1 | Unary::Sigmoid | Unary::Tanh | Unary::HalfTanh | Unary::Erf
            )
        })
    }

    /// Factors with x · signum(x) = |x|.
    fn with_sizes(&mut self, mut factors: Vec<ScalarId>) -> Vec<ScalarId> {
        for position in 0..factors.len() {
            let Some((Unary::Signum, x)) = self.see_unary(factors[position]) else { continue };
            let Some(twin) = factors.iter().copied().position(|other| self.same(other, x)) else { continue };
            factors[position] = self.unary(Unary::Abs, x);
            factors.remove(twin);
            return self.with_sizes(factors);
        }
        factors
    }

    /// a − ln(p eᵃ + eᵇ + …) = −softplus(ln(eᵇ + …) − a − ln p) − ln p
    fn less_its_sum(&mut self, a: ScalarId, sum: ScalarId) -> Option<ScalarId> {
        let (mut logarithms, mut stack) = (Vec::new(), vec![sum]);
        while let Some(id) = stack.pop() {
            let seen = self.see(id);
            match self.graph.scalars[seen] {
                Scalar::Binary(Binary::LogAddExp, x, y) => stack.extend([y, x]),
                _ => logarithms.push(id),
            }
        }
        let (own, factor) = self.take_multiple(&mut logarithms, a)?;
        let others = self.logarithm_of_all(logarithms)?;
        let odds = self.distance(others, own);
        let softplus = self.softplus(odds);
        let opposite = self.neg(softplus);
        Some(self.with_constant(opposite, factor.recip()))
    }

    /// a − softplus(a) = −softplus(−a), a − (c + softplus(a − c)), and both where a has a constant beside it
    pub fn less_its_softplus(&mut self, a: ScalarId, b: ScalarId) -> Option<ScalarId> {
        let seen = self.see(b);
        if let Scalar::Binary(Binary::LogAddExp, ..) = self.graph.scalars[seen] {
            return self.less_its_sum(a, seen);
        }
        let (below, x) = match self.graph.scalars[seen] {
            Scalar::Binary(Binary::Add, c, rest) => match (self.as_softplus(c), self.as_softplus(rest)) {
                (_, Some(x)) => (self.distance(a, c), x),
                (Some(x), None) => (self.distance(a, rest), x),
                _ => return None,
            },
            _ => (a, self.as_softplus(seen)?),
        };
        let factor = self.multiple_of(below, x)?;
        let x = self.neg(x);
        let softplus = self.softplus(x);
        let opposite = self.neg(softplus);
        Some(self.with_constant(opposite, factor))
    }

    /// a, if the value is softplus(a).
    fn as_softplus(&mut self, id: ScalarId) -> Option<ScalarId> {
        match self.see_unary(id)? {
            (Unary::Softplus, a) => Some(a),
            _ => None,
        }
    }
}
