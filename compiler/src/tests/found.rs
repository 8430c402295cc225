//! What random programs and readers have found, each as small as it could be made.
use super::{check_gradients, check_pairs, checked, values};
use crate::eval::Data;

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

#[test]
fn the_power_of_one_half_is_what_it_is_everywhere() {
    let program = checked(
        "pub struct Net {}
        impl Net {
            pub fn slope(x: f64[8]) -> (f64[8], f64[8]) { let y = powf(x, 0.5); (y, grad(y, x)) }
            pub fn length(x: f64[8]) -> (f64, f64[8]) { let y = powf(sum(x * x), 0.5); (y, grad(y, x)) }
        }",
    )
    .unwrap();
    let run = |place: usize, points: Vec<f64>| {
        let method = &program.structs[0].methods[place];
        let crate::program::ArgumentContent::Tensor(x) = method.arguments[0].content else {
            panic!("a tensor")
        };
        values(method, &[], &[(x, Data::from(points))])
    };
    let points = [-0.0, 0.0, f64::NEG_INFINITY, f64::INFINITY, -1.0, f64::NAN, 2.25, 1e-300];
    let results = run(0, points.to_vec());
    for (place, x) in points.into_iter().enumerate() {
        let found = [0, 1].map(|result: usize| results[result].floats()[place]);
        for (found, exact) in found.into_iter().zip([x.powf(0.5), 0.5 * x.powf(-0.5)]) {
            let near = found.to_bits() == exact.to_bits() || (found / exact - 1.0).abs() < 1e-14;
            assert!(near || found.is_nan() && exact.is_nan(), "{x}: {found}, not {exact}");
        }
    }
    // Of a sum of squares it is the root, without overflow.
    let results = run(1, vec![1e200; 8]);
    assert!((results[0].floats()[0] / 8f64.sqrt() - 1e200).abs() < 1e186);
    assert!(results[1].floats().iter().all(|slope| (slope - 0.125f64.sqrt()).abs() < 1e-14));
}

#[test]
fn what_is_read_at_a_computed_place_is_not_evaluated_elsewhere() {
    // `asin` has no derivative where the condition does not hold, at places that `k` names and at all others.
    check_gradients(
        "dim N;
        pub struct Net {}
        impl Net {
            pub fn one(x: f64[4, N], k: u32) -> f64[4] {
                let y = asin(2 * x);
                let z[i] = (if abs(2 * x[i]) < 0.75 { y[i] } else { 0 })[k];
                z
            }
            pub fn several(x: f64[4, N], k: u32[6]) -> f64[6, N] {
                let y = asin(2 * x);
                (if abs(2 * x) < 0.75 { y } else { 0 })[k]
            }
            pub fn last(x: f64[4, 5]) -> f64[4] {
                let y = asin(2 * x);
                (if abs(2 * x) < 0.75 { y } else { 0 })[.., -1]
            }
            pub fn next(x: f64[N]) -> f64 {
                let y = asin(2 * x);
                sum[i in 0..N - 1](if abs(2 * x[i + 1]) < 0.75 { y[i + 1] } else { 0 })
            }
            pub fn looped(x: f64[N]) -> f64 {
                let y = asin(2 * x);
                let mut sum = x[0];
                for t in 0..N { if abs(2 * x[t]) < 0.75 { sum = sum * y[t]; } }
                sum
            }
        }",
        &[3],
        3,
    );
}

#[test]
fn a_product_of_no_constant_number_of_factors_is_one() {
    check_gradients(
        "dim M;
        pub struct Net {}
        impl Net {
            pub fn factors(x: f64[1], y: f64[M]) -> f64[M, 1] {
                let a[i in 0..M, j] = prod[k in 0..2, l in 0..j](x[l]) * x[j] + y[i];
                a
            }
        }",
        &[2],
        3,
    );
}

#[test]
fn a_loop_goes_on_by_what_stands_at_a_later_place() {
    // At the first iteration `i + t` is `i`, which is no axis that `i` runs over for that.
    check_gradients(
        "pub struct Net {}
        impl Net {
            pub fn stopped(x: f64[2, 3, 2], a: f64[2]) -> f64 {
                let mut h = 1.0;
                for t in 0..2 while any[i](x[t, i + t, i] > a[i] - 1) { h = h * x[t, 2, 0] + a[t]; }
                h
            }
        }",
        &[],
        3,
    );
}

#[test]
fn a_window_over_an_edge_stays_one_under_a_condition() {
    // The copy of the weights with zeros for where nothing is seen took the question with it, and the share of `x`
    // was written in front of its first element.
    check_gradients(
        "pub struct Net {}
        impl Net {
            pub fn seen(x: f64[1, 1, 3], w: f64[5, 3, 2], c: f64[3]) -> f64 {
                let mut m = 0.0;
                if any(c < 0.5) {
                    let k = logsumexp(w, axis = [0, 1], keep = true);
                    m = mean(conv1d(x + 1, k, padding = 1, dilation = 2));
                }
                m
            }
        }",
        &[],
        3,
    );
}

#[test]
fn a_condition_on_a_part_of_an_array_is_asked_beside_others() {
    // One of a list, under a condition on the diagonal of what has more rows than columns.
    check_gradients(
        "dim N;
        pub struct Net { w: f64[3] }
        impl Net {
            pub fn run(x: f64[2, 1], s: dim N) -> f64[N, 3, 1] {
                let y = -1 - abs(x);
                let a[i in 0..N, j, k in 0..1] =
                    w @ [w[j], { let b = y[k, k]; let c = sqrt(b); if b > 0 { c } else { 0 } }, w[j]];
                a
            }
        }",
        &[3],
        3,
    );
}

#[test]
fn a_condition_on_a_place_is_asked_behind_one_on_what_is_summed() {
    // What the array of indices names is compared only where the mask holds, which has an index more. So nothing was
    // known of the places, and zeros met infinite slopes at those that are not written.
    check_gradients(
        "pub struct Net {}
        impl Net {
            pub fn masked(x: f64[2, 3], y: f64[2, 3], z: f64[2, 2], k: u32[2], m: bool[2, 2]) -> f64 {
                let b[j, l] = abs(x[k[j], l]);
                let c = b / floor(0.2 * b);
                let a[i, j] = if m[i, j] { (if x[k[j], 0] > 9 { c[j, 0] } else { y[j, 0] }) / (2 + sin(z[i, j])) } else { 0 };
                sum(a)
            }
        }",
        &[],
        2,
    );
}

#[test]
fn convolutions_without_output_channels() {
    check_gradients(
        "
        dim N;
        pub struct Net { w: f64[4, 2, 3, 3] }
        impl Net {
            pub fn none(x: f64[N, 2, 5, 4]) -> f64 { sum(conv2d(x, w[..0], padding = 1)) + sum(x * x) }
            pub fn none_in_groups(x: f64[N, 4, 5, 4]) -> f64 { sum(conv2d(x, w[..0], groups = 2)) + sum(x * x) }
            pub fn nowhere(x: f64[N]) -> f64 { let y[i in 0..N - N] = x[i / (N - N)]; sum(y) + sum(x * x) }
        }",
        &[2],
        1,
    );
}
