//! Names in scope: bound, looked up, and, where there is none, what was probably meant.

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Fixed};
use super::elsewhere::known_elsewhere;
use super::items::InstanceContent;
use super::value::{Array, Binding, Bound, Layer, Mutability, Step, Value};
use super::words::list;
use crate::ir::{Int, Kind};
use crate::spelling::did_you_mean;

/// Up to how many names are listed where nothing near was found.
const FEW: usize = 8;

impl Elaborator<'_> {
    /// Binds a name in the innermost scope.
    pub fn bind(&mut self, name: &Ident, value: Bound, mutable: Mutability) {
        let depth = self.depth();
        let scope = self.frame_mut().scopes.last_mut().expect("a function has a scope");
        // Of two arguments of one name nobody knows which is meant: that has been said.
        let twice = mutable == Mutability::Argument && scope.iter().any(|known| *name == known.name);
        scope.push(Binding {
            name: name.to_string(),
            span: name.span(),
            value: if twice { Bound::Value(Value::Poison) } else { value },
            mutable,
            used: false,
            assigned: false,
            depth,
        });
    }

    /// Opens a scope.
    pub fn enter(&mut self) {
        self.frame_mut().scopes.push(Vec::new());
    }

    /// Closes a scope; what nobody asked for is worth a warning.
    pub fn leave(&mut self) {
        for binding in self.frame_mut().scopes.pop().unwrap_or_default() {
            let name = &binding.name;
            if name.starts_with('_') || matches!(binding.value, Bound::Value(Value::Poison)) {
                continue;
            }
            if !binding.used && binding.assigned {
                self.warn(binding.span, format!("`{name}` is assigned, but never used"));
            } else if !binding.used {
                self.warn(binding.span, format!("unused variable `{name}`"));
            } else if binding.mutable == Mutability::Alone && !binding.assigned {
                self.warn(binding.span, format!("`{name}` does not need to be mutable"));
            }
        }
    }

    /// The binding of a name, nearest first, to be read.
    pub fn lookup(&mut self, name: &str) -> Option<&mut Binding> {
        let binding = self.binding(name)?;
        binding.used = true;
        Some(binding)
    }

    /// The binding of a name, nearest first, without counting as a use.
    pub fn binding(&mut self, name: &str) -> Option<&mut Binding> {
        self.frame_mut()
            .scopes
            .iter_mut()
            .rev()
            .flat_map(|scope| scope.iter_mut().rev())
            .find(|binding| binding.name == name)
    }

    /// What a name stands for, if it is known: bindings, then fields, dims and constants.
    pub fn resolve(&mut self, name: &Ident) -> Option<Bound> {
        let text = name.to_string();
        if let Some(binding) = self.lookup(&text) {
            return Some(binding.value.clone());
        }
        if let Some(layer) = self.frame().layer.clone()
            && let Some(value) = self.field(&layer, &text)
        {
            return Some(Bound::Value(value));
        }
        if let Some(&value) = self.frame().generics.get(&text) {
            return Some(Bound::Integer(Int::constant(value)));
        }
        if let Some(Fixed { size, by }) = self.frame().dims.get(&text).cloned() {
            self.seen.dims.insert(text);
            // An argument that is there for its size is used where the size is.
            let mut arguments = self.frame_mut().scopes.iter_mut().take(1).flatten();
            if let Some(argument) = arguments.find(|argument| argument.name == by) {
                argument.used = true;
            }
            return Some(Bound::Integer(size));
        }
        if let Some(&value) = self.items.constants.get(&text) {
            return Some(Bound::Integer(Int::constant(value)));
        }
        match text.as_str() {
            "pi" => Some(Bound::Value(self.number(std::f64::consts::PI))),
            "inf" => Some(Bound::Value(self.number(f64::INFINITY))),
            _ => None,
        }
    }

    /// Whether a name that nothing here bears may be that of an argument, a field or an item that could not be
    /// read.
    pub fn may_be_lost(&self, name: &str) -> bool {
        let frame = self.frame();
        let has_field = |layer: &Layer| self.has_lost_fields(layer.instance);
        frame.lost || self.items.broken.contains(name) || frame.layer.as_ref().is_some_and(has_field)
    }

    /// Whether a layer has fields that could not be read.
    pub fn has_lost_fields(&self, instance: usize) -> bool {
        !self.items.structs[&self.instances.list[instance].name].all_fields
    }

    /// Says that a name is unknown.
    pub fn unknown(&mut self, name: &Ident) {
        let text = name.to_string();
        if self.may_be_lost(&text) || self.seen.undeclared.contains(&text) {
            return;
        }
        if self.items.dims.contains_key(&text) {
            self.seen.dims.insert(text);
            if !self.frame().unfixed && self.frame_mut().missing.insert(name.to_string()) {
                let message = format!("no argument of `{}` fixes `{name}`", self.frame().function);
                self.error_with_help(
                    name.span(),
                    message,
                    format!("give an argument an axis `{name}`, or add an argument `size: dim {name}`"),
                );
            }
            return;
        }
        let names = self.in_scope();
        let near = did_you_mean(&text, &names);
        let message = format!("there is no `{name}` here");
        let (message, help) = if let Some(near) = near {
            (message, format!("did you mean `{near}`?"))
        } else if text.len() > 1
            && (self.named_function(&text).is_some()
                || super::library::is_builtin(&text)
                || self.items.externs.contains_key(&text))
        {
            (format!("`{name}` is a function, used here as a value"), format!("call it: `{name}(…)`"))
        } else if let Some(place) = self.field_of_a_layer(&text) {
            (message, format!("did you mean `{place}`?"))
        } else if let Some(help) = known_elsewhere(&text) {
            (message, help.to_string())
        } else if names.is_empty() {
            (message, "no names are in scope here".to_string())
        } else if names.len() <= FEW {
            (message, format!("in scope {} {}", if names.len() == 1 { "is" } else { "are" }, list(&names)))
        } else {
            (message, "names are arguments, fields, `let`s above, dims and constants".to_string())
        };
        self.error_with_help(name.span(), message, help);
    }

    /// Says that an index is bound nowhere.
    pub fn unbound_index(&mut self, name: &Ident) {
        let text = name.to_string();
        let is_said = self.may_be_lost(&text) || self.seen.undeclared.contains(&text);
        if is_said || self.items.dims.contains_key(&text) {
            return self.unknown(name);
        }
        self.error_with_help(
            name.span(),
            format!("there is no `{name}` here"),
            format!("an index is bound on the left, `let y[{name}] = …;`, by a reducer, `sum[{name}](…)`, or by a loop"),
        );
    }

    /// The names that may stand for a value here, nearest scope first.
    fn in_scope(&self) -> Vec<String> {
        let frame = self.frame();
        let mut names: Vec<String> =
            frame.scopes.iter().rev().flatten().map(|binding| binding.name.clone()).collect();
        if let Some(layer) = &frame.layer {
            names.extend(
                self.instances.list[layer.instance].fields.iter().map(|field| field.name.to_string()),
            );
        }
        names.extend(
            frame.dims.keys().chain(frame.generics.keys()).chain(self.items.constants.keys()).cloned(),
        );
        let mut once: Vec<String> = Vec::new();
        for name in names {
            if name != "_" && !once.contains(&name) {
                once.push(name);
            }
        }
        once
    }

    /// `fc.weight`, if a layer among the fields has a field of this name.
    fn field_of_a_layer(&self, name: &str) -> Option<String> {
        let layer = self.frame().layer.as_ref()?;
        self.instances.list[layer.instance].fields.iter().find_map(|field| match &field.content {
            InstanceContent::Layer { instance, lengths } if lengths.is_empty() => {
                let has = self.instances.list[*instance].fields.iter().any(|inner| inner.name == name);
                has.then(|| format!("{}.{name}", field.name))
            }
            _ => None,
        })
    }

    /// Says that a size of a type is unknown: once for each name.
    pub fn unknown_size(&mut self, name: &Ident) {
        let text = name.to_string();
        self.frame_mut().unfixed = true;
        if self.may_be_lost(&text) || !self.seen.undeclared.insert(text.clone()) {
            return;
        }
        let items = self.items;
        let names: Vec<&String> =
            items.dims.keys().chain(self.frame().generics.keys()).chain(items.constants.keys()).collect();
        let help = match did_you_mean(&text, &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "declare it: `dim {name};` for a size known at run time, `const {name}: usize = …;` for one known now"
            ),
        };
        self.error_with_help(name.span(), format!("there is no dim or constant `{name}`"), help);
    }

    /// The field of a layer as a value, made an input of the graph when it is first read.
    pub fn field(&mut self, layer: &Layer, name: &str) -> Option<Value> {
        let instances = self.instances;
        let field = instances.list[layer.instance].fields.iter().find(|field| field.name == name)?;
        match &field.content {
            InstanceContent::Poison => Some(Value::Poison),
            InstanceContent::Layer { instance, lengths } => {
                let mut path = layer.path.clone();
                path.push(Step { name: name.to_string(), lengths: lengths.clone() });
                Some(Value::Layer(Layer {
                    instance: *instance,
                    path,
                    indices: layer.indices.clone(),
                    lengths: lengths.clone(),
                }))
            }
            InstanceContent::Tensor { shape, .. } => {
                let own: Vec<Int> = shape.iter().map(|&size| Int::from(size)).collect();
                let key = (layer.path.clone(), name.to_string());
                let tensor = match self.fields.get(&key) {
                    Some(&tensor) => tensor,
                    None => {
                        let arrays =
                            layer.path.iter().flat_map(|step| &step.lengths).map(|&length| Int::from(length));
                        let full: Vec<Int> = arrays.chain(own.iter().cloned()).collect();
                        let tensor = self.graph.add_tensor(name, full, Kind::Float);
                        self.fields.insert(key, tensor);
                        tensor
                    }
                };
                let depth = self.depth();
                let at = layer
                    .indices
                    .iter()
                    .cloned()
                    .chain((0..own.len()).map(|axis| Int::index(depth + axis)))
                    .collect();
                let element = self.graph.scalars.read(tensor, at);
                Some(Value::Array(Array { shape: own, kind: Kind::Float, depth, element }))
            }
        }
    }
}
