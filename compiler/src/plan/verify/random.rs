//! Random routines: nodes of every form over small shapes, read in every legal way.

use crate::ir::{
    Apply, ArrayFunction, Atom, Axis, Binary, Carried, Comparison, Comprehension, DimId, Graph, Int, Kind,
    Loop, LoopId, Node, Reduction, ScalarId, TensorId, Unary,
};
use crate::routine::{Gradient, Routine, Target};

use super::super::Inputs;
use super::{check, inputs};

/// The sizes of the dims; every axis but those of size 1 has at least two elements.
pub(super) const DIMS: [usize; 2] = [3, 2];

struct Random {
    state: u64,
    graph: Graph,
    /// What can be read here.
    pool: Vec<TensorId>,
    loops: Vec<LoopId>,
    made: usize,
}

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.state >> 33) as usize) % bound
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn extent(&mut self) -> Int {
        match self.below(8) {
            0 | 1 => Int::dim(DimId(0)),
            2 => Int::dim(DimId(1)),
            3 => Int::constant(1),
            4 | 5 => Int::constant(2),
            6 => Int::constant(3),
            _ => Int::constant(4),
        }
    }

    fn shape(&mut self) -> Vec<Int> {
        let rank = [0, 1, 1, 2, 2, 2, 3][self.below(7)];
        (0..rank).map(|_| self.extent()).collect()
    }

    fn pick(&mut self, accept: impl Fn(&Graph, TensorId) -> bool) -> Option<TensorId> {
        let options: Vec<TensorId> =
            self.pool.iter().copied().filter(|&tensor| accept(&self.graph, tensor)).collect();
        if options.is_empty() { None } else { Some(options[self.below(options.len())]) }
    }

    fn name(&mut self) -> String {
        self.made += 1;
        format!("t{}", self.made)
    }

    /// A subscript inside an axis.
    fn subscript(&mut self, domain: &[Axis], extent: &Int, gather: bool) -> Int {
        let matching: Vec<usize> = (0..domain.len()).filter(|&x| domain[x].extent == *extent).collect();
        if !matching.is_empty() && self.chance(85) {
            return Int::index(matching[self.below(matching.len())]);
        }
        if extent.is(1) {
            return Int::zero();
        }
        if *extent == Int::dim(DimId(1)) && !self.loops.is_empty() && self.chance(60) {
            let last = self.loops.len() - 1;
            return Int::atom(Atom::Loop(self.loops[last]));
        }
        let index = self.pick(|graph, tensor| {
            graph.tensor(tensor).kind == Kind::Index && &*graph.tensor(tensor).name == "idx"
        });
        if gather
            && let Some(index) = index
            && self.chance(40)
        {
            let shape = self.graph.shape(index).to_vec();
            let at = shape.iter().map(|extent| self.subscript(domain, extent, false)).collect();
            return Int::atom(Atom::Read(index, at));
        }
        Int::constant(self.below(2) as i64)
    }

    fn read(&mut self, domain: &[Axis], kind: Kind) -> Option<ScalarId> {
        let tensor = self.pick(|graph, tensor| graph.tensor(tensor).kind == kind)?;
        let shape = self.graph.shape(tensor).to_vec();
        let at = shape.iter().map(|extent| self.subscript(domain, extent, true)).collect();
        Some(self.graph.scalars.read(tensor, at))
    }

    fn condition(&mut self, domain: &[Axis]) -> ScalarId {
        if self.chance(30)
            && let Some(mask) = self.read(domain, Kind::Mask)
        {
            return mask;
        }
        if domain.len() > 1 && self.chance(40) {
            let (a, b) = (Int::index(self.below(domain.len())), Int::index(self.below(domain.len())).plus(1));
            return self.graph.scalars.compare_int(Comparison::LessEqual, a, b);
        }
        let (a, b) = (self.leaf(domain), self.graph.scalars.number(0.1));
        self.graph.scalars.compare(Comparison::Less, a, b)
    }

    fn leaf(&mut self, domain: &[Axis]) -> ScalarId {
        match self.read(domain, Kind::Float) {
            Some(read) if !self.chance(8) => read,
            _ => self.graph.scalars.number(0.5),
        }
    }

    fn value(&mut self, domain: &[Axis], depth: usize) -> ScalarId {
        if depth == 0 || self.chance(25) {
            return self.leaf(domain);
        }
        let a = self.value(domain, depth - 1);
        match self.below(7) {
            0 => self.graph.scalars.unary(Unary::Sin, a),
            1 => self.graph.scalars.unary(Unary::Tanh, a),
            2 => self.graph.scalars.neg(a),
            3 => {
                let condition = self.condition(domain);
                let b = if self.chance(50) {
                    self.graph.scalars.number(0.0)
                } else {
                    self.value(domain, depth - 1)
                };
                self.graph.scalars.select(condition, a, b)
            }
            4 => {
                let b = self.value(domain, depth - 1);
                self.graph.scalars.binary(Binary::Mul, a, b)
            }
            _ => {
                let b = self.value(domain, depth - 1);
                self.graph.scalars.binary(Binary::Add, a, b)
            }
        }
    }

    fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for place in (1..count).rev() {
            let other = self.below(place + 1);
            order.swap(place, other);
        }
        order
    }

    fn node(&mut self, nodes: &mut Vec<Node>, depth: usize) {
        match self.below(if depth == 0 { 12 } else { 10 }) {
            0..=3 => self.map(nodes, Kind::Float),
            4 | 5 => self.sum(nodes),
            6 | 7 => self.update(nodes),
            8 => self.reshape(nodes),
            9 => match self.chance(50) {
                true => self.argmax(nodes),
                false => self.map(nodes, Kind::Mask),
            },
            _ => self.repeat(nodes),
        }
    }

    fn map(&mut self, nodes: &mut Vec<Node>, kind: Kind) {
        let shape = match self.pick(|graph, tensor| graph.tensor(tensor).kind == Kind::Float) {
            Some(tensor) if self.chance(70) => self.graph.shape(tensor).to_vec(),
            _ => self.shape(),
        };
        let domain = Graph::axes(&shape);
        let value = match kind {
            Kind::Mask => self.condition(&domain),
            _ => {
                let depth = self.below(4);
                self.value(&domain, depth)
            }
        };
        let name = self.name();
        let out = self.graph.add_tensor(name, shape.clone(), kind);
        let at = Graph::identity(shape.len());
        nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain,
            at,
            reduction: Reduction::Set,
            value,
        }));
        self.pool.push(out);
    }

    fn sum(&mut self, nodes: &mut Vec<Node>) {
        let shape = self.shape();
        let extra: Vec<Int> = (0..=self.below(2)).map(|_| self.extent()).collect();
        let all = [shape.as_slice(), &extra].concat();
        let order = self.shuffled(all.len());
        let axes = Graph::axes(&all);
        let domain: Vec<Axis> = order.iter().map(|&x| axes[x].clone()).collect();
        let place = |x: usize| order.iter().position(|&y| y == x).unwrap();
        let at = (0..shape.len()).map(|x| Int::index(place(x))).collect();
        let value = match self.chance(60) {
            true => {
                let (a, b) = (self.leaf(&domain), self.leaf(&domain));
                self.graph.scalars.mul(a, b)
            }
            false => self.value(&domain, 2),
        };
        let base = self.base(&shape, 30);
        let name = self.name();
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        nodes.push(Node::Comprehension(Comprehension {
            out,
            base,
            domain,
            at,
            reduction: Reduction::Sum,
            value,
        }));
        self.pool.push(out);
    }

    fn base(&mut self, shape: &[Int], percent: usize) -> Option<TensorId> {
        if !self.chance(percent) {
            return None;
        }
        self.pick(|graph, tensor| graph.tensor(tensor).kind == Kind::Float && graph.shape(tensor) == shape)
    }

    /// A change of a part: sums anywhere, or a set of a row.
    fn update(&mut self, nodes: &mut Vec<Node>) {
        let Some(like) = self.pick(|graph, tensor| graph.tensor(tensor).kind == Kind::Float) else { return };
        let shape = self.graph.shape(like).to_vec();
        let set = self.chance(50);
        let mut domain = Vec::new();
        let mut at = Vec::new();
        for extent in &shape {
            if self.chance(60) || extent.is(1) {
                at.push(Int::index(domain.len()));
                domain.push(Axis { name: "i".to_string(), extent: extent.clone() });
            } else {
                let subscript = self.subscript(&[], extent, !set);
                at.push(subscript);
            }
        }
        if !set {
            let extent = self.extent();
            domain.push(Axis { name: "k".to_string(), extent });
            for axis in 0..at.len() {
                if self.chance(20) {
                    at[axis] = self.subscript(&domain, &shape[axis], true);
                }
            }
        }
        let value = self.value(&domain, 2);
        let base = self.base(&shape, 80);
        let name = self.name();
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        let reduction = if set { Reduction::Set } else { Reduction::Sum };
        nodes.push(Node::Comprehension(Comprehension { out, base, domain, at, reduction, value }));
        self.pool.push(out);
    }

    fn reshape(&mut self, nodes: &mut Vec<Node>) {
        let Some(from) = self
            .pick(|graph, tensor| graph.tensor(tensor).kind == Kind::Float && graph.shape(tensor).len() >= 2)
        else {
            return;
        };
        let mut shape = self.graph.shape(from).to_vec();
        let axis = self.below(shape.len() - 1);
        let next = shape.remove(axis + 1);
        shape[axis] = shape[axis].mul(&next);
        let name = self.name();
        let out = self.graph.add_tensor(name, shape, Kind::Float);
        nodes.push(Node::Reshape { out, from });
        self.pool.push(out);
    }

    fn argmax(&mut self, nodes: &mut Vec<Node>) {
        let (outer, inner) = (self.shape(), vec![self.extent()]);
        let domain = Graph::axes(&[outer.as_slice(), &inner].concat());
        let value = self.value(&domain, 1);
        let least = self.chance(50);
        let name = self.name();
        let out = self.graph.add_tensor(name, outer.clone(), Kind::Index);
        let (before, after) = domain.split_at(outer.len());
        nodes.push(Node::Apply(Apply {
            out,
            outer: before.to_vec(),
            inner: after.to_vec(),
            function: ArrayFunction::Argmax { least },
            value,
        }));
        self.pool.push(out);
        // Its elements as numbers.
        let at = Graph::identity(outer.len());
        let value = self.graph.scalars.integer(Int::atom(Atom::Read(out, at.clone())));
        let name = self.name();
        let numbers = self.graph.add_tensor(name, outer, Kind::Float);
        let domain = before.to_vec();
        nodes.push(Node::Comprehension(Comprehension {
            out: numbers,
            base: None,
            domain,
            at,
            reduction: Reduction::Set,
            value,
        }));
        self.pool.push(numbers);
    }

    /// A carried value that keeps a tensor of every iteration.
    fn tape(
        &mut self,
        nodes: &mut Vec<Node>,
        body: &mut Vec<Node>,
        counter: LoopId,
        tensor: TensorId,
    ) -> Carried {
        let own = self.graph.shape(tensor).to_vec();
        let shape = [&[Int::dim(DimId(1))], own.as_slice()].concat();
        let zero = self.graph.scalars.number(0.0);
        let shared = self
            .pool
            .iter()
            .copied()
            .find(|&t| &*self.graph.tensor(t).name == "zeros" && self.graph.shape(t) == shape);
        let initial = match shared {
            Some(zeros) => zeros,
            None => {
                let out = self.graph.add_tensor("zeros", shape.clone(), Kind::Float);
                let (domain, at) = (Graph::axes(&shape), Graph::identity(shape.len()));
                nodes.push(Node::Comprehension(Comprehension {
                    out,
                    base: None,
                    domain,
                    at,
                    reduction: Reduction::Set,
                    value: zero,
                }));
                out
            }
        };
        let [inside, next, last] =
            ["inside", "next", "last"].map(|name| self.graph.add_tensor(name, shape.clone(), Kind::Float));
        let at: Vec<Int> =
            std::iter::once(Int::atom(Atom::Loop(counter))).chain(Graph::identity(own.len())).collect();
        let value = self.graph.scalars.read(tensor, Graph::identity(own.len()));
        let domain = Graph::axes(&own);
        let write =
            Comprehension { out: next, base: Some(inside), domain, at, reduction: Reduction::Set, value };
        body.push(Node::Comprehension(write));
        Carried { initial, inside, next, last }
    }

    fn repeat(&mut self, nodes: &mut Vec<Node>) {
        let counter = self.graph.add_loop();
        let outside = self.pool.clone();
        let mut carried = Vec::new();
        for _ in 0..=self.below(3) {
            let Some(initial) = self.pick(|graph, tensor| graph.tensor(tensor).kind == Kind::Float) else {
                return;
            };
            let shape = self.graph.shape(initial).to_vec();
            let [inside, last] = [(); 2].map(|()| {
                let name = self.name();
                self.graph.add_tensor(name, shape.clone(), Kind::Float)
            });
            carried.push(Carried { initial, inside, next: inside, last });
        }
        self.pool.extend(carried.iter().map(|each| each.inside));
        self.loops.push(counter);
        let mut body = Vec::new();
        for _ in 0..=self.below(5) {
            self.node(
                &mut body,
                self.loops.len() + 1 - usize::from(self.loops.len() < 2 && self.state.is_multiple_of(7)) * 2,
            );
        }
        for each in &mut carried {
            let shape = self.graph.shape(each.initial).to_vec();
            let fits = |graph: &Graph, tensor: TensorId| {
                graph.tensor(tensor).kind == Kind::Float && graph.shape(tensor) == shape
            };
            let made: Vec<TensorId> =
                self.pool[outside.len()..].iter().copied().filter(|&t| fits(&self.graph, t)).collect();
            each.next = match self.chance(90) {
                true => made[self.below(made.len())],
                false => self.pick(fits).unwrap(),
            };
        }
        for _ in 0..self.below(3) {
            let kept = self.pool[outside.len()..]
                .iter()
                .copied()
                .filter(|&t| self.graph.tensor(t).kind == Kind::Float);
            let kept: Vec<TensorId> = kept.collect();
            let tensor = kept[self.below(kept.len())];
            carried.push(self.tape(nodes, &mut body, counter, tensor));
        }
        self.loops.pop();
        self.pool = outside;
        self.pool.extend(carried.iter().map(|each| each.last));
        let reversed = self.chance(40);
        nodes.push(Node::Loop(Loop {
            counter,
            name: "t".to_string(),
            extent: Int::dim(DimId(1)),
            reversed,
            condition: None,
            keep: crate::ir::Keep::Everything,
            carried,
            body,
        }));
    }
}

