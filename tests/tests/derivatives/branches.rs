//! What stands before a branch, under a name of its own, where the branch that uses it is not taken: it passes
//! exactly nothing on, even where its derivative is infinite or NaN.

use chainrule::{Params as _, Workspace, net};
use chainrule_tests::slopes;

net! {
    dim N;

    pub struct Before {
        m: f64[3, 3] = eye,
        s: f64 = ones,
    }

    impl Before {
        /// One number decides.
        #[grad(self, r)]
        pub fn direction(r: f64[3]) -> f64 {
            let q = dot(r, r);
            let a = s * r / sqrt(q);
            if q > 0 { sum(a * r) + q } else { 2 * sum(r) }
        }

        /// Through several names, a product and a shape.
        #[grad(self, r)]
        pub fn chain(r: f64[3]) -> f64 {
            let q = dot(r, r);
            let a = r / sqrt(q);
            let b = m @ a + s;
            let c = tanh(b.reshape([3, 1])) * a;
            let d = c @ m;
            if q > 0 { sum(d) } else { sum(r) }
        }

        /// Each row by itself.
        #[grad(self, r)]
        pub fn rows(r: f64[N, 3]) -> f64 {
            let q[n] = dot(r[n], r[n]);
            let a[n, k] = s * r[n, k] / sqrt(q[n]);
            let b[n] = dot(a[n], m @ r[n]);
            sum[n](if q[n] > 0 { b[n] * q[n] } else { r[n, 1] })
        }

        /// Each element by itself: ∞ · 0 in one, NaN in another.
        #[grad(self, x)]
        pub fn elements(x: f64[4]) -> f64 {
            let e = exp(s * x);
            let l = ln(x);
            let p = l * e;
            sum(if x < 100 && x > 0 { p } else { x })
        }

        /// In both branches, and after them.
        #[grad(self, x)]
        pub fn both(x: f64) -> f64 {
            let a = 1 / x;
            let b = sqrt(x) * a;
            let y = if x > 0 { a * b } else { if x < 0 { a } else { x } };
            y * s + x
        }

        /// In a loop.
        #[grad(self, r)]
        pub fn looped(r: f64[3]) -> f64 {
            let mut total = sum(r);
            let mut h = r;
            for _ in 0..3 {
                let q = dot(h, h);
                let a = h / sqrt(q);
                h = if q > 0 { s * a } else { h };
                total += sum(h);
            }
            total
        }

        /// The condition is asked of what a product sums.
        #[grad(self, r)]
        pub fn summed(r: f64[N, 3]) -> f64 {
            let q[n] = dot(r[n], r[n]);
            let a[n, k] = r[n, k] / sqrt(q[n]);
            let y[n] = dot(a[n], m[0]);
            let e[n] = sum[k](a[n, k] * exp(s * a[n, k]));
            let z = a @ m;
            sum[n](if q[n] > 0 { y[n] + e[n] } else { r[n, 0] }) + sum[n, k](if q[n] > 0 { z[n, k] } else { r[n, 1] })
        }

        /// What is carried stands under a condition in each iteration.
        #[grad(r)]
        pub fn carried(r: f64[3]) -> f64 {
            let mut h = r;
            for _ in 0..3 {
                let a = sqrt(h);
                h = if h > 0 { a * h } else { 2 * h };
            }
            sum(h)
        }

        /// A branch after the loop that made what it does not take.
        #[grad(self, r)]
        pub fn after(r: f64[3]) -> f64 {
            let q = dot(r, r);
            let mut h = s * r;
            for t in 0..3 { h = (h + t * r) / sqrt(q); }
            if q > 0 { sum(h) } else { 2 * sum(r) }
        }

        /// The same, element by element, with rows that are written and a loop inside of the loop.
        #[grad(self, x)]
        pub fn written(x: f64[4]) -> f64 {
            let root = sqrt(x);
            let mut rows = zeros([3, 4]);
            let mut h = s * x;
            for t in 0..3 {
                for _ in 0..2 { h = ln(h * root) + root; }
                rows[t] = h;
            }
            let last = rows[2] * root;
            sum(if x > 0 { last } else { 3 * x })
        }

        /// Where it is not always: the last iteration alone has a branch.
        #[grad(x)]
        pub fn once(x: f64[4]) -> f64 {
            let mut h = x;
            for t in 0..3 {
                let a = sqrt(h);
                h = if t < 2 || h <= 0 { h + 1 } else { a };
            }
            sum(h)
        }

        /// Rows of a run-time number, laid out in one.
        #[grad(x)]
        pub fn flat(x: f64[N, 2]) -> f64 {
            let a = sqrt(x);
            let b = flatten(a);
            sum(if b > 0 { b } else { 0 })
        }

        /// One condition for all of what a row of another shape holds.
        #[grad(x)]
        pub fn folded(x: f64[N, 2, 2], taken: bool[N]) -> f64 {
            let a = x / sqrt(x);
            let b = flatten(a, from = 1);
            sum[n, k](if taken[n] { b[n, k] } else { 0 })
        }

        /// Two shapes by turns, in a loop.
        #[grad(x)]
        pub fn turns(x: f64[2, 2]) -> f64 {
            let mut h = sqrt(x);
            for _ in 0..2 {
                let b = reshape(h, [4]);
                let c = if b > 0 { b } else { 0 };
                h = sqrt(reshape(c, [2, 2]));
            }
            let last = reshape(h, [4]);
            sum(if last > 0 { last } else { 0 })
        }
    }
}

