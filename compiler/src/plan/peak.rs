//! What takes up the arena: the buffers that are in use at the moment when most of it is. Decides nothing.

use super::form::{BufferId, FrameId, Home, Plan};
use super::timeline::Stay;

impl Plan {
    /// The buffers that are in use when most of the arena is, largest first, with their sizes in floats.
    /// For plans whose sizes are constants; others count as empty.
    pub fn peak(&self) -> Vec<(&str, i64)> {
        let stays: Vec<Stay> =
            self.stays().into_iter().filter(|stay| self.is_in_arena(stay.buffer)).collect();
        let size = |stay: &Stay| self.memory.buffers[stay.buffer.0].size.as_constant().unwrap_or(0);
        let live = |moment: usize| stays.iter().filter(move |stay| (stay.from..=stay.to).contains(&moment));
        let last = stays.iter().map(|stay| stay.to).max();
        let fullest = (0..=last.unwrap_or(0))
            .max_by_key(|&moment| (live(moment).map(size).sum::<i64>(), std::cmp::Reverse(moment)));
        let mut found: Vec<(&str, i64)> = fullest
            .into_iter()
            .flat_map(live)
            .map(|stay| (self.memory.buffers[stay.buffer.0].name.as_str(), size(stay)))
            .collect();
        found.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        found
    }

    /// Whether the arena is of one size.
    pub fn constant_workspace(&self) -> Option<i64> {
        self.workspace().as_constant()
    }

    fn is_in_arena(&self, buffer: BufferId) -> bool {
        matches!(self.memory.buffers[buffer.0].home, Home::Frame { frame: FrameId(0), .. })
    }
}
