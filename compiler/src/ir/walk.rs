//! Walks over scalar expressions: what stands under one, and the same with parts replaced.

use std::collections::{BTreeMap, BTreeSet};

use super::{Int, Scalar, ScalarId, Scalars};

impl Scalars {
    /// The operands of a node, in order.
    pub fn operands(&self, id: ScalarId) -> Vec<ScalarId> {
        match self[id] {
            Scalar::Call(_, ref arguments) => arguments.clone(),
            Scalar::Number(_)
            | Scalar::Integer(_)
            | Scalar::Flag(_)
            | Scalar::Read(..)
            | Scalar::CompareInt(..) => vec![],
            Scalar::Unary(_, a) | Scalar::Not(a) => vec![a],
            Scalar::Binary(_, a, b) | Scalar::Compare(_, a, b) | Scalar::And(a, b) | Scalar::Or(a, b) => {
                vec![a, b]
            }
            Scalar::Select(c, a, b) => vec![c, a, b],
        }
    }

    /// Everything under an expression, itself included, each once, operands first.
    pub fn reachable(&self, root: ScalarId) -> Vec<ScalarId> {
        self.reachable_besides(root, None)
    }

    /// The same without an expression and what only that reaches.
    pub fn reachable_besides(&self, root: ScalarId, without: Option<ScalarId>) -> Vec<ScalarId> {
        let mut reached = BTreeSet::new();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if Some(id) != without && reached.insert(id) {
                stack.extend(self.operands(id));
            }
        }
        reached.into_iter().collect()
    }

    /// Every integer in an expression: subscripts, sides of comparisons, and integers used as numbers.
    pub fn visit_integers(&self, root: ScalarId, visit: &mut dyn FnMut(&Int)) {
        for id in self.reachable(root) {
            match &self[id] {
                Scalar::Read(_, at) => at.iter().for_each(&mut *visit),
                Scalar::Integer(value) => visit(value),
                Scalar::CompareInt(_, a, b) => {
                    visit(a);
                    visit(b);
                }
                Scalar::Number(_) | Scalar::Flag(_) | Scalar::Unary(..) | Scalar::Binary(..) => {}
                Scalar::Call(..)
                | Scalar::Compare(..)
                | Scalar::Not(_)
                | Scalar::And(..)
                | Scalar::Or(..)
                | Scalar::Select(..) => {}
            }
        }
    }

    /// The indices of the domain that occur in an expression.
    pub fn indices(&self, root: ScalarId) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        self.visit_integers(root, &mut |integer| found.extend(integer.indices()));
        found
    }

    /// Rebuilds an expression with some of its leaves (or inner nodes) replaced, simplifying anew.
    /// `replace` is asked first at every node; `integer` maps every integer in subscripts and conditions.
    pub fn rebuild(
        &mut self,
        root: ScalarId,
        replace: &mut dyn FnMut(&mut Self, ScalarId) -> Option<ScalarId>,
        integer: &mut dyn FnMut(&Int) -> Int,
    ) -> ScalarId {
        self.rebuilt(root, replace, integer)[&root]
    }

    /// What [`Self::rebuild`] makes of an expression and of each of its parts.
    pub fn rebuilt(
        &mut self,
        root: ScalarId,
        replace: &mut dyn FnMut(&mut Self, ScalarId) -> Option<ScalarId>,
        integer: &mut dyn FnMut(&Int) -> Int,
    ) -> BTreeMap<ScalarId, ScalarId> {
        let mut done: BTreeMap<ScalarId, ScalarId> = BTreeMap::new();
        let mut stack = vec![(root, false)];
        while let Some((id, operands_done)) = stack.pop() {
            if done.contains_key(&id) {
                continue;
            }
            if !operands_done {
                if let Some(replacement) = replace(self, id) {
                    done.insert(id, replacement);
                    continue;
                }
                stack.push((id, true));
                stack.extend(self.operands(id).into_iter().map(|operand| (operand, false)));
                continue;
            }
            let new = match self[id].clone() {
                Scalar::Number(_) | Scalar::Flag(_) => id,
                Scalar::Integer(value) => {
                    let value = integer(&value);
                    self.integer(value)
                }
                Scalar::Read(tensor, at) => {
                    let at = at.iter().map(&mut *integer).collect();
                    self.read(tensor, at)
                }
                Scalar::Unary(function, a) => self.unary(function, done[&a]),
                Scalar::Binary(function, a, b) => self.binary(function, done[&a], done[&b]),
                Scalar::Call(function, arguments) => {
                    self.call(function, arguments.iter().map(|argument| done[argument]).collect())
                }
                Scalar::Compare(comparison, a, b) => self.compare(comparison, done[&a], done[&b]),
                Scalar::CompareInt(comparison, a, b) => {
                    let (a, b) = (integer(&a), integer(&b));
                    self.compare_int(comparison, a, b)
                }
                Scalar::Not(a) => self.not(done[&a]),
                Scalar::And(a, b) => self.and(done[&a], done[&b]),
                Scalar::Or(a, b) => self.or(done[&a], done[&b]),
                Scalar::Select(c, a, b) => self.select(done[&c], done[&a], done[&b]),
            };
            done.insert(id, new);
        }
        done
    }

    /// The expression with the domain's indices replaced by position.
    pub fn with_indices(&mut self, root: ScalarId, indices: &[Int]) -> ScalarId {
        self.rebuild(root, &mut |_, _| None, &mut |integer| integer.with_indices(indices))
    }
}
