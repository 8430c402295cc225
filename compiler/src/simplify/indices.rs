//! Which indices of the domain an expression mentions.

use crate::ir::{Int, ScalarId, Scalars, TensorId};

/// The first element of an index tensor that an expression mentions.
pub fn index_read(scalars: &Scalars, root: ScalarId) -> Option<(TensorId, Vec<Int>)> {
    let mut found = None;
    scalars.visit_integers(root, &mut |integer| {
        integer.visit_reads(&mut |tensor, at| {
            found.get_or_insert_with(|| (tensor, at.to_vec()));
        });
    });
    found
}
