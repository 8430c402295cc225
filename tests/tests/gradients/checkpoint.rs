//! `#[checkpoint]`: the same nets with and without it have the same bits, in less memory.

use chainrule::{Params, Workspace};
use chainrule_tests::assert_near;

macro_rules! recurrent {
    ($module:ident: $($checkpoint:tt)*) => {
        mod $module {
            chainrule::net! {
                dim T, S;

                /// Loops over time.
                pub struct Recurrent {
                    w: f32[6, 6] = normal(0.4),
                    v: f32[4, 6] = normal(0.5),
                    b: f32[6] = normal(0.2),
                }

                impl Recurrent {
                    fn cell(x: f32[3, 4], h: f32[3, 6]) -> f32[3, 6] { tanh(h @ w + x @ v + b) }

                    /// A number of steps that is no square.
                    #[grad(self, x)]
                    #[jvp(x)]
                    pub fn fixed(x: f32[47, 3, 4]) -> f32 {
                        let mut h = zeros([3, 6]);
                        $($checkpoint)* for t in 0..47 { h = cell(x[t], h); }
                        mean(h * h)
                    }

                    /// One that is.
                    #[grad(self, x)]
                    pub fn square(x: f32[49, 3, 4]) -> f32 {
                        let mut h = zeros([3, 6]);
                        $($checkpoint)* for t in 0..49 { h = cell(x[t], h); }
                        mean(h * h)
                    }

                    /// As many steps as there are.
                    #[grad(self, x)]
                    pub fn any(x: f32[T, 3, 4]) -> f32 {
                        let mut h = zeros([3, 6]);
                        let mut total = 0.0;
                        $($checkpoint)* for t in 0..T {
                            h = cell(x[t], h);
                            total += sum(h * h);
                        }
                        total
                    }

                    /// A state of every step is returned.
                    #[grad(self, x)]
                    pub fn states(x: f32[T, 3, 4]) -> f32[T, 3] {
                        let mut h = zeros([3, 6]);
                        let mut states = zeros([T, 3]);
                        $($checkpoint)* for t in (0..T).rev() {
                            h = cell(x[t], h);
                            states[t] = h[.., 0];
                        }
                        states
                    }

                    /// Curvature.
                    #[grad]
                    #[hvp]
                    pub fn curved(x: f32[T, 3, 4]) -> f32 {
                        let mut h = zeros([3, 6]);
                        $($checkpoint)* for t in 0..T { h = cell(x[t], h); }
                        mean(h * h)
                    }

                    /// A gradient of a gradient, of steps in some order.
                    #[grad(self, x)]
                    pub fn steep(x: f32[11, 3, 4], at: u32[11]) -> f32 {
                        let mut h = zeros([3, 6]);
                        $($checkpoint)* for t in 0..11 { h = cell(x[at[t] + 1], h); }
                        let slope = grad(mean(h * h), x);
                        sum(slope * slope)
                    }

                    /// Stops early.
                    #[grad(self, x)]
                    pub fn early(x: f32[T, 3, 4], s: dim S) -> f32 {
                        let mut h = 1 + x[0, .., 0];
                        $($checkpoint)* for _ in 0..s while sum(h) > 0.5 { h = h * (0.9 - 0.1 * h * b[0] * x[1, .., 1]); }
                        sum(h * h)
                    }

                    /// Loops in loops.
                    #[grad(self, x)]
                    pub fn nested(x: f32[T, 3, 4]) -> f32 {
                        let mut h = zeros([3, 6]);
                        $($checkpoint)* for t in 0..T {
                            $($checkpoint)* for i in (0..10).rev() { h = 0.5 * h + cell(x[t], h) * b[i % 6]; }
                            for _ in 0..2 { h = sin(h @ w); }
                        }
                        mean(h * h)
                    }
                }
            }
        }
    };
}

