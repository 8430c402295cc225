//! The functions of Rust that random programs declare.

pub fn cube(x: f64) -> f64 {
    x * x * x
}

pub fn square_of(x: f64) -> f64 {
    x * x
}

pub fn root(x: f64) -> f64 {
    x.sqrt()
}

pub fn slope(x: f64) -> f64 {
    0.3 * x.cos()
}

pub fn ratio(a: f64, b: f64) -> f64 {
    a / b
}

pub fn inverse(a: &[[f64; 2]; 2]) -> [[f64; 2]; 2] {
    let [[p, q], [r, s]] = a;
    let below = determinant(a);
    [[s / below, -q / below], [-r / below, p / below]]
}

pub fn determinant([[p, q], [r, s]]: &[[f64; 2]; 2]) -> f64 {
    p * s - q * r
}

pub fn scaled(x: &[f64; 3], s: f64) -> [f64; 3] {
    x.map(|x| x * s)
}

pub fn powers(x: f64) -> [f64; 3] {
    [x, x * x, x * x * x]
}
