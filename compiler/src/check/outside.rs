//! What is said of a subscript that falls outside its axis. Decides nothing: `inside` has.

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::infer::{Use, affine};
use super::value::{Bound, Mutability};
use super::words::spelled;
use crate::ir::{Atom, Int};
use crate::syntax::ast;

/// An index or a loop's counter in a subscript, by its name.
struct Growing {
    name: String,
    /// What it begins with.
    from: Int,
    /// The subscript at 0, and how far apart its values are.
    rest: Int,
    stride: i64,
}

impl Elaborator<'_> {
    /// Says that a subscript reaches a place outside its axis, and how to keep it inside.
    pub fn say_outside(&mut self, position: &Int, size: &Int, reached: &Int, expr: &ast::Expr) {
        let place = self.place(expr);
        let is_before = Self::is_at_least(reached, 0) == Some(false);
        let (last, axis, shown) =
            (self.show_size(&size.plus(-1)), self.show_size(size), self.show_size(reached));
        let (message, help) = if moving_atoms(position).is_empty() {
            match is_before {
                _ if size.is(0) => (
                    format!("there is no element {shown}: the axis has size 0"),
                    "it has no elements at all".to_string(),
                ),
                true => (
                    format!("this counts back past the beginning: the axis has size {axis}"),
                    format!("the first is 0, or -{axis}"),
                ),
                false => (
                    format!("there is no element {shown}: the axis has size {axis}"),
                    format!("the last is {last}, or -1"),
                ),
            }
        } else {
            let message = format!("this subscript reaches {shown}, outside an axis of size {axis}");
            (message, self.keep_inside(position, size, is_before))
        };
        self.say(&place, message, Some(help));
    }

    /// Says that no value of an index has a subscript inside its axis.
    pub fn say_nowhere(&mut self, name: &Ident, each: &Use, begin: &Int) {
        let (size, last) = (self.show_size(&each.size), self.show_size(&each.size.plus(-1)));
        let begin = self.show_size(begin);
        let message = format!(
            "this subscript is outside an axis of size {size} for every `{name}`: at 0 it is {begin} already"
        );
        let help = match begin.starts_with('-') {
            true => format!("backwards from the end it is `{last} - {name}`"),
            false => format!("what is not shifted runs over all: `x[{name}]`"),
        };
        self.say(&each.place, message, Some(help));
    }

    /// Says that nothing but a condition that a run decides keeps a subscript inside its axis, and how to be certain.
    pub fn say_perhaps_outside(&mut self, position: &Int, size: &Int, reached: &Int, expr: &ast::Expr) {
        if moving_atoms(position).is_empty() {
            return self.say_outside(position, size, reached, expr);
        }
        let (place, axis, shown) = (self.place(expr), self.show_size(size), self.show_size(reached));
        let message = format!(
            "this subscript may reach {shown}, outside an axis of size {axis}: what is computed decides whether the condition around it holds"
        );
        let written = spelled(expr).unwrap_or_else(|| "i".to_string());
        let inside = match Self::is_at_least(reached, 0) {
            Some(false) => format!("{written} >= 0"),
            _ => format!("{written} < {axis}"),
        };
        self.say(&place, message, Some(format!("ask it in the condition, too: `if {inside} && … {{ … }}`")));
    }

    /// How an index or counter would have to run.
    fn keep_inside(&self, position: &Int, size: &Int, is_before: bool) -> String {
        let (in_loop, guard) = (moves_with_loops(position), "guard the read: `if … { … } else { 0 }`");
        let smaller = |range: &str| match in_loop {
            true => format!(
                "run the loop over a smaller range, `for {range}`, or guard what is done: `if … {{ … }}`"
            ),
            false => format!("give the index a smaller range, `{range}`, or {guard}"),
        };
        let Some(growing) = self.growing(position) else {
            return smaller(if in_loop { "t in 0..n" } else { "i in 0..n" });
        };
        let Growing { name, from, rest, stride } = growing;
        let divisor = Int::constant(stride);
        if is_before {
            // The first at which the subscript is not negative.
            let first = rest.scale(-1).plus(stride - 1).div(&divisor).add(&from);
            let first = self.show_size(&first);
            return match in_loop {
                true => format!(
                    "begin the loop there, `for {name} in {first}..n`, \
                     or guard what is done: `if {name} >= {first} {{ … }}`"
                ),
                false => format!(
                    "guard the read, `if {name} >= {first} {{ … }} else {{ 0 }}`; a sum may begin there, `{first}..n`"
                ),
            };
        }
        let end = size.plus(-1).sub(&rest).div(&divisor).plus(1).add(&from);
        let range = format!("{name} in {}..{}", self.show_size(&from), self.show_size(&end));
        match Self::is_at_least(&end.sub(&from), 1) {
            Some(false) => smaller(&format!("{name} in 0..n")),
            Some(true) | None => smaller(&range),
        }
    }

    /// The one index or counter that a subscript is made of, if it grows with it.
    fn growing(&self, position: &Int) -> Option<Growing> {
        let [atom] = moving_atoms(position).try_into().ok()?;
        // One that is no index of this place stands for either.
        let stand_in = self.ambient.len();
        let unified = position.substitute(&mut |found| (*found == atom).then(|| Int::index(stand_in)));
        let (stride, rest) = affine(&unified, stand_in).filter(|(stride, _)| *stride > 0)?;
        let alone = Int::atom(atom);
        let scopes = self.frames.last()?.scopes.iter().rev();
        let (name, from) = scopes.flat_map(|scope| scope.iter().rev()).find_map(|binding| {
            let Bound::Integer(value) = &binding.value else { return None };
            let from = value.sub(&alone);
            let is_it = binding.mutable == Mutability::Counter && moving_atoms(&from).is_empty();
            is_it.then(|| (binding.name.clone(), from))
        })?;
        Some(Growing { name, from, rest, stride })
    }
}

/// Whether loops alone, and no index, move a subscript.
fn moves_with_loops(position: &Int) -> bool {
    moving_atoms(position).iter().all(|atom| matches!(atom, Atom::Loop(_)))
}

/// The indices and counters of an integer, each once.
fn moving_atoms(value: &Int) -> Vec<Atom> {
    let mut atoms = Vec::new();
    value.visit_atoms(&mut |atom| {
        if matches!(atom, Atom::Index(_) | Atom::Loop(_)) && !atoms.contains(atom) {
            atoms.push(atom.clone());
        }
    });
    atoms
}
