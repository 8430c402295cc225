//! Functions of Rust with and without derivatives, and random numbers.
use super::{check_gradients, checked};

const DECLARED: &str = "
    dim N;
    extern fn cube(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }
    extern fn square_of(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }
    extern fn ratio(a: f64, b: f64) -> f64 { derivative(da, db) = (da - y * db) / b }
    extern fn root(x: f64) -> f64 { derivative(dx) = 0.5 * dx / y }
    extern fn slope(x: f64) -> f64;
";

#[test]
fn externs() {
    check_gradients(&(DECLARED.to_string() + "
        pub struct Net { w: f64[4] }
        impl Net {
            pub fn mapped(x: f64[N]) -> f64[N] { let y[n] = cube(x[n]) * ratio(sin(x[n]), 2 + x[n]); y }
            pub fn guarded(x: f64[N]) -> f64 { sum[n](if x[n] > 0.1 { root(x[n]) } else { slope(0) }) }
            pub fn repeated(x: f64) -> f64 { let mut h = x; for t in 0..4 { h = ratio(h, 1 + w[t] * w[t]) + cube(w[t]); } h }
            pub fn nested(x: f64) -> f64 { let y = cube(x); let a = grad(y, x); let b = grad(a, x); a * b + jvp(a, x, 2) }
            pub fn cut(x: f64) -> f64 { x * slope(1.0) + stop_grad(slope(0.5)) }
        }"), &[5], 3);
}

#[test]
fn externs_of_arrays() {
    check_gradients("
        dim N;
        const K: usize = 2;
        extern fn inverse(a: f64[K, K]) -> f64[K, K] { derivative(da) = -(y @ da @ y) }
        extern fn determinant(a: f64[2, K]) -> f64 { derivative(da) = y * trace(inverse(a) @ da) }
        extern fn scaled(x: f64[3], s: f64) -> f64[3] { derivative(dx, ds) = s * dx + ds * x }
        extern fn powers(x: f64) -> f64[3] { derivative(dx) = stack([1 + 0 * x, 2 * x, 3 * x * x]) * dx }
        fn safe(a: f64[K, K]) -> f64[K, K] { a @ a.t() + eye(K) }
        pub struct Net { w: f64[2, 2] }
        impl Net {
            pub fn plain(x: f64[2, 2]) -> f64[2, 2] { inverse(safe(x + w)) @ w }
            pub fn number(x: f64[2, 2]) -> f64 { sqrt(determinant(safe(x))) + determinant(w) }
            pub fn mapped(x: f64[N, 2, 2]) -> f64[N] { let y[n] = sum(inverse(safe(x[n])) * w) * determinant(x[n]); y }
            pub fn mixed(x: f64[N, 3], s: f64[N]) -> f64[N, 3] { let y[n] = scaled(x[n], s[n] * w[0, 0]); y + scaled(w.reshape([4])[..3], 2) }
            pub fn of_a_number(x: f64[N]) -> f64[N, 3] { let y[n, k] = powers(x[n])[k]; y * powers(w[1, 1]) }
            pub fn guarded(x: f64[2, 2]) -> f64 { if determinant(x) > 100 { sum(inverse(x - x)) } else { sum(inverse(safe(x))) } }
            pub fn looped(x: f64[2, 2]) -> f64[2, 2] { let mut h = x; for t in 0..3 { h = inverse(safe(h)) + w; } h }
            pub fn nested(x: f64[2, 2]) -> f64 { let y = sum(inverse(safe(x)) * w); let g = grad(y, x); let t = jvp(g, x, w); sum(g * t) + y }
        }", &[4], 3);
}

#[test]
fn externs_of_arrays_under_conditions() {
    check_gradients(
        "
        dim N;
        extern fn powers(x: f64) -> f64[3] { derivative(dx) = stack([1 + 0 * x, 2 * x, 3 * x * x]) * dx }
        extern fn scaled(x: f64[3], s: f64) -> f64[3] { derivative(dx, ds) = s * dx + ds * x / s * s }
        pub struct Net { w: f64[3] }
        impl Net {
            pub fn looped(x: f64[3]) -> f64 {
                let mut h = x;
                for _ in 0..3 { let a = scaled(h, 0.5); h = if dot(h, h) > 0 { w * a } else { 2 * h }; }
                sum(h)
            }
            pub fn elements(x: f64[N, 3]) -> f64 {
                let y[n] = scaled(x[n], w[0] + 2);
                let z[n] = powers(x[n, 1] + w[2]);
                sum(if y > 0.3 { y } else { z }) + sum[n](if x[n, 0] > 0 { dot(y[n], z[n]) } else { y[n, 0] })
            }
        }",
        &[4],
        3,
    );
}

#[test]
fn externs_without_derivatives() {
    let wrong = |body: &str| checked(&(DECLARED.to_string() + body)).map(|_| ()).unwrap_err();
    let message = wrong("pub struct Net {} impl Net { #[grad(x)] pub fn f(x: f64) -> f64 { slope(x) * 2 } }");
    assert!(message.starts_with("a derivative of `f` goes through `slope`, which has none"), "{message}");
    let message =
        wrong("pub struct Net {} impl Net { pub fn f(x: f64) -> f64 { let y = slope(x); grad(y, x) } }");
    assert!(message.starts_with("this gradient goes through `slope`, which has none"), "{message}");
    let message = wrong(
        "extern fn hill(x: f64) -> f64 { derivative(dx) = slope(x) * dx } pub struct Net {} impl Net { #[grad(x)] pub fn f(x: f64) -> f64 { let y = hill(x); grad(y, x) } }",
    );
    assert!(message.starts_with("a derivative of `f` goes through `slope`, which has none"), "{message}");
    let message = wrong("extern fn hill(x: f64) -> f64 { derivative(dx) = slope(x) + dx }");
    assert!(message.starts_with("the derivative of `hill` must be linear in `dx`"), "{message}");
    let message = wrong("extern fn hill(x: f64, z: f64) -> f64 { derivative(dx) = dx }");
    assert!(message.starts_with("`hill` takes 2 arguments, its derivative has 1 tangent"), "{message}");
    assert!(checked(&(DECLARED.to_string() + "pub struct Net {} impl Net { #[grad(z)] pub fn f(x: f64, z: f64) -> f64 { slope(x) * z } }")).is_ok());
}

/// What a derivative computes on its way is no derivative by anything, and is not named so.
#[test]
fn names_in_a_derivative() {
    let text = "chainrule extern fn inv(a: f64[2, 2]) -> f64[2, 2] { derivative(da) = -(y @ da @ y) }
        pub struct Net {} impl Net { #[grad(x)] #[jvp(x)] pub fn f(x: f64[2, 2]) -> f64 { sum(inv(x) * x) } }";
    let expansion = crate::expand(text.parse().expect("tokens")).to_string();
    assert!(expansion.contains("d_inv_product") && !expansion.contains("d_d_"), "{expansion}");
}

#[test]
fn random_numbers() {
    check_gradients("
        dim N;
        pub struct Net { w: f64[3, 3] }
        impl Net {
            pub fn dropped(x: f64[N, 3], key: u64) -> f64[N, 3] { let h = tanh(dropout(x @ w, 0.4, key)); dropout(h, 0.2, fold(key, 1)) }
            pub fn twice(x: f64[N, 3], key: u64) -> f64[N, 3] { dropout(x, 0.5, key) - dropout(x, 0.5, key) }
            pub fn looped(x: f64[N, 3], key: u64) -> f64[N, 3] { let mut h = x; for t in 0..3 { h = dropout(sin(h @ w), 0.3, fold(fold(key, t), 7)) + h; } h }
            pub fn keyed(x: f64[N, 3], keys: u64[N]) -> f64[N, 3] { let y[n] = dropout(x[n], 0.5, keys[n]); y }
        }", &[4], 3);
}