#[test]
fn nothing_passes_through_shapes() {
    let (model, mut ws) = (Before::init(0), Workspace::new());
    let mut d_x = [[f64::NAN; 2]; 2];
    model.flat(&mut ws, &[[0.0, 1.0], [4.0, 0.0]]).backward(&mut d_x);
    assert_eq!(d_x, [[0.0, 0.5], [0.25, 0.0]]);
    model.turns(&mut ws, &[[0.0, 1.0], [256.0, 0.0]]).backward(&mut d_x);
    assert_eq!(d_x, [[0.0, 0.125], [2.0 / 2048.0, 0.0]]);
    let mut d_x = [[[f64::NAN; 2]; 2]; 2];
    let x = [[[0.0, 1.0], [-1.0, 0.0]], [[1.0, 4.0], [16.0, 1.0]]];
    model.folded(&mut ws, &x, &[false, true]).backward(&mut d_x);
    assert_eq!(d_x, [[[0.0; 2]; 2], [[0.5, 0.25], [0.125, 0.5]]]);
}

#[test]
fn nothing_passes() {
    let (model, mut ws) = (Before::init(0), Workspace::new());
    let check = |name: &str, found: (&[f64], &Before), expected: &[f64], s: f64| {
        assert_eq!(found.0, expected, "{name}");
        assert!(found.1.as_slice()[..9].iter().all(|m| *m == 0.0), "{name}: {:?}", found.1.as_slice());
        assert_eq!(found.1.s, s, "{name}: by `s`");
    };
    let (zero, mut d_r, mut grads) = ([0.0; 3], [f64::NAN; 3], Before::zeros());
    model.direction(&mut ws, &zero).backward(&mut grads, &mut d_r);
    check("direction", (&d_r, &grads), &[2.0; 3], 0.0);
    model.chain(&mut ws, &zero).backward(&mut grads, &mut d_r);
    check("chain", (&d_r, &grads), &[1.0; 3], 0.0);
    model.looped(&mut ws, &zero).backward(&mut grads, &mut d_r);
    check("looped", (&d_r, &grads), &[4.0; 3], 0.0);

    let mut d_rows = [[f64::NAN; 3]; 2];
    model.rows(&mut ws, &[zero; 2]).backward(&mut grads, &mut d_rows);
    check("rows", (d_rows.as_flattened(), &grads), &[0.0, 1.0, 0.0, 0.0, 1.0, 0.0], 0.0);

    let mut d_x = [f64::NAN; 4];
    model.elements(&mut ws, &[1000.0, -1.0, 0.0, 1.0]).backward(&mut grads, &mut d_x);
    check("elements", (&d_x, &grads), &[1.0, 1.0, 1.0, 1.0_f64.exp()], 0.0);

    let mut d_x = f64::NAN;
    model.both(&mut ws, 0.0).backward(&mut grads, &mut d_x);
    check("both", (&[d_x], &grads), &[2.0], 0.0);
    model.both(&mut ws, -2.0).backward(&mut grads, &mut d_x);
    check("both", (&[d_x], &grads), &[0.75], -0.5);
}

