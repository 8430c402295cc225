//! The arguments of a call of something built in, as what its code wants them to be.

use proc_macro2::Ident;

use crate::check::elaborate::{Elaborator, Place};
use crate::check::value::{Array, Static, Value};
use crate::ir::{Binary, Int, Kind};
use crate::syntax::ast::{self, ExprKind as E};

/// The arguments of a call by parameter.
pub struct Call<'e> {
    /// What is called.
    pub name: &'e Ident,
    /// Where.
    pub place: Place,
    /// The arguments' values.
    pub values: Vec<Option<Value>>,
    /// The arguments as written; none for a receiver.
    pub exprs: Vec<Option<&'e ast::Expr>>,
    /// Where they stand.
    pub places: Vec<Place>,
}

impl<'e> Call<'e> {
    /// An argument as a tensor of any kind.
    pub fn array(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Array> {
        let value = self.values[position].clone()?;
        this.to_array(value, &self.places[position])
    }

    /// An argument as indices, if it is of whole numbers.
    pub fn index(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Array> {
        let array = self.array(this, position)?;
        Some(this.to_index(array))
    }

    /// An argument as a tensor of floats.
    pub fn float(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Array> {
        let array = self.array(this, position)?;
        this.to_float(array, &self.places[position])
    }

    /// A list of tensors of floats.
    pub fn floats(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Vec<Array>> {
        let Some(Value::Tuple(parts)) = self.values[position].clone() else { return None };
        if parts.is_empty() {
            let help = format!("write `{}([a, b])`", self.name);
            this.say(&self.places[position], "an empty list has no shape".into(), Some(help));
        }
        let mut arrays = Vec::new();
        for (part, value) in parts.into_iter().enumerate() {
            let place = self.part(this, position, part);
            let array = this.to_array(value, &place).and_then(|array| this.to_float(array, &place));
            arrays.push(array);
        }
        arrays.into_iter().collect()
    }

    /// An argument that is known at compile time.
    pub fn option(&self, position: usize) -> Option<&Static> {
        match &self.values[position] {
            Some(Value::Static(value)) => Some(value),
            _ => None,
        }
    }

    /// Values with their expressions.
    pub fn pairs(&self) -> Vec<(Value, Option<&'e ast::Expr>)> {
        self.values
            .iter()
            .zip(&self.exprs)
            .map(|(value, expr)| (value.clone().unwrap_or(Value::Poison), *expr))
            .collect()
    }

    /// Where an element of an argument that is a list stands.
    pub fn part(&self, this: &Elaborator<'_>, position: usize, part: usize) -> Place {
        match self.exprs[position].map(|expr| &expr.kind) {
            Some(E::Array(parts)) if part < parts.len() => this.place(&parts[part]),
            _ => self.places[position].clone(),
        }
    }

    /// A function of two tensors, elementwise.
    pub fn binary(&self, this: &mut Elaborator<'_>, function: Binary) -> Option<Value> {
        let (a, b) = (self.float(this, 0), self.float(this, 1));
        let what = format!("`{}`", self.name);
        let result = this.elementwise(&a?, &b?, &self.place, &what, Kind::Float, |this, a, b| {
            this.graph.scalars.binary(function, a, b)
        });
        result.map(Value::Array)
    }

    /// A size.
    fn size(&self, this: &mut Elaborator<'_>, value: &Static, place: &Place) -> Option<Int> {
        match value {
            Static::Integer(size) if *size >= 0 => Some(Int::constant(*size)),
            Static::Size(size) => {
                let help = "make it as large as it may become, and choose: `if k < t { … } else { 0 }`";
                this.is_fixed(size, "a size", help, place).then(|| size.clone())
            }
            other => {
                let found = this.describe(&Value::Static(other.clone()));
                this.say(
                    place,
                    format!("a size is an integer from 0, found {found}"),
                    Some("sizes are made of dims and constants: `[T, 4]`".into()),
                );
                None
            }
        }
    }

    /// A shape written as a list or as one size.
    pub fn shape(&self, this: &mut Elaborator<'_>, position: usize) -> Option<Vec<Int>> {
        match self.option(position)?.clone() {
            Static::List(sizes) => {
                let sizes: Vec<Option<Int>> = sizes
                    .iter()
                    .enumerate()
                    .map(|(part, each)| self.size(this, each, &self.part(this, position, part)))
                    .collect();
                sizes.into_iter().collect()
            }
            one => Some(vec![self.size(this, &one, &self.places[position])?]),
        }
    }

    /// Axes written as a list or as one axis; none for all.
    pub fn axes(&self, this: &mut Elaborator<'_>, position: usize, array: &Array) -> Option<Vec<usize>> {
        self.axes_of(this, position, array.shape.len(), |this| this.describe_axes(array.kind, &array.shape))
    }

    /// One axis.
    pub fn axis(&self, this: &mut Elaborator<'_>, position: usize, array: &Array) -> Option<usize> {
        let axes = self.axes(this, position, array)?;
        self.only(this, position, &axes)
    }

    /// One place for a new axis among those of an array.
    pub fn new_axis(&self, this: &mut Elaborator<'_>, position: usize, array: &Array) -> Option<usize> {
        let rank = array.shape.len();
        let axes = self.axes_of(this, position, rank + 1, |this| {
            format!(
                "a new axis of {} is one of 0 to {rank}, or -{} to -1",
                this.show(array.kind, &array.shape),
                rank + 1
            )
        })?;
        self.only(this, position, &axes)
    }

    fn only(&self, this: &mut Elaborator<'_>, position: usize, axes: &[usize]) -> Option<usize> {
        match axes {
            [axis] => Some(*axis),
            _ => {
                this.say(
                    &self.places[position],
                    format!("`{}` is along one axis", self.name),
                    Some("write `axis = 0`".into()),
                );
                None
            }
        }
    }

    fn axes_of(
        &self,
        this: &mut Elaborator<'_>,
        position: usize,
        rank: usize,
        describe: impl Fn(&Elaborator<'_>) -> String,
    ) -> Option<Vec<usize>> {
        let mut axes = Vec::new();
        let (written, is_list) = match self.option(position)? {
            Static::List(axes) if axes.is_empty() => return Some((0..rank).collect()),
            Static::List(axes) => (axes.clone(), true),
            one => (vec![one.clone()], false),
        };
        for (part, axis) in written.iter().enumerate() {
            let place = if is_list { self.part(this, position, part) } else { self.places[position].clone() };
            let Static::Integer(axis) = *axis else {
                let found = this.describe(&Value::Static(axis.clone()));
                this.say(
                    &place,
                    format!("an axis is an integer known at compile time, found {found}"),
                    Some("write `axis = -1`".into()),
                );
                return None;
            };
            let back = usize::try_from(axis.unsigned_abs()).ok();
            let found = if axis >= 0 { back } else { back.and_then(|back| rank.checked_sub(back)) };
            match found.filter(|axis| *axis < rank) {
                Some(found) if !axes.contains(&found) => axes.push(found),
                Some(found) => {
                    let same = if axis < 0 { format!(": {axis} counts from the end") } else { String::new() };
                    this.say(
                        &place,
                        format!("axis {found} is named twice{same}"),
                        Some("name each axis once".into()),
                    );
                    return None;
                }
                None => {
                    let message = format!("there is no axis {axis}: {}", describe(this));
                    let help = if rank == 0 {
                        "a tensor with an axis is needed here"
                    } else {
                        "axes count from 0, or from -1 backwards"
                    };
                    this.say(&place, message, Some(help.into()));
                    return None;
                }
            }
        }
        Some(axes)
    }
}
