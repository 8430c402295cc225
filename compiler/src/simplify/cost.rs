//! What things cost, roughly: in simple operations on a vector unit, sizes unknown typical ones.

use crate::ir::{Axis, Binary, Scalar, ScalarId, Scalars, Unary};

/// How many points some indices of a domain run over.
pub fn points(domain: &[Axis], indices: impl IntoIterator<Item = usize>) -> f64 {
    indices.into_iter().map(|index| domain[index].extent.typical() as f64).product()
}

/// One evaluation of an expression, shared parts once.
pub fn expression(scalars: &Scalars, root: ScalarId) -> f64 {
    scalars.reachable(root).into_iter().map(|id| node(scalars, id)).sum()
}

/// One node of an expression.
pub fn node(scalars: &Scalars, id: ScalarId) -> f64 {
    match &scalars[id] {
        Scalar::Number(_) | Scalar::Integer(_) | Scalar::Flag(_) => 0.0,
        Scalar::Read(..) => 1.0,
        Scalar::Unary(..) if scalars.as_ln_of_constant(id).is_some() => 0.0,
        Scalar::Unary(function, _) => unary(*function),
        Scalar::Binary(function, ..) => match function {
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Min | Binary::Max => 1.0,
            Binary::Div => 4.0,
            Binary::Pow | Binary::Atan2 | Binary::LogAddExp => 20.0,
        },
        Scalar::Call(..) => 40.0,
        Scalar::Compare(..) | Scalar::CompareInt(..) | Scalar::Not(_) => 1.0,
        Scalar::And(..) | Scalar::Or(..) | Scalar::Select(..) => 1.0,
    }
}

fn unary(function: Unary) -> f64 {
    match function {
        Unary::StopGradient => 0.0,
        Unary::Neg | Unary::Abs | Unary::Signum | Unary::Floor => 1.0,
        Unary::Recip | Unary::Sqrt => 4.0,
        Unary::Powi(power) => f64::from(power.unsigned_abs().max(1).ilog2()) + 2.0,
        Unary::Exp | Unary::Ln | Unary::Ln1p | Unary::ExpM1 | Unary::Log2 | Unary::Log10 => 10.0,
        Unary::Sin | Unary::Cos | Unary::Tan | Unary::Sinh | Unary::Cosh | Unary::Tanh => 14.0,
        Unary::Asin | Unary::Acos | Unary::Atan | Unary::Erf | Unary::Sigmoid | Unary::Softplus => 14.0,
        Unary::NormalCdf | Unary::HalfTanh => 14.0,
        Unary::NormalPdf => 10.0,
        Unary::LnGamma | Unary::Polygamma(_) => 40.0,
    }
}
