//! Whether a graph keeps the rules of its form; run after every pass in debug builds and tests.
//!
//! A complaint is a mistake of the pass before, never of the user. Nothing is run or changed here, and
//! what only run-time sizes decide (a subscript in range, two sizes equal) is left to `eval`.

use std::collections::BTreeSet;

use crate::ir::{
    Apply, ArrayFunction, Atom, Axis, Comprehension, Function, Graph, Int, Kind, Loop, LoopId, Node,
    Reduction, Scalar, ScalarId, TensorId,
};

/// Checks a graph; `inputs` are the tensors that exist before its first node.
pub fn verify(graph: &Graph, inputs: &[TensorId]) -> Result<(), String> {
    let mut verifier =
        Verifier { graph, made: BTreeSet::new(), visible: BTreeSet::new(), loops: Vec::new(), seen: vec![] };
    for (place, tensor) in graph.tensors.iter().enumerate() {
        for size in &tensor.shape {
            verifier.size(size).map_err(|error| format!("shape of `{}` #{place}: {error}", tensor.name))?;
        }
    }
    for size in graph.natural.iter().flat_map(|natural| natural.where_natural.iter().chain([&natural.size])) {
        verifier.size(size).map_err(|error| format!("a size that is not negative: {error}"))?;
    }
    for &input in inputs {
        verifier.define(input)?;
    }
    verifier.nodes(&graph.nodes)
}

/// What a scalar expression yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Float,
    Integer,
    Flag,
}

struct Verifier<'a> {
    graph: &'a Graph,
    /// Every tensor that has been made, those of finished loops too.
    made: BTreeSet<TensorId>,
    /// Those that can be read here.
    visible: BTreeSet<TensorId>,
    /// The loops around.
    loops: Vec<LoopId>,
    /// Every loop met.
    seen: Vec<LoopId>,
}

