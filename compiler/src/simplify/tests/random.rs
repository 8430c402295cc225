//! Random graphs mean the same before and after.

use super::builder::close;
use crate::differentiate::reverse;
use crate::eval::{Data, evaluate};
use crate::ir::{
    Apply, ArrayFunction, Atom, Binary, Carried, Comparison, Comprehension, Graph, Int, Kind, Loop, Node,
    Reduction, Scalar, ScalarId, TensorId, Unary,
};
use crate::simplify::{Purpose, simplify};
use crate::verify::verify;

/// A small generator of numbers, the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

/// A graph in the making: all sizes are 3 or the run-time size N, which is 3 too.
struct Maker {
    dice: Dice,
    graph: Graph,
    tensors: Vec<TensorId>,
    indices: TensorId,
    counter: Option<Int>,
}

const SIZE: usize = 3;

impl Maker {
    fn new(seed: u64) -> Self {
        let mut graph = Graph { dims: vec!["n".into()], ..Graph::default() };
        let (n, three) = (Int::dim(crate::ir::DimId(0)), Int::constant(3));
        let shapes = [vec![n.clone()], vec![n.clone(), three.clone()], vec![three.clone()], vec![three, n]];
        let tensors = shapes.into_iter().map(|shape| graph.add_tensor("x", shape, Kind::Float)).collect();
        let indices = graph.add_tensor("index", vec![Int::constant(3)], Kind::Index);
        Self { dice: Dice(seed), graph, tensors, indices, counter: None }
    }

    fn size(&mut self) -> Int {
        if self.dice.roll(2) == 0 { Int::constant(3) } else { Int::dim(crate::ir::DimId(0)) }
    }

    /// A subscript in 0..3 at every point of a domain of extents 3.
    fn subscript(&mut self, rank: usize) -> Int {
        let index = Int::index(self.dice.roll(rank.max(1)));
        match self.dice.roll(14) {
            0 => Int::constant(self.dice.roll(3) as i64),
            1 => Int::atom(Atom::Read(self.indices, vec![index])),
            2 => index.scale(3).add(&Int::index(self.dice.roll(rank))).div(&Int::constant(3)),
            3 => index.scale(3).add(&Int::index(self.dice.roll(rank))).modulo(&Int::constant(3)),
            4 => Int::constant(2).sub(&index),
            5 => self.counter.clone().unwrap_or(index),
            _ => index,
        }
    }

    fn read(&mut self, rank: usize) -> ScalarId {
        let tensor = self.dice.pick(&self.tensors);
        let at: Vec<Int> = (0..self.graph.shape(tensor).len()).map(|_| self.subscript(rank)).collect();
        if self.dice.roll(6) == 0 && !at.is_empty() {
            // Out of range but for the guard.
            let mut beyond = at.clone();
            beyond[0] = beyond[0].plus(1);
            let in_range =
                self.graph.scalars.compare_int(Comparison::Less, beyond[0].clone(), Int::constant(3));
            let (read, zero) = (self.graph.scalars.read(tensor, beyond), self.graph.scalars.number(0.0));
            return self.graph.scalars.select(in_range, read, zero);
        }
        self.graph.scalars.read(tensor, at)
    }

    fn value(&mut self, rank: usize, depth: usize) -> ScalarId {
        if depth == 0 {
            return match self.dice.roll(6) {
                0 => {
                    let number = self.dice.pick(&[0.0, 1.0, -1.0, 2.0, 0.5, 3.0]);
                    self.graph.scalars.number(number)
                }
                _ => self.read(rank),
            };
        }
        let a = self.value(rank, depth - 1);
        match self.dice.roll(16) {
            0..=5 => {
                let b = self.value(rank, depth - 1);
                self.graph.scalars.mul(a, b)
            }
            6 | 7 => {
                let b = self.value(rank, depth - 1);
                self.graph.scalars.add(a, b)
            }
            8 => {
                let b = self.value(rank, depth - 1);
                self.graph.scalars.sub(a, b)
            }
            9 => {
                // Positive divisors, of moderate size.
                let b = self.value(rank, depth - 1);
                let b = self.graph.scalars.unary(Unary::Sigmoid, b);
                self.graph.scalars.div(a, b)
            }
            10 => {
                let function =
                    self.dice.pick(&[Unary::Tanh, Unary::Sigmoid, Unary::Softplus, Unary::Sin, Unary::Neg]);
                self.graph.scalars.unary(function, a)
            }
            11 => {
                let a = self.graph.scalars.unary(Unary::Tanh, a);
                self.graph.scalars.unary(Unary::Exp, a)
            }
            12 => {
                let b = self.value(rank, depth - 1);
                self.graph.scalars.binary(Binary::Max, a, b)
            }
            13 | 14 => {
                let (x, y) = (self.subscript(rank), self.subscript(rank));
                let comparison =
                    self.dice.pick(&[Comparison::Less, Comparison::LessEqual, Comparison::Equal]);
                let c = self.graph.scalars.compare_int(comparison, x, y);
                let zero = self.graph.scalars.number(0.0);
                self.graph.scalars.select(c, a, zero)
            }
            _ => a,
        }
    }

