//! Where each parameter stands among the floats of its network.

use super::signature::plain;
use crate::program::{Content, PathStep, Program, StructType};

/// A parameter, or one in each struct of some arrays.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// How it is reached.
    pub path: Vec<PathStep>,
    /// Its own sizes.
    pub shape: Vec<usize>,
    /// How many floats stand before it (before the first of them).
    pub offset: usize,
    /// For each array on the path, how far its elements stand apart.
    pub strides: Vec<usize>,
    /// Whether it, or a struct around it, is frozen.
    pub frozen: bool,
}

impl Leaf {
    /// The names on its path.
    pub fn names(&self) -> Vec<String> {
        self.path.iter().map(|step| plain(&step.name)).collect()
    }

    /// How many floats it is in all.
    pub fn count(&self) -> usize {
        let arrays = self.path.iter().flat_map(|step| &step.lengths);
        arrays.chain(&self.shape).product()
    }
}

/// The parameters of a struct in order.
pub fn leaves(program: &Program, of: &StructType) -> Vec<Leaf> {
    let mut found = Vec::new();
    let start = Leaf { path: Vec::new(), shape: Vec::new(), offset: 0, strides: Vec::new(), frozen: false };
    walk(program, of, &start, &mut found);
    found
}

/// Adds the leaves of a struct that stands where `at` says; returns how many floats it holds.
fn walk(program: &Program, of: &StructType, at: &Leaf, found: &mut Vec<Leaf>) -> usize {
    let mut size = 0;
    for field in &of.fields {
        let mut leaf = at.clone();
        leaf.offset += size;
        leaf.frozen |= field.frozen;
        match &field.content {
            Content::Tensor { shape, .. } => {
                leaf.path.push(PathStep { name: field.name.clone(), lengths: Vec::new() });
                leaf.shape.clone_from(shape);
                found.push(leaf);
                size += shape.iter().product::<usize>();
            }
            Content::Struct { index, lengths } => {
                leaf.path.push(PathStep { name: field.name.clone(), lengths: lengths.clone() });
                let inner = &program.structs[*index];
                let one = walk(program, inner, &leaf, &mut Vec::new());
                let inside = |axis: usize| lengths[axis + 1..].iter().product::<usize>() * one;
                leaf.strides.extend((0..lengths.len()).map(inside));
                walk(program, inner, &leaf, found);
                size += lengths.iter().product::<usize>() * one;
            }
        }
    }
    size
}
