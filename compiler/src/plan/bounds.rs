//! A guard of a sum that is a linear comparison of indices becomes a bound of the loop over the last of
//! them, any other comparison of indices a condition as far outside as it can be decided.

use std::collections::BTreeMap;

use crate::ir::{Comparison, Graph, Int, LoopId, Scalar, ScalarId};

use super::form::{Bound, Item, Leaf, LeafKind, Plan, Range, Step};
use super::order::slope;
use super::range::Extents;

/// Tightens all loops.
pub(super) fn tighten(plan: &mut Plan) {
    for stage in [&mut plan.forward, &mut plan.backward] {
        let mut tightener =
            Tightener { graph: &mut plan.graph, counters: BTreeMap::new(), indices: Vec::new() };
        tightener.steps(stage);
    }
}

struct Tightener<'a> {
    graph: &'a mut Graph,
    counters: BTreeMap<LoopId, Int>,
    /// The extents of the loops around.
    indices: Vec<Int>,
}

/// What is known of a loop of a chain, and what must hold before the next one begins.
#[derive(Default)]
struct Level {
    range: Range,
    conditions: Vec<ScalarId>,
}

impl Tightener<'_> {
    fn steps(&mut self, steps: &mut [Step]) {
        for step in steps {
            match step {
                Step::Nest(items) => self.items(items),
                Step::Loop(repeat) => {
                    self.counters.insert(repeat.counter, repeat.extent.clone());
                    self.steps(&mut repeat.body);
                }
                Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
            }
        }
    }

    fn items(&mut self, items: &mut [Item]) {
        for item in items {
            if !self.chain(item) {
                match item {
                    Item::For(around) => {
                        self.indices.push(around.axis.extent.clone());
                        self.items(&mut around.body);
                        self.indices.pop();
                    }
                    Item::If(_, body) => self.items(body),
                    Item::Leaf(_) => {}
                }
            }
        }
    }

    /// Tightens loops around a single guarded statement; false if this is none.
    fn chain(&mut self, item: &mut Item) -> bool {
        let outer = self.indices.len();
        let mut extents = self.indices.clone();
        let Some((leaf, own)) = guarded(item, &mut extents) else { return false };
        let Scalar::Select(condition, value, zero) = self.graph.scalars[leaf.value] else { return false };
        if self.graph.scalars.as_number(zero) != Some(0.0) {
            return false;
        }
        // A sum that is held in a variable is written in any case: its outer loops stay.
        let first = if own { extents.len() } else { outer };
        extents.extend(leaf.inner.iter().map(|axis| axis.extent.clone()));
        let mut levels: Vec<Level> = (first..=extents.len()).map(|_| Level::default()).collect();
        let mut rest = Vec::new();
        let mut conjuncts = Vec::new();
        self.conjuncts(condition, &mut conjuncts);
        for conjunct in conjuncts {
            if !self.place(conjunct, &extents, first, own, &mut levels) {
                rest.push(conjunct);
            }
        }
        let value = match rest.split_first() {
            None => value,
            Some((&first, rest)) => {
                let condition = rest.iter().fold(first, |all, &next| self.graph.scalars.and(all, next));
                let zero = self.graph.scalars.number(0.0);
                self.graph.scalars.select(condition, value, zero)
            }
        };
        self.rebuild(item, first - outer, levels, value);
        true
    }

    fn conjuncts(&self, condition: ScalarId, all: &mut Vec<ScalarId>) {
        match self.graph.scalars[condition] {
            Scalar::And(a, b) => {
                self.conjuncts(a, all);
                self.conjuncts(b, all);
            }
            _ => all.push(condition),
        }
    }

    /// Finds the place of a comparison among the loops; false if it must stay where it is.
    fn place(
        &mut self,
        condition: ScalarId,
        extents: &[Int],
        first: usize,
        own: bool,
        levels: &mut [Level],
    ) -> bool {
        let Scalar::CompareInt(comparison, a, b) = self.graph.scalars[condition].clone() else {
            return false;
        };
        if a.reads() || b.reads() {
            return false;
        }
        let difference = b.sub(&a);
        let last = (first..extents.len()).rev().find(|&x| difference.mentions_index(x));
        let known = Extents::new(extents, &self.counters);
        // Each of these is at least 0 where the condition holds.
        let facts = match comparison {
            Comparison::Less => vec![difference.plus(-1)],
            Comparison::LessEqual => vec![difference.clone()],
            Comparison::Equal => vec![difference.clone(), difference.scale(-1)],
            Comparison::NotEqual => Vec::new(),
        };
        let linear = last.and_then(|x| slope(&difference, x).map(|slope| (x, slope)));
        if let Some((x, by)) = linear
            && by != 0
            && (by.abs() == 1 || facts.len() == 1)
            && !facts.is_empty()
        {
            let level = &mut levels[x - first];
            for fact in facts.iter().filter(|fact| !known.is_natural(fact)) {
                let by = slope(fact, x).unwrap_or(1);
                let others = fact.sub(&Int::index(x).scale(by));
                let bound = |value: Int| {
                    let natural = known.is_natural(&value);
                    Bound { value, natural }
                };
                if by > 0 {
                    let value = others.scale(-1).plus(by - 1).div(&Int::constant(by));
                    level.range.from.push(bound(value));
                } else {
                    let value = others.div(&Int::constant(-by)).plus(1);
                    level.range.within |= known.is_natural(&extents[x].sub(&value));
                    level.range.to.push(bound(value));
                }
            }
            return true;
        }
        // Before the first loop, or inside the last one that it speaks of.
        match last {
            Some(x) if own || x + 1 == extents.len() => false,
            Some(x) => {
                levels[x + 1 - first].conditions.push(condition);
                true
            }
            None => {
                levels[0].conditions.push(condition);
                true
            }
        }
    }

    /// Puts bounds and conditions into a chain of loops.
    fn rebuild(&mut self, item: &mut Item, skip: usize, levels: Vec<Level>, value: ScalarId) {
        let mut levels = levels.into_iter();
        self.rebuild_at(item, skip, &mut levels, value);
    }

    fn rebuild_at(
        &mut self,
        item: &mut Item,
        skip: usize,
        levels: &mut dyn Iterator<Item = Level>,
        value: ScalarId,
    ) {
        match item {
            Item::For(around) if skip > 0 => {
                if let Some(next) = around.body.first_mut() {
                    self.rebuild_at(next, skip - 1, levels, value);
                }
            }
            Item::For(around) => {
                let level = levels.next().unwrap_or_default();
                around.range = level.range;
                if let Some(next) = around.body.first_mut() {
                    self.rebuild_at(next, 0, levels, value);
                }
                self.wrap(item, &level.conditions);
            }
            Item::Leaf(leaf) => {
                leaf.value = value;
                if matches!(leaf.kind, LeafKind::Reduce) {
                    let mut conditions = Vec::new();
                    for (place, level) in levels.enumerate() {
                        conditions.extend(level.conditions);
                        if place < leaf.inner.len() {
                            leaf.ranges.push(level.range);
                        }
                    }
                    leaf.when = self.all(&conditions);
                } else {
                    let conditions: Vec<ScalarId> = levels.flat_map(|level| level.conditions).collect();
                    self.wrap(item, &conditions);
                }
            }
            Item::If(..) => {}
        }
    }

    fn all(&mut self, conditions: &[ScalarId]) -> Option<ScalarId> {
        let (&first, rest) = conditions.split_first()?;
        Some(rest.iter().fold(first, |all, &next| self.graph.scalars.and(all, next)))
    }

    fn wrap(&mut self, item: &mut Item, conditions: &[ScalarId]) {
        if let Some(condition) = self.all(conditions) {
            let inner = std::mem::replace(item, Item::If(condition, Vec::new()));
            *item = Item::If(condition, vec![inner]);
        }
    }
}

/// The one statement in an item, if its value is a guarded zero that is added up, and whether it holds its
/// sum in a variable; the extents of the loops on the way are noted.
fn guarded<'a>(item: &'a Item, extents: &mut Vec<Int>) -> Option<(&'a Leaf, bool)> {
    match item {
        Item::For(around) => {
            let [inner] = around.body.as_slice() else { return None };
            extents.push(around.axis.extent.clone());
            guarded(inner, extents)
        }
        Item::Leaf(leaf) => match leaf.kind {
            LeafKind::Write if leaf.add => Some((leaf, false)),
            LeafKind::Reduce => Some((leaf, true)),
            LeafKind::Write
            | LeafKind::Fill
            | LeafKind::Argmax { .. }
            | LeafKind::Call
            | LeafKind::Product(_) => None,
        },
        Item::If(..) => None,
    }
}
