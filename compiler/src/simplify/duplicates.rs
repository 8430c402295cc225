//! What is computed twice is computed once: nodes that make the same tensor, and parts of expressions that
//! some earlier map already holds.

use std::collections::{BTreeMap, BTreeSet};

use super::cost;
use super::definitions::Definition;
use super::formulas::{Forms, Formulas};
use crate::ir::rename::{self, Rename};
use crate::ir::{
    ArrayFunction, Axis, Comprehension, Graph, Int, Kind, Loop, Node, Reduction, Scalar, ScalarId, Scalars,
    Tensor, TensorId,
};

/// A part of an expression that costs no more than this is not worth a read.
const CHEAP: f64 = 4.0;

/// Of so many conditions around a part it is known at most that they hold.
const CONDITIONS: usize = 4;

/// Merges equal nodes, and reads what is computed already. The roots stay.
pub fn merge(graph: &mut Graph, roots: &[TensorId]) {
    let mut nodes = std::mem::take(&mut graph.nodes);
    let mut merger = Merger { graph, roots, renamed: Renamed::default(), forms: Forms::default() };
    merger.list(&mut nodes, &mut Scope::default());
    graph.nodes = nodes;
}

/// All that determines what a node makes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Comprehension {
        base: Option<TensorId>,
        domain: Vec<Int>,
        at: Vec<Int>,
        reduction: Reduction,
        value: ScalarId,
    },
    Apply {
        outer: Vec<Int>,
        inner: Vec<Int>,
        function: ArrayFunction,
        value: ScalarId,
    },
    Reshape(TensorId),
}

/// What has been made so far.
#[derive(Clone, Default)]
struct Scope {
    made: BTreeMap<(Kind, Vec<Int>, Content), TensorId>,
    formulas: Formulas,
}

/// Which tensor stands for another one.
#[derive(Default)]
struct Renamed(BTreeMap<TensorId, TensorId>);

impl Rename for Renamed {
    fn read(&mut self, tensor: TensorId, at: &[Int]) -> Option<(TensorId, Vec<Int>)> {
        self.0.get(&tensor).map(|&new| (new, at.to_vec()))
    }
}

impl Renamed {
    fn whole(&self, tensor: TensorId) -> TensorId {
        self.0.get(&tensor).copied().unwrap_or(tensor)
    }
}

struct Merger<'g> {
    graph: &'g mut Graph,
    roots: &'g [TensorId],
    renamed: Renamed,
    forms: Forms,
}

