//! Rows that all iterations of a loop work on are made once, before it, and stored once, behind it: which those
//! are. Decides nothing about how a loop works on rows.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;

use super::{Along, Key, Plan, Use, statements, whole_range};
use crate::emit::body::Body;
use crate::ir::{Atom, Int, TensorId};
use crate::plan::{For, Home, Item, Leaf, LeafKind, Root};

impl Body<'_> {
    /// Makes arrays of the rows that all iterations of a loop work on: statements before and behind it.
    pub(in super::super) fn hoisted_rows(&mut self, around: &For) -> (TokenStream, TokenStream, usize) {
        let depth = self.indices.len();
        let mut survey = Survey::default();
        let mut extents = [self.extents.as_slice(), std::slice::from_ref(&around.axis.extent)].concat();
        self.survey(&around.body, &mut extents, &mut survey);
        let mut chosen: Vec<(Use, i64, i64)> = Vec::new();
        for (each, width, lanes) in &survey.uses {
            let root = each.key.0;
            let same = |other: &(Use, i64, i64)| other.0.key == each.key && other.2 == *lanes;
            let stored = survey.uses.iter().any(|other| other.0.key.0 == root && other.0.stored);
            let alone = survey.uses.iter().all(|other| other.0.key.0 != root || same(other));
            let free =
                if stored { alone && !survey.touched.contains_key(&root) } else { survey.is_only_read(root) };
            if !free || !each.inside || !self.is_fixed(&each.key, depth, &survey) || self.is_undeclared(root)
            {
                continue;
            }
            match chosen.iter_mut().find(|other| same(other)) {
                Some((known, ..)) => {
                    known.stored |= each.stored;
                    known.loaded |= each.loaded;
                }
                None => chosen.push((each.clone(), *width, *lanes)),
            }
        }
        chosen.retain(|(each, _, lanes)| self.bound_row(&each.key, *lanes).is_none());
        let (mut before, mut behind) = (TokenStream::new(), TokenStream::new());
        for (each, width, lanes) in &chosen {
            // With no iteration at all it must stay what it was.
            before.extend(self.open_row(&Use { loaded: true, ..each.clone() }, *width, *lanes));
            behind.extend(self.store_row(each, *width, *lanes));
        }
        (before, behind, chosen.len())
    }

    /// Whether a row is the same in all iterations of a loop.
    fn is_fixed(&self, key: &Key, depth: usize, survey: &Survey) -> bool {
        key.1.iter().all(|at| {
            let mut fixed = true;
            at.visit_atoms(&mut |atom| match atom {
                Atom::Index(index) => fixed &= *index < depth,
                Atom::Read(tensor, _) => fixed &= survey.is_only_read(self.root(*tensor)),
                _ => {}
            });
            fixed
        })
    }

    /// Whether a root is a variable that has not been declared yet.
    pub(super) fn is_undeclared(&self, root: Root) -> bool {
        let Root::Buffer(buffer) = root else { return false };
        let local = self.plan.memory.buffers[buffer.0].home == Home::Local;
        local && !self.declared.contains(&buffer)
    }

    /// What the loops inside work on.
    fn survey(&self, items: &[Item], extents: &mut Vec<Int>, survey: &mut Survey) {
        for item in items {
            match item {
                Item::If(condition, body) => {
                    self.plan.graph.visit_reads(*condition, &mut |tensor, _| {
                        survey.touch(self.root(tensor), false);
                    });
                    self.survey(body, extents, survey);
                }
                Item::Leaf(leaf) => {
                    let sum = leaf.inner.last().filter(|_| matches!(leaf.kind, LeafKind::Reduce));
                    let outside = extents.len();
                    extents.extend(leaf.inner.iter().map(|axis| axis.extent.clone()));
                    let last = extents.len().saturating_sub(1);
                    let plan = match sum {
                        Some(axis) if whole_range(leaf) => self.row_plan(axis, &extents[..last], &[leaf]),
                        _ => None,
                    };
                    self.survey_leaf(leaf, plan.as_ref(), last, survey);
                    survey.add(plan);
                    extents.truncate(outside);
                }
                Item::For(around) => {
                    let leaves = statements(around);
                    let plan = leaves.and_then(|leaves| self.row_plan(&around.axis, extents, &leaves));
                    match (plan, statements(around)) {
                        (Some(plan), Some(leaves)) => {
                            for leaf in leaves {
                                self.survey_leaf(leaf, Some(&plan), extents.len(), survey);
                            }
                            survey.add(Some(plan));
                        }
                        _ => {
                            extents.push(around.axis.extent.clone());
                            self.survey(&around.body, extents, survey);
                            extents.pop();
                        }
                    }
                }
            }
        }
    }

    /// Notes what a statement touches other than through the rows of a loop at a depth.
    fn survey_leaf(&self, leaf: &Leaf, plan: Option<&Plan>, depth: usize, survey: &mut Survey) {
        let in_row = |tensor: TensorId, at: &[Int]| match (plan, self.along(tensor, at, depth)) {
            (Some(plan), Along::Row { prefix, start, stride }) => {
                let start = plan.cut.start(&start, stride, depth);
                let key = self.row_key(tensor, &prefix, &start, stride);
                plan.uses.iter().any(|each| each.key == key)
            }
            _ => false,
        };
        leaf.visit_reads(&self.plan.graph, &mut |tensor, at| {
            if !in_row(tensor, at) {
                survey.touch(self.root(tensor), false);
            }
        });
        if !in_row(leaf.out, &leaf.at) {
            survey.touch(self.root(leaf.out), true);
        }
    }
}

/// What loops inside a loop work on: rows with their widths and lanes, and the memory that is touched
/// otherwise, with whether it is written.
#[derive(Default)]
struct Survey {
    uses: Vec<(Use, i64, i64)>,
    touched: BTreeMap<Root, bool>,
}

impl Survey {
    fn touch(&mut self, root: Root, written: bool) {
        *self.touched.entry(root).or_default() |= written;
    }

    fn add(&mut self, plan: Option<Plan>) {
        if let Some(Plan { cut, lanes, uses }) = plan {
            self.uses.extend(uses.into_iter().map(|each| (each, cut.width, lanes)));
        }
    }

    /// Whether nothing inside writes to it.
    fn is_only_read(&self, root: Root) -> bool {
        let stored = self.uses.iter().any(|(each, ..)| each.key.0 == root && each.stored);
        !stored && !self.touched.get(&root).copied().unwrap_or(false)
    }
}
