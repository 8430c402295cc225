//! The one walk over expressions and integers that every notation shares.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::notation::{Level, Notation, Piece, Sign};
use crate::ir::{Atom, Binary, Comparison, Function, Graph, Half, Int, Scalar, ScalarId, Unary};

/// What a walk needs to know: the graph, how to write it, and what indices and parts are called here.
pub(super) struct Walker<'a> {
    pub(super) graph: &'a Graph,
    pub(super) notation: &'a dyn Notation,
    pub(super) names: &'a Names,
    /// The counters of all loops.
    pub(super) counters: &'a [String],
    /// The indices of the node, written.
    pub(super) indices: Vec<String>,
    /// Parts that have a name here.
    pub(super) parts: BTreeMap<ScalarId, String>,
}

impl Walker<'_> {
    /// An expression; a part that has a name by its name.
    pub(super) fn scalar(&self, id: ScalarId) -> Piece {
        match self.parts.get(&id) {
            Some(name) => Piece::atom(name.clone()),
            None => self.whole(id),
        }
    }

    /// An expression, itself written out even if it has a name.
    pub(super) fn whole(&self, id: ScalarId) -> Piece {
        let (negative, piece) = self.signed_whole(id);
        if negative { self.negated(&piece) } else { piece }
    }

    /// Names the parts of an expression that occur more than once (in people's notations only the long
    /// ones), and what would nest too deeply; `free` gives names. Returns them, each after its own parts.
    pub(super) fn name_parts(
        &mut self,
        roots: &[ScalarId],
        free: &mut dyn FnMut() -> String,
    ) -> Vec<ScalarId> {
        const SHORT: usize = 18;
        const DEEP: usize = 60;
        let scalars = &self.graph.scalars;
        let reached: BTreeSet<ScalarId> = roots.iter().flat_map(|&root| scalars.reachable(root)).collect();
        let mut uses: BTreeMap<ScalarId, usize> = BTreeMap::new();
        for &id in &reached {
            let mut operands = scalars.operands(id);
            if !self.notation.exact() {
                operands.dedup();
            }
            operands.into_iter().for_each(|operand| *uses.entry(operand).or_default() += 1);
        }
        let mut depths: BTreeMap<ScalarId, usize> = BTreeMap::new();
        let mut named = Vec::new();
        for &id in reached.iter().filter(|id| !roots.contains(id)) {
            let operands = scalars.operands(id);
            let depth = operands.iter().map(|operand| depths.get(operand).map_or(0, |depth| depth + 1)).max();
            let Some(depth) = depth else { continue };
            let shared = uses.get(&id).is_some_and(|&uses| uses > 1);
            let long = || self.notation.exact() || self.whole(id).text.chars().count() > SHORT;
            if depth >= DEEP || shared && long() {
                self.parts.insert(id, free());
                named.push(id);
            } else {
                depths.insert(id, depth);
            }
        }
        named
    }

    /// A size or subscript.
    pub(super) fn integer(&self, value: &Int) -> Piece {
        let mut terms: Vec<(bool, Piece)> = Vec::new();
        let (constants, others): (Vec<_>, Vec<_>) =
            value.terms().partition(|(monomial, _)| monomial.is_empty());
        for (monomial, coefficient) in others.into_iter().chain(constants) {
            let mut factors: Vec<(Piece, usize)> = Vec::new();
            let mut last: Option<&Atom> = None;
            for atom in monomial {
                match factors.last_mut() {
                    Some((_, count)) if last == Some(atom) => *count += 1,
                    _ => factors.push((self.atom(atom), 1)),
                }
                last = Some(atom);
            }
            let piece = match factors.as_slice() {
                [(factor, 1)] if coefficient == 1 || coefficient == -1 => factor.clone(),
                _ => self.notation.monomial(coefficient.saturating_abs(), &factors),
            };
            terms.push((coefficient < 0, piece));
        }
        if terms.is_empty() {
            return self.notation.monomial(0, &[]);
        }
        self.sum(terms)
    }

    /// Subscripts.
    pub(super) fn integers(&self, values: &[Int]) -> Vec<String> {
        values.iter().map(|value| self.integer(value).text).collect()
    }

    /// Terms, each with whether it is subtracted; a subtracted one does not come first if it need not.
    pub(super) fn sum(&self, mut terms: Vec<(bool, Piece)>) -> Piece {
        if let Some(positive) = terms.iter().position(|(negative, _)| !negative) {
            terms[..=positive].rotate_right(1);
        }
        let mut terms = terms.into_iter();
        let mut sum = match terms.next() {
            Some((false, piece)) => piece,
            Some((true, piece)) => self.negated(&piece),
            None => return self.notation.number(0.0),
        };
        for (negative, piece) in terms {
            let sign = self.notation.sign(if negative { Sign::Minus } else { Sign::Plus });
            let (left, right) =
                (self.notation.at_least(Level::Sum, &sum), self.notation.at_least(Level::Product, &piece));
            sum = Piece::new(format!("{left} {sign} {right}"), Level::Sum);
        }
        sum
    }

    /// −a
    pub(super) fn negated(&self, piece: &Piece) -> Piece {
        let minus = self.notation.sign(Sign::Minus);
        Piece::new(format!("{minus}{}", self.notation.at_least(Level::Product, piece)), Level::Sum)
    }

    /// Whether it is the negative of something that can be written, and that.
    pub(super) fn signed(&self, id: ScalarId) -> (bool, Piece) {
        if self.parts.contains_key(&id) { (false, self.scalar(id)) } else { self.signed_whole(id) }
    }

    fn signed_whole(&self, id: ScalarId) -> (bool, Piece) {
        let notation = self.notation;
        match &self.graph.scalars[id] {
            Scalar::Number(bits) => {
                let value = bits.value();
                let negative = value.is_sign_negative() && !value.is_nan();
                (negative, notation.number(if negative { -value } else { value }))
            }
            Scalar::Unary(Unary::Neg, a) if notation.exact() => (true, self.scalar(*a)),
            scalar @ Scalar::Unary(Unary::Powi(0), _) => (false, self.operation(scalar)),
            Scalar::Unary(Unary::Neg, a) => {
                let (negative, piece) = self.signed(*a);
                (!negative, piece)
            }
            Scalar::Binary(Binary::Add | Binary::Sub, ..) if !notation.exact() => {
                let mut terms = Vec::new();
                self.terms(id, true, false, &mut terms);
                (false, self.sum(terms))
            }
            Scalar::Binary(Binary::Mul | Binary::Div, ..)
            | Scalar::Unary(Unary::Powi(_) | Unary::Recip, _)
                if !notation.exact() =>
            {
                self.fraction(id)
            }
            scalar => (false, self.operation(scalar)),
        }
    }

    /// A node by itself, nothing rearranged.
    fn operation(&self, scalar: &Scalar) -> Piece {
        let notation = self.notation;
        let infix = |sign: Sign, level: Level, a: Piece, b: Piece, right: Level| {
            let (a, b) = (notation.at_least(level, &a), notation.at_least(right, &b));
            Piece::new(format!("{a} {} {b}", notation.sign(sign)), level)
        };
        match *scalar {
            Scalar::Number(bits) => notation.number(bits.value()),
            Scalar::Integer(ref value) => self.integer(value),
            Scalar::Flag(value) => Piece::atom(notation.flag(value)),
            Scalar::Read(tensor, ref at) => {
                Piece::atom(notation.element(self.names.of(tensor), &self.integers(at)))
            }
            Scalar::Unary(Unary::Ln1p, a) if !notation.exact() => {
                notation.unary(Unary::Ln, self.sum(vec![(false, notation.number(1.0)), self.signed(a)]))
            }
            Scalar::Unary(Unary::ExpM1, a) if !notation.exact() => {
                let exponential = notation.unary(Unary::Exp, self.scalar(a));
                self.sum(vec![(false, exponential), (true, notation.number(1.0))])
            }
            Scalar::Unary(function, a) => notation.unary(function, self.scalar(a)),
            Scalar::Binary(Binary::Add, a, b) => {
                infix(Sign::Plus, Level::Sum, self.scalar(a), self.scalar(b), Level::Product)
            }
            Scalar::Binary(Binary::Sub, a, b) => {
                infix(Sign::Minus, Level::Sum, self.scalar(a), self.scalar(b), Level::Product)
            }
            Scalar::Binary(Binary::Mul, a, b) => {
                infix(Sign::Times, Level::Product, self.scalar(a), self.scalar(b), Level::Power)
            }
            Scalar::Binary(Binary::Div, a, b) => notation.quotient(self.scalar(a), self.scalar(b)),
            Scalar::Binary(function, a, b) => notation.binary(function, self.scalar(a), self.scalar(b)),
            Scalar::Call(function, ref arguments) => {
                let name = match function {
                    Function::Extern(function) => {
                        self.graph.scalars.externs[function.0 as usize].name.as_str()
                    }
                    Function::Parameter(_) => "parameter",
                    Function::Uniform => "uniform",
                    Function::Fold => "fold",
                    Function::Word(Half::Low) => "low",
                    Function::Word(Half::High) => "high",
                    Function::Key => "key",
                };
                notation
                    .call(name, &arguments.iter().map(|&argument| self.scalar(argument)).collect::<Vec<_>>())
            }
            Scalar::Compare(comparison, a, b) => {
                let mirror = self.graph.scalars.as_number(a).is_some();
                self.comparison(comparison, self.scalar(a), self.scalar(b), mirror)
            }
            Scalar::CompareInt(comparison, ref a, ref b) => {
                let mirror = a.as_constant().is_some();
                self.comparison(comparison, self.integer(a), self.integer(b), mirror)
            }
            Scalar::Not(a) => {
                let a = notation.at_least(Level::Power, &self.scalar(a));
                Piece::new(format!("{}{a}", notation.sign(Sign::Not)), Level::Power)
            }
            Scalar::And(a, b) => {
                let right = if notation.exact() { Level::Comparison } else { Level::And };
                infix(Sign::And, Level::And, self.scalar(a), self.scalar(b), right)
            }
            Scalar::Or(a, b) => {
                let right = if notation.exact() { Level::And } else { Level::Or };
                infix(Sign::Or, Level::Or, self.scalar(a), self.scalar(b), right)
            }
            Scalar::Select(c, a, b) => notation.choice(self.scalar(c), self.scalar(a), self.scalar(b)),
        }
    }

    /// A comparison; people write the constant on the right.
    fn comparison(&self, comparison: Comparison, a: Piece, b: Piece, mirror: bool) -> Piece {
        let sign = Sign::from(comparison);
        let (a, sign, b) =
            if mirror && !self.notation.exact() { (b, sign.mirrored(), a) } else { (a, sign, b) };
        let side = |piece: &Piece| self.notation.at_least(Level::Sum, piece);
        Piece::new(format!("{} {} {}", side(&a), self.notation.sign(sign), side(&b)), Level::Comparison)
    }

    /// Gathers the terms of nested sums; parts that have a name stay whole, except at the top.
    fn terms(&self, id: ScalarId, top: bool, subtracted: bool, terms: &mut Vec<(bool, Piece)>) {
        let whole = top || !self.parts.contains_key(&id);
        match self.graph.scalars[id] {
            Scalar::Binary(Binary::Add, a, b) if whole => {
                self.terms(a, false, subtracted, terms);
                self.terms(b, false, subtracted, terms);
            }
            Scalar::Binary(Binary::Sub, a, b) if whole => {
                self.terms(a, false, subtracted, terms);
                self.terms(b, false, !subtracted, terms);
            }
            _ => {
                let (negative, piece) = self.signed(id);
                terms.push((negative != subtracted, piece));
            }
        }
    }

    /// Nested products and quotients as one fraction, numbers first, equal factors as powers.
    fn fraction(&self, id: ScalarId) -> (bool, Piece) {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        self.factors(id, true, 1, &mut above, &mut below);
        let (mut negative, mut sides) = (false, Vec::new());
        for factors in [above, below] {
            let mut ranked: Vec<(u8, u32, Piece)> = Vec::new();
            for (factor, count) in factors {
                let (minus, piece) = self.signed(factor);
                negative ^= minus && count % 2 == 1;
                let rank = match self.graph.scalars[factor] {
                    Scalar::Number(_) => 0,
                    Scalar::Integer(_) => 1,
                    _ => 2,
                };
                ranked.push((rank, count, piece));
            }
            ranked.sort_by_key(|(rank, ..)| *rank);
            let powers = ranked.into_iter().map(|(_, count, piece)| match count {
                1 => piece,
                _ => self.notation.power(piece, count),
            });
            sides.push(powers.reduce(|product, factor| {
                let times = self.notation.sign(Sign::Times);
                let sides = [product, factor].map(|side| self.notation.at_least(Level::Product, &side));
                Piece::new(sides.join(&format!(" {times} ")), Level::Product)
            }));
        }
        let one = || self.notation.number(1.0);
        let (below, above) = (sides.pop().flatten(), sides.pop().flatten());
        let piece = match below {
            Some(below) => self.notation.quotient(above.unwrap_or_else(one), below),
            None => above.unwrap_or_else(one),
        };
        (negative, piece)
    }

    /// Gathers the factors of nested products and quotients, each with how often it occurs.
    fn factors(
        &self,
        id: ScalarId,
        top: bool,
        count: i64,
        above: &mut Vec<(ScalarId, u32)>,
        below: &mut Vec<(ScalarId, u32)>,
    ) {
        let whole = top || !self.parts.contains_key(&id);
        match self.graph.scalars[id] {
            Scalar::Binary(Binary::Mul, a, b) if whole => {
                self.factors(a, false, count, above, below);
                self.factors(b, false, count, above, below);
            }
            Scalar::Binary(Binary::Div, a, b) if whole => {
                self.factors(a, false, count, above, below);
                self.factors(b, false, -count, above, below);
            }
            Scalar::Unary(Unary::Recip, a) if whole => self.factors(a, false, -count, above, below),
            Scalar::Unary(Unary::Powi(power), a) if whole && power != 0 => {
                self.factors(a, false, count.saturating_mul(power.into()), above, below);
            }
            // The 1 of 1 / x is not a factor.
            Scalar::Number(bits) if bits.value() == 1.0 => {}
            _ => {
                let side = if count > 0 { above } else { below };
                let count = u32::try_from(count.unsigned_abs()).unwrap_or(u32::MAX);
                match side.iter_mut().find(|(factor, _)| *factor == id) {
                    Some((_, known)) => *known = known.saturating_add(count),
                    None => side.push((id, count)),
                }
            }
        }
    }

    fn atom(&self, atom: &Atom) -> Piece {
        let notation = self.notation;
        match atom {
            Atom::Dim(dim) => Piece::atom(notation.word(&self.graph.dims[dim.0 as usize])),
            Atom::Index(position) => Piece::atom(match self.indices.get(*position) {
                Some(name) => name.clone(),
                None => format!("#{position}"),
            }),
            Atom::Loop(counter) => Piece::atom(match self.counters.get(counter.0 as usize) {
                Some(name) => name.clone(),
                None => format!("#loop{}", counter.0),
            }),
            Atom::Read(tensor, at) => {
                Piece::atom(notation.element(self.names.of(*tensor), &self.integers(at)))
            }
            Atom::Div(a, b) => notation.floor_quotient(self.integer(a), self.integer(b)),
            Atom::Mod(a, b) => notation.remainder(self.integer(a), self.integer(b)),
            Atom::Root(a) => notation.root(self.integer(a)),
            Atom::Inside(inside) => self.integer(&inside.position),
        }
    }
}
