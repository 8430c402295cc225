//! Indices that are assigned: as a whole or one by one, in branches and in loops, which read by them, too.

use super::{Generator, Index};
use crate::tests::property::tree::{Expr, Int, Kind, Range, Size, Statement, Subscript, Target, Type};

impl Generator<'_> {
    /// Indices below a bound that are changed, perhaps in a loop.
    pub fn renumbered(&mut self, statements: &mut Vec<Statement>) {
        let bound = self.size();
        if !self.has(&bound, 1) {
            return self.binding(statements);
        }
        self.at_least(&bound, 1);
        let (name, shape) = self.changing(statements, &bound);
        if self.source.chance(30) {
            return self.renumber(statements, &name, &shape, &bound);
        }
        let Some(counter) = self.free_counter() else {
            return self.renumber(statements, &name, &shape, &bound);
        };
        // What the loop changes by the index, and what it computes with it.
        let own = self.size();
        let along = if self.source.chance(50) { vec![bound.clone()] } else { vec![bound.clone(), own] };
        let filled = self.mutable(statements, &along);
        let extent = self.size();
        let outside = self.scope.variables.clone();
        self.scope.variables.iter_mut().for_each(|each| each.derivable = false);
        self.scope.indices.push(Index { value: Int::name(counter), size: extent.clone() });
        self.scope.loops += 1;
        let mut body = Vec::new();
        self.renumber(&mut body, &name, &shape, &bound);
        body.push(self.changed(&filled, &along));
        if self.source.chance(30) {
            body.rotate_right(1);
        }
        self.scope.loops -= 1;
        self.scope.indices.pop();
        self.leave(outside);
        let repeated = self.over(counter, extent, body);
        statements.push(repeated);
    }

    /// Indices in scope that may be changed, or new ones.
    fn changing(&mut self, statements: &mut Vec<Statement>, bound: &Size) -> (String, Vec<Size>) {
        let kind = Kind::Index(bound.clone());
        let known: Vec<(String, Vec<Size>)> = self
            .scope
            .variables
            .iter()
            .filter(|each| each.mutable && each.ty.kind == kind)
            .map(|each| (each.name.clone(), each.ty.shape.clone()))
            .collect();
        if !known.is_empty() && self.source.chance(50) {
            return self.source.pick(&known);
        }
        let size = self.size();
        let whole = if self.source.chance(50) { self.indices_of(&[size.clone()], bound) } else { None };
        let (shape, value) = match whole {
            Some(known) => (vec![size], Expr::Name(known)),
            None => (Vec::new(), Expr::Integer(self.below(bound))),
        };
        let name = self.fresh("index");
        let ty = Type { kind, rest: false, shape: shape.clone() };
        let written = shape.is_empty() || self.source.chance(50);
        let declared = written.then(|| ty.clone());
        statements.push(Statement::Let { name: name.clone(), mutable: true, ty: declared, value });
        self.add(&name, ty, true);
        (name, shape)
    }

    /// A change of indices, perhaps in a branch; they stay below the bound.
    fn renumber(&mut self, statements: &mut Vec<Statement>, name: &str, shape: &[Size], bound: &Size) {
        if self.source.chance(50) {
            let changes = self.renumbering(name, shape, bound);
            return statements.extend(changes);
        }
        let elementwise = !shape.is_empty() && self.source.chance(30);
        let condition = match self.scope.indices.is_empty() || self.source.chance(50) {
            _ if elementwise => self.mask(shape, 1),
            true => self.mask(&[], 1),
            false => self.guard().0,
        };
        let then = match elementwise {
            true => vec![self.turned(name, bound)],
            false => self.renumbering(name, shape, bound),
        };
        let otherwise = match self.source.chance(40) {
            true if elementwise => vec![self.turned(name, bound)],
            true => self.renumbering(name, shape, bound),
            false => Vec::new(),
        };
        statements.push(Statement::If { condition, then, otherwise });
    }

    fn renumbering(&mut self, name: &str, shape: &[Size], bound: &Size) -> Vec<Statement> {
        let places = match shape {
            [size] => {
                let own = self.scope.indices.iter().filter(|index| index.size == *size);
                let mut places: Vec<Int> = own.map(|index| index.value.clone()).collect();
                if self.has(size, 1) {
                    places.extend([Int::Constant(0), Int::Constant(-1)]);
                }
                places
            }
            _ => Vec::new(),
        };
        if !shape.is_empty() && (places.is_empty() || self.source.chance(30)) {
            return vec![self.turned(name, bound)];
        }
        let target = match shape {
            [] => Target::Name(name.to_string()),
            [size] => {
                self.at_least(size, 1);
                Target::Indexed(name.to_string(), vec![Subscript::At(self.source.pick(&places))])
            }
            _ => unreachable!("indices of at most one axis are changed"),
        };
        let value = Expr::Integer(self.below(bound));
        if self.source.chance(70) {
            return vec![Statement::Assign { target, operator: "=", value }];
        }
        let operator = self.source.pick(&["+=", "*="]);
        vec![Statement::Assign { target, operator, value }, self.reduced(name, bound)]
    }

    /// `j = (j + 1) % N;`
    fn turned(&mut self, name: &str, bound: &Size) -> Statement {
        let by = Expr::Number(self.source.pick(&[1.0, 2.0]));
        let value = match self.source.below(3) {
            0 => Expr::binary("+", Expr::name(name), by),
            1 => Expr::binary("*", by, Expr::name(name)),
            _ => Expr::binary("-", Expr::Size(bound.plus(-1)), Expr::name(name)),
        };
        let value = Expr::binary("%", value, Expr::Size(bound.clone()));
        Statement::Assign { target: Target::Name(name.to_string()), operator: "=", value }
    }

    /// `j = j % N;`
    fn reduced(&mut self, name: &str, bound: &Size) -> Statement {
        let value = Expr::binary("%", Expr::name(name), Expr::Size(bound.clone()));
        Statement::Assign { target: Target::Name(name.to_string()), operator: "=", value }
    }

    /// A counter for a loop that nothing around is named as.
    pub fn free_counter(&self) -> Option<&'static str> {
        let is_free = |name: &&str| !self.scope.indices.iter().any(|index| index.value.mentions(name));
        ["t", "r", "q"].into_iter().find(is_free)
    }

    /// A loop from 0.
    pub fn over(&mut self, counter: &str, extent: Size, body: Vec<Statement>) -> Statement {
        let reversed = self.source.chance(25);
        let range = Range::Range { from: Int::Constant(0), to: Int::Size(extent), reversed };
        let checkpoint = self.source.chance(30);
        Statement::For { checkpoint, variable: counter.to_string(), range, condition: None, body }
    }
}