#[test]
fn nothing_passes_into_a_sum() {
    let (model, mut ws) = (Before::init(0), Workspace::new());
    let (mut d_r, mut grads) = ([[f64::NAN; 3]; 3], Before::zeros());
    model.summed(&mut ws, &[[0.0; 3]; 3]).backward(&mut grads, &mut d_r);
    assert_eq!(d_r, [[1.0, 3.0, 0.0]; 3]);
    assert!(grads.as_slice().iter().all(|g| *g == 0.0), "{:?}", grads.as_slice());
    // One row among zeros.
    model.summed(&mut ws, &[[0.0; 3], [0.0, 3.0, 4.0], [0.0; 3]]).backward(&mut grads, &mut d_r);
    let taken = (d_r[1], grads.s, grads.m);
    let (mut alone, mut d_one) = (Before::zeros(), [[f64::NAN; 3]]);
    model.summed(&mut ws, &[[0.0, 3.0, 4.0]]).backward(&mut alone, &mut d_one);
    assert_eq!(taken, (d_one[0], alone.s, alone.m));
    assert_eq!(alone.m[2], [0.8; 3]);
    assert_eq!((d_r[0], d_r[2]), ([1.0, 3.0, 0.0], [1.0, 3.0, 0.0]));
}

#[test]
fn nothing_passes_through_loops() {
    let (model, mut ws) = (Before::init(0), Workspace::new());
    let (zero, mut d_r, mut grads) = ([0.0; 3], [f64::NAN; 3], Before::zeros());
    model.carried(&mut ws, &[0.0, -1.0, 4.0]).backward(&mut d_r);
    // h ↦ h^(3/2), three times.
    chainrule_tests::assert_near("carried", &d_r, &[8.0, 8.0, 3.375 * 4.0_f64.powf(2.375)], 1e-14);

    model.after(&mut ws, &zero).backward(&mut grads, &mut d_r);
    assert_eq!((d_r, grads.s), ([2.0; 3], 0.0), "after");

    let mut d_x = [f64::NAN; 4];
    model.written(&mut ws, &[0.0, -1.0, 0.0, -2.0]).backward(&mut grads, &mut d_x);
    assert_eq!((d_x, grads.s), ([3.0; 4], 0.0), "written");

    model.once(&mut ws, &[-2.0, -3.0, 2.0, -2.0]).backward(&mut d_x);
    assert_eq!(d_x, [1.0, 1.0, 0.25, 1.0], "once");
}

#[test]
fn where_it_is_taken_nothing_changes() {
    let (model, mut ws) = (Before::init(0), Workspace::new());
    let (mut d_r, mut grads) = ([f64::NAN; 3], Before::zeros());
    model.direction(&mut ws, &[3.0, 0.0, 4.0]).backward(&mut grads, &mut d_r);
    chainrule_tests::assert_near("direction", &d_r, &[6.6, 0.0, 8.8], 1e-14);
    assert_eq!(grads.s, 5.0);
}

