//! How one node can be computed: which of its indices are loops and which a statement's own, in which
//! order. The last loop should run along the last axis of what is written and read.

use std::collections::BTreeMap;

use crate::ir::{
    Apply, ArrayFunction, Axis, Comprehension, Graph, Int, LoopId, Reduction, Scalar, ScalarId, TensorId,
};

use super::Inputs;
use super::form::{LeafKind, Product};
use super::product;
use super::range::Extents;

/// One way to compute a node; all indices count in the node's own domain.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub out: TensorId,
    pub base: Option<TensorId>,
    pub domain: Vec<Axis>,
    pub at: Vec<Int>,
    pub value: ScalarId,
    /// The indices that are loops, outermost first.
    pub loops: Vec<usize>,
    /// The indices that are the statement's own.
    pub inner: Vec<usize>,
    pub kind: LeafKind,
    /// Adds to memory, which is zero before where there is no base.
    pub add: bool,
    /// Zeros must be written first.
    pub fill: bool,
}

/// The ways to apply a function of whole arrays.
pub(super) fn of_apply(graph: &mut Graph, node: &Apply) -> Vec<Candidate> {
    let outer = node.outer.len();
    // The indices of what it returns stand before those of what it takes.
    let returned = Graph::axes(&graph.shape(node.out)[outer..]);
    let to: Vec<Int> = (0..outer + node.inner.len())
        .map(|x| Int::index(if x < outer { x } else { x + returned.len() }))
        .collect();
    let domain: Vec<Axis> = node.outer.iter().chain(&returned).chain(&node.inner).cloned().collect();
    vec![Candidate {
        out: node.out,
        base: None,
        at: node.at(graph, outer),
        value: graph.scalars.with_indices(node.value, &to),
        loops: (0..outer).filter(|&x| !node.outer[x].extent.is(1)).collect(),
        inner: (outer..domain.len()).collect(),
        domain,
        kind: match node.function {
            ArrayFunction::Argmax { least } => LeafKind::Argmax { least, found: None },
            ArrayFunction::Extern => LeafKind::Call,
        },
        add: false,
        fill: false,
    }]
}

/// The ways to compute a comprehension, the best on its own first.
pub(super) fn of_comprehension(
    graph: &mut Graph,
    node: &Comprehension,
    inputs: &Inputs,
    counters: &BTreeMap<LoopId, Int>,
) -> Vec<Candidate> {
    let indices = 0..node.domain.len();
    // What is added under its guard is not written where that does not hold.
    let direct = is_direct(node) && may_always_write(graph, node, counters);
    let covers = direct && covers(graph, node);
    let reduced: Vec<usize> = indices
        .clone()
        .filter(|&x| !node.at.iter().any(|at| at.mentions_index(x)) && !node.domain[x].extent.is(1))
        .collect();
    let sums = node.reduction == Reduction::Sum;
    let base = node.base;
    let whole = Candidate {
        out: node.out,
        base,
        domain: node.domain.clone(),
        at: node.at.clone(),
        value: node.value,
        loops: Vec::new(),
        inner: Vec::new(),
        kind: LeafKind::Write,
        add: sums && (base.is_some() || !direct || !reduced.is_empty()),
        fill: base.is_none() && (!covers || (sums && !reduced.is_empty())),
    };

    if covers && base.is_none() && reduced.is_empty() && !node.at.is_empty() && is_constant(graph, node.value)
    {
        return vec![Candidate { kind: LeafKind::Fill, at: Vec::new(), domain: Vec::new(), ..whole }];
    }
    if !sums {
        return vec![Candidate { loops: outward(&node.at, &node.domain, None), ..whole }];
    }
    if let Some(product) = product::recognise(graph, node, inputs) {
        let own: Vec<usize> = [product.rows.as_slice(), &product.columns, &product.depth].concat();
        let loops: Vec<usize> =
            outward(&node.at, &node.domain, None).into_iter().filter(|x| !own.contains(x)).collect();
        let complete = direct && covers && loops.iter().all(|x| !reduced.contains(x));
        return vec![Candidate {
            loops,
            inner: own,
            add: node.base.is_some() || !complete,
            fill: node.base.is_none() && !complete,
            kind: LeafKind::Product(product),
            ..whole
        }];
    }
    let innermost = best_innermost(graph, node);
    let in_memory = Candidate { loops: outward(&node.at, &node.domain, innermost), ..whole.clone() };
    if !direct || reduced.is_empty() {
        return vec![in_memory];
    }
    let free: Vec<usize> =
        outward(&node.at, &node.domain, None).into_iter().filter(|x| !reduced.contains(x)).collect();
    let mut inner = reduced.clone();
    if let Some(position) = inner.iter().position(|&x| Some(x) == innermost) {
        let last = inner.remove(position);
        inner.push(last);
    }
    let in_variable = Candidate {
        loops: free,
        inner,
        kind: LeafKind::Reduce,
        add: node.base.is_some(),
        fill: node.base.is_none() && !covers,
        ..whole
    };
    match innermost {
        Some(x) if !reduced.contains(&x) => vec![in_memory, in_variable],
        _ => vec![in_variable, in_memory],
    }
}