    fn node(&mut self) {
        let rank = 1 + self.dice.roll(3);
        let extents: Vec<Int> = (0..rank).map(|_| self.size()).collect();
        let domain = Graph::axes(&extents);
        let kept = self.dice.roll(rank + 1);
        let kind = self.dice.roll(10);
        if kind == 0 {
            let from = self.dice.pick(&self.tensors);
            let mut shape = self.graph.shape(from).to_vec();
            shape.insert(0, Int::constant(1));
            let out = self.graph.add_tensor("reshaped", shape.clone(), Kind::Float);
            self.graph.nodes.push(Node::Reshape { out, from });
            let value =
                self.graph.scalars.read(out, [vec![Int::zero()], Graph::identity(shape.len() - 1)].concat());
            let out = self.graph.push_map("unshaped", shape[1..].to_vec(), Kind::Float, value);
            self.tensors.push(out);
            return;
        }
        let depth = 1 + self.dice.roll(3);
        let value = self.value(rank, depth);
        if kind == 1 && kept < rank {
            let (outer, inner) = (domain[..kept].to_vec(), domain[kept..=kept].to_vec());
            let all = self.graph.scalars.with_indices(
                value,
                &(0..=kept).map(Int::index).chain((kept + 1..rank).map(|_| Int::zero())).collect::<Vec<_>>(),
            );
            let out = self.graph.add_tensor("found", extents[..kept].to_vec(), Kind::Index);
            self.graph.nodes.push(Node::Apply(Apply {
                out,
                outer,
                inner,
                function: ArrayFunction::Argmax { least: false },
                value: all,
            }));
            let found = Int::atom(Atom::Read(out, Graph::identity(kept)));
            let mut indices = Graph::identity(kept);
            indices.push(found);
            indices.extend((kept + 1..rank).map(|_| Int::zero()));
            let value = self.graph.scalars.with_indices(all, &indices);
            let out = self.graph.push_map("top", extents[..kept].to_vec(), Kind::Float, value);
            self.tensors.push(out);
            return;
        }
        let base = (self.dice.roll(3) == 0)
            .then(|| {
                self.tensors.iter().copied().find(|&tensor| self.graph.shape(tensor) == &extents[..kept])
            })
            .flatten();
        let out = self.graph.add_tensor("y", extents[..kept].to_vec(), Kind::Float);
        let mut at = Graph::identity(kept);
        if kept > 0 && self.dice.roll(5) == 0 {
            at[0] = self.subscript(rank);
        }
        let is_map = kept == rank && at == Graph::identity(kept);
        let reduction = if is_map { Reduction::Set } else { Reduction::Sum };
        self.graph.nodes.push(Node::Comprehension(Comprehension { out, base, domain, at, reduction, value }));
        self.tensors.push(out);
    }

