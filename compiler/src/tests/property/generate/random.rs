//! Randomness: keys, keys made of keys, and what is dropped by them.

use super::{Generator, Index, Variable};
use crate::tests::property::tree::{Expr, Int, Kind, Size, Statement, Subscript, Target, Type};

impl Generator<'_> {
    /// What a share of is dropped, by a key.
    pub fn dropped(&mut self, shape: &[Size], depth: usize) -> Option<Expr> {
        let key = self.key()?;
        let share = match self.source.below(5) {
            4 if depth > 0 => {
                let x = Expr::call("sigmoid", vec![self.float(&[], depth.min(1))]);
                Expr::binary("*", Expr::Number(0.5), x)
            }
            choice => Expr::Number([0.5, 0.25, 0.125, 0.0, 0.75][choice]),
        };
        let x = self.float(shape, depth);
        let method = self.source.chance(30);
        Some(Expr::Call { name: "dropout", arguments: vec![x, share, key], options: Vec::new(), method })
    }

    /// A key: one in scope, one of several, one made of another.
    fn key(&mut self) -> Option<Expr> {
        let key = self.plain_key()?;
        if self.source.chance(40) {
            return Some(key);
        }
        Some(self.folded(key))
    }

    fn folded(&mut self, key: Expr) -> Expr {
        let mut numbers = vec![Int::Constant(self.source.below(3) as i64)];
        let indices = self.scope.indices.iter().map(|index| index.value.clone());
        numbers.extend(indices.filter(|index| matches!(index, Int::Name(_))));
        let known = self.scope.variables.iter();
        let known = known.filter(|each| matches!(each.ty.kind, Kind::Index(_)) && each.ty.shape.is_empty());
        numbers.extend(known.map(|each| Int::name(&each.name)));
        let mut number = self.source.pick(&numbers);
        if self.source.chance(40) {
            let other = Int::binary('*', Int::Constant(5), self.source.pick(&numbers));
            number = Int::binary('+', other, number);
        }
        Expr::Call {
            name: "fold",
            arguments: vec![key, Expr::Integer(number)],
            options: Vec::new(),
            method: self.source.chance(20),
        }
    }

    fn plain_key(&mut self) -> Option<Expr> {
        let keys: Vec<Variable> =
            self.scope.variables.iter().filter(|each| each.ty.kind == Kind::Key).cloned().collect();
        let mut known = Vec::new();
        for key in keys {
            let name = Expr::name(&key.name);
            match key.ty.shape.as_slice() {
                [] => known.push(name),
                [size] => {
                    let own = self.scope.indices.iter().filter(|index| index.size == *size);
                    known.extend(own.map(|index| {
                        Expr::Subscript(Box::new(name.clone()), vec![Subscript::At(index.value.clone())])
                    }));
                }
                _ => {}
            }
        }
        if !known.is_empty() && self.source.chance(80) {
            let key = self.source.pick(&known);
            if let Expr::Subscript(_, at) = &key
                && let [Subscript::At(at)] = at.as_slice()
            {
                self.note_index(at);
            }
            return Some(key);
        }
        let index = self.scope.indices.last().cloned().filter(|_| self.source.chance(50));
        let shape = index.iter().map(|index| index.size.clone()).collect();
        let declared = self.declare(Type { kind: Kind::Key, rest: false, shape });
        match (declared, index) {
            (Some(name), None) => Some(Expr::Name(name)),
            (Some(name), Some(Index { value, size })) => {
                self.note(&value, &size);
                Some(Expr::Subscript(Box::new(Expr::Name(name)), vec![Subscript::At(value)]))
            }
            (None, _) => known.into_iter().find(|key| matches!(key, Expr::Name(_))),
        }
    }

    /// Keys as an argument.
    pub fn keys_of(&mut self, shape: &[Size]) -> Option<Expr> {
        if shape.is_empty() {
            return self.key();
        }
        let is_it = |each: &&Variable| each.ty.kind == Kind::Key && each.ty.shape == shape;
        match self.scope.variables.iter().find(is_it) {
            Some(known) => Some(Expr::name(&known.name)),
            None => {
                self.declare(Type { kind: Kind::Key, rest: false, shape: shape.to_vec() }).map(Expr::Name)
            }
        }
    }

    /// Names for keys: one, one for each index, one that a condition chooses, one that each iteration makes.
    pub fn keyed(&mut self, statements: &mut Vec<Statement>) {
        let Some(first) = self.plain_key() else { return self.binding(statements) };
        let ty = |shape: Vec<Size>| Type { kind: Kind::Key, rest: false, shape };
        let name = self.fresh("key");
        match self.source.below(4) {
            0 => {
                let value = self.folded(first);
                statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
                self.add(&name, ty(Vec::new()), false);
            }
            1 => {
                let size = self.size();
                let known = self.scope.indices.len();
                let indices = self.bind(&[size.clone()]);
                let value = self.folded(first);
                self.scope.indices.truncate(known);
                let own = Vec::new();
                statements.push(Statement::LetIndexed {
                    name: name.clone(),
                    indices,
                    element: None,
                    own,
                    value,
                });
                self.add(&name, ty(vec![size]), false);
            }
            2 => {
                let condition = self.mask(&[], 1);
                let (then, otherwise) = (self.folded(first.clone()), self.folded(first));
                let value = Expr::If(Box::new(condition), Box::new(then), Box::new(otherwise));
                statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
                self.add(&name, ty(Vec::new()), false);
            }
            _ => self.walk(statements, first),
        }
    }

    /// A loop that drops by another key in each iteration.
    fn walk(&mut self, statements: &mut Vec<Statement>, key: Expr) {
        let Some(counter) = self.free_counter() else { return };
        let (shape, extent) = (self.shape(2), self.size());
        let carried = self.mutable(statements, &shape);
        // The key of each iteration is made of the one before, or of the same one for all.
        let own = self.fresh("key");
        let is_carried = self.source.chance(50);
        let first = if is_carried { Expr::name(&own) } else { key.clone() };
        self.scope.indices.push(Index { value: Int::name(counter), size: extent.clone() });
        let value = self.folded(first);
        self.scope.indices.pop();
        if is_carried {
            statements.push(Statement::Let { name: own.clone(), mutable: true, ty: None, value: key });
        }
        let dropped = Expr::Call {
            name: "dropout",
            arguments: vec![Expr::name(&carried), Expr::Number(0.25), Expr::name(&own)],
            options: Vec::new(),
            method: false,
        };
        let named = match is_carried {
            true => Statement::Assign { target: Target::Name(own), operator: "=", value },
            false => Statement::Let { name: own, mutable: false, ty: None, value },
        };
        let body = vec![
            named,
            Statement::Assign {
                target: Target::Name(carried),
                operator: "=",
                value: Expr::binary("-", Expr::call("cos", vec![dropped]), Expr::Number(0.5)),
            },
        ];
        let repeated = self.over(counter, extent, body);
        statements.push(repeated);
    }
}
