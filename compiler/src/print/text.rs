//! The exact dump of a graph, one line a node, for tests and for whoever debugs a pass.

use std::collections::BTreeMap;

use super::expression::Walker;
use super::formula::part;
use super::names::{Names, fresh_index};
use super::notation::{Level, Notation, Piece, Sign, name, name_of_binary};
use super::statement::{inputs, shows_shape};
use crate::ir::{ArrayFunction, Axis, Binary, Graph, Int, Kind, Node, Reduction, ScalarId, TensorId, Unary};

/// A graph, every operation as it stands: the inputs, then one line a node, the bodies of loops indented.
pub fn text(graph: &Graph) -> String {
    let names = Names::new(graph, &Text, &|_| None);
    let mut dump = Dump {
        graph,
        names,
        counters: vec![String::new(); graph.loops as usize],
        scope: vec![],
        text: String::new(),
    };
    for tensor in inputs(graph, &graph.nodes, &[]) {
        let line = format!("input {}", dump.declaration(tensor));
        dump.line(&line);
    }
    dump.nodes(&graph.nodes);
    dump.text
}

/// A size as text, for documentation: `N * 3 + 1`.
pub fn integer(graph: &Graph, value: &Int) -> String {
    let names = Names::new(graph, &Text, &|_| None);
    let (notation, counters, indices, parts) = (&Text, &[][..], Vec::new(), BTreeMap::new());
    Walker { graph, notation, names: &names, counters, indices, parts }.integer(value).text
}

struct Dump<'a> {
    graph: &'a Graph,
    names: Names,
    counters: Vec<String>,
    /// The counters of the loops around.
    scope: Vec<String>,
    text: String,
}

impl Dump<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    let mut walker = self.walker(&node.domain);
                    let wheres = wheres(&mut walker, node.value);
                    let target = Text.element(self.names.of(node.out), &walker.integers(&node.at));
                    let sign = if node.reduction == Reduction::Sum { "+=" } else { "=" };
                    let mut line = format!("{target} {sign} {}{wheres}", walker.scalar(node.value).text);
                    line += &ranges(&walker, &node.domain);
                    if let Some(base) = node.base {
                        line += &format!("   over {}", self.names.of(base));
                    }
                    line += &self.suffix(node.out, shows_shape(self.graph, node));
                    self.line(&line);
                }
                Node::Apply(node) => {
                    let domain = node.domain();
                    let mut walker = self.walker(&domain);
                    let wheres = wheres(&mut walker, node.value);
                    let (outer, inner) = walker.indices.split_at(node.outer.len());
                    let target = Text.element(self.names.of(node.out), outer);
                    let value = walker.scalar(node.value).text;
                    let value = match node.function {
                        ArrayFunction::Argmax { least } => {
                            let search = if least { "argmin" } else { "argmax" };
                            format!("{search}[{}]({value})", inner.join(", "))
                        }
                        ArrayFunction::Extern => value,
                    };
                    let mut line = format!("{target} = {value}{wheres}");
                    line += &ranges(&walker, &domain);
                    self.line(&line);
                }
                Node::Reshape { out, from } => {
                    let line = format!("{} = reshape {}", self.declaration(*out), self.names.of(*from));
                    self.line(&line);
                }
                Node::Loop(node) => {
                    let counter = fresh_index(&node.name, 0, &self.scope, &self.names);
                    self.counters[node.counter.0 as usize].clone_from(&counter);
                    let extent = self.walker(&[]).integer(&node.extent).text;
                    let direction = if node.reversed { ", reversed" } else { "" };
                    let condition =
                        node.condition.map(|it| format!(", where {}", self.walker(&[]).scalar(it).text));
                    self.line(&format!(
                        "loop {counter} < {extent}{direction}{}",
                        condition.unwrap_or_default()
                    ));
                    self.scope.push(counter);
                    for carried in &node.carried {
                        let [initial, inside, next, last] =
                            [carried.initial, carried.inside, carried.next, carried.last]
                                .map(|it| self.names.of(it));
                        let line = format!("carry {inside} = {initial}, then {next}; after it {last}");
                        self.line(&line);
                    }
                    self.nodes(&node.body);
                    self.scope.pop();
                }
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.text += &"  ".repeat(self.scope.len());
        self.text += line;
        self.text.push('\n');
    }

    fn walker(&self, domain: &[Axis]) -> Walker<'_> {
        let mut indices = Vec::new();
        for (position, axis) in domain.iter().enumerate() {
            let scope = [self.scope.as_slice(), &indices].concat();
            indices.push(fresh_index(&axis.name, position, &scope, &self.names));
        }
        let (graph, names, counters, parts) = (self.graph, &self.names, &self.counters, BTreeMap::new());
        Walker { graph, notation: &Text, names, counters, indices, parts }
    }

    fn declaration(&self, tensor: TensorId) -> String {
        let sizes = self.walker(&[]).integers(self.graph.shape(tensor));
        format!("{}{}", Text.element(self.names.of(tensor), &sizes), self.suffix(tensor, true))
    }

    /// What the left side does not say: the shape, unless it is the domain's, and the kind.
    fn suffix(&self, tensor: TensorId, shape_is_known: bool) -> String {
        let mut suffix = String::new();
        if !shape_is_known {
            suffix += &format!("   in [{}]", self.walker(&[]).integers(self.graph.shape(tensor)).join(", "));
        }
        suffix += match self.graph.tensor(tensor).kind {
            Kind::Float => "",
            Kind::Index => " : index",
            Kind::Key => " : key",
            Kind::Mask => " : mask",
        };
        suffix
    }
}

