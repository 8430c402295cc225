//! Small nets of one input, written naively in several styles, and their derivatives.

use crate::differentiate::reverse;
use crate::eval::{Data, evaluate};
use crate::ir::{
    Apply, ArrayFunction, Atom, Binary, Carried, Comprehension, Graph, Int, Kind, Loop, Node, Reduction,
    ScalarId, TensorId, Unary,
};
use crate::simplify::{Purpose, simplify};
use crate::verify::verify;

/// How a formula is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As one expression.
    Inline,
    /// Every step under a name.
    Lets,
    /// Every step under a name, in a loop that runs once.
    Looped,
}

impl Style {
    /// All styles.
    pub const ALL: [Self; 3] = [Self::Inline, Self::Lets, Self::Looped];
}

/// A formula over elements: indices 0, 1, … of a domain of fixed extents.
pub struct Formula {
    pub graph: Graph,
    pub extents: Vec<Int>,
    pub style: Style,
}

/// A value in a formula.
pub type Value = ScalarId;

impl Formula {
    pub fn new(extents: &[usize], style: Style) -> Self {
        let extents = extents.iter().map(|&extent| Int::from(extent)).collect();
        Self { graph: Graph::default(), extents, style }
    }

    /// An input with an element for each point of some indices.
    pub fn input(&mut self, name: &str, indices: &[usize]) -> (TensorId, Value) {
        let shape = indices.iter().map(|&index| self.extents[index].clone()).collect();
        let tensor = self.graph.add_tensor(name, shape, Kind::Float);
        let at = indices.iter().map(|&index| Int::index(index)).collect();
        (tensor, self.graph.scalars.read(tensor, at))
    }

    pub fn number(&mut self, value: f64) -> Value {
        self.graph.scalars.number(value)
    }

    /// A step: under a name if that is the style.
    pub fn step(&mut self, value: Value) -> Value {
        if self.style == Style::Inline { value } else { self.name(value) }
    }

    /// The value under a name, over the indices that it mentions.
    pub fn name(&mut self, value: Value) -> Value {
        let indices: Vec<usize> = self.graph.scalars.indices(value).into_iter().collect();
        let mut places = self.extents.iter().map(|_| Int::zero()).collect::<Vec<_>>();
        for (place, &index) in indices.iter().enumerate() {
            places[index] = Int::index(place);
        }
        let value = self.graph.scalars.with_indices(value, &places);
        let shape = indices.iter().map(|&index| self.extents[index].clone()).collect();
        let out = self.graph.push_map("v", shape, Kind::Float, value);
        self.graph.scalars.read(out, indices.iter().map(|&index| Int::index(index)).collect())
    }

    pub fn unary(&mut self, function: Unary, a: Value) -> Value {
        let value = self.graph.scalars.unary(function, a);
        self.step(value)
    }

    pub fn binary(&mut self, function: Binary, a: Value, b: Value) -> Value {
        let value = self.graph.scalars.binary(function, a, b);
        self.step(value)
    }

    pub fn exp(&mut self, a: Value) -> Value {
        self.unary(Unary::Exp, a)
    }

    pub fn ln(&mut self, a: Value) -> Value {
        self.unary(Unary::Ln, a)
    }

    pub fn sqrt(&mut self, a: Value) -> Value {
        self.unary(Unary::Sqrt, a)
    }

    pub fn sigmoid(&mut self, a: Value) -> Value {
        self.unary(Unary::Sigmoid, a)
    }

    pub fn neg(&mut self, a: Value) -> Value {
        self.unary(Unary::Neg, a)
    }

