//! Runs plans and holds them against the interpreter: the memory is real (one arena, carved as the plan
//! says), so a value that was overwritten too early, or was never there, shows as a wrong number.

mod branches;
mod derivatives;
mod memory;
mod optimum;
mod programs;
mod random;
mod run;

use crate::eval::{self, Data};
use crate::ir::{Graph, Kind, TensorId};
use crate::routine::Routine;

use super::again::Price;
use super::{Delivery, Inputs, prepare};
use run::Machine;

/// Deterministic inputs of a routine: small floats, indices below `bound`.
fn inputs(graph: &Graph, dims: &[usize], tensors: &[TensorId], bound: u32) -> Vec<(TensorId, Data)> {
    let data = |(seed, &tensor): (usize, &TensorId)| {
        let count: usize = eval::shape(graph, dims, tensor).unwrap().iter().product();
        let float = |i: usize| (0.7 * i as f64 + 1.3 * seed as f64 + 0.1).sin() * 0.8;
        let data = match graph.tensor(tensor).kind {
            Kind::Float => Data::Float((0..count).map(float).collect()),
            Kind::Index => Data::Index((0..count).map(|i| (7 * i as u32 + 3) % bound).collect()),
            Kind::Mask => Data::Mask((0..count).map(|i| i % 3 != 1).collect()),
            Kind::Key => Data::Key((0..count).map(|i| i as u64).collect()),
        };
        (tensor, data)
    };
    tensors.iter().enumerate().map(data).collect()
}

fn numbers(data: &Data) -> Vec<f64> {
    match data {
        Data::Float(values) => values.clone(),
        Data::Index(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Data::Mask(values) => values.iter().map(|&value| f64::from(u8::from(value))).collect(),
        // Memory holds a key as the number that has its bits: it is moved, and nothing is computed of it but keys.
        Data::Key(values) => values.iter().map(|&value| f64::from_bits(value)).collect(),
    }
}

/// Plans a routine in every way and compares what it delivers with the interpreter.
#[track_caller]
pub fn check(routine: &Routine, given: &Inputs, dims: &[usize], values: &[(TensorId, Data)]) {
    let wanted: Vec<TensorId> = routine
        .results
        .iter()
        .copied()
        .chain(routine.gradients.iter().map(|gradient| gradient.tensor))
        .collect();
    let text = || crate::print::text(&routine.graph);
    let expected = eval::evaluate(&routine.graph, dims, values, &wanted)
        .unwrap_or_else(|error| panic!("{error}\n{}", text()));
    let expected: Vec<Vec<f64>> = expected.iter().map(numbers).collect();
    let (results, gradients) = expected.split_at(routine.results.len());
    let values: Vec<(TensorId, Vec<f64>)> =
        values.iter().map(|(tensor, data)| (*tensor, numbers(data))).collect();
    let compare = |what: &str, found: &[Vec<f64>], expected: &[Vec<f64>], plus: f64| {
        for (position, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert_eq!(found.len(), expected.len(), "{what} {position}");
            for (element, (found, expected)) in found.iter().zip(expected).enumerate() {
                let expected = expected + plus;
                let close = (found - expected).abs() <= 1e-9 * (1.0 + expected.abs());
                assert!(
                    close || (found.is_nan() && expected.is_nan()) || found == &expected,
                    "{what} {position}[{element}]: {found} instead of {expected}\n{}",
                    text()
                );
            }
        }
    };

    if routine.gradients.is_empty() {
        // There is no backward stage: nothing is kept for it or computed again, and nothing steps or accumulates.
        let plan = prepare(routine.clone(), given, Delivery::Caller, Price::USUAL);
        let mut machine = Machine::new(&plan, dims, &values, false);
        machine.forward();
        compare("result", &machine.results(), results, 0.0);
        return;
    }
    // As users have it, and with everything computed again that can be.
    for price in [Price::USUAL, Price::NONE] {
        let overwriting = prepare(routine.clone(), given, Delivery::Caller, price);
        for accumulate in [false, true] {
            let mut machine = Machine::new(&overwriting, dims, &values, accumulate);
            machine.forward();
            compare("result", &machine.results(), results, 0.0);
            machine.backward();
            compare("gradient", &machine.gradients(), gradients, if accumulate { 1.0 } else { 0.0 });
        }
        let stepping = prepare(routine.clone(), given, Delivery::Update, price);
        let mut machine = Machine::new(&stepping, dims, &values, false);
        machine.targets = given.targets.clone();
        machine.forward();
        compare("result of a step", &machine.results(), results, 0.0);
        machine.backward();
        compare("gradient of a step", &machine.gradients(), gradients, 0.0);
    }
}