impl Merger<'_> {
    fn list(&mut self, nodes: &mut Vec<Node>, scope: &mut Scope) {
        let mut kept = Vec::with_capacity(nodes.len());
        for mut node in std::mem::take(nodes) {
            match &mut node {
                Node::Loop(inner) => {
                    for carried in &mut inner.carried {
                        carried.initial = self.renamed.whole(carried.initial);
                    }
                    self.repeat(inner, scope);
                    let condition = inner.condition;
                    inner.condition =
                        condition.map(|it| rename::scalar(&mut self.graph.scalars, it, &mut self.renamed));
                    kept.push(node);
                    continue;
                }
                Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
            }
            if !self.renamed.0.is_empty() {
                rename::node(self.graph, &mut node, &mut self.renamed);
            }
            if let Some(node) = self.once(node, scope) {
                kept.push(node);
            }
        }
        *nodes = kept;
    }

    /// A loop's body, with what it carries twice carried once: things that start alike are the same if they
    /// go on alike, all of them taken for the same.
    fn repeat(&mut self, node: &mut Loop, scope: &Scope) {
        // The first carried value that each is the same as, so far.
        let mut same: Vec<usize> = (0..node.carried.len())
            .map(|place| {
                let initial = node.carried[place].initial;
                node.carried.iter().position(|other| other.initial == initial).unwrap_or(place)
            })
            .collect();
        for (place, carried) in node.carried.iter().enumerate() {
            if self.roots.contains(&carried.last) {
                same[place] = place;
            }
        }
        loop {
            let before = self.renamed.0.clone();
            for (place, &first) in same.iter().enumerate().filter(|(place, first)| place != *first) {
                self.renamed.0.insert(node.carried[place].inside, node.carried[first].inside);
            }
            let mut body = node.body.clone();
            self.list(&mut body, &mut scope.clone());
            let nexts: Vec<TensorId> =
                node.carried.iter().map(|carried| self.renamed.whole(carried.next)).collect();
            let split: Vec<usize> = (0..same.len())
                .map(|place| {
                    (0..place)
                        .find(|&first| same[first] == same[place] && nexts[first] == nexts[place])
                        .unwrap_or(place)
                })
                .collect();
            if split == same {
                node.body = body;
                for (carried, next) in node.carried.iter_mut().zip(nexts) {
                    carried.next = next;
                }
                break;
            }
            self.renamed.0 = before;
            same = split;
        }
        for (place, &first) in same.iter().enumerate().filter(|(place, first)| place != *first) {
            self.renamed.0.insert(node.carried[place].last, node.carried[first].last);
        }
        let mut place = 0;
        node.carried.retain(|_| {
            place += 1;
            same[place - 1] == place - 1
        });
    }

    /// The node, unless an earlier one has made the same.
    fn once(&mut self, mut node: Node, scope: &mut Scope) -> Option<Node> {
        let (out, content) = content(&node)?;
        let tensor = self.graph.tensor(out);
        let key = (tensor.kind, tensor.shape.clone(), content);
        if let Some(&same) = scope.made.get(&key) {
            if !self.roots.contains(&out) {
                self.renamed.0.insert(out, same);
                return None;
            }
            if matches!(tensor.kind, Kind::Float | Kind::Mask) {
                return Some(self.copy(out, same));
            }
            return Some(node);
        }
        scope.made.insert(key, out);
        match &mut node {
            Node::Comprehension(node) => {
                if matches!(self.graph.tensor(out).kind, Kind::Float | Kind::Mask) {
                    // Where the guard on top of a sum's value does not hold, its place may be outside.
                    let is_sum = node.reduction == Reduction::Sum;
                    let guarded = is_sum && node.at.iter().any(|place| place.as_index().is_none());
                    node.value = self.with_known_parts(node.value, &node.domain, &scope.formulas, guarded);
                    self.learn(node, &mut scope.formulas);
                }
            }
            Node::Apply(node) => {
                let domain = node.domain();
                node.value = self.with_known_parts(node.value, &domain, &scope.formulas, false);
            }
            Node::Reshape { .. } | Node::Loop(_) => {}
        }
        Some(node)
    }

    fn copy(&mut self, out: TensorId, of: TensorId) -> Node {
        let domain = Graph::axes(self.graph.shape(out));
        let value = self.graph.scalars.read(of, Graph::identity(domain.len()));
        Node::Comprehension(Comprehension::map(out, domain, value))
    }

    /// Replaces the largest parts that earlier maps hold; what is `guarded` keeps the guards on top of it.
    fn with_known_parts(
        &mut self,
        value: ScalarId,
        domain: &[Axis],
        formulas: &Formulas,
        guarded: bool,
    ) -> ScalarId {
        let scalars = &self.graph.scalars;
        let is_cheap = cost::expression(scalars, value) <= CHEAP
            && !scalars.reachable(value).into_iter().any(|part| is_gather(scalars, part));
        if formulas.is_empty() || is_cheap {
            return value;
        }
        let Graph { tensors, scalars, .. } = &mut *self.graph;
        let mut reader = Reader { tensors, forms: &mut self.forms, formulas, domain };
        match guarded {
            true => reader.read_guarded(scalars, value, &BTreeSet::new()),
            false => reader.read(scalars, value, &BTreeSet::new()),
        }
    }

    fn learn(&mut self, node: &Comprehension, formulas: &mut Formulas) {
        let Some(definition) = Definition::of(self.graph, node) else { return };
        if definition.is_map() {
            let scalars = &self.graph.scalars;
            let worth_it = |value| cost::expression(scalars, value) > CHEAP || is_gather(scalars, value);
            formulas.learn(scalars, &mut self.forms, node.out, definition, &worth_it);
        }
    }
}

