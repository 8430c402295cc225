//! Sums of exponentials, shifted by their largest exponent.
//!
//! With m = max x (0 where that is infinite), Σ c eˣ = eᵐ · Σ c e^(x − m). Where there are no weights c, the
//! largest term is 1 and is left out, so that not even its neighbours' last digits are lost:
//!
//! ```text
//! Σ eˣ = eᵐ · (1 + R),   R = Σ (e^(x − m) − [x is the largest])
//! ```
//!
//! Where the largest is infinite none is left out: where all are −∞, R is 0 and ln Σ eˣ is max x + ln(1 + 0), with
//! derivatives that are 0. m is a constant to differentiation: the values do not depend on it.

use super::Rewriter;
use super::largest::Layout;
use super::products::Product;
use crate::ir::{Binary, Comparison, Int, Scalar, ScalarId, TensorId};
use crate::simplify::definitions::Definition;

/// e^shift · sum · beside
#[derive(Clone, Debug)]
pub struct Shifted {
    /// The largest exponent.
    pub top: ScalarId,
    /// What exponents are shifted by: the largest, 0 where that is infinite.
    pub shift: ScalarId,
    /// The sum of the rest.
    pub sum: ScalarId,
    /// R, if the sum is 1 + R.
    pub beyond_one: Option<ScalarId>,
    /// Factors that are the same for every term.
    pub beside: Product,
}

/// What the terms of a sum are made of.
struct Terms {
    guard: Option<ScalarId>,
    exponent: ScalarId,
    weights: Product,
    beside: Product,
}

