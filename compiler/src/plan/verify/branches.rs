//! What a branch writes to a part costs as much as the part, however large the whole is: nothing in a loop goes over
//! all of an array, forward or backward.

use crate::compile;
use crate::ir::Kind;
use crate::program::{Derivative, Method};
use crate::syntax::ast::DerivativeKind;

use super::super::{Inputs, Item, Step, plan};

/// Bodies of a loop over t in 0..N with `h`, `x`, `g`: f64[N], `p: f64[5, 4]`, `r: f64[M, 4]`, `i: u32[N]`, and whether they go over
/// no more than a row.
const BODIES: &[(&str, bool)] = &[
    ("h[t] = g[t] * x[t];", true),
    ("g[t] = h[t]; h[t] = g[t] * x[t];", true),
    ("h[(t + N - 1) / 2] = h[t] * x[t];", true),
    ("p[1..4] = p[..3]; p[0, 0] = x[t];", true),
    ("if t > 0 { p[t % 5, ..3] = p[2, 1..]; p[(t - 1) % 5, 1..] = p[t % 5, ..3]; }", true),
    ("if x[t] > 0 { h[t] = x[t] * x[t]; }", true),
    ("if x[t] > 0 { h[t] = sin(h[t]); } else { h[t] *= 2; }", true),
    ("if x[t] > 0 { h[t] += x[t]; } else { g[t] = h[t]; }", true),
    ("if x[t] > 0 { if g[t] > 0 { h[t] = x[t]; } else { h[t] -= 1; } h[t] = sin(h[t]); }", true),
    ("if h[t] > 0 && g[t] < 1 { h[t] = g[t]; g[t] = 1; } else { h[t] = 1; }", true),
    ("if t > 0 { h[t - 1] = h[t] * x[t]; }", true),
    ("if t > 0 { if x[t] > 0 { h[t - 1] = x[t]; } else { h[t] = h[t - 1]; } }", true),
    ("if x[t] > 0 { p[2] = x[t] + p[1]; } else { p[1, 1..] = p[2, ..3]; }", true),
    ("if x[t] > 0 { for s in 0..3 { h[t] = sin(h[t]) + s; } }", true),
    ("if x[t] > 0 { w[k[t]] = x[t]; w[k[t]] *= x[t]; }", true),
    ("if x[t] > 0 { h[i[t]] += x[t]; }", true),
    ("if x[t] > 0 { p[i[t], 0] = x[t]; }", true),
    ("if x[t] > 0 { let a = h[t]; let b = h[i[t]]; h[t] = b; h[i[t]] = a * x[t]; }", true),
    // That every share counts is known through both loops, and nothing carried for it.
    ("for s in 0..5 { if s > 1 { let f = p[s, 0] / p[1, 1]; p[s] -= f * x[t] * p[1]; } }", true),
    ("for s in 0..5 { for q in 0..5 { if q < s { let f = sum(p[q] * p[s]); p[s] -= f * p[q]; } } }", true),
    // Whether there is an element to write to in its place, where M = 0, nobody knows.
    ("if x[t] > 0 { r[i[t], 0] = x[t]; }", false),
    // The places of a part differ from one another.
    ("if x[t] > 0 { h[k] = x; }", false),
    // The whole is chosen.
    ("if x[t] > 0 { h = sin(h); }", false),
    ("if x[t] > 0 { h[t] = x[t]; } else { h = 2 * h; }", false),
];

/// The largest nest in loops, in axes of run-time sizes or more than a row; copies count as such.
fn goes_over_more(steps: &[Step], inside: bool) -> bool {
    fn items(all: &[Item]) -> bool {
        all.iter().any(|item| match item {
            Item::For(around) => {
                around.axis.extent.as_constant().is_none_or(|extent| extent > 4) || items(&around.body)
            }
            Item::If(_, body) => items(body),
            Item::Leaf(leaf) => {
                leaf.inner.iter().any(|axis| axis.extent.as_constant().is_none_or(|extent| extent > 4))
            }
        })
    }
    steps.iter().any(|step| match step {
        Step::Nest(all) => inside && items(all),
        Step::Loop(repeat) => goes_over_more(&repeat.body, true),
        Step::Copy { .. } => inside,
        Step::Update(_) | Step::Carve { .. } => false,
    })
}

fn program(body: &str) -> String {
    format!(
        "dim N, M;
        pub struct Net {{ v: f64[6] }}
        impl Net {{
            pub fn f(x: f64[N], h0: f64[N], g0: f64[N], p0: f64[5, 4], r0: f64[M, 4], i: u32[N], k: u32[N]) -> f64 {{
                let mut h = h0 * v[0];
                let mut g = g0;
                let mut p = p0;
                let mut r = r0;
                let mut w = v;
                for t in 0..N {{ {body} }}
                sum(h * h) + sum(g * h) + sum(p * p) * sum(w * w) + sum(sin(r))
            }}
        }}"
    )
}

fn routines(method: &Method) -> [crate::routine::Routine; 2] {
    let floats =
        (0..method.arguments.len()).filter(|&place| method.argument_kind(place) == Some(Kind::Float));
    let derivative = Derivative { kind: DerivativeKind::Grad, model: true, arguments: floats.collect() };
    [compile::value(method), compile::gradient(method, &derivative)]
}

#[test]
fn writes_in_branches_go_over_their_part() {
    for (body, expected) in BODIES {
        let text = program(body);
        let program = crate::tests::checked(&text).unwrap_or_else(|messages| panic!("{body}: {messages}"));
        let method = &program.structs[0].methods[0];
        for routine in routines(method) {
            let text = crate::print::text(&routine.graph);
            let inputs = Inputs::of_method(method, &routine);
            let plan = plan(routine, &inputs);
            let more = [&plan.forward, &plan.backward].into_iter().any(|steps| goes_over_more(steps, false));
            assert_eq!(!more, *expected, "{body}\n{text}");
        }
    }
}

#[test]
fn writes_in_branches_are_planned() {
    // What of several writes to one place stays is not said.
    for (body, _) in BODIES.iter().filter(|(body, _)| !body.contains("h[k] =")) {
        for (sizes, bound) in [([4, 3], 3), ([1, 1], 1), ([0, 2], 1)] {
            super::programs::planned(&program(body), &sizes, bound);
        }
    }
}

#[test]
fn derivatives_of_writes_go_over_their_part() {
    let text = "dim N;
        pub struct Net { w: f64 = ones }
        impl Net {
            pub fn f(x: f64[N]) -> f64 {
                let v = x * 1;
                let mut h = v;
                for t in 0..N { if t > 0 { h[t] = h[t] * h[t - 1] * w; } }
                let g = grad(h, v);
                sum(g * g)
            }
        }";
    super::programs::planned(text, &[4], 1);
    let program = crate::tests::checked(text).unwrap_or_else(|messages| panic!("{messages}"));
    let method = &program.structs[0].methods[0];
    for routine in routines(method) {
        let text = crate::print::text(&routine.graph);
        let inputs = Inputs::of_method(method, &routine);
        let plan = plan(routine, &inputs);
        for steps in [&plan.forward, &plan.backward] {
            assert!(!goes_over_more(steps, false), "{text}");
        }
    }
}
