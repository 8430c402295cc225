//! A gradient that is a sum over the rows of a batch, block by block: a block's memory stays in the cache, and threads
//! may take blocks at the same time.
//!
//! How rows are divided, and in which order what blocks make is added up, depends on sizes alone, and so do the bits,
//! with any number of threads. Nothing here knows what is computed.

use core::ops::Range;

use super::LINE;
use crate::params::placed;
use crate::{Float, Params};

#[cfg(feature = "rayon")]
use super::{team, threads};

/// Blocks begin at multiples of so many rows: so many that no loop over them has much left over.
const STEP: usize = 16;
/// How often blocks are divided into halves: of more parts, each would have memory of its own.
const DEPTH: u32 = 3;

/// How many blocks so many rows are, if one has at most about `most`: one, or an even number, so that two threads have
/// as much to do.
#[must_use]
pub const fn blocks(rows: usize, most: usize) -> usize {
    if rows > most { rows.div_ceil(most).next_multiple_of(2) } else { 1 }
}

/// How many of all rows a block has at most.
#[must_use]
pub const fn rows_of_block(rows: usize, blocks: usize) -> usize {
    let most = rows.div_ceil(blocks) + STEP - 1;
    if most < rows { most } else { rows }
}

/// Which of all rows a block has: about as many as every other.
#[inline]
#[must_use]
pub fn block(number: usize, rows: usize, blocks: usize) -> Range<usize> {
    let start = |number| if number == blocks { rows } else { number * rows / blocks / STEP * STEP };
    start(number)..start(number + 1)
}

/// How many floats [`in_blocks`] needs, if a block takes so many beside its gradient.
#[must_use]
pub const fn memory_of_blocks<P: Params>(blocks: usize, floats: usize) -> usize {
    let before = LINE / size_of::<P::Float>() - 1;
    let (gradient, floats) = (gradient::<P>(), lines::<P>(floats));
    let depth = depth(blocks);
    let all = if blocks == 1 {
        // Nothing is added to its gradient.
        gradient + floats
    } else if cfg!(feature = "rayon") {
        (2 * gradient + floats) << depth
    } else {
        (2 + depth as usize) * gradient + floats
    };
    before + all
}

/// How often so many blocks are divided.
const fn depth(blocks: usize) -> u32 {
    let depth = blocks.next_power_of_two().ilog2();
    if depth < DEPTH { depth } else { DEPTH }
}

/// How many floats a gradient takes, with what fills up its last line of the cache.
const fn gradient<P: Params>() -> usize {
    lines::<P>(size_of::<P>() / size_of::<P::Float>())
}

/// So many floats, with those that fill up the last line of the cache.
const fn lines<P: Params>(floats: usize) -> usize {
    floats.next_multiple_of(LINE / size_of::<P::Float>())
}

/// Has each block compute its value and its gradient, and adds both up: the value, and the gradient in the memory.
/// What `each` finds in the gradient, or in memory, is anything. `arena` is as long as [`memory_of_blocks`] says, and a
/// block takes as long as `work` multiplications in a product.
#[inline]
pub fn in_blocks<P: Params>(
    blocks: usize,
    work: u64,
    arena: &mut [P::Float],
    each: impl Fn(usize, &mut [P::Float], &mut P) -> P::Float + Sync,
) -> (P::Float, &P) {
    // Whole lines of the cache, of which all parts are.
    let line = LINE / size_of::<P::Float>();
    let before = arena.as_ptr().align_offset(LINE).min(line - 1);
    let (_, arena) = arena.split_at_mut(before);
    let (arena, _) = arena.split_at_mut(arena.len() / line * line);
    (part(0..blocks, depth(blocks), work, arena, &each), placed(arena))
}

/// Of a block: its value, and its gradient in front of the memory that it has.
#[inline]
fn one<P: Params>(
    block: usize,
    arena: &mut [P::Float],
    each: &impl Fn(usize, &mut [P::Float], &mut P) -> P::Float,
) -> P::Float {
    let (front, arena) = arena.split_at_mut(gradient::<P>());
    each(block, arena, placed(front))
}