pub(super) fn routine(seed: u64) -> (Routine, Vec<TensorId>, Inputs) {
    let mut random = Random {
        state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678,
        graph: Graph::default(),
        pool: Vec::new(),
        loops: Vec::new(),
        made: 0,
    };
    random.graph.dims = vec!["N".to_string(), "T".to_string()];
    let mut given = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let shape = random.shape();
        given.push(random.graph.add_tensor(name, shape, Kind::Float));
    }
    given.push(random.graph.add_tensor("idx", vec![Int::dim(DimId(0))], Kind::Index));
    random.pool = given.clone();
    let mut nodes = Vec::new();
    for _ in 0..3 + random.below(9) {
        random.node(&mut nodes, 0);
    }
    random.graph.nodes = nodes;
    let float = |graph: &Graph, tensor: TensorId| graph.tensor(tensor).kind == Kind::Float;
    let results = (0..=random.below(2)).map(|_| random.pick(|_, _| true).unwrap()).collect();
    let mut gradients = Vec::new();
    for place in 0..random.below(3) {
        let tensor = random.pick(float).unwrap();
        gradients.push(Gradient { tensor, target: Target::Field(place) });
    }
    let targets = given[..gradients.len()].to_vec();
    let routine = Routine { graph: random.graph, results, cotangents: Vec::new(), gradients };
    (routine, given, Inputs { stacked: Default::default(), targets })
}

/// One routine, for a closer look.
fn one(seed: u64) {
    let (routine, given, known) = routine(seed);
    let values = inputs(&routine.graph, &DIMS, &given, 2);
    if std::env::var("CHAINRULE_SHOW").is_ok() {
        println!("{}\n{:?} {:?}", crate::print::text(&routine.graph), routine.results, routine.gradients);
        let plan = super::super::plan(routine.clone(), &known);
        println!("{:#?}\n{:#?}\n{:#?}", plan.forward, plan.backward, plan.memory);
    }
    check(&routine, &known, &DIMS, &values);
}

#[test]
fn random_routines() {
    let count = std::env::var("CHAINRULE_ROUTINES").ok().and_then(|count| count.parse().ok()).unwrap_or(300);
    let first = std::env::var("CHAINRULE_FIRST").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    for seed in first..first + count {
        println!("seed {seed}");
        one(seed);
    }
}
