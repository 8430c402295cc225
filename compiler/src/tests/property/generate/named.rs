//! What names stand for: parts of tuples, one value under several names, what branches assign.

use super::Generator;
use crate::tests::property::tree::{By, Expr, Int, Kind, Pattern, Returned, Size, Statement, Target, Type};

impl Generator<'_> {
    /// Several values at once: `let (a, (b, _)) = (…, (…, …));`
    pub fn tuple(&mut self, statements: &mut Vec<Statement>) {
        let part = |this: &mut Self| {
            let shape = this.shape(2);
            (this.float(&shape, 2), shape)
        };
        let (first, one) = part(self);
        let (second, two) = part(self);
        let (a, b) = (self.fresh("a"), self.fresh("a"));
        let [left, right] = [&a, &b].map(|name| Pattern::Name(name.clone()));
        let (pattern, value) = if self.source.chance(40) {
            let (ignored, _) = part(self);
            let inner = Expr::Tuple(vec![second, ignored]);
            (vec![left, Pattern::Tuple(vec![right, Pattern::Ignored])], vec![first, inner])
        } else {
            (vec![left, right], vec![first, second])
        };
        statements.push(Statement::LetTuple { pattern: Pattern::Tuple(pattern), value: Expr::Tuple(value) });
        for (name, shape) in [(a, one), (b, two)] {
            self.add(&name, Type::float(shape), false);
        }
    }

    /// What a function of several results returns, a part of it ignored: under new names, or assigned.
    pub fn taken_apart(&mut self, statements: &mut Vec<Statement>) {
        let several = |results: &Returned| matches!(results, Returned::Several(_));
        let functions: Vec<_> =
            self.functions.iter().filter(|function| several(&function.result)).cloned().collect();
        if functions.is_empty() {
            return self.tuple(statements);
        }
        let function = self.source.pick(&functions);
        let Returned::Several(results) = &function.result else { return };
        let bound = ['N', 'M'].map(|dim| (dim, self.size()));
        let replace = |dim: char| {
            let known = bound.iter().find(|(name, _)| *name == dim);
            known.map_or_else(|| Size::dim(dim), |(_, size)| size.clone())
        };
        let shapes: Option<Vec<Vec<Size>>> = results
            .iter()
            .map(|ty| ty.shape.iter().map(|size| size.substitute(&replace)).collect())
            .collect();
        let Some(shapes) = shapes else { return };
        if shapes.iter().any(|shape| self.elements(shape) > 30) {
            return;
        }
        let Some(value) = self.call(&function, &bound, 1) else { return };
        let ignored = self.source.pick(&[1, 0, shapes.len()]);
        let assigned = self.source.chance(50);
        let mut parts = Vec::new();
        let mut named = Vec::new();
        for (position, shape) in shapes.into_iter().enumerate() {
            parts.push(match assigned {
                _ if position == ignored => Pattern::Ignored,
                true => Pattern::Name(self.changeable(statements, &shape, &parts)),
                false => {
                    let name = self.fresh("a");
                    named.push((name.clone(), shape));
                    Pattern::Name(name)
                }
            });
        }
        let pattern = Pattern::Tuple(parts);
        statements.push(match assigned {
            true => Statement::Assign { target: Target::Tuple(pattern), operator: "=", value },
            false => Statement::LetTuple { pattern, value },
        });
        for (name, shape) in named {
            self.add(&name, Type::float(shape), false);
        }
    }

    /// A tensor that may be changed and is none of these: one in scope, or a new one.
    fn changeable(&mut self, statements: &mut Vec<Statement>, shape: &[Size], others: &[Pattern]) -> String {
        let taken: Vec<String> = others.iter().flat_map(Pattern::names).collect();
        let known: Vec<String> = self
            .scope
            .variables
            .iter()
            .filter(|each| each.mutable && each.ty.kind == Kind::Float && each.ty.shape == shape)
            .map(|each| each.name.clone())
            .filter(|name| !taken.contains(name))
            .collect();
        if !known.is_empty() && self.source.chance(60) {
            return self.source.pick(&known);
        }
        self.mutable(statements, shape)
    }

    /// Branches that only assign: by a number or an integer, or elementwise by a mask.
    pub fn branch(&mut self, statements: &mut Vec<Statement>) {
        let shape = self.shape(2);
        let name = self.changeable(statements, &shape, &[]);
        let known = self.scope.indices.len();
        let elementwise = !shape.is_empty() && self.source.chance(30);
        let condition = match known {
            _ if elementwise => self.mask(&shape, 1),
            0 => self.mask(&[], 1),
            _ => {
                let (condition, shifted) = self.guard();
                self.scope.indices.extend(shifted);
                condition
            }
        };
        self.scope.guards += 1;
        let change = |this: &mut Self| match elementwise {
            true => {
                let operator = this.source.pick(&["=", "+=", "*="]);
                let value = this.float(&shape, 2);
                Statement::Assign { target: Target::Name(name.clone()), operator, value }
            }
            false => this.changed(&name, &shape),
        };
        let then = vec![change(self)];
        self.scope.indices.truncate(known);
        let otherwise = if self.source.chance(40) { vec![change(self)] } else { Vec::new() };
        self.scope.guards -= 1;
        statements.push(Statement::If { condition, then, otherwise });
    }

    /// A second name for a value, and inside an expression the gradient by one of the two.
    pub fn second_name(&mut self, statements: &mut Vec<Statement>) {
        let inside = self.scope.loops > 0;
        let variables: Vec<(String, Type)> = self
            .scope
            .variables
            .iter()
            .filter(|each| each.ty.kind == Kind::Float && !each.mutable)
            .filter(|each| each.derivable || inside && self.is_input(&each.name))
            .filter(|each| self.elements(&each.ty.shape) <= 9)
            .map(|each| (each.name.clone(), each.ty.clone()))
            .collect();
        if variables.is_empty() {
            return self.binding(statements);
        }
        let (first, ty) = self.source.pick(&variables);
        let same: Vec<String> =
            variables.iter().filter(|(_, other)| *other == ty).map(|(name, _)| name.clone()).collect();
        let other = self.source.pick(&same);
        let second = self.fresh("a");
        let value = Expr::name(&first);
        statements.push(Statement::Let { name: second.clone(), mutable: false, ty: None, value });
        if self.scope.derivatives > 0 && self.is_input(&first) && self.is_input(&other) {
            self.scope.derivatives -= 1;
            self.scope.derived = true;
            let by = self.source.pick(&[&first, &second, &other]).clone();
            let product = [&first, &second, &other, &second]
                .into_iter()
                .map(|name| Expr::name(name))
                .reduce(|product, factor| Expr::binary("*", product, factor))
                .expect("four factors");
            let of = match self.source.below(3) {
                0 => Expr::call("sum", vec![product]),
                1 => Expr::call("sin", vec![product]),
                _ => Expr::binary("+", product, Expr::name(&by)),
            };
            let slope = Expr::Grad { of: Box::new(of), by: vec![By::Name(by)] };
            let value = match self.source.below(3) {
                0 => Expr::binary("*", Expr::name(&second), slope),
                1 => Expr::call("tanh", vec![slope]),
                _ => Expr::binary("-", slope, self.float(&ty.shape, 1)),
            };
            let name = self.fresh("a");
            statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
            self.add(&name, ty.clone(), false);
        }
        self.add(&second, ty, false);
    }

    /// A condition under which a loop goes on.
    pub fn going_on(&mut self, carried: &str, counter: &str) -> Expr {
        let indices = self.scope.indices.iter().map(|index| index.value.clone());
        let outer: Vec<Int> = indices.filter(|index| !index.mentions(counter)).collect();
        match self.source.below(4) {
            0 => self.mask(&[], 1),
            1 if !outer.is_empty() => {
                let outer = self.source.pick(&outer);
                Expr::Guard("<=", Int::name(counter), outer)
            }
            _ => {
                let size = Expr::call("l2", vec![Expr::name(carried)]);
                let limit = Expr::Number(self.source.pick(&[1.5, 0.5, 4.0]));
                Expr::binary("<", size, limit)
            }
        }
    }
}
