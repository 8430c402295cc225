//! The derivative of each scalar function, one line each.
//!
//! The conventions where a function has no derivative are the language's: 0 for `abs` at 0 and for
//! `floor`; `min` and `max` share a tie; xʸ by y at x = 0 and x⁰ by x are 0.

use crate::ir::{Atom, Binary, Comparison, Function, Int, Scalar, ScalarId, Scalars, Unary};

/// What a function of one number passes on of the cotangent (or tangent) `s`: s · f′(x), where y = f(x).
/// `None`: nothing.
pub fn unary(e: &mut Scalars, function: Unary, x: ScalarId, y: ScalarId, s: ScalarId) -> Option<ScalarId> {
    Some(match function {
        Unary::Neg => e.neg(s),
        Unary::Recip => times_fn(e, s, |e| {
            let square = e.mul(y, y);
            e.neg(square)
        }),
        Unary::Exp => e.mul(s, y),
        Unary::Ln => e.div(s, x),
        Unary::Ln1p => {
            let d = plus(e, 1.0, x);
            e.div(s, d)
        }
        Unary::ExpM1 => times_fn(e, s, |e| e.unary(Unary::Exp, x)),
        Unary::Log2 => {
            let d = scaled(e, std::f64::consts::LN_2, x);
            e.div(s, d)
        }
        Unary::Log10 => {
            let d = scaled(e, std::f64::consts::LN_10, x);
            e.div(s, d)
        }
        // With nothing but y below, which the value holds.
        Unary::Sqrt => {
            let half = scaled(e, 0.5, s);
            e.div(half, y)
        }
        Unary::Abs => times_fn(e, s, |e| e.unary(Unary::Signum, x)),
        Unary::Sin => times_fn(e, s, |e| e.unary(Unary::Cos, x)),
        Unary::Cos => times_fn(e, s, |e| {
            let sine = e.unary(Unary::Sin, x);
            e.neg(sine)
        }),
        Unary::Tan => times_fn(e, s, |e| {
            let square = e.mul(y, y);
            plus(e, 1.0, square)
        }),
        Unary::Sinh => times_fn(e, s, |e| e.unary(Unary::Cosh, x)),
        Unary::Cosh => times_fn(e, s, |e| e.unary(Unary::Sinh, x)),
        // 1 − y², in a form that is not the one a user's formula is rewritten from.
        Unary::Tanh => times_fn(e, s, |e| {
            let (below, above) = (one_minus(e, y), plus(e, 1.0, y));
            e.mul(below, above)
        }),
        Unary::Asin => {
            let d = root_of_one_minus_square(e, x);
            e.div(s, d)
        }
        Unary::Acos => {
            let d = root_of_one_minus_square(e, x);
            let q = e.div(s, d);
            e.neg(q)
        }
        Unary::Atan => {
            let square = e.mul(x, x);
            let d = plus(e, 1.0, square);
            e.div(s, d)
        }
        Unary::Erf => times_fn(e, s, |e| gaussian(e, x)),
        Unary::NormalCdf => times_fn(e, s, |e| e.unary(Unary::NormalPdf, x)),
        Unary::NormalPdf => times_fn(e, s, |e| {
            let slope = e.mul(x, y);
            e.neg(slope)
        }),
        Unary::LnGamma => times_fn(e, s, |e| e.unary(Unary::Polygamma(0), x)),
        Unary::Polygamma(n) => times_fn(e, s, |e| e.unary(Unary::Polygamma(n + 1), x)),
        // σ(x)σ(−x) keeps its digits at both ends, through every derivative; y(1 − y) does not.
        Unary::Sigmoid => times_fn(e, s, |e| {
            let mirrored = e.neg(x);
            let mirrored = e.unary(Unary::Sigmoid, mirrored);
            e.mul(y, mirrored)
        }),
        Unary::Softplus => times_fn(e, s, |e| e.unary(Unary::Sigmoid, x)),
        Unary::HalfTanh => times_fn(e, s, |e| {
            let mirrored = e.neg(x);
            let (up, down) = (e.unary(Unary::Sigmoid, x), e.unary(Unary::Sigmoid, mirrored));
            let product = e.mul(up, down);
            scaled(e, 2.0, product)
        }),
        Unary::Powi(n) => times_fn(e, s, |e| {
            let power = e.unary(Unary::Powi(n - 1), x);
            scaled(e, f64::from(n), power)
        }),
        Unary::Signum | Unary::Floor | Unary::StopGradient => return None,
    })
}

