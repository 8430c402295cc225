//! Where blocks of memory begin that each stay for a while, so that no two overlap and all together take
//! little.
//!
//! Each block in turn goes to the lowest place where it fits. No order of them is the best for every plan:
//! some are tried, and then whatever lies on top goes first, until the whole is no longer than what is there
//! at once or nothing has helped for some time. Of those that are nearly as short as the shortest, the one
//! that is easiest to read is taken. (Gergov, "Algorithms for compile-time memory optimization",
//! 1999; Joslin and Clements, "Squeaky wheel optimization", 1999.)

use std::cmp::Reverse;

use crate::ir::Int;

use super::basis::{self, Basis, Coefficients};
use super::maximum::{Maximum, Sum};

/// How many orders are tried after those to begin with.
const ATTEMPTS: usize = 24;

/// How many per cent more memory is no reason to have the largest of several sums in place of one: code is
/// read, too.
const WORTH: i64 = 5;

/// So much memory from one step to another.
pub(super) struct Block {
    pub size: Maximum,
    pub from: usize,
    pub to: usize,
}

/// Where blocks begin, and how long the whole is.
pub(super) struct Packing<S = Int> {
    pub offsets: Vec<Maximum<S>>,
    pub length: Maximum<S>,
}

impl<S: Sum> Packing<S> {
    /// How many sums there are to be read.
    fn sums(&self) -> usize {
        self.offsets.iter().map(|offset| offset.sums().len().max(1)).sum()
    }

    /// The same with its sums written in another way.
    fn map<T>(&self, each: impl Fn(&S) -> T) -> Packing<T> {
        Packing {
            offsets: self.offsets.iter().map(|offset| offset.map(&each)).collect(),
            length: self.length.map(&each),
        }
    }
}

/// The best packing that is found.
pub(super) fn pack(blocks: &[Block]) -> Packing {
    let sums = blocks.iter().flat_map(|block| block.size.sums());
    let basis = Basis::of(sums, Int::typical);
    let lengths: Vec<_> = blocks.iter().map(|block| block.size.map(|sum| basis.coefficients(sum))).collect();
    let sizes = lengths.iter().map(basis::typical).collect();
    let packer = Packer { blocks, basis, lengths, sizes };
    let sizes = &packer.sizes;
    let stay = |place: usize| blocks[place].to - blocks[place].from + 1;
    let live_at = |moment: usize| {
        let live = |(block, _): &(&Block, &i64)| (block.from..=block.to).contains(&moment);
        blocks.iter().zip(sizes).filter(live).map(|(_, size)| size).sum::<i64>()
    };
    let most_live = blocks.iter().map(|block| live_at(block.from)).max().unwrap_or(0);
    let mut largest_first: Vec<usize> = (0..blocks.len()).collect();
    largest_first.sort_by_key(|&place| (Reverse(sizes[place]), blocks[place].from, blocks[place].to));
    let sorted = |key: &dyn Fn(usize) -> i64| {
        let mut order = largest_first.clone();
        order.sort_by_key(|&place| key(place));
        order
    };
    let longest_first = sorted(&|place| -(stay(place) as i64));
    let most_first = sorted(&|place| (stay(place) as i64).saturating_mul(-sizes[place]));

    let mut found: Vec<(i64, Packing<Coefficients>)> = Vec::new();
    let is_constant = blocks.iter().all(|block| block.size.as_constant().is_some());
    // Of constants there is one largest.
    let starts: &[Start] = if is_constant { &[Start::Sum] } else { &[Start::Sum, Start::Maximum] };
    for &start in starts {
        for mut order in [largest_first.clone(), most_first.clone(), longest_first.clone()] {
            for _ in 0..=ATTEMPTS {
                let (packing, top) = packer.in_order(&order, start);
                let length = basis::typical(&packing.length);
                if length <= most_live && start == Start::Sum {
                    return packer.written(&packing);
                }
                found.push((length, packing));
                if length <= most_live {
                    break;
                }
                let place = order.iter().position(|&block| block == top).unwrap_or(0);
                order[..=place].rotate_right(1);
            }
        }
    }
    let shortest = found.iter().map(|(length, _)| *length).min().unwrap_or(0);
    let near = found.into_iter().filter(|(length, _)| 100 * length <= (100 + WORTH) * shortest);
    let best = near.min_by_key(|(length, packing)| (packing.sums(), *length));
    best.map_or_else(
        || Packing { offsets: Vec::new(), length: Maximum::default() },
        |(_, best)| packer.written(&best),
    )
}

/// What a block may start at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// One sum.
    Sum,
    /// The largest of several.
    Maximum,
}

/// A block that has its place, and where that is at typical sizes.
struct Placed<'a> {
    block: &'a Block,
    start: Maximum<Coefficients>,
    end: Maximum<Coefficients>,
    typical: (i64, i64),
}

/// Blocks with their sizes in the form that is quick to compare.
struct Packer<'a> {
    blocks: &'a [Block],
    basis: Basis,
    lengths: Vec<Maximum<Coefficients>>,
    /// At typical sizes.
    sizes: Vec<i64>,
}

