//! Values that are taken out of a domain: where an axis that they leave has no point, there may be nothing to read.

use std::collections::BTreeSet;

use super::{Atom, Axis, Comparison, DimId, Graph, Int, ScalarId, TensorId};

impl Graph {
    /// A value evaluated without some axes of the domain that it stood in: 0 where one of them has no point, if
    /// what it reads, or where it is written, may not be there then.
    pub fn without_axes(
        &mut self,
        value: ScalarId,
        written: Option<TensorId>,
        left: &[Axis],
        kept: &[Axis],
    ) -> ScalarId {
        let dim = |axis: &Axis| match axis.extent.as_atom() {
            Some(Atom::Dim(dim)) => Some(*dim),
            _ => None,
        };
        let there: BTreeSet<DimId> = kept.iter().filter_map(dim).collect();
        let mut touched: BTreeSet<DimId> = BTreeSet::new();
        let mut touch = |tensor| {
            self.shape(tensor).iter().for_each(|size| touched.extend(dims(size)));
        };
        written.into_iter().for_each(&mut touch);
        self.visit_reads(value, &mut |tensor, _| touch(tensor));
        let zero = self.scalars.number(0.0);
        left.iter().fold(value, |value, Axis { extent, .. }| {
            if !dims(extent).iter().any(|dim| touched.contains(dim) && !there.contains(dim)) {
                return value;
            }
            let has_points = self.scalars.compare_int(Comparison::Less, Int::zero(), extent.clone());
            self.scalars.select(has_points, value, zero)
        })
    }
}

/// The run-time sizes that a size is made of.
fn dims(size: &Int) -> Vec<DimId> {
    let mut found = Vec::new();
    size.visit_atoms(&mut |atom| {
        if let Atom::Dim(dim) = atom {
            found.push(*dim);
        }
    });
    found
}
