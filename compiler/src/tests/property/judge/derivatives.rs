//! Derivatives: reverse and forward mode, before and after simplification, against the slopes of the tree.

use super::{Case, Failure, LARGE, Seen, dot, fails, holds, random, scale};
use crate::compile::{self, Derived};
use crate::eval::{self, Data};
use crate::ir::{self, Graph, TensorId};
use crate::program::Derivative;
use crate::syntax::ast::DerivativeKind;
use crate::{count, differentiate};

impl Case {
    pub fn gradients(
        &self,
        ids: &[TensorId],
        slopes: &[Vec<f64>],
        seen: &mut Seen,
        value: &Graph,
    ) -> Result<(), Failure> {
        let results = self.results();
        let floats: Vec<(usize, TensorId)> = self
            .inputs
            .iter()
            .enumerate()
            .filter(|(_, (_, data))| matches!(data, Data::Float(_)))
            .map(|(position, (tensor, _))| (position, *tensor))
            .collect();
        let count = |tensor: TensorId| -> usize {
            eval::shape(&self.method.graph, &self.dims, tensor).map_or(0, |shape| shape.iter().product())
        };

        // Reverse mode on the graph as it was lowered.
        let mut graph = self.method.graph.clone();
        let (mut seeds, mut inputs, mut cotangents) = (Vec::new(), self.inputs.clone(), Vec::new());
        for (position, &result) in results.iter().enumerate() {
            let cotangent = graph.add_tensor("cotangent", graph.shape(result).to_vec(), ir::Kind::Float);
            let values = random(&format!("cotangent {position}"), count(result));
            seeds.push((result, cotangent));
            inputs.push((cotangent, Data::Float(values.clone())));
            cotangents.push(values);
        }
        let variables: Vec<TensorId> = floats.iter().map(|(_, tensor)| *tensor).collect();
        let found = differentiate::reverse(&mut graph, &mut [], &seeds, &variables);
        let given: Vec<TensorId> = inputs.iter().map(|(tensor, _)| *tensor).collect();
        holds("the differentiated graph is sound", &graph, &given)?;
        let wanted: Vec<TensorId> = found.iter().copied().flatten().collect();
        let mut raw = self.evaluate(&graph, &inputs, &wanted, "the differentiated graph runs")?.into_iter();
        let raw: Vec<Vec<f64>> = found
            .iter()
            .zip(&variables)
            .map(|(found, variable)| match found {
                Some(_) => raw.next().expect("one of each wanted").floats().to_vec(),
                None => vec![0.0; count(*variable)],
            })
            .collect();

        // The gradient as it is delivered.
        let routine = compile::gradient(&self.method, &self.derivative());
        let mut given = self.inputs.clone();
        for (cotangent, values) in routine.cotangents.iter().zip(&cotangents) {
            given.push((*cotangent, Data::Float(values.clone())));
        }
        let all: Vec<TensorId> = given.iter().map(|(tensor, _)| *tensor).collect();
        holds("the gradient's graph is sound", &routine.graph, &all)?;
        let wanted: Vec<TensorId> = routine.gradients.iter().map(|gradient| gradient.tensor).collect();
        let gradients = self.evaluate(&routine.graph, &given, &wanted, "the gradient's graph runs")?;
        let seed = if routine.cotangents.is_empty() { cotangents[0][0] } else { 1.0 };
        let gradients: Vec<Vec<f64>> =
            gradients.iter().map(|data| data.floats().iter().map(|value| value * seed).collect()).collect();

        seen.operations = (
            count::operations_at(value, &value.nodes, &self.dims),
            count::operations_at(&routine.graph, &routine.graph.nodes, &self.dims),
        );
        if !seen.compared {
            return Ok(());
        }

        // Forward mode on the graph as it was lowered.
        let mut graph = self.method.graph.clone();
        let (mut tangents, mut inputs) = (Vec::new(), self.inputs.clone());
        for &(position, tensor) in &floats {
            let tangent = graph.add_tensor("tangent", graph.shape(tensor).to_vec(), ir::Kind::Float);
            tangents.push((tensor, tangent));
            inputs.push((tangent, Data::Float(self.direction(position))));
        }
        let found = differentiate::forward(&mut graph, &tangents, &results);
        let given: Vec<TensorId> = inputs.iter().map(|(tensor, _)| *tensor).collect();
        holds("the graph of tangents is sound", &graph, &given)?;
        let wanted: Vec<TensorId> = found.iter().copied().flatten().collect();
        let mut forward = self.evaluate(&graph, &inputs, &wanted, "the graph of tangents runs")?.into_iter();
        let forward: Vec<Vec<f64>> = found
            .iter()
            .zip(&results)
            .map(|(found, result)| match found {
                Some(_) => forward.next().expect("one of each wanted").floats().to_vec(),
                None => vec![0.0; count(*result)],
            })
            .collect();
        let _ = ids;

        // ⟨Jv, w⟩ in all ways.
        let along = |slopes: &[Vec<f64>]| -> f64 {
            slopes.iter().zip(&cotangents).map(|(slope, w)| dot(slope, w)).sum()
        };
        let back = |gradients: &[Vec<f64>]| -> f64 {
            floats
                .iter()
                .zip(gradients)
                .map(|((position, _), gradient)| dot(gradient, &self.direction(*position)))
                .sum()
        };
        let size: f64 = floats.iter().zip(&raw).fold(1.0, |most, ((position, _), gradient)| {
            let products = gradient.iter().zip(self.direction(*position)).map(|(a, b)| (a * b).abs());
            products.filter(|product| product.is_finite()).fold(most, f64::max)
        });
        let size = slopes.iter().flatten().fold(size, |most, slope| most.max(slope.abs()));
        let (meant, forward, reverse, delivered) =
            (along(slopes), along(&forward), back(&raw), back(&gradients));
        let tangent = along(&self.tangents()?);
        let is_sure = |finite: &[f64]| finite.iter().all(|value| value.is_finite()) && size <= LARGE;
        // What has a convention where there is no derivative, the root of a sum of squares at 0, has it from the
        // rewrites: the lowered graph may have none there.
        if !is_sure(&[meant, delivered, tangent]) {
            if is_sure(&[meant]) && !self.is_kink(&cotangents, meant) {
                return fails(
                    "derivatives are finite where the slope is",
                    format!(
                        "meant {meant:e}, delivered {delivered:e} and {tangent:e}, lowered: forward {forward:e}, reverse {reverse:e}"
                    ),
                );
            }
            return Ok(());
        }
        for (property, found) in [
            ("forward mode is the slope", forward),
            ("reverse mode is the slope", reverse),
            ("the gradient is the slope", delivered),
            ("the tangent is the slope", tangent),
        ] {
            if found.is_finite() && (found - meant).abs() > 1e-8 * size {
                return fails(
                    property,
                    format!(
                        "found {found:e}, expected {meant:e} (forward {forward:e}, reverse {reverse:e}, delivered {delivered:e} and {tangent:e})"
                    ),
                );
            }
        }
        for (which, (raw, delivered)) in raw.iter().zip(&gradients).enumerate() {
            let most = scale(raw).max(size);
            for (place, (a, b)) in raw.iter().zip(delivered).enumerate() {
                if a.is_finite() && (a - b).abs() > 1e-8 * most {
                    let name = &self.names[floats[which].0];
                    return fails(
                        "simplification keeps the gradient",
                        format!("{name}, element {place}: {b:e}, before {a:e}"),
                    );
                }
            }
        }
        if let Some(difference) = self.difference(&cotangents) {
            seen.differenced = true;
            if (difference - meant).abs() > 1e-4 * size && !seen.nested {
                return fails(
                    "the slope is that of differences",
                    format!("{meant:e}, differences {difference:e}"),
                );
            }
        }
        Ok(())
    }