    fn repeat(&mut self) {
        let initial = self.dice.pick(&self.tensors);
        let shape = self.graph.shape(initial).to_vec();
        let counter = self.graph.add_loop();
        let inside = self.graph.add_tensor("inside", shape.clone(), Kind::Float);
        let last = self.graph.add_tensor("last", shape.clone(), Kind::Float);
        let outer_tensors = self.tensors.clone();
        let outer_nodes = std::mem::take(&mut self.graph.nodes);
        self.counter = Some(Int::atom(Atom::Loop(counter)));
        self.tensors.push(inside);
        for _ in 0..2 {
            self.node();
        }
        let value = match shape.len() {
            0 => self.graph.scalars.read(inside, vec![]),
            rank => self.value(rank, 2),
        };
        let value = self.graph.scalars.unary(Unary::Tanh, value);
        let next = self.graph.push_map("next", shape, Kind::Float, value);
        self.counter = None;
        self.tensors = outer_tensors;
        let body = std::mem::replace(&mut self.graph.nodes, outer_nodes);
        self.graph.nodes.push(Node::Loop(Loop {
            counter,
            name: "t".into(),
            extent: Int::constant(SIZE as i64),
            reversed: self.dice.roll(2) == 0,
            condition: None,
            keep: crate::ir::Keep::Everything,
            carried: vec![Carried { initial, inside, next, last }],
            body,
        }));
        self.tensors.push(last);
    }
}

fn data(graph: &Graph, inputs: &[TensorId], dice: &mut Dice) -> Vec<(TensorId, Data)> {
    inputs
        .iter()
        .map(|&input| match graph.tensor(input).kind {
            Kind::Float => {
                let count = SIZE.pow(graph.shape(input).len() as u32);
                (
                    input,
                    Data::from((0..count).map(|_| dice.roll(2000) as f64 / 1000.0 - 1.0).collect::<Vec<_>>()),
                )
            }
            _ => (input, Data::from(vec![2_u32, 0, 2])),
        })
        .collect()
}

fn check(seed: u64) {
    let mut maker = Maker::new(seed);
    let inputs: Vec<TensorId> = maker.tensors.iter().copied().chain([maker.indices]).collect();
    for _ in 0..3 {
        maker.node();
    }
    if seed.is_multiple_of(3) {
        maker.repeat();
    }
    for _ in 0..3 {
        maker.node();
    }
    let roots: Vec<TensorId> = maker.tensors[inputs.len() - 1..].iter().rev().step_by(2).copied().collect();
    let mut graph = maker.graph;
    let data = data(&graph, &inputs, &mut maker.dice);
    verify(&graph, &inputs).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    compare(seed, &mut graph, &inputs, &data, &roots);

    // And its gradient.
    let result = roots[0];
    let one = graph.scalars.number(1.0);
    let shape = graph.shape(result).to_vec();
    let seeded = graph.push_map("one", shape, Kind::Float, one);
    let variables: Vec<TensorId> = inputs[..4].to_vec();
    let gradients = reverse(&mut graph, &mut [], &[(result, seeded)], &variables);
    let roots: Vec<TensorId> = gradients.into_iter().flatten().chain([result]).collect();
    compare(seed, &mut graph, &inputs, &data, &roots);
}

fn compare(seed: u64, graph: &mut Graph, inputs: &[TensorId], data: &[(TensorId, Data)], roots: &[TensorId]) {
    let text = crate::print::text(graph);
    // What differentiation makes of a graph is judged elsewhere.
    if verify(graph, inputs).is_err() {
        return;
    }
    let Ok(before) = evaluate(graph, &[SIZE], data, roots) else { return };
    simplify(graph, roots, Purpose::Derivatives);
    let simple = crate::print::text(graph);
    verify(graph, inputs).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}\n{simple}"));
    let after = evaluate(graph, &[SIZE], data, roots)
        .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}\nsimplified:\n{simple}"));
    for (before, after) in before.iter().zip(&after) {
        for (before, after) in before.floats().iter().zip(after.floats()) {
            let error = (before - after).abs();
            assert!(
                error <= 1e-7 * before.abs().max(1.0)
                    || (before.is_nan() && after.is_nan())
                    || before == after,
                "seed {seed}: {before} became {after}\n{text}\nsimplified:\n{simple}"
            );
        }
    }
    let _ = (close, Scalar::Flag(true));
}

#[test]
fn random_graphs_mean_the_same() {
    let count = std::env::var("GRAPHS").ok().and_then(|count| count.parse().ok()).unwrap_or(300_u64);
    for seed in 0..count {
        check(seed);
    }
}
