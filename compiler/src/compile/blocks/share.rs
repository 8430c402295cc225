//! From the function of all rows to that of a block of them.

use std::collections::BTreeMap;

use super::classes::{Class, Classes, Linear};
use crate::ir::{Atom, Binary, Comprehension, DimId, Graph, Int, Node, Scalar, ScalarId, TensorId};

/// Makes of the function of all rows that of a block.
pub struct Share<'a> {
    /// The function.
    pub graph: &'a mut Graph,
    /// What its tensors are.
    pub classes: &'a Classes,
    /// How many rows all are, by what says how many a block has.
    pub whole: &'a BTreeMap<DimId, Int>,
    /// How many blocks there are.
    pub blocks: &'a Int,
}

impl Share<'_> {
    /// Of its nodes, in order.
    pub fn nodes(&mut self, nodes: &mut Vec<Node>) {
        for mut node in std::mem::take(nodes) {
            match &mut node {
                Node::Comprehension(node) => {
                    let is_sum = self.classes.of_tensor(node.out) == Class::Sum;
                    let is_of_rows =
                        node.domain.iter().any(|axis| self.classes.size(Some(&axis.extent)).is_some());
                    if is_sum && !is_of_rows {
                        node.value = self.share(node.value);
                    }
                    node.value = self.of_all(node.value);
                    if let Some(base) = node.base.filter(|base| is_sum && self.is_same(*base)) {
                        node.base = Some(self.beginning(base, nodes));
                    }
                }
                Node::Apply(node) => node.value = self.of_all(node.value),
                Node::Reshape { .. } => {}
                Node::Loop(node) => {
                    node.condition = node.condition.map(|condition| self.of_all(condition));
                    for carried in &mut node.carried {
                        let is_sum = self.classes.of_tensor(carried.inside) == Class::Sum;
                        if is_sum && self.is_same(carried.initial) {
                            carried.initial = self.beginning(carried.initial, nodes);
                        }
                    }
                    self.nodes(&mut node.body);
                }
            }
            nodes.push(node);
        }
    }

    fn is_same(&self, tensor: TensorId) -> bool {
        self.classes.of_tensor(tensor) == Class::Same
    }

    /// What a block's share of a sum begins with.
    fn beginning(&mut self, whole: TensorId, nodes: &mut Vec<Node>) -> TensorId {
        let out = self.graph.add_like(whole);
        let domain = Graph::axes(self.graph.shape(out));
        let value = self.graph.scalars.read(whole, Graph::identity(domain.len()));
        let value = self.share(value);
        nodes.push(Node::Comprehension(Comprehension::map(out, domain, value)));
        out
    }

    /// A size that is used as a number is that of the whole batch.
    fn of_all(&mut self, value: ScalarId) -> ScalarId {
        let whole = self.whole;
        self.graph.scalars.rebuild(value, &mut |_, _| None, &mut |integer| {
            integer.substitute(&mut |atom| match atom {
                Atom::Dim(size) => whole.get(size).cloned(),
                _ => None,
            })
        })
    }

    /// Of an expression that is linear in sums: of what is the same for all rows, a share.
    fn share(&mut self, value: ScalarId) -> ScalarId {
        let linear = Linear { graph: self.graph, classes: self.classes };
        let is_sum = linear.is_linear(value).unwrap_or(false);
        if !is_sum {
            let blocks = self.graph.scalars.integer(self.blocks.clone());
            return self.graph.scalars.div(value, blocks);
        }
        match self.graph.scalars[value].clone() {
            Scalar::Unary(function, a) => {
                let a = self.share(a);
                self.graph.scalars.unary(function, a)
            }
            Scalar::Binary(function @ (Binary::Add | Binary::Sub), a, b) => {
                let (a, b) = (self.share(a), self.share(b));
                self.graph.scalars.binary(function, a, b)
            }
            Scalar::Binary(Binary::Mul, a, b) => {
                let linear = Linear { graph: self.graph, classes: self.classes };
                let (sum, factor) = if linear.is_linear(a) == Some(true) { (a, b) } else { (b, a) };
                let sum = self.share(sum);
                self.graph.scalars.mul(sum, factor)
            }
            Scalar::Binary(function, a, b) => {
                let a = self.share(a);
                self.graph.scalars.binary(function, a, b)
            }
            Scalar::Select(condition, a, b) => {
                let (a, b) = (self.share(a), self.share(b));
                self.graph.scalars.select(condition, a, b)
            }
            _ => value,
        }
    }
}
