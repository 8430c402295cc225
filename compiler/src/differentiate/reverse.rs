//! Reverse mode. For each read `Aₖ[gₖ(i)]` of something active in `out[f(i)] ⟵⊕ e`:
//!
//! ```text
//! Āₖ[gₖ(i)] ⟵+ out̄[f(i)] · ∂e/∂Aₖ      over the same domain, under the same guards
//! ```
//!
//! which is again a comprehension. A loop's reverse is a loop in the other direction; what it reads of an
//! iteration, the forward loop keeps.

mod repeat;

use std::collections::{BTreeMap, BTreeSet};

use super::activity::spread;
use super::application::Application;
use super::guards::{Guards, on_top, over_axes};
use super::share::{make, share};
use super::table::scalar_vjp;
use super::tame::Tame;
use crate::ir::{
    Apply, Atom, Axis, Comprehension, Graph, Int, Kind, Name, Node, Reduction, Scalar, ScalarId, TensorId,
};

/// A loop whose body is being written while a gradient is taken in it: what it carries, and the nodes
/// before it.
#[derive(Debug, Default)]
pub struct Open {
    /// The nodes before the loop, at its own level.
    pub nodes: Vec<Node>,
    /// What it carries, inside.
    pub carried: Vec<TensorId>,
    /// What it carries that derivatives have reached, each with the variables from outside that they are by: they are
    /// right if it does not depend on these, which shows when the loop is written.
    pub reached: Vec<(TensorId, Vec<TensorId>)>,
}

impl Open {
    /// A loop about to be written.
    pub fn new(nodes: Vec<Node>, carried: Vec<TensorId>) -> Self {
        Self { nodes, carried, reached: Vec::new() }
    }
}

/// Appends to `graph.nodes` what computes the gradients of Σ ⟨output, cotangent⟩ with respect to some
/// tensors. `None` stands for zeros: nothing depends on it.
///
/// `open` are the loops around `graph.nodes`, outermost first. What they carry is taken for independent of variables
/// from outside, which is noted there.
pub fn reverse(
    graph: &mut Graph,
    open: &mut [Open],
    seeds: &[(TensorId, TensorId)],
    with_respect_to: &[TensorId],
) -> Vec<Option<TensorId>> {
    let active = dependents(graph, open, with_respect_to);
    let nodes = std::mem::take(&mut graph.nodes);

    let mut tame = Tame::default();
    for nodes in open.iter().map(|level| &level.nodes).chain([&nodes]) {
        tame.learn(graph, nodes);
    }
    let mut pass = Reverse {
        graph,
        active,
        wanted: with_respect_to.iter().copied().collect(),
        found: BTreeMap::new(),
        guards: Guards::default(),
        tame,
    };
    let mut cotangents = Cotangents::new();
    let mut backward = Vec::new();
    for &(output, cotangent) in seeds {
        if pass.active.contains(&output) {
            pass.accumulate(output, cotangent, &mut cotangents, &mut backward);
        }
    }
    let mut forward = pass.list(nodes, &mut cotangents, &mut backward);
    for level in open.iter_mut().rev() {
        let reached = level.carried.iter().copied().filter(|carried| cotangents.contains_key(carried));
        let reached = reached.filter(|carried| !with_respect_to.contains(carried));
        level.reached.extend(reached.map(|carried| (carried, with_respect_to.to_vec())));
        level.nodes = pass.list(std::mem::take(&mut level.nodes), &mut cotangents, &mut backward);
    }
    let found = with_respect_to
        .iter()
        .map(|tensor| pass.found.get(tensor).or_else(|| cotangents.get(tensor)).copied())
        .collect();
    forward.append(&mut backward);
    graph.nodes = forward;
    found
}

/// Some tensors and what depends on them in a way that a derivative follows.
pub fn dependents(graph: &Graph, open: &[Open], tensors: &[TensorId]) -> BTreeSet<TensorId> {
    let mut active: BTreeSet<TensorId> = tensors.iter().copied().collect();
    for (place, level) in open.iter().enumerate() {
        spread(graph, &level.nodes, &mut active);
        // A variable from outside the loop reaches the body through what the loop carries, too.
        let inside = made_in(graph, &open[place..]);
        if tensors.iter().any(|tensor| !inside.contains(tensor)) {
            active.extend(level.carried.iter().filter(|&&carried| graph.tensor(carried).kind == Kind::Float));
        }
    }
    spread(graph, &graph.nodes, &mut active);
    active
}

/// What an iteration of the first of some open loops carries and makes.
fn made_in(graph: &Graph, open: &[Open]) -> BTreeSet<TensorId> {
    let lists = open[1..].iter().map(|level| &level.nodes).chain([&graph.nodes]);
    let made = lists.flat_map(|nodes| outputs(nodes));
    open.iter().flat_map(|level| level.carried.iter().copied()).chain(made).collect()
}

