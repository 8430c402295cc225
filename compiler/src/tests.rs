//! Programs through the compiler down to routines, against the interpreter.
mod accuracy;
mod nets;
mod property;
mod table;

pub use nets::nets;

use crate::{check, compile, eval, print, report::Report, syntax};

thread_local! {
    static LIBRARY: syntax::ast::Block = check::library();
}

/// Does something with the library, which is read once a thread: it is longer than most programs of tests.
pub fn with_library<T>(work: impl FnOnce(&syntax::ast::Block) -> T) -> T {
    LIBRARY.with(work)
}

/// Checks a block; its messages on error.
pub fn checked(text: &str) -> Result<crate::program::Program, String> {
    let mut report = Report::default();
    let block = syntax::parse(text.parse().unwrap(), &mut report);
    let program = with_library(|library| check::check(&block, library, &mut report));
    let messages: Vec<String> = report.errors.iter().map(|error| error.text()).collect();
    program.map_err(|_| messages.join("\n----\n"))
}

/// What a block with one function of a network without parameters becomes, without spaces.
pub fn expanded(function: &str) -> String {
    let program = format!("chainrule dim N; pub struct Net {{}} impl Net {{ {function} }}");
    let tokens = crate::expand(program.parse().expect("tokens")).to_string();
    tokens.replace(char::is_whitespace, "")
}

/// A deterministic input.
fn input(shape: &[usize], seed: usize) -> Vec<f64> {
    (0..shape.iter().product()).map(|i| (0.7 * i as f64 + 1.3 * seed as f64 + 0.1).sin() * 0.8).collect()
}

/// The results of a function.
fn values(
    method: &crate::program::Method,
    dims: &[usize],
    inputs: &[(crate::ir::TensorId, eval::Data)],
) -> Vec<eval::Data> {
    let routine = compile::value(method);
    eval::evaluate(&routine.graph, dims, inputs, &routine.results)
        .unwrap_or_else(|e| panic!("{e}\n{}", print::text(&routine.graph)))
}

/// Each function returns pairs of values that are equal.
fn check_pairs(text: &str, dims: &[usize]) {
    let program = checked(text).unwrap_or_else(|messages| panic!("{messages}"));
    for method in program.structs.iter().flat_map(|each| &each.methods) {
        let dims = &dims[..method.graph.dims.len()];
        let arguments = method.arguments.iter().filter_map(crate::program::Argument::tensor);
        let tensors = method.fields.iter().map(|field| field.tensor).chain(arguments);
        let inputs = tensors.enumerate().map(|(seed, tensor)| {
            let shape = eval::shape(&method.graph, dims, tensor).unwrap();
            (tensor, eval::Data::Float(input(&shape, seed)))
        });
        for pair in values(method, dims, &inputs.collect::<Vec<_>>()).chunks_exact(2) {
            let [eval::Data::Float(found), eval::Data::Float(expected)] = pair else {
                panic!("{} returns numbers", method.name)
            };
            assert_eq!(found.len(), expected.len(), "{}", method.name);
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{}: {found} is not {expected}", method.name);
            }
        }
    }
}

