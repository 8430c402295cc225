//! Masks as results: `&[bool]`, also of a pass, kept for its backward stage.

use chainrule::{Workspace, net};

mod single {
    //! In `f32`.

    use super::net;

    net! {
        dim N, T;

        /// Which elements pass.
        pub struct Gate {
            #[frozen]
            threshold: f32 = constant(0.5),
            gain: f32[3] = ones,
        }

        impl Gate {
            /// One axis known.
            pub fn passes(x: f32[N, 3]) -> bool[N, 3] { x > threshold }
            /// All known.
            pub fn fixed(x: f32[2, 3]) -> bool[2, 3] { !(x > threshold) }
            /// Two at run time, of a mask.
            pub fn both(a: bool[N, T], b: bool[N, T]) -> bool[N, T] { a && b }
            /// An argument handed on, and a scalar.
            pub fn same(a: bool[N]) -> (bool[N], bool) { (a, any(a)) }
            /// Beside a value, needed backward.
            #[grad]
            #[jvp(x)]
            pub fn gated(x: f32[N, 3]) -> (f32[N], bool[N, 3], bool[N]) {
                let open = x * gain > threshold;
                let y = sum(if open { exp(x * gain) } else { 0 }, axis = 1);
                (y, open, y > threshold)
            }
        }
    }
}

mod double {
    //! In `f64`.

    use super::net;

    net! {
        dim N;

        /// Which elements pass.
        pub struct Gate {}

        impl Gate {
            /// One axis known.
            pub fn passes(x: f64[N, 3]) -> (bool[N, 3], bool[N]) { (x > 0.5, all(x > 0.5, axis = 1)) }
            /// Counts, by comparisons of numbers that are made of indices: how many are below (u + k) / N.
            pub fn below(x: f64[N], u: f64) -> u32[N] {
                let mut counts: u32[N] = zeros([N]);
                for k in 0..N {
                    let mut n: u32 = 0;
                    for j in 0..N {
                        n += if x[j] < (u + k) / N { 1 } else { 0 };
                    }
                    counts[k] = if n < N { n } else { N - 1 };
                }
                counts
            }
            /// The index that is chosen is compared as a number, too.
            pub fn rounded(x: f64[N]) -> u32[N] {
                let y[n] = if x[n] < n && abs(x[n] - n) > 0.25 { n } else { 2 * n };
                let mut k: u32[N] = zeros([N]);
                for n in 0..N {
                    k[n] = if x[n] < n * x[n] && 2 < n * x[n] { n } else { n + 1 };
                }
                for n in 0..N {
                    k[n] += if y[n] > n { N } else { 0 };
                }
                k
            }
        }
    }
}

const X: [[f32; 3]; 2] = [[0.0, 1.0, 0.25], [0.75, 0.5, 2.0]];
const OPEN: [[bool; 3]; 2] = [[false, true, false], [true, false, true]];

#[test]
fn masks_are_booleans() {
    let gate = single::Gate::init(0);
    let mut ws = Workspace::new();
    let found: &[[bool; 3]] = gate.passes(&mut ws, &X);
    assert_eq!(found, OPEN);
    let found: &[[bool; 3]; 2] = gate.fixed(&mut ws, &X);
    assert_eq!(*found, OPEN.map(|row| row.map(|open| !open)));
    let (a, b) = ([true, true, false, true, false, false], [true, false, false, true, true, false]);
    let tensor = |data| chainrule::Tensor::new(data, [2, 3]);
    let found: chainrule::Tensor<'_, bool, 2> = gate.both(&mut ws, tensor(&a), tensor(&b));
    assert_eq!(found.as_slice(), [true, false, false, true, false, false]);
    assert_eq!(gate.same(&mut ws, &[false, true]), (&[false, true][..], true));
    assert_eq!(gate.same(&mut ws, &[]), (&[][..], false));
}

#[test]
fn beside_gradients() {
    let gate = single::Gate::init(0);
    let mut memory = [f32::NAN; 200];
    let mut ws = Workspace::from_slice(&mut memory);
    let pass = gate.gated(&mut ws, &X);
    for _ in 0..2 {
        let (y, open, above): (&[f32], &[[bool; 3]], &[bool]) = pass.value();
        assert_eq!((open, above), (&OPEN[..], &[true; 2][..]));
        assert!((y[0] - 1f32.exp()).abs() < 1e-6);
    }
    let mut gradient = single::Gate::zeros();
    pass.backward(&[1.0, 1.0], &mut gradient);
    assert!((gradient.gain[0] - 0.75 * 0.75f32.exp()).abs() < 1e-6);
    assert!((gradient.gain[1] - 1f32.exp()).abs() < 1e-6);
    let ((_, open, _), tangent) = gate.gated_jvp(&mut ws, &X, &[[1.0; 3]; 2]);
    assert_eq!(open, OPEN);
    assert!((tangent[0] - 1f32.exp()).abs() < 1e-6);
}

#[test]
fn of_wider_floats() {
    let mut ws = Workspace::new();
    let found = double::Gate::zeros().passes(&mut ws, &X.map(|row| row.map(f64::from)));
    assert_eq!(found, (&OPEN[..], &[false; 2][..]));
}

#[test]
fn an_index_chosen_by_numbers() {
    let (model, mut workspace) = (double::Gate::zeros(), Workspace::new());
    let x = [0.1, 0.7, 0.3, 0.9];
    assert_eq!(model.below(&mut workspace, &x, 0.5), [1, 2, 2, 3]);
    assert_eq!(model.below(&mut workspace, &x, 4.0), [3; 4]);
    assert_eq!(model.below(&mut workspace, &[], 0.5), [0; 0]);
    assert_eq!(model.rounded(&mut workspace, &[0.5, 0.9, 1.5, 2.9]), [1, 6, 2, 7]);
}
