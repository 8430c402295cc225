//! Logarithms.

use std::f64::consts::LN_2;

use super::Rewriter;
use super::products::Product;
use super::shifted::Shifted;
use crate::ir::{Binary, Comparison, Scalar, ScalarId, Scalars, Unary};
use crate::simplify::Purpose;

/// x, if this is ln(1 − eˣ) as [`Rewriter::ln_one_minus_exp`] writes it. (Another pass may have put
/// names into its branches.)
pub fn as_ln_one_minus_exp(scalars: &Scalars, id: ScalarId) -> Option<ScalarId> {
    let Scalar::Select(c, near, far) = scalars[id] else { return None };
    let Scalar::Compare(Comparison::Less, bound, x) = scalars[c] else { return None };
    let near = matches!(scalars[near], Scalar::Unary(Unary::Ln, _) | Scalar::Read(..));
    let far = matches!(scalars[far], Scalar::Unary(Unary::Ln1p, _) | Scalar::Read(..));
    (near && far && scalars.as_number(bound) == Some(-LN_2)).then_some(x)
}

/// What a logarithm is taken of, when it is seen as 1 and something.
enum Beside {
    /// 1 + x
    Plus(ScalarId),
    /// 1 − x
    Minus(ScalarId),
}

impl Rewriter<'_> {
    /// ln x, better.
    pub fn logarithm(&mut self, x: ScalarId) -> Option<ScalarId> {
        match self.beside_one(x) {
            // ln(1 + x) = ln_1p(x)
            Some(Beside::Plus(x)) => return Some(self.unary(Unary::Ln1p, x)),
            // ln(1 − x) = ln_1p(−x)
            Some(Beside::Minus(x)) => {
                let x = self.neg(x);
                return Some(self.unary(Unary::Ln1p, x));
            }
            None => {}
        }
        let seen = self.see(x);
        match self.graph.scalars[seen] {
            Scalar::Unary(Unary::Neg, inner) => match self.see_unary(inner) {
                // ln(−(eˣ − 1)) = ln(1 − eˣ)
                Some((Unary::ExpM1, a)) => Some(self.ln_one_minus_exp(a)),
                _ => self.logarithm_of_product(x),
            },
            // ln(eˣ − 1) = x + ln(1 − e⁻ˣ)
            Scalar::Unary(Unary::ExpM1, a) => {
                let opposite = self.neg(a);
                let rest = self.ln_one_minus_exp(opposite);
                Some(self.add(a, rest))
            }
            Scalar::Binary(Binary::Add, a, b) => self.logarithm_of_sum(a, b),
            Scalar::Binary(Binary::Sub, a, b) => self.logarithm_of_difference(a, b),
            Scalar::Select(c, a, b) if matches!(self.graph.scalars[c], Scalar::CompareInt(..)) => {
                self.ln_of_share(c, a, b).or_else(|| self.logarithm_of_choice(c, a, b))
            }
            _ => self.logarithm_of_product(x),
        }
    }

    /// ln(1 + x), better.
    pub fn logarithm_of_one_plus(&mut self, x: ScalarId) -> Option<ScalarId> {
        // ln(1 + eᵃ) = softplus(a), also where eᵃ is a sum or product of such
        if let Some(a) = self.known_logarithm(x)
            && !self.is_constant(a)
        {
            return Some(self.softplus(a));
        }
        let seen = self.see(x);
        let Scalar::Unary(Unary::Neg, inner) = self.graph.scalars[seen] else { return None };
        match self.see_unary(inner) {
            // ln(1 − eᵃ), accurate near 0 and far from it
            Some((Unary::Exp, a)) => Some(self.ln_one_minus_exp(a)),
            // ln(1 − σ(a)) = −softplus(a)
            Some((Unary::Sigmoid, a)) => {
                let softplus = self.softplus(a);
                Some(self.neg(softplus))
            }
            _ => None,
        }
    }

    /// ln(1 − eˣ): near 0 ln(−expm1(x)), elsewhere ln_1p(−eˣ) (Mächler).
    pub fn ln_one_minus_exp(&mut self, x: ScalarId) -> ScalarId {
        self.ln_one_minus_scaled_exp(1.0, x)
    }

    /// ln(1 − c·eᵈ), the same with x = d + ln c; but where it is small, the factor stays one, since the sum is rounded.
    fn ln_one_minus_scaled_exp(&mut self, factor: f64, exponent: ScalarId) -> ScalarId {
        let constant = self.number(factor.ln());
        let x = self.add(exponent, constant);
        let scalars = &mut self.graph.scalars;
        let bound = scalars.number(-LN_2);
        let is_near = scalars.compare(Comparison::Less, bound, x);
        let near = scalars.unary(Unary::ExpM1, x);
        let near = scalars.neg(near);
        let near = scalars.unary(Unary::Ln, near);
        let far = scalars.unary(Unary::Exp, exponent);
        let factor = scalars.number(factor);
        let far = scalars.mul(factor, far);
        let far = scalars.neg(far);
        let far = scalars.unary(Unary::Ln1p, far);
        let both = scalars.select(is_near, near, far);
        self.done.insert(both, both);
        both
    }

    /// ln(eᵃ + eᵇ), a function of its own
    fn logarithm_of_sum(&mut self, x: ScalarId, y: ScalarId) -> Option<ScalarId> {
        let (a, b) = (self.known_logarithm(x)?, self.known_logarithm(y)?);
        (!self.is_constant(a) || !self.is_constant(b)).then(|| self.logarithm_of_both(a, b))
    }

    /// ln(eᵃ + eᵇ), where at most one of both is a constant, and finite
    pub fn logarithm_of_both(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (self.is_constant(a), self.is_constant(b)) {
            (true, _) => self.beside_constant(a, b),
            (_, true) => self.beside_constant(b, a),
            _ => self.binary(Binary::LogAddExp, a, b),
        }
    }

    /// Whether an exponent is a number, the logarithm of one, or both together.
    fn is_constant(&mut self, id: ScalarId) -> bool {
        let (exponent, _) = self.graph.scalars.without_constant(id);
        self.graph.scalars.as_number(exponent).is_some()
    }

    /// The logarithm of a sum, if both of its terms have a known one.
    fn known_logarithm_of_sum(&mut self, id: ScalarId) -> Option<ScalarId> {
        let seen = self.see(id);
        if let Some(&known) = self.logarithms.get(&seen) {
            return known;
        }
        let terms = match self.graph.scalars[seen] {
            Scalar::Binary(Binary::Add, a, b) => Some([a, b]),
            Scalar::Read(..) => self.sums_of_both(seen),
            _ => None,
        };
        let logarithm = terms.and_then(|[a, b]| self.logarithm_of_sum(a, b));
        self.logarithms.insert(seen, logarithm);
        logarithm
    }

    /// ln(eᶜ + eᵃ) = c + softplus(a − c)
    fn beside_constant(&mut self, constant: ScalarId, a: ScalarId) -> ScalarId {
        let a = self.distance(a, constant);
        let rest = self.softplus(a);
        self.add(constant, rest)
    }

    /// The logarithm of what is positive and made of exponentials and constants.
    pub fn known_logarithm(&mut self, id: ScalarId) -> Option<ScalarId> {
        let product = self.product(id);
        if product.over.iter().chain(&product.under).any(|&factor| self.as_sigmoid(factor).is_some()) {
            // Between 0 and 1 as it is.
            return None;
        }
        let (terms, rest) = self.logarithms_of_factors(&product);
        if !rest.over.is_empty() || !rest.under.is_empty() || rest.coefficient <= 0.0 {
            return None;
        }
        let (mut exponent, mut factor) = (self.number(0.0), rest.coefficient);
        for (term, is_added) in terms {
            let (term, own) = self.graph.scalars.without_constant(term);
            (exponent, factor) = match is_added {
                true => (self.add(exponent, term), factor * own),
                false => (self.sub(exponent, term), factor / own),
            };
        }
        factor.is_normal().then(|| self.with_constant(exponent, factor))
    }

    /// ln(c·eᵃ − d·eᵇ) = ln c + a + ln(1 − d/c·e^(b − a)), and ln c + a where eᵇ is 0 (a may be −∞, too)
    fn logarithm_of_difference(&mut self, x: ScalarId, y: ScalarId) -> Option<ScalarId> {
        let (factor, a) = self.as_multiple_of_exp(x)?;
        let (other, b) = match self.graph.scalars.as_number(y) {
            Some(constant) => (constant, self.number(0.0)),
            None => self.as_multiple_of_exp(y)?,
        };
        if factor <= 0.0 || other <= 0.0 {
            return None;
        }
        let distance = self.sub(b, a);
        let rest = self.ln_one_minus_scaled_exp(other / factor, distance);
        let constant = self.number(factor.ln());
        let a = self.add(a, constant);
        let sum = self.add(a, rest);
        if self.graph.scalars.as_number(b).is_some_and(f64::is_finite) {
            return Some(sum);
        }
        let nothing = self.number(f64::NEG_INFINITY);
        let is_nothing = self.compare(Comparison::Equal, b, nothing);
        Some(self.select(is_nothing, a, sum))
    }

    /// c and a, if the value is c·eᵃ, also as a product or quotient of several exponentials.
    pub fn as_multiple_of_exp(&mut self, id: ScalarId) -> Option<(f64, ScalarId)> {
        let product = self.product(id);
        let signed = product.over.iter().map(|&f| (f, true)).chain(product.under.iter().map(|&f| (f, false)));
        let exponents: Option<Vec<(ScalarId, bool)>> =
            signed.map(|(factor, is_over)| Some((self.as_exp(factor)?, is_over))).collect();
        let exponents = exponents.filter(|exponents| !exponents.is_empty())?;
        let zero = self.number(0.0);
        Some((product.coefficient, self.total(zero, exponents)))
    }

    /// ln of a product or quotient with a factor whose logarithm is known: ln(eᵃ·r) = a + ln r,
    /// ln(σ(a)·r) = −softplus(−a) + ln r, and with S = Σeˣ = eᵐ·(1 + R), ln(S·r) = m + ln_1p(R) + ln r;
    /// all three positive.
    fn logarithm_of_product(&mut self, x: ScalarId) -> Option<ScalarId> {
        let product = self.product(x);
        let (mut terms, mut rest) = self.logarithms_of_factors(&product);
        // ln(1 / r) = −ln r
        let is_reciprocal = rest.over.is_empty() && !rest.under.is_empty() && rest.coefficient == 1.0;
        if terms.is_empty() && !is_reciprocal {
            return self.logarithm_of_multiple(&rest);
        }
        if !rest.is_one() {
            if is_reciprocal {
                std::mem::swap(&mut rest.over, &mut rest.under);
            }
            let rest = self.build(&rest);
            terms.push((self.ln(rest), !is_reciprocal));
        }
        let zero = self.number(0.0);
        Some(self.total(zero, terms))
    }

    /// ln(c·(a − b)) = ln c + ln(a − b), where that is better
    fn logarithm_of_multiple(&mut self, product: &Product) -> Option<ScalarId> {
        let ([difference], []) = (product.over.as_slice(), product.under.as_slice()) else { return None };
        let seen = self.see(*difference);
        let Scalar::Binary(Binary::Sub, a, b) = self.graph.scalars[seen] else { return None };
        let (a, b) = if product.coefficient < 0.0 { (b, a) } else { (a, b) };
        let logarithm = self.logarithm_of_difference(a, b)?;
        let constant = self.number(product.coefficient.abs().ln());
        Some(self.add(constant, logarithm))
    }

    /// ln(if c { a } else { b }) = if c { ln a } else { ln b }, where both are better
    fn logarithm_of_choice(&mut self, c: ScalarId, a: ScalarId, b: ScalarId) -> Option<ScalarId> {
        let (a, b) = (self.logarithm(a)?, self.logarithm(b)?);
        Some(self.select(c, a, b))
    }

    /// The known logarithms of factors, added or subtracted, and the factors that are left.
    fn logarithms_of_factors(&mut self, product: &Product) -> (Vec<(ScalarId, bool)>, Product) {
        let mut rest = Product { coefficient: product.coefficient, ..Product::default() };
        // Exponents first: a − m is exact where it is 0.
        let (mut exponents, mut sums, mut others) = (Vec::new(), Vec::new(), Vec::new());
        let mut shifted_sums = Vec::new();
        let signed = product.over.iter().map(|&f| (f, true)).chain(product.under.iter().map(|&f| (f, false)));
        for (factor, is_over) in signed {
            match self.see_unary(factor) {
                Some((Unary::Exp, a)) => exponents.push((a, is_over)),
                // ln σ(a) = −softplus(−a)
                Some((Unary::Sigmoid, a)) => {
                    let opposite = self.neg(a);
                    others.push((self.softplus(opposite), !is_over));
                }
                _ => match self.shifted_sum(factor) {
                    Some(shifted) => shifted_sums.push((shifted, is_over)),
                    None => match self.known_logarithm_of_sum(factor) {
                        Some(logarithm) => others.push((logarithm, is_over)),
                        None => rest.push(factor, is_over),
                    },
                },
            }
        }
        for (shifted, is_over) in shifted_sums {
            rest.push_all(&shifted.beside, is_over);
            if let Some(share) = self.take_share(&mut exponents, &shifted, is_over) {
                others.push((share, !is_over));
                continue;
            }
            exponents.push((shifted.top, is_over));
            match shifted.beyond_one {
                Some(beyond_one) => sums.push((self.ln_beside_top(beyond_one), is_over)),
                None if self.purpose == Purpose::Derivatives => match self.ln_weighted(shifted.sum) {
                    Some(ln) => sums.push((ln, is_over)),
                    None => rest.push(shifted.sum, is_over),
                },
                None => rest.push(shifted.sum, is_over),
            }
        }
        exponents.append(&mut sums);
        exponents.append(&mut others);
        (exponents, rest)
    }

    /// ln(1 + R), in a form with accurate derivatives of every order if more than one is taken.
    fn ln_beside_top(&mut self, rest: ScalarId) -> ScalarId {
        let apart = if self.purpose == Purpose::Derivatives { self.ln_all(rest) } else { None };
        apart.unwrap_or_else(|| self.unary(Unary::Ln1p, rest))
    }

    /// ln(eᵃ / Σeˣ), where eᵃ is a term of the sum: a is taken out of the exponents on the other side of the line.
    fn take_share(
        &mut self,
        exponents: &mut Vec<(ScalarId, bool)>,
        shifted: &Shifted,
        is_over: bool,
    ) -> Option<ScalarId> {
        let rest = shifted.beyond_one?;
        for position in 0..exponents.len() {
            let (exponent, is_beside) = exponents[position];
            if is_beside == is_over {
                continue;
            }
            if let Some(share) = self.ln_share(exponent, rest) {
                exponents.remove(position);
                return Some(share);
            }
        }
        None
    }

    /// a − b of exponents, their constants beside it
    pub fn distance(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        let distance = self.graph.scalars.distance(a, b);
        self.rewrite(distance)
    }

    /// a + ln c, the exponent of c·eᵃ
    pub fn with_constant(&mut self, exponent: ScalarId, factor: f64) -> ScalarId {
        let exponent = self.graph.scalars.with_constant(exponent, factor);
        self.rewrite(exponent)
    }

    fn total(&mut self, start: ScalarId, terms: Vec<(ScalarId, bool)>) -> ScalarId {
        terms.into_iter().fold(
            start,
            |total, (term, is_added)| {
                if is_added { self.add(total, term) } else { self.sub(total, term) }
            },
        )
    }

    /// x, if the value is 1 + x or 1 − x.
    fn beside_one(&mut self, id: ScalarId) -> Option<Beside> {
        let seen = self.see(id);
        match self.graph.scalars[seen] {
            Scalar::Binary(Binary::Add, a, b) if self.is_number(a, 1.0) => Some(Beside::Plus(b)),
            Scalar::Binary(Binary::Add, a, b) if self.is_number(b, 1.0) => Some(Beside::Plus(a)),
            Scalar::Binary(Binary::Sub, a, b) if self.is_number(a, 1.0) => Some(Beside::Minus(b)),
            Scalar::Binary(Binary::Sub, a, b) if self.is_number(b, -1.0) => Some(Beside::Plus(a)),
            // (1 ± x) ± y = 1 + (±x ± y)
            Scalar::Binary(function @ (Binary::Add | Binary::Sub), a, b) => {
                if let Some(inner) = self.directly_beside_one(a) {
                    let inner = self.plus_or_minus(inner);
                    return Some(Beside::Plus(self.binary(function, inner, b)));
                }
                let inner = self.directly_beside_one(b).filter(|_| function == Binary::Add)?;
                let inner = self.plus_or_minus(inner);
                Some(Beside::Plus(self.add(a, inner)))
            }
            _ => None,
        }
    }

    fn directly_beside_one(&mut self, id: ScalarId) -> Option<Beside> {
        match self.graph.scalars[id] {
            Scalar::Binary(Binary::Add, a, b) if self.is_number(a, 1.0) => Some(Beside::Plus(b)),
            Scalar::Binary(Binary::Add, a, b) if self.is_number(b, 1.0) => Some(Beside::Plus(a)),
            Scalar::Binary(Binary::Sub, a, b) if self.is_number(a, 1.0) => Some(Beside::Minus(b)),
            _ => None,
        }
    }

    fn plus_or_minus(&mut self, beside: Beside) -> ScalarId {
        match beside {
            Beside::Plus(x) => x,
            Beside::Minus(x) => self.neg(x),
        }
    }
}
