//! The ranges of indices that have none written: how far the axes go that they subscript.

use std::collections::BTreeMap;

use proc_macro2::Ident;

use super::elaborate::{Elaborator, Place};
use super::notation::is_size;
use super::value::{Bound, Mutability, Value};
use super::words::spelled;
use crate::ir::{Atom, Axis, Int, Node, TensorId};
use crate::syntax::ast::{self, ExprKind as E, IndexBinding, Statement, Subscript, Target};

/// A read of an axis at a subscript, met while looking for ranges.
#[derive(Clone)]
pub struct Use {
    /// The size of the axis.
    pub size: Int,
    /// Where it is read.
    pub subscript: Int,
    /// Where that is written.
    pub place: Place,
    /// Which of all reads it belongs to, and which axis it is.
    read: (usize, usize),
    /// How what is read is written, and the subscript, where these are short.
    written: Option<(String, String)>,
}

/// Two indices that would agree with all other reads if they stood in each other's place.
#[derive(Clone)]
pub struct Exchange {
    /// The one that stands first.
    pub first: Use,
    /// The other.
    pub second: Use,
}

impl Exchange {
    /// What is read, and the names of the two indices.
    pub fn names(&self) -> Option<(&str, &str, &str)> {
        let ((of, first), (_, second)) = self.first.written.as_ref().zip(self.second.written.as_ref())?;
        Some((of, first, second))
    }
}

/// What is known of an index that has no written range.
pub enum Range {
    /// It runs over `0..extent`.
    Found(Int),
    /// Two uses disagree.
    Conflict(Box<(Use, Use)>),
    /// Two uses disagree, since two indices stand in each other's place.
    Exchanged(Box<Exchange>),
    /// Which of two uses ends first depends on run-time sizes.
    Undecided(Box<(Use, Use)>),
    /// A use is outside its axis wherever the index is: it begins there, or goes on from there backwards.
    Nowhere(Box<Use>, Int),
}

/// What looking for ranges has met.
#[derive(Default)]
struct Uses {
    reads: Vec<Use>,
    /// The extents of indices that are known.
    known: BTreeMap<usize, Int>,
    /// How many values have been met that are subscripted.
    subscripted: usize,
    /// Whether something wrong is subscripted, so that ranges may be missing through no fault of theirs.
    poisoned: bool,
}

/// How far an index goes: as often as strides fit into some steps, and once more.
struct Extent {
    steps: Int,
    stride: i64,
}

impl Extent {
    fn length(&self) -> Int {
        self.steps.div(&Int::constant(self.stride)).plus(1)
    }

    /// Whether it goes no further than another; `None` where that depends on run-time sizes.
    fn is_within(&self, other: &Self) -> Option<bool> {
        // More steps of one stride are not fewer strides.
        let by_steps = other.steps.sub(&self.steps);
        let by_steps = (self.stride == other.stride).then(|| Elaborator::is_at_least(&by_steps, 0)).flatten();
        let longer = || Elaborator::is_at_least(&other.length().sub(&self.length()), 0);
        by_steps.or_else(longer).or_else(|| (self.length() == other.length()).then_some(true))
    }
}

