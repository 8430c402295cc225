//! Products as lists of factors.

use super::Rewriter;
use crate::ir::{Binary, Scalar, ScalarId, Unary};

/// More factors than this are not looked at one by one.
const MANY: usize = 32;

/// coefficient · Π over / Π under
#[derive(Clone, Debug)]
pub struct Product {
    /// A constant.
    pub coefficient: f64,
    /// Above the line.
    pub over: Vec<ScalarId>,
    /// Below the line.
    pub under: Vec<ScalarId>,
}

impl Default for Product {
    fn default() -> Self {
        Self { coefficient: 1.0, over: Vec::new(), under: Vec::new() }
    }
}

impl Product {
    /// Multiplies by a factor, or divides by it.
    pub fn push(&mut self, factor: ScalarId, is_over: bool) {
        if is_over { self.over.push(factor) } else { self.under.push(factor) }
    }

    /// Multiplies by a product, or divides by it.
    pub fn push_all(&mut self, other: &Self, is_over: bool) {
        self.coefficient =
            if is_over { self.coefficient * other.coefficient } else { self.coefficient / other.coefficient };
        other.over.iter().for_each(|&factor| self.push(factor, is_over));
        other.under.iter().for_each(|&factor| self.push(factor, !is_over));
    }

    /// Whether it is 1.
    pub fn is_one(&self) -> bool {
        self.coefficient == 1.0 && self.over.is_empty() && self.under.is_empty()
    }
}

/// What becomes of names among factors.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Seen,
    Kept,
    RatiosKept,
}

impl Rewriter<'_> {
    /// The factors of a value, seen through names; a value that is no product is its own factor.
    pub fn product(&mut self, id: ScalarId) -> Product {
        self.factors(id, Names::Seen)
    }

    /// The factors of a value as they are written in it. A square stays whole, and what is divided by its
    /// largest: it is kept in range so.
    pub fn written_product(&mut self, id: ScalarId) -> Product {
        self.factors(id, Names::Kept)
    }

    /// The factors of a value, seen through names other than those of known quotients.
    pub fn product_of_ratios(&mut self, id: ScalarId) -> Product {
        self.factors(id, Names::RatiosKept)
    }

    fn factors(&mut self, id: ScalarId, names: Names) -> Product {
        let kept = names == Names::Kept;
        let mut product = Product::default();
        let mut stack = vec![(id, true)];
        while let Some((id, is_over)) = stack.pop() {
            if let Some(value) = self.graph.scalars.as_number(id) {
                product.coefficient =
                    if is_over { product.coefficient * value } else { product.coefficient / value };
                continue;
            }
            let is_kept = kept || names == Names::RatiosKept && self.is_ratio(id);
            let seen = if is_kept { id } else { self.see(id) };
            let is_full = product.over.len() + product.under.len() + stack.len() > MANY;
            let node = self.graph.scalars[seen].clone();
            match node {
                _ if is_full => product.push(id, is_over),
                Scalar::Binary(Binary::Mul, a, b) if kept && a == b => product.push(id, is_over),
                Scalar::Binary(Binary::Div, _, b) if kept && self.is_top(b) => product.push(id, is_over),
                // In reverse, so that the factors come in the order in which they are written.
                Scalar::Binary(Binary::Mul, a, b) => stack.extend([(b, is_over), (a, is_over)]),
                Scalar::Binary(Binary::Div, a, b) => stack.extend([(b, !is_over), (a, is_over)]),
                Scalar::Unary(Unary::Neg, a) => {
                    product.coefficient = -product.coefficient;
                    stack.push((a, is_over));
                }
                _ => product.push(id, is_over),
            }
        }
        product
    }

    /// The product as an expression.
    pub fn build(&mut self, product: &Product) -> ScalarId {
        let mut over = self.number(product.coefficient);
        for &factor in &product.over {
            over = self.mul(over, factor);
        }
        let Some((&first, others)) = product.under.split_first() else { return over };
        let under = others.iter().fold(first, |under, &factor| self.mul(under, factor));
        self.div(over, under)
    }
}
