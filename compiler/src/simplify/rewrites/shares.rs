//! Shares of a sum of exponentials, and their logarithms: eᵃ / Σeˣ where a is one of the x.
//!
//! With the largest x apart, E = e^(largest − m) and R = Σ e^(x − m) over the others,
//!
//! ```text
//! eᵃ / Σeˣ = if a is the largest { 1 / (1 + R / E) } else { e^(a − m) / (E + R) }
//! ```
//!
//! E is 1, but the derivative follows it (in R/E alone where the largest is concerned). Where the largest share is
//! nearly 1, e^(a − m) / Σ would have a derivative that cancels: that of the share by its own exponent is p(1 − p),
//! where 1 − p is (R / E) · p.
//!
//! Of ln Σ c eˣ, where c may say which term is the largest, that term is searched among those that are shifted.

use super::Rewriter;
use super::largest::Layout;
use crate::ir::{Atom, Binary, Comparison, Int, Scalar, ScalarId, Scalars, TensorId, Unary};

/// A sum of shifted exponentials, the largest apart from the others.
#[derive(Clone, Debug)]
pub struct Apart {
    layout: Layout,
    /// The exponents, over the layout, and what they are shifted by.
    exponent: ScalarId,
    shift: ScalarId,
    /// Where the largest is.
    largest: TensorId,
    /// R / E
    odds: TensorId,
    /// E + R
    all: TensorId,
    /// 1 / (1 + R / E)
    share: TensorId,
    /// ln(E + R), 0 where that is 0
    ln: TensorId,
}

/// One of the shares.
struct Share {
    is_largest: ScalarId,
    exponent: ScalarId,
    /// What belongs to the sum, here.
    odds: ScalarId,
    all: ScalarId,
    share: ScalarId,
    ln: ScalarId,
}

/// No more places than this are tried.
const MANY: usize = 16;

