//! What several cotangents of one node have in common becomes a node of its own, and so does what they
//! have in common with the node's value: each is computed once, as an expert would name it. Without this
//! one long formula would be differentiated once for each of its reads.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Axis, Comprehension, Function, Graph, Int, Kind, Node, Reduction, Scalar, ScalarId, Unary};

/// Rewrites the cotangents of a node's reads (and the node's value) to read what they share. `forward`
/// receives the nodes that come before the node, `backward` those before the cotangents'.
pub fn share(
    graph: &mut Graph,
    node: &mut Comprehension,
    cotangents: &mut [(ScalarId, ScalarId)],
    forward: &mut Vec<Node>,
    backward: &mut Vec<Node>,
) {
    let roots: Vec<Root> = cotangents.iter().map(|(_, share)| Root::of(graph, *share)).collect();
    let value = Root::of(graph, node.value);
    let used = uses(graph, &roots, &value);
    // What is held in two parts under a function has no name of its own, under which it would be rounded.
    let everything = roots.iter().chain([&value]).flat_map(|root| root.all.iter());
    let sums: BTreeSet<ScalarId> = everything.flat_map(|&id| graph.scalars.sums_of_argument(id)).collect();
    let mut made: BTreeMap<ScalarId, ScalarId> = BTreeMap::new();
    // What is made for the cotangents alone is not there yet when the value is computed.
    let mut early: BTreeMap<ScalarId, ScalarId> = BTreeMap::new();
    for (&id, &(users, in_value)) in &used {
        if users < 2
            || !is_float(graph, id)
            || id == node.value
            || sums.contains(&id)
            || !worth_it(graph, node, id)
        {
            continue;
        }
        if in_value && value.guards.is_empty() && value.always.contains(&id) {
            let read = make(graph, node, id, &[], &early, forward);
            early.insert(id, read);
            made.insert(id, read);
        } else if let Some(guards) = common_guards(&roots, id) {
            let read = make(graph, node, id, &guards, &made, backward);
            made.insert(id, read);
        }
    }
    if made.is_empty() {
        return;
    }
    node.value = rewritten(graph, node.value, &early);
    for ((_, share), root) in cotangents.iter_mut().zip(&roots) {
        *share = match made.get(&root.body) {
            Some(&read) => root.around(graph, read),
            None => rewritten(graph, *share, &made),
        };
    }
}

/// An expression as its parts are evaluated.
struct Root {
    /// The conditions on top: where one does not hold, nothing below is evaluated.
    guards: Vec<ScalarId>,
    /// All that is under it.
    all: BTreeSet<ScalarId>,
    /// What is evaluated wherever the conditions hold.
    always: BTreeSet<ScalarId>,
    /// What is below the conditions.
    body: ScalarId,
}

impl Root {
    fn of(graph: &Graph, root: ScalarId) -> Self {
        let mut guards = Vec::new();
        let mut body = root;
        while let Scalar::Select(c, a, b) = graph.scalars[body] {
            if graph.scalars.as_number(b) != Some(0.0) {
                break;
            }
            guards.push(c);
            body = a;
        }
        let mut always = BTreeSet::from([body]);
        let mut stack = vec![body];
        while let Some(id) = stack.pop() {
            let operands = match graph.scalars[id] {
                Scalar::Select(c, _, _) => vec![c],
                Scalar::And(a, _) | Scalar::Or(a, _) => vec![a],
                _ => graph.scalars.operands(id),
            };
            stack.extend(operands.into_iter().filter(|operand| always.insert(*operand)));
        }
        let all = graph.scalars.reachable(body).into_iter().collect();
        Self { guards, all, always, body }
    }

    /// What has been made of the body, where it stood. Conditions under which it is zero stay on top: the place to
    /// which a share is added may be outside there.
    fn around(&self, graph: &mut Graph, made: ScalarId) -> ScalarId {
        let zero = graph.scalars.number(0.0);
        let mut conditions: Vec<(ScalarId, bool)> = self.guards.iter().map(|&guard| (guard, true)).collect();
        let mut body = self.body;
        while let Scalar::Select(condition, yes, no) = graph.scalars[body] {
            let holds = no == zero;
            if !holds && yes != zero {
                break;
            }
            conditions.push((condition, holds));
            body = if holds { yes } else { no };
        }
        conditions.into_iter().rev().fold(made, |value, (condition, holds)| match holds {
            true => graph.scalars.select(condition, value, zero),
            false => graph.scalars.select(condition, zero, value),
        })
    }
}

/// How often each expression is used, as an operand or as a root, and whether the value uses it.
fn uses(graph: &Graph, roots: &[Root], value: &Root) -> BTreeMap<ScalarId, (usize, bool)> {
    let everything: BTreeSet<ScalarId> =
        roots.iter().chain([value]).flat_map(|root| root.all.iter().copied()).collect();
    let mut used: BTreeMap<ScalarId, (usize, bool)> = BTreeMap::new();
    for &id in &everything {
        for operand in graph.scalars.operands(id) {
            used.entry(operand).or_default().0 += 1;
        }
    }
    for root in roots {
        used.entry(root.body).or_default().0 += 1;
    }
    for &id in &value.all {
        used.entry(id).or_default().1 = true;
    }
    used.retain(|id, _| roots.iter().any(|root| root.all.contains(id)));
    used
}

