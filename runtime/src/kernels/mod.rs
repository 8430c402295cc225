//! The loops that are worth writing once: dense products, and the choice of CPU features.
//!
//! No kernel allocates. `unsafe` stands behind one check of all sizes and strides at the entry;
//! what generated code can reach is safe. Every instantiation for a CPU feature is the same source
//! text as the portable one.

mod blocks;
mod contract;
mod cpu;
mod dispatch;
mod flat;
mod matmul;
mod matvec;
mod narrow;
mod parts;
mod pieces;
mod search;
#[cfg(feature = "rayon")]
mod team;
#[cfg(test)]
mod tests;
mod threads;
mod tile;
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use blocks::{block, blocks, in_blocks, memory_of_blocks, rows_of_block};
pub use contract::contract;
pub use cpu::{Cpu, vectorised, vectorised_rows};
pub(crate) use dispatch::MatmulFloat;
pub(crate) use matmul::LINE;
pub use matmul::matmul;
pub use narrow::{dots_small, matmul_narrow, matmul_small};
pub use parts::in_parts;
pub(crate) use pieces::{Runs, matmul_runs};
pub use pieces::{number, numbers, row, rows, strided_row, sum, sum_of, sum_of_row};
pub use search::largest;
