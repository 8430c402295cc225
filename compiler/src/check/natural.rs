//! Sizes that small dims would make negative, `N - 2` where `N = 1`, and divisors that they would make zero: what a
//! call is asked before it does anything.
//!
//! Of every expression, whether it is stored or not: that it is not is a matter of the passes below, and none of
//! the user's. But it is asked only where the conditions on sizes around the expression hold: where they do not,
//! nothing is evaluated, and what has less than no elements takes no place.

use super::elaborate::Elaborator;
use super::value::{Array, Value};
use crate::ir::{Atom, Graph, Int, Natural, Scalar, ScalarId, Scalars};
use crate::simplify::Ranges;

impl Elaborator<'_> {
    /// Notes the sizes of a value.
    pub fn note_sizes(&mut self, value: &Value) {
        let Value::Array(Array { shape, .. }) = value else { return };
        for size in shape.iter().filter(|size| size.can_be_negative()) {
            self.note_natural(size, false);
        }
    }

    /// Notes what an integer is divided by, where it is a size.
    pub fn note_divisor(&mut self, divisor: &Int) {
        let least = divisor.plus(-1);
        if least.can_be_negative() && divisor.is_of_dims() {
            self.note_natural(&least, true);
        }
    }

    fn note_natural(&mut self, size: &Int, divides: bool) {
        // While it is found out how far indices run, nobody knows where they do not run.
        if self.quiet > 0 {
            return;
        }
        if let Some(where_natural) = self.asked_here(size) {
            let noted = Natural { size: size.clone(), divides, where_natural };
            if !self.graph.natural.contains(&noted) {
                self.graph.natural.push(noted);
            }
        }
    }

    /// Under which conditions something is asked of a size that is evaluated here. Never, where it follows from a
    /// condition around it, as from `if N > 1`, where such a condition says more than a sum can, or where a range around
    /// it is empty if the size is negative.
    fn asked_here(&self, size: &Int) -> Option<Vec<Int>> {
        let mut where_natural = Vec::new();
        for guard in &self.guards {
            facts(&self.graph.scalars, guard.condition.element, true, &mut where_natural)?;
        }
        let mut ranges = self.ambient.iter().map(|axis| &axis.extent).chain(self.counters.values());
        // Where `N - 1` is negative, N is 0.
        let dim = size.plus(1).as_dim();
        let without = |extent: &Int| {
            extent.substitute(&mut |atom| match atom {
                Atom::Dim(other) if dim == Some(*other) => Some(Int::zero()),
                _ => None,
            })
        };
        let is_empty_then = |extent: &Int| {
            !size.sub(extent).plus(1).can_be_negative()
                || dim.is_some() && !without(extent).scale(-1).can_be_negative()
        };
        let follows = |fact: &Int| !size.sub(fact).can_be_negative();
        let is_certain = ranges.any(is_empty_then) || where_natural.iter().any(follows);
        (!is_certain).then_some(where_natural)
    }
}

/// What a condition says of run-time sizes if it holds (or does not): sums that are not negative then. `None`: something
/// else.
fn facts(scalars: &Scalars, condition: ScalarId, holds: bool, found: &mut Vec<Int>) -> Option<()> {
    match scalars[condition] {
        Scalar::Not(inner) => facts(scalars, inner, !holds, found),
        Scalar::And(a, b) if holds => {
            [a, b].into_iter().try_for_each(|part| facts(scalars, part, true, found))
        }
        Scalar::Or(a, b) if !holds => {
            [a, b].into_iter().try_for_each(|part| facts(scalars, part, false, found))
        }
        Scalar::CompareInt(comparison, ref a, ref b) if a.is_of_dims() && b.is_of_dims() => {
            let facts = Ranges::facts(comparison, a, b, holds);
            let is_said = !facts.is_empty();
            found.extend(facts.into_iter().filter(Int::can_be_negative));
            is_said.then_some(())
        }
        _ => (!asks_sizes(scalars, condition)).then_some(()),
    }
}

/// Whether part of a condition is one on run-time sizes alone.
fn asks_sizes(scalars: &Scalars, condition: ScalarId) -> bool {
    let asks = |id: &ScalarId| match &scalars[*id] {
        Scalar::CompareInt(_, a, b) => a.is_of_dims() && b.is_of_dims(),
        _ => false,
    };
    scalars.reachable(condition).iter().any(asks)
}

/// What is left to ask when the graph is made: of what was noted, what does not follow from the rest.
pub fn settle(graph: &mut Graph) {
    for noted in std::mem::take(&mut graph.natural) {
        let follows = |known: &Natural| {
            known.where_natural.iter().all(|fact| noted.where_natural.contains(fact))
                && !noted.size.sub(&known.size).can_be_negative()
        };
        if noted.size.as_constant().is_none() && !graph.natural.iter().any(follows) {
            graph.natural.push(noted);
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
        // What is stored where it is not asked for.
        (
            "let mut s = 0; for t in 0..N - 2 { s = sin(s + x[t]); } s + (if N > 1 { let y = softmax(x[2..]); sum(y * y) } else { 0 })",
            0,
        ),
        ("if N != 0 { let y = cumsum(tanh(x[1..])); sum(y * y) } else { sum(x) }", 0),
        ("if N == 0 || sum(x) > 9 { 0 } else { let y = softmax(x[1..]); sum(y * y) }", 0),
        ("let y[i in 0..N - 2] = exp(x[i + 2]); sum(y * y)", 2),
        ("let y[i] = x[i] * sum[k](x[1..][k] * k); sum(y)", 0),
        // Divisors, too.
        ("sum(ones([8 / N])) + sum(x)", 1),
        ("sum(ones([8 / (N + 1)])) + sum(x)", 0),
        ("let z = exp(ones([8])); let y[i in 0..2] = z[i / N]; sum(y) + sum(x)", 1),
        ("let y[i in 0..N] = x[(i + 1) % N]; sum(y * y)", 0),
        ("let mut s = 0; for t in 0..N { s = sin(s + x[(t + 3) % N]); } s", 0),
        ("let y[i in 0..3 * N - 2 * (N / 2)] = x[i % N] * i; sum(y * y)", 0),
        ("let mut s = 0; for t in 0..4 { if t % N == 0 { s = sin(s + sum(x)); } } s", 1),
        ("if N > 0 { sum[i in 0..8 / N](x[i % N] * x[0]) } else { sum(x) }", 0),
        ("if N > 1 { let y = exp(ones([8 / (N - 1)]) * x[1]); sum(y * y) } else { sum(x) }", 0),
        ("let mut s = 0; if N > 0 { for t in 0..8 / N { s = sin(s + x[0]); } } s", 0),
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