impl Elaborator<'_> {
    /// The ranges of indices that have none written: the axis that one subscripts alone; else the largest
    /// from 0 in which all its reads are inside. And whether something wrong is subscripted.
    pub fn infer(
        &mut self,
        indices: &[IndexBinding],
        ranges: &[Option<(Int, Int)>],
        body: &ast::Expr,
    ) -> (BTreeMap<usize, Range>, bool) {
        let depth = self.depth();
        let first = self.graph.next_tensor();
        let mut uses = Uses::default();
        self.quiet += 1;
        self.enter();
        for (position, (index, range)) in indices.iter().zip(ranges).enumerate() {
            self.bind_quietly(&index.name, depth + position, range.clone(), &mut uses);
        }
        self.gather_uses(body, &mut uses);
        self.frame_mut().scopes.pop();
        self.ambient.truncate(depth);
        forget(&mut self.graph.nodes, first);
        self.open.iter_mut().for_each(|level| forget(&mut level.nodes, first));
        self.quiet -= 1;
        for position in 0..depth {
            uses.known.insert(position, self.ambient[position].extent.clone());
        }
        (self.ranges(&mut uses), uses.poisoned)
    }

    fn bind_quietly(&mut self, name: &Ident, place: usize, range: Option<(Int, Int)>, uses: &mut Uses) {
        let mut value = Int::index(place);
        if let Some((from, to)) = range
            && is_size(&to.sub(&from))
        {
            uses.known.insert(place, to.sub(&from));
            value = value.add(&from);
        }
        self.ambient.push(Axis { name: name.to_string(), extent: Int::constant(1) });
        self.bind(name, Bound::Integer(value), Mutability::Counter);
    }

    /// Binds indices in a scope that the caller opens and closes. Their places stay taken: another reducer
    /// beside this one has indices of its own.
    fn bind_all_quietly(&mut self, indices: &[IndexBinding], uses: &mut Uses) {
        let depth = self.ambient.len();
        for (position, index) in indices.iter().enumerate() {
            let mut range = None;
            if let Some((from, to)) = &index.range {
                self.gather_uses(from, uses);
                self.gather_uses(to, uses);
                range = self.integer(from).zip(self.integer(to));
            }
            self.bind_quietly(&index.name, depth + position, range, uses);
        }
    }

    fn ranges(&self, uses: &mut Uses) -> BTreeMap<usize, Range> {
        let mut found: BTreeMap<usize, Range> = BTreeMap::new();
        let mut first: BTreeMap<usize, &Use> = BTreeMap::new();
        for each in &uses.reads {
            let Some(position) = each.subscript.as_index() else { continue };
            match first.get(&position) {
                None if uses.known.contains_key(&position) => {}
                None => {
                    first.insert(position, each);
                    found.insert(position, Range::Found(each.size.clone()));
                    uses.known.insert(position, each.size.clone());
                }
                Some(other)
                    if !self.agree(&other.size, &each.size)
                        && matches!(found[&position], Range::Found(_)) =>
                {
                    found.insert(position, Range::Conflict(Box::new(((*other).clone(), each.clone()))));
                }
                Some(_) => {}
            }
        }
        self.exchange(&mut found, &uses.reads);
        loop {
            let unknown = uses
                .reads
                .iter()
                .flat_map(|each| each.subscript.indices())
                .filter(|position| !uses.known.contains_key(position));
            let next = unknown.into_iter().find_map(|position| {
                Some((position, self.largest_range(position, &uses.known, &uses.reads)?))
            });
            let Some((position, range)) = next else { return found };
            let extent = match &range {
                Range::Found(extent) => extent.clone(),
                Range::Conflict(_) | Range::Exchanged(_) | Range::Undecided(_) | Range::Nowhere(..) => {
                    Int::constant(1)
                }
            };
            uses.known.insert(position, extent);
            found.insert(position, range);
        }
    }

    /// Indices of which uses disagree, where one read alone has two of them in each other's place.
    fn exchange(&self, found: &mut BTreeMap<usize, Range>, reads: &[Use]) {
        let conflicts = found.iter().filter(|(_, range)| matches!(range, Range::Conflict(_)));
        let Some(&position) = conflicts.map(|(position, _)| position).next() else { return };
        let alone = |each: &Use| each.subscript.as_index();
        let agrees = |at: &Use, size: &Int| {
            let others = reads.iter().filter(|each| alone(each) == alone(at) && each.read != at.read);
            let mut count = 0;
            for each in others {
                if !self.agree(&each.size, size) {
                    return None;
                }
                count += 1;
            }
            Some(count)
        };
        let mut exchanges = reads.iter().filter(|each| alone(each) == Some(position)).filter_map(|one| {
            let is_other =
                |each: &&Use| each.read.0 == one.read.0 && alone(each).is_some_and(|other| other != position);
            reads.iter().filter(is_other).find_map(|other| {
                let both = agrees(one, &other.size)? > 0 && agrees(other, &one.size).is_some();
                (both && one.written.is_some() && other.written.is_some()).then(|| {
                    match one.read.1 < other.read.1 {
                        true => Exchange { first: one.clone(), second: other.clone() },
                        false => Exchange { first: other.clone(), second: one.clone() },
                    }
                })
            })
        });
        let Some(exchange) = exchanges.next_back() else { return };
        for index in [&exchange.first, &exchange.second].into_iter().filter_map(alone) {
            found.insert(index, Range::Exchanged(Box::new(exchange.clone())));
        }
    }

    /// The largest range of an index in which every read is inside; `None` while another index in one of
    /// its subscripts is not known yet.
    fn largest_range(&self, position: usize, known: &BTreeMap<usize, Int>, uses: &[Use]) -> Option<Range> {
        let mut best: Option<(Extent, &Use)> = None;
        for each in uses.iter().filter(|each| each.subscript.mentions_index(position)) {
            let (coefficient, rest) = affine(&each.subscript, position)?;
            if rest.indices().iter().any(|other| !known.contains_key(other)) {
                return None;
            }
            let mut least = Int::zero();
            let mut most = Int::zero();
            for (monomial, factor) in rest.terms() {
                let index = monomial.iter().find_map(|atom| match atom {
                    Atom::Index(position) => Some(*position),
                    _ => None,
                });
                let others = monomial
                    .iter()
                    .filter(|atom| !matches!(atom, Atom::Index(_)))
                    .fold(Int::constant(factor), |product, atom| product.mul(&Int::atom(atom.clone())));
                let span = index.map_or(Int::constant(1), |index| known[&index].plus(-1));
                let end = others.mul(&span);
                if index.is_none() {
                    least = least.add(&end);
                    most = most.add(&end);
                } else if factor > 0 {
                    most = most.add(&end);
                } else {
                    least = least.add(&end);
                }
            }
            // An axis may be cut to none; but no further.
            let (begin, is_nowhere) = match coefficient > 0 {
                true => (&most, Self::is_at_least(&each.size.sub(&most), 0) == Some(false)),
                false => (&least, !each.size.is(0) && Self::is_at_least(&least, 0) == Some(false)),
            };
            if is_nowhere && begin.as_constant().is_some() && each.size.as_constant().is_some() {
                return Some(Range::Nowhere(Box::new(each.clone()), begin.clone()));
            }
            let extent = if coefficient > 0 {
                Extent { steps: each.size.plus(-1).sub(&most), stride: coefficient }
            } else {
                Extent { steps: least, stride: -coefficient }
            };
            best = Some(match best {
                None => (extent, each),
                Some((other, at)) => match extent.is_within(&other) {
                    Some(true) => (extent, each),
                    Some(false) => (other, at),
                    // Where it is called, one of them may well be the shorter.
                    None if self.lenient => (other, at),
                    None => return Some(Range::Undecided(Box::new((at.clone(), each.clone())))),
                },
            });
        }
        best.map(|(extent, _)| Range::Found(extent.length()))
    }

    /// Collects the reads under an expression. Quiet: what is wrong is said when it is lowered.
    fn gather_uses(&mut self, expr: &ast::Expr, uses: &mut Uses) {
        match &expr.kind {
            E::Index(base, subscripts) => {
                self.gather_uses(base, uses);
                let value = self.expr(base);
                self.gather_subscripts(value, spelled(base), subscripts, uses);
            }
            E::Reduce { indices, body, .. } => {
                self.enter();
                self.bind_all_quietly(indices, uses);
                self.gather_uses(body, uses);
                self.frame_mut().scopes.pop();
            }
            E::Unary(_, inner) | E::Cast(inner, _) | E::Field(inner, _) => self.gather_uses(inner, uses),
            E::Binary(_, _, left, right) => {
                self.gather_uses(left, uses);
                self.gather_uses(right, uses);
            }
            E::If { condition, then, otherwise } => {
                self.gather_uses(condition, uses);
                for body in std::iter::once(then).chain(otherwise) {
                    self.gather_body_uses(body, uses);
                }
            }
            E::Call { function, arguments } => {
                if !matches!(function.kind, E::Name(_)) {
                    self.gather_uses(function, uses);
                }
                arguments.iter().for_each(|argument| self.gather_uses(&argument.value, uses));
            }
            E::Method { receiver, arguments, .. } => {
                self.gather_uses(receiver, uses);
                arguments.iter().for_each(|argument| self.gather_uses(&argument.value, uses));
            }
            E::Array(parts) | E::Tuple(parts) => parts.iter().for_each(|part| self.gather_uses(part, uses)),
            E::Block(body) => self.gather_body_uses(body, uses),
            E::Error => uses.poisoned = true,
            E::Number(_) | E::Bool(_) | E::Name(_) => {}
        }
    }

    /// What subscripts a value, read or written.
    fn gather_subscripts(
        &mut self,
        value: Value,
        of: Option<String>,
        subscripts: &[Subscript],
        uses: &mut Uses,
    ) {
        uses.subscripted += 1;
        let number = uses.subscripted;
        let shape = match value {
            Value::Array(array) => array.shape,
            Value::Layer(layer) => layer.lengths.iter().map(|&length| Int::from(length)).collect(),
            other => {
                uses.poisoned |= matches!(other, Value::Poison);
                Vec::new()
            }
        };
        for (axis, subscript) in subscripts.iter().enumerate() {
            let Subscript::At(at) = subscript else { continue };
            self.gather_uses(at, uses);
            if let (Some(size), true) = (shape.get(axis), self.is_integer(at)) {
                match self.integer(at) {
                    Some(subscript) => {
                        let (size, place) = (size.clone(), self.place(at));
                        let (read, written) = ((number, axis), of.clone().zip(spelled(at)));
                        uses.reads.push(Use { size, subscript, place, read, written })
                    }
                    None => uses.poisoned = true,
                }
            } else {
                uses.poisoned |= matches!(self.expr(at), Value::Poison);
            }
        }
    }

    fn gather_body_uses(&mut self, body: &ast::Body, uses: &mut Uses) {
        self.enter();
        for statement in &body.statements {
            self.gather_statement_uses(statement, body, uses);
        }
        if let Some(result) = &body.result {
            self.gather_uses(result, uses);
        }
        self.frame_mut().scopes.pop();
    }

    fn gather_statement_uses(&mut self, statement: &Statement, around: &ast::Body, uses: &mut Uses) {
        match statement {
            Statement::Let { value, .. } => {
                self.gather_uses(value, uses);
                self.statement(statement, around);
            }
            Statement::LetIndexed { indices, value, .. } => {
                self.enter();
                self.bind_all_quietly(indices, uses);
                self.gather_uses(value, uses);
                self.frame_mut().scopes.pop();
                self.statement(statement, around);
            }
            Statement::Assign { target, value, .. } => {
                self.gather_target_uses(target, uses);
                self.gather_uses(value, uses);
            }
            Statement::Lost(_) => {
                uses.poisoned = true;
                self.statement(statement, around);
            }
            Statement::For(each) => {
                self.enter();
                let place = self.ambient.len();
                match &each.range {
                    ast::ForRange::Range { from, to, .. } => {
                        self.gather_uses(from, uses);
                        self.gather_uses(to, uses);
                        let range = self.integer(from).zip(self.integer(to));
                        self.bind_quietly(&each.variable, place, range, uses);
                    }
                    ast::ForRange::Over(layers) => {
                        self.gather_uses(layers, uses);
                        let one = match self.expr(layers) {
                            Value::Layer(mut layer) if !layer.lengths.is_empty() => {
                                let length = Int::from(layer.lengths.remove(0));
                                uses.known.insert(place, length);
                                self.ambient
                                    .push(Axis { name: each.variable.to_string(), extent: Int::constant(1) });
                                layer.indices.push(Int::index(place));
                                Value::Layer(layer)
                            }
                            _ => Value::Poison,
                        };
                        self.bind(&each.variable, Bound::Value(one), Mutability::Counter);
                    }
                }
                each.condition.iter().for_each(|condition| self.gather_uses(condition, uses));
                self.gather_body_uses(&each.body, uses);
                self.frame_mut().scopes.pop();
            }
        }
    }

    fn gather_target_uses(&mut self, target: &Target, uses: &mut Uses) {
        match target {
            Target::Name(_) | Target::Ignored(_) => {}
            Target::Indexed(name, subscripts, _) => {
                let value = match self.binding(&name.to_string()).map(|binding| binding.value.clone()) {
                    Some(Bound::Value(value)) => value,
                    Some(Bound::Integer(_)) | None => Value::Poison,
                };
                self.gather_subscripts(value, Some(name.to_string()), subscripts, uses);
            }
            Target::Tuple(parts, _) => parts.iter().for_each(|part| self.gather_target_uses(part, uses)),
        }
    }
}

/// The constant coefficient of an index and the rest, if it occurs only so.
pub fn affine(value: &Int, position: usize) -> Option<(i64, Int)> {
    let mut coefficient = 0;
    let mut rest = Int::zero();
    for (monomial, factor) in value.terms() {
        let alone = monomial == [Atom::Index(position)];
        let term = monomial
            .iter()
            .fold(Int::constant(factor), |product, atom| product.mul(&Int::atom(atom.clone())));
        if alone {
            coefficient += factor;
        } else if term.mentions_index(position) {
            return None;
        } else {
            rest = rest.add(&term);
        }
    }
    (coefficient != 0).then_some((coefficient, rest))
}

/// Takes out what makes tensors from this one on. A derivative may have put such nodes between the others.
fn forget(nodes: &mut Vec<Node>, first: TensorId) {
    nodes.retain_mut(|node| {
        if let Node::Loop(node) = node {
            forget(&mut node.body, first);
        }
        let outputs = node.outputs();
        let is_empty = matches!(node, Node::Loop(node) if node.body.is_empty()) && outputs.is_empty();
        !is_empty && outputs.iter().all(|output| *output < first)
    });
}
