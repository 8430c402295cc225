//! Where a flow is narrowest: the minimum cut of a directed graph with capacities. Knows nothing of tensors.
//!
//! Shortest augmenting paths (Edmonds and Karp, "Theoretical improvements in algorithmic efficiency for
//! network flow problems", 1972). Of several minimum cuts it is the one nearest to the sink.

use std::collections::VecDeque;

/// More than any sum of capacities.
pub(super) const UNLIMITED: i64 = i64::MAX / 4;

/// An edge, and what it can still take; the edge after one with an even place, or before one with an odd
/// place, leads back.
struct Edge {
    to: usize,
    rest: i64,
}

/// Places and edges between them.
pub(super) struct Network {
    edges: Vec<Edge>,
    /// By place: the edges that begin there.
    from: Vec<Vec<usize>>,
}

impl Network {
    /// So many places, and no edges.
    pub fn new(places: usize) -> Self {
        Self { edges: Vec::new(), from: vec![Vec::new(); places] }
    }

    /// Adds an edge.
    pub fn connect(&mut self, from: usize, to: usize, capacity: i64) {
        for (from, to, rest) in [(from, to, capacity), (to, from, 0)] {
            self.from[from].push(self.edges.len());
            self.edges.push(Edge { to, rest });
        }
    }

    /// By place, whether it is on the sink's side of the cut. Some capacity on each path must be limited.
    pub fn cut(mut self, source: usize, sink: usize) -> Vec<bool> {
        while let Some(path) = self.path(source, sink) {
            let most = path.iter().map(|&edge| self.edges[edge].rest).min().unwrap_or(0);
            for edge in path {
                self.edges[edge].rest -= most;
                self.edges[edge ^ 1].rest += most;
            }
        }
        let mut reaches = vec![false; self.from.len()];
        let mut open = vec![sink];
        reaches[sink] = true;
        while let Some(place) = open.pop() {
            for &edge in &self.from[place] {
                let (before, rest) = (self.edges[edge].to, self.edges[edge ^ 1].rest);
                if rest > 0 && !reaches[before] {
                    reaches[before] = true;
                    open.push(before);
                }
            }
        }
        reaches
    }

    /// The edges of a shortest path that can take more.
    fn path(&self, source: usize, sink: usize) -> Option<Vec<usize>> {
        let mut by: Vec<Option<usize>> = vec![None; self.from.len()];
        let mut open = VecDeque::from([source]);
        while let Some(place) = open.pop_front() {
            for &edge in &self.from[place] {
                let Edge { to, rest } = self.edges[edge];
                if rest > 0 && to != source && by[to].is_none() {
                    by[to] = Some(edge);
                    open.push_back(to);
                }
            }
            if by[sink].is_some() {
                break;
            }
        }
        let mut path = Vec::new();
        let mut place = sink;
        while place != source {
            let edge = by[place]?;
            path.push(edge);
            place = self.edges[edge ^ 1].to;
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_place_nearest_to_the_sink_is_cut() {
        let mut network = Network::new(5);
        for (from, to, capacity) in [(0, 1, UNLIMITED), (1, 2, 3), (2, 3, 3), (1, 3, 1), (3, 4, UNLIMITED)] {
            network.connect(from, to, capacity);
        }
        assert_eq!(network.cut(0, 4), [false, false, false, true, true]);
    }

    #[test]
    fn what_flows_one_way_first_is_sent_another_way_later() {
        let mut network = Network::new(6);
        // Both shortest paths cross the middle, which only one of them may.
        let edges = [(0, 1, 1), (0, 2, 1), (1, 3, 1), (2, 3, 1), (1, 4, 1), (3, 5, 1), (4, 5, 1)];
        for (from, to, capacity) in edges {
            network.connect(from, to, capacity);
        }
        assert_eq!(network.cut(0, 5).iter().filter(|&&reaches| reaches).count(), 1);
    }
}
