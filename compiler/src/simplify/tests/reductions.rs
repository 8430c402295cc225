//! Rewrites of sums: of exponentials, and of squares.

use super::builder::{Formula, Style, Value, close, derivatives};

const ROWS: [[f64; 4]; 8] = [
    [0.3, -1.0, 2.0, 0.5],
    [1e-8, -1e-8, 0.0, 3.0],
    [700.0, -700.0, 1.0, 20.0],
    [1000.0, 999.0, 998.0, -5.0],
    [-1000.0, -1001.0, -1100.0, -1000.5],
    [0.0, -40.0, -50.0, -60.0],
    [20.0, 20.0, -20.0, -20.0],
    [-1e5, 1e5, 0.0, 3.0],
];

/// Evaluates a formula of x[i, j] over given rows, and the gradient of the sum of its elements.
fn run(
    rows: &[[f64; 4]],
    order: usize,
    style: Style,
    write: &dyn Fn(&mut Formula, Value) -> Value,
) -> Vec<Vec<f64>> {
    let mut formula = Formula::new(&[rows.len(), 4], style);
    let (input, x) = formula.input("x", &[0, 1]);
    let value = write(&mut formula, x);
    let (graph, result) = formula.finish(value);
    derivatives(graph, result, &[(input, rows.as_flattened().to_vec())], order)
}

/// ln Σ w eˣ and w eˣ / Σ w eˣ
fn reference(row: &[f64], weights: &[f64]) -> (f64, Vec<f64>) {
    let largest =
        (0..row.len()).filter(|&j| weights[j] != 0.0).max_by(|&i, &j| row[i].total_cmp(&row[j])).unwrap();
    let top = row[largest];
    let terms: Vec<f64> = row.iter().zip(weights).map(|(x, w)| w * (x - top).exp()).collect();
    let others: f64 = (0..row.len()).filter(|&j| j != largest).map(|j| terms[j]).sum();
    let sum = terms[largest] + others;
    let log = if weights[largest] == 1.0 { top + others.ln_1p() } else { top + sum.ln() };
    (log, terms.iter().map(|term| term / sum).collect())
}

#[test]
fn logarithm_of_a_sum_of_exponentials() {
    for style in Style::ALL {
        let found = run(&ROWS, 1, style, &|f, x| {
            let e = f.exp(x);
            let sum = f.sum(1, e);
            f.ln(sum)
        });
        for (i, row) in ROWS.iter().enumerate() {
            let (log, softmax) = reference(row, &[1.0; 4]);
            close(found[0][i], log, 1e-12, &format!("ln Σ eˣ of {row:?}, {style:?}"));
            for j in 0..4 {
                close(
                    found[1][4 * i + j],
                    softmax[j],
                    1e-12,
                    &format!("d ln Σ eˣ of {row:?} by {j}, {style:?}"),
                );
            }
        }
    }
}

#[test]
fn infinite_exponents() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let rows = [[-inf; 4], [-inf, 0.0, -inf, -inf], [inf, 0.0, 1.0, 2.0], [nan, 0.0, 1.0, 2.0]];
    let found = run(&rows, 1, Style::Inline, &|f, x| {
        let e = f.exp(x);
        let sum = f.sum(1, e);
        f.ln(sum)
    });
    for (found, expected) in found[0].iter().zip([-inf, 0.0, inf, nan]) {
        close(*found, expected, 0.0, "ln Σ eˣ of infinite x");
    }
    assert_eq!(found[1][4..8], [0.0, 1.0, 0.0, 0.0]);
}

#[test]
fn softmax_and_its_logarithm() {
    for style in Style::ALL {
        let found = run(&ROWS, 1, style, &|f, x| {
            let e = f.exp(x);
            let sum = f.sum(1, e);
            f.div(e, sum)
        });
        let logs = run(&ROWS, 0, style, &|f, x| {
            let e = f.exp(x);
            let sum = f.sum(1, e);
            let y = f.div(e, sum);
            f.ln(y)
        });
        for (i, row) in ROWS.iter().enumerate() {
            let (_, softmax) = reference(row, &[1.0; 4]);
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (rest, _) = reference(&row.map(|x| x - top), &[1.0; 4]);
            for j in 0..4 {
                close(found[0][4 * i + j], softmax[j], 1e-12, &format!("softmax of {row:?}, {style:?}"));
                // A softmax adds up to 1.
                assert!(found[1][4 * i + j].abs() < 1e-15, "{style:?}");
                let expected = (row[j] - top) - rest;
                close(logs[0][4 * i + j], expected, 1e-12, &format!("ln softmax of {row:?}, {style:?}"));
            }
        }
    }
}

