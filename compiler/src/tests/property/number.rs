//! Numbers that carry their derivatives: dual numbers, nested by tags. An oracle that shares no rule with
//! the compiler: forward mode, evaluated instead of symbolic.

use std::rc::Rc;

use crate::eval::special;

/// A number, perhaps with a slope in some direction (a tag), whose parts may have slopes in others.
#[derive(Clone, Debug)]
pub enum Number {
    Real(f64),
    Dual(Rc<Dual>),
}

/// `value + slope · ε`, for the ε of this tag. The parts have smaller tags only.
#[derive(Debug)]
pub struct Dual {
    tag: u32,
    value: Number,
    slope: Number,
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl Number {
    /// Without its slopes.
    pub fn real(&self) -> f64 {
        match self {
            Self::Real(value) => *value,
            Self::Dual(dual) => dual.value.real(),
        }
    }

    /// `self + slope · ε`
    pub fn moving(&self, tag: u32, slope: Number) -> Self {
        self.add(&Self::dual(tag, Self::Real(0.0), slope))
    }

    /// The slope in a direction; what is left has none in it.
    pub fn slope(&self, tag: u32) -> Self {
        self.split(tag).1
    }

    fn dual(tag: u32, value: Number, slope: Number) -> Self {
        match slope {
            Self::Real(0.0) => value,
            slope => Self::Dual(Rc::new(Dual { tag, value, slope })),
        }
    }

    fn tag(&self) -> u32 {
        match self {
            Self::Real(_) => 0,
            Self::Dual(dual) => dual.tag,
        }
    }

    /// Value and slope in a direction, which is this number's last or none.
    fn split(&self, tag: u32) -> (Self, Self) {
        match self {
            Self::Dual(dual) if dual.tag == tag => (dual.value.clone(), dual.slope.clone()),
            Self::Dual(dual) if dual.tag > tag => {
                let ((value, by_value), (slope, by_slope)) = (dual.value.split(tag), dual.slope.split(tag));
                (Self::dual(dual.tag, value, slope), Self::dual(dual.tag, by_value, by_slope))
            }
            _ => (self.clone(), Self::Real(0.0)),
        }
    }

    pub fn add(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => Self::Real(a + b),
            _ => {
                let tag = self.tag().max(other.tag());
                let ((a, da), (b, db)) = (self.split(tag), other.split(tag));
                Self::dual(tag, a.add(&b), da.add(&db))
            }
        }
    }

    pub fn neg(&self) -> Self {
        match self {
            Self::Real(value) => Self::Real(-value),
            Self::Dual(dual) => Self::dual(dual.tag, dual.value.neg(), dual.slope.neg()),
        }
    }

    pub fn sub(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => Self::Real(a - b),
            _ => self.add(&other.neg()),
        }
    }

    pub fn mul(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => Self::Real(a * b),
            _ => {
                let tag = self.tag().max(other.tag());
                let ((a, da), (b, db)) = (self.split(tag), other.split(tag));
                Self::dual(tag, a.mul(&b), scaled(&da, &b).add(&scaled(&db, &a)))
            }
        }
    }

    pub fn div(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => Self::Real(a / b),
            _ => {
                let tag = self.tag().max(other.tag());
                let ((a, da), (b, db)) = (self.split(tag), other.split(tag));
                let quotient = a.div(&b);
                let numerator = da.sub(&scaled(&db, &quotient));
                let slope = if is_zero(&numerator) { numerator } else { numerator.div(&b) };
                Self::dual(tag, quotient, slope)
            }
        }
    }

    /// A function of one number, by its name in the language.
    pub fn unary(&self, name: &str) -> Self {
        match self {
            Self::Real(value) => Self::Real(real(name, *value)),
            Self::Dual(dual) => {
                let slope = match derivative(name, &dual.value) {
                    Some(derivative) => scaled(&dual.slope, &derivative),
                    None => Self::Real(0.0),
                };
                Self::dual(dual.tag, dual.value.unary(name), slope)
            }
        }
    }

    pub fn power(&self, exponent: i32) -> Self {
        match self {
            Self::Real(value) => Self::Real(value.powi(exponent)),
            Self::Dual(dual) if exponent == 0 => Self::dual(dual.tag, Self::Real(1.0), Self::Real(0.0)),
            Self::Dual(dual) => {
                let slope = dual.value.power(exponent - 1).mul(&f64::from(exponent).into());
                Self::dual(dual.tag, dual.value.power(exponent), scaled(&dual.slope, &slope))
            }
        }
    }

    pub fn powf(&self, exponent: &Self) -> Self {
        match (self, exponent) {
            (Self::Real(a), Self::Real(b)) => Self::Real(a.powf(*b)),
            _ => {
                let tag = self.tag().max(exponent.tag());
                let ((a, da), (b, db)) = (self.split(tag), exponent.split(tag));
                let power = a.powf(&b);
                let by_base = if is_zero(&da) { da } else { da.mul(&b).mul(&a.powf(&b.sub(&1.0.into()))) };
                let by_exponent = if is_zero(&db) { db } else { db.mul(&power).mul(&a.unary("ln")) };
                Self::dual(tag, power, by_base.add(&by_exponent))
            }
        }
    }

    pub fn atan2(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Real(a), Self::Real(b)) => Self::Real(a.atan2(*b)),
            _ => {
                let tag = self.tag().max(other.tag());
                let ((a, da), (b, db)) = (self.split(tag), other.split(tag));
                let square = a.mul(&a).add(&b.mul(&b));
                let slope = da.mul(&b).sub(&db.mul(&a)).div(&square);
                Self::dual(tag, a.atan2(&b), slope)
            }
        }
    }

    /// The greater of two; a tie is shared half and half.
    pub fn greater(&self, other: &Self) -> Self {
        match self.real().partial_cmp(&other.real()) {
            Some(std::cmp::Ordering::Greater) => self.clone(),
            Some(std::cmp::Ordering::Less) => other.clone(),
            _ => self.add(other).mul(&0.5.into()),
        }
    }

    /// The lesser of two.
    pub fn lesser(&self, other: &Self) -> Self {
        self.neg().greater(&other.neg()).neg()
    }

    /// √ of what may be 0, where its slope is 0 by convention.
    pub fn root(&self) -> Self {
        if self.real() == 0.0 { Self::Real(0.0) } else { self.unary("sqrt") }
    }
}

