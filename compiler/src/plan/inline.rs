//! Elementwise values that need no memory of their own are computed where they are read: copies, views
//! and constants everywhere, others where that computes nothing more often than before.
//!
//! Never moves work into a loop around its reader, nor what is expensive into a product of matrices, which
//! would be none any more.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    Apply, Atom, Axis, Binary, Comprehension, Graph, Int, Kind, Node, Reduction, Scalar, ScalarId, TensorId,
    Unary,
};

use super::stages::{Draft, push_copy};
use super::{Inputs, product};

/// From this weight on a value is better computed once, in a loop of its own, than in a product's.
const EXPENSIVE: u32 = 20;

/// Inlines in place.
pub(super) fn inline(draft: &mut Draft, given: &Inputs) {
    let mut table = Table::new(draft.inputs.clone(), given);
    table.opaque.extend(&draft.results);
    table.opaque.extend(draft.gradients.iter().map(|gradient| gradient.tensor));
    table.add(&draft.graph, &draft.forward, &mut 0, 0);
    table.add(&draft.graph, &draft.backward, &mut 1, 1);
    for consumer in table.order.clone() {
        table.register(&draft.graph, consumer);
    }
    for producer in table.order.clone() {
        table.consider(&mut draft.graph, producer);
    }
    for stage in [&mut draft.forward, &mut draft.backward] {
        *stage = table.rebuild(&mut draft.graph, std::mem::take(stage));
    }
}

/// An elementwise node on its own: what inlining looks at and changes.
struct Entry {
    node: Node,
    block: usize,
}

struct Table<'a> {
    entries: BTreeMap<TensorId, Entry>,
    order: Vec<TensorId>,
    readers: BTreeMap<TensorId, BTreeSet<TensorId>>,
    /// What is used other than by reading elements.
    opaque: BTreeSet<TensorId>,
    gone: BTreeSet<TensorId>,
    inputs: BTreeSet<TensorId>,
    given: &'a Inputs,
}

impl<'a> Table<'a> {
    fn new(inputs: BTreeSet<TensorId>, given: &'a Inputs) -> Self {
        Self {
            entries: BTreeMap::new(),
            order: Vec::new(),
            readers: BTreeMap::new(),
            opaque: BTreeSet::new(),
            gone: BTreeSet::new(),
            inputs,
            given,
        }
    }

    fn add(&mut self, graph: &Graph, nodes: &[Node], blocks: &mut usize, block: usize) {
        for node in nodes {
            match node {
                Node::Comprehension(Comprehension { out, base, .. }) => {
                    self.opaque.extend(base);
                    self.order.push(*out);
                    self.entries.insert(*out, Entry { node: node.clone(), block });
                }
                Node::Apply(Apply { out, .. }) => {
                    self.order.push(*out);
                    self.entries.insert(*out, Entry { node: node.clone(), block });
                }
                Node::Reshape { from, .. } => {
                    self.opaque.insert(*from);
                }
                Node::Loop(node) => {
                    self.opaque.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
                    for carried in &node.carried {
                        self.opaque.extend([carried.initial, carried.next]);
                    }
                    *blocks += 2;
                    let inner = *blocks;
                    self.add(graph, &node.body, blocks, inner);
                }
            }
        }
    }

    fn register(&mut self, graph: &Graph, consumer: TensorId) {
        for (tensor, _) in reads(graph, &self.entries[&consumer].node) {
            self.readers.entry(tensor).or_default().insert(consumer);
        }
    }

    fn consider(&mut self, graph: &mut Graph, producer: TensorId) {
        let Some(value) = self.elementwise(graph, producer) else { return };
        let consumers = self.readers.get(&producer).cloned().unwrap_or_default();
        if consumers.is_empty() {
            return;
        }
        let weight = weight(graph, value);
        let through_integers = graph.tensor(producer).kind == Kind::Index;
        if through_integers && !matches!(graph.scalars[value], Scalar::Integer(_)) {
            return;
        }
        if weight > 0 && !self.worthwhile(graph, producer, value, weight, &consumers) {
            return;
        }
        for consumer in consumers {
            self.substitute(graph, producer, value, consumer);
        }
        self.readers.remove(&producer);
        if !self.opaque.contains(&producer) {
            self.gone.insert(producer);
        }
    }

