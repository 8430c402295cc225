//! Many directions at once: a seed that ranges over unit vectors.
//!
//! A derivative is linear in its seed. Where the seed gets more axes, one for each coordinate of a unit
//! vector, so does everything that is computed from it; the set of nodes is closed under that. They stand
//! behind the rows that seed and variable share, so that a row with all its unit vectors is one after the
//! other in memory, as a Jacobian per row is; else in front.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::ir::rename::{self, Rename};
use crate::ir::{Axis, Carried, Comparison, Comprehension, Graph, Int, Kind, Loop, Node, TensorId};

/// The axes that [`over_units`] has added to a tensor: which they are.
#[derive(Clone, Debug)]
pub struct NewAxes(pub Range<usize>);

impl NewAxes {
    /// The order of axes that puts the new ones behind so many of the others.
    #[must_use]
    pub fn behind(&self, count: usize) -> Vec<usize> {
        let others = (0..self.0.start).chain(self.0.end..).take(count);
        others.chain(self.0.clone()).collect()
    }
}

/// Makes a tensor that no node makes, the seed of a derivative, a family of unit vectors: 1 where the
/// new axes and the seed's own agree, 0 elsewhere. The first `shared` axes of the seed have no partner
/// among them: along them the vectors are all ones. Everything that is made from the seed gets the new
/// axes too.
pub fn over_units(graph: &mut Graph, seed: TensorId, shared: usize) -> NewAxes {
    let own = graph.shape(seed).to_vec();
    let sizes = own[shared..].to_vec();
    let mut reached = BTreeSet::from([seed]);
    let nodes = std::mem::take(&mut graph.nodes);
    spread(graph, &nodes, &mut reached);
    let keeps_rows = reached.iter().all(|tensor| graph.shape(*tensor).len() >= shared)
        && reshapes_keep(graph, &nodes, &reached, shared);
    let place = if keeps_rows { shared } else { 0 };
    let new = NewAxes(place..place + sizes.len());
    let mut pass = Units { graph, sizes, place, reached, stretched: BTreeMap::new() };
    let mut all = vec![pass.unit(seed, &own, shared)];
    pass.list(nodes, &mut all);
    graph.nodes = all;
    new
}

/// A tensor with some of its first axes in another order: axis k is its axis `order[k]`.
pub fn front_axes(graph: &mut Graph, tensor: TensorId, order: &[usize]) -> TensorId {
    if order.iter().enumerate().all(|(axis, from)| axis == *from) {
        return tensor;
    }
    let of = graph.tensor(tensor).clone();
    let rank = of.shape.len();
    let order: Vec<usize> = order.iter().copied().chain(order.len()..rank).collect();
    let mut at = vec![Int::zero(); rank];
    for (axis, from) in order.iter().enumerate() {
        at[*from] = Int::index(axis);
    }
    let shape = order.iter().map(|from| of.shape[*from].clone()).collect();
    let value = graph.scalars.read(tensor, at);
    graph.push_map(of.name, shape, of.kind, value)
}

/// Adds everything that is made from something in the set.
fn spread(graph: &Graph, nodes: &[Node], reached: &mut BTreeSet<TensorId>) {
    for node in nodes {
        match node {
            Node::Comprehension(node) => {
                let from_base = node.base.is_some_and(|base| reached.contains(&base));
                if from_base || graph.reads(node.value).iter().any(|read| reached.contains(read)) {
                    reached.insert(node.out);
                }
            }
            Node::Reshape { out, from } => {
                if reached.contains(from) {
                    reached.insert(*out);
                }
            }
            // A derivative is linear in its seed: no such function is applied to what comes from it.
            Node::Apply(_) => {}
            Node::Loop(node) => loop {
                let before = reached.len();
                for carried in &node.carried {
                    if reached.contains(&carried.initial) || reached.contains(&carried.next) {
                        reached.extend([carried.inside, carried.last]);
                    }
                }
                spread(graph, &node.body, reached);
                if reached.len() == before {
                    break;
                }
            },
        }
    }
}

/// Whether in every reshape the first axes stay what they are: then axes behind them do as well.
fn reshapes_keep(graph: &Graph, nodes: &[Node], reached: &BTreeSet<TensorId>, shared: usize) -> bool {
    nodes.iter().all(|node| match node {
        Node::Reshape { out, from } if reached.contains(out) => {
            graph.shape(*out)[..shared] == graph.shape(*from)[..shared]
        }
        Node::Loop(node) => reshapes_keep(graph, &node.body, reached, shared),
        Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => true,
    })
}

struct Units<'g> {
    graph: &'g mut Graph,
    /// The sizes of the new axes.
    sizes: Vec<Int>,
    /// Behind how many axes they stand.
    place: usize,
    /// What has them.
    reached: BTreeSet<TensorId>,
    /// What does not, and the copy that does.
    stretched: BTreeMap<TensorId, TensorId>,
}

