//! Loops: what a body assigns that lives outside is carried.

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Guard};
use super::notation::is_size;
use super::value::{Array, Bound, Layer, Mutability, Value};
use super::words::spelled;
use crate::differentiate::Open;
use crate::ir::rename;
use crate::ir::{Atom, Carried, Comparison, Int, Keep, Kind, Loop, LoopId, Node, TensorId};
use crate::syntax::ast;

impl Elaborator<'_> {
    /// `for t in 0..T while c { … }`, `for block in blocks { … }`.
    pub fn repeat(&mut self, each: &ast::For) {
        let counter = self.graph.add_loop();
        let at = Int::atom(Atom::Loop(counter));
        let (extent, reversed, variable) = match &each.range {
            ast::ForRange::Range { from: begin, to: finish, reversed } => {
                let (from, to) = (self.integer(begin), self.integer(finish));
                let (Some(from), Some(to)) = (from, to) else { return self.skip(each) };
                let extent = to.sub(&from);
                let place = self.place_of(each.variable.span());
                if Self::is_at_least(&extent, 0) == Some(false) {
                    let message = format!(
                        "`{}` runs over {}..{}, which ends before it begins",
                        each.variable,
                        self.show_size(&from),
                        self.show_size(&to)
                    );
                    self.say(&place, message, Some("backwards it is `(0..T).rev()`".to_string()));
                    return self.skip(each);
                }
                if !is_size(&extent) {
                    let index = &each.variable;
                    let name = |limit| spelled(limit).unwrap_or_else(|| "…".to_string());
                    let (changing, help) = if is_size(&to) {
                        let first = name(begin);
                        (
                            begin,
                            format!(
                                "loop over all, and count some: `if {index} >= {first} {{ … }} else {{ 0 }}`"
                            ),
                        )
                    } else {
                        let end = name(finish);
                        let range = format!("`for {index} in 0..T while {index} < {end} {{ … }}`");
                        (finish, format!("loop over the most that there can be, and stop early: {range}"))
                    };
                    let message = "how often a loop runs is made of constants and dims".to_string();
                    let place = self.place(changing);
                    self.say(&place, message, Some(help));
                    return self.skip(each);
                }
                if !self.ends(&extent, &place) {
                    return self.skip(each);
                }
                (extent, *reversed, Bound::Integer(at.add(&from)))
            }
            ast::ForRange::Over(expr) => match self.expr(expr) {
                Value::Layer(mut layer) if !layer.lengths.is_empty() => {
                    let length = layer.lengths.remove(0);
                    layer.indices.push(at);
                    (Int::from(length), false, Bound::Value(Value::Layer(layer)))
                }
                Value::Poison => return self.skip(each),
                other => {
                    let message = format!(
                        "a loop runs over a range or an array of layers, found {}",
                        self.describe(&other)
                    );
                    let name = spelled(expr).unwrap_or_else(|| "x".to_string());
                    let help = match &other {
                        Value::Layer(_) => format!("call it alone: `{name}(x)`"),
                        Value::Array(array) if !array.shape.is_empty() => format!(
                            "over its first axis: `for t in 0..{} {{ … {name}[t] … }}`",
                            self.show_size(&array.shape[0])
                        ),
                        _ => format!("so often: `for t in 0..{name} {{ … }}`"),
                    };
                    self.error_with_help(expr.span, message, help);
                    return self.skip(each);
                }
            },
        };
        self.counters.insert(counter, extent.clone());
        // Whether the first iteration runs; the others ask at the end of the one before.
        let first = if reversed { extent.plus(-1) } else { Int::zero() };
        let together = each.condition.as_ref().filter(|_| self.depth() == 0);
        let apart = each.condition.as_ref().filter(|_| self.depth() > 0);
        let running = together.map(|condition| {
            let initial = self.runs(each, condition, &variable, counter, first, &extent);
            let inside = self.graph.add_tensor("running", Vec::new(), Kind::Mask);
            let last = self.graph.add_tensor("running", Vec::new(), Kind::Mask);
            Carried { initial, inside, next: inside, last }
        });

        // What the body assigns that lives outside is carried.
        let mut carried: Vec<(Ident, Value, Vec<Carried>)> = Vec::new();
        for (name, before) in self.assigned(&[&each.body]) {
            let mut tensors = Vec::new();
            let inside = self.carry(&before, &name, &mut tensors);
            self.rebind(&name, inside);
            carried.push((name, before, tensors));
        }
        let mut going = Vec::new();
        let goes = apart.map(|_| {
            let always = self.graph.scalars.flag(true);
            let always = Value::Array(self.scalar(Kind::Mask, always));
            self.carry(&always, &Ident::new("running", each.span), &mut going)
        });
        let outer = std::mem::take(&mut self.graph.nodes);
        let inside = carried.iter().flat_map(|(_, _, tensors)| tensors).map(|carried| carried.inside);
        self.open.push(Open::new(outer, inside.collect()));
        self.enter();
        self.bind(&each.variable, variable.clone(), Mutability::Counter);
        match (apart, goes) {
            (Some(condition), Some(Value::Array(goes))) => {
                let goes = self.while_it_goes(each, condition, &goes);
                if let [going] = &mut going[..] {
                    going.next = goes.unwrap_or(going.inside);
                }
            }
            _ => self.statements_of(each),
        }
        if let Some(result) = &each.body.result {
            self.error_with_help(result.span, "the body of a loop has no value", "assign it: `x = …;`");
        }
        self.leave();
        let running = together.zip(running).map(|(condition, running)| {
            let next = Int::atom(Atom::Loop(counter)).plus(if reversed { -1 } else { 1 });
            Carried { next: self.runs(each, condition, &variable, counter, next, &extent), ..running }
        });
        self.counters.remove(&counter);
        for (name, _, tensors) in &mut carried {
            let now = self.binding(&name.to_string()).map(|binding| binding.value.clone());
            let leaves = match now {
                Some(Bound::Value(value)) => self.leaves(&value),
                _ => Vec::new(),
            };
            for (carried, array) in tensors.iter_mut().zip(leaves) {
                carried.next = self.whole(&array, name.to_string());
            }
        }
        self.keep_carried(carried.iter().flat_map(|(_, _, tensors)| tensors));
        let body = std::mem::take(&mut self.graph.nodes);
        let Some(open) = self.open.pop() else { return };
        self.graph.nodes = open.nodes;
        let never = extent.as_constant().is_some_and(|extent| extent <= 0);
        if !never {
            let carried: Vec<Carried> = carried
                .iter()
                .flat_map(|(_, _, tensors)| tensors)
                .copied()
                .chain(running)
                .chain(going)
                .collect();
            let condition = running.map(|running| self.graph.scalars.read(running.inside, Vec::new()));
            self.graph.nodes.push(Node::Loop(Loop {
                counter,
                name: each.variable.to_string(),
                extent,
                reversed,
                condition,
                keep: if each.checkpoint.is_some() { Keep::Roots } else { Keep::Everything },
                carried: carried.clone(),
                body,
            }));
            self.settle(&carried);
        }
        for (name, before, tensors) in carried {
            let is_poison = matches!(
                self.binding(&name.to_string()).map(|binding| &binding.value),
                Some(Bound::Value(Value::Poison))
            );
            let after = if never { before } else { self.carried_out(&before, &mut tensors.into_iter()) };
            if !is_poison {
                self.rebind(&name, after);
            }
        }
    }

    /// The body of a loop that is wrong, for its own errors.
    fn skip(&mut self, each: &ast::For) {
        self.enter();
        self.bind(&each.variable, Bound::Value(Value::Poison), Mutability::Counter);
        self.statements_of(each);
        self.leave();
    }

    fn statements_of(&mut self, each: &ast::For) {
        for statement in &each.body.statements {
            self.statement(statement, &each.body);
        }
    }

    /// The body of a loop that is mapped over indices, for each of which it stops at a time of its own: what it
    /// assigns, it assigns where the loop still goes on. Returns where it does.
    fn while_it_goes(&mut self, each: &ast::For, condition: &ast::Expr, goes: &Array) -> Option<TensorId> {
        self.guards.push(Guard { condition: goes.clone(), needed: true });
        let value = self.expr(condition);
        let mask = self.mask(value, condition).filter(|mask| self.is_one_condition(mask, condition));
        self.guards.pop();
        let Some(mask) = mask else {
            let condition = self.unknown_condition();
            self.guards.push(Guard { condition, needed: false });
            self.statements_of(each);
            self.guards.pop();
            return None;
        };
        let scalars = &mut self.graph.scalars;
        let stopped = scalars.flag(false);
        let element = scalars.select(goes.element, mask.element, stopped);
        let before = self.assigned(&[&each.body]);
        let running = self.whole(&Array { element, ..mask }, "running");
        let mask = self.of_whole(running);
        let first = self.graph.next_tensor();
        self.guards.push(Guard { condition: mask.clone(), needed: true });
        self.statements_of(each);
        self.guards.pop();
        for ((name, before), now) in before.iter().zip(self.replaced(&before)) {
            if self.is_kept(&now, before, first) {
                self.rebind(name, now);
            } else {
                self.merge(name, before, &mask, now, before.clone(), condition);
            }
        }
        Some(running)
    }

    /// Whether a condition is one for all elements; where it is not, says so.
    fn is_one_condition(&mut self, mask: &Array, condition: &ast::Expr) -> bool {
        if !mask.shape.is_empty() {
            let message =
                format!("a loop runs on one condition, found {}", self.show(mask.kind, &mask.shape));
            self.error_with_help(condition.span, message, "reduce it: `any(…)` or `all(…)`");
        }
        mask.shape.is_empty()
    }

    /// Lets a name stand for another value.
    pub fn rebind(&mut self, name: &Ident, value: Value) {
        if let Some(binding) = self.binding(&name.to_string()) {
            binding.value = Bound::Value(value);
        }
    }

    /// A value as it is inside a loop that carries it; its tensors are added to those carried.
    fn carry(&mut self, value: &Value, name: &Ident, tensors: &mut Vec<Carried>) -> Value {
        match value {
            Value::Array(array) if array.kind == Kind::Key => {
                let [low, high] = self.words(array).map(|word| self.carry_array(&word, name, tensors));
                Value::Array(self.key(&low, &high))
            }
            Value::Array(array) => Value::Array(self.carry_array(array, name, tensors)),
            Value::Tuple(parts) => {
                Value::Tuple(parts.iter().map(|part| self.carry(part, name, tensors)).collect())
            }
            other @ (Value::Layer(_) | Value::Static(_) | Value::Poison) => other.clone(),
        }
    }

    fn carry_array(&mut self, array: &Array, name: &Ident, tensors: &mut Vec<Carried>) -> Array {
        let initial = self.whole(array, name.to_string());
        let (shape, kind) = (self.graph.shape(initial).to_vec(), self.graph.tensor(initial).kind);
        let inside = self.graph.add_tensor(name.to_string(), shape.clone(), kind);
        let last = self.graph.add_tensor(name.to_string(), shape, kind);
        tensors.push(Carried { initial, inside, next: inside, last });
        self.of_whole(inside)
    }

    /// The value after a loop that has carried it.
    fn carried_out(&mut self, value: &Value, tensors: &mut dyn Iterator<Item = Carried>) -> Value {
        match value {
            Value::Array(array) if array.kind == Kind::Key => match (tensors.next(), tensors.next()) {
                (Some(low), Some(high)) => {
                    let (low, high) = (self.of_whole(low.last), self.of_whole(high.last));
                    Value::Array(self.key(&low, &high))
                }
                _ => Value::Array(array.clone()),
            },
            Value::Array(array) => match tensors.next() {
                Some(carried) => Value::Array(self.of_whole(carried.last)),
                None => Value::Array(array.clone()),
            },
            Value::Tuple(parts) => {
                Value::Tuple(parts.iter().map(|part| self.carried_out(part, tensors)).collect())
            }
            other @ (Value::Layer(_) | Value::Static(_) | Value::Poison) => other.clone(),
        }
    }

    /// Whether the iteration at `counter` runs: a scalar mask, by what the names mean here. It is asked of a counter of
    /// its own, which is replaced: at 0, `x[i + t]` would be a read of `x[i]`, whose axis `i` runs over.
    fn runs(
        &mut self,
        each: &ast::For,
        condition: &ast::Expr,
        variable: &Bound,
        loops: LoopId,
        counter: Int,
        extent: &Int,
    ) -> TensorId {
        let asked = self.graph.add_loop();
        let own = Int::atom(Atom::Loop(asked));
        self.counters.insert(asked, extent.clone());
        let known = self.graph.nodes.len();
        let s = &mut self.graph.scalars;
        let (begun, ahead) = (
            s.compare_int(Comparison::LessEqual, Int::zero(), own.clone()),
            s.compare_int(Comparison::Less, own.clone(), extent.clone()),
        );
        let exists = s.and(begun, ahead);
        let exists = self.scalar(Kind::Mask, exists);
        let here =
            |value: &Int| value.substitute(&mut |atom| (*atom == Atom::Loop(loops)).then(|| own.clone()));
        let variable = match variable {
            Bound::Integer(value) => Bound::Integer(here(value)),
            Bound::Value(Value::Layer(layer)) => Bound::Value(Value::Layer(Layer {
                indices: layer.indices.iter().map(here).collect(),
                ..layer.clone()
            })),
            Bound::Value(value) => Bound::Value(value.clone()),
        };
        self.enter();
        self.bind(&each.variable, variable, Mutability::Counter);
        self.lookup(&each.variable.to_string());
        self.guards.push(Guard { condition: exists.clone(), needed: true });
        let value = self.expr(condition);
        let mask = self.mask(value, condition);
        self.guards.pop();
        self.leave();
        let mut element = self.graph.scalars.flag(false);
        if let Some(mask) = mask.filter(|mask| self.is_one_condition(mask, condition)) {
            element = self.graph.scalars.select(exists.element, mask.element, element);
        }
        self.counters.remove(&asked);
        let mut nodes = self.graph.nodes.split_off(known);
        let mut asked = rename::Counter { counter: asked, value: counter };
        nodes.iter_mut().for_each(|node| rename::node(&mut self.graph, node, &mut asked));
        self.graph.nodes.extend(nodes);
        let element = rename::scalar(&mut self.graph.scalars, element, &mut asked);
        self.graph.push_map("running", Vec::new(), Kind::Mask, element)
    }

    /// The arrays of a value that a loop carries, from left to right.
    fn leaves(&mut self, value: &Value) -> Vec<Array> {
        match value {
            Value::Array(array) if array.kind == Kind::Key => self.words(array).to_vec(),
            Value::Array(array) => vec![array.clone()],
            Value::Tuple(parts) => parts.iter().flat_map(|part| self.leaves(part)).collect(),
            Value::Layer(_) | Value::Static(_) | Value::Poison => Vec::new(),
        }
    }
}
