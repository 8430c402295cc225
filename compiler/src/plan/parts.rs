//! Which loops can be done in parts, each of some iterations: outermost loops over a size of a run, whose iterations
//! write rows of their own, memory that nobody else reads, and sums. Changes nothing, and does not say whether it is
//! worth it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Atom, Function, Int, Kind, Scalar, ScalarId, TensorId};

use super::form::{For, Home, Item, Leaf, LeafKind, Parts, Plan, Range, Root, Step};
use super::inline::weight;

/// What an elementwise addition costs, in multiplications of a product.
const ELEMENTWISE: i64 = 8;

/// Says of every loop how, or that it cannot be.
pub(super) fn find(plan: &mut Plan) {
    let mut touched = BTreeMap::new();
    plan.forward.iter().chain(&plan.backward).for_each(|step| count(plan, step, &mut touched));
    for tensor in plan.results.iter().chain(plan.gradients.iter().map(|gradient| &gradient.tensor)) {
        touch(plan, *tensor, &mut touched);
    }
    let (mut forward, mut backward) = (std::mem::take(&mut plan.forward), std::mem::take(&mut plan.backward));
    for step in forward.iter_mut().chain(&mut backward) {
        mark(plan, step, &touched);
    }
    (plan.forward, plan.backward) = (forward, backward);
}

fn touch(plan: &Plan, tensor: TensorId, touched: &mut BTreeMap<Root, usize>) {
    *touched.entry(plan.root(tensor)).or_default() += 1;
}

/// How many steps touch each memory.
fn count(plan: &Plan, step: &Step, touched: &mut BTreeMap<Root, usize>) {
    match step {
        Step::Nest(items) => {
            let mut roots = BTreeSet::new();
            items.iter().for_each(|item| self::roots(plan, item, &mut roots));
            roots.into_iter().for_each(|root| *touched.entry(root).or_default() += 1);
        }
        Step::Loop(repeat) => {
            for carried in &repeat.carried {
                let tensors = [carried.initial, carried.inside, carried.next, carried.last];
                tensors.into_iter().for_each(|tensor| touch(plan, tensor, touched));
            }
            let asked = repeat.condition.map(|condition| plan.graph.reads(condition)).unwrap_or_default();
            asked.into_iter().for_each(|tensor| touch(plan, tensor, touched));
            repeat.body.iter().for_each(|step| count(plan, step, touched));
        }
        Step::Copy { to, from } => [to, from].into_iter().for_each(|tensor| touch(plan, *tensor, touched)),
        Step::Update(_) | Step::Carve { .. } => {}
    }
}

/// All memory that an item touches.
fn roots(plan: &Plan, item: &Item, roots: &mut BTreeSet<Root>) {
    let of_range = |range: &Range, roots: &mut BTreeSet<Root>| {
        for bound in range.from.iter().chain(&range.to) {
            bound.value.visit_reads(&mut |tensor, _| {
                roots.insert(plan.root(tensor));
            });
        }
    };
    let of_condition = |condition: ScalarId, roots: &mut BTreeSet<Root>| {
        roots.extend(plan.graph.reads(condition).into_iter().map(|tensor| plan.root(tensor)));
    };
    match item {
        Item::Leaf(leaf) => {
            roots.extend(leaf.base.into_iter().chain([leaf.out]).map(|tensor| plan.root(tensor)));
            leaf.visit_reads(&plan.graph, &mut |tensor, _| {
                roots.insert(plan.root(tensor));
            });
            leaf.when.into_iter().for_each(|when| of_condition(when, roots));
            leaf.ranges.iter().for_each(|range| of_range(range, roots));
        }
        Item::If(condition, body) => {
            of_condition(*condition, roots);
            body.iter().for_each(|item| self::roots(plan, item, roots));
        }
        Item::For(around) => {
            of_range(&around.range, roots);
            around.body.iter().for_each(|item| self::roots(plan, item, roots));
        }
    }
}

