//! Sizes are made of constants and dims. One that an index, a counter or a number decides is said where it is
//! written; nothing below meets it.

use super::elaborate::{Elaborator, Place};
use super::notation::is_size;
use super::value::Bound;
use super::words::list;
use crate::ir::{Atom, Int};

impl Elaborator<'_> {
    /// Whether a size is made of constants and dims; says of `what` that it is not.
    pub fn is_fixed(&mut self, size: &Int, what: &str, help: &str, place: &Place) -> bool {
        if is_size(size) {
            return true;
        }
        let mut deciding = Vec::new();
        size.visit_atoms(&mut |atom| {
            if let Some(name) = self.name_of(atom).filter(|name| !deciding.contains(name)) {
                deciding.push(name);
            }
        });
        let message = match deciding.as_slice() {
            [] => format!("{what} is made of constants and dims"),
            names => format!("{what} is made of constants and dims, and not of {}", list(names)),
        };
        self.say(place, message, Some(help.to_string()));
        false
    }

    /// What a user calls that which decides a size.
    fn name_of(&self, atom: &Atom) -> Option<String> {
        match atom {
            Atom::Index(_) | Atom::Loop(_) => {
                let mut bindings = self.frame().scopes.iter().rev().flat_map(|scope| scope.iter().rev());
                let stands_for = |value: &Int| {
                    let mut found = false;
                    value.visit_atoms(&mut |each| found |= each == atom);
                    found
                };
                bindings
                    .find(|binding| matches!(&binding.value, Bound::Integer(value) if stands_for(value)))
                    .map(|binding| binding.name.clone())
            }
            Atom::Read(tensor, _) => Some(self.graph.tensor(*tensor).name.to_string()),
            Atom::Dim(_) | Atom::Div(..) | Atom::Mod(..) | Atom::Root(_) | Atom::Inside(_) => None,
        }
    }
}
