//! Which tensor holds a formula: expressions looked up by their form, whatever their indices are called.

use std::collections::{BTreeMap, BTreeSet};

use super::Ranges;
use super::definitions::Definition;
use crate::ir::{Axis, Binary, Int, Scalar, ScalarId, Scalars, Tensor, TensorId};

/// Maps, by the form of their formulas.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    by_form: BTreeMap<u64, Vec<Formula>>,
    /// The forms of the conditions under which alone some maps hold a formula.
    guards: BTreeSet<u64>,
}

/// What a tensor holds, where all guards hold.
#[derive(Clone, Debug)]
struct Formula {
    tensor: TensorId,
    definition: Definition,
    guards: Vec<ScalarId>,
}

impl Formulas {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_form.is_empty()
    }

    /// Takes note of a map; and of what it holds where it is not zero because of a condition, as long as that
    /// is worth it.
    pub fn learn(
        &mut self,
        scalars: &Scalars,
        forms: &mut Forms,
        tensor: TensorId,
        mut definition: Definition,
        worth_it: &dyn Fn(ScalarId) -> bool,
    ) {
        let mut guards = Vec::new();
        while worth_it(definition.value) {
            let form = forms.of(scalars, definition.value);
            let formula = Formula { tensor, definition: definition.clone(), guards: guards.clone() };
            self.by_form.entry(form).or_default().push(formula);
            let Scalar::Select(guard, value, otherwise) = scalars[definition.value] else { break };
            if scalars.as_number(otherwise) != Some(0.0) {
                break;
            }
            self.guards.insert(forms.of(scalars, guard));
            guards.push(guard);
            definition.value = value;
        }
    }

    /// Whether more may be known where a condition holds.
    pub fn depends_on(&self, scalars: &Scalars, forms: &mut Forms, condition: ScalarId) -> bool {
        self.guards.contains(&forms.of(scalars, condition))
    }

    /// A tensor that holds an expression, and where; the expression stands in a domain, and where it stands
    /// some conditions hold.
    pub fn find(
        &self,
        scalars: &mut Scalars,
        forms: &mut Forms,
        tensors: &[Tensor],
        id: ScalarId,
        domain: &[Axis],
        holding: &BTreeSet<ScalarId>,
    ) -> Option<(TensorId, Vec<Int>)> {
        let candidates = self.by_form.get(&forms.of(scalars, id))?;
        candidates.iter().find_map(|Formula { tensor, definition, guards }| {
            let mut search =
                Search { tensors, domain, definition, found: vec![None; definition.domain.len()] };
            search.compare(scalars, forms, definition.value, id);
            let indices: Vec<Int> = search.found.into_iter().collect::<Option<_>>()?;
            if scalars.with_indices(definition.value, &indices) != id {
                return None;
            }
            if !guards.iter().all(|&guard| holding.contains(&scalars.with_indices(guard, &indices))) {
                return None;
            }
            let at = definition
                .axes
                .iter()
                .map(|axis| axis.map_or_else(Int::zero, |index| indices[index].clone()));
            Some((*tensor, at.collect()))
        })
    }
}

/// The form of each expression: the same for expressions that differ in subscripts alone.
#[derive(Debug, Default)]
pub struct Forms(Vec<u64>);

impl Forms {
    /// The form of an expression.
    pub fn of(&mut self, scalars: &Scalars, id: ScalarId) -> u64 {
        while self.0.len() <= id.0 as usize {
            let next = self.next(scalars);
            self.0.push(next);
        }
        self.0[id.0 as usize]
    }

    /// The form of the first expression that has none yet: those of its operands are known.
    fn next(&self, scalars: &Scalars) -> u64 {
        let of = |id: ScalarId| self.0[id.0 as usize];
        let id = ScalarId(u32::try_from(self.0.len()).expect("fewer than 2^32 scalars"));
        match scalars[id] {
            Scalar::Number(bits) => mix(&[1, bits.value().to_bits()]),
            Scalar::Integer(_) => mix(&[2]),
            Scalar::Flag(value) => mix(&[3, u64::from(value)]),
            Scalar::Read(tensor, _) => mix(&[4, u64::from(tensor.0)]),
            Scalar::Unary(function, a) => mix(&[5, of(a), mix_text(&format!("{function:?}"))]),
            // Either order.
            Scalar::Binary(function @ (Binary::Add | Binary::Mul), a, b) => {
                mix(&[6, function as u64, of(a).wrapping_add(of(b))])
            }
            Scalar::Binary(function, a, b) => mix(&[6, function as u64, of(a), of(b)]),
            Scalar::Call(function, ref arguments) => {
                arguments.iter().fold(mix(&[13, mix_text(&format!("{function:?}"))]), |form, &argument| {
                    mix(&[form, of(argument)])
                })
            }
            Scalar::Compare(comparison, a, b) => mix(&[7, comparison as u64, of(a), of(b)]),
            Scalar::CompareInt(comparison, ..) => mix(&[8, comparison as u64]),
            Scalar::Not(a) => mix(&[9, of(a)]),
            Scalar::And(a, b) => mix(&[10, of(a), of(b)]),
            Scalar::Or(a, b) => mix(&[11, of(a), of(b)]),
            Scalar::Select(c, a, b) => mix(&[12, of(c), of(a), of(b)]),
        }
    }
}

