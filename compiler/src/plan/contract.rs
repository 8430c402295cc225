//! Brings sums of products into the form of products of matrices: an index that occurs in quotients
//! becomes two, factors and guards that the sum does not run over move behind it, factors over the same
//! indices are multiplied beforehand, and sums of several products are one after the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    Atom, Axis, Binary, Comprehension, Graph, Int, Kind, LoopId, Node, Reduction, Scalar, ScalarId, TensorId,
    Unary,
};

use super::pad::{pad, pad_written};
use super::range::Extents;
use super::stages::Draft;
use super::{Inputs, order, product};

/// Shorter rows are not worth a copy with zeros around them.
const ROW: i64 = 8;

/// Rewrites both stages.
pub(super) fn contract(draft: &mut Draft, inputs: &Inputs) {
    for stage in [&mut draft.forward, &mut draft.backward] {
        let nodes = std::mem::take(stage);
        *stage = block(&mut draft.graph, inputs, nodes, &mut BTreeMap::new());
    }
}

fn block(
    graph: &mut Graph,
    inputs: &Inputs,
    nodes: Vec<Node>,
    counters: &mut BTreeMap<LoopId, Int>,
) -> Vec<Node> {
    let mut all = Vec::new();
    for node in nodes {
        match node {
            Node::Comprehension(mut node) => {
                split_indices(graph, &mut node);
                let mut contraction = Contraction { graph, inputs, counters };
                for node in contraction.rewrite(&node).unwrap_or_else(|| vec![node]) {
                    match contraction.added_along_rows(&node) {
                        Some(nodes) => all.extend(nodes.map(Node::Comprehension)),
                        None => all.push(Node::Comprehension(node)),
                    }
                }
            }
            Node::Loop(mut node) => {
                counters.insert(node.counter, node.extent.clone());
                node.body = block(graph, inputs, std::mem::take(&mut node.body), counters);
                all.push(Node::Loop(node));
            }
            Node::Apply(_) | Node::Reshape { .. } => all.push(node),
        }
    }
    all
}

/// Where an index occurs as ⌊i / c⌋ or i mod c, and c divides its extent, it becomes c·j + k.
fn split_indices(graph: &mut Graph, node: &mut Comprehension) {
    let mut place = 0;
    while place < node.domain.len() {
        match divisor(graph, node, place) {
            Some(by) => split(graph, node, place, by),
            None => place += 1,
        }
    }
}

/// The divisor of all quotients of an index.
fn divisor(graph: &Graph, node: &Comprehension, place: usize) -> Option<i64> {
    let extent = node.domain[place].extent.as_constant()?;
    let mut found = BTreeSet::new();
    let mut note = |value: &Int| {
        value.visit_atoms(&mut |atom| {
            if let Atom::Div(a, b) | Atom::Mod(a, b) = atom
                && a.as_index() == Some(place)
            {
                found.insert(b.as_constant());
            }
        });
    };
    node.at.iter().for_each(&mut note);
    graph.scalars.visit_integers(node.value, &mut note);
    match found.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(by)] if *by > 1 && *by < extent && extent % by == 0 => Some(*by),
        _ => None,
    }
}

fn split(graph: &mut Graph, node: &mut Comprehension, place: usize, by: i64) {
    let extent = node.domain[place].extent.as_constant().unwrap_or(0);
    let last = node.domain.len();
    let (high, low) = (Int::index(place), Int::index(last));
    let whole = high.scale(by).add(&low);
    fn replace(value: &Int, place: usize, by: i64, high: &Int, low: &Int, whole: &Int) -> Int {
        value.substitute(&mut |atom| match atom {
            Atom::Div(a, b) if a.as_index() == Some(place) && b.is(by) => Some(high.clone()),
            Atom::Mod(a, b) if a.as_index() == Some(place) && b.is(by) => Some(low.clone()),
            Atom::Index(index) if *index == place => Some(whole.clone()),
            Atom::Read(tensor, at) => {
                let at = at.iter().map(|at| replace(at, place, by, high, low, whole)).collect();
                Some(Int::atom(Atom::Read(*tensor, at)))
            }
            _ => None,
        })
    }
    let mut integer = |value: &Int| replace(value, place, by, &high, &low, &whole);
    node.at = node.at.iter().map(&mut integer).collect();
    node.value = graph.scalars.rebuild(node.value, &mut |_, _| None, &mut integer);
    let name = node.domain[place].name.clone();
    node.domain[place].extent = Int::constant(extent / by);
    node.domain.push(Axis { name, extent: Int::constant(by) });
}

