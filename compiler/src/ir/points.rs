//! Values that are taken out of a domain: where an axis that they leave has no point, there may be nothing to read.

use std::collections::BTreeSet;

use super::{Axis, Comparison, DimId, Graph, Int, ScalarId, TensorId};

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
        let there: BTreeSet<DimId> = kept.iter().filter_map(|axis| axis.extent.as_dim()).collect();
        let mut touched: BTreeSet<DimId> = BTreeSet::new();
        let mut touch = |tensor| {
            self.shape(tensor).iter().for_each(|size| touched.extend(size.dims()));
        };
        written.into_iter().for_each(&mut touch);
        self.visit_reads(value, &mut |tensor, _| touch(tensor));
        left.iter().fold(value, |value, Axis { extent, .. }| {
            if !extent.dims().iter().any(|dim| touched.contains(dim) && !there.contains(dim)) {
                return value;
            }
            self.where_points(value, extent)
        })
    }

    /// A value where an axis has points, else 0.
    pub fn where_points(&mut self, value: ScalarId, extent: &Int) -> ScalarId {
        let has_points = self.scalars.compare_int(Comparison::Less, Int::zero(), extent.clone());
        let zero = self.scalars.number(0.0);
        self.scalars.select(has_points, value, zero)
    }
}
