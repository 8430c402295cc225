//! The state of lowering one function: its graph, the names in scope, the comprehensions and loops
//! around the expression at hand; and how a delayed array becomes a tensor.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use super::earlier::Pending;
use super::instances::Instances;
use super::items::Items;
use super::seen::Seen;
use super::unused::Allowed;
use super::value::{Array, Binding, Layer, Step, Value};
use crate::differentiate::Open;
use crate::ir::{
    Atom, Axis, Comprehension, Graph, Int, Kind, LoopId, Name, Node, Reduction, Scalar, ScalarId, TensorId,
};
use crate::program::Float;
use crate::report::{Diagnostic, Report};
use crate::syntax::ast;

/// One function being lowered.
pub struct Elaborator<'a> {
    /// What the block declares.
    pub items: &'a Items<'a>,
    /// Struct instances.
    pub instances: &'a Instances,
    /// Where errors go.
    pub report: &'a mut Report,
    /// What was met, in this function and those before.
    pub seen: &'a mut Seen,
    /// Above zero, what is wrong is not said: it will be, when the same is lowered in earnest.
    pub quiet: usize,
    /// Something that it uses is wrong, and that has been said where it is declared.
    pub uses_wrong: bool,
    /// In a function that nothing calls: sizes that may agree at some call are taken to agree.
    pub lenient: bool,
    /// What is built; `graph.nodes` is the innermost open loop's body.
    pub graph: Graph,
    /// Fields as inputs, made when first read.
    pub fields: BTreeMap<(Vec<Step>, String), TensorId>,
    /// The loops around `graph.nodes`.
    pub open: Vec<Open>,
    /// What stands for conditions that are wrong.
    pub unknown: BTreeSet<TensorId>,
    /// Derivatives that are right if what loops carry does not depend on their variables.
    pub pending: Vec<Pending>,
    /// How often each loop around it runs.
    pub counters: BTreeMap<LoopId, Int>,
    /// The indices of the notation in scope.
    pub ambient: Vec<Axis>,
    /// The conditions under which the expression at hand is evaluated.
    pub guards: Vec<Guard>,
    /// By tensor that is another one where one of the conditions around its making does not hold: which.
    pub kept: BTreeMap<TensorId, TensorId>,
    /// The calls around it, innermost last.
    pub frames: Vec<Frame>,
    /// What a tensor without a name of its own is for.
    pub hint: String,
    /// The functions of Rust that it calls, as the graph numbers them, and where it does so first.
    pub externs: Vec<(Ident, Span)>,
    /// Whether nothing is made a tensor: in the derivative of a function of numbers.
    pub delays: bool,
    /// How deep the expression at hand nests.
    pub nesting: usize,
    /// How deep each scalar expression is, as far as anyone asked.
    pub element_depths: BTreeMap<ScalarId, u32>,
}

/// A condition under which an expression is evaluated.
#[derive(Clone)]
pub struct Guard {
    /// The condition.
    pub condition: Array,
    /// Whether what is stored under it may only be computed where it holds. Of a branch always; of a range
    /// that is not rectangular, once a read is met that is inside its axis only there.
    pub needed: bool,
}

/// One call.
#[derive(Default)]
pub struct Frame {
    /// Names, innermost scope last.
    pub scopes: Vec<Vec<Binding>>,
    /// What each dim is in this call.
    pub dims: BTreeMap<String, Fixed>,
    /// The axes that `..` stands for, and the argument that said so.
    pub rest: Option<(Vec<Int>, String)>,
    /// The layer whose function this is.
    pub layer: Option<Layer>,
    /// Its generics.
    pub generics: BTreeMap<String, i64>,
    /// For a function of the library: where its errors are said.
    pub library: Option<LibraryCall>,
    /// The function's name, against recursion.
    pub function: String,
    /// Whether an argument's type is wrong, so that dims may be missing through no fault of their users.
    pub unfixed: bool,
    /// Whether an argument could not be read: a name that nothing bears may be its.
    pub lost: bool,
    /// What attributes around the statement at hand silence.
    pub allowed: Allowed,
    /// Dims that no argument fixes and that were asked for: each is said once.
    pub missing: BTreeSet<String>,
}

/// A dim in a call.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Its size, in terms of the function being lowered.
    pub size: Int,
    /// The argument that fixed it.
    pub by: String,
}

/// A user's call of a function of the library.
#[derive(Clone, Debug)]
pub struct LibraryCall {
    /// The function.
    pub function: String,
    /// The call.
    pub call: Span,
    /// The arguments that the user passed, by parameter.
    pub places: BTreeMap<String, Span>,
    /// How many errors there were before it: the first in it is the user's, the others come of it.
    pub errors: usize,
}

