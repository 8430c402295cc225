//! Windows that reach over the edge of a tensor, and are zero there by a guard, become windows of a copy
//! with zeros around it: the sum over them then needs no guard, and can be a product of matrices or go along whole
//! rows. What is added to such windows is added to a larger tensor, of which the middle counts.
//!
//! A zero of the copy is multiplied by what it meets. Where that is infinite or NaN, so is the sum, as it
//! is for every window that lies inside.

use std::collections::BTreeMap;

use crate::ir::{
    Axis, Binary, Comparison, Comprehension, Graph, Int, Kind, LoopId, Reduction, Scalar, ScalarId, Scalars,
    TensorId, Unary,
};

use super::range::Extents;

/// The copies, and the sum that reads them; none if its guard says anything else.
pub(super) fn pad(
    graph: &mut Graph,
    counters: &BTreeMap<LoopId, Int>,
    node: &Comprehension,
) -> Option<(Vec<Comprehension>, Comprehension)> {
    let (value, window) = window(graph, counters, node, false)?;
    let element = graph.scalars.read(window.tensor, window.at.clone());
    if !vanishes_with(graph, value, element) {
        return None;
    }
    let Larger { tensor: out, domain, from, to, window: subscripts } = Larger::new(graph, &window);
    let original = graph.scalars.read(window.tensor, from);
    let copy = Comprehension { out, base: None, domain, at: to, reduction: Reduction::Set, value: original };
    let read = graph.scalars.read(out, subscripts);
    let replace = |_: &mut Scalars, id: ScalarId| (id == element).then_some(read);
    let value = graph.scalars.rebuild(value, &mut { replace }, &mut Int::clone);
    Some((vec![copy], Comprehension { value, ..node.clone() }))
}

/// The sum in a larger tensor, and what takes its middle; none if the guard says anything else.
pub(super) fn pad_written(
    graph: &mut Graph,
    counters: &BTreeMap<LoopId, Int>,
    node: &Comprehension,
) -> Option<[Comprehension; 2]> {
    if node.reduction != Reduction::Sum {
        return None;
    }
    let (value, window) = window(graph, counters, node, true)?;
    let Larger { tensor: out, domain, from, to, window: at } = Larger::new(graph, &window);
    let sum = Comprehension { out, base: None, at, value, ..node.clone() };
    let is_all = domain.len() == from.len();
    let reduction = if node.base.is_some() || !is_all { Reduction::Sum } else { Reduction::Set };
    let value = graph.scalars.read(out, to);
    let middle = Comprehension { out: node.out, base: node.base, domain, at: from, reduction, value };
    Some([sum, middle])
}

/// Whether a value is zero where a part of it is, whatever finite number the rest is.
fn vanishes_with(graph: &Graph, value: ScalarId, part: ScalarId) -> bool {
    match graph.scalars[value] {
        _ if value == part => true,
        Scalar::Binary(Binary::Mul, a, b) => vanishes_with(graph, a, part) || vanishes_with(graph, b, part),
        Scalar::Binary(Binary::Add | Binary::Sub, a, b) => {
            vanishes_with(graph, a, part) && vanishes_with(graph, b, part)
        }
        Scalar::Unary(Unary::Neg, a) => vanishes_with(graph, a, part),
        _ => false,
    }
}

