//! Plans of whole programs.

use crate::compile;
use crate::ir::Kind;
use crate::program::{Argument, Derivative, Method};
use crate::syntax::ast::DerivativeKind;

use super::super::{Inputs, LeafKind, Plan, Step};
use super::{check, inputs};

/// Plans every method of a program, its value alone and with all gradients.
#[track_caller]
pub fn planned(text: &str, dims: &[usize], bound: u32) {
    let program = crate::tests::checked(text).unwrap_or_else(|messages| panic!("{messages}"));
    for method in program.structs.iter().flat_map(|each| &each.methods) {
        let floats =
            (0..method.arguments.len()).filter(|&place| method.argument_kind(place) == Some(Kind::Float));
        let derivative = Derivative { kind: DerivativeKind::Grad, model: true, arguments: floats.collect() };
        for routine in [compile::value(method), compile::gradient(method, &derivative)] {
            let mut given = given(method);
            given.extend(&routine.cotangents);
            let dims = &dims[..routine.graph.dims.len()];
            let values = inputs(&routine.graph, dims, &given, bound);
            check(&routine, &Inputs::of_method(method, &routine), dims, &values);
        }
    }
}

/// What a method is given, fields first.
pub fn given(method: &Method) -> Vec<crate::ir::TensorId> {
    let arguments = method.arguments.iter().filter_map(Argument::tensor);
    method.fields.iter().map(|field| field.tensor).chain(arguments).collect()
}

#[test]
fn classifier() {
    planned(
        "dim N;
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
    planned(
        "dim N;
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
    planned(
        "dim T;
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
        }",
        &[4],
        3,
    );
}

#[test]
fn nested_derivatives() {
    planned(
        "dim N;
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
            pub fn third(x: f64) -> f64 { let y = sin(x) * exp(x); let a = grad(y, x); let b = grad(a, x); grad(b, x) }
        }",
        &[3],
        3,
    );
}

#[test]
fn recurrence() {
    planned(
        "dim T, N;
        pub struct Net { cell: Lstm<3, 4>, out: Linear<4, 2> }
        impl Net {
            #[grad] pub fn loss(x: f64[T, N, 3], h: f64[N, 4], c: f64[N, 4], label: u32[T, N]) -> f64 {
                let (ys, (h, c)) = cell(x, (h, c));
                cross_entropy(out(ys), label) + sum(h * c)
            }
            pub fn euler(x: f64[3], a: f64[3, 3]) -> f64[3] {
                let mut y = x;
                for i in 0..4 { y = y + 0.1 * tanh(a @ y); }
                y
            }
        }",
        &[3, 2],
        2,
    );
}

#[test]
fn transformer() {
    planned(
        "dim N, T;
        struct Block { ln1: LayerNorm<4>, att: MultiHeadAttention<4, 2>, ln2: LayerNorm<4>, up: Linear<4, 6>, down: Linear<6, 4> }
        impl Block {
            fn call(x: f64[N, T, 4]) -> f64[N, T, 4] {
                let x = x + att(ln1(x), causal = true);
                x + down(gelu(up(ln2(x))))
            }
        }
        pub struct Gpt { embed: Embedding<5, 4>, blocks: [Block; 2], head: Linear<4, 5> }
        impl Gpt {
            #[grad] pub fn loss(token: u32[N, T], next: u32[N, T]) -> f64 {
                let mut x = embed(token);
                for block in blocks { x = block(x); }
                cross_entropy(head(x), next)
            }
        }",
        &[2, 3],
        5,
    );
}

#[test]
fn convolutions() {
    planned(
        "dim N;
        pub struct Net { c1: Conv2d<1, 3, 3>, c2: Conv2d<3, 4, 3>, fc: Linear<16, 3> }
        impl Net {
            #[grad] pub fn loss(x: f64[N, 1, 8, 8], label: u32[N]) -> f64 {
                let h = max_pool2d(relu(c1(x, padding = 1)), 2);
                let h = max_pool2d(relu(c2(h, padding = 1)), 2);
                cross_entropy(fc(flatten(h, from = 1)), label)
            }
        }",
        &[2],
        3,
    );
}

