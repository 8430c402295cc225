//! The compiler behind `net!`.
#![allow(dead_code)]
mod check;
mod count;
mod differentiate;
mod eval;
mod ir;
mod print;
mod program;
mod report;
mod routine;
mod simplify;
mod syntax;
mod compile; mod verify;
#[cfg(test)] mod tests;
