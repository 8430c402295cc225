//! The terms of a sum: a product under conditions.

use std::collections::BTreeSet;

use crate::ir::{Atom, Axis, Binary, Comparison, Graph, Int, Scalar, ScalarId, Scalars, TensorId, Unary};
use crate::simplify::cost;
use crate::simplify::ranges::Ranges;

/// `if guards { constant · Π over / Π under } else { 0 }`
#[derive(Clone, Debug)]
pub struct Term {
    /// Conditions that all hold.
    pub guards: Vec<ScalarId>,
    /// A constant.
    pub constant: f64,
    /// Above the line.
    pub over: Vec<ScalarId>,
    /// Below the line.
    pub under: Vec<ScalarId>,
}

/// A factor, and what matters of it.
#[derive(Debug)]
pub struct Factor {
    /// The indices that it depends on.
    pub indices: BTreeSet<usize>,
    /// What it costs, the multiplication aside.
    pub cost: f64,
}

impl Term {
    /// A value as a term. What is divided by a scale stays whole: the scale is there to keep it in range.
    pub fn of(scalars: &mut Scalars, value: ScalarId, is_scale: &dyn Fn(&Scalars, ScalarId) -> bool) -> Self {
        let mut term = Self { guards: Vec::new(), constant: 1.0, over: Vec::new(), under: Vec::new() };
        let mut value = value;
        while let Scalar::Select(c, x, y) = scalars[value] {
            if scalars.as_number(y) == Some(0.0) {
                conjuncts(scalars, c, &mut term.guards);
                value = x;
            } else if scalars.as_number(x) == Some(0.0) {
                let otherwise = scalars.not(c);
                conjuncts(scalars, otherwise, &mut term.guards);
                value = y;
            } else {
                break;
            }
        }
        let mut stack = vec![(value, true)];
        while let Some((id, is_over)) = stack.pop() {
            match scalars[id] {
                Scalar::Number(value) if is_over => term.constant *= value.value(),
                // A square stays whole for the same reason.
                Scalar::Binary(Binary::Mul, a, b) if a != b => stack.extend([(b, is_over), (a, is_over)]),
                Scalar::Binary(Binary::Div, a, b) if !is_scale(scalars, b) => {
                    stack.extend([(b, !is_over), (a, is_over)])
                }
                Scalar::Unary(Unary::Neg, a) => {
                    term.constant = -term.constant;
                    stack.push((a, is_over));
                }
                _ if is_over => term.over.push(id),
                _ => term.under.push(id),
            }
        }
        term
    }

    /// The factors that can be taken apart: those above the line, those below it, and the constant if it
    /// is not 1.
    pub fn factors(&self, scalars: &Scalars) -> Vec<Factor> {
        let factor = |&id: &ScalarId, extra: f64| Factor {
            indices: scalars.indices(id),
            cost: cost::expression(scalars, id) + extra,
        };
        let over = self.over.iter().map(|id| factor(id, 0.0));
        let under = self.under.iter().map(|id| factor(id, 3.0));
        let constant = (self.constant != 1.0).then(|| Factor { indices: BTreeSet::new(), cost: 1.0 });
        over.chain(under).chain(constant).collect()
    }

    /// Two terms, of the factors that go and of the others; the second keeps the guards.
    pub fn divide(&self, goes: &[bool]) -> (Self, Self) {
        let mut part = Self { guards: Vec::new(), constant: 1.0, over: Vec::new(), under: Vec::new() };
        let mut rest = Self { guards: self.guards.clone(), ..part.clone() };
        let mut goes = goes.iter().copied();
        let mut next = || goes.next().unwrap_or(false);
        for &id in &self.over {
            if next() { part.over.push(id) } else { rest.over.push(id) }
        }
        for &id in &self.under {
            if next() { part.under.push(id) } else { rest.under.push(id) }
        }
        let constant = if next() { &mut part } else { &mut rest };
        constant.constant = self.constant;
        (part, rest)
    }

    /// All factors.
    pub fn ids(&self) -> impl Iterator<Item = ScalarId> + '_ {
        self.over.iter().chain(&self.under).copied()
    }

    /// The term as an expression.
    pub fn build(&self, scalars: &mut Scalars) -> ScalarId {
        let product = |scalars: &mut Scalars, factors: &[ScalarId]| {
            factors.iter().copied().reduce(|product, factor| scalars.mul(product, factor))
        };
        let over = product(scalars, &self.over);
        let under = product(scalars, &self.under);
        let mut value = scalars.number(self.constant);
        if let Some(over) = over {
            value = scalars.mul(value, over);
        }
        if let Some(under) = under {
            value = scalars.div(value, under);
        }
        let zero = scalars.number(0.0);
        let mut guards = self.guards.iter().copied();
        let Some(first) = guards.next() else { return value };
        let all = guards.fold(first, |all, guard| scalars.and(all, guard));
        scalars.select(all, value, zero)
    }
}

