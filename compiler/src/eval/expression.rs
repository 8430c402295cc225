//! Scalar expressions made ready to be evaluated often: what lies under one root, in a flat list.
//!
//! What is evaluated in any case comes in order of operands; what hangs on a branch comes in a block of
//! its own, run only when the branch is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::EvalError;
use super::data::Value;
use super::function;
use super::integer::Integer;
use super::machine::Memory;
use super::random;
use crate::ir::{Binary, Comparison, Function, Scalar, ScalarId, Scalars, TensorId, Unary};

/// An expression; slots are places in `steps`.
#[derive(Debug)]
pub(super) struct Expression {
    steps: Vec<Step>,
    /// For each slot that is the root or hangs on a branch: what its value needs in any case, itself
    /// last. Empty for the others.
    blocks: Vec<Vec<usize>>,
    root: usize,
    /// What is not rounded: the sums under functions that depend on their last digits.
    sums: BTreeSet<usize>,
    /// The values of this evaluation, and which evaluation each slot was last computed in.
    values: Vec<Value>,
    computed: Vec<u64>,
    evaluation: u64,
}

#[derive(Debug)]
enum Step {
    Number(f64),
    Integer(Integer),
    Flag(bool),
    Read(TensorId, Vec<Integer>),
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
    Call(Function, Option<String>, Vec<usize>),
    Compare(Comparison, usize, usize),
    CompareInt(Comparison, Integer, Integer),
    Not(usize),
    And(usize, usize),
    Or(usize, usize),
    Select(usize, usize, usize),
}

impl Step {
    /// Operands that are needed in any case, and those that hang on one of these.
    fn operands(&self) -> (Vec<usize>, Vec<usize>) {
        match *self {
            Self::Call(_, _, ref arguments) => (arguments.clone(), vec![]),
            Self::Number(_) | Self::Integer(_) | Self::Flag(_) | Self::Read(..) | Self::CompareInt(..) => {
                (vec![], vec![])
            }
            Self::Unary(_, a) | Self::Not(a) => (vec![a], vec![]),
            Self::Binary(_, a, b) | Self::Compare(_, a, b) => (vec![a, b], vec![]),
            Self::And(a, b) | Self::Or(a, b) => (vec![a], vec![b]),
            Self::Select(c, a, b) => (vec![c], vec![a, b]),
        }
    }
}

impl Expression {
    pub(super) fn new(scalars: &Scalars, root: ScalarId, dims: &[usize]) -> Self {
        let order = scalars.reachable(root);
        let slots: BTreeMap<ScalarId, usize> =
            order.iter().enumerate().map(|(slot, &id)| (id, slot)).collect();
        let steps: Vec<Step> = order.iter().map(|&id| step(scalars, id, &slots, dims)).collect();
        let root = slots[&root];
        let mut blocks = vec![Vec::new(); steps.len()];
        blocks[root] = block(&steps, root);
        for lazy in steps.iter().flat_map(|step| step.operands().1) {
            if blocks[lazy].is_empty() {
                blocks[lazy] = block(&steps, lazy);
            }
        }
        let sums = order.iter().flat_map(|&id| scalars.sums_of_argument(id)).map(|id| slots[&id]).collect();
        let (values, computed) = (vec![Value::Flag(false); steps.len()], vec![0; steps.len()]);
        Self { steps, blocks, root, sums, values, computed, evaluation: 0 }
    }

    /// The value at an index of the domain.
    pub(super) fn evaluate(&mut self, memory: &Memory<'_>, index: &[i64]) -> Result<Value, EvalError> {
        self.evaluation += 1;
        self.run(self.root, memory, index)
    }

    /// The same, but nothing where the branches taken end in the literal 0.
    pub(super) fn evaluate_unless_zero(
        &mut self,
        memory: &Memory<'_>,
        index: &[i64],
    ) -> Result<Option<Value>, EvalError> {
        self.evaluation += 1;
        let value = self.run(self.root, memory, index)?;
        let mut slot = self.root;
        while let Step::Select(c, a, b) = self.steps[slot] {
            slot = if self.flag(c)? { a } else { b };
        }
        Ok(match self.steps[slot] {
            Step::Number(0.0) => None,
            _ => Some(value),
        })
    }

    fn run(&mut self, target: usize, memory: &Memory<'_>, index: &[i64]) -> Result<Value, EvalError> {
        for place in 0..self.blocks[target].len() {
            let slot = self.blocks[target][place];
            if self.computed[slot] != self.evaluation {
                self.values[slot] = self.execute(slot, memory, index)?;
                self.computed[slot] = self.evaluation;
            }
        }
        Ok(self.values[target])
    }

