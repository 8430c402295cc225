//! Where random programs come from: a sequence of choices, drawn from a seed or replayed.
//!
//! A program is a function of its choices, and 0 is always the simplest of them. So a failing program
//! shrinks by making its sequence shorter and smaller, and whatever comes out is well typed again.

use std::time::{Duration, Instant};

/// A source of choices.
#[derive(Debug)]
pub struct Source {
    choices: Vec<u64>,
    next: usize,
    /// The generator's state; none while choices are replayed.
    state: Option<u64>,
}

impl Source {
    /// Random choices, the same for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self { choices: Vec::new(), next: 0, state: Some(seed) }
    }

    /// These choices, then 0 for ever.
    pub fn replay(choices: &[u64]) -> Self {
        Self { choices: choices.to_vec(), next: 0, state: None }
    }

    /// What was chosen.
    pub fn choices(&self) -> &[u64] {
        &self.choices
    }

    /// One of `0..count`; 0 where there is nothing to choose.
    pub fn below(&mut self, count: usize) -> usize {
        if count < 2 {
            return 0;
        }
        let chosen = match &mut self.state {
            Some(state) => {
                let chosen = split_mix(state) % count as u64;
                self.choices.push(chosen);
                chosen
            }
            None => self.choices.get(self.next).map_or(0, |choice| choice % count as u64),
        };
        self.next += 1;
        chosen as usize
    }

    /// True with this probability; false is the simpler.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of several; the first is the simplest.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// The next number of the SplitMix64 sequence.
pub fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A shorter and smaller sequence that still fails.
pub fn shrink(choices: &[u64], time: Duration, fails: &mut dyn FnMut(&[u64]) -> bool) -> Vec<u64> {
    let start = Instant::now();
    let mut best = choices.to_vec();
    loop {
        let before = best.clone();
        for length in [64, 32, 16, 8, 4, 2, 1] {
            let mut at = 0;
            while at < best.len() && start.elapsed() < time {
                let end = (at + length).min(best.len());
                let without = [&best[..at], &best[end..]].concat();
                if fails(&without) {
                    best = without;
                    continue;
                }
                if best[at..end].iter().any(|choice| *choice != 0) {
                    let zeroed = [&best[..at], &vec![0; end - at], &best[end..]].concat();
                    if fails(&zeroed) {
                        best = zeroed;
                    }
                }
                at += length;
            }
        }
        for at in 0..best.len() {
            while best.get(at).is_some_and(|choice| *choice > 1) && start.elapsed() < time {
                let smaller = [best[at] / 2, best[at] - 1].into_iter().find_map(|value| {
                    let mut smaller = best.clone();
                    smaller[at] = value;
                    fails(&smaller).then_some(smaller)
                });
                match smaller {
                    Some(smaller) => best = smaller,
                    None => break,
                }
            }
        }
        while best.last() == Some(&0) {
            best.pop();
        }
        if best == before || start.elapsed() >= time {
            return best;
        }
    }
}

#[test]
fn a_failing_sequence_shrinks() {
    let mut source = Source::seeded(3);
    let drawn: Vec<usize> = (0..50).map(|_| source.below(100)).collect();
    assert_eq!(
        drawn,
        (0..50).scan(Source::seeded(3), |source, _| Some(source.below(100))).collect::<Vec<_>>()
    );
    let small = shrink(source.choices(), Duration::from_secs(5), &mut |choices| {
        choices.iter().any(|choice| *choice > 40)
    });
    assert_eq!(small, [41]);
}
