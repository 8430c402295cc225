//! Sums of products, taken apart where that is cheaper.
//!
//! | law | where |
//! |---|---|
//! | Σⱼ c·xⱼ = c · Σⱼ xⱼ, the same for a divisor | c does not depend on j |
//! | Σⱼₖ aᵢⱼ·bⱼₖ·cₖₗ = Σₖ (Σⱼ aᵢⱼ·bⱼₖ) · cₖₗ | fewer operations, sizes unknown taken for 64 |
//! | Σⱼ f(aᵢⱼ)·bⱼₖ = Σⱼ tᵢⱼ·bⱼₖ with t = f(a) | f costs something |
//! | Σⱼ x = n·x | x does not depend on j < n |
//! | Σⱼ [j = k]·xⱼ = xₖ | k does not depend on j |
//! | Σⱼ [a ≤ j < b]·xⱼ runs from a to b | a and b are sizes |
//!
//! A condition stays with all that it guards.

mod terms;

use std::collections::{BTreeMap, BTreeSet};

use super::cost;
use super::ranges::Ranges;
use crate::ir::{
    Axis, Binary, Comparison, Comprehension, Graph, Int, Kind, LoopId, Node, Reduction, Scalar, ScalarId,
    Scalars, TensorId,
};
pub use terms::is_safe;
use terms::{Factor, Term};

/// What a node costs beyond its operations, and an element of a tensor between two nodes.
const NODE: f64 = 16.0;
const ELEMENT: f64 = 3.0;

/// A sum is taken apart where that saves a tenth at least.
const WORTHWHILE: f64 = 0.9;

/// Takes sums of products apart.
pub fn factor(graph: &mut Graph) {
    let nodes = std::mem::take(&mut graph.nodes);
    graph.nodes = list(graph, nodes, &mut Context::default());
}

/// What is known around a node.
#[derive(Default)]
struct Context {
    /// The loops around, and their extents.
    loops: BTreeMap<LoopId, Int>,
    /// What values are scaled by.
    scales: BTreeSet<TensorId>,
    /// What has been computed, other than sums that were taken out of others.
    made: BTreeSet<TensorId>,
}

impl Context {
    fn is_scale(&self, scalars: &Scalars, id: ScalarId) -> bool {
        terms::is_scale(scalars, id, &|tensor| self.scales.contains(&tensor))
    }

    fn term(&self, graph: &mut Graph, value: ScalarId) -> Term {
        Term::of(&mut graph.scalars, value, &|scalars, divisor| self.is_scale(scalars, divisor))
    }

    /// Whether a value may be infinite or NaN where an axis that it has left has no point: it is made of what has been
    /// computed there, or divided.
    fn may_be_infinite(&self, graph: &Graph, value: ScalarId) -> bool {
        let scalars = &graph.scalars;
        scalars.reachable(value).into_iter().any(|id| match scalars[id] {
            Scalar::Read(tensor, _) => self.made.contains(&tensor),
            Scalar::Binary(Binary::Div, _, divisor) => scalars.as_number(divisor).is_none(),
            _ => false,
        })
    }
}

fn list(graph: &mut Graph, nodes: Vec<Node>, context: &mut Context) -> Vec<Node> {
    let mut done = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                if context.is_scale(&graph.scalars, node.value) {
                    context.scales.insert(node.out);
                }
                let out = node.out;
                sum(graph, node, context, &mut done);
                context.made.insert(out);
            }
            Node::Loop(mut node) => {
                context.loops.insert(node.counter, node.extent.clone());
                context.made.extend(node.carried.iter().flat_map(|carried| [carried.inside, carried.last]));
                node.body = list(graph, std::mem::take(&mut node.body), context);
                context.loops.remove(&node.counter);
                done.push(Node::Loop(node));
            }
            Node::Apply(_) | Node::Reshape { .. } => {
                context.made.extend(node.outputs());
                done.push(node);
            }
        }
    }
    done
}

/// Takes a sum apart, and the sums that come of it.
fn sum(graph: &mut Graph, mut node: Comprehension, context: &Context, done: &mut Vec<Node>) {
    let is_number = graph.tensor(node.out).kind == Kind::Float;
    if node.reduction == Reduction::Sum && is_number {
        while narrow(graph, &mut node, context) {}
        count(graph, &mut node, context);
        while let Some(part) = split(graph, &mut node, context) {
            sum(graph, part, context, done);
        }
    }
    done.push(Node::Comprehension(node));
}

/// The indices that do not say where a value is written.
fn reduced(node: &Comprehension) -> BTreeSet<usize> {
    (0..node.domain.len())
        .filter(|&index| !node.at.iter().any(|subscript| subscript.mentions_index(index)))
        .collect()
}

