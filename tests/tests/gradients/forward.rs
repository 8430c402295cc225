//! Forward mode against reverse mode: ⟨J v, c⟩ = ⟨v, Jᵀ c⟩ for every variable of a function, whatever v and c are.

use chainrule::{Params, Workspace, net};
use chainrule_tests::{Array, assert_near};

net! {
    dim N;

    /// Functions of many kinds.
    pub struct Forward {
        w: f64[4, 3],
        hidden: f64[3, 3],
        kernel: f64[2, 1, 2, 2],
    }

    impl Forward {
        fn dense(x: f64[N, 4]) -> f64[N, 3] { softmax(tanh(x @ w) @ hidden) }

        #[grad(self, x)]
        pub fn dense_all(x: f64[N, 4]) -> f64[N, 3] { dense(x) }
        pub fn dense_by_x(x: f64[N, 4], v: f64[N, 4]) -> f64[N, 3] { let y = dense(x); jvp(y, x, v) }
        pub fn dense_by_w(x: f64[N, 4], v: f64[4, 3]) -> f64[N, 3] { let y = dense(x); jvp(y, w, v) }

        fn attention(x: f64[N, 4]) -> f64[N, 3] {
            let k = x @ w;
            let s[i, j] = if j <= i { sum[d](k[i, d] * k[j, d]) } else { -inf };
            softmax(s) @ (k @ hidden)
        }

        #[grad(self, x)]
        pub fn attention_all(x: f64[N, 4]) -> f64[N, 3] { attention(x) }
        pub fn attention_by_x(x: f64[N, 4], v: f64[N, 4]) -> f64[N, 3] { let y = attention(x); jvp(y, x, v) }
        pub fn attention_by_w(x: f64[N, 4], v: f64[4, 3]) -> f64[N, 3] { let y = attention(x); jvp(y, w, v) }

        fn recurrence(x: f64[N, 4]) -> f64[N, 3] {
            let mut h = x @ w;
            for _ in 0..3 {
                h = sin(h @ hidden) + h * h;
            }
            h
        }

        #[grad(self, x)]
        pub fn recurrence_all(x: f64[N, 4]) -> f64[N, 3] { recurrence(x) }
        pub fn recurrence_by_x(x: f64[N, 4], v: f64[N, 4]) -> f64[N, 3] { let y = recurrence(x); jvp(y, x, v) }
        pub fn recurrence_by_w(x: f64[N, 4], v: f64[4, 3]) -> f64[N, 3] { let y = recurrence(x); jvp(y, w, v) }

        fn convolution(x: f64[1, 1, 5, 4]) -> f64[2, 2, 2] {
            let y[o, i, j] = sum[c, u, v](x[0, c, i + u, j + v] * kernel[o, c, u, v]);
            let p[o, i in 0..2, j in 0..2] = max[u in 0..2, v in 0..2](tanh(y)[o, 2 * i + u, j + v]);
            p / norm(p)
        }

        #[grad(self, x)]
        pub fn convolution_all(x: f64[1, 1, 5, 4]) -> f64[2, 2, 2] { convolution(x) }
        pub fn convolution_by_x(x: f64[1, 1, 5, 4], v: f64[1, 1, 5, 4]) -> f64[2, 2, 2] {
            let y = convolution(x);
            jvp(y, x, v)
        }
        pub fn convolution_by_kernel(x: f64[1, 1, 5, 4], v: f64[2, 1, 2, 2]) -> f64[2, 2, 2] {
            let y = convolution(x);
            jvp(y, kernel, v)
        }

        /// A gradient is a function too.
        #[grad(self, x)]
        pub fn slope_all(x: f64[N, 4]) -> f64[N, 4] { let y = sum(ln(dense(x))); grad(y, x) }
        pub fn slope_by_x(x: f64[N, 4], v: f64[N, 4]) -> f64[N, 4] {
            let y = sum(ln(dense(x)));
            let g = grad(y, x);
            jvp(g, x, v)
        }
        pub fn slope_by_w(x: f64[N, 4], v: f64[4, 3]) -> f64[N, 4] {
            let y = sum(ln(dense(x)));
            let g = grad(y, x);
            jvp(g, w, v)
        }
    }
}

/// Some numbers.
fn some<A: Array>(salt: f64) -> A {
    let mut place = 0.0;
    A::take(&mut std::iter::from_fn(|| {
        place += 1.0;
        Some((1.9 * place + salt).sin())
    }))
}

fn dot(a: &impl Array, b: &impl Array) -> f64 {
    a.flat().iter().zip(b.flat()).map(|(a, b)| a * b).sum()
}

fn model() -> Box<Forward> {
    let mut model = Forward::zeros();
    model.as_mut_slice().iter_mut().enumerate().for_each(|(i, w)| *w = 0.7 * (1.3 * i as f64 + 0.2).sin());
    model
}

/// `law!(reverse, by argument, by parameter, the parameter, x: type, result: type)`
macro_rules! law {
    ($name:ident: $all:ident, $by_x:ident, $by_parameter:ident, $parameter:ident: $of:ty, $x:ty, $y:ty, $($view:tt)*) => {
        #[test]
        fn $name() {
            let model = model();
            let (x, v, c): ($x, $x, $y) = (some(0.0), some(1.0), some(2.0));
            let u: $of = some(3.0);
            let mut workspace = Workspace::new();
            let (mut gradient, mut d_x) = (Forward::zeros(), <$x>::filled(f64::NAN));
            model.$all(&mut workspace, &x).backward(&c, &mut gradient, &mut d_x);
            let along: $y = model.$by_x(&mut workspace, &x, &v)$($view)*;
            assert_near("along x", &[dot(&along, &c)], &[dot(&v, &d_x)], 1e-12);
            let along: $y = model.$by_parameter(&mut workspace, &x, &u)$($view)*;
            assert_near("along a parameter", &[dot(&along, &c)], &[dot(&u, &gradient.$parameter)], 1e-12);
        }
    };
}

law!(dense: dense_all, dense_by_x, dense_by_w, w: [[f64; 3]; 4], [[f64; 4]; 5], [[f64; 3]; 5], .try_into().expect("five rows"));
law!(attention: attention_all, attention_by_x, attention_by_w, w: [[f64; 3]; 4], [[f64; 4]; 5], [[f64; 3]; 5], .try_into().expect("five rows"));
law!(recurrence: recurrence_all, recurrence_by_x, recurrence_by_w, w: [[f64; 3]; 4], [[f64; 4]; 5], [[f64; 3]; 5], .try_into().expect("five rows"));
law!(convolution: convolution_all, convolution_by_x, convolution_by_kernel, kernel: [[[[f64; 2]; 2]; 1]; 2], [[[[f64; 4]; 5]; 1]; 1], [[[f64; 2]; 2]; 2], .clone());
law!(slope: slope_all, slope_by_x, slope_by_w, w: [[f64; 3]; 4], [[f64; 4]; 5], [[f64; 4]; 5], .try_into().expect("five rows"));
