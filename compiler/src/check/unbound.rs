//! Names that are assigned and bound nowhere: what is said of them, once.

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::value::{Bound, Layer, Mutability, Value};
use super::words::list;
use crate::spelling::did_you_mean;
use crate::syntax::ast::{self, Target};

impl Elaborator<'_> {
    /// Says that `y[i] = …;` lacks its `let`, if `y` and an index are bound nowhere.
    pub fn lacks_let(&mut self, name: &Ident, subscripts: &[ast::Subscript]) -> bool {
        let index = subscripts.iter().find_map(|subscript| match subscript {
            ast::Subscript::At(ast::Expr { kind: ast::ExprKind::Name(index), .. }) => {
                self.resolve(index).is_none().then_some(index)
            }
            _ => None,
        });
        let Some(index) = index.filter(|_| self.resolve(name).is_none()) else { return false };
        if self.may_be_lost(&name.to_string()) {
            self.bind_nothing(name);
            return true;
        }
        self.error_with_help(
            name.span(),
            format!("there is no `{name}` here"),
            format!("bind it, for each `{index}`: `let {name}[{index}] = …;`"),
        );
        self.bind_nothing(name);
        true
    }

    /// After an error, a name that was bound nowhere stands for nothing in all of the function.
    fn bind_nothing(&mut self, name: &Ident) {
        self.bind(name, Bound::Value(Value::Poison), Mutability::Alone);
        let scopes = &mut self.frame_mut().scopes;
        if let Some(binding) = scopes.last_mut().and_then(Vec::pop) {
            scopes.first_mut().expect("a function has a scope").push(binding);
        }
    }

    /// Says which names that are assigned are bound nowhere.
    pub fn bind_unknown(&mut self, target: &Target) {
        match target {
            Target::Ignored(_) => {}
            Target::Tuple(parts, _) => parts.iter().for_each(|part| self.bind_unknown(part)),
            Target::Name(name) | Target::Indexed(name, ..) => {
                let text = name.to_string();
                let is_field = |layer: &Layer| {
                    let fields = &self.instances.list[layer.instance].fields;
                    fields.iter().any(|field| field.name == text)
                };
                let is_field = self.frame().layer.as_ref().is_some_and(is_field);
                if !is_field && self.binding(&text).is_none() {
                    self.unknown_target(name);
                    self.bind_nothing(name);
                }
            }
        }
    }

    /// Says that a name that is assigned is bound nowhere, and which ones are mutable.
    pub fn unknown_target(&mut self, name: &Ident) {
        if self.may_be_lost(&name.to_string()) {
            return;
        }
        let names: Vec<String> = self
            .frame()
            .scopes
            .iter()
            .rev()
            .flatten()
            .filter(|binding| binding.mutable.is_mutable())
            .filter(|binding| !matches!(binding.value, Bound::Value(Value::Poison)))
            .map(|binding| binding.name.clone())
            .collect();
        let help = match did_you_mean(&name.to_string(), &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => format!("bind it first: `let mut {name} = …;`"),
            None => format!(
                "bind it first, `let mut {name} = …;`; mutable here {} {}",
                if names.len() == 1 { "is" } else { "are" },
                list(&names)
            ),
        };
        self.error_with_help(name.span(), format!("there is no `{name}` here"), help);
        self.bind_nothing(name);
    }
}