/// The slope of an integer in an index of the domain: 0 if it does not occur, none if not linear.
pub(super) fn slope(integer: &Int, index: usize) -> Option<i64> {
    let mut slope = 0;
    for (monomial, coefficient) in integer.terms() {
        if matches!(monomial, [crate::ir::Atom::Index(x)] if *x == index) {
            slope = coefficient;
        } else {
            let mut found = false;
            for atom in monomial {
                Int::atom(atom.clone())
                    .visit_atoms(&mut |atom| found |= *atom == crate::ir::Atom::Index(index));
            }
            if found {
                return None;
            }
        }
    }
    Some(slope)
}

/// In how many subscripts an index occurs.
fn occurrences(at: &[Int], index: usize) -> usize {
    at.iter().filter(|subscript| subscript.mentions_index(index)).count()
}

/// Whether a node sets every element, so that what was there before does not matter.
pub(super) fn sets_all(graph: &Graph, node: &Comprehension) -> bool {
    node.reduction == Reduction::Set && is_direct(node) && covers(graph, node)
}

/// Whether different indices write different elements: each occurs in one subscript at most, and each
/// subscript is an index alone, or several like digits of a number, or has none.
pub(super) fn is_direct(node: &Comprehension) -> bool {
    let mut indices = 0..node.domain.len();
    indices.all(|x| occurrences(&node.at, x) <= 1)
        && node
            .at
            .iter()
            .all(|at| digits(at, node).is_some() || !(0..node.domain.len()).any(|x| at.mentions_index(x)))
}

/// Whether a sum may be written where the guard on top of its value does not hold, too: its place is an element
/// there as well.
pub(super) fn may_always_write(
    graph: &Graph,
    node: &Comprehension,
    counters: &BTreeMap<LoopId, Int>,
) -> bool {
    let is_zero = |value: ScalarId| graph.scalars.as_number(value) == Some(0.0);
    let is_guarded = match graph.scalars[node.value] {
        Scalar::Select(_, a, b) => is_zero(a) || is_zero(b),
        _ => false,
    };
    let indices: Vec<Int> = node.domain.iter().map(|axis| axis.extent.clone()).collect();
    let extents = Extents::new(&indices, counters);
    !is_guarded || node.reduction == Reduction::Set || extents.are_within(&node.at, graph.shape(node.out))
}

/// The number of values that a subscript takes, if its indices are like the digits of a number.
fn digits(at: &Int, node: &Comprehension) -> Option<Int> {
    if let Some(index) = at.as_index() {
        return Some(node.domain[index].extent.clone());
    }
    let mut parts = Vec::new();
    for (monomial, coefficient) in at.terms() {
        let [crate::ir::Atom::Index(index)] = monomial else { return None };
        parts.push((coefficient, node.domain[*index].extent.as_constant()?));
    }
    parts.sort_unstable();
    let mut count = 1;
    for (coefficient, extent) in &parts {
        if *coefficient != count {
            return None;
        }
        count *= extent;
    }
    (parts.len() > 1).then(|| Int::constant(count))
}

/// Whether every element is written by a node whose subscripts are direct.
pub(super) fn covers(graph: &Graph, node: &Comprehension) -> bool {
    graph.shape(node.out).iter().zip(&node.at).all(|(extent, at)| match digits(at, node) {
        Some(count) => count == *extent,
        None => extent.is(1) && at.is(0),
    })
}

fn is_constant(graph: &Graph, value: ScalarId) -> bool {
    matches!(graph.scalars[value], Scalar::Number(_) | Scalar::Flag(_))
        || matches!(&graph.scalars[value], Scalar::Integer(value) if value.as_constant().is_some())
}

/// The indices in the order of the axes that they write, then the others; `innermost` last.
fn outward(at: &[Int], domain: &[Axis], innermost: Option<usize>) -> Vec<usize> {
    let axis =
        |x: usize| at.iter().position(|subscript| subscript.as_index() == Some(x)).unwrap_or(usize::MAX);
    let mut order: Vec<usize> = (0..domain.len()).filter(|&x| !domain[x].extent.is(1)).collect();
    order.sort_by_key(|&x| (Some(x) == innermost, axis(x), x));
    order
}

/// The index along which most accesses are to neighbouring elements.
fn best_innermost(graph: &Graph, node: &Comprehension) -> Option<usize> {
    let mut accesses: Vec<(i64, Vec<Int>)> = vec![(2, node.at.clone())];
    graph.visit_reads(node.value, &mut |_, at| accesses.push((1, at.to_vec())));
    let score = |x: usize| {
        let mut score = 0;
        for (weight, at) in &accesses {
            let Some((last, before)) = at.split_last() else { continue };
            if before.iter().any(|subscript| subscript.mentions_index(x)) {
                score -= 3 * weight;
            } else if slope(last, x) == Some(1) {
                score += weight;
            }
        }
        let tiny = node.domain[x].extent.as_constant().is_some_and(|extent| extent < 8);
        score - if tiny { 2 } else { 0 }
    };
    let indices = (0..node.domain.len()).filter(|&x| !node.domain[x].extent.is(1));
    indices.max_by_key(|&x| (score(x), x))
}

/// The product with its indices renumbered.
pub(super) fn renumber(product: &Product, to: &[Int]) -> Product {
    let position = |x: &usize| to[*x].as_index().expect("an index stays an index");
    let subscripts = |at: &[Int]| at.iter().map(|at| at.with_indices(to)).collect();
    Product {
        left: (product.left.0, subscripts(&product.left.1)),
        right: (product.right.0, subscripts(&product.right.1)),
        rows: product.rows.iter().map(position).collect(),
        columns: product.columns.iter().map(position).collect(),
        depth: product.depth.iter().map(position).collect(),
        even: product.even,
    }
}
