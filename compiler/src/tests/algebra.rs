//! Linear algebra: derivatives by differences, also at singular matrices, and known values.
use super::{check_gradients, checked, values};

#[test]
fn gradients() {
    check_gradients("
        pub struct Net {}
        impl Net {
            pub fn determinants(a: f64[1, 1], b: f64[2, 2], c: f64[3, 3], d: f64[4, 4], e: f64[6, 6]) -> f64 { det(a) + det(b) * det(c) + det(d) + 3 * det(e) }
            pub fn solved(a: f64[4, 4], b: f64[4]) -> f64[4] { let m = a + [[0.1, 2, 0, 0], [0.2, 0, 0, 3], [2, 0, 0.3, 0], [0, 0.5, 2, 0]]; solve(m, b) }
            pub fn columns(a: f64[3, 3], b: f64[3, 2]) -> f64[3, 2] { let m = a + eye(3); solve(m, b) }
            pub fn batches(a: f64[3, 3], b: f64[2, 3, 2], c: f64[2, 1, 3, 1]) -> (f64[2, 3, 2], f64[2, 1, 3, 1]) { let m = a + eye(3); (solve(m, b), m.solve(c)) }
            pub fn inverse(a: f64[3, 3]) -> f64[3, 3] { let m = a + 2 * eye(3); inv(m) }
            pub fn factor(a: f64[4, 4]) -> f64[4, 4] { let m = a @ a.t() + eye(4); cholesky(m) }
            pub fn curvature(a: f64[4, 4], v: f64[4, 4]) -> f64[4, 4] { let y = det(a); let g = grad(y, a); jvp(g, a, v) }
            pub fn mapped(a: f64[2, 4, 4], b: f64[2, 4]) -> (f64[2], f64[2, 4]) { let d[n] = det(a[n]); let m = a + 3 * eye(4); let x[n] = solve(m[n], b[n]); (d, x) }
        }", &[], 3);
}

/// `a` less what the test gives it, plus a matrix of a certain rank.
fn near_singular(of: &str, result: &str) -> String {
    format!("
        pub struct Net {{}}
        impl Net {{
            fn shifted(a: f64[5, 5], s: f64[5, 5]) -> f64[5, 5] {{
                let given[i in 0..5, j in 0..5] = 0.8 * sin(0.7 * (5 * i + j) + 0.1);
                a - given + s
            }}
            pub fn rank_four(a: f64[5, 5]) -> {result} {{
                let s[i in 0..5, j in 0..5] = if i == 4 {{ cos(j) + cos(2 * j + 1) }} else {{ cos((i + 1) * j + i) }};
                let m = shifted(a, s);
                let d = det(m);
                {of}
            }}
            pub fn rank_three(a: f64[5, 5]) -> {result} {{
                let s[i in 0..5, j in 0..5] = if i == 4 {{ 0 }} else if i == 3 {{ cos(j) + cos(2 * j + 1) }} else {{ cos((i + 1) * j + i) }};
                let m = shifted(a, s);
                let d = det(m);
                {of}
            }}
            pub fn rank_one(a: f64[5, 5]) -> {result} {{ let s[i in 0..5, j in 0..5] = (i + 1) * (j + 2); let m = shifted(a, s); let d = det(m); {of} }}
            pub fn nothing(a: f64[5, 5]) -> {result} {{ let s = zeros([5, 5]); let m = shifted(a, s); let d = det(m); {of} }}
        }}")
}

#[test]
fn at_singular_matrices() {
    check_gradients(&near_singular("d", "f64"), &[], 3);
    check_gradients(&near_singular("grad(d, m)", "f64[5, 5]"), &[], 3);
}

#[test]
fn known_values() {
    let program = checked("
        pub struct Net {}
        impl Net {
            pub fn known() -> (f64, f64, f64[2], f64[2, 2, 1], f64[3, 3], f64[2, 2]) {
                let hilbert[i in 0..5, j in 0..5] = 1 / (i + j + 1);
                let swap = [[0, 1, 0, 0], [0, 0, 0, 2], [3, 0, 0, 0], [0, 0, 4, 0]];
                let l = [[2, 0, 0], [6, 1, 0], [-8, 5, 3]];
                let upper = l @ l.t() + [[0, 9, 9], [0, 0, 9], [0, 0, 0]];
                (det(hilbert), det(swap), solve([[0, 2], [1, 3]], [4, 5]), solve([[0, 2], [1, 3]], [[[4], [5]], [[2], [3]]]), cholesky(upper), inv([[4, 7], [2, 6]]))
            }
        }").unwrap();
    let found = values(&program.structs[0].methods[0], &[], &[]);
    let expected: [&[f64]; 6] = [
        &[3.749_295_132_0e-12],
        &[-24.0],
        &[-1.0, 2.0],
        // Of each matrix of several, as the product is of each.
        &[-1.0, 2.0, 0.0, 1.0],
        &[2.0, 0.0, 0.0, 6.0, 1.0, 0.0, -8.0, 5.0, 3.0],
        &[0.6, -0.7, -0.2, 0.4],
    ];
    for (found, expected) in found.iter().zip(expected) {
        for (found, expected) in found.floats().iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-9 * expected.abs() + 1e-15, "{found} {expected}");
        }
    }
}
