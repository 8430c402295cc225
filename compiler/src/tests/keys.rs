//! Keys that are assigned: in loops, in branches, one of several.
use super::check_gradients;

#[test]
fn keys_are_carried() {
    check_gradients(
        "
        dim N, T;
        pub struct Net { w: f64[4, 4] }
        impl Net {
            pub fn each_step(x: f64[N, 4], key: u64, t: dim T) -> f64[N, 4] {
                let mut h = x;
                let mut k = key;
                for t in 0..T {
                    h = dropout(tanh(h @ w + x), 0.3, k);
                    k = fold(k, t);
                }
                dropout(h, 0.2, k)
            }
            pub fn in_branches(x: f64[N, 4], key: u64, t: dim T, often: bool) -> f64[N, 4] {
                let mut h = x;
                let mut k = key;
                if often { k = fold(k, 7); }
                for s in 0..T {
                    if s % 2 == 0 { k = fold(k, s); h = sin(h); }
                    for _ in 0..2 while sum(stop_grad(h)) < 100 { k = fold(k, 1); h = h + dropout(h * x, 0.5, k); }
                }
                h
            }
            pub fn of_several(x: f64[N, 4], keys: u64[N], t: dim T) -> f64[N, 4] {
                let mut ks = keys;
                let mut h = x;
                for t in 0..T {
                    for n in 0..N { if x[n, 0] > 0 { ks[n] = fold(ks[n], t); } }
                    let y[n] = dropout(h[n], 0.4, ks[n]);
                    h = tanh(y @ w) + x;
                }
                h
            }
            fn walk(x: f64[4], key: u64) -> f64[4] {
                let mut h = x;
                let mut k = key;
                for t in 0..5 while sum(stop_grad(h)) < 3 { h = h + dropout(cos(h) * x, 0.25, k); k = fold(k, t); }
                dropout(h, 0.25, k)
            }
            pub fn mapped(x: f64[N, 4], keys: u64[N]) -> f64[N, 4] { let y[n] = walk(x[n], keys[n]); y }
            pub fn in_pairs(x: f64[N, 4], key: u64) -> f64[N, 4] {
                let mut h = x;
                let mut pair = (key, fold(key, 1));
                #[checkpoint]
                for t in 0..6 {
                    let (a, b) = pair;
                    h = dropout(sin(h * x), 0.25, a) + 0.5 * h;
                    pair = (b, fold(a, t));
                }
                h
            }
        }",
        &[2, 3],
        3,
    );
}