    fn execute(&mut self, slot: usize, memory: &Memory<'_>, index: &[i64]) -> Result<Value, EvalError> {
        Ok(match &self.steps[slot] {
            Step::Number(value) => Value::Float(memory.precision.round(*value)),
            Step::Integer(value) => Value::Integer(value.evaluate(memory, index)?),
            Step::Flag(value) => Value::Flag(*value),
            Step::Read(tensor, at) => memory.read(*tensor, at, index)?,
            Step::Unary(name, a) => {
                let value = function::unary(*name, self.float(*a)?);
                Value::Float(self.rounded(slot, value, memory))
            }
            Step::Binary(name, a, b) => {
                let value = function::binary(*name, self.float(*a)?, self.float(*b)?);
                Value::Float(self.rounded(slot, value, memory))
            }
            Step::Call(Function::Extern(_), name, arguments) => {
                let numbers = arguments.iter().map(|&a| self.float(a)).collect::<Result<Vec<f64>, _>>()?;
                let name = name.clone().unwrap_or_default();
                Value::Float(function::external(&name, &numbers).ok_or(EvalError::Function { name })?)
            }
            Step::Call(function, _, arguments) => {
                let integer = |place: usize| {
                    let integer = self.values[arguments[place]].integer().ok_or(EvalError::Operand);
                    integer.map(i64::cast_unsigned)
                };
                match function {
                    Function::Fold => Value::Integer(random::fold(integer(0)?, integer(1)?).cast_signed()),
                    Function::Word(half) => Value::Integer(i64::from(random::word(integer(0)?, *half))),
                    Function::Key => Value::Integer(random::key(integer(0)?, integer(1)?).cast_signed()),
                    _ => Value::Float(random::uniform(integer(0)?, integer(1)?)),
                }
            }
            Step::Compare(comparison, a, b) => {
                Value::Flag(function::compare(*comparison, &self.float(*a)?, &self.float(*b)?))
            }
            Step::CompareInt(comparison, a, b) => {
                let (a, b) = (a.evaluate(memory, index)?, b.evaluate(memory, index)?);
                Value::Flag(function::compare(*comparison, &a, &b))
            }
            Step::Not(a) => Value::Flag(!self.flag(*a)?),
            &Step::And(a, b) if self.flag(a)? => self.run(b, memory, index)?,
            &Step::And(..) => Value::Flag(false),
            &Step::Or(a, _) if self.flag(a)? => Value::Flag(true),
            &Step::Or(_, b) => self.run(b, memory, index)?,
            &Step::Select(c, a, b) => {
                let branch = if self.flag(c)? { a } else { b };
                self.run(branch, memory, index)?
            }
        })
    }

    fn rounded(&self, slot: usize, value: f64, memory: &Memory<'_>) -> f64 {
        if self.sums.contains(&slot) { value } else { memory.precision.round(value) }
    }

    fn float(&self, slot: usize) -> Result<f64, EvalError> {
        self.values[slot].float().ok_or(EvalError::Operand)
    }

    fn flag(&self, slot: usize) -> Result<bool, EvalError> {
        self.values[slot].flag().ok_or(EvalError::Operand)
    }
}

fn step(scalars: &Scalars, id: ScalarId, slots: &BTreeMap<ScalarId, usize>, dims: &[usize]) -> Step {
    match &scalars[id] {
        Scalar::Number(bits) => Step::Number(bits.value()),
        Scalar::Integer(value) => Step::Integer(Integer::new(value, dims)),
        Scalar::Flag(value) => Step::Flag(*value),
        Scalar::Read(tensor, at) => Step::Read(*tensor, Integer::all(at, dims)),
        Scalar::Unary(name, a) => Step::Unary(*name, slots[a]),
        Scalar::Binary(name, a, b) => Step::Binary(*name, slots[a], slots[b]),
        Scalar::Call(function, arguments) => {
            let name = match function {
                Function::Extern(function) => Some(scalars.externs[function.0 as usize].name.clone()),
                _ => None,
            };
            Step::Call(*function, name, arguments.iter().map(|argument| slots[argument]).collect())
        }
        Scalar::Compare(comparison, a, b) => Step::Compare(*comparison, slots[a], slots[b]),
        Scalar::CompareInt(comparison, a, b) => {
            Step::CompareInt(*comparison, Integer::new(a, dims), Integer::new(b, dims))
        }
        Scalar::Not(a) => Step::Not(slots[a]),
        Scalar::And(a, b) => Step::And(slots[a], slots[b]),
        Scalar::Or(a, b) => Step::Or(slots[a], slots[b]),
        Scalar::Select(c, a, b) => Step::Select(slots[c], slots[a], slots[b]),
    }
}

/// What a value needs in any case, operands first, itself last.
fn block(steps: &[Step], target: usize) -> Vec<usize> {
    let mut needed = vec![false; target + 1];
    needed[target] = true;
    for slot in (0..=target).rev() {
        if needed[slot] {
            steps[slot].operands().0.into_iter().for_each(|operand| needed[operand] = true);
        }
    }
    (0..=target).filter(|&slot| needed[slot]).collect()
}