impl Units<'_> {
    /// `seed[p, i] = if p == i { 1 } else { 0 }`
    fn unit(&mut self, seed: TensorId, own: &[Int], shared: usize) -> Node {
        let scalars = &mut self.graph.scalars;
        let (one, zero) = (scalars.number(1.0), scalars.number(0.0));
        let mut value = one;
        for axis in (0..self.sizes.len()).rev().filter(|axis| !self.sizes[*axis].is(1)) {
            let (new, partner) =
                (Int::index(self.place + axis), Int::index(self.sizes.len() + shared + axis));
            let agrees = scalars.compare_int(Comparison::Equal, new, partner);
            value = scalars.select(agrees, value, zero);
        }
        let shape = self.widened(own);
        self.graph.tensors[seed.0 as usize].shape.clone_from(&shape);
        Node::Comprehension(Comprehension::map(seed, Graph::axes(&shape), value))
    }

    fn widened(&self, shape: &[Int]) -> Vec<Int> {
        let (before, behind) = shape.split_at(self.place);
        [before, &self.sizes, behind].concat()
    }

    fn widen(&mut self, tensor: TensorId) {
        let shape = self.widened(self.graph.shape(tensor));
        self.graph.tensors[tensor.0 as usize].shape = shape;
    }

    fn list(&mut self, nodes: Vec<Node>, all: &mut Vec<Node>) {
        for node in nodes {
            match node {
                Node::Comprehension(node) if self.reached.contains(&node.out) => {
                    let node = self.comprehension(node, all);
                    all.push(Node::Comprehension(node));
                }
                Node::Reshape { out, from } if self.reached.contains(&out) => {
                    self.widen(out);
                    all.push(Node::Reshape { out, from });
                }
                Node::Loop(node) => {
                    let node = self.repeat(node, all);
                    all.push(Node::Loop(node));
                }
                node => all.push(node),
            }
        }
    }

    fn comprehension(&mut self, mut node: Comprehension, all: &mut Vec<Node>) -> Comprehension {
        // The new indices stand where the new axes do, so that a map over all of a tensor stays one.
        let first = self.place.min(node.domain.len());
        let moved = self.moved(first, node.domain.len());
        let value = self.graph.scalars.with_indices(node.value, &moved);
        let mut widened = Widened { reached: &self.reached, place: self.place, indices: self.indices(first) };
        node.value = rename::scalar(&mut self.graph.scalars, value, &mut widened);
        node.base = node.base.map(|base| self.whole(base, all));
        node.at = node.at.iter().map(|subscript| subscript.with_indices(&moved)).collect();
        node.at.splice(self.place..self.place, self.indices(first));
        node.domain.splice(first..first, self.axes());
        self.widen(node.out);
        node
    }

    /// The new indices, the first of which is this one.
    fn indices(&self, first: usize) -> Vec<Int> {
        (first..first + self.sizes.len()).map(Int::index).collect()
    }

    /// So many old indices, where from one on they make room for the new ones.
    fn moved(&self, first: usize, count: usize) -> Vec<Int> {
        let moved = |index| if index < first { index } else { index + self.sizes.len() };
        (0..count).map(|index| Int::index(moved(index))).collect()
    }

    fn repeat(&mut self, mut node: Loop, all: &mut Vec<Node>) -> Loop {
        let carried: Vec<bool> =
            node.carried.iter().map(|carried| self.reached.contains(&carried.inside)).collect();
        for (Carried { initial, inside, .. }, _) in
            node.carried.iter_mut().zip(&carried).filter(|(_, carried)| **carried)
        {
            *initial = self.whole(*initial, all);
            self.widen(*inside);
        }
        // What is made inside is seen inside only.
        let outside = self.stretched.clone();
        let mut body = Vec::with_capacity(node.body.len());
        self.list(std::mem::take(&mut node.body), &mut body);
        for (Carried { next, last, .. }, _) in
            node.carried.iter_mut().zip(&carried).filter(|(_, carried)| **carried)
        {
            *next = self.whole(*next, &mut body);
            self.widen(*last);
        }
        node.body = body;
        self.stretched = outside;
        node
    }

    /// A tensor with the new axes: itself, or a copy for each vector.
    fn whole(&mut self, tensor: TensorId, nodes: &mut Vec<Node>) -> TensorId {
        if self.reached.contains(&tensor) {
            return tensor;
        }
        if let Some(&copy) = self.stretched.get(&tensor) {
            return copy;
        }
        let of = self.graph.tensor(tensor).clone();
        debug_assert_eq!(of.kind, Kind::Float, "what comes from a derivative's seed is a float");
        let own = self.moved(self.place, of.shape.len());
        let value = self.graph.scalars.read(tensor, own);
        let shape = self.widened(&of.shape);
        let out = self.graph.add_tensor(of.name, shape, of.kind);
        let mut domain = Graph::axes(&of.shape);
        domain.splice(self.place..self.place, self.axes());
        nodes.push(Node::Comprehension(Comprehension::map(out, domain, value)));
        self.stretched.insert(tensor, out);
        out
    }

    fn axes(&self) -> Vec<Axis> {
        const NAMES: [&str; 4] = ["p", "q", "r", "s"];
        let name =
            |axis: usize| NAMES.get(axis).map_or_else(|| format!("p{axis}"), |name| (*name).to_string());
        self.sizes
            .iter()
            .enumerate()
            .map(|(axis, extent)| Axis { name: name(axis), extent: extent.clone() })
            .collect()
    }
}

/// Reads of what was widened, at the vector of the reader's.
struct Widened<'a> {
    reached: &'a BTreeSet<TensorId>,
    place: usize,
    /// The new indices of the reader.
    indices: Vec<Int>,
}

impl Rename for Widened<'_> {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        let (before, behind) = at.split_at_checked(self.place)?;
        let widened = || [before, &self.indices, behind].concat();
        self.reached.contains(&tensor).then(|| (tensor, widened()))
    }
}
