//! Subscripts and index notation: reads by all sorts of integers, reducers, guards, ranges.

use super::array::filled;
use super::{Generator, Index, Read, Variable};
use crate::tests::property::tree::{Bound, Expr, Int, Kind, Size, Subscript, Type};

impl Generator<'_> {
    /// An integer and the smallest axis that it fits.
    fn subscript(&mut self) -> (Int, Size) {
        let indices = self.scope.indices.clone();
        let Some(first) = indices.last() else {
            return (Int::Constant(0), Size::constant(1 + self.source.below(3) as i64));
        };
        let first = if self.source.chance(50) { self.source.pick(&indices) } else { first.clone() };
        let plain = (first.value.clone(), first.size.clone());
        let value = first.value;
        match self.source.below(19) {
            0..=7 => plain,
            8 => {
                let by = 1 + self.source.below(2) as i64;
                (Int::binary('+', value, Int::Constant(by)), first.size.plus(by))
            }
            9 | 10 => {
                let other = self.source.pick(&indices);
                match (first.size.as_constant(), other.size.as_constant()) {
                    (_, Some(b)) if other.value != value => {
                        (Int::binary('+', value, other.value), first.size.plus(b - 1))
                    }
                    (Some(a), None) => (Int::binary('+', value, other.value), other.size.plus(a - 1)),
                    _ => plain,
                }
            }
            11 => {
                let last = Int::Size(first.size.plus(-1));
                (Int::binary('-', last, value), first.size)
            }
            12 => match first.size.times(&Size::constant(2)) {
                Some(double) => {
                    let odd = self.source.below(2) as i64;
                    let twice = Int::binary('*', Int::Constant(2), value);
                    (
                        if odd == 1 { Int::binary('+', twice, Int::Constant(1)) } else { twice },
                        double.plus(odd - 1),
                    )
                }
                None => plain,
            },
            13 => {
                let next = Int::binary('+', value, Int::Constant(1));
                (Int::binary('%', next, Int::Size(first.size.clone())), first.size)
            }
            14 => match first.size.as_constant() {
                Some(size) => (Int::binary('/', value, Int::Constant(2)), Size::constant((size + 1) / 2)),
                None => plain,
            },
            15 => {
                let before = Int::binary('-', value, Int::Constant(1 + self.source.below(3) as i64));
                (Int::binary('%', before, Int::Size(first.size.clone())), first.size)
            }
            16 => {
                let before = Int::binary('-', Int::Constant(-1), value);
                (Int::binary('+', before, Int::Size(first.size.clone())), first.size)
            }
            17 => match first.size.as_constant() {
                Some(size) => {
                    let half = Int::binary('/', Int::binary('-', value, Int::Constant(3)), Int::Constant(2));
                    let most = (size - 4).div_euclid(2) + 2;
                    (Int::binary('+', half, Int::Constant(2)), Size::constant(most.max(0) + 1))
                }
                None => plain,
            },
            _ => {
                let bound = self.size();
                let tensor = match self.indices_of(&[first.size.clone()], &bound) {
                    Some(tensor) if self.has(&bound, 1) => tensor,
                    _ => return plain,
                };
                self.at_least(&bound, 1);
                self.note(&value, &first.size);
                (Int::Read(tensor, vec![value]), bound)
            }
        }
    }

    /// A `u32` tensor of this shape whose elements are below a bound.
    pub fn indices_of(&mut self, shape: &[Size], bound: &Size) -> Option<String> {
        let kind = Kind::Index(bound.clone());
        let known =
            self.scope.variables.iter().rev().find(|each| each.ty.kind == kind && each.ty.shape == shape);
        match known {
            Some(known) => Some(known.name.clone()),
            None => {
                for dim in bound.dims.clone().chars() {
                    self.uses(dim);
                }
                self.declare(Type { kind, rest: false, shape: shape.to_vec() })
            }
        }
    }

    /// Reads tell the range of an index.
    pub fn note(&mut self, at: &Int, size: &Size) {
        let guarded = self.scope.guards > 0;
        self.scope.reads.push(Read { at: at.clone(), size: size.clone(), guarded });
    }

    /// One of the indices in scope subscripts an axis that is as long as its range.
    pub fn note_index(&mut self, at: &Int) {
        let known = self.scope.indices.iter().find(|index| index.value == *at).cloned();
        if let Some(Index { value, size }) = known {
            self.note(&value, &size);
        }
    }

    /// A tensor of this shape that something in scope holds, at some subscripts.
    pub fn read(&mut self, rest: &[Size]) -> Option<Expr> {
        let most = if self.scope.indices.is_empty() { 1 } else { 3usize.saturating_sub(rest.len() / 2) };
        let count = if self.scope.indices.is_empty() {
            self.source.below(2)
        } else {
            self.source.pick(&[1, 2, 2, 3, 0]).min(most)
        };
        let subscripts: Vec<(Int, Size)> = (0..count).map(|_| self.subscript()).collect();
        let shape: Vec<Size> =
            subscripts.iter().map(|(_, size)| size.clone()).chain(rest.iter().cloned()).collect();
        let float = |each: &Variable| each.ty.kind == Kind::Float && each.ty.shape.len() >= rest.len();
        let known: Vec<Variable> = self
            .scope
            .variables
            .iter()
            .filter(|each| float(each) && each.ty.shape == shape)
            .cloned()
            .collect();
        if let Some(last) = known.last().filter(|_| known.len() > 1 || self.source.chance(70)) {
            let one = if self.source.chance(40) { self.source.pick(&known) } else { last.clone() };
            return Some(self.at(&one.name, subscripts));
        }
        if self.elements(&shape) <= 60
            && subscripts.iter().all(|(_, size)| self.has(size, 1))
            && !self.scope.indices.is_empty()
            && let Some(name) = self.declare(Type::float(shape))
        {
            for (_, size) in &subscripts {
                self.at_least(size, 1);
            }
            return Some(self.at(&name, subscripts));
        }
        // Anything whose axes can be fitted.
        let near: Vec<Variable> = self
            .scope
            .variables
            .iter()
            .filter(|each| float(each) && each.ty.shape.ends_with(rest))
            .cloned()
            .collect();
        if near.is_empty() {
            return None;
        }
        let near = self.source.pick(&near);
        let lead = near.ty.shape[..near.ty.shape.len() - rest.len()].to_vec();
        let mut subscripts = Vec::new();
        for size in lead {
            let fitting: Vec<Int> = self
                .scope
                .indices
                .iter()
                .filter(|index| size.minus(&index.size).is_some_and(|more| more >= 0))
                .map(|index| index.value.clone())
                .collect();
            let at = match fitting.is_empty() {
                false => self.source.pick(&fitting),
                true if !self.has(&size, 1) => return None,
                true => {
                    self.at_least(&size, 1);
                    self.source.pick(&[Int::Constant(0), Int::Constant(-1)])
                }
            };
            subscripts.push((at, size));
        }
        Some(self.at(&near.name, subscripts))
    }

    fn at(&mut self, name: &str, subscripts: Vec<(Int, Size)>) -> Expr {
        if subscripts.is_empty() {
            return Expr::name(name);
        }
        let at = subscripts.into_iter().map(|(at, size)| {
            self.note(&at, &size);
            Subscript::At(at)
        });
        let at = at.collect();
        Expr::Subscript(Box::new(Expr::name(name)), at)
    }

    /// A name for an index that nothing else bears.
    fn index_name(&self, others: &[String]) -> String {
        let free = |name: &&str| {
            !others.contains(&name.to_string())
                && !self.scope.indices.iter().any(|index| index.value.mentions(name))
        };
        ["i", "j", "k", "l", "m", "n", "o", "p"]
            .iter()
            .copied()
            .find(|name| free(name))
            .unwrap_or("q")
            .to_string()
    }

    /// Indices over these sizes, with the ranges written.
    pub fn bind(&mut self, sizes: &[Size]) -> Vec<Bound> {
        let mut names = Vec::new();
        for _ in sizes {
            names.push(self.index_name(&names));
        }
        for (name, size) in names.iter().zip(sizes) {
            self.scope.indices.push(Index { value: Int::name(name), size: size.clone() });
        }
        let bound = |(name, size): (String, &Size)| Bound {
            name,
            from: Int::Constant(0),
            to: Int::Size(size.clone()),
            written: true,
        };
        names.into_iter().zip(sizes).map(bound).collect()
    }

    /// Leaves out the ranges that the reads since then tell, as far as they stand in the body.
    pub fn unwrite(&mut self, bounds: &mut [Bound], since: usize, body: &Expr) {
        let mut standing = Vec::new();
        body.subscripts(&mut |at| standing.push(at.clone()));
        let reads: Vec<Read> =
            self.scope.reads[since..].iter().filter(|read| standing.contains(&read.at)).cloned().collect();
        for position in 0..bounds.len() {
            let Int::Size(size) = &bounds[position].to else { continue };
            let size = size.clone();
            if bounds[position].from != Int::Constant(0) {
                continue;
            }
            let told = tells(&reads, &bounds[position].name, &size, bounds);
            if told && !self.source.chance(20) {
                bounds[position].written = false;
            }
        }
    }

    /// A reducer of numbers.
    pub fn fold(&mut self, depth: usize) -> Expr {
        let reducers = ["sum", "sum", "mean", "prod", "max", "min"];
        self.bound(&reducers, depth, |this, depth| this.float(&[], depth))
    }

    /// One of these reducers over a body.
    pub fn bound(
        &mut self,
        reducers: &[&'static str],
        depth: usize,
        body: impl FnOnce(&mut Self, usize) -> Expr,
    ) -> Expr {
        let reducer = self.source.pick(reducers);
        let (known, since) = (self.scope.indices.len(), self.scope.reads.len());
        let outer = self.scope.indices.clone();
        let count = self.source.pick(&[1, 1, 2]);
        let empty = matches!(reducer, "sum" | "prod" | "any" | "all");
        let mut sizes: Vec<Size> = (0..count).map(|_| self.size()).collect();
        for size in &mut sizes {
            if !empty && !self.has(size, 1) {
                *size = Size::constant(2);
            }
        }
        let mut bounds = self.bind(&sizes);
        for bound in &mut bounds {
            let Int::Size(size) = bound.to.clone() else { continue };
            let plain: Vec<&Index> =
                outer.iter().filter(|index| matches!(index.value, Int::Name(_))).collect();
            let kind = self.source.below(11);
            let index = if plain.is_empty() { None } else { Some(self.source.pick(&plain).clone()) };
            match (kind, index) {
                (6, _) if size.as_constant().is_some_and(|size| size >= 2) => bound.from = Int::Constant(1),
                (7, Some(index)) if empty => {
                    bound.to = index.value.clone();
                    self.resize(&bound.name, index.size);
                }
                (8, Some(index)) => {
                    bound.to = Int::binary('+', index.value.clone(), Int::Constant(1));
                    self.resize(&bound.name, index.size);
                }
                (9, Some(index)) if empty => {
                    bound.from = Int::binary('+', index.value.clone(), Int::Constant(1));
                    bound.to = Int::Size(index.size.clone());
                    self.resize(&bound.name, index.size);
                }
                (10, _) if self.has(&size, 1) => {
                    bound.from = below_half(&size);
                    self.at_least(&size, 1);
                }
                _ if !empty => self.at_least(&size, 1),
                _ => {}
            }
        }
        let body = body(self, depth.saturating_sub(1));
        self.unwrite(&mut bounds, since, &body);
        self.scope.indices.truncate(known);
        Expr::Fold { reducer, indices: bounds, body: Box::new(body) }
    }

    fn resize(&mut self, name: &str, size: Size) {
        let index = self.scope.indices.iter_mut().find(|index| index.value == Int::name(name));
        index.expect("a bound index is in scope").size = size;
    }

    /// A condition on integers, and what may be read where it holds: one further, or one before.
    pub fn guard(&mut self) -> (Expr, Option<Index>) {
        let indices = self.scope.indices.clone();
        let index = self.source.pick(&indices);
        let Index { value, size } = index.clone();
        let other = self.source.pick(&indices);
        let (condition, shifted) = match self.source.below(8) {
            0 => (Expr::Guard("==", value, other.value), None),
            1 => (Expr::Guard("<=", other.value, value), None),
            2 => (Expr::Guard("<", value, other.value), None),
            3 => {
                let even = Int::binary('%', value, Int::Constant(2));
                (Expr::Guard("==", even, Int::Constant(0)), None)
            }
            4 | 5 => (
                Expr::Guard(">", value.clone(), Int::Constant(0)),
                Some(Int::binary('-', value, Int::Constant(1))),
            ),
            6 => {
                let next = Int::binary('+', value.clone(), Int::Constant(1));
                (Expr::Guard("<", next.clone(), Int::Size(size.clone())), Some(next))
            }
            _ => {
                let inside = Expr::Guard("<", value.clone(), Int::Size(size.plus(-1)));
                let above = Expr::Guard(">", value.clone(), Int::Constant(0));
                let before = Int::binary('-', value, Int::Constant(1));
                (Expr::binary("&&", above, inside), Some(before))
            }
        };
        (condition, shifted.map(|value| Index { value, size }))
    }

    /// A choice by integers.
    pub fn guarded(&mut self, shape: &[Size], depth: usize) -> Expr {
        let known = self.scope.indices.len();
        let (condition, shifted) = self.guard();
        self.scope.guards += 1;
        self.scope.indices.extend(shifted);
        let then = self.float(shape, depth.saturating_sub(1));
        self.scope.indices.truncate(known);
        let otherwise = match (self.source.chance(50), shape) {
            (true, []) => Expr::Number(0.0),
            (true, _) => filled("zeros", shape),
            (false, _) => self.float(shape, depth.saturating_sub(1)),
        };
        self.scope.guards -= 1;
        Expr::If(Box::new(condition), Box::new(then), Box::new(otherwise))
    }
}