    /// The value of a node that sets every element of its tensor to a function of the element's indices.
    fn elementwise(&self, graph: &Graph, producer: TensorId) -> Option<ScalarId> {
        let Node::Comprehension(node) = &self.entries[&producer].node else { return None };
        let shape = graph.shape(producer);
        let whole = node.base.is_none()
            && node.reduction == Reduction::Set
            && node.domain.len() == shape.len()
            && node.at == Graph::identity(shape.len())
            && node.domain.iter().zip(shape).all(|(axis, extent)| axis.extent == *extent);
        whole.then_some(node.value)
    }

    /// Whether a value that costs something may be computed by its readers.
    fn worthwhile(
        &self,
        graph: &Graph,
        producer: TensorId,
        value: ScalarId,
        weight: u32,
        consumers: &BTreeSet<TensorId>,
    ) -> bool {
        if self.opaque.contains(&producer) {
            return false;
        }
        let home = self.entries[&producer].block;
        let mut count = 0;
        let mut same_block = true;
        for consumer in consumers {
            let Entry { node, block } = &self.entries[consumer];
            if *block != home && (*block > 1 || home > 1) {
                return false;
            }
            same_block &= *block == home;
            if weight >= EXPENSIVE && self.is_product(graph, node) {
                return false;
            }
            let domain = domain(node);
            let places: BTreeSet<Vec<Int>> = reads(graph, node)
                .into_iter()
                .filter(|(tensor, _)| *tensor == producer)
                .map(|(_, at)| at)
                .collect();
            if !places.iter().all(|at| injective(&domain, at)) {
                return false;
            }
            count += places.len();
        }
        if count == 1 && same_block {
            return true;
        }
        let rank = graph.shape(producer).len();
        let large = |tensor: &TensorId| graph.shape(*tensor).len() >= rank;
        let operands: Vec<TensorId> = graph.reads(value).into_iter().filter(large).collect();
        match graph.tensor(producer).kind {
            Kind::Mask => rank > 0 && weight <= 4 && operands.len() <= 1,
            // What could be made in place of a value of its own is made there.
            Kind::Float | Kind::Index | Kind::Key => {
                rank > 0
                    && weight <= 1
                    && count <= 2
                    && operands.iter().all(|operand| self.inputs.contains(operand))
            }
        }
    }

    fn is_product(&self, graph: &Graph, node: &Node) -> bool {
        matches!(node, Node::Comprehension(node) if product::recognise(graph, node, self.given).is_some())
    }

    fn substitute(&mut self, graph: &mut Graph, producer: TensorId, value: ScalarId, consumer: TensorId) {
        let element = match &graph.scalars[value] {
            Scalar::Integer(element) => Some(element.clone()),
            _ => None,
        };
        let mut integer = |subscript: &Int| match &element {
            Some(element) => replace_reads(subscript, producer, element),
            None => subscript.clone(),
        };
        let entry = self.entries.get_mut(&consumer).expect("a consumer is an entry");
        let old = match &mut entry.node {
            Node::Comprehension(node) => {
                node.at = node.at.iter().map(&mut integer).collect();
                &mut node.value
            }
            Node::Apply(node) => &mut node.value,
            Node::Reshape { .. } | Node::Loop(_) => return,
        };
        let inner = element.clone();
        *old = graph.scalars.rebuild(
            *old,
            &mut |scalars, id| match scalars[id].clone() {
                Scalar::Read(tensor, at) if tensor == producer => {
                    let at: Vec<Int> = match &inner {
                        Some(element) => at.iter().map(|at| replace_reads(at, producer, element)).collect(),
                        None => at,
                    };
                    Some(scalars.with_indices(value, &at))
                }
                _ => None,
            },
            &mut integer,
        );
        self.register(graph, consumer);
    }

    fn rebuild(&mut self, graph: &mut Graph, nodes: Vec<Node>) -> Vec<Node> {
        let mut kept = Vec::new();
        for node in nodes {
            match node {
                Node::Comprehension(Comprehension { out, .. }) | Node::Apply(Apply { out, .. }) => {
                    if !self.gone.contains(&out) {
                        kept.push(self.entries.remove(&out).expect("each is made once").node);
                    }
                }
                Node::Reshape { .. } => kept.push(node),
                Node::Loop(mut node) => {
                    node.body = self.rebuild(graph, node.body);
                    separate_exchanges(graph, &mut node);
                    kept.push(Node::Loop(node));
                }
            }
        }
        kept
    }
}

