//! What is read of a part that is overwritten, by what depends on the overwriting: `d[t - 1] += d[t] * x`, where `d[t]`
//! is 0 from then on, or by the overwriting itself: `w[1..] = w[..3]`. It cannot be read before, so the part itself is: a
//! value of its own takes what is there. Else the whole array would be copied, in each iteration of a loop. Changes no
//! value.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    Atom, Axis, Comparison, Comprehension, Graph, Int, Kind, LoopId, Node, Scalar, ScalarId, Scalars,
    TensorId,
};
use crate::simplify::cost;

use super::range::Extents;
use super::stages::reads_of;
use super::storage::apart;

/// Where an array is read: the subscripts, under which conditions that hold or do not, and how far the indices run.
type Part = (Vec<Int>, Vec<(ScalarId, bool)>, Vec<Int>);

/// Puts in front of the node at a place, which overwrites a part of `base`, values of what is read of it by nodes that
/// depend on that. How many they are; none where these read more than parts.
pub(super) fn take(
    graph: &mut Graph,
    counters: &BTreeMap<LoopId, Int>,
    nodes: &mut Vec<Node>,
    place: usize,
    base: TensorId,
) -> usize {
    let Some(readers) = dependents(graph, &nodes[place..], base) else { return 0 };
    let readers: Vec<usize> = readers.into_iter().map(|reader| place + reader).collect();
    let written = match &nodes[place] {
        Node::Comprehension(node) => node.at.clone(),
        _ => return 0,
    };
    let defined: BTreeSet<TensorId> = nodes[place..].iter().flat_map(Node::outputs).collect();
    let asked = checks(&written);
    let mut parts: BTreeMap<Part, TensorId> = BTreeMap::new();
    let mut found: Vec<(usize, ScalarId, Part, Vec<usize>)> = Vec::new();
    for &reader in &readers {
        let Node::Comprehension(node) = &nodes[reader] else { return 0 };
        for id in graph.scalars.reachable(node.value) {
            let Scalar::Read(tensor, at) = &graph.scalars[id] else { continue };
            // What it writes over itself it has read, and what lies elsewhere stays.
            let is_own = reader == place && (*at == written || apart(at, &written));
            if *tensor != base || is_own {
                continue;
            }
            // What is checked may be read where it is evaluated alone.
            let is_checked = !checks(at).is_subset(&asked);
            let under =
                if is_checked { conditions(&graph.scalars, node.value, id) } else { Some(Vec::new()) };
            let Some(under) = under else { return 0 };
            let mut places: BTreeSet<usize> = at.iter().flat_map(Int::indices).collect();
            let mut is_there = true;
            let mut ask = |tensor: TensorId| is_there &= !defined.contains(&tensor);
            at.iter().for_each(|at| at.visit_reads(&mut |tensor, _| ask(tensor)));
            for (condition, _) in &under {
                graph.reads(*condition).into_iter().for_each(&mut ask);
                places.extend(graph.scalars.indices(*condition));
            }
            let axes: Vec<Axis> = places.iter().map(|&index| node.domain[index].clone()).collect();
            let all = Graph::axes(graph.shape(base));
            if !is_there || cost::points(&axes, 0..axes.len()) >= cost::points(&all, 0..all.len()) {
                return 0;
            }
            let mut to = vec![Int::zero(); node.domain.len()];
            places.iter().enumerate().for_each(|(new, &old)| to[old] = Int::index(new));
            let at = at.iter().map(|at| at.with_indices(&to)).collect();
            let here = |(condition, holds)| (graph.scalars.with_indices(condition, &to), holds);
            let under = under.into_iter().map(here).collect();
            let extents = axes.into_iter().map(|axis| axis.extent).collect();
            found.push((reader, id, (at, under, extents), places.into_iter().collect()));
        }
    }
    let mut made = Vec::new();
    let mut replaced: BTreeMap<usize, BTreeMap<ScalarId, ScalarId>> = BTreeMap::new();
    for (reader, id, part, places) in found {
        let value = *parts.entry(part).or_insert_with_key(|part| {
            let node = part_of(graph, counters, base, part);
            let out = node.out;
            made.push(Node::Comprehension(node));
            out
        });
        let read = graph.scalars.read(value, places.into_iter().map(Int::index).collect());
        replaced.entry(reader).or_default().insert(id, read);
    }
    for (reader, reads) in replaced {
        if let Node::Comprehension(node) = &mut nodes[reader] {
            node.value =
                graph.scalars.rebuild(node.value, &mut |_, id| reads.get(&id).copied(), &mut Int::clone);
        }
    }
    let count = made.len();
    nodes.splice(place..place, made);
    count
}

