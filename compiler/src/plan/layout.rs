//! Offsets: buffers that are never needed at the same time may overlap, and what a loop's body alone needs
//! lies in a scratch region of its own. Then, for each frame, from which step on which buffers are carved.
//!
//! Sizes are polynomials in the dims, offsets the largest of several; ranges count as disjoint only if they
//! are for all values.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Graph, Kind, TensorId};

use super::form::{Buffer, BufferId, Frame, FrameId, Home, Memory, Plan, Repeat, Root, Step};
use super::maximum::Maximum;
use super::pack::{Block, Packing, pack};
use super::schedule::Schedule;
use super::timeline::tensors;

/// Finishes a plan.
pub(super) fn lay_out(schedule: Schedule) -> Plan {
    let Schedule { graph, forward, backward, results, gradients, memory, .. } = schedule;
    let gradient_tensors = gradients.iter().map(|gradient| gradient.tensor).collect();
    let mut layout = Layout { graph, memory, gradients: gradient_tensors, paths: BTreeMap::new(), loops: 0 };
    layout.memory.frames.push(Frame::default());

    layout.survey(&forward, &mut Vec::new());
    layout.survey(&backward, &mut Vec::new());
    layout.loops = 0;
    let mut inside = Vec::new();
    let forward = layout.loops_first(forward, &mut inside);
    let backward = layout.loops_first(backward, &mut inside);

    let mut touched: Vec<BTreeSet<BufferId>> = forward.iter().map(|step| layout.touched(step, &[])).collect();
    let delivered = results.iter().filter_map(|result| layout.buffer(*result));
    touched.push(delivered.filter(|&buffer| layout.is_framed(buffer)).collect());
    touched.extend(backward.iter().map(|step| layout.touched(step, &[])));
    layout.allocate(FrameId(0), &touched);
    let (before, after) = touched.split_at(forward.len());
    let forward = layout.carve(FrameId(0), forward, before);
    let backward = layout.carve(FrameId(0), backward, &after[1..]);
    let Layout { graph, memory, .. } = layout;
    Plan { graph, forward, backward, memory, results, gradients }
}

struct Layout {
    graph: Graph,
    memory: Memory,
    gradients: Vec<TensorId>,
    /// By buffer: the loops around everything that touches it, by their number in order of the text.
    paths: BTreeMap<BufferId, Vec<usize>>,
    /// How many loops have been met.
    loops: usize,
}

impl Layout {
    fn buffer(&self, tensor: TensorId) -> Option<BufferId> {
        match self.memory.roots.get(&tensor) {
            Some(Root::Buffer(buffer)) => Some(*buffer),
            Some(Root::Input(_)) | None => None,
        }
    }

    fn is_framed(&self, buffer: BufferId) -> bool {
        matches!(self.memory.buffers[buffer.0].home, Home::Frame { .. })
    }

    /// Finds the paths.
    fn survey(&mut self, steps: &[Step], path: &mut Vec<usize>) {
        for step in steps {
            for tensor in tensors(step, &self.graph, &self.gradients) {
                let Some(buffer) = self.buffer(tensor) else { continue };
                let common = self.paths.entry(buffer).or_insert_with(|| path.clone());
                let shared = common.iter().zip(path.iter()).take_while(|(a, b)| a == b).count();
                common.truncate(shared);
            }
            if let Step::Loop(repeat) = step {
                path.push(self.loops);
                self.loops += 1;
                self.survey(&repeat.body, path);
                path.pop();
            }
        }
    }

    /// Lays out the bodies of loops, innermost first.
    fn loops_first(&mut self, steps: Vec<Step>, path: &mut Vec<usize>) -> Vec<Step> {
        let mut all = Vec::new();
        for step in steps {
            all.push(match step {
                Step::Loop(repeat) => {
                    path.push(self.loops);
                    self.loops += 1;
                    let body = self.loops_first(repeat.body, path);
                    let frame = FrameId(self.memory.frames.len());
                    let touched: Vec<_> = body.iter().map(|step| self.touched(step, path)).collect();
                    let own = self.memory.buffers.len();
                    self.memory.frames.push(Frame::default());
                    self.allocate(frame, &touched);
                    let body = self.carve(frame, body, &touched);
                    path.pop();
                    self.add_scratch(frame, BufferId(own), path);
                    Step::Loop(Repeat { body, ..repeat })
                }
                step => step,
            });
        }
        all
    }

