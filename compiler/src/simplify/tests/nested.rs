//! Derivatives taken while a graph is being written: of accurate forms, and of what was written.

use super::builder::{Formula, Style, Value, close};
use crate::differentiate::reverse;
use crate::eval::{Data, evaluate};
use crate::ir::{Graph, Kind, Scalar, TensorId};
use crate::simplify::{Purpose, sharpened, simplify};

/// Appends the gradient of the sum of a tensor's elements.
fn gradient(graph: &mut Graph, of: TensorId, by: TensorId) -> Option<TensorId> {
    let shape = graph.shape(of).to_vec();
    let one = graph.scalars.number(1.0);
    let seed = graph.push_map("one", shape, Kind::Float, one);
    sharpened(graph, &mut [], &[by].into(), |graph, open| reverse(graph, open, &[(of, seed)], &[by]))[0]
}

fn tensor(graph: &Graph, value: Value) -> TensorId {
    match graph.scalars[value] {
        Scalar::Read(tensor, _) => tensor,
        _ => panic!("a name"),
    }
}

#[test]
fn derivatives_of_derivatives_are_accurate() {
    let points = [1e-8, -1e-8, 1.0, -1.0, 20.0, -20.0, 100.0, -100.0, 700.0, -700.0, 1000.0];
    let sigmoid = |x: f64| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) };
    for style in [Style::Inline, Style::Lets] {
        let mut f = Formula::new(&[points.len()], style);
        let (input, x) = f.input("x", &[0]);
        let (one, e) = (f.number(1.0), f.exp(x));
        let sum = f.add(one, e);
        let log = f.ln(sum);
        let (mut graph, result) = f.finish(log);
        let first = gradient(&mut graph, result, input).expect("a gradient");
        let second = gradient(&mut graph, first, input).expect("a gradient");
        let third = gradient(&mut graph, second, input).expect("a gradient");
        simplify(&mut graph, &[first, second, third], Purpose::Value);
        let inputs = [(input, Data::from(points.to_vec()))];
        let found = evaluate(&graph, &[], &inputs, &[first, second, third]).expect("a graph that runs");
        for (i, x) in points.into_iter().enumerate() {
            let bell = sigmoid(x) * sigmoid(-x);
            close(found[0].floats()[i], sigmoid(x), 1e-12, &format!("first derivative at {x:e}, {style:?}"));
            close(found[1].floats()[i], bell, 1e-12, &format!("second derivative at {x:e}, {style:?}"));
            let third = -bell * (x / 2.0).tanh();
            close(found[2].floats()[i], third, 1e-12, &format!("third derivative at {x:e}, {style:?}"));
        }
    }
}

#[test]
fn what_a_rewrite_sees_through_still_has_its_derivative() {
    // s = eˣ, y = ln(1 + s): dy/dx = σ(x) without s, and yet dy/ds = 1 / (1 + s).
    let mut f = Formula::new(&[1], Style::Lets);
    let (input, x) = f.input("x", &[0]);
    let (one, s) = (f.number(1.0), f.exp(x));
    let sum = f.add(one, s);
    let y = f.ln(sum);
    let (s, y) = (tensor(&f.graph, s), tensor(&f.graph, y));
    let mut graph = f.graph;
    let by_x = gradient(&mut graph, y, input).expect("a gradient by x");
    let by_s = gradient(&mut graph, y, s).expect("a gradient by s");
    simplify(&mut graph, &[by_x, by_s], Purpose::Value);
    let found =
        evaluate(&graph, &[], &[(input, Data::from(vec![1.0]))], &[by_x, by_s]).expect("a graph that runs");
    close(found[0].floats()[0], 1.0 / (1.0 + (-1.0_f64).exp()), 1e-15, "dy/dx");
    close(found[1].floats()[0], 1.0 / (1.0 + 1.0_f64.exp()), 1e-15, "dy/ds");
}
