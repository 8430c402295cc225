//! Nodes as the statements of a derivation, in the notations made for people.
//!
//! A sum is written Σ where each element is written once, an update in place where the old value has no
//! other use. The order of the nodes and what they compute stay as they are.

use std::collections::BTreeMap;

use super::expression::Walker;
use super::names::{Names, fresh_index, visit_made, visit_taken};
use super::notation::{Level, Notation, Piece, Sign};
use crate::ir::{
    Apply, ArrayFunction, Axis, Comprehension, Graph, Int, Loop, Node, Reduction, Scalar, ScalarId, TensorId,
};

/// How what stands around expressions is written.
pub(super) trait Layout: Notation {
    /// `target = value`
    fn definition(&self, target: &str, value: &str) -> String;

    /// `target += value`
    fn increment(&self, target: &str, value: &str) -> String;

    /// `target ← value`
    fn assignment(&self, target: &str, value: &str) -> String;

    /// `new = old with target = value`, of a whole tensor and of one element.
    fn change(&self, new: &str, old: &str, change: &str) -> String;

    /// What holds for a statement: `for i < N, j < 3`.
    fn domain(&self, statement: &str, ranges: &[String]) -> String;

    /// `where u = …`
    fn where_part(&self, name: &str, value: &str) -> String;

    /// Σ over indices, where a condition holds. The body is at least a product.
    fn summation(&self, indices: &[String], condition: Option<&str>, body: &str) -> Piece;

    /// argmax or argmin over indices.
    fn extremum(&self, least: bool, indices: &[String], body: &str) -> String;

    /// The elements of a tensor under a new shape.
    fn reshaped(&self, from: &str, shape: &[String]) -> String;

    /// `for t = 0, …, T − 1`
    fn repetition(&self, counter: &str, first: &str, last: &str, condition: Option<&str>) -> String;
}

/// A statement and how many loops it is in.
pub(super) type Line = (usize, String);

/// What writes the statements of one graph.
pub(super) struct Statements<'a> {
    graph: &'a Graph,
    layout: &'a dyn Layout,
    notation: &'a dyn Notation,
    pub(super) names: Names,
    /// Tensors that share the name of the one they are made from.
    in_place: BTreeMap<TensorId, TensorId>,
    counters: Vec<String>,
}

impl<'a> Statements<'a> {
    /// `kept` are the tensors that are needed at the end.
    pub(super) fn new<L: Layout>(graph: &'a Graph, layout: &'a L, kept: &[TensorId]) -> Self {
        let mut uses: BTreeMap<TensorId, usize> = BTreeMap::new();
        kept.iter().for_each(|&tensor| *uses.entry(tensor).or_default() += 2);
        visit_taken(graph, &graph.nodes, &mut |tensor| *uses.entry(tensor).or_default() += 1);
        let mut in_place = BTreeMap::new();
        updates(&graph.nodes, &uses, &mut in_place);
        let names = Names::new(graph, layout, &|tensor| in_place.get(&tensor).copied());
        let mut counters = vec![String::new(); graph.loops as usize];
        name_counters(&graph.nodes, layout, &names, &mut Vec::new(), &mut counters);
        Self { graph, layout, notation: layout, names, in_place, counters }
    }

    /// The statements of some nodes.
    pub(super) fn lines(&self, nodes: &[Node]) -> Vec<Line> {
        let mut lines = Vec::new();
        self.write(nodes, &[], &mut lines);
        lines
    }

    /// A tensor with its sizes: `x[N, 784]`.
    pub(super) fn declaration(&self, tensor: TensorId) -> String {
        let walker = self.walker(&[], &[]);
        self.notation.element(self.names.of(tensor), &walker.integers(self.graph.shape(tensor)))
    }

