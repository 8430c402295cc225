//! Functions of Rust that programs declare. `eval` knows them by name; here is what they mean.

use super::number::Number;
use super::tensor::{Element, Tensor};

/// All of them, as they are declared in a block of `f64`; what the derivative of one applies may stand anywhere.
const EXTERNALS: [(&str, &str); 9] = [
    ("cube", "(x: f64) -> f64 { derivative(dx) = 3 * square_of(x) * dx }"),
    ("square_of", "(x: f64) -> f64 { derivative(dx) = dx * x + 2 * x * dx - x * dx }"),
    ("root", "(x: f64) -> f64 { derivative(dx) = 0.5 * dx / y }"),
    ("slope", "(x: f64) -> f64;"),
    ("ratio", "(a: f64, b: f64) -> f64 { derivative(da, db) = (da - y * db) / b }"),
    ("inverse", "(a: f64[2, 2]) -> f64[2, 2] { derivative(da) = -(y @ da @ y) }"),
    ("determinant", "(a: f64[2, 2]) -> f64 { derivative(da) = y * trace(inverse(a) @ da) }"),
    ("scaled", "(x: f64[3], s: f64) -> f64[3] { derivative(dx, ds) = s * dx + ds * x }"),
    ("powers", "(x: f64) -> f64[3] { derivative(dx) = stack([1 + 0 * x, 2 * x, 3 * x * x]) * dx }"),
];

/// The declarations that a block needs.
pub fn declarations(block: &str, float: &str) -> String {
    let mut text = block.to_string();
    let mut written = [false; EXTERNALS.len()];
    let applies = |text: &str, name: &str| {
        let applied = format!("{name}(");
        let mut places = text.match_indices(&applied).map(|(place, _)| place);
        places.any(|place| !text[..place].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
    };
    let mut declarations = String::new();
    while let Some(place) =
        (0..EXTERNALS.len()).find(|&place| !written[place] && applies(&text, EXTERNALS[place].0))
    {
        written[place] = true;
        let (name, declaration) = EXTERNALS[place];
        let declaration = format!("{name}{}", declaration.replace("f64", float));
        text += &declaration;
        declarations += &format!("extern fn {declaration}\n");
    }
    declarations
}

/// What one of them returns; none if there is no such.
pub fn call(name: &str, arguments: &[Tensor]) -> Option<Tensor> {
    EXTERNALS.iter().find(|(known, _)| *known == name)?;
    let numbers: Vec<Vec<Number>> =
        arguments.iter().map(|each| each.data.iter().map(Element::number).collect()).collect();
    let one = |number: Number| Some((vec![], vec![number]));
    let (shape, data) = match (name, numbers.iter().map(Vec::as_slice).collect::<Vec<_>>().as_slice()) {
        ("cube", [[x]]) => one(x.power(3)),
        ("square_of", [[x]]) => one(x.power(2)),
        ("root", [[x]]) => one(x.unary("sqrt")),
        ("slope", [[x]]) => one((0.3 * x.real().cos()).into()),
        ("ratio", [[a], [b]]) => one(a.div(b)),
        ("inverse", [[p, q, r, s]]) => {
            let below = p.mul(s).sub(&q.mul(r));
            let each = [s.clone(), q.neg(), r.neg(), p.clone()];
            Some((vec![2, 2], each.iter().map(|each| each.div(&below)).collect()))
        }
        ("determinant", [[p, q, r, s]]) => one(p.mul(s).sub(&q.mul(r))),
        ("scaled", [x, [s]]) => Some((vec![3], x.iter().map(|x| x.mul(s)).collect())),
        ("powers", [[x]]) => Some((vec![3], (1..4).map(|power| x.power(power)).collect())),
        _ => None,
    }?;
    Some(Tensor { shape, data: data.into_iter().map(Element::Number).collect() })
}
