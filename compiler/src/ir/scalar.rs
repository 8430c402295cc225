//! Scalar expressions: a hash-consed DAG with the identities that hold wherever it is used.
//!
//! Equal expressions have equal ids. A constructor may return something simpler than what it was asked
//! for, but never something less accurate. What needs more context than one node is for `simplify`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Extern, ExternId, Function, Int, Kind, TensorId};

/// A scalar expression, by its place in the [`Scalars`] of its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScalarId(pub(crate) u32);

/// One node of the DAG.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// A float constant (its bits, so that it has an order).
    Number(Bits),
    /// An integer used as a number, or the value of a node that makes indices.
    Integer(Int),
    /// `true` or `false`.
    Flag(bool),
    /// An element of a float or mask tensor. (Of an index tensor: [`Int`]'s `Atom::Read`.)
    Read(TensorId, Vec<Int>),
    /// A function of one number.
    Unary(Unary, ScalarId),
    /// A function of two numbers.
    Binary(Binary, ScalarId, ScalarId),
    /// A function of Rust, or random bits.
    Call(Function, Vec<ScalarId>),
    /// A comparison of numbers.
    Compare(Comparison, ScalarId, ScalarId),
    /// A comparison of integers, exact.
    CompareInt(Comparison, Int, Int),
    /// `!m`
    Not(ScalarId),
    /// `a && b`
    And(ScalarId, ScalarId),
    /// `a || b`
    Or(ScalarId, ScalarId),
    /// `if c { a } else { b }`: the branch not taken is not evaluated.
    Select(ScalarId, ScalarId, ScalarId),
}

/// The bits of an `f64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bits(u64);

impl Bits {
    /// The number.
    pub fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl From<f64> for Bits {
    fn from(value: f64) -> Self {
        Self(value.to_bits())
    }
}

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unary {
    Neg,
    Recip,
    Exp,
    Ln,
    Ln1p,
    ExpM1,
    Log2,
    Log10,
    Sqrt,
    Abs,
    Signum,
    Sin,
    Cos,
    Tan,
    Sinh,
    Cosh,
    Tanh,
    Asin,
    Acos,
    Atan,
    Floor,
    Erf,
    /// Φ(x) = (1 + erf(x/√2)) / 2
    NormalCdf,
    /// φ(x) = e^(−x²/2) / √(2π)
    NormalPdf,
    LnGamma,
    /// ψ⁽ⁿ⁾; n = 0 is digamma.
    Polygamma(u32),
    Sigmoid,
    Softplus,
    /// tanh(x/2) = σ(x) − σ(−x)
    HalfTanh,
    /// xⁿ
    Powi(i32),
    /// x, which has no derivative.
    StopGradient,
}

/// Functions of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Atan2,
    Min,
    Max,
    /// ln(eᵃ + eᵇ)
    LogAddExp,
}

/// Comparisons; `>` and `>=` are `<` and `<=` with their sides exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    Less,
    LessEqual,
    Equal,
    NotEqual,
}

/// All scalar expressions of a graph.
#[derive(Clone, Debug, Default)]
pub struct Scalars {
    nodes: Vec<Scalar>,
    ids: BTreeMap<Scalar, ScalarId>,
    /// The functions of Rust that expressions call.
    pub externs: Vec<Extern>,
    /// Those of them that a derivative was needed of, and have none.
    pub undifferentiated: BTreeSet<ExternId>,
}

impl std::ops::Index<ScalarId> for Scalars {
    type Output = Scalar;

    fn index(&self, id: ScalarId) -> &Scalar {
        &self.nodes[id.0 as usize]
    }
}

impl Scalars {
    /// How many there are; ids are dense below it, and operands precede what they are operands of.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A float constant.
    pub fn number(&mut self, value: f64) -> ScalarId {
        self.intern(Scalar::Number(value.into()))
    }

    /// An integer, as a number.
    pub fn integer(&mut self, value: Int) -> ScalarId {
        self.intern(Scalar::Integer(value))
    }

    /// `true` or `false`.
    pub fn flag(&mut self, value: bool) -> ScalarId {
        self.intern(Scalar::Flag(value))
    }

    /// What a tensor of this kind holds where nothing was written.
    pub fn zero(&mut self, kind: Kind) -> ScalarId {
        match kind {
            Kind::Float => self.number(0.0),
            Kind::Index | Kind::Key => self.integer(Int::zero()),
            Kind::Mask => self.flag(false),
        }
    }

    /// An element of a tensor.
    pub fn read(&mut self, tensor: TensorId, at: Vec<Int>) -> ScalarId {
        self.intern(Scalar::Read(tensor, at))
    }

    /// The constant, if it is one.
    pub fn as_number(&self, id: ScalarId) -> Option<f64> {
        match &self[id] {
            Scalar::Number(bits) => Some(bits.value()),
            Scalar::Integer(value) => value.as_constant().map(|value| value as f64),
            _ => None,
        }
    }

