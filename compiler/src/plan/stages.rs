//! Which nodes run in which stage: what the results need runs forward, what else the gradients need runs
//! backward, and what nothing needs does not run. Changes no values.

use std::collections::BTreeSet;

use crate::ir::{Comprehension, Graph, Loop, Node, TensorId};
use crate::routine::{Gradient, Routine};

use super::{Inputs, order};

/// A routine on its way to a plan.
pub(super) struct Draft {
    /// Tensors and scalars; its nodes are in the stages.
    pub graph: Graph,
    pub forward: Vec<Node>,
    pub backward: Vec<Node>,
    pub results: Vec<TensorId>,
    pub gradients: Vec<Gradient>,
    /// What no node makes.
    pub inputs: BTreeSet<TensorId>,
}

/// Splits a routine. Every result and gradient is then made by a node of its own stage, each gradient by
/// one that makes no other.
pub(super) fn split(routine: Routine, given: &Inputs) -> Draft {
    let Routine { mut graph, mut results, mut gradients, .. } = routine;
    let mut nodes = std::mem::take(&mut graph.nodes);

    drop_idle_bases(&graph, &mut nodes);
    let mut made = BTreeSet::new();
    outputs_of(&nodes, &mut made);
    let all = (0..graph.tensors.len()).filter_map(|id| u32::try_from(id).ok()).map(TensorId);
    let inputs: BTreeSet<TensorId> = all.filter(|tensor| !made.contains(tensor)).collect();

    copy_stacked_reshapes(&mut graph, &mut nodes, given);

    for result in &mut results {
        if inputs.contains(&origin(&nodes, *result)) {
            *result = push_copy(&mut graph, &mut nodes, *result);
        }
    }
    let mut needed: BTreeSet<TensorId> = results.iter().copied().collect();
    let forward_nodes = sweep(&graph, nodes.clone(), &mut needed);
    let mut taken = BTreeSet::new();
    outputs_of(&forward_nodes, &mut taken);
    taken.extend(&inputs);

    for gradient in &mut gradients {
        let made_by_reshape = matches!(maker(&nodes, gradient.tensor), Some(Node::Reshape { .. }));
        if made_by_reshape || taken.contains(&gradient.tensor) {
            let name = graph.tensor(gradient.tensor).name.with("copy");
            gradient.tensor = push_copy(&mut graph, &mut nodes, gradient.tensor);
            graph.tensors[gradient.tensor.0 as usize].name = name;
        }
        taken.insert(gradient.tensor);
    }

    let mut needed: BTreeSet<TensorId> = results.iter().copied().collect();
    needed.extend(gradients.iter().map(|gradient| gradient.tensor));
    let nodes = sweep(&graph, nodes, &mut needed);
    let (mut forward, mut backward) = (Vec::new(), Vec::new());
    let mut needed: BTreeSet<TensorId> = results.iter().copied().collect();
    for node in nodes.into_iter().rev() {
        if node.outputs().iter().any(|output| needed.contains(output)) {
            reads_of(&graph, &node, &mut needed);
            forward.push(node);
        } else {
            backward.push(node);
        }
    }
    forward.reverse();
    backward.reverse();
    Draft { graph, forward, backward, results, gradients, inputs }
}

/// What is set wholly has no use for what was there.
fn drop_idle_bases(graph: &Graph, nodes: &mut [Node]) {
    for node in nodes {
        match node {
            Node::Comprehension(node) if order::sets_all(graph, node) => node.base = None,
            Node::Loop(node) => drop_idle_bases(graph, &mut node.body),
            Node::Comprehension(_) | Node::Apply(_) | Node::Reshape { .. } => {}
        }
    }
}

/// The tensor whose memory a reshape only views.
fn origin(nodes: &[Node], tensor: TensorId) -> TensorId {
    match maker(nodes, tensor) {
        Some(Node::Reshape { from, .. }) => origin(nodes, *from),
        _ => tensor,
    }
}

fn maker(nodes: &[Node], tensor: TensorId) -> Option<&Node> {
    nodes.iter().find(|node| node.outputs().contains(&tensor))
}