fn is_zero(number: &Number) -> bool {
    matches!(number, Number::Real(0.0))
}

/// A slope times a factor; nothing of nothing, whatever the factor.
fn scaled(slope: &Number, factor: &Number) -> Number {
    if is_zero(slope) { Number::Real(0.0) } else { slope.mul(factor) }
}

fn real(name: &str, x: f64) -> f64 {
    match name {
        "exp" => x.exp(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "exp_m1" => x.exp_m1(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "sqrt" => x.sqrt(),
        "abs" => x.abs(),
        "signum" => f64::from(u8::from(x > 0.0)) - f64::from(u8::from(x < 0.0)),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "floor" => x.floor(),
        "recip" => 1.0 / x,
        "erf" => special::erf(x),
        "ln_gamma" => special::ln_gamma(x),
        "digamma" => special::polygamma(0, x),
        "trigamma" => special::polygamma(1, x),
        "tetragamma" => special::polygamma(2, x),
        "pentagamma" => special::polygamma(3, x),
        _ => panic!("no function `{name}`"),
    }
}

/// The derivative of a function of one number; none where it is 0 everywhere.
fn derivative(name: &str, x: &Number) -> Option<Number> {
    let one = Number::Real(1.0);
    let square = |x: &Number| x.mul(x);
    let by_logarithm = |base: f64| one.div(&x.mul(&base.ln().into()));
    Some(match name {
        "exp" | "exp_m1" => x.unary("exp"),
        "ln" => one.div(x),
        "ln_1p" => one.div(&one.add(x)),
        "log2" => by_logarithm(2.0),
        "log10" => by_logarithm(10.0),
        "sqrt" => Number::Real(0.5).div(&x.unary("sqrt")),
        "abs" => x.unary("signum"),
        "sin" => x.unary("cos"),
        "cos" => x.unary("sin").neg(),
        "tan" => one.div(&square(&x.unary("cos"))),
        "sinh" => x.unary("cosh"),
        "cosh" => x.unary("sinh"),
        "tanh" => one.div(&square(&x.unary("cosh"))),
        "asin" => one.div(&one.sub(&square(x)).unary("sqrt")),
        "acos" => one.div(&one.sub(&square(x)).unary("sqrt")).neg(),
        "atan" => one.div(&one.add(&square(x))),
        "recip" => one.div(&square(x)).neg(),
        "erf" => square(x).neg().unary("exp").mul(&std::f64::consts::FRAC_2_SQRT_PI.into()),
        "ln_gamma" => x.unary("digamma"),
        "digamma" => x.unary("trigamma"),
        "trigamma" => x.unary("tetragamma"),
        "tetragamma" => x.unary("pentagamma"),
        "floor" | "signum" => return None,
        _ => panic!("no derivative of `{name}`"),
    })
}

#[test]
fn slopes_nest() {
    // d/dx (x · d/dy (x + y)) at x = 1: tags do not mix.
    let x = Number::Real(1.0).moving(1, 1.0.into());
    let y = Number::Real(1.0).moving(2, 1.0.into());
    let inner = x.add(&y).slope(2);
    assert_eq!(y.moving(1, 3.0.into()).mul(&y).slope(1).real(), 3.0);
    assert_eq!(x.mul(&inner).slope(1).real(), 1.0);
    // The third derivative of x⁵ at 2, and the mixed one of x²y³.
    let x = (1..4).fold(Number::Real(2.0), |x, tag| x.moving(tag, 1.0.into()));
    assert_eq!(x.power(5).slope(3).slope(2).slope(1).real(), 240.0);
    let (x, y) = (Number::Real(2.0).moving(1, 1.0.into()), Number::Real(3.0).moving(2, 1.0.into()));
    let product = x.mul(&x).mul(&y.power(3));
    assert_eq!(product.slope(2).slope(1).real(), 108.0);
    assert_eq!(product.slope(1).slope(2).real(), 108.0);
}
