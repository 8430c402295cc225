//! Expressions.

use super::super::external;
use super::super::library::{self, Options, layers};
use super::super::number::Number;
use super::super::tensor::{self, Element, Tensor};
use super::super::tree::{Bound, By, Content, Expr, Int, LayerName, Parameter, Size, Subscript};
use super::{Frame, Meaning, Place, Slot, Value, binary, compare, one_of, slot};

impl<'p> Meaning<'p> {
    pub(super) fn tensor(&mut self, frame: &mut Frame<'p>, expr: &'p Expr) -> Tensor {
        self.expr(frame, expr).tensor()
    }

    pub(super) fn tensors(&mut self, frame: &mut Frame<'p>, exprs: &'p [Expr]) -> Vec<Tensor> {
        exprs.iter().map(|expr| self.tensor(frame, expr)).collect()
    }

    pub(super) fn expr(&mut self, frame: &mut Frame<'p>, expr: &'p Expr) -> Value {
        Value::Tensor(match expr {
            Expr::Number(value) => Tensor::scalar(*value),
            Expr::Flag(flag) => Tensor::scalar(Element::Flag(*flag)),
            Expr::Size(size) => Tensor::scalar(self.size(frame, size) as f64),
            Expr::Integer(value) => Tensor::scalar(Element::Index(self.int(frame, value))),
            Expr::Name(name) => return self.named(frame, name),
            Expr::Parameter(parameter) => self.held(frame, parameter),
            Expr::Negate(inner) => self.tensor(frame, inner).map(Number::neg),
            Expr::Not(inner) => {
                Tensor::zip(&[&self.tensor(frame, inner)], |one| Element::Flag(!one[0].flag()))
            }
            Expr::Binary(operator, a, b) => {
                let (a, b) = (self.tensor(frame, a), self.tensor(frame, b));
                binary(operator, &a, &b)
            }
            Expr::Guard(operator, a, b) => {
                let (a, b) = (self.int(frame, a), self.int(frame, b));
                Tensor::scalar(Element::Flag(compare(operator, &a, &b)))
            }
            Expr::If(condition, then, otherwise) => {
                let condition = self.tensor(frame, condition);
                if condition.shape.is_empty() {
                    return self.expr(frame, if condition.only().flag() { then } else { otherwise });
                }
                let (a, b) = (self.tensor(frame, then), self.tensor(frame, otherwise));
                tensor::choose(&condition, &a, &b)
            }
            Expr::Call { name, arguments, options, .. } => {
                let arguments = self.tensors(frame, arguments);
                let size = |size: &Size| self.size(frame, size) as usize;
                library::call(name, &arguments, &Options { given: options, size: &size })
            }
            Expr::Apply(name, arguments) => {
                let arguments = self.tensors(frame, arguments);
                if let Some(returned) = external::call(name, &arguments) {
                    return Value::Tensor(returned);
                }
                let own = frame.place.as_ref().and_then(|place| self.structure(&place.layer));
                let sibling =
                    own.and_then(|own| own.functions.iter().find(|function| function.name == *name));
                let free = self.program.functions.iter().find(|function| function.name == *name);
                let place = frame.place.clone().filter(|_| sibling.is_some());
                let function = sibling.or(free).unwrap_or_else(|| panic!("no function `{name}`"));
                return self.apply(function, place, arguments);
            }
            Expr::Layer(LayerName { name, at, function, options }, arguments) => {
                let arguments =
                    arguments.iter().flat_map(|each| self.expr(frame, each).tensors()).collect::<Vec<_>>();
                let mut place = self.layer_named(frame, name);
                if let Some(at) = at {
                    place = one_of(&place, self.int(frame, at) as usize);
                }
                if let Some(fields) = layers::fields(&place.layer) {
                    let fields: Vec<Tensor> =
                        fields.iter().map(|field| self.parameter(&place, field)).collect();
                    let size = |size: &Size| self.size(frame, size) as usize;
                    let options = Options { given: options, size: &size };
                    let returned =
                        layers::layer((&place.layer, &place.generics), &fields, &arguments, &options);
                    let mut parts = returned.into_iter().map(Value::Tensor);
                    let first = parts.next().expect("a layer returns something");
                    let state: Vec<Value> = parts.collect();
                    return match state.len() {
                        0 => first,
                        _ if place.layer == "Lstm" => Value::Tuple(vec![first, Value::Tuple(state)]),
                        _ => Value::Tuple([vec![first], state].concat()),
                    };
                } else {
                    let structure = self.structure(&place.layer).expect("a layer is a struct");
                    let call = structure.functions.iter().find(|own| own.name == *function);
                    return self.apply(call.expect("a layer has the function"), Some(place), arguments);
                }
            }
            Expr::Subscript(base, at) => {
                let base = self.tensor(frame, base);
                self.subscript(frame, &base, at)
            }
            Expr::Fold { reducer, indices, body } => {
                let mut elements = Vec::new();
                self.gather(frame, indices, body, &mut elements);
                let elements: Vec<&Element> = elements.iter().collect();
                Tensor::scalar(tensor::fold(reducer, &elements))
            }
            Expr::List(parts) => {
                let parts = self.tensors(frame, parts);
                let shape = [&[parts.len()], parts[0].shape.as_slice()].concat();
                Tensor { shape, data: parts.into_iter().flat_map(|part| part.data).collect() }
            }
            Expr::Tuple(parts) => {
                return Value::Tuple(parts.iter().map(|part| self.expr(frame, part)).collect());
            }
            Expr::Cast(inner) => {
                let number = |element: &Element| match element {
                    Element::Flag(flag) => f64::from(u8::from(*flag)).into(),
                    other => Element::Number(other.number()),
                };
                Tensor::zip(&[&self.tensor(frame, inner)], |one| number(one[0]))
            }
            Expr::Block(statements, value) => {
                let known = frame.names.len();
                let value = self.statements(frame, statements, Some(value)).expect("a block has a value");
                frame.names.truncate(known);
                return value;
            }
            Expr::Grad { of, by } => {
                let parts: Vec<Value> =
                    by.iter().map(|by| Value::Tensor(self.gradient(frame, of, by))).collect();
                return if parts.len() == 1 {
                    parts.into_iter().next().expect("one")
                } else {
                    Value::Tuple(parts)
                };
            }
            Expr::Jacobian { of, by } => {
                let variable = self.variable(frame, by);
                let columns: Vec<Tensor> = (0..variable.data.len())
                    .map(|place| {
                        let (moved, tag) = self.moved(frame, of, by, vec![(place, 1.0.into())]);
                        moved.map(|element| element.slope(tag))
                    })
                    .collect();
                let rows = self.tensor(frame, of).shape;
                Tensor::make(&[rows.as_slice(), &variable.shape].concat(), |at| {
                    let (row, column) = at.split_at(rows.len());
                    columns[tensor::ravel(column, &variable.shape)].at(row).clone()
                })
            }
            Expr::Jvp { of, by, along } => {
                let along = self.tensor(frame, along);
                let shape = self.variable(frame, by).shape;
                let movement = along.stretch(&shape).data.iter().map(Element::number).enumerate().collect();
                let (moved, tag) = self.moved(frame, of, by, movement);
                moved.map(|element| element.slope(tag))
            }
        })
    }

