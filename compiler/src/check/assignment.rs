//! Assignments: of whole values, of parts of them, and updates.

use proc_macro2::{Ident, Span};

use super::elaborate::{Elaborator, Place};
use super::expression::Wanted;
use super::value::{Array, Bound, Mutability, Value};
use super::words::counted;
use crate::ir::{Axis, Binary, Comprehension, Graph, Kind, Node, Reduction};
use crate::syntax::ast::{self, BinaryOperator as Op, Target};

const INDICES: &str =
    "indices are made of indices and sizes with `+ - * / %` and `if`: `if a < b { a } else { b }`";

impl Elaborator<'_> {
    /// `target = value;`, `target += value;`
    pub fn assign(&mut self, target: &Target, operator: Option<Op>, operator_span: Span, value: &ast::Expr) {
        let hint = match target {
            Target::Name(name) | Target::Indexed(name, ..) => name.to_string(),
            Target::Ignored(_) | Target::Tuple(..) => String::new(),
        };
        if let Target::Indexed(name, subscripts, _) = target
            && self.lacks_let(name, subscripts)
        {
            return;
        }
        // Once for the target and what is made of it.
        self.bind_unknown(target);
        let outer = std::mem::replace(&mut self.hint, hint);
        let wanted = self.wanted_by(target);
        let new = self.expr_of(value, &wanted);
        let place = self.place(value);
        match target {
            Target::Indexed(name, subscripts, _) => {
                let operator = operator.map(|operator| (operator, operator_span));
                self.assign_at(name, subscripts, operator, new, &place)
            }
            _ => {
                let new = match operator {
                    None => self.store_all(new),
                    Some(operator) => self.updated(target, operator, operator_span, new, &place),
                };
                self.assign_whole(target, new, &place);
            }
        }
        self.hint = outer;
    }

    /// What is wanted of what is assigned to a target.
    fn wanted_by(&mut self, target: &Target) -> Wanted {
        match target {
            Target::Tuple(parts, _) => {
                Wanted::Several(parts.iter().map(|part| self.wanted_by(part)).collect())
            }
            Target::Ignored(_) => Wanted::Any,
            Target::Name(name) | Target::Indexed(name, ..) => {
                let value = self.binding(&name.to_string()).map(|binding| &binding.value);
                match value {
                    Some(Bound::Value(Value::Array(array))) if array.kind == Kind::Index => Wanted::Index,
                    _ => Wanted::Any,
                }
            }
        }
    }

    fn updated(
        &mut self,
        target: &Target,
        operator: Op,
        operator_span: Span,
        new: Value,
        place: &Place,
    ) -> Value {
        let Target::Name(name) = target else {
            self.error_with_help(
                operator_span,
                "several values are assigned with `=`",
                "update them one by one: `a += …; b += …;`",
            );
            return Value::Poison;
        };
        let old = match self.binding(&name.to_string()).map(|binding| binding.value.clone()) {
            Some(Bound::Value(Value::Array(old))) => self.here(&old),
            _ => return Value::Poison,
        };
        if !self.takes_updates(&old, operator_span) {
            return Value::Poison;
        }
        if old.kind == Kind::Index {
            return self.updated_index(&old, operator, operator_span, new, place);
        }
        let Some(new) = self.to_array(new, place).and_then(|new| self.to_float(new, place)) else {
            return Value::Poison;
        };
        let function = function_of(operator);
        let result = self.elementwise(
            &old,
            &new,
            &self.place_of(operator_span),
            "an update",
            old.kind,
            |this, a, b| this.graph.scalars.binary(function, a, b),
        );
        result.map_or(Value::Poison, |array| self.store_all(Value::Array(array)))
    }

    /// `k += 1` of an index.
    fn updated_index(
        &mut self,
        old: &Array,
        operator: Op,
        operator_span: Span,
        new: Value,
        place: &Place,
    ) -> Value {
        let Some(new) = self.to_array(new, place) else { return Value::Poison };
        let new = self.to_index(new);
        if new.kind != Kind::Index || operator == Op::Divide {
            let message = format!(
                "an update of {} takes an integer with `+=`, `-=` or `*=`",
                self.show(old.kind, &old.shape)
            );
            self.error_with_help(
                operator_span,
                message,
                "integers are made of indices, sizes, constants and elements of u32 tensors",
            );
            return Value::Poison;
        }
        let (old, new) = (self.store_index(old), self.store_index(&new));
        let place = self.place_of(operator_span);
        let result = self.combined_indices(operator, &old, &new, &place, "an update");
        result.map_or(Value::Poison, |array| self.store_all(Value::Array(array)))
    }

    fn assign_whole(&mut self, target: &Target, value: Value, place: &Place) {
        match (target, value) {
            (Target::Name(name), value) => {
                let Some(old) = self.assignable(name) else { return };
                let value = match (&old, value) {
                    (Value::Array(old), Value::Array(new)) if old.kind == Kind::Index => {
                        Value::Array(self.to_index(new))
                    }
                    (Value::Array(_), value @ Value::Static(_)) => {
                        self.to_array(value, place).map_or(Value::Poison, Value::Array)
                    }
                    (_, value) => value,
                };
                if !self.alike(&old, &value) {
                    let message =
                        format!("`{name}` is {}, assigned {}", self.describe(&old), self.describe(&value));
                    let help = match (&old, &value) {
                        (Value::Array(old), Value::Array(new))
                            if old.kind == new.kind && !self.open.is_empty() =>
                        {
                            format!(
                                "what a loop carries keeps its shape: begin with {}",
                                self.show(new.kind, &new.shape)
                            )
                        }
                        _ => format!("a value of another type has a name of its own: `let {name} = …;`"),
                    };
                    self.say(place, message, Some(help));
                    self.poison(name);
                    return;
                }
                let is_variable = self.binding(&name.to_string()).is_some_and(|binding| binding.is_variable);
                let value = match value {
                    Value::Array(array) if is_variable => self.by_itself(&array, &name.to_string()),
                    value => value,
                };
                self.rebind(name, value);
            }
            (Target::Tuple(parts, _), Value::Tuple(values)) if parts.len() == values.len() => {
                for (part, value) in parts.iter().zip(values) {
                    self.assign_whole(part, value, place);
                }
            }
            (Target::Tuple(parts, _), Value::Poison) => {
                parts.iter().for_each(|part| self.assign_whole(part, Value::Poison, place))
            }
            (Target::Tuple(parts, at), value) => {
                let message = match &value {
                    Value::Tuple(values) => format!(
                        "{} are assigned {}, {}",
                        counted(parts.len(), "place"),
                        counted(values.len(), "value"),
                        self.describe(&value)
                    ),
                    _ => format!(
                        "{} are assigned one value, {}",
                        counted(parts.len(), "place"),
                        self.describe(&value)
                    ),
                };
                self.error_with_help(*at, message, "there is one value for each place: `(a, b) = (b, a);`");
                parts.iter().for_each(|part| self.assign_whole(part, Value::Poison, place));
            }
            (Target::Ignored(_), _) | (Target::Indexed(..), Value::Poison) => {}
            (Target::Indexed(_, _, at), _) => self.error_with_help(
                *at,
                "a part of a value is assigned alone",
                "bind the tuple first: `let (a, b) = …; ys[t] = a;`",
            ),
        }
    }

    /// Whether two values are made alike of tuples and arrays.
    pub fn alike(&self, a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Tuple(a), Value::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.alike(a, b))
            }
            (Value::Array(a), Value::Array(b)) => a.kind == b.kind && self.shapes_agree(&a.shape, &b.shape),
            (Value::Poison, _) | (_, Value::Poison) => true,
            (Value::Layer(_), Value::Layer(_)) | (Value::Static(_), Value::Static(_)) => true,
            _ => false,
        }
    }

    /// After an error, a name stands for nothing.
    fn poison(&mut self, name: &Ident) {
        if let Some(binding) = self.binding(&name.to_string()) {
            binding.value = Bound::Value(Value::Poison);
        }
    }

    /// The value of a name that may be assigned.
    fn assignable(&mut self, name: &Ident) -> Option<Value> {
        let text = name.to_string();
        let Some(binding) = self.binding(&text) else {
            let layer = self.frame().layer.clone();
            match layer.and_then(|layer| self.field(&layer, &text)) {
                Some(Value::Poison) => {}
                Some(_) => {
                    self.error_with_help(
                        name.span(),
                        format!("`{name}` is a field: parameters change in training alone"),
                        format!("change a copy: `let mut {name} = {name};`"),
                    );
                    self.bind(name, Bound::Value(Value::Poison), Mutability::Alone);
                }
                None => self.unknown_target(name),
            }
            return None;
        };
        binding.assigned = true;
        let (mutable, value, outside) = (binding.mutable, binding.value.clone(), binding.depth);
        if mutable.is_mutable() && outside < self.depth() {
            let index = self.ambient[outside].name.clone();
            self.error_with_help(
                name.span(),
                format!("`{name}` is one value for all `{index}`: it is not assigned for each of them"),
                format!(
                    "bind it inside, `let mut {name} = …;`, reduce, `sum[{index}](…)`, or repeat: `for {index} in … {{ {name} = …; }}`"
                ),
            );
            self.poison(name);
            return None;
        }
        match value {
            Bound::Value(Value::Poison) => None,
            Bound::Value(value) if mutable.is_mutable() => Some(value),
            Bound::Value(_) | Bound::Integer(_) => {
                let (message, help) = match mutable {
                    Mutability::Counter => (
                        format!("`{name}` is an index: it is not assigned"),
                        "its range says what it is".to_string(),
                    ),
                    Mutability::Argument => (
                        format!("`{name}` is an argument, which is not mutable"),
                        format!("bind it anew: `let mut {name} = {name};`"),
                    ),
                    Mutability::No | Mutability::Alone | Mutability::Together => (
                        format!("`{name}` is assigned, but is not mutable"),
                        format!("declare it `let mut {name} = …;`"),
                    ),
                };
                self.error_with_help(name.span(), message, help);
                None
            }
        }
    }

    fn assign_at(
        &mut self,
        name: &Ident,
        subscripts: &[ast::Subscript],
        operator: Option<(Op, Span)>,
        new: Value,
        place: &Place,
    ) {
        let Some(old) = self.assignable(name) else { return };
        let Value::Array(old) = old else {
            let message = format!("parts of a tensor are assigned, `{name}` is {}", self.describe(&old));
            return self.error_with_help(name.span(), message, "assign it whole");
        };
        if operator.is_some_and(|(_, at)| !self.takes_updates(&old, at)) {
            return;
        }
        let Some(new) = self.to_array(new, place) else {
            // What is wrong with the places is said, too.
            self.subscript(&old, subscripts, &name.to_string());
            return self.poison(name);
        };
        let value = match old.kind {
            Kind::Key => self.assigned_keys(name, &old, subscripts, new, place),
            _ => self.assigned_part(name, &old, subscripts, operator, new, place),
        };
        if let Some(value) = value
            && let Some(binding) = self.lookup(&name.to_string())
        {
            binding.value = Bound::Value(Value::Array(value));
        }
    }

    /// Keys of which a part is assigned: of their words.
    fn assigned_keys(
        &mut self,
        name: &Ident,
        old: &Array,
        subscripts: &[ast::Subscript],
        new: Array,
        place: &Place,
    ) -> Option<Array> {
        if new.kind != Kind::Key {
            let (old, new) = (self.show(old.kind, &old.shape), self.show(new.kind, &new.shape));
            let help = "make a key of another one: `fold(key, i)`".to_string();
            self.say(place, format!("`{name}` is {old}, this part of it is assigned {new}"), Some(help));
            return None;
        }
        let words = self.words(old).into_iter().zip(self.words(&new));
        let mut parts = Vec::new();
        for (old, new) in words.collect::<Vec<_>>() {
            parts.push(self.assigned_part(name, &old, subscripts, None, new, place)?);
        }
        Some(self.key(&parts[0], &parts[1]))
    }

    /// The whole of which a part is assigned.
    fn assigned_part(
        &mut self,
        name: &Ident,
        old: &Array,
        subscripts: &[ast::Subscript],
        operator: Option<(Op, Span)>,
        mut new: Array,
        place: &Place,
    ) -> Option<Array> {
        if old.kind == Kind::Index {
            new = self.to_index(new);
        }
        let base = self.whole(old, name.to_string());
        let old = self.of_whole(base);
        let depth = self.depth();
        // Read the whole array as its own subscripts: they say where each element of the part lies.
        let part = self.subscript(&old, subscripts, &name.to_string())?;
        let Some((_, at)) = self.read_by(part.element) else {
            self.error_with_help(name.span(), "this part cannot be assigned", "assign it element by element");
            return None;
        };
        let mut operator = operator;
        if let Some((of_integers, at)) = operator.take_if(|_| part.kind == Kind::Index) {
            let updated = self.updated_index(&part, of_integers, at, Value::Array(new), place);
            let Value::Array(updated) = updated else { return None };
            new = updated;
        }
        let Ok(shape) = self.broadcast(&[&part.shape, &new.shape]) else {
            self.part_differs(&part, &new, place);
            return None;
        };
        if !self.shapes_agree(&shape, &part.shape) || new.kind != part.kind {
            self.part_differs(&part, &new, place);
            return None;
        }
        let new = self.stretch(&new, &shape);
        let operator = operator.map(|(operator, _)| operator);
        let reduction = match operator {
            Some(Op::Add | Op::Subtract) => Reduction::Sum,
            _ => Reduction::Set,
        };
        let (conditions, text) = (self.conditions(), name.to_string());
        let is_chosen = reduction == Reduction::Set && !conditions.is_empty();
        let anywhere = if is_chosen { self.places_anywhere(base, &shape, &at, &text) } else { None };
        let is_kept = !conditions.is_empty() && (!is_chosen || anywhere.is_some());
        let is_somewhere = anywhere.is_some();
        let at = anywhere.unwrap_or(at);
        let element = match operator {
            None | Some(Op::Add) => new.element,
            Some(Op::Subtract) => self.graph.scalars.neg(new.element),
            Some(operator) => {
                let old = self.element(base, at.clone(), old.kind);
                self.graph.scalars.binary(function_of(operator), old, new.element)
            }
        };
        if is_chosen
            && !is_somewhere
            && let Some(out) = self.placed(base, &shape, &at, element, &text)
        {
            self.keeps(out, base);
            return Some(self.of_whole(out));
        }
        let value = match is_somewhere {
            true => self.or_what_is_there(base, &at, element, &conditions),
            false => self.guarded(&Array { element, ..new }),
        };
        let domain: Vec<Axis> = self.ambient.iter().cloned().chain(Graph::axes(&shape)).collect();
        debug_assert_eq!(
            domain.len(),
            depth + shape.len(),
            "a write runs over what is in scope and the part"
        );
        let out = self.graph.add_tensor(name.to_string(), self.graph.shape(base).to_vec(), old.kind);
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: Some(base),
            domain,
            at,
            reduction,
            value,
        }));
        if is_kept {
            self.keeps(out, base);
        }
        Some(self.of_whole(out))
    }

    /// Whether there is `+=` for such a value.
    fn takes_updates(&mut self, old: &Array, operator_span: Span) -> bool {
        if matches!(old.kind, Kind::Float | Kind::Index) {
            return true;
        }
        let message = format!("an update is of numbers, found {}", self.show(old.kind, &old.shape));
        let help = match old.kind {
            Kind::Key => "a key is for `dropout` and `fold` alone",
            _ => "masks combine with `&&`, `||` and `!`: `m = m && x > 0;`",
        };
        self.error_with_help(operator_span, message, help);
        false
    }

    fn part_differs(&mut self, part: &Array, new: &Array, place: &Place) {
        let message = format!(
            "this part is {}, assigned {}",
            self.show(part.kind, &part.shape),
            self.show(new.kind, &new.shape)
        );
        let help = match (part.kind, new.kind) {
            (Kind::Float, Kind::Index | Kind::Mask) => {
                format!("`… as {}` makes numbers of it", self.float_name())
            }
            (Kind::Index, Kind::Float) => INDICES.to_string(),
            _ => "what is assigned stretches to the part, not the other way round".to_string(),
        };
        self.say(place, message, Some(help));
    }
}

fn function_of(operator: Op) -> Binary {
    match operator {
        Op::Subtract => Binary::Sub,
        Op::Multiply => Binary::Mul,
        Op::Divide => Binary::Div,
        _ => Binary::Add,
    }
}
