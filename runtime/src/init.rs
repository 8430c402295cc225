//! The initialisers of fields.
//!
//! Each fills one row-major tensor in place; a tensor is never built elsewhere and copied.
//! Deviations are drawn in `f64` and rounded once, so an `f32` net starts from the rounded values
//! of the `f64` net of the same seed. The formulas are those of PyTorch's `torch.nn.init`
//! (<https://docs.pytorch.org/docs/stable/nn.init.html>) and, for `lecun_normal`, of Flax's
//! (<https://flax.readthedocs.io/en/latest/api_reference/flax.linen/initializers.html>), with
//! plain, not truncated, normals.

use crate::math::f64::sqrt;
use crate::{Float, Rng};

/// 0 everywhere.
pub fn zeros<F: Float>(values: &mut [F]) {
    values.fill(F::ZERO);
}

/// 1 everywhere.
pub fn ones<F: Float>(values: &mut [F]) {
    values.fill(F::ONE);
}

/// `value` everywhere.
pub fn constant<F: Float>(values: &mut [F], value: f64) {
    values.fill(F::from_f64(value));
}

/// The numbers written in the net, row by row.
///
/// # Panics
/// If there are not as many as elements.
pub fn literal<F: Float>(values: &mut [F], numbers: &[f64]) {
    assert_eq!(values.len(), numbers.len(), "literal: elements and numbers");
    for (value, &number) in values.iter_mut().zip(numbers) {
        *value = F::from_f64(number);
    }
}

/// 1 on the diagonal of a `rows` × `columns` matrix, 0 elsewhere.
///
/// # Panics
/// If `values` is not of that size.
pub fn eye<F: Float>(values: &mut [F], rows: usize, columns: usize) {
    assert_eq!(values.len(), rows * columns, "eye: elements and rows · columns");
    values.fill(F::ZERO);
    for diagonal in 0..rows.min(columns) {
        values[diagonal * columns + diagonal] = F::ONE;
    }
}

/// Normal with mean 0 and standard deviation `std`.
pub fn normal<F: Float>(values: &mut [F], rng: &mut Rng, std: f64) {
    for value in values {
        *value = F::from_f64(std * rng.normal());
    }
}

/// Uniform over `low..high`.
pub fn uniform<F: Float>(values: &mut [F], rng: &mut Rng, low: f64, high: f64) {
    for value in values {
        *value = F::from_f64(low + (high - low) * rng.uniform());
    }
}

/// Uniform over ±√(6/(`fan_in` + `fan_out`)) (Glorot and Bengio, 2010).
pub fn glorot_uniform<F: Float>(values: &mut [F], rng: &mut Rng, fan_in: usize, fan_out: usize) {
    let bound = ratio_root(6.0, fan_in + fan_out);
    uniform(values, rng, -bound, bound);
}

/// Normal with variance 2/(`fan_in` + `fan_out`) (Glorot and Bengio, 2010).
pub fn glorot_normal<F: Float>(values: &mut [F], rng: &mut Rng, fan_in: usize, fan_out: usize) {
    normal(values, rng, ratio_root(2.0, fan_in + fan_out));
}

/// Uniform over ±√(6/`fan_in`) (He et al., 2015, for relu: gain √2).
pub fn he_uniform<F: Float>(values: &mut [F], rng: &mut Rng, fan_in: usize) {
    let bound = ratio_root(6.0, fan_in);
    uniform(values, rng, -bound, bound);
}

/// Normal with variance 2/`fan_in` (He et al., 2015, for relu: gain √2).
pub fn he_normal<F: Float>(values: &mut [F], rng: &mut Rng, fan_in: usize) {
    normal(values, rng, ratio_root(2.0, fan_in));
}

/// Normal with variance 1/`fan_in` (`LeCun` et al., 1998).
pub fn lecun_normal<F: Float>(values: &mut [F], rng: &mut Rng, fan_in: usize) {
    normal(values, rng, ratio_root(1.0, fan_in));
}

/// A random `rows` × `columns` matrix whose rows (or columns, where these are fewer) are
/// orthonormal, uniformly distributed among such (Saxe, McClelland and Ganguli, 2014).
///
/// The orthonormal factor of a normal matrix, with the signs that make the triangular factor's
/// diagonal positive, as `torch.nn.init.orthogonal_` has it. Tensors of more axes are passed as
/// their first axis by the rest.
///
/// # Panics
/// If `values` is not of that size.
pub fn orthogonal<F: Float>(values: &mut [F], rng: &mut Rng, rows: usize, columns: usize) {
    assert_eq!(values.len(), rows * columns, "orthogonal: elements and rows · columns");
    // Vectors to make orthonormal, the shorter axis, and the strides within and between them.
    let (count, length, step, between) =
        if rows <= columns { (rows, columns, 1, columns) } else { (columns, rows, columns, 1) };
    for vector in 0..count {
        // A draw that is (all but) a combination of the vectors before it is drawn again.
        loop {
            for element in 0..length {
                values[vector * between + element * step] = F::from_f64(rng.normal());
            }
            if orthonormalise(values, vector, length, step, between) {
                break;
            }
        }
    }
}

