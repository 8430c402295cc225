//! Index notation: indices bound on the left of a `let` and in reducers, and the ranges that they run
//! over where none is written.

use std::collections::BTreeMap;

use proc_macro2::Ident;

use super::elaborate::Elaborator;
use super::reduce::Reducer;
use super::value::{Array, Bound, Value};
use crate::ir::{Axis, Comparison, Int, ScalarId};
use crate::syntax::ast::{self, ExprKind as E, IndexBinding, Subscript};

/// A read of an axis at a subscript, met while looking for ranges.
struct Use {
    size: Int,
    subscript: Int,
}

impl Elaborator<'_> {
    /// `let y[n, o] = …;`: the array over the indices on the left.
    pub fn indexed(&mut self, indices: &[IndexBinding], value: &ast::Expr) -> Option<Array> {
        let depth = self.depth();
        self.enter();
        let within = self.bind_indices(indices, value);
        let guarded = matches!(within, Some(Some(_)));
        if guarded {
            let span = indices.first().map_or(value.span, |index| index.name.span());
            self.error_with_help(
                span,
                "an index on the left runs from 0 to a size",
                "guard the value instead: `if j < i { … } else { 0 }`",
            );
        }
        let array = self.array(value);
        self.leave();
        let axes: Vec<Axis> = self.ambient.drain(depth..).collect();
        let (array, _) = (array?, within?);
        if guarded {
            return None;
        }
        let shape: Vec<Int> =
            axes.iter().map(|axis| axis.extent.clone()).chain(array.shape.iter().cloned()).collect();
        Some(Array { shape, kind: array.kind, depth, element: array.element })
    }

    /// `sum[j in 0..i](…)`.
    pub fn reduce(&mut self, reducer: &Ident, indices: &[IndexBinding], body: &ast::Expr) -> Value {
        let Some(kind) = Reducer::named(&reducer.to_string()) else {
            self.error(reducer.span(), format!("there is no reducer `{reducer}`"));
            return Value::Poison;
        };
        let depth = self.depth();
        self.enter();
        let within = self.bind_indices(indices, body);
        let array = self.array(body);
        self.leave();
        let axes: Vec<Axis> = self.ambient.drain(depth..).collect();
        let (Some(array), Some(within)) = (array, within) else { return Value::Poison };
        if !array.shape.is_empty() {
            let message =
                format!("`{reducer}[…]` reduces a scalar, found {}", self.show(array.kind, &array.shape));
            self.error_with_help(
                body.span,
                message,
                "subscript every tensor down to a scalar, or reduce over axes: `sum(x, axis = 1)`",
            );
            return Value::Poison;
        }
        let array = Array { depth, ..array };
        self.fold(kind, &array, &axes, within, reducer.span()).map_or(Value::Poison, Value::Array)
    }

    /// Puts indices in scope. Returns the condition under which a range holds that is not rectangular;
    /// `None` after an error (the names are bound all the same).
    fn bind_indices(&mut self, indices: &[IndexBinding], body: &ast::Expr) -> Option<Option<ScalarId>> {
        let depth = self.depth();
        let mut within = None;
        let mut failed = false;
        // Written ranges first: what they say, the others may depend on.
        let mut ranges = Vec::new();
        for index in indices {
            ranges.push(match &index.range {
                None => None,
                Some((from, to)) => {
                    let (from, to) = (self.integer(from), self.integer(to));
                    failed |= from.is_none() || to.is_none();
                    Some((from.unwrap_or_default(), to.unwrap_or_else(|| Int::constant(1))))
                }
            });
        }
        let inferred = self.infer(indices, &ranges, body);
        for (position, (index, range)) in indices.iter().zip(ranges).enumerate() {
            let at = Int::index(depth + position);
            let (extent, value) = match range {
                Some((from, to)) => {
                    let rectangular = is_size(&to.sub(&from));
                    if rectangular {
                        (to.sub(&from), at.add(&from))
                    } else {
                        match self.bounds(&to) {
                            Some((_, most)) => {
                                let s = &mut self.graph.scalars;
                                let (low, high) = (
                                    s.compare_int(Comparison::LessEqual, from, at.clone()),
                                    s.compare_int(Comparison::Less, at.clone(), to),
                                );
                                let both = s.and(low, high);
                                within = Some(match within {
                                    Some(condition) => s.and(condition, both),
                                    None => both,
                                });
                                (most, at)
                            }
                            None => {
                                self.error(
                                    index.name.span(),
                                    format!(
                                        "how far `{}` runs is not known: its range is not affine in indices",
                                        index.name
                                    ),
                                );
                                failed = true;
                                (Int::constant(1), at)
                            }
                        }
                    }
                }
                None => match inferred.get(&(depth + position)) {
                    Some(Ok(extent)) => (extent.clone(), at),
                    Some(Err(message)) => {
                        self.error_with_help(
                            index.name.span(),
                            message.clone(),
                            format!("write it: `{} in 0..n`", index.name),
                        );
                        failed = true;
                        (Int::constant(1), at)
                    }
                    None => {
                        let message =
                            format!("`{}` subscripts nothing, so its range is not known", index.name);
                        self.error_with_help(
                            index.name.span(),
                            message,
                            format!("write it: `{} in 0..n`", index.name),
                        );
                        failed = true;
                        (Int::constant(1), at)
                    }
                },
            };
            self.ambient.push(Axis { name: index.name.to_string(), extent });
            self.bind(&index.name, Bound::Integer(value), false);
            // An index need not be asked for: `let y[n, o] = b[o]` repeats.
            self.lookup(&index.name.to_string());
        }
        (!failed).then_some(within)
    }

    /// The ranges of indices that have none written: the axis that one subscripts alone; else the largest
    /// from 0 in which all its reads are inside.
    fn infer(
        &mut self,
        indices: &[IndexBinding],
        ranges: &[Option<(Int, Int)>],
        body: &ast::Expr,
    ) -> BTreeMap<usize, Result<Int, String>> {
        let depth = self.depth();
        let errors = (self.report.errors.len(), self.report.warnings.len());
        let nodes = self.graph.nodes.len();
        let mut known: BTreeMap<usize, Int> = BTreeMap::new();
        let mut uses = Vec::new();
        self.enter();
        for (position, (index, range)) in indices.iter().zip(ranges).enumerate() {
            let place = depth + position;
            let mut value = Int::index(place);
            if let Some((from, to)) = range
                && is_size(&to.sub(from))
            {
                known.insert(place, to.sub(from));
                value = value.add(from);
            }
            self.ambient.push(Axis { name: index.name.to_string(), extent: Int::constant(1) });
            self.bind(&index.name, Bound::Integer(value), false);
        }
        self.gather_uses(body, &mut known, &mut uses);
        self.frame_mut().scopes.pop();
        self.ambient.truncate(depth);
        self.graph.nodes.truncate(nodes);
        self.report.errors.truncate(errors.0);
        self.report.warnings.truncate(errors.1);
        for position in 0..depth {
            known.insert(position, self.ambient[position].extent.clone());
        }

        let mut found: BTreeMap<usize, Result<Int, String>> = BTreeMap::new();
        for each in &uses {
            let Some(position) = each.subscript.as_index() else { continue };
            if known.contains_key(&position) && !found.contains_key(&position) {
                continue;
            }
            match found.get(&position) {
                None => {
                    found.insert(position, Ok(each.size.clone()));
                    known.insert(position, each.size.clone());
                }
                Some(Ok(size)) if *size != each.size => {
                    let message = format!(
                        "this index runs over axes of different sizes: {} and {}",
                        self.show_size(size),
                        self.show_size(&each.size)
                    );
                    found.insert(position, Err(message));
                }
                Some(_) => {}
            }
        }
        loop {
            let mut grown = false;
            let positions: Vec<usize> = uses
                .iter()
                .flat_map(|each| indices_of(&each.subscript))
                .filter(|position| !known.contains_key(position))
                .collect();
            for position in positions {
                if known.contains_key(&position) {
                    continue;
                }
                if let Some(range) = self.largest_range(position, &known, &uses) {
                    if let Ok(extent) = &range {
                        known.insert(position, extent.clone());
                    } else {
                        known.insert(position, Int::constant(1));
                    }
                    found.insert(position, range);
                    grown = true;
                }
            }
            if !grown {
                return found;
            }
        }
    }

    /// The largest range of an index in which every read is inside; `None` while another index in one of
    /// its subscripts is not known yet.
    fn largest_range(
        &self,
        position: usize,
        known: &BTreeMap<usize, Int>,
        uses: &[Use],
    ) -> Option<Result<Int, String>> {
        let mut best: Option<Int> = None;
        for each in uses.iter().filter(|each| each.subscript.mentions_index(position)) {
            let (coefficient, rest) = affine(&each.subscript, position)?;
            if indices_of(&rest).iter().any(|other| !known.contains_key(other)) {
                return None;
            }
            let mut least = Int::zero();
            let mut most = Int::zero();
            for (monomial, factor) in rest.terms() {
                let index = monomial.iter().find_map(|atom| match atom {
                    crate::ir::Atom::Index(position) => Some(*position),
                    _ => None,
                });
                let others = monomial
                    .iter()
                    .filter(|atom| !matches!(atom, crate::ir::Atom::Index(_)))
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
            let extent = if coefficient > 0 {
                each.size.plus(-1).sub(&most).div(&Int::constant(coefficient)).plus(1)
            } else {
                least.div(&Int::constant(-coefficient)).plus(1)
            };
            best = Some(match best {
                None => extent,
                Some(other) => match Self::is_at_least(&other.sub(&extent), 0) {
                    Some(true) => extent,
                    Some(false) => other,
                    None if other == extent => extent,
                    None => {
                        return Some(Err(
                            "which of its reads ends first depends on run-time sizes".to_string()
                        ));
                    }
                },
            });
        }
        best.map(Ok)
    }

    /// Collects the reads under an expression. Quiet: what is wrong is said when it is lowered.
    fn gather_uses(&mut self, expr: &ast::Expr, known: &mut BTreeMap<usize, Int>, uses: &mut Vec<Use>) {
        match &expr.kind {
            E::Index(base, subscripts) => {
                self.gather_uses(base, known, uses);
                let shape = match self.expr(base) {
                    Value::Array(array) => array.shape,
                    Value::Layer(layer) => layer.lengths.iter().map(|&length| Int::from(length)).collect(),
                    _ => Vec::new(),
                };
                for (axis, subscript) in subscripts.iter().enumerate() {
                    if let Subscript::At(at) = subscript {
                        self.gather_uses(at, known, uses);
                        if let (Some(size), true) = (shape.get(axis), self.is_integer(at))
                            && let Some(subscript) = self.integer(at)
                        {
                            uses.push(Use { size: size.clone(), subscript });
                        }
                    }
                }
            }
            E::Reduce { indices, body, .. } => {
                self.enter();
                let depth = self.ambient.len();
                for (position, index) in indices.iter().enumerate() {
                    let place = depth + position;
                    let mut value = Int::index(place);
                    if let Some((from, to)) = &index.range {
                        self.gather_uses(from, known, uses);
                        self.gather_uses(to, known, uses);
                        if let (Some(from), Some(to)) = (self.integer(from), self.integer(to))
                            && is_size(&to.sub(&from))
                        {
                            known.insert(place, to.sub(&from));
                            value = value.add(&from);
                        }
                    }
                    self.ambient.push(Axis { name: index.name.to_string(), extent: Int::constant(1) });
                    self.bind(&index.name, Bound::Integer(value), false);
                }
                self.gather_uses(body, known, uses);
                self.frame_mut().scopes.pop();
                // The places stay taken: another reducer beside this one has indices of its own.
            }
            E::Unary(_, inner) | E::Cast(inner, _) | E::Field(inner, _) => {
                self.gather_uses(inner, known, uses)
            }
            E::Binary(_, _, left, right) => {
                self.gather_uses(left, known, uses);
                self.gather_uses(right, known, uses);
            }
            E::If { condition, then, otherwise } => {
                self.gather_uses(condition, known, uses);
                for body in std::iter::once(then).chain(otherwise) {
                    self.gather_body_uses(body, known, uses);
                }
            }
            E::Call { function, arguments } => {
                if !matches!(function.kind, E::Name(_)) {
                    self.gather_uses(function, known, uses);
                }
                arguments.iter().for_each(|argument| self.gather_uses(&argument.value, known, uses));
            }
            E::Method { receiver, arguments, .. } => {
                self.gather_uses(receiver, known, uses);
                arguments.iter().for_each(|argument| self.gather_uses(&argument.value, known, uses));
            }
            E::Array(parts) | E::Tuple(parts) => {
                parts.iter().for_each(|part| self.gather_uses(part, known, uses))
            }
            E::Block(body) => self.gather_body_uses(body, known, uses),
            E::Number(_) | E::Bool(_) | E::Name(_) | E::Error => {}
        }
    }

    fn gather_body_uses(&mut self, body: &ast::Body, known: &mut BTreeMap<usize, Int>, uses: &mut Vec<Use>) {
        for statement in &body.statements {
            match statement {
                ast::Statement::Let { value, .. }
                | ast::Statement::LetIndexed { value, .. }
                | ast::Statement::Assign { value, .. } => self.gather_uses(value, known, uses),
                ast::Statement::For(_) => {}
            }
        }
        if let Some(result) = &body.result {
            self.gather_uses(result, known, uses);
        }
    }
}

/// Whether an integer is made of constants and dims.
fn is_size(value: &Int) -> bool {
    let mut is_size = true;
    value.visit_atoms(&mut |atom| {
        is_size &=
            !matches!(atom, crate::ir::Atom::Index(_) | crate::ir::Atom::Loop(_) | crate::ir::Atom::Read(..))
    });
    is_size
}

/// The positions of the indices in an integer.
fn indices_of(value: &Int) -> Vec<usize> {
    let mut positions = Vec::new();
    value.visit_atoms(&mut |atom| {
        if let crate::ir::Atom::Index(position) = atom {
            positions.push(*position);
        }
    });
    positions
}

/// The constant coefficient of an index and the rest, if it occurs only so.
fn affine(value: &Int, position: usize) -> Option<(i64, Int)> {
    let mut coefficient = 0;
    let mut rest = Int::zero();
    for (monomial, factor) in value.terms() {
        let alone = monomial == [crate::ir::Atom::Index(position)];
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