fn check_gradients(text: &str, dims: &[usize], labels: u32) {
    let program = checked(text).unwrap_or_else(|messages| panic!("{messages}"));
    for each in program.structs.iter().flat_map(|each| &each.methods) {
        let derivative = crate::program::Derivative {
            kind: syntax::ast::DerivativeKind::Grad,
            model: true,
            arguments: (0..each.arguments.len())
                .filter(|a| each.argument_kind(*a) == Some(crate::ir::Kind::Float))
                .collect(),
        };
        let dims = &dims[..each.graph.dims.len()];
        let mut inputs = Vec::new();
        let mut graph_inputs = Vec::new();
        for (seed, tensor) in each
            .fields
            .iter()
            .map(|f| f.tensor)
            .chain(each.arguments.iter().filter_map(crate::program::Argument::tensor))
            .enumerate()
        {
            let shape = eval::shape(&each.graph, dims, tensor).unwrap();
            graph_inputs.push(tensor);
            inputs.push((
                tensor,
                match each.graph.tensor(tensor).kind {
                    crate::ir::Kind::Index => eval::Data::Index(
                        (0..shape.iter().product::<usize>()).map(|i| (7 * i as u32 + 3) % labels).collect(),
                    ),
                    crate::ir::Kind::Mask => {
                        eval::Data::Mask((0..shape.iter().product::<usize>()).map(|i| i % 3 != 1).collect())
                    }
                    crate::ir::Kind::Key => eval::Data::Key(
                        (0..shape.iter().product::<usize>() as u64).map(|i| 77 + i * i).collect(),
                    ),
                    crate::ir::Kind::Float => eval::Data::Float(input(&shape, seed)),
                },
            ));
        }
        crate::verify::verify(&each.graph, &graph_inputs)
            .unwrap_or_else(|e| panic!("{e}\n{}", print::text(&each.graph)));
        let raw = eval::evaluate(&each.graph, dims, &inputs, &each.result.tensors())
            .unwrap_or_else(|e| panic!("{e}\n{}", print::text(&each.graph)));
        let routine = compile::gradient(each, &derivative);
        let mut with_cotangents = inputs.clone();
        for (k, &c) in routine.cotangents.iter().enumerate() {
            let shape = eval::shape(&routine.graph, dims, c).unwrap();
            with_cotangents.push((c, eval::Data::Float(input(&shape, 40 + k))));
            graph_inputs.push(c);
        }
        println!("{}", print::text(&routine.graph));
        crate::verify::verify(&routine.graph, &graph_inputs)
            .unwrap_or_else(|e| panic!("{e}\n{}", print::text(&routine.graph)));
        let values = eval::evaluate(&routine.graph, dims, &with_cotangents, &routine.results)
            .unwrap_or_else(|e| panic!("{e}\n{}", print::text(&routine.graph)));
        for (a, b) in raw.iter().zip(&values) {
            if let (eval::Data::Float(a), eval::Data::Float(b)) = (a, b) {
                for (a, b) in a.iter().zip(b) {
                    assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{a} {b}");
                }
            }
        }
        let cost = |inputs: &[(crate::ir::TensorId, eval::Data)]| -> f64 {
            let results = each.result.tensors();
            let values = eval::evaluate(&each.graph, dims, inputs, &results).unwrap();
            let mut k = 0;
            results
                .iter()
                .zip(&values)
                .map(|(result, value)| match value {
                    eval::Data::Float(v) => {
                        if routine.cotangents.is_empty() {
                            return v[0];
                        }
                        let shape = eval::shape(&each.graph, dims, *result).unwrap();
                        let c = input(&shape, 40 + k);
                        k += 1;
                        v.iter().zip(&c).map(|(a, b)| a * b).sum()
                    }
                    _ => 0.0,
                })
                .sum()
        };
        let wanted: Vec<_> = routine.gradients.iter().map(|g| g.tensor).collect();
        let gradients = eval::evaluate(&routine.graph, dims, &with_cotangents, &wanted)
            .unwrap_or_else(|e| panic!("{e}\n{}", print::text(&routine.graph)));
        for (g, gradient) in routine.gradients.iter().zip(&gradients) {
            let variable = match g.target {
                crate::routine::Target::Field(f) => each.fields[f].tensor,
                crate::routine::Target::Argument(a) => each.arguments[a].tensor().unwrap(),
            };
            let place = inputs.iter().position(|(t, _)| *t == variable).unwrap();
            for (i, analytic) in gradient.floats().iter().enumerate() {
                let step = 1e-5;
                let mut moved = inputs.clone();
                let at = |moved: &mut Vec<(crate::ir::TensorId, eval::Data)>, by: f64| {
                    if let eval::Data::Float(v) = &mut moved[place].1 {
                        v[i] += by
                    }
                };
                at(&mut moved, step);
                let up = cost(&moved);
                at(&mut moved, -2.0 * step);
                let down = cost(&moved);
                let numeric = (up - down) / (2.0 * step);
                assert!(
                    (analytic - numeric).abs() <= 2e-8 * (1.0 + analytic.abs()),
                    "{}[{i}] of {}: {analytic} against {numeric}",
                    each.graph.tensor(variable).name,
                    each.name
                );
            }
        }
    }
}

