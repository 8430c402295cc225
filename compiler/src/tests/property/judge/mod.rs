//! What holds of every program: it compiles, means what its tree means, and has the derivatives that it
//! should, before and after simplification.

mod blocks;
mod derivatives;

use std::collections::BTreeMap;

use super::meaning::{INPUTS, Meaning};
use super::source::split_mix;
use super::tensor::{Element, Tensor};
use super::tree::{Content, Kind, Program};
use super::{parameters, text};
use crate::eval::{self, Data};
use crate::ir::{self, Graph, TensorId};
use crate::program::{ArgumentContent, Derivative, Method};
use crate::syntax::ast::DerivativeKind;
use crate::tests::checked;
use crate::verify::verify;
use crate::{compile, plan, print};

/// What is wrong with a program.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which property fails.
    pub property: &'static str,
    pub details: String,
}

/// What was seen of a program that is right.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Whether its numbers were compared; where they are infinite or too large they are not.
    pub compared: bool,
    /// Whether the slope by differences was: not near a kink.
    pub differenced: bool,
    /// Operations of the value, and of value and gradient.
    pub operations: (u64, u64),
    /// Whether derivatives are taken inside it.
    pub nested: bool,
    /// Whether it is a sum over rows, and was compared with those of blocks of them.
    pub summed: bool,
}

fn fails<T>(property: &'static str, details: impl Into<String>) -> Result<T, Failure> {
    Err(Failure { property, details: details.into() })
}

/// Numbers that stay the same for a name.
pub fn random(name: &str, count: usize) -> Vec<f64> {
    let mut state =
        name.bytes().fold(7, |state: u64, byte| state.wrapping_mul(31).wrapping_add(u64::from(byte)));
    (0..count).map(|_| (split_mix(&mut state) >> 11) as f64 / (1u64 << 52) as f64 - 1.0).collect()
}

/// One program under examination.
pub struct Case {
    /// The public function.
    pub method: Method,
    /// The run-time sizes.
    pub dims: Vec<usize>,
    /// What it is run with: fields, then arguments.
    pub inputs: Vec<(TensorId, Data)>,
    /// Names of the inputs as in the tree.
    names: Vec<String>,
}

/// Holds a program against every property.
pub fn examine(program: &Program) -> Result<Seen, Failure> {
    let text = text::program(program);
    let case = Case::of(program)?;
    let ids: Vec<TensorId> = case.inputs.iter().map(|(tensor, _)| *tensor).collect();
    holds("the lowered graph is sound", &case.method.graph, &ids)?;

    let raw = case.evaluate(&case.method.graph, &case.inputs, &case.results(), "the lowered graph runs")?;
    let (meant, slopes) = case.meaning(program);
    let mut seen = Seen { nested: nested(program), ..Seen::default() };
    seen.compared = raw.iter().all(reasonable)
        && meant.iter().all(|tensor| tensor.data.iter().all(|x| x.number().real().abs() < LARGE));
    if seen.compared {
        for (position, (raw, meant)) in raw.iter().zip(&meant).enumerate() {
            let meant: Vec<f64> = meant.data.iter().map(|element| element.number().real()).collect();
            case.agree("it means what its tree means", position, raw.floats(), &meant)?;
        }
    }
    case.printed(&text)?;
    let value = compile::value(&case.method);
    holds("the simplified graph is sound", &value.graph, &ids)?;
    let values = case.evaluate(&value.graph, &case.inputs, &value.results, "the simplified graph runs")?;
    if seen.compared {
        for (position, (raw, value)) in raw.iter().zip(&values).enumerate() {
            case.agree("simplification keeps the value", position, value.floats(), raw.floats())?;
        }
    }
    case.gradients(&ids, &slopes, &mut seen, &value.graph)?;
    if seen.compared {
        seen.summed = case.blocks(&value.graph, &raw)?;
        case.planned();
    }
    Ok(seen)
}

const LARGE: f64 = 1e6;

fn reasonable(data: &Data) -> bool {
    data.floats().iter().all(|value| value.abs() < LARGE)
}

fn dim(program: &Program, name: &str) -> usize {
    let dim = name.chars().next();
    program
        .dims
        .iter()
        .find(|(known, _)| Some(*known) == dim)
        .map(|(_, value)| *value)
        .expect("a declared dim")
}

fn holds(property: &'static str, graph: &Graph, inputs: &[TensorId]) -> Result<(), Failure> {
    verify(graph, inputs).or_else(|error| fails(property, format!("{error}\n{}", print::text(graph))))
}

fn nested(program: &Program) -> bool {
    let text = text::program(program);
    text.contains("grad(") || text.contains("jvp(")
}

