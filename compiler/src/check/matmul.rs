//! `@`, as NumPy has it: vectors, matrices, batches of matrices.

use proc_macro2::{Ident, Span};

use super::elaborate::Elaborator;
use super::items::InstanceContent;
use super::value::{Array, Mutability};
use super::words::spelled;
use crate::ir::{Axis, Int, Kind, Reduction};
use crate::syntax::ast::{self, ExprKind as E};

impl Elaborator<'_> {
    /// NumPy's matmul.
    pub fn matmul(
        &mut self,
        a: &Array,
        b: &Array,
        span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<Array> {
        let (rank_a, rank_b) = (a.shape.len(), b.shape.len());
        if rank_a == 0 || rank_b == 0 {
            let message = format!(
                "`@` needs vectors or matrices, found {} @ {}",
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            self.error_with_help(span, message, "multiply by a scalar with `*`");
            return None;
        }
        let inner_b = if rank_b == 1 { 0 } else { rank_b - 2 };
        if !self.agree(&a.shape[rank_a - 1], &b.shape[inner_b]) {
            let message = format!(
                "`@` needs the last axis of its left side and the {} of its right side to agree: {} @ {}",
                if rank_b == 1 { "only axis" } else { "second-last" },
                self.show(a.kind, &a.shape),
                self.show(b.kind, &b.shape)
            );
            let help = self.who_would_fit(a, b, left, right);
            self.error_with_help(span, message, help);
            return None;
        }
        let (batch_a, batch_b) = (&a.shape[..rank_a.saturating_sub(2)], &b.shape[..rank_b.saturating_sub(2)]);
        let batch = match self.broadcast(&[batch_a, batch_b]) {
            Ok(batch) => batch,
            Err((have, want, _)) => {
                let message = format!(
                    "the leading axes of both sides of `@` need sizes that agree (or are 1): {} @ {}",
                    self.show(a.kind, &a.shape),
                    self.show(b.kind, &b.shape)
                );
                let help = format!(
                    "they count matrices, which are multiplied one by one: {} on the left, {} on the right",
                    self.show_size(&have),
                    self.show_size(&want)
                );
                self.error_with_help(span, message, help);
                return None;
            }
        };
        let (name_a, name_b) = (self.name_for("left"), self.name_for("right"));
        let (a, b) = (self.store(a, &name_a), self.store(b, &name_b));
        let rows = (rank_a > 1).then(|| a.shape[rank_a - 2].clone());
        let columns = (rank_b > 1).then(|| b.shape[rank_b - 1].clone());
        let inner = a.shape[rank_a - 1].clone();
        let mut shape = batch.clone();
        shape.extend(rows.clone());
        shape.extend(columns.clone());

        let depth = self.depth();
        let reduced = Int::index(depth + shape.len());
        let batch_at = |own: &[Int]| -> Vec<Int> {
            let missing = batch.len() - own.len();
            own.iter()
                .enumerate()
                .map(|(axis, size)| {
                    if size.is(1) && !batch[missing + axis].is(1) {
                        Int::zero()
                    } else {
                        Int::index(depth + missing + axis)
                    }
                })
                .collect()
        };
        let mut at_a = batch_at(&a.shape[..rank_a.saturating_sub(2)]);
        if rows.is_some() {
            at_a.push(Int::index(depth + batch.len()));
        }
        at_a.push(reduced.clone());
        let mut at_b = batch_at(&b.shape[..rank_b.saturating_sub(2)]);
        at_b.push(reduced);
        if columns.is_some() {
            at_b.push(Int::index(depth + shape.len() - 1));
        }
        let (a, b) = (self.view(&a, Vec::new(), at_a), self.view(&b, Vec::new(), at_b));
        let element = self.graph.scalars.mul(a.element, b.element);
        let product = Array { shape, kind: Kind::Float, depth, element };
        let name = self.name_for("product");
        Some(self.make(&product, &name, Reduction::Sum, &[Axis { name: "k".into(), extent: inner }]))
    }

    /// What would fit on the right of `@`.
    fn who_would_fit(&self, a: &Array, b: &Array, left: &ast::Expr, right: &ast::Expr) -> String {
        let wanted = &a.shape[a.shape.len() - 1];
        let mut help = Vec::new();
        let declared = |name: &Ident, array: &Array| {
            let own = self.frame().scopes.iter().flatten().rev().find(|binding| name == &binding.name);
            let is = if own.is_some_and(|binding| binding.mutable != Mutability::Argument) {
                "is"
            } else {
                "is declared"
            };
            format!("`{name}` {is} {}", self.show(array.kind, &array.shape))
        };
        if let E::Name(name) = &right.kind {
            help.push(declared(name, b));
        } else if let E::Name(name) = &left.kind {
            help.push(declared(name, a));
        }
        let (rank_a, rank_b) = (a.shape.len(), b.shape.len());
        let exchanged = rank_a >= 2 && rank_b >= 2 && b.shape[rank_b - 1] == a.shape[rank_a - 2];
        // Of a field, another one may have been meant.
        let is_field = matches!(&right.kind, E::Name(name) if {
            !self.frame().scopes.iter().flatten().any(|binding| name == &binding.name)
        });
        let turned = rank_b >= 2 && b.shape[rank_b - 1] == *wanted;
        if let (true, Some(left), Some(right)) = (exchanged, spelled(left), spelled(right)) {
            help.push(format!("exchanged they would fit: `{right} @ {left}`"));
        } else if let (true, Some(right)) = (turned && !is_field, spelled(right)) {
            help.push(format!("its transpose would fit: `{right}.t()`"));
        } else if let Some((name, shape)) = self.field_that_fits(wanted) {
            help.push(format!("`{name}` ({}) would fit here", self.show(Kind::Float, &shape)));
        } else if turned {
            let name = spelled(right).map_or_else(|| ".t()".to_string(), |right| format!("{right}.t()"));
            help.push(format!("its transpose would fit: `{name}`"));
        } else if rank_a >= 2 && a.shape[rank_a - 2] == b.shape[rank_b.saturating_sub(2)] {
            let name = spelled(left).map_or_else(|| ".t()".to_string(), |left| format!("{left}.t()"));
            help.push(format!("the transpose of the left side would fit: `{name}`"));
        }
        if help.is_empty() {
            help.push(format!(
                "the left side ends in {}, the right side has {} rows",
                self.show_size(wanted),
                self.show_size(&b.shape[rank_b.saturating_sub(2)])
            ));
        }
        help.join("; ")
    }

    /// A field that is a matrix of so many rows.
    fn field_that_fits(&self, rows: &Int) -> Option<(&Ident, Vec<Int>)> {
        let layer = self.frame().layer.as_ref()?;
        self.instances.list[layer.instance].fields.iter().find_map(|field| match &field.content {
            InstanceContent::Tensor { shape, .. }
                if shape.len() == 2 && rows.is(i64::try_from(shape[0]).ok()?) =>
            {
                Some((&field.name, shape.iter().map(|&size| Int::from(size)).collect()))
            }
            _ => None,
        })
    }
}