/// What a function of two numbers passes on to its first and its second argument.
pub fn binary(
    e: &mut Scalars,
    function: Binary,
    (a, b): (ScalarId, ScalarId),
    y: ScalarId,
    s: ScalarId,
) -> [ScalarId; 2] {
    match function {
        Binary::Add => [s, s],
        Binary::Sub => [s, e.neg(s)],
        Binary::Mul => [e.mul(s, b), e.mul(s, a)],
        Binary::Div => {
            let by_a = quotient(e, s, b);
            let by_b = e.mul(by_a, y);
            [by_a, e.neg(by_b)]
        }
        Binary::Pow => [power_by_base(e, a, b, y, s), power_by_exponent(e, a, y, s)],
        // b / (a² + b²) and −a / (a² + b²) of numbers that are scaled by the larger.
        Binary::Atan2 => {
            let (size_a, size_b) = (e.unary(Unary::Abs, a), e.unary(Unary::Abs, b));
            let larger = e.binary(Binary::Max, size_a, size_b);
            // Whatever it is divided by, the slope is the same.
            let larger = e.unary(Unary::StopGradient, larger);
            let (p, q) = (e.div(a, larger), e.div(b, larger));
            let (pp, qq) = (e.mul(p, p), e.mul(q, q));
            let square = e.add(pp, qq);
            let s = e.div(s, larger);
            let (by_a, by_b) = (e.div(q, square), e.div(p, square));
            let by_b = e.neg(by_b);
            [e.mul(s, by_a), e.mul(s, by_b)]
        }
        Binary::Min => [the_one_below(e, a, b, s), the_one_below(e, b, a, s)],
        Binary::Max => [the_one_above(e, a, b, s), the_one_above(e, b, a, s)],
        // σ(a − b) and σ(b − a); all of it to the larger where they are infinitely far apart, nothing where both are −∞.
        Binary::LogAddExp => {
            let distance = e.distance(a, b);
            let (size, infinity) = (e.unary(Unary::Abs, distance), e.number(f64::INFINITY));
            let is_finite = e.compare(Comparison::Less, size, infinity);
            let opposite = e.neg(distance);
            [(distance, b, a), (opposite, a, b)].map(|(above, other, own)| {
                let (share, all, nothing) = (e.unary(Unary::Sigmoid, above), e.number(1.0), e.number(0.0));
                let is_above = e.compare(Comparison::Less, other, own);
                let whole = e.select(is_above, all, nothing);
                times_fn(e, s, |e| e.select(is_finite, share, whole))
            })
        }
    }
}

/// s / b, and 0 where b is a number of elements and there are none: the gradient of a mean of nothing is 0.
fn quotient(e: &mut Scalars, s: ScalarId, b: ScalarId) -> ScalarId {
    let quotient = e.div(s, b);
    let Scalar::Integer(count) = e[b].clone() else { return quotient };
    let mut is_size = !count.dims().is_empty() && !count.can_be_negative();
    count.visit_atoms(&mut |atom| is_size &= matches!(atom, Atom::Dim(_) | Atom::Div(..) | Atom::Mod(..)));
    if !is_size {
        return quotient;
    }
    let is_any = e.compare_int(Comparison::Less, Int::zero(), count);
    let zero = e.number(0.0);
    e.select(is_any, quotient, zero)
}

