//! What is built in of shapes: other shapes of the same elements, tensors joined, padded and made.

use super::axes::permuted;
use super::call::Call;
use crate::check::elaborate::{Elaborator, Place};
use crate::check::inside::checked;
use crate::check::value::{Array, Static, Value};
use crate::ir::{Comparison, Int, Kind, Node};

pub fn reshape(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let shape = call.shape(this, 1)?;
    reshaped(this, &array, shape, &call.places[1]).map(Value::Array)
}

fn reshaped(this: &mut Elaborator<'_>, array: &Array, shape: Vec<Int>, place: &Place) -> Option<Array> {
    let (have, want) = (Int::product(&array.shape), Int::product(&shape));
    if !this.agree(&have, &want) {
        let message = format!(
            "{} has {} elements, {} would have {}",
            this.show(array.kind, &array.shape),
            this.show_size(&have),
            this.show(array.kind, &shape),
            this.show_size(&want)
        );
        this.say(place, message, Some("a new shape holds the same elements, row by row".into()));
        return None;
    }
    let name = this.name_for("flat");
    let from = this.whole(array, &name);
    let full: Vec<Int> = this.ambient.iter().map(|axis| axis.extent.clone()).chain(shape).collect();
    let out = this.graph.add_tensor(name, full, array.kind);
    this.graph.nodes.push(Node::Reshape { out, from });
    Some(this.of_whole(out))
}

pub fn reshape_like(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (array, like) = (call.array(this, 0)?, call.array(this, 1)?);
    reshaped(this, &array, like.shape, &call.place).map(Value::Array)
}

pub fn flatten(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let rank = array.shape.len();
    // From behind, as axes are counted.
    let from = match call.option(1) {
        Some(Static::Integer(from)) if *from < 0 => usize::try_from(*from + rank as i64).ok(),
        Some(Static::Integer(from)) => usize::try_from(*from).ok().filter(|from| *from <= rank),
        _ => None,
    };
    let Some(from) = from else {
        let message = format!("`from` is an axis: {}", this.describe_axes(array.kind, &array.shape));
        let help = "the axes before it stay: `flatten(x, from = 1)`";
        this.say(&call.places[1], message, Some(help.into()));
        return None;
    };
    let mut shape = array.shape[..from].to_vec();
    shape.push(Int::product(&array.shape[from..]));
    reshaped(this, &array, shape, &call.place).map(Value::Array)
}

pub fn broadcast_to(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let shape = call.shape(this, 1)?;
    let fits = this.broadcast(&[&array.shape, &shape]).is_ok_and(|both| this.shapes_agree(&both, &shape));
    if !fits {
        let message = format!(
            "{} does not broadcast to {}",
            this.show(array.kind, &array.shape),
            this.show(array.kind, &shape)
        );
        this.say(&call.places[1], message, Some("aligned right, sizes agree or are 1".into()));
        return None;
    }
    Some(Value::Array(this.stretch(&array, &shape)))
}

pub fn concat(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let parts = call.floats(this, 0)?;
    let first = parts.first()?.clone();
    let axis = call.axis(this, 1, &first)?;
    let fits = |part: &Array| {
        part.shape.len() == first.shape.len()
            && part
                .shape
                .iter()
                .zip(&first.shape)
                .enumerate()
                .all(|(place, (a, b))| place == axis || this.agree(a, b))
    };
    if let Some(wrong) = parts.iter().position(|part| !fits(part)) {
        let other = &parts[wrong];
        let message = format!(
            "`concat` along axis {axis} needs the other axes to agree: {} and {}",
            this.show(first.kind, &first.shape),
            this.show(other.kind, &other.shape)
        );
        let place = call.part(this, 0, wrong);
        this.say(&place, message, Some("only the axis along which tensors are joined may differ".into()));
        return None;
    }
    let depth = this.depth();
    let mut shape = first.shape.clone();
    shape[axis] = parts.iter().fold(Int::zero(), |sum, part| sum.add(&part.shape[axis]));
    // Last part first: each goes in front of what is behind it, up to where it ends.
    let mut end = shape[axis].clone();
    let mut element = None;
    for part in parts.iter().rev() {
        let start = end.sub(&part.shape[axis]);
        let at = (0..shape.len())
            .map(|place| {
                if place == axis { Int::index(depth + place).sub(&start) } else { Int::index(depth + place) }
            })
            .collect();
        let here = this.view(part, shape.clone(), at).element;
        element = Some(match element {
            None => here,
            Some(behind) => {
                let before = this.graph.scalars.compare_int(Comparison::Less, Int::index(depth + axis), end);
                this.graph.scalars.select(before, here, behind)
            }
        });
        end = start;
    }
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element: element? }))
}

pub fn stack(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let parts = call.floats(this, 0)?;
    let first = parts.first()?;
    let (rank, axis) = (first.shape.len(), call.new_axis(this, 1, first)?);
    let places: Vec<Place> = (0..parts.len()).map(|part| call.part(this, 0, part)).collect();
    let stacked = this.stack(&parts, &places)?;
    let mut order: Vec<usize> = (1..=rank).collect();
    order.insert(axis, 0);
    Some(Value::Array(permuted(this, &stacked, &order)))
}

