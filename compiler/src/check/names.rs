//! Names in scope: bound and looked up.

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Fixed};
use super::items::InstanceContent;
use super::value::{Array, Binding, Bound, Layer, Mutability, Step, Value};
use crate::ir::{Int, Kind};

impl Elaborator<'_> {
    /// Binds a name in the innermost scope.
    pub fn bind(&mut self, name: &Ident, value: Bound, mutable: Mutability) {
        let (depth, allowed) = (self.depth(), self.frame().allowed);
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
            allowed,
            is_variable: false,
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
            let allowed = self.frame().allowed.or(binding.allowed);
            if !binding.used && allowed.variables || binding.used && allowed.mutability {
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
