//! Derivatives against each other, in the interpreter: forward against reverse, second derivatives against
//! differences of first ones, whole arrays against their rows.

use std::collections::BTreeMap;

use super::derived;
use crate::eval::{self, Data};
use crate::ir::{Kind, TensorId};
use crate::program::{Argument, Derivative, Method, Program};
use crate::routine::Target;
use crate::syntax::ast::DerivativeKind;
use crate::tests::checked;

const NETS: &str = "
    dim N, T;
    struct Block<const D: usize> { fc: Linear<D, D>, gain: f64[D] = ones }
    impl Block<D> { fn call(x: f64[.., D]) -> f64[.., D] { x + gain * tanh(fc(x)) } }
    pub struct Net { enter: Linear<3, 4>, blocks: [Block<4>; 2], cell: Rnn<3, 2>, #[frozen] k: f64[2], leave: f64[4] }
    impl Net {
        pub fn residual(x: f64[N, 3]) -> f64 {
            let mut h = softplus(enter(x));
            for block in blocks { h = block(h); }
            mean(h @ leave) + logsumexp(h)
        }
        pub fn recurrent(x: f64[T, N, 3], h: f64[N, 2]) -> f64 { let (ys, _) = cell(x, h * k); sum(ys * ys) + prod(h) }
        pub fn notation(a: f64[T, 3], b: f64[T, 3]) -> f64 {
            let s[i, j] = if j <= i { sum[d](a[i, d] * b[j, d]) } else { -inf };
            let y[i, d] = sum[j](softmax(s)[i, j] * b[j, d]);
            sum(y * y * y) + sum(max(a, axis = 1))
        }
        pub fn rows(x: f64[N, 3]) -> (f64[N, 4], f64[N]) { let h = sin(enter(x)); (h * h, norm(x, axis = 1)) }
        pub fn mixed(x: f64[N, 3]) -> f64[N, 3] { x - mean(x, axis = 0) * x }
        pub fn turned(x: f64[N, 3]) -> f64[3, N] { t(exp(x)) }
        pub fn window(x: f64[7], w: f64[3]) -> f64[5] { let y[i] = sum[u](x[i + u] * w[u]); y * y }
        pub fn filled(x: f64[N, 3]) -> f64[N] {
            let mut y = zeros([N]);
            for n in 0..N { let z = x[n] * x[n]; y[n] = sum(z) * z[1]; }
            y
        }
        pub fn shifted(x: f64[N, 3]) -> f64[N] { let y[n] = if n > 0 { x[n - 1, 0] * x[n, 1] } else { x[n, 2] }; y }
    }";

const DIMS: [usize; 2] = [3, 4];

fn data(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|i| (0.7 * i as f64 + 1.3 * seed as f64 + 0.1).sin() * 0.8).collect()
}

/// A method with numbers in its inputs.
struct Case<'a> {
    method: &'a Method,
    dims: Vec<usize>,
    inputs: BTreeMap<TensorId, Vec<f64>>,
}

fn cases(program: &Program) -> Vec<Case<'_>> {
    program.structs.iter().flat_map(|each| &each.methods).map(case).collect()
}

fn case(method: &Method) -> Case<'_> {
    let dims: Vec<usize> =
        method.graph.dims.iter().map(|name| if name == "N" { DIMS[0] } else { DIMS[1] }).collect();
    let arguments = method.arguments.iter().filter_map(Argument::tensor);
    let tensors = method.fields.iter().map(|field| field.tensor).chain(arguments);
    let inputs =
        tensors.enumerate().map(|(seed, tensor)| (tensor, data(size(method, &dims, tensor), seed))).collect();
    Case { method, dims, inputs }
}

fn size(method: &Method, dims: &[usize], tensor: TensorId) -> usize {
    eval::shape(&method.graph, dims, tensor).expect("a shape").iter().product()
}

