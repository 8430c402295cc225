//! What a size is about, where only a run tells: for what is chosen by it, never for what is computed.

use super::integer::{Atom, Int, root};

/// What a run-time size is taken for.
const SIZE: i64 = 64;
/// What anything else that only a run tells is taken for.
const OTHER: i64 = 1;

impl Int {
    /// About how much it is. Whatever a user divides by or multiplies, it is a number.
    pub fn typical(&self) -> i64 {
        self.terms().fold(0, |sum: i64, (monomial, coefficient)| {
            sum.saturating_add(monomial.iter().map(of_atom).fold(coefficient, i64::saturating_mul))
        })
    }
}

fn of_atom(atom: &Atom) -> i64 {
    match atom {
        Atom::Dim(_) => SIZE,
        Atom::Index(_) | Atom::Loop(_) | Atom::Read(..) => OTHER,
        Atom::Div(a, b) => a.typical().checked_div_euclid(b.typical()).unwrap_or(OTHER),
        Atom::Mod(a, b) => a.typical().checked_rem_euclid(b.typical()).unwrap_or(OTHER),
        Atom::Root(a) => root(a.typical().max(1)),
        Atom::Inside(inside) => inside.position.typical(),
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::{DimId, Int};

    #[test]
    fn whatever_a_user_writes_is_about_something() {
        let n = Int::dim(DimId(0));
        assert_eq!(n.scale(3).plus(1).typical(), 193);
        assert_eq!(n.div(&Int::constant(5)).typical(), 12);
        assert_eq!(n.modulo(&Int::constant(5)).typical(), 4);
        // By nothing, at this size.
        assert_eq!(n.div(&n.plus(-64)).typical(), 1);
        assert_eq!(n.modulo(&n.plus(-64)).typical(), 1);
        let large = (0..12).fold(Int::constant(1), |power, _| power.mul(&n));
        assert_eq!(large.typical(), i64::MAX);
        assert_eq!(large.scale(-1).root().typical(), 1);
    }
}
