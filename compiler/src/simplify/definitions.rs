//! What tensors are made of, element by element, so that a formula can be read through the names in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Axis, Comprehension, Graph, Int, Node, Reduction, Scalar, ScalarId, Scalars, TensorId};

/// Every element of a tensor as one formula, or as the sum of one.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The indices of the formula.
    pub domain: Vec<Axis>,
    /// For each axis of the tensor, the index that runs over all of it; none for an axis of size 1.
    pub axes: Vec<Option<usize>>,
    /// The formula.
    pub value: ScalarId,
}

impl Definition {
    /// The definition of what a node makes, if the node writes each element of it from nothing.
    pub fn of(graph: &Graph, node: &Comprehension) -> Option<Self> {
        if node.base.is_some() {
            return None;
        }
        let axes = covered(&node.at, &node.domain, graph.shape(node.out))?;
        let definition = Self { domain: node.domain.clone(), axes, value: node.value };
        (node.reduction == Reduction::Sum || definition.is_map()).then_some(definition)
    }

    /// The indices that stay, in the order of the domain.
    pub fn outer(&self) -> Vec<usize> {
        (0..self.domain.len()).filter(|index| self.axes.contains(&Some(*index))).collect()
    }

    /// The indices that are summed over.
    pub fn reduced(&self) -> Vec<usize> {
        (0..self.domain.len()).filter(|index| !self.axes.contains(&Some(*index))).collect()
    }

    /// Whether nothing is summed: each element is the formula.
    pub fn is_map(&self) -> bool {
        self.reduced().is_empty()
    }

    /// The subscript that an index that stays has where the tensor is read at `at`.
    pub fn subscript(&self, index: usize, at: &[Int]) -> Int {
        let axis = self.axes.iter().position(|&axis| axis == Some(index));
        axis.map_or_else(|| Int::index(index), |axis| at[axis].clone())
    }
}

/// For each axis the index that runs over it, if every element is written: each index at most once.
pub fn covered(at: &[Int], domain: &[Axis], shape: &[Int]) -> Option<Vec<Option<usize>>> {
    let mut axes = Vec::with_capacity(at.len());
    for (subscript, size) in at.iter().zip(shape) {
        match subscript.as_index() {
            Some(index) if domain[index].extent == *size && !axes.contains(&Some(index)) => {
                axes.push(Some(index))
            }
            None if subscript.is(0) && size.is(1) => axes.push(None),
            _ => return None,
        }
    }
    Some(axes)
}

/// The definitions in sight.
#[derive(Debug, Default)]
pub struct Definitions {
    opaque: BTreeSet<TensorId>,
    of: BTreeMap<TensorId, Definition>,
    seen_through: BTreeMap<ScalarId, ScalarId>,
    all_seen_through: BTreeMap<ScalarId, ScalarId>,
}

impl Definitions {
    /// All definitions of lists of nodes and of the loops in them, other than those of opaque tensors.
    pub fn of_all(graph: &Graph, lists: &[Vec<Node>], opaque: &BTreeSet<TensorId>) -> Self {
        let mut definitions = Self { opaque: opaque.clone(), ..Self::default() };
        for nodes in lists {
            definitions.extend(graph, nodes);
        }
        definitions
    }

    fn extend(&mut self, graph: &Graph, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => self.learn(graph, node),
                Node::Loop(node) => self.extend(graph, &node.body),
                Node::Apply(_) | Node::Reshape { .. } => {}
            }
        }
    }

    /// Takes note of a new or changed node.
    pub fn learn(&mut self, graph: &Graph, node: &Comprehension) {
        match Definition::of(graph, node).filter(|_| !self.opaque.contains(&node.out)) {
            Some(definition) => self.of.insert(node.out, definition),
            None => self.of.remove(&node.out),
        };
    }

    /// The definition of a tensor.
    pub fn get(&self, tensor: TensorId) -> Option<&Definition> {
        self.of.get(&tensor)
    }

    /// The same value without the names: an element of a map is the map's formula, and so on.
    pub fn see(&mut self, scalars: &mut Scalars, id: ScalarId) -> ScalarId {
        if let Some(&seen) = self.seen_through.get(&id) {
            return seen;
        }
        let mut seen = id;
        while let Scalar::Read(tensor, at) = &scalars[seen] {
            let Some(definition) = self.of.get(tensor).filter(|definition| definition.is_map()) else {
                break;
            };
            let indices: Vec<Int> =
                (0..definition.domain.len()).map(|index| definition.subscript(index, at)).collect();
            seen = scalars.with_indices(definition.value, &indices);
        }
        self.seen_through.insert(id, seen);
        seen
    }

    /// The same value without any names in it: for comparison, not for use.
    pub fn see_all(&mut self, scalars: &mut Scalars, id: ScalarId) -> ScalarId {
        if let Some(&seen) = self.all_seen_through.get(&id) {
            return seen;
        }
        let seen = self.see(scalars, id);
        let all = scalars.rebuild(
            seen,
            &mut |scalars: &mut Scalars, id| match scalars[id] {
                Scalar::Read(..) => {
                    let seen = self.see(scalars, id);
                    (seen != id).then(|| self.see_all(scalars, seen))
                }
                _ => None,
            },
            &mut Int::clone,
        );
        self.all_seen_through.insert(id, all);
        all
    }
}
