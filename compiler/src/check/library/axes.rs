//! What is built in of reductions, the order of axes, and choices along them.

use super::call::Call;
use crate::check::elaborate::Elaborator;
use crate::check::inside::checked;
use crate::check::reduce::Reducer;
use crate::check::value::{Array, Static, Value};
use crate::ir::{Axis, Comparison, Int, Kind};

pub fn reduce(this: &mut Elaborator<'_>, call: &Call<'_>, reducer: Reducer) -> Option<Value> {
    let array = call.array(this, 0)?;
    let axes = call.axes(this, 1, &array)?;
    let keep = match call.option(2) {
        Some(Static::Flag(keep)) => *keep,
        other => {
            let found = other.map_or_else(String::new, |other| {
                format!(", found {}", this.describe(&Value::Static(other.clone())))
            });
            this.say(
                &call.places[2],
                format!("`keep` is `true` or `false`{found}"),
                Some("write `keep = true`".into()),
            );
            return None;
        }
    };
    let depth = this.depth();
    let kept: Vec<usize> = (0..array.shape.len()).filter(|axis| !axes.contains(axis)).collect();
    let mut at = vec![Int::zero(); array.shape.len()];
    for (new, &axis) in kept.iter().enumerate() {
        at[axis] = Int::index(depth + new);
    }
    for (new, &axis) in axes.iter().enumerate() {
        at[axis] = Int::index(depth + kept.len() + new);
    }
    const NAMES: [&str; 4] = ["k", "l", "m", "n"];
    let reduced: Vec<Axis> = axes
        .iter()
        .enumerate()
        .map(|(place, &axis)| Axis {
            name: NAMES[place % NAMES.len()].into(),
            extent: array.shape[axis].clone(),
        })
        .collect();
    let shape = kept.iter().map(|&axis| array.shape[axis].clone()).collect();
    let arranged = this.view(&array, shape, at);
    let mut result = this.fold(reducer, &arranged, &reduced, None, &call.places[0])?;
    if keep {
        let shape: Vec<Int> = array
            .shape
            .iter()
            .enumerate()
            .map(|(axis, size)| if axes.contains(&axis) { Int::constant(1) } else { size.clone() })
            .collect();
        let at = kept.iter().map(|&axis| Int::index(depth + axis)).collect();
        result = this.view(&result, shape, at);
    }
    Some(Value::Array(result))
}

pub fn count(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let axes = call.axes(this, 1, &array)?;
    let count = Int::product(axes.iter().map(|&axis| &array.shape[axis]));
    let element = this.graph.scalars.integer(count);
    Some(Value::Array(this.scalar(Kind::Float, element)))
}

/// Without axes of size 1.
pub fn without(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let axes = call.axes(this, 1, &array)?;
    let depth = this.depth();
    let mut shape = Vec::new();
    let mut at = Vec::new();
    for (axis, size) in array.shape.iter().enumerate() {
        if axes.contains(&axis) {
            at.push(Int::zero());
        } else {
            at.push(Int::index(depth + shape.len()));
            shape.push(size.clone());
        }
    }
    Some(Value::Array(this.view(&array, shape, at)))
}

/// A tensor and the index of each of its rows along the last axis.
fn labelled(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<(Array, Int)> {
    let (x, index) = (call.float(this, 0)?, call.array(this, 1)?);
    let rows = x.shape.split_last()?.1;
    if index.kind != Kind::Index || !this.shapes_agree(&index.shape, rows) {
        no_target(this, call, &x, &index);
        return None;
    }
    let index = this.store_index(&index);
    let position = this.as_element_of(&index)?;
    Some((x, position))
}

/// The element of each row (along the last axis) that its index says.
pub fn pick(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, position) = labelled(this, call)?;
    let depth = this.depth();
    let last = x.shape.len() - 1;
    let shape = x.shape[..last].to_vec();
    let position = checked(position, &x.shape[last], ("logits", last));
    let at = (0..shape.len()).map(|axis| Int::index(depth + axis)).chain([position]).collect();
    Some(Value::Array(this.view(&x, shape, at)))
}

/// Where the element of a row is the one that its index says.
pub fn is_label(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, position) = labelled(this, call)?;
    let depth = this.depth();
    let last = Int::index(depth + x.shape.len() - 1);
    let element = this.graph.scalars.compare_int(Comparison::Equal, last, position);
    Some(Value::Array(Array { shape: x.shape, kind: Kind::Mask, depth, element }))
}

