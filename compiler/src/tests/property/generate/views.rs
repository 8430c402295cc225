//! Expressions that only look at something in another way; and calls of the program's own functions.

use super::Generator;
use super::notation::below_half;
use crate::tests::property::tree::{Expr, Function, Int, Kind, Returned, Setting, Size, Subscript};

impl Generator<'_> {
    pub fn rearranged(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let method = self.source.chance(50);
        let rank = shape.len();
        let call = |name, x, options| Some(Expr::Call { name, arguments: vec![x], options, method });
        match self.source.below(4) {
            0 if rank >= 2 => {
                let mut from = shape.to_vec();
                from.swap(rank - 1, rank - 2);
                call("t", self.float(&from, depth), Vec::new())
            }
            1 if rank >= 2 => {
                let mut order: Vec<usize> = (0..rank).collect();
                (0..rank).for_each(|axis| order.swap(axis, self.source.below(rank)));
                let mut from = shape.to_vec();
                order.iter().zip(shape).for_each(|(&axis, size)| from[axis] = size.clone());
                let order = order.into_iter().map(|axis| axis as i64).collect();
                call("permute", self.float(&from, depth), vec![("axes", Setting::List(order))])
            }
            2 if rank == 1 || rank == 2 => {
                // A flat axis of a product: from the parts, if it can be one.
                let last = shape[rank - 1].clone();
                let parts = match (last.as_constant(), last.dims.is_empty()) {
                    (Some(5), _) => [Size::constant(1), Size::constant(5)],
                    (Some(size), _) if size % 3 == 0 => [Size::constant(3), Size::constant(size / 3)],
                    (Some(size), _) if size % 2 == 0 => [Size::constant(size / 2), Size::constant(2)],
                    _ if last.plus == 0 => [Size { factor: 1, ..last.clone() }, Size::constant(last.factor)],
                    _ => return None,
                };
                let from = [&shape[..rank - 1], &parts].concat();
                let x = self.float(&from, depth);
                call("flatten", x, vec![("from", Setting::Integer(rank as i64 - 1))])
            }
            _ => {
                let from: Vec<Size> = if rank == 0 || self.source.chance(50) {
                    let place = self.source.below(rank + 1);
                    [&shape[..place], &[Size::constant(1)], &shape[place..]].concat()
                } else {
                    vec![Size::product(shape)?]
                };
                let x = self.float(&from, depth);
                call("reshape", x, vec![("shape", Setting::Sizes(shape.to_vec()))])
            }
        }
    }

    pub fn slice(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let axis = self.source.below(shape.len() + 1);
        let mut at = vec![Subscript::Whole; axis];
        let mut from = shape.to_vec();
        if axis < shape.len() && self.source.chance(70) {
            let (before, after) = (self.source.below(3) as i64, self.source.below(3) as i64);
            from[axis] = shape[axis].plus(before + after);
            let first = (before > 0).then_some(Int::Constant(before));
            let end = match (after, shape[axis].as_constant()) {
                (0, _) => None,
                (_, Some(size)) if self.source.chance(50) => Some(Int::Constant(size + before)),
                _ => Some(Int::Constant(-after)),
            };
            at.push(Subscript::Range(first, end));
        } else {
            let size = self.size();
            if !self.has(&size, 1) {
                return None;
            }
            self.at_least(&size, 1);
            let last = size.as_constant().unwrap_or(1) - 1;
            at.push(Subscript::At(Int::Constant(self.source.pick(&[0, -1, last]))));
            from.insert(axis, size);
        }
        if self.elements(&from) > 60 {
            return None;
        }
        let base = self.float(&from, depth.min(1));
        Some(Expr::Subscript(Box::new(base), at))
    }

    pub fn gather(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let rank = self.source.below(shape.len().min(2) + 1);
        let place = self.source.below(shape.len() - rank + 1);
        let bound = self.size();
        if !self.has(&bound, 1) {
            return None;
        }
        let index = match self.source.chance(30) {
            true => self.largest(&shape[place..place + rank], &bound, depth.min(1)),
            false => Expr::Name(self.indices_of(&shape[place..place + rank], &bound)?),
        };
        self.at_least(&bound, 1);
        let from = [&shape[..place], &[bound], &shape[place + rank..]].concat();
        let mut at = vec![Subscript::Whole; place];
        at.push(Subscript::Gather(index));
        // In a loop, what is infinite under a condition is not gathered: of that the compiler knows too little.
        let depth = if self.scope.loops > 0 { 0 } else { depth.min(1) };
        let base = self.float(&from, depth);
        Some(Expr::Subscript(Box::new(base), at))
    }

    pub fn encoded(&mut self, shape: &[Size]) -> Option<Expr> {
        let (classes, own) = shape.split_last()?;
        if !self.has(classes, 1) {
            return None;
        }
        let index = self.indices_of(own, classes)?;
        self.at_least(classes, 1);
        let options = vec![("classes", Setting::Sizes(vec![classes.clone()]))];
        Some(Expr::Call { name: "one_hot", arguments: vec![Expr::Name(index)], options, method: false })
    }

    pub fn cast(&mut self, shape: &[Size], depth: usize) -> Expr {
        Expr::Cast(Box::new(self.mask(shape, depth.min(1))))
    }

    pub fn list(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let (first, rest) = shape.split_first()?;
        let count = first.as_constant().filter(|count| (1..4).contains(count))?;
        Some(Expr::List((0..count).map(|_| self.float(rest, depth.min(1))).collect()))
    }

    pub fn broadcast(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let square = shape.len() == 2 && shape[0] == shape[1];
        if square && self.source.chance(30) {
            return Some(Expr::Call {
                name: "eye",
                arguments: vec![],
                options: vec![("n", Setting::Sizes(vec![shape[0].clone()]))],
                method: false,
            });
        }
        if shape.len() == 1 && self.source.chance(30) {
            return Some(Expr::Call {
                name: "arange",
                arguments: vec![],
                options: vec![("n", Setting::Sizes(shape.to_vec()))],
                method: false,
            });
        }
        let (_, from) = self.split(shape);
        let x = self.float(&from, depth);
        Some(Expr::Call {
            name: "broadcast_to",
            arguments: vec![x],
            options: vec![("shape", Setting::Sizes(shape.to_vec()))],
            method: false,
        })
    }

    /// Several next to each other, or something among zeros.
    pub fn joined(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        if shape.is_empty() {
            return None;
        }
        let axis = self.source.below(shape.len());
        let option = ("axis", Setting::Integer(axis as i64));
        let call = |name, arguments, option| {
            Some(Expr::Call { name, arguments, options: vec![option], method: false })
        };
        let with = |size: Size| {
            let mut part = shape.to_vec();
            part[axis] = size;
            part
        };
        match (self.source.below(3), shape[axis].as_constant()) {
            (0, Some(count @ 1..4)) => {
                let one = [&shape[..axis], &shape[axis + 1..]].concat();
                let parts = (0..count).map(|_| self.float(&one, depth.min(1))).collect();
                call("stack", parts, option)
            }
            (0 | 1, _) => {
                let first = self.source.pick(&[1, 2]);
                if !self.has(&shape[axis], first + 1) {
                    return None;
                }
                self.at_least(&shape[axis], first + 1);
                let parts = [with(Size::constant(first)), with(shape[axis].plus(-first))];
                let mut parts: Vec<Expr> = parts.iter().map(|part| self.float(part, depth.min(1))).collect();
                if self.source.chance(50) {
                    parts.reverse();
                }
                call("concat", parts, option)
            }
            _ => {
                let widths = [self.source.below(3) as i64, self.source.below(2) as i64];
                let around = widths[0] + widths[1];
                if !self.has(&shape[axis], around + 1) {
                    return None;
                }
                self.at_least(&shape[axis], around + 1);
                let mut pairs = vec![[0, 0]; shape.len()];
                pairs[axis] = widths;
                let inner = self.float(&with(shape[axis].plus(-around)), depth);
                call("pad", vec![inner], ("widths", Setting::Pairs(pairs)))
            }
        }
    }

    /// Sums along an axis, a triangle, or a diagonal.
    pub fn along(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let diagonal: i64 = self.source.pick(&[0, 1, -1]);
        let from = match shape {
            [size] if self.source.chance(30) => Some(vec![size.plus(diagonal.abs()); 2]),
            [rows, columns] if rows == columns && self.has(rows, 2) && self.source.chance(50) => {
                self.at_least(rows, 2);
                Some(vec![rows.plus(-diagonal.abs())])
            }
            _ => None,
        };
        if let Some(from) = from {
            let options = vec![("diagonal", Setting::Integer(diagonal))];
            let x = self.float(&from, depth);
            return Some(Expr::Call { name: "diag", arguments: vec![x], options, method: false });
        }
        let axis = self.source.below(shape.len()) as i64;
        let (name, option) = match shape.len() {
            0 => return None,
            2.. if self.source.chance(60) => (self.source.pick(&["tril", "triu"]), ("diagonal", diagonal)),
            _ => ("cumsum", ("axis", axis)),
        };
        let options = vec![(option.0, Setting::Integer(option.1))];
        Some(Expr::Call { name, arguments: vec![self.float(shape, depth)], options, method: false })
    }

    /// The sum over a part of an axis, between ends that are computed.
    pub fn part_sum(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let (size, axis) = (self.size(), self.source.below(shape.len() + 1));
        if !self.has(&size, 1) {
            return None;
        }
        self.at_least(&size, 1);
        let mut from = shape.to_vec();
        from.insert(axis, size.clone());
        let mut at = vec![Subscript::Whole; axis];
        // `N / 2 + 1`, by way of what is below zero.
        let whole = Int::Size(size.clone());
        let below = Int::binary('/', Int::binary('-', Int::Constant(0), whole.clone()), Int::Constant(2));
        let middle = Int::binary('+', Int::binary('+', below, whole), Int::Constant(1));
        let (first, end) = match self.source.below(3) {
            0 => (None, Some(middle)),
            1 => (Some(below_half(&size)), None),
            _ => (Some(below_half(&size)), Some(middle)),
        };
        at.push(Subscript::Range(first, end));
        let part = Expr::Subscript(Box::new(self.float(&from, depth.min(1))), at);
        let options = vec![("axis", Setting::Integer(axis as i64))];
        Some(Expr::Call { name: "sum", arguments: vec![part], options, method: self.source.chance(30) })
    }

    /// A function of the program whose result can have this shape.
    pub fn apply(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        if self.functions.is_empty() {
            return None;
        }
        let functions = self.functions.clone();
        let function = self.source.pick(&functions);
        let Returned::One(result) = &function.result else { return None };
        if result.rest {
            let arguments = function.arguments.iter().map(|_| self.float(shape, depth)).collect();
            return Some(Expr::Apply(function.name, arguments));
        }
        let mut bound: Vec<(char, Size)> = Vec::new();
        if result.shape.len() != shape.len() {
            return None;
        }
        for (own, wanted) in result.shape.iter().zip(shape) {
            match own.as_dim() {
                Some(dim) => match bound.iter().find(|(name, _)| *name == dim) {
                    Some((_, known)) if known != wanted => return None,
                    Some(_) => {}
                    None => bound.push((dim, wanted.clone())),
                },
                None if own == wanted && own.as_constant().is_some() => {}
                None => return None,
            }
        }
        for dim in ['N', 'M'] {
            if !bound.iter().any(|(name, _)| *name == dim) {
                let size = self.size();
                bound.push((dim, size));
            }
        }
        self.call(&function, &bound, depth)
    }

    pub fn call(&mut self, function: &Function, bound: &[(char, Size)], depth: usize) -> Option<Expr> {
        let replace = |dim: char| {
            bound
                .iter()
                .find(|(name, _)| *name == dim)
                .map_or_else(|| Size::dim(dim), |(_, size)| size.clone())
        };
        let mut least = Vec::new();
        for (size, value) in &function.least {
            let size = size.substitute(&replace)?;
            if !self.has(&size, *value) {
                return None;
            }
            least.push((size, *value));
        }
        let mut wanted = Vec::new();
        for (_, ty) in &function.arguments {
            let shape: Option<Vec<Size>> = ty.shape.iter().map(|size| size.substitute(&replace)).collect();
            let kind = match &ty.kind {
                Kind::Index(bound) => Kind::Index(bound.substitute(&replace)?),
                other => other.clone(),
            };
            wanted.push((kind, shape?));
        }
        let (mut arguments, mut given) = (Vec::new(), Vec::new());
        for (kind, shape) in wanted {
            if self.elements(&shape) > 80 {
                return None;
            }
            // Now and then one value for two arguments.
            let same = given.iter().rposition(|before| *before == (kind.clone(), shape.clone()));
            given.push((kind.clone(), shape.clone()));
            if let Some(name @ Expr::Name(_)) = same.map(|position| &arguments[position])
                && self.source.chance(40)
            {
                arguments.push(name.clone());
                continue;
            }
            arguments.push(match kind {
                Kind::Float => self.float(&shape, depth.min(1)),
                Kind::Mask => self.mask(&shape, depth.min(1)),
                Kind::Index(bound) => Expr::Name(self.indices_of(&shape, &bound)?),
                Kind::Key => self.keys_of(&shape)?,
                Kind::Dim(dim) => Expr::Size(replace(dim)),
            });
        }
        for (size, value) in least {
            self.at_least(&size, value);
        }
        Some(Expr::Apply(function.name.clone(), arguments))
    }
}
