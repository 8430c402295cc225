//! What is too large: sizes that do not fit, tensors that no memory holds, loops that never end, and
//! expressions that nest too deep for passes that walk by recursion.

use proc_macro2::Span;

use super::elaborate::{Elaborator, Place};
use super::value::{Array, Value};
use crate::ir::{Int, ScalarId};

/// The most elements of a tensor, and the most parameters of a network.
pub const MOST_ELEMENTS: usize = 1 << 40;

/// The most times that anything is done, and the largest integer that is made of sizes.
const MOST: f64 = 9_007_199_254_740_992.0;

/// How deep expressions may nest, through the functions that they call too.
const DEEPEST: usize = 200;

/// How deep the expression of one element may become before it is stored.
const DEEPEST_ELEMENT: u32 = 100;

/// An upper bound on an integer's constants: the sum of its coefficients.
fn magnitude(value: &Int) -> f64 {
    value.terms().map(|(_, coefficient)| coefficient.unsigned_abs() as f64).sum()
}

/// A bound on the number of elements of a shape, dims taken to be 1.
fn elements(shape: &[Int]) -> f64 {
    shape.iter().map(|size| magnitude(size).max(1.0)).product()
}

impl Elaborator<'_> {
    /// The result of integer arithmetic, if it fits.
    pub fn fitting(
        &mut self,
        a: &Int,
        b: &Int,
        place: &Place,
        is_product: bool,
        make: impl FnOnce(&Int, &Int) -> Int,
    ) -> Option<Int> {
        let (a_most, b_most) = (magnitude(a), magnitude(b));
        let most = if is_product { a_most * b_most } else { a_most + b_most };
        if most > MOST {
            self.say(
                place,
                "this integer is too large".to_string(),
                Some("sizes and subscripts stay below 2⁵³".to_string()),
            );
            return None;
        }
        Some(make(a, b))
    }

    /// The value, unless it is a tensor that no memory holds.
    pub fn affordable(&mut self, value: Value, span: Span) -> Value {
        match &value {
            Value::Array(array) if elements(&array.shape) > MOST_ELEMENTS as f64 => {
                let message = format!("{} is too large for any memory", self.show(array.kind, &array.shape));
                self.error_with_help(span, message, "a tensor has at most 2⁴⁰ elements");
                Value::Poison
            }
            _ => value,
        }
    }

    /// Whether a shape is one of a tensor that memory holds; says so if not.
    pub fn is_affordable(&mut self, shape: &[Int], place: &Place) -> bool {
        let fits = elements(shape) <= MOST_ELEMENTS as f64;
        if !fits {
            let message = format!("a tensor [{}] is too large for any memory", self.show_sizes(shape));
            self.say(place, message, Some("a tensor has at most 2⁴⁰ elements".to_string()));
        }
        fits
    }

    /// Whether the loops and indices around an expression, and one more, run a number of times that ends.
    pub fn ends(&mut self, extent: &Int, place: &Place) -> bool {
        let around = self.ambient.iter().map(|axis| magnitude(&axis.extent).max(1.0)).product::<f64>();
        let loops = self.counters.values().map(|extent| magnitude(extent).max(1.0)).product::<f64>();
        let fits = around * loops * magnitude(extent).max(1.0) <= MOST;
        if !fits {
            let message = format!(
                "with what is around it, a range of {} runs too often to end",
                self.show_size(extent)
            );
            self.say(place, message, Some("all ranges together run at most 2⁵³ times".to_string()));
        }
        fits
    }

    /// Runs one level deeper, unless that is too deep.
    pub fn deeper(&mut self, span: Span, run: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.nesting == DEEPEST {
            self.error_with_help(
                span,
                format!("expressions nest more than {DEEPEST} deep here, with the functions that they call"),
                "give parts of them names with `let`",
            );
            return Value::Poison;
        }
        self.nesting += 1;
        let value = run(self);
        self.nesting -= 1;
        value
    }

    /// The array, stored if the expression of its element has become very deep.
    pub fn shallow(&mut self, array: Array) -> Array {
        if self.element_depth(array.element) < DEEPEST_ELEMENT || self.in_elementwise_branch() {
            return array;
        }
        let name = self.name_for("part");
        self.store(&array, &name)
    }

    /// How deep a scalar expression is. What it is made of is mostly known already.
    fn element_depth(&mut self, id: ScalarId) -> u32 {
        let mut stack = vec![id];
        while let Some(&top) = stack.last() {
            let operands = self.graph.scalars.operands(top);
            let unknown = operands.iter().find(|operand| !self.element_depths.contains_key(operand));
            match unknown {
                Some(operand) => stack.push(*operand),
                None => {
                    let depth =
                        operands.iter().map(|operand| self.element_depths[operand]).max().unwrap_or(0);
                    self.element_depths.insert(top, depth + 1);
                    stack.pop();
                }
            }
        }
        self.element_depths[&id]
    }
}
