//! What a program means: its own tree, run as it stands over dual numbers. Nothing here is lowered,
//! inferred or differentiated symbolically.

mod expression;

use std::collections::BTreeMap;

use super::number::Number;
use super::tensor::{self, Element, Tensor};
use super::tree::{By, Expr, Function, Kind, Pattern, Program, Range, Statement, Struct, Target, Type};

/// What an expression yields.
#[derive(Clone, Debug)]
pub enum Value {
    Tensor(Tensor),
    Tuple(Vec<Value>),
}

impl Value {
    pub fn tensor(self) -> Tensor {
        match self {
            Self::Tensor(tensor) => tensor,
            Self::Tuple(parts) => panic!("a tensor, not {} of them", parts.len()),
        }
    }

    /// The tensors, from left to right.
    pub fn tensors(self) -> Vec<Tensor> {
        match self {
            Self::Tensor(tensor) => vec![tensor],
            Self::Tuple(parts) => parts.into_iter().flat_map(Value::tensors).collect(),
        }
    }
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Slot {
    Value(Value),
    Integer(i64),
    Layer(Place),
}

/// A layer: its struct, and how its fields are reached.
#[derive(Clone, Debug)]
struct Place {
    layer: String,
    generics: Vec<i64>,
    path: String,
    at: Vec<usize>,
    /// Of an array of layers its length.
    length: Option<usize>,
}

/// Elements of a tensor that move, and how fast.
type Movement = Vec<(usize, Number)>;

/// A list of statements under way.
#[derive(Clone)]
struct List<'p> {
    statements: &'p [Statement],
    /// What was in scope before the first.
    start: Vec<(String, Slot)>,
    /// The statement being run.
    at: usize,
    /// What moves in which direction, once the statement has bound it.
    moving: Vec<(usize, String, u32, Movement)>,
}

/// One call.
#[derive(Clone)]
struct Frame<'p> {
    names: Vec<(String, Slot)>,
    dims: BTreeMap<char, i64>,
    place: Option<Place>,
    lists: Vec<List<'p>>,
}

/// The interpreter.
pub struct Meaning<'p> {
    program: &'p Program,
    /// The network's parameters by path, those of arrays of layers with the arrays' axes in front.
    fields: BTreeMap<String, Tensor>,
    tags: u32,
}

/// The direction in which the inputs may move.
pub const INPUTS: u32 = 1;

impl<'p> Meaning<'p> {
    pub fn new(program: &'p Program, fields: BTreeMap<String, Tensor>) -> Self {
        Self { program, fields, tags: INPUTS }
    }

    /// A public function's results.
    pub fn run(&mut self, function: &'p Function, arguments: Vec<Tensor>) -> Vec<Tensor> {
        let network = &self.program.network;
        let place = Place {
            layer: network.name.clone(),
            generics: Vec::new(),
            path: String::new(),
            at: Vec::new(),
            length: None,
        };
        self.apply(function, Some(place), arguments).tensors()
    }