#[test]
fn mlp() {
    check_gradients(
        "
        dim N;
        pub struct Mlp { w1: f64[6, 5] = he_normal, b1: f64[5], w2: f64[5, 3], b2: f64[3] }
        impl Mlp {
            pub fn logits(x: f64[N, 6]) -> f64[N, 3] { let h = relu(x @ w1 + b1); h @ w2 + b2 }
            #[grad] pub fn loss(x: f64[N, 6], label: u32[N]) -> f64 { cross_entropy(logits(x), label) }
        }",
        &[4],
        3,
    );
}

#[test]
fn layers_in_a_loop() {
    check_gradients(
        "
        dim N;
        struct Block<const D: usize> { norm: LayerNorm<D>, fc: Linear<D, D>, gain: f64[D] = ones }
        impl Block<D> { fn call(x: f64[.., D]) -> f64[.., D] { x + gain * tanh(fc(norm(x))) } }
        pub struct Net { enter: Linear<2, 4>, blocks: [Block<4>; 3], leave: Linear<4, 1> }
        impl Net {
            #[grad] pub fn loss(x: f64[N, 2], y: f64[N, 1]) -> f64 {
                let mut h = sin(enter(x));
                for block in blocks { h = block(h); }
                mse(leave(h), y) + 0.01 * l2(leave.weight)
            }
        }",
        &[3],
        3,
    );
}

#[test]
fn index_notation() {
    check_gradients("
        dim T;
        const D: usize = 3;
        pub struct Net { w: f64[2, 1, 2, 2], b: f64[2] }
        impl Net {
            pub fn attention(q: f64[T, D], k: f64[T, D], v: f64[T, D]) -> f64[T, D] {
                let s[i, j] = if j <= i { sum[d](q[i, d] * k[j, d]) / sqrt(D) } else { -inf };
                let a = softmax(s);
                let y[i, d] = sum[j](a[i, j] * v[j, d]);
                y
            }
            #[grad] pub fn conv(x: f64[1, 1, 5, 4]) -> f64[1, 2, 4, 3] {
                let y[n, o, i, j] = sum[c, u, v](x[n, c, i + u, j + v] * w[o, c, u, v]) + b[o];
                tanh(y)
            }
            pub fn pool(x: f64[6, 4]) -> f64[3, 2] {
                let y[i, j] = max[u in 0..2, v in 0..2](x[2 * i + u, 2 * j + v]);
                y
            }
            pub fn diff(x: f64[6]) -> f64[6] { let y[i] = if i > 0 { x[i] - x[i - 1] } else { x[0] }; y }
            pub fn product(x: f64[T, 4]) -> f64[T] { prod(x, axis = 1) + prod[i in 0..4](x[0, i]) }
            pub fn triangle(x: f64[5, 5]) -> f64[5] { let y[i] = sum[j in 0..i](x[i, j]) + sum[j in i + 1..5](x[i, j] * x[j, i]); y }
        }", &[4], 3);
}

#[test]
fn nested_derivatives() {
    check_gradients("
        dim N;
        pub struct Pinn { w1: f64[2, 5], b1: f64[5], w2: f64[5, 1], b2: f64[1] }
        impl Pinn {
            fn u(x: f64[N], t: f64[N]) -> f64[N] {
                let xt[n, k in 0..2] = if k == 0 { x[n] } else { t[n] };
                let h = tanh(xt @ w1 + b1);
                (h @ w2 + b2)[.., 0]
            }
            #[grad] pub fn loss(x: f64[N], t: f64[N]) -> f64 {
                let u = u(x, t);
                let (u_x, u_t) = grad(u, (x, t));
                let u_xx = grad(u_x, x);
                let r = u_t + u * u_x - 0.003 * u_xx;
                mean(r * r)
            }
            pub fn direction(x: f64[N], v: f64[N]) -> f64[N] { let y = sin(x) * x; jvp(y, x, v) }
            pub fn third(x: f64) -> f64 { let y = sin(x) * exp(x); let a = grad(y, x); let b = grad(a, x); grad(b, x) }
        }", &[3], 3);
}

