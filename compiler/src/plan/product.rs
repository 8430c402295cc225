//! Recognises contractions that are products of matrices: a sum over a product of two reads in which
//! groups of indices step through memory in even strides.

use std::cmp::Reverse;

use crate::ir::{Binary, Comprehension, Graph, Int, Scalar, TensorId};

use super::Inputs;
use super::form::Product;
use super::order::slope;

/// Below this many multiplications a product stays loops.
const SMALL: i64 = 64;

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
    let even = |index: usize, operands: [&Operand; 2]| {
        operands.iter().all(|operand| operand.stride(index).is_some())
    };
    let (mut rows, mut columns, mut depth) = (Vec::new(), Vec::new(), Vec::new());
    for index in (0..node.domain.len()).filter(|&index| !node.domain[index].extent.is(1)) {
        match (left.mentions(index), right.mentions(index), out.mentions(index)) {
            (true, false, true) if even(index, [left, out]) => rows.push(index),
            (false, true, true) if even(index, [right, out]) => columns.push(index),
            (true, true, false) if even(index, [left, right]) => depth.push(index),
            (false, false, _) | (true, false, false) | (false, true, false) => return None,
            _ => {}
        }
    }
    let rows = longest_run(node, rows, out, left, false);
    let columns = longest_run(node, columns, out, right, true);
    let depth = longest_run(node, depth, left, right, false);
    let unit = columns.last().is_some_and(|&last| out.stride(last).is_some_and(|stride| stride.is(1)));
    let size = |run: &[usize]| {
        run.iter().try_fold(1_i64, |size, &index| size.checked_mul(node.domain[index].extent.as_constant()?))
    };
    let all = [rows.as_slice(), &columns, &depth].concat();
    let deep = size(&depth).is_none_or(|depth| depth >= 4);
    let large = size(&all).is_none_or(|size| size > SMALL);
    (unit && deep && large).then(|| Product {
        left: (left.tensor, left.at.clone()),
        right: (right.tensor, right.at.clone()),
        rows,
        columns,
        depth,
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
