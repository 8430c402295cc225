//! L-BFGS (J. Nocedal, 1980): Newton's method with an inverse Hessian made of the last steps and what the gradient
//! did in each.

use std::collections::VecDeque;

use chainrule::Params;

/// How many steps are remembered.
const MEMORY: usize = 50;
/// How much of the promised descent must come true, and how much of the slope may be left (Wolfe).
const DESCENT: f64 = 1e-4;
const SLOPE: f64 = 0.9;

/// A step, the change of the gradient along it, and one over their product.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Lowers a cost by changing a model, until no step does or there were so many. `evaluate` computes the cost and
/// writes the gradient; `observe` is told the step, the cost and the model.
pub fn minimise<P: Params<Float = f64>>(
    model: &mut P,
    steps: usize,
    mut evaluate: impl FnMut(&P, &mut P) -> f64,
    mut observe: impl FnMut(usize, f64, &P),
) {
    let mut gradient = P::zeros();
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    let mut cost = evaluate(model, &mut gradient);
    for step in 0..steps {
        observe(step, cost, model);
        let before = gradient.as_slice().to_vec();
        let start = model.as_slice().to_vec();
        let direction = direction(&pairs, &before);
        let slope = dot(&direction, &before);
        let first = if pairs.is_empty() { (1.0 / dot(&before, &before).sqrt()).min(1.0) } else { 1.0 };
        let at = |model: &mut P, length: f64| {
            for ((place, start), along) in model.as_mut_slice().iter_mut().zip(&start).zip(&direction) {
                *place = start + length * along;
            }
        };
        // Between a step that is too short and one that is too long.
        let (mut short, mut long, mut length) = (0.0, f64::INFINITY, first);
        let mut found = None;
        for _ in 0..25 {
            at(model, length);
            let tried = evaluate(model, &mut gradient);
            if tried.is_nan() || tried > cost + DESCENT * length * slope {
                long = length;
            } else if dot(gradient.as_slice(), &direction) < SLOPE * slope {
                short = length;
            } else {
                found = Some(tried);
                break;
            }
            length = if long.is_finite() { f64::midpoint(short, long) } else { 2.0 * length };
        }
        cost = found.unwrap_or_else(|| {
            at(model, short);
            evaluate(model, &mut gradient)
        });
        if found.is_none() && short == 0.0 {
            if pairs.is_empty() {
                return;
            }
            // What is remembered misleads: begin again with the gradient alone.
            pairs.clear();
            continue;
        }
        let step: Vec<f64> = model.as_slice().iter().zip(&start).map(|(now, then)| now - then).collect();
        let change: Vec<f64> =
            gradient.as_slice().iter().zip(&before).map(|(now, then)| now - then).collect();
        let product = dot(&step, &change);
        if product > 0.0 {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back(Pair { step, change, inverse: 1.0 / product });
        }
    }
    observe(steps, cost, model);
}

/// Less the inverse Hessian times the gradient, in two loops over what is remembered.
fn direction(pairs: &VecDeque<Pair>, gradient: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|part| -part).collect();
    let add = |direction: &mut [f64], factor: f64, along: &[f64]| {
        direction.iter_mut().zip(along).for_each(|(part, along)| *part += factor * along);
    };
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = pair.inverse * dot(&pair.step, &direction);
        add(&mut direction, -share, &pair.change);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = 1.0 / (last.inverse * dot(&last.change, &last.change));
        direction.iter_mut().for_each(|part| *part *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let back = pair.inverse * dot(&pair.change, &direction);
        add(&mut direction, share - back, &pair.step);
    }
    direction
}
