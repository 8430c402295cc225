//! Loops of as many steps as a size says, less some: of none where the size is less.

use chainrule::{Tensor, TensorMut, Workspace, net};

net! {
    dim T;

    /// Its steps begin at 3, and end before the last.
    pub struct Late {
        w: f64[2] = ones,
    }

    impl Late {
        #[grad(self, x)]
        pub fn steps(x: f64[T]) -> f64 {
            let mut h = w[0];
            for t in 3..T - 1 {
                let f = [h, x[t - 1]];
                h = tanh(dot(w, f)) * x[t];
            }
            h
        }

        pub fn listed(x: f64[T], places: u32[T]) -> f64 {
            let mut h = w[0];
            for t in 0..T - 3 { h += x[places[t]]; }
            h
        }

        #[grad(a)]
        pub fn volume(a: f64[T, T]) -> f64 { det(a) }
    }
}

/// A range whose end lies before its beginning has no steps, in memory either.
#[test]
fn ranges_that_end_before_they_begin() {
    let (model, mut ws) = (Late::init(0), Workspace::new());
    for size in 0..5 {
        let (mut gradient, mut d_x) = (Late::zeros(), [f64::NAN; 5]);
        let pass = model.steps(&mut ws, &[2.0; 5][..size]);
        assert_eq!(pass.value(), 1.0, "{size}");
        pass.backward(&mut gradient, &mut d_x[..size]);
        assert_eq!(gradient.w, [1.0, 0.0], "{size}");
        assert!(d_x[..size].iter().all(|&number| number == 0.0), "{size}: {d_x:?}");
    }
    let pass = model.steps(&mut ws, &[0.0, 0.0, 0.5, 2.0, 0.0]);
    assert_eq!(pass.value(), 2.0 * 1.5_f64.tanh());
    // Nothing is asked of places that no step reads.
    for size in 0..5 {
        let expected = if size == 4 { 1.5 } else { 1.0 };
        assert_eq!(model.listed(&mut ws, &[0.5; 5][..size], &[3, 9, 9, 9, 9][..size]), expected, "{size}");
    }
}

#[test]
fn determinants_of_every_size() {
    let (model, mut ws) = (Late::init(0), Workspace::new());
    for size in 0..6 {
        let diagonal: Vec<f64> =
            (0..size * size).map(|i| if i % (size + 1) == 0 { 2.0 } else { 0.0 }).collect();
        let mut d_a = vec![f64::NAN; size * size];
        let pass = model.volume(&mut ws, Tensor::new(&diagonal, [size, size]));
        assert_eq!(pass.value(), f64::from(1 << size));
        pass.backward(&mut TensorMut::new(&mut d_a, [size, size]));
        let expected: Vec<f64> = diagonal.iter().map(|entry| entry / 4.0 * f64::from(1 << size)).collect();
        assert_eq!(d_a, expected);
    }
}