/// The cotangent so far of each tensor that has one.
type Cotangents = BTreeMap<TensorId, TensorId>;

struct Reverse<'g> {
    graph: &'g mut Graph,
    active: BTreeSet<TensorId>,
    wanted: BTreeSet<TensorId>,
    /// The cotangents of wanted tensors that some node makes.
    found: BTreeMap<TensorId, TensorId>,
    /// The conditions without which cotangents are zero.
    guards: Guards,
    /// What is finite.
    tame: Tame,
}

impl Reverse<'_> {
    /// Walks nodes from the last to the first. Returns them, with loops keeping what `backward` reads.
    fn list(&mut self, nodes: Vec<Node>, cotangents: &mut Cotangents, backward: &mut Vec<Node>) -> Vec<Node> {
        let mut reversed = Vec::with_capacity(nodes.len());
        for node in nodes.into_iter().rev() {
            for output in node.outputs() {
                if self.wanted.contains(&output)
                    && let Some(&cotangent) = cotangents.get(&output)
                {
                    self.found.insert(output, cotangent);
                }
            }
            match node {
                Node::Comprehension(mut node) => {
                    let mut before = Vec::new();
                    if let Some(cotangent) = cotangents.remove(&node.out) {
                        self.comprehension(&mut node, cotangent, cotangents, &mut before, backward);
                    }
                    reversed.push(Node::Comprehension(node));
                    reversed.extend(before.into_iter().rev());
                }
                Node::Reshape { out, from } => {
                    if let Some(cotangent) = cotangents.remove(&out) {
                        let shape = self.graph.shape(from).to_vec();
                        let reshaped = self.cotangent_tensor(from, shape);
                        backward.push(Node::Reshape { out: reshaped, from: cotangent });
                        self.reshape_guard(cotangent, reshaped, backward);
                        self.accumulate(from, reshaped, cotangents, backward);
                    }
                    reversed.push(Node::Reshape { out, from });
                }
                Node::Apply(node) => {
                    let mut before = Vec::new();
                    if let Some(cotangent) = cotangents.remove(&node.out) {
                        self.apply(&node, cotangent, cotangents, &mut before, backward);
                    }
                    reversed.push(Node::Apply(node));
                    reversed.extend(before.into_iter().rev());
                }
                Node::Loop(node) => {
                    let mut before = Vec::new();
                    let node = self.repeat(node, cotangents, backward, &mut before);
                    reversed.push(Node::Loop(node));
                    reversed.extend(before.into_iter().rev());
                }
            }
        }
        reversed.reverse();
        reversed
    }

    /// The one rule.
    fn comprehension(
        &mut self,
        node: &mut Comprehension,
        cotangent: TensorId,
        cotangents: &mut Cotangents,
        before: &mut Vec<Node>,
        backward: &mut Vec<Node>,
    ) {
        let is_map = node.reduction == Reduction::Set
            && node.base.is_none()
            && covers(&node.at, &node.domain, self.graph.shape(node.out));
        let known = is_map.then(|| self.graph.scalars.read(node.out, node.at.clone()));
        let seed = self.graph.scalars.read(cotangent, node.at.clone());
        let active = &self.active;
        let is_active = |scalar: &Scalar| match scalar {
            Scalar::Read(tensor, _) => active.contains(tensor),
            _ => false,
        };
        let mut reads = scalar_vjp(&mut self.graph.scalars, node.value, known, seed, &is_active);
        let around = self.guards.at(self.graph, cotangent, &node.at);
        let around = around.map(|around| match node.reduction {
            // Where the guard on top of a sum's value does not hold, its place may be outside.
            Reduction::Sum => self.guards.within(self.graph, node.value, around),
            Reduction::Set => around,
        });
        let is_wild: Vec<bool> = reads
            .iter()
            .map(|(_, share)| around.is_some() && !self.tame.is_tame(self.graph, *share))
            .collect();
        if let Some(condition) = around.filter(|_| is_wild.contains(&true)) {
            let one = self.graph.scalars.number(1.0);
            let factors = scalar_vjp(&mut self.graph.scalars, node.value, known, one, &is_active);
            for ((read, (_, factor)), _) in reads.iter_mut().zip(factors).zip(is_wild).filter(|(_, is)| *is) {
                read.1 = self.under(node, (condition, seed), *read, factor, backward);
            }
        }
        share(self.graph, node, &mut reads, before, backward);
        if let Some(base) = node.base.filter(|base| self.active.contains(base)) {
            let share = match node.reduction {
                Reduction::Sum => cotangent,
                Reduction::Set => {
                    // What it has made of an element that it writes over takes the place of its cotangent.
                    let own = self.graph.scalars.read(base, node.at.clone());
                    let own = reads.iter().position(|(read, _)| *read == own);
                    let own = own.map(|own| reads.remove(own).1);
                    self.overwritten(node, cotangent, own, backward)
                }
            };
            self.accumulate(base, share, cotangents, backward);
        }
        for (read, share) in reads {
            let Scalar::Read(tensor, at) = self.graph.scalars[read].clone() else {
                unreachable!("only reads are reported")
            };
            if self.graph.scalars.as_number(share) == Some(0.0) {
                continue;
            }
            let base = cotangents.get(&tensor).copied();
            let is_map = base.is_none() && covers(&at, &node.domain, self.graph.shape(tensor));
            let reduction = if is_map { Reduction::Set } else { Reduction::Sum };
            let shape = self.graph.shape(tensor).to_vec();
            let out = self.cotangent_tensor(tensor, shape);
            self.guards.learn(self.graph, (out, base), (&node.domain, &at), (share, around), backward);
            backward.push(Node::Comprehension(Comprehension {
                out,
                base,
                domain: node.domain.clone(),
                at,
                reduction,
                value: share,
            }));
            cotangents.insert(tensor, out);
        }
    }

    /// A share that may be infinite, or NaN, where the condition that its cotangent stands under does not hold: under
    /// as much of it as is asked of what the share is written to, or as does not make something else of a product of
    /// matrices. `factor` is the share without the cotangent.
    fn under(
        &mut self,
        node: &Comprehension,
        (condition, seed): (ScalarId, ScalarId),
        (read, mut share): (ScalarId, ScalarId),
        factor: ScalarId,
        backward: &mut Vec<Node>,
    ) -> ScalarId {
        let zero = self.graph.scalars.number(0.0);
        let Scalar::Read(_, at) = self.graph.scalars[read].clone() else { unreachable!("a read") };
        let among = |graph: &mut Graph, axes: &[Int]| {
            over_axes(graph, (&node.domain, axes), condition)
                .map(|condition| graph.scalars.with_indices(condition, axes))
        };
        if covers(&node.at, &node.domain, self.graph.shape(node.out)) {
            return self.graph.scalars.select(condition, share, zero);
        }
        let outside = among(self.graph, &at);
        if outside != Some(condition) {
            let axes = self.graph.scalars.indices(factor);
            if axes.len() == node.domain.len() {
                return self.graph.scalars.select(condition, share, zero);
            }
            let axes: Vec<Int> = axes.into_iter().map(Int::index).collect();
            let inside = among(self.graph, &axes);
            if let Some(inside) = inside.filter(|_| inside != outside) {
                // The place that the share goes to may be one where the factor's own guards hold alone.
                let own = on_top(self.graph, factor);
                let factor = make(self.graph, node, factor, &[inside], &BTreeMap::new(), backward);
                share = self.graph.scalars.mul(seed, factor);
                for condition in own.into_iter().rev() {
                    share = self.graph.scalars.select(condition, share, zero);
                }
            }
        }
        match outside {
            Some(condition) => self.graph.scalars.select(condition, share, zero),
            None => share,
        }
    }

    /// The derivative that a function of Rust declares is linear in the tangents: its transpose is its
    /// reverse by them, whatever they are.
    fn apply(
        &mut self,
        node: &Apply,
        cotangent: TensorId,
        cotangents: &mut Cotangents,
        before: &mut Vec<Node>,
        backward: &mut Vec<Node>,
    ) {
        let Some(application) = Application::of(self.graph, node) else { return };
        let arguments = application.arguments(self.graph);
        let made: Vec<Node> = arguments.iter().cloned().map(Node::Comprehension).collect();
        self.tame.learn(self.graph, &made);
        backward.extend(made);
        let tangents: Vec<TensorId> =
            arguments.iter().map(|argument| self.zeros(argument.out, backward)).collect();
        let mut nodes = Vec::new();
        let derivative = application.derivative(self.graph, &tangents, &mut nodes);
        let shares = self.transpose(nodes, (derivative, cotangent), &tangents, backward);
        for (mut argument, share) in arguments.into_iter().zip(shares) {
            if let Some(share) = share {
                self.comprehension(&mut argument, share, cotangents, before, backward);
            }
        }
    }

    /// The reverse of nodes that are linear in some tangents, by these: under the conditions of the cotangent,
    /// and with what is known of the tensors around.
    fn transpose(
        &mut self,
        nodes: Vec<Node>,
        (derivative, cotangent): (TensorId, TensorId),
        tangents: &[TensorId],
        backward: &mut Vec<Node>,
    ) -> Vec<Option<TensorId>> {
        self.tame.learn(self.graph, &nodes);
        let mut active = tangents.iter().copied().collect();
        spread(self.graph, &nodes, &mut active);
        let around = std::mem::replace(&mut self.active, active);
        let (mut shares, mut reversed) = (Cotangents::new(), Vec::new());
        if self.active.contains(&derivative) {
            self.accumulate(derivative, cotangent, &mut shares, &mut reversed);
        }
        backward.extend(self.list(nodes, &mut shares, &mut reversed));
        backward.append(&mut reversed);
        self.active = around;
        tangents.iter().map(|tangent| shares.get(tangent).copied()).collect()
    }

    /// The cotangent of a base: where the node has overwritten it, the share that its own old value has in the new one.
    fn overwritten(
        &mut self,
        node: &Comprehension,
        cotangent: TensorId,
        own: Option<ScalarId>,
        backward: &mut Vec<Node>,
    ) -> TensorId {
        let shape = self.graph.shape(cotangent).to_vec();
        let out = self.cotangent_tensor(node.out, shape);
        match own {
            None => self.guards.clear(self.graph, (out, cotangent), (&node.domain, &node.at)),
            Some(_) => self.guards.of(cotangent).into_iter().for_each(|known| self.guards.insert(out, known)),
        }
        let value = own.unwrap_or_else(|| self.graph.scalars.number(0.0));
        let (domain, at) = (node.domain.clone(), node.at.clone());
        backward.push(Node::Comprehension(Comprehension {
            out,
            base: Some(cotangent),
            domain,
            at,
            reduction: Reduction::Set,
            value,
        }));
        out
    }

    /// Adds a share to a tensor's cotangent.
    fn accumulate(
        &mut self,
        tensor: TensorId,
        share: TensorId,
        cotangents: &mut Cotangents,
        backward: &mut Vec<Node>,
    ) {
        let Some(&sum) = cotangents.get(&tensor) else {
            cotangents.insert(tensor, share);
            return;
        };
        let shape = self.graph.shape(tensor).to_vec();
        let at = Graph::identity(shape.len());
        let value = self.graph.scalars.read(share, at.clone());
        let domain = Graph::axes(&shape);
        let out = self.cotangent_tensor(tensor, shape);
        let around = self.guards.at(self.graph, share, &at);
        self.guards.learn(self.graph, (out, Some(sum)), (&domain, &at), (value, around), backward);
        backward.push(Node::Comprehension(Comprehension {
            out,
            base: Some(sum),
            domain,
            at,
            reduction: Reduction::Sum,
            value,
        }));
        cotangents.insert(tensor, out);
    }

    fn zeros(&mut self, like: TensorId, nodes: &mut Vec<Node>) -> TensorId {
        let shape = self.graph.shape(like).to_vec();
        let out = self.cotangent_tensor(like, shape);
        let never = self.graph.scalars.flag(false);
        self.guards.insert(out, never);
        nodes.push(Node::Comprehension(self.graph.zeros(out)));
        out
    }

    fn element(&mut self, tensor: TensorId, at: Vec<Int>) -> ScalarId {
        match self.graph.tensor(tensor).kind {
            Kind::Float | Kind::Mask => self.graph.scalars.read(tensor, at),
            Kind::Index | Kind::Key => self.graph.scalars.integer(Int::atom(Atom::Read(tensor, at))),
        }
    }

    fn cotangent_tensor(&mut self, of: TensorId, shape: Vec<Int>) -> TensorId {
        let name = &self.graph.tensor(of).name;
        let name = if name.derivative_by().is_some() { name.clone() } else { Name::derivative(name) };
        self.graph.add_tensor(name, shape, Kind::Float)
    }
}

/// Whether the subscripts are the domain's indices, each once, over the whole of a shape: each element is
/// then touched exactly once.
pub fn covers(at: &[Int], domain: &[Axis], shape: &[Int]) -> bool {
    let mut seen = vec![false; domain.len()];
    let each_is_a_whole_axis = at.iter().zip(shape).all(|(subscript, size)| match subscript.as_index() {
        Some(position) => domain[position].extent == *size && !std::mem::replace(&mut seen[position], true),
        None => subscript.is(0) && size.is(1),
    });
    each_is_a_whole_axis && seen.iter().zip(domain).all(|(seen, axis)| *seen || axis.extent.is(1))
}

/// What the nodes make.
fn outputs(nodes: &[Node]) -> BTreeSet<TensorId> {
    nodes.iter().flat_map(Node::outputs).collect()
}