impl Rewriter<'_> {
    /// eᵃ / Σeˣ, where `rest` is what the sum has beyond 1 when it is shifted.
    pub fn share(&mut self, a: ScalarId, rest: ScalarId) -> Option<ScalarId> {
        let share = self.share_of(a, rest)?;
        Some(self.share_value(&share))
    }

    /// As it is: the quotient in it is not to be found again.
    fn share_value(&mut self, share: &Share) -> ScalarId {
        let exp = self.exp(share.exponent);
        let other = self.graph.scalars.div(exp, share.all);
        let value = self.graph.scalars.select(share.is_largest, share.share, other);
        self.done.extend([(other, other), (value, value)]);
        value
    }

    /// Whether a value is a share as it is written here.
    pub fn is_share(&mut self, id: ScalarId) -> bool {
        match self.graph.scalars[id] {
            Scalar::Select(is_largest, share, other) => self.as_share(is_largest, share, other).is_some(),
            _ => false,
        }
    }

    /// ln(eᵃ / Σeˣ)
    pub fn ln_share(&mut self, a: ScalarId, rest: ScalarId) -> Option<ScalarId> {
        let share = self.share_of(a, rest)?;
        let largest = self.unary(Unary::Ln1p, share.odds);
        let largest = self.neg(largest);
        let other = self.sub(share.exponent, share.ln);
        Some(self.select(share.is_largest, largest, other))
    }

    /// ln(E + R)
    pub fn ln_all(&mut self, rest: ScalarId) -> Option<ScalarId> {
        let (apart, outer) = self.apart_of(rest)?;
        Some(self.graph.scalars.read(apart.ln, outer))
    }

    /// ln(eᵃ / Σeˣ), where the logarithm of the sum is in the form of [`Rewriter::ln_all`].
    pub fn ln_share_of_all(&mut self, a: ScalarId, ln: ScalarId) -> Option<ScalarId> {
        let Scalar::Read(tensor, _) = self.graph.scalars[ln] else { return None };
        let rest = self.apart.iter().find_map(|(rest, apart)| match apart {
            Some(apart) if apart.ln == tensor => Some(*rest),
            _ => None,
        })?;
        let Scalar::Read(_, at) = self.graph.scalars[ln].clone() else { return None };
        let rest = self.graph.scalars.read(rest, at);
        self.ln_share(a, rest)
    }

    /// The logarithm of a choice that [`Rewriter::share`] has written.
    pub fn ln_of_share(
        &mut self,
        is_largest: ScalarId,
        share: ScalarId,
        other: ScalarId,
    ) -> Option<ScalarId> {
        let Scalar::Read(tensor, at) = self.graph.scalars[share].clone() else { return None };
        let Scalar::Binary(Binary::Div, term, all) = self.graph.scalars[other] else { return None };
        let found = self.apart.values().flatten().find(|apart| apart.share == tensor)?;
        let [own_all, odds, ln] = [found.all, found.odds, found.ln];
        let [own_all, odds, ln] =
            [own_all, odds, ln].map(|tensor| self.graph.scalars.read(tensor, at.clone()));
        let exponent = self.as_exp(term).filter(|_| all == own_all)?;
        let largest = self.unary(Unary::Ln1p, odds);
        let largest = self.neg(largest);
        let other = self.sub(exponent, ln);
        Some(self.select(is_largest, largest, other))
    }

    /// e and s, if a choice is the share e / s as [`Rewriter::share`] writes it: E is e where it is the largest.
    pub fn as_share(
        &mut self,
        is_largest: ScalarId,
        share: ScalarId,
        other: ScalarId,
    ) -> Option<(ScalarId, ScalarId)> {
        let Scalar::CompareInt(Comparison::Equal, place, largest) = self.graph.scalars[is_largest].clone()
        else {
            return None;
        };
        let Scalar::Binary(Binary::Div, term, all) = self.graph.scalars[other] else { return None };
        let [one, whole] = self.see_binary(Binary::Div, share)?;
        let [same_one, odds] = self.see_binary(Binary::Add, whole)?;
        let [others, own] = self.see_binary(Binary::Div, odds)?;
        let [same_own, same_others] = self.see_binary(Binary::Add, all)?;
        if !self.is_number(one, 1.0) || one != same_one || own != same_own || others != same_others {
            return None;
        }
        let mut indices: Vec<Int> = (0..=place.as_index()?).map(Int::index).collect();
        indices[place.as_index()?] = largest;
        let there = self.graph.scalars.with_indices(term, &indices);
        let (_, own) = self.unguarded(own);
        self.same(there, own).then_some((term, all))
    }

    fn see_binary(&mut self, function: Binary, id: ScalarId) -> Option<[ScalarId; 2]> {
        let seen = self.see(id);
        match self.graph.scalars[seen] {
            Scalar::Binary(found, a, b) if found == function => Some([a, b]),
            _ => None,
        }
    }

    /// A shifted sum with the largest apart, and where it is read.
    fn apart_of(&mut self, rest: ScalarId) -> Option<(Apart, Vec<Int>)> {
        let seen = self.see(rest);
        let Scalar::Read(tensor, at) = self.graph.scalars[seen].clone() else { return None };
        if !self.apart.contains_key(&tensor) {
            let apart = self.set_apart(tensor);
            self.apart.insert(tensor, apart);
        }
        let apart = self.apart[&tensor].clone()?;
        let definition = self.definitions.get(tensor)?;
        let outer = definition.outer().iter().map(|&index| definition.subscript(index, &at)).collect();
        Some((apart, outer))
    }

    fn share_of(&mut self, a: ScalarId, rest: ScalarId) -> Option<Share> {
        let (apart, outer) = self.apart_of(rest)?;
        let inner = self.place_of(&apart.layout, apart.exponent, &outer, a)?;
        let indices = [outer.clone(), inner].concat();
        let position = apart.layout.position().with_indices(&indices);
        let largest = Int::atom(Atom::Read(apart.largest, outer.clone()));
        let is_largest = self.graph.scalars.compare_int(Comparison::Equal, position, largest);
        let shift = self.graph.scalars.with_indices(apart.shift, &outer);
        let exponent = self.sub(a, shift);
        let mut here = |tensor| self.graph.scalars.read(tensor, outer.clone());
        let [odds, all, share, ln] = [apart.odds, apart.all, apart.share, apart.ln].map(&mut here);
        Some(Share { is_largest, exponent, odds, all, share, ln })
    }

    /// Adds what a sum is made of, the largest apart, after what it has beyond 1.
    fn set_apart(&mut self, rest: TensorId) -> Option<Apart> {
        let definition = self.definitions.get(rest).filter(|definition| !definition.is_map())?.clone();
        let layout = Layout::of(&definition);
        let value = self.graph.scalars.with_indices(definition.value, &layout.places);
        let zero = self.number(0.0);
        let Scalar::Binary(Binary::Sub, term, left_out) = self.graph.scalars[value] else { return None };
        let Scalar::Select(is_largest, counted, nothing) = self.graph.scalars[left_out] else { return None };
        if nothing != zero || !self.is_one_or_zero(counted) {
            return None;
        }
        let largest = self.largest_of(is_largest, &layout)?;
        let (_, seen) = self.unguarded(term);
        let shifted = self.as_exp(seen)?;
        let Scalar::Binary(Binary::Sub, exponent, shift) = self.graph.scalars[shifted] else { return None };
        if !self.is_top(shift) {
            return None;
        }

        let (at, outer) = (layout.at(), layout.outer.clone());
        let position = Int::atom(Atom::Read(largest, at.clone()));
        let [own, others, odds] = self.largest_apart(rest, &layout, term, position.clone());
        let all = self.graph.scalars.add(own, others);
        let all = self.push_map_after(rest, "all", &outer, all);
        let odds = self.push_map_after(rest, "odds", &outer, odds);
        let [all_read, odds_read] = [all, odds].map(|tensor| self.graph.scalars.read(tensor, at.clone()));
        let one = self.number(1.0);
        let whole = self.graph.scalars.add(one, odds_read);
        let share = self.graph.scalars.div(one, whole);
        let share = self.push_map_after(rest, "share", &outer, share);

        // Where the largest is more than half of all, 1 - R / (E + R) does not cancel; elsewhere, E / (E + R) is what
        // has a derivative that does not.
        let largest_exponent = self.graph.scalars.with_indices(shifted, &layout.indices(position));
        let is_any = layout.is_any(&mut self.graph.scalars);
        let largest_exponent = self.graph.scalars.select(is_any, largest_exponent, zero);
        let beside = self.graph.scalars.unary(Unary::Ln1p, odds_read);
        let beside = self.graph.scalars.add(largest_exponent, beside);
        let together = self.graph.scalars.sub(all_read, counted);
        let together = self.graph.scalars.unary(Unary::Ln1p, together);
        let is_most = self.compare(Comparison::Less, odds_read, one);
        let ln = self.graph.scalars.select(is_most, beside, together);
        let ln = self.push_map_after(rest, "ln", &outer, ln);
        Some(Apart { layout, exponent, shift, largest, odds, all, share, ln })
    }

    /// ln Σ c e^(x − m), in a form with accurate derivatives of every order: with the largest term T apart, and what
    /// the others add to it, ln T + ln(1 + R / T) where T is most of it.
    pub fn ln_weighted(&mut self, sum: ScalarId) -> Option<ScalarId> {
        let seen = self.see(sum);
        let Scalar::Read(tensor, outer) = self.graph.scalars[seen].clone() else { return None };
        if !self.weighted.contains_key(&tensor) {
            let ln = self.set_weighted_apart(tensor);
            self.weighted.insert(tensor, ln);
        }
        let ln = self.weighted[&tensor]?;
        let definition = self.definitions.get(tensor)?;
        let outer = definition.outer().iter().map(|&index| definition.subscript(index, &outer)).collect();
        Some(self.graph.scalars.read(ln, outer))
    }

    /// Adds the logarithm of a weighted sum after it, the largest term apart.
    fn set_weighted_apart(&mut self, sum: TensorId) -> Option<TensorId> {
        let definition = self.definitions.get(sum).filter(|definition| !definition.is_map())?.clone();
        let layout = Layout::of(&definition);
        let term = self.graph.scalars.with_indices(definition.value, &layout.places);
        let one = self.number(1.0);
        let size = self.unary(Unary::Abs, term);
        let largest = Int::atom(Atom::Read(self.push_largest(sum, &layout, size), layout.at()));
        let [own, others, odds] = self.largest_apart(sum, &layout, term, largest);
        let odds = self.push_map_after(sum, "odds", &layout.outer, odds);
        let odds = self.graph.scalars.read(odds, layout.at());
        let ln_own = self.ln(own);
        let beside = self.graph.scalars.unary(Unary::Ln1p, odds);
        let beside = self.graph.scalars.add(ln_own, beside);
        let together = self.graph.scalars.add(own, others);
        let together = self.graph.scalars.unary(Unary::Ln, together);
        let is_most = self.compare(Comparison::Less, odds, one);
        let ln = self.graph.scalars.select(is_most, beside, together);
        Some(self.push_map_after(sum, "ln", &layout.outer, ln))
    }

    /// Adds, after a sum, its term at a place and the sum of all others; those, and the others by the one.
    fn largest_apart(
        &mut self,
        sum: TensorId,
        layout: &Layout,
        term: ScalarId,
        largest: Int,
    ) -> [ScalarId; 3] {
        let (zero, scalars) = (self.number(0.0), &mut self.graph.scalars);
        let is_largest = scalars.compare_int(Comparison::Equal, layout.position(), largest.clone());
        let others = self.select(is_largest, zero, term);
        let others = self.push_sum_after(sum, "others", layout, others);
        let own = self.see(term);
        let own = self.graph.scalars.with_indices(own, &layout.indices(largest));
        let is_any = layout.is_any(&mut self.graph.scalars);
        let own = self.graph.scalars.select(is_any, own, zero);
        let own = self.push_map_after(sum, "own", &layout.outer, own);
        let [own, others] = [own, others].map(|tensor| self.graph.scalars.read(tensor, layout.at()));
        [own, others, self.graph.scalars.div(others, own)]
    }

    /// Whether a value is 1 where the largest is finite.
    fn is_one_or_zero(&mut self, id: ScalarId) -> bool {
        let seen = self.see(id);
        matches!(self.graph.scalars[seen], Scalar::Select(_, one, zero)
            if self.is_number(one, 1.0) && self.is_number(zero, 0.0))
    }

    /// The argmax, if a condition is that a term is where it says.
    fn largest_of(&self, condition: ScalarId, layout: &Layout) -> Option<TensorId> {
        let Scalar::CompareInt(Comparison::Equal, a, b) = &self.graph.scalars[condition] else { return None };
        let position = layout.position();
        let place = if *a == position { b } else { a };
        if *a != position && *b != position {
            return None;
        }
        match place.as_atom() {
            Some(Atom::Read(largest, at)) if *at == layout.at() => Some(*largest),
            _ => None,
        }
    }

    /// The subscripts at which the exponents of a sum are this one.
    fn place_of(
        &mut self,
        layout: &Layout,
        exponents: ScalarId,
        outer: &[Int],
        exponent: ScalarId,
    ) -> Option<Vec<Int>> {
        let scalars = &mut self.graph.scalars;
        let target = self.definitions.see_all(scalars, exponent);
        let pattern = self.definitions.see_all(scalars, exponents);
        let mut places: Vec<Vec<Int>> = vec![Vec::new()];
        for inner in 0..layout.inner.len() {
            let index = outer.len() + inner;
            let mut found = candidates(&self.graph.scalars, exponents, index, exponent);
            found.extend(candidates(&self.graph.scalars, pattern, index, target));
            places = places
                .iter()
                .flat_map(|place| {
                    found.iter().map(|next| [place.as_slice(), std::slice::from_ref(next)].concat())
                })
                .take(MANY)
                .collect();
        }
        places.into_iter().find(|inner| {
            let indices = [outer, inner].concat();
            let here = self.graph.scalars.with_indices(exponents, &indices);
            self.definitions.see_all(&mut self.graph.scalars, here) == target
        })
    }
}

/// What an index may be in a target: what stands there where a pattern reads it alone, or what it is compared with.
fn candidates(scalars: &Scalars, pattern: ScalarId, index: usize, target: ScalarId) -> Vec<Int> {
    let targets = scalars.reachable(target);
    let mut found = Vec::new();
    let alone = |value: &Int| value.as_index() == Some(index);
    for id in scalars.reachable(pattern) {
        match &scalars[id] {
            Scalar::Read(tensor, at) => {
                let Some(axis) = at.iter().position(alone) else { continue };
                found.extend(targets.iter().filter_map(|target| match &scalars[*target] {
                    Scalar::Read(other, at) if other == tensor => Some(at[axis].clone()),
                    _ => None,
                }));
            }
            Scalar::CompareInt(_, a, b) if alone(a) => found.push(b.clone()),
            Scalar::CompareInt(_, a, b) if alone(b) => found.push(a.clone()),
            _ => {}
        }
    }
    found
}
