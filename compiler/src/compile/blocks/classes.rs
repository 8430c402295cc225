//! What tensors are to the rows of a batch: the same for all, one for each, or a sum over them. Changes nothing.

use std::collections::BTreeMap;

use super::arguments;
use crate::ir::{
    Atom, Axis, Binary, Comprehension, DimId, Graph, Int, Kind, Loop, Node, Reduction, Scalar, ScalarId,
    TensorId, Unary,
};
use crate::program::Method;

/// How a tensor depends on the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not at all.
    Same,
    /// Along this axis, one for one, on those of this size.
    Rows(DimId, usize),
    /// It is a sum over them, or of such sums, each times what is the same for all rows.
    Sum,
}

/// The classes of all tensors that a function makes of rows.
pub struct Classes {
    /// The sizes of which blocks have parts.
    pub sizes: Vec<DimId>,
    /// Those that are not the same for all.
    known: BTreeMap<TensorId, Class>,
}

impl Classes {
    /// None if rows mix.
    pub fn of(method: &Method, graph: &Graph, sizes: Vec<DimId>) -> Option<Self> {
        let mut classes = Self { sizes, known: BTreeMap::new() };
        for tensor in arguments(method) {
            if let Some(size) = classes.size(graph.shape(tensor).first()) {
                classes.known.insert(tensor, Class::Rows(size, 0));
            }
        }
        classes.nodes(graph, &graph.nodes)?;
        Some(classes)
    }

    /// That of a tensor.
    pub fn of_tensor(&self, tensor: TensorId) -> Class {
        self.known.get(&tensor).copied().unwrap_or(Class::Same)
    }

    /// The size of the batch that an extent is.
    pub fn size(&self, extent: Option<&Int>) -> Option<DimId> {
        extent?.as_dim().filter(|size| self.sizes.contains(size))
    }

    /// Whether an integer is made of none of the sizes.
    fn is_free(&self, integer: &Int) -> bool {
        integer.dims().iter().all(|size| !self.sizes.contains(size))
    }

    /// The one axis of rows, or none; nothing if there are several, or others whose extents depend on rows.
    fn row_of(&self, axes: &[Axis]) -> Option<Option<(usize, DimId)>> {
        let mut row = None;
        for (position, axis) in axes.iter().enumerate() {
            match self.size(Some(&axis.extent)) {
                Some(size) if row.is_none() => row = Some((position, size)),
                None if self.is_free(&axis.extent) => {}
                Some(_) | None => return None,
            }
        }
        Some(row)
    }

    fn nodes(&mut self, graph: &Graph, nodes: &[Node]) -> Option<()> {
        for node in nodes {
            let (out, class) = match node {
                Node::Comprehension(node) => (node.out, self.comprehension(graph, node)?),
                Node::Apply(node) => {
                    let row = self.row_of(&node.outer)?;
                    let inner = node.inner.iter().all(|axis| self.is_free(&axis.extent));
                    let reads_sums = self.value(graph, node.value, row)?;
                    let class = row.map_or(Class::Same, |(position, size)| Class::Rows(size, position));
                    (node.out, Some(class).filter(|_| inner && !reads_sums)?)
                }
                Node::Reshape { out, from } => {
                    let shapes = [*out, *from].map(|tensor| graph.shape(tensor));
                    let stay =
                        shapes.iter().all(|shape| shape.iter().skip(1).all(|extent| self.is_free(extent)));
                    let class = self.of_tensor(*from);
                    let stays = match class {
                        Class::Rows(size, 0) => {
                            shapes.iter().all(|shape| self.size(shape.first()) == Some(size))
                        }
                        Class::Rows(..) => false,
                        Class::Same | Class::Sum => true,
                    };
                    (*out, Some(class).filter(|_| stay && stays)?)
                }
                Node::Loop(node) => {
                    self.repeat(graph, node)?;
                    continue;
                }
            };
            self.note(graph, out, class)?;
        }
        Some(())
    }

    /// Notes what a tensor is; its shape has to be alike.
    fn note(&mut self, graph: &Graph, tensor: TensorId, class: Class) -> Option<()> {
        let fits = graph.shape(tensor).iter().enumerate().all(|(axis, extent)| match class {
            Class::Rows(size, rows) if rows == axis => self.size(Some(extent)) == Some(size),
            Class::Rows(..) | Class::Same | Class::Sum => self.is_free(extent),
        });
        if class != Class::Same {
            self.known.insert(tensor, class);
        }
        fits.then_some(())
    }

    fn repeat(&mut self, graph: &Graph, node: &Loop) -> Option<()> {
        let reads_sums = node.condition.map_or(Some(false), |condition| self.value(graph, condition, None));
        if !self.is_free(&node.extent) || reads_sums? {
            return None;
        }
        for carried in &node.carried {
            self.note(graph, carried.inside, self.of_tensor(carried.initial))?;
        }
        loop {
            self.nodes(graph, &node.body)?;
            let mut is_done = true;
            for carried in &node.carried {
                let (before, after) = (self.of_tensor(carried.inside), self.of_tensor(carried.next));
                match (before, after) {
                    _ if before == after => {}
                    // It begins with what is added to a sum.
                    (Class::Same, Class::Sum) => {
                        self.known.insert(carried.inside, Class::Sum);
                        is_done = false;
                    }
                    _ => return None,
                }
            }
            if is_done {
                break;
            }
        }
        for carried in &node.carried {
            self.note(graph, carried.last, self.of_tensor(carried.inside))?;
        }
        Some(())
    }