/// A carried value that becomes another one's (`(a, b) = (b, a)`) gets a node of its own.
fn separate_exchanges(graph: &mut Graph, node: &mut crate::ir::Loop) {
    let insides: Vec<TensorId> = node.carried.iter().map(|carried| carried.inside).collect();
    for position in 0..node.carried.len() {
        let carried = node.carried[position];
        let mut origin = carried.next;
        while let Some(from) = node.body.iter().find_map(|node| match node {
            Node::Reshape { out, from } if *out == origin => Some(*from),
            _ => None,
        }) {
            origin = from;
        }
        if insides.contains(&origin) && carried.next != carried.inside {
            node.carried[position].next = push_copy(graph, &mut node.body, carried.next);
        }
    }
}

fn replace_reads(subscript: &Int, producer: TensorId, element: &Int) -> Int {
    subscript.substitute(&mut |atom| match atom {
        Atom::Read(tensor, at) if *tensor == producer => {
            let at: Vec<Int> = at.iter().map(|at| replace_reads(at, producer, element)).collect();
            Some(element.with_indices(&at))
        }
        _ => None,
    })
}

/// What a node iterates over.
fn domain(node: &Node) -> Vec<Axis> {
    match node {
        Node::Comprehension(node) => node.domain.clone(),
        Node::Apply(node) => node.domain(),
        Node::Reshape { .. } | Node::Loop(_) => Vec::new(),
    }
}

/// The elements that a node reads.
fn reads(graph: &Graph, node: &Node) -> Vec<(TensorId, Vec<Int>)> {
    let mut reads = Vec::new();
    let mut add = |tensor: TensorId, at: &[Int]| reads.push((tensor, at.to_vec()));
    match node {
        Node::Comprehension(node) => {
            graph.visit_reads(node.value, &mut add);
            node.at.iter().for_each(|subscript| subscript.visit_reads(&mut add));
        }
        Node::Apply(node) => graph.visit_reads(node.value, &mut add),
        Node::Reshape { .. } | Node::Loop(_) => {}
    }
    reads
}

/// Whether no element is read twice.
fn injective(domain: &[Axis], at: &[Int]) -> bool {
    let alone = |position| at.iter().any(|subscript| subscript.as_index() == Some(position));
    domain.iter().enumerate().all(|(position, axis)| axis.extent.is(1) || alone(position))
}

/// Whether a value costs as much as a transcendental function.
pub fn is_expensive(graph: &Graph, value: ScalarId) -> bool {
    weight(graph, value) >= EXPENSIVE
}

/// What it costs to compute a value once, in additions; 0 for what costs nothing.
pub(super) fn weight(graph: &Graph, value: ScalarId) -> u32 {
    let simple = |integer: &Int| {
        let mut simple = true;
        integer
            .visit_atoms(&mut |atom| simple &= matches!(atom, Atom::Dim(_) | Atom::Index(_) | Atom::Loop(_)));
        simple
    };
    let of = |id: ScalarId| match &graph.scalars[id] {
        Scalar::Number(_) | Scalar::Flag(_) => 0,
        Scalar::Integer(integer) => match integer.as_atom() {
            Some(Atom::Read(_, at)) if at.iter().all(simple) => 0,
            _ => u32::from(!simple(integer)),
        },
        Scalar::Read(_, at) => {
            if at.iter().all(simple) {
                0
            } else {
                2
            }
        }
        Scalar::Unary(..) if graph.scalars.as_ln_of_constant(id).is_some() => 0,
        Scalar::Unary(function, _) => match function {
            Unary::StopGradient => 0,
            Unary::Neg | Unary::Abs | Unary::Floor | Unary::Signum | Unary::Powi(2) => 1,
            Unary::Recip | Unary::Sqrt | Unary::Powi(_) => 4,
            Unary::Exp | Unary::Ln | Unary::Ln1p | Unary::ExpM1 | Unary::Log2 | Unary::Log10 => 20,
            Unary::Sin | Unary::Cos | Unary::Tan | Unary::Sinh | Unary::Cosh | Unary::Tanh => 20,
            Unary::Asin | Unary::Acos | Unary::Atan | Unary::Erf | Unary::LnGamma | Unary::Polygamma(_) => 20,
            Unary::Sigmoid | Unary::Softplus | Unary::HalfTanh | Unary::NormalCdf | Unary::NormalPdf => 20,
        },
        Scalar::Binary(function, ..) => match function {
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Min | Binary::Max => 1,
            Binary::Div => 4,
            Binary::Pow | Binary::Atan2 | Binary::LogAddExp => 20,
        },
        Scalar::Call(..) => 20,
        Scalar::Compare(..) | Scalar::CompareInt(..) => 1,
        Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) | Scalar::Select(..) => 1,
    };
    graph.scalars.reachable(value).into_iter().map(of).sum()
}