/// Zeros around: `[[before, after], …]`, one pair for each axis.
pub fn pad(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let x = call.float(this, 0)?;
    let depth = this.depth();
    let widths: Option<Vec<(i64, i64)>> = match call.option(1)? {
        Static::List(pairs) => pairs
            .iter()
            .map(|pair| match pair {
                Static::List(pair) => match pair.as_slice() {
                    [Static::Integer(before), Static::Integer(after)] if *before >= 0 && *after >= 0 => {
                        Some((*before, *after))
                    }
                    _ => None,
                },
                _ => None,
            })
            .collect(),
        _ => None,
    };
    let Some(widths) = widths.filter(|widths| widths.len() == x.shape.len()) else {
        if let Static::List(pairs) = call.option(1)?
            && pairs.iter().any(|pair| matches!(pair, Static::List(pair) if pair.iter().any(|width| matches!(width, Static::Size(_)))))
        {
            let help = "join the zeros that change: `concat([zeros([N, 3]), x])`";
            let message = "the widths of `pad` are known at compile time".to_string();
            this.say(&call.places[1], message, Some(help.into()));
            return None;
        }
        let message =
            format!("`pad` takes a pair of widths for each axis; {}", this.describe_axes(x.kind, &x.shape));
        let pairs = vec!["[0, 1]"; x.shape.len()].join(", ");
        this.say(
            &call.places[1],
            message,
            Some(format!("write how many zeros come before and after: `pad(x, [{pairs}])`")),
        );
        return None;
    };
    let mut inside = this.graph.scalars.flag(true);
    let (mut shape, mut at) = (Vec::new(), Vec::new());
    for (axis, (size, (before, after))) in x.shape.iter().zip(&widths).enumerate() {
        let place = Int::index(depth + axis).plus(-before);
        let s = &mut this.graph.scalars;
        if *before > 0 {
            let behind = s.compare_int(Comparison::LessEqual, Int::zero(), place.clone());
            inside = s.and(inside, behind);
        }
        if *after > 0 {
            let ahead = s.compare_int(Comparison::Less, place.clone(), size.clone());
            inside = s.and(inside, ahead);
        }
        shape.push(size.plus(before + after));
        at.push(place);
    }
    let inner = this.view(&x, shape.clone(), at).element;
    let zero = this.graph.scalars.number(0.0);
    let element = this.graph.scalars.select(inside, inner, zero);
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element }))
}

pub fn one_hot(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.index(this, 0)?;
    let classes = call.shape(this, 1)?;
    let ([classes], Kind::Index) = (classes.as_slice(), array.kind) else {
        let (at, message) = match array.kind {
            Kind::Index => (1, format!("`one_hot` takes one number of classes, found {}", classes.len())),
            _ => (0, format!("`one_hot` takes u32 indices, found {}", this.show(array.kind, &array.shape))),
        };
        this.say(&call.places[at], message, Some("write `one_hot(index, 10)`".into()));
        return None;
    };
    let depth = this.depth();
    let rank = array.shape.len();
    let shape: Vec<Int> = array.shape.iter().cloned().chain([classes.clone()]).collect();
    let stored = this.store_index(&array);
    let position = checked(this.as_element_of(&stored)?, classes, ("one_hot", rank));
    let s = &mut this.graph.scalars;
    let hit = s.compare_int(Comparison::Equal, Int::index(depth + rank), position);
    let (one, zero) = (s.number(1.0), s.number(0.0));
    let element = s.select(hit, one, zero);
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element }))
}

pub fn zeros_like(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let array = call.array(this, 0)?;
    let element = this.graph.scalars.number(0.0);
    Some(Value::Array(Array { shape: array.shape, kind: Kind::Float, depth: this.depth(), element }))
}

pub fn filled(this: &mut Elaborator<'_>, call: &Call<'_>, value: f64) -> Option<Value> {
    let shape = call.shape(this, 0)?;
    let element = this.graph.scalars.number(value);
    Some(Value::Array(Array { shape, kind: Kind::Float, depth: this.depth(), element }))
}

pub fn eye(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let shape = call.shape(this, 0)?;
    let [n] = shape.as_slice() else {
        this.say(
            &call.places[0],
            format!("`eye` takes one size, found {}", shape.len()),
            Some("an identity is square: `eye(3)`".into()),
        );
        return None;
    };
    let depth = this.depth();
    let s = &mut this.graph.scalars;
    let on = s.compare_int(Comparison::Equal, Int::index(depth), Int::index(depth + 1));
    let (one, zero) = (s.number(1.0), s.number(0.0));
    let element = s.select(on, one, zero);
    Some(Value::Array(Array { shape: vec![n.clone(), n.clone()], kind: Kind::Float, depth, element }))
}

pub fn arange(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let shape = call.shape(this, 0)?;
    if shape.len() != 1 {
        this.say(
            &call.places[0],
            format!("`arange` takes one size, found {}", shape.len()),
            Some("write `arange(10)`: 0 to 9".into()),
        );
        return None;
    }
    let depth = this.depth();
    let element = this.graph.scalars.integer(Int::index(depth));
    Some(Value::Array(Array { shape, kind: Kind::Float, depth, element }))
}
