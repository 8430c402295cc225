//! A batch of random programs as a test of the package `chainrule-tests`: what rustc makes of their
//! expansions has to compute what the interpreter does. `BLESS=1` writes it anew.

use std::fmt::Write;
use std::path::Path;

use super::judge::{Case, examine, random};
use super::source::Source;
use super::tree::{Kind, Program};
use super::{generate, text};
use crate::compile;
use crate::eval::{self, Data};
use crate::ir::{Graph, Int, TensorId};
use crate::program::ArgumentContent;
use crate::routine::Target;

/// How many programs: a second or so of rustc's time for each.
const PROGRAMS: usize = 60;

/// What can be read at a glance when it fails.
const LONGEST: usize = 1400;

/// What the test says of itself.
const HEAD: &str = "//! Random programs with what the interpreter makes of them: values, and gradients of their \
scalar or under\n//! random cotangents. Written by `BLESS=1 cargo test -p chainrule-compiler --lib batch`.\n\nuse \
super::functions::*;\nuse super::{Array, agree};\nuse chainrule::{Params, Tensor, TensorMut, Workspace, net};\n";

#[test]
fn the_batch_is_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests/random/batch.rs");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let bless = std::env::var_os("BLESS").is_some();
    let mut batch = HEAD.to_string();
    let mut count = 0;
    for seed in 1.. {
        let program = generate::program(&mut Source::seeded(seed));
        let Some((net, test)) = module(&program) else { continue };
        // The numbers are those of one machine's logarithms: only the programs are compared.
        assert!(bless || written.contains(&net), "seed {seed} has another program: {net}");
        let module = format!("\n/// Seed {seed}.\nmod program_{seed} {{\n    use super::*;\n{net}{test}}}\n");
        batch += kept(&written, seed).filter(|before| is_alike(before, &module)).unwrap_or(&module);
        count += 1;
        if count == PROGRAMS {
            break;
        }
    }
    if bless {
        std::fs::write(&path, batch).expect("the tests' folder is there");
    }
}

/// The module of a seed as it is written.
fn kept(written: &str, seed: u64) -> Option<&str> {
    let start = written.find(&format!("\n/// Seed {seed}.\n"))?;
    let length = written[start + 1..].find("\n/// Seed ").map_or(written.len() - start, |length| length + 1);
    Some(&written[start..start + length])
}

/// Whether two modules differ in the last digits of numbers alone: those are of another machine, or of sums that
/// are taken in another order now.
fn is_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split([' ', ',', '[', ']', '(', ')']).map(str::to_string).collect()
    };
    let near = |(one, other): (&String, &String)| match (one.parse::<f64>(), other.parse::<f64>()) {
        _ if one == other => true,
        (Ok(one), Ok(other)) => (one - other).abs() <= 1e-10 * one.abs().max(1.0),
        _ => false,
    };
    let (one, other) = (words(one), words(other));
    one.len() == other.len() && one.iter().zip(&other).all(near)
}

/// A program that can be compared, with its derivative asked for, and its test.
fn module(program: &Program) -> Option<(String, String)> {
    let plain = text::program(program);
    if program.float != "f64" || plain.len() > LONGEST || !examine(program).is_ok_and(|seen| seen.compared) {
        return None;
    }
    let public = program.network.functions.iter().find(|function| function.public)?;
    let case = Case::of(program).ok()?;
    let floats =
        public.arguments.iter().filter(|(_, ty)| ty.kind == Kind::Float).map(|(name, _)| name.clone());
    let listed: Vec<String> =
        (!case.method.fields.is_empty()).then(|| "self".to_string()).into_iter().chain(floats).collect();
    let with = format!("    #[grad({})]\n    pub fn ", listed.join(", "));
    let asked = plain.replacen("    pub fn ", &with, 1);
    // One that does not depend on its parameters is refused.
    crate::tests::checked(&asked).ok()?;
    let mut net = String::from("    net! {\n");
    asked.lines().for_each(|line| writeln!(net, "        {line}").unwrap());
    net += "    }\n";
    Some((net, test(&case, &public.name)?))
}