#[test]
fn cross_entropy_of_softmax() {
    // −Σ t ln softmax(x), t = (0.5, 0.25, 0.25, 0)
    let weights = [0.5, 0.25, 0.25, 0.0];
    for style in Style::ALL {
        let mut f = Formula::new(&[ROWS.len(), 4], style);
        let (input, x) = f.input("x", &[0, 1]);
        let (target, t) = f.input("t", &[1]);
        let e = f.exp(x);
        let sum = f.sum(1, e);
        let y = f.div(e, sum);
        let log = f.ln(y);
        let share = f.mul(t, log);
        let loss = f.sum(1, share);
        let loss = f.neg(loss);
        let (graph, result) = f.finish(loss);
        let inputs = [(input, ROWS.as_flattened().to_vec()), (target, weights.to_vec())];
        let found = derivatives(graph, result, &inputs, 1);
        for (i, row) in ROWS.iter().enumerate() {
            let (log, softmax) = reference(row, &[1.0; 4]);
            let expected: f64 = (0..4).map(|j| weights[j] * (log - row[j])).sum();
            close(found[0][i], expected, 1e-12, &format!("cross-entropy of {row:?}, {style:?}"));
            for j in 0..4 {
                let error = (found[1][4 * i + j] - (softmax[j] - weights[j])).abs();
                assert!(
                    error < 1e-15,
                    "gradient of cross-entropy of {row:?} by {j}: off by {error:e}, {style:?}"
                );
            }
        }
    }
}

#[test]
fn weighted_exponentials() {
    let weights = [0.5, 3.0, 0.0, 2.0];
    for style in Style::ALL {
        for guarded in [false, true] {
            let mut f = Formula::new(&[ROWS.len(), 4], style);
            let (input, x) = f.input("x", &[0, 1]);
            let (target, w) = f.input("w", &[1]);
            let e = f.exp(x);
            let term = if guarded {
                let zero = f.number(0.0);
                let counts = f.graph.scalars.compare(crate::ir::Comparison::Less, zero, w);
                let select = f.graph.scalars.select(counts, e, zero);
                f.step(select)
            } else {
                f.mul(w, e)
            };
            let sum = f.sum(1, term);
            let log = f.ln(sum);
            let (graph, result) = f.finish(log);
            let inputs = [(input, ROWS.as_flattened().to_vec()), (target, weights.to_vec())];
            let found = derivatives(graph, result, &inputs, 1);
            let weights = if guarded { [1.0, 1.0, 0.0, 1.0] } else { weights };
            for (i, row) in ROWS.iter().enumerate() {
                let (log, softmax) = reference(row, &weights);
                close(found[0][i], log, 1e-12, &format!("ln Σ w eˣ of {row:?}, {style:?}"));
                for j in 0..4 {
                    close(
                        found[1][4 * i + j],
                        softmax[j],
                        1e-12,
                        &format!("d ln Σ w eˣ of {row:?}, {style:?}"),
                    );
                }
            }
        }
    }
}

#[test]
fn sums_of_two_exponentials_each() {
    // Σ (eˣ + 3 e⁻ˣ), beyond what a float holds
    for style in Style::ALL {
        let found = run(&ROWS, 1, style, &|f, x| {
            let (y, three) = (f.neg(x), f.number(3.0));
            let (a, b) = (f.exp(x), f.exp(y));
            let b = f.mul(three, b);
            let both = f.add(a, b);
            let sum = f.sum(1, both);
            f.ln(sum)
        });
        for (i, row) in ROWS.iter().enumerate() {
            let all: Vec<f64> = row.iter().copied().chain(row.iter().map(|x| -x)).collect();
            let (log, shares) = reference(&all, &[1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0]);
            close(found[0][i], log, 1e-12, &format!("ln Σ (eˣ + 3 e⁻ˣ) of {row:?}, {style:?}"));
            for j in 0..4 {
                let error = (found[1][4 * i + j] - (shares[j] - shares[j + 4])).abs();
                assert!(error < 1e-15, "d ln Σ (eˣ + 3 e⁻ˣ) of {row:?} by {j}: off by {error:e}, {style:?}");
            }
        }
    }
}

