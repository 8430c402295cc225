//! Recognises contractions that are products of matrices: a sum over a product of two reads in which
//! groups of indices step through memory in even strides.

use std::cmp::Reverse;

use crate::ir::{Binary, Comprehension, Graph, Int, Scalar, TensorId};

use super::Inputs;
use super::form::Product;
use super::order::slope;

/// Below this many multiplications a product stays loops.
const SMALL: i64 = 64;
/// The same where windows are to be copied first.
const UNEVEN: i64 = 512;
/// Fewer sums at a time are not worth a call among many.
const FEW: i64 = 16;
/// So many multiplications are worth a call of their own.
const ENOUGH: i64 = 1 << 15;
/// How many rows, columns and inner terms must then be left of those of which some are taken away.
const LEAST: [i64; 3] = [16, 32, 64];
/// How many indices the kernel takes for one.
const MOST: usize = 8;

/// The product that a sum is, with indices of its domain.
pub(super) fn recognise(graph: &Graph, node: &Comprehension, inputs: &Inputs) -> Option<Product> {
    let Scalar::Binary(Binary::Mul, left, right) = graph.scalars[node.value] else { return None };
    let (Scalar::Read(left, left_at), Scalar::Read(right, right_at)) =
        (&graph.scalars[left], &graph.scalars[right])
    else {
        return None;
    };
    let out = Operand::new(graph, node.out, &node.at, 0);
    let operand = |tensor: TensorId, at: &[Int]| Operand::new(graph, tensor, at, inputs.stacked(tensor));
    let (left, right) = (operand(*left, left_at), operand(*right, right_at));
    match attempt(node, &out, &left, &right) {
        Some(product) => Some(product),
        None => attempt(node, &out, &right, &left),
    }
}

/// A tensor, its subscripts and the strides of its axes.
struct Operand {
    tensor: TensorId,
    at: Vec<Int>,
    strides: Vec<Int>,
    /// Leading axes through which no stride leads.
    stacked: usize,
}

impl Operand {
    fn new(graph: &Graph, tensor: TensorId, at: &[Int], stacked: usize) -> Self {
        Self { tensor, at: at.to_vec(), strides: strides(graph.shape(tensor)), stacked }
    }

    /// How far apart neighbours in an index are; none if unevenly.
    fn stride(&self, index: usize) -> Option<Int> {
        let mut stride = Int::zero();
        for (axis, subscript) in self.at.iter().enumerate() {
            let slope = slope(subscript, index)?;
            if slope < 0 || (slope > 0 && axis < self.stacked) {
                return None;
            }
            stride = stride.add(&self.strides[axis].scale(slope));
        }
        Some(stride)
    }

    fn mentions(&self, index: usize) -> bool {
        self.at.iter().any(|subscript| subscript.mentions_index(index))
    }
}

/// The distance in elements between neighbours along each axis.
pub fn strides(shape: &[Int]) -> Vec<Int> {
    (1..=shape.len()).map(|axis| Int::product(&shape[axis..])).collect()
}

fn attempt(node: &Comprehension, out: &Operand, left: &Operand, right: &Operand) -> Option<Product> {
    let is_even = |index: usize, operands: [&Operand; 2]| {
        operands.iter().all(|operand| operand.stride(index).is_some())
    };
    let (mut rows, mut columns, mut depth) = (Vec::new(), Vec::new(), Vec::new());
    for index in (0..node.domain.len()).filter(|&index| !node.domain[index].extent.is(1)) {
        match (left.mentions(index), right.mentions(index), out.mentions(index)) {
            (true, false, true) if is_even(index, [left, out]) => rows.push(index),
            (false, true, true) if is_even(index, [right, out]) => columns.push(index),
            (true, true, false) if is_even(index, [left, right]) => depth.push(index),
            (false, false, _) | (true, false, false) | (false, true, false) => return None,
            _ => {}
        }
    }
    let product = |[rows, columns, depth]: [Vec<usize>; 3], even: bool| Product {
        left: (left.tensor, left.at.clone()),
        right: (right.tensor, right.at.clone()),
        rows,
        columns,
        depth,
        even,
    };
    let all = [rows, columns, depth];
    let runs = |[rows, columns, depth]: &[Vec<usize>; 3]| {
        [
            longest_run(node, rows.clone(), out, left, false),
            longest_run(node, columns.clone(), out, right, true),
            longest_run(node, depth.clone(), left, right, false),
        ]
    };
    let is_whole = |runs: &[Vec<usize>; 3], groups: &[Vec<usize>; 3]| {
        runs.iter().zip(groups).all(|(run, group)| run.len() == group.len())
    };
    let longest = runs(&all);
    let unit = longest[1].last().is_some_and(|&last| out.stride(last).is_some_and(|stride| stride.is(1)));
    let deep = size(node, &longest[2]).is_none_or(|depth| depth >= 4);
    let large = size(node, &longest.concat()).is_none_or(|size| size > SMALL);
    let even = unit && deep && large && are_apart(node, &longest[..2].concat());
    if even && is_whole(&longest, &all) {
        return Some(product(longest, true));
    }
    // What is left out is a loop around it: a call each time is for more than a few sums.
    let even = even && size(node, &longest[..2].concat()).is_none_or(|size| size >= FEW);
    match uneven(node, all, out, left) {
        Some(groups) => {
            let runs = runs(&groups);
            let even = is_whole(&runs, &groups);
            Some(product(if even { runs } else { groups }, even))
        }
        None => even.then(|| product(longest, true)),
    }
}