impl Case<'_> {
    fn derivative(&self, kind: DerivativeKind, model: bool, arguments: bool) -> Derivative {
        let floats = (0..self.method.arguments.len())
            .filter(|argument| self.method.argument_kind(*argument) == Some(Kind::Float));
        Derivative { kind, model, arguments: if arguments { floats.collect() } else { Vec::new() } }
    }

    fn variable(&self, target: Target) -> TensorId {
        super::variable(self.method, target)
    }

    /// Results and gradients of a derivative, given directions by variable and cotangents in order.
    fn run(
        &self,
        derivative: &Derivative,
        directions: &BTreeMap<TensorId, Vec<f64>>,
        cotangents: &[Vec<f64>],
    ) -> (Vec<Vec<f64>>, Vec<(TensorId, Vec<f64>)>) {
        let found = derived(self.method, derivative);
        let routine = &found.routine;
        let mut inputs: Vec<(TensorId, Data)> =
            self.inputs.iter().map(|(tensor, data)| (*tensor, data.clone().into())).collect();
        inputs.extend(
            found
                .directions
                .iter()
                .map(|(target, tensor)| (*tensor, directions[&self.variable(*target)].clone().into())),
        );
        inputs.extend(routine.cotangents.iter().copied().zip(cotangents.iter().cloned().map(Data::from)));
        let names: Vec<TensorId> = inputs.iter().map(|(tensor, _)| *tensor).collect();
        crate::verify::verify(&routine.graph, &names).unwrap_or_else(|error| {
            panic!("{}: {error}\n{}", self.method.name, crate::print::text(&routine.graph))
        });
        let wanted: Vec<TensorId> = routine
            .results
            .iter()
            .copied()
            .chain(routine.gradients.iter().map(|gradient| gradient.tensor))
            .collect();
        let values = eval::evaluate(&routine.graph, &self.dims, &inputs, &wanted)
            .unwrap_or_else(|error| panic!("{}: {error}", self.method.name));
        let mut values: Vec<Vec<f64>> = values.iter().map(|value| value.floats().to_vec()).collect();
        let gradients = values.split_off(routine.results.len());
        let targets = routine.gradients.iter().map(|gradient| self.variable(gradient.target));
        (values, targets.zip(gradients).collect())
    }

    /// The cotangents that an evaluation of `#[grad]` takes: none of one number.
    fn cotangents(&self) -> Vec<Vec<f64>> {
        let results = self.method.result.tensors();
        let sizes = results.iter().map(|result| size(self.method, &self.dims, *result));
        if results.len() == 1 && self.method.graph.shape(results[0]).is_empty() {
            return Vec::new();
        }
        sizes.enumerate().map(|(seed, size)| data(size, 50 + seed)).collect()
    }

    fn directions(&self) -> BTreeMap<TensorId, Vec<f64>> {
        self.inputs
            .iter()
            .enumerate()
            .map(|(seed, (tensor, values))| (*tensor, data(values.len(), 70 + seed)))
            .collect()
    }
}

#[track_caller]
fn near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * (1.0 + expected.abs()),
            "{what}[{place}]: {found} instead of {expected}"
        );
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn forward_is_the_transpose_of_backward() {
    let program = checked(NETS).unwrap_or_else(|messages| panic!("{messages}"));
    for case in cases(&program) {
        let (directions, cotangents) = (case.directions(), case.cotangents());
        let (values, _) = case.run(&case.derivative(DerivativeKind::Jvp, true, true), &directions, &[]);
        let tangents = &values[values.len() / 2..];
        let forward: f64 = match cotangents.as_slice() {
            [] => tangents[0][0],
            cotangents => {
                tangents.iter().zip(cotangents).map(|(tangent, cotangent)| dot(tangent, cotangent)).sum()
            }
        };
        let (again, gradients) =
            case.run(&case.derivative(DerivativeKind::Grad, true, true), &directions, &cotangents);
        let backward: f64 =
            gradients.iter().map(|(variable, gradient)| dot(gradient, &directions[variable])).sum();
        near(&format!("⟨w, J·v⟩ of {}", case.method.name), &[forward], &[backward], 1e-12);
        near("the value", &values[0], &again[0], 1e-14);
    }
}