/// s · xⁿ⁻¹ · n, 0 where n is 0 (0⁰ has slope 0). For x^½ it is ½ s / y, which is the same for all x.
fn power_by_base(e: &mut Scalars, x: ScalarId, n: ScalarId, y: ScalarId, s: ScalarId) -> ScalarId {
    if e.as_number(n) == Some(0.5) {
        let half = scaled(e, 0.5, s);
        return e.div(half, y);
    }
    let zero = e.number(0.0);
    let one = e.number(1.0);
    let less = e.sub(n, one);
    let power = e.binary(Binary::Pow, x, less);
    let slope = e.mul(n, power);
    let slope = e.mul(s, slope);
    if e.as_number(n).is_some() {
        return slope;
    }
    let is_zero = e.compare(Comparison::Equal, n, zero);
    e.select(is_zero, zero, slope)
}

/// s · xⁿ · ln x, 0 where x is 0.
fn power_by_exponent(e: &mut Scalars, x: ScalarId, y: ScalarId, s: ScalarId) -> ScalarId {
    let zero = e.number(0.0);
    let logarithm = e.unary(Unary::Ln, x);
    let slope = e.mul(y, logarithm);
    let slope = e.mul(s, slope);
    let is_zero = e.compare(Comparison::Equal, x, zero);
    e.select(is_zero, zero, slope)
}

/// s where a < b, half of it where they are equal.
fn the_one_below(e: &mut Scalars, a: ScalarId, b: ScalarId, s: ScalarId) -> ScalarId {
    let (zero, half) = (e.number(0.0), scaled(e, 0.5, s));
    let (equal, at_most) = (e.compare(Comparison::Equal, a, b), e.compare(Comparison::LessEqual, a, b));
    let share = e.select(equal, half, s);
    e.select(at_most, share, zero)
}

/// s where a > b, half of it where they are equal.
fn the_one_above(e: &mut Scalars, a: ScalarId, b: ScalarId, s: ScalarId) -> ScalarId {
    let (zero, half) = (e.number(0.0), scaled(e, 0.5, s));
    let (equal, at_least) = (e.compare(Comparison::Equal, a, b), e.compare(Comparison::LessEqual, b, a));
    let share = e.select(equal, half, s);
    e.select(at_least, share, zero)
}

/// 2/√π · e^(−x²)
fn gaussian(e: &mut Scalars, x: ScalarId) -> ScalarId {
    let square = e.mul(x, x);
    let exponent = e.neg(square);
    let bell = e.unary(Unary::Exp, exponent);
    scaled(e, std::f64::consts::FRAC_2_SQRT_PI, bell)
}

/// √((1 − x)(1 + x)), which keeps its digits near ±1.
fn root_of_one_minus_square(e: &mut Scalars, x: ScalarId) -> ScalarId {
    let (below, above) = (one_minus(e, x), plus(e, 1.0, x));
    let product = e.mul(below, above);
    e.unary(Unary::Sqrt, product)
}

fn plus(e: &mut Scalars, constant: f64, x: ScalarId) -> ScalarId {
    let constant = e.number(constant);
    e.add(constant, x)
}

fn one_minus(e: &mut Scalars, x: ScalarId) -> ScalarId {
    let one = e.number(1.0);
    e.sub(one, x)
}

fn scaled(e: &mut Scalars, factor: f64, x: ScalarId) -> ScalarId {
    let factor = e.number(factor);
    e.mul(factor, x)
}

fn times_fn(e: &mut Scalars, s: ScalarId, slope: impl FnOnce(&mut Scalars) -> ScalarId) -> ScalarId {
    let slope = slope(e);
    e.mul(s, slope)
}

