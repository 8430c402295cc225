//! Loops: that stop early, that run backwards, nested, over run-time sizes, writing at any subscript.
use super::check_gradients;

#[test]
fn stops_early() {
    check_gradients(
        "
        dim S;
        pub struct Net { w: f64[3, 3], b: f64[3] }
        impl Net {
            pub fn halved(x: f64, s: dim S) -> f64 {
                let mut y = 8 * x + 9;
                for _ in 0..S while y > 1 { y = y * 0.5 + 0.01 * sin(y); }
                y
            }
            pub fn fixed_point(x: f64[3]) -> f64[3] {
                let mut z = 0 * x;
                let mut change = 1.0;
                for _ in 0..60 while change > 1e-9 {
                    let next = tanh(z @ w * 0.3 + x + b);
                    change = stop_grad(norm(next - z));
                    z = next;
                }
                z
            }
            pub fn counted(x: f64[6]) -> (f64, f64) {
                let mut sum = 0.0;
                let mut product = 1.0;
                for t in 0..6 while x[t] < 0.6 { sum += x[t] * x[t]; product *= sum + 1; }
                for t in (0..6).rev() while x[t] < 0.75 { sum += sin(x[t]); }
                (sum, product)
            }
            pub fn never(x: f64) -> f64 { let mut y = x; for t in 0..4 while y > 100 { y = y * y; } y }
            pub fn inner(x: f64[4, 5]) -> f64 {
                let mut total = 0.0;
                for i in 0..4 {
                    let mut part = 1.0;
                    for j in 0..5 while part < 1.9 { part = part * (1 + x[i, j] * x[i, j]); }
                    total += part * x[i, 0];
                }
                total
            }
        }",
        &[9],
        3,
    );
}
