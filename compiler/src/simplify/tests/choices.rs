//! Choices in choices: what is decided, and that deciding takes no longer than the expression is long.

use super::builder::{Formula, Style, Value};
use crate::eval::{Data, evaluate};
use crate::ir::{Comparison, Scalar, TensorId, Unary};
use crate::simplify::conditions::decide;

/// The value over one index, before and after.
fn decided(f: Formula, value: Value, input: TensorId, points: &[f64]) -> usize {
    let (mut graph, result) = f.finish(value);
    let count = |graph: &crate::ir::Graph| match &graph.nodes[..] {
        [crate::ir::Node::Comprehension(node)] => graph.scalars.reachable(node.value).len(),
        _ => panic!("one node"),
    };
    let inputs = [(input, Data::from(points.to_vec()))];
    // The interpreter walks every way to a shared part.
    let run = |graph: &crate::ir::Graph| {
        (count(graph) < 64).then(|| {
            evaluate(graph, &[], &inputs, &[result]).expect("a graph that runs")[0].floats().to_vec()
        })
    };
    let before = run(&graph);
    decide(&mut graph);
    assert_eq!(before.is_some(), run(&graph).is_some());
    assert_eq!(before, run(&graph));
    count(&graph)
}

const POINTS: [f64; 4] = [-1.5, 0.5, 3.0, 17.0];

/// Each step asks of the one before, and makes its own of it.
fn steps(depth: usize) -> (Formula, Value, TensorId) {
    let mut f = Formula::new(&[POINTS.len()], Style::Inline);
    let (input, mut x) = f.input("x", &[0]);
    for step in 0..depth {
        let (bound, one) = (f.number(step as f64 / 2.0), f.number(1.0));
        let condition = f.graph.scalars.compare(Comparison::Less, bound, x);
        let (more, twice) = (f.add(x, one), f.add(x, x));
        x = f.graph.scalars.select(condition, more, twice);
    }
    (f, x, input)
}

/// `a && b && c && …`, and its negation's `||`.
fn row(length: usize) -> (Formula, Value, TensorId) {
    let mut f = Formula::new(&[POINTS.len()], Style::Inline);
    let (input, x) = f.input("x", &[0]);
    let (mut all, mut any) = (None, None);
    for place in 0..length {
        let bound = f.number(place as f64 - 2.0);
        let is = f.graph.scalars.compare(Comparison::Less, bound, x);
        all = Some(all.map_or(is, |all| f.graph.scalars.and(all, is)));
        any = Some(any.map_or(is, |any| f.graph.scalars.or(any, is)));
    }
    let both = f.graph.scalars.and(all.expect("some"), any.expect("some"));
    let (one, zero) = (f.number(1.0), f.number(0.0));
    let value = f.graph.scalars.select(both, one, zero);
    (f, value, input)
}

#[test]
fn what_is_decided_is_the_same() {
    for depth in 1..8 {
        let (f, value, input) = steps(depth);
        decided(f, value, input, &POINTS);
        let (f, value, input) = row(depth);
        decided(f, value, input, &POINTS);
    }
}

#[test]
fn deep_choices_take_no_longer_than_they_are_deep() {
    let (f, value, input) = steps(200);
    let nodes = decided(f, value, input, &POINTS);
    assert!(nodes > 200 && nodes < 2_000, "{nodes}");
    let (f, value, input) = row(200);
    let nodes = decided(f, value, input, &POINTS);
    assert!(nodes > 200 && nodes < 2_000, "{nodes}");
}

#[test]
fn what_a_choice_is_known_to_be_is_not_asked_again() {
    // The inner choice is in both branches: each knows its outcome.
    let mut f = Formula::new(&[POINTS.len()], Style::Inline);
    let (input, x) = f.input("x", &[0]);
    let (zero, one) = (f.number(0.0), f.number(1.0));
    let positive = f.graph.scalars.compare(Comparison::Less, zero, x);
    let (more, twice) = (f.add(x, one), f.add(x, x));
    let inner = f.graph.scalars.select(positive, more, twice);
    let (a, b) = (f.exp(inner), f.unary(Unary::Sin, inner));
    let value = f.graph.scalars.select(positive, a, b);
    let (mut graph, result) = f.finish(value);
    let inputs = [(input, Data::from(POINTS.to_vec()))];
    let before = evaluate(&graph, &[], &inputs, &[result]).expect("it runs")[0].floats().to_vec();
    decide(&mut graph);
    assert_eq!(before, evaluate(&graph, &[], &inputs, &[result]).expect("it runs")[0].floats());
    let [crate::ir::Node::Comprehension(node)] = &graph.nodes[..] else { panic!("one node") };
    let choices = graph.scalars.reachable(node.value).into_iter();
    assert_eq!(choices.filter(|id| matches!(graph.scalars[*id], Scalar::Select(..))).count(), 1);
}
