//! Keys that are assigned. A key is computed wherever it is used, of others and in the end of arguments; where that has
//! no end, as in `k = fold(k, 1);` in a loop, what is kept of it are its two words, as indices.

use super::elaborate::Elaborator;
use super::value::Array;
use crate::ir::{Function, Half, Kind, Scalar};

impl Elaborator<'_> {
    /// The two words of keys, the lower one first.
    pub fn words(&mut self, keys: &Array) -> [Array; 2] {
        [Half::Low, Half::High].map(|half| {
            let element = match &self.graph.scalars[keys.element] {
                Scalar::Call(Function::Key, words) => words[usize::from(half == Half::High)],
                _ => self.graph.scalars.call(Function::Word(half), vec![keys.element]),
            };
            Array { kind: Kind::Index, element, ..keys.clone() }
        })
    }

    /// The keys of their two words.
    pub fn key(&mut self, low: &Array, high: &Array) -> Array {
        let element = self.graph.scalars.call(Function::Key, vec![low.element, high.element]);
        Array { kind: Kind::Key, element, ..low.clone() }
    }
}