    pub(super) fn gather(
        &mut self,
        frame: &mut Frame<'p>,
        indices: &'p [Bound],
        body: &'p Expr,
        elements: &mut Vec<Element>,
    ) {
        let Some((index, rest)) = indices.split_first() else {
            elements.push(self.tensor(frame, body).only().clone());
            return;
        };
        let (from, to) = (self.int(frame, &index.from), self.int(frame, &index.to));
        for value in from..to {
            frame.names.push((index.name.clone(), Slot::Integer(value)));
            self.gather(frame, rest, body, elements);
            frame.names.pop();
        }
    }

    pub(super) fn subscript(&mut self, frame: &mut Frame<'p>, base: &Tensor, at: &'p [Subscript]) -> Tensor {
        /// Where a place along an axis of the base comes from.
        enum From {
            Fixed(usize),
            Axis(usize, usize),
            Picked(Tensor, usize),
        }
        let (mut shape, mut from) = (Vec::new(), Vec::new());
        for (axis, &size) in base.shape.iter().enumerate() {
            from.push(match at.get(axis) {
                None | Some(Subscript::Whole) => {
                    shape.push(size);
                    From::Axis(shape.len() - 1, 0)
                }
                Some(Subscript::Range(first, end)) => {
                    let first = first.as_ref().map_or(0, |first| self.position(frame, first, size));
                    let end = end.as_ref().map_or(size, |end| self.position(frame, end, size));
                    shape.push(end - first);
                    From::Axis(shape.len() - 1, first)
                }
                Some(Subscript::At(at)) => From::Fixed(self.position(frame, at, size)),
                Some(Subscript::Gather(index)) => {
                    let index = self.tensor(frame, index);
                    shape.extend(&index.shape);
                    let first = shape.len() - index.shape.len();
                    From::Picked(index, first)
                }
            });
        }
        Tensor::make(&shape, |at| {
            let place = |from: &From| match from {
                From::Fixed(place) => *place,
                From::Axis(axis, first) => at[*axis] + first,
                From::Picked(index, first) => {
                    index.at(&at[*first..first + index.shape.len()]).index() as usize
                }
            };
            base.at(&from.iter().map(place).collect::<Vec<_>>()).clone()
        })
    }