/// Makes one vector orthogonal to those before it, and of length 1; false if nothing is left.
///
/// Gram and Schmidt's method, twice, which keeps orthogonality to rounding (Giraud et al., 2005).
fn orthonormalise<F: Float>(
    values: &mut [F],
    vector: usize,
    length: usize,
    step: usize,
    between: usize,
) -> bool {
    let at = |which: usize, element: usize| which * between + element * step;
    for _ in 0..2 {
        for other in 0..vector {
            let dot: f64 = (0..length)
                .map(|element| values[at(other, element)].to_f64() * values[at(vector, element)].to_f64())
                .sum();
            for element in 0..length {
                let rest = values[at(vector, element)].to_f64() - dot * values[at(other, element)].to_f64();
                values[at(vector, element)] = F::from_f64(rest);
            }
        }
        let square: f64 =
            (0..length).map(|element| values[at(vector, element)].to_f64()).map(|value| value * value).sum();
        if square < 1e-6 {
            return false;
        }
        for element in 0..length {
            let unit = values[at(vector, element)].to_f64() / sqrt(square);
            values[at(vector, element)] = F::from_f64(unit);
        }
    }
    true
}

/// √(numerator/fan); 0 where the fan is 0, as the tensor is then empty.
#[allow(clippy::cast_precision_loss)]
fn ratio_root(numerator: f64, fan: usize) -> f64 {
    if fan == 0 { 0.0 } else { sqrt(numerator / fan as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deviation(values: &[f64]) -> f64 {
        sqrt(values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64)
    }

    #[test]
    fn scales() {
        let mut rng = Rng::new(0);
        let mut values = vec![0.0f64; 40_000];
        let mut check = |fill: &mut dyn FnMut(&mut [f64], &mut Rng), expected: f64, bound: f64| {
            fill(&mut values, &mut rng);
            assert!((deviation(&values) / expected - 1.0).abs() < 0.02);
            assert!(values.iter().all(|value| value.abs() <= bound));
        };
        let (inf, root3) = (f64::INFINITY, sqrt(3.0));
        check(&mut |v, r| normal(v, r, 0.5), 0.5, inf);
        check(&mut |v, r| uniform(v, r, -2.0, 2.0), 2.0 / root3, 2.0);
        check(&mut |v, r| glorot_uniform(v, r, 30, 20), sqrt(6.0 / 50.0) / root3, sqrt(6.0 / 50.0));
        check(&mut |v, r| glorot_normal(v, r, 30, 20), sqrt(2.0 / 50.0), inf);
        check(&mut |v, r| he_uniform(v, r, 30), sqrt(6.0 / 30.0) / root3, sqrt(6.0 / 30.0));
        check(&mut |v, r| he_normal(v, r, 30), sqrt(2.0 / 30.0), inf);
        check(&mut |v, r| lecun_normal(v, r, 30), sqrt(1.0 / 30.0), inf);
    }

    #[test]
    fn plain_values() {
        let mut values = [9.0f32; 6];
        eye(&mut values, 2, 3);
        assert_eq!(values, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        constant(&mut values, 0.1);
        assert_eq!(values, [0.1; 6]);
        literal(&mut values[..2], &[1.0, -2.5]);
        assert_eq!(values[..3], [1.0, -2.5, 0.1]);
        ones(&mut values);
        assert_eq!(values, [1.0; 6]);
        zeros(&mut values);
        assert_eq!(values, [0.0; 6]);
        he_normal::<f32>(&mut [], &mut Rng::new(0), 0);
    }

    #[test]
    fn orthogonal_rows_or_columns() {
        for (rows, columns) in [(1, 1), (3, 3), (3, 7), (7, 3), (20, 20), (2, 0)] {
            let mut wide = vec![0.0f64; rows * columns];
            orthogonal(&mut wide, &mut Rng::new(5), rows, columns);
            let (count, at): (usize, &dyn Fn(usize, usize) -> f64) = if rows <= columns {
                (rows, &|vector, element| wide[vector * columns + element])
            } else {
                (columns, &|vector, element| wide[element * columns + vector])
            };
            for one in 0..count {
                for other in 0..count {
                    let dot: f64 = (0..rows.max(columns)).map(|i| at(one, i) * at(other, i)).sum();
                    assert!((dot - f64::from(u8::from(one == other))).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn single_precision_rounds_the_double_values() {
        let (mut single, mut double) = ([0.0f32; 50], [0.0f64; 50]);
        he_normal(&mut single, &mut Rng::new(9), 10);
        he_normal(&mut double, &mut Rng::new(9), 10);
        assert!(single.iter().zip(&double).all(|(&a, &b)| a == b as f32));
    }
}