net! {
    dim N;

    /// Places that are inside where a branch is taken alone.
    pub struct Places {}

    impl Places {
        #[grad(x)]
        pub fn before(x: f64[4]) -> f64 {
            let mut h = x;
            for t in 0..4 { let _ = if t > 0 { h[t - 1] = 2 * x[t]; 0 } else { 0 }; }
            sum(h * h)
        }

        #[grad(x)]
        pub fn found(x: f64[N], i: u32[N], bound: u32) -> f64[4] {
            let mut h = zeros([4]);
            for n in 0..N { let _ = if i[n] < bound { h[i[n]] = x[n]; 0 } else { 0 }; }
            h
        }

        /// Its neighbours are there but at the edges.
        #[grad(u, k)]
        pub fn spread(u: f64[4], k: f64[4]) -> f64[4] {
            let new[i in 0..4] = if i == 0 || i == 3 {
                u[i]
            } else {
                u[i] + 0.5 * k[i] * (u[i + 1] - 2 * u[i] + u[i - 1])
            };
            new
        }

        #[grad(x)]
        pub fn listed(x: f64[N, 2], index: u32[3, 2]) -> f64[5] {
            let mut h = ones([5]);
            for n in 0..N { let _ = if n > 0 { h[index[n - 1]] = h[0] * x[n]; 0 } else { 0 }; }
            h
        }
    }
}

#[test]
fn a_place_is_that_of_the_branch_taken() {
    let (model, mut ws) = (Places::zeros(), Workspace::new());
    let mut d_x = [f64::NAN; 4];
    let pass = model.before(&mut ws, &[7.0, 1.0, 2.0, 3.0]);
    assert_eq!(pass.value(), 4.0 + 16.0 + 36.0 + 9.0);
    pass.backward(&mut d_x);
    assert_eq!(d_x, [0.0, 8.0, 16.0, 30.0]);
    let mut d_x = [f64::NAN; 3];
    let pass = model.found(&mut ws, &[1.0, 2.0, 3.0], &[9, 2, 7], 4);
    assert_eq!(pass.value(), &[0.0, 0.0, 2.0, 0.0]);
    pass.backward(&[1.0; 4], &mut d_x);
    assert_eq!(d_x, [0.0, 1.0, 0.0]);
}