#[test]
fn mean_of_exponentials() {
    let found = run(&ROWS, 1, Style::Lets, &|f, x| {
        let (e, four) = (f.exp(x), f.number(4.0));
        let sum = f.sum(1, e);
        let mean = f.div(sum, four);
        f.ln(mean)
    });
    for (i, row) in ROWS.iter().enumerate() {
        let (log, softmax) = reference(row, &[1.0; 4]);
        close(found[0][i], log - 4.0_f64.ln(), 1e-12, "ln mean eˣ");
        close(found[1][4 * i], softmax[0], 1e-12, "d ln mean eˣ");
    }
}

#[test]
fn what_is_shifted_by_hand_is_shifted_once() {
    for style in Style::ALL {
        let write = |f: &mut Formula, x: Value| {
            let top = f.max(1, x);
            let x = f.sub(x, top);
            let e = f.exp(x);
            let sum = f.sum(1, e);
            f.div(e, sum)
        };
        let mut f = Formula::new(&[ROWS.len(), 4], style);
        let (_, x) = f.input("x", &[0, 1]);
        let value = write(&mut f, x);
        let (mut graph, result) = f.finish(value);
        crate::simplify::simplify(&mut graph, &[result], crate::simplify::Purpose::Value);
        assert_eq!(crate::print::text(&graph).matches("argmax").count(), 1, "{style:?}");
        let found = run(&ROWS, 0, style, &write);
        let logs = run(&ROWS, 1, style, &|f, x| {
            let y = write(f, x);
            f.ln(y)
        });
        for (i, row) in ROWS.iter().enumerate() {
            let (_, softmax) = reference(row, &[1.0; 4]);
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (rest, _) = reference(&row.map(|x| x - top), &[1.0; 4]);
            for j in 0..4 {
                close(found[0][4 * i + j], softmax[j], 1e-12, "softmax, shifted by hand");
                // Where a share is nearly 1, too.
                let expected = (row[j] - top) - rest;
                close(logs[0][4 * i + j], expected, 1e-12, &format!("its logarithm, of {row:?}, {style:?}"));
                let slope = 1.0 - 4.0 * softmax[j];
                assert!((logs[1][4 * i + j] - slope).abs() < 1e-12, "its derivative, of {row:?}, {style:?}");
            }
        }
    }
}

#[test]
fn root_of_a_sum_of_squares() {
    let rows = [
        [3.0, 4.0, 0.0, 0.0],
        [1e200, -2e200, 0.0, 1e199],
        [1e-200, -2e-200, 0.0, 1e-199],
        [0.0; 4],
        [1e-8, -1.0, 20.0, -700.0],
        [3e-308, 0.0, 0.0, 0.0],
    ];
    let norm = |row: &[f64; 4]| row.iter().fold(0.0_f64, |norm, x| norm.hypot(*x));
    for style in Style::ALL {
        for divisor in [1.0, 4.0] {
            let found = run(&rows, 1, style, &|f, x| {
                let square = f.mul(x, x);
                let sum = f.sum(1, square);
                let divisor = f.number(divisor);
                let mean = f.div(sum, divisor);
                f.sqrt(mean)
            });
            let factor = 1.0 / divisor.sqrt();
            for (i, row) in rows.iter().enumerate() {
                let norm = norm(row);
                close(found[0][i], norm * factor, 1e-12, &format!("√Σx² of {row:?}, {style:?}"));
                for j in 0..4 {
                    let expected = if norm == 0.0 { 0.0 } else { row[j] / norm * factor };
                    close(
                        found[1][4 * i + j],
                        expected,
                        1e-12,
                        &format!("d √Σx² of {row:?} by {j}, {style:?}"),
                    );
                }
            }
        }
    }
}

#[test]
fn squares_of_differences() {
    // A standard deviation is a root of a sum of squares, too.
    let rows = [[1.0, 1.0, 1.0, 1.0], [1e200, 3e200, 1e200, 3e200]];
    let found = run(&rows, 1, Style::Inline, &|f, x| {
        let four = f.number(4.0);
        let mean = f.sum(1, x);
        let mean = f.div(mean, four);
        let x = f.sub(x, mean);
        let square = f.mul(x, x);
        let sum = f.sum(1, square);
        let variance = f.div(sum, four);
        f.sqrt(variance)
    });
    close(found[0][0], 0.0, 0.0, "deviation of a constant");
    close(found[0][1], 1e200, 1e-12, "deviation");
    assert_eq!(found[1][..4], [0.0; 4]);
    for (found, expected) in found[1][4..].iter().zip([-0.25, 0.25, -0.25, 0.25]) {
        close(*found, expected, 1e-12, "gradient of a deviation");
    }
}