fn test(case: &Case, function: &str) -> Option<String> {
    let method = &case.method;
    let graph = &method.graph;
    let sizes = |graph: &Graph, tensor: TensorId| eval::shape(graph, &case.dims, tensor).ok();
    let routine = compile::gradient(method, &case.derivative());
    let results = case.results();
    let expected = eval::evaluate(graph, &case.dims, &case.inputs, &results).ok()?;
    let mut given = case.inputs.clone();
    let mut cotangents = Vec::new();
    for (position, (cotangent, result)) in routine.cotangents.iter().zip(&results).enumerate() {
        let shape = sizes(graph, *result)?;
        let values = random(&format!("cotangent {position}"), shape.iter().product());
        given.push((*cotangent, Data::Float(values.clone())));
        cotangents.push(shared(graph.shape(*result), &shape, &Data::Float(values)));
    }
    let wanted: Vec<TensorId> = routine.gradients.iter().map(|gradient| gradient.tensor).collect();
    let gradients = eval::evaluate(&routine.graph, &case.dims, &given, &wanted).ok()?;
    // A value that is made of rounding alone is another one in each form of a program.
    let again = eval::evaluate(&routine.graph, &case.dims, &given, &routine.results).ok()?;
    if !expected.iter().zip(&again).all(|(one, other)| agree(one.floats(), other.floats())) {
        return None;
    }

    let mut test = String::from("    #[test]\n    fn agrees() {\n        let mut net = Net::zeros();\n");
    for (field, (tensor, data)) in method.fields.iter().zip(&case.inputs) {
        let shape = sizes(graph, *tensor)?;
        let paths = paths(field);
        let each = data.len() / paths.len();
        for (place, path) in paths.iter().enumerate() {
            let part =
                nested(&data_part(data, place * each, each), &shape[shape.len() - rank(field, &shape)..]);
            writeln!(test, "        net.{path} = {part};").unwrap();
        }
    }
    let mut arguments = Vec::new();
    for argument in &method.arguments {
        arguments.push(match argument.content {
            ArgumentContent::Dim(dim) => case.dims[dim.0 as usize].to_string(),
            ArgumentContent::Tensor(tensor) | ArgumentContent::Unknown(tensor) => {
                let (_, data) = case.inputs.iter().find(|(input, _)| *input == tensor)?;
                shared(graph.shape(tensor), &sizes(graph, tensor)?, data)
            }
        });
    }
    writeln!(test, "        let mut workspace = Workspace::new();").unwrap();
    writeln!(test, "        let pass = net.{function}(&mut workspace, {});", arguments.join(", ")).unwrap();
    for (position, (result, expected)) in results.iter().zip(&expected).enumerate() {
        let value =
            if results.len() == 1 { "pass.value()".to_string() } else { format!("pass.value().{position}") };
        let flat = flat(graph.shape(*result), &value);
        let expected = list(expected.floats());
        writeln!(test, "        agree(\"result {position}\", &{flat}, &{expected});").unwrap();
    }
    let mut passed: Vec<String> = match cotangents.len() {
        0 => Vec::new(),
        1 => cotangents,
        _ => vec![format!("({})", cotangents.join(", "))],
    };
    if routine.gradients.iter().any(|gradient| matches!(gradient.target, Target::Field(_))) {
        writeln!(test, "        let mut grads = Net::zeros();").unwrap();
        passed.push("&mut grads".to_string());
    }
    let mut checks = String::new();
    for (gradient, data) in routine.gradients.iter().zip(&gradients) {
        match gradient.target {
            Target::Field(position) => {
                let field = &method.fields[position];
                let paths = paths(field);
                let each = data.len() / paths.len();
                for (place, path) in paths.iter().enumerate() {
                    let part = list(&data.floats()[place * each..][..each]);
                    writeln!(checks, "        agree(\"{path}\", &grads.{path}.flat(), &{part});").unwrap();
                }
            }
            Target::Argument(position) => {
                let ArgumentContent::Tensor(tensor) = method.arguments[position].content else { return None };
                let (name, shape) = (&method.arguments[position].name, sizes(graph, tensor)?);
                writeln!(test, "        let mut d_{name} = {};", filled("0.5", &shape)).unwrap();
                passed.push(exclusive(graph.shape(tensor), &shape, &format!("d_{name}")));
                let expected = list(data.floats());
                writeln!(checks, "        agree(\"{name}\", &d_{name}.flat(), &{expected});").unwrap();
            }
        }
    }
    writeln!(test, "        pass.backward({});", passed.join(", ")).unwrap();
    Some(test + &checks + "    }\n")
}