#[test]
fn second_derivatives_are_differences_of_first_ones() {
    let program = checked(NETS).unwrap_or_else(|messages| panic!("{messages}"));
    for mut case in cases(&program).into_iter().filter(|case| case.cotangents().is_empty()) {
        let directions = case.directions();
        let hessian_vector = case.derivative(DerivativeKind::Hvp, true, true);
        let (_, found) = case.run(&hessian_vector, &directions, &[]);
        let gradient = case.derivative(DerivativeKind::Grad, true, true);
        let moving: Vec<TensorId> =
            super::variables(case.method, &gradient).into_iter().map(|(_, variable)| variable).collect();
        let step = 1e-5;
        let mut gradients = |by: f64| {
            for variable in &moving {
                let values = case.inputs.get_mut(variable).expect("an input");
                values
                    .iter_mut()
                    .zip(&directions[variable])
                    .for_each(|(value, direction)| *value += by * direction);
            }
            case.run(&gradient, &BTreeMap::new(), &[]).1
        };
        let (above, below) = (gradients(step), gradients(-2.0 * step));
        for (variable, found) in &found {
            let of = |gradients: &[(TensorId, Vec<f64>)]| {
                gradients.iter().find(|(other, _)| other == variable).expect("a gradient").1.clone()
            };
            let differences: Vec<f64> = of(&above)
                .iter()
                .zip(of(&below))
                .map(|(above, below)| (above - below) / (2.0 * step))
                .collect();
            near(&format!("H·v of {}", case.method.name), found, &differences, 1e-7);
        }
    }
}

#[test]
fn jacobians_are_rows_of_backward() {
    let program = checked(NETS).unwrap_or_else(|messages| panic!("{messages}"));
    for case in cases(&program) {
        let jacobian = case.derivative(DerivativeKind::Jacobian, false, true);
        let gradient = case.derivative(DerivativeKind::Grad, false, true);
        let cotangents = case.cotangents();
        let (blocks, _) = case.run(&jacobian, &BTreeMap::new(), &[]);
        let name = case.method.name.to_string();
        let variables: Vec<TensorId> =
            super::variables(case.method, &jacobian).into_iter().map(|(_, variable)| variable).collect();
        let results = case.method.result.tensors();
        assert_eq!(blocks.len(), results.len() * variables.len());
        let per_row = ["rows", "filled"].contains(&name.as_str());
        for (output, result) in results.iter().enumerate() {
            let rows = size(case.method, &case.dims, *result);
            for row in 0..rows {
                let unit = |position: usize, zeros: &Vec<f64>| {
                    (0..zeros.len()).map(|i| if position == output && i == row { 1.0 } else { 0.0 }).collect()
                };
                let unit: Vec<Vec<f64>> =
                    cotangents.iter().enumerate().map(|(position, zeros)| unit(position, zeros)).collect();
                let (_, gradients) = case.run(&gradient, &BTreeMap::new(), &unit);
                for (position, (_, expected)) in gradients.iter().enumerate() {
                    let block = &blocks[output * variables.len() + position];
                    if per_row {
                        // [n, i, j] of [n, i] by [n, j]: what is left out is zero.
                        let (inner, outer) = (rows / DIMS[0], expected.len() / DIMS[0]);
                        let (n, found) = (row / inner, &block[row * outer..][..outer]);
                        near(&format!("row {row} of {name}"), found, &expected[n * outer..][..outer], 1e-12);
                        assert!(
                            expected.iter().enumerate().all(|(at, value)| at / outer == n || *value == 0.0),
                            "{name}: rows mix"
                        );
                        assert_eq!(block.len(), rows * outer, "{name}");
                    } else {
                        near(
                            &format!("row {row} of {name}"),
                            &block[row * expected.len()..][..expected.len()],
                            expected,
                            1e-12,
                        );
                        assert_eq!(block.len(), rows * expected.len(), "{name}");
                    }
                }
            }
        }
    }
}