/// Which of some nodes read a tensor and are the first one or depend on it; none where one needs it as a whole.
fn dependents(graph: &Graph, nodes: &[Node], base: TensorId) -> Option<Vec<usize>> {
    if !matches!(graph.tensor(base).kind, Kind::Float | Kind::Mask) {
        return None;
    }
    let mut made: BTreeSet<TensorId> = nodes[0].outputs().into_iter().collect();
    let mut readers = vec![0];
    for (place, node) in nodes.iter().enumerate().skip(1) {
        let mut reads = BTreeSet::new();
        reads_of(graph, node, &mut reads);
        if reads.is_disjoint(&made) {
            continue;
        }
        made.extend(node.outputs());
        if reads.contains(&base) {
            readers.push(place);
            match node {
                Node::Comprehension(node) if node.base != Some(base) => {}
                _ => return None,
            }
        }
    }
    Some(readers)
}

/// The checks in subscripts: what is evaluated where these are may be evaluated before.
fn checks(at: &[Int]) -> BTreeSet<Atom> {
    let mut all = BTreeSet::new();
    for at in at {
        at.visit_atoms(&mut |atom| {
            if matches!(atom, Atom::Inside(_)) {
                all.insert(atom.clone());
            }
        });
    }
    all
}

/// The choices on top of a value that lead to a part of it, which is evaluated wherever they do; none where others
/// decide, too.
fn conditions(scalars: &Scalars, mut value: ScalarId, part: ScalarId) -> Option<Vec<(ScalarId, bool)>> {
    let holds = |value: ScalarId| scalars.reachable(value).contains(&part);
    let mut all = Vec::new();
    while let Scalar::Select(condition, yes, no) = scalars[value] {
        if holds(condition) || holds(yes) == holds(no) {
            break;
        }
        all.push((condition, holds(yes)));
        value = if holds(yes) { yes } else { no };
    }
    let (mut always, mut open) = (BTreeSet::from([value]), vec![value]);
    while let Some(id) = open.pop() {
        let operands = match scalars[id] {
            Scalar::Select(condition, ..) => vec![condition],
            Scalar::And(left, _) | Scalar::Or(left, _) => vec![left],
            _ => scalars.operands(id),
        };
        open.extend(operands.into_iter().filter(|operand| always.insert(*operand)));
    }
    always.contains(&part).then_some(all)
}

/// What is there, over the indices of the subscripts; 0 where there is nothing.
fn part_of(
    graph: &mut Graph,
    counters: &BTreeMap<LoopId, Int>,
    base: TensorId,
    (at, under, extents): &Part,
) -> Comprehension {
    let of = graph.tensor(base).clone();
    let known = Extents::new(extents, counters);
    let mut value = graph.scalars.read(base, at.clone());
    for (at, size) in at.iter().zip(&of.shape) {
        let is_checked = !checks(std::slice::from_ref(at)).is_empty();
        if is_checked || known.is_within(at, size) {
            continue;
        }
        let scalars = &mut graph.scalars;
        let zero = scalars.zero(of.kind);
        let from = scalars.compare_int(Comparison::LessEqual, Int::zero(), at.clone());
        let to = scalars.compare_int(Comparison::Less, at.clone(), size.clone());
        let inside = scalars.and(from, to);
        value = scalars.select(inside, value, zero);
    }
    for &(condition, holds) in under.iter().rev() {
        let zero = graph.scalars.zero(of.kind);
        value = match holds {
            true => graph.scalars.select(condition, value, zero),
            false => graph.scalars.select(condition, zero, value),
        };
    }
    let out = graph.add_tensor(of.name.with("before"), extents.clone(), of.kind);
    Comprehension::map(out, Graph::axes(extents), value)
}
