//! Which indices of the domain an expression mentions.

use std::collections::BTreeSet;

use crate::ir::{Atom, Int, Scalar, ScalarId, Scalars, TensorId};

/// The indices of the domain that occur in an expression.
pub fn mentioned(scalars: &Scalars, root: ScalarId) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    visit_integers(scalars, root, &mut |integer| {
        integer.visit_atoms(&mut |atom| {
            if let Atom::Index(position) = atom {
                found.insert(*position);
            }
        });
    });
    found
}

/// Every integer in an expression: subscripts, sides of comparisons, and integers used as numbers.
pub fn visit_integers(scalars: &Scalars, root: ScalarId, visit: &mut dyn FnMut(&Int)) {
    for id in scalars.reachable(root) {
        match &scalars[id] {
            Scalar::Read(_, at) => at.iter().for_each(&mut *visit),
            Scalar::Integer(value) => visit(value),
            Scalar::CompareInt(_, a, b) => {
                visit(a);
                visit(b);
            }
            Scalar::Number(_) | Scalar::Flag(_) | Scalar::Unary(..) | Scalar::Binary(..) => {}
            Scalar::Call(..)
            | Scalar::Compare(..)
            | Scalar::Not(_)
            | Scalar::And(..)
            | Scalar::Or(..)
            | Scalar::Select(..) => {}
        }
    }
}

/// The first element of an index tensor that an expression mentions.
pub fn index_read(scalars: &Scalars, root: ScalarId) -> Option<(TensorId, Vec<Int>)> {
    let mut found = None;
    visit_integers(scalars, root, &mut |integer| {
        integer.visit_atoms(&mut |atom| {
            if let (Atom::Read(tensor, at), None) = (atom, &found) {
                found = Some((*tensor, at.clone()));
            }
        });
    });
    found
}