/// Whether numbers are as near to each other as the tests ask.
fn agree(one: &[f64], other: &[f64]) -> bool {
    let largest = one.iter().fold(1.0_f64, |largest, value| largest.max(value.abs()));
    one.iter().zip(other).all(|(one, other)| (one - other).abs() <= 1e-9 * largest)
}

/// How many axes a field has of its own.
fn rank(field: &crate::program::FieldInput, shape: &[usize]) -> usize {
    shape.len() - field.path.iter().map(|step| step.lengths.len()).sum::<usize>()
}

/// A field in all the structs that hold it.
fn paths(field: &crate::program::FieldInput) -> Vec<String> {
    let mut paths = vec![String::new()];
    for step in &field.path {
        for path in &mut paths {
            let dot = if path.is_empty() { "" } else { "." };
            *path += &format!("{dot}{}", step.name);
        }
        for &length in &step.lengths {
            paths = paths
                .iter()
                .flat_map(|path| (0..length).map(move |place| format!("{path}[{place}]")))
                .collect();
        }
    }
    paths
}

fn data_part(data: &Data, from: usize, count: usize) -> Data {
    Data::Float(data.floats()[from..][..count].to_vec())
}

/// How a tensor goes in and out, as `emit` has it: by value, as an array or rows, as a view.
fn is_view(shape: &[Int]) -> bool {
    shape.iter().skip(1).any(|size| size.as_constant().is_none())
}

fn shared(shape: &[Int], sizes: &[usize], data: &Data) -> String {
    if shape.is_empty() {
        return nested(data, sizes);
    }
    match is_view(shape) {
        true => format!("Tensor::new(&{}, {sizes:?})", nested(data, &[data.len()])),
        false => format!("&{}", nested(data, sizes)),
    }
}

fn exclusive(shape: &[Int], sizes: &[usize], name: &str) -> String {
    match is_view(shape) {
        true => format!(
            "&mut TensorMut::new({name}{}, {sizes:?})",
            ".as_flattened_mut()".repeat(sizes.len().saturating_sub(1))
        ),
        false => format!("&mut {name}"),
    }
}

fn flat(shape: &[Int], value: &str) -> String {
    if is_view(shape) {
        return format!("{value}.as_slice()");
    }
    match shape.first() {
        Some(size) if size.as_constant().is_none() => {
            format!("{value}.iter().flat_map(Array::flat).collect::<Vec<_>>()")
        }
        _ => format!("{value}.flat()"),
    }
}

/// Elements as nested arrays.
fn nested(data: &Data, sizes: &[usize]) -> String {
    if sizes.contains(&0) {
        let none = match data {
            Data::Mask(_) => "false",
            Data::Index(_) | Data::Key(_) => "0",
            Data::Float(_) => "0.0",
        };
        return filled(none, sizes);
    }
    let elements: Vec<String> = match data {
        Data::Float(values) => values.iter().map(|value| format!("{value:?}")).collect(),
        Data::Index(values) => values.iter().map(u32::to_string).collect(),
        Data::Mask(values) => values.iter().map(bool::to_string).collect(),
        Data::Key(values) => values.iter().map(u64::to_string).collect(),
    };
    sizes.iter().rev().fold(elements, |elements, size| {
        elements.chunks(*size).map(|row| format!("[{}]", row.join(", "))).collect()
    })[0]
        .clone()
}

fn filled(element: &str, sizes: &[usize]) -> String {
    sizes.iter().rev().fold(element.to_string(), |row, size| format!("[{row}; {size}]"))
}

fn list(values: &[f64]) -> String {
    nested(&Data::Float(values.to_vec()), &[values.len()])
}