/// Where an error is said.
#[derive(Clone, Debug)]
pub struct Place {
    /// A token of the user's.
    pub span: Span,
    /// The library's function in which it is, where the token is only its call.
    pub inside: Option<String>,
}

impl<'a> Elaborator<'a> {
    /// One function about to be lowered.
    pub fn new(
        items: &'a Items<'a>,
        instances: &'a Instances,
        report: &'a mut Report,
        seen: &'a mut Seen,
        frame: Frame,
    ) -> Self {
        Self {
            items,
            instances,
            report,
            seen,
            quiet: 0,
            uses_wrong: false,
            lenient: false,
            graph: Graph::default(),
            fields: BTreeMap::new(),
            open: Vec::new(),
            unknown: BTreeSet::new(),
            pending: Vec::new(),
            counters: BTreeMap::new(),
            ambient: Vec::new(),
            guards: Vec::new(),
            kept: BTreeMap::new(),
            hint: frame.function.clone(),
            externs: Vec::new(),
            delays: false,
            nesting: 0,
            element_depths: BTreeMap::new(),
            frames: vec![frame],
        }
    }

    /// Where an error at a token is said: in the library's functions at the user's call.
    pub fn place_of(&self, span: Span) -> Place {
        match &self.frame().library {
            Some(library) => Place { span: library.call, inside: Some(library.function.clone()) },
            None => Place { span, inside: None },
        }
    }

    /// Where an error in an expression is said: an argument that a function of the library hands on is the
    /// user's own.
    pub fn place(&self, expr: &ast::Expr) -> Place {
        let own = match (&self.frame().library, &expr.kind) {
            (Some(library), ast::ExprKind::Name(name)) => library.places.get(&name.to_string()),
            _ => None,
        };
        match own {
            Some(span) => Place { span: *span, inside: None },
            None => self.place_of(expr.span),
        }
    }

