//! Right programs: nothing is said about them.

use super::report;

#[test]
fn what_is_trained_in_any_way_is_trained() {
    let said = report(
        "dim N;
        struct Blk { w: f64[3] }
        impl Blk { fn call(x: f64[3]) -> f64[3] { x * w } }
        pub struct Net { w: f64[5, 5], v: f64[6], c: f64[3], d: f64[3], blocks: [Blk; 3], pairs: [[Blk; 2]; 2], last: [Blk; 4], pick: [Blk; 3] }
        impl Net {
            #[grad] pub fn as_it_is(x: f64[N, 1]) -> (f64[5, 5], f64) { (w, sum(x)) }
            #[grad] pub fn reshaped(x: f64[N]) -> f64 { let y = v.reshape([2, 3]); sum(y) * sum(x) }
            #[grad] pub fn carried(x: f64[3]) -> f64[3] { let mut h = c; for _t in 0..3 { h = h * x; } h }
            #[grad] pub fn written(x: f64[3]) -> f64[3] { let mut h = d; h[0] = x[1]; h }
            #[grad] pub fn mapped(x: f64[3]) -> f64[3, 3] { let y[k] = blocks[k](x); y }
            #[grad] pub fn apart(x: f64[3]) -> f64 { let y[k, l in 0..2] = sum(pairs[k, 1 - l](x)); sum(y) }
            #[grad] pub fn turned(x: f64[3]) -> f64[3] { let mut h = x; for t in (0..2).rev() { h = last[2 * t](last[2 * t + 1](h)); } h }
            #[grad] pub fn found(x: f64[3]) -> f64[3] { pick[argmax(x)](x) }
        }",
    );
    assert!(said.errors.is_empty() && said.warnings.is_empty(), "{said:#?}");
}
