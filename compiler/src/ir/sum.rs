//! Sums that are not rounded: as arguments of functions that depend on their last digits.
//!
//! σ(x + ln 3) is nearly 3eˣ where x is far below 0: at x = −20 half a unit in the last place of the sum is 16 of them
//! in the result. So the sums that arise from sums of exponentials are recognised where they stand under such a
//! function, and whoever evaluates the function holds them in two parts. Named, they are rounded as any other number.

use super::{Binary, Scalar, ScalarId, Scalars, Unary};

/// Sums of more levels than this are rounded: three terms with weights have four. (Each is made anew for each function
/// of it, so that with many terms the work would grow with their square.)
const DEEP: usize = 4;

/// What is below so many operations is a number.
const FAR: usize = 2 * DEEP;

/// A sum in two parts, the logarithm of a constant, or any number.
#[derive(Clone, Debug)]
pub struct Sum {
    pub id: ScalarId,
    /// What it is made of; none, if it is no sum.
    pub operands: Vec<Sum>,
}

impl Sum {
    fn levels(&self) -> usize {
        self.operands.iter().map(|operand| 1 + operand.levels()).max().unwrap_or(0)
    }

    /// It, and all that it is made of.
    fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        let mut next = 0;
        while next < all.len() {
            all.extend(&all[next].operands);
            next += 1;
        }
        all
    }
}

impl Scalars {
    /// The value of ln c, if this is one, c a positive constant.
    pub fn as_ln_of_constant(&self, id: ScalarId) -> Option<f64> {
        let Scalar::Unary(Unary::Ln, constant) = self[id] else { return None };
        let value = self.as_number(constant).filter(|&constant| constant > 0.0)?.ln();
        value.is_finite().then_some(value)
    }

    /// The argument of a function that depends on its last digits, if it has more than one number holds.
    pub fn argument_in_parts(&self, id: ScalarId) -> Option<Sum> {
        match self[id] {
            Scalar::Unary(Unary::Sigmoid | Unary::Softplus | Unary::HalfTanh, a) => {
                self.sum(a, FAR).filter(|sum| !sum.operands.is_empty())
            }
            _ => None,
        }
    }

    /// An expression as a sum, if that has no more levels than are held in two parts.
    fn sum(&self, id: ScalarId, left: usize) -> Option<Sum> {
        let operands = match self[id] {
            _ if left == 0 => vec![],
            Scalar::Unary(Unary::Neg | Unary::Softplus, a) => vec![a],
            Scalar::Binary(Binary::Add | Binary::Sub | Binary::LogAddExp, a, b) => vec![a, b],
            _ => vec![],
        };
        let operands: Option<Vec<Sum>> =
            operands.into_iter().map(|operand| self.sum(operand, left - 1)).collect();
        let mut sum = Sum { id, operands: operands? };
        let is_logarithm =
            matches!(self[id], Scalar::Unary(Unary::Softplus, _) | Scalar::Binary(Binary::LogAddExp, ..));
        if !is_logarithm && !sum.operands.iter().any(|operand| self.is_in_parts(operand)) {
            sum.operands.clear();
        }
        (sum.levels() <= DEEP).then_some(sum)
    }

    /// Whether something has more digits than one number holds.
    fn is_in_parts(&self, sum: &Sum) -> bool {
        !sum.operands.is_empty() || self.as_ln_of_constant(sum.id).is_some()
    }

    /// What an expression is computed of: its operands; those of its argument where that is held in two parts.
    pub fn evaluated_operands(&self, id: ScalarId) -> Vec<ScalarId> {
        let Some(argument) = self.argument_in_parts(id) else { return self.operands(id) };
        let numbers = argument.all().into_iter().filter(|sum| !self.is_in_parts(sum));
        numbers.map(|sum| sum.id).collect()
    }

    /// The sums in two parts that an expression is computed by.
    pub fn sums_of_argument(&self, id: ScalarId) -> Vec<ScalarId> {
        let argument = self.argument_in_parts(id);
        let sums = argument.iter().flat_map(Sum::all).filter(|sum| self.is_in_parts(sum));
        sums.map(|sum| sum.id).collect()
    }

    /// x and c, if the exponent is x + ln c: for c·eˣ.
    pub fn without_constant(&mut self, id: ScalarId) -> (ScalarId, f64) {
        let factor = |scalars: &Self, id: ScalarId| match scalars[id] {
            Scalar::Unary(_, constant) if scalars.as_ln_of_constant(id).is_some() => {
                scalars.as_number(constant)
            }
            _ => None,
        };
        if let Some(factor) = factor(self, id) {
            return (self.number(0.0), factor);
        }
        match self[id] {
            Scalar::Unary(Unary::Neg, a) => match self.without_constant(a) {
                (_, 1.0) => (id, 1.0),
                (x, factor) => (self.neg(x), factor.recip()),
            },
            Scalar::Binary(Binary::Add, a, b) => match (factor(self, a), factor(self, b)) {
                (_, Some(factor)) => (a, factor),
                (Some(factor), _) => (b, factor),
                _ => (id, 1.0),
            },
            Scalar::Binary(Binary::Sub, a, b) => match (factor(self, a), factor(self, b)) {
                (_, Some(factor)) => (a, factor.recip()),
                (Some(factor), _) => (self.neg(b), factor),
                _ => (id, 1.0),
            },
            _ => (id, 1.0),
        }
    }

    /// x + ln c, the exponent of c·eˣ. Constants that are there already are one with it.
    pub fn with_constant(&mut self, exponent: ScalarId, factor: f64) -> ScalarId {
        if factor == 1.0 {
            return exponent;
        }
        let (x, own) = self.without_constant(exponent);
        let factor = own * factor;
        if factor == 1.0 {
            return x;
        }
        // Of numbers above 1 alone, so that opposite exponents have the same.
        let constant = self.number(factor.max(factor.recip()));
        let constant = self.unary(Unary::Ln, constant);
        if factor > 1.0 { self.add(x, constant) } else { self.sub(x, constant) }
    }

    /// a − b of exponents, their constants beside it: (x + ln c) − (y + ln d) = (x − y) + ln(c/d)
    pub fn distance(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        let ((x, c), (y, d)) = (self.without_constant(a), self.without_constant(b));
        if !(c / d).is_normal() {
            return self.sub(a, b);
        }
        let difference = self.sub(x, y);
        self.with_constant(difference, c / d)
    }
}