    fn structure(&self, name: &str) -> Option<&'p Struct> {
        let program = self.program;
        std::iter::once(&program.network).chain(&program.layers).find(|structure| structure.name == name)
    }

    fn apply(&mut self, function: &'p Function, place: Option<Place>, arguments: Vec<Tensor>) -> Value {
        let mut frame = Frame { names: Vec::new(), dims: BTreeMap::new(), place, lists: Vec::new() };
        if let Some(place) = &frame.place
            && let Some(structure) = self.structure(&place.layer)
        {
            frame.dims.extend(structure.generics.iter().copied().zip(place.generics.iter().copied()));
        }
        for ((name, ty), value) in function.arguments.iter().zip(arguments) {
            match ty.kind {
                Kind::Dim(dim) => {
                    frame.dims.insert(dim, value.only().number().real() as i64);
                }
                _ => bind_dims(ty, &value.shape, &mut frame.dims),
            }
            frame.names.push((name.clone(), Slot::Value(Value::Tensor(value))));
        }
        self.statements(&mut frame, &function.body, Some(&function.value)).expect("a function has a value")
    }

    /// Statements, then what they lead to.
    fn statements(
        &mut self,
        frame: &mut Frame<'p>,
        statements: &'p [Statement],
        value: Option<&'p Expr>,
    ) -> Option<Value> {
        let list = List { statements, start: frame.names.clone(), at: 0, moving: Vec::new() };
        frame.lists.push(list);
        self.steps(frame, statements.len());
        let value = value.map(|value| self.expr(frame, value));
        frame.lists.pop();
        value
    }

    /// The first statements of the innermost list.
    fn steps(&mut self, frame: &mut Frame<'p>, count: usize) {
        let statements = frame.lists.last().expect("a list is under way").statements;
        for (at, statement) in statements[..count].iter().enumerate() {
            frame.lists.last_mut().expect("a list is under way").at = at;
            self.statement(frame, statement);
            let moving = frame.lists.last().expect("a list is under way").moving.clone();
            for (place, name, tag, movement) in moving {
                if place == at {
                    shift(lookup(frame, &name), tag, &movement);
                }
            }
        }
        frame.lists.last_mut().expect("a list is under way").at = count;
    }

    fn statement(&mut self, frame: &mut Frame<'p>, statement: &'p Statement) {
        match statement {
            Statement::Let { name, value, .. } => {
                let value = self.expr(frame, value);
                frame.names.push((name.clone(), Slot::Value(value)));
            }
            Statement::LetTuple { pattern, value } => {
                let value = self.expr(frame, value);
                let mut parts = Vec::new();
                take_apart(pattern, value, &mut parts);
                frame.names.extend(parts.into_iter().map(|(name, part)| (name, Slot::Value(part))));
            }
            Statement::LetIndexed { name, indices, own, value, .. } => {
                let mut shape = Vec::new();
                for index in indices {
                    shape.push(self.int(frame, &index.to) as usize);
                }
                let known = frame.names.len();
                let mut parts = Vec::new();
                for place in 0..shape.iter().product() {
                    let at = tensor::unravel(place, &shape);
                    let bound = indices
                        .iter()
                        .zip(at)
                        .map(|(index, at)| (index.name.clone(), Slot::Integer(at as i64)));
                    frame.names.extend(bound);
                    parts.push(self.expr(frame, value).tensor());
                    frame.names.truncate(known);
                }
                // Where there is none, only the program says what it would be.
                let written = || own.iter().map(|size| self.size(frame, size) as usize).collect();
                let own = parts.first().map_or_else(written, |part| part.shape.clone());
                let data = parts.into_iter().flat_map(|part| part.data).collect();
                let tensor = Tensor { shape: [shape, own].concat(), data };
                frame.names.push((name.clone(), Slot::Value(Value::Tensor(tensor))));
            }
            Statement::Assign { target, operator, value } => self.assign(frame, target, operator, value),
            Statement::For { checkpoint: _, variable, range, condition, body } => {
                let steps: Vec<Slot> = match range {
                    Range::Range { from, to, reversed } => {
                        let (from, to) = (self.int(frame, from), self.int(frame, to));
                        let steps = (from..to).map(Slot::Integer);
                        if *reversed { steps.rev().collect() } else { steps.collect() }
                    }
                    Range::Over(name) => {
                        let place = self.layer_named(frame, name);
                        let length = place.length.expect("a loop runs over an array of layers");
                        (0..length).map(|at| Slot::Layer(one_of(&place, at))).collect()
                    }
                };
                let known = frame.names.len();
                for step in steps {
                    frame.names.push((variable.clone(), step));
                    let goes_on = condition.as_ref().is_none_or(|condition| self.flag(frame, condition));
                    if goes_on {
                        self.statements(frame, body, None);
                    }
                    frame.names.truncate(known);
                    if !goes_on {
                        break;
                    }
                }
            }
            Statement::If { condition, then, otherwise } => {
                let condition = self.tensor(frame, condition);
                if condition.shape.is_empty() {
                    let taken = if condition.only().flag() { then } else { otherwise };
                    self.statements(frame, taken, None);
                    return;
                }
                // Elementwise: both are run, and each name is put together.
                let mut other = frame.clone();
                self.statements(frame, then, None);
                self.statements(&mut other, otherwise, None);
                for ((_, one), (_, other)) in frame.names.iter_mut().zip(other.names) {
                    if let (Slot::Value(Value::Tensor(one)), Slot::Value(Value::Tensor(other))) = (one, other)
                        && one.shape == condition.shape
                    {
                        *one = tensor::choose(&condition, one, &other);
                    }
                }
            }
        }
    }

    fn flag(&mut self, frame: &mut Frame<'p>, condition: &'p Expr) -> bool {
        self.tensor(frame, condition).only().flag()
    }

    fn assign(&mut self, frame: &mut Frame<'p>, target: &'p Target, operator: &str, value: &'p Expr) {
        let new = self.expr(frame, value);
        let update = |old: &Tensor, new: &Tensor| match operator {
            "=" => new.stretch(&old.shape),
            _ if is_index(old) => binary(&operator[..1], old, new),
            "+=" => old.add(new),
            "-=" => old.sub(new),
            "*=" => old.mul(new),
            "/=" => old.div(new),
            _ => panic!("no assignment `{operator}`"),
        };
        match (target, new) {
            (Target::Name(name), Value::Tensor(new)) => {
                let old = lookup(frame, name);
                *old = Value::Tensor(update(&old.clone().tensor(), &new));
            }
            (Target::Tuple(pattern), new) => {
                let mut parts = Vec::new();
                take_apart(pattern, new, &mut parts);
                for (name, part) in parts {
                    *lookup(frame, &name) = part;
                }
            }
            (Target::Indexed(name, at), Value::Tensor(new)) => {
                let old = lookup(frame, name).clone().tensor();
                let places = Tensor::make(&old.shape, |at| {
                    Element::Index(
                        at.iter().zip(&old.shape).fold(0, |place, (at, size)| place * size + at) as i64
                    )
                });
                let part = self.subscript(frame, &places, at);
                let mut changed = old.clone();
                // One after the other: what is named twice is changed twice.
                for (place, new) in part.data.iter().zip(&new.stretch(&part.shape).data) {
                    let place = place.index() as usize;
                    let both = [&changed.data[place], new]
                        .map(|each| Tensor { shape: vec![], data: vec![each.clone()] });
                    changed.data[place] = update(&both[0], &both[1]).only().clone();
                }
                *lookup(frame, name) = Value::Tensor(changed);
            }
            (target, new) => panic!("{new:?} cannot be assigned to {target:?}"),
        }
    }

    fn gradient(&mut self, frame: &Frame<'p>, of: &'p Expr, by: &'p By) -> Tensor {
        let variable = self.variable(frame, by);
        let mut place = 0;
        variable.map(|_| {
            let (moved, tag) = self.moved(frame, of, by, vec![(place, 1.0.into())]);
            place += 1;
            moved.data.iter().fold(Number::Real(0.0), |sum, each| sum.add(&each.number().slope(tag)))
        })
    }

    /// A value with a variable of the same list moving: all since it was bound is done again.
    fn moved(&mut self, frame: &Frame<'p>, of: &'p Expr, by: &'p By, movement: Movement) -> (Tensor, u32) {
        self.tags += 1;
        let tag = self.tags;
        let mut again = frame.clone();
        let mut list = again.lists.pop().expect("a list is under way");
        let binds = |by: &str| {
            list.statements[..list.at].iter().rposition(|statement| match statement {
                Statement::Let { name, .. } | Statement::LetIndexed { name, .. } => name == by,
                Statement::LetTuple { pattern, .. } => pattern.names().iter().any(|name| name == by),
                Statement::Assign { .. } | Statement::For { .. } | Statement::If { .. } => false,
            })
        };
        again.names = list.start.clone();
        let mut field = None;
        match by {
            By::Parameter(parameter) => {
                let (path, at) = self.holder(frame, parameter);
                let variable = self.variable(frame, by);
                let first = tensor::ravel(&at, &self.fields[&path].shape[..at.len()]) * variable.data.len();
                let movement = movement.into_iter().map(|(place, slope)| (first + place, slope)).collect();
                field = Some(self.shift_field(&path, tag, &movement));
            }
            By::Name(name) => {
                if let Some(bound) = binds(name) {
                    list.moving.push((bound, name.clone(), tag, movement));
                } else if again.names.iter().any(|(known, _)| known == name) {
                    shift(lookup(&mut again, name), tag, &movement);
                    list.start = again.names.clone();
                } else {
                    field = Some(self.shift_field(name, tag, &movement));
                }
            }
        }
        let count = list.at;
        again.lists.push(list);
        self.steps(&mut again, count);
        let moved = self.tensor(&mut again, of);
        self.fields.extend(field);
        (moved, tag)
    }

    /// Lets a parameter move, and returns what it was.
    fn shift_field(&mut self, path: &str, tag: u32, movement: &Movement) -> (String, Tensor) {
        let before = self.fields[path].clone();
        let mut value = Value::Tensor(before.clone());
        shift(&mut value, tag, movement);
        self.fields.insert(path.to_string(), value.tensor());
        (path.to_string(), before)
    }
}