/// The cotangents of the reads under an expression, given that of the expression: reverse mode on the DAG.
///
/// `active` says which reads matter. `known` is a cheaper expression for the root (its node's output).
/// Each read is reported once, in a deterministic order.
pub fn scalar_vjp(
    e: &mut Scalars,
    root: ScalarId,
    known: Option<ScalarId>,
    seed: ScalarId,
    active: &dyn Fn(&Scalar) -> bool,
) -> Vec<(ScalarId, ScalarId)> {
    let order = e.reachable(root);
    let mut matters = std::collections::BTreeSet::new();
    for &id in &order {
        if active(&e[id]) || differentiable_operands(e, id).iter().any(|operand| matters.contains(operand)) {
            matters.insert(id);
        }
    }
    let mut cotangents = std::collections::BTreeMap::from([(root, seed)]);
    let mut reads = Vec::new();
    for &id in order.iter().rev() {
        if !matters.contains(&id) {
            continue;
        }
        let Some(s) = cotangents.get(&id).copied() else { continue };
        let y = if id == root { known.unwrap_or(id) } else { id };
        let mut pass = |e: &mut Scalars, to: ScalarId, share: ScalarId| {
            if matters.contains(&to) {
                let sum = match cotangents.get(&to) {
                    Some(&sum) => sum_of_shares(e, sum, share),
                    None => share,
                };
                cotangents.insert(to, sum);
            }
        };
        if let Scalar::Read(..) = e[id] {
            reads.push((id, s));
            continue;
        }
        let scalar = e[id].clone();
        let shares = under_guards(e, s, &mut |e, s| match scalar {
            Scalar::Unary(function, a) => {
                unary(e, function, a, y, s).map(|share| (a, share)).into_iter().collect()
            }
            Scalar::Binary(function, a, b) => {
                let [by_a, by_b] = binary(e, function, (a, b), y, s);
                vec![(a, by_a), (b, by_b)]
            }
            Scalar::Call(Function::Extern(function), ref arguments) => {
                let by = |(argument, &to)| {
                    matters.contains(&to).then(|| {
                        let slope = e.slope(function, argument, arguments, y);
                        (to, e.mul(s, slope))
                    })
                };
                arguments.iter().enumerate().filter_map(by).collect()
            }
            Scalar::Select(c, a, b) => {
                let c = sign_by_output(e, (c, a, b), y).unwrap_or(c);
                let zero = e.number(0.0);
                vec![(a, e.select(c, s, zero)), (b, e.select(c, zero, s))]
            }
            Scalar::Number(_)
            | Scalar::Integer(_)
            | Scalar::Flag(_)
            | Scalar::Read(..)
            | Scalar::Call(..) => vec![],
            Scalar::Compare(..)
            | Scalar::CompareInt(..)
            | Scalar::Not(_)
            | Scalar::And(..)
            | Scalar::Or(..) => vec![],
        });
        for (to, share) in shares {
            pass(e, to, share);
        }
    }
    reads.reverse();
    reads
}

