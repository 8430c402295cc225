//! Linear algebra by its definitions: expansion by minors, elimination without pivots.

use super::super::number::Number;
use super::super::tensor::{Element, Tensor};

type Rows = Vec<Vec<Number>>;

/// A function of matrices; none if it is none.
pub fn call(name: &str, arguments: &[Tensor]) -> Option<Tensor> {
    Some(match (name, arguments) {
        ("dot", [a, b]) => a.mul(b).folded("sum", &[0], false),
        ("outer", [a, b]) => Tensor::make(&[a.shape[0], b.shape[0]], |at| {
            Element::Number(a.data[at[0]].number().mul(&b.data[at[1]].number()))
        }),
        ("trace", [a]) => {
            let sum = |sum: Number, place| sum.add(&a.at(&[place, place]).number());
            Tensor::scalar(Element::Number((0..a.shape[0]).fold(0.0.into(), sum)))
        }
        ("det", [a]) => Tensor::scalar(Element::Number(determinant(&rows(a)))),
        ("inv", [a]) => {
            let one = Tensor::make(&a.shape, |at| f64::from(u8::from(at[0] == at[1])).into());
            solved(a, &one)
        }
        ("solve", [a, b]) => solved(a, b),
        ("cholesky", [a]) => cholesky(a),
        _ => return None,
    })
}

fn rows(a: &Tensor) -> Rows {
    let row = |row| (0..a.shape[1]).map(|column| a.at(&[row, column]).number()).collect();
    (0..a.shape[0]).map(row).collect()
}

fn determinant(rows: &Rows) -> Number {
    let Some((first, rest)) = rows.split_first() else { return 1.0.into() };
    let mut sum = Number::Real(0.0);
    for (column, factor) in first.iter().enumerate() {
        let without = |row: &Vec<Number>| [&row[..column], &row[column + 1..]].concat();
        let term = factor.mul(&determinant(&rest.iter().map(without).collect()));
        sum = if column % 2 == 0 { sum.add(&term) } else { sum.sub(&term) };
    }
    sum
}

/// a⁻¹ b, where no pivot vanishes.
fn solved(a: &Tensor, b: &Tensor) -> Tensor {
    let (size, width) = (a.shape[0], b.shape[1..].iter().product::<usize>());
    let right = |row: usize| b.data[row * width..][..width].iter().map(Element::number);
    let mut rows: Rows = rows(a)
        .into_iter()
        .enumerate()
        .map(|(place, row)| row.into_iter().chain(right(place)).collect())
        .collect();
    for pivot in 0..size {
        let own: Vec<Number> = rows[pivot].iter().map(|each| each.div(&rows[pivot][pivot])).collect();
        for (place, row) in rows.iter_mut().enumerate() {
            let factor = row[pivot].clone();
            if place == pivot {
                row.clone_from(&own);
            } else {
                row.iter_mut().zip(&own).for_each(|(each, own)| *each = each.sub(&factor.mul(own)));
            }
        }
    }
    let data = rows.into_iter().flat_map(|row| row.into_iter().skip(size).map(Element::Number)).collect();
    Tensor { shape: b.shape.clone(), data }
}

fn cholesky(a: &Tensor) -> Tensor {
    let size = a.shape[0];
    let mut l: Rows = vec![vec![0.0.into(); size]; size];
    for row in 0..size {
        for column in 0..=row {
            let known = |sum: Number, place: usize| sum.sub(&l[row][place].mul(&l[column][place]));
            let left = (0..column).fold(a.at(&[row, column]).number(), known);
            l[row][column] = if row == column { left.unary("sqrt") } else { left.div(&l[column][column]) };
        }
    }
    Tensor { shape: a.shape.clone(), data: l.into_iter().flatten().map(Element::Number).collect() }
}