    fn write(&self, nodes: &[Node], scope: &[String], lines: &mut Vec<Line>) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => self.comprehension(node, scope, lines),
                Node::Apply(node) => self.apply(node, scope, lines),
                Node::Reshape { out, from } => {
                    let shape = self.walker(&[], &[]).integers(self.graph.shape(*out));
                    let value = self.layout.reshaped(self.names.of(*from), &shape);
                    lines.push((scope.len(), self.layout.definition(self.names.of(*out), &value)));
                }
                Node::Loop(node) => self.repetition(node, scope, lines),
            }
        }
    }

    fn comprehension(&self, node: &Comprehension, scope: &[String], lines: &mut Vec<Line>) {
        let mut walker = self.walker(&node.domain, scope);
        let (conditions, value) = match node.reduction {
            Reduction::Sum => guards(self.graph, node.value),
            Reduction::Set => (vec![], node.value),
        };
        let kept =
            |index| node.reduction == Reduction::Set || node.at.iter().any(|at| at.mentions_index(index));
        let mentioned: Vec<bool> = (0..node.domain.len()).map(kept).collect();
        let summed = walker.indices.iter().zip(&mentioned).filter(|(_, mentioned)| !**mentioned);
        let summed: Vec<String> = summed.map(|(index, _)| index.clone()).collect();
        let once = is_injective(node);
        let total = once && is_total(self.graph, node);
        // Without a Σ to stand under, a condition goes into the value or behind the statement.
        let guarded = summed.is_empty() && total && !conditions.is_empty();
        let (conditions, value) = if guarded { (vec![], node.value) } else { (conditions, value) };

        let roots: Vec<ScalarId> =
            conditions.iter().map(|(condition, _)| *condition).chain([value]).collect();
        let mut letters = self.letters(walker.indices.clone());
        let parts = walker.name_parts(&roots, &mut || letters.next().unwrap_or_default());
        let condition = conditions.iter().map(|&(condition, holds)| {
            let piece = walker.scalar(condition);
            match holds {
                true if conditions.len() == 1 => piece.text,
                true => self.notation.at_least(Level::Comparison, &piece),
                false => format!(
                    "{}{}",
                    self.notation.sign(Sign::Not),
                    self.notation.at_least(Level::Power, &piece)
                ),
            }
        });
        let condition = condition.reduce(|a, b| format!("{a} {} {b}", self.notation.sign(Sign::And)));
        let (negative, body) = walker.signed(value);
        let condition_under_sum = condition.as_deref().filter(|_| !summed.is_empty());
        let (negative, body) = match summed.is_empty() {
            true => (negative, body),
            false => {
                let body = self.notation.at_least(Level::Product, &body);
                (negative, self.layout.summation(&summed, condition_under_sum, &body))
            }
        };

        let (out, at) = (self.names.of(node.out), walker.integers(&node.at));
        let target = self.notation.element(out, &at);
        let adds = node.reduction == Reduction::Sum && (node.base.is_some() || !once);
        let one_term = walker.sum(vec![(negative, body.clone())]).text;
        let statement = match node.base {
            Some(_) if self.in_place.contains_key(&node.out) && adds => {
                self.layout.increment(&target, &one_term)
            }
            Some(_) if self.in_place.contains_key(&node.out) => self.layout.assignment(&target, &one_term),
            Some(base) if total && adds => {
                let old = Piece::atom(self.notation.element(self.names.of(base), &at));
                self.layout.definition(&target, &walker.sum(vec![(false, old), (negative, body)]).text)
            }
            Some(base) if !total => {
                let change = match adds {
                    true => self.layout.increment(&target, &one_term),
                    false => self.layout.definition(&target, &one_term),
                };
                self.layout.change(out, self.names.of(base), &change)
            }
            None if adds => self.layout.increment(&target, &one_term),
            _ => self.layout.definition(&target, &one_term),
        };
        let mut ranges: Vec<String> = Vec::new();
        if !total {
            let less = self.notation.sign(Sign::Less);
            for (index, axis) in node.domain.iter().enumerate().filter(|(index, _)| mentioned[*index]) {
                if !covers(self.graph, node, index) {
                    let extent = walker.integer(&axis.extent).text;
                    ranges.push(format!("{} {less} {extent}", walker.indices[index]));
                }
            }
            ranges.extend(condition.filter(|_| summed.is_empty()));
        }
        lines.push((
            scope.len(),
            if ranges.is_empty() { statement } else { self.layout.domain(&statement, &ranges) },
        ));
        self.parts(&walker, &parts, scope.len(), lines);
    }

    fn apply(&self, node: &Apply, scope: &[String], lines: &mut Vec<Line>) {
        let mut walker = self.walker(&node.domain(), scope);
        let mut letters = self.letters(walker.indices.clone());
        let parts = walker.name_parts(&[node.value], &mut || letters.next().unwrap_or_default());
        let (outer, inner) = walker.indices.split_at(node.outer.len());
        let value = walker.scalar(node.value);
        let target = self.notation.element(self.names.of(node.out), outer);
        let value = match node.function {
            ArrayFunction::Argmax { least } => {
                self.layout.extremum(least, inner, &self.notation.at_least(Level::Product, &value))
            }
            ArrayFunction::Extern => value.text,
        };
        lines.push((scope.len(), self.layout.definition(&target, &value)));
        self.parts(&walker, &parts, scope.len(), lines);
    }

    /// The carried values keep one name: before the loop, in it and after it.
    fn repetition(&self, node: &Loop, scope: &[String], lines: &mut Vec<Line>) {
        let depth = scope.len();
        let assign = |to: TensorId, from: TensorId, depth: usize, lines: &mut Vec<Line>| {
            let (to, from) = (self.names.of(to), self.names.of(from));
            if to != from {
                lines.push((depth, self.layout.assignment(to, from)));
            }
        };
        node.carried.iter().for_each(|carried| assign(carried.inside, carried.initial, depth, lines));
        let (walker, last) = (self.walker(&[], &[]), node.extent.plus(-1));
        let (first, last) = (walker.integer(&Int::zero()).text, walker.integer(&last).text);
        let (first, last) = if node.reversed { (last, first) } else { (first, last) };
        let counter = &self.counters[node.counter.0 as usize];
        let condition = node.condition.map(|condition| walker.scalar(condition).text);
        lines.push((depth, self.layout.repetition(counter, &first, &last, condition.as_deref())));
        let inner_scope = [scope, std::slice::from_ref(counter)].concat();
        self.write(&node.body, &inner_scope, lines);
        node.carried.iter().for_each(|carried| assign(carried.inside, carried.next, depth + 1, lines));
    }

    fn parts(&self, walker: &Walker<'_>, parts: &[ScalarId], depth: usize, lines: &mut Vec<Line>) {
        for part in parts {
            lines.push((depth + 1, self.layout.where_part(&walker.parts[part], &walker.whole(*part).text)));
        }
    }

    fn walker(&self, domain: &[Axis], scope: &[String]) -> Walker<'_> {
        let mut in_scope = scope.to_vec();
        for (position, axis) in domain.iter().enumerate() {
            let name = fresh_index(&self.notation.word(&axis.name), position, &in_scope, &self.names);
            in_scope.push(name);
        }
        let indices = in_scope.split_off(scope.len());
        let (graph, notation, names, counters) = (self.graph, self.notation, &self.names, &self.counters);
        Walker { graph, notation, names, counters, indices, parts: BTreeMap::new() }
    }

    /// Names for parts that mean nothing else here.
    fn letters(&self, indices: Vec<String>) -> impl Iterator<Item = String> {
        let free = move |name: &String| {
            !self.names.taken(name) && !indices.contains(name) && !self.counters.contains(name)
        };
        (0..).map(|number| self.notation.part(number)).filter(free)
    }
}