/// The number of values that some indices take together, if it is known.
fn size(node: &Comprehension, indices: &[usize]) -> Option<i64> {
    indices.iter().try_fold(1_i64, |size, &index| size.checked_mul(node.domain[index].extent.as_constant()?))
}

/// Groups of any indices, if they are worth it. What is outermost stays a loop, so that what comes before
/// and after can share it, as long as enough is left inside.
fn uneven(
    node: &Comprehension,
    groups: [Vec<usize>; 3],
    out: &Operand,
    left: &Operand,
) -> Option<[Vec<usize>; 3]> {
    // Neighbours in the result are copied together.
    let unit = groups[1].iter().any(|&x| out.stride(x).is_some_and(|stride| stride.is(1)));
    let is_worth = |groups: &[Vec<usize>; 3], least: [i64; 3], all: i64| {
        let sizes = || groups.iter().map(|group| size(node, group));
        sizes().zip(least).all(|(size, least)| size.is_none_or(|size| size >= least))
            && size(node, &groups.concat()).is_none_or(|size| size >= all)
    };
    if !unit
        || !is_worth(&groups, [2, 4, 4], UNEVEN)
        || !are_apart(node, &groups[..2].concat())
        || groups.iter().any(|group| group.len() > MOST)
    {
        return None;
    }
    let mut groups = groups;
    for (chosen, operand) in [(&[0, 1][..], out), (&[2], left)] {
        // From the left of the subscripts.
        let mut order: Vec<usize> = chosen.iter().flat_map(|&group| groups[group].clone()).collect();
        order.sort_by_key(|&x| operand.at.iter().position(|at| at.mentions_index(x)));
        for index in order {
            let rest: [Vec<usize>; 3] = groups.clone().map(|mut group| {
                group.retain(|&x| x != index);
                group
            });
            let known = rest.iter().all(|group| size(node, group).is_some());
            let changed = |group: &usize| groups[*group].contains(&index);
            let least = [0, 1, 2].map(|group| if changed(&group) { LEAST[group] } else { 1 });
            if !known || !is_worth(&rest, least, ENOUGH) {
                break;
            }
            groups = rest;
        }
    }
    Some(groups)
}

/// Whether different values of some indices are different elements of what is written, with the other
/// indices fixed.
pub(super) fn are_apart(node: &Comprehension, indices: &[usize]) -> bool {
    indices.iter().all(|&x| node.at.iter().filter(|at| at.mentions_index(x)).count() == 1)
        && node.at.iter().all(|at| {
            let mut steps: Vec<(i64, Option<i64>)> = Vec::new();
            for &x in indices.iter().filter(|&&x| at.mentions_index(x)) {
                match slope(at, x) {
                    Some(slope) => steps.push((slope.abs(), node.domain[x].extent.as_constant())),
                    None => return false,
                }
            }
            steps.sort_unstable();
            let mut reach = Some(1);
            steps.iter().all(|&(step, extent)| {
                let apart = reach.is_some_and(|reach| step >= reach);
                reach = reach.zip(extent).map(|(reach, extent)| reach + step * (extent - 1));
                apart
            })
        })
}

/// The longest run of indices, outermost first, that step through both operands like one index. With
/// `unit`, it must end in steps of one element of the first.
fn longest_run(
    node: &Comprehension,
    mut indices: Vec<usize>,
    first: &Operand,
    second: &Operand,
    unit: bool,
) -> Vec<usize> {
    let both = |index: usize| Some((first.stride(index)?, second.stride(index)?));
    let mut best: Vec<usize> = Vec::new();
    let weight = |run: &[usize]| {
        let unknown = run.iter().filter(|&&index| node.domain[index].extent.as_constant().is_none()).count();
        let known = run
            .iter()
            .filter_map(|&index| node.domain[index].extent.as_constant())
            .fold(1, i64::saturating_mul);
        (unknown, known)
    };
    indices.sort_by_key(|&index| Reverse(index));
    for &last in &indices {
        if unit && !first.stride(last).is_some_and(|stride| stride.is(1)) {
            continue;
        }
        let mut run = vec![last];
        let mut next = both(last);
        while let Some((a, b)) = next.take() {
            let extent = &node.domain[run[0]].extent;
            let wanted = (a.mul(extent), b.mul(extent));
            if let Some(&outer) =
                indices.iter().find(|&&outer| both(outer).as_ref() == Some(&wanted) && !run.contains(&outer))
            {
                run.insert(0, outer);
                next = Some(wanted);
            }
        }
        if best.is_empty() || weight(&run) > weight(&best) {
            best = run;
        }
    }
    best
}