/// What adds to a tensor shares the loops of what makes it, unless the tensor is needed as it was.
#[test]
fn shares_of_one_gradient_are_added_in_one_nest() {
    let nests = |text: &str| {
        planned(text, &[3], 3);
        let program = crate::tests::checked(text).unwrap_or_else(|messages| panic!("{messages}"));
        let method = &program.structs[0].methods[0];
        let derivative = Derivative { kind: DerivativeKind::Grad, model: false, arguments: vec![0] };
        let routine = compile::gradient(method, &derivative);
        let inputs = Inputs::of_method(method, &routine);
        crate::plan::plan(routine, &inputs)
            .backward
            .iter()
            .filter(|step| matches!(step, Step::Nest(_)))
            .count()
    };
    let shares = "dim N;
        pub struct Net {}
        impl Net {
            fn part(x: f64[5]) -> f64 {
                let turned[i in 0..3] = x[(i + 1) % 3] * x[(i + 2) % 3] - x[i + 1] * x[i + 2];
                x[4] * dot(turned, x[1..4]) + sum(x[..3] / x[3])
            }
            #[grad(x)] pub fn loss(x: f64[N, 5]) -> f64[N] { let y[n] = part(x[n]); y }
        }";
    assert_eq!(nests(shares), 1);
    planned(
        "dim N;
        pub struct Net {}
        impl Net {
            #[grad(x)] pub fn loss(x: f64[N, 5]) -> f64[N, 5] {
                let mut a = sin(x);
                a[.., 0] += x[.., 1];
                let before = a;
                a[.., 2] += a[.., 0] * x[.., 3];
                a[.., 0] += before[.., 2] * a[.., 2];
                a * before
            }
        }",
        &[3],
        3,
    );
}

/// What is said of the first row alone is a sum of one term, whose place there may not be.
#[test]
fn rows_that_are_not_there() {
    for rows in [0, 1, 4] {
        planned(
            "dim N;
            pub struct Net { w: f64[3] }
            impl Net {
                pub fn bent(x: f64[N]) -> f64 {
                    let d[n] = if n > 0 { x[n] - x[n - 1] } else { x[n] * w[0] };
                    let slope = grad(sum(d * d * d * d), x);
                    let bend = grad(slope[N / 2..], x);
                    sum(grad(bend * x, w)) + sum(grad(bend, x))
                }
                pub fn first(x: f64[N, 3]) -> f64 {
                    let y[n] = if n > 0 { x[n - 1, 0] } else { dot(x[n], w) };
                    let slope = grad(sum(y * y * y), x);
                    sum(grad(sum(slope * slope), w))
                }
            }",
            &[rows],
            3,
        );
    }
}

/// What a loop keeps of N − 2 iterations is nothing where N is less.
#[test]
fn loops_of_less_than_no_iterations() {
    for size in [0, 1, 2, 4] {
        planned(
            "dim N;
            pub struct Net { w: f64[2] }
            impl Net {
                pub fn once(x: f64[N]) -> f64 {
                    let mut h = w[0];
                    for t in 0..N - 2 { h = sin(h * x[t]) + w[1]; }
                    h
                }
                pub fn inside(x: f64[N]) -> f64[N] {
                    let mut h = w[0];
                    for t in 0..N - 2 { h = sin(h * x[t]) + w[1]; }
                    grad(h, x) * jvp(h, w, w)
                }
                pub fn twice(x: f64[N]) -> f64 {
                    let mut h = w[0];
                    #[checkpoint]
                    for t in (0..N - 3).rev() {
                        let mut g = h;
                        for s in 0..N - 2 { g = g * cos(g * x[s]); }
                        h = sin(g * x[t]) + w[1];
                    }
                    h
                }
            }",
            &[size],
            3,
        );
    }
}