    /// Reports an error with a way out.
    pub fn error_with_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let place = self.place_of(span);
        self.say(&place, message.into(), Some(help.into()));
    }

    /// Reports an error at a place, the first only.
    pub fn say(&mut self, place: &Place, message: String, help: Option<String>) {
        let at = |span: Span| format!("{span:?}");
        let follows =
            self.frame().library.as_ref().is_some_and(|library| self.report.errors.len() > library.errors);
        if self.quiet > 0
            || follows
            || self.report.errors.iter().any(|known| at(known.span) == at(place.span))
        {
            return;
        }
        let message = match &place.inside {
            Some(function) => format!("in `{function}`: {message}"),
            None => message,
        };
        self.report.errors.push(Diagnostic { span: place.span, message, help });
    }

    /// Reports a warning; the library's own are nobody's business.
    pub fn warn(&mut self, span: Span, message: impl Into<String>) {
        if self.quiet == 0 && self.frame().library.is_none() {
            self.report.warn(span, message);
        }
    }

    /// Whether two sizes are the same, or might be in a function that nothing calls.
    pub fn agree(&self, a: &Int, b: &Int) -> bool {
        a == b || self.lenient && a.sub(b).as_constant().is_none()
    }

    /// Whether two shapes are the same, or might be in a function that nothing calls.
    pub fn shapes_agree(&self, a: &[Int], b: &[Int]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.agree(a, b))
    }

    /// The innermost call.
    pub fn frame(&self) -> &Frame {
        self.frames.last().expect("lowering happens inside a function")
    }

    /// The innermost call.
    pub fn frame_mut(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("lowering happens inside a function")
    }

    /// `f32` or `f64`.
    pub fn float_name(&self) -> &'static str {
        match self.items.float {
            Float::F32 => "f32",
            Float::F64 => "f64",
        }
    }

    /// How many indices of the notation are in scope.
    pub fn depth(&self) -> usize {
        self.ambient.len()
    }

    // ---- delayed arrays

    /// A scalar constant.
    pub fn number(&mut self, value: f64) -> Value {
        let element = self.graph.scalars.number(value);
        Value::Array(self.scalar(Kind::Float, element))
    }

    /// A scalar of the indices in scope.
    pub fn scalar(&self, kind: Kind, element: ScalarId) -> Array {
        Array { shape: Vec::new(), kind, depth: self.depth(), element }
    }

    /// What stands for a condition that is wrong: whether a read under it is inside, nobody knows.
    pub fn unknown_condition(&mut self) -> Array {
        let tensor = self.graph.add_tensor("condition", Vec::new(), Kind::Mask);
        self.unknown.insert(tensor);
        let element = self.element(tensor, Vec::new(), Kind::Mask);
        self.scalar(Kind::Mask, element)
    }

    /// The array as seen from the indices now in scope: own axes renumbered.
    pub fn here(&mut self, array: &Array) -> Array {
        let depth = self.depth();
        if array.depth == depth {
            return array.clone();
        }
        let indices: Vec<Int> = (0..array.depth)
            .map(Int::index)
            .chain((0..array.shape.len()).map(|axis| Int::index(depth + axis)))
            .collect();
        let element = self.graph.scalars.with_indices(array.element, &indices);
        Array { shape: array.shape.clone(), kind: array.kind, depth, element }
    }

    /// The array whose own axes are read at these subscripts, over a new shape's axes.
    pub fn view(&mut self, array: &Array, shape: Vec<Int>, at: Vec<Int>) -> Array {
        let array = self.here(array);
        let indices: Vec<Int> = (0..array.depth).map(Int::index).chain(at).collect();
        let element = self.graph.scalars.with_indices(array.element, &indices);
        Array { shape, kind: array.kind, depth: array.depth, element }
    }

    /// The array stretched to a shape that it broadcasts to.
    pub fn stretch(&mut self, array: &Array, shape: &[Int]) -> Array {
        let depth = self.depth();
        let missing = shape.len() - array.shape.len();
        let at = array
            .shape
            .iter()
            .zip(&shape[missing..])
            .enumerate()
            .map(
                |(axis, (have, want))| {
                    if have == want { Int::index(depth + missing + axis) } else { Int::zero() }
                },
            )
            .collect();
        self.view(array, shape.to_vec(), at)
    }

    /// What the arrays broadcast to; the first two sizes that disagree otherwise, with their axes from the right.
    pub fn broadcast(&self, shapes: &[&[Int]]) -> Result<Vec<Int>, (Int, Int, usize)> {
        let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
        let mut result = vec![Int::constant(1); rank];
        for shape in shapes {
            for (from_right, size) in shape.iter().rev().enumerate() {
                let have = &mut result[rank - 1 - from_right];
                if have.is(1) {
                    *have = size.clone();
                } else if !size.is(1) && !self.agree(size, have) {
                    return Err((have.clone(), size.clone(), from_right));
                }
            }
        }
        Ok(result)
    }

    /// Whether an element is only a place in a tensor or a constant: nothing is gained by storing it.
    pub fn is_view(&self, array: &Array) -> bool {
        matches!(
            self.graph.scalars[array.element],
            Scalar::Read(..) | Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_)
        )
    }

    /// The array as a tensor of its own, unless it is a view already. Every node that shares a value is made here.
    pub fn store(&mut self, array: &Array, name: &str) -> Array {
        let array = self.here(array);
        // A key is computed anew wherever it is used.
        if self.is_view(&array) || self.delays || array.kind == Kind::Key {
            return array;
        }
        self.make(&array, name, Reduction::Set, &[])
    }

    /// A node of the array's element, over the indices in scope that it depends on, its own axes, and
    /// `reduced` axes behind them, which are summed away.
    pub fn make(&mut self, array: &Array, name: &str, reduction: Reduction, reduced: &[Axis]) -> Array {
        let depth = self.depth();
        let own = array.shape.len();
        let value = self.guarded(array);
        let total = depth + own + reduced.len();
        let used: Vec<usize> = self.graph.scalars.indices(value).range(..depth).copied().collect();

        let mut renumber = vec![Int::zero(); total];
        for (new, &old) in used.iter().enumerate() {
            renumber[old] = Int::index(new);
        }
        for (index, new) in renumber[depth..].iter_mut().enumerate() {
            *new = Int::index(used.len() + index);
        }
        let value = self.graph.scalars.with_indices(value, &renumber);

        let mut domain: Vec<Axis> = used.iter().map(|&position| self.ambient[position].clone()).collect();
        let axes = Graph::axes(&array.shape);
        let taken: Vec<String> = domain.iter().map(|axis| axis.name.clone()).collect();
        domain.extend(axes.into_iter().map(|mut axis| {
            while taken.contains(&axis.name) {
                axis.name.push('_');
            }
            axis
        }));
        let shape: Vec<Int> = domain.iter().map(|axis| axis.extent.clone()).collect();
        domain.extend(reduced.iter().cloned());
        let out = self.graph.add_tensor(name, shape, array.kind);
        let at = Graph::identity(used.len() + own);
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: None,
            domain,
            at,
            reduction,
            value,
        }));
        self.read_made(out, &used, &array.shape, array.kind)
    }

    /// A tensor of the ambient indices used and some own axes, as a delayed array.
    pub fn read_made(&mut self, tensor: TensorId, used: &[usize], shape: &[Int], kind: Kind) -> Array {
        let depth = self.depth();
        let at: Vec<Int> = used
            .iter()
            .map(|&position| Int::index(position))
            .chain((0..shape.len()).map(|axis| Int::index(depth + axis)))
            .collect();
        let element = self.element(tensor, at, kind);
        Array { shape: shape.to_vec(), kind, depth, element }
    }

    /// An element of a tensor of any kind.
    pub fn element(&mut self, tensor: TensorId, at: Vec<Int>, kind: Kind) -> ScalarId {
        match kind {
            Kind::Float | Kind::Mask => self.graph.scalars.read(tensor, at),
            Kind::Index | Kind::Key => self.graph.scalars.integer(Int::atom(Atom::Read(tensor, at))),
        }
    }

    /// Whether the expression at hand stands in a branch that is taken for some elements and not for others.
    pub fn in_elementwise_branch(&self) -> bool {
        self.guards.iter().any(|guard| !guard.condition.shape.is_empty())
    }

    /// The element, zero where the conditions around it do not hold: what is not taken is not evaluated.
    /// The outermost condition is asked first. One that is asked for each element is not asked here: a sum
    /// inside the branch runs over all of them.
    pub fn guarded(&mut self, array: &Array) -> ScalarId {
        let mut value = array.element;
        let guards: Vec<Guard> = self
            .guards
            .iter()
            .rev()
            .filter(|guard| guard.needed && guard.condition.shape.is_empty())
            .cloned()
            .collect();
        for Guard { condition, .. } in guards {
            let condition = self.here(&condition).element;
            let zero = self.graph.scalars.zero(array.kind);
            value = self.graph.scalars.select(condition, value, zero);
        }
        value
    }

    /// The array as one whole tensor with every index in scope as leading axes, in order: what loops
    /// carry and derivatives are taken of.
    pub fn whole(&mut self, array: &Array, name: impl Into<Name>) -> TensorId {
        let array = self.here(array);
        let full = Graph::identity(self.depth() + array.shape.len());
        if let Some((tensor, at)) = self.read_by(array.element) {
            let extents: Vec<Int> = self
                .ambient
                .iter()
                .map(|axis| axis.extent.clone())
                .chain(array.shape.iter().cloned())
                .collect();
            if at == full && self.graph.shape(tensor) == extents {
                return tensor;
            }
        }
        self.whole_anew(&array, name)
    }

    /// The array as a whole tensor that is another one than that of which it may be all.
    pub fn whole_anew(&mut self, array: &Array, name: impl Into<Name>) -> TensorId {
        let array = self.here(array);
        let domain: Vec<Axis> = self.ambient.iter().cloned().chain(Graph::axes(&array.shape)).collect();
        let shape: Vec<Int> = domain.iter().map(|axis| axis.extent.clone()).collect();
        let value = self.guarded(&array);
        let out = self.graph.add_tensor(name, shape, array.kind);
        self.graph.nodes.push(Node::Comprehension(Comprehension::map(out, domain, value)));
        out
    }

    /// The place of a tensor that an element is, of whatever kind, if it is nothing else.
    pub fn read_by(&self, element: ScalarId) -> Option<(TensorId, Vec<Int>)> {
        match &self.graph.scalars[element] {
            Scalar::Read(tensor, at) => Some((*tensor, at.clone())),
            Scalar::Integer(value) => match value.as_atom() {
                Some(Atom::Read(tensor, at)) => Some((*tensor, at.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    /// A whole tensor (see [`Self::whole`]) as a delayed array.
    pub fn of_whole(&mut self, tensor: TensorId) -> Array {
        let depth = self.depth();
        let (shape, kind) = (self.graph.shape(tensor)[depth..].to_vec(), self.graph.tensor(tensor).kind);
        let at = Graph::identity(depth + shape.len());
        let element = self.element(tensor, at, kind);
        Array { shape, kind, depth, element }
    }

    /// The integer, if the array is a scalar of the indices or an element of an index tensor.
    pub fn as_integer(&mut self, array: &Array) -> Option<Int> {
        let array = self.here(array);
        match &self.graph.scalars[array.element] {
            Scalar::Integer(value) if array.shape.is_empty() => Some(value.clone()),
            _ => None,
        }
    }
}
