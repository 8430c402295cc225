//! Which index arguments can be checked once, before anything is computed.
//!
//! A `u32` argument that is read everywhere and used as it is as a subscript must be below the size of the
//! axis everywhere, so its largest element settles every read. What is guarded, read in part or computed
//! with is for the loops to check. Nothing here emits.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Atom, Axis, Graph, Int, Kind, LoopId, Node, Reduction, Scalar, ScalarId, TensorId};

/// The pairs of an index tensor that no node makes and the size that all its elements must be below, in
/// order of first occurrence.
pub fn index_bounds(graph: &Graph) -> Vec<(TensorId, Int)> {
    let mut made = BTreeSet::new();
    collect_made(&graph.nodes, &mut made);
    let mut search = Search { graph, made, loops: BTreeMap::new(), found: Vec::new() };
    search.nodes(&graph.nodes);
    search.found
}

fn collect_made(nodes: &[Node], made: &mut BTreeSet<TensorId>) {
    for node in nodes {
        made.extend(node.outputs());
        if let Node::Loop(inner) = node {
            made.extend(inner.carried.iter().map(|carried| carried.inside));
            collect_made(&inner.body, made);
        }
    }
}

struct Search<'graph> {
    graph: &'graph Graph,
    made: BTreeSet<TensorId>,
    loops: BTreeMap<LoopId, Int>,
    found: Vec<(TensorId, Int)>,
}

impl Search<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    // A sum of a guarded zero writes nothing, so its subscripts are guarded too.
                    let guarded = matches!(self.graph.scalars[node.value], Scalar::Select(..));
                    if node.reduction == Reduction::Set || !guarded {
                        self.subscripts(node.out, &node.at, &node.domain);
                    }
                    self.value(node.value, &node.domain);
                }
                Node::Argmax(node) => {
                    let domain = [node.outer.as_slice(), node.inner.as_slice()].concat();
                    self.value(node.value, &domain);
                }
                Node::Reshape { .. } => {}
                Node::Loop(inner) => {
                    self.loops.insert(inner.counter, inner.extent.clone());
                    self.nodes(&inner.body);
                }
            }
        }
    }

    /// Everything that is computed for every element of the domain, whatever the values are.
    fn value(&mut self, root: ScalarId, domain: &[Axis]) {
        let mut reached = BTreeSet::from([root]);
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            let always = match &self.graph.scalars[id] {
                Scalar::Select(condition, _, _) => vec![*condition],
                Scalar::And(left, _) | Scalar::Or(left, _) => vec![*left],
                _ => self.graph.scalars.operands(id),
            };
            stack.extend(always.into_iter().filter(|operand| reached.insert(*operand)));
        }
        for id in reached {
            match &self.graph.scalars[id] {
                Scalar::Read(tensor, at) => self.subscripts(*tensor, at, domain),
                Scalar::Integer(value) => self.inside(value, domain),
                Scalar::CompareInt(_, a, b) => {
                    self.inside(a, domain);
                    self.inside(b, domain);
                }
                Scalar::Number(_)
                | Scalar::Flag(_)
                | Scalar::Unary(..)
                | Scalar::Binary(..)
                | Scalar::Call(..) => {}
                Scalar::Compare(..)
                | Scalar::Not(_)
                | Scalar::And(..)
                | Scalar::Or(..)
                | Scalar::Select(..) => {}
            }
        }
    }

    /// One tensor under its subscripts, and those inside them.
    fn subscripts(&mut self, tensor: TensorId, at: &[Int], domain: &[Axis]) {
        self.tensor(tensor, at, domain);
        at.iter().for_each(|subscript| self.inside(subscript, domain));
    }

    /// The reads inside an integer.
    fn inside(&mut self, value: &Int, domain: &[Axis]) {
        value.visit_atoms(&mut |atom| {
            if let Atom::Read(tensor, at) = atom {
                self.tensor(*tensor, at, domain);
            }
        });
    }

    fn tensor(&mut self, tensor: TensorId, at: &[Int], domain: &[Axis]) {
        for (subscript, size) in at.iter().zip(self.graph.shape(tensor)) {
            let Some(Atom::Read(index, inner)) = subscript.as_atom() else { continue };
            let bound = (*index, size.clone());
            if self.is_argument(*index) && self.covers(*index, inner, domain) && !self.found.contains(&bound)
            {
                self.found.push(bound);
            }
        }
    }

    fn is_argument(&self, tensor: TensorId) -> bool {
        self.graph.tensor(tensor).kind == Kind::Index && !self.made.contains(&tensor)
    }

    /// Whether these subscripts meet every element of the tensor: different indices or counters, each over a
    /// whole axis.
    fn covers(&self, tensor: TensorId, at: &[Int], domain: &[Axis]) -> bool {
        let whole =
            at.iter().zip(self.graph.shape(tensor)).all(|(subscript, size)| match subscript.as_atom() {
                Some(Atom::Index(position)) => domain.get(*position).is_some_and(|axis| axis.extent == *size),
                Some(Atom::Loop(counter)) => self.loops.get(counter) == Some(size),
                _ => false,
            });
        whole && at.iter().collect::<BTreeSet<_>>().len() == at.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::DimId;

    #[test]
    fn an_index_used_everywhere_is_found_and_a_guarded_one_is_not() {
        let mut graph = Graph { dims: vec!["N".to_string()], ..Graph::default() };
        let rows = Int::dim(DimId(0));
        let table = graph.add_tensor("table", vec![Int::constant(7), Int::constant(3)], Kind::Float);
        let index = graph.add_tensor("index", vec![rows.clone()], Kind::Index);
        let row = Int::atom(Atom::Read(index, vec![Int::index(0)]));
        let value = graph.scalars.read(table, vec![row.clone(), Int::index(1)]);
        let other = graph.add_tensor("other", vec![Int::constant(4)], Kind::Float);
        let guarded = graph.scalars.read(other, vec![row.clone()]);
        let condition = graph.scalars.compare_int(crate::ir::Comparison::Less, row, Int::constant(4));
        let zero = graph.scalars.number(0.0);
        let guarded = graph.scalars.select(condition, guarded, zero);
        let value = graph.scalars.add(value, guarded);
        graph.push_map("out", vec![rows, Int::constant(3)], Kind::Float, value);
        assert_eq!(index_bounds(&graph), [(index, Int::constant(7))]);
    }
}
