//! Which indices of the domain an expression mentions.

use crate::ir::{Atom, Int, ScalarId, Scalars, TensorId};

/// The first element of an index tensor that an expression mentions.
pub fn index_read(scalars: &Scalars, root: ScalarId) -> Option<(TensorId, Vec<Int>)> {
    let mut found = None;
    scalars.visit_integers(root, &mut |integer| {
        integer.visit_atoms(&mut |atom| {
            if let (Atom::Read(tensor, at), None) = (atom, &found) {
                found = Some((*tensor, at.clone()));
            }
        });
    });
    found
}