/// Takes an index out of a node; what it stands for in the value and the subscripts is given in terms of
/// the others.
pub fn remove_index(graph: &mut Graph, node: &mut Comprehension, index: usize, stands_for: &Int) {
    let mut indices: Vec<Int> = (0..node.domain.len())
        .map(|other| Int::index(if other > index { other - 1 } else { other }))
        .collect();
    indices[index] = stands_for.with_indices(&indices.clone());
    node.domain.remove(index);
    node.value = graph.scalars.with_indices(node.value, &indices);
    node.at = node.at.iter().map(|subscript| subscript.with_indices(&indices)).collect();
}

/// Σⱼ x = n·x
fn count(graph: &mut Graph, node: &mut Comprehension, context: &Context) {
    let mentioned = graph.scalars.indices(node.value);
    let mut times = Int::constant(1);
    for index in reduced(node).into_iter().rev().filter(|index| !mentioned.contains(index)) {
        times = times.mul(&node.domain[index].extent);
        leave(graph, node, index, context);
    }
    if !times.is(1) {
        let times = graph.scalars.integer(times);
        node.value = graph.scalars.mul(times, node.value);
    }
}

/// Takes an index out of a node whose value does not mention it. Where it has no point, nothing is added up.
fn leave(graph: &mut Graph, node: &mut Comprehension, index: usize, context: &Context) {
    let axis = node.domain[index].clone();
    remove_index(graph, node, index, &Int::zero());
    if context.may_be_infinite(graph, node.value) {
        node.value = graph.where_points(node.value, &axis.extent);
    } else {
        node.value = graph.without_axes(node.value, Some(node.out), &[axis], &node.domain);
    }
}

/// Takes points out of a sum where a condition says that they do not count:
/// Σⱼ [j = k]·xⱼ = xₖ, and Σⱼ [a ≤ j < b]·xⱼ runs from a to b. Where nothing is added nothing is written, so
/// this holds for any index.
fn narrow(graph: &mut Graph, node: &mut Comprehension, context: &Context) -> bool {
    let term = context.term(graph, node.value);
    let ranges = Ranges::new(&node.domain, &context.loops);
    for (place, &condition) in term.guards.iter().enumerate() {
        let mut rest = term.clone();
        rest.guards.remove(place);
        if let Some((index, value)) = terms::as_equation(&graph.scalars, condition, node.domain.len()) {
            let extent = node.domain[index].extent.clone();
            if !ranges.among(|axis| axis != index).is_within(&value, &extent) {
                let in_range = terms::in_range(&mut graph.scalars, &value, &extent);
                // First of all; but behind what guards the place that is read for the value.
                let first = if in_range.iter().all(|&id| is_safe(graph, &ranges, id)) { 0 } else { place };
                let mentions = |guard: &ScalarId| graph.scalars.indices(*guard).contains(&index);
                if rest.guards[..first].iter().any(mentions) {
                    continue;
                }
                rest.guards.splice(first..first, in_range);
            }
            node.value = rest.build(&mut graph.scalars);
            remove_index(graph, node, index, &value);
            return true;
        }
        if let Some((index, from, to)) = terms::as_bounds(&graph.scalars, &ranges, &node.domain, condition) {
            // An axis without points is cut to none.
            let others = ranges.among(|axis| axis != index);
            for (low, high) in [(&Int::zero(), &from), (&to, &node.domain[index].extent)] {
                if !others.is_natural(&high.sub(low), &[]) {
                    let is_inside =
                        graph.scalars.compare_int(Comparison::LessEqual, low.clone(), high.clone());
                    rest.guards.insert(0, is_inside);
                }
            }
            node.value = rest.build(&mut graph.scalars);
            node.domain[index].extent = to.sub(&from);
            let mut indices = Graph::identity(node.domain.len());
            indices[index] = Int::index(index).add(&from);
            node.value = graph.scalars.with_indices(node.value, &indices);
            node.at = node.at.iter().map(|subscript| subscript.with_indices(&indices)).collect();
            return true;
        }
    }
    false
}

/// A way to take some factors out of a sum, to be summed over some of its indices beforehand.
struct Plan {
    cost: f64,
    /// Whether each factor goes.
    goes: Vec<bool>,
    /// What the part is summed over.
    over: BTreeSet<usize>,
}

/// Takes the part out of a sum that saves most, if any does.
fn split(graph: &mut Graph, node: &mut Comprehension, context: &Context) -> Option<Comprehension> {
    let reduced = reduced(node);
    if reduced.is_empty() {
        return None;
    }
    let term = context.term(graph, node.value);
    let guarded: BTreeSet<usize> =
        term.guards.iter().flat_map(|&guard| graph.scalars.indices(guard)).collect();
    if guarded.iter().any(|index| reduced.contains(index)) {
        return None;
    }
    let factors = term.factors(&graph.scalars);
    let best = plans(node, &factors, &reduced)
        .into_iter()
        .min_by(|a, b| a.cost.total_cmp(&b.cost))
        .filter(|best| best.cost < WORTHWHILE * whole_cost(node, &factors))?;
    Some(take_out(graph, node, &term, &best, context))
}

