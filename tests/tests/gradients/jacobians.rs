//! Jacobians and Hessians by columns of central differences, per row where a function does not mix rows.

use chainrule::{Params, Tensor, Workspace, net};
use chainrule_tests::{Array, assert_near};

net! {
    dim N;

    /// Functions of arguments.
    pub struct Jacobians {
        w: f64[3, 2],
        a: f64[3, 3],
    }

    impl Jacobians {
        #[jacobian(x)]
        #[grad(x)]
        pub fn map(x: f64[3]) -> f64[2] { tanh(x @ w) * sum(x * x) }

        #[jacobian(x, y)]
        pub fn of_two(x: f64[3], y: f64) -> f64[2, 3] {
            let z[i in 0..2, j] = sin(x[j] * y) + w[j, i] * x[i];
            z
        }

        #[hessian(x)]
        #[hvp]
        #[grad(x)]
        pub fn energy(x: f64[3]) -> f64 { let y = tanh(x @ a); sum(y * y * y) + logsumexp(x) }

        #[jacobian(x)]
        pub fn scalar(x: f64) -> f64 { sin(x) * exp(x) }

        #[hessian(x)]
        pub fn curvature(x: f64) -> f64 { sin(x) * exp(x) }

        /// Each row for itself.
        #[jacobian(x)]
        #[grad(x)]
        pub fn rows(x: f64[N, 3]) -> f64[N, 2] { softmax(tanh(x @ a) @ w) }

        /// Each row for itself, one number a row.
        #[jacobian(x)]
        pub fn heights(x: f64[N, 3]) -> f64[N] { norm(tanh(x @ a), axis = 1) }

        /// Rows mix.
        #[jacobian(x)]
        pub fn mixing(x: f64[N]) -> f64[3] { let total = sum(x * x); let y[i in 0..3] = total * a[0, i] + sum(x) * i; y }
    }
}

fn model() -> Box<Jacobians> {
    let mut model = Jacobians::zeros();
    model.as_mut_slice().iter_mut().enumerate().for_each(|(i, w)| *w = 0.8 * (1.3 * i as f64 + 0.2).sin());
    model
}

/// The Jacobian by central differences: a row for each result.
fn numeric(x: &[f64], mut function: impl FnMut(&[f64]) -> Vec<f64>) -> Vec<f64> {
    let step = 1e-5;
    let columns: Vec<Vec<f64>> = (0..x.len())
        .map(|i| {
            let mut moved = x.to_vec();
            moved[i] = x[i] + step;
            let above = function(&moved);
            moved[i] = x[i] - step;
            let below = function(&moved);
            above.iter().zip(&below).map(|(above, below)| (above - below) / (2.0 * step)).collect()
        })
        .collect();
    (0..columns[0].len()).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
}

const X: [f64; 3] = [0.3, -0.8, 0.5];

#[test]
fn of_a_vector() {
    let (model, mut workspace) = (model(), Workspace::new());
    let found = model.map_jacobian(&mut workspace, &X).flat();
    let expected = numeric(&X, |x| model.map_value(&mut workspace, &Array::of(x)).flat());
    assert_near("by x", &found, &expected, 1e-8);
}

#[test]
fn of_two_arguments() {
    let (model, mut workspace) = (model(), Workspace::new());
    let (by_x, by_y): (&[[[f64; 3]; 3]; 2], &[[f64; 3]; 2]) = model.of_two_jacobian(&mut workspace, &X, 0.7);
    let (by_x, by_y) = (by_x.flat(), by_y.flat());
    let expected = numeric(&X, |x| model.of_two(&mut workspace, &Array::of(x), 0.7).flat());
    assert_near("by x", &by_x, &expected, 1e-8);
    let expected = numeric(&[0.7], |y| model.of_two(&mut workspace, &X, y[0]).flat());
    assert_near("by y", &by_y, &expected, 1e-8);
}

#[test]
fn hessians() {
    let (model, mut workspace) = (model(), Workspace::new());
    let hessian = *model.energy_hessian(&mut workspace, &X);
    let expected = numeric(&X, |x| {
        let mut gradient = [f64::NAN; 3];
        model.energy(&mut workspace, &Array::of(x)).backward(&mut gradient);
        gradient.to_vec()
    });
    assert_near("the Hessian", &hessian.flat(), &expected, 1e-8);
    for i in 0..3 {
        for j in 0..3 {
            assert!((hessian[i][j] - hessian[j][i]).abs() < 1e-14, "it is symmetric");
        }
    }
    let (x, mut workspace) = (0.4_f64, Workspace::new());
    let slope: f64 = model.scalar_jacobian(&mut workspace, x);
    assert!((slope - (x.sin() + x.cos()) * x.exp()).abs() < 1e-14);
    let curvature: f64 = model.curvature_hessian(&mut workspace, x);
    assert!((curvature - 2.0 * x.cos() * x.exp()).abs() < 1e-14);
}

const ROWS: [[f64; 3]; 4] = [[0.3, -0.8, 0.5], [0.1, 0.2, -0.3], [1.4, 0.7, 0.0], [-0.6, -0.2, 0.9]];

#[test]
fn row_by_row() {
    let (model, mut workspace) = (model(), Workspace::new());
    let found: Vec<[[f64; 3]; 2]> = model.rows_jacobian(&mut workspace, &ROWS).to_vec();
    assert_eq!(found.len(), 4);
    for (row, found) in ROWS.iter().zip(&found) {
        let expected = numeric(row, |x| model.rows_value(&mut workspace, &[Array::of(x)])[0].to_vec());
        assert_near("a row", &found.flat(), &expected, 1e-8);
    }
    let found: Vec<[f64; 3]> = model.heights_jacobian(&mut workspace, &ROWS).to_vec();
    for (row, found) in ROWS.iter().zip(&found) {
        let expected = numeric(row, |x| model.heights(&mut workspace, &[Array::of(x)]).to_vec());
        assert_near("a height", found, &expected, 1e-8);
    }
    assert!(model.rows_jacobian(&mut workspace, &[]).is_empty());
}

#[test]
fn of_rows_that_mix() {
    let (model, mut workspace) = (model(), Workspace::new());
    let x = [0.3, -0.2, 0.8, 0.1];
    let found: Tensor<'_, f64, 2> = model.mixing_jacobian(&mut workspace, &x);
    assert_eq!(found.shape(), [3, 4]);
    let found = found.as_slice().to_vec();
    let expected = numeric(&x, |x| model.mixing(&mut workspace, x).to_vec());
    assert_near("by x", &found, &expected, 1e-8);
}