fn mark(plan: &Plan, step: &mut Step, touched: &BTreeMap<Root, usize>) {
    match step {
        Step::Nest(items) => {
            let parts = of(plan, items, touched);
            if let Some(Item::For(around)) = items.last_mut() {
                around.parts = parts;
            }
        }
        Step::Loop(repeat) => repeat.body.iter_mut().for_each(|step| mark(plan, step, touched)),
        Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
    }
}

/// Of a nest: zeros, then one loop.
fn of(plan: &Plan, items: &[Item], touched: &BTreeMap<Root, usize>) -> Option<Parts> {
    let (Item::For(around), before) = items.split_last()? else { return None };
    let For { axis, range, body, .. } = around;
    if axis.extent.as_constant().is_some() || !(range.from.is_empty() && range.to.is_empty()) {
        return None;
    }
    let mut survey =
        Survey { plan, extent: &axis.extent, uses: BTreeMap::new(), work: Int::zero(), is_certain: true };
    survey.items(body, &Int::constant(1))?;
    let (rows, own, sums) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut parts = Parts { work: survey.work, elements: 0, rows, own, sums };
    if !parts.work.is_of_dims() {
        return None;
    }
    for (root, uses) in survey.uses {
        match (uses.by_row, uses.otherwise) {
            (true, true) => return None,
            (true, false) => {
                parts.rows.insert(root);
            }
            (false, _) if !uses.is_written => {}
            (false, _) => {
                let Root::Buffer(buffer) = root else { return None };
                let home = &plan.memory.buffers[buffer.0];
                let shape = plan.graph.shape(home.tensor);
                let size =
                    shape.iter().try_fold(1, |size: i64, extent| size.checked_mul(extent.as_constant()?))?;
                // A number in memory is a slice.
                if size == 0 || shape.is_empty() && home.home != Home::Local {
                    return None;
                }
                parts.elements = size.checked_add(parts.elements)?;
                let is_sum = !uses.is_read && !uses.is_set && home.kind == Kind::Float;
                let is_own = uses.first == Access::Set && touched.get(&root) == Some(&1);
                match (is_sum, is_own) {
                    (true, _) => parts.sums.insert(buffer),
                    (_, true) => parts.own.insert(buffer),
                    (false, false) => return None,
                };
            }
        }
    }
    let is_zero = |item: &Item| match item {
        Item::Leaf(Leaf { kind: LeafKind::Fill | LeafKind::Write, add: false, out, value, .. }) => {
            let Root::Buffer(buffer) = plan.root(*out) else { return false };
            parts.sums.contains(&buffer) && plan.graph.scalars.as_number(*value) == Some(0.0)
        }
        Item::Leaf(_) | Item::For(_) | Item::If(..) => false,
    };
    before.iter().all(is_zero).then_some(parts)
}

/// How an iteration touches memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Set,
    Add,
}

/// What is done with a memory.
struct Uses {
    first: Access,
    is_read: bool,
    is_set: bool,
    is_written: bool,
    /// At `[i, …]`, and `i` nowhere else.
    by_row: bool,
    otherwise: bool,
}

/// What an iteration does. Nothing where iterations are not alike.
struct Survey<'a> {
    plan: &'a Plan,
    extent: &'a Int,
    uses: BTreeMap<Root, Uses>,
    work: Int,
    /// Whether what comes next happens whatever conditions hold.
    is_certain: bool,
}