    fn comprehension(&self, graph: &Graph, node: &Comprehension) -> Option<Class> {
        let row = self.row_of(&node.domain)?;
        let reads_sums = self.value(graph, node.value, row)?;
        let is_float = graph.tensor(node.out).kind == Kind::Float;
        // Where the row is written; nothing else of where a value goes may depend on it.
        let place = row.and_then(|(row, _)| node.at.iter().position(|at| at.as_index() == Some(row)));
        let others = node.at.iter().enumerate().filter(|(axis, _)| Some(*axis) != place);
        for (_, at) in others {
            self.integer(at, row, false)?;
        }
        let class = match (row, place) {
            (None, _) if reads_sums => {
                Linear { graph, classes: self }.is_linear(node.value)?;
                Class::Sum
            }
            (None, _) => Class::Same,
            (Some(_), _) if reads_sums => return None,
            (Some((_, size)), Some(axis)) => Class::Rows(size, axis),
            (Some(_), None) if node.reduction == Reduction::Sum && is_float => Class::Sum,
            (Some(_), None) => return None,
        };
        let base = node.base.map_or(class, |base| self.of_tensor(base));
        (base == class || (base, class) == (Class::Same, Class::Sum)).then_some(class)
    }

    /// Whether a value reads sums; nothing if it reads other rows than its own, or depends on which row it is.
    fn value(&self, graph: &Graph, value: ScalarId, row: Option<(usize, DimId)>) -> Option<bool> {
        let mut reads_sums = false;
        for id in graph.scalars.reachable(value) {
            match &graph.scalars[id] {
                Scalar::Read(tensor, at) => reads_sums |= self.read(*tensor, at, row)?,
                Scalar::Integer(value) => self.integer(value, row, true)?,
                Scalar::CompareInt(_, a, b) => {
                    self.integer(a, row, true)?;
                    self.integer(b, row, true)?;
                }
                Scalar::Number(_)
                | Scalar::Flag(_)
                | Scalar::Unary(..)
                | Scalar::Binary(..)
                | Scalar::Call(..)
                | Scalar::Compare(..)
                | Scalar::Not(_)
                | Scalar::And(..)
                | Scalar::Or(..)
                | Scalar::Select(..) => {}
            }
        }
        Some(reads_sums)
    }

    /// Whether what is read is a sum.
    fn read(&self, tensor: TensorId, at: &[Int], row: Option<(usize, DimId)>) -> Option<bool> {
        let class = self.of_tensor(tensor);
        for (axis, subscript) in at.iter().enumerate() {
            match (class, row) {
                (Class::Rows(size, rows), Some((row, of)))
                    if rows == axis && of == size && subscript.as_index() == Some(row) => {}
                (Class::Rows(_, rows), _) if rows == axis => return None,
                (Class::Rows(..) | Class::Same | Class::Sum, _) => self.integer(subscript, row, false)?,
            }
        }
        Some(class == Class::Sum)
    }

    /// Whether an integer is one that is the same for all rows, but for what is read there; a number may be made of how
    /// many rows there are.
    fn integer(&self, integer: &Int, row: Option<(usize, DimId)>, is_number: bool) -> Option<()> {
        let mut is_same = is_number || self.is_free(integer);
        for (monomial, _) in integer.terms() {
            for atom in monomial {
                is_same &= match atom {
                    Atom::Dim(_) | Atom::Loop(_) => true,
                    Atom::Index(index) => row.is_none_or(|(row, _)| row != *index),
                    Atom::Read(tensor, at) => self.read(*tensor, at, row) == Some(false),
                    Atom::Div(a, b) | Atom::Mod(a, b) => {
                        [a, b].into_iter().all(|part| self.integer(part, row, is_number).is_some())
                    }
                    Atom::Root(of) => self.integer(of, row, is_number).is_some(),
                    Atom::Inside(inside) => [&inside.position, &inside.size]
                        .into_iter()
                        .all(|part| self.integer(part, row, false).is_some()),
                };
            }
        }
        is_same.then_some(())
    }
}

/// What is the same function of sums whether these are taken of blocks and added up, or of all rows.
pub struct Linear<'a> {
    /// Where the expressions stand.
    pub graph: &'a Graph,
    /// What the tensors are that they read.
    pub classes: &'a Classes,
}

impl Linear<'_> {
    /// Whether an expression is a sum, if it is that or the same for all rows; what is the same may be added to one.
    pub fn is_linear(&self, value: ScalarId) -> Option<bool> {
        let mut known: BTreeMap<ScalarId, bool> = BTreeMap::new();
        for id in self.graph.scalars.reachable(value) {
            let is_sum = match &self.graph.scalars[id] {
                Scalar::Read(tensor, _) => self.classes.of_tensor(*tensor) == Class::Sum,
                Scalar::Unary(Unary::Neg | Unary::StopGradient, a) => known[a],
                Scalar::Binary(Binary::Add | Binary::Sub, a, b) => known[a] || known[b],
                Scalar::Binary(Binary::Mul, a, b) if !(known[a] && known[b]) => known[a] || known[b],
                Scalar::Binary(Binary::Div, a, b) if !known[b] => known[a],
                Scalar::Select(condition, a, b) if !known[condition] => known[a] || known[b],
                _ if self.graph.scalars.operands(id).iter().any(|operand| known[operand]) => return None,
                _ => false,
            };
            known.insert(id, is_sum);
        }
        known.get(&value).copied()
    }
}
