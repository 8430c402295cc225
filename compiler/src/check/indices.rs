//! Arithmetic on whole tensors of indices, and lists of indices, where indices are wanted: `let next: u32[N] = i + 1;`,
//! `x[2 * i]`, `let to: u32[2] = [n / 2, 1];`. It is of integers, element by element, as it is of single ones.

use super::elaborate::{Elaborator, Place};
use super::value::{Array, Bound, Value};
use crate::ir::{Int, Kind, Scalar, ScalarId};
use crate::syntax::ast::{self, BinaryOperator as Op, ExprKind as E};

impl Elaborator<'_> {
    /// Whether an expression is arithmetic on integers and named tensors of indices, or parts of such, or a list of that.
    pub fn is_of_indices(&mut self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            E::Binary(Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder, _, left, right) => {
                self.is_of_indices(left) && self.is_of_indices(right)
            }
            E::Name(name) if self.names_indices(name) => true,
            E::Array(parts) if !parts.is_empty() => parts.iter().all(|part| self.is_of_indices(part)),
            E::Index(base, _) if matches!(&base.kind, E::Name(name) if self.names_indices(name)) => true,
            _ => self.is_whole(expr, true),
        }
    }

    fn names_indices(&mut self, name: &proc_macro2::Ident) -> bool {
        let found = self.resolve(name);
        matches!(found, Some(Bound::Value(Value::Array(array))) if array.kind == Kind::Index)
    }

    /// The indices that such an expression makes.
    pub fn arithmetic_on_indices(&mut self, expr: &ast::Expr) -> Option<Array> {
        if let E::Array(parts) = &expr.kind {
            let mut element = |part| {
                let array = self.arithmetic_on_indices(part)?;
                let is_index =
                    self.as_element_of(&array).is_none_or(|value| self.is_no_less_than_zero(&value, part));
                is_index.then_some(array)
            };
            let arrays: Vec<Option<Array>> = parts.iter().map(&mut element).collect();
            let arrays = arrays.into_iter().collect::<Option<Vec<Array>>>()?;
            let places: Vec<Place> = parts.iter().map(|part| self.place(part)).collect();
            return self.stack(&arrays, &places).map(|array| self.store_index(&array));
        }
        let E::Binary(operator, span, left, right) = &expr.kind else {
            if self.is_whole(expr, true) {
                let value = self.integer(expr)?;
                let element = self.graph.scalars.integer(value);
                return Some(self.scalar(Kind::Index, element));
            }
            let array = self.array(expr)?;
            return Some(self.store_index(&array));
        };
        let (a, b) = (self.arithmetic_on_indices(left), self.arithmetic_on_indices(right));
        let (a, b, place) = (a?, b?, self.place_of(*span));
        self.combined_indices(*operator, &a, &b, &place, "arithmetic on indices")
    }

    /// Arithmetic on stored indices, element by element.
    pub fn combined_indices(
        &mut self,
        operator: Op,
        a: &Array,
        b: &Array,
        place: &Place,
        what: &str,
    ) -> Option<Array> {
        let mut fits = true;
        let result = self.elementwise(a, b, place, what, Kind::Index, |this, left, right| {
            let scalars = &this.graph.scalars;
            let (Scalar::Integer(a), Scalar::Integer(b)) = (scalars[left].clone(), scalars[right].clone())
            else {
                unreachable!("stored indices are integers")
            };
            let result = this.calculate(operator, &a, &b, place, place);
            fits = result.is_some();
            result.map_or(left, |result| this.graph.scalars.integer(result))
        })?;
        fits.then_some(result)
    }

    /// Refuses a number below zero where an index is made of it.
    pub fn is_no_less_than_zero(&mut self, value: &Int, expr: &ast::Expr) -> bool {
        let Some(number) = value.as_constant().filter(|number| *number < 0) else { return true };
        let place = self.place(expr);
        self.say(
            &place,
            format!("an index is 0 or more, this is {number}"),
            Some("`u32` counts and indexes; what may be negative is a number: `-1.0`".to_string()),
        );
        false
    }

    /// Whether a number that is chosen is below 0, and so no index.
    pub fn is_below_zero(&self, element: ScalarId) -> bool {
        match &self.graph.scalars[element] {
            Scalar::Number(bits) => bits.value() < 0.0,
            Scalar::Integer(value) => value.as_constant().is_some_and(|number| number < 0),
            Scalar::Select(_, a, b) => self.is_below_zero(*a) || self.is_below_zero(*b),
            _ => false,
        }
    }
}
