//! Plans of every derivative that an attribute asks for, of the programs that docs/language.md is held against and
//! of some that were once planned wrongly.

use crate::compile::{self, Derived};
use crate::ir::Kind;
use crate::program::{Derivative, Method};
use crate::syntax::ast::DerivativeKind;

use super::programs::given;
use super::{check, inputs};

/// A function of more is one that differentiates in loops itself: its Hessian's product alone, backward and in two
/// prices, takes as long as half of all others. Its whole Hessian is planned.
const MANY_TENSORS: usize = 256;

/// Plans the tangents, the Hessian's product and the whole derivatives of every method that has them.
fn planned(text: &str, dims: &[usize], bound: u32) {
    let program = crate::tests::checked(text).unwrap_or_else(|messages| panic!("{messages}"));
    for method in program.structs.iter().flat_map(|each| &each.methods) {
        for derivative in derivatives(method) {
            derived(method, &derivative, dims, bound);
        }
    }
}

fn derivatives(method: &Method) -> Vec<Derivative> {
    let is_float = |place: &usize| method.argument_kind(*place) == Some(Kind::Float);
    let arguments: Vec<usize> = (0..method.arguments.len()).filter(is_float).collect();
    let results = method.result.tensors();
    let is_one = results.len() == 1 && method.graph.tensor(results[0]).kind == Kind::Float;
    let is_scalar = is_one && method.graph.shape(results[0]).is_empty();
    let derivative = |kind, model| Derivative { kind, model, arguments: arguments.clone() };
    let mut all = Vec::new();
    if !(arguments.is_empty() && method.fields.is_empty()) {
        all.push(derivative(DerivativeKind::Jvp, true));
        let is_quick = method.graph.tensors.len() <= MANY_TENSORS;
        all.extend((is_scalar && is_quick).then(|| derivative(DerivativeKind::Hvp, true)));
    }
    if !arguments.is_empty() {
        all.extend(is_one.then(|| derivative(DerivativeKind::Jacobian, false)));
        all.extend(is_scalar.then(|| derivative(DerivativeKind::Hessian, false)));
    }
    all
}

fn derived(method: &Method, derivative: &Derivative, dims: &[usize], bound: u32) {
    let Derived { routine, directions } = compile::derived(method, derivative);
    let places = compile::inputs(method, &routine, &directions);
    let mut all = given(method);
    all.extend(directions.iter().map(|(_, direction)| direction));
    let dims = &dims[..routine.graph.dims.len()];
    let values = inputs(&routine.graph, dims, &all, bound);
    check(&routine, &places, dims, &values);
}

#[test]
fn of_the_contract() {
    let mut seen = std::collections::BTreeSet::new();
    for (title, dims, bound, program) in crate::tests::contract::cases() {
        // At the first of its sizes.
        if seen.insert(title) {
            planned(&program, &dims, bound);
        }
    }
}

/// What an inner loop keeps of each iteration has the axes of the Hessian before its own.
#[test]
fn of_what_nested_loops_keep() {
    for rows in [0, 1, 3] {
        planned(
            "dim N;
            pub struct Net { w: f64[2, 2] }
            impl Net {
                pub fn grid(x: f64[N, 2]) -> f64 {
                    let mut h = zeros([3, 2]);
                    for t in 0..N {
                        for l in 0..3 { h[l] = if l == 0 { tanh(x[t] @ w + h[0]) } else { tanh(h[l - 1] + h[l] * x[t]) }; }
                    }
                    sum(h)
                }
            }",
            &[rows],
            3,
        );
    }
}
