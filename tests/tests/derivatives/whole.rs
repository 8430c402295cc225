//! `#[jacobian]`, `#[hessian]` and `jacobian(u, x)`: rows of backward, differences of gradients.

use chainrule::{Params as _, Tensor, Workspace, net};
use chainrule_tests::{Array as _, assert_near};

net! {
    dim N, T;

    /// Functions of several shapes.
    pub struct Shapes {
        wide: Linear<3, 5>,
        narrow: Linear<5, 2>,
        norm: BatchNorm<3>,
        cell: Rnn<3, 2>,
    }

    impl Shapes {
        fn body(x: f64[.., 3]) -> f64[.., 2] { narrow(tanh(wide(x))) }

        /// Rows that do not mix; more columns than rows.
        #[grad(x)]
        #[jacobian(x)]
        pub fn rows(x: f64[N, 3]) -> f64[N, 2] { body(x) }

        /// More rows than columns.
        #[grad(x)]
        #[jacobian(x)]
        pub fn widened(x: f64[N, 3]) -> f64[N, 5] { sin(wide(x)) * x[.., 1..2] }

        /// Rows that mix.
        #[grad(x)]
        #[jacobian(x)]
        pub fn mixed(x: f64[N, 3]) -> f64[N, 2] { let (y, _, _) = norm(x); body(y) }

        /// All sizes known, two arguments, two results.
        #[grad(x, s)]
        #[jacobian(x, s)]
        pub fn pair(x: f64[2, 3], s: f64) -> (f64[2], u32, f64[2, 2]) {
            let y = body(x * s);
            (y.sum(axis = 1) * s, argmax(y[0]), y)
        }

        /// A loop, rows behind, an argument that is one row of all.
        #[grad(x, h)]
        #[jacobian(x, h)]
        pub fn recurrent(x: f64[T, 4, 3], h: f64[4, 2]) -> f64[4, 2] { let (_, last) = cell(x, h); last }

        /// Row by row in a loop.
        #[jacobian(x)]
        pub fn looped(x: f64[N, 3]) -> f64[N] {
            let mut y = zeros([N]);
            for n in 0..N { y[n] = sum(x[n] * x[n]) + x[n, 1]; }
            y
        }

        /// A loop that is a sum of what came before.
        #[jacobian(x)]
        pub fn running(x: f64[N]) -> f64[N] {
            let mut y = zeros([N]);
            let mut sum = 0.0;
            for n in 0..N { sum += x[n] * x[n]; y[n] = sum; }
            y
        }

        /// By itself, and by what it does not depend on.
        #[jacobian(x, y)]
        pub fn same(x: f64[3], y: f64[2]) -> f64[3] { let _ = y; x }

        /// One number, by blocks.
        #[grad(x, s)]
        #[hessian(x, s)]
        pub fn energy(x: f64[2, 3], s: f64) -> f64 { sum(body(x * s) * body(x)) + s * s * s }

        /// Of any number of rows.
        #[grad(x)]
        #[hessian(x)]
        pub fn energies(x: f64[N, 3]) -> f64 { let y = body(x); sum(y * y * y) + prod(x[.., 0]) }

        /// Whole, of two variables.
        pub fn inside(x: f64[2, 3], s: f64) -> (f64[2, 2, 2, 3], f64[2, 2]) {
            let y = body(x * s);
            jacobian(y, (x, s))
        }
    }

    /// A cost of slopes.
    pub struct Slopes {
        wide: Linear<3, 5>,
        narrow: f64[5, 2],
    }

    impl Slopes {
        fn body(x: f64[.., 3]) -> f64[.., 2] { tanh(wide(x)) @ narrow }

        #[jacobian(x)]
        pub fn rows(x: f64[N, 3]) -> f64[N, 2] { body(x) }

        /// Inside an expression.
        #[grad(self, x)]
        pub fn contraction(x: f64[N, 3]) -> f64 {
            let k[n] = slope(x[n]);
            sum(k)
        }

        fn slope(x: f64[3]) -> f64 {
            let z = x * 1;
            let y = body(z);
            let j = jacobian(y, z);
            sum(j * j)
        }

        /// In a loop.
        #[grad(self, x)]
        pub fn looped(x: f64[N, 3]) -> f64 {
            let mut cost = 0.0;
            for n in 0..N { cost += slope(x[n]); }
            cost
        }
    }
}

fn data(count: usize, seed: f64) -> Vec<f64> {
    (0..count).map(|i| 0.8 * (0.9 * i as f64 + seed).sin()).collect()
}

/// A one at a place.
fn unit(count: usize, place: usize) -> Vec<f64> {
    (0..count).map(|i| if i == place { 1.0 } else { 0.0 }).collect()
}