fn mix(parts: &[u64]) -> u64 {
    parts
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, part| (hash ^ part).wrapping_mul(0x100_0000_01b3).rotate_left(23))
}

fn mix_text(text: &str) -> u64 {
    text.bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// Finds what the indices of a formula are in an expression of the same form.
struct Search<'a> {
    tensors: &'a [Tensor],
    domain: &'a [Axis],
    definition: &'a Definition,
    found: Vec<Option<Int>>,
}

impl Search<'_> {
    fn compare(&mut self, scalars: &Scalars, forms: &mut Forms, formula: ScalarId, id: ScalarId) {
        let mut stack = vec![(formula, id, false)];
        let mut seen = BTreeSet::new();
        while let Some((formula, id, guarded)) = stack.pop() {
            if !seen.insert((formula, id, guarded)) {
                continue;
            }
            let mut push = |formula, id, guards| stack.push((formula, id, guarded || guards));
            match (&scalars[formula], &scalars[id]) {
                (Scalar::Read(tensor, formula), Scalar::Read(_, at)) if formula.len() == at.len() => {
                    self.subscripts(*tensor, formula, at, guarded);
                }
                (Scalar::Integer(formula), Scalar::Integer(value)) => self.same_index(formula, value),
                (Scalar::CompareInt(_, a, b), Scalar::CompareInt(_, x, y)) => {
                    self.same_index(a, x);
                    self.same_index(b, y);
                }
                (&Scalar::Binary(Binary::Add | Binary::Mul, a, b), &Scalar::Binary(_, x, y))
                    if forms.of(scalars, a) != forms.of(scalars, x) =>
                {
                    push(a, y, false);
                    push(b, x, false);
                }
                // What a condition decides is not evaluated everywhere.
                (&Scalar::Select(c, a, b), &Scalar::Select(condition, x, y)) => {
                    push(c, condition, false);
                    push(a, x, true);
                    push(b, y, true);
                }
                (&(Scalar::And(a, b) | Scalar::Or(a, b)), &(Scalar::And(x, y) | Scalar::Or(x, y))) => {
                    push(a, x, false);
                    push(b, y, true);
                }
                _ => {
                    let operands = scalars.operands(formula).into_iter().zip(scalars.operands(id));
                    operands.for_each(|(formula, id)| push(formula, id, false));
                }
            }
        }
    }

    fn subscripts(&mut self, tensor: TensorId, formula: &[Int], at: &[Int], guarded: bool) {
        let shape = &self.tensors[tensor.0 as usize].shape;
        for ((subscript, size), value) in formula.iter().zip(shape).zip(at) {
            match subscript.as_index() {
                // Whatever is a subscript of this axis is in range of the index, unless it may never be read.
                Some(index) if self.definition.domain[index].extent == *size => {
                    if !guarded || Ranges::new(self.domain, &BTreeMap::new()).is_within(value, size) {
                        self.note(index, value);
                    }
                }
                _ => self.same_index(subscript, value),
            }
        }
    }

    /// An index with the same range is in range, too; and what is a subscript of what is read for a place.
    fn same_index(&mut self, formula: &Int, value: &Int) {
        match (formula.as_index(), value.as_index()) {
            (Some(index), Some(other)) => {
                if self.definition.domain[index].extent == self.domain[other].extent {
                    self.note(index, value);
                }
            }
            (None, None) => {
                for ((tensor, formula), (other, at)) in read(formula).into_iter().zip(read(value)) {
                    if tensor == other {
                        self.subscripts(tensor, &formula, &at, false);
                    }
                }
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
    }

    fn note(&mut self, index: usize, value: &Int) {
        self.found[index].get_or_insert_with(|| value.clone());
    }
}

/// What an integer reads, in order.
fn read(value: &Int) -> Vec<(TensorId, Vec<Int>)> {
    let mut reads = Vec::new();
    value.visit_reads(&mut |tensor, at| reads.push((tensor, at.to_vec())));
    reads
}