fn whole_cost(node: &Comprehension, factors: &[Factor]) -> f64 {
    let all = 0..node.domain.len();
    cost::points(&node.domain, all) * factors.iter().map(|factor| factor.cost).sum::<f64>()
}

fn plans(node: &Comprehension, factors: &[Factor], reduced: &BTreeSet<usize>) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut add = |goes: Vec<bool>, may_sum: bool| {
        if goes.iter().all(|goes| !goes) {
            return;
        }
        let used = |goes_or_stays: bool| -> BTreeSet<usize> {
            let chosen = factors.iter().zip(&goes).filter(|(_, goes)| **goes == goes_or_stays);
            chosen.flat_map(|(factor, _)| factor.indices.iter().copied()).collect()
        };
        let (part, rest) = (used(true), used(false));
        let over: BTreeSet<usize> = part
            .iter()
            .copied()
            .filter(|index| may_sum && reduced.contains(index) && !rest.contains(index))
            .collect();
        let is_all = goes.iter().all(|goes| *goes);
        if (is_all && over.len() == reduced.len()) || (over.is_empty() && part.len() == node.domain.len()) {
            return;
        }
        let share = |goes_or_stays: bool| -> f64 {
            let chosen = factors.iter().zip(&goes).filter(|(_, goes)| **goes == goes_or_stays);
            chosen.map(|(factor, _)| factor.cost).sum()
        };
        let kept = part.iter().copied().filter(|index| !over.contains(index));
        let left = (0..node.domain.len()).filter(|index| !over.contains(index));
        let cost = NODE
            + cost::points(&node.domain, part.iter().copied()) * share(true)
            + cost::points(&node.domain, kept) * ELEMENT
            + cost::points(&node.domain, left) * (share(false) + 1.0);
        plans.push(Plan { cost, goes, over });
    };
    // Sum over an index all that depends on it; or over all at once.
    for index in reduced {
        add(factors.iter().map(|factor| factor.indices.contains(index)).collect(), true);
    }
    add(factors.iter().map(|factor| !factor.indices.is_disjoint(reduced)).collect(), true);
    // Compute beforehand what depends on few indices.
    for few in factors.iter().filter(|factor| factor.cost > 1.0) {
        add(factors.iter().map(|factor| factor.indices.is_subset(&few.indices)).collect(), false);
    }
    plans
}

/// Makes a node of the part that goes, and a read of it in the rest.
fn take_out(
    graph: &mut Graph,
    node: &mut Comprehension,
    term: &Term,
    plan: &Plan,
    context: &Context,
) -> Comprehension {
    let (mut part, mut rest) = term.divide(&plan.goes);
    let used: BTreeSet<usize> =
        part.factors(&graph.scalars).into_iter().flat_map(|factor| factor.indices).collect();
    // What is read out of range where the guards do not hold stays guarded.
    let ranges = Ranges::new(&node.domain, &context.loops);
    let is_safe = part.ids().all(|id| is_safe(graph, &ranges, id));
    if !is_safe {
        part.guards.clone_from(&term.guards);
    }
    let guarded = part.guards.iter().flat_map(|&guard| graph.scalars.indices(guard));
    let used: BTreeSet<usize> = used.into_iter().chain(guarded).collect();

    let kept: Vec<usize> = used.iter().copied().filter(|index| !plan.over.contains(index)).collect();
    let order: Vec<usize> = kept.iter().chain(&plan.over).copied().collect();
    let mut places = vec![Int::zero(); node.domain.len()];
    for (place, &index) in order.iter().enumerate() {
        places[index] = Int::index(place);
    }
    let value = part.build(&mut graph.scalars);
    let value = graph.scalars.with_indices(value, &places);
    let (inside, left): (Vec<usize>, Vec<usize>) =
        (0..node.domain.len()).partition(|index| order.contains(index));
    debug_assert_eq!(inside.len(), order.len(), "each index has one place");
    let axes = |of: &[usize]| of.iter().map(|&index| node.domain[index].clone()).collect::<Vec<Axis>>();
    let (domain, left) = (axes(&order), axes(&left));
    let value = graph.without_axes(value, None, &left, &domain);
    let out = add_part(graph, node.out, &domain[..kept.len()]);
    let reduction = if plan.over.is_empty() { Reduction::Set } else { Reduction::Sum };
    let at = Graph::identity(kept.len());
    let made = Comprehension { out, base: None, domain, at, reduction, value };

    let read = graph.scalars.read(out, kept.iter().map(|&index| Int::index(index)).collect());
    rest.over.push(read);
    node.value = rest.build(&mut graph.scalars);
    for &index in plan.over.iter().rev() {
        leave(graph, node, index, context);
    }
    made
}

fn add_part(graph: &mut Graph, of: TensorId, domain: &[Axis]) -> TensorId {
    let name = &graph.tensor(of).name;
    let name = if name.ends_with("_part") { name.clone() } else { name.with("part") };
    graph.add_tensor(name, domain.iter().map(|axis| axis.extent.clone()).collect(), Kind::Float)
}