/// What a node computes without its guard, and the one window, among its reads or of what it writes to, of which that
/// says that it is inside, and nothing else.
fn window(
    graph: &Graph,
    counters: &BTreeMap<LoopId, Int>,
    node: &Comprehension,
    written: bool,
) -> Option<(ScalarId, Window)> {
    let Scalar::Select(condition, value, zero) = graph.scalars[node.value] else { return None };
    if graph.scalars.as_number(zero) != Some(0.0) {
        return None;
    }
    let mut facts = Vec::new();
    if !naturals(graph, condition, &mut facts) {
        return None;
    }
    let indices: Vec<Int> = node.domain.iter().map(|axis| axis.extent.clone()).collect();
    let extents = Extents::new(&indices, counters);
    let mut windows: Vec<Window> = Vec::new();
    let mut known = true;
    let mut note = |tensor: TensorId, at: &[Int], is_write: bool| {
        let axes: Option<Vec<Margin>> = at
            .iter()
            .zip(graph.shape(tensor))
            .map(|(at, extent)| margin(&extents, &facts, at, extent))
            .collect();
        match axes {
            Some(axes) if axes.iter().any(|axis| *axis != Margin::default()) => {
                known &= is_write == written;
                windows.push(Window { tensor, at: at.to_vec(), axes });
            }
            Some(_) => {}
            None => known = false,
        }
    };
    graph.visit_reads(value, &mut |tensor, at| note(tensor, at, false));
    note(node.out, &node.at, true);
    let mut inside: Vec<Int> = Vec::new();
    for window in &windows {
        for ((at, extent), axis) in window.at.iter().zip(graph.shape(window.tensor)).zip(&window.axes) {
            inside.extend(axis.before.is_some().then(|| at.clone()));
            inside.extend(axis.after.is_some().then(|| extent.sub(at).plus(-1)));
        }
    }
    let said = facts.iter().all(|fact| inside.contains(fact) || extents.is_natural(fact));
    // One tensor under one window alone: the copy of each is another.
    let single = windows.len() == 1;
    if !known || !said || !single || graph.tensor(windows[0].tensor).kind != Kind::Float {
        return None;
    }
    Some((value, windows.remove(0)))
}

/// What a read reaches beyond its tensor.
struct Window {
    tensor: TensorId,
    at: Vec<Int>,
    axes: Vec<Margin>,
}

/// How far before the first element of an axis, and how far behind the last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Margin {
    before: Option<Int>,
    after: Option<Int>,
}

/// The margin that a subscript needs; none if it is unknown, or not guarded.
fn margin(extents: &Extents, facts: &[Int], at: &Int, extent: &Int) -> Option<Margin> {
    let mut margin = Margin::default();
    if !extents.is_natural(at) {
        let before = extents.least(at)?.scale(-1);
        if !facts.contains(at) || !extents.is_natural(&before) {
            return None;
        }
        margin.before = Some(before);
    }
    let rest = extent.sub(at).plus(-1);
    if !extents.is_natural(&rest) {
        let after = extents.least(&rest)?.scale(-1);
        if !facts.contains(&rest) || !extents.is_natural(&after) {
            return None;
        }
        margin.after = Some(after);
    }
    Some(margin)
}

/// What a condition says, as integers that are not negative; false if it says anything else.
fn naturals(graph: &Graph, condition: ScalarId, facts: &mut Vec<Int>) -> bool {
    match &graph.scalars[condition] {
        Scalar::And(a, b) => naturals(graph, *a, facts) && naturals(graph, *b, facts),
        Scalar::CompareInt(Comparison::Less, a, b) => {
            facts.push(b.sub(a).plus(-1));
            true
        }
        Scalar::CompareInt(Comparison::LessEqual, a, b) => {
            facts.push(b.sub(a));
            true
        }
        _ => false,
    }
}

/// A tensor larger than a part of another by margins: the part that a window's fixed subscripts leave, those without an
/// index, which a loop around may count.
struct Larger {
    tensor: TensorId,
    /// The part's axes, where their elements are in all of the other tensor, and where in the larger one.
    domain: Vec<Axis>,
    from: Vec<Int>,
    to: Vec<Int>,
    /// Where the window is in the larger one.
    window: Vec<Int>,
}

impl Larger {
    fn new(graph: &mut Graph, Window { tensor, at, axes }: &Window) -> Self {
        let name = graph.tensor(*tensor).name.with("padded");
        let moved = |value: &Int, margin: &Margin| {
            margin.before.iter().fold(value.clone(), |sum, more| sum.add(more))
        };
        let (mut extents, mut shape) = (Vec::new(), Vec::new());
        let (mut from, mut to, mut window) = (Vec::new(), Vec::new(), Vec::new());
        for ((at, extent), margin) in at.iter().zip(graph.shape(*tensor)).zip(axes) {
            if at.indices().is_empty() && *margin == Margin::default() {
                from.push(at.clone());
                continue;
            }
            let index = Int::index(extents.len());
            to.push(moved(&index, margin));
            from.push(index);
            window.push(moved(at, margin));
            extents.push(extent.clone());
            shape.push(margin.after.iter().fold(moved(extent, margin), |sum, more| sum.add(more)));
        }
        let domain = Graph::axes(&extents);
        Self { tensor: graph.add_tensor(name, shape, Kind::Float), domain, from, to, window }
    }
}
