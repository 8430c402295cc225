//! A function of Rust where it is applied: its arguments as tensors, and the derivative that its declaration
//! says as nodes beside them, once for each of the outer indices.

use std::collections::BTreeMap;

use crate::ir::rename::{self, Rename};
use crate::ir::{
    Apply, Atom, Axis, Called, Carried, Comprehension, Directional, Graph, Int, Kind, Loop, LoopId, Node,
    Rule, ScalarId, TensorId,
};

/// One node that applies a function of Rust that has a derivative.
pub struct Application {
    outer: Vec<Axis>,
    called: Called,
    rule: Rule,
    /// What the rule's tensors are here, all but the tangents and what it makes.
    tensors: BTreeMap<TensorId, TensorId>,
}

impl Application {
    /// `None` where nothing is called, or what is called has no derivative: that is noted in
    /// [`crate::ir::Scalars::undifferentiated`].
    pub fn of(graph: &mut Graph, node: &Apply) -> Option<Self> {
        let called = node.called(&graph.scalars)?;
        let Some(Directional::Rule(rule)) =
            graph.scalars.externs[called.function.0 as usize].derivative.clone()
        else {
            graph.scalars.undifferentiated.insert(called.function);
            return None;
        };
        let mut tensors = BTreeMap::from([(rule.result, node.out)]);
        for &argument in &rule.arguments {
            let here = widened(graph, &node.outer, argument);
            tensors.insert(argument, here);
        }
        Some(Self { outer: node.outer.clone(), called, rule, tensors })
    }

    /// What makes the arguments as they are passed.
    pub fn arguments(&self, graph: &mut Graph) -> Vec<Comprehension> {
        let count = self.outer.len();
        let argument = |(&argument, (indices, element)): (&TensorId, &(std::ops::Range<usize>, ScalarId))| {
            let mut own: Vec<Int> = (0..indices.end).map(Int::index).collect();
            for (axis, index) in own[indices.clone()].iter_mut().enumerate() {
                *index = Int::index(count + axis);
            }
            let element = graph.scalars.with_indices(*element, &own);
            let out = self.tensors[&argument];
            let value = self.guarded(graph, element, Kind::Float);
            let domain = self.outer.iter().cloned().chain(Graph::axes(&graph.shape(out)[count..])).collect();
            Comprehension::map(out, domain, value)
        };
        self.rule.arguments.iter().zip(&self.called.arguments).map(argument).collect()
    }

    /// Appends the nodes of the derivative along the arguments' tangents; returns the result's tangent.
    pub fn derivative(&self, graph: &mut Graph, tangents: &[TensorId], nodes: &mut Vec<Node>) -> TensorId {
        let mut names =
            Names { tensors: self.tensors.clone(), counters: BTreeMap::new(), outer: &self.outer };
        names.tensors.extend(self.rule.tangents.iter().copied().zip(tangents.iter().copied()));
        nodes.extend(self.rule.nodes.iter().map(|node| self.copy(graph, &mut names, node)));
        names.tensors[&self.rule.derivative]
    }

    /// A node of the rule with the outer indices in front, under the guards of the call: where nothing is
    /// called, nothing is evaluated.
    fn copy(&self, graph: &mut Graph, names: &mut Names<'_>, node: &Node) -> Node {
        let count = self.outer.len();
        match node {
            Node::Comprehension(node) => {
                let rank = node.domain.len();
                let value = self.value(graph, names, (node.value, node.out), rank);
                let mut integer = |at: &Int| rename::integer(&at.with_indices(&moved(count, rank)), names);
                let at: Vec<Int> = node.at.iter().map(&mut integer).collect();
                Node::Comprehension(Comprehension {
                    base: node.base.map(|base| names.tensors[&base]),
                    out: names.made(graph, node.out),
                    domain: self.outer.iter().chain(&node.domain).cloned().collect(),
                    at: Graph::identity(count).into_iter().chain(at).collect(),
                    reduction: node.reduction,
                    value,
                })
            }
            Node::Apply(node) => {
                let rank = node.outer.len() + node.inner.len();
                let value = self.value(graph, names, (node.value, node.out), rank);
                let outer = self.outer.iter().chain(&node.outer).cloned().collect();
                Node::Apply(Apply { out: names.made(graph, node.out), outer, value, ..node.clone() })
            }
            Node::Reshape { out, from } => {
                Node::Reshape { from: names.tensors[from], out: names.made(graph, *out) }
            }
            Node::Loop(node) => {
                let counter = graph.add_loop();
                names.counters.insert(node.counter, counter);
                let begun: Vec<[TensorId; 2]> = node
                    .carried
                    .iter()
                    .map(|each| [names.tensors[&each.initial], names.made(graph, each.inside)])
                    .collect();
                let body = node.body.iter().map(|inner| self.copy(graph, names, inner)).collect();
                let carried = node.carried.iter().zip(begun).map(|(each, [initial, inside])| {
                    let next = names.tensors[&each.next];
                    Carried { initial, inside, next, last: names.made(graph, each.last) }
                });
                Node::Loop(Loop { counter, carried: carried.collect(), body, ..node.clone() })
            }
        }
    }

    /// A value of the rule, here.
    fn value(
        &self,
        graph: &mut Graph,
        names: &mut Names<'_>,
        (value, out): (ScalarId, TensorId),
        rank: usize,
    ) -> ScalarId {
        let moved = graph.scalars.with_indices(value, &moved(self.outer.len(), rank));
        let value = rename::scalar(&mut graph.scalars, moved, names);
        let kind = graph.tensor(out).kind;
        self.guarded(graph, value, kind)
    }

    /// A value where the function is called, zero elsewhere.
    fn guarded(&self, graph: &mut Graph, mut value: ScalarId, kind: Kind) -> ScalarId {
        let zero = graph.scalars.zero(kind);
        for &(condition, holds) in self.called.guards.iter().rev() {
            value = match holds {
                true => graph.scalars.select(condition, value, zero),
                false => graph.scalars.select(condition, zero, value),
            };
        }
        value
    }
}

/// The indices of a rule's domain behind `count` others.
fn moved(count: usize, rank: usize) -> Vec<Int> {
    (count..count + rank).map(Int::index).collect()
}

/// A new tensor like one of the rule, with the outer axes in front.
fn widened(graph: &mut Graph, outer: &[Axis], of: TensorId) -> TensorId {
    let own = graph.tensor(of).clone();
    let shape = outer.iter().map(|axis| &axis.extent).chain(&own.shape).cloned().collect();
    graph.add_tensor(own.name, shape, own.kind)
}

/// What the tensors and counters of a rule are in a graph.
struct Names<'a> {
    tensors: BTreeMap<TensorId, TensorId>,
    counters: BTreeMap<LoopId, LoopId>,
    outer: &'a [Axis],
}

impl Names<'_> {
    /// A tensor that a node of the rule makes.
    fn made(&mut self, graph: &mut Graph, of: TensorId) -> TensorId {
        let out = widened(graph, self.outer, of);
        self.tensors.insert(of, out);
        out
    }
}

impl Rename for Names<'_> {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        let front = (0..self.outer.len()).map(|axis| Int::atom(Atom::Index(axis)));
        Some((self.tensors[&tensor], front.chain(at.iter().cloned()).collect()))
    }

    fn counter(&mut self, counter: LoopId) -> Int {
        Int::atom(Atom::Loop(self.counters[&counter]))
    }
}
