//! Gives a node its loops: those of an earlier nest where both run over the same domain and each
//! iteration reads only what the same iteration wrote, else new ones. What adds to a tensor that nothing else
//! reads is then one more statement of those that make the tensor.
//!
//! Never makes the innermost loop of elementwise work less regular.

mod apart;

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Axis, Carried, Graph, Int, TensorId};

use super::form::{For, Item, Leaf, LeafKind, Range, Step};
use super::live::leaves;
use super::order::{Candidate, renumber};
use super::schedule::renumbered;
use super::shrink::Renaming;

/// How many steps back a nest is looked for.
const REACH: usize = 12;

/// Adds a node to the steps, computed in the best of the given ways. What follows it, if nothing else reads it, is asked
/// for where it shares no loops by itself.
pub(super) fn place(
    graph: &mut Graph,
    steps: &mut Vec<Step>,
    candidates: &[Candidate],
    follower: &mut dyn FnMut(&mut Graph) -> Vec<Candidate>,
    context: &Context<'_>,
) {
    let mut within_reach = 0;
    for position in (0..steps.len()).rev().take(REACH) {
        let Step::Nest(items) = &mut steps[position] else { break };
        for candidate in candidates {
            if Attempt::new(graph, context, candidate).join(items) {
                return;
            }
        }
        within_reach += 1;
        let touched = Touched::of(graph, items);
        if context.conflict(graph, &candidates[0], &touched) {
            break;
        }
    }
    if within_reach > 0 {
        let followers = follower(graph);
        for position in (0..steps.len()).rev().take(within_reach) {
            let Step::Nest(items) = &mut steps[position] else { break };
            for follower in &followers {
                if Attempt::new(graph, context, &candidates[0]).join_for(follower, items) {
                    return;
                }
            }
        }
    }
    let mut items = Vec::new();
    Attempt::new(graph, context, &candidates[0]).insert(&mut items, &[]);
    steps.push(Step::Nest(items));
}

/// What is known of the block around.
pub(super) struct Context<'a> {
    pub carried: &'a [Carried],
    /// By what a reshape makes: what it views.
    pub views: &'a BTreeMap<TensorId, TensorId>,
    /// By tensor: how many nodes that have no place yet read it; a result is read after all of them.
    pub waiting: &'a BTreeMap<TensorId, usize>,
}

/// What a nest reads and writes.
#[derive(Default)]
struct Touched {
    reads: BTreeSet<TensorId>,
    writes: BTreeSet<TensorId>,
    bases: BTreeSet<TensorId>,
}

impl Touched {
    fn of(graph: &Graph, items: &[Item]) -> Self {
        let mut touched = Self::default();
        for item in items {
            item.visit(0, &mut |_, leaf| {
                touched.writes.insert(leaf.out);
                touched.bases.extend(leaf.base);
                leaf.visit_reads(graph, &mut |tensor, _| {
                    touched.reads.insert(tensor);
                });
            });
        }
        touched
    }
}

impl Context<'_> {
    /// What a reshaped tensor is a view of.
    fn origin(&self, tensor: TensorId) -> TensorId {
        self.views.get(&tensor).map_or(tensor, |&from| self.origin(from))
    }

    /// Whether a node must stay behind a nest.
    fn conflict(&self, graph: &Graph, candidate: &Candidate, touched: &Touched) -> bool {
        let origins = |tensors: &BTreeSet<TensorId>| -> BTreeSet<TensorId> {
            tensors.iter().map(|&tensor| self.origin(tensor)).collect()
        };
        let (reads, writes, bases) =
            (origins(&touched.reads), origins(&touched.writes), origins(&touched.bases));
        let replaced = self.replaced(candidate.out);
        let base = candidate.base.map(|base| self.origin(base));
        let mut conflict =
            base.is_some_and(|base| writes.contains(&base) || reads.contains(&base) || bases.contains(&base));
        conflict |= replaced.is_some_and(|inside| reads.contains(&inside));
        visit_reads(graph, candidate, &mut |tensor, _| {
            let tensor = self.origin(tensor);
            conflict |= writes.contains(&tensor) || bases.contains(&tensor);
            conflict |= touched.writes.iter().any(|&written| self.replaced(written) == Some(tensor));
        });
        conflict
    }

    /// The carried value whose memory a tensor should take.
    fn replaced(&self, out: TensorId) -> Option<TensorId> {
        self.carried
            .iter()
            .find(|carried| self.origin(carried.next) == out)
            .map(|carried| self.origin(carried.inside))
    }
}