/// Reads what earlier maps hold.
struct Reader<'a> {
    tensors: &'a [Tensor],
    forms: &'a mut Forms,
    formulas: &'a Formulas,
    domain: &'a [Axis],
}

impl Reader<'_> {
    /// An expression that stands where some conditions hold, with the largest parts that are held replaced.
    fn read(&mut self, scalars: &mut Scalars, value: ScalarId, holding: &BTreeSet<ScalarId>) -> ScalarId {
        scalars.rebuild(value, &mut |scalars, id| self.part(scalars, id, holding), &mut Int::clone)
    }

    /// The same of what stands below the guards on top of an expression.
    fn read_guarded(
        &mut self,
        scalars: &mut Scalars,
        value: ScalarId,
        holding: &BTreeSet<ScalarId>,
    ) -> ScalarId {
        let Scalar::Select(condition, yes, no) = scalars[value] else {
            return self.read(scalars, value, holding);
        };
        let is_zero = |id| scalars.as_number(id) == Some(0.0);
        let (yes, no) = match (is_zero(yes), is_zero(no)) {
            (_, true) => {
                let mut inside = holding.clone();
                inside.insert(condition);
                (self.read_guarded(scalars, yes, &inside), no)
            }
            (true, _) => (yes, self.read_guarded(scalars, no, holding)),
            _ => return self.read(scalars, value, holding),
        };
        let condition = self.read(scalars, condition, holding);
        scalars.select(condition, yes, no)
    }

    fn part(
        &mut self,
        scalars: &mut Scalars,
        id: ScalarId,
        holding: &BTreeSet<ScalarId>,
    ) -> Option<ScalarId> {
        match scalars[id] {
            Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) => return None,
            Scalar::Read(..) if !is_gather(scalars, id) => return None,
            _ => {}
        }
        let held = self.formulas.find(scalars, self.forms, self.tensors, id, self.domain, holding);
        if let Some((tensor, at)) = held {
            return Some(scalars.read(tensor, at));
        }
        let Scalar::Select(condition, value, otherwise) = scalars[id] else { return None };
        if holding.len() >= CONDITIONS
            || holding.contains(&condition)
            || !self.formulas.depends_on(scalars, self.forms, condition)
        {
            return None;
        }
        let mut inside = holding.clone();
        inside.insert(condition);
        let value = self.read(scalars, value, &inside);
        let [condition, otherwise] = [condition, otherwise].map(|it| self.read(scalars, it, holding));
        Some(scalars.select(condition, value, otherwise))
    }
}

/// Whether an expression is an element whose place is read first.
fn is_gather(scalars: &Scalars, id: ScalarId) -> bool {
    matches!(&scalars[id], Scalar::Read(_, at) if at.iter().any(Int::reads))
}

fn content(node: &Node) -> Option<(TensorId, Content)> {
    let extents = |axes: &[Axis]| axes.iter().map(|axis| axis.extent.clone()).collect();
    Some(match node {
        Node::Comprehension(node) => (
            node.out,
            Content::Comprehension {
                base: node.base,
                domain: extents(&node.domain),
                at: node.at.clone(),
                reduction: node.reduction,
                value: node.value,
            },
        ),
        Node::Apply(node) => (
            node.out,
            Content::Apply {
                outer: extents(&node.outer),
                inner: extents(&node.inner),
                function: node.function,
                value: node.value,
            },
        ),
        Node::Reshape { out, from } => (*out, Content::Reshape(*from)),
        Node::Loop(_) => return None,
    })
}