#[test]
fn at_an_edge_nothing_is_passed_on() {
    let (model, mut ws) = (Places::zeros(), Workspace::new());
    let (mut d_u, mut d_k) = ([f64::NAN; 4], [f64::NAN; 4]);
    let pass = model.spread(&mut ws, &[1.0, 2.0, 4.0, 8.0], &[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(pass.value(), &[1.0, 3.0, 7.0, 8.0]);
    pass.backward(&[1.0, 2.0, 3.0, 4.0], &mut d_u, &mut d_k);
    assert_eq!((d_u, d_k), ([3.0, 2.5, -4.0, 8.5], [0.0, 1.0, 3.0, 0.0]));
}

#[test]
fn places_that_are_listed_are_those_of_the_branch_taken() {
    let (model, mut ws) = (Places::zeros(), Workspace::new());
    let x = [[f64::NAN, f64::INFINITY], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]];
    let mut d_x = [[f64::NAN; 2]; 4];
    let pass = model.listed(&mut ws, &x, &[[4, 0], [1, 3], [0, 4]]);
    assert_eq!(pass.value(), &[18.0, 12.0, 1.0, 15.0, 21.0]);
    pass.backward(&[1.0, 2.0, 3.0, 4.0, 5.0], &mut d_x);
    // h[0] is x[1, 1] from the first of them on: 2 · 4 + 4 · 5 + 6 + 5 · 7 of it.
    assert_eq!(d_x, [[0.0, 0.0], [0.0, 69.0], [6.0, 12.0], [3.0, 15.0]]);
    // One row asks for no places at all.
    assert_eq!(model.listed_value(&mut ws, &x[..1], &[[9; 2]; 3]), &[1.0; 5]);
}

#[test]
#[should_panic = "`h`"]
fn where_it_is_taken_listed_places_are_checked() {
    Places::zeros().listed_value(&mut Workspace::new(), &[[1.0; 2]; 2], &[[0, 5], [1, 2], [3, 4]]);
}

#[test]
#[should_panic = "`h`"]
fn where_it_is_taken_a_place_is_checked() {
    Places::zeros().found_value(&mut Workspace::new(), &[1.0, 2.0, 3.0], &[9, 2, 7], 8);
}

net! {
    dim N;

    /// Parts that are written in branches, one element at a time.
    pub struct Written { w: f64[3] = normal(1) }

    impl Written {
        #[grad(self, x)]
        #[hvp]
        pub fn walk(x: f64[N], at: u32[N]) -> f64 {
            let mut h = x;
            let mut c = w * w;
            #[checkpoint]
            for t in 0..N {
                if h[t] > 0 {
                    c[at[t]] *= h[t];
                    if t > 0 { h[t - 1] = h[t] * w[0]; }
                } else {
                    h[t] = c[0] * x[t] + w[1];
                }
            }
            sum(h * h) + sum(c * sin(c))
        }

        #[jacobian(x)]
        #[jvp(x)]
        pub fn moved(x: f64[4]) -> f64[4] {
            let mut h = x;
            for t in 0..4 {
                if t > 0 && h[t] > h[t - 1] { let a = h[t]; h[t] = h[t - 1] * w[0]; h[t - 1] = a * a; } else { h[t] *= 3; }
            }
            h[1..] = h[..3] * x[1..];
            h
        }
    }
}

#[test]
fn writes_in_branches_have_derivatives() {
    let (mut model, mut ws) = (Written::init(3), Workspace::new());
    let at = [2, 0, 1, 0, 2];
    for x in [&[0.7, -0.4, 0.9, 1.1, -0.3][..], &[0.5], &[]] {
        let at = &at[..x.len()];
        let (mut grads, mut d_x) = (Written::zeros(), vec![f64::NAN; x.len()]);
        model.walk(&mut ws, x, at).backward(&mut grads, &mut d_x);
        let by_x: Vec<f64> = slopes(x, |x| vec![model.walk_value(&mut ws, x, at)]).concat();
        chainrule_tests::assert_near("by x", &d_x, &by_x, 1e-7);
        let w = model.w;
        let gradient = |model: &mut Written, ws: &mut Workspace<f64>, w: &[f64]| {
            model.w.copy_from_slice(w);
            let (mut grads, mut d_x) = (Written::zeros(), vec![0.0; x.len()]);
            model.walk(ws, x, at).backward(&mut grads, &mut d_x);
            grads.w.to_vec()
        };
        let by_w: Vec<f64> = slopes(&w, |w| {
            model.w.copy_from_slice(w);
            vec![model.walk_value(&mut ws, x, at)]
        })
        .concat();
        chainrule_tests::assert_near("by w", &grads.w, &by_w, 1e-7);
        let second = slopes(&w, |w| gradient(&mut model, &mut ws, w));
        model.w = w;
        let (mut v, mut out) = (Written::zeros(), Written::zeros());
        v.w = [0.3, -1.0, 0.5];
        model.walk_hvp(&mut ws, x, at, &v, &mut out);
        let expected: Vec<f64> = (0..3).map(|i| (0..3).map(|k| second[k][i] * v.w[k]).sum::<f64>()).collect();
        chainrule_tests::assert_near("hvp", &out.w, &expected, 1e-6);
    }
    let x = [0.4, 0.9, 0.2, 0.8];
    let whole = *model.moved_jacobian(&mut ws, &x);
    let columns = slopes(&x, |x| model.moved(&mut ws, x.try_into().expect("4 numbers")).to_vec());
    for (k, column) in columns.iter().enumerate() {
        chainrule_tests::assert_near("jacobian", &whole.map(|row| row[k]), column, 1e-7);
        let mut unit = [0.0; 4];
        unit[k] = 1.0;
        chainrule_tests::assert_near("jvp", model.moved_jvp(&mut ws, &x, &unit).1, column, 1e-7);
    }
}
