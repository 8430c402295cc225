//! Reductions, in index notation and over axes: both end in one fold.

use super::elaborate::{Elaborator, Place};
use super::inside::checked;
use super::value::Array;
use crate::ir::{
    Apply, ArrayFunction, Atom, Axis, Carried, Comparison, Comprehension, Graph, Int, Kind, Loop, Node,
    Reduction,
};

/// The reducers of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reducer {
    Sum,
    Prod,
    Mean,
    Max,
    Min,
    Argmax,
    Argmin,
    Any,
    All,
}

impl Reducer {
    /// The reducer of a name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "sum" => Self::Sum,
            "prod" => Self::Prod,
            "mean" => Self::Mean,
            "max" => Self::Max,
            "min" => Self::Min,
            "argmax" => Self::Argmax,
            "argmin" => Self::Argmin,
            "any" => Self::Any,
            "all" => Self::All,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Prod => "prod",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Min => "min",
            Self::Argmax => "argmax",
            Self::Argmin => "argmin",
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

impl Elaborator<'_> {
    /// Folds the reduced axes, which come behind the array's own, away. `within` says where a range holds
    /// that is not rectangular.
    pub fn fold(
        &mut self,
        reducer: Reducer,
        array: &Array,
        reduced: &[Axis],
        within: Option<crate::ir::ScalarId>,
        place: &Place,
    ) -> Option<Array> {
        let wants_mask = matches!(reducer, Reducer::Any | Reducer::All);
        if wants_mask != (array.kind == Kind::Mask) {
            let shape: Vec<Int> =
                array.shape.iter().cloned().chain(reduced.iter().map(|axis| axis.extent.clone())).collect();
            let found =
                self.show(array.kind, if self.depth() == array.depth { &shape } else { &array.shape });
            let message = if wants_mask {
                format!("`{}` takes conditions, found {found}", reducer.name())
            } else {
                format!("`{}` takes numbers, found {found}", reducer.name())
            };
            let float = self.float_name();
            let help = if wants_mask {
                "compare: `x > 0`".to_string()
            } else {
                format!("make numbers of it: `… as {float}`")
            };
            self.say(place, message, Some(help));
            return None;
        }
        let array =
            if array.kind == Kind::Mask { array.clone() } else { self.to_float_elements(array, place)? };
        let count = Int::product(reduced.iter().map(|axis| &axis.extent));
        let name = self.name_for(reducer.name());
        let s = &mut self.graph.scalars;
        Some(match reducer {
            Reducer::Sum => {
                let element = otherwise(s, within, array.element, 0.0);
                self.make(&Array { element, ..array }, &name, Reduction::Sum, reduced)
            }
            Reducer::Mean => {
                let element = otherwise(s, within, array.element, 0.0);
                let sum = self.make(&Array { element, ..array.clone() }, &name, Reduction::Sum, reduced);
                let count = match within {
                    None => self.graph.scalars.integer(count),
                    Some(_) => {
                        let one = self.graph.scalars.number(1.0);
                        let one = otherwise(&mut self.graph.scalars, within, one, 0.0);
                        self.make(&Array { element: one, ..array }, "count", Reduction::Sum, reduced).element
                    }
                };
                let element = self.graph.scalars.div(sum.element, count);
                Array { element, ..sum }
            }
            Reducer::Any | Reducer::All => {
                let (one, zero) = (s.number(1.0), s.number(0.0));
                let flag = if reducer == Reducer::Any { array.element } else { s.not(array.element) };
                let counted = s.select(flag, one, zero);
                let element = otherwise(s, within, counted, 0.0);
                let sum =
                    self.make(&Array { element, kind: Kind::Float, ..array }, &name, Reduction::Sum, reduced);
                let zero = self.graph.scalars.number(0.0);
                let comparison =
                    if reducer == Reducer::Any { Comparison::NotEqual } else { Comparison::Equal };
                let element = self.graph.scalars.compare(comparison, sum.element, zero);
                Array { element, kind: Kind::Mask, ..sum }
            }
            Reducer::Max | Reducer::Min | Reducer::Argmax | Reducer::Argmin => {
                let least = matches!(reducer, Reducer::Min | Reducer::Argmin);
                let element = otherwise(
                    s,
                    within,
                    array.element,
                    if least { f64::INFINITY } else { f64::NEG_INFINITY },
                );
                let array = Array { element, ..array };
                let found = self.search(&array, reduced, least);
                let position = self.as_element(&found);
                let position = self.among(position, &array, reduced, reducer);
                if matches!(reducer, Reducer::Argmax | Reducer::Argmin) {
                    return Some(Array { element: self.graph.scalars.integer(position), ..found });
                }
                let at: Vec<Int> = (0..array.depth + array.shape.len())
                    .map(Int::index)
                    .chain(Graph::unravel(&position, reduced))
                    .collect();
                let element = self.graph.scalars.with_indices(array.element, &at);
                Array { element, ..array }
            }
            Reducer::Prod => {
                let element = otherwise(s, within, array.element, 1.0);
                self.product(&Array { element, ..array }, &name, reduced, count)
            }
        })
    }

