//! Conditions that the ranges of indices, or the conditions around, decide. What an argmax finds is an index too.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::ranges::{Fact, Places, Ranges};
use crate::ir::{Apply, ArrayFunction, Axis, Graph, Int, LoopId, Node, Scalar, ScalarId, Scalars};

/// Decides conditions and simplifies subscripts, everywhere.
pub fn decide(graph: &mut Graph) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    list(graph, &mut nodes, &mut Around::default());
    graph.nodes = nodes;
}

/// What is known wherever a node stands.
#[derive(Default)]
struct Around {
    loops: BTreeMap<LoopId, Int>,
    places: Places,
}

impl Around {
    fn ranges<'a>(&'a self, domain: &'a [Axis]) -> Ranges<'a> {
        Ranges::new(domain, &self.loops).with_places(&self.places)
    }
}

fn list(graph: &mut Graph, nodes: &mut [Node], around: &mut Around) {
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                let ranges = around.ranges(&node.domain);
                node.value = value(&mut graph.scalars, &ranges, node.value);
                node.at = node.at.iter().map(|subscript| ranges.simplify(subscript)).collect();
            }
            Node::Apply(node) => {
                let domain = node.domain();
                node.value = value(&mut graph.scalars, &around.ranges(&domain), node.value);
                around.places.extend(count(node).map(|count| (node.out, count)));
            }
            Node::Reshape { .. } => {}
            Node::Loop(node) => {
                around.loops.insert(node.counter, node.extent.clone());
                list(graph, &mut node.body, around);
                around.loops.remove(&node.counter);
            }
        }
    }
}

/// Of how many elements an argmax finds one, if that is sure to be one at least.
fn count(node: &Apply) -> Option<Int> {
    let ArrayFunction::Argmax { .. } = node.function else { return None };
    let extents: Option<Vec<i64>> = node.inner.iter().map(|axis| axis.extent.as_constant()).collect();
    extents.map(|extents| extents.iter().product()).filter(|count| *count > 0).map(Int::constant)
}

fn value(scalars: &mut Scalars, ranges: &Ranges<'_>, root: ScalarId) -> ScalarId {
    let is_plain = |scalars: &Scalars, id: ScalarId| match &scalars[id] {
        Scalar::Select(..) | Scalar::CompareInt(..) | Scalar::And(..) | Scalar::Or(..) => false,
        Scalar::Integer(value) => is_plain(value),
        Scalar::Read(_, at) => at.iter().all(is_plain),
        Scalar::Number(_) | Scalar::Flag(_) | Scalar::Unary(..) | Scalar::Binary(..) | Scalar::Call(..) => {
            true
        }
        Scalar::Compare(..) | Scalar::Not(_) => true,
    };
    if scalars.reachable(root).into_iter().all(|id| is_plain(scalars, id)) {
        return root;
    }
    Decider { ranges, budget: Cell::new(BUDGET) }.under(scalars, root, &Known::default())
}

/// Whether an integer holds nothing that ranges tell something of.
fn is_plain(value: &Int) -> bool {
    let mut is_plain = true;
    value.visit_atoms(&mut |atom| {
        is_plain &=
            !matches!(atom, crate::ir::Atom::Div(..) | crate::ir::Atom::Mod(..) | crate::ir::Atom::Inside(_))
    });
    is_plain
}

/// What is known where an expression is evaluated.
#[derive(Clone, Default)]
struct Known {
    conditions: BTreeMap<ScalarId, bool>,
    facts: Vec<Fact>,
}

impl Known {
    /// Whether an expression asks for what is known, or for what facts beyond the first few may decide.
    fn matters(&self, scalars: &Scalars, root: ScalarId, facts: usize) -> bool {
        scalars.reachable(root).into_iter().any(|id| {
            self.conditions.contains_key(&id)
                || (self.facts.len() > facts && matches!(scalars[id], Scalar::CompareInt(..)))
        })
    }

    /// Takes note of a condition that holds, or does not, and of those that it is made of.
    fn learn(&mut self, scalars: &Scalars, condition: ScalarId, holds: bool) {
        self.conditions.insert(condition, holds);
        match scalars[condition] {
            Scalar::Not(inner) => self.learn(scalars, inner, !holds),
            Scalar::And(a, b) if holds => {
                self.learn(scalars, a, true);
                self.learn(scalars, b, true);
            }
            Scalar::Or(a, b) if !holds => {
                self.learn(scalars, a, false);
                self.learn(scalars, b, false);
            }
            Scalar::CompareInt(comparison, ref a, ref b) => {
                self.facts.extend(Ranges::facts(comparison, a, b, holds))
            }
            _ => {}
        }
    }
}

/// How often a part of an expression is looked at anew because of what is known there.
const BUDGET: usize = 200;

struct Decider<'a> {
    ranges: &'a Ranges<'a>,
    budget: Cell<usize>,
}

impl Decider<'_> {
    /// The expression where some things are known.
    fn under(&self, scalars: &mut Scalars, root: ScalarId, known: &Known) -> ScalarId {
        scalars.rebuild(
            root,
            &mut |scalars, id| {
                if let Some(&holds) = known.conditions.get(&id) {
                    return Some(scalars.flag(holds));
                }
                match scalars[id].clone() {
                    Scalar::CompareInt(comparison, a, b) => {
                        let (a, b) = (self.ranges.simplify(&a), self.ranges.simplify(&b));
                        Some(match self.ranges.decide(comparison, &a, &b, &known.facts) {
                            Some(holds) => scalars.flag(holds),
                            None => scalars.compare_int(comparison, a, b),
                        })
                    }
                    // The right side counts only where the left does not decide.
                    Scalar::And(a, b) => {
                        let a = self.under(scalars, a, known);
                        let [b] = self.where_it_is(scalars, known, a, [(b, true)])?;
                        Some(scalars.and(a, b))
                    }
                    Scalar::Or(a, b) => {
                        let a = self.under(scalars, a, known);
                        let [b] = self.where_it_is(scalars, known, a, [(b, false)])?;
                        Some(scalars.or(a, b))
                    }
                    Scalar::Select(c, a, b) => {
                        let c = self.under(scalars, c, known);
                        let [a, b] = self.where_it_is(scalars, known, c, [(a, true), (b, false)])?;
                        Some(scalars.select(c, a, b))
                    }
                    _ => None,
                }
            },
            &mut |value| self.ranges.simplify(value),
        )
    }

    /// Parts of an expression where a condition holds or does not; none if that is of no help to any.
    fn where_it_is<const N: usize>(
        &self,
        scalars: &mut Scalars,
        known: &Known,
        condition: ScalarId,
        parts: [(ScalarId, bool); N],
    ) -> Option<[ScalarId; N]> {
        let more = parts.map(|(_, holds)| {
            let mut more = known.clone();
            more.learn(scalars, condition, holds);
            more
        });
        let helps = (0..N).any(|part| more[part].matters(scalars, parts[part].0, known.facts.len()));
        if !helps || self.budget.get() == 0 {
            return None;
        }
        self.budget.set(self.budget.get() - 1);
        let mut more = more.into_iter();
        Some(parts.map(|(id, _)| match more.next() {
            Some(more) => self.under(scalars, id, &more),
            None => id,
        }))
    }
}