/// Whether subscripts are the same on some axis where they are an index each.
fn is_same(first: &[Int], index: usize, second: &[Int], other: usize) -> bool {
    first.iter().zip(second).any(|(a, b)| a.as_index() == Some(index) && b.as_index() == Some(other))
}

fn visit_reads(graph: &Graph, candidate: &Candidate, visit: &mut dyn FnMut(TensorId, &[Int])) {
    graph.visit_reads(candidate.value, visit);
    candidate.at.iter().for_each(|subscript| subscript.visit_reads(visit));
}

/// A node about to get its loops.
struct Attempt<'a> {
    graph: &'a mut Graph,
    context: &'a Context<'a>,
    candidate: &'a Candidate,
    /// What its statement adds to, if that is another tensor.
    base: Option<TensorId>,
    /// The index of the node at each depth.
    opened: Vec<usize>,
}

impl<'a> Attempt<'a> {
    fn new(graph: &'a mut Graph, context: &'a Context<'a>, candidate: &'a Candidate) -> Self {
        Self { graph, context, candidate, base: candidate.base, opened: Vec::new() }
    }
}

impl Attempt<'_> {
    /// Puts the node into the loops of a nest, if it belongs there.
    fn join(&mut self, items: &mut Vec<Item>) -> bool {
        let touched = Touched::of(self.graph, items);
        let related = self.is_related(&touched);
        if !(related || self.alike(&touched)) {
            return false;
        }
        let Some(depths) = self.shared(items, &touched, related) else { return false };
        if let Some(made) = self.continued(&touched) {
            self.base = self.take_over(items, made);
        }
        self.insert(items, &depths);
        true
    }

    /// Puts the node into the outermost loop of a nest, if the product that it is made for belongs there: that would else
    /// share the loop of the node, apart from what makes its other factor, and all of that would be kept for it.
    fn join_for(&mut self, product: &Candidate, items: &mut Vec<Item>) -> bool {
        let touched = Touched::of(self.graph, items);
        let mut theirs = Attempt::new(self.graph, self.context, product);
        if !matches!(product.kind, LeafKind::Product(_)) || !theirs.is_related(&touched) {
            return false;
        }
        let shared = theirs.shared(items, &touched, true).unwrap_or_default();
        let (Some(Item::For(around)), Some(&their)) = (items.last(), shared.first()) else { return false };
        let own = self.candidate.loops.iter().copied().find(|&own| {
            let mut alike = self.candidate.domain[own].extent == around.axis.extent;
            visit_reads(self.graph, product, &mut |tensor, at| {
                alike &= tensor != self.candidate.out || is_same(&self.candidate.at, own, at, their);
            });
            let mut leaves = leaves(&around.body).into_iter();
            alike && leaves.all(|leaf| self.compatible(leaf, 0, own))
        });
        let Some(own) = own.filter(|_| !self.is_barred(&touched)) else { return false };
        self.insert(items, &[own]);
        true
    }

    /// Whether the node reads what a nest makes, or adds to it.
    fn is_related(&self, touched: &Touched) -> bool {
        let mut related = self.continued(touched).is_some();
        visit_reads(self.graph, self.candidate, &mut |tensor, _| {
            related |= touched.writes.contains(&tensor);
        });
        related
    }

    /// Whether the node must stay out of a nest: it reads what is made there through a view, or is to write over
    /// what is needed there, or reads what is overwritten there.
    fn is_barred(&self, touched: &Touched) -> bool {
        let continued = self.continued(touched);
        let base = self.candidate.base.filter(|base| continued != Some(*base));
        let base = base.map(|base| self.context.origin(base));
        let mut barred =
            base.is_some_and(|base| touched.writes.contains(&base) || touched.reads.contains(&base));
        visit_reads(self.graph, self.candidate, &mut |tensor, _| {
            let origin = self.context.origin(tensor);
            barred |= origin != tensor && touched.writes.contains(&origin);
            barred |= touched.bases.contains(&origin);
            barred |= touched.writes.iter().any(|&out| self.context.replaced(out) == Some(origin));
        });
        barred
    }

    /// The indices of the node that can run in the loops of a nest; none if there are none.
    fn shared(&mut self, items: &[Item], touched: &Touched, related: bool) -> Option<Vec<usize>> {
        if self.candidate.loops.is_empty() || self.is_barred(touched) {
            return None;
        }
        let mut level = items;
        while let Some(Item::For(around)) = level.last() {
            let Some(index) = self.matching(around, self.opened.len(), related) else { break };
            self.opened.push(index);
            level = &around.body;
        }
        let shared = std::mem::take(&mut self.opened);
        (!shared.is_empty()).then_some(shared)
    }

    /// The tensor that the node adds to, if the nest makes it and nothing else needs it as it is there.
    fn continued(&self, touched: &Touched) -> Option<TensorId> {
        let base = self.candidate.base.filter(|_| self.candidate.add)?;
        let mut free = touched.writes.contains(&base) && !touched.bases.contains(&base);
        free &= self.context.waiting.get(&base).is_none_or(|&readers| readers == 0);
        free &= !self.context.views.values().any(|&from| from == base);
        visit_reads(self.graph, self.candidate, &mut |tensor, _| free &= tensor != base);
        free.then_some(base)
    }

    /// What the nest makes there, it makes in the node's place; the base of that.
    fn take_over(&mut self, items: &mut [Item], made: TensorId) -> Option<TensorId> {
        let renaming = Renaming { from: made, to: self.candidate.out, subscripts: &|at| at.to_vec() };
        let mut base = None;
        for item in items {
            item.visit_mut(&mut |leaf| {
                if leaf.out == made {
                    base = leaf.base;
                }
                renaming.leaf(self.graph, leaf);
            });
        }
        base
    }

    /// Whether the node reads what the nest reads: worth sharing loops if they are the same.
    fn alike(&self, touched: &Touched) -> bool {
        let mut common = false;
        visit_reads(self.graph, self.candidate, &mut |tensor, _| {
            common |= self.graph.shape(tensor).len() == self.candidate.loops.len()
                && touched.reads.contains(&tensor);
        });
        common && matches!(self.candidate.kind, LeafKind::Write) && !self.candidate.add
    }

    /// The index of the node that can run in a loop at this depth.
    fn matching(&self, around: &For, depth: usize, related: bool) -> Option<usize> {
        let rest: Vec<usize> =
            self.candidate.loops.iter().copied().filter(|x| !self.opened.contains(x)).collect();
        let mut leaves = Vec::new();
        for item in &around.body {
            item.visit(depth + 1, &mut |depth, leaf| leaves.push((depth, leaf)));
        }
        let elementwise =
            around.body.iter().all(|item| matches!(item, Item::Leaf(Leaf { kind: LeafKind::Write, .. })));
        if apart::is_apart(self.graph, self.candidate, (around, depth), &rest) {
            return None;
        }
        rest.iter().copied().find(|&index| {
            let axis = &self.candidate.domain[index];
            if axis.extent != around.axis.extent {
                return false;
            }
            let finished = rest.len() == 1 && matches!(self.candidate.kind, LeafKind::Write);
            let accumulates =
                self.candidate.add && !self.candidate.at.iter().any(|at| at.as_index() == Some(index));
            let is_settled = finished && (!accumulates || depth == 0);
            let is_outermost = depth == 0 && related;
            if elementwise && !(is_settled || is_outermost) {
                return false;
            }
            if !(related || finished || self.same_loops(&leaves, &rest)) {
                return false;
            }
            leaves.iter().all(|(_, leaf)| self.compatible(leaf, depth, index))
        })
    }

    fn same_loops(&self, leaves: &[(usize, &Leaf)], rest: &[usize]) -> bool {
        let total = self.opened.len() + rest.len();
        leaves
            .iter()
            .all(|(depth, leaf)| *depth == total && matches!(leaf.kind, LeafKind::Write) && !leaf.add)
    }

    /// Whether each iteration of the node touches only what the same iteration of the leaf did.
    fn compatible(&self, leaf: &Leaf, depth: usize, index: usize) -> bool {
        let same = |theirs: &[Int], ours: &[Int]| is_same(theirs, depth, ours, index);
        let mut compatible = true;
        visit_reads(self.graph, self.candidate, &mut |tensor, at| {
            if tensor == leaf.out {
                compatible &= same(&leaf.at, at);
            }
        });
        // Only where the node continues what the nest makes: else it has no place here.
        if let Some(base) = self.candidate.base {
            if leaf.out == base {
                compatible &= same(&leaf.at, &self.candidate.at);
            }
            leaf.visit_reads(self.graph, &mut |tensor, at| {
                if tensor == base {
                    compatible &= same(at, &self.candidate.at);
                }
            });
        }
        if let Some(inside) = self.context.replaced(self.candidate.out) {
            leaf.visit_reads(self.graph, &mut |tensor, at| {
                if self.context.origin(tensor) == inside {
                    compatible &= tensor == inside && same(at, &self.candidate.at);
                }
            });
        }
        compatible
    }

    /// Puts the node into the innermost of the loops that it shares.
    fn insert(&mut self, items: &mut Vec<Item>, shared: &[usize]) {
        let rest = self.candidate.loops.iter().copied().filter(|x| !shared.contains(x));
        let order: Vec<usize> = shared.iter().copied().chain(rest).collect();
        let fill = self.candidate.fill.then(|| self.fill_depth(&order));
        self.descend(items, &order, shared.len(), fill);
    }

    fn descend(&mut self, items: &mut Vec<Item>, order: &[usize], shared: usize, fill: Option<usize>) {
        let depth = self.opened.len();
        if fill == Some(depth) {
            let place = if depth < shared { items.len() - 1 } else { items.len() };
            let fill = self.fill();
            items.insert(place, fill);
        }
        let Some(&index) = order.get(depth) else {
            let leaf = self.leaf();
            items.push(Item::Leaf(leaf));
            return;
        };
        self.opened.push(index);
        if depth < shared {
            if let Some(Item::For(around)) = items.last_mut() {
                self.descend(&mut around.body, order, shared, fill);
            }
        } else {
            let mut body = Vec::new();
            self.descend(&mut body, order, shared, fill);
            let (axis, range) = (self.candidate.domain[index].clone(), Range::default());
            items.push(Item::For(For { axis, range, body, parts: None }));
        }
    }

    /// Inside how many of the loops zeros are to be written: as many as each fix one more leading axis.
    fn fill_depth(&self, order: &[usize]) -> usize {
        let fits = |depth: &usize| {
            let prefix = self.prefix(&order[..*depth]);
            let fixes =
                |index: &usize| self.candidate.at[..prefix].iter().any(|at| at.as_index() == Some(*index));
            order[..*depth].iter().all(fixes)
        };
        (0..=order.len()).take_while(fits).last().unwrap_or(0)
    }

    /// How many leading axes the open loops run over wholly.
    fn prefix(&self, opened: &[usize]) -> usize {
        let shape = self.graph.shape(self.candidate.out);
        let whole = |axis: &usize| {
            let at = &self.candidate.at[*axis];
            match at.as_index() {
                Some(index) => {
                    let first = !self.candidate.at[..*axis].iter().any(|at| at.as_index() == Some(index));
                    first && opened.contains(&index) && self.candidate.domain[index].extent == shape[*axis]
                }
                None => shape[*axis].is(1) && at.is(0),
            }
        };
        (0..shape.len()).take_while(whole).count()
    }

    fn fill(&mut self) -> Item {
        let prefix = self.prefix(&self.opened);
        let to = self.renumbering();
        let zero = self.graph.scalars.zero(self.graph.tensor(self.candidate.out).kind);
        Item::Leaf(Leaf {
            out: self.candidate.out,
            base: None,
            at: renumbered(&self.candidate.at[..prefix], &to),
            inner: Vec::new(),
            ranges: Vec::new(),
            when: None,
            add: false,
            value: zero,
            kind: LeafKind::Fill,
        })
    }

    /// The new index of each index of the node's domain.
    fn renumbering(&self) -> Vec<Int> {
        let order: Vec<usize> = self.opened.iter().chain(&self.candidate.inner).copied().collect();
        let place = |x: usize| order.iter().position(|&y| y == x);
        (0..self.candidate.domain.len()).map(|x| place(x).map_or_else(Int::zero, Int::index)).collect()
    }

    fn leaf(&mut self) -> Leaf {
        let to = self.renumbering();
        let candidate = self.candidate;
        let kind = match &candidate.kind {
            LeafKind::Product(product) => LeafKind::Product(renumber(product, &to)),
            kind => kind.clone(),
        };
        Leaf {
            out: candidate.out,
            base: self.base,
            at: renumbered(&candidate.at, &to),
            inner: candidate.inner.iter().map(|&x| candidate.domain[x].clone()).collect::<Vec<Axis>>(),
            ranges: Vec::new(),
            when: None,
            add: candidate.add,
            value: self.graph.scalars.with_indices(candidate.value, &to),
            kind,
        }
    }
}