    pub(super) fn position(&mut self, frame: &mut Frame<'p>, at: &Int, size: usize) -> usize {
        let from_end = matches!(at, Int::Constant(value) if *value < 0);
        let value = self.int(frame, at) + if from_end { size as i64 } else { 0 };
        usize::try_from(value).expect("a subscript is not negative")
    }

    pub(super) fn int(&self, frame: &Frame<'p>, value: &Int) -> i64 {
        match value {
            Int::Constant(value) => *value,
            Int::Size(size) => self.size(frame, size),
            Int::Name(name) => match slot(frame, name) {
                Some(Slot::Integer(value)) => *value,
                Some(Slot::Value(value)) => value.clone().tensor().only().index(),
                _ => panic!("`{name}` is no integer"),
            },
            Int::Binary(operator, a, b) => {
                let (a, b) = (self.int(frame, a), self.int(frame, b));
                match operator {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    '/' => a.div_euclid(b),
                    '%' => a.rem_euclid(b),
                    _ => panic!("no integer operator `{operator}`"),
                }
            }
            Int::Read(name, at) => {
                let at: Vec<usize> = at.iter().map(|at| self.int(frame, at) as usize).collect();
                self.named(frame, name).tensor().at(&at).index()
            }
        }
    }

    pub(super) fn size(&self, frame: &Frame<'p>, size: &Size) -> i64 {
        size.value(&|dim| *frame.dims.get(&dim).unwrap_or_else(|| panic!("`{dim}` is not bound")))
    }

    pub(super) fn named(&self, frame: &Frame<'p>, name: &str) -> Value {
        match slot(frame, name) {
            Some(Slot::Value(value)) => value.clone(),
            Some(Slot::Integer(value)) => Value::Tensor(Tensor::scalar(*value as f64)),
            Some(Slot::Layer(_)) => panic!("`{name}` is a layer"),
            None => {
                let place = frame.place.as_ref().unwrap_or_else(|| panic!("no `{name}` here"));
                Value::Tensor(self.parameter(place, name))
            }
        }
    }

    pub(super) fn parameter(&self, place: &Place, field: &str) -> Tensor {
        let path = if place.path.is_empty() { field.to_string() } else { format!("{}.{field}", place.path) };
        self.part(&path, &place.at)
    }

    /// A parameter of one layer of an array.
    fn part(&self, path: &str, place: &[usize]) -> Tensor {
        let whole = self.fields.get(path).unwrap_or_else(|| panic!("no parameter `{path}`"));
        let own = whole.shape[place.len()..].to_vec();
        Tensor::make(&own, |at| whole.at(&[place, at].concat()).clone())
    }

    /// What is differentiated by.
    pub(super) fn variable(&self, frame: &Frame<'p>, by: &By) -> Tensor {
        match by {
            By::Name(name) => self.named(frame, name).tensor(),
            By::Parameter(parameter) => self.held(frame, parameter),
        }
    }

    /// A layer's parameter.
    fn held(&self, frame: &Frame<'p>, parameter: &Parameter) -> Tensor {
        let (path, at) = self.holder(frame, parameter);
        self.part(&path, &at)
    }

    /// Under which path the network has a layer's parameter, and where in the arrays of layers it stands.
    pub(super) fn holder(&self, frame: &Frame<'p>, parameter: &Parameter) -> (String, Vec<usize>) {
        let (mut path, mut at) = (String::new(), Vec::new());
        for (layer, which) in &parameter.layers {
            match slot(frame, layer) {
                Some(Slot::Layer(place)) => {
                    path += &place.path;
                    at.extend(&place.at);
                }
                _ => path += layer,
            }
            path.push('.');
            at.extend(which.iter().map(|which| self.int(frame, which) as usize));
        }
        (path + &parameter.name, at)
    }

    pub(super) fn layer_named(&self, frame: &Frame<'p>, name: &str) -> Place {
        if let Some(Slot::Layer(place)) = slot(frame, name) {
            return place.clone();
        }
        let place = frame.place.as_ref().expect("layers are fields");
        let structure = self.structure(&place.layer).expect("the struct of a function");
        let field = structure.fields.iter().find(|field| field.name == name);
        match field.map(|field| &field.content) {
            Some(Content::Layer { layer, generics, length }) => Place {
                layer: layer.clone(),
                generics: generics.iter().map(|generic| self.size(frame, generic)).collect(),
                path: if place.path.is_empty() { name.to_string() } else { format!("{}.{name}", place.path) },
                at: place.at.clone(),
                length: *length,
            },
            _ => panic!("`{name}` is no layer"),
        }
    }
}