    fn is_number(&self, id: ScalarId, value: f64) -> bool {
        self.as_number(id) == Some(value)
    }

    /// −a
    pub fn neg(&mut self, a: ScalarId) -> ScalarId {
        if let Some(value) = self.as_number(a) {
            return self.number(-value);
        }
        match self[a].clone() {
            Scalar::Unary(Unary::Neg, inner) => inner,
            Scalar::Binary(Binary::Sub, x, y) => self.sub(y, x),
            Scalar::Select(c, x, y) if self.is_number(x, 0.0) || self.is_number(y, 0.0) => {
                let (x, y) = (self.neg_or_zero(x), self.neg_or_zero(y));
                self.select(c, x, y)
            }
            _ => self.intern(Scalar::Unary(Unary::Neg, a)),
        }
    }

    /// −a, without making a negative zero of a branch that contributes nothing.
    fn neg_or_zero(&mut self, a: ScalarId) -> ScalarId {
        if self.is_number(a, 0.0) { a } else { self.neg(a) }
    }

    /// a + b
    pub fn add(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (self.as_number(a), self.as_number(b)) {
            (Some(x), Some(y)) => return self.number(x + y),
            (Some(0.0), _) => return b,
            (_, Some(0.0)) => return a,
            _ => {}
        }
        if let Scalar::Unary(Unary::Neg, inner) = self[b] {
            return self.sub(a, inner);
        }
        if let Scalar::Unary(Unary::Neg, inner) = self[a] {
            return self.sub(b, inner);
        }
        self.commutative(Binary::Add, a, b)
    }

    /// a − b
    pub fn sub(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (self.as_number(a), self.as_number(b)) {
            (Some(x), Some(y)) => return self.number(x - y),
            (Some(0.0), _) => return self.neg(b),
            (_, Some(0.0)) => return a,
            _ => {}
        }
        if let Scalar::Unary(Unary::Neg, inner) = self[b] {
            return self.add(a, inner);
        }
        self.intern(Scalar::Binary(Binary::Sub, a, b))
    }

    /// a · b. A product with a guarded zero moves under the guard, so that an infinite derivative in a
    /// branch not taken never meets the zero: `select(c, a, 0) · b` is `select(c, a · b, 0)`.
    pub fn mul(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (self.as_number(a), self.as_number(b)) {
            (Some(x), Some(y)) => return self.number(x * y),
            (Some(0.0), _) => return a,
            (_, Some(0.0)) => return b,
            (Some(1.0), _) => return b,
            (_, Some(1.0)) => return a,
            (Some(-1.0), _) => return self.neg(b),
            (_, Some(-1.0)) => return self.neg(a),
            _ => {}
        }
        if let Some(guarded) = self.under_guard(a, |scalars, x| scalars.mul(x, b)) {
            return guarded;
        }
        if let Some(guarded) = self.under_guard(b, |scalars, x| scalars.mul(a, x)) {
            return guarded;
        }
        if let Scalar::Unary(Unary::Neg, inner) = self[a] {
            let product = self.mul(inner, b);
            return self.neg(product);
        }
        if let Scalar::Unary(Unary::Neg, inner) = self[b] {
            let product = self.mul(a, inner);
            return self.neg(product);
        }
        self.commutative(Binary::Mul, a, b)
    }

    /// a / b
    pub fn div(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (self.as_number(a), self.as_number(b)) {
            (Some(x), Some(y)) => return self.number(x / y),
            (Some(0.0), _) => return a,
            (_, Some(1.0)) => return a,
            (_, Some(-1.0)) => return self.neg(a),
            _ => {}
        }
        if let Some(guarded) = self.under_guard(a, |scalars, x| scalars.div(x, b)) {
            return guarded;
        }
        if let Scalar::Unary(Unary::Neg, inner) = self[a] {
            let quotient = self.div(inner, b);
            return self.neg(quotient);
        }
        self.intern(Scalar::Binary(Binary::Div, a, b))
    }

    /// A function of one number.
    pub fn unary(&mut self, function: Unary, a: ScalarId) -> ScalarId {
        match function {
            Unary::Neg => return self.neg(a),
            Unary::Powi(0) => return self.number(1.0),
            Unary::Powi(1) => return a,
            Unary::Powi(2) => return self.mul(a, a),
            Unary::Powi(-1) | Unary::Recip => {
                let one = self.number(1.0);
                return self.div(one, a);
            }
            Unary::StopGradient if self.as_number(a).is_some() => return a,
            _ => {}
        }
        self.intern(Scalar::Unary(function, a))
    }

