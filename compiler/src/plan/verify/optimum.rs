//! How far plans are from the best that their buffers' lives allow: on every network of the examples, the
//! benchmarks and the tests, the arena is at most a tenth longer than the shortest one.
//!
//! The shortest is found by branch and bound; in most plans the layout is as long as what is live at once,
//! and nothing is left to search.

use std::fmt::Write;
use std::path::Path;

use crate::compile;
use crate::plan::Plan;

use super::memory::{Block, blocks};
use crate::tests::nets;

/// The value of every dim.
const SIZE: i64 = 64;

/// How many arrangements a search may look at.
const NODES: usize = 20_000;

/// The search for an arena of less than a given length.
///
/// Blocks are placed in the order of their starts, each at 0 or on top of those before that it meets; every
/// arrangement can be pushed down into such a one.
struct Search {
    blocks: Vec<Block>,
    /// Nodes that may still be visited.
    nodes: usize,
}

enum Outcome {
    Found(i64),
    Impossible,
    Undecided,
}

impl Search {
    fn load(&self, moment: usize) -> i64 {
        self.blocks
            .iter()
            .filter(|block| (block.from..=block.to).contains(&moment))
            .map(|block| block.size)
            .sum()
    }

    /// What is live at once: no arena is shorter.
    fn most_live(&self) -> i64 {
        self.blocks.iter().map(|block| self.load(block.from)).max().unwrap_or(0)
    }

    /// Whether there is an arena of less than this length.
    fn shorter_than(&mut self, length: i64) -> Outcome {
        let mut placed = vec![None; self.blocks.len()];
        self.place(&mut placed, 0, length)
    }

    fn place(&mut self, placed: &mut [Option<i64>], floor: i64, length: i64) -> Outcome {
        if self.nodes == 0 {
            return Outcome::Undecided;
        }
        self.nodes -= 1;
        let meets = |a: &Block, b: &Block| a.from <= b.to && b.from <= a.to;
        let blocks = &self.blocks;
        let end = |place: usize| placed[place].map(|start: i64| start + blocks[place].size);
        if placed.iter().all(Option::is_some) {
            return Outcome::Found((0..blocks.len()).filter_map(end).max().unwrap_or(0));
        }
        // What is live at a moment and not yet placed lies above the floor and above what is placed there.
        for moment in blocks.iter().map(|block| block.from) {
            let live = (0..blocks.len()).filter(|&b| (blocks[b].from..=blocks[b].to).contains(&moment));
            let (mut top, mut rest) = (floor, 0);
            for place in live {
                match end(place) {
                    Some(end) => top = top.max(end),
                    None => rest += blocks[place].size,
                }
            }
            if rest > 0 && top + rest >= length {
                return Outcome::Impossible;
            }
        }
        let start = |place: usize| {
            let below = (0..blocks.len()).filter(|&other| meets(&blocks[other], &blocks[place]));
            below.filter_map(end).max().unwrap_or(0)
        };
        let mut next: Vec<(i64, usize)> = (0..blocks.len())
            .filter(|&place| placed[place].is_none())
            .map(|place| (start(place), place))
            .filter(|(start, _)| *start >= floor)
            .collect();
        next.sort_by_key(|&(start, place)| (start, std::cmp::Reverse(blocks[place].size)));
        let mut undecided = false;
        for (start, place) in next {
            placed[place] = Some(start);
            match self.place(placed, start, length) {
                Outcome::Impossible => {}
                Outcome::Undecided => undecided = true,
                found @ Outcome::Found(_) => return found,
            }
            placed[place] = None;
        }
        if undecided { Outcome::Undecided } else { Outcome::Impossible }
    }
}

fn sources(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => all.push(path),
            None if path.is_dir() => sources(&path, all),
            _ => {}
        }
    }
}

/// The length of the shortest arena, if this length is more than some per cent above it.
fn shorter(blocks: &[Block], length: i64, percent: i64) -> Option<i64> {
    let far = |best: i64| 100 * length > (100 + percent) * best;
    let mut search = Search { blocks: blocks.to_vec(), nodes: NODES };
    if !far(search.most_live()) {
        return None;
    }
    let mut best = length;
    loop {
        match search.shorter_than(best) {
            Outcome::Found(length) => best = length,
            Outcome::Impossible => return far(best).then_some(best),
            // What could not be decided counts as missed.
            Outcome::Undecided => return Some(search.most_live()),
        }
    }
}

/// How many per cent above the optimum a plan may be.
const ALLOWED: i64 = 10;

/// Holds every plan of the networks in a folder against the optimum; there are at least `expected`.
#[track_caller]
fn near_the_optimum(folder: &str, expected: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    sources(&root.join(folder), &mut files);
    let (mut plans, mut far) = (0, String::new());
    for file in files {
        let found = nets(&std::fs::read_to_string(&file).unwrap());
        let file = file.strip_prefix(&root).unwrap().to_str().unwrap();
        // What is a part of a `macro_rules!` is no whole network.
        for text in found.into_iter().filter(|text| !text.contains('$')) {
            let program =
                crate::tests::checked(&text).unwrap_or_else(|messages| panic!("{file}: {messages}"));
            for (network, methods) in program.structs.iter().zip(compile::compile(&program)) {
                for (method, compiled) in network.methods.iter().zip(&methods) {
                    let name = format!("{}::{}", network.name, method.name);
                    for plan in compiled.all().map(|compiled| &compiled.plan) {
                        plans += 1;
                        far += &message(&format!("{file}: {name}"), plan);
                    }
                }
            }
        }
    }
    assert!(plans >= expected, "{folder} has {plans} plans");
    assert!(far.is_empty(), "more above the optimum than is allowed:\n{far}");
}

/// Nothing if a plan is near enough to the optimum.
fn message(name: &str, plan: &Plan) -> String {
    let (blocks, length) = blocks(plan, SIZE);
    let Some(shorter) = shorter(&blocks, length, ALLOWED) else { return String::new() };
    let percent = (100 * length + shorter - 1) / shorter - 100;
    let mut text = format!("{name}: {length} floats, {shorter} would do: {percent} % more\n");
    for Block { name, from, to, start, size } in blocks {
        writeln!(text, "    {from:4}..={to:<4} {start:8} + {size:<8} {name}").unwrap();
    }
    text
}

#[test]
fn plans_of_examples() {
    near_the_optimum("examples/src", 40);
}

#[test]
fn plans_of_benchmarks() {
    near_the_optimum("benches/chainrule/src", 20);
}

#[test]
fn plans_of_tests() {
    near_the_optimum("tests/tests/programs", 40);
    near_the_optimum("tests/tests/derivatives", 40);
    near_the_optimum("tests/tests/gradients", 40);
}

/// The search against arrangements known to be best.
#[test]
fn the_search() {
    let block = |from, to, size| Block { name: String::new(), from, to, start: 0, size };
    let shortest = |blocks: &[Block]| {
        let length = blocks.iter().map(|block| block.size).sum();
        shorter(blocks, length, 0).unwrap_or(length)
    };
    assert_eq!(shortest(&[block(0, 1, 3), block(1, 2, 4)]), 7);
    assert_eq!(shortest(&[block(0, 1, 3), block(2, 3, 4)]), 4);
    // Never more than 5 are live, but the two of 2 in the middle cannot lie beside each other everywhere.
    let comb =
        [block(0, 2, 2), block(2, 4, 1), block(4, 6, 2), block(0, 0, 3), block(3, 3, 4), block(6, 6, 3)];
    assert_eq!(shortest(&comb), 5);
}
