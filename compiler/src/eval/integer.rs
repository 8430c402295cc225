//! Integers made ready to be evaluated often: the run-time sizes are put in, the rest is a flat list.
//!
//! Division floors, a remainder has the sign of its divisor, and sums and products wrap: a key is an integer.

use super::EvalError;
use super::machine::Memory;
use crate::ir::{Atom, Int, TensorId, root};

/// A sum of products.
#[derive(Debug)]
pub(super) struct Integer {
    constant: i64,
    terms: Vec<(i64, Vec<Factor>)>,
}

#[derive(Debug)]
enum Factor {
    Index(usize),
    Loop(usize),
    Read(TensorId, Vec<Integer>),
    Div(Integer, Integer),
    Mod(Integer, Integer),
    Root(Integer),
    Inside { position: Integer, size: Integer, tensor: String, axis: usize },
}

impl Integer {
    pub(super) fn new(value: &Int, dims: &[usize]) -> Self {
        let mut integer = Self { constant: 0, terms: Vec::new() };
        for (monomial, coefficient) in value.terms() {
            let mut coefficient = coefficient;
            let mut factors = Vec::new();
            for atom in monomial {
                match atom {
                    Atom::Dim(dim) => coefficient = coefficient.wrapping_mul(dims[dim.0 as usize] as i64),
                    Atom::Index(position) => factors.push(Factor::Index(*position)),
                    Atom::Loop(counter) => factors.push(Factor::Loop(counter.0 as usize)),
                    Atom::Read(tensor, at) => factors.push(Factor::Read(*tensor, Self::all(at, dims))),
                    Atom::Div(a, b) => factors.push(Factor::Div(Self::new(a, dims), Self::new(b, dims))),
                    Atom::Mod(a, b) => factors.push(Factor::Mod(Self::new(a, dims), Self::new(b, dims))),
                    Atom::Root(a) => factors.push(Factor::Root(Self::new(a, dims))),
                    Atom::Inside(inside) => factors.push(Factor::Inside {
                        position: Self::new(&inside.position, dims),
                        size: Self::new(&inside.size, dims),
                        tensor: inside.tensor.to_string(),
                        axis: inside.axis,
                    }),
                }
            }
            if factors.is_empty() {
                integer.constant = integer.constant.wrapping_add(coefficient);
            } else {
                integer.terms.push((coefficient, factors));
            }
        }
        integer
    }

    pub(super) fn all(values: &[Int], dims: &[usize]) -> Vec<Self> {
        values.iter().map(|value| Self::new(value, dims)).collect()
    }

    pub(super) fn evaluate(&self, memory: &Memory<'_>, index: &[i64]) -> Result<i64, EvalError> {
        let mut sum = self.constant;
        for (coefficient, factors) in &self.terms {
            let mut product = *coefficient;
            for factor in factors {
                product = product.wrapping_mul(factor.evaluate(memory, index)?);
            }
            sum = sum.wrapping_add(product);
        }
        Ok(sum)
    }
}

impl Factor {
    fn evaluate(&self, memory: &Memory<'_>, index: &[i64]) -> Result<i64, EvalError> {
        Ok(match self {
            Self::Index(position) => index[*position],
            Self::Loop(counter) => memory.counters[*counter],
            Self::Read(tensor, at) => memory.read(*tensor, at, index)?.integer().ok_or(EvalError::Operand)?,
            Self::Div(a, b) => floor_div_mod(a.evaluate(memory, index)?, b.evaluate(memory, index)?)?.0,
            Self::Mod(a, b) => floor_div_mod(a.evaluate(memory, index)?, b.evaluate(memory, index)?)?.1,
            Self::Root(a) => root(a.evaluate(memory, index)?),
            Self::Inside { position, size, tensor, axis } => {
                let (found, size) = (position.evaluate(memory, index)?, size.evaluate(memory, index)?);
                if !(0..size).contains(&found) {
                    let bound = usize::try_from(size).unwrap_or(0);
                    return Err(EvalError::Subscript {
                        tensor: tensor.clone(),
                        axis: *axis,
                        found,
                        bound,
                        writing: false,
                    });
                }
                found
            }
        })
    }
}

/// ⌊a / b⌋ and a − b ⌊a / b⌋.
fn floor_div_mod(a: i64, b: i64) -> Result<(i64, i64), EvalError> {
    if b == 0 {
        return Err(EvalError::Division);
    }
    let (quotient, remainder) = (a.wrapping_div(b), a.wrapping_rem(b));
    let floors_lower = remainder != 0 && (remainder < 0) != (b < 0);
    Ok(if floors_lower { (quotient - 1, remainder + b) } else { (quotient, remainder) })
}
