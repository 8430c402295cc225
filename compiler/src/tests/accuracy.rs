//! How far plain loops over `f32` are from the truth, for the networks of `tests/tests/gradients/accuracy.rs`,
//! which holds what rustc makes of them against these figures.

use std::fmt::Write;
use std::path::Path;

use super::{checked, nets};
use crate::compile;
use crate::eval::{self, Data, Precision};
use crate::ir::{Kind, TensorId};
use crate::program::{Argument, Derivative, Method};
use crate::routine::Target;
use crate::syntax::ast::DerivativeKind;

#[path = "../../../tests/tests/gradients/accuracy/numbers.rs"]
mod numbers;

use numbers::{ROUNDING, ROWS, distance, label, number, scale};

fn inputs(method: &Method) -> Vec<(TensorId, Data)> {
    let fields = method.fields.iter().map(|field| (field.tensor, true));
    let arguments = method.arguments.iter().filter_map(Argument::tensor).map(|tensor| (tensor, false));
    let data = |(place, (tensor, weight)): (usize, (TensorId, bool))| {
        let count = eval::shape(&method.graph, &[ROWS], tensor).unwrap().iter().product();
        let scale = if weight { scale(count) } else { 1.0 };
        let data = match method.graph.tensor(tensor).kind {
            Kind::Index => Data::Index((0..count).map(label).collect()),
            _ => Data::Float((0..count).map(|element| number(place, element) * scale).collect()),
        };
        (tensor, data)
    };
    fields.chain(arguments).enumerate().map(data).collect()
}

/// The networks as they stand there, in `f64`.
fn networks() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests/gradients/accuracy.rs");
    nets(&std::fs::read_to_string(file).unwrap()).concat().replace("$float", "f64").replace("$ float", "f64")
}

#[test]
fn plain_loops_are_as_far_as_committed() {
    let program = checked(&networks()).unwrap_or_else(|messages| panic!("{messages}"));
    let mut table = String::new();
    for network in &program.structs {
        let Some(method) = network.methods.iter().find(|method| method.name == "loss") else { continue };
        let derivative = Derivative { kind: DerivativeKind::Grad, model: true, arguments: Vec::new() };
        let routine = compile::gradient(method, &derivative);
        let wanted: Vec<TensorId> = routine.gradients.iter().map(|gradient| gradient.tensor).collect();
        let [single, double] = [Precision::Single, Precision::Double].map(|precision| {
            eval::evaluate_in(precision, &routine.graph, &[ROWS], &inputs(method), &wanted)
                .unwrap_or_else(|error| panic!("{}: {error}", network.name))
        });
        for ((gradient, single), double) in routine.gradients.iter().zip(&single).zip(&double) {
            let Target::Field(field) = gradient.target else { continue };
            let path: Vec<String> =
                method.fields[field].path.iter().map(|step| step.name.to_string()).collect();
            // Softmax does not see what the keys' bias adds: its gradient is rounding and nothing else.
            if double.floats().iter().all(|number| number.abs() < ROUNDING) {
                continue;
            }
            let distance = distance(single.floats(), double.floats());
            writeln!(table, "{}.{} {distance:.1e}", network.name, path.join(".")).unwrap();
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tests/gradients/accuracy.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let parsed = |text: &str| -> Vec<(String, f64)> {
        let line =
            |line: &str| line.split_once(' ').map(|(name, number)| (name.into(), number.parse().unwrap()));
        text.lines().filter_map(line).collect()
    };
    // The library of another machine rounds a logarithm otherwise.
    let near = |(one, other): (&(String, f64), &(String, f64))| {
        one.0 == other.0 && (one.1 / other.1).max(other.1 / one.1) < 1.25
    };
    let (found, expected) = (parsed(&table), parsed(&committed));
    let agree = found.len() == expected.len() && found.iter().zip(&expected).all(near);
    assert!(agree, "{} is of other plain loops; BLESS=1 writes it anew", file.display());
}