impl Verifier<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<(), String> {
        for node in nodes {
            let checked = match node {
                Node::Comprehension(node) => self.comprehension(node),
                Node::Apply(node) => self.apply(node),
                Node::Reshape { out, from } => self.reshape(*out, *from),
                Node::Loop(node) => self.repetition(node),
            };
            checked.map_err(|error| {
                let outputs: Vec<String> = node.outputs().into_iter().map(|out| self.name(out)).collect();
                format!("{}: {error}", outputs.join(", "))
            })?;
        }
        Ok(())
    }

    fn comprehension(&mut self, node: &Comprehension) -> Result<(), String> {
        self.exists(node.out)?;
        self.domain(&node.domain)?;
        let rank = node.domain.len();
        self.subscripts(node.out, &node.at, rank)?;
        if let Some(base) = node.base {
            self.readable(base)?;
            self.same_form(base, node.out)?;
        }
        let (kind, found) = (self.graph.tensor(node.out).kind, self.scalar(node.value, rank)?);
        let fits = match kind {
            Kind::Float => matches!(found, Type::Float | Type::Integer),
            Kind::Index | Kind::Key => found == Type::Integer,
            Kind::Mask => found == Type::Flag,
        };
        ensure(fits, || format!("a value of type {found:?} is written to a tensor of kind {kind:?}"))?;
        let adds = node.reduction == Reduction::Sum;
        ensure(!adds || matches!(kind, Kind::Float | Kind::Index), || format!("a sum over kind {kind:?}"))?;
        self.define(node.out)
    }

    fn apply(&mut self, node: &Apply) -> Result<(), String> {
        self.exists(node.out)?;
        self.domain(&node.outer)?;
        self.domain(&node.inner)?;
        let found = self.scalar(node.value, node.outer.len() + node.inner.len())?;
        ensure(found.is_number(), || format!("values of type {found:?} are given to a function of arrays"))?;
        let kind = self.graph.tensor(node.out).kind;
        let mut extents: Vec<Int> = node.outer.iter().map(|axis| axis.extent.clone()).collect();
        let shape = self.graph.shape(node.out);
        match node.function {
            ArrayFunction::Argmax { .. } => {
                ensure(kind == Kind::Index, || {
                    format!("positions are written to a tensor of kind {kind:?}")
                })?;
            }
            ArrayFunction::Extern => {
                ensure(kind == Kind::Float, || format!("numbers are written to a tensor of kind {kind:?}"))?;
                let scalars = &self.graph.scalars;
                if let Some(called) = node.called(scalars) {
                    let function = &scalars.externs[called.function.0 as usize];
                    extents.extend(function.result.iter().cloned());
                    let takes: Vec<&Int> = function.parameters.iter().flatten().collect();
                    let given: Vec<&Int> = node.inner.iter().map(|axis| &axis.extent).collect();
                    ensure(takes == given, || format!("it is given axes {given:?}, it takes {takes:?}"))?;
                } else {
                    extents.extend(shape.iter().skip(extents.len()).cloned());
                    ensure(scalars.as_number(node.value) == Some(0.0), || "nothing is called".to_string())?;
                }
            }
        }
        let complaint =
            || format!("its shape is {}, its outer axes are {}", self.sizes(shape), self.sizes(&extents));
        ensure(shape == extents, complaint)?;
        self.define(node.out)
    }

    fn reshape(&mut self, out: TensorId, from: TensorId) -> Result<(), String> {
        self.exists(out)?;
        self.readable(from)?;
        let kinds = [out, from].map(|tensor| self.graph.tensor(tensor).kind);
        ensure(kinds[0] == kinds[1], || format!("a reshape from kind {:?} to {:?}", kinds[1], kinds[0]))?;
        let [new, old] = [out, from].map(|tensor| Int::product(self.graph.shape(tensor)));
        let differ = new.sub(&old).as_constant().is_some_and(|difference| difference != 0);
        ensure(!differ, || {
            format!("a reshape of {} elements to {}", self.sizes(&[old]), self.sizes(&[new]))
        })?;
        self.define(out)
    }

    fn repetition(&mut self, node: &Loop) -> Result<(), String> {
        self.size(&node.extent)?;
        ensure(node.counter.0 < self.graph.loops, || format!("the graph has no {:?}", node.counter))?;
        ensure(!self.seen.contains(&node.counter), || format!("{:?} counts two loops", node.counter))?;
        self.seen.push(node.counter);
        for carried in &node.carried {
            self.readable(carried.initial)?;
        }
        let outside = self.visible.clone();
        for carried in &node.carried {
            self.define(carried.inside)?;
        }
        self.loops.push(node.counter);
        if let Some(condition) = node.condition {
            let found = self.scalar(condition, 0)?;
            ensure(found == Type::Flag, || format!("a loop's condition is of type {found:?}"))?;
        }
        self.nodes(&node.body)?;
        self.loops.pop();
        for carried in &node.carried {
            self.readable(carried.next)?;
        }
        self.visible = outside;
        for carried in &node.carried {
            self.define(carried.last)?;
            for other in [carried.inside, carried.next, carried.last] {
                self.same_form(carried.initial, other)?;
            }
        }
        Ok(())
    }

    fn domain(&self, axes: &[Axis]) -> Result<(), String> {
        let size = |axis: &Axis| {
            self.size(&axis.extent).map_err(|error| format!("extent of `{}`: {error}", axis.name))
        };
        axes.iter().try_for_each(size)
    }

    /// The type of an expression over a domain of this rank; every part of it is checked.
    fn scalar(&self, root: ScalarId, rank: usize) -> Result<Type, String> {
        ensure((root.0 as usize) < self.graph.scalars.len(), || format!("there is no {root:?}"))?;
        let order = self.graph.scalars.reachable(root);
        let mut types: Vec<Type> = Vec::new();
        for &id in &order {
            let scalar = &self.graph.scalars[id];
            let operands: Vec<Type> = self
                .graph
                .scalars
                .operands(id)
                .iter()
                .filter_map(|operand| Some(types[order.binary_search(operand).ok()?]))
                .collect();
            let found =
                self.typed(scalar, &operands, rank).map_err(|error| format!("{scalar:?}: {error}"))?;
            types.push(found);
        }
        types.last().copied().ok_or_else(|| "there is no value".to_string())
    }

    fn typed(&self, scalar: &Scalar, operands: &[Type], rank: usize) -> Result<Type, String> {
        let numbers = |found: Type| {
            ensure(operands.iter().all(|operand| operand.is_number()), || {
                format!("numbers expected, found {operands:?}")
            })?;
            Ok(found)
        };
        match scalar {
            Scalar::Number(_) => Ok(Type::Float),
            Scalar::Flag(_) => Ok(Type::Flag),
            Scalar::Integer(value) => {
                self.integer(value, rank)?;
                Ok(Type::Integer)
            }
            Scalar::Read(tensor, at) => {
                self.readable(*tensor)?;
                self.subscripts(*tensor, at, rank)?;
                match self.graph.tensor(*tensor).kind {
                    Kind::Float => Ok(Type::Float),
                    Kind::Mask => Ok(Type::Flag),
                    Kind::Index | Kind::Key => {
                        Err("it is read as a number, not through an integer".to_string())
                    }
                }
            }
            Scalar::Unary(..) | Scalar::Binary(..) => numbers(Type::Float),
            Scalar::Call(Function::Extern(_), _) => Ok(Type::Float),
            Scalar::Call(Function::Parameter(_), _) => Err("a parameter outside a derivative".to_string()),
            Scalar::Call(function, _) => {
                let takes = 2 - usize::from(matches!(function, Function::Word(_)));
                ensure(operands == vec![Type::Integer; takes], || format!("integers, not {operands:?}"))?;
                Ok(if *function == Function::Uniform { Type::Float } else { Type::Integer })
            }
            Scalar::Compare(..) => numbers(Type::Flag),
            Scalar::CompareInt(_, a, b) => {
                self.integer(a, rank)?;
                self.integer(b, rank)?;
                Ok(Type::Flag)
            }
            Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => {
                ensure(operands.iter().all(|&operand| operand == Type::Flag), || {
                    format!("flags expected, found {operands:?}")
                })?;
                Ok(Type::Flag)
            }
            Scalar::Select(..) => match *operands {
                [Type::Flag, a, b] if a == b => Ok(a),
                [Type::Flag, a, b] if a.is_number() && b.is_number() => Ok(Type::Float),
                _ => Err(format!("a flag and two of one type expected, found {operands:?}")),
            },
        }
    }

    fn subscripts(&self, tensor: TensorId, at: &[Int], rank: usize) -> Result<(), String> {
        self.exists(tensor)?;
        let axes = self.graph.shape(tensor).len();
        ensure(at.len() == axes, || {
            format!("{} subscripts of {}, which has rank {axes}", at.len(), self.name(tensor))
        })?;
        at.iter().try_for_each(|subscript| self.integer(subscript, rank))
    }

    /// An integer over a domain of this rank.
    fn integer(&self, value: &Int, rank: usize) -> Result<(), String> {
        let mut result = Ok(());
        value.visit_atoms(&mut |atom| {
            let checked = match atom {
                Atom::Dim(dim) => {
                    ensure((dim.0 as usize) < self.graph.dims.len(), || format!("the graph has no {dim:?}"))
                }
                Atom::Index(position) => {
                    ensure(*position < rank, || format!("index {position} in a domain of rank {rank}"))
                }
                Atom::Loop(counter) => {
                    ensure(self.loops.contains(counter), || format!("{counter:?} is read outside its loop"))
                }
                // What stands inside is visited too.
                Atom::Read(tensor, at) => self.readable(*tensor).and_then(|()| {
                    let (kind, axes) = (self.graph.tensor(*tensor).kind, self.graph.shape(*tensor).len());
                    ensure(matches!(kind, Kind::Index | Kind::Key), || {
                        format!("an integer is read from {}, of kind {kind:?}", self.name(*tensor))
                    })?;
                    ensure(at.len() == axes, || {
                        format!("{} subscripts of {}, which has rank {axes}", at.len(), self.name(*tensor))
                    })
                }),
                Atom::Div(_, divisor) | Atom::Mod(_, divisor) => {
                    ensure(!divisor.is(0), || "an integer is divided by zero".to_string())
                }
                // What stands inside is visited too.
                Atom::Root(_) | Atom::Inside(_) => Ok(()),
            };
            if result.is_ok() {
                result = checked;
            }
        });
        result
    }

    /// An integer made of constants and dims.
    fn size(&self, value: &Int) -> Result<(), String> {
        let mut result = self.integer(value, usize::MAX);
        value.visit_atoms(&mut |atom| {
            if let Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) | Atom::Inside(_) = atom {
                result = Err(format!("a size is made of {atom:?}"));
            }
        });
        result
    }

    fn same_form(&self, one: TensorId, other: TensorId) -> Result<(), String> {
        let [a, b] = [one, other].map(|tensor| self.graph.tensor(tensor));
        ensure(a.kind == b.kind, || {
            format!("{} is of kind {:?}, {} of {:?}", self.name(one), a.kind, self.name(other), b.kind)
        })?;
        ensure(a.shape == b.shape, || {
            let [left, right] = [a, b].map(|tensor| self.sizes(&tensor.shape));
            format!("{} has the shape {left}, {} has {right}", self.name(one), self.name(other))
        })
    }

    fn define(&mut self, tensor: TensorId) -> Result<(), String> {
        self.exists(tensor)?;
        ensure(self.made.insert(tensor), || format!("{} is made twice", self.name(tensor)))?;
        self.visible.insert(tensor);
        Ok(())
    }

    fn readable(&self, tensor: TensorId) -> Result<(), String> {
        self.exists(tensor)?;
        ensure(self.visible.contains(&tensor), || match self.made.contains(&tensor) {
            true => format!("{} is read outside the loop that makes it", self.name(tensor)),
            false => format!("{} is read before it is made", self.name(tensor)),
        })
    }

    fn exists(&self, tensor: TensorId) -> Result<(), String> {
        ensure((tensor.0 as usize) < self.graph.tensors.len(), || format!("there is no {tensor:?}"))
    }

    fn sizes(&self, sizes: &[Int]) -> String {
        let sizes: Vec<String> = sizes.iter().map(|size| crate::print::integer(self.graph, size)).collect();
        format!("[{}]", sizes.join(", "))
    }

    fn name(&self, tensor: TensorId) -> String {
        let name = self.graph.tensors.get(tensor.0 as usize).map_or("", |tensor| &tensor.name);
        format!("`{name}` #{}", tensor.0)
    }
}

