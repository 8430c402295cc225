//! Indices that are computed, and derivatives inside loops.

use super::array::filled;
use super::{Generator, Variable};
use crate::tests::property::tree::{By, Expr, Int, Kind, Setting, Size, Statement, Target, Type};

impl Generator<'_> {
    /// An integer below a size of at least 1, made of what is in scope.
    pub fn below(&mut self, bound: &Size) -> Int {
        let indices = self.scope.indices.clone();
        let mut known: Vec<Int> = self.picked(bound);
        known.extend(indices.iter().filter(|index| index.size == *bound).map(|index| index.value.clone()));
        let any: Vec<Int> = indices.iter().map(|index| index.value.clone()).chain(known.clone()).collect();
        let last = Int::Size(bound.plus(-1));
        if any.is_empty() || self.source.chance(10) {
            let half = Int::binary('/', Int::Size(bound.clone()), Int::Constant(2));
            return self.source.pick(&[Int::Constant(0), half, last]);
        }
        let value = self.source.pick(&any);
        let other = self.source.pick(&any);
        let constant = |value| Int::Constant(value);
        match self.source.below(6) {
            0 if !known.is_empty() => self.source.pick(&known),
            1 if !known.is_empty() => Int::binary('-', last, self.source.pick(&known)),
            2 if !known.is_empty() => Int::binary('/', self.source.pick(&known), constant(2)),
            3 => {
                let sum = Int::binary('+', Int::binary('*', constant(2), value), other);
                Int::binary('%', sum, Int::Size(bound.clone()))
            }
            4 => {
                let product = Int::binary('*', value, other);
                let sum = Int::binary('+', product, constant(1));
                Int::binary('%', sum, Int::Size(bound.clone()))
            }
            _ => Int::binary('%', value, Int::Size(bound.clone())),
        }
    }

    /// What tensors of indices hold at the indices in scope, below this size.
    pub fn picked(&self, bound: &Size) -> Vec<Int> {
        let mut picked = Vec::new();
        for each in self.scope.variables.iter().filter(|each| each.ty.kind == Kind::Index(bound.clone())) {
            match each.ty.shape.as_slice() {
                [] => picked.push(Int::name(&each.name)),
                [size] => picked.extend(
                    self.scope
                        .indices
                        .iter()
                        .filter(|index| index.size == *size)
                        .map(|index| Int::Read(each.name.clone(), vec![index.value.clone()])),
                ),
                _ => {}
            }
        }
        picked
    }

    /// Indices that are computed from others, one by one or as a whole.
    pub fn computed(&mut self, statements: &mut Vec<Statement>) {
        let (shape, bound) = (self.shape(2), self.size());
        if !self.has(&bound, 1) {
            return;
        }
        self.at_least(&bound, 1);
        let name = self.fresh("index");
        let ty = Type { kind: Kind::Index(bound.clone()), rest: false, shape: shape.clone() };
        let whole = !shape.is_empty() && self.source.chance(30);
        if whole && let Some(known) = self.indices_of(&shape, &bound) {
            let by = self.source.pick(&[1.0, 2.0, 3.0]);
            let sum = match self.source.below(3) {
                0 => Expr::binary("+", Expr::Name(known), Expr::Number(by)),
                1 => Expr::binary("*", Expr::Number(by), Expr::Name(known)),
                _ => Expr::binary("-", Expr::Size(bound.plus(-1)), Expr::Name(known)),
            };
            let value = Expr::binary("%", sum, Expr::Size(bound));
            statements.push(Statement::Let {
                name: name.clone(),
                mutable: false,
                ty: Some(ty.clone()),
                value,
            });
            return self.add(&name, ty, false);
        }
        let known = self.scope.indices.len();
        let indices = self.bind(&shape);
        let mut value = Expr::Integer(self.below(&bound));
        if self.source.chance(30) {
            let condition = match self.scope.indices.is_empty() || self.source.chance(50) {
                true => self.mask(&[], 1),
                false => self.guard().0,
            };
            let other = Expr::Integer(self.below(&bound));
            value = Expr::If(Box::new(condition), Box::new(value), Box::new(other));
        }
        self.scope.indices.truncate(known);
        let element = Type { shape: Vec::new(), ..ty.clone() };
        statements.push(match shape.is_empty() {
            true => Statement::Let { name: name.clone(), mutable: false, ty: Some(element), value },
            false => Statement::LetIndexed {
                name: name.clone(),
                indices,
                element: Some(element),
                own: Vec::new(),
                value,
            },
        });
        self.add(&name, ty, false);
    }

    /// Where something is largest, or a computed index, as a subscript.
    pub fn largest(&mut self, shape: &[Size], bound: &Size, depth: usize) -> Expr {
        let name = self.source.pick(&["argmax", "argmin"]);
        let x = self.float(&[shape, &[bound.clone()]].concat(), depth);
        let options = vec![("axis", Setting::Integer(-1))];
        Expr::Call { name, arguments: vec![x], options, method: false }
    }

    /// A loop whose iterations take derivatives: by what it carries, or by what stands outside and what it carries
    /// does not depend on.
    pub fn derived(&mut self, statements: &mut Vec<Statement>) {
        let can =
            |each: &&Variable| each.derivable && each.ty.kind == Kind::Float && self.is_input(&each.name);
        let variables: Vec<Variable> = self.scope.variables.iter().filter(can).cloned().collect();
        let small: Vec<Variable> =
            variables.into_iter().filter(|each| self.elements(&each.ty.shape) <= 6).collect();
        let free = self.free_counter();
        let (false, Some(counter), 1..) = (small.is_empty(), free, self.scope.derivatives) else {
            return self.binding(statements);
        };
        self.scope.derivatives -= 1;
        self.scope.derived = true;
        let outer = self.source.pick(&small);
        let shape = outer.ty.shape.clone();
        let names = ["m", "m"].map(|prefix| self.fresh(prefix));
        let [carried, sum] = &names;
        for (name, value) in [(carried, filled("ones", &shape)), (sum, filled("zeros", &shape))] {
            let value = Expr::binary("*", Expr::Number(0.5), value);
            statements.push(Statement::Let { name: name.clone(), mutable: true, ty: None, value });
        }
        let by = self.source.pick(&[&outer.name, carried]).clone();
        let of = self.row(&[outer.name.clone(), carried.clone()], &[], 3);
        let of = Expr::binary("*", of, Expr::binary("+", Expr::name(carried), Expr::name(&outer.name)));
        let slope = match self.source.below(3) {
            0 => Expr::Jvp { of: Box::new(of), by: By::name(&by), along: Box::new(Expr::name(carried)) },
            _ => Expr::Grad { of: Box::new(of), by: vec![By::name(&by)] },
        };
        let extent = self.size();
        let next = self.row(&[carried.clone()], &[], 2);
        let next = match by == *carried {
            true => Expr::binary("-", next, Expr::binary("*", Expr::Number(0.25), Expr::name("d"))),
            false => next,
        };
        let assign = |name: &str, operator, value| Statement::Assign {
            target: Target::Name(name.to_string()),
            operator,
            value,
        };
        let mut body = vec![
            Statement::Let { name: "d".to_string(), mutable: false, ty: None, value: slope },
            assign(sum, "+=", Expr::name("d")),
            assign(carried, "=", Expr::call("tanh", vec![next])),
        ];
        if by != *carried && self.source.chance(40) {
            body.rotate_right(1);
        }
        let repeated = self.over(counter, extent, body);
        statements.push(repeated);
        for name in &names {
            self.add(name, Type::float(shape.clone()), true);
        }
    }
}