/// An array of structs has no flat memory that could be seen under another shape.
fn copy_stacked_reshapes(graph: &mut Graph, nodes: &mut Vec<Node>, inputs: &Inputs) {
    let mut position = 0;
    while position < nodes.len() {
        if let Node::Loop(node) = &mut nodes[position] {
            copy_stacked_reshapes(graph, &mut node.body, inputs);
        }
        if let Node::Reshape { from, .. } = &nodes[position]
            && inputs.stacked(*from) > 0
        {
            let mut before = Vec::new();
            let copy = push_copy(graph, &mut before, *from);
            if let Node::Reshape { from, .. } = &mut nodes[position] {
                *from = copy;
            }
            nodes.splice(position..position, before);
            position += 1;
        }
        position += 1;
    }
}

/// Appends a node that copies a tensor.
pub(super) fn push_copy(graph: &mut Graph, nodes: &mut Vec<Node>, tensor: TensorId) -> TensorId {
    let (name, shape, kind) = {
        let tensor = graph.tensor(tensor);
        (tensor.name.clone(), tensor.shape.clone(), tensor.kind)
    };
    let at = Graph::identity(shape.len());
    let value = match kind {
        crate::ir::Kind::Index => {
            let element = crate::ir::Int::atom(crate::ir::Atom::Read(tensor, at.clone()));
            graph.scalars.integer(element)
        }
        _ => graph.scalars.read(tensor, at.clone()),
    };
    let domain = Graph::axes(&shape);
    let out = graph.add_tensor(name, shape, kind);
    nodes.push(Node::Comprehension(Comprehension::map(out, domain, value)));
    out
}

/// Every tensor that nodes make, those inside loops too.
pub(super) fn outputs_of(nodes: &[Node], outputs: &mut BTreeSet<TensorId>) {
    for node in nodes {
        outputs.extend(node.outputs());
        if let Node::Loop(node) = node {
            outputs.extend(node.carried.iter().map(|carried| carried.inside));
            outputs_of(&node.body, outputs);
        }
    }
}

/// Every tensor that a node reads from outside or within.
pub(super) fn reads_of(graph: &Graph, node: &Node, reads: &mut BTreeSet<TensorId>) {
    match node {
        Node::Comprehension(node) => {
            reads.extend(node.base);
            reads.extend(graph.reads(node.value));
            for subscript in &node.at {
                subscript.visit_reads(&mut |tensor, _| {
                    reads.insert(tensor);
                });
            }
        }
        Node::Apply(node) => reads.extend(graph.reads(node.value)),
        Node::Reshape { from, .. } => {
            reads.insert(*from);
        }
        Node::Loop(node) => {
            reads.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
            for carried in &node.carried {
                reads.extend([carried.initial, carried.next]);
            }
            node.body.iter().for_each(|node| reads_of(graph, node, reads));
        }
    }
}

/// Drops the nodes, and the values that loops carry, that are not needed; extends `needed` by what the
/// others read.
pub(super) fn sweep(graph: &Graph, nodes: Vec<Node>, needed: &mut BTreeSet<TensorId>) -> Vec<Node> {
    let mut kept = Vec::new();
    for node in nodes.into_iter().rev() {
        if !node.outputs().iter().any(|output| needed.contains(output)) {
            continue;
        }
        let node = match node {
            Node::Loop(node) => Node::Loop(sweep_loop(graph, node, needed)),
            node => node,
        };
        reads_of(graph, &node, needed);
        kept.push(node);
    }
    kept.reverse();
    kept
}

fn sweep_loop(graph: &Graph, node: Loop, needed: &BTreeSet<TensorId>) -> Loop {
    let mut carried: Vec<_> =
        node.carried.iter().filter(|carried| needed.contains(&carried.last)).copied().collect();
    loop {
        let mut inside: BTreeSet<TensorId> = carried.iter().map(|carried| carried.next).collect();
        inside.extend(node.condition.iter().flat_map(|&condition| graph.reads(condition)));
        let body = sweep(graph, node.body.clone(), &mut inside);
        let more: Vec<_> = node
            .carried
            .iter()
            .filter(|each| {
                inside.contains(&each.inside) && !carried.iter().any(|kept| kept.last == each.last)
            })
            .copied()
            .collect();
        if more.is_empty() {
            return Loop { carried, body, ..node };
        }
        carried.extend(more);
        carried.sort_by_key(|each| node.carried.iter().position(|other| other.last == each.last));
    }
}