    /// Where the largest (or least) is, counted row by row over the reduced axes.
    fn search(&mut self, array: &Array, reduced: &[Axis], least: bool) -> Array {
        let (used, value, outer) = self.domain_of(array, reduced.len());
        let shape: Vec<Int> = outer.iter().map(|axis| axis.extent.clone()).collect();
        let name = self.name_for(if least { "argmin" } else { "argmax" });
        let out = self.graph.add_tensor(name, shape, Kind::Index);
        self.graph.nodes.push(Node::Apply(Apply {
            out,
            outer,
            inner: reduced.to_vec(),
            function: ArrayFunction::Argmax { least },
            value,
        }));
        self.read_made(out, &used, &array.shape, Kind::Index)
    }

    /// A position that a search has found, checked where there may be nothing to search: what is read there is
    /// then at fault, along the first of the reduced axes that may be empty.
    fn among(&self, position: Int, array: &Array, reduced: &[Axis], reducer: Reducer) -> Int {
        let Some(along) = reduced.iter().position(|axis| axis.extent.as_constant().is_none()) else {
            return position;
        };
        let index = array.depth + array.shape.len() + along;
        let mut searched = None;
        self.graph.visit_reads(array.element, &mut |tensor, at| {
            let axis = at.iter().position(|subscript| subscript.mentions_index(index));
            searched = searched.or(axis.map(|axis| (tensor, axis)));
        });
        let what = searched
            .map_or((reducer.name(), along), |(tensor, axis)| (&*self.graph.tensor(tensor).name, axis));
        checked(position, &Int::product(reduced.iter().map(|axis| &axis.extent)), what)
    }

    /// A product over the reduced axes: a loop that carries it, so that its derivative needs no rule and
    /// a zero among the factors no exception.
    fn product(&mut self, array: &Array, name: &str, reduced: &[Axis], count: Int) -> Array {
        let (used, value, outer) = self.domain_of(array, reduced.len());
        let shape: Vec<Int> = outer.iter().map(|axis| axis.extent.clone()).collect();
        // Of nothing it is 1, and no counter can be taken apart.
        if count.is(0) {
            let one = self.graph.scalars.number(1.0);
            let made = self.graph.push_map(name, shape, Kind::Float, one);
            return self.read_made(made, &used, &array.shape, Kind::Float);
        }
        let counter = self.graph.add_loop();
        let at: Vec<Int> = Graph::identity(outer.len())
            .into_iter()
            .chain(Graph::unravel(&Int::atom(Atom::Loop(counter)), reduced))
            .collect();
        let factor = self.graph.scalars.with_indices(value, &at);
        let one = self.graph.scalars.number(1.0);
        let initial = self.graph.push_map(name, shape.clone(), Kind::Float, one);
        let inside = self.graph.add_tensor(name, shape.clone(), Kind::Float);
        let next = self.graph.add_tensor(name, shape.clone(), Kind::Float);
        let last = self.graph.add_tensor(name, shape, Kind::Float);
        let so_far = self.graph.scalars.read(inside, Graph::identity(outer.len()));
        let value = self.graph.scalars.mul(so_far, factor);
        let step = Comprehension::map(next, outer, value);
        self.graph.nodes.push(Node::Loop(Loop {
            counter,
            name: reduced.first().map_or_else(|| "k".to_string(), |axis| axis.name.clone()),
            extent: count,
            reversed: false,
            condition: None,
            keep: crate::ir::Keep::Everything,
            carried: vec![Carried { initial, inside, next, last }],
            body: vec![Node::Comprehension(step)],
        }));
        self.read_made(last, &used, &array.shape, Kind::Float)
    }

    /// The indices in scope that an array's element depends on, the element over them, its own axes and
    /// the reduced ones behind, and the domain of all but those.
    pub fn domain_of(
        &mut self,
        array: &Array,
        reduced: usize,
    ) -> (Vec<usize>, crate::ir::ScalarId, Vec<Axis>) {
        let depth = self.depth();
        let own = array.shape.len();
        let element = self.guarded(array);
        let used: Vec<usize> = self.graph.scalars.indices(element).range(..depth).copied().collect();
        let mut renumber = vec![Int::zero(); depth + own + reduced];
        for (new, &old) in used.iter().enumerate() {
            renumber[old] = Int::index(new);
        }
        for (position, index) in renumber.iter_mut().enumerate().skip(depth) {
            *index = Int::index(used.len() + position - depth);
        }
        let value = self.graph.scalars.with_indices(element, &renumber);
        let outer = used
            .iter()
            .map(|&position| self.ambient[position].clone())
            .chain(Graph::axes(&array.shape))
            .collect();
        (used, value, outer)
    }

    /// The integer that an index array's element is.
    fn as_element(&mut self, array: &Array) -> Int {
        match &self.graph.scalars[array.element] {
            crate::ir::Scalar::Integer(value) => value.clone(),
            other => unreachable!("an index tensor is read as an integer, not {other:?}"),
        }
    }

    fn to_float_elements(&mut self, array: &Array, place: &Place) -> Option<Array> {
        if array.kind == Kind::Index && array.shape.is_empty() {
            return Some(Array { kind: Kind::Float, ..array.clone() });
        }
        self.to_float(array.clone(), place)
    }
}

/// The value where a range holds, the reduction's neutral element elsewhere.
fn otherwise(
    scalars: &mut crate::ir::Scalars,
    within: Option<crate::ir::ScalarId>,
    value: crate::ir::ScalarId,
    neutral: f64,
) -> crate::ir::ScalarId {
    match within {
        None => value,
        Some(condition) => {
            let neutral = scalars.number(neutral);
            scalars.select(condition, value, neutral)
        }
    }
}