struct Contraction<'a> {
    graph: &'a mut Graph,
    inputs: &'a Inputs,
    counters: &'a BTreeMap<LoopId, Int>,
}

impl Contraction<'_> {
    /// The nodes that compute a sum of products, if one of them is a product of matrices and the sum was
    /// none.
    fn rewrite(&mut self, node: &Comprehension) -> Option<Vec<Comprehension>> {
        let float = self.graph.tensor(node.out).kind == Kind::Float;
        if node.reduction != Reduction::Sum || !float {
            return None;
        }
        let (free, summed): (Vec<usize>, Vec<usize>) =
            (0..node.domain.len()).partition(|&x| node.at.iter().any(|at| at.mentions_index(x)));
        // Where several terms go to one element, they are summed before they are added up.
        let scatters = !product::are_apart(node, &free);
        let free = if scatters { neighbours_last(node, free) } else { free };
        let is_product = !scatters && product::recognise(self.graph, node, self.inputs).is_some();
        if is_product || summed.is_empty() {
            return None;
        }
        if let Some(nodes) = self.apart(node) {
            return Some(nodes);
        }
        let Some((condition, value)) = self.unguarded(node, &summed) else { return self.padded(node) };
        let mut factors = Vec::new();
        let negative = self.factors(value, &mut factors);
        let (within, behind): (Vec<ScalarId>, Vec<ScalarId>) = factors
            .iter()
            .partition(|&&factor| self.graph.scalars.indices(factor).iter().any(|x| summed.contains(x)));
        let groups = self.groups(&within);
        let [left, right] = groups.as_slice() else { return None };
        if left.factors.len() + right.factors.len() == 2
            && behind.is_empty()
            && condition.is_none()
            && !negative
            && !scatters
        {
            return None;
        }

        let mut nodes = Vec::new();
        let tensors = self.graph.tensors.len();
        let (left, right) = (self.operand(node, left, &mut nodes), self.operand(node, right, &mut nodes));
        let value = self.graph.scalars.mul(left, right);
        let simple = behind.is_empty() && condition.is_none() && !negative && !scatters;
        if simple {
            let sum = Comprehension { value, ..node.clone() };
            return self.accept(&sum, tensors).then(|| nodes.into_iter().chain([sum.clone()]).collect());
        }
        // The sum alone, over the indices that stay, then what stands before it.
        let shape: Vec<Int> = free.iter().map(|&x| node.domain[x].extent.clone()).collect();
        let name = self.graph.tensor(node.out).name.with("product");
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        let at: Vec<Int> = free.iter().map(|&x| Int::index(x)).collect();
        let sum = Comprehension { out, base: None, at: at.clone(), value, ..node.clone() };
        if !self.accept(&sum, tensors) {
            return None;
        }
        let mut value = self.graph.scalars.read(out, at);
        for factor in behind {
            value = self.graph.scalars.mul(factor, value);
        }
        if negative {
            value = self.graph.scalars.neg(value);
        }
        if let Some(condition) = condition {
            let zero = self.graph.scalars.number(0.0);
            value = self.graph.scalars.select(condition, value, zero);
        }
        // Renumber what is left.
        let place = |x: usize| free.iter().position(|&y| y == x).map_or_else(Int::zero, Int::index);
        let to: Vec<Int> = (0..node.domain.len()).map(place).collect();
        let rest = Comprehension {
            out: node.out,
            base: node.base,
            domain: free.iter().map(|&x| node.domain[x].clone()).collect(),
            at: node.at.iter().map(|at| at.with_indices(&to)).collect(),
            reduction: Reduction::Sum,
            value: self.graph.scalars.with_indices(value, &to),
        };
        let sets = rest.base.is_none()
            && order::is_direct(&rest)
            && order::may_always_write(self.graph, &rest, self.counters);
        let rest = Comprehension { reduction: if sets { Reduction::Set } else { Reduction::Sum }, ..rest };
        nodes.extend([sum, rest]);
        Some(nodes)
    }

    /// A sum that is a product of matrices as it is, or what it becomes.
    fn products(&mut self, sum: &Comprehension) -> Option<Vec<Comprehension>> {
        match product::recognise(self.graph, sum, self.inputs) {
            Some(_) => Some(vec![sum.clone()]),
            None => self.rewrite(sum),
        }
    }

    /// A sum of sums of products, as the tangent of a product is: one after the other, each added to the one before.
    fn apart(&mut self, node: &Comprehension) -> Option<Vec<Comprehension>> {
        let mut terms = Vec::new();
        self.terms(node.value, false, &mut terms);
        let count = terms.len();
        if count < 2 {
            return None;
        }
        let tensors = self.graph.tensors.len();
        let mut nodes: Vec<Comprehension> = Vec::new();
        for (place, value) in terms.into_iter().enumerate() {
            let out = if place + 1 == count { node.out } else { self.graph.add_like(node.out) };
            let base = if place == 0 { node.base } else { nodes.last().map(|before| before.out) };
            let term = Comprehension { out, base, value, ..node.clone() };
            let Some(more) = self.products(&term) else {
                self.graph.tensors.truncate(tensors);
                return None;
            };
            nodes.extend(more);
        }
        Some(nodes)
    }

    /// The terms of a sum, with their signs.
    fn terms(&mut self, value: ScalarId, is_negative: bool, terms: &mut Vec<ScalarId>) {
        match self.graph.scalars[value] {
            Scalar::Binary(Binary::Add, a, b) => {
                self.terms(a, is_negative, terms);
                self.terms(b, is_negative, terms);
            }
            Scalar::Binary(Binary::Sub, a, b) => {
                self.terms(a, is_negative, terms);
                self.terms(b, !is_negative, terms);
            }
            Scalar::Unary(Unary::Neg, a) => self.terms(a, !is_negative, terms),
            _ => terms.push(if is_negative { self.graph.scalars.neg(value) } else { value }),
        }
    }

    /// The same of windows that reach over an edge.
    fn padded(&mut self, node: &Comprehension) -> Option<Vec<Comprehension>> {
        let tensors = self.graph.tensors.len();
        let (mut nodes, sum) = pad(self.graph, self.counters, node)?;
        match self.products(&sum) {
            Some(rest) => nodes.extend(rest),
            None if self.goes_along_rows(&sum) => nodes.push(sum),
            None => {
                self.graph.tensors.truncate(tensors);
                return None;
            }
        }
        Some(nodes)
    }

    /// What adds to windows that reach over an edge, if it then goes along rows.
    fn added_along_rows(&mut self, node: &Comprehension) -> Option<[Comprehension; 2]> {
        let tensors = self.graph.tensors.len();
        let nodes = pad_written(self.graph, self.counters, node)?;
        let along = self.goes_along_rows(&nodes[0]);
        if !along {
            self.graph.tensors.truncate(tensors);
        }
        along.then_some(nodes)
    }

    /// Whether a sum takes neighbours beside neighbours along an index, so that its loop becomes vectors once no
    /// guard makes it shorter.
    fn goes_along_rows(&self, sum: &Comprehension) -> bool {
        (0..sum.domain.len()).any(|index| {
            let is_long = sum.domain[index].extent.as_constant().is_some_and(|extent| extent >= ROW);
            let is_along = |at: &[Int]| {
                let Some((last, before)) = at.split_last() else { return true };
                before.iter().all(|at| !at.mentions_index(index))
                    && (!last.mentions_index(index) || order::slope(last, index) == Some(1))
            };
            let mut along = is_long && is_along(&sum.at);
            let mut rows = 0;
            self.graph.visit_reads(sum.value, &mut |_, at| {
                along &= is_along(at);
                rows += usize::from(at.last().is_some_and(|last| last.mentions_index(index)));
            });
            along && rows > 0
        })
    }

    /// Whether a sum is a product of matrices; else what was made for it goes again.
    fn accept(&mut self, sum: &Comprehension, tensors: usize) -> bool {
        let accepted = product::recognise(self.graph, sum, self.inputs).is_some();
        if !accepted {
            self.graph.tensors.truncate(tensors);
        }
        accepted
    }

    /// The condition of a guarded zero, if it says nothing of what is summed over and nothing is read
    /// outside its tensor where it does not hold.
    fn unguarded(&self, node: &Comprehension, summed: &[usize]) -> Option<(Option<ScalarId>, ScalarId)> {
        let scalars = &self.graph.scalars;
        let Scalar::Select(condition, value, zero) = scalars[node.value] else {
            return Some((None, node.value));
        };
        if scalars.as_number(zero) != Some(0.0)
            || self.graph.scalars.indices(condition).iter().any(|x| summed.contains(x))
        {
            return None;
        }
        let indices: Vec<Int> = node.domain.iter().map(|axis| axis.extent.clone()).collect();
        let extents = Extents::new(&indices, self.counters);
        let mut inside = true;
        self.graph.visit_reads(value, &mut |tensor, at| {
            let shape = self.graph.shape(tensor);
            inside &= at.iter().zip(shape).all(|(at, extent)| extents.is_within(at, extent));
        });
        inside.then_some((Some(condition), value))
    }

    /// The factors of a product, and whether it is negated.
    fn factors(&self, value: ScalarId, factors: &mut Vec<ScalarId>) -> bool {
        match self.graph.scalars[value] {
            Scalar::Binary(Binary::Mul, a, b) => self.factors(a, factors) != self.factors(b, factors),
            Scalar::Unary(Unary::Neg, a) => !self.factors(a, factors),
            _ => {
                factors.push(value);
                false
            }
        }
    }

    /// Factors together with those whose indices are among theirs.
    fn groups(&self, factors: &[ScalarId]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut sorted: Vec<(ScalarId, BTreeSet<usize>)> =
            factors.iter().map(|&factor| (factor, self.graph.scalars.indices(factor))).collect();
        sorted.sort_by_key(|(_, indices): &(ScalarId, BTreeSet<usize>)| std::cmp::Reverse(indices.len()));
        for (factor, indices) in sorted {
            match groups.iter_mut().find(|group| indices.is_subset(&group.indices)) {
                Some(group) => group.factors.push(factor),
                None => groups.push(Group { factors: vec![factor], indices }),
            }
        }
        groups
    }

    /// A group as one read: of the tensor itself, or of one that is made for it.
    fn operand(&mut self, node: &Comprehension, group: &Group, nodes: &mut Vec<Comprehension>) -> ScalarId {
        if let [factor] = group.factors.as_slice()
            && let Scalar::Read(..) = self.graph.scalars[*factor]
        {
            return *factor;
        }
        let indices: Vec<usize> = group.indices.iter().copied().collect();
        let domain: Vec<Axis> = indices.iter().map(|&x| node.domain[x].clone()).collect();
        let shape: Vec<Int> = domain.iter().map(|axis| axis.extent.clone()).collect();
        let mut value = group.factors[0];
        for &factor in &group.factors[1..] {
            value = self.graph.scalars.mul(value, factor);
        }
        let place = |x: usize| indices.iter().position(|&y| y == x).map_or_else(Int::zero, Int::index);
        let to: Vec<Int> = (0..node.domain.len()).map(place).collect();
        let value = self.graph.scalars.with_indices(value, &to);
        let name = self.graph.tensor(node.out).name.with("factor");
        let out: TensorId = self.graph.add_tensor(name, shape, Kind::Float);
        nodes.push(Comprehension::map(out, domain, value));
        self.graph.scalars.read(out, indices.iter().map(|&x| Int::index(x)).collect())
    }
}

/// In such an order that adding up goes along what is written: indices that have a subscript for
/// themselves, then those that move a window, then the longest of each subscript.
fn neighbours_last(node: &Comprehension, mut indices: Vec<usize>) -> Vec<usize> {
    let extent = |x: usize| node.domain[x].extent.as_constant().unwrap_or(i64::MAX);
    let key = |x: usize| {
        let place = node.at.iter().position(|at| at.mentions_index(x));
        let others = || {
            (0..node.domain.len())
                .filter(|&y| y != x && place.is_some_and(|at| node.at[at].mentions_index(y)))
        };
        let class = match others().map(extent).max() {
            None => 0,
            Some(longest) if longest >= extent(x) => 1,
            Some(_) => 2,
        };
        (class, place)
    };
    indices.sort_by_key(|&x| key(x));
    indices
}

/// Factors over one set of indices.
struct Group {
    factors: Vec<ScalarId>,
    indices: BTreeSet<usize>,
}
