//! What is a sum over rows and what is not, and that its blocks with their gradients are the whole, in the interpreter.

use std::collections::BTreeMap;

use super::of_rows;
use crate::compile;
use crate::eval::{self, Data};
use crate::ir::{Kind, TensorId};
use crate::program::{Argument, Derivative, Method};
use crate::syntax::ast::DerivativeKind;
use crate::tests::checked;

const NETS: &str = "
    dim N, M, T;
    pub struct Net { fc: Linear<3, 4>, out: Linear<4, 1>, cell: Gru<3, 4>, table: f64[5, 3] }
    impl Net {
        fn u(x: f64[.., 3]) -> f64[..] { out(tanh(fc(x)))[.., 0] }

        pub fn sum_mean(x: f64[N, 3]) -> f64 { mean(u(x) * u(x)) }
        pub fn sum_labels(x: f64[N, 3], y: u32[N]) -> f64 { cross_entropy(tanh(fc(x)), y) }
        pub fn sum_second(x: f64[N, 3]) -> f64 {
            let a = x[.., 0];
            let v = u(stack([a, x[.., 1], x[.., 2]], axis = 1));
            let v_aa = grad(grad(v, a), a);
            mean(powi(v_aa - v, 2))
        }
        pub fn sum_two(x: f64[N, 3], y: f64[M, 3]) -> f64 {
            mean(u(x)) / 3 - sum(u(y) * u(y)) + 0.5 * sum(fc.weight * fc.weight) / N
        }
        pub fn sum_recurrent(x: f64[N, 6, 3]) -> f64 {
            let (ys, h) = cell(permute(x, [1, 0, 2]), zeros([N, 4]));
            mean(powi(ys, 2)) + sum(h) / N
        }
        pub fn sum_of_times(x: f64[N, T, 3]) -> f64 {
            let mut total = sum(table) - 1;
            for t in 0..T { total = 2 * total + mean(u(x[.., t])) * (t + 1) - table[0, 0]; }
            total
        }
        pub fn sum_gathered(i: u32[N]) -> f64 { mean(u(table[i])) }
        pub fn sum_guarded(x: f64[N, 3], m: bool[N]) -> f64 { sum(if m { u(x) } else { 1 / u(x) }) }
        pub fn sum_whole(x: f64[N, 3], w: f64[T, 3]) -> f64 { mean(x @ w.t()) }
        pub fn sum_product(x: f64[N, 3], y: f64[M, 3]) -> f64 { sum(u(x)) * sum(u(y)) }

        pub fn mixed_norm(x: f64[N, 3]) -> f64 { let h = fc(x); mean(powi(h - mean(h, axis = 0), 2)) }
        pub fn mixed_square(x: f64[N, 3]) -> f64 { powi(mean(u(x)), 2) }
        pub fn mixed_pairs(x: f64[N, 3], y: f64[N, 3]) -> f64 { sum(x @ y.t()) }
        pub fn mixed_order(x: f64[N, 3]) -> f64 { let s[n] = if n > 0 { u(x)[n - 1] * u(x)[n] } else { 0 }; sum(s) }
        pub fn mixed_first(x: f64[N, 3]) -> f64 { sum(u(x) * x[0, 0]) }
        pub fn mixed_number(x: f64[N, 3]) -> f64 { let s[n] = u(x)[n] * n; sum(s) }
        pub fn mixed_largest(x: f64[N, 3]) -> f64 { max(u(x)) }
        pub fn mixed_size(x: f64[2 * N, 3], y: f64[N]) -> f64 { mean(u(x)) + sum(y) }
        pub fn mixed_axis(x: f64[3, N]) -> f64 { mean(x * x) }
        pub fn mixed_time(x: f64[T, 3]) -> f64 { let mut h = zeros([3]); for t in 0..T { h = tanh(h + x[t]); } sum(h) }
        pub fn mixed_scan(x: f64[N, 3]) -> f64 { sum(cumsum(u(x), axis = 0)) }
        pub fn free(x: f64[N, 3]) -> f64 { sum(table) / N }
    }";