#[test]
fn per_row() {
    let model = Shapes::init(2);
    let x = <[[f64; 3]; 4]>::of(&data(12, 0.3));
    let mut ws = Workspace::new();
    let found: Vec<[[f64; 3]; 2]> = model.rows_jacobian(&mut ws, &x).to_vec();
    assert_eq!(found.len(), 4);
    for i in 0..2 {
        let cotangent: [[f64; 2]; 4] = std::array::from_fn(|_| <[f64; 2]>::of(&unit(2, i)));
        let mut expected = [[f64::NAN; 3]; 4];
        model.rows(&mut ws, &x).backward(&cotangent, &mut expected);
        for (found, expected) in found.iter().zip(expected) {
            assert_near("a row", &found[i], &expected, 1e-14);
        }
    }
    let found: Vec<[[f64; 3]; 5]> = model.widened_jacobian(&mut ws, &x).to_vec();
    for i in 0..5 {
        let cotangent: [[f64; 5]; 4] = std::array::from_fn(|_| <[f64; 5]>::of(&unit(5, i)));
        let mut expected = [[f64::NAN; 3]; 4];
        model.widened(&mut ws, &x).backward(&cotangent, &mut expected);
        for (found, expected) in found.iter().zip(expected) {
            assert_near("a row", &found[i], &expected, 1e-14);
        }
    }
    let found: &[[f64; 3]] = model.looped_jacobian(&mut ws, &x);
    for (found, x) in found.iter().zip(x) {
        assert_near("a row", found, &[2.0 * x[0], 2.0 * x[1] + 1.0, 2.0 * x[2]], 1e-15);
    }
    assert!(model.rows_jacobian(&mut ws, &[]).is_empty());
}

#[test]
fn rows_that_mix() {
    let model = Shapes::init(2);
    let x = <[[f64; 3]; 4]>::of(&data(12, 0.3));
    let mut ws = Workspace::new();
    let found: Tensor<'_, f64, 4> = model.mixed_jacobian(&mut ws, &x);
    assert_eq!(found.shape(), [4, 2, 4, 3]);
    let found = found.as_slice().to_vec();
    for i in 0..8 {
        let mut expected = [[f64::NAN; 3]; 4];
        model.mixed(&mut ws, &x).backward(&<[[f64; 2]; 4]>::of(&unit(8, i)), &mut expected);
        assert_near("a row", &found[12 * i..12 * (i + 1)], &expected.flat(), 1e-13);
    }
    let found = model.running_jacobian(&mut ws, &[1.0, 2.0, 3.0]);
    assert_eq!(found.shape(), [3, 3]);
    assert_eq!(found.as_slice(), [2.0, 0.0, 0.0, 2.0, 4.0, 0.0, 2.0, 4.0, 6.0]);
}

#[test]
fn several_results_and_arguments() {
    let model = Shapes::init(2);
    let x = <[[f64; 3]; 2]>::of(&data(6, 0.3));
    let mut ws = Workspace::new();
    let ((a_by_x, a_by_s), (b_by_x, b_by_s)) = model.pair_jacobian(&mut ws, &x, 0.7);
    let _: (&[[[f64; 3]; 2]; 2], &[f64; 2]) = (a_by_x, a_by_s);
    let _: (&[[[[f64; 3]; 2]; 2]; 2], &[[f64; 2]; 2]) = (b_by_x, b_by_s);
    let (a_by_x, a_by_s, b_by_x, b_by_s) = (a_by_x.flat(), a_by_s.flat(), b_by_x.flat(), b_by_s.flat());
    for i in 0..6 {
        let one = unit(6, i);
        let mut d_x = [[f64::NAN; 3]; 2];
        let mut d_s = f64::NAN;
        let cotangent = (&<[f64; 2]>::of(&one[..2]), &<[[f64; 2]; 2]>::of(&one[2..]));
        model.pair(&mut ws, &x, 0.7).backward(cotangent, &mut d_x, &mut d_s);
        let (by_x, by_s) =
            if i < 2 { (&a_by_x[6 * i..], a_by_s[i]) } else { (&b_by_x[6 * (i - 2)..], b_by_s[i - 2]) };
        assert_near("by x", &by_x[..6], &d_x.flat(), 1e-14);
        assert_near("by s", &[by_s], &[d_s], 1e-14);
    }
    let (by_x, by_s) = model.inside(&mut ws, &x, 0.7);
    let expected: Vec<f64> = b_by_x.clone();
    assert_near("inside, by x", &by_x.flat(), &expected, 1e-14);
    assert_near("inside, by s", &by_s.flat(), &b_by_s, 1e-14);
}