fn scale(values: &[f64]) -> f64 {
    values.iter().fold(1.0, |most: f64, value| most.max(value.abs()))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Case {
    /// The program's function with its inputs.
    pub fn of(program: &Program) -> Result<Self, Failure> {
        let checked = checked(&text::program(program)).or_else(|messages| fails("it compiles", messages))?;
        let network = checked.structs.into_iter().find(|each| each.is_network).expect("a network");
        let method = network.methods.into_iter().next().expect("a public function");
        let dims = method.graph.dims.iter().map(|name| dim(program, name)).collect();
        let mut case = Case { method, dims, inputs: Vec::new(), names: Vec::new() };
        case.give_inputs(program)?;
        Ok(case)
    }

    /// What it returns, tuples taken apart.
    pub fn results(&self) -> Vec<TensorId> {
        self.method.result.tensors()
    }

    fn give_inputs(&mut self, program: &Program) -> Result<(), Failure> {
        let method = &self.method;
        let public =
            &program.network.functions.iter().find(|function| function.public).expect("a public function");
        let shape = |tensor: TensorId| {
            eval::shape(&method.graph, &self.dims, tensor)
                .or_else(|error| fails("its shapes are sizes", error.to_string()))
        };
        for field in &method.fields {
            let path: Vec<String> = field.path.iter().map(|step| step.name.to_string()).collect();
            let name = path.join(".");
            let count = shape(field.tensor)?.iter().product();
            self.inputs.push((field.tensor, Data::Float(random(&name, count))));
            self.names.push(name);
        }
        for (argument, (name, ty)) in method.arguments.iter().zip(&public.arguments) {
            let ArgumentContent::Tensor(tensor) = argument.content else { continue };
            let count = shape(tensor)?.iter().product();
            let values = random(name, count);
            let data = match &ty.kind {
                Kind::Float => Data::Float(values),
                Kind::Mask => Data::Mask(values.iter().map(|value| *value > 0.0).collect()),
                Kind::Index(bound) => {
                    let bound = bound.value(&|name| dim(program, &name.to_string()) as i64);
                    Data::Index(
                        values.iter().map(|value| ((value + 1.0) * 0.5 * bound as f64) as u32).collect(),
                    )
                }
                Kind::Key => Data::Key(values.iter().map(|value| value.to_bits()).collect()),
                Kind::Dim(_) => continue,
            };
            self.inputs.push((tensor, data));
            self.names.push(name.clone());
        }
        Ok(())
    }

    fn evaluate(
        &self,
        graph: &Graph,
        inputs: &[(TensorId, Data)],
        wanted: &[TensorId],
        property: &'static str,
    ) -> Result<Vec<Data>, Failure> {
        eval::evaluate(graph, &self.dims, inputs, wanted)
            .or_else(|error| fails(property, format!("{error}\n{}", print::text(graph))))
    }

    /// The direction in which an input moves.
    fn direction(&self, position: usize) -> Vec<f64> {
        random(&format!("{} moves", self.names[position]), self.inputs[position].1.len())
    }

    /// What the tree means, and its slopes along the direction of all inputs.
    fn meaning(&self, program: &Program) -> (Vec<Tensor>, Vec<Vec<f64>>) {
        let mut fields: BTreeMap<String, Tensor> = every_field(program);
        let mut given: BTreeMap<String, Tensor> = BTreeMap::new();
        for (position, (tensor, data)) in self.inputs.iter().enumerate() {
            let shape = eval::shape(&self.method.graph, &self.dims, *tensor).expect("a shape of sizes");
            let elements = match data {
                Data::Float(values) => {
                    let moving = values.iter().zip(self.direction(position));
                    moving
                        .map(|(value, by)| {
                            Element::Number(super::number::Number::Real(*value).moving(INPUTS, by.into()))
                        })
                        .collect()
                }
                Data::Index(values) => values.iter().map(|value| Element::Index(i64::from(*value))).collect(),
                Data::Mask(values) => values.iter().map(|value| Element::Flag(*value)).collect(),
                Data::Key(values) => values.iter().map(|value| Element::Key(*value)).collect(),
            };
            let tensor = Tensor { shape, data: elements };
            let name = self.names[position].clone();
            if position < self.method.fields.len() {
                fields.insert(name, tensor);
            } else {
                given.insert(name, tensor);
            }
        }
        let public =
            program.network.functions.iter().find(|function| function.public).expect("a public function");
        let arguments = public.arguments.iter().map(|(name, ty)| match ty.kind {
            Kind::Dim(name) => Tensor::scalar(dim(program, &name.to_string()) as f64),
            _ => given[name].clone(),
        });
        let arguments = arguments.collect();
        let results = Meaning::new(program, fields).run(public, arguments);
        let slope = |tensor: &Tensor| {
            tensor.data.iter().map(|element| element.number().slope(INPUTS).real()).collect()
        };
        let slopes = results.iter().map(slope).collect();
        (results, slopes)
    }

    /// Whether two are near: relative to the largest, unless the numbers themselves are not that sure.
    fn agree(
        &self,
        property: &'static str,
        position: usize,
        found: &[f64],
        expected: &[f64],
    ) -> Result<(), Failure> {
        if found.len() != expected.len() {
            return fails(
                property,
                format!("result {position} has {} elements, expected {}", found.len(), expected.len()),
            );
        }
        let most = scale(expected);
        for (place, (a, b)) in found.iter().zip(expected).enumerate() {
            let near = a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * most;
            if !near && !self.is_unsure(position, place, (a - b).abs()) {
                return fails(property, format!("result {position}, element {place}: {a:e}, expected {b:e}"));
            }
        }
        Ok(())
    }

    /// Whether a rounding error of the inputs moves the value that far.
    fn is_unsure(&self, position: usize, place: usize, difference: f64) -> bool {
        let mut values = Vec::new();
        for factor in [1.0 - 1e-13, 1.0 + 1e-13, 1.0 - 3e-13] {
            let mut moved = self.inputs.clone();
            for (which, (_, data)) in moved.iter_mut().enumerate() {
                let directions = self.direction(which);
                if let Data::Float(values) = data {
                    values
                        .iter_mut()
                        .zip(directions)
                        .for_each(|(value, by)| *value *= 1.0 + (factor - 1.0) * by);
                }
            }
            match eval::evaluate(&self.method.graph, &self.dims, &moved, &self.results()) {
                Ok(result) => values.push(result[position].floats()[place]),
                Err(_) => return false,
            }
        }
        let spread = values.iter().fold(0.0f64, |most, value| most.max((value - values[0]).abs()));
        spread * 100.0 > difference
    }

    /// Every way to print it, twice the same.
    fn printed(&self, text: &str) -> Result<(), Failure> {
        let again = checked(text).or_else(|messages| fails("it compiles twice", messages))?;
        let network = again.structs.into_iter().find(|each| each.is_network).expect("a network");
        let again = &network.methods[0];
        if print::text(&again.graph) != print::text(&self.method.graph) {
            return fails("it lowers to the same graph twice", "");
        }
        let derivative = self.derivative();
        let [one, other] = [&self.method, again].map(|method| compile::gradient(method, &derivative));
        let gradients: Vec<(TensorId, String)> = one
            .gradients
            .iter()
            .enumerate()
            .map(|(place, gradient)| (gradient.tensor, format!("x{place}")))
            .collect();
        let backward = one.graph.nodes.len().min(self.method.graph.nodes.len());
        for print in [print::derivation, print::latex, print::dot] {
            print(&one.graph, &one.results, &gradients, backward);
        }
        if print::text(&one.graph) != print::text(&other.graph) {
            return fails("it differentiates to the same graph twice", "");
        }
        Ok(())
    }

    /// What plans deliver, of the value alone and with the gradients.
    fn planned(&self) {
        for routine in [compile::value(&self.method), compile::gradient(&self.method, &self.derivative())] {
            let mut given = self.inputs.clone();
            for (position, cotangent) in routine.cotangents.iter().enumerate() {
                let shape = eval::shape(&routine.graph, &self.dims, *cotangent).expect("a shape of sizes");
                let values = random(&format!("cotangent {position}"), shape.iter().product());
                given.push((*cotangent, Data::Float(values)));
            }
            plan::verify::check(
                &routine,
                &plan::Inputs::of_method(&self.method, &routine),
                &self.dims,
                &given,
            );
        }
    }

    /// By everything that can be differentiated.
    pub fn derivative(&self) -> Derivative {
        let float = |position: &usize| self.method.argument_kind(*position) == Some(ir::Kind::Float);
        let arguments = (0..self.method.arguments.len()).filter(float).collect();
        Derivative { kind: DerivativeKind::Grad, model: true, arguments }
    }
}

/// Zeros for every parameter of the network: those that a function does not read have no input.
fn every_field(program: &Program) -> BTreeMap<String, Tensor> {
    let mut fields = BTreeMap::new();
    let mut add = |name: String, shape: &[usize]| {
        fields.insert(name, Tensor::make(shape, |_| 0.0.into()));
    };
    for field in &program.network.fields {
        match &field.content {
            Content::Tensor(shape) => {
                let shape: Vec<usize> = shape.iter().map(|size| size.value(&|_| 1) as usize).collect();
                add(field.name.clone(), &shape);
            }
            Content::Layer { .. } => {
                for held in parameters::of(&program.layers, field, &|_| 1) {
                    add(held.path(), &held.whole());
                }
            }
        }
    }
    fields
}
