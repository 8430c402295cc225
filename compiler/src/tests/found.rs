//! What random programs have found, each as small as it could be made.
use super::{check_gradients, check_pairs};

#[test]
fn what_may_never_be_read_holds_no_formula() {
    // The gradient by `b` was read of that by `a`, which is shorter.
    check_gradients(
        "pub struct Net {}
        impl Net {
            pub fn joined(a: f64[1], b: f64[4]) -> f64[5] { clamp(concat([a, b], axis = 0), -0.5, 0.75) }
        }",
        &[],
        3,
    );
}

#[test]
fn the_root_of_a_square_under_a_condition_has_a_tangent_at_zero() {
    check_pairs(
        "pub struct Net {}
        impl Net {
            pub fn norms(x: f64[1, 2, 2], v: f64[1, 2, 2]) -> (f64[2, 2], f64[2, 2]) {
                let y = norm(triu(x), axis = 0);
                (jvp(y, x, v), triu(v[0] * signum(x[0])))
            }
        }",
        &[],
    );
}

#[test]
fn a_place_is_read_behind_what_guards_it() {
    check_gradients(
        "dim N;
        pub struct Net {}
        impl Net {
            pub fn chosen(x: f64[2, 3, N], y: f64[2, 3, N]) -> f64[N, 2, 2] {
                let a[i in 0..N, j in 0..2, k] = l2(if i == j { softmax(x[k]) } else { y[k] });
                a
            }
        }",
        &[3],
        3,
    );
}

#[test]
fn no_rows_have_sums() {
    check_pairs(
        "dim N;
        pub struct Net {}
        impl Net {
            pub fn constant(x: f64[2, 3]) -> (f64[3], f64[3]) { (sum(cumsum(x[2..], axis = 0), axis = 0), zeros([3])) }
            pub fn run_time(x: f64[N, 3]) -> (f64[3], f64[3]) { (sum(cumsum(x, axis = 0), axis = 0), zeros([3])) }
        }",
        &[0],
    );
}