#[test]
fn through_a_loop() {
    let model = Shapes::init(2);
    let x = <[[[f64; 3]; 4]; 3]>::of(&data(36, 0.3));
    let h = <[[f64; 2]; 4]>::of(&data(8, 1.0));
    let mut ws = Workspace::new();
    let (by_x, by_h) = model.recurrent_jacobian(&mut ws, &x, &h);
    assert_eq!(by_x.shape(), [4, 2, 3, 4, 3]);
    let (by_x, by_h) = (by_x.as_slice().to_vec(), by_h.flat());
    for i in 0..8 {
        let mut d_x = [[[f64::NAN; 3]; 4]; 3];
        let mut d_h = [[f64::NAN; 2]; 4];
        let cotangent = <[[f64; 2]; 4]>::of(&unit(8, i));
        model.recurrent(&mut ws, &x, &h).backward(&cotangent, &mut d_x, &mut d_h);
        assert_near("by x", &by_x[36 * i..36 * (i + 1)], &d_x.flat(), 1e-14);
        assert_near("by h", &by_h[8 * i..8 * (i + 1)], &d_h.flat(), 1e-14);
    }
}

#[test]
fn the_identity_and_zeros() {
    let mut ws = Workspace::new();
    let (by_x, by_y) = Shapes::zeros().same_jacobian(&mut ws, &[1.0, 2.0, 3.0], &[4.0, 5.0]);
    assert_eq!(*by_x, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    assert_eq!(*by_y, [[0.0; 2]; 3]);
}

#[test]
fn hessians() {
    let model = Shapes::init(2);
    let x = <[[f64; 3]; 2]>::of(&data(6, 0.3));
    let mut ws = Workspace::new();
    let ((xx, xs), (sx, ss)) = model.energy_hessian(&mut ws, &x, 0.7);
    let (xx, xs, sx) = (xx.flat(), xs.flat(), sx.flat());
    assert_near("symmetric", &sx, &xs, 1e-13);
    let found: Vec<f64> = (0..7)
        .flat_map(|row| match row {
            6 => [sx.clone(), vec![ss]].concat(),
            row => [xx[6 * row..6 * (row + 1)].to_vec(), vec![xs[row]]].concat(),
        })
        .collect();
    let step = 1e-5;
    let mut gradient = |place: usize, by: f64| {
        let mut at = [x.flat(), vec![0.7]].concat();
        at[place] += by;
        let (mut d_x, mut d_s) = ([[0.0; 3]; 2], 0.0);
        model.energy(&mut ws, &<[[f64; 3]; 2]>::of(&at[..6]), at[6]).backward(&mut d_x, &mut d_s);
        [d_x.flat(), vec![d_s]].concat()
    };
    for place in 0..7 {
        let (above, below) = (gradient(place, step), gradient(place, -step));
        let differences: Vec<f64> =
            above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * step)).collect();
        assert_near("a row", &found[7 * place..7 * (place + 1)], &differences, 1e-8);
    }
}

#[test]
fn a_hessian_of_any_number_of_rows() {
    let model = Shapes::init(2);
    let x = <[[f64; 3]; 3]>::of(&data(9, 0.3));
    let mut ws = Workspace::new();
    let found = model.energies_hessian(&mut ws, &x);
    assert_eq!(found.shape(), [3, 3, 3, 3]);
    let found = found.as_slice().to_vec();
    let step = 1e-5;
    let mut gradient = |place: usize, by: f64| {
        let mut at = x.flat();
        at[place] += by;
        let mut d_x = [[0.0; 3]; 3];
        model.energies(&mut ws, &<[[f64; 3]; 3]>::of(&at)).backward(&mut d_x);
        d_x.flat()
    };
    for place in 0..9 {
        let (above, below) = (gradient(place, step), gradient(place, -step));
        let differences: Vec<f64> =
            above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * step)).collect();
        assert_near("a row", &found[9 * place..9 * (place + 1)], &differences, 1e-8);
    }
}

#[test]
fn a_cost_of_slopes() {
    let model = Slopes::init(2);
    let x = <[[f64; 3]; 3]>::of(&data(9, 0.3));
    let mut ws = Workspace::new();
    let per_row: f64 = model
        .rows_jacobian(&mut ws, &x)
        .as_flattened()
        .as_flattened()
        .iter()
        .map(|slope| slope * slope)
        .sum();
    let mut gradients = Slopes::zeros();
    let mut d_x = [[0.0; 3]; 3];
    let pass = model.contraction(&mut ws, &x);
    assert_near("the value", &[pass.value()], &[per_row], 1e-13);
    pass.backward(&mut gradients, &mut d_x);
    let cost = |model: &Slopes| model.contraction_value(&mut ws, &x);
    if let Err(mismatch) =
        chainrule::check_gradient(&*model, &*gradients, cost, chainrule::CheckOptions::default())
    {
        panic!("{mismatch}");
    }
    let mut again = Slopes::zeros();
    let mut d_x_again = [[0.0; 3]; 3];
    let pass = model.looped(&mut ws, &x);
    assert_near("the value in a loop", &[pass.value()], &[per_row], 1e-13);
    pass.backward(&mut again, &mut d_x_again);
    assert_near("the gradient in a loop", again.as_slice(), gradients.as_slice(), 1e-12);
    assert_near("the gradient by x in a loop", &d_x_again.flat(), &d_x.flat(), 1e-12);
}
