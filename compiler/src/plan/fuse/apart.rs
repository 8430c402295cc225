//! Which nodes do not share a loop though they could: a CPU sees some hundred instructions at a time, and where an
//! iteration is longer, and each of its steps waits for the one before, it finds no other to go on with. Apart, loops of
//! such steps take up to half of the time. Decides nothing about which loops a node can share.

use std::collections::BTreeSet;

use crate::ir::Graph;
use crate::plan::form::{For, Item, Leaf, LeafKind};
use crate::plan::inline::is_expensive;
use crate::plan::order::Candidate;

/// Fewer iterations are not worth a loop of their own.
const FEW: i64 = 8;
/// Rows of more elements have enough to do by themselves.
const ROW: i64 = 64;
/// More elements than these are not kept for it, of all iterations together.
const KEPT: i64 = 1 << 12;

/// Whether a node is not to run in a loop at a depth, outside of which loops stand for all of its indices but those left.
pub(super) fn is_apart(
    graph: &Graph,
    candidate: &Candidate,
    (around, depth): (&For, usize),
    left: &[usize],
) -> bool {
    if around.axis.extent.as_constant().is_some_and(|extent| extent < FEW) {
        return false;
    }
    match left {
        [index] if candidate.inner.is_empty() => is_number_apart(graph, candidate, around, *index),
        _ => is_row_apart(graph, candidate, (around, depth), left),
    }
}

/// A number for each iteration, and it takes long: where loops over rows stand beside it, it is not computed in vectors;
/// nor is a sum of such numbers, where anything does.
fn is_number_apart(graph: &Graph, candidate: &Candidate, around: &For, index: usize) -> bool {
    let is_of_rows = |item: &Item| match item {
        Item::For(_) => true,
        Item::Leaf(leaf) => !leaf.inner.is_empty(),
        Item::If(..) => false,
    };
    let is_sum = candidate.add && !candidate.at.iter().any(|at| at.as_index() == Some(index));
    is_expensive(graph, candidate.value) && (is_sum || around.body.iter().any(is_of_rows))
}

/// A short row that waits for a sum over another one of the iteration, or for the largest of it, or is such a sum itself,
/// where one of them takes long: a softmax, say.
fn is_row_apart(
    graph: &Graph,
    candidate: &Candidate,
    (around, depth): (&For, usize),
    left: &[usize],
) -> bool {
    // The loop in question stands for one of the indices.
    let own = left.iter().find(|&&index| candidate.domain[index].extent == around.axis.extent);
    let others = || left.iter().filter(|&index| Some(index) != own).chain(&candidate.inner);
    let row = others()
        .try_fold(1_i64, |row, &index| row.checked_mul(candidate.domain[index].extent.as_constant()?));
    let kept = row.filter(|row| *row <= ROW).zip(around.axis.extent.as_constant());
    if kept.is_none_or(|(row, rows)| rows.saturating_mul(row) > KEPT) {
        return false;
    }
    let written = |index: &usize| candidate.at.iter().any(|at| at.mentions_index(*index));
    let is_sum = matches!(candidate.kind, LeafKind::Reduce) || candidate.add && !others().all(written);
    let mut awaited = BTreeSet::new();
    let mut takes_long = is_expensive(graph, candidate.value);
    for item in &around.body {
        item.visit(depth + 1, &mut |inside, leaf| {
            let is_long = is_expensive(graph, leaf.value);
            takes_long |= is_long;
            // What an iteration finds in its rows, what is made of that, and rows that take long.
            let is_found = is_found_in_row(leaf, depth, inside);
            let mut is_made = false;
            leaf.visit_reads(graph, &mut |tensor, _| is_made |= awaited.contains(&tensor));
            if is_found || is_made && inside == depth + 1 || is_sum && is_long && inside > depth + 1 {
                awaited.insert(leaf.out);
            }
        });
    }
    let mut waits = false;
    graph.visit_reads(candidate.value, &mut |tensor, _| waits |= awaited.contains(&tensor));
    waits && takes_long
}

/// Whether a statement in a loop at a depth, that many loops inside all, sums over a row or looks for its largest.
fn is_found_in_row(leaf: &Leaf, depth: usize, inside: usize) -> bool {
    let is_written = |index: usize| leaf.at.iter().any(|at| at.mentions_index(index));
    match leaf.kind {
        LeafKind::Reduce | LeafKind::Argmax { .. } => true,
        LeafKind::Write => leaf.add && !(depth + 1..inside).all(is_written),
        LeafKind::Fill | LeafKind::Call | LeafKind::Product(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::expanded;

    #[test]
    fn numbers_that_take_long_are_computed_in_vectors() {
        // Not in the loop that finds the sums of rows.
        let code = expanded(
            "pub fn f(x: f32[N, 10]) -> f32[N] { let s[n] = sum[k](exp(x[n, k])); let t[n] = tanh(s[n]); t }",
        );
        assert!(code.contains("foriin0..rows{t[i]=math::tanh("), "{code}");
        // Nor one after the other as they are added up.
        let code = expanded("pub fn f(x: f32[N]) -> (f32[N], f32) { let t = tanh(x); (t, sum(exp(t))) }");
        assert!(code.contains("kernels::sum_of(n,#[inline(always)]|k|math::exp("), "{code}");
    }

    #[test]
    fn short_rows_do_not_wait_for_their_sums() {
        let softmax = |classes: usize| {
            let code =
                expanded(&format!("pub fn f(x: f32[32, {classes}]) -> f32[32, {classes}] {{ softmax(x) }}"));
            code.matches("kernels::rows(0..32)").count()
        };
        // Of exponentials, and of their sums and quotients.
        assert_eq!(softmax(32), 2);
        // Enough to do in each row; too much to keep.
        assert_eq!(softmax(96), 1);
    }
}
