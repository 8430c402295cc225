//! Renaming inside nodes: reads of one tensor become reads of another, a loop's counter another integer. And
//! copies of nodes, which make tensors of their own.

use std::collections::BTreeMap;

use super::{Atom, Graph, Int, LoopId, Node, Scalar, ScalarId, Scalars, TensorId};

/// What to rename.
pub trait Rename {
    /// Another element to read instead.
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)>;

    /// What a counter has become.
    fn counter(&mut self, counter: LoopId) -> Int {
        Int::atom(Atom::Loop(counter))
    }
}

/// A counter that becomes an integer.
pub struct Counter {
    /// The counter.
    pub counter: LoopId,
    /// What it becomes.
    pub value: Int,
}

impl Rename for Counter {
    fn read(&mut self, _: TensorId, _: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        None
    }

    fn counter(&mut self, counter: LoopId) -> Int {
        if counter == self.counter { self.value.clone() } else { Int::atom(Atom::Loop(counter)) }
    }
}

/// The integer under new names.
pub fn integer(value: &Int, rename: &mut dyn Rename) -> Int {
    value.substitute(&mut |atom| match atom {
        Atom::Loop(counter) => Some(rename.counter(*counter)),
        Atom::Read(tensor, at) => {
            let at: Vec<Int> = at.iter().map(|subscript| integer(subscript, rename)).collect();
            let (tensor, at) = rename.read(*tensor, &at).unwrap_or((*tensor, at));
            Some(Int::atom(Atom::Read(tensor, at)))
        }
        Atom::Dim(_) | Atom::Index(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_) => {
            None
        }
    })
}

/// The expression under new names.
pub fn scalar(scalars: &mut Scalars, value: ScalarId, rename: &mut dyn Rename) -> ScalarId {
    let rename = std::cell::RefCell::new(rename);
    scalars.rebuild(
        value,
        &mut |scalars, id| {
            let Scalar::Read(tensor, at) = scalars[id].clone() else { return None };
            let mut rename = rename.borrow_mut();
            let at: Vec<Int> = at.iter().map(|subscript| integer(subscript, *rename)).collect();
            let (tensor, at) = rename.read(tensor, &at).unwrap_or((tensor, at));
            Some(scalars.read(tensor, at))
        },
        &mut |value| integer(value, *rename.borrow_mut()),
    )
}

/// The node under new names. What it makes keeps its name; a base or a reshaped tensor is renamed only by
/// what replaces it element for element.
pub fn node(graph: &mut Graph, node: &mut Node, rename: &mut dyn Rename) {
    match node {
        Node::Comprehension(node) => {
            node.value = scalar(&mut graph.scalars, node.value, rename);
            node.at.iter_mut().for_each(|subscript| *subscript = integer(subscript, rename));
            if let Some(base) = &mut node.base {
                *base = whole(graph, *base, rename);
            }
        }
        Node::Apply(node) => node.value = scalar(&mut graph.scalars, node.value, rename),
        Node::Reshape { from, .. } => *from = whole(graph, *from, rename),
        Node::Loop(node) => {
            node.condition = node.condition.map(|condition| scalar(&mut graph.scalars, condition, rename));
            for carried in &mut node.carried {
                carried.initial = whole(graph, carried.initial, rename);
                carried.next = whole(graph, carried.next, rename);
            }
            for inner in &mut node.body {
                self::node(graph, inner, rename);
            }
        }
    }
}

/// A tensor as a whole under its new name.
fn whole(graph: &Graph, tensor: TensorId, rename: &mut dyn Rename) -> TensorId {
    let identity = Graph::identity(graph.shape(tensor).len());
    match rename.read(tensor, &identity) {
        Some((new, at)) => {
            assert_eq!(at, identity, "a tensor that is used as a whole is renamed as a whole");
            new
        }
        None => tensor,
    }
}

/// A copy of nodes that makes tensors of its own, in loops of its own; what is made is added to `copies`,
/// by which it is read, too.
pub fn copy(graph: &mut Graph, nodes: &[Node], copies: &mut BTreeMap<TensorId, TensorId>) -> Vec<Node> {
    let mut copied = Copied { tensors: std::mem::take(copies), counters: BTreeMap::new() };
    let mut nodes = nodes.to_vec();
    copied.make(graph, &mut nodes);
    for each in &mut nodes {
        node(graph, each, &mut copied);
    }
    *copies = copied.tensors;
    nodes
}

struct Copied {
    tensors: BTreeMap<TensorId, TensorId>,
    counters: BTreeMap<LoopId, LoopId>,
}

impl Copied {
    /// Gives what nodes make its copies.
    fn make(&mut self, graph: &mut Graph, nodes: &mut [Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => self.tensor(graph, &mut node.out),
                Node::Apply(node) => self.tensor(graph, &mut node.out),
                Node::Reshape { out, .. } => self.tensor(graph, out),
                Node::Loop(node) => {
                    let counter = graph.add_loop();
                    self.counters.insert(node.counter, counter);
                    node.counter = counter;
                    for carried in &mut node.carried {
                        self.tensor(graph, &mut carried.inside);
                        self.tensor(graph, &mut carried.last);
                    }
                    self.make(graph, &mut node.body);
                }
            }
        }
    }

    fn tensor(&mut self, graph: &mut Graph, tensor: &mut TensorId) {
        let copy = graph.add_like(*tensor);
        self.tensors.insert(*tensor, copy);
        *tensor = copy;
    }
}

impl Rename for Copied {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        Some((*self.tensors.get(&tensor)?, at.to_vec()))
    }

    fn counter(&mut self, counter: LoopId) -> Int {
        Int::atom(Atom::Loop(self.counters.get(&counter).copied().unwrap_or(counter)))
    }
}
