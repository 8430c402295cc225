//! When each buffer of the arena is in use: for messages, drawings and tests. Decides nothing.
//!
//! A moment is a step, those of a loop's body each for itself, preceded by one at which the loop is entered;
//! between the stages there is one at which the results are delivered.

use std::collections::BTreeMap;

use crate::ir::{Graph, TensorId};

use super::form::{BufferId, FrameId, Home, Plan, Root, Step};
use super::live::leaves;

/// When a buffer is in the arena.
#[derive(Clone, Debug)]
pub struct Stay {
    /// Which.
    pub buffer: BufferId,
    /// The first moment at which it is in use.
    pub from: usize,
    /// The last.
    pub to: usize,
}

/// The tensors that a step touches itself, not those of a loop's body; `gradients` are those of updates.
pub(super) fn tensors(step: &Step, graph: &Graph, gradients: &[TensorId]) -> Vec<TensorId> {
    let mut tensors = Vec::new();
    match step {
        Step::Nest(items) => {
            for leaf in leaves(items) {
                tensors.push(leaf.out);
                tensors.extend(leaf.base);
                leaf.visit_reads(graph, &mut |tensor, _| tensors.push(tensor));
            }
        }
        Step::Loop(repeat) => {
            tensors.extend(repeat.condition.iter().flat_map(|&condition| graph.reads(condition)));
            for carried in &repeat.carried {
                tensors.extend([carried.initial, carried.inside, carried.last]);
            }
        }
        Step::Copy { to, from } => tensors.extend([*to, *from]),
        Step::Update(gradient) => tensors.push(gradients[*gradient]),
        Step::Carve { .. } => {}
    }
    tensors
}

impl Plan {
    /// Every buffer of the arena, those of loops' bodies and the regions that they lie in too.
    pub fn stays(&self) -> Vec<Stay> {
        let gradients = self.gradients.iter().map(|gradient| gradient.tensor).collect();
        let mut walk = Walk { plan: self, gradients, moment: 0, spans: BTreeMap::new() };
        walk.steps(&self.forward, Some(FrameId(0)), &mut Vec::new());
        for &result in &self.results {
            walk.touch(result, &[(Some(FrameId(0)), (walk.moment, walk.moment))]);
        }
        walk.moment += 1;
        walk.steps(&self.backward, Some(FrameId(0)), &mut Vec::new());
        let stay = |(buffer, (from, to))| Stay { buffer, from, to };
        walk.spans.into_iter().map(stay).collect()
    }
}

/// How many moments a step takes.
pub(super) fn moments(step: &Step) -> usize {
    match step {
        Step::Nest(_) | Step::Copy { .. } | Step::Update(_) => 1,
        Step::Loop(repeat) => 1 + repeat.body.iter().map(moments).sum::<usize>(),
        Step::Carve { .. } => 0,
    }
}

/// By step around a place, outermost first: the frame of the list that it stands in, and its moments.
type Levels = Vec<(Option<FrameId>, (usize, usize))>;

struct Walk<'a> {
    plan: &'a Plan,
    gradients: Vec<TensorId>,
    moment: usize,
    spans: BTreeMap<BufferId, (usize, usize)>,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step], frame: Option<FrameId>, levels: &mut Levels) {
        for step in steps {
            if let Step::Carve { frame, .. } = step {
                if let Some(region) = self.plan.memory.frames[frame.0].within {
                    self.extend(region, levels);
                }
                continue;
            }
            levels.push((frame, (self.moment, self.moment + moments(step) - 1)));
            for tensor in tensors(step, &self.plan.graph, &self.gradients) {
                self.touch(tensor, levels);
            }
            self.moment += 1;
            if let Step::Loop(repeat) = step {
                let carved = repeat.body.iter().find_map(|step| match step {
                    Step::Carve { frame, .. } => Some(*frame),
                    Step::Nest(_) | Step::Loop(_) | Step::Copy { .. } | Step::Update(_) => None,
                });
                self.steps(&repeat.body, carved, levels);
            }
            levels.pop();
        }
    }

    fn touch(&mut self, tensor: TensorId, levels: &[(Option<FrameId>, (usize, usize))]) {
        if let Root::Buffer(buffer) = self.plan.root(tensor) {
            self.extend(buffer, levels);
        }
    }

    /// A buffer is in use in the whole step of its own frame's list.
    fn extend(&mut self, buffer: BufferId, levels: &[(Option<FrameId>, (usize, usize))]) {
        let Home::Frame { frame, .. } = self.plan.memory.buffers[buffer.0].home else { return };
        if let Some((_, (from, to))) = levels.iter().find(|(of, _)| *of == Some(frame)) {
            let span = self.spans.entry(buffer).or_insert((*from, *to));
            *span = (span.0.min(*from), span.1.max(*to));
        }
    }
}
