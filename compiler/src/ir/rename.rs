//! Renaming inside nodes: reads of one tensor become reads of another, a loop's counter another's.

use super::{Atom, Graph, Int, LoopId, Node, Scalar, ScalarId, Scalars, TensorId};

/// What to rename.
pub trait Rename {
    /// Another element to read instead.
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)>;

    /// Another counter.
    fn counter(&mut self, counter: LoopId) -> LoopId {
        counter
    }
}

/// The integer under new names.
pub fn integer(value: &Int, rename: &mut dyn Rename) -> Int {
    value.substitute(&mut |atom| match atom {
        Atom::Loop(counter) => Some(Int::atom(Atom::Loop(rename.counter(*counter)))),
        Atom::Read(tensor, at) => {
            let at: Vec<Int> = at.iter().map(|subscript| integer(subscript, rename)).collect();
            let (tensor, at) = rename.read(*tensor, &at).unwrap_or((*tensor, at));
            Some(Int::atom(Atom::Read(tensor, at)))
        }
        Atom::Dim(_) | Atom::Index(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Inside(_) => None,
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