#[test]
fn hessians_are_columns_of_hessian_vector_products() {
    let program = checked(NETS).unwrap_or_else(|messages| panic!("{messages}"));
    for case in cases(&program).into_iter().filter(|case| case.cotangents().is_empty()) {
        let hessian = case.derivative(DerivativeKind::Hessian, false, true);
        let hessian_vector = case.derivative(DerivativeKind::Hvp, false, true);
        let (blocks, _) = case.run(&hessian, &BTreeMap::new(), &[]);
        let variables: Vec<TensorId> =
            super::variables(case.method, &hessian).into_iter().map(|(_, variable)| variable).collect();
        for (above, row_variable) in variables.iter().enumerate() {
            for row in 0..case.inputs[row_variable].len() {
                let unit = |variable: &TensorId| {
                    (0..case.inputs[variable].len())
                        .map(|i| if variable == row_variable && i == row { 1.0 } else { 0.0 })
                        .collect()
                };
                let directions = variables.iter().map(|variable| (*variable, unit(variable))).collect();
                let (_, columns) = case.run(&hessian_vector, &directions, &[]);
                for (beside, (_, expected)) in columns.iter().enumerate() {
                    let block = &blocks[above * variables.len() + beside];
                    near(
                        &format!("row {row} of {}", case.method.name),
                        &block[row * expected.len()..][..expected.len()],
                        expected,
                        1e-12,
                    );
                }
            }
        }
    }
}

#[test]
fn indices_of_formulas_are_no_names_of_arguments() {
    let program = checked(
        "dim N; pub struct A { table: f64[5, 3] }
         impl A {
             pub fn plain(i: u32[N], j: f64[3], k: f64[N]) -> f64[N, 3] { table[i] * j + k.reshape([N, 1]) }
             #[grad(d_x)] pub fn clash(x: f64[N], d_x: f64[N]) -> f64 { sum(x * d_x) }
             #[grad(r#in)] pub fn raw(r#in: f64[N]) -> f64 { sum(r#in * r#in) }
         }",
    )
    .expect("a program");
    let methods = super::compile(&program);
    let [plain, clash, raw] = methods[0].as_slice() else { panic!("three methods") };
    assert!(clash.latex.contains(r"x_{k} \, {\mathit{d\_x}}_{k}"), "{}", clash.latex);
    assert!(plain.derivation.contains("plain[l, m] = table[i[l], m] · j[m] + k[l]"), "{}", plain.derivation);
    for text in [&raw.derivation, &raw.latex, &raw.dot] {
        assert!(!text.contains("r#"), "{text}");
    }
}

#[test]
fn what_a_user_calls_like_a_derivative_is_written_as_none() {
    let program = checked(
        "dim N; pub struct A {}
         impl A {
             #[grad(x)] pub fn both(x: f64[N]) -> f64 { let d_x = exp(x * x); sum(d_x * sin(d_x)) }
             #[grad(x)] pub fn one(x: f64[N]) -> f64 { let y = exp(x * x); sum(y * sin(y)) }
         }",
    )
    .expect("a program");
    let methods = super::compile(&program);
    let [both, one] = methods[0].as_slice() else { panic!("two methods") };
    for text in [&both.derivation, &both.dot] {
        assert!(text.contains("d_x[i] = exp(x[i]²)"), "{text}");
        assert!(text.contains("∂x[i] = "), "{text}");
    }
    assert!(both.latex.contains(r"{\mathit{d\_x}}_{i} &= e^{x_{i}^{2}}"), "{}", both.latex);
    assert!(both.latex.contains(r"\partial x_{i} &="), "{}", both.latex);
    // Elsewhere as Rust calls it.
    assert!(one.derivation.contains("    d_x[i] = "), "{}", one.derivation);
}
