//! Whether a subscript stays inside its axis: decided exactly where sizes are constants, by looking at
//! every value that the indices in it take under the conditions around it, of which those that a run decides may hold. Where only a run tells, the
//! subscript becomes one that is checked; `required` says when.

use super::elaborate::Elaborator;
use crate::ir::{Atom, Comparison, Inside, Int, Scalar, ScalarId};
use crate::syntax::ast;

/// Up to how many combinations of index values are looked at.
const MANY: i64 = 1 << 14;

/// What is known about a subscript.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// It never leaves its axis.
    Inside,
    /// It does, here.
    Outside(Int),
    /// It does, here, unless a condition that a run decides keeps it from being evaluated.
    Perhaps(Int),
    /// What is run decides.
    Unknown,
}

/// An index or a loop's counter, and how many values it takes from 0.
struct Moving {
    atom: Atom,
    extent: i64,
}

impl Elaborator<'_> {
    /// A subscript as what it is applied to is read with: one that falls outside its axis is reported, one
    /// of which only a run tells is to be checked then.
    pub fn inside(&mut self, position: Int, size: &Int, of: (&str, usize), expr: &ast::Expr) -> Int {
        let sure: Vec<ScalarId> = self.scalar_guards(true);
        match self.verdict(&position, size, &sure) {
            Verdict::Inside => (),
            verdict => {
                // A range that is not rectangular holds its reads inside: what is stored in it heeds it.
                let all = self.scalar_guards(false);
                let narrowed =
                    if all.len() > sure.len() { self.verdict(&position, size, &all) } else { verdict };
                match narrowed {
                    Verdict::Inside | Verdict::Unknown => {
                        self.guards.iter_mut().for_each(|guard| guard.needed = true);
                        if narrowed == Verdict::Unknown {
                            return checked(position, size, of);
                        }
                    }
                    Verdict::Outside(_) | Verdict::Perhaps(_) if self.quiet > 0 => {}
                    Verdict::Perhaps(_) if all.iter().any(|&guard| self.is_wrong(guard)) => {}
                    Verdict::Outside(reached) => self.say_outside(&position, size, &reached, expr),
                    Verdict::Perhaps(reached) => self.say_perhaps_outside(&position, size, &reached, expr),
                }
            }
        }
        position
    }

    /// Whether a subscript stays inside its axis whatever conditions are around it.
    pub fn is_surely_inside(&self, position: &Int, size: &Int) -> bool {
        self.verdict(position, size, &[]) == Verdict::Inside
    }

    /// Whether a condition is made of one that is wrong.
    fn is_wrong(&self, guard: ScalarId) -> bool {
        self.graph.scalars.reachable(guard).into_iter().any(|part| match &self.graph.scalars[part] {
            Scalar::Read(tensor, _) => self.unknown.contains(tensor),
            _ => false,
        })
    }

    /// The conditions that are no mask tensors, one by one; `sure` for those of branches alone.
    fn scalar_guards(&mut self, sure: bool) -> Vec<ScalarId> {
        let guards: Vec<_> = self
            .guards
            .iter()
            .filter(|guard| guard.condition.shape.is_empty() && (guard.needed || !sure))
            .map(|guard| guard.condition.clone())
            .collect();
        let mut parts = Vec::new();
        for guard in guards {
            let mut stack = vec![self.here(&guard).element];
            while let Some(id) = stack.pop() {
                match self.graph.scalars[id] {
                    Scalar::And(a, b) => stack.extend([a, b]),
                    _ => parts.push(id),
                }
            }
        }
        parts
    }

    fn verdict(&self, position: &Int, size: &Int, guards: &[ScalarId]) -> Verdict {
        let is_empty = |extent: &Int| extent.as_constant().is_some_and(|extent| extent <= 0);
        if self.ambient.iter().any(|axis| is_empty(&axis.extent)) || self.counters.values().any(is_empty) {
            return Verdict::Inside;
        }
        match size.as_constant() {
            Some(size) if !mentions_unknown(position) => self.exactly(position, size, guards),
            _ => self.symbolically(position, size, guards),
        }
    }

    /// With sizes that are known at run time: only what is certain, whatever they are.
    fn symbolically(&self, position: &Int, size: &Int, guards: &[ScalarId]) -> Verdict {
        let affine = position.terms().all(|(monomial, _)| {
            monomial.iter().all(|atom| matches!(atom, Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_)))
        });
        let Some((low, high)) = self.bounds(position).filter(|_| affine) else { return Verdict::Unknown };
        let room = size.plus(-1).sub(&high);
        if Self::is_at_least(&low, 0) == Some(true) && Self::is_at_least(&room, 0) == Some(true) {
            return Verdict::Inside;
        }
        match (Self::is_at_least(&low, 0), Self::is_at_least(&room, 0)) {
            _ if !guards.is_empty() || size.is(0) => Verdict::Unknown,
            (Some(false), _) => Verdict::Outside(low),
            (_, Some(false)) => Verdict::Outside(high),
            _ => Verdict::Unknown,
        }
    }

    /// With sizes that are constants.
    fn exactly(&self, position: &Int, size: i64, guards: &[ScalarId]) -> Verdict {
        let affine = position.terms().all(|(monomial, _)| {
            monomial.len() <= 1 && monomial.iter().all(|atom| matches!(atom, Atom::Index(_) | Atom::Loop(_)))
        });
        let bounds = if affine { self.bounds(position) } else { None };
        if let Some((low, high)) = &bounds {
            // Each index moves alone, so the ends are reached.
            let (Some(least), Some(greatest)) = (low.as_constant(), high.as_constant()) else {
                return Verdict::Unknown;
            };
            if 0 <= least && greatest < size {
                return Verdict::Inside;
            }
            if guards.is_empty() {
                return Verdict::Outside(if least < 0 { low.clone() } else { high.clone() });
            }
        }
        let mut moving = Vec::new();
        let own = self.collect(position, &mut moving);
        let mut relevant: Vec<ScalarId> = Vec::new();
        loop {
            let before = relevant.len();
            for &guard in guards {
                let shares = self.moves_with(guard, &moving) || !self.collect_guard(guard, &mut Vec::new());
                if shares && !relevant.contains(&guard) {
                    self.collect_guard(guard, &mut moving);
                    relevant.push(guard);
                }
            }
            if relevant.len() == before {
                break;
            }
        }
        let total = moving.iter().try_fold(1i64, |total, each| total.checked_mul(each.extent));
        if !own || total.is_none_or(|total| total > MANY) {
            return Verdict::Unknown;
        }
        self.look(position, size, &relevant, &moving)
    }

    /// Looks at every combination.
    fn look(&self, position: &Int, size: i64, guards: &[ScalarId], moving: &[Moving]) -> Verdict {
        let mut perhaps = None;
        let mut values = vec![0i64; moving.len()];
        loop {
            let at: Vec<(&Atom, i64)> =
                moving.iter().map(|each| &each.atom).zip(values.iter().copied()).collect();
            let holds: Vec<Option<bool>> = guards.iter().map(|&guard| self.holds(guard, &at)).collect();
            if !holds.contains(&Some(false)) {
                match evaluate(position, &at) {
                    None => return Verdict::Unknown,
                    Some(reached) if !(0..size).contains(&reached) && holds.contains(&None) => {
                        perhaps = perhaps.or(Some(reached));
                    }
                    Some(reached) if !(0..size).contains(&reached) => {
                        return Verdict::Outside(Int::constant(reached));
                    }
                    Some(_) => {}
                }
            }
            let Some(next) = (0..values.len()).rev().find(|&place| values[place] + 1 < moving[place].extent)
            else {
                return perhaps.map_or(Verdict::Inside, |reached| Verdict::Perhaps(Int::constant(reached)));
            };
            values[next] += 1;
            values[next + 1..].fill(0);
        }
    }

    /// Whether a condition holds; `None` where more than indices decides.
    fn holds(&self, guard: ScalarId, at: &[(&Atom, i64)]) -> Option<bool> {
        match &self.graph.scalars[guard] {
            Scalar::Flag(flag) => Some(*flag),
            Scalar::CompareInt(comparison, a, b) => {
                let (a, b) = (evaluate(a, at)?, evaluate(b, at)?);
                Some(match comparison {
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Equal => a == b,
                    Comparison::NotEqual => a != b,
                })
            }
            Scalar::Not(inner) => self.holds(*inner, at).map(|holds| !holds),
            Scalar::And(a, b) => match (self.holds(*a, at), self.holds(*b, at)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Scalar::Or(a, b) => match (self.holds(*a, at), self.holds(*b, at)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// Adds the indices in an integer; whether all their ranges are constants.
    fn collect(&self, value: &Int, moving: &mut Vec<Moving>) -> bool {
        let mut complete = true;
        value.visit_atoms(&mut |atom| {
            let extent = match atom {
                Atom::Index(position) => self.ambient.get(*position).map(|axis| axis.extent.clone()),
                Atom::Loop(counter) => self.counters.get(counter).cloned(),
                Atom::Dim(_) | Atom::Read(..) => None,
                Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_) => return,
            };
            match extent.and_then(|extent| extent.as_constant()) {
                Some(extent) if !moving.iter().any(|known| known.atom == *atom) => {
                    moving.push(Moving { atom: atom.clone(), extent })
                }
                Some(_) => {}
                None => complete = false,
            }
        });
        complete
    }

    /// Adds the indices in a condition, if it is one on indices alone.
    fn collect_guard(&self, guard: ScalarId, moving: &mut Vec<Moving>) -> bool {
        match &self.graph.scalars[guard] {
            Scalar::CompareInt(_, a, b) => self.collect(a, moving) & self.collect(b, moving),
            Scalar::Not(inner) => self.collect_guard(*inner, moving),
            Scalar::And(a, b) | Scalar::Or(a, b) => {
                self.collect_guard(*a, moving) & self.collect_guard(*b, moving)
            }
            _ => false,
        }
    }

    fn moves_with(&self, guard: ScalarId, moving: &[Moving]) -> bool {
        let mentions = |value: &Int| {
            let mut found = false;
            value.visit_atoms(&mut |atom| found |= moving.iter().any(|each| each.atom == *atom));
            found
        };
        match &self.graph.scalars[guard] {
            Scalar::Flag(_) => true,
            Scalar::CompareInt(_, a, b) => {
                mentions(a) || mentions(b) || a.as_constant().is_some() && b.as_constant().is_some()
            }
            Scalar::Not(inner) => self.moves_with(*inner, moving),
            Scalar::And(a, b) | Scalar::Or(a, b) => {
                self.moves_with(*a, moving) || self.moves_with(*b, moving)
            }
            _ => false,
        }
    }
}

/// A subscript that is checked when the function is run.
pub fn checked(position: Int, size: &Int, (tensor, axis): (&str, usize)) -> Int {
    Int::atom(Atom::Inside(Box::new(Inside { position, size: size.clone(), tensor: tensor.into(), axis })))
}

/// Whether an integer depends on what only a run tells.
fn mentions_unknown(value: &Int) -> bool {
    let mut found = false;
    value.visit_atoms(&mut |atom| found |= matches!(atom, Atom::Dim(_) | Atom::Read(..)));
    found
}

/// The value at a combination; `None` where it divides by zero or does not fit.
fn evaluate(value: &Int, at: &[(&Atom, i64)]) -> Option<i64> {
    let mut sum = 0i64;
    for (monomial, coefficient) in value.terms() {
        let mut product = coefficient;
        for atom in monomial {
            let factor = match atom {
                Atom::Div(a, b) => {
                    let (a, b) = (evaluate(a, at)?, evaluate(b, at)?);
                    let quotient = a.checked_div_euclid(b)?;
                    quotient - i64::from(b < 0 && a.rem_euclid(b) != 0)
                }
                Atom::Mod(a, b) => {
                    let (a, b) = (evaluate(a, at)?, evaluate(b, at)?);
                    let remainder = a.checked_rem_euclid(b)?;
                    if b < 0 && remainder != 0 { remainder + b } else { remainder }
                }
                Atom::Root(a) => crate::ir::root(evaluate(a, at)?),
                Atom::Inside(inside) => evaluate(&inside.position, at)?,
                Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) => {
                    at.iter().find(|(known, _)| *known == atom)?.1
                }
            };
            product = product.checked_mul(factor)?;
        }
        sum = sum.checked_add(product)?;
    }
    Some(sum)
}