/// The conditions under which every cotangent that contains an expression evaluates it, if they agree.
fn common_guards(roots: &[Root], id: ScalarId) -> Option<Vec<ScalarId>> {
    let mut guards: Option<&Vec<ScalarId>> = None;
    for root in roots.iter().filter(|root| root.all.contains(&id)) {
        if !root.always.contains(&id) || guards.is_some_and(|known| *known != root.guards) {
            return None;
        }
        guards = Some(&root.guards);
    }
    guards.cloned()
}

fn is_float(graph: &Graph, id: ScalarId) -> bool {
    matches!(
        graph.scalars[id],
        Scalar::Unary(..)
            | Scalar::Binary(..)
            | Scalar::Select(..)
            | Scalar::Call(Function::Extern(_) | Function::Uniform, _)
    ) && !is_choice_of_others(graph, id)
}

/// A choice between masks or indices is no number.
fn is_choice_of_others(graph: &Graph, id: ScalarId) -> bool {
    match &graph.scalars[id] {
        Scalar::Select(_, a, b) => [*a, *b].iter().any(|&branch| match &graph.scalars[branch] {
            Scalar::Flag(_)
            | Scalar::Compare(..)
            | Scalar::CompareInt(..)
            | Scalar::Not(_)
            | Scalar::And(..)
            | Scalar::Or(..) => true,
            Scalar::Read(tensor, _) => graph.tensor(*tensor).kind != Kind::Float,
            Scalar::Select(..) => is_choice_of_others(graph, branch),
            Scalar::Call(Function::Fold | Function::Word(_) | Function::Key, _) => true,
            Scalar::Number(_)
            | Scalar::Integer(_)
            | Scalar::Unary(..)
            | Scalar::Binary(..)
            | Scalar::Call(..) => false,
        }),
        _ => false,
    }
}

/// Whether an expression costs more than a read of it, and storing it is not larger than the node's own
/// tensors: all of a map's domain; of a sum's what is smaller than its domain, or dear.
fn worth_it(graph: &Graph, node: &Comprehension, id: ScalarId) -> bool {
    let mut operations = 0;
    let mut is_dear = false;
    for part in graph.scalars.reachable(id) {
        match graph.scalars[part] {
            Scalar::Unary(Unary::Neg | Unary::StopGradient, _) => {}
            Scalar::Unary(..) if graph.scalars.as_ln_of_constant(part).is_some() => {}
            Scalar::Unary(Unary::Abs | Unary::Signum | Unary::Floor | Unary::Sqrt, _) => operations += 1,
            Scalar::Unary(..) | Scalar::Call(..) => {
                operations += 1;
                is_dear = true;
            }
            Scalar::Binary(..) => operations += 1,
            _ => {}
        }
    }
    if operations < 2 && !is_dear {
        return false;
    }
    let reduced = node.domain.len().saturating_sub(node.at.len());
    node.reduction == Reduction::Set
        || graph.scalars.indices(id).len() < node.domain.len()
        || (is_dear && reduced <= 1)
}

/// A node for an expression over the axes that it depends on, zero where one of the guards does not hold; returns the
/// read of it.
pub fn make(
    graph: &mut Graph,
    node: &Comprehension,
    id: ScalarId,
    guards: &[ScalarId],
    made: &BTreeMap<ScalarId, ScalarId>,
    nodes: &mut Vec<Node>,
) -> ScalarId {
    let mut value = id;
    let zero = graph.scalars.number(0.0);
    for &guard in guards.iter().rev() {
        value = graph.scalars.select(guard, value, zero);
    }
    // The expression itself is not read from what is being made of it.
    let operands: BTreeMap<ScalarId, ScalarId> =
        made.iter().filter(|(known, _)| **known != id).map(|(known, read)| (*known, *read)).collect();
    value = rewritten(graph, value, &operands);
    let axes: Vec<usize> = graph.scalars.indices(value).into_iter().collect();
    let mut renumber = vec![Int::zero(); node.domain.len()];
    for (new, &old) in axes.iter().enumerate() {
        renumber[old] = Int::index(new);
    }
    let value = graph.scalars.with_indices(value, &renumber);
    let own = |is_kept: bool| {
        let own = node.domain.iter().enumerate().filter(|(axis, _)| axes.contains(axis) == is_kept);
        own.map(|(_, axis)| axis.clone()).collect::<Vec<Axis>>()
    };
    let (domain, left) = (own(true), own(false));
    let value = graph.without_axes(value, None, &left, &domain);
    let shape = domain.iter().map(|axis| axis.extent.clone()).collect();
    let name = graph.tensor(node.out).name.with("part");
    let out = graph.add_tensor(name, shape, Kind::Float);
    nodes.push(Node::Comprehension(Comprehension::map(out, domain, value)));
    graph.scalars.read(out, axes.iter().copied().map(Int::index).collect())
}

fn rewritten(graph: &mut Graph, value: ScalarId, made: &BTreeMap<ScalarId, ScalarId>) -> ScalarId {
    graph.scalars.rebuild(value, &mut |_, id| made.get(&id).copied(), &mut Int::clone)
}