/// An integer from 0 to below a size of at least 1, by way of a negative one: `(N - 3) / 2 + 1`.
pub fn below_half(size: &Size) -> Int {
    let before = Int::binary('-', Int::Size(size.clone()), Int::Constant(3));
    Int::binary('+', Int::binary('/', before, Int::Constant(2)), Int::Constant(1))
}

/// Whether an integer is the index and nothing else, once its constants are added up.
fn is_alone(at: &Int, name: &str) -> bool {
    fn offset(at: &Int, name: &str) -> Option<i64> {
        match at {
            Int::Name(own) if own == name => Some(0),
            Int::Binary(sign @ ('+' | '-'), a, b) => match **b {
                Int::Constant(by) => Some(offset(a, name)? + if *sign == '+' { by } else { -by }),
                _ => None,
            },
            _ => None,
        }
    }
    offset(at, name) == Some(0)
}

/// Whether the language says that an index whose range is not written runs over this size.
fn tells(reads: &[Read], name: &str, size: &Size, bounds: &[Bound]) -> bool {
    let alone: Vec<&Read> = reads.iter().filter(|read| is_alone(&read.at, name)).collect();
    if !alone.is_empty() {
        return alone.iter().all(|read| read.size == *size);
    }
    let mentions: Vec<&Read> = reads.iter().filter(|read| read.at.mentions(name)).collect();
    if mentions.is_empty() || mentions.iter().any(|read| read.guarded) {
        return false;
    }
    let mut least: Option<Size> = None;
    for read in mentions {
        let Int::Binary('+', a, b) = &read.at else { return false };
        let other = if **a == Int::name(name) { b } else { a };
        if (**a == Int::name(name)) == (**b == Int::name(name)) {
            return false;
        }
        let most = match &**other {
            Int::Constant(value) => *value,
            Int::Name(other) => {
                let known = bounds
                    .iter()
                    .find(|bound| bound.name == *other && bound.written && bound.from == Int::Constant(0));
                match known.map(|bound| &bound.to) {
                    Some(Int::Size(size)) if size.as_constant().is_some() => size.plus - 1,
                    _ => return false,
                }
            }
            _ => return false,
        };
        let extent = read.size.plus(-most);
        least = match least {
            None => Some(extent),
            Some(least) => match extent.minus(&least) {
                Some(more) => Some(if more < 0 { extent } else { least }),
                None => return false,
            },
        };
    }
    least.as_ref() == Some(size)
}