fn ranges(walker: &Walker<'_>, domain: &[Axis]) -> String {
    let range = |(axis, index): (&Axis, &String)| format!("{index} < {}", walker.integer(&axis.extent).text);
    let ranges: Vec<String> = domain.iter().zip(&walker.indices).map(range).collect();
    if ranges.is_empty() { String::new() } else { format!("   for {}", ranges.join(", ")) }
}

fn wheres(walker: &mut Walker<'_>, value: ScalarId) -> String {
    let mut number = 0;
    let parts = walker.name_parts(&[value], &mut || {
        number += 1;
        Text.part(number - 1)
    });
    let parts: Vec<String> =
        parts.iter().map(|part| format!("{} = {}", walker.parts[part], walker.whole(*part).text)).collect();
    if parts.is_empty() { String::new() } else { format!("   where {}", parts.join(", ")) }
}

/// Every operation as it stands, in Rust's signs.
pub(super) struct Text;

impl Notation for Text {
    fn exact(&self) -> bool {
        true
    }

    fn sign(&self, sign: Sign) -> &'static str {
        match sign {
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "*",
            Sign::Less => "<",
            Sign::LessEqual => "<=",
            Sign::Greater => ">",
            Sign::GreaterEqual => ">=",
            Sign::Equal => "==",
            Sign::NotEqual => "!=",
            Sign::And => "&&",
            Sign::Or => "||",
            Sign::Not => "!",
        }
    }

    fn tensor(&self, name: &str, number: usize) -> String {
        if number == 1 { name.to_string() } else { format!("{name}_{number}") }
    }

    fn word(&self, name: &str) -> String {
        name.to_string()
    }

    fn part(&self, number: usize) -> String {
        format!("%{}", part(number))
    }

    fn element(&self, tensor: &str, at: &[String]) -> String {
        if at.is_empty() { tensor.to_string() } else { format!("{tensor}[{}]", at.join(", ")) }
    }

    fn number(&self, value: f64) -> Piece {
        Piece::atom(format!("{value:?}"))
    }

    fn monomial(&self, coefficient: i64, factors: &[(Piece, usize)]) -> Piece {
        let mut parts = Vec::new();
        if coefficient != 1 || factors.is_empty() {
            parts.push(coefficient.to_string());
        }
        for (factor, count) in factors {
            parts.extend(std::iter::repeat_n(self.at_least(Level::Power, factor), *count));
        }
        let level = if parts.len() == 1 { Level::Atom } else { Level::Product };
        Piece::new(parts.join(" * "), level)
    }

    fn floor_quotient(&self, a: Piece, b: Piece) -> Piece {
        self.quotient(a, b)
    }

    fn root(&self, a: Piece) -> Piece {
        Piece::atom(format!("ceil(sqrt({}))", a.text))
    }

    fn remainder(&self, a: Piece, b: Piece) -> Piece {
        let (a, b) = (self.at_least(Level::Product, &a), self.at_least(Level::Power, &b));
        Piece::new(format!("{a} % {b}"), Level::Product)
    }

    fn quotient(&self, a: Piece, b: Piece) -> Piece {
        let (a, b) = (self.at_least(Level::Product, &a), self.at_least(Level::Power, &b));
        Piece::new(format!("{a} / {b}"), Level::Product)
    }

    fn power(&self, base: Piece, exponent: u32) -> Piece {
        Piece::atom(format!("powi({}, {exponent})", base.text))
    }

    fn unary(&self, function: Unary, a: Piece) -> Piece {
        Piece::atom(match function {
            Unary::Powi(power) => format!("powi({}, {power})", a.text),
            Unary::Polygamma(order) => format!("polygamma({order}, {})", a.text),
            _ => format!("{}({})", name(function), a.text),
        })
    }

    fn binary(&self, function: Binary, a: Piece, b: Piece) -> Piece {
        Piece::atom(format!("{}({}, {})", name_of_binary(function), a.text, b.text))
    }

    fn choice(&self, condition: Piece, a: Piece, b: Piece) -> Piece {
        let text = format!("if {} {{ {} }} else {{ {} }}", condition.text, a.text, b.text);
        Piece::new(text, Level::Choice)
    }
}