    /// A function of two numbers.
    pub fn binary(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> ScalarId {
        match function {
            Binary::Add => self.add(a, b),
            Binary::Sub => self.sub(a, b),
            Binary::Mul => self.mul(a, b),
            Binary::Div => self.div(a, b),
            Binary::Pow => match self.as_number(b) {
                Some(power) if power == power.trunc() && power.abs() <= 1024.0 => {
                    self.unary(Unary::Powi(power as i32), a)
                }
                _ => self.intern(Scalar::Binary(function, a, b)),
            },
            Binary::Atan2 | Binary::Min | Binary::Max => self.intern(Scalar::Binary(function, a, b)),
            Binary::LogAddExp => self.commutative(function, a, b),
        }
    }

    /// A comparison of numbers; of integers where both sides are.
    pub fn compare(&mut self, comparison: Comparison, a: ScalarId, b: ScalarId) -> ScalarId {
        if let (Scalar::Integer(a), Scalar::Integer(b)) = (&self[a], &self[b]) {
            let (a, b) = (a.clone(), b.clone());
            return self.compare_int(comparison, a, b);
        }
        self.intern(Scalar::Compare(comparison, a, b))
    }

    /// A comparison of integers, decided here where the difference is a constant.
    pub fn compare_int(&mut self, comparison: Comparison, a: Int, b: Int) -> ScalarId {
        if let Some(difference) = a.sub(&b).as_constant() {
            return self.flag(match comparison {
                Comparison::Less => difference < 0,
                Comparison::LessEqual => difference <= 0,
                Comparison::Equal => difference == 0,
                Comparison::NotEqual => difference != 0,
            });
        }
        self.intern(Scalar::CompareInt(comparison, a, b))
    }

    /// `!m`
    pub fn not(&mut self, a: ScalarId) -> ScalarId {
        match self[a] {
            Scalar::Flag(value) => self.flag(!value),
            Scalar::Not(inner) => inner,
            _ => self.intern(Scalar::Not(a)),
        }
    }

    /// `a && b`
    pub fn and(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (&self[a], &self[b]) {
            (Scalar::Flag(true), _) => b,
            (_, Scalar::Flag(true)) => a,
            (Scalar::Flag(false), _) => a,
            (_, Scalar::Flag(false)) => b,
            (_, Scalar::Not(inner)) if *inner == a => self.flag(false),
            (Scalar::Not(inner), _) if *inner == b => self.flag(false),
            _ if a == b => a,
            _ => self.intern(Scalar::And(a, b)),
        }
    }

    /// `a || b`
    pub fn or(&mut self, a: ScalarId, b: ScalarId) -> ScalarId {
        match (&self[a], &self[b]) {
            (Scalar::Flag(false), _) => b,
            (_, Scalar::Flag(false)) => a,
            (Scalar::Flag(true), _) => a,
            (_, Scalar::Flag(true)) => b,
            (_, Scalar::Not(inner)) if *inner == a => self.flag(true),
            (Scalar::Not(inner), _) if *inner == b => self.flag(true),
            _ if a == b => a,
            _ => self.intern(Scalar::Or(a, b)),
        }
    }

    /// `if c { a } else { b }`
    pub fn select(&mut self, c: ScalarId, a: ScalarId, b: ScalarId) -> ScalarId {
        match self[c] {
            Scalar::Flag(true) => return a,
            Scalar::Flag(false) => return b,
            Scalar::Not(inner) => return self.select(inner, b, a),
            _ => {}
        }
        if a == b {
            return a;
        }
        // A branch that asks the same question again has its answer.
        let a = match self[a] {
            Scalar::Select(inner, x, _) if inner == c => x,
            _ => a,
        };
        let b = match self[b] {
            Scalar::Select(inner, _, y) if inner == c => y,
            _ => b,
        };
        if a == b {
            return a;
        }
        self.intern(Scalar::Select(c, a, b))
    }

    /// `select(c, x, 0)` with the function applied to x; both branches for their own zero.
    fn under_guard(
        &mut self,
        a: ScalarId,
        apply: impl FnOnce(&mut Self, ScalarId) -> ScalarId,
    ) -> Option<ScalarId> {
        let Scalar::Select(c, x, y) = self[a] else { return None };
        if self.is_number(y, 0.0) {
            let x = apply(self, x);
            return Some(self.select(c, x, y));
        }
        if self.is_number(x, 0.0) {
            let y = apply(self, y);
            return Some(self.select(c, x, y));
        }
        None
    }

    fn commutative(&mut self, function: Binary, a: ScalarId, b: ScalarId) -> ScalarId {
        match self.ids.get(&Scalar::Binary(function, b, a)) {
            Some(&id) => id,
            None => self.intern(Scalar::Binary(function, a, b)),
        }
    }

    pub(super) fn intern(&mut self, scalar: Scalar) -> ScalarId {
        if let Some(&id) = self.ids.get(&scalar) {
            return id;
        }
        let id = ScalarId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 scalars"));
        self.nodes.push(scalar.clone());
        self.ids.insert(scalar, id);
        id
    }
}
