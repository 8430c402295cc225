//! Statements: bindings, index notation, loops, changes, derivatives; and what a function returns.

use super::array::filled;
use super::notation::below_half;
use super::{Generator, Index, Variable};
use crate::tests::property::tree::{
    By, Expr, Int, Kind, LayerName, Pattern, Range, Returned, Setting, Size, Statement, Subscript, Target,
    Type,
};

impl Generator<'_> {
    pub fn statements(&mut self, count: usize) -> Vec<Statement> {
        let mut statements = Vec::new();
        for _ in 0..count {
            match self.source.below(36) {
                0..=5 => self.binding(&mut statements),
                6..=10 => self.indexed(&mut statements),
                11..=13 => self.repetition(&mut statements),
                14 => self.change(&mut statements),
                15..=17 => self.derivative(&mut statements),
                18 => self.found(&mut statements),
                19 | 20 => self.taken_apart(&mut statements),
                21 | 22 => self.branch(&mut statements),
                23 => self.second_name(&mut statements),
                24..=26 => self.computed(&mut statements),
                27 => self.derived(&mut statements),
                28 => self.sequence(&mut statements),
                29 => self.statistics(&mut statements),
                30 | 31 => self.renumbered(&mut statements),
                32 | 33 => self.keyed(&mut statements),
                34 => self.trained(&mut statements),
                _ => self.tuple(&mut statements),
            }
        }
        statements
    }

    pub fn add(&mut self, name: &str, ty: Type, mutable: bool) {
        self.scope.variables.push(Variable { name: name.to_string(), ty, mutable, derivable: !mutable });
    }

    pub fn binding(&mut self, statements: &mut Vec<Statement>) {
        let shape = self.shape(3);
        let value = self.float(&shape, 3);
        let typed = self.source.chance(20);
        // Now and then under a name that hides another.
        let hidden: Vec<String> = self
            .scope
            .variables
            .iter()
            .filter(|each| !each.mutable && each.ty.kind == Kind::Float && each.name.starts_with('a'))
            .map(|each| each.name.clone())
            .collect();
        let name = if !hidden.is_empty() && self.source.chance(15) {
            self.source.pick(&hidden)
        } else {
            self.fresh("a")
        };
        self.scope.variables.retain(|each| each.name != name);
        let ty = Type::float(shape);
        statements.push(Statement::Let {
            name: name.clone(),
            mutable: false,
            ty: typed.then(|| ty.clone()),
            value,
        });
        self.add(&name, ty, false);
    }

    fn indexed(&mut self, statements: &mut Vec<Statement>) {
        let count = self.source.pick(&[1, 2, 2, 3]);
        let mut sizes: Vec<Size> = Vec::new();
        for _ in 0..count {
            let size = self.size();
            if self.elements(&sizes) * self.value(&size) <= 30 {
                sizes.push(size);
            }
        }
        let (known, since) = (self.scope.indices.len(), self.scope.reads.len());
        let mut indices = self.bind(&sizes);
        let own = if self.source.chance(15) {
            vec![self.source.pick(&[Size::constant(2), Size::constant(3)])]
        } else {
            Vec::new()
        };
        let value = self.float(&own, 4);
        self.unwrite(&mut indices, since, &value);
        self.scope.indices.truncate(known);
        let name = self.fresh("a");
        let binding =
            Statement::LetIndexed { name: name.clone(), indices, element: None, own: own.clone(), value };
        statements.push(binding);
        self.add(&name, Type::float([sizes, own].concat()), false);
    }

    /// A tensor that is changed.
    pub fn mutable(&mut self, statements: &mut Vec<Statement>, shape: &[Size]) -> String {
        let value = if self.source.chance(40) { filled("zeros", shape) } else { self.float(shape, 2) };
        let name = self.fresh("m");
        statements.push(Statement::Let { name: name.clone(), mutable: true, ty: None, value });
        self.add(&name, Type::float(shape.to_vec()), true);
        name
    }

    fn change(&mut self, statements: &mut Vec<Statement>) {
        let shape = self.shape(2);
        let name = self.mutable(statements, &shape);
        for _ in 0..1 + self.source.below(2) {
            let change = self.changed(&name, &shape);
            statements.push(change);
        }
    }

    /// One change of a tensor or a part of it.
    pub fn changed(&mut self, name: &str, shape: &[Size]) -> Statement {
        let operator = self.source.pick(&["+=", "=", "-=", "*=", "/="]);
        let (mut at, mut part) = (Vec::new(), Vec::new());
        for size in shape {
            let own = self.scope.indices.iter().filter(|index| index.size == *size);
            let mut indices: Vec<Int> = own.map(|index| index.value.clone()).collect();
            indices.extend(self.picked(size));
            match self.source.below(6) {
                0 | 1 => {
                    at.push(Subscript::Whole);
                    part.push(size.clone());
                }
                2 if self.has(size, 1) => {
                    self.at_least(size, 1);
                    at.push(Subscript::At(Int::Constant(self.source.pick(&[0, -1]))));
                }
                3 if self.has(size, 1) => {
                    self.at_least(size, 1);
                    at.push(Subscript::Range(Some(Int::Constant(1)), None));
                    part.push(size.plus(-1));
                }
                4 if !indices.is_empty() => at.push(Subscript::At(self.source.pick(&indices))),
                5 if matches!(operator, "+=" | "-=")
                    && !at.iter().any(|each| matches!(each, Subscript::Gather(_))) =>
                {
                    let rows = self.size();
                    match self.indices_of(&[rows.clone()], size) {
                        Some(index) if self.has(size, 1) => {
                            self.at_least(size, 1);
                            at.push(Subscript::Gather(Expr::Name(index)));
                            part.push(rows);
                        }
                        _ => {
                            at.push(Subscript::Whole);
                            part.push(size.clone());
                        }
                    }
                }
                _ => {
                    at.push(Subscript::Whole);
                    part.push(size.clone());
                }
            }
        }
        let whole = at.iter().all(|each| matches!(each, Subscript::Whole)) && self.source.chance(60);
        let value = match operator {
            "/=" => self.positive(&part, 2),
            _ => self.float(&part, 2),
        };
        let target = if whole || at.is_empty() {
            Target::Name(name.to_string())
        } else {
            Target::Indexed(name.to_string(), at)
        };
        Statement::Assign { target, operator, value }
    }

    fn repetition(&mut self, statements: &mut Vec<Statement>) {
        let over = self.source.chance(30);
        let mut shape = self.shape(2);
        if over && shape.last().and_then(Size::as_constant).is_none() {
            shape.push(Size::constant(3));
        }
        if self.elements(&shape) > 16 {
            shape.truncate(1);
        }
        let carried = self.mutable(statements, &shape);
        if over
            && shape.last().and_then(Size::as_constant).is_some_and(|size| size > 0)
            && let Some(loop_) = self.over_layers(&carried, &shape)
        {
            statements.push(loop_);
            return;
        }
        let extent = self.size();
        // What is kept of an iteration is a row, a column, or a slice in the middle.
        let axis = self.source.below(shape.len() + 1);
        let mut rows = shape.clone();
        rows.insert(axis, extent.clone());
        let rows_name = self.source.chance(60).then(|| {
            let name = self.fresh("m");
            statements.push(Statement::Let {
                name: name.clone(),
                mutable: true,
                ty: None,
                value: filled("zeros", &rows),
            });
            name
        });
        let Some(counter) = self.free_counter() else { return };
        let reversed = self.source.chance(25);
        let from = match self.source.below(12) {
            10 if self.has(&extent, 1) => Int::Constant(1),
            11 if self.has(&extent, 1) => {
                self.at_least(&extent, 1);
                below_half(&extent)
            }
            _ => Int::Constant(0),
        };
        let outside = self.scope.variables.clone();
        self.scope.variables.iter_mut().for_each(|each| each.derivable = false);
        let known = self.scope.indices.len();
        self.scope.indices.push(Index { value: Int::name(counter), size: extent.clone() });
        self.scope.loops += 1;
        let condition = self.source.chance(40).then(|| self.going_on(&carried, counter));
        let mut body = Vec::new();
        if self.source.chance(30) {
            let inner = self.statements(1);
            body.extend(inner);
        }
        let next = self.float(&shape, 3);
        let squashed = match self.source.below(3) {
            0 => Expr::call("tanh", vec![next]),
            1 => Expr::binary(
                "+",
                Expr::binary("*", Expr::Number(0.5), Expr::name(&carried)),
                Expr::call("sin", vec![next]),
            ),
            _ => Expr::call("sigmoid", vec![Expr::binary("-", Expr::name(&carried), next)]),
        };
        body.push(Statement::Assign {
            target: Target::Name(carried.clone()),
            operator: "=",
            value: squashed,
        });
        if let Some(rows_name) = &rows_name {
            let mut at = vec![Subscript::Whole; axis];
            at.push(Subscript::At(Int::name(counter)));
            let target = Target::Indexed(rows_name.clone(), at);
            let operator = self.source.pick(&["=", "+="]);
            let value = if self.source.chance(40) { self.float(&shape, 2) } else { Expr::name(&carried) };
            body.push(Statement::Assign { target, operator, value });
        }
        self.scope.indices.truncate(known);
        self.scope.loops -= 1;
        self.leave(outside);
        if let Some(rows_name) = rows_name {
            self.add(&rows_name, Type::float(rows), true);
        }
        let range = Range::Range { from, to: Int::Size(extent), reversed };
        let checkpoint = self.source.chance(30);
        let variable = counter.to_string();
        statements.push(Statement::For { checkpoint, variable, range, condition, body });
    }

    /// After a loop what its body has hidden is seen again; the inputs that it has asked for stay.
    pub fn leave(&mut self, outside: Vec<Variable>) {
        let inside = std::mem::replace(&mut self.scope.variables, outside);
        for each in inside {
            let is_known = self.scope.variables.iter().any(|known| known.name == each.name);
            if !is_known && self.is_input(&each.name) {
                self.scope.variables.push(Variable { derivable: self.scope.loops == 0, ..each });
            }
        }
    }

    /// `for block in blocks { h = block(h); }`
    fn over_layers(&mut self, carried: &str, shape: &[Size]) -> Option<Statement> {
        if !self.scope.network || !self.scope.indices.is_empty() {
            return None;
        }
        let width = shape.last()?.clone();
        let own: Vec<String> = self.layers.iter().map(|layer| layer.name.clone()).collect();
        let known = self.repeated(&width);
        let name = if known.is_empty() {
            let layer = if own.is_empty() { "Linear".to_string() } else { own[0].clone() };
            let generics = if layer == "Linear" { vec![width.clone(), width] } else { vec![width] };
            let length = self.source.pick(&[2, 3, 1]);
            self.field_of(&layer, generics, Some(length))
        } else {
            known[0].0.clone()
        };
        let block = self.fresh("block");
        let call = Expr::Layer(LayerName::call(&block, None), vec![Expr::name(carried)]);
        let value = if self.source.chance(50) {
            Expr::call("tanh", vec![call])
        } else {
            Expr::binary("*", Expr::Number(0.5), call)
        };
        let body =
            vec![Statement::Assign { target: Target::Name(carried.to_string()), operator: "=", value }];
        let checkpoint = self.source.chance(30);
        let range = Range::Over(name);
        Some(Statement::For { checkpoint, variable: block, range, condition: None, body })
    }

    fn derivative(&mut self, statements: &mut Vec<Statement>) {
        let can = |each: &&Variable| each.derivable && each.ty.kind == Kind::Float;
        let mut variables: Vec<Variable> = self.scope.variables.iter().filter(can).cloned().collect();
        variables.retain(|each| self.elements(&each.ty.shape) <= 9);
        if variables.len() < 2 || self.scope.derivatives == 0 {
            return self.binding(statements);
        }
        self.scope.derivatives -= 1;
        // A derivative may be written in terms of what it is the derivative of, so that one by a value in
        // between depends on how it was written.
        let inputs: Vec<Variable> =
            variables.iter().filter(|each| self.is_input(&each.name)).cloned().collect();
        let last = variables.len() - 1;
        let derived = std::mem::replace(&mut self.scope.derived, true);
        let parameter = if self.source.chance(40) { self.derivable_parameter() } else { None };
        if derived && inputs.is_empty() && parameter.is_none() {
            return self.binding(statements);
        }
        let (of_last, of_shape) = (variables[last].name.clone(), variables[last].ty.shape.clone());
        if derived {
            variables = inputs;
        }
        let (by, by_shape) = match &parameter {
            Some((parameter, shape)) => (By::Parameter(parameter.clone()), shape.clone()),
            None => {
                let by = self.source.pick(&variables);
                (By::Name(by.name), by.ty.shape)
            }
        };
        let (of, shape) = match self.source.below(4) {
            0 => {
                let shape = self.shape(1);
                (self.float(&shape, 2), shape)
            }
            _ => (Expr::name(&of_last), of_shape),
        };
        let of = match parameter {
            Some((parameter, _)) if self.source.chance(60) => {
                let penalty = Expr::call("l2", vec![Expr::Parameter(parameter)]);
                Expr::binary(self.source.pick(&["*", "+", "-"]), of, penalty)
            }
            _ => of,
        };
        let name = self.fresh("d");
        let ty = Type::float(by_shape.clone());
        match self.source.below(6) {
            3 => {
                let others: Vec<&Variable> = variables
                    .iter()
                    .filter(|each| !matches!(&by, By::Name(name) if *name == each.name))
                    .collect();
                if !others.is_empty() {
                    let other = self.source.pick(&others).clone();
                    let names = [name.clone(), self.fresh("d")];
                    let value = Expr::Grad { of: Box::new(of), by: vec![by, By::Name(other.name)] };
                    let pattern = Pattern::Tuple(names.iter().cloned().map(Pattern::Name).collect());
                    statements.push(Statement::LetTuple { pattern, value });
                    self.add(&names[0], ty, false);
                    self.add(&names[1], other.ty, false);
                    return;
                }
                statements.push(Statement::Let {
                    name: name.clone(),
                    mutable: false,
                    ty: None,
                    value: Expr::Grad { of: Box::new(of), by: vec![by] },
                });
            }
            4 => {
                let along = self.float(&by_shape, 1);
                let value = Expr::Jvp { of: Box::new(of), by, along: Box::new(along) };
                statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
                return self.add(&name, Type::float(shape), false);
            }
            5 if self.elements(&shape) * self.elements(&by_shape) <= 30 => {
                let value = Expr::Jacobian { of: Box::new(of), by };
                statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
                return self.add(&name, Type::float([shape, by_shape].concat()), false);
            }
            _ => {
                let value = Expr::Grad { of: Box::new(of), by: vec![by] };
                statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
            }
        }
        self.add(&name, ty, false);
    }

    /// Where something is largest, as indices.
    fn found(&mut self, statements: &mut Vec<Statement>) {
        let (rows, size) = (self.shape(1), self.size());
        if !self.has(&size, 1) {
            return;
        }
        self.at_least(&size, 1);
        let name = self.fresh("index");
        let best = self.source.pick(&["argmax", "argmin"]);
        if self.source.chance(40) {
            let known = self.scope.indices.len();
            let indices = self.bind(&rows);
            let bounds = self.bind(&[size.clone()]);
            let body = Box::new(self.float(&[], 2));
            self.scope.indices.truncate(known);
            let value = Expr::Fold { reducer: best, indices: bounds, body };
            statements.push(match indices.is_empty() {
                true => Statement::Let { name: name.clone(), mutable: false, ty: None, value },
                false => Statement::LetIndexed {
                    name: name.clone(),
                    indices,
                    element: None,
                    own: Vec::new(),
                    value,
                },
            });
            return self.add(&name, Type { kind: Kind::Index(size), rest: false, shape: rows }, false);
        }
        let x = self.float(&[rows.as_slice(), &[size.clone()]].concat(), 2);
        let value = Expr::Call {
            name: best,
            arguments: vec![x],
            options: vec![("axis", Setting::Integer(-1))],
            method: false,
        };
        statements.push(Statement::Let { name: name.clone(), mutable: false, ty: None, value });
        self.add(&name, Type { kind: Kind::Index(size), rest: false, shape: rows }, false);
    }

    /// What the function returns: what it has computed, as it is or as one number.
    pub fn result(&mut self) -> (Expr, Returned) {
        let known: Vec<Variable> = self
            .scope
            .variables
            .iter()
            .rev()
            .filter(|each| each.ty.kind == Kind::Float)
            .take(3)
            .cloned()
            .collect();
        let several = |known: &[Variable]| {
            let values = known.iter().map(|each| Expr::name(&each.name)).collect();
            (Expr::Tuple(values), Returned::Several(known.iter().map(|each| each.ty.clone()).collect()))
        };
        match (self.source.below(6), known.as_slice()) {
            (_, []) => {
                let shape = self.shape(2);
                (self.float(&shape, 4), Returned::One(Type::float(shape)))
            }
            (0, [last, ..]) => (Expr::name(&last.name), Returned::One(last.ty.clone())),
            (1, [_, _, ..]) => several(&known[..2]),
            _ => {
                let mut sum: Option<Expr> = None;
                for each in &known {
                    let value = Expr::name(&each.name);
                    let reducer = self.source.pick(&["sum", "mean", "l2"]);
                    let reducer = if self.elements(&each.ty.shape) == 0 { "sum" } else { reducer };
                    let term = match (each.ty.shape.is_empty(), reducer) {
                        (true, _) => value,
                        (false, reducer) => Expr::call(reducer, vec![value]),
                    };
                    sum = Some(match sum {
                        None => term,
                        Some(sum) => Expr::binary("+", sum, Expr::binary("*", Expr::Number(0.5), term)),
                    });
                }
                (sum.expect("something is known"), Returned::One(Type::float(Vec::new())))
            }
        }
    }
}