    pub fn add(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Add, a, b)
    }

    pub fn sub(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Sub, a, b)
    }

    pub fn mul(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Mul, a, b)
    }

    pub fn div(&mut self, a: Value, b: Value) -> Value {
        self.binary(Binary::Div, a, b)
    }

    /// The sum over one index: always a node.
    pub fn sum(&mut self, index: usize, value: Value) -> Value {
        let others: Vec<usize> = (0..self.extents.len()).filter(|&other| other != index).collect();
        let others: Vec<usize> =
            self.graph.scalars.indices(value).into_iter().filter(|index| others.contains(index)).collect();
        let order: Vec<usize> = others.iter().copied().chain([index]).collect();
        let (value, domain) = self.in_order(value, &order);
        let shape: Vec<Int> = others.iter().map(|&index| self.extents[index].clone()).collect();
        let at = Graph::identity(shape.len());
        let out = self.graph.add_tensor("sum", shape, Kind::Float);
        let node = Comprehension { out, base: None, domain, at, reduction: Reduction::Sum, value };
        self.graph.nodes.push(Node::Comprehension(node));
        self.graph.scalars.read(out, others.iter().map(|&index| Int::index(index)).collect())
    }

    /// The largest over one index: an argmax and a read.
    pub fn max(&mut self, index: usize, value: Value) -> Value {
        let others: Vec<usize> =
            self.graph.scalars.indices(value).into_iter().filter(|&other| other != index).collect();
        let order: Vec<usize> = others.iter().copied().chain([index]).collect();
        let (searched, mut domain) = self.in_order(value, &order);
        let inner = domain.split_off(others.len());
        let shape: Vec<Int> = others.iter().map(|&index| self.extents[index].clone()).collect();
        let out = self.graph.add_tensor("at", shape, Kind::Index);
        self.graph.nodes.push(Node::Apply(Apply {
            out,
            outer: domain,
            inner,
            function: ArrayFunction::Argmax { least: false },
            value: searched,
        }));
        let mut indices = Graph::identity(self.extents.len());
        indices[index] = Int::atom(Atom::Read(out, others.iter().map(|&index| Int::index(index)).collect()));
        let value = self.graph.scalars.with_indices(value, &indices);
        self.step(value)
    }

    fn in_order(&mut self, value: Value, order: &[usize]) -> (Value, Vec<crate::ir::Axis>) {
        let mut places = self.extents.iter().map(|_| Int::zero()).collect::<Vec<_>>();
        for (place, &index) in order.iter().enumerate() {
            places[index] = Int::index(place);
        }
        let extents: Vec<Int> = order.iter().map(|&index| self.extents[index].clone()).collect();
        (self.graph.scalars.with_indices(value, &places), Graph::axes(&extents))
    }

    /// The formula's value as a tensor over the indices that it mentions.
    pub fn finish(mut self, value: Value) -> (Graph, TensorId) {
        let read = self.name(value);
        let crate::ir::Scalar::Read(result, _) = self.graph.scalars[read].clone() else {
            unreachable!("a name")
        };
        if self.style == Style::Looped {
            let result = self.wrap(result);
            return (self.graph, result);
        }
        (self.graph, result)
    }

    /// Puts all nodes into a loop that runs once.
    fn wrap(&mut self, next: TensorId) -> TensorId {
        let shape = self.graph.shape(next).to_vec();
        let body = std::mem::take(&mut self.graph.nodes);
        let zero = self.number(0.0);
        let initial = self.graph.push_map("initial", shape.clone(), Kind::Float, zero);
        let inside = self.graph.add_tensor("inside", shape.clone(), Kind::Float);
        let last = self.graph.add_tensor("last", shape, Kind::Float);
        let counter = self.graph.add_loop();
        self.graph.nodes.push(Node::Loop(Loop {
            counter,
            name: "t".into(),
            extent: Int::constant(1),
            reversed: false,
            condition: None,
            keep: crate::ir::Keep::Everything,
            carried: vec![Carried { initial, inside, next, last }],
            body,
        }));
        last
    }
}

/// A formula's value and derivatives by an input, of the elements' sum: simplified before and after each
/// differentiation.
pub fn derivatives(
    mut graph: Graph,
    result: TensorId,
    inputs: &[(TensorId, Vec<f64>)],
    order: usize,
) -> Vec<Vec<f64>> {
    let data: Vec<(TensorId, Data)> =
        inputs.iter().map(|(tensor, data)| (*tensor, Data::from(data.clone()))).collect();
    let mut wanted = vec![result];
    let mut results = Vec::new();
    simplify(&mut graph, &wanted, if order > 1 { Purpose::Derivatives } else { Purpose::Value });
    for round in 0..=order {
        if round > 0 {
            let last = *wanted.last().expect("there is a result");
            let shape = graph.shape(last).to_vec();
            let one = graph.scalars.number(1.0);
            let seed = graph.push_map("one", shape, Kind::Float, one);
            let gradients = reverse(&mut graph, &mut [], &[(last, seed)], &[inputs[0].0]);
            match gradients[0] {
                Some(gradient) => wanted.push(gradient),
                None => break,
            }
        }
        let purpose = if round + 1 < order { Purpose::Derivatives } else { Purpose::Value };
        simplify(&mut graph, &wanted, purpose);
        let text = crate::print::text(&graph);
        simplify(&mut graph, &wanted, purpose);
        assert_eq!(text, crate::print::text(&graph), "what is simple stays as it is");
    }
    let known: Vec<TensorId> = inputs.iter().map(|(tensor, _)| *tensor).collect();
    verify(&graph, &known).expect("a graph in order");
    for data in evaluate(&graph, &[], &data, &wanted).expect("a graph that runs") {
        results.push(data.floats().to_vec());
    }
    results
}

/// Asserts that two numbers agree to some relative error.
pub fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let is_close = (found.is_nan() && expected.is_nan())
        || found == expected
        || (found - expected).abs() <= tolerance * expected.abs();
    assert!(is_close, "{what}: found {found:e}, expected {expected:e}");
}