#[test]
fn layers() {
    check_gradients("
        dim N, T;
        pub struct Net {
            c1: Conv1d<4, 6, 3, 2>, c2: Conv2d<2, 3, 3>, ct: ConvTranspose2d<2, 4, 3, 2>, gn: GroupNorm<2, 4>, bn: BatchNorm<3>,
            rnn: Rnn<2, 3>, gru: Gru<2, 3>, lstm: Lstm<2, 3>, attention: MultiHeadAttention<4, 2>, rms: RmsNorm<4>, table: Embedding<5, 2>,
        }
        impl Net {
            pub fn conv1(x: f64[2, 4, 7]) -> f64[2, 6, 3] { c1(x, stride = 2, padding = 1, dilation = 2) }
            pub fn conv2(x: f64[1, 2, 5, 4]) -> f64[1, 3, 5, 4] { c2(x, padding = 1) }
            pub fn conv2s(x: f64[1, 2, 5, 5]) -> f64[1, 3, 2, 2] { c2(x, stride = 2) }
            pub fn up(x: f64[1, 2, 3, 3]) -> f64[1, 4, 6, 6] { ct(x, stride = 2, padding = 1, output_padding = 1) }
            pub fn pools(x: f64[1, 2, 5, 4]) -> (f64[1, 2, 2, 2], f64[1, 2, 3, 2], f64[1, 2]) { (max_pool2d(x, 2), avg_pool2d(x, 3, stride = 2, padding = 1), global_avg_pool(x)) }
            pub fn group(x: f64[2, 4, 3]) -> f64[2, 4, 3] { gn(x) }
            pub fn batch(x: f64[N, 3, 2, 2]) -> (f64[N, 3, 2, 2], f64[3], f64[3]) { bn(x) }
            pub fn batch2(x: f64[N, 3]) -> f64[N, 3] { let (y, mean, var) = bn(x); bn.infer(y, mean, var + 1) }
            pub fn recurrent(x: f64[T, N, 2], h: f64[N, 3]) -> (f64[T, N, 3], f64[N, 3]) { rnn(x, h) }
            pub fn gated(x: f64[T, N, 2], h: f64[N, 3]) -> f64[N, 3] { let (ys, last) = gru(x, h); sum(ys, axis = 0) + last }
            pub fn long(x: f64[T, N, 2], h: f64[N, 3], c: f64[N, 3]) -> f64[T, N, 3] { let (ys, _) = lstm(x, (h, c)); ys }
            pub fn attend(x: f64[N, T, 4]) -> f64[N, T, 4] { rms(attention(x, causal = true)) }
            pub fn attend_all(x: f64[2, 3, 4]) -> f64[2, 3, 4] { attention(x) }
            pub fn joined(a: f64[N, 2], b: f64[T, 2], c: f64[N, 2]) -> (f64[N + T, 2], f64[N, 2, 2], f64[N, 5]) {
                (concat([a, b * b]), stack([a, sin(c)], axis = 2), concat([pad(a * c, [[0, 0], [1, 0]]), c], axis = -1))
            }
            pub fn look(i: u32[N]) -> f64[N, 2] { table(i) }
            pub fn algebra(a: f64[3, 3], b: f64[3]) -> (f64[3, 3], f64, f64[3, 3], f64[3, 3]) { (cumsum(a, axis = 0), dot(b, b) * trace(a), tril(a) * 2 + triu(a, diagonal = 1), diag(b)) }
        }", &[2, 3], 5);
}

mod algebra;
pub mod contract;
mod external;
mod found;
mod keys;
mod loops;
mod mapped;