/// Names with the parts of a value that they stand for.
fn take_apart(pattern: &Pattern, value: Value, parts: &mut Vec<(String, Value)>) {
    match (pattern, value) {
        (Pattern::Name(name), value) => parts.push((name.clone(), value)),
        (Pattern::Ignored, _) => {}
        (Pattern::Tuple(patterns), Value::Tuple(values)) => {
            patterns.iter().zip(values).for_each(|(pattern, value)| take_apart(pattern, value, parts));
        }
        (Pattern::Tuple(_), Value::Tensor(_)) => panic!("a tuple is taken apart"),
    }
}

fn one_of(place: &Place, at: usize) -> Place {
    Place { at: [place.at.as_slice(), &[at]].concat(), length: None, ..place.clone() }
}

fn slot<'f>(frame: &'f Frame<'_>, name: &str) -> Option<&'f Slot> {
    frame.names.iter().rev().find(|(known, _)| known == name).map(|(_, slot)| slot)
}

fn lookup<'f>(frame: &'f mut Frame<'_>, name: &str) -> &'f mut Value {
    match frame.names.iter_mut().rev().find(|(known, _)| known == name) {
        Some((_, Slot::Value(value))) => value,
        _ => panic!("no value `{name}`"),
    }
}

fn shift(value: &mut Value, tag: u32, movement: &Movement) {
    let Value::Tensor(tensor) = value else { panic!("a tensor moves") };
    for (place, slope) in movement {
        tensor.data[*place] = Element::Number(tensor.data[*place].number().moving(tag, slope.clone()));
    }
}