impl Type {
    fn is_number(self) -> bool {
        matches!(self, Self::Float | Self::Integer)
    }
}

fn ensure(holds: bool, complaint: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(complaint()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Carried, Comparison, DimId, Unary};

    fn float(graph: &mut Graph, name: &str, shape: &[usize]) -> TensorId {
        graph.add_tensor(name, shape.iter().map(|&size| Int::from(size)).collect(), Kind::Float)
    }

    fn map(graph: &Graph, out: TensorId, value: ScalarId) -> Comprehension {
        let shape = graph.shape(out);
        let (domain, at) = (Graph::axes(shape), Graph::identity(shape.len()));
        Comprehension { out, base: None, domain, at, reduction: Reduction::Set, value }
    }

    /// A loop that carries `h`: `next = sin(inside) + x[t]`.
    fn sample() -> (Graph, Vec<TensorId>) {
        let mut graph = Graph { dims: vec!["T".into()], ..Graph::default() };
        let x = graph.add_tensor("x", vec![Int::dim(DimId(0))], Kind::Float);
        let start = float(&mut graph, "start", &[4]);
        let [inside, next, last] = ["inside", "next", "last"].map(|name| float(&mut graph, name, &[4]));
        let counter = graph.add_loop();
        let h = graph.scalars.read(inside, Graph::identity(1));
        let (sine, x_t) =
            (graph.scalars.unary(Unary::Sin, h), graph.scalars.read(x, vec![Int::atom(Atom::Loop(counter))]));
        let value = graph.scalars.add(sine, x_t);
        let body = vec![Node::Comprehension(map(&graph, next, value))];
        let carried = vec![Carried { initial: start, inside, next, last }];
        let extent = Int::dim(DimId(0));
        graph.nodes.push(Node::Loop(Loop {
            counter,
            name: "t".into(),
            extent,
            reversed: false,
            condition: None,
            keep: crate::ir::Keep::Everything,
            carried,
            body,
        }));
        (graph, vec![x, start])
    }

    fn the_loop(graph: &mut Graph) -> &mut Loop {
        match &mut graph.nodes[0] {
            Node::Loop(node) => node,
            _ => unreachable!("the sample is a loop"),
        }
    }

    #[track_caller]
    fn complains(graph: &Graph, inputs: &[TensorId], expected: &str) {
        let complaint = verify(graph, inputs).expect_err("the graph is wrong");
        assert!(complaint.contains(expected), "{complaint}");
    }

    #[test]
    fn a_sound_graph_passes() {
        let (graph, inputs) = sample();
        assert_eq!(verify(&graph, &inputs), Ok(()));
    }

    #[test]
    fn order_and_scope() {
        let (graph, inputs) = sample();
        complains(&graph, &inputs[..1], "`start` #1 is read before it is made");
        let (mut graph, inputs) = sample();
        let repeated = graph.nodes[0].clone();
        graph.nodes.push(repeated);
        complains(&graph, &inputs, "counts two loops");
        let (mut graph, inputs) = sample();
        the_loop(&mut graph).carried[0].last = TensorId(3);
        complains(&graph, &inputs, "`next` #3 is made twice");
        let (mut graph, inputs) = sample();
        let late = float(&mut graph, "late", &[4]);
        let value = graph.scalars.read(TensorId(3), Graph::identity(1));
        let node = map(&graph, late, value);
        graph.nodes.push(Node::Comprehension(node));
        complains(&graph, &inputs, "`next` #3 is read outside the loop that makes it");
        let (mut graph, inputs) = sample();
        let value = graph.scalars.integer(Int::atom(Atom::Loop(LoopId(0))));
        graph.push_map("after", vec![], Kind::Float, value);
        complains(&graph, &inputs, "LoopId(0) is read outside its loop");
    }

    #[test]
    fn shapes_and_ranks() {
        let (mut graph, inputs) = sample();
        graph.tensors[4].shape[0] = Int::from(5);
        complains(&graph, &inputs, "`start` #1 has the shape [4], `last` #4 has [5]");
        let (mut graph, inputs) = sample();
        the_loop(&mut graph).extent = Int::atom(Atom::Loop(LoopId(0)));
        complains(&graph, &inputs, "LoopId(0)");
        let (mut graph, inputs) = sample();
        let value = graph.scalars.read(inputs[1], vec![]);
        graph.push_map("y", vec![], Kind::Float, value);
        complains(&graph, &inputs, "0 subscripts of `start` #1, which has rank 1");
        let (mut graph, inputs) = sample();
        let value = graph.scalars.read(inputs[1], vec![Int::index(1)]);
        graph.push_map("y", vec![4usize.into()], Kind::Float, value);
        complains(&graph, &inputs, "index 1 in a domain of rank 1");
        let (mut graph, inputs) = sample();
        let out = float(&mut graph, "flat", &[2, 3]);
        graph.nodes.push(Node::Reshape { out, from: inputs[1] });
        complains(&graph, &inputs, "a reshape of [4] elements to [6]");
        let (mut graph, inputs) = sample();
        let out = graph.add_tensor("best", vec![3usize.into()], Kind::Index);
        let (outer, inner) = (Graph::axes(&[4usize.into()]), Graph::axes(&[4usize.into()]));
        let value = graph.scalars.read(inputs[1], vec![Int::index(1)]);
        graph.nodes.push(Node::Apply(Apply {
            out,
            outer,
            inner,
            function: ArrayFunction::Argmax { least: false },
            value,
        }));
        complains(&graph, &inputs, "its shape is [3], its outer axes are [4]");
    }

    #[test]
    fn kinds_and_types() {
        let (mut graph, inputs) = sample();
        let h = graph.scalars.read(inputs[1], Graph::identity(1));
        let zero = graph.scalars.number(0.0);
        let positive = graph.scalars.compare(Comparison::Less, zero, h);
        for (value, kind, expected) in [
            (positive, Kind::Float, "a value of type Flag is written to a tensor of kind Float"),
            (h, Kind::Index, "a value of type Float is written to a tensor of kind Index"),
            (h, Kind::Mask, "a value of type Float is written to a tensor of kind Mask"),
        ] {
            let mut graph = graph.clone();
            graph.push_map("y", vec![4usize.into()], kind, value);
            complains(&graph, &inputs, expected);
        }
        let mut wrong = graph.clone();
        let both = wrong.scalars.and(positive, h);
        wrong.push_map("y", vec![4usize.into()], Kind::Mask, both);
        complains(&wrong, &inputs, "flags expected, found [Flag, Float]");
        let value = graph.scalars.integer(Int::atom(Atom::Read(inputs[1], Graph::identity(1))));
        graph.push_map("y", vec![4usize.into()], Kind::Index, value);
        complains(&graph, &inputs, "an integer is read from `start` #1, of kind Float");
    }
}
