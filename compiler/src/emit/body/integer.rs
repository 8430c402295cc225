//! Sizes and subscripts as Rust expressions of type `usize` (or `isize` where a part of one can be
//! negative).

use std::cell::Cell;

use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::ir::{Atom, Comparison, Inside, Int, TensorId};
use crate::plan::{Maximum, Step};

use super::Body;
use crate::emit::size;

/// A root in a variable of its own.
pub(super) struct Rooted {
    of: Int,
    name: Ident,
    used: Cell<bool>,
}

/// The type that an integer is computed in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signed {
    No,
    Yes,
}

impl Body<'_> {
    /// Finds names for the roots that loops run to: they are computed once.
    pub(super) fn name_roots(&mut self, steps: &[Step]) {
        let mut found = std::collections::BTreeSet::new();
        roots_of_steps(steps, &mut |of| {
            found.insert(of.clone());
        });
        let mut found: Vec<Int> = found.into_iter().collect();
        found.sort_by_key(|of| {
            let mut depth = 0;
            roots_of(of, &mut |_| depth += 1);
            depth
        });
        for of in found {
            let wish = match of.as_atom() {
                Some(Atom::Dim(dim)) => format!("{}_root", self.cx.dims[dim.0 as usize]),
                _ => "root".to_string(),
            };
            let name = self.names.take(&wish);
            self.roots.push(Rooted { of, name, used: Cell::new(false) });
        }
    }

    /// The variables of roots.
    pub(super) fn root_names(&self) -> impl Iterator<Item = &Ident> {
        self.roots.iter().map(|root| &root.name)
    }

    /// The variables of those roots that statements mention.
    pub(super) fn bind_roots(&self) -> TokenStream {
        let mut bindings = TokenStream::new();
        for Rooted { of, name, .. } in self.roots.iter().rev().filter(|root| root.used.get()) {
            let value = size::root(&self.size(of));
            bindings = quote!(let #name = #value; #bindings);
        }
        bindings
    }

    /// ⌈√n⌉, at least 1: a variable where there is one.
    fn square_root(&self, of: &Int, signed: Signed) -> TokenStream {
        let value = match self.roots.iter().find(|root| root.of == *of) {
            Some(Rooted { name, used, .. }) => {
                used.set(true);
                quote!(#name)
            }
            None => {
                let value = size::root(&self.size(of));
                quote!((#value))
            }
        };
        if signed == Signed::Yes { quote!(#value as isize) } else { value }
    }

    /// A subscript, never negative where it is evaluated.
    pub(super) fn subscript(&self, value: &Int) -> TokenStream {
        if needs_sign(value) {
            let value = self.sum(value, Signed::Yes);
            return quote!((#value) as usize);
        }
        self.sum(value, Signed::No)
    }

    /// An integer as the operand of a cast; a negative one wraps.
    pub(super) fn wrapping(&self, value: &Int) -> TokenStream {
        if let Some(constant) = value.as_constant() {
            let literal = Literal::i64_suffixed(constant);
            return quote!((#literal));
        }
        let (_, negative) = parts(value);
        let signed = if needs_sign(value) || !negative.is(0) { Signed::Yes } else { Signed::No };
        let tokens = self.sum(value, signed);
        quote!((#tokens))
    }

    /// An offset.
    pub(super) fn largest(&self, offset: &Maximum) -> TokenStream {
        let sums = offset.sums().iter().map(|sum| self.size(sum));
        size::largest(sums, || self.import("larger").into_token_stream())
    }

    /// A size: zero where the polynomial is negative.
    pub(super) fn size(&self, value: &Int) -> TokenStream {
        if needs_sign(value) {
            let krate = self.cx.krate;
            let value = self.sum(value, Signed::Yes);
            return quote!(#krate::__private::core::cmp::Ord::max(#value, 0) as usize);
        }
        let (positive, negative) = parts(value);
        if negative.is(0) {
            return self.sum(value, Signed::No);
        }
        let positive_tokens = self.sum(&positive, Signed::No);
        let negative = self.sum(&negative, Signed::No);
        // A method wants to know of which type a number is.
        if let Some(constant) = positive.as_constant() {
            let literal = Literal::usize_suffixed(usize::try_from(constant).unwrap_or(0));
            return quote!(#literal.saturating_sub(#negative));
        }
        let mut counts = false;
        positive.visit_atoms(&mut |atom| counts |= matches!(atom, Atom::Index(_) | Atom::Loop(_)));
        match self.is_operand(&positive) {
            // Of an index that runs over a constant range it is not said anywhere.
            _ if counts => {
                let krate = self.cx.krate;
                quote!(#krate::__private::core::primitive::usize::saturating_sub(#positive_tokens, #negative))
            }
            true => quote!(#positive_tokens.saturating_sub(#negative)),
            false => quote!((#positive_tokens).saturating_sub(#negative)),
        }
    }

    /// A size as an operand of a method or range: in parentheses where it is more than a name.
    pub(super) fn size_operand(&self, value: &Int) -> TokenStream {
        let tokens = self.size(value);
        if self.is_operand(value) { tokens } else { quote!((#tokens)) }
    }

    /// Whether an integer's tokens are an operand of anything: a number, a name, a call, but no quotient or cast.
    fn is_operand(&self, value: &Int) -> bool {
        match value.as_atom() {
            Some(Atom::Div(..) | Atom::Mod(..)) => false,
            Some(Atom::Read(tensor, _)) => self.is_usize(*tensor),
            Some(_) => true,
            None => value.as_constant().is_some(),
        }
    }

    /// An integer as a float, and whether it is more than a cast.
    pub(super) fn number(&self, value: &Int) -> TokenStream {
        let float = self.float();
        if let Some(Atom::Read(tensor, at)) = value.as_atom() {
            let element = self.element(*tensor, at);
            return quote!(#element as #float);
        }
        let (_, negative) = parts(value);
        if needs_sign(value) || !negative.is(0) {
            let value = self.sum(value, Signed::Yes);
            return quote!((#value) as #float);
        }
        let tokens = self.sum(value, Signed::No);
        if self.is_operand(value) { quote!(#tokens as #float) } else { quote!((#tokens) as #float) }
    }

    /// A comparison of integers.
    pub(super) fn compare_integers(&self, comparison: Comparison, a: &Int, b: &Int) -> TokenStream {
        self.compares.set(true);
        let tokens = self.comparison(comparison, a, b);
        self.compares.set(false);
        tokens
    }

    fn comparison(&self, comparison: Comparison, a: &Int, b: &Int) -> TokenStream {
        let (left, right) = parts(&a.sub(b));
        let operator = operator(comparison);
        if let Some(compared) = self.compare_lanes(&operator, &left, &right) {
            return compared;
        }
        if needs_sign(&left) || needs_sign(&right) {
            let (left, right) = (self.sum(&left, Signed::Yes), self.sum(&right, Signed::Yes));
            return quote!((#left) #operator (#right));
        }
        match comparison {
            Comparison::LessEqual if left.is(0) => return quote!(true),
            Comparison::Less if right.is(0) => return quote!(false),
            _ => {}
        }
        let side = |value: &Int| {
            let tokens = self.sum(value, Signed::No);
            if self.casts(value) { quote!((#tokens)) } else { tokens }
        };
        let (left, right) = (side(&left), side(&right));
        quote!(#left #operator #right)
    }

    /// A comparison of the numbers of lanes with what is the same in all of them.
    fn compare_lanes(&self, operator: &TokenStream, left: &Int, right: &Int) -> Option<TokenStream> {
        let (lanes, number) = self.number.as_ref()?;
        let is_lane = |side: &Int| *side == Int::index(*lanes);
        let same = |side: &Int| {
            let fits = !side.mentions_index(*lanes) && !needs_sign(side);
            fits.then(|| {
                let (kernels, value) = (self.import("kernels"), self.sum(side, Signed::No));
                quote!(#kernels::number(#value))
            })
        };
        if is_lane(left) {
            same(right).map(|right| quote!(#number #operator #right))
        } else if is_lane(right) {
            same(left).map(|left| quote!(#left #operator #number))
        } else {
            None
        }
    }

    /// Whether an integer's tokens hold a cast, which must not stand before `<`.
    fn casts(&self, value: &Int) -> bool {
        let mut found = false;
        value.visit_atoms(&mut |atom| {
            found |= matches!(atom, Atom::Read(tensor, _) if !self.is_usize(*tensor))
        });
        found
    }

    fn sum(&self, value: &Int, signed: Signed) -> TokenStream {
        if let Some(constant) = value.as_constant() {
            let literal = Literal::i64_unsuffixed(constant.abs());
            return if constant < 0 { quote!(-#literal) } else { quote!(#literal) };
        }
        let mut positive: Vec<_> = value.terms().filter(|(_, coefficient)| *coefficient > 0).collect();
        // Constants last, as one writes them.
        positive.sort_by_key(|(monomial, _)| monomial.is_empty());
        let mut tokens = TokenStream::new();
        for (position, (monomial, coefficient)) in positive.iter().enumerate() {
            let term = self.term(monomial, *coefficient, signed);
            tokens = if position == 0 { term } else { quote!(#tokens + #term) };
        }
        if positive.is_empty() && signed == Signed::No {
            // Nothing is negative where it is evaluated.
            tokens = quote!(0);
        }
        for (monomial, coefficient) in value.terms().filter(|(_, coefficient)| *coefficient < 0) {
            let term = self.term(monomial, -coefficient, signed);
            tokens = match tokens.is_empty() && !monomial.is_empty() {
                // The sign is of what a cast makes.
                true => quote!(-(#term)),
                false => quote!(#tokens - #term),
            };
        }
        tokens
    }

    fn term(&self, monomial: &[Atom], coefficient: i64, signed: Signed) -> TokenStream {
        let literal = Literal::i64_unsuffixed(coefficient);
        let mut tokens = TokenStream::new();
        let alone = monomial.len() == 1 && coefficient == 1;
        for (position, atom) in monomial.iter().enumerate() {
            let quotient = matches!(atom, Atom::Div(..) | Atom::Mod(..)) && signed == Signed::No;
            let atom = self.atom(atom, signed);
            let atom = if quotient && !alone { quote!((#atom)) } else { atom };
            tokens = if position == 0 { atom } else { quote!(#tokens * #atom) };
        }
        match (monomial.is_empty(), coefficient) {
            (true, _) => quote!(#literal),
            (false, 1) => tokens,
            (false, _) => quote!(#tokens * #literal),
        }
    }

    fn atom(&self, atom: &Atom, signed: Signed) -> TokenStream {
        let variable = |name: &Ident| match signed {
            Signed::No => quote!(#name),
            Signed::Yes => quote!(#name as isize),
        };
        match atom {
            Atom::Dim(dim) => {
                self.uses.borrow_mut().dims.insert(*dim);
                variable(&self.cx.dims[dim.0 as usize])
            }
            Atom::Index(depth) => match &self.number {
                Some((lanes, number)) if lanes == depth && self.compares.get() => match signed {
                    Signed::No => quote!((#number as usize)),
                    Signed::Yes => quote!(#number as isize),
                },
                _ => variable(&self.indices[*depth]),
            },
            Atom::Loop(counter) => variable(&self.counters[counter]),
            Atom::Read(tensor, at) => self.index(*tensor, at, signed),
            Atom::Div(a, b) => self.quotient(a, b, signed, true),
            Atom::Mod(a, b) => self.quotient(a, b, signed, false),
            Atom::Root(of) => self.square_root(of, signed),
            Atom::Inside(inside) => self.inside(inside, signed),
        }
    }

    /// A subscript that depends on what is computed: checked where it is evaluated.
    fn inside(&self, inside: &Inside, signed: Signed) -> TokenStream {
        let (function, tensor) = (&self.cx.function, &*inside.tensor);
        let axis = Literal::usize_unsuffixed(inside.axis);
        let (found, size) = (self.sum(&inside.position, Signed::Yes), self.size(&inside.size));
        // All tokens of the call itself, so that a panic has this place instead of the whole block's.
        let place = self.cx.place;
        let mut panics = self.import("panics");
        panics.set_span(place);
        let mut arguments =
            Group::new(Delimiter::Parenthesis, quote!(#function, #tensor, #axis, #found, #size));
        arguments.set_span(place);
        let checked = quote_spanned!(place=> #panics::inside #arguments);
        match signed {
            Signed::No => checked,
            Signed::Yes => quote!(#checked as isize),
        }
    }

    fn index(&self, tensor: TensorId, at: &[Int], signed: Signed) -> TokenStream {
        // Where an element is read is not what is compared.
        let compares = self.compares.replace(false);
        let element = self.element(tensor, at);
        self.compares.set(compares);
        match (signed, self.is_usize(tensor)) {
            (Signed::No, true) => element,
            (Signed::No, false) => quote!(#element as usize),
            (Signed::Yes, _) => quote!(#element as isize),
        }
    }

    fn quotient(&self, a: &Int, b: &Int, signed: Signed, whole: bool) -> TokenStream {
        let divisor = |b: &Int| match b.is_of_dims() {
            true => size::divisor(b, self.grouped(b, signed), signed == Signed::Yes),
            false => self.grouped(b, signed),
        };
        if signed == Signed::No {
            let (a, b) = (self.grouped(a, signed), divisor(b));
            return if whole { quote!(#a / #b) } else { quote!(#a % #b) };
        }
        // Floor, for a divisor of either sign.
        let (a, b) = match b.as_constant() {
            Some(constant) if constant < 0 && whole => (a.scale(-1), b.scale(-1)),
            _ => (a.clone(), b.clone()),
        };
        // A method wants to know of which type a number is.
        let a = match a.as_constant() {
            Some(constant) => Literal::isize_suffixed(constant as isize).into_token_stream(),
            None => self.sum(&a, signed),
        };
        let b = divisor(&b);
        if whole { quote!((#a).div_euclid(#b)) } else { quote!((#a).rem_euclid(#b)) }
    }

    fn grouped(&self, value: &Int, signed: Signed) -> TokenStream {
        let tokens = self.sum(value, signed);
        if self.is_operand(value) { tokens } else { quote!((#tokens)) }
    }
}

/// Visits what the roots in an integer are taken of.
fn roots_of(value: &Int, visit: &mut dyn FnMut(&Int)) {
    value.visit_atoms(&mut |atom| {
        if let Atom::Root(of) = atom {
            visit(of);
        }
    });
}

fn roots_of_steps(steps: &[Step], visit: &mut dyn FnMut(&Int)) {
    for step in steps {
        if let Step::Loop(repeat) = step {
            roots_of(&repeat.extent, visit);
            roots_of_steps(&repeat.body, visit);
        }
    }
}

/// The terms with positive and the negated ones with negative coefficients.
pub(super) fn parts(value: &Int) -> (Int, Int) {
    let (mut positive, mut negative) = (Int::zero(), Int::zero());
    for (monomial, coefficient) in value.terms() {
        let term = monomial
            .iter()
            .fold(Int::constant(coefficient.abs()), |product, atom| product.mul(&Int::atom(atom.clone())));
        if coefficient > 0 {
            positive = positive.add(&term);
        } else {
            negative = negative.add(&term);
        }
    }
    (positive, negative)
}

/// Whether a part of an integer may be negative where the whole is not: a quotient of a difference.
fn needs_sign(value: &Int) -> bool {
    let mut found = false;
    value.visit_atoms(&mut |atom| {
        if let Atom::Div(a, b) | Atom::Mod(a, b) = atom {
            let negative = |value: &Int| value.terms().any(|(_, coefficient)| coefficient < 0);
            found |= negative(a) || negative(b);
        }
    });
    found
}

/// The operator.
pub fn operator(comparison: Comparison) -> TokenStream {
    match comparison {
        Comparison::Less => quote!(<),
        Comparison::LessEqual => quote!(<=),
        Comparison::Equal => quote!(==),
        Comparison::NotEqual => quote!(!=),
    }
}
