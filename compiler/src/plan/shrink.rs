//! What is made and read within one iteration of shared loops needs no axis for them: it shrinks to a
//! variable or a row.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Atom, Graph, Int, Scalar, TensorId};

use super::form::{Item, Leaf, LeafKind, Step};
use super::schedule::Schedule;

/// Shrinks in place.
pub(super) fn shrink(schedule: &mut Schedule) {
    let mut fixed: BTreeSet<TensorId> = schedule.results.iter().copied().collect();
    fixed.extend(schedule.gradients.iter().map(|gradient| gradient.tensor));
    fixed.extend(&schedule.inputs);
    for (&out, &from) in &schedule.views {
        fixed.extend([out, from]);
    }
    let mut nests: BTreeMap<TensorId, BTreeSet<usize>> = BTreeMap::new();
    let mut count = 0;
    for stage in [&schedule.forward, &schedule.backward] {
        survey(&schedule.graph, stage, &mut count, &mut nests, &mut fixed);
    }
    let alone = |tensor: &TensorId| {
        !fixed.contains(tensor) && nests.get(tensor).is_some_and(|nests| nests.len() == 1)
    };
    let candidates: BTreeSet<TensorId> = nests.keys().copied().filter(alone).collect();
    for stage in [&mut schedule.forward, &mut schedule.backward] {
        rewrite(&mut schedule.graph, stage, &candidates);
    }
}