impl Packer<'_> {
    /// The packing of blocks in an order of places, and the block that ends last.
    fn in_order(&self, order: &[usize], start: Start) -> (Packing<Coefficients>, usize) {
        let mut placed: Vec<Placed<'_>> = Vec::new();
        for &place in order {
            let start = self.lowest(place, &placed, start);
            let end = start.plus(&self.lengths[place]);
            let typical = (basis::typical(&start), basis::typical(&end));
            placed.push(Placed { block: &self.blocks[place], start, end, typical });
        }
        let length = placed.iter().fold(Maximum::default(), |length, placed| length.or(&placed.end));
        let top = order.iter().zip(&placed).max_by_key(|(_, placed)| placed.typical.1);
        let top = top.map_or(0, |(&place, _)| place);
        let mut offsets = vec![Maximum::default(); self.blocks.len()];
        for (&place, placed) in order.iter().zip(placed) {
            offsets[place] = placed.start;
        }
        (Packing { offsets, length }, top)
    }

    /// A packing in sums.
    fn written(&self, packing: &Packing<Coefficients>) -> Packing {
        packing.map(|sum| self.basis.sum(sum))
    }

    /// The lowest place where a block meets no other.
    fn lowest(&self, place: usize, placed: &[Placed<'_>], start: Start) -> Maximum<Coefficients> {
        let (block, length, size) = (&self.blocks[place], &self.lengths[place], self.sizes[place]);
        let meets = |other: &&Placed<'_>| other.block.from <= block.to && block.from <= other.block.to;
        let mut others: Vec<&Placed<'_>> = placed.iter().filter(meets).collect();
        others.sort_by_key(|other| other.typical.1);
        // What holds for all sizes holds for the typical ones, and that is quick to see.
        let may_fit =
            |low: i64| others.iter().all(|other| low + size <= other.typical.0 || other.typical.1 <= low);
        let fits = |start: &Maximum<Coefficients>| {
            let (low, end) = (basis::typical(start), start.plus(length));
            others.iter().all(|other| {
                (low + size <= other.typical.0 && end.at_most(&other.start))
                    || (other.typical.1 <= low && other.end.at_most(start))
            })
        };
        // On the ground, on one of those that it meets, or on several of them.
        let ground = Maximum::default();
        if may_fit(0) && fits(&ground) {
            return ground;
        }
        // What lies below the others up to here.
        let (mut below, mut reached) = (ground.clone(), 0);
        let mut raise = |to: usize| {
            for other in &others[reached..to] {
                below = std::mem::take(&mut below).or(&other.end);
            }
            reached = to;
            below.clone()
        };
        for (place, other) in others.iter().enumerate() {
            if may_fit(other.typical.1) {
                if fits(&other.end) {
                    return other.end.clone();
                }
                if start == Start::Maximum {
                    let below = raise(place + 1);
                    if fits(&below) {
                        return below;
                    }
                }
            }
        }
        match start {
            Start::Sum => {
                let ends = others.iter().flat_map(|other| other.end.sums());
                ends.cloned().reduce(|all, end| self.basis.union(&all, &end)).map_or(ground, Maximum::of)
            }
            Start::Maximum => raise(others.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{DimId, Int};

    fn packed(blocks: &[(Int, usize, usize)], size: i64) -> i64 {
        let blocks: Vec<Block> = blocks
            .iter()
            .map(|(size, from, to)| Block { size: Maximum::of(size.clone()), from: *from, to: *to })
            .collect();
        let packing = pack(&blocks);
        let at = |length: &Maximum| length.evaluate(&mut |_| size);
        let ranges: Vec<(i64, i64)> = blocks
            .iter()
            .zip(&packing.offsets)
            .map(|(block, start)| (at(start), at(&start.plus(&block.size))))
            .collect();
        for (a, (start, end)) in ranges.iter().enumerate() {
            assert!(*end <= at(&packing.length));
            for (b, (from, to)) in ranges.iter().enumerate().skip(a + 1) {
                let together = blocks[a].from <= blocks[b].to && blocks[b].from <= blocks[a].to;
                assert!(!together || end <= from || to <= start, "{a} overlaps {b} at {size}");
            }
        }
        at(&packing.length)
    }

    #[test]
    fn run_time_sizes_need_no_more_than_is_live() {
        let n = Int::dim(DimId(0));
        let blocks = [(Int::constant(10_000), 0, 1), (n.scale(75), 2, 3), (n.scale(10), 1, 2)];
        for (size, live) in [(0, 10_000), (64, 10_640), (1000, 85_000)] {
            assert_eq!(packed(&blocks, size), live);
        }
    }

    #[test]
    fn what_stays_long_goes_below_what_is_large() {
        let sizes = [(1, 0, 9), (8, 0, 1), (4, 1, 3), (4, 3, 5), (4, 5, 7), (8, 7, 9)];
        let blocks: Vec<_> = sizes.iter().map(|&(size, from, to)| (Int::constant(size), from, to)).collect();
        assert_eq!(packed(&blocks, 1), 13);
    }
}