/// A target that is of the logits' shape: probabilities.
pub fn probabilities(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (target, logits) = (call.array(this, 0)?, call.float(this, 1)?);
    if target.kind != Kind::Float || !this.shapes_agree(&target.shape, &logits.shape) {
        let call = Call {
            name: call.name,
            place: call.place.clone(),
            values: Vec::new(),
            exprs: Vec::new(),
            places: vec![call.place.clone(), call.places[0].clone()],
        };
        no_target(this, &call, &logits, &target);
        return None;
    }
    Some(Value::Array(target))
}

fn no_target(this: &mut Elaborator<'_>, call: &Call<'_>, logits: &Array, target: &Array) {
    let function = this
        .frame()
        .library
        .as_ref()
        .map_or_else(|| call.name.to_string(), |library| library.function.clone());
    let rows = logits.shape.split_last().map_or_else(Vec::new, |(_, rows)| rows.to_vec());
    let (labels, whole) = (this.show(Kind::Index, &rows), this.show(Kind::Float, &logits.shape));
    let found = this.show(target.kind, &target.shape);
    let message =
        format!("`{function}` of {whole} takes labels, {labels}, or probabilities, {whole}; found {found}");
    let help = match target.kind {
        Kind::Mask => format!("`… as {}` makes numbers of it", this.float_name()),
        Kind::Float if this.shapes_agree(&target.shape, &rows) => {
            format!("labels are `u32`: declare {labels}")
        }
        Kind::Float | Kind::Index | Kind::Key => {
            "classes are on the last axis: there is one label for each row".to_string()
        }
    };
    this.say(&call.places[1], message, Some(help));
}

/// An image, if a kernel of so many groups takes its channels.
pub fn with_channels(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (x, w) = (call.float(this, 0)?, call.float(this, 1)?);
    let Some(Static::Integer(groups)) = call.option(2).cloned() else {
        this.say(
            &call.places[2],
            "`groups` is an integer known at compile time".into(),
            Some("write `groups = 1`".into()),
        );
        return None;
    };
    let (channels, outputs, inputs) = (x.shape.get(1)?, w.shape.first()?, w.shape.get(1)?);
    if groups < 1 || outputs.as_constant().is_some_and(|outputs| outputs % groups != 0) {
        let message = format!("{} channels do not divide into {groups} groups", this.show_size(outputs));
        this.say(&call.places[2], message, Some("`groups` divides the kernel's first axis".into()));
        return None;
    }
    let wanted = inputs.scale(groups);
    if !this.agree(channels, &wanted) {
        let within = if groups == 1 { String::new() } else { format!(" in {groups} groups") };
        let (kernel, wanted, image) =
            (this.show(w.kind, &w.shape), this.show_size(&wanted), this.show(x.kind, &x.shape));
        let message = format!("a kernel {kernel}{within} takes {wanted} channels, found {image}");
        this.say(
            &call.places[0],
            message,
            Some(
                "channels are axis 1 of an image, `[N, C, H, W]`, and of a kernel, `[O, C / groups, K, K]`"
                    .into(),
            ),
        );
        return None;
    }
    Some(Value::Array(x))
}

/// The axis of b along which a product of a matrix a with some x goes, if b can be one: the only one of a
/// vector, of anything else the second-last.
pub fn row_axis(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (a, b) = (call.float(this, 0)?, call.float(this, 1)?);
    let (rows, rank) = (a.shape.first()?, b.shape.len());
    let axis = rank.saturating_sub(2);
    if !b.shape.get(axis).is_some_and(|size| this.agree(rows, size)) {
        let (matrix, rows, found) =
            (this.show(a.kind, &a.shape), this.show_size(rows), this.show(b.kind, &b.shape));
        let float = this.float_name();
        let message = format!(
            "a matrix {matrix} is solved for a vector, {float}[{rows}], or for columns, {float}[.., {rows}, K]; found {found}"
        );
        let help = match b.shape.split_last() {
            Some((last, [_, ..])) if this.agree(a.shape.first()?, last) => {
                "a function maps over indices, here of rows: `let x[n] = solve(a, b[n]);`"
            }
            _ => "`solve(a, b)` is the `x` for which `a @ x` is `b`",
        };
        this.say(&call.places[1], message, Some(help.into()));
        return None;
    }
    Some(Value::Static(Static::Integer(axis as i64)))
}

/// Whether a tensor is one of indices.
pub fn is_index(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    Some(Value::Static(Static::Flag(array.kind == Kind::Index)))
}

/// An axis moved to the front, or from there back to its place.
pub fn move_axis(this: &mut Elaborator<'_>, call: &Call<'_>, forth: bool) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    let axis = call.axis(this, 1, &array)?;
    let mut order: Vec<usize> = (0..rank).collect();
    if forth {
        order.remove(axis);
        order.insert(0, axis);
    } else {
        order.remove(0);
        order.insert(axis, 0);
    }
    Some(Value::Array(permuted(this, &array, &order)))
}