fn methods() -> Vec<Method> {
    let program = checked(NETS).expect("the nets are right");
    program.structs.into_iter().flat_map(|each| each.methods).collect()
}

#[test]
fn rows_that_mix_are_no_sum() {
    for method in methods() {
        let name = method.name.to_string();
        assert_eq!(
            of_rows(&method, &compile::value(&method).graph).is_some(),
            name.starts_with("sum_"),
            "{name}"
        );
    }
}

/// Of the inputs, those rows in front of which `from` of so many stand.
fn inputs(method: &Method, dims: &BTreeMap<&str, (usize, usize)>, all: usize) -> Vec<(TensorId, Data)> {
    let arguments: Vec<TensorId> = method.arguments.iter().filter_map(Argument::tensor).collect();
    let tensors = method.fields.iter().map(|field| field.tensor).chain(arguments.iter().copied());
    let whole: Vec<usize> = method.graph.dims.iter().map(|_| all).collect();
    let of = |(seed, tensor): (usize, TensorId)| {
        let count = eval::shape(&method.graph, &whole, tensor).expect("a shape").iter().product();
        let numbers = (0..count).map(|i| (0.7 * i as f64 + 1.3 * seed as f64 + 0.1).sin());
        let data = match method.graph.tensor(tensor).kind {
            Kind::Float => Data::Float(numbers.collect()),
            Kind::Index => Data::Index(numbers.map(|x| (2.0 + 2.0 * x) as u32).collect()),
            Kind::Mask => Data::Mask(numbers.map(|x| x > 0.0).collect()),
            Kind::Key => unreachable!("no net has a key"),
        };
        let first = method.graph.shape(tensor).first().and_then(|size| size.as_dim());
        let range = first.and_then(|dim| dims.get(method.graph.dims[dim.0 as usize].as_str()));
        match range.filter(|_| arguments.contains(&tensor)) {
            Some((from, to)) => (tensor, data.part(from * count / all..to * count / all)),
            None => (tensor, data),
        }
    };
    tensors.enumerate().map(of).collect()
}

/// Value and gradients of a method, whose dims past the first are so large.
fn evaluated(method: &Method, dims: &[usize], inputs: &[(TensorId, Data)]) -> Vec<Vec<f64>> {
    let derivative = Derivative { kind: DerivativeKind::Grad, model: true, arguments: Vec::new() };
    let routine = compile::gradient(method, &derivative);
    let gradients = routine.gradients.iter().map(|gradient| gradient.tensor);
    let wanted: Vec<TensorId> = routine.results.iter().copied().chain(gradients).collect();
    let found = eval::evaluate(&routine.graph, dims, inputs, &wanted).expect("it runs");
    found.iter().map(|data| data.floats().to_vec()).collect()
}

#[test]
fn blocks_are_the_whole() {
    const ALL: usize = 5;
    for method in methods() {
        let Some((part, sizes)) = of_rows(&method, &compile::value(&method).graph) else { continue };
        let dims: Vec<usize> = method.graph.dims.iter().map(|_| ALL).collect();
        let whole = evaluated(&method, &dims, &inputs(&method, &BTreeMap::new(), ALL));
        let mut sum: Vec<Vec<f64>> = whole.iter().map(|values| vec![0.0; values.len()]).collect();
        let blocks = [(0, 2), (2, 2), (2, 5)];
        for (from, to) in blocks {
            let mut given = dims.clone();
            sizes.iter().for_each(|size| given[size.0 as usize] = to - from);
            given.extend(sizes.iter().map(|_| ALL));
            given.push(blocks.len());
            let rows = sizes.iter().map(|size| (method.graph.dims[size.0 as usize].as_str(), (from, to)));
            let found = evaluated(&part, &given, &inputs(&method, &rows.collect(), ALL));
            for (sum, found) in sum.iter_mut().zip(found) {
                sum.iter_mut().zip(found).for_each(|(sum, value)| *sum += value);
            }
        }
        for (sum, whole) in sum.iter().flatten().zip(whole.iter().flatten()) {
            assert!(
                (sum - whole).abs() <= 1e-12 * whole.abs().max(1.0),
                "{}: {sum}, not {whole}",
                method.name
            );
        }
    }
}
