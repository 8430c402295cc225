//! Whether a derivative is linear in its tangents.

use std::collections::BTreeMap;

use crate::ir::{ArrayFunction, Binary, Function, Graph, Int, Node, Scalar, ScalarId, TensorId, Unary};

/// How something depends on the tangents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degree {
    /// It is zero.
    Zero,
    /// Not at all.
    Constant,
    /// It is linear in them.
    Linear,
    /// In another way.
    Neither,
}

impl Degree {
    /// Whether it is linear; zero is.
    pub fn is_linear(self) -> bool {
        matches!(self, Self::Linear | Self::Zero)
    }

    fn is_constant(self) -> bool {
        matches!(self, Self::Constant | Self::Zero)
    }

    /// Of a sum, or of one or the other.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Zero, degree) | (degree, Self::Zero) => degree,
            (a, b) if a == b => a,
            _ => Self::Neither,
        }
    }
}

/// The degrees of expressions and tensors, as far as they are known.
pub struct Degrees<'g> {
    graph: &'g Graph,
    /// The first of the parameters that are tangents.
    first: u32,
    tensors: BTreeMap<TensorId, Degree>,
    scalars: BTreeMap<ScalarId, Degree>,
}

impl<'g> Degrees<'g> {
    /// The tangents are the parameters from a number on.
    pub fn new(graph: &'g Graph, first: u32) -> Self {
        Self { graph, first, tensors: BTreeMap::new(), scalars: BTreeMap::new() }
    }

    /// These are tangents, too.
    pub fn linear(&mut self, tangents: &[TensorId]) {
        self.tensors.extend(tangents.iter().map(|tangent| (*tangent, Degree::Linear)));
    }

    /// What nodes make.
    pub fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => {
                    let mut degree = self.of(node.value);
                    if let Some(base) = node.base {
                        degree = degree.with(self.of_tensor(base));
                    }
                    let fixed = node.at.iter().all(|at| self.is_fixed(at));
                    self.set(node.out, if fixed { degree } else { Degree::Neither });
                }
                Node::Apply(node) => {
                    let degree = self.of(node.value);
                    let searched = matches!(node.function, ArrayFunction::Argmax { .. });
                    let constant = if searched { degree.is_constant() } else { degree != Degree::Linear };
                    self.set(node.out, if constant { degree } else { Degree::Neither });
                }
                Node::Reshape { out, from } => {
                    let degree = self.of_tensor(*from);
                    self.set(*out, degree);
                }
                Node::Loop(node) => loop {
                    let mut changed = false;
                    let mut join = |this: &mut Self, to: TensorId, from: TensorId| {
                        let known = this.tensors.get(&to).copied().unwrap_or(Degree::Zero);
                        let degree = known.with(this.of_tensor(from));
                        changed |= this.tensors.insert(to, degree) != Some(degree);
                    };
                    node.carried.iter().for_each(|each| join(self, each.inside, each.initial));
                    self.scalars.clear();
                    self.nodes(&node.body);
                    for each in &node.carried {
                        join(self, each.inside, each.next);
                        join(self, each.last, each.inside);
                    }
                    if !changed {
                        break;
                    }
                },
            }
        }
    }

    fn set(&mut self, tensor: TensorId, degree: Degree) {
        self.tensors.insert(tensor, degree);
    }

    /// Of a tensor; what is no tangent and made of none is constant.
    pub fn of_tensor(&self, tensor: TensorId) -> Degree {
        self.tensors.get(&tensor).copied().unwrap_or(Degree::Constant)
    }

    /// Of an expression.
    pub fn of(&mut self, id: ScalarId) -> Degree {
        if let Some(&degree) = self.scalars.get(&id) {
            return degree;
        }
        let graph = self.graph;
        let degree = match &graph.scalars[id] {
            _ if graph.scalars.as_number(id) == Some(0.0) => Degree::Zero,
            Scalar::Call(Function::Parameter(number), _) if *number >= self.first => Degree::Linear,
            Scalar::Read(tensor, at) if at.iter().all(|at| self.is_fixed(at)) => self.of_tensor(*tensor),
            Scalar::Integer(value) if self.is_fixed(value) => Degree::Constant,
            Scalar::CompareInt(_, a, b) if self.is_fixed(a) && self.is_fixed(b) => Degree::Constant,
            Scalar::Read(..) | Scalar::Integer(_) | Scalar::CompareInt(..) => Degree::Neither,
            Scalar::Unary(Unary::Neg, a) => self.of(*a),
            Scalar::Binary(Binary::Add | Binary::Sub, a, b) => self.of(*a).with(self.of(*b)),
            Scalar::Binary(Binary::Mul, a, b) => match (self.of(*a), self.of(*b)) {
                (Degree::Zero, _) | (_, Degree::Zero) => Degree::Zero,
                (Degree::Constant, degree) | (degree, Degree::Constant) => degree,
                _ => Degree::Neither,
            },
            Scalar::Binary(Binary::Div, a, b) => match self.of(*b) {
                Degree::Constant => self.of(*a),
                _ => Degree::Neither,
            },
            Scalar::Select(c, a, b) => match self.of(*c) {
                Degree::Constant => self.of(*a).with(self.of(*b)),
                _ => Degree::Neither,
            },
            _ => {
                let operands = graph.scalars.operands(id);
                let constant = operands.into_iter().all(|operand| self.of(operand).is_constant());
                if constant { Degree::Constant } else { Degree::Neither }
            }
        };
        self.scalars.insert(id, degree);
        degree
    }

    /// Whether an integer reads nothing that depends on the tangents.
    fn is_fixed(&self, value: &Int) -> bool {
        let mut fixed = true;
        value.visit_reads(&mut |tensor, _| fixed &= self.of_tensor(tensor).is_constant());
        fixed
    }
}
