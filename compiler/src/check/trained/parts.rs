//! Which parts of a tensor are read: the layers of an array are one tensor, whose first axes count them.

use std::collections::{BTreeMap, BTreeSet};

use crate::differentiate::differentiable_parts;
use crate::ir::{Atom, Graph, Int, LoopId, Node, Scalar, ScalarId, TensorId};

/// Up to how many values of a subscript are looked at; of one that takes more, all are taken to be read.
const MANY: usize = 1 << 12;

/// The combinations of a tensor's first subscripts, counted row by row over `lengths`, at which something reads
/// it. With `reached`, only what passes a derivative to one of these counts. It may say too much, of what
/// stands under a condition or is found by a run, and never too little.
pub fn read(
    graph: &Graph,
    tensor: TensorId,
    lengths: &[usize],
    reached: Option<&BTreeSet<TensorId>>,
) -> BTreeSet<usize> {
    let mut reading =
        Reading { graph, tensor, lengths, reached, counters: BTreeMap::new(), found: BTreeSet::new() };
    reading.nodes(&graph.nodes);
    reading.found
}

struct Reading<'a> {
    graph: &'a Graph,
    tensor: TensorId,
    lengths: &'a [usize],
    reached: Option<&'a BTreeSet<TensorId>>,
    /// How often the loops around run.
    counters: BTreeMap<LoopId, Int>,
    found: BTreeSet<usize>,
}

impl Reading<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        let (reached, tensor) = (self.reached, self.tensor);
        let counts = |made: &TensorId| reached.is_none_or(|reached| reached.contains(made));
        for node in nodes {
            match node {
                Node::Comprehension(node) if counts(&node.out) => {
                    if node.base == Some(self.tensor) {
                        self.whole();
                    }
                    let extents: Vec<&Int> = node.domain.iter().map(|axis| &axis.extent).collect();
                    self.value(node.value, &extents);
                }
                Node::Apply(node) if counts(&node.out) => {
                    let axes = node.outer.iter().chain(&node.inner);
                    self.value(node.value, &axes.map(|axis| &axis.extent).collect::<Vec<_>>());
                }
                Node::Reshape { out, from } if counts(out) => {
                    if *from == self.tensor {
                        self.whole();
                    }
                }
                Node::Loop(node) => {
                    let is_it = |read: &TensorId| *read == tensor;
                    let mut carried = node
                        .carried
                        .iter()
                        .filter(|carried| counts(&carried.last) || counts(&carried.inside));
                    if carried.any(|carried| is_it(&carried.initial) || is_it(&carried.next)) {
                        self.whole();
                    }
                    self.counters.insert(node.counter, node.extent.clone());
                    self.nodes(&node.body);
                }
                Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
            }
        }
    }

    fn whole(&mut self) {
        self.found.extend(0..self.lengths.iter().product());
    }

    /// What an expression reads.
    fn value(&mut self, value: ScalarId, extents: &[&Int]) {
        let mut reads: Vec<Vec<Int>> = Vec::new();
        if self.reached.is_some() {
            for part in differentiable_parts(self.graph, value) {
                if let Scalar::Read(tensor, at) = &self.graph.scalars[part]
                    && *tensor == self.tensor
                {
                    reads.push(at.clone());
                }
            }
        } else {
            self.graph.visit_reads(value, &mut |tensor, at| {
                if tensor == self.tensor {
                    reads.push(at.to_vec());
                }
            });
        }
        for at in reads {
            let mut found = vec![0];
            for (subscript, &length) in at.iter().zip(self.lengths) {
                let values = self.values(subscript, extents, 1);
                let values = values.unwrap_or_else(|| (0..length).collect());
                found = found
                    .into_iter()
                    .flat_map(|row| values.iter().map(move |value| row * length + value))
                    .collect();
            }
            self.found.extend(found);
        }
    }

    /// The values that a subscript takes, if they are known; `tried` combinations have been looked at for each.
    fn values(&self, subscript: &Int, extents: &[&Int], tried: usize) -> Option<BTreeSet<usize>> {
        if let Some(value) = subscript.as_constant() {
            return Some(usize::try_from(value).into_iter().collect());
        }
        let mut moving = None;
        subscript.visit_atoms(&mut |atom| {
            let extent = match atom {
                Atom::Index(position) => extents.get(*position).copied(),
                Atom::Loop(counter) => self.counters.get(counter),
                _ => None,
            };
            let extent = extent.and_then(Int::as_constant);
            if let Some(extent) = extent.and_then(|extent| usize::try_from(extent).ok()) {
                moving.get_or_insert((atom.clone(), extent));
            }
        });
        let (moving, extent) = moving?;
        let tried = tried.checked_mul(extent).filter(|tried| *tried <= MANY)?;
        let mut values = BTreeSet::new();
        for value in 0..extent {
            let value = Int::from(value);
            let fixed = subscript.substitute(&mut |atom| (*atom == moving).then(|| value.clone()));
            values.extend(self.values(&fixed, extents, tried)?);
        }
        Some(values)
    }
}
