//! Sums and differences that cancel.

use super::Rewriter;
use super::products::Product;
use crate::ir::{Binary, Scalar, ScalarId, Unary};

impl Rewriter<'_> {
    /// a + b or a − b, better.
    pub fn difference(&mut self, id: ScalarId) -> Option<ScalarId> {
        let Scalar::Binary(function, a, b) = self.graph.scalars[id] else { return None };
        // a ± (−b) = a ∓ b, where the − is under a name
        if let Some((Unary::Neg, b)) = self.see_unary(b) {
            return Some(if function == Binary::Add { self.sub(a, b) } else { self.add(a, b) });
        }
        match self.see_unary(a) {
            Some((Unary::Neg, a)) if function == Binary::Add => return Some(self.sub(b, a)),
            _ => {}
        }
        let constant = |rewriter: &Self, id| rewriter.graph.scalars.as_number(id);
        match (function, constant(self, a), constant(self, b)) {
            (Binary::Add, Some(constant), _) => self.constant_and(constant, b),
            (Binary::Add, _, Some(constant)) => self.constant_and(constant, a),
            // a − c = −c + a
            (_, _, Some(constant)) => self.constant_and(-constant, a),
            // c − b = −(−c + b)
            (_, Some(constant), _) => {
                let opposite = self.constant_and(-constant, b)?;
                Some(self.neg(opposite))
            }
            _ => self
                .beside_the_top(function, a, b)
                .or_else(|| self.products_apart(function, a, b))
                .or_else(|| self.less_a_part(function, a, b))
                .or_else(|| match function {
                    Binary::Sub => self.less_its_softplus(a, b).or_else(|| {
                        let opposite = self.less_its_softplus(b, a)?;
                        Some(self.neg(opposite))
                    }),
                    _ => None,
                }),
        }
    }

    /// c + x
    pub fn constant_and(&mut self, constant: f64, x: ScalarId) -> Option<ScalarId> {
        if let Some(same) = self.constant_and_multiple(constant, x) {
            return Some(same);
        }
        if constant == -1.0 {
            // eᵃ − 1 = expm1(a)
            if let Some((1.0, a)) = self.as_multiple_of_exp(x) {
                return Some(self.unary(Unary::ExpM1, a));
            }
            match self.see_unary(x) {
                // σ(a) − 1 = −σ(−a)
                Some((Unary::Sigmoid, a)) => {
                    let opposite = self.neg(a);
                    let rest = self.sigmoid(opposite);
                    return Some(self.neg(rest));
                }
                // tanh(a/2) − 1 = −2 σ(−a)
                Some((Unary::HalfTanh, a)) => {
                    let opposite = self.neg(a);
                    let below = self.sigmoid(opposite);
                    return Some(self.times(-2.0, below));
                }
                // erf(a) − 1 = −2 Φ(−√2 a)
                Some((Unary::Erf, a)) => {
                    let opposite = self.neg(a);
                    let opposite = self.times_root_of_two(opposite);
                    let above = self.unary(Unary::NormalCdf, opposite);
                    return Some(self.times(-2.0, above));
                }
                _ => {}
            }
            // tanh²a − 1 = −4 σ(2a) σ(−2a)
            if let Some(a) = self.as_square_of_tanh(x) {
                let (twice, opposite) = (self.times(2.0, a), self.times(-2.0, a));
                let (up, down) = (self.sigmoid(twice), self.sigmoid(opposite));
                let product = self.mul(up, down);
                return Some(self.times(-4.0, product));
            }
        }
        if constant == 1.0 {
            match self.see_unary(x) {
                // expm1(a) + 1 = eᵃ
                Some((Unary::ExpM1, a)) => return Some(self.exp(a)),
                // 1 + tanh(a/2) = 2 σ(a)
                Some((Unary::HalfTanh, a)) => {
                    let below = self.sigmoid(a);
                    return Some(self.times(2.0, below));
                }
                // 1 + erf(a) = 2 Φ(√2 a)
                Some((Unary::Erf, a)) => {
                    let a = self.times_root_of_two(a);
                    let below = self.unary(Unary::NormalCdf, a);
                    return Some(self.times(2.0, below));
                }
                _ => {}
            }
        }
        None
    }

    /// c − c·y = −c·(y − 1) and c + c·y = c·(1 + y), where that is better; c − 2c·σ(a) = −c·tanh(a/2)
    fn constant_and_multiple(&mut self, constant: f64, x: ScalarId) -> Option<ScalarId> {
        let mut product = self.product(x);
        let factor = std::mem::replace(&mut product.coefficient, 1.0);
        if let ([sigmoid], []) = (product.over.as_slice(), product.under.as_slice())
            && factor == -2.0 * constant
        {
            let a = self.as_sigmoid(*sigmoid)?;
            let tanh = self.unary(Unary::HalfTanh, a);
            return Some(self.times(-constant, tanh));
        }
        if factor.abs() == 1.0 || factor.abs() != constant.abs() {
            return None;
        }
        let y = self.build(&product);
        let rest = self.constant_and(constant / factor, y)?;
        Some(self.times(factor, rest))
    }

    /// √2 a; of x/√2, however it is rounded, that is x.
    fn times_root_of_two(&mut self, a: ScalarId) -> ScalarId {
        let a = self.see(a);
        let (factor, x) = self.constant_times(a);
        let factor = factor * std::f64::consts::SQRT_2;
        let sign = factor.signum();
        if (factor.abs() - 1.0).abs() < 1e-7 { self.times(sign, x) } else { self.times(factor, x) }
    }

    /// An expression as a constant times another, where roots of constants are constants.
    fn constant_times(&self, id: ScalarId) -> (f64, ScalarId) {
        let scalars = &self.graph.scalars;
        let constant = |id: ScalarId| match scalars[id] {
            Scalar::Unary(Unary::Sqrt, square) => scalars.as_number(square).map(f64::sqrt),
            _ => scalars.as_number(id),
        };
        let (factor, x) = match scalars[id] {
            Scalar::Unary(Unary::Neg, x) => (-1.0, x),
            Scalar::Binary(Binary::Mul, a, b) => match (constant(a), constant(b)) {
                (Some(factor), _) => (factor, b),
                (_, Some(factor)) => (factor, a),
                _ => return (1.0, id),
            },
            Scalar::Binary(Binary::Div, x, divisor) => match constant(divisor) {
                Some(divisor) => (divisor.recip(), x),
                None => return (1.0, id),
            },
            _ => return (1.0, id),
        };
        let (inner, x) = self.constant_times(x);
        (factor * inner, x)
    }

    /// a − (m + r) = (a − m) − r and (m + r) − a = (m − a) + r, where m is the largest of what a is one of:
    /// the small r is not lost beside m
    fn beside_the_top(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> Option<ScalarId> {
        if function != Binary::Sub {
            return None;
        }
        if let Some((top, rest)) = self.as_top_and_rest(b) {
            if let Some(share) = self.ln_share_beside(a, rest) {
                return Some(share);
            }
            let below = self.sub(a, top);
            return Some(self.sub(below, rest));
        }
        let (top, rest) = self.as_top_and_rest(a)?;
        if let Some(share) = self.ln_share_beside(b, rest) {
            return Some(self.neg(share));
        }
        let above = self.sub(top, b);
        Some(self.add(above, rest))
    }

    /// (a − m) − ln(1 + R), where it is the logarithm of a share
    fn ln_share_beside(&mut self, a: ScalarId, rest: ScalarId) -> Option<ScalarId> {
        match self.see_unary(rest) {
            Some((Unary::Ln1p, rest)) => self.ln_share(a, rest),
            _ => self.ln_share_of_all(a, rest),
        }
    }

    fn as_top_and_rest(&mut self, id: ScalarId) -> Option<(ScalarId, ScalarId)> {
        let seen = self.see(id);
        let Scalar::Binary(Binary::Add, a, b) = self.graph.scalars[seen] else { return None };
        if self.is_top(a) { Some((a, b)) } else { self.is_top(b).then_some((b, a)) }
    }

    /// a, if the value is tanh²a.
    fn as_square_of_tanh(&mut self, id: ScalarId) -> Option<ScalarId> {
        let seen = self.see(id);
        let Scalar::Binary(Binary::Mul, x, y) = self.graph.scalars[seen] else { return None };
        match (self.see_unary(x)?, self.see_unary(y)?) {
            ((Unary::Tanh, a), (Unary::Tanh, b)) if self.same(a, b) => Some(a),
            _ => None,
        }
    }

    /// p σ(a) − p σ(−a) = p tanh(a/2), and the same with + and opposite coefficients: so it is in the second derivative
    /// of σ, and in the first one of ln(eᵃ + eᵇ) where a and b depend on one variable in opposite ways.
    fn products_apart(&mut self, function: Binary, x: ScalarId, y: ScalarId) -> Option<ScalarId> {
        let (mut first, second) = (self.product(x), self.product(y));
        let sign = if function == Binary::Add { -1.0 } else { 1.0 };
        if first.coefficient != sign * second.coefficient || first.over.len() != second.over.len() {
            return None;
        }
        let [a, b] = [self.only_in(&first.over, &second.over)?, self.only_in(&second.over, &first.over)?];
        // By one condition both of them, where there is one.
        let ((condition, up, instead_of_up), (same, down, instead_of_down)) =
            (self.chosen(a), self.chosen(b));
        let (up, down) = (self.as_sigmoid(up)?, self.as_sigmoid(down)?);
        if condition != same || !self.opposite(up, down) || !self.are_equal(&first, &second) {
            return None;
        }
        let position = first.over.iter().position(|&factor| factor == a)?;
        first.over.remove(position);
        let tanh = self.unary(Unary::HalfTanh, up);
        first.over.push(match condition {
            Some(condition) => {
                let instead = self.sub(instead_of_up, instead_of_down);
                self.select(condition, tanh, instead)
            }
            None => tanh,
        });
        Some(self.build(&first))
    }

    /// The condition of a choice, seen through names, what it is where that holds, and what it is elsewhere.
    fn chosen(&mut self, id: ScalarId) -> (Option<ScalarId>, ScalarId, ScalarId) {
        let seen = self.see(id);
        match self.graph.scalars[seen] {
            Scalar::Select(condition, value, instead) => (Some(condition), value, instead),
            _ => (None, id, id),
        }
    }

    /// The one factor of a list that the other list lacks.
    fn only_in(&mut self, factors: &[ScalarId], others: &[ScalarId]) -> Option<ScalarId> {
        let mut others = others.to_vec();
        let mut found = None;
        for &factor in factors {
            match others.iter().copied().position(|other| self.same(other, factor)) {
                Some(position) => {
                    others.remove(position);
                }
                None if found.is_none() => found = Some(factor),
                None => return None,
            }
        }
        found
    }

    /// Whether two products are divided by the same.
    fn are_equal(&mut self, first: &Product, second: &Product) -> bool {
        let mut others = second.under.clone();
        first.under.len() == others.len()
            && first.under.iter().all(|&divisor| {
                let position = others.iter().copied().position(|other| self.same(other, divisor));
                position.map(|position| others.remove(position)).is_some()
            })
    }
}
