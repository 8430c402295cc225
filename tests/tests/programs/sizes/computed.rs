//! Sizes that are no sums of dims: rounded, of a remainder or a difference, and of what many rows alone have.

use chainrule::{Tensor, TensorMut, Workspace, net};
use chainrule_tests::slopes;

net! {
    dim N, T;

    /// Sizes that are no sums: rounded up, of a remainder, of a difference.
    pub struct Rounded {}

    impl Rounded {
        #[grad(x)]
        pub fn parts(x: f64[N], size: dim T) -> f64 {
            let every_second[i in 0..-(-N / 2)] = exp(x[2 * i]);
            let rest = exp(x[..N % T]);
            let half = exp(x[..(N - T) / 2]);
            sum(every_second * every_second) + sum(rest * rest) + sum(half * half)
        }
    }
}

#[test]
fn sizes_that_are_rounded() {
    let model = Rounded::init(0);
    for n in 1..9 {
        for size in 1..=n {
            // One workspace for these sizes and smaller ones.
            let mut memory = vec![f64::NAN; Rounded::parts_workspace(n, size)];
            let mut ws = Workspace::from_slice(&mut memory);
            for (n, size) in (1..=n).flat_map(|n| (1..=size.min(n)).map(move |size| (n, size))) {
                let (x, mut d_x) = (vec![0.0; n], vec![f64::NAN; n]);
                let pass = model.parts(&mut ws, &x, size);
                let value = n.div_ceil(2) + n % size + (n - size) / 2;
                assert_eq!(pass.value(), value as f64, "{n} {size}");
                pass.backward(&mut d_x);
                assert_eq!(d_x.iter().sum::<f64>(), 2.0 * value as f64, "{n} {size}");
            }
        }
    }
}

net! {
    dim M, N;

    /// What there is of many rows alone.
    pub struct Enough { u: f64[2, 3] = normal(0.5) }

    impl Enough {
        #[grad(self, h)]
        pub fn later(h: f64[N, 2]) -> f64 {
            let all = exp(h @ u);
            let later = if N > 2 { sum(tanh(h[2..] @ u) @ t(u)) } else { 0 };
            later + sum(all * all)
        }

        /// Two sizes that are negative together, whose product is not, and a loop that keeps its rows.
        #[grad(self, x)]
        pub fn corner(x: f64[M, N]) -> f64 {
            let mut kept = u[0, 0];
            if M > 3 && N > 4 {
                let corner = softmax(x[3.., 4..] * u[1, 2]);
                let flat = flatten(corner * x[3.., 4..]);
                for t in 0..N - 4 { kept = tanh(kept + sum(corner[.., t])); }
                kept += sum(flat * flat) + sum(cumsum(corner, axis = 1) * x[0, 0]);
            }
            kept + sum(x * x)
        }

        /// It is asked where the condition holds.
        pub fn too_few(x: f64[N]) -> f64 { if N > 1 { sum(exp(x[3..])) } else { 0 } }
    }
}

#[test]
fn what_few_rows_do_not_have_takes_no_place() {
    let (mut model, m) = (Enough::init(1), [0, 1, 3, 4, 5]);
    for n in [0, 1, 2, 3, 7] {
        let h: Vec<[f64; 2]> = (0..n).map(|row| [0.3 * row as f64 - 0.7, 0.4 - 0.2 * row as f64]).collect();
        let mut memory = vec![f64::NAN; Enough::later_workspace(n)];
        let mut ws = Workspace::from_slice(&mut memory);
        let (mut grads, mut d_h) = (Enough::zeros(), vec![[f64::NAN; 2]; n]);
        let pass = model.later(&mut ws, &h);
        let product = |row: &[f64; 2], k: usize| row[0] * model.u[0][k] + row[1] * model.u[1][k];
        let all: f64 = h.iter().flat_map(|row| [0, 1, 2].map(|k| (2.0 * product(row, k)).exp())).sum();
        let later = |row| [0, 1, 2].map(|k| product(row, k).tanh() * (model.u[0][k] + model.u[1][k]));
        let later: f64 = h.iter().skip(2).flat_map(later).sum();
        assert!((pass.value() - all - later).abs() < 1e-12, "{n}: {}", pass.value());
        pass.backward(&mut grads, &mut d_h);
        let h = h.as_flattened();
        let by_h = slopes(h, |h| vec![model.later_value(&mut ws, h.as_chunks().0)]).concat();
        chainrule_tests::assert_near("by h", d_h.as_flattened(), &by_h, 1e-7);
        let u = model.u.as_flattened().to_vec();
        let by_u: Vec<f64> = slopes(&u, |u| {
            model.u.as_flattened_mut().copy_from_slice(u);
            vec![model.later_value(&mut ws, h.as_chunks().0)]
        })
        .concat();
        model.u.as_flattened_mut().copy_from_slice(&u);
        chainrule_tests::assert_near("by u", grads.u.as_flattened(), &by_u, 1e-7);
        for m in m {
            let x: Vec<f64> = (0..m * n).map(|k| (k as f64 * 0.9).sin()).collect();
            let mut memory = vec![f64::NAN; Enough::corner_workspace(m, n)];
            let mut ws = Workspace::from_slice(&mut memory);
            let mut d_x = vec![f64::NAN; m * n];
            let pass = model.corner(&mut ws, Tensor::new(&x, [m, n]));
            if m <= 3 || n <= 4 {
                let expected = model.u[0][0] + x.iter().map(|x| x * x).sum::<f64>();
                assert!((pass.value() - expected).abs() < 1e-12, "{m} {n}: {}", pass.value());
            }
            pass.backward(&mut grads, &mut TensorMut::new(&mut d_x, [m, n]));
            let by_x = slopes(&x, |x| vec![model.corner_value(&mut ws, Tensor::new(x, [m, n]))]).concat();
            chainrule_tests::assert_near("by x", &d_x, &by_x, 1e-7);
        }
    }
}

#[test]
#[should_panic = "the size N - 3 is negative where N = 2"]
fn what_is_evaluated_has_no_negative_size() {
    let (model, mut ws) = (Enough::zeros(), Workspace::new());
    assert_eq!(model.too_few(&mut ws, &[1.0]), 0.0);
    assert_eq!(model.too_few(&mut ws, &[1.0; 4]), 1.0_f64.exp());
    model.too_few(&mut ws, &[1.0; 2]);
}
