//! What is built in of randomness: keys made of keys, and numbers made of them.

use super::call::Call;
use crate::check::elaborate::Elaborator;
use crate::check::value::{Array, Value};
use crate::ir::{Function, Int, Kind, ScalarId};

/// A random key.
fn key(this: &mut Elaborator<'_>, call: &Call<'_>, position: usize) -> Option<ScalarId> {
    let array = call.array(this, position)?;
    if array.kind == Kind::Key && array.shape.is_empty() {
        return Some(array.element);
    }
    let message = format!("`{}` takes a key, u64, found {}", call.name, this.show(array.kind, &array.shape));
    this.say(
        &call.places[position],
        message,
        Some("pass one in, an argument `key: u64`, and make others of it: `fold(key, 1)`".into()),
    );
    None
}

/// A new key for each integer.
pub fn fold(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let key = key(this, call, 0)?;
    let number = call.index(this, 1)?;
    if number.kind != Kind::Index || !number.shape.is_empty() {
        let message =
            format!("a key is folded with an integer, found {}", this.show(number.kind, &number.shape));
        this.say(
            &call.places[1],
            message,
            Some("number the uses of a key: `fold(key, 0)`, `fold(key, t)`".into()),
        );
        return None;
    }
    let number = this.store_index(&number).element;
    let element = this.graph.scalars.call(Function::Fold, vec![key, number]);
    Some(Value::Array(this.scalar(Kind::Key, element)))
}

/// For each element of a tensor a number evenly distributed over 0..1, by its position.
pub fn uniform_like(this: &mut Elaborator<'_>, call: &Call<'_>) -> Option<Value> {
    let (array, key) = (call.array(this, 0)?, key(this, call, 1)?);
    let depth = this.depth();
    let place =
        |position: Int, (axis, size): (usize, &Int)| position.mul(size).add(&Int::index(depth + axis));
    let position = array.shape.iter().enumerate().fold(Int::zero(), place);
    let position = this.graph.scalars.integer(position);
    let element = this.graph.scalars.call(Function::Uniform, vec![key, position]);
    Some(Value::Array(Array { kind: Kind::Float, element, ..array }))
}
