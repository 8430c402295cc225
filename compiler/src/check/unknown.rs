//! What is said of a name that nothing bears, or that is taken for a reducer: what was probably meant, or how it is
//! declared.
//!
//! Nothing is said where it may be the name of what could not be read.

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::elsewhere::{known_elsewhere, library_elsewhere};
use super::items::InstanceContent;
use super::library;
use super::value::{Binding, Bound, Layer, Mutability, Value};
use super::words::{joined, list, list_open};
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, ExprKind as E, REDUCERS};

/// Numbers that bear a name everywhere.
const NUMBERS: [&str; 2] = ["pi", "inf"];

/// Up to how many names are listed where nothing near was found.
const FEW: usize = 8;

impl Elaborator<'_> {
    /// Whether a function that does not run over indices is written as if it did; says so.
    pub fn is_no_reducer(&mut self, function: &ast::Expr) -> bool {
        let E::Index(base, subscripts) = &function.kind else { return false };
        let E::Name(name) = &base.kind else { return false };
        let text = name.to_string();
        if self.resolve(name).is_some() {
            return false;
        }
        let known = self.named_function(&text).is_some() || self.is_builtin(&text);
        // What nothing binds is meant to be an index.
        let binds = subscripts.iter().all(|subscript| match subscript {
            ast::Subscript::At(ast::Expr { kind: E::Name(index), .. }) => self.resolve(index).is_none(),
            _ => false,
        });
        let help = match (known, did_you_mean(&text, &REDUCERS)) {
            (true, _) => format!("bind what it is of: `let z[n, k] = …;`, and `{name}(z)`"),
            (false, Some(near)) => format!("did you mean `{near}`?"),
            (false, None) => "write what it is with one of these: `sum[k](x[k]) / N`".to_string(),
        };
        if known || binds {
            self.error_with_help(
                name.span(),
                format!(
                    "`{name}` does not run over indices, as {} do",
                    joined(&REDUCERS.map(str::to_string))
                ),
                help,
            );
        }
        known || binds
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
        let near = did_you_mean(&text, &names).or_else(|| did_you_mean(&text, &NUMBERS));
        let message = format!("there is no `{name}` here");
        let (message, help) = if self.items.methods.contains_key(&text) {
            (format!("`{name}` is a layer, used here as a value"), of_layers(&text))
        } else if let Some(help) = library_elsewhere(&text) {
            (message, help.to_string())
        } else if let Some(near) = near {
            (message, format!("did you mean `{near}`?"))
        } else if text.len() > 1
            && (self.named_function(&text).is_some()
                || self.is_builtin(&text)
                || self.items.externs.contains_key(&text))
        {
            (format!("`{name}` is a function, used here as a value"), format!("call it: `{name}(…)`"))
        } else if let Some(network) = self.struct_with_field(&text) {
            (message, format!("`{network}` has a field `{name}`: move this function into `impl {network}`"))
        } else if let Some(place) = self.field_of_a_layer(&text) {
            (message, format!("did you mean `{place}`?"))
        } else if let Some(help) = known_elsewhere(&text) {
            (message, help.replace("f32", self.float_name()))
        } else if names.is_empty() {
            (message, "no names are in scope here".to_string())
        } else if names.len() <= FEW + 1 {
            (message, format!("in scope {} {}", if names.len() == 1 { "is" } else { "are" }, list(&names)))
        } else {
            (message, format!("in scope are {} and {} more", list_open(&names[..FEW]), names.len() - FEW))
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
        // It is one mistake, however often the statement mentions it.
        if self.quiet == 0 {
            self.bind(name, Bound::Value(Value::Poison), Mutability::Counter);
        }
    }

    /// The names that may stand for a value here, nearest scope first.
    fn in_scope(&self) -> Vec<String> {
        let frame = self.frame();
        // An index that nothing binds is bound to nothing after its error.
        let is_bound = |binding: &&Binding| {
            binding.mutable != Mutability::Counter || !matches!(binding.value, Bound::Value(Value::Poison))
        };
        let bindings = frame.scopes.iter().rev().flatten().filter(is_bound);
        let mut names: Vec<String> = bindings.map(|binding| binding.name.clone()).collect();
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

    /// The names that a layer is called by here.
    fn layers_in_scope(&self) -> Vec<String> {
        let frame = self.frame();
        let bound = frame.scopes.iter().rev().flatten();
        let bound = bound.filter(|binding| match &binding.value {
            Bound::Value(Value::Layer(layer)) => layer.lengths.is_empty(),
            _ => false,
        });
        let mut names: Vec<String> = bound.map(|binding| binding.name.clone()).collect();
        let fields = frame.layer.iter().flat_map(|layer| &self.instances.list[layer.instance].fields);
        let layers = fields.filter(|field| match &field.content {
            InstanceContent::Layer { lengths, .. } => lengths.is_empty(),
            InstanceContent::Tensor { .. } | InstanceContent::Poison => false,
        });
        names.extend(layers.map(|field| field.name.to_string()));
        names
    }

    /// For a free function: a struct of the block that has a field of this name.
    fn struct_with_field(&self, name: &str) -> Option<&'_ str> {
        let structs = self.items.structs.iter().filter(|(known, _)| !self.items.is_library(known));
        let has = |of: &ast::Struct| of.fields.iter().any(|field| field.name == name);
        let mut with = structs.filter(|(_, of)| self.frame().layer.is_none() && has(of));
        with.next().map(|(known, _)| known.as_str())
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

    /// Says that a size of a type is unknown: where its declaration is missing once, where it is misspelt each
    /// time.
    pub fn unknown_size(&mut self, name: &Ident) {
        let text = name.to_string();
        self.frame_mut().unfixed = true;
        if self.may_be_lost(&text) {
            return;
        }
        let items = self.items;
        let names: Vec<&String> =
            items.dims.keys().chain(self.frame().generics.keys()).chain(items.constants.keys()).collect();
        let near = did_you_mean(&text, &names).map(str::to_string);
        if !self.seen.undeclared.insert(text.clone()) && near.is_none() {
            return;
        }
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "declare it: `dim {name};` for a size known at run time, `const {name}: usize = …;` for one known now"
            ),
        };
        self.error_with_help(name.span(), format!("there is no dim or constant `{name}`"), help);
    }

    /// Says that a function is unknown.
    pub fn no_function(&mut self, name: &Ident) {
        let items = self.items;
        let text = name.to_string();
        let mut names: Vec<String> = Vec::new();
        if self.may_be_lost(&text) || items.may_be_lost(&text) {
            return;
        }
        if let Some(layer) = &self.frame().layer {
            let structure = &self.instances.list[layer.instance].name;
            if items.may_have(structure, &text) {
                return;
            }
            names.extend(items.methods[structure].iter().map(|callable| callable.function.name.to_string()));
        }
        names.extend(self.layers_in_scope());
        names.extend(
            items
                .functions
                .keys()
                .chain(items.externs.keys())
                .cloned()
                .chain(library::builtins().map(str::to_string)),
        );
        let elsewhere = items.methods.iter().find(|(_, methods)| {
            methods.iter().any(|callable| !callable.library && callable.function.name == text)
        });
        let help = if let Some(help) = known_elsewhere(&text) {
            help.replace("f32", self.float_name())
        } else if items.methods.contains_key(&text) {
            of_layers(&text)
        } else if let Some(near) = did_you_mean(&text, &names) {
            format!("did you mean `{near}`?")
        } else if let Some((structure, _)) = elsewhere {
            format!("`{structure}` has one: call it through a field of that type, `field.{name}(…)`")
        } else {
            format!("write it: `fn {name}(x: f32[..]) -> f32[..] {{ … }}`").replace("f32", self.float_name())
        };
        self.error_with_help(name.span(), format!("there is no function `{name}`"), help);
    }
}

/// How a layer is declared and called.
fn of_layers(name: &str) -> String {
    let field = name.to_lowercase();
    format!("a layer is a field, `{field}: {name}<…>`, and is called by its name: `{field}(x)`")
}
