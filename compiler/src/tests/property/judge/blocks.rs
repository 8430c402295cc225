//! A function that is said to be a sum over rows is the sum of blocks of them.

use super::{Case, Failure, fails};
use crate::compile;
use crate::eval::{self, Data};
use crate::ir::{DimId, Graph, Int, TensorId};

/// How many blocks there are.
const BLOCKS: usize = 3;

impl Case {
    /// Whether it is said to be one, and then what its blocks are together.
    pub(super) fn blocks(&self, graph: &Graph, whole: &[Data]) -> Result<bool, Failure> {
        let Some((part, sizes)) = compile::of_rows(&self.method, graph) else { return Ok(false) };
        let is_argument =
            |tensor: TensorId| self.method.arguments.iter().any(|argument| argument.tensor() == Some(tensor));
        let mut sums: Vec<Vec<f64>> = Vec::new();
        for block in 0..BLOCKS {
            // The first has the fewest, perhaps none.
            let squares = BLOCKS * BLOCKS;
            let range =
                |size: usize| size * block * block / squares..size * (block + 1) * (block + 1) / squares;
            let all = |dim: DimId| self.dims[dim.0 as usize];
            let mut dims = self.dims.clone();
            for size in &sizes {
                dims[size.0 as usize] = range(all(*size)).len();
            }
            dims.extend(sizes.iter().map(|size| all(*size)));
            dims.push(BLOCKS);
            let inputs = self.inputs.iter().map(|(tensor, data)| {
                let first = self.method.graph.shape(*tensor).first().and_then(Int::as_dim);
                match first.filter(|dim| is_argument(*tensor) && sizes.contains(dim)) {
                    Some(dim) => {
                        let (rows, row) = (range(all(dim)), data.len().checked_div(all(dim)).unwrap_or(0));
                        (*tensor, data.part(rows.start * row..rows.end * row))
                    }
                    None => (*tensor, data.clone()),
                }
            });
            let inputs: Vec<(TensorId, Data)> = inputs.collect();
            let results = eval::evaluate(&part.graph, &dims, &inputs, &part.result.tensors())
                .or_else(|error| fails("a block of rows runs", error.to_string()))?;
            sums.resize_with(results.len(), Vec::new);
            for (sum, result) in sums.iter_mut().zip(&results) {
                sum.resize(result.len(), 0.0);
                sum.iter_mut().zip(result.floats()).for_each(|(sum, value)| *sum += value);
            }
        }
        for (position, (sum, whole)) in sums.iter().zip(whole).enumerate() {
            self.agree("it is the sum of blocks of rows", position, sum, whole.floats())?;
        }
        Ok(true)
    }
}