/// The conditions (and whether they hold) outside of which a value is the literal 0, and what is left.
fn guards(graph: &Graph, mut value: ScalarId) -> (Vec<(ScalarId, bool)>, ScalarId) {
    let is_zero = |id| matches!(graph.scalars[id], Scalar::Number(bits) if bits.value() == 0.0);
    let mut conditions = Vec::new();
    while let Scalar::Select(condition, a, b) = graph.scalars[value] {
        if is_zero(b) {
            conditions.push((condition, true));
            value = a;
        } else if is_zero(a) {
            conditions.push((condition, false));
            value = b;
        } else {
            break;
        }
    }
    (conditions, value)
}

/// Whether different indices, of those that a subscript mentions, write different elements.
fn is_injective(node: &Comprehension) -> bool {
    let mut seen = vec![false; node.domain.len()];
    node.at.iter().all(|subscript| match subscript.as_index() {
        Some(index) => !std::mem::replace(&mut seen[index], true),
        None => (0..node.domain.len()).all(|index| !subscript.mentions_index(index)),
    })
}

/// Whether every element is written, given that the writes are injective.
fn is_total(graph: &Graph, node: &Comprehension) -> bool {
    graph.shape(node.out).iter().zip(&node.at).all(|(size, subscript)| match subscript.as_index() {
        Some(index) => node.domain[index].extent == *size,
        None => size.is(1) && subscript.is(0),
    })
}