fn bind_dims(ty: &Type, shape: &[usize], dims: &mut BTreeMap<char, i64>) {
    let own = &shape[shape.len() - ty.shape.len()..];
    for (size, &found) in ty.shape.iter().zip(own) {
        if let Some(dim) = size.as_dim() {
            let known = *dims.entry(dim).or_insert(found as i64);
            assert_eq!(known, found as i64, "the size {dim}");
        }
    }
}

fn compare<T: PartialOrd>(operator: &str, a: &T, b: &T) -> bool {
    match operator {
        "<" => a < b,
        "<=" => a <= b,
        ">" => a > b,
        ">=" => a >= b,
        "==" => a == b,
        "!=" => a != b,
        _ => panic!("no comparison `{operator}`"),
    }
}

fn is_index(tensor: &Tensor) -> bool {
    matches!(tensor.data.first(), Some(Element::Index(_)))
}

fn binary(operator: &str, a: &Tensor, b: &Tensor) -> Tensor {
    let flags = |of: fn(bool, bool) -> bool| {
        Tensor::zip(&[a, b], |both| Element::Flag(of(both[0].flag(), both[1].flag())))
    };
    // Of indices with integers.
    if is_index(a) || is_index(b) {
        let integer = |element: &Element| element.number().real() as i64;
        return Tensor::zip(&[a, b], |both| {
            let (a, b) = (integer(both[0]), integer(both[1]));
            match operator {
                "+" => Element::Index(a + b),
                "-" => Element::Index(a - b),
                "*" => Element::Index(a * b),
                "/" => Element::Index(a.div_euclid(b)),
                "%" => Element::Index(a.rem_euclid(b)),
                _ => Element::Flag(compare(operator, &a, &b)),
            }
        });
    }
    match operator {
        "+" => a.add(b),
        "-" => a.sub(b),
        "*" => a.mul(b),
        "/" => a.div(b),
        "@" => a.product(b),
        "&&" => flags(|a, b| a && b),
        "||" => flags(|a, b| a || b),
        _ => Tensor::zip(&[a, b], |both| {
            Element::Flag(compare(operator, &both[0].number().real(), &both[1].number().real()))
        }),
    }
}
