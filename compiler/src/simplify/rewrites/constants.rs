//! Constant factors: one of them, in front.

use super::Rewriter;
use crate::ir::{Binary, Scalar, ScalarId};

/// Constants are multiplied where the result is of a size that no float type has trouble with.
const MODERATE: std::ops::Range<f64> = 1e-15..1e15;

impl Rewriter<'_> {
    /// −(c·x) = (−c)·x
    pub fn negative(&mut self, a: ScalarId) -> Option<ScalarId> {
        let (constant, x) = self.as_multiple(a)?;
        Some(self.times(-constant, x))
    }

    /// c·(d·x) = (c·d)·x, c·(x/d) = (c/d)·x and (c·x)·y = c·(x·y); (c·x)/d = (c/d)·x
    pub fn constants_in_front(&mut self, id: ScalarId) -> Option<ScalarId> {
        let Scalar::Binary(function, a, b) = self.graph.scalars[id] else { return None };
        let (constant_a, constant_b) = (self.graph.scalars.as_number(a), self.graph.scalars.as_number(b));
        match (function, constant_a, constant_b) {
            (Binary::Mul, Some(constant), _) => self.multiple_of_multiple(constant, b),
            (Binary::Mul, _, Some(constant)) => self.multiple_of_multiple(constant, a),
            (Binary::Div, _, Some(divisor)) => {
                let (constant, x) = self.as_multiple(a)?;
                is_moderate(constant / divisor).then(|| self.times(constant / divisor, x))
            }
            (Binary::Mul, None, None) => {
                let (constant, product) = match (self.as_multiple(a), self.as_multiple(b)) {
                    // Both at once, so that a square stays one.
                    (Some((c, x)), Some((d, y))) if is_moderate(c * d) => (c * d, self.mul(x, y)),
                    (Some((c, x)), None) => (c, self.mul(x, b)),
                    (None, Some((d, y))) => (d, self.mul(a, y)),
                    _ => return None,
                };
                Some(self.times(constant, product))
            }
            _ => None,
        }
    }

    fn multiple_of_multiple(&mut self, constant: f64, x: ScalarId) -> Option<ScalarId> {
        if let Scalar::Binary(Binary::Div, x, divisor) = self.graph.scalars[x] {
            let constant = constant / self.graph.scalars.as_number(divisor)?;
            return is_moderate(constant).then(|| self.times(constant, x));
        }
        let (other, x) = self.as_multiple(x)?;
        is_moderate(constant * other).then(|| self.times(constant * other, x))
    }

    /// c and x, if this is c·x.
    fn as_multiple(&mut self, id: ScalarId) -> Option<(f64, ScalarId)> {
        let Scalar::Binary(Binary::Mul, a, b) = self.graph.scalars[id] else { return None };
        match (self.graph.scalars.as_number(a), self.graph.scalars.as_number(b)) {
            (Some(constant), _) => Some((constant, b)),
            (_, Some(constant)) => Some((constant, a)),
            _ => None,
        }
    }
}

fn is_moderate(constant: f64) -> bool {
    MODERATE.contains(&constant.abs())
}