/// Whether the subscripts and the extents say what the shape is: each axis has an index of its own.
#[cfg_attr(not(test), allow(dead_code, reason = "the exact dump is for tests"))]
pub(super) fn shows_shape(graph: &Graph, node: &Comprehension) -> bool {
    is_injective(node)
        && is_total(graph, node)
        && node.at.iter().all(|subscript| subscript.as_index().is_some())
}

/// Whether an index runs over a whole axis, as its only subscript.
fn covers(graph: &Graph, node: &Comprehension, index: usize) -> bool {
    let mut axes = graph.shape(node.out).iter().zip(&node.at).filter(|(_, at)| at.mentions_index(index));
    match (axes.next(), axes.next()) {
        (Some((size, at)), None) => at.as_index() == Some(index) && node.domain[index].extent == *size,
        _ => false,
    }
}

/// Finds the tensors whose old value has no other use: what a change of part starts from, and what a
/// loop carries.
fn updates(nodes: &[Node], uses: &BTreeMap<TensorId, usize>, in_place: &mut BTreeMap<TensorId, TensorId>) {
    let mut made = Vec::new();
    for node in nodes {
        let own =
            |tensor: TensorId, made: &[TensorId]| made.contains(&tensor) && uses.get(&tensor) == Some(&1);
        match node {
            Node::Comprehension(Comprehension { out, base: Some(base), .. }) if own(*base, &made) => {
                in_place.insert(*out, *base);
            }
            Node::Loop(node) => {
                for carried in &node.carried {
                    if own(carried.initial, &made) {
                        in_place.insert(carried.inside, carried.initial);
                    }
                    in_place.insert(carried.last, carried.inside);
                }
                let insides = node.carried.iter().map(|carried| carried.inside);
                updates_in_body(insides.collect(), &node.body, uses, in_place);
            }
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
        }
        made.extend(node.outputs());
    }
}

fn updates_in_body(
    insides: Vec<TensorId>,
    body: &[Node],
    uses: &BTreeMap<TensorId, usize>,
    in_place: &mut BTreeMap<TensorId, TensorId>,
) {
    updates(body, uses, in_place);
    for node in body {
        if let Node::Comprehension(Comprehension { out, base: Some(base), .. }) = node
            && insides.contains(base)
            && uses.get(base) == Some(&1)
        {
            in_place.insert(*out, *base);
        }
    }
}

/// Names the counters of loops; one within another differs from it.
fn name_counters(
    nodes: &[Node],
    notation: &dyn Notation,
    names: &Names,
    scope: &mut Vec<String>,
    counters: &mut [String],
) {
    for node in nodes {
        if let Node::Loop(node) = node {
            let name = fresh_index(&notation.word(&node.name), 0, scope, names);
            counters[node.counter.0 as usize].clone_from(&name);
            scope.push(name);
            name_counters(&node.body, notation, names, scope, counters);
            scope.pop();
        }
    }
}

/// The inputs that some nodes take and that no node makes, in order.
pub(super) fn inputs(graph: &Graph, nodes: &[Node], kept: &[TensorId]) -> Vec<TensorId> {
    let mut made = Vec::new();
    visit_made(&graph.nodes, &mut |tensor| made.push(tensor));
    let mut taken = kept.to_vec();
    visit_taken(graph, nodes, &mut |tensor| taken.push(tensor));
    taken.sort();
    taken.dedup();
    taken.retain(|tensor| !made.contains(tensor));
    taken
}