impl Rewriter<'_> {
    /// A value that is an element of a sum of exponentials.
    pub fn shifted_sum(&mut self, id: ScalarId) -> Option<Shifted> {
        let seen = self.see(id);
        let Scalar::Read(tensor, at) = self.graph.scalars[seen].clone() else { return None };
        if !self.shifted.contains_key(&tensor) {
            let shifted = self.shift(tensor);
            self.shifted.insert(tensor, shifted);
        }
        let shifted = self.shifted[&tensor].clone()?;
        let definition = self.definitions.get(tensor)?;
        let outer: Vec<Int> =
            definition.outer().iter().map(|&index| definition.subscript(index, &at)).collect();
        let own: Vec<Int> =
            (0..definition.domain.len()).map(|index| definition.subscript(index, &at)).collect();
        let mut here = |id: ScalarId, indices: &[Int]| {
            let id = self.graph.scalars.with_indices(id, indices);
            self.rewrite(id)
        };
        Some(Shifted {
            top: here(shifted.top, &outer),
            shift: here(shifted.shift, &outer),
            sum: here(shifted.sum, &outer),
            beyond_one: shifted.beyond_one.map(|id| here(id, &outer)),
            beside: Product {
                coefficient: shifted.beside.coefficient,
                over: shifted.beside.over.iter().map(|&id| here(id, &own)).collect(),
                under: shifted.beside.under.iter().map(|&id| here(id, &own)).collect(),
            },
        })
    }

    /// Σ(a + b) as Σa and Σb, where there are exponentials in both.
    pub fn sums_of_both(&mut self, id: ScalarId) -> Option<[ScalarId; 2]> {
        let Scalar::Read(tensor, at) = self.graph.scalars[id].clone() else { return None };
        let definition = self.definitions.get(tensor).filter(|definition| !definition.is_map())?.clone();
        if !self.split.contains_key(&tensor) {
            let parts = self.split(tensor, &definition);
            self.split.insert(tensor, parts);
        }
        let parts = self.split[&tensor]?;
        let outer: Vec<Int> =
            definition.outer().iter().map(|&index| definition.subscript(index, &at)).collect();
        Some(parts.map(|part| self.graph.scalars.read(part, outer.clone())))
    }

    /// Adds the two parts of a sum of sums after it.
    fn split(&mut self, tensor: TensorId, definition: &Definition) -> Option<[TensorId; 2]> {
        let (guard, value) = self.unguarded(definition.value);
        let seen = self.see(value);
        let Scalar::Binary(Binary::Add, a, b) = self.graph.scalars[seen] else { return None };
        for part in [a, b] {
            let product = self.product(part);
            if !product.over.iter().chain(&product.under).any(|&factor| self.as_exp(factor).is_some()) {
                return None;
            }
        }
        let (layout, zero) = (Layout::of(definition), self.number(0.0));
        Some([a, b].map(|part| {
            let part = guard.map_or(part, |guard| self.graph.scalars.select(guard, part, zero));
            let part = self.graph.scalars.with_indices(part, &layout.places);
            self.push_sum_after(tensor, "part", &layout, part)
        }))
    }

    /// Adds the shifted form of a sum after it: reads at the outer indices, `beside` in the sum's own.
    fn shift(&mut self, tensor: TensorId) -> Option<Shifted> {
        let definition = self.definitions.get(tensor).filter(|definition| !definition.is_map())?.clone();
        let terms = self.terms(&definition)?;
        let layout = Layout::of(&definition);
        let mut here = |id: ScalarId| self.graph.scalars.with_indices(id, &layout.places);
        let (exponent, guard) = (here(terms.exponent), terms.guard.map(&mut here));
        let weights = Product {
            coefficient: 1.0,
            over: terms.weights.over.iter().map(|&id| here(id)).collect(),
            under: terms.weights.under.iter().map(|&id| here(id)).collect(),
        };

        // Only terms that count are compared.
        let (zero, nothing) = (self.number(0.0), self.number(f64::NEG_INFINITY));
        let counted = |this: &mut Self, mut compared: ScalarId| {
            for &weight in &weights.over {
                let counts = this.compare(Comparison::NotEqual, weight, zero);
                compared = this.select(counts, compared, nothing);
            }
            guard.map_or(compared, |guard| this.select(guard, compared, nothing))
        };
        let varying = self.varying(exponent, &layout);
        let varying = counted(self, varying);
        let largest = self.push_largest(tensor, &layout, varying);
        let compared = counted(self, exponent);
        let top = self.push_top(tensor, &layout, (compared, largest), Self::is_whatever, f64::NEG_INFINITY);
        let top = self.graph.scalars.read(top, layout.at());
        let is_finite = self.is_finite(top);
        let shift = self.graph.scalars.select(is_finite, top, zero);
        let shift = self.push_map_after(tensor, "shift", &layout.outer, shift);
        let shift = self.graph.scalars.read(shift, layout.at());
        let exponent = self.sub(exponent, shift);
        let exp = self.exp(exponent);
        let term = guard.map_or(exp, |guard| self.select(guard, exp, zero));
        let domain = layout.domain();
        let terms_of = self.push_map_after(tensor, "exp", &domain, term);
        let term = self.graph.scalars.read(terms_of, crate::ir::Graph::identity(domain.len()));

        let is_weighted = !weights.is_one();
        let term = if is_weighted {
            let weight = self.build(&weights);
            self.mul(term, weight)
        } else {
            let place_of_largest = Int::atom(crate::ir::Atom::Read(largest, layout.at()));
            let is_largest =
                self.graph.scalars.compare_int(Comparison::Equal, layout.position(), place_of_largest);
            let one = self.number(1.0);
            let one = self.graph.scalars.select(is_finite, one, zero);
            let one = self.push_map_after(tensor, "one", &layout.outer, one);
            let one = self.graph.scalars.read(one, layout.at());
            let one_or_zero = self.select(is_largest, one, zero);
            self.sub(term, one_or_zero)
        };
        let what = if is_weighted { "shifted" } else { "rest" };
        let sum = self.push_sum_after(tensor, what, &layout, term);
        let sum = self.graph.scalars.read(sum, layout.at());
        let (sum, beyond_one) = if is_weighted {
            (sum, None)
        } else {
            let one = self.number(1.0);
            (self.add(one, sum), Some(sum))
        };
        Some(Shifted { top, shift, sum, beyond_one, beside: terms.beside })
    }

    fn is_whatever(&mut self, _: ScalarId) -> ScalarId {
        self.graph.scalars.flag(true)
    }

    /// The terms of a sum, if they are exponentials of something that varies from term to term and that is
    /// not shifted already.
    fn terms(&mut self, definition: &Definition) -> Option<Terms> {
        let reduced = definition.reduced();
        let (guard, value) = self.unguarded(definition.value);
        let product = self.product(value);
        let mut weights = Product::default();
        let mut beside = Product { coefficient: product.coefficient, ..Product::default() };
        let mut exponent = None;
        let signed = product.over.iter().map(|&f| (f, true)).chain(product.under.iter().map(|&f| (f, false)));
        for (factor, is_over) in signed {
            if !self.mentions(factor, &reduced) {
                beside.push(factor, is_over);
                continue;
            }
            match self.as_exp(factor) {
                Some(a) if self.is_shifted(a) => return None,
                Some(a) => {
                    let a = if is_over { a } else { self.neg(a) };
                    exponent = Some(match exponent {
                        Some(sum) => self.add(sum, a),
                        None => a,
                    });
                }
                None => weights.push(factor, is_over),
            }
        }
        Some(Terms { guard, exponent: exponent?, weights, beside })
    }

    /// Whether an exponent is x − m as it is written here. (A largest one that is taken off by hand is no more
    /// than a part of x.)
    fn is_shifted(&mut self, exponent: ScalarId) -> bool {
        let seen = self.see(exponent);
        let Scalar::Binary(Binary::Sub, _, shift) = self.graph.scalars[seen] else { return false };
        let shift = self.see(shift);
        let Scalar::Select(_, top, _) = self.graph.scalars[shift] else { return false };
        self.is_top(top)
    }

    /// The part of an exponent that decides which is the largest: without what is the same for every term.
    fn varying(&mut self, exponent: ScalarId, layout: &Layout) -> ScalarId {
        let inner: Vec<usize> = (layout.outer.len()..layout.domain().len()).collect();
        let seen = self.see(exponent);
        match self.graph.scalars[seen] {
            Scalar::Binary(Binary::Sub, x, same) if !self.mentions(same, &inner) => self.varying(x, layout),
            _ => exponent,
        }
    }
}