/// Of some blocks, in two halves or one after the other.
fn part<P: Params>(
    mut blocks: Range<usize>,
    depth: u32,
    work: u64,
    arena: &mut [P::Float],
    each: &(impl Fn(usize, &mut [P::Float], &mut P) -> P::Float + Sync),
) -> P::Float {
    if depth == 0 || blocks.len() == 1 {
        let Some(first) = blocks.next() else { return P::Float::ZERO };
        let mut value = one(first, arena, each);
        let (sum, arena) = arena.split_at_mut(gradient::<P>());
        for block in blocks {
            value += one(block, arena, each);
            add(sum, arena);
        }
        return value;
    }
    let middle = blocks.start + blocks.len().div_ceil(2);
    let of = |blocks, arena: &mut [P::Float]| part(blocks, depth - 1, work, arena, each);
    halves::<P>(work, [blocks.start..middle, middle..blocks.end], arena, of)
}

/// Two ranges of blocks, each in half of the memory; by two threads where one does nothing.
#[cfg(feature = "rayon")]
fn halves<P: Params>(
    work: u64,
    [first, second]: [Range<usize>; 2],
    arena: &mut [P::Float],
    each: impl Fn(Range<usize>, &mut [P::Float]) -> P::Float + Sync,
) -> P::Float {
    let (left, right) = arena.split_at_mut(arena.len() / 2);
    let (mut before, mut behind) = (P::Float::ZERO, P::Float::ZERO);
    let work = work.saturating_mul(second.end.saturating_sub(first.start) as u64);
    if threads::finds_help(usize::try_from(work).unwrap_or(usize::MAX)) {
        team::both(|| before = each(first, left), || behind = each(second, right));
    } else {
        (before, behind) = (each(first, left), each(second, right));
    }
    add(&mut left[..gradient::<P>()], right);
    before + behind
}

/// Two ranges of blocks, the second in what memory the gradient of the first leaves.
#[cfg(not(feature = "rayon"))]
fn halves<P: Params>(
    _work: u64,
    [first, second]: [Range<usize>; 2],
    arena: &mut [P::Float],
    each: impl Fn(Range<usize>, &mut [P::Float]) -> P::Float,
) -> P::Float {
    let before = each(first, arena);
    let (sum, arena) = arena.split_at_mut(gradient::<P>());
    let behind = each(second, arena);
    add(sum, arena);
    before + behind
}

fn add<F: Float>(sum: &mut [F], others: &[F]) {
    for (sum, other) in sum.iter_mut().zip(others) {
        *sum += *other;
    }
}

#[cfg(test)]
mod tests {
    use super::{block, blocks, rows_of_block};

    #[test]
    fn blocks_are_all_rows() {
        for (rows, most) in (0..700).flat_map(|rows| [16, 48, 112].map(|most| (rows, most))) {
            let count = blocks(rows, most);
            let mut next = 0;
            for number in 0..count {
                let range = block(number, rows, count);
                assert!(range.start == next && range.end >= next, "{rows} rows in {count} blocks");
                assert!(
                    range.len() <= rows_of_block(rows, count),
                    "{range:?} of {rows} rows in {count} blocks"
                );
                next = range.end;
            }
            assert_eq!(next, rows);
        }
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn gradients_are_added_up() {
        use super::{in_blocks, memory_of_blocks};
        use crate::Params as _;
        use crate::params::tests::Net;

        for rows in [0, 1, 100, 101, 255, 999, 5000] {
            let count = blocks(rows, 16);
            let mut memory = alloc::vec![f64::NAN; memory_of_blocks::<Net>(count, 3)];
            let (value, gradient) =
                in_blocks::<Net>(count, 1 << 30, &mut memory, |number, arena, gradient| {
                    let sum = block(number, rows, count).map(|row| (row % 3) as f64).sum();
                    arena[..3].fill(0.5);
                    gradient.as_mut_slice().fill(2.0 * sum);
                    sum
                });
            // Small integers: their sums are exact.
            let sum = (0..rows).map(|row| (row % 3) as f64).sum::<f64>();
            assert!(
                value == sum && gradient.as_slice().iter().all(|element| *element == 2.0 * sum),
                "{rows} rows"
            );
        }
    }
}