fn conjuncts(scalars: &Scalars, condition: ScalarId, found: &mut Vec<ScalarId>) {
    match scalars[condition] {
        Scalar::And(a, b) => {
            conjuncts(scalars, a, found);
            conjuncts(scalars, b, found);
        }
        _ => found.push(condition),
    }
}

/// j and k, if a condition is j = k with j an index, and k free of it. Of two indices the later one, which is
/// the one summed over where only one is.
pub fn as_equation(scalars: &Scalars, condition: ScalarId, rank: usize) -> Option<(usize, Int)> {
    let Scalar::CompareInt(Comparison::Equal, a, b) = &scalars[condition] else { return None };
    let difference = a.sub(b);
    (0..rank).rev().find_map(|index| {
        let value = solved(&difference, index)?;
        (!value.mentions_index(index)).then_some((index, value))
    })
}

/// What an index is where a sum that it is a term of is 0.
fn solved(sum: &Int, index: usize) -> Option<Int> {
    let (_, coefficient) = sum.terms().find(|(monomial, _)| *monomial == [Atom::Index(index)])?;
    match coefficient {
        1 => Some(Int::index(index).sub(sum)),
        -1 => Some(Int::index(index).add(sum)),
        _ => None,
    }
}

/// An index and its first value and one past its last, if a condition says within which sizes it is.
pub fn as_bounds(
    scalars: &Scalars,
    ranges: &Ranges<'_>,
    domain: &[Axis],
    condition: ScalarId,
) -> Option<(usize, Int, Int)> {
    // 0 ≤ slack
    let slack = match &scalars[condition] {
        Scalar::CompareInt(Comparison::Less, a, b) => b.sub(a).plus(-1),
        Scalar::CompareInt(Comparison::LessEqual, a, b) => b.sub(a),
        Scalar::Not(inner) => match &scalars[*inner] {
            Scalar::CompareInt(Comparison::Less, a, b) => a.sub(b),
            Scalar::CompareInt(Comparison::LessEqual, a, b) => a.sub(b).plus(-1),
            _ => return None,
        },
        _ => return None,
    };
    let (index, axis) = domain.iter().enumerate().find(|(index, _)| slack.mentions_index(*index))?;
    let limit = solved(&slack, index)?;
    let mut is_size = true;
    limit.visit_atoms(&mut |atom| is_size &= matches!(atom, Atom::Dim(_)));
    if !is_size {
        return None;
    }
    let is_lower = slack.add(&limit).sub(&Int::index(index)).is(0);
    let (from, to) = if is_lower { (limit, axis.extent.clone()) } else { (Int::zero(), limit.plus(1)) };
    let is_within = ranges.is_natural(&from, &[]) && ranges.is_natural(&axis.extent.sub(&to), &[]);
    is_within.then_some((index, from, to))
}

/// 0 ≤ value and value < extent
pub fn in_range(scalars: &mut Scalars, value: &Int, extent: &Int) -> [ScalarId; 2] {
    let from_zero = scalars.compare_int(Comparison::LessEqual, Int::zero(), value.clone());
    let to_extent = scalars.compare_int(Comparison::Less, value.clone(), extent.clone());
    [from_zero, to_extent]
}

/// Whether an expression reads nothing out of range at any point of a domain.
pub fn is_safe(graph: &Graph, ranges: &Ranges<'_>, id: ScalarId) -> bool {
    let mut is_safe = true;
    graph.visit_reads(id, &mut |tensor, at| {
        is_safe &=
            at.iter().zip(graph.shape(tensor)).all(|(subscript, size)| ranges.is_within(subscript, size));
    });
    is_safe
}

/// Whether a value is one to scale by, kept from differentiation: `stop_grad(…)`, or that where it is fit.
pub fn is_scale(scalars: &Scalars, id: ScalarId, is_known: &dyn Fn(TensorId) -> bool) -> bool {
    match scalars[id] {
        Scalar::Unary(Unary::StopGradient, _) => true,
        Scalar::Select(_, top, _) => is_scale(scalars, top, is_known),
        Scalar::Read(tensor, _) => is_known(tensor),
        _ => false,
    }
}