/// Which nests touch a tensor, and what must keep its shape.
fn survey(
    graph: &Graph,
    steps: &[Step],
    count: &mut usize,
    nests: &mut BTreeMap<TensorId, BTreeSet<usize>>,
    fixed: &mut BTreeSet<TensorId>,
) {
    for step in steps {
        *count += 1;
        match step {
            Step::Nest(items) => {
                for item in items {
                    item.visit(0, &mut |_, leaf| {
                        if let Some(base) = leaf.base {
                            fixed.extend([base, leaf.out]);
                        }
                        nests.entry(leaf.out).or_default().insert(*count);
                        leaf.visit_reads(graph, &mut |tensor, _| {
                            nests.entry(tensor).or_default().insert(*count);
                        });
                    });
                }
            }
            Step::Loop(repeat) => {
                fixed.extend(repeat.condition.iter().flat_map(|&condition| graph.reads(condition)));
                for carried in &repeat.carried {
                    fixed.extend([carried.initial, carried.inside, carried.next, carried.last]);
                }
                survey(graph, &repeat.body, count, nests, fixed);
            }
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
}

fn rewrite(graph: &mut Graph, steps: &mut [Step], candidates: &BTreeSet<TensorId>) {
    for step in steps {
        match step {
            Step::Nest(items) => {
                let mut made = Vec::new();
                items.iter().for_each(|item| {
                    item.visit(0, &mut |_, leaf| {
                        if candidates.contains(&leaf.out) && !made.contains(&leaf.out) {
                            made.push(leaf.out);
                        }
                    });
                });
                for tensor in made {
                    if let Some(axes) = droppable(graph, items, tensor) {
                        drop_axes(graph, items, tensor, &axes);
                    }
                }
            }
            Step::Loop(repeat) => rewrite(graph, &mut repeat.body, candidates),
            Step::Copy { .. } | Step::Update(_) | Step::Carve { .. } => {}
        }
    }
}

/// One way in which a leaf touches a tensor: the loops around the leaf, by their place in the nest, and
/// the subscripts.
struct Access {
    path: Vec<usize>,
    at: Vec<Int>,
    product: bool,
}

/// The axes whose subscript is, wherever the tensor is touched, the index of a loop around all of that.
fn droppable(graph: &Graph, items: &[Item], tensor: TensorId) -> Option<BTreeSet<usize>> {
    let mut accesses = Vec::new();
    collect(graph, items, tensor, &mut Vec::new(), &mut accesses);
    let first = accesses.first()?;
    let common = accesses.iter().fold(first.path.len(), |common, access| {
        let same = first.path.iter().zip(&access.path).take_while(|(a, b)| a == b).count();
        common.min(same)
    });
    let rank = graph.shape(tensor).len();
    let single = |axis: usize| {
        graph.shape(tensor)[axis].is(1)
            && accesses.iter().all(|access| access.at.get(axis).is_some_and(|at| at.is(0)))
    };
    let loop_of = |axis: usize| {
        let depth = first.at.get(axis)?.as_index().filter(|&depth| depth < common)?;
        accesses.iter().all(|access| access.at.get(axis) == Some(&Int::index(depth))).then_some(depth)
    };
    let axes: BTreeSet<usize> = (0..rank).filter(|&axis| loop_of(axis).is_some()).collect();
    // A loop that no dropped axis belongs to would see the last iteration's values; it does not, since
    // the tensor is written before it is read in each, but a sum over that loop would not survive.
    let depths: BTreeSet<usize> = axes.iter().filter_map(|&axis| loop_of(axis)).collect();
    let singles: BTreeSet<usize> = (0..rank).filter(|&axis| single(axis)).collect();
    let products = accesses.iter().any(|access| access.product);
    let distinct = depths.len() == axes.len();
    let axes: BTreeSet<usize> = axes.union(&singles).copied().collect();
    let keeps_rows = !products || axes.len() < rank;
    (!axes.is_empty() && distinct && keeps_rows).then_some(axes)
}

fn collect(
    graph: &Graph,
    items: &[Item],
    tensor: TensorId,
    path: &mut Vec<usize>,
    accesses: &mut Vec<Access>,
) {
    for (position, item) in items.iter().enumerate() {
        match item {
            Item::If(_, body) => collect(graph, body, tensor, path, accesses),
            Item::For(around) => {
                path.push(position);
                collect(graph, &around.body, tensor, path, accesses);
                path.pop();
            }
            Item::Leaf(leaf) => {
                let product = matches!(leaf.kind, LeafKind::Product(_));
                let mut add =
                    |at: &[Int]| accesses.push(Access { path: path.clone(), at: at.to_vec(), product });
                if leaf.out == tensor {
                    add(&leaf.at);
                }
                leaf.visit_reads(graph, &mut |read, at| {
                    if read == tensor {
                        add(at);
                    }
                });
            }
        }
    }
}

fn drop_axes(graph: &mut Graph, items: &mut [Item], tensor: TensorId, axes: &BTreeSet<usize>) {
    let keep = |at: &[Int]| -> Vec<Int> {
        at.iter().enumerate().filter(|(axis, _)| !axes.contains(axis)).map(|(_, at)| at.clone()).collect()
    };
    let shape = keep(graph.shape(tensor));
    let (name, kind) = (graph.tensor(tensor).name.clone(), graph.tensor(tensor).kind);
    let small = graph.add_tensor(name, shape, kind);
    let renaming = Renaming { from: tensor, to: small, subscripts: &keep };
    for item in items {
        item.visit_mut(&mut |leaf| renaming.leaf(graph, leaf));
    }
}

/// One tensor in the place of another, under other subscripts.
pub(super) struct Renaming<'a> {
    pub from: TensorId,
    pub to: TensorId,
    pub subscripts: &'a dyn Fn(&[Int]) -> Vec<Int>,
}

impl Renaming<'_> {
    /// Renames in a statement.
    pub fn leaf(&self, graph: &mut Graph, leaf: &mut Leaf) {
        leaf.at = self.integers(&leaf.at);
        if leaf.out == self.from {
            leaf.out = self.to;
            leaf.at = (self.subscripts)(&leaf.at);
        }
        if let LeafKind::Product(product) = &mut leaf.kind {
            for (operand, at) in [&mut product.left, &mut product.right] {
                *at = self.integers(at);
                if *operand == self.from {
                    *operand = self.to;
                    *at = (self.subscripts)(at);
                }
            }
        }
        leaf.value = graph.scalars.rebuild(
            leaf.value,
            &mut |scalars, id| match scalars[id].clone() {
                Scalar::Read(read, at) if read == self.from => {
                    let at = (self.subscripts)(&self.integers(&at));
                    Some(scalars.read(self.to, at))
                }
                _ => None,
            },
            &mut |value| self.integer(value),
        );
    }

    fn integers(&self, all: &[Int]) -> Vec<Int> {
        all.iter().map(|value| self.integer(value)).collect()
    }

    fn integer(&self, value: &Int) -> Int {
        value.substitute(&mut |atom| match atom {
            Atom::Read(read, at) if *read == self.from => {
                Some(Int::atom(Atom::Read(self.to, (self.subscripts)(&self.integers(at)))))
            }
            _ => None,
        })
    }
}
