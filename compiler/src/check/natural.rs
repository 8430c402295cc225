//! Sizes that small dims would make negative, `N - 2` where `N = 1`: what a call is asked before it does anything.
//!
//! Of every expression, whether it is stored or not: that it is not is a matter of the passes below, and none of
//! the user's. It may not ask where what has the size is not evaluated.

use std::collections::BTreeSet;

use super::elaborate::Elaborator;
use super::value::{Array, Value};
use crate::ir::{Atom, Graph, Int, Node, Scalar, ScalarId, Scalars, TensorId};

impl Elaborator<'_> {
    /// Notes the sizes of a value.
    pub fn note_sizes(&mut self, value: &Value) {
        let Value::Array(Array { shape, .. }) = value else { return };
        for size in shape.iter().filter(|size| size.can_be_negative()) {
            if !self.graph.natural.contains(size) && !self.is_left_out(size) {
                self.graph.natural.push(size.clone());
            }
        }
    }

    /// Whether what is evaluated here may not be where the size is negative: a condition around it asks sizes, as
    /// one does that says `if N > 1`, or a range around it is empty then.
    fn is_left_out(&self, size: &Int) -> bool {
        let mut ranges = self.ambient.iter().map(|axis| &axis.extent).chain(self.counters.values());
        let is_empty_then = |extent: &Int| !size.sub(extent).plus(1).can_be_negative();
        let mut guards = self.guards.iter().map(|guard| guard.condition.element);
        guards.any(|guard| asks_sizes(&self.graph.scalars, guard)) || ranges.any(is_empty_then)
    }
}

