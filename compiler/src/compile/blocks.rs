//! Which functions are sums over the rows of a batch, and what of one some of the rows are: where rows do not mix, a
//! loss and its gradient are those of blocks of rows, added up. A block stays in the cache, however many rows there
//! are, and another thread can take another one.
//!
//! Of the function of a block, a size that means an extent is how many rows it has; one that is used as a number stays
//! that of the whole batch, and comes as an argument beside it. What is added to such a sum without depending on a
//! row, as a decay of weights, each block adds its share of.

mod classes;
mod share;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use quote::format_ident;

use super::plain;
use crate::emit::CompiledBlocks;
use crate::ir::{Atom, DimId, Graph, Int, TensorId};
use crate::program::{Argument, ArgumentContent, Derivative, DimSource, Method};
use crate::routine::Routine;
use crate::{count, plan};

use classes::{Class, Classes};
use share::Share;

/// How many floats a block takes at most, so that they stay in the cache of a core.
const FLOATS: i64 = 1 << 17;
/// How many it takes at most, if the fewest rows are more than that.
const LARGEST: i64 = 4 * FLOATS;
/// How many rows a block has if they take hardly anything.
const MOST: i64 = 1 << 10;
/// Blocks begin at multiples of so many rows (`kernels::block`).
const STEP: i64 = 16;
/// And so many at least: the products of fewer would read weights for too little.
const FEWEST: i64 = 2 * STEP;
/// A network has at most so many floats: each block has a gradient of its own.
const HELD: u64 = 1 << 15;
/// A row is at least so many multiplications for each of them: that a gradient is held, and added to another, is hardly
/// any work beside that.
const REUSED: u64 = 8;

/// The pass of a block of rows with the gradient by the parameters: none of what is no sum over rows, or better done
/// with all of them at once.
pub fn planned(
    method: &Method,
    value: &Routine,
    derivative: &Derivative,
    parameters: u64,
) -> Option<CompiledBlocks> {
    if parameters > HELD {
        return None;
    }
    let (method, sizes) = of_rows(method, &value.graph)?;
    let of = |rows: i64, size: &Int| {
        let rows = size.substitute(&mut |atom| match atom {
            Atom::Dim(dim) if sizes.contains(dim) => Some(Int::constant(rows)),
            _ => None,
        });
        rows.typical()
    };
    // What is done for each block, whatever rows it has, and for each row: of the value, which a gradient is three of.
    let operations = count::operations(&method.graph);
    let block = of(0, &operations);
    let row = (of(MOST, &operations) - block) / MOST;
    let work = row.saturating_mul(3) / 2;
    if work.unsigned_abs() < REUSED * parameters || block > row {
        return None;
    }
    let by_parameters = Derivative { arguments: Vec::new(), ..derivative.clone() };
    let routine = super::gradient(&method, &by_parameters);
    let compiled = super::planned(&method, routine, &[], plan::plan);
    let floats = |rows: i64| compiled.plan.workspace().sums().iter().map(|sum| of(rows, sum)).max();
    let mut rows = (FEWEST..=MOST).rev().step_by(STEP as usize);
    let most = rows.find(|rows| floats(*rows) <= Some(FLOATS));
    let most = most.or((floats(FEWEST) <= Some(LARGEST)).then_some(FEWEST))?;
    Some(CompiledBlocks { method, compiled, sizes, most, work: work.saturating_mul(most) })
}

/// The function of some of the rows, and the sizes of which they are a part: none if it is no sum over rows. `graph` is
/// the function as it is simplified.
pub fn of_rows(method: &Method, graph: &Graph) -> Option<(Method, Vec<DimId>)> {
    let results = method.result.tensors();
    let all = sizes_in_front(method, graph);
    let each = all.iter().map(|size| vec![*size]).filter(|_| all.len() > 1);
    let ways = std::iter::once(all.clone()).chain(each).filter(|sizes| !sizes.is_empty());
    let is_sum = |classes: &Classes| results.iter().all(|result| classes.of_tensor(*result) == Class::Sum);
    let classes = ways.filter_map(|sizes| Classes::of(method, graph, sizes)).find(is_sum)?;
    let mut part = Method { graph: graph.clone(), derivatives: Vec::new(), ..method.clone() };
    part.name = format_ident!("__{}_of_rows", plain(&method.name));
    let mut whole = BTreeMap::new();
    for size in &classes.sizes {
        let name = format!("{}_of_all", part.graph.dims[size.0 as usize]);
        whole.insert(*size, Int::dim(argument(&mut part, &name)));
    }
    let blocks = Int::dim(argument(&mut part, "blocks"));
    let mut nodes = std::mem::take(&mut part.graph.nodes);
    Share { graph: &mut part.graph, classes: &classes, whole: &whole, blocks: &blocks }.nodes(&mut nodes);
    part.graph.nodes = nodes;
    Some((part, classes.sizes))
}

/// The run-time sizes that stand in front of arguments, and nowhere else in them.
fn sizes_in_front(method: &Method, graph: &Graph) -> Vec<DimId> {
    let shapes: Vec<&[Int]> = arguments(method).map(|tensor| graph.shape(tensor)).collect();
    let is_in_front = |shape: &&[Int], size: DimId| {
        let elsewhere = shape.iter().skip(1).any(|extent| extent.dims().contains(&size));
        let first = shape.first();
        !elsewhere && first.is_none_or(|first| first.as_dim() == Some(size) || !first.dims().contains(&size))
    };
    let of_tensors = |size: &DimId| matches!(method.dims[size.0 as usize], DimSource::Axis { axis: 0, .. });
    let is_asked = |size: &DimId| {
        let natural =
            graph.natural.iter().flat_map(|natural| natural.where_natural.iter().chain([&natural.size]));
        natural.flat_map(Int::dims).any(|asked| asked == *size)
    };
    let all = (0..graph.dims.len()).map(|dim| DimId(u32::try_from(dim).unwrap_or(u32::MAX)));
    all.filter(|size| of_tensors(size) && !is_asked(size))
        .filter(|size| shapes.iter().all(|shape| is_in_front(shape, *size)))
        .collect()
}

/// The arguments that are arrays or numbers.
fn arguments(method: &Method) -> impl Iterator<Item = TensorId> {
    method.arguments.iter().filter_map(Argument::tensor)
}

/// A size as one more argument.
fn argument(method: &mut Method, name: &str) -> DimId {
    let mut name = format_ident!("{}", name.to_lowercase());
    while method.arguments.iter().any(|argument| argument.name == name) {
        name = format_ident!("{name}_");
    }
    let dim = DimId(u32::try_from(method.dims.len()).unwrap_or(u32::MAX));
    method.graph.dims.push(plain(&name));
    method.dims.push(DimSource::Argument(method.arguments.len()));
    method.arguments.push(Argument { name, content: ArgumentContent::Dim(dim) });
    dim
}