/// Which diagonal is meant: by how much the column is more than the row.
fn diagonal(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<i64> {
    let Some(Static::Integer(diagonal)) = call.option(1) else {
        this.say(
            &call.places[1],
            "`diagonal` is an integer known at compile time".into(),
            Some("write `diagonal = 1`".into()),
        );
        return None;
    };
    // No matrix reaches further.
    Some((*diagonal).clamp(-(1 << 40), 1 << 40))
}

/// A diagonal of a matrix; or a matrix with zeros around a vector on its diagonal.
pub fn diag(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let diagonal = diagonal(this, call)?;
    let (down, right) = (-diagonal.min(0), diagonal.max(0));
    let place = Int::index(this.depth());
    match &array.shape[..] {
        [size] => {
            let array = call.float(this, 0)?;
            let size = size.plus(down + right);
            let column = Int::index(this.depth() + 1);
            let is_on =
                this.graph.scalars.compare_int(Comparison::Equal, column.clone(), place.plus(diagonal));
            let along = if diagonal < 0 { column } else { place };
            let seen = this.view(&array, vec![size.clone(), size], vec![along]);
            let zero = this.graph.scalars.number(0.0);
            let element = this.graph.scalars.select(is_on, seen.element, zero);
            Some(Value::Array(Array { element, ..seen }))
        }
        [rows, columns] => {
            let (rows, columns) = (rows.plus(-down), columns.plus(-right));
            let Some(size) = shorter(&rows, &columns) else {
                let message = format!(
                    "how long the diagonal of {} is depends on which of its sizes is smaller",
                    this.show(array.kind, &array.shape)
                );
                let help = "say how much of it: `let d[i in 0..K] = x[i, i];`";
                this.say(&call.places[0], message, Some(help.into()));
                return None;
            };
            Some(Value::Array(this.view(&array, vec![size], vec![place.plus(down), place.plus(right)])))
        }
        _ => {
            let message =
                format!("`diag` takes a vector or a matrix, found {}", this.show(array.kind, &array.shape));
            let help = match array.shape.is_empty() {
                true => "a matrix of one number is `[[x]]`",
                false => "of each of several: `let d[n] = diag(x[n]);`",
            };
            this.say(&call.places[0], message, Some(help.into()));
            None
        }
    }
}

/// The smaller of two sizes, from 0 on; none where that depends on run-time sizes.
fn shorter(a: &Int, b: &Int) -> Option<Int> {
    let size = match Elaborator::is_at_least(&a.sub(b), 0)? {
        true => b,
        false => a,
    };
    let is_none = size.as_constant().is_some_and(|size| size < 0);
    Some(if is_none { Int::zero() } else { size.clone() })
}

/// Where the column is at most the row plus the diagonal's number.
pub fn band(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let diagonal = diagonal(this, call)?;
    let (depth, rank) = (this.depth(), array.shape.len());
    let (row, column) = (Int::index(depth + rank - 2), Int::index(depth + rank - 1));
    let element = this.graph.scalars.compare_int(Comparison::LessEqual, column, row.plus(diagonal));
    Some(Value::Array(Array { shape: array.shape, kind: Kind::Mask, depth, element }))
}

pub fn transpose(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    if rank < 2 {
        let message =
            format!("`t` exchanges the last two axes, found {}", this.show(array.kind, &array.shape));
        this.say(
            &call.place,
            message,
            Some("a vector has no transpose: as a column it is `reshape(x, [N, 1])`".into()),
        );
        return None;
    }
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 1, rank - 2);
    Some(Value::Array(permuted(this, &array, &order)))
}

pub fn permuted(this: &mut Elaborator<'_>, array: &Array, order: &[usize]) -> Array {
    let depth = this.depth();
    let mut at = vec![Int::zero(); order.len()];
    for (new, &old) in order.iter().enumerate() {
        at[old] = Int::index(depth + new);
    }
    let shape = order.iter().map(|&axis| array.shape[axis].clone()).collect();
    this.view(array, shape, at)
}

pub fn permute(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    let order = call.axes(this, 1, &array)?;
    if order.len() != rank {
        let message = format!(
            "`permute` names every axis once, found {}; {}",
            order.len(),
            this.describe_axes(array.kind, &array.shape)
        );
        this.say(
            &call.places[1],
            message,
            Some("write the axes in their new order: `permute(x, [1, 0, 2])`".into()),
        );
        return None;
    }
    Some(Value::Array(permuted(this, &array, &order)))
}
