//! What docs/language.md says of items, types and expressions, sentence by sentence, in programs as users write them.
//!
//! `contract.txt` holds them: a line `==== title | dims; dims | labels`, then the program. Every gradient is held
//! against finite differences, at each of these run-time sizes (in the order in which a function mentions them) and
//! with indices below `labels`. Where there are functions `f` and `f_again`, they say the same in two ways: their
//! values agree.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::{check_gradients, checked, input, values};
use crate::eval::Data;
use crate::ir::{Kind, TensorId};
use crate::program::{Argument, Method};

#[test]
fn every_sentence_holds() {
    let mut wrong = Vec::new();
    for (title, dims, labels, program) in cases() {
        let run = AssertUnwindSafe(|| {
            agree(&program, &dims, labels);
            check_gradients(&program, &dims, labels);
        });
        if let Err(failure) = catch_unwind(run) {
            let message = failure.downcast_ref::<String>().map_or("it panicked", String::as_str);
            wrong.push(format!("{title}: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The programs: a title, sizes, what indices are below, the text.
pub fn cases() -> Vec<(String, Vec<usize>, u32, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/contract.txt");
    let text = std::fs::read_to_string(path).expect("the programs can be read");
    let mut all = Vec::new();
    for case in text.split("==== ").skip(1) {
        let (head, program) = case.split_once('\n').expect("a case has a title");
        let cells: Vec<&str> = head.split('|').map(str::trim).collect();
        let [title, sizes, labels] = cells.as_slice() else { panic!("{head}: a title, sizes and labels") };
        for dims in sizes.split(';') {
            let dims = dims.split_whitespace().map(|dim| dim.parse().expect("a size")).collect();
            let labels = labels.parse().expect("a number of labels");
            all.push((title.to_string(), dims, labels, program.to_string()));
        }
    }
    all
}

/// Holds every `f` against its `f_again`.
fn agree(program: &str, dims: &[usize], labels: u32) {
    let program = checked(program).unwrap_or_else(|messages| panic!("{messages}"));
    for methods in program.structs.iter().map(|each| &each.methods) {
        for again in methods {
            let Some(name) = again.name.to_string().strip_suffix("_again").map(str::to_string) else {
                continue;
            };
            let first = methods.iter().find(|method| method.name == name).expect("what is said again");
            let (one, other) = (results(first, dims, labels), results(again, dims, labels));
            assert_eq!(one.len(), other.len(), "{name}");
            for (one, other) in one.iter().zip(&other) {
                match (one, other) {
                    (Data::Float(one), Data::Float(other)) => {
                        assert_eq!(one.len(), other.len(), "{name}");
                        let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * (1.0 + a.abs()) || a == b;
                        assert!(one.iter().zip(other).all(near), "{name}: {one:?} and again {other:?}");
                    }
                    _ => assert_eq!(format!("{one:?}"), format!("{other:?}"), "{name}"),
                }
            }
        }
    }
}

fn results(method: &Method, dims: &[usize], labels: u32) -> Vec<Data> {
    let dims = &dims[..method.graph.dims.len()];
    let arguments = method.arguments.iter().filter_map(Argument::tensor);
    let fields = method.fields.iter().map(|field| {
        // The same numbers for a field whichever function reads it.
        let seed = field.path.iter().flat_map(|step| step.name.to_string().into_bytes());
        (seed.fold(0, |seed, byte| (31 * seed + usize::from(byte)) % 997), field.tensor)
    });
    let inputs: Vec<(TensorId, Data)> = arguments
        .enumerate()
        .chain(fields)
        .map(|(seed, tensor)| {
            let shape = crate::eval::shape(&method.graph, dims, tensor).expect("a shape");
            let numbers = 0..shape.iter().product::<usize>();
            let data = match method.graph.tensor(tensor).kind {
                Kind::Float => Data::Float(input(&shape, seed)),
                Kind::Index => Data::Index(numbers.map(|i| (7 * i as u32 + 3) % labels).collect()),
                Kind::Mask => Data::Mask(numbers.map(|i| i % 3 != 1).collect()),
                Kind::Key => Data::Key(numbers.map(|i| 77 + (i * i) as u64).collect()),
            };
            (tensor, data)
        })
        .collect();
    values(method, dims, &inputs)
}