recurrent!(all:);
recurrent!(few: #[checkpoint]);

fn input(steps: usize) -> Vec<[[f32; 4]; 3]> {
    let number = |t: usize, n: usize, i: usize| ((t * 12 + n * 4 + i) as f32 * 0.7).sin();
    (0..steps).map(|t| std::array::from_fn(|n| std::array::from_fn(|i| number(t, n, i)))).collect()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    assert!(numbers.iter().all(|number| number.is_finite()));
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// Value, gradient of the parameters and of `x` have the same bits, and the gradient is none of zeros.
macro_rules! same {
    ($function:ident($x:ident $(, $size:expr)*) $(, $cotangent:expr)?; $value:expr) => {{
        let x = $x;
        let run = || {
            let mut found = Vec::new();
            macro_rules! one {
                ($module:ident) => {{
                    let mut workspace = Workspace::new();
                    let (model, mut gradient) = ($module::Recurrent::init(5), $module::Recurrent::zeros());
                    let mut d_x = x.clone();
                    let pass = model.$function(&mut workspace, &x $(, $size)*);
                    let value: Vec<f32> = $value(pass.value());
                    pass.backward($($cotangent,)? &mut gradient, &mut d_x);
                    found.push([bits(&value), bits(gradient.as_slice()), bits(d_x.as_flattened().as_flattened())]);
                }};
            }
            one!(all);
            one!(few);
            found
        };
        let found = run();
        assert_eq!(found[0], found[1], "{} of {} steps", stringify!($function), x.len());
        found[1][1].iter().any(|bits| *bits != 0)
    }};
}

#[test]
fn equal_bits() {
    let scalar = |value: f32| vec![value];
    let array = |steps: usize| input(steps);
    let x: [_; 47] = array(47).try_into().expect("47 steps");
    assert!(same!(fixed(x); scalar));
    let x: [_; 49] = array(49).try_into().expect("49 steps");
    assert!(same!(square(x); scalar));
    for steps in [0, 1, 2, 3, 4, 5, 15, 16, 17, 47, 100] {
        let x = input(steps);
        assert_eq!(same!(any(x); scalar), steps > 0);
        let x = input(steps);
        let cotangent: Vec<[f32; 3]> = x.iter().map(|x| x[0][..3].try_into().expect("three")).collect();
        let flat = |value: &[[f32; 3]]| value.as_flattened().to_vec();
        assert_eq!(same!(states(x), &cotangent; flat), steps > 0);
        let x = input(steps);
        assert_eq!(same!(nested(x); scalar), steps > 0);
        let x = input(3);
        assert_eq!(same!(early(x, steps); scalar), steps > 0);
    }
}

/// Where a gradient is differentiated again, what was computed twice adds up in another order.
#[test]
fn gradients_of_gradients() {
    let x: [_; 11] = input(11).try_into().expect("11 steps");
    let at: [u32; 11] = std::array::from_fn(|t| (7 * t as u32) % 10);
    let mut workspace = Workspace::new();
    let (mut one, mut other) = (all::Recurrent::zeros(), few::Recurrent::zeros());
    let (mut d_one, mut d_other) = (x, x);
    let model = all::Recurrent::init(5);
    let pass = model.steep(&mut workspace, &x, &at);
    let value = pass.value();
    pass.backward(&mut one, &mut d_one);
    let model = few::Recurrent::init(5);
    let pass = model.steep(&mut workspace, &x, &at);
    assert_eq!(value.to_bits(), pass.value().to_bits());
    pass.backward(&mut other, &mut d_other);
    let double = |numbers: &[f32]| numbers.iter().map(|number| f64::from(*number)).collect::<Vec<_>>();
    assert!(one.as_slice().iter().all(|number| *number != 0.0));
    assert_near("of the parameters", &double(other.as_slice()), &double(one.as_slice()), 1e-6);
    let flat = |x: &[[[f32; 4]; 3]]| double(x.as_flattened().as_flattened());
    assert_near("of x", &flat(&d_other), &flat(&d_one), 1e-6);
}

#[test]
fn equal_bits_of_directions() {
    for steps in [0, 1, 7, 16, 30] {
        let x = input(steps);
        let mut workspace = Workspace::new();
        let (mut one, mut other) = (all::Recurrent::zeros(), few::Recurrent::zeros());
        let (model, v) = (all::Recurrent::init(5), all::Recurrent::init(6));
        let value = model.curved_hvp(&mut workspace, &x, &v, &mut one);
        let (model, v) = (few::Recurrent::init(5), few::Recurrent::init(6));
        let again = model.curved_hvp(&mut workspace, &x, &v, &mut other);
        assert_eq!(value.to_bits(), again.to_bits());
        assert_eq!(bits(one.as_slice()), bits(other.as_slice()), "{steps} steps");
        assert_eq!(other.as_slice().iter().any(|it| *it != 0.0), steps > 0);
    }
    let x: [_; 47] = input(47).try_into().expect("47 steps");
    let mut workspace = Workspace::new();
    let one = all::Recurrent::init(5).fixed_jvp(&mut workspace, &x, &x);
    assert_eq!(one, few::Recurrent::init(5).fixed_jvp(&mut workspace, &x, &x));
}

/// Of what grows with the number of steps: without, four times the steps take four times the memory; with, twice.
#[test]
fn memory_is_of_the_root() {
    let kept = |workspace: fn(usize) -> usize, steps: usize| workspace(steps) - workspace(0);
    for steps in [400, 10_000, 640_000] {
        let all =
            [kept(all::Recurrent::any_workspace, steps), kept(all::Recurrent::any_workspace, 4 * steps)];
        let few =
            [kept(few::Recurrent::any_workspace, steps), kept(few::Recurrent::any_workspace, 4 * steps)];
        assert!(all[1] >= 4 * all[0], "{all:?}");
        assert!(few[1] <= 2 * few[0] + 100, "{few:?}");
        let root = steps.isqrt();
        assert!(all[0] >= 18 * steps && few[0] <= 100 * root, "{all:?} {few:?}");
    }
    assert!(few::Recurrent::fixed_workspace() * 2 < all::Recurrent::fixed_workspace());
    // What is returned of each step stays.
    let states = [all::Recurrent::states_workspace(10_000), few::Recurrent::states_workspace(10_000)];
    assert!(states[1] < 3 * 10_000 + 10_000 && states[0] > 18 * 10_000, "{states:?}");
}

/// Each iteration is counted once for the value, and once more where it is computed again, also in a last part that
/// is shorter than the others.
#[test]
fn every_iteration_counts() {
    for steps in [1, 2, 10, 16, 47, 1000] {
        let [value, all] = all::Recurrent::any_operations(steps);
        let [same, few] = few::Recurrent::any_operations(steps);
        assert_eq!(value, same);
        let [of_none, _] = all::Recurrent::any_operations(0);
        assert!(all < few && few <= all + value - of_none, "{steps} steps: {value}, {all}, {few}");
        let [_, before] = few::Recurrent::any_operations(steps - 1);
        let [_, after] = few::Recurrent::any_operations(steps + 1);
        assert_eq!(few - before, after - few);
    }
    let ([value, all, _], [same, few, _]) =
        (all::Recurrent::fixed_operations(), few::Recurrent::fixed_operations());
    assert_eq!(value, same);
    assert!(all < few && few <= all + value, "{value}, {all}, {few}");
}
