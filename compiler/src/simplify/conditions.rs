//! Conditions that the ranges of indices, or the conditions around, decide. What an argmax finds is an index too, and
//! so is an element of a tensor of such.

use std::collections::BTreeMap;

use super::ranges::{Fact, Places, Ranges};
use crate::ir::{
    Apply, ArrayFunction, Axis, Comprehension, Graph, Int, Kind, LoopId, Node, Reduction, Scalar, ScalarId,
    Scalars,
};

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
                let count = choices(graph, &ranges, node);
                around.places.extend(count.map(|count| (node.out, count)));
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

/// Among how many numbers from 0 each element of a tensor of indices is; what is not written is 0.
fn choices(graph: &Graph, ranges: &Ranges<'_>, node: &Comprehension) -> Option<Int> {
    let is_plain = graph.tensor(node.out).kind == Kind::Index && node.base.is_none();
    if !is_plain || node.reduction != Reduction::Set {
        return None;
    }
    let (mut most, mut open) = (0, vec![node.value]);
    while let Some(id) = open.pop() {
        match &graph.scalars[id] {
            Scalar::Select(_, yes, no) => open.extend([yes, no]),
            Scalar::Integer(value) => most = most.max(ranges.largest(value)?),
            _ => return None,
        }
    }
    Some(Int::constant(most).plus(1))
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
    let choices = scalars.reachable(root).into_iter().filter(|id| is_choice(&scalars[*id])).count();
    let mut decider =
        Decider { ranges, known: vec![Known::default()], more: 2 * choices, done: BTreeMap::new() };
    decider.under(scalars, root, 0)
}

/// Whether parts of it are evaluated only where a condition holds.
fn is_choice(scalar: &Scalar) -> bool {
    matches!(scalar, Scalar::Select(..) | Scalar::And(..) | Scalar::Or(..))
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
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    conditions: BTreeMap<ScalarId, bool>,
    facts: Vec<Fact>,
}

impl Known {
    /// As far as an expression asks for it.
    fn of(mut self, scalars: &Scalars, root: ScalarId) -> Self {
        let asked = scalars.reachable(root);
        self.conditions.retain(|condition, _| asked.contains(condition));
        if !asked.iter().any(|id| matches!(scalars[*id], Scalar::CompareInt(..))) {
            self.facts.clear();
        }
        self
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

/// Looks at each part of an expression once for what is known there.
///
/// A part that several others share may be reached under different knowledge. Of an expression without such parts
/// each choice tells something of two, and so often is a part looked at anew: what is reached in more ways than
/// there are choices keeps what it is in all of them.
struct Decider<'a> {
    ranges: &'a Ranges<'a>,
    /// What is known in different places. At the first, nothing.
    known: Vec<Known>,
    /// How many more there may be.
    more: usize,
    /// What has been looked at, by what was known.
    done: BTreeMap<(usize, ScalarId), ScalarId>,
}

impl Decider<'_> {
    /// The expression where some things are known.
    fn under(&mut self, scalars: &mut Scalars, root: ScalarId, place: usize) -> ScalarId {
        if let Some(&done) = self.done.get(&(place, root)) {
            return done;
        }
        let ranges = self.ranges;
        let made = scalars.rebuilt(
            root,
            &mut |scalars, id| {
                if let Some(&holds) = self.known[place].conditions.get(&id) {
                    return Some(scalars.flag(holds));
                }
                if let Some(&done) = self.done.get(&(place, id)) {
                    return Some(done);
                }
                match scalars[id].clone() {
                    Scalar::CompareInt(comparison, a, b) => {
                        let (a, b) = (ranges.simplify(&a), ranges.simplify(&b));
                        Some(match ranges.decide(comparison, &a, &b, &self.known[place].facts) {
                            Some(holds) => scalars.flag(holds),
                            None => scalars.compare_int(comparison, a, b),
                        })
                    }
                    // The right side counts only where the left does not decide.
                    Scalar::And(a, b) => {
                        let a = self.under(scalars, a, place);
                        let [b] = self.where_it_is(scalars, place, a, [(b, true)])?;
                        Some(scalars.and(a, b))
                    }
                    Scalar::Or(a, b) => {
                        let a = self.under(scalars, a, place);
                        let [b] = self.where_it_is(scalars, place, a, [(b, false)])?;
                        Some(scalars.or(a, b))
                    }
                    Scalar::Select(c, a, b) => {
                        let c = self.under(scalars, c, place);
                        let [a, b] = self.where_it_is(scalars, place, c, [(a, true), (b, false)])?;
                        Some(scalars.select(c, a, b))
                    }
                    _ => None,
                }
            },
            &mut |value| ranges.simplify(value),
        );
        let new = made[&root];
        self.done.extend(made.into_iter().map(|(part, new)| ((place, part), new)));
        new
    }

    /// Parts of an expression where a condition holds or does not; none if that is of no help to any.
    fn where_it_is<const N: usize>(
        &mut self,
        scalars: &mut Scalars,
        place: usize,
        condition: ScalarId,
        parts: [(ScalarId, bool); N],
    ) -> Option<[ScalarId; N]> {
        let places = parts.map(|(part, holds)| self.place(scalars, place, (condition, holds), part));
        if places.iter().all(|each| *each == place) {
            return None;
        }
        let mut places = places.into_iter();
        Some(parts.map(|(part, _)| self.under(scalars, part, places.next().unwrap_or(place))))
    }

    /// The place of a part where a condition holds or does not: that around it, if that is of no help.
    fn place(
        &mut self,
        scalars: &Scalars,
        around: usize,
        (condition, holds): (ScalarId, bool),
        part: ScalarId,
    ) -> usize {
        let known = self.known[around].clone().of(scalars, part);
        let mut more = known.clone();
        more.learn(scalars, condition, holds);
        let more = more.of(scalars, part);
        if more == known {
            return around;
        }
        if let Some(place) = self.known.iter().position(|other| *other == more) {
            return place;
        }
        if self.more == 0 {
            return around;
        }
        self.more -= 1;
        self.known.push(more);
        self.known.len() - 1
    }
}