/// A layer, its argument, how it is called, and how many products of matrices there should be: forward, and
/// in both directions. Where a channel meets itself alone, nothing is gained by one.
const CONVOLUTIONS: &[(&str, &str, &str, usize, usize)] = &[
    ("Conv2d<3, 4, 3>", "N, 3, 7, 8", "c(x)", 1, 3),
    ("Conv2d<3, 4, 3>", "N, 3, 7, 8", "c(x, padding = 1)", 1, 3),
    ("Conv2d<3, 4, 3>", "N, 3, 7, 8", "c(x, padding = 2, stride = 2)", 1, 3),
    ("Conv2d<3, 4, 3>", "N, 3, 9, 8", "c(x, stride = 2, dilation = 2)", 1, 3),
    ("Conv2d<3, 4, 2>", "N, 3, H, 8", "c(x, padding = 1)", 1, 3),
    ("Conv2d<8, 16, 3>", "N, 8, 8, 8", "c(x)", 1, 3),
    ("Conv2d<4, 6, 3, 2>", "N, 4, 7, 8", "c(x, padding = 1)", 1, 2),
    ("Conv2d<4, 4, 3, 4>", "N, 4, 7, 8", "c(x, padding = 1)", 0, 0),
    ("Conv1d<3, 8, 5>", "N, 3, 20", "c(x, padding = 2)", 1, 3),
    ("ConvTranspose2d<4, 3, 3>", "N, 4, 5, 6", "c(x, stride = 2, padding = 1)", 1, 3),
];

#[test]
fn what_a_window_is_of_counts_inside_alone() {
    // What is not zero where the window is outside, with a copy of zeros around or without.
    for term in ["exp(x[n, i + u - 1])", "exp(x[n, i + u - 1]) * w[c, u]", "x[n, i + u - 1] * exp(w[c, u])"] {
        let text = format!(
            "dim N;
            pub struct Net {{ w: f64[9, 3] }}
            impl Net {{
                pub fn f(x: f64[N, 16]) -> f64 {{
                    let y[n, c in 0..9, i in 0..16] =
                        sum[u in 0..3](if i + u >= 1 && i + u < 17 {{ {term} }} else {{ 0 }});
                    sum(y * y)
                }}
            }}"
        );
        planned(&text, &[2], 3);
    }
}

/// How many products of matrices there are in a plan.
fn products(plan: &Plan) -> usize {
    let mut products = 0;
    for step in plan.forward.iter().chain(&plan.backward) {
        let Step::Nest(items) = step else { continue };
        for item in items {
            item.visit(0, &mut |_, leaf| products += usize::from(matches!(leaf.kind, LeafKind::Product(_))));
        }
    }
    products
}

#[test]
fn every_convolution_is_a_product() {
    for &(layer, shape, call, forward, both) in CONVOLUTIONS {
        let text = format!(
            "dim N; dim H;
            pub struct Net {{ c: {layer} }}
            impl Net {{ #[grad] pub fn loss(x: f64[{shape}]) -> f64 {{ let y = {call}; sum(y * y * y) }} }}"
        );
        planned(&text, &[2, 6], 3);
        let program = crate::tests::checked(&text).unwrap_or_else(|messages| panic!("{messages}"));
        let method = program.structs.iter().flat_map(|each| &each.methods).next().expect("the loss");
        let derivative = Derivative { kind: DerivativeKind::Grad, model: true, arguments: vec![0] };
        for (routine, expected) in
            [(compile::value(method), forward), (compile::gradient(method, &derivative), both)]
        {
            let inputs = Inputs::of_method(method, &routine);
            let plan = crate::plan::plan(routine, &inputs);
            assert_eq!(products(&plan), expected, "{layer} {shape} {call}");
        }
    }
}

#[test]
fn every_tangent_of_a_product_is_products() {
    let text = "dim N;
        pub struct Net { a: Linear<4, 8>, b: Linear<8, 5> }
        impl Net { pub fn loss(x: f64[N, 4]) -> f64 { let y = b(tanh(a(x))); sum(y * y) } }";
    let program = crate::tests::checked(text).unwrap_or_else(|messages| panic!("{messages}"));
    let method = program.structs.iter().flat_map(|each| &each.methods).next().expect("the loss");
    // A product of what moves by what stands still, and one the other way round, but for what does not move.
    for (kind, expected) in
        [(DerivativeKind::Jvp, 2 + 1 + 2), (DerivativeKind::Hvp, 2 + 1 + 2 + 1 + 2 + 2 + 1)]
    {
        let derivative = Derivative { kind, model: true, arguments: Vec::new() };
        let compile::Derived { routine, directions } = compile::derived(method, &derivative);
        let inputs = compile::inputs(method, &routine, &directions);
        let text = crate::print::text(&routine.graph);
        let plan = crate::plan::plan(routine, &inputs);
        assert_eq!(products(&plan), expected, "{kind:?}\n{text}");
    }
}