/// The condition of `if x <= 0 { 0 } else { x }` or `if 0 < x { x } else { k x }`, k > 0, asked of the
/// output, which has the sign of x: then x need not be kept.
fn sign_by_output(
    e: &mut Scalars,
    (c, a, b): (ScalarId, ScalarId, ScalarId),
    y: ScalarId,
) -> Option<ScalarId> {
    if !matches!(e[y], Scalar::Read(..)) {
        return None;
    }
    let zero = e.number(0.0);
    match e[c] {
        Scalar::Compare(Comparison::LessEqual, x, bound) if bound == zero && a == zero && b == x => {
            Some(e.compare(Comparison::LessEqual, y, zero))
        }
        Scalar::Compare(Comparison::Less, bound, x) if bound == zero && a == x => match e[b] {
            Scalar::Binary(Binary::Mul, k, same) if same == x && e.as_number(k).is_some_and(|k| k > 0.0) => {
                Some(e.compare(Comparison::Less, zero, y))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The condition and the value of `select(c, value, 0)`.
pub fn guard(e: &mut Scalars, s: ScalarId) -> Option<(ScalarId, ScalarId)> {
    let Scalar::Select(c, a, b) = e[s] else { return None };
    if e.as_number(b) == Some(0.0) {
        Some((c, a))
    } else if e.as_number(a) == Some(0.0) {
        Some((e.not(c), b))
    } else {
        None
    }
}

/// What a cotangent passes on, and to what.
type Rule<'r> = dyn FnMut(&mut Scalars, ScalarId) -> Vec<(ScalarId, ScalarId)> + 'r;

/// What a cotangent passes on, under the guards that it stands under: nothing is asked or read outside.
fn under_guards(e: &mut Scalars, s: ScalarId, rule: &mut Rule<'_>) -> Vec<(ScalarId, ScalarId)> {
    let Some((c, value)) = guard(e, s) else { return rule(e, s) };
    let shares = under_guards(e, value, rule);
    let zero = e.number(0.0);
    shares.into_iter().map(|(to, share)| (to, e.select(c, share, zero))).collect()
}

/// a + b; where both stand under guards, their sum stands under either.
fn sum_of_shares(e: &mut Scalars, a: ScalarId, b: ScalarId) -> ScalarId {
    match (guard(e, a), guard(e, b)) {
        (Some((c, x)), Some((d, y))) if c == d => {
            let (sum, zero) = (sum_of_shares(e, x, y), e.number(0.0));
            e.select(c, sum, zero)
        }
        (Some((c, _)), Some((d, _))) => {
            let (either, sum, zero) = (e.or(c, d), e.add(a, b), e.number(0.0));
            e.select(either, sum, zero)
        }
        _ => e.add(a, b),
    }
}

/// The tangent of an expression, given those of its reads (`None`: zero): forward mode on the DAG.
pub fn scalar_jvp(
    e: &mut Scalars,
    root: ScalarId,
    known: Option<ScalarId>,
    tangent_of_read: &mut dyn FnMut(&mut Scalars, ScalarId) -> Option<ScalarId>,
) -> Option<ScalarId> {
    let mut tangents: std::collections::BTreeMap<ScalarId, ScalarId> = std::collections::BTreeMap::new();
    for id in e.reachable(root) {
        let y = if id == root { known.unwrap_or(id) } else { id };
        let tangent = match e[id].clone() {
            Scalar::Read(..) => tangent_of_read(e, id),
            Scalar::Unary(function, a) => tangents.get(&a).copied().and_then(|s| unary(e, function, a, y, s)),
            Scalar::Binary(function, a, b) => {
                let by_a = tangents.get(&a).copied().map(|s| binary(e, function, (a, b), y, s)[0]);
                let by_b = tangents.get(&b).copied().map(|s| binary(e, function, (a, b), y, s)[1]);
                match (by_a, by_b) {
                    (Some(by_a), Some(by_b)) => Some(e.add(by_a, by_b)),
                    (by_a, by_b) => by_a.or(by_b),
                }
            }
            Scalar::Select(c, a, b) => match (tangents.get(&a).copied(), tangents.get(&b).copied()) {
                (None, None) => None,
                (by_a, by_b) => {
                    let zero = e.number(0.0);
                    Some(e.select(c, by_a.unwrap_or(zero), by_b.unwrap_or(zero)))
                }
            },
            Scalar::Call(Function::Extern(function), ref arguments) => {
                let mut sum = None;
                for (argument, to) in arguments.iter().enumerate() {
                    let Some(&s) = tangents.get(to) else { continue };
                    let slope = e.slope(function, argument, arguments, y);
                    let share = e.mul(s, slope);
                    sum = Some(match sum {
                        Some(sum) => e.add(sum, share),
                        None => share,
                    });
                }
                sum
            }
            Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) | Scalar::Call(..) => None,
            Scalar::Compare(..)
            | Scalar::CompareInt(..)
            | Scalar::Not(_)
            | Scalar::And(..)
            | Scalar::Or(..) => None,
        };
        if let Some(tangent) = tangent {
            tangents.insert(id, tangent);
        }
    }
    tangents.get(&root).copied()
}

/// The operands that a derivative flows to.
pub fn differentiable_operands(e: &Scalars, id: ScalarId) -> Vec<ScalarId> {
    match e[id] {
        Scalar::Unary(Unary::StopGradient | Unary::Floor | Unary::Signum, _) => vec![],
        Scalar::Unary(_, a) => vec![a],
        Scalar::Binary(_, a, b) | Scalar::Select(_, a, b) => vec![a, b],
        Scalar::Call(Function::Extern(_), ref arguments) => arguments.clone(),
        Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) | Scalar::Read(..) | Scalar::Call(..) => {
            vec![]
        }
        Scalar::Compare(..) | Scalar::CompareInt(..) | Scalar::Not(_) | Scalar::And(..) | Scalar::Or(..) => {
            vec![]
        }
    }
}
