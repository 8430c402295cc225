//! Conditions that the ranges of indices, or the conditions around, decide.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::ranges::{Fact, Ranges};
use crate::ir::{Axis, Graph, Int, LoopId, Node, Scalar, ScalarId, Scalars};

/// Decides conditions and simplifies subscripts, everywhere.
pub fn decide(graph: &mut Graph) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    list(graph, &mut nodes, &mut BTreeMap::new());
    graph.nodes = nodes;
}

fn list(graph: &mut Graph, nodes: &mut [Node], loops: &mut BTreeMap<LoopId, Int>) {
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                node.value = value(&mut graph.scalars, &node.domain, loops, node.value);
                let ranges = Ranges::new(&node.domain, loops);
                node.at = node.at.iter().map(|subscript| ranges.simplify(subscript)).collect();
            }
            Node::Argmax(node) => {
                let domain = [node.outer.as_slice(), &node.inner].concat();
                node.value = value(&mut graph.scalars, &domain, loops, node.value);
            }
            Node::Reshape { .. } => {}
            Node::Loop(node) => {
                loops.insert(node.counter, node.extent.clone());
                list(graph, &mut node.body, loops);
                loops.remove(&node.counter);
            }
        }
    }
}

fn value(scalars: &mut Scalars, domain: &[Axis], loops: &BTreeMap<LoopId, Int>, root: ScalarId) -> ScalarId {
    let is_plain = |scalars: &Scalars, id: ScalarId| match &scalars[id] {
        Scalar::Select(..) | Scalar::CompareInt(..) | Scalar::And(..) | Scalar::Or(..) => false,
        Scalar::Integer(value) => is_plain(value),
        Scalar::Read(_, at) => at.iter().all(is_plain),
        Scalar::Number(_) | Scalar::Flag(_) | Scalar::Unary(..) | Scalar::Binary(..) => true,
        Scalar::Compare(..) | Scalar::Not(_) => true,
    };
    if scalars.reachable(root).into_iter().all(|id| is_plain(scalars, id)) {
        return root;
    }
    Decider { ranges: Ranges::new(domain, loops), budget: Cell::new(BUDGET) }.under(scalars, root, &Known::default())
}

/// Whether an integer holds no floor division and no remainder.
fn is_plain(value: &Int) -> bool {
    let mut is_plain = true;
    value.visit_atoms(&mut |atom| is_plain &= !matches!(atom, crate::ir::Atom::Div(..) | crate::ir::Atom::Mod(..)));
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
            Scalar::CompareInt(comparison, ref a, ref b) => self.facts.extend(Ranges::facts(comparison, a, b, holds)),
            _ => {}
        }
    }
}

/// How often a part of an expression is looked at anew because of what is known there.
const BUDGET: usize = 1000;

struct Decider<'a> {
    ranges: Ranges<'a>,
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
                        let b = self.where_it_is(scalars, b, known, a, true);
                        Some(scalars.and(a, b))
                    }
                    Scalar::Or(a, b) => {
                        let a = self.under(scalars, a, known);
                        let b = self.where_it_is(scalars, b, known, a, false);
                        Some(scalars.or(a, b))
                    }
                    Scalar::Select(c, a, b) => {
                        let c = self.under(scalars, c, known);
                        if let Scalar::Flag(holds) = scalars[c] {
                            return Some(self.under(scalars, if holds { a } else { b }, known));
                        }
                        let a = self.where_it_is(scalars, a, known, c, true);
                        let b = self.where_it_is(scalars, b, known, c, false);
                        Some(scalars.select(c, a, b))
                    }
                    _ => None,
                }
            },
            &mut |value| self.ranges.simplify(value),
        )
    }

    fn where_it_is(&self, scalars: &mut Scalars, id: ScalarId, known: &Known, condition: ScalarId, holds: bool) -> ScalarId {
        let mut more = known.clone();
        more.learn(scalars, condition, holds);
        let budget = self.budget.get();
        if budget == 0 || !more.matters(scalars, id, known.facts.len()) {
            return self.under(scalars, id, known);
        }
        self.budget.set(budget - 1);
        self.under(scalars, id, &more)
    }
}
