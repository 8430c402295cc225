//! `extern fn`s of arrays: their values and all kinds of derivatives against the same formulas with the
//! library's own functions, and a branch in which one may not be called.

use chainrule::{Params as _, Workspace, net};
use chainrule_tests::{Array as _, assert_near};

/// The inverse; there is none of a singular matrix.
fn inv(a: &[[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let d = det(a);
    assert!(d != 0.0, "called where the branch is not taken");
    [[a[1][1] / d, -a[0][1] / d], [-a[1][0] / d, a[0][0] / d]]
}

/// The determinant.
fn det(a: &[[f64; 2]; 2]) -> f64 {
    a[0][0] * a[1][1] - a[0][1] * a[1][0]
}

/// Two arguments, one of them a number.
fn blend(x: &[f64; 2], y: &[[f64; 2]; 2], s: f64) -> [f64; 2] {
    [0, 1].map(|i| s * x[i] + s * s * (y[i][0] * x[0] + y[i][1] * x[1]))
}

/// One network of the functions in scope: those of Rust, or those of the library.
macro_rules! network {
    ($name:ident: $($functions:tt)*) => {
        net! {
            dim N;
            const K: usize = 2;
            $($functions)*

            pub struct $name {
                w: f64[K, K] = [[0.8, 0.3], [-0.2, 0.6]],
            }

            impl $name {
                #[grad(self, x)]
                #[jvp(self, x)]
                #[hvp]
                pub fn mapped(x: f64[N, 2, 2]) -> f64 {
                    let y[n] = sum(inv(x[n] @ w + 3 * eye(K)) * w) * det(x[n] - w) + det(w);
                    mean(y)
                }

                #[grad(self, x, s)]
                #[hvp]
                pub fn blended(x: f64[N, 2], s: f64) -> f64 {
                    let y[n] = blend(x[n], inv(w), s * det(w));
                    sum(y * y) + sum(blend(w[0], w, 2) * x[0])
                }

                #[hessian(x)]
                pub fn looped(x: f64[2, 2]) -> f64 {
                    let mut h = x;
                    for t in 0..3 {
                        h = inv(h @ w + (t + 2) * eye(K)) + x;
                    }
                    det(h)
                }

                #[jacobian(x)]
                pub fn inverses(x: f64[N, 2, 2]) -> f64[N, 2, 2] {
                    let y[n] = inv(x[n] + w);
                    y
                }

                #[grad(x)]
                #[jvp(x)]
                pub fn guarded(x: f64[2, 2]) -> f64 {
                    if det(x) > 0.1 { sum(inv(x) * w) } else { 2 * det(x) }
                }
            }
        }
    };
}

mod of_rust {
    use super::*;
    network! { Foreign:
        extern fn inv(a: f64[K, K]) -> f64[K, K] { derivative(da) = -(y @ da @ y) }
        extern fn det(a: f64[2, 2]) -> f64 {
            derivative(da) = a[1, 1] * da[0, 0] + a[0, 0] * da[1, 1] - a[0, 1] * da[1, 0] - a[1, 0] * da[0, 1]
        }
        extern fn blend(x: f64[K], z: f64[K, K], s: f64) -> f64[K] {
            derivative(dx, dz, ds) =
                s * dx + s * s * (dz @ x + z @ dx) + ds * (x + 2 * s * (z @ x))
        }
    }
}

mod of_the_library {
    use super::*;
    network! { Own:
        fn blend(x: f64[K], z: f64[K, K], s: f64) -> f64[K] { s * x + s * s * (z @ x) }
    }
}

use of_rust::Foreign;
use of_the_library::Own;

const X: [[[f64; 2]; 2]; 3] =
    [[[0.4, -0.7], [0.2, 0.9]], [[1.1, 0.5], [-0.3, 0.8]], [[-0.6, 0.1], [0.7, 0.4]]];

fn direction<P: chainrule::Params<Float = f64>>() -> Box<P> {
    let mut v = P::zeros();
    for (k, element) in v.as_mut_slice().iter_mut().enumerate() {
        *element = (1.7 * k as f64 + 0.4).sin();
    }
    v
}

/// What a network says of everything, one number after the other.
macro_rules! everything {
    ($network:ident) => {{
        let (model, v) = ($network::init(0), direction::<$network>());
        let (mut ws, mut all) = (Workspace::new(), Vec::<f64>::new());
        let t: [[[f64; 2]; 2]; 3] = X.map(|x| x.map(|row| row.map(|e| (3.0 * e).cos())));

        let (mut grads, mut d_x) = ($network::zeros(), [[[0.0; 2]; 2]; 3]);
        let pass = model.mapped(&mut ws, &X);
        all.push(pass.value());
        pass.backward(&mut grads, &mut d_x);
        all.extend(grads.as_slice().iter().copied());
        all.extend(d_x.as_flattened().as_flattened());
        let (value, tangent) = model.mapped_jvp(&mut ws, &X, &v, &t);
        all.extend([value, tangent]);
        let mut product = $network::zeros();
        model.mapped_hvp(&mut ws, &X, &v, &mut product);
        all.extend(product.as_slice().iter().copied());

        let x = [[0.3, -0.9], [0.8, 0.2]];
        let (mut grads, mut d_x, mut d_s) = ($network::zeros(), [[0.0; 2]; 2], 0.0);
        let pass = model.blended(&mut ws, &x, 0.7);
        all.push(pass.value());
        pass.backward(&mut grads, &mut d_x, &mut d_s);
        all.extend(grads.as_slice().iter().copied());
        all.extend(d_x.as_flattened());
        all.push(d_s);
        let mut product = $network::zeros();
        model.blended_hvp(&mut ws, &x, 0.7, &v, &mut product);
        all.extend(product.as_slice().iter().copied());

        all.extend(model.looped_hessian(&mut ws, &X[0]).flat());
        all.extend(model.inverses_jacobian(&mut ws, &X).iter().flat_map(|one| one.flat()));
        let mut d_x = [[0.0; 2]; 2];
        let pass = model.guarded(&mut ws, &X[1]);
        all.push(pass.value());
        pass.backward(&mut d_x);
        all.extend(d_x.as_flattened());
        all
    }};
}

#[test]
fn as_the_library() {
    assert_near("all", &everything!(Foreign), &everything!(Own), 1e-12);
}

#[test]
fn not_called_where_the_branch_is_not_taken() {
    let (model, mut ws) = (Foreign::init(0), Workspace::new());
    let singular = [[1.0, 2.0], [2.0, 4.0]];
    let mut d_x = [[f64::NAN; 2]; 2];
    let pass = model.guarded(&mut ws, &singular);
    assert_eq!(pass.value(), 0.0);
    pass.backward(&mut d_x);
    assert_eq!(d_x, [[8.0, -4.0], [-4.0, 2.0]]);
    assert_eq!(model.guarded_jvp(&mut ws, &singular, &[[1.0, 0.0]; 2]), (0.0, 4.0));
}

/// x / ‖x‖, which is NaN at 0.
fn unit(x: &[f64; 3]) -> [f64; 3] {
    let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
    x.map(|x| x / length)
}

/// √x of each.
fn roots(x: &[f64; 3]) -> [f64; 3] {
    x.map(f64::sqrt)
}

/// √x
fn root(x: f64) -> f64 {
    x.sqrt()
}

net! {
    dim N;
    extern fn unit(x: f64[3]) -> f64[3] { derivative(dx) = (dx - y * dot(y, dx)) / sqrt(dot(x, x)) }
    extern fn roots(x: f64[3]) -> f64[3] { derivative(dx) = dx / (2 * y) }
    extern fn root(x: f64) -> f64 { derivative(dx) = 0.5 * dx / y }

    pub struct Singular {
        w: f64[3] = [1.0, 2.0, 3.0],
    }

    impl Singular {
        /// One condition for all that is called.
        #[grad(self, x)]
        #[jvp(x)]
        pub fn whole(x: f64[3]) -> f64 {
            let a = unit(x * w);
            let b = unit(x);
            if dot(x, x) > 0 { dot(a, b) + sum(a) } else { sum(x) }
        }

        /// One for each call.
        #[grad(self, x)]
        #[jvp(x)]
        pub fn rows(x: f64[N, 3]) -> f64 {
            let a[n] = unit(x[n]) * w;
            let b[n] = root(dot(x[n], x[n]));
            sum[n](if dot(x[n], x[n]) > 0 { sum(a[n]) * b[n] } else { x[n, 1] })
        }

        /// One for each element.
        #[grad(self, x)]
        #[jvp(x)]
        pub fn elements(x: f64[3]) -> f64 {
            let a = roots(x) * w;
            sum(if x > 0 { a * x } else { w * x })
        }

        /// In a loop.
        #[grad(self, x)]
        #[jvp(x)]
        pub fn looped(x: f64[3]) -> f64 {
            let mut h = x;
            for _ in 0..3 {
                let a = unit(h);
                h = if dot(h, h) > 0 { w * a } else { 2 * h };
            }
            sum(h)
        }
    }
}

#[test]
fn nothing_passes_where_the_branch_is_not_taken() {
    let (model, mut ws) = (Singular::init(0), Workspace::new());
    let (zero, mut d_x, mut grads) = ([0.0; 3], [f64::NAN; 3], Singular::zeros());
    model.whole(&mut ws, &zero).backward(&mut grads, &mut d_x);
    assert_eq!((grads.w, d_x), (zero, [1.0; 3]), "whole");
    assert_eq!(model.whole_jvp(&mut ws, &zero, &[1.0, 2.0, 4.0]), (0.0, 7.0), "whole");

    let mut d_rows = [[f64::NAN; 3]; 2];
    let x = [zero, [0.0, 3.0, 4.0]];
    model.rows(&mut ws, &x).backward(&mut grads, &mut d_rows);
    assert_near("rows", d_rows.as_flattened(), &[0.0, 1.0, 0.0, 1.0, 2.0, 3.0], 1e-14);
    assert_near("rows", &grads.w, &x[1], 1e-14);
    let (value, tangent) = model.rows_jvp(&mut ws, &x, &[[1.0, 2.0, 4.0]; 2]);
    assert_near("rows", &[value, tangent], &[18.0, 19.0], 1e-14);

    let x = [0.0, 4.0, -1.0];
    model.elements(&mut ws, &x).backward(&mut grads, &mut d_x);
    assert_eq!((grads.w, d_x), ([0.0, 8.0, -1.0], [1.0, 6.0, 3.0]), "elements");
    assert_eq!(model.elements_jvp(&mut ws, &x, &[1.0; 3]), (13.0, 10.0), "elements");

    model.looped(&mut ws, &zero).backward(&mut grads, &mut d_x);
    assert_eq!((grads.w, d_x), (zero, [8.0; 3]), "looped");
    assert_eq!(model.looped_jvp(&mut ws, &zero, &[1.0; 3]), (0.0, 24.0), "looped");
}