    fn add_scratch(&mut self, frame: FrameId, buffer: BufferId, path: &[usize]) {
        let size = self.memory.frames[frame.0].length.clone();
        if size.sums().is_empty() {
            return;
        }
        let tensor = self.graph.add_tensor("scratch", vec![size.upper_bound()], Kind::Float);
        let home = Home::Frame { frame: FrameId(0), offset: Maximum::default() };
        self.memory.roots.insert(tensor, Root::Buffer(buffer));
        self.memory.buffers.push(Buffer {
            tensor,
            name: "scratch".to_string(),
            kind: Kind::Float,
            size,
            home,
        });
        self.memory.frames[frame.0].within = Some(buffer);
        self.paths.insert(buffer, path.to_vec());
    }

    /// The buffers of the frame of this path that a step touches.
    fn touched(&self, step: &Step, path: &[usize]) -> BTreeSet<BufferId> {
        let mut all = BTreeSet::new();
        self.touch(step, &mut all);
        all.into_iter().filter(|buffer| self.is_framed(*buffer) && self.paths[buffer] == path).collect()
    }

    fn touch(&self, step: &Step, all: &mut BTreeSet<BufferId>) {
        let touched = tensors(step, &self.graph, &self.gradients);
        all.extend(touched.into_iter().filter_map(|tensor| self.buffer(tensor)));
        if let Step::Loop(repeat) = step {
            repeat.body.iter().for_each(|step| self.touch(step, all));
        }
        match step {
            Step::Loop(repeat) => {
                for step in &repeat.body {
                    if let Step::Carve { frame, .. } = step {
                        all.extend(self.memory.frames[frame.0].within);
                    }
                }
            }
            Step::Nest(_) | Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }

    /// Gives every buffer of a frame its offset.
    fn allocate(&mut self, frame: FrameId, touched: &[BTreeSet<BufferId>]) {
        let mut spans: BTreeMap<BufferId, (usize, usize)> = BTreeMap::new();
        for (position, buffers) in touched.iter().enumerate() {
            for &buffer in buffers {
                spans.entry(buffer).or_insert((position, position)).1 = position;
            }
        }
        let block = |(buffer, &(from, to)): (&BufferId, &(usize, usize))| Block {
            size: self.memory.buffers[buffer.0].size.clone(),
            from,
            to,
        };
        let blocks: Vec<Block> = spans.iter().map(block).collect();
        let Packing { offsets, length } = pack(&blocks);
        for (buffer, offset) in spans.into_keys().zip(offsets) {
            self.memory.buffers[buffer.0].home = Home::Frame { frame, offset };
        }
        self.memory.frames[frame.0].length = length;
    }

    /// Inserts the carving of a frame before the runs of steps whose buffers do not overlap.
    fn carve(&self, frame: FrameId, steps: Vec<Step>, touched: &[BTreeSet<BufferId>]) -> Vec<Step> {
        let mut all = Vec::new();
        let mut run: Vec<Step> = Vec::new();
        let mut open: BTreeSet<BufferId> = BTreeSet::new();
        for (step, needed) in steps.into_iter().zip(touched) {
            let together: BTreeSet<BufferId> = open.union(needed).copied().collect();
            if self.disjoint(&together) {
                open = together;
            } else {
                self.close(frame, &open, &mut run, &mut all);
                open = needed.clone();
            }
            run.push(step);
        }
        self.close(frame, &open, &mut run, &mut all);
        all
    }

    fn close(&self, frame: FrameId, open: &BTreeSet<BufferId>, run: &mut Vec<Step>, all: &mut Vec<Step>) {
        if !open.is_empty() {
            let mut buffers: Vec<BufferId> = open.iter().copied().collect();
            buffers.sort_by_key(|buffer| {
                (self.range(*buffer).0.typical(), self.range(*buffer).1.typical(), *buffer)
            });
            all.push(Step::Carve { frame, buffers });
        }
        all.append(run);
    }

    fn range(&self, buffer: BufferId) -> (Maximum, Maximum) {
        let buffer = &self.memory.buffers[buffer.0];
        match &buffer.home {
            Home::Frame { offset, .. } => (offset.clone(), offset.plus(&buffer.size)),
            Home::Local | Home::Gradient(_) => (Maximum::default(), Maximum::default()),
        }
    }

    fn disjoint(&self, buffers: &BTreeSet<BufferId>) -> bool {
        let ranges: Vec<(Maximum, Maximum)> = buffers.iter().map(|buffer| self.range(*buffer)).collect();
        ranges.iter().enumerate().all(|(position, (start, end))| {
            ranges[..position].iter().all(|(from, to)| end.at_most(from) || to.at_most(start))
        })
    }
}