    /// The tangents of the results as they are delivered, along the inputs' direction.
    fn tangents(&self) -> Result<Vec<Vec<f64>>, Failure> {
        let derivative = Derivative { kind: DerivativeKind::Jvp, ..self.derivative() };
        let Derived { routine, directions } = compile::derived(&self.method, &derivative);
        let mut inputs = self.inputs.clone();
        for (target, direction) in directions {
            let variable = compile::variable(&self.method, target);
            let position = self.inputs.iter().position(|(tensor, _)| *tensor == variable);
            let values = self.direction(position.expect("each variable is an input"));
            inputs.push((direction, Data::Float(values)));
        }
        let given: Vec<TensorId> = inputs.iter().map(|(tensor, _)| *tensor).collect();
        holds("the tangents' graph is sound", &routine.graph, &given)?;
        let tangents = &routine.results[self.results().len()..];
        let tangents = self.evaluate(&routine.graph, &inputs, tangents, "the tangents' graph runs")?;
        Ok(tangents.iter().map(|tangent| tangent.floats().to_vec()).collect())
    }

    pub fn is_kink(&self, cotangents: &[Vec<f64>], meant: f64) -> bool {
        self.difference(cotangents)
            .is_none_or(|difference| (difference - meant).abs() > 1e-3 * (1.0 + meant.abs()))
    }

    /// The slope along the inputs' direction by central differences; none where two steps disagree.
    pub fn difference(&self, cotangents: &[Vec<f64>]) -> Option<f64> {
        let at = |step: f64| -> Option<f64> {
            let mut moved = self.inputs.clone();
            for (position, (_, data)) in moved.iter_mut().enumerate() {
                let direction = self.direction(position);
                if let Data::Float(values) = data {
                    values.iter_mut().zip(direction).for_each(|(value, by)| *value += step * by);
                }
            }
            let results = eval::evaluate(&self.method.graph, &self.dims, &moved, &self.results()).ok()?;
            Some(results.iter().zip(cotangents).map(|(result, w)| dot(result.floats(), w)).sum())
        };
        let slope = |step: f64| Some((at(step)? - at(-step)?) / (2.0 * step));
        let (coarse, fine) = (slope(2e-5)?, slope(1e-5)?);
        let agree = (coarse - fine).abs() <= 1e-6 * (1.0 + fine.abs());
        (agree && fine.is_finite()).then_some(fine)
    }
}