/// Whether part of a condition is one on run-time sizes alone.
fn asks_sizes(scalars: &Scalars, condition: ScalarId) -> bool {
    scalars.reachable(condition).into_iter().any(|id| {
        let Scalar::CompareInt(_, a, b) = &scalars[id] else { return false };
        let mut alone = true;
        [a, b].into_iter().for_each(|side| {
            side.visit_atoms(&mut |atom| {
                alone &= matches!(atom, Atom::Dim(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Root(_))
            })
        });
        alone
    })
}

/// What is left to ask when the graph is made: of what was noted and of all tensors, what does not follow from the
/// rest.
pub fn settle(graph: &mut Graph) {
    let noted = std::mem::take(&mut graph.natural);
    let mut kept = Kept::default();
    kept.gather(graph, &graph.nodes);
    let mut made = Vec::new();
    for (number, tensor) in graph.tensors.iter().enumerate() {
        let is_kept = kept.tensors.contains(&TensorId(number as u32));
        let asked = tensor.shape.iter().filter(|size| !(is_kept && kept.extents.contains(size)));
        // What is made for each index of a range has no element where that is empty.
        let is_empty_then = |size: &Int| {
            tensor.shape.iter().any(|other| other != size && !size.sub(other).plus(1).can_be_negative())
        };
        let asked = asked.filter(|size| size.can_be_negative() && !is_empty_then(size));
        made.extend(asked.cloned());
    }
    for size in noted.iter().chain(&made) {
        let follows = |known: &Int| !size.sub(known).can_be_negative();
        if size.can_be_negative() && size.as_constant().is_none() && !graph.natural.iter().any(follows) {
            graph.natural.push(size.clone());
        }
    }
}

/// What a derivative makes loops keep of each iteration: less than no iterations keep nothing.
#[derive(Default)]
struct Kept {
    /// What has an element for each iteration of the loop that carries it.
    tensors: BTreeSet<TensorId>,
    /// How often loops run.
    extents: BTreeSet<Int>,
}

impl Kept {
    fn gather(&mut self, graph: &Graph, nodes: &[Node]) {
        for node in nodes {
            let Node::Loop(node) = node else { continue };
            self.extents.insert(node.extent.clone());
            for carried in &node.carried {
                if graph.shape(carried.initial).first() == Some(&node.extent) {
                    self.tensors.extend([carried.initial, carried.inside, carried.next, carried.last]);
                }
            }
            self.gather(graph, &node.body);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::compile;
    use crate::eval::{self, Data, EvalError};
    use crate::program::{ArgumentContent, Derivative, Method};
    use crate::syntax::ast::DerivativeKind;

    /// The body of a function of `x: f64[N]`, and the least N that it is content with.
    const BODIES: &[(&str, usize)] = &[
        ("sum(concat([zeros([N - 2]), x]))", 2),
        ("sum(concat([x, ones([N - 2])]) * x[0])", 2),
        ("sum(x[1..])", 1),
        ("mean(x[2..] - x[..-2])", 2),
        ("sum(pad(x[2..], [[1, 1]]))", 2),
        ("let y = zeros([N - 2]); sum(y) + sum(x)", 2),
        ("sum(x) + sum(arange(N - 1))", 1),
        ("if sum(x) > 9 { sum(x[2..]) } else { 0 }", 2),
        ("sum[i](x[i] * sum(ones([N - 2])))", 2),
        ("let mut s = 0; for t in 0..N { s += sum(ones([N - 2])); } s + sum(x)", 2),
        // Half of it is never negative.
        ("sum(x[N / 2..])", 0),
        ("sum(reshape(x, [1, N]))", 0),
        // Where it is asked for, and in what is not run.
        ("if N > 1 { sum(x[2..]) } else { 0 }", 0),
        ("if N < 2 { 0 } else { sum(concat([zeros([N - 2]), x])) }", 0),
        ("sum[i in 0..N - 1](x[i] * sum(x[1..] * x[..-1]))", 0),
        ("let mut s = 0; for t in 0..N - 2 { s += sum(x[2..]) * x[t]; } s", 0),
        ("sum[i, j in 0..i](1 / (1 + sum[k in 0..2]((x[i] - k * x[j]) * x[i])))", 0),
        // What a derivative makes a loop keep.
        ("let mut s = 0; for t in 0..N - 2 { s = sin(s + x[t]); } sum(grad(s, x) * x)", 0),
        (
            "let mut s = 0; #[checkpoint] for t in 1..N - 2 { for u in 0..N - 3 { s = sin(s + x[t] * x[u]); } } sum(grad(s, x))",
            0,
        ),
        ("let mut s = 0; for t in 0..N - 2 { s = sin(s + x[t]); } sum(jvp(s, x, x)) + sum(x[2..])", 2),
        // What is stored by its own is asked for, however often a loop runs.
        (
            "let mut s = 0; for t in 0..N - 2 { s = sin(s + x[t]); } s + (if N > 1 { let y = softmax(x[2..]); sum(y * y) } else { 0 })",
            2,
        ),
    ];

    fn values(
        method: &Method,
        routine: &crate::routine::Routine,
        size: usize,
    ) -> Result<Vec<Data>, EvalError> {
        let ArgumentContent::Tensor(x) = method.arguments[0].content else { unreachable!("a tensor") };
        let mut given = vec![(x, Data::Float(vec![0.5; size]))];
        given.extend(routine.cotangents.iter().map(|&tensor| (tensor, Data::Float(vec![1.0]))));
        eval::evaluate(&routine.graph, &[size], &given, &routine.results)
    }

    #[test]
    fn what_is_not_stored_is_asked_for_as_well() {
        for (body, least) in BODIES {
            let text =
                format!("dim N; pub struct Net {{}} impl Net {{ pub fn f(x: f64[N]) -> f64 {{ {body} }} }}");
            let program =
                crate::tests::checked(&text).unwrap_or_else(|messages| panic!("{body}: {messages}"));
            let method = &program.structs[0].methods[0];
            let by = Derivative { kind: DerivativeKind::Grad, model: false, arguments: vec![0] };
            for routine in [compile::value(method), compile::gradient(method, &by)] {
                for size in 0..4 {
                    let found = values(method, &routine, size);
                    let refused = matches!(found, Err(EvalError::Negative { .. }));
                    assert_eq!(refused, size < *least, "{body} at N = {size}: {found:?}");
                    assert!(refused || found.is_ok(), "{body} at N = {size}: {found:?}");
                }
            }
        }
    }
}
