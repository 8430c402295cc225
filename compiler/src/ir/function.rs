//! Functions that are no operation of the language: those of Rust that a block declares, and random bits.

use super::{Apply, Axis, Graph, Int, Node, Scalar, ScalarId, Scalars, TensorId};

/// A function of the user's, by its place in [`Scalars::externs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternId(pub u32);

/// What a [`Scalar::Call`] calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// An `extern fn`.
    Extern(ExternId),
    /// In a [`Directional::Slopes`]: the argument of this number; behind the arguments, the result.
    Parameter(u32),
    /// A number evenly distributed over 0..1, of a key and a position.
    Uniform,
    /// A new key, of a key and an integer.
    Fold,
    /// The lower 32 bits of a key, or the upper ones, as an index.
    Word(Half),
    /// The key of two words, the lower one first.
    Key,
}

/// One of the two words of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    Low,
    High,
}

/// A function of Rust, of numbers and of arrays of fixed sizes.
#[derive(Clone, Debug)]
pub struct Extern {
    /// Its name.
    pub name: String,
    /// The sizes of each parameter; a number has none.
    pub parameters: Vec<Vec<Int>>,
    /// The sizes of what it returns.
    pub result: Vec<Int>,
    /// Its derivative, if it has one.
    pub derivative: Option<Directional>,
}

/// The directional derivative of a function of Rust.
#[derive(Clone, Debug)]
pub enum Directional {
    /// Of a function of numbers: the factor of each tangent, in terms of [`Function::Parameter`]s.
    Slopes(Vec<ScalarId>),
    /// Of a function of arrays.
    Rule(Rule),
}

/// A derivative as nodes that belong to no graph's list: they are copied to where they are needed.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What stands for the arguments.
    pub arguments: Vec<TensorId>,
    /// What stands for the result.
    pub result: TensorId,
    /// What stands for the tangents of the arguments.
    pub tangents: Vec<TensorId>,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The tangent of the result, which they make: linear in the tangents of the arguments.
    pub derivative: TensorId,
}

impl Extern {
    /// Whether it is an operation on numbers, which stands in expressions.
    pub fn is_of_numbers(&self) -> bool {
        self.parameters.iter().chain([&self.result]).all(Vec::is_empty)
    }
}

/// The call that an [`Apply`] of a function of Rust makes.
pub struct Called {
    /// Which function.
    pub function: ExternId,
    /// The conditions under which it is called, outermost first, each with whether it must hold or fail.
    pub guards: Vec<(ScalarId, bool)>,
    /// Each argument: the numbers of its indices, and its element.
    pub arguments: Vec<(std::ops::Range<usize>, ScalarId)>,
}

impl Called {
    /// What a value calls whose arguments' indices begin at a number; `None` if the guards never hold.
    pub fn of(scalars: &Scalars, mut value: ScalarId, mut start: usize) -> Option<Self> {
        let mut guards = Vec::new();
        while let Scalar::Select(condition, a, b) = scalars[value] {
            let holds = scalars.as_number(b) == Some(0.0);
            guards.push((condition, holds));
            value = if holds { a } else { b };
        }
        let Scalar::Call(Function::Extern(function), elements) = &scalars[value] else { return None };
        let parameters = &scalars.externs[function.0 as usize].parameters;
        let arguments = parameters.iter().zip(elements).map(|(shape, &element)| {
            let axes = start..start + shape.len();
            start = axes.end;
            (axes, element)
        });
        Some(Self { function: *function, guards, arguments: arguments.collect() })
    }
}

impl Apply {
    /// What is called; `None` if the guards never hold, or if it is no function of Rust.
    pub fn called(&self, scalars: &Scalars) -> Option<Called> {
        Called::of(scalars, self.value, self.outer.len())
    }

    /// All its axes: the outer ones, then the inner ones.
    pub fn domain(&self) -> Vec<Axis> {
        [self.outer.as_slice(), &self.inner].concat()
    }

    /// The subscripts of what it makes in one application: the outer indices, then `behind`.
    pub fn at(&self, graph: &Graph, behind: usize) -> Vec<Int> {
        let rank = graph.shape(self.out).len();
        let own = (0..rank - self.outer.len()).map(|axis| Int::index(behind + axis));
        Graph::identity(self.outer.len()).into_iter().chain(own).collect()
    }
}

impl Scalars {
    /// A call.
    pub fn call(&mut self, function: Function, arguments: Vec<ScalarId>) -> ScalarId {
        self.intern(Scalar::Call(function, arguments))
    }

    /// The derivative of a call by one of its arguments; `y` is its value. A function without one is noted
    /// in [`Scalars::undifferentiated`].
    pub fn slope(
        &mut self,
        function: ExternId,
        argument: usize,
        arguments: &[ScalarId],
        y: ScalarId,
    ) -> ScalarId {
        let slope = match &self.externs[function.0 as usize].derivative {
            Some(Directional::Slopes(slopes)) => slopes[argument],
            None => {
                self.undifferentiated.insert(function);
                return self.number(f64::NAN);
            }
            Some(Directional::Rule(_)) => unreachable!("a function of arrays is applied by a node"),
        };
        let values: Vec<ScalarId> = arguments.iter().copied().chain([y]).collect();
        self.rebuild(
            slope,
            &mut |scalars, id| match scalars[id] {
                Scalar::Call(Function::Parameter(number), _) => Some(values[number as usize]),
                _ => None,
            },
            &mut Clone::clone,
        )
    }
}
