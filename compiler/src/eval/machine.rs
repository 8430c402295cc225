//! The nodes, one after the other, over tensors that are all kept.

use std::rc::Rc;

use super::Precision;
use super::data::{Data, Value};
use super::error::EvalError;
use super::expression::Expression;
use super::integer::Integer;
use crate::ir::{
    Apply, ArrayFunction, Axis, Carried, Comprehension, Graph, Int, Loop, Node, Reduction, TensorId,
};

/// What expressions can see.
pub(super) struct Memory<'graph> {
    graph: &'graph Graph,
    shapes: Vec<Vec<usize>>,
    values: Vec<Option<Rc<Data>>>,
    pub(super) counters: Vec<i64>,
    pub(super) precision: Precision,
}

/// A graph being interpreted.
pub(super) struct Machine<'graph> {
    memory: Memory<'graph>,
    dims: Vec<usize>,
}

/// A node, made ready.
enum Step<'graph> {
    Comprehension { node: &'graph Comprehension, domain: Vec<usize>, at: Vec<Integer>, value: Expression },
    Argmax { node: &'graph Apply, outer: Vec<usize>, inner: Vec<usize>, value: Expression },
    Call { node: &'graph Apply, outer: Vec<usize>, inner: Vec<usize>, call: Option<Call> },
    Reshape { out: TensorId, from: TensorId },
    Loop { node: &'graph Loop, extent: usize, condition: Option<Expression>, body: Vec<Step<'graph>> },
}

/// A call of a function of Rust, of arrays.
struct Call {
    name: String,
    /// Each with whether it must hold or fail.
    guards: Vec<(Expression, bool)>,
    /// Each with the numbers of its indices.
    arguments: Vec<(std::ops::Range<usize>, Expression)>,
}

impl Memory<'_> {
    /// An element.
    pub(super) fn read(&self, tensor: TensorId, at: &[Integer], index: &[i64]) -> Result<Value, EvalError> {
        let position = self.position(tensor, at, index, false)?;
        Ok(self.get(tensor)?.get(position))
    }

    fn get(&self, tensor: TensorId) -> Result<&Rc<Data>, EvalError> {
        self.values[tensor.0 as usize]
            .as_ref()
            .ok_or_else(|| EvalError::Missing { tensor: self.name(tensor) })
    }

    fn put(&mut self, tensor: TensorId, data: Rc<Data>) -> Result<(), EvalError> {
        let (found, expected) = (data.len(), self.count(tensor));
        if found != expected {
            return Err(EvalError::Length { tensor: self.name(tensor), found, expected });
        }
        let (found, expected) = (data.kind(), self.graph.tensor(tensor).kind);
        if found != expected {
            return Err(EvalError::Kind { tensor: self.name(tensor), found, expected });
        }
        self.values[tensor.0 as usize] = Some(data);
        Ok(())
    }

    /// Where an element lies, row by row.
    fn position(
        &self,
        tensor: TensorId,
        at: &[Integer],
        index: &[i64],
        writing: bool,
    ) -> Result<usize, EvalError> {
        let shape = &self.shapes[tensor.0 as usize];
        assert_eq!(at.len(), shape.len(), "`{}` has one subscript for each axis", self.name(tensor));
        let mut position = 0;
        for (axis, (subscript, &bound)) in at.iter().zip(shape).enumerate() {
            let found = subscript.evaluate(self, index)?;
            match usize::try_from(found) {
                Ok(inside) if inside < bound => position = position * bound + inside,
                _ => {
                    return Err(EvalError::Subscript {
                        tensor: self.name(tensor),
                        axis,
                        found,
                        bound,
                        writing,
                    });
                }
            }
        }
        Ok(position)
    }

    fn count(&self, tensor: TensorId) -> usize {
        self.shapes[tensor.0 as usize].iter().product()
    }

    fn name(&self, tensor: TensorId) -> String {
        self.graph.tensor(tensor).name.to_string()
    }

    fn run(&mut self, steps: &mut [Step<'_>]) -> Result<(), EvalError> {
        for step in steps {
            match step {
                Step::Comprehension { node, domain, at, value } => {
                    self.comprehend(node, domain, at, value)?
                }
                Step::Argmax { node, outer, inner, value } => self.search(node, outer, inner, value)?,
                Step::Call { node, outer, inner, call } => self.call(node, outer, inner, call)?,
                Step::Reshape { out, from } => self.put(*out, self.get(*from)?.clone())?,
                Step::Loop { node, extent, condition, body } => {
                    self.repeat(node, *extent, condition, body)?
                }
            }
        }
        Ok(())
    }

    fn comprehend(
        &mut self,
        node: &Comprehension,
        domain: &[usize],
        at: &[Integer],
        value: &mut Expression,
    ) -> Result<(), EvalError> {
        let mut data = match node.base {
            Some(base) => Data::clone(self.get(base)?),
            None => Data::zeros(self.graph.tensor(node.out).kind, self.count(node.out)),
        };
        if data.len() != self.count(node.out) {
            let (found, expected) = (data.len(), self.count(node.out));
            return Err(EvalError::Length { tensor: self.name(node.out), found, expected });
        }
        let mut written = vec![false; data.len()];
        for_each_index(domain, |index| {
            let (position, fits) = match node.reduction {
                Reduction::Set => {
                    let value = value.evaluate(self, index)?;
                    let position = self.position(node.out, at, index, true)?;
                    if std::mem::replace(&mut written[position], true) {
                        return Err(EvalError::WrittenTwice { tensor: self.name(node.out), position });
                    }
                    (position, data.set(position, value))
                }
                Reduction::Sum => {
                    let Some(value) = value.evaluate_unless_zero(self, index)? else { return Ok(()) };
                    let position = self.position(node.out, at, index, true)?;
                    (position, data.add(position, value, self.precision))
                }
            };
            debug_assert!(position < data.len());
            fits.ok_or_else(|| EvalError::Value { tensor: self.name(node.out) })
        })?;
        self.put(node.out, Rc::new(data))
    }

    fn search(
        &mut self,
        node: &Apply,
        outer: &[usize],
        inner: &[usize],
        value: &mut Expression,
    ) -> Result<(), EvalError> {
        let mut found = Vec::new();
        for_each_index(outer, |outer_index| {
            let mut best: Option<(u32, f64)> = None;
            let mut position = 0;
            for_each_index(inner, |inner_index| {
                let index = [outer_index, inner_index].concat();
                let candidate = value.evaluate(self, &index)?.float().ok_or(EvalError::Operand)?;
                let better = match best {
                    None => true,
                    Some((_, best)) if best.is_nan() => false,
                    Some(_) if candidate.is_nan() => true,
                    Some((_, best)) => {
                        if node.function == (ArrayFunction::Argmax { least: true }) {
                            candidate < best
                        } else {
                            candidate > best
                        }
                    }
                };
                if better {
                    best = Some((position, candidate));
                }
                position += 1;
                Ok(())
            })?;
            found.push(best.map_or(0, |(position, _)| position));
            Ok(())
        })?;
        self.put(node.out, Rc::new(Data::Index(found)))
    }

    fn call(
        &mut self,
        node: &Apply,
        outer: &[usize],
        inner: &[usize],
        call: &mut Option<Call>,
    ) -> Result<(), EvalError> {
        let each: usize = self.shapes[node.out.0 as usize][outer.len()..].iter().product();
        let mut all: Vec<f64> = Vec::new();
        for_each_index(outer, |outer_index| {
            all.resize(all.len() + each, 0.0);
            let Some(call) = call else { return Ok(()) };
            for (condition, holds) in &mut call.guards {
                if condition.evaluate(self, outer_index)?.flag().ok_or(EvalError::Operand)? != *holds {
                    return Ok(());
                }
            }
            let mut arguments = Vec::new();
            for (indices, element) in &mut call.arguments {
                let own = indices.start - outer.len()..indices.end - outer.len();
                let mut array = Vec::new();
                for_each_index(&inner[own], |own_index| {
                    let mut index = [outer_index, &vec![0; inner.len()]].concat();
                    index[indices.clone()].copy_from_slice(own_index);
                    array.push(element.evaluate(self, &index)?.float().ok_or(EvalError::Operand)?);
                    Ok(())
                })?;
                arguments.push(array);
            }
            let returned = super::function::external_of_arrays(&call.name, &arguments);
            let returned = returned.ok_or_else(|| EvalError::Function { name: call.name.clone() })?;
            let start = all.len() - each;
            all[start..].copy_from_slice(&returned);
            Ok(())
        })?;
        self.put(node.out, Rc::new(Data::Float(all)))
    }

    fn repeat(
        &mut self,
        node: &Loop,
        extent: usize,
        condition: &mut Option<Expression>,
        body: &mut [Step<'_>],
    ) -> Result<(), EvalError> {
        let gather = |memory: &Self, tensor: fn(&Carried) -> TensorId| -> Result<Vec<Rc<Data>>, EvalError> {
            node.carried.iter().map(|carried| memory.get(tensor(carried)).cloned()).collect()
        };
        let mut state = gather(self, |carried| carried.initial)?;
        for iteration in 0..extent {
            let counter = if node.reversed { extent - 1 - iteration } else { iteration };
            self.counters[node.counter.0 as usize] = counter as i64;
            for (carried, data) in node.carried.iter().zip(&state) {
                self.put(carried.inside, data.clone())?;
            }
            if let Some(condition) = condition
                && !condition.evaluate(self, &[])?.flag().ok_or(EvalError::Operand)?
            {
                continue;
            }
            self.run(body)?;
            state = gather(self, |carried| carried.next)?;
        }
        for (carried, data) in node.carried.iter().zip(state) {
            self.put(carried.last, data)?;
        }
        Ok(())
    }
}

impl<'graph> Machine<'graph> {
    pub(super) fn new(graph: &'graph Graph, dims: &[usize], precision: Precision) -> Result<Self, EvalError> {
        let (found, expected) = (dims.len(), graph.dims.len());
        if found != expected {
            return Err(EvalError::Dims { found, expected });
        }
        let is_negative = |size: &Int| size_of(size, dims) < 0;
        let mut asked = graph.natural.iter().filter(|natural| !natural.where_natural.iter().any(is_negative));
        if let Some(natural) = asked.find(|natural| is_negative(&natural.size)) {
            return Err(EvalError::Negative { size: size_of(&natural.size, dims) });
        }
        let count = u32::try_from(graph.tensors.len()).unwrap_or(u32::MAX);
        // What is not evaluated may have an extent below zero: nothing, as in compiled code.
        let shapes = (0..count)
            .map(|id| graph.shape(TensorId(id)).iter().map(|size| extent(size, dims)).collect())
            .collect();
        let (values, counters) = (vec![None; graph.tensors.len()], vec![0; graph.loops as usize]);
        Ok(Self { memory: Memory { graph, shapes, values, counters, precision }, dims: dims.to_vec() })
    }

    pub(super) fn give(&mut self, tensor: TensorId, data: Data) -> Result<(), EvalError> {
        self.memory.put(tensor, Rc::new(data))
    }

    pub(super) fn get(&self, tensor: TensorId) -> Result<&Data, EvalError> {
        self.memory.get(tensor).map(Rc::as_ref)
    }

    pub(super) fn run(&mut self) -> Result<(), EvalError> {
        let mut steps = self.prepare(&self.memory.graph.nodes);
        self.memory.run(&mut steps)
    }

    fn prepare(&self, nodes: &'graph [Node]) -> Vec<Step<'graph>> {
        let scalars = &self.memory.graph.scalars;
        let extents = |axes: &[Axis]| axes.iter().map(|axis| extent(&axis.extent, &self.dims)).collect();
        let step = |node: &'graph Node| match node {
            Node::Comprehension(node) => Step::Comprehension {
                node,
                domain: extents(&node.domain),
                at: Integer::all(&node.at, &self.dims),
                value: Expression::new(scalars, node.value, &self.dims),
            },
            Node::Apply(node) => {
                let (outer, inner) = (extents(&node.outer), extents(&node.inner));
                let expression = |value| Expression::new(scalars, value, &self.dims);
                match node.function {
                    ArrayFunction::Argmax { .. } => {
                        Step::Argmax { node, outer, inner, value: expression(node.value) }
                    }
                    ArrayFunction::Extern => {
                        let call = node.called(scalars).map(|called| Call {
                            name: scalars.externs[called.function.0 as usize].name.clone(),
                            guards: called
                                .guards
                                .iter()
                                .map(|&(it, holds)| (expression(it), holds))
                                .collect(),
                            arguments: called
                                .arguments
                                .into_iter()
                                .map(|(indices, element)| (indices, expression(element)))
                                .collect(),
                        });
                        Step::Call { node, outer, inner, call }
                    }
                }
            }
            Node::Reshape { out, from } => Step::Reshape { out: *out, from: *from },
            Node::Loop(node) => Step::Loop {
                node,
                extent: extent(&node.extent, &self.dims),
                condition: node.condition.map(|condition| Expression::new(scalars, condition, &self.dims)),
                body: self.prepare(&node.body),
            },
        };
        nodes.iter().map(step).collect()
    }
}

/// The sizes of a tensor.
pub(super) fn shape(graph: &Graph, dims: &[usize], tensor: TensorId) -> Result<Vec<usize>, EvalError> {
    let negative = |_| EvalError::Size { tensor: graph.tensor(tensor).name.to_string() };
    graph.shape(tensor).iter().map(|size| usize::try_from(size_of(size, dims)).map_err(negative)).collect()
}

/// An extent; below zero there is nothing to run over.
fn extent(value: &Int, dims: &[usize]) -> usize {
    usize::try_from(size_of(value, dims)).unwrap_or(0)
}

fn size_of(value: &Int, dims: &[usize]) -> i64 {
    value.evaluate(&mut |atom| match atom {
        crate::ir::Atom::Dim(dim) => dims[dim.0 as usize] as i64,
        atom => panic!("a size is made of constants and dims, not of {atom:?}"),
    })
}

/// Every index of a domain, row by row; once, with no index, where it has no axes.
fn for_each_index(
    domain: &[usize],
    mut work: impl FnMut(&[i64]) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    if domain.contains(&0) {
        return Ok(());
    }
    let mut index = vec![0; domain.len()];
    loop {
        work(&index)?;
        let Some(axis) = (0..domain.len()).rev().find(|&axis| index[axis] + 1 < domain[axis] as i64) else {
            return Ok(());
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}
