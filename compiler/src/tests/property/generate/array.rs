//! Expressions of arrays: elementwise, products, reductions.

use super::{Generator, Variable};
use crate::tests::property::tree::{Expr, Int, Kind, Setting, Size, Type};

impl Generator<'_> {
    /// An expression of exactly this shape.
    pub fn float(&mut self, shape: &[Size], depth: usize) -> Expr {
        if depth == 0 || self.scope.fuel == 0 {
            return self.leaf(shape);
        }
        self.scope.fuel -= 1;
        let depth = depth - 1;
        let made = match self.source.below(45) {
            0..=2 => None,
            3..=6 => Some(self.function(shape, depth)),
            7..=11 => Some(self.arithmetic(shape, depth)),
            12 => Some(self.choice(shape, depth)),
            13 if !self.scope.indices.is_empty() => Some(self.guarded(shape, depth)),
            14 | 15 => self.product(shape, depth),
            16 | 17 => self.reduction(shape, depth),
            18 | 19 => self.rearranged(shape, depth),
            20 => self.slice(shape, depth),
            21 => self.gather(shape, depth),
            22 => self.encoded(shape),
            23 => Some(self.cast(shape, depth)),
            24 => Some(self.activation(shape, depth)),
            25 => self.list(shape, depth),
            26 | 27 => self.apply(shape, depth),
            28 => Some(self.pattern(shape, depth)),
            29 if shape.is_empty() => Some(self.loss(depth)),
            29 => self.normalised(shape, depth),
            30 | 31 if shape.is_empty() => Some(self.fold(depth)),
            30 => Some(Expr::call("stop_grad", vec![self.float(shape, depth)])),
            31 => Some(self.block(shape, depth)),
            32 if !self.scope.indices.is_empty() => Some(self.guarded(shape, depth)),
            33 => self.joined(shape, depth),
            34 => self.along(shape, depth),
            35 => self.part_sum(shape, depth),
            36 | 37 => self.windows(shape, depth),
            38 => self.matrix(shape, depth),
            39 | 40 => self.external(shape, depth),
            41 => Some(self.hazard(shape, depth)),
            42 => self.dropped(shape, depth),
            43 => self.parameter(shape),
            _ if shape.is_empty() && !self.scope.indices.is_empty() => Some(self.fold(depth)),
            _ => self.broadcast(shape, depth),
        };
        made.unwrap_or_else(|| self.leaf(shape))
    }

    /// Something at hand of this shape.
    pub fn leaf(&mut self, shape: &[Size]) -> Expr {
        if !self.scope.indices.is_empty() || self.source.chance(10) {
            if shape.is_empty() && self.source.chance(15) {
                return self.number();
            }
            if let Some(read) = self.read(shape) {
                return read;
            }
        }
        let same = |each: &&Variable| each.ty.kind == Kind::Float && each.ty.shape == shape && !each.ty.rest;
        let known: Vec<String> =
            self.scope.variables.iter().rev().filter(same).map(|each| each.name.clone()).collect();
        if !known.is_empty() && (known.len() > 1 || self.source.chance(80)) {
            return Expr::Name(self.source.pick(&known));
        }
        if let Some(name) = self.declare(Type::float(shape.to_vec())) {
            return Expr::Name(name);
        }
        match known.first() {
            Some(name) => Expr::name(name),
            None if shape.is_empty() => self.number(),
            None if self.source.chance(50) => filled("ones", shape),
            None => {
                let number = self.number();
                Expr::binary("*", number, filled("ones", shape))
            }
        }
    }

    /// A number: a literal, a size, an index.
    pub fn number(&mut self) -> Expr {
        let named: Vec<Expr> = self
            .scope
            .indices
            .iter()
            .filter_map(
                |index| if let Int::Name(name) = &index.value { Some(Expr::name(name)) } else { None },
            )
            .collect();
        if !named.is_empty() && self.source.chance(30) {
            return self.source.pick(&named);
        }
        let dims = self.scope.dims.clone();
        if !dims.is_empty() && self.source.chance(10) {
            return Expr::Size(Size::dim(self.source.pick(&dims)));
        }
        Expr::Number(self.source.pick(&[0.5, 1.0, 2.0, -0.5, 0.25, -1.0, 0.0, 1.5]))
    }

    /// Shapes that broadcast to this one.
    pub fn split(&mut self, shape: &[Size]) -> (Vec<Size>, Vec<Size>) {
        let whole = shape.to_vec();
        match self.source.below(8) {
            0..=2 => (whole.clone(), whole),
            3 => (whole, Vec::new()),
            4 => (Vec::new(), whole),
            5 => {
                let from = self.source.below(shape.len() + 1);
                (whole, shape[from..].to_vec())
            }
            _ => {
                let (mut a, mut b) = (whole.clone(), whole);
                for axis in 0..shape.len() {
                    match self.source.below(3) {
                        0 => {}
                        1 => a[axis] = Size::constant(1),
                        _ => b[axis] = Size::constant(1),
                    }
                }
                (a, b)
            }
        }
    }

    /// A side of elementwise arithmetic: a scalar may be a number.
    fn side(&mut self, shape: &[Size], depth: usize) -> Expr {
        if shape.is_empty() && self.source.chance(40) { self.number() } else { self.float(shape, depth) }
    }

    fn arithmetic(&mut self, shape: &[Size], depth: usize) -> Expr {
        let (a, b) = self.split(shape);
        let left = self.side(&a, depth);
        match self.source.below(10) {
            0..=2 => Expr::binary("+", left, self.side(&b, depth)),
            3 | 4 => Expr::binary("*", left, self.side(&b, depth)),
            5 | 6 => Expr::binary("-", left, self.side(&b, depth)),
            7 => {
                let divisor = self.positive(&b, depth);
                Expr::binary("/", left, divisor)
            }
            8 => {
                let name = if self.source.chance(50) { "max" } else { "min" };
                Expr::call(name, vec![left, self.side(&b, depth)])
            }
            _ => Expr::call("atan2", vec![left, self.positive(&b, depth)]),
        }
    }

    /// Something well above 0.
    pub fn positive(&mut self, shape: &[Size], depth: usize) -> Expr {
        if shape.is_empty() && self.source.chance(20) {
            return Expr::Number(self.source.pick(&[2.0, 0.5, 3.0]));
        }
        let x = self.float(shape, depth);
        let plus = |x: Expr, value: f64| Expr::binary("+", x, Expr::Number(value));
        match self.source.below(6) {
            0 => plus(Expr::call("sigmoid", vec![x]), 0.25),
            1 if matches!(x, Expr::Name(_)) => plus(Expr::binary("*", x.clone(), x), 0.5),
            2 => plus(Expr::call("abs", vec![x]), 0.5),
            3 => Expr::call("exp", vec![Expr::binary("*", Expr::Number(0.5), Expr::call("sin", vec![x]))]),
            4 => plus(Expr::call("softplus", vec![x]), 0.125),
            _ => plus(power(x, 2), 0.5),
        }
    }

    /// A scalar function at arguments that it likes.
    fn function(&mut self, shape: &[Size], depth: usize) -> Expr {
        let any = [
            "sin", "tanh", "cos", "exp", "abs", "sigmoid", "softplus", "atan", "erf", "exp_m1", "signum",
            "floor",
        ];
        let positive = ["sqrt", "ln", "ln_1p", "log2", "log10", "recip", "ln_gamma", "digamma"];
        let small = ["tan", "asin", "acos", "sinh", "cosh"];
        let choice = self.source.below(any.len() + positive.len() + small.len() + 5);
        if let Some(name) = any.get(choice) {
            let x = self.float(shape, depth);
            return self.written(name, x);
        }
        let choice = choice - any.len();
        if let Some(name) = positive.get(choice) {
            let x = self.positive(shape, depth);
            return self.written(name, x);
        }
        let choice = choice - positive.len();
        if let Some(name) = small.get(choice) {
            let x = self.float(shape, depth);
            let bounded = Expr::binary("*", Expr::Number(0.75), Expr::call("sin", vec![x]));
            return Expr::call(name, vec![bounded]);
        }
        match choice - small.len() {
            0 => Expr::Negate(Box::new(self.float(shape, depth))),
            1 => power(self.float(shape, depth), self.source.pick(&[2, 3])),
            2 => power(self.positive(shape, depth), self.source.pick(&[-1, -2, 0])),
            3 => {
                let (a, b) = self.split(shape);
                let (x, y) = (self.positive(&a, depth), self.side(&b, depth));
                Expr::call("powf", vec![x, y])
            }
            _ => {
                let limits = [-0.5, 0.75].map(Expr::Number);
                let x = self.float(shape, depth);
                Expr::call("clamp", [vec![x], limits.to_vec()].concat())
            }
        }
    }

    /// As a call or as a method.
    fn written(&mut self, name: &'static str, x: Expr) -> Expr {
        Expr::Call { name, arguments: vec![x], options: Vec::new(), method: self.source.chance(30) }
    }

    pub fn mask(&mut self, shape: &[Size], depth: usize) -> Expr {
        let (a, b) = self.split(shape);
        match self.source.below(13) {
            8 => Expr::Not(Box::new(self.mask(shape, depth.saturating_sub(1)))),
            9 if depth > 0 => {
                let operator = if self.source.chance(50) { "&&" } else { "||" };
                Expr::binary(operator, self.mask(&a, depth - 1), self.mask(&b, depth - 1))
            }
            10 => {
                let kind = Type { kind: Kind::Mask, rest: false, shape: shape.to_vec() };
                match self.declare(kind) {
                    Some(name) => Expr::Name(name),
                    None => self.comparison(&a, &b, depth),
                }
            }
            12 if depth > 0 && shape.is_empty() => {
                self.bound(&["any", "all"], depth, |this, depth| this.mask(&[], depth))
            }
            11 if depth > 0 && shape.len() < 2 => {
                let (size, place) = (self.size(), self.source.below(shape.len() + 1));
                let mut whole = shape.to_vec();
                whole.insert(place, size);
                let name = if self.source.chance(50) { "any" } else { "all" };
                let inner = self.mask(&whole, depth - 1);
                let options = vec![("axis", Setting::Integer(place as i64))];
                Expr::Call { name, arguments: vec![inner], options, method: false }
            }
            _ => self.comparison(&a, &b, depth),
        }
    }

    fn comparison(&mut self, a: &[Size], b: &[Size], depth: usize) -> Expr {
        let operator = self.source.pick(&[">", "<", "<=", ">=", "!="]);
        let left = self.float(a, depth.min(1));
        Expr::binary(operator, left, self.side(b, depth.min(1)))
    }

    fn choice(&mut self, shape: &[Size], depth: usize) -> Expr {
        let (condition, rest) = self.split(shape);
        let condition_shape = condition.clone();
        let condition = self.mask(&condition, depth);
        let (then, otherwise) = if condition_shape.is_empty() || self.source.chance(40) {
            (self.float(shape, depth), self.float(shape, depth))
        } else {
            let then = self.side(&rest, depth);
            (then, self.float(shape, depth))
        };
        let (then, otherwise) = if self.source.chance(30) { (otherwise, then) } else { (then, otherwise) };
        Expr::If(Box::new(condition), Box::new(then), Box::new(otherwise))
    }

    fn product(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let inner = self.size();
        let inner = [inner];
        let (a, b) = match shape {
            [] => (inner.to_vec(), inner.to_vec()),
            [one] if self.source.chance(50) => ([&inner[..], &[one.clone()]].concat(), inner.to_vec()),
            [one] => (inner.to_vec(), [&inner[..], &[one.clone()]].concat()),
            [batch @ .., rows, columns] => {
                let (left, right) = self.split(batch);
                let a = [&left[..], &[rows.clone()], &inner].concat();
                (a, [&right[..], &inner, &[columns.clone()]].concat())
            }
        };
        // A matrix times a vector has the matrix on the left.
        let (a, b) =
            if a.len() == 2 && b.len() == 1 { (vec![a[1].clone(), a[0].clone()], b) } else { (a, b) };
        if self.elements(&a) > 60 || self.elements(&b) > 60 {
            return None;
        }
        Some(Expr::binary("@", self.float(&a, depth), self.float(&b, depth)))
    }

    fn reduction(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let name =
            self.source.pick(&["sum", "mean", "max", "min", "prod", "logsumexp", "var", "std", "norm"]);
        let count = self.source.pick(&[1, 1, 2]);
        let (mut whole, mut axes) = (shape.to_vec(), Vec::new());
        let keep = shape.iter().any(|size| size.is(1)) && self.source.chance(80);
        for axis in 0..shape.len() {
            if keep && shape[axis].is(1) {
                whole[axis] = self.size();
                axes.push(axis as i64);
            }
        }
        for _ in 0..if keep { 0 } else { count } {
            let (size, place) = (self.size(), self.source.below(whole.len() + 1) as i64);
            whole.insert(place as usize, size);
            axes.iter_mut().filter(|axis| **axis >= place).for_each(|axis| *axis += 1);
            axes.push(place);
        }
        if self.elements(&whole) > 60 || whole.len() > 4 {
            return None;
        }
        let some = axes.iter().all(|&axis| self.has(&whole[axis as usize], 1));
        if !some && !matches!(name, "sum" | "prod" | "norm") {
            return None;
        }
        for &axis in &axes {
            if matches!(name, "max" | "min" | "logsumexp") {
                self.at_least(&whole[axis as usize].clone(), 1);
            }
        }
        let rank = whole.len() as i64;
        let all = axes.len() == whole.len() && self.source.chance(70);
        let negative = self.source.chance(50);
        let written: Vec<i64> = axes.iter().map(|axis| if negative { axis - rank } else { *axis }).collect();
        let mut options = match written.as_slice() {
            _ if all => Vec::new(),
            [one] => vec![("axis", Setting::Integer(*one))],
            _ => vec![("axis", Setting::List(written.clone()))],
        };
        if keep {
            options.push(("keep", Setting::Flag(true)));
        }
        let x = self.float(&whole, depth);
        Some(Expr::Call { name, arguments: vec![x], options, method: self.source.chance(40) })
    }
}

/// xⁿ
pub fn power(x: Expr, exponent: i64) -> Expr {
    Expr::Call {
        name: "powi",
        arguments: vec![x],
        options: vec![("n", Setting::Integer(exponent))],
        method: false,
    }
}

/// `zeros` or `ones`.
pub fn filled(name: &'static str, shape: &[Size]) -> Expr {
    let options = vec![("shape", Setting::Sizes(shape.to_vec()))];
    if shape.is_empty() {
        return Expr::Number(if name == "ones" { 1.0 } else { 0.0 });
    }
    Expr::Call { name, arguments: Vec::new(), options, method: false }
}