impl Survey<'_> {
    /// Items, which are done so many times.
    fn items(&mut self, items: &[Item], times: &Int) -> Option<()> {
        items.iter().try_for_each(|item| match item {
            Item::Leaf(leaf) => self.leaf(leaf, times),
            Item::If(condition, body) => {
                self.value(*condition)?;
                let is_certain = std::mem::replace(&mut self.is_certain, false);
                self.items(body, times)?;
                self.is_certain = is_certain;
                Some(())
            }
            Item::For(around) => {
                self.range(&around.range)?;
                self.items(&around.body, &times.mul(&around.axis.extent))
            }
        })
    }

    fn range(&mut self, range: &Range) -> Option<()> {
        range.from.iter().chain(&range.to).try_for_each(|bound| self.number(&bound.value))
    }

    fn leaf(&mut self, leaf: &Leaf, times: &Int) -> Option<()> {
        leaf.ranges.iter().try_for_each(|range| self.range(range))?;
        leaf.when.map_or(Some(()), |when| self.value(when))?;
        self.value(leaf.value)?;
        leaf.at.iter().try_for_each(|at| self.reads(at))?;
        let access = if leaf.add { Access::Add } else { Access::Set };
        self.touch(leaf.out, &leaf.at, access)?;
        if leaf.base.is_some_and(|base| self.plan.root(base) != self.plan.root(leaf.out)) {
            return None;
        }
        let cost = match leaf.kind {
            LeafKind::Product(_) => 1,
            LeafKind::Call => return None,
            LeafKind::Fill | LeafKind::Write | LeafKind::Reduce | LeafKind::Argmax { .. } => {
                ELEMENTWISE * (i64::from(weight(&self.plan.graph, leaf.value)) + 1)
            }
        };
        let own = Int::product(leaf.inner.iter().map(|axis| &axis.extent));
        self.work = self.work.add(&times.mul(&own).scale(cost));
        Some(())
    }

    fn value(&mut self, value: ScalarId) -> Option<()> {
        let scalars = &self.plan.graph.scalars;
        scalars.reachable(value).into_iter().try_for_each(|id| match &scalars[id] {
            Scalar::Read(tensor, at) => {
                at.iter().try_for_each(|at| self.reads(at))?;
                self.touch(*tensor, at, Access::Read)
            }
            Scalar::Integer(value) => self.number(value),
            Scalar::CompareInt(_, a, b) => self.number(a).and(self.number(b)),
            // A user's function may count its calls.
            Scalar::Call(Function::Extern(_), _) => None,
            Scalar::Call(..)
            | Scalar::Number(_)
            | Scalar::Flag(_)
            | Scalar::Unary(..)
            | Scalar::Binary(..)
            | Scalar::Compare(..)
            | Scalar::Not(_)
            | Scalar::And(..)
            | Scalar::Or(..)
            | Scalar::Select(..) => Some(()),
        })
    }

    /// An integer that is more than a subscript: none where it says which iteration it is.
    fn number(&mut self, value: &Int) -> Option<()> {
        self.reads(value)?;
        (!names_iteration(value)).then_some(())
    }

    /// What is read for an integer.
    fn reads(&mut self, value: &Int) -> Option<()> {
        let mut all = Some(());
        value.visit_reads(&mut |tensor, at| all = all.and_then(|()| self.touch(tensor, at, Access::Read)));
        all
    }

    fn touch(&mut self, tensor: TensorId, at: &[Int], access: Access) -> Option<()> {
        let (root, shaped) = (self.plan.root(tensor), self.plan.shaped(tensor));
        let names = at.iter().filter(|at| names_iteration(at)).count();
        let has_rows = |tensor: TensorId| self.plan.graph.shape(tensor).first() == Some(self.extent);
        let leads = at.first().and_then(Int::as_index) == Some(0) && has_rows(tensor) && has_rows(shaped);
        // What is set on a condition, another iteration might find as it was.
        if names > usize::from(leads) || access == Access::Set && !leads && !self.is_certain {
            return None;
        }
        let uses = self.uses.entry(root).or_insert(Uses {
            first: access,
            is_read: false,
            is_set: false,
            is_written: false,
            by_row: false,
            otherwise: false,
        });
        uses.is_read |= access == Access::Read;
        uses.is_set |= access == Access::Set;
        uses.is_written |= access != Access::Read;
        uses.by_row |= leads;
        uses.otherwise |= !leads;
        Some(())
    }
}

/// Whether an integer depends on the index of the loop, other than by what is read there.
fn names_iteration(value: &Int) -> bool {
    value.terms().flat_map(|(monomial, _)| monomial).any(|atom| match atom {
        Atom::Index(index) => *index == 0,
        Atom::Dim(_) | Atom::Loop(_) | Atom::Read(..) => false,
        Atom::Div(a, b) | Atom::Mod(a, b) => names_iteration(a) || names_iteration(b),
        Atom::Root(a) => names_iteration(a),
        Atom::Inside(inside) => names_iteration(&inside.position) || names_iteration(&inside.size),
    })
}
