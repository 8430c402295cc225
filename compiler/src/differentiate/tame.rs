//! Which values are finite wherever the inputs are: a product of one of these with zero is zero. All that is
//! not known to be is taken for wild.

use std::collections::BTreeSet;

use super::reverse::covers;
use crate::ir::{
    Binary, Comparison, Comprehension, Function, Graph, Node, Reduction, Scalar, ScalarId, TensorId, Unary,
};

/// What is known of tensors. An input is finite.
#[derive(Default)]
pub struct Tame {
    wild: BTreeSet<TensorId>,
    /// Never negative.
    natural: BTreeSet<TensorId>,
    /// Above zero.
    positive: BTreeSet<TensorId>,
}

impl Tame {
    /// Takes note of what nodes make.
    pub fn learn(&mut self, graph: &Graph, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Comprehension(node) => self.comprehension(graph, node),
                Node::Reshape { out, from } => {
                    for set in [&mut self.wild, &mut self.natural, &mut self.positive] {
                        if set.contains(from) {
                            set.insert(*out);
                        }
                    }
                }
                Node::Apply(node) => {
                    if node.called(&graph.scalars).is_some() {
                        self.wild.insert(node.out);
                    }
                }
                Node::Loop(node) => loop {
                    let before = self.wild.len();
                    for each in &node.carried {
                        if [each.initial, each.next].iter().any(|from| self.wild.contains(from)) {
                            self.wild.extend([each.inside, each.last]);
                        }
                    }
                    self.learn(graph, &node.body);
                    if self.wild.len() == before {
                        break;
                    }
                },
            }
        }
    }

    fn comprehension(&mut self, graph: &Graph, node: &Comprehension) {
        if !self.is_tame(graph, node.value) || node.base.is_some_and(|base| self.wild.contains(&base)) {
            self.wild.insert(node.out);
        }
        if node.base.is_none_or(|base| self.natural.contains(&base)) && self.is_natural(graph, node.value) {
            self.natural.insert(node.out);
        }
        let is_map = node.reduction == Reduction::Set
            && node.base.is_none()
            && covers(&node.at, &node.domain, graph.shape(node.out));
        if is_map && self.is_positive(graph, node.value) {
            self.positive.insert(node.out);
        }
    }

    /// Whether an expression is finite wherever the inputs are.
    pub fn is_tame(&self, graph: &Graph, value: ScalarId) -> bool {
        // What a condition asks of is no part of the value.
        let mut reached = BTreeSet::from([value]);
        let mut stack = vec![value];
        while let Some(id) = stack.pop() {
            if !self.keeps_tame(graph, id) {
                return false;
            }
            let operands = match graph.scalars[id] {
                Scalar::Select(_, a, b) => vec![a, b],
                Scalar::Compare(..) | Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => Vec::new(),
                _ => graph.scalars.operands(id),
            };
            stack.extend(operands.into_iter().filter(|operand| reached.insert(*operand)));
        }
        true
    }

    /// Whether an operation on finite numbers is finite.
    fn keeps_tame(&self, graph: &Graph, id: ScalarId) -> bool {
        let scalars = &graph.scalars;
        match &scalars[id] {
            Scalar::Read(tensor, _) => !self.wild.contains(tensor),
            Scalar::Number(bits) => bits.value().is_finite(),
            Scalar::Unary(function, a) => match function {
                Unary::Neg | Unary::Abs | Unary::Signum | Unary::Floor | Unary::StopGradient => true,
                Unary::Sin | Unary::Cos | Unary::Atan | Unary::Tanh | Unary::HalfTanh | Unary::Erf => true,
                Unary::Sigmoid | Unary::Softplus | Unary::NormalCdf | Unary::NormalPdf => true,
                Unary::Powi(power) => *power >= 0 || self.is_positive(graph, *a),
                Unary::Sqrt => self.is_natural(graph, *a),
                Unary::Recip | Unary::Ln | Unary::Log2 | Unary::Log10 => self.is_positive(graph, *a),
                _ => false,
            },
            Scalar::Binary(function, _, b) => match function {
                Binary::Add | Binary::Sub | Binary::Mul | Binary::Min | Binary::Max | Binary::Atan2 => true,
                Binary::LogAddExp => true,
                Binary::Div => {
                    matches!(scalars[*b], Scalar::Integer(_))
                        || scalars.as_number(*b).is_some_and(|b| b != 0.0)
                        || self.is_positive(graph, *b)
                }
                Binary::Pow => false,
            },
            Scalar::Call(function, _) => *function == Function::Uniform,
            Scalar::Integer(_) | Scalar::Flag(_) | Scalar::Select(..) => true,
            Scalar::Compare(..) | Scalar::CompareInt(..) => true,
            Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => true,
        }
    }

    fn is_natural(&self, graph: &Graph, id: ScalarId) -> bool {
        let is = |id: ScalarId| self.is_natural(graph, id);
        match graph.scalars[id] {
            Scalar::Read(tensor, _) => self.natural.contains(&tensor) || self.positive.contains(&tensor),
            Scalar::Number(bits) => bits.value() >= 0.0,
            Scalar::Integer(ref value) => value.as_constant().is_some_and(|value| value >= 0),
            Scalar::Unary(Unary::Abs | Unary::Exp | Unary::Sigmoid | Unary::Softplus | Unary::Sqrt, _) => {
                true
            }
            Scalar::Unary(Unary::Powi(power), a) => power % 2 == 0 || is(a),
            Scalar::Binary(Binary::Mul, a, b) => a == b || is(a) && is(b),
            Scalar::Binary(Binary::Add, a, b) => is(a) && is(b),
            // A number of elements, which is none.
            Scalar::Binary(Binary::Div, a, b) => {
                is(a) && (matches!(graph.scalars[b], Scalar::Integer(_)) || is(b))
            }
            Scalar::Binary(Binary::Max, a, b) => is(a) || is(b),
            Scalar::Select(_, a, b) => is(a) && is(b),
            _ => false,
        }
    }

    fn is_positive(&self, graph: &Graph, id: ScalarId) -> bool {
        let is = |id: ScalarId| self.is_positive(graph, id);
        match graph.scalars[id] {
            Scalar::Read(tensor, _) => self.positive.contains(&tensor),
            Scalar::Number(bits) => bits.value() > 0.0,
            Scalar::Unary(Unary::Sqrt | Unary::StopGradient | Unary::Powi(_), a) => is(a),
            Scalar::Binary(Binary::Mul, a, b) => is(a) && is(b),
            Scalar::Binary(Binary::Add, a, b) => {
                is(a) && self.is_natural(graph, b) || self.is_natural(graph, a) && is(b)
            }
            Scalar::Binary(Binary::Max, a, b) => is(a) || is(b),
            Scalar::Select(c, a, b) => (is(a) || asks_above_zero(graph, c, a)) && is(b),
            _ => false,
        }
    }
}

/// Whether a condition holds only where a value is above zero.
fn asks_above_zero(graph: &Graph, condition: ScalarId, value: ScalarId) -> bool {
    let itself = |id: ScalarId| match graph.scalars[id] {
        Scalar::Unary(Unary::StopGradient, inner) => inner,
        _ => id,
    };
    match graph.scalars[condition] {
        Scalar::And(a, b) => asks_above_zero(graph, a, value) || asks_above_zero(graph, b, value),
        Scalar::Compare(Comparison::Less, zero, asked) => {
            graph.scalars.as_number(zero) == Some(0.0) && itself(asked) == itself(value)
        }
        _ => false,
    }
}
