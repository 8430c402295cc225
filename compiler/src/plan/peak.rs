//! What takes up the arena: the buffers that are in use at the moment when most of it is. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Int, TensorId};

use super::form::{BufferId, FrameId, Home, Plan, Root, Step};
use super::live::leaves;

impl Plan {
    /// The buffers that are in use when most of the arena is, largest first, with their sizes in floats.
    /// For plans whose sizes are constants; others count as empty.
    pub fn peak(&self) -> Vec<(&str, i64)> {
        let mut moments: Vec<BTreeSet<BufferId>> = self.forward.iter().map(|step| self.used(step)).collect();
        moments.push(self.results.iter().filter_map(|result| self.buffer(*result)).collect());
        moments.extend(self.backward.iter().map(|step| self.used(step)));
        let mut spans: BTreeMap<BufferId, (usize, usize)> = BTreeMap::new();
        for (moment, buffers) in moments.iter().enumerate() {
            for &buffer in buffers.iter().filter(|buffer| self.is_in_arena(**buffer)) {
                spans.entry(buffer).or_insert((moment, moment)).1 = moment;
            }
        }
        let size = |buffer: BufferId| self.memory.buffers[buffer.0].size.as_constant().unwrap_or(0);
        let live = |moment: usize| {
            spans
                .iter()
                .filter(move |(_, (from, to))| (*from..=*to).contains(&moment))
                .map(|(buffer, _)| *buffer)
        };
        let fullest = (0..moments.len())
            .max_by_key(|moment| (live(*moment).map(size).sum::<i64>(), std::cmp::Reverse(*moment)));
        let mut found: Vec<(&str, i64)> = fullest
            .into_iter()
            .flat_map(live)
            .map(|buffer| (self.memory.buffers[buffer.0].name.as_str(), size(buffer)))
            .collect();
        found.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        found
    }

    /// Whether the arena is of one size.
    pub fn constant_workspace(&self) -> Option<i64> {
        Int::as_constant(self.workspace())
    }

    fn is_in_arena(&self, buffer: BufferId) -> bool {
        matches!(self.memory.buffers[buffer.0].home, Home::Frame { frame: FrameId(0), .. })
    }

    fn buffer(&self, tensor: TensorId) -> Option<BufferId> {
        match self.memory.roots.get(&tensor) {
            Some(Root::Buffer(buffer)) => Some(*buffer),
            Some(Root::Input(_)) | None => None,
        }
    }

    /// The buffers that a step touches, those of a loop's body and the region that it works in too.
    fn used(&self, step: &Step) -> BTreeSet<BufferId> {
        let mut tensors = Vec::new();
        let mut used = BTreeSet::new();
        match step {
            Step::Nest(items) => {
                for leaf in leaves(items) {
                    tensors.push(leaf.out);
                    leaf.visit_reads(&self.graph, &mut |tensor, _| tensors.push(tensor));
                }
            }
            Step::Loop(repeat) => {
                for carried in &repeat.carried {
                    tensors.extend([carried.initial, carried.inside, carried.last]);
                }
                used.extend(repeat.body.iter().flat_map(|step| self.used(step)));
            }
            Step::Copy { to, from } => tensors.extend([*to, *from]),
            Step::Update(gradient) => tensors.push(self.gradients[*gradient].tensor),
            Step::Carve { frame, .. } => used.extend(self.memory.frames[frame.0].within),
        }
        used.extend(tensors.into_iter().filter_map(|tensor| self.buffer(tensor)));
        used
    }
}
