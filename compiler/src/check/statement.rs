//! Statements: bindings, assignments, loops.

use proc_macro2::{Ident, Span};

use super::elaborate::Elaborator;
use super::value::{Array, Bound, Layer, Value};
use crate::differentiate::Open;
use crate::ir::{
    Atom, Axis, Binary, Carried, Comparison, Comprehension, Graph, Int, Kind, Loop, LoopId, Node, Reduction,
    TensorId,
};
use crate::syntax::ast::{self, BinaryOperator as Op, Pattern, Statement, Target};

impl Elaborator<'_> {
    /// A body in a scope of its own.
    pub fn block(&mut self, body: &ast::Body) -> Value {
        self.enter();
        let value = self.body(body);
        self.leave();
        value
    }

    /// A body in the scope at hand.
    pub fn body(&mut self, body: &ast::Body) -> Value {
        for statement in &body.statements {
            self.statement(statement, body);
        }
        match &body.result {
            Some(result) => self.expr(result),
            None => {
                self.error_with_help(
                    body.span,
                    "this body has no value",
                    "end it in an expression without `;`",
                );
                Value::Poison
            }
        }
    }

    fn statement(&mut self, statement: &Statement, around: &ast::Body) {
        match statement {
            Statement::Let { mutable, pattern, ty, value } => {
                let hint = std::mem::replace(&mut self.hint, super::call::pattern_name(pattern));
                let first_new = self.graph.tensors.len();
                let mut bound = self.expr(value);
                bound = self.store_all(bound);
                self.hint = hint;
                if let Some(ty) = ty {
                    bound = self
                        .fit(ty, bound, &|| "this binding".to_string(), value.span)
                        .unwrap_or(Value::Poison);
                }
                self.take_name(&bound, pattern, first_new);
                self.bind_pattern_in(pattern, bound, *mutable, around);
            }
            Statement::LetIndexed { name, indices, value } => {
                let hint = std::mem::replace(&mut self.hint, name.to_string());
                let array = self.indexed(indices, value);
                self.hint = hint;
                let value = match array {
                    Some(array) if self.in_elementwise_branch() => Value::Array(array),
                    Some(array) => Value::Array(self.store(&array, &name.to_string())),
                    None => Value::Poison,
                };
                self.take_name(&value, &Pattern::Name(name.clone()), 0);
                self.bind_pattern_in(&Pattern::Name(name.clone()), value, false, around);
            }
            Statement::Assign { target, operator, operator_span, value } => {
                self.assign(target, *operator, *operator_span, value)
            }
            Statement::For(each) => self.repeat(each),
        }
    }

    /// A tensor made for a binding bears its name.
    fn take_name(&mut self, value: &Value, pattern: &Pattern, first_new: usize) {
        if let (Value::Array(array), Pattern::Name(name)) = (value, pattern)
            && let crate::ir::Scalar::Read(tensor, at) = &self.graph.scalars[array.element]
        {
            let made_here = tensor.0 as usize >= first_new
                && self.graph.nodes.iter().rev().take(4).any(|node| node.outputs().contains(tensor));
            if made_here && at.len() == array.shape.len() {
                self.graph.tensors[tensor.0 as usize].name = name.to_string();
            }
        }
    }

    /// Binds an argument's pattern.
    pub fn bind_pattern(&mut self, pattern: &Pattern, value: Value, mutable: bool, function: &ast::Function) {
        self.bind_pattern_in(pattern, value, mutable, &function.body);
    }

    fn bind_pattern_in(&mut self, pattern: &Pattern, value: Value, mutable: bool, around: &ast::Body) {
        match (pattern, value) {
            (Pattern::Ignored(_), _) => {}
            (Pattern::Name(name), Value::Array(array)) if super::derivative::is_variable(around, name) => {
                // What is differentiated with respect to stands by itself: not a view of something else.
                let tensor = self.whole(&array, &name.to_string());
                let array = self.of_whole(tensor);
                self.bind(name, Bound::Value(Value::Array(array)), mutable);
            }
            (Pattern::Name(name), value) => self.bind(name, Bound::Value(value), mutable),
            (Pattern::Tuple(parts, _), Value::Tuple(values)) if parts.len() == values.len() => {
                for (part, value) in parts.iter().zip(values) {
                    self.bind_pattern_in(part, value, mutable, around);
                }
            }
            (Pattern::Tuple(parts, span), value) => {
                if !matches!(value, Value::Poison) {
                    let message = format!("{} names for {}", parts.len(), self.describe(&value));
                    self.error(*span, message);
                }
                for part in parts {
                    self.bind_pattern_in(part, Value::Poison, mutable, around);
                }
            }
        }
    }

    fn assign(&mut self, target: &Target, operator: Option<Op>, operator_span: Span, value: &ast::Expr) {
        let hint = match target {
            Target::Name(name) | Target::Indexed(name, ..) => name.to_string(),
            Target::Tuple(..) => String::new(),
        };
        let outer = std::mem::replace(&mut self.hint, hint);
        let new = self.expr(value);
        match target {
            Target::Indexed(name, subscripts, span) => {
                self.assign_at(name, subscripts, *span, operator, operator_span, new, value.span)
            }
            _ => {
                let new = match operator {
                    None => self.store_all(new),
                    Some(operator) => self.updated(target, operator, operator_span, new, value.span),
                };
                self.assign_whole(target, new, value.span);
            }
        }
        self.hint = outer;
    }

    fn updated(
        &mut self,
        target: &Target,
        operator: Op,
        operator_span: Span,
        new: Value,
        span: Span,
    ) -> Value {
        let Target::Name(name) = target else {
            self.error(operator_span, "several values are assigned with `=`");
            return Value::Poison;
        };
        let Some(Bound::Value(Value::Array(old))) = self.resolve(name) else { return Value::Poison };
        let old = self.here(&old);
        let Some(new) = self.to_array(new, span).and_then(|new| self.to_float(new, span)) else {
            return Value::Poison;
        };
        let function = function_of(operator);
        let result = self.elementwise(&old, &new, operator_span, "an update", old.kind, |this, a, b| {
            this.graph.scalars.binary(function, a, b)
        });
        result.map_or(Value::Poison, |array| self.store_all(Value::Array(array)))
    }

    fn assign_whole(&mut self, target: &Target, value: Value, span: Span) {
        match (target, value) {
            (Target::Name(name), value) => {
                let Some(old) = self.assignable(name) else { return };
                if let (Value::Array(old), Value::Array(new)) = (&old, &value)
                    && (old.kind != new.kind || old.shape != new.shape)
                {
                    let message = format!(
                        "`{name}` is {}, assigned {}",
                        self.show(old.kind, &old.shape),
                        self.show(new.kind, &new.shape)
                    );
                    self.error(span, message);
                    return;
                }
                if let Some(binding) = self.lookup(&name.to_string()) {
                    binding.value = Bound::Value(value);
                }
            }
            (Target::Tuple(parts, _), Value::Tuple(values)) if parts.len() == values.len() => {
                for (part, value) in parts.iter().zip(values) {
                    self.assign_whole(part, value, span);
                }
            }
            (_, Value::Poison) => {}
            (Target::Tuple(parts, at), value) => {
                let message = format!("{} places for {}", parts.len(), self.describe(&value));
                self.error(*at, message);
            }
            (Target::Indexed(_, _, at), _) => self.error_with_help(
                *at,
                "a part of a value is assigned alone",
                "bind the tuple first: `let (a, b) = …; ys[t] = a;`",
            ),
        }
    }

    /// The value of a name that may be assigned.
    fn assignable(&mut self, name: &Ident) -> Option<Value> {
        let text = name.to_string();
        let Some(binding) = self.lookup(&text) else {
            self.unknown(name);
            return None;
        };
        let (mutable, value) = (binding.mutable, binding.value.clone());
        if !mutable {
            self.error_with_help(
                name.span(),
                format!("`{name}` is assigned, but is not mutable"),
                format!("declare it `let mut {name} = …;`"),
            );
            return None;
        }
        match value {
            Bound::Value(value) => Some(value),
            Bound::Integer(_) => None,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one statement, each with its place")]
    fn assign_at(
        &mut self,
        name: &Ident,
        subscripts: &[ast::Subscript],
        span: Span,
        operator: Option<Op>,
        operator_span: Span,
        new: Value,
        at_value: Span,
    ) {
        let Some(Value::Array(old)) = self.assignable(name) else { return };
        let Some(new) = self.to_array(new, at_value) else { return };
        let base = self.whole(&old, &name.to_string());
        let old = self.of_whole(base);
        let depth = self.depth();
        // Read the whole array as its own subscripts: they say where each element of the part lies.
        let Some(part) = self.subscript(&old, subscripts, span) else { return };
        let crate::ir::Scalar::Read(_, at) = self.graph.scalars[part.element].clone() else { return };
        let Ok(shape) = self.broadcast(&[&part.shape, &new.shape]) else {
            return self.part_differs(&part, &new, at_value);
        };
        if shape != part.shape || new.kind != part.kind {
            return self.part_differs(&part, &new, at_value);
        }
        let new = self.stretch(&new, &shape);
        let (reduction, value) = match operator {
            None => (Reduction::Set, new.element),
            Some(Op::Add) => (Reduction::Sum, new.element),
            Some(Op::Subtract) => (Reduction::Sum, self.graph.scalars.neg(new.element)),
            Some(operator) => {
                (Reduction::Set, self.graph.scalars.binary(function_of(operator), part.element, new.element))
            }
        };
        let _ = operator_span;
        let domain: Vec<Axis> = self.ambient.iter().cloned().chain(Graph::axes(&shape)).collect();
        debug_assert_eq!(
            domain.len(),
            depth + shape.len(),
            "a write runs over what is in scope and the part"
        );
        let out = self.graph.add_tensor(name.to_string(), self.graph.shape(base).to_vec(), old.kind);
        self.graph.nodes.push(Node::Comprehension(Comprehension {
            out,
            base: Some(base),
            domain,
            at,
            reduction,
            value,
        }));
        let array = self.of_whole(out);
        if let Some(binding) = self.lookup(&name.to_string()) {
            binding.value = Bound::Value(Value::Array(array));
        }
    }

    fn part_differs(&mut self, part: &Array, new: &Array, span: Span) {
        let message = format!(
            "this part is {}, assigned {}",
            self.show(part.kind, &part.shape),
            self.show(new.kind, &new.shape)
        );
        self.error(span, message);
    }

    fn repeat(&mut self, each: &ast::For) {
        if let Some(span) = each.checkpoint {
            self.error(span, "`#[checkpoint]` is not supported yet");
            return;
        }
        let counter = self.graph.add_loop();
        let at = Int::atom(Atom::Loop(counter));
        let (extent, reversed, variable) = match &each.range {
            ast::ForRange::Range { from, to, reversed } => {
                let (from, to) = (self.integer(from), self.integer(to));
                let (Some(from), Some(to)) = (from, to) else { return };
                (to.sub(&from), *reversed, Bound::Integer(at.add(&from)))
            }
            ast::ForRange::Over(expr) => match self.expr(expr) {
                Value::Layer(mut layer) if !layer.lengths.is_empty() => {
                    let length = layer.lengths.remove(0);
                    layer.indices.push(at);
                    (Int::from(length), false, Bound::Value(Value::Layer(layer)))
                }
                Value::Poison => return,
                other => {
                    let message = format!(
                        "a loop runs over a range or an array of layers, found {}",
                        self.describe(&other)
                    );
                    self.error_with_help(expr.span, message, "over an axis: `for t in 0..T { … x[t] … }`");
                    return;
                }
            },
        };
        self.counters.insert(counter, extent.clone());
        // Whether the first iteration runs; the others ask at the end of the one before.
        let first = if reversed { extent.plus(-1) } else { Int::zero() };
        let running = each.condition.as_ref().map(|condition| {
            let initial = self.runs(each, condition, &variable, counter, first, &extent);
            let inside = self.graph.add_tensor("running", Vec::new(), Kind::Mask);
            let last = self.graph.add_tensor("running", Vec::new(), Kind::Mask);
            Carried { initial, inside, next: inside, last }
        });

        // What the body assigns that lives outside is carried.
        let mut names = Vec::new();
        assigned(&each.body, &mut names);
        let mut carried: Vec<(Ident, TensorId, TensorId)> = Vec::new();
        for name in names {
            let Some(binding) = self.lookup(&name.to_string()) else { continue };
            if !binding.mutable {
                continue;
            }
            let Bound::Value(Value::Array(array)) = binding.value.clone() else { continue };
            if array.kind == Kind::Key {
                self.error_with_help(
                    name.span(),
                    "a loop carries no keys",
                    "make one of each iteration: `let key = fold(key, t);`",
                );
                continue;
            }
            let initial = self.whole(&array, &name.to_string());
            let (shape, kind) = (self.graph.shape(initial).to_vec(), self.graph.tensor(initial).kind);
            let inside = self.graph.add_tensor(name.to_string(), shape, kind);
            let array = self.of_whole(inside);
            if let Some(binding) = self.lookup(&name.to_string()) {
                binding.value = Bound::Value(Value::Array(array));
            }
            carried.push((name, initial, inside));
        }
        let outer = std::mem::take(&mut self.graph.nodes);
        self.open
            .push(Open { nodes: outer, carried: carried.iter().map(|(_, _, inside)| *inside).collect() });
        self.enter();
        self.bind(&each.variable, variable.clone(), false);
        if each.variable.to_string().starts_with('_') {
            self.lookup(&each.variable.to_string());
        }
        for statement in &each.body.statements {
            self.statement(statement, &each.body);
        }
        if let Some(result) = &each.body.result {
            self.error_with_help(result.span, "a loop's body has no value", "assign it: `x = …;`");
        }
        self.leave();
        let running = running.map(|running| {
            let condition = each.condition.as_ref().expect("it was asked before the loop");
            let next = Int::atom(Atom::Loop(counter)).plus(if reversed { -1 } else { 1 });
            Carried { next: self.runs(each, condition, &variable, counter, next, &extent), ..running }
        });
        let mut rows = Vec::new();
        for (name, initial, inside) in carried {
            let next = match self.lookup(&name.to_string()).map(|binding| binding.value.clone()) {
                Some(Bound::Value(Value::Array(array))) => self.whole(&array, &name.to_string()),
                _ => inside,
            };
            let (shape, kind) = (self.graph.shape(initial).to_vec(), self.graph.tensor(initial).kind);
            let last = self.graph.add_tensor(name.to_string(), shape, kind);
            rows.push((name, Carried { initial, inside, next, last }));
        }
        let body = std::mem::take(&mut self.graph.nodes);
        let Some(open) = self.open.pop() else { return };
        self.graph.nodes = open.nodes;
        let carried = rows.iter().map(|(_, carried)| *carried).chain(running).collect();
        let condition = running.map(|running| self.graph.scalars.read(running.inside, Vec::new()));
        self.graph.nodes.push(Node::Loop(Loop {
            counter,
            name: each.variable.to_string(),
            extent,
            reversed,
            condition,
            carried,
            body,
        }));
        for (name, carried) in rows {
            let array = self.of_whole(carried.last);
            if let Some(binding) = self.lookup(&name.to_string())
                && !matches!(binding.value, Bound::Value(Value::Poison))
            {
                binding.value = Bound::Value(Value::Array(array));
            }
        }
    }

    /// Whether the iteration at `counter` runs: a scalar mask, by what the names mean here.
    fn runs(
        &mut self,
        each: &ast::For,
        condition: &ast::Expr,
        variable: &Bound,
        loops: LoopId,
        counter: Int,
        extent: &Int,
    ) -> TensorId {
        let s = &mut self.graph.scalars;
        let (begun, ahead) = (
            s.compare_int(Comparison::LessEqual, Int::zero(), counter.clone()),
            s.compare_int(Comparison::Less, counter.clone(), extent.clone()),
        );
        let exists = s.and(begun, ahead);
        let exists = self.scalar(Kind::Mask, exists);
        let here =
            |value: &Int| value.substitute(&mut |atom| (*atom == Atom::Loop(loops)).then(|| counter.clone()));
        let variable = match variable {
            Bound::Integer(value) => Bound::Integer(here(value)),
            Bound::Value(Value::Layer(layer)) => Bound::Value(Value::Layer(Layer {
                indices: layer.indices.iter().map(here).collect(),
                ..layer.clone()
            })),
            Bound::Value(value) => Bound::Value(value.clone()),
        };
        self.enter();
        self.bind(&each.variable, variable, false);
        self.lookup(&each.variable.to_string());
        self.guards.push(exists.clone());
        let value = self.expr(condition);
        let mask = self.mask(value, condition.span);
        self.guards.pop();
        self.leave();
        let mut element = self.graph.scalars.flag(false);
        if let Some(mask) = mask {
            if mask.shape.is_empty() && self.depth() == 0 {
                element = self.graph.scalars.select(exists.element, mask.element, element);
            } else if mask.shape.is_empty() {
                self.error_with_help(condition.span, "a loop that stops early cannot be mapped over indices: each would stop at a time of its own", "loop over whole tensors, and stop where `all(…)` is done");
            } else {
                let message =
                    format!("a loop runs on one condition, found {}", self.show(mask.kind, &mask.shape));
                self.error_with_help(condition.span, message, "reduce it: `any(…)` or `all(…)`");
            }
        }
        self.graph.push_map("running", Vec::new(), Kind::Mask, element)
    }
}

fn function_of(operator: Op) -> Binary {
    match operator {
        Op::Subtract => Binary::Sub,
        Op::Multiply => Binary::Mul,
        Op::Divide => Binary::Div,
        _ => Binary::Add,
    }
}

/// The names that statements assign, once each; those declared inside are hidden by their own bindings.
fn assigned(body: &ast::Body, names: &mut Vec<Ident>) {
    fn target(each: &Target, add: &mut dyn FnMut(&Ident)) {
        match each {
            Target::Name(name) | Target::Indexed(name, ..) => add(name),
            Target::Tuple(parts, _) => parts.iter().for_each(|part| target(part, add)),
        }
    }
    let mut declared: Vec<String> = Vec::new();
    for statement in &body.statements {
        match statement {
            Statement::Let { pattern, .. } => declare(pattern, &mut declared),
            Statement::LetIndexed { name, .. } => declared.push(name.to_string()),
            Statement::Assign { target: each, .. } => target(each, &mut |name| {
                if !declared.contains(&name.to_string()) && !names.contains(name) {
                    names.push(name.clone());
                }
            }),
            Statement::For(inner) => {
                let mut inner_names = Vec::new();
                assigned(&inner.body, &mut inner_names);
                for name in inner_names {
                    if !declared.contains(&name.to_string()) && !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
    }
}

fn declare(pattern: &Pattern, declared: &mut Vec<String>) {
    match pattern {
        Pattern::Name(name) => declared.push(name.to_string()),
        Pattern::Ignored(_) => {}
        Pattern::Tuple(parts, _) => parts.iter().for_each(|part| declare(part, declared)),
    }
}
